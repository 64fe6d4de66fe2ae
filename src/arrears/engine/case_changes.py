"""Which cases open, reopen, close or change tonight?

The comparison is made in columns: tonight's decisions against the cases as PostgreSQL knows them. What differs becomes facts, appended
each with its journal entry in one transaction with the record of the run, so that a run that is killed either changed all cases or none.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Protocol

import duckdb
import pyarrow as pa

from arrears.core.sql import quoted
from arrears.engine.decision_words import in_words_sql

NOTHING_CHANGED = {"opened": 0, "reopened": 0, "closed": 0, "decided": 0}
"""What a run says that touched no case."""


@dataclass(frozen=True, slots=True)
class Frozen:
    """Facts about cases as one run thinks with them; `digest` names exactly these rows."""

    tables: Mapping[str, pa.Table]
    digest: str


class CaseBook(Protocol):
    """Where cases live: asked for what is known before a run, told what changed after it."""

    def freeze(self, on: date) -> Frozen:
        """The facts in force on the day."""
        ...

    def bring_up_to_date(self, decisions: Path, facts: dict[str, Any], *, actor: str, at: datetime) -> dict[str, int]:
        """Append what the run changes; returns how many cases opened, reopened, closed, were decided anew."""
        ...


class NoCases:
    """A run for its tables alone (a book without a database: tests of figures, benchmarks of columns)."""

    def freeze(self, on: date) -> Frozen:
        """Nothing is known of cases."""
        return Frozen({}, digest_of_tables({}))

    def bring_up_to_date(self, decisions: Path, facts: dict[str, Any], *, actor: str, at: datetime) -> dict[str, int]:
        """Nothing changes."""
        return dict(NOTHING_CHANGED)


def digest_of_tables(tables: Mapping[str, pa.Table]) -> str:
    """One name for these rows; the tables come sorted by a total key."""
    digest = hashlib.sha256()
    for name in sorted(tables):
        digest.update(name.encode())
        for batch in tables[name].combine_chunks().to_batches():
            digest.update(batch.serialize())
    return digest.hexdigest()


@dataclass(frozen=True, slots=True)
class Changes:
    """What tonight changes: events and decisions, in the columns that `CaseEvent` and `CaseDecision` have."""

    events: pa.Table
    decisions: pa.Table

    def counts(self) -> dict[str, int]:
        """How many of each kind."""
        found = {pair["values"]: pair["counts"] for pair in self.events.column("kind").value_counts().to_pylist()}
        return {**{kind: int(found.get(kind, 0)) for kind in ("opened", "reopened", "closed")}, "decided": self.decisions.num_rows}


_EVENTS_SQL = """
SELECT coalesce(d.case_id, k.case_id) AS case_id, coalesce(d.party_id, k.party_id) AS party_id,
       $book AS book, $on::date AS valid_on, $run_id::bigint AS run_id,
       CASE WHEN k.case_id IS NULL THEN 'opened' WHEN d.case_id IS NULL THEN 'closed' ELSE 'reopened' END AS kind
FROM decisions d FULL OUTER JOIN known k ON d.case_id = k.case_id
WHERE k.case_id IS NULL OR (d.case_id IS NULL AND k.is_open) OR (d.case_id IS NOT NULL AND NOT k.is_open)
ORDER BY 1
"""
_DECISIONS_SQL = """
SELECT d.case_id, d.party_id, $book AS book, $on::date AS valid_on, $run_id::bigint AS run_id,
       d.treatment, nullif(d.channel, 'none') AS channel, d.rule, d.reason_en, d.reason_zh, d.policy_version,
       d.days_past_due::bigint AS days_past_due, d.amount_overdue_minor, d.currency
FROM ({changed}) d
ORDER BY 1
"""
_CHANGED_SQL = """
SELECT d.* FROM decisions d
LEFT JOIN known k ON d.case_id = k.case_id
LEFT JOIN latest l ON d.case_id = l.case_id
WHERE k.case_id IS NULL OR NOT k.is_open OR l.case_id IS NULL
   OR d.treatment <> l.treatment OR d.rule <> l.rule OR d.policy_version <> l.policy_version
"""


def changes_of(decisions: Path, known: pa.Table, latest: pa.Table, facts: Mapping[str, Any]) -> Changes:
    """Compare tonight's decisions with what is known.

    Args:
        decisions: decisions.parquet of the run, whose folder keeps the policy.
        facts: book, as_of and run_id of the run, as run.json says them.
        known: case_id, party_id, is_open of every case of the book.
        latest: case_id, treatment, rule, policy_version of each case's last decision.
    """
    with duckdb.connect(":memory:") as connection:
        connection.execute(f"CREATE VIEW decisions AS SELECT * FROM read_parquet({quoted(decisions)})")
        connection.register("known", known)
        connection.register("latest", latest)
        run = {"book": facts["book"], "on": facts["as_of"], "run_id": facts["run_id"]}
        events, decided = (connection.sql(sql, params=run).to_arrow_table() for sql in (_EVENTS_SQL, _DECISIONS_SQL.format(changed=in_words_sql(decisions.parent, _CHANGED_SQL))))
        return Changes(events, decided)
