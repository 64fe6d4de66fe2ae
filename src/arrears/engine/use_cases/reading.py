"""What can a person read about a portfolio, its worklist and one case?

Comes in: a `Home`, an institution, and what to look for. Goes out: frozen rows, ready to be shown by a page, a command or the HTTP
interface. A run's Parquet files are read by a short-lived DuckDB connection that may see the home and nothing else; names and contact
values are unsealed only for the rows that are shown. Nothing here writes, and nothing here logs.

Errors: `NoSuchPortfolio`, `NoSuchCase` (also for those of another institution: nobody learns that they exist).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import duckdb
import ibis
import pyarrow as pa

from arrears.assess.delinquency.appropriate import appropriate, paid_per_account
from arrears.assess.delinquency.items import items_known_on, payments_until
from arrears.core.book import INSTALMENTS, PAYMENTS, RECEIVABLES
from arrears.core.problems import AnswerIsNo
from arrears.core.reasons import Sentence
from arrears.engine.home import Home
from arrears.intake.book.identities import CONTACT_FIELDS, PARTY_FIELDS
from arrears.intake.book.layout import latest_by_key_sql

Row = dict[str, Any]
Unseal = Callable[[Sequence[int], Sequence[bytes | None], str], Sequence[Mapping[str, Any] | None]]
"""(party ids, sealed bytes, what was sealed) → opened JSON objects; None where the key was destroyed or nothing was sealed."""

PAGE_ROWS = 50
ALERTS_SHOWN = 8
MONTHS_LOOKED_BACK = 12
NOT_SEEN_BEFORE = "none"
Order = Literal["rank", "amount", "days"]


class NoSuchPortfolio(AnswerIsNo):
    """No portfolio of this institution has that name."""


class NoSuchCase(AnswerIsNo):
    """No current run of this institution holds that case."""


# What a run says -----------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TreatmentWords:
    """How is a treatment called, by which channel does it go, and does it touch the person?"""

    label: Sentence
    channel: str
    contact: bool
    automatic: bool


@dataclass(frozen=True, slots=True)
class Run:
    """One published run: where its files lie, as of which day, under which policy; `rules` are the policy's rows with their conditions."""

    book: str
    folder: Path
    as_of: date
    number: int
    run_id: str
    previous_folder: Path | None
    previous_as_of: date | None
    policy: Sentence
    policy_version: str
    rules: Mapping[str, str | None]
    buckets: tuple[str, ...]
    treatments: Mapping[str, TreatmentWords]
    contact_history_unknown: int

    def file(self, name: str) -> str:
        """Path of one of the run's tables, as DuckDB reads it."""
        return str(self.folder / f"{name}.parquet")


@dataclass(frozen=True, slots=True)
class Portfolio:
    """One book of the institution with its current run; `run` is None while nothing was run."""

    name: str
    folder: Path
    run: Run | None


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
    """One case that is new or worse since the run before."""

    kind: str
    case_id: int
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
    history_unknown: int
    buckets: tuple[BucketCount, ...]
    flow: tuple[FlowCell, ...]
    alerts: tuple[Alert, ...]
    alert_counts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class CaseRow:
    """One case as the run decided it. Amounts in minor units; None where the source does not say."""

    rank: int | None
    case_id: int
    party_id: int
    kind: str
    product: str
    accounts_total: int
    accounts_overdue: int
    days_past_due: int | None
    months_past_due: int | None
    bucket: str
    currency: str
    currencies: int
    amount_overdue_minor: int | None
    balance_minor: int | None
    oldest_due_on: date | None
    next_due_on: date | None
    overdue_items: int | None
    hold_kinds: tuple[str, ...]
    contact_history_known: bool
    contacts_30d: int | None
    refusals: int | None
    queue: str
    treatment: str
    channel: str | None
    rule: str
    reason: Sentence
    policy_version: str


@dataclass(frozen=True, slots=True)
class WorklistFilter:
    """Which cases? Everything left empty does not narrow. `flow_before` and `flow_now` pick people with an account that moved so."""

    queue: str = "people"
    treatment: str = ""
    bucket: str = ""
    product: str = ""
    currency: str = ""
    amount_from_minor: int | None = None
    amount_to_minor: int | None = None
    alert: str = ""
    flow_before: str = ""
    flow_now: str = ""
    history_unknown: bool = False


