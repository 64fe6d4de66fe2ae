"""What exactly is written for one fact: its entry's header and hash, its salts, and its row?

One fact is prepared here and written by `append`, or, where a function of the database writes it, handed to that function as JSON.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from psycopg.types.json import Jsonb

from arrears.casefile.facts.fact import Fact, chain_of, committed_fields, journal_name, party_of, personal_positions, values_of
from arrears.casefile.facts.journal import GENESIS, SALT_BYTES, Entry, Header, commitment, entry_of, instant, packed
from arrears.casefile.store.ids import random_id
from arrears.casefile.store.rows import FACT_TABLES
from arrears.casefile.store.vault import default_vault, seal_with


@dataclass(frozen=True, slots=True)
class Head:
    """The last entry of a chain: its position (0 where there is none), its hash in hex, and when it was recorded."""

    position: int = 0
    entry_hash: str = GENESIS
    recorded_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Prepared:
    """A fact that is ready to be written."""

    fact: Fact
    header: Header
    entry: Entry
    salts: bytes

    @property
    def head(self) -> Head:
        """The chain's last entry once this one is written."""
        return Head(self.header.position, self.entry.entry_hash.hex(), self.header.recorded_at)


def prepared(fact: Fact, after: Head, *, institution_id: int, actor: str, at: datetime, cause: str) -> Prepared:
    """The fact with its entry, following the chain's last one."""
    values, drawn = values_of(fact), os.urandom(SALT_BYTES * len(committed_fields(type(fact))))
    salts = [drawn[start : start + SALT_BYTES] for start in range(0, len(drawn), SALT_BYTES)]
    header = Header(
        entry_id=random_id(), institution_id=institution_id, chain=chain_of(fact), position=after.position + 1, name=journal_name(fact), actor=actor,
        recorded_at=at, cause=cause, fact_id=random_id(), predecessor=after.entry_hash,
        fields=tuple((name, commitment(salt, name, value)) for salt, (name, value) in zip(salts, values.items(), strict=True)),
    )
    return Prepared(fact, header, entry_of(header), drawn)


def entry_values(one: Prepared) -> dict[str, object]:
    """The entry's row in `journal_entries`, column by column."""
    header = one.header
    names, commitments = packed(header.fields)
    return {
        "entry_id": header.entry_id, "institution_id": header.institution_id, "chain": header.chain, "position": header.position,
        "name": header.name, "actor": header.actor, "cause": header.cause, "recorded_at": header.recorded_at, "fact_id": header.fact_id,
        "fields": names, "commitments": commitments, "predecessor": bytes.fromhex(header.predecessor), "version": header.version,
        "entry_hash": one.entry.entry_hash,
    }


def salt_values(one: Prepared) -> dict[str, object]:
    """The row of its salts in `journal_salts`."""
    return {
        "entry_id": one.header.entry_id, "institution_id": one.header.institution_id, "party_id": party_of(one.fact), "salts": one.salts,
        "personal_positions": bytes(personal_positions(type(one.fact))),
    }


def fact_values(fact: Fact, keys: Mapping[int, bytes] | None = None) -> dict[str, object]:
    """The fact's fields as its row holds them: personal ones sealed, enums as text; `keys` of people that are at hand already are not looked up."""
    table = FACT_TABLES[type(fact)]
    values = {name: table.write.get(name, lambda value: value)(value) for name, value in values_of(fact).items()}
    if table.kind.PERSONAL:
        party = party_of(fact)
        assert party is not None, "a personal field belongs to a person"
        key = (keys or {}).get(party) or default_vault().party_key(party)
        for name in table.kind.PERSONAL:
            values[name] = seal_with(key, party, str(values[name]).encode(), name)
    return values


def row_values(one: Prepared, keys: Mapping[int, bytes] | None = None) -> dict[str, object]:
    """The fact's row in its table, column by column."""
    header, table = one.header, FACT_TABLES[type(one.fact)]
    values = fact_values(one.fact, keys)
    return {
        "fact_id": header.fact_id, "institution_id": header.institution_id, "entry_id": header.entry_id, "position": header.position,
        "recorded_at": header.recorded_at,
        **{column: values[name] for column, name in zip(table.columns, committed_fields(table.kind), strict=True)},
    }


def for_json(values: Mapping[str, object]) -> dict[str, Any]:
    """A row as JSON that PostgreSQL reads back into the columns' own types.

    >>> for_json({"entry_hash": b"\\x01", "recorded_at": date(2026, 1, 5)})
    {'entry_hash': '\\\\x01', 'recorded_at': '2026-01-05'}
    """
    return {name: _in_json(value) for name, value in values.items()}


def _in_json(value: object) -> object:
    match value:
        case bytes():
            return "\\x" + value.hex()
        case datetime():
            return instant(value)
        case date():
            return value.isoformat()
        case Jsonb():
            return value.obj
    return value
