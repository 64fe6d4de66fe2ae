"""Which tables does a run think through, in which shape and order?

The thinking itself is stated in `assess` and `decide` as expressions; here they are put in order, given their rows and asked for.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import duckdb
import ibis
import ibis.expr.types as ir
import pyarrow as pa

from arrears.assess.changes import GONE, MOVES, WORSE, bucket_flow, moved_accounts, moved_persons
from arrears.assess.classification.regimes import CLASSES_SCHEMA, class_counts
from arrears.assess.closed import CLOSED_UNPAID_SCHEMA, closed_unpaid, closed_unpaid_sums
from arrears.assess.delinquency.components import OVERDUE_COLUMNS
from arrears.assess.delinquency.groups import Group, of_each_group
from arrears.assess.delinquency.items import items_known_on, payments_until
from arrears.assess.delinquency.persons import persons_in_arrears
from arrears.assess.delinquency.position import Step, position_steps
from arrears.assess.delinquency.punctuality import punctuality
from arrears.assess.delinquency.settings import CURRENT, DelinquencySettings
from arrears.assess.protection import contacts_known, holds_in_force
from arrears.assess.response import BEFORE_SCHEMA, OWN_CONTACTS_SCHEMA, contacts_seen, responses
from arrears.core.book import BOOK_TABLES, CASE_ID_SQL
from arrears.core.sql import quoted
from arrears.decide.capacity.work import Work
from arrears.decide.experiments.draw import EXPERIMENT_SCHEMA, Running, drawn
from arrears.decide.policy.columns import CASE_SCHEMA, case_columns
from arrears.decide.policy.compile import CHOSEN_TYPES, RULE_TYPES, chosen
from arrears.decide.policy.table import Policy
from arrears.engine.book_views import Slice
from arrears.engine.columns_engine import make_views, rows_by_name, sql_of
from arrears.engine.policy_rules import RULES
from arrears.intake.book.layout import duckdb_type, latest_by_key_sql

FROZEN = ("holds", "consents", "contact_history")
"""Tables about persons that a run freezes: the lender's earlier facts together with our own."""

OPTED_OUT = "experiment_opt_outs"
"""Who takes part in no experiment, as a run freezes it."""

ASSESSMENT_SCHEMA = ibis.schema({
    "account_id": "int64", "party_id": "int64", "product": "string", "currency": "string", "days_past_due": "int32",
    "days_delinquent": "int32", "months_past_due": "int32", "basis": "string", "oldest_due_on": "date", "contractual_due_on": "date",
    "delinquent_on": "date", "next_due_on": "date", "amount_overdue_minor": "int64",
    "balance_minor": "int64", "overdue_items": "int32", "bucket": "string", **dict.fromkeys(OVERDUE_COLUMNS, "int64"), "revolving": "boolean", "last_paid_on": "date", "paid_minor": "int64",
    "dates_constructed": "boolean",
})
HISTORY_SCHEMA = ibis.schema({"account_id": "int64", "items_on_time": "int32", "items_paid_late": "int32", "first_item_missing": "boolean"})
DECISION_SCHEMA = ibis.schema({"case_id": "int64", "party_id": "int64", **dict(CASE_SCHEMA.items()), **CHOSEN_TYPES, **dict(EXPERIMENT_SCHEMA.items())})
LADDERS_BEFORE, OWN_CONTACTS = "ladders_before", "own_contacts"


@dataclass(frozen=True, slots=True)
class TableSql:
    """The SQL of a table and the key that orders it totally."""

    sql: str
    key: tuple[str, ...]


def part_name(table: str, slice_number: int, slices: int) -> str:
    """File of one slice of a table. A book of one slice needs no parts.

    >>> part_name("assessment", 0, 1), part_name("assessment", 3, 12)
    ('assessment.parquet', 'parts/assessment-00003.parquet')
    """
    return f"{table}.parquet" if slices == 1 else f"parts/{table}-{slice_number:05}.parquet"


def dated_name(slice_number: int) -> str:
    """File of one slice's rows for the portfolio report; the portfolio's figures are made of all of them."""
    return f"parts/dated-{slice_number:05}.json"


def rows_of(files: Iterable[Path]) -> str:
    """SQL that reads these files one after the other, in this order."""
    listed = ", ".join(quoted(file) for file in files)
    return f"SELECT * FROM read_parquet([{listed}])"


