"""Which part of what is overdue is principal, interest, fee, penalty?

Within one item money reaches the components in the order of the settings (`component_order`; the ledger's standard one unless the lender agreed
another). What is left of an item is the end of its amount (`arrears.ledger.sets`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import ibis
import ibis.expr.types as ir

from arrears.core.columns import money_sum
from arrears.ledger.allocation.claims import Component
from arrears.ledger.sets.oldest_first import left_by_component
from arrears.ledger.sets.parts import PARTS, ZERO

LEFT_LAST = ("principal_minor", "penalty_minor", "interest_minor", "fee_minor")
"""Components that a book states. Costs of enforcing a claim it does not: they are nothing here."""
OVERDUE_COLUMNS = tuple(f"overdue_{name}" for name in LEFT_LAST)


def overdue_components(owed: ir.Table, late: ir.BooleanColumn, order: Sequence[Component]) -> dict[str, Any]:
    """Sums per component over the late items of a group; null where a late item does not state its components.

    Args:
        owed: items with `amount_minor`, `outstanding_minor` and, where the source has them, the components of `LEFT_LAST`, which make up the amount.
        late: which of them are overdue.
        order: every component once, as money reaches them within an item.
    """
    if LEFT_LAST[0] not in owed.columns:
        return {name: ibis.null("int64") for name in OVERDUE_COLUMNS}
    unstated = (late & owed[LEFT_LAST[0]].isnull()).any().fill_null(False)
    stated = {name: owed[name] if name in LEFT_LAST else ZERO for name in PARTS}
    left = left_by_component(stated, order, owed.outstanding_minor)
    return {f"overdue_{name}": unstated.ifelse(ibis.null("int64"), money_sum(left[name], where=late)) for name in LEFT_LAST}


def no_components(amount_overdue_minor: ir.IntegerColumn) -> dict[str, Any]:
    """The components of an amount that is not broken down: nothing of nothing, otherwise not known."""
    return {name: ibis.cases((amount_overdue_minor == 0, ibis.literal(0, type="int64")), else_=ibis.null("int64")) for name in OVERDUE_COLUMNS}
