"""Does `arrears work` keep the record of a real home, by a real clock and a real authority, and does `arrears record` tell the truth?"""

from __future__ import annotations

import json
import os
import signal
import subprocess

import pytest

from tests.cli.test_commands import COMMAND, arrears
from tests.time_stamp_authority import running_authority


def state(home) -> dict:
    return json.loads(arrears(home, "record", "show", "--json").stdout)


def told_by(worker: subprocess.Popen[str], words: str) -> bool:
    """Wait until the worker says this; False where it ended without."""
    assert worker.stderr is not None
    return any(words in line for line in iter(worker.stderr.readline, ""))


def hear_ctrl_c() -> None:
    """A shell lets what it starts in the background ignore Ctrl-C, and with it every child; the worker of a story is in somebody's foreground."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def test_a_run_seals_and_signs_what_it_wrote_and_the_check_finds_nothing(two_nights):
    assert 0 < state(two_nights)["head"]["size"] <= state(two_nights)["sealed"]
    done = arrears(two_nights, "record", "check")  # It seals before what other stories of this home left waiting.
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Everything stands as it was written." in done.stdout
    shown = state(two_nights)
    assert (shown["waiting"], shown["alarms"]) == (0, [])
    told = json.loads(arrears(two_nights, "record", "check", "--json").stdout)
    assert told["entries"] == told["facts"] == told["sealed"] == shown["sealed"]
    assert told["findings"] == []


@pytest.mark.peer
def test_a_worker_seals_what_others_write_and_has_it_stamped_and_ends_in_order(two_nights, tmp_path):
    assert arrears(two_nights, "record", "check").returncode == 0
    before = state(two_nights)["sealed"]
    with running_authority(tmp_path / "tsa") as authority:
        environ = {**os.environ, "ARREARS_TIMESTAMP_URL": authority.url, "ARREARS_TIMESTAMP_ROOTS": str(authority.root_file)}
        worker = subprocess.Popen([*COMMAND, "work", "--home", str(two_nights)], env=environ, stderr=subprocess.PIPE, text=True, preexec_fn=hear_ctrl_c)
        try:
            assert told_by(worker, "time-stamped")
            alerts = json.loads(arrears(two_nights, "alerts", "list", "--json").stdout)
            done = arrears(two_nights, "alerts", "acknowledge", _first_alert(alerts), "--note", "called")
            assert done.returncode == 0, done.stderr
            assert told_by(worker, "sealed")
        finally:
            worker.send_signal(signal.SIGINT)
            _, told = worker.communicate(timeout=60)
    assert worker.returncode == 0, told
    assert "Stopped. What was written before is sealed" in told
    shown = state(two_nights)
    assert shown["sealed"] == before + 1
    assert shown["stamped_at"] is not None


def _first_alert(alerts) -> str:
    rows = alerts["alerts"] if isinstance(alerts, dict) else alerts
    return str(rows[0]["alert_id"])
