"""Does everybody who reads a decision of a run read the same sentence?"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import ibis
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from arrears.core.problems import BadData
from arrears.decide.experiments.draw import EXPERIMENT_SCHEMA
from arrears.decide.policy.columns import CASE_SCHEMA
from arrears.decide.policy.compile import REASON_COLUMNS, chosen
from arrears.decide.policy.table import Policy, read_policy
from arrears.engine.case_changes import changes_of
from arrears.engine.columns_engine import rows_by_name, sql_of
from arrears.engine.decision_words import in_words_sql
from arrears.engine.policy_rules import keep_rules
from arrears.engine.single_decision import SingleDecisions
from tests.engine.test_single_decision import LADDER, SEED, random_cases

POLICY = read_policy(LADDER.read_text(encoding="utf-8"))
CASES = random_cases(60, SEED)
SCHEMA = ibis.schema({"case_id": "int64", "party_id": "int64", **dict(CASE_SCHEMA.items())})


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run: what it decided and by which policy."""
    folder = tmp_path_factory.mktemp("run")
    written(folder, POLICY)
    (folder / "policy.json").write_text(POLICY.canonical, encoding="utf-8")
    return folder


def written(folder: Path, policy: Policy) -> None:
    with duckdb.connect(":memory:") as connection:
        connection.register("cases", pa.Table.from_pylist([{"case_id": 100 + place, "party_id": place, **case} for place, case in enumerate(CASES)], schema=SCHEMA.to_pyarrow()))
        decided = chosen(policy, ibis.table(SCHEMA, name="cases"), keep_rules(connection, policy))
        decided = decided.mutate(**{name: ibis.null(type_) for name, type_ in EXPERIMENT_SCHEMA.items()})
        connection.execute(f"COPY ({sql_of(decided)}) TO '{folder}/decisions.parquet' (FORMAT parquet)")


@pytest.fixture(scope="module")
def alone() -> list[dict[str, Any]]:
    """The same cases, each decided by itself."""
    with SingleDecisions(POLICY) as decisions:
        return [decisions.decided(case) for case in CASES]


def said(decision: dict[str, Any]) -> tuple[str, ...]:
    return tuple(decision[name] for name in REASON_COLUMNS)


def test_the_file_holds_plain_texts_and_no_sentence(run: Path) -> None:
    schema = pq.read_schema(run / "decisions.parquet")
    assert not set(REASON_COLUMNS) & set(schema.names)
    assert all(schema.field(name).type == pa.string() for name in ("rule", "treatment", "channel", "queue", "weighty", "table_row"))


def test_a_row_that_is_read_has_the_words_that_the_case_gets_by_itself(run: Path, alone: list[dict[str, Any]]) -> None:
    rows = f"SELECT 7::INTEGER AS rank, * FROM read_parquet('{run}/decisions.parquet') WHERE party_id < ?"
    with duckdb.connect(":memory:") as connection:
        found = rows_by_name(connection, f"SELECT * FROM ({in_words_sql(run, rows, beside={'rank': 'int32'})}) ORDER BY party_id", [50])
    assert [said(row) for row in found] == [said(one) for one in alone[:50]]
    assert {row["rank"] for row in found} == {7} and "{" not in "".join(text for row in found for text in said(row))


def test_what_becomes_part_of_a_cases_record_has_the_same_words(run: Path, alone: list[dict[str, Any]]) -> None:
    known = pa.table({"case_id": pa.array([], pa.int64()), "party_id": pa.array([], pa.int64()), "is_open": pa.array([], pa.bool_())})
    latest = pa.table({"case_id": pa.array([], pa.int64()), **{name: pa.array([], pa.string()) for name in ("treatment", "rule", "policy_version")}})
    decided = changes_of(run / "decisions.parquet", known, latest, {"book": "main", "as_of": date(2026, 3, 1), "run_id": 5}).decisions.to_pylist()
    assert [said(row) for row in decided] == [said(one) for one in alone]


def test_a_run_that_kept_its_sentences_is_read_as_it_stands(tmp_path: Path) -> None:
    pq.write_table(pa.table({"case_id": [1], "rule": ["r"], "reason_en": ["As it was said."], "reason_zh": ["原话。"]}), tmp_path / "decisions.parquet")
    rows = f"SELECT * FROM read_parquet('{tmp_path}/decisions.parquet')"
    assert in_words_sql(tmp_path, rows) == rows


def test_without_the_policy_no_words_are_made_up(tmp_path: Path) -> None:
    written(tmp_path, POLICY)
    with pytest.raises(BadData, match="kept no policy"):
        in_words_sql(tmp_path, "SELECT 1")
