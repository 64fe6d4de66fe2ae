"""What do the documents of a dossier say, word for word? The files beside this test are what a reader gets, without marks."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pytest
from pypdf import PdfReader

from arrears.casefile.facts.journal import canonical_value
from arrears.engine.case_reports.page import html_of
from arrears.engine.case_reports.paper import pdf_of
from arrears.engine.dossiers import china, united_states
from arrears.engine.dossiers.forms import CaseForForms
from arrears.engine.dossiers.gaps import gaps_of
from arrears.engine.dossiers.timeline import timeline
from arrears.engine.home import Home
from arrears.engine.use_cases import reading
from arrears.ledger.account.statement import statement
from arrears.ledger.documents.account import read_account
from tests.engine.test_case_report import opened, read
from tests.peers import require_peer
from tests.record.dossier.making import BEGAN, CALL, PERSON, STORY, Said, dossier_of, log_of
from tests.workbench.run_files import write_small_book

DATA = Path(__file__).parents[2] / "data"
EXPECTED = DATA / "dossiers"
CONTRACT = {**CALL, "kind": "contract", "title": "Loan agreement 2025-117", "source": "staff", "clock_source": "device", "device": "scanner 3", "operator": "unknown",
            "captured_at": datetime.fromisoformat("2025-12-01T09:00:00+08:00"), "evidence_id": 77}
LETTER = {**CALL, "kind": "letter", "title": "催告函", "source": "unknown", "clock_source": "unknown", "captured_at": None, "evidence_id": 78}
TOLD: tuple[Said, ...] = (*STORY, (PERSON, "evidence:kept", CONTRACT), (PERSON, "evidence:kept", LETTER))


@pytest.fixture(scope="module")
def case(tmp_path_factory) -> CaseForForms:
    home = Home(tmp_path_factory.mktemp("home"))
    book = write_small_book(home, 1)
    view = reading.case_view(home, 1, book.lin, unseal=opened)
    account = read_account((DATA / "statements" / "account.yaml").read_text(encoding="utf-8"))
    dossier = dossier_of(log_of(TOLD))
    on = date(2026, 3, 31)
    return CaseForForms(dossier.about, dossier.entries, dossier.evidence, on, view, {view.accounts[0].account_id: statement(account.terms, account.entries, date(2026, 1, 1), on)})


def steady(said: str) -> str:
    """Ids of the small book are drawn anew each time."""
    return re.sub(r"\b[0-9A-HJKMNP-TV-Z]{14}\b", "AN ID", said)


def compare(name: str, said: str) -> None:
    file = EXPECTED / f"{name}.txt"
    assert steady(said) == file.read_text(encoding="utf-8")


@pytest.mark.parametrize(("name", "make"), [
    ("elements", china.elements), ("evidence-list-cn", china.evidence_list), ("certificate", united_states.certificate),
    ("chain-of-title", united_states.chain_of_title), ("exhibits", united_states.exhibits),
])
def test_a_document_says_what_stands_in_the_file(case, name, make):
    compare(name, read(html_of(make(case))))


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_timeline_says_what_stands_in_the_file(language):
    dossier = dossier_of(log_of(TOLD))
    erased = tuple(replace(entry, fields=tuple(one.without("erased") if one.name == "reason" else one for one in entry.fields)) for entry in dossier.entries)
    heads = (replace(dossier.heads[0], stamped_at=BEGAN, stamps=(b"x",)), dossier.heads[1])
    names = {"案件" if language == "zh" else "Case": "0000000004WPW6"}
    compare(f"timeline-{language}", read(html_of(timeline(replace(dossier.about, language=language), erased, heads, gaps_of(erased, 4), names, language))))


def test_where_no_run_has_the_case_everything_it_would_say_is_a_marked_blank(case):
    bare = replace(case, view=None, statements={})
    said = read(html_of(china.elements(bare)))
    assert "【由签署人填写】" in said and "当前账本运行中无此案件" in said
    assert "No current run has this case: [to be filled in by the person who signs]" in read(html_of(united_states.chain_of_title(bare)))


def test_the_certificate_asserts_nothing_that_only_a_person_can_know(case):
    said = read(html_of(united_states.certificate(case)))
    for letter in ("(A)", "(B)", "(C)"):
        assert f"[ ] {letter}" in said
    assert "[x]" not in said.lower()


@pytest.mark.peer
def test_documents_stand_on_paper_too(case):
    require_peer("fonts-noto-cjk")
    text = "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf_of(china.elements(case)))).pages)
    assert "要素表" in text and "由签署人填写" in text


def test_each_weakness_of_a_capture_is_a_gap_of_its_own():
    entries = dossier_of(log_of(TOLD)).entries
    gaps = gaps_of(entries, 4, [4])
    by_code = {gap.code: gap for gap in gaps}
    assert by_code["no_time_stamp_yet"].entries == (4, 6, 7, 8)
    assert "35 days passed" in next(gap.en for gap in gaps if gap.code == "capture_delay") and "That is long" in by_code["capture_delay"].en
    assert "the operator" in next(gap.en for gap in gaps if gap.code == "capture_unknown" and gap.entries == (7,))
    assert by_code["capture_clock"].entries == (7,) and by_code["no_receipt"].entries == (8,) and by_code["file_not_enclosed"].entries == (4,)
    assert canonical_value(None) == "n:"
    assert all(gap.zh for gap in gaps) and {"before_the_first_hash", "earlier_systems", "after_the_last_entry"} <= by_code.keys()