@dataclass(frozen=True, slots=True)
class WorklistPage:
    """One page of the worklist: the rows, how many there are in all, and which page this is (from 1)."""

    rows: tuple[CaseRow, ...]
    total: int
    page: int
    pages: int


@dataclass(frozen=True, slots=True)
class Facets:
    """Which values can the filters take, with the number of cases of each? Most frequent first; buckets in their own order."""

    queues: Mapping[str, int]
    treatments: Mapping[str, int]
    buckets: Mapping[str, int]
    products: Mapping[str, int]
    currencies: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Person:
    """What a colleague may call this person: name and the lender's own number; None where the person was erased or never named."""

    party_id: int
    name: str | None
    number: str | None

    @property
    def called(self) -> str | None:
        """The name, or where the book has none the lender's number."""
        return self.name or self.number


@dataclass(frozen=True, slots=True)
class ContactPoint:
    """A way to reach somebody, masked. It is *not cleared for contact*: only a permit clears it."""

    party_id: int
    channel: str
    masked: str | None
    source: str | None
    verified_on: date | None
    consent: str | None


@dataclass(frozen=True, slots=True)
class Item:
    """One amount that falls due, and what of it is still outstanding after all money is laid on the oldest first."""

    due_on: date
    amount_minor: int
    outstanding_minor: int


@dataclass(frozen=True, slots=True)
class Payment:
    """Money that came, or (negative) that was taken back."""

    paid_on: date
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement of a revolving account."""

    statement_on: date
    due_on: date
    balance_minor: int
    months_past_due: int | None


@dataclass(frozen=True, slots=True)
class Account:
    """How one account stands, with everything that led there."""

    account_id: int
    product: str
    currency: str
    days_past_due: int | None
    months_past_due: int | None
    basis: str
    oldest_due_on: date | None
    next_due_on: date | None
    amount_overdue_minor: int | None
    balance_minor: int
    overdue_items: int
    bucket: str
    last_paid_on: date | None
    paid_minor: int
    dates_constructed: bool
    items: tuple[Item, ...]
    payments: tuple[Payment, ...]
    statements: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class HoldSpan:
    """What protects this person, from when to when, as the lender's earlier system knew it."""

    kind: str
    from_on: date
    to_on: date | None


@dataclass(frozen=True, slots=True)
class Contact:
    """One earlier contact, as the lender's earlier system knew it."""

    occurred_on: date
    channel: str | None
    outcome: str | None


@dataclass(frozen=True, slots=True)
class HistoryPoint:
    """How much was overdue at the end of a day?"""

    on: date
    overdue_minor: int


@dataclass(frozen=True, slots=True)
class CaseView:
    """Everything the case page shows out of the run and the book; what the records hold is read from `casefile.store`."""

    run: Run
    row: CaseRow
    person: Person
    contact_points: tuple[ContactPoint, ...]
    accounts: tuple[Account, ...]
    holds: tuple[HoldSpan, ...]
    contacts: tuple[Contact, ...]
    history: tuple[HistoryPoint, ...]
    history_currency: str


# Reading files -------------------------------------------------------------------------------------------------------------------


@contextmanager
def _looking_into(home: Home) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection for one question: one thread, no extensions, no file outside the home's books and runs."""
    connection = duckdb.connect(":memory:", config={
        "threads": 1, "memory_limit": "1GB", "autoinstall_known_extensions": False, "autoload_known_extensions": False,
    })
    folders = ", ".join("'" + str(folder.resolve()).replace("'", "''") + "/'" for folder in (home.books, home.runs))
    connection.execute(f"SET allowed_directories = [{folders}]")
    connection.execute("SET enable_external_access = false")
    try:
        yield connection
    finally:
        connection.close()


def _rows(connection: duckdb.DuckDBPyConnection, sql: str, parameters: Sequence[Any] = ()) -> list[Row]:
    """The answer to one query as rows by name."""
    cursor = connection.execute(sql, list(parameters))
    names = [column[0] for column in cursor.description or ()]
    return [dict(zip(names, values, strict=True)) for values in cursor.fetchall()]


