"""How is a case proven to somebody outside by the command line: dossier, redaction, receipt, and the question whether one holds?"""

from __future__ import annotations

import getpass
import os
import sys
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from arrears.cli import doors
from arrears.cli.clock import now, today
from arrears.cli.options import HomeOption, JsonOption, LanguageOption, read_id
from arrears.cli.showing import results, show_json
from arrears.core.problems import AnswerIsNo, WrongCall
from arrears.engine.case_reports.page import html_of
from arrears.engine.use_cases import dossiers, receipts
from arrears.engine.use_cases.case_reports import write_report
from arrears.engine.use_cases.dossiers import Exported, Wish, read_wanted
from arrears.engine.use_cases.setting_up import institution_of
from arrears.engine.words import counted

UserOption = Annotated[str | None, Parameter(name="--user", help="Who does it. Default: your name on this machine.")]
FieldOption = Annotated[list[str] | None, Parameter(name="--field", negative="", help="Leave out this field everywhere (reason), or in one entry (12:reason). May be repeated.")]
EntryOption = Annotated[list[int] | None, Parameter(name="--entry", negative="", help="Leave out all fields of this entry, and its file. May be repeated.")]
WhyOption = Annotated[str, Parameter(name="--why", help="Why it is left out; stands in the dossier.")]


