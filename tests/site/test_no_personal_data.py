"""Where things go wrong, does anybody's name, telephone or number get into a log, an error page or what a command says?"""

from __future__ import annotations

import logging
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from django.test import Client
from django.urls import reverse

from arrears.core.ids import id_text
from arrears.site import logs
from tests.workbench.conftest import bank, signed_in  # noqa: F401  (fixtures)

NAME, PHONE, NUMBER = "欧阳海兰", "13987654321", "C-7788-4411"
PERSONAL = (NAME, PHONE, NUMBER)
ALL = " ".join(PERSONAL)


def leaks(*texts: str) -> list[str]:
    return [value for value in PERSONAL for text in texts if value in text]


def logged(home) -> str:
    for handler in logging.getLogger().handlers:
        handler.flush()
    return "".join(path.read_text(errors="replace") for path in sorted(home.logs.iterdir()) if path.is_file())


@pytest.fixture
def home(home_of_tests):
    """The home, with the program's real log (pytest's own handlers come back afterwards)."""
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    logs.start(home_of_tests)
    yield home_of_tests
    for handler in root.handlers:
        handler.close()
    root.handlers[:] = before
    root.setLevel(level)
    logging.captureWarnings(False)


@pytest.mark.parametrize("statement", [
    "SELECT %s::integer",
    "SELECT %s::date",
    "SELECT 1 / (length(%s) - length(%s))",
    "INSERT INTO users (username, password, role, language, display_name, email, is_superuser, is_staff, is_active, date_joined) "
    "SELECT %s, '', 'auditor', 'en', '', '', false, false, true, now() FROM generate_series(1, 2)",
    "INSERT INTO holds (fact_id, sealed_reason) VALUES (1, %s::bytea)",
    "UPDATE holds SET kind = %s",
    "SELECT * FROM there_is_no_such_table WHERE name = %s",
    "DO $$ BEGIN RAISE WARNING 'warned of {all}'; RAISE EXCEPTION 'failed for {all}'; END $$",
    "SELECT broken '{all}' syntax {all}",
])
def test_a_failing_statement_leaves_no_value_in_the_databases_log(statement, home, database):
    text = statement.replace("{all}", ALL)
    with psycopg.connect(database.app, autocommit=True) as connection, pytest.raises(psycopg.Error):
        connection.execute(text, [ALL] * statement.count("%s") or None)
    assert leaks(logged(home)) == []


def test_the_database_was_asked_and_its_log_is_the_one_looked_at(home, database):
    assert (home.logs / "postgresql.log").stat().st_size > 0
    with psycopg.connect(database.app) as connection:
        shown = {name: connection.execute(f"SHOW {name}").fetchone()[0] for name in (
            "log_statement", "log_min_messages", "log_min_error_statement", "log_error_verbosity", "log_parameter_max_length", "log_parameter_max_length_on_error",
            "log_min_duration_statement")}
    assert shown == {"log_statement": "none", "log_min_messages": "log", "log_min_error_statement": "panic", "log_error_verbosity": "terse",
                     "log_parameter_max_length": "0", "log_parameter_max_length_on_error": "0", "log_min_duration_statement": "-1"}


def test_a_page_that_fails_tells_neither_reader_nor_log_about_whom(home, bank, signed_in, monkeypatch):  # noqa: F811
    def failing(*_given, **_named):
        raise RuntimeError(f"cannot show {ALL}")

    client = signed_in("collector")
    client.raise_request_exception = False
    monkeypatch.setattr("arrears.workbench.views.case.reading.case_view", failing)
    answer = client.get(reverse("case", args=[id_text(bank.book.lin)]), {"from": ALL}, headers={"x-customer": "C-7788-4411"})
    assert answer.status_code == 500 and leaks(answer.content.decode(), logged(home)) == []
    assert "RuntimeError" in logged(home), "that it failed is in the log"


def test_pages_that_are_not_there_or_not_allowed_do_not_repeat_what_was_asked(home, bank, signed_in):  # noqa: F811
    client = signed_in("collector")
    client.raise_request_exception = False
    answers = [client.get(f"/cases/{NAME}/"), client.get(f"/nowhere/{PHONE}/"), client.get(reverse("users"), {"q": ALL}), client.post(reverse("case_show", args=[NUMBER]), {"reason": ALL}),
               Client(HTTP_HOST="localhost", enforce_csrf_checks=True).post(reverse("account_login"), {"login": ALL, "password": PHONE})]
    assert [answer.status_code for answer in answers] == [404, 404, 403, 404, 403]
    assert leaks(*(answer.content.decode() for answer in answers), logged(home)) == []


def test_a_search_that_finds_nobody_is_not_logged(home, bank, signed_in):  # noqa: F811
    client = signed_in("collector")
    for value in PERSONAL:
        assert client.get(reverse("search"), {"q": value}).status_code == 200
    assert leaks(logged(home)) == []


_FAILING_COMMAND = """
import sys
from arrears.site import bootstrap
bootstrap.configure()
from arrears.cli import app, doors
from contextlib import contextmanager

@contextmanager
def failing(_home):
    raise ValueError("cannot open {all}")
    yield

doors.opened = failing
sys.exit(app.run_command(["case", "list"]))
"""


def test_a_command_that_fails_by_our_mistake_says_where_and_not_about_whom():
    done = subprocess.run([sys.executable, "-c", _FAILING_COMMAND.replace("{all}", ALL)], capture_output=True, text=True, check=False)
    assert done.returncode == 70 and "ValueError" in done.stderr and "mistake in arrears" in done.stderr
    assert leaks(done.stdout, done.stderr) == []


@pytest.mark.parametrize("words", [("case", "show"), ("explain",), ("report", "case"), ("report", "stored"), ("alerts", "acknowledge")])
def test_a_command_asked_about_a_person_by_name_does_not_repeat_it(words, tmp_path):
    command = [str(Path(sys.executable).with_name("arrears")), *words, NAME + PHONE]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env={"ARREARS_HOME": str(tmp_path / "home"), "PATH": "/usr/bin:/bin"}, cwd=tmp_path)
    assert done.returncode in (2, 4) and leaks(done.stdout, done.stderr) == []
