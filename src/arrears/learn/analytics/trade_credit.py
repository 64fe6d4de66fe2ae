"""How long do a company's customers take to pay their invoices?"""

from __future__ import annotations

from fractions import Fraction

from arrears.learn.analytics.ratio import Ratio, ratio


def days_sales_outstanding(receivables_minor: int, credit_sales_minor: int, days: int) -> Ratio:
    """DSO: receivables at the end of a period over the net credit sales of the period, times its days.

    >>> days_sales_outstanding(50_000, 150_000, 90)
    Fraction(30, 1)
    """
    share = ratio(receivables_minor, credit_sales_minor)
    return None if share is None else share * days


def best_possible_days(current_receivables_minor: int, credit_sales_minor: int, days: int) -> Ratio:
    """Best possible DSO: the same, of what is not yet due only.

    >>> best_possible_days(30_000, 150_000, 90)
    Fraction(18, 1)
    """
    return days_sales_outstanding(current_receivables_minor, credit_sales_minor, days)


def average_days_delinquent(receivables_minor: int, current_receivables_minor: int, credit_sales_minor: int, days: int) -> Ratio:
    """ADD: DSO less the best possible DSO.

    >>> average_days_delinquent(50_000, 30_000, 150_000, 90)
    Fraction(12, 1)
    """
    return days_sales_outstanding(receivables_minor - current_receivables_minor, credit_sales_minor, days)


def collection_effectiveness_index(opening_minor: int, credit_sales_minor: int, closing_minor: int, closing_current_minor: int) -> Ratio:
    """CEI: of what could be collected in the period, which part was? 1 means everything that was due came.

    (opening + credit sales - closing total) / (opening + credit sales - closing current).

    >>> collection_effectiveness_index(100, 50, 60, 40)
    Fraction(9, 11)
    """
    return ratio(opening_minor + credit_sales_minor - closing_minor, opening_minor + credit_sales_minor - closing_current_minor)


def weighted_days_late(days_and_amounts: list[tuple[int, int]]) -> Fraction | None:
    """Average days late of invoices, weighted by amount; None without any amount.

    >>> weighted_days_late([(10, 300), (0, 100)])
    Fraction(15, 2)
    """
    return ratio(sum(days * amount for days, amount in days_and_amounts), sum(amount for _, amount in days_and_amounts))
