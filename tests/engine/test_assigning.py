"""What does a night do where people, messages and money are scarce?"""

from __future__ import annotations

import json
import shutil
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import pytest
import yaml

from arrears.check.conduct.pack import Packs
from arrears.check.conduct.words import ActorRole, Channel, LenderKind, Outcome, Product
from arrears.core.problems import BadData, WrongCall
from arrears.decide.policy.table import Policy, read_policy
from arrears.engine import learnt_values
from arrears.engine.case_changes import NoCases
from arrears.engine.columns_engine import EngineSettings
from arrears.engine.conduct_events import EarlierWords
from arrears.engine.conduct_packs import every_pack
from arrears.engine.deciding_again import Changed, decide_again
from arrears.engine.home import Home
from arrears.engine.nightly import RunRequest, RunResult, nightly
from arrears.engine.prescreening import Screening
from arrears.engine.use_cases.books import values_chosen
from arrears.intake.book.layout import file_digest
from arrears.intake.sample.making import make_sample, seeded_ids

DAY = date(2026, 11, 23)
POLICY = """
policy: scarce
format: 2
label: {en: Scarce hands, zh: 人手有限}
currency: CNY
treatments:
  wait: {label: {en: Wait, zh: 观察}, channel: none, contact: false, automatic: true}
  reminder: {label: {en: Reminder by SMS, zh: 短信提醒}, channel: sms, contact: true, automatic: true}
  call: {label: {en: A person calls, zh: 人工致电}, channel: phone, contact: true, automatic: false}
  notice: {label: {en: Notice the law wants, zh: 法定通知}, channel: letter, contact: true, automatic: true, statutory: true}
  review: {label: {en: A senior colleague looks, zh: 资深专员复核}, channel: none, contact: false, automatic: false}
tables:
  - id: main
    rows:
      - {id: several, when: currencies > 1, treatment: review, reason: {en: Several currencies., zh: 多币种。}}
      - {id: notice_due, when: days_past_due > 90, treatment: notice, reason: {en: The notice is due., zh: 应发通知。}}
      - {id: rest, treatment: call, alternatives: [reminder], reason: {en: A person asks., zh: 人工询问。}}
capacity:
  callers: {kind: agent_minutes, of: talk, amount: 60, label: {en: minutes of callers, zh: 致电专员分钟数}}
  texts: {kind: channel_rate, of: sms, amount: 100, label: {en: SMS a day, zh: 每日短信量}}
costs:
  reminder: {cost_minor: 5, harm_minor: 20}
  call: {cost_minor: 300, minutes: 6, skill: talk, harm_minor: 200}
values:
  leave_alone: wait
  stop_below_minor: 250
  gains:
    - {treatment: call, gain_per_million: 40000, cap_minor: 200000}
    - {treatment: reminder, gain_per_million: 10000, when: days_past_due <= 60}
"""


def policy(**changes: object) -> Policy:
    raw = yaml.safe_load(POLICY)
    for name, value in changes.items():
        if value is None:
            del raw[name]
        else:
            raw[name].update(value)
    return read_policy(yaml.safe_dump(raw, allow_unicode=True))


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("books") / "loans"
    make_sample(folder, 800, 11, DAY, None, name="loans", institution_id=1, id_source=seeded_ids(11))
    return folder


def run(book: Path, runs: Path, by: Policy, screening: Screening | None = None, learnt: Path | None = None) -> RunResult:
    request = RunRequest(
        book, runs, DAY, datetime(2026, 11, 23, tzinfo=UTC), "night", by, engine=EngineSettings(2, "1GB"), screening=screening, learnt_values=learnt,
    )
    return nightly(request, NoCases())


@pytest.fixture(scope="module")
def night(book: Path, tmp_path_factory: pytest.TempPathFactory) -> RunResult:
    return run(book, tmp_path_factory.mktemp("runs"), policy())


def asked(result: RunResult, sql: str) -> list[tuple[object, ...]]:
    views = {name: f"read_parquet('{result.folder}/{name}.parquet')" for name in ("assignment", "decisions", "prescreen", "worklist", "assessment")}
    return duckdb.sql(sql.format(**views)).fetchall()


