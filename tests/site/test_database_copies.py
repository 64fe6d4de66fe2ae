"""Is a database that was copied while people wrote into it one moment, and is everything that protects it there again when it is put back?"""

from __future__ import annotations

import importlib
import secrets
import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from types import SimpleNamespace

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo

from arrears.core.problems import Refused
from arrears.engine.use_cases.restoring import refuse_other_figures
from arrears.site import bootstrap, database_copies
from arrears.site.database import DatabaseUrls

PROTECTION = """
    SELECT 'trigger', c.relname || ' ' || t.tgname || ' ' || t.tgenabled::text FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid WHERE NOT t.tgisinternal
    UNION ALL SELECT 'policy', tablename || ' ' || policyname || ' ' || qual || ' ' || with_check FROM pg_policies
    UNION ALL SELECT 'rls', relname || ' ' || relrowsecurity || ' ' || relforcerowsecurity FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
    UNION ALL SELECT 'constraint', conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid) FROM pg_constraint WHERE connamespace = 'public'::regnamespace
    UNION ALL SELECT 'index', indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename NOT LIKE 'mfa%'
    UNION ALL SELECT 'function', oid::regprocedure::text || ' ' || prosecdef || ' ' || coalesce(proconfig::text, '') FROM pg_proc WHERE pronamespace = 'public'::regnamespace
    UNION ALL SELECT 'right', table_name || ' ' || privilege_type FROM information_schema.table_privileges WHERE grantee = 'arrears_app'
    UNION ALL SELECT 'may call', p.oid::regprocedure::text FROM pg_proc p WHERE pronamespace = 'public'::regnamespace AND has_function_privilege('arrears_app', p.oid, 'EXECUTE')
    ORDER BY 1, 2"""
"""Whatever keeps facts as they were written and institutions apart. (One index of the sign-in library is written down in other words after a restore.)"""
_NAMES = ("append", "ids", "institution", "models")


@pytest.fixture
def store(database, envelope_key) -> SimpleNamespace:
    return SimpleNamespace(**{name: importlib.import_module(f"arrears.casefile.store.{name}") for name in _NAMES})


@pytest.fixture
def copying_url(postgres_server) -> str:
    return str(postgres_server[1].superuser_url("arrears"))


@pytest.fixture
def other_database(postgres_server, database) -> Iterator[DatabaseUrls]:
    """An empty database of the owner's on the same server."""
    name = f"other_{secrets.token_hex(4)}"
    with psycopg.connect(postgres_server[1].superuser_url(), autocommit=True) as superuser:
        superuser.execute(sql.SQL("CREATE DATABASE {} OWNER arrears_owner").format(sql.Identifier(name)))
        try:
            yield DatabaseUrls(make_conninfo(database.app, dbname=name), make_conninfo(database.owner, dbname=name))
        finally:
            superuser.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def opening(store, person: int):
    from arrears.casefile.facts.case import CaseEvent, CaseEventKind

    return CaseEvent(CaseEventKind.OPENED, store.ids.random_id(), person, "main", date(2026, 1, 5), 7)


def record_one(store, bank: int) -> None:
    with store.institution.acting_for(bank):
        store.append.append(opening(store, store.ids.random_id()), actor="nightly", at=datetime(2026, 1, 6, tzinfo=UTC), cause="run 7")


def test_a_copy_taken_while_four_threads_record_is_one_moment_with_an_entry_for_each_fact(store, copying_url, other_database, tmp_path):
    bank = store.institution.create_institution("Harbour Bank")
    stop = threading.Event()
    troubles: list[BaseException] = []

    def write() -> None:
        from django.db import connection

        try:
            while not stop.is_set():
                record_one(store, bank)
        except BaseException as trouble:  # a thread's trouble must reach the test
            troubles.append(trouble)
        finally:
            connection.close()

    writers = [threading.Thread(target=write) for _ in range(4)]
    [writer.start() for writer in writers]
    try:
        with database_copies.frozen(copying_url, embedded=True) as frozen:
            [record_one(store, bank) for _ in range(20)]
            frozen.dump(tmp_path / "dump")
            stated = frozen.figures
    finally:
        stop.set()
        [writer.join() for writer in writers]
    assert troubles == []
    database_copies.put_back(tmp_path / "dump", other_database.owner)
    found = database_copies.figures_at(make_conninfo(copying_url, dbname=psycopg.conninfo.conninfo_to_dict(other_database.owner)["dbname"]), embedded=True)
    refuse_other_figures(stated, found)
    assert found.tables["journal_entries"] == found.tables["case_events"] == found.tables["cases"] == stated.journals[0].entries
    with database_copies.frozen(copying_url, embedded=True) as later:
        assert later.figures.journals[0].entries >= stated.journals[0].entries + 20


