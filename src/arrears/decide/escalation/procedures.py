"""Which way through the courts is open in China, and until when?

Small claims, payment orders, the confirmation of a mediated agreement, setting an award aside, asking for enforcement: each asks a threshold or
a day. CPL is the Civil Procedure Law (民事诉讼法) in its text of 2023.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from arrears.core.parameters import Parameters
from arrears.core.problems import WrongCall
from arrears.core.workings import Worked, worked
from arrears.decide.escalation.counting import NO_DAYS, Days, LastDay, counted_line, last_day, money, said
from arrears.decide.escalation.court_fees import rounded


@dataclass(frozen=True, slots=True)
class SmallClaim:
    """小额诉讼: does the claim go there, could it by agreement, and the two limits in fen."""

    goes: bool
    may_agree: bool
    threshold_minor: int
    upper_minor: int


def small_claim(
    parameters: Parameters, claim_minor: int, wage_minor: int, on: date, *, parties_agree: bool = False, simple_money_claim: bool = True, excluded: bool = False
) -> Worked[SmallClaim]:
    """Does this claim go to small claims?

    Args:
        wage_minor: the province's average wage of the year before, in fen (the latest published: 民诉法解释 art. 272).
        simple_money_claim: facts clear, rights and duties plain, a payment of money.
        excluded: art. 166 shuts it out (status, a foreign element, an appraisal, a party whose whereabouts are unknown, a counterclaim).
    """
    share, times = parameters.value_on("cn_small_claims_share_of_wage", on), parameters.value_on("cn_small_claims_agreed_multiple_of_wage", on)
    threshold, upper = rounded(wage_minor * share.share), wage_minor * times.whole
    fits = simple_money_claim and not excluded
    by_agreement = fits and threshold < claim_minor <= upper
    goes = fits and (claim_minor <= threshold or (by_agreement and parties_agree))
    lines = [
        said("{wage} × {share} % = {limit}: up to it, small claims", "{wage} × {share}% = {limit}：以下适用小额诉讼", wage=money(wage_minor), share=_percent(share.share), limit=money(threshold)),
        said("{wage} × {times} = {limit}: up to it, if both sides agree", "{wage} × {times} = {limit}：以下双方可约定适用", wage=money(wage_minor), times=times.whole, limit=money(upper)),
    ]
    if not fits:
        lines.append(said("Shut out, whatever the amount (CPL arts 165 and 166)", "无论金额均不适用（民事诉讼法第165、166条）"))
    return worked(SmallClaim(goes, by_agreement, threshold, upper), lines, [share, times])


def _percent(share: Decimal) -> str:
    return f"{share.scaleb(2).normalize():f}"


class Outcome(StrEnum):
    """What has become of a payment order?"""

    NOT_SERVED = "not_served"
    ENDED_UNSERVED = "ended_unserved"
    """Not served in time: the court ends the procedure."""
    RUNNING = "running"
    """Served; the debtor may still pay or object."""
    LAPSED = "lapsed"
    """A valid objection: the order lost its force and the matter becomes a suit unless the applicant declines."""
    ENFORCEABLE = "enforceable"


@dataclass(frozen=True, slots=True)
class Objection:
    """An objection against a payment order.

    Attributes:
        written: an oral one is void.
        no_money_only: says only that the debtor cannot pay or needs time, which is no objection.
    """

    on: date
    written: bool
    no_money_only: bool = False


@dataclass(frozen=True, slots=True)
class PaymentOrder:
    """支付令: how it stands, until when the debtor may object, and until when a suit may be declined."""

    outcome: Outcome
    objection_until: LastDay | None
    decline_until: LastDay | None

    @property
    def enforceable(self) -> bool:
        """May it be enforced? Never against a guarantor of the debt (民诉法解释 art. 434)."""
        return self.outcome is Outcome.ENFORCEABLE


BINDS_GUARANTOR = False
"""A payment order against the main debtor does not bind who stands surety: 民诉法解释 art. 434."""


def payment_order(
    parameters: Parameters, as_of: date, *, issued: date | None = None, served: date | None = None, objection: Objection | None = None, non_working: Days = NO_DAYS
) -> Worked[PaymentOrder]:
    """How does a payment order stand on this day?"""
    service, object_days = parameters.value_on("cn_payment_order_service_days", as_of), parameters.value_on("cn_payment_order_objection_days", as_of)
    decline_days = parameters.value_on("cn_payment_order_decline_days", as_of)
    if served is None or served > as_of:
        if issued is None:
            return worked(PaymentOrder(Outcome.NOT_SERVED, None, None), [said("Not served: nothing runs yet.", "尚未送达，期间未起算。")], [object_days])
        until = last_day(issued, service, non_working)
        outcome = Outcome.NOT_SERVED if until.still_open_on(as_of) else Outcome.ENDED_UNSERVED
        return worked(PaymentOrder(outcome, None, None), [counted_line(issued, service, until), said("Served by then, or it ends.", "届时未送达的，终结督促程序。")], [service])
    until = last_day(served, object_days, non_working)
    lines = [counted_line(served, object_days, until)]
    if objection is not None and objection.on <= as_of:
        if objection.written and not objection.no_money_only and until.still_open_on(objection.on):
            decline = last_day(objection.on, decline_days, non_working)
            lines += [
                said("Objected in writing on {day}: the order lost its force.", "{day}书面异议成立，支付令失效。", day=objection.on),
                said("It becomes a suit unless the applicant declines within {n} days of being told.", "转入诉讼程序，申请人收到通知起{n}日内表示不同意的除外。", n=decline_days.whole),
            ]
            return worked(PaymentOrder(Outcome.LAPSED, until, decline), lines, [object_days, decline_days])
        lines.append(said("The objection is void: late, oral, or only that there is no money (民诉法解释 art. 436).", "异议不成立：逾期、口头或仅称无力清偿（民诉法解释第436条）。"))
    outcome = Outcome.RUNNING if until.still_open_on(as_of) else Outcome.ENFORCEABLE
    return worked(PaymentOrder(outcome, until, None), lines, [object_days])


@dataclass(frozen=True, slots=True)
class Deadline:
    """A last day, and whether what is asked about was or is in time (None: nothing was asked about)."""

    until: LastDay
    in_time: bool | None


def _deadline(parameters: Parameters, name: str, start: date, asked: date | None, non_working: Days) -> Worked[Deadline]:
    length = parameters.value_on(name, start)
    until = last_day(start, length, non_working)
    return worked(Deadline(until, None if asked is None else until.still_open_on(asked)), [counted_line(start, length, until)], [length])


def mediation_confirmation(parameters: Parameters, effective: date, asked: date | None = None, non_working: Days = NO_DAYS) -> Worked[Deadline]:
    """司法确认: until when may both sides together ask a court to confirm a mediated agreement? One side alone cannot."""
    return _deadline(parameters, "cn_mediation_confirmation_days", effective, asked, non_working)


def set_aside(parameters: Parameters, received: date, asked: date | None = None, non_working: Days = NO_DAYS) -> Worked[Deadline]:
    """Until when may a party ask to set an award aside that it received on this day?"""
    return _deadline(parameters, "cn_award_set_aside_months", received, asked, non_working)


def suit_after_preservation(parameters: Parameters, preserved: date, asked: date | None = None, non_working: Days = NO_DAYS) -> Worked[Deadline]:
    """Until when must a creditor sue who had property preserved before suing?"""
    return _deadline(parameters, "cn_preservation_sue_days", preserved, asked, non_working)


class Instrument(StrEnum):
    """Which title is to be enforced?"""

    JUDGMENT = "judgment"
    """Judgment, ruling, mediation paper of a court, award, payment order."""
    NOTARISED_DEBT = "notarised_debt"
    """赋强公证: each instalment runs on its own."""


def enforcement_period(
    parameters: Parameters, instrument: Instrument, deadlines: Sequence[date], *, effective: date | None = None, instalment: date | None = None,
    interrupted: Sequence[date] = (), asked: date | None = None, non_working: Days = NO_DAYS,
) -> Worked[Deadline]:  # fmt: skip
    """Until when may enforcement be asked?

    Args:
        deadlines: last days for performing; several are instalments. None: the title's effect counts.
        effective: the day on which the title took effect.
        instalment: for a notarised debt, which instalment is asked about.
        interrupted: days on which the period was interrupted (as limitation is: CPL art. 250).

    Raises:
        WrongCall: neither a deadline nor the day of effect is given, or the instalment asked about is none of the deadlines.
    """
    own = instrument is Instrument.NOTARISED_DEBT and instalment is not None
    if own and instalment not in deadlines:
        raise WrongCall(f"{instalment} is none of the instalments.", "Its own period cannot be counted.", f"The instalments are: {', '.join(map(str, deadlines)) or 'none'}.")
    start = instalment if own else max(deadlines, default=effective)
    if start is None:
        raise WrongCall("Neither a deadline nor the day of effect is given.", "The period has no beginning.", "Give the last day for performing, or the day on which the title took effect.")
    length = parameters.value_on("cn_enforcement_application_years", start)
    until, lines = last_day(start, length, non_working), []
    lines.append(counted_line(start, length, until))
    for day in sorted(interrupted):
        if start <= day and until.still_open_on(day):
            until = last_day(day, length, non_working)
            lines.append(counted_line(day, length, until))
    lines.append(said("A court accepts a late application; the debtor may object (民诉法解释 art. 481).", "逾期申请法院仍受理，被执行人可提出时效异议（民诉法解释第481条）。"))
    return worked(Deadline(until, None if asked is None else until.still_open_on(asked)), lines, [length])
