"""Did this contact, which was made, break a rule? Asked of a log, long afterwards, by whoever has the log and perhaps little else.

The rules are those of a verdict, and each contact is judged against what had happened before it. What differs is what may be concluded. Beforehand
a fact that is not known is in the way; afterwards it is no breach, and no innocence either: it cannot be judged, and which fact is missing is said.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum
from typing import NamedTuple

from arrears.check.conduct.case import Figures
from arrears.check.conduct.conditions import EventCondition
from arrears.check.conduct.facts import Event, Facts, Proposed
from arrears.check.conduct.kinds.block import Block
from arrears.check.conduct.kinds.cap import UNKNOWN, Cap
from arrears.check.conduct.kinds.content import Forbidden, Required
from arrears.check.conduct.kinds.cooling_off import CoolingOff
from arrears.check.conduct.kinds.hours import Hours
from arrears.check.conduct.kinds.limitation import Limitation
from arrears.check.conduct.kinds.notice_first import NoticeFirst
from arrears.check.conduct.kinds.venue import Venue
from arrears.check.conduct.law import Binding, Law
from arrears.check.conduct.pack import Packs
from arrears.check.conduct.rule import Rule, Says
from arrears.check.conduct.standing import Standing
from arrears.check.conduct.verdict import Finding, findings_on
from arrears.check.conduct.words import Happened
from arrears.core.parameters import NoValue
from arrears.core.reasons import Sentence

IN_A_LOG = frozenset({Happened.CONTACT, Happened.CONTACT_RECEIVED})
WHAT_WAS_SAID = Sentence("what was said and disclosed", "说了什么、告知了什么")
WHAT_ELSE_HAPPENED = Sentence("what else happened: notices, consents, requests, disputes, holds", "其他事项：通知、同意、要求、异议、保护状态")
OWN_RESULT = Sentence("what came of this contact", "本次联系的结果")
EARLIER_RESULT = Sentence("what came of an earlier contact", "此前某次联系的结果")


class Outcome(StrEnum):
    """What can be concluded of one rule and one contact?"""

    BROKE = "broke"
    PRESUMED_BREACH = "presumed_breach"
    """The rule presumes it; whoever made the contact may show the contrary."""
    NO_BREACH = "no_breach"
    """On the facts given."""
    CANNOT_BE_JUDGED = "cannot_be_judged"


@dataclass(frozen=True, slots=True)
class Told:
    """What the files tell of at all, of any contact.

    Attributes:
        said: what was said and disclosed.
        events: what else happened.
    """

    said: bool
    events: bool


class Made(NamedTuple):
    """One contact that was made.

    Attributes:
        event: the contact as the history holds it.
        said_is_known: the row tells what was said.
    """

    proposed: Proposed
    event: Event
    said_is_known: bool

    @property
    def at(self) -> datetime:
        """When it was made."""
        return self.event.at


class Conclusion(NamedTuple):
    """What is concluded of one rule and one contact.

    Attributes:
        rule: None where no rule was asked, because no pack covers the contact.
        missing: the fact without which it cannot be judged.
        throughout: it is missing of every contact of the log, so that it is said once.
    """

    outcome: Outcome
    pack: str = ""
    rule: Rule | None = None
    finding: Finding | None = None
    missing: Sentence | None = None
    throughout: bool = False


def conclusions(made: Made, facts: Facts, if_worse: Sequence[Facts], if_complete: Facts, packs: Packs, told: Told) -> tuple[Law, list[Conclusion]]:
    """What is to be concluded of each rule that spoke?

    Args:
        facts: what had happened before, with the day from which it is known.
        if_worse: the same, were each result that is not known the worst it may have been; none where all are known.
        if_complete: the same, had nothing happened before that day.

    Raises:
        ConflictingExceptions: a pack contradicts itself.
    """
    law, findings = findings_on(made.proposed, facts, made.at, packs)
    if law.refused_because:
        return law, [Conclusion(Outcome.CANNOT_BE_JUDGED, missing=why) for why in law.refused_because]
    found = [_concluded(one, made, told) for one in findings]
    if any(one.judged.missing is UNKNOWN for one in findings):
        found = list(_whatever_was_before(found, made, if_complete, packs, told))
    for worse in if_worse:
        found = list(_were_it_worse(found, made, worse, packs, told))
    return law, found


def _concluded(finding: Finding, made: Made, told: Told) -> Conclusion:
    """One rule's finding as a conclusion."""
    rule = finding.rule
    if not finding.in_the_way:
        return Conclusion(Outcome.NO_BREACH, finding.pack, rule, finding)
    if finding.judged.missing is not None:
        return Conclusion(Outcome.CANNOT_BE_JUDGED, finding.pack, rule, finding, finding.judged.missing)
    if isinstance(rule.kind, Required) and not made.said_is_known:
        return Conclusion(Outcome.CANNOT_BE_JUDGED, finding.pack, rule, finding, WHAT_WAS_SAID, not told.said)
    if isinstance(rule.kind, NoticeFirst) and not told.events:
        return Conclusion(Outcome.CANNOT_BE_JUDGED, finding.pack, rule, finding, WHAT_ELSE_HAPPENED, throughout=True)
    if isinstance(rule.kind, Cap) and not rule.kind.counts.fits(made.event):
        # A contact that does not count cannot have been one too many; beforehand nobody could know what would come of it.
        if made.event.outcome is None:
            return Conclusion(Outcome.CANNOT_BE_JUDGED, finding.pack, rule, finding, OWN_RESULT)
        return Conclusion(Outcome.NO_BREACH, finding.pack, rule, finding)
    return Conclusion(Outcome.PRESUMED_BREACH if finding.says is Says.PRESUMES else Outcome.BROKE, finding.pack, rule, finding)


