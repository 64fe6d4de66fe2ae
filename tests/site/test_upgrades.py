"""Stories of a home that an earlier version made: tables of the first release, and an embedded PostgreSQL 16."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from arrears.core.problems import Busy, Refused
from arrears.site import database_copies
from arrears.site.database import on_embedded
from tests.cli.test_commands import arrears, told
from tests.conftest import FAST, folder_for_servers, made_home, server_for

EARLIER = """
import os, sys
from datetime import UTC, date, datetime
from pathlib import Path
from arrears.site import bootstrap
bootstrap.configure()
from django.core.management import call_command
from arrears.casefile.facts.case import CaseEvent, CaseEventKind
from arrears.casefile.facts.hold import Blocked, Hold, HoldKind, MayLift
from arrears.casefile.store.append import append
from arrears.casefile.store.identity import hashed_number
from arrears.casefile.store.institution import acting_for
from arrears.casefile.store.ids import random_id
from arrears.casefile.store.users import create_user
from arrears.casefile.store.vault import default_vault, make_envelope_key
from django.db import connection
from arrears.engine.home import Home, HomeSettings
from arrears.site.database import embedded_server, on_embedded
from arrears.site.postgres_binaries import bundled

home = Home(Path(sys.argv[1]))
home.make()
make_envelope_key(home.envelope_key)
with embedded_server(home, bundled(int(sys.argv[2]))).running() as server:
    urls = on_embedded(home, server)
    bootstrap.start(home, urls)
    with bootstrap.as_owner(urls) as owner:
        call_command("migrate", "store", "0003_alerts_acknowledged", database="owner", verbosity=0)
        for app in ("contenttypes", "auth", "sessions", "account", "mfa"):
            try:
                call_command("migrate", app, database="owner", verbosity=0)
            except LookupError:
                pass
        with owner.cursor() as cursor:
            for rights in ("USAGE ON SCHEMA public", "USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public", "EXECUTE ON FUNCTION erase_party_identity(bigint)",
                           "SELECT, INSERT ON ALL TABLES IN SCHEMA public", "UPDATE, DELETE ON institutions, users"):
                cursor.execute(f"GRANT {rights} TO arrears_app")
    # Institution, people and numbers by hand: today's code knows columns that the first release had not.
    home.write_settings(HomeSettings("CN", "CNY", "en", "Harbour Bank"))
    vault, bank, number_key, people = default_vault(), random_id(), os.urandom(32), [random_id(), random_id()]
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO institutions (institution_id, name, sealed_key) VALUES (%s, 'Harbour Bank', %s)", [bank, vault.wrap(number_key, b"institution:%d:key" % bank)])
    create_user("admin", "a password of the first", role="administrator", institution_id=bank, language="en", display_name="admin")
    with acting_for(bank), connection.cursor() as cursor:
        vault.new_party_keys(people)
        for person, number in zip(people, ("C-1", "C-2")):
            cursor.execute("INSERT INTO id_map (institution_id, kind, number_hmac, id, party_id, sealed_number) VALUES (%s, 'party', %s, %s, %s, %s)",
                           [bank, hashed_number(number_key, "party", "core", number), person, person, vault.seal(person, number.encode(), "party_number")])
    for number in range(40):
        person = people[number % 2]
        event = CaseEvent(CaseEventKind.OPENED, random_id(), person, "main", date(2026, 1, 5), 7)
        hold = Hold(random_id(), person, HoldKind.DISPUTE, "says it was paid", date(2026, 1, 5), None, (Blocked.CONTACT,), MayLift.MANAGER)
        with acting_for(bank):
            for fact in (event, hold):
                append(fact, actor="nightly", at=datetime(2026, 1, 6, tzinfo=UTC), cause="run 7")
    bootstrap.connections.close_all()
