"""What do the book, its newest run and the lender's own words say about a person and the debts of a case, as the gate needs it?

Zone and region of the person, kind of the debt, what is owed after payments that were booked since the run, contacts and holds that the
lender's earlier system knew. What none of them tells stays unknown.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import duckdb

from arrears.casefile.facts.hold import EFFECTS, Hold, HoldKind, MayLift
from arrears.check.conduct.facts import Event
from arrears.check.conduct.local_time import DAY
from arrears.check.conduct.words import Channel, DebtorKind, DebtPurpose, Happened, Outcome, Product, Purpose, Side
from arrears.check.gate.permit import Circumstances
from arrears.check.protections import debt_of, events_of
from arrears.core.problems import WrongCall
from arrears.core.sql import quoted
from arrears.engine.columns_engine import rows_by_name
from arrears.engine.home import Home
from arrears.engine.law_terms import LawTerms, law_terms
from arrears.engine.run_folder import current_run
from arrears.engine.use_cases.reading import Portfolio, no_such_case, portfolios
from arrears.engine.use_cases.reading.files import looking_into
from arrears.intake.book.layout import batch_dirs, batch_files, latest_by_key_sql

CHANNELS = {
    "call": Channel.CALL, "phone": Channel.CALL, "mobile": Channel.CALL, "landline": Channel.CALL, "sms": Channel.TEXT, "text": Channel.TEXT,
    "email": Channel.EMAIL, "chat": Channel.CHAT, "post": Channel.LETTER, "letter": Channel.LETTER, "visit": Channel.VISIT,
}
"""How earlier systems call a channel. One that is not here counts as a call, which is counted most."""
OUTCOMES = {
    "no_answer": Outcome.NO_ANSWER, "voicemail": Outcome.VOICEMAIL, "busy": Outcome.BUSY, "message_delivered": Outcome.SENT, "sent": Outcome.SENT,
    "not_in_service": Outcome.NOT_IN_SERVICE,
}
"""How earlier systems call an outcome. One that is not here counts as a conversation: after it people are left alone longest."""
_MESSAGES = {"email": (Channel.EMAIL,), "post": (Channel.LETTER,), "mobile": (Channel.CALL, Channel.TEXT), "landline": (Channel.CALL,)}


@dataclass(frozen=True, slots=True)
class CaseKnown:
    """A case as the gate is asked about it: whose it is, its debts, and the circumstances."""

    party_id: int
    debts: frozenset[str]
    circumstances: Circumstances
    terms: LawTerms


def circumstances_of(home: Home, institution_id: int, case_id: int, at: datetime, debts: Iterable[str] = ()) -> CaseKnown:
    """What is known about this case, outside the casefile; about some of its debts, or all.

    Raises:
        NoSuchCase: not a case of this institution's current runs.
        WrongCall: a debt is named that is none of the case's.
        BadData: `law.yaml` cannot be understood.
    """
    found = circumstances_of_cases(home, institution_id, {case_id: frozenset(debts)}, at)
    if case_id not in found:
        raise no_such_case()
    return found[case_id]


def circumstances_of_cases(home: Home, institution_id: int, wanted: Mapping[int, frozenset[str]], at: datetime) -> dict[int, CaseKnown]:
    """The same for several cases at once, each about the debts named for it, or all where none is; a case that is in no current run is missing.

    Raises:
        WrongCall: a debt is named that is none of the case's.
        BadData: `law.yaml` cannot be understood.
    """
    return KnownCases(home, institution_id).of(wanted, at)


class KnownCases:
    """The same for whoever asks again and again: the book is read for many cases ahead, and anew as soon as anything in it is another.

    Args:
        ahead: which cases will be asked about soon; they are read in the same pass.
    """

    def __init__(self, home: Home, institution_id: int, ahead: Callable[[], Collection[int]] = tuple) -> None:
        self._home, self._institution_id, self._ahead = home, institution_id, ahead
        self._seen: object = None
        self._kept: dict[int, tuple[_CaseOf, _Known]] = {}
        self._terms = LawTerms()

    def of(self, wanted: Mapping[int, frozenset[str]], at: datetime) -> dict[int, CaseKnown]:
        """What is known now about these cases, each about the debts named for it; one that is in no current run is missing."""
        self._look_anew()
        missing = [one for one in wanted if one not in self._kept]
        if missing:
            self._read({*missing, *self._ahead()})
        return {one: _case_known(*self._kept[one], debts, self._terms, at) for one, debts in wanted.items() if one in self._kept}

    def _look_anew(self) -> None:
        """Forget everything if a delivery came in, a run was published, somebody was erased, or the lender states something else."""
        seen = _marks_of(self._home)
        if seen != self._seen:
            self._seen, self._kept, self._terms = seen, {}, law_terms(self._home)

    def _read(self, case_ids: Collection[int]) -> None:
        for book in portfolios(self._home, self._institution_id):
            if book.run is None:
                continue
            with looking_into(self._home) as connection:
                rows = [_CaseOf(**row) for row in rows_by_name(
                    connection, "SELECT case_id, party_id, kind FROM read_parquet(?) WHERE case_id IN (SELECT unnest(?::BIGINT[]))", [book.run.file("decisions"), sorted(case_ids)])]
                if rows:
                    known = _known_of(connection, book, {row.party_id for row in rows})
                    self._kept |= {row.case_id: (row, known) for row in rows}


def _marks_of(home: Home) -> object:
    """Something that is another as soon as a book, its current run or `law.yaml` is."""
    batches = [(one.name, each.name, each.stat().st_mtime_ns) for one in sorted(home.books.iterdir()) for each in batch_dirs(one)] if home.books.is_dir() else []
    current = [(one.name, current_run(one)) for one in sorted(home.runs.iterdir())] if home.runs.is_dir() else []
    return batches, current, home.law_file.stat().st_mtime_ns if home.law_file.is_file() else None


@dataclass(frozen=True, slots=True)
class _CaseOf:
    """Whose a case is."""

    case_id: int
    party_id: int
    kind: str


@dataclass(frozen=True, slots=True)
class _Known:
    """What the book and its run say about some people, each kind of row by person; payments by account."""

    rows: Mapping[str, Mapping[int, list[dict[str, Any]]]]
    payments: Mapping[int, list[dict[str, Any]]]
    tells_contacts: bool
    as_of: date

    def of(self, table: str, party_id: int) -> list[dict[str, Any]]:
        return self.rows[table].get(party_id, [])


def _known_of(connection: duckdb.DuckDBPyConnection, book: Portfolio, party_ids: Collection[int]) -> _Known:
    assert book.run is not None, "a case was found in a run"
    people = sorted(party_ids)
    accounts = rows_by_name(
        connection, "SELECT party_id, account_id, product, balance_minor FROM read_parquet(?) WHERE party_id IN (SELECT unnest(?::BIGINT[])) ORDER BY account_id",
        [book.run.file("assessment"), people])
    rows = {"accounts": _by(accounts, "party_id")}
    for table in ("parties", "contact_points", "holds", "contact_history"):
        rows[table] = _by(rows_by_name(
            connection, f"SELECT * FROM ({latest_by_key_sql(book.folder, table)}) WHERE party_id IN (SELECT unnest(?::BIGINT[])) ORDER BY ALL", [people]), "party_id")
    payments = payments_since(connection, book, [one["account_id"] for one in accounts])
    return _Known(rows, _by(payments, "account_id"), bool(batch_files(book.folder, "contact_history")), book.run.as_of)


def _by(rows: Iterable[dict[str, Any]], column: str) -> dict[int, list[dict[str, Any]]]:
    found: dict[int, list[dict[str, Any]]] = {}
    for row in rows:
        found.setdefault(row[column], []).append(row)
    return found


def _case_known(row: _CaseOf, known: _Known, wanted: frozenset[str], terms: LawTerms, at: datetime) -> CaseKnown:
    accounts = _accounts(known.of("accounts", row.party_id), wanted)
    payments = [payment for one in accounts for payment in known.payments.get(one["account_id"], ())]
    person = next(iter(known.of("parties", row.party_id)), {})
    contacts = known.of("contact_history", row.party_id)
    zones = (person["time_zone"],) if person.get("time_zone") else terms.zones
    holds, points = known.of("holds", row.party_id), known.of("contact_points", row.party_id)
    stated = Circumstances(
        places=terms.places_of(person.get("region")),
        zones=zones,
        actor=terms.actor,
        product=_product(terms, [one["product"] for one in accounts]),
        history_from=_history_from(terms.history_known_from, contacts, book_tells=known.tells_contacts),
        owed_minor=_owed(accounts, payments, at.date()),
        lender=terms.lender,
        debtor=DebtorKind.COMPANY if row.kind == "organisation" else DebtorKind.PERSON,
        debt_purpose=DebtPurpose.BUSINESS if row.kind == "organisation" else DebtPurpose.CONSUMER,
        events=(*_contacts(contacts, zones), *_holds(row.party_id, holds), *_ruled_out(points, known.as_of), *_under_way(payments, at)),
    )
    return CaseKnown(row.party_id, frozenset(debt_of(one["account_id"]) for one in accounts), stated, terms)


def _accounts(found: list[dict[str, Any]], wanted: frozenset[str]) -> list[dict[str, Any]]:
    """The person's accounts as the run saw them, or those that are wanted."""
    if not wanted <= {debt_of(one["account_id"]) for one in found}:
        raise WrongCall("A debt is named that is none of this case’s.", "A contact about it would be counted for the wrong person.", "See them with: arrears case show")
    return [one for one in found if not wanted or debt_of(one["account_id"]) in wanted]


