"""Stories about logs: what the program did is in them, who owes is not."""

from __future__ import annotations

import json
import logging
import stat

import pytest

from arrears.engine.home import Home
from arrears.site import logs


@pytest.fixture
def home(tmp_path):
    """A home whose log is read; the loggers of before come back afterwards."""
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    home = Home(tmp_path)
    home.make()
    logs.start(home)
    yield home
    for handler in root.handlers:
        handler.close()
    root.handlers[:] = before
    root.setLevel(level)
    logging.captureWarnings(False)


def lines(home: Home) -> list[dict]:
    for handler in logging.getLogger().handlers:
        handler.flush()
    return [json.loads(line) for line in (home.logs / "arrears.jsonl").read_text().splitlines()]


def test_an_event_of_ours_is_written_with_its_figures(home):
    logging.getLogger("arrears.engine").info("run.published", extra={"book": "main", "rows": 3, "case_id": 2**62})
    (line,) = lines(home)
    assert (line["event"], line["book"], line["rows"], line["case_id"]) == ("run.published", "main", 3, 2**62)
    assert stat.S_IMODE((home.logs / "arrears.jsonl").stat().st_mode) == 0o600


@pytest.mark.parametrize("write", [
    lambda log: log.info("case.opened", extra={"debtor": "Zhang Wei"}),
    lambda log: log.info("case.opened", extra={"book": "the book of Zhang Wei"}),
    lambda log: log.info("case.opened", extra={"rows": ["Zhang Wei"]}),
    lambda log: log.info("Zhang Wei owes 5"),
    lambda log: log.info("%s owes", "Zhang Wei"),
    lambda log: logging.getLogger("django.request").error("Not Found: %s", "/search/?q=Zhang Wei", extra={"request": "Zhang Wei"}),
    lambda log: logging.getLogger("other.library").warning("zhang.wei paid Zhang Wei"),
])
def test_a_name_does_not_get_into_the_log_by_any_way(home, write):
    write(logging.getLogger("arrears.engine"))
    (line,) = lines(home)
    assert "zhang" not in json.dumps(line).lower()


def test_an_error_is_written_as_its_class_and_its_way_without_its_words(home):
    try:
        raise ValueError("Zhang Wei, 138 0000 0000")
    except ValueError:
        logging.getLogger("arrears.engine").exception("run.failed", extra={"stage": "assess"})
    (line,) = lines(home)
    assert line["error"] == "builtins.ValueError" and line["stage"] == "assess"
    assert "test_logs.py" in line["passed"][0]
    assert "Zhang" not in json.dumps(line)


def test_a_long_log_is_put_aside_at_the_next_start(home, monkeypatch):
    logging.getLogger("arrears.engine").info("run.published")
    monkeypatch.setattr(logs, "LOG_BYTES_MAX", 10)
    logs.start(home)
    assert lines(home) == []
    assert "run.published" in (home.logs / "arrears.jsonl.1").read_text()
