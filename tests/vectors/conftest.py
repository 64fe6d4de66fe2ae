"""Where the vectors lie, and the closing lines: one for each file and family."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.vectors.families import FAMILY_OF, shares

HERE = Path(__file__).parent
COUNTED = "vectors"


def pytest_addoption(parser: pytest.Parser) -> None:
    """A folder other than ours may be judged."""
    parser.addoption("--vectors", default=str(HERE), metavar="DIR", help="folder of the vector files (default: the project's copies)")


def folder_of(config: pytest.Config) -> Path:
    """The folder that was asked for."""
    return Path(config.getoption("--vectors", default=str(HERE)))


def contents(folder: Path) -> Iterator[tuple[str, dict[str, Any], list[dict[str, Any]]]]:
    """Each vector file: its name, what is shared by its vectors, the vectors."""
    for name in FAMILY_OF:
        path = folder / f"{name}.json"
        if path.is_file():
            content = json.loads(path.read_text(encoding="utf-8"))
            shared = content if isinstance(content, dict) else {}
            yield name, shared, shared["vectors"] if shared else content


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One test for each file and family."""
    if "file_and_family" not in metafunc.fixturenames:
        return
    pairs = sorted({(name, FAMILY_OF[name](vector)) for name, _, vectors in contents(folder_of(metafunc.config)) for vector in vectors})
    metafunc.parametrize("file_and_family", pairs, ids=["-".join(pair) for pair in pairs])


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Close with what was counted."""
    reports = [report for outcome in ("passed", "failed") for report in terminalreporter.stats.get(outcome, [])]
    lines = sorted(line for report in reports for key, found in getattr(report, "user_properties", []) if key == COUNTED for line in found)
    for line in [*lines, *shares(lines)]:
        terminalreporter.write_line(line)
