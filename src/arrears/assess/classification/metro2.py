"""Which account status (Metro 2 field 17A) does lateness give a debt in the United States?

Counted from the due date; below 30 days an account is not late for the credit bureaus. Statuses that follow from events (paid, collection,
repossession, charge-off) are facts of their own; of these only the charge-off is asked for here, because it outranks every lateness.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

import ibis.expr.types as ir

from arrears.assess.classification.bands import Bands, bands, days_since_due, from_
from arrears.assess.classification.floor import Floor, Trigger, floor_of, unknown_of
from arrears.core.parameters import Parameters
from arrears.core.reasons import Sentence


class AccountStatus(StrEnum):
    """The statuses of an account that is open and owed, best first."""

    CURRENT = "11"
    DAYS_30 = "71"
    DAYS_60 = "78"
    DAYS_90 = "80"
    DAYS_120 = "82"
    DAYS_150 = "83"
    DAYS_180 = "84"
    CHARGED_OFF = "97"


_BY_DAYS = tuple(status for status in AccountStatus if status not in (AccountStatus.CURRENT, AccountStatus.CHARGED_OFF))


@dataclass(frozen=True, slots=True)
class Metro2Facts:
    """What is known of one account.

    Attributes:
        dates_known: whether its due dates are known at all; without them lateness is not.
        oldest_due_on: due date of the oldest unpaid item; None where nothing is unpaid.
        charged_off: the unpaid balance was reported as a loss; None is "not known".
    """

    dates_known: bool
    oldest_due_on: date | None = None
    charged_off: bool | None = None


def metro2_rules(parameters: Parameters, on: date) -> Bands[AccountStatus]:
    """From which days on does each status hold, on this day?"""
    return bands(
        AccountStatus.CURRENT,
        [from_(parameters.value_on(f"us_metro2_{status.value}_from_days", on), status) for status in _BY_DAYS],
    )


def metro2_floor(facts: Metro2Facts, rules: Bands[AccountStatus], on: date) -> Floor[AccountStatus]:
    """Which status has this account, at least?"""
    days = days_since_due(facts.oldest_due_on, on) if facts.dates_known else None
    lateness = tuple(
        Trigger(
            band.reached,
            None if days is None else days >= band.from_days,
            "DAYS_PAST_DUE",
            Sentence(f"{band.from_days} days past the due date or more.", f"自到期日起逾期达到{band.from_days}天。"),
            (band.reading,),
            () if facts.dates_known else ("oldest_due_on",),
        )
        for band in rules.steps
    )
    loss = Trigger(
        AccountStatus.CHARGED_OFF,
        facts.charged_off,
        "CHARGED_OFF",
        Sentence("Reported as a loss.", "已作为损失核销。"),
        (),
        unknown_of(facts, "charged_off"),
    )
    return floor_of(
        (loss, *lateness),
        Trigger(
            AccountStatus.CURRENT, True, "CURRENT", Sentence("Not known to be 30 days late.", "未知逾期达到30天。")
        ),
    )


def metro2_floor_column(days_past_due: ir.IntegerColumn, rules: Bands[AccountStatus]) -> ir.StringColumn:
    """The status by days alone, for every account; null where days are."""
    return rules.column(days_past_due)
