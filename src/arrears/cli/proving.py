"""How does a named person prove who it is, at a terminal or in a pipe? A password is never a word of the command: others could read it there."""

from __future__ import annotations

import getpass
import sys
from typing import Annotated

from cyclopts import Parameter

from arrears.core.problems import WrongCall
from arrears.engine.use_cases.proving import Person, proven

ByOption = Annotated[str, Parameter(help="Name by which the person signs in. The password is asked at the terminal; elsewhere it is the first line of the standard input.")]


def asked_for_password(username: str) -> str:
    """The password of this person, from the terminal or the first line of the standard input."""
    if sys.stdin.isatty():
        return getpass.getpass(f"Password of {username}: ")
    password = sys.stdin.readline().rstrip("\r\n")
    if not password:
        raise WrongCall("There is no password.", "Somebody answers for this by name, so the person must prove who it is.", "Run it at a terminal, or give the password as the first line of the standard input.")
    return password


def signed_in(institution_id: int, username: str) -> Person:
    """The person of this name, once the password was given."""
    return proven(institution_id, username, asked_for_password(username))
