"""What is put in the place of a variable, and how is it written in a language?

Every value has a type. What people are called is cleaned: no control character, none that turns the direction of writing, nothing that a telephone
would make a link of. Nothing that a value says is read as a placeholder.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from babel.dates import format_date
from babel.numbers import format_currency

from arrears.act.content.vocabulary import Capacity, Item, Kind
from arrears.check.conduct.words import Product
from arrears.core.money import as_decimal, minor_digits
from arrears.core.problems import BadData

LONGEST: Mapping[Kind, int] = {Kind.NAME: 120, Kind.TEXT: 300, Kind.LINES: 120, Kind.TAIL: 4, Kind.CODE: 24, Kind.LINK: 200, Kind.PHONE: 24}
"""Most characters of one value, of one line where it has several."""
MOST_LINES = 12
BABEL = {"zh-CN": "zh_Hans_CN", "en": "en", "es": "es_ES"}
_POINT_IN_SPANISH = frozenset({"USD", "MXN", "GTQ", "HNL", "NIO", "DOP", "PEN", "PAB", "CNY", "JPY", "KRW", "INR", "GBP"})
"""Where people who read Spanish write these amounts, or in their trade, the decimals stand after a point; elsewhere after a comma."""


class ValueNotUsable(BadData):
    """A value is missing, of another type, too long, or says what it must not."""


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in minor units of a currency.

    Raises:
        core.money.AmountNotValid: there is no such currency.
    """

    minor: int
    currency: str

    def __post_init__(self) -> None:
        minor_digits(self.currency)


@dataclass(frozen=True, slots=True)
class Sender:
    """Who writes: `name` of the writer, and whose money it is."""

    capacity: Capacity
    name: str
    lender: str


@dataclass(frozen=True, slots=True)
class Neutral:
    """The name under which somebody writes who must tell of no debt; is it the lender's lawful name?"""

    name: str
    is_lawful: bool


@dataclass(frozen=True, slots=True)
class Amounts:
    """Named amounts, in their order. Less than nothing is what was taken off."""

    rows: tuple[tuple[Item, int], ...]
    currency: str


Value = Money | date | str | tuple[str, ...] | Sender | Neutral | Product | Amounts


def money_text(money: Money, locale: str) -> str:
    """The amount as a reader of this language expects it, exact to the last minor unit, its currency beyond doubt.

    >>> [money_text(Money(123450, code), "en") for code in ("USD", "CNY", "KWD")], money_text(Money(999_999_999_99, "GBP"), "en")
    (['$1,234.50', 'CNY 1,234.50', 'KWD 123.450'], '£999,999,999.99')
    >>> money_text(Money(123450, "CNY"), "zh-CN"), money_text(Money(1234, "JPY"), "zh-CN"), money_text(Money(1, "USD"), "zh-CN")
    ('1,234.50元', '1,234日元', '0.01美元')
    >>> money_text(Money(123450, "EUR"), "es"), money_text(Money(123450, "MXN"), "es")
    ('1.234,50 EUR', '1,234.50 MXN')
    """
    amount = as_decimal(money.minor, money.currency)
    if locale == "zh-CN":
        said = format_currency(amount, money.currency, locale=BABEL[locale], format_type="name")
        return _plain(said.replace("人民币", "元") if money.currency == "CNY" else said)
    if locale == "es":
        grouping = "es_MX" if money.currency in _POINT_IN_SPANISH else BABEL[locale]
        return _plain(format_currency(amount, money.currency, format="#,##0.00 ¤¤", locale=grouping))
    said = _plain(format_currency(amount, money.currency, locale=BABEL[locale])).replace("¥", f"{money.currency} ").replace("CNCNY", "CNY")
    return re.sub(rf"^(-?{money.currency}) ?(?=\d)", r"\1 ", said)


def day_text(day: date, locale: str) -> str:
    """The day so that no reader takes the month for the day.

    >>> [day_text(date(2026, 3, 2), locale) for locale in ("zh-CN", "en", "es")]
    ['2026年3月2日', '2 March 2026', '2 de marzo de 2026']
    """
    return _plain(format_date(day, "d MMMM y" if locale == "en" else "long", locale=BABEL[locale]))


def _plain(said: str) -> str:
    """Spaces that do not break would force the alphabet of a text message, and halve it."""
    return said.replace("\N{NO-BREAK SPACE}", " ").replace("\N{NARROW NO-BREAK SPACE}", " ")


_SCHEME, _DOMAIN = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://|[/\\@<>]|\bwww\."), re.compile(r"(?<=\w)\.(?=[^\W\d_]{2})")


