"""How does a PostgreSQL of our own start, end, and come back after a crash?

One process owns the server: whoever holds the lock file beside the data. It starts `postgres` as its child and stops it when it is done.
Other processes of ours join: they read where the socket is and connect. A second `start` at the same time is `Busy`.

What happens when something dies:

* The owner ends as it should: it waits up to 10 s for those who joined, then stops the server (fast: open transactions are undone).
* The owner is killed: the kernel tells the server to stop (`postmaster.py`). Those who joined lose their connection. Should the server
  live on all the same, the next start finds it through `postmaster.pid`, stops it, and starts anew.
* The server is killed: the owner logs it; the next start recovers from the write-ahead log, as PostgreSQL does.

The server listens on a Unix socket only, in a folder of its own with a short random name (the kernel takes 107 bytes at most, and homes
have long names), closed to other users. Everybody signs in with a password (SCRAM), the socket's owner included.

For root, PostgreSQL runs as a system user who cannot look into the home, so the data lies under /var/lib/arrears-postgresql/homes/ and the
home keeps a pointer to it (`postgresql/location`). Lock, state and data lie side by side: whoever has the data has the lock. Whoever deletes
such a home deletes the folder that `location` names as well.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import logging
import os
import queue
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import IO, Any

import psycopg

from arrears.core.problems import Busy, Refused
from arrears.site import postmaster
from arrears.site.postgres_binaries import SYSTEM_FOLDER, Binaries, readable_by_server
from arrears.site.postgres_user import ServerUser, server_user

SUPERUSER = "arrears_super"
START_SECONDS_MAX = 300
JOIN_SECONDS_MAX = 330
JOINERS_SECONDS_MAX = 10
STOP_SECONDS_MAX = 300
LOG_BYTES_MAX = 10_000_000
_SOCKET_PREFIX = "arrears-"
_SOCKET_PATH_BYTES_MAX = 100
_LOG = logging.getLogger(__name__)

SETTINGS: Mapping[str, str] = MappingProxyType({
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "shared_buffers": "512MB",
    "temp_buffers": "32MB",
    "wal_buffers": "64MB",
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "wal_level": "replica",
    "wal_compression": "on",
    "max_wal_size": "8GB",
    # A recycled segment keeps its old bytes until it is written over: keys of people who were erased must not lie in one.
    "wal_recycle": "off",
    "checkpoint_timeout": "15min",
    "password_encryption": "scram-sha-256",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # No value that a statement carried may reach the log: it can be somebody's name or number.
    "log_error_verbosity": "terse",
    # The first line of an error can quote a value too (“invalid input syntax …”): errors of statements are told to whoever sent them, not here.
    "log_min_messages": "log",
    "log_statement": "none",
    "log_min_error_statement": "panic",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "logging_collector": "off",
})
"""Given on the command line at every start, so that they hold for data folders of any age."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where one server keeps its data, and beside it the lock and the state that our processes share."""

    base: Path

    @property
    def data(self) -> Path:
        """PostgreSQL's data folder."""
        return self.base / "data"

    @property
    def owner_lock(self) -> Path:
        """Held by the process that owns the server; holds its number."""
        return self.base / "owner.lock"

    @property
    def joiners_lock(self) -> Path:
        """Shared by those who joined; the owner wants it alone before it stops the server."""
        return self.base / "joiners.lock"

    @property
    def state(self) -> Path:
        """Socket folder and process numbers of the running server."""
        return self.base / "state.json"

    @property
    def successor(self) -> Path:
        """A finished data folder of another version that is about to take the place of `data`."""
        return self.base / "data.successor"


def place_for(pointer_folder: Path, *, is_root: bool, system_folder: Path = SYSTEM_FOLDER) -> Place:
    """Where does this home's database lie? In the home, or for root where `location` points to (written at the first call)."""
    if not is_root:
        return Place(pointer_folder)
    pointer = pointer_folder / "location"
    if not pointer.exists():
        home = hashlib.sha256(os.fsencode(pointer_folder.absolute())).hexdigest()[:16]
        # A new random part: a home that was deleted and made again at the same path gets a database of its own.
        _write_whole(pointer, str(system_folder / "homes" / f"{home}-{secrets.token_hex(4)}"))
    return Place(Path(pointer.read_text(encoding="utf-8").strip()))


@dataclass(frozen=True, slots=True)
class ServerState:
    """What a joiner must know: where the socket is, and who runs what."""

    socket_folder: str
    postmaster_pid: int
    owner_pid: int
    major: int


