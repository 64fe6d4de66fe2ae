"""How do printed letters go to the post by the command line, and what did the post say of them?"""

from __future__ import annotations

import getpass
from pathlib import Path
from typing import Annotated, Any

from cyclopts import App, Parameter

from arrears.casefile.facts.letter import LetterArrived, LetterHandedOver, LetterPosted, LetterTakenOut
from arrears.cli import doors
from arrears.cli.clock import now
from arrears.cli.options import HomeOption, JsonOption
from arrears.cli.showing import people, results, show_json, show_table
from arrears.core.ids import id_text
from arrears.core.problems import PartlyDone
from arrears.engine.use_cases import letters as use_case
from arrears.engine.use_cases.letters import PROVIDER, Shown
from arrears.engine.use_cases.setting_up import institution_of
from arrears.engine.words import counted

letters = App(name="letters", help="Letters: print batches, the last look before the post, and what the post says.", help_format="plaintext")

ProviderOption = Annotated[str, Parameter(name="--provider", help="The provider of letters, as the home's settings name it.")]
BatchArgument = Annotated[str, Parameter(help="Name of the batch, as `arrears letters batches` shows it.")]


@letters.command
def batches(*, provider: ProviderOption = PROVIDER, json: JsonOption = False, home: HomeOption = None) -> None:
    """The print batches, oldest first, and how many letters lie in none yet.

    Example:
      arrears letters batches
    """
    with doors.opened(home) as place:
        institution_id = institution_of(place)
        found, waits = use_case.batches_of(place, institution_id, provider), use_case.waiting(place, institution_id, provider)
    if json:
        show_json({"not_in_a_batch": waits, "batches": [
            {"batch": one.name, "letters": one.letters, "pages": one.pages, "handed_over": one.handed_over, "taken_out": one.taken_out, "waits": one.waits} for one in found]})
        return
    show_table("Batches" if found else "There is no batch yet.", [("batch", False), *((name, True) for name in ("letters", "pages", "handed over", "taken out", "waits"))], [
        (one.name, f"{one.letters:,}", f"{one.pages:,}", f"{one.handed_over:,}", f"{one.taken_out:,}", f"{one.waits:,}") for one in found])
    if waits:
        people.print(f"{counted(waits, 'letter')} printed and in no batch yet: arrears letters close")


@letters.command
def close(*, provider: ProviderOption = PROVIDER, json: JsonOption = False, home: HomeOption = None) -> None:
    """Make the letters that were printed since the last batch a new one, and say where its files are.

    Example:
      arrears letters close
    """
    with doors.opened(home) as place:
        institution_id = institution_of(place)
        batch = use_case.close_batch(place, institution_id, provider, at=now())
        folder = use_case.folder_of(place, institution_id, provider) / "batches" / (batch or "")
    if json:
        show_json({"batch": batch, "folder": str(folder) if batch else None})
        return
    results.print(f"Batch {batch}: {folder}" if batch else "No letter waits.")


@letters.command
def show(batch: BatchArgument, *, provider: ProviderOption = PROVIDER, json: JsonOption = False, home: HomeOption = None) -> None:
    """Every letter of a batch: where it stands, what was decided about it, and what the post said.

    Example:
      arrears letters show 2026-03-10-1
    """
    with doors.opened(home) as place:
        found = use_case.batch_shown(place, institution_of(place), batch, provider)
    if json:
        show_json([_in_json(one) for one in found])
        return
    show_table(f"Batch {batch}", [("no.", True), ("reference", False), ("file", False), ("pages", True), ("decided", False), ("post", False)], [
        (str(one.letter.number), one.letter.key, one.letter.file, f"{one.letter.first_page}-{one.letter.last_page}", _decided(one), "; ".join(map(_told, one.post)))
        for one in found])


def _decided(one: Shown) -> str:
    match one.decided:
        case LetterHandedOver(handed_over_at=at):
            return f"handed over {at:%Y-%m-%d %H:%M}"
        case LetterTakenOut(reason=reason, detail=detail):
            return f"taken out: {detail or reason.value}"
        case _:
            return "waits"


