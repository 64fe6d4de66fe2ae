"""May an exposure leave default, non-performing or forborne status on this day?

A way back asks for time and for conduct. What is known to stand against it refuses; what is not known does not refuse the *reading*, but is
named, and `final` is then False: whoever acts on it asks a person first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from arrears.assess.classification.floor import more_than, not_, unknown_of
from arrears.assess.classification.months import months_after
from arrears.core.parameters import Parameters, Reading
from arrears.core.reasons import Sentence


class Way(StrEnum):
    """What does the rule say of the way back?"""

    EXIT_DEFAULT = "may_exit_default"
    STAY_DEFAULT = "stay_default"
    EXIT_TO_PERFORMING = "performing"
    EXIT_TO_PROBATION = "performing_forborne_under_probation"
    STAY_NON_PERFORMING = "stay_non_performing"
    EXIT_FORBORNE = "exit_forborne"
    STAY_FORBORNE = "stay_forborne"


@dataclass(frozen=True, slots=True)
class CureFacts:
    """What is known of an exposure that may come back; None is "not known", never "no".

    Attributes:
        forborne: a measure was granted; known to be so where its date is.
        forborne_on: when the measure was granted.
        default_on: when it was classified as default or non-performing.
        grace_end_on: end of the measure's grace period.
        clear_since: since when no trigger of default holds.
        past_due_now: something is past due.
        days_past_due: contractual days since the oldest due date.
        repayment_concerns: full repayment is in doubt.
        unlikely_to_pay: full payment without realising collateral is unlikely.
        material_payments_made: more than an insignificant part was paid since.
        criteria_met: the lender's own criteria of cure are met.
        was_non_performing: it was non-performing when or after the measure was granted.
        performing_since: since when it performs again.
        regular_payments: paid regularly for at least half of the probation.
        new_forbearance: another measure was granted since; the terms start again with it.
    """

    forborne: bool | None = None
    forborne_on: date | None = None
    default_on: date | None = None
    grace_end_on: date | None = None
    clear_since: date | None = None
    past_due_now: bool | None = None
    days_past_due: int | None = None
    repayment_concerns: bool | None = None
    unlikely_to_pay: bool | None = None
    material_payments_made: bool | None = None
    criteria_met: bool | None = None
    was_non_performing: bool | None = None
    performing_since: date | None = None
    regular_payments: bool | None = None
    new_forbearance: bool | None = None


@dataclass(frozen=True, slots=True)
class CureRules:
    """The figures that hold on a day."""

    cure: Reading
    cure_without_forbearance: Reading
    probation: Reading
    minimum: Reading
    end_days: Reading


@dataclass(frozen=True, slots=True)
class Passage:
    """The answer: stay or go, why, from when on the time has passed, and what a person still has to look at."""

    way: Way
    reason: str
    because: Sentence
    earliest_on: date | None
    rests_on: tuple[Reading, ...]
    not_known: tuple[str, ...]

    @property
    def final(self) -> bool:
        """May it be acted on without a person's look?"""
        return not self.not_known and all(reading.certain for reading in self.rests_on)


def cure_rules(parameters: Parameters, on: date) -> CureRules:
    """Which figures hold on the day?"""
    names = (
        "eu_cure_months",
        "eu_cure_without_forbearance_months",
        "eu_probation_months",
        "eu_forborne_minimum_months",
        "eu_probation_end_days",
    )
    return CureRules(*(parameters.value_on(name, on) for name in names))


@dataclass(frozen=True, slots=True)
class _Bar:
    """Something that may stand in the way: does it (None: unknown), and how is it told?"""

    stands: bool | None
    reason: str
    because: Sentence
    asks: tuple[str, ...] = ()


def _judged(
    stay: Way,
    go: Way,
    bars: Sequence[_Bar],
    passed: tuple[str, Sentence],
    earliest_on: date | None,
    rests_on: tuple[Reading, ...],
) -> Passage:
    """The first bar that stands refuses; else the way is free, and what is unknown is named."""
    for bar in bars:
        if bar.stands:
            return Passage(stay, bar.reason, bar.because, earliest_on, rests_on, ())
    missing = dict.fromkeys(name for bar in bars if bar.stands is None for name in bar.asks)
    return Passage(go, *passed, earliest_on, rests_on, tuple(missing))


