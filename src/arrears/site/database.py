"""Which database holds the cases, and who may do what in it?

Comes in: a home and the environment. Goes out: two addresses. `owner` makes tables (migrations only); `app` is the role `arrears_app`,
with which everything else works: no superuser, no way around row-level security, not the owner of anything. By default the database is
our own (`embedded_postgres`); `DATABASE_URL` (the owner's) names a server, 15 or newer, and `DATABASE_APP_URL` the other role there,
where the owner must not make one.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from arrears.core.problems import Refused
from arrears.engine import kept_secrets
from arrears.engine.home import Home
from arrears.site.embedded_postgres import EmbeddedPostgres, Place, place_for
from arrears.site.postgres_binaries import SYSTEM_FOLDER, Binaries, bundled

APP_ROLE, OWNER_ROLE, DATABASE = "arrears_app", "arrears_owner", "arrears"
OWNER_VARIABLE, APP_VARIABLE = "DATABASE_URL", "DATABASE_APP_URL"
SERVER_MAJOR_MIN = 15
_LOCK_KEY = 4_702_394_921_427_289_928
"""Any fixed number: one maker of roles or runner of migrations at a time on one server."""


@dataclass(frozen=True, slots=True)
class DatabaseUrls:
    """Two ways into one database. They carry passwords, so they are not shown."""

    app: str = field(repr=False)
    owner: str = field(repr=False)
    embedded: bool = True

    def __repr__(self) -> str:
        return f"DatabaseUrls(embedded={self.embedded})"


def django_database(url: str) -> dict[str, object]:
    """How does Django name this address?

    >>> django_database("postgresql://a:secret@/arrears?host=%2Ftmp%2Fx&sslmode=require")["OPTIONS"]
    {'sslmode': 'require'}
    """
    parts = dict(conninfo_to_dict(url))
    named = {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.pop("dbname", ""), "USER": parts.pop("user", ""), "PASSWORD": parts.pop("password", ""),
        "HOST": parts.pop("host", ""), "PORT": str(parts.pop("port", "") or ""),
    }
    return {**named, "OPTIONS": parts}


@contextmanager
def open_database(home: Home, environ: Mapping[str, str]) -> Iterator[DatabaseUrls]:
    """The database of this home, ready to be used for as long as the context lasts. Raises `Refused` or `Busy`."""
    if environ.get(OWNER_VARIABLE, "").strip():
        yield on_server(home, environ)
        return
    with embedded_server(home).running() as server:
        yield on_embedded(home, server)


def embedded_server(
    home: Home, binaries: Binaries | None = None, *, place: Place | None = None, settings: Mapping[str, str] = MappingProxyType({}),
    system_folder: Path = SYSTEM_FOLDER,
) -> EmbeddedPostgres:
    """The server of our own that belongs to this home, not started yet; `place` for one in the making beside it."""
    return EmbeddedPostgres(
        place or place_for(home.postgresql, is_root=os.geteuid() == 0, system_folder=system_folder), binaries or bundled(),
        superuser_password=lambda: kept_secrets.keep(home.secrets / "database-superuser-password"),
        log_file=home.logs / "postgresql.log", settings=settings, system_folder=system_folder,
    )


def on_embedded(home: Home, server: EmbeddedPostgres) -> DatabaseUrls:
    """Make what is missing of roles and database on our own server."""
    owner_password, app_password = (kept_secrets.keep(home.secrets / f"database-{name}-password") for name in ("owner", "app"))
    with _connected(server.superuser_url()) as superuser, _alone(superuser):
        for role, password in ((OWNER_ROLE, owner_password), (APP_ROLE, app_password)):
            if not _exists(superuser, "SELECT 1 FROM pg_roles WHERE rolname = %s", role):
                _make_role(superuser, role, password)
        if not _exists(superuser, "SELECT 1 FROM pg_database WHERE datname = %s", DATABASE):
            superuser.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(DATABASE), sql.Identifier(OWNER_ROLE)))
    urls = DatabaseUrls(server.url(APP_ROLE, app_password, DATABASE), server.url(OWNER_ROLE, owner_password, DATABASE), embedded=True)
    _close_to_the_public(urls.owner)
    return urls


def on_server(home: Home, environ: Mapping[str, str]) -> DatabaseUrls:
    """Make what is missing of the application's role on somebody's server, and refuse one that could see too much."""
    owner = environ[OWNER_VARIABLE].strip()
    with _connected(owner) as connection:
        _refuse_old_server(connection)
        app = environ.get(APP_VARIABLE, "").strip() or _app_role_on_server(connection, home, owner)
    _close_to_the_public(owner)
    with _connected(app) as connection:
        _refuse_powerful_role(connection, _user_of(owner))
    return DatabaseUrls(app, owner, embedded=False)


def _app_role_on_server(connection: psycopg.Connection, home: Home, owner: str) -> str:
    """The address of `arrears_app` with the password this home keeps; the role is made if it is not there and we may."""
    password = kept_secrets.keep(home.secrets / "database-app-password")
    if not _exists(connection, "SELECT 1 FROM pg_roles WHERE rolname = %s", APP_ROLE):
        try:
            _make_role(connection, APP_ROLE, password)
        except psycopg.errors.InsufficientPrivilege as refused:
            raise Refused(
                f"The role in {OWNER_VARIABLE} may not make the role {APP_ROLE}.", "The program works with a role that owns nothing.",
                f"Let an administrator of the server make it (LOGIN NOSUPERUSER NOBYPASSRLS) and name it in {APP_VARIABLE}.",
            ) from refused
    app = psycopg.conninfo.make_conninfo(owner, user=APP_ROLE, password=password)
    try:
        psycopg.connect(app, connect_timeout=10).close()
    except psycopg.OperationalError as refused:
        raise Refused(
            f"The server does not let {APP_ROLE} in with the password that this home keeps.", "The role was made by another home, or its password was changed.",
            f"Name the role with its password in {APP_VARIABLE}.",
        ) from refused
    return app


def _make_role(connection: psycopg.Connection, role: str, password: str) -> None:
    """The server gets the password's SCRAM verifier, never the password: its log cannot tell it."""
    verifier = connection.pgconn.encrypt_password(password.encode(), role.encode(), b"scram-sha-256").decode()
    connection.execute(
        sql.SQL("CREATE ROLE {} LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE NOREPLICATION PASSWORD {}").format(
            sql.Identifier(role), sql.Literal(verifier)))


