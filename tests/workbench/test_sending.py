"""Messages on their page: of which does nobody know, what is paused, and who may do something about it?"""

from __future__ import annotations

import pytest
from django.urls import reverse

from arrears.casefile.facts.message import Result
from arrears.casefile.store import outbox
from arrears.casefile.store.institution import acting_for
from arrears.core.ids import id_text
from arrears.engine.use_cases import messages
from tests.act.mail_server import MailServer
from tests.engine.test_sending import Office


@pytest.fixture
def office(bank, tmp_path):
    with MailServer(tmp_path) as mail:
        yield Office(bank, mail)
    bank.home.law_file.unlink()
    bank.home.providers_file.unlink()


def test_of_what_nobody_knows_is_listed_until_a_manager_says_what_came_of_it(bank, office, signed_in):
    office.mail.box.cut = lambda address: True
    message = office.queue()
    office.work_until(lambda: office.became(message) == Result.UNCERTAIN)
    page = signed_in("auditor").get(reverse("sending")).content.decode()
    assert id_text(message) in page and "It was sent" not in page, "who looks on sees it and says nothing"
    answer = signed_in("manager").post(reverse("sending_do"), {"what": "taken", "message": id_text(message)}, follow=True).content.decode()
    assert "It is on record." in answer and id_text(message) not in answer
    assert office.became(message) == Result.TAKEN


def test_a_channel_is_paused_at_once_with_a_reason_and_goes_on_when_somebody_says_so(bank, office, signed_in):
    manager = signed_in("manager")
    assert "Nothing was changed" in manager.post(reverse("sending_do"), {"what": "pause", "channel": "email", "reason": " "}, follow=True).content.decode()
    manager.post(reverse("sending_do"), {"what": "pause", "channel": "email", "reason": "wrong amounts"})
    assert messages.standing(bank.institution_id).pauses == [("email", "")]
    manager.post(reverse("sending_do"), {"what": "resume", "channel": "email", "reason": "mended"})
    assert messages.standing(bank.institution_id).pauses == []


@pytest.mark.parametrize("said", [{"what": "taken", "message": "nonsense"}, {"what": "burn"}, {"what": "pause", "channel": "pigeon", "reason": "x"}])
def test_what_is_nothing_of_ours_is_not_found(bank, signed_in, said):
    assert signed_in("manager").post(reverse("sending_do"), said).status_code == 404


def test_a_message_of_another_bank_is_neither_seen_nor_settled(bank, other_bank, office, signed_in):
    message = office.queue()
    with acting_for(bank.institution_id):
        outbox.doubt([message])
    theirs = signed_in("other-manager")
    assert id_text(message) not in theirs.get(reverse("sending")).content.decode()
    assert theirs.post(reverse("sending_do"), {"what": "taken", "message": id_text(message)}).status_code == 404


def test_it_is_told_in_chinese_too(bank, office, signed_in):
    office.queue()
    client = signed_in("compliance")
    client.post(reverse("language"), {"language": "zh", "next": "/messages/"})
    page = client.get(reverse("sending")).content.decode()
    assert "信息发送" in page and "立即暂停" in page and "待" in page
