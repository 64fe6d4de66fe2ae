"""诉讼时效: until when can a claim be brought with success in China?

Three years from the day of knowing, twenty from the injury at most. What interrupts the period lets it begin anew, a procedure when it has
ended; an obstacle in its last six months suspends it. Afterwards the debtor may refuse, but who pays or consents is bound.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from arrears.assess.classification.months import months_after
from arrears.core.parameters import Parameters, Reading
from arrears.core.problems import WrongCall
from arrears.core.reasons import Sentence
from arrears.core.workings import Worked, worked
from arrears.decide.escalation.counting import NO_DAYS, Days, LastDay, at_or_first, counted_line, moved, period_end, said


class EventKind(StrEnum):
    """What happened between creditor and debtor that limitation looks at?"""

    CREDITOR_DEMAND_REACHED = "creditor_demand_reached"
    SMS_DEMAND_REACHED_RESERVED_NUMBER = "sms_demand_reached_reserved_number"
    BANK_ACCOUNT_DEDUCTION_BY_AGREEMENT = "bank_account_deduction_by_agreement"
    PUBLIC_NOTICE_TO_MISSING_DEBTOR = "public_notice_to_missing_debtor"
    PARTIAL_PAYMENT = "partial_payment"
    INSTALMENT_PROMISE = "instalment_promise"
    SECURITY_OFFERED = "security_offered"
    TIME_ASKED_FOR = "time_asked_for"
    DEBTOR_SIGNED_COLLECTION_NOTICE = "debtor_signed_collection_notice"
    DEBTOR_PAID_VOLUNTARILY = "debtor_paid_voluntarily"
    ASSIGNMENT_NOTICE_REACHED_DEBTOR = "assignment_notice_reached_debtor"
    LAWSUIT = "lawsuit"
    ARBITRATION = "arbitration"
    PAYMENT_ORDER_APPLICATION = "payment_order_application"
    PRESERVATION_APPLICATION = "preservation_application"
    ENFORCEMENT_APPLICATION = "enforcement_application"
    INSOLVENCY_CLAIM = "insolvency_claim"
    MEDIATION_REQUEST = "mediation_request"
    POLICE_REPORT = "police_report"


_DEMAND, _CONSENT, _SUIT, _LIKE = ("cn_limitation_interrupted_by_" + name for name in ("demand", "consent", "suit", "like_of_suit"))
_INTERRUPTS = {
    EventKind.CREDITOR_DEMAND_REACHED: _DEMAND,
    EventKind.SMS_DEMAND_REACHED_RESERVED_NUMBER: "cn_limitation_interrupted_by_message_to_reserved_point",
    EventKind.BANK_ACCOUNT_DEDUCTION_BY_AGREEMENT: "cn_limitation_interrupted_by_deduction",
    EventKind.PUBLIC_NOTICE_TO_MISSING_DEBTOR: "cn_limitation_interrupted_by_public_notice",
    EventKind.PARTIAL_PAYMENT: _CONSENT,
    EventKind.INSTALMENT_PROMISE: _CONSENT,
    EventKind.SECURITY_OFFERED: _CONSENT,
    EventKind.TIME_ASKED_FOR: _CONSENT,
    EventKind.DEBTOR_SIGNED_COLLECTION_NOTICE: _CONSENT,
    EventKind.DEBTOR_PAID_VOLUNTARILY: _CONSENT,
    EventKind.ASSIGNMENT_NOTICE_REACHED_DEBTOR: "cn_limitation_interrupted_by_transfer_notice",
    EventKind.LAWSUIT: _SUIT,
    EventKind.ARBITRATION: _SUIT,
    EventKind.PAYMENT_ORDER_APPLICATION: _LIKE,
    EventKind.PRESERVATION_APPLICATION: _LIKE,
    EventKind.ENFORCEMENT_APPLICATION: _LIKE,
    EventKind.INSOLVENCY_CLAIM: _LIKE,
    EventKind.MEDIATION_REQUEST: "cn_limitation_interrupted_by_mediation",
    EventKind.POLICE_REPORT: "cn_limitation_interrupted_by_police_report",
}
PROCEDURES = frozenset({
    EventKind.LAWSUIT, EventKind.ARBITRATION, EventKind.PAYMENT_ORDER_APPLICATION, EventKind.PRESERVATION_APPLICATION, EventKind.ENFORCEMENT_APPLICATION,
    EventKind.INSOLVENCY_CLAIM, EventKind.MEDIATION_REQUEST, EventKind.POLICE_REPORT,
})  # fmt: skip
"""What lets the period begin anew only when it has ended."""
_CONSENTS_AFTER = frozenset({EventKind.DEBTOR_SIGNED_COLLECTION_NOTICE, EventKind.INSTALMENT_PROMISE})
_NAMES = {
    EventKind.CREDITOR_DEMAND_REACHED: Sentence("a demand reached the debtor", "催收通知到达债务人"),
    EventKind.SMS_DEMAND_REACHED_RESERVED_NUMBER: Sentence("a message reached the number the debtor left", "催收信息到达预留号码"),
    EventKind.BANK_ACCOUNT_DEDUCTION_BY_AGREEMENT: Sentence("a deduction from the debtor's account", "依约从账户扣收"),
    EventKind.PUBLIC_NOTICE_TO_MISSING_DEBTOR: Sentence("a public notice to the missing debtor", "对下落不明债务人公告催收"),
    EventKind.PARTIAL_PAYMENT: Sentence("a part payment", "部分清偿"),
    EventKind.INSTALMENT_PROMISE: Sentence("a promise of instalments", "承诺分期履行"),
    EventKind.SECURITY_OFFERED: Sentence("security was offered", "提供担保"),
    EventKind.TIME_ASKED_FOR: Sentence("the debtor asked for time", "请求延期履行"),
    EventKind.DEBTOR_SIGNED_COLLECTION_NOTICE: Sentence("the debtor signed a collection notice", "债务人在催收通知上签字"),
    EventKind.DEBTOR_PAID_VOLUNTARILY: Sentence("the debtor paid", "债务人自愿履行"),
    EventKind.ASSIGNMENT_NOTICE_REACHED_DEBTOR: Sentence("notice of the transfer reached the debtor", "债权转让通知到达债务人"),
    EventKind.LAWSUIT: Sentence("a suit", "起诉"),
    EventKind.ARBITRATION: Sentence("an arbitration", "申请仲裁"),
    EventKind.PAYMENT_ORDER_APPLICATION: Sentence("an application for a payment order", "申请支付令"),
    EventKind.PRESERVATION_APPLICATION: Sentence("an application for preservation", "申请保全"),
    EventKind.ENFORCEMENT_APPLICATION: Sentence("an application for enforcement", "申请强制执行"),
    EventKind.INSOLVENCY_CLAIM: Sentence("a claim filed in insolvency", "申报破产债权"),
    EventKind.MEDIATION_REQUEST: Sentence("a request for mediation", "申请人民调解"),
    EventKind.POLICE_REPORT: Sentence("a report to police, prosecution or court", "报案或控告"),
}


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened.

    Attributes:
        on: the day; for a demand the day on which it reached the debtor.
        ended_on: for a procedure, the day on which it ended; None while it runs.
        proved: whether there is proof of it. What cannot be proved interrupts nothing.
    """

    on: date
    kind: EventKind
    ended_on: date | None = None
    proved: bool = True


