"""What does every test stand on: a configured Django and, for those who ask, a real PostgreSQL.

`database` is a migrated database of its own for each worker, seen through `arrears_app`; what a test commits is gone before the next.
ARREARS_TEST_POSTGRES chooses the versions: 18 (default), 16, debian (the Debian package's; 15 names the same where it is 15), several with commas between, or all.
"""

from __future__ import annotations

import base64
import os
import shutil
import stat
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest

from arrears.engine.home import Home, HomeSettings
from arrears.site import bootstrap
from arrears.site.database import DatabaseUrls, embedded_server, on_embedded
from arrears.site.embedded_postgres import EmbeddedPostgres
from arrears.site.postgres_binaries import WHEEL_FOLDERS, Binaries, binaries_in, bundled
from tests.peers import require_peer

sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
# Where that is set, every command of a story would compile all libraries again: most of its time.

bootstrap.configure()

_CHOICE = os.environ.get("ARREARS_TEST_POSTGRES", "18")
VERSIONS = ("18", "16", "debian") if _CHOICE == "all" else tuple(_CHOICE.split(","))
FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "shared_buffers": "128MB"}
"""For tests that do not pull the plug."""
KEPT_TABLES = frozenset({"django_migrations", "django_content_type", "auth_permission"})


def binaries_named(version: str) -> Binaries:
    """PostgreSQL's programs of this version: from the wheel, or Debian's as a peer."""
    if version.isdigit() and int(version) in WHEEL_FOLDERS:
        return bundled(int(version))
    named = Path(f"/usr/lib/postgresql/{version}/bin") if version.isdigit() else None
    if named is not None:
        return binaries_in(require_peer(f"postgresql-{version}", named if named.is_dir() else False))
    return binaries_in(require_peer("postgresql"))


@contextmanager
def folder_for_servers() -> Iterator[Path]:
    """A temporary folder that a server's system user can pass through; pytest's own are closed to it."""
    folder = Path(tempfile.mkdtemp(prefix="arrears-test-"))
    folder.chmod(stat.S_IRWXU | stat.S_IXGRP | stat.S_IXOTH)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def made_home(folder: Path) -> Home:
    """A home that is set up, with an envelope key."""
    from arrears.casefile.store.vault import make_envelope_key
    from arrears.record.journal.signing import make_signing_key

    home = Home(folder / "home")
    home.make()
    home.write_settings(HomeSettings("CN", "CNY", "en", "Test Bank"))
    if not home.envelope_key.exists():
        make_envelope_key(home.envelope_key)
    if not home.signing_key.exists():
        make_signing_key(home.signing_key)
    return home


def server_for(home: Home, version: str, **settings: str) -> EmbeddedPostgres:
    """A server of ours for tests; as root its data lies beside the home and goes with it, the programs' copy is the machine's."""
    if os.geteuid() == 0 and not (home.postgresql / "location").exists():
        (home.postgresql / "location").write_text(str(home.root.parent / "postgresql-data"))
    return embedded_server(home, binaries_named(version), settings=settings)


def _version_param(version: str) -> Any:
    """A version as a parameter; Debian's own server is a peer of its tests."""
    return version if version.isdigit() and int(version) in WHEEL_FOLDERS else pytest.param(version, marks=pytest.mark.peer)


@pytest.fixture(scope="session", params=[_version_param(version) for version in VERSIONS])
def postgres_server(request: pytest.FixtureRequest) -> Iterator[tuple[Home, EmbeddedPostgres]]:
    """A running server and its home, one for all tests of this process."""
    with folder_for_servers() as folder:
        home = made_home(folder)
        with server_for(home, request.param, **FAST).running() as server:
            yield home, server


@pytest.fixture(scope="session")
def migrated(postgres_server: tuple[Home, EmbeddedPostgres], django_db_blocker: Any) -> Iterator[DatabaseUrls]:
    """The server's database with all tables and rights; Django's `default` is arrears_app, `owner` the owner."""
    home, server = postgres_server
    urls = on_embedded(home, server)
    with django_db_blocker.unblock():
        from django.conf import settings

        settings.ARREARS_HOME = os.devnull  # With several versions in one process each brings a home of its own.
        bootstrap.start(home, urls)
        bootstrap.allow_host("testserver")  # Django's test client asks under this name.
        settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
        bootstrap.migrate(urls)
        bootstrap.prepare_pages(home)
        with bootstrap.as_owner(urls):
            yield urls
        bootstrap.connections.close_all()


@pytest.fixture(scope="session")
def django_db_setup(migrated: DatabaseUrls) -> None:
    """pytest-django's own fixtures (`db`, `client`) stand on the same database."""


@pytest.fixture
def database(
    migrated: DatabaseUrls, postgres_server: tuple[Home, EmbeddedPostgres], django_db_blocker: Any
) -> Iterator[DatabaseUrls]:
    """A migrated database with nothing in it, seen as arrears_app; real commits, wiped after the test."""
    with django_db_blocker.unblock():
        yield migrated
        bootstrap.connections.close_all()
        clean_tables(postgres_server[1].superuser_url("arrears"))


@pytest.fixture
def home_of_tests(postgres_server: tuple[Home, EmbeddedPostgres], database: DatabaseUrls) -> Home:
    """The home that settings point to while tests run."""
    return postgres_server[0]


@pytest.fixture
def envelope_key(monkeypatch: pytest.MonkeyPatch) -> bytes:
    """A known envelope key, in the environment."""
    key = bytes(range(32))
    monkeypatch.setenv("ARREARS_ENVELOPE_KEY", base64.b64encode(key).decode())
    return key


