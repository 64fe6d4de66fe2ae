"""The case page says whether the person may be contacted now, by which way, else from when on, and which rule is in the way."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from arrears.casefile.facts.hold import HoldKind
from arrears.core.ids import id_text
from arrears.engine.conduct_packs import every_pack
from arrears.engine.figure_words import FIGURE_QUESTIONS_ZH
from arrears.engine.use_cases import protecting
from arrears.engine.use_cases.protecting import Reach
from tests.engine.test_permits import STATED
from tests.workbench.run_files import WANG


@pytest.fixture
def law(bank):
    bank.home.law_file.write_text(STATED, encoding="utf-8")
    yield bank.home.law_file
    bank.home.law_file.unlink()


def panel(client: Client, bank) -> str:
    text = client.get(reverse("case", args=[id_text(bank.book.wang)])).content.decode()
    return text.split('<section id="may-contact">')[1].split("</section>")[0]


def test_every_way_has_its_answer_on_the_clock_of_the_debtor(bank, law, signed_in):
    shown = panel(signed_in("collector"), bank)
    assert "May we contact?" in shown and "Times are those of the debtor (Asia/Shanghai)." in shown
    for way in ("Telephone call", "Text message", "E-mail", "Letter", "Visit"):
        assert way in shown
    assert "It is no permit" in shown and shown.count("<tr>") == 6


def test_a_hold_is_told_as_what_is_in_the_way_and_waiting_alone_does_not_end_it_in_either_language(bank, law, signed_in):
    protecting.place_hold(bank.institution_id, WANG, HoldKind.DISTRESS, "said so on the telephone", Reach(), at=timezone.localtime(), actor="lin")
    client = signed_in("collector")
    shown = panel(client, bank)
    assert shown.count("<strong>No</strong>") == 5 and shown.count("not by waiting alone") == 5
    assert "said so on the telephone" not in shown
    client.post(reverse("language"), {"language": "zh"})
    shown = panel(client, bank)
    assert "可否联系" in shown and shown.count("<strong>不可以</strong>") == 5 and "电话" in shown and "Asia/Shanghai" in shown


def test_what_the_lender_has_not_stated_is_named_and_permits_nothing(bank, law, signed_in):
    law.write_text("{}", encoding="utf-8")
    shown = panel(signed_in("collector"), bank)
    assert "In which role the lender collects is not stated." in shown and "<strong class=\"may-yes\">" not in shown
    law.write_text("{actors: agency}", encoding="utf-8")
    shown = panel(signed_in("collector"), bank)
    assert "Not known:" in shown and "law.yaml" in shown


def test_every_figure_of_every_rule_asks_its_question_in_both_languages() -> None:
    used = {name for pack in every_pack().packs for rule in pack.rules for name in rule.parameters.values()}
    assert used == set(FIGURE_QUESTIONS_ZH)
