"""The worked tables of the page on the law's arithmetic are what the code answers."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from arrears.decide.escalation.arbitration import arbitration_fees
from arrears.decide.escalation.court_fees import acceptance_fee, enforcement_fee, payment_order_fee, preservation_fee
from arrears.decide.escalation.guarantee import GuaranteeKind
from arrears.engine.use_cases import law_questions as asked
from arrears.ledger.late_payment import late_payment
from tests.decide.escalation.shipped import law_of

PAGE = Path(__file__).parents[3] / "docs" / "algorithms" / "law_figures.md"
D = date.fromisoformat
ON, ASKED = D("2026-11-23"), D("2026-06-01")
CHINA, EUROPE = law_of("china"), law_of("eu")


def rows(title: str) -> list[Any]:
    part = PAGE.read_text(encoding="utf-8").split(f"### {title}")[1].split("\n#")[0]
    found = [[cell.strip() for cell in line.strip("|").split("|")] for line in [line for line in part.splitlines() if line.startswith("|")][2:]]
    assert len(found) >= 3
    return [pytest.param(*row, id="-".join(row)) for row in found]


def minor(text: str) -> int:
    return int(Decimal(text) * 100)


def happened(cell: str) -> list[str]:
    return [cell] if cell else []


def yes(answer: bool) -> str:
    return "yes" if answer else "no"


@pytest.mark.parametrize(("amount", "full", "half", "order", "preservation", "enforcement"), rows("Court fees in China"))
def test_court_fees(amount: str, full: str, half: str, order: str, preservation: str, enforcement: str) -> None:
    claim = minor(amount)
    accepted = acceptance_fee(CHINA, claim, ON).figure
    found = accepted.full_minor, accepted.half_minor, payment_order_fee(CHINA, claim, ON).figure.fee_minor, preservation_fee(CHINA, claim, ON).figure
    assert (*found, enforcement_fee(CHINA, claim, ON).figure.fee_minor) == tuple(map(minor, (full, half, order, preservation, enforcement)))


@pytest.mark.parametrize(("amount", "low", "high", "shenyang", "beijing"), rows("Arbitration in China"))
def test_arbitration(amount: str, low: str, high: str, shenyang: str, beijing: str) -> None:
    found = arbitration_fees(CHINA, minor(amount), ON).figure
    assert (found.state_lowest_minor, found.state_highest_minor, found.shenyang_minor, found.beijing_least_minor) == tuple(map(minor, (low, high, shenyang, beijing)))


@pytest.mark.parametrize(("due", "events", "last", "over", "refuse"), rows("Limitation in China"))
def test_limitation_in_china(due: str, events: str, last: str, over: str, refuse: str) -> None:
    found = asked.limitation([D(due)], happened(events), [], asked.LimitationPlace.CHINA, ASKED, deed=False).worked.figure
    assert (str(found.until.counted), yes(found.barred), yes(found.defence_available)) == (last, over, refuse)


@pytest.mark.parametrize(("nation", "begins", "events", "last", "over", "ended"), rows("Limitation in the United Kingdom"))
def test_limitation_in_the_united_kingdom(nation: str, begins: str, events: str, last: str, over: str, ended: str) -> None:
    found = asked.limitation([D(begins)], happened(events), [], asked.LimitationPlace(nation), ASKED, deed=False).worked.figure
    assert (str(found.until), yes(found.barred), yes(found.extinguished)) == (last, over, ended)


@pytest.mark.parametrize(("due", "kind", "action", "last", "bound"), rows("Guarantees in China"))
def test_guarantees(due: str, kind: str, action: str, last: str, bound: str) -> None:
    found = asked.guaranteed(D(due), GuaranteeKind(kind), None, happened(action), ASKED).worked.figure
    assert (str(found.until.counted), yes(found.bound)) == (last, bound)


@pytest.mark.parametrize(("amount", "days", "interest", "in_all"), rows("Late payment in the European Union"))
def test_late_payment(amount: str, days: str, interest: str, in_all: str) -> None:
    found = late_payment(EUROPE, minor(amount), int(days), ON, reference_rate=Decimal("0.0215")).figure
    assert (found.interest_minor, found.total_minor) == (minor(interest), minor(in_all))


@pytest.mark.parametrize(("clock", "start", "ends"), rows("Clocks"))
def test_clocks(clock: str, start: str, ends: str) -> None:
    found = asked.clock(asked.ClockKind(clock), D(start), ASKED).worked.figure
    day = next(getattr(found, name) for name in ("due_on", "delete_after", "keep_until", "last_day") if hasattr(found, name))
    assert str(day) == ends