class EmbeddedPostgres:
    """One server on one data folder. Use `with server.running():` to start or join it, and to leave it in order.

    Args:
        place: data, lock and state.
        binaries: PostgreSQL's programs.
        superuser_password: of the role that makes the other roles; answers the same text at every call.
        log_file: where the server writes its messages.
        settings: more settings, or others than `SETTINGS`.
        system_folder: where root keeps the copy of the programs.
    """

    def __init__(
        self, place: Place, binaries: Binaries, *, superuser_password: Callable[[], str], log_file: Path,
        settings: Mapping[str, str] = MappingProxyType({}), system_folder: Path = SYSTEM_FOLDER,
    ) -> None:
        self.place = place
        self.log_file = log_file
        self._password = superuser_password
        self._settings = {**SETTINGS, **settings}
        self._installed, self._system_folder = binaries, system_folder
        self._owner: IO[str] | None = None
        self._joined: IO[str] | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._state: ServerState | None = None
        self._stopping = False

    @property
    def state(self) -> ServerState:
        """Of the server that this process started or joined."""
        assert self._state is not None, "the server was neither started nor joined"
        return self._state

    @property
    def is_owner(self) -> bool:
        """Did this process start the server?"""
        return self._owner is not None

    def url(self, user: str, password: str, database: str) -> str:
        """The address of a database for a role; role and password are of letters, digits and underscores."""
        return f"postgresql://{user}:{password}@/{database}?host={self.state.socket_folder.replace('/', '%2F')}"

    def superuser_url(self, database: str = "postgres") -> str:
        """The address with every right, for making roles and databases."""
        return self.url(SUPERUSER, self._password(), database)

    @contextmanager
    def running(self) -> Iterator[EmbeddedPostgres]:
        """Start or join the server, and leave it in order."""
        self.join_or_start()
        try:
            yield self
        finally:
            self.stop()

    # ---- starting

    def start(self) -> None:
        """Start the server and own it. `Busy` where another process owns it, `Refused` where it cannot start."""
        if not self._take_ownership():
            raise Busy(
                f"The database is in use by another arrears (process {_number_in(self.place.owner_lock)}).",
                "Two servers on one data folder would destroy it.", "Wait until that one has ended, or stop it.",
            )
        try:
            self._start_as_owner()
        except BaseException:
            self._kill()
            self._let_go()
            raise

    def join_or_start(self) -> None:
        """Join the server that another process of ours runs, or start it. `Busy` where neither works within five minutes."""
        deadline = time.monotonic() + JOIN_SECONDS_MAX
        while not self._try_to_join():
            with suppress(Busy):
                return self.start()
            if time.monotonic() > deadline:
                raise Busy(
                    f"The database that process {_number_in(self.place.owner_lock)} runs does not answer.",
                    "Nothing can be read or written.", "Look at that process, or end it, and try again.",
                )
            time.sleep(0.05)
        return None

    def _take_ownership(self) -> bool:
        _private_folder(self.place.base, self._traversable)
        self._owner = _try_lock(self.place.owner_lock, fcntl.LOCK_EX)
        if self._owner is None:
            return False
        self._owner.seek(0)
        self._owner.truncate()
        self._owner.write(str(os.getpid()))
        self._owner.flush()
        return True

    @property
    def _traversable(self) -> bool:
        """Must the server's user pass through the base folder? Then 0711: no list of it, and only `data` can be entered."""
        return os.geteuid() == 0

    def _try_to_join(self) -> bool:
        """Join under the shared lock: while it is held, the owner does not stop the server."""
        if not self.place.state.exists():
            return False
        lock = _try_lock(self.place.joiners_lock, fcntl.LOCK_SH)
        if lock is None:
            return False
        state = _read_state(self.place.state)
        if state is None or not _is_held(self.place.owner_lock) or not _answers(state.socket_folder):
            lock.close()
            return False
        self._joined, self._state = lock, state
        return True

    def _start_as_owner(self) -> None:
        user = server_user(self.place.data)
        binaries = readable_by_server(self._installed, self._system_folder)
        self._end_what_was_left(user)
        if self.place.successor.exists() and not self.place.data.exists():
            self.place.successor.rename(self.place.data)  # `replace_data` was killed between its last two steps.
        if not (self.place.data / "PG_VERSION").exists():
            self._make_data(user, binaries)
        self._refuse_another_version(binaries)
        socket_folder = _new_socket_folder(user)
        try:
            self._process = self._launch(user, binaries, socket_folder)
            self._wait_until_ready(self._process, socket_folder)
        except BaseException:
            shutil.rmtree(socket_folder, ignore_errors=True)
            raise
        self._state = ServerState(str(socket_folder), self._process.pid, os.getpid(), binaries.major)
        _write_whole(self.place.state, json.dumps({name: getattr(self._state, name) for name in ServerState.__slots__}))

    def _end_what_was_left(self, user: ServerUser) -> None:
        """We hold the lock, so a server that still runs on this data belongs to nobody: stop it before we start ours."""
        state = _read_state(self.place.state)
        self.place.state.unlink(missing_ok=True)
        pid_file = self.place.data / "postmaster.pid"
        pid = _number_in(pid_file)
        if pid and _works_in(pid, self.place.data):
            _LOG.warning("database.left_running", extra={"pid": pid})
            _end_process(pid, signal.SIGINT, lambda: _works_in(pid, self.place.data))
        elif pid and sys.platform == "linux" and not _anybody_works_in(self.place.data):
            # The number may by now be another program's, for which PostgreSQL would refuse to start.
            pid_file.unlink(missing_ok=True)
        if state is not None:
            _remove_socket_folder(Path(state.socket_folder), user)

    def _make_data(self, user: ServerUser, binaries: Binaries) -> None:
        """initdb beside the place and a rename, so that a half-made data folder is never started."""
        unfinished = self.place.base / "data.unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(mode=0o700)
        user.own(unfinished)
        password_file = self.place.base / "password.unfinished"
        password_file.unlink(missing_ok=True)
        with os.fdopen(os.open(password_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
            file.write(self._password() + "\n")
        user.own(password_file)
        try:
            made = subprocess.run(  # noqa: S603 our own program and words
                [binaries.program("initdb"), f"--pgdata={unfinished}", f"--username={SUPERUSER}", f"--pwfile={password_file}",
                 "--auth=scram-sha-256", "--encoding=UTF8", *_locale_words(binaries.major)],
                capture_output=True, text=True, cwd="/", env=_environment(), check=False, timeout=START_SECONDS_MAX, **user.as_subprocess,
            )
        finally:
            password_file.unlink(missing_ok=True)
        if made.returncode != 0:
            raise Refused(
                f"PostgreSQL could not make its data folder in {self.place.base}: {_last_line(made.stderr)}",
                "Cases cannot be kept without it.", "Mend that (often: no space left, or a folder that cannot be entered) and try again.",
            )
        unfinished.rename(self.place.data)

    def _refuse_another_version(self, binaries: Binaries) -> None:
        found = (self.place.data / "PG_VERSION").read_text(encoding="ascii").strip()
        if found != str(binaries.major):
            raise Refused(
                f"The database of this home was made by PostgreSQL {found}; this program brings PostgreSQL {binaries.major}.",
                "One major version cannot read another's files, so nothing was started and nothing was changed.",
                f"Bring it up to date: arrears upgrade. (Data: {self.place.data})",
            )

    def _launch(self, user: ServerUser, binaries: Binaries, socket_folder: Path) -> subprocess.Popen[bytes]:
        """Start `postgres` from a thread that lives as long as it: the kernel's guard watches the thread that made the child."""
        settings = {**self._settings, "unix_socket_directories": str(socket_folder)}
        command = [
            sys.executable, "-I", "-S", postmaster.__file__, str(os.getpid()), str(user.uid), str(user.gid),
            binaries.program("postgres"), "-D", str(self.place.data), *(word for item in settings.items() for word in ("-c", "=".join(item))),
        ]
        started: queue.Queue[subprocess.Popen[bytes] | OSError] = queue.Queue()
        threading.Thread(target=self._keep, args=(command, started), name="postgres", daemon=True).start()
        answer = started.get()
        if isinstance(answer, OSError):
            raise Refused("PostgreSQL could not be started.", str(answer), "Install arrears anew (make setup).") from answer
        return answer

    def _keep(self, command: list[str], started: queue.Queue[Any]) -> None:
        """Body of the keeper thread."""
        try:
            with _open_log(self.log_file) as log:
                # A session of its own: Ctrl-C at the terminal is for us, and we stop the server when we are done with it.
                process = subprocess.Popen(  # noqa: S603 our own program and words
                    command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd="/", env=_environment(), start_new_session=True)
        except OSError as problem:
            started.put(problem)
            return
        started.put(process)
        code = process.wait()
        if not self._stopping:
            _LOG.error("database.ended_unexpectedly", extra={"exit_code": code})

    def _wait_until_ready(self, process: subprocess.Popen[bytes], socket_folder: Path) -> None:
        """Recovery after a crash can take minutes, so the bound is wide; a server that ended is noticed at once."""
        deadline = time.monotonic() + START_SECONDS_MAX
        while not (_says_ready(self.place.data / "postmaster.pid", process.pid) and _answers(str(socket_folder))):
            if process.poll() is not None or time.monotonic() > deadline:
                raise Refused(
                    f"PostgreSQL did not start: {_last_line(_tail(self.log_file))}",
                    "Cases cannot be read or written.", f"Read the end of {self.log_file} and mend what it names.",
                )
            time.sleep(0.02)

    # ---- stopping

    def stop(self) -> None:
        """Leave the server; whoever owns it stops it, after up to 10 s for those who joined. May be called twice."""
        if self._joined is not None:
            self._joined.close()
            self._joined = self._state = None
        if self._owner is None:
            return
        alone = self._wait_for_joiners()
        try:
            self.place.state.unlink(missing_ok=True)
            self._stop_postmaster()
        finally:
            if alone is not None:
                alone.close()
            self._let_go()

    def replace_data(self, finished: Path, keep_as: Path) -> None:
        """Let another data folder take the place of this server's, which is kept under another name; no server may be running.

        Whenever this is killed, the next start finds the old data folder or the new one, never none. `Busy` where another process owns the server.
        """
        if not self._take_ownership():
            raise Busy(f"The database is in use by another arrears (process {_number_in(self.place.owner_lock)}).", "Its data cannot be replaced under it.", "Stop it.")
        try:
            shutil.rmtree(self.place.successor, ignore_errors=True)
            finished.rename(self.place.successor)
            self.place.data.rename(keep_as)
            self.place.successor.rename(self.place.data)
        finally:
            self._let_go()

    def _wait_for_joiners(self) -> IO[str] | None:
        deadline = time.monotonic() + JOINERS_SECONDS_MAX
        while (alone := _try_lock(self.place.joiners_lock, fcntl.LOCK_EX)) is None and time.monotonic() < deadline:
            time.sleep(0.05)
        return alone

    def _stop_postmaster(self) -> None:
        process = self._process
        if process is None or process.poll() is not None:
            return
        self._stopping = True
        process.send_signal(signal.SIGINT)
        try:
            process.wait(STOP_SECONDS_MAX)
        except subprocess.TimeoutExpired:
            # Its last checkpoint takes longer than anybody waits; the write-ahead log has everything.
            self._kill()

    def _kill(self) -> None:
        self._stopping = True
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGQUIT)
            self._process.wait(60)

    def _let_go(self) -> None:
        if self._state is not None:
            shutil.rmtree(self._state.socket_folder, ignore_errors=True)
        if self._owner is not None:
            self._owner.close()
        self._owner = self._process = self._state = None
        self._stopping = False


# ---- locks, state, files


def _try_lock(path: Path, kind: int) -> IO[str] | None:
    """The open, locked file, or None where somebody else has it; closing it lets go."""
    file = os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600), "r+", encoding="ascii")
    try:
        fcntl.flock(file, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        return None
    return file


def _is_held(path: Path) -> bool:
    lock = _try_lock(path, fcntl.LOCK_SH)
    if lock is not None:
        lock.close()
    return lock is None


def _read_state(path: Path) -> ServerState | None:
    try:
        return ServerState(**json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def _write_whole(path: Path, text: str) -> None:
    unfinished = path.with_name(path.name + ".unfinished")
    unfinished.write_text(text, encoding="utf-8")
    unfinished.chmod(0o600)
    unfinished.replace(path)


def _number_in(path: Path) -> int:
    """The process number in the first line of a file; 0 where there is none."""
    try:
        return int(path.read_text(encoding="ascii", errors="replace").split("\n", 1)[0])
    except (OSError, ValueError):
        return 0


def _private_folder(folder: Path, traversable: bool) -> None:
    try:
        if traversable:
            for passage in (folder.parent.parent, folder.parent):
                if not passage.exists():
                    passage.mkdir(parents=True)
                    passage.chmod(0o711)  # Not by mkdir's mode: a strict umask would close it.
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.chmod(0o711 if traversable else 0o700)
    except OSError as problem:
        raise Refused(
            f"The database's folder {folder} cannot be made: {problem.strerror}.", "Cases cannot be kept without it.",
            "Mend that, or choose another home with --home DIR.",
        ) from problem


def _open_log(path: Path) -> IO[bytes]:
    """Append to the log; a long one is put aside at the start, one old one is kept."""
    if path.exists() and path.stat().st_size > LOG_BYTES_MAX:
        path.replace(path.with_name(path.name + ".1"))
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab")


def _tail(path: Path) -> str:
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - 4000))
        return file.read().decode("utf-8", errors="replace")


