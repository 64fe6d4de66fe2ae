"""Of which pieces does a report consist? Words are in the reader's language already; nothing here knows HTML or Typst."""

from __future__ import annotations

from dataclasses import dataclass

from arrears.core.reasons import Language


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of texts under a head; `numeric` are the columns (from 0) that stand right."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Month:
    """One step of the picture: its day, what was overdue at its end, what came in since the step before (negative: more was taken back)."""

    day: str
    overdue_minor: int
    came_minor: int


@dataclass(frozen=True, slots=True)
class Picture:
    """Amount overdue and payments over time, titled by what it says; `most_overdue` and `most_came` name the scales, `figures` the table behind it."""

    title: str
    overdue: str
    came: str
    months: tuple[Month, ...]
    most_overdue: str
    most_came: str
    figures: str


@dataclass(frozen=True, slots=True)
class Section:
    """One question answered: what strikes the eye (`lead`), pairs of label and value, sentences, a table, a picture."""

    title: str
    lead: str = ""
    pairs: tuple[tuple[str, str], ...] = ()
    sentences: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()
    picture: Picture | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """Everything on the page, top to bottom; `protections` stand above all else."""

    language: Language
    title: str
    under_title: tuple[str, ...]
    protections: tuple[str, ...]
    sections: tuple[Section, ...]
    foot: str
