"""What happens when somebody types `arrears`?

The doors of the command line are connected to the database and the pages, and the command runs.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from arrears.engine.home import Home, resolve_home


@contextmanager
def opened(explicit: Path | None) -> Iterator[Home]:
    """The home that is meant, made if missing, with its database running and up to date. Raises `Refused` or `Busy`."""
    from arrears.site import bootstrap
    from arrears.site.database import open_database

    home = resolve_home(explicit, os.environ, is_root=bootstrap.is_root())
    home.make()
    with open_database(home, os.environ) as urls:
        bootstrap.start(home, urls, os.environ)
        bootstrap.bring_up_to_date(home, urls, os.environ)
        try:
            yield home
        finally:
            bootstrap.connections.close_all()


def served(home: Home, host: str, port: int) -> None:
    """Serve the pages of an open home until interrupted."""
    from arrears.site import asgi

    asgi.serve(home, host, port)


def purged(home: Home) -> tuple[str, ...]:
    """Remove what the database's files hold of deleted rows; answers what somebody with more rights must do."""
    from arrears.site.purging import purge

    return purge(home, os.environ).left


def _end_in_order(_number: int, _frame: FrameType | None) -> None:
    """SIGTERM unwinds like an error, so that the database is stopped and not abandoned."""
    sys.exit(128 + signal.SIGTERM)


def main() -> None:
    """Run the command of this process's arguments, and end with its exit code."""
    from arrears.site import bootstrap

    bootstrap.configure()
    from arrears.cli import doors
    from arrears.cli.app import run_command

    signal.signal(signal.SIGTERM, _end_in_order)
    doors.opened, doors.served, doors.purged = opened, served, purged
    sys.exit(run_command())


if __name__ == "__main__":
    main()
