"""How much falls overdue in the first place, and how do cohorts of loans age?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from arrears.learn.analytics.ratio import Ratio, ratio


def entry_rate(due_on_day_minor: int, unpaid_after_cutoff_minor: int) -> Ratio:
    """Entry rate (入催率) of one due day: of what fell due that day, which part is unpaid after its end?

    >>> entry_rate(1000, 60)
    Fraction(3, 50)
    """
    return ratio(unpaid_after_cutoff_minor, due_on_day_minor)


@dataclass(frozen=True, slots=True)
class FirstInstalment:
    """The first instalment of one loan: when it was due, and when it was paid in full (None: not yet)."""

    due_on: date
    paid_on: date | None


def first_payment_default_rate(firsts: Iterable[FirstInstalment], days: int, on: date) -> Ratio:
    """First-payment default (首逾 FPD_k) by count: loans whose first instalment is or was at least `days` late, over loans whose first
    instalment fell due at least `days` ago. Loans too young to be judged are in neither.

    >>> loans = [FirstInstalment(date(2026, 1, 1), None), FirstInstalment(date(2026, 1, 1), date(2026, 1, 5)), FirstInstalment(date(2026, 1, 20), None)]
    >>> first_payment_default_rate(loans, 7, date(2026, 1, 21))
    Fraction(1, 2)
    """
    ripe = [one for one in firsts if one.due_on <= on - timedelta(days=days)]
    late = [one for one in ripe if (one.paid_on is None or one.paid_on > on or (one.paid_on - one.due_on).days >= days)]
    return ratio(len(late), len(ripe))


def vintage_rate(booked_minor: int, balance_of_late_minor: int) -> Ratio:
    """Vintage at one month on book: balance of the cohort's loans that are at least k days late, over all that the cohort was lent.

    What was charged off stays in the numerator; for *ever* k days late the caller passes the balance at the month of first lateness.

    >>> vintage_rate(100_000, 1_500)
    Fraction(3, 200)
    """
    return ratio(balance_of_late_minor, booked_minor)
