"""May this be done? Every rule that binds is asked, and the strictest wins.

The answer has two halves. The *reading* is what the words and figures of the packs alone give. What is *obeyed* can only be stricter: a
figure or a rule that rests on memory or on one weak source permits nothing until a named person has confirmed it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple

from arrears.check.conduct.case import KEPT, Case, Figures, Judged
from arrears.check.conduct.facts import Event, Facts, Proposed
from arrears.check.conduct.law import Asked, Binding, Ground, Law, law_on
from arrears.check.conduct.pack import Packs
from arrears.check.conduct.rule import Rule, Says
from arrears.core.parameters import NoValue, Parameters, Reading
from arrears.core.reasons import Sentence

MOMENTS_TRIED = 100
NO_FIGURES = Figures({}, Parameters({}), date.min)
"""Before the first rule is asked."""


class Answer(StrEnum):
    """What is the answer?"""

    PERMITTED = "permitted"
    DEFERRED_UNTIL = "deferred_until"
    """Not now; from the next permitted moment on, if nothing else happens."""
    DEFERRED_FOR_REVIEW = "deferred_for_review"
    """The reading permits, on a figure or rule that nobody has confirmed: a person of the compliance role decides."""
    REFUSED = "refused"


class Finding(NamedTuple):
    """What one rule says.

    Attributes:
        exception: name of the exception that lifts it, where one does.
        rests_on: the figures it used.
        certain: rule and figures are confirmed.
    """

    pack: str
    rule: Rule
    says: Says
    judged: Judged
    exception: str
    used: tuple[Event, ...]
    rests_on: tuple[Reading, ...]
    certain: bool

    @property
    def in_the_way(self) -> bool:
        """Is the act refused for this rule?"""
        return self.says is not Says.PERMITS


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer, with everything it rests on.

    Attributes:
        answer: what is obeyed.
        reading: what the figures alone would give.
        next_permitted_at: the first later moment at which the reading permits if nothing else happens; None where time does not help.
        refused_because: what is not known or not covered, before any rule is asked.
    """

    answer: Answer
    reading: Answer
    findings: tuple[Finding, ...]
    asked: tuple[Asked, ...]
    next_permitted_at: datetime | None = None
    refused_because: tuple[Sentence, ...] = ()

    @property
    def in_the_way(self) -> tuple[Finding, ...]:
        """The rules for which the act is refused."""
        return tuple(_in_the_way(self.findings))

    @property
    def unconfirmed(self) -> tuple[Finding, ...]:
        """The rules that wait for a named person."""
        return tuple(finding for finding in self.findings if not finding.certain)


def verdict(proposed: Proposed, facts: Facts, at: datetime, packs: Packs) -> Verdict:
    """May this be done at this moment?

    Args:
        at: the moment of the act, with its zone; an electronic message is judged when it is sent.

    Raises:
        ConflictingExceptions: a pack contradicts itself.
    """
    assert at.tzinfo is not None, "a moment carries its zone"
    law = law_on(proposed, facts, packs)
    if law.refused_because:
        return Verdict(Answer.REFUSED, Answer.REFUSED, (), law.asked, None, law.refused_because)
    findings = _findings(proposed, facts, at, law, packs)
    in_the_way = _in_the_way(findings)
    if not in_the_way:
        answer = Answer.PERMITTED if all(finding.certain for finding in findings) else Answer.DEFERRED_FOR_REVIEW
        return Verdict(answer, Answer.PERMITTED, findings, law.asked)
    moment = _next_permitted(proposed, facts, law, packs, in_the_way)
    answer = Answer.REFUSED if moment is None else Answer.DEFERRED_UNTIL
    return Verdict(answer, answer, findings, law.asked, moment)


def findings_on(proposed: Proposed, facts: Facts, at: datetime, packs: Packs) -> tuple[Law, tuple[Finding, ...]]:
    """What does each rule say about this act at this moment? Of the law that was asked nothing is said where it does not cover the act.

    Who looks at what was done long ago needs no next permitted moment; `verdict` is for what is to be done.
    """
    law = law_on(proposed, facts, packs)
    return law, () if law.refused_because else _findings(proposed, facts, at, law, packs)


def _in_the_way(findings: tuple[Finding, ...]) -> list[Finding]:
    return [finding for finding in findings if finding.says is not Says.PERMITS]


def _findings(proposed: Proposed, facts: Facts, at: datetime, law: Law, packs: Packs) -> tuple[Finding, ...]:
    """What each rule says, by the figures of the day; where it is two days in two zones, the stricter of both."""
    case = Case(proposed, facts, at, law.zones, NO_FIGURES)
    days = sorted({day for _, day in case.days()})
    speaking = law.speaking_of(facts.kinds)
    if len(days) == 1:
        return tuple([one for binding in speaking if (one := _finding(case, binding, days[0], packs)) is not None])
    found = []
    for binding in speaking:
        said = [one for day in days if (one := _finding(case, binding, day, packs)) is not None]
        if said:
            found.append(said[0] if len(said) == 1 else next((one for one in said if one.in_the_way), said[0]))
    return tuple(found)


def _finding(case: Case, binding: Binding, day: date, packs: Packs) -> Finding | None:
    """What a rule says by the figures of one day; None where it is not in force or does not speak."""
    rule, on_day = binding.rule, binding.on(day, packs)
    if on_day is None:
        return None
    case.figures = figures = Figures(rule.parameters, binding.pack.parameters, day, known=on_day.figures)
    try:
        judged = rule.kind.judge(case, binding.uncounted)
        lifted = rule.exception_that_holds(case) if judged.breach else None
    except NoValue as trouble:
        judged, lifted = Judged(breach=True, missing=Sentence(trouble.what, f"缺少法定数值：{trouble.what}")), None
    if not judged.speaks:
        return None
    ground = on_day.ground(figures, packs)
    if judged is KEPT:
        return _kept(binding, ground)
    if binding.not_known is not None and judged.breach and lifted is None and judged.missing is None:
        judged = judged._replace(missing=binding.not_known)
    says = rule.breach if judged.breach and lifted is None else Says.PERMITS
    name, used = (lifted[0].name, lifted[1]) if lifted else ("", judged.used)
    return Finding(binding.pack.name, rule, says, judged, name, used, ground.figures, ground.certain)


def _kept(binding: Binding, ground: Ground) -> Finding:
    """A rule that is kept and used nothing of the history says the same to all: it is said once."""
    if ground.kept is None:
        ground.kept = Finding(binding.pack.name, binding.rule, Says.PERMITS, KEPT, "", (), ground.figures, ground.certain)
    return ground.kept


def _next_permitted(proposed: Proposed, facts: Facts, law: Law, packs: Packs, in_the_way: list[Finding]) -> datetime | None:
    """From moment to moment at which the rules in the way end, until none is in the way."""
    for _ in range(MOMENTS_TRIED):
        ends = [end for finding in in_the_way if (end := finding.judged.ends_at) is not None]
        if len(ends) < len(in_the_way):
            return None
        moment = max(ends)
        in_the_way = _in_the_way(_findings(proposed, facts, moment, law, packs))
        if not in_the_way:
            return moment
    return None