def show_files(connection: duckdb.DuckDBPyConnection, files: Mapping[str, Path]) -> None:
    """Make each Parquet file readable under a name."""
    make_views(connection, {name: rows_of([file]) for name, file in files.items()})


def think(connection: duckdb.DuckDBPyConnection, steps: Sequence[Step]) -> None:
    """Carry the steps out, each as a table under its name."""
    for step in steps:
        connection.execute(f"CREATE OR REPLACE TEMP TABLE {step.name} AS {sql_of(step.expression)}")


def forget(connection: duckdb.DuckDBPyConnection, steps: Sequence[Step]) -> None:
    """Give back the room of steps that are not read any more."""
    for step in steps:
        connection.execute(f"DROP TABLE IF EXISTS {step.name}")


TAKEN = ("paid", "position", "punctuality")
"""Steps of the assessment that a run's tables and its report are made of."""


def take(connection: duckdb.DuckDBPyConnection, answers: Mapping[str, str], part: Slice | None = None) -> None:
    """The rows of steps that were worked out elsewhere, each as a table under its name, as `think` leaves it.

    Args:
        answers: SQL of the rows of each step.
        part: where only the accounts of one slice are wanted.
    """
    theirs = f" WHERE account_id BETWEEN {part.first_id} AND {part.last_id}" if part else ""
    for name, sql in answers.items():
        connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS SELECT * FROM ({sql}){theirs}")


def frozen_tables(book: Path, case_facts: Mapping[str, pa.Table], connection: duckdb.DuckDBPyConnection) -> dict[str, TableSql]:
    """The frozen tables: rows of the book and, where the institution's own facts know more, those too."""
    tables = {}
    for name in FROZEN:
        columns = ", ".join(column.name for column in BOOK_TABLES[name].columns)
        sql = f"SELECT {columns} FROM ({latest_by_key_sql(book, name)})"
        if name in case_facts:
            connection.register(f"case_{name}", case_facts[name])
            sql = f"SELECT DISTINCT * FROM ({sql} UNION ALL SELECT {columns} FROM case_{name})"
        tables[name] = TableSql(sql, tuple(column.name for column in BOOK_TABLES[name].columns))
    return tables


@lru_cache(maxsize=64)
def assessment_steps(settings: DelinquencySettings, on: date) -> tuple[Step, ...]:
    """Position of every account, and how the overdue ones paid before."""
    book = {name: table.unbound() for name, table in BOOK_TABLES.items()}
    steps = position_steps(book, settings, on)
    position = ibis.table(steps[-1].expression.schema(), name="position")
    overdue = position.filter(position.bucket != CURRENT)

    def paid_before(group: Group) -> ir.Table:
        items = items_known_on(group.book["instalments"], group.book["receivables"], on).semi_join(overdue, "account_id")
        payments = payments_until(group.book["payments"], on, group.settings.payment_day).semi_join(overdue, "account_id")
        return punctuality(items, payments, group.settings, on)

    return *steps, Step("punctuality", of_each_group(book, settings, paid_before))


@dataclass(frozen=True, slots=True, eq=False)
class _ByDigest:
    """A policy that is the same as another where its content is."""

    policy: Policy

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _ByDigest) and other.policy.digest == self.policy.digest

    def __hash__(self) -> int:
        return hash(self.policy.digest)


@lru_cache(maxsize=32)
def _decided(policy: _ByDigest) -> ir.Table:
    """What a policy decides over the case columns: the day is one of them, so every night of a policy asks the same."""
    return _chosen(policy.policy)


def _chosen(policy: Policy) -> ir.Table:
    cases = ibis.table({"party_id": "int64", **dict(CASE_SCHEMA.items())}, name="case_columns")
    return chosen(policy, cases, ibis.table(RULE_TYPES, name=RULES))


