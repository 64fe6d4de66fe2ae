"""Does one click end e-mails, for the person, the gate and good?"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from arrears.check.conduct.words import Channel
from tests.check.gate_stories import STATED, TEXT, Desk
from tests.portal.test_verify import words_of

ONE_CLICK = {"data": "List-Unsubscribe=One-Click", "content_type": "application/x-www-form-urlencoded"}


def ten_in_shanghai() -> datetime:
    """The next such moment after now: a wish counts from when it was made."""
    return (datetime.now(UTC) + timedelta(days=1)).replace(hour=2, minute=0, second=0, microsecond=0)


def test_looking_at_the_page_stops_nothing_and_the_button_does(post, browser):
    code = post.sent()
    page = browser.get(f"/stop/{code}")
    assert page.status_code == 200 and page.content.decode().count("<button") == 1 and not page.cookies
    assert post.rows("SELECT count(*) FROM contact_ruled_out") == [(0,)]
    assert "You get no more of these messages." in words_of(browser.post(f"/stop/{code}"))
    assert post.rows("SELECT what, channel, is_written FROM contact_ruled_out") == [("channel", "email", True)]


def test_after_it_the_gate_refuses_the_next_email_and_no_other_channel(post, browser, store, bank, person):
    desk, at = Desk(store, bank, person), ten_in_shanghai()
    stated, email = replace(STATED, history_from=at.date() - timedelta(days=500)), replace(TEXT, channel=Channel.EMAIL)
    assert hasattr(desk.ask(email, at, stated=stated), "permit_id")
    assert browser.post(f"/stop/{post.sent()}", **ONE_CLICK).status_code == 200
    refused = desk.ask(email, at + timedelta(days=30), stated=stated)
    assert refused.rules == ("house/limits/no_means_no_by_any_channel",)
    assert hasattr(desk.ask(replace(TEXT, channel=Channel.LETTER), at + timedelta(days=30), stated=stated), "permit_id")


def test_a_mail_program_needs_no_token_and_twice_is_once(post, browser):
    code = post.sent()
    assert [browser.post(f"/stop/{code}", **ONE_CLICK).status_code for _ in range(2)] == [200, 200]
    assert browser.post(f"/stop/{post.sent()}", **ONE_CLICK).status_code == 200
    assert post.rows("SELECT count(*) FROM contact_ruled_out") == [(1,)]


def test_the_wish_of_a_text_message_stops_text_messages(post, browser):
    assert "no more text messages" in words_of(browser.post(f"/stop/{post.sent('text')}"))
    assert post.rows("SELECT channel FROM contact_ruled_out") == [("text",)]


@pytest.mark.parametrize("code", ["0A1B2C3D4E5F6G", "0000", "x" * 400])
def test_nobody_can_be_stopped_by_a_guess(post, browser, code):
    post.sent()
    answer = browser.post(f"/stop/{code}", **ONE_CLICK)
    assert answer.status_code == 404 and "Nothing was changed." in words_of(answer)
    assert post.rows("SELECT count(*) FROM contact_ruled_out") == [(0,)]


def test_the_id_of_a_message_is_no_key(post, browser):
    from arrears.core.ids import id_text

    post.sent()
    ((message_id,),) = post.rows("SELECT message_id FROM messages_queued")
    assert browser.post(f"/stop/{id_text(message_id)}", **ONE_CLICK).status_code == 404


def test_a_letter_is_not_stopped_by_its_code(post, browser):
    assert browser.post(f"/stop/{post.sent('letter')}", **ONE_CLICK).status_code == 404


def test_somebody_who_was_erased_is_told_that_nothing_more_comes_and_nothing_is_kept(post, browser, person):
    code = post.sent()
    post.rows(f"SELECT erase_party_identity({person})")
    assert "You get no more of these messages." in words_of(browser.post(f"/stop/{code}", **ONE_CLICK))
    assert post.rows("SELECT count(*) FROM contact_ruled_out") == [(0,)]
