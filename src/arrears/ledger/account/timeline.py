"""At which rate does interest of a kind run on a day, and what of it is forgiven?

Read from the dated entries alone. A change of state or of rate holds from its own day on; a day's interest is that of the day at whose end
it is owed, so the interest of the day of a stop is not charged.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from arrears.ledger.account.entries import AccrualChange, AccrualState, Entry, RateChange
from arrears.ledger.account.terms import AccountTerms
from arrears.ledger.bearing import InterestKind

ONE_DAY = timedelta(1)
NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class Running:
    """The rate charged, and the rate that is forgiven beside it, as shares of one a year."""

    charged: Decimal
    forgiven: Decimal = NOTHING


def agreed_rate(terms: AccountTerms, changes: Sequence[RateChange], kind: InterestKind, on: date) -> Decimal:
    """Which rate of this kind was agreed for this day, no state considered?"""
    held = [one for one in changes if one.kind is kind and one.valid_on <= on]
    if held:
        return max(held, key=lambda one: (one.valid_on, one.entry_id)).rate_annual
    return {InterestKind.CONTRACT: terms.contract_rate_annual, InterestKind.PENALTY: terms.penalty_rate_annual, InterestKind.COMPOUND: terms.compound_rate_annual}[kind]


def states_on(changes: Sequence[AccrualChange], kind: InterestKind, on: date) -> list[AccrualChange]:
    """Which stops, caps and waivers of this kind are in force on this day? A NORMAL entry ends those that began before it."""
    of_kind = [one for one in changes if kind in one.kinds and one.valid_on <= on]
    normal_since = max((one.valid_on for one in of_kind if one.state is AccrualState.NORMAL), default=date.min)
    return [one for one in of_kind if one.state is not AccrualState.NORMAL and one.valid_on >= normal_since and (one.until_on is None or on < one.until_on)]


def running(agreed: Decimal, states: Sequence[AccrualChange], beside: Decimal = NOTHING) -> Running:
    """What is charged and what forgiven, of an agreed rate, under these states? The one best for the debtor holds.

    Args:
        beside: what another kind of interest charges on the same amount: a cap covers both.

    >>> day = date(2026, 1, 1)
    >>> cap = AccrualChange(entry_id="c", valid_on=day, recorded_on=day, state=AccrualState.CAPPED, reason="service", cap_rate_annual=Decimal("0.06"))
    >>> running(Decimal("0.18"), [cap]), running(Decimal("0.18"), [])
    (Running(charged=Decimal('0.06'), forgiven=Decimal('0.12')), Running(charged=Decimal('0.18'), forgiven=Decimal('0.00')))
    """
    kinds = {one.state for one in states}
    if AccrualState.STOPPED in kinds:
        return Running(NOTHING)
    if AccrualState.WAIVED in kinds:
        return Running(NOTHING, agreed)
    caps = [one.cap_rate_annual for one in states if one.cap_rate_annual is not None]
    charged = max(NOTHING, min([agreed, *(cap - beside for cap in caps)]))
    return Running(charged, agreed - charged)


class Timeline:
    """The rates of one account over time, from the entries in effect."""

    def __init__(self, terms: AccountTerms, entries: Sequence[Entry]) -> None:
        self._terms = terms
        self._rates = [one for one in entries if isinstance(one, RateChange)]
        self._states = [one for one in entries if isinstance(one, AccrualChange)]
        starts = [one.valid_on for one in (*self._rates, *self._states)] + [one.until_on for one in self._states if one.until_on is not None]
        starts += [one.from_on for one in terms.bearing_table]
        self._changes = sorted({day - ONE_DAY for day in starts if day > date.min})

    def on(self, kind: InterestKind, day: date, seen_on: date | None = None) -> Running:
        """Rate of the kind on the day. `seen_on`: only changes valid by then count, however far the day lies ahead."""
        seen = day if seen_on is None else seen_on
        return running(self._agreed(kind, day, seen), self._in_force(kind, day, seen), self._beside(kind, day, seen))

    def shares(self, day: date, seen_on: date) -> tuple[Fraction, Fraction]:
        """Which share of the contract's interest of this day is charged, which forgiven, where the schedule states the interest itself?"""
        if not self._states:
            return Fraction(1), Fraction(0)
        agreed = self._agreed(InterestKind.CONTRACT, day, seen_on) or Decimal(1)
        found = running(agreed, self._in_force(InterestKind.CONTRACT, day, seen_on))
        return Fraction(found.charged) / Fraction(agreed), Fraction(found.forgiven) / Fraction(agreed)

    def _agreed(self, kind: InterestKind, day: date, seen: date) -> Decimal:
        return agreed_rate(self._terms, [one for one in self._rates if one.valid_on <= seen], kind, day)

    def _in_force(self, kind: InterestKind, day: date, seen: date) -> list[AccrualChange]:
        return states_on([one for one in self._states if one.valid_on <= seen], kind, day)

    def _beside(self, kind: InterestKind, day: date, seen: date) -> Decimal:
        """Contract interest that runs on overdue principal beside its penalty interest, under a cap that covers both."""
        if kind is not InterestKind.PENALTY or not self._terms.contract_interest_on_overdue or not self._states:
            return NOTHING
        return running(self._agreed(InterestKind.CONTRACT, day, seen), self._in_force(InterestKind.CONTRACT, day, seen)).charged

    def changes_between(self, first: date, last: date) -> list[date]:
        """After which days, from `first` to before `last`, is the rate of the next day perhaps another?"""
        return self._changes[bisect_left(self._changes, first) : bisect_left(self._changes, last)]
