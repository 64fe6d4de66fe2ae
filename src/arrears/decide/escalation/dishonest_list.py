"""失信被执行人: how long does a debtor stand on the list of dishonest debtors, and by when is one who performed taken off it?

Only a court lists. A collector may not threaten it as a fact.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from arrears.assess.classification.months import months_after
from arrears.core.parameters import Parameters
from arrears.core.problems import WrongCall
from arrears.core.workings import Worked, worked
from arrears.decide.escalation.counting import NO_DAYS, Days, said, working_days_after


@dataclass(frozen=True, slots=True)
class Listing:
    """The last day on the list, and by when it is deleted after performance (None: not performed)."""

    listed_until: date
    removed_by: date | None


def dishonest_listing(parameters: Parameters, listed: date, performed: date | None = None, *, serious_years: int = 0, non_working: Days = NO_DAYS) -> Worked[Listing]:
    """How long does a debtor who evades enforcement stay listed?

    Args:
        performed: the day on which the debtor performed.
        serious_years: what the court put on top, 0 to 3.

    Raises:
        WrongCall: more years on top than there may be.
    """
    most = parameters.value_on("cn_dishonest_serious_years_most", listed)
    if not 0 <= serious_years <= most.whole:
        raise WrongCall(f"{serious_years} years cannot be put on top.", f"The court may add one to {most.whole}.", f"Give 0 to {most.whole}.")
    years, days = parameters.value_on("cn_dishonest_list_years", listed), parameters.value_on("cn_dishonest_removal_working_days", listed)
    until = months_after(listed, (years.whole + serious_years) * 12)
    lines = [said("{day} + {years} years = {end}", "{day} + {years}年 = {end}", day=listed, years=years.whole + serious_years, end=until)]
    removed = None if performed is None else working_days_after(performed, days.whole, non_working)
    if performed is not None:
        lines.append(said("{day} + {n} working days = {end}", "{day} + {n}个工作日 = {end}", day=performed, n=days.whole, end=removed))
    return worked(Listing(until, removed), lines, [years, days, most])
