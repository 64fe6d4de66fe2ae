"""The nightly run: how does every debt stand on this day, and what is to be done about it?

Reads like the life of a debt: freeze what is known, assess, screen what may be done, decide, assign within capacity, compare, order the work,
open and close cases, report, publish.
Every table is a function of the book's batches, the frozen facts, the policy and the day; the same inputs give the same bytes.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from arrears.assess.classification.book import NOT_IN_A_BOOK
from arrears.assess.classification.kinds import ProductKinds
from arrears.assess.classification.regimes import RegimeFigures, in_force, unconfirmed
from arrears.assess.delinquency.items import ITEM_KEY
from arrears.assess.delinquency.owed import OWED
from arrears.assess.delinquency.position import Step
from arrears.assess.delinquency.settings import DelinquencySettings
from arrears.assess.early_warning.settings import EarlyWarningSettings
from arrears.core.ids import ID_MAX
from arrears.core.progress import Progress, silent
from arrears.decide.experiments.draw import Running
from arrears.decide.policy.compile import treatments_of
from arrears.decide.policy.table import Policy
from arrears.decide.policy.terms import row_condition
from arrears.engine import assigning, classification, due_days, early_warning, experiment_files, learnt_values, product_ledgers, tables
from arrears.engine.book_views import Slice, count_accounts, show_book, show_slice, slices_of
from arrears.engine.case_changes import CaseBook
from arrears.engine.columns_engine import EngineSettings, column_engine, make_views, write_sorted
from arrears.engine.conduct_events import FROZEN_EVENTS
from arrears.engine.decision_words import worded_sql
from arrears.engine.on_spark.session import refuse_without_spark
from arrears.engine.on_spark.thinking import SparkThinking, thinking_on_spark
from arrears.engine.policy_files import PolicyFile
from arrears.engine.policy_rules import RULES, as_in_rules_sql, keep_rules
from arrears.engine.portfolio import figures_text, last_delivery, portfolio_figures, run_to_compare_with
from arrears.engine.portfolio_slices import part_text, read_parts, slice_rows
from arrears.engine.prescreening import Screening, screened_sql
from arrears.engine.report import report_page
from arrears.engine.run_folder import (
    POLICY_FILE,
    RunName,
    StagedRun,
    current_run,
    only_run_of,
    published_runs,
    run_before,
    run_facts,
    show,
    write_text_whole,
)
from arrears.engine.todays_work import worked_sql
from arrears.intake.book.layout import book_digest, book_info


@dataclass(frozen=True, slots=True)
class RunRequest:
    """Which run is wanted?

    Attributes:
        book: folder of the book.
        runs: folder that keeps this book's runs.
        on: the day looked at.
        at: the moment of asking, for the record only; no figure depends on it.
        actor: who asked.
        regimes: by which regulators' rules accounts are classified, with the figures of law.
        kinds: products of which the lender states to which kind they belong, where a rule asks for it.
        screening: with what is asked who could be contacted on the day; None where the lender does not state in which role it collects.
        policy_file: the file of the policy, for the record only: what it says is in `policy`.
        learnt_values: Parquet file of what treatments are expected to bring by case; None where the policy's gains count alone.
    """

    book: Path
    runs: Path
    on: date
    at: datetime
    actor: str
    policy: Policy
    delinquency: DelinquencySettings = field(default_factory=DelinquencySettings)
    engine: EngineSettings = field(default_factory=EngineSettings)
    regimes: tuple[RegimeFigures, ...] = ()
    early_warning: EarlyWarningSettings = field(default_factory=EarlyWarningSettings)
    kinds: ProductKinds = ()
    screening: Screening | None = None
    policy_file: PolicyFile | None = None
    learnt_values: Path | None = None


@dataclass(frozen=True, slots=True)
class RunResult:
    """What came of it: where the run stands, what it counted, whether it had been there before."""

    name: RunName
    folder: Path
    facts: dict[str, Any]
    already_published: bool
    taken_up: bool


class _Work:
    """The pieces one run is made with; each method below is one line of the table of contents."""

    def __init__(
        self, request: RunRequest, staged: StagedRun, connection: duckdb.DuckDBPyConnection, progress: Progress, spark: SparkThinking | None = None
    ) -> None:
        self.request, self.staged, self.connection, self.progress, self.spark = request, staged, connection, progress, spark
        self.on_spark: list[str] = []
        """Stages whose expressions Spark worked out in this attempt."""
        self.seconds: dict[str, float] = {}
        self.calendars: list[due_days.CalendarReach] = []
        self.dated: list[str] = []
        """Files in which the slices keep what the portfolio report asks of them."""
        self.experiments: list[Running] = []

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Time one stage and show that it goes on."""
        self.progress(name, 0, 1)
        with self.timed(name):
            yield
        self.progress(name, 1, 1)

    @contextmanager
    def timed(self, name: str) -> Iterator[None]:
        """Add to the seconds of a stage, which may be at work several times a night."""
        started = time.perf_counter()
        yield
        self.seconds[name] = round(self.seconds.get(name, 0.0) + time.perf_counter() - started, 3)

    def has(self, *names: str) -> bool:
        """Are these tables finished already, by this attempt or an interrupted one?"""
        return all(name in self.staged.digests for name in names)

    def write(self, name: str, sql: str, key: tuple[str, ...]) -> Path:
        """One table of the run, sorted by its key; not made again where an interrupted attempt finished it."""
        return self.staged.table(name, lambda target: write_sorted(self.connection, sql, key, target))

    def show(self, files: Mapping[str, str]) -> None:
        """Make files of the run readable under names, for whoever thinks."""
        paths = {name: self.staged.path(file) for name, file in files.items()}
        tables.show_files(self.connection, paths)
        if self.spark:
            self.spark.show_files(paths)

    @contextmanager
    def thought(
        self, stage: str, steps: Sequence[Step], made_here: Sequence[str] = (), typed: Callable[[str], str] = lambda answer: answer
    ) -> Iterator[None]:
        """Have the steps worked out by whoever thinks in this run; inside, the rows of the last one are readable under its name.

        Args:
            made_here: names, read by the steps, that are neither tables of the book nor files of the run.
            typed: SQL of an answer from elsewhere in the types that it has here.
        """
        if self.spark is None:
            tables.think(self.connection, steps)
            yield
            tables.forget(self.connection, steps)
            return
        self.on_spark.append(stage)
        self.spark.hand_over(self.connection, made_here)
        self.spark.think(steps)
        tables.take(self.connection, {name: typed(answer) for name, answer in self.spark.answer([steps[-1].name]).items()})
        self.spark.forget(steps)
        yield
        tables.forget(self.connection, steps[-1:])


