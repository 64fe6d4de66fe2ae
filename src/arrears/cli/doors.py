"""Who opens the home for a command, and who serves the pages?

Commands know neither database nor settings: the composition root (`arrears.site`) puts its own functions in here before a command runs.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

from arrears.engine.home import Home

Opened = Callable[[Path | None], AbstractContextManager[Home]]
Served = Callable[[Home, str, int], None]


Purged = Callable[[Home], tuple[str, ...]]


def _not_connected(*_: object) -> AbstractContextManager[Home]:
    raise AssertionError("a command ran before the composition root connected the doors")


opened: Opened = _not_connected
"""Opens the home (made if missing) with its database, for the time of one command."""
served: Served = _not_connected  # type: ignore[assignment]
"""Serves the pages of an open home at host and port until interrupted."""
purged: Purged = _not_connected  # type: ignore[assignment]
"""Removes what the database's files hold of deleted rows; answers what is left for somebody with more rights."""
