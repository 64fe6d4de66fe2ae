"""保证期间: until when, and by what, is a guarantor kept bound in China?

The period has no interruption. For a general guarantee (一般保证) the creditor must sue or arbitrate against the debtor within it, for a joint
one (连带责任保证) ask the guarantor; else the guarantor is free (Civil Code arts 686, 692, 693).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from arrears.core.parameters import Parameters
from arrears.core.workings import Worked, worked
from arrears.decide.escalation.counting import NO_DAYS, Days, LastDay, counted_line, last_day, moved, said


class GuaranteeKind(StrEnum):
    """Which kind of guarantee is it?"""

    GENERAL = "general"
    JOINT = "joint"
    UNSPECIFIED = "unspecified"


class ActionKind(StrEnum):
    """What did the creditor do?"""

    DEMAND_TO_GUARANTOR = "demand_to_guarantor"
    LAWSUIT_AGAINST_GUARANTOR = "lawsuit_against_guarantor"
    LAWSUIT_AGAINST_DEBTOR = "lawsuit_against_debtor"
    ARBITRATION_AGAINST_DEBTOR = "arbitration_against_debtor"
    DEMAND_TO_DEBTOR = "demand_to_debtor"


_KEEPS = {
    GuaranteeKind.GENERAL: {ActionKind.LAWSUIT_AGAINST_DEBTOR, ActionKind.ARBITRATION_AGAINST_DEBTOR},
    GuaranteeKind.JOINT: {ActionKind.DEMAND_TO_GUARANTOR, ActionKind.LAWSUIT_AGAINST_GUARANTOR},
}


@dataclass(frozen=True, slots=True)
class Guarantee:
    """How a guarantee stands.

    Attributes:
        treated_as: general where the kind is unclear.
        until: last day of the period.
        kept_on: the day of the act that kept the guarantor bound; None where there is none yet.
        bound: is the guarantor bound on the day asked about? While the period runs, yes.
    """

    treated_as: GuaranteeKind
    until: LastDay
    kept_on: date | None
    bound: bool


def guarantee(
    parameters: Parameters, main_due: date, kind: GuaranteeKind, as_of: date, *, agreed_until: date | None = None,
    actions: Sequence[tuple[date, ActionKind]] = (), non_working: Days = NO_DAYS,
) -> Worked[Guarantee]:  # fmt: skip
    """Until when does a guarantee run, and is the guarantor bound on this day?

    Args:
        agreed_until: last day of an agreed period; one not later than the main due date counts as none (art. 692).
        actions: what the creditor did, and when.

    Raises:
        NoValue: a main debt due before the Civil Code, 2021, whose guarantees older law governs.
    """
    length, unclear = parameters.value_on("cn_guarantee_months", main_due), parameters.value_on("cn_guarantee_unclear_is_general", main_due)
    needs = parameters.value_on("cn_guarantee_needs_claim_in_time", main_due)
    treated = GuaranteeKind.GENERAL if kind is GuaranteeKind.UNSPECIFIED and unclear.yes else kind
    treated = GuaranteeKind.JOINT if treated is GuaranteeKind.UNSPECIFIED else treated
    lines = [said("Kind not clear: a general guarantee.", "保证方式约定不明：按一般保证处理。")] if kind is GuaranteeKind.UNSPECIFIED else []
    if agreed_until is not None and agreed_until > main_due:
        until = moved(agreed_until, non_working)
        lines.append(said("Agreed period until {day}.", "约定保证期间至{day}。", day=agreed_until))
    else:
        until = last_day(main_due, length, non_working)
        lines.append(counted_line(main_due, length, until))
    kept = min((on for on, what in actions if what in _KEEPS[treated] and main_due <= on <= as_of and until.still_open_on(on)), default=None)
    bound = kept is not None or not needs.yes or until.still_open_on(as_of)
    if kept is not None:
        lines.append(said("What the law asks was done on {day}, in time: the guarantor stays bound.", "{day}已在期间内依法主张，保证人仍承担责任。", day=kept))
    elif bound:
        lines.append(said("The period still runs on {day}.", "{day}保证期间尚未届满。", day=as_of))
    else:
        lines.append(said("Nothing that the law asks was done by {day}: the guarantor is free.", "截至{day}未依法主张：保证人不再承担责任。", day=until.moved))
    return worked(Guarantee(treated, until, kept, bound), lines, [length, unclear, needs])
