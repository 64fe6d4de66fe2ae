"""Lists for a dialler, and what comes back, by the command line."""

from __future__ import annotations

import getpass
from pathlib import Path
from typing import Literal

from cyclopts import App

from arrears.cli import doors
from arrears.cli.clock import now
from arrears.cli.options import HomeOption, JsonOption
from arrears.cli.showing import results, show_json, show_table
from arrears.core.ids import id_text
from arrears.core.problems import BadData, PartlyDone
from arrears.engine.use_cases import dialling
from arrears.engine.use_cases.setting_up import institution_of
from arrears.engine.words import counted

dialler = App(name="dialler", help="Dialler: lists of permitted numbers go out, results come back by permit.", help_format="plaintext")


@dialler.command(name="export")
def dialler_export(
    *, output: Path, book: str = "main", queue: str = "people", minutes: int | None = None, limit: int = 1_000, format: Literal["csv", "json"] = "csv",
    json: JsonOption = False, home: HomeOption = None,
) -> None:
    """Write a list of the numbers that may be called from now on, each with a permit of its own and until when it is good.

    One number a person, people in the order of the worklist. The file is personal data: it is closed to others (mode 0600), and that each number was
    shown is recorded. Permits that were not used come back with the results, or run out.

    Examples:
      arrears dialler export --output calls.csv --minutes 30
      arrears dialler export --output calls.json --format json --queue people --limit 200

    Parameters
    ----------
    output
        The file; it must not be there yet.
    queue
        Whose cases: people, automatic.
    minutes
        How long the list is good, at most dialler_minutes of calls.yaml.
    limit
        How many cases are looked at, from the top of the worklist.
    format
        csv, or json.
    """
    with doors.opened(home) as place:
        did = dialling.export_list(place, institution_of(place), book, output, queue=queue, minutes=minutes, at=now(), actor=getpass.getuser(), limit=limit, form=format)
    if json:
        show_json({"list_id": id_text(did.list_id), "numbers": len(did.listed), "refused": dict(did.refused), "without_number": did.without_number})
        return
    results.print(f"{counted(len(did.listed), 'number')} written to {output}.")
    if did.refused:
        show_table("Not permitted now", [("first rule in the way", False), ("cases", True)], [(rule, str(count)) for rule, count in sorted(did.refused.items())])
    if did.without_number:
        results.print(f"{counted(did.without_number, 'case')} without a number that may be called.")


@dialler.command(name="import")
def dialler_import(file: Path, /, *, last: bool = False, json: JsonOption = False, home: HomeOption = None) -> None:
    """Take in what the dialler tells of its calls, by permit. The same file may come again: each row counts once.

    Columns: permit_id, result (a wrap-up code, or NOT-CALLED), started_at and ended_at (with their zone), agent, note, row_key, case_id. A call without a
    permit, with one that is not ours, was good no more or was used twice counts all the same, and is a finding for the audit. Ends with exit code 5 where
    something was found.

    Examples:
      arrears dialler import results.csv
      arrears dialler import results.csv --last

    Parameters
    ----------
    last
        Nothing more will come of these lists: permits that were not used are given back.
    """
    try:
        content = file.read_bytes()
    except OSError as trouble:
        raise BadData(f"{file} cannot be read: {trouble.strerror}.", "Nothing was taken in.", "Look at the name of the file.") from trouble
    with doors.opened(home) as place:
        did = dialling.import_results(place, institution_of(place), content, at=now(), actor=getpass.getuser(), is_last=last)
    if json:
        show_json({"rows": did.rows, "recorded": did.recorded, "known": did.known, "given_back": did.given_back, "findings": dict(did.findings)})
    else:
        results.print(f"{counted(did.rows, 'row')}: {counted(did.recorded, 'call')} recorded, {did.known} known already, {counted(did.given_back, 'permit')} given back.")
    if did.findings:
        raise PartlyDone("Some calls were not in order: " + ", ".join(f"{count} {kind}" for kind, count in sorted(did.findings.items())) + ".",
                         "They are kept as findings of the audit; what is known of them counts.", "See them: arrears dialler findings")


@dialler.command(name="findings")
def dialler_findings(*, json: JsonOption = False, home: HomeOption = None) -> None:
    """Calls of a dialler that were not in order, newest first, and what became of the latest lists.

    Example:
      arrears dialler findings
    """
    with doors.opened(home) as place:
        lists, findings = dialling.dialler_state(institution_of(place), now())
    if json:
        show_json({"lists": [{"list_id": id_text(one.exported.list_id), "numbers": one.exported.numbers, "told": one.told, "given_back": one.given_back, "open": one.open,
                              "nothing_told": one.silent, "exported_at": one.exported.exported_at.isoformat()} for one in lists],
                   "findings": [{"kind": one.kind.value, "row": one.row, "digest": one.digest, "detail": one.detail, "found_at": one.found_at.isoformat(),
                                 "permit_id": None if one.permit_id is None else id_text(one.permit_id), "case_id": None if one.case_id is None else id_text(one.case_id)}
                                for one in findings]})
        return
    show_table(counted(len(findings), "finding"), [("found", False), ("", False), ("case", False), ("permit", False), ("row", True)],
               [(one.found_at.isoformat(" ", "minutes"), one.kind.value, "" if one.case_id is None else id_text(one.case_id),
                 "" if one.permit_id is None else id_text(one.permit_id), str(one.row)) for one in findings[:100]])
    show_table(counted(len(lists), "list"), [("written", False), ("numbers", True), ("told", True), ("given back", True), ("open", True), ("nothing told", True)],
               [(one.exported.exported_at.isoformat(" ", "minutes"), *(str(count) for count in (one.exported.numbers, one.told, one.given_back, one.open, one.silent))) for one in lists])
