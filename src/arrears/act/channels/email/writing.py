"""Which headers and parts has an e-mail of ours?

Written so that a signer (DKIM, RFC 6376) can sign it as it is: every header stands once, the identifier is ours, lines are short, and no relay has a reason
to change a byte. The library's own writer is not used for headers: it turns an address in `List-Unsubscribe` that is longer than a line into an encoded
word, which no mail program opens, and it takes twenty times as long.
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime

import idna

from arrears.act.sending import Outgoing
from arrears.core.problems import WrongCall

LINE_MAX = 78
"""Characters of a line of headers, where it can be folded (RFC 5322, 2.1.1)."""
_WORD_BYTES = 42
"""Bytes in one encoded word: with its frame it stays under 75 characters (RFC 2047)."""
_LOCAL = re.compile(r"[^\s\x00-\x1f\x7f-\x9f\"(),:;<>@\[\\\]]{1,64}")
"""The part before the @: no blanks, quotes or comments, which servers treat in many ways."""
_TOKEN = re.compile(r"[A-Za-z0-9 !#$%&'*+/=?^_`{|}~-]*")


@dataclass(frozen=True, slots=True)
class Sender:
    """In whose name is it sent?

    Attributes:
        address: the mailbox in `From`; its domain names our messages.
        name: how the mailbox is shown: a name that by itself says nothing of a debt.
        reply_to: where answers go; a person or a program reads them. With `{key}` in it (`answers+{key}@bank.example`) an answer is known by its address even
            where a mail program forgets what it answers.
        unsubscribe: mailbox (`mailto:…`), or https address with `{code}`, by which the reader stops these e-mails (RFC 2369, RFC 8058).
        bounces: where servers report what they could not deliver; with `{key}` like `reply_to`; `address` where empty.
    """

    address: str
    name: str
    reply_to: str
    unsubscribe: str
    bounces: str = ""

    @property
    def domain(self) -> str:
        """The part behind the @."""
        return self.address.rpartition("@")[2]

    def return_path(self, key: str) -> str:
        """To where this message is returned that cannot be delivered."""
        return address_of((self.bounces or self.address).format(key=key))


def message_id(sender: Sender, key: str) -> str:
    """How is this message called in the world's mail? The same for every attempt, so that servers which look see a copy as one.

    >>> message_id(Sender("service@bank.example", "Bank", "service@bank.example", "mailto:stop@bank.example"), "K7")
    '<K7@bank.example>'
    """
    return f"<{key}@{sender.domain}>"


def address_of(address: str) -> str:
    """This address as mail servers take it: its domain in letters of DNS (IDNA 2008).

    >>> address_of("li@例子.example"), address_of("李@post.example")
    ('li@xn--fsqu00a.example', '李@post.example')

    Raises:
        WrongCall: this is no address that a mail server would take.
    """
    local, _, domain = address.rpartition("@")
    try:
        if not _LOCAL.fullmatch(local) or local.startswith(".") or local.endswith(".") or ".." in local:
            raise ValueError
        return f"{local}@{domain.lower() if domain.isascii() and _is_host(domain) else idna.encode(domain, uts46=True).decode()}"
    except (ValueError, UnicodeError) as wrong:
        raise WrongCall("This is no address to which an e-mail can go.", "A mail server would refuse it, or read it as something else.", "Look at the contact point.") from wrong


def write(sender: Sender, one: Outgoing, at: datetime) -> bytes:
    r"""The e-mail, as it goes over the line; in ASCII, but for an address that has other letters before its @ (RFC 6532).

    >>> from datetime import UTC
    >>> bank = Sender("service@bank.example", "Example Bank", "answers@bank.example", "https://bank.example/stop/{key}")
    >>> found = write(bank, Outgoing(7, "K7", "li@post.example", "Your account", "Dear Ms Li, ...", "en"), datetime(2026, 3, 2, tzinfo=UTC))
    >>> print(found.decode().replace("\r\n", "\n"))
    From: Example Bank <service@bank.example>
    To: <li@post.example>
    Subject: Your account
    Reply-To: <answers@bank.example>
    Date: Mon, 02 Mar 2026 00:00:00 +0000
    Message-ID: <K7@bank.example>
    Auto-Submitted: auto-generated
    List-Unsubscribe: <https://bank.example/stop/K7>
    List-Unsubscribe-Post: List-Unsubscribe=One-Click
    MIME-Version: 1.0
    Content-Type: text/plain; charset="utf-8"
    Content-Language: en
    Content-Transfer-Encoding: quoted-printable
    <BLANKLINE>
    Dear Ms Li, ...
    <BLANKLINE>

    Raises:
        WrongCall: address or subject hold what cannot stand in a header.
    """
    unsubscribe = sender.unsubscribe.format(key=one.key, code=one.code)
    headers = [
        ("From", f"{_shown(sender.name)} <{address_of(sender.address)}>"),
        ("To", f"<{address_of(one.address)}>"),
        ("Subject", _words(one.subject)),
        ("Reply-To", f"<{address_of(sender.reply_to.format(key=one.key))}>"),
        ("Date", format_datetime(at)),
        ("Message-ID", message_id(sender, one.key)),
        ("Auto-Submitted", "auto-generated"),
        ("List-Unsubscribe", f"<{unsubscribe}>"),
        *([("List-Unsubscribe-Post", "List-Unsubscribe=One-Click")] if unsubscribe.startswith("https:") else []),
        ("MIME-Version", "1.0"),
        ("Content-Type", 'text/plain; charset="utf-8"'),
        ("Content-Language", one.locale),
    ]
    coding, body = _body(one.text)
    return "".join(_line(name, value) for name, value in [*headers, ("Content-Transfer-Encoding", coding)]).encode() + b"\r\n" + body


def _line(name: str, value: str) -> str:
    """A header, folded between its words where it is long; a word that is longer than a line stays whole, for it may be an address."""
    if any(letter in value for letter in "\r\n\x00"):
        raise WrongCall(f"What should stand in {name} has a line break.", "It could add headers of its own.", "Look at the template and the contact point.")
    lines = [f"{name}:"]
    for word in value.split(" "):
        if len(lines[-1]) + 1 + len(word) > LINE_MAX and lines[-1].strip() not in ("", f"{name}:"):
            lines.append("")
        lines[-1] += f" {word}"
    return "\r\n".join(lines) + "\r\n"


def _words(text: str) -> str:
    """Words of a header: as they are in ASCII, else as encoded words (RFC 2047), cut between letters."""
    if any(letter < " " or letter == "\x7f" for letter in text):
        raise WrongCall("The subject has a line break or another control character.", "It could add headers of its own.", "Look at the template.")
    if text.isascii() and "=?" not in text and not any(len(word) > 900 for word in text.split(" ")):
        return text
    parts: list[bytes] = [b""]
    for letter in text:
        coded = letter.encode("utf-8", "replace")
        if len(parts[-1]) + len(coded) > _WORD_BYTES:
            parts.append(b"")
        parts[-1] += coded
    return " ".join(f"=?utf-8?b?{base64.b64encode(part).decode()}?=" for part in parts)


def _shown(name: str) -> str:
    """A name before an address: quoted where it holds what has a meaning there."""
    if _TOKEN.fullmatch(name):
        return name
    return '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"' if name.isascii() and name.isprintable() else _words(name)


def _body(text: str) -> tuple[str, bytes]:
    """How the words are coded, and so coded: never in lines that a relay would break or escape."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").rstrip("\n") + "\n"
    if lines.isascii():
        coded = binascii.b2a_qp(lines.encode(), istext=True).replace(b"\n", b"\r\n")
        return "quoted-printable", re.sub(rb"(?m)^From ", b"=46rom ", coded)
    return "base64", base64.encodebytes(lines.replace("\n", "\r\n").encode("utf-8", "replace")).replace(b"\n", b"\r\n")


def _is_host(domain: str) -> bool:
    return len(domain) <= 253 and all(re.fullmatch(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?", part, re.I) for part in domain.split("."))
