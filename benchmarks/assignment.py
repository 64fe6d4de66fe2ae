"""How long does it take to give a million cases one of eight treatments each under five limits, and how far from the best is it?

    python -m benchmarks.assignment [--cases 1000000] [--districts 1] [--certificate]

Amounts, effects, minutes and burdens are drawn from a fixed seed; a quarter of the pairs is forbidden by law, and all limits bind. Timed is everything
from the table of pairs to the table of answers. The floor, measured in the same run, is one pass in which every case takes its best pair without
asking for capacity. `--districts` divides the visits into so many limits. `--certificate` has HiGHS work out the best of the relaxed problem by an
interior point method, independently (minutes for a million cases).
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import time

import numpy as np
import pyarrow as pa

from arrears.decide.capacity.assigning import assign
from arrears.decide.capacity.certificate import relaxed_best_minor
from arrears.decide.capacity.shapes import Limit, Unit

TREATMENTS = ("account_manager_call", "email", "friendly_call", "letter", "plan_offer", "sms", "visit", "voice_bot")
UPLIFT = np.array([0.09, 0.012, 0.07, 0.02, 0.05, 0.01, 0.12, 0.025])
COST = np.array([900, 1, 350, 180, 500, 5, 4000, 12])
MINUTES = np.array([14, 0, 7, 1, 11, 0, 0, 0])
BURDEN = np.array([3, 1, 3, 2, 1, 1, 8, 2])
SEED = 20261129


def problem(cases: int, districts: int) -> tuple[pa.Table, list[Limit]]:
    """Pairs of `cases` cases with eight treatments each, and limits for about a third of what they would like."""
    draw = np.random.default_rng(SEED)
    count = cases * len(TREATMENTS)
    which = np.tile(np.arange(len(TREATMENTS)), cases)
    overdue = np.repeat(np.exp(draw.normal(11.5, 1.2, cases)), len(TREATMENTS))
    effect = UPLIFT[which] * np.exp(draw.normal(-0.3, 0.8, count))
    minutes = np.where(MINUTES[which] > 0, MINUTES[which] + draw.integers(0, 6, count), 0)
    district = np.repeat(draw.integers(0, districts, cases), len(TREATMENTS)).astype(np.int32)
    columns = {
        "case_id": pa.array(np.repeat(np.arange(cases, dtype=np.int64) * 9_973 + 17, len(TREATMENTS))),
        "treatment": _named(which.astype(np.int32), TREATMENTS),
        "permitted": pa.array(draw.random(count) < 0.75), "duty": pa.array(np.zeros(count, np.bool_)), "proposed": pa.array(which == 2),
        "value_minor": pa.array((overdue * effect).astype(np.int64)),
        "cost_minor": pa.array(COST[which]), "harm_minor": pa.array(BURDEN[which] * 20),
        "minutes_limit": _named(np.zeros(count, np.int32), ("agent_minutes",), MINUTES[which] > 0), "minutes_use": pa.array(minutes),
        "visits_limit": _named(district, [f"visits/{place}" for place in range(districts)], which == 6), "visits_use": pa.array((which == 6).astype(np.int64)),
        "budget_limit": _named(np.zeros(count, np.int32), ("budget",)), "budget_use": pa.array(COST[which]),
        "texts_limit": _named(np.zeros(count, np.int32), ("texts",), which == 5), "texts_use": pa.array((which == 5).astype(np.int64)),
        "harm_limit": _named(np.zeros(count, np.int32), ("harm",)), "harm_use": pa.array(BURDEN[which] * 20),
    }
    limits = [
        Limit("agent_minutes", Unit.MINUTES, 3 * cases), Limit("budget", Unit.MONEY, 500 * cases), Limit("texts", Unit.ACTS, cases // 50),
        Limit("harm", Unit.HARM, 40 * cases), *(Limit(f"visits/{place}", Unit.VISITS, cases // (25 * districts)) for place in range(districts)),
    ]
    return pa.table(columns), limits


def _named(codes: np.ndarray, names: tuple[str, ...] | list[str], where: np.ndarray | None = None) -> pa.DictionaryArray:
    return pa.DictionaryArray.from_arrays(pa.array(codes, mask=None if where is None else ~where), pa.array(names))


def floor_seconds(pairs: pa.Table) -> float:
    """One pass: every case takes what brings most, as if there were enough of everything."""
    started = time.process_time()
    net = pairs["value_minor"].to_numpy() - pairs["cost_minor"].to_numpy() - pairs["harm_minor"].to_numpy()
    np.where(pairs["permitted"].to_numpy(), net, 0).reshape(-1, len(TREATMENTS)).argmax(axis=1)
    return time.process_time() - started


def measure(cases: int, districts: int, *, certificate: bool) -> dict[str, object]:
    """Times, gap, memory and prices of one assignment."""
    pairs, limits = problem(cases, districts)
    floor = floor_seconds(pairs)
    before, started, processor = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.perf_counter(), time.process_time()
    found = assign(pairs, limits, TREATMENTS)
    seconds, processor = time.perf_counter() - started, time.process_time() - processor
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert all(0 <= price.used <= price.limit.amount for price in found.prices)
    told: dict[str, object] = {
        "cases": cases, "pairs": pairs.num_rows, "limits": len(limits), "seconds": round(seconds, 1), "cpu_seconds": round(processor, 1),
        "cases_per_cpu_second": int(cases / processor), "floor_cpu_seconds": round(floor, 2), "ratio_to_floor": round(processor / floor, 1),
        "net_minor": found.net_minor, "bound_minor": found.bound_minor, "gap_percent": round(found.gap_ppm / 10_000, 4),
        "peak_memory_mb": peak // 1024, "of_which_before_mb": before // 1024,
        "prices": {price.limit.name: {"used": price.used, "of": price.limit.amount, "worth_minor": price.worth_minor, "per": price.per} for price in found.prices[:5]},
        "load_average": os.getloadavg()[0],
    }
    if certificate:
        started = time.process_time()
        relaxed = relaxed_best_minor(pairs, limits)
        told["relaxed_best_minor"], told["certificate_cpu_seconds"] = relaxed, round(time.process_time() - started, 1)
        told["gap_to_relaxed_percent"] = round(100 * (relaxed - found.net_minor) / relaxed, 5)
    return told


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=1_000_000)
    parser.add_argument("--districts", type=int, default=1)
    parser.add_argument("--certificate", action="store_true")
    asked = parser.parse_args()
    print(json.dumps(measure(asked.cases, asked.districts, certificate=asked.certificate)))


if __name__ == "__main__":
    main()
