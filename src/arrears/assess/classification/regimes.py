"""Which regimes classify the book of an institution, and as what does each account stand under each of them, at least?

Comes in: the position of every account, per regime the figures of law, the material counters that the facts give, the classes of the run before.
Goes out: one row for each regime whose figures hold on the day and each account with something unpaid, held in a bad class by the run before,
or drawn along by another account of the same debtor. An account without a row has the best class that days can give; what days cannot tell
stands in `NOT_IN_A_BOOK`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

import ibis
import ibis.expr.types as ir

from arrears.assess.classification.book import Regime, book_floor, in_limits_currency, law_days, law_oldest_due_on, material_today
from arrears.assess.classification.carried import Before, counted_on, held, rows_before, way_back
from arrears.assess.classification.india import IndiaClass
from arrears.assess.classification.kinds import ProductKinds, marks
from arrears.assess.classification.npe import Performing, npe_rules
from arrears.assess.classification.shares import debtors_above
from arrears.assess.columns import money_sum
from arrears.core.parameters import NoValue, Parameters

EU_MEMBERS = frozenset(["AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IT", "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK"])
_OWN: Mapping[str, tuple[Regime, ...]] = {
    "CN": (Regime.CHINA_FIVE_TIER, Regime.IFRS_9),
    "IN": (Regime.INDIA, Regime.IFRS_9),
    "US": (Regime.US_RETAIL, Regime.METRO_2),
}
CLASSES_SCHEMA = ibis.schema({
    "account_id": "int64", "regime": "string", "class": "string", "reason": "string", "days_material": "int32", "clear_since_on": "date", "earliest_exit_on": "date",
})
"""`reason` is one of `Why`; `days_material` the European counter (0: not material; null: not known, or another regime); `clear_since_on` since when an account
held in a bad class is clear, as the runs saw it, and `earliest_exit_on` when it may be left at the earliest (null while it is not clear)."""


_BAD = {Regime.INDIA: IndiaClass.NPA.value, Regime.EU_NON_PERFORMING: Performing.NON_PERFORMING.value}
"""The bad class of the regimes in which one account can draw others along."""


class Why(StrEnum):
    """By what does an account stand in its class?"""

    DAYS = "days"
    """Its own days and amounts of today."""
    WAY_BACK = "way_back"
    """It was in a bad class at the run before, and the way back is not gone yet."""
    DRAWN_ALONG = "drawn_along"
    """Another account of the same debtor in this book."""


def regimes_of(country: str) -> tuple[Regime, ...]:
    """Which regimes apply where nobody chose others? Accounting standards alone where no supervisor's classes are known.

    Args:
        country: ISO 3166 code of the jurisdiction.

    >>> [regime.value for regime in regimes_of("DE")], [regime.value for regime in regimes_of("GB")]
    (['eu_non_performing', 'ifrs_9'], ['ifrs_9'])
    """
    if country in EU_MEMBERS:
        return Regime.EU_NON_PERFORMING, Regime.IFRS_9
    return _OWN.get(country, (Regime.IFRS_9,))


@dataclass(frozen=True, slots=True)
class RegimeFigures:
    """One regime with the figures of its jurisdiction; `digest` names exactly the text that states them."""

    regime: Regime
    parameters: Parameters
    digest: str


def in_force(figures: Sequence[RegimeFigures], on: date) -> tuple[RegimeFigures, ...]:
    """The regimes whose figures are known for the day: a later figure is never applied to an earlier day."""
    return tuple(one for one in figures if _tells(one, on))


def _tells(figures: RegimeFigures, on: date) -> bool:
    schema = {"currency": "string", "oldest_due_on": "date", "next_due_on": "date", "months_past_due": "int32",
              "amount_overdue_minor": "int64", "balance_minor": "int64"}
    try:
        book_floor(ibis.table(schema, name="nothing"), figures.regime, figures.parameters, on)
        way_back(figures.regime, figures.parameters, on)
    except NoValue:
        return False
    return True


def unconfirmed(figures: RegimeFigures, on: date) -> tuple[str, ...]:
    """Figures of the regime's jurisdiction that rest on memory or on one source: what is made of them is for a person to confirm."""
    names = []
    for parameter in figures.parameters:
        try:
            reading = parameter.value_on(on)
        except NoValue:
            continue
        if not reading.certain:
            names.append(parameter.name)
    return tuple(sorted(names))


def is_unpaid(position: ir.Table, on: date) -> ir.BooleanColumn:
    """Is anything unpaid on or after its due date, by days or by months?"""
    return law_oldest_due_on(position, on).notnull() | (position.months_past_due > 0).fill_null(False)


def classes(
    position: ir.Table, figures: Sequence[RegimeFigures], on: date, *, kinds: ProductKinds = (), counters: ir.Table | None = None, before: Before | None = None
) -> ir.Table:
    """One row (CLASSES_SCHEMA) for each account and regime that has something to say; no rows where no regime is in force.

    Args:
        position: rows of `delinquency.position`.
        figures: regimes `in_force` on the day.
        kinds: products whose kind the lender states.
        counters: account_id, material_days, as the facts tell it (`counters.arrears_states`); an account that is not there has none.
        before: the run before, if there is one.
    """
    return together([with_drawn_along(own_classes(position, one, on, kinds, counters, before), position, one, on) for one in figures], position)


def together(told: Sequence[ir.Table], position: ir.Table) -> ir.Table:
    """The rows of all regimes; none of the position's accounts where there is no regime."""
    if not told:
        nothing = {name: ibis.null(kind) for name, kind in CLASSES_SCHEMA.items() if name != "account_id"}
        return position.select("account_id", **nothing).filter(ibis.literal(False))
    return ibis.union(*told, distinct=False) if len(told) > 1 else told[0]


