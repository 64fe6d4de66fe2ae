"""What an account owes on any day, told in stories from the field."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from arrears.core.problems import WrongCall
from arrears.ledger.account.entries import (
    AccrualChange,
    AccrualState,
    Charge,
    Chargeback,
    CostBasis,
    Entry,
    InstalmentAgreed,
    QuoteGiven,
    QuoteKind,
    RateChange,
    Refund,
    TakenBack,
    Waiver,
    WhyTakenBack,
)
from arrears.ledger.account.ledger import Ledger, LineKind, Noticed
from arrears.ledger.account.replay import replay
from arrears.ledger.account.terms import AccountTerms, AllocationWay, InAdvance, InterestWay
from arrears.ledger.allocation.claims import Component
from arrears.ledger.allocation.instalments import RuleList, read_rule
from arrears.ledger.bearing import BearingRule, InterestKind
from tests.ledger.account.stories import LENT_ON, TERMS, day, instalment, loan, paid

PRINCIPAL, INTEREST, PENALTY, FEE, COSTS = Component.PRINCIPAL, Component.INTEREST, Component.PENALTY, Component.FEE, Component.COSTS


def owed(ledger: Ledger) -> dict[str, int]:
    return {kind.value: amount for kind, amount in ledger.outstanding(due_only=True).items() if amount}


def state(name: str, on: date, state: AccrualState, *, until: date | None = None, cap: str | None = None, recorded_on: date | None = None) -> AccrualChange:
    return AccrualChange(
        entry_id=name, valid_on=on, recorded_on=recorded_on or on, state=state, reason="story", until_on=until, cap_rate_annual=None if cap is None else Decimal(cap)
    )


class TestPenaltyInterest:
    @pytest.mark.parametrize(
        ("on", "penalty"),
        [(day(2, 1), 0), (day(2, 2), 500), (day(2, 11), 5_000), (day(3, 1), 14_000), (day(3, 2), 15_000)],
    )
    def test_it_runs_from_the_due_date_on_overdue_principal_alone(self, on: date, penalty: int) -> None:
        """10,000.00 at 18 % by 360: 5.00 a day; from the second of March two instalments bear it."""
        assert replay(TERMS, loan(), on).outstanding()[PENALTY] == penalty

    def test_it_is_rounded_once_over_all_days_and_not_each_day(self) -> None:
        """1.01 at 18 % is 0.0505 cents a day: twenty days are 1.01 cents, never twenty roundings to nothing."""
        account = [instalment(1, day(2, 1), 101)]
        assert [replay(TERMS, account, day(2, 1 + days)).outstanding()[PENALTY] for days in (9, 10, 20)] == [0, 1, 1]

    def test_a_part_payment_pays_the_penalty_first_and_the_rest_bears_on(self) -> None:
        account = [*loan(count=1), paid("p", day(2, 11), 515_000)]
        found = replay(TERMS, account, day(2, 21))
        assert owed(found) == {"principal": 500_000, "penalty": 2_500}
        assert [(one.component, one.amount_minor) for one in found.paid_by("p")] == [(PENALTY, -5_000), (INTEREST, -10_000), (PRINCIPAL, -500_000)]

    def test_within_the_grace_nothing_is_charged_and_after_it_everything_since_the_due_date(self) -> None:
        terms = replace(TERMS, penalty_grace_days=3)
        found = [replay(terms, loan(count=1), day(2, on)).outstanding()[PENALTY] for on in (2, 4, 5)]
        assert found == [0, 0, 2_000]
        assert replay(terms, [*loan(count=1), paid("p", day(2, 4), 1_010_000)], day(2, 20)).balance_minor == 0

    def test_compound_interest_runs_on_unpaid_interest_only_where_the_table_says_so_and_never_on_penalty(self) -> None:
        compound = BearingRule("loan", InterestKind.COMPOUND, day(2, 15), frozenset({INTEREST}))
        principal = BearingRule("loan", InterestKind.PENALTY, date.min, frozenset({PRINCIPAL}))
        terms = replace(TERMS, compound_rate_annual=Decimal("0.18"), bearing=(compound, principal))
        without = replay(TERMS, loan(interest=100_000, count=1), day(2, 25)).outstanding()[PENALTY]
        assert replay(terms, loan(interest=100_000, count=1), day(2, 25)).outstanding()[PENALTY] - without == 11 * 50

    def test_a_penalty_that_was_charged_is_gone_when_the_payment_turns_out_to_have_been_on_time(self) -> None:
        late_news = paid("p", day(2, 1), 1_010_000, recorded_on=day(2, 15))
        account = [*loan(count=1), late_news]
        assert replay(TERMS, account, day(2, 11), known_on=day(2, 11)).outstanding()[PENALTY] == 5_000
        assert replay(TERMS, account, day(2, 11)).balance_minor == 0

    def test_a_new_rate_holds_from_its_own_day(self) -> None:
        lower = RateChange(entry_id="r", valid_on=day(2, 6), recorded_on=day(2, 1), kind=InterestKind.PENALTY, rate_annual=Decimal("0.09"))
        assert replay(TERMS, [*loan(count=1), lower], day(2, 11)).outstanding()[PENALTY] == 4 * 500 + 6 * 250


class TestDailyInterest:
    TERMS = replace(TERMS, interest=InterestWay.DAILY)

    def test_it_runs_on_what_is_left_and_falls_due_with_the_instalment(self) -> None:
        account = [instalment(1, day(2, 1), 1_000_000), instalment(2, day(3, 1), 1_000_000)]
        assert owed(replay(self.TERMS, account, day(1, 31))) == {}
        assert replay(self.TERMS, account, day(1, 31)).outstanding()[INTEREST] == 20_000
        assert owed(replay(self.TERMS, account, day(2, 1))) == {"interest": 20_667, "principal": 1_000_000}

    def test_interest_that_ran_stays_owed_after_all_principal_is_paid(self) -> None:
        by_principal = RuleList(tuple(read_rule(f"{when}_{kind}") for kind in ("principal", "interest", "penalty", "fee", "costs") for when in ("past_due", "due", "in_advance")))
        terms = replace(self.TERMS, allocation=AllocationWay.RULES, rules=by_principal)
        account = [instalment(1, day(2, 1), 900_000), paid("p", day(1, 16), 900_000)]
        later = replay(terms, account, day(6, 1))
        assert later.outstanding() == {PRINCIPAL: 0, INTEREST: 4_500, PENALTY: 0, FEE: 0, COSTS: 0}

    def test_overdue_principal_bears_penalty_interest_instead_or_beside_as_agreed(self) -> None:
        account = [instalment(1, day(2, 1), 900_000)]
        instead, beside = (replay(replace(self.TERMS, contract_interest_on_overdue=one), account, day(2, 11)).outstanding() for one in (False, True))
        assert (instead[INTEREST], instead[PENALTY]) == (9_300, 4_500)
        assert (beside[INTEREST], beside[PENALTY]) == (12_300, 4_500)


class TestAccrualState:
    def test_while_interest_is_stopped_nothing_runs_and_it_is_never_charged_later(self) -> None:
        stop = state("s", day(2, 6), AccrualState.STOPPED, until=day(2, 11))
        found = [replay(TERMS, [*loan(count=1), stop], day(2, on)).outstanding()[PENALTY] for on in (5, 6, 10, 11, 21)]
        assert found == [2_000, 2_000, 2_000, 2_500, 7_500]

    def test_a_stop_without_an_end_lasts_until_a_normal_entry(self) -> None:
        entries = [*loan(count=1), state("s", day(2, 6), AccrualState.STOPPED), state("n", day(2, 11), AccrualState.NORMAL)]
        assert replay(TERMS, entries, day(2, 21)).outstanding()[PENALTY] == 7_500

    def test_a_stop_takes_its_days_out_of_the_interest_of_the_schedule_too(self) -> None:
        """February's 100.00 for 28 days, 7 of them stopped: 75.00."""
        stop = state("s", day(2, 8), AccrualState.STOPPED, until=day(2, 15))
        march = [replay(TERMS, [*loan(), stop], on).items[1].charged[INTEREST] for on in (day(2, 7), day(2, 8), day(5, 1))]
        assert march == [10_000, 7_500, 7_500]

    def test_interest_paid_ahead_for_days_that_are_stopped_later_is_free_again(self) -> None:
        entries = [*loan(count=2), paid("p", day(1, 10), 2_020_000), state("s", day(2, 1), AccrualState.STOPPED)]
        found = replay(TERMS, entries, day(4, 1))
        assert (found.balance_minor, found.credit_minor) == (0, 10_000 + 323)

    def test_under_a_cap_the_excess_is_forgiven_and_not_put_off(self) -> None:
        """6 % of 18 %: 1.67 a day instead of 5.00 from the sixth of February on."""
        cap = state("c", day(2, 6), AccrualState.CAPPED, cap="0.06")
        found = replay(TERMS, [*loan(interest=0, count=1), cap], day(2, 11))
        assert (found.outstanding()[PENALTY], found.forgiven_minor) == (2_000 + 1_000, 2_000)

    def test_a_cap_covers_contract_and_penalty_interest_together(self) -> None:
        terms = replace(TERMS, interest=InterestWay.DAILY, contract_interest_on_overdue=True)
        cap = state("c", day(2, 2), AccrualState.CAPPED, cap="0.15")
        found = replay(terms, [instalment(1, day(2, 1), 900_000), cap], day(2, 12)).outstanding()
        assert (found[INTEREST], found[PENALTY]) == (9_300 + 3_300, 825)

    def test_of_two_states_the_one_best_for_the_debtor_holds(self) -> None:
        entries = [*loan(count=1), state("c", day(2, 2), AccrualState.CAPPED, cap="0.09"), state("s", day(2, 6), AccrualState.STOPPED, until=day(2, 8))]
        assert replay(TERMS, entries, day(2, 11)).outstanding()[PENALTY] == 8 * 250

    def test_waived_interest_is_told_as_forgiven(self) -> None:
        found = replay(TERMS, [*loan(count=1), state("w", day(2, 2), AccrualState.WAIVED, until=day(2, 12))], day(2, 20))
        assert (found.outstanding()[PENALTY], found.forgiven_minor) == (4_500, 5_000)

    def test_a_cap_on_a_schedule_without_the_contracts_rate_is_found_and_takes_nothing_off(self) -> None:
        found = replay(replace(TERMS, contract_rate_annual=Decimal(0)), [*loan(), state("c", day(2, 6), AccrualState.CAPPED, cap="0.06")], day(2, 11))
        assert [one.noticed for one in found.findings] == [Noticed.CAP_WITHOUT_CONTRACT_RATE]

    def test_a_stop_that_became_known_late_takes_back_what_was_charged(self) -> None:
        stop = state("s", day(2, 2), AccrualState.STOPPED, recorded_on=day(3, 1))
        account = [*loan(count=1), stop]
        assert replay(TERMS, account, day(2, 20), known_on=day(2, 28)).outstanding()[PENALTY] == 9_500
        assert replay(TERMS, account, day(2, 20)).outstanding()[PENALTY] == 0


