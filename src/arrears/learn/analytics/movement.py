"""Who stood where before, and who stands where now? The cells that every measure of flow is made of, with both balances."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from arrears.assess.columns import money_sum
from arrears.learn.analytics.flow import NOT_THERE_BEFORE

GONE = "gone"
"""Where accounts stand that the book no longer has."""


def movement(now: ir.Table, before: ir.Table) -> ir.Table:
    """Accounts and balance of each day by bucket before, bucket now and currency.

    Args:
        now, before: assessments of two days. An account that is missing before is *none*; one that is missing now is *gone*.
    """
    pairs = now.outer_join(before, "account_id").select(
        bucket_before=ibis.coalesce(before.bucket, NOT_THERE_BEFORE), bucket=ibis.coalesce(now.bucket, GONE),
        currency=ibis.coalesce(now.currency, before.currency), balance_before_minor=before.balance_minor, balance_minor=now.balance_minor,
    )
    return pairs.group_by("bucket_before", "bucket", "currency").agg(
        accounts=pairs.bucket.count(), balance_before_minor=money_sum(pairs.balance_before_minor), balance_minor=money_sum(pairs.balance_minor),
    )
