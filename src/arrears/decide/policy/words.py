"""How does a reason with figures become a sentence, for every row at once?"""

from __future__ import annotations

from collections.abc import Iterable

import ibis
import ibis.expr.types as ir

from arrears.core.reasons import LANGUAGES, Language, Sentence
from arrears.decide.policy.columns import CASE_COLUMNS
from arrears.decide.policy.table import PLACEHOLDER

_COLUMN_TYPES = {column.name: column.type for column in CASE_COLUMNS}
_UNKNOWN: dict[Language, str] = {"en": "an unknown amount", "zh": "金额不详"}
_GROUPS_OF_THOUSANDS = 5
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


def _grouped(whole: ir.IntegerValue) -> ir.StringValue:
    """A whole number with a comma between groups of three digits, as text; not negative."""
    groups = [((whole // 1000**place) % 1000).cast("string").lpad(3, "0") for place in reversed(range(_GROUPS_OF_THOUSANDS))]
    padded = ibis.literal("")
    for place, group in enumerate(groups):
        padded = padded + group + ("," if place < len(groups) - 1 else "")
    return ibis.ifelse(whole == 0, "0", padded.re_replace("^[0,]+", ""))


def _with_decimals(minor: ir.IntegerValue, digits: int) -> ir.StringValue:
    """Minor units as text in major units."""
    unit = 10**digits
    whole = _grouped(minor // unit)
    return whole if digits == 0 else whole + "." + (minor % unit).cast("string").lpad(digits, "0")


def money_text(minor: ir.IntegerValue, currency: ir.StringValue, digits_by_currency: dict[str, int]) -> ir.StringValue:
    """An amount as people write it, 1,234.50 CNY; two decimals for a currency not in the table."""
    names = {digits: sorted(name for name, its in digits_by_currency.items() if its == digits) for digits in sorted({*digits_by_currency.values()} - {2})}
    branches = [(currency.isin(of_these), _with_decimals(minor, digits)) for digits, of_these in names.items()]
    two = _with_decimals(minor, 2)
    amount = ibis.cases(*branches, else_=two) if branches else two
    return amount + " " + currency


def _hold_text(kinds: ir.StringValue, language: Language) -> ir.StringValue:
    """Kinds of holds in words; longer names are replaced first so that none is cut in two."""
    text = kinds
    for kind in sorted(HOLD_WORDS, key=len, reverse=True):
        text = text.replace(kind, HOLD_WORDS[kind].in_language(language))
    return text.replace(",", ", " if language == "en" else "、")


def _text_of(name: str, language: Language) -> str:
    """Name of the helper column that holds a case column as text: amounts and counts read the same in both languages."""
    return f"text_{name}_{language}" if name == "hold_kinds" else f"text_{name}"


def texts_used(sentences: Iterable[Sentence], cases: ir.Table, digits_by_currency: dict[str, int]) -> dict[str, ir.StringValue]:
    """Every case column that some sentence names, written out once as text; an amount nobody knows stays null."""
    texts: dict[str, ir.StringValue] = {}
    for name in sorted({name for sentence in sentences for text in (sentence.en, sentence.zh) for name in PLACEHOLDER.findall(text)}):
        if name == "hold_kinds":
            texts |= {_text_of(name, language): _hold_text(cases.hold_kinds, language) for language in LANGUAGES}
        elif _COLUMN_TYPES[name] == "amount":
            texts[_text_of(name, "en")] = money_text(cases[name], cases.currency, digits_by_currency)
        else:
            texts[_text_of(name, "en")] = cases[name].cast("string").fill_null("–")
    return texts


def sentence_column(sentence: Sentence, language: Language, written: ir.Table) -> ir.StringValue:
    """The sentence for every row, each `{column}` replaced by that row's text.

    Args:
        written: cases with the columns of `texts_used`.
    """
    parts = PLACEHOLDER.split(sentence.in_language(language))
    text: ir.StringValue = ibis.literal(parts[0])
    for name, tail in zip(parts[1::2], parts[2::2], strict=True):
        said = written[_text_of(name, language)]
        text = text + said.fill_null(_UNKNOWN[language]) + (_after(said, tail) if language == "en" else tail)
    return text


def _after(said: ir.StringValue, tail: str) -> ir.StringValue | str:
    """What follows a figure in an English sentence: a noun that is counted stands in the singular after 1."""
    noun = tail[1:].partition(" ")[0].rstrip(",.;:)")
    if not tail.startswith(" ") or noun not in COUNTED_NOUNS:
        return tail
    return ibis.ifelse(ibis.coalesce(said == "1", False), tail.replace(noun, noun[:-1], 1), tail)


def reason_columns(by_rule: dict[str, Sentence], written: ir.Table) -> dict[str, ir.StringValue]:
    """`reason_en` and `reason_zh` for every row, by its `rule`.

    Args:
        written: cases with `rule` and the columns of `texts_used`.
    """
    return {
        f"reason_{language}": ibis.cases(
            *((written.rule == name, sentence_column(sentence, language, written)) for name, sentence in by_rule.items()), else_=""
        )
        for language in LANGUAGES
    }
