"""Which mails came in to our mailbox? Heard over IMAP (RFC 3501), and marked only once what they say is on record here.

A mail is called by mailbox, `UIDVALIDITY` and `UID`: the three that never change for one mail. What is on record is marked with the keyword
`$ArrearsKept` and `\\Seen`, or moved to a folder; whether somebody looked at it with a mail program makes no difference. So who dies between hearing and
recording hears it again, under the same name.
"""

from __future__ import annotations

import imaplib
import re
import ssl
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar

from arrears.act.channels.email.reading import Ours, ours_of, read
from arrears.core.problems import Busy, Refused
from arrears.intake.inbound.incoming import Heard

KEPT = "$ArrearsKept"
"""The keyword of what is on record."""
WINDOW = 50_000
"""UIDs in one search, so that an answer always fits into a line."""
GROUP = 100
"""Mails marked in one command."""
Sleep = Callable[[float], None]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ImapSettings:
    """Where the mailbox is.

    Attributes:
        domains: the domains in the addresses that we write from; by them our mails are known in what comes back.
        unsubscribe: mailboxes to which a mail means that nothing more is wanted.
        tls: `implicit` (default), `starttls`, or `none` for a server on this machine.
        mailbox: the folder that is read.
        done_folder: where mails go that are on record; empty where they stay and are marked with a keyword.
        mail_max: bytes of a mail that are fetched; its beginning holds who wrote and what.
        chunk: mails heard at once.
        poll_seconds: how often is looked while waiting.
    """

    host: str
    user: str
    domains: tuple[str, ...]
    unsubscribe: tuple[str, ...] = ()
    port: int = 993
    tls: str = "implicit"
    ca_file: str | None = None
    mailbox: str = "INBOX"
    done_folder: str = ""
    mail_max: int = 1_000_000
    chunk: int = 50
    poll_seconds: float = 5.0
    timeout_seconds: float = 30.0

    @property
    def ours(self) -> Ours:
        """By what we know that a mail speaks of one of ours."""
        return ours_of(self.domains, self.unsubscribe)


