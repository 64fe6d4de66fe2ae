"""How does a value become part of an SQL text? For the few places (COPY, read_parquet, constants) where no parameter may stand."""

from __future__ import annotations

from pathlib import Path


def quoted(text: str | Path) -> str:
    """A text or path as a SQL literal.

    >>> quoted("it's")
    "'it''s'"
    """
    return "'" + str(text).replace("'", "''") + "'"
