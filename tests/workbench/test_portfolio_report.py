"""The portfolio report as it is taken along from the home page."""

from __future__ import annotations

import io

from django.urls import reverse
from python_calamine import CalamineWorkbook


def test_a_manager_takes_the_report_along_as_a_page_and_as_a_spreadsheet(bank, signed_in):
    client = signed_in("manager")
    home = client.get(reverse("home")).content.decode()
    assert reverse("portfolio_page") in home and reverse("portfolio_sheet") in home
    page, sheet = client.get(reverse("portfolio_page")), client.get(reverse("portfolio_sheet"))
    assert "attachment" in page["Content-Disposition"] and page.content.startswith(b"<!doctype html>")
    assert CalamineWorkbook.from_filelike(io.BytesIO(sheet.content)).sheet_names == ["definitions", "imported"]


def test_a_collector_is_not_shown_the_report_of_the_whole_book(bank, signed_in):
    assert signed_in("collector").get(reverse("portfolio_sheet")).status_code == 403


def test_a_run_without_figures_says_so_in_the_readers_language(bank, signed_in):
    (bank.home.runs / "main" / "2026-11-23" / "1" / "portfolio.json").unlink()
    client = signed_in("manager")
    refused = client.get(reverse("portfolio_sheet"))
    assert refused.status_code == 404 and "This run keeps no figures for a spreadsheet" in refused.content.decode()
    client.post(reverse("language"), {"language": "zh"})
    assert "该次运行没有可导出的报表数据" in client.get(reverse("portfolio_sheet")).content.decode()
