"""How do tonight's alerts come about? The expressions of `assess.early_warning`, put in order and given their rows.

Whom to look at is asked of all accounts at once (two ids each); what their items and payments say is asked slice by slice, so that no
more of the book is thought about than one slice, and few rows an account are kept of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

import duckdb
import ibis
import ibis.expr.types as ir
import pyarrow as pa

from arrears.assess.delinquency.groups import Group, of_each_group
from arrears.assess.delinquency.items import items_known_on, payments_until
from arrears.assess.delinquency.position import Step
from arrears.assess.delinquency.punctuality import judged_items
from arrears.assess.delinquency.settings import DelinquencySettings
from arrears.assess.early_warning.episodes import ALERT_SCHEMA, FOUND_SCHEMA, alerts_tonight, lives
from arrears.assess.early_warning.evidence import asked_accounts, due_soon, late_habits
from arrears.assess.early_warning.kinds import FOUND_COLUMNS, broken_patterns, changed_cases, first_missed, likely, noticed_accounts, returned
from arrears.assess.early_warning.patterns import (
    DEBITS_SCHEMA,
    DRIFT_SCHEMA,
    SHARES_SCHEMA,
    days_late_of,
    last_settled,
    later_and_later,
    newest_items,
    returned_debits,
    shares,
)
from arrears.assess.early_warning.settings import EarlyWarningSettings
from arrears.core.book import BOOK_TABLES
from arrears.core.sql import quoted
from arrears.engine import tables
from arrears.engine.alert_files import alerts_in
from arrears.engine.book_views import Slice, show_book, show_slice
from arrears.engine.columns_engine import make_views

ACKNOWLEDGED = "alerts_acknowledged"
ACKNOWLEDGED_SCHEMA = ibis.schema({"alert_id": "int64", "valid_on": "date"})
ALERT_ID_SQL = (
    "(('0x' || substr(sha256('alert:' || {book} || ':' || kind || ':' || party_id::varchar || ':' || episode_on::varchar || ':' || "
    "CASE WHEN kind = 'worse_bucket' THEN bucket ELSE '' END), 1, 16))::ubigint & 9223372036854775807)::bigint"
)
"""The same finding, the same id: kind, person, the episode's own date, and for a move the bucket reached."""
HABIT_SCHEMA = ibis.schema({"account_id": "int64", "day": "date", "tie": "int64", "on_time": "boolean", "settled": "boolean"})
ASKED_SCHEMA = ibis.schema({"account_id": "int64", "party_id": "int64", "for_habits": "boolean", "overdue": "boolean"})
EVIDENCE = {"alert_items": HABIT_SCHEMA, "alert_drifts": DRIFT_SCHEMA, "alert_shares": SHARES_SCHEMA, "alert_debits": DEBITS_SCHEMA}
"""What the slices leave, few rows an account, of the accounts asked about only."""


def acknowledged_sql(case_facts: Mapping[str, pa.Table], connection: duckdb.DuckDBPyConnection) -> str:
    """The acknowledgements that this run knows, ready to be frozen."""
    if ACKNOWLEDGED not in case_facts:
        return tables.empty(ACKNOWLEDGED_SCHEMA)
    connection.register("case_alerts_acknowledged", case_facts[ACKNOWLEDGED])
    return f"SELECT {', '.join(ACKNOWLEDGED_SCHEMA.names)} FROM case_alerts_acknowledged"


def show_alerts_before(connection: duckdb.DuckDBPyConnection, folder: Path | None) -> None:
    """Make the alerts of the run compared with readable; none for a first run or one that knew no lives of alerts."""
    make_views(connection, {"alerts_before": alerts_in(folder / "alerts.parquet") if folder else tables.empty(ALERT_SCHEMA)})


def asking_steps(settings: EarlyWarningSettings, on: date) -> tuple[Step, ...]:
    """Whom to look at, over the whole book: accounts due soon, and all accounts whose items and payments are wanted."""
    position = ibis.table(tables.ASSESSMENT_SCHEMA, name="position")
    soon = Step("alert_soon", due_soon(position, settings, on))
    return soon, Step("alert_asked", asked_accounts(position, ibis.table(soon.expression.schema(), name="alert_soon")))


def evidence_steps(delinquency: DelinquencySettings, settings: EarlyWarningSettings, on: date) -> tuple[Step, ...]:
    """What the accounts asked about have to say, of the book readable now: the newest items judged, then the tables of EVIDENCE under `new_` names."""
    book = {name: BOOK_TABLES[name].unbound() for name in ("accounts", "instalments", "receivables", "payments")}
    asked = ibis.table(ASKED_SCHEMA, name="alert_asked")

    def judged(group: Group) -> ir.Table:
        items = items_known_on(group.book["instalments"], group.book["receivables"], on).semi_join(asked, "account_id")
        payments = payments_until(group.book["payments"], on, group.settings.payment_day).semi_join(asked, "account_id")
        return newest_items(judged_items(items, payments, group.settings, on), settings)

    newest = Step("alert_newest", of_each_group(book, delinquency, judged))
    named = ibis.table(newest.expression.schema(), name="alert_newest")
    money = payments_until(book["payments"], on, delinquency.payment_day)
    habits = named.filter(named.age < settings.items_looked_at).semi_join(asked.filter(asked.for_habits), "account_id")
    found = {
        "alert_items": habits.select(*HABIT_SCHEMA.names), "alert_drifts": later_and_later(days_late_of(last_settled(named, settings), money, delinquency), settings),
        "alert_shares": shares(named.semi_join(asked.filter(asked.overdue), "account_id"), settings), "alert_debits": returned_debits(book["payments"], settings, on),
    }
    return newest, *(Step(f"new_{name}", expression) for name, expression in found.items())


