"""Which templates of messages are there, shipped or the lender's own, and is a file still the one that two people approved?

A file of the lender's own, `templates/NAME.LANGUAGE.yaml` in the home, stands before the shipped one of the same name and language. What was approved, or
waits for it, is kept under the SHA-256 of its bytes and never written again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from arrears.act.content.shipped import shipped_texts
from arrears.act.content.template import Template, read_template
from arrears.core.problems import BadData, Refused
from arrears.engine.home import PRIVATE_FOLDER, Home
from arrears.engine.run_folder import write_bytes_whole
from arrears.engine.text_files import text_in

LARGEST_BYTES = 256 << 10
Key = tuple[str, str]
_read = lru_cache(maxsize=1_000)(read_template)


@dataclass(frozen=True, slots=True)
class TemplateFile:
    """A template, its file's text, and whether it is the lender's own."""

    template: Template
    text: str
    is_own: bool


def template_in(path: Path) -> TemplateFile:
    """The template in this file.

    Raises:
        BadData: it cannot be understood, or is not named after its name and language.
    """
    text = text_in(path, LARGEST_BYTES, "A template is written by people.")
    found = _read(text, path.name)
    if path.name != f"{found.name}.{found.locale}.yaml":
        raise BadData(f"{path.name}: its template is “{found.name}” in {found.locale}.", "A file that is named otherwise would be overlooked.", f"Call it {found.name}.{found.locale}.yaml.")
    return TemplateFile(found, text, is_own=True)


def templates_here(home: Home) -> Mapping[Key, TemplateFile]:
    """Every template as it is written now, by name and language; which of them may be used says `message_templates.approved`.

    Raises:
        BadData: a file of the lender's own cannot be understood.
    """
    found = {key: TemplateFile(_read(text, f"{key[0]}.{key[1]}.yaml"), text, is_own=False) for key, text in shipped_texts().items()}
    own = [template_in(path) for path in sorted(home.templates.glob("*.yaml"))] if home.templates.is_dir() else []
    return dict(sorted((found | {one.template.key: one for one in own}).items()))


def keep(home: Home, one: TemplateFile) -> Path:
    """Keep the file under its digest; one that is there stays."""
    place = _place(home, one.template.digest)
    if not place.exists():
        place.parent.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
        write_bytes_whole(place, one.text.encode())
    return place


def kept(home: Home, digest: str) -> Template:
    """The kept file of this digest, byte for byte as it was when its approval was asked for.

    Raises:
        Refused: it is not there.
        BadData: somebody changed it.
    """
    place = _place(home, digest)
    remedy = "Bring it back from a backup, or approve the template anew: arrears template approve NAME"
    if not place.is_file():
        raise Refused(f"The template file {place} is not there.", "What was approved cannot be read, so nothing is written by it.", remedy)
    text = text_in(place, LARGEST_BYTES, "A template is written by people.")
    if hashlib.sha256(text.encode()).hexdigest() != digest:
        raise BadData(f"The template file {place} was changed after it was approved.", "Nothing is written by what no second person saw.", remedy)
    return _read(text, place.name)


def _place(home: Home, digest: str) -> Path:
    return home.templates / "approved" / f"{digest}.yaml"
