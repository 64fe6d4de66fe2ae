"""To which family does a vector belong? Known for every file, judged or not, so that what is missing is counted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.vectors import allocations, delinquency, frappe, loan_schedules

Vector = dict[str, Any]
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
