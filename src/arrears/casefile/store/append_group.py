"""How are the facts of many people recorded at once, each with its entry? In one transaction and a few statements, whatever their number.

`append` is for one fact, `append_case_changes` for a night. This is for a group of some dozens: the people are locked in the order of their ids,
so two groups never wait for each other in a circle.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial

import pyarrow as pa

from arrears.casefile.facts.fact import Fact, chain_of, party_of
from arrears.casefile.facts.permit import PermitUsed
from arrears.casefile.store import sets
from arrears.casefile.store.entries import Head, Prepared, entry_values, prepared, row_values, salt_values
from arrears.casefile.store.institution import acting_institution
from arrears.casefile.store.permits import PERMIT_FACTS, as_json, lock_people, use_permits
from arrears.casefile.store.rows import FACT_TABLES
from arrears.casefile.store.vault import default_vault


def append_group(facts: Sequence[Fact], *, actor: str, at: datetime, cause: str) -> None:
    """Record these facts about people, inside `acting_for`: all of them, or none. In each chain they stand in the order given, permits that are used first.

    Raises:
        PermitNotUsable: one of the permits that were to be used cannot be; nothing was recorded.
    """
    if not facts:
        return
    lock_people([_person(fact) for fact in facts])
    heads = _heads(sorted({chain_of(fact) for fact in facts}))
    written: list[Prepared] = []
    for fact in sorted(facts, key=lambda one: not isinstance(one, PermitUsed)):
        head = heads.get(chain_of(fact), Head())
        moment = at if head.recorded_at is None else max(at, head.recorded_at.astimezone(UTC))
        one = prepared(fact, head, institution_id=acting_institution(), actor=actor, at=moment, cause=cause)
        heads[chain_of(fact)] = one.head
        written.append(one)
    used = [one for one in written if isinstance(one.fact, PermitUsed)]
    if used:
        use_permits(used)
    _write([one for one in written if not isinstance(one.fact, PermitUsed)])


def _person(fact: Fact) -> int:
    party = party_of(fact)
    assert party is not None and (isinstance(fact, PermitUsed) or not isinstance(fact, PERMIT_FACTS)), "facts about people, and of permits only their use"
    return party


def _heads(chains: Sequence[int]) -> dict[int, Head]:
    rows = sets.cursor().execute(
        """SELECT h.chain, e.position, encode(e.entry_hash, 'hex'), e.recorded_at FROM unnest(%s::bigint[]) AS h(chain) CROSS JOIN LATERAL (
             SELECT position, entry_hash, recorded_at FROM journal_entries j WHERE j.chain = h.chain AND j.institution_id = %s
             ORDER BY position DESC LIMIT 1) e""", [list(chains), acting_institution()]).fetchall()
    return {row[0]: Head(*row[1:]) for row in rows}


def _write(facts: Sequence[Prepared]) -> None:
    """Entries, salts and facts in one statement."""
    if not facts:
        return
    tables: dict[str, list[Prepared]] = {}
    for one in facts:
        tables.setdefault(FACT_TABLES[type(one.fact)].table, []).append(one)
    parts = {"journal_entries": as_json(entry_values, facts), "journal_salts": as_json(salt_values, facts)}
    personal = sorted({_person(one.fact) for one in facts if type(one.fact).PERSONAL})
    keys = default_vault().party_keys(pa.array(personal, pa.int64())) if personal else {}
    parts |= {table: as_json(partial(row_values, keys=keys), rows) for table, rows in tables.items()}
    inserts = [f"INSERT INTO {table} SELECT * FROM jsonb_populate_recordset(NULL::{table}, %s)" for table in parts]
    *before, last = inserts
    with_parts = ", ".join(f"part{number} AS ({insert})" for number, insert in enumerate(before))
    sets.cursor().execute(f"WITH {with_parts} {last}", list(parts.values()))