def _owed(accounts: list[dict[str, Any]], payments: list[dict[str, Any]], today: date) -> int | None:
    """The balances of the run less what was paid since; None where a balance is not known."""
    balances = [one["balance_minor"] for one in accounts]
    if not balances or None in balances:
        return None
    return sum(balances) - sum(one["paid_minor"] for one in payments if one["paid_on"] <= today)


def _under_way(payments: Iterable[dict[str, Any]], at: datetime) -> list[Event]:
    """Payments that are booked for a day to come."""
    return [
        Event(at=at, kind=Happened.PAYMENT_UNDER_WAY, debts=frozenset({debt_of(one["account_id"])}))
        for one in payments if one["paid_on"] > at.date() and one["paid_minor"] > 0
    ]


def _product(terms: LawTerms, stated: Iterable[str]) -> Product | None:
    """The kind of the debts; None where one is not explained, or they are of several kinds: then each must be asked about by itself."""
    kinds = {terms.products.get(name) for name in stated}
    return kinds.pop() if len(kinds) == 1 else None


def _history_from(stated: date | None, rows: Iterable[dict[str, Any]], *, book_tells: bool) -> date | None:
    """From which day are all contacts known? As the lender states; earlier where the book covers the days before without a gap.

    Where the book tells of earlier contacts and of this person nothing, nothing is known of the person.

    >>> covered = [{"covers_from": date(2025, 10, 1), "covers_to": date(2025, 12, 31)}]
    >>> [str(_history_from(date(2026, 1, 1), rows, book_tells=tells)) for rows, tells in ((covered, True), ([], False), ([], True))]
    ['2025-10-01', '2026-01-01', 'None']
    """
    spans = sorted({(row["covers_from"], row["covers_to"]) for row in rows}, reverse=True)
    if stated is None or (book_tells and not spans):
        return None
    known = stated
    for first, last in spans:
        if first < known <= last + DAY:
            known = first
    return known


