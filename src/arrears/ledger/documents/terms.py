"""The terms of a loan, as a document."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from arrears.ledger.day_count import ACTUAL_360, ACTUAL_365, ACTUAL_ACTUAL, THIRTY_360, LeapRule, YearBoundary
from arrears.ledger.documents.reading import Amount, CurrencyCode, Day, Document, Field, OneOf, Percentage, Whole, YesNo
from arrears.ledger.due_dates import MonthEndRule, Unit
from arrears.ledger.rounding import Rounding
from arrears.ledger.schedule.terms import Amortization, Engine, InterestMethod, InterestPeriod, Terms

DAY_COUNTS = {"30/360": THIRTY_360, "actual/360": ACTUAL_360, "actual/365": ACTUAL_365, "actual/actual": ACTUAL_ACTUAL}
ROUNDINGS = {one.name.lower(): one for one in Rounding}


@dataclass(frozen=True, slots=True)
class TermsDocument:
    """Terms, and the currency of their amounts."""

    currency: str
    terms: Terms


TERMS_FIELDS = {
    "principal": Field(Amount("an amount above zero, such as 1200.00"), needed=True, to="principal_minor"),
    "rate_percent": Field(Percentage("a percentage a year from 0 to 10000 without its sign, such as 12 or 4.35"), needed=True, to="rate_annual"),
    "count": Field(Whole("a whole number from 1 to 1200, the last instalment within 200 years, such as 12"), needed=True),
    "paid_out_on": Field(Day(), needed=True),
    "every": Field(Whole("a whole number from 1 to 366, such as 1", "1")),
    "unit": Field(OneOf(Unit)),
    "engine": Field(OneOf(Engine)),
    "method": Field(OneOf(InterestMethod)),
    "amortization": Field(OneOf(Amortization)),
    "interest_period": Field(OneOf(InterestPeriod)),
    "day_count": Field(OneOf(DAY_COUNTS)),
    "leap_rule": Field(OneOf(LeapRule)),
    "year_boundary": Field(OneOf(YearBoundary)),
    "month_end": Field(OneOf(MonthEndRule)),
    "multiple": Field(Amount("an amount above zero, such as 1.00", "1.00"), to="multiple_minor"),
    "down_payment_percent": Field(Percentage("a percentage from 0 to below 100 without its sign, such as 20", "20")),
    "grace_principal": Field(Whole("a whole number below count, such as 2", "0")),
    "grace_interest": Field(Whole("a whole number below count, such as 1", "0")),
    "balloon": Field(Amount("an amount from zero to below the principal, such as 500.00", "500.00"), to="balloon_minor"),
    "fixed_length_days": Field(Whole("a whole number of days from 1 to 72000, such as 365", "365")),
    "first_due_on": Field(Day("a day not before paid_out_on, such as 2026-02-28", "2026-02-28")),
    "instalment_rounding": Field(OneOf(ROUNDINGS)),
    "instalment": Field(Amount("an amount above zero; it goes with the cumulative engine, declining balance and equal instalments", "400.00"), to="instalment_minor"),
    "ordinary_twelfth": Field(YesNo("no, or yes with the cumulative engine, declining balance and equal instalments", "no")),
    "merge_small_last": Field(YesNo()),
    "days_since_same_day": Field(YesNo()),
}
"""The fields of terms, without the currency: they stand in other documents too."""


def terms_of(values: dict[str, Any]) -> Terms:
    """The record, from the values of `TERMS_FIELDS`.

    Raises:
        OutsideRange: a value that no schedule can have.
    """
    rules = {name: values.pop(name) for name in ("leap_rule", "year_boundary") if name in values}
    if rules:
        values["day_count"] = replace(values.get("day_count", ACTUAL_365), **rules)
    if "instalment_minor" in values:
        values.setdefault("engine", Engine.CUMULATIVE)
        values.setdefault("merge_small_last", False)  # What was agreed is never exceeded by a last row that took in a small one.
    if "down_payment_percent" in values:
        values["down_payment_percent"] = values["down_payment_percent"].scaleb(2)
    return Terms(**values)


def _made(values: dict[str, Any]) -> TermsDocument:
    return TermsDocument(values.pop("currency"), terms_of(values))


TERMS = Document("the terms of a loan", {"currency": Field(CurrencyCode(), needed=True), **TERMS_FIELDS}, _made)


def read_terms(text: str) -> tuple[Terms, str]:
    """Which terms does this text state, and in which currency?

    >>> terms, currency = read_terms("{currency: CNY, principal: 1200.00, rate_percent: 12, count: 4, paid_out_on: 2026-01-31, day_count: 30/360}")
    >>> terms.principal_minor, terms.rate_annual, currency
    (120000, Decimal('0.12'), 'CNY')

    Raises:
        BadData: a field is missing, not known, not valid, or outside its range; the message names it and what to write.
    """
    found = TERMS.read(text)
    return found.terms, found.currency