class TestChargesAndWaivers:
    COST = Charge(entry_id="k", valid_on=day(2, 3), recorded_on=day(2, 3), component=COSTS, amount_minor=20_000)

    def test_costs_of_collection_are_the_creditors_own_unless_clause_and_rule_allow_them(self) -> None:
        found = replay(TERMS, [*loan(), self.COST], day(2, 5))
        assert (found.outstanding()[COSTS], found.borne_minor) == (0, 20_000)
        allowed = replace(self.COST, basis=CostBasis("clause 12", "Civil Code art. 561"))
        assert replay(TERMS, [*loan(), allowed], day(2, 5)).outstanding()[COSTS] == 20_000

    @pytest.mark.parametrize(("clause", "rule"), [("", "art. 561"), ("clause 12", " ")])
    def test_a_cost_without_clause_or_rule_cannot_be_entered_as_allowed(self, clause: str, rule: str) -> None:
        with pytest.raises(WrongCall, match="clause"):
            CostBasis(clause, rule)

    def test_no_late_fee_and_no_penalty_bears_interest(self) -> None:
        fee = Charge(entry_id="f", valid_on=day(2, 2), recorded_on=day(2, 2), component=FEE, amount_minor=1_000_000, number=1)
        with_fee, without = (replay(TERMS, entries, day(2, 21)).outstanding()[PENALTY] for entries in ([*loan(count=1), fee], loan(count=1)))
        assert with_fee == without

    def test_a_waiver_lowers_the_oldest_first_and_says_what_it_did_not_need(self) -> None:
        waiver = Waiver(entry_id="w", valid_on=day(2, 11), recorded_on=day(2, 11), component=PENALTY, amount_minor=6_000)
        found = replay(TERMS, [*loan(count=1), waiver], day(2, 11))
        assert found.outstanding()[PENALTY] == 0
        assert [(one.noticed, one.amount_minor) for one in found.findings] == [(Noticed.WAIVES_MORE_THAN_IS_OPEN, 1_000)]

    def test_interest_waived_stays_waived_when_its_days_are_stopped_and_run_again(self) -> None:
        agreed = InstalmentAgreed(entry_id="a", valid_on=day(1, 1), recorded_on=day(1, 1), number=1, due_on=day(1, 31), amounts={INTEREST: 3_000})
        waiver = Waiver(entry_id="w", valid_on=day(1, 1), recorded_on=day(1, 1), component=INTEREST, amount_minor=2_000)
        stop, on_again = (
            AccrualChange(entry_id=name, valid_on=on, recorded_on=on, state=state, reason="law")
            for name, on, state in (("s", day(1, 11), AccrualState.STOPPED), ("r", day(1, 21), AccrualState.NORMAL))
        )
        terms = AccountTerms("CNY")
        stopped = replay(terms, [agreed, waiver, stop], day(1, 11))
        assert (stopped.items[0].charged[INTEREST], stopped.items[0].waived[INTEREST], stopped.balance_minor) == (900, 900, 0)
        again = replay(terms, [agreed, waiver, stop, on_again], day(1, 21))
        assert (again.items[0].charged[INTEREST], again.items[0].waived[INTEREST], again.balance_minor) == (2_000, 2_000, 0)


