"""How is an e-mail handed to a mail server, and what is known when the line breaks?

SMTP (RFC 5321) has one moment of doubt: the last dot was sent and its answer did not come. Before it the server has surely not taken the message, after
the answer it surely has. The library's own `sendmail` does not tell these apart, so the steps stand here one by one. A mail takes four round trips to the
server, so several lines are used at once.
"""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from queue import SimpleQueue

from arrears.act.channels.email.writing import Sender, address_of, write
from arrears.act.sending import Answer, Outgoing, ProviderAway
from arrears.casefile.facts.message import Result
from arrears.core.problems import WrongCall


@dataclass(frozen=True, slots=True)
class SmtpSettings:
    """Where the mail server is, and who we are there.

    Attributes:
        tls: `starttls` (default), `implicit`, or `none` for a server on this machine.
        user: who signs in; nobody where it is empty.
        connections: lines to the server at once; ask it how many it allows.
    """

    host: str
    port: int = 587
    tls: str = "starttls"
    user: str = ""
    ca_file: str | None = None
    timeout_seconds: float = 20.0
    connections: int = 4


class SmtpProvider:
    """Hands e-mails to one mail server over a few lines, and opens those anew that broke."""

    channel = "email"

    def __init__(self, name: str, settings: SmtpSettings, sender: Sender, password: str, now: Callable[[], datetime]) -> None:
        self.name = name
        self._lines = [_Line(settings, sender, password, now) for _ in range(settings.connections)]

    def ready(self) -> None:
        """Be connected, signed in, and answered."""
        self._lines[0].be_there()

    def send(self, messages: Sequence[Outgoing]) -> Iterator[Answer]:
        """Hand them over, each line one after the other; answers come in the order in which they are known."""
        free: SimpleQueue[_Line] = SimpleQueue()
        for line in self._lines[: len(messages)]:
            line.is_checked = False
            free.put(line)

        def hand_over(one: Outgoing) -> Answer:
            line = free.get()
            try:
                return line.hand_over(one)
            finally:
                free.put(line)

        if free.qsize() < 2:
            yield from map(hand_over, messages)
            return
        with ThreadPoolExecutor(max_workers=free.qsize(), thread_name_prefix=self.name) as hands:
            for done in as_completed([hands.submit(hand_over, one) for one in messages]):
                yield done.result()

    def ask(self, keys: Iterable[str]) -> dict[str, Answer]:
        """A mail server cannot be asked what it took."""
        return {}

    def close(self) -> None:
        """Say goodbye."""
        for line in self._lines:
            line.close()


