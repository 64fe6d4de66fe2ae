"""How is kept no longer than it may be, and nothing deleted that a legal matter needs?"""

from __future__ import annotations

import getpass
import json as json_texts
from dataclasses import asdict
from datetime import date

from cyclopts import App

from arrears.cli import doors
from arrears.cli.clock import now, today
from arrears.cli.options import HomeOption, JsonOption
from arrears.cli.showing import people, results, show_json, show_table
from arrears.core.ids import IdNotValid, id_text, parse_id
from arrears.core.problems import WrongCall
from arrears.engine.use_cases import legal_holds, retaining
from arrears.engine.use_cases.setting_up import institution_of
from arrears.engine.words import counted

retention = App(name="retention", help="Retention: what must be kept, until when, and what goes.", help_format="plaintext")
legal_hold = App(name="legal-hold", help="Legal holds: nothing about a person is deleted while a legal matter lasts.", help_format="plaintext")


@retention.command(name="run")
def retention_run(*, on: date | None = None, dry_run: bool = False, json: JsonOption = False, home: HomeOption = None) -> None:
    """Delete what is past its time and not held, and write a report of what went, what stays and why, and what needs a person.

    Examples:
      arrears retention run --dry-run --on 2027-03-11
      arrears retention run

    Parameters
    ----------
    on
        The day looked at. Default: today. A day to come only with --dry-run.
    dry_run
        Only say what would go.
    """
    with doors.opened(home) as place:
        done = retaining.run_retention(place, institution_of(place), on=on or today(), at=now(), actor=getpass.getuser(), dry_run=dry_run)
        report = done.report
        left = doors.purged(place) if not dry_run and any(one.party for one in report.deleted) else ()
    if json:
        show_json(json_texts.loads(retaining.report_json(report)))
        return
    results.print(f"{'Would go' if dry_run else 'Deleted'}: {len(report.deleted) + report.finished:,}   kept: {report.records_kept:,}   "
                  f"held: {len(report.held):,}   for a person: {report.records_for_a_person:,}")
    for group in report.for_a_person:
        people.print(f"{counted(group.records, 'record')} by {group.rule}: confirm {', '.join(group.unconfirmed) or 'which rule holds here'}")
    for one in left:
        people.print(one)
    if done.folder:
        results.print(f"Report: {done.folder / 'report.html'}")


@retention.command(name="show")
def retention_show(*, on: date | None = None, json: JsonOption = False, home: HomeOption = None) -> None:
    """Which figures bind this home, whether each is confirmed, and what the runs so far deleted.

    Example:
      arrears retention show

    Parameters
    ----------
    on
        The day looked at. Default: today.
    """
    with doors.opened(home) as place:
        institution_id = institution_of(place)
        figures = retaining.figures_in_force(place, institution_id, on or today())
        runs = retaining.runs_so_far(institution_id)
    if json:
        show_json({"figures": figures, "runs": [asdict(run) for run in runs]})
        return
    show_table("Figures" if figures else "No figure is known for the jurisdiction of this home: nothing goes without a person's word.",
               [("figure", False), ("value", True), ("asks for", False), ("from", False), ("confirmed", False), ("records", False)], [
        (one["figure"], f"{one['value']} {one['unit']}", one["bound"], one["clock"], "yes" if one["certain"] else "no", ", ".join(one["record_types"])) for one in figures
    ])
    show_table("Runs" if runs else "There was no run yet.", [("on", False), ("deleted", True), ("kept", True), ("held", True), ("for a person", True)], [
        (run.valid_on.isoformat(), f"{run.deleted:,}", f"{run.kept:,}", f"{run.held:,}", f"{run.for_a_person:,}") for run in runs
    ])


@retention.command(name="confirm")
def retention_confirm(figure: str, /, *, source: str, home: HomeOption = None) -> None:
    """State that you have looked a figure up and answer for its present value; until then nothing is deleted by it.

    Example:
      arrears retention confirm cn_card_record_min_keep --source "gazette of the measures, art. 68, read 2026-11-28"

    Parameters
    ----------
    figure
        Name of the figure as `arrears retention show` lists it.
    source
        Where you read it.
    """
    with doors.opened(home) as place:
        fact = retaining.confirm_figure(place, institution_of(place), figure, source, at=now(), actor=getpass.getuser())
    results.print(f"Confirmed: {fact.figure} is {fact.value} {fact.unit} ({fact.source}).")


@legal_hold.command(name="place")
def legal_hold_place(person_or_case: str, /, *, matter: str, reason: str, home: HomeOption = None) -> None:
    """Keep everything about a person until the hold is lifted, whatever their time.

    Example:
      arrears legal-hold place 0A1B2C3D4E5F6G --matter "suit at the district court" --reason "served on 3 March"

    Parameters
    ----------
    person_or_case
        Id of the person or of a case, or the lender's whole customer number.
    matter
        Which legal matter; sealed under the person's key.
    reason
        Why it needs these records; sealed too.
    """
    with doors.opened(home) as place:
        hold = legal_holds.place(place, institution_of(place), person_or_case, matter, reason, at=now(), actor=getpass.getuser())
    results.print(f"Held: {id_text(hold.party_id)}. Lift it with: arrears legal-hold lift {id_text(hold.legal_hold_id)}")


@legal_hold.command(name="lift")
def legal_hold_lift(legal_hold_id: str, /, *, reason: str, home: HomeOption = None) -> None:
    """End a legal hold; what is past its time goes with the next retention run.

    Example:
      arrears legal-hold lift 0A1B2C3D4E5F6G --reason "judgment is final"

    Parameters
    ----------
    legal_hold_id
        Id of the hold as the list shows it.
    reason
        Why it ended; sealed under the person's key.
    """
    try:
        wanted = parse_id(legal_hold_id)
    except IdNotValid as trouble:
        raise WrongCall(str(trouble)) from trouble
    with doors.opened(home) as place:
        lifted = legal_holds.lift(institution_of(place), wanted, reason, at=now(), actor=getpass.getuser())
    results.print(f"Lifted: {id_text(lifted.legal_hold_id)}.")


@legal_hold.command(name="list")
def legal_hold_list(*, json: JsonOption = False, home: HomeOption = None) -> None:
    """The legal holds in force. Matters are shown: they can lead to a name.

    Example:
      arrears legal-hold list
    """
    with doors.opened(home) as place:
        found = legal_holds.in_force(institution_of(place), today())
    if json:
        show_json([{**asdict(hold), "legal_hold_id": id_text(hold.legal_hold_id), "party_id": id_text(hold.party_id),
                    "case_id": id_text(hold.case_id) if hold.case_id else None} for hold in found])
        return
    show_table(counted(len(found), "legal hold") if found else "No legal hold is in force.", [("hold", False), ("person", False), ("since", False), ("matter", False), ("reason", False)], [
        (id_text(hold.legal_hold_id), id_text(hold.party_id), hold.valid_on.isoformat(), hold.matter, hold.reason) for hold in found
    ])
