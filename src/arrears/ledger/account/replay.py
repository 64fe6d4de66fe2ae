"""How does an account stand on a day, given all its entries?

The days are gone through from the first entry on; between two days on which something happens, interest runs. Every answer comes from here:
a payment that came late, a fee taken back, a stop that was not known in time are entries like all others, and what came after them is worked
out anew.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Collection, Iterable, Sequence
from datetime import date, timedelta

from arrears.core.problems import WrongCall
from arrears.ledger.account.accruing import Accruing
from arrears.ledger.account.entries import (
    AccrualChange,
    Charge,
    Chargeback,
    Entry,
    InstalmentAgreed,
    Payment,
    QuoteGiven,
    QuoteKind,
    RateChange,
    Refund,
    TakenBack,
    Waiver,
    in_effect,
)
from arrears.ledger.account.ledger import Ledger, LedgerFinding, Line, LineKind, Noticed
from arrears.ledger.account.paying import pay, take_off
from arrears.ledger.account.running import INTO, GivenUp, Money, OpenQuote, Standing
from arrears.ledger.account.terms import AccountTerms, InterestWay
from arrears.ledger.account.timeline import Timeline
from arrears.ledger.allocation.claims import Component
from arrears.ledger.bearing import InterestKind
from arrears.ledger.rounding import divide

BOOKED_AS = {
    InterestKind.CONTRACT: LineKind.CONTRACT_INTEREST,
    InterestKind.PENALTY: LineKind.PENALTY_INTEREST,
    InterestKind.COMPOUND: LineKind.COMPOUND_INTEREST,
}


def replay(terms: AccountTerms, entries: Iterable[Entry], on: date, known_on: date | None = None, book_on: Collection[date] = ()) -> Ledger:
    """The ledger of a day.

    Args:
        terms: what was agreed about the money.
        entries: all entries of the account, in any order; those valid after `on` are not used.
        on: the day, at its end.
        known_on: only what was recorded by this day; None: everything. So a past day can be asked as it was seen then, and as it is seen now.
        book_on: days on which interest is written down in a line although nothing else happens, such as month ends. No amount depends on it.

    Returns:
        The same for the same entries, in whatever order they are given.

    >>> day, due = date(2026, 1, 1), date(2026, 2, 1)
    >>> agreed = InstalmentAgreed(entry_id="1", valid_on=day, recorded_on=day, number=1, due_on=due, amounts={Component.PRINCIPAL: 1_000_000})
    >>> from decimal import Decimal
    >>> terms = AccountTerms("CNY", penalty_rate_annual=Decimal("0.18"), days_in_year=360)
    >>> replay(terms, [agreed], date(2026, 2, 11)).outstanding()[Component.PENALTY]
    5000
    >>> paid = Payment(entry_id="2", valid_on=due, recorded_on=date(2026, 2, 20), amount_minor=1_000_000)
    >>> replay(terms, [paid, agreed], date(2026, 2, 11)).balance_minor, replay(terms, [paid, agreed], date(2026, 2, 11), date(2026, 2, 11)).balance_minor
    (0, 1005000)

    Raises:
        WrongCall: two different entries have one id, two instalments have one number, or a taking back is itself taken back.
    """
    standing = in_effect(entries := list(entries), on, known_on)
    account = _Account(terms, standing, book_on)
    account.look_for_what_takes_back_nothing(entries, known_on)
    for entry in standing:
        account.go_to(entry.valid_on)
        account.take(entry)
    account.go_to(on)
    return account.frozen(on)


class _Account:
    """One account on its way through the days."""

    def __init__(self, terms: AccountTerms, standing: Sequence[Entry], book_on: Collection[date]) -> None:
        self.book_on = sorted(book_on)
        self.terms, self.timeline = terms, Timeline(terms, standing)
        self.accruing = Accruing(terms, self.timeline)
        self.today = standing[0].valid_on if standing else date.min
        self.items: list[Standing] = []
        self.due_days: list[date] = []
        self.moneys: list[Money] = []
        self.quotes: list[OpenQuote] = []
        self.waivers: list[GivenUp] = []
        self.lines: list[Line] = []
        self.findings: list[LedgerFinding] = []
        self.received_minor = self.refunded_minor = self.borne_minor = 0

    # Through the days

    def go_to(self, day: date) -> None:
        """Let the days up to this one pass: interest runs, instalments fall due, money held in hand pays them."""
        for stop in [one for one in self.book_on if self.today < one < day] + [day]:
            if stop > self.today:
                self._advance(stop)

    def _advance(self, day: date) -> None:
        for cut in self._days_of_change(day):
            self.accruing.run(self.items, self.today, cut)
            self.today = cut
            due_now = [one for one in self.items if one.due_on == cut]
            if due_now:
                self._book_interest()
                self._fall_due(due_now)
                self._use_money_in_hand()
        self._book_interest()
        self._use_money_in_hand()

    def _days_of_change(self, day: date) -> list[date]:
        """Days after today, up to this one, after which interest runs differently: due dates, ends of grace, changes of state and rate."""
        after, to = bisect_right(self.due_days, self.today), bisect_left(self.due_days, day)
        return sorted({*self.due_days[after:to], *(one for one in self.timeline.changes_between(self.today, day) if one > self.today), day})

    def _fall_due(self, items: Iterable[Standing]) -> None:
        for item in items:
            for component in Component:
                if amount := item.open.get(component, 0):
                    self._line(LineKind.FELL_DUE, item, component, amount)

    def _book_interest(self) -> None:
        """Book, in whole units, what has run up to today."""
        for item in self.items:
            for kind, accrual, amount in item.to_book():
                item.charge(INTO[kind], amount)
                if kind is InterestKind.CONTRACT and self.today > item.due_on:
                    item.interest_after_due_minor += amount
                self.lines.append(Line(self.today, BOOKED_AS[kind], item.key, INTO[kind], amount, None, accrual.since_on, self.today, accrual.days))
                accrual.book(amount)

    # What an entry does

    def take(self, entry: Entry) -> None:
        """Let one entry take effect today."""
        match entry:
            case InstalmentAgreed():
                self._agree(entry)
            case AccrualChange():
                self._change_accrual(entry)
            case Charge():
                self._charge(entry)
            case Waiver():
                self._waive(entry)
            case QuoteGiven():
                self.quotes.append(OpenQuote(entry.entry_id, entry.valid_on, entry.expires_on, entry.amount_minor, entry.settles is QuoteKind.WHOLE_DEBT))
            case Payment():
                self._receive(entry)
            case Chargeback():
                self._charge_back(entry)
            case Refund():
                self._refund(entry)
            case RateChange() | TakenBack():
                pass  # The time line has read the one, `in_effect` the other.
            case _:
                raise AssertionError(f"{type(entry).__name__} is no kind of entry")

    def _agree(self, entry: InstalmentAgreed) -> None:
        if any(one.number == entry.number for one in self.items):
            raise WrongCall(f"Two instalments have the number {entry.number}.", "Which of them a payment names would not be clear.", "Give each instalment a number of its own.")
        item = Standing(str(entry.number), entry.number, entry.valid_on, entry.from_on or self._runs_from(entry), entry.due_on)
        self._add(item)
        for component in Component:
            if amount := entry.amounts.get(component, 0):
                self._agree_amount(item, component, amount, entry.entry_id)

    def _agree_amount(self, item: Standing, component: Component, amount_minor: int, entry_id: str) -> None:
        if component is Component.INTEREST and self.terms.interest is InterestWay.DAILY:
            return
        item.charge(component, amount_minor)
        self._line(LineKind.AGREED, item, component, amount_minor, entry_id)
        if component is Component.INTEREST:
            item.stated_interest_minor = amount_minor
            self._adjust_scheduled_interest(item, entry_id)

    def _runs_from(self, entry: InstalmentAgreed) -> date:
        """From the due date of the instalment before, or from the agreement."""
        earlier = [one.due_on for one in self.items if one.number is not None and one.number < entry.number and one.due_on <= entry.due_on]
        return max([*earlier, min(entry.valid_on, entry.due_on)])

    def _add(self, item: Standing) -> None:
        self.items.append(item)
        self.items.sort(key=lambda one: one.place)
        for one in {item.due_on, item.due_on + timedelta(self.terms.penalty_grace_days)}:
            insort(self.due_days, one)

    def _change_accrual(self, entry: AccrualChange) -> None:
        if InterestKind.CONTRACT not in entry.kinds:
            return
        if self.accruing.cap_is_without_rate([entry.state]):
            self.findings.append(LedgerFinding(entry.entry_id, Noticed.CAP_WITHOUT_CONTRACT_RATE))
        for item in self.items:
            if item.stated_interest_minor and item.due_on >= entry.valid_on:
                self._adjust_scheduled_interest(item, entry.entry_id)

    def _adjust_scheduled_interest(self, item: Standing, entry_id: str) -> None:
        """Charge of the stated interest what its days carry, as far as is seen today; what was paid beyond it is free again."""
        charged, item.forgiven_scheduled_minor = self.accruing.scheduled_interest(item, self.today)
        if change := charged - item.charged.get(Component.INTEREST, 0):
            item.charge(Component.INTEREST, change)
            self._line(LineKind.INTEREST_NOT_CHARGED, item, Component.INTEREST, change, entry_id)
            self._give_up_what_waits(item, Component.INTEREST)
            self._free_what_is_too_much(item, Component.INTEREST)

    def _given_up(self, parts: Iterable[GivenUp], item: Standing, component: Component) -> list[GivenUp]:
        return [one for one in parts if one.item is item and one.component is component]

    def _give_up_what_waits(self, item: Standing, component: Component) -> None:
        """What was waived or settled stays so when more is charged again."""
        for part in self._given_up([*self.waivers, *(one for quote in self.quotes for one in quote.given_up)], item, component):
            if taken := part.take_up():
                self._line(part.kind, item, component, -taken, part.entry_id)

    def _free_what_is_too_much(self, item: Standing, component: Component) -> None:
        """Less is charged than was paid and given up: what a quote gave up goes first, then money is freed, and what was waived stands longest."""
        self._set_aside((one for quote in self.quotes for one in quote.given_up), item, component)
        for money in reversed(self.moneys):
            if freed := take_off(money, item, component, -min(0, item.open.get(component, 0))):
                self._line(LineKind.GIVEN_FREE, item, component, freed, money.entry_id)
        self._set_aside(self.waivers, item, component)

    def _set_aside(self, parts: Iterable[GivenUp], item: Standing, component: Component) -> None:
        for part in self._given_up(parts, item, component):
            if step := part.set_aside(-min(0, item.open.get(component, 0))):
                self._line(LineKind.NOT_NEEDED_AFTER_ALL, item, component, step, part.entry_id)

    def _charge(self, entry: Charge) -> None:
        if entry.component is Component.COSTS and entry.basis is None:
            self.borne_minor += entry.amount_minor
            self.lines.append(Line(self.today, LineKind.BORNE_BY_CREDITOR, None, Component.COSTS, entry.amount_minor, entry.entry_id))
            return
        item = self._item_of_charge(entry)
        item.charge(entry.component, entry.amount_minor)
        self._line(LineKind.CHARGED, item, entry.component, entry.amount_minor, entry.entry_id)
        self._use_money_in_hand()

    def _item_of_charge(self, entry: Charge) -> Standing:
        named = next((one for one in self.items if entry.number is not None and one.number == entry.number), None)
        if named is not None:
            return named
        if entry.number is not None:
            self.findings.append(LedgerFinding(entry.entry_id, Noticed.NAMES_NO_INSTALMENT))
        due_on = entry.due_on or entry.valid_on
        item = Standing(f"charge {entry.entry_id.removeprefix('charge ')}", None, entry.valid_on, min(entry.valid_on, due_on), due_on)
        self._add(item)
        return item

    def _waive(self, entry: Waiver) -> None:
        left = entry.amount_minor
        for item in self.items:
            if entry.number in (None, item.number) and (step := min(left, item.open.get(entry.component, 0))):
                item.waive(entry.component, step)
                left -= step
                self.waivers.append(GivenUp(item, entry.component, step, LineKind.WAIVED, entry.entry_id))
                self._line(LineKind.WAIVED, item, entry.component, -step, entry.entry_id)
        if left:
            self.findings.append(LedgerFinding(entry.entry_id, Noticed.WAIVES_MORE_THAN_IS_OPEN, left))

    # Money

    def _receive(self, entry: Payment) -> None:
        self.received_minor += entry.amount_minor
        self.lines.append(Line(self.today, LineKind.RECEIVED, None, None, entry.amount_minor, entry.entry_id))
        if entry.designated is not None and all(one.number != entry.designated for one in self.items):
            self.findings.append(LedgerFinding(entry.entry_id, Noticed.NAMES_NO_INSTALMENT))
        self.moneys.append(Money(entry.entry_id, entry.valid_on, entry.amount_minor, entry.designated, entry.amount_minor))
        self._use_money_in_hand()
        self._meet_quotes()

    def _use_money_in_hand(self) -> None:
        """Lay what is free of earlier payments, oldest first, on what is open."""
        for money in self.moneys:
            if money.free_minor:
                for part in pay(self.terms, money, self.items, self.today):
                    self._line(LineKind.PAID, part.item, part.component, -part.amount_minor, money.entry_id)

    def _charge_back(self, entry: Chargeback) -> None:
        money = next((one for one in self.moneys if one.entry_id == entry.of), None)
        if money is None:
            self.findings.append(LedgerFinding(entry.entry_id, Noticed.CHARGES_BACK_NO_PAYMENT))
            return
        for part in money.parts:
            part.item.pay(part.component, -part.amount_minor)
            self._line(LineKind.CHARGED_BACK, part.item, part.component, part.amount_minor, money.entry_id)
        taken_minor = money.amount_minor - money.refunded_minor
        self.received_minor -= taken_minor
        self.lines.append(Line(self.today, LineKind.RECEIVED, None, None, -taken_minor, entry.entry_id))
        if money.refunded_minor:
            self.findings.append(LedgerFinding(entry.entry_id, Noticed.CHARGES_BACK_WHAT_WAS_REFUNDED, money.refunded_minor))
        self.moneys.remove(money)
        self._unmeet_quotes()
        self._use_money_in_hand()

    def _refund(self, entry: Refund) -> None:
        left = entry.amount_minor
        for money in reversed(self.moneys):
            step = min(left, money.free_minor)
            money.free_minor -= step
            money.refunded_minor += step
            left -= step
        self.refunded_minor += entry.amount_minor - left
        self.lines.append(Line(self.today, LineKind.REFUNDED, None, None, entry.amount_minor - left, entry.entry_id))
        if left:
            self.findings.append(LedgerFinding(entry.entry_id, Noticed.REFUNDS_MORE_THAN_IS_HELD, left))

    # Quotes bind

    def _paid_for(self, quote: OpenQuote) -> int:
        return sum(one.amount_minor for one in self.moneys if quote.given_on <= one.paid_on <= quote.expires_on)

    def _meet_quotes(self) -> None:
        """A quote that is paid in its time settles: what is left of what it covers is given up."""
        for quote in self.quotes:
            if not quote.is_met and quote.given_on <= self.today <= quote.expires_on and self._paid_for(quote) >= quote.amount_minor:
                quote.is_met = True
                self._give_up(quote)

    def _give_up(self, quote: OpenQuote) -> None:
        for item in self.items:
            for component, amount in item.open.items() if quote.whole_debt or item.due_on <= quote.expires_on else ():
                if amount > 0:
                    quote.given_up.append(GivenUp(item, component, amount, LineKind.SETTLED_BY_QUOTE, quote.entry_id))
        for part in quote.given_up:
            part.item.waive(part.component, part.amount_minor)
            self._line(part.kind, part.item, part.component, -part.amount_minor, quote.entry_id)

    def _unmeet_quotes(self) -> None:
        """The payment that met a quote is gone: what was given up for it is owed again."""
        for quote in self.quotes:
            if quote.is_met and self._paid_for(quote) < quote.amount_minor:
                quote.is_met = False
                for part in quote.given_up:
                    part.item.waive(part.component, -part.amount_minor)
                    self._line(LineKind.QUOTE_NOT_MET_AFTER_ALL, part.item, part.component, part.amount_minor, quote.entry_id)
                quote.given_up = []

    # The outcome

    def look_for_what_takes_back_nothing(self, entries: Sequence[Entry], known_on: date | None) -> None:
        """A taking back whose entry is not there is a finding: the entry may still be on its way."""
        known = [one for one in entries if known_on is None or one.recorded_on <= known_on]
        ids = {one.entry_id for one in known}
        lost = sorted({one.entry_id for one in known if isinstance(one, TakenBack) and one.of not in ids})
        self.findings += [LedgerFinding(one, Noticed.TAKES_BACK_NOTHING) for one in lost]

    def _line(self, kind: LineKind, item: Standing, component: Component, amount_minor: int, entry_id: str | None = None) -> None:
        self.lines.append(Line(self.today, kind, item.key, component, amount_minor, entry_id))

    def frozen(self, on: date) -> Ledger:
        """The ledger as it leaves the replay; nothing of the money is lost."""
        held = {one.entry_id: one.free_minor for one in self.moneys if one.free_minor}
        laid = sum(part.amount_minor for money in self.moneys for part in money.parts)
        assert self.received_minor == laid + sum(held.values()) + self.refunded_minor, "money of the account got lost"
        forgiven = divide(self.accruing.forgiven.numerator, self.accruing.forgiven.denominator) + sum(one.forgiven_scheduled_minor for one in self.items)
        return Ledger(
            on, self.terms, tuple(one.frozen() for one in self.items), tuple(self.lines), held, self.refunded_minor, forgiven, self.borne_minor, tuple(self.findings)
        )
