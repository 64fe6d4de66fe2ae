"""What has changed since the run before?

Three questions: from which bucket to which did accounts and money move (the flow), how many accounts and persons entered arrears, rolled
further, got closer or were cured (the moves), and which persons need somebody's eye because they are new in arrears or further behind
than before (the alerts).
"""

from __future__ import annotations

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir

from arrears.assess.columns import bucket_said, money_sum
from arrears.core.reasons import LANGUAGES

NOT_THERE_BEFORE = "none"
GONE = "gone"
"""Where accounts stand that the book no longer has."""
ENTERED, WORSE, IMPROVED, CURED = "entered", "worse", "improved", "cured"
MOVES = (ENTERED, WORSE, IMPROVED, CURED)


def bucket_flow(now: ir.Table, before: ir.Table) -> ir.Table:
    """Accounts and amounts by bucket before and bucket now, per currency: the cells that every measure of flow is made of.

    Args:
        now: tonight's assessment. An account that is missing here is *gone*.
        before: the assessment of the run compared with; empty for a first run. An account that is missing here was *none*.

    Returns:
        bucket_before, bucket, currency, accounts, amount_overdue_minor (now), balance_before_minor, balance_minor (now).
    """
    pairs = now.outer_join(before, "account_id").select(
        bucket_before=ibis.coalesce(before.bucket, NOT_THERE_BEFORE),
        bucket=ibis.coalesce(now.bucket, GONE),
        currency=ibis.coalesce(now.currency, before.currency),
        amount_overdue_minor=now.amount_overdue_minor,
        balance_before_minor=before.balance_minor,
        balance_minor=now.balance_minor,
    )
    return pairs.group_by("bucket_before", "bucket", "currency").agg(
        accounts=pairs.bucket.count(),
        amount_overdue_minor=money_sum(pairs.amount_overdue_minor),
        balance_before_minor=money_sum(pairs.balance_before_minor),
        balance_minor=money_sum(pairs.balance_minor),
    )


def _rank(bucket: ir.StringColumn, bucket_names: Sequence[str]) -> ir.IntegerValue:
    return ibis.cases(*((bucket == name, place) for place, name in enumerate(bucket_names)), else_=0)


def _named_move(earlier: ir.IntegerValue, later: ir.IntegerValue) -> ir.StringValue:
    """Which way did something move from one place in the order of buckets to another? Place 0 is current."""
    return ibis.cases((earlier == 0, ENTERED), (later > earlier, WORSE), (later == 0, CURED), else_=IMPROVED)


def moved_accounts(now: ir.Table, before: ir.Table, bucket_names: Sequence[str]) -> ir.Table:
    """Accounts of now whose bucket is another than before; one that was not there before was not overdue.

    Args:
        now: account_id, party_id, currency, bucket, amount_overdue_minor, balance_minor; before: account_id, bucket, amount_overdue_minor.

    Returns:
        account_id, party_id, currency, balance_minor, amount_overdue_minor, overdue_before_minor, move (one of MOVES).
    """
    both = now.left_join(before, "account_id").select(
        now.account_id, now.party_id, now.currency, now.balance_minor, now.amount_overdue_minor, overdue_before_minor=before.amount_overdue_minor,
        later=_rank(now.bucket, bucket_names), earlier=ibis.ifelse(before.bucket.isnull(), 0, _rank(before.bucket, bucket_names)),
    )
    changed = both.filter(both.later != both.earlier)
    return changed.mutate(move=_named_move(changed.earlier, changed.later)).drop("later", "earlier")


def moved_persons(now: ir.Table, before: ir.Table, bucket_names: Sequence[str]) -> ir.Table:
    """Persons whose worst bucket over all their accounts is another than before: party_id, move.

    One account that is cured beside another that is still late moves no person; a person none of whose accounts is there now is not
    asked about.
    """
    def worst(position: ir.Table) -> ir.Table:
        return position.group_by("party_id").agg(place=_rank(position.bucket, bucket_names).max())

    later, earlier = worst(now), worst(before)
    both = later.left_join(earlier, "party_id").select(later.party_id, later=later.place, earlier=earlier.place.fill_null(0))
    changed = both.filter(both.later != both.earlier)
    return changed.select("party_id", move=_named_move(changed.earlier, changed.later))


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
    now_en, now_zh = (bucket_said(raised.bucket, bucket_names, language) for language in LANGUAGES)
    before_en, before_zh = (bucket_said(raised.bucket_before, bucket_names, language) for language in LANGUAGES)
    en = ibis.ifelse(raised.kind == "new_overdue", "New in arrears: " + now_en + ".", "Moved from " + before_en + " to " + now_en + ".")
    zh = ibis.ifelse(raised.kind == "new_overdue", "新入催：" + now_zh + "。", "逾期由 " + before_zh + " 恶化为 " + now_zh + "。")
    return raised.mutate(reason_en=en, reason_zh=zh).select(
        "kind", "case_id", "party_id", "bucket_before", "bucket", "days_past_due", "amount_overdue_minor", "amount_at_stake_minor",
        "currency", "reason_en", "reason_zh",
    )
