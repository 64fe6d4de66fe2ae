"""What is written down about the program's own work?

JSON lines in the home's `logs/arrears.jsonl` (and to stderr with ARREARS_LOG=stderr). No personal data can get in, by an allow-list
instead of by care: a line holds time, level, logger, the event, and values of the keys in `ALLOWED`. Texts of other programs
are left out, because nobody knows what they carry; where they come from is written instead. An error is written as its class and the
lines of code it passed, without its message.
"""

from __future__ import annotations

import json
import logging
import os
import re
import sys
import traceback
from collections.abc import Mapping
from datetime import UTC, datetime
from types import MappingProxyType

from arrears.engine.home import PRIVATE_FILE, Home

LOG_VARIABLE = "ARREARS_LOG"
LOG_BYTES_MAX = 10_000_000
ALLOWED = frozenset({
    "accounts", "as_of", "batch", "book", "case_id", "cases", "count", "currency", "exit_code", "institution_id", "kind", "number",
    "party_id", "pid", "policy", "retry", "role", "rows", "run_id", "seconds", "stage", "status_code", "table", "user_id",
})
"""Keys of `extra` that may be written. Ids are ours, random, and mean nothing to an outsider."""
_EVENT = re.compile(r"[a-z][a-z0-9_]*(\.[a-z0-9_]+)+")
_PLAIN_TEXT = re.compile(r"[A-Za-z0-9_.:+-]{1,64}")
_FRAMES_MAX = 30


def line_of(record: logging.LogRecord) -> dict[str, object]:
    """Which parts of a log record may be written?

    >>> record = logging.LogRecord("arrears.x", logging.INFO, "x.py", 7, "run.published", (), None)
    >>> record.rows, record.name_of_debtor = 3, "Li Na"
    >>> {key: value for key, value in line_of(record).items() if key != "at"}
    {'level': 'INFO', 'logger': 'arrears.x', 'event': 'run.published', 'rows': 3}
    """
    line: dict[str, object] = {
        "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
        "level": record.levelname, "logger": record.name, "event": _event(record),
    }
    line |= {key: _plain(value) for key, value in record.__dict__.items() if key in ALLOWED}
    if record.exc_info and record.exc_info[0] is not None:
        kind, _error, trace = record.exc_info
        line["error"] = f"{kind.__module__}.{kind.__qualname__}"
        line["passed"] = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(trace)[-_FRAMES_MAX:]]
    return line


def _event(record: logging.LogRecord) -> str:
    """Our own events are words; anything else is named by the place in the code that wrote it."""
    if record.name.startswith("arrears.") and isinstance(record.msg, str) and _EVENT.fullmatch(record.msg):
        return record.msg
    return f"{record.module}:{record.lineno}"


def _plain(value: object) -> object:
    """Numbers, truth and short words pass; a sentence or a structure could carry anything."""
    if value is None or isinstance(value, bool | int | float):
        return value
    text = str(value)
    return text if _PLAIN_TEXT.fullmatch(text) else "(left out)"


class JsonLines(logging.Formatter):
    """Writes what `line_of` lets pass, one line of JSON a record."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        return json.dumps(line_of(record), ensure_ascii=False)


def start(home: Home, environ: Mapping[str, str] = MappingProxyType({})) -> None:
    """From now on the whole program logs into this home, and only there."""
    handlers: list[logging.Handler] = [_file_handler(home)]
    if environ.get(LOG_VARIABLE, "") == "stderr":
        handlers.append(logging.StreamHandler(sys.stderr))
    for handler in handlers:
        handler.setFormatter(JsonLines())
    logging.basicConfig(level=logging.INFO, handlers=handlers, force=True)
    logging.captureWarnings(True)
    for name in ("uvicorn.access", "httpx"):
        logging.getLogger(name).setLevel(logging.WARNING)


def _file_handler(home: Home) -> logging.FileHandler:
    """Append to the log; a long one is put aside at the start, one old one is kept."""
    path = home.logs / "arrears.jsonl"
    if path.exists() and path.stat().st_size > LOG_BYTES_MAX:
        path.replace(path.with_name(path.name + ".1"))
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, PRIVATE_FILE))
    return logging.FileHandler(path, encoding="utf-8")
