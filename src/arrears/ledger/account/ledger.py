"""What is owed on a day, and how did it come to that?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import Enum

from arrears.ledger.account.terms import AccountTerms, InterestWay
from arrears.ledger.allocation.claims import Component
from arrears.ledger.rounding import divide


class LineKind(Enum):
    """What happened? The first group changes what is owed, the second only tells."""

    AGREED = "agreed"
    CHARGED = "charged"
    CONTRACT_INTEREST = "contract_interest"
    PENALTY_INTEREST = "penalty_interest"
    COMPOUND_INTEREST = "compound_interest"
    INTEREST_NOT_CHARGED = "interest_not_charged"
    PAID = "paid"
    GIVEN_FREE = "given_free"
    CHARGED_BACK = "charged_back"
    WAIVED = "waived"
    SETTLED_BY_QUOTE = "settled_by_quote"
    QUOTE_NOT_MET_AFTER_ALL = "quote_not_met_after_all"
    NOT_NEEDED_AFTER_ALL = "not_needed_after_all"

    FELL_DUE = "fell_due"
    RECEIVED = "received"
    BORNE_BY_CREDITOR = "borne_by_creditor"
    REFUNDED = "refunded"

    __hash__ = object.__hash__


ONLY_TELLS = frozenset({LineKind.FELL_DUE, LineKind.RECEIVED, LineKind.BORNE_BY_CREDITOR, LineKind.REFUNDED})


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the ledger.

    Args:
        on: the day of which it is.
        item: key of the instalment or charge; None where it concerns the account.
        amount_minor: by how much what is owed changes (a payment is negative); of a line that only tells, the amount told.
        entry_id: the entry that caused it; None where time alone did.
        from_on, to_on: between which days interest ran: from the end of the first to the end of the last.
        days: on how many of them it ran; fewer where it was stopped in between.
    """

    on: date
    kind: LineKind
    item: str | None
    component: Component | None
    amount_minor: int
    entry_id: str | None = None
    from_on: date | None = None
    to_on: date | None = None
    days: int | None = None

    @property
    def change_minor(self) -> int:
        """By how much does it change what is owed?"""
        return 0 if self.kind in ONLY_TELLS else self.amount_minor


@dataclass(frozen=True, slots=True)
class Item:
    """An instalment, or a charge that stands by itself, on the day of the ledger: by component what was charged, paid and given up.

    Args:
        number: its place in the schedule; None for a charge by itself.
        from_on: since when its interest runs.
    """

    key: str
    number: int | None
    from_on: date
    due_on: date
    charged: Mapping[Component, int]
    paid: Mapping[Component, int]
    waived: Mapping[Component, int]

    def open_minor(self, component: Component) -> int:
        """How much of the component is outstanding?"""
        return self.charged.get(component, 0) - self.paid.get(component, 0) - self.waived.get(component, 0)

    @property
    def open_amounts(self) -> dict[Component, int]:
        """What is outstanding, by component."""
        return {one: self.open_minor(one) for one in Component}

    @property
    def open_total_minor(self) -> int:
        """What is outstanding in all?"""
        return sum(self.open_amounts.values())


class Noticed(Enum):
    """What did the entries say that cannot be so?"""

    TAKES_BACK_NOTHING = "takes_back_nothing"
    CHARGES_BACK_NO_PAYMENT = "charges_back_no_payment"
    CHARGES_BACK_WHAT_WAS_REFUNDED = "charges_back_what_was_refunded"
    NAMES_NO_INSTALMENT = "names_no_instalment"
    WAIVES_MORE_THAN_IS_OPEN = "waives_more_than_is_open"
    REFUNDS_MORE_THAN_IS_HELD = "refunds_more_than_is_held"
    CAP_WITHOUT_CONTRACT_RATE = "cap_without_contract_rate"


@dataclass(frozen=True, slots=True)
class LedgerFinding:
    """One entry that does not fit the others; the ledger goes on without its excess, and a person must look."""

    entry_id: str
    noticed: Noticed
    amount_minor: int = 0


@dataclass(frozen=True, slots=True)
class Ledger:
    """The account on a day.

    Args:
        items: oldest due first.
        lines: in the order in which they happened.
        held_minor: by payment, what found nothing to pay and is the debtor's: to be given back.
        refunded_minor: what was given back.
        forgiven_minor: interest that a cap or a waiver of accrual took off.
        borne_minor: costs of collection that the creditor bears.
    """

    on: date
    terms: AccountTerms
    items: tuple[Item, ...]
    lines: tuple[Line, ...]
    held_minor: Mapping[str, int]
    refunded_minor: int
    forgiven_minor: int
    borne_minor: int
    findings: tuple[LedgerFinding, ...]

    def outstanding(self, *, due_only: bool = False) -> dict[Component, int]:
        """What is outstanding by component: all of it, or what is due by the day."""
        items = [one for one in self.items if not due_only or one.due_on <= self.on]
        return {kind: sum(one.open_minor(kind) for one in items) for kind in Component}

    @property
    def balance_minor(self) -> int:
        """Everything agreed, charged and not paid, due or not."""
        return sum(self.outstanding().values())

    @property
    def due_minor(self) -> int:
        """What is due by the day and not paid."""
        return sum(self.outstanding(due_only=True).values())

    @property
    def overdue_minor(self) -> int:
        """What was due before the day and is not paid."""
        return sum(one.open_total_minor for one in self.items if one.due_on < self.on)

    @property
    def credit_minor(self) -> int:
        """How much of the debtor's money is held, to be given back?"""
        return sum(self.held_minor.values())

    @property
    def days_past_due(self) -> int:
        """Days since the oldest due date with something of what was agreed unpaid; the due date itself is day 0."""
        oldest = min((one.due_on for one in self.items if one.open_total_minor > 0), default=self.on)
        return max(0, (self.on - oldest).days)

    def payoff_minor(self) -> int:
        """What ends the debt if it is paid on this day? Interest of days to come is not earned and not asked; what is held counts."""
        return max(0, sum(map(self._payoff_of, self.items)) - self.credit_minor)

    def _payoff_of(self, item: Item) -> int:
        if item.due_on <= self.on or self.terms.interest is InterestWay.DAILY:
            return item.open_total_minor
        earned = _earned_minor(item, self.on) - item.paid.get(Component.INTEREST, 0) - item.waived.get(Component.INTEREST, 0)
        return item.open_minor(Component.PRINCIPAL) + max(0, earned)

    def paid_by(self, entry_id: str) -> list[Line]:
        """Against what does this payment count, as it stands?"""
        return [one for one in self.lines if one.entry_id == entry_id and one.kind in (LineKind.PAID, LineKind.GIVEN_FREE, LineKind.CHARGED_BACK)]


def _earned_minor(item: Item, on: date) -> int:
    """The part of a scheduled interest that its days up to now have earned, half even."""
    days = (item.due_on - item.from_on).days
    elapsed = min(days, max(0, (on - item.from_on).days))
    interest = item.charged.get(Component.INTEREST, 0)
    return divide(interest * elapsed, days) if days else interest


def changed_minor(lines: Iterable[Line]) -> int:
    """By how much did these lines change what is owed?"""
    return sum(one.change_minor for one in lines)