def nightly(request: RunRequest, cases: CaseBook, progress: Progress = silent) -> RunResult:
    """Run the book for one day.

    Args:
        request: what is asked for.
        cases: the case facts to freeze and to bring up to date (PostgreSQL), or a stand-in without cases.
        progress: told of each step.

    Raises:
        BadData: the learnt values cannot be used.
        Busy: another run of this book is at work.
        Refused: the disk or the database refused; nothing was published and the next run takes up where this one stopped.
    """
    if request.engine.spark:
        refuse_without_spark()
    with only_run_of(request.runs):
        started = time.perf_counter()
        previous = run_before(request.runs, request.on)
        frozen = cases.freeze(request.on)
        refuse_faulty_values(request)
        inputs = inputs_of(request, frozen.digest, previous)
        staged = StagedRun(request.runs, request.on, digest_of_inputs(inputs))
        with column_engine(request.engine, staged.scratch) as connection, _spark_of(request, staged) as spark:
            work = _Work(request, staged, connection, progress, spark)
            with work.stage("freeze"):
                freeze(work, frozen.tables)
                staged.table(POLICY_FILE, lambda target: _write_text(target, request.policy.canonical))
            assess(work)
            with work.stage("screen"):
                screen(work)
            with work.stage("decide"):
                decide(work, previous)
            make_views(connection, {"worked": "SELECT * FROM decisions"})
            if assigning.is_assigned(request.policy):
                with work.stage("assign"):
                    assign(work)
            with work.stage("classify"):
                classify(work, previous)
            with work.stage("look"):
                look_at_closed_accounts(work)
            with work.stage("compare"):
                compare(work, previous)
            with work.stage("order"):
                order_the_work(work)
            counts = {**tables.counts(connection), "by_class": tables.class_counts_of(connection), "closed_unpaid": tables.closed_unpaid_of(connection)}
            counts["moved"] = tables.moves_of(connection, request.delinquency.bucket_names) if previous else None
            with work.stage("portfolio"):
                portfolio(work, counts)
            ledger_paths = product_ledgers.told_paths(connection, request.delinquency)
        facts = run_record(request, staged, inputs, counts, previous)
        facts["engines"] = _engines_told(work)
        facts["ledger"] = ledger_paths
        if assigning.is_assigned(request.policy):
            facts["assignment"] = json.loads(staged.path("assignment.json").read_text(encoding="utf-8"))
        facts |= experiment_files.told(work.experiments, facts["treatments"])
        facts["conventions"] = due_days.told(request.delinquency, work.calendars)
        staged.table("report.html", lambda target: _write_report(target, facts, staged.path("portfolio.json")))
        facts["digests"] = dict(sorted(staged.digests.items()))
        same = _published_with(request.runs, request.on, inputs)
        if same is not None:
            return _already_there(request, staged, same)
        with work.stage("cases"):
            facts["cases"] = bring_cases_up_to_date(work, cases, facts)
        facts["seconds"] = {**work.seconds, "whole": round(time.perf_counter() - started, 3)}
        return publish(request, staged, facts)


