"""A slow, separate reckoning of one account on one day, in plain Python: loops and lists, no columns, no code of the assessment.

It says what the documented conventions say (docs/how_to/conventions.md). Property tests hold the columns against it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Facts:
    """All rows of one account in the columns of the book."""

    instalments: Sequence[Row] = ()
    receivables: Sequence[Row] = ()
    statements: Sequence[Row] = ()
    payments: Sequence[Row] = ()
    pauses: Sequence[Row] = ()


@dataclass(frozen=True)
class Conventions:
    """The lender's conventions as plain figures; `moved` says where a due date goes."""

    inclusive: bool = False
    next_day: bool = False
    grace: int = 0
    tolerated_days: int = 0
    tolerated_short: int = 0
    moved: Callable[[date], date] = field(default=lambda day: day)


@dataclass(frozen=True)
class Standing:
    """What is compared."""

    days_past_due: int
    days_delinquent: int
    amount_overdue_minor: int | None
    balance_minor: int
    overdue_items: int
    oldest_due_on: date | None
    next_due_on: date | None


def late(due_on: date, by: Conventions, on: date) -> bool:
    """Has this due date, with all leniency, passed by the end of the day?"""
    last_in_time = due_on + timedelta(days=by.tolerated_days)
    return on >= last_in_time if by.inclusive else on > last_in_time


def counts_on(payment: Row, by: Conventions) -> date:
    """The day from which this money counts."""
    day: date = payment["paid_on"]
    return day + timedelta(days=1) if by.next_day else day


def reckon(facts: Facts, by: Conventions, on: date) -> Standing:
    """How does the account stand at the end of the day?"""
    return by_statements(facts, by, on) if facts.statements else by_items(facts, by, on)


def by_items(facts: Facts, by: Conventions, on: date) -> Standing:
    """Money goes to the oldest item first."""
    purse = sum((-1 if p.get("reversal_of") else 1) * p["amount_minor"] for p in facts.payments if counts_on(p, by) <= on)
    due = [(by.moved(row["due_on"]), row["number"], row["principal_minor"]) for row in facts.instalments]
    due += [(by.moved(row["due_on"]), row["document_id"], row["amount_minor"]) for row in facts.receivables if row["issued_on"] <= on]
    left = []
    for due_on, _, amount in sorted(due):
        used = max(0, min(amount, purse))
        purse -= used
        left.append((due_on, amount - used))
    overdue = [(due_on, minor) for due_on, minor in left if late(due_on, by, on) and minor > by.tolerated_short]
    to_come = [due_on for due_on, minor in left if not late(due_on, by, on) and minor > 0]
    return aged([due_on for due_on, _ in overdue], sum(minor for _, minor in overdue), sum(minor for _, minor in left), to_come, facts, by, on)


def by_statements(facts: Facts, by: Conventions, on: date) -> Standing:
    """Walk back from the newest statement while minima are unpaid."""
    issued = sorted((row for row in facts.statements if row["statement_on"] <= on), key=lambda row: row["statement_on"])
    if not issued:
        return Standing(0, 0, 0, 0, 0, None, None)
    missing = [missing_on(place, issued, facts, by, on) for place in range(len(issued))]
    run = []
    for row, minor in zip(reversed(issued), reversed(missing), strict=True):
        if minor <= by.tolerated_short:
            break
        run.append((row, minor))
    overdue = [(row, minor) for row, minor in run if late(by.moved(row["due_on"]), by, on)]
    asked = min((minor for row, minor in run if row["statement_on"] >= overdue[0][0]["statement_on"]), default=0) if overdue else 0
    newest = issued[-1]
    since = sum((-1 if p.get("reversal_of") else 1) * p["amount_minor"] for p in facts.payments if newest["statement_on"] < counts_on(p, by) <= on)
    to_come = [by.moved(row["due_on"]) for row, minor in zip(issued, missing, strict=True) if minor > 0 and not late(by.moved(row["due_on"]), by, on)]
    return aged([by.moved(row["due_on"]) for row, _ in overdue], asked, max(0, newest["balance_minor"] - since), to_come, facts, by, on)


def missing_on(place: int, issued: Sequence[Row], facts: Facts, by: Conventions, on: date) -> int:
    """What this statement's minimum still misses; what was taken back after it counts as far as the statement before is short by it."""
    kept = {p["payment_id"]: p["amount_minor"] for p in facts.payments if not p.get("reversal_of") and counts_on(p, by) <= on}
    day = {p["payment_id"]: counts_on(p, by) for p in facts.payments if not p.get("reversal_of")}
    statement_on, taken_later = issued[place]["statement_on"], 0
    for back in facts.payments:
        if back.get("reversal_of") and counts_on(back, by) <= on:
            kept[back["reversal_of"]] -= back["amount_minor"]
            if day[back["reversal_of"]] <= statement_on < counts_on(back, by):
                taken_later += back["amount_minor"]
    asked = issued[place]["minimum_due_minor"]
    if place:
        before = issued[place - 1]
        paid = sum(minor for number, minor in kept.items() if before["statement_on"] < day[number] <= statement_on)
        asked += min(taken_later, max(0, before["minimum_due_minor"] - paid))
    return int(max(0, asked - sum(minor for number, minor in kept.items() if day[number] > statement_on)))


def aged(overdue: Sequence[date], amount: int, balance: int, to_come: Sequence[date], facts: Facts, by: Conventions, on: date) -> Standing:
    """Days since the oldest of these, and those of them that count for the tag."""
    oldest, coming = min(overdue, default=None), min(to_come, default=None)
    if oldest is None:
        return Standing(0, 0, 0, balance, 0, None, coming)
    days = (on - oldest).days + by.inclusive
    paused = sum(1 for n in range((on - oldest).days) if any(rests(pause, oldest + timedelta(days=n)) for pause in facts.pauses))
    return Standing(days, max(0, days - by.grace - paused), amount, balance, len(overdue), oldest, coming)


def rests(pause: Row, day: date) -> bool:
    """Does this pause cover the day?"""
    return bool(pause["from_on"] <= day and (pause["until_on"] is None or day < pause["until_on"]))
