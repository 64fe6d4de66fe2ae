"""How are alerts read and acknowledged by the command line?"""

from __future__ import annotations

import getpass
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from cyclopts import App

from arrears.assess.early_warning.episodes import STATES
from arrears.assess.early_warning.kinds import KINDS
from arrears.cli import doors
from arrears.cli.options import BookOption, HomeOption, JsonOption
from arrears.cli.showing import results, show_json, show_table
from arrears.core.ids import IdNotValid, id_text, parse_id
from arrears.core.money import format_money
from arrears.core.problems import AnswerIsNo, WrongCall
from arrears.engine.use_cases.alerts import acknowledge
from arrears.engine.use_cases.books import MAIN_BOOK
from arrears.engine.use_cases.reading.alerts import AlertRow, alert_page
from arrears.engine.use_cases.reading.runs import portfolio
from arrears.engine.use_cases.setting_up import institution_of
from arrears.engine.words import counted

alerts = App(name="alerts", help="Early warning: who needs somebody's eye tonight, and why.", help_format="plaintext")


@alerts.command(name="list")
def list_(*, book: BookOption = None, kind: str = "", state: str = "", limit: int = 20, json: JsonOption = False, home: HomeOption = None) -> None:
    """Alerts of the current run that still wait for somebody, escalated ones first.

    Examples:
      arrears alerts list --kind likely_to_miss
      arrears alerts list --state acknowledged --json
      arrears alerts list --state resolved

    Parameters
    ----------
    kind
        new_overdue, worse_bucket, first_payment_default, broken_pattern, likely_to_miss or returned_debit. Default: all.
    state
        new, open, escalated, acknowledged or resolved (ended within the last days, with why). Default: all that still wait for somebody.
    limit
        Rows shown.
    """
    _known("kind", kind, KINDS)
    _known("state", state, STATES)
    with doors.opened(home) as place:
        run = portfolio(place, institution_of(place), book or MAIN_BOOK).run
        if run is None:
            raise AnswerIsNo("This book has no run yet.", "Alerts come from a run.", "Run it: arrears run")
        found = alert_page(place, institution_of(place), run, today=datetime.now().astimezone().date(), kind=kind, state=state, rows=limit)
    if json:
        show_json({"as_of": run.as_of, "total": found.total, "alerts": [_for_machines(row) for row in found.rows]})
        return
    columns = [("alert", False), ("kind", False), ("state", False), ("since", False), ("at stake", True), ("", False), ("why", False)]
    show_table(f"{counted(found.total, 'alert')} as of {run.as_of}", columns, [_cells(row) for row in found.rows])


def _known(option: str, said: str, valid: Sequence[str]) -> None:
    """A mistyped word would otherwise look like a night without alerts."""
    if said and said not in valid:
        raise WrongCall(f"--{option} is “{said}”, which no alert has.", "Nothing was looked up.", f"Write one of: {', '.join(valid)}.")


def _for_machines(row: AlertRow) -> dict[str, object]:
    ids = {name: id_text(value) if value else None for name, value in (("alert_id", row.alert_id), ("case_id", row.case_id), ("party_id", row.party_id))}
    said = {name: (one.en, one.zh) if one else (None, None) for name, one in (("reason", row.reason), ("further", row.further), ("resolution", row.resolution))}
    return {**asdict(row), **ids, **{name: en for name, (en, _) in said.items()}, **{f"{name}_zh": zh for name, (_, zh) in said.items()}}


def _cells(row: AlertRow) -> tuple[str, ...]:
    amount = "not known" if row.amount_at_stake_minor is None else format_money(row.amount_at_stake_minor, row.currency, "en", with_currency=False)
    return id_text(row.alert_id), row.kind, row.state, row.raised_on.isoformat(), amount, row.currency, row.whole_reason().en


@alerts.command(name="acknowledge")
def acknowledge_(alert_id: str, /, *, note: str = "", user: str | None = None, json: JsonOption = False, home: HomeOption = None) -> None:
    """Take an alert on: from today it is neither new nor escalated.

    Example:
      arrears alerts acknowledge 0A1B2C3D4E5F6G --note "Called back, pays on Friday"

    Parameters
    ----------
    alert_id
        Id of the alert as the list shows it.
    note
        What to remember. Sealed with the person's data.
    user
        Who acknowledges. Default: your name on this machine.
    """
    try:
        wanted = parse_id(alert_id)
    except IdNotValid as trouble:
        raise WrongCall(str(trouble)) from trouble
    with doors.opened(home) as place:
        done = acknowledge(place, institution_of(place), wanted, note, actor=user or getpass.getuser(), at=datetime.now().astimezone())
    if json:
        show_json({"alert_id": alert_id, "acknowledged": True, "was_already": not done})
        return
    results.print("Acknowledged." if done else "Somebody had acknowledged it already; nothing was changed.")
