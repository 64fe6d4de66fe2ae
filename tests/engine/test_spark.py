"""Does Spark give the very rows that DuckDB gives, hazard by hazard and night by night?

One Spark, a real cluster of two workers, works for the whole module.
"""

from __future__ import annotations

import shutil
import socket
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import ibis
import ibis.expr.types as ir
import pytest

from arrears.assess.classification.regimes import regimes_of
from arrears.assess.columns import days_between, days_later
from arrears.assess.delinquency.position import Step
from arrears.casefile.facts.experiment import ExperimentStarted
from arrears.core.columns import money_so_far, money_sum
from arrears.core.problems import BadData, WrongCall
from arrears.core.reasons import Sentence
from arrears.decide.experiments.assignment import arm_of
from arrears.decide.experiments.limits import design_digest
from arrears.decide.policy.conditions import parse_condition
from arrears.decide.policy.ladders import days_after
from arrears.decide.policy.parts import Arm
from arrears.decide.policy.words import decimals_of, digits_of, money_text
from arrears.engine.case_changes import NoCases
from arrears.engine.columns_engine import EngineSettings, sql_of
from arrears.engine.legal_figures import regime_figures
from arrears.engine.nightly import RunRequest, RunResult, nightly
from arrears.engine.on_spark import session as on_session
from arrears.engine.on_spark.session import SparkFailed, SparkMissing, refuse_without_spark, spark_session
from arrears.engine.on_spark.settings import LOCAL_CLUSTER, SparkSettings, read_properties
from arrears.engine.on_spark.thinking import SparkThinking, told_plainly
from arrears.engine.use_cases.policies import find_policy
from arrears.intake.sample.making import make_sample, seeded_ids
from tests.engine.test_experiments import Drawing
from tests.peers import require_peer

