"""Until when may a delinquency be reported to a consumer reporting agency in the United States?

15 USC 1681c: the years start some days after the delinquency that led to collection or charge-off began. A sale or a payment never starts
them anew.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from arrears.core.parameters import Parameters, Reading
from arrears.core.workings import Worked, worked
from arrears.decide.escalation.counting import LastDay, counted_line, last_day


@dataclass(frozen=True, slots=True)
class ReportableUntil:
    """The day on which the years start, the last day of reporting, and is that day not yet over on the day asked about?"""

    clock_starts: date
    last_day: date
    still_reportable: bool


def reporting_clock(delinquent_since: date, starts_after: Reading, years: Reading) -> tuple[LastDay, LastDay]:
    """The day on which the years start and the last day of reporting: stated once, for who asks and for the rule of conduct."""
    starts = last_day(delinquent_since, starts_after)
    return starts, last_day(starts.counted, years)


def reportable_until(parameters: Parameters, delinquent_since: date, as_of: date) -> Worked[ReportableUntil]:
    """Until when may a collection or charge-off be reported that began with this delinquency?

    Args:
        delinquent_since: the first day of the delinquency that was never cured and led to it.
    """
    wait, years = parameters.value_on("us_credit_report_start_days", as_of), parameters.value_on("us_credit_report_years", as_of)
    starts, until = reporting_clock(delinquent_since, wait, years)
    lines = [counted_line(delinquent_since, wait, starts), counted_line(starts.counted, years, until)]
    return worked(ReportableUntil(starts.counted, until.counted, as_of <= until.counted), lines, [wait, years])
