"""Accounts for the stories: a short loan, and days written as month and day of 2026."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from arrears.ledger.account.entries import Entry, InstalmentAgreed, Payment
from arrears.ledger.account.terms import AccountTerms
from arrears.ledger.allocation.claims import Component

LENT_ON = date(2026, 1, 1)
TERMS = AccountTerms("CNY", contract_rate_annual=Decimal("0.12"), penalty_rate_annual=Decimal("0.18"), days_in_year=360)


def day(month: int, of_month: int) -> date:
    return date(2026, month, of_month)


def instalment(number: int, due_on: date, principal: int, interest: int = 0, fee: int = 0) -> InstalmentAgreed:
    amounts = {Component.PRINCIPAL: principal, Component.INTEREST: interest, Component.FEE: fee}
    return InstalmentAgreed(entry_id=f"agreed {number}", valid_on=LENT_ON, recorded_on=LENT_ON, number=number, due_on=due_on, amounts=amounts)


def paid(name: str, on: date, amount: int, recorded_on: date | None = None, designated: int | None = None) -> Payment:
    return Payment(entry_id=name, valid_on=on, recorded_on=recorded_on or on, amount_minor=amount, designated=designated)


def loan(principal: int = 1_000_000, interest: int = 10_000, count: int = 3) -> list[Entry]:
    """Instalments due on the first of February, March …"""
    return [instalment(number, date(2026, number + 1, 1), principal, interest) for number in range(1, count + 1)]


def after(on: date, days: int) -> date:
    return on + timedelta(days)
