"""Which figures stand behind the portfolio report?

Comes in: tonight's assessment, one of an earlier day, and the book, all readable under their names, and what the slices were asked
(`portfolio_slices.py`). Goes out: one mapping of small
tables (counts, minor units, exact ratios as text “3/50”, None where a figure cannot be told), which the run keeps as
`portfolio.json`; the page and the spreadsheet are made of it and of nothing else.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import duckdb
import ibis

from arrears.assess.changes import GONE, bucket_flow
from arrears.assess.delinquency.groups import of_each_group
from arrears.assess.delinquency.position import Step
from arrears.assess.delinquency.settings import CURRENT, DelinquencySettings
from arrears.core.book import BOOK_TABLES
from arrears.engine.columns_engine import rows_by_name, sql_of
from arrears.engine.portfolio_slices import DatedRows, Row
from arrears.engine.run_folder import RunName, published_runs
from arrears.engine.tables import ASSESSMENT_SCHEMA, forget, think
from arrears.intake.book.layout import batch_dirs, batch_facts
from arrears.learn.analytics import cohorts, exposure, invoices, trade_credit
from arrears.learn.analytics.entry import entry_rate, vintage_rate
from arrears.learn.analytics.flow import (
    FlowCell,
    chain_loss,
    cohort_roll_rate,
    cure_rate,
    expected_loss_minor,
    forward_roll_rate,
    net_flow_rate,
    transition_matrix,
)
from arrears.learn.analytics.months import MONTH_DAYS, month_ends, months_between
from arrears.learn.analytics.ratio import Ratio, ratio


def exact(value: Ratio) -> str | None:
    """A ratio as text that loses nothing.

    >>> exact(Fraction(3, 50)), exact(None)
    ('3/50', None)
    """
    return None if value is None else f"{value.numerator}/{value.denominator}"


def portfolio_figures(
    connection: duckdb.DuckDBPyConnection, settings: DelinquencySettings, on: date, compared: date | None, dated: DatedRows, cases_unknown: int,
    imported: Sequence[Row],
) -> Row:
    """All tables of the report.

    Args:
        connection: has the book's tables, `position` (tonight) and `portfolio_before` (the run compared with, empty where there is none).
        compared: day of the run compared with.
        dated: what `portfolio_slices` found, of all slices together.
        cases_unknown: cases whose contact history nobody knows.
        imported: read, accepted and rejected rows by table of the last delivery.
    """
    look = _Look(connection, settings, on, compared)
    flow = _flow_tables(look)
    return {
        "as_of": on.isoformat(),
        "compared_with": compared.isoformat() if compared else None,
        "compared_days": (on - compared).days if compared else None,
        "tables": {
            **flow,
            "entry": _entry(dated["entry"]),
            "vintage": list(_vintages(dated["booked"], dated["late"], look.ends)),
            "first_payment": [_first_payment(row) for row in dated["first"]],
            **_exposure_tables(look),
            **_cash(look, dated, flow["cure"]),
            **_invoice_tables(look),
            "quality": _quality(dated["quality"], cases_unknown),
            "imported": [dict(row) for row in imported],
        },
    }


def run_to_compare_with(runs: Path, on: date) -> RunName | None:
    """Which earlier run do flow and roll compare with: the last one about a month before, else the last of an earlier day, else none?"""
    earlier = [name for name in published_runs(runs) if name.as_of < on]
    return max((name for name in earlier if (on - name.as_of).days in MONTH_DAYS), default=max(earlier, default=None))


def last_delivery(book: Path) -> list[Row]:
    """What did the last batch of the book read, accept and reject, table by table? Counts only."""
    batches = batch_dirs(book)
    tables: dict[str, Row] = batch_facts(batches[-1]).get("tables", {}) if batches else {}
    return [{"table": name, **{count: numbers.get(count, 0) for count in ("read", "accepted", "rejected")}} for name, numbers in sorted(tables.items())]


def figures_text(figures: Row) -> str:
    """The figures as they are kept: one JSON text, the same for the same figures."""
    return json.dumps(figures, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


class _Look:
    """One look at the book: its expressions, its conventions, its engine."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, settings: DelinquencySettings, on: date, compared: date | None) -> None:
        self.connection, self.settings, self.on, self.compared = connection, settings, on, compared
        self.ends = month_ends(on, cohorts.COHORT_MONTHS)
        self.book = {name: table.unbound() for name, table in BOOK_TABLES.items()}
        self.position = ibis.table(ASSESSMENT_SCHEMA, name="position")
        self.is_month = compared is not None and (on - compared).days in MONTH_DAYS

    def rows(self, expression: Any, *key: str) -> list[Row]:
        """The rows of an expression, in total order."""
        return rows_by_name(self.connection, f"SELECT * FROM ({sql_of(expression)}) ORDER BY {', '.join(key)}")

    def has(self, table: str) -> bool:
        """Has the book any row of this table?"""
        return bool(self.connection.execute(f"SELECT 1 FROM {table} LIMIT 1").fetchall())


