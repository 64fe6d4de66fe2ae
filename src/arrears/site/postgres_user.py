"""As which user of this machine does PostgreSQL run?

PostgreSQL refuses to run as root. An ordinary user runs it as themselves. For root a system user does it: `postgres` where there is
one, else `arrears-db`, made now, else `nobody`. That user can reach the database's own folder and nothing of the home.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from arrears.core.problems import Refused

SYSTEM_USER = "arrears-db"
_USERADD = ("--system", "--no-create-home", "--home-dir", "/nonexistent", "--shell", "/usr/sbin/nologin", "--user-group", SYSTEM_USER)
_ADDUSER = ("-S", "-H", "-D", "-h", "/nonexistent", "-s", "/sbin/nologin", SYSTEM_USER)


@dataclass(frozen=True, slots=True)
class ServerUser:
    """The user and group that own the data and run the server; `switch` says whether that is somebody else than we are."""

    name: str
    uid: int
    gid: int
    switch: bool

    @property
    def as_subprocess(self) -> dict[str, Any]:
        """Arguments of `subprocess` that run a program as this user."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []} if self.switch else {}

    def own(self, path: Path) -> None:
        """Give this file or folder to the user, without following a link."""
        if self.switch:
            os.chown(path, self.uid, self.gid, follow_symlinks=False)


def server_user(data: Path) -> ServerUser:
    """Who runs the server for this data folder? Whoever owns it already, so that a user added later changes nothing."""
    if os.geteuid() != 0:
        return ServerUser("", os.geteuid(), os.getegid(), switch=False)
    if data.exists():
        return _entry(pwd.getpwuid(data.stat().st_uid))
    return _entry(_known("postgres") or _known(SYSTEM_USER) or _made() or _known("nobody"))


def _entry(found: pwd.struct_passwd | None) -> ServerUser:
    if found is None or found.pw_uid == 0:
        raise Refused(
            "There is no system user that could run PostgreSQL.", "PostgreSQL refuses to run as root.",
            f"Make one (useradd --system {SYSTEM_USER}), run arrears as an ordinary user, or set DATABASE_URL.",
        )
    return ServerUser(found.pw_name, found.pw_uid, found.pw_gid, switch=True)


def _known(name: str) -> pwd.struct_passwd | None:
    try:
        return pwd.getpwnam(name)
    except KeyError:
        return None


def _made() -> pwd.struct_passwd | None:
    """Make the system user by whichever tool the machine has (Debian and Red Hat: useradd; Alpine: adduser)."""
    for tool, arguments in (("useradd", _USERADD), ("adduser", _ADDUSER)):
        program = shutil.which(tool, path="/usr/sbin:/sbin:/usr/bin:/bin")
        if program:
            subprocess.run([program, *arguments], capture_output=True, check=False, timeout=60)  # noqa: S603 fixed words
        if _known(SYSTEM_USER):
            break
    return _known(SYSTEM_USER)
