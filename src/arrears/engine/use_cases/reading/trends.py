"""How did the portfolio move over the past months? The figures that a replay of past days kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from arrears.engine.columns_engine import rows_by_name
from arrears.engine.history import HISTORY, Every
from arrears.engine.home import Home
from arrears.engine.use_cases.reading.files import looking_into

DAYS_OF_RANGE = {"quarter": 91, "year": 366}
"""How far a range looks back."""


@dataclass(frozen=True, slots=True)
class TrendPoint:
    """One figure of one day: accounts and amount of a measure; `bucket` is empty but where accounts stand."""

    on: date
    measure: str
    bucket: str
    accounts: int
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Trends:
    """A series of days in the currency in which most accounts stand.

    Attributes:
        every: step of the series (day, week, month-end).
        other_currencies: currencies that are left out here.
        amounts_unknown: accounts overdue on the last day whose source states no amount.
    """

    every: str
    currency: str
    other_currencies: tuple[str, ...]
    amounts_unknown: int
    days: tuple[date, ...]
    points: tuple[TrendPoint, ...]


def trends(home: Home, book: str, until: date, days_back: int) -> Trends | None:
    """The replayed days up to `until`, of the series that reaches nearest to it (the finest of equals); None where nothing was replayed."""
    chosen = _series(home.runs / book / HISTORY, until, days_back)
    if chosen is None:
        return None
    every, files = chosen
    with looking_into(home) as connection:
        rows = rows_by_name(connection, (
            "SELECT as_of, measure, bucket, currency, accounts, amount_minor, accounts_amount_unknown FROM read_parquet(?) ORDER BY ALL"
        ), [[str(file) for file in files]])
    last = _day(files[-1])
    standing = {row["currency"]: 0 for row in rows}
    for row in rows:
        standing[row["currency"]] += row["accounts"] if (row["as_of"], row["measure"]) == (last, "standing") else 0
    if not standing:
        return None
    currency = max(sorted(standing), key=standing.__getitem__)
    ours = [row for row in rows if row["currency"] == currency]
    return Trends(
        every, currency, tuple(sorted(set(standing) - {currency})),
        sum(row["accounts_amount_unknown"] for row in ours if row["as_of"] == last and row["measure"] == "standing" and row["bucket"] != "current"),
        tuple(_day(file) for file in files),
        tuple(TrendPoint(row["as_of"], row["measure"], row["bucket"], row["accounts"], row["amount_minor"]) for row in ours),
    )


def _day(file: Path) -> date:
    return date.fromisoformat(file.stem)


def _series(folder: Path, until: date, days_back: int) -> tuple[str, Sequence[Path]] | None:
    found = []
    for finest, every in enumerate(Every):
        files = [file for file in sorted((folder / every).glob("????-??-??.parquet")) if until - timedelta(days=days_back) < _day(file) <= until]
        if files:
            found.append(((_day(files[-1]), -finest), str(every), files))
    return max(found)[1:] if found else None
