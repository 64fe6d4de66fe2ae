"""How does a reason with figures become a sentence, for every row at once?

A sentence such as “{days_past_due} days late with {amount_overdue_minor}.” is taken apart once a policy: what stands before the first figure, then
for each figure its number in the list of texts and what follows it. A table holds the parts, a row a rule; a row of the book gets its sentence
by putting the parts of its rule and its own figures one after the other. Amounts are whole minor units throughout: their digits are set apart as
text, so that none passes through a float.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import ibis
import ibis.expr.types as ir

from arrears.core.reasons import LANGUAGES, Language, Sentence
from arrears.decide.policy.columns import CASE_COLUMNS
from arrears.decide.policy.table import PLACEHOLDER

_COLUMN_TYPES = {column.name: column.type for column in CASE_COLUMNS}
_UNKNOWN: dict[Language, str] = {"en": "an unknown amount", "zh": "金额不详"}
_DIGITS_WRITTEN = 21
"""The digits of an amount before its decimals, in groups of three: enough for every 64-bit integer."""
_DECIMALS = 2
"""Decimals of a currency that is not named."""
HOLD_WORDS = {
    "breathing_space": Sentence("breathing space", "喘息期"),
    "claims_paid": Sentence("says it is paid", "称已还款"),
    "complaint": Sentence("complaint", "投诉"),
    "deceased": Sentence("deceased", "身故"),
    "dispute": Sentence("dispute", "异议"),
    "distress": Sentence("distress", "身心危机"),
    "hardship": Sentence("hardship", "困难"),
    "insolvency": Sentence("insolvency", "破产"),
    "other": Sentence("other", "其他"),
    "represented": Sentence("represented", "已委托代理"),
    "restricted": Sentence("restricted to storage", "仅限存储"),
}
"""How kinds of holds are called in a sentence."""

COUNTED_NOUNS = frozenset({"accounts", "contacts", "days", "debts", "instalments", "items", "months", "payments", "times", "weeks"})
"""English nouns that may follow a figure in a reason; all form their plural with a plain s."""


def decimals_of(currency: ir.StringValue, digits_by_currency: Mapping[str, int]) -> ir.IntegerValue:
    """Decimals of a row's currency; two for a currency not in the table."""
    names = {digits: sorted(name for name, its in digits_by_currency.items() if its == digits) for digits in sorted({*digits_by_currency.values()} - {_DECIMALS})}
    two = ibis.literal(_DECIMALS, type="int32")
    return ibis.cases(*((currency.isin(of_these), ibis.literal(digits, type="int32")) for digits, of_these in names.items()), else_=two) if names else two


def digits_of(minor: ir.IntegerValue, decimals: ir.IntegerValue) -> ir.StringValue:
    """Minor units (not negative) as so many digits that those before the decimals always begin at the same place."""
    return minor.cast("string").lpad(_DIGITS_WRITTEN + decimals, "0")


def money_text(digits: ir.StringValue, decimals: ir.IntegerValue, currency: ir.StringValue) -> ir.StringValue:
    """An amount as people write it, 1,234.50 CNY.

    Args:
        digits: as `digits_of` gives them.
    """
    groups = [digits.substr(place, 3) for place in range(0, _DIGITS_WRITTEN, 3)]
    # No reference to a group of the pattern: engines write those differently.
    stripped = ibis.literal(",").join(groups).re_replace("^[0,]+", "")
    return ibis.ifelse(stripped == "", "0", stripped) + ibis.ifelse(decimals == 0, "", ".") + digits.substr(_DIGITS_WRITTEN) + " " + currency


def _hold_text(kinds: ir.StringValue, language: Language) -> ir.StringValue:
    """Kinds of holds in words; longer names are replaced first so that none is cut in two."""
    text = kinds
    for kind in sorted(HOLD_WORDS, key=len, reverse=True):
        text = text.replace(kind, HOLD_WORDS[kind].in_language(language))
    return text.replace(",", ", " if language == "en" else "、")


def _placeholders(reasons: Mapping[str, Sentence]) -> list[str]:
    """Every case column that some sentence names; its place in the list, from 1, is its number, and 0 is no column at all."""
    return sorted({name for sentence in reasons.values() for language in LANGUAGES for name in PLACEHOLDER.findall(sentence.in_language(language))})


def _most_figures(reasons: Mapping[str, Sentence], language: Language) -> int:
    return max((len(PLACEHOLDER.findall(sentence.in_language(language))) for sentence in reasons.values()), default=0)


