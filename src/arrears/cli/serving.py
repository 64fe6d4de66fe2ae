"""How are the pages served by the command line, for real or for a demonstration?"""

from __future__ import annotations

import os
from pathlib import Path

from arrears.cli import doors
from arrears.cli.clock import now, today
from arrears.cli.options import HomeOption
from arrears.cli.record import keeping_the_record
from arrears.cli.showing import people, progress_bars, results
from arrears.engine.columns_engine import EngineSettings
from arrears.engine.home import HOME_VARIABLE, resolve_home
from arrears.engine.use_cases.demonstration import demonstrate
from arrears.engine.words import counted


def serve(*, host: str = "127.0.0.1", port: int = 8000, home: HomeOption = None) -> None:
    """Serve the pages of this home until Ctrl-C.

    Example:
      arrears serve --port 8080

    Parameters
    ----------
    host
        Address to listen on. Put a TLS proxy before anything that is not this machine.
    port
        Port to listen on; 0 takes a free one.
    """
    with doors.opened(home) as place:
        place.read_settings()
        with keeping_the_record(place):
            doors.served(place, host, port)


def demo(*, serve: bool = True, accounts: int = 20_000, host: str = "127.0.0.1", port: int = 8000, home: HomeOption = None) -> None:
    """The main job on sample books: an invented loan book and a public card sample, run on two days each, then the pages.

    Examples:
      arrears demo
      arrears demo --no-serve --accounts 2000

    Parameters
    ----------
    serve
        Serve the pages at the end.
    accounts
        Size of the invented book.
    """
    with doors.opened(home or _demo_home()) as place:
        with progress_bars() as told:
            shown = demonstrate(place, accounts, today=today(), at=now(), engine=EngineSettings(), progress=told)
        for result in shown.runs:
            counts = result.facts["counts"]
            people.print(f"{result.facts['book']} on {result.facts['as_of']}: {counted(counts['accounts'], 'account')}, {counts['accounts_overdue']:,} overdue, {counted(counts['cases'], 'case')}")
        results.print(f"Home: {place.root}")
        results.print(f"Sign in as {shown.user.username} with the password {shown.user.password}")
        if serve:
            with keeping_the_record(place):
                doors.served(place, host, port)


def _demo_home() -> Path | None:
    """The demonstration keeps apart from real books, unless a home is named."""
    if os.environ.get(HOME_VARIABLE):
        return None
    usual = resolve_home(None, {}, is_root=os.geteuid() == 0).root
    return usual.with_name(usual.name + "-demo")
