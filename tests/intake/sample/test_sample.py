"""Stories about the invented book: is it whole, is it believable, can it be nobody's, and is it the same again?"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest

from arrears.core.book import BOOK_TABLES
from arrears.core.problems import Busy, Refused, WrongCall
from arrears.intake.book.layout import ROW_GROUP_SIZE, batch_facts, book_info, file_digest, import_lock
from arrears.intake.sample.making import TABLES, make_sample, seeded_ids
from tests.intake.book.keeper import KeeperInMemory

TODAY = date(2026, 11, 23)
ACCOUNTS = 20_000


class Book:
    """A sample book as views of its tables, one row of answers at a time."""

    def __init__(self, folder: Path) -> None:
        self.batch = folder / "batches" / "000001"
        self.connection = duckdb.connect()
        for table in TABLES:
            self.connection.execute(
                f"CREATE VIEW {table} AS FROM read_parquet('{self.batch / table}.parquet', file_row_number = true)"
            )

    def row(self, sql: str) -> tuple:
        return self.connection.execute(sql).fetchall()[0]

    def one(self, sql: str):
        return self.row(sql)[0]


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Book:
    folder = tmp_path_factory.mktemp("sample") / "book"
    make_sample(folder, ACCOUNTS, 7, TODAY, None, institution_id=5, id_source=seeded_ids(7))
    return Book(folder)


@pytest.fixture(scope="module")
def keeper() -> KeeperInMemory:
    return KeeperInMemory()


@pytest.fixture(scope="module")
def named_book(tmp_path_factory: pytest.TempPathFactory, keeper: KeeperInMemory) -> Book:
    folder = tmp_path_factory.mktemp("named") / "book"
    make_sample(folder, 3_000, 7, TODAY, keeper, institution_id=5)
    return Book(folder)


def overdue_share(book: Book, on: date) -> float:
    """Oldest first, written independently: what of the instalments before the day is not covered by the money that
    came by then?"""
    return book.one(f"""
        WITH due AS (SELECT account_id, sum(principal_minor + interest_minor + fee_minor + penalty_minor) AS due
            FROM instalments WHERE due_on < DATE '{on}' GROUP BY 1),
             paid AS (SELECT account_id, sum(CASE WHEN reversal_of IS NULL THEN amount_minor ELSE -amount_minor END)
                 AS paid FROM payments WHERE paid_on <= DATE '{on}' GROUP BY 1)
        SELECT count(*) FILTER (due > coalesce(paid, 0)) / (SELECT count(*) FROM accounts) FROM due LEFT JOIN paid
            USING (account_id)""")


BEHIND = f"""
    WITH paid AS (SELECT account_id, sum(CASE WHEN reversal_of IS NULL THEN amount_minor ELSE -amount_minor END) AS
        paid FROM payments GROUP BY 1),
         so_far AS (SELECT account_id, due_on, sum(principal_minor + interest_minor) OVER (PARTITION BY account_id
             ORDER BY due_on) AS due FROM instalments)
    SELECT account_id, min(due_on) AS oldest, DATE '{TODAY}' - min(due_on) AS days_past_due FROM so_far LEFT JOIN
        paid USING (account_id)
    WHERE due > coalesce(paid, 0) AND due_on < DATE '{TODAY}' GROUP BY 1"""


# Whole ---------------------------------------------------------------


@pytest.mark.parametrize("table", TABLES)
def test_every_file_has_exactly_the_columns_and_types_that_the_book_states(book: Book, table: str):
    assert (
        pq.read_schema(book.batch / f"{table}.parquet").remove_metadata().equals(BOOK_TABLES[table].schema.to_pyarrow())
    )


@pytest.mark.parametrize("table", TABLES)
def test_every_key_is_there_once_and_the_file_is_sorted_by_it(book: Book, table: str):
    key = ", ".join(BOOK_TABLES[table].key)
    rows = book.one(f"SELECT count(*) FROM {table}")
    assert rows > 0
    assert book.one(f"SELECT count(*) FROM (SELECT DISTINCT {key} FROM {table})") == rows
    assert (
        book.one(
            f"""SELECT count(*) FROM (SELECT file_row_number AS found, row_number() OVER (ORDER BY {key}) - 1 AS
                place FROM {table}) WHERE found <> place"""
        )
        == 0
    )


@pytest.mark.parametrize("table", TABLES)
def test_no_column_that_must_be_there_is_empty(book: Book, table: str):
    missing = " OR ".join(f"{column} IS NULL" for column in BOOK_TABLES[table].required)
    assert book.one(f"SELECT count(*) FROM {table} WHERE {missing}") == 0


def test_all_row_groups_but_the_last_have_the_fixed_size(book: Book):
    facts = pq.read_metadata(book.batch / "instalments.parquet")
    assert [facts.row_group(place).num_rows for place in range(facts.num_row_groups)] == [
        ROW_GROUP_SIZE,
        240_000 - ROW_GROUP_SIZE,
    ]
    assert facts.row_group(0).column(0).compression == "ZSTD"


def test_everybody_named_anywhere_is_a_party_and_every_account_named_is_an_account(book: Book):
    for table in TABLES:
        for column, home in (("party_id", "parties"), ("account_id", "accounts")):
            if column in BOOK_TABLES[table].schema.names:
                assert book.one(f"SELECT count(*) FROM {table} ANTI JOIN {home} USING ({column})") == 0, (table, column)


def test_the_batch_says_what_it_holds(book: Book):
    facts = batch_facts(book.batch)
    assert facts["tables"]["accounts"] == {"read": ACCOUNTS, "accepted": ACCOUNTS, "rejected": 0, "merged": 0}
    assert facts["digests"] == {table: file_digest(book.batch / f"{table}.parquet") for table in TABLES}
    assert (facts["sample"]["seed"], facts["created"]) == (7, "2026-11-23")


# Money ---------------------------------------------------------------


def test_the_principal_of_the_instalments_sums_exactly_to_the_loan(book: Book):
    assert (
        book.one(
            """SELECT count(*) FROM accounts JOIN (SELECT account_id, sum(principal_minor) AS repaid FROM
                instalments GROUP BY 1) USING (account_id) """
            "WHERE repaid <> principal_minor"
        )
        == 0
    )


def test_the_instalments_of_a_loan_are_equal_but_for_the_last_which_takes_the_rounding(book: Book):
    largest = book.one("""
        SELECT max(widest) FROM (SELECT account_id, max(amount) FILTER (number < term) - min(amount) FILTER (number
            < term) AS widest FROM (
            SELECT account_id, number, principal_minor + interest_minor AS amount, max(number) OVER (PARTITION BY
                account_id) AS term FROM instalments) GROUP BY 1)""")
    assert largest == 0
    assert (
        book.one(
            """SELECT max(abs(a.amount - b.amount)) FROM (SELECT account_id, max_by(principal_minor +
                interest_minor, number) AS amount FROM instalments GROUP BY 1) a """
            """JOIN (SELECT account_id, principal_minor + interest_minor AS amount FROM instalments WHERE number =
                1) b USING (account_id)"""
        )
        < 100
    )
    assert book.row("SELECT min(principal_minor) > 0, min(interest_minor) >= 0 FROM instalments") == (True, True)


def test_interest_is_the_rate_on_the_balance_left(book: Book):
    """The first instalment's interest, computed again with exact decimals: within half a unit."""
    wrong = book.one("""
        SELECT count(*) FROM instalments i JOIN accounts a USING (account_id)
        WHERE number = 1 AND abs(interest_minor * 12 - a.principal_minor * a.rate_annual) > 6""")
    assert wrong == 0


