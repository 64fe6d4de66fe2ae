"""What came back in an invented book: payments in time, late, early, in parts, and some taken back by the bank?

No payment lies after the day of the book. Whoever is in order has caught up by the day before it, however late the
usual payment, so that the share of overdue accounts is the one that was meant.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from arrears.intake.sample.draws import Ints, chosen, draws, happens, invented_ids, part
from arrears.intake.sample.loans import Days, Loans, Recipe, Schedule

_HABITS = (71, 13, 9, 5, 2)
"""Shares of: punctual, always late by some days, forgetful now and then, in parts, early."""
PUNCTUAL, HABITUAL, FORGETFUL, IN_PARTS, EARLY = range(5)
_RETURNED = 70
"""Payments of 10,000 that the bank takes back some days later."""
_WHOLE, _REST, _TAKEN_BACK, _AGAIN, _LITTLE = range(5)
_NUMBERS_AN_INSTALMENT = 8
_INSTALMENTS_AN_ACCOUNT = 128


@dataclass(frozen=True, slots=True)
class Payments:
    """The payments of a slice, by account, day and id. `reversal_of` is 0 where the row takes nothing back."""

    account: Ints
    payment_id: Ints
    paid_on: Days
    amount_minor: Ints
    reversal_of: Ints


@dataclass(frozen=True, slots=True)
class _Rows:
    """Payments being collected: row of the schedule, kind, day, amount, kind of the one taken back (-1: none)."""

    row: Ints
    kind: int
    paid_on: Days
    amount_minor: Ints
    takes_back: int = -1


def make_payments(recipe: Recipe, loans: Loans, schedule: Schedule) -> Payments:
    """Which payments have these accounts made up to the day of the book?"""
    habit = chosen(draws(recipe.seed, "habit", loans.owner), 0, _HABITS)
    place = loans.number[schedule.account] * _INSTALMENTS_AN_ACCOUNT + schedule.number
    words = draws(recipe.seed, "pay", place)
    today = np.datetime64(recipe.as_of, "D")
    settled = schedule.number <= (loans.fallen_due - loans.missing)[schedule.account]
    rows = [
        *_regular(loans, schedule, habit, words, settled, today),
        *_early(loans, schedule, habit, words, today),
        *_of_the_overdue(loans, schedule, words, today),
    ]
    return _in_order(recipe, schedule, place, [part_ for part_ in rows if len(part_.row)])


def _late_days(habit: Ints, words: NDArray[np.uint64]) -> Ints:
    """By how many days is each instalment paid after (before: negative) its due date?"""
    often, much = part(words, 0, 100), part(words, 1, 65_536)
    late = np.where(habit == HABITUAL, 2 + (much * 8 >> 16), 0)
    late = np.where((habit == FORGETFUL) & (often < 18), 4 + (much * 24 >> 16), late)
    late = np.where((habit == IN_PARTS) & (often < 40), (much * 4 >> 16), late)
    late = np.where((habit == PUNCTUAL) & (often < 4), 1 + (much * 3 >> 16), late)
    return np.where((habit == EARLY) | ((habit == PUNCTUAL) & (often > 90)), -(much * 6 >> 16), late)


def _regular(
    loans: Loans,
    schedule: Schedule,
    habit: Ints,
    words: NDArray[np.uint64],
    settled: NDArray[np.bool_],
    today: np.datetime64,
) -> list[_Rows]:
    """Instalments paid in full: at once, in two parts, or returned and paid again."""
    row = np.flatnonzero(settled)
    bits, habits = words[row], habit[schedule.account[row]]
    due_on, amount = schedule.due_on[row], _due(schedule, row)
    yesterday = today - np.timedelta64(1, "D")
    paid_on = np.minimum(due_on + _late_days(habits, bits).astype("timedelta64[D]"), yesterday)
    split = (habits == IN_PARTS) & happens(bits, 2, 3_500)
    first = np.where(split, amount * (30 + part(bits, 3, 50)) // 100, amount)
    rest_on = np.minimum(paid_on + (3 + part(bits, 1, 9)).astype("timedelta64[D]"), yesterday)
    back_on = paid_on + (2 + part(bits, 3, 3)).astype("timedelta64[D]")
    again_on = back_on + (1 + part(bits, 1, 4)).astype("timedelta64[D]")
    back = happens(bits, 2, _RETURNED) & ~split & (again_on < today)
    return [
        _Rows(row, _WHOLE, paid_on, first),
        _Rows(row[split], _REST, rest_on[split], (amount - first)[split]),
        _Rows(row[back], _TAKEN_BACK, back_on[back], amount[back], _WHOLE),
        _Rows(row[back], _AGAIN, again_on[back], amount[back]),
    ]


def _early(
    loans: Loans, schedule: Schedule, habit: Ints, words: NDArray[np.uint64], today: np.datetime64
) -> list[_Rows]:
    """The coming instalment, paid before its day by people in order: some days before, by a few a whole month."""
    coming = (schedule.number == (loans.fallen_due + 1)[schedule.account]) & ((loans.missing == 0) & (habit == EARLY))[
        schedule.account
    ]
    row = np.flatnonzero(coming)
    before = np.where(part(words[row], 0, 10) < 3, 21, 1 + part(words[row], 1, 6))
    paid_on = schedule.due_on[row] - before.astype("timedelta64[D]")
    # A loan is at least 31 days old when its first instalment falls due, so even these lie after its opening.
    known = paid_on <= today
    return [_Rows(row[known], _WHOLE, paid_on[known], _due(schedule, row[known]))]


def _of_the_overdue(loans: Loans, schedule: Schedule, words: NDArray[np.uint64], today: np.datetime64) -> list[_Rows]:
    """What overdue people managed: a part of the oldest instalment, small sums in hardship, a returned payment."""
    paid_through = (loans.fallen_due - loans.missing)[schedule.account]
    missing = (schedule.number > paid_through) & (schedule.number <= loans.fallen_due[schedule.account])
    row = np.flatnonzero(missing)
    bits, due_on, amount = words[row], schedule.due_on[row], _due(schedule, row)
    oldest = schedule.number[row] == paid_through[row] + 1
    hardship = loans.missing[schedule.account[row]] >= 4
    paid_on = due_on + part(bits, 1, 18).astype("timedelta64[D]")
    little = np.where(hardship, happens(bits, 2, 2_500), oldest & happens(bits, 2, 1_400)) & (paid_on < today)
    share = np.where(hardship, 3 + part(bits, 3, 15), 20 + part(bits, 3, 60))
    back_on = paid_on + (2 + part(bits, 3, 3)).astype("timedelta64[D]")
    returned = ~little & oldest & happens(bits, 0, 400) & (back_on < today)
    return [
        _Rows(row[little], _LITTLE, paid_on[little], np.maximum(amount * share // 100, 1)[little]),
        _Rows(row[returned], _WHOLE, paid_on[returned], amount[returned]),
        _Rows(row[returned], _TAKEN_BACK, back_on[returned], amount[returned], _WHOLE),
    ]


def _due(schedule: Schedule, row: Ints) -> Ints:
    return schedule.principal_minor[row] + schedule.interest_minor[row]


def _in_order(recipe: Recipe, schedule: Schedule, place: Ints, rows: list[_Rows]) -> Payments:
    """All rows by account, day and id, each with the id that its instalment and kind give it."""
    if not rows:
        nothing = np.empty(0, np.int64)
        return Payments(nothing, nothing, nothing.astype("datetime64[D]"), nothing, nothing)
    named = [invented_ids(recipe.seed, "payment", place[r.row] * _NUMBERS_AN_INSTALMENT + r.kind) for r in rows]
    back = [
        invented_ids(recipe.seed, "payment", place[r.row] * _NUMBERS_AN_INSTALMENT + r.takes_back)
        if r.takes_back >= 0
        else np.zeros(len(r.row), np.int64)
        for r in rows
    ]
    account = np.concatenate([schedule.account[r.row] for r in rows])
    payment_id, reversal_of = np.concatenate(named), np.concatenate(back)
    paid_on = np.concatenate([r.paid_on for r in rows])
    amount = np.concatenate([r.amount_minor for r in rows])
    # One number to sort by: 18 bits of account, 15 of day, and the 30 highest of the id, which decide within one day.
    day = paid_on.astype(np.int64) - np.datetime64("1990-01-01", "D").astype(np.int64)
    order = np.argsort(account << 45 | day << 30 | payment_id >> 33, kind="stable")
    return Payments(account[order], payment_id[order], paid_on[order], amount[order], reversal_of[order])
