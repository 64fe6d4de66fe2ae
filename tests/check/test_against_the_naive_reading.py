"""Hours, caps and cooling-off, held against a second reading: the same answer for thousands of histories, and each refusal reached often."""

from __future__ import annotations

import os
import random
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from arrears.check.conduct.facts import Event, Facts, Proposed
from arrears.check.conduct.pack import Packs
from arrears.check.conduct.verdict import verdict
from arrears.check.conduct.words import Act, ActorRole, Channel, Happened, Mode, Outcome, Product, Purpose, Recipient, Side
from arrears.engine.conduct_packs import pack_named
from tests.check import naive
from tests.check.naive import Asked, Call

HISTORIES = 100_000 if os.environ.get("ARREARS_SOAK") else 5_000
SMALLEST_COUNT = HISTORIES // 100
KINDS = ("hours", "cap", "cooling_off")
CHANNELS = ("call", "voice_bot", "voicemail", "text")
OUTCOMES = ("conversation", "connected", "dropped", "no_answer", "voicemail", "busy", "not_in_service", "pending")
ZONES = ("America/New_York", "America/Denver", "America/Phoenix", "Pacific/Honolulu")
CHANGES = (datetime(2026, 3, 8, 12, tzinfo=UTC), datetime(2026, 11, 1, 12, tzinfo=UTC), datetime(2028, 2, 29, 12, tzinfo=UTC), datetime(2026, 6, 10, 12, tzinfo=UTC))
"""Around the changes of the clock, a leap day, and a day like any other."""


def only(*names: str) -> Packs:
    """These packs, with their rules of hours, caps and cooling-off alone."""
    return Packs(tuple(replace(pack_named(name), rules=tuple(rule for rule in pack_named(name).rules if rule.kind_name in KINDS)) for name in names))


PACKS = {"US": only("us/reg_f"), "CN": only("china/national_standard", "china/banking_association")}
READ = {"US": naive.reg_f, "CN": naive.china}


def drawn(lot: random.Random, country: str) -> tuple[Asked, list[Call]]:
    """One history and one call, near each other and near the boundaries."""
    near = lot.choice(CHANGES) + timedelta(minutes=lot.randrange(-2_000, 2_000))
    at = near.replace(second=0, microsecond=0) if lot.random() < 0.5 else near + timedelta(seconds=lot.randrange(60))
    zones = ("Asia/Shanghai",) if country == "CN" else tuple(sorted(lot.sample(ZONES, lot.choice((1, 1, 2)))))
    parties, people = ("lender", "agency"), ("debtor", "debtor", "debtor", "spouse") if country == "US" else ("debtor",)
    span = lot.choice((12 * 60, 9 * 24 * 60))
    busy = lot.choice(((0.2,) * 8, (0.05, 0.05, 0.1, 0.6, 0.1, 0.05, 0.02, 0.03), (0.02, 0.7, 0.02, 0.1, 0.1, 0.02, 0.02, 0.02)))
    mode, point = lot.choice(("interactive", "informative")), lot.choice("AB")
    party = lot.choice(parties)
    book = [
        Call(
            at=at - timedelta(minutes=lot.randrange(0, span)),
            channel=lot.choice(("call", "call", "call", *CHANNELS)),
            outcome=lot.choices(OUTCOMES, busy)[0],
            mode=mode if lot.random() < 0.8 else lot.choice(("interactive", "informative")),
            party=party if lot.random() < 0.8 else lot.choice(parties),
            to=lot.choice(people),
            point=point if lot.random() < 0.8 else lot.choice("AB"),
            debts=lot.choice((("D1",), ("D1",), ("D1", "D2"), ())),
            ours=lot.random() < 0.9,
        )
        for _ in range(lot.randrange(0, 14))
    ]
    return Asked(at, lot.choice(("call", "call", *CHANNELS)), mode, party, lot.choice(people), point, lot.choice((("D1",), ("D2",), ("D1", "D2"))), zones), book


def as_facts(asked: Asked, book: list[Call], country: str) -> tuple[Proposed, Facts]:
    """The same, as the code wants it."""
    history = tuple(
        Event(
            at=call.at,
            kind=Happened.CONTACT if call.ours else Happened.CONTACT_RECEIVED,
            by=Side.COLLECTOR if call.ours else Side.DEBTOR,
            party=call.party,
            to=Recipient(call.to),
            channel=Channel(call.channel),
            outcome=Outcome(call.outcome),
            mode=Mode(call.mode),
            point=call.point,
            debts=frozenset(call.debts),
        )
        for call in book
    )
    facts = Facts(frozenset({country}), asked.zones, ActorRole.AGENCY, Product.CONSUMER_LOAN, date(2020, 1, 1), history=history)
    proposed = Proposed(
        act=Act.CONTACT,
        party=asked.party,
        purpose=Purpose.COLLECTION,
        channel=Channel(asked.channel),
        to=Recipient(asked.to),
        mode=Mode(asked.mode),
        point=asked.point,
        debts=frozenset(asked.debts),
    )
    return proposed, facts


def difference(asked: Asked, book: list[Call], country: str) -> tuple[set[str], set[str]]:
    """What our code refuses for, and what the naive reading refuses for."""
    proposed, facts = as_facts(asked, book, country)
    found = verdict(proposed, facts, asked.at, PACKS[country])
    assert not found.refused_because
    ours = {finding.rule.name for finding in found.in_the_way} - {"no_flood_of_messages"}
    if found.next_permitted_at is not None:
        assert found.next_permitted_at > asked.at
        assert not READ[country](replace(asked, at=found.next_permitted_at), book), "at the next permitted moment something is still in the way"
    return ours, READ[country](asked, book)


@pytest.mark.parametrize("country", ["US", "CN"])
def test_thousands_of_drawn_histories_are_read_alike_and_every_refusal_is_reached_often(country: str) -> None:
    lot, reached = random.Random(20261128), Counter[str]()
    for _ in range(HISTORIES):
        asked, book = drawn(lot, country)
        ours, plainly = difference(asked, book, country)
        assert ours == plainly, (asked, book)
        reached.update(plainly or {"permitted"})
    rules = {rule.name for pack in PACKS[country].packs for rule in pack.rules} - {"no_flood_of_messages"}
    assert {name: count for name, count in reached.items() if count < SMALLEST_COUNT} == {}
    assert set(reached) == rules | {"permitted"}


@pytest.mark.parametrize("country", ["US", "CN"])
@settings(max_examples=500, deadline=None, suppress_health_check=list(HealthCheck))
@given(seed=st.randoms(use_true_random=False))
def test_histories_sought_by_hypothesis_are_read_alike(country: str, seed: random.Random) -> None:
    asked, book = drawn(seed, country)
    ours, plainly = difference(asked, book, country)
    assert ours == plainly
