"""A small home with one book and two runs, written by hand: the same shape as the nightly run's files, figures a reader can check."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from arrears.core.book import BOOK_TABLES
from arrears.core.ids import case_id_of
from arrears.core.sql import quoted
from arrears.engine.home import Home
from arrears.intake.book.layout import duckdb_type

AS_OF, BEFORE = date(2026, 11, 23), date(2026, 10, 24)
BUCKETS = ["current", "1-30", "31-60", "61-90", "91-120", "121-150", "151-180", "181+", "1m", "2m", "6m+"]
TREATMENTS = {
    "friendly_call": {"en": "Friendly call", "zh": "人工友好致电", "channel": "phone", "contact": True, "automatic": False},
    "gentle_reminder": {"en": "Gentle reminder", "zh": "温和提醒", "channel": "sms", "contact": True, "automatic": True},
    "hold_respected": {"en": "No contact: a hold is in force", "zh": "不联系：暂停中", "channel": "none", "contact": False, "automatic": False},
}
Seal = Callable[[int, str, str], bytes | None]
LIN, WANG, ZHAO = 101, 102, 103
"""Lin owes two accounts and is for people; Wang is small and automatic; Zhao disputes and is held, and her history is unknown."""


@dataclass(frozen=True, slots=True)
class SmallBook:
    """Names of the cases in the small book."""

    name: str
    lin: int
    wang: int
    zhao: int


def unsealed(_party: int, text: str, _what: str) -> bytes | None:
    """Personal fields in the clear, for tests of reading without a vault."""
    return text.encode()


def write_small_book(home: Home, institution: int, *, name: str = "main", seal: Seal = unsealed) -> SmallBook:
    """Write the book, a run of October (nobody known yet but Lin) and the run of November."""
    book = SmallBook(name, *(case_id_of(name, party) for party in (LIN, WANG, ZHAO)))
    _write_book(home.books / name, name, institution, seal)
    _write_run(home, book, institution, BEFORE, previous=None)
    _write_run(home, book, institution, AS_OF, previous=BEFORE)
    (home.runs / name / "current").write_text(f"{AS_OF}/1")
    return book


def _table(path: Path, columns: dict[str, str], rows: list[dict[str, object]]) -> None:
    """Rows by name into a Parquet file with exactly these columns; what a row leaves out is empty."""
    for row in rows:
        assert not set(row) - set(columns), set(row) - set(columns)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(_parquet(tuple(columns.items()), tuple(tuple(row.get(column) for column in columns) for row in rows)))


@lru_cache(maxsize=200)
def _parquet(columns: tuple[tuple[str, str], ...], rows: tuple[tuple[object, ...], ...]) -> bytes:
    """The file's bytes: hundreds of stories stand on the same small book, so what nobody seals is made once a process."""
    with TemporaryDirectory() as folder, duckdb.connect(":memory:", config={"threads": "1"}) as connection:
        connection.execute(f"CREATE TABLE rows ({', '.join(f'{name} {kind}' for name, kind in columns)})")
        if rows:
            one = f"({', '.join('?' for _ in columns)})"
            connection.execute(f"INSERT INTO rows VALUES {', '.join(one for _ in rows)}", [value for row in rows for value in row])
        connection.execute(f"COPY rows TO {quoted(Path(folder) / 'rows.parquet')} (FORMAT parquet)")
        return (Path(folder) / "rows.parquet").read_bytes()


