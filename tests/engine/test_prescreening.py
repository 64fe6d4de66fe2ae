"""What does a night say about who could be contacted, and by which channel?"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from arrears.casefile.facts.hold import EFFECTS, Hold, HoldKind, MayLift
from arrears.check.conduct.pack import Packs
from arrears.check.conduct.words import ActorRole, Channel, LenderKind, Outcome, Product
from arrears.engine.case_changes import Frozen, NoCases, digest_of_tables
from arrears.engine.columns_engine import EngineSettings, column_engine, write_sorted
from arrears.engine.conduct_events import FROZEN_EVENTS, EarlierWords, own_events
from arrears.engine.conduct_packs import every_pack
from arrears.engine.home import Home
from arrears.engine.nightly import RunRequest, RunResult, nightly
from arrears.engine.prescreening import CHANNELS, PRODUCT_NOT_STATED, RESTRICTED, Screening, screened_sql
from arrears.engine.use_cases import reading
from arrears.engine.use_cases.policies import find_policy
from arrears.intake.sample.making import make_sample, seeded_ids

DAY = date(2026, 11, 23)
EARLIER = EarlierWords({"phone": Channel.CALL, "sms": Channel.TEXT, "email": Channel.EMAIL}, {"no_answer": Outcome.NO_ANSWER, "message_delivered": Outcome.SENT})
NO_CONTACTS = pa.table({name: pa.array([], type_) for name, type_ in (
    ("party_id", pa.int64()), ("at", pa.timestamp("us")), *((name, pa.string()) for name in (
        "kind", "by", "party", "to", "person", "debts", "channel", "point", "place", "purpose", "mode", "outcome", "marks")))})


class WithOwnFacts(NoCases):
    """Cases of an institution that placed a hold of its own."""

    def __init__(self, holds: list[Hold]) -> None:
        self.holds = holds

    def freeze(self, on: date) -> Frozen:
        tables = {FROZEN_EVENTS: own_events(self.holds, NO_CONTACTS)}
        return Frozen(tables, digest_of_tables(tables))


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    return Home(tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="module")
def book(home: Home) -> Path:
    folder = home.book("loans")
    folder.parent.mkdir()
    make_sample(folder, 2000, 11, DAY, None, name="loans", institution_id=1, id_source=seeded_ids(11))
    return folder


def screening(book: Path) -> Screening:
    products = duckdb.sql(f"SELECT DISTINCT product FROM read_parquet('{book}/**/accounts*.parquet', union_by_name = true) ORDER BY 1").fetchall()
    packs = Packs(tuple(pack for pack in every_pack().packs if pack.name.startswith(("china/", "house/"))))
    return Screening(
        packs, ActorRole.CREDITOR_OWN_NAME, LenderKind.BANK, date(2024, 1, 1), EARLIER, frozenset({"CN"}), {}, ("Asia/Shanghai",),
        {name: Product.CONSUMER_LOAN for (name,) in products},
    )


def run(book: Path, runs: Path, holds: list[Hold]) -> RunResult:
    request = RunRequest(
        book, runs, DAY, datetime(2026, 11, 23, tzinfo=UTC), "night", find_policy(None), engine=EngineSettings(2, "1GB"), screening=screening(book)
    )
    return nightly(request, WithOwnFacts(holds))


@pytest.fixture(scope="module")
def first(book: Path, home: Home) -> RunResult:
    return run(book, home.runs / "loans", [])


def test_every_case_has_an_answer_for_every_channel_and_a_hold_of_our_own_stops_all_of_them(book: Path, first: RunResult, tmp_path: Path) -> None:
    mask, decisions = f"'{first.folder}/prescreen.parquet'", f"'{first.folder}/decisions.parquet'"
    cases = duckdb.sql(f"SELECT count(*) FROM {decisions}").fetchall()[0][0]
    told = duckdb.sql(f"SELECT channel, count(*), count(DISTINCT party_id) FROM {mask} GROUP BY 1 ORDER BY 1").fetchall()
    assert told == [(str(channel), cases, cases) for channel in sorted(CHANNELS)]
    assert duckdb.sql(f"SELECT count(*) FROM {mask} WHERE party_id NOT IN (SELECT party_id FROM {decisions})").fetchall() == [(0,)]
    free = duckdb.sql(f"SELECT party_id FROM {mask} WHERE channel = 'call' AND may IN ('yes', 'deferred') ORDER BY 1 LIMIT 1").fetchall()[0][0]
    hold = Hold(7, free, HoldKind.DISTRESS, "spoke of ending it", date(2026, 11, 20), None, EFFECTS[HoldKind.DISTRESS].blocks, MayLift.MANAGER)
    held = run(book, tmp_path / "held", [hold])
    answers = duckdb.sql(f"SELECT channel, may, rule FROM '{held.folder}/prescreen.parquet' WHERE party_id = {free}").fetchall()
    assert {may for _, may, _ in answers} == {"no"}, answers
    assert "prescreen.parquet" in held.facts["digests"]


def test_the_same_night_writes_the_same_answers_byte_by_byte(book: Path, first: RunResult, tmp_path: Path) -> None:
    again = run(book, tmp_path / "again", [])
    assert again.facts["digests"]["prescreen.parquet"] == first.facts["digests"]["prescreen.parquet"]


def test_the_worklist_says_what_is_in_the_way_of_a_treatment_and_until_when(home: Home, first: RunResult) -> None:
    shown = reading.portfolio(home, 1, "loans").run
    assert shown is not None
    cases = reading.worklist(home, shown, reading.WorklistFilter(queue="all"), page_rows=10_000).rows
    told = reading.in_the_way(home, shown, cases)
    channels = "CASE d.channel WHEN 'phone' THEN 'call' WHEN 'sms' THEN 'text' ELSE d.channel END"
    stopped = duckdb.sql(
        f"SELECT d.case_id, m.rule, m.from_on FROM '{first.folder}/decisions.parquet' d JOIN '{first.folder}/prescreen.parquet' m "
        f"ON d.party_id = m.party_id AND m.channel = {channels} WHERE m.may = 'no' AND d.case_id IN (SELECT unnest({[case.case_id for case in cases]}))"
    ).fetchall()
    assert stopped, "somebody could not be contacted"
    assert {case_id for case_id, one in told.items() if not one.waits} == {case_id for case_id, _, _ in stopped}
    for case_id, rule, from_on in stopped:
        assert told[case_id].from_on == from_on
        assert "/" not in told[case_id].because.en, rule


PEOPLE = {1: "loan", 2: "loan", 3: "card"}
"""Three people in arrears, of whom the second's data is stored and not used."""