def cleaned(said: str) -> str:
    """A name or a line as people may see it: composed (NFC), one line, without control, without format characters, without links.

    >>> cleaned("Anna\\u202eevil.com\\n  Lee"), cleaned("https://evil.example/x"), cleaned("Harbour.com B.V."), cleaned("O'Neill 😀 𠮷野")
    ('Annaevil. com Lee', 'evil. example x', 'Harbour. com B.V.', "O'Neill 😀 𠮷野")
    """
    spaced = "".join(" " if char in "\n\r\t\v\f" or unicodedata.category(char) in ("Zl", "Zp") else char for char in unicodedata.normalize("NFC", said))
    seen = "".join(_seen(char) for char in spaced)
    return " ".join(_DOMAIN.sub(". ", _SCHEME.sub(" ", seen)).split())


def _seen(char: str) -> str:
    """Of a rare character nothing is lost: those newer than Python's tables stay, and one of a private set is shown as missing (〓)."""
    kind = unicodedata.category(char)
    if kind == "Co":
        return "〓"
    return "" if kind in ("Cc", "Cf", "Cs") or (kind == "Cn" and not 0x20000 <= ord(char) <= 0x3FFFF) else char


def lines_cleaned(lines: tuple[str, ...]) -> tuple[str, ...]:
    """Lines without control and format characters; the lender's own links stay in them."""
    return tuple(" ".join("".join(_seen(char) or " " for char in unicodedata.normalize("NFC", line)).split()) for line in lines)


_CODE = re.compile(r"[A-Za-z0-9-]{1,24}|退订|[\u4e00-\u9fff]{1,4}")
_PHONE = re.compile(r"\+?[0-9][0-9 ()-]{2,22}")
_LINK = re.compile(r"https://[A-Za-z0-9][A-Za-z0-9.-]*(:[0-9]{2,5})?(/[A-Za-z0-9._~/=&?%-]*)?")
_TAIL = re.compile(r"[0-9A-Za-z]{2,4}")


def _words(kind: Kind, said: Any) -> str:
    text = cleaned(said) if kind is Kind.NAME else (lines_cleaned((said,))[0] if kind is Kind.TEXT else said)
    if not text:
        raise ValueError("it says nothing")
    if len(text) > LONGEST[kind]:
        raise ValueError(f"{len(text)} characters, and at most {LONGEST[kind]} are written")
    return text


def _fitting(kind: Kind, said: str, pattern: re.Pattern[str], what: str) -> str:
    text = _words(kind, said)
    if not pattern.fullmatch(text):
        raise ValueError(f"it is no {what}")
    return text


def _lines(said: tuple[str, ...]) -> str:
    found = tuple(filter(None, lines_cleaned(said)))
    if not found or len(found) > MOST_LINES:
        raise ValueError(f"from 1 to {MOST_LINES} lines are written")
    if too_long := [line for line in found if len(line) > LONGEST[Kind.LINES]]:
        raise ValueError(f"a line has {len(too_long[0])} characters, and at most {LONGEST[Kind.LINES]} are written")
    return "\n".join(found)


TYPES: Mapping[Kind, type[Any]] = {
    Kind.MONEY: Money, Kind.DAY: date, Kind.NAME: str, Kind.TEXT: str, Kind.LINES: tuple, Kind.TAIL: str, Kind.CODE: str, Kind.LINK: str, Kind.PHONE: str,
    Kind.SENDER: Sender, Kind.NEUTRAL: Neutral, Kind.PRODUCT: Product, Kind.AMOUNTS: Amounts,
}
"""The Python type of a value of each kind."""
_WRITTEN: Mapping[Kind, Callable[[Any, str], str]] = {
    Kind.MONEY: money_text,
    Kind.DAY: day_text,
    Kind.NAME: lambda said, _: _words(Kind.NAME, said),
    Kind.NEUTRAL: lambda said, _: _words(Kind.NAME, said.name),
    Kind.TEXT: lambda said, _: _words(Kind.TEXT, said),
    Kind.LINES: lambda said, _: _lines(said),
    Kind.TAIL: lambda said, _: _fitting(Kind.TAIL, said, _TAIL, "two to four letters or digits"),
    Kind.CODE: lambda said, _: _fitting(Kind.CODE, said, _CODE, "code"),
    Kind.LINK: lambda said, _: _fitting(Kind.LINK, said, _LINK, "https address without a user and without a fragment"),
    Kind.PHONE: lambda said, _: _fitting(Kind.PHONE, said, _PHONE, "telephone number"),
}


def written(name: str, kind: Kind, value: Value, locale: str) -> str:
    """The value in this language; of the kinds that are closed sentences `wording` writes.

    Raises:
        ValueNotUsable: another type, too long, or not what it should be. It names the variable, never the value.
    """
    if type(value) is not TYPES[kind]:
        raise ValueNotUsable(f"{{{name}}} must be {kind}, and is {type(value).__name__}.", "The message is not written.", "Give a value of that type.")
    try:
        return _WRITTEN[kind](value, locale)
    except ValueError as why:
        raise ValueNotUsable(f"{{{name}}} cannot be written: {why}.", "The message is not written, so that nobody reads half of it.", "Correct the value.") from why


