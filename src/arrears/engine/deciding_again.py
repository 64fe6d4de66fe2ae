"""Does a past run decide again as it did, and if not, what changed: a rule, a model, or data?

A published run keeps everything its decisions followed from: the policy, the frozen facts, how every account stood. Deciding again reads the
case columns from those files anew, compares them with the ones that stand in the decisions (data), decides by the policy the run kept or by
another one (rules), and compares every column of every decision. Files that are no longer the bytes the run recorded are named first.
(The replay of past *days* of a book, for trends, is `engine.history`; nothing is decided there.)
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from arrears.assess.delinquency.settings import CURRENT, MONTHS_SHOWN_APART, Bucket, DelinquencySettings
from arrears.core.problems import BadData
from arrears.decide.experiments.draw import EXPERIMENT_SCHEMA
from arrears.decide.policy.columns import CASE_SCHEMA
from arrears.decide.policy.compile import DECISION_COLUMNS
from arrears.decide.policy.parts import Policy
from arrears.decide.policy.table import read_policy
from arrears.engine import experiment_files, tables
from arrears.engine.columns_engine import EngineSettings, column_engine, make_views, rows_by_name
from arrears.engine.conduct_events import FROZEN_EVENTS
from arrears.engine.decision_words import in_words_sql, worded_sql
from arrears.engine.policy_rules import keep_rules
from arrears.engine.run_folder import POLICY_FILE, RunName, run_facts
from arrears.intake.book.layout import batches_with, file_digest, latest_by_key_sql

MODEL_FILES = ("scores", "values", "gains")
"""How files of learnt values are named in a run: what a model said, and what is made of it."""
DECIDED = tuple(name for name in (*DECISION_COLUMNS, *EXPERIMENT_SCHEMA.names) if name not in ("policy_version", "policy_digest"))
"""What makes a decision the same one; the version of the policy is compared by its rules."""
CASES_SHOWN = 20


class Changed(StrEnum):
    """What kind of thing is not as it was?"""

    RULE = "rule"
    MODEL = "model"
    DATA = "data"


@dataclass(frozen=True, slots=True)
class Cause:
    """One thing that is not as it was: a row of the policy, a file, a column of the cases; with how many cases it touches."""

    kind: Changed
    what: str
    how: str
    cases: int = 0


@dataclass(frozen=True, slots=True)
class Otherwise:
    """A case that comes out otherwise: column → what the run said and what is said now."""

    case_id: int
    columns: Mapping[str, tuple[Any, Any]]


@dataclass(frozen=True, slots=True)
class Again:
    """What deciding again came to; the same where there is neither cause nor difference."""

    run: RunName
    cases: int
    causes: tuple[Cause, ...]
    differing: int
    first: tuple[Otherwise, ...]

    @property
    def is_same(self) -> bool:
        """Is every decision as it was, from the same bytes and rules?"""
        return not self.causes and not self.differing


@dataclass(frozen=True, slots=True)
class Against:
    """By what is it decided again, where not by what the run kept?

    Attributes:
        policy: another policy.
        facts: frozen tables by name, as known now; such as holds.
        case_id: one case alone; None: all.
    """

    policy: Policy | None = None
    facts: Mapping[str, pa.Table] = field(default_factory=dict)
    case_id: int | None = None


def policy_of_run(folder: Path, facts: Mapping[str, Any]) -> Policy:
    """The policy a run kept.

    Raises:
        BadData: the run is from a version that kept none, or the file is not what the run recorded.
    """
    file = folder / POLICY_FILE
    if not file.exists():
        raise BadData("This run kept no policy: it is from an earlier version.", "It cannot be decided again by its own files.", "Name the policy: --policy FILE")
    text = file.read_text(encoding="utf-8")
    if hashlib.sha256(text.encode()).hexdigest() != facts["policy"].get("digest"):
        raise BadData("The policy kept with this run is not the one that decided.", "Nothing decided by it would prove anything.", "Restore the run from a backup.")
    return read_policy(text, file.name)


def decide_again(book: Path, runs: Path, name: RunName, against: Against | None = None, engine: EngineSettings | None = None) -> Again:
    """Decide a published run once more and say what differs.

    Args:
        runs: folder that keeps this book's runs.

    Raises:
        BadData: the run kept no policy and none is named.
    """
    asked, folder, facts = against or Against(), runs / str(name), run_facts(runs, name)
    own = policy_of_run(folder, facts) if asked.policy is None or (folder / POLICY_FILE).exists() else asked.policy
    policy = asked.policy or own
    causes = [*_files_changed(folder, facts), *_rules_changed(own, policy)]
    with column_engine(engine or EngineSettings()) as connection:
        _show(connection, book, runs, folder, facts, asked)
        running = experiment_files.running_in(connection, {part: folder / "frozen" / f"{part}.parquet" for part in (experiment_files.EXPERIMENTS, tables.OPTED_OUT)}, policy, facts["book"])
        steps = tables.decision_steps(policy, _settings(facts), date.fromisoformat(facts["as_of"]), running)
        keep_rules(connection, policy)
        tables.think(connection, steps)
        one = f" WHERE case_id = {asked.case_id}" if asked.case_id is not None else ""
        make_views(connection, {
            "told_then": in_words_sql(folder, f"SELECT * FROM decided_then{one}"),
            "told_again": worded_sql(f"SELECT * FROM ({tables.with_case_ids(steps[-1].name, facts['book'])}){one}", policy),
        })
        causes += _data_changed(connection)
        count, differing, first = _differences(connection)
    return Again(name, count, tuple(causes), differing, first)


def _settings(facts: Mapping[str, Any]) -> DelinquencySettings:
    """Settings whose buckets are called as the run called them; nothing else of them is asked when accounts are assessed already."""
    months = {f"{month}m" for month in range(1, MONTHS_SHOWN_APART)} | {f"{MONTHS_SHOWN_APART}m+"}
    names = [name for name in facts["buckets"] if name != CURRENT and name not in months]
    last = len(names) - 1
    return replace(DelinquencySettings(), buckets=tuple(Bucket(name, place + 1, place + 1 if place < last else None) for place, name in enumerate(names)))


def _files_changed(folder: Path, facts: Mapping[str, Any]) -> list[Cause]:
    """Files of the run that are not the bytes it recorded, and those that decisions follow from and that are gone."""
    found = []
    for name, digest in facts["digests"].items():
        file = folder / name
        if name.startswith("parts/") or (file.exists() and file_digest(file) == digest):
            continue
        kind = Changed.MODEL if any(part in Path(name).stem for part in MODEL_FILES) else Changed.RULE if name == POLICY_FILE else Changed.DATA
        found.append(Cause(kind, name, "is not the file that the run recorded" if file.exists() else "is not there"))
    return found


def _rules_changed(own: Policy, other: Policy) -> list[Cause]:
    """Rows, treatments and other parts of the policy that say something else."""
    if own.digest == other.digest:
        return []
    found = []
    before, after = ({row.id: (place, row) for place, row in enumerate(policy.rows)} for policy in (own, other))
    for name in dict.fromkeys([*before, *after]):
        if name not in after:
            found.append(Cause(Changed.RULE, f"row {name}", "is gone"))
        elif name not in before:
            found.append(Cause(Changed.RULE, f"row {name}", "is new"))
        elif before[name][1] != after[name][1]:
            found.append(Cause(Changed.RULE, f"row {name}", _how(before[name][1], after[name][1])))
    common = [name for name in before if name in after]
    if common != sorted(common, key=lambda name: after[name][0]):
        found.append(Cause(Changed.RULE, "rows", "stand in another order"))
    for part in ("treatments", "parameters", "segments", "ladders", "capacity", "costs", "experiments"):
        old, new = getattr(own, part), getattr(other, part)
        found += [Cause(Changed.RULE, f"{part} {name}", "says something else" if name in old and name in new else "is new" if name in new else "is gone")
                  for name in dict.fromkeys([*old, *new]) if old.get(name) != new.get(name)]
    if own.values != other.values:
        found.append(Cause(Changed.RULE, "values", "say something else"))
    return found or [Cause(Changed.RULE, "policy", "is worded otherwise")]


def _how(before: Any, after: Any) -> str:
    parts = [name for name in before.__dataclass_fields__ if getattr(before, name) != getattr(after, name)]
    return "; ".join(f"{name}: {getattr(before, name)} → {getattr(after, name)}" if name in ("when", "treatment", "ladder") else f"{name} is worded otherwise" for name in parts)


def _show(connection: duckdb.DuckDBPyConnection, book: Path, runs: Path, folder: Path, facts: Mapping[str, Any], asked: Against) -> None:
    """Make what the run thought with readable under the names that the steps ask for."""
    known = batches_with(book, facts["inputs"]["book"])
    files = {"position": "assessment.parquet", "punctuality": "history.parquet", "decided_then": "decisions.parquet", **{part: f"frozen/{part}.parquet" for part in tables.FROZEN}}
    tables.show_files(connection, {name: folder / file for name, file in files.items()})
    make_views(connection, {"parties": latest_by_key_sql(book, "parties", known)})
    previous = facts.get("previous")
    before = runs / f"{previous['as_of']}/{previous['number']}" if previous else None
    tables.show_ladders_before(connection, before if before and before.exists() else None)
    events = folder / "frozen" / f"{FROZEN_EVENTS}.parquet"
    tables.show_own_contacts(connection, tables.rows_of([events]) if events.exists() else None)
    for name, table in asked.facts.items():
        connection.register(f"known_now_{name}", table)
        make_views(connection, {name: f"SELECT * FROM known_now_{name}"})


def _data_changed(connection: duckdb.DuckDBPyConnection) -> list[Cause]:
    """Case columns that are not as the decisions tell them, each with the number of cases."""
    columns = [name for name in CASE_SCHEMA if name in _columns(connection, "told_then")]
    counted = ", ".join(f'count(*) FILTER (t."{name}" IS DISTINCT FROM a."{name}") AS "{name}"' for name in columns)
    found = rows_by_name(connection, f"SELECT {counted} FROM told_then t JOIN told_again a USING (case_id)")[0]
    sides = rows_by_name(connection, "SELECT count(*) FILTER (a.case_id IS NULL) AS gone, count(*) FILTER (t.case_id IS NULL) AS come FROM told_then t FULL JOIN told_again a USING (case_id)")[0]
    causes = [Cause(Changed.DATA, name, "is another value", number) for name, number in found.items() if number]
    causes += [Cause(Changed.DATA, "case", "was decided then and is none now", sides["gone"])] if sides["gone"] else []
    return causes + ([Cause(Changed.DATA, "case", "is one now and was none then", sides["come"])] if sides["come"] else [])


def _columns(connection: duckdb.DuckDBPyConnection, name: str) -> list[str]:
    return [row[0] for row in connection.execute(f"SELECT column_name FROM (DESCRIBE {name})").fetchall()]


def _differences(connection: duckdb.DuckDBPyConnection) -> tuple[int, int, tuple[Otherwise, ...]]:
    """How many cases were decided, how many come out otherwise, and the first of them with their columns."""
    known: Sequence[str] = [name for name in DECIDED if name in _columns(connection, "told_then")]
    differs = " OR ".join(f't."{name}" IS DISTINCT FROM a."{name}"' for name in known)
    count, differing = connection.execute(
        f"SELECT count(*), count(*) FILTER (t.case_id IS NULL OR a.case_id IS NULL OR {differs}) FROM told_then t FULL JOIN told_again a USING (case_id)").fetchall()[0]
    shown = ", ".join(f't."{name}" AS "then_{name}", a."{name}" AS "now_{name}"' for name in known)
    rows = rows_by_name(connection, (
        f"SELECT coalesce(t.case_id, a.case_id) AS case_id, {shown} FROM told_then t FULL JOIN told_again a USING (case_id) "
        f"WHERE t.case_id IS NULL OR a.case_id IS NULL OR {differs} ORDER BY 1 LIMIT {CASES_SHOWN}"))
    return int(count), int(differing), tuple(
        Otherwise(row["case_id"], {name: (row[f"then_{name}"], row[f"now_{name}"]) for name in known if row[f"then_{name}"] != row[f"now_{name}"]}) for row in rows
    )
