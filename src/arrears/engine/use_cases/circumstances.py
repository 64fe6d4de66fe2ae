"""What do the book, its newest run and the lender's own words say about a person and the debts of a case, as the gate needs it?

Zone and region of the person, kind of the debt, what is owed after payments that were booked since the run, contacts and holds that the
lender's earlier system knew. What none of them tells stays unknown.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb

from arrears.casefile.facts.hold import EFFECTS, Hold, HoldKind, MayLift
from arrears.check.conduct.facts import Event
from arrears.check.conduct.words import Channel, DebtorKind, DebtPurpose, Happened, Outcome, Product, Purpose, Side
from arrears.check.gate.permit import Circumstances
from arrears.check.protections import debt_of, events_of
from arrears.core.sql import quoted
from arrears.engine.columns_engine import rows_by_name
from arrears.engine.home import Home
from arrears.engine.law_terms import LawTerms, law_terms
from arrears.engine.use_cases.reading import Portfolio, find_case
from arrears.engine.use_cases.reading.files import looking_into
from arrears.intake.book.layout import batch_files, latest_by_key_sql

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


def circumstances_of(home: Home, institution_id: int, case_id: int) -> CaseKnown:
    """What is known about this case, outside the casefile.

    Raises:
        NoSuchCase: not a case of this institution's current runs.
        BadData: `law.yaml` cannot be understood.
    """
    terms = law_terms(home)
    book, row = find_case(home, institution_id, case_id)
    run = book.run
    assert run is not None, "a case was found in a run"
    with looking_into(home) as connection:
        accounts = rows_by_name(connection, "SELECT account_id, product, balance_minor FROM read_parquet(?) WHERE party_id = ? ORDER BY account_id",
                                [run.file("assessment"), row.party_id])
        person = _one(connection, book.folder, "parties", row.party_id)
        points = _all(connection, book.folder, "contact_points", row.party_id)
        holds, contacts = _all(connection, book.folder, "holds", row.party_id), _all(connection, book.folder, "contact_history", row.party_id)
        booked = _booked_since(connection, book, [one["account_id"] for one in accounts], run.as_of)
    zones = (person["time_zone"],) if person.get("time_zone") else terms.zones
    owed = sum(one["balance_minor"] for one in accounts) - booked if accounts and all(one["balance_minor"] is not None for one in accounts) else None
    stated = Circumstances(
        places=terms.places_of(person.get("region")),
        zones=zones,
        actor=terms.actor,
        product=_product(terms, [one["product"] for one in accounts]),
        history_from=terms.history_known_from,
        owed_minor=owed,
        lender=terms.lender,
        debtor=DebtorKind.COMPANY if row.kind == "organisation" else DebtorKind.PERSON,
        debt_purpose=DebtPurpose.BUSINESS if row.kind == "organisation" else DebtPurpose.CONSUMER,
        events=(*_contacts(contacts, zones), *_holds(row.party_id, holds), *_refused(points, run.as_of)),
    )
    return CaseKnown(row.party_id, frozenset(debt_of(one["account_id"]) for one in accounts), stated, terms)


def _product(terms: LawTerms, stated: Iterable[str]) -> Product | None:
    """The kind of the debts; None where one is not explained, or they are of several kinds: then each must be asked about by itself."""
    kinds = {terms.products.get(name) for name in stated}
    return kinds.pop() if len(kinds) == 1 else None


def _one(connection: duckdb.DuckDBPyConnection, book: Path, table: str, party_id: int) -> dict[str, Any]:
    return next(iter(_all(connection, book, table, party_id)), {})


def _all(connection: duckdb.DuckDBPyConnection, book: Path, table: str, party_id: int) -> list[dict[str, Any]]:
    return rows_by_name(connection, f"SELECT * FROM ({latest_by_key_sql(book, table)}) WHERE party_id = ? ORDER BY ALL", [party_id])


def _booked_since(connection: duckdb.DuckDBPyConnection, book: Portfolio, account_ids: list[int], as_of: date) -> int:
    """How much was paid (less what was taken back) that the run did not know: of a later day, or delivered since."""
    assert book.run is not None
    before = batch_files(book.folder, "payments", book.run.batches) if book.run.batches is not None else []
    known = f"SELECT payment_id FROM read_parquet([{', '.join(quoted(str(file)) for file in before)}])" if before else "SELECT NULL WHERE false"
    row = connection.execute(
        f"""SELECT coalesce(sum(CASE WHEN reversal_of IS NULL THEN amount_minor ELSE -amount_minor END), 0)::BIGINT
            FROM ({latest_by_key_sql(book.folder, "payments")}) WHERE account_id IN (SELECT unnest(?::BIGINT[]))
            AND (paid_on > ? OR payment_id NOT IN ({known}))""", [account_ids, as_of]).fetchone()
    assert row is not None, "an aggregate has one row"
    return int(row[0])


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


def _refused(points: Iterable[dict[str, Any]], as_of: date) -> list[Event]:
    """Consents that the book knows as withdrawn: by such a channel nobody is contacted."""
    return [
        Event(at=datetime.combine(point["verified_on"] or as_of, time(0), UTC), kind=Happened.CHANNEL_RULED_OUT, channel=channel)
        for point in points if point["consent"] == "withdrawn" for channel in _MESSAGES.get(point["channel"], ())
    ]