def _last_line(text: str) -> str:
    """The line that says what went wrong.

    >>> _last_line("LOG:  starting\\nFATAL:  no space left\\nHINT:  free some\\n")
    'FATAL:  no space left'
    """
    lines = [line for line in text.splitlines() if line.strip()]
    telling = [line for line in lines if "FATAL" in line or "error:" in line]
    return (telling or lines or ["it gave no reason."])[-1]


# ---- sockets


def _new_socket_folder(user: ServerUser) -> Path:
    """A folder that only the server's user (and root) can enter, with a name short enough for a socket."""
    own = os.environ.get("XDG_RUNTIME_DIR", "") if not user.switch else ""
    for parent in (own, tempfile.gettempdir(), "/tmp"):  # noqa: S108 a random folder of mode 0700 is made in it
        if parent and len(os.fsencode(parent)) < _SOCKET_PATH_BYTES_MAX - 40 and os.access(parent, os.W_OK | os.X_OK):
            if user.switch and not _anybody_may_pass(Path(parent)):
                continue
            folder = Path(tempfile.mkdtemp(prefix=_SOCKET_PREFIX, dir=parent))
            user.own(folder)
            return folder
    raise Refused("There is no temporary folder for the database's socket.", "The program could not talk to its database.", "Make /tmp writable.")