def test_accounts_have_twelve_instalments_on_average_and_some_have_others(book: Book):
    assert book.row(
        """SELECT count(*) / count(DISTINCT account_id), list_sort(list(DISTINCT number)) FROM (SELECT account_id,
            count(*) AS number FROM instalments GROUP BY 1) """
        "JOIN (SELECT account_id FROM instalments) USING (account_id)"
    ) == (12.0, [6, 12, 24, 36])


def test_another_usual_number_of_instalments_can_be_asked_for(tmp_path: Path):
    make_sample(tmp_path / "b", 1_000, 3, TODAY, None, institution_id=1, instalments=10)
    assert Book(tmp_path / "b").one("SELECT count(*) FROM instalments") == 10_000


# Payments ---------------------------------------------------------------


def test_nothing_is_paid_before_the_account_was_opened_or_after_the_day_of_the_book(book: Book):
    assert book.row(
        f"""SELECT count(*) FILTER (paid_on <= opened_on), count(*) FILTER (paid_on > DATE '{TODAY}') FROM payments
            JOIN accounts USING (account_id)"""
    ) == (0, 0)
    assert book.one(f"SELECT count(*) FROM accounts WHERE opened_on > DATE '{TODAY}'") == 0


def test_nobody_pays_more_than_is_due_up_to_the_coming_instalment(book: Book):
    too_much = book.one(f"""
        SELECT count(*) FROM (SELECT account_id, sum(CASE WHEN reversal_of IS NULL THEN amount_minor ELSE
            -amount_minor END) AS paid, min(amount_minor) AS least
                              FROM payments GROUP BY 1)
        JOIN (SELECT account_id, sum(principal_minor + interest_minor) AS due FROM instalments WHERE due_on <= DATE
            '{TODAY}' + 31 GROUP BY 1) USING (account_id)
        WHERE paid > due OR paid < 0 OR least <= 0""")
    assert too_much == 0


