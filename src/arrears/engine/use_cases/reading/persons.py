"""Who are these people, and where could they be reached? Names and contact values, unsealed only for those asked about."""

from __future__ import annotations

import json
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import duckdb
import pyarrow as pa

from arrears.engine.columns_engine import rows_by_name
from arrears.engine.home import Home
from arrears.engine.use_cases.reading.files import Row, looking_into
from arrears.engine.use_cases.reading.runs import Portfolio
from arrears.intake.book.identities import CONTACT_FIELDS, PARTY_FIELDS
from arrears.intake.book.layout import latest_by_key_sql
from arrears.record.privacy.masking import masked_contact, masked_name, masked_number

Unseal = Callable[[Sequence[int], Sequence[bytes | None], str], Sequence[Mapping[str, Any] | None]]
"""(party ids, sealed bytes, what was sealed) → opened JSON objects; None where the key was destroyed or nothing was sealed."""
_CHANNEL_ORDER = {"mobile": 0, "landline": 1, "email": 2, "post": 3}


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

    @property
    def masked(self) -> str | None:
        """The same for a page on which nobody has asked to see the person: 李*, A*** B***, ****34."""
        return masked_name(self.name) if self.name else masked_number(self.number) if self.number else None


@dataclass(frozen=True, slots=True)
class ContactPoint:
    """A way to reach somebody, masked; `value` is there only where it was asked for. It is *not cleared for contact*: only a permit clears it."""

    party_id: int
    channel: str
    masked: str | None
    source: str | None
    verified_on: date | None
    consent: str | None
    value: str | None = field(default=None, repr=False)
    reference: str = ""
    """How consents, holds and contacts name it: the keyed hash of channel and value, never the number itself."""


def unseal_from_vault(party_ids: Sequence[int], sealed: Sequence[bytes | None], what: str) -> Sequence[Mapping[str, Any] | None]:
    """The real thing: keys out of the vault, inside the caller's `acting_for`. Of people restricted to storage nothing is opened."""
    from arrears.casefile.store import load  # late, as below

    hidden = load.is_restricted(sorted(set(party_ids)))
    return unseal_even_restricted(party_ids, [None if party in hidden else one for party, one in zip(party_ids, sealed, strict=True)], what)


def unseal_even_restricted(party_ids: Sequence[int], sealed: Sequence[bytes | None], what: str) -> Sequence[Mapping[str, Any] | None]:
    """The same for those few purposes that a restriction leaves: telling the person, and who may look at what is kept."""
    from arrears.casefile.store.vault import default_vault  # late: models may only be imported once Django stands

    opened = default_vault().unseal_many(pa.array(party_ids, pa.int64()), pa.array(sealed, pa.binary()), what)
    return [None if text is None else json.loads(text) for text in opened.to_pylist()]


def hidden_people(institution_id: int, on: date) -> tuple[int, ...]:
    """Who is on no list today: people restricted to storage, and those who were erased."""
    from arrears.casefile.store import load  # late, as above
    from arrears.casefile.store.institution import acting_for

    with acting_for(institution_id):
        return tuple(load.people_restricted(on)["party_id"].to_pylist())


def people(home: Home, book: Portfolio, party_ids: Iterable[int], *, unseal: Unseal = unseal_from_vault) -> dict[int, Person]:
    """Who are these? One `Person` for each id asked for, nameless where the book does not know the name (any more)."""
    ids = sorted(set(party_ids))
    with looking_into(home) as connection:
        rows = _rows_of_parties(connection, book, "parties", "party_id, sealed", ids)
    opened = unseal([row["party_id"] for row in rows], [row["sealed"] for row in rows], PARTY_FIELDS)
    named = {row["party_id"]: personal or {} for row, personal in zip(rows, opened, strict=True)}
    return {party: Person(party, named.get(party, {}).get("name"), named.get(party, {}).get("number")) for party in ids}


def contact_points(
    home: Home, book: Portfolio, party_ids: Iterable[int], *, opened_for: Container[int] = (), unseal: Unseal = unseal_from_vault
) -> dict[int, tuple[ContactPoint, ...]]:
    """Where could these people be reached? Masked, and in full for the people in `opened_for`; verified points first."""
    ids = sorted(set(party_ids))
    with looking_into(home) as connection:
        rows = _rows_of_parties(connection, book, "contact_points", "party_id, contact_point_id, channel, sealed, source, verified_on, consent", ids)
    opened = unseal([row["party_id"] for row in rows], [row["sealed"] for row in rows], CONTACT_FIELDS)
    found: dict[int, list[ContactPoint]] = {party: [] for party in ids}
    for row, personal in zip(rows, opened, strict=True):
        value = (personal or {}).get("value")
        found[row["party_id"]].append(ContactPoint(
            row["party_id"], row["channel"], masked_contact(row["channel"], value) if value else None, row["source"], row["verified_on"], row["consent"],
            value if row["party_id"] in opened_for else None, str(row["contact_point_id"])))
    return {party: tuple(sorted(points, key=_verified_first)) for party, points in found.items()}


def shared_with(home: Home, book: str, party_id: int, references: Sequence[str]) -> dict[str, int]:
    """With how many other people of the book do these contact points of a person stand?"""
    folder = home.book(book)
    with looking_into(home) as connection:
        rows = connection.execute(
            f"""SELECT contact_point_id, count(DISTINCT party_id) FROM ({latest_by_key_sql(folder, "contact_points")})
                WHERE contact_point_id IN (SELECT unnest(?::BIGINT[])) AND party_id <> ? GROUP BY ALL""", [[int(one) for one in references], party_id]).fetchall()
    return {str(point): count for point, count in rows}


def _verified_first(point: ContactPoint) -> tuple[bool, int]:
    return point.verified_on is None, _CHANNEL_ORDER.get(point.channel, len(_CHANNEL_ORDER))


def _rows_of_parties(connection: duckdb.DuckDBPyConnection, book: Portfolio, table: str, columns: str, ids: Sequence[int]) -> list[Row]:
    """Current rows of a book table for some people."""
    if not ids:
        return []
    return rows_by_name(connection, f"SELECT {columns} FROM ({latest_by_key_sql(book.folder, table)}) WHERE party_id IN (SELECT unnest(?::BIGINT[])) ORDER BY ALL",
                 [list(ids)])
