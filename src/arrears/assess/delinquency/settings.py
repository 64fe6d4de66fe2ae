"""Which conventions does this lender count by?

Peers differ on nearly each of these, so each is a named setting with a documented default (docs/how_to/conventions.md).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import IntEnum

from arrears.assess.delinquency.money_rules import PLAIN, MoneyRules
from arrears.core.calendars import NonWorkingDays
from arrears.ledger.allocation.claims import Component
from arrears.ledger.allocation.debts import STANDARD_ORDER


class DayOnDueDate(IntEnum):
    """Which number has the due date itself?"""

    ZERO = 0
    """The day after the due date is day 1 of lateness: the debtor has the whole due date to pay (default)."""
    ONE = 1
    """The due date itself is day 1 while unpaid at its end (the inclusive count of some lenders)."""


class PaymentDay(IntEnum):
    """From which day on does a payment count?"""

    OWN_DAY = 0
    """A payment counts at the end of its own value date (default)."""
    NEXT_DAY = 1
    """A payment counts from the day after, as with lenders whose day closes before the bank's."""


@dataclass(frozen=True, slots=True)
class PaymentTolerance:
    """Leniency in time and amount (容时容差): what is paid within some days, but for a small amount, counts as paid on time.

    Attributes:
        days: days after the due date in which a payment still counts as on time.
        short_minor: an item counts as paid when no more than this is missing, in minor units of the account's currency.
    """

    days: int = 0
    short_minor: int = 0


@dataclass(frozen=True, slots=True)
class Bucket:
    """An inclusive range of days past due under one name; `to_days` is None for the open end."""

    name: str
    from_days: int
    to_days: int | None


CURRENT = "current"
DEFAULT_BUCKETS = (
    Bucket("1-30", 1, 30),
    Bucket("31-60", 31, 60),
    Bucket("61-90", 61, 90),
    Bucket("91-120", 91, 120),
    Bucket("121-150", 121, 150),
    Bucket("151-180", 151, 180),
    Bucket("181+", 181, None),
)
MONTHS_SHOWN_APART = 6
"""Months past due from which on one open bucket holds the rest (6m+)."""


@dataclass(frozen=True, slots=True)
class DelinquencySettings:
    """The conventions of one book.

    Attributes:
        day_on_due_date: whether the due date is day 0 or day 1.
        payment_day: whether a payment counts on its own day or from the next.
        tag_grace_days: days by which the *tag* (days delinquent, bucket) lags behind the days past due; never hides the amount.
        tolerance: lateness within it is no lateness at all.
        buckets: contiguous ranges from day 1 on, the last one open.
        component_order: in which order money reaches the components of an item, every component once.
        money: by which rules money is worked out, beyond what the book states.
        non_working_days: where due dates on non-working days go; None leaves them.
        products: products that depart from the conventions above, each with its own; buckets and payment day are the book's.

    >>> DelinquencySettings().bucket_names[:3]
    ('current', '1-30', '31-60')
    """

    day_on_due_date: DayOnDueDate = DayOnDueDate.ZERO
    payment_day: PaymentDay = PaymentDay.OWN_DAY
    tag_grace_days: int = 0
    tolerance: PaymentTolerance = PaymentTolerance()
    buckets: tuple[Bucket, ...] = DEFAULT_BUCKETS
    component_order: tuple[Component, ...] = STANDARD_ORDER
    money: MoneyRules = PLAIN
    non_working_days: NonWorkingDays | None = None
    products: tuple[tuple[str, DelinquencySettings], ...] = ()

    def __post_init__(self) -> None:
        assert self.tag_grace_days >= 0 and self.tolerance.days >= 0 and self.tolerance.short_minor >= 0, "leniency is not negative"
        assert sorted(self.component_order, key=list(Component).index) == list(Component), "an order names every component once"
        expected = 1
        for bucket in self.buckets:
            assert bucket.from_days == expected, f"bucket {bucket.name} leaves a gap or an overlap before day {bucket.from_days}"
            expected = (bucket.to_days or 0) + 1
        assert self.buckets and self.buckets[-1].to_days is None, "the last bucket must be open"
        for name, one in self.products:
            assert not one.products, f"product {name} has products of its own"
            assert (one.buckets, one.payment_day) == (self.buckets, self.payment_day), f"product {name} departs from what is the book's"

    @property
    def bucket_names(self) -> tuple[str, ...]:
        """Every name an account can stand under, best first; months stand after days because they are a different measure."""
        months = (f"{month}m" for month in range(1, MONTHS_SHOWN_APART))
        return (CURRENT, *(bucket.name for bucket in self.buckets), *months, f"{MONTHS_SHOWN_APART}m+")

    def without_products(self) -> DelinquencySettings:
        """The conventions of all products that do not depart from them."""
        return replace(self, products=()) if self.products else self

    @property
    def rules_of_days(self) -> tuple[NonWorkingDays, ...]:
        """Every rule by which due dates move, each once."""
        stated = (self.non_working_days, *(one.non_working_days for _, one in self.products))
        return tuple(dict.fromkeys(rule for rule in stated if rule is not None))