def test_a_reversal_takes_back_an_earlier_payment_of_the_same_account_whole_and_once(book: Book):
    reversals, good, different = book.row("""
        SELECT count(*), count(*) FILTER (p.paid_on < r.paid_on AND p.amount_minor = r.amount_minor AND
            p.reversal_of IS NULL), count(DISTINCT r.reversal_of)
        FROM payments r LEFT JOIN payments p ON p.payment_id = r.reversal_of AND p.account_id = r.account_id WHERE
            r.reversal_of IS NOT NULL""")
    assert reversals == good == different > 300


def test_payment_ids_name_one_payment_in_the_whole_book(book: Book):
    assert book.one("SELECT count(*) - count(DISTINCT payment_id) FROM payments") == 0


def test_people_pay_in_time_late_early_and_in_parts(book: Book):
    early, in_time, late, part = book.row("""
        SELECT avg((paid_on < due_on)::INT), avg((paid_on = due_on)::INT), avg((paid_on > due_on)::INT), avg((amount
            < due)::INT) FROM (
            SELECT p.paid_on, p.amount_minor AS amount, i.due_on, i.principal_minor + i.interest_minor AS due
            FROM payments p ASOF JOIN (SELECT *, due_on - 6 AS from_on FROM instalments) i ON p.account_id =
                i.account_id AND p.paid_on >= i.from_on
            WHERE p.reversal_of IS NULL)""")
    assert 0.02 < early < 0.20 and 0.60 < in_time < 0.90 and 0.10 < late < 0.30 and 0.01 < part < 0.10


# Overdue ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("seed", "today"),
    [(7, TODAY), (1, date(2026, 2, 1)), (2, date(2024, 2, 29)), (3, date(2026, 12, 31)), (4, date(2026, 5, 5))],
)
def test_about_six_in_a_hundred_accounts_are_overdue_whatever_seed_and_day(tmp_path: Path, seed: int, today: date):
    make_sample(tmp_path / "b", ACCOUNTS, seed, today, None, institution_id=1)
    assert 0.05 <= overdue_share(Book(tmp_path / "b"), today) <= 0.07


def test_most_of_the_overdue_are_up_to_30_days_late_and_a_tail_is_beyond_180(book: Book):
    early, middle, late, worst = book.row(f"""
        SELECT avg((days_past_due <= 30)::INT), avg((days_past_due BETWEEN 31 AND 180)::INT), avg((days_past_due >
            180)::INT), max(days_past_due) FROM ({BEHIND})""")
    assert early > 0.5 and middle > 0.2 and 0.02 < late < 0.15 and worst > 210


def test_some_have_never_paid_and_some_of_the_overdue_have_paid_a_part(book: Book):
    never, part = book.row(f"""
        SELECT count(*) FILTER (paid IS NULL), count(*) FILTER (paid > 0) FROM ({BEHIND}) LEFT JOIN (
            SELECT account_id, sum(amount_minor) AS paid FROM payments GROUP BY 1) USING (account_id)""")
    assert never > 30 and part > 300


def test_as_of_the_day_every_schedule_still_has_something_to_come(book: Book):
    assert (
        book.one(
            f"""SELECT count(*) FROM (SELECT max(due_on) AS last FROM instalments GROUP BY account_id) WHERE last <
                DATE '{TODAY}'"""
        )
        == 0
    )
    assert book.one("SELECT list_sort(list(DISTINCT day(due_on))) FROM instalments") == [5, 10, 15, 20, 25]