def clean_tables(superuser_url: str) -> None:
    """Empty every table that has rows, past the triggers that keep facts (which is why it takes the superuser)."""
    with psycopg.connect(superuser_url, autocommit=True) as connection:
        # A connection that a test forgot would hold locks for ever.
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() "
            "AND backend_type = 'client backend'")
        connection.execute("SET session_replication_role = replica")
        connection.execute("SET lock_timeout = '10s'")
        tables = [row[0] for row in connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")]
        mine = [table for table in tables if table not in KEPT_TABLES]
        if not mine:
            return
        asked = " UNION ALL ".join(f"SELECT '{table}' WHERE EXISTS (SELECT 1 FROM \"{table}\")" for table in mine)
        filled = [row[0] for row in connection.execute(asked)]  # type: ignore[arg-type]
        if filled:
            names = ", ".join(f'"{table}"' for table in filled)
            connection.execute(f"TRUNCATE {names} RESTART IDENTITY CASCADE")  # type: ignore[arg-type]


# ---- marks, and the last line


def pytest_configure(config: pytest.Config) -> None:
    """The marks that the Makefile knows."""
    config.addinivalue_line("markers", "peer: needs a real program beside us (make test-peers)")
    config.addinivalue_line("markers", "soak: takes minutes (make soak)")


ON_EVERY_VERSION = ("tests/casefile/", "tests/site/test_database", "tests/site/test_embedded", "tests/record/test_log.py", "tests/record/test_kills.py", "tests/check/test_permit_fight.py", "tests/check/test_gate_in_the_database.py")
"""Stories that speak SQL of their own. Everything above them (pages, evidence, dossiers, commands) is told on the first version alone."""


def _is_told_here(item: pytest.Item) -> bool:
    """Is this story told on the database version that it is set in?"""
    return _version_of(item) == VERSIONS[0] or item.nodeid.startswith(ON_EVERY_VERSION)


LONGEST_FIRST = (
    "tests/engine/test_spark.py", "tests/engine/test_stories.py", "tests/cli/test_backup.py", "tests/record/test_erasure_scan.py", "tests/engine/test_real_books.py", "tests/cli/", "tests/engine/test_classes.py",
    "tests/engine/test_nightly.py", "tests/intake/book/test_bad_input.py", "tests/check/test_against_the_naive_reading.py", "tests/architecture/test_docs.py",
    "tests/assess/test_position.py", "tests/site/", "tests/engine/",
)
"""Files that take long begin early, so that no worker is left alone with one at the end."""


def _version_of(item: pytest.Item) -> str:
    return str(getattr(getattr(item, "callspec", None), "params", {}).get("postgres_server", VERSIONS[0]))


def _shared_home(item: pytest.Item) -> str | None:
    """Which dear fixture does this test share with others? They go to one worker, where it is made once and not once a worker."""
    definitions = item._fixtureinfo.name2fixturedefs if hasattr(item, "_fixtureinfo") else {}
    if "two_nights" in definitions:
        return "two_nights"
    its_files = any(one[-1].scope in ("module", "class") and one[-1].baseid.endswith(".py") for one in definitions.values() if one)
    return f"{item.nodeid.split('::', 1)[0]}@{_version_of(item)}" if its_files else None


def _place_in_the_queue(item: pytest.Item) -> tuple[int, int]:
    """One database version after the other, since changing to and fro would start servers anew; in each what takes long first."""
    place = next((number for number, name in enumerate(LONGEST_FIRST) if item.nodeid.startswith(name)), len(LONGEST_FIRST))
    return VERSIONS.index(_version_of(item)), place


@pytest.hookimpl(tryfirst=True)  # Before xdist reads the groups.
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Stories above SQL are told on one database version, long versions only where somebody asked for them; workers get what belongs together."""
    elsewhere = [item for item in items if not _is_told_here(item)]
    if elsewhere:
        config.hook.pytest_deselected(items=elsewhere)
        items[:] = [item for item in items if _is_told_here(item)]
    if config.getoption("dist", "no") != "no" or hasattr(config, "workerinput"):
        for item in items:
            if home := _shared_home(item):
                item.add_marker(pytest.mark.xdist_group(home))
        items.sort(key=_place_in_the_queue)
    if os.environ.get("ARREARS_SOAK"):
        return
    for item in items:
        if "soak" in item.keywords:
            item.add_marker(pytest.mark.skip(reason="soak: set ARREARS_SOAK=1 (make soak)"))


def last_line(reasons: list[str]) -> str:
    """Which tests did not run, counted and named?

    >>> last_line(["peer: chromium", "ARREARS_DATA is not set", "peer: chromium"])
    'Not run: 3 tests (ARREARS_DATA is not set; peer: chromium ×2)'
    """
    if not reasons:
        return "Not run: 0 tests"
    named = (f"{reason} ×{reasons.count(reason)}" if reasons.count(reason) > 1 else reason for reason in sorted(set(reasons)))
    return f"Not run: {len(reasons)} test{'s' if len(reasons) > 1 else ''} ({'; '.join(named)})"


def pytest_unconfigure(config: pytest.Config) -> None:
    """Say it last of all."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    if reporter is not None and hasattr(reporter, "stats") and (reporter.stats.get("passed") or reporter.stats.get("skipped")):
        reasons = [_reason(report) for report in reporter.stats.get("skipped", [])]
        reporter.write_line(last_line(reasons))


def _reason(report: Any) -> str:
    where = report.longrepr
    text = where[2] if isinstance(where, tuple) else str(where)
    return text.removeprefix("Skipped: ")
