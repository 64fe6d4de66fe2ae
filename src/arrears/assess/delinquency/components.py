"""Which part of what is overdue is principal, interest, fee, penalty?

Within one item money is laid on fees first, then interest, then penalty, then principal (the order of article 561 of the Civil Code of China: costs,
interest, principal; penalty stands with interest). So what is left of an item is principal first.
"""

from __future__ import annotations

from typing import Any

import ibis
import ibis.expr.types as ir

from arrears.assess.columns import money_sum

LEFT_LAST = ("principal_minor", "penalty_minor", "interest_minor", "fee_minor")
"""Components in the order in which they are left over: the one paid last stands first."""
OVERDUE_COLUMNS = tuple(f"overdue_{name}" for name in LEFT_LAST)


def overdue_components(owed: ir.Table, late: ir.BooleanColumn) -> dict[str, Any]:
    """Sums per component over the late items of a group; null where a late item does not state its components.

    Args:
        owed: items with `outstanding_minor` and, where the source has them, the components of `LEFT_LAST`.
        late: which of them are overdue.
    """
    if LEFT_LAST[0] not in owed.columns:
        return {name: ibis.null("int64") for name in OVERDUE_COLUMNS}
    left, sums = owed.outstanding_minor, {}
    unstated = (late & owed[LEFT_LAST[0]].isnull()).any().fill_null(False)
    for name in LEFT_LAST:
        part = ibis.least(owed[name], left)
        left = left - part
        sums[f"overdue_{name}"] = unstated.ifelse(ibis.null("int64"), money_sum(part, where=late))
    return sums


def no_components(amount_overdue_minor: ir.IntegerColumn) -> dict[str, Any]:
    """The components of an amount that is not broken down: nothing of nothing, otherwise not known."""
    return {name: ibis.cases((amount_overdue_minor == 0, ibis.literal(0, type="int64")), else_=ibis.null("int64")) for name in OVERDUE_COLUMNS}
