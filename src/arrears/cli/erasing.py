"""How does an administrator erase a person, and see who is restricted to storage?"""

from __future__ import annotations

import getpass
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from arrears.cli import doors
from arrears.cli.clock import now, today
from arrears.cli.options import HomeOption, JsonOption
from arrears.cli.showing import people, results, show_json, show_table
from arrears.core.ids import id_text
from arrears.engine.use_cases import erasing, restricting
from arrears.engine.use_cases.case_reports import write_report
from arrears.engine.use_cases.erasing import ErasureReason
from arrears.engine.use_cases.setting_up import institution_of
from arrears.engine.words import counted

PersonArgument = Annotated[str, Parameter(help="Id of the person or of a case, or the lender's whole customer number.")]


def erase(
    person: PersonArgument, /, *, reason: ErasureReason, purge: bool = True, json: JsonOption = False, home: HomeOption = None
) -> None:
    """Erase a person, or restrict them to storage where a duty or a legal hold keeps the data, with a letter that says so.

    Repeating it completes an erasure that was interrupted. What older backups hold is not reached; a restore erases again.

    Examples:
      arrears privacy erase 0A1B2C3D4E5F6G --reason request
      arrears privacy erase K-4711 --reason wrong_person --json

    Parameters
    ----------
    reason
        Why. The first four need a debt that is not open.
    purge
        Write the touched tables anew and end the log's segment at once. --no-purge: erase several, then arrears privacy purge.
    """
    with doors.opened(home) as place:
        institution_id = institution_of(place)
        outcome = erasing.erase(place, institution_id, erasing.find_person(place, institution_id, person), reason, now(), getpass.getuser())
        left = doors.purged(place) if outcome.erased and purge else None
    if json:
        show_json({"person": id_text(outcome.party_id), "erased": outcome.erased and asdict(outcome.erased),
                   "restriction": outcome.restriction and asdict(outcome.restriction), "purged": left})
        return
    if outcome.restriction:
        _show_restriction(outcome.restriction)
        return
    assert outcome.erased is not None
    results.print(f"Erased: {id_text(outcome.party_id)}. Removed beside key, numbers and salts: "
                  f"{counted(outcome.erased.pool_rows, 'refused row')}, {counted(outcome.erased.reports, 'stored report')}, "
                  f"{counted(outcome.erased.letters, 'letter')}; {counted(outcome.erased.book_files, 'file')} of the book written anew.")
    results.print("Backups made before still hold the person until they are gone; a restore erases again.")
    if left is None:
        people.print("The database's files still hold deleted rows. Remove them: arrears privacy purge")
    for one in left or ():
        people.print(one)


def _show_restriction(restriction: restricting.Restriction) -> None:
    fact = restriction.fact
    until = f"through {fact.until_on}" if fact.until_on else "until the reason ends"
    results.print(f"Not erased: {id_text(fact.party_id)} is restricted to storage {until} ({fact.ground}{f', {fact.rule}' if fact.rule else ''}).")
    results.print("The person is told so in: " + ", ".join(restriction.letters))
    for one in restriction.not_made:
        people.print(f"Not made: {one}")
    people.print("Print or send a letter: arrears privacy letter PERSON NAME. When the reason ends, arrears retention run erases.")


def purge(*, json: JsonOption = False, home: HomeOption = None) -> None:
    """Remove what the database's files still hold of deleted rows: tables written anew, the log's segments ended and removed.

    Example:
      arrears privacy purge
    """
    with doors.opened(home) as place:
        left = doors.purged(place)
    if json:
        show_json({"left": left})
        return
    results.print("The tables were written anew and older segments of the log are removed." if not left else "Done as far as this role may. Left to do:")
    for one in left:
        results.print(f"  {one}")


def restricted(*, json: JsonOption = False, home: HomeOption = None) -> None:
    """Who is restricted to storage: since when, until when, by which rule, with which letters. Names nobody.

    Example:
      arrears privacy restricted
    """
    with doors.opened(home) as place:
        found = restricting.all_restricted(place, institution_of(place), today())
    if json:
        show_json([{**asdict(fact), "party_id": id_text(fact.party_id), "letters": letters} for fact, letters in found])
        return
    show_table(counted(len(found), "person") if found else "Nobody is restricted.", [("person", False), ("since", False), ("until", False), ("ground", False), ("rule", False), ("letters", False)], [
        (id_text(fact.party_id), fact.valid_on.isoformat(), fact.until_on.isoformat() if fact.until_on else "–", str(fact.ground), fact.rule, ", ".join(letters))
        for fact, letters in found
    ])


def release(person: PersonArgument, /, *, note: str, home: HomeOption = None) -> None:
    """End a restriction without erasure: the person took the request back.

    Example:
      arrears privacy release 0A1B2C3D4E5F6G --note "letter of 3 March"

    Parameters
    ----------
    note
        How that is known.
    """
    with doors.opened(home) as place:
        institution_id = institution_of(place)
        party = erasing.find_person(place, institution_id, person)
        restricting.release(place, institution_id, party, note, at=now(), actor=getpass.getuser())
    results.print(f"Released: {id_text(party)}.")


def letter(person: PersonArgument, name: str, /, *, output: Path | None = None, home: HomeOption = None) -> None:
    """Open one of the letters that tell a restricted person why and until when. It names the person: delete the file when it is sent.

    Example:
      arrears privacy letter 0A1B2C3D4E5F6G 2026-11-28-zh.pdf.sealed --output letter.pdf

    Parameters
    ----------
    name
        Name of the letter as `arrears privacy restricted` shows it.
    output
        File to write. Default: the letter's own name in this folder.
    """
    with doors.opened(home) as place:
        institution_id = institution_of(place)
        content = restricting.opened_letter(place, institution_id, erasing.find_person(place, institution_id, person), name)
    target = output or Path(name.removesuffix(".sealed"))
    write_report(content, target)
    results.print(f"Letter: {target}")
