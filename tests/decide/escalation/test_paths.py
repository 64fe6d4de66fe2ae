"""Small claims, payment orders, mediation, enforcement, guarantees, insolvency, sale, clocks in China: boundaries as tables."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from arrears.core.parameters import NoValue
from arrears.core.problems import WrongCall
from arrears.decide.escalation.clocks_china import (
    Complexity,
    Processing,
    complaint,
    credit_objection,
    credit_record,
    credit_repair,
    impact_assessment,
)
from arrears.decide.escalation.clocks_us import reportable_until
from arrears.decide.escalation.debt_sale import LoanType, bulk_sale
from arrears.decide.escalation.dishonest_list import dishonest_listing
from arrears.decide.escalation.guarantee import ActionKind, GuaranteeKind, guarantee
from arrears.decide.escalation.insolvency_china import DebtorFacts, exempt_in_insolvency, personal_insolvency
from arrears.decide.escalation.procedures import (
    CourtDeadline,
    Instrument,
    Objection,
    Outcome,
    binds_guarantor,
    court_deadline,
    enforcement_period,
    payment_order,
    small_claim,
)
from tests.decide.escalation.shipped import law_of

LAW, STATES = law_of("china"), law_of("us")
D = date.fromisoformat
ON = D("2026-11-23")
WAGE = 12_411_000


def on(day: str | None) -> date | None:
    return None if day is None else D(day)


@pytest.mark.parametrize(
    ("claim", "agreed", "shut_out", "goes", "may_agree"),
    [
        (6_205_500, False, False, True, False), (6_205_501, False, False, False, True), (6_205_501, True, False, True, True), (24_822_000, True, False, True, True),
        (24_822_001, True, False, False, False), (100, True, True, False, False),
    ],
)  # fmt: skip
def test_half_a_wage_goes_to_small_claims_and_two_wages_by_agreement(claim: int, agreed: bool, shut_out: bool, goes: bool, may_agree: bool) -> None:
    found = small_claim(LAW, claim, WAGE, ON, parties_agree=agreed, excluded=shut_out).figure
    assert (found.goes, found.may_agree, found.threshold_minor, found.upper_minor) == (goes, may_agree, 6_205_500, 24_822_000)


def test_a_claim_that_is_not_simple_goes_nowhere_near_small_claims() -> None:
    assert small_claim(LAW, 100, WAGE, ON, simple_money_claim=False).figure.goes is False


@pytest.mark.parametrize(
    ("as_of", "objected", "written", "no_money", "outcome"),
    [
        ("2026-03-17", None, True, False, Outcome.RUNNING), ("2026-03-18", None, True, False, Outcome.ENFORCEABLE), ("2026-03-25", "2026-03-10", True, False, Outcome.LAPSED),
        ("2026-03-25", "2026-03-17", True, False, Outcome.LAPSED), ("2026-03-25", "2026-03-18", True, False, Outcome.ENFORCEABLE),
        ("2026-03-25", "2026-03-10", False, False, Outcome.ENFORCEABLE), ("2026-03-25", "2026-03-10", True, True, Outcome.ENFORCEABLE),
        ("2026-03-09", "2026-03-10", True, False, Outcome.RUNNING),
    ],
)  # fmt: skip
def test_a_payment_order_served_on_2_march(as_of: str, objected: str | None, written: bool, no_money: bool, outcome: Outcome) -> None:
    objection = None if objected is None else Objection(D(objected), written, no_money)
    assert payment_order(LAW, D(as_of), served=D("2026-03-02"), objection=objection).figure.outcome is outcome


@pytest.mark.parametrize(("as_of", "outcome"), [("2026-03-31", Outcome.NOT_SERVED), ("2026-04-01", Outcome.ENDED_UNSERVED)])
def test_a_payment_order_not_served_in_thirty_days_ends(as_of: str, outcome: Outcome) -> None:
    assert payment_order(LAW, D(as_of), issued=D("2026-03-01")).figure.outcome is outcome


def test_an_objection_period_that_ends_on_a_holiday_moves() -> None:
    off = frozenset({D("2026-03-17"), D("2026-03-18")})
    assert payment_order(LAW, D("2026-03-19"), served=D("2026-03-02"), non_working=off).figure.outcome is Outcome.RUNNING


def test_a_payment_order_does_not_bind_the_guarantor() -> None:
    assert binds_guarantor(LAW, ON).figure is False


def test_what_was_not_even_issued_runs_nowhere() -> None:
    assert payment_order(LAW, ON).figure.outcome is Outcome.NOT_SERVED


@pytest.mark.parametrize(
    ("which", "start", "last"),
    [
        (CourtDeadline.MEDIATION_CONFIRMATION, "2026-03-01", "2026-03-31"), (CourtDeadline.MEDIATION_CONFIRMATION, "2024-01-30", "2024-02-29"),
        (CourtDeadline.SET_ASIDE, "2026-04-10", "2026-07-10"), (CourtDeadline.SET_ASIDE, "2026-11-30", "2027-02-28"), (CourtDeadline.SET_ASIDE, "2026-02-28", "2026-08-28"),
        (CourtDeadline.SET_ASIDE, "2026-03-01", "2026-06-01"), (CourtDeadline.SUIT_AFTER_PRESERVATION, "2026-02-01", "2026-03-03"),
        (CourtDeadline.FEE_PAYMENT, "2026-03-02", "2026-03-09"), (CourtDeadline.PAYMENT_ORDER_ANSWER, "2026-03-02", "2026-03-07"),
        (CourtDeadline.PAYMENT_ORDER_ISSUE, "2026-03-02", "2026-03-17"), (CourtDeadline.SMALL_CLAIM_DECISION, "2026-12-31", "2027-02-28"),
        (CourtDeadline.SIMPLIFIED_DECISION, "2026-03-31", "2026-06-30"),
    ],
)  # fmt: skip
def test_a_deadline_is_in_time_on_its_last_day_and_late_on_the_next(which: CourtDeadline, start: str, last: str) -> None:
    until = D(last)
    assert court_deadline(LAW, which, D(start)).figure.until.counted == until
    assert court_deadline(LAW, which, D(start), until).figure.in_time is True
    assert court_deadline(LAW, which, D(start), date.fromordinal(until.toordinal() + 1)).figure.in_time is False


@pytest.mark.parametrize(("performed", "removed"), [("2026-03-02", "2026-03-05"), ("2026-03-05", "2026-03-10"), ("2026-03-07", "2026-03-11")])
def test_who_performed_is_off_the_list_in_three_working_days(performed: str, removed: str) -> None:
    weekend = frozenset({D("2026-03-07"), D("2026-03-08")})
    found = dishonest_listing(LAW, D("2025-09-01"), D(performed), non_working=weekend).figure
    assert (str(found.listed_until), str(found.removed_by)) == ("2027-09-01", removed)


@pytest.mark.parametrize(("years", "until"), [(0, "2026-02-28"), (1, "2027-02-28"), (2, "2028-02-29"), (3, "2029-02-28")])
def test_a_serious_case_stays_listed_longer(years: int, until: str) -> None:
    assert str(dishonest_listing(LAW, D("2024-02-29"), serious_years=years).figure.listed_until) == until


def test_a_court_adds_at_most_three_years() -> None:
    with pytest.raises(WrongCall, match="one to 3"):
        dishonest_listing(LAW, D("2024-02-29"), serious_years=4)


@pytest.mark.parametrize(("city", "income", "kept"), [("深圳", None, 20_000_000), ("Xiamen", 7_000_000, 21_000_000), ("Xiamen", None, None)])
def test_what_a_debtor_keeps_is_never_certain_yet(city: str, income: int | None, kept: int | None) -> None:
    found = exempt_in_insolvency(LAW, city, ON, income)
    assert (found.figure, found.certain) == (kept, False)


def test_nothing_is_known_of_what_a_debtor_keeps_elsewhere() -> None:
    with pytest.raises(NoValue, match="Guangzhou"):
        exempt_in_insolvency(LAW, "Guangzhou", ON)


@pytest.mark.parametrize(
    ("instrument", "deadlines", "effective", "instalment", "interrupted", "last"),
    [
        (Instrument.JUDGMENT, ["2024-03-31"], None, None, [], "2026-03-31"),
        (Instrument.JUDGMENT, ["2023-02-28", "2024-06-28"], None, None, [], "2026-06-28"),
        (Instrument.NOTARISED_DEBT, ["2023-02-28", "2024-06-28"], None, "2023-02-28", [], "2025-02-28"),
        (Instrument.JUDGMENT, [], "2024-02-29", None, [], "2026-02-28"),
        (Instrument.JUDGMENT, ["2022-03-31"], None, None, ["2024-03-31"], "2026-03-31"),
        (Instrument.JUDGMENT, ["2022-03-31"], None, None, ["2024-04-01"], "2024-03-31"),
    ],
)  # fmt: skip
def test_enforcement_is_asked_within_two_years(instrument: Instrument, deadlines: list[str], effective: str | None, instalment: str | None, interrupted: list[str], last: str) -> None:
    found = enforcement_period(LAW, instrument, [D(day) for day in deadlines], effective=on(effective), instalment=on(instalment), interrupted=[D(day) for day in interrupted])
    assert str(found.figure.until.counted) == last


@pytest.mark.parametrize("asked", [{"deadlines": []}, {"deadlines": [D("2024-06-28")], "instalment": D("2023-02-28")}])
def test_an_enforcement_without_a_beginning_is_a_wrong_call(asked: dict[str, Any]) -> None:
    with pytest.raises(WrongCall):
        enforcement_period(LAW, Instrument.NOTARISED_DEBT, **asked)


JOINT, GENERAL, UNCLEAR = GuaranteeKind.JOINT, GuaranteeKind.GENERAL, GuaranteeKind.UNSPECIFIED
ASKED, SUED = ActionKind.DEMAND_TO_GUARANTOR, ActionKind.LAWSUIT_AGAINST_DEBTOR


@pytest.mark.parametrize(
    ("due", "kind", "action", "agreed", "ends", "bound"),
    [
        ("2025-01-31", JOINT, ("2025-07-31", ASKED), None, "2025-07-31", True), ("2025-01-31", JOINT, ("2025-08-01", ASKED), None, "2025-07-31", False),
        ("2025-01-31", JOINT, ("2025-07-15", SUED), None, "2025-07-31", False), ("2025-01-31", GENERAL, ("2025-07-15", SUED), None, "2025-07-31", True),
        ("2025-01-31", GENERAL, ("2025-07-15", ASKED), None, "2025-07-31", False), ("2025-01-31", UNCLEAR, ("2025-07-15", SUED), None, "2025-07-31", True),
        ("2025-08-31", JOINT, None, None, "2026-02-28", False), ("2023-08-31", JOINT, None, None, "2024-02-29", False), ("2026-10-01", JOINT, None, None, "2027-04-01", True),
        ("2025-01-31", JOINT, ("2025-12-01", ASKED), "2025-12-31", "2025-12-31", True), ("2025-01-31", JOINT, None, "2025-01-31", "2025-07-31", False),
    ],
)  # fmt: skip
def test_a_guarantor_is_bound_only_by_what_the_law_asks_in_time(due: str, kind: GuaranteeKind, action: tuple[str, ActionKind] | None, agreed: str | None, ends: str, bound: bool) -> None:
    actions = [] if action is None else [(D(action[0]), action[1])]
    found = guarantee(LAW, D(due), kind, ON, agreed_until=on(agreed), actions=actions).figure
    assert (str(found.until.counted), found.bound) == (ends, bound)
    assert found.treated_as is (GENERAL if kind is UNCLEAR else kind)


def test_a_guarantee_of_older_law_is_not_counted_by_the_civil_code() -> None:
    with pytest.raises(NoValue):
        guarantee(LAW, D("2020-12-31"), JOINT, ON)


@pytest.mark.parametrize(
    ("city", "facts", "available", "debtor", "creditor"),
    [
        ("Shenzhen", DebtorFacts(True, True, Decimal(3)), True, True, None), ("深圳", DebtorFacts(True, True, Decimal("2.9")), True, False, None),
        ("shenzhen", DebtorFacts(True, None, Decimal(3)), True, None, None), ("Shenzhen", DebtorFacts(claims_due_minor=50_000_000), True, None, True),
        ("Shenzhen", DebtorFacts(claims_due_minor=49_999_999), True, None, False), ("Shenzhen", DebtorFacts(False), True, False, None),
        ("厦门", DebtorFacts(True, True, residence_years=Decimal(5)), True, True, None),
        ("Xiamen", DebtorFacts(claims_due_minor=35_000_001, income_a_head_minor=7_000_000), True, None, True),
        ("Xiamen", DebtorFacts(claims_due_minor=35_000_000, income_a_head_minor=7_000_000), True, None, False),
        ("Xiamen", DebtorFacts(claims_due_minor=35_000_000), True, None, None), ("Guangzhou", DebtorFacts(True, True, Decimal(9)), False, False, False),
    ],
)  # fmt: skip
def test_personal_insolvency_is_a_matter_of_the_city(city: str, facts: DebtorFacts, available: bool, debtor: bool | None, creditor: bool | None) -> None:
    found = personal_insolvency(LAW, city, ON, facts).figure
    assert (found.available, found.debtor_may_apply, found.creditor_may_apply) == (available, debtor, creditor)


@pytest.mark.parametrize(("city", "day", "available"), [("Shenzhen", "2021-02-28", False), ("Shenzhen", "2021-03-01", True), ("Xiamen", "2025-10-31", False), ("Xiamen", "2025-11-01", True)])
def test_a_regime_begins_on_the_day_its_law_comes_into_force(city: str, day: str, available: bool) -> None:
    assert personal_insolvency(LAW, city, D(day), DebtorFacts()).figure.available is available


def test_what_is_known_of_xiamen_rests_on_one_weak_source_and_says_so() -> None:
    assert not personal_insolvency(LAW, "Xiamen", ON, DebtorFacts()).certain


@pytest.mark.parametrize(
    ("loan", "day", "extended", "is_open"),
    [(LoanType.CONSUMER, "2026-12-31", None, True), (LoanType.CARD, "2027-01-01", None, False), (LoanType.CARD, "2027-01-01", "2028-12-31", True), (LoanType.OTHER, "2026-12-31", None, False)],
)  # fmt: skip
def test_bad_personal_loans_are_sold_in_bulk_until_the_pilot_ends(loan: LoanType, day: str, extended: str | None, is_open: bool) -> None:
    found = bulk_sale(LAW, loan, D(day), known_until=on(extended))
    assert (found.figure.open, found.figure.resale_allowed, found.certain) == (is_open, False, False)


@pytest.mark.parametrize(("complexity", "due"), [(Complexity.SIMPLE, "2026-03-17"), (Complexity.COMPLEX, "2026-04-01"), (Complexity.EXCEPTIONAL, "2026-05-01")])
def test_a_complaint_of_2_march_is_answered_by(complexity: Complexity, due: str) -> None:
    assert str(complaint(LAW, D("2026-03-02"), complexity).figure.due_on) == due


@pytest.mark.parametrize(("received", "due"), [("2026-03-02", "2026-03-22"), ("2024-02-10", "2024-03-01"), ("2026-12-20", "2027-01-09")])
def test_an_objection_is_answered_in_twenty_days(received: str, due: str) -> None:
    assert str(credit_objection(LAW, D(received)).figure.due_on) == due


@pytest.mark.parametrize(
    ("ended", "as_of", "delete_after", "shown"),
    [("2021-06-30", "2026-06-30", "2026-06-30", True), ("2021-06-30", "2026-07-01", "2026-06-30", False), ("2020-02-29", "2025-02-28", "2025-02-28", True), (None, "2026-07-15", None, True)],
)  # fmt: skip
def test_negative_information_goes_five_years_after_the_bad_conduct_ended(ended: str | None, as_of: str, delete_after: str | None, shown: bool) -> None:
    found = credit_record(LAW, on(ended), D(as_of)).figure
    assert (found.delete_after, found.still_shown) == (on(delete_after), shown)


@pytest.mark.parametrize(
    ("amount", "arose", "repaid", "expected"),
    [
        (1_000_000, "2020-01-01", "2025-11-30", (True, "2026-01-01", None)), (1_000_000, "2025-12-31", "2025-12-31", (True, None, "2026-01-31")),
        (800_000, "2023-05-10", "2026-01-15", (True, None, "2026-02-28")), (800_000, "2023-05-10", "2026-03-31", (True, None, "2026-04-30")),
        (800_000, "2023-05-10", "2026-04-01", (False, None, None)), (1_000_001, "2023-05-10", "2026-01-15", (False, None, None)),
        (800_000, "2019-12-31", "2026-01-15", (False, None, None)), (800_000, "2026-01-01", "2026-01-15", (False, None, None)),
    ],
)  # fmt: skip
def test_the_one_off_credit_repair_hid_small_debts_that_were_paid(amount: int, arose: str, repaid: str, expected: tuple[bool, str | None, str | None]) -> None:
    found = credit_repair(LAW, amount, D(arose), D(repaid)).figure
    assert (found.hidden, found.from_on, found.by) == (expected[0], on(expected[1]), on(expected[2]))


@pytest.mark.parametrize("processing", list(Processing))
def test_an_impact_assessment_comes_first_and_is_kept_three_years(processing: Processing) -> None:
    found = impact_assessment(LAW, processing, ON, D("2024-02-29")).figure
    assert (found.required, found.keep_years, found.keep_until) == (processing is not Processing.OTHER, 3, D("2027-02-28"))


@pytest.mark.parametrize(
    ("since", "starts", "last"),
    [("2020-01-10", "2020-07-08", "2027-07-08"), ("2019-09-02", "2020-02-29", "2027-02-28"), ("2020-02-29", "2020-08-27", "2027-08-27")],
)  # fmt: skip
def test_a_delinquency_in_the_united_states_is_reported_seven_years_and_180_days(since: str, starts: str, last: str) -> None:
    found = reportable_until(STATES, D(since), D(last)).figure
    assert (str(found.clock_starts), str(found.last_day), found.still_reportable) == (starts, last, True)
    assert not reportable_until(STATES, D(since), date.fromordinal(D(last).toordinal() + 1)).figure.still_reportable
