"""Which figures stand behind the portfolio report?

Comes in: tonight's assessment, one of an earlier day, and the book, all readable under their names. Goes out: one mapping of small
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
from arrears.assess.delinquency.groups import Group, groups_of, of_each_group
from arrears.assess.delinquency.items import items_known_on, payments_until
from arrears.assess.delinquency.position import Step
from arrears.assess.delinquency.settings import CURRENT, DelinquencySettings
from arrears.core.book import BOOK_TABLES
from arrears.engine.book_views import Slice, slices_of
from arrears.engine.columns_engine import rows_by_name, sql_of
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
from arrears.learn.analytics.months import month_ends, months_between
from arrears.learn.analytics.ratio import Ratio, ratio

Row = dict[str, Any]
WHOLE = slices_of(0, 1)[0]
"""One slice that holds every account."""
MONTH_DAYS = range(28, 36)
"""Days between two runs that may stand for a month: only over such a step is a move from one 30-day bucket to the next a monthly rate."""


def exact(value: Ratio) -> str | None:
    """A ratio as text that loses nothing.

    >>> exact(Fraction(3, 50)), exact(None)
    ('3/50', None)
    """
    return None if value is None else f"{value.numerator}/{value.denominator}"


def portfolio_figures(
    connection: duckdb.DuckDBPyConnection, settings: DelinquencySettings, on: date, compared: date | None, cases_unknown: int, imported: Sequence[Row],
    slices: Sequence[Slice] = (WHOLE,),
) -> Row:
    """All tables of the report.

    Args:
        connection: has the book's tables, `position` (tonight) and `portfolio_before` (the run compared with, empty where there is none).
        compared: day of the run compared with.
        cases_unknown: cases whose contact history nobody knows.
        imported: read, accepted and rejected rows by table of the last delivery.
        slices: ranges of account ids looked at one after the other, so that memory is bounded.
    """
    look = _Look(connection, settings, on, compared, slices)
    flow, dated = _flow_tables(look), _dated_rows(look)
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
            "quality": _quality(look, cases_unknown),
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

    def __init__(self, connection: duckdb.DuckDBPyConnection, settings: DelinquencySettings, on: date, compared: date | None, slices: Sequence[Slice]) -> None:
        self.connection, self.settings, self.on, self.compared, self.slices = connection, settings, on, compared, slices
        self.ends = month_ends(on, cohorts.COHORT_MONTHS)
        self.book = {name: table.unbound() for name, table in BOOK_TABLES.items()}
        self.position = ibis.table(ASSESSMENT_SCHEMA, name="position")
        self.groups = groups_of(self.book, settings)
        self.items = of_each_group(self.book, settings, lambda group: items_known_on(group.book["instalments"], group.book["receivables"], on))
        self.payments = payments_until(self.book["payments"], on, settings.payment_day)
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


def _dated_rows(look: _Look) -> dict[str, list[Row]]:
    """Sums over every due amount and every payment, slice by slice: each slice is read once and kept in memory for all its questions.

    Every figure is a sum over accounts, so the slices' sums add up to the book's.
    """
    found: dict[str, list[Row]] = {}
    for part, group in itertools.product(look.slices, look.groups):
        steps = _slice_steps(look, part, group)
        think(look.connection, steps)
        for name, expression in _dated_questions(look, group).items():
            found.setdefault(name, []).extend(look.rows(expression, *DATED_KEYS[name]))
        forget(look.connection, steps)
    return {name: summed(rows, DATED_KEYS[name]) for name, rows in found.items()}


DATED_KEYS: dict[str, tuple[str, ...]] = {
    "entry": ("currency", "due_on"), "booked": ("currency", "booked_on"), "late": ("currency", "booked_on"), "first": ("currency", "booked_on"),
    "week": ("currency", "period", "bucket"), "month": ("currency", "period", "bucket"),
}


def summed(rows: Iterable[Row], key: Sequence[str]) -> list[Row]:
    """Rows of the same key added up, in the order of the key.

    >>> summed([{"k": "a", "n": 1}, {"k": "b", "n": 5}, {"k": "a", "n": 2}], ["k"])
    [{'k': 'a', 'n': 3}, {'k': 'b', 'n': 5}]
    """
    sums: dict[tuple[Any, ...], Row] = {}
    for row in rows:
        known = sums.setdefault(tuple(row[name] for name in key), {})
        known.update({name: value if name in key else known.get(name, 0) + value for name, value in row.items()})
    return [sums[place] for place in sorted(sums)]


def _slice_steps(look: _Look, part: Slice, group: Group) -> list[Step]:
    """The narrow tables of one slice: what falls due, what was paid, which loans are in a cohort, which of them were ever late."""
    def here(table: Any) -> Any:
        return table.filter(table.account_id.between(part.first_id, part.last_id))

    items = Step("sliced_items", here(_items_of(group, look.on)))
    payments = Step("sliced_payments", here(payments_until(group.book["payments"], look.on, group.settings.payment_day)).select("account_id", "paid_on", "amount_minor"))
    named_items, named_payments = (ibis.table(step.expression.schema(), name=step.name) for step in (items, payments))
    loans = Step("cohort_loans", here(cohorts.loans_of(group.book["accounts"], group.book["instalments"], look.on)))
    late = Step("cohort_late", cohorts.ever_late(named_items, named_payments, look.ends, group.settings))
    return [items, payments, loans, late]


def _items_of(group: Group, on: date) -> Any:
    return items_known_on(group.book["instalments"], group.book["receivables"], on)


def _dated_questions(look: _Look, group: Group) -> dict[str, Any]:
    """What is asked of each slice, by the name of its key in DATED_KEYS."""
    items = ibis.table(_items_of(group, look.on).schema(), name="sliced_items")
    payments = ibis.table(look.payments.select("account_id", "paid_on", "amount_minor").schema(), name="sliced_payments")
    loans = ibis.table(cohorts.loans_of(look.book["accounts"], look.book["instalments"], look.on).schema(), name="cohort_loans")
    few = loans.semi_join(ibis.table({"account_id": "int64"}, name="cohort_late"), "account_id")
    return {
        "entry": cohorts.due_days(items, payments, look.book["accounts"], group.settings, look.on),
        "booked": cohorts.booked(loans, items),
        "late": cohorts.late_balances(few, items, payments, look.ends, group.settings),
        "first": cohorts.first_payment_defaults(loans, items, payments, group.settings, look.on),
        "week": exposure.to_come(items, look.position, look.on, "week"),
        "month": exposure.to_come(items, look.position, look.on, "month"),
    }


def _entry(found: list[Row]) -> list[Row]:
    return [{**row, "due_on": row["due_on"].isoformat(), "rate": exact(entry_rate(row["due_minor"], row["unpaid_minor"])),
             "rate_accounts": exact(ratio(row["accounts_unpaid"], row["accounts"]))} for row in found]


def _vintages(booked: list[Row], balances: list[Row], ends: Sequence[date]) -> Iterable[Row]:
    """One row for each booking month and each month end since; a cohort none of whose loans was ever late has zeros."""
    late = {(row["currency"], row["booked_on"]): row for row in balances}
    for cohort in booked:
        figures = late.get((cohort["currency"], cohort["booked_on"]), {})
        for place, end in enumerate(ends):
            if end < cohort["booked_on"]:
                continue
            row = {"currency": cohort["currency"], "booked": cohort["booked_on"].isoformat()[:7], "month_on_book": months_between(cohort["booked_on"], end),
                   "month_end": end.isoformat(), "accounts": cohort["accounts"], "principal_minor": cohort["principal_minor"], "booked_minor": cohort["booked_minor"]}
            for days in cohorts.LATE_DAYS:
                balance = figures.get(f"late{days}_minor_{place}", 0)
                row |= {f"accounts_{days}": figures.get(f"late{days}_{place}", 0), f"balance_{days}_minor": balance,
                        f"rate_{days}": exact(vintage_rate(cohort["booked_minor"], balance))}
            yield row


def _first_payment(row: Row) -> Row:
    figures = {f"rate_{k}": exact(ratio(row[f"failed{k}"], row[f"ripe{k}"])) for k in cohorts.FIRST_PAYMENT_DAYS}
    return {**row, "booked": row["booked_on"].isoformat()[:7], "booked_on": row["booked_on"].isoformat(), **figures}


def _exposure_tables(look: _Look) -> dict[str, list[Row]]:
    largest = look.rows(exposure.largest_debtors(look.position), "currency")
    groups = {f"by_{group}": look.rows(exposure.by_group(look.position, look.book["parties"], group), "currency", "name") for group in ("product", "region")}
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


def _quality(look: _Look, cases_unknown: int) -> list[Row]:
    found = look.rows(exposure.quality(
        look.position, look.book["accounts"], look.items, look.book["statements"], look.book["receivables"], look.book["payments"], look.on,
    ), "accounts")[0]
    counts = {**{name: number for name, number in found.items() if name != "accounts"}, "contact_history_unknown": cases_unknown}
    return [{"check": name, "count": count} for name, count in counts.items()]
