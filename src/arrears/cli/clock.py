"""What day is it? The one place where a command asks for the day; everything behind it is told."""

from __future__ import annotations

from datetime import UTC, date, datetime


def today() -> date:
    """The day by this machine's calendar."""
    return datetime.now().astimezone().date()


def now() -> datetime:
    """The moment, in UTC."""
    return datetime.now(UTC)
