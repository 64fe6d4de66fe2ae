"""What did the people of each arm pay, cost and complain of, read from the files of the runs and the book?

A person enters on the first night on which a decision names an arm; from then on everything counts for that arm, whatever happens later.
What was paid counts within `HORIZON_DAYS` after that night; the same number of days before it is what was known before.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from arrears.core.sql import quoted
from arrears.engine.columns_engine import make_views, rows_by_name
from arrears.engine.run_folder import RunName, published_runs, run_facts
from arrears.intake.book.layout import latest_by_key_sql
from arrears.learn.experiments.results import ArmFigures

HORIZON_DAYS = 30
COMPLAINT = "complaint"


@dataclass(frozen=True, slots=True)
class Gathered:
    """Figures of one currency: each arm's, the arms of those who complained in order, and the sizes of the arms after each day on which people came."""

    currency: str
    arms: tuple[ArmFigures, ...]
    complaint_order: tuple[str, ...]
    sizes: tuple[tuple[int, ...], ...]


def runs_of_experiment(runs: Path, start_id: int, until: date) -> list[RunName]:
    """The published runs in which this start drew people, the last of each day."""
    last = {name.as_of: name for name in published_runs(runs) if name.as_of <= until}
    return [name for name in last.values() if any(one["start_id"] == start_id for one in run_facts(runs, name).get("experiments", ()))]


def gathered(
    connection: duckdb.DuckDBPyConnection, book: Path, runs: Path, named: Sequence[RunName], start_id: int, shares: Mapping[str, int], costs_minor: Mapping[str, int], until: date,
) -> list[Gathered]:
    """The figures of one start by currency, those with most people first.

    Args:
        named: `runs_of_experiment`; not empty.
        shares: arm → parts of ten thousand, in the policy's order.
        costs_minor: treatment → price of one use; a treatment without one costs nothing.
        until: the day of asking; later payments and complaints are left out.
    """
    _show(connection, book, runs, named, start_id, costs_minor, until)
    by_arm = rows_by_name(connection, _FIGURES)
    complaints = rows_by_name(connection, "SELECT currency, arm FROM complaints ORDER BY from_on, party_id")
    entered = rows_by_name(connection, "SELECT currency, entry_on, arm, count(*) AS people FROM people GROUP BY ALL ORDER BY entry_on")
    currencies = {row["currency"]: 0 for row in by_arm}
    for row in by_arm:
        currencies[row["currency"]] += row["people"]
    return [
        Gathered(
            currency, tuple(_arm(arm, share, by_arm, currency) for arm, share in shares.items()),
            tuple(row["arm"] for row in complaints if row["currency"] == currency), _sizes([row for row in entered if row["currency"] == currency], list(shares)),
        )
        for currency in sorted(currencies, key=lambda one: (-currencies[one], one))
    ]


def _arm(arm: str, share: int, rows: Sequence[Mapping[str, Any]], currency: str) -> ArmFigures:
    row = next((one for one in rows if one["arm"] == arm and one["currency"] == currency), None)
    if row is None:
        return ArmFigures(arm, share, 0, 0, 0, 0.0, 0, 0.0, 0.0, 0, 0, 0)
    whole = ("people", "complete", "paid_minor", "before_minor", "cost_minor", "contacts", "complaints")
    figures = {name: int(row[name]) for name in whole} | {name: float(row[name]) for name in ("paid_squares", "before_squares", "cross")}
    return ArmFigures(arm=arm, share_per_10000=share, **figures)  # type: ignore[arg-type]


def _sizes(entered: Sequence[Mapping[str, Any]], arms: Sequence[str]) -> tuple[tuple[int, ...], ...]:
    counts, found = dict.fromkeys(arms, 0), []
    for day in sorted({row["entry_on"] for row in entered}):
        for row in entered:
            if row["entry_on"] == day and row["arm"] in counts:
                counts[row["arm"]] += row["people"]
        found.append(tuple(counts.values()))
    return tuple(found)


