"""May this record go on this day, must it, or must it stay?

The strictest reading wins in both directions. A record stays until the last of all duties to keep is over; what is over only by a figure
that nobody has confirmed is not deleted but put before a person; and from the first end that is passed on, it is called due. A legal hold
and an open case keep everything, whatever the figures say.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from arrears.record.retention.duties import Bound, Clock, Period, RecordType
from arrears.record.retention.periods import last_day_kept

OPEN_CASE = "open_case"
LEGAL_HOLD = "legal_hold"
NO_FIGURE = "no_figure"


class State(StrEnum):
    """What is to be done with a record?"""

    HELD = "held"
    """A legal hold keeps it."""
    KEEP = "keep"
    """A duty to keep it is not over."""
    ASK = "ask"
    """Its time is over, but only by a figure that nobody has confirmed: a person decides."""
    MAY_GO = "may_go"
    """No duty keeps it; it goes when somebody asks, and at its end."""
    MUST_GO = "must_go"
    """Its end is passed."""


@dataclass(frozen=True, slots=True)
class Record:
    """One record as far as its time is concerned. `last_activity_on` is None while a case of the person is open."""

    record_type: RecordType
    recorded_on: date
    last_activity_on: date | None
    legal_hold: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is to be done, until which day that holds (None: no end is known), and by which rule. `unconfirmed` names figures a person must confirm."""

    state: State
    until_on: date | None
    rule: str
    unconfirmed: tuple[str, ...] = ()

    @property
    def may_be_erased(self) -> bool:
        """May it go today if somebody asks?"""
        return self.state in {State.MAY_GO, State.MUST_GO}


def judge(record: Record, periods: Sequence[Period], on: date) -> Verdict:
    """What is to be done with this record on this day?

    >>> judge(Record(RecordType.RECORDING, date(2026, 3, 10), None), (), date(2030, 1, 1)).rule
    'open_case'
    """
    if record.legal_hold:
        return Verdict(State.HELD, None, LEGAL_HOLD)
    if record.last_activity_on is None:
        return Verdict(State.KEEP, None, OPEN_CASE)
    binding = [period for period in periods if record.record_type in period.duty.record_types]
    to_keep = sorted(((_last_day(record, period), period) for period in binding if period.duty.bound is Bound.MIN_KEEP), key=_by_day)
    if not to_keep:
        return Verdict(State.ASK, None, NO_FIGURE)
    last, longest = to_keep[-1]
    if on <= last:
        return Verdict(State.KEEP, last, longest.duty.figure)
    doubtful = tuple(period.duty.figure for _, period in to_keep if not period.certain)
    if doubtful:
        return Verdict(State.ASK, None, doubtful[0], doubtful)
    return _end_of(record, [period for period in binding if period.duty.bound is Bound.MAX_KEEP], on, longest.duty.figure)


def _end_of(record: Record, ends: Sequence[Period], on: date, kept_by: str) -> Verdict:
    """No duty keeps it any more: is its end passed?"""
    if not ends:
        return Verdict(State.MAY_GO, None, kept_by)
    last, earliest = min(((_last_day(record, period), period) for period in ends), key=_by_day)
    if on <= last:
        return Verdict(State.MAY_GO, last, earliest.duty.figure)
    if not earliest.certain:
        # It may go, so whoever asks for it gets it; but that it must go rests on a figure a person has yet to answer for.
        return Verdict(State.MAY_GO, None, earliest.duty.figure, (earliest.duty.figure,))
    return Verdict(State.MUST_GO, last, earliest.duty.figure)


def _last_day(record: Record, period: Period) -> date:
    start = record.recorded_on if period.duty.clock is Clock.RECORDED else record.last_activity_on
    assert start is not None, "a record of an open case was judged before"
    return last_day_kept(start, period.reading.whole, period.reading.unit)


def _by_day(pair: tuple[date, Period]) -> tuple[date, str]:
    return pair[0], pair[1].duty.figure


def how_long(verdict: Verdict) -> tuple[int, date]:
    """Which of several verdicts keeps longest? The greatest: a legal hold before a doubt, a doubt before a day, no known day before any.

    >>> how_long(Verdict(State.KEEP, None, "x")) > how_long(Verdict(State.KEEP, date(2030, 1, 1), "x")) > how_long(Verdict(State.MAY_GO, None, "x"))
    True
    """
    order = {State.HELD: 3, State.ASK: 2, State.KEEP: 1}
    return order.get(verdict.state, 0), verdict.until_on or date.max
