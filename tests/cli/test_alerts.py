"""Alerts on the command line: listed, narrowed by words that exist, taken on once."""

from __future__ import annotations

from pathlib import Path

import pytest

from arrears.assess.early_warning.episodes import STATES
from arrears.assess.early_warning.kinds import KINDS
from arrears.core.ids import id_text
from arrears.engine.words import ALERT_STATES, ALERTS
from tests.cli.conftest import SECOND
from tests.cli.test_commands import arrears, told


def test_the_list_has_what_waits_for_somebody_escalated_first_and_says_how_many(two_nights: Path) -> None:
    found = told(two_nights, "alerts", "list", "--limit", "1000")
    states = [one["state"] for one in found["alerts"]]
    assert found["as_of"] == SECOND and found["total"] == len(states) > 0
    assert set(states) <= {"escalated", "new", "open"} and states == sorted(states, key=STATES.index)
    table = arrears(two_nights, "alerts", "list").stdout
    assert f"{found['total']:,} alerts as of {SECOND}" in table


def test_what_ended_since_the_night_before_is_listed_with_the_day_and_why(two_nights: Path) -> None:
    found = told(two_nights, "alerts", "list", "--state", "resolved", "--limit", "1000")["alerts"]
    assert found and all(one["resolved_on"] == SECOND and one["resolution"] and one["resolution_zh"] for one in found)
    assert {"Nothing of this person is overdue any more."} & {one["resolution"] for one in found}


@pytest.mark.parametrize(("option", "said", "valid"), [("--kind", "likely", KINDS), ("--state", "done", STATES)])
def test_a_mistyped_kind_or_state_is_answered_with_the_words_that_exist_and_not_with_an_empty_list(two_nights: Path, option: str, said: str, valid: tuple[str, ...]) -> None:
    refused = arrears(two_nights, "alerts", "list", option, said)
    assert refused.returncode == 2 and f"“{said}”" in refused.stderr
    assert all(word in refused.stderr.replace("\n", " ") for word in valid)


def test_every_kind_and_state_has_words_in_both_languages() -> None:
    assert set(ALERTS) == set(KINDS) and set(ALERT_STATES) == set(STATES)


def test_an_alert_taken_on_waits_no_more_and_cannot_be_taken_on_twice(two_nights: Path) -> None:
    first = told(two_nights, "alerts", "list", "--kind", "worse_bucket")["alerts"][0]
    taken = told(two_nights, "alerts", "acknowledge", first["alert_id"], "--note", "called back")
    assert (taken["acknowledged"], taken["was_already"]) == (True, False)
    again = arrears(two_nights, "alerts", "acknowledge", first["alert_id"])
    assert again.returncode == 0 and "already" in again.stdout
    waiting = [one["alert_id"] for one in told(two_nights, "alerts", "list", "--limit", "1000")["alerts"]]
    assert first["alert_id"] not in waiting
    assert [one["alert_id"] for one in told(two_nights, "alerts", "list", "--state", "acknowledged")["alerts"]] == [first["alert_id"]]


def test_an_alert_that_ended_and_an_id_of_nobody_cannot_be_taken_on(two_nights: Path) -> None:
    ended = told(two_nights, "alerts", "list", "--state", "resolved")["alerts"][0]
    for alert_id, code in ((ended["alert_id"], 1), (id_text(1), 1), ("what?", 2)):
        refused = arrears(two_nights, "alerts", "acknowledge", alert_id)
        assert refused.returncode == code, (alert_id, refused.stderr)


def test_a_book_without_a_run_has_no_alerts_and_is_told_how_to_get_them(two_nights: Path) -> None:
    refused = arrears(two_nights, "alerts", "list", "--book", "nowhere")
    assert refused.returncode != 0 and "alerts as of" not in refused.stdout
