"""How is the database copied as of one moment, and put back?

By PostgreSQL's own `pg_dump` and `pg_restore` from the programs that come with us. A dump holds what counts and nothing else: no role and no
password, no row that was deleted and not yet swept, and it can be read by any later version and on any machine. The moment is a snapshot that
one connection exports; the dump and the figures of the manifest are both read from it.

The role that dumps must see the rows of every institution: on our own server the superuser, on somebody's a role with BYPASSRLS
(`DATABASE_BACKUP_URL`, or the owner where it may), since row-level security is forced for the owner too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from functools import cached_property
from pathlib import Path

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from arrears.core.problems import Refused
from arrears.engine import kept_secrets
from arrears.engine.backup_folder import DatabaseFigures, JournalFigures
from arrears.engine.home import Home
from arrears.site.database import DatabaseUrls
from arrears.site.embedded_postgres import SUPERUSER
from arrears.site.postgres_binaries import bundled
from arrears.site.postgres_programs import restore, run

BACKUP_VARIABLE = "DATABASE_BACKUP_URL"
_NOT_COUNTED = frozenset({"django_session", "django_migrations", "django_content_type", "auth_permission", "django_admin_log"})
"""Tables whose rows say nothing about anybody's record: sessions end, and migrations fill the others."""
_JOURNAL = """SELECT coalesce(sum(entries), 0)::bigint, coalesce(sum(chains), 0)::bigint,
    encode(sha256(coalesce(string_agg(digest, ''::bytea ORDER BY part), ''::bytea)), 'hex')
  FROM (SELECT chain & 255 AS part, count(*) AS entries, count(DISTINCT chain) AS chains, sha256(string_agg(entry_hash, ''::bytea ORDER BY chain, position)) AS digest
        FROM journal_entries WHERE institution_id = %s GROUP BY 1) parts"""
# In 256 parts, because no value in PostgreSQL may have more than 1 GB: 33 million hashes.


def copying_url(home: Home, urls: DatabaseUrls, environ: Mapping[str, str]) -> str:
    """The address of a role that sees every row, or the owner's where no other is named."""
    if urls.embedded:
        return make_conninfo(urls.owner, user=SUPERUSER, password=kept_secrets.keep(home.secrets / "database-superuser-password"))
    return environ.get(BACKUP_VARIABLE, "").strip() or urls.owner


class FrozenPostgres:
    """The database as of a snapshot that `connection` holds and exports."""

    def __init__(self, url: str, connection: psycopg.Connection, *, embedded: bool) -> None:
        self._url, self._connection, self._embedded = url, connection, embedded
        row = connection.execute("SELECT pg_export_snapshot(), pg_database_size(current_database())").fetchone()
        assert row is not None
        self._snapshot, self.total_bytes = str(row[0]), int(row[1])

    @cached_property
    def figures(self) -> DatabaseFigures:
        """How much is in it."""
        return figures(self._connection, embedded=self._embedded)

    @cached_property
    def runs(self) -> tuple[tuple[str, date, int], ...]:
        """Which runs are recorded: book, day, number."""
        return tuple(self._connection.execute("SELECT book, as_of, number FROM runs_published ORDER BY recorded_at, book, as_of, number").fetchall())

    def dump(self, target: Path) -> None:
        """Write PostgreSQL's archive; compressed lightly, since most of it is digests. Nobody's sign-in is in it."""
        run("pg_dump", self._url, "--format=custom", "--compress=1", "--exclude-table-data=public.django_session", f"--snapshot={self._snapshot}", f"--file={target}")
        target.chmod(0o600)


@contextmanager
def frozen(url: str, *, embedded: bool) -> Iterator[FrozenPostgres]:
    """Hold one moment of the database fast. Raises `Refused` where the role sees too little, or the server is newer than our `pg_dump`."""
    with psycopg.connect(url) as connection:
        _refuse_newer_server(connection)
        _refuse_a_role_that_sees_too_little(connection)
        connection.rollback()
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        yield FrozenPostgres(url, connection, embedded=embedded)
        connection.rollback()


