"""Stories about our own PostgreSQL: starts, ends, crashes, and who may look."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from pathlib import Path

import psycopg
import pytest

from arrears.core.problems import Busy, Refused
from arrears.engine.home import Home
from arrears.site.database import embedded_server, on_embedded
from arrears.site.postgres_binaries import readable_by_server
from arrears.site.postgres_user import server_user
from tests.conftest import binaries_named, folder_for_servers, made_home, server_for
from tests.site.helpers import holder, kill, lives, note, notes, wait_until


@pytest.fixture
def home() -> Iterator[Home]:
    """A new home, its server not made yet."""
    with folder_for_servers() as folder:
        home = made_home(folder)
        server_for(home, "18")
        yield home


def test_a_clean_stop_leaves_no_process_no_socket_and_no_state(home):
    server = embedded_server(home)
    server.start()
    state, place = server.state, server.place
    assert lives(state.postmaster_pid) and Path(state.socket_folder).is_dir()
    server.stop()
    assert not lives(state.postmaster_pid) and not Path(state.socket_folder).exists() and not place.state.exists()
    assert "database system is shut down" in server.log_file.read_text()
    server.stop()


def test_a_second_start_at_the_same_time_is_refused_and_names_the_process(home):
    with holder(home.root) as (process, part, _), pytest.raises(Busy, match=f"process {process.pid}") as refusal:
        assert part == "owner"
        embedded_server(home).start()
    assert refusal.value.retry_may_help


def test_another_process_of_ours_joins_and_the_owner_waits_for_it_before_it_stops(home):
    with holder(home.root) as (owner, _, pid), embedded_server(home).running() as joined:
        assert not joined.is_owner and joined.state.postmaster_pid == pid
        owner.stdin.close()
        note(joined.superuser_url(), "written while the owner was ending")
        assert lives(pid)
        joined.stop()
        wait_until(lambda: owner.poll() is not None)
        assert not lives(pid)
    with embedded_server(home).running() as server:
        assert server.is_owner
        assert notes(server.superuser_url()) == ["written while the owner was ending"]


def test_three_that_start_at_the_same_moment_share_one_server(home):
    with ExitStack() as stack, ThreadPoolExecutor(3) as threads:
        held = list(threads.map(lambda _: stack.enter_context(holder(home.root)), range(3)))
        assert sorted(part for _, part, _ in held) == ["joiner", "joiner", "owner"]
        assert len({pid for _, _, pid in held}) == 1


def test_after_kill_9_of_the_server_the_next_start_recovers_what_was_committed(home):
    with embedded_server(home).running() as server:
        note(server.superuser_url(), "committed")
        kill(server.state.postmaster_pid)
        wait_until(lambda: not lives(server.state.postmaster_pid))
    with embedded_server(home).running() as again:
        assert notes(again.superuser_url()) == ["committed"]
    assert "automatic recovery in progress" in again.log_file.read_text()


def test_after_kill_9_of_the_parent_the_server_ends_by_itself_and_the_next_start_has_everything(home):
    with holder(home.root) as (owner, _, pid):
        with embedded_server(home).running() as joined:
            note(joined.superuser_url(), "committed")
        owner.kill()
        owner.wait()
        wait_until(lambda: not lives(pid))
    with embedded_server(home).running() as server:
        assert server.is_owner and notes(server.superuser_url()) == ["committed"]


def test_a_server_that_outlived_its_parent_is_stopped_by_the_next_start(home):
    """As on systems where the kernel offers no guard."""
    server = embedded_server(home)
    with server.running():
        note(server.superuser_url(), "committed")
    user = server_user(server.place.data)
    folder = server.place.base / "socket"
    folder.mkdir()
    user.own(folder)
    program = readable_by_server(binaries_named("18")).program("postgres")
    left = subprocess.Popen(
        [program, "-D", server.place.data, "-c", "listen_addresses=", "-c", f"unix_socket_directories={folder}"],
        stderr=subprocess.DEVNULL, cwd="/", start_new_session=True, **user.as_subprocess)
    try:
        pid_file = server.place.data / "postmaster.pid"
        wait_until(lambda: pid_file.exists() and "ready" in pid_file.read_text())
        with server.running():
            assert server.state.postmaster_pid != left.pid
            assert left.wait(10) == 0, "it was stopped in order, not killed"
            assert notes(server.superuser_url()) == ["committed"]
    finally:
        left.kill()


def test_a_process_number_that_is_somebody_elses_by_now_does_not_stop_the_start(home):
    with embedded_server(home).running() as server:
        contents = (server.place.data / "postmaster.pid").read_text().splitlines()
        kill(server.state.postmaster_pid)
        wait_until(lambda: not lives(server.state.postmaster_pid))
    user = server_user(server.place.data)
    with subprocess.Popen(["sleep", "60"], **user.as_subprocess) as stranger:
        try:
            (server.place.data / "postmaster.pid").write_text("\n".join([str(stranger.pid), *contents[1:]]) + "\n")
            with embedded_server(home).running() as again:
                assert again.is_owner and stranger.poll() is None
        finally:
            stranger.kill()


def test_a_data_folder_that_was_half_made_is_made_anew(home):
    server = embedded_server(home)
    (server.place.base / "data.unfinished" / "base").mkdir(parents=True)
    (server.place.base / "data.unfinished" / "PG_VERSION").write_text("18\n")
    with server.running():
        assert psycopg.connect(server.superuser_url()).execute("SELECT 1").fetchone() == (1,)
    assert not (server.place.base / "data.unfinished").exists()


def test_data_of_another_major_version_is_refused_and_left_alone(home):
    with server_for(home, "16").running():
        pass
    with pytest.raises(Refused, match=r"made by PostgreSQL 16; this program brings PostgreSQL 18"):
        embedded_server(home).start()
    with server_for(home, "16").running() as server:
        assert server.state.major == 16


def test_a_server_that_cannot_start_says_why_and_lets_go(home):
    with pytest.raises(Refused, match=r"FATAL.*no_such_setting|unrecognized configuration parameter"):
        server_for(home, "18", no_such_setting="1").start()
    with embedded_server(home).running() as server:
        assert server.is_owner


def test_a_home_with_a_very_long_path_works(home):
    long = home.root.parent / ("a-long-name-" * 12) / ("another-" * 15)
    long.mkdir(parents=True)
    shutil.move(home.root, long / "home")
    moved = Home(long / "home")
    if os.geteuid() == 0:
        moved_data = moved.root.parent / "postgresql-data"
        (moved.postgresql / "location").write_text(str(moved_data))
    with embedded_server(moved).running() as server:
        assert len(str(moved.root)) > 250
        assert psycopg.connect(server.superuser_url()).execute("SELECT 1").fetchone() == (1,)


def test_nobody_else_can_look_at_data_socket_secrets_or_log(home):
    with embedded_server(home).running() as server:
        on_embedded(home, server)
        assert stat.S_IMODE(server.place.data.stat().st_mode) == 0o700
        assert stat.S_IMODE(Path(server.state.socket_folder).stat().st_mode) == 0o700
        kept = sorted(home.secrets.iterdir())
        assert {path.name for path in kept} >= {f"database-{who}-password" for who in ("superuser", "owner", "app")}
        for path in (*kept, server.log_file, server.place.state, server.place.owner_lock):
            assert stat.S_IMODE(path.stat().st_mode) == 0o600, path


def test_it_listens_on_no_network_and_wants_a_password_even_at_the_socket(home):
    with embedded_server(home).running() as server:
        with psycopg.connect(server.superuser_url()) as connection:
            assert connection.execute("SHOW listen_addresses").fetchone() == ("",)
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(server.url("arrears_super", "wrong", "postgres"))


def test_a_secret_that_others_may_read_is_refused(home):
    with embedded_server(home).running():
        pass
    (home.secrets / "database-superuser-password").chmod(0o644)
    with pytest.raises(Refused, match="chmod 600"), embedded_server(home).running() as server:
        server.superuser_url()


def test_no_value_of_a_failed_statement_reaches_the_servers_log(home):
    with embedded_server(home).running() as server, psycopg.connect(server.superuser_url(), autocommit=True) as connection:
        connection.execute("CREATE TABLE people (name text PRIMARY KEY)")
        for _ in range(2):
            with suppress(psycopg.errors.UniqueViolation):
                connection.execute("INSERT INTO people VALUES ('Zhang Wei')")
        with suppress(psycopg.errors.InvalidTextRepresentation):
            connection.execute("SELECT 'Zhang Wei'::integer")  # the first line of this error quotes the value
    assert "ready to accept connections" in server.log_file.read_text()
    assert "Zhang Wei" not in server.log_file.read_text()


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root to become another user")
def test_as_an_ordinary_user_the_server_runs_as_that_user_and_lies_in_the_home():
    """The capability lets that user read this project where it lies in a closed folder; it gives no right to write."""
    setpriv = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search"]
    with folder_for_servers() as folder:
        os.chown(folder, 65534, 65534)
        environ = {"HOME": str(folder), "XDG_RUNTIME_DIR": ""}
        with holder(folder / "home", setpriv, environ) as (process, part, pid):
            assert part == "owner"
            assert Path(f"/proc/{pid}").stat().st_uid == 65534
            assert (folder / "home/postgresql/data/PG_VERSION").read_text() == "18\n"
            with holder(folder / "home", setpriv, environ) as (_, second_part, second_pid):
                assert (second_part, second_pid) == ("joiner", pid)
            process.stdin.close()
            wait_until(lambda: process.poll() is not None)
            assert process.returncode == 0 and not lives(pid)
        assert {path.stat().st_uid for path in folder.rglob("*")} == {65534}


@pytest.mark.skipif(os.geteuid() != 0, reason="only root hands the server to a system user")
def test_as_root_the_server_runs_as_a_system_user_who_cannot_enter_the_home(home):
    with embedded_server(home).running() as server:
        uid = Path(f"/proc/{server.state.postmaster_pid}").stat().st_uid
        assert uid != 0 and uid == server.place.data.stat().st_uid
        assert home.root.stat().st_uid == 0 and stat.S_IMODE(home.root.stat().st_mode) == 0o700
        assert server.place.base.stat().st_uid == 0, "locks and state are root's, or the server's user could redirect what root writes"
