"""To which family does a vector belong? Known for every file, judged or not, so that what is missing is counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

from tests.vectors import allocations, delinquency, frappe, loan_schedules

Vector = dict[str, Any]
NEVER_REQUIRED = ("_memory", "_reasons", "_transcribed")
"""Ends of families whose basis is memory, wording, or a transcription nobody recomputed: their share is told and asked of nobody."""
MONEY_PERIODS = ("CN-MONEY-03", "CN-MONEY-04")


def _china(vector: Vector) -> str:
    rule = vector["rule"]
    if rule.startswith(MONEY_PERIODS):
        return "CN-MONEY-periods"
    if rule.startswith(("CN-MONEY", "CN-LEGAL-12")):
        return "CN-MONEY-ledger"
    return "-".join(rule.split("-")[:2])


def _ifrs_eba(vector: Vector) -> str:
    if vector["group"] != "india":
        return str(vector["group"])
    return "india_hours" if vector["rule"].startswith("OT-R-1") else "india_class"


def _by_memory(vector: Vector, family: str) -> str:
    """Cases that rest on memory are a family of their own."""
    return family + ("_memory" if "memory" in str(vector.get("confidence", "")) else "")


FAMILY_OF: dict[str, Callable[[Vector], str]] = {
    "loan_schedules": loan_schedules.family,
    "allocations": allocations.family,
    "delinquency": delinquency.family,
    "frappe": frappe.family,
    "china_cases": lambda vector: _by_memory(vector, _china(vector)),
    "regf_cases": lambda vector: _by_memory(vector, str(vector["group"])),
    "uk_cases": lambda vector: _by_memory(vector, str(vector["group"])),
    "ifrs_eba_cases": lambda vector: _by_memory(vector, _ifrs_eba(vector)),
}


def shares(counted: Iterable[str]) -> list[str]:
    """How much of what is never required passes, a line for each kind; `counted` are the lines of single families.

    >>> shares(["vectors: uk_cases visit 1/1", "vectors: uk_cases limitation_memory 1/2", "vectors: regf_cases time_memory 1/1", "vectors: ifrs ifrs9_memory_reasons 0/1"])
    ['vectors: share of _memory: 2/3 (67 %)', 'vectors: share of _reasons: 0/1 (0 %)']
    """
    passed, total = Counter[str](), Counter[str]()
    for line in counted:
        _, _, family, figures = line.rsplit(" ", 3)
        for end in NEVER_REQUIRED:
            if family.endswith(end):
                done, of = map(int, figures.split("/"))
                passed[end] += done
                total[end] += of
    return [f"vectors: share of {end}: {passed[end]}/{total[end]} ({100 * passed[end] / total[end]:.0f} %)" for end in NEVER_REQUIRED if total[end]]
