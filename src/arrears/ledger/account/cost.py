"""What has the account cost in all, as a rate a year, if it is paid off on the day?"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from arrears.ledger.account.entries import Entry, InstalmentAgreed, Payment, Refund, in_effect
from arrears.ledger.account.ledger import Ledger
from arrears.ledger.allocation.claims import Component
from arrears.ledger.value.flows import Flow
from arrears.ledger.value.rates import xirr


def all_in_rate(ledger: Ledger, entries: Iterable[Entry]) -> Decimal:
    """The effective rate a year of all that was lent, paid and would be paid to end the debt on the ledger's day (XIRR, actual/365).

    Interest, penalty interest, fees and costs are all in it, whatever they are called; what was forgiven or settled is not.

    >>> from datetime import date
    >>> from arrears.ledger.account.replay import replay
    >>> from arrears.ledger.account.terms import AccountTerms
    >>> day = date(2025, 1, 1)
    >>> lent = InstalmentAgreed(entry_id="1", valid_on=day, recorded_on=day, number=1, due_on=date(2026, 1, 1), amounts={Component.PRINCIPAL: 100_000, Component.INTEREST: 12_000})
    >>> all_in_rate(replay(AccountTerms("CNY"), [lent], date(2026, 1, 1)), [lent])
    Decimal('0.12')

    Raises:
        NoRate: nothing was lent before it was to be paid, or nothing is to be paid.
    """
    standing = in_effect(entries, ledger.on)
    lent = [Flow(one.valid_on, one.amounts.get(Component.PRINCIPAL, 0)) for one in standing if isinstance(one, InstalmentAgreed)]
    paid = [Flow(one.valid_on, -one.amount_minor) for one in standing if isinstance(one, Payment)]
    back = [Flow(one.valid_on, one.amount_minor) for one in standing if isinstance(one, Refund)]
    return xirr([*lent, *paid, *back, Flow(ledger.on, ledger.credit_minor if not ledger.balance_minor else -ledger.payoff_minor())])