def refuse_faulty_values(request: RunRequest) -> None:
    """Before anything is worked out: can the learnt values be used? Raises `BadData`."""
    if request.learnt_values is not None and assigning.is_assigned(request.policy):
        with duckdb.connect(":memory:") as connection:
            learnt_values.refuse_faulty(connection, request.learnt_values, request.policy)


def _spark_of(request: RunRequest, staged: StagedRun) -> AbstractContextManager[SparkThinking | None]:
    return thinking_on_spark(request.engine.spark, staged.scratch) if request.engine.spark else nullcontext()


def _engines_told(work: _Work) -> dict[str, Any]:
    """Who worked out the expressions, as run.json says it. It is no input: the tables are the same, whoever did."""
    if work.spark is None:
        return {"columns": "duckdb"}
    return {"columns": "spark", "spark": {"version": work.spark.version, "master": work.spark.master, "stages": work.on_spark}}


def freeze(work: _Work, case_facts: Mapping[str, pa.Table]) -> None:
    """Keep the facts about cases that this run thinks with, next to what it will find."""
    for name, table_sql in tables.frozen_tables(work.request.book, case_facts, work.connection).items():
        work.write(f"frozen/{name}.parquet", table_sql.sql, table_sql.key)
    work.calendars = due_days.show_moved_due_days(work.connection, work.request.book, work.request.delinquency)
    if work.calendars:
        work.write(f"frozen/{due_days.MOVED_DUE_DAYS}.parquet", f"SELECT * FROM {due_days.MOVED_DUE_DAYS}", ("rule", "due_on"))
    if FROZEN_EVENTS in case_facts:
        work.connection.register(f"case_{FROZEN_EVENTS}", case_facts[FROZEN_EVENTS])
        work.write(f"frozen/{FROZEN_EVENTS}.parquet", f"SELECT * FROM case_{FROZEN_EVENTS}", tuple(f'"{name}"' for name in case_facts[FROZEN_EVENTS].column_names))
    experiment_files.freeze(work.connection, case_facts, work.write)
    work.write(f"frozen/{early_warning.ACKNOWLEDGED}.parquet", early_warning.acknowledged_sql(case_facts, work.connection), ("alert_id", "valid_on"))


