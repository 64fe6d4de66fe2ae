"""Which options do many commands share?"""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from arrears.core.ids import IdNotValid, parse_id
from arrears.core.problems import WrongCall
from arrears.core.reasons import Language
from arrears.engine.home import Home, resolve_home

HomeOption = Annotated[Path | None, Parameter(name="--home", help="Folder of everything you make. Default: ARREARS_HOME, else the machine's or your own data folder.")]
BookOption = Annotated[str | None, Parameter(name="--book", help="Name of a book in the home, or the path of a book's folder. Default: main.")]
LanguageOption = Annotated[Language, Parameter(name="--language", help="Language of the answer: en or zh.")]
JsonOption = Annotated[bool, Parameter(name="--json", negative="", help="One JSON document on standard output, for machines.")]


def home_meant(named: Path | None) -> Home:
    """Which home is meant, for a command that only reads files of it and opens no database; it may not be there yet."""
    return resolve_home(named, os.environ, is_root=os.geteuid() == 0)


def read_id(text: str) -> int:
    """The id that was typed."""
    try:
        return parse_id(text)
    except IdNotValid as trouble:
        raise WrongCall(str(trouble)) from trouble


def zoned(at: datetime) -> datetime:
    """A moment that was typed with its zone; without one it is refused."""
    if at.tzinfo is None:
        raise WrongCall("The moment needs its zone.", "Without it nobody knows whether it was day.", "Write it like 2026-11-28T10:15:00+08:00.")
    return at
