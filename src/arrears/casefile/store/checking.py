"""Is the whole record of an institution as it was written, and does each stored fact still say what its entry commits to?

The same questions as `load.verify_chain`, asked of every entry and every fact at once, in columns. Slices of a table come by COPY, as they lie
on the disk; DuckDB rebuilds each header and hashes it, and keeps of an entry only ids, place and the two hashes, from which links, gaps and
facts without entry (and entries without fact) are found at the end. Then each fact class is read beside its entries and salts, and every
commitment whose salt is still there is computed again. Nothing is written; all is read as of one moment, while others go on writing.

What is missing at the end of a chain, and a chain that was rebuilt from its first entry on, cannot be seen from the record alone: the sealed
log and its signed heads show that.
"""

from __future__ import annotations

import json
import tempfile
import types
import typing
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
from django.db import connection

from arrears.casefile.facts.fact import committed_fields, personal_positions
from arrears.casefile.facts.journal import DIGEST_BYTES, GENESIS, SALT_BYTES, VERSION, canonical_value
from arrears.casefile.store import hashing, sets
from arrears.casefile.store.institution import acting_for
from arrears.casefile.store.rows import FACT_TABLES, FactTable
from arrears.casefile.store.vault import KeyRefused, Unreadable, Vault, default_vault
from arrears.core.progress import Progress

FINDINGS_MAX = 10_000
"""So many findings are told one by one; what comes after is counted. A record in ruins needs no longer list."""
PAGES_A_SLICE = 2_500
"""Pages of 8 kB read at a time: some 20 MB, 20,000 to 40,000 entries."""
NO_SALT = "0" * (2 * SALT_BYTES)
_HEX_DIGEST = 2 * DIGEST_BYTES
_INSTANT = "to_char({column} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')"


@dataclass(frozen=True, slots=True)
class RecordFinding:
    """What is wrong, and where: `place` counts the chain's entries as they stand from 1 (0: of the fact alone); `entry_id` names the entry."""

    chain: int
    place: int
    entry_id: int
    what: str


@dataclass(frozen=True, slots=True)
class RecordChecked:
    """What was looked at, and what was found? An empty `findings` means that everything fits.

    `personal_checked` is False where there was no envelope key: then what is sealed could not be compared with its commitment.
    """

    entries: int
    chains: int
    facts: int
    findings: tuple[RecordFinding, ...]
    findings_left_off: int = 0
    personal_checked: bool = True

    @property
    def is_whole(self) -> bool:
        """Does everything fit?"""
        return not self.findings


@dataclass(slots=True)
class _Found:
    """Findings as they come, the first `FINDINGS_MAX` kept."""

    kept: list[RecordFinding] = field(default_factory=list)
    left_off: int = 0

    def add(self, rows: Iterable[tuple[int | None, int | None, int | None, str]]) -> None:
        """Keep rows of chain, place, entry id, sentence."""
        for chain, place, entry_id, what in rows:
            if len(self.kept) < FINDINGS_MAX:
                self.kept.append(RecordFinding(chain or 0, place or 0, entry_id or 0, what))
            else:
                self.left_off += 1


def check_record(institution_id: int, *, progress: Progress = lambda stage, done, of: None) -> RecordChecked:
    """Does the whole record of this institution fit together, as of now? Call it outside any transaction.

    Args:
        progress: told the stage, pages read, and pages there are.

    Raises:
        Unreadable: the envelope key is not the one under which this record's keys are sealed.
    """
    vault = _vault()
    found = _Found()
    with _as_of_one_moment(institution_id), _engine() as duck:
        _check_entries(duck, institution_id, found, progress)
        _check_links(duck, found)
        with _joined_by_key():
            for table in FACT_TABLES.values():
                _check_facts(duck, table, vault, found, progress)
        _check_pairs(duck, found, progress)
        _check_cases(duck, found, progress)
        return _told(duck, found, personal_checked=vault is not None)


