"""How does a revolving account stand, by its statements?

Where statements give a minimum and a due date, the account is as late as its *unbroken run of unpaid minima* is long: from the newest
statement back to the last one whose minimum has been met. Those of the run whose due date has passed are overdue; the oldest of them gives the
days, however many statements have come since. The amount is never the sum of the run (a minimum contains what is past due from before,
see `minimums.py`): it is what the newest overdue statement still misses, or less where a newer statement asks for less. The newest
statement gives the balance.

Sources differ in what they know. Where a statement says how many months are past due and no minimum, or where the months are older than the
first statement we have, that is taken as it is and days are *not* made up ("months only"). What nobody says is left empty: an amount overdue
that is not known is not zero.
"""

from __future__ import annotations

from datetime import date

import ibis
import ibis.expr.types as ir

from arrears.assess.delinquency.age import bucket_of_days, bucket_of_months, days_late, is_late, is_open, tagged
from arrears.assess.delinquency.components import no_components
from arrears.assess.delinquency.minimums import unpaid_minima
from arrears.assess.delinquency.settings import DelinquencySettings

MONTHS_ONLY = "months_only"


def _with_run(unpaid: ir.Table, settings: DelinquencySettings, on: date) -> ir.Table:
    """Each statement: is it of the run, is it overdue, is it the newest, the last overdue one, the first we know?"""
    account = ibis.window(group_by="account_id")
    missing = is_open(unpaid.unpaid_minor, settings)
    dated = unpaid.mutate(
        last_met_on=unpaid.statement_on.max(where=~missing).over(account), is_late=is_late(unpaid.due_on, settings, on),
        is_newest=unpaid.statement_on == unpaid.statement_on.max().over(account), is_first=unpaid.statement_on == unpaid.statement_on.min().over(account),
    )
    in_run = dated.last_met_on.isnull() | (dated.statement_on > dated.last_met_on)
    marked = dated.mutate(in_run=in_run, is_overdue=in_run & dated.is_late & dated.unpaid_minor.notnull())
    return marked.mutate(last_overdue_on=marked.statement_on.max(where=marked.is_overdue).over(account))


def _stated(run: ir.Table) -> ir.Table:
    """Per account: what its statements say together."""
    zero = ibis.literal(0, type="int64")
    to_come = ~run.is_late & (run.unpaid_minor.isnull() | (run.unpaid_minor > 0))
    contractual = run.contractual_due_on if "contractual_due_on" in run.columns else run.due_on
    return run.group_by("account_id").agg(
        oldest_due_on=run.due_on.min(where=run.is_overdue),
        contractual_due_on=contractual.min(where=run.is_overdue),
        next_due_on=run.due_on.min(where=to_come),
        overdue_items=run.is_overdue.sum().cast("int32"),
        missing_minor=run.unpaid_minor.min(where=run.statement_on >= run.last_overdue_on),
        not_stated=(run.in_run & run.unpaid_minor.isnull()).any(),
        minimum_stated=run.unpaid_minor.notnull().any(where=run.is_newest),
        months_past_due=run.months_past_due.max(where=run.is_newest),
        older_than_known=(run.is_overdue & run.is_first & (run.months_past_due > 0)).fill_null(False).any(),
        balance_minor=ibis.greatest(run.balance_minor.max(where=run.is_newest) - run.since_minor.max(where=run.is_newest), zero),
    )


def _by_months(stated: ir.Table) -> ir.Table:
    """Which accounts are known by whole months, and the amount overdue as far as it is known."""
    zero, unknown = ibis.literal(0, type="int64"), ibis.null("int64")
    months_only = stated.months_past_due.notnull() & (~stated.minimum_stated | stated.older_than_known)
    amount = ibis.cases(
        (months_only & ~stated.minimum_stated, ibis.ifelse(stated.months_past_due == 0, zero, unknown)),
        (stated.not_stated, unknown),
        else_=stated.missing_minor.fill_null(0),
    )
    days = ibis.null("date")
    return stated.mutate(
        months_only=months_only,
        amount_overdue_minor=amount,
        oldest_due_on=months_only.ifelse(days, stated.oldest_due_on),
        contractual_due_on=months_only.ifelse(days, stated.contractual_due_on),
        months_past_due=months_only.ifelse(stated.months_past_due, ibis.null("int32")),
        overdue_items=months_only.ifelse(stated.months_past_due, stated.overdue_items).cast("int32"),
    )


def revolving_position(statements: ir.Table, payments: ir.Table, pauses: ir.Table, settings: DelinquencySettings, on: date) -> ir.Table:
    """One row a revolving account, in the columns of `position.POSITION_COLUMNS` but for the payments summary.

    Args:
        statements: book table `statements`, its minima with what is past due included.
        payments: book table `payments`.
        pauses: rows of `pauses.PAUSE_SCHEMA`.
        settings: the lender's conventions.
        on: the day looked at; what was issued or paid later is not used.
    """
    known = _by_months(_stated(_with_run(unpaid_minima(statements, payments, settings, on), settings, on)))
    counted = tagged(known.mutate(days_past_due=days_late(known.oldest_due_on, settings, on)), settings, on, pauses)
    months_only = counted.months_only
    named = months_only.ifelse(bucket_of_months(counted.months_past_due), bucket_of_days(counted.days_delinquent, settings))
    return counted.select(
        "account_id", "days_delinquent", "months_past_due", "oldest_due_on", "contractual_due_on", "delinquent_on",
        "next_due_on", "amount_overdue_minor", "balance_minor", "overdue_items", bucket=named,
        days_past_due=months_only.ifelse(ibis.null("int32"), counted.days_past_due),
        basis=months_only.ifelse(ibis.literal(MONTHS_ONLY), ibis.literal("days")),
        revolving=ibis.literal(True),
        **no_components(counted.amount_overdue_minor),
    )