def test_every_trigger_policy_constraint_function_and_right_is_there_again(store, copying_url, other_database, tmp_path):
    record_one(store, store.institution.create_institution("Harbour Bank"))
    with database_copies.frozen(copying_url, embedded=True) as frozen:
        frozen.dump(tmp_path / "dump")
    database_copies.put_back(tmp_path / "dump", other_database.owner)
    bootstrap.migrate(other_database)
    other = make_conninfo(copying_url, dbname=psycopg.conninfo.conninfo_to_dict(other_database.owner)["dbname"])
    with psycopg.connect(copying_url) as before, psycopg.connect(other) as after:
        expected, found = (set(connection.execute(PROTECTION).fetchall()) for connection in (before, after))
        nobodys = after.execute("SELECT count(*) FROM pg_proc p, aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a WHERE p.pronamespace = 'public'::regnamespace AND a.grantee = 0")
        assert nobodys.fetchone() == (0,)
    callable_before = {row for row in expected if row[0] == "may call"}
    assert expected - callable_before == {row for row in found if row[0] != "may call"}
    assert len(expected) > 150
    assert {row for row in found if row[0] == "may call"} <= callable_before
    with psycopg.connect(other_database.app) as app, pytest.raises(psycopg.errors.InsufficientPrivilege):
        app.execute("DELETE FROM case_events")


def test_the_archive_tells_no_password_and_no_sign_in(store, copying_url, tmp_path, home_of_tests):
    with database_copies.frozen(copying_url, embedded=True) as frozen:
        frozen.dump(tmp_path / "dump")
    content = (tmp_path / "dump").read_bytes()
    assert b"SCRAM" not in content
    secrets = [secret for path in home_of_tests.secrets.iterdir() if (secret := path.read_bytes().strip())]  # A lock file is empty.
    assert secrets
    assert not [secret for secret in secrets if secret in content]


def test_a_restore_that_fails_in_the_middle_leaves_the_database_empty(store, copying_url, other_database, tmp_path):
    record_one(store, store.institution.create_institution("Harbour Bank"))
    with database_copies.frozen(copying_url, embedded=True) as frozen:
        frozen.dump(tmp_path / "dump")
    (tmp_path / "short").write_bytes((tmp_path / "dump").read_bytes()[:-400])
    with pytest.raises(Refused, match="pg_restore failed"):
        database_copies.put_back(tmp_path / "short", other_database.owner)
    database_copies.put_back(tmp_path / "dump", other_database.owner)
    database_copies.empty(other_database.owner)
    with psycopg.connect(other_database.owner) as owner:
        assert owner.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone() == (0,)


def test_a_backup_role_that_bypasses_row_security_may_copy_a_server_of_somebodys(store, database, postgres_server, tmp_path: Path):
    record_one(store, store.institution.create_institution("Harbour Bank"))
    with psycopg.connect(postgres_server[1].superuser_url("arrears"), autocommit=True) as superuser:
        superuser.execute("CREATE ROLE arrears_backup LOGIN BYPASSRLS PASSWORD 'x'")
        superuser.execute("GRANT pg_read_all_data TO arrears_backup")
        superuser.execute("GRANT CONNECT ON DATABASE arrears TO arrears_backup")
        try:
            with database_copies.frozen(postgres_server[1].url("arrears_backup", "x", "arrears"), embedded=False) as frozen:
                frozen.dump(tmp_path / "dump")
                assert frozen.figures.tables["case_events"] == 1
        finally:
            superuser.execute("DROP OWNED BY arrears_backup")
            superuser.execute("DROP ROLE arrears_backup")
