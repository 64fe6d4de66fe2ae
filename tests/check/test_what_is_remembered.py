"""What the packs and the facts remember for speed changes no answer: each is held against asking anew."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from arrears.check.conduct.case import Case, Figures
from arrears.check.conduct.facts import Event, Facts, Proposed
from arrears.check.conduct.law import SilentWithout
from arrears.check.conduct.pack import Packs
from arrears.check.conduct.verdict import verdict
from arrears.check.conduct.words import Act, ActorRole, Channel, Happened, Mark, Mode, Outcome, Product, Purpose, Recipient, Side
from arrears.engine.conduct_packs import every_pack

QUESTIONS = 400
PLACES = {"CN": ("Asia/Shanghai",), "US": ("America/New_York", "America/Denver"), "GB": ("Europe/London",)}
EVERY = every_pack()


def drawn(lot: random.Random) -> tuple[Proposed, Facts, datetime]:
    """Any contact with any history, of words drawn from the closed lists."""
    place = lot.choice(list(PLACES))
    at = datetime(2026, 3, 8, tzinfo=UTC) + timedelta(minutes=lot.randrange(4 * 24 * 60))
    proposed = Proposed(
        act=Act.CONTACT,
        party=lot.choice(("lender", "agency")),
        purpose=lot.choice(list(Purpose)),
        channel=lot.choice(list(Channel)),
        to=lot.choice((Recipient.DEBTOR, *Recipient)),
        debts=frozenset(lot.sample(("D1", "D2"), lot.randrange(1, 3))),
        mode=lot.choice(list(Mode)),
        marks=frozenset(lot.sample(list(Mark), lot.randrange(6))),
    )
    history = tuple(event(at - timedelta(minutes=lot.randrange(-600, 20 * 24 * 60)), lot) for _ in range(lot.randrange(25)))
    facts = Facts(frozenset({place}), PLACES[place][: lot.randrange(3)], lot.choice(list(ActorRole)), lot.choice(list(Product)), date(2020, 1, 1), history=history)
    return proposed, facts, at


def event(at: datetime, lot: random.Random) -> Event:
    kind = lot.choice((Happened.CONTACT, *Happened))
    return Event(
        at,
        kind,
        by=lot.choice((Side.COLLECTOR, Side.DEBTOR)),
        party=lot.choice(("", "lender")),
        debts=frozenset(lot.sample(("D1", "D2"), lot.randrange(2))),
        channel=lot.choice((Channel.CALL, Channel.TEXT)),
        outcome=lot.choice(list(Outcome)) if kind is Happened.CONTACT else None,
        marks=frozenset(lot.sample(list(Mark), 3)),
    )


def test_a_question_has_the_same_answer_whatever_was_asked_before() -> None:
    lot, spoke = random.Random(1), set()
    for _ in range(QUESTIONS):
        question = drawn(lot)
        found = verdict(*question, EVERY)
        assert found == verdict(*question, Packs(EVERY.packs)), question
        spoke.update(one.rule.kind_name for one in found.findings)
    assert spoke >= {"hours", "cap", "cooling_off", "block", "required", "forbidden", "notice_first"}


def test_a_rule_that_need_not_be_asked_would_say_nothing() -> None:
    lot, passed_over = random.Random(2), 0
    for _ in range(QUESTIONS // 4):
        proposed, facts, at = drawn(lot)
        zones = facts.zones or ("UTC",)
        for pack in EVERY.packs:
            for rule in pack.rules:
                if not isinstance(rule.kind, SilentWithout) or not rule.kind.silent_without or not rule.kind.silent_without.isdisjoint(facts.kinds):
                    continue
                passed_over += 1
                case = Case(proposed, facts, at, zones, Figures(rule.parameters, pack.parameters, date(2026, 3, 8)))
                assert not rule.kind.judge(case, ()).speaks, rule.name
    assert passed_over > QUESTIONS


@pytest.mark.parametrize("many", [0, 1, 40])
def test_what_was_known_then_is_what_facts_of_that_day_would_say(many: int) -> None:
    lot = random.Random(many)
    noon = datetime(2026, 3, 10, 12, tzinfo=UTC)
    history = tuple(event(noon + timedelta(minutes=number // 3), lot) for number in range(many))
    proposed, facts, _ = drawn(lot)
    facts = replace(facts, history=history)
    for count in range(many + 1):
        at = history[count].at if count < many else noon + timedelta(days=1)
        assert verdict(proposed, facts.when_known(count), at, EVERY) == verdict(proposed, replace(facts, history=history[:count]), at, EVERY)


def test_in_the_hour_that_comes_twice_the_later_call_is_later() -> None:
    first, second = (datetime(2026, 11, 1, 1, 30, tzinfo=ZoneInfo("America/New_York"), fold=fold) for fold in (0, 1))
    calls = tuple(Event(at, Happened.CONTACT, channel=Channel.CALL) for at in (second, first))
    facts = Facts(frozenset({"US"}), (), ActorRole.AGENCY, Product.OTHER, date(2026, 1, 1), history=calls)
    assert [one.at.fold for one in facts.of([Happened.CONTACT])] == [0, 1]
    assert len(facts.of([Happened.CONTACT], until=first)) == 1