# People ---------------------------------------------------------------


def test_one_person_in_six_owes_two_to_four_accounts_and_few_are_organisations(book: Book):
    several, most = book.row(
        "SELECT avg((n > 1)::INT), max(n) FROM (SELECT count(*) AS n FROM accounts GROUP BY party_id)"
    )
    assert 0.15 < several < 0.20 and most == 4
    organisations, english = book.row(
        "SELECT avg((kind = 'organisation')::INT), avg((language = 'en')::INT) FROM parties"
    )
    assert 0.03 < organisations < 0.05 and 0.04 < english < 0.08


def test_whoever_is_bound_with_a_borrower_is_somebody_else(book: Book):
    assert book.row(
        """SELECT count(*) FILTER (p.party_id = a.party_id), list_sort(list(DISTINCT role)) FROM account_parties p
            JOIN accounts a USING (account_id)"""
    ) == (0, ["co_borrower", "guarantor"])


def test_protected_attributes_stand_apart_and_organisations_have_none(book: Book):
    assert book.one("SELECT list_sort(list(DISTINCT attribute)) FROM protected") == ["age_band", "sex"]
    assert book.one("SELECT count(*) FROM protected JOIN parties USING (party_id) WHERE kind = 'organisation'") == 0


def test_about_one_in_seventy_overdue_people_is_held_and_few_others(book: Book):
    overdue, others = book.row(f"""
        SELECT avg((held IS NOT NULL)::INT) FILTER (behind), avg((held IS NOT NULL)::INT) FILTER (NOT behind) FROM (
            SELECT party_id, bool_or(account_id IN (SELECT account_id FROM ({BEHIND}))) AS behind FROM accounts
                GROUP BY 1)
        LEFT JOIN (SELECT DISTINCT party_id, 1 AS held FROM holds) USING (party_id)""")
    assert 0.005 < overdue < 0.03 and 0 < others < 0.002


def test_some_holds_have_ended_and_none_ends_before_it_begins(tmp_path: Path):
    make_sample(tmp_path / "b", 100_000, 7, TODAY, None, institution_id=1)
    ended, backwards, future, kinds = Book(tmp_path / "b").row(f"""
        SELECT count(*) FILTER (to_on < DATE '{TODAY}'), count(*) FILTER (to_on < from_on), count(*) FILTER (from_on
            >= DATE '{TODAY}'), list_sort(list(DISTINCT kind)) FROM holds""")
    assert ended > 5 and (backwards, future) == (0, 0)
    assert kinds == ["claims_paid", "complaint", "deceased", "dispute", "hardship", "insolvency", "represented"]


def test_of_eight_in_a_hundred_people_no_contact_history_is_known_and_of_the_others_the_last_thirty_days_are(
    book: Book,
):
    assert (
        0.07
        < book.one(
            """SELECT avg((c.party_id IS NULL)::INT) FROM parties LEFT JOIN (SELECT DISTINCT party_id FROM
                contact_history) c USING (party_id)"""
        )
        < 0.09
    )
    assert (
        book.one(
            f"""SELECT count(*) FROM contact_history WHERE covers_from > DATE '{TODAY}' - 30 OR covers_to <> DATE
                '{TODAY}' - 1 """
            "OR occurred_on < covers_from OR occurred_on > covers_to OR (occurred_on IS NULL) <> (outcome IS NULL)"
        )
        == 0
    )


def test_only_a_few_and_only_overdue_people_are_on_record_as_refusing(book: Book):
    contacts = book.one("SELECT count(*) FROM contact_history WHERE occurred_on IS NOT NULL")
    refusals = book.one("SELECT count(*) FROM contact_history WHERE outcome = 'refused_to_pay'")
    assert 0 < refusals < contacts * 0.04
    assert book.one("SELECT count(*) FROM contact_history WHERE outcome = 'promise_to_pay'") > 50
    assert (
        book.one(
            f"""SELECT count(*) FROM contact_history ANTI JOIN (SELECT party_id FROM accounts SEMI JOIN ({BEHIND})
                USING (account_id)) USING (party_id) """
            "WHERE outcome IN ('refused_to_pay', 'promise_to_pay')"
        )
        == 0
    )