def test_every_case_has_one_answer_and_nothing_is_used_twice(night: RunResult) -> None:
    assert asked(night, "SELECT count(*), count(DISTINCT case_id) FROM {assignment}") == asked(night, "SELECT count(*), count(*) FROM {decisions}")
    [(calls, texts)] = asked(night, "SELECT count(*) FILTER (treatment = 'call'), count(*) FILTER (treatment = 'reminder') FROM {assignment} WHERE NOT duty")
    assert calls == 10, "an hour is ten calls, and more people wait than that"
    assert 0 < texts <= 100
    used = {limit["name"]: limit["used"] for limit in night.facts["assignment"]["limits"]}
    assert used == {"callers": 6 * calls, "texts": texts}


def test_what_law_demands_and_what_nobody_put_a_gain_on_stays_as_proposed(night: RunResult) -> None:
    kept = asked(night, "SELECT DISTINCT a.why, a.treatment = d.treatment FROM {assignment} a JOIN {decisions} d USING (case_id) WHERE d.treatment NOT IN ('call', 'reminder')")
    assert kept == [("as_proposed", True)]
    assert asked(night, "SELECT count(*) > 0 FROM {assignment} WHERE treatment = 'notice' AND duty") == [(True,)]


def test_who_is_left_alone_gets_no_contact_and_the_record_says_why(night: RunResult) -> None:
    left = asked(night, "SELECT DISTINCT treatment, value_minor, cost_minor FROM {assignment} WHERE left_alone")
    assert left == [("wait", 0, 0)]
    told = {row["why"]: row["cases"] for row in night.facts["assignment"]["cases"]}
    assert told["capacity"] > 0 and told["stop_rule"] > 0
    assert sum(told.values()) == night.facts["counts"]["cases"]


def test_the_worklist_obeys_work_of_today_first_then_what_waits_and_nobody_who_is_left_alone(night: RunResult) -> None:
    ranked = asked(night, "SELECT rank, work, treatment, short_of FROM {worklist} ORDER BY rank")
    works = [work for _, work, _, _ in ranked]
    assert works == sorted(works, key=("today", "waits").index) and set(works) == {"today", "waits"}
    calls = [(work, treatment) for _, work, treatment, _ in ranked if treatment == "call"]
    assert calls.count(("today", "call")) == 10, "the calls of the hour, and not one more"
    assert {tuple(short) for _, work, _, short in ranked if work == "waits"} == {("callers",)}, "what waits says of what there is too little"
    assert asked(night, "SELECT count(*) FROM {worklist} w JOIN {assignment} a USING (case_id) WHERE a.work = 'left_alone'") == [(0,)]
    assert asked(night, "SELECT count(*) > 0, bool_and(NOT duty) FROM {assignment} WHERE work = 'left_alone'") == [(True, True)], "no duty is ever left alone"


def test_the_counts_of_a_night_are_those_of_the_worklist(night: RunResult) -> None:
    counts = night.facts["counts"]
    assert asked(night, "SELECT count(*) FROM {worklist}") == [(counts["cases_people"],)]
    left = asked(night, "SELECT count(*) FROM {assignment} WHERE work = 'left_alone'")[0][0]
    assert sum(row["cases"] for row in counts["by_treatment"] if row["queue"] == "left_alone") == left
    assert counts["cases_people"] + counts["cases_automatic"] + counts["cases_held"] + left == counts["cases"]


def test_the_report_tells_in_both_languages_what_one_more_hour_would_be_worth(night: RunResult) -> None:
    callers = next(limit for limit in night.facts["assignment"]["limits"] if limit["name"] == "callers")
    assert callers["worth_minor"] > 0 and callers["per"] == 60
    page = (night.folder / "report.html").read_text(encoding="utf-8")
    assert callers["said"]["en"] in page and callers["said"]["zh"] in page
    assert "One more hour is worth" in callers["said"]["en"] and "每增加 1 小时" in callers["said"]["zh"]


def test_the_same_night_writes_the_same_bytes(book: Path, night: RunResult, tmp_path: Path) -> None:
    again = run(book, tmp_path, policy())
    assert again.facts["digests"] == night.facts["digests"]