def _count(connection: duckdb.DuckDBPyConnection, sql: str, parameters: Sequence[Any] = ()) -> int:
    """The one number that a counting query answers."""
    found = connection.execute(sql, list(parameters)).fetchone()
    assert found is not None
    return int(found[0])


def _current_folder(home: Home, book: str) -> Path | None:
    """Folder of the book's current run: `current` is a link to it, or a file that names it."""
    pointer = home.runs / book / "current"
    if pointer.is_dir():
        return pointer.resolve()
    if pointer.is_file():
        return home.runs / book / pointer.read_text(encoding="utf-8").strip()
    return None


def _treatments(stated: Mapping[str, Mapping[str, Any]]) -> dict[str, TreatmentWords]:
    return {
        name: TreatmentWords(Sentence(words["en"], words["zh"]), words.get("channel") or "", bool(words.get("contact")), bool(words.get("automatic")))
        for name, words in stated.items()
    }


def _policy_label(policy: Mapping[str, Any]) -> Sentence:
    label = policy.get("label") or {"en": policy["name"], "zh": policy["name"]}
    return Sentence(label["en"], label["zh"])


def _run_in(home: Home, book: str, folder: Path) -> Run:
    stated = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    before = stated.get("previous")
    previous = home.runs / book / before["as_of"] / str(before["number"]) if before else None
    return Run(
        book=book, folder=folder, as_of=date.fromisoformat(stated["as_of"]), number=int(stated["number"]), run_id=str(stated["run_id"]),
        previous_folder=previous if previous and previous.is_dir() else None,
        previous_as_of=date.fromisoformat(before["as_of"]) if before else None,
        policy=_policy_label(stated["policy"]), policy_version=str(stated["policy"]["version"]),
        rules={row["id"]: row["when"] for row in stated["policy"].get("rows", ())}, buckets=tuple(stated["buckets"]),
        treatments=_treatments(stated["treatments"]), contact_history_unknown=int(stated.get("contact_history_unknown_parties") or 0),
    )


def portfolios(home: Home, institution_id: int) -> tuple[Portfolio, ...]:
    """Which books does this institution have, each with its current run? By name; books of other institutions are left out."""
    found = []
    for folder in sorted(home.books.iterdir()) if home.books.is_dir() else ():
        described = folder / "book.json"
        if not described.is_file() or str(json.loads(described.read_text(encoding="utf-8"))["institution"]) != str(institution_id):
            continue
        current = _current_folder(home, folder.name)
        found.append(Portfolio(folder.name, folder, _run_in(home, folder.name, current) if current else None))
    return tuple(found)


def portfolio(home: Home, institution_id: int, name: str) -> Portfolio:
    """The institution's book of that name.

    Raises:
        NoSuchPortfolio: there is none, or it belongs to somebody else.
    """
    for candidate in portfolios(home, institution_id):
        if candidate.name == name:
            return candidate
    raise NoSuchPortfolio("There is no portfolio of that name.", remedy="Choose one from the list of portfolios.")


# Overview ------------------------------------------------------------------------------------------------------------------------


def overview(home: Home, run: Run) -> Overview:
    """The figures of the first page."""
    with _looking_into(home) as connection:
        (accounts,) = _rows(connection, """
            SELECT count(*) AS accounts, count(*) FILTER (bucket <> 'current') AS accounts_overdue,
                   count(DISTINCT party_id) FILTER (bucket <> 'current') AS people_overdue FROM read_parquet(?)
            """, [run.file("assessment")])
        (cases,) = _rows(connection, """
            SELECT count(*) AS cases, count(*) FILTER (queue = 'people') AS people_tasks, count(*) FILTER (queue = 'automatic') AS automatic,
                   count(*) FILTER (queue = 'held') AS held, count(*) FILTER (NOT contact_history_known) AS history_unknown FROM read_parquet(?)
            """, [run.file("decisions")])
        return Overview(
            run=run, **accounts, **cases, overdue=_overdue_sums(connection, run), buckets=_bucket_counts(connection, run),
            flow=_flow(connection, run), alerts=_alerts(connection, run), alert_counts=_counted(connection, "kind", run.file("alerts"), run.buckets),
        )