def _write_book(folder: Path, name: str, institution: int, seal: Seal) -> None:
    batch = folder / "batches" / "000001"

    def table(of: str, *rows: dict[str, object]) -> None:
        _table(batch / f"{of}.parquet", {column.name: duckdb_type(column.type) for column in BOOK_TABLES[of].columns}, list(rows))

    people = {LIN: "Lin 林晓", WANG: "Wang 王安", ZHAO: "Zhao 赵宁"}
    table("parties", *({"party_id": party, "kind": "person", "language": "zh-CN", "sealed": seal(party, json.dumps({"name": person, "number": f"C-{party}"}), "parties")}
                       for party, person in people.items()))
    table("contact_points", *({"party_id": party, "contact_point_id": party, "channel": "mobile", "source": "invented", "consent": "given",
                               "sealed": seal(party, json.dumps({"value": f"10012345{party}"}), "contact_points")} for party in people))
    table("accounts", *({"account_id": account, "party_id": party, "product": "consumer_loan", "currency": "CNY"}
                        for account, party in ((11, LIN), (12, LIN), (21, WANG), (31, ZHAO), (41, 104))))
    table("instalments",
          *({"account_id": 11, "number": month, "due_on": date(2026, month, 5), "principal_minor": 100_000} for month in range(8, 13)),
          {"account_id": 12, "number": 1, "due_on": date(2026, 11, 10), "principal_minor": 50_000},
          {"account_id": 21, "number": 1, "due_on": date(2026, 11, 15), "principal_minor": 20_000},
          {"account_id": 31, "number": 1, "due_on": date(2026, 9, 1), "principal_minor": 80_000})
    table("payments",
          {"account_id": 11, "payment_id": 1, "paid_on": date(2026, 8, 5), "amount_minor": 100_000},
          {"account_id": 11, "payment_id": 2, "paid_on": date(2026, 9, 20), "amount_minor": 30_000},
          {"account_id": 11, "payment_id": 3, "paid_on": date(2026, 12, 1), "amount_minor": 999_999})
    (folder / "book.json").write_text(json.dumps({"name": name, "institution": institution, "created": "2026-11-23"}))
    (batch / "batch.json").write_text(json.dumps({"number": 1, "created": "2026-11-23", "namespace": "core", "digests": {}}))


_ASSESSMENT = {
    "account_id": "BIGINT", "party_id": "BIGINT", "product": "VARCHAR", "currency": "VARCHAR", "days_past_due": "INTEGER", "months_past_due": "INTEGER",
    "basis": "VARCHAR", "oldest_due_on": "DATE", "next_due_on": "DATE", "amount_overdue_minor": "BIGINT", "balance_minor": "BIGINT",
    "overdue_items": "INTEGER", "bucket": "VARCHAR", "last_paid_on": "DATE", "paid_minor": "BIGINT", "dates_constructed": "BOOLEAN",
}
_DECISIONS = {
    "case_id": "BIGINT", "party_id": "BIGINT", "kind": "VARCHAR", "language": "VARCHAR", "region": "VARCHAR", "product": "VARCHAR", "accounts_total": "INTEGER",
    "accounts_overdue": "INTEGER", "days_past_due": "INTEGER", "months_past_due": "INTEGER", "bucket": "VARCHAR", "currency": "VARCHAR", "currencies": "INTEGER",
    "amount_overdue_minor": "BIGINT", "balance_minor": "BIGINT", "oldest_due_on": "DATE", "next_due_on": "DATE", "overdue_items": "INTEGER",
    "hold_kinds": "VARCHAR", "contact_history_known": "BOOLEAN", "contacts_30d": "INTEGER", "refusals": "INTEGER", "queue": "VARCHAR", "treatment": "VARCHAR",
    "channel": "VARCHAR", "rule": "VARCHAR", "reason_en": "VARCHAR", "reason_zh": "VARCHAR", "policy_version": "VARCHAR", "priority": "BIGINT",
}


def _account(account: int, party: int, days: int, amount: int, bucket: str, balance: int, **more: object) -> dict[str, object]:
    return {"account_id": account, "party_id": party, "product": "consumer_loan", "currency": "CNY", "days_past_due": days, "basis": "days",
            "amount_overdue_minor": amount, "balance_minor": balance, "overdue_items": int(days > 0), "bucket": bucket, "paid_minor": 0, "dates_constructed": False, **more}


