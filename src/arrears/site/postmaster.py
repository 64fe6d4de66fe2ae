"""Which process becomes PostgreSQL, and what ends it when we are gone?

Run as a program: `python postmaster.py PARENT UID GID postgres ARGUMENTS…`. It drops root's rights, asks the kernel for SIGINT (an orderly
fast stop of PostgreSQL) at the death of its parent, and turns itself into `postgres`. A program of its own and not a
`preexec_fn`, because running Python between fork and exec can hang where threads are. On systems without `prctl` there is no such
guard; there the next start finds the server and stops it.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1


def become(parent: int, uid: int, gid: int, command: list[str]) -> None:
    """Turn this process into `command` as the given user, guarded by `parent`; returns never."""
    if os.geteuid() == 0:
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
    if sys.platform == "linux":
        # After setuid, which would clear it.
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGINT, 0, 0, 0)
        if os.getppid() != parent:
            sys.exit("The parent ended before the database started.")
    os.execv(command[0], command)  # noqa: S606 the caller's own program


if __name__ == "__main__":
    become(int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), sys.argv[4:])