def gather_evidence(
    connection: duckdb.DuckDBPyConnection, book: Path, slices: Sequence[Slice], delinquency: DelinquencySettings, settings: EarlyWarningSettings, on: date,
) -> None:
    """Make the tables of EVIDENCE, slice by slice; afterwards the book stands readable as a whole again."""
    for name, schema in EVIDENCE.items():
        connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS {tables.empty(schema)}")
    steps = evidence_steps(delinquency, settings, on)
    for part in slices:
        show_slice(connection, book, part)
        tables.think(connection, steps)
        for name, schema in EVIDENCE.items():
            connection.execute(f"INSERT INTO {name} SELECT {', '.join(schema.names)} FROM new_{name}")
        tables.forget(connection, steps)
    show_book(connection, book)


def ground_steps(delinquency: DelinquencySettings, settings: EarlyWarningSettings, on: date) -> tuple[Step, ...]:
    """Habits of people, then every kind of finding; the last step has FOUND_COLUMNS."""
    position, history = ibis.table(tables.ASSESSMENT_SCHEMA, name="position"), ibis.table(tables.HISTORY_SCHEMA, name="punctuality")
    decisions, before = ibis.table(tables.DECISION_SCHEMA, name="decisions"), ibis.table(tables.DECISION_SCHEMA, name="decided_before")
    asked, soon = ibis.table(ASKED_SCHEMA, name="alert_asked"), ibis.table(tables.ASSESSMENT_SCHEMA, name="alert_soon")
    items, drifts, shared, debits = (ibis.table(schema, name=name) for name, schema in EVIDENCE.items())
    habits = Step("alert_habits", late_habits(asked, items, settings))
    noticed = Step("alert_noticed", noticed_accounts(position, history, drifts, shared, debits, decisions, settings))
    kinds = (
        changed_cases(decisions, before, position, delinquency.bucket_names, on),
        first_missed(position, history, decisions),
        broken_patterns(ibis.table(noticed.expression.schema(), name="alert_noticed"), settings),
        returned(position, decisions, debits),
        likely(soon, ibis.table(habits.expression.schema(), name="alert_habits"), debits, decisions, settings),
    )
    found = ibis.union(*(kind.cast({name: FOUND_SCHEMA[name] for name in FOUND_COLUMNS}) for kind in kinds), distinct=False)
    return habits, noticed, Step("alert_grounds", found)


def named_alerts_sql(book_name: str) -> str:
    """Tonight's findings under their ids."""
    return f"SELECT {ALERT_ID_SQL.format(book=quoted(book_name))} AS alert_id, {', '.join(FOUND_COLUMNS)} FROM alert_grounds"


def life_steps(settings: EarlyWarningSettings, bucket_names: Sequence[str], on: date) -> tuple[Step, ...]:
    """From tonight's findings under their ids to tonight's alerts with their lives; the last step has ALERT_SCHEMA."""
    found, before = ibis.table(FOUND_SCHEMA, name="alert_found"), ibis.table(ALERT_SCHEMA, name="alerts_before")
    decisions, acknowledged = ibis.table(tables.DECISION_SCHEMA, name="decisions"), ibis.table(ACKNOWLEDGED_SCHEMA, name=ACKNOWLEDGED)
    position = ibis.table(tables.ASSESSMENT_SCHEMA, name="position")
    told = Step("alerts_told", alerts_tonight(found, before, decisions, position))
    named = ibis.table(told.expression.schema(), name="alerts_told")
    return told, Step("alert_lives", lives(named, before, decisions, position, acknowledged, settings, bucket_names, on))


def find_alerts(
    connection: duckdb.DuckDBPyConnection, book: Path, slices: Sequence[Slice], delinquency: DelinquencySettings, settings: EarlyWarningSettings, on: date,
    book_name: str,
) -> str:
    """Think up to tonight's alerts; the answer is the SQL of their table."""
    tables.think(connection, asking_steps(settings, on))
    gather_evidence(connection, book, slices, delinquency, settings, on)
    tables.think(connection, ground_steps(delinquency, settings, on))
    connection.execute(f"CREATE OR REPLACE TEMP TABLE alert_found AS {named_alerts_sql(book_name)}")
    tables.think(connection, life_steps(settings, delinquency.bucket_names, on))
    return "SELECT * FROM alert_lives"
