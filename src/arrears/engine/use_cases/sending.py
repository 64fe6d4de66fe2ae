"""How do messages go out and come in while a worker runs: by every provider that the home states, until it is told to stop?

Each provider has a thread of its own that sends what is due, chunk after chunk, and takes care of what a dead worker left behind; so one that is
away holds up no other. Several processes on several hosts do the same beside each other.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Event, Thread

from django.db import DatabaseError, connection, connections

from arrears.act import dispatch, providers
from arrears.act.dispatch import Did, Worker
from arrears.act.providers import Made, Stated
from arrears.casefile.facts.message import MessageQueued
from arrears.casefile.store import outbox
from arrears.casefile.store.ids import random_id
from arrears.casefile.store.institution import acting_for
from arrears.check.gate.permit import Circumstances
from arrears.core.problems import BadData, Busy, Refused
from arrears.engine.home import Home
from arrears.engine.use_cases import arrivals, hearing
from arrears.engine.use_cases.circumstances import KnownCases
from arrears.engine.use_cases.confirming import packs_of
from arrears.engine.use_cases.verifying import code_for
from arrears.intake.inbound.incoming import Heard, Listener

AHEAD = 20_000
"""For so many messages that wait the book is read in one pass."""
IDLE_SECONDS = 1.0
LISTEN_SECONDS = 2.0
WAIT_AT_MOST = 1_000
"""So many receipts that were faster than our own record are tried again; others come again by themselves."""
RECOVER_EVERY = timedelta(seconds=30)
WENT_WELL = timedelta(minutes=1)
"""After so long without trouble the next one is the first again."""
_PATIENCE_SECONDS = (1, 2, 5, 10, 30)
"""How long to wait after a provider or the database refused once, twice …"""
_log = logging.getLogger("arrears.sending")


@dataclass(frozen=True, slots=True)
class Told:
    """What happened at a provider, for whoever watches: what became of a chunk, how much was heard and kept, or what is in the way."""

    provider: str
    did: Did | None = None
    heard: int = 0
    trouble: str = ""


Tell = Callable[[Told], None]
Clock = Callable[[], datetime]


def stated_providers(home: Home) -> dict[str, Stated]:
    """Which providers does this home state, by name? None where there is no `providers.yaml`. Raises `BadData`, `Refused`."""
    if not home.providers_file.is_file():
        return {}
    return providers.read_providers(home.providers_file.read_text(encoding="utf-8"), home.secrets / "providers")


def worker_for(home: Home, institution_id: int, stated: Stated, made: Made, stop: Event, now: Clock) -> Worker:
    """Who sends by this provider."""
    assert made.provider is not None
    name = stated.name
    known = KnownCases(home, institution_id, lambda: _cases_ahead(institution_id, name, now()))

    def circumstances(messages: Sequence[MessageQueued], at: datetime) -> dict[int, Circumstances]:
        found = known.of({one.case_id: frozenset(one.debts) for one in messages}, at)
        return {one.message_id: found[one.case_id].circumstances for one in messages if one.case_id in found}

    return Worker(
        random_id(), institution_id, made.provider, stated.terms, lambda at: packs_of(institution_id, at.astimezone().date(), home), circumstances, now,
        lambda seconds: _nap(stop, seconds), code_of=lambda message_id: code_for(home, message_id),
    )


def _nap(stop: Event, seconds: float) -> None:
    stop.wait(seconds)


def _cases_ahead(institution_id: int, provider: str, at: datetime) -> Sequence[int]:
    with acting_for(institution_id):
        return outbox.cases_ahead(provider, at, AHEAD)


def send_until(stop: Event, home: Home, institution_id: int, now: Clock, told: Tell) -> None:
    """Send and hear by all providers of the home, until `stop` is set; then every chunk under way is ended in good order.

    Raises:
        BadData, Refused: `providers.yaml` cannot be understood, or a secret may be read by others.
    """
    made = [(one, each) for one in stated_providers(home).values() if (each := _made(home, institution_id, one, now, told)) is not None]
    threads = [
        *(Thread(target=_carry, args=(stop, home, institution_id, one, each, now, told), name=f"send-{one.name}") for one, each in made if each.provider is not None),
        *(Thread(target=_listen, args=(stop, home, institution_id, each.listener, now, told), name=f"hear-{one.name}") for one, each in made if each.listener is not None),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for _, each in made:
        for end in {id(one): one for one in (each.provider, each.listener) if one is not None}.values():
            end.close()


def _made(home: Home, institution_id: int, stated: Stated, now: Clock, told: Tell) -> Made | None:
    """What sends or hears by this provider; nothing where something that it needs beside `providers.yaml` is not there: the others go on."""
    try:
        return providers.make(stated, providers.Office(now, home.root, institution_id))
    except BadData:
        raise
    except Refused as refusal:
        told(Told(stated.name, trouble=str(refusal)))
        return None


def _carry(stop: Event, home: Home, institution_id: int, stated: Stated, made: Made, now: Clock, told: Tell) -> None:
    """One provider's thread. Whatever happens in it, what it had is left to be taken care of, and it begins anew."""
    refusals = 0
    try:
        while not stop.is_set():
            began, worker = now(), worker_for(home, institution_id, stated, made, stop, now)
            try:
                with outbox.at_work(worker.worker_id):
                    _send(stop, worker, told)
            except (Refused, DatabaseError) as refusal:
                told(Told(stated.name, trouble=refusal.what if isinstance(refusal, Refused) else "The database does not answer."))
            except Exception as mistake:
                _log.exception("sending.failed", extra={"provider": stated.name})
                told(Told(stated.name, trouble=f"A mistake in arrears ({type(mistake).__name__}): its messages wait, or are listed as uncertain. See logs/arrears.jsonl in the home."))
            connection.close()
            refusals = 0 if now() - began > WENT_WELL else refusals + 1
            stop.wait(_PATIENCE_SECONDS[min(refusals, len(_PATIENCE_SECONDS) - 1)])
    finally:
        connections.close_all()


