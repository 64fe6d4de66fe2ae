"""What is it worth, what does it cost: published examples, what must hold whatever the amounts, and the stories of debtors who choose."""

from __future__ import annotations

import json
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
import pyxirr
from hypothesis import given, settings
from hypothesis import strategies as some

from arrears.cli.app import run_command
from arrears.ledger.account.entries import InstalmentAgreed, Payment
from arrears.ledger.account.replay import replay
from arrears.ledger.account.terms import AccountTerms
from arrears.ledger.allocation.claims import Component
from arrears.ledger.day_count import ACTUAL_360, ACTUAL_365, ACTUAL_ACTUAL, THIRTY_360
from arrears.ledger.due_dates import Unit, add_months
from arrears.ledger.interest import interest_on
from arrears.ledger.ranges import OutsideRange
from arrears.ledger.schedule.terms import Terms
from arrears.ledger.value.flows import Flow, Timing, exact_value, net_by_day, present_value, sign_changes, value_on, years_between
from arrears.ledger.value.loan_cost import Fee, Measure, cost_of_loan
from arrears.ledger.value.plans import CHEAPER, DatedPayment, Plan, PlanOutcome, compare, equal_plan, plan_days, run_plan
from arrears.ledger.value.rates import HIGHEST, LOWEST, NoRate, effective_rate, nominal_rate, settled_rate, xirr
from arrears.ledger.value.words import PLAN

START = date(1994, 1, 1)


def flows(*rows: tuple[str, str]) -> list[Flow]:
    return [Flow(date.fromisoformat(day), int(Decimal(amount) * 100)) for day, amount in rows]


# Directive 98/7/EC, annex II (the examples to the equation that Directive 2008/48/EC took over): 1,000 lent on 1 January 1994. Part A counts
# days by 365, part B equal months; the results are stated with two decimals.
EU = {
    "1,200 after a year and a half": (flows(("1994-01-01", "1000"), ("1995-07-01", "-1200")), "12.96", "12.92"),
    "the same, 50 kept back": (flows(("1994-01-01", "950"), ("1995-07-01", "-1200")), "16.90", "16.85"),
    "600 after one and after two years": (flows(("1994-01-01", "1000"), ("1995-01-01", "-600"), ("1996-01-01", "-600")), "13.07", "13.07"),
    "272, 272 and 544 after 3, 6 and 12 months": (flows(("1994-01-01", "1000"), ("1994-04-01", "-272"), ("1994-07-01", "-272"), ("1995-01-01", "-544")), "13.23", "13.19"),
}


@pytest.mark.parametrize("says", EU)
def test_the_examples_of_the_european_directive_come_out(says: str) -> None:
    amounts, by_days, by_months = EU[says]
    assert [round(xirr(amounts, timing) * 100, 2) for timing in (Timing.DAYS_365, Timing.EQUAL_MONTHS)] == [Decimal(by_days), Decimal(by_months)]


def test_the_example_of_a_spreadsheets_xirr_and_xnpv_comes_out() -> None:
    # Microsoft's pages on XIRR (37.34 %, 0.373362535) and XNPV (2,086.65 at 9 %).
    amounts = flows(("2008-01-01", "-10000"), ("2008-03-01", "2750"), ("2008-10-30", "4250"), ("2009-02-15", "3250"), ("2009-04-01", "2750"))
    assert round(xirr(amounts), 8) == Decimal("0.37336253")
    assert value_on(amounts, Decimal("0.09"), date(2008, 1, 1)) == 208_665


@pytest.mark.parametrize(
    ("nominal", "periods", "effective"),
    [("0.12", 1, "0.12"), ("0.12", 12, "0.12682503013197"), ("0.0525", 4, "0.053542667370758"), ("0", 12, "0"), ("0.18", 12, "0.195618171461535"), ("-0.01", 12, "-0.009954293743084")],
)
def test_nominal_and_effective_rates_lead_to_each_other(nominal: str, periods: int, effective: str) -> None:
    # 5.25 % settled four times is the example of Microsoft's page on EFFECT (0.0535427).
    assert effective_rate(Decimal(nominal), periods) == Decimal(effective)
    assert abs(nominal_rate(Decimal(effective), periods) - Decimal(nominal)) <= Decimal("1e-14")


