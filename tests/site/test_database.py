"""Stories about roles: who may do what in the database, on every version and on somebody's server."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest

from arrears.core.problems import Refused
from arrears.site import bootstrap
from arrears.site.database import DatabaseUrls, on_embedded, on_server, open_database
from tests.conftest import FAST, folder_for_servers, made_home, server_for


@pytest.fixture(scope="module", params=["18", "16", pytest.param("debian", marks=pytest.mark.peer)])
def roles(request: pytest.FixtureRequest, django_db_blocker) -> Iterator[tuple]:
    """A migrated database on one version of PostgreSQL: home, server, addresses."""
    with folder_for_servers() as folder:
        home = made_home(folder)
        with server_for(home, request.param, **FAST).running() as server:
            urls = on_embedded(home, server)
            with django_db_blocker.unblock():
                bootstrap.migrate(urls)
            yield home, server, urls


@pytest.fixture
def app(roles) -> Iterator[psycopg.Connection]:
    """A connection as arrears_app."""
    with psycopg.connect(roles[2].app, autocommit=True) as connection:
        yield connection


def test_arrears_app_is_no_superuser_and_cannot_pass_row_security_or_make_roles_and_databases(app):
    powers = app.execute("SELECT rolname, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication FROM pg_roles WHERE rolname = current_user")
    assert powers.fetchone() == ("arrears_app", False, False, False, False, False)


def test_arrears_app_is_a_member_of_nothing(app):
    assert app.execute("SELECT count(*) FROM pg_auth_members WHERE member = 'arrears_app'::regrole").fetchone() == (0,)


@pytest.mark.parametrize("attempt", [
    "CREATE TABLE mine (a int)", "CREATE SCHEMA mine", "CREATE ROLE mine", "CREATE DATABASE mine",
    "DROP TABLE cases", "ALTER TABLE cases DISABLE ROW LEVEL SECURITY", "TRUNCATE cases", "DELETE FROM case_events",
    "UPDATE case_events SET kind = 'closed'", "SET ROLE arrears_owner", "SET session_replication_role = replica",
    "GRANT arrears_owner TO arrears_app", "DELETE FROM django_migrations",
])
def test_arrears_app_is_refused(app, attempt):
    with pytest.raises((psycopg.errors.InsufficientPrivilege, psycopg.errors.InvalidGrantOperation)):
        app.execute(attempt)


def test_the_owner_of_the_tables_is_no_superuser_either(roles):
    with psycopg.connect(roles[2].owner) as owner:
        assert owner.execute("SELECT current_user, rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user").fetchone() == ("arrears_owner", False, False)
        assert owner.execute("SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'public'").fetchall() == [("arrears_owner",)]


def test_another_institutions_rows_are_not_there_for_a_hand_written_query(app):
    app.execute("SELECT set_config('arrears.institution', '1', false)")
    app.execute("INSERT INTO party_keys (institution_id, party_id, wrapped_key) VALUES (1, 11, '\\x00')")
    assert app.execute("SELECT party_id FROM party_keys").fetchall() == [(11,)]
    app.execute("SELECT set_config('arrears.institution', '2', false)")
    assert app.execute("SELECT party_id FROM party_keys").fetchall() == []
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="row-level security"):
        app.execute("INSERT INTO party_keys (institution_id, party_id, wrapped_key) VALUES (1, 12, '\\x00')")
    app.execute("RESET arrears.institution")
    assert app.execute("SELECT count(*) FROM party_keys").fetchone() == (0,)


def test_another_role_of_the_server_cannot_even_connect(roles):
    _, server, _ = roles
    with psycopg.connect(server.superuser_url(), autocommit=True) as superuser:
        superuser.execute("CREATE ROLE stranger LOGIN PASSWORD 'x'")
        try:
            with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
                psycopg.connect(server.url("stranger", "x", "arrears"))
        finally:
            superuser.execute("DROP ROLE stranger")


def test_migrating_twice_changes_nothing(roles, django_db_blocker):
    with django_db_blocker.unblock():
        bootstrap.migrate(roles[2])


def test_a_server_of_somebodys_is_used_through_database_url(roles):
    home, _, urls = roles
    answered = on_server(home, {"DATABASE_URL": urls.owner, "DATABASE_APP_URL": urls.app})
    assert (answered.app, answered.owner, answered.embedded) == (urls.app, urls.owner, False)


def test_on_a_server_the_application_role_is_made_where_the_owner_may_make_one(roles):
    home, server, _ = roles
    with open_database(home, {"DATABASE_URL": server.superuser_url("arrears")}) as urls, psycopg.connect(urls.app) as app:
        assert app.info.user == "arrears_app"


def test_an_application_role_that_may_see_everything_is_refused(roles):
    home, server, urls = roles
    with psycopg.connect(server.superuser_url(), autocommit=True) as superuser:
        for power, lost in (("BYPASSRLS", "NOBYPASSRLS"), ("SUPERUSER", "NOSUPERUSER")):
            superuser.execute(f"ALTER ROLE arrears_app {power}")
            try:
                with pytest.raises(Refused, match="may do too much"):
                    on_server(home, {"DATABASE_URL": urls.owner, "DATABASE_APP_URL": urls.app})
            finally:
                superuser.execute(f"ALTER ROLE arrears_app {lost}")


def test_the_owner_is_not_taken_for_the_application(roles):
    home, _, urls = roles
    with pytest.raises(Refused, match="Call it arrears_app"):
        on_server(home, {"DATABASE_URL": urls.owner, "DATABASE_APP_URL": urls.owner})


def test_a_password_that_the_home_does_not_know_is_refused_with_the_way_out(roles, tmp_path):
    _, server, _ = roles
    stranger = made_home(tmp_path)
    with pytest.raises(Refused, match="DATABASE_APP_URL"):
        on_server(stranger, {"DATABASE_URL": server.superuser_url("arrears")})


def test_a_server_that_does_not_answer_is_refused_without_telling_the_password(tmp_path):
    with pytest.raises(Refused, match="does not answer") as refusal:
        on_server(made_home(tmp_path), {"DATABASE_URL": "postgresql://me:hunter2@/x?host=%2Fnowhere"})
    assert "hunter2" not in str(refusal.value)


def test_addresses_do_not_show_their_passwords():
    assert "hunter2" not in repr(DatabaseUrls("postgresql://a:hunter2@/x", "postgresql://b:hunter2@/x"))


def test_migrating_another_database_gives_the_owners_connection_back_as_it_was(database, roles, django_db_blocker):
    with django_db_blocker.unblock():
        bootstrap.migrate(roles[2])
        assert bootstrap.connections["owner"].settings_dict["HOST"] in database.owner.replace("%2F", "/")
        with bootstrap.connections["owner"].cursor() as cursor:
            cursor.execute("SELECT current_user")
            assert cursor.fetchone() == ("arrears_owner",)
