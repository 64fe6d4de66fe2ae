"""What is to be paid by which day, so that it is settled?

A quote states an amount and its last day. Given, it is an entry (`entries.QuoteGiven`) and binds the creditor: whoever pays it in time has
settled, whatever interest runs until then and whatever is found out later.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from arrears.core.problems import WrongCall
from arrears.ledger.account.entries import Entry, QuoteGiven, QuoteKind
from arrears.ledger.account.ledger import Ledger
from arrears.ledger.account.replay import replay
from arrears.ledger.account.terms import AccountTerms

FRIDAY = 4


@dataclass(frozen=True, slots=True)
class Offer:
    """Who pays `amount_minor` from `asked_on` to `pay_by` has settled.

    Args:
        discount_minor: what the creditor gives up beside, on the last day.
    """

    asked_on: date
    pay_by: date
    settles: QuoteKind
    amount_minor: int
    discount_minor: int = 0

    def given(self, entry_id: str, recorded_on: date) -> QuoteGiven:
        """The entry that binds the creditor to it."""
        return QuoteGiven(entry_id=entry_id, valid_on=self.asked_on, recorded_on=recorded_on, amount_minor=self.amount_minor, expires_on=self.pay_by, settles=self.settles)


def usual_days(on: date) -> list[date]:
    """Today, the coming Friday, the end of the month: by when are people asked to pay?

    >>> [day.isoformat() for day in usual_days(date(2026, 2, 25))], [day.isoformat() for day in usual_days(date(2026, 7, 31))]
    (['2026-02-25', '2026-02-27', '2026-02-28'], ['2026-07-31'])
    """
    friday = on + timedelta((FRIDAY - on.weekday()) % 7)
    month_end = (on.replace(day=28) + timedelta(4)).replace(day=1) - timedelta(1)
    return sorted({on, friday, month_end})


def offers(
    terms: AccountTerms, entries: Iterable[Entry], asked_on: date, days: Sequence[date], settles: QuoteKind = QuoteKind.ARREARS, discount_minor: int = 0
) -> tuple[Offer, ...]:
    """What settles by each of these days, to the cent?

    Args:
        asked_on: the day of asking; only what is known by then counts.
        days: the last days; each amount is what is owed at the end of its day, with the interest that runs until then.
        discount_minor: taken off each; no amount falls below zero.

    >>> from arrears.ledger.account.entries import InstalmentAgreed
    >>> from arrears.ledger.allocation.claims import Component
    >>> from decimal import Decimal
    >>> day = date(2026, 1, 1)
    >>> agreed = InstalmentAgreed(entry_id="1", valid_on=day, recorded_on=day, number=1, due_on=date(2026, 2, 1), amounts={Component.PRINCIPAL: 1_000_000})
    >>> [one.amount_minor for one in offers(AccountTerms("CNY", penalty_rate_annual=Decimal("0.18")), [agreed], date(2026, 2, 11), [date(2026, 2, 11), date(2026, 2, 13)])]
    [1005000, 1006000]

    Raises:
        WrongCall: a day lies before the day of asking, or the discount is below zero.
    """
    if any(day < asked_on for day in days):
        raise WrongCall("pay_by lies before the day of asking.", "Nobody can pay in the past.", f"Write pay_by as {asked_on} or later.")
    if discount_minor < 0:
        raise WrongCall("discount is below zero.", "A quote never asks more than is owed.", "Write discount as an amount of zero or more.")
    known = list(entries)
    found = [(day, _settling(replay(terms, known, day, known_on=asked_on), settles)) for day in sorted(set(days))]
    return tuple(Offer(asked_on, day, settles, max(0, amount - discount_minor), min(amount, discount_minor)) for day, amount in found)


def _settling(ledger: Ledger, settles: QuoteKind) -> int:
    if settles is QuoteKind.WHOLE_DEBT:
        return ledger.payoff_minor()
    return max(0, ledger.due_minor - ledger.credit_minor)
