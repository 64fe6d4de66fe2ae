"""Hours, caps, cooling-off and day windows, held against a second reading: the same answer for every drawn history, and each refusal reached often."""

from __future__ import annotations

import os
import re
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from arrears.check.conduct.verdict import verdict
from tests.check import naive
from tests.check.comparing import BLOCK, Difference, block, compared, exceptions, packs, rules
from tests.check.histories import BYTES, as_the_code_wants_it, drawn, microseconds, moment
from tests.check.soak_the_naive_reading import Progress, soak

HISTORIES, SOUGHT, IN_SOAK = 100_000, 10_000, 10_000_000
AT_LEAST = 1_000
"""So often each refusal is reached in all histories of a run."""


def test_every_rule_of_these_kinds_in_every_pack_is_read_a_second_time() -> None:
    assert rules() == naive.READ


def test_a_hundred_thousand_drawn_histories_are_read_alike_and_every_refusal_is_reached_a_thousand_times() -> None:
    reached = Counter[str]()
    for number in range(HISTORIES // BLOCK):
        reached += block(number)
    assert {name: reached[name] for name in rules() if reached[name] < AT_LEAST} == {}
    assert [name for name in exceptions() if not reached[name]] == [], "each exception has lifted its rule"


@settings(max_examples=SOUGHT, deadline=None, suppress_health_check=list(HealthCheck))
@given(source=st.binary(max_size=BYTES))
def test_ten_thousand_histories_sought_by_hypothesis_are_read_alike(source: bytes) -> None:
    compared(source)


@pytest.mark.soak
def test_ten_million_drawn_histories_are_read_alike(capsys: pytest.CaptureFixture[str]) -> None:
    with capsys.disabled():
        progress = soak(IN_SOAK, Progress.file(), workers=len(os.sched_getaffinity(0)))
    assert progress.histories >= IN_SOAK
    assert {name: progress.reached[name] for name in rules() if progress.reached[name] < AT_LEAST} == {}


# What a comparison is worth


def test_a_difference_is_found_and_told_as_a_story(monkeypatch: pytest.MonkeyPatch) -> None:
    """The plain reading without the law of India: some history shows it at once."""
    monkeypatch.setitem(naive.LAWS, "IN", ())
    with pytest.raises(Difference, match=re.escape("only the code refuses for ['india/fair_practices/calls_only_between_eight_and_seven']")):
        block(0, 1_000)


def test_a_cap_that_is_read_as_one_more_is_found() -> None:
    """Eight calls instead of seven: the histories come close enough to the limit to tell."""
    spoilt = replace(
        packs(),
        packs=tuple(replace(pack, rules=tuple(rule for rule in pack.rules if rule.name != "seven_calls_in_seven_days")) for pack in packs().packs),
    )
    different = 0
    for seed in range(400):
        asked, book = drawn(seed.to_bytes(2, "big") * (BYTES // 2))
        found = verdict(*as_the_code_wants_it(asked, book), moment(asked.at), spoilt)
        different += {f"{one.pack}/{one.rule.name}" for one in found.in_the_way} != set(naive.broken(asked, book))
    assert different > 0


def test_the_clocks_of_the_plain_reading_go_right_though_it_has_no_time_zone_database() -> None:
    for zone in naive.CLOCKS:
        at = datetime(2021, 1, 1, tzinfo=UTC)
        while at < datetime(2030, 1, 1, tzinfo=UTC):
            shown = moment(naive.on_the_wall(microseconds(at), zone)).replace(tzinfo=None)
            assert shown == at.astimezone(ZoneInfo(zone)).replace(tzinfo=None), (zone, at)
            at += timedelta(hours=11)


def test_a_soak_goes_on_where_it_was_stopped_and_begins_anew_when_a_rule_has_changed(tmp_path: Path) -> None:
    first = soak(2 * 100, Progress(tmp_path / "progress.json", size=100), workers=1)
    assert (first.blocks, first.histories) == (2, 200)
    second = soak(3 * 100, Progress(tmp_path / "progress.json", size=100), workers=1)
    assert (second.blocks, second.begun_with) == (3, 2)
    assert second.reached == sum((block(number, 100) for number in range(3)), Counter())
    text = (tmp_path / "progress.json").read_text().replace(second.rests_on, "0" * 64)
    (tmp_path / "progress.json").write_text(text)
    assert Progress(tmp_path / "progress.json", size=100).begun_with == 0
