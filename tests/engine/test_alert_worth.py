"""How often is `likely_to_miss` right? Measured on real loans whose due and paid dates are known, as of several days."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import pytest

from arrears.engine.case_changes import NoCases
from arrears.engine.nightly import RunRequest, nightly
from arrears.engine.use_cases.policies import find_policy
from arrears.intake.book.examples import examples_dir
from arrears.intake.book.layout import open_book
from arrears.intake.book.mapping import load_mapping
from arrears.intake.book.taking_in import take_in
from tests.intake.book.keeper import KeeperInMemory

DAYS = (date(2017, 2, 15), date(2017, 3, 15), date(2017, 4, 15), date(2017, 5, 15), date(2017, 6, 15))


def worth_on(book: Path, runs: Path, on: date) -> tuple[int, int, int, int]:
    """Of accounts in order with something due within seven days: all, late in the end, alerted, alerted and late in the end."""
    result = nightly(RunRequest(book, runs, on, datetime(2026, 1, 1, tzinfo=UTC), "test", find_policy(None)), NoCases())
    with duckdb.connect(":memory:") as connection:
        row = connection.execute(f"""
            WITH soon AS (SELECT account_id, party_id, next_due_on FROM '{result.folder}/assessment.parquet'
                          WHERE bucket = 'current' AND next_due_on BETWEEN DATE '{on}' AND DATE '{on}' + 7),
            paid AS (SELECT account_id, min(paid_on) AS paid_on FROM '{book}/batches/*/payments.parquet' GROUP BY 1),
            told AS (SELECT DISTINCT party_id, episode_on FROM '{result.folder}/alerts.parquet' WHERE kind = 'likely_to_miss'),
            judged AS (SELECT coalesce(p.paid_on > s.next_due_on, true) AS late, t.party_id IS NOT NULL AS alerted
                       FROM soon s LEFT JOIN paid p USING (account_id) LEFT JOIN told t ON t.party_id = s.party_id AND t.episode_on = s.next_due_on)
            SELECT count(*), count(*) FILTER (late), count(*) FILTER (alerted), count(*) FILTER (alerted AND late) FROM judged""").fetchone()
    assert row is not None
    return row


@pytest.mark.skipif("ARREARS_DATA" not in os.environ, reason="real data: set ARREARS_DATA")
def test_of_accounts_alerted_as_likely_to_miss_more_turn_out_late_than_of_all_that_fall_due(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    book, file = tmp_path / "book", Path(os.environ["ARREARS_DATA"]) / "superlender" / "prevloans.csv.gz"
    open_book(book, "book", 1, created=date(2026, 1, 1))
    take_in([file], load_mapping(examples_dir() / "mappings" / "superlender_prevloans.yaml"), book, KeeperInMemory(), received_on=date(2026, 1, 1),
            pool_dir=tmp_path / "pool", seal_pool=lambda content: content)
    whole = [0, 0, 0, 0]
    for on in DAYS:
        found = worth_on(book, tmp_path / "runs", on)
        whole = [a + b for a, b in zip(whole, found, strict=True)]
        with capsys.disabled():
            print(f"\nlikely_to_miss {on}: due soon {found[0]}, late {found[1]}, alerted {found[2]}, alerted and late {found[3]}")
    due, late, alerted, right = whole
    with capsys.disabled():
        print(f"likely_to_miss precision {right}/{alerted}, coverage {right}/{late}, base rate {late}/{due}")
    assert alerted and right * due > late * alerted
