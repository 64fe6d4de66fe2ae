"""Judge of frappe.json, kind by kind; what was only transcribed is not judged."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from arrears.assess.delinquency.position import position_steps
from arrears.assess.delinquency.settings import DayOnDueDate, DelinquencySettings
from arrears.core.book import BOOK_TABLES
from arrears.ledger.allocation.claims import Component, Outstanding
from arrears.ledger.allocation.debts import inside_one_debt
from arrears.ledger.allocation.instalments import per_instalment
from arrears.ledger.day_count import ACTUAL_365
from arrears.ledger.due_dates import MonthEndRule, Unit, add_months, due_dates
from arrears.ledger.interest import interest_for_days, interest_rounded_each_day, penalty_on_each
from arrears.ledger.rounding import Rounding, divide, to_multiple
from arrears.ledger.schedule.annuity import annuity
from arrears.ledger.schedule.make import schedule
from arrears.ledger.schedule.terms import Engine, Terms
from tests.columns import rows_after
from tests.vectors.judging import Judgement, NotUnderstood, minor, only_known

UNBOUND = {name: table.unbound() for name, table in BOOK_TABLES.items()}
INCLUSIVE = DelinquencySettings(day_on_due_date=DayOnDueDate.ONE)
WHOLE_UNIT = 100
LONGEST = 1200
VECTOR = {"id", "kind", "source", "input", "expected", "check", "note"}


def family(vector: dict[str, Any]) -> str:
    """The kind; figures that nobody recomputed are a family of their own."""
    return vector["kind"] + ("_transcribed" if vector["check"] == "transcribed_only" else "")


def _days_past_due(receivables: list[tuple[str, int]], came: list[tuple[str, int]], on: str) -> int:
    """Days past due of one account, the due date itself being day one."""
    book = {
        "accounts": [{"account_id": 1, "party_id": 1, "product": "loan", "currency": "INR"}],
        "receivables": [{"account_id": 1, "document_id": n, "due_on": date.fromisoformat(due), "amount_minor": amount} for n, (due, amount) in enumerate(receivables, 1)],
        "payments": [{"account_id": 1, "payment_id": n, "paid_on": date.fromisoformat(day), "amount_minor": amount} for n, (day, amount) in enumerate(came, 1)],
    }
    return rows_after(position_steps(UNBOUND, INCLUSIVE, date.fromisoformat(on)), book, "account_id")[0]["days_past_due"]


def _dpd(given: dict[str, Any], expected: dict[str, Any]) -> str:
    only_known(given, {"demands", "payments", "as_of", "rule"}, "input")
    only_known(expected, {"dpd"}, "expected")
    found = _days_past_due(
        [(one["due_date"], minor(one["amount"])) for one in given["demands"]], [(one["date"], minor(one["amount"])) for one in given["payments"]], given["as_of"]
    )
    return "" if found == expected["dpd"] else f"{expected['dpd']} days expected, {found} found"


def _npa(given: dict[str, Any], expected: dict[str, Any]) -> str:
    """One loan beyond the threshold marks every loan of the customer; without payments the first due date tells all."""
    only_known(given, {"threshold_days", "rule", "as_of", "loans", "payments"}, "input")
    if given["payments"]:
        raise NotUnderstood("payments against loans whose instalments are not given need the schedule of the ledger")
    days = {loan["loan"]: _days_past_due([(loan["first_due_date"], minor(loan["principal"]))], [], given["as_of"]) for loan in given["loans"]}
    marked = any(late > given["threshold_days"] for late in days.values())
    found = {**dict.fromkeys(days, marked), "customer": marked}
    return "" if found == expected["npa"] else f"{expected['npa']} expected, {found} found"


def _share(percent: str) -> Decimal:
    return Decimal(percent).scaleb(-2)


def _compare(expected: dict[str, Any], found: dict[str, Any]) -> str:
    only_known(expected, set(found), "expected")
    return "; ".join(f"{name}: {value} expected, {found[name]} found" for name, value in expected.items() if found[name] != value)


_FIRST_DUE = {
    "monthly_from_first_repayment_date": (lambda start: start, MonthEndRule.CLAMP_TO_LAST_DAY),
    "pro_rated_calendar_months_end_of_month": (lambda start: add_months(start, 0, MonthEndRule.ALWAYS_LAST_DAY), MonthEndRule.ALWAYS_LAST_DAY),
    "pro_rated_calendar_months_first_of_next_month": (lambda start: add_months(start.replace(day=1), 1), MonthEndRule.CLAMP_TO_LAST_DAY),
}


def _due_dates(given: dict[str, Any], expected: dict[str, Any]) -> str:
    only_known(given, {"rule", "disbursement_date", "number_of_repayments"}, "input")
    start = date.fromisoformat(given["disbursement_date"])
    first, month_end = _FIRST_DUE[given["rule"]]
    days = [day.isoformat() for day in due_dates(start, given["number_of_repayments"], 1, Unit.MONTHS, month_end, first(start))]
    return _compare(expected, {"first": days[0], "second": days[1], "last": days[-1]})


def _emi(given: dict[str, Any], expected: dict[str, Any]) -> str:
    only_known(given, {"principal", "annual_rate_percent", "number_of_repayments", "unit", "periods_per_year", "emi_rounding"}, "input")
    _whole_units_up(given)
    exact = annuity(minor(given["principal"]), [_share(given["annual_rate_percent"]) / given["periods_per_year"]] * given["number_of_repayments"])
    return _compare(expected, {"emi": str(to_multiple(exact, WHOLE_UNIT, Rounding.UP) // WHOLE_UNIT)})


def _whole_units_up(given: dict[str, Any]) -> None:
    if given["emi_rounding"] != "ceil_to_whole_unit":
        raise NotUnderstood(f"the rounding {given['emi_rounding']}")


def _schedule(given: dict[str, Any], expected: dict[str, Any]) -> str:
    """Interest from the same day of the month before, by actual days of 365; instalments in whole units, rounded up, or one that was agreed."""
    only_known(
        given,
        {
            "principal", "annual_rate_percent", "number_of_repayments", "repay_every", "unit", "disbursement_date", "first_repayment_date", "days_in_year",
            "emi_rounding", "interest_days", "fixed_emi",
        },
        "input",
    )  # fmt: skip
    _whole_units_up(given)
    if (given["days_in_year"], given["interest_days"], given["repay_every"]) != (365, "actual days from the same day of the previous month", 1):
        raise NotUnderstood("another day count")
    first = date.fromisoformat(given["first_repayment_date"])
    fixed = minor(given["fixed_emi"]) if given.get("fixed_emi") else None
    found = schedule(
        Terms(
            minor(given["principal"]), _share(given["annual_rate_percent"]), given["number_of_repayments"] or LONGEST, add_months(first, -1),
            unit=Unit(given["unit"]), first_due_on=first, engine=Engine.CUMULATIVE, day_count=ACTUAL_365, multiple_minor=WHOLE_UNIT,
            instalment_rounding=Rounding.UP, ordinary_twelfth=True, merge_small_last=False, instalment_minor=fixed, days_since_same_day=True,
        )
    )  # fmt: skip
    interest, paid = sum(one.interest_minor for one in found), sum(one.total_minor for one in found)
    wrong = [
        _compare(
            {name: value for name, value in expected.items() if name != "checks_rounded_to_unit"},
            {
                "emi": _in_units(found[0].total_minor, like=expected.get("emi")),
                "rows": len(found),
                "total_interest_rounded": _in_units(interest, like=expected.get("total_interest_rounded")),
                "total_payment_rounded": _in_units(paid, like=expected.get("total_payment_rounded")),
            },
        )
    ]
    for row in expected.get("checks_rounded_to_unit", []):
        one = found[row["n"] - 1]
        amounts = {"principal_due": one.principal_minor, "interest_due": one.interest_minor, "balance": one.balance_minor}
        says = {name: _in_units(amount, like=row.get(name)) for name, amount in amounts.items()}
        wrong.append(_compare(row, {"n": one.number, **says}))
    return "; ".join(one for one in wrong if one)


def _in_units(amount_minor: int, like: str | None) -> str:
    """An amount rounded to whole units, written with as many decimals as the other."""
    decimals = len(like.partition(".")[2]) if like else 0
    return f"{divide(amount_minor, WHOLE_UNIT, Rounding.HALF_UP)}" + ("." + "0" * decimals if decimals else "")


def _accrual(given: dict[str, Any], expected: dict[str, Any]) -> str:
    only_known(given, {"balance", "annual_rate_percent", "from_date", "to_date", "accrued_to", "as_of", "days", "days_in_year", "rounding", "note"}, "input")
    end = given.get("to_date") or given.get("accrued_to") or given.get("as_of")
    days = given["days"] if "days" in given else (date.fromisoformat(end) - date.fromisoformat(given["from_date"])).days
    ways = {"per day to 2 digits, then summed": interest_rounded_each_day, None: interest_for_days}
    if given.get("rounding") not in ways:
        raise NotUnderstood(f"the rounding {given['rounding']}")
    found = ways[given.get("rounding")](minor(given["balance"]), _share(given["annual_rate_percent"]), days, given["days_in_year"])
    return "" if found == minor(expected["interest"]) else f"{expected['interest']} expected, {found} found"


def _penalty(given: dict[str, Any], expected: dict[str, Any]) -> str:
    only_known(given, {"overdue", "penalty_annual_rate_percent", "days_in_year", "days", "grace_days", "as_of"}, "input")
    as_of = date.fromisoformat(given["as_of"])
    overdue = [(minor(one["amount"]), (as_of - date.fromisoformat(one["due_date"])).days) for one in given["overdue"]]
    found = penalty_on_each(overdue, _share(given["penalty_annual_rate_percent"]), given["days_in_year"], given.get("grace_days", 0))
    return "" if found == minor(expected["penalty"]) else f"{expected['penalty']} expected, {found} found"


def _payment_split(given: dict[str, Any], expected: dict[str, Any]) -> str:
    """Interest up to the due date, or to the payment where that is earlier."""
    only_known(given, {"principal", "annual_rate_percent", "disbursement_date", "due_date", "days_in_year", "order", "payment"}, "input")
    until = min(date.fromisoformat(given["due_date"]), date.fromisoformat(given["payment"]["date"]))
    days = (until - date.fromisoformat(given["disbursement_date"])).days
    interest = interest_for_days(minor(given["principal"]), _share(given["annual_rate_percent"]), days, given["days_in_year"])
    owed = Outstanding(1, until, {Component.INTEREST: interest, Component.PRINCIPAL: minor(given["principal"])})
    found = per_instalment(minor(given["payment"]["amount"]), [owed], [Component(name) for name in given["order"]]).by_component()
    wrong = [name for name, value in expected.items() if found[Component(name)] != minor(value)]
    return f"{expected} expected, {found} found" if wrong else ""


def _prepayment(given: dict[str, Any], expected: dict[str, Any]) -> str:
    """Each prepayment pays the accrued interest first; on one day no more of it accrues."""
    only_known(given, {"principal", "annual_rate_percent", "interest_accrued", "prepayments"}, "input")
    owed, left = {Component.INTEREST: minor(given["interest_accrued"]), Component.PRINCIPAL: minor(given["principal"])}, []
    for one in sorted(given["prepayments"], key=lambda one: str(one["at"])):
        found = inside_one_debt(minor(one["amount"]), owed).by_component()
        owed = {kind: amount - found[kind] for kind, amount in owed.items()}
        left.append(owed[Component.PRINCIPAL])
    return "" if left == [minor(value) for value in expected["principal_after"]] else f"{expected} expected, {left} found"


_KINDS = {
    "dpd": _dpd,
    "npa": _npa,
    "due_dates": _due_dates,
    "emi": _emi,
    "schedule": _schedule,
    "schedule_fixed_emi": _schedule,
    "accrual": _accrual,
    "penalty": _penalty,
    "payment_split": _payment_split,
    "prepayment": _prepayment,
}


def judge(vector: dict[str, Any], shared: dict[str, Any]) -> list[Judgement]:
    """The figure of one vector."""
    only_known(vector, VECTOR, "vector")
    if vector["kind"] not in _KINDS:
        raise NotUnderstood(f"kind {vector['kind']} is not judged yet")
    wrong = _KINDS[vector["kind"]](vector["input"], vector["expected"])
    return [Judgement(family(vector), not wrong, wrong)]
