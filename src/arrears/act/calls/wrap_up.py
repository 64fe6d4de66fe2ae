"""Which codes say what came of a call, and what must follow from each?

Codes are data with consequences: a result that says "wrong number" carries the mark that rules the number out. What is shipped
(`wrap_up.yaml`) may be added to by a lender and not be changed: a code means the same in every house.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from hashlib import sha256
from importlib.resources import files

from arrears.casefile.facts.call import CallFlag, PointMark
from arrears.casefile.facts.consent import RuledOut
from arrears.casefile.facts.hold import HoldKind
from arrears.check.conduct.fields import Fields, content_of, refused
from arrears.check.conduct.words import Outcome
from arrears.core.reasons import Sentence

SHIPPED = "wrap_up.yaml"
_CODE = re.compile(r"[A-Z][A-Z0-9-]{0,11}")


class Asks(StrEnum):
    """What does the form ask for besides?"""

    CALLBACK = "callback"
    PROMISE = "promise"
    WORDS = "words"
    """What the person said must be written down."""
    FIRST_CONTACT = "first_contact"


class NoMore(StrEnum):
    """What is no longer wanted?"""

    EVERYTHING = "everything"
    POINT = "point"

    @property
    def what(self) -> RuledOut:
        """The same as a refusal of the person's."""
        return RuledOut.EVERYTHING if self is NoMore.EVERYTHING else RuledOut.CHANNEL


@dataclass(frozen=True, slots=True)
class Action:
    """What was done. `received`: the person called us, so there is no permit."""

    code: str
    label: Sentence
    received: bool = False


@dataclass(frozen=True, slots=True)
class Result:
    """What came of it, and what follows: fields as in `wrap_up.yaml`."""

    code: str
    label: Sentence
    outcome: Outcome
    flags: tuple[CallFlag, ...]
    next: Sentence
    point: PointMark | None = None
    hold: HoldKind | None = None
    rules_out: NoMore | None = None
    asks: frozenset[Asks] = frozenset()

    @property
    def is_right_party(self) -> bool:
        """Did we speak with the person, and know that it was?"""
        return CallFlag.RIGHT_PARTY in self.flags

    @property
    def is_danger(self) -> bool:
        """Is somebody in danger?"""
        return self.hold is HoldKind.DISTRESS


@dataclass(frozen=True, slots=True)
class Codes:
    """Every action and result by its code; `digest` names this very set."""

    actions: Mapping[str, Action]
    results: Mapping[str, Result]
    digest: str


def read_codes(own: str = "") -> Codes:
    """What is shipped, with what a lender adds (`actions` and `results` of `calls.yaml`, as text).

    Raises:
        BadData: a code is not understood, or states a code of ours otherwise.

    >>> codes = read_codes("results: {GIFT: {label: {en: Sends a gift, zh: 送礼}, outcome: conversation, connect: true, next: {en: Send it back., zh: 退回。}}}")
    >>> codes.results["GIFT"].label.en, codes.results["WN"].point.value, codes.results["CRISIS"].is_danger
    ('Sends a gift', 'wrong_party', True)
    >>> read_codes("results: {WN: {label: {en: Fine, zh: 好}, outcome: no_answer, next: {en: Go on., zh: 继续。}}}")
    Traceback (most recent call last):
    ...
    arrears.core.problems.BadData: calls.yaml: results: WN is a code of ours and means the same in every house. ...
    """
    shipped = files(__package__).joinpath(SHIPPED).read_text(encoding="utf-8")
    return _codes(shipped, own)


@cache
def _codes(shipped: str, own: str) -> Codes:
    actions, results = _stated(SHIPPED, shipped)
    if own.strip():
        more_actions, more_results = _stated("calls.yaml", own)
        for name, known, more in (("actions", actions, more_actions), ("results", results, more_results)):
            twice = sorted(set(known) & set(more))
            if twice:
                raise refused(f"calls.yaml: {name}", f"{', '.join(twice)} is a code of ours and means the same in every house.")
        actions, results = {**actions, **more_actions}, {**results, **more_results}
    return Codes(actions, results, sha256(f"{shipped}\0{own}".encode()).hexdigest()[:16])


def _stated(where: str, text: str) -> tuple[dict[str, Action], dict[str, Result]]:
    fields = Fields(where, content_of(where, text))
    actions = {code: _action(f"{where}: actions: {code}", code, stated) for code, stated in _by_code(where, fields, "actions").items()}
    results = {code: _result(f"{where}: results: {code}", code, stated) for code, stated in _by_code(where, fields, "results").items()}
    fields.done()
    return actions, results


def _by_code(where: str, fields: Fields, name: str) -> dict[str, object]:
    stated = Fields(f"{where}: {name}", fields.take(name)).rest() if fields.has(name) else {}
    for code in stated:
        if not _CODE.fullmatch(code):
            raise refused(f"{where}: {name}", f"“{code}” is no code: capital letters, digits and hyphens, at most twelve.")
    return stated


def _action(where: str, code: str, stated: object) -> Action:
    fields = Fields(where, stated)
    found = Action(code, fields.sentence("label"), fields.flag("received", False))
    fields.done()
    return found


def _result(where: str, code: str, stated: object) -> Result:
    fields = Fields(where, stated)
    connect, right_party = fields.flag("connect", False), fields.flag("right_party", False)
    flags = (CallFlag.ATTEMPT, *([CallFlag.CONNECT] if connect else []), *([CallFlag.RIGHT_PARTY] if right_party else []))
    found = Result(
        code, fields.sentence("label"), fields.choice("outcome", Outcome), flags, fields.sentence("next"),
        fields.choice("point", PointMark) if fields.has("point") else None,
        fields.choice("hold", HoldKind) if fields.has("hold") else None,
        fields.choice("rules_out", NoMore) if fields.has("rules_out") else None,
        fields.choices("asks", Asks),
    )
    fields.done()
    _consistent(where, found)
    return found


def _consistent(where: str, one: Result) -> None:
    """A result that contradicts itself would corrupt every rate and every cap."""
    spoke = one.outcome in (Outcome.CONVERSATION, Outcome.CONNECTED, Outcome.DROPPED)
    if one.outcome is Outcome.PENDING:
        raise refused(where, "“pending” is no outcome.")
    if (CallFlag.CONNECT in one.flags) != spoke:
        raise refused(where, f"connect contradicts the outcome {one.outcome}.")
    if one.is_right_party and one.outcome is not Outcome.CONVERSATION:
        raise refused(where, "who reached the right party has spoken: the outcome is conversation.")
    if one.is_right_party and one.point in (PointMark.WRONG_PARTY, PointMark.INVALID):
        raise refused(where, "the right party does not answer at somebody else's number.")
    if not one.is_right_party and one.point is PointMark.VERIFIED:
        raise refused(where, "only the right party shows that a number is theirs.")
