"""Products whose money the ledger works out: the same by either path, the same bytes, and said in the record of the run."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq
import pytest
from hypothesis import Phase, example, given
from hypothesis import settings as settings_of_hypothesis
from hypothesis import strategies as some

from arrears.assess.delinquency.conventions import read_conventions
from arrears.assess.delinquency.position import position_steps
from arrears.core.book import BOOK_TABLES
from arrears.engine import product_ledgers
from arrears.engine.case_changes import NoCases
from arrears.engine.columns_engine import EngineSettings
from arrears.engine.history import Every, HistoryRequest
from arrears.engine.history import replay as replay_days
from arrears.engine.nightly import RunRequest, RunResult, nightly
from arrears.engine.product_ledgers import entries_of
from arrears.engine.tables import think
from arrears.engine.use_cases.policies import find_policy
from arrears.intake.book.layout import file_digest
from arrears.intake.sample.making import make_sample, seeded_ids
from arrears.ledger.account.entries import Payment, TakenBack, WhyTakenBack
from arrears.ledger.account.replay import replay
from arrears.ledger.allocation.claims import Component
from arrears.ledger.allocation.debts import STANDARD_ORDER
from arrears.ledger.sets.parts import PARTS, part
from tests.columns import Rows, day, with_book

DAY = date(2026, 11, 23)
UNBOUND = {name: table.unbound() for name, table in BOOK_TABLES.items()}
IN_SETS = 'ledger: {penalty_rate: "0.18", days_in_year: 360}'
SAME_BY_RULES = (
    'ledger: {penalty_rate: "0.18", days_in_year: 360, allocation: rules, rules: ['
    + ", ".join(f"{due}_{one}" for due in ("past_due", "due", "in_advance") for one in ("costs", "penalty", "fee", "interest", "principal"))
    + "]}"
)
"""Every instalment with all its components, oldest first: what sets do, told as a list of rules, which goes account by account."""


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("home") / "loans"
    make_sample(folder, 300, 11, DAY, None, name="loans", institution_id=1, id_source=seeded_ids(11))
    return folder


def run(book: Path, runs: Path, conventions: str, per_slice: int = 1_000_000, threads: int = 2) -> RunResult:
    engine = EngineSettings(threads=threads, memory_limit="1GB", accounts_per_slice=per_slice)
    settings = read_conventions(conventions, "CNY")
    return nightly(RunRequest(book, runs, DAY, datetime(2026, 11, 23, tzinfo=UTC), "night", find_policy(None), settings, engine), NoCases())


def assessed(result: RunResult) -> list[dict[str, Any]]:
    return pq.read_table(result.folder / "assessment.parquet").to_pylist()


def test_a_night_in_sets_and_a_night_account_by_account_give_the_same_bytes(book: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    in_sets = run(book, tmp_path / "sets", IN_SETS)
    by_account = run(book, tmp_path / "accounts", SAME_BY_RULES)
    monkeypatch.setattr(product_ledgers, "ACCOUNTS_AT_ONCE", 60)
    in_processes = run(book, tmp_path / "processes", SAME_BY_RULES)
    in_slices = run(book, tmp_path / "slices", SAME_BY_RULES, per_slice=150)
    digests = {file_digest(one.folder / "assessment.parquet") for one in (in_sets, by_account, in_processes)}
    assert len({file_digest(one.folder / "owed.parquet") for one in (in_sets, by_account, in_processes)}) == 1
    assert len(digests) == 1 and assessed(in_slices) == assessed(in_sets)
    assert set(in_sets.facts["ledger"].values()) == {"in_sets"} and set(by_account.facts["ledger"].values()) == {"per_account"}
    plain = run(book, tmp_path / "plain", "")
    assert not (plain.folder / "owed.parquet").exists()
    more = [(one["overdue_penalty_minor"], other["overdue_penalty_minor"]) for one, other in zip(assessed(in_sets), assessed(plain), strict=True)]
    assert any(ran > stated for ran, stated in more), "penalty interest ran on nobody"
    assert in_sets.facts["inputs"] != plain.facts["inputs"]


def test_only_the_product_that_says_so_bears_penalty_interest(book: Path, tmp_path: Path) -> None:
    plain = run(book, tmp_path / "plain", "")
    product = max(one["product"] for one in assessed(plain) if (one["overdue_principal_minor"] or 0) > 10_000)
    departing = run(book, tmp_path / "departing", f"products: {{{product}: {{{IN_SETS}}}}}")
    for one, other in zip(assessed(departing), assessed(plain), strict=True):
        assert one["product"] == product or one == other
    assert departing.facts["conventions"]["products"][product]["ledger"]["penalty_rate"] == "0.18"
    page = (departing.folder / "report.html").read_text(encoding="utf-8")
    assert "interest for late payment, a year: 18 %" in page and "罚息年利率：18 %" in page and "不另计罚息" in page


LOAN = {"account_id": 1, "party_id": 10, "product": "loan", "currency": "CNY"}
DUE = [{"account_id": 1, "number": n, "due_on": day(f"2026-0{n}-01"), "principal_minor": 1_000_000, "interest_minor": 10_000} for n in (1, 2, 3)]


def stands(conventions: str, on: str, **book: Rows) -> dict[str, Any]:
    """How one account stands, worked out as a night does it."""
    settings = read_conventions(conventions, "CNY")
    with duckdb.connect(":memory:") as connection:
        with_book(connection, {"accounts": [LOAN], **book})
        product_ledgers.work_out(connection, settings, day(on), 1)
        think(connection, position_steps(UNBOUND, settings, day(on)))
        (row,) = connection.sql("SELECT * FROM position").to_arrow_table().to_pylist()
    return dict(row)


def paid(number: int, on: str, amount: int, reversal_of: int | None = None) -> dict[str, Any]:
    return {"account_id": 1, "payment_id": number, "paid_on": day(on), "amount_minor": amount, "reversal_of": reversal_of}


@pytest.mark.parametrize("conventions", [IN_SETS, SAME_BY_RULES])
def test_penalty_interest_is_part_of_what_is_overdue(conventions: str) -> None:
    """10,000.00 of principal, twenty days late at 18 % of 360 days: 100.00."""
    row = stands(conventions, "2026-01-21", instalments=DUE)
    assert (row["overdue_principal_minor"], row["overdue_interest_minor"], row["overdue_penalty_minor"]) == (1_000_000, 10_000, 10_000)
    assert (row["amount_overdue_minor"], row["days_past_due"], row["balance_minor"]) == (1_020_000, 20, 3_040_000)


@pytest.mark.parametrize("conventions", [IN_SETS, SAME_BY_RULES])
def test_who_pays_late_and_forgets_the_penalty_interest_stays_overdue_with_it(conventions: str) -> None:
    late = stands(conventions, "2026-01-25", instalments=DUE, payments=[paid(1, "2026-01-21", 1_010_000)])
    assert (late["overdue_principal_minor"], late["overdue_penalty_minor"], late["days_past_due"]) == (10_000, 20, 24)
    whole = stands(conventions, "2026-01-25", instalments=DUE, payments=[paid(1, "2026-01-21", 1_020_000)])
    assert (whole["amount_overdue_minor"], whole["bucket"]) == (0, "current")


@pytest.mark.parametrize("conventions", [IN_SETS, SAME_BY_RULES])
def test_a_returned_payment_counts_as_if_it_had_never_come_from_the_day_it_is_known(conventions: str) -> None:
    money = [paid(1, "2026-01-01", 1_010_000), paid(2, "2026-01-11", 1_010_000, reversal_of=1)]
    assert stands(conventions, "2026-01-10", instalments=DUE, payments=money)["amount_overdue_minor"] == 0
    assert stands(conventions, "2026-01-11", instalments=DUE, payments=money)["overdue_penalty_minor"] == 5_000


some_days = some.integers(0, 120).map(lambda n: date(2026, 1, 1) + timedelta(days=n))
histories = some.lists(some.tuples(some_days, some.integers(1, 1_500_000), some.none() | some_days), max_size=6)
"""Payments: when, how much, and when it was taken back if it was."""


@settings_of_hypothesis(max_examples=15, deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate))
@given(some.lists(histories, min_size=1, max_size=6), some_days)
@example([[(date(2026, 1, 1), 1_010_000, date(2026, 1, 11))]], date(2026, 1, 11))
def test_a_book_with_returned_payments_is_what_the_replay_of_entries_says_as_of_any_day(accounts: list[list[tuple[date, int, date | None]]], on: date) -> None:
    rows = {"accounts": [], "instalments": [], "payments": []}  # type: dict[str, list[dict[str, Any]]]
    for key, payments in enumerate(accounts, 1):
        rows["accounts"].append({**LOAN, "account_id": key})
        rows["instalments"] += [{**one, "account_id": key} for one in DUE]
        for number, (when, amount, back) in enumerate(payments, 1):
            rows["payments"].append({**paid(number, when.isoformat(), amount), "account_id": key})
            if back is not None:
                rows["payments"].append({**paid(100 + number, max(back, when).isoformat(), amount, number), "account_id": key})
    rules = read_conventions(IN_SETS, "CNY")
    with duckdb.connect(":memory:") as connection:
        with_book(connection, rows)
        product_ledgers.work_out(connection, rules, on, 1)
        found = connection.sql("SELECT * FROM ledger_owed_0 ORDER BY account_id, due_on").to_arrow_table().to_pylist()
    expected = [row for key, payments in enumerate(accounts, 1) for row in by_replay(key, payments, on)]
    assert found == expected


def by_replay(key: int, payments: list[tuple[date, int, date | None]], on: date) -> list[dict[str, Any]]:
    """The account as entries, returned payments among them, seen on the day."""
    items = [{**dict.fromkeys(PARTS, 0), **one} for one in DUE]
    entries = entries_of(items, [], date(2025, 12, 1))
    for number, (when, amount, back) in enumerate(payments, 1):
        entries.append(Payment(entry_id=f"p{number}", valid_on=when, recorded_on=when, amount_minor=amount))
        if back is not None:
            known = max(back, when)
            entries.append(TakenBack(entry_id=f"r{number}", valid_on=known, recorded_on=known, of=f"p{number}", why=WhyTakenBack.RETURNED_DEBIT))
    ledger = replay(read_conventions(IN_SETS, "CNY").money.terms(STANDARD_ORDER), [one for one in entries if one.valid_on <= on], on)
    return [
        {"account_id": key, "due_on": one.due_on, "sequence": one.number, **{part(kind): one.open_minor(kind) for kind in Component}, "ran_minor": one.charged.get(Component.PENALTY, 0)}
        for one in ledger.items
    ]


def test_a_past_day_replayed_shows_the_penalty_interest_of_that_day(book: Path, tmp_path: Path) -> None:
    night = run(book, tmp_path / "runs", IN_SETS)
    made = replay_days(HistoryRequest(book, tmp_path / "runs", DAY, DAY, Every.DAY, read_conventions(IN_SETS, "CNY")))
    rows = pq.read_table(made.folder / f"{DAY.isoformat()}.parquet").to_pylist()
    standing = sum(one["amount_minor"] for one in rows if one["measure"] == "standing" and one["bucket"] != "current")
    assert standing == sum(one["amount_overdue_minor"] for one in assessed(night)) > 0


def test_a_payment_that_counts_from_the_next_day_lets_interest_run_a_day_longer() -> None:
    row = stands(f"payment_counts: next_day\n{IN_SETS}", "2026-01-25", instalments=DUE, payments=[paid(1, "2026-01-20", 1_020_000)])
    assert row["amount_overdue_minor"] == 0


def test_within_the_grace_of_penalty_interest_none_is_charged_and_the_path_is_account_by_account() -> None:
    conventions = 'ledger: {penalty_rate: "0.18", days_in_year: 360, penalty_grace_days: 5}'
    assert stands(conventions, "2026-01-06", instalments=DUE)["overdue_penalty_minor"] == 0
    assert stands(conventions, "2026-01-07", instalments=DUE)["overdue_penalty_minor"] == 3_000


def test_an_invoice_under_money_rules_bears_penalty_interest_on_all_of_it() -> None:
    invoice = {"account_id": 1, "document_id": 5, "due_on": day("2026-01-01"), "amount_minor": 1_000_000}
    row = stands(IN_SETS, "2026-01-21", receivables=[invoice])
    assert (row["amount_overdue_minor"], row["overdue_penalty_minor"]) == (1_010_000, 10_000)


def test_where_due_dates_move_penalty_interest_runs_from_the_day_that_counts(tmp_path: Path) -> None:
    settings = read_conventions(f"non_working_days: {{calendar: CN, shift: following}}\n{IN_SETS}", "CNY")
    rows = [{"account_id": 1, "number": 1, "due_on": day("2026-02-15"), "principal_minor": 1_000_000}]
    with duckdb.connect(":memory:") as connection:
        with_book(connection, {"accounts": [LOAN], "instalments": rows})
        (rule,) = settings.rules_of_days
        connection.execute(f"CREATE TEMP TABLE moved_due_days AS SELECT '{rule.name}' AS rule, DATE '2026-02-15' AS due_on, DATE '2026-02-24' AS moved_to")
        product_ledgers.work_out(connection, settings, day("2026-03-06"), 1)
        think(connection, position_steps(UNBOUND, settings, day("2026-03-06")))
        (row,) = connection.sql("SELECT * FROM position").to_arrow_table().to_pylist()
    assert (row["days_past_due"], row["contractual_due_on"], row["overdue_penalty_minor"]) == (10, day("2026-02-15"), 5_000)
