"""Until when must something be answered, deleted or kept in China: complaints, credit records, impact assessments?

Days are calendar days and do not move: whoever answers on the last working day before is never late by either reading.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from arrears.assess.classification.months import months_after
from arrears.core.parameters import Parameters, Reading
from arrears.core.reasons import Sentence
from arrears.core.workings import Worked, worked
from arrears.decide.escalation.counting import counted_line, days_after, last_day, money, moved, said


class Complexity(StrEnum):
    """How hard is a complaint?"""

    SIMPLE = "simple"
    COMPLEX = "complex"
    EXCEPTIONAL = "exceptional"
    """Especially complex; a superior approved more time."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Within how many days, and so by when."""

    days: int
    due_on: date


_COMPLAINTS = {Complexity.SIMPLE: "cn_complaint_days", Complexity.COMPLEX: "cn_complaint_complex_days", Complexity.EXCEPTIONAL: "cn_complaint_extended_days"}


def complaint(parameters: Parameters, received: date, complexity: Complexity) -> Worked[Answer]:
    """By when is a complaint decided and the complainant told?"""
    return _answer(parameters, _COMPLAINTS[complexity], received)


def credit_objection(parameters: Parameters, received: date) -> Worked[Answer]:
    """By when is an objection to a credit record checked and answered in writing?"""
    return _answer(parameters, "cn_credit_objection_days", received)


def _answer(parameters: Parameters, name: str, received: date) -> Worked[Answer]:
    length = parameters.value_on(name, received)
    due = days_after(received, length.whole)
    return worked(Answer(length.whole, due), [counted_line(received, length, moved(due, frozenset()))], [length])


@dataclass(frozen=True, slots=True)
class CreditRecord:
    """Negative information: the day after which it is deleted (None: the five years have not begun), and is it still shown?"""

    delete_after: date | None
    still_shown: bool


def credit_record(parameters: Parameters, ended: date | None, as_of: date) -> Worked[CreditRecord]:
    """Until when does negative information stay in a credit record? The years run from the end of the bad conduct."""
    length = parameters.value_on("cn_negative_entry_years", as_of)
    if ended is None or ended > as_of:
        return worked(CreditRecord(None, True), [said("The bad conduct goes on: the years have not begun.", "不良行为尚未终止，五年期限未起算。")], [length])
    until = last_day(ended, length)
    return worked(CreditRecord(until.counted, as_of <= until.counted), [counted_line(ended, length, until)], [length])


@dataclass(frozen=True, slots=True)
class Repair:
    """一次性信用修复: is the entry hidden, and from or by when?"""

    hidden: bool
    from_on: date | None = None
    by: date | None = None


PUBLISHED_ON = date(2025, 12, 22)
"""The day of the notice on the one-off credit repair, at which its figures are read."""


@dataclass(frozen=True, slots=True)
class RepairFigures:
    """The six figures of the one-off credit repair: largest amount, span in which the entry arose, last days of payment, first day of hiding."""

    at_most: Reading
    arose_from: Reading
    arose_to: Reading
    paid_by: Reading
    early_paid_by: Reading
    early_hidden_from: Reading


def repaired(figures: RepairFigures, overdue_minor: int, arose: date, repaid: date) -> Repair:
    """Is the entry hidden, and since when? What was paid by the early day is hidden from a day on, what was paid later by the end of the next month.

    Stated once, for who asks and for the rule of conduct.
    """
    if not (overdue_minor <= figures.at_most.whole and figures.arose_from.day <= arose <= figures.arose_to.day and repaid <= figures.paid_by.day):
        return Repair(False)
    if repaid <= figures.early_paid_by.day:
        return Repair(True, from_on=figures.early_hidden_from.day)
    return Repair(True, by=days_after(months_after(repaid.replace(day=1), 2), -1))


def credit_repair(parameters: Parameters, overdue_minor: int, arose: date, repaid: date) -> Worked[Repair]:
    """Was an overdue entry hidden by the one-off credit repair? Its window is closed: for history only."""
    names = ("at_most_minor", "arose_from", "arose_to", "paid_by", "early_paid_by", "early_hidden_from")
    figures = RepairFigures(*(parameters.value_on(f"cn_repair_{name}", PUBLISHED_ON) for name in names))
    found = repaired(figures, overdue_minor, arose, repaid)
    conditions = (
        (overdue_minor <= figures.at_most.whole, said("{sum}: at most {cap}", "金额{sum}：上限{cap}", sum=money(overdue_minor), cap=money(figures.at_most.whole))),
        (
            figures.arose_from.day <= arose <= figures.arose_to.day,
            said("Arose {day}: from {a} to {b}", "{day}产生：须在{a}至{b}之间", day=arose, a=figures.arose_from.day, b=figures.arose_to.day),
        ),
        (repaid <= figures.paid_by.day, said("Repaid {day}: by {last}", "{day}还清：不迟于{last}", day=repaid, last=figures.paid_by.day)),
    )
    lines: list[Sentence] = [
        Sentence(f"{line.en}: {'yes' if holds else 'no'}", f"{line.zh}：{'符合' if holds else '不符合'}") for holds, line in conditions
    ]
    if found.by is not None:
        lines.append(said("By the end of the month after.", "次月底前不予展示。"))
    in_the_order_read = [figures.at_most, figures.arose_from, figures.arose_to, figures.early_paid_by, figures.early_hidden_from, figures.paid_by]
    return worked(found, lines, in_the_order_read)


class Processing(StrEnum):
    """Which processing of personal information is meant?"""

    SENSITIVE_INFORMATION = "sensitive_information"
    AUTOMATED_DECISION = "automated_decision"
    SHARING = "sharing"
    """Entrusting (an agency), giving to another handler, publishing."""
    ABROAD = "abroad"
    MAJOR_EFFECT = "major_effect"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class ImpactAssessment:
    """个人信息保护影响评估: is one needed first, for how many years are report and record kept, and so until when (None: not made yet)?"""

    required: bool
    keep_years: int
    keep_until: date | None


def impact_assessment(parameters: Parameters, processing: Processing, on: date, made: date | None = None) -> Worked[ImpactAssessment]:
    """Does this processing need an impact assessment before it begins, and how long is its report kept?"""
    keep = parameters.value_on("cn_impact_assessment_years", on)
    readings, lines = [keep], []
    required = False
    if processing is not Processing.OTHER:
        needs = parameters.value_on(f"cn_impact_assessment_{processing.value}", on)
        readings.insert(0, needs)
        required = needs.yes
        lines.append(said("Needed before it begins ({article})", "须事前评估（{article}）", article=needs.stated.article))
    else:
        lines.append(said("Not among the cases of art. 55; a major effect would make it one.", "不属于第55条列举的情形；对个人权益有重大影响的除外。"))
    until = None if made is None else last_day(made, keep)
    if made is not None and until is not None:
        lines.append(counted_line(made, keep, until))
    return worked(ImpactAssessment(required, keep.whole, None if until is None else until.counted), lines, readings)
