"""Which words do pages use, and how do they reach Django?

Pages are written in English; Chinese stands in `locale/zh_Hans`. `.po` files are compiled by Babel (no gettext program is needed)
into a folder that settings name in LOCALE_PATHS. `words_used` lists every string that pages and views say, for the test that none is
left untranslated.
"""

from __future__ import annotations

import io
from pathlib import Path

from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from django.utils.translation import template as django_templates

_HERE = Path(__file__).parent
CATALOGUES = _HERE / "locale"
_KEYWORDS = {
    "_": None, "gettext": None, "gettext_lazy": None, "gettext_noop": None, "ngettext": (1, 2), "npgettext": ((1, "c"), 2, 3), "pgettext": ((1, "c"), 2),
}


def compile_into(folder: Path) -> list[Path]:
    """Write each language's compiled words into `folder/<locale>/LC_MESSAGES/django.mo`; answers the files written."""
    written = []
    for source in sorted(CATALOGUES.glob("*/LC_MESSAGES/django.po")):
        target = folder / source.relative_to(CATALOGUES).with_suffix(".mo")
        target.parent.mkdir(parents=True, exist_ok=True)
        with source.open("rb") as words:
            catalogue = read_po(words, locale=source.parts[-3])
        unfinished = target.with_suffix(".unfinished")
        with unfinished.open("wb") as compiled:
            write_mo(compiled, catalogue)
        unfinished.rename(target)
        written.append(target)
    return written


def words_used() -> set[str | tuple[str, ...]]:
    """Every string that templates and views give to gettext; a plural form counts as a pair."""
    found: set[str | tuple[str, ...]] = set()
    for path in sorted((_HERE / "templates").rglob("*.html")):
        as_python = django_templates.templatize(path.read_text(encoding="utf-8"), origin=path.name)
        found |= _extracted(as_python)
    for path in sorted(_HERE.rglob("*.py")):
        found |= _extracted(path.read_text(encoding="utf-8"))
    return found


def _extracted(python: str) -> set[str | tuple[str, ...]]:
    messages = extract("python", io.BytesIO(python.encode()), keywords=_KEYWORDS, options={"encoding": "utf-8"})
    return {message for _line, message, _comments, _context in messages if message}


def words_known(locale: str = "zh_Hans") -> dict[str | tuple[str, ...], str | tuple[str, ...]]:
    """Every string of a catalogue with its translation."""
    with (CATALOGUES / locale / "LC_MESSAGES" / "django.po").open("rb") as words:
        catalogue = read_po(words, locale=locale)
    return {entry.id: entry.string for entry in catalogue if entry.id}