def _overdue_sums(connection: duckdb.DuckDBPyConnection, run: Run) -> tuple[MoneySum, ...]:
    rows = _rows(connection, """
        SELECT currency, coalesce(sum(amount_overdue_minor), 0) AS amount_minor, count(*) AS accounts,
               count(*) FILTER (amount_overdue_minor IS NULL) AS accounts_unstated
        FROM read_parquet(?) WHERE bucket <> 'current' GROUP BY currency ORDER BY accounts DESC, currency
        """, [run.file("assessment")])
    return tuple(MoneySum(row["currency"], int(row["amount_minor"]), row["accounts"], row["accounts_unstated"]) for row in rows)


def _bucket_counts(connection: duckdb.DuckDBPyConnection, run: Run) -> tuple[BucketCount, ...]:
    counted = _counted(connection, "bucket", run.file("assessment"), run.buckets)
    return tuple(BucketCount(bucket, counted[bucket]) for bucket in counted if bucket != "current")


def _flow(connection: duckdb.DuckDBPyConnection, run: Run) -> tuple[FlowCell, ...]:
    rows = _rows(connection, """
        SELECT bucket_before AS before, bucket AS now, sum(accounts)::BIGINT AS accounts
        FROM read_parquet(?) GROUP BY ALL ORDER BY ALL
        """, [run.file("flow")])
    return tuple(FlowCell(**row) for row in rows)


def _alerts(connection: duckdb.DuckDBPyConnection, run: Run) -> tuple[Alert, ...]:
    rows = _rows(connection, """
        SELECT kind, case_id, party_id, bucket_before, bucket, days_past_due, amount_overdue_minor, currency, reason_en, reason_zh
        FROM read_parquet(?) ORDER BY kind DESC, amount_overdue_minor DESC NULLS LAST, case_id LIMIT ?
        """, [run.file("alerts"), ALERTS_SHOWN])
    return tuple(Alert(reason=Sentence(row.pop("reason_en"), row.pop("reason_zh")), **row) for row in rows)


def _counted(connection: duckdb.DuckDBPyConnection, column: str, file: str, bucket_order: Sequence[str] = ()) -> dict[str, int]:
    """Number of rows of each value of a column, most frequent first; buckets keep the order of the run."""
    counts = dict(connection.execute(
        f"SELECT {column}, count(*) FROM read_parquet(?) WHERE {column} IS NOT NULL GROUP BY 1 ORDER BY 2 DESC, 1", [file]).fetchall())
    if column == "bucket":
        return {bucket: counts[bucket] for bucket in (*bucket_order, *sorted(set(counts) - set(bucket_order))) if bucket in counts}
    return counts


# Worklist ------------------------------------------------------------------------------------------------------------------------

_CASE_COLUMNS = tuple(field.name for field in fields(CaseRow) if field.name not in {"rank", "reason"})
_ORDERS: Mapping[str, str] = {
    "rank": "rank NULLS LAST, priority DESC, case_id",
    "amount": "amount_overdue_minor DESC NULLS LAST, balance_minor DESC NULLS LAST, case_id",
    "days": "days_past_due DESC NULLS LAST, months_past_due DESC NULLS LAST, case_id",
}


def _case_row(row: Row) -> CaseRow:
    row["hold_kinds"] = tuple(kind for kind in (row["hold_kinds"] or "").split(",") if kind)
    return CaseRow(reason=Sentence(row.pop("reason_en"), row.pop("reason_zh")), **row)


def _case_source(run: Run, queue: str) -> tuple[str, list[Any]]:
    """Which file holds the cases of a queue: people's tasks have a rank of their own, the others do not."""
    columns = ", ".join((*_CASE_COLUMNS, "reason_en", "reason_zh", "priority"))
    if queue == "people":
        return f"SELECT rank, {columns} FROM read_parquet(?)", [run.file("worklist")]
    return f"SELECT NULL::INTEGER AS rank, {columns} FROM read_parquet(?)", [run.file("decisions")]