def _told(said: LetterPosted | LetterArrived) -> str:
    return f"posted {said.posted_on}" if isinstance(said, LetterPosted) else f"{said.kind.value} {said.arrived_on}"


def _in_json(one: Shown) -> dict[str, Any]:
    return {
        "number": one.letter.number, "key": one.letter.key, "file": one.letter.file, "first_page": one.letter.first_page, "last_page": one.letter.last_page,
        "permit_id": id_text(one.letter.permit_id), "sha256": one.letter.sha256, "decided": _decided(one), "post": [_told(said) for said in one.post],
    }


@letters.command(name="hand-over")
def hand_over(batch: BatchArgument, *, provider: ProviderOption = PROVIDER, json: JsonOption = False, home: HomeOption = None) -> None:
    """Ask again about each letter of a batch, just before the post takes them: only those named as going may go. Exit code 5 where some do not.

    Example:
      arrears letters hand-over 2026-03-10-1
    """
    with doors.opened(home) as place:
        done = use_case.hand_over(place, institution_of(place), batch, provider, now=now, actor=getpass.getuser())
    stays = [("waits", one) for one in done.waits] + [("destroy", one) for one in done.taken_out]
    if json:
        show_json({
            "batch": batch, "goes": [one.key for one in done.goes], "decided_before": done.before,
            **{name: [{"number": one.letter.number, "key": one.letter.key, "file": one.letter.file, "first_page": one.letter.first_page, "last_page": one.letter.last_page,
                       "why": one.why, "until": None if one.until is None else one.until.isoformat()} for one in found]
               for name, found in (("waits", done.waits), ("taken_out", done.taken_out))},
        })
    else:
        results.print(f"To the post: {len(done.goes):,}   waits: {len(done.waits):,}   taken out: {len(done.taken_out):,}   decided before: {done.before:,}")
        if stays:
            show_table("These do not go", [("no.", True), ("reference", False), ("file", False), ("pages", True), ("what to do", False), ("why", False)], [
                (str(one.letter.number), one.letter.key, one.letter.file, f"{one.letter.first_page}-{one.letter.last_page}",
                 "destroy" if what == "destroy" else "keep" if one.until is None else f"keep until {one.until.astimezone():%Y-%m-%d %H:%M}", one.why) for what, one in stays])
    if stays:
        raise PartlyDone(f"{counted(len(stays), 'letter')} of the batch must not go to the post now.", "Something came up since the print, or it is not the hour.",
                         "Take them out of the pile: arrears letters show " + batch)


@letters.command(name="import")
def import_(file: Path, *, json: JsonOption = False, home: HomeOption = None) -> None:
    """Record what the post says: posting days, deliveries, signatures, refusals, returns. The same file again records nothing twice.

    The file is CSV with the columns key, event, on and, where known, tracking, signed_by, reason. Events: posted, delivered, signed, signed_by_other,
    refused, returned.

    Example:
      arrears letters import post-2026-03-12.csv

    Parameters
    ----------
    file
        The file of the post.
    """
    with doors.opened(home) as place:
        done = use_case.import_post(place, institution_of(place), file, at=now(), actor=getpass.getuser())
    if json:
        show_json({"recorded": done.recorded, "known_before": done.known, "findings": [
            {"row": one.row, "column": one.column, "value": one.value, "reason": one.reason, "remedy": one.remedy} for one in done.findings]})
    else:
        results.print(f"Recorded: {done.recorded:,}   known before: {done.known:,}   findings: {len(done.findings):,}")
        for one in done.findings:
            people.print(f"Row {one.row}, {one.column} “{one.value}”: {one.reason} {one.remedy}")
    if done.findings:
        raise PartlyDone(f"{counted(len(done.findings), 'row')} of {file.name} {'needs' if len(done.findings) == 1 else 'need'} a look.",
                         "Periods hang on what the post says.", "Correct them and import the file again: what was recorded is not recorded twice.")
