"""How long do accrual and allocation of ten million payments take in sets, and how much longer would they take account by account?

    python -m benchmarks.ledger_sets [--payments 10000000] [--late 100]

Every account has as many payments as items. `--late` is the share of accounts, in percent, that pay late, so that penalty interest runs and every
payment has to wait for the one before. The ratio is measured in the same run: the functions for one account over a sample of the same accounts.
"""

from __future__ import annotations

import argparse
import json
import shutil
import tempfile
import time
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from arrears.engine.columns_engine import EngineSettings, column_engine
from arrears.engine.ledger_sets import allocate_book
from arrears.ledger.allocation.claims import Component, Outstanding
from arrears.ledger.allocation.debts import ART_561_ORDER
from arrears.ledger.allocation.instalments import per_instalment
from arrears.ledger.rounding import divide
from arrears.ledger.sets.accrual import MILLIONTHS

ON = date(2026, 11, 23)
FIRST_DUE = date(2025, 11, 1)
RATE_MILLIONTHS = 180_000
ITEMS_AN_ACCOUNT = 12
SAMPLE = 2_000
ITEMS_SQL = """
CREATE TEMP TABLE ledger_items AS SELECT a::BIGINT * 7919 AS account_id, (DATE '{first}' + INTERVAL 1 MONTH * n)::DATE AS due_on, n::BIGINT AS sequence,
    0::BIGINT AS costs_minor, 0::BIGINT AS penalty_minor, 500::BIGINT AS fee_minor, (20000 - n * 1500)::BIGINT AS interest_minor,
    (80000 + hash(a, n) % 40000)::BIGINT AS principal_minor, {rate}::BIGINT AS rate_millionths, 365::BIGINT AS days_in_year
FROM range({accounts}) accounts(a), range({items}) items(n) ORDER BY account_id, due_on, sequence
"""
PAYMENTS_SQL = """
CREATE TEMP TABLE ledger_payments AS SELECT account_id, hash(account_id, sequence, 1) % 4611686018427387904 AS payment_id,
    CASE WHEN hash(account_id) % 100 < {late} THEN due_on + (1 + hash(account_id, sequence, 2) % 40)::INTEGER ELSE due_on END AS paid_on,
    (fee_minor + interest_minor + principal_minor - CASE WHEN hash(account_id) % 100 < {late} THEN hash(account_id, sequence, 3) % 3000 ELSE 0 END)::BIGINT AS amount_minor
FROM ledger_items ORDER BY account_id, paid_on, payment_id
"""
"""Late payers pay up to 40 days late and up to 30.00 too little, so that a payment often reaches over two items."""


def make_book(connection: duckdb.DuckDBPyConnection, payments: int, late_percent: int) -> int:
    """A book of this many payments; how many there are, some lying after the day looked at."""
    accounts = max(1, payments // ITEMS_AN_ACCOUNT)
    connection.execute(ITEMS_SQL.format(first=FIRST_DUE.isoformat(), rate=RATE_MILLIONTHS, accounts=accounts, items=ITEMS_AN_ACCOUNT))
    connection.execute(PAYMENTS_SQL.format(late=late_percent))
    return accounts * ITEMS_AN_ACCOUNT


def sample_of(connection: duckdb.DuckDBPyConnection) -> list[tuple[list[Any], list[Any]]]:
    """The items and payments of some accounts."""
    keys = [key for (key,) in connection.execute(f"SELECT DISTINCT account_id FROM ledger_items ORDER BY hash(account_id) LIMIT {SAMPLE}").fetchall()]
    named = ", ".join(map(str, keys))
    items: dict[int, list[Any]] = {key: [] for key in keys}
    payments: dict[int, list[Any]] = {key: [] for key in keys}
    for row in connection.execute(f"SELECT * FROM ledger_items WHERE account_id IN ({named}) ORDER BY ALL").fetchall():
        items[row[0]].append(row)
    for row in connection.execute(f"SELECT account_id, paid_on, payment_id, amount_minor FROM ledger_payments WHERE account_id IN ({named}) ORDER BY ALL").fetchall():
        payments[row[0]].append(row)
    return [(items[key], payments[key]) for key in keys]


def one_account(items: list[Any], payments: list[Any], on: date) -> int:
    """One account payment by payment; what it owes at the end."""
    owed = {row[2]: dict(zip(Component, row[3:8], strict=True)) for row in items}
    due, run, charged = {row[2]: row[1] for row in items}, dict.fromkeys(owed, 0), dict.fromkeys(owed, 0)
    since = dict(due)
    for _, paid_on, _, amount in [*(row for row in payments if row[1] <= on), (0, on, 0, 0)]:
        for number, parts in owed.items():
            if paid_on > since[number]:
                run[number] += parts[Component.PRINCIPAL] * (paid_on - since[number]).days
                since[number] = paid_on
            whole = divide(run[number] * RATE_MILLIONTHS, 365 * MILLIONTHS)
            parts[Component.PENALTY] += whole - charged[number]
            charged[number] = whole
        found = per_instalment(amount, [Outstanding(number, due[number], parts) for number, parts in owed.items()], ART_561_ORDER)
        for portion in found.portions:
            owed[int(portion.key)][portion.component] -= portion.amount_minor
    return sum(sum(parts.values()) for parts in owed.values())


def measure(payments: int, late_percent: int, folder: Path, threads: int, memory: str) -> dict[str, Any]:
    """Seconds in sets, seconds of cores spent (other work on the machine does not count in them), and the ratio to account by account; both must owe the same."""
    with column_engine(EngineSettings(threads=threads, memory_limit=memory), folder) as connection:
        count = make_book(connection, payments, late_percent)
        started, on_cores = time.perf_counter(), time.process_time()
        allocate_book(connection, ART_561_ORDER, ON)
        seconds, core_seconds = time.perf_counter() - started, time.process_time() - on_cores
        accounts = sample_of(connection)
        left = dict(connection.execute("SELECT account_id, sum(costs_minor + penalty_minor + fee_minor + interest_minor + principal_minor)::BIGINT FROM ledger_left GROUP BY 1").fetchall())
    on_core = time.process_time()
    owed = [one_account(*account, ON) for account in accounts]
    each = (time.process_time() - on_core) / sum(len(account[1]) for account in accounts)
    assert owed == [left[account[0][0][0]] for account in accounts], "sets and single accounts differ"
    return {
        "payments": count, "late_percent": late_percent, "threads": threads, "seconds": round(seconds, 1), "core_seconds": round(core_seconds, 1), "payments_per_second": round(count / seconds),
        "one_by_one_per_second_a_core": round(1 / each), "times_the_work_of_sets_one_by_one": round(each * count / core_seconds, 1),
    }


def main() -> None:
    """Measure, and print one JSON line for each share of late payers."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--payments", type=int, default=10_000_000)
    parser.add_argument("--late", type=int, action="append", help="percent of accounts that pay late; may be given several times (default: 100 and 20)")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--memory", default="6GB")
    asked = parser.parse_args()
    for late in asked.late or [100, 20]:
        folder = Path(tempfile.mkdtemp(prefix="arrears-bench-"))
        try:
            print(json.dumps(measure(asked.payments, late, folder, asked.threads, asked.memory)), flush=True)
        finally:
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
