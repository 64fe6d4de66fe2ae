"""Alerts on the pages: shown with their reason, taken on by those who work, kept from those who only look."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from arrears.core.ids import id_text


def acknowledged(alert_id: int, institution_id: int) -> list[str]:
    from arrears.casefile.store import load
    from arrears.casefile.store.institution import acting_for

    with acting_for(institution_id):
        return [fact.note for fact in load.alert_acknowledgements(alert_id)]


def institution() -> int:
    from arrears.casefile.store.models import User

    found = User.objects.get(username="collector").institution_id
    assert found
    return found


def test_an_alert_that_waited_too_long_stands_first_and_is_named_in_words(bank, signed_in):
    text = signed_in("collector").get(reverse("alerts")).content.decode()
    assert "escalated: for a supervisor" in text
    assert text.index("Moved.") < text.index("New.")


def test_what_else_is_said_about_the_same_payment_stands_in_the_one_alert_in_the_readers_language(bank, signed_in):
    client = signed_in("collector")
    assert "Also: The very first payment is missing." in client.get(reverse("alerts")).content.decode()
    client.post(reverse("language"), {"language": "zh", "next": "/alerts/"})
    assert "首期款未付。" in client.get(reverse("alerts")).content.decode()


def test_an_alert_that_ended_is_found_by_its_state_with_day_and_reason_and_asks_nobody_to_do_anything(bank, signed_in):
    client = signed_in("collector")
    assert "Due soon." not in client.get(reverse("alerts")).content.decode()
    text = client.get(reverse("alerts"), {"state": "resolved"}).content.decode()
    assert "Resolved on" in text and "It has come." in text
    assert reverse("alert_acknowledge", args=[id_text(bank.book.zhao)]) not in text
    assert client.post(reverse("alert_acknowledge", args=[id_text(bank.book.zhao)])).status_code == 404


def test_the_home_page_tells_what_waited_too_long_first_and_counts_nothing_that_ended(bank, signed_in):
    text = signed_in("manager").get(reverse("home")).content.decode()
    block = text[text.index('class="alerts"'):]
    assert block.index("Moved.") < block.index("New.") and "escalated" in block
    assert "Due soon." not in block and "kind=likely_to_miss" not in block


def test_whoever_acknowledges_an_alert_leaves_a_sealed_note_and_sees_it_no_more_as_waiting(bank, signed_in):
    client = signed_in("collector")
    for _ in range(2):
        answer = client.post(reverse("alert_acknowledge", args=[id_text(bank.book.wang)]), {"note": "pays on Friday"}, follow=True)
        assert answer.status_code == 200
    assert acknowledged(bank.book.wang, institution()) == ["pays on Friday"]
    assert "New." not in client.get(reverse("alerts")).content.decode()
    assert "New." in client.get(reverse("alerts"), {"state": "acknowledged"}).content.decode()


def test_an_alert_that_no_run_has_cannot_be_acknowledged(bank, signed_in):
    assert signed_in("manager").post(reverse("alert_acknowledge", args=[id_text(5)])).status_code == 404


@pytest.mark.parametrize("role", ["auditor", ""])
def test_who_only_looks_on_acknowledges_nothing(role, bank, signed_in):
    client = signed_in(role) if role else Client(HTTP_HOST="localhost")
    assert client.post(reverse("alert_acknowledge", args=[id_text(bank.book.lin)])).status_code in {302, 403}
    assert acknowledged(bank.book.lin, institution()) == []


def test_an_acknowledgement_without_the_forms_own_token_is_refused(bank, signed_in):
    client = signed_in("collector")
    client.handler.enforce_csrf_checks = True
    assert client.post(reverse("alert_acknowledge", args=[id_text(bank.book.lin)])).status_code == 403
