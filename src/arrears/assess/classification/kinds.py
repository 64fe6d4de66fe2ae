"""Of which kind is a debt, where a rule asks for it?

The book tells one thing: an account with statements is revolving, one with instalments or single amounts is not. What it cannot tell (that a
revolving account is a credit card, that a home secures a loan) the lender states product by product in the conventions file.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import ibis
import ibis.expr.types as ir


class ProductKind(StrEnum):
    """Which kinds do the rules tell apart?"""

    TERM = "term"
    """Closed-end: paid back by a schedule or at once."""
    REVOLVING = "revolving"
    """Open-end: cash credit, overdraft, credit line."""
    CREDIT_CARD = "credit_card"
    """Open-end, and a card claim."""
    HOME_LOAN = "home_loan"
    """Closed-end, secured by the debtor's home."""


ProductKinds = tuple[tuple[str, ProductKind], ...]
"""Products whose kind the lender states, by name."""


@dataclass(frozen=True, slots=True)
class Marks:
    """What is known of the kind of every account; null where nobody says."""

    revolving: ir.BooleanColumn
    card: ir.BooleanColumn
    home: ir.BooleanColumn


def marks(position: ir.Table, kinds: ProductKinds) -> Marks:
    """The marks that the regimes ask for.

    Args:
        position: product, revolving (by the book).
        kinds: what the lender states; it comes before the book.
    """
    def of(*wanted: ProductKind, otherwise: ir.BooleanValue) -> ir.BooleanColumn:
        told = [(position["product"] == name, ibis.literal(kind in wanted)) for name, kind in kinds]
        return ibis.cases(*told, else_=otherwise) if told else otherwise

    unknown = ibis.null("boolean")
    return Marks(of(ProductKind.REVOLVING, ProductKind.CREDIT_CARD, otherwise=position.revolving), of(ProductKind.CREDIT_CARD, otherwise=unknown), of(ProductKind.HOME_LOAN, otherwise=unknown))
