"""How do the classes of a run come from its position, the facts of the book and the run before?

Three steps, each a table: what the run before says, the material counters where a European regime asks for them, the classes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import ibis
import ibis.expr.types as ir

from arrears.assess.classification.book import Regime, in_limits_currency, law_days
from arrears.assess.classification.carried import BEFORE_SCHEMA, Before
from arrears.assess.classification.counters import arrears_states
from arrears.assess.classification.kinds import ProductKinds
from arrears.assess.classification.materiality import material_days_of_debtors
from arrears.assess.classification.npe import npe_rules
from arrears.assess.classification.regimes import RegimeFigures, own_classes, together, with_drawn_along
from arrears.assess.delinquency.groups import groups_of
from arrears.assess.delinquency.position import Step
from arrears.assess.delinquency.settings import DelinquencySettings
from arrears.core.book import BOOK_TABLES
from arrears.engine.columns_engine import make_views
from arrears.engine.tables import ASSESSMENT_SCHEMA, empty, rows_of

CLASSES_BEFORE = "classes_before"


def show_classes_before(connection: duckdb.DuckDBPyConnection, folder: Path | None, facts: Mapping[str, Any] | None) -> Before | None:
    """Make the classes of the run before readable; None where there is no run before. One of an earlier version has fewer columns.

    Args:
        folder: of the run before.
        facts: what its run.json says.
    """
    if folder is None or facts is None or not (folder / "classes.parquet").exists():
        return None
    make_views(connection, {CLASSES_BEFORE: f"{empty(BEFORE_SCHEMA)} UNION ALL BY NAME {rows_of([folder / 'classes.parquet'])}"})
    applied = frozenset(Regime(one["regime"]) for one in facts["regimes"] if one["in_force"])
    return Before(ibis.table(BEFORE_SCHEMA, name=CLASSES_BEFORE), date.fromisoformat(facts["as_of"]), applied)


def class_steps(
    settings: DelinquencySettings, regimes: Sequence[RegimeFigures], on: date, kinds: ProductKinds, before: Before | None
) -> tuple[Step, ...]:
    """From position to classes: the counters where a regime counts, the accounts by themselves, who is drawn along; the last step is `classes_found`.

    Args:
        regimes: those in force on the day.
    """
    position = ibis.table(ASSESSMENT_SCHEMA, name="position")
    steps = [_counter_step(position, one, settings, on) for one in regimes if one.regime is Regime.EU_NON_PERFORMING]
    counted = [step for step in steps if step is not None]
    counters = _named(counted[0]) if counted else None
    own = [Step(f"own_{one.regime.value}", own_classes(position, one, on, kinds, counters, before)) for one in regimes]
    told = [with_drawn_along(_named(step), position, one, on) for step, one in zip(own, regimes, strict=True)]
    return *counted, *own, Step("classes_found", together(told, position))


def _named(step: Step) -> ir.Table:
    return ibis.table(step.expression.schema(), name=step.name)


def _counter_step(position: ir.Table, one: RegimeFigures, settings: DelinquencySettings, on: date) -> Step | None:
    """Since how many days in a row the arrears are material, of every late account with a schedule in the currency of the limits; None where
    every product has money rules of its own, whose arrears the items alone do not tell."""
    late = position.filter((law_days(position, on) > 0) & ~position.revolving & in_limits_currency(position, one.parameters, on)).select("account_id")
    book = {name: table.unbound() for name, table in BOOK_TABLES.items()}
    states = [arrears_states(group, late, on) for group in groups_of(book, settings) if group.settings.money.is_plain]
    if not states:
        return None
    every = ibis.union(*states, distinct=False) if len(states) > 1 else states[0]
    return Step("material_counters", material_days_of_debtors(every, npe_rules(one.parameters, on).retail, on, key="account_id"))
