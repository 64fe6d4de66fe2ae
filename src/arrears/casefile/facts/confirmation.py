"""Which figures and rules of law has a named person looked up, and answers for?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class RuleConfirmed:
    """Somebody of the compliance role read the source and stands for a figure or a rule. Journal: `rule:confirmed`, in the institution's chain.

    It holds for exactly this value: a figure that changes must be confirmed anew.

    Attributes:
        subject: name of the figure, or pack and name of the rule ("uk/conc/hold_while_advice_is_taken").
        value: the figure as text; empty for the words of a rule.
        source: what was looked at: text, edition, address.
        role: the role in which it was confirmed.
    """

    confirmation_id: int
    subject: str
    value: str
    source: str
    confirmed_by: str
    role: str
    valid_on: date

    JOURNAL_NAME: ClassVar[str] = "rule:confirmed"
    CHAIN: ClassVar[str] = ""
    PERSONAL: ClassVar[frozenset[str]] = frozenset()


@dataclass(frozen=True, slots=True)
class RuleConfirmationRevoked:
    """A confirmation counts no longer: nothing rests on it from `valid_on` on. Journal: `rule:confirmation_revoked`, in the institution's chain."""

    confirmation_id: int
    reason: str
    revoked_by: str
    valid_on: date

    JOURNAL_NAME: ClassVar[str] = "rule:confirmation_revoked"
    CHAIN: ClassVar[str] = ""
    PERSONAL: ClassVar[frozenset[str]] = frozenset()


def confirmations_in_force(confirmed: Iterable[RuleConfirmed], revoked: Iterable[RuleConfirmationRevoked], on: date) -> list[RuleConfirmed]:
    """Which confirmations count on this day? One revoked on a day counts no longer on that day.

    >>> told = RuleConfirmed(1, "uk_advice_hold_days", "30", "CONC 7.3.11R, handbook page", "wei", "compliance", date(2026, 1, 5))
    >>> taken_back = RuleConfirmationRevoked(1, "the page was an old one", "wei", date(2026, 2, 1))
    >>> [len(confirmations_in_force([told], [taken_back], day)) for day in (date(2026, 1, 4), date(2026, 1, 5), date(2026, 2, 1))]
    [0, 1, 0]
    """
    ended = {one.confirmation_id for one in revoked if one.valid_on <= on}
    return [one for one in confirmed if one.valid_on <= on and one.confirmation_id not in ended]