class TestMoneyThatComesAndGoes:
    def test_a_returned_debit_was_never_paid(self) -> None:
        back = TakenBack(entry_id="b", valid_on=day(2, 4), recorded_on=day(2, 4), of="p", why=WhyTakenBack.RETURNED_DEBIT)
        account = [*loan(count=1), paid("p", day(2, 1), 1_010_000), back]
        assert replay(TERMS, account, day(2, 11)).outstanding() == replay(TERMS, loan(count=1), day(2, 11)).outstanding()

    def test_a_chargeback_owes_again_from_its_own_day_without_interest_for_the_time_between(self) -> None:
        back = Chargeback(entry_id="b", valid_on=day(2, 11), recorded_on=day(2, 11), of="p")
        found = replay(TERMS, [*loan(count=1), paid("p", day(2, 1), 1_010_000), back], day(2, 21))
        assert owed(found) == {"principal": 1_000_000, "interest": 10_000, "penalty": 5_000}

    def test_a_later_overpayment_pays_what_a_chargeback_opened(self) -> None:
        account = [*loan(count=1), paid("p", day(2, 1), 1_010_000), paid("q", day(2, 2), 400_000)]
        found = replay(TERMS, [*account, Chargeback(entry_id="b", valid_on=day(2, 3), recorded_on=day(2, 3), of="p")], day(2, 3))
        assert (found.credit_minor, found.balance_minor) == (0, 610_000)

    def test_a_payment_refunded_and_then_charged_back_is_told_and_not_laid_on_the_debtor(self) -> None:
        refund = Refund(entry_id="r", valid_on=day(1, 10), recorded_on=day(1, 10), amount_minor=300)
        back = Chargeback(entry_id="b", valid_on=day(1, 12), recorded_on=day(1, 12), of="p")
        held = replace(TERMS, in_advance=InAdvance.WAITS)
        found = replay(held, [*loan(count=1), paid("p", day(1, 9), 1_000), refund, back], day(1, 12))
        assert (found.refunded_minor, found.credit_minor) == (300, 0)
        assert found.balance_minor == replay(held, loan(count=1), day(1, 12)).balance_minor
        assert [(one.noticed, one.amount_minor) for one in found.findings] == [(Noticed.CHARGES_BACK_WHAT_WAS_REFUNDED, 300)]

    def test_what_is_more_than_the_debt_is_held_for_the_debtor_until_it_is_given_back(self) -> None:
        account: list[Entry] = [*loan(count=1), paid("p", day(2, 1), 1_100_000)]
        assert replay(TERMS, account, day(2, 2)).held_minor == {"p": 90_000}
        refund = Refund(entry_id="r", valid_on=day(2, 3), recorded_on=day(2, 3), amount_minor=95_000)
        found = replay(TERMS, [*account, refund], day(2, 3))
        assert (found.credit_minor, found.refunded_minor) == (0, 90_000)
        assert [(one.noticed, one.amount_minor) for one in found.findings] == [(Noticed.REFUNDS_MORE_THAN_IS_HELD, 5_000)]

    def test_the_payers_own_designation_comes_first(self) -> None:
        found = replay(TERMS, [*loan(), paid("p", day(3, 1), 1_010_000, designated=2)], day(3, 1))
        assert [one.open_total_minor for one in found.items] == [1_024_000, 0, 1_010_000]

    def test_money_ahead_waits_for_its_day_where_that_was_agreed(self) -> None:
        terms = replace(TERMS, in_advance=InAdvance.WAITS)
        account = [*loan(), paid("p", day(1, 10), 1_500_000)]
        assert [replay(terms, account, on).credit_minor for on in (day(1, 31), day(2, 1), day(3, 1))] == [1_500_000, 490_000, 0]
        assert replay(terms, account, day(3, 1)).overdue_minor == 0

    def test_the_change_day_of_cards_turns_the_order_round(self) -> None:
        terms = replace(TERMS, allocation=AllocationWay.CHINA_CARD, principal_first_after_days=90, penalty_rate_annual=Decimal(0))
        for on, first in ((day(5, 2), INTEREST), (day(5, 3), PRINCIPAL)):
            assert replay(terms, [*loan(count=1), paid("p", on, 5_000)], on).paid_by("p")[0].component is first

    def test_inside_one_debt_costs_and_interest_of_all_that_is_due_come_before_principal(self) -> None:
        terms = replace(TERMS, allocation=AllocationWay.ARTICLE_561, penalty_rate_annual=Decimal(0))
        found = replay(terms, [*loan(), paid("p", day(3, 1), 25_000)], day(3, 1))
        assert owed(found) == {"principal": 1_995_000}


