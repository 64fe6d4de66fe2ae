"""Did this contact, which was made, break a rule? Asked of a log, long afterwards, by whoever has the log and perhaps little else.

The rules are those of a verdict, and each contact is judged against what had happened before it. What differs is what may be concluded. Beforehand
a fact that is not known is in the way; afterwards it is no breach, and no innocence either: it cannot be judged, and which fact is missing is said.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any, NamedTuple

from arrears.check.conduct.case import Case, Figures, Judged
from arrears.check.conduct.conditions import EventCondition
from arrears.check.conduct.facts import Event, Facts, Proposed
from arrears.check.conduct.kinds.block import Block
from arrears.check.conduct.kinds.cap import UNKNOWN, Cap
from arrears.check.conduct.kinds.content import Forbidden, Required
from arrears.check.conduct.kinds.cooling_off import CoolingOff
from arrears.check.conduct.kinds.hours import Hours
from arrears.check.conduct.kinds.limitation import Limitation
from arrears.check.conduct.kinds.notice_first import NoticeFirst
from arrears.check.conduct.kinds.out_of_reach import OutOfReach
from arrears.check.conduct.kinds.venue import Venue
from arrears.check.conduct.law import Binding, Law, OnOneDay
from arrears.check.conduct.local_time import day_at
from arrears.check.conduct.pack import Packs
from arrears.check.conduct.rule import Kind, Rule, RuleException, Says
from arrears.check.conduct.standing import Scope, Standing
from arrears.check.conduct.verdict import Finding, findings_on
from arrears.check.conduct.words import Act, ActorRole, Channel, Happened, Product, Purpose, Recipient, Side
from arrears.check.conduct.words import Outcome as WasOutcome
from arrears.core.parameters import NoValue, Unit
from arrears.core.reasons import Sentence

BEFORE_EVERYTHING = date(1900, 1, 1)
"""A history that is whole since then is whole for every rule."""
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
    """Of what nothing must have happened before, so that a rule finds what it would find had nothing happened."""

    condition: EventCondition


class Tally(NamedTuple):
    """A rule that finds the same of all contacts but for how many things happened in the days before: what columns must count for it.

    The figures are those of the day of the contact. What the rule finds once the limit is reached is asked of the rule itself, once for all contacts
    that share the tally (`at_the_limit`); what it counts, too (`counts`).

    Attributes:
        place: of the rule in the law.
        limit: from how many on it finds something else.
        days: how many calendar days are looked at, the day of the contact being the last.
        per: in what the counted must agree with the contact.
        certain: rule and figures are confirmed.
        unknown: the days reach back to before the log is whole.
    """

    place: int
    limit: int
    days: int
    per: frozenset[Scope]
    certain: bool
    unknown: bool


class Search(NamedTuple):
    """A rule that finds something else once a person was tried in vain: so often on one day, or on so many days in a row.

    What it takes for an attempt and for an answer is asked of the rule itself (`attempt`), and what it then finds (`at_the_limit`).

    Attributes:
        place: of the rule in the law.
        certain: rule and figures are confirmed.
    """

    place: int
    attempts: int
    days: int
    certain: bool


class LooksAt(NamedTuple):
    """All of earlier contacts that can matter to a law on some day."""

    limits: tuple[Tally | Search, ...]
    bounds: tuple[Bound, ...]


COUNTED_PER = frozenset({Scope.PERSON, Scope.PARTY, Scope.PLACE, Scope.DEBT, Scope.POINT})
"""In what columns can tell whether a row agrees with another. No row says a place of meeting, so that all agree in it."""


def looks_at(law: Law, days: frozenset[date], packs: Packs, whole_from: date) -> LooksAt | None:
    """What of earlier contacts can change what this law finds on these days, which it is at one moment in its zones? None where there is no telling.

    It is an easy question to ask of a million contacts in columns: only where a bound is reached must the history itself be read. People to whom
    anything but contacts happened are no case for it.

    Args:
        whole_from: the first day from which the log is whole.
    """
    limits: list[Tally | Search] = []
    found: list[Bound] = []
    speaking = {id(one) for one in law.speaking_of(IN_A_LOG)}
    for place, binding in enumerate(law.bindings):
        if id(binding) not in speaking or not any(binding.on(day, packs) for day in days):
            continue
        kind = binding.rule.kind
        if isinstance(kind, Cap | CoolingOff | OutOfReach):
            limit = _limit(place, binding, days, packs, whole_from)
            if limit is None:
                return None
            limits.append(limit)
        else:
            own = _bounds_of(kind)
            if own is None:
                return None
            found += own
    return LooksAt(tuple(limits), tuple(dict.fromkeys(found)))


def _limit(place: int, binding: Binding, days: frozenset[date], packs: Packs, whole_from: date) -> Tally | Search | None:
    """What columns must look at for this rule; None where it differs between the days, or the rule looks at more than columns can."""
    if not _is_simple(binding):
        return None
    told = set()
    for day in days:
        on_day = binding.on(day, packs)
        if on_day is not None:
            figures = Figures(binding.rule.parameters, binding.pack.parameters, day, known=on_day.figures)
            try:
                told.add(_limit_on(place, binding.rule.kind, figures, on_day, packs, min(days), whole_from))
            except NoValue:
                return None
    return told.pop() if len(told) == 1 else None


NO_EVENT = EventCondition(())


def _is_simple(binding: Binding) -> bool:
    """Is it enough to count, in what columns can tell?"""
    kind = binding.rule.kind
    if isinstance(kind, Cap):
        return kind.per <= COUNTED_PER and not any(_of_contacts_alone(one) for one in binding.uncounted)
    if isinstance(kind, CoolingOff):
        return kind.after.scope <= COUNTED_PER and replace(kind.after, event=NO_EVENT, scope=frozenset()) == Standing(NO_EVENT, lasts=kind.after.lasts)
    return isinstance(kind, OutOfReach)


def _limit_on(place: int, kind: Kind, figures: Figures, on_day: OnOneDay, packs: Packs, first: date, whole_from: date) -> Tally | Search | None:
    """The same by the figures of one day.

    Raises:
        NoValue: a figure has none on this day.
    """
    if isinstance(kind, OutOfReach):
        attempts, in_a_row = figures.read(kind.attempts).whole, figures.read(kind.days).whole
        return Search(place, attempts, in_a_row, on_day.ground(figures, packs).certain) if attempts > 0 and in_a_row > 0 else None
    if isinstance(kind, CoolingOff):
        lasts = figures.read(kind.after.lasts)
        if lasts.unit is not Unit.DAYS:
            return None
        limit, window, per = 1, lasts.whole, kind.after.scope
    else:
        assert isinstance(kind, Cap)
        limit, window, per = figures.read(kind.limit).whole, figures.read(kind.window).whole if kind.window else 1, kind.per
    return Tally(place, limit, window, per, on_day.ground(figures, packs).certain, first - timedelta(days=window - 1) < whole_from)


def _of_contacts_alone(exception: RuleException) -> bool:
    """Could it hold of a person to whom nothing but contacts happened?"""
    return all(not one.event.kinds.isdisjoint(IN_A_LOG) for one in exception.given)


def _bounds_of(kind: Kind) -> list[Bound] | None:
    if isinstance(kind, Hours | Limitation | Venue):
        return []
    if isinstance(kind, Block):
        return _none_of(kind.by)
    if isinstance(kind, Required | Forbidden):
        return _none_of(kind.during)
    return _none_of(kind.one_of) if isinstance(kind, NoticeFirst) else None


def _none_of(standings: Iterable[Standing]) -> list[Bound]:
    """Of none of these did anything happen."""
    return [Bound(one.event) for one in standings if not one.event.kinds.isdisjoint(IN_A_LOG)]


def counts(tally: Tally, law: Law, event: Event, packs: Packs) -> bool:
    """Does this rule count this event, before a contact at the same moment that agrees with it in everything? Asked of the rule itself."""
    judged = _asked(tally.place, law, (event,), packs)
    return judged.breach if isinstance(law.bindings[tally.place].rule.kind, CoolingOff) else bool(judged.counted)


class Attempt(NamedTuple):
    """What a contact is to a rule that asks whether somebody was tried in vain.

    Attributes:
        in_vain: it is an attempt that nobody answered.
        enough: it is enough by itself.
        answered: the attempts before it count no longer.
    """

    in_vain: bool
    enough: bool
    answered: bool


def attempt(search: Search, law: Law, event: Event, packs: Packs) -> Attempt:
    """What is this event to the rule? Asked of the rule itself."""
    alone = _asked(search.place, law, (event,), packs)
    dead = out_of_service(event.at)
    return Attempt(bool(alone.used), not alone.breach, dead not in _asked(search.place, law, (dead, event), packs).used)


def out_of_service(at: datetime) -> Event:
    """A call to the debtor by a number that is no longer one."""
    return Event(at, Happened.CONTACT, Side.COLLECTOR, to=Recipient.DEBTOR, channel=Channel.CALL, outcome=WasOutcome.NOT_IN_SERVICE)


def _asked(place: int, law: Law, history: tuple[Event, ...], packs: Packs) -> Judged:
    """What the general part of a rule comes to, of a contact at the moment of the last of these that agrees with it in everything."""
    binding, event = law.bindings[place], history[-1]
    day, on_day = next((day, found) for zone in law.zones if (found := binding.on(day := day_at(event.stamp, zone), packs)) is not None)
    like = Proposed(Act.CONTACT, event.party, event.purpose or Purpose.COLLECTION, event.channel, event.to, event.person, debts=event.debts, point=event.point)
    facts = Facts(frozenset(), law.zones, ActorRole.CREDITOR_OWN_NAME, Product.OTHER, BEFORE_EVERYTHING, history=history)
    figures = Figures(binding.rule.parameters, binding.pack.parameters, day, known=on_day.figures)
    return binding.rule.kind.judge(Case(like, facts, event.at, law.zones, figures), binding.uncounted)


def at_the_limit(
    limit: Tally | Search, law: Law, made: Made, counted: Iterable[Event], facts: Facts, packs: Packs, told: Told, *, at_worst: bool
) -> Conclusion:
    """What is concluded of a rule and a contact before which as much happened as the limit says, and of all before which more did.

    Args:
        counted: events of the kinds that it counts; the first that it counts before this very contact stands for those that happened.
        facts: what is known of the person, without a history.
        at_worst: the answer would be a breach only if a result that is not known was the worst it may have been.
    """
    rule = law.bindings[limit.place].rule
    if isinstance(limit, Search):
        before = replace(facts, history=(out_of_service(made.at),))
        worse = (facts,) if at_worst else ()
    else:
        full = replace(facts, history=_as_many(limit, law, made, counted, packs))
        before, worse = (facts, (full,)) if at_worst else (full, ())
    _, found = conclusions(made, before, worse, replace(before, history_from=BEFORE_EVERYTHING), packs, told)
    return next(one for one in found if one.rule is rule)


def _as_many(tally: Tally, law: Law, made: Made, counted: Iterable[Event], packs: Packs) -> tuple[Event, ...]:
    """As many events as the limit says, each of which the rule counts before this contact."""
    if not tally.limit:
        return ()
    own: dict[str, Any] = {"at": made.at, "debts": made.proposed.debts, "point": made.proposed.point}
    if Scope.PERSON in tally.per:
        own |= {"to": made.proposed.to, "person": made.proposed.person}
    if Scope.PARTY in tally.per:
        own["party"] = made.proposed.party
    alike = (replace(event, **own) for event in counted)
    return (next(event for event in alike if counts(tally, law, event, packs)),) * tally.limit


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
    return not any(one.finding is not None and one.finding.judged.breach and one.rule is not None and may_be_lifted_by_contacts(one.rule) for one in found)


def may_be_lifted_by_contacts(rule: Rule) -> bool:
    """Has it an exception that rests on an earlier contact?"""
    standings = (standing for exception in rule.exceptions for standing in (*exception.given, *exception.without))
    return any(not standing.event.kinds.isdisjoint(IN_A_LOG) for standing in standings)
