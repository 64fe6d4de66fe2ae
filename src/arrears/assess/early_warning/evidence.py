"""Whom are habits asked of, and who has the habit of paying late?

Habits are asked only of people with an account that is in order and falls due soon, since they need every item and payment of theirs. They are
the person's and not the account's: a lender of short loans has seen the person pay many times and the account never.
"""

from __future__ import annotations

from datetime import date, timedelta

import ibis
import ibis.expr.types as ir

from arrears.assess.early_warning.settings import EarlyWarningSettings


def due_soon(position: ir.Table, settings: EarlyWarningSettings, on: date) -> ir.Table:
    """Accounts that are not overdue and have something unpaid falling due from today to the end of the window."""
    last = ibis.literal(on + timedelta(days=settings.due_within_days))
    return position.filter((position.bucket == "current") & (position.next_due_on >= ibis.literal(on)) & (position.next_due_on <= last))


def asked_accounts(position: ir.Table, soon: ir.Table) -> ir.Table:
    """Of whose accounts are items and payments looked at?

    Returns:
        account_id, party_id, for_habits (the person has an account in `soon`), overdue; one of the two at least is so.
    """
    near = soon.select("party_id", near=ibis.literal(True)).distinct()
    each = position.left_join(near, "party_id").select(
        position.account_id, position.party_id, for_habits=near.near.fill_null(False), overdue=position.bucket != "current"
    )
    return each.filter(each.for_habits | each.overdue)


def late_habits(owners: ir.Table, judged: ir.Table, settings: EarlyWarningSettings) -> ir.Table:
    """Of the last items of a person that fell due, over all their accounts, how many were paid late?

    Args:
        owners: account_id and party_id of every account of the people asked about.
        judged: their items that had fallen due, each by the conventions of its account, as `punctuality.judged_items` gives them, or of
            each account the newest of them (`patterns.newest_items`).

    Returns:
        party_id, items_seen (at most `items_looked_at`), items_late.
    """
    judged = judged.inner_join(owners.select("account_id", "party_id"), "account_id")
    newest = ibis.window(group_by="party_id", order_by=[ibis.desc("day"), ibis.desc("account_id"), ibis.desc("tie")])
    ranked = judged.mutate(age=ibis.row_number().over(newest))
    last = ranked.filter(ranked.age < settings.items_looked_at)
    return last.group_by("party_id").agg(
        items_seen=last.day.count().cast("int32"),
        items_late=last.day.count(where=~last.on_time & last.settled).cast("int32"),
    )
