"""How is a fact recorded? Here and nowhere else, together with its journal entry, in the caller's transaction.

One by one (`append`): the person is locked, the chain's last entry read, and entry, salts and fact are written by one statement. In sets
(`append_case_changes`): the institution is locked, entries are hashed in columns, and rows go in by COPY and INSERT … SELECT. Both
give the same headers and hashes; one transaction holds fact and entry, or neither.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

import duckdb
import numpy as np
import psycopg
import pyarrow as pa
import pyarrow.compute as pc

from arrears.casefile.facts.case import CaseDecision, CaseEvent, CaseEventKind
from arrears.casefile.facts.fact import Fact, chain_of, committed_fields, party_of
from arrears.casefile.facts.journal import GENESIS, VERSION, Entry
from arrears.casefile.store import hashing, sets
from arrears.casefile.store.entries import Head, Prepared, entry_values, prepared, row_values, salt_values
from arrears.casefile.store.hashing import ENTRY_COLUMNS, Recorded
from arrears.casefile.store.ids import random_ids
from arrears.casefile.store.institution import acting_institution
from arrears.casefile.store.permits import PERMIT_FACTS, write_permit_fact
from arrears.casefile.store.rows import FACT_TABLES
from arrears.core.problems import AnswerIsNo

CHUNK_ROWS = 10_000
"""Facts hashed and sent at a time: small enough that the first is soon on its way and the server keeps a whole one in `TEMP_BUFFERS`."""
TEMP_BUFFERS = "32MB"
"""The server's memory for temporary tables; at its default of 8 MB each chunk would go to disk and come back three times."""
_HEADS = pa.schema([("case_id", pa.int64()), ("position", pa.int32()), ("entry_hash", pa.string())])


@dataclass(frozen=True, slots=True)
class Appended:
    """How many facts were recorded, each with its entry?"""

    events: int
    decisions: int


def append(fact: Fact, *, actor: str, at: datetime, cause: str) -> Entry:
    """Record one fact with its entry, inside `acting_for`. Writers about one person wait for each other until the transaction ends.

    `actor` is a user's name or the program's part, `cause` what made it happen, `at` when we learnt it.
    """
    institution_id = acting_institution()
    cur = sets.cursor()
    chain, party = chain_of(fact), party_of(fact)
    # Two statements: what is read after the lock must be seen by a snapshot taken after the lock.
    cur.execute("SELECT pg_advisory_xact_lock_shared(%s), pg_advisory_xact_lock(%s)", [institution_id, party or ~institution_id])
    cur.execute("SELECT position, encode(entry_hash, 'hex') FROM journal_entries WHERE chain = %s AND institution_id = %s ORDER BY position DESC LIMIT 1",
                [chain, institution_id])
    one = prepared(fact, Head(*(cur.fetchone() or ())), institution_id=institution_id, actor=actor, at=at, cause=cause)
    if isinstance(fact, PERMIT_FACTS):
        write_permit_fact(cur, one)
    else:
        _write_one(cur, one)
    return one.entry


def _write_one(cur: psycopg.Cursor[tuple[object, ...]], one: Prepared) -> None:
    """Entry, salts and fact (and the case, when it is opened) in one statement."""
    fact, entry, salts, row = one.fact, entry_values(one), salt_values(one), row_values(one)
    case = ""
    if isinstance(fact, CaseEvent) and fact.kind is CaseEventKind.OPENED:
        case = "opened AS (INSERT INTO cases (case_id, institution_id, book, party_id) VALUES (%(f_case_id)s, %(f_institution_id)s, %(f_book)s, %(f_party_id)s)),"
    query = f"""
        WITH {case}
        entry AS (INSERT INTO journal_entries {_columns_and_values("e", entry)}),
        salted AS (INSERT INTO journal_salts {_columns_and_values("s", salts)})
        INSERT INTO {FACT_TABLES[type(fact)].table} {_columns_and_values("f", row)}"""
    cur.execute(query, {f"{prefix}_{name}": value for prefix, part in (("e", entry), ("s", salts), ("f", row)) for name, value in part.items()})


def _columns_and_values(prefix: str, row: Mapping[str, object]) -> str:
    return f"({', '.join(row)}) VALUES ({', '.join(f'%({prefix}_{name})s' for name in row)})"


