"""How does a revolving account stand, by its latest statement?

Sources differ in what they know. Where a statement says how many months are past due, that is taken as it is and days are *not*
made up ("months only"). Where it gives a minimum and a due date, money that came since the statement is laid against the minimum.
What neither says is left empty: an amount overdue that nobody knows is not zero.

Limit, stated: only the latest statement known on the day is looked at.
"""

from __future__ import annotations

from datetime import date

import ibis
import ibis.expr.types as ir

from arrears.assess.columns import days_later, money_sum
from arrears.assess.delinquency.age import bucket_of_days, bucket_of_months, days_late, is_late
from arrears.assess.delinquency.components import no_components
from arrears.assess.delinquency.settings import DelinquencySettings


def latest_statements(statements: ir.Table, on: date) -> ir.Table:
    """The last statement of each account issued on or before the day."""
    issued = statements.filter(statements.statement_on <= ibis.literal(on))
    last = issued.group_by("account_id").agg(statement_on=issued.statement_on.max())
    return issued.inner_join(last, ["account_id", "statement_on"]).select(issued)


def revolving_position(statements: ir.Table, payments: ir.Table, settings: DelinquencySettings, on: date) -> ir.Table:
    """One row a revolving account, in the columns of `position.POSITION_COLUMNS` but for the payments summary.

    Args:
        statements: book table `statements`.
        payments: signed payments as `items.payments_until` gives them.
    """
    latest = latest_statements(statements, on)
    later = [latest.account_id == payments.account_id, payments.paid_on > latest.statement_on]
    since = latest.inner_join(payments, later).select(latest.account_id, payments.amount_minor)
    came = since.group_by("account_id").agg(came_minor=money_sum(since.amount_minor))
    known = latest.left_join(came, "account_id").select(latest, came_minor=came.came_minor.fill_null(0))
    zero = ibis.literal(0, type="int64")
    unpaid_minimum = ibis.greatest(known.minimum_due_minor - known.came_minor, zero)
    months_only = known.months_past_due.notnull()
    minimum_late = (unpaid_minimum > 0) & is_late(known.due_on, settings, on)
    overdue = ibis.cases(
        (months_only & (known.months_past_due == 0), zero),
        (months_only, ibis.null("int64")),
        (minimum_late, unpaid_minimum),
        (known.minimum_due_minor.isnull(), ibis.null("int64")),
        else_=zero,
    )
    oldest = ibis.cases((months_only, ibis.null("date")), (minimum_late, known.due_on), else_=ibis.null("date"))
    stated = known.mutate(
        amount_overdue_minor=overdue,
        oldest_due_on=oldest,
        contractual_due_on=ibis.ifelse(oldest.notnull(), known.contractual_due_on, ibis.null("date")) if "contractual_due_on" in known.columns else oldest,
        balance_minor=ibis.greatest(known.balance_minor - known.came_minor, zero),
        next_due_on=ibis.cases((known.due_on >= ibis.literal(on), known.due_on), else_=ibis.null("date")),
        basis=ibis.cases((months_only, "months_only"), else_="days"),
    )
    days = ibis.cases((stated.basis == "months_only", ibis.null("int32")), else_=days_late(stated.oldest_due_on, settings, on))
    late_items = ibis.cases(
        (stated.basis == "months_only", stated.months_past_due), (stated.oldest_due_on.notnull(), ibis.literal(1, type="int32")), else_=0
    )
    counted = stated.mutate(
        days_past_due=days.cast("int32"),
        days_delinquent=ibis.greatest(days - settings.tag_grace_days, ibis.literal(0)).cast("int32"),
        delinquent_on=days_later(stated.oldest_due_on, settings.tag_grace_days),
        overdue_items=late_items.cast("int32"),
    )
    named = ibis.cases(
        (counted.basis == "months_only", bucket_of_months(counted.months_past_due)), else_=bucket_of_days(counted.days_delinquent, settings)
    )
    return counted.select(
        "account_id", "days_past_due", "days_delinquent", "months_past_due", "basis", "oldest_due_on", "contractual_due_on", "delinquent_on",
        "next_due_on", "amount_overdue_minor", "balance_minor", "overdue_items", bucket=named, **no_components(counted.amount_overdue_minor),
    )
