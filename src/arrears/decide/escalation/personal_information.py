"""May a file be given on in China, and may a machine alone decide on a person?

个人信息保护法 arts 21, 23, 24. Placing a case with an agency is entrusting; pooling it with another lender is providing, which needs the
person's separate consent.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from arrears.core.parameters import Parameters
from arrears.core.reasons import Sentence
from arrears.core.workings import Worked, worked


class Need(StrEnum):
    """What is missing before the information may be given on?"""

    LENDER_CONSENT = "lender_consent"
    SEPARATE_CONSENT = "separate_consent"
    NOTICE_OF_RECIPIENT = "notice_of_recipient"
    RETURN_OR_DELETE = "return_or_delete"


_WORDS = {
    Need.LENDER_CONSENT: Sentence("the lender's consent to pass it on", "委托人同意转委托"),
    Need.SEPARATE_CONSENT: Sentence("the person's separate consent", "个人的单独同意"),
    Need.NOTICE_OF_RECIPIENT: Sentence("notice of the recipient, the purpose, the method and the kinds", "告知接收方、目的、方式和种类"),
    Need.RETURN_OR_DELETE: Sentence("nothing more: what was entrusted is returned or deleted", "合同终止：应当返还或者删除"),
}


@dataclass(frozen=True, slots=True)
class GivenOn:
    """May it be given on, and what is missing?"""

    allowed: bool
    missing: tuple[Need, ...]


def _given_on(parameters: Parameters, on: date, asked: dict[str, tuple[Need, bool]]) -> Worked[GivenOn]:
    """By figure: what it asks for, and whether that is there."""
    readings = {name: parameters.value_on(name, on) for name in asked}
    missing = tuple(need for name, (need, there) in asked.items() if readings[name].yes and not there)
    lines = [Sentence(f"Missing: {_WORDS[need].en}", f"缺少：{_WORDS[need].zh}") for need in missing]
    return worked(GivenOn(not missing, missing), lines, readings.values())


def entrust(parameters: Parameters, on: date, *, sub_entrusted: bool = False, lender_consents: bool = False, contract_ended: bool = False) -> Worked[GivenOn]:
    """May an agency hold this file on this day, or pass it on to another agency?

    Args:
        sub_entrusted: the agency wants to pass it on.
        lender_consents: the lender agreed to that.
        contract_ended: the contract with the agency has ended.
    """
    return _given_on(parameters, on, {
        "cn_sub_entrusting_needs_consent": (Need.LENDER_CONSENT, not sub_entrusted or lender_consents),
        "cn_entrusted_returned_or_deleted": (Need.RETURN_OR_DELETE, not contract_ended),
    })  # fmt: skip


def provide(parameters: Parameters, on: date, *, separate_consent: bool, notice_given: bool) -> Worked[GivenOn]:
    """May the file be given to another handler, such as another lender for collecting together?"""
    return _given_on(parameters, on, {
        "cn_providing_needs_notice": (Need.NOTICE_OF_RECIPIENT, notice_given),
        "cn_providing_needs_separate_consent": (Need.SEPARATE_CONSENT, separate_consent),
    })  # fmt: skip


@dataclass(frozen=True, slots=True)
class AutomatedDecision:
    """What may the person ask of a decision: an explanation, and a human one instead?"""

    must_explain: bool
    may_refuse: bool


def automated_decision(parameters: Parameters, on: date, *, solely_automated: bool, major_effect: bool = True) -> Worked[AutomatedDecision]:
    """What may a person ask who was decided on by machine? A plan refused has a major effect."""
    explained, refused = (parameters.value_on(f"cn_automated_decision_{what}", on) for what in ("explained", "refused"))
    found = AutomatedDecision(explained.yes and major_effect, refused.yes and major_effect and solely_automated)
    lines = [
        Sentence(f"Explanation owed: {'yes' if found.must_explain else 'no'}", f"须予说明：{'是' if found.must_explain else '否'}"),
        Sentence(f"A human decision may be demanded: {'yes' if found.may_refuse else 'no'}", f"可拒绝仅由自动化方式作出的决定：{'是' if found.may_refuse else '否'}"),
    ]
    return worked(found, lines, [explained, refused])
