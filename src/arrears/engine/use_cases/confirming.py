"""Which figures and rules of law wait for a named person, and who answers for those that were confirmed?

A figure or a rule that rests on memory or on one weak source permits nothing. A person of the compliance role reads the source, says what
stands there, and answers for it; the fact stays, and taking it back is another fact.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from arrears.casefile.facts.confirmation import RuleConfirmationRevoked, RuleConfirmed, confirmations_in_force
from arrears.casefile.store import load
from arrears.casefile.store.append import append
from arrears.casefile.store.ids import random_id
from arrears.casefile.store.institution import acting_for, one_at_a_time
from arrears.casefile.store.users import active_user
from arrears.check.conduct.pack import COMPLIANCE, Confirmation, Pack, Packs
from arrears.check.conduct.rule import Rule
from arrears.core.parameters import Confidence, NoValue, Reading
from arrears.core.problems import AnswerIsNo, WrongCall
from arrears.core.reasons import Sentence
from arrears.engine.conduct_packs import every_pack
from arrears.engine.figure_words import figure_question
from arrears.engine.home import Home

CAUSE = "rules"
SHORTEST_SOURCE = 8


class NotCompliance(AnswerIsNo):
    """Only a person of the compliance role confirms."""


class NoSuchSubject(AnswerIsNo):
    """No figure and no rule has this name."""


class NothingToConfirm(AnswerIsNo):
    """The pack states it with a source that suffices, or somebody confirmed it already."""


class ReadOtherwise(AnswerIsNo):
    """What was read is not what the pack states."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure as it stands on a day, the rules that rest on it, and who confirmed it."""

    subject: str
    value: str
    unit: str
    question: Sentence
    citation: str
    confidence: Confidence
    note: str
    holds_up: tuple[str, ...]
    confirmed: RuleConfirmed | None

    @property
    def waits(self) -> bool:
        """Does it permit nothing until somebody confirms it?"""
        return self.confidence is not Confidence.CONFIRMED and self.confirmed is None


@dataclass(frozen=True, slots=True)
class RuleStated:
    """A rule as the pack states it, its figures, and who confirmed its words."""

    subject: str
    rule: Rule
    figures: tuple[Figure, ...]
    confirmed: RuleConfirmed | None

    @property
    def words_wait(self) -> bool:
        """Do its own words wait for somebody?"""
        return self.rule.confidence is not Confidence.CONFIRMED and self.confirmed is None

    @property
    def waits(self) -> bool:
        """Does it, or a figure on which it rests, wait for somebody?"""
        return self.words_wait or any(figure.waits for figure in self.figures)


@dataclass(frozen=True, slots=True)
class PackStated:
    """A pack with all its rules."""

    name: str
    label: Sentence
    is_law: bool
    places: tuple[str, ...]
    rules: tuple[RuleStated, ...]

    @property
    def waiting(self) -> int:
        """How many of its rules wait for somebody?"""
        return sum(rule.waits for rule in self.rules)


def packs_stated(institution_id: int, on: date, home: Home | None) -> tuple[PackStated, ...]:
    """Every pack with its rules, figures and confirmations as of a day; the house rules as this home has set them."""
    counts = {(one.subject, one.value): one for one in _in_force(institution_id, on)}
    found = []
    for pack in every_pack((), home).packs:
        name, held_up = pack.name, _held_up(pack)
        rules = tuple(
            RuleStated(f"{name}/{rule.name}", rule, tuple(_figures(pack, rule, on, held_up, counts)), counts.get((f"{name}/{rule.name}", ""))) for rule in pack.rules
        )
        found.append(PackStated(name, pack.label, pack.is_law, tuple(sorted(pack.places)), rules))
    return tuple(found)


def _held_up(pack: Pack) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for rule in pack.rules:
        for parameter in rule.parameters.values():
            found.setdefault(parameter, []).append(f"{pack.name}/{rule.name}")
    return {parameter: tuple(dict.fromkeys(rules)) for parameter, rules in found.items()}


def _figures(pack: Pack, rule: Rule, on: date, held_up: dict[str, tuple[str, ...]], counts: dict[tuple[str, str], RuleConfirmed]) -> Iterator[Figure]:
    for name in dict.fromkeys(rule.parameters.values()):
        try:
            reading = pack.parameters.value_on(name, on)
        except NoValue:
            continue
        yield _figure(pack, reading, held_up[name], counts)


def _figure(pack: Pack, reading: Reading, holds_up: tuple[str, ...], counts: dict[tuple[str, str], RuleConfirmed]) -> Figure:
    stated, value = reading.stated, str(reading.stated.value)
    return Figure(
        reading.name, value, reading.unit.value, figure_question(reading.name, pack.parameters.by_name[reading.name].question), reading.citation, stated.confidence, stated.note, holds_up,
        counts.get((reading.name, value)),
    )


@dataclass(frozen=True, slots=True)
class Waiting:
    """One thing that waits for a person of the compliance role: where it stands, what to look at, and which rules it holds up."""

    subject: str
    value: str
    asks: Sentence
    citation: str
    source: str
    confidence: Confidence
    holds_up: tuple[str, ...]


