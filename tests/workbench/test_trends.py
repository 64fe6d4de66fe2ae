"""Trends on the home page: how to get them, what they say, in both languages."""

from __future__ import annotations

from datetime import timedelta

from django.urls import reverse

from arrears.engine.history import Every, HistoryRequest, replay
from tests.workbench.run_files import AS_OF


def home_page(client, **query: str) -> str:
    answer = client.get(reverse("home"), query)
    assert answer.status_code == 200
    return answer.content.decode()


def replayed(bank, every: Every, days: int) -> None:
    replay(HistoryRequest(bank.home.books / "main", bank.home.runs / "main", AS_OF - timedelta(days=days), AS_OF, every))


def test_without_a_replay_the_page_names_the_command_that_makes_one(bank, signed_in):
    text = home_page(signed_in("manager"))
    assert "arrears run --book main --from 2026-08-25 --to 2026-11-23" in text


def test_after_a_replay_three_pictures_stand_with_their_tables(bank, signed_in):
    replayed(bank, Every.WEEK, 63)
    text = home_page(signed_in("manager"))
    section = text[text.index('id="trends"'):text.index('class="alerts"')]
    assert section.count("<svg") == 3 and section.count("The figures as a table") == 3
    assert "From 2026-09-21 to 2026-11-23, in CNY, as known now." in section
    assert "arrears run --book main --from" not in section


def test_the_pictures_speak_chinese_and_the_range_can_be_a_year(bank, signed_in):
    replayed(bank, Every.MONTH_END, 300)
    client = signed_in("auditor")
    client.post(reverse("language"), {"language": "zh", "next": "/home/"})
    text = home_page(client, range="year")
    assert "历史趋势" in text and "入催" in text and "<strong>近一年</strong>" in text
    assert "2026-02-28" in text and "2026-02-28" not in home_page(client, range="quarter")


def test_one_day_alone_is_no_trend(bank, signed_in):
    replayed(bank, Every.WEEK, 0)
    assert "No past days were replayed" in home_page(signed_in("manager"))
