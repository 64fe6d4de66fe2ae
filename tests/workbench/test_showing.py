"""Whose data does a colleague see: nobody's until they ask, then one person's for some minutes, and it stands in that person's record."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from arrears.casefile.facts.privacy import PersonalShown
from arrears.casefile.store import load
from arrears.casefile.store.institution import acting_for
from arrears.core.ids import id_text
from arrears.record.privacy.showing import SHOWN_MINUTES
from arrears.workbench.permissions import ROLES
from tests.workbench.run_files import LIN, WANG

NAME, PHONE, NUMBER = "Lin 林晓", "10012345101", "C-101"


def shown_of(bank, party: int) -> list[PersonalShown]:
    with acting_for(bank.institution_id):
        return load.personal_shown(party)


def case_of(client, bank) -> str:
    return client.get(reverse("case", args=[id_text(bank.book.lin)])).content.decode()


def open_lin(client, bank, reason: str = "working_the_case"):
    return client.post(reverse("case_show", args=[id_text(bank.book.lin)]), {"reason": reason})


@pytest.mark.parametrize("role", ROLES)
def test_no_page_shows_a_name_or_number_or_telephone_before_somebody_asks(role, bank, signed_in):
    client = signed_in(role)
    pages = [case_of(client, bank), *(client.get(reverse(name), query).content.decode() for name, query in (
        ("home", {}), ("worklist", {"queue": "all"}), ("worklist_csv", {"queue": "all"}), ("alerts", {})))]
    for text in pages:
        assert "林晓" not in text and "王安" not in text and PHONE not in text and NUMBER not in text
    assert "L*** 林***" in pages[0] and "100****5101" in pages[0] and "****01" in pages[0]
    assert shown_of(bank, LIN) == []


@pytest.mark.parametrize(("role", "sees_phone"), [("administrator", True), ("manager", True), ("collector", True), ("auditor", False)])
def test_one_act_opens_what_the_role_may_see_and_it_is_recorded(role, sees_phone, bank, signed_in):
    client = signed_in(role)
    assert open_lin(client, bank).status_code == 302
    text = case_of(client, bank)
    assert NAME in text and NUMBER in text and (PHONE in text) == sees_phone
    (fact,) = shown_of(bank, LIN)
    assert (fact.shown_to, fact.role, fact.reason, fact.form, fact.case_id) == (role, role, "working_the_case", "case_page", bank.book.lin)
    assert ("contact_point" in fact.categories) == sees_phone and "name" in fact.categories
    with acting_for(bank.institution_id):
        assert load.verify_chain(LIN) == []


def test_what_is_open_for_one_person_leaves_all_others_masked(bank, signed_in):
    client = signed_in("collector")
    open_lin(client, bank)
    listed = client.get(reverse("worklist"), {"queue": "all"}).content.decode()
    assert NAME in listed and "王安" not in listed and "W*** 王***" in listed
    exported = client.get(reverse("worklist_csv"), {"queue": "all"}).content.decode()
    assert "林晓" not in exported, "a file is masked whatever stands open on the page"
    assert shown_of(bank, WANG) == []


def test_open_values_are_masked_again_after_some_minutes_or_at_once(bank, signed_in, monkeypatch):
    client = signed_in("collector")
    open_lin(client, bank)
    later = datetime.now(UTC) + timedelta(minutes=SHOWN_MINUTES, seconds=1)
    with monkeypatch.context() as clock:
        clock.setattr("django.utils.timezone.now", lambda: later)
        assert "林晓" not in case_of(client, bank)
    assert NAME in case_of(client, bank)
    client.post(reverse("case_hide", args=[id_text(bank.book.lin)]))
    assert "林晓" not in case_of(client, bank)


def test_another_session_of_the_same_person_sees_nothing_more(bank, signed_in):
    open_lin(signed_in("collector"), bank)
    assert "林晓" not in case_of(signed_in("collector"), bank)


def test_nothing_is_shown_without_a_reason_of_the_list(bank, signed_in):
    client = signed_in("collector")
    for reason in ("", "curiosity"):
        assert open_lin(client, bank, reason).status_code == 404
    assert "林晓" not in case_of(client, bank) and shown_of(bank, LIN) == []


def test_a_case_of_another_bank_cannot_be_opened(bank, other_bank, signed_in):
    assert signed_in("collector").post(reverse("case_show", args=[id_text(other_bank.book.lin)]), {"reason": "audit"}).status_code in {302, 404}
    assert shown_of(other_bank, LIN) == []


def test_taking_a_report_along_is_recorded(bank, signed_in):
    answer = signed_in("auditor").get(reverse("case_page", args=[id_text(bank.book.lin)]))
    assert NAME in answer.content.decode()
    (fact,) = shown_of(bank, LIN)
    assert (fact.shown_to, fact.form, fact.reason, fact.categories) == ("auditor", "case_report_html", "taking_along", ("customer_number", "name"))


def test_the_reason_of_a_hold_is_for_those_who_decide_on_it(bank, signed_in):
    from django.utils import timezone

    from arrears.casefile.facts.hold import Blocked, Hold, HoldKind, MayLift
    from arrears.casefile.store.append import append

    with acting_for(bank.institution_id):
        append(Hold(7_001, LIN, HoldKind.HARDSHIP, "in hospital since May", timezone.localdate(), None, (Blocked.CONTACT,), MayLift.COLLECTOR),
               actor="collector", at=datetime.now(UTC), cause="page")
    for role, sees in (("collector", False), ("manager", True)):
        client = signed_in(role)
        assert "in hospital" not in case_of(client, bank)
        open_lin(client, bank)
        assert ("in hospital" in case_of(client, bank)) == sees
