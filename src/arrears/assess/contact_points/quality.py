"""What is a contact point worth, and at which hour is somebody best reached? Smoothed, because three calls say little.

With a of n attempts answered, and the book answering at the rate r, the likelihood is that of a Beta-binomial whose prior has the mean r and
the weight of k attempts:

    (a + k·r) / (n + k)

With no attempt it is the book's rate, with many the person's own. Rates are fractions of whole numbers, so the same facts give the same order.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from fractions import Fraction

from arrears.casefile.facts.call import PointMark

PRIOR_ATTEMPTS = 8
"""k: a person's own attempts weigh as much as the book once there are so many."""
NO_RATE = Fraction(1, 5)
"""r where the book has no attempt yet: one in five."""
BAND_HOURS = 2


class PointState(StrEnum):
    """What is a contact point, in the order in which it would be called?"""

    OWN = "own"
    """The person's own; that was made sure of."""
    NOT_KNOWN = "not_known"
    """Nobody has said."""
    SHARED = "shared"
    """Others answer it too, or it stands with other people in the book."""
    BOUNCED = "bounced"
    """The last message did not arrive."""
    INVALID = "invalid"
    WRONG_PARTY = "wrong_party"


CALLABLE = (PointState.OWN, PointState.NOT_KNOWN, PointState.SHARED, PointState.BOUNCED)


@dataclass(frozen=True, slots=True)
class Known:
    """What the book and the records say of one point: when the book verified it, with how many others it stands, the last mark, whether the last message bounced."""

    point: str
    verified_on: date | None = None
    others: int = 0
    mark: PointMark | None = None
    bounced: bool = False


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt at a point: the hour on the person's clock, and whether somebody answered; `channel` by which way."""

    point: str
    channel: str
    at: datetime
    answered: bool

    @property
    def band(self) -> int:
        """The first hour of its band of two hours."""
        return self.at.hour - self.at.hour % BAND_HOURS


@dataclass(frozen=True, slots=True)
class Quality:
    """A point: what it is, how often it was tried and answered, how likely it is answered, and when it last was."""

    point: str
    state: PointState
    attempts: int
    answers: int
    likelihood: Fraction
    last_answered_at: datetime | None

    @property
    def percent(self) -> int:
        """The likelihood in whole per cent."""
        return round(self.likelihood * 100)


def smoothed(answers: int, attempts: int, rate: Fraction, weight: int = PRIOR_ATTEMPTS) -> Fraction:
    """How likely is an answer?

    >>> smoothed(0, 0, Fraction(1, 4)), smoothed(3, 4, Fraction(1, 4)), smoothed(300, 400, Fraction(1, 4)) > Fraction(7, 10)
    (Fraction(1, 4), Fraction(5, 12), True)
    """
    assert 0 <= answers <= attempts and weight > 0, "answers are among attempts"
    return (answers + weight * rate) / (attempts + weight)


def rate_of(attempts: Iterable[Attempt]) -> Fraction:
    """How often is an attempt answered in this book? `NO_RATE` where there is none, and smoothed towards it where there are few."""
    tried = list(attempts)
    return smoothed(sum(one.answered for one in tried), len(tried), NO_RATE)


def state_of(known: Known) -> PointState:
    """What is this point? What somebody said last counts before what the book says; two people at one number share it.

    >>> state_of(Known("1", verified_on=date(2026, 1, 1))), state_of(Known("1", date(2026, 1, 1), others=2)), state_of(Known("1", mark=PointMark.WRONG_PARTY))
    (<PointState.OWN: 'own'>, <PointState.SHARED: 'shared'>, <PointState.WRONG_PARTY: 'wrong_party'>)
    """
    of_mark = {PointMark.WRONG_PARTY: PointState.WRONG_PARTY, PointMark.INVALID: PointState.INVALID, PointMark.SHARED: PointState.SHARED}
    if known.mark in of_mark:
        return of_mark[known.mark]
    if known.bounced:
        return PointState.BOUNCED
    if known.mark is PointMark.VERIFIED:
        return PointState.OWN
    if known.others:
        return PointState.SHARED
    return PointState.OWN if known.verified_on is not None else PointState.NOT_KNOWN


def qualities(points: Iterable[Known], attempts: Collection[Attempt], rate: Fraction) -> list[Quality]:
    """Each point with its quality, the best first: by what it is, then by how likely it is answered."""
    order = list(PointState)
    return sorted((_quality(one, [tried for tried in attempts if tried.point == one.point], rate) for one in points),
                  key=lambda one: (order.index(one.state), -one.likelihood, one.point))


def _quality(known: Known, attempts: Collection[Attempt], rate: Fraction) -> Quality:
    answers = [one for one in attempts if one.answered]
    return Quality(known.point, state_of(known), len(attempts), len(answers), smoothed(len(answers), len(attempts), rate), max((one.at for one in answers), default=None))


def best_hours(own: Collection[Attempt], of_book: Mapping[int, Fraction], hours: Collection[int]) -> list[tuple[int, Fraction]]:
    """Bands of two hours by how likely the person answers in them, best first; only bands that lie wholly in the lawful `hours` are named.

    Args:
        of_book: rate of the book by band; a band that is missing answers at `NO_RATE`.
        hours: the hours of the day (their first minute) at which a call may be made at all.

    >>> at = lambda hour: datetime(2026, 3, 2, hour)
    >>> own = [Attempt("1", "call", at(18), True), Attempt("1", "call", at(18), True), Attempt("1", "call", at(10), False)]
    >>> best_hours(own, {}, range(8, 20))[0]
    (18, Fraction(9, 25))
    """
    tried, answered = Counter(one.band for one in own), Counter(one.band for one in own if one.answered)
    bands = [first for first in range(0, 24, BAND_HOURS) if all(hour in hours for hour in range(first, first + BAND_HOURS))]
    ranked = [(band, smoothed(answered[band], tried[band], of_book.get(band, NO_RATE))) for band in bands]
    return sorted(ranked, key=lambda one: (-one[1], one[0]))


def best_channel(own: Collection[Attempt], of_book: Mapping[str, Fraction], open_channels: Collection[str]) -> list[tuple[str, Fraction]]:
    """The ways that are open, by how likely the person answers, best first."""
    tried, answered = Counter(one.channel for one in own), Counter(one.channel for one in own if one.answered)
    ranked = [(channel, smoothed(answered[channel], tried[channel], of_book.get(channel, NO_RATE))) for channel in sorted(open_channels)]
    return sorted(ranked, key=lambda one: (-one[1], one[0]))