class ImapListener:
    """Hears one mailbox, and connects anew where the line broke."""

    channel = "email"

    def __init__(self, name: str, settings: ImapSettings, password: str, now: Callable[[], datetime], sleep: Sleep) -> None:
        self.name = name
        self._settings, self._password, self._now, self._sleep = settings, password, now, sleep
        self._line: imaplib.IMAP4 | None = None
        self._validity = 0
        self._can: set[bytes] = set()
        self._from = self._ends = 1
        self._told: set[int] = set()
        self._at = self._broke_at = 0

    # hear

    def hear(self, seconds: float) -> Sequence[Heard]:
        """The next mails that are not on record, waiting at most so long for the first.

        Raises:
            Busy: the mailbox cannot be reached now; the next call connects anew.
            Refused: the mailbox cannot be used in this way at all.
        """
        waited = 0.0
        while True:
            found = self._with_line(self._next)
            if found or waited >= seconds:
                return found
            pause = min(self._settings.poll_seconds, seconds - waited)
            self._sleep(pause)
            waited += pause

    def _next(self, line: imaplib.IMAP4) -> list[Heard]:
        _done(line.noop())
        uids = self._uids(line)
        if not uids and self._told:
            # What was told and not kept is told again, once everything else was.
            self._from = min(self._told)
            uids = self._uids(line)
        heard = [self._heard(line, uid) for uid in uids]
        found = [one for one in heard if one is not None]
        if uids:
            self._from = uids[-1] + 1
            self._told |= set(uids)
        return found

    def _uids(self, line: imaplib.IMAP4) -> list[int]:
        """The lowest UIDs from where we are that are not on record."""
        what = "UNDELETED" if self._settings.done_folder else f"UNKEYWORD {KEPT} UNDELETED"
        low = self._from
        while True:
            is_last = low + WINDOW >= self._ends
            high = low + WINDOW - 1
            said = _done(line.uid("SEARCH", f"UID {low}:{'*' if is_last else high} {what}"))[0] or b""
            # `*` is the last mail there is, even where it lies below.
            found = sorted(uid for uid in map(int, said.split()) if uid >= low)
            if found or is_last:
                return found[: self._settings.chunk]
            low = self._from = high + 1

    def _heard(self, line: imaplib.IMAP4, uid: int) -> Heard | None:
        """One mail; nothing where somebody took it away meanwhile. One that the server cannot give is heard as empty, so that it is not overlooked."""
        self._at = uid
        kind, said = line.uid("FETCH", str(uid), f"(INTERNALDATE BODY.PEEK[]<0.{self._settings.mail_max}>)")
        self._at = 0
        if kind == "OK" and not any(said):
            return None
        pairs = [one for one in said if isinstance(one, tuple)] if kind == "OK" else []
        raw = pairs[0][1] if pairs else b""
        words = b" ".join(one[0] if isinstance(one, tuple) else one for one in said if one)
        token = f"{self._validity}/{uid}"
        return Heard(token, read(raw, f"{self.name}:{self._settings.mailbox}:{token}", self._settings.ours, self._moment(words)))

    def _moment(self, words: bytes) -> datetime:
        """When the server got it."""
        found = re.search(rb'INTERNALDATE "([^"]+)"', words)
        try:
            return datetime.strptime(found[1].decode().strip(), "%d-%b-%Y %H:%M:%S %z").astimezone(UTC) if found else self._now()
        except ValueError:
            return self._now()

    # kept

    def kept(self, tokens: Sequence[str]) -> None:
        """Mark these, or move them away. Tokens of a mailbox that was made anew meanwhile mean nothing any more."""

        def mark(line: imaplib.IMAP4) -> None:
            ours = sorted({int(uid) for validity, _, uid in (one.partition("/") for one in tokens) if validity == str(self._validity)})
            for start in range(0, len(ours), GROUP):
                group = ours[start : start + GROUP]
                self._mark(line, ",".join(map(str, group)))
                self._told -= set(group)

        if tokens:
            self._with_line(mark)

    def _mark(self, line: imaplib.IMAP4, uids: str) -> None:
        folder = self._settings.done_folder
        if not folder:
            _done(line.uid("STORE", uids, "+FLAGS.SILENT", f"(\\Seen {KEPT})"))
        elif b"MOVE" in self._can:
            _done(line.uid("MOVE", uids, _quoted(folder)))
        else:
            _done(line.uid("COPY", uids, _quoted(folder)))
            _done(line.uid("STORE", uids, "+FLAGS.SILENT", "(\\Deleted \\Seen)"))
            if b"UIDPLUS" in self._can:
                _done(line.uid("EXPUNGE", uids))

    # The line

    def _with_line(self, work: Callable[[imaplib.IMAP4], T]) -> T:
        try:
            return work(self._open())
        except (OSError, imaplib.IMAP4.error) as away:
            # The words of the server may hold an address; its kind is enough.
            self._drop()
            raise Busy(
                f"The mailbox {self.name} at {self._settings.host} cannot be read now ({type(away).__name__}).", "Nothing is lost: what came in waits there.",
                "It is tried again by itself; if it goes on, look at host, user and password in the settings.") from None

    def _open(self) -> imaplib.IMAP4:
        if self._line is None:
            line = self._connect()
            try:
                self._select(line)
            except BaseException:
                _shut(line)
                raise
            # A mail at which the line broke twice is passed by, and comes again after all others.
            passed_by = self._at if self._at == self._broke_at else 0
            self._broke_at, self._at = self._at, 0
            self._line, self._from, self._told = line, passed_by + 1, {1} if passed_by else set()
        return self._line

    def _connect(self) -> imaplib.IMAP4:
        settings = self._settings
        context = ssl.create_default_context(cafile=settings.ca_file)
        if settings.tls == "implicit":
            line: imaplib.IMAP4 = imaplib.IMAP4_SSL(settings.host, settings.port, ssl_context=context, timeout=settings.timeout_seconds)
        else:
            line = imaplib.IMAP4(settings.host, settings.port, timeout=settings.timeout_seconds)
        try:
            if settings.tls == "starttls":
                line.starttls(context)
            if self._password.isascii() and settings.user.isascii():
                line.login(settings.user, self._password)
            else:
                line.authenticate("PLAIN", lambda _: f"\0{settings.user}\0{self._password}".encode())
        except BaseException:
            _shut(line)
            raise
        return line

    def _select(self, line: imaplib.IMAP4) -> None:
        # What the library knows was said before we signed in; a server may offer more now.
        self._can = set(b" ".join(one for one in _done(line.capability()) if one).upper().split())
        _done(line.select(_quoted(self._settings.mailbox)))
        validity = line.response("UIDVALIDITY")[1][0]
        self._validity = int(validity or 0)
        self._ends = int(line.response("UIDNEXT")[1][0] or 1)
        flags = b" ".join(one for one in line.response("PERMANENTFLAGS")[1] if one)
        if not self._settings.done_folder and rb"\*" not in flags and KEPT.encode() not in flags:
            raise Refused(
                f"The mailbox {self.name} keeps no keywords.", "What was recorded could not be told from what was not.", "Name a folder as done_folder, to which mails are moved.")

    def _drop(self) -> None:
        if self._line is not None:
            _shut(self._line)
            self._line = None

    def close(self) -> None:
        """Sign out."""
        if self._line is not None:
            with suppress(OSError, imaplib.IMAP4.error):
                self._line.logout()
            self._line = None


def _done(answer: tuple[str, list[Any]]) -> list[Any]:
    """What the server said; raises where it said no."""
    kind, said = answer
    if kind != "OK":
        raise imaplib.IMAP4.error("the server says no")
    return said


def _quoted(name: str) -> str:
    r"""A name as IMAP writes it between quotes.

    >>> print(_quoted('Old "mails"'))
    "Old \"mails\""
    """
    return '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _shut(line: imaplib.IMAP4) -> None:
    with suppress(OSError, imaplib.IMAP4.error):
        line.shutdown()
