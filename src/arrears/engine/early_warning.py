"""How do tonight's alerts come about? The expressions of `assess.early_warning`, put in order and given their rows."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import duckdb
import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.parquet

from arrears.assess.delinquency.groups import Group, of_each_group
from arrears.assess.delinquency.items import items_known_on, payments_until
from arrears.assess.delinquency.position import Step
from arrears.assess.delinquency.punctuality import judged_items
from arrears.assess.delinquency.settings import DelinquencySettings
from arrears.assess.early_warning.episodes import ALERT_SCHEMA, FOUND_SCHEMA, lives
from arrears.assess.early_warning.evidence import due_soon, late_habits, returned_debits
from arrears.assess.early_warning.kinds import FOUND_COLUMNS, broken_habits, changed_cases, likely, returned
from arrears.assess.early_warning.settings import EarlyWarningSettings
from arrears.core.book import BOOK_TABLES
from arrears.core.sql import quoted
from arrears.engine import tables
from arrears.engine.columns_engine import make_views, sql_of

ACKNOWLEDGED = "alerts_acknowledged"
ACKNOWLEDGED_SCHEMA = ibis.schema({"alert_id": "int64", "valid_on": "date"})
ALERT_ID_SQL = (
    "(('0x' || substr(sha256('alert:' || {book} || ':' || kind || ':' || party_id::varchar || ':' || episode_on::varchar || ':' || "
    "CASE WHEN kind = 'worse_bucket' THEN bucket ELSE '' END), 1, 16))::ubigint & 9223372036854775807)::bigint"
)
"""The same finding, the same id: kind, person, the episode's own date, and for a move the bucket reached."""


def acknowledged_sql(case_facts: Mapping[str, pa.Table], connection: duckdb.DuckDBPyConnection) -> str:
    """The acknowledgements that this run knows, ready to be frozen."""
    if ACKNOWLEDGED not in case_facts:
        return tables.empty(ACKNOWLEDGED_SCHEMA)
    connection.register("case_alerts_acknowledged", case_facts[ACKNOWLEDGED])
    return f"SELECT {', '.join(ACKNOWLEDGED_SCHEMA.names)} FROM case_alerts_acknowledged"


def show_alerts_before(connection: duckdb.DuckDBPyConnection, folder: Path | None) -> None:
    """Make the alerts of the run compared with readable; none for a first run or one that knew no lives of alerts."""
    file = folder / "alerts.parquet" if folder else None
    known = file is not None and file.exists() and "alert_id" in pyarrow.parquet.read_schema(file).names
    make_views(connection, {"alerts_before": f"SELECT * FROM read_parquet({quoted(file)})" if known and file else tables.empty(ALERT_SCHEMA)})


def alert_steps(delinquency: DelinquencySettings, settings: EarlyWarningSettings, on: date) -> tuple[Step, ...]:
    """Evidence first, then the kinds; the last step has FOUND_COLUMNS."""
    position, history = ibis.table(tables.ASSESSMENT_SCHEMA, name="position"), ibis.table(tables.HISTORY_SCHEMA, name="punctuality")
    decisions, before = ibis.table(tables.DECISION_SCHEMA, name="decisions"), ibis.table(tables.DECISION_SCHEMA, name="decided_before")
    book = {name: BOOK_TABLES[name].unbound() for name in ("accounts", "instalments", "receivables", "payments")}
    soon = Step("alert_soon", due_soon(position, settings, on))
    named_soon = ibis.table(soon.expression.schema(), name="alert_soon")
    owners = Step("alert_owners", position.semi_join(named_soon, "party_id").select("account_id", "party_id"))
    named_owners = ibis.table(owners.expression.schema(), name="alert_owners")

    def judged(group: Group) -> ir.Table:
        items = items_known_on(group.book["instalments"], group.book["receivables"], on).semi_join(named_owners, "account_id")
        payments = payments_until(group.book["payments"], on, group.settings.payment_day).semi_join(named_owners, "account_id")
        return judged_items(items, payments, group.settings, on)

    habits = Step("alert_habits", late_habits(named_owners, of_each_group(book, delinquency, judged), settings))
    debits = Step("alert_debits", returned_debits(book["payments"], settings, on))
    named_habits, named_debits = (ibis.table(step.expression.schema(), name=step.name) for step in (habits, debits))
    kinds = (
        changed_cases(decisions, before, position, delinquency.bucket_names, on),
        broken_habits(position, history, decisions, settings),
        returned(position, decisions, named_debits),
        likely(named_soon, named_habits, named_debits, decisions, settings),
    )
    found = ibis.union(*(kind.cast({name: FOUND_SCHEMA[name] for name in FOUND_COLUMNS}) for kind in kinds), distinct=False)
    return soon, owners, habits, debits, Step("alert_grounds", found)


def named_alerts_sql(book_name: str) -> str:
    """Tonight's findings under their ids."""
    return f"SELECT {ALERT_ID_SQL.format(book=quoted(book_name))} AS alert_id, {', '.join(FOUND_COLUMNS)} FROM alert_grounds"


def alerts_sql(settings: EarlyWarningSettings, on: date) -> str:
    """Tonight's alerts with their lives."""
    found, before = ibis.table(FOUND_SCHEMA, name="alert_found"), ibis.table(ALERT_SCHEMA, name="alerts_before")
    decisions, acknowledged = ibis.table(tables.DECISION_SCHEMA, name="decisions"), ibis.table(ACKNOWLEDGED_SCHEMA, name=ACKNOWLEDGED)
    return sql_of(lives(found, before, decisions, acknowledged, settings, on))


def find_alerts(connection: duckdb.DuckDBPyConnection, delinquency: DelinquencySettings, settings: EarlyWarningSettings, on: date, book_name: str) -> str:
    """Think up to tonight's alerts; the answer is the SQL of their table."""
    tables.think(connection, alert_steps(delinquency, settings, on))
    connection.execute(f"CREATE OR REPLACE TEMP TABLE alert_found AS {named_alerts_sql(book_name)}")
    return alerts_sql(settings, on)
