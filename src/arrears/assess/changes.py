"""What has changed since the run before?

Two questions: from which bucket to which did accounts and money move (the flow), and which persons need somebody's eye because they
are new in arrears or further behind than before (the alerts).
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from arrears.assess.columns import money_sum

NOT_THERE_BEFORE = "none"


def bucket_flow(now: ir.Table, before: ir.Table) -> ir.Table:
    """Accounts and amounts by bucket before and bucket now, per currency.

    Args:
        now: tonight's assessment.
        before: the assessment of the run compared with; empty for a first run.
    """
    pairs = now.left_join(before, "account_id").select(
        bucket_before=ibis.coalesce(before.bucket, NOT_THERE_BEFORE),
        bucket=now.bucket,
        currency=now.currency,
        account_id=now.account_id,
        amount_overdue_minor=now.amount_overdue_minor,
        balance_minor=now.balance_minor,
    )
    return pairs.group_by("bucket_before", "bucket", "currency").agg(
        accounts=pairs.account_id.count(),
        amount_overdue_minor=money_sum(pairs.amount_overdue_minor),
        balance_minor=money_sum(pairs.balance_minor),
    )


def _rank(bucket: ir.StringColumn, bucket_names: tuple[str, ...]) -> ir.IntegerValue:
    return ibis.cases(*((bucket == name, place) for place, name in enumerate(bucket_names)), else_=0)


def alerts(now: ir.Table, before: ir.Table, bucket_names: tuple[str, ...]) -> ir.Table:
    """Cases that are new tonight or stand in a worse bucket than at the run before.

    Args:
        now: tonight's decisions, one row a case.
        before: the decisions of the run compared with.
        bucket_names: all names, best first.
    """
    compared = now.left_join(before, "case_id").select(
        now.case_id, now.party_id, now.bucket, now.days_past_due, now.amount_overdue_minor, now.amount_at_stake_minor, now.currency,
        bucket_before=ibis.coalesce(before.bucket, NOT_THERE_BEFORE),
    )
    is_new = compared.bucket_before == NOT_THERE_BEFORE
    is_worse = _rank(compared.bucket, bucket_names) > _rank(compared.bucket_before, bucket_names)
    raised = compared.filter(is_new | is_worse).mutate(kind=ibis.ifelse(is_new, "new_overdue", "worse_bucket"))
    en = ibis.ifelse(raised.kind == "new_overdue", "New in arrears, in bucket " + raised.bucket + ".",
                     "Moved from bucket " + raised.bucket_before + " to " + raised.bucket + ".")
    zh = ibis.ifelse(raised.kind == "new_overdue", "新入催，逾期分段 " + raised.bucket + "。",
                     "逾期分段由 " + raised.bucket_before + " 恶化为 " + raised.bucket + "。")
    return raised.mutate(reason_en=en, reason_zh=zh).select(
        "kind", "case_id", "party_id", "bucket_before", "bucket", "days_past_due", "amount_overdue_minor", "amount_at_stake_minor",
        "currency", "reason_en", "reason_zh",
    )
