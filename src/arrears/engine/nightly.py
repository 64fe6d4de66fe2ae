"""The nightly run: how does every debt stand on this day, and what is to be done about it?

Reads like the life of a debt: freeze what is known, assess, screen what may be done, decide, assign within capacity, compare, order the work,
open and close cases, report, publish.
Every table is a function of the book's batches, the frozen facts, the policy and the day; the same inputs give the same bytes.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from arrears.assess.classification.regimes import in_force
from arrears.core.progress import Progress, silent
from arrears.engine import assigning, classification, due_days, early_warning, experiment_files, learnt_values, product_ledgers, tables
from arrears.engine.assessing import assess
from arrears.engine.book_views import count_accounts, show_book, slices_of
from arrears.engine.case_changes import CaseBook
from arrears.engine.columns_engine import column_engine, make_views
from arrears.engine.conduct_events import FROZEN_EVENTS
from arrears.engine.decision_words import worded_sql
from arrears.engine.night import Night, RunRequest, engines_told, spark_of, write_text
from arrears.engine.on_spark.session import refuse_without_spark
from arrears.engine.policy_rules import RULES, as_in_rules_sql, keep_rules
from arrears.engine.portfolio import figures_text, last_delivery, portfolio_figures, run_to_compare_with
from arrears.engine.portfolio_slices import read_parts
from arrears.engine.prescreening import screened_sql
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
)
from arrears.engine.run_records import digest_of_inputs, inputs_of, run_record
from arrears.engine.todays_work import worked_sql
from arrears.intake.book.layout import book_info


@dataclass(frozen=True, slots=True)
class RunResult:
    """What came of it: where the run stands, what it counted, whether it had been there before."""

    name: RunName
    folder: Path
    facts: dict[str, Any]
    already_published: bool
    taken_up: bool


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
        with column_engine(request.engine, staged.scratch) as connection, spark_of(request, staged) as spark:
            work = Night(request, staged, connection, progress, spark)
            with work.stage("freeze"):
                freeze(work, frozen.tables)
                staged.table(POLICY_FILE, lambda target: write_text(target, request.policy.canonical))
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
        facts["engines"] = engines_told(work)
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


def freeze(work: Night, case_facts: Mapping[str, pa.Table]) -> None:
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


def screen(work: Night) -> None:
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


def decide(work: Night, previous: RunName | None) -> None:
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


def assign(work: Night) -> None:
    """Who gets which treatment where there is only so much of people, visits, messages and money, and what would more of it be worth?"""
    if not work.has("assignment.parquet", "assignment.json"):
        _weigh(work)
    tables.show_files(work.connection, {"assignment": work.staged.path("assignment.parquet")})
    make_views(work.connection, {"worked": worked_sql("decisions", "assignment")})


def _weigh(work: Night) -> None:
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
    work.staged.table("assignment.json", lambda target: write_text(target, text))


def classify(work: Night, previous: RunName | None) -> None:
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


def look_at_closed_accounts(work: Night) -> None:
    """Which accounts does the lender call closed, though something is unpaid on them?"""
    work.write("closed_unpaid.parquet", tables.closed_unpaid_sql(), ("account_id",))
    tables.show_files(work.connection, {"closed_unpaid": work.staged.path("closed_unpaid.parquet")})


def compare(work: Night, previous: RunName | None) -> None:
    """What moved since the run before?"""
    before = work.request.runs / str(previous) if previous else None
    tables.show_previous(work.connection, before)
    work.write("flow.parquet", tables.flow_sql(), ("bucket_before", "bucket", "currency"))
    warn(work, before)
    tables.show_files(work.connection, {"flow": work.staged.path("flow.parquet"), "alerts": work.staged.path("alerts.parquet")})


def warn(work: Night, before: Path | None) -> None:
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


def order_the_work(work: Night) -> None:
    """In which order do people take the cases that need a person?"""
    policy = work.request.policy
    is_assigned, worded = assigning.is_assigned(policy), worded_sql(tables.PEOPLES_CASES, policy)
    work.write("worklist.parquet", tables.worklist_sql(worked_sql(worded, "assignment") if is_assigned else worded, is_assigned=is_assigned), ("rank",))


def portfolio(work: Night, counts: dict[str, Any]) -> None:
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
        work.staged.table("portfolio.json", lambda target: write_text(target, figures_text(figures)))
    work.staged.forget("parts/")


def bring_cases_up_to_date(work: Night, cases: CaseBook, facts: dict[str, Any]) -> dict[str, int]:
    """Open, reopen, close and re-decide cases; a look at a past day changes none."""
    return cases.bring_up_to_date(work.staged.path("decisions.parquet"), facts, actor=work.request.actor, at=work.request.at)


def _write_report(target: Path, facts: dict[str, Any], figures: Path) -> str:
    return write_text(target, report_page(facts, json.loads(figures.read_text(encoding="utf-8"))))


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
