"""How fast is the ledger of an account replayed, and what does its length cost?

    python -m benchmarks.account_ledger [--seconds 5] [--years 10]

An account of so many years pays monthly, often late, sometimes short, with fees, waivers, stops, chargebacks and a taking back a year. Prints
how many such ledgers, and how many of their entries, one core replays in a second, and as a ratio of the same run how much an entry of the
long ledger costs beside one of a single year (1: the cost grows with the number of entries alone).
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from decimal import Decimal

from arrears.ledger.account.entries import (
    AccrualChange,
    AccrualState,
    Charge,
    Chargeback,
    Entry,
    InstalmentAgreed,
    Payment,
    TakenBack,
    Waiver,
    WhyTakenBack,
)
from arrears.ledger.account.replay import replay
from arrears.ledger.account.statement import statement
from arrears.ledger.account.terms import AccountTerms, InterestWay
from arrears.ledger.allocation.claims import Component
from arrears.ledger.due_dates import MonthEndRule, Unit, due_dates

BEGAN_ON = date(2016, 1, 1)
PRINCIPAL_MINOR, INTEREST_MINOR = 100_000, 4_500
TERMS = AccountTerms("CNY", contract_rate_annual=Decimal("0.12"), penalty_rate_annual=Decimal("0.18"))
SHORT_YEARS = 1


def history(years: int) -> list[Entry]:
    """So many years of monthly instalments and what happened to them."""
    days = due_dates(BEGAN_ON, 12 * years, 1, Unit.MONTHS, MonthEndRule.CLAMP_TO_LAST_DAY, None)
    return [entry for number, due_on in enumerate(days, 1) for entry in _month(number, due_on)]


def _month(number: int, due_on: date) -> Iterator[Entry]:
    """One instalment, its payment (every third late, every fourth short), and now and then something else."""
    amounts = {Component.PRINCIPAL: PRINCIPAL_MINOR, Component.INTEREST: INTEREST_MINOR}
    yield InstalmentAgreed(entry_id=f"a{number}", valid_on=BEGAN_ON, recorded_on=BEGAN_ON, number=number, due_on=due_on, amounts=amounts)
    paid_on = due_on + timedelta(11 if number % 3 == 0 else 0)
    short = 40_000 if number % 4 == 0 else 0
    yield Payment(entry_id=f"p{number}", valid_on=paid_on, recorded_on=paid_on, amount_minor=PRINCIPAL_MINOR + INTEREST_MINOR - short)
    later = due_on + timedelta(15)
    common = {"valid_on": later, "recorded_on": later}
    match number % 12:
        case 1:
            yield Charge(entry_id=f"f{number}", component=Component.FEE, amount_minor=1_000, **common)
        case 3:
            yield Waiver(entry_id=f"w{number}", component=Component.PENALTY, amount_minor=100, **common)
        case 5:
            yield AccrualChange(entry_id=f"s{number}", state=AccrualState.STOPPED, reason="agreement", until_on=later + timedelta(10), **common)
        case 7:
            yield Chargeback(entry_id=f"c{number}", of=f"p{number}", **common)
        case 9:
            yield TakenBack(entry_id=f"t{number}", of=f"p{number}", why=WhyTakenBack.RETURNED_DEBIT, **common)


def seconds_of(work: Callable[[], object], seconds: float) -> float:
    """How many seconds of the processor does it take once, over about so many seconds?"""
    done, start = 0, time.process_time()
    while (passed := time.process_time() - start) < seconds:
        work()
        done += 1
    return passed / done


def main() -> None:
    """Measure the long and the short ledger and print a line for each question."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=5.0, help="for each kind of work (default: 5)")
    parser.add_argument("--years", type=int, default=10, help="length of the long ledger (default: 10)")
    asked = parser.parse_args()
    long, short = history(asked.years), history(SHORT_YEARS)
    end = BEGAN_ON.replace(year=BEGAN_ON.year + asked.years)
    of_long = seconds_of(lambda: replay(TERMS, long, end), asked.seconds)
    of_short = seconds_of(lambda: replay(TERMS, short, BEGAN_ON.replace(year=BEGAN_ON.year + SHORT_YEARS)), asked.seconds)
    ratio = of_long / len(long) / (of_short / len(short))
    print(f"replay of {asked.years} years ({len(long)} entries)    {1 / of_long:>10,.1f} ledgers/s {len(long) / of_long:>10,.0f} entries/s   an entry costs {ratio:.1f} of one in {SHORT_YEARS} year")
    print(f"replay of {SHORT_YEARS} year ({len(short)} entries)      {1 / of_short:>10,.1f} ledgers/s {len(short) / of_short:>10,.0f} entries/s")
    daily = AccountTerms("CNY", contract_rate_annual=Decimal("0.12"), penalty_rate_annual=Decimal("0.18"), interest=InterestWay.DAILY)
    of_daily = seconds_of(lambda: replay(daily, long, end), asked.seconds)
    print(f"the same with daily interest       {1 / of_daily:>10,.1f} ledgers/s {len(long) / of_daily:>10,.0f} entries/s   {of_daily / of_long:.1f} of scheduled interest")
    of_statement = seconds_of(lambda: statement(TERMS, long, end.replace(year=end.year - 1), end), asked.seconds)
    print(f"statement of the last year         {1 / of_statement:>10,.1f} statements/s   {of_statement / of_long:.1f} of the replay")


if __name__ == "__main__":
    main()