def told_of(book: Path, asked: Screening, target: Path) -> dict[int, set[tuple[str, str | None]]]:
    """What the written mask says of each of them, by every channel."""
    with column_engine(EngineSettings(2, "1GB")) as connection:
        rows = ", ".join(f"({party}, {party + 10}, '{product}')" for party, product in PEOPLE.items())
        connection.execute(f"CREATE TABLE position AS SELECT *, 'dpd_1_30' AS bucket FROM (VALUES {rows}) t(party_id, account_id, product)")
        connection.execute("CREATE TABLE parties AS SELECT DISTINCT party_id, NULL::VARCHAR AS region, NULL::VARCHAR AS time_zone, 'person' AS kind FROM position")
        connection.execute(f"CREATE TABLE holds AS SELECT 2 AS party_id, '{RESTRICTED}' AS kind")
        with screened_sql(connection, book, asked, DAY, None) as sql:
            write_sorted(connection, sql, ("party_id", "channel"), target)
    written = duckdb.sql(f"SELECT party_id, channel, may, rule FROM '{target}'")
    assert [str(type_) for type_ in written.types[1:]] == ["VARCHAR"] * 3, "names are read as texts"
    rows_written = written.fetchall()
    assert [row[:2] for row in rows_written] == [(party, str(channel)) for party in PEOPLE for channel in sorted(CHANNELS)], "in their order"
    return {party: {(may, rule) for one, _, may, rule in rows_written if one == party} for party in PEOPLE}


def test_whose_data_is_restricted_gets_a_no_and_whose_product_is_not_stated_a_perhaps_beside_the_rules_answers(book: Path, tmp_path: Path) -> None:
    asked = replace(screening(book), products={"loan": Product.CONSUMER_LOAN})
    told = told_of(book, asked, tmp_path / "some.parquet")
    assert told[2] == {("no", RESTRICTED)}
    assert told[3] == {("perhaps", PRODUCT_NOT_STATED)}
    assert told[1] and all(rule is None or "/" in rule for _, rule in told[1]), "a rule of a pack decides"


def test_where_no_product_is_stated_nobody_is_told_more_than_perhaps(book: Path, tmp_path: Path) -> None:
    told = told_of(book, replace(screening(book), products={}), tmp_path / "none.parquet")
    assert told[1] == told[3] == {("perhaps", PRODUCT_NOT_STATED)}
