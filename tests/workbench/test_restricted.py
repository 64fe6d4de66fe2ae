"""Who sees a case of somebody whose data is stored and not used?"""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client

from arrears.casefile.facts.retention import ErasureReason, Ground, PersonRestricted
from arrears.casefile.store.append import append
from arrears.casefile.store.institution import acting_for
from arrears.core.ids import id_text
from tests.workbench.conftest import AT, PASSWORD, SmallBank
from tests.workbench.run_files import LIN


def signed_in(role: str) -> Client:
    client = Client()
    assert client.login(username=role, password=PASSWORD)
    return client


@pytest.fixture
def restricted(bank: SmallBank) -> SmallBank:
    """Lin's data is only stored, since after the last night."""
    with acting_for(bank.institution_id):
        append(PersonRestricted(LIN, date(2026, 11, 24), date(2029, 11, 24), ErasureReason.REQUEST, Ground.DUTY, "cn_limitation_min_keep", ("personal_file",), ""),
               actor="admin", at=AT, cause="erasure")
    return bank


@pytest.mark.parametrize("role", ["collector", "manager"])
def test_who_treats_people_finds_no_page_of_the_case_and_no_line_in_a_list(restricted: SmallBank, role: str) -> None:
    client, case = signed_in(role), id_text(restricted.book.lin)
    for page in (f"/cases/{case}/", f"/cases/{case}/report.html", f"/cases/{case}/report.pdf"):
        assert client.get(page).status_code == 404, page
    for page in ("/worklist/?queue=all", "/worklist/?queue=people", "/alerts/", "/worklist/rows.csv?queue=all"):
        assert case not in client.get(page).content.decode(), page


@pytest.mark.parametrize("role", ["administrator", "auditor"])
def test_who_must_account_for_it_sees_the_case(restricted: SmallBank, role: str) -> None:
    client, case = signed_in(role), id_text(restricted.book.lin)
    assert client.get(f"/cases/{case}/").status_code == 200
    assert case not in client.get("/worklist/?queue=all").content.decode()


def test_before_the_restriction_the_same_pages_are_there(bank: SmallBank) -> None:
    client, case = signed_in("collector"), id_text(bank.book.lin)
    assert client.get(f"/cases/{case}/").status_code == 200
    assert case in client.get("/worklist/?queue=all").content.decode()
