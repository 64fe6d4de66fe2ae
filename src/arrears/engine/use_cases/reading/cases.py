"""Which cases fit a filter, in which order, and what did the run decide in each? The worklist and every other list of cases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any, Literal

import duckdb

from arrears.core.problems import AnswerIsNo
from arrears.core.reasons import Sentence
from arrears.core.sql import quoted
from arrears.decide.capacity.work import Work, work_said
from arrears.decide.policy.compile import REASON_COLUMNS
from arrears.engine.columns_engine import rows_by_name
from arrears.engine.decision_words import in_words_sql
from arrears.engine.home import Home
from arrears.engine.todays_work import LEFT_ALONE_QUEUE, WORK_SCHEMA, worked_sql
from arrears.engine.use_cases.reading.alerts import alerts_of_run
from arrears.engine.use_cases.reading.files import Row, count_of, counted, looking_into
from arrears.engine.use_cases.reading.runs import Portfolio, Run, portfolios

PAGE_ROWS = 50
NOT_SEEN_BEFORE = "none"
RESTRICTED = "restricted"
"""The hold under which a run knows people whose data is stored and not used."""
Order = Literal["rank", "amount", "days"]


class NoSuchCase(AnswerIsNo):
    """No current run of this institution holds that case."""


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
    proposed: str = ""
    """The treatment that the policy decided; `treatment` is the one that is worked today."""
    work: str = ""
    """What is done today (`decide.capacity.work.Work`); empty where nothing was assigned within capacity."""
    why: str | None = None
    short_of: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class WorklistFilter:
    """Which cases? Everything left empty does not narrow. `flow_before` and `flow_now` pick people with an account that
    moved so, `closed_unpaid` those with an account that the lender calls closed though something is unpaid."""

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
    closed_unpaid: bool = False
    work: str = ""


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
    work: Mapping[str, int]


_CASE_COLUMNS = tuple(field.name for field in fields(CaseRow) if field.name not in {"rank", "reason", *WORK_SCHEMA.names})
_NO_WORK = "treatment AS proposed, '' AS work, NULL AS why, []::VARCHAR[] AS short_of"
_ORDERS: Mapping[str, str] = {
    "rank": "rank NULLS LAST, priority DESC, case_id",
    "amount": "amount_overdue_minor DESC NULLS LAST, balance_minor DESC NULLS LAST, case_id",
    "days": "days_past_due DESC NULLS LAST, months_past_due DESC NULLS LAST, case_id",
}


def worklist(
    home: Home, run: Run, wanted: WorklistFilter, *, order: Order = "rank", page: int = 1, page_rows: int = PAGE_ROWS, hidden: Sequence[int] = ()
) -> WorklistPage:
    """Which cases fit the filter, in which order? A page beyond the last gives the last.

    Args:
        hidden: people restricted to storage since the run (`hidden_people`); those whom the run knew as such are on no list anyway.
    """
    source, files = _case_source(run, wanted.queue)
    test, values = _conditions(run, wanted)
    if hidden:
        test, values = f"{test} AND party_id NOT IN (SELECT unnest(?::BIGINT[]))", [*values, list(hidden)]
    with looking_into(home) as connection:
        total = count_of(connection, f"SELECT count(*) FROM ({source}) WHERE {test}", [*files, *values])
        pages = max(1, -(-total // page_rows))
        page = min(max(1, page), pages)
        rows = rows_by_name(connection, _worded(run, wanted.queue, f"SELECT * FROM ({source}) WHERE {test} ORDER BY {_ORDERS[order]} LIMIT ? OFFSET ?", _ORDERS[order]),
                     [*files, *values, page_rows, (page - 1) * page_rows])
    return WorklistPage(tuple(_case_row(row) for row in rows), total, page, pages)


def neighbours(home: Home, run: Run, case_id: int) -> tuple[int | None, int | None]:
    """Which people's tasks stand just before and just after this one in the worklist?"""
    with looking_into(home) as connection:
        row = connection.execute("""
            SELECT before, after FROM (SELECT case_id, lag(case_id) OVER place AS before, lead(case_id) OVER place AS after
            FROM read_parquet(?) WINDOW place AS (ORDER BY rank)) WHERE case_id = ?""", [run.file("worklist"), case_id]).fetchone()
    return (row[0], row[1]) if row else (None, None)