def _accounts(on: date) -> list[dict[str, object]]:
    if on == BEFORE:
        return [_account(11, LIN, 49, 170_000, "31-60", 370_000), _account(21, WANG, 0, 0, "current", 20_000)]
    return [
        _account(11, LIN, 79, 270_000, "61-90", 370_000, oldest_due_on=date(2026, 9, 5), next_due_on=date(2026, 12, 5), last_paid_on=date(2026, 9, 20),
                 paid_minor=130_000, overdue_items=3),
        _account(12, LIN, 13, 50_000, "1-30", 50_000, oldest_due_on=date(2026, 11, 10)),
        _account(21, WANG, 8, 20_000, "1-30", 20_000, oldest_due_on=date(2026, 11, 15)),
        _account(31, ZHAO, 83, 80_000, "61-90", 80_000, oldest_due_on=date(2026, 9, 1)),
        _account(41, 104, 0, 0, "current", 0),
    ]


def _decision(book: SmallBook, who: str, party: int, **said: object) -> dict[str, object]:
    return {"case_id": getattr(book, who), "party_id": party, "kind": "person", "language": "zh-CN", "product": "consumer_loan", "accounts_total": 1, "accounts_overdue": 1,
            "currency": "CNY", "currencies": 1, "overdue_items": 1, "hold_kinds": "", "contact_history_known": True, "contacts_30d": 0, "refusals": 0, "policy_version": "v1", **said}


def _decisions(book: SmallBook) -> list[dict[str, object]]:
    return [
        _decision(book, "lin", LIN, accounts_total=2, accounts_overdue=2, days_past_due=79, bucket="61-90", amount_overdue_minor=320_000, balance_minor=420_000,
                  oldest_due_on=date(2026, 9, 5), next_due_on=date(2026, 12, 5), queue="people", treatment="friendly_call", channel="phone", rule="several_debts", priority=320,
                  reason_en="Two debts overdue, 79 days late; a person calls.", reason_zh="两笔债务逾期，已逾期 79 天；由人工致电。"),
        _decision(book, "wang", WANG, days_past_due=8, bucket="1-30", amount_overdue_minor=20_000, balance_minor=20_000, oldest_due_on=date(2026, 11, 15), queue="automatic",
                  treatment="gentle_reminder", channel="sms", rule="small_and_early", priority=20, reason_en="Small and early; a gentle reminder.", reason_zh="金额小、逾期短；温和提醒。"),
        _decision(book, "zhao", ZHAO, days_past_due=83, bucket="61-90", amount_overdue_minor=80_000, balance_minor=80_000, oldest_due_on=date(2026, 9, 1), queue="held",
                  hold_kinds="dispute", contact_history_known=False, contacts_30d=None, treatment="hold_respected", channel="none", rule="guard:hold", priority=80,
                  reason_en="A hold is in force (dispute), so nothing reaches out to this person.", reason_zh="存在生效的暂停事由（债务争议），暂不联系。"),
    ]


