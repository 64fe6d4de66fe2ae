"""What is asked at the first contact, in which words, and which protection follows from an answer?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from arrears.casefile.facts.hold import HoldKind
from arrears.check.conduct.fields import Fields, content_of
from arrears.core.reasons import Sentence

SHIPPED = "first_contact.yaml"


@dataclass(frozen=True, slots=True)
class Form:
    """The lists of the form, code by code with its words; `holds` says which reasons and needs protect at once."""

    identity: Mapping[str, Sentence]
    reasons: Mapping[str, Sentence]
    willingness: Mapping[str, Sentence]
    needs: Mapping[str, Sentence]
    holds: Mapping[str, HoldKind]


@cache
def form() -> Form:
    """The form as it is shipped.

    >>> form().reasons["job_lost"].zh, form().holds["dispute"].value
    ('失业', 'dispute')
    """
    fields = Fields(SHIPPED, content_of(SHIPPED, files(__package__).joinpath(SHIPPED).read_text(encoding="utf-8")))
    holds: dict[str, HoldKind] = {}
    lists = {name: _list(name, fields, holds) for name in ("identity", "reasons", "willingness", "needs")}
    fields.done()
    return Form(**lists, holds=holds)


def _list(name: str, fields: Fields, holds: dict[str, HoldKind]) -> dict[str, Sentence]:
    found = {}
    for code, stated in Fields(f"{SHIPPED}: {name}", fields.take(name)).rest().items():
        one = Fields(f"{SHIPPED}: {name}: {code}", stated)
        found[code] = Sentence(one.text("en"), one.text("zh"))
        if one.has("hold"):
            holds[code] = one.choice("hold", HoldKind)
        one.done()
    return found
