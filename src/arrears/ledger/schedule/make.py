"""Which instalments follow from these terms?"""

from __future__ import annotations

from decimal import Decimal

from arrears.ledger.rounding import to_multiple
from arrears.ledger.schedule import cumulative, progressive
from arrears.ledger.schedule.periods import periods
from arrears.ledger.schedule.rows import collected_later, rows
from arrears.ledger.schedule.terms import Engine, Instalment, Terms


def down_payment_minor(terms: Terms) -> int:
    """How much falls due on the day of paying out? Rounded half even, to the multiple if there is one."""
    if terms.down_payment_percent is None:
        return 0
    return min(terms.principal_minor, to_multiple(Decimal(terms.principal_minor) * terms.down_payment_percent / 100, terms.multiple_minor))


def schedule(terms: Terms) -> tuple[Instalment, ...]:
    """All instalments of a loan, oldest first; their principal adds up to what was lent, and the last leaves nothing.

    >>> from datetime import date
    >>> from arrears.ledger.day_count import THIRTY_360
    >>> for one in schedule(Terms(10_000, Decimal("0.07"), 3, date(2024, 1, 1), day_count=THIRTY_360)):
    ...     print(one.number, one.due_on, one.principal_minor, one.interest_minor, one.total_minor, one.balance_minor)
    1 2024-02-01 3314 58 3372 6686
    2 2024-03-01 3333 39 3372 3353
    3 2024-04-01 3353 20 3373 0
    """
    down = down_payment_minor(terms)
    first = [] if terms.down_payment_percent is None else [Instalment(1, terms.paid_out_on, terms.paid_out_on, down, 0, terms.principal_minor - down)]
    left = terms.principal_minor - down
    spans = periods(terms)
    engine = progressive if terms.engine is Engine.PROGRESSIVE else cumulative
    principal, interest = engine.parts(terms, left, spans)
    return (*first, *rows(left, spans, principal, collected_later(interest, terms.grace_interest), len(first) + 1))
