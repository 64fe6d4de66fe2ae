"""How do files come in by the command line: guessed, tried, taken in, corrected?"""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

from arrears.cli import doors
from arrears.cli.options import BookOption, HomeOption, JsonOption
from arrears.cli.showing import people, progress_bars, results, show_json, show_table
from arrears.core.problems import AnswerIsNo, WrongCall
from arrears.engine.use_cases import books
from arrears.engine.words import counted

SHOWN_FINDINGS = 20
GuessOption = Annotated[bool, Parameter(name="--guess", negative="")]
DryRunOption = Annotated[bool, Parameter(name="--dry-run", negative="")]


def import_(
    files: list[Path],
    /,
    *,
    map: Path | None = None,
    guess: GuessOption = False,
    output: Path | None = None,
    dry_run: DryRunOption = False,
    from_pool: Path | None = None,
    book: BookOption = None,
    threads: int | None = None,
    json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Take a lender's files into the book. Wrong rows go to the error pool; accepted and rejected always add up to read.

    Examples:
      arrears import --guess loans.xlsx --output loans.yaml      (proposes a mapping; takes nothing in)
      arrears import loans.xlsx --map loans.yaml --dry-run       (shows the first rows as they would land; changes nothing)
      arrears import loans.csv payments.csv.gz --map mapping.yaml
      arrears import 1-loans.csv --from-pool ~/.local/share/arrears/pool/main-000003-1f2e3d4c --map mapping.yaml

    Parameters
    ----------
    files: CSV files (plain or .gz, any encoding), Parquet files, workbooks (.xlsx, .xls, .ods).
    map: Mapping file (YAML) that says what the columns mean. examples/mappings has some to start from.
    guess: Propose a mapping for the files, with a confidence for each column.
    output: Where to write the proposed mapping instead of showing it. An existing file is left alone.
    dry_run: Judge every row and show the first ones as they would land; nothing is changed.
    from_pool: Error pool whose exported rows (`arrears pool`) these files are, corrected. Use the same mapping and the exported names.
    threads: Worker threads; all cores if not given.
    """
    if guess:
        _guess(files, output, home, json)
        return
    if map is None:
        raise WrongCall("The import needs a mapping (--map).", "Without it the columns of the files mean nothing.", "Let one be proposed: arrears import --guess FILE")
    if dry_run:
        _try(files, map, book, threads, from_pool, json, home)
        return
    with doors.opened(home) as place, progress_bars() as told:
        report = books.import_files(place, files, map, book, received_on=_today(), progress=told, threads=threads, from_pool=from_pool)
    if json:
        show_json(_report_json(report))
        return
    _show_counts("Taken in", report)
    results.print(report.message)


def _today() -> date:
    return datetime.now().astimezone().date()


def _guess(files: list[Path], output: Path | None, home: Path | None, json: bool) -> None:
    with doors.opened(home) as place:
        guessed = books.guessed_mapping(place, files)
    if json:
        show_json(_guess_json(guessed))
    elif output is None:
        results.out(guessed.text, highlight=False)
    if output is not None:
        try:
            with output.open("x", encoding="utf-8") as stream:
                stream.write(guessed.text)
        except FileExistsError as error:
            raise WrongCall(f"{output} exists already.", "A corrected mapping must not be lost.", "Name another file.") from error
        people.print(f"The proposal is in {output}. Read it, correct it, then: arrears import FILES --map {output} --dry-run")
    if not guessed.is_usable:
        raise AnswerIsNo("No table can be made of these files by their headings and values.", "The proposal names every column.", "Write a mapping; docs/how_to/import_any_file.md shows how.")


def _guess_json(guessed: Any) -> dict[str, Any]:
    return {
        "mapping": guessed.text,
        "files": [
            {
                "file": file.look.path.name,
                "sheet": file.look.sheet,
                "encoding": file.look.encoding,
                "columns": [{"column": one.column, "meaning": one.meaning, "confidence": round(one.confidence, 2), "why": one.why} for one in file.columns],
                "tables": list(file.tables),
                "look_at": list(file.doubts),
            }
            for file in guessed.files
        ],
    }


def _try(files: list[Path], map: Path, book: str | None, threads: int | None, from_pool: Path | None, json: bool, home: Path | None) -> None:
    with doors.opened(home) as place, progress_bars() as told:
        trial = books.try_import(place, files, map, book, progress=told, threads=threads, from_pool=from_pool)
    if json:
        findings = [{name: getattr(one, name) for name in ("file", "row", "column", "value", "reason", "remedy")} for one in trial.findings]
        show_json({**_report_json(trial.report), "first_rows": trial.first_rows, "first_findings": findings})
        return
    for table, rows in trial.first_rows.items():
        shown = [name for name in (rows[0] if rows else {}) if any(row[name] is not None for row in rows)]
        headings = [(name, name.endswith("_minor")) for name in shown]
        show_table(f"{table}: first rows as they would land", headings, [[_cell(row[name]) for name in shown] for row in rows])
    _show_counts("Would be taken in", trial.report)
    if trial.findings:
        show_table(
            f"{counted(trial.report.findings, 'finding')}; the first of them",
            [("file", False), ("row", True), ("column", False), ("value", False), ("what is wrong", False), ("what to do", False)],
            [(one.file, str(one.row), one.column, one.value, one.reason, one.remedy) for one in trial.findings[:SHOWN_FINDINGS]],
        )
    results.print(" ".join(("This was a trial: nothing was changed.", *trial.report.notes)))
    if trial.report.already_taken_in:
        results.print(f"Already in the book, with this mapping: {', '.join(trial.report.already_taken_in)}.")


def _cell(value: object) -> str:
    return "" if value is None else str(value)


def _show_counts(title: str, report: Any) -> None:
    show_table(title, [("table", False), ("read", True), ("accepted", True), ("rejected", True)],
               [(one.table, f"{one.read:,}", f"{one.accepted:,}", f"{one.rejected:,}") for one in report.tables])


def _report_json(report: Any) -> dict[str, Any]:
    return {
        "batch": report.batch,
        "already_taken_in": list(report.already_taken_in),
        "files": [{"file": one.file, "rows": one.rows, "accepted": one.accepted, "rejected": one.rejected} for one in report.files],
        "tables": {one.table: {"read": one.read, "accepted": one.accepted, "rejected": one.rejected} for one in report.tables},
        "findings": report.findings,
        "pool": str(report.pool) if report.pool else None,
    }


def pool(error_pool: Path, /, *, output: Path = Path(), home: HomeOption = None) -> None:
    """Write the refused rows of an import as CSV, each with what is wrong and what to do. Correct them, then `arrears import --from-pool`.

    Example:
      arrears pool ~/.local/share/arrears/pool/main-000003-1f2e3d4c --output ./to_correct

    Parameters
    ----------
    error_pool: The pool that the import named. Pools are kept for 30 days.
    output: Folder for the CSV files. They hold personal data: keep them safe.
    """
    with doors.opened(home) as place:
        output.mkdir(parents=True, exist_ok=True, mode=0o700)
        for name, text in books.exported_pool(place, error_pool).items():
            target = output / name
            target.touch(mode=0o600)
            target.write_text(text, encoding="utf-8-sig", newline="")
            results.print(f"{target}")