def payments_since(connection: duckdb.DuckDBPyConnection, book: Portfolio, account_ids: list[int]) -> list[dict[str, Any]]:
    """Payments (less what was taken back) that the run did not know, by account and day: of a later day, or delivered since."""
    assert book.run is not None, "a case was found in a run"
    before = batch_files(book.folder, "payments", book.run.batches) if book.run.batches is not None else []
    known = f"SELECT payment_id FROM read_parquet([{', '.join(quoted(str(file)) for file in before)}])" if before else "SELECT NULL::BIGINT WHERE false"
    return rows_by_name(
        connection,
        f"""SELECT account_id, paid_on, sum(CASE WHEN reversal_of IS NULL THEN amount_minor ELSE -amount_minor END)::BIGINT AS paid_minor
            FROM ({latest_by_key_sql(book.folder, "payments")}) WHERE account_id IN (SELECT unnest(?::BIGINT[]))
            AND (paid_on > ? OR payment_id NOT IN ({known})) GROUP BY ALL ORDER BY ALL""", [account_ids, book.run.as_of])


def _contacts(rows: Iterable[dict[str, Any]], zones: tuple[str, ...]) -> list[Event]:
    """Earlier contacts: the day is known, the hour is not; noon where the person is."""
    zone = ZoneInfo(zones[0]) if zones else UTC
    return [
        Event(
            at=datetime.combine(row["occurred_on"], time(12), zone), kind=Happened.CONTACT, by=Side.COLLECTOR, purpose=Purpose.COLLECTION,
            channel=CHANNELS.get(row["channel"] or "", Channel.CALL), outcome=OUTCOMES.get(row["outcome"] or "", Outcome.CONVERSATION),
        )
        for row in rows if row["occurred_on"] is not None
    ]


def _holds(party_id: int, rows: Iterable[dict[str, Any]]) -> tuple[Event, ...]:
    """Holds that the earlier system knew; a kind that is not known here protects as one for another reason does."""
    known = set(HoldKind)
    holds = []
    for number, row in enumerate(rows, start=1):
        kind = HoldKind(row["kind"]) if row["kind"] in known else HoldKind.OTHER
        holds.append(Hold(number, party_id, kind, "", row["from_on"], row["to_on"], EFFECTS[kind].blocks, MayLift.MANAGER))
    return events_of(holds)


def _ruled_out(points: Iterable[dict[str, Any]], as_of: date) -> list[Event]:
    """Consents that the book knows as withdrawn: by such a channel nobody is contacted."""
    return [
        Event(at=datetime.combine(point["verified_on"] or as_of, time(0), UTC), kind=Happened.CHANNEL_RULED_OUT, channel=channel)
        for point in points if point["consent"] == "withdrawn" for channel in _MESSAGES.get(point["channel"], ())
    ]
