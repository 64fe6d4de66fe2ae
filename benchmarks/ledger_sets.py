"""How long do accrual and allocation of ten million payments take in sets, and how much longer would they take account by account?

    python -m benchmarks.ledger_sets [--payments 10000000] [--late 100]

Every account has as many payments as items. `--late` is the share of accounts, in percent, that pay late, so that penalty interest runs and every
payment has to wait for the one before. The ratio is measured in the same run: the replay of entries, as products take it that go account by account, over
a sample of the same accounts.
"""

from __future__ import annotations

import argparse
import json
import shutil
import tempfile
import time
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from arrears.assess.delinquency.money_rules import MoneyRules
from arrears.engine.columns_engine import EngineSettings, column_engine
from arrears.engine.ledger_sets import allocate_book
from arrears.engine.product_ledgers import left_of_accounts
from arrears.ledger.allocation.debts import STANDARD_ORDER
from arrears.ledger.sets.accrual import MILLIONTHS
from arrears.ledger.sets.parts import PARTS

ON = date(2026, 11, 23)
FIRST_DUE = date(2025, 11, 1)
RATE_MILLIONTHS = 180_000
ITEMS_AN_ACCOUNT = 12
SAMPLE = 1_000
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


def sample_of(connection: duckdb.DuckDBPyConnection) -> tuple[pa.Table, pa.Table, pa.Table]:
    """Of some accounts: items and payments as the ledger of one account takes them, and what sets say is left of each item."""
    connection.execute(f"CREATE TEMP TABLE sampled AS SELECT DISTINCT account_id FROM ledger_items ORDER BY hash(account_id) LIMIT {SAMPLE}")
    parts = ", ".join(PARTS)
    return (
        connection.sql(f"SELECT account_id, due_on, sequence, {parts} FROM ledger_items SEMI JOIN sampled USING (account_id) ORDER BY ALL").to_arrow_table(),
        connection.sql(f"SELECT account_id, paid_on, payment_id, amount_minor FROM ledger_payments SEMI JOIN sampled USING (account_id) WHERE paid_on <= DATE '{ON}' ORDER BY ALL").to_arrow_table(),
        connection.sql(f"SELECT account_id, due_on, sequence, {parts} FROM ledger_left SEMI JOIN sampled USING (account_id) ORDER BY ALL").to_arrow_table(),
    )


def measure(payments: int, late_percent: int, folder: Path, threads: int, memory: str) -> dict[str, Any]:
    """Seconds in sets, seconds of cores spent (other work on the machine does not count in them), and the ratio to account by account; both must leave the same."""
    with column_engine(EngineSettings(threads=threads, memory_limit=memory), folder) as connection:
        count = make_book(connection, payments, late_percent)
        started, on_cores = time.perf_counter(), time.process_time()
        allocate_book(connection, STANDARD_ORDER, ON)
        seconds, core_seconds = time.perf_counter() - started, time.process_time() - on_cores
        items, came, left = sample_of(connection)
    on_core = time.process_time()
    found = left_of_accounts(MoneyRules(Decimal(RATE_MILLIONTHS) / MILLIONTHS).terms(STANDARD_ORDER), items, came, ON)
    each = (time.process_time() - on_core) / len(came)
    assert found.drop_columns("ran_minor").equals(left), "sets and single accounts differ"
    return {
        "payments": count, "late_percent": late_percent, "threads": threads, "seconds": round(seconds, 1), "core_seconds": round(core_seconds, 1),
        "payments_per_second": round(count / seconds), "one_by_one_per_second_a_core": round(1 / each),
        "times_the_work_of_sets_one_by_one": round(each * count / core_seconds, 1),
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
