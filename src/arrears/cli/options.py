"""Which options do many commands share?"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from arrears.core.reasons import Language
from arrears.engine.home import Home, resolve_home

HomeOption = Annotated[Path | None, Parameter(name="--home", help="Folder of everything you make. Default: ARREARS_HOME, else the machine's or your own data folder.")]
BookOption = Annotated[str | None, Parameter(name="--book", help="Name of a book in the home, or the path of a book's folder. Default: main.")]
LanguageOption = Annotated[Language, Parameter(name="--language", help="Language of the answer: en or zh.")]
JsonOption = Annotated[bool, Parameter(name="--json", negative="", help="One JSON document on standard output, for machines.")]


def home_meant(named: Path | None) -> Home:
    """Which home is meant, for a command that only reads files of it and opens no database; it may not be there yet."""
    return resolve_home(named, os.environ, is_root=os.geteuid() == 0)