def _past_due(facts: CureFacts) -> bool | None:
    if facts.past_due_now is not None and not facts.past_due_now:
        return False if facts.days_past_due is None else facts.days_past_due > 0
    return facts.past_due_now if facts.days_past_due is None else facts.past_due_now or facts.days_past_due > 0


def _measure_since(facts: CureFacts) -> _Bar:
    """A later measure starts every term again; its own day is then the one to ask about."""
    return _Bar(
        facts.new_forbearance,
        "NEW_FORBEARANCE",
        Sentence("Another measure was granted since: the terms start again.", "此后又给予新的宽限措施，期限重新起算。"),
        ("new_forbearance",),
    )


def _paid_enough(facts: CureFacts) -> _Bar:
    """Without more than a token payment no term counts."""
    return _Bar(
        not_(facts.material_payments_made),
        "NO_MATERIAL_PAYMENT",
        Sentence("No material payment was made since.", "此后没有实质性还款。"),
        ("material_payments_made",),
    )


def _conduct(facts: CureFacts) -> tuple[_Bar, ...]:
    """What must not stand against a cure, whatever the time."""
    return (
        _measure_since(facts),
        _Bar(_past_due(facts), "PAST_DUE", Sentence("Something is past due.", "仍有逾期款项。"), ("past_due_now",)),
        _Bar(
            facts.unlikely_to_pay,
            "UTP",
            Sentence("Full payment is unlikely.", "全额偿付的可能性低。"),
            ("unlikely_to_pay",),
        ),
        _Bar(
            facts.repayment_concerns,
            "REPAYMENT_CONCERNS",
            Sentence("Full repayment is in doubt.", "对全额偿还仍有疑虑。"),
            ("repayment_concerns",),
        ),
        _paid_enough(facts),
        _Bar(
            not_(facts.criteria_met),
            "CURE_CRITERIA_NOT_MET",
            Sentence("The lender's criteria of cure are not met.", "未满足治愈条件。"),
            ("criteria_met",),
        ),
    )


def _short(facts: CureFacts) -> bool:
    """Does the short term apply, that of an exposure without forbearance?"""
    forborne = facts.forborne if facts.forborne is not None else (True if facts.forborne_on else None)
    return forborne is False or (forborne is None and facts.clear_since is not None)


def _events(facts: CureFacts, short: bool) -> list[date]:
    """From which known events does the term count? The latest of them starts it."""
    clear_since = facts.clear_since if short or facts.forborne_on is None else None
    events = (clear_since,) if short else (facts.forborne_on, facts.default_on, facts.grace_end_on, clear_since)
    return [day for day in events if day is not None]


def _cure(facts: CureFacts, rules: CureRules, on: date, stay: Way, go: Way, year_reason: str) -> Passage:
    """The way out of default: a year after forbearance, from the latest of three events; else three months without a trigger."""
    short = _short(facts)
    term = rules.cure_without_forbearance if short else rules.cure
    reason, starts = "THREE_MONTH_PROBATION" if short else year_reason, _events(facts, short)
    needed = () if short else unknown_of(facts, "forborne_on", "default_on", "grace_end_on")
    if not starts:  # without a start no time can be shown to have passed: the way stays shut
        because = Sentence("It is not known from when the term counts.", "期限的起算日不明。")
        return Passage(stay, reason, because, None, (term,), ("clear_since",) if short else needed)
    earliest_on = months_after(max(starts), term.whole)
    waits = Sentence(f"The term of {term.whole} months has not passed.", f"{term.whole}个月的期限尚未届满。")
    passed = Sentence(f"The term of {term.whole} months has passed.", f"{term.whole}个月的期限已届满。")
    bars = (*_conduct(facts), _Bar(on < earliest_on, reason, waits))
    found = _judged(stay, go, bars, ("THREE_MONTH_PROBATION" if short else "CURE_YEAR_PASSED", passed), earliest_on, (term,))
    missing = (*found.not_known, *needed) if found.way is go else ()
    return Passage(found.way, found.reason, found.because, earliest_on, found.rests_on, tuple(dict.fromkeys(missing)))