class TestQuotesBind:
    QUOTE = QuoteGiven(entry_id="q", valid_on=day(2, 11), recorded_on=day(2, 11), amount_minor=1_015_000, expires_on=day(2, 13), settles=QuoteKind.ARREARS)

    @pytest.mark.parametrize(("paid_on", "left"), [(day(2, 11), 0), (day(2, 13), 0), (day(2, 14), 1_500)])
    def test_who_pays_the_quoted_amount_in_its_time_has_settled(self, paid_on: date, left: int) -> None:
        found = replay(TERMS, [*loan(count=1), self.QUOTE, paid("p", paid_on, 1_015_000)], day(2, 14))
        assert found.balance_minor == left

    def test_a_fee_found_later_does_not_undo_a_quote_that_was_met(self) -> None:
        fee = Charge(entry_id="f", valid_on=day(2, 5), recorded_on=day(3, 1), component=FEE, amount_minor=9_000)
        found = replay(TERMS, [*loan(count=1), self.QUOTE, paid("p", day(2, 12), 1_015_000), fee], day(4, 1))
        assert found.balance_minor == 0

    def test_a_quote_can_be_met_in_parts_and_the_whole_debt_may_be_settled_for_less(self) -> None:
        quote = replace(self.QUOTE, amount_minor=2_000_000, settles=QuoteKind.WHOLE_DEBT)
        found = replay(TERMS, [*loan(), quote, paid("p", day(2, 11), 1_500_000), paid("r", day(2, 13), 500_000)], day(6, 1))
        assert found.balance_minor == 0

    def test_an_amount_that_turns_out_too_high_leaves_the_rest_to_the_debtor(self) -> None:
        early = paid("e", day(2, 1), 500_000, recorded_on=day(2, 20))
        found = replay(TERMS, [*loan(count=1), self.QUOTE, paid("p", day(2, 12), 1_015_000), early], day(2, 20))
        assert (found.balance_minor, found.credit_minor) == (0, 500_000 + 1_015_000 - 1_010_000 - 255 * 11)

    def test_a_chargeback_of_the_payment_brings_back_what_was_given_up(self) -> None:
        fee = Charge(entry_id="f", valid_on=day(2, 5), recorded_on=day(2, 5), component=FEE, amount_minor=9_000)
        entries = [*loan(count=1), fee, self.QUOTE, paid("p", day(2, 12), 1_015_000), Chargeback(entry_id="b", valid_on=day(2, 14), recorded_on=day(2, 14), of="p")]
        assert replay(TERMS, entries, day(2, 14)).balance_minor == 1_010_000 + 9_000 + 11 * 500

    def test_a_payoff_asks_no_interest_of_days_to_come(self) -> None:
        """On 15 February 14 of the 28 days of the second instalment's interest are earned, and nothing of the third's."""
        found = replay(TERMS, [*loan(), paid("p", day(2, 1), 1_010_000)], day(2, 15))
        assert found.payoff_minor() == 2_000_000 + 5_000