def _show(
    connection: duckdb.DuckDBPyConnection, book: Path, runs: Path, named: Sequence[RunName], start_id: int, costs_minor: Mapping[str, int], until: date
) -> None:
    """Make the tables on which the figures stand: one row a person, with sums of whole minor units."""
    days = " UNION ALL ".join(
        f"SELECT DATE '{name.as_of}' AS night, party_id, arm, currency, treatment FROM read_parquet({quoted(runs / str(name) / 'decisions.parquet')}) WHERE experiment_start = {start_id}"
        for name in named
    )
    costs = ", ".join(f"({quoted(name)}, {cost})" for name, cost in costs_minor.items()) or "('', 0)"
    latest = runs / str(named[-1]) / "frozen"
    make_views(connection, {
        "nights": days,
        "prices": f"SELECT * FROM (VALUES {costs}) prices(treatment, cost_minor)",
        "paid": (
            f"SELECT a.party_id, a.currency, p.paid_on, CASE WHEN p.reversal_of IS NULL THEN p.amount_minor ELSE -p.amount_minor END AS amount_minor "
            f"FROM ({latest_by_key_sql(book, 'payments')}) p JOIN ({latest_by_key_sql(book, 'accounts')}) a USING (account_id) WHERE p.paid_on <= DATE '{until}'"
        ),
        "holds_known": f"SELECT * FROM read_parquet({quoted(latest / 'holds.parquet')})",
        "contacts_known": f"SELECT * FROM read_parquet({quoted(latest / 'contact_history.parquet')})",
    })
    for name, sql in (
        ("people", "SELECT party_id, arg_min(arm, night) AS arm, arg_min(currency, night) AS currency, min(night) AS entry_on FROM nights GROUP BY party_id"),
        ("complaints", f"SELECT party_id, any_value(arm) AS arm, any_value(currency) AS currency, min(from_on) AS from_on FROM people JOIN holds_known USING (party_id) "
                       f"WHERE kind = '{COMPLAINT}' AND from_on > entry_on AND from_on <= DATE '{until}' GROUP BY party_id"),
        ("outcomes", f"""
SELECT party_id, coalesce(sum(amount_minor) FILTER (paid_on > entry_on AND paid_on <= entry_on + {HORIZON_DAYS}), 0)::HUGEINT AS y,
       coalesce(sum(amount_minor) FILTER (paid_on > entry_on - {HORIZON_DAYS} AND paid_on <= entry_on), 0)::HUGEINT AS x
FROM people LEFT JOIN paid USING (party_id, currency) WHERE entry_on + {HORIZON_DAYS} <= DATE '{until}' GROUP BY party_id"""),
        ("uses", """
SELECT party_id, sum(cost_minor)::HUGEINT AS cost_minor FROM (
  SELECT party_id, treatment, lag(treatment) OVER (PARTITION BY party_id ORDER BY night) AS before FROM nights) JOIN prices USING (treatment)
WHERE before IS DISTINCT FROM treatment GROUP BY party_id"""),
        ("touched", f"SELECT party_id, count(*) AS contacts FROM people JOIN contacts_known USING (party_id) "
                    f"WHERE occurred_on > entry_on AND occurred_on <= DATE '{until}' GROUP BY party_id"),
    ):
        connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS {sql}")


_FIGURES = """
SELECT arm, currency, count(*) AS people, count(o.party_id) AS complete, coalesce(sum(y), 0)::HUGEINT AS paid_minor, coalesce(sum(y::DOUBLE * y::DOUBLE), 0) AS paid_squares,
       coalesce(sum(x), 0)::HUGEINT AS before_minor, coalesce(sum(x::DOUBLE * x::DOUBLE), 0) AS before_squares, coalesce(sum(x::DOUBLE * y::DOUBLE), 0) AS cross,
       coalesce(sum(cost_minor), 0)::HUGEINT AS cost_minor, coalesce(sum(contacts), 0)::HUGEINT AS contacts, count(c.party_id) AS complaints
FROM people LEFT JOIN outcomes o USING (party_id) LEFT JOIN uses USING (party_id) LEFT JOIN touched USING (party_id) LEFT JOIN (SELECT party_id FROM complaints) c USING (party_id)
GROUP BY arm, currency"""
