"""What is kept about a person, on which basis, and where may it go?"""

from __future__ import annotations

from datetime import date
from getpass import getuser
from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

from arrears.cli import doors
from arrears.cli.clock import now, today
from arrears.cli.options import HomeOption, JsonOption, LanguageOption
from arrears.cli.showing import progress_bars, results, show_json, show_table
from arrears.engine.use_cases import personal_data as use_case
from arrears.engine.use_cases.person_export import THE_PERSON, Asked, export_person
from arrears.engine.use_cases.setting_up import institution_of
from arrears.engine.words import counted

privacy = App(name="privacy", help="Personal data: what is kept and why, export of a person, transfers to other jurisdictions.", help_format="plaintext")
Codes = Annotated[tuple[str, ...], Parameter(name="--category", negative="", consume_multiple=False)]


@privacy.command(name="register")
def register(*, language: LanguageOption = "en", json: JsonOption = False, home: HomeOption = None) -> None:
    """The register of personal data: each category with purpose, lawful basis in this home's jurisdiction, and who may see it.

    Example:
      arrears privacy register --language zh
    """
    with doors.opened(home) as place:
        found = use_case.register(place)
    if json:
        show_json(found)
        return
    show_table("Register of personal data", [("category", False), ("purpose", False), ("lawful basis", False), ("seen by", False), ("kept as", False)], [
        (f"{one[f'name_{language}']}{' *' if one['sensitive'] else ''}", one[f"purpose_{language}"], _basis(one, language), ", ".join(one["seen_by"]) or "nobody", one["record_type"]) for one in found
    ])
    results.print("* sensitive. A basis marked “unconfirmed” must be read by a lawyer of the place before it is relied on.")


def _basis(one: dict[str, object], language: str) -> str:
    basis = one["basis"]
    if not isinstance(basis, dict):
        return "none stated for this jurisdiction"
    return f"{basis[language]} ({basis['source']}{'' if basis['confidence'] == 'confirmed' else '; unconfirmed'})"


@privacy.command(name="export")
def export(
    person: str, /, *, output: Path, recipient: str = THE_PERSON, to_jurisdiction: str | None = None, language: LanguageOption = "en", json: JsonOption = False, home: HomeOption = None,
) -> None:
    """Everything that is kept about a person: for machines (JSON, Parquet, CSV) and for a reader (HTML, PDF). It is recorded.

    Examples:
      arrears privacy export C-10234 --output ./C-10234
      arrears privacy export C-10234 --output ./C-10234 --language zh

    Parameters
    ----------
    person
        The lender's number of the person, or our id.
    output
        A folder that does not exist yet. It holds personal data in plain: give it to whom it is for, then delete it.
    recipient
        Who gets it: the_person, or an organisation.
    to_jurisdiction
        Where it goes (ISO 3166). Default: this home's. Another one needs a recorded basis (permit-transfer).
    """
    with doors.opened(home) as place:
        to = to_jurisdiction or place.read_settings().jurisdiction
        done = export_person(place, institution_of(place), person, output.expanduser().absolute(), Asked(recipient, to, getuser(), language, now()))
    if json:
        show_json({"folder": str(done.folder), "files": done.files, "rows": done.rows, "facts": done.facts})
        return
    results.print(f"{counted(done.files, 'file')} in {done.folder}: {counted(done.rows, 'row')} of books, {counted(done.facts, 'fact')}. That it was exported is recorded.")


@privacy.command(name="permit-transfer")
def permit_transfer(
    *, recipient: str, to_jurisdiction: str, basis: str, category: Codes, until: date, approved_by: str, since: date | None = None, home: HomeOption = None,
) -> None:
    """Record that categories of personal data may leave for another jurisdiction. Without it, exports and dossiers that go there are refused.

    Example:
      arrears privacy permit-transfer --recipient "High Court of Hong Kong" --to-jurisdiction HK --category name --category debt
        --basis "separate consent of 2026-11-02, 个人信息保护法 art. 39" --until 2026-12-31 --approved-by lin

    Parameters
    ----------
    recipient
        Who gets it.
    to_jurisdiction
        Where it goes, as ISO 3166.
    basis
        On which ground, in words: standard contract, security assessment, separate consent, judicial assistance …
    category
        Code of a category (arrears privacy register --json). May be given several times; “all” means every one.
    until
        Last day of the permission.
    approved_by
        Sign-in name of the manager or administrator who approves it.
    since
        First day. Default: today.
    """
    with doors.opened(home) as place:
        made = use_case.permit(place, recipient=recipient, to_jurisdiction=to_jurisdiction, basis=basis, codes=category, from_on=since or today(), to_on=until, approved_by=approved_by, at=now(), actor=getuser())
    results.print(f"Permitted and recorded as {made}, until {until}.")


@privacy.command(name="withdraw-transfer")
def withdraw_transfer(transfer: str, /, *, by: str, home: HomeOption = None) -> None:
    """End a permission to transfer, from today on.

    Example:
      arrears privacy withdraw-transfer 0A1B2C3D4E5F6G --by lin

    Parameters
    ----------
    transfer
        Id of the permission, as permit-transfer told it.
    by
        Sign-in name of the manager or administrator who ends it.
    """
    with doors.opened(home) as place:
        use_case.withdraw(place, transfer, on=today(), by=by, at=now(), actor=getuser())
    results.print("Withdrawn. Nothing may leave on its ground from today on.")


@privacy.command(name="index")
def index(*, new_key: Annotated[bool, Parameter(negative="")] = False, home: HomeOption = None) -> None:
    """Fill the index by which people are found by a whole telephone number or mail address: for books taken in by an earlier version, or anew under another key.

    Example:
      arrears privacy index

    Parameters
    ----------
    new_key
        Empty the index and fill it under a new key. Until it is full again, some people are not found by these values.
    """
    with doors.opened(home) as place, progress_bars() as told:
        entered = use_case.fill_index(place, new_key=new_key, at=now(), progress=told)
    results.print(f"{counted(entered, 'value')} entered.")


for _name in ("erase", "purge", "restricted", "release", "letter"):
    privacy.command(f"arrears.cli.erasing:{_name}", name=_name)
