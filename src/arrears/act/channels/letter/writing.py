"""What stands on a letter, and on how many sheets?

Address in the window, sender, day, reference, a code with its QR square, subject and text, page numbers that begin anew with every letter. Letters that
are printed together are set as one document: its fonts are embedded once, which is most of the work.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Any

import qrcode
from babel.dates import format_date
from qrcode.constants import ERROR_CORRECT_M

from arrears.act.paper.glyphs import families_for, missing_glyphs
from arrears.act.paper.setting import compiler, set_pdf
from arrears.act.sending import Outgoing
from arrears.core.codes import grouped

TEMPLATE = Path(__file__).with_name("letters.typ")
STANDARD = "a-2a"
"""PDF/A-2 (ISO 19005-2) at its strictest level: for archives, with text that can be extracted and a structure that is read aloud."""
MOST_LINES = 6
"""Lines of a postal address (DIN 5008:2020, 9.2: six lines of the address zone)."""
LONGEST_LINE = 60
"""Half-width characters of an address line; more would be too small to be read by a sorting machine."""


class Window(StrEnum):
    """Where does the address stand?"""

    DIN = "din"
    """In the window of a European envelope (DIN 5008, form B), sheet A4."""
    US = "us"
    """In the window of a US number 10 envelope, sheet Letter."""
    PAGE = "page"
    """On a page of its own before the letter, for envelopes without a window."""


_PLACES: dict[Window, tuple[str, dict[str, float], bool]] = {
    Window.DIN: ("a4", {"left": 25, "top": 50, "width": 80, "height": 40}, True),
    Window.US: ("us-letter", {"left": 22, "top": 50, "width": 100, "height": 28}, False),
    Window.PAGE: ("a4", {"left": 25, "top": 50, "width": 100, "height": 40}, True),
}
"""Paper, the address block on it in millimetres, and whether the sender's line stands above the address."""


@dataclass(frozen=True, slots=True)
class Letterhead:
    """In whose name are letters written?

    Attributes:
        sender: name and address, line by line; nothing in it that by itself tells of a debt.
        window: where the address stands.
        check_url: address under which a code is looked up, such as `https://bank.example/v/`.
    """

    sender: tuple[str, ...]
    window: Window
    check_url: str


class WhyNot(StrEnum):
    """Why can a letter not be written?"""

    NO_ADDRESS = "no_address"
    ADDRESS_TOO_LONG = "address_too_long"
    """It has more lines than a window, or a line that would be too small to read."""
    GLYPHS_MISSING = "glyphs_missing"
    """No font of this machine has some character: on paper there would be a gap."""


@dataclass(frozen=True, slots=True)
class Printed:
    """Letters as one document: its bytes, and of each letter its first and last page, counted from 1."""

    pdf: bytes
    pages: tuple[tuple[int, int], ...]


_WORDS = {
    "zh": ("编号：{}", "核实本函真伪：{}", "核验码：{}"),
    "en": ("Reference {}", "Is this letter genuine? {}", "Code {}"),
    "es": ("Referencia {}", "¿Es auténtica esta carta? {}", "Código {}"),
}
_MASK = 2


def why_not(one: Outgoing, head: Letterhead) -> WhyNot | None:
    """Can this letter be written? Asked before anything is printed.

    >>> head = Letterhead(("Example Bank", "1 High Street"), Window.DIN, "https://bank.example/v/")
    >>> why_not(Outgoing(7, "K7", "", "Your account", "Dear Ms Li, ...", "en"), head)
    <WhyNot.NO_ADDRESS: 'no_address'>
    """
    lines = address_lines(one.address)
    if not lines:
        return WhyNot.NO_ADDRESS
    if len(lines) > MOST_LINES or any(_half_widths(line) > LONGEST_LINE for line in lines):
        return WhyNot.ADDRESS_TOO_LONG
    if missing_glyphs("".join((one.address, one.subject, one.text, *head.sender))):
        return WhyNot.GLYPHS_MISSING
    return None


def address_lines(address: str) -> tuple[str, ...]:
    """The lines of a postal address as a message keeps it: a line each, blank ones left out.

    >>> address_lines("Ms Li\\n 1 High Street \\n\\nLondon N1 9GU")
    ('Ms Li', '1 High Street', 'London N1 9GU')
    """
    return tuple(line for line in (" ".join(raw.split()) for raw in address.splitlines()) if line)


def _half_widths(line: str) -> int:
    return sum(2 if ord(letter) >= 0x2E80 else 1 for letter in line)


def write(head: Letterhead, letters: Sequence[tuple[Outgoing, str]], on: date) -> Printed:
    """These letters, each with its code, as one document. Each must be one that can be written (`why_not`)."""
    assert letters, "a document has a letter"
    pdf = set_pdf(TEMPLATE, "letters", document_of(head, letters, on), STANDARD)
    return Printed(pdf, _pages(len(letters)))


def document_of(head: Letterhead, letters: Sequence[tuple[Outgoing, str]], on: date) -> dict[str, Any]:
    """What the template is told: every text of these letters, and where the address stands."""
    paper, place, returns = _PLACES[head.window]
    return {
        "title": letters[0][0].subject if len(letters) == 1 else "Letters", "sender": head.sender, "paper": paper, "window": place, "returns": returns,
        "alone": head.window is Window.PAGE, "on": {"year": on.year, "month": on.month, "day": on.day}, "letters": [_told(head, one, code, on) for one, code in letters],
    }


def _pages(count: int) -> tuple[tuple[int, int], ...]:
    """Of each letter of the document that was set last by this thread."""
    asked = f"range({count}).map(n => counter(page).at(label(\"last-\" + str(n))).first())"
    lengths = json.loads(compiler(TEMPLATE).eval(asked, format="json"))
    ends = [sum(lengths[: number + 1]) for number in range(count)]
    return tuple((end - length + 1, end) for end, length in zip(ends, lengths, strict=True))


def _told(head: Letterhead, one: Outgoing, code: str, on: date) -> dict[str, Any]:
    language, _, region = one.locale.partition("-")
    reference, genuine, code_word = _WORDS.get(language, _WORDS["en"])
    link = f"{head.check_url}{code}"
    return {
        "lang": language, "region": region or None, "fonts": families_for(language), "address": address_lines(one.address), "day": day_in_words(on, language),
        "reference": reference.format(one.key), "check": [genuine.format(""), head.check_url, code_word.format(grouped(code))], "link": link, "qr": qr_svg(link),
        "subject": one.subject, "paragraphs": [block.splitlines() for block in one.text.split("\n\n") if block.strip()],
    }


@lru_cache(maxsize=64)
def day_in_words(day: date, language: str) -> str:
    """A day as letters write it.

    >>> [day_in_words(date(2026, 3, 2), language) for language in ("zh", "en", "es")]
    ['2026年3月2日', '2 March 2026', '2 de marzo de 2026']
    """
    return str(format_date(day, format="long", locale={"zh": "zh_Hans", "es": "es"}.get(language, "en_GB")))


@lru_cache(maxsize=64)
def qr_svg(link: str) -> str:
    """The link as a QR square (ISO/IEC 18004, correction level M), drawn as one path without white around it.

    One mask is taken for all: every reader reads every mask, and looking for the prettiest of the eight takes five times as long as all else.
    """
    square = qrcode.QRCode(error_correction=ERROR_CORRECT_M, border=0, mask_pattern=_MASK)
    square.add_data(link, optimize=0)
    rows = square.get_matrix()
    path = "".join(f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, dark in enumerate(row) if dark)
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {len(rows)} {len(rows)}"><path d="{path}"/></svg>'
