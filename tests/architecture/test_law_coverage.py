"""The page on where each rule of law lives says what is so: every rule is named, and everything that is named exists."""

from __future__ import annotations

import importlib
import json
import re
from collections import Counter
from importlib.util import find_spec
from pathlib import Path

import pytest

from arrears.engine.conduct_packs import pack_named, shipped_packs

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "reference" / "law_coverage.md"
ROW = re.compile(r"^\| ((?:CN|US|UK|OT)-[A-Z]+(?:-\d+)?|(?:US|UK|OT)-[A-Z]-\d+) \| (.+?) \| (.+) \|$", re.M)
ROWS = {code: (asks, where) for code, asks, where in ROW.findall(PAGE.read_text(encoding="utf-8"))}
CODE = re.compile(r"^(?:CN-(?:CONTACT|PI|ASSET|MONEY|LEGAL|INSOL)-\d\d|US-COV-\d|US-[A-Z]-\d|UK-[A-Z]-\d+|OT-[A-Z]-\d+)$")
SERIES = {
    "CN-CONTACT": 16, "CN-PI": 11, "CN-ASSET": 8, "CN-MONEY": 12, "CN-LEGAL": 14, "CN-INSOL": 1, "US-COV": 3, "US-T": 9, "US-C": 6, "US-F": 7, "US-P": 4, "US-V": 8,
    "US-L": 3, "US-R": 4, "US-O": 7, "UK-C": 14, "UK-B": 8, "UK-P": 4, "UK-L": 2, "UK-A": 1, "OT-S": 6, "OT-E": 10, "OT-I": 4, "OT-R": 4, "OT-L": 2,
}  # fmt: skip
"""How many codes each series has: none is left out, and none comes twice."""
PACKS = set(shipped_packs())
RULES = {f"{pack}/{rule.name}" for pack in PACKS for rule in pack_named(pack).rules}


def named(where: str) -> list[str]:
    """What stands between backticks."""
    return re.findall(r"`([^`]+)`", where)


def exists(name: str) -> bool:
    """Is there a module of this name, or something in one?"""
    outer, _, inner = f"arrears.{name}".rpartition(".")
    return hasattr(importlib.import_module(outer), inner) or find_spec(f"arrears.{name}") is not None


def test_every_code_has_one_row() -> None:
    assert all(CODE.match(code) for code in ROWS), [code for code in ROWS if not CODE.match(code)]
    assert Counter(code.rpartition("-")[0] for code in ROWS) == SERIES
    assert len(ROW.findall(PAGE.read_text(encoding="utf-8"))) == len(ROWS)
    for series, count in SERIES.items():
        numbers = sorted(int(code.rpartition("-")[2]) for code in ROWS if code.rpartition("-")[0] == series)
        assert numbers == list(range(1, count + 1)), series


def test_every_rule_of_law_that_is_shipped_is_named() -> None:
    told = {name for _, where in ROWS.values() for name in named(where)}
    assert {rule for rule in RULES if not rule.startswith("house/")} <= told, sorted(RULES - told)


@pytest.mark.parametrize("code", ROWS)
def test_everything_that_a_row_names_exists(code: str) -> None:
    where = ROWS[code][1]
    for name in named(where):
        if "/" in name:
            assert name in RULES or name in PACKS, name
        elif "." in name:
            assert exists(name) or name == "record.privacy.categories", name
    assert named(where) or "not stated" in where or "](" in where or len(where) > 30, "a row says where, or why not"


def test_every_rule_that_a_case_of_law_names_by_its_code_has_a_row() -> None:
    for file in ("china_cases", "uk_cases", "ifrs_eba_cases"):
        content = json.loads((ROOT / "tests" / "vectors" / f"{file}.json").read_text(encoding="utf-8"))
        for case in content["vectors"] if isinstance(content, dict) else content:
            assert case["rule"] in ROWS, case["rule"]
