"""Do we come to the figures that others assert?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.vectors import allocations, china_cases, delinquency, frappe, ifrs_eba, india_hours, loan_schedules, regf, uk
from tests.vectors.conftest import COUNTED, contents, folder_of
from tests.vectors.families import FAMILY_OF, NEVER_REQUIRED, shares
from tests.vectors.judging import Judgement, NotUnderstood

Judge = Callable[[dict[str, Any], dict[str, Any]], list[Judgement]]


def _ifrs_eba(vector: dict[str, Any], shared: dict[str, Any]) -> list[Judgement]:
    """The class, and apart from it the words in which the reason is coded."""
    family = FAMILY_OF["ifrs_eba_cases"](vector)
    if family.startswith("india_hours"):
        return india_hours.judge(family, vector)
    passed, reason_passed = ifrs_eba.judge(vector)
    coded = [] if reason_passed is None else [Judgement(f"{family}_reasons", reason_passed)]
    return [Judgement(family, passed), *coded]


JUDGES: dict[str, Judge] = {
    "allocations": allocations.judge,
    "china_cases": lambda vector, _: china_cases.judge(FAMILY_OF["china_cases"](vector), vector),
    "loan_schedules": loan_schedules.judge,
    "delinquency": delinquency.judge,
    "frappe": frappe.judge,
    "ifrs_eba_cases": _ifrs_eba,
    "uk_cases": lambda vector, _: uk.judge(FAMILY_OF["uk_cases"](vector), vector),
    "regf_cases": lambda vector, _: regf.judge(FAMILY_OF["regf_cases"](vector), vector),
}
REQUIRED = {
    tuple(line.split()) for line in (Path(__file__).parent / "required.txt").read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")
}


def judged(file: str, vector: dict[str, Any], shared: dict[str, Any]) -> list[Judgement]:
    """What came of one vector; one that is not understood counts as failed."""
    family = FAMILY_OF[file](vector)
    if file not in JUDGES:
        return [Judgement(family, False, "no judge yet")]
    try:
        return JUDGES[file](vector, shared)
    except NotUnderstood as trouble:
        return [Judgement(family, False, str(trouble))]


def test_every_required_family_is_whole(file_and_family: tuple[str, str], request: pytest.FixtureRequest, record_property: Callable[[str, Any], None]) -> None:
    file, family = file_and_family
    passed, total, wrong = Counter[str](), Counter[str](), []
    for name, shared, vectors in contents(folder_of(request.config)):
        for vector in vectors if name == file else ():
            if FAMILY_OF[file](vector) != family:
                continue
            for judgement in judged(file, vector, shared):
                total[judgement.family] += 1
                passed[judgement.family] += judgement.passed
                if not judgement.passed and judgement.family == family:
                    wrong.append(f"{vector.get('id')}: {judgement.said}")
    record_property(COUNTED, [f"vectors: {file} {name} {passed[name]}/{total[name]}" for name in sorted(total)])
    if file_and_family in REQUIRED:
        assert not wrong, "\n".join(wrong)


def test_what_rests_on_memory_or_wording_is_never_required() -> None:
    assert not [pair for pair in REQUIRED if pair[1].endswith(NEVER_REQUIRED)]


def test_the_share_of_what_is_never_required_is_told_by_its_kind() -> None:
    lines = ["vectors: uk_cases visit 1/1", "vectors: uk_cases limitation_memory 1/2", "vectors: regf_cases time_memory 1/1", "vectors: ifrs ifrs9_memory_reasons 0/1"]
    assert shares(lines) == ["vectors: share of _memory: 2/3 (67 %)", "vectors: share of _reasons: 0/1 (0 %)"]
    assert shares(["vectors: uk_cases visit 1/1"]) == []