def chain_of(buckets: Sequence[str], settings: DelinquencySettings) -> tuple[str, ...] | None:
    """Along which buckets does debt run to the end: those of days, or those of months? None where a book has both: they do not form one way."""
    days = (CURRENT, *(bucket.name for bucket in settings.buckets))
    months = tuple(name for name in settings.bucket_names if name == CURRENT or name not in days)
    has_days, has_months = (any(name in buckets for name in way if name != CURRENT) for way in (days, months))
    if has_days and has_months:
        return None
    return months if has_months else days


def _flow_tables(look: _Look) -> dict[str, list[Row]]:
    before = ibis.table(ASSESSMENT_SCHEMA, name="portfolio_before")
    moved = look.rows(bucket_flow(look.position, before), "currency", "bucket_before", "bucket") if look.compared else []
    standing = rows_by_name(look.connection, "SELECT currency, bucket, sum(balance_minor)::BIGINT AS balance_minor FROM position GROUP BY ALL ORDER BY 1, 2")
    names = look.settings.bucket_names
    tables: dict[str, list[Row]] = {"flow": moved, "transition": [], "roll": [], "cure": [], "loss": []}
    for currency in sorted({row["currency"] for row in standing}):
        cells = [FlowCell(row["bucket_before"], row["bucket"], row["accounts"], row["balance_before_minor"], row["balance_minor"])
                 for row in moved if row["currency"] == currency]
        here = {row["bucket"]: row["balance_minor"] for row in standing if row["currency"] == currency}
        tables["transition"] += _transitions(cells, names, currency)
        tables["cure"] += [{"currency": currency, "bucket": bucket, "accounts_before": sum(cell.accounts for cell in cells if cell.before == bucket),
                            "rate": exact(cure_rate(cells, bucket))} for bucket in names if any(cell.before == bucket for cell in cells)]
        way = chain_of([*here, *(cell.before for cell in cells)], look.settings)
        if way:
            tables["roll"] += _rolls(cells, way, currency)
            tables["loss"] += _losses(cells if look.is_month else [], here, way, currency)
    return tables


def _transitions(cells: list[FlowCell], names: Sequence[str], currency: str) -> list[Row]:
    matrix = transition_matrix(cells, (*names, GONE))
    return [{"currency": currency, "bucket_before": before, "bucket": now, "share": exact(share)}
            for before, row in matrix.items() for now, share in row.items() if share]


def _rolls(cells: list[FlowCell], way: Sequence[str], currency: str) -> list[Row]:
    """Net flow and cohort roll for each step of the way on which anything stood; only where there is a run to compare with."""
    return [{
        "currency": currency, "bucket_before": better, "bucket": worse,
        "balance_before_minor": sum(cell.balance_before_minor for cell in cells if cell.before == better),
        "balance_minor": sum(cell.balance_now_minor for cell in cells if cell.now == worse),
        "net_flow": exact(net_flow_rate(cells, worse, better)), "cohort_roll": exact(cohort_roll_rate(cells, better, worse)),
    } for better, worse in itertools.pairwise(way) if cells]


