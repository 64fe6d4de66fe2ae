"""How old are the invoices, and what was sold on credit? Sums per currency, from the book's receivables.

Money goes to the oldest invoice of an account first, as everywhere. The ratios (DSO, CEI, ADD) are taken by `trade_credit.py`.
"""

from __future__ import annotations

from datetime import date, timedelta

import ibis
import ibis.expr.types as ir

from arrears.assess.columns import money_sum
from arrears.assess.delinquency.age import bucket_of_days, days_late, is_late, is_open
from arrears.assess.delinquency.appropriate import appropriate, paid_per_account
from arrears.assess.delinquency.items import payments_until, receivable_items
from arrears.assess.delinquency.settings import CURRENT, DelinquencySettings

SALES_DAYS = 90


def open_invoices(receivables: ir.Table, payments: ir.Table, settings: DelinquencySettings, on: date) -> ir.Table:
    """Every invoice known on the day with what is still outstanding on it and the bucket it stands in by its own due date."""
    asked = payments.semi_join(receivables, "account_id")
    paid = paid_per_account(payments_until(asked, on, settings.payment_day))
    items = appropriate(receivable_items(receivables, on), paid)
    late = is_late(items.due_on, settings, on) & is_open(items.outstanding_minor, settings)
    days = days_late(items.due_on, settings, on)
    return items.mutate(bucket=ibis.ifelse(late, bucket_of_days(days, settings), CURRENT))


def ageing(invoices: ir.Table, receivables: ir.Table, accounts: ir.Table, on: date) -> ir.Table:
    """By bucket of the invoice's own age and currency: how many are open, how much, and how much of it is disputed by the day."""
    named = invoices.filter(invoices.outstanding_minor > 0).inner_join(accounts, "account_id").select(
        invoices.account_id, invoices.sequence, invoices.bucket, invoices.outstanding_minor, accounts.currency
    )
    told = receivables.select(account_id=receivables.account_id, sequence=receivables.document_id, disputed_on=receivables.disputed_on)
    each = named.left_join(told, ["account_id", "sequence"]).select(named, told.disputed_on)
    disputed = each.disputed_on <= ibis.literal(on)
    return each.group_by("bucket", "currency").agg(
        invoices=each.sequence.count(), outstanding_minor=money_sum(each.outstanding_minor),
        invoices_disputed=each.sequence.count(where=disputed), disputed_minor=money_sum(each.outstanding_minor, where=disputed),
    )


def credit_sales(receivables: ir.Table, accounts: ir.Table, on: date, days: int = SALES_DAYS) -> ir.Table:
    """By currency: what was invoiced in the last days, and how many invoices do not say when they were issued."""
    each = receivables.inner_join(accounts, "account_id").select(receivables.issued_on, receivables.amount_minor, accounts.currency)
    sold = each.issued_on.between(ibis.literal(on - timedelta(days=days - 1)), ibis.literal(on))
    return each.group_by("currency").agg(
        sales_minor=money_sum(each.amount_minor, where=sold), issued_unknown=each.amount_minor.count(where=each.issued_on.isnull())
    )
