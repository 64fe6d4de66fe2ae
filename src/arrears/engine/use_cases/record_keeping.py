"""How is the record kept while everybody works: sealed within seconds, signed each minute, time-stamped each hour?

`Keeper.tick` does what is due at a moment; `keep_until` calls it each second until it is told to stop. One keeper of an institution is
enough; several do no harm, since one at a time does the work.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Event

from django.db import DatabaseError, connection

from arrears.casefile.store.institution import acting_for, one_at_a_time
from arrears.core.problems import BadData, Refused
from arrears.engine.home import Home
from arrears.record.journal import checking, heads, sealing, timestamps
from arrears.record.journal.heads import Contradiction, Head, HeadsFile
from arrears.record.journal.nodes import log_size
from arrears.record.journal.signing import Signer, load_signer
from arrears.record.journal.timestamps import Authority

SIGN_EVERY = timedelta(minutes=1)
STAMP_EVERY = timedelta(hours=1)
TICK_SECONDS = 1.0
_PATIENCE_SECONDS = (1, 2, 5, 10, 30)
"""How long to wait after the database refused once, twice …"""
_log = logging.getLogger("arrears.record")


@dataclass(frozen=True, slots=True)
class Kept:
    """What one tick did: entries sealed, head signed, head time-stamped, what it had to raise an alarm about."""

    sealed: int = 0
    head: Head | None = None
    stamped: bool = False
    alarm: str | None = None


@dataclass
class Keeper:
    """Keeps one institution's record; `authority` None leaves heads without time-stamps."""

    home: Home
    institution_id: int
    signer: Signer
    authority: Authority | None = None
    signed_at: datetime | None = None
    asked_at: datetime | None = None

    @property
    def file(self) -> HeadsFile:
        """The signed heads outside the database."""
        return heads_file(self.home, self.institution_id)

    def tick(self, at: datetime) -> Kept:
        """Seal what waits; sign and time-stamp where it is due."""
        sealed = sealing.seal(self.institution_id)
        if self.signed_at is not None and at - self.signed_at < SIGN_EVERY:
            return Kept(sealed)
        head, alarm = self.sign(at)
        stamped, trouble = self._stamp(at) if alarm is None else (False, None)
        return Kept(sealed, head, stamped, alarm or trouble)

    def sign(self, at: datetime) -> tuple[Head | None, str | None]:
        """Sign the log as it stands, if it grew; an alarm where it does not continue what was signed before."""
        self.signed_at = at
        with acting_for(self.institution_id):
            one_at_a_time("sign", self.institution_id)
            kept = self.file.last()
            found = heads.sign_head(self.signer, at, [kept] if kept else [])
            if isinstance(found, Contradiction):
                checking.raise_alarm([found], at)
                _log.error("record.contradicted", extra={"institution_id": self.institution_id, "kind": found.kind})
                return None, found.what
        self._keep_in_file(kept)
        return found, None

    def _keep_in_file(self, last: Head | None) -> None:
        """Append what the database has beyond the file, also what an earlier keeper was killed over."""
        with acting_for(self.institution_id):
            newer = heads.heads(last.size + 1 if last else 0)
        self.file.append(newer)

    def _stamp(self, at: datetime) -> tuple[bool, str | None]:
        """Have the last head time-stamped, if it has none and the hour is over."""
        if self.authority is None or (self.asked_at is not None and at - self.asked_at < STAMP_EVERY):
            return False, None
        with acting_for(self.institution_id):
            head, last = heads.last_head(), timestamps.last_stamp()
        if head is None or (last is not None and (last.head_id == head.head_id or at - last.stamped_at < STAMP_EVERY)):
            return False, None
        try:
            token, stamped_at = timestamps.ask_for_stamp(self.authority, head.line)
        except timestamps.StampRefused as refusal:
            return False, refusal.what  # Asked again at the next signing.
        with acting_for(self.institution_id):
            timestamps.keep_stamp(head, token, stamped_at, at)
        self.asked_at = at
        return True, None


def heads_file(home: Home, institution_id: int) -> HeadsFile:
    """Where the signed heads of an institution lie in its home."""
    return HeadsFile(home.heads / f"{institution_id}.jsonl")


def keeper_of(home: Home, institution_id: int, environ: Mapping[str, str]) -> Keeper:
    """The keeper of this home's institution, with the authority that the environment names. Raises `SigningRefused`, `StampRefused`."""
    return Keeper(home, institution_id, load_signer(home.signing_key), timestamps.authority_of(environ))


def seal_and_sign(home: Home, institution_id: int, at: datetime) -> Kept:
    """Seal and sign what was written so far, for a command that ends."""
    keeper = Keeper(home, institution_id, load_signer(home.signing_key))
    sealed = sealing.seal(institution_id)
    head, alarm = keeper.sign(at)
    return Kept(sealed, head, False, alarm)


def seal_sign_and_stamp(home: Home, institution_id: int, at: datetime, environ: Mapping[str, str]) -> None:
    """Seal and sign everything written so far, for something that is handed out; time-stamped too where an authority is named and answers.

    Raises:
        BadData: the log no longer continues what was signed before.
    """
    alarm = seal_and_sign(home, institution_id, at).alarm
    if alarm:
        raise BadData(f"The record contradicts what was signed before: {alarm}", "A dossier of it would not verify.", "Run: arrears record check")
    try:
        authority = timestamps.authority_of(environ)
        with acting_for(institution_id):
            head, last = heads.last_head(), timestamps.last_stamp()
        if authority is None or head is None or (last is not None and last.head_id == head.head_id):
            return
        token, stamped_at = timestamps.ask_for_stamp(authority, head.line)
        with acting_for(institution_id):
            timestamps.keep_stamp(head, token, stamped_at, at)
    except timestamps.StampRefused:
        return  # Whatever is handed out says which entries no time-stamp covers.


def keep_until(stop: Event, keeper: Keeper, now: Callable[[], datetime], told: Callable[[Kept], None]) -> None:
    """Tick until told to stop; a database that refuses is asked again after a while."""
    failures = 0
    while not stop.is_set():
        try:
            told(keeper.tick(now()))
            failures = 0
            pause: float = TICK_SECONDS
        except (DatabaseError, Refused, OSError):
            _log.exception("record.keeper_waits", extra={"institution_id": keeper.institution_id})
            connection.close()
            pause = _PATIENCE_SECONDS[min(failures, len(_PATIENCE_SECONDS) - 1)]
            failures += 1
        stop.wait(pause)
    connection.close()


@dataclass(frozen=True, slots=True)
class RecordState:
    """How does the record stand: what waits, how much is sealed, when was it signed and time-stamped last, which alarms are there?"""

    waiting: sealing.Waiting
    sealed: int
    head: Head | None
    stamped_at: datetime | None
    alarms: Sequence[tuple[datetime, str, str]]

    @property
    def needs_somebody(self) -> bool:
        """Does this need a person today?"""
        return self.waiting.alarms or bool(self.alarms)


def record_state(institution_id: int) -> RecordState:
    """The state of this institution's record now."""
    with acting_for(institution_id):
        stamp = timestamps.last_stamp()
        return RecordState(sealing.waiting(), log_size(), heads.last_head(), stamp.stamped_at if stamp else None, checking.alarms())