def assess(work: _Work) -> None:
    """How does every account stand? Slice by slice, so that memory is bounded, then as one table.

    What the portfolio report asks of due amounts and payments is asked of each slice on the way, while it is in memory.
    """
    request = work.request
    parts = slices_of(count_accounts(work.connection, request.book), request.engine.accounts_per_slice)
    wanted = ("assessment", "history", *((OWED,) if product_ledgers.is_needed(request.delinquency) else ()))
    work.dated = [tables.dated_name(part.number) for part in parts]
    if work.has(*(f"{name}.parquet" for name in wanted)) and (work.has("portfolio.json") or work.has(*work.dated)):
        return
    answers = _assessed_on_spark(work, parts) if work.spark else None
    for part in parts:
        work.progress("assess", part.number, len(parts))
        files = {name: tables.part_name(name, part.number, len(parts)) for name in wanted}
        if not work.has(*files.values(), tables.dated_name(part.number)):
            _assess_slice(work, part, files, answers)
    with work.timed("assess"):
        for name in wanted:
            work.write(f"{name}.parquet", tables.rows_of(work.staged.path(tables.part_name(name, part.number, len(parts))) for part in parts), ())
    work.progress("assess", len(parts), len(parts))


def _assess_slice(work: _Work, part: Slice, files: Mapping[str, str], answers: Mapping[str, str] | None) -> None:
    request = work.request
    steps = tables.assessment_steps(request.delinquency, request.on)
    with work.timed("assess"):
        show_slice(work.connection, request.book, part)
        if answers is None:
            product_ledgers.work_out(work.connection, request.delinquency, request.on, request.engine.threads)
            tables.think(work.connection, steps)
        else:
            tables.take(work.connection, answers, part)
            if OWED in files:
                tables.show_files(work.connection, {name: work.staged.path(_owed_part(name, part)) for name in product_ledgers.owed_names(request.delinquency)})
        work.write(files["assessment"], "SELECT * FROM position", ("account_id",))
        work.write(files["history"], "SELECT * FROM punctuality", ("account_id",))
        if OWED in files:
            work.write(files[OWED], product_ledgers.owed_sql(request.delinquency), ITEM_KEY)
    with work.timed("portfolio"):
        rows = slice_rows(work.connection, request.delinquency, request.on)
        work.staged.table(tables.dated_name(part.number), lambda target: _write_text(target, part_text(rows)))
    tables.forget(work.connection, steps)


def _assessed_on_spark(work: _Work, parts: Sequence[Slice]) -> dict[str, str]:
    """The steps that a slice is written from, worked out on Spark for the whole book at once. What the ledger must work out stays here."""
    assert work.spark is not None
    request, spark = work.request, work.spark
    steps = tables.assessment_steps(request.delinquency, request.on)
    with work.timed("assess"):
        spark.show_book(request.book)
        if work.calendars:
            spark.show_files({due_days.MOVED_DUE_DAYS: work.staged.path(f"frozen/{due_days.MOVED_DUE_DAYS}.parquet")})
        spark.show_files(_owed_files(work, parts))
        work.on_spark.append("assess")
        spark.think(steps)
        answers = spark.answer(tables.TAKEN, "account_id" if len(parts) > 1 else None)
        spark.forget(steps)
    return answers


def _owed_files(work: _Work, parts: Sequence[Slice]) -> dict[str, Sequence[Path]]:
    """What the ledger works out of every slice, in this process, as files of each group of products; none where no product needs the ledger."""
    request = work.request
    found: dict[str, list[Path]] = {}
    if not product_ledgers.is_needed(request.delinquency):
        return {}
    for part in parts:
        show_slice(work.connection, request.book, part)
        product_ledgers.work_out(work.connection, request.delinquency, request.on, request.engine.threads)
        for name in product_ledgers.owed_names(request.delinquency):
            found.setdefault(name, []).append(work.write(_owed_part(name, part), f"SELECT * FROM {name}", ITEM_KEY))
            work.connection.execute(f"DROP TABLE {name}")
    return dict(found)


def _owed_part(name: str, part: Slice) -> str:
    return f"parts/{name}-{part.number:05}.parquet"


def screen(work: _Work) -> None:
    """By which channels could every case be contacted on the day, from when, and which rule is in the way? The gate stays the judge."""
    request, own = work.request, work.staged.path(f"frozen/{FROZEN_EVENTS}.parquet")
    show_book(work.connection, request.book)
    if work.spark:
        work.spark.show_book(request.book)
    work.show({"position": "assessment.parquet", "punctuality": "history.parquet", **{name: f"frozen/{name}.parquet" for name in tables.FROZEN}})
    if request.screening is None:
        return
    if not work.has("prescreen.parquet"):
        with screened_sql(work.connection, request.book, request.screening, request.on, own if own.exists() else None) as sql:
            work.write("prescreen.parquet", sql, ("party_id", "channel"))
    tables.show_files(work.connection, {"prescreen": work.staged.path("prescreen.parquet")})