def _send(stop: Event, worker: Worker, told: Tell) -> None:
    """Chunk after chunk, as long as nothing of ours breaks; a provider that is away is asked again, later and later."""
    recovered, away = None, 0
    while not stop.is_set():
        at = worker.now()
        try:
            if recovered is None or at - recovered >= RECOVER_EVERY:
                recovered = at
                _tell(told, worker, dispatch.recover(worker))
                arrivals.settle_what_arrived(worker.institution_id, at)
            did = dispatch.step(worker)
        except Busy as refusal:
            if away == 0:
                told(Told(worker.provider.name, trouble=refusal.what))
            stop.wait(_PATIENCE_SECONDS[min(away, len(_PATIENCE_SECONDS) - 1)])
            away += 1
            continue
        away = 0
        _tell(told, worker, did)
        if did.claimed == did.put_off:
            stop.wait(IDLE_SECONDS)


def _listen(stop: Event, home: Home, institution_id: int, listener: Listener, now: Clock, told: Tell) -> None:
    """Keep what one provider tells. What cannot be kept yet (a receipt that was faster than our own record) is tried again before it is left to come again."""
    by, away = hearing.ear(home, institution_id, listener.name, listener.channel), 0
    waiting: list[Heard] = []
    try:
        while not stop.is_set():
            try:
                came = listener.hear(LISTEN_SECONDS if not waiting else IDLE_SECONDS)
                heard = list({one.token: one for one in (*waiting, *came)}.values())  # a provider may tell the same again while it waits
                kept = set(hearing.hear(by, heard, now()))
                listener.kept([one.token for one in heard if one.token in kept])
                waiting = [one for one in heard if one.token not in kept][-WAIT_AT_MOST:]
                if heard:
                    told(Told(listener.name, heard=len(kept)))
                away = 0
            except (Refused, DatabaseError) as refusal:
                if away == 0:
                    told(Told(listener.name, trouble=refusal.what if isinstance(refusal, Refused) else "The database does not answer."))
                waiting, away = [], _later(stop, away)
            except Exception as mistake:
                _log.exception("hearing.failed", extra={"provider": listener.name})
                told(Told(listener.name, trouble=f"A mistake in arrears ({type(mistake).__name__}): what came in stays with the provider. See logs/arrears.jsonl in the home."))
                waiting, away = [], _later(stop, away)
    finally:
        connections.close_all()


def _later(stop: Event, away: int) -> int:
    """Wait, longer each time; answers how often it was."""
    connection.close()
    stop.wait(_PATIENCE_SECONDS[min(away, len(_PATIENCE_SECONDS) - 1)])
    return away + 1


def _tell(told: Tell, worker: Worker, did: Did) -> None:
    if did.claimed:
        told(Told(worker.provider.name, did))
