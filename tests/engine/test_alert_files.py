"""Alerts of runs that earlier versions published are read by this one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import pytest

from arrears.assess.early_warning.episodes import ALERT_SCHEMA
from arrears.engine.alert_files import alerts_in


def read(file: Path) -> list[dict[str, Any]]:
    with duckdb.connect(":memory:") as connection:
        found = connection.sql(alerts_in(file)).to_arrow_table()
    assert found.column_names == list(ALERT_SCHEMA.names)
    return found.to_pylist()


def write(file: Path, sql: str) -> None:
    with duckdb.connect(":memory:") as connection:
        connection.execute(f"COPY ({sql}) TO '{file}' (FORMAT parquet)")


def test_what_an_earlier_version_did_not_tell_is_empty(tmp_path: Path) -> None:
    write(tmp_path / "alerts.parquet", "SELECT 7::BIGINT AS alert_id, 'new_overdue' AS kind, 'open' AS state, 'Late.' AS reason_en")
    (row,) = read(tmp_path / "alerts.parquet")
    assert (row["alert_id"], row["state"], row["reason_en"]) == (7, "open", "Late.")
    assert row["about_on"] is row["further_en"] is row["resolved_on"] is None


@pytest.mark.parametrize("sql", ["SELECT 'new_overdue' AS kind, 1::BIGINT AS case_id", None])
def test_a_run_that_knew_no_lives_of_alerts_or_kept_none_has_none(tmp_path: Path, sql: str | None) -> None:
    if sql:
        write(tmp_path / "alerts.parquet", sql)
    assert read(tmp_path / "alerts.parquet") == []
