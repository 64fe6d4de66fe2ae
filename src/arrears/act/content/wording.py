"""Which sentences are closed: who writes, how a debt and an amount are called, what must not be said? One file a language (`wording/`).

A sentence of a sender carries the marks that it makes true: that the institution is named, that a debt collector writes, that a debt is being collected.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from arrears.act.content.values import Amounts, Money, Sender, cleaned, money_text
from arrears.act.content.vocabulary import LOCALES, Capacity, Item, Tone
from arrears.check.conduct.fields import Fields, content_of, refused
from arrears.check.conduct.words import Mark, Product

FOLDER = Path(__file__).with_name("wording")


@dataclass(frozen=True, slots=True)
class SenderSentence:
    """Who writes, in full and in short, and which marks each makes true."""

    full: str
    short: str
    marks: frozenset[Mark]
    short_marks: frozenset[Mark]


@dataclass(frozen=True, slots=True)
class Phrase:
    """Something that is not said: a pattern, why not, and at which steps it is true and may be."""

    pattern: re.Pattern[str]
    why: str
    unless: frozenset[Tone]


@dataclass(frozen=True, slots=True)
class Wording:
    """All closed words of one language.

    Attributes:
        discloses: patterns that tell of a debt.
        secrets: words for what nobody is asked for; `never` are the words that deny.
    """

    locale: str
    senders: Mapping[Capacity, SenderSentence]
    products: Mapping[Product, str]
    items: Mapping[Item, str]
    forbidden: tuple[Phrase, ...]
    discloses: re.Pattern[str]
    secrets: re.Pattern[str]
    never: re.Pattern[str]

    def sender(self, sender: Sender, *, short: bool) -> str:
        """The sentence that says who writes.

        >>> wording_of("zh-CN").sender(Sender(Capacity.AGENCY, "安和咨询", "示例银行"), short=True)
        '安和咨询（受示例银行委托）'
        """
        sentence = self.senders[sender.capacity]
        said = sentence.short if short else sentence.full
        names = {"name": cleaned(sender.name), "lender": cleaned(sender.lender)}
        return re.sub(r"\{(name|lender)\}", lambda found: names[found[1]], said)

    def amounts(self, amounts: Amounts) -> str:
        """The table, a line for each amount."""
        colon = "：" if self.locale == "zh-CN" else ": "
        return "\n".join(f"{self.items[item]}{colon}{money_text(Money(minor, amounts.currency), self.locale)}" for item, minor in amounts.rows)


@cache
def wording_of(locale: str) -> Wording:
    """The closed words of this language; a shipped file with a fault is our own mistake."""
    assert locale in LOCALES, locale
    file = FOLDER / f"{locale}.yaml"
    return read_wording(file.read_text(encoding="utf-8"), file.name, locale)


def read_wording(text: str, where: str, locale: str) -> Wording:
    """What a file of wording says. Raises `BadData` where it says something else than it should."""
    fields = Fields(where, content_of(where, text))
    senders = Fields(f"{where}: senders", fields.take("senders"))
    products, items = fields.mapping("products"), fields.mapping("items")
    found = Wording(
        locale=locale,
        senders={one: _sentence(Fields(f"{where}: {one}", senders.take(one))) for one in Capacity},
        products={one: products[one] for one in Product if one in products},
        items={one: items[one] for one in Item},
        forbidden=tuple(_phrase(one) for one in fields.inner("forbidden")),
        discloses=_any_of(where, fields.names("discloses")),
        secrets=_any_of(where, fields.names("secrets")),
        never=_any_of(where, fields.names("never")),
    )
    senders.done()
    fields.done()
    return found


def _sentence(fields: Fields) -> SenderSentence:
    found = SenderSentence(fields.text("full"), fields.text("short"), fields.choices("marks", Mark), fields.choices("short_marks", Mark))
    fields.done()
    return found


def _phrase(fields: Fields) -> Phrase:
    found = Phrase(_any_of(fields.where, fields.names("words")), fields.text("why"), fields.choices("unless", Tone))
    fields.done()
    return found


def _any_of(where: str, patterns: tuple[str, ...]) -> re.Pattern[str]:
    if not patterns:
        raise refused(where, "a list of words is empty.")
    try:
        return re.compile("|".join(f"(?:{one})" for one in patterns), re.IGNORECASE)
    except re.error as trouble:
        raise refused(where, f"a pattern cannot be read: {trouble}.") from trouble
