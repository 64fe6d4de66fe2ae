"""Does a night of a lender that states whose law binds it say whom it could contact, and does it hear of the lender's own limits?"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from tests.cli.test_commands import arrears, told
from tests.conftest import folder_for_servers

DAY = "2026-11-23"
LAW = """
places: [CN]
zones: [Asia/Shanghai]
actor: creditor_own_name
lender: bank
products: {"consumer loan": consumer_loan}
history_known_from: 2020-01-01
"""


@pytest.fixture(scope="module")
def lender() -> Iterator[Path]:
    """A home with a small book, the lender's law, and a night."""
    with folder_for_servers() as folder:
        home = folder / "home"
        for words in (("init",), ("sample", "--accounts", "200", "--seed", "5", "--as-of", DAY)):
            done = arrears(home, *words)
            assert done.returncode == 0, done.stderr
        (home / "law.yaml").write_text(LAW, encoding="utf-8")
        first = arrears(home, "run", "--on", DAY)
        assert first.returncode == 0, first.stderr
        yield home


def answers(home: Path, night: str) -> list[tuple[str, str]]:
    (mask,) = (home / "runs").rglob(f"{DAY}/{night}/prescreen.parquet")
    return duckdb.sql(f"SELECT may, rule FROM '{mask}' GROUP BY ALL ORDER BY ALL").fetchall()


def test_each_night_says_whom_the_law_lets_us_contact_and_other_limits_of_the_lender_make_another_night(lender: Path) -> None:
    assert answers(lender, "1")
    again = arrears(lender, "run", "--on", DAY)
    assert again.returncode == 0, again.stderr
    assert not list((lender / "runs").rglob(f"{DAY}/2")), "nothing changed: the night stands"
    house = lender / "rulepacks" / "house"
    house.mkdir(parents=True)
    (house / "limits.yaml").write_text('house_contact_closes: [{from: 2026-03-01, value: "08:00:01", decision: "credit committee"}]', encoding="utf-8")
    stricter = arrears(lender, "run", "--on", DAY)
    assert stricter.returncode == 0, stricter.stderr
    assert answers(lender, "2")


def test_one_permit_is_asked_for_and_the_answer_names_its_rules(lender: Path) -> None:
    case = told(lender, "case", "list", "--limit", "1")[0]["case_id"]
    asked = arrears(lender, "permit", "ask", case, "--channel", "call", "--says", "institution_named", "--json")
    assert asked.returncode in (0, 1), asked.stderr
    answer = json.loads(asked.stdout)
    assert answer["permitted"] == (asked.returncode == 0)  # Which of the two depends on the hour at which this is run, and on who stands first.
    assert answer["permit_id"] if answer["permitted"] else answer["rules"] or answer["reason"], "yes or no, the record says by what"
