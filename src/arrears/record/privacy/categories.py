"""Which categories of personal data are kept, for what, on which lawful basis, and where?

The register is data (`categories.yaml`). A test walks every personal field of every fact, every sealed column and the book's layout: one
that no category names is a fault, so that nothing new is forgotten.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from arrears.core.problems import BadData
from arrears.core.reasons import Sentence
from arrears.core.strict_yaml import NothingTwice


@dataclass(frozen=True, slots=True)
class Basis:
    """On which ground may a category be processed in one jurisdiction? `confidence` is confirmed or unconfirmed; `source` says where it stands."""

    jurisdiction: str
    law: Sentence
    confidence: str
    source: str


@dataclass(frozen=True, slots=True)
class Category:
    """One category: what it is, for what it is kept, on which bases, where it lies (`table.column`, `fact.field`), who sees it, by which record
    type it is retained, and whether the law calls it sensitive."""

    code: str
    name: Sentence
    purpose: Sentence
    sensitive: bool
    bases: tuple[Basis, ...]
    stored: tuple[str, ...]
    seen_by: tuple[str, ...]
    record_type: str

    def basis_in(self, jurisdiction: str) -> Basis | None:
        """The basis in this jurisdiction; None where none is stated."""
        return next((one for one in self.bases if one.jurisdiction == jurisdiction.upper()), None)


class _Loader(NothingTwice, yaml.SafeLoader):
    """A key twice is a mistake."""


@cache
def categories() -> tuple[Category, ...]:
    """The register, in its own order.

    >>> [one.code for one in categories()][:3]
    ['name', 'customer_number', 'contact_point']
    """
    told = yaml.load((files(__package__) / "categories.yaml").read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506  a safe loader that refuses keys written twice
    bases = {name: tuple(Basis(one["jurisdiction"], _both(one["law"]), one["confidence"], one["source"]) for one in group) for name, group in told["bases"].items()}
    return tuple(_category(one, bases) for one in told["categories"])


def _category(one: dict[str, Any], bases: dict[str, tuple[Basis, ...]]) -> Category:
    try:
        return Category(one["code"], _both(one["name"]), _both(one["purpose"]), bool(one.get("sensitive", False)), bases[one["basis"]], tuple(one["stored"]), tuple(one["seen_by"]), one["record_type"])
    except KeyError as missing:
        raise BadData(f"The register of categories lacks {missing} in {one.get('code', 'a category')}.", "Nobody could say what the data is kept for.", "Correct categories.yaml.") from missing


def _both(words: dict[str, str]) -> Sentence:
    return Sentence(words["en"], words["zh"])
