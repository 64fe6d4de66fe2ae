"""Which commands are there?"""

from __future__ import annotations

import getpass
import os
import sys
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any, Literal

from cyclopts import App, CycloptsError, Parameter, validators

from arrears.cli import doors
from arrears.cli.account_ledger import balance, quote, redress, statement
from arrears.cli.alerts import alerts
from arrears.cli.case_report import case_report, list_reports, stored_case_report
from arrears.cli.history import asked_for_history, show_history
from arrears.cli.importing import import_, pool
from arrears.cli.ledger import ledger
from arrears.cli.night import refuse_missing_reports, reports_told, show_reports
from arrears.cli.options import BookOption, HomeOption, JsonOption
from arrears.cli.portfolio_report import portfolio_report
from arrears.cli.showing import people, progress_bars, results, show_json, show_table
from arrears.core.ids import IdNotValid, parse_id
from arrears.core.money import format_money
from arrears.core.problems import ExitCode, Refused, WrongCall
from arrears.engine.columns_engine import EngineSettings
from arrears.engine.history import Every
from arrears.engine.home import HOME_VARIABLE, HomeSettings, resolve_home
from arrears.engine.nightly import RunResult
from arrears.engine.use_cases import books, explaining
from arrears.engine.use_cases.demonstration import demonstrate
from arrears.engine.use_cases.night_reports import REPORTS_A_NIGHT
from arrears.engine.use_cases.policies import find_policy
from arrears.engine.use_cases.replaying import replay_book
from arrears.engine.use_cases.setting_up import institution_of, set_up
from arrears.engine.words import counted

app = App(
    name="arrears",
    help="Find every debt the day it falls overdue, understand it, treat it lawfully and humanely, and prove each step.",
    help_format="plaintext",
    version_flags=["--version"],
    result_action="return_value",
)
case = App(name="case", help="Cases: who is in arrears, and what is to be done.", help_format="plaintext")
app.command(case)
app.command(alerts)
for one in (balance, quote, statement, redress):
    ledger.command(one)
app.command(ledger)
app.command(import_, name="import")
app.command(pool)
report = App(name="report", help="Reports: what a manager or a colleague reads of a run.", help_format="plaintext")
app.command(report)
report.command(portfolio_report, name="portfolio")
report.command(case_report, name="case")
report.command(list_reports, name="list")
report.command(stored_case_report, name="stored")


def _today() -> date:
    """The one place where a command asks for the day."""
    return datetime.now().astimezone().date()


def _now() -> datetime:
    return datetime.now(UTC)


@app.command
def init(
    *,
    institution: str = "My institution",
    jurisdiction: str = "CN",
    currency: str = "CNY",
    language: str = "en",
    user: str = "admin",
    password_file: Path | None = None,
    home: HomeOption = None,
) -> None:
    """Make a home: database, keys, institution and first administrator.

    Examples:
      arrears init --institution "Harbour Bank" --currency HKD --language zh --user lin
      arrears init --home ./try --password-file secret.txt     (asks nothing)

    Parameters
    ----------
    institution
        Name of the lender or company.
    jurisdiction
        Country whose law applies, as ISO 3166 (CN, US, GB, …).
    currency
        Usual currency, as ISO 4217.
    language
        Language of staff: en or zh.
    user
        Sign-in name of the first administrator.
    password_file
        File whose first line is the password. Without it you are asked at a terminal; elsewhere one is drawn and shown once.
    """
    with doors.opened(home) as place:
        first = set_up(place, HomeSettings(jurisdiction, currency, language, institution), user, _chosen_password(password_file))
        results.print(f"The home is {place.root}. It holds your keys: back up {place.secrets} apart from the rest.")
        if first.made_up:
            results.print(f"Sign in as {first.username} with the password {first.password}   (shown this once; change it under Settings)")


def _chosen_password(file: Path | None) -> str | None:
    """The password from the file, from the terminal, or none."""
    if file is not None:
        if not file.is_file():
            raise WrongCall(f"There is no password file {file}.", "Nobody could sign in.", "Name a file whose first line is the password.")
        lines = file.read_text(encoding="utf-8").splitlines()
        return lines[0] if lines else None
    if not sys.stdin.isatty():
        return None
    return getpass.getpass("Password for the first administrator (empty: draw one): ") or None


@app.command
def sample(
    *,
    accounts: int = 20_000,
    seed: int = 1,
    book: BookOption = None,
    as_of: date | None = None,
    currency: str = "CNY",
    personal: bool = True,
    home: HomeOption = None,
) -> None:
    """Make an invented book: instalment loans, about 6 % of them overdue, with people, payments, holds and contact history.

    Example:
      arrears sample --accounts 100000 --seed 7 --book trial

    Parameters
    ----------
    accounts
        How many accounts.
    seed
        The same seed gives the same figures.
    as_of
        The day on which about 6 % are overdue. Default: today.
    currency
        Currency of the book, as ISO 4217.
    personal
        Names and contact points, invented and sealed. --no-personal is quicker, for measuring.
    """
    with doors.opened(home) as place, progress_bars() as told:
        report = books.sample_book(place, accounts, seed, book, as_of=as_of or _today(), currency=currency, progress=told, personal=personal)
    show_table("Made", [("table", False), ("rows", True)], [(name, f"{rows:,}") for name, rows in report.rows.items()])


