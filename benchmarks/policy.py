"""How many cases a second does a policy of twenty rules decide, and how long does one case take by itself?

Timed for the book: everything from the case rows in Parquet to the decisions in Parquet, the making of the SQL included. Timed for one case: from its values to its decision,
the policy's SQL being made before. Processor time stands beside the clock, for a machine that others use as well.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import time
from pathlib import Path

import duckdb
import ibis

from arrears.core.reasons import Sentence
from arrears.decide.policy.columns import CASE_SCHEMA
from arrears.decide.policy.compile import CHOSEN_COLUMNS, REASON_COLUMNS, chosen, in_words
from arrears.decide.policy.parts import Policy, Row, Treatment
from arrears.engine.columns_engine import EngineSettings, column_engine, sql_of
from arrears.engine.policy_rules import keep_rules
from arrears.engine.single_decision import SingleDecisions
from arrears.intake.book.layout import duckdb_type

RULES = 20
THREADS = 2
SINGLE = 500


def policy_of_twenty_rules() -> Policy:
    """Rows by days, amount, product and behaviour, every one with a figure in its reason."""
    said = Sentence("{days_past_due} days late with {amount_overdue_minor}.", "逾期 {days_past_due} 天，金额 {amount_overdue_minor}。")
    treatments = {f"t{place}": Treatment(f"t{place}", said, "sms" if place % 2 else "none", contact=bool(place % 2), automatic=True) for place in range(6)}
    rows = [
        Row(f"rule_{place}", said, f"days_past_due between {place * 5} and {place * 5 + 20} and amount_at_stake_minor < {(place + 1) * 50000} and items_paid_late <= {place}", f"t{place % 6}")
        for place in range(RULES - 1)
    ]
    canonical = json.dumps([row.when for row in rows] + [said.en])
    return Policy("twenty", said, treatments, (*rows, Row("rest", said, None, "t0")), "twenty", "twenty", canonical)


def invent(target: Path, rows: int) -> None:
    """Case rows with values spread over the rules."""
    told = {
        "kind": "'person'", "currency": "'CNY'", "hold_kinds": "CASE WHEN hash(i, 1) % 20 = 0 THEN 'dispute' ELSE '' END", "contact_history_known": "hash(i, 2) % 20 > 0",
        "days_past_due": "hash(i, 3) % 150", "amount_at_stake_minor": "hash(i, 4) % 1500000", "amount_overdue_minor": "hash(i, 4) % 1500000",
        "items_paid_late": "hash(i, 5) % 25", "as_of": "DATE '2026-11-24'", "ladder_before": "''", "stage_before": "''", "step_before": "''",
    }
    columns = ", ".join(f"({told.get(name, 'NULL')})::{duckdb_type(str(type_))} AS {name}" for name, type_ in CASE_SCHEMA.items())
    with duckdb.connect(":memory:", config={"threads": str(THREADS)}) as connection:
        connection.execute(f"COPY (SELECT i AS party_id, {columns} FROM range({rows}) r(i)) TO '{target}' (FORMAT parquet)")


def whole_book(rows: int, folder: Path) -> dict[str, float | int]:
    """Seconds for the book and for its reasons in words, by the clock and of the processor.

    The decisions are what a night writes for every case. Words are made for the rows that somebody reads; here for every row, for comparison.
    """
    cases, decisions, policy = folder / "cases.parquet", folder / "decisions.parquet", policy_of_twenty_rules()
    invent(cases, rows)
    found: dict[str, float | int] = {"rows": rows}
    with column_engine(EngineSettings(threads=THREADS), folder) as connection:
        connection.execute(f"CREATE VIEW cases AS SELECT * FROM read_parquet('{cases}')")
        wall, cpu = time.perf_counter(), time.process_time()
        table = ibis.table({"party_id": "int64", **dict(CASE_SCHEMA.items())}, name="cases")
        decided = chosen(policy, table, keep_rules(connection, policy))
        connection.execute(f"COPY (SELECT party_id, {', '.join(CHOSEN_COLUMNS)} FROM ({sql_of(decided)})) TO '{decisions}' (FORMAT parquet)")
        found |= _told("", rows, time.perf_counter() - wall, time.process_time() - cpu)
        wall, cpu = time.perf_counter(), time.process_time()
        said = sql_of(in_words(policy, decided, ["CNY"]))
        connection.execute(f"COPY (SELECT party_id, {', '.join(REASON_COLUMNS)} FROM ({said})) TO '{decisions}' (FORMAT parquet)")
        found |= _told("words_", rows, time.perf_counter() - wall, time.process_time() - cpu)
    return found


def _told(what: str, rows: int, wall: float, cpu: float) -> dict[str, float | int]:
    return {
        f"{what}seconds": round(wall, 2), f"{what}processor_seconds": round(cpu, 2), f"{what}rows_per_second": int(rows / wall),
        f"{what}rows_per_processor_second_times_threads": int(rows * THREADS / cpu),
    }


def one_by_one() -> dict[str, float]:
    """Milliseconds for one case: median and 99th of a hundred, by the clock and of the processor; and the longest when each rule's sentence is made."""
    with SingleDecisions(policy_of_twenty_rules()) as decisions:
        first, found = _each(decisions), _each(decisions)
    shares = {f"{name}_p{share}_ms": round(sorted(values)[SINGLE * share // 100] * 1000, 2) for name, values in found.items() for share in (50, 99)}
    return {**shares, "first_use_of_a_rule_ms": round(max(first["clock"]) * 1000, 2)}


def _each(decisions: SingleDecisions) -> dict[str, list[float]]:
    """Seconds of each of some hundred decisions over all rules."""
    found: dict[str, list[float]] = {"clock": [], "processor": []}
    for place in range(SINGLE):
        wall, cpu = time.perf_counter(), time.process_time()
        decisions.decided({
            "hold_kinds": "", "contact_history_known": True, "days_past_due": place % 150, "amount_at_stake_minor": place * 1000, "amount_overdue_minor": place * 1000,
            "items_paid_late": 3, "currency": "CNY",
        })
        found["clock"].append(time.perf_counter() - wall)
        found["processor"].append(time.process_time() - cpu)
    return found


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000_000)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=os.environ.get("ARREARS_BENCH_DIR")) as folder:
        print(json.dumps({**whole_book(asked.rows, Path(folder)), **one_by_one()}))


if __name__ == "__main__":
    main()