def decision_steps(
    policy: Policy, settings: DelinquencySettings, on: date, running: Sequence[Running] = ()
) -> tuple[Step, ...]:
    """From accounts to persons to case columns to decisions to what experiments change; each a table, since each is read more than once.

    The policy's table of rules is to be there (`policy_rules.keep_rules`).
    """
    position = ibis.table(ASSESSMENT_SCHEMA, name="position")
    history = ibis.table(HISTORY_SCHEMA, name="punctuality")
    persons = Step("persons", persons_in_arrears(position, history, settings.bucket_names))
    named_persons = ibis.table(persons.expression.schema(), name="persons")
    frozen = {name: BOOK_TABLES[name].unbound() for name in FROZEN}
    before = ibis.table(BEFORE_SCHEMA, name=LADDERS_BEFORE)
    responded = Step("responded", responses(contacts_seen(frozen["contact_history"], ibis.table(OWN_CONTACTS_SCHEMA, name=OWN_CONTACTS), on), before))
    columns = Step(
        "case_columns",
        case_columns(
            named_persons, BOOK_TABLES["parties"].unbound(), holds_in_force(frozen["holds"], on), contacts_known(frozen["contact_history"], on),
            before, ibis.table(responded.expression.schema(), name="responded"), on,
        ),
    )
    decided = Step("decided", _decided(_ByDigest(policy)) if policy.digest else _chosen(policy))
    opted_out = ibis.table({"party_id": "int64"}, name=OPTED_OUT)
    return persons, responded, columns, decided, Step("drawn", drawn(policy, ibis.table(decided.expression.schema(), name="decided"), running, opted_out))


def show_ladders_before(connection: duckdb.DuckDBPyConnection, folder: Path | None) -> None:
    """Make readable where each person stood on a ladder in the run before; nobody did in a first run or in one from before there were ladders."""
    columns = ", ".join(BEFORE_SCHEMA.names)
    make_views(connection, {LADDERS_BEFORE: f"SELECT {columns} FROM ({of_any_age(folder, 'decisions.parquet', DECISION_SCHEMA)}) WHERE ladder IS NOT NULL"})


def show_ladders_of(connection: duckdb.DuckDBPyConnection, decided: str | None, kept: str) -> None:
    """The same from the table `decided` of a day that was simulated, of which a copy called `kept` is made; None before the first day."""
    columns = ", ".join(BEFORE_SCHEMA.names)
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {kept} AS " + (f"SELECT {columns} FROM {decided} WHERE ladder IS NOT NULL" if decided else empty(BEFORE_SCHEMA)))
    make_views(connection, {LADDERS_BEFORE: f"SELECT * FROM {kept}"})


def show_own_contacts(connection: duckdb.DuckDBPyConnection, events_sql: str | None) -> None:
    """Make our own contacts readable, where any event is known (`conduct_events`); days are those in Greenwich."""
    ours = (
        f"SELECT party_id, \"at\"::DATE AS occurred_on, kind, \"by\" AS side, outcome FROM ({events_sql}) "
        "WHERE kind IN ('contact', 'contact_received')"
    )
    make_views(connection, {OWN_CONTACTS: ours if events_sql else empty(OWN_CONTACTS_SCHEMA)})


def of_any_age(folder: Path | None, file: str, schema: ibis.Schema) -> str:
    """SQL of a table of an earlier run in today's columns: what that run did not know yet is empty."""
    if folder is None:
        return empty(schema)
    return f"SELECT {', '.join(schema.names)} FROM ({empty(schema)} UNION ALL BY NAME {rows_of([folder / file])})"


def with_case_ids(table: str, book_name: str) -> str:
    """Decisions in their published columns, each under the id of its case."""
    case_id = CASE_ID_SQL.format(book=quoted(book_name))
    columns = ", ".join(DECISION_SCHEMA.names[1:])
    return f"SELECT {case_id} AS case_id, {columns} FROM {table}"


def empty(schema: ibis.Schema) -> str:
    """SQL of a table of this shape without rows."""
    columns = ", ".join(f"CAST(NULL AS {duckdb_type(str(type_))}) AS {name}" for name, type_ in schema.items())
    return f"SELECT {columns} WHERE false"


def show_previous(connection: duckdb.DuckDBPyConnection, folder: Path | None) -> None:
    """Make the run compared with readable, or nothing at all for a first run."""
    for name, file, schema in (("assessed_before", "assessment.parquet", ASSESSMENT_SCHEMA), ("decided_before", "decisions.parquet", DECISION_SCHEMA)):
        make_views(connection, {name: of_any_age(folder, file, schema)})


