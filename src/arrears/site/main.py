"""What happens when somebody types `arrears`?

The doors of the command line are connected to the database and the pages, and the command runs.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

from arrears.engine.home import Home, resolve_home

if TYPE_CHECKING:  # Models can only be imported once Django is configured.
    from arrears.core.progress import Progress
    from arrears.engine.use_cases.backing_up import Backup
    from arrears.engine.use_cases.restoring import Restored
    from arrears.engine.use_cases.upgrading import Upgraded
    from arrears.site.database import DatabaseUrls


@contextmanager
def opened(explicit: Path | None) -> Iterator[Home]:
    """The home that is meant, made if missing, with its database running and up to date. Raises `Refused` or `Busy`."""
    with _opened_with_database(explicit) as (home, _):
        yield home


@contextmanager
def _opened_with_database(explicit: Path | None) -> Iterator[tuple[Home, DatabaseUrls]]:
    """The same with the database's addresses."""
    home = _meant(explicit)
    with _with_database(home, os.environ) as urls:
        yield home, urls


@contextmanager
def _with_database(home: Home, environ: Mapping[str, str]) -> Iterator[DatabaseUrls]:
    """This home made, and its database running and up to date."""
    from arrears.site import bootstrap
    from arrears.site.database import open_database

    home.make()
    with open_database(home, environ) as urls:
        bootstrap.start(home, urls, environ)
        bootstrap.bring_up_to_date(home, urls, environ)
        try:
            yield urls
        finally:
            bootstrap.connections.close_all()


@contextmanager
def borrowed() -> Iterator[Home]:
    """A home for the time of one command, with a database of its own wherever the environment points; nothing of it is left."""
    with tempfile.TemporaryDirectory(prefix="arrears-borrowed-") as folder:
        from arrears.site.embedded_postgres import place_for

        own = {name: value for name, value in os.environ.items() if not name.startswith(("DATABASE_", "ARREARS_"))}
        home = Home(Path(folder) / "home")
        try:
            with _with_database(home, own):
                yield home
        finally:
            if (home.postgresql / "location").is_file():  # For root the data lies elsewhere, beside that of other homes.
                shutil.rmtree(place_for(home.postgresql, is_root=True).base, ignore_errors=True)


def _meant(explicit: Path | None) -> Home:
    return resolve_home(explicit, os.environ, is_root=os.geteuid() == 0)


def backed_up(explicit: Path | None, destination: Path, base: Path | None, at: datetime, actor: str, progress: Progress) -> tuple[Backup, Home]:
    """A backup of the home that is meant, and that home."""
    from arrears.site import backups

    with _opened_with_database(explicit) as (home, urls):
        return backups.back_up(home, urls, destination, base=base, at=at, actor=actor, progress=progress), home


def restored(
    backup: Path, root: Path, secrets: Mapping[str, bytes] | None, erasures: Path | None, at: datetime, actor: str, progress: Progress,
) -> Restored:
    """A new home out of a backup."""
    from arrears.site import backups

    return backups.restore(backup, root, secrets=secrets, erasures=erasures, at=at, actor=actor, progress=progress)


def upgraded(explicit: Path | None, only_tell: bool, backup: bool, backup_to: Path | None, at: datetime, actor: str, progress: Progress) -> Upgraded:
    """The home that is meant, brought up to date."""
    from arrears.site import upgrades

    home = _meant(explicit)
    folder = (backup_to or upgrades.default_backup_folder(home, at)) if backup else None
    return upgrades.upgrade(home, only_tell=only_tell, backup_to=folder, at=at, actor=actor, progress=progress)


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
    doors.opened, doors.borrowed, doors.served, doors.purged = opened, borrowed, served, purged
    doors.backed_up, doors.restored, doors.upgraded = backed_up, restored, upgraded
    sys.exit(run_command())


if __name__ == "__main__":
    main()
