"""Which headers and parts has an e-mail of ours?

Written so that a signer (DKIM, RFC 6376) can sign it as it is: all headers that are signed stand once, the identifier is ours, and lines are short.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from arrears.act.sending import Outgoing
from arrears.core.problems import WrongCall


@dataclass(frozen=True, slots=True)
class Sender:
    """In whose name is it sent?

    Attributes:
        address: the mailbox in `From`; its domain names our messages.
        name: how the mailbox is shown: a name that by itself says nothing of a debt.
        reply_to: where answers go; a person or a program reads them.
        unsubscribe: mailbox, or https address with `{key}`, by which the reader stops these e-mails (RFC 2369, RFC 8058).
    """

    address: str
    name: str
    reply_to: str
    unsubscribe: str

    @property
    def domain(self) -> str:
        """The part behind the @."""
        return self.address.rpartition("@")[2]


def message_id(sender: Sender, key: str) -> str:
    """How is this message called in the world's mail? The same for every attempt, so that servers which look see a copy as one.

    >>> message_id(Sender("service@bank.example", "Bank", "service@bank.example", "mailto:stop@bank.example"), "K7")
    '<K7@bank.example>'
    """
    return f"<{key}@{sender.domain}>"


def write(sender: Sender, one: Outgoing, at: datetime) -> EmailMessage:
    """The e-mail.

    >>> from datetime import UTC
    >>> bank = Sender("service@bank.example", "Example Bank", "answers@bank.example", "https://bank.example/stop/{key}")
    >>> found = write(bank, Outgoing(7, "K7", "li@post.example", "Your account", "Dear Ms Li, ...", "en"), datetime(2026, 3, 2, tzinfo=UTC))
    >>> found["Message-ID"], found["List-Unsubscribe"], found["Auto-Submitted"]
    ('<K7@bank.example>', '<https://bank.example/stop/K7>', 'auto-generated')

    Raises:
        WrongCall: address or subject hold what cannot stand in a header.
    """
    mail = EmailMessage(policy=SMTP)
    try:
        mail["From"] = Address(sender.name, addr_spec=sender.address)
        mail["To"] = Address(addr_spec=one.address)
        mail["Subject"] = one.subject
    except (ValueError, IndexError) as wrong:
        raise WrongCall("The address or the subject cannot stand in an e-mail.", "A mail server would refuse it, or read it as something else.", "Look at the contact point.") from wrong
    mail["Reply-To"] = sender.reply_to
    mail["Date"] = format_datetime(at)
    mail["Message-ID"] = message_id(sender, one.key)
    mail["Content-Language"] = one.locale
    mail["Auto-Submitted"] = "auto-generated"
    unsubscribe = sender.unsubscribe.format(key=one.key)
    mail["List-Unsubscribe"] = f"<{unsubscribe}>"
    if unsubscribe.startswith("https:"):
        mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    mail.set_content(one.text, cte="quoted-printable" if one.text.isascii() else "base64")
    return mail
