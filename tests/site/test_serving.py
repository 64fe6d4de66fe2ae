"""Stories about the whole program: a home is made, pages are served, signals end it in order."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from arrears.core.problems import Busy
from arrears.engine.home import Home
from arrears.site.asgi import listening
from tests.conftest import folder_for_servers
from tests.site.helpers import SOURCE, lives, wait_until


def arrears(home: Home, *words: str) -> subprocess.Popen[str]:
    environ = {**os.environ, "ARREARS_HOME": str(home.root), "PYTHONPATH": str(SOURCE)}
    environ.pop("ARREARS_ENVELOPE_KEY", None)
    return subprocess.Popen(
        [sys.executable, "-m", "arrears.site.main", *words], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True, env=environ, cwd="/")


@pytest.fixture(scope="module")
def home() -> Iterator[Home]:
    """A home made by `arrears init`."""
    with folder_for_servers() as folder:
        home = Home(folder / "home")
        home.make()
        if os.geteuid() == 0:
            (home.postgresql / "location").write_text(str(folder / "postgresql-data"))
        made = arrears(home, "init", "--institution", "Test Bank")
        out, err = made.communicate(timeout=120)
        assert made.returncode == 0, out + err
        yield home


@contextmanager
def serving(home: Home) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """`arrears serve` on a free port, and its address."""
    process = arrears(home, "serve", "--port", "0")
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        found = re.search(r"http://\S+/", line)
        assert found, line + (process.stderr.read() if process.poll() is not None and process.stderr else "")
        yield process, found.group(0)
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def server_of(home: Home) -> int:
    """The process of the running database."""
    base = Path((home.postgresql / "location").read_text()) if os.geteuid() == 0 else home.postgresql
    return int((base / "data" / "postmaster.pid").read_text().split("\n")[0])


@pytest.mark.parametrize(("sign", "ends_with"), [(signal.SIGINT, 0), (signal.SIGTERM, 128 + signal.SIGTERM)])
def test_pages_answer_and_a_signal_ends_everything_in_order(home, sign, ends_with):
    with serving(home) as (process, address):
        with urllib.request.urlopen(address + "account/login/", timeout=30) as page:
            assert page.status == 200 and b"password" in page.read()
            assert "default-src 'none'" in page.headers["Content-Security-Policy"]
            assert page.headers["X-Frame-Options"] == "DENY"
        with urllib.request.urlopen(address + "static/workbench/workbench.css", timeout=30) as sheet:
            assert sheet.status == 200 and "text/css" in sheet.headers["Content-Type"]
        pid = server_of(home)
        process.send_signal(sign)
        wait_until(lambda: process.poll() is not None)
        assert process.returncode == ends_with
        assert not lives(pid)
    assert "database system is shut down" in (home.logs / "postgresql.log").read_text().splitlines()[-1]


def test_a_name_that_nobody_gave_us_is_not_served(home):
    with serving(home) as (_, address):
        asked = urllib.request.Request(address + "account/login/", headers={"Host": "evil.example"})
        with pytest.raises(urllib.error.HTTPError, match="400"):
            urllib.request.urlopen(asked, timeout=30)


def test_a_command_works_while_the_pages_are_served(home):
    with serving(home) as (process, _):
        pid = server_of(home)
        listed = arrears(home, "case", "list", "--json")
        out, err = listed.communicate(timeout=120)
        assert listed.returncode == 1 and "portfolio" in err, "the answer is no: nothing was taken in yet. " + out + err
        assert process.poll() is None and lives(pid), "the joiner left the server to its owner"


def test_a_port_that_is_taken_is_an_answer_in_words():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(Busy, match="--port"):
            listening("127.0.0.1", taken.getsockname()[1])


def test_the_envelope_key_and_all_passwords_are_closed_to_others(home):
    kept = {path.name: path.stat().st_mode & 0o777 for path in home.secrets.iterdir()}
    assert {"envelope.key", "django-secret-key"} <= kept.keys() and set(kept.values()) == {0o600}


def test_a_lost_envelope_key_is_not_silently_replaced_by_a_new_one(home):
    key = home.envelope_key.read_bytes()
    home.envelope_key.unlink()
    try:
        asked = arrears(home, "case", "list")
        asked.communicate(timeout=120)
        assert not home.envelope_key.exists()
    finally:
        home.envelope_key.touch(0o600)
        home.envelope_key.write_bytes(key)
