"""Do the code and the plain reading say the same about one history? Its blocks are numbered and drawn from their number, so that any of them
can be had again, here or on another machine."""

from __future__ import annotations

import hashlib
import random
from collections import Counter
from dataclasses import replace
from functools import cache
from pathlib import Path

from arrears.check.conduct.pack import Packs
from arrears.check.conduct.verdict import Verdict, verdict
from arrears.engine.conduct_packs import pack_named, shipped_packs
from tests.check import naive
from tests.check.histories import BYTES, as_the_code_wants_it, drawn, microseconds, moment
from tests.check.naive import SECOND, Asked, Line

KINDS = ("hours", "cap", "cooling_off", "day_window")
BLOCK = 5_000
PERMITTED, LIFTED, NEVER_BY_TIME = "permitted", "lifted", "ends with no time"
OURS = Path(__file__).parents[2]
RESTS_ON = (
    "src/arrears/check/conduct/**/*.py",
    "src/arrears/rulepacks/**/*.yaml",
    "src/arrears/core/parameters.py",
    "tests/check/naive.py",
    "tests/check/histories.py",
    "tests/check/comparing.py",
)


class Difference(AssertionError):
    """The two readings differ, or the next permitted moment is not what it says."""

    def __init__(self, what: str, source: bytes) -> None:
        super().__init__(what, source)
        self.what, self.source = what, source

    def __str__(self) -> str:
        asked, book = drawn(self.source)
        lines = "\n  ".join(f"{moment(line.at).isoformat()} {line}" for line in sorted(book, key=lambda line: line.at))
        return f"{self.what}\n{moment(asked.at).isoformat()} {asked}\n  {lines}\n{self.source.hex()}"


@cache
def packs() -> Packs:
    """All packs that are shipped, with their rules of hours, caps, cooling-off and day windows alone."""
    return Packs(
        tuple(replace(pack_named(name), rules=tuple(rule for rule in pack_named(name).rules if rule.kind_name in KINDS)) for name in shipped_packs())
    )


@cache
def packs_of(country: str) -> Packs:
    """The packs of one country that have such rules, and the house; those of other countries say that they are the law of elsewhere."""
    return Packs(tuple(pack for pack in packs().packs if pack.rules and (not pack.places or any(place[:2] == country for place in pack.places))))


@cache
def rules() -> frozenset[str]:
    """Every rule of these kinds, by pack and name."""
    return frozenset(f"{pack.name}/{rule.name}" for pack in packs().packs for rule in pack.rules)


@cache
def exceptions() -> frozenset[str]:
    """Every exception of these rules."""
    return frozenset(f"{LIFTED}: {pack.name}/{rule.name} {one.name}" for pack in packs().packs for rule in pack.rules for one in rule.exceptions)


def compared(source: bytes) -> list[str]:
    """What is in the way of one drawn act, and what was lifted; the same for both.

    Raises:
        Difference: it is not the same.
    """
    asked, book = drawn(source)
    proposed, facts = as_the_code_wants_it(asked, book)
    found = verdict(proposed, facts, moment(asked.at), packs_of(asked.where[:2]))
    plainly = naive.broken(asked, book)
    ours = {f"{one.pack}/{one.rule.name}" for one in found.in_the_way}
    if ours != set(plainly) or found.refused_because:
        raise Difference(f"only the code refuses for {sorted(ours - set(plainly))}, only the plain reading for {sorted(set(plainly) - ours)}", source)
    if plainly and (trouble := _next_moment(found, asked, book, plainly)):
        raise Difference(trouble, source)
    lifted = [f"{LIFTED}: {one.pack}/{one.rule.name} {one.exception}" for one in found.findings if one.exception]
    return [*(plainly or (PERMITTED,)), *lifted]


def _next_moment(found: Verdict, asked: Asked, book: list[Line], plainly: dict[str, str]) -> str:
    """Is it the first whole second at which nothing is in the way? Moments before it are tried too, where nothing but time may open one of them."""
    if found.next_permitted_at is None:
        by_time = asked.act == "contact" and not asked.known_from  # of a book that is not whole, more may be missing later
        return "time alone would end what is in the way, and no next moment is named" if by_time else ""
    then = microseconds(found.next_permitted_at)
    if then <= asked.at or naive.broken(asked._replace(at=then), book):
        return "at the next permitted moment something is still in the way"
    if (
        any(line.what not in ("contact", "contact_received", "moratorium") for line in book)
        or "us/new_york_city/two_in_seven_days_before_the_amendment" in plainly
    ):
        return ""  # an agreement may open an earlier moment, and so may a law that goes out of force
    between = (then - SECOND, (asked.at + (then - asked.at) // 3) // SECOND * SECOND)
    early = [at for at in between if at > asked.at and not naive.broken(asked._replace(at=at), book)]
    return f"nothing is in the way before the next permitted moment, at {moment(early[0]).isoformat()}" if early else ""


def block(number: int, size: int = BLOCK) -> Counter[str]:
    """One numbered block of histories: how often each rule refused, and each exception lifted."""
    lot, reached = random.Random(f"histories {number}"), Counter[str]()
    for _ in range(size):
        reached.update(compared(lot.randbytes(BYTES)))
    return reached


def rests_on() -> str:
    """A digest of everything that a comparison rests on: with another one, what was compared before counts no longer."""
    digest = hashlib.sha256()
    for pattern in RESTS_ON:
        for path in sorted(OURS.glob(pattern)):
            digest.update(f"{path.relative_to(OURS)}\n".encode() + path.read_bytes())
    return digest.hexdigest()
