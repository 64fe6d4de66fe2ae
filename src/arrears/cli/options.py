"""Which options do many commands share?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from arrears.core.reasons import Language

HomeOption = Annotated[Path | None, Parameter(name="--home", help="Folder of everything you make. Default: ARREARS_HOME, else the machine's or your own data folder.")]
BookOption = Annotated[str | None, Parameter(name="--book", help="Name of a book in the home, or the path of a book's folder. Default: main.")]
LanguageOption = Annotated[Language, Parameter(name="--language", help="Language of the answer: en or zh.")]
JsonOption = Annotated[bool, Parameter(name="--json", negative="", help="One JSON document on standard output, for machines.")]
