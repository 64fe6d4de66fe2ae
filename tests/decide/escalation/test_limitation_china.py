"""诉讼时效 told as stories: what runs, what interrupts, what suspends, what comes too late."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arrears.core.problems import WrongCall
from arrears.core.workings import Worked
from arrears.decide.escalation.limitation_china import _INTERRUPTS, _NAMES, PROCEDURES, Event, EventKind, Limitation, Obstacle, limitation
from tests.decide.escalation.shipped import law_of

LAW = law_of("china")
WEEKENDS = frozenset(day for day in (date(2020, 1, 1) + timedelta(days=n) for n in range(7000)) if day.weekday() >= 5)
D = date.fromisoformat
LATER = D("2027-06-30")


def told(due: str, as_of: str, *events: Event, obstacles: tuple[Obstacle, ...] = (), off: frozenset[date] = frozenset()) -> Worked[Limitation]:
    return limitation(LAW, [D(due)], D(as_of), events, obstacles, off)


def counted(found: Worked[Limitation]) -> str | None:
    return None if found.figure.until is None else str(found.figure.until.counted)


@pytest.mark.parametrize(
    ("due", "last", "moved"),
    [("2023-03-15", "2026-03-15", "2026-03-16"), ("2024-02-29", "2027-02-28", "2027-03-01"), ("2021-02-28", "2024-02-28", "2024-02-28"), ("2023-12-31", "2026-12-31", "2026-12-31")],
)  # fmt: skip
def test_three_years_end_on_the_day_of_the_same_number_or_on_the_next_working_day(due: str, last: str, moved: str) -> None:
    until = told(due, "2024-03-01", off=WEEKENDS).figure.until
    assert until is not None and (str(until.counted), str(until.moved)) == (last, moved)


@pytest.mark.parametrize(("as_of", "barred"), [("2026-03-15", False), ("2026-03-16", False), ("2026-03-17", True)])
def test_a_last_day_on_a_sunday_leaves_the_monday(as_of: str, barred: bool) -> None:
    assert told("2023-03-15", as_of, off=WEEKENDS).figure.barred is barred


def test_instalments_of_one_debt_run_from_the_last() -> None:
    found = limitation(LAW, [D("2023-01-31"), D("2023-12-31"), D("2023-02-28")], D("2026-06-01"))
    assert (counted(found), found.figure.barred) == ("2026-12-31", False)


@pytest.mark.parametrize("kind", sorted(set(EventKind) - PROCEDURES))
def test_what_interrupts_lets_the_period_begin_anew(kind: EventKind) -> None:
    assert counted(told("2022-05-10", "2025-01-01", Event(D("2024-07-01"), kind))) == "2027-07-01"


@pytest.mark.parametrize("kind", sorted(PROCEDURES))
def test_a_procedure_lets_it_begin_anew_when_it_has_ended_and_never_end_while_it_runs(kind: EventKind) -> None:
    ended = Event(D("2023-04-20"), kind, D("2023-06-15"))
    assert counted(told("2022-05-10", "2025-01-01", ended)) == "2026-06-15"
    still = told("2022-05-10", "2030-01-01", Event(D("2023-04-20"), kind))
    assert (still.figure.until, still.figure.barred) == (None, False)


def test_a_demand_on_the_last_day_is_in_time_and_on_the_next_revives_nothing() -> None:
    demand = EventKind.CREDITOR_DEMAND_REACHED
    assert counted(told("2022-05-10", "2026-01-01", Event(D("2025-05-10"), demand))) == "2028-05-10"
    late = told("2022-05-10", "2026-01-01", Event(D("2025-05-11"), demand))
    assert (counted(late), late.figure.barred, late.figure.defence_available) == ("2025-05-10", True, True)
    assert "it revives nothing" in late.working[-1].en


def test_what_cannot_be_proved_interrupts_nothing() -> None:
    found = told("2022-05-10", "2026-01-01", Event(D("2024-07-01"), EventKind.CREDITOR_DEMAND_REACHED, proved=False))
    assert found.figure.barred and "without proof" in found.working[1].en


def test_a_demand_before_the_debt_was_due_changes_nothing() -> None:
    assert counted(told("2022-05-10", "2023-01-01", Event(D("2022-04-01"), EventKind.CREDITOR_DEMAND_REACHED))) == "2025-05-10"


def test_what_happens_after_the_day_asked_about_is_not_looked_at() -> None:
    assert told("2022-05-10", "2025-05-11", Event(D("2025-05-12"), EventKind.DEBTOR_SIGNED_COLLECTION_NOTICE)).figure.defence_available


def test_a_notice_signed_after_the_end_gives_the_defence_up() -> None:
    found = told("2022-05-10", "2026-01-01", Event(D("2025-08-01"), EventKind.DEBTOR_SIGNED_COLLECTION_NOTICE)).figure
    assert (found.barred, found.defence_available) == (True, False)


def test_who_paid_after_the_end_cannot_ask_it_back_and_may_refuse_the_rest() -> None:
    found = told("2022-05-10", "2026-01-01", Event(D("2025-08-01"), EventKind.PARTIAL_PAYMENT)).figure
    assert (found.bound_by_payment, found.defence_available) == (True, True)


@pytest.mark.parametrize(
    ("began", "ended", "last"),
    [
        ("2024-01-01", "2024-11-09", "2025-05-10"),  # over before the last six months begin
        ("2024-01-01", "2024-11-10", "2025-05-10"),  # over on their first day: six months on is the same day
        ("2024-01-01", "2025-03-01", "2025-09-01"),
        ("2025-05-10", "2025-08-31", "2026-02-28"),  # began on the last day
        ("2025-05-11", "2025-08-31", "2025-05-10"),  # began after it
    ],
)
def test_an_obstacle_in_the_last_six_months_leaves_six_months_after_it(began: str, ended: str, last: str) -> None:
    assert counted(told("2022-05-10", "2026-06-01", obstacles=(Obstacle(D(began), D(ended)),))) == last


def test_an_obstacle_that_goes_on_keeps_the_period_from_running_out() -> None:
    found = told("2022-05-10", "2026-06-01", obstacles=(Obstacle(D("2025-01-01")),)).figure
    assert (found.until, found.barred) == (None, False)


def test_twenty_years_end_it_whatever_happened() -> None:
    events = [Event(date(year, 6, 1), EventKind.CREDITOR_DEMAND_REACHED) for year in range(2004, 2025, 2)]
    found = limitation(LAW, [D("2003-06-01")], D("2024-01-01"), events)
    assert (counted(found), found.figure.barred) == ("2023-06-01", True)


@pytest.mark.parametrize(("due", "last", "certain"), [("2015-09-30", "2017-09-30", False), ("2015-10-01", "2018-10-01", True), ("2020-01-31", "2023-01-31", True)])
def test_a_period_of_two_years_not_yet_over_became_one_of_three(due: str, last: str, certain: bool) -> None:
    found = told(due, "2015-10-02" if due < "2016" else "2021-01-01")
    assert (counted(found), found.certain) == (last, certain)


def test_a_claim_without_a_due_date_is_a_wrong_call() -> None:
    with pytest.raises(WrongCall, match="No due date"):
        limitation(LAW, [], D("2026-01-01"))


def test_every_kind_of_event_has_its_article_and_its_words() -> None:
    assert set(_INTERRUPTS) == set(_NAMES) == set(EventKind)


SIMPLE = sorted(set(EventKind) - PROCEDURES)


@given(st.dates(date(2018, 1, 1), date(2024, 12, 31)), st.lists(st.tuples(st.integers(0, 2500), st.sampled_from(SIMPLE))), st.integers(0, 3000))
def test_more_that_interrupts_never_shortens_the_period(due: date, offsets: list[tuple[int, EventKind]], later: int) -> None:
    as_of = due + timedelta(days=later)
    events = [Event(due + timedelta(days=offset), kind) for offset, kind in offsets]
    without = limitation(LAW, [due], as_of, events[1:]).figure
    with_all = limitation(LAW, [due], as_of, events).figure
    assert without.until is not None and with_all.until is not None
    assert with_all.until.counted >= without.until.counted
    assert with_all.barred <= without.barred