def facets(home: Home, run: Run) -> Facets:
    """Which values can the worklist be filtered by?"""
    source, files = worked_source(run)
    with looking_into(home) as connection:
        counts = [counted(connection, column, f"({source})", files, run.buckets)
                  for column in ("queue", "treatment", "bucket", "product", "currency", "work")]
    return Facets(*counts)


def find_case(home: Home, institution_id: int, case_id: int) -> tuple[Portfolio, CaseRow]:
    """In which portfolio's current run is this case, and what was decided?

    Raises:
        NoSuchCase: in none of this institution's.
    """
    for book, rows in find_cases(home, institution_id, [case_id]):
        return book, rows[0]
    raise no_such_case()


def no_such_case() -> NoSuchCase:
    """What somebody reads who asked for a case that is in no current run of theirs."""
    return NoSuchCase("There is no case with this id in a current run.", "It may have been closed.", "Look for it by its number, or check the id.")


def find_cases(home: Home, institution_id: int, case_ids: Sequence[int]) -> list[tuple[Portfolio, tuple[CaseRow, ...]]]:
    """Which of these cases are in which portfolio's current run, and what was decided? Cases of other institutions are in none."""
    found = []
    for candidate in portfolios(home, institution_id):
        if candidate.run is None:
            continue
        with looking_into(home) as connection:
            rows = _rows_of_cases(connection, candidate.run, case_ids)
        if rows:
            found.append((candidate, rows))
    return found


def rows_before(connection: duckdb.DuckDBPyConnection, run: Run, case_ids: Sequence[int]) -> dict[int, CaseRow]:
    """What did the run before decide in these cases? A case that it had not is missing; all are where there is no run before."""
    if run.previous_folder is None or not (run.previous_folder / "decisions.parquet").exists():
        return {}
    return {row.case_id: row for row in _rows_of_cases(connection, replace(run, folder=run.previous_folder, limits=None), case_ids)}


def _rows_of_cases(connection: duckdb.DuckDBPyConnection, run: Run, case_ids: Sequence[int]) -> tuple[CaseRow, ...]:
    source, files = _case_source(run, "all")
    rows = rows_by_name(connection, _worded(run, "all", f"SELECT * FROM ({source}) WHERE case_id IN (SELECT unnest(?::BIGINT[]))", "case_id"), [*files, list(case_ids)])
    return tuple(_case_row(row) for row in rows)


def case_of_account(home: Home, institution_id: int, account_id: int) -> int | None:
    """Which open case does this account belong to?"""
    for candidate in portfolios(home, institution_id):
        if candidate.run is None:
            continue
        with looking_into(home) as connection:
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
        with looking_into(home) as connection:
            row = connection.execute("SELECT case_id FROM read_parquet(?) WHERE party_id = ?", [candidate.run.file("decisions"), party_id]).fetchone()
        if row:
            return int(row[0])
    return None


def work_told(run: Run, row: CaseRow) -> Sentence | None:
    """What somebody reads about today's work in this case; None where the proposal is simply done, and where nothing was assigned."""
    if not row.work:
        return None
    treatment, limits = run.treatments.get(row.proposed), run.limits or {}
    proposed = treatment.label if treatment else Sentence(row.proposed, row.proposed)
    return work_said(row.work, row.why, proposed, [limits[name] for name in row.short_of if name in limits])


