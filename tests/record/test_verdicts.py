"""What may be deleted on which day? Both sides of each boundary."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache
from importlib.resources import files

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arrears.core.parameters import Parameters, Unit, read_parameters, texts_in
from arrears.record.retention.duties import DUTIES, PACK_OF, Bound, Confirmed, Period, RecordType, periods_on
from arrears.record.retention.periods import last_day_kept
from arrears.record.retention.verdicts import Record, State, judge

TODAY = date(2026, 11, 28)
RECORDED, SETTLED = date(2026, 3, 10), date(2026, 4, 1)
CARD_ISSUER = frozenset({"cn_consumer_finance_record_min_keep"})
"""What does not bind a bank that issues cards."""


@cache
def figures(pack: str) -> Parameters:
    return read_parameters(texts_in(files("arrears.rulepacks").joinpath(pack, "parameters")))


def confirmed(pack: str, on: date = TODAY) -> frozenset[Confirmed]:
    return frozenset(Confirmed(one.duty.figure, one.reading.whole, one.reading.unit.value) for one in periods_on(pack, figures(pack), on))


def periods(pack: str = "china", on: date = TODAY, **more: frozenset) -> tuple[Period, ...]:
    return periods_on(pack, figures(pack), on, **{"confirmed": confirmed(pack), **more})


@pytest.mark.parametrize(("on", "state"), [
    (date(2028, 3, 9), State.KEEP),
    (date(2028, 3, 10), State.KEEP),
    (date(2028, 3, 11), State.MAY_GO),
])
def test_a_card_call_recorded_on_10_march_2026_is_kept_through_10_march_2028(on: date, state: State) -> None:
    verdict = judge(Record(RecordType.RECORDING, RECORDED, SETTLED), periods(not_binding=CARD_ISSUER), on)
    assert verdict.state is state
    if state is State.KEEP:
        assert verdict.until_on == date(2028, 3, 10)


def test_a_consumer_finance_company_keeps_the_same_call_for_five_years() -> None:
    verdict = judge(Record(RecordType.RECORDING, RECORDED, SETTLED), periods(), date(2031, 3, 10))
    assert (verdict.state, verdict.until_on, verdict.rule) == (State.KEEP, date(2031, 3, 10), "cn_consumer_finance_record_min_keep")


@pytest.mark.parametrize(("start", "count", "unit", "last"), [
    (date(2024, 2, 29), 2, Unit.YEARS, date(2026, 2, 28)),
    (date(2024, 2, 29), 4, Unit.YEARS, date(2028, 2, 29)),
    (date(2023, 2, 28), 1, Unit.YEARS, date(2024, 2, 28)),
    (date(2026, 8, 31), 6, Unit.MONTHS, date(2027, 2, 28)),
    (date(2027, 8, 31), 6, Unit.MONTHS, date(2028, 2, 29)),
    (date(2026, 12, 31), 1, Unit.MONTHS, date(2027, 1, 31)),
    (date(2026, 12, 31), 30, Unit.DAYS, date(2027, 1, 30)),
    (date(2024, 2, 20), 3, Unit.YEARS, date(2027, 2, 20)),
])
def test_a_period_ends_with_the_day_of_the_same_number_or_the_months_last(start: date, count: int, unit: Unit, last: date) -> None:
    assert last_day_kept(start, count, unit) == last


@pytest.mark.parametrize(("on", "state"), [(date(2027, 2, 20), State.KEEP), (date(2027, 2, 21), State.MAY_GO)])
def test_regulation_f_keeps_through_the_day_three_years_after_the_last_activity(on: date, state: State) -> None:
    record = Record(RecordType.CORRESPONDENCE, date(2023, 1, 5), date(2024, 2, 20))
    assert judge(record, periods("us", confirmed=frozenset()), on).state is state


def test_an_unconfirmed_figure_neither_deletes_nor_keeps_for_ever_but_asks() -> None:
    doubtful = periods(confirmed=frozenset())
    record = Record(RecordType.RECORDING, RECORDED, SETTLED)
    assert judge(record, doubtful, date(2031, 3, 10)).state is State.KEEP, "not too early by the stricter reading"
    asked = judge(record, doubtful, date(2031, 3, 11))
    assert asked.state is State.ASK and not asked.may_be_erased
    assert set(asked.unconfirmed) == {"cn_card_record_min_keep", "cn_collection_record_min_keep", "cn_consumer_finance_record_min_keep"}


def test_a_confirmation_holds_for_the_value_that_was_looked_up_and_no_other() -> None:
    stale = frozenset({Confirmed("cn_card_record_min_keep", 3, "years")})
    assert not next(one for one in periods(confirmed=stale) if one.duty.figure == "cn_card_record_min_keep").certain


def test_an_end_that_nobody_answers_for_lets_go_on_request_and_never_by_itself() -> None:
    only_duties = frozenset(one for one in confirmed("china") if "max" not in one.figure)
    verdict = judge(Record(RecordType.PERSONAL_FILE, SETTLED, SETTLED), periods(confirmed=only_duties), date(2040, 1, 1))
    assert (verdict.state, verdict.may_be_erased, verdict.unconfirmed) == (State.MAY_GO, True, ("cn_personal_file_max_keep",))


@pytest.mark.parametrize("pack", sorted(DUTIES))
def test_every_pack_states_a_duty_and_an_end_for_every_kind_of_record(pack: str) -> None:
    for kind in RecordType:
        bounds = {period.duty.bound for period in periods(pack) if kind in period.duty.record_types}
        assert bounds == {Bound.MIN_KEEP, Bound.MAX_KEEP}, (pack, kind)
    assert pack in PACK_OF.values()


def test_where_no_figure_is_known_a_person_is_asked() -> None:
    assert judge(Record(RecordType.CONTRACT, RECORDED, SETTLED), (), date(2099, 1, 1)).state is State.ASK


DAYS = st.dates(date(2000, 1, 1), date(2060, 12, 31))


@settings(deadline=None)
@given(DAYS, DAYS, DAYS, st.sampled_from(sorted(DUTIES)), st.sampled_from(sorted(RecordType)), st.booleans())
def test_nothing_goes_before_the_last_duty_is_over_whatever_the_days(recorded: date, last: date, on: date, pack: str, kind: RecordType, held: bool) -> None:
    known = periods(pack)
    verdict = judge(Record(kind, recorded, last, held), known, on)
    ends = [last_day_kept(recorded if period.duty.clock == "recorded" else last, period.reading.whole, period.reading.unit)
            for period in known if period.duty.bound is Bound.MIN_KEEP and kind in period.duty.record_types]
    assert verdict.may_be_erased == (not held and on > max(ends))
    assert judge(Record(kind, recorded, None, held), known, on).may_be_erased is False, "an open case keeps everything"


@given(DAYS, st.integers(0, 40), st.sampled_from([Unit.YEARS, Unit.MONTHS]))
def test_a_longer_period_never_ends_earlier_and_never_after_its_own_length(start: date, count: int, unit: Unit) -> None:
    last, longer = last_day_kept(start, count, unit), last_day_kept(start, count + 1, unit)
    assert start <= last < longer
    assert last - start <= timedelta(days=366 * count if unit is Unit.YEARS else 31 * count)
