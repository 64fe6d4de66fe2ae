"""A dialler writes its log in its own words, encoding and zone: what is read of it, and what is told where a row is not understood?"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from arrears.core.problems import BadData, WrongCall
from arrears.intake.book.trade_words import plain
from arrears.intake.contact_log.reading import EVENTS, LOG, PEOPLE, read_file, refuse_empty
from arrears.intake.contact_log.words import CODES, HEADINGS

KNOWN = {"channel": ("call", "text"), "outcome": ("no_answer",)}


def written(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    file = folder / "log.csv"
    file.write_bytes(text.encode(encoding))
    return file


def rows_of(file: Path, clock: str | None = "Asia/Shanghai", **more: Any) -> list[dict[str, Any]]:
    return read_file(file, LOG, KNOWN, clock, more.pop("own", {}), **more).rows.to_pylist()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_chinese_log_is_read_in_the_encoding_it_comes_in(tmp_path: Path, encoding: str) -> None:
    (row,) = rows_of(written(tmp_path, "客户号,呼叫时间,渠道,呼叫结果,坐席\nK1,2026-10-05 21:30:00,电话,无人接听,甲\n", encoding))
    assert (row["who"], row["channel"], row["outcome"], row["agent"]) == ("K1", "call", "no_answer", "甲")
    assert row["at"].isoformat() == "2026-10-05T13:30:00+00:00"


@pytest.mark.parametrize(
    ("moment", "clock", "utc"),
    [
        ("2026-10-05 09:00:00", "Asia/Shanghai", "2026-10-05T01:00:00"),
        ("2026-10-05T09:00:00", "Asia/Shanghai", "2026-10-05T01:00:00"),
        ("2026-10-05 09:00", "Asia/Shanghai", "2026-10-05T01:00:00"),
        ("2026-10-05 09:00:00.250", "Asia/Shanghai", "2026-10-05T01:00:00.250000"),
        ("2026-10-05T09:00:00Z", None, "2026-10-05T09:00:00"),
        ("2026-10-05T09:00:00-04:00", None, "2026-10-05T13:00:00"),
        ("2026-10-05T09:00:00+0530", None, "2026-10-05T03:30:00"),
        ("2026/10/25 9:00", "Asia/Shanghai", "2026-10-25T01:00:00"),
        ("10/25/2026 9:00 PM", "America/New_York", "2026-10-26T01:00:00"),
        ("25.10.2026 09:00:00", "Europe/Berlin", "2026-10-25T08:00:00"),
        ("2026-11-01 01:30:00", "America/New_York", "2026-11-01T05:30:00"),
    ],
)
def test_a_moment_is_read_with_its_own_offset_or_on_the_clock_of_the_log(tmp_path: Path, moment: str, clock: str | None, utc: str) -> None:
    (row,) = rows_of(written(tmp_path, f"person,time,channel,result\nK1,{moment},call,no answer\n"), clock)
    assert row["at"].replace(tzinfo=None).isoformat() == utc


def test_day_and_time_may_stand_in_two_columns(tmp_path: Path) -> None:
    (row,) = rows_of(written(tmp_path, "customer id;date;time;channel;result\nK1;2026-10-05;09:00:00;SMS;sent\n"))
    assert (row["at"].hour, row["channel"], row["outcome"]) == (1, "text", "sent")


def test_a_day_that_could_be_two_is_asked_about(tmp_path: Path) -> None:
    file = written(tmp_path, "who,when,channel\nK1,03/04/2026 09:00,call\n")
    with pytest.raises(WrongCall, match="two ways"):
        rows_of(file)
    assert rows_of(file, date_form="%d/%m/%Y")[0]["at"].month == 4


def test_without_a_zone_the_hour_is_not_guessed(tmp_path: Path) -> None:
    with pytest.raises(WrongCall, match="clock of the log"):
        rows_of(written(tmp_path, "who,when,channel\nK1,2026-10-05 09:00:00,call\n"), None)


def test_rows_come_by_person_and_moment_whatever_their_order_in_the_file(tmp_path: Path) -> None:
    rows = rows_of(written(tmp_path, "who,when,channel\nB,2026-10-05 09:00:00,call\nA,2026-10-05 10:00:00,call\nB,2026-10-05 08:00:00,call\n"))
    assert [(row["who"], row["row"]) for row in rows] == [("A", 2), ("B", 3), ("B", 1)]


def test_what_is_not_understood_is_told_row_by_row_and_nothing_is_lost(tmp_path: Path) -> None:
    text = (
        "who,when,channel,result\nK1,2026-10-05 09:00:00,call,no answer\nK2,2026-10-05 09:00:00,call,hm\n,2026-10-05 09:00:00,call,busy\n"
        "K3,tomorrow,call,busy\nK4,2026-10-05 09:00:00,pigeon,busy\nK5,2026-10-05 09:00:00,call,busy,too,many\n"
    ) + "".join(f"K{number},2026-10-05 09:00:00,call,busy\n" for number in range(6, 40))
    found = read_file(written(tmp_path, text), LOG, KNOWN, "Asia/Shanghai", {})
    problems = {(one["row"], one["problem"]): one["kept"] for one in found.problems.to_pylist()}
    assert problems == {(2, "outcome"): True, (3, "who"): False, (4, "when"): False, (5, "channel"): False, (6, "broken"): False}
    assert found.rows.num_rows + sum(not kept for kept in problems.values()) == found.read == 40
    assert found.rows.filter(found.rows.column("row").to_numpy() == 2)["outcome"][0].as_py() is None, "it happened, and its result is not known"


def test_a_column_may_be_named_where_its_heading_says_nothing(tmp_path: Path) -> None:
    file = written(tmp_path, "who,when,channel,remark\nK1,2026-10-05 09:00:00,call,busy\n")
    assert rows_of(file, own={"outcome": "remark"})[0]["outcome"] == "busy"
    with pytest.raises(WrongCall, match="no column nothing"):
        rows_of(file, own={"outcome": "nothing"})
    with pytest.raises(WrongCall, match="means colour"):
        rows_of(file, own={"colour": "remark"})


def test_a_file_without_people_or_without_one_good_row_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WrongCall, match="no column for who"):
        rows_of(written(tmp_path, "when,channel\n2026-10-05 09:00:00,call\n"))
    file = written(tmp_path, "who,when,channel\nK1,2026-10-05 09:00:00,pigeon\n")
    with pytest.raises(BadData, match="channel"):
        refuse_empty(read_file(file, LOG, KNOWN, "Asia/Shanghai", {}), file)


def test_people_and_events_are_read_by_the_same_reader(tmp_path: Path) -> None:
    (person,) = read_file(written(tmp_path, "客户号,所在地,时区\nK1,CN,Asia/Urumqi\n"), PEOPLE, {}, None, {}).rows.to_pylist()
    assert (person["who"], person["place"], person["zone"]) == ("K1", "CN", "Asia/Urumqi")
    (event,) = read_file(written(tmp_path, "who,when,event\nK1,2026-10-05,opt-out\n"), EVENTS, {"kind": ("distress",)}, "Asia/Shanghai", {}).rows.to_pylist()
    assert event["kind"] == "channel_ruled_out"


def test_every_word_is_written_as_it_is_compared_and_means_one_thing_in_its_column() -> None:
    for column, codes in CODES.items():
        words = [word for known in codes.values() for word in known]
        assert len(words) == len(set(words)), column
        assert all(plain(word) == word for word in words), [word for word in words if plain(word) != word]
    assert all(plain(word) == word for words in HEADINGS.values() for word in words)
