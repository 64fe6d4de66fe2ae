"""What does the person read whose data is stored and not used?

Why it is not erased yet, by which rule and until when; what that means; what the person can do. Plain words, exact days.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from arrears.act.paper.glyphs import refuse_missing_glyphs
from arrears.act.paper.setting import set_pdf
from arrears.casefile.facts.retention import Ground
from arrears.core.reasons import Language, Sentence

TEMPLATE = Path(__file__).parents[1] / "templates" / "letter.typ"
TITLE = Sentence("Your data is now only stored", "您的个人信息现仅作存储")
_TO = Sentence("To {name}", "{name}：")
_NAMELESS = Sentence("the person concerned", "当事人")
_ASKED = Sentence(
    "You asked us to erase the data that we hold about you, or we found that it should be erased. We may not erase all of it yet.",
    "您要求我们删除您的个人信息，或者我们发现该信息应当删除。目前我们还不能全部删除。",
)
_WHY = {
    Ground.DUTY: Sentence("Why: the law obliges us to keep these records for a certain time: {rule}.", "原因：法律要求我们将这些记录保存一定期限：{rule}。"),
    Ground.LEGAL_HOLD: Sentence(
        "Why: the records are needed for a legal matter that has not ended, to bring, to answer or to decide a claim.",
        "原因：一项法律事务尚未结束，提出、答辩或裁决该事项需要这些记录。"),
    Ground.UNCONFIRMED: Sentence(
        "Why: the time for which we must keep these records seems to be over, but somebody of ours must still confirm it: {rule}.",
        "原因：这些记录的法定保存期限似乎已满，但仍须由我们的工作人员确认：{rule}。"),
}
_RULE_UNKNOWN = Sentence("the rule is being looked up", "相关规定正在核实")
_UNTIL = Sentence("Until when: through {day}. On the day after, the data is erased without your asking again.", "保存至：{day}（含当日）。次日起将予删除，您无需再次提出。")
_UNTIL_UNKNOWN = Sentence(
    "Until when: no day is fixed yet. As soon as the reason ends, the data is erased without your asking again.",
    "保存至：目前尚无确定日期。上述原因一旦消除，即予删除，您无需再次提出。",
)
_WHAT = Sentence("What is kept: {kinds}.", "保存的内容：{kinds}。")
_KINDS = {
    "personal_file": Sentence("your file (name, numbers, addresses, notes)", "您的档案（姓名、号码、地址、备注）"),
    "recording": Sentence("recordings", "录音录像"),
    "correspondence": Sentence("messages, letters and minutes", "信息、信函和记录"),
    "contract": Sentence("agreements", "合同协议"),
}
_MEANS = Sentence(
    "What this means: the data is stored and protected, and used for nothing else. We do not contact you about it, decide nothing by it, and show it to nobody but those who must account for it.",
    "这意味着：该信息只作存储并采取必要的安全保护措施，不作其他处理。我们不会据此与您联系，不会据此作出任何决定；除依法须对其负责的人员外，任何人都无法查看。",
)
_CAN = Sentence(
    "What you can do: ask us for a copy, correct what is wrong, take your request back, or complain to the data protection authority or a court.",
    "您可以：向我们索取副本，更正错误信息，撤回您的请求，也可以向个人信息保护主管部门投诉或者向人民法院起诉。",
)
_MARK = Sentence("Our mark: {mark}", "编号：{mark}")


@dataclass(frozen=True, slots=True)
class Restricted:
    """What the letter tells: to whom, from whom, under which mark, on which day, until when, on which ground, by which rule, of which records."""

    name: str | None
    institution: str
    mark: str
    on: date
    until_on: date | None
    ground: Ground
    rule: str
    record_types: tuple[str, ...]


def paragraphs(told: Restricted, language: Language) -> tuple[str, ...]:
    """The letter's sentences, one a paragraph, in the order in which they are read.

    >>> told = Restricted("林静", "海港银行", "M", date(2026, 11, 28), date(2029, 11, 28), Ground.DUTY, "民法典第188条", ("personal_file",))
    >>> paragraphs(told, "zh")[2]
    '保存至：2029年11月28日（含当日）。次日起将予删除，您无需再次提出。'
    """
    kinds = [_KINDS[kind].in_language(language) for kind in told.record_types]
    until = _UNTIL.in_language(language).format(day=_day(told.until_on, language)) if told.until_on else _UNTIL_UNKNOWN.in_language(language)
    return (
        _ASKED.in_language(language),
        _WHY[told.ground].in_language(language).format(rule=told.rule or _RULE_UNKNOWN.in_language(language)),
        until,
        _WHAT.in_language(language).format(kinds=("、" if language == "zh" else "; ").join(kinds)),
        _MEANS.in_language(language),
        _CAN.in_language(language),
    )


def _day(day: date, language: Language) -> str:
    return f"{day.year}年{day.month}月{day.day}日" if language == "zh" else f"{day.day} {day:%B %Y}"


def _said(told: Restricted, language: Language) -> dict[str, Any]:
    return {
        "language": language, "title": TITLE.in_language(language), "from": told.institution, "day": _day(told.on, language),
        "to": _TO.in_language(language).format(name=told.name or _NAMELESS.in_language(language)),
        "mark": _MARK.in_language(language).format(mark=told.mark), "paragraphs": paragraphs(told, language),
    }


@cache
def _template() -> Template:
    environment = Environment(loader=PackageLoader("arrears.engine"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    return environment.get_template("letter.html")


def letter_html(told: Restricted, language: Language) -> str:
    """The letter as a page that needs nothing beside it."""
    return _template().render(letter=_said(told, language))


def letter_pdf(told: Restricted, language: Language) -> bytes:
    """The letter as PDF; the same letter and fonts give the same bytes.

    Raises:
        GlyphsMissing: the fonts of this machine cannot write some character.
    """
    said = _said(told, language)
    refuse_missing_glyphs(json.dumps(said, ensure_ascii=False))
    return set_pdf(TEMPLATE, "letter", said)