def test_a_policy_without_capacity_makes_the_night_it_always_made(book: Path, night: RunResult, tmp_path: Path) -> None:
    free = run(book, tmp_path, policy(capacity=None, costs={"call": {"cost_minor": 300}}))
    assert not (free.folder / "assignment.parquet").exists() and "assignment" not in free.facts and "assign" not in free.facts["seconds"]
    same = [name for name in free.facts["digests"] if name not in ("decisions.parquet", "worklist.parquet", "report.html", "policy.json")]
    assert same and all(free.facts["digests"][name] == night.facts["digests"][name] for name in same)


@pytest.fixture(scope="module")
def taught(book: Path, night: RunResult, tmp_path_factory: pytest.TempPathFactory) -> tuple[RunResult, int, Path]:
    """The night again with values that a model said of two accounts: the account of a person whose call was not worth it, and one that the book has not."""
    folder = tmp_path_factory.mktemp("taught")
    [(case, account)] = asked(night, "SELECT a.case_id, min(account_id) FROM {assignment} a JOIN {decisions} d USING (case_id) JOIN {assessment} p USING (party_id) "
                                     "WHERE a.why = 'stop_rule' AND a.proposed = 'call' GROUP BY ALL ORDER BY 1 LIMIT 1")
    file = folder / "model_7.parquet"
    duckdb.sql(f"COPY (SELECT unnest([{account}, 1])::BIGINT AS account_id, 'call' AS treatment, 90000000::BIGINT AS value_minor) TO '{file}' (FORMAT parquet)")
    assert isinstance(case, int)
    return run(book, folder / "runs", policy(), learnt=file), case, file


def test_learnt_values_take_the_place_of_stated_ones_and_make_another_night(night: RunResult, taught: tuple[RunResult, int, Path]) -> None:
    result, case, file = taught
    assert asked(result, f"SELECT treatment, value_minor, why, work FROM {{assignment}} WHERE case_id = {case}") == [("call", 90000000, "as_proposed", "today")]
    assert result.facts["inputs_digest"] != night.facts["inputs_digest"]
    assert result.facts["assignment"]["learnt_values"] == {"digest": file_digest(file), "rows": 1, "cases": 1}
    assert result.facts["inputs"]["learnt_values"] == file_digest(file) and "learnt_values" not in night.facts["assignment"]


def test_a_replay_names_the_model_whose_values_are_not_those_of_the_night(book: Path, taught: tuple[RunResult, int, Path], tmp_path: Path) -> None:
    result = taught[0]
    runs = tmp_path / "runs"
    shutil.copytree(result.folder.parent.parent, runs)
    assert decide_again(book, runs, result.name, engine=EngineSettings(2, "1GB")).is_same
    kept = runs / str(result.name) / learnt_values.KEPT
    duckdb.sql(f"COPY (SELECT case_id, treatment, value_minor + 1 AS value_minor FROM read_parquet('{taught[0].folder / learnt_values.KEPT}')) TO '{kept}' (FORMAT parquet)")
    again = decide_again(book, runs, result.name, engine=EngineSettings(2, "1GB"))
    assert [(cause.kind, cause.what) for cause in again.causes] == [(Changed.MODEL, learnt_values.KEPT)]


