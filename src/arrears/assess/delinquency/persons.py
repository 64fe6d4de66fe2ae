"""How does each person with something overdue stand, over all their accounts?

One person is one case, however many debts: nobody is to be contacted debt by debt. Amounts are added within one currency only;
who owes in several is said so (`currencies`) and shown in the currency of the debt that is named first in the alphabet.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from arrears.assess.columns import money_sum

SEVERAL = "several"


def is_overdue(position: ir.Table) -> ir.BooleanColumn:
    """Is this account in arrears, by days or by months?"""
    return position.bucket != "current"


def _all_debts(position: ir.Table, overdue: ir.Table) -> ir.Table:
    """Every account of the persons concerned, overdue or not, so that the whole balance is seen."""
    return position.semi_join(overdue, "party_id").group_by("party_id").agg(accounts_total=position.account_id.count().cast("int32"))


def _balance(position: ir.Table, persons: ir.Table) -> ir.Table:
    """What these persons owe in all, within the currency of their case."""
    theirs = position.inner_join(persons, ["party_id", "currency"]).select(position.party_id, position.balance_minor)
    return theirs.group_by("party_id").agg(balance_minor=money_sum(theirs.balance_minor))


def _overdue_per_currency(overdue: ir.Table) -> ir.Table:
    """Per person and currency: the sums over overdue accounts."""
    return overdue.group_by("party_id", "currency").agg(
        amount_known=money_sum(overdue.amount_overdue_minor),
        amounts_unknown=overdue.amount_overdue_minor.isnull().sum().cast("int64"),
    )


def _overdue_per_person(overdue: ir.Table) -> ir.Table:
    """Per person: counts, ages and behaviour over all overdue accounts, whatever the currency."""
    return overdue.group_by("party_id").agg(
        currency=overdue.currency.min(),
        currencies=overdue.currency.nunique().cast("int32"),
        product=ibis.ifelse(overdue.product.nunique() == 1, overdue.product.min(), SEVERAL),
        accounts_overdue=overdue.account_id.count().cast("int32"),
        days_past_due=overdue.days_past_due.max(),
        months_past_due=overdue.months_past_due.max(),
        oldest_due_on=overdue.oldest_due_on.min(),
        next_due_on=overdue.next_due_on.min(),
        overdue_items=overdue.overdue_items.sum().cast("int32"),
        last_paid_on=overdue.last_paid_on.max(),
        items_on_time=overdue.items_on_time.sum().cast("int32"),
        items_paid_late=overdue.items_paid_late.sum().cast("int32"),
        first_item_missing=overdue.first_item_missing.any(),
        bucket_rank=overdue.bucket_rank.max(),
    )


def persons_in_arrears(position: ir.Table, history: ir.Table, bucket_names: tuple[str, ...]) -> ir.Table:
    """One row a person with at least one overdue account.

    Args:
        position: rows of `position.position_steps`.
        history: rows of `punctuality.punctuality` for overdue accounts.
        bucket_names: all bucket names, best first; the worst one names the person's bucket.
    """
    rank = ibis.cases(*((position.bucket == name, place) for place, name in enumerate(bucket_names)), else_=0).cast("int32")
    overdue = position.filter(is_overdue(position)).mutate(bucket_rank=rank)
    told = overdue.left_join(history, "account_id").select(
        overdue,
        items_on_time=history.items_on_time.fill_null(0),
        items_paid_late=history.items_paid_late.fill_null(0),
        first_item_missing=history.first_item_missing.fill_null(False),
    )
    per_person, per_currency = _overdue_per_person(told), _overdue_per_currency(told)
    money = per_person.inner_join(per_currency, ["party_id", "currency"]).select(
        per_person,
        amount_overdue_minor=ibis.cases((per_currency.amounts_unknown > 0, ibis.null("int64")), else_=per_currency.amount_known),
    )
    counted = _all_debts(position, overdue)
    balance = _balance(position, money.select("party_id", "currency"))
    bucket = ibis.cases(*((money.bucket_rank == place, name) for place, name in enumerate(bucket_names)), else_=bucket_names[0])
    named = money.mutate(bucket=bucket).drop("bucket_rank")
    return (
        named.inner_join(counted, "party_id")
        .inner_join(balance, named.party_id == balance.party_id)
        .select(named, counted.accounts_total, balance.balance_minor)
    )
