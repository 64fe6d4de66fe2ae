"""Homes that several stories about commands share, and the command itself."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.cli.test_commands import arrears
from tests.conftest import folder_for_servers

FIRST, SECOND = "2026-10-23", "2026-11-23"


@pytest.fixture(scope="session")
def two_nights() -> Any:
    """A home with a small book and two nights, a month apart."""
    with folder_for_servers() as folder:
        place: Path = folder / "home"
        steps = (("init",), ("sample", "--accounts", "400", "--seed", "3", "--as-of", SECOND), ("run", "--on", FIRST), ("run", "--on", SECOND))
        for words in steps:
            done = arrears(place, *words)
            assert done.returncode == 0, done.stderr
        yield place
