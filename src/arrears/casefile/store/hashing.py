"""What are the journal entries of half a million facts, in columns?

The same canonical form as `casefile.facts.journal`, written as one DuckDB expression a fact class: commitments, header, hash, and the
line that COPY will read. A test holds the two forms together byte by byte. Nothing is written here.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime

import duckdb
import pyarrow as pa

from arrears.casefile.facts.fact import Fact, committed_fields
from arrears.casefile.facts.journal import SALT_BYTES, VERSION, instant
from arrears.casefile.store import sets

_TAGS = {"int": ("i:", "bigint"), "date": ("d:", "date")}
ENTRY_COLUMNS = {
    "entry_id": "bigint", "fact_id": "bigint", "chain": "bigint", "position": "integer", "name": "text", "predecessor": "bytea",
    "commitments": "bytea", "entry_hash": "bytea", "salts": "bytea",
}
"""Columns of a COPY line before the fact's own, and their PostgreSQL types."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """What all entries of a set share: whose they are, who recorded them, when, and because of what."""

    institution_id: int
    actor: str
    at: datetime
    cause: str


def field_types(kind: type[Fact]) -> dict[str, str]:
    """Which PostgreSQL type has each committed field of a fact that is written in sets?"""
    return {field.name: _tag(field.type)[1] for field in dataclasses.fields(kind)}  # type: ignore[arg-type]


def _tag(annotation: str) -> tuple[str, str]:
    return _TAGS.get(annotation.removesuffix(" | None"), ("s:", "text"))


def salt_columns(kind: type[Fact], count: int, draw: Callable[[int], bytes]) -> list[pa.Array]:
    """Draw `count` salts for each field of a fact class; `draw` answers that many random bytes (`os.urandom`)."""
    size = SALT_BYTES
    return [
        pa.FixedSizeBinaryArray.from_buffers(pa.binary(size), count, [None, pa.py_buffer(draw(size * count))])
        for _ in committed_fields(kind)
    ]


def hash_set(
    kind: type[Fact], facts: pa.Table, salts: list[pa.Array], recorded: Recorded, *,
    with_header: bool = False, duck: duckdb.DuckDBPyConnection | None = None,
) -> pa.Table:
    """Which entries do these facts get?

    `facts` has the fact's fields and entry_id, fact_id, chain, position, predecessor (hex). Answers, in the same order: chain, position,
    entry_hash (hex) and `line`, ready for COPY into a table of `ENTRY_COLUMNS` and the fact's fields; the header as well where asked for.
    `duck` saves making an engine for each of many chunks.
    """
    names = committed_fields(kind)
    for place, salt in enumerate(salts):
        facts = facts.append_column(f"_s{place}", salt)
    with nullcontext(duck) if duck else sets.engine() as duck:
        duck.execute("SET preserve_insertion_order = true")
        duck.register("facts", facts)
        return duck.sql(f"""
            WITH committed AS (SELECT *, {_commitments(kind)}, {_name_sql(kind)} AS _name FROM facts),
            headed AS (SELECT *, {_header_sql(names, recorded)} AS header FROM committed),
            hashed AS (SELECT *, sha256(header) AS entry_hash FROM headed)
            SELECT chain, position, {"header, " if with_header else ""}entry_hash, {_line_sql(kind)} AS line FROM hashed
        """).to_arrow_table()


def _commitments(kind: type[Fact]) -> str:
    parts = []
    for place, field in enumerate(dataclasses.fields(kind)):  # type: ignore[arg-type]
        value = f"coalesce('{_tag(field.type)[0]}' || {field.name}::varchar, 'n:')"
        parts.append(f"{commitment_sql(f'_s{place}', field.name, value)} AS _c{place}")
    return ", ".join(parts)


def commitment_sql(salt: str, name: str, canonical: str) -> str:
    """Which DuckDB expression commits to a field (hex)? `salt` is a column of bytes, `canonical` the field's canonical value as an expression.

    >>> commitment_sql("salt", "kind", "value")
    "sha256(salt || encode('kind' || chr(31) || value))"
    """
    return f"sha256({salt} || encode('{name}' || chr(31) || {canonical}))"


def _name_sql(kind: type[Fact]) -> str:
    return "'" + kind.JOURNAL_NAME.replace("{kind}", "' || kind || '") + "'"


def _header_sql(names: tuple[str, ...], recorded: Recorded) -> str:
    """The canonical header of a set's entry: what the whole set shares is written out."""
    return header_sql({
        "actor": _text(json.dumps(recorded.actor)), "cause": _text(json.dumps(recorded.cause)), "name": "'\"' || _name || '\"'",
        "fields": fields_sql(names, [f"_c{place}" for place in range(len(names))]), "institution_id": _text(str(recorded.institution_id)),
        "predecessor": "predecessor", "recorded_at": _text(instant(recorded.at)), "version": _text(str(VERSION)),
    })


def header_sql(said: Mapping[str, str]) -> str:
    """Which DuckDB expression is the canonical header? Keys in sorted order, as `json.dumps(sort_keys=True)` writes them.

    `said` has an expression for each of: actor, cause, name (JSON texts with their quotes), fields (`fields_sql`), institution_id, predecessor
    (hex), recorded_at (as `journal.instant`), version. Ids, chain and position are columns of these names.
    """
    return _concat([
        _text('{"actor":'), said["actor"], _text(',"cause":'), said["cause"], _text(',"chain":"'), "chain::varchar",
        _text('","entry_id":"'), "entry_id::varchar", _text('","fact_id":"'), "fact_id::varchar", _text('","fields":['), said["fields"],
        _text('],"institution_id":"'), said["institution_id"], _text('","name":'), said["name"], _text(',"position":'), "position::varchar",
        _text(',"predecessor":"'), said["predecessor"], _text('","recorded_at":"'), said["recorded_at"], _text('","version":'), said["version"],
        _text("}"),
    ])


def fields_sql(names: Sequence[str], digests: Sequence[str]) -> str:
    """Which DuckDB expression lists a header's fields? `digests` are expressions of the commitments in hex.

    >>> print(fields_sql(["kind"], ["_c0"]))
    concat('["kind","', _c0, '"]')
    """
    return _concat([", ',', ".join(f"""'["{name}","', {digest}, '"]'""" for name, digest in zip(names, digests, strict=True))])


def _line_sql(kind: type[Fact]) -> str:
    places = range(len(committed_fields(kind)))
    salts, digests = [f"hex(_s{place})" for place in places], [f"_c{place}" for place in places]
    fields = [
        "entry_id::varchar", "fact_id::varchar", "chain::varchar", "position::varchar", "_name", _concat([r"'\\x'", "predecessor"]),
        _concat([r"'\\x'", *digests]), _concat([r"'\\x'", "entry_hash"]), _concat([r"'\\x'", *salts]),
        *(sets.copy_field(name, sql_type) for name, sql_type in field_types(kind).items()),
    ]
    return _concat([", chr(9), ".join(fields), "chr(10)"])


def _concat(parts: list[str]) -> str:
    """One call for many parts: a chain of || would copy the growing text at every step."""
    return f"concat({', '.join(parts)})"


def _text(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
