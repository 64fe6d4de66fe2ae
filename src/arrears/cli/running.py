"""How is a night run, or a series of past days replayed, by the command line?"""

from __future__ import annotations

import getpass
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter, validators

from arrears.cli import doors
from arrears.cli.clock import now, today
from arrears.cli.history import asked_for_history, show_history
from arrears.cli.night import refuse_missing_reports, reports_told, show_reports
from arrears.cli.options import BookOption, HomeOption, JsonOption
from arrears.cli.showing import progress_bars, results, show_json, show_table
from arrears.core.money import format_money
from arrears.core.problems import WrongCall
from arrears.engine.columns_engine import EngineSettings
from arrears.engine.history import Every, HistoryResult
from arrears.engine.home import Home
from arrears.engine.nightly import RunResult
from arrears.engine.on_spark.session import refuse_without_spark
from arrears.engine.on_spark.settings import LOCAL_CLUSTER, SparkSettings, read_properties
from arrears.engine.use_cases import books
from arrears.engine.use_cases.night_reports import REPORTS_A_NIGHT
from arrears.engine.use_cases.policies import policy_for_run
from arrears.engine.use_cases.replaying import replay_book
from arrears.engine.words import counted

FromOption = Annotated[date | None, Parameter(
    name="--from", help="Replay past days for trends instead: the first day. Nothing is decided and no case changes; the home page shows the trends.",
)]
ToOption = Annotated[date | None, Parameter(help="The last day of a replay. Default: today.")]
EveryOption = Annotated[Literal["day", "week", "month-end"] | None, Parameter(
    help="Which days of a replay: day, week (each seventh, counted back from the last) or month-end. Default: day.",
)]
ThreadsOption = Annotated[int | None, Parameter(help="Worker threads; all cores if not given.")]
MemoryOption = Annotated[str, Parameter(help="Upper bound for the columns in memory; beyond it the disk is used.")]
EngineOption = Annotated[Literal["duckdb", "spark"], Parameter(
    help="Who works out the columns: duckdb in this process, or spark, when one machine is outgrown. The tables are the same, byte for byte.",
)]
MasterOption = Annotated[str | None, Parameter(
    help=f"Spark's master, with --engine spark: local-cluster[WORKERS,CORES,MB], local[CORES], spark://HOST:PORT, yarn, k8s://… Default: {LOCAL_CLUSTER}.",
)]
ReportsOption = Annotated[int, Parameter(
    validator=validators.Number(gte=0), help="Of so many first cases of the worklist a report is stored, sealed, for 30 days. 0 stores none.",
)]


def run(
    *, on: date | None = None, from_: FromOption = None, to: ToOption = None, every: EveryOption = None, book: BookOption = None, policy: str | None = None,
    conventions: Path | None = None, values: Path | None = None, output: Path | None = None, threads: ThreadsOption = None, memory: MemoryOption = "3GB",
    engine: EngineOption = "duckdb", spark_master: MasterOption = None, reports: ReportsOption = REPORTS_A_NIGHT, json: JsonOption = False, home: HomeOption = None,
) -> None:
    """The nightly run: who is overdue, since when, how much; what is to be done; cases opened, updated and closed.

    The same inputs give the same bytes. A run that was stopped is taken up where it stopped.

    Examples:
      arrears run --on 2026-11-23
      arrears run --on 2026-11-23 --book trial --policy my_policy.yaml
      arrears run --on 2026-11-23 --policy consumer_loans_cn --values learnt.parquet
      arrears run --on 2026-11-23 --engine spark
      arrears run --from 2025-11-24 --to 2026-11-23

    Parameters
    ----------
    on
        The day looked at. Default: today. A day before the last run is a look at the past and changes no case.
    policy
        Name of a shipped policy or a YAML file. Default: the policy that was published last (arrears policy list), and where none was: first_steps.
    conventions
        File that says how days and amounts are counted. Default: conventions.yaml in the home, else the documented defaults.
    values
        Parquet file of what each treatment was learnt to bring, by account or case. Default: values.parquet in the home, else the policy's own gains.
    output
        Folder for the runs of this book instead of the home's.
    """
    of_machine = EngineSettings(threads, memory)
    if values is not None and from_ is not None:
        raise WrongCall("--values does not go with --from.", "A replay decides nothing.", "Leave --values out.")
    _refuse_spark_where_it_is_not_used(engine, spark_master, replays=from_ is not None)
    if asked_for_history(on, from_, to, every, policy):
        assert from_ is not None
        show_history(_replayed(home, book, from_, to, every, of_machine, output, conventions), json=json)
        return
    with doors.opened(home) as place, progress_bars() as told:
        chosen = policy_for_run(place, policy)
        result = books.run_book(
            place, book, on or today(), chosen.policy, at=now(), actor=getpass.getuser(),
            engine=_with_spark(of_machine, place, spark_master) if engine == "spark" else of_machine, progress=told, output=output,
            conventions=conventions, reports=reports, policy_file=chosen.file, values=values,
        )
    if json:
        show_json({**result.facts, "folder": str(result.folder), "already_published": result.already_published, "case_reports": reports_told(result.reports)})
    else:
        _show_run(result)
        show_reports(result.reports)
    refuse_missing_reports(result.reports)


