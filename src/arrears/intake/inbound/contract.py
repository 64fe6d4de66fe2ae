"""What must happen when somebody writes this? The contract of intents (`contract.yaml`), read into words that cannot be misspelt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from arrears.casefile.facts.call import PointMark
from arrears.casefile.facts.hold import HoldKind, HoldScope
from arrears.core.reasons import Sentence

FILE = Path(__file__).parent / "contract.yaml"
HELP_LINES = Path(__file__).parent / "help_lines.yaml"
DANGER = "danger"
"""Those who are called where somebody is in danger."""


class ActsOn(StrEnum):
    """What is enough for what follows?"""

    SUSPICION = "suspicion"
    SURE = "sure"


@dataclass(frozen=True, slots=True)
class Clause:
    """What must happen for one intent; fields as `contract.yaml` explains them."""

    intent: str
    label: Sentence
    acts_on: ActsOn
    hold: HoldKind | None
    scope: HoldScope
    rules_out_channel: bool
    point: PointMark | None
    drafts_promise: bool
    who: str
    within: timedelta
    help_line: bool
    refused: tuple[str, ...]
    permitted: tuple[str, ...]


@cache
def contract() -> Mapping[str, Clause]:
    """Every intent with what must happen.

    >>> contract()["crisis"].hold.value, contract()["stop"].rules_out_channel, contract()["other"].who
    ('distress', True, '')
    """
    return {intent: _clause(intent, told) for intent, told in yaml.safe_load(FILE.read_text(encoding="utf-8")).items()}


_KNOWN = {"label", "acts_on", "hold", "rule_out", "point", "draft", "looks", "help_line", "gate"}


def _clause(intent: str, told: Mapping[str, Any]) -> Clause:
    assert told.keys() <= _KNOWN, f"{intent}: {set(told) - _KNOWN}"
    assert told.get("rule_out", "channel") == "channel" and told.get("draft", "promise") == "promise", intent
    hold, looks, gate = told.get("hold"), told.get("looks", {}), told.get("gate", {})
    return Clause(
        intent, Sentence(told["label"]["en"], told["label"]["zh"]), ActsOn(told["acts_on"]), HoldKind(hold["kind"]) if hold else None,
        HoldScope(hold["scope"]) if hold else HoldScope.PERSON, "rule_out" in told, PointMark(told["point"]) if "point" in told else None, "draft" in told,
        looks.get("who", ""), timedelta(hours=looks.get("within_hours", 0)), bool(told.get("help_line", False)),
        tuple(gate.get("refused", ())), tuple(gate.get("permitted", ())),
    )


@dataclass(frozen=True, slots=True)
class HelpLine:
    """Whom can somebody in danger call, and in which words is it said?"""

    number: str
    name: str
    text: str
    is_confirmed: bool
    source: str


def help_line(jurisdiction: str, language: str) -> HelpLine | None:
    """The help line of a place in a language, or in that place's first; None where none is known: then the trained person names one.

    >>> help_line("CN", "zh").number, help_line("US", "es").number, help_line("XX", "en")
    ('12356', '988', None)
    """
    told = yaml.safe_load(HELP_LINES.read_text(encoding="utf-8")).get(jurisdiction.upper())
    if told is None:
        return None
    texts: Mapping[str, str] = told["text"]
    text = texts.get(language[:2]) or next(iter(texts.values()))
    return HelpLine(str(told["number"]), told["name"], text.format(number=told["number"], emergency=told["emergency"]), told["confidence"] == "confirmed", told["source"])
