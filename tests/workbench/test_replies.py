"""Replies on their page: what came, what it was taken for and why, what followed, and what a person says about it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from arrears.core.ids import id_text
from tests.workbench.conftest import AT
from tests.workbench.run_files import LIN

NUMBER = "+8613812345678"
CRISIS = "我真的活不下去了"


@pytest.fixture
def heard(bank):
    """Lin wrote twice, and a stranger once; the ids of Lin's replies, the newest first, and of the stranger's."""
    from arrears.casefile.store.institution import acting_for
    from arrears.engine.use_cases import hearing
    from arrears.intake.inbound.incoming import Heard, Reply
    from arrears.record.privacy import index

    with acting_for(bank.institution_id):
        index.enter([LIN], [NUMBER], "CN", index.search_keys(AT))
    ear = hearing.ear(bank.home, bank.institution_id, "gateway", "text")
    said = [("one", NUMBER, CRISIS), ("two", NUMBER, "请问我还欠多少钱？"), ("three", "+8613700000000", "Who is this? <b>wrong number</b>")]
    at = AT - timedelta(hours=1)
    hearing.hear(ear, [Heard(source, Reply(source, address, "95588", "", text, False, at)) for source, address, text in said], AT)
    return hearing.inbox(bank.institution_id), hearing.unplaced(bank.institution_id)


def test_danger_stands_first_with_the_help_line_and_what_was_done(bank, signed_in, heard):
    text = signed_in("collector").get(reverse("replies")).content.decode()
    assert text.index(CRISIS) < text.index("请问我还欠多少钱")
    for shown in ("person is in danger", "Danger to a life", "活不下去", "protected by a hold", "12356", "number not confirmed", id_text(bank.book.lin)):
        assert shown in text
    assert "&lt;b&gt;wrong number" in text, "what a stranger wrote is text, never markup"
    assert "137****0000" in text or "+86****0000" in text


def test_it_is_told_in_chinese_too(bank, signed_in, heard):
    client = signed_in("compliance")
    client.post(reverse("language"), {"language": "zh", "next": "/replies/"})
    text = client.get(reverse("replies")).content.decode()
    for shown in ("来信", "危及生命", "已设暂停保护", "以下来信属于谁"):
        assert shown in text


def test_a_person_corrects_deals_with_and_places_them(bank, signed_in, heard):
    from arrears.engine.use_cases import hearing

    (danger, question), (stranger,) = heard
    client = signed_in("collector")

    def say(reply_id: int, what: str, said: str) -> str:
        return client.post(reverse("reply_do", args=[id_text(reply_id)]), {"what": what, "said": said}, follow=True).content.decode()

    assert "It is on record" in say(question.reply.reply_id, "correct", "dispute")
    assert "It is on record" in say(danger.reply.reply_id, "done", "called, safe with her sister")
    assert "could not be understood" in say(question.reply.reply_id, "correct", "rant")
    assert "It is on record" in say(stranger.reply_id, "place", id_text(bank.book.lin))
    assert hearing.unplaced(bank.institution_id) == []
    assert hearing.shown(bank.institution_id, question.reply.reply_id).taken.said_by == "collector"
    assert client.post(reverse("reply_do", args=[id_text(stranger.reply_id)]), {"what": "aside", "said": "x"}).status_code == 404


def test_whoever_only_looks_sees_no_words_of_anybody(bank, signed_in, heard):
    assert signed_in("auditor").get(reverse("replies")).status_code == 403
    assert Client(HTTP_HOST="localhost").get(reverse("replies")).status_code == 302
