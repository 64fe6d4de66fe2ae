"""The report as a PDF: a Typst template that is handed the report as data.

How it is set says `act.paper`.
"""

from __future__ import annotations

import json
from dataclasses import fields
from pathlib import Path
from typing import Any

from arrears.act.paper.glyphs import families_here, refuse_missing_glyphs
from arrears.act.paper.setting import compiler
from arrears.engine.case_reports.drawing import Ink, draw
from arrears.engine.case_reports.report import Picture, Report, Section, Table

TEMPLATE = Path(__file__).parents[1] / "templates" / "case_report.typ"


def pdf_of(report: Report, *, system_fonts: bool = True) -> bytes:
    """The report as PDF; the same report and fonts give the same bytes.

    Raises:
        GlyphsMissing: the fonts of this machine cannot write some character.
    """
    told = json.dumps(_told(report, families_here(system_fonts)), ensure_ascii=False)
    refuse_missing_glyphs(told, system=system_fonts)
    made = compiler(TEMPLATE, system=system_fonts).compile(format="pdf", sys_inputs={"report": told}, timestamp=0)
    assert isinstance(made, bytes)
    return made


def _told(report: Report, families: tuple[str, ...]) -> dict[str, Any]:
    """The report as plain data, each picture drawn in the colours of paper."""
    ink = Ink("#0b5d63", "#d9d6cf", "#1d2427", "#5c666a", families[0])
    told: dict[str, Any] = _plain(report, ink)
    return {**told, "fonts": families}


def _plain(piece: Any, ink: Ink) -> Any:
    """Pieces by name; one by one, since `dataclasses.asdict` copies every text and takes four times as long."""
    if isinstance(piece, Picture):
        return {"title": piece.title, "overdue": piece.overdue, "came": piece.came, "drawn": draw(piece, ink)}
    if isinstance(piece, Report | Section):
        return {field.name: _plain(getattr(piece, field.name), ink) for field in fields(piece)}
    if isinstance(piece, Table):
        return {"head": piece.head, "rows": piece.rows, "numeric": piece.numeric}
    return [_plain(one, ink) for one in piece] if isinstance(piece, tuple) else piece