def test_every_contact_point_is_marked_invented_and_some_lack_consent(book: Book):
    sources, given, unknown, withdrawn = book.row("""
        SELECT list(DISTINCT source), avg((consent = 'given')::INT), avg((consent = 'unknown')::INT), avg((consent =
            'withdrawn')::INT) FROM contact_points""")
    assert sources == ["invented"]
    assert given > 0.7 and 0.1 < unknown < 0.2 and 0.02 < withdrawn < 0.06


def test_consents_say_the_same_as_the_contact_points(book: Book):
    assert (
        book.one("""
        SELECT count(*) FROM contact_points p FULL JOIN consents c ON p.party_id = c.party_id AND p.channel =
            c.channel
        WHERE p.consent IS DISTINCT FROM CASE WHEN c.party_id IS NULL THEN 'unknown' WHEN c.withdrawn_on IS NULL
            THEN 'given' ELSE 'withdrawn' END""")
        == 0
    )
    assert (
        book.one(
            f"""SELECT count(*) FROM consents WHERE withdrawn_on < given_on OR given_on > DATE '{TODAY}' OR
                withdrawn_on > DATE '{TODAY}'"""
        )
        == 0
    )


# Nobody's ---------------------------------------------------------------


def opened(book: Book, keeper: KeeperInMemory, table: str, extra: str = "") -> Iterator[tuple[dict[str, str], tuple]]:
    for party, sealed, *rest in book.connection.execute(
        f"SELECT party_id, sealed {extra} FROM {table} ORDER BY ALL"
    ).fetchall():
        yield json.loads(keeper.unseal(party, sealed, table)), tuple(rest)


def test_names_are_sealed_and_the_holder_of_the_key_reads_name_and_number(named_book: Book, keeper: KeeperInMemory):
    people = [content for content, _ in opened(named_book, keeper, "parties")]
    assert all(content.keys() == {"name", "number"} and content["name"] for content in people)
    assert len({content["number"] for content in people}) == len(people)
    plain = named_book.batch.joinpath("parties.parquet").read_bytes()
    sealed = b"".join(row[0] for row in named_book.connection.execute("SELECT sealed FROM parties").fetchall())
    assert not [
        content for content in people for text in content.values() if text.encode() in plain or text.encode() in sealed
    ]


def test_no_contact_value_can_belong_to_anybody(named_book: Book, keeper: KeeperInMemory):
    seen: dict[str, set[str]] = {}
    for content, (channel,) in opened(named_book, keeper, "contact_points", ", channel"):
        seen.setdefault(channel, set()).add(content["value"])
    assert seen.keys() == {"mobile", "email", "post"}
    assert all(number.startswith("100") and len(number) == 11 and number.isdigit() for number in seen["mobile"])
    assert all(address.endswith("@example.invalid") for address in seen["email"])
    assert all(address.startswith("样例路 ") or address.endswith(" Sample Road") for address in seen["post"])
    assert len(seen["mobile"]) == named_book.one("SELECT count(*) FROM contact_points WHERE channel = 'mobile'")


def test_ids_are_the_keepers_and_every_number_was_asked_for_once(named_book: Book, keeper: KeeperInMemory):
    kept = {kind: {one for (of, _, _), one in keeper.ids.items() if of == kind} for kind in ("party", "account")}
    for kind, table in (("party", "parties"), ("account", "accounts")):
        assert {row[0] for row in named_book.connection.execute(f"SELECT {kind}_id FROM {table}").fetchall()} == kept[
            kind
        ]


# The same again ---------------------------------------------------------------