def _conditions(run: Run, wanted: WorklistFilter) -> tuple[str, list[Any]]:
    """The filter as SQL text with its values apart: nothing a person typed becomes SQL."""
    tests: list[str] = []
    values: list[Any] = []

    def narrow(test: str, *given: Any) -> None:
        tests.append(test)
        values.extend(given)

    if wanted.queue in {"automatic", "held"}:
        narrow("queue = ?", wanted.queue)
    for column in ("treatment", "bucket", "product", "currency"):
        if value := getattr(wanted, column):
            narrow(f"{column} = ?", value)
    if wanted.amount_from_minor is not None:
        narrow("amount_overdue_minor >= ?", wanted.amount_from_minor)
    if wanted.amount_to_minor is not None:
        narrow("amount_overdue_minor <= ?", wanted.amount_to_minor)
    if wanted.history_unknown:
        narrow("NOT contact_history_known")
    if wanted.alert:
        narrow("case_id IN (SELECT case_id FROM read_parquet(?) WHERE kind = ?)", run.file("alerts"), wanted.alert)
    if wanted.flow_now:
        narrow(*_moved_accounts(run, wanted))
    return " AND ".join(tests) or "true", values


def _moved_accounts(run: Run, wanted: WorklistFilter) -> tuple[Any, ...]:
    """People with an account that stands in one bucket now and (if asked) stood in another at the run before."""
    if not wanted.flow_before or run.previous_folder is None:
        return "party_id IN (SELECT party_id FROM read_parquet(?) WHERE bucket = ?)", run.file("assessment"), wanted.flow_now
    test = f"""party_id IN (SELECT latest.party_id FROM read_parquet(?) AS latest LEFT JOIN read_parquet(?) AS earlier USING (account_id)
        WHERE latest.bucket = ? AND coalesce(earlier.bucket, '{NOT_SEEN_BEFORE}') = ?)"""
    return test, run.file("assessment"), str(run.previous_folder / "assessment.parquet"), wanted.flow_now, wanted.flow_before


