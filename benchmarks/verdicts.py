"""How many verdicts a second on a history of 100 events, of every pack that is shipped?

One process, one core: `python -m benchmarks.verdicts`. A call of collection in China, in Texas and somewhere in the United States, one in ten at night, so that the
next permitted moment is sought too. `facts_included` builds the facts of the 100 events anew for each verdict, as who reads them from a database
must. The ratio compares with looking once at every event of the history, which a verdict without order in its facts could not do without;
clocks differ, the ratio hardly does. One JSON line, by the processor's time.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from arrears.check.conduct.facts import Event, Facts, Proposed
from arrears.check.conduct.verdict import verdict
from arrears.check.conduct.words import Act, ActorRole, Channel, Happened, Mark, Outcome, Product, Purpose, Side
from arrears.engine.conduct_packs import every_pack

EVENTS, PEOPLE, ROUNDS = 100, 50, 5
CALL = Proposed(
    act=Act.CONTACT, party="lender", purpose=Purpose.COLLECTION, channel=Channel.CALL, debts=frozenset({"D1"}),
    marks=frozenset({Mark.INSTITUTION_NAMED, Mark.COLLECTOR_DISCLOSED}),
)  # fmt: skip
PLACES = {
    "CN": (frozenset({"CN"}), "Asia/Shanghai", ActorRole.CREDITOR_OWN_NAME),
    "US-TX": (frozenset({"US", "US-TX"}), "America/Chicago", ActorRole.AGENCY),
    "US": (frozenset({"US"}), "America/New_York", ActorRole.AGENCY),
}
"""The last one of a person whose state is not known: the law of every state is asked."""
OUTCOMES = (Outcome.NO_ANSWER, Outcome.CONNECTED, Outcome.BUSY, Outcome.VOICEMAIL)


def history(at: datetime, lot: random.Random) -> tuple[Event, ...]:
    """A year of one person: calls and messages, now and then a payment or a call of theirs."""
    moments = sorted(at - timedelta(days=lot.randrange(1, 365), minutes=lot.randrange(600)) for _ in range(EVENTS))
    return tuple(_event(moment, lot) for moment in moments)


def _event(at: datetime, lot: random.Random) -> Event:
    debts = frozenset({"D1"})
    if lot.random() < 0.1:
        return Event(at, lot.choice((Happened.CONTACT_RECEIVED, Happened.PART_PAYMENT, Happened.COLLECTION_ACTIVITY)), debts=debts)
    channel = lot.choice((Channel.CALL, Channel.CALL, Channel.TEXT, Channel.EMAIL))
    return Event(at, Happened.CONTACT, Side.COLLECTOR, "lender", channel=channel, outcome=lot.choice(OUTCOMES), purpose=Purpose.COLLECTION, debts=debts)


def measured(place: str, verdicts: int) -> dict[str, float]:
    """Verdicts a second of this place, without and with making the facts, and the ratio to looking at every event once."""
    places, zone, actor = PLACES[place]
    noon, lot, packs = datetime(2026, 3, 10, 12, tzinfo=ZoneInfo(zone)), random.Random(20261128), every_pack()
    people = [Facts(places, (zone,), actor, Product.CONSUMER_LOAN, date(2020, 1, 1), history=history(noon, lot)) for _ in range(PEOPLE)]
    moments = [noon + timedelta(hours=11 * (number % 10 == 0), seconds=number) for number in range(verdicts)]

    def on_known_facts() -> None:
        for number, at in enumerate(moments):
            verdict(CALL, people[number % PEOPLE], at, packs)

    def with_facts_made() -> None:
        for number, at in enumerate(moments):
            verdict(CALL, replace(people[number % PEOPLE]), at, packs)

    def every_event_once() -> None:
        for number, at in enumerate(moments):
            sum(event.at <= at for event in people[number % PEOPLE].history)

    fastest, including, floor = (_fastest(work) for work in (on_known_facts, with_facts_made, every_event_once))
    return {"verdicts_per_second": round(verdicts / fastest), "facts_included": round(verdicts / including), "ratio_to_every_event_once": round(fastest / floor, 2)}


def _fastest(work: Callable[[], None]) -> float:
    """Processor seconds of the fastest of some rounds."""
    taken = []
    for _ in range(ROUNDS):
        begun = time.process_time()
        work()
        taken.append(time.process_time() - begun)
    return min(taken)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--verdicts", type=int, default=2_000)
    asked = parser.parse_args().verdicts
    print(json.dumps({place: measured(place, asked) for place in PLACES}))