def test_the_same_seed_and_ids_give_the_same_bytes_however_the_work_is_cut(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    make_sample(tmp_path / "a", 5_000, 11, TODAY, None, name="x", institution_id=1, id_source=seeded_ids(1))
    monkeypatch.setattr("arrears.intake.sample.making.SLICE", 777)
    make_sample(tmp_path / "b", 5_000, 11, TODAY, None, name="x", institution_id=1, id_source=seeded_ids(1))
    files = sorted(
        path.relative_to(tmp_path / "a")
        for path in (tmp_path / "a").rglob("*.*")
        if path.is_file() and path.name != ".import.lock"
    )
    assert len(files) == len(TABLES) + 2
    assert [
        str(file) for file in files if file_digest(tmp_path / "a" / file) != file_digest(tmp_path / "b" / file)
    ] == []


def figures(book: Book) -> list[tuple]:
    """The whole book as figures without ids: each account with its instalments and payments."""
    return book.connection.execute("""
        SELECT product, opened_on, principal_minor, rate_annual, i.figures, p.figures FROM accounts
        JOIN (SELECT account_id, list((number, due_on, principal_minor, interest_minor) ORDER BY number) AS figures
            FROM instalments GROUP BY 1) i USING (account_id)
        LEFT JOIN (SELECT account_id, list((payment_id, paid_on, amount_minor, reversal_of) ORDER BY paid_on,
            payment_id) AS figures FROM payments GROUP BY 1) p USING (account_id)
        ORDER BY ALL""").fetchall()


def test_the_same_seed_gives_the_same_figures_under_other_random_ids_and_another_seed_gives_others(tmp_path: Path):
    for name, seed in (("a", 11), ("b", 11), ("c", 12)):
        make_sample(tmp_path / name, 2_000, seed, TODAY, None, institution_id=1)
    first, again, other = (Book(tmp_path / name) for name in "abc")
    assert figures(first) == figures(again) != figures(other)
    assert first.one("SELECT sum(account_id) FROM accounts") != again.one("SELECT sum(account_id) FROM accounts")


# Refusals ---------------------------------------------------------------


def test_a_book_that_holds_something_is_never_mixed_with_invented_people(tmp_path: Path):
    make_sample(tmp_path / "b", 10, 1, TODAY, None, institution_id=1)
    with pytest.raises(Refused, match="not empty"):
        make_sample(tmp_path / "b", 10, 1, TODAY, None)
    assert len(list((tmp_path / "b" / "batches").iterdir())) == 1


def test_a_sample_waits_for_no_import_but_says_who_is_at_work(tmp_path: Path):
    make_sample(tmp_path / "b", 10, 1, TODAY, None, institution_id=1)
    with import_lock(tmp_path / "b"), pytest.raises(Busy):
        make_sample(tmp_path / "b", 10, 1, TODAY, None)


@pytest.mark.parametrize("wrong", [{"accounts": 0}, {"seed": -1}, {"instalments": 1}, {"institution_id": None}])
def test_figures_that_make_no_book_are_refused_before_anything_is_written(tmp_path: Path, wrong: dict):
    call = {"accounts": 10, "seed": 1, "instalments": 12, "institution_id": 1} | wrong
    with pytest.raises(WrongCall):
        make_sample(tmp_path / "b", call.pop("accounts"), call.pop("seed"), TODAY, None, **call)
    assert not (tmp_path / "b").exists()


def test_a_keeper_that_fails_in_the_middle_leaves_no_batch_and_the_next_try_succeeds(tmp_path: Path):
    class Failing(KeeperInMemory):
        def seal_many(self, *given):
            raise Refused("The database does not answer.")

    with pytest.raises(Refused, match="does not answer"):
        make_sample(tmp_path / "b", 100, 1, TODAY, Failing(), institution_id=1)
    assert list((tmp_path / "b").glob("batches/*")) == list((tmp_path / "b").glob(".staging-*")) == []
    assert make_sample(tmp_path / "b", 100, 1, TODAY, KeeperInMemory()).rows["accounts"] == 100


def test_one_account_makes_a_book_and_a_currency_without_decimals_has_whole_amounts(tmp_path: Path):
    report = make_sample(tmp_path / "b", 1, 1, TODAY, None, name="tiny", institution_id=9, currency="JPY")
    assert (report.rows["parties"], report.rows["instalments"] > 0, book_info(tmp_path / "b").institution_id) == (
        1,
        True,
        9,
    )
    assert Book(tmp_path / "b").row("SELECT currency, principal_minor % 100 FROM accounts") == ("JPY", 0)


def test_progress_is_told_of_every_step_up_to_its_end(tmp_path: Path):
    told: list[tuple[str, int, int]] = []
    make_sample(
        tmp_path / "b", 500, 1, TODAY, KeeperInMemory(), institution_id=1, progress=lambda *one: told.append(one)
    )
    assert [step for step, done, total in told if done == total] == ["party ids", "account ids", "accounts", "people"]
