"""A colleague finds the case of whoever calls; nobody's value is shown for it, and the address of the page does not hold what was typed."""

from __future__ import annotations

from datetime import UTC, datetime

from django.urls import reverse

from arrears.casefile.store.institution import acting_for
from arrears.core.ids import id_text
from arrears.record.privacy import index
from tests.workbench.run_files import LIN, WANG


def _enter(bank, *points: tuple[int, str]) -> None:
    with acting_for(bank.institution_id):
        index.enter([party for party, _ in points], [value for _, value in points], "CN", index.search_keys(datetime.now(UTC)))


def test_the_number_of_a_caller_leads_to_the_case(bank, signed_in):
    _enter(bank, (LIN, "10012345101"))
    answer = signed_in("collector").post(reverse("search"), {"q": "100 1234 5101"})
    assert answer.status_code == 302 and answer["Location"] == reverse("case", args=[id_text(bank.book.lin)])


def test_a_number_of_several_people_lists_them_masked(bank, signed_in):
    _enter(bank, (LIN, "0755-88886666"), (WANG, "0755-88886666"))
    text = signed_in("collector").post(reverse("search"), {"q": "075588886666"}).content.decode()
    assert "L*** 林***" in text and "W*** 王***" in text and id_text(bank.book.wang) in text
    assert "林晓" not in text and "王安" not in text


def test_nobody_of_another_bank_is_found(bank, other_bank, signed_in):
    _enter(bank, (LIN, "10012345101"))
    answer = signed_in("other-collector").post(reverse("search"), {"q": "10012345101"})
    assert answer.status_code == 200 and "No open case has exactly this number" in answer.content.decode()


def test_the_search_field_posts(bank, signed_in):
    text = signed_in("collector").get(reverse("worklist"), {"queue": "all"}).content.decode()
    assert f'method="post" action="{reverse("search")}"' in text
