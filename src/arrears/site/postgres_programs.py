"""How are PostgreSQL's own programs run?

With the password in the environment, where other users cannot see it, and with what they complain of turned into one refusal.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from psycopg.conninfo import conninfo_to_dict, make_conninfo

from arrears.core.problems import Refused
from arrears.site.database import OWNER_VARIABLE
from arrears.site.postgres_binaries import bundled

_TRANSACTION_TIMEOUT = b"SET transaction_timeout = 0;"
_TRANSACTION_TIMEOUT_SINCE = 170_000
"""The setting that pg_restore 17 and later put first in every script, and the first server that knows it."""
_SETTINGS_LINES = 64
"""Lines at the beginning of a script in which settings may stand: data comes after them and is never touched."""


def run(program: str, url: str, *words: str) -> None:
    """Run one that works on the database at `url` and wait until it ends.

    Raises:
        Refused: it failed; with its own first error.
    """
    connecting, password = _connecting(url)
    _started(program, [*connecting, *words], password, stdout=subprocess.DEVNULL).refuse_unless_done()


def restore(dump: Path, url: str, server_version: int) -> None:
    """pg_restore writes its script and psql runs it in one transaction, without the line that the server does not know: pg_restore alone would stop at it.

    What psql has been told is committed when its input ends, so it is killed, and all is rolled back, unless pg_restore ended well.

    Raises:
        Refused: either failed; nothing is left behind.
    """
    unknown = _TRANSACTION_TIMEOUT if server_version < _TRANSACTION_TIMEOUT_SINCE else None
    script = _started("pg_restore", ["--file=-", "--no-owner", "--no-privileges", str(dump)], {}, stdout=subprocess.PIPE)
    words, password = _connecting(url)
    reading = ["--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1", "--file=-"]
    run = _started("psql", [*words, *reading], password, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
    assert script.process.stdout and run.process.stdin
    try:
        for _ in range(_SETTINGS_LINES):
            line = script.process.stdout.readline()
            run.process.stdin.write(line.replace(unknown, b"") if unknown else line)
        shutil.copyfileobj(script.process.stdout, run.process.stdin, 1 << 20)
    except BrokenPipeError:  # psql stopped: it says why.
        script.process.kill()
        run.refuse_unless_done()
    try:
        script.refuse_unless_done()
    except Refused:
        run.process.kill()
        raise
    finally:
        with contextlib.suppress(BrokenPipeError):
            run.process.stdin.close()
    run.refuse_unless_done()


@dataclass(frozen=True, slots=True)
class _Started:
    """One of PostgreSQL's programs at work, and the file it writes its complaints to: a pipe nobody reads could fill and stop it."""

    program: str
    process: subprocess.Popen[bytes]
    complaints: IO[bytes]

    def refuse_unless_done(self) -> None:
        """Wait until it ends.

        Raises:
            Refused: it failed; with its own first error.
        """
        if self.process.wait():
            self.complaints.seek(0)
            said = self.complaints.read().decode(errors="replace")
            telling = [line for line in said.splitlines() if "error" in line.lower()] or ["it gave no reason"]
            raise Refused(
                f"{self.program} failed: {telling[0].removeprefix(self.program + ': ')}",
                "Nothing was kept of it.",
                f"Mend that (often: no space left) and try again. On a server of yours look at {OWNER_VARIABLE} too.",
            )


def _connecting(url: str) -> tuple[list[str], dict[str, str]]:
    """The words that name the database, and the environment with the password in it, where other users cannot see it."""
    parts = conninfo_to_dict(url)
    password = str(parts.pop("password", "") or "")
    return [f"--dbname={make_conninfo('', **parts)}", "--no-password"], {"PGPASSWORD": password}


def _started(program: str, words: Sequence[str], environ: Mapping[str, str], *, stdin: int | None = None, stdout: int | None = None) -> _Started:
    complaints = tempfile.TemporaryFile()  # noqa: SIM115 it lives as long as the program
    environ = {"PATH": os.environ.get("PATH", ""), "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8", **environ}
    process = subprocess.Popen([bundled().program(program), *words], stdin=stdin, stdout=stdout, stderr=complaints, env=environ)  # noqa: S603 our own program and words
    return _Started(program, process, complaints)
