"""Judge of loan_schedules.json: every row of each schedule."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from arrears.ledger.day_count import DayCount, LeapRule, YearBoundary
from arrears.ledger.due_dates import MonthEndRule, Unit
from arrears.ledger.schedule.make import schedule
from arrears.ledger.schedule.terms import Amortization, Engine, InterestMethod, InterestPeriod, Terms
from tests.vectors.judging import Judgement, NotUnderstood, minor, only_known

VECTOR = {
    "id", "source", "principal", "annual_rate_percent", "number_of_repayments", "repay_every", "unit", "schedule_type", "interest_method",
    "interest_calculation_period", "amortization", "days_in_year", "days_in_month", "leap_rule", "year_boundary", "currency_digits", "rounding",
    "installment_multiple_of", "down_payment_percent", "grace_principal_periods", "grace_interest_payment_periods", "fixed_length_days",
    "disbursement_date", "month_end_rule", "expected", "expected_totals", "also_seen", "checked",
}  # fmt: skip
ROW = {"n", "days", "date", "principal_due", "interest_due", "fees", "penalties", "total_due", "balance"}


def family(vector: dict[str, Any]) -> str:
    """The engine, and on what interest runs."""
    return f"{vector['schedule_type']}-{vector.get('interest_method') or 'zero'}"


def _length(stated: str | int | None) -> int | None:
    return None if stated in (None, "actual") else int(stated)


def _terms(vector: dict[str, Any]) -> Terms:
    if (vector["currency_digits"], vector["rounding"]) != (2, "half_even"):
        raise NotUnderstood("another currency or rounding")
    leap, boundary, multiple, down = (vector[name] for name in ("leap_rule", "year_boundary", "installment_multiple_of", "down_payment_percent"))
    return Terms(
        principal_minor=minor(vector["principal"]),
        rate_annual=Decimal(vector["annual_rate_percent"]).scaleb(-2),
        count=vector["number_of_repayments"],
        paid_out_on=date.fromisoformat(vector["disbursement_date"]),
        every=vector["repay_every"],
        unit=Unit(vector["unit"]),
        engine=Engine(vector["schedule_type"]),
        method=InterestMethod(vector["interest_method"] or "declining_balance"),
        amortization=Amortization(vector["amortization"]),
        interest_period=InterestPeriod(vector["interest_calculation_period"] or "daily"),
        day_count=DayCount(_length(vector["days_in_month"]), _length(vector["days_in_year"]), LeapRule(leap or "calendar_year"), YearBoundary(boundary) if boundary else None),
        month_end=MonthEndRule(vector["month_end_rule"]),
        multiple_minor=minor(str(multiple)) if multiple else None,
        down_payment_percent=Decimal(down) if down else None,
        grace_principal=vector["grace_principal_periods"],
        grace_interest=vector["grace_interest_payment_periods"],
        fixed_length_days=vector["fixed_length_days"],
    )


def judge(vector: dict[str, Any], shared: dict[str, Any]) -> list[Judgement]:
    """Every row: number, days, date, principal, interest, total, balance; and the totals."""
    only_known(vector, VECTOR, "vector")
    found, wanted = schedule(_terms(vector)), vector["expected"]
    wrong = [f"{len(wanted)} rows expected, {len(found)} found"] if len(found) != len(wanted) else []
    for one, row in zip(found, wanted, strict=False):
        only_known(row, ROW, "row")
        charges = minor(row["fees"]) + minor(row["penalties"])  # Of the source's other tables: no term of the loan says them, so they are given.
        says = (one.number, one.days, one.due_on.isoformat(), one.principal_minor, one.interest_minor, one.total_minor + charges, one.balance_minor)
        stated = (row["n"], row["days"], row["date"], *(minor(row[name]) for name in ("principal_due", "interest_due", "total_due", "balance")))
        if says != stated:
            wrong.append(f"{stated} expected, {says} found")
    totals = {"principal": sum(one.principal_minor for one in found), "interest": sum(one.interest_minor for one in found)}
    if totals != {name: minor(value) for name, value in vector["expected_totals"].items()}:
        wrong.append(f"totals {totals}")
    return [Judgement(family(vector), not wrong, "; ".join(wrong))]