def shows_contact_point(run: Run, row: CaseRow, treatment: str = "") -> bool:
    """May a page or a list name a way to reach this person, masked? Not where nothing is done today, nor for a task whose channel the gate does not serve.

    Args:
        treatment: what a person chose instead; empty: what is worked.
    """
    chosen = run.treatments.get(treatment or row.treatment)
    is_cleared = chosen is None or chosen.cleared
    return is_cleared and (bool(treatment) or row.work in ("", Work.TODAY))


def _case_row(row: Row) -> CaseRow:
    row["hold_kinds"] = tuple(kind for kind in (row["hold_kinds"] or "").split(",") if kind)
    row["short_of"] = tuple(row["short_of"] or ())
    return CaseRow(reason=Sentence(row.pop("reason_en"), row.pop("reason_zh")), **row)


def _case_source(run: Run, queue: str) -> tuple[str, list[Any]]:
    """Which file holds the cases of a queue: people's tasks have a rank of their own, the others do not."""
    if queue == "people":
        told = "" if run.limits is not None else f", {_NO_WORK}"
        return f"SELECT *{told} FROM read_parquet(?)", [run.file("worklist")]
    source, files = worked_source(run)
    return f"SELECT NULL::INTEGER AS rank, * FROM ({source})", files


def worked_source(run: Run) -> tuple[str, list[Any]]:
    """SQL of every decision of a run as it is worked, and its files: as decided, where nothing was assigned within capacity."""
    if run.limits is None:
        return f"SELECT *, {_NO_WORK} FROM read_parquet(?)", [run.file("decisions")]
    return worked_sql("read_parquet(?)", "read_parquet(?)"), [run.file("decisions"), run.file("assignment")]


def _worded(run: Run, queue: str, rows: str, order: str) -> str:
    """These rows with their reasons in words, which people's tasks have in their file already; so few are worded as are shown.

    A reason is that of the decision, whatever is worked of it today.
    """
    shown = ", ".join(("rank", *_CASE_COLUMNS, *WORK_SCHEMA.names))
    if queue == "people":
        return f"SELECT {shown}, {', '.join(REASON_COLUMNS)} FROM ({rows}) ORDER BY {order}"
    decisions = f"SELECT * FROM read_parquet({quoted(run.file('decisions'))}) WHERE case_id IN (SELECT case_id FROM page)"
    said = f"SELECT case_id, {', '.join(REASON_COLUMNS)} FROM ({in_words_sql(run.folder, decisions)})"
    return f"WITH page AS MATERIALIZED ({rows}) SELECT {shown}, {', '.join(f'said.{name}' for name in REASON_COLUMNS)} FROM page JOIN ({said}) said USING (case_id) ORDER BY {order}"


def _conditions(run: Run, wanted: WorklistFilter) -> tuple[str, list[Any]]:
    """The filter as SQL text with its values apart: nothing a person typed becomes SQL."""
    tests: list[str] = []
    values: list[Any] = []

    def narrow(test: str, *given: Any) -> None:
        tests.append(test)
        values.extend(given)

    narrow("NOT list_contains(string_split(hold_kinds, ','), ?)", RESTRICTED)
    if wanted.queue in {"automatic", "held", LEFT_ALONE_QUEUE}:
        narrow("queue = ?", wanted.queue)
    for column in ("treatment", "bucket", "product", "currency", "work"):
        if value := getattr(wanted, column):
            narrow(f"{column} = ?", value)
    if wanted.amount_from_minor is not None:
        narrow("amount_overdue_minor >= ?", wanted.amount_from_minor)
    if wanted.amount_to_minor is not None:
        narrow("amount_overdue_minor <= ?", wanted.amount_to_minor)
    if wanted.history_unknown:
        narrow("NOT contact_history_known")
    if wanted.closed_unpaid and (run.folder / "closed_unpaid.parquet").exists():
        narrow("party_id IN (SELECT party_id FROM read_parquet(?))", run.file("closed_unpaid"))
    if wanted.alert:
        narrow(f"case_id IN (SELECT case_id FROM {alerts_of_run(run)} WHERE kind = ? AND state <> 'resolved')", wanted.alert)
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