@pytest.mark.parametrize(("rows", "said"), [
    ("SELECT 1::BIGINT AS case_id, 'call' AS treatment, 1.5 AS value_minor", "value_minor is DECIMAL"),
    ("SELECT 1::BIGINT AS case_id, 'call' AS treatment, unnest([1.5::DOUBLE, 'nan'::DOUBLE]) AS value_minor", "1 values are no number"),
    ("SELECT 1::BIGINT AS case_id, 'call' AS treatment", "value_minor is missing"),
    ("SELECT 'C-7' AS case_id, 'call' AS treatment, 1::BIGINT AS value_minor", "case_id is VARCHAR"),
    ("SELECT 'call' AS treatment, 1::BIGINT AS value_minor", "neither of the columns account_id and case_id"),
    ("SELECT 1::BIGINT AS case_id, 2::BIGINT AS account_id, 'call' AS treatment, 1::BIGINT AS value_minor", "both of the columns"),
    ("SELECT 1::BIGINT AS case_id, 'call' AS treatment, 1::BIGINT AS value_minor, 'x' AS model", "columns that nobody reads: model"),
    ("SELECT 1::BIGINT AS case_id, 'cal' AS treatment, 1::BIGINT AS value_minor", "has no treatment “cal”"),
    ("SELECT 1::BIGINT AS account_id, 'call' AS treatment, unnest([1, 2])::BIGINT AS value_minor", "account_id 1 has call 2 times"),
    ("SELECT 1::BIGINT AS case_id, 'call' AS treatment, NULL::BIGINT AS value_minor", "value_minor is empty in 1 rows"),
    ("SELECT 1::BIGINT AS case_id, 'call' AS treatment, -2000000000000000::BIGINT AS value_minor", "beyond 1000000000000000"),
])
def test_a_file_of_values_that_cannot_be_used_is_refused_with_what_is_wrong(rows: str, said: str, tmp_path: Path) -> None:
    file = tmp_path / "values.parquet"
    duckdb.sql(f"COPY ({rows}) TO '{file}' (FORMAT parquet)")
    with duckdb.connect(":memory:") as connection, pytest.raises(BadData) as refused:
        learnt_values.refuse_faulty(connection, file, policy())
    assert said in str(refused.value) and "values.parquet" in str(refused.value)


def test_a_file_that_is_no_parquet_is_refused_before_the_night_begins(book: Path, tmp_path: Path) -> None:
    file = tmp_path / "values.csv"
    file.write_text("case_id,treatment,value_minor\n1,call,5\n", encoding="utf-8")
    with pytest.raises(BadData, match="cannot be read as Parquet"):
        run(book, tmp_path / "runs", policy(), learnt=file)
    assert not list((tmp_path / "runs").rglob("run.json"))


def test_a_file_of_values_is_refused_where_the_policy_weighs_nothing_and_the_homes_file_is_looked_at_where_it_does(tmp_path: Path) -> None:
    home, free = Home(tmp_path), policy(capacity=None, costs={"call": {"cost_minor": 300}})
    assert values_chosen(home, policy(), None) is None
    home.learnt_values_file.write_bytes(b"there")
    assert values_chosen(home, policy(), None) == home.learnt_values_file and values_chosen(home, free, None) is None
    with pytest.raises(WrongCall, match="weighs nothing"):
        values_chosen(home, free, home.learnt_values_file)
    with pytest.raises(WrongCall, match="There is no file"):
        values_chosen(home, policy(), tmp_path / "other.parquet")


def test_nobody_is_planned_to_be_called_whom_the_law_does_not_let_call(book: Path, tmp_path: Path) -> None:
    products = duckdb.sql(f"SELECT DISTINCT product FROM read_parquet('{book}/**/accounts*.parquet', union_by_name = true) ORDER BY 1").fetchall()
    packs = Packs(tuple(pack for pack in every_pack().packs if pack.name.startswith(("china/", "house/"))))
    words = EarlierWords({"phone": Channel.CALL, "sms": Channel.TEXT, "email": Channel.EMAIL}, {"no_answer": Outcome.NO_ANSWER, "message_delivered": Outcome.SENT})
    asks = Screening(
        packs, ActorRole.CREDITOR_OWN_NAME, LenderKind.BANK, date(2024, 1, 1), words, frozenset({"CN"}), {}, ("Asia/Shanghai",),
        {name: Product.CONSUMER_LOAN for (name,) in products},
    )
    screened = run(book, tmp_path, policy(), screening=asks)
    planned = (
        "SELECT DISTINCT m.may FROM {assignment} a JOIN {decisions} d USING (case_id) JOIN {prescreen} m ON d.party_id = m.party_id "
        "AND m.channel = CASE a.treatment WHEN 'call' THEN 'call' ELSE 'text' END WHERE a.treatment IN ('call', 'reminder') AND NOT a.duty"
    )
    assert {may for (may,) in asked(screened, planned)} <= {"yes", "perhaps"}
    assert {row["why"] for row in screened.facts["assignment"]["cases"]} >= {"law"}
    assert json.loads((screened.folder / "assignment.json").read_text(encoding="utf-8")) == screened.facts["assignment"]