def export(
    case_id: str,
    /,
    *,
    output: Path,
    recipient: str = "",
    purpose: str = "",
    language: LanguageOption = "en",
    redact: Annotated[list[str] | None, Parameter(negative="", help="Leave out this field everywhere (reason), in one entry (12:reason), or a whole entry (12). May be repeated.")] = None,
    why: WhyOption = "asked",
    to_jurisdiction: str = "",
    pdf: bool = True,
    user: UserOption = None,
    json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """The dossier of a case: everything recorded, provable by anybody without this program; verified before it is handed out.

    It names the person and holds their data: hand it only to who may have it. That it was handed out is recorded.

    Examples:
      arrears evidence export 0A1B2C3D4E5F6G --output dossier.zip --recipient "District Court" --purpose lawsuit --language zh
      arrears evidence export 0A1B2C3D4E5F6G --output dossier --redact reason --why "health of the person"

    Parameters
    ----------
    case_id
        Id of the case as the list shows it.
    output
        File ending in .zip, or a folder; neither may be there yet.
    recipient
        Who gets it: an office or organisation, never a private person's name.
    purpose
        What it is for.
    to_jurisdiction
        Country to which it goes, as ISO 3166; decides which documents are enclosed (CN, US). Default: the home's. Elsewhere only
        what `arrears privacy permit-transfer` has recorded for this recipient may go.
    pdf
        Pages as PDF beside the HTML. Chinese needs the package fonts-noto-cjk.
    """
    wish = Wish(language, recipient, purpose, to_jurisdiction.upper(), _redacted(redact or [], why), pdf)
    with doors.opened(home) as place:
        made = dossiers.export(place, institution_of(place), read_id(case_id), output, wish, actor=user or getpass.getuser(), at=now(), today=today(), environ=os.environ)
    if json:
        show_json({"output": str(made.target), "manifest_sha256": made.manifest_sha256, "entries": made.entries, "files": made.files, "fields_left_out": made.left_out,
                   "key_fingerprint": made.fingerprint, "gaps": [{"code": gap.code, "en": gap.en, "zh": gap.zh, "entries": [number + 1 for number in gap.entries]} for gap in made.gaps]})
        return
    for line in _told(made, language):
        results.print(line)


def _told(made: Exported, language: str) -> list[str]:
    return [
        f"{made.target}: {counted(made.entries, 'entry', 'entries')} in {counted(made.files, 'file')}, {counted(made.left_out, 'field')} left out. Verified.",
        f"Key's fingerprint: {made.fingerprint}   (publish it where your readers find it)",
        f"Manifest's SHA-256: {made.manifest_sha256}",
        f"What it cannot show ({len(made.gaps)}):", *(f"  - {gap.zh if language == 'zh' else gap.en}" for gap in made.gaps),
        f"Its reader checks it with: python verify.py {made.target.name}",
    ]


def redact(
    bundle: Path,
    /,
    *,
    output: Path,
    field: FieldOption = None,
    entry: EntryOption = None,
    file: Annotated[list[str] | None, Parameter(negative="", help="Leave out this file of evidence. May be repeated.")] = None,
    why: WhyOption = "asked",
    unsigned: bool = False,
    user: UserOption = None,
    json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Take fields, entries or files out of a dossier; what stays is still proven. Pages go, since they may show what was taken out.

    The home's key signs the result. --unsigned makes a redacted copy that encloses the signed manifest: anybody can make one, without a home.

    Examples:
      arrears evidence redact dossier.zip --field reason --entry 12 --output redacted.zip
      arrears evidence redact dossier.zip --field 7:note --unsigned --why "privacy of a third person" --output redacted.zip

    Parameters
    ----------
    bundle
        The dossier, file or folder.
    output
        File ending in .zip, or a folder; neither may be there yet.
    """
    wanted = read_wanted(field or [], entry or [], file or [], why)
    if not (field or entry or file):
        raise WrongCall("Nothing was named that is to be taken out.", "The copy would be the same.", "Name it: --field NAME, --entry NUMBER or --file PATH")
    if unsigned:
        done = dossiers.redact(None, None, bundle, output, wanted, actor="", at=now())
    else:
        with doors.opened(home) as place:
            done = dossiers.redact(place, institution_of(place), bundle, output, wanted, actor=user or getpass.getuser(), at=now())
    target, left_out, gone = done
    if json:
        show_json({"output": str(target), "fields_left_out": left_out, "removed_files": gone})
        return
    results.print(f"{target}: {counted(left_out, 'field')} left out, {counted(len(gone), 'file')} taken out. Verified.")
    for path in gone:
        results.print(f"  - {path}")


def receipt(entry: str, /, *, output: Path = Path("receipt.json"), language: LanguageOption = "en", user: UserOption = None, json: JsonOption = False, home: HomeOption = None) -> None:
    """A signed receipt of one entry, for the person whose statement, request or payment it is; anybody verifies it offline.

    Examples:
      arrears evidence receipt 1207 --output receipt.json
      arrears verify receipt.json

    Parameters
    ----------
    entry
        Number of the entry in the log as dossiers show it, or the entry's id of 14 characters.
    output
        File to write; a page for people is written beside it, ending in .html.
    """
    number = int(entry) if entry.isdigit() and len(entry) < 14 else None
    if output.suffix == ".html":
        raise WrongCall("A receipt is a file for machines; its page is written beside it.", "The one would overwrite the other.", "Name it receipt.json.")
    with doors.opened(home) as place:
        made = receipts.issue(place, institution_of(place), number=number, entry_id=None if number is not None else read_id(entry), language=language, actor=user or getpass.getuser(), at=now(), environ=os.environ)
    write_report(made.content, output)
    page = output.with_suffix(".html")
    write_report(html_of(made.page).encode(), page)
    if json:
        show_json({"output": str(output), "page": str(page), "entry": made.number, "key_fingerprint": made.fingerprint})
        return
    results.print(f"{output} and {page}: receipt of entry {made.number}. Verified.")
    results.print(f"Key's fingerprint: {made.fingerprint}")


def verify(
    bundle: Path | None = None,
    /,
    *,
    key: Annotated[list[str] | None, Parameter(negative="", help="The institution's key: at least 16 digits of its fingerprint. May be repeated.")] = None,
    tsa_ca: Annotated[Path | None, Parameter(help="Certificates (PEM) of the time-stamp authority that you trust.")] = None,
    write_tool: Annotated[Path | None, Parameter(help="Write the verifier as one stand-alone Python file instead.")] = None,
    language: LanguageOption = "en",
    json: JsonOption = False,
) -> None:
    """Is a dossier or receipt what was recorded: complete, in order, unaltered to the last bit? Needs no home and no network.

    Examples:
      arrears verify dossier.zip --key 34750f98bd59fcfc --tsa-ca authority.pem
      arrears verify --write-tool verify.py

    Parameters
    ----------
    bundle
        The dossier (file or folder) or receipt.
    """
    if write_tool is not None:
        results.print(f"{write_tool}   SHA-256 {dossiers.write_tool(write_tool)}")
    if bundle is None:
        if write_tool is None:
            raise WrongCall("No dossier was named.", "There is nothing to verify.", "Name one: arrears verify dossier.zip")
        return
    report = dossiers.verified(bundle, key or [], tsa_ca)
    if json:
        show_json(report.plain(language))
    else:
        sys.stdout.write("\n".join(report.lines(language)) + "\n")
    if not report.proven:
        raise AnswerIsNo({"en": "Not proven.", "zh": "未证实。"}[language])


def _redacted(named: list[str], why: str) -> dossiers.Wanted:
    """`12` means a whole entry, anything else a field."""
    return read_wanted([one for one in named if not one.isdigit()], [int(one) for one in named if one.isdigit()], (), why)
