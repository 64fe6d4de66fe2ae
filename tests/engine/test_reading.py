"""What pages can read out of a run: figures that a reader can add up by hand, and nothing of another institution."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from arrears.engine.home import Home
from arrears.engine.use_cases import reading
from arrears.engine.use_cases.reading import WorklistFilter
from arrears.engine.use_cases.reading.files import looking_into
from tests.workbench.run_files import AS_OF, LIN, WANG, SmallBook, write_small_book

BANK, OTHER_BANK = 1, 2


def _in_the_clear(_parties: Sequence[int], sealed: Sequence[bytes | None], _what: str) -> list[Mapping[str, Any] | None]:
    return [json.loads(content) if content else None for content in sealed]


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


@pytest.fixture
def small(home: Home) -> SmallBook:
    return write_small_book(home, BANK)


@pytest.fixture
def run(home: Home, small: SmallBook) -> reading.Run:
    found = reading.portfolio(home, BANK, "main").run
    assert found is not None
    return found


def test_an_institution_sees_its_own_portfolios_only(home: Home, small: SmallBook) -> None:
    write_small_book(home, OTHER_BANK, name="theirs")
    assert [book.name for book in reading.portfolios(home, BANK)] == ["main"]
    with pytest.raises(reading.NoSuchPortfolio):
        reading.portfolio(home, BANK, "theirs")


def test_a_book_without_a_run_is_a_portfolio_without_figures(home: Home, small: SmallBook) -> None:
    (home.runs / "main" / "current").unlink()
    assert reading.portfolio(home, BANK, "main").run is None


def test_the_overview_adds_up(home: Home, run: reading.Run) -> None:
    seen = reading.overview(home, run)
    assert (seen.accounts, seen.accounts_overdue, seen.people_overdue) == (5, 4, 3)
    assert [(money.currency, money.amount_minor, money.accounts_unstated) for money in seen.overdue] == [("CNY", 270_000 + 50_000 + 20_000 + 80_000, 0)]
    assert (seen.cases, seen.people_tasks, seen.automatic, seen.held, seen.history_unknown) == (3, 1, 1, 1, 1)
    assert [(count.bucket, count.accounts) for count in seen.buckets] == [("1-30", 2), ("61-90", 2)]
    assert sum(cell.accounts for cell in seen.flow) == seen.accounts
    assert seen.alert_counts == {"new_overdue": 1, "worse_bucket": 1}


def test_an_amount_that_the_source_does_not_state_is_counted_apart_and_not_as_nothing(home: Home, run: reading.Run) -> None:
    path = run.file("assessment")
    duckdb.connect(":memory:").execute(f"COPY (SELECT * REPLACE (CASE WHEN account_id = 21 THEN NULL ELSE amount_overdue_minor END AS amount_overdue_minor) FROM read_parquet('{path}')) TO '{path}.new' (FORMAT parquet)")
    Path(f"{path}.new").rename(path)
    (money,) = reading.overview(home, run).overdue
    assert (money.amount_minor, money.accounts_unstated) == (400_000, 1)


@pytest.mark.parametrize(("wanted", "who"), [
    (WorklistFilter(), {"lin"}),
    (WorklistFilter(queue="automatic"), {"wang"}),
    (WorklistFilter(queue="held"), {"zhao"}),
    (WorklistFilter(queue="all"), {"lin", "wang", "zhao"}),
    (WorklistFilter(queue="all", bucket="61-90"), {"lin", "zhao"}),
    (WorklistFilter(queue="all", treatment="gentle_reminder"), {"wang"}),
    (WorklistFilter(queue="all", product="car_loan"), set()),
    (WorklistFilter(queue="all", currency="CNY", amount_from_minor=80_000), {"lin", "zhao"}),
    (WorklistFilter(queue="all", amount_from_minor=80_001), {"lin"}),
    (WorklistFilter(queue="all", amount_to_minor=80_000), {"wang", "zhao"}),
    (WorklistFilter(queue="all", amount_to_minor=79_999), {"wang"}),
    (WorklistFilter(queue="all", history_unknown=True), {"zhao"}),
    (WorklistFilter(queue="all", alert="worse_bucket"), {"lin"}),
    (WorklistFilter(queue="all", flow_before="31-60", flow_now="61-90"), {"lin"}),
    (WorklistFilter(queue="all", flow_before="none", flow_now="61-90"), {"zhao"}),
    (WorklistFilter(queue="all", flow_before="current", flow_now="1-30"), {"wang"}),
    (WorklistFilter(queue="all", flow_now="1-30"), {"lin", "wang"}),
    (WorklistFilter(queue="all", bucket="' OR true --"), set()),
])
def test_each_filter_narrows_to_the_cases_it_names(home: Home, run: reading.Run, small: SmallBook, wanted: WorklistFilter, who: set[str]) -> None:
    found = reading.worklist(home, run, wanted)
    assert {row.case_id for row in found.rows} == {getattr(small, name) for name in who}
    assert found.total == len(who)


def test_the_largest_amount_comes_first_where_asked_and_a_page_beyond_the_end_is_the_last(home: Home, run: reading.Run) -> None:
    found = reading.worklist(home, run, WorklistFilter(queue="all"), order="amount", page=99, page_rows=2)
    assert (found.page, found.pages, found.total) == (2, 2, 3)
    first = reading.worklist(home, run, WorklistFilter(queue="all"), order="amount", page=1, page_rows=2)
    assert [row.amount_overdue_minor for row in (*first.rows, *found.rows)] == [320_000, 80_000, 20_000]


def test_names_are_opened_for_the_people_asked_for_and_nobody_else(home: Home, small: SmallBook) -> None:
    opened: list[int] = []

    def listening(parties: Sequence[int], sealed: Sequence[bytes | None], what: str) -> list[Mapping[str, Any] | None]:
        opened.extend(parties)
        return _in_the_clear(parties, sealed, what)

    named = reading.people(home, reading.portfolio(home, BANK, "main"), [LIN], unseal=listening)
    assert (named[LIN].name, opened) == ("Lin 林晓", [LIN])


def test_an_erased_person_has_no_name_and_no_contact_point(home: Home, small: SmallBook) -> None:
    def erased(parties: Sequence[int], _sealed: Sequence[bytes | None], _what: str) -> list[Mapping[str, Any] | None]:
        return [None] * len(parties)

    book = reading.portfolio(home, BANK, "main")
    assert reading.people(home, book, [WANG], unseal=erased)[WANG].name is None
    assert reading.contact_points(home, book, [WANG], unseal=erased)[WANG][0].masked is None


def test_a_case_shows_what_is_outstanding_by_the_rule_that_the_run_used(home: Home, small: SmallBook) -> None:
    view = reading.case_view(home, BANK, small.lin, unseal=_in_the_clear)
    account = view.accounts[0]
    assert [(item.due_on, item.outstanding_minor) for item in account.items] == [
        (date(2026, 8, 5), 0), (date(2026, 9, 5), 70_000), (date(2026, 10, 5), 100_000), (date(2026, 11, 5), 100_000), (date(2026, 12, 5), 100_000)]
    assert sum(item.outstanding_minor for item in account.items if item.due_on < AS_OF) == account.amount_overdue_minor


def test_an_item_whose_due_date_moved_off_a_free_day_shows_both_days(home: Home, small: SmallBook, run: reading.Run) -> None:
    with duckdb.connect(":memory:") as connection:
        moved = "SELECT 'CN following' AS rule, DATE '2026-09-05' AS due_on, DATE '2026-09-07' AS moved_to"
        connection.execute(f"COPY ({moved}) TO '{run.folder}/frozen/moved_due_days.parquet' (FORMAT parquet)")
    facts = json.loads((run.folder / "run.json").read_text())
    for rules, shown in (
        ({"non_working_days": "CN following", "products": {}}, (date(2026, 9, 7), date(2026, 9, 5))),
        ({"non_working_days": "CN following", "products": {"other": {"non_working_days": None}}}, (date(2026, 9, 7), date(2026, 9, 5))),
        ({"non_working_days": None, "products": {"other": {"non_working_days": "CN following"}}}, (date(2026, 9, 5), None)),
    ):
        (run.folder / "run.json").write_text(json.dumps({**facts, "conventions": rules}))
        items = reading.case_view(home, BANK, small.lin, unseal=_in_the_clear).accounts[0].items
        assert (items[1].due_on, items[1].contractual_due_on) == shown
        assert (items[2].due_on, items[2].contractual_due_on) == (date(2026, 10, 5), None)


def test_money_that_came_after_the_day_of_the_run_is_not_shown(home: Home, small: SmallBook) -> None:
    view = reading.case_view(home, BANK, small.lin, unseal=_in_the_clear)
    assert [payment.paid_on for payment in view.accounts[0].payments] == [date(2026, 9, 20), date(2026, 8, 5)]


def test_the_history_ends_with_what_is_overdue_now(home: Home, small: SmallBook) -> None:
    view = reading.case_view(home, BANK, small.lin, unseal=_in_the_clear)
    assert [(point.on, point.overdue_minor) for point in view.history[-4:]] == [
        (date(2026, 8, 31), 0), (date(2026, 9, 30), 70_000), (date(2026, 10, 31), 170_000), (AS_OF, view.row.amount_overdue_minor)]


def test_only_holds_in_force_on_the_day_stand_above_the_case(home: Home, small: SmallBook) -> None:
    assert [hold.kind for hold in reading.case_view(home, BANK, small.zhao, unseal=_in_the_clear).holds] == ["dispute"]
    assert reading.case_view(home, BANK, small.lin, unseal=_in_the_clear).holds == ()


def test_a_case_of_another_institution_does_not_exist(home: Home, small: SmallBook) -> None:
    with pytest.raises(reading.NoSuchCase):
        reading.case_view(home, OTHER_BANK, small.lin, unseal=_in_the_clear)
    assert reading.case_of_party(home, OTHER_BANK, LIN) is None
    assert reading.case_of_account(home, OTHER_BANK, 11) is None


def test_a_case_is_found_by_person_and_by_account(home: Home, small: SmallBook) -> None:
    assert reading.case_of_party(home, BANK, LIN) == reading.case_of_account(home, BANK, 12) == small.lin


def test_reading_cannot_leave_the_home(home: Home, small: SmallBook, tmp_path_factory: pytest.TempPathFactory) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere") / "secret.csv"
    elsewhere.write_text("a\n1\n")
    with looking_into(home) as connection, pytest.raises(duckdb.Error, match="(?i)permission|disabled"):
        connection.execute("SELECT * FROM read_csv(?)", [str(elsewhere)])


def test_a_case_shows_the_minima_of_a_card_and_what_stands_behind_a_class(home: Home, small: SmallBook, run: reading.Run) -> None:
    batch = home.books / "main" / "batches" / "000001"
    with duckdb.connect(":memory:") as connection:
        card = "SELECT 12::BIGINT AS account_id, DATE '2026-10-20' AS statement_on, DATE '2026-11-10' AS due_on, 90000::BIGINT AS balance_minor, 50000::BIGINT AS minimum_due_minor, NULL::INTEGER AS months_past_due"
        connection.execute(f"COPY ({card}) TO '{batch}/statements.parquet' (FORMAT parquet)")
        held = (
            "SELECT 11::BIGINT AS account_id, 'eu_non_performing' AS regime, 'non_performing' AS class, 'days' AS reason, 91 AS days_material, NULL::DATE AS clear_since_on, NULL::DATE AS earliest_exit_on "
            "UNION ALL SELECT 12, 'india', 'NPA', 'way_back', NULL, NULL, NULL"
        )
        connection.execute(f"COPY ({held}) TO '{run.folder}/classes.parquet' (FORMAT parquet)")
    loan, card_account = reading.case_view(home, BANK, small.lin, unseal=_in_the_clear).accounts
    assert [statement.minimum_due_minor for statement in card_account.statements] == [50_000]
    assert (card_account.minima_stated, card_account.months_stated, loan.minima_stated) == (True, False, False)
    assert [account.classes[0].why.en for account in (loan, card_account) if account.classes[0].why] == [
        "Arrears are material for 91 days in a row.", "Held since an earlier run until nothing is unpaid."]
