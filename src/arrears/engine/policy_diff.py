"""Which cases of a run would another policy treat otherwise, and whom does that concern?

Set-wise: the run's case rows go through both policies' expressions, are put side by side, and what differs is counted by treatment, by segment
and by group. Protected attributes are joined to the counts alone and only on request; they never stand in a row about a case.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import duckdb
import ibis

from arrears.core.book import PROTECTED
from arrears.core.ids import ALPHABET
from arrears.core.sql import quoted
from arrears.decide.policy.columns import CASE_SCHEMA
from arrears.decide.policy.compile import chosen
from arrears.decide.policy.table import Policy
from arrears.engine.columns_engine import EngineSettings, column_engine, rows_by_name, sql_of, write_sorted
from arrears.engine.policy_rules import keep_rules
from arrears.engine.tables import of_any_age
from arrears.intake.book.layout import latest_by_key_sql

GROUPS = ("segment", "bucket", "product", "region", "kind", "language", "currency")
"""Case columns by which changes are counted; none of them is protected."""
FEWEST = 5
"""A protected group of fewer cases is not told apart: it would say something about single people."""
CASES_SCHEMA = ibis.schema({"case_id": "int64", "party_id": "int64", **dict(CASE_SCHEMA.items())})
_SAID = ("treatment", "channel", "queue", "rule")
_FILE_COLUMNS = ("segment", "bucket", "product", "region", "kind", "days_past_due", "amount_at_stake_minor", "currency")


@dataclass(frozen=True, slots=True)
class Move:
    """So many cases get `after` where they got `before`, and it was or becomes work of which queue."""

    before: str
    after: str
    queue_before: str
    queue_after: str
    cases: int


@dataclass(frozen=True, slots=True)
class GroupChange:
    """Of the cases in a group, how many are treated otherwise? Per 10,000, so that no share is a float."""

    group: str
    value: str
    cases: int
    changed: int

    @property
    def changed_per_10000(self) -> int:
        """The share of them that changes."""
        return self.changed * 10_000 // self.cases if self.cases else 0


@dataclass(frozen=True, slots=True)
class PolicyDiff:
    """What another policy changes over the cases of one run.

    Attributes:
        changed: cases whose treatment, channel or queue differs.
        reworded: cases that keep all three and get them by another rule.
        protected: the same counts by protected attribute; empty where nobody asked, or the book has none.
        work: cases for people before and after.
    """

    cases: int
    changed: int
    reworded: int
    moves: tuple[Move, ...]
    groups: tuple[GroupChange, ...]
    protected: tuple[GroupChange, ...]
    work: tuple[int, int]


@dataclass(frozen=True, slots=True)
class DiffFiles:
    """Where the changed cases are written, one row each."""

    parquet: Path
    csv: Path


def compare(decisions: Path, book: Path, before: Policy, after: Policy, engine: EngineSettings, *, fairness: bool = False, files: DiffFiles | None = None) -> PolicyDiff:
    """Put the cases of a run through both policies and compare.

    Args:
        decisions: decisions.parquet of the run, which holds every case column.
        book: folder of the book, of which the protected attributes are read where `fairness` asks for them.
        files: where to write the changed cases; None writes none.

    Raises:
        PolicyNotValid: a condition is not accepted.
    """
    with column_engine(engine) as connection:
        connection.execute(f"CREATE TEMP TABLE cases AS {of_any_age(decisions.parent, decisions.name, CASES_SCHEMA)}")
        for name, policy in (("before", before), ("after", after)):
            decided = chosen(policy, ibis.table(CASES_SCHEMA, name="cases"), keep_rules(connection, policy)).select("case_id", *_SAID)
            connection.execute(f"CREATE TEMP TABLE said_{name} AS {sql_of(decided)}")
        _put_side_by_side(connection)
        if files is not None:
            _write(connection, files)
        return PolicyDiff(
            *_counts(connection), _moves(connection), _by_group(connection), _by_protected(connection, book) if fairness else (), _work(connection))


def _put_side_by_side(connection: duckdb.DuckDBPyConnection) -> None:
    said = ", ".join(f"b.{name} AS {name}_before, a.{name} AS {name}_after" for name in _SAID)
    connection.execute(f"""CREATE TEMP TABLE compared AS SELECT c.*, {said},
        (b.treatment, b.channel, b.queue) IS DISTINCT FROM (a.treatment, a.channel, a.queue) AS is_changed
        FROM cases c JOIN said_before b USING (case_id) JOIN said_after a USING (case_id)""")


def _counts(connection: duckdb.DuckDBPyConnection) -> tuple[int, int, int]:
    (row,) = rows_by_name(connection, "SELECT count(*) AS cases, count(*) FILTER (is_changed) AS changed, count(*) FILTER (NOT is_changed AND rule_before <> rule_after) AS reworded FROM compared")
    return row["cases"], row["changed"], row["reworded"]


def _moves(connection: duckdb.DuckDBPyConnection) -> tuple[Move, ...]:
    return tuple(Move(**row) for row in rows_by_name(connection, """
        SELECT treatment_before AS before, treatment_after AS after, queue_before, queue_after, count(*) AS cases FROM compared WHERE is_changed
        GROUP BY ALL ORDER BY cases DESC, before, after, queue_before, queue_after"""))


def _by_group(connection: duckdb.DuckDBPyConnection) -> tuple[GroupChange, ...]:
    parts = " UNION ALL ".join(f"SELECT {place} AS place, '{name}' AS grouped, coalesce({name}, '') AS value, is_changed FROM compared" for place, name in enumerate(GROUPS))
    return tuple(GroupChange(row["grouped"], row["value"], row["cases"], row["changed"]) for row in rows_by_name(connection, f"""
        SELECT place, grouped, value, count(*) AS cases, count(*) FILTER (is_changed) AS changed FROM ({parts}) GROUP BY ALL ORDER BY place, changed DESC, value"""))


def _by_protected(connection: duckdb.DuckDBPyConnection, book: Path) -> tuple[GroupChange, ...]:
    """Counts alone; groups too small to be told apart are left out."""
    return tuple(GroupChange(row["attribute"], row["value"], row["cases"], row["changed"]) for row in rows_by_name(connection, f"""
        SELECT attribute, value, count(*) AS cases, count(*) FILTER (is_changed) AS changed
        FROM compared JOIN ({latest_by_key_sql(book, PROTECTED.name)}) USING (party_id) GROUP BY ALL HAVING count(*) >= {FEWEST} ORDER BY attribute, value"""))


def _work(connection: duckdb.DuckDBPyConnection) -> tuple[int, int]:
    (row,) = rows_by_name(connection, "SELECT count(*) FILTER (queue_before = 'people') AS b, count(*) FILTER (queue_after = 'people') AS a FROM compared")
    return row["b"], row["a"]


def case_id_shown(column: str) -> str:
    """`core.ids.id_text` in SQL: 13 digits in base 32 and the value modulo 31."""
    digits = " || ".join(f"substr('{ALPHABET}', (({column} >> {5 * place}) & 31)::INTEGER + 1, 1)" for place in reversed(range(13)))
    return f"({digits} || substr('{ALPHABET}', ({column} % 31)::INTEGER + 1, 1))"


def _write(connection: duckdb.DuckDBPyConnection, files: DiffFiles) -> None:
    said = ", ".join(f"{name}_{side}" for side in ("before", "after") for name in _SAID)
    rows = f"SELECT case_id, {', '.join(_FILE_COLUMNS)}, {said} FROM compared WHERE is_changed"
    write_sorted(connection, rows, ("case_id",), files.parquet)
    readable = f"SELECT {case_id_shown('case_id')} AS case_id, * EXCLUDE (case_id) FROM ({rows}) ORDER BY case_id"
    connection.execute(f"COPY ({readable}) TO {quoted(files.csv)} (HEADER, QUOTE '\"')")