def _close_to_the_public(owner_url: str) -> None:
    """Nobody connects or makes anything without being named; grants on tables are the business of migrations."""
    with _connected(owner_url) as owner, _alone(owner):
        database = sql.Identifier(owner.info.dbname)
        owner.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(database))
        owner.execute("REVOKE ALL ON SCHEMA public FROM PUBLIC")
        if _exists(owner, "SELECT 1 FROM pg_roles WHERE rolname = %s", APP_ROLE):
            owner.execute(sql.SQL("GRANT CONNECT, TEMPORARY ON DATABASE {} TO {}").format(database, sql.Identifier(APP_ROLE)))


def _refuse_old_server(connection: psycopg.Connection) -> None:
    major = connection.info.server_version // 10_000
    if major < SERVER_MAJOR_MIN:
        raise Refused(
            f"The server is PostgreSQL {major}; arrears needs {SERVER_MAJOR_MIN} or newer.", "Nothing was changed on it.",
            f"Upgrade the server, or unset {OWNER_VARIABLE} to use the database that comes with arrears.",
        )


def _refuse_powerful_role(connection: psycopg.Connection, owner: str) -> None:
    """For a superuser or the owner's own role, row-level security protects nobody, silently."""
    row = connection.execute(
        "SELECT rolsuper OR rolbypassrls OR pg_has_role(rolname, %s, 'MEMBER') FROM pg_roles WHERE rolname = current_user", [owner]
    ).fetchone()
    if connection.info.user != APP_ROLE:
        raise Refused(
            f"The role in {APP_VARIABLE} is called {connection.info.user}.", f"Migrations give rights to {APP_ROLE} and to nobody else.",
            f"Call it {APP_ROLE}.",
        )
    if row is None or row[0]:
        raise Refused(
            f"The role {connection.info.user} may do too much.", "It would see the cases of every institution.",
            f"Name in {APP_VARIABLE} a role that is no superuser, does not bypass row security, and is not a member of the owner's role.",
        )


def _user_of(url: str) -> str:
    with _connected(url) as connection:
        return connection.info.user


def _exists(connection: psycopg.Connection, query: str, name: str) -> bool:
    return connection.execute(query, [name]).fetchone() is not None  # type: ignore[arg-type]


@contextmanager
def _alone(connection: psycopg.Connection) -> Iterator[None]:
    """One process at a time makes roles, or runs migrations, on one server."""
    connection.execute("SELECT pg_advisory_lock(%s)", [_LOCK_KEY])
    try:
        yield
    finally:
        connection.execute("SELECT pg_advisory_unlock(%s)", [_LOCK_KEY])


@contextmanager
def one_at_a_time(owner_url: str) -> Iterator[None]:
    """Hold the lock that migrations and the making of roles share."""
    with _connected(owner_url) as connection, _alone(connection):
        yield


@contextmanager
def _connected(url: str) -> Iterator[psycopg.Connection]:
    """A connection whose statements count at once. The message of a failed one names the server, never the password."""
    try:
        connection = psycopg.connect(url, autocommit=True, connect_timeout=10)
    except psycopg.OperationalError as problem:
        raise Refused(
            f"The database does not answer: {str(problem).splitlines()[-1]}", "Cases cannot be read or written.",
            f"Start the server, or correct {OWNER_VARIABLE}.",
        ) from problem
    with connection:
        yield connection