@app.command
def run(
    *,
    on: date | None = None,
    from_: Annotated[date | None, Parameter(name="--from")] = None,
    to: date | None = None,
    every: Literal["day", "week", "month-end"] | None = None,
    book: BookOption = None,
    policy: str | None = None,
    conventions: Path | None = None,
    output: Path | None = None,
    threads: int | None = None,
    memory: str = "3GB",
    reports: Annotated[int, Parameter(validator=validators.Number(gte=0))] = REPORTS_A_NIGHT,
    json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """The nightly run: who is overdue, since when, how much; what is to be done; cases opened, updated and closed.

    The same inputs give the same bytes. A run that was stopped is taken up where it stopped.

    Examples:
      arrears run --on 2026-11-23
      arrears run --on 2026-11-23 --book trial --policy my_policy.yaml
      arrears run --from 2025-11-24 --to 2026-11-23

    Parameters
    ----------
    on
        The day looked at. Default: today. A day before the last run is a look at the past and changes no case.
    from_
        Replay past days for trends instead: the first day. Nothing is decided and no case changes; the home page shows the trends.
    to
        The last day of a replay. Default: today.
    every
        Which days of a replay: day, week (each seventh, counted back from the last) or month-end. Default: day.
    policy
        Name of a shipped policy or a YAML file. Default: first_steps.
    conventions
        File that says how days and amounts are counted. Default: conventions.yaml in the home, else the documented defaults.
    output
        Folder for the runs of this book instead of the home's.
    threads
        Worker threads; all cores if not given.
    memory
        Upper bound for the columns in memory; beyond it the disk is used.
    reports
        Of so many first cases of the worklist a report is stored, sealed, for 30 days. 0 stores none.
    """
    if asked_for_history(on, from_, to, every, policy):
        assert from_ is not None
        with doors.opened(home) as place, progress_bars() as told:
            replayed = replay_book(
                place, book, from_, to or _today(), Every(every or "day"), today=_today(), engine=EngineSettings(threads, memory), progress=told,
                output=output, conventions=conventions,
            )
        show_history(replayed, json=json)
        return
    with doors.opened(home) as place, progress_bars() as told:
        chosen = find_policy(policy)
        result = books.run_book(
            place, book, on or _today(), chosen, at=_now(), actor=getpass.getuser(), engine=EngineSettings(threads, memory), progress=told, output=output,
            conventions=conventions, reports=reports,
        )
    if json:
        show_json({**result.facts, "folder": str(result.folder), "already_published": result.already_published, "case_reports": reports_told(result.reports)})
    else:
        _show_run(result)
        show_reports(result.reports)
    refuse_missing_reports(result.reports)


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
        ("alerts", f"{counts['alerts']:,}"),
        *((f"cases {kind}", f"{number:,}") for kind, number in facts.get("cases", {}).items()),
    ]
    show_table(title, [("", False), ("", True)], rows)
    if counts["cases_contact_history_unknown"]:
        results.print(f"Contact history is unknown for {counted(counts['cases_contact_history_unknown'], 'case')}; nobody is contacted there until it is known.")
    for row in counts["closed_unpaid"]:
        results.print(f"{counted(row['accounts'], 'account')} that the lender calls closed with something unpaid: {format_money(row['balance_minor'], row['currency'], 'en')}. Look at them before anybody asks for it.")
    results.print(f"Report: {result.folder / 'report.html'}")


@app.command
def serve(*, host: str = "127.0.0.1", port: int = 8000, home: HomeOption = None) -> None:
    """Serve the pages of this home until Ctrl-C.

    Example:
      arrears serve --port 8080

    Parameters
    ----------
    host
        Address to listen on. Put a TLS proxy before anything that is not this machine.
    port
        Port to listen on; 0 takes a free one.
    """
    with doors.opened(home) as place:
        place.read_settings()
        doors.served(place, host, port)