# What lies between: whole months or weeks, counted back from the later day, and odd days by the year that ends where they end.
YEARS = [
    (Timing.DAYS_365, "2024-01-01", "2025-01-01", Decimal(366) / 365),
    (Timing.EQUAL_MONTHS, "2024-01-01", "2025-01-01", Decimal(1)),
    (Timing.EQUAL_MONTHS, "2026-01-12", "2026-04-15", Decimal(3) / 12 + Decimal(3) / 365),
    (Timing.EQUAL_MONTHS, "2024-03-01", "2024-04-11", Decimal(1) / 12 + Decimal(10) / 366),
    (Timing.EQUAL_MONTHS, "2026-01-31", "2026-02-28", Decimal(28) / 365),
    (Timing.EQUAL_MONTHS, "2026-01-28", "2026-02-28", Decimal(1) / 12),
    (Timing.EQUAL_WEEKS, "2026-01-01", "2026-01-15", Decimal(2) / 52),
    (Timing.EQUAL_WEEKS, "2026-01-01", "2026-01-18", Decimal(2) / 52 + Decimal(3) / 365),
]


@pytest.mark.parametrize(("timing", "start", "end", "years"), YEARS)
def test_parts_of_a_year_by_each_convention(timing: Timing, start: str, end: str, years: Decimal) -> None:
    assert abs(years_between(date.fromisoformat(start), date.fromisoformat(end), timing) - years) < Decimal("1e-25")
    assert years_between(date.fromisoformat(end), date.fromisoformat(start), timing) == -years_between(date.fromisoformat(start), date.fromisoformat(end), timing)


days = some.integers(0, 3650).map(lambda after: START + timedelta(after))
any_flows = some.lists(some.builds(Flow, days, some.integers(-(10**12), 10**12)), min_size=1, max_size=20)
timings = some.sampled_from(Timing)