@dataclass(frozen=True, slots=True)
class Obstacle:
    """What keeps the creditor from claiming (force majeure, no legal representative, heirs not known …: art. 194); None: goes on."""

    began_on: date
    ended_on: date | None = None


@dataclass(frozen=True, slots=True)
class Limitation:
    """How a claim stands towards limitation.

    Attributes:
        until: the last day; None while a procedure or an obstacle keeps it from running out.
        barred: the period is over on the day asked about.
        defence_available: the debtor may refuse: barred, and not given up since.
        bound_by_payment: something was paid after the end, and cannot be asked back.
    """

    until: LastDay | None
    barred: bool
    defence_available: bool
    bound_by_payment: bool


class _Run:
    """A period on its way through the events."""

    def __init__(self, parameters: Parameters, start: date, as_of: date, obstacles: Sequence[Obstacle], non_working: Days) -> None:
        self.parameters, self.as_of, self.obstacles, self.non_working = parameters, as_of, obstacles, non_working
        self.start = start
        self.stop = at_or_first(parameters, "cn_limitation_long_stop_years", start)
        self.suspension = at_or_first(parameters, "cn_limitation_suspension_months", start)
        self.long_stop = moved(period_end(start, self.stop), non_working)
        self.lines: list[Sentence] = []
        self.readings: list[Reading] = [self.stop]
        self.procedure_runs, self.obstacle_lasts = False, False
        self.end: LastDay | None = None
        self.begin(start)

    @property
    def until(self) -> LastDay | None:
        """The last day as it stands; None while a procedure or an obstacle keeps it from coming."""
        return None if self.procedure_runs or self.obstacle_lasts else self.end

    def begin(self, start: date) -> None:
        """Let the period begin with the day after `start`; a last day that was later already stays."""
        length = self._length(start)
        end = moved(min(period_end(start, length), self.long_stop.counted), self.non_working)
        self.readings.append(length)
        self.lines.append(counted_line(start, length, moved(period_end(start, length), self.non_working)))
        if end == self.long_stop:
            self.lines.append(said("No longer than {end}: {years} years from the beginning.", "最长不超过{end}：自起算之日起{years}年。", end=end.counted, years=self.stop.whole))
        if self.end is None or end.counted > self.end.counted:
            self.end = self._suspended(end)

    def _length(self, start: date) -> Reading:
        """Three years; a shorter period of older law became three years where it was not yet over when the new law began."""
        held = at_or_first(self.parameters, "cn_limitation_years", start)
        return at_or_first(self.parameters, "cn_limitation_years", period_end(start, held))

    def _suspended(self, end: LastDay) -> LastDay:
        """The last day when obstacles in the last months are looked at."""
        self.obstacle_lasts = False
        for obstacle in sorted(self.obstacles, key=lambda one: one.began_on):
            window = months_after(end.counted, -self.suspension.whole)
            ended = obstacle.ended_on if obstacle.ended_on is not None and obstacle.ended_on <= self.as_of else None
            if obstacle.began_on > min(end.counted, self.as_of) or (ended is not None and ended < window):
                continue
            self.readings.append(self.suspension)
            if ended is None:
                self.lines.append(said("Suspended since {day}: an obstacle in the last months goes on.", "{day}起时效中止，障碍尚未消除。", day=max(obstacle.began_on, window)))
                self.obstacle_lasts = self.as_of > window
                continue
            later = moved(min(max(end.counted, period_end(ended, self.suspension)), self.long_stop.counted), self.non_working)
            self.lines.append(counted_line(ended, self.suspension, later))
            end = later
        return end

    def running_at(self, day: date) -> bool:
        """Is the period not yet over on this day?"""
        return self.until is None or self.until.still_open_on(day)


