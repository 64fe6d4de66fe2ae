"""Is danger to a life found in sentences that nobody had seen, and is every way of hiding words of it the same word here?"""

from __future__ import annotations

import re
import time

import pytest
import yaml

from arrears.intake.inbound import model, normal, recognising, words
from tools import recognition, train_recogniser


def test_danger_is_found_in_ninety_nine_of_a_hundred_unseen_sentences_in_three_languages():
    some = [one for one in recognition.tested() if one.intent == "crisis"]
    assert len(some) >= 600
    assert {one.language for one in some} == {"zh-CN", "en", "es"}
    assert recognition.recall() >= 0.99
    assert min(recognition.recall(language) for language in recognition.LANGUAGES) >= 0.985


def test_neither_words_nor_model_would_do_alone_and_the_price_is_published():
    assert recognition.recall(limit=1.1) < 0.9 < recognition.recall(by_words=False) < 0.99
    assert recognition.false_alarms() < 0.40


def test_most_test_sentences_of_danger_are_not_among_those_learnt_from():
    same, all_of_them = recognition.unseen()
    assert same < all_of_them / 20


def test_other_intents_are_recognised_and_what_is_sure_is_right_nine_times_of_ten():
    some = recognition.tested()
    sure = [one for one in some if one.understood.is_sure]
    assert sum(one.understood.main == one.intent for one in some) / len(some) > 0.8
    assert sum(one.understood.main == one.intent for one in sure) / len(sure) > 0.9
    for intent in ("stop", "not_mine", "dispute", "distress"):
        own = [one for one in some if one.intent == intent]
        assert sum(intent in one.understood.intents for one in own) / len(own) > 0.95


def test_the_published_page_is_what_is_measured_now():
    assert recognition.page() == recognition.PAGE.read_text(encoding="utf-8"), "run: python tools/recognition.py"


def test_the_model_was_learnt_from_the_sentences_that_are_here():
    assert model.learnt().version == train_recogniser.version(*train_recogniser.sentences()), "run: python tools/train_recogniser.py"


@pytest.mark.soak
def test_learning_again_gives_the_same_shares():
    texts, intents = train_recogniser.sentences()
    again = train_recogniser.learn(texts, intents, "")
    assert list(again.places) == list(model.learnt().places)
    once_more = train_recogniser.learn(texts, intents, "")
    assert abs(again.shares(texts) - once_more.shares(texts)).max() < 1e-6


@pytest.mark.parametrize("form", ["STOP", "stop.", " Stop! ", "STOPALL", "Unsubscribe", "ＳＴＯＰ", "退订", "退訂", "回复T", "回复 T 退订", "td", "TD", "BAJA", "Alto", "no más"])
def test_short_forms_always_count(form):
    (found,) = recognising.understand([form])
    assert (found.main, found.intents, found.is_sure) == ("stop", ("stop",), True)


@pytest.mark.parametrize("hidden", [
    "s u i c i d e", "s.u.i.c.i.d.e", "su1cide", "自 杀", "自殺", "自*杀", "我不想活了", "我 不 想 活 了", "ＫＩＬＬ ＭＹＳＥＬＦ", "i want to d\u200bie", "bu xiang huo le", "bxhl", "QUIERO MORIR",
    "me quiero matar", "活不下去", "unalive myself",
])
def test_hidden_words_of_danger_are_the_same_words(hidden):
    (found,) = recognising.understand([hidden])
    assert "crisis" in found.intents


@pytest.mark.parametrize("everyday", ["ok thanks", "好的谢谢", "gracias", "👍", "How much do I owe?", "我昨天已经还了", "Ya pagué ayer", "", " ", "?"])
def test_plain_messages_raise_no_alarm(everyday):
    (found,) = recognising.understand([everyday])
    assert "crisis" not in found.intents


def test_only_patterns_whose_piece_is_there_are_tried_and_none_is_missed():
    told = yaml.safe_load(words.FAMILIES.read_text(encoding="utf-8"))
    every = [re.compile(pattern) for families in told.values() for family in families for pattern in family["patterns"]]
    plain = [normal.plain(one.text) for one in recognition.tested()[::4]]
    quick = words.words_of_crisis()
    assert [bool(list(quick.in_text(text))) for text in plain] == [any(one.search(text) for one in every) for text in plain]


def test_what_spoke_is_shown_and_none_of_it_is_made_up():
    text = "I already paid this yesterday"
    (found,) = recognising.understand([text])
    spoke = recognising.explained(text, found)
    assert spoke
    assert all(one.words.replace(" ", "") in text.lower().replace(" ", "") for one in spoke)


def test_a_very_long_message_is_read_to_a_point_and_says_so():
    short, long = recognising.understand(["ok", "a " * normal.LONGEST])
    assert (short.is_whole, long.is_whole) == (True, False)


def test_thousands_of_messages_a_second():
    texts = [one.text for one in recognition.tested()]
    recognising.understand(texts)
    best = 0.0
    for _ in range(3):
        began = time.process_time()
        recognising.understand(texts)
        best = max(best, len(texts) / (time.process_time() - began))
    assert best > 2_000, "on a machine with much to do; 5,000 and more on a quiet one"
