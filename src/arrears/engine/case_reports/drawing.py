"""How does the picture of a case look, as SVG? Pure and in whole numbers, so that the same case gives the same bytes.

A line of what was overdue above, bars of what came in below, over the same days. Colours and type are given, because a page follows
the reader's theme and paper does not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from arrears.engine.case_reports.report import Month, Picture

WIDTH, RIGHT = 640, 12
LEAST_LEFT = 96
LINE_TOP, LINE_FOOT = 12, 132
BAR_TOP, BAR_FOOT = 156, 216
LABELS_AT, HEIGHT = 246, 254
BELOW = 14
"""Room under the bars' foot for what was taken back."""


@dataclass(frozen=True, slots=True)
class Ink:
    """Colours and type of one medium."""

    accent: str
    line: str
    ink: str
    soft: str
    font: str


ON_A_PAGE = Ink("var(--accent)", "var(--line)", "var(--ink)", "var(--soft)", "inherit")


def draw(picture: Picture, ink: Ink) -> str:
    """The picture as one SVG element; figures stand as text, so a reader of the page finds them."""
    months, left = picture.months, room_for(picture.most_overdue, picture.most_came)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(picture.title)}" '
        f'font-family="{escape(ink.font)}" font-size="12">'
        f"{_scale(picture, ink, left)}{_area(months, ink, left)}{_bars(months, ink, left)}{_days(months, ink, left)}</svg>"
    )


def room_for(*labels: str) -> int:
    """How far from the left edge does the picture begin, so that these labels stand whole even in the large type of a phone?

    >>> room_for("0.00"), room_for("35,732.20"), room_for("1,234,567,890.00")
    (96, 112, 184)
    """
    return max(LEAST_LEFT, *(16 + sum(6 if sign in ",. " else 12 for sign in label) for label in labels))


def _scale(picture: Picture, ink: Ink, left: int) -> str:
    """Base lines, the top of each scale, and zero."""
    lines = "".join(f'<path d="M{left} {y}H{WIDTH - RIGHT}" stroke="{ink.line}"/>' for y in (LINE_TOP, LINE_FOOT, BAR_FOOT))
    words = ((LINE_TOP + 4, picture.most_overdue), (LINE_FOOT + 4, "0"), (BAR_TOP + 4, picture.most_came), (BAR_FOOT + 4, "0"))
    return lines + "".join(f'<text x="{left - 8}" y="{y}" text-anchor="end" fill="{ink.soft}">{escape(text)}</text>' for y, text in words)


def _area(months: Sequence[Month], ink: Ink, left: int) -> str:
    """The line of what was overdue, with the ground under it lightly filled and its last point marked."""
    most = max((month.overdue_minor for month in months), default=0)
    points = [(_x(place, len(months), left), _y(month.overdue_minor, most, LINE_TOP, LINE_FOOT)) for place, month in enumerate(months)]
    path = " ".join(f"{x},{y}" for x, y in points)
    ground = f"{points[0][0]},{LINE_FOOT} {path} {points[-1][0]},{LINE_FOOT}"
    return (
        f'<polygon points="{ground}" fill="{ink.accent}" fill-opacity="0.12"/><polyline points="{path}" fill="none" stroke="{ink.accent}" stroke-width="2"/>'
        f'<circle cx="{points[-1][0]}" cy="{points[-1][1]}" r="4" fill="{ink.accent}"/>'
    )


def _bars(months: Sequence[Month], ink: Ink, left: int) -> str:
    """A bar a step for what came in; what was taken back hangs below, hollow."""
    most = max((abs(month.came_minor) for month in months), default=0)
    wide = max(4, (WIDTH - left - RIGHT) // (2 * len(months)))
    bars = []
    for place, month in enumerate(months):
        if not month.came_minor:
            continue
        height = max(1, (BAR_FOOT - _y(abs(month.came_minor), most, BAR_TOP, BAR_FOOT)))
        x = _x(place, len(months), left) - wide // 2
        if month.came_minor > 0:
            bars.append(f'<rect x="{x}" y="{BAR_FOOT - height}" width="{wide}" height="{height}" fill="{ink.soft}"/>')
        else:
            bars.append(f'<rect x="{x}" y="{BAR_FOOT}" width="{wide}" height="{min(BELOW, height)}" fill="none" stroke="{ink.soft}"/>')
    return "".join(bars)


def _days(months: Sequence[Month], ink: Ink, left: int) -> str:
    """First, middle and last day; more would not be readable on a phone."""
    places, last = sorted({0, len(months) // 2, len(months) - 1}), len(months) - 1
    return "".join(
        f'<text x="{WIDTH if place == last else _x(place, len(months), left)}" y="{LABELS_AT}" text-anchor="{"end" if place == last else "middle"}" '
        f'fill="{ink.soft}">{escape(months[place].day)}</text>' for place in places
    )


def _x(place: int, of: int, left: int) -> int:
    return left + 28 + place * (WIDTH - left - RIGHT - 44) // max(1, of - 1)


def _y(value: int, most: int, top: int, foot: int) -> int:
    """Where on the way from foot to top does a value stand?

    >>> _y(50, 100, 0, 120), _y(0, 0, 0, 120)
    (60, 120)
    """
    return foot - value * (foot - top) // most if most else foot