def limitation(
    parameters: Parameters, due: Sequence[date], as_of: date, events: Sequence[Event] = (), obstacles: Sequence[Obstacle] = (), non_working: Days = NO_DAYS
) -> Worked[Limitation]:
    """Until when can this claim be brought, and is it barred on this day?

    Args:
        due: due date, or the due dates of the instalments of one debt (the last counts: art. 189).
        as_of: the day asked about; what happens later is not looked at.
        non_working: days on which nobody works; a last day on one moves to the next working day.

    Raises:
        WrongCall: no due date is given.
    """
    if not due:
        raise WrongCall("No due date is given.", "The period has no beginning.", "Give the due date, or those of all instalments.")
    run = _Run(parameters, max(due), as_of, obstacles, non_working)
    if len(due) > 1:
        run.lines.insert(0, said("Instalments of one debt: the last counts, {day} (art. 189).", "同一债务分期履行：自最后一期{day}起算（第189条）。", day=max(due)))
    defence_lost, bound = False, False
    for event in sorted((one for one in events if one.on <= as_of), key=lambda one: one.on):
        if run.running_at(event.on):
            _within(run, event)
            continue
        lost, paid = _after_the_end(run, event)
        defence_lost, bound = defence_lost or lost, bound or paid
    barred = not run.running_at(as_of)
    return worked(Limitation(run.until, barred, barred and not defence_lost, bound), run.lines, run.readings)


def _within(run: _Run, event: Event) -> None:
    """An event while the period runs: it begins anew, with the end of a procedure."""
    name = _NAMES[event.kind]
    if event.on < run.start:
        run.lines.append(Sentence(f"{event.on}: {name.en}, before the period began: it changes nothing.", f"{event.on}：{name.zh}，时效尚未起算，不发生中断。"))
        return
    if not event.proved:
        run.lines.append(Sentence(f"{event.on}: {name.en}, without proof: it interrupts nothing.", f"{event.on}：{name.zh}，无证据，不发生中断。"))
        return
    figure = at_or_first(run.parameters, _INTERRUPTS[event.kind], event.on)
    if not figure.yes:
        return
    run.readings.append(figure)
    run.lines.append(Sentence(f"{event.on}: {name.en}: interrupted ({figure.stated.article})", f"{event.on}：{name.zh}，时效中断（{figure.stated.article}）"))
    if event.kind not in PROCEDURES:
        run.begin(event.on)
    elif event.ended_on is not None and event.ended_on <= run.as_of:
        run.begin(event.ended_on)
    else:
        run.lines.append(said("The procedure goes on: nothing runs out.", "程序尚未终结，时效不届满。"))
        run.procedure_runs = True


def _after_the_end(run: _Run, event: Event) -> tuple[bool, bool]:
    """An event after the period was over: a demand changes nothing, consent and payment bind the debtor."""
    name = _NAMES[event.kind]
    if event.kind in _CONSENTS_AFTER and event.proved:
        figure = at_or_first(run.parameters, "cn_limitation_waived_by_consent_after", event.on)
        run.readings.append(figure)
        run.lines.append(Sentence(f"{event.on}: {name.en}, after the end: the defence is given up.", f"{event.on}：{name.zh}，期间届满后同意履行，不得再以时效抗辩。"))
        return figure.yes, False
    if event.kind in (EventKind.DEBTOR_PAID_VOLUNTARILY, EventKind.PARTIAL_PAYMENT):
        figure = at_or_first(run.parameters, "cn_limitation_payment_after_refundable", event.on)
        run.readings.append(figure)
        run.lines.append(Sentence(f"{event.on}: {name.en}, after the end: it cannot be asked back; the rest stays barred.", f"{event.on}：{name.zh}，已履行的不得请求返还；其余部分仍可抗辩。"))
        return False, not figure.yes
    run.lines.append(Sentence(f"{event.on}: {name.en}, after the end: it revives nothing.", f"{event.on}：{name.zh}，期间已届满，不重新起算。"))
    return False, False
