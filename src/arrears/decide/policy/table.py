"""What does a lender's decision table say, and is it whole?

A policy file is YAML: a name, the treatments it may choose, and rows in order. Each row has an id, a condition, a treatment and a
reason in English and Chinese in which `{column}` stands for a case column. Rows are read top to bottom, the first match wins, and the
last row has no condition, so that no case falls through.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from arrears.core.problems import BadData
from arrears.core.reasons import Sentence
from arrears.decide.policy.columns import CASE_SCHEMA

PLACEHOLDER = re.compile(r"\{([a-z0-9_]+)\}")
QUEUES = ("people", "automatic", "held")


@dataclass(frozen=True, slots=True)
class Treatment:
    """One thing that can be done for a case.

    Attributes:
        id: name in the field's words, such as reminder_sms.
        label: how people call it.
        channel: sms, email, letter, phone, visit, chat, or none.
        contact: whether it reaches out to the debtor.
        automatic: whether no person's time is needed.
        weighty: which weighty decision it proposes (`WEIGHTY_KINDS`); a named person takes it.
    """

    id: str
    label: Sentence
    channel: str
    contact: bool
    automatic: bool
    weighty: str | None = None

    @property
    def queue(self) -> str:
        """Whose work is it: people's, or nobody's? What is weighty is always people's."""
        return "automatic" if self.automatic and not self.weighty else "people"


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the table: `when` is None in the last row alone."""

    id: str
    when: str | None
    treatment: str
    reason: Sentence


@dataclass(frozen=True, slots=True)
class Policy:
    """A whole decision table; `version` is the hash of what it says, so a change of one word is another version."""

    name: str
    label: Sentence
    treatments: Mapping[str, Treatment]
    rows: tuple[Row, ...]
    version: str


class PolicyNotValid(BadData):
    """The policy file cannot be used; the message lists every fault found."""


def read_policy(text: str, source: str = "policy") -> Policy:
    """Which policy does this YAML text hold?

    Args:
        text: the file's content.
        source: its name, for messages.

    Raises:
        PolicyNotValid: with all faults at once.
    """
    try:
        raw = yaml.safe_load(text)
    except yaml.YAMLError as trouble:
        raise PolicyNotValid(f"{source} is not YAML: {trouble}", "No case can be decided by it.", "Mend the file at that place.") from trouble
    faults = _shape_faults(raw)
    if not faults:
        faults = _row_faults(raw)
    if faults:
        listed = " ".join(f"({number}) {fault}" for number, fault in enumerate(faults, 1))
        raise PolicyNotValid(f"{source} cannot be used: {listed}", "No case is decided by a policy with faults.", "Mend each and try again.")
    treatments = {name: _treatment(name, body) for name, body in raw["treatments"].items()}
    rows = tuple(Row(row["id"], row.get("when"), row["treatment"], _sentence(row["reason"])) for row in raw["rows"])
    return Policy(raw["policy"], _sentence(raw["label"]), treatments, rows, _version(raw))


def _version(raw: Mapping[str, Any]) -> str:
    """Hash of what the policy says, whatever its layout and comments."""
    canonical = json.dumps(raw, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()[:16]


def _sentence(body: Mapping[str, str]) -> Sentence:
    return Sentence(body["en"].strip(), body["zh"].strip())


def _treatment(name: str, body: Mapping[str, Any]) -> Treatment:
    return Treatment(name, _sentence(body["label"]), body["channel"], body["contact"], body["automatic"], body.get("weighty"))


_TREATMENT_KEYS = {"label": dict, "channel": str, "contact": bool, "automatic": bool}
WEIGHTY_KINDS = ("relief_refusal", "placement", "credit_reporting", "suit", "enforcement")
CHANNELS = ("none", "sms", "email", "letter", "phone", "visit", "chat")


def _shape_faults(raw: Any) -> list[str]:
    """Faults in the outer shape: keys that are missing, unknown, or of the wrong kind."""
    if not isinstance(raw, dict):
        return ["the file is not a table of keys"]
    wanted = {"policy": str, "label": dict, "treatments": dict, "rows": list}
    faults = [f"key “{key}” is missing or not a {kind.__name__}" for key, kind in wanted.items() if not isinstance(raw.get(key), kind)]
    faults += [f"key “{key}” is not known" for key in raw if key not in wanted]
    faults += _sentence_faults("label", raw.get("label"))
    if not faults and not raw["rows"]:
        faults.append("there is no row")
    return faults


def _sentence_faults(where: str, body: Any) -> list[str]:
    if not isinstance(body, dict) or set(body) != {"en", "zh"} or not all(isinstance(text, str) and text.strip() for text in body.values()):
        return [f"{where} needs a text in en and one in zh"]
    return []


def _treatment_faults(name: str, body: Any) -> list[str]:
    if not isinstance(body, dict) or set(body) - {"weighty"} != set(_TREATMENT_KEYS):
        return [f"treatment “{name}” needs exactly {', '.join(_TREATMENT_KEYS)}"]
    faults = [f"treatment “{name}”: {key} is not {kind.__name__}" for key, kind in _TREATMENT_KEYS.items() if not isinstance(body[key], kind)]
    faults += _sentence_faults(f"treatment “{name}”: label", body["label"])
    if body["channel"] not in CHANNELS:
        faults.append(f"treatment “{name}”: channel “{body['channel']}” is none of {', '.join(CHANNELS)}")
    if "weighty" in body and body["weighty"] not in WEIGHTY_KINDS:
        faults.append(f"treatment “{name}”: weighty “{body['weighty']}” is none of {', '.join(WEIGHTY_KINDS)}")
    if "weighty" in body and body["automatic"] is not False:
        faults.append(f"treatment “{name}”: a weighty decision is never automatic; a named person takes it")
    return faults


def _row_faults(raw: Mapping[str, Any]) -> list[str]:
    """Faults in treatments and rows."""
    faults = [fault for name, body in raw["treatments"].items() for fault in _treatment_faults(name, body)]
    seen: set[str] = set()
    for place, row in enumerate(raw["rows"], 1):
        faults += _one_row_faults(place, row, raw["treatments"], seen, is_last=place == len(raw["rows"]))
    return faults


def _one_row_faults(place: int, row: Any, treatments: Mapping[str, Any], seen: set[str], *, is_last: bool) -> list[str]:
    if not isinstance(row, dict) or not set(row) <= {"id", "when", "treatment", "reason"} or not isinstance(row.get("id"), str):
        return [f"row {place} needs id, when, treatment, reason and nothing else"]
    where, faults = f"row “{row['id']}”", []
    if row["id"] in seen or row["id"].startswith("guard:"):
        faults.append(f"{where}: this id is taken")
    seen.add(row["id"])
    if row.get("treatment") not in treatments:
        faults.append(f"{where}: treatment “{row.get('treatment')}” is not among the treatments")
    if is_last and "when" in row:
        faults.append(f"{where}: the last row has no condition, so that no case falls through")
    if not is_last and not isinstance(row.get("when"), str):
        faults.append(f"{where}: only the last row may be without a condition")
    faults += _sentence_faults(f"{where}: reason", row.get("reason"))
    return faults or _placeholder_faults(where, row["reason"])


def _placeholder_faults(where: str, reason: Mapping[str, str]) -> list[str]:
    used = {name for text in reason.values() for name in PLACEHOLDER.findall(text)}
    return [f"{where}: the reason names “{{{name}}}”, which is not a case column" for name in sorted(used - set(CASE_SCHEMA.names))]
