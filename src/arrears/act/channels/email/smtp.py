"""How is an e-mail handed to a mail server, and what is known when the line breaks?

SMTP (RFC 5321) has one moment of doubt: the last dot was sent and its answer did not come. Before it the server has surely not taken the message, after
the answer it surely has. The library's own `sendmail` does not tell these apart, so the steps stand here one by one.
"""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from email.policy import SMTP

from arrears.act.channels.email.writing import Sender, write
from arrears.act.sending import Answer, Outgoing, ProviderAway
from arrears.casefile.facts.message import Result
from arrears.core.problems import WrongCall


@dataclass(frozen=True, slots=True, repr=False)
class Server:
    """Where the mail server is and how we show who we are. `tls`: `starttls` (default), `implicit`, or `none` for a server on this machine."""

    host: str
    port: int
    tls: str = "starttls"
    user: str = ""
    password: str = ""
    ca_file: str | None = None
    timeout_seconds: float = 20.0


class SmtpProvider:
    """Hands e-mails to one mail server over one connection, and opens it anew where it broke."""

    channel = "email"

    def __init__(self, name: str, server: Server, sender: Sender, now: Callable[[], datetime]) -> None:
        self.name, self._server, self._sender, self._now = name, server, sender, now
        self._line: smtplib.SMTP | None = None

    def ready(self) -> None:
        """Be connected, signed in, and answered."""
        if self._line is not None:
            try:
                if self._line.noop()[0] == 250:
                    return
            except (OSError, smtplib.SMTPException):
                pass
            self._drop()
        try:
            self._line = self._connect()
        except smtplib.SMTPAuthenticationError as refused:
            raise ProviderAway(f"The mail server {self._server.host} does not accept the sign-in.", "Nothing was sent.", "Look at user and password in the settings.") from refused
        except (OSError, smtplib.SMTPException) as away:
            raise ProviderAway(f"The mail server {self._server.host} does not answer.", f"Nothing was sent ({type(away).__name__}).", "It is tried again by itself.") from away

    def _connect(self) -> smtplib.SMTP:
        server = self._server
        if server.tls == "none":
            line = smtplib.SMTP(server.host, server.port, timeout=server.timeout_seconds)
        else:
            context = ssl.create_default_context(cafile=server.ca_file)
            if server.tls == "implicit":
                line = smtplib.SMTP_SSL(server.host, server.port, timeout=server.timeout_seconds, context=context)
            else:
                line = smtplib.SMTP(server.host, server.port, timeout=server.timeout_seconds)
                line.starttls(context=context)
        line.ehlo_or_helo_if_needed()
        if server.user:
            line.login(server.user, server.password)
        return line

    def send(self, messages: Sequence[Outgoing]) -> Iterator[Answer]:
        """Hand them over one after the other."""
        for one in messages:
            if self._line is None:
                try:
                    self.ready()
                except ProviderAway:
                    yield Answer(one.message_id, Result.NOT_TAKEN, code="away")
                    continue
            yield self._hand_over(one)

    def _hand_over(self, one: Outgoing) -> Answer:
        line = self._line
        assert line is not None
        try:
            text = write(self._sender, one, self._now()).as_bytes(policy=SMTP)
        except WrongCall:
            return Answer(one.message_id, Result.REFUSED, code="not an address")
        try:
            for code, said in (_before(line, self._sender.address, one.address)):
                if code >= 400:
                    line.rset()
                    return _no(one, code, said)
        except (OSError, smtplib.SMTPException):
            self._drop()
            return Answer(one.message_id, Result.NOT_TAKEN, code="line lost")
        try:
            code, said = line.data(text)
        except smtplib.SMTPDataError as refused:
            return _no(one, refused.smtp_code, refused.smtp_error)
        except (OSError, smtplib.SMTPException):
            self._drop()
            return Answer(one.message_id, Result.UNCERTAIN, code="line lost")
        if code != 250:
            return _no(one, code, said)
        return Answer(one.message_id, Result.TAKEN, reference=f"{one.key}@{self._sender.domain}", code=str(code))

    def ask(self, keys: Iterable[str]) -> dict[str, Answer]:
        """A mail server cannot be asked what it took."""
        return {}

    def close(self) -> None:
        """Say goodbye."""
        if self._line is not None:
            with suppress(OSError, smtplib.SMTPException):
                self._line.quit()
            self._line = None

    def _drop(self) -> None:
        if self._line is not None:
            self._line.close()
            self._line = None


def _before(line: smtplib.SMTP, sender: str, recipient: str) -> Iterator[tuple[int, bytes]]:
    yield line.mail(sender)
    yield line.rcpt(recipient)


def _no(one: Outgoing, code: int, said: bytes | str) -> Answer:
    """A reply of 5xx is for good, of 4xx for now (RFC 5321, 4.2.1). Its words may hold the address, so only the codes are kept."""
    words = said.decode("ascii", "replace") if isinstance(said, bytes) else said
    enhanced = words.split(" ", 1)[0] if words[:2] in ("4.", "5.") else ""
    return Answer(one.message_id, Result.REFUSED if code >= 500 else Result.NOT_TAKEN, code=f"{code} {enhanced}".strip())
