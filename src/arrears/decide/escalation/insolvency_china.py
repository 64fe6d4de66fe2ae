"""个人破产: is there a regime for this person, and who may ask for it?

There is no national law. The special economic zones of Shenzhen (2021) and Xiamen (2025) have one each; elsewhere courts only try things out.
A yes here opens a door; it says nothing of whether a court will accept.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from arrears.core.parameters import NoValue, Parameters, Reading
from arrears.core.reasons import Sentence
from arrears.core.workings import Worked, worked
from arrears.decide.escalation.counting import money, said

SHENZHEN, XIAMEN = "Shenzhen", "Xiamen"
_CHINESE = {"深圳": SHENZHEN, "深圳市": SHENZHEN, "厦门": XIAMEN, "厦门市": XIAMEN}


@dataclass(frozen=True, slots=True)
class PersonalInsolvency:
    """What is open. None is "cannot be said on the facts given", never "no".

    Attributes:
        available: is there a regime where the debtor lives?
        debtor_may_apply: may the debtor ask for it?
        creditor_may_apply: may creditors with these due claims ask for liquidation?
    """

    available: bool
    debtor_may_apply: bool | None
    creditor_may_apply: bool | None


@dataclass(frozen=True, slots=True)
class DebtorFacts:
    """What is known; None is "not known".

    Attributes:
        insurance_years: consecutive years of social insurance in Shenzhen.
        residence_years: consecutive years of living or working in the zone (Xiamen).
        income_a_head_minor: the city's disposable income a head of the year before, in fen (Xiamen).
    """

    lives_there: bool | None = None
    insolvent: bool | None = None
    insurance_years: Decimal | None = None
    residence_years: Decimal | None = None
    claims_due_minor: int | None = None
    income_a_head_minor: int | None = None


def personal_insolvency(parameters: Parameters, city: str, on: date, facts: DebtorFacts) -> Worked[PersonalInsolvency]:
    """Is there a personal insolvency for a debtor in this city on this day, and who may ask for it?"""
    place = _CHINESE.get(city, city.strip().title())
    try:
        if place == SHENZHEN:
            return _shenzhen(parameters, on, facts)
        if place == XIAMEN:
            return _xiamen(parameters, on, facts)
    except NoValue as none_yet:
        return worked(PersonalInsolvency(False, False, False), [Sentence(str(none_yet), "当日尚无生效的规定。")], [])
    line = said("{city}: no law of personal insolvency; only courts' trials.", "{city}：无个人破产立法，仅有法院试点。", city=city)
    return worked(PersonalInsolvency(False, False, False), [line], [])


def _all_known(*conditions: bool | None) -> bool | None:
    """Do all hold? One that fails decides; else one that is not known leaves it open."""
    if False in conditions:
        return False
    return None if None in conditions else True


def _at_least(years: Decimal | None, needed: Reading) -> bool | None:
    return None if years is None else years >= needed.whole


def _shenzhen(parameters: Parameters, on: date, facts: DebtorFacts) -> Worked[PersonalInsolvency]:
    insured, claims = (parameters.value_on(f"cn_shenzhen_insolvency_{name}", on) for name in ("social_insurance_years", "creditor_minor"))
    examined = parameters.value_on("cn_shenzhen_insolvency_examination_years", on)
    debtor = _all_known(facts.lives_there, facts.insolvent, _at_least(facts.insurance_years, insured))
    creditor = None if facts.claims_due_minor is None else facts.claims_due_minor >= claims.whole
    lines = [
        said("A debtor who lives there, has paid social insurance there for {years} years running and is insolvent may apply.", "居住在深圳、连续参加深圳社保满{years}年且丧失清偿能力的债务人可申请。", years=insured.whole),
        said("Creditors with {sum} or more due may apply for liquidation.", "持有{sum}以上到期债权的债权人可申请清算。", sum=money(claims.whole)),
        said("Discharge after {years} years of examination, without fraud.", "考察期{years}年，无欺诈的可免除未清偿债务。", years=examined.whole),
    ]
    return worked(PersonalInsolvency(True, debtor, creditor), lines, [insured, claims, examined])


def _xiamen(parameters: Parameters, on: date, facts: DebtorFacts) -> Worked[PersonalInsolvency]:
    lived, times = (parameters.value_on(f"cn_xiamen_insolvency_{name}", on) for name in ("residence_years", "creditor_multiple_of_income"))
    debtor = _all_known(facts.lives_there, facts.insolvent, _at_least(facts.residence_years, lived))
    known = facts.claims_due_minor is not None and facts.income_a_head_minor is not None
    creditor = facts.claims_due_minor > facts.income_a_head_minor * times.whole if known else None  # type: ignore[operator]  # both were just found known
    lines = [
        said("A debtor who has lived or worked there for {years} years running and is insolvent may apply.", "在厦门连续居住或经营满{years}年且不能清偿的债务人可申请。", years=lived.whole),
        said("Creditors with more due than {times} times the income a head of the year before may apply.", "到期债权超过上一年度居民人均可支配收入{times}倍的债权人可申请。", times=times.whole),
    ]
    return worked(PersonalInsolvency(True, debtor, creditor), lines, [lived, times])
