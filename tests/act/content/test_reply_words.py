"""What our messages ask people to reply is understood when they do: a promise to stop is kept by a machine at once."""

from __future__ import annotations

import re

import pytest

from arrears.act.content.shipped import shipped_templates
from arrears.engine.sender_terms import read_sender
from arrears.intake.inbound.recognising import understand

ASKED = {"zh-CN": r"回复“(\w+)”", "en": r"[Rr]eply “?([A-Z ]+[A-Z])\b", "es": r"[Rr]esponda “?([A-Z ]+[A-Z])\b"}


@pytest.mark.parametrize("name", ["contact_request", "contact_request_text"])
@pytest.mark.parametrize("locale", ASKED)
def test_who_replies_that_they_are_another_is_understood(name: str, locale: str) -> None:
    (word,) = re.findall(ASKED[locale], shipped_templates()[name, locale].text)
    for said in (word, word.lower(), f"“{word}”."):
        (found,) = understand([said])
        assert found.main == "not_mine" and found.is_sure and found.intents == ("not_mine",), said


@pytest.mark.parametrize("locale", ASKED)
def test_the_word_that_stops_is_understood(locale: str) -> None:
    word = read_sender("{lawful_name: Example Bank}").text("stop_word", locale)
    (found,) = understand([str(word)])
    assert found.main == "stop" and found.is_sure
