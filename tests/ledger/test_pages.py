"""The worked tables of the documents are what the code answers."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

from arrears.ledger.account.replay import replay
from arrears.ledger.allocation.claims import Allocation, Component, Outstanding
from arrears.ledger.allocation.instalments import Direction, FutureInstalments, RuleList, by_rules, per_instalment, read_rule
from arrears.ledger.day_count import ACTUAL_365, ACTUAL_ACTUAL, THIRTY_360
from arrears.ledger.documents.account import read_account
from arrears.ledger.interest import interest_for_days, interest_rounded_each_day
from arrears.ledger.rounding import Rounding, divide, share_out, to_multiple, to_whole
from arrears.ledger.schedule.make import schedule
from arrears.ledger.schedule.terms import Amortization, Engine, InterestMethod, Terms
from arrears.ledger.value.flows import Flow, Timing, value_on
from arrears.ledger.value.loan_cost import Fee, Measure, cost_of_loan
from arrears.ledger.value.plans import DatedPayment, Plan, run_plan
from arrears.ledger.value.rates import xirr

PAGES = Path(__file__).parents[2] / "docs" / "algorithms"
NAMED = {
    "day_count": {"30/360": THIRTY_360, "actual/365": ACTUAL_365, "actual/actual": ACTUAL_ACTUAL}.__getitem__,
    "amortization": Amortization,
    "engine": Engine,
    "method": InterestMethod,
    "down_payment_percent": Decimal,
}
PAID_ON = date(2026, 3, 1)
TWO = (Component.INTEREST, Component.PRINCIPAL)


def stories(page: str, at_least: int = 4) -> list[Any]:
    worked = (PAGES / page).read_text(encoding="utf-8").split("## Worked tables")[1].split("## What this does not do yet")[0]
    found = [pytest.param(part, id=part.splitlines()[0].strip()) for part in worked.split("### ")[1:]]
    assert len(found) >= at_least
    return found


def rows_of(story: str) -> list[list[str]]:
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in [line for line in story.splitlines() if line.startswith("|")][2:]]


def minor(text: str) -> int:
    return int(Decimal(text) * 100)


@pytest.mark.parametrize("story", stories("schedules.md"))
def test_the_worked_schedules_are_what_the_code_answers(story: str) -> None:
    stated = yaml.safe_load(re.search(r"```yaml\n(.*?)```", story, re.S).group(1))  # type: ignore[union-attr]
    terms = Terms(120_000, Decimal("0.12"), paid_out_on=date(2026, 1, 31), **{name: NAMED.get(name, int)(value) for name, value in stated.items()})
    answered = [[one.number, one.due_on.isoformat(), one.principal_minor, one.interest_minor, one.balance_minor] for one in schedule(terms)]
    assert answered == [[int(row[0]), row[1], *map(minor, row[2:])] for row in rows_of(story)]


def by_title(title: str, payment: int, loan: list[Outstanding]) -> Allocation:
    if "vertical" in title:
        rules = tuple(read_rule(f"{due}_{kind.value}") for due in ("past_due", "in_advance") for kind in TWO)
        return by_rules(payment, loan, PAID_ON, RuleList(rules, Direction.VERTICAL))
    if "even parts" in title:
        return by_rules(payment, loan, PAID_ON, RuleList(tuple(read_rule(f"in_advance_{kind.value}") for kind in TWO), future=FutureInstalments.REAMORTISE))
    return per_instalment(payment, loan, TWO)


@pytest.mark.parametrize("story", stories("allocation.md"))
def test_the_worked_allocations_are_what_the_code_answers(story: str) -> None:
    title, rows = story.splitlines()[0], rows_of(story)
    loan = [Outstanding(n, date.fromisoformat(row[0]), dict(zip(TWO, map(minor, row[1:3]), strict=True))) for n, row in enumerate(rows, 1)]
    found = by_title(title, minor(title.split(",")[0]), loan)
    paid = {(one.key, one.component): one.amount_minor for one in found.portions}
    assert [[paid.get((n, kind), 0) for kind in TWO] for n in range(1, len(rows) + 1)] == [list(map(minor, row[3:])) for row in rows]
    assert found.unallocated_minor == minor(re.search(r"Unallocated ([\d.]+)\.", story).group(1))  # type: ignore[union-attr]


COMPONENTS = (Component.PRINCIPAL, Component.INTEREST, Component.FEE, Component.PENALTY)


@pytest.mark.parametrize("story", [*stories("account_ledger.md", 4), *stories("penalty_interest.md", 4), *stories("accrual_state.md", 4)])
def test_the_worked_accounts_are_what_the_code_answers(story: str) -> None:
    account = read_account(re.search(r"```yaml\n(.*?)```", story, re.S).group(1))  # type: ignore[union-attr]
    for row in rows_of(story):
        found = replay(account.terms, account.entries, date.fromisoformat(row[0]))
        due = found.outstanding(due_only=True)
        assert [*(due[kind] for kind in COMPONENTS), found.due_minor, found.balance_minor] == [minor(cell) for cell in row[1:]], row[0]
def share(text: str) -> Decimal:
    return Decimal(text.removesuffix(" %")).scaleb(-2)


def percent(rate: Decimal) -> str:
    return f"{rate.scaleb(2):.2f} %"


def part_of(page: str, title: str) -> list[list[str]]:
    """The rows of one worked table of a page."""
    return rows_of(next(str(story.values[0]) for story in stories(page) if str(story.values[0]).startswith(title)))


def test_the_rates_in_dated_amounts_are_what_the_code_answers() -> None:
    for amounts, by_days, by_months in part_of("value.md", "Rates in dated amounts"):
        flows = [Flow(date.fromisoformat(day), minor(amount)) for day, amount in (one.split() for one in amounts.split(", "))]
        assert (percent(xirr(flows)), percent(xirr(flows, Timing.EQUAL_MONTHS))) == (by_days, by_months)


def test_the_worths_on_a_day_are_what_the_code_answers() -> None:
    for day, rate, worth in part_of("value.md", "Worth on 2026-01-01"):
        assert value_on([Flow(date.fromisoformat(day), 110_000)], share(rate), date(2026, 1, 1)) == minor(worth)


def test_what_a_fee_does_to_a_loan_is_what_the_code_answers() -> None:
    terms = Terms(1_000_000, Decimal("0.18"), 12, date(2026, 1, 1), day_count=THIRTY_360)
    for fee, day, *rates in part_of("value.md", "What a fee does"):
        found = cost_of_loan(terms, [Fee(date.fromisoformat(day), minor(fee))])
        assert [percent(found.rates[measure]) for measure in Measure] == rates


def test_the_worked_plan_is_what_the_code_answers() -> None:
    rows = part_of("value.md", "10,000.00 of principal")
    plan = Plan("p", [DatedPayment(date.fromisoformat(row[0]), minor(row[1])) for row in rows], Decimal("0.06"))
    found = run_plan({Component.PRINCIPAL: 1_000_000, Component.INTEREST: 50_000}, date(2026, 3, 1), plan)
    for row, one in zip(rows, found.rows, strict=True):
        paid = one.allocation.by_component()
        assert [one.interest_minor, paid[Component.INTEREST], paid[Component.PRINCIPAL], one.left_minor] == list(map(minor, row[2:]))


def test_the_roundings_of_one_amount_are_what_the_code_answers() -> None:
    for exact, *answers in part_of("rounding.md", "One exact amount"):
        assert [str(to_whole(Decimal(exact), how)) for how in (Rounding.HALF_EVEN, Rounding.HALF_UP, Rounding.UP, Rounding.DOWN)] == answers
    for exact, even, up in part_of("rounding.md", "To a multiple"):
        assert [to_multiple(Decimal(minor(exact)), 100, how) for how in (Rounding.HALF_EVEN, Rounding.UP)] == [minor(even), minor(up)]


def test_the_shares_by_weights_are_what_the_code_answers() -> None:
    for total, weights, shares in part_of("rounding.md", "Shares by weights"):
        assert share_out(minor(total), [int(one) for one in weights.split(", ")]) == [minor(one) for one in shares.split(", ")]


def test_rounding_every_day_or_once_is_what_the_code_answers() -> None:
    for balance, rate, daily, once, over_a_book in part_of("rounding.md", "Thirty days of interest"):
        found = interest_rounded_each_day(minor(balance), share(rate), 30, 365), interest_for_days(minor(balance), share(rate), 30, 365)
        assert found == (minor(daily), minor(once))
        assert (found[0] - found[1]) * 10_000_000 == minor(over_a_book)


def test_what_half_up_gives_over_half_even_is_what_the_code_answers() -> None:
    for part, amounts, ties, more in part_of("rounding.md", "A part of every amount"):
        by = int(part.removeprefix("1/"))
        book = range(1, int(amounts) + 1)
        assert sum(2 * (one % by) == by for one in book) == int(ties)
        assert sum(divide(one, by, Rounding.HALF_UP) - divide(one, by) for one in book) == minor(more)