def own_classes(position: ir.Table, one: RegimeFigures, on: date, kinds: ProductKinds, counters: ir.Table | None, before: Before | None) -> ir.Table:
    """The accounts with something to say for themselves under one regime: CLASSES_SCHEMA, party_id, and `by_days` (the class by days and amounts alone)."""
    known = _with_counter(_with_before(position, one.regime, before), one, on, counters, before)
    back = way_back(one.regime, one.parameters, on)
    was_bad = known.class_before.isin(back.bad).fill_null(False) if back else ibis.literal(False)
    looked_at = known.filter(is_unpaid(known, on) | was_bad)
    floor = book_floor(looked_at, one.regime, one.parameters, on, marked=marks(looked_at, kinds), material_days=looked_at.days_material)
    past_due = is_unpaid(looked_at, on) if one.regime is Regime.INDIA else law_days(looked_at, on) > 0
    judged = held(looked_at.mutate(**{"class": floor, "by_days": floor, "past_due": past_due}), back, on)
    reason = judged.is_held.ifelse(ibis.literal(Why.WAY_BACK.value), ibis.literal(Why.DAYS.value))
    told = judged.mutate(regime=ibis.literal(one.regime.value), reason=reason)
    return told.filter(is_unpaid(told, on) | told.is_held).select(*CLASSES_SCHEMA.names, "party_id", "by_days")


def _with_before(position: ir.Table, regime: Regime, before: Before | None) -> ir.Table:
    if before is None or regime not in before.regimes:
        nothing = {"class_before": ibis.null("string"), "clear_before": ibis.null("date"), "days_before": ibis.null("int32"), "had_row": ibis.null("boolean")}
        return position.mutate(**nothing)
    rows = rows_before(before, regime)
    return position.left_join(rows, "account_id").select(position, rows.class_before, rows.clear_before, rows.days_before, had_row=rows.had_row.fill_null(False))


def _with_counter(known: ir.Table, one: RegimeFigures, on: date, counters: ir.Table | None, before: Before | None) -> ir.Table:
    """The European counter: from the facts; else none where today's arrears are not material; else from the run before; else not known."""
    nothing = ibis.null("int32")
    if one.regime is not Regime.EU_NON_PERFORMING:
        return known.mutate(days_material=nothing).drop("days_before", "had_row")
    if counters is None:
        by_facts = known.mutate(material_days=nothing)
    else:
        by_facts = known.left_join(counters, "account_id").select(known, counters.material_days)
    material, in_currency = material_today(by_facts, one.parameters, on), in_limits_currency(by_facts, one.parameters, on)
    gap = (on - before.as_of).days if before else 0
    by_run = counted_on(by_facts.days_before, by_facts.had_row, law_days(by_facts, on), gap)
    counted = ibis.cases(
        (by_facts.material_days.notnull(), by_facts.material_days), (~material, ibis.literal(0, type="int32")), (in_currency & material, by_run), else_=nothing,
    )
    return by_facts.mutate(days_material=counted.cast("int32")).drop("material_days", "days_before", "had_row")


def with_drawn_along(own: ir.Table, position: ir.Table, one: RegimeFigures, on: date) -> ir.Table:
    """Where bad accounts of a debtor make the others bad, those too; under the other regimes the rows as they are."""
    told = own.select(*CLASSES_SCHEMA.names)
    if one.regime not in (Regime.INDIA, Regime.EU_NON_PERFORMING):
        return told
    drawing = own.filter((own["class"] if one.regime is Regime.INDIA else own.by_days) == _BAD[one.regime])
    drawn = position.semi_join(_debtors_drawn(drawing, position, one, on), "party_id").anti_join(drawing, "account_id")
    return ibis.union(told.anti_join(drawn, "account_id"), _drawn_rows(drawn, own, one.regime), distinct=False)


def _debtors_drawn(drawing: ir.Table, position: ir.Table, one: RegimeFigures, on: date) -> ir.Table:
    """party_id of the debtors all of whose accounts are bad: in India by one bad account, in Europe by a share of what they owe."""
    if one.regime is Regime.INDIA:
        return drawing.select("party_id").distinct()
    late = drawing.select("account_id", is_late=ibis.literal(True))
    theirs = position.semi_join(drawing, "party_id")
    exposures = theirs.left_join(late, "account_id").select(theirs.party_id, theirs.currency, late.is_late, exposure_minor=theirs.balance_minor)
    return debtors_above(exposures, exposures.is_late, npe_rules(one.parameters, on).pulling.share)


def _drawn_rows(drawn: ir.Table, own: ir.Table, regime: Regime) -> ir.Table:
    """Rows of accounts that are bad because others are; their own counter stays to be seen, and no way back runs."""
    counted = own.select("account_id", "days_material")
    joined = drawn.left_join(counted, "account_id").select(drawn.account_id, counted.days_material)
    said = {"regime": regime.value, "class": _BAD[regime], "reason": Why.DRAWN_ALONG.value}
    nothing = ibis.null("date")
    return joined.mutate(**{name: ibis.literal(word) for name, word in said.items()}, clear_since_on=nothing, earliest_exit_on=nothing).select(*CLASSES_SCHEMA.names)


def class_counts(rows: ir.Table, position: ir.Table) -> ir.Table:
    """Accounts and balance in each class of each regime, by currency: regime, class, currency, accounts, balance_minor."""
    joined = rows.inner_join(position, "account_id").select(rows["regime"], rows["class"], position.currency, position.balance_minor)
    return joined.group_by("regime", "class", "currency").agg(accounts=joined.count(), balance_minor=money_sum(joined.balance_minor))


