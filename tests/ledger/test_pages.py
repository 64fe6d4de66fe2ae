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
from arrears.ledger.schedule.make import schedule
from arrears.ledger.schedule.terms import Amortization, Engine, InterestMethod, Terms

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
