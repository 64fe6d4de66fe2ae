"""Judge of ifrs_eba_cases.json: each case is told to the classification as facts, and the answer compared.

Every field must be one that the vocabulary lists *and* that the kind of question uses: a case with any other counts as failed.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from arrears.assess.classification.cure import (
    CureFacts,
    Passage,
    cure_rules,
    exit_default,
    exit_forborne,
    exit_non_performing,
)
from arrears.assess.classification.floor import Floor
from arrears.assess.classification.ifrs9 import NO_REBUTTAL, Ifrs9Facts, Rebuttal, Stage, ifrs9_floor, ifrs9_rules
from arrears.assess.classification.india import IndiaFacts, india_floor, india_rules
from arrears.assess.classification.npe import MeasureFacts, NpeFacts, diminished_floor, npe_floor, npe_rules
from arrears.core.parameters import Parameters, read_parameters, texts_in
from tests.vectors import late_payment
from tests.vectors.judging import NotUnderstood, only_known

CASE = {
    "id",
    "group",
    "rule",
    "title",
    "facts",
    "proposed_action",
    "expected",
    "reason_code",
    "source",
    "basis",
    "confidence",
    "notes",
}
LOOKED_UP_ON = date(2026, 11, 23)
"""The day for cases without one: the day on which the cases were made."""
RETAIL = {"retail"}
NOT_RETAIL = {
    "other",
    "corporate",
    "non_retail",
    "non-retail",
    "wholesale",
    "enterprise",
    "institution",
    "sovereign",
    "bank",
}
REVOLVING = {"cash_credit", "overdraft", "cash_credit_overdraft", "cc_od", "revolving"}
NOT_REVOLVING = {"term_loan", "demand_loan", "personal_loan", "retail_loan", "home_loan", "vehicle_loan"}
CENTS = 100

Facts = Mapping[str, Any]
Answer = Floor[Any] | Passage


@cache
def figures(jurisdiction: str) -> Parameters:
    """The figures that the project ships for one jurisdiction."""
    return read_parameters(texts_in(files("arrears.rulepacks").joinpath(jurisdiction, "parameters")))  # type: ignore[arg-type]


@cache
def _vocabulary() -> dict[str, Any]:
    path = Path(__file__).parent / "regulation_vocabulary.json"
    return dict(json.loads(path.read_text(encoding="utf-8"))["ifrs_eba"])


def _day(value: Any) -> date | None:
    return None if value is None else date.fromisoformat(value)


def _minor(value: Any) -> int | None:
    return None if value is None else int((Decimal(str(value)) * CENTS).to_integral_exact())


def _flag(value: Any) -> bool | None:
    if value is not None and not isinstance(value, bool):
        raise NotUnderstood(f"{value!r} where true or false was expected")
    return value


def _whole(value: Any) -> int | None:
    if value is not None and type(value) is not int:
        raise NotUnderstood(f"{value!r} where whole days were expected")
    return value


def _one_of(value: Any, yes: set[str], no: set[str]) -> bool | None:
    if value is not None and value not in yes | no:
        raise NotUnderstood(f"{value!r} is none of {sorted(yes | no)}")
    return None if value is None else value in yes


def _days(facts: Facts, *names: str) -> int | None:
    """The same days under any of these names; two that differ are not understood."""
    told = {_whole(facts[name]) for name in names if facts.get(name) is not None}
    if len(told) > 1:
        raise NotUnderstood(f"{', '.join(names)} differ")
    return told.pop() if told else None


def _rebuttal(facts: Facts) -> Rebuttal | None:
    if "rebuttal" not in facts:
        return None
    told = facts["rebuttal"]
    if told is None or told is False:
        return NO_REBUTTAL
    if not isinstance(told, dict):
        raise NotUnderstood("a rebuttal that is neither null nor an object")
    only_known(told, {"documented", "ground"}, "rebuttal")
    return Rebuttal(bool(_flag(told.get("documented"))), str(told.get("ground", facts.get("ground", ""))))


def _stage(value: Any) -> Stage | None:
    if value is None:
        return None
    try:
        return Stage(value if str(value).startswith(("stage", "poci")) else f"stage_{value}")
    except ValueError as trouble:
        raise NotUnderstood(f"stage {value!r}") from trouble


def _ifrs9(facts: Facts, on: date) -> Answer:
    told = Ifrs9Facts(
        days_past_due=_whole(facts.get("dpd")),
        rebuttal=_rebuttal(facts),
        significant_increase=_flag(facts.get("sicr_other")),
        credit_impaired=_flag(facts.get("credit_impaired_other")),
        poci=_flag(facts.get("poci")),
        previous_stage=_stage(facts.get("previous_stage")),
        cure_criteria_met=_flag(facts.get("cure_criteria_met")),
    )
    return ifrs9_floor(told, ifrs9_rules(figures("international"), on))


def _npe(facts: Facts, on: date) -> Answer:
    told = NpeFacts(
        retail=_one_of(facts.get("segment"), RETAIL, NOT_RETAIL),
        arrears_minor=_minor(facts.get("arrears")),
        exposure_minor=_minor(facts.get("exposure")),
        material_days=_whole(facts.get("material_consecutive_days")),
        days_past_due=_days(facts, "dpd", "days"),
        unlikely_to_pay=_flag(facts.get("unlikely_to_pay")),
        forborne=_flag(facts.get("forborne")),
        in_probation=_flag(facts.get("under_probation")),
        was_non_performing=_flag(facts.get("was_non_performing")),
        new_forbearance=_flag(facts.get("new_forbearance")),
        measure_viable=_flag(facts.get("measure_viable")),
    )
    return npe_floor(told, npe_rules(figures("eu"), on))


def _measure(facts: Facts, on: date) -> Answer:
    told = MeasureFacts(
        _minor(facts.get("npv_before")),
        _minor(facts.get("npv_after")),
        _flag(facts.get("financial_difficulty")),
        _flag(facts.get("unlikely_to_pay")),
    )
    return diminished_floor(told, figures("eu"), on)


def _latest(*days: date | None) -> date | None:
    return max((day for day in days if day is not None), default=None)


def _cure_facts(facts: Facts) -> CureFacts:
    return CureFacts(
        forborne=_flag(facts.get("forborne")),
        forborne_on=_day(facts.get("forbearance_date")),
        default_on=_latest(_day(facts.get("default_date")), _day(facts.get("npe_since"))),
        grace_end_on=_day(facts.get("grace_period_end")),
        clear_since=_day(facts.get("cured_since")),
        past_due_now=_flag(facts.get("past_due_now")),
        days_past_due=_days(facts, "dpd", "max_dpd_now"),
        repayment_concerns=_flag(facts.get("repayment_concerns")),
        unlikely_to_pay=_flag(facts.get("unlikely_to_pay")),
        material_payments_made=_flag(facts.get("material_payments_made")),
        criteria_met=_flag(facts.get("cure_criteria_met")),
        was_non_performing=_flag(facts.get("was_non_performing")),
        performing_since=_day(facts.get("performing_since")),
        regular_payments=_flag(facts.get("regular_payments_half_of_probation")),
        new_forbearance=_flag(facts.get("new_forbearance")),
    )


def _cure(ask: Callable[..., Passage]) -> Callable[[Facts, date], Answer]:
    return lambda facts, on: ask(_cure_facts(facts), cure_rules(figures("eu"), on), on)


def _unpaid(facts: Facts) -> bool | None:
    """Is something unpaid? Told by what was paid of what, or by arrears."""
    if facts.get("arrears") is not None:
        return bool(facts["arrears"] > 0)
    paid, amount = facts.get("paid"), facts.get("amount")
    if paid is None or isinstance(paid, bool):
        return None if paid is None else not paid
    if paid == 0:
        return True
    if amount is None:
        raise NotUnderstood("something was paid, but of what amount is not said")
    return bool(paid < amount)


def _india(facts: Facts, on: date) -> Answer:
    if facts.get("status") not in (None, "NPA", "SMA-0", "SMA-1", "SMA-2", "standard"):
        raise NotUnderstood(f"status {facts['status']!r}")
    told = IndiaFacts(
        oldest_due_on=_day(facts.get("due_date")),
        unpaid=_unpaid(facts),
        revolving=_one_of(facts.get("facility"), REVOLVING, NOT_REVOLVING),
        was_npa=None if "status" not in facts else facts["status"] == "NPA",
        arrears_interest_minor=_minor(facts.get("arrears_interest")),
        arrears_principal_minor=_minor(facts.get("arrears_principal")),
    )
    return india_floor(told, india_rules(figures("india"), on), on)


_CURE_FIELDS = {
    "forborne",
    "forbearance_date",
    "npe_since",
    "default_date",
    "grace_period_end",
    "cured_since",
    "past_due_now",
    "dpd",
    "max_dpd_now",
    "repayment_concerns",
    "unlikely_to_pay",
    "material_payments_made",
    "cure_criteria_met",
    "new_forbearance",
}
QUESTIONS: dict[str, tuple[Callable[[Facts, date], Answer], set[str]]] = {
    "classify_ifrs9_stage": (
        _ifrs9,
        {
            "dpd",
            "rebuttal",
            "ground",
            "sicr_other",
            "credit_impaired_other",
            "poci",
            "previous_stage",
            "cure_criteria_met",
        },
    ),
    "classify_npe": (
        _npe,
        {
            "segment",
            "arrears",
            "exposure",
            "days",
            "material_consecutive_days",
            "dpd",
            "unlikely_to_pay",
            "ground",
            "forborne",
            "under_probation",
            "was_non_performing",
            "new_forbearance",
            "measure_viable",
        },
    ),
    "classify_default": (_measure, {"npv_before", "npv_after", "financial_difficulty", "unlikely_to_pay", "ground"}),
    "exit_default": (_cure(exit_default), _CURE_FIELDS),
    "exit_non_performing": (_cure(exit_non_performing), _CURE_FIELDS),
    "exit_forborne": (
        _cure(exit_forborne),
        {
            "forbearance_date",
            "was_non_performing",
            "performing_since",
            "regular_payments_half_of_probation",
            "max_dpd_now",
            "dpd",
            "past_due_now",
            "material_payments_made",
            "new_forbearance",
        },
    ),
    "classify_rbi": (
        _india,
        {
            "due_date",
            "paid",
            "amount",
            "arrears",
            "day_end",
            "facility",
            "status",
            "arrears_interest",
            "arrears_principal",
        },
    ),
}


def _answer(case: Facts) -> Answer:
    only_known(case, CASE, "case")
    action = case["proposed_action"]
    action = {"type": action} if isinstance(action, str) else action
    only_known(action, {"type", "date"}, "proposed_action")
    if action["type"] not in QUESTIONS:
        raise NotUnderstood(f"{action['type']} is not asked of the classification")
    ask, fields = QUESTIONS[action["type"]]
    only_known(case["facts"], set(_vocabulary()["fact_fields"]) & fields, "facts")
    on = _day(action.get("date")) or _day(case["facts"].get("day_end")) or LOOKED_UP_ON
    return ask(case["facts"], on)


def judge(case: dict[str, Any]) -> tuple[bool, bool | None]:
    """Do we come to the same class, and to the same reason (None where the case gives none)?

    Raises:
        NotUnderstood: the case has a field or a value that is not understood; the caller counts it as failed.
    """
    if case["group"] == "late_payment":
        only_known(case, CASE, "case")
        return late_payment.judge(figures("eu"), case)
    found = _answer(case)
    came_to = found.way if isinstance(found, Passage) else found.reached
    reason = case.get("reason_code")
    return came_to.value == case["expected"], None if reason is None else found.reason == reason