def _anybody_may_pass(folder: Path) -> bool:
    return all(path.stat().st_mode & 0o001 for path in (folder, *folder.parents))


def _remove_socket_folder(folder: Path, user: ServerUser) -> None:
    """Remove what a killed owner left; only a folder of our kind that belongs to the server's user."""
    if folder.name.startswith(_SOCKET_PREFIX) and folder.is_dir() and not folder.is_symlink() and folder.stat().st_uid == user.uid:
        shutil.rmtree(folder, ignore_errors=True)


def _says_ready(pid_file: Path, pid: int) -> bool:
    """PostgreSQL writes its state into the eighth line, as `pg_ctl` reads it."""
    try:
        lines = pid_file.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return False
    return len(lines) >= 8 and lines[0].strip() == str(pid) and lines[7].strip() == "ready"


def _answers(socket_folder: str) -> bool:
    """Does a server answer there, whatever it says to somebody unknown?"""
    address = f"host={socket_folder} dbname=postgres user={SUPERUSER} connect_timeout=2"
    return psycopg.pq.PGconn.ping(address.encode()) == psycopg.pq.Ping.OK


# ---- processes


def _works_in(pid: int, data: Path) -> bool:
    """Is this process alive and a server on this data folder? PostgreSQL makes the data folder its working folder."""
    if sys.platform == "linux":
        try:
            return Path(f"/proc/{pid}/cwd").readlink() == data.resolve()
        except OSError:
            return False
    listed = subprocess.run(["/bin/ps", "-p", str(pid), "-o", "command="], capture_output=True, text=True, check=False, timeout=10)  # noqa: S603
    return "postgres" in listed.stdout


def _anybody_works_in(data: Path) -> bool:
    return any(_works_in(int(entry.name), data) for entry in Path("/proc").iterdir() if entry.name.isdigit())


def _end_process(pid: int, how: signal.Signals, still_there: Callable[[], bool]) -> None:
    """Signal a server that is nobody's and wait for its end; harder after a minute."""
    for sign, seconds in ((how, 60), (signal.SIGQUIT, 30)):
        with suppress(ProcessLookupError):
            os.kill(pid, sign)
        deadline = time.monotonic() + seconds
        while still_there() and time.monotonic() < deadline:
            time.sleep(0.05)
        if not still_there():
            return
    raise Refused(f"A database server (process {pid}) does not end.", "It holds the data folder.", "End it, and try again.")


def _environment() -> dict[str, str]:
    """No variable of the caller's changes how the server behaves."""
    return {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8", "TZ": "UTC"}


def _locale_words(major: int) -> tuple[str, ...]:
    """From 17 on PostgreSQL carries C.UTF-8 itself: the same order of texts on every machine."""
    if major >= 17:
        return ("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C")
    return ("--locale=C.UTF-8",)