def _with_spark(engine: EngineSettings, place: Home, master: str | None) -> EngineSettings:
    """The same, with Spark as this home states it."""
    refuse_without_spark()
    return replace(engine, spark=SparkSettings(master or LOCAL_CLUSTER, read_properties(place.spark_file)))


def _refuse_spark_where_it_is_not_used(engine: str, master: str | None, *, replays: bool) -> None:
    if engine != "spark" and master:
        raise WrongCall("--spark-master goes with --engine spark.", "Nothing was run.", "Add --engine spark, or leave the master out.")
    if engine == "spark" and replays:
        raise WrongCall("Past days are replayed by DuckDB in this process; Spark does not replay.", "Nothing was run.", "Leave --engine out.")


def _replayed(
    home: Path | None, book: str | None, first: date, last: date | None, every: str | None, engine: EngineSettings, output: Path | None, conventions: Path | None,
) -> HistoryResult:
    with doors.opened(home) as place, progress_bars() as told:
        return replay_book(
            place, book, first, last or today(), Every(every or "day"), today=today(), engine=engine, progress=told, output=output, conventions=conventions,
        )


def _show_run(result: RunResult) -> None:
    """What a manager wants to read at once."""
    facts, counts = result.facts, result.facts["counts"]
    title = f"{facts['book']} on {facts['as_of']} (run {facts['number']})"
    if result.already_published:
        title += " – was published before with the same inputs; every byte came out the same"
    rows = [
        ("accounts", f"{counts['accounts']:,}"),
        ("accounts overdue", f"{counts['accounts_overdue']:,}"),
        *((f"amount overdue, {row['currency']}", format_money(row["amount_overdue_minor"], row["currency"], "en", with_currency=False)) for row in counts["by_currency"]),
        ("cases", f"{counts['cases']:,}"),
        ("  for people", f"{counts['cases_people']:,}"),
        ("  automatic", f"{counts['cases_automatic']:,}"),
        ("  no contact (hold, or earlier contacts unknown)", f"{counts['cases_held']:,}"),
        *([("  left alone", f"{sum(row['cases'] for row in counts['by_treatment'] if row['queue'] == 'left_alone'):,}")] if "assignment" in facts else []),
        ("alerts", f"{counts['alerts']:,}"),
        *((f"cases {kind}", f"{number:,}") for kind, number in facts.get("cases", {}).items()),
    ]
    show_table(title, [("", False), ("", True)], rows)
    if counts["cases_contact_history_unknown"]:
        results.print(f"Contact history is unknown for {counted(counts['cases_contact_history_unknown'], 'case')}; nobody is contacted there until it is known.")
    for row in counts["closed_unpaid"]:
        closed = f"{counted(row['accounts'], 'account')} that the lender calls closed with something unpaid"
        results.print(f"{closed}: {format_money(row['balance_minor'], row['currency'], 'en')}. Look at them before anybody asks for it.")
    results.print(f"Report: {result.folder / 'report.html'}")