def _losses(cells: list[FlowCell], here: dict[str, int], way: Sequence[str], currency: str) -> list[Row]:
    """Expected loss by the chain of forward roll rates: net flow would count what stood in the open last bucket all along as newly come."""
    rates = {bucket: forward_roll_rate(cells, bucket, way) for bucket in way[:-1]}
    losses = expected_loss_minor(here, rates, way)
    return [{"currency": currency, "bucket": bucket, "balance_minor": here.get(bucket, 0),
             "chain": exact(chain_loss([rates.get(step) for step in way[place:-1]])), "expected_loss_minor": losses[bucket]}
            for place, bucket in enumerate(way)]


def _entry(found: list[Row]) -> list[Row]:
    return [{**row, "rate": exact(entry_rate(row["due_minor"], row["unpaid_minor"])),
             "rate_accounts": exact(ratio(row["accounts_unpaid"], row["accounts"]))} for row in found]


def _vintages(booked: list[Row], moves: list[Row], ends: Sequence[date]) -> Iterable[Row]:
    """One row for each booking month and each month end since; a cohort none of whose loans was ever late has zeros."""
    for cohort in booked:
        standing = {days: _standing(cohort, moves, days, len(ends)) for days in cohorts.LATE_DAYS}
        month = date.fromisoformat(cohort["booked_on"])
        for place, end in enumerate(ends):
            if end < month:
                continue
            row = {"currency": cohort["currency"], "booked": cohort["booked_on"][:7], "month_on_book": months_between(month, end),
                   "month_end": end.isoformat(), "accounts": cohort["accounts"], "principal_minor": cohort["principal_minor"], "booked_minor": cohort["booked_minor"]}
            for days, figures in standing.items():
                loans, balance = figures[place]
                row |= {f"accounts_{days}": loans, f"balance_{days}_minor": balance, f"rate_{days}": exact(vintage_rate(cohort["booked_minor"], balance))}
            yield row


def _standing(cohort: Row, moves: list[Row], late_days: int, places: int) -> list[tuple[int, int]]:
    """Number and balance of one cohort's loans at least so many days late, at each month end."""
    theirs = [row for row in moves if (row["currency"], row["booked_on"], row["late_days"]) == (cohort["currency"], cohort["booked_on"], late_days)]
    return cohorts.standing_at(((row["place"], row["loans"], row["balance_minor"]) for row in theirs), places)


def _first_payment(row: Row) -> Row:
    figures = {f"rate_{k}": exact(ratio(row[f"failed{k}"], row[f"ripe{k}"])) for k in cohorts.FIRST_PAYMENT_DAYS}
    return {**row, "booked": row["booked_on"][:7], **figures}


def _exposure_tables(look: _Look) -> dict[str, list[Row]]:
    step = Step("debtors", exposure.debtors_of(look.position))
    think(look.connection, [step])
    debtors = ibis.table(step.expression.schema(), name=step.name)
    largest = look.rows(exposure.largest_debtors(debtors), "currency")
    groups = {
        "by_product": look.rows(exposure.by_product(look.position), "currency", "name"),
        "by_region": look.rows(exposure.by_region(debtors, look.book["parties"]), "currency", "name"),
    }
    forget(look.connection, [step])
    for rows in groups.values():
        whole = {row["currency"]: sum(other["balance_minor"] for other in rows if other["currency"] == row["currency"]) for row in rows}
        for row in rows:
            row["share"] = exact(ratio(row["balance_minor"], whole[row["currency"]]))
    for row in largest:
        row |= {f"{name}_share": exact(ratio(row[f"{name}_minor"], row["balance_minor"])) for name in ("largest", "top10", "top20")}
    return {"concentration": largest, **groups}


