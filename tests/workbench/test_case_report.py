"""The report of a case as it is taken along from the case page."""

from __future__ import annotations

import pytest
from django.urls import reverse

from arrears.core.ids import id_text
from tests.peers import require_peer


def test_a_collector_takes_the_report_of_a_case_along_as_a_page(bank, signed_in):
    client, case = signed_in("collector"), id_text(bank.book.lin)
    shown = client.get(reverse("case", args=[case])).content.decode()
    assert reverse("case_page", args=[case]) in shown and reverse("case_paper", args=[case]) in shown
    page = client.get(reverse("case_page", args=[case]))
    assert page["Content-Disposition"] == f'attachment; filename="case-{case}-en.html"' and page["Cache-Control"] == "no-store"
    assert "Lin 林晓" in page.content.decode() and "not cleared for contact" in page.content.decode()
    assert "10012345101" not in page.content.decode()


def test_a_hold_recorded_after_the_run_stands_above_everything(bank, signed_in):
    from datetime import UTC, datetime

    from django.utils import timezone

    from arrears.casefile.facts.hold import Blocked, Hold, HoldKind, MayLift
    from arrears.casefile.store.append import append
    from arrears.casefile.store.institution import acting_for
    from tests.workbench.run_files import LIN

    with acting_for(bank.institution_id):
        append(Hold(7_001, LIN, HoldKind.DISPUTE, "says so", timezone.localdate(), None, (Blocked.CONTACT,), MayLift.COLLECTOR), actor="collector", at=datetime.now(UTC), cause="page")
    page = signed_in("collector").get(reverse("case_page", args=[id_text(bank.book.lin)])).content.decode()
    assert page.index("Disputes the debt: recorded since the run") < page.index("<h1>")
    assert "the proposal does not stand while it holds" in page


@pytest.mark.peer
def test_a_reader_of_chinese_gets_the_pdf_in_chinese(bank, signed_in):
    require_peer("fonts-noto-cjk")
    client = signed_in("manager")
    client.post(reverse("language"), {"language": "zh"})
    paper = client.get(reverse("case_paper", args=[id_text(bank.book.lin)]))
    assert paper["Content-Type"] == "application/pdf" and paper.content.startswith(b"%PDF") and "-zh.pdf" in paper["Content-Disposition"]


def test_where_a_font_is_missing_the_pdf_says_so_and_the_page_stands(bank, signed_in, monkeypatch):
    from arrears.engine.case_reports import paper
    from arrears.workbench.views import reports

    monkeypatch.setattr(reports, "pdf_of", lambda report: paper.pdf_of(report, system_fonts=False))
    client, case = signed_in("manager"), id_text(bank.book.lin)
    refused = client.get(reverse("case_paper", args=[case]))
    assert refused.status_code == 503 and "fonts-noto-cjk" in refused.content.decode() and reverse("case", args=[case]) in refused.content.decode()
    client.post(reverse("language"), {"language": "zh"})
    in_chinese = client.get(reverse("case_paper", args=[case])).content.decode()
    assert "未能生成 PDF" in in_chinese and "服务器字体缺少以下字符" in in_chinese and "No PDF was made" not in in_chinese
    assert client.get(reverse("case_page", args=[case])).status_code == 200


def test_the_report_of_another_banks_case_does_not_exist(bank, other_bank, signed_in):
    assert signed_in("manager").get(reverse("case_page", args=[id_text(other_bank.book.lin)])).status_code == 404