def check_entries(institution_id: int, *, progress: Progress = lambda stage, done, of: None) -> RecordChecked:
    """Do hashes and links of all entries of this institution fit, whatever became of the facts? Call it outside any transaction."""
    found = _Found()
    with _as_of_one_moment(institution_id), _engine() as duck:
        _check_entries(duck, institution_id, found, progress)
        _check_links(duck, found)
        return _told(duck, found, personal_checked=False)


def _told(duck: duckdb.DuckDBPyConnection, found: _Found, *, personal_checked: bool) -> RecordChecked:
    entries, chains = _one_row(duck, "SELECT count(*), count(DISTINCT chain) FROM entries")
    (facts,) = _one_row(duck, "SELECT count(*) FROM facts")
    ordered = tuple(sorted(found.kept, key=lambda one: (one.chain, one.place, one.entry_id, one.what)))
    return RecordChecked(entries, chains, facts, ordered, found.left_off, personal_checked)


def _vault() -> Vault | None:
    try:
        return default_vault()
    except KeyRefused:
        return None


@contextmanager
def _as_of_one_moment(institution_id: int) -> Iterator[None]:
    """Everything inside is read from one snapshot: an entry and its fact, written together, are seen together."""
    assert not connection.in_atomic_block, "one moment for the whole record needs a transaction of its own"
    with connection.cursor() as cursor:
        cursor.execute("SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        try:
            with acting_for(institution_id):
                yield
        finally:
            cursor.execute("SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL READ COMMITTED")


@contextmanager
def _engine() -> Iterator[duckdb.DuckDBPyConnection]:
    """DuckDB with a private folder to spill ids and hashes into, and the tables in which they are kept."""
    with tempfile.TemporaryDirectory(prefix="arrears-check-") as folder, sets.engine() as duck:
        duck.execute(f"SET temp_directory = '{folder}'")
        duck.execute("CREATE TABLE entries (entry_id BIGINT, fact_id BIGINT, chain BIGINT, position INTEGER, predecessor BLOB, entry_hash BLOB)")
        duck.execute("CREATE TABLE facts (fact_id BIGINT, entry_id BIGINT)")
        duck.execute("CREATE TABLE salts (entry_id BIGINT)")
        for name in ("cases", "events"):
            duck.execute(f"CREATE TABLE {name} (case_id BIGINT, party_id BIGINT, book VARCHAR, kind VARCHAR)")
        yield duck


def _slices(table: str, select: str, columns: dict[str, pa.DataType], progress: Progress, *, ahead: bool = True) -> Iterator[pa.Table]:
    """The rows of a table as they lie on the disk, some pages at a time; `select` reads from `{table} t`.

    `ahead` reads a slice while the caller is busy with the one before, who must then not use the database meanwhile.
    """
    cursor = sets.cursor()
    pages = cursor.execute("SELECT pg_relation_size(%s::regclass) / current_setting('block_size')::bigint", [table]).fetchone()[0]
    progress(table, 0, pages)

    def read(first: int) -> pa.Table:
        return sets.export(f"{select} WHERE t.ctid >= '({first},0)'::tid AND t.ctid < '({first + PAGES_A_SLICE},0)'::tid", columns, cursor)

    starts = range(0, pages, PAGES_A_SLICE)
    for first, rows in zip(starts, sets.one_ahead(map(read, starts)) if ahead else map(read, starts), strict=True):
        progress(table, min(first + PAGES_A_SLICE, pages), pages)
        if rows.num_rows:
            yield rows


@contextmanager
def _joined_by_key() -> Iterator[None]:
    """A slice of facts finds its entries and salts by their keys: never a walk through a whole table for each slice."""
    cursor = sets.cursor()
    for how in ("enable_hashjoin", "enable_mergejoin"):
        cursor.execute(f"SET LOCAL {how} = off")
    yield
    for how in ("enable_hashjoin", "enable_mergejoin"):
        cursor.execute(f"RESET {how}")


def _one_row(duck: duckdb.DuckDBPyConnection, query: str) -> tuple[int, ...]:
    (row,) = duck.sql(query).fetchall()
    return tuple(row)


# ---- entries: does each hash fit its header?

_ENTRY_QUERY = f"""SELECT t.entry_id, t.fact_id, t.chain, t.position, t.name, t.actor, t.cause, {_INSTANT.format(column='t.recorded_at')}, t.fields,
    encode(t.commitments, 'hex'), encode(t.predecessor, 'hex'), t.version, encode(t.entry_hash, 'hex') FROM journal_entries t"""
_ENTRY_TYPES = {
    "entry_id": pa.int64(), "fact_id": pa.int64(), "chain": pa.int64(), "position": pa.int32(), "name": pa.string(), "actor": pa.string(),
    "cause": pa.string(), "recorded_at": pa.string(), "fields": pa.string(), "commitments": pa.string(), "predecessor": pa.string(),
    "version": pa.int32(), "entry_hash": pa.string(),
}
HASH_DOES_NOT_FIT = "the hash does not fit the header: the entry was changed after it was written"
COMMITMENTS_NOT_WHOLE = "the header cannot be read: there are not as many commitments as fields"


def _check_entries(duck: duckdb.DuckDBPyConnection, institution_id: int, found: _Found, progress: Progress) -> None:
    header = hashing.header_sql({
        "actor": "actor", "cause": "cause", "name": "name", "fields": _kept_fields_sql(), "institution_id": f"'{institution_id}'",
        "predecessor": "predecessor", "recorded_at": "recorded_at", "version": "version::varchar",
    })
    names = "CASE WHEN fields = '' THEN 0 ELSE len(string_split(fields, ',')) END"
    for rows in _slices("journal_entries", _ENTRY_QUERY, _ENTRY_TYPES, progress):
        for column in ("actor", "cause", "name"):
            rows = _with(rows, column, _each_distinct(rows[column], json.dumps))
        duck.register("slice", rows)
        found.add(duck.sql(f"""
            SELECT chain, position, entry_id, '{HASH_DOES_NOT_FIT}' FROM slice WHERE sha256({header}) IS DISTINCT FROM entry_hash
            UNION ALL SELECT chain, position, entry_id, '{COMMITMENTS_NOT_WHOLE}' FROM slice WHERE length(commitments) <> {_HEX_DIGEST} * ({names})
            UNION ALL SELECT chain, position, entry_id, concat('version ', version, ' is not known here') FROM slice WHERE version <> {VERSION}
        """).fetchall())
        duck.execute("INSERT INTO entries SELECT entry_id, fact_id, chain, position, unhex(predecessor), unhex(entry_hash) FROM slice")
        duck.unregister("slice")


@cache
def _kept_fields_sql() -> str:
    """The header's fields from names and commitments as they are kept: quick for the fact classes of today, by lists for any other."""
    known = {names: hashing.fields_sql(names, [_digest_at(place) for place in range(len(names))]) for names in map(committed_fields, FACT_TABLES)}
    cases = " ".join(f"WHEN '{','.join(names)}' THEN {text}" for names, text in known.items())
    one = f"concat('[\"', name, '\",\"', substr(commitments, (place - 1) * {_HEX_DIGEST} + 1, {_HEX_DIGEST}), '\"]')"
    other = f"CASE WHEN fields = '' THEN '' ELSE array_to_string(list_transform(string_split(fields, ','), lambda name, place: {one}), ',') END"
    return f"CASE fields {cases} ELSE {other} END"


def _digest_at(place: int) -> str:
    return f"substr(commitments, {place * _HEX_DIGEST + 1}, {_HEX_DIGEST})"


def _with(rows: pa.Table, name: str, column: pa.Array | pa.ChunkedArray) -> pa.Table:
    return rows.set_column(rows.column_names.index(name), name, column)


def _each_distinct(column: pa.ChunkedArray, change: Callable[[str], str]) -> pa.Array:
    """The column with each value changed: by Python, but once for each that differs. NULL stays NULL."""
    coded = column.combine_chunks().dictionary_encode()
    changed = [None if value is None else change(value) for value in coded.dictionary.to_pylist()]
    return pa.array(changed, pa.string()).take(coded.indices)


# ---- links: does each entry follow the one before it?


def _check_links(duck: duckdb.DuckDBPyConnection, found: _Found) -> None:
    found.add(duck.sql(f"""
        WITH placed AS (
            SELECT chain, position, entry_id, predecessor, row_number() OVER in_chain AS place, lag(entry_hash) OVER in_chain AS before
            FROM entries WINDOW in_chain AS (PARTITION BY chain ORDER BY position, entry_id))
        SELECT chain, place, entry_id, concat('position ', position, ' stands at place ', place, ': entries are missing, repeated or out of order')
        FROM placed WHERE position <> place
        UNION ALL SELECT chain, place, entry_id, 'the entry does not follow the one before it'
        FROM placed WHERE predecessor <> coalesce(before, unhex('{GENESIS}'))
    """).fetchall())


# ---- facts: does each say what its entry commits to?

_FACT_TYPES = {
    "fact_id": pa.int64(), "entry_id": pa.int64(), "at_place": pa.bool_(), "known_entry": pa.int64(), "entry_fact": pa.int64(), "chain": pa.int64(),
    "place": pa.int32(), "name": pa.string(), "fields": pa.string(), "commitments": pa.string(), "salts": pa.string(), "salt_person": pa.int64(),
    "personal_positions": pa.string(), "party": pa.int64(),
}


def _check_facts(duck: duckdb.DuckDBPyConnection, table: FactTable, vault: Vault | None, found: _Found, progress: Progress) -> None:
    columns = _value_columns(table)
    party = "t.party_id" if "party_id" in committed_fields(table.kind) else "NULL::bigint"
    select = f"""SELECT t.fact_id, t.entry_id, CASE WHEN t.position = e.position AND t.recorded_at = e.recorded_at THEN 'true' ELSE 'false' END,
        e.entry_id, e.fact_id, e.chain, e.position, e.name, e.fields, encode(e.commitments, 'hex'), encode(s.salts, 'hex'), s.party_id,
        encode(s.personal_positions, 'hex'), {party}, {', '.join(column.sql for column in columns)}
        FROM {table.table} t LEFT JOIN journal_entries e ON e.entry_id = t.entry_id LEFT JOIN journal_salts s ON s.entry_id = t.entry_id"""
    types = {**_FACT_TYPES, **{f"v_{column.name}": pa.string() for column in columns}}
    for rows in _slices(table.table, select, types, progress, ahead=not table.kind.PERSONAL):
        for column in columns:
            rows = _with(rows, f"v_{column.name}", column.canonical(rows, vault, found))
        duck.register("slice", rows)
        found.add(duck.sql(_fact_findings_sql(table, vault is not None)).fetchall())
        duck.execute("INSERT INTO facts SELECT fact_id, entry_id FROM slice")
        duck.unregister("slice")


def _fact_findings_sql(table: FactTable, personal_checked: bool) -> str:
    names = committed_fields(table.kind)
    pattern = table.kind.JOURNAL_NAME.replace("{kind}", "' || substr(v_kind, 3) || '")
    own_fields = f"fields = '{','.join(names)}' AND length(salts) = {2 * SALT_BYTES * len(names)}"
    questions = {
        "the entry of this fact is missing": "known_entry IS NULL",
        "the entry belongs to another fact": "entry_fact <> fact_id",
        "the fact’s row has another place or time than its entry": "known_entry IS NOT NULL AND NOT at_place",
        "the entry has another name than its fact": f"name <> '{pattern}'",
        "the salts of this entry are missing": "known_entry IS NOT NULL AND salts IS NULL",
        "the fact does not have the fields that the entry commits to": f"NOT ({own_fields})",
        "the salts are filed under another person, or as others than the personal ones": f"""salts IS NOT NULL AND
            (salt_person IS DISTINCT FROM party OR personal_positions <> '{bytes(personal_positions(table.kind)).hex()}')""",
    }
    for place, name in enumerate(names):
        if name in table.kind.PERSONAL and not personal_checked:
            continue
        salt = f"substr(salts, {place * 2 * SALT_BYTES + 1}, {2 * SALT_BYTES})"
        differs = f"{hashing.commitment_sql(f'unhex({salt})', name, f'v_{name}')} IS DISTINCT FROM {_digest_at(place)}"
        questions[f"field {name} is not the value that was recorded"] = f"{own_fields} AND {salt} <> '{NO_SALT}' AND {differs}"
    # One walk over the slice: each row answers with the sentences that hold for it.
    sentences = ", ".join(f"CASE WHEN {holds} THEN '{what}' END" for what, holds in questions.items())
    return f"""SELECT chain, place, entry_id, what FROM (
        SELECT chain, place, entry_id, unnest(list_filter([{sentences}], lambda said: said IS NOT NULL)) AS what FROM slice)"""


@dataclass(frozen=True, slots=True)
class _ValueColumn:
    """How one field of a fact comes from its column as SQL text, and becomes its canonical value."""

    name: str
    sql: str
    canonical: Callable[[pa.Table, Vault | None, _Found], pa.Array]


def _value_columns(table: FactTable) -> list[_ValueColumn]:
    hints = typing.get_type_hints(table.kind)
    return [
        _personal(name) if name in table.kind.PERSONAL else _plain(table, name, _bare(hints[name]))
        for name in committed_fields(table.kind)
    ]


def _bare(annotation: object) -> object:
    """The type without `| None`.

    >>> _bare(int | None)
    <class 'int'>
    """
    if typing.get_origin(annotation) not in (types.UnionType, typing.Union):
        return annotation
    (bare,) = (one for one in typing.get_args(annotation) if one is not type(None))
    return bare


def _plain(table: FactTable, name: str, kind: object) -> _ValueColumn:
    simple = kind if isinstance(kind, type) else object
    for known, sql in (
        (bool, "'b:' || t.{name}::int"), (int, "'i:' || t.{name}"), (datetime, f"'t:' || {_INSTANT.format(column='t.{name}')}"),
        (date, "'d:' || to_char(t.{name}, 'YYYY-MM-DD')"), (str, "'s:' || t.{name}"),
    ):
        if issubclass(simple, known):
            return _ValueColumn(name, f"coalesce({sql.format(name=name)}, 'n:')", lambda rows, vault, found: rows[f"v_{name}"].combine_chunks())
    return _ValueColumn(name, f"to_jsonb(t.{name})::text", lambda rows, vault, found: _structured(table, name, rows[f"v_{name}"]))


def _structured(table: FactTable, name: str, column: pa.ChunkedArray) -> pa.Array:
    """Lists and pairs: read as `load` reads them, each different one once. What cannot be read has no canonical value, so it is found."""
    read = table.read.get(name, lambda value: value)

    def canonical(text: str) -> str:
        try:
            return canonical_value(read(json.loads(text)))
        except (ValueError, TypeError):
            return "?:"

    return pc.fill_null(_each_distinct(column, canonical), "n:")


def _personal(name: str) -> _ValueColumn:
    return _ValueColumn(name, f"encode(t.sealed_{name}, 'hex')", lambda rows, vault, found: _unsealed(name, rows, vault, found))


def _unsealed(name: str, rows: pa.Table, vault: Vault | None, found: _Found) -> pa.Array:
    """Sealed texts opened, many at once; a row that does not open is a finding, and an erased one reads as `load` reads it."""
    sealed = pa.array([None if text is None else bytes.fromhex(text) for text in rows[f"v_{name}"].to_pylist()], pa.binary())
    if vault is None:
        return pa.nulls(len(sealed), pa.string())
    party_ids = rows["party"].combine_chunks()
    try:
        opened = vault.unseal_many(party_ids, sealed, name).to_pylist()
    except Unreadable:
        opened = _unsealed_one_by_one(name, rows, sealed, vault, found)
    return pa.array(["n:" if kept is None else "s:" + (text or b"").decode(errors="replace") for kept, text in zip(sealed.to_pylist(), opened, strict=True)])


def _unsealed_one_by_one(name: str, rows: pa.Table, sealed: pa.Array, vault: Vault, found: _Found) -> list[bytes | None]:
    opened: list[bytes | None] = []
    places = zip(rows["chain"].to_pylist(), rows["place"].to_pylist(), rows["entry_id"].to_pylist(), strict=True)
    for place, party_id, one in zip(places, rows["party"].to_pylist(), sealed.to_pylist(), strict=True):
        text = None
        try:
            text = vault.unseal_many(pa.array([party_id], pa.int64()), pa.array([one], pa.binary()), name)[0].as_py()
        except Unreadable:
            found.add([(*place, f"field {name} does not open: its sealed bytes or the person’s key were changed")])
        opened.append(text)
    return opened


# ---- both ways: one fact an entry, one entry a fact


def _check_pairs(duck: duckdb.DuckDBPyConnection, found: _Found, progress: Progress) -> None:
    found.add(duck.sql("""
        SELECT e.chain, e.position, e.entry_id, 'the fact of this entry is missing' FROM entries e
        WHERE NOT EXISTS (SELECT 1 FROM facts f WHERE f.entry_id = e.entry_id AND f.fact_id = e.fact_id)
        UNION ALL SELECT any_value(e.chain), any_value(e.position), f.entry_id, concat(count(*), ' facts name this entry')
        FROM facts f LEFT JOIN entries e USING (entry_id) GROUP BY f.entry_id HAVING count(*) > 1
    """).fetchall())
    _gather(duck, "salts", _slices("journal_salts", "SELECT t.entry_id FROM journal_salts t", {"entry_id": pa.int64()}, progress))
    found.add(duck.sql("SELECT 0, 0, entry_id, 'the entry of these salts is missing' FROM salts WHERE entry_id NOT IN (SELECT entry_id FROM entries)").fetchall())


def _check_cases(duck: duckdb.DuckDBPyConnection, found: _Found, progress: Progress) -> None:
    """A case's row says whose it is and has no entry of its own: it must say what the event says that opened it, and be there."""
    columns = {"case_id": pa.int64(), "party_id": pa.int64(), "book": pa.string(), "kind": pa.string()}
    for name, table, kind in (("cases", "cases", "'opened'"), ("events", "case_events", "t.kind")):
        _gather(duck, name, _slices(table, f"SELECT t.case_id, t.party_id, t.book, {kind} FROM {table} t", columns, progress))
    found.add(duck.sql("""
        SELECT case_id, 0, 0, 'the case’s row says another person or book than the event that opened it' FROM (FROM cases EXCEPT FROM events)
        UNION ALL SELECT case_id, 0, 0, 'the row of this case is missing' FROM (SELECT DISTINCT case_id FROM events) WHERE case_id NOT IN (SELECT case_id FROM cases)
    """).fetchall())


def _gather(duck: duckdb.DuckDBPyConnection, name: str, slices: Iterator[pa.Table]) -> None:
    """All slices in one table of DuckDB, made by `_engine`."""
    for rows in slices:
        duck.register("slice", rows)
        duck.execute(f"INSERT INTO {name} SELECT * FROM slice")
        duck.unregister("slice")