class TestWhatCannotBe:
    def test_what_takes_back_or_charges_back_nothing_is_found_and_changes_nothing(self) -> None:
        lost = [
            TakenBack(entry_id="b", valid_on=day(2, 1), recorded_on=day(2, 1), of="x", why=WhyTakenBack.CORRECTION),
            Chargeback(entry_id="c", valid_on=day(2, 1), recorded_on=day(2, 1), of="y"),
        ]
        found = replay(TERMS, [*loan(), *lost], day(2, 5))
        assert [one.noticed for one in found.findings] == [Noticed.TAKES_BACK_NOTHING, Noticed.CHARGES_BACK_NO_PAYMENT]
        assert found.outstanding() == replay(TERMS, loan(), day(2, 5)).outstanding()

    def test_two_entries_of_one_id_and_two_instalments_of_one_number_are_refused(self) -> None:
        with pytest.raises(WrongCall, match="have the id p"):
            replay(TERMS, [paid("p", day(2, 1), 1), paid("p", day(2, 1), 2)], day(3, 1))
        with pytest.raises(WrongCall, match="the number 1"):
            replay(TERMS, [instalment(1, day(2, 1), 5), replace(instalment(1, day(3, 1), 5), entry_id="again")], day(3, 1))

    def test_an_entry_that_arrives_twice_counts_once(self) -> None:
        once = [*loan(), paid("p", day(2, 1), 5_000)]
        assert replay(TERMS, [*once, *once], day(3, 1)) == replay(TERMS, once, day(3, 1))

    def test_before_the_first_entry_there_is_nothing(self) -> None:
        assert replay(TERMS, loan(), date(2025, 1, 1)).items == ()
        assert replay(TERMS, [], LENT_ON).balance_minor == 0


def test_every_line_of_a_late_loan_says_what_happened() -> None:
    """Read down: agreed, fell due, penalty interest ran, money came and went where the order says."""
    found = replay(TERMS, [*loan(count=1), paid("p", day(2, 11), 515_000)], day(2, 21))
    told = [(one.on.isoformat(), one.kind.value, one.component.value if one.component else "", one.amount_minor) for one in found.lines]
    assert told == [
        ("2026-01-01", "agreed", "interest", 10_000),
        ("2026-01-01", "agreed", "principal", 1_000_000),
        ("2026-02-01", "fell_due", "interest", 10_000),
        ("2026-02-01", "fell_due", "principal", 1_000_000),
        ("2026-02-11", "penalty_interest", "penalty", 5_000),
        ("2026-02-11", "received", "", 515_000),
        ("2026-02-11", "paid", "penalty", -5_000),
        ("2026-02-11", "paid", "interest", -10_000),
        ("2026-02-11", "paid", "principal", -500_000),
        ("2026-02-21", "penalty_interest", "penalty", 2_500),
    ]
    assert [(one.from_on, one.to_on) for one in found.lines if one.kind is LineKind.PENALTY_INTEREST] == [(day(2, 1), day(2, 11)), (day(2, 11), day(2, 21))]
