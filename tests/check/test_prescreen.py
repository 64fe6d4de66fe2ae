"""The pre-screen against the gate's own judgement: it never says no where some moment of the day permits, and rarely yes where none does."""

from __future__ import annotations

import os
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from arrears.check.conduct.facts import Facts, Proposed
from arrears.check.conduct.kinds.block import Block
from arrears.check.conduct.kinds.cap import Cap
from arrears.check.conduct.kinds.cooling_off import CoolingOff
from arrears.check.conduct.kinds.hours import Hours
from arrears.check.conduct.kinds.notice_first import NoticeFirst
from arrears.check.conduct.kinds.times_ruled_out import TimesRuledOut
from arrears.check.conduct.kinds.until_day import UntilDay
from arrears.check.conduct.pack import Packs
from arrears.check.conduct.rule import Rule
from arrears.check.conduct.verdict import Answer, Verdict, verdict
from arrears.check.conduct.words import Happened, Mark
from arrears.check.prescreen.days import Span
from arrears.check.prescreen.kinds import COLUMN_FORMS
from arrears.check.prescreen.shapes import Profile, Screen
from arrears.engine.conduct_packs import every_pack, pack_named, shipped_packs
from tests.check.screened import (
    PLACES,
    Person,
    act_about,
    by_itself,
    contacts,
    covered_profile,
    facts_of,
    mask_of,
    person_for,
    person_in,
    profile_in,
    wanted_act,
)

DRAWN = 3_000 if os.environ.get("ARREARS_SOAK") else 40
ACTS_PER_RULE, PEOPLE_PER_RULE = (20, 200) if os.environ.get("ARREARS_SOAK") else (2, 12)
DRAWINGS_PER_RULE = 8
"""So often people and acts are drawn anew where the rule has not yet stood in anybody's way."""
DAY = date(2026, 11, 30)
DAYS = (DAY, date(2026, 3, 8), date(2026, 11, 1), date(2026, 3, 29), date(2028, 2, 29), date(2026, 12, 6))
"""A Monday; the changes of the clock in New York and in London; a leap day; a Sunday."""
SAID = (
    Mark.INSTITUTION_NAMED, Mark.BOT_DISCLOSED, Mark.RECORDING_NOTICE, Mark.COLLECTOR_DISCLOSED, Mark.OPT_OUT_NOTICE, Mark.OPT_OUT_SIMPLE,
    Mark.SEVERAL_VISITORS, Mark.IDENTITY_SHOWN, Mark.OBJECTION_CHANNEL_SHOWN,
)
OPENS_HOURS = frozenset({Happened.TIME_AGREED, Happened.CONSENT})
"""With an agreement on the time the gate may open earlier than the hours that are told."""
ZONE_OF_NOBODY = ("UTC",)


@dataclass
class Found:
    """What a comparison came to."""

    answers: Counter[str] = field(default_factory=Counter)
    wrong_no: list[object] = field(default_factory=list)
    wrong_deferred: list[object] = field(default_factory=list)
    false_yes: list[object] = field(default_factory=list)
    perhaps_for_nothing: int = 0
    later_than_the_gate: list[object] = field(default_factory=list)
    reasons_of_no: Counter[str] = field(default_factory=Counter)


def moments_of(day: date, zones: tuple[str, ...], lot: random.Random, extra: Sequence[datetime], most: int) -> Iterator[datetime]:
    """Many moments of the day: each half hour and the second after it, some by chance, and those that are told."""
    span = Span.of(day, zones)
    half_hours = int((span.ends_at - span.starts_at) / timedelta(minutes=30))
    steps = range(half_hours) if half_hours <= most else sorted(lot.sample(range(half_hours), most))
    for step in steps:
        yield span.starts_at + step * timedelta(minutes=30) + timedelta(seconds=step % 2 + 1)
    for _ in range(3):
        yield span.starts_at + timedelta(seconds=lot.randrange(1, int((span.ends_at - span.starts_at).total_seconds())))
    yield from (moment for moment in extra if span.starts_at < moment < span.ends_at)


def compare(people: Sequence[Person], profiles: Sequence[Profile], screens: Sequence[Screen], day: date, packs: Packs, lot: random.Random, *, moments: int = 30) -> tuple[Found, set[str]]:
    """Ask the pre-screen once for all, and the verdict at many moments for each."""
    rows, asked = mask_of(people, profiles, screens, day, packs)
    assert len(rows) == len(people) * len(screens), "every person has an answer for every act"
    found, by_name = Found(), {one.name: one for one in screens}
    for row in rows:
        person, screen = people[row["party_id"]], by_name[row["channel"]]  # type: ignore[index]
        _compare_one(row, person, profiles[person.profile], screen, day, packs, lot, found, moments)
    return found, asked


def _compare_one(row: dict[str, object], person: Person, profile: Profile, screen: Screen, day: date, packs: Packs, lot: random.Random, found: Found, moments: int) -> None:
    facts, whole = facts_of(person, profile), act_about(screen, person.debts)
    from_at = row["from_at"].replace(tzinfo=UTC) if isinstance(row["from_at"], datetime) else None
    zones = facts.zones or tuple(sorted({zone for pack in packs.packs if not pack.places.isdisjoint(facts.places) for zone in pack.zones})) or ZONE_OF_NOBODY
    extra = [from_at + timedelta(seconds=1)] if from_at else []
    told = [verdict(whole, facts, moment, packs) for moment in moments_of(day, zones, lot, extra, moments)]
    answers = {one.answer for one in told}
    found.answers[str(row["may"])] += 1
    if row["may"] == "no":
        found.reasons_of_no[str(row["rule"])] += 1
        parts = [told, *([verdict(act_about(screen, (debt,)), facts, one, packs) for one in moments_of(day, zones, lot, extra, moments)] for debt in person.debts[1:])]
        if any(one.reading is Answer.PERMITTED for part in parts for one in part):
            found.wrong_no.append((row, person, profile))
        _compare_next(row, whole, facts, Span.of(day, zones), from_at, packs, found)
    elif row["may"] == "deferred" and Answer.PERMITTED in answers:
        found.wrong_deferred.append((row, person, profile))
    elif row["may"] == "yes" and Answer.PERMITTED not in answers:
        found.false_yes.append((row, person, profile))
    elif row["may"] == "yes" and from_at is not None and verdict(whole, facts, from_at + timedelta(seconds=1), packs).answer is not Answer.PERMITTED:
        found.false_yes.append((row, person, profile, "not from then on"))
    elif row["may"] == "perhaps" and Answer.PERMITTED not in answers:
        found.perhaps_for_nothing += 1