def append_case_changes(events: pa.Table, decisions: pa.Table, *, actor: str, at: datetime, cause: str) -> Appended:
    """Record a night's case events and changed decisions in sets, each with its entry; of one case the event comes first.

    The tables have the fields of `CaseEvent` and `CaseDecision` as columns, at most one row a case each. All other writers of the
    institution wait until the transaction ends. Raises `AnswerIsNo` where a case that is to be opened exists already.
    """
    institution_id = acting_institution()
    recorded = Recorded(institution_id, actor, at, cause)
    events, decisions = _prepared(CaseEvent, events), _prepared(CaseDecision, decisions)
    cur = sets.cursor()
    cur.execute("SELECT pg_advisory_xact_lock(%s)", [institution_id])
    heads = _heads_of(cur, events, decisions, _opened(events))
    try:
        _append_sets(cur, events, decisions, heads, recorded)
    except psycopg.errors.UniqueViolation as twice:
        raise AnswerIsNo("A case that should be opened exists already.", "Nothing of this run was recorded.",
                         "Reopen it instead: compare the run with the cases as they are now.") from twice
    return Appended(events.num_rows, decisions.num_rows)


def _prepared(kind: type[Fact], facts: pa.Table) -> pa.Table:
    """The fact's columns in committed order and type, sorted by case; twice the same case is our mistake."""
    arrow = {"bigint": pa.int64(), "date": pa.date32(), "text": pa.string()}
    schema = pa.schema([(name, arrow[sql_type]) for name, sql_type in hashing.field_types(kind).items()])
    facts = facts.select(schema.names).cast(schema).sort_by("case_id")
    assert pc.count_distinct(facts["case_id"]).as_py() == facts.num_rows, f"one {kind.__name__} a case in one set"
    if kind is CaseEvent:
        known = pc.is_in(facts["kind"], value_set=pa.array([member.value for member in CaseEventKind]))
        assert pc.all(known).as_py() in (True, None), "an event of unknown kind"
    return facts


def _heads_of(cur: psycopg.Cursor[tuple[object, ...]], events: pa.Table, decisions: pa.Table, opened: pa.Table) -> pa.Table:
    """The last entry of each chain that goes on. Cases opened here have none: were that wrong, the place in the chain would be taken."""
    chains = pa.chunked_array([*events["case_id"].chunks, *decisions["case_id"].chunks], pa.int64()).unique()
    chains = chains.filter(pc.invert(pc.is_in(chains, value_set=opened["case_id"].combine_chunks())))
    if len(chains) == 0:
        return _HEADS.empty_table()
    sets.stage(cur, "chains", pa.table({"chain": chains}))
    cur.execute("ANALYZE pg_temp.chains")
    # Until the first statistics are there the journal is thought to be empty, and would be read through once a case.
    cur.execute("SET LOCAL enable_seqscan = off")
    found = sets.export(
        """SELECT c.chain, e.position, encode(e.entry_hash, 'hex') FROM pg_temp.chains c CROSS JOIN LATERAL (
             SELECT position, entry_hash FROM journal_entries WHERE chain = c.chain ORDER BY position DESC LIMIT 1) e ORDER BY c.chain""",
        dict(zip(_HEADS.names, _HEADS.types, strict=True)))
    cur.execute("RESET enable_seqscan")
    if found.num_rows != len(chains):
        raise AnswerIsNo("A case that should go on was never opened here.", "Nothing of this run was recorded.", "Open it first.")
    return found


def _append_sets(cur: psycopg.Cursor[tuple[object, ...]], events: pa.Table, decisions: pa.Table, heads: pa.Table, recorded: Recorded) -> None:
    """Write the opened cases, the events, then the decisions. What follows is hashed while the server takes in what was hashed before."""
    _more_temp_buffers(cur)
    incoming: type[Fact] | None = None
    for kind, lines in sets.one_ahead(_hashed_sets(events, decisions, heads, recorded)):
        if incoming is None:
            _open_cases(events)
        if kind is not incoming:
            _create_incoming(cur, kind)
            incoming = kind
        sets.copy_lines(cur, "pg_temp.incoming", lines)
        _insert_incoming(cur, kind, recorded)
    cur.execute("DROP TABLE IF EXISTS pg_temp.incoming")


def _open_cases(events: pa.Table) -> None:
    opened = _opened(events)
    if opened.num_rows:
        sets.insert("cases", opened.select(["case_id", "book", "party_id"]))


def _opened(events: pa.Table) -> pa.Table:
    return events.filter(pc.equal(events["kind"], CaseEventKind.OPENED.value))


def _more_temp_buffers(cur: psycopg.Cursor[tuple[object, ...]]) -> None:
    """Ask for more memory for temporary tables. A session that has used some already keeps what it has: slower, not wrong."""
    cur.execute("SAVEPOINT temp_buffers")
    try:
        cur.execute(f"SET temp_buffers = '{TEMP_BUFFERS}'")
    except psycopg.errors.InvalidParameterValue:
        cur.execute("ROLLBACK TO SAVEPOINT temp_buffers")
    cur.execute("RELEASE SAVEPOINT temp_buffers")