def waiting(institution_id: int, on: date, home: Home | None) -> tuple[Waiting, ...]:
    """What waits for confirmation, each thing once, those that hold up most first."""
    found: dict[str, Waiting] = {}
    for pack in packs_stated(institution_id, on, home):
        for stated in pack.rules:
            if stated.words_wait:
                rule = stated.rule
                found[stated.subject] = Waiting(stated.subject, "", rule.label, rule.citation, rule.source, rule.confidence, (stated.subject,))
            for figure in stated.figures:
                if figure.waits:
                    before = found[figure.subject].holds_up if figure.subject in found else ()
                    holds_up = tuple(dict.fromkeys((*before, *figure.holds_up)))
                    found[figure.subject] = Waiting(figure.subject, figure.value, figure.question, figure.citation, figure.note, figure.confidence, holds_up)
    return tuple(sorted(found.values(), key=lambda one: (-len(one.holds_up), one.subject)))


def confirmations_on(institution_id: int, on: date) -> tuple[Confirmation, ...]:
    """What counts as confirmed on a day, as the packs take it."""
    return tuple(Confirmation(one.subject, one.value, one.confirmed_by, one.role, one.valid_on) for one in _in_force(institution_id, on))


def packs_of(institution_id: int, on: date, home: Home | None) -> Packs:
    """All packs with what this institution's people have confirmed by a day, and the lender's own limits: what gate, pre-screen and audit ask."""
    return every_pack(confirmations_on(institution_id, on), home)


def confirmed_ever(institution_id: int) -> tuple[list[RuleConfirmed], list[RuleConfirmationRevoked]]:
    """Every confirmation and every revocation, in the order in which they were recorded."""
    with acting_for(institution_id):
        return load.rules_confirmed()


def _in_force(institution_id: int, on: date) -> list[RuleConfirmed]:
    return confirmations_in_force(*confirmed_ever(institution_id), on)


def confirm(home: Home | None, institution_id: int, subject: str, *, source: str, read: str, username: str, at: datetime, actor: str) -> RuleConfirmed:
    """A person of the compliance role has read the source, and answers for what stands there.

    Args:
        source: what was looked at: text, edition, page or address, day.
        read: what stands there: for a figure its value, which must be the one that the pack states; for a rule its citation.
        username: who answers for it; must be an active user of the compliance role.
        actor: who records it.

    Raises:
        NotCompliance, NoSuchSubject, NothingToConfirm, ReadOtherwise: see there.
        WrongCall: the source is not named.
    """
    role = _compliance(institution_id, username)
    if len(source.strip()) < SHORTEST_SOURCE or not read.strip():
        raise WrongCall("A confirmation names the source that was read, and what stands there.", "Nothing was confirmed.", "Write the text, its edition and the place in it.")
    on = at.date()
    with acting_for(institution_id):
        one_at_a_time("rules", 0)
        value, expected = _stated(home, institution_id, subject, on)
        if read.strip() != expected:
            raise ReadOtherwise(
                f"You read “{read.strip()}”, and the pack states “{expected}”.", "Nothing was confirmed, and nothing is permitted by it.",
                "Read once more. If the pack is wrong, it must be corrected before anybody confirms it.",
            )
        confirmed = RuleConfirmed(random_id(), subject, value, source.strip(), username, role, on)
        append(confirmed, actor=actor, at=at, cause=CAUSE)
    return confirmed


def _stated(home: Home | None, institution_id: int, subject: str, on: date) -> tuple[str, str]:
    """The value that is confirmed, and what must have been read."""
    for pack in packs_stated(institution_id, on, home):
        for stated in pack.rules:
            if stated.subject == subject:
                _must_wait(subject, stated.words_wait)
                return "", stated.rule.citation
            for figure in stated.figures:
                if figure.subject == subject:
                    _must_wait(subject, figure.waits)
                    return figure.value, figure.value
    raise NoSuchSubject(f"There is no figure and no rule “{subject}” in use.", "Nothing was confirmed.", "See what waits: arrears rules list")


def _must_wait(subject: str, waits: bool) -> None:
    if not waits:
        raise NothingToConfirm(f"“{subject}” does not wait for anybody.", "It is stated with a source that suffices, or was confirmed before.", "See who confirmed it: arrears rules show")


def revoke(institution_id: int, confirmation_id: int, reason: str, *, username: str, at: datetime, actor: str) -> RuleConfirmationRevoked:
    """Take a confirmation back: what rests on it permits nothing again from today on.

    Raises:
        NotCompliance: see there.
        NoSuchSubject: no such confirmation counts.
        WrongCall: no reason.
    """
    _compliance(institution_id, username)
    if not reason.strip():
        raise WrongCall("Taking a confirmation back needs a reason.", "It still counts.", "Say in a few words what was found.")
    with acting_for(institution_id):
        one_at_a_time("rules", 0)
        if not any(one.confirmation_id == confirmation_id for one in _in_force(institution_id, at.date())):
            raise NoSuchSubject("No confirmation of that id counts.", "Nothing was changed.", "See which do: arrears rules show")
        revoked = RuleConfirmationRevoked(confirmation_id, reason.strip(), username, at.date())
        append(revoked, actor=actor, at=at, cause=CAUSE)
    return revoked


def _compliance(institution_id: int, username: str) -> str:
    user = active_user(institution_id, username)
    if user is None or user.role != COMPLIANCE:
        raise NotCompliance(
            f"“{username}” is not an active user of the compliance role.", "Nothing was changed: what the law says is answered for by a named person.",
            "An administrator gives the role under Users.",
        )
    return COMPLIANCE
