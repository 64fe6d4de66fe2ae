"""How does each account of the book stand on a day?

Appropriation needs a running sum over every item of an account, which is dear; most accounts have paid exactly what has fallen due,
and for those two plain sums say everything. So the sums are taken first (`totals`), and only *uneven* accounts (behind or ahead)
are appropriated. Both ways give the same row; a property test holds them together.

The steps are expressions without data. Whoever runs them (the engine) makes each a table under its name, in order.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import ibis
import ibis.expr.types as ir

from arrears.assess.columns import money_sum
from arrears.assess.delinquency.age import age, bucket_of_days, is_late
from arrears.assess.delinquency.appropriate import appropriate, paid_per_account
from arrears.assess.delinquency.components import OVERDUE_COLUMNS
from arrears.assess.delinquency.groups import Group, groups_of
from arrears.assess.delinquency.items import items_known_on, payments_until
from arrears.assess.delinquency.owed import OWED_SCHEMA, owed_items, owed_name
from arrears.assess.delinquency.pauses import PAUSE_SCHEMA
from arrears.assess.delinquency.revolving import revolving_position
from arrears.assess.delinquency.settings import DelinquencySettings

BookTables = Mapping[str, ir.Table]


@dataclass(frozen=True, slots=True)
class Step:
    """One expression of a longer thought, and the name under which later steps find its rows."""

    name: str
    expression: ir.Table


POSITION_COLUMNS = (
    "account_id", "days_past_due", "days_delinquent", "months_past_due", "basis", "oldest_due_on", "contractual_due_on", "delinquent_on",
    "next_due_on", "amount_overdue_minor", "balance_minor", "overdue_items", "bucket", *OVERDUE_COLUMNS, "revolving",
)


def totals(items: ir.Table, paid: ir.Table, settings: DelinquencySettings, on: date) -> ir.Table:
    """Per account: what was late by the day if nothing had been paid, what is due in all, what was paid."""
    late = is_late(items.due_on, settings, on)
    due = items.group_by("account_id").agg(
        late_minor=money_sum(items.amount_minor, where=late),
        due_minor=money_sum(items.amount_minor),
        next_due_on=items.due_on.min(where=~late & (items.amount_minor > 0)),
    )
    return due.left_join(paid, "account_id").select(due, paid_minor=paid.paid_minor.fill_null(0))


def _even_position(even: ir.Table) -> ir.Table:
    """Accounts that paid exactly what has fallen due: nothing overdue, the rest still to come."""
    return even.select(
        "account_id",
        oldest_due_on=ibis.null("date"),
        contractual_due_on=ibis.null("date"),
        delinquent_on=ibis.null("date"),
        next_due_on=even.next_due_on,
        overdue_items=ibis.literal(0, type="int32"),
        amount_overdue_minor=ibis.literal(0, type="int64"),
        **{name: ibis.literal(0, type="int64") for name in OVERDUE_COLUMNS},
        balance_minor=even.due_minor - even.late_minor,
        days_past_due=ibis.literal(0, type="int32"),
        days_delinquent=ibis.literal(0, type="int32"),
    )


def _uneven_position(uneven: ir.Table, items: ir.Table, pauses: ir.Table, settings: DelinquencySettings, on: date) -> ir.Table:
    """Accounts behind or ahead: their money is laid on their items, oldest first, then aged."""
    theirs = items.semi_join(uneven, "account_id")
    return _aged_position(uneven, age(appropriate(theirs, uneven.select("account_id", "paid_minor")), settings, on, pauses))


def _aged_position(uneven: ir.Table, aged: ir.Table) -> ir.Table:
    """Accounts by the age of what is outstanding; one of which nothing is outstanding stands at zero."""
    zero32, zero64 = ibis.literal(0, type="int32"), ibis.literal(0, type="int64")
    return uneven.left_join(aged, "account_id").select(
        uneven.account_id,
        aged.oldest_due_on,
        aged.contractual_due_on,
        aged.delinquent_on,
        aged.next_due_on,
        **{name: ibis.cases((aged.account_id.isnull(), zero64), else_=aged[name]) for name in OVERDUE_COLUMNS},
        overdue_items=ibis.coalesce(aged.overdue_items, zero32),
        amount_overdue_minor=ibis.coalesce(aged.amount_overdue_minor, zero64),
        balance_minor=ibis.coalesce(aged.balance_minor, zero64),
        days_past_due=ibis.coalesce(aged.days_past_due, zero32),
        days_delinquent=ibis.coalesce(aged.days_delinquent, zero32),
    )


def _scheduled_position(named_totals: ir.Table, items: ir.Table, pauses: ir.Table, settings: DelinquencySettings, on: date) -> ir.Table:
    """Accounts with instalments or receivables, even and uneven ones, in the common columns."""
    is_even = named_totals.paid_minor == named_totals.late_minor
    even = _even_position(named_totals.filter(is_even))
    uneven = _uneven_position(named_totals.filter(~is_even), items, pauses, settings, on)
    return _named_by_days(ibis.union(even, uneven.select(*even.columns), distinct=False), settings)


def _named_by_days(both: ir.Table, settings: DelinquencySettings) -> ir.Table:
    return both.mutate(
        months_past_due=ibis.null("int32"), basis=ibis.literal("days"), revolving=ibis.literal(False), bucket=bucket_of_days(both.days_delinquent, settings)
    ).select(*POSITION_COLUMNS)


def position_steps(book: BookTables, settings: DelinquencySettings, on: date) -> tuple[Step, ...]:
    """How do all accounts stand on the day?

    Args:
        book: the tables of `arrears.core.book`, as unbound or bound Ibis tables.
        settings: the lender's conventions.
        on: the day looked at; what was recorded for later days is not used.

    Returns:
        Groups of products with money rules beyond the plain ones read what the ledger left under `owed.owed_name`; whoever carries the steps out has it
        worked out before. Steps `paid`, `totals` (and one more for each group of products that departs), `position`; the last has one row an account known on the day with POSITION_COLUMNS and
        party_id, product, currency, paid_minor, last_paid_on, dates_constructed; `revolving` is null where the account has neither items nor statements.
    """
    paid = Step("paid", paid_per_account(payments_until(book["payments"], on, settings.payment_day)))
    named_paid = ibis.table(paid.expression.schema(), name="paid")
    sums, parts = [], []
    for place, group in enumerate(groups_of(book, settings)):
        items = items_known_on(group.book["instalments"], group.book["receivables"], on)
        summed = Step(f"totals_{place}" if place else "totals", totals(items, named_paid, group.settings, on))
        sums.append(summed)
        parts.append(_group_position(group, place, items, ibis.table(summed.expression.schema(), name=summed.name), named_paid, on))
    return paid, *sums, Step("position", parts[0] if len(parts) == 1 else ibis.union(*parts, distinct=False))


def _position_by_ledger(named_totals: ir.Table, owed: ir.Table, pauses: ir.Table, settings: DelinquencySettings, on: date) -> ir.Table:
    """Accounts of products whose money the ledger works out: no plain sum tells what ran, so every account is aged by what is left."""
    return _named_by_days(_aged_position(named_totals, age(owed, settings, on, pauses)), settings)


def _group_position(group: Group, place: int, items: ir.Table, named_totals: ir.Table, named_paid: ir.Table, on: date) -> ir.Table:
    """The accounts of one group, by its conventions."""
    book, settings = group.book, group.settings
    pauses = book["pauses"].select(*PAUSE_SCHEMA.names)
    if settings.money.is_plain:
        scheduled = _scheduled_position(named_totals, items, pauses, settings, on)
    else:
        scheduled = _position_by_ledger(named_totals, owed_items(ibis.table(OWED_SCHEMA, name=owed_name(place)), items), pauses, settings, on)
    stands = ibis.union(
        scheduled,
        revolving_position(book["statements"], book["payments"], pauses, settings, on).select(*POSITION_COLUMNS),
        distinct=False,
    )
    return _with_account(book["accounts"], stands, named_paid, on)


def _with_account(accounts: ir.Table, stands: ir.Table, paid: ir.Table, on: date) -> ir.Table:
    """Each account known on the day with its position; one without any item or statement owes nothing that we know of."""
    known = accounts.filter(accounts.opened_on.isnull() | (accounts.opened_on <= ibis.literal(on)))
    joined = known.left_join(stands, "account_id").left_join(paid, known.account_id == paid.account_id)
    nothing_due = stands.basis.isnull()
    return joined.select(
        known.account_id,
        known.party_id,
        known.product,
        known.currency,
        days_past_due=ibis.cases((nothing_due, ibis.literal(0, type="int32")), else_=stands.days_past_due),
        days_delinquent=ibis.cases((nothing_due, ibis.literal(0, type="int32")), else_=stands.days_delinquent),
        months_past_due=stands.months_past_due,
        basis=ibis.coalesce(stands.basis, "nothing_due"),
        oldest_due_on=stands.oldest_due_on,
        contractual_due_on=stands.contractual_due_on,
        delinquent_on=stands.delinquent_on,
        next_due_on=stands.next_due_on,
        amount_overdue_minor=ibis.cases((nothing_due, ibis.literal(0, type="int64")), else_=stands.amount_overdue_minor),
        balance_minor=ibis.coalesce(stands.balance_minor, ibis.literal(0, type="int64")),
        overdue_items=ibis.coalesce(stands.overdue_items, ibis.literal(0, type="int32")),
        bucket=ibis.coalesce(stands.bucket, "current"),
        **{name: ibis.cases((nothing_due, ibis.literal(0, type="int64")), else_=stands[name]) for name in OVERDUE_COLUMNS},
        revolving=stands.revolving,
        last_paid_on=paid.last_paid_on,
        paid_minor=ibis.coalesce(paid.paid_minor, ibis.literal(0, type="int64")),
        dates_constructed=ibis.coalesce(known.dates_constructed, False),
    )
