"""Which regimes classify the book of an institution, and as what does each account stand under each of them, at least?

Comes in: the position of every account, and per regime the figures of law. Goes out: one row for each account with something unpaid and
each regime whose figures hold on the day. An account without a row has nothing unpaid by its book, which is the best class that days can
give; what days cannot tell stands in `NOT_IN_A_BOOK`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import ibis
import ibis.expr.types as ir

from arrears.assess.classification.book import Regime, book_floor, law_oldest_due_on
from arrears.assess.columns import money_sum
from arrears.core.parameters import NoValue, Parameters

EU_MEMBERS = frozenset(["AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IT", "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK"])
_OWN: Mapping[str, tuple[Regime, ...]] = {
    "CN": (Regime.CHINA_FIVE_TIER, Regime.IFRS_9),
    "IN": (Regime.INDIA, Regime.IFRS_9),
    "US": (Regime.US_RETAIL, Regime.METRO_2),
}
CLASSES_SCHEMA = ibis.schema({"account_id": "int64", "regime": "string", "class": "string"})


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


def classes(position: ir.Table, figures: Sequence[RegimeFigures], on: date) -> ir.Table:
    """One row (CLASSES_SCHEMA) for each account with something unpaid and each regime; no rows where no regime is in force.

    Args:
        position: rows of `delinquency.position`.
        figures: regimes `in_force` on the day.
    """
    unpaid = position.filter(law_oldest_due_on(position, on).notnull() | (position.months_past_due > 0).fill_null(False))
    told = [
        unpaid.select("account_id", regime=ibis.literal(one.regime.value), **{"class": book_floor(unpaid, one.regime, one.parameters, on)})
        for one in figures
    ]
    if not told:
        return unpaid.select("account_id", regime=ibis.null("string"), **{"class": ibis.null("string")}).filter(ibis.literal(False))
    return ibis.union(*told, distinct=False) if len(told) > 1 else told[0]


def class_counts(rows: ir.Table, position: ir.Table) -> ir.Table:
    """Accounts and balance in each class of each regime, by currency: regime, class, currency, accounts, balance_minor."""
    joined = rows.inner_join(position, "account_id").select(rows["regime"], rows["class"], position.currency, position.balance_minor)
    return joined.group_by("regime", "class", "currency").agg(accounts=joined.count(), balance_minor=money_sum(joined.balance_minor))