def _hashed_sets(events: pa.Table, decisions: pa.Table, heads: pa.Table, recorded: Recorded) -> Iterator[tuple[type[Fact], pa.ChunkedArray]]:
    """COPY lines of both kinds, chunk after chunk; a decision follows the event of its case."""
    with sets.engine() as duck:
        written = [heads]
        for hashed in _hashed(CaseEvent, events, heads, recorded, duck):
            written.append(hashed.select(["chain", "position", "entry_hash"]).rename_columns(_HEADS.names).cast(_HEADS))
            yield CaseEvent, hashed["line"]
        for hashed in _hashed(CaseDecision, decisions, _latest(written), recorded, duck):
            yield CaseDecision, hashed["line"]


def _hashed(kind: type[Fact], facts: pa.Table, heads: pa.Table, recorded: Recorded, duck: duckdb.DuckDBPyConnection) -> Iterator[pa.Table]:
    """The entries of one kind of fact, chunk after chunk, with fresh ids and salts."""
    for name in ("entry_id", "fact_id"):
        facts = facts.append_column(name, pa.array(random_ids(facts.num_rows)))
    for start in range(0, facts.num_rows, CHUNK_ROWS):
        chunk = facts.slice(start, CHUNK_ROWS)
        yield hashing.hash_set(kind, _placed(chunk, heads), hashing.salt_columns(kind, chunk.num_rows, os.urandom), recorded, duck=duck)


def _placed(chunk: pa.Table, heads: pa.Table) -> pa.Table:
    """The facts with chain, position and predecessor: after the head of their case, or first of a new chain. `heads` is sorted by case."""
    chains, known = chunk["case_id"].to_numpy(), heads["case_id"].to_numpy()
    places = np.searchsorted(known, chains)
    found = np.zeros(len(chains), dtype=bool)
    inside = places < len(known)
    found[inside] = known[places[inside]] == chains[inside]
    followed = heads.take(pa.array(places, mask=~found))
    position = pc.add(pc.fill_null(followed["position"], 0), pa.scalar(1, pa.int32()))
    return (chunk.append_column("chain", chunk["case_id"]).append_column("position", position)
            .append_column("predecessor", pc.fill_null(followed["entry_hash"], GENESIS)))


def _create_incoming(cur: psycopg.Cursor[tuple[object, ...]], kind: type[Fact]) -> None:
    columns = {**ENTRY_COLUMNS, **hashing.field_types(kind)}
    cur.execute("DROP TABLE IF EXISTS pg_temp.incoming")
    cur.execute(f"CREATE TEMP TABLE incoming ({', '.join(f'{name} {sql_type}' for name, sql_type in columns.items())}) ON COMMIT DROP")


def _insert_incoming(cur: psycopg.Cursor[tuple[object, ...]], kind: type[Fact], recorded: Recorded) -> None:
    """From the temporary table into entries, salts and facts."""
    own = ", ".join(hashing.field_types(kind))
    both = {"institution": recorded.institution_id, "at": recorded.at}
    of_entries = {**both, "actor": recorded.actor, "cause": recorded.cause, "fields": ",".join(committed_fields(kind)), "version": VERSION}
    cur.execute("""INSERT INTO journal_entries (entry_id, institution_id, chain, position, name, actor, cause, recorded_at, fact_id, fields,
                                                commitments, predecessor, version, entry_hash)
        SELECT entry_id, %(institution)s::bigint, chain, position, name, %(actor)s::text, %(cause)s::text, %(at)s::timestamptz, fact_id, %(fields)s::text,
               commitments, predecessor, %(version)s::smallint, entry_hash FROM pg_temp.incoming""", of_entries)
    cur.execute("""INSERT INTO journal_salts (entry_id, institution_id, party_id, salts, personal_positions)
        SELECT entry_id, %(institution)s::bigint, party_id, salts, ''::bytea FROM pg_temp.incoming""", both)
    cur.execute(f"""INSERT INTO {FACT_TABLES[kind].table} (fact_id, institution_id, entry_id, position, recorded_at, {own})
        SELECT fact_id, %(institution)s::bigint, entry_id, position, %(at)s::timestamptz, {own} FROM pg_temp.incoming""", both)
    cur.execute("TRUNCATE pg_temp.incoming")


def _latest(heads: list[pa.Table]) -> pa.Table:
    """Of each chain the entry with the highest place."""
    with sets.engine() as duck:
        duck.register("heads", pa.concat_tables(heads))
        query = "SELECT case_id, max(position) AS position, arg_max(entry_hash, position) AS entry_hash FROM heads GROUP BY case_id ORDER BY case_id"
        return duck.sql(query).to_arrow_table().cast(_HEADS)