pytestmark = [pytest.mark.peer, pytest.mark.xdist_group("spark")]
DAY = date(2026, 11, 23)
SAID = Sentence("arm", "组")
QUICK = tuple((f"spark.{whose}.defaultJavaOptions", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC") for whose in ("driver", "executor"))
"""Java compiles little: a test is over before more would pay."""
SPARK = SparkSettings(LOCAL_CLUSTER, (*QUICK, ("spark.sql.shuffle.partitions", "2")))
ROWS = {
    "number": "int64", "account_id": "int64", "amount": "int64", "other": "int64", "ratio": "float64", "day": "date", "later": "date", "word": "string",
    "yes": "boolean", "days": "int32",
}
INVENTED = """
    SELECT i::BIGINT AS number, (i % 7)::BIGINT AS account_id, CASE WHEN i % 11 <> 0 THEN ((i * 7919) % 100000 - 50000)::BIGINT END AS amount,
    ((i % 5) - 1)::BIGINT AS other,
    CASE i % 6 WHEN 0 THEN 'nan'::DOUBLE WHEN 1 THEN NULL WHEN 2 THEN (i + 0.5)::DOUBLE WHEN 3 THEN 'inf'::DOUBLE WHEN 4 THEN -(i + 0.5)::DOUBLE ELSE 0 END AS ratio,
    CASE WHEN i % 13 <> 0 THEN DATE '2024-02-20' + (i % 400)::INTEGER END AS day, CASE WHEN i % 17 <> 0 THEN DATE '1500-02-27' + (i % 9)::INTEGER END AS later,
    CASE i % 9 WHEN 0 THEN NULL WHEN 1 THEN '' WHEN 2 THEN '逾期' WHEN 3 THEN 'it''s' WHEN 4 THEN 'a\\nb' WHEN 5 THEN '${spark.master}' WHEN 6 THEN 'Z' WHEN 7 THEN 'é' ELSE 'a' END AS word,
    CASE WHEN i % 3 <> 0 THEN i % 2 = 0 END AS yes, (i % 60 - 20)::INTEGER AS days
    FROM range(1, 600) r(i)
"""


@pytest.fixture(scope="module")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparkThinking]:
    """The running cluster, and a table of awkward rows in it."""
    require_peer("openjdk-17-jre-headless")
    folder = tmp_path_factory.mktemp("spark")
    with spark_session(SPARK, folder / "session") as session:
        thinking = SparkThinking(session, folder)
        with duckdb.connect(":memory:") as connection:
            connection.execute(f"CREATE TABLE awkward AS {INVENTED}")
            thinking.hand_over(connection, ["awkward"])
        yield thinking


def awkward() -> ir.Table:
    return ibis.table(ROWS, name="awkward")


def on_duckdb(expression: ir.Table) -> list[tuple[Any, ...]]:
    with duckdb.connect(":memory:") as connection:
        connection.execute(f"CREATE TABLE awkward AS {INVENTED}")
        return connection.execute(f"SELECT * FROM ({sql_of(expression)}) ORDER BY ALL").fetchall()


def on_spark(spark: SparkThinking, expression: ir.Table) -> list[tuple[Any, ...]]:
    step = Step("hazard", expression)
    spark.think([step])
    answers = spark.answer(["hazard"])
    spark.forget([step])
    with duckdb.connect(":memory:") as connection:
        types = {row[0]: row[1] for row in connection.execute(f"DESCRIBE {answers['hazard']}").fetchall()}
        assert not [name for name, kind in types.items() if name.endswith("_minor") and kind != "BIGINT"], types
        return connection.execute(f"SELECT * FROM ({answers['hazard']}) ORDER BY ALL").fetchall()


def money_per_account(t: ir.Table) -> ir.Table:
    return t.group_by("account_id").agg(sum_minor=money_sum(t.amount), late_minor=money_sum(t.amount, where=t.yes), none_minor=money_sum(t.amount, where=t.number < 0))


def running_money(t: ir.Table) -> ir.Table:
    known = t.mutate(value=t.amount.fill_null(0))
    return known.select("number", so_far_minor=money_so_far(known.value, ("account_id",), ("number",)))


def a_sum_beyond_53_bits(t: ir.Table) -> ir.Table:
    large = t.mutate(large=ibis.literal(15_000_000_000_000_001, type="int64") + t.number)
    return large.agg(whole_minor=money_sum(large.large))


def divided(t: ir.Table) -> ir.Table:
    return t.select("number", whole=t.amount // t.other.nullif(0), rest=t.amount % t.other.nullif(0), share=t.amount / t.other.nullif(0))


def rounded_in_whole_numbers(t: ir.Table) -> ir.Table:
    """Half up without a floating number: the only way in which rounding is said here."""
    per_thousand = (t.amount.abs() * 125 + 500) // 1000
    return t.select("number", rounded_minor=per_thousand.cast("int64"))


def not_a_number(t: ir.Table) -> ir.Table:
    """NaN is a number and no missing value, whoever is asked; and greater than every other."""
    return t.select("number", missing=t.ratio.isnull(), known=t.ratio.notnull(), above=t.ratio > 0, most=t.ratio > 1e300, spelled_out=t.ratio.isnan().fill_null(False))


def nulls_in_logic(t: ir.Table) -> ir.Table:
    return t.select(
        "number", both=t.yes & (t.amount > 0), either=t.yes | (t.amount > 0), neither=~t.yes, among=t.word.isin(["a", "Z"]), most=ibis.greatest(t.amount, t.other),
        least=ibis.least(t.day, t.later), first=ibis.coalesce(t.word, "–"),
    )


def nulls_in_groups(t: ir.Table) -> ir.Table:
    return t.group_by("word").agg(rows=t.count(), known=t.amount.count(), any_yes=t.yes.any(), low=t.day.min(where=t.yes), kinds=t.other.nunique().cast("int32"))


def nulls_in_order(t: ir.Table) -> ir.Table:
    """Where rows without a value stand is spelled out."""
    place = ibis.row_number().over(ibis.window(group_by="account_id", order_by=[t.day.asc(nulls_first=True), t.word.desc(nulls_first=True), t.number]))
    return t.select("number", place=place.cast("int32"))


def texts_in_order(t: ir.Table) -> ir.Table:
    return t.group_by("account_id").agg(low=t.word.min(), high=t.word.max())


def texts_put_together(t: ir.Table) -> ir.Table:
    kinds = t.select("account_id", "word").distinct()
    return kinds.group_by("account_id").agg(words=kinds.word.group_concat(sep=",", order_by=kinds.word))


def awkward_literals(t: ir.Table) -> ir.Table:
    texts = ("it's", "a\\nb", "line\nbreak", "${spark.master}", "{word}", "100 %", "\\u0041", '"', "`", "逾期", "-- no comment")
    return t.select("number", said=ibis.cases(*((t.number % 13 == place, text) for place, text in enumerate(texts)), else_=t.word))


def money_in_words(t: ir.Table) -> ir.Table:
    whole = t.mutate(minor=t.amount.abs() * t.number * 1_000)
    currency = ibis.ifelse(whole.number % 2 == 0, "CNY", "JPY")
    decimals = decimals_of(currency, {"CNY": 2, "JPY": 0, "KWD": 3})
    return whole.select("number", said=money_text(digits_of(whole.minor, decimals), decimals, currency))


def days_and_days(t: ir.Table) -> ir.Table:
    return t.select("number", between=days_between(t.day, DAY), long_ago=days_between(t.later, DAY), moved=days_later(t.day, 9), old=t.later, after=days_after(t.day, t.days))


def drawn_by_lot(t: ir.Table) -> ir.Table:
    return t.select("number", arm=arm_of(77, t.number, tuple(Arm(name, SAID, share) for name, share in (("a", 2500), ("b", 2500), ("c", 5000)))))


def conditions_of_a_policy(t: ir.Table) -> ir.Table:
    texts = ("amount > 10 and not yes", "word in ('it''s', 'a') or amount is null", "not (amount between -5 and 100)", "coalesce(amount, 0) + other * 2 <= days - 3", "day >= date '2024-02-29'")
    return t.select("number", **{f"c{place}": parse_condition(text, t) for place, text in enumerate(texts)})


def twice_the_same_row(t: ir.Table) -> ir.Table:
    doubled = ibis.union(t.select("account_id", "word"), t.select("account_id", "word"), distinct=False)
    return ibis.union(doubled, t.select("account_id", "word"), distinct=True)


def who_is_not_there(t: ir.Table) -> ir.Table:
    few = t.filter(t.number % 2 == 0).select("word").distinct()
    return t.anti_join(few, "word").select("number", "word")


HAZARDS = (
    money_per_account, running_money, a_sum_beyond_53_bits, divided, rounded_in_whole_numbers, not_a_number, nulls_in_logic, nulls_in_groups, nulls_in_order,
    texts_in_order, texts_put_together, awkward_literals, money_in_words, days_and_days, drawn_by_lot, conditions_of_a_policy, twice_the_same_row, who_is_not_there,
)


@pytest.mark.parametrize("hazard", HAZARDS, ids=lambda hazard: hazard.__name__)
def test_what_engines_disagree_about_is_said_so_that_they_agree(spark: SparkThinking, hazard: Any) -> None:
    expression = hazard(awkward())
    expected = on_duckdb(expression)
    assert on_spark(spark, expression) == expected
    assert expected


def test_the_engines_do_disagree_where_a_thing_is_said_carelessly(spark: SparkThinking) -> None:
    """The hazards are real: were the engines to agree by themselves one day, the care would be for nothing."""
    t = awkward()
    halves = t.filter(t.ratio.notnull() & ~t.ratio.isnan() & ~t.ratio.isinf()).select("number", rounded=(t.ratio / 100).round(2))
    assert on_spark(spark, halves) != on_duckdb(halves), "round"
    by_zero = t.filter(t.other == 0).select("number", whole=t.amount / t.other)
    assert {row[1] for row in on_duckdb(by_zero)}
    with pytest.raises(SparkFailed, match="DIVIDE_BY_ZERO"), told_plainly():
        on_spark(spark, by_zero)


def test_a_sum_that_fits_no_amount_is_refused_by_both(spark: SparkThinking) -> None:
    t = awkward()
    beyond = t.agg(whole_minor=money_sum(t.number * 0 + 9_000_000_000_000_000_000))
    with pytest.raises(duckdb.Error):
        on_duckdb(beyond)
    with pytest.raises(SparkFailed), told_plainly():
        on_spark(spark, beyond)


def test_nothing_that_spark_is_asked_runs_python_inside_it_or_brings_the_portfolio_into_this_process() -> None:
    source = "".join(path.read_text(encoding="utf-8") for path in Path(on_session.__file__).parent.glob("*.py"))
    for forbidden in ("udf", "toPandas", "collect(", "toLocalIterator", "mapInPandas", "applyInPandas", ".rdd", "toArrow", "foreach"):
        assert forbidden not in source, forbidden


def test_every_port_of_a_local_cluster_listens_on_loopback_and_its_secret_is_in_no_command_line(spark: SparkThinking) -> None:
    session = spark.session
    secret = session.sparkContext.getConf().get("spark.authenticate.secret")
    assert secret and len(secret) == 64
    commands = {path.parent: path.read_bytes() for path in Path("/proc").glob("[0-9]*/cmdline") if _readable(path)}
    javas = [folder for folder, words in commands.items() if b"org.apache.spark" in words and str(spark.folder).encode() in words]
    assert javas
    assert not [words for words in commands.values() if secret.encode() in words]
    inodes = {link for folder in javas for link in _sockets(folder)}
    listening = [row.split() for name in ("tcp", "tcp6") for row in Path(f"/proc/net/{name}").read_text().splitlines()[1:]]
    open_to = {row[1].partition(":")[0] for row in listening if row[3] == "0A" and row[9] in inodes}
    assert open_to <= {"0100007F", "0000000000000000FFFF00000100007F", "00000000000000000000000001000000"}, open_to
    assert open_to


def _readable(path: Path) -> bool:
    try:
        return bool(path.read_bytes())
    except OSError:
        return False


def _sockets(folder: Path) -> Iterator[str]:
    for link in (folder / "fd").iterdir():
        try:
            target = str(link.readlink())
        except OSError:
            continue
        if target.startswith("socket:["):
            yield target[8:-1]


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A hundred thousand accounts."""
    folder = tmp_path_factory.mktemp("home") / "loans"
    make_sample(folder, 100_000, 11, DAY, None, name="loans", institution_id=1, id_source=seeded_ids(11))
    return folder


def night(book: Path, runs: Path, spark: SparkSettings | None) -> RunResult:
    engine = EngineSettings(threads=2, memory_limit="2GB", spark=spark)
    regimes = regime_figures(regimes_of("CN"))
    return nightly(RunRequest(book, runs, DAY, datetime(2026, 11, 23, tzinfo=UTC), "night", find_policy("consumer_loans_cn"), engine=engine, regimes=regimes), NoCases())


def test_a_night_of_a_hundred_thousand_accounts_is_the_same_on_both_byte_for_byte(spark: SparkThinking, book: Path, tmp_path: Path) -> None:
    here, there = night(book, tmp_path / "duckdb", None), night(book, tmp_path / "spark", SPARK)
    assert there.facts["engines"]["spark"]["stages"] == ["assess", "decide", "classify"]
    assert here.facts["engines"] == {"columns": "duckdb"}
    assert here.facts["counts"]["accounts"] == 100_000
    assert there.facts["digests"] == here.facts["digests"]
    again = night(book, tmp_path / "spark", None)
    assert (again.already_published, again.name) == (True, there.name), "the engine is no input: the same night is found to be there"
    shutil.rmtree(tmp_path)


def test_a_later_night_in_slices_with_ladders_classes_and_an_experiment_before_it_is_the_same_too(spark: SparkThinking, tmp_path: Path) -> None:
    """What only a second night has: where cases stood on a ladder, counters of classes, people who were drawn; and a book in several slices."""
    make_sample(tmp_path / "loans", 3_000, 12, DAY, None, name="loans", institution_id=1, id_source=seeded_ids(12))
    policy = find_policy("consumer_loans_cn")
    (name, design), *_ = policy.experiments.items()
    begun = ExperimentStarted(7, "loans", name, design_digest(design), "collections manager", "C-17", "wei", 4000, DAY - timedelta(days=60))

    def run(runs: Path, on: date, engine: SparkSettings | None) -> RunResult:
        settings = EngineSettings(threads=2, memory_limit="1GB", accounts_per_slice=1_100, spark=engine)
        wanted = RunRequest(tmp_path / "loans", runs, on, datetime(2026, 11, 23, tzinfo=UTC), "night", policy, engine=settings, regimes=regime_figures(regimes_of("CN")))
        return nightly(wanted, Drawing((begun,)))

    before = run(tmp_path / "runs", DAY - timedelta(days=3), None)
    shutil.copytree(tmp_path / "runs", tmp_path / "runs_on_spark", symlinks=True)
    here, there = run(tmp_path / "runs", DAY, None), run(tmp_path / "runs_on_spark", DAY, SPARK)
    assert here.facts["previous"] == {"as_of": before.name.as_of.isoformat(), "number": 1}
    told = f"SELECT count(experiment), count(*) FILTER (step_since < DATE '{DAY}') FROM '{there.folder}/decisions.parquet'"
    with duckdb.connect(":memory:") as connection:
        ((drawn, on_a_step_before),) = connection.execute(told).fetchall()
    assert drawn > 20
    assert on_a_step_before > 20
    assert there.facts["digests"] == here.facts["digests"]


def test_without_java_the_engine_says_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    with pytest.raises(SparkMissing, match="openjdk-17-jre-headless"):
        refuse_without_spark()


def test_without_the_library_the_engine_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(SparkMissing, match=r"arrears\[spark\]"):
        refuse_without_spark()


def test_a_master_that_is_none_and_a_line_that_is_no_property_are_told_before_anything_starts(tmp_path: Path) -> None:
    with pytest.raises(WrongCall, match="not a Spark master"):
        SparkSettings("loca-cluster[2]")
    (tmp_path / "spark.conf").write_text("# ours\nspark.executor.memory 8g\nspark.x=y\n")
    assert read_properties(tmp_path / "spark.conf") == (("spark.executor.memory", "8g"), ("spark.x", "y"))
    (tmp_path / "spark.conf").write_text("executor memory\n")
    with pytest.raises(BadData, match="Line 1 of spark.conf"):
        read_properties(tmp_path / "spark.conf")
    assert replace(SparkSettings(), master="local[2]").is_on_this_machine
    assert socket.gethostbyname(on_session.LOOPBACK) == on_session.LOOPBACK
