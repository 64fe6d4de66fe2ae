"""Which commands are there?"""

from __future__ import annotations

import getpass
import logging
import os
import sys
import traceback
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any, Literal

from cyclopts import App, CycloptsError

from arrears.cli import doors
from arrears.cli.account_ledger import balance, quote, redress, statement
from arrears.cli.alerts import alerts
from arrears.cli.backup import backup, restore, upgrade
from arrears.cli.case_report import case_report, list_reports, stored_case_report
from arrears.cli.check import check
from arrears.cli.clock import now, today
from arrears.cli.dossier import export, receipt, redact, verify
from arrears.cli.erasing import register_in
from arrears.cli.evidence import evidence
from arrears.cli.importing import import_, pool
from arrears.cli.keys import keys
from arrears.cli.law import law
from arrears.cli.ledger import ledger
from arrears.cli.options import BookOption, HomeOption, JsonOption
from arrears.cli.portfolio_report import portfolio_report
from arrears.cli.privacy import privacy
from arrears.cli.record import keeping_the_record, record, work
from arrears.cli.retention import legal_hold, retention
from arrears.cli.running import run
from arrears.cli.showing import people, progress_bars, results, show_json, show_table
from arrears.core.ids import IdNotValid, parse_id
from arrears.core.money import format_money
from arrears.core.problems import ExitCode, Refused, WrongCall
from arrears.engine.columns_engine import EngineSettings
from arrears.engine.home import HOME_VARIABLE, HomeSettings, resolve_home
from arrears.engine.use_cases import books, explaining
from arrears.engine.use_cases.demonstration import demonstrate
from arrears.engine.use_cases.setting_up import institution_of, set_up
from arrears.engine.words import counted

MISTAKE_OF_OURS = 70
"""Exit code of a failure that none of the five kinds of `ExitCode` explains (as in sysexits.h)."""
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
app.command(evidence)
for handed_out in (export, redact, receipt):
    evidence.command(handed_out)
app.command(verify)
for one in (balance, quote, statement, redress):
    ledger.command(one)
app.command(ledger)
app.command(keys)
app.command(privacy)
app.command(law)
app.command(import_, name="import")
app.command(pool)
register_in(privacy)
app.command(retention)
app.command(legal_hold)
app.command(check)
app.command(record)
app.command(work)
report = App(name="report", help="Reports: what a manager or a colleague reads of a run.", help_format="plaintext")
app.command(run)
app.command(backup)
app.command(restore)
app.command(upgrade)
app.command(report)
report.command(portfolio_report, name="portfolio")
report.command(case_report, name="case")
report.command(list_reports, name="list")
report.command(stored_case_report, name="stored")


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
        report = books.sample_book(place, accounts, seed, book, as_of=as_of or today(), currency=currency, progress=told, personal=personal)
    show_table("Made", [("table", False), ("rows", True)], [(name, f"{rows:,}") for name, rows in report.rows.items()])


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
        with keeping_the_record(place):
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
            shown = demonstrate(place, accounts, today=today(), at=now(), engine=EngineSettings(), progress=told)
        for result in shown.runs:
            counts = result.facts["counts"]
            people.print(f"{result.facts['book']} on {result.facts['as_of']}: {counted(counts['accounts'], 'account')}, {counts['accounts_overdue']:,} overdue, {counted(counts['cases'], 'case')}")
        results.print(f"Home: {place.root}")
        results.print(f"Sign in as {shown.user.username} with the password {shown.user.password}")
        if serve:
            with keeping_the_record(place):
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
        found = explaining.listed_cases(place, institution_of(place), book, queue, limit, today=today())
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
    except Exception as mistake:
        return _told_without_words(mistake)
    return int(ExitCode.DONE)


def _told_without_words(mistake: Exception) -> int:
    """A mistake of ours: its kind and place, never its words, for they may quote a value of somebody's; the log has the whole way."""
    if logging.getLogger().handlers:  # Before the home is open there is no log, and Python would write the words to the terminal.
        logging.getLogger("arrears.cli").error("command.failed", exc_info=mistake)
    where = traceback.extract_tb(mistake.__traceback__)
    place = f" at {Path(where[-1].filename).name}:{where[-1].lineno}" if where else ""
    people.print(f"The program failed: {type(mistake).__name__}{place}.", style="bold")
    people.print("This is a mistake in arrears, not in what you did. What had been kept stays. Its words are left out, since they could name a person.")
    people.print("Report it with this line and the last line of logs/arrears.jsonl in the home.")
    return MISTAKE_OF_OURS
