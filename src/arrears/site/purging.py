"""What do the database's files still hold of rows that were deleted, and how does it go?

A deleted row stays in its table's file until the table is written anew, in the old file until the next checkpoint, in samples that ANALYZE
took, and in the write-ahead log until its segment is removed. So: write the tables that erasure touches anew, with new samples; write the
table of samples anew; begin a new segment; checkpoint. Twice, since a checkpoint keeps the segment in which it began. The embedded server does not
recycle segments (a recycled one keeps its old bytes until it is written over). On a server of somebody else's, what the owner may not do is
told, and its administrator does it.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass

import psycopg
from psycopg import sql

from arrears.core.problems import Refused
from arrears.engine.home import Home
from arrears.site.database import DATABASE, OWNER_VARIABLE, embedded_server

TOUCHED = ("party_keys", "id_map", "search_index", "journal_salts")
"""Tables in which erasure deletes or blanks."""
SAMPLES = "pg_catalog.pg_statistic"
_ROUNDS = 2


@dataclass(frozen=True, slots=True)
class Purged:
    """What was written anew, and what could not be done (each a sentence for whoever may)."""

    tables: tuple[str, ...]
    bytes_before: int
    bytes_after: int
    log_file: str
    left: tuple[str, ...]


def purge(home: Home, environ: Mapping[str, str] = os.environ) -> Purged:
    """Remove what the database's files hold of deleted rows. Tables are locked while they are written anew: seconds a million rows.

    Raises:
        Refused: the database does not answer, or somebody holds a table for more than a minute.
    """
    if owner := environ.get(OWNER_VARIABLE, "").strip():
        return _purge(owner)
    with embedded_server(home).running() as server:
        return _purge(server.superuser_url(DATABASE))


def purge_at(url: str) -> Purged:
    """The same at this address."""
    return _purge(url)


def _purge(url: str) -> Purged:
    try:
        with psycopg.connect(url, autocommit=True, connect_timeout=10) as connection:
            connection.execute("SET lock_timeout = '60s'")
            before = _size(connection)
            left = _written_anew(connection)
            for _ in range(_ROUNDS):
                left += _attempt(connection, "SELECT pg_switch_wal()", "Begin a new segment of the write-ahead log: SELECT pg_switch_wal();")
                left += _attempt(connection, "CHECKPOINT", "Let the server write a checkpoint: CHECKPOINT;")
            return Purged((*TOUCHED, SAMPLES), before, _size(connection), _log_file(connection), tuple(dict.fromkeys(left + _recycling(connection))))
    except psycopg.Error as problem:
        raise Refused(f"The database's files could not be cleaned: {str(problem).splitlines()[0]}",
                      "The person is erased, but bytes of deleted rows are still in the files of the database.",
                      "Try again when nothing else is at work: arrears privacy purge") from problem


def _written_anew(connection: psycopg.Connection) -> list[str]:
    for table in TOUCHED:
        connection.execute(sql.SQL("VACUUM (FULL, ANALYZE) {}").format(sql.Identifier("public", table)))
    return _attempt(connection, f"VACUUM FULL {SAMPLES}", f"Write the samples anew, as a superuser or the database's owner: VACUUM FULL {SAMPLES};")


def _attempt(connection: psycopg.Connection, statement: str, remedy: str) -> list[str]:
    """Nothing where it worked, else what somebody with more rights must do. A refused VACUUM is a warning only, so it is listened for."""
    warned: list[str] = []

    def hear(diagnostic: psycopg.errors.Diagnostic) -> None:
        if diagnostic.severity_nonlocalized == "WARNING":
            warned.append(remedy)

    connection.add_notice_handler(hear)
    try:
        connection.execute(statement)  # type: ignore[arg-type]  # our own words
    except psycopg.errors.InsufficientPrivilege:
        warned.append(remedy)
    finally:
        connection.remove_notice_handler(hear)
    return warned


def _recycling(connection: psycopg.Connection) -> list[str]:
    """Would segments of the log be kept, recycled or sent away with their old bytes in them?"""
    told = []
    settings = dict(connection.execute("SELECT name, setting FROM pg_settings WHERE name IN ('wal_recycle', 'wal_keep_size', 'archive_mode')").fetchall())
    if settings.get("wal_recycle") == "on":
        told.append("The server recycles segments of its log with their old bytes (wal_recycle = on): turn that off, or wait until all were written over.")
    if settings.get("wal_keep_size", "0") != "0":
        told.append("The server keeps segments of its log (wal_keep_size): those from before hold deleted rows until they are removed.")
    if settings.get("archive_mode", "off") != "off":
        told.append("The server archives its log (archive_mode): the archive holds deleted rows for as long as it is kept.")
    if (connection.execute("SELECT count(*) FROM pg_replication_slots").fetchone() or (0,))[0]:
        told.append("A replication slot keeps segments of the log: those from before hold deleted rows until it has moved on.")
    return told


def _size(connection: psycopg.Connection) -> int:
    row = connection.execute("SELECT sum(pg_total_relation_size(name::regclass)) FROM unnest(%s::text[]) AS name", [list(TOUCHED)]).fetchone()
    return int(row[0]) if row else 0


def _log_file(connection: psycopg.Connection) -> str:
    """Up to where does the log go now? Older files than this one are gone on our own server."""
    try:
        row = connection.execute("SELECT pg_walfile_name(redo_lsn) FROM pg_control_checkpoint()").fetchone()
    except psycopg.errors.InsufficientPrivilege:
        return ""
    return str(row[0]) if row else ""