def _write_run(home: Home, book: SmallBook, institution: int, on: date, *, previous: date | None) -> None:
    folder = home.runs / book.name / on.isoformat() / "1"
    decisions = sorted(_decisions(book), key=lambda row: row["case_id"])  # type: ignore[arg-type,return-value]
    _table(folder / "assessment.parquet", _ASSESSMENT, _accounts(on))
    _table(folder / "decisions.parquet", _DECISIONS, decisions)
    people = [{"rank": rank, **row} for rank, row in enumerate((row for row in decisions if row["queue"] == "people"), start=1)]
    _table(folder / "worklist.parquet", {"rank": "INTEGER", **_DECISIONS}, people)
    _table(folder / "flow.parquet", {"bucket_before": "VARCHAR", "bucket": "VARCHAR", "currency": "VARCHAR", "accounts": "BIGINT", "amount_overdue_minor": "BIGINT"}, [
        {"bucket_before": before, "bucket": now, "currency": "CNY", "accounts": count, "amount_overdue_minor": 0}
        for before, now, count in (("31-60", "61-90", 1), ("current", "1-30", 1), ("none", "1-30", 1), ("none", "61-90", 1), ("none", "current", 1))])
    _table(folder / "alerts.parquet", {"alert_id": "BIGINT", "state": "VARCHAR", "raised_on": "DATE", "nights_open": "INTEGER", "amount_at_stake_minor": "BIGINT", "kind": "VARCHAR", "case_id": "BIGINT", "party_id": "BIGINT", "bucket_before": "VARCHAR", "bucket": "VARCHAR", "days_past_due": "INTEGER",
                                       "amount_overdue_minor": "BIGINT", "currency": "VARCHAR", "reason_en": "VARCHAR", "reason_zh": "VARCHAR",
                                       "further_en": "VARCHAR", "further_zh": "VARCHAR", "resolved_on": "DATE", "resolution_en": "VARCHAR", "resolution_zh": "VARCHAR"}, [
        {"alert_id": book.lin, "state": "escalated", "raised_on": on, "nights_open": 4, "amount_at_stake_minor": 320_000, "kind": "worse_bucket", "case_id": book.lin, "party_id": LIN, "bucket_before": "31-60", "bucket": "61-90", "days_past_due": 79, "amount_overdue_minor": 320_000,
         "currency": "CNY", "reason_en": "Moved.", "reason_zh": "加重。", "further_en": "The very first payment is missing.", "further_zh": "首期款未付。"},
        {"alert_id": book.wang, "state": "new", "raised_on": on, "nights_open": 1, "amount_at_stake_minor": 20_000, "kind": "new_overdue", "case_id": book.wang, "party_id": WANG, "bucket_before": "none", "bucket": "1-30", "days_past_due": 8, "amount_overdue_minor": 20_000,
         "currency": "CNY", "reason_en": "New.", "reason_zh": "新入催。"},
        {"alert_id": book.zhao, "state": "resolved", "raised_on": on, "nights_open": 2, "amount_at_stake_minor": 9_000, "kind": "likely_to_miss", "party_id": ZHAO, "bucket": "current", "days_past_due": 0,
         "currency": "CNY", "reason_en": "Due soon.", "reason_zh": "即将到期。", "resolved_on": on, "resolution_en": "It has come.", "resolution_zh": "已还清。"}])
    _table(folder / "frozen" / "holds.parquet", {"party_id": "BIGINT", "kind": "VARCHAR", "from_on": "DATE", "to_on": "DATE"},
           [{"party_id": ZHAO, "kind": "dispute", "from_on": date(2026, 11, 1)}, {"party_id": LIN, "kind": "complaint", "from_on": date(2026, 1, 1), "to_on": date(2026, 2, 1)}])
    _table(folder / "frozen" / "contact_history.parquet", {"party_id": "BIGINT", "occurred_on": "DATE", "channel": "VARCHAR", "outcome": "VARCHAR"},
           [{"party_id": LIN, "occurred_on": date(2026, 11, 20), "channel": "call", "outcome": "no_answer"}])
    (folder / "report.html").write_text("<!doctype html><title>main</title>")
    (folder / "portfolio.json").write_text(json.dumps({"as_of": on.isoformat(), "compared_with": None, "compared_days": None, "tables": {
        "imported": [{"table": "accounts", "read": 3, "accepted": 3, "rejected": 0}]}}))
    (folder / "run.json").write_text(json.dumps({
        "book": book.name, "institution": institution, "as_of": on.isoformat(), "number": 1, "run_id": 7, "buckets": BUCKETS, "treatments": TREATMENTS,
        "previous": {"as_of": previous.isoformat(), "number": 1} if previous else None, "contact_history_unknown_parties": 1,
        "policy": {"name": "first_steps", "version": "v1", "label": {"en": "First steps", "zh": "初步处置"},
                   "rows": [{"id": "several_debts", "when": "accounts_overdue > 1", "treatment": "friendly_call"}]}}, ensure_ascii=False))
