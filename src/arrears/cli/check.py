"""May we make this contact? Asked on the command line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from arrears.check.conduct.pack import Packs
from arrears.check.conduct.rule import Says
from arrears.check.conduct.verdict import Answer, Finding, Verdict
from arrears.cli import doors
from arrears.cli.clock import today
from arrears.cli.documents import text_of
from arrears.cli.options import HomeOption, JsonOption, LanguageOption
from arrears.cli.showing import results, show_json, show_table
from arrears.core.problems import AnswerIsNo
from arrears.core.reasons import Language, Sentence
from arrears.engine.use_cases.checking import check_one

ANSWERS = {
    Answer.PERMITTED: Sentence("No rule we know stands in the way, on the facts given.", "就所给事实，已知规则均不禁止。"),
    Answer.DEFERRED_UNTIL: Sentence("Not now. If nothing else happens, not before", "现在不可。若无其他情况，最早"),
    Answer.DEFERRED_FOR_REVIEW: Sentence(
        "Not before a person of the compliance role has confirmed what is marked: its figure or words are not certain.", "须待合规人员确认所标规则后方可：其数值或文字尚不确定。"
    ),
    Answer.REFUSED: Sentence("No.", "不可。"),
}
SAYS = {
    Says.PERMITS: Sentence("permits", "允许"),
    Says.FORBIDS: Sentence("forbids", "禁止"),
    Says.PRESUMES: Sentence("presumes a breach", "推定违规"),
}
RULE, WHERE = Sentence("rule", "规则"), Sentence("where it stands", "出处")
EXCEPTION = Sentence("by exception", "适用例外")
NOT_CONFIRMED = Sentence("not confirmed", "未经确认")
NOT_KNOWN = Sentence("not known", "不详")
CAVEAT = Sentence(
    "This is what the rule packs say on the facts given. It is no legal advice and certifies nothing.", "以上为规则包就所给事实的结论，不构成法律意见，亦不作任何证明。"
)


def check(file: Path, /, *, language: LanguageOption = "en", json: JsonOption = False, home: HomeOption = None) -> None:
    """Say whether one proposed contact, or another act, is in the way of any rule, which one, and when it no longer would be (YAML or JSON).

    Ends with exit code 1 where the answer is not yes.

    Examples:
      arrears check contact.yaml
      arrears check contact.json --language zh
      arrears check contact.yaml --json
      arrears check contact.yaml --home /var/lib/arrears

    Parameters
    ----------
    file
        What is proposed, what is known, and when. Fields: docs/how_to/check_a_contact.md.
    language
        Language of the answer: en or zh.
    json
        One JSON document for machines.
    home
        Home whose people have confirmed figures and rules (`arrears rules`). Without it nothing counts as confirmed but what the packs confirm.
    """
    found = check_one(text_of(file), str(file), _confirmed_in(home))
    show_json(_for_machines(found)) if json else _show(found, language)
    if found.answer is not Answer.PERMITTED:
        raise AnswerIsNo(_sentence(found, language))


def _confirmed_in(home: Path | None) -> Packs | None:
    """The packs with what the people of this home have confirmed. No home is opened that was not named: a check needs none."""
    if home is None:
        return None
    with doors.opened(home) as place:
        from arrears.engine.use_cases.confirming import packs_of  # Reads the records; a check without a home waits for no database.
        from arrears.engine.use_cases.setting_up import institution_of

        return packs_of(institution_of(place), today())


def _sentence(found: Verdict, language: Language) -> str:
    """The answer in one line."""
    said = ANSWERS[found.answer].in_language(language)
    return f"{said} {found.next_permitted_at.isoformat(' ')}" if found.answer is Answer.DEFERRED_UNTIL and found.next_permitted_at else said


def _show(found: Verdict, language: Language) -> None:
    for why in found.refused_because:
        results.print(why.in_language(language))
    if found.findings:
        columns = [("", False), (RULE.in_language(language), False), (WHERE.in_language(language), False)]
        in_order = sorted(found.findings, key=lambda one: (not one.in_the_way, one.certain, one.pack))
        show_table(_sentence(found, language), columns, [_cells(one, language) for one in in_order])
    results.print(CAVEAT.in_language(language))


def _cells(one: Finding, language: Language) -> tuple[str, str, str]:
    label = one.rule.label.in_language(language)
    notes = []
    if one.exception:
        lifted = next(exception.label for exception in one.rule.exceptions if exception.name == one.exception)
        notes.append(f"{EXCEPTION.in_language(language)}: {lifted.in_language(language)}")
    if one.in_the_way:
        notes += dict.fromkeys(event.says.in_language(language) for event in one.used if event.says is not None)
    if one.judged.missing is not None:
        notes.append(f"{NOT_KNOWN.in_language(language)}: {one.judged.missing.in_language(language)}")
    if one.judged.counted is not None and one.judged.limit is not None:
        notes.append(f"{one.judged.counted}/{one.judged.limit}")
    if not one.certain:
        notes.append(NOT_CONFIRMED.in_language(language))
    return SAYS[one.says].in_language(language), f"{label} ({'; '.join(notes)})" if notes else label, f"{one.rule.citation} [{one.pack}]"


def _for_machines(found: Verdict) -> dict[str, Any]:
    return {
        "answer": found.answer.value,
        "reading": found.reading.value,
        "next_permitted_at": None if found.next_permitted_at is None else found.next_permitted_at.isoformat(),
        "not_covered": [why.en for why in found.refused_because],
        "packs": [{"pack": one.pack, "coverage": one.coverage.value, "why": None if one.why is None else one.why.en} for one in found.asked],
        "rules": [_rule_for_machines(one) for one in found.findings],
    }


def _rule_for_machines(one: Finding) -> dict[str, Any]:
    return {
        "pack": one.pack,
        "rule": one.rule.name,
        "says": one.says.value,
        "citation": one.rule.citation,
        "label": {"en": one.rule.label.en, "zh": one.rule.label.zh},
        "exception": one.exception or None,
        "certain": one.certain,
        "figures": [{"figure": reading.name, "value": str(reading.stated.value), "source": reading.citation, "certain": reading.certain} for reading in one.rests_on],
        "events": [{"at": event.at.isoformat(), "kind": event.kind.value} for event in one.used],
        "ends_at": None if one.judged.ends_at is None else one.judged.ends_at.isoformat(),
        "counted": one.judged.counted,
        "limit": one.judged.limit,
        "missing": None if one.judged.missing is None else one.judged.missing.en,
    }