class _Line:
    """One connection. `is_checked`: it was seen to live since the last group of messages began, so it was not shut for having been silent."""

    def __init__(self, settings: SmtpSettings, sender: Sender, password: str, now: Callable[[], datetime]) -> None:
        self._settings, self._sender, self._password, self._now = settings, sender, password, now
        self._line: smtplib.SMTP | None = None
        self.is_checked = False

    def be_there(self) -> smtplib.SMTP:
        """The open line; it is opened where it is not, or does not answer any more."""
        host = self._settings.host
        if self._line is not None:
            try:
                if self._line.noop()[0] == 250:
                    return self._line
            except (OSError, smtplib.SMTPException):
                pass
            self._drop()
        try:
            self._line = self._connect()
        except smtplib.SMTPAuthenticationError as refused:
            raise ProviderAway(f"The mail server {host} does not accept the sign-in.", "Nothing was sent.", "Look at user and password in the settings.") from refused
        except (OSError, smtplib.SMTPException) as away:
            raise ProviderAway(f"The mail server {host} does not answer.", f"Nothing was sent ({type(away).__name__}).", "It is tried again by itself.") from away
        return self._line

    def _connect(self) -> smtplib.SMTP:
        settings = self._settings
        context = None if settings.tls == "none" else ssl.create_default_context(cafile=settings.ca_file)
        if settings.tls == "implicit":
            line: smtplib.SMTP = smtplib.SMTP_SSL(settings.host, settings.port, timeout=settings.timeout_seconds, context=context)
        else:
            line = smtplib.SMTP(settings.host, settings.port, timeout=settings.timeout_seconds)
        try:
            if settings.tls == "starttls":
                line.starttls(context=context)
            line.ehlo_or_helo_if_needed()
            if settings.user:
                line.login(settings.user, self._password)
        except BaseException:
            line.close()
            raise
        return line

    def hand_over(self, one: Outgoing) -> Answer:
        """One message, and what is known of it."""
        sender = self._sender
        try:
            recipient, text = address_of(one.address), write(sender, one, self._now())
        except WrongCall:
            return Answer(one.message_id, Result.REFUSED, code="not an address")
        for _ in range(2):
            # What breaks before the words went out is safely begun again; a server that breaks it twice is left alone for now.
            try:
                line = self._line if self._line is not None and self.is_checked else self.be_there()
            except ProviderAway:
                return Answer(one.message_id, Result.NOT_TAKEN, code="away")
            self.is_checked = True
            if not recipient.isascii() and not line.has_extn("smtputf8"):
                return Answer(one.message_id, Result.REFUSED, code="no SMTPUTF8")
            try:
                no = self._introduce(line, one, sender.return_path(one.key), recipient)
            except (OSError, smtplib.SMTPException):
                self._drop()
                continue
            return no or self._say(line, one, text)
        return Answer(one.message_id, Result.NOT_TAKEN, code="line lost")

    def _introduce(self, line: smtplib.SMTP, one: Outgoing, sender: str, recipient: str) -> Answer | None:
        """From whom and to whom; the answer, where the server does not want it."""
        # Both addresses were looked at when the mail was written, so the library need not take them apart once more.
        line.command_encoding = "ascii" if recipient.isascii() else "utf-8"
        code, said = line.docmd("MAIL", f"FROM:<{sender}>" + ("" if recipient.isascii() else " SMTPUTF8"))
        if code >= 400:
            # This is said of us, not of the recipient, so it is no word for good on this message.
            return self._after_no(line, Answer(one.message_id, Result.NOT_TAKEN, code=_codes(code, said)))
        code, said = line.docmd("RCPT", f"TO:<{recipient}>")
        return self._after_no(line, _no(one, code, said)) if code >= 400 else None

    def _say(self, line: smtplib.SMTP, one: Outgoing, text: bytes) -> Answer:
        try:
            code, said = line.data(text)
        except smtplib.SMTPDataError as refused:
            return self._after_no(line, _no(one, refused.smtp_code, refused.smtp_error))
        except (OSError, smtplib.SMTPException):
            self._drop()
            return Answer(one.message_id, Result.UNCERTAIN, code="line lost")
        if code != 250:
            return self._after_no(line, _no(one, code, said))
        return Answer(one.message_id, Result.TAKEN, reference=f"{one.key}@{self._sender.domain}", code=str(code))

    def _after_no(self, line: smtplib.SMTP, answer: Answer) -> Answer:
        """Leave the line clean for the next one; one that cannot be cleaned is given up."""
        try:
            line.rset()
        except (OSError, smtplib.SMTPException):
            self._drop()
        return answer

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


def _no(one: Outgoing, code: int, said: bytes | str) -> Answer:
    """A reply of 5xx is for good, of 4xx for now (RFC 5321, 4.2.1); that we should sign in first is no word on the message (RFC 4954)."""
    is_for_good = code >= 500 and code not in (530, 534, 535, 538)
    return Answer(one.message_id, Result.REFUSED if is_for_good else Result.NOT_TAKEN, code=_codes(code, said))


def _codes(code: int, said: bytes | str) -> str:
    """The codes of a reply; its words may hold the address."""
    words = said.decode("ascii", "replace") if isinstance(said, bytes) else said
    enhanced = words.split(" ", 1)[0] if words[:2] in ("4.", "5.") else ""
    return f"{code} {enhanced}".strip()
