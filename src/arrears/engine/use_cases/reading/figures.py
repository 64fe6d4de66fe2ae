"""How does the whole portfolio stand? The first page's figures: sums, buckets, what moved, alerts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import duckdb

from arrears.core.reasons import Sentence
from arrears.decide.capacity.work import Work
from arrears.engine.columns_engine import rows_by_name
from arrears.engine.home import Home
from arrears.engine.use_cases.reading.alerts import ORDER, alerts_of_run
from arrears.engine.use_cases.reading.cases import worked_source
from arrears.engine.use_cases.reading.files import counted, looking_into
from arrears.engine.use_cases.reading.runs import Run

ALERTS_SHOWN = 8


@dataclass(frozen=True, slots=True)
class MoneySum:
    """A sum in one currency, and how many accounts it cannot count because their source states no overdue amount."""

    currency: str
    amount_minor: int
    accounts: int
    accounts_unstated: int


@dataclass(frozen=True, slots=True)
class FlowCell:
    """How many accounts (and how much overdue) stand in one bucket now that stood in another before?"""

    before: str
    now: str
    accounts: int


@dataclass(frozen=True, slots=True)
class BucketCount:
    """How many accounts stand in a bucket?"""

    bucket: str
    accounts: int


@dataclass(frozen=True, slots=True)
class Alert:
    """One alert of the run; `case_id` is None where the person is not in arrears yet."""

    kind: str
    state: str
    case_id: int | None
    party_id: int
    bucket_before: str | None
    bucket: str
    days_past_due: int | None
    amount_overdue_minor: int | None
    currency: str | None
    reason: Sentence


@dataclass(frozen=True, slots=True)
class Overview:
    """The first page's figures, all as of `run.as_of`."""

    run: Run
    accounts: int
    accounts_overdue: int
    people_overdue: int
    overdue: tuple[MoneySum, ...]
    cases: int
    people_tasks: int
    automatic: int
    held: int
    left_alone: int
    waiting: int
    history_unknown: int
    buckets: tuple[BucketCount, ...]
    flow: tuple[FlowCell, ...]
    alerts: tuple[Alert, ...]
    alert_counts: Mapping[str, int]


def overview(home: Home, run: Run) -> Overview:
    """The figures of the first page."""
    source, files = worked_source(run)
    with looking_into(home) as connection:
        (accounts,) = rows_by_name(connection, """
            SELECT count(*) AS accounts, count(*) FILTER (bucket <> 'current') AS accounts_overdue,
                   count(DISTINCT party_id) FILTER (bucket <> 'current') AS people_overdue FROM read_parquet(?)
            """, [run.file("assessment")])
        (cases,) = rows_by_name(connection, f"""
            SELECT count(*) AS cases, count(*) FILTER (queue = 'people') AS people_tasks, count(*) FILTER (queue = 'automatic') AS automatic,
                   count(*) FILTER (queue = 'held') AS held, count(*) FILTER (work = '{Work.LEFT_ALONE}') AS left_alone,
                   count(*) FILTER (work = '{Work.WAITS}' AND queue = 'people') AS waiting,
                   count(*) FILTER (NOT contact_history_known) AS history_unknown FROM ({source})
            """, files)
        return Overview(
            run=run, **accounts, **cases, overdue=_overdue_sums(connection, run), buckets=_bucket_counts(connection, run),
            flow=_flow(connection, run), alerts=_alerts(connection, run), alert_counts=_alert_counts(connection, run),
        )


def _overdue_sums(connection: duckdb.DuckDBPyConnection, run: Run) -> tuple[MoneySum, ...]:
    rows = rows_by_name(connection, """
        SELECT currency, coalesce(sum(amount_overdue_minor), 0) AS amount_minor, count(*) AS accounts,
               count(*) FILTER (amount_overdue_minor IS NULL) AS accounts_unstated
        FROM read_parquet(?) WHERE bucket <> 'current' GROUP BY currency ORDER BY accounts DESC, currency
        """, [run.file("assessment")])
    return tuple(MoneySum(row["currency"], int(row["amount_minor"]), row["accounts"], row["accounts_unstated"]) for row in rows)


def _bucket_counts(connection: duckdb.DuckDBPyConnection, run: Run) -> tuple[BucketCount, ...]:
    counts = counted(connection, "bucket", "read_parquet(?)", [run.file("assessment")], run.buckets)
    return tuple(BucketCount(bucket, accounts) for bucket, accounts in counts.items() if bucket != "current")


def _flow(connection: duckdb.DuckDBPyConnection, run: Run) -> tuple[FlowCell, ...]:
    rows = rows_by_name(connection, """
        SELECT bucket_before AS before, bucket AS now, sum(accounts)::BIGINT AS accounts
        FROM read_parquet(?) WHERE bucket <> 'gone' GROUP BY ALL ORDER BY ALL
        """, [run.file("flow")])
    return tuple(FlowCell(**row) for row in rows)


def _alerts(connection: duckdb.DuckDBPyConnection, run: Run) -> tuple[Alert, ...]:
    rows = rows_by_name(connection, f"""
        SELECT kind, state, case_id, party_id, bucket_before, bucket, days_past_due, amount_overdue_minor, currency, reason_en, reason_zh
        FROM {alerts_of_run(run)} WHERE state <> 'resolved' ORDER BY {ORDER} LIMIT ?
        """, [ALERTS_SHOWN])
    return tuple(Alert(reason=Sentence(row.pop("reason_en"), row.pop("reason_zh")), **row) for row in rows)


def _alert_counts(connection: duckdb.DuckDBPyConnection, run: Run) -> dict[str, int]:
    """How many alerts of each kind stand in the run, the most frequent kind first?"""
    return dict(connection.execute(f"SELECT kind, count(*) FROM {alerts_of_run(run)} WHERE state <> 'resolved' GROUP BY 1 ORDER BY 2 DESC, 1").fetchall())
