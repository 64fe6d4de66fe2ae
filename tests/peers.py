"""Which tests need a real program beside us, and what happens where it is missing?

`require_peer("chromium")` answers the program's path. Where it is missing the test is skipped by name, or fails if ARREARS_PEERS=required.
Mark such tests with `@pytest.mark.peer`, so that `make test-peers` finds them.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest


def _debian_postgresql() -> Path | None:
    """The oldest server that Debian's `postgresql` package has installed here."""
    folders = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/postgres")]
    return min(folders, key=lambda folder: int(folder.parent.name), default=None)


def _chromium() -> Path | None:
    found = shutil.which("chromium")
    return Path(found) if found else None


def _noto_cjk() -> Path | None:
    return next(Path("/usr/share/fonts/opentype/noto").glob("NotoSansCJK-Regular.*"), None)


def _openssl() -> Path | None:
    found = shutil.which("openssl")
    return Path(found) if found else None


def _java() -> Path | None:
    """The Java that Spark would use, where it is new enough."""
    from arrears.engine.on_spark.session import JAVA_NEEDED, java_version

    found = shutil.which("java")
    return Path(found) if found and (java_version() or 0) >= JAVA_NEEDED else None


def _dovecot() -> Path | None:
    found = shutil.which("dovecot") or shutil.which("dovecot", path="/usr/sbin")
    return Path(found) if found else None


def _node() -> Path | None:
    found = shutil.which("node") or shutil.which("nodejs")
    return Path(found) if found else None


def _smpp() -> Path | None:
    """The folder that holds npm's `smpp`, as `make peers` puts it there."""
    folder = Path(__file__).parents[1] / ".peers" / "node_modules"
    return folder if (folder / "smpp" / "package.json").exists() else None


def _kannel() -> Path | None:
    """The folder of Kannel's two programs: the one that keeps the lines, and the one that takes messages by HTTP."""
    found = shutil.which("bearerbox", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    return Path(found).parent if found and Path(found).with_name("smsbox").exists() else None


def _fakesmsc() -> Path | None:
    """A phone network for Kannel: shows what it got, sends what it is told."""
    found = Path("/usr/lib/kannel/test/fakesmsc")
    return found if found.exists() else None


KNOWN: Mapping[str, Callable[[], Path | None]] = {
    "chromium": _chromium, "dovecot-imapd": _dovecot, "fonts-noto-cjk": _noto_cjk, "kannel": _kannel, "kannel-extras": _fakesmsc, "nodejs": _node, "npm's smpp": _smpp,
    "openjdk-17-jre-headless": _java, "openssl": _openssl, "postgresql": _debian_postgresql,
}
"""Peers by the name of their Debian package (or npm's), and how each is found."""


def require_peer(name: str, found: Path | bool | None = None) -> Path:
    """Where is this peer? Skips the test, or fails it where peers are required; `found` is for peers that are not in `KNOWN`."""
    there = found if found is not None else KNOWN[name]() if name in KNOWN else None
    if not there:
        if os.environ.get("ARREARS_PEERS") == "required":
            pytest.fail(f"peer: {name} is missing here. Install it: make peers", pytrace=False)
        pytest.skip(f"peer: {name}")
    return Path(name) if there is True else there