def sentence_types(reasons: Mapping[str, Sentence]) -> dict[str, str]:
    """Columns of the table of parts: the rule; a language: what stands first, and for each figure its number, what follows it, and what follows a 1."""
    types = {"said_by": "string"}
    for language in LANGUAGES:
        types[f"{language}_first"] = "string"
        for place in range(_most_figures(reasons, language)):
            types |= {f"{language}_figure_{place}": "int32", f"{language}_after_{place}": "string", f"{language}_after_one_{place}": "string"}
    return types


def sentence_rows(reasons: Mapping[str, Sentence]) -> list[dict[str, Any]]:
    """The table of parts, a row a rule; a sentence with fewer figures than another ends in empty parts.

    >>> rows = sentence_rows({"late": Sentence("Late by {days_past_due} days.", "逾期 {days_past_due} 天。")})
    >>> [rows[0][name] for name in ("en_first", "en_figure_0", "en_after_0", "en_after_one_0", "zh_after_0")]
    ['Late by ', 1, ' days.', ' day.', ' 天。']
    """
    numbers = {name: number for number, name in enumerate(_placeholders(reasons), 1)}
    rows = []
    for rule, sentence in reasons.items():
        row: dict[str, Any] = {"said_by": rule}
        for language in LANGUAGES:
            parts = PLACEHOLDER.split(sentence.in_language(language))
            row[f"{language}_first"] = parts[0]
            for place in range(_most_figures(reasons, language)):
                name, tail = parts[2 * place + 1 : 2 * place + 3] or (None, "")
                row[f"{language}_figure_{place}"] = numbers[name] if name else 0
                row[f"{language}_after_{place}"] = tail
                row[f"{language}_after_one_{place}"] = _after_one(tail) if language == "en" else tail
        rows.append(row)
    return rows


def _after_one(tail: str) -> str:
    """What follows a 1 in an English sentence: a noun that is counted stands in the singular."""
    noun = tail[1:].partition(" ")[0].rstrip(",.;:)")
    return tail.replace(noun, noun[:-1], 1) if tail.startswith(" ") and noun in COUNTED_NOUNS else tail


def _written(names: Iterable[str], told: ir.Table, digits_by_currency: Mapping[str, int]) -> ir.Table:
    """`told` with every named column as text, called text_… and its name; those of holds a language, an amount that nobody knows null."""
    amounts = [name for name in names if _COLUMN_TYPES[name] == "amount"]
    if amounts:
        told = told.mutate(decimals=decimals_of(told.currency, digits_by_currency))
        told = told.mutate(**{f"digits_{name}": digits_of(told[name], told.decimals) for name in amounts})
    texts: dict[str, ir.StringValue] = {}
    for name in names:
        if name == "hold_kinds":
            texts |= {f"text_{name}_{language}": _hold_text(told.hold_kinds, language) for language in LANGUAGES}
        elif name in amounts:
            texts[f"text_{name}"] = money_text(told[f"digits_{name}"], told.decimals, told.currency)
        else:
            texts[f"text_{name}"] = told[name].cast("string").fill_null("–")
    return told.mutate(**texts)


def _figures(names: Iterable[str], written: ir.Table, language: Language) -> ir.ArrayValue:
    """The texts in the order of their numbers; nothing for number 0."""
    texts = [written[f"text_{name}_{language}" if name == "hold_kinds" else f"text_{name}"] for name in names]
    return ibis.array([ibis.literal(""), *(
        text.fill_null(_UNKNOWN[language]) if _COLUMN_TYPES[name] == "amount" else text for name, text in zip(names, texts, strict=True)
    )])


def reason_texts(told: ir.Table, reasons: Mapping[str, Sentence], digits_by_currency: Mapping[str, int]) -> ir.Table:
    """`told` with `reason_en` and `reason_zh` of each row; empty for a row whose rule has no sentence.

    Args:
        told: rows with the parts of the sentence of their rule (`sentence_types`) beside their case columns.
        digits_by_currency: decimals of the currencies that occur.
    """
    names = _placeholders(reasons)
    written = _written(names, told, digits_by_currency)
    figures = written.mutate(**{f"figures_{language}": _figures(names, written, language) for language in LANGUAGES})
    said: dict[str, ir.StringValue] = {}
    for language in LANGUAGES:
        text = figures[f"{language}_first"]
        for place in range(_most_figures(reasons, language)):
            figure = figures[f"figures_{language}"][figures[f"{language}_figure_{place}"]]
            after, after_one = (figures[f"{language}_{part}_{place}"] for part in ("after", "after_one"))
            text = text + figure + (ibis.ifelse(figure == "1", after_one, after) if language == "en" else after)
        said[f"reason_{language}"] = text.fill_null("")
    return figures.mutate(**said)