def _compare_next(row: dict[str, object], whole: Proposed, facts: Facts, span: Span, from_at: datetime | None, packs: Packs, found: Found) -> None:
    """Where the gate knows the next permitted moment, the pre-screen must not send anybody away for longer."""
    told: Verdict = verdict(whole, facts, span.starts_at + timedelta(seconds=1), packs)
    if any(one.kind in OPENS_HOURS for one in facts.history):
        return
    if told.next_permitted_at is not None and (from_at is None or from_at > told.next_permitted_at):
        found.later_than_the_gate.append((row, told.next_permitted_at.astimezone(UTC), whole, facts))


def drawn(lot: random.Random, day: date, people: int, kinds: Sequence[Happened], *, several: bool = False) -> tuple[list[Person], list[Profile]]:
    """People and the profiles that they share."""
    profiles = [profile_in(lot, place, several=several) for place in PLACES for _ in range(3)]
    return [person_in(lot, lot.randrange(len(profiles)), day, kinds) for _ in range(people)], profiles


@pytest.mark.parametrize("day", DAYS, ids=str)
def test_never_no_where_some_moment_of_the_day_permits(day: date, capsys: pytest.CaptureFixture[str]) -> None:
    lot = random.Random(day.toordinal())
    people, profiles = drawn(lot, day, DRAWN, list(Happened), several=day == DAY)
    found, asked = compare(people, profiles, contacts(*SAID), day, every_pack(), lot)
    yes = found.answers["yes"] + len(found.false_yes)
    with capsys.disabled():
        print(f"\n{day}: {dict(found.answers)}, false yes {len(found.false_yes)} of {yes}, perhaps though never permitted {found.perhaps_for_nothing}, rules {len(asked)}")
    assert not found.wrong_no
    assert not found.wrong_deferred
    assert not found.false_yes
    assert not found.later_than_the_gate


def rules_with_a_column_form(pack_name: str) -> list[Rule]:
    """Every rule of a shipped pack whose kind has one."""
    return [rule for rule in pack_named(pack_name).rules if type(rule.kind) in COLUMN_FORMS or isinstance(rule.kind, Hours | TimesRuledOut | UntilDay)]


def forbids_whole_days(rule: Rule) -> bool:
    """Is it one of those that history puts in the way of a whole day, and in force? Words and far deadlines are reached by chance alone."""
    counts_days = isinstance(rule.kind, Block | CoolingOff | NoticeFirst) or (isinstance(rule.kind, Cap) and bool(rule.kind.window))
    return counts_days and rule.in_force(DAY)


@pytest.mark.parametrize("pack_name", shipped_packs())
def test_each_rule_by_itself_is_told_in_columns_as_the_gate_tells_it(pack_name: str, capsys: pytest.CaptureFixture[str]) -> None:
    pack, reached = pack_named(pack_name), dict[str, Counter[str]]()
    for rule in rules_with_a_column_form(pack_name):
        lot, reached[rule.name] = random.Random(rule.name), Counter[str]()
        for _ in range(DRAWINGS_PER_RULE):
            acts = [wanted_act(lot, rule) for _ in range(ACTS_PER_RULE)]
            people = [person_for(lot, rule, act, DAY) for act in acts for _ in range(PEOPLE_PER_RULE)]
            screens = [Screen(f"act {place}", act) for place, act in enumerate(acts)]
            found, _ = compare(people, [covered_profile(lot, pack, rule)], screens, DAY, by_itself(pack, rule), lot, moments=6)
            assert not found.wrong_no, (rule.name, found.wrong_no[0])
            assert not found.wrong_deferred and not found.false_yes, (rule.name, found.wrong_deferred, found.false_yes)
            reached[rule.name].update(found.answers)
            if reached[rule.name]["no"] or not forbids_whole_days(rule):
                break
    with capsys.disabled():
        print(f"\n{pack_name}: {len(reached)} rules by themselves, {dict(sum(reached.values(), Counter[str]()))}")
    assert all(counted.total() >= ACTS_PER_RULE * ACTS_PER_RULE * PEOPLE_PER_RULE for counted in reached.values()), "every rule was asked of everybody"
    stood = {rule.name for rule in pack.rules if rule.name in reached and forbids_whole_days(rule)}
    assert not [name for name in sorted(stood) if not reached[name]["no"] + reached[name]["perhaps"]], "each of these stood in somebody's way"


@settings(max_examples=4, deadline=None, suppress_health_check=list(HealthCheck))
@given(lot=st.randoms(use_true_random=False))
def test_histories_sought_by_hypothesis_are_never_told_no_wrongly(lot: random.Random) -> None:
    people, profiles = drawn(lot, DAY, 12, list(Happened))
    found, _ = compare(people, profiles, contacts(*SAID)[:2], DAY, every_pack(), lot)
    assert not (found.wrong_no or found.wrong_deferred or found.false_yes)
