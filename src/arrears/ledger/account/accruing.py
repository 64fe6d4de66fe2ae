"""How much interest runs from one day to another on an account, exactly?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise

from arrears.ledger.account.entries import AccrualState
from arrears.ledger.account.running import Standing
from arrears.ledger.account.terms import AccountTerms, InterestWay
from arrears.ledger.account.timeline import ONE_DAY, Running, Timeline
from arrears.ledger.allocation.claims import Component
from arrears.ledger.bearing import InterestKind, bearing_components
from arrears.ledger.rounding import divide

ON_LATENESS = (InterestKind.PENALTY, InterestKind.COMPOUND)


class Accruing:
    """The interest of one account: its terms, its rates over time, and what was forgiven so far (exact)."""

    def __init__(self, terms: AccountTerms, timeline: Timeline) -> None:
        self._terms, self._timeline = terms, timeline
        self.forgiven = Fraction(0)

    def run(self, items: Sequence[Standing], after: date, to: date) -> None:
        """Let interest run for the days after `after` up to `to`, days on which nothing changes.

        Args:
            items: oldest due first.
        """
        days, first = (to - after).days, after + ONE_DAY
        overdue = [one for one in items if one.is_open and one.due_on <= after]
        for kind in ON_LATENESS if overdue else ():
            rate, components = self._timeline.on(kind, first), self._bearing(kind, first)
            for item in overdue if components and (rate.charged or rate.forgiven) else ():
                self._add(item, kind, sum(map(item.bears_minor, components)), days, rate, after)
                item.grace_is_over |= item.is_open and to > item.due_on + timedelta(self._terms.penalty_grace_days)
        if self._terms.interest is InterestWay.DAILY:
            self._run_contract(items, after, days, first)

    def _run_contract(self, items: Sequence[Standing], after: date, days: int, first: date) -> None:
        """Interest of the contract on what was lent, for the instalment in whose period the days lie."""
        bears = [one for one in items if one.lent_on <= after and (one.due_on > after or self._terms.contract_interest_on_overdue)]
        target = next((one for one in items if one.due_on > after and one.number is not None), bears[-1] if bears else None)
        rate, components = self._timeline.on(InterestKind.CONTRACT, first), self._bearing(InterestKind.CONTRACT, first)
        if target is not None and components:
            self._add(target, InterestKind.CONTRACT, sum(item.bears_minor(one) for item in bears for one in components), days, rate, after)

    def _add(self, item: Standing, kind: InterestKind, base_minor: int, days: int, rate: Running, after: date) -> None:
        if base_minor and rate.charged:
            item.accrual(kind, after, self._terms.days_in_year).add(rate.charged, base_minor, days, after)
        if base_minor and rate.forgiven:
            self.forgiven += Fraction(rate.forgiven) * base_minor * days / self._terms.days_in_year

    def _bearing(self, kind: InterestKind, on: date) -> frozenset[Component]:
        return bearing_components(self._terms.bearing_table, self._terms.product, kind, on)

    def scheduled_interest(self, item: Standing, seen_on: date) -> tuple[int, int]:
        """Of the interest stated for an instalment: how much is charged, how much is forgiven, as far as is seen on this day?

        A stated interest belongs to the days of its period evenly. Days on which interest is stopped or waived carry none; under a cap they
        carry the share of the cap in the contract's rate.
        """
        days = (item.due_on - item.from_on).days
        if not days:
            return item.stated_interest_minor, 0
        charged = forgiven = Fraction(0)
        cuts = [item.from_on, *self._timeline.changes_between(item.from_on + ONE_DAY, item.due_on), item.due_on]
        for after, to in pairwise(cuts):
            kept, given = self._timeline.shares(after + ONE_DAY, seen_on)
            charged += kept * (to - after).days
            forgiven += given * (to - after).days
        return _part(item.stated_interest_minor, charged / days), _part(item.stated_interest_minor, forgiven / days)

    def cap_is_without_rate(self, states: Iterable[AccrualState]) -> bool:
        """Does a cap on scheduled interest stand without the contract's rate, so that it cannot be worked out?"""
        return self._terms.interest is InterestWay.SCHEDULED and AccrualState.CAPPED in states and not self._terms.contract_rate_annual


def _part(whole_minor: int, share: Fraction) -> int:
    return divide(whole_minor * share.numerator, share.denominator)
