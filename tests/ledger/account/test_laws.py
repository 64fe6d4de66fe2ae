"""What holds for every account, whatever happened to it and in whatever order it became known."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as some

from arrears.ledger.account.entries import (
    AccrualChange,
    AccrualState,
    Charge,
    Chargeback,
    CostBasis,
    Entry,
    InstalmentAgreed,
    Payment,
    QuoteGiven,
    QuoteKind,
    RateChange,
    Refund,
    TakenBack,
    Waiver,
    WhyTakenBack,
)
from arrears.ledger.account.ledger import Ledger, LineKind, changed_minor
from arrears.ledger.account.replay import replay
from arrears.ledger.account.statement import statement
from arrears.ledger.account.terms import AccountTerms, AllocationWay, InAdvance, InterestWay
from arrears.ledger.allocation.claims import Component
from arrears.ledger.allocation.instalments import DueClass, FutureInstalments, Rule, RuleList
from arrears.ledger.bearing import BearingRule, InterestKind

FIRST, LAST = date(2026, 1, 1), date(2026, 9, 1)
days = some.dates(FIRST, LAST)
amounts = some.integers(0, 3_000_000)
rates = some.sampled_from([Decimal(0), Decimal("0.05"), Decimal("0.18"), Decimal("0.2436")])
every_rule = tuple(Rule(due, component) for due in DueClass for component in Component)


@some.composite
def terms(draw: some.DrawFn) -> AccountTerms:
    way = draw(some.sampled_from(AllocationWay))
    bearing = (
        BearingRule("loan", InterestKind.CONTRACT, date.min, frozenset({Component.PRINCIPAL})),
        BearingRule("loan", InterestKind.PENALTY, date.min, frozenset({Component.PRINCIPAL})),
        BearingRule("loan", InterestKind.COMPOUND, draw(days), frozenset({Component.INTEREST, Component.PRINCIPAL})),
    )
    return AccountTerms(
        "CNY",
        contract_rate_annual=draw(rates),
        penalty_rate_annual=draw(rates),
        compound_rate_annual=draw(rates),
        days_in_year=draw(some.sampled_from([360, 365])),
        interest=draw(some.sampled_from(InterestWay)),
        contract_interest_on_overdue=draw(some.booleans()),
        penalty_grace_days=draw(some.integers(0, 5)),
        bearing=draw(some.sampled_from([(), bearing])),
        allocation=way,
        order=tuple(draw(some.permutations(list(Component)))),
        rules=RuleList(tuple(draw(some.permutations(every_rule))), future=draw(some.sampled_from(FutureInstalments))) if way is AllocationWay.RULES else None,
        principal_first_after_days=90 if way is AllocationWay.CHINA_CARD else None,
        in_advance=draw(some.sampled_from(InAdvance)),
    )


@some.composite
def histories(draw: some.DrawFn) -> list[Entry]:
    """A schedule of some instalments, and anything that may happen to it."""
    entries: list[Entry] = []
    for number in range(1, draw(some.integers(1, 4)) + 1):
        owed = draw(some.dictionaries(some.sampled_from([Component.PRINCIPAL, Component.INTEREST, Component.FEE]), amounts))
        entries.append(InstalmentAgreed(entry_id=f"a{number}", valid_on=FIRST, recorded_on=FIRST, number=number, due_on=FIRST + timedelta(31 * number), amounts=owed))
    for place in range(draw(some.integers(0, 8))):
        entries.append(draw(_happening(f"e{place}", [one.entry_id for one in entries])))
    return entries


@some.composite
def _happening(draw: some.DrawFn, name: str, others: list[str]) -> Entry:
    on = draw(days)
    known = draw(some.dates(on, LAST))
    common = {"entry_id": name, "valid_on": on, "recorded_on": known}
    makers = [
        lambda: Payment(**common, amount_minor=draw(amounts), designated=draw(some.one_of(some.none(), some.integers(1, 4)))),
        lambda: Payment(**common, amount_minor=draw(amounts)),
        lambda: Charge(**common, component=draw(some.sampled_from([Component.FEE, Component.PENALTY])), amount_minor=draw(amounts), number=draw(some.sampled_from([None, 1]))),
        lambda: Charge(**common, component=Component.COSTS, amount_minor=draw(amounts), basis=draw(some.sampled_from([None, CostBasis("12", "561")]))),
        lambda: Waiver(**common, component=draw(some.sampled_from(Component)), amount_minor=draw(amounts)),
        lambda: Chargeback(**common, of=draw(some.sampled_from(others))),
        lambda: Refund(**common, amount_minor=draw(amounts)),
        lambda: RateChange(**common, kind=draw(some.sampled_from(InterestKind)), rate_annual=draw(rates)),
        lambda: QuoteGiven(**common, amount_minor=draw(amounts), expires_on=on + timedelta(draw(some.integers(0, 30))), settles=draw(some.sampled_from(QuoteKind))),
        lambda: draw(_accrual_change(common)),
    ]
    return draw(some.sampled_from(makers))()


@some.composite
def _accrual_change(draw: some.DrawFn, common: dict[str, object]) -> AccrualChange:
    state = draw(some.sampled_from(AccrualState))
    until = draw(some.one_of(some.none(), some.integers(0, 60).map(lambda more: common["valid_on"] + timedelta(more))))  # type: ignore[operator]
    return AccrualChange(**common, state=state, reason="law", until_on=until, cap_rate_annual=Decimal("0.06") if state is AccrualState.CAPPED else None)  # type: ignore[arg-type]


def money_is_kept(found: Ledger, entries: list[Entry]) -> None:
    """What came in lies on the debt, is held or was given back; the balance is what the lines add up to; nothing is below zero."""
    received = sum(one.amount_minor for one in found.lines if one.kind is LineKind.RECEIVED)
    paid = sum(amount for item in found.items for amount in item.paid.values())
    assert received == paid + found.credit_minor + found.refunded_minor
    assert found.balance_minor == changed_minor(found.lines)
    assert all(item.open_minor(kind) >= 0 for item in found.items for kind in Component)
    assert all(amount > 0 for amount in found.held_minor.values())
    assert found.forgiven_minor >= 0


@settings(max_examples=300, deadline=None)
@given(terms(), histories(), days)
def test_allocation_conserves_every_payment_and_no_balance_falls_below_zero(agreed: AccountTerms, entries: list[Entry], on: date) -> None:
    money_is_kept(replay(agreed, entries, on), entries)


@settings(max_examples=100, deadline=None)
@given(terms(), histories(), days)
def test_money_is_held_only_when_nothing_it_may_pay_is_open(agreed: AccountTerms, entries: list[Entry], on: date) -> None:
    found = replay(agreed, entries, on)
    reachable = sum(one.open_total_minor for one in found.items if agreed.in_advance is InAdvance.PAYS_NEXT or one.due_on <= on)
    assert not (found.credit_minor and reachable)


@settings(max_examples=100, deadline=None)
@given(terms(), histories(), days, some.randoms(use_true_random=False))
def test_entries_in_any_order_of_arrival_give_the_same_ledger(agreed: AccountTerms, entries: list[Entry], on: date, chance: object) -> None:
    mixed = list(entries)
    chance.shuffle(mixed)  # type: ignore[attr-defined]
    assert replay(agreed, mixed, on) == replay(agreed, entries, on)


@settings(max_examples=100, deadline=None)
@given(terms(), histories(), days, some.data())
def test_taking_an_entry_back_restores_the_ledger_without_it(agreed: AccountTerms, entries: list[Entry], on: date, data: some.DataObject) -> None:
    gone = data.draw(some.sampled_from(entries))
    back = TakenBack(entry_id="back", valid_on=on, recorded_on=on, of=gone.entry_id, why=WhyTakenBack.REVERSAL)
    assert replay(agreed, [*entries, back], on) == replay(agreed, [one for one in entries if one is not gone], on)


@settings(max_examples=100, deadline=None)
@given(terms(), histories(), histories(), days)
def test_a_past_day_looked_at_again_gives_what_it_gave(agreed: AccountTerms, entries: list[Entry], later: list[Entry], on: date) -> None:
    """What becomes known afterwards does not change what was known then."""
    news = [replace(one, entry_id=f"later {one.entry_id}", recorded_on=on + timedelta(1)) for one in later]
    assert replay(agreed, [*entries, *news], on, known_on=on) == replay(agreed, entries, on, known_on=on)


@settings(max_examples=100, deadline=None)
@given(terms(), histories(), days, some.integers(1, 60))
def test_nothing_accrues_while_everything_is_stopped(agreed: AccountTerms, entries: list[Entry], since: date, length: int) -> None:
    stop = AccrualChange(entry_id="stop", valid_on=since + timedelta(1), recorded_on=since, state=AccrualState.STOPPED, reason="law", until_on=since + timedelta(length))
    usual = [one for one in entries if not (isinstance(one, AccrualChange) and one.state is AccrualState.NORMAL)]
    found = replay(agreed, [*usual, stop], LAST)
    interest = (LineKind.CONTRACT_INTEREST, LineKind.PENALTY_INTEREST, LineKind.COMPOUND_INTEREST)
    inside = [one for one in found.lines if one.kind in interest and one.from_on and since <= one.from_on and one.to_on and one.to_on < since + timedelta(length)]
    assert not inside


@settings(max_examples=100, deadline=None)
@given(terms(), histories(), days)
def test_a_day_later_without_news_differs_by_interest_and_due_dates_alone(agreed: AccountTerms, entries: list[Entry], on: date) -> None:
    """What entries did up to a day stays as it was on the next; interest and money that waited for a due date may come to it."""
    before = [one for one in entries if one.valid_on <= on]
    first, then = (replay(agreed, before, one) for one in (on, on + timedelta(1)))
    money_is_kept(then, before)
    done = [[one for one in found.lines if one.entry_id and one.on <= on] for found in (first, then)]
    came = [one for one in done[1] if one not in done[0]]
    assert [one for one in done[1] if one not in came] == done[0]
    assert all((one.on, one.kind, one.component) == (on, LineKind.PAID, Component.INTEREST) for one in came), "the day's own interest is known when it is over, and waiting money pays it"


@settings(max_examples=200, deadline=None)
@given(terms(), histories(), days, some.integers(0, 120))
def test_a_statement_adds_up_from_what_was_due_before_to_what_is_due_at_its_end(agreed: AccountTerms, entries: list[Entry], from_on: date, length: int) -> None:
    found = statement(agreed, entries, from_on, from_on + timedelta(length))
    assert found.opening_due_minor == replay(agreed, entries, from_on - timedelta(1)).due_minor
    assert found.opening_due_minor + sum(row.amount_minor for row in found.rows) == found.closing_due_minor == replay(agreed, entries, from_on + timedelta(length)).due_minor


@settings(max_examples=300, deadline=None)
@given(terms(), histories(), days, some.sets(days, max_size=5))
def test_writing_interest_down_on_more_days_changes_no_amount(agreed: AccountTerms, entries: list[Entry], on: date, book_on: set[date]) -> None:
    usual, often = replay(agreed, entries, on), replay(agreed, entries, on, book_on=book_on)
    assert (often.items, often.held_minor, often.forgiven_minor) == (usual.items, usual.held_minor, usual.forgiven_minor)
