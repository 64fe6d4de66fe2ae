"""Can the fonts of this machine write this text? Typst leaves a gap for what they cannot, and says nothing; so we ask the fonts first.

The character map (`cmap`) of each font file is read as the OpenType specification describes it, formats 4 and 12. Fonts built into Typst
have no file; for them a short list of characters stands that they are known to have.
"""

from __future__ import annotations

import mmap
import struct
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

import typst

from arrears.core.problems import Refused

CHINESE_FAMILIES = ("Noto Sans CJK SC", "Source Han Sans SC")
OTHER_FAMILIES = ("Noto Sans", "DejaVu Sans")
BUILT_IN = "Libertinus Serif"
_BUILT_IN_HAS = frozenset({*range(0x20, 0x7F), *range(0xA0, 0x100), *map(ord, "–—‘’“”•…€")})
_UPRIGHT_WEIGHTS = (400, 700)


class GlyphsMissing(Refused):
    """The fonts of this machine lack characters of the text (`letters` names the first of them); a PDF would have gaps."""

    def __init__(self, letters: str, remedy: str) -> None:
        self.letters = letters
        super().__init__(f"No PDF was made: the fonts of this machine lack {letters}.", "It would have gaps where they belong.", f"{remedy} The HTML report needs no font and stands.")


@cache
def fonts_here(system: bool = True) -> typst.Fonts:
    """The fonts of this machine and those built into Typst, searched once."""
    return typst.Fonts(include_system_fonts=system)


@cache
def families_here(system: bool = True) -> tuple[str, ...]:
    """The families a report is set in, in the order in which each character looks for one."""
    there = set(fonts_here(system).families())
    return (*(name for name in (*CHINESE_FAMILIES, *OTHER_FAMILIES) if name in there), BUILT_IN)


def families_for(language: str) -> tuple[str, ...]:
    """The same families for a text of one language: a Chinese font writes the apostrophe of “O’Neill” as wide as a character, so it comes first only in Chinese.

    >>> sorted(families_for("en")) == sorted(families_for("zh")) == sorted(families_here())
    True
    """
    if language == "zh":
        return families_here()
    return tuple(sorted(families_here(), key=lambda name: (name == BUILT_IN, name in CHINESE_FAMILIES)))


def refuse_missing_glyphs(text: str, *, system: bool = True) -> None:
    """Does nothing where every character can be written.

    Raises:
        GlyphsMissing: names the characters and the package that has them.
    """
    missing = missing_glyphs(text, system=system)
    if missing:
        raise _refusal(missing, system)


def missing_glyphs(text: str, *, system: bool = True) -> list[str]:
    """Which characters of this text can the fonts here not write?

    >>> missing_glyphs("Müller", system=False), missing_glyphs("\\ue000", system=False) == ["\\ue000"]
    ([], True)
    """
    covered = _covered(system)
    return sorted(letter for letter in set(text) if ord(letter) not in covered and letter not in "\n\r\t")


def _refusal(missing: list[str], system: bool) -> GlyphsMissing:
    shown = ", ".join(f"{letter} (U+{ord(letter):04X})" for letter in missing[:5]) + (f" and {len(missing) - 5:,} more" if len(missing) > 5 else "")
    chinese_there = any(family in families_here(system) for family in CHINESE_FAMILIES)
    remedy = "Install a font that has them; Chinese is in the package fonts-noto-cjk." if chinese_there else "Install the package fonts-noto-cjk."
    return GlyphsMissing(shown, remedy)


@cache
def _covered(system: bool) -> frozenset[int]:
    """The characters that some family of a report has in every weight the report uses."""
    found = set(_BUILT_IN_HAS)
    for family in families_here(system)[:-1]:
        faces = [font for font in fonts_here(system).fonts() if font.family == family and font.style == "normal" and font.weight in _UPRIGHT_WEIGHTS and font.path]
        if faces:
            found |= frozenset.intersection(*(characters_of(Path(str(face.path)), face.index) for face in faces))
    return frozenset(found)


@cache
def characters_of(path: Path, index: int) -> frozenset[int]:
    """Which characters has this face of a font file? Empty where its character map has no form that we read."""
    with path.open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as data:
        start = struct.unpack_from(">L", data, 12 + 4 * index)[0] if data[:4] == b"ttcf" else 0
        tables = {data[at : at + 4]: struct.unpack_from(">L", data, at + 8)[0] for at in range(start + 12, start + 12 + 16 * struct.unpack_from(">H", data, start + 4)[0], 16)}
        at = tables[b"cmap"]
        subtables = [struct.unpack_from(">HHL", data, at + 4 + 8 * place) for place in range(struct.unpack_from(">H", data, at + 2)[0])]
        formats = {struct.unpack_from(">H", data, at + offset)[0]: at + offset for platform, encoding, offset in subtables if (platform, encoding) in {(3, 10), (3, 1)} or platform == 0}
        if 12 in formats:
            return frozenset(_format_12(data, formats[12]))
        return frozenset(_format_4(data, formats[4])) if 4 in formats else frozenset()


def _format_12(data: mmap.mmap, at: int) -> Iterator[int]:
    """Groups of first character, last character, first glyph; glyph 0 is the gap."""
    for first, last, glyph in _groups(data, at):
        yield from range(first + (glyph == 0), last + 1)


def _groups(data: mmap.mmap, at: int) -> Iterable[tuple[int, int, int]]:
    count = struct.unpack_from(">L", data, at + 12)[0]
    return (struct.unpack_from(">LLL", data, at + 16 + 12 * place) for place in range(count))


def _format_4(data: mmap.mmap, at: int) -> Iterator[int]:
    """Segments of the first 65,536 characters, each with a shift or a list of glyphs."""
    twice = struct.unpack_from(">H", data, at + 6)[0]
    for place in range(0, twice, 2):
        last, first, shift, offset = (struct.unpack_from(">H", data, at + 14 + place + skip)[0] for skip in (0, twice + 2, 2 * twice + 2, 3 * twice + 2))
        for letter in range(first, min(last, 0xFFFE) + 1):
            glyph = letter if offset == 0 else struct.unpack_from(">H", data, at + 16 + 3 * twice + place + offset + 2 * (letter - first))[0]
            if glyph and (glyph + shift) & 0xFFFF:
                yield letter