def worklist(home: Home, run: Run, wanted: WorklistFilter, *, order: Order = "rank", page: int = 1, page_rows: int = PAGE_ROWS) -> WorklistPage:
    """Which cases fit the filter, in which order? A page beyond the last gives the last."""
    source, files = _case_source(run, wanted.queue)
    test, values = _conditions(run, wanted)
    with _looking_into(home) as connection:
        total = _count(connection, f"SELECT count(*) FROM ({source}) WHERE {test}", [*files, *values])
        pages = max(1, -(-total // page_rows))
        page = min(max(1, page), pages)
        rows = _rows(connection, f"SELECT * EXCLUDE (priority) FROM ({source}) WHERE {test} ORDER BY {_ORDERS[order]} LIMIT ? OFFSET ?",
                     [*files, *values, page_rows, (page - 1) * page_rows])
    return WorklistPage(tuple(_case_row(row) for row in rows), total, page, pages)


def neighbours(home: Home, run: Run, case_id: int) -> tuple[int | None, int | None]:
    """Which people's tasks stand just before and just after this one in the worklist?"""
    with _looking_into(home) as connection:
        row = connection.execute("""
            SELECT before, after FROM (SELECT case_id, lag(case_id) OVER place AS before, lead(case_id) OVER place AS after
            FROM read_parquet(?) WINDOW place AS (ORDER BY rank)) WHERE case_id = ?""", [run.file("worklist"), case_id]).fetchone()
    return (row[0], row[1]) if row else (None, None)


def facets(home: Home, run: Run) -> Facets:
    """Which values can the worklist be filtered by?"""
    with _looking_into(home) as connection:
        counts = [_counted(connection, column, run.file("decisions"), run.buckets)
                  for column in ("queue", "treatment", "bucket", "product", "currency")]
    return Facets(*counts)


# People --------------------------------------------------------------------------------------------------------------------------


def _unseal_from_vault(party_ids: Sequence[int], sealed: Sequence[bytes | None], what: str) -> Sequence[Mapping[str, Any] | None]:
    """The real thing: keys out of the vault, inside the caller's `acting_for`."""
    from arrears.casefile.store.vault import default_vault  # late: models may only be imported once Django stands

    opened = default_vault().unseal_many(pa.array(party_ids, pa.int64()), pa.array(sealed, pa.binary()), what)
    return [None if text is None else json.loads(text) for text in opened.to_pylist()]


def people(home: Home, book: Portfolio, party_ids: Iterable[int], *, unseal: Unseal = _unseal_from_vault) -> dict[int, Person]:
    """Who are these? One `Person` for each id asked for, nameless where the book does not know the name (any more)."""
    ids = sorted(set(party_ids))
    with _looking_into(home) as connection:
        rows = _of_parties(connection, book, "parties", "party_id, sealed", ids)
    opened = unseal([row["party_id"] for row in rows], [row["sealed"] for row in rows], PARTY_FIELDS)
    named = {row["party_id"]: personal or {} for row, personal in zip(rows, opened, strict=True)}
    return {party: Person(party, named.get(party, {}).get("name"), named.get(party, {}).get("number")) for party in ids}


def contact_points(home: Home, book: Portfolio, party_ids: Iterable[int], *, unseal: Unseal = _unseal_from_vault) -> dict[int, tuple[ContactPoint, ...]]:
    """Where could these people be reached? Masked; verified points first."""
    ids = sorted(set(party_ids))
    with _looking_into(home) as connection:
        rows = _of_parties(connection, book, "contact_points", "party_id, contact_point_id, channel, sealed, source, verified_on, consent", ids)
    opened = unseal([row["party_id"] for row in rows], [row["sealed"] for row in rows], CONTACT_FIELDS)
    rank = {"mobile": 0, "landline": 1, "email": 2, "post": 3}
    found: dict[int, list[ContactPoint]] = {party: [] for party in ids}
    for row, personal in zip(rows, opened, strict=True):
        value = (personal or {}).get("value")
        found[row["party_id"]].append(ContactPoint(
            row["party_id"], row["channel"], masked(row["channel"], value) if value else None, row["source"], row["verified_on"], row["consent"]))
    return {party: tuple(sorted(points, key=lambda p: (p.verified_on is None, rank.get(p.channel, 9)))) for party, points in found.items()}


def masked(channel: str, value: str) -> str:
    """How is a contact value shown to somebody who may know that it exists but may not use it?

    >>> masked("mobile", "10012345678"), masked("email", "lin@example.invalid"), masked("post", "样例路 12 号")
    ('100••••5678', 'l•••@example.invalid', '样例••••')
    """
    if "@" in value:
        name, _, domain = value.partition("@")
        return f"{name[:1]}•••@{domain}"
    if channel in {"mobile", "landline"}:
        return f"{value[:3]}••••{value[-4:]}" if len(value) >= 10 else f"••••{value[-2:]}"
    return f"{value[:2]}••••"


def _of_parties(connection: duckdb.DuckDBPyConnection, book: Portfolio, table: str, columns: str, ids: Sequence[int]) -> list[Row]:
    """Current rows of a book table for some people."""
    if not ids:
        return []
    return _rows(connection, f"SELECT {columns} FROM ({latest_by_key_sql(book.folder, table)}) WHERE party_id IN (SELECT unnest(?::BIGINT[])) ORDER BY ALL",
                 [list(ids)])


def _frozen(connection: duckdb.DuckDBPyConnection, run: Run, table: str, columns: str, party_id: int) -> list[Row]:
    """What the run knew about one person when it froze this table."""
    return _rows(connection, f"SELECT DISTINCT {columns} FROM read_parquet(?) WHERE party_id = ? ORDER BY ALL", [run.file(f"frozen/{table}"), party_id])


# One case ------------------------------------------------------------------------------------------------------------------------


def find_case(home: Home, institution_id: int, case_id: int) -> tuple[Portfolio, CaseRow]:
    """In which portfolio's current run is this case, and what was decided?

    Raises:
        NoSuchCase: in none of this institution's.
    """
    for candidate in portfolios(home, institution_id):
        if candidate.run is None:
            continue
        source, files = _case_source(candidate.run, "all")
        with _looking_into(home) as connection:
            rows = _rows(connection, f"SELECT * EXCLUDE (priority) FROM ({source}) WHERE case_id = ?", [*files, case_id])
        if rows:
            return candidate, _case_row(rows[0])
    raise NoSuchCase("There is no case with this id in a current run.", "It may have been closed.", "Look for it by its number, or check the id.")


def case_of_account(home: Home, institution_id: int, account_id: int) -> int | None:
    """Which open case does this account belong to?"""
    for candidate in portfolios(home, institution_id):
        if candidate.run is None:
            continue
        with _looking_into(home) as connection:
            row = connection.execute("""
                SELECT case_id FROM read_parquet(?) WHERE party_id = (SELECT party_id FROM read_parquet(?) WHERE account_id = ?)
                """, [candidate.run.file("decisions"), candidate.run.file("assessment"), account_id]).fetchone()
        if row:
            return int(row[0])
    return None


def case_of_party(home: Home, institution_id: int, party_id: int) -> int | None:
    """Which open case is this person's?"""
    for candidate in portfolios(home, institution_id):
        if candidate.run is None:
            continue
        with _looking_into(home) as connection:
            row = connection.execute("SELECT case_id FROM read_parquet(?) WHERE party_id = ?", [candidate.run.file("decisions"), party_id]).fetchone()
        if row:
            return int(row[0])
    return None


def case_view(home: Home, institution_id: int, case_id: int, *, unseal: Unseal = _unseal_from_vault) -> CaseView:
    """Everything the run and the book say about one case.

    Raises:
        NoSuchCase: not a case of this institution's current runs.
    """
    book, row = find_case(home, institution_id, case_id)
    assert book.run is not None
    with _looking_into(home) as connection:
        accounts = _accounts(connection, book, row.party_id)
        holds = _frozen(connection, book.run, "holds", "kind, from_on, to_on", row.party_id)
        contacts = _frozen(connection, book.run, "contact_history", "occurred_on, channel, outcome", row.party_id)
    currency = row.currency if any(account.currency == row.currency for account in accounts) else (accounts[0].currency if accounts else row.currency)
    return CaseView(
        run=book.run, row=row,
        person=people(home, book, [row.party_id], unseal=unseal)[row.party_id],
        contact_points=contact_points(home, book, [row.party_id], unseal=unseal)[row.party_id],
        accounts=accounts,
        holds=tuple(HoldSpan(**hold) for hold in holds if in_force(hold["from_on"], hold["to_on"], book.run.as_of)),
        contacts=tuple(Contact(**contact) for contact in reversed(contacts) if contact["occurred_on"] and contact["occurred_on"] <= book.run.as_of),
        history=overdue_history([account for account in accounts if account.currency == currency and account.items], book.run.as_of),
        history_currency=currency,
    )


def in_force(from_on: date, to_on: date | None, on: date) -> bool:
    """Does a span cover the day, first and last day included?

    >>> in_force(date(2026, 1, 1), None, date(2026, 6, 1)), in_force(date(2026, 1, 1), date(2026, 1, 31), date(2026, 2, 1))
    (True, False)
    """
    return from_on <= on and (to_on is None or on <= to_on)


def overdue_history(accounts: Sequence[Account], as_of: date) -> tuple[HistoryPoint, ...]:
    """How much was overdue at the end of each of the last twelve months and on the day itself?

    Over one account what is overdue is what fell due before the day less what had come in by then, never below zero, whichever item
    the money is laid on. Empty where no account has dated items.
    """
    if not accounts:
        return ()
    days = [*month_ends_before(as_of, MONTHS_LOOKED_BACK), as_of]
    return tuple(HistoryPoint(day, sum(_overdue_on(account, day) for account in accounts)) for day in days)


def month_ends_before(day: date, months: int) -> list[date]:
    """The last days of the calendar months that ended before a day, oldest first.

    >>> [str(end) for end in month_ends_before(date(2026, 3, 31), 2)]
    ['2026-01-31', '2026-02-28']
    """
    ends, cursor = [], day
    for _ in range(months):
        cursor = cursor.replace(day=1) - timedelta(days=1)
        ends.append(cursor)
    return ends[::-1]


def _overdue_on(account: Account, day: date) -> int:
    due = sum(item.amount_minor for item in account.items if item.due_on < day)
    came = sum(payment.amount_minor for payment in account.payments if payment.paid_on <= day)
    return max(0, due - came)


def _accounts(connection: duckdb.DuckDBPyConnection, book: Portfolio, party_id: int) -> tuple[Account, ...]:
    """The person's accounts, worst first, each with its items, payments and statements up to the day of the run."""
    run = book.run
    assert run is not None
    rows = _rows(connection, """
        SELECT account_id, product, currency, days_past_due, months_past_due, basis, oldest_due_on, next_due_on, amount_overdue_minor,
               balance_minor, overdue_items, bucket, last_paid_on, paid_minor, dates_constructed
        FROM read_parquet(?) WHERE party_id = ?
        ORDER BY days_past_due DESC NULLS LAST, months_past_due DESC NULLS LAST, amount_overdue_minor DESC, account_id
        """, [run.file("assessment"), party_id])
    ids = [row["account_id"] for row in rows]
    items, payments, statements = _items(connection, book, ids), _payments(connection, book, ids), _statements(connection, book, ids)
    return tuple(Account(
        **row, items=tuple(items.get(row["account_id"], ())),
        payments=tuple(payments.get(row["account_id"], ())), statements=tuple(statements.get(row["account_id"], ())),
    ) for row in rows)


def _account_rows(book: Portfolio, table: str, ids: Sequence[int]) -> str:
    """Current rows of a book table for some accounts, as SQL; the ids are ours and whole numbers."""
    listed = ", ".join(str(int(identifier)) for identifier in ids)
    return f"SELECT * FROM ({latest_by_key_sql(book.folder, table)}) WHERE account_id IN ({listed})"


@lru_cache(maxsize=64)
def _items_sql(on: date) -> str:
    """The nightly run's own expressions for one day, as SQL over `instalments`, `receivables` and `payments`."""
    items = items_known_on(INSTALMENTS.unbound(), RECEIVABLES.unbound(), on)
    return str(ibis.to_sql(appropriate(items, paid_per_account(payments_until(PAYMENTS.unbound(), on))), dialect="duckdb"))


def _items(connection: duckdb.DuckDBPyConnection, book: Portfolio, ids: Sequence[int]) -> dict[int, list[Item]]:
    """Each account's items with what is outstanding, by the same expressions that the run used."""
    found: dict[int, list[Item]] = {}
    if not ids or book.run is None:
        return found
    for table in ("instalments", "receivables", "payments"):
        connection.execute(f"CREATE TEMP TABLE {table} AS {_account_rows(book, table, ids)}")
    for row in _rows(connection, f"SELECT * FROM ({_items_sql(book.run.as_of)}) ORDER BY account_id, due_on, sequence"):
        found.setdefault(row["account_id"], []).append(Item(row["due_on"], row["amount_minor"], row["outstanding_minor"]))
    return found


def _payments(connection: duckdb.DuckDBPyConnection, book: Portfolio, ids: Sequence[int]) -> dict[int, list[Payment]]:
    """Each account's money, newest first; what was taken back is negative."""
    found: dict[int, list[Payment]] = {}
    if not ids or book.run is None:
        return found
    for row in _rows(connection, """
            SELECT account_id, paid_on, CASE WHEN reversal_of IS NULL THEN amount_minor ELSE -amount_minor END AS amount_minor
            FROM payments WHERE paid_on <= ? ORDER BY account_id, paid_on DESC, payment_id DESC""", [book.run.as_of]):
        found.setdefault(row["account_id"], []).append(Payment(row["paid_on"], row["amount_minor"]))
    return found


def _statements(connection: duckdb.DuckDBPyConnection, book: Portfolio, ids: Sequence[int]) -> dict[int, list[Statement]]:
    """Each revolving account's statements, newest first."""
    found: dict[int, list[Statement]] = {}
    if not ids or book.run is None:
        return found
    for row in _rows(connection, f"""
            SELECT account_id, statement_on, due_on, balance_minor, months_past_due FROM ({_account_rows(book, "statements", ids)})
            WHERE statement_on <= ? ORDER BY account_id, statement_on DESC""", [book.run.as_of]):
        found.setdefault(row.pop("account_id"), []).append(Statement(**row))
    return found