def _cash(look: _Look, dated: dict[str, list[Row]], cures: list[Row]) -> dict[str, list[Row]]:
    """What falls due in the next weeks and months, and how much of it to expect if every bucket behaves as in the month before."""
    rates = {(row["currency"], row["bucket"]): Fraction(row["rate"]) for row in cures if row["rate"]} if look.is_month else {}
    tables = {}
    for kind in ("week", "month"):
        found = dated[kind]
        tables[f"cash_{kind}s"] = [_cash_row(span, currency, [row for row in found if (row["period"], row["currency"]) == (span[0], currency)], rates)
                                   for currency in sorted({row["currency"] for row in found}) for span in exposure.periods(look.on, kind)]
    return tables


def _cash_row(span: tuple[int, date, date], currency: str, rows: list[Row], rates: dict[tuple[str, str], Fraction]) -> Row:
    known = all((currency, row["bucket"]) in rates for row in rows)
    expected = sum((row["due_minor"] * rates[currency, row["bucket"]] for row in rows), Fraction(0)) if known else None
    return {"currency": currency, "period": span[0], "first_on": span[1].isoformat(), "last_on": span[2].isoformat(),
            "items": sum(row["items"] for row in rows), "due_minor": sum(row["due_minor"] for row in rows),
            "expected_minor": None if expected is None else round(expected)}


def _invoice_tables(look: _Look) -> dict[str, list[Row]]:
    if not look.has("receivables"):
        return {"ageing": [], "trade_credit": []}
    told, accounts = look.book["receivables"], look.book["accounts"]
    days = invoices.SALES_DAYS
    opening = look.on - timedelta(days=days)
    now, then = (
        look.rows(invoices.ageing(_open_invoices(look, day), told, accounts, day), "currency", "bucket")
        for day in (look.on, opening)
    )
    sales = look.rows(invoices.credit_sales(told, accounts, look.on), "currency")
    return {"ageing": _in_order(now, look.settings), "trade_credit": [_trade_credit(row, now, then, days) for row in sales]}


def _open_invoices(look: _Look, day: date) -> Any:
    return of_each_group(
        look.book, look.settings, lambda group: invoices.open_invoices(group.book["receivables"], group.book["payments"], group.settings, day)
    )


def _in_order(rows: list[Row], settings: DelinquencySettings) -> list[Row]:
    return sorted(rows, key=lambda row: (row["currency"], settings.bucket_names.index(row["bucket"])))


def _trade_credit(sales: Row, now: list[Row], then: list[Row], days: int) -> Row:
    """DSO, ADD and CEI of one currency; not told where an invoice does not say when it was issued, since sales are then not known."""
    here = [row for row in now if row["currency"] == sales["currency"]]
    closing = sum(row["outstanding_minor"] for row in here)
    current = sum(row["outstanding_minor"] for row in here if row["bucket"] == CURRENT)
    opening = sum(row["outstanding_minor"] for row in then if row["currency"] == sales["currency"])
    sold = 0 if sales["issued_unknown"] else sales["sales_minor"]
    known = bool(sold)
    return {
        "currency": sales["currency"], "days": days, "sales_minor": sales["sales_minor"], "opening_minor": opening, "closing_minor": closing,
        "closing_current_minor": current, "disputed_minor": sum(row["disputed_minor"] for row in here), "issued_unknown": sales["issued_unknown"],
        "dso": exact(trade_credit.days_sales_outstanding(closing, sold, days)), "best_dso": exact(trade_credit.best_possible_days(current, sold, days)),
        "add": exact(trade_credit.average_days_delinquent(closing, current, sold, days)),
        "cei": exact(trade_credit.collection_effectiveness_index(opening, sold, closing, current)) if known else None,
    }


def _quality(found: list[Row], cases_unknown: int) -> list[Row]:
    counts = {**(found[0] if found else {}), "contact_history_unknown": cases_unknown}
    return [{"check": name, "count": count} for name, count in counts.items()]
