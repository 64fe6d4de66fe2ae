"""Which cases are there, how does one stand, and why is it treated so, by the command line?"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from cyclopts import App, Parameter

from arrears.cli import doors
from arrears.cli.clock import today
from arrears.cli.options import BookOption, HomeOption, JsonOption, read_id
from arrears.cli.showing import results, show_json, show_table
from arrears.core.money import format_money
from arrears.engine.use_cases import explaining
from arrears.engine.use_cases.setting_up import institution_of
from arrears.engine.words import counted

ReaderOption = Annotated[Literal["agent", "debtor", "auditor"], Parameter(name="--for", help="For whom: agent, debtor or auditor.")]
case = App(name="case", help="Cases: who is in arrears, and what is to be done.", help_format="plaintext")


@case.command(name="list")
def case_list(
    *, book: BookOption = None, queue: Literal["people", "automatic", "held", "left_alone", "all"] = "all", limit: int = 20, json: JsonOption = False, home: HomeOption = None
) -> None:
    """Cases of the last run, the largest amount at stake first.

    Examples:
      arrears case list --limit 50
      arrears case list --queue held --json

    Parameters
    ----------
    queue
        people, automatic, held, left_alone (where the night assigned its work within capacity), or all.
    limit
        At most so many rows.
    """
    with doors.opened(home) as place:
        found = explaining.listed_cases(place, institution_of(place), book, queue, limit, today=today())
    if json:
        show_json(found)
        return
    is_assigned = any("today_en" in row for row in found)
    show_table(
        counted(len(found), "case") if found else f"No case stands in the queue “{queue}”. Queues: people, automatic, held, left_alone, all.",
        [("case", False), ("queue", False), ("days", True), ("overdue", True), ("", False), ("treatment", False), ("why", False), *([("today", False)] if is_assigned else [])],
        [(row["case_id"], row["queue"], _days(row), _amount(row), row["currency"], row["treatment_en"], row["reason_en"], *([row["today_en"]] if is_assigned else [])) for row in found],
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
        shown = explaining.shown_case(place, institution_of(place), read_id(case_id))
    if json:
        show_json(shown)
        return
    for name, value in shown["decision"].items():
        results.print(f"{name:<26}{value}")
    show_table("Accounts", [("account", False), ("product", False), ("days", True), ("overdue", True), ("balance", True), ("", False)], [
        (row["account_id"], row["product"], _days(row), _amount(row), format_money(row["balance_minor"], row["currency"], "en", with_currency=False), row["currency"])
        for row in shown["accounts"]
    ])


def explain(
    case_id: str, /, *, on: date | None = None, reader: ReaderOption = "agent", language: str = "en", json: JsonOption = False, home: HomeOption = None
) -> None:
    """Why does this case get this treatment? The rule, the facts it looked at, and what would have changed it.

    Examples:
      arrears explain 0A1B2C3D4E5F6G --on 2026-11-23
      arrears explain 0A1B2C3D4E5F6G --for auditor --language zh

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
        told = explaining.explained(place, institution_of(place), read_id(case_id), on)
    if json:
        show_json(told)
        return
    for line in explaining.for_reader(told, explaining.Reader(reader), "zh" if language.startswith("zh") else "en"):
        results.print(line)
