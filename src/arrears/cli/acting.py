"""In whose name is this done? A command that a named person answers for asks for that person's password."""

from __future__ import annotations

import getpass
import sys
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from arrears.cli.showing import people
from arrears.core.problems import WrongCall
from arrears.engine.use_cases.identifying import identify

ByOption = Annotated[str, Parameter(name="--by", help="Who does it and answers for it: the name by which this person signs in. The password is asked for.")]
PasswordFileOption = Annotated[Path | None, Parameter(
    name="--password-file", help="File whose first line is that password, where nobody can be asked (a schedule, a script).",
)]


def person_acting(institution_id: int, by: str, password_file: Path | None) -> str:
    """The sign-in name of who acts, once their password was given; call it while the home is open.

    Raises:
        NotThatPerson: name and password do not belong together.
        WrongCall: nobody can be asked, and no file was named.
    """
    return identify(institution_id, by, _password(by, password_file))


def _password(by: str, file: Path | None) -> str:
    if file is not None:
        if not file.is_file():
            raise WrongCall(f"There is no password file {file}.", "Nothing was changed.", "Name a file whose first line is the password.")
        return next(iter(file.read_text(encoding="utf-8").splitlines()), "")
    if not sys.stdin.isatty():
        raise WrongCall("Nobody can be asked for the password here.", "Nothing was changed.", "Name a file whose first line is the password: --password-file FILE")
    people.print(f"{by} answers for this.")
    return getpass.getpass(f"Password of {by}: ")
