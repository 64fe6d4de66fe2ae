"""The call page: masked numbers, a permit when one is opened, the form afterwards, the first contact, and what a dialler did wrong."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from arrears.casefile.facts.call import PointMark
from arrears.casefile.store import load
from arrears.casefile.store.institution import acting_for
from arrears.core.ids import id_text
from arrears.engine.use_cases import calls, dialling, protecting
from tests.engine.test_calls import NIGHT, POINT, TEN
from tests.engine.test_permits import STATED
from tests.workbench.run_files import WANG

NUMBER = f"10012345{WANG}"


@pytest.fixture
def clock(monkeypatch):
    """The clock of the site stands at ten in the morning in Shanghai; `clock(at)` sets it."""
    def stand(at):
        monkeypatch.setattr(timezone, "now", lambda: at)

    stand(TEN)
    return stand


@pytest.fixture
def desk(bank, signed_in, clock):
    bank.home.law_file.write_text(STATED, encoding="utf-8")
    yield signed_in("collector")
    bank.home.law_file.unlink()


def address(bank, name: str = "call") -> str:
    return reverse(name, args=[id_text(bank.book.wang)])


def page(client, bank, name: str = "call") -> str:
    return client.get(address(bank, name)).content.decode()


def opened(client, bank) -> str:
    return client.post(address(bank, "call_open"), {"point": POINT}, follow=True).content.decode()


def open_permit(bank) -> str:
    (permit,) = calls.call_task(bank.home, bank.institution_id, bank.book.wang, at=TEN, agent="").open_calls
    return id_text(permit.permit_id)


def wrapped_up(client, bank, result: str, **more: str) -> str:
    fields = {"permit": open_permit(bank), "action": "OC", "result": result, "currency": "CNY", **more}
    return client.post(address(bank, "call_wrap_up"), fields, follow=True).content.decode()


def test_the_case_leads_to_the_call_and_the_call_shows_masked_numbers_and_the_script(bank, desk):
    assert address(bank) in page(desk, bank, "case")
    shown = page(desk, bank)
    assert NUMBER not in shown and "Open the number and call" in shown and "may be called now, until" in shown
    assert "Greeting: not a word of a debt" in shown and "This call is recorded." in shown and "attempt to collect a debt" not in shown


def test_opening_shows_the_number_once_permitted_and_only_to_who_opened_it(bank, desk, signed_in):
    shown = opened(desk, bank)
    assert f'href="tel:{NUMBER}"' in shown and "Call now: the permit is good until" in shown and "Stop everything" in shown
    other = page(signed_in("manager"), bank)
    assert NUMBER not in other and "The number is masked again" in other


def test_when_the_permit_has_run_out_the_number_is_masked_and_the_form_is_still_there(bank, desk, clock):
    opened(desk, bank)
    clock(TEN + timedelta(hours=1))
    shown = page(desk, bank)
    assert NUMBER not in shown and "The number is masked again" in shown and "Result of the call" in shown


def test_at_night_the_number_stays_shut_and_it_is_said_why_in_both_languages(bank, desk, clock, signed_in):
    clock(NIGHT)
    client = signed_in("collector")
    shown = opened(client, bank)
    assert NUMBER not in shown and "no number was opened" in shown and "Next permitted" in shown and "2026-11-25 08:00" in shown
    client.post(reverse("language"), {"language": "zh"})
    shown = opened(client, bank)
    assert "未打开任何号码" in shown and "2026-11-25 08:00" in shown and "现在不可以" in shown


def test_what_came_of_the_call_is_recorded_with_what_follows(bank, desk):
    opened(desk, bank)
    shown = wrapped_up(desk, bank, "CLAIM", words="paid at the counter")
    assert "Recorded: Says it was paid" in shown and "hold:claims_paid" in shown and "Open the number and call" not in shown
    (hold,) = protecting.protection_of_person(bank.institution_id, WANG, TEN.date()).holds
    assert hold.hold.kind == "claims_paid"


def test_a_half_filled_form_records_nothing_and_says_so(bank, desk):
    opened(desk, bank)
    assert "Nothing was recorded." in wrapped_up(desk, bank, "DISP")
    assert "Nothing was recorded." in wrapped_up(desk, bank, "PTP", promise="much")
    with acting_for(bank.institution_id):
        assert load.calls_wrapped_up(WANG) == []


def test_danger_is_one_button_and_stops_everything(bank, desk):
    opened(desk, bank)
    shown = wrapped_up(desk, bank, "CRISIS", words="")
    assert "Everything is stopped for this person" in shown
    assert [one.hold.kind for one in protecting.protection_of_person(bank.institution_id, WANG, TEN.date()).holds] == ["distress"]


def test_a_promise_leads_to_the_form_of_the_first_contact_which_protects_where_it_must(bank, desk):
    opened(desk, bank)
    shown = wrapped_up(desk, bank, "PTP", promise="200.00", promise_due_on="2026-12-01")
    assert "First contact: what happened?" in shown and "Lost the job" in shown
    answer = desk.post(address(bank, "first_contact"), {
        "identity": "two_answers", "willingness": "wants_plan", "reason": ["job_lost", "illness"], "need": ["vulnerable"], "able": "300", "payday": "15",
        "opens": "18:00", "closes": "20:00", "only": "yes", "language": "zh-CN", "channel": "call", "words": "lost the job"}, follow=True)
    assert "What the person told us is recorded" in answer.content.decode()
    with acting_for(bank.institution_id):
        (told,) = load.first_contacts(WANG)
    assert (told.reasons, told.able_minor, told.payday, told.needs) == ("job_lost,illness", 30_000, 15, "vulnerable")
    found = protecting.protection_of_person(bank.institution_id, WANG, TEN.date())
    assert [one.hold.kind for one in found.holds] == ["vulnerable"] and found.refusals[0][0].only_inside
    assert "can pay CN¥300.00 a month" in page(desk, bank, "first_contact")
    assert "lost the job" not in page(desk, bank, "first_contact")


def test_a_first_contact_without_a_reason_records_nothing(bank, desk):
    answer = desk.post(address(bank, "first_contact"), {"identity": "two_answers", "willingness": "cannot"})
    assert "Nothing was recorded" in answer.content.decode()


def test_a_call_from_the_person_needs_no_permit(bank, desk):
    shown = desk.post(address(bank, "call_wrap_up"), {"action": "IC", "result": "NEG", "point": POINT, "currency": "CNY"}, follow=True).content.decode()
    assert "Recorded: Looks for a way with us" in shown
    with acting_for(bank.institution_id):
        (contact,) = load.contacts(WANG)
    assert contact.kind == "received"


def test_somebody_says_by_hand_what_a_number_is(bank, desk):
    shown = desk.post(address(bank, "point_mark"), {"point": POINT, "mark": PointMark.WRONG_PARTY.value, "words": "the shop next door"}, follow=True).content.decode()
    assert "is recorded" in shown and "<p>somebody else’s" in shown and "Open the number and call" not in shown


def test_the_managers_see_which_calls_of_a_dialler_were_not_in_order(bank, desk, signed_in):
    row = b"permit_id,result,started_at\n,NA,2026-11-24T10:05:00+08:00\n"
    dialling.import_results(bank.home, bank.institution_id, row, at=TEN, actor="lin")
    client = signed_in("manager")
    assert "A call without a permit" in client.get(reverse("dialler")).content.decode()
    client.post(reverse("language"), {"language": "zh"})
    assert "无许可的通话" in client.get(reverse("dialler")).content.decode()
    assert desk.get(reverse("dialler")).status_code == 403


def test_an_auditor_calls_nobody(bank, desk, signed_in):
    client = signed_in("auditor")
    assert client.get(address(bank)).status_code == 403 and client.post(address(bank, "call_open"), {"point": POINT}).status_code == 403
    assert address(bank) not in page(client, bank, "case")


def test_a_case_of_another_institution_does_not_exist(bank, other_bank, desk):
    case = id_text(other_bank.book.wang)
    for name in ("call", "first_contact"):
        assert desk.get(reverse(name, args=[case])).status_code == 404
    for name in ("call_open", "call_wrap_up", "point_mark"):
        assert desk.post(reverse(name, args=[case]), {"point": POINT, "action": "IC", "result": "NEG"}).status_code == 404
