"""How large a part of what a debtor owes is bad? Exactly, in whole numbers, for one debtor and for all.

Fractions never become floating numbers: part / whole > n / d is asked as part × d > whole × n.
"""

from __future__ import annotations

from decimal import Decimal

import ibis.expr.types as ir

from arrears.assess.columns import money_sum


def above_share(part_minor: int, whole_minor: int, share: Decimal) -> bool:
    """Is the part more than this share of the whole? A whole of nothing has no share.

    >>> above_share(101, 10_000, Decimal("0.01")), above_share(100, 10_000, Decimal("0.01")), above_share(5, 0, Decimal("0.01"))
    (True, False, False)
    """
    numerator, denominator = share.as_integer_ratio()
    return whole_minor > 0 and part_minor * denominator > whole_minor * numerator


def above_share_column(part_minor: ir.IntegerColumn, whole_minor: ir.IntegerColumn, share: Decimal) -> ir.BooleanColumn:
    """`above_share` for every row; null where an amount is. 38 digits hold the products of any two 64-bit amounts and small figures."""
    numerator, denominator = share.as_integer_ratio()
    wide_part, wide_whole = part_minor.cast("decimal(38,0)"), whole_minor.cast("decimal(38,0)")
    return (whole_minor > 0) & (wide_part * denominator > wide_whole * numerator)


def debtors_above(accounts: ir.Table, marked: ir.BooleanColumn, share: Decimal) -> ir.Table:
    """Which debtors owe more than this share of all they owe on marked accounts?

    Currencies are never added up: a debtor is looked at currency by currency, and one above the share in any of them is named.

    Args:
        accounts: party_id, currency, exposure_minor; one row an account.
        marked: which of them count as the bad part; unknown counts as not marked.
        share: the limit, itself not above.

    Returns:
        party_id, once each.
    """
    told = accounts.select("party_id", "currency", "exposure_minor", is_marked=marked.fill_null(False))
    sums = told.group_by("party_id", "currency").agg(
        marked_minor=money_sum(told.exposure_minor, where=told.is_marked), whole_minor=money_sum(told.exposure_minor)
    )
    return sums.filter(above_share_column(sums.marked_minor, sums.whole_minor, share)).select("party_id").distinct()
