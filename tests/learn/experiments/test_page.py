"""Does the page on experiments say what is worked out?"""

from __future__ import annotations

import re
from pathlib import Path

from arrears.learn.experiments.power import people_needed

PAGE = Path(__file__).parents[3] / "docs" / "algorithms" / "experiments.md"


def test_the_table_of_people_is_what_is_worked_out() -> None:
    text = PAGE.read_text(encoding="utf-8")
    table = [[cell.strip() for cell in line.strip("|").split("|")] for line in text.split("## How many people it takes")[1].splitlines() if line.startswith("|")]
    effects = [float(cell.split()[0]) for cell in table[0][1:]]
    assert len(table) == 5 and len(effects) == 3
    for row in table[2:]:
        assert [int(cell) for cell in row[1:]] == [people_needed(int(row[0].removesuffix(" %")) / 100, 1.0, effect) for effect in effects]
    points = [int(found.replace(",", "")) for found in re.findall(r"(\d+,\d+) people in two equal arms|two points (\d+,\d+)", text)[0][:1]]
    assert points == [people_needed(0.5, 0.24**0.5, 0.01)]