@some.composite
def loans(draw: some.DrawFn) -> list[Flow]:
    """Money out on the first day, money back later: between half and three times as much."""
    out = draw(some.integers(1000, 10**12))
    later = draw(some.lists(some.tuples(some.integers(20, 3650), some.integers(1, 100)), min_size=1, max_size=24))
    back = draw(some.integers(out // 2, out * 3))
    weights = sum(weight for _, weight in later)
    return [Flow(START, -out), *(Flow(START + timedelta(after), back * weight // weights) for after, weight in later)]


@settings(max_examples=60, deadline=None)
@given(loans(), timings)
def test_what_is_valued_at_its_own_rate_comes_to_nothing_within_one_unit(loan: list[Flow], timing: Timing) -> None:
    try:
        rate = xirr(loan, timing)
    except NoRate:  # Half is lost or trebled within weeks, or nothing comes back: the value keeps its sign from end to end of the range.
        assert len({exact_value(loan, rate, START, timing) > 0 for rate in (LOWEST, HIGHEST)}) == 1
        return
    if rate > -0.5:
        assert abs(exact_value(loan, rate, START, timing)) <= 1
        assert abs(value_on(loan, rate, START, timing)) <= 1
    assert (rate > 0) is (sum(one.amount_minor for one in loan) > 0) or rate == 0


@settings(max_examples=40, deadline=None)
@given(loans())
def test_our_rate_is_the_librarys_where_the_library_has_one(loan: list[Flow]) -> None:
    net = net_by_day(loan)
    theirs = pyxirr.xirr([one.on for one in net], [one.amount_minor for one in net], silent=True)
    if theirs is None or not -0.9 < theirs < 100:
        return
    assert abs(float(xirr(loan)) - theirs) < 1e-6 * max(1, abs(theirs))
    assert abs(float(exact_value(net, Decimal("0.07"), net[0].on)) - pyxirr.xnpv(0.07, [one.on for one in net], [one.amount_minor for one in net])) < 1


@given(any_flows, days, timings)
def test_at_no_rate_the_value_is_the_sum_on_any_day(amounts: list[Flow], on: date, timing: Timing) -> None:
    assert value_on(amounts, Decimal(0), on, timing) == sum(one.amount_minor for one in amounts)
    assert present_value(amounts, Decimal(0), on, timing) == sum(one.amount_minor for one in amounts if one.on > on)


@given(any_flows, some.decimals("0.01", "2", places=4), days)
def test_the_worth_of_all_grows_by_the_rate_from_one_day_to_a_later_one(amounts: list[Flow], rate: Decimal, on: date) -> None:
    later = on + timedelta(365)
    assert abs(exact_value(amounts, rate, later) - exact_value(amounts, rate, on) * (1 + rate)) < Decimal("1e-9")


@given(some.decimals("-0.9", "5", places=6), some.integers(1, 366))
def test_a_rate_told_in_another_way_and_back_is_the_same(rate: Decimal, periods: int) -> None:
    assert abs(effective_rate(nominal_rate(rate, periods), periods) - rate) < Decimal("1e-13")


@pytest.mark.parametrize(
    "amounts",
    [[], flows(("2026-01-01", "1")), flows(("2026-01-01", "1"), ("2027-01-01", "1")), flows(("2026-01-01", "1"), ("2026-01-01", "-1")), flows(("2026-01-01", "0"), ("2027-01-01", "5"))],
)
def test_amounts_of_one_sign_hold_no_rate(amounts: list[Flow]) -> None:
    for find in (xirr, settled_rate):
        with pytest.raises(NoRate, match="all received or all paid"):
            find(amounts)


def test_where_several_rates_fit_none_is_stated() -> None:
    twice = flows(("2026-01-01", "-100"), ("2027-01-01", "230"), ("2028-01-01", "-132"))  # 10 % and 20 % both fit.
    assert [abs(exact_value(twice, Decimal(rate), date(2026, 1, 1))) < 1 for rate in ("0.1", "0.2")] == [True, True]
    with pytest.raises(NoRate, match="several rates"):
        xirr(twice)


def test_a_return_at_the_end_of_a_loan_does_not_hide_its_rate() -> None:
    assert round(xirr(flows(("2026-01-01", "-100"), ("2027-01-01", "130"), ("2028-01-01", "-10"))), 4) == Decimal("0.2179")


def test_a_rate_beyond_all_sense_is_refused_and_one_at_the_brink_found() -> None:
    with pytest.raises(NoRate, match="No rate between"):
        xirr(flows(("2026-01-01", "-1"), ("2026-01-02", "3")))
    with pytest.raises(NoRate, match="No rate between -99.99 % and 100,000,000 %"):
        effective_rate(Decimal(100), 365)
    assert LOWEST < xirr(flows(("2026-01-01", "-1000"), ("2026-01-02", "980"))) < Decimal("-0.99")


def test_a_discount_of_all_or_more_is_refused() -> None:
    with pytest.raises(OutsideRange, match="rate_annual"):
        value_on(flows(("2026-01-01", "1")), Decimal(-1), START)
    for wrong in (lambda: effective_rate(Decimal("0.1"), 0), lambda: nominal_rate(Decimal(-2), 12)):
        with pytest.raises(OutsideRange):
            wrong()


@given(some.lists(some.integers(-3, 3), max_size=8))
def test_changes_of_sign_are_those_of_the_amounts_that_are_not_zero(amounts: list[int]) -> None:
    text = "".join("+" if one > 0 else "-" for one in amounts if one)
    assert sign_changes(amounts) == text.count("+-") + text.count("-+")


# Loans ------------------------------------------------------------------------------------------------------------------------------


def loan(**changes: Any) -> Terms:
    return Terms(**{"principal_minor": 1_000_000, "rate_annual": Decimal("0.12"), "count": 12, "paid_out_on": date(2026, 1, 1), "day_count": THIRTY_360, **changes})


def test_without_fees_the_equal_months_of_the_eu_say_what_the_nominal_rate_comes_to() -> None:
    found = cost_of_loan(loan())
    assert round(found.rates[Measure.EU_APR], 5) == round(found.effective_without_fees, 5) == Decimal("0.12683")
    assert (found.paid_out_minor, found.cost_minor) == (1_000_000, found.interest_minor)


def test_a_fee_that_is_kept_back_makes_the_loan_smaller_and_dearer() -> None:
    kept, later = (cost_of_loan(loan(), [Fee(day, 20_000)]) for day in (date(2026, 1, 1), date(2026, 12, 1)))
    assert (kept.paid_out_minor, kept.fees_minor, kept.paid_back_minor) == (980_000, 20_000, 1_000_000 + kept.interest_minor)
    assert (later.paid_out_minor, later.paid_back_minor) == (1_000_000, 1_020_000 + later.interest_minor)
    assert kept.rates[Measure.EFFECTIVE] > later.rates[Measure.EFFECTIVE] > cost_of_loan(loan()).rates[Measure.EFFECTIVE]


def test_a_fee_alone_can_lift_a_cheap_loan_above_its_ceiling() -> None:
    ceiling = Decimal("0.24")
    assert cost_of_loan(loan(rate_annual=Decimal("0.18"))).against(ceiling).allowed
    with_fee = cost_of_loan(loan(rate_annual=Decimal("0.18")), [Fee(date(2026, 1, 1), 30_000)])
    assert not with_fee.against(ceiling).allowed
    assert with_fee.against(ceiling).supported == ceiling


def test_each_measure_of_the_all_in_rate_is_worked_out_by_hand_on_a_loan_of_one_payment() -> None:
    # 9,500.00 really paid out, 10,600.00 back after 73 days, a fifth of a year: 11.5789 % for it.
    terms = loan(count=1, first_due_on=date(2026, 3, 15), rate_annual=Decimal("0.3"), day_count=ACTUAL_365)
    found = cost_of_loan(terms, [Fee(date(2026, 1, 1), 50_000)])
    assert found.interest_minor == 60_000
    part = Decimal(106) / Decimal(95)
    assert abs(found.rates[Measure.EFFECTIVE] - (part**5 - 1)) < Decimal("1e-12")
    assert abs(found.rates[Measure.SETTLED] - (part - 1) * 5) < Decimal("1e-12")


def test_a_fee_that_nobody_can_mean_is_refused() -> None:
    for fee in (Fee(date(2025, 12, 31), 1), Fee(date(2026, 1, 1), -1)):
        with pytest.raises(OutsideRange, match="fees"):
            cost_of_loan(loan(), [fee])
    with pytest.raises(NoRate):
        cost_of_loan(loan(), [Fee(date(2026, 1, 1), 1_000_000)])


# Plans ------------------------------------------------------------------------------------------------------------------------------

AGREED = date(2026, 3, 1)
OWED = {Component.PRINCIPAL: 1_000_000, Component.INTEREST: 32_000, Component.PENALTY: 18_000}


def test_a_plan_without_interest_costs_what_is_owed() -> None:
    found = equal_plan(OWED, AGREED, Plan("six", []), plan_days(date(2026, 4, 1), 6, 1, Unit.MONTHS))
    assert (found.total_minor, found.interest_minor, found.left_minor, found.last_on) == (1_050_000, 0, 0, date(2026, 9, 1))
    assert {row.payment_minor for row in found.rows} == {175_000}


def test_interest_runs_on_principal_only_and_old_interest_and_penalty_are_paid_first() -> None:
    found = run_plan(OWED, AGREED, Plan("one year", [DatedPayment(date(2026, 5, 13), 50_000), DatedPayment(date(2027, 3, 1), 0)], Decimal("0.05")))
    first = found.rows[0]
    assert first.interest_minor == 10_000  # 73 days of 5 % on 10,000.00 of principal, not on the 500.00 beside it.
    assert [(one.component.value, one.amount_minor) for one in first.allocation.portions] == [("penalty", 18_000), ("interest", 32_000)]
    assert found.rows[1].interest_minor == 40_000
    assert found.left_minor == 1_050_000 + 50_000 - 50_000


def test_what_is_waived_bears_nothing_and_is_not_paid() -> None:
    waived = {Component.PENALTY: 18_000, Component.PRINCIPAL: 500_000}
    found = run_plan(OWED, AGREED, Plan("half", [DatedPayment(date(2027, 3, 1), 557_000)], Decimal("0.05"), waived=waived))
    assert (found.interest_minor, found.waived_minor, found.left_minor, found.overpaid_minor) == (25_000, 518_000, 0, 0)


def test_a_fee_for_the_plan_is_owed_from_the_first_day_and_bears_no_interest() -> None:
    found = run_plan({Component.PRINCIPAL: 100_000}, AGREED, Plan("fee", [DatedPayment(date(2027, 3, 1), 107_000)], Decimal("0.05"), fee_minor=2_000))
    assert (found.owed_minor, found.interest_minor, found.left_minor) == (102_000, 5_000, 0)


def test_a_plan_that_leaves_something_or_asks_too_much_says_so() -> None:
    short, long = (run_plan({Component.PRINCIPAL: 1000}, AGREED, Plan("p", [DatedPayment(AGREED, amount)])) for amount in (900, 1100))
    assert (short.left_minor, short.overpaid_minor) == (100, 0)
    assert (long.left_minor, long.overpaid_minor) == (0, 100)


@some.composite
def debts_and_plans(draw: some.DrawFn) -> tuple[dict[Component, int], Plan, list[date]]:
    owed = draw(some.dictionaries(some.sampled_from(Component), some.integers(0, 10**10), min_size=1))
    waived = {kind: draw(some.integers(0, amount)) for kind, amount in owed.items() if draw(some.booleans())}
    rate, convention = draw(some.decimals(0, "0.6", places=4)), draw(some.sampled_from([ACTUAL_365, ACTUAL_360, ACTUAL_ACTUAL, THIRTY_360]))
    plan = Plan("p", [], rate, convention, draw(some.integers(0, 10**6)), waived)
    return owed, plan, plan_days(AGREED + timedelta(draw(some.integers(0, 60))), draw(some.integers(1, 24)), 1, draw(some.sampled_from(Unit)))


@settings(max_examples=60, deadline=None)
@given(debts_and_plans(), some.sampled_from([1, 100, 1000]))
def test_equal_payments_clear_any_debt_and_one_unit_less_each_does_not(made: tuple[dict[Component, int], Plan, list[date]], multiple: int) -> None:
    owed, plan, days_of_plan = made
    found = equal_plan(owed, AGREED, plan, days_of_plan, multiple)
    each = found.rows[0].payment_minor
    assert (found.left_minor, found.overpaid_minor) == (0, 0)
    assert all(row.payment_minor == each for row in found.rows[:-1]) and found.rows[-1].payment_minor <= each
    assert len(found.rows) == 1 or each % multiple == 0
    if each > multiple and len(found.rows) > 1:
        less = Plan(plan.name, [DatedPayment(day, each - multiple) for day in days_of_plan], plan.rate_annual, plan.day_count, plan.fee_minor, plan.waived)
        assert run_plan(owed, AGREED, less).left_minor > 0
    keeps_every_unit(found)


def keeps_every_unit(found: PlanOutcome) -> None:
    """What was owed and what it bore is paid or left, to the unit; and the interest is that of the whole time, rounded once."""
    assert found.owed_minor + found.interest_minor == found.total_minor - found.overpaid_minor + found.left_minor
    paid = sum(one.amount_minor for row in found.rows for one in row.allocation.portions)
    assert paid == found.total_minor - found.overpaid_minor


@given(some.integers(1, 10**12), some.decimals(0, "0.6", places=4), some.lists(some.integers(0, 2000), min_size=1, max_size=12))
def test_the_interest_of_a_plan_is_rounded_once_however_often_is_paid(principal: int, rate: Decimal, after: list[int]) -> None:
    nothing = [DatedPayment(AGREED + timedelta(day), 0) for day in after]
    found = run_plan({Component.PRINCIPAL: principal}, AGREED, Plan("p", nothing, rate))
    assert found.interest_minor == interest_on(principal, rate, Fraction((found.last_on - AGREED).days, 365))


@settings(max_examples=60)
@given(
    some.dictionaries(some.sampled_from([Component.PRINCIPAL, Component.INTEREST, Component.FEE, Component.PENALTY]), some.integers(0, 10**8), min_size=1),
    some.decimals(0, "0.6", places=4),
    some.lists(some.tuples(some.integers(0, 400), some.integers(0, 10**8)), min_size=1, max_size=6),
)
def test_a_plan_leaves_what_the_ledger_of_an_account_would(owed: dict[Component, int], rate: Decimal, paid: list[tuple[int, int]]) -> None:
    """The other way to the same sum: everything due on the day of the agreement, the plan's rate on overdue principal, the same payments."""
    found = run_plan(owed, AGREED, Plan("p", [DatedPayment(AGREED + timedelta(after), amount) for after, amount in paid], rate))
    terms = AccountTerms("CNY", penalty_rate_annual=rate, days_in_year=365)
    agreed = InstalmentAgreed(entry_id="1", valid_on=AGREED, recorded_on=AGREED, number=1, due_on=AGREED, amounts=owed)
    payments = [
        Payment(entry_id=f"P-{number}", valid_on=row.on, recorded_on=row.on, amount_minor=row.payment_minor) for number, row in enumerate(found.rows) if row.payment_minor
    ]
    last_of_day = {row.on: row for row in found.rows}
    for day, row in last_of_day.items():
        ledger = replay(terms, [agreed, *payments], day)
        assert (ledger.balance_minor, ledger.credit_minor) == (row.left_minor, sum(one.allocation.unallocated_minor for one in found.rows if one.on <= day))


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"payments": []}, "payments"),
        ({"payments": [DatedPayment(date(2026, 2, 28), 1)]}, "payments"),
        ({"payments": [DatedPayment(AGREED, -1)]}, "payments"),
        ({"fee_minor": -1}, "fee_minor"),
        ({"rate_annual": Decimal(-1)}, "rate_annual"),
        ({"waived": {Component.FEE: 1}}, "waived"),
        ({"waived": {Component.PRINCIPAL: -1}}, "waived"),
    ],
)
def test_a_plan_that_cannot_be_laid_on_the_debt_is_named(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(OutsideRange) as refused:
        run_plan(OWED, AGREED, Plan(**{"name": "p", "payments": [DatedPayment(AGREED, 1)], **changes}))
    assert refused.value.field == field


def test_a_debtor_sees_what_each_plan_costs_beside_paying_now() -> None:
    owed = {Component.PRINCIPAL: 1_000_000}
    free = equal_plan(owed, AGREED, Plan("free", []), plan_days(date(2026, 4, 1), 10, 1, Unit.MONTHS))
    dear = equal_plan(owed, AGREED, Plan("dear", [], Decimal("0.12")), plan_days(date(2026, 4, 1), 10, 1, Unit.MONTHS))
    settled = run_plan(owed, AGREED, Plan("settled", [DatedPayment(date(2026, 3, 31), 700_000)], waived={Component.PRINCIPAL: 300_000}))
    found = {one.outcome.plan.name: one for one in compare([free, dear, settled], 1_000_000, Decimal("0.05"))}
    assert (found["free"].dearer_minor, found["free"].rate) == (0, Decimal(0))
    assert found["dear"].dearer_minor == dear.interest_minor > 0
    assert abs(found["dear"].rate - Decimal("0.1268")) < Decimal("0.0015")  # type: ignore[operator]  # 12 % settled monthly, by days.
    assert (found["settled"].dearer_minor, found["settled"].rate, found["settled"].no_rate) == (-300_000, None, CHEAPER)
    assert 0 < 1_000_000 - found["free"].worth_minor < 50_000  # type: ignore[operator]


def test_paying_all_on_the_day_of_the_agreement_is_worth_all_and_lends_nothing() -> None:
    found = compare([run_plan({Component.PRINCIPAL: 500}, AGREED, Plan("now", [DatedPayment(AGREED, 500)]))], 500, Decimal("0.05"))[0]
    assert (found.worth_minor, found.rate, found.dearer_minor) == (500, None, 0)


# On the command line ----------------------------------------------------------------------------------------------------------------


def said(stated: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str], *more: str) -> str:
    file = tmp_path / "document.json"
    file.write_text(json.dumps({"currency": "CNY", **stated}), encoding="utf-8")
    assert run_command(["ledger", "value", str(file), *more]) == 0
    return capsys.readouterr().out


FLOWS = {"kind": "cash_flows", "flows": [{"on": "2026-01-01", "amount": "-100.00"}, {"on": "2027-01-01", "amount": "110.00"}]}
LOAN = {"kind": "loan", "principal": "10000.00", "rate_percent": "18", "count": "12", "paid_out_on": "2026-01-01", "day_count": "30/360", "fees": [{"amount": "300.00"}]}
PLANS = {
    "kind": "plans",
    "agreed_on": "2026-03-01",
    "owed": {"principal": "900.00", "interest": "100.00"},
    "plans": [
        {"name": "ten", "equal": {"count": "10", "first_due_on": "2026-04-01"}},
        {"name": "once", "payments": [{"on": "2026-03-15", "amount": "800.00"}], "waived": {"interest": "100.00"}},
    ],
}


def test_cash_flows_are_valued_for_people_and_machines(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = json.loads(said({**FLOWS, "discount_percent": "5"}, tmp_path, capsys, "--json"))
    assert (found["rate"], found["value_minor"], found["present_value_of_later_minor"], found["valued_on"]) == ("0.1", 476, 10476, "2026-01-01")
    assert "10.0000 %" in said(FLOWS, tmp_path, capsys)
    none = {"kind": "cash_flows", "flows": [{"on": "2026-01-01", "amount": "5.00"}]}
    assert json.loads(said(none, tmp_path, capsys, "--json"))["rate"] is None
    assert "all received or all paid" in said(none, tmp_path, capsys)


def test_a_loan_is_held_against_a_ceiling_of_law_or_of_ones_own(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = json.loads(said({**LOAN, "ceiling_of_law": "cn_micro_loan"}, tmp_path, capsys, "--json"))
    assert (found["against_ceiling"]["ceiling"], found["against_ceiling"]["allowed"], found["rests_on"][0]["certain"]) == ("0.24", False, False)
    assert "ABOVE the ceiling of 24.0000 %" in said({**LOAN, "ceiling_percent": "24"}, tmp_path, capsys)
    settled = json.loads(said({**LOAN, "ceiling_percent": "24.02", "measured_by": "settled", "discount_percent": "5"}, tmp_path, capsys, "--json"))
    assert settled["against_ceiling"]["allowed"] and settled["present_value_minor"] == 1_071_686
    private = json.loads(said({**LOAN, "ceiling_of_law": "cn_private_lending", "lpr_1y_percent": "3.00"}, tmp_path, capsys, "--json"))
    assert private["against_ceiling"]["ceiling"] == "0.12"
    assert json.loads(said({**LOAN, "ceiling_of_law": "cn_financial_loan_court"}, tmp_path, capsys, "--json"))["rests_on"][0]["figure"] == "cn_financial_loan_court_cap"
    assert json.loads(said(LOAN, tmp_path, capsys, "--json"))["against_ceiling"] is None


def test_a_ceiling_that_rests_on_two_figures_names_both(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = json.loads(said({**LOAN, "paid_out_on": "2028-06-01", "ceiling_of_law": "cn_micro_loan", "lpr_1y_percent": "3.00"}, tmp_path, capsys, "--json"))
    assert found["against_ceiling"]["ceiling"] == "0.12" and len(found["rests_on"]) == 2


def test_plans_stand_side_by_side(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = json.loads(said(PLANS, tmp_path, capsys, "--json"))
    ten, once = found["plans"]
    assert (ten["total_minor"], ten["payments"], ten["last_on"], ten["rate"], ten["left_minor"]) == (100_000, 10, "2027-01-01", "0", 0)
    assert (once["left_minor"], once["waived_minor"], once["dearer_than_now_minor"]) == (10_000, 10_000, -20_000)
    shown = said({**PLANS, "discount_percent": "6", "pay_now": "950.00"}, tmp_path, capsys)
    assert "once: It does not clear the debt." in shown and "worth to the creditor" in shown


def test_every_question_is_answered_in_chinese_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "综合融资成本（年化，复利）：26.8387 %，超过上限 24.0000 %。" in said({**LOAN, "ceiling_percent": "24"}, tmp_path, capsys, "--language", "zh")
    shown = said({**PLANS, "discount_percent": "6"}, tmp_path, capsys, "--language", "zh")
    assert all(label.zh in shown for label in PLAN.values()) and "once: 总还款额低于现在还清。" in shown
    none = {"kind": "cash_flows", "flows": [{"on": "2026-01-01", "amount": "5.00"}]}
    assert "所有款项均为收入或均为支出。" in said(none, tmp_path, capsys, "--language", "zh")


@pytest.mark.parametrize(
    ("stated", "code", "named"),
    [
        ({**FLOWS, "kind": "dreams"}, 3, "kind is “dreams”"),
        ({"flows": []}, 3, "kind is missing"),
        ({**LOAN, "ceiling_percent": "24", "ceiling_of_law": "cn_micro_loan"}, 3, "ceiling_percent"),
        ({**LOAN, "ceiling_of_law": "cn_private_lending"}, 3, "lpr_1y_percent is missing"),
        ({**LOAN, "fees": [{"on": "2025-12-31", "amount": "1.00"}]}, 3, "on of fee 1"),
        ({**LOAN, "count": "0"}, 3, "count is “0”"),
        ({**LOAN, "paid_out_on": "2020-01-01", "ceiling_of_law": "cn_micro_loan"}, 4, "cn_microloan_all_in_cap"),
        ({**LOAN, "fees": [{"amount": "10000.00"}]}, 1, "all received or all paid"),
        ({**PLANS, "plans": [{"name": "x"}]}, 3, "plan 1 needs either payments or equal"),
        ({**PLANS, "plans": [PLANS["plans"][0], PLANS["plans"][0]]}, 3, "name of plan 2"),  # type: ignore[index]
        ({**PLANS, "agreed_on": "2026-05-01"}, 3, "first_due_on of equal of plan 1"),
        ({**PLANS, "owed": {"principal": "1.00"}}, 3, "waived of plan 2"),
        ({**PLANS, "plans": [{"name": "x", "equal": {"count": "2", "first_due_on": "2026-04-01", "multiple": "0.00"}}]}, 3, "multiple of equal of plan 1"),
    ],
)
def test_what_cannot_be_valued_is_named(stated: dict[str, Any], code: int, named: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "document.json"
    file.write_text(json.dumps({"currency": "CNY", **stated}), encoding="utf-8")
    assert run_command(["ledger", "value", str(file)]) == code
    told = capsys.readouterr()
    assert named in " ".join(told.err.split()) and told.out == ""


def test_the_last_day_of_a_month_returns_in_a_plan() -> None:
    assert plan_days(date(2026, 1, 31), 3, 1, Unit.MONTHS)[2] == add_months(date(2026, 1, 31), 2) == date(2026, 3, 31)
