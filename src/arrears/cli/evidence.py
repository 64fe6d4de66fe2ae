"""How is evidence kept, listed, handed out and checked by the command line?"""

from __future__ import annotations

import getpass
from datetime import datetime
from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

from arrears.casefile.facts.evidence import ClockSource, EvidenceKept, EvidenceKind, EvidenceSource, unknown_capture_facts
from arrears.cli import doors
from arrears.cli.clock import now
from arrears.cli.options import HomeOption, JsonOption, read_id
from arrears.cli.showing import progress_bars, results, show_json, show_table
from arrears.core.ids import id_text
from arrears.core.problems import AnswerIsNo, WrongCall
from arrears.engine.use_cases import evidence as use_case
from arrears.engine.use_cases.evidence import Captured, Offered, in_words
from arrears.engine.use_cases.setting_up import institution_of
from arrears.engine.words import CAPTURE_FACTS, counted

evidence = App(name="evidence", help="Evidence: files that are kept provably unaltered, and who has had them.", help_format="plaintext")
UserOption = Annotated[str | None, Parameter(name="--user", help="Who does it. Default: your name on this machine.")]


@evidence.command(name="add")
def add_(
    case_id: str,
    file: Path,
    /,
    *,
    kind: EvidenceKind,
    title: str = "",
    captured_at: str = "",
    clock: ClockSource = ClockSource.UNKNOWN,
    device: str = "",
    system: str = "",
    operator: str = "",
    source: EvidenceSource = EvidenceSource.UNKNOWN,
    how_made: str = "",
    user: UserOption = None,
    json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Keep a file as evidence in a case. What you do not say stands in the record as unknown; a court asks for it.

    Examples:
      arrears evidence add 0A1B2C3D4E5F6G call.wav --kind recording --captured-at 2026-11-23T09:30+08:00 --clock network
        --device "telephone exchange 2" --system "recorder 8.1" --operator "agent 17" --source staff
      arrears evidence add 0A1B2C3D4E5F6G letter.pdf --kind letter --title "Reminder of 1 November" --json

    Parameters
    ----------
    case_id
        Id of the case as the list shows it.
    file
        The file. PDF, JPEG, PNG, WAV, MP3, OGG, M4A, MP4, text, e-mail, DOCX and XLSX without macros.
    kind
        What it is.
    title
        What it shows, in a few words. Default: its name.
    captured_at
        When it was recorded, written or photographed, such as 2026-11-23T09:30+08:00. Without a zone: this machine's.
    clock
        Which clock said so.
    device
        What recorded it.
    system
        On which software.
    operator
        Who ran it.
    source
        Where the file comes from.
    how_made
        How it was made and by which way it came here, in a sentence.
    """
    wanted, moment = read_id(case_id), _read_moment(captured_at)
    captured = Captured(moment, clock, device, system, operator, source, how_made)
    try:
        content = file.open("rb")
    except OSError as trouble:
        raise WrongCall(f"{file} cannot be read: {trouble.strerror}.", "Nothing was kept.", "Name a file that you may read.") from trouble
    with content, doors.opened(home) as place:
        offered = Offered(content, file.name, kind, title, captured)
        kept = use_case.add(place, institution_of(place), wanted, offered, actor=user or getpass.getuser(), at=now(), cause="evidence add")
    if json:
        show_json(use_case.as_plain(kept))
        return
    results.print(f"Kept as {id_text(kept.evidence_id)}: {kept.media_type}, {in_words(kept.size_bytes)}, SHA-256 {kept.original_sha256}")
    unknown = unknown_capture_facts(kept)
    if unknown:
        results.print(f"Not known of the time before: {', '.join(CAPTURE_FACTS[name].en for name in unknown)}.")


@evidence.command(name="list")
def list_(case_id: str, /, *, json: JsonOption = False, home: HomeOption = None) -> None:
    """The evidence of a case, and that of its person which belongs to no case.

    Example:
      arrears evidence list 0A1B2C3D4E5F6G

    Parameters
    ----------
    case_id
        Id of the case.
    """
    wanted = read_id(case_id)
    with doors.opened(home) as place:
        found = use_case.listed(institution_of(place), wanted)
    if json:
        show_json([use_case.as_plain(kept) for kept in found])
        return
    columns = [("evidence", False), ("kind", False), ("title", False), ("captured", False), ("after", True), ("by", False), ("size", True), ("SHA-256", False)]
    show_table(counted(len(found), "piece") + " of evidence" if found else "No evidence is kept in this case.", columns, [_cells(kept) for kept in found])


def _cells(kept: EvidenceKept) -> tuple[str, ...]:
    if kept.is_erased:
        return id_text(kept.evidence_id), kept.kind, "erased with the person", "", "", "", "", ""
    captured = kept.captured_at.astimezone().strftime("%Y-%m-%d %H:%M") if kept.captured_at else "unknown"
    delay = "" if kept.seconds_from_capture_to_hash is None else _span(kept.seconds_from_capture_to_hash)
    return id_text(kept.evidence_id), kept.kind, kept.title, captured, delay, kept.operator, in_words(kept.size_bytes), kept.original_sha256[:16]


def _span(seconds: int) -> str:
    """How long until the first hash, in the largest unit that is not nothing.

    >>> _span(59), _span(7_300), _span(200_000)
    ('59 s', '2 h', '2 d')
    """
    for unit, length in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= length:
            return f"{seconds // length} {unit}"
    return f"{seconds} s"


@evidence.command(name="get")
def get_(evidence_id: str, /, *, why: str, output: Path | None = None, user: UserOption = None, json: JsonOption = False, home: HomeOption = None) -> None:
    """Hand a piece of evidence out into a file, checked. Who had it, when and why is recorded.

    Example:
      arrears evidence get 0A1B2C3D4E5F6G --why "asked for by the court" --output call.wav

    Parameters
    ----------
    evidence_id
        Id of the piece as the list shows it.
    why
        What it is needed for. It stands in the record.
    output
        File to write. Default: evidence-ID with its ending, in this folder.
    """
    wanted = read_id(evidence_id)
    with doors.opened(home) as place:
        kept, target = use_case.save(place, institution_of(place), wanted, why, output, actor=user or getpass.getuser(), at=now(), cause="evidence get")
    if json:
        show_json({**use_case.as_plain(kept), "output": str(target)})
        return
    results.print(f"Written to {target}, unaltered since it was kept: SHA-256 {kept.original_sha256}")


@evidence.command(name="check")
def check_(*, quick: bool = False, sweep: bool = False, json: JsonOption = False, home: HomeOption = None) -> None:
    """Is every kept file there and unaltered? The answer is no (exit code 1) where one is missing or altered.

    Examples:
      arrears evidence check
      arrears evidence check --quick --json
      arrears evidence check --sweep

    Parameters
    ----------
    quick
        Look at presence and length only, and read nothing.
    sweep
        Take away what no record names (a day old or older: somebody was stopped while adding it) and what an erased person left.
    """
    with doors.opened(home) as place, progress_bars() as told:
        found = use_case.checked(place, institution_of(place), at=now(), read_bytes=not quick, sweep=sweep, progress=lambda done, of: told("checking", done, of))
        where = use_case.store_of(place, institution_of(place)).place
    findings = [{"trouble": one.trouble.value, "address": one.address, "evidence_id": id_text(one.evidence_id) if one.evidence_id else None, "swept": one.address in found.swept}
                for one in found.findings]
    if json:
        show_json({"store": where, "kept": found.kept, "erased": found.erased, "nothing_is_lost": found.nothing_is_lost, "findings": findings})
    else:
        results.print(f"{counted(found.kept, 'piece')} of evidence in {where}: {'every one is there' + ('' if quick else ' and unaltered') if found.nothing_is_lost else 'not all as they were kept'}.")
        for one in findings:
            results.print(f"  {one['trouble']:<10}{one['address']}  {one['evidence_id'] or ''}{'  taken away' if one['swept'] else ''}")
    if not found.nothing_is_lost:
        raise AnswerIsNo("Evidence is missing or was altered.", "It proves nothing as it is.", "Bring the named objects back from a backup or an earlier version, and ask who could write there.")


def _read_moment(text: str) -> datetime | None:
    if not text.strip():
        return None
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError as trouble:
        raise WrongCall(f"“{text}” is no moment.", "The capture time would be wrong.", "Write it as 2026-11-23T09:30+08:00.") from trouble
    return moment if moment.tzinfo else moment.astimezone()


for _name in ("export", "redact", "receipt"):
    evidence.command(f"arrears.cli.dossier:{_name}", name=_name)