def _whatever_was_before(found: list[Conclusion], made: Made, if_complete: Facts, packs: Packs, told: Told) -> Iterator[Conclusion]:
    """Where the log begins inside a rule's window: too many are too many whatever was before; else it cannot be judged."""
    _, findings = findings_on(made.proposed, if_complete, made.at, packs)
    by_rule = {(one.pack, one.rule.name): one for one in findings}
    for one in found:
        if one.missing is UNKNOWN and one.rule is not None:
            known = _concluded(by_rule[one.pack, one.rule.name], made, told)
            yield known if known.outcome in (Outcome.BROKE, Outcome.PRESUMED_BREACH) else one
        else:
            yield one


def _were_it_worse(found: list[Conclusion], made: Made, worse: Facts, packs: Packs, told: Told) -> Iterator[Conclusion]:
    """What is no breach only because the result of an earlier contact is not known, cannot be judged."""
    _, findings = findings_on(made.proposed, worse, made.at, packs)
    breaches = {(one.pack, one.rule.name) for one in findings if _concluded(one, made, told).outcome in (Outcome.BROKE, Outcome.PRESUMED_BREACH)}
    for one in found:
        if one.rule is not None and one.outcome is Outcome.NO_BREACH and (one.pack, one.rule.name) in breaches:
            yield one._replace(outcome=Outcome.CANNOT_BE_JUDGED, missing=EARLIER_RESULT)
        else:
            yield one


def not_asked(law: Law, told: Told) -> list[tuple[Binding, Sentence]]:
    """The rules of this law of which the files cannot tell anything, whatever the contact, and the fact that is missing."""
    found = []
    for one in law.bindings:
        if one.silent_without and one.silent_without.isdisjoint(IN_A_LOG):
            if not told.events:
                found.append((one, WHAT_ELSE_HAPPENED))
        elif isinstance(one.rule.kind, Forbidden) and one.rule.kind.marks and not told.said:
            found.append((one, WHAT_WAS_SAID))
    return found


class Bound(NamedTuple):
    """How little must have happened before, so that a rule finds what it would find had nothing happened.

    Attributes:
        condition: what is looked at.
        days: in how many times 24 hours before the contact; None for ever.
        below: fewer than so many.
    """

    condition: EventCondition
    days: int | None
    below: int


def bounds(law: Law, day: date, packs: Packs) -> tuple[Bound, ...] | None:
    """The bounds below which earlier contacts change nothing of what this law finds on this day; None where there is no telling.

    They are an easy question to ask of a million contacts in columns: only where one is reached must the history itself be read. People to whom
    anything but contacts happened are no case for them.
    """
    found: list[Bound] = []
    for binding in law.speaking_of(IN_A_LOG):
        on_day = binding.on(day, packs)
        if on_day is None:
            continue
        own = _bounds_of(binding, Figures(binding.rule.parameters, binding.pack.parameters, day, known=on_day.figures))
        if own is None:
            return None
        found += own
    return tuple(dict.fromkeys(found))


def _bounds_of(binding: Binding, figures: Figures) -> list[Bound] | None:
    kind = binding.rule.kind
    try:
        if isinstance(kind, Cap):
            window = figures.read(kind.window).whole if kind.window else 1
            return [Bound(kind.counts, window + 1, figures.read(kind.limit).whole)]
        if isinstance(kind, CoolingOff):
            return [Bound(kind.after.event, figures.read(kind.after.lasts).whole + 1, 1)]
    except NoValue:
        return None
    if isinstance(kind, Hours | Limitation | Venue):
        return []
    if isinstance(kind, Block):
        return _none_of(kind.by)
    if isinstance(kind, Required | Forbidden):
        return _none_of(kind.during)
    return _none_of(kind.one_of) if isinstance(kind, NoticeFirst) else None


def _none_of(standings: Iterable[Standing]) -> list[Bound]:
    """Of none of these did anything happen."""
    return [Bound(one.event, None, 1) for one in standings if not one.event.kinds.isdisjoint(IN_A_LOG)]


def clock_edges(law: Law, day: date, packs: Packs) -> tuple[time, ...]:
    """The times of day at which a rule of hours may change what it finds: between two of them, and at each of them, it finds the same."""
    edges = set()
    for binding in law.bindings:
        on_day = binding.on(day, packs)
        if on_day is not None and isinstance(binding.rule.kind, Hours):
            figures = Figures(binding.rule.parameters, binding.pack.parameters, day, known=on_day.figures)
            try:
                edges |= {figures.read(binding.rule.kind.opens).clock, figures.read(binding.rule.kind.closes).clock}
            except NoValue:  # the rule then finds the same at any hour
                continue
    return tuple(sorted(edges))


def rests_on_itself(found: Iterable[Conclusion]) -> bool:
    """Could no earlier contact lift what was concluded? A breach may be lifted by an exception that rests on one (a call back that was asked for)."""
    for one in found:
        if one.finding is not None and one.finding.judged.breach and one.rule is not None:
            standings = [standing for exception in one.rule.exceptions for standing in (*exception.given, *exception.without)]
            if any(not standing.event.kinds.isdisjoint(IN_A_LOG) for standing in standings):
                return False
    return True
