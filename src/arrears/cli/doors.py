"""Who opens the home for a command, and who serves the pages?

Commands know neither database nor settings: the composition root (`arrears.site`) puts its own functions in here before a command runs.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING

from arrears.engine.home import Home

if TYPE_CHECKING:  # A command that backs nothing up does not wait for what backing up needs.
    pass

Opened = Callable[[Path | None], AbstractContextManager[Home]]
Served = Callable[[Home, str, int], None]
BackedUp = "Callable[[Path | None, Path, Path | None, datetime, str, Progress], tuple[Backup, Home]]"
RestoredTo = "Callable[[Path, Path, Mapping[str, bytes] | None, Path | None, datetime, str, Progress], Restored]"
UpgradedHome = "Callable[[Path | None, bool, bool, Path | None, datetime, str, Progress], Upgraded]"


Purged = Callable[[Home], tuple[str, ...]]


def _not_connected(*_: object) -> AbstractContextManager[Home]:
    raise AssertionError("a command ran before the composition root connected the doors")


opened: Opened = _not_connected
"""Opens the home (made if missing) with its database, for the time of one command."""
borrowed: Callable[[], AbstractContextManager[Home]] = _not_connected
"""A home with a database of its own for the time of one command, gone afterwards; whatever other home is meant stays closed."""
served: Served = _not_connected  # type: ignore[assignment]
"""Serves the pages of an open home at host and port until interrupted."""
backed_up: BackedUp = _not_connected  # type: ignore[assignment]
"""Backs the home up: home, destination, an earlier backup that lends files, now, actor, progress."""
restored: RestoredTo = _not_connected  # type: ignore[assignment]
"""Makes a home out of a backup: backup, new home, secrets, a register of erasures, now, actor, progress."""
upgraded: UpgradedHome = _not_connected  # type: ignore[assignment]
"""Brings the home up to date: home, only tell?, back up first?, where to, now, actor, progress."""
purged: Purged = _not_connected  # type: ignore[assignment]
"""Removes what the database's files hold of deleted rows; answers what is left for somebody with more rights."""