def decide(work: _Work, previous: RunName | None) -> None:
    """Which treatment fits every case, and why? What could be permitted stands beside it as `prescreen`, where it was asked.

    Where a case stood on a ladder is read from the run before.
    """
    book_name = book_info(work.request.book).name
    work.experiments = experiment_files.running(work.connection, work.staged, work.request.policy, book_name)
    steps = tables.decision_steps(work.request.policy, work.request.delinquency, work.request.on, work.experiments)
    if not work.has("decisions.parquet"):
        own = work.staged.path(f"frozen/{FROZEN_EVENTS}.parquet")
        tables.show_ladders_before(work.connection, work.request.runs / str(previous) if previous else None)
        tables.show_own_contacts(work.connection, tables.rows_of([own]) if own.exists() else None)
        keep_rules(work.connection, work.request.policy)
        made_here = (tables.LADDERS_BEFORE, tables.OWN_CONTACTS, tables.OPTED_OUT, RULES)
        with work.thought("decide", steps, made_here, lambda answer: as_in_rules_sql(work.connection, answer)):
            work.write("decisions.parquet", tables.with_case_ids(steps[-1].name, book_name), ("case_id",))
    tables.show_files(work.connection, {"decisions": work.staged.path("decisions.parquet")})


def assign(work: _Work) -> None:
    """Who gets which treatment where there is only so much of people, visits, messages and money, and what would more of it be worth?"""
    if not work.has("assignment.parquet", "assignment.json"):
        _weigh(work)
    tables.show_files(work.connection, {"assignment": work.staged.path("assignment.parquet")})
    make_views(work.connection, {"worked": worked_sql("decisions", "assignment")})


def _weigh(work: _Work) -> None:
    policy, request = work.request.policy, work.request
    kept = None
    if request.learnt_values is not None:
        kept = work.write(learnt_values.KEPT, learnt_values.by_case_sql(work.connection, request.learnt_values, book_info(request.book).name), ("case_id", "treatment"))
    with assigning.assigned_sql(work.connection, policy, kept, screened=request.screening is not None) as (sql, found):
        work.write("assignment.parquet", sql, ("case_id",))
    tables.show_files(work.connection, {"assignment": work.staged.path("assignment.parquet")})
    said = {
        **assigning.told(policy, found), "cases": assigning.counted(work.connection),
        **assigning.values_told(work.connection, assigning.inputs_of(policy, request.learnt_values), kept),
    }
    text = json.dumps(said, ensure_ascii=False, indent=1, sort_keys=True)
    work.staged.table("assignment.json", lambda target: _write_text(target, text))


def classify(work: _Work, previous: RunName | None) -> None:
    """As what does every account stand under each regime, at least?"""
    request = work.request
    if not work.has("classes.parquet"):
        before = classification.show_classes_before(
            work.connection, request.runs / str(previous) if previous else None, run_facts(request.runs, previous) if previous else None
        )
        steps = classification.class_steps(request.delinquency, in_force(request.regimes, request.on), request.on, request.kinds, before)
        with work.thought("classify", steps, (classification.CLASSES_BEFORE,) if before else ()):
            work.write("classes.parquet", f"SELECT * FROM {steps[-1].name}", ("account_id", "regime"))
    tables.show_files(work.connection, {"classes": work.staged.path("classes.parquet")})


def look_at_closed_accounts(work: _Work) -> None:
    """Which accounts does the lender call closed, though something is unpaid on them?"""
    work.write("closed_unpaid.parquet", tables.closed_unpaid_sql(), ("account_id",))
    tables.show_files(work.connection, {"closed_unpaid": work.staged.path("closed_unpaid.parquet")})


def compare(work: _Work, previous: RunName | None) -> None:
    """What moved since the run before?"""
    before = work.request.runs / str(previous) if previous else None
    tables.show_previous(work.connection, before)
    work.write("flow.parquet", tables.flow_sql(), ("bucket_before", "bucket", "currency"))
    warn(work, before)
    tables.show_files(work.connection, {"flow": work.staged.path("flow.parquet"), "alerts": work.staged.path("alerts.parquet")})


