"""How many schedules and allocations a second, on one core?

    python benchmarks/ledger.py [--seconds 5]

Prints rates and, as a ratio of the same run, each against the plainest work of its kind: 12 decimal products, or 12 integer subtractions.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from datetime import date
from decimal import Decimal

from arrears.ledger.allocation.claims import Component, Outstanding
from arrears.ledger.allocation.debts import Debt, between_debts
from arrears.ledger.allocation.instalments import FutureInstalments, RuleList, by_rules, per_instalment, read_rule
from arrears.ledger.day_count import THIRTY_360
from arrears.ledger.schedule.make import schedule
from arrears.ledger.schedule.terms import Engine, Terms

ORDER = (Component.PENALTY, Component.FEE, Component.INTEREST, Component.PRINCIPAL)
RULES = tuple(read_rule(f"{due}_{one.value}") for due in ("past_due", "due", "in_advance") for one in ORDER)
LOAN = [Outstanding(n, date(2026, n, 1), {Component.FEE: 100, Component.INTEREST: 1_000, Component.PRINCIPAL: 100_000}) for n in range(1, 13)]
DEBTS = [Debt(key, date(2026, 1, n), {Component.INTEREST: 1_000, Component.PRINCIPAL: 100_000}, n % 2 == 0) for n, key in enumerate("ABCD", 1)]
EVENLY = RuleList(RULES, future=FutureInstalments.REAMORTISE)


def terms(n: int, engine: Engine) -> Terms:
    """Terms that differ from one turn to the next, so that nothing is remembered."""
    return Terms(1_000_000 + n, Decimal("0.0799"), 12, date(2026, 1, 31), engine=engine, day_count=THIRTY_360)


def decimal_products(n: int) -> None:
    """The plainest schedule there could be: twelve products."""
    for _ in range(12):
        Decimal(n) * Decimal("0.0066583")


def subtractions(n: int) -> None:
    """The plainest allocation: twelve subtractions."""
    left = n
    for _ in range(12):
        left -= min(left, 100)


WORK: dict[str, tuple[Callable[[int], object], str]] = {
    "12 decimal products": (decimal_products, ""),
    "schedules of 12, progressive": (lambda n: schedule(terms(n, Engine.PROGRESSIVE)), "12 decimal products"),
    "schedules of 12, cumulative": (lambda n: schedule(terms(n, Engine.CUMULATIVE)), "12 decimal products"),
    "12 subtractions": (subtractions, ""),
    "allocations, per instalment": (lambda n: per_instalment(250_000 + n, LOAN, ORDER), "12 subtractions"),
    "allocations, ordered rules": (lambda n: by_rules(250_000 + n, LOAN, date(2026, 2, 15), RuleList(RULES)), "12 subtractions"),
    "allocations, ordered rules, evenly": (lambda n: by_rules(250_000 + n, LOAN, date(2026, 2, 15), EVENLY), "12 subtractions"),
    "allocations, between 4 debts": (lambda n: between_debts(250_000 + n, DEBTS, date(2026, 2, 15)), "12 subtractions"),
}


def rate(work: Callable[[int], object], seconds: float) -> float:
    """How many a second, over about so many seconds?"""
    done, start = 0, time.perf_counter()
    while (passed := time.perf_counter() - start) < seconds:
        for _ in range(100):
            work(done)
            done += 1
    return done / passed


def main() -> None:
    """Measure each kind of work and print a line for it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=5.0, help="for each kind of work (default: 5)")
    seconds = parser.parse_args().seconds
    rates: dict[str, float] = {}
    for name, (work, beside) in WORK.items():
        rates[name] = rate(work, seconds)
        ratio = f"   1/{rates[beside] / rates[name]:.0f} of {beside}" if beside else ""
        print(f"{name:<36}{rates[name]:>12,.0f} /s{ratio}")


if __name__ == "__main__":
    main()
