"""The classes of a book over several nights: the counter from the facts, the counter of a card from run to run, the way back."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq
import pytest

from arrears.assess.classification.book import Regime
from arrears.assess.classification.carried import BEFORE_SCHEMA
from arrears.assess.classification.stated import read_kinds
from arrears.assess.delinquency.conventions import read_conventions
from arrears.core.sql import quoted
from arrears.engine.case_changes import NoCases
from arrears.engine.columns_engine import EngineSettings
from arrears.engine.legal_figures import regime_figures
from arrears.engine.nightly import RunRequest, nightly
from arrears.engine.use_cases.policies import find_policy
from tests.assess.test_due_days import written
from tests.columns import day

REGIMES = [Regime.EU_NON_PERFORMING, Regime.IFRS_9, Regime.US_RETAIL]


def account(number: int, product: str) -> dict[str, Any]:
    return {"account_id": number, "party_id": number, "product": product, "currency": "EUR"}


def statement(on: str, due: str, minimum: int) -> dict[str, Any]:
    return {"account_id": 2, "statement_on": day(on), "due_on": day(due), "balance_minor": 90_000, "minimum_due_minor": minimum}


BOOK = {
    "parties": [{"party_id": number, "kind": "person"} for number in (1, 2)],
    "accounts": [account(1, "loan"), account(2, "plastic")],
    "instalments": [{"account_id": 1, "number": 1, "due_on": day("2026-01-10"), "principal_minor": 50_000}],
    "statements": [statement("2025-12-20", "2026-01-10", 20_000), statement("2026-01-20", "2026-02-10", 40_000), statement("2026-02-20", "2026-03-10", 60_000)],
    "payments": [
        {"account_id": 1, "payment_id": 1, "paid_on": day("2026-01-20"), "amount_minor": 45_000},
        {"account_id": 1, "payment_id": 2, "paid_on": day("2026-01-31"), "amount_minor": 45_000, "reversal_of": 1},
        {"account_id": 1, "payment_id": 3, "paid_on": day("2026-05-06"), "amount_minor": 50_000},
    ],
}
"""A loan of 500.00 due on 10 January. 450.00 come on the 20th, which leaves 50.00, too little to be material, and are taken back on the 31st: the counter
begins again there. All is paid on 6 May. A card pays nothing."""


def classes_of(book: Path, runs: Path, on: date, kinds: str = "", conventions: str = "") -> dict[tuple[int, str], dict[str, Any]]:
    """Run that night and read its classes."""
    request = RunRequest(
        book, runs, on, datetime(2026, 11, 23, tzinfo=UTC), "night", find_policy(None), read_conventions(conventions, "EUR"), EngineSettings(threads=1, memory_limit="1GB"),
        regime_figures(REGIMES), kinds=read_kinds(kinds),
    )
    rows = pq.read_table(nightly(request, NoCases()).folder / "classes.parquet").to_pylist()
    return {(row["account_id"], row["regime"]): row for row in rows}


@pytest.fixture(scope="module")
def nights(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[tuple[int, str], dict[str, Any]]]:
    """Classes of several nights, in order."""
    folder = tmp_path_factory.mktemp("nights")
    book = written(folder / "book", BOOK)
    days = ("2026-01-30", "2026-02-03", "2026-04-30", "2026-05-01", "2026-05-07", "2026-08-06", "2026-08-07")
    return {on: classes_of(book, folder / "runs", day(on)) for on in days}


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        ("2026-01-30", ("performing", "days", 0, None, None)),
        ("2026-02-03", ("performing", "days", 4, None, None)),
        ("2026-04-30", ("performing", "days", 90, None, None)),
        ("2026-05-01", ("non_performing", "days", 91, None, None)),
        ("2026-05-07", ("non_performing", "way_back", 0, day("2026-05-07"), day("2026-08-07"))),
        ("2026-08-06", ("non_performing", "way_back", 0, day("2026-05-07"), day("2026-08-07"))),
        ("2026-08-07", None),
    ],
)
def test_a_loan_is_counted_by_its_facts_and_comes_back_after_three_months(nights: Any, on: str, expected: Any) -> None:
    row = nights[on].get((1, "eu_non_performing"))
    assert (row and tuple(row[name] for name in ("class", "reason", "days_material", "clear_since_on", "earliest_exit_on"))) == expected


def test_a_card_has_no_counter_while_no_run_saw_it_begin(nights: Any) -> None:
    first, later = nights["2026-01-30"][2, "eu_non_performing"], nights["2026-05-01"][2, "eu_non_performing"]
    assert (first["days_material"], later["days_material"], later["class"]) == (None, None, "non_performing")


def test_a_card_that_a_run_saw_in_order_is_counted_on_from_there(tmp_path: Path) -> None:
    book = written(tmp_path / "book", BOOK)
    found = [classes_of(book, tmp_path / "runs", day(on)).get((2, "eu_non_performing")) for on in ("2026-01-10", "2026-01-15", "2026-04-11", "2026-04-12")]
    assert [(row["days_material"], row["class"]) for row in found[1:] if row] == [(5, "performing"), (91, "non_performing"), (92, "non_performing")]


def test_a_loan_is_closed_end_a_card_open_end_and_what_the_lender_states_comes_first(tmp_path: Path) -> None:
    book = written(tmp_path / "book", BOOK)
    on = day("2026-05-15")
    plain = classes_of(written(tmp_path / "other", {**BOOK, "payments": []}), tmp_path / "a", on)
    stated = classes_of(book, tmp_path / "b", on, "product_kinds: {plastic: term}")
    assert (plain[1, "us_retail"]["class"], plain[2, "us_retail"]["class"], stated[2, "us_retail"]["class"]) == ("loss", "substandard", "loss")


def test_a_run_of_an_earlier_version_is_read_with_what_it_has(tmp_path: Path) -> None:
    book, runs = written(tmp_path / "book", BOOK), tmp_path / "runs"
    classes_of(book, runs, day("2026-05-01"))
    file = runs / "2026-05-01" / "1" / "classes.parquet"
    with duckdb.connect() as connection:
        connection.execute(f"CREATE TABLE old AS SELECT account_id, regime, class FROM {quoted(file)}")
        connection.execute(f"COPY old TO {quoted(file)} (FORMAT parquet)")
    row = classes_of(book, runs, day("2026-05-07"))[1, "eu_non_performing"]
    assert (row["class"], row["reason"], row["clear_since_on"]) == ("non_performing", "way_back", day("2026-05-07"))
    assert set(BEFORE_SCHEMA.names) > {"account_id", "regime", "class"}


@pytest.mark.parametrize(("conventions", "counters"), [
    ("", [0, 4]),
    ('products: {plastic: {ledger: {penalty_rate: "0.18"}}}', [0, 4]),
    ('products: {loan: {ledger: {penalty_rate: "0.18"}}}', [0, 4]),
    ('ledger: {penalty_rate: "0.18"}', [0, 4]),
])
def test_a_loan_on_which_penalty_interest_runs_is_counted_from_run_to_run(tmp_path: Path, conventions: str, counters: list[int]) -> None:
    """On 30 January what is left is not material under either reckoning, so that the run of 3 February counts on from there: at most four days."""
    book = written(tmp_path / "book", BOOK)
    found = [classes_of(book, tmp_path / "runs", day(on), conventions=conventions)[1, "eu_non_performing"]["days_material"] for on in ("2026-01-30", "2026-02-03")]
    assert found == counters


def test_the_first_run_of_such_a_loan_has_no_counter(tmp_path: Path) -> None:
    book = written(tmp_path / "book", BOOK)
    for conventions, counter in (("", 4), ('ledger: {penalty_rate: "0.18"}', None)):
        found = classes_of(book, tmp_path / f"runs{len(conventions)}", day("2026-02-03"), conventions=conventions)
        assert found[1, "eu_non_performing"]["days_material"] == counter