def warn(work: _Work, before: Path | None) -> None:
    """What needs somebody's eye, and since when?"""
    if work.has("alerts.parquet"):
        return
    early_warning.show_alerts_before(work.connection, before)
    tables.show_files(work.connection, {early_warning.ACKNOWLEDGED: work.staged.path(f"frozen/{early_warning.ACKNOWLEDGED}.parquet")})
    request = work.request
    slices = slices_of(count_accounts(work.connection, request.book), request.engine.accounts_per_slice)
    found = early_warning.find_alerts(
        work.connection, request.book, slices, request.delinquency, request.early_warning, request.on, book_info(request.book).name
    )
    work.write("alerts.parquet", found, ("alert_id",))


def order_the_work(work: _Work) -> None:
    """In which order do people take the cases that need a person?"""
    policy = work.request.policy
    is_assigned, worded = assigning.is_assigned(policy), worded_sql(tables.PEOPLES_CASES, policy)
    work.write("worklist.parquet", tables.worklist_sql(worked_sql(worded, "assignment") if is_assigned else worded, is_assigned=is_assigned), ("rank",))


def portfolio(work: _Work, counts: dict[str, Any]) -> None:
    """Which figures about the whole book does a manager ask for?"""
    request, compared = work.request, run_to_compare_with(work.request.runs, work.request.on)
    if not work.has("portfolio.json"):
        before = tables.rows_of([request.runs / str(compared) / "assessment.parquet"]) if compared else tables.empty(tables.ASSESSMENT_SCHEMA)
        make_views(work.connection, {"portfolio_before": before})
        dated = read_parts(work.staged.path(file) for file in work.dated)
        figures = portfolio_figures(
            work.connection, request.delinquency, request.on, compared.as_of if compared else None, dated, counts["cases_contact_history_unknown"],
            last_delivery(request.book),
        )
        work.staged.table("portfolio.json", lambda target: _write_text(target, figures_text(figures)))
    work.staged.forget("parts/")


def bring_cases_up_to_date(work: _Work, cases: CaseBook, facts: dict[str, Any]) -> dict[str, int]:
    """Open, reopen, close and re-decide cases; a look at a past day changes none."""
    return cases.bring_up_to_date(work.staged.path("decisions.parquet"), facts, actor=work.request.actor, at=work.request.at)


def inputs_of(request: RunRequest, frozen_digest: str, previous: RunName | None) -> dict[str, Any]:
    """Everything the figures of a run depend on, by digest or by value."""
    return {
        "as_of": request.on.isoformat(),
        "book": book_digest(request.book),
        "frozen_facts": frozen_digest,
        "policy": request.policy.version,
        "delinquency": repr(request.delinquency),
        "early_warning": repr(request.early_warning),
        "accounts_per_slice": request.engine.accounts_per_slice,
        "regimes": {one.regime.value: one.digest for one in request.regimes},
        "product_kinds": {name: kind.value for name, kind in request.kinds},
        **({"screening": request.screening.told()} if request.screening else {}),
        **assigning.inputs_of(request.policy, request.learnt_values),
        "previous": _digest_of_run(request.runs, previous),
        "portfolio_compared_with": _digest_of_run(request.runs, run_to_compare_with(request.runs, request.on)),
        "software": {**{name: version(name) for name in ("arrears", "duckdb", "ibis-framework", "holidays")}, "code": code_digest()},
    }


@cache
def code_digest() -> str:
    """Which code does this process think with? SHA-256 (hex) over its own sources: a changed template or formula makes another run."""
    digest = hashlib.sha256()
    root = Path(__file__).parents[1]
    for file in sorted(path for path in root.rglob("*") if path.suffix in (".py", ".html", ".yaml")):
        digest.update(f"{file.relative_to(root)}\n".encode() + file.read_bytes())
    return digest.hexdigest()


def _digest_of_run(runs: Path, name: RunName | None) -> str | None:
    return str(run_facts(runs, name)["inputs_digest"]) if name else None