def class_counts_of(connection: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    """Accounts and balance in each class of each regime."""
    counted = class_counts(ibis.table(CLASSES_SCHEMA, name="classes"), ibis.table(ASSESSMENT_SCHEMA, name="position"))
    return rows_by_name(connection, f"SELECT * FROM ({sql_of(counted)}) ORDER BY regime, class, currency")


def closed_unpaid_sql() -> str:
    """Accounts that the lender calls closed with something unpaid."""
    return sql_of(closed_unpaid(ibis.table(ASSESSMENT_SCHEMA, name="position"), BOOK_TABLES["accounts"].unbound()))


def closed_unpaid_of(connection: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    """How many those are, and how much, in each currency."""
    return rows_by_name(connection, f"SELECT * FROM ({sql_of(closed_unpaid_sums(ibis.table(CLOSED_UNPAID_SCHEMA, name='closed_unpaid')))}) ORDER BY currency")


def flow_sql() -> str:
    """Bucket flow since the run before."""
    return sql_of(bucket_flow(ibis.table(ASSESSMENT_SCHEMA, name="position"), ibis.table(ASSESSMENT_SCHEMA, name="assessed_before")))


def moves_of(connection: duckdb.DuckDBPyConnection, bucket_names: Sequence[str]) -> dict[str, dict[str, int]]:
    """How many accounts and persons entered arrears, rolled further, got closer or were cured since the run before, and how many accounts are gone?"""
    now, before = (ibis.table(ASSESSMENT_SCHEMA, name=name) for name in ("position", "assessed_before"))
    found = {}
    for whose, moved in (("accounts", moved_accounts(now, before, bucket_names)), ("persons", moved_persons(now, before, bucket_names))):
        counted = {row["move"]: row["n"] for row in rows_by_name(connection, f"SELECT move, count(*) AS n FROM ({sql_of(moved)}) GROUP BY move")}
        found[whose] = {"rolled" if move == WORSE else move: counted.get(move, 0) for move in MOVES}
    found["accounts"][GONE] = rows_by_name(connection, f"SELECT coalesce(sum(accounts), 0)::BIGINT AS n FROM flow WHERE bucket = '{GONE}'")[0]["n"]
    return found


PEOPLES_CASES = "SELECT * FROM decisions WHERE case_id IN (SELECT case_id FROM worked WHERE queue = 'people')"


def worklist_sql(cases: str, *, is_assigned: bool) -> str:
    """These cases with their rank: the largest amount at stake first, then the oldest debt; what was assigned for today before what waits."""
    first = f"work <> '{Work.TODAY}', " if is_assigned else ""
    return (
        f"SELECT CAST(row_number() OVER (ORDER BY {first}priority DESC, oldest_due_on NULLS LAST, case_id) AS INTEGER) AS rank, * "
        f"FROM ({cases})"
    )


def counts(connection: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    """The figures that the summary and the home page show."""
    whole = rows_by_name(connection, (
        "SELECT count(*) AS accounts, count(DISTINCT party_id) AS parties, count(*) FILTER (bucket <> 'current') AS accounts_overdue, "
        "count(*) FILTER (balance_minor > 0) AS accounts_open, "
        "count(*) FILTER (bucket <> 'current' AND amount_overdue_minor IS NULL) AS accounts_amount_unknown FROM position"
    ))[0]
    cases = rows_by_name(connection, (
        "SELECT count(*) AS cases, count(*) FILTER (queue = 'people') AS cases_people, count(*) FILTER (queue = 'automatic') AS cases_automatic, "
        "count(*) FILTER (queue = 'held') AS cases_held, count(*) FILTER (hold_kinds <> '') AS cases_on_hold, "
        "count(*) FILTER (NOT contact_history_known) AS cases_contact_history_unknown FROM worked"
    ))[0]
    return {
        **whole,
        **cases,
        "alerts": rows_by_name(connection, "SELECT count(*) AS n FROM alerts WHERE state <> 'resolved'")[0]["n"],
        "by_currency": rows_by_name(connection, (
            "SELECT currency, count(*) AS accounts, count(*) FILTER (bucket <> 'current') AS accounts_overdue, "
            "coalesce(sum(amount_overdue_minor), 0)::BIGINT AS amount_overdue_minor, sum(balance_minor)::BIGINT AS balance_minor "
            "FROM position GROUP BY currency ORDER BY currency"
        )),
        "by_bucket": rows_by_name(connection, (
            "SELECT bucket, currency, count(*) AS accounts, coalesce(sum(amount_overdue_minor), 0)::BIGINT AS amount_overdue_minor, "
            "sum(balance_minor)::BIGINT AS balance_minor FROM position GROUP BY bucket, currency ORDER BY bucket, currency"
        )),
        "by_treatment": rows_by_name(connection, (
            "SELECT treatment, queue, count(*) AS cases FROM worked GROUP BY treatment, queue ORDER BY cases DESC, treatment, queue"
        )),
    }
