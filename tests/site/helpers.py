"""Programs that the stories about the database start and kill."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import psycopg

SOURCE = Path(__file__).resolve().parents[2] / "src"
HOLDER = """
import sys
from pathlib import Path
from arrears.engine.home import Home
from arrears.site.database import embedded_server, on_embedded
home = Home(Path(sys.argv[1]))
home.make()
with embedded_server(home).running() as server:
    on_embedded(home, server)
    print("owner" if server.is_owner else "joiner", server.state.postmaster_pid, flush=True)
    sys.stdin.read()
"""
"""Starts or joins the database of a home, says which and the server's process, and ends in order when its input ends."""


@contextmanager
def holder(home: Path, prefix: Sequence[str] = (), environ: dict[str, str] | None = None) -> Iterator[tuple[subprocess.Popen[str], str, int]]:
    """A process with the database of this home open; answers it, its part (owner or joiner) and the server's process."""
    process = subprocess.Popen(
        [*prefix, sys.executable, "-c", HOLDER, str(home)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        env={**os.environ, "PYTHONPATH": str(SOURCE), **(environ or {})}, cwd="/",
    )
    try:
        assert process.stdout is not None
        part, pid = process.stdout.readline().split()
        yield process, part, int(pid)
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            assert pipe is not None
            pipe.close()


def lives(pid: int) -> bool:
    """Is there such a process that has not ended? One that ended and that nobody has asked about (a zombie) does not count."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def wait_until(true: Callable[[], bool], seconds: float = 30) -> None:
    """Wait for something that must come true, and fail where it does not."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "this did not come true in time"
        time.sleep(0.02)


def kill(pid: int) -> None:
    """kill -9."""
    os.kill(pid, signal.SIGKILL)


def note(url: str, text: str) -> None:
    """Commit one row."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS notes (note text)")
        connection.execute("INSERT INTO notes VALUES (%s)", [text])


def notes(url: str) -> list[str]:
    """All committed rows."""
    with psycopg.connect(url) as connection:
        return [row[0] for row in connection.execute("SELECT note FROM notes ORDER BY 1")]
