"""Columns judge a million contacts in seconds. They must find, contact by contact and rule by rule, what the rules find that read each history."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from arrears.check.conduct.words import ActorRole, DebtorKind, DebtPurpose, LenderKind, Product, Purpose
from arrears.check.contact_audit import Told
from arrears.engine.contact_judging import About, Found, Judge, Part, left_of, packs_asked
from arrears.engine.contact_sifting import Sieve

PACKS = packs_asked(True, (), None)
FIRST = date(2026, 10, 18)
"""A week before the clocks are put back in Europe, two weeks before they are in America."""
COLUMNS = ("who", "channel", "outcome", "direction", "to", "purpose", "point", "debt", "party", "agent", "place", "zone", "said")
EVENT_COLUMNS = ("who", "kind", "channel", "to", "point", "debt", "party", "until", "said")
Row = Mapping[str, Any]


@dataclass(frozen=True)
class World:
    """Where a log is from."""

    place: str
    zones: tuple[str, ...]
    actor: ActorRole = ActorRole.AGENCY

    def about(self) -> About:
        return About(
            (self.place,), self.zones, self.actor, Product.CONSUMER_LOAN, LenderKind.BANK, DebtPurpose.CONSUMER, DebtorKind.PERSON, Purpose.COLLECTION, "lender",
            FIRST, house=True,
        )  # fmt: skip


WORLDS = (
    World("CN", ("Asia/Shanghai",), ActorRole.CREDITOR_OWN_NAME), World("US", ("America/New_York",)), World("US-NY-NYC", ("America/New_York",)),
    World("US-MA", ("America/New_York", "America/Chicago")), World("US", ()), World("GB", ("Europe/London",)), World("FR", ("Europe/Paris",)),
)  # fmt: skip
CHOICES: Mapping[str, Sequence[str | None]] = {
    "channel": ("call", "call", "call", "voice_bot", "text", "text", "voicemail", "email", "visit"),
    "outcome": ("no_answer", "no_answer", "busy", "not_in_service", "connected", "conversation", "voicemail", "sent", "dropped", "pending", None),
    "direction": (None, "out", "out", "out", "in"),
    "to": (None, None, None, "debtor", "relative", "spouse"),
    "purpose": (None, None, "collection", "reminder", "answer"),
    "point": (None, "1", "1", "2"),
    "debt": (None, "L1", "L1", "L2", "L1;L2", "L3、L1"),
    "party": (None, None, "agency", "lender"),
    "agent": (None,),
    "place": (None, None, None, None, "US-MA", "CN"),
    "zone": (None, None, None, None, "America/Denver"),
    "said": (None, None, "", "institution_named"),
}
HOURS = (0, 7, 8, 9, 12, 20, 21, 22, 23)


def drawn(lot: random.Random, who: str, *, days: int = 12, fixed: Mapping[str, Sequence[str | None]] | None = None) -> dict[str, Any]:
    """One row."""
    at = datetime.combine(FIRST, datetime.min.time(), UTC) + timedelta(days=lot.randrange(days), hours=lot.choice(HOURS), minutes=lot.choice((0, 0, 30)), seconds=lot.choice((0, 0, 1)))
    return {"who": who, "at": at, **{name: lot.choice(some) for name, some in (dict(CHOICES) | dict(fixed or {})).items()}}


def tabled(rows: Sequence[Row], columns: Sequence[str]) -> pa.Table:
    """Rows as the reader of logs gives them: by person, moment and row."""
    numbered = [{"row": number, **row} for number, row in enumerate(rows, 1)]
    numbered.sort(key=lambda row: (row["who"], row["at"], row["row"]))
    fields = [("row", pa.int64()), ("at", pa.timestamp("us", "UTC")), *((name, pa.string()) for name in columns)]
    return pa.Table.from_pylist(numbered, pa.schema(fields))


def findings(of: Found) -> Counter[tuple[object, ...]]:
    return Counter(tuple(one.values()) for one in of.table().to_pylist())


def judged_both_ways(world: World, rows: Sequence[Row], events: Sequence[Row] = (), people: Mapping[str, tuple[str, str]] | None = None, *, whole_from: date = FIRST) -> tuple[Found, int]:
    """What is found, the same in both ways; and how many contacts the columns left over."""
    table = tabled(rows, COLUMNS)
    part = Part(table, tabled(events, EVENT_COLUMNS) if events else None, people or {})
    judge = Judge(replace(world.about(), known_from=whole_from), Told(said=any(row["said"] is not None for row in rows), events=bool(events)), PACKS)
    at_once, left = judge.sift(part)
    rest = judge.judge_left(replace(part, rows=left))
    each = judge.judge_left(replace(part, rows=left_of(table, np.ones(table.num_rows, np.bool_))))
    assert at_once.judged + rest.judged == each.judged == sum(row["direction"] != "in" for row in rows), "no contact is lost, none is judged twice"
    assert at_once.counts + rest.counts == each.counts
    assert at_once.not_asked + rest.not_asked == each.not_asked
    assert findings(at_once) + findings(rest) == findings(each)
    return each, rest.judged


@st.composite
def logs(draw: st.DrawFn) -> tuple[World, list[dict[str, Any]], list[dict[str, Any]], date]:
    """Any few people of a place, what was done to them, and what else happened to some."""
    world = draw(st.sampled_from(WORLDS))
    moments = st.integers(0, 11 * 48 - 1).map(lambda half: datetime.combine(FIRST, datetime.min.time(), UTC) + timedelta(minutes=30 * half))
    one = st.fixed_dictionaries({"who": st.sampled_from("AB"), "at": moments, **{name: st.sampled_from(some) for name, some in CHOICES.items()}})
    rows = draw(st.lists(one, min_size=1, max_size=30))
    if draw(st.booleans()):
        rows = [row | {"outcome": row["outcome"] or "no_answer"} for row in rows]
    what = st.fixed_dictionaries({
        "who": st.just("A"), "at": moments, "kind": st.sampled_from(("cease_request", "consent", "dispute", "adviser_acts", "part_payment")), "channel": st.sampled_from((None, "call")),
        "debt": st.sampled_from((None, "L1")), **dict.fromkeys(("to", "point", "party", "until", "said"), st.none()),
    })  # fmt: skip
    return world, rows, draw(st.one_of(st.just([]), st.lists(what, max_size=2))), draw(st.sampled_from((FIRST, date(2026, 1, 1))))


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(logs())
def test_whatever_the_log_the_columns_find_what_the_rules_find(log: tuple[World, list[dict[str, Any]], list[dict[str, Any]], date]) -> None:
    world, rows, events, whole_from = log
    judged_both_ways(world, rows, events, whole_from=whole_from)


@pytest.mark.parametrize("world", WORLDS, ids=lambda world: f"{world.place}-{len(world.zones)}")
def test_people_near_every_limit_are_found_the_same(world: World) -> None:
    lot = random.Random(world.place)
    plain = {"place": (None,), "zone": (None,), "said": (None,), "to": (None, None, None, "relative"), "outcome": CHOICES["outcome"][:-1]}
    rows = [drawn(lot, f"K{number}", fixed=plain) for number in range(4) for _ in range(35)]
    rows += [drawn(lot, "open results", fixed=plain | {"outcome": (None, "no_answer", "connected")}) for _ in range(30)]
    each, left = judged_both_ways(world, rows)
    if world.place != "FR":
        assert each.counts.total() > len(rows)
        assert {one for _, _, one in each.counts} >= {"no_breach", "cannot_be_judged"} and {one for _, _, one in each.counts} & {"broke", "presumed_breach"}
    if world.place == "CN":
        assert left < len(rows) / 5, "columns judge nearly every contact of a log of plain calls"


@pytest.mark.parametrize("seed", range(4))
def test_others_are_found_to_have_been_asked_too_soon_the_same(seed: int) -> None:
    """The debtor is lost after so many calls in vain on one day, or on so many days in a row; not, if one whose result is not known was answered."""
    lot = random.Random(seed)
    fixed = dict.fromkeys(CHOICES, (None,)) | {"channel": ("call", "call", "text"), "to": ("debtor", "debtor", "debtor", "relative"), "direction": (None,) * 60 + ("in",)}
    answers = ("no_answer",) * 30 + ("conversation", "not_in_service")
    rows = [drawn(lot, f"K{number}", days=6, fixed=fixed | {"outcome": answers}) for number in range(4) for _ in range(40)]
    rows += [drawn(lot, "open results", days=6, fixed=fixed | {"outcome": (*answers, None)}) for _ in range(50)]
    each, left = judged_both_ways(WORLDS[0], rows)
    told = {outcome: count for (_, rule, outcome), count in each.counts.items() if rule == "others_only_once_the_debtor_is_lost"}
    assert {"broke", "no_breach"} <= told.keys() and left < len(rows) / 2
    judged_both_ways(replace(WORLDS[0], zones=("Asia/Shanghai", "Asia/Urumqi")), rows)


def test_what_only_the_worst_of_unknown_results_would_break_cannot_be_judged_in_columns_either() -> None:
    noon = datetime(2026, 10, 20, 4, tzinfo=UTC)
    row = dict.fromkeys(COLUMNS) | {"who": "A", "channel": "call", "debt": "L1"}
    rows = [row | {"at": noon + timedelta(minutes=place), "outcome": outcome} for place, outcome in enumerate(("connected", None, "connected", "connected"))]
    each, left = judged_both_ways(WORLDS[0], rows)
    told = [(one["row"], one["outcome"], one["counted"], one["missing_en"]) for one in each.table().to_pylist() if one["rule"] == "three_conversations_a_day"]
    assert told == [(4, "cannot_be_judged", 2, "what came of an earlier contact")] and left == 0


def test_of_a_person_to_whom_something_else_happened_no_contact_before_it_is_left_over() -> None:
    lot = random.Random(3)
    fixed = {"place": (None,), "zone": (None,), "direction": (None,), "to": (None,), "outcome": ("no_answer", "conversation")}
    rows = [drawn(lot, who, fixed=fixed) for who in ("A", "B") for _ in range(40)]
    asked = dict.fromkeys(EVENT_COLUMNS) | {"who": "A", "kind": "cease_request", "at": datetime(2026, 10, 24, tzinfo=UTC)}
    _, left = judged_both_ways(WORLDS[0], rows, [asked])
    assert left == sum(row["who"] == "A" and row["at"] >= asked["at"] for row in rows) > 0


def test_on_the_night_on_which_the_clock_is_put_back_over_midnight_days_are_counted_the_same() -> None:
    """In Newfoundland it was put back a minute after midnight, so that Saturday came again after Sunday had begun."""
    begin = datetime(2010, 11, 6, 22, tzinfo=ZoneInfo("America/St_Johns")).astimezone(UTC)
    row = dict.fromkeys(COLUMNS) | {"who": "A", "channel": "call", "outcome": "no_answer", "debt": "L1"}
    rows = [row | {"at": begin + timedelta(minutes=5 * place + 0.5)} for place in range(60)]
    judged_both_ways(World("US", ("America/St_Johns",)), rows, whole_from=date(2010, 1, 1))


def test_a_history_of_a_hundred_thousand_contacts_is_counted_as_quickly_as_a_hundred_thousand_people() -> None:
    """Counted by hand for a few, and never contact by contact with contact."""
    many = 100_000
    seconds = np.arange(many) * 20
    at = pa.array(np.datetime64("2026-10-01T00:00:00") + seconds.astype("timedelta64[s]"), pa.timestamp("us")).cast(pa.timestamp("us", "UTC"))
    text = pa.array(["call"] * many)
    columns = {name: pa.nulls(many, pa.string()) for name in COLUMNS} | {"who": pa.array(["A"] * many), "channel": text, "outcome": pa.array(["busy"] * many)}
    table = pa.table({"row": pa.array(np.arange(many)), "at": at, **columns})
    about = replace(World("CN", ("Asia/Shanghai",)).about(), known_from=date(2026, 1, 1))
    found, left = Judge(about, Told(said=False, events=False), PACKS).sift(Part(table, None, {}))
    told = found.table().filter(pc.equal(found.table()["rule"], "six_unanswered_calls_a_day_to_a_number"))
    counted = dict(zip(told["row"].to_pylist(), told["counted"].to_pylist(), strict=True))
    midnight = 16 * 3600 // 20  # in Beijing, eight hours ahead of Greenwich
    assert left.num_rows == 0 and counted[midnight - 1] == midnight - 1 and counted[midnight + 6] == 6 and midnight + 5 not in counted


def test_a_log_without_rows_that_were_made_is_no_trouble() -> None:
    row = dict.fromkeys(COLUMNS) | {"who": "A", "channel": "call", "direction": "in", "at": datetime(2026, 10, 20, tzinfo=UTC)}
    each, left = judged_both_ways(WORLDS[0], [row])
    assert (each.judged, left) == (0, 0)
    assert Sieve(tabled([], COLUMNS), lambda places: [], {}, lambda text: ()).samples == []


@pytest.mark.soak
@settings(max_examples=3_000, deadline=None, suppress_health_check=list(HealthCheck))
@given(logs())
def test_whatever_the_log_the_columns_find_what_the_rules_find_many_times(log: tuple[World, list[dict[str, Any]], list[dict[str, Any]], date]) -> None:
    world, rows, events, whole_from = log
    judged_both_ways(world, rows, events, whole_from=whole_from)
