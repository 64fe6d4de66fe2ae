"""The report of one case, as the colleague reads it who has nothing else at hand."""

from __future__ import annotations

import io
import json
import re
from datetime import date
from html import unescape
from pathlib import Path

import pytest
from pypdf import PdfReader

from arrears.act.paper.glyphs import GlyphsMissing, families_here
from arrears.engine.case_reports.content import CaseSources, case_report
from arrears.engine.case_reports.page import html_of
from arrears.engine.case_reports.paper import pdf_of
from arrears.engine.home import Home
from arrears.engine.use_cases import reading
from arrears.engine.use_cases.reading.files import looking_into
from tests.peers import require_peer
from tests.workbench.run_files import SmallBook, write_small_book

EXPECTED = Path(__file__).parents[1] / "data" / "case_reports"


@pytest.fixture(scope="module")
def small(tmp_path_factory) -> tuple[Home, SmallBook]:
    home = Home(tmp_path_factory.mktemp("home"))
    return home, write_small_book(home, 1)


def opened(_parties, sealed, _what):
    """Personal fields in the clear; the small book seals nothing here."""
    return [None if one is None else json.loads(one) for one in sealed]


def sources(small, who: str) -> CaseSources:
    home, book = small
    view = reading.case_view(home, 1, getattr(book, who), unseal=opened)
    with looking_into(home) as connection:
        return CaseSources(view, reading.rows_before(connection, view.run, [view.row.case_id]).get(view.row.case_id), reading.alerts_of_people(connection, view.run, [view.row.party_id], ())[view.row.party_id], ())


def read(html: str) -> str:
    """What stands on the page, line by line, without marks and drawing coordinates."""
    body = re.sub(r"<style>.*?</style>|<svg.*?</svg>", "", html, flags=re.DOTALL)
    lines = (re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", "", re.sub(r"</t[dh]>|</span>|<br>", " | ", line)))).strip(" |") for line in re.sub(r"</(p|dt|h1|h2|tr|li)>", "\n", body).splitlines())
    return "\n".join(line for line in lines if line) + "\n"


@pytest.mark.parametrize("who", ["lin", "zhao"])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_page_says_what_stands_in_the_file_beside_this_test(small, who, language):
    said = read(html_of(case_report(sources(small, who), language)))
    file = EXPECTED / f"{who}-{language}.txt"
    assert said == file.read_text(encoding="utf-8")


def test_a_hold_and_unknown_contacts_stand_above_the_name_of_who_disputes_the_debt(small):
    page = html_of(case_report(sources(small, "zhao"), "en"))
    assert page.index("Disputes the debt: since 2026-11-01") < page.index("Earlier contacts are unknown") < page.index("<h1>")


@pytest.mark.peer
def test_a_name_that_looks_like_markup_stays_a_name(small):
    import dataclasses

    require_peer("fonts-noto-cjk")
    known = sources(small, "lin")
    wicked = dataclasses.replace(known, view=dataclasses.replace(known.view, person=dataclasses.replace(known.view.person, name='<b>#panic("x") & $1$')))
    report = case_report(wicked, "en")
    assert "<b>#panic" not in html_of(report)
    assert '#panic("x") & $1$' in text_of(pdf_of(report))


def text_of(pdf: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)


@pytest.mark.peer
def test_the_chinese_report_on_paper_reads_as_chinese_and_is_the_same_bytes_again(small):
    require_peer("fonts-noto-cjk")
    report = case_report(sources(small, "lin"), "zh")
    once = pdf_of(report)
    said = text_of(once)
    for words in ("林晓", "两笔债务逾期，已逾期 79 天", "友好致电", "CNY 3,200.00", "未获准联系", "尚不清楚"):
        assert words in said.replace("⼈", "人"), words
    assert pdf_of(report) == once


def test_without_a_chinese_font_a_chinese_report_is_refused_by_name_and_the_page_stands(small):
    report = case_report(sources(small, "lin"), "zh")
    with pytest.raises(GlyphsMissing) as refusal:
        pdf_of(report, system_fonts=False)
    assert "U+" in refusal.value.what and "fonts-noto-cjk" in refusal.value.remedy and "gaps" in refusal.value.why
    assert "林晓" in html_of(report)


def test_without_any_font_of_the_system_an_english_report_without_chinese_words_is_made(small):
    import dataclasses

    known = sources(small, "lin")
    plain = dataclasses.replace(known, view=dataclasses.replace(known.view, person=dataclasses.replace(known.view.person, name="Lin Zoë")))
    assert families_here(False) == ("Libertinus Serif",)
    said = text_of(pdf_of(case_report(plain, "en"), system_fonts=False))
    assert "Lin Zoë" in said and "100****5101" in said and "grew from" in said


def test_a_case_that_the_run_before_did_not_know_is_called_new(small):
    known = sources(small, "lin")
    report = case_report(CaseSources(known.view, None, (), ()), "en")
    changed = next(section for section in report.sections if section.title.startswith("What changed"))
    assert changed.sentences == ("This case was not in the run of 2026-10-24: it is new.",)


def test_money_taken_back_since_the_run_before_is_named(small):
    import dataclasses

    known = sources(small, "lin")
    account = known.view.accounts[0]
    returned = dataclasses.replace(account, payments=(reading.Payment(date(2026, 11, 20), -30_000), reading.Payment(date(2026, 11, 18), 30_000), *account.payments))
    report = case_report(dataclasses.replace(known, view=dataclasses.replace(known.view, accounts=(returned, *known.view.accounts[1:]))), "en")
    page = html_of(report)
    assert "CNY 300.00 was taken back since." in page and "CNY 300.00 came in since." in page and "taken back</td>" in page