def digest_of_inputs(inputs: dict[str, Any]) -> str:
    """One name for all inputs together."""
    return hashlib.sha256(json.dumps(inputs, sort_keys=True).encode()).hexdigest()


def run_record(request: RunRequest, staged: StagedRun, inputs: dict[str, Any], counts: dict[str, Any], previous: RunName | None) -> dict[str, Any]:
    """What run.json says of the run, but for its digests, its cases and its seconds."""
    info = book_info(request.book)
    number = len([name for name in published_runs(request.runs) if name.as_of == request.on]) + 1
    return {
        "run_id": (int(staged.inputs_digest[:16], 16) & ID_MAX) or 1,
        "book": info.name,
        "institution": info.institution_id,
        "as_of": request.on.isoformat(),
        "number": number,
        "previous": {"as_of": previous.as_of.isoformat(), "number": previous.number} if previous else None,
        "inputs": inputs,
        "inputs_digest": staged.inputs_digest,
        "policy": {
            "name": request.policy.name,
            "version": request.policy.version,
            "file": {"digest": request.policy_file.digest, "published": request.policy_file.number} if request.policy_file else None,
            "label": both_languages(request.policy.label),
            "digest": request.policy.digest,
            "rows": [{"id": row.id, "when": row_condition(request.policy, row), "treatment": row.treatment or row.ladder} for row in request.policy.rows],
        },
        "treatments": {
            name: {
                **both_languages(treatment.label), "channel": treatment.channel, "contact": treatment.contact, "automatic": treatment.automatic,
                "cleared": treatment.cleared, "weighty": treatment.weighty,
            }
            for name, treatment in treatments_of(request.policy).items()
        },
        "buckets": list(request.delinquency.bucket_names),
        "regimes": regimes_told(request.regimes, request.on),
        "counts": counts,
        "contact_history_unknown_parties": counts["cases_contact_history_unknown"],
    }


def regimes_told(regimes: tuple[RegimeFigures, ...], on: date) -> list[dict[str, Any]]:
    """Each regime: did its figures hold on the day, which are unconfirmed, what does a book not tell?"""
    held = in_force(regimes, on)
    return [
        {
            "regime": one.regime.value,
            "in_force": one in held,
            "unconfirmed": list(unconfirmed(one, on)) if one in held else [],
            "not_known": both_languages(NOT_IN_A_BOOK[one.regime]),
        }
        for one in regimes
    ]


def both_languages(sentence: Any) -> dict[str, str]:
    """A sentence as a plain mapping."""
    return {"en": sentence.en, "zh": sentence.zh}


def _write_report(target: Path, facts: dict[str, Any], figures: Path) -> str:
    return _write_text(target, report_page(facts, json.loads(figures.read_text(encoding="utf-8"))))


def _write_text(target: Path, text: str) -> str:
    write_text_whole(target, text)
    return hashlib.sha256(text.encode()).hexdigest()


def _published_with(runs: Path, on: date, inputs: dict[str, Any]) -> RunName | None:
    """The published run of this day that had the same inputs, if there is one."""
    wanted = digest_of_inputs(inputs)
    return next((name for name in published_runs(runs) if name.as_of == on and run_facts(runs, name)["inputs_digest"] == wanted), None)


def _already_there(request: RunRequest, staged: StagedRun, name: RunName) -> RunResult:
    """The same run stands published: every table must have come out the same, byte by byte."""
    facts = run_facts(request.runs, name)
    different = staged.same_as(facts)
    assert not different, f"run {name} repeated with the same inputs gave other bytes in {', '.join(different)}"
    taken_up = staged.taken_up
    staged.discard()
    shown = current_run(request.runs)
    if shown is None or shown < name:  # The earlier attempt was killed after it had published and before it could be shown.
        show(request.runs, name)
    return RunResult(name, request.runs / str(name), facts, already_published=True, taken_up=taken_up)


def publish(request: RunRequest, staged: StagedRun, facts: dict[str, Any]) -> RunResult:
    """Give the run its number and, unless it looks at the past, show it on the pages."""
    shown = current_run(request.runs)
    name = staged.publish(facts, facts["number"], make_current=shown is None or shown.as_of <= request.on)
    return RunResult(name, request.runs / str(name), facts, already_published=False, taken_up=staged.taken_up)