def exit_default(facts: CureFacts, rules: CureRules, on: date) -> Passage:
    """May this exposure leave default on the day?"""
    return _cure(facts, rules, on, Way.STAY_DEFAULT, Way.EXIT_DEFAULT, "YEAR_FROM_LATEST_EVENT")


def exit_non_performing(facts: CureFacts, rules: CureRules, on: date) -> Passage:
    """May this exposure perform again from the day on? A forborne one then enters its probation."""
    forborne = facts.forborne is not False and (facts.forborne is True or facts.forborne_on is not None)
    go = Way.EXIT_TO_PROBATION if forborne else Way.EXIT_TO_PERFORMING
    return _cure(facts, rules, on, Way.STAY_NON_PERFORMING, go, "CURE_YEAR_NOT_PASSED")


def exit_forborne(facts: CureFacts, rules: CureRules, on: date) -> Passage:
    """Is the probation over: two years of performing, three years in all where it was non-performing, regular payments, at most 30 days late?"""
    probation_on, minimum_on = _probation_end(facts, rules), _minimum_end(facts, rules)
    ends = [day for day in (probation_on, minimum_on) if day is not None]
    rests_on = (rules.probation, *((rules.minimum,) if facts.was_non_performing else ()), rules.end_days)
    if not ends:
        because = Sentence("It is not known from when the probation counts.", "考察期的起算日不明。")
        return Passage(Way.STAY_FORBORNE, "PROBATION_2Y_NOT_PASSED", because, None, rests_on, unknown_of(facts, "forborne_on", "performing_since"))
    code = "MIN_THREE_YEARS_PASSED" if facts.was_non_performing else "PROBATION_PASSED"
    passed = (code, Sentence("The probation has passed.", "考察期已届满。"))
    bars = (*_probation_conduct(facts, rules), *_probation_time(facts, rules, on, probation_on, minimum_on))
    return _judged(Way.STAY_FORBORNE, Way.EXIT_FORBORNE, bars, passed, max(ends), rests_on)


def _probation_end(facts: CureFacts, rules: CureRules) -> date | None:
    """Two years from performing; from the measure where it was always performing and nobody says since when."""
    start = facts.performing_since if facts.was_non_performing else (facts.performing_since or facts.forborne_on)
    return months_after(start, rules.probation.whole) if start else None


def _minimum_end(facts: CureFacts, rules: CureRules) -> date | None:
    """Three years from the measure, of what was non-performing."""
    return months_after(facts.forborne_on, rules.minimum.whole) if facts.was_non_performing and facts.forborne_on else None


def _probation_conduct(facts: CureFacts, rules: CureRules) -> tuple[_Bar, ...]:
    """What must not stand against the end of a probation, whatever the time."""
    days = 0 if facts.days_past_due is None and facts.past_due_now is False else facts.days_past_due
    late = Sentence(f"More than {rules.end_days.whole} days past due.", f"逾期超过{rules.end_days.whole}天。")
    irregular = Sentence("Not paid regularly for half of the probation.", "考察期内未有至少一半时间正常还款。")
    return (
        _measure_since(facts),
        _Bar(more_than(days, rules.end_days), "OVER_30DPD_AT_END", late, ("days_past_due",)),
        _paid_enough(facts),
        _Bar(not_(facts.regular_payments), "NOT_REGULARLY_PAID", irregular, ("regular_payments",)),
    )


def _probation_time(facts: CureFacts, rules: CureRules, on: date, probation_on: date | None, minimum_on: date | None) -> tuple[_Bar, ...]:
    """The two terms, and whether both are known to be the right ones."""
    minimum, probation = rules.minimum.whole, rules.probation.whole
    three_years = Sentence(f"{minimum} months since the measure have not passed.", f"自措施起未满{minimum}个月。")
    two_years = Sentence(f"The probation of {probation} months has not passed.", f"{probation}个月的考察期尚未届满。")
    return (
        _Bar(False if minimum_on is None else on < minimum_on, "MIN_THREE_YEARS", three_years),
        _Bar(None if probation_on is None else on < probation_on, "PROBATION_2Y_NOT_PASSED", two_years, ("performing_since",)),
        _Bar(None if facts.was_non_performing is None else False, "", Sentence("", ""), ("was_non_performing",)),
    )