def figures(connection: psycopg.Connection, *, embedded: bool) -> DatabaseFigures:
    """How much is in this database, as of the connection's transaction? For a role under row-level security too: each institution is asked for."""
    institutions = connection.execute("SELECT institution_id, name FROM institutions ORDER BY institution_id").fetchall()
    columns = connection.execute(
        """SELECT t.tablename, EXISTS (SELECT FROM information_schema.columns c WHERE c.table_schema = 'public' AND c.table_name = t.tablename
                                       AND c.column_name = 'institution_id') AND t.rowsecurity FROM pg_tables t WHERE t.schemaname = 'public'""").fetchall()
    rows = {table: 0 for table, _ in columns if table not in _NOT_COUNTED}
    rows |= {table: _count(connection, table) for table, closed in columns if table in rows and not closed}
    journals = []
    for institution_id, name in institutions:
        connection.execute("SELECT set_config('arrears.institution', %s, true)", [str(institution_id)])
        for table, closed in columns:
            if closed:
                rows[table] += _count(connection, table, institution_id)
        entries, chains, digest = connection.execute(_JOURNAL, [institution_id]).fetchone()  # type: ignore[misc]
        journals.append(JournalFigures(institution_id, name, entries, chains, digest))
    newest = connection.execute("SELECT max(name) FROM django_migrations WHERE app = 'store'").fetchone()
    return DatabaseFigures(connection.info.parameter_status("server_version") or "", embedded, str(newest[0]) if newest else "", rows, tuple(journals))


def _count(connection: psycopg.Connection, table: str, institution_id: int | None = None) -> int:
    query = sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier("public", table))
    if institution_id is not None:
        query = sql.SQL("{} WHERE institution_id = {}").format(query, sql.Literal(institution_id))
    row = connection.execute(query).fetchone()
    assert row is not None
    return int(row[0])


def figures_at(url: str, *, embedded: bool) -> DatabaseFigures:
    """The same for whoever has an address."""
    with psycopg.connect(url) as connection:
        return figures(connection, embedded=embedded)


def put_back(dump: Path, owner_url: str) -> None:
    """Put a dump into an empty database, as the owner: all that is in it belongs to the owner, and no other right is given. All or nothing.

    Raises:
        Refused: the database is not empty, or PostgreSQL refuses.
    """
    with psycopg.connect(owner_url) as connection:
        there = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' LIMIT 1").fetchone()
        server_version = connection.info.server_version
    if there:
        raise Refused(f"The database is not empty: there is a table {there[0]}.", "A restore never writes over records.", "Name an empty database.")
    restore(dump, owner_url, server_version)
    with psycopg.connect(owner_url) as connection:  # Migrations grant the rest; this alone they say only when a function is made.
        connection.execute("REVOKE ALL ON ALL FUNCTIONS IN SCHEMA public FROM PUBLIC")


def empty(owner_url: str) -> None:
    """Remove what a failed restore put into a database that was empty before."""
    with psycopg.connect(owner_url) as connection:
        for (table,) in connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall():
            connection.execute(sql.SQL("DROP TABLE IF EXISTS {} CASCADE").format(sql.Identifier("public", table)))
        named = "SELECT p.oid::regprocedure::text FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace AND p.proowner = current_user::regrole"
        for (function,) in connection.execute(named).fetchall():
            connection.execute(sql.SQL("DROP FUNCTION IF EXISTS {} CASCADE").format(sql.SQL(function)))


def _refuse_newer_server(connection: psycopg.Connection) -> None:
    ours, theirs = bundled().major, connection.info.server_version // 10_000
    if theirs > ours:
        raise Refused(
            f"The server is PostgreSQL {theirs}, and the pg_dump that comes with arrears is of version {ours}.", "An older pg_dump may not read a newer server.",
            "Back the database up by the server's own means, and the home's files beside it, or use an arrears with a newer PostgreSQL.",
        )


def _refuse_a_role_that_sees_too_little(connection: psycopg.Connection) -> None:
    row = connection.execute("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user").fetchone()
    if row is None or not row[0]:
        raise Refused(
            f"The role {connection.info.user} does not see the rows of every institution.", "Row-level security holds for the owner of the tables too, and half a database is no backup.",
            f"Name in {BACKUP_VARIABLE} a role that may: CREATE ROLE arrears_backup LOGIN BYPASSRLS PASSWORD …; GRANT pg_read_all_data TO arrears_backup;",
        )
