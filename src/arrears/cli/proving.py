"""How does a named person prove who it is, at a terminal, in a pipe or in a schedule? A password is never a word of the command: others could read it there."""

from __future__ import annotations

import getpass
import sys
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from arrears.core.problems import WrongCall
from arrears.engine.use_cases.proving import Person, proven

ByOption = Annotated[str, Parameter(help="Name by which the person signs in. The password is asked at the terminal; elsewhere it is the first line of the standard input.")]
PasswordFileOption = Annotated[Path | None, Parameter(
    name="--password-file", help="File whose first line is that password, where nobody can be asked (a schedule, a script).",
)]


def asked_for_password(username: str, file: Path | None = None) -> str:
    """The password of this person: from the file, else the terminal, else the first line of the standard input."""
    if file is not None:
        if not file.is_file():
            raise WrongCall(f"There is no password file {file}.", "Nothing was changed.", "Name a file whose first line is the password.")
        return next(iter(file.read_text(encoding="utf-8").splitlines()), "")
    if sys.stdin.isatty():
        return getpass.getpass(f"Password of {username}: ")
    password = sys.stdin.readline().rstrip("\r\n")
    if not password:
        raise WrongCall("There is no password.", "Somebody answers for this by name, so the person must prove who it is.", "Run it at a terminal, give the password as the first line of the standard input, or name a file that has it: --password-file FILE")
    return password


def signed_in(institution_id: int, username: str, password_file: Path | None = None) -> Person:
    """The person of this name, once the password was given; call it while the home is open."""
    return proven(institution_id, username, asked_for_password(username, password_file))
