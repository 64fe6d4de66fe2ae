"""How much is it, exactly?

Money is a whole number of minor units (cents, fen) and an ISO 4217 currency, in the database, in files and in code. No float
ever holds it, and text is read digit by digit: what does not fit the currency is refused, never rounded.
"""

from __future__ import annotations

import re
from decimal import Decimal
from functools import cache

from babel.core import get_global
from babel.numbers import format_currency, get_currency_precision

from arrears.core.reasons import Language

BIGINT_MAX = 2**63 - 1
AMOUNT_PATTERN = r"^[+-]?[0-9]+(\.[0-9]+)?$"
_AMOUNT = re.compile(AMOUNT_PATTERN)
_LOCALES: dict[Language, str] = {"en": "en", "zh": "zh_Hans_CN"}


class AmountNotValid(ValueError):
    """The text is not an amount in this currency; the message says why."""


@cache
def minor_digits(currency: str) -> int:
    """How many decimals has this currency? (ISO 4217, by way of the Unicode CLDR tables in Babel.)

    >>> minor_digits("CNY"), minor_digits("JPY"), minor_digits("KWD")
    (2, 0, 3)
    """
    if currency not in get_global("all_currencies"):
        raise AmountNotValid(f"“{currency}” is not an ISO 4217 currency code. Write three capital letters, such as CNY or USD.")
    return get_currency_precision(currency)


@cache
def currencies_not_of_two_digits() -> tuple[str, ...]:
    """Currencies whose amounts have more or fewer decimals than two.

    >>> {"JPY", "KWD"} <= set(currencies_not_of_two_digits()), "CNY" in currencies_not_of_two_digits()
    (True, False)
    """
    return tuple(sorted(name for name in get_global("all_currencies") if get_currency_precision(name) != 2))


def parse_minor(text: str, currency: str) -> int:
    """How many minor units does this text say? Zeros beyond the currency's decimals carry no money and are accepted.

    >>> parse_minor("1234.50", "CNY"), parse_minor("10000.0000", "CNY"), parse_minor("-7", "JPY")
    (123450, 1000000, -7)
    >>> parse_minor("0.005", "CNY")
    Traceback (most recent call last):
    ...
    arrears.core.money.AmountNotValid: “0.005” has more decimals than CNY has (2). Correct the amount; it is never rounded silently.
    """
    digits = minor_digits(currency)
    plain = text.strip()
    if not _AMOUNT.match(plain):
        raise AmountNotValid(f"“{text}” is not an amount. Write digits with a point for the decimals, such as 1234.50.")
    whole, _, decimals = plain.partition(".")
    if decimals[digits:].strip("0"):
        raise AmountNotValid(f"“{text}” has more decimals than {currency} has ({digits}). Correct the amount; it is never rounded silently.")
    minor = int(whole + decimals[:digits].ljust(digits, "0"))
    if abs(minor) > BIGINT_MAX:
        raise AmountNotValid(f"“{text}” is too large to be an amount.")
    return minor


def as_decimal(minor: int, currency: str) -> Decimal:
    """The same amount in major units, exactly.

    >>> as_decimal(123450, "CNY")
    Decimal('1234.50')
    """
    return Decimal(minor).scaleb(-minor_digits(currency))


def format_money(minor: int, currency: str, language: Language, *, with_currency: bool = True) -> str:
    """How is this amount written for a reader?

    >>> format_money(123450, "USD", "en"), format_money(123450, "CNY", "zh"), format_money(5, "USD", "en", with_currency=False)
    ('$1,234.50', '¥1,234.50', '0.05')
    """
    amount, locale = as_decimal(minor, currency), _LOCALES[language]
    if with_currency:
        return format_currency(amount, currency, locale=locale)
    return format_currency(amount, currency, format="#,##0.00", locale=locale)