@app.command
def demo(*, serve: bool = True, accounts: int = 20_000, host: str = "127.0.0.1", port: int = 8000, home: HomeOption = None) -> None:
    """The main job on sample books: an invented loan book and a public card sample, run on two days each, then the pages.

    Examples:
      arrears demo
      arrears demo --no-serve --accounts 2000

    Parameters
    ----------
    serve
        Serve the pages at the end.
    accounts
        Size of the invented book.
    """
    with doors.opened(home or _demo_home()) as place:
        with progress_bars() as told:
            shown = demonstrate(place, accounts, today=_today(), at=_now(), engine=EngineSettings(), progress=told)
        for result in shown.runs:
            counts = result.facts["counts"]
            people.print(f"{result.facts['book']} on {result.facts['as_of']}: {counted(counts['accounts'], 'account')}, {counts['accounts_overdue']:,} overdue, {counted(counts['cases'], 'case')}")
        results.print(f"Home: {place.root}")
        results.print(f"Sign in as {shown.user.username} with the password {shown.user.password}")
        if serve:
            doors.served(place, host, port)


def _demo_home() -> Path | None:
    """The demonstration keeps apart from real books, unless a home is named."""
    if os.environ.get(HOME_VARIABLE):
        return None
    usual = resolve_home(None, {}, is_root=os.geteuid() == 0).root
    return usual.with_name(usual.name + "-demo")


@case.command(name="list")
def case_list(
    *, book: BookOption = None, queue: Literal["people", "automatic", "held", "all"] = "all", limit: int = 20, json: JsonOption = False, home: HomeOption = None
) -> None:
    """Cases of the last run, the largest amount at stake first.

    Examples:
      arrears case list --limit 50
      arrears case list --queue held --json

    Parameters
    ----------
    queue
        people, automatic, held, or all.
    limit
        At most so many rows.
    """
    with doors.opened(home) as place:
        found = explaining.listed_cases(place, institution_of(place), book, queue, limit)
    if json:
        show_json(found)
        return
    show_table(
        counted(len(found), "case") if found else f"No case stands in the queue “{queue}”. Queues: people, automatic, held, all.",
        [("case", False), ("queue", False), ("days", True), ("overdue", True), ("", False), ("treatment", False), ("why", False)],
        [(row["case_id"], row["queue"], _days(row), _amount(row), row["currency"], row["treatment_en"], row["reason_en"]) for row in found],
    )


def _days(row: dict[str, Any]) -> str:
    return counted(row["months_past_due"], "month") if row["days_past_due"] is None else str(row["days_past_due"])


def _amount(row: dict[str, Any]) -> str:
    return "not known" if row["amount_overdue_minor"] is None else format_money(row["amount_overdue_minor"], row["currency"], "en", with_currency=False)


@case.command(name="show")
def case_show(case_id: str, /, *, json: JsonOption = False, home: HomeOption = None) -> None:
    """One case: accounts, decision and reason. Names stay sealed; the workbench shows them to those who may see them.

    Example:
      arrears case show 0A1B2C3D4E5F6G

    Parameters
    ----------
    case_id
        Id of the case as the list shows it.
    """
    with doors.opened(home) as place:
        shown = explaining.shown_case(place, institution_of(place), _read_id(case_id))
    if json:
        show_json(shown)
        return
    for name, value in shown["decision"].items():
        results.print(f"{name:<26}{value}")
    show_table("Accounts", [("account", False), ("product", False), ("days", True), ("overdue", True), ("balance", True), ("", False)], [
        (row["account_id"], row["product"], _days(row), _amount(row), format_money(row["balance_minor"], row["currency"], "en", with_currency=False), row["currency"])
        for row in shown["accounts"]
    ])


@app.command
def explain(case_id: str, /, *, on: date | None = None, language: str = "en", json: JsonOption = False, home: HomeOption = None) -> None:
    """Why does this case get this treatment? The rule, the facts it looked at, and the policy's version.

    Example:
      arrears explain 0A1B2C3D4E5F6G --on 2026-11-23

    Parameters
    ----------
    case_id
        Id of the case.
    on
        Day of the run that decided. Default: the last run.
    language
        en or zh.
    """
    with doors.opened(home) as place:
        told = explaining.explained(place, institution_of(place), _read_id(case_id), on)
    if json:
        show_json(told)
        return
    for line in explaining.in_words(told, "zh" if language.startswith("zh") else "en"):
        results.print(line)


def _read_id(text: str) -> int:
    try:
        return parse_id(text)
    except IdNotValid as trouble:
        raise WrongCall(str(trouble)) from trouble


def run_command(words: Sequence[str] | None = None) -> int:
    """Carry one command out; answers the exit code (0 done, 1 the answer is no, 2 wrong call, 3 bad data, 4 the world refused, 5 partly done)."""
    try:
        app(words, exit_on_error=False, print_error=True)
    except Refused as refusal:
        people.print(refusal.what, style="bold")
        for part in filter(None, (refusal.why, refusal.remedy)):
            people.print(part)
        return int(refusal.exit_code)
    except KeyboardInterrupt:
        people.print("Stopped. Nothing that was published is lost.")
        return 130
    except CycloptsError:
        return int(ExitCode.WRONG_CALL)
    return int(ExitCode.DONE)