"""
"""Makes a home as the first release did: its three migrations, a few people, 80 facts."""


@pytest.fixture
def earlier(request: pytest.FixtureRequest) -> Iterator[Path]:
    """A home of the first release on the PostgreSQL that the parameter names."""
    with folder_for_servers() as folder:
        home = folder / "home"
        environ = {name: value for name, value in os.environ.items() if not name.startswith(("ARREARS_", "DATABASE_"))}
        done = subprocess.run([sys.executable, "-c", EARLIER, str(home), str(request.param)], capture_output=True, text=True, check=False, env=environ)
        assert done.returncode == 0, done.stderr
        yield home


def data_of(home: Path) -> Path:
    location = home / "postgresql" / "location"
    return Path(location.read_text().strip()) if location.exists() else home / "postgresql"


@pytest.mark.parametrize("earlier", [16], indirect=True)
def test_a_home_of_the_first_release_on_postgresql_16_is_brought_up_to_date_and_verifies(earlier):
    refused = arrears(earlier, "case", "list")
    assert refused.returncode == 4 and "arrears upgrade" in refused.stderr
    told_before = arrears(earlier, "upgrade", "--check")
    assert told_before.returncode == 1 and "from PostgreSQL 16 to 18" in told_before.stdout and "store 0008_backups" in told_before.stdout
    assert (data_of(earlier) / "data" / "PG_VERSION").read_text().strip() == "16"
    said = told(earlier, "upgrade")
    assert said["done"] and said["entries_verified"] >= 80 and (said["postgres_found"], said["postgres_wanted"]) == (16, 18)
    assert (data_of(earlier) / "data" / "PG_VERSION").read_text().strip() == "18"
    assert (Path(said["old_data"]) / "PG_VERSION").read_text().strip() == "16"
    assert arrears(earlier, "backup", "verify", said["backup"]).returncode == 0
    again = arrears(earlier, "upgrade", "--check")
    assert again.returncode == 0 and "up to date" in again.stdout
    assert not (data_of(earlier) / "upgrade").exists()


@pytest.mark.parametrize("earlier", [18], indirect=True)
def test_a_backup_of_the_first_release_comes_back_with_the_tables_of_today(earlier, tmp_path):
    said = told(earlier, "upgrade", "--backup-to", str(earlier.parent / "before"))
    assert said["done"] and said["old_data"] is None and any("store" in name for name in said["migrations"])
    back = earlier.parent / "back"
    restored = told(earlier, "restore", str(earlier.parent / "before"), "--home", str(back))
    assert restored["entries"] == restored["facts"] == 80
    assert arrears(back, "upgrade", "--check").returncode == 0


@pytest.fixture(scope="module")
def server() -> Iterator[tuple]:
    """A running server with its home."""
    with folder_for_servers() as folder:
        home = made_home(folder)
        with server_for(home, "18", **FAST).running() as running:
            yield home, running


def test_a_server_that_somebody_works_with_cannot_be_given_other_data(server):
    home, _ = server
    with pytest.raises(Busy, match="in use"):
        server_for(home, "18").replace_data(home.root / "x", home.root / "y")


def test_a_replacement_that_was_killed_before_its_last_step_is_finished_by_the_next_start(tmp_path):
    with folder_for_servers() as folder:
        home = made_home(folder)
        with server_for(home, "18", **FAST).running() as running:
            url, place = running.superuser_url(), running.place
            with psycopg.connect(url, autocommit=True) as superuser:
                superuser.execute("CREATE DATABASE kept_through")
        place.data.rename(place.successor)
        with server_for(home, "18", **FAST).running() as running, psycopg.connect(running.superuser_url()) as superuser:
            assert superuser.execute("SELECT 1 FROM pg_database WHERE datname = 'kept_through'").fetchone() == (1,)


def test_a_role_that_does_not_see_every_institution_is_refused_with_the_way_out(server):
    home, running = server
    urls = on_embedded(home, running)
    with pytest.raises(Refused, match="DATABASE_BACKUP_URL"), database_copies.frozen(urls.owner, embedded=False):
        pass


def test_a_database_that_is_not_empty_is_never_restored_into(server, tmp_path):
    home, running = server
    urls = on_embedded(home, running)
    with psycopg.connect(urls.owner, autocommit=True) as owner:
        owner.execute("CREATE TABLE somebodys (a int)")
        try:
            with pytest.raises(Refused, match="not empty: there is a table somebodys"):
                database_copies.put_back(tmp_path / "dump", urls.owner)
        finally:
            owner.execute("DROP TABLE somebodys")
