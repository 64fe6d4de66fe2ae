"""What does a lender's policy file say, and is it whole?

A policy file is YAML. Format 1: a name, the treatments it may choose, and rows in order. Format 2 (``format: 2``) adds parameters, segments,
several tables, ladders, capacity, costs, values and experiments (`parts.py` declares them). Rows are read top to bottom, the first match
wins, and the last row has no condition, so that no case falls through.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import yaml

from arrears.core.problems import BadData
from arrears.core.reasons import Sentence
from arrears.core.strict_yaml import NothingTwice
from arrears.decide.experiments.limits import asks_for_the_forbidden, experiment_faults
from arrears.decide.policy.columns import CASE_SCHEMA
from arrears.decide.policy.parts import (
    QUEUES,
    Cost,
    Experiment,
    Ladder,
    Limit,
    Parameter,
    ParameterType,
    Policy,
    Row,
    Segment,
    Table,
    Treatment,
    Values,
)
from arrears.decide.policy.shape import keyed, schema_of, taken_apart

__all__ = ["PLACEHOLDER", "QUEUES", "Policy", "PolicyNotValid", "Row", "Treatment", "policy_schema", "read_policy"]

PLACEHOLDER = re.compile(r"\{([a-z0-9_]+)\}")
NAME = re.compile(r"[a-z][a-z0-9_]*")
FORMATS = (1, 2)
KEYED: Mapping[str, tuple[type, str]] = {
    "treatments": (Treatment, "treatment"), "parameters": (Parameter, "parameter"), "segments": (Segment, "segment"), "ladders": (Ladder, "ladder"),
    "capacity": (Limit, "capacity"), "costs": (Cost, "cost"), "experiments": (Experiment, "experiment"),
}
"""Sections that are mappings from ids to parts, and how one of them is called."""
_KEYS = {1: ("policy", "label", "treatments", "rows"), 2: ("policy", "format", "label", "currency", "rows", "tables", "values", *KEYED)}


class PolicyNotValid(BadData):
    """The policy file cannot be used; the message lists every fault found."""


class _Loader(NothingTwice, yaml.SafeLoader):
    """YAML in which a key given twice is an error."""


def read_policy(text: str, source: str = "policy") -> Policy:
    """Which policy does this YAML text hold?

    Args:
        text: the file's content.
        source: its name, for messages.

    Raises:
        PolicyNotValid: with all faults at once.
    """
    policy, faults = policy_and_faults(text, source)
    if policy is None:
        listed = " ".join(f"({number}) {fault}" for number, fault in enumerate(faults, 1))
        raise PolicyNotValid(f"{source} cannot be used: {listed}", "No case is decided by a policy with faults.", "Mend each and try again.")
    return policy


def policy_and_faults(text: str, source: str = "policy") -> tuple[Policy | None, list[str]]:
    """The policy, or None with every fault of its shape.

    Raises:
        PolicyNotValid: the text is no YAML at all.
    """
    try:
        raw = yaml.load(text, Loader=_Loader)  # noqa: S506 — a SafeLoader
    except (yaml.YAMLError, ValueError, RecursionError) as trouble:
        raise PolicyNotValid(f"{source} is not YAML: {trouble}", "No case can be decided by it.", "Mend the file at that place.") from trouble
    faults: list[str] = []
    policy = _policy(raw, faults)
    return (None, faults) if faults else (policy, [])


def _policy(raw: Any, faults: list[str]) -> Policy | None:
    """The policy as far as it can be read; faults are added."""
    if not isinstance(raw, dict):
        faults.append("the file is not a table of keys")
        return None
    format_ = raw.get("format", 1)
    if format_ not in FORMATS or isinstance(format_, bool):
        faults.append(f"format “{format_}” is none of {', '.join(map(str, FORMATS))}")
        return None
    faults.extend(f"key “{key}” is not known" for key in raw if key not in _KEYS[format_])
    faults.extend(f"key “{key}” is missing" for key in ("policy", "label", "treatments") if key not in raw)
    if faults:
        return None
    sections: dict[str, Any] = {key: keyed(part, raw[key], what, faults) for key, (part, what) in KEYED.items() if key in raw}
    tables = _tables(raw, faults)
    values = taken_apart(Values, raw["values"], "values", faults) if "values" in raw else None
    head = _head(raw, faults)
    faults.extend(asks_for_the_forbidden(raw.get("experiments")))
    if faults:
        return None
    rows = tuple(replace(row, table=table.id) for table in tables for row in table.rows)
    canonical = _canonical(raw)
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    policy = Policy(**head, rows=rows, version=digest[:16], digest=digest, canonical=canonical, format=format_, tables=tables, values=values, **sections)
    faults.extend(_faults_of(policy))
    return policy


def _canonical(raw: Mapping[str, Any]) -> str:
    """What the policy says, whatever its layout and comments."""
    return json.dumps(raw, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def _head(raw: Mapping[str, Any], faults: list[str]) -> dict[str, Any]:
    """Name, label and currency."""
    name, currency, label = raw["policy"], raw.get("currency", ""), raw["label"]
    if not isinstance(name, str) or not name.strip():
        faults.append("policy is not a text")
    if not isinstance(currency, str) or (currency and not re.fullmatch("[A-Z]{3}", currency)):
        faults.append(f"currency “{currency}” is not a code of three letters, such as CNY")
    if not isinstance(label, dict) or set(label) != {"en", "zh"} or not all(isinstance(text, str) and text.strip() for text in label.values()):
        faults.append("label needs a text in en and one in zh")
        return {}
    return {"name": name, "currency": currency, "label": Sentence(label["en"].strip(), label["zh"].strip())}


def _tables(raw: Mapping[str, Any], faults: list[str]) -> tuple[Table, ...]:
    """The tables in order; `rows` alone is one table called main."""
    if ("rows" in raw) == ("tables" in raw):
        faults.append("key “rows” (one table) or key “tables” (several) is needed, and not both")
        return ()
    listed = raw["tables"] if "tables" in raw else [{"id": "main", "rows": raw["rows"]}]
    if not isinstance(listed, list) or not listed or listed == [{"id": "main", "rows": []}]:
        faults.append("there is no row")
        return ()
    found = [taken_apart(Table, one, f"table “{one.get('id')}”" if isinstance(one, dict) else f"table {place}", faults) for place, one in enumerate(listed, 1)]
    return tuple(one for one in found if one is not None)


def _faults_of(policy: Policy) -> Iterator[str]:
    """Faults that only the whole shows: ids taken, names of nothing, a last row with a condition."""
    yield from _name_faults(policy)
    yield from _row_faults(policy)
    for ladder in policy.ladders.values():
        yield from _ladder_faults(policy, ladder)
    yield from _money_faults(policy)
    yield from (f"treatment “{one.id}”: a weighty decision is never automatic; a named person takes it" for one in policy.treatments.values() if one.weighty and one.automatic)
    for name in sorted({name for sentence in sentences_of(policy) for text in (sentence.en, sentence.zh) for name in PLACEHOLDER.findall(text)} - set(CASE_SCHEMA.names)):
        yield f"a reason names “{{{name}}}”, which is not a case column"


def sentences_of(policy: Policy) -> Iterator[Sentence]:
    """Every reason a case can come out with."""
    yield from (row.reason for row in policy.rows)
    for ladder in policy.ladders.values():
        yield from (ladder.waiting.reason, ladder.back.reason, ladder.end.reason)
        yield from (step.reason for stage in ladder.stages for step in stage.steps)


def _name_faults(policy: Policy) -> Iterator[str]:
    """Ids that are taken or not written as a name; in a format 1 file any text is one."""
    rows = [row.id for row in policy.rows]
    yield from (f"row “{name}”: this id is taken" for place, name in enumerate(rows) if name in rows[:place] or name.startswith("guard:"))
    tables = [table.id for table in policy.tables]
    yield from (f"table “{name}”: this id is taken" for place, name in enumerate(tables) if name in tables[:place])
    words = [*policy.parameters, *policy.segments]
    yield from (f"“{name}” is a case column, so no parameter or segment can be called so" for name in words if name in CASE_SCHEMA.names)
    yield from (f"“{name}” is a parameter and a segment" for name in policy.segments if name in policy.parameters)
    if policy.format == 1:
        return
    steps = [name for ladder in policy.ladders.values() for stage in ladder.stages for name in (stage.id, *(step.id for step in stage.steps))]
    for name in (*rows, *tables, *words, *policy.treatments, *policy.ladders, *steps, *policy.capacity, *policy.experiments):
        if not NAME.fullmatch(name):
            yield f"“{name}” is not a name: small letters, figures and _, beginning with a letter"


def _row_faults(policy: Policy) -> Iterator[str]:
    for place, row in enumerate(policy.rows, 1):
        where = f"row “{row.id}”"
        if bool(row.treatment) == bool(row.ladder):
            yield f"{where}: needs a treatment or a ladder, and not both"
        if row.treatment:
            yield from _treatment_faults(policy, where, (row.treatment, *row.alternatives))
        if row.ladder:
            yield from _row_ladder_faults(policy, where, row)
        is_last = place == len(policy.rows)
        if is_last and row.when is not None:
            yield f"{where}: the last row has no condition, so that no case falls through"
        last_of_its_table = next(table for table in policy.tables if table.id == row.table).rows[-1].id == row.id
        if not is_last and row.when is None and not last_of_its_table:
            yield f"{where}: only the last row of a table may be without a condition"
    if policy.tables[-1].when is not None:
        yield f"table “{policy.tables[-1].id}”: the last table has no condition, so that no case falls through"
    yield from (f"table “{table.id}”: only the last table may be without a condition" for table in policy.tables[:-1] if table.when is None)


def _treatment_faults(policy: Policy, where: str, names: Iterable[str]) -> Iterator[str]:
    yield from (f"{where}: treatment “{name}” is not among the treatments" for name in names if name not in policy.treatments)


def _row_ladder_faults(policy: Policy, where: str, row: Row) -> Iterator[str]:
    if row.ladder not in policy.ladders:
        yield f"{where}: ladder “{row.ladder}” is not among the ladders"
    elif row.from_stage is not None and row.from_stage not in [stage.id for stage in policy.ladders[row.ladder].stages]:
        yield f"{where}: stage “{row.from_stage}” is not in ladder “{row.ladder}”"
    if row.alternatives:
        yield f"{where}: alternatives belong to the ladder's steps"


END = "end"
"""Id of the stage and step of a case for which every step was tried."""


def _ladder_faults(policy: Policy, ladder: Ladder) -> Iterator[str]:
    where = f"ladder “{ladder.id}”"
    stages = [stage.id for stage in ladder.stages]
    if END in stages:
        yield f"{where}: a stage cannot be called “{END}”"
    yield from _treatment_faults(policy, where, (ladder.waiting.treatment, ladder.end.treatment))
    for place, stage in enumerate(ladder.stages):
        at = f"{where}, stage “{stage.id}”"
        if place == 0 and (stage.enter is not None or stage.back_to is not None):
            yield f"{at}: the first stage has neither enter nor back_to"
        if place > 0 and stage.enter is None:
            yield f"{at}: enter is missing; without it nothing says why it becomes firmer"
        if place > 0 and stage.back_to not in stages[:place]:
            yield f"{at}: back_to is to name a softer stage, one of {', '.join(stages[:place])}"
        if stage.steps[0].when is not None:
            yield f"{at}: the first step has no condition; enter says when the stage begins"
        for step in stage.steps:
            yield from _treatment_faults(policy, f"{at}, step “{step.id}”", (step.treatment, *step.alternatives))
    if ladder.end.back_to is not None and ladder.end.back_to not in stages:
        yield f"{where}, end: stage “{ladder.end.back_to}” is not in this ladder"


def _money_faults(policy: Policy) -> Iterator[str]:
    """Costs, gains, limits and parameters that name nothing or cannot be compared."""
    if (policy.costs or policy.values or any(limit.kind == "budget" for limit in policy.capacity.values())) and not policy.currency:
        yield "currency is missing: costs, values and budgets are amounts"
    yield from _treatment_faults(policy, "costs", policy.costs)
    for kind, names in (("agent_minutes", [cost.skill for cost in policy.costs.values()]), ("budget", [cost.budget for cost in policy.costs.values()])):
        limited = {limit.of for limit in policy.capacity.values() if limit.kind == kind}
        yield from (f"costs: “{name}” has no limit of kind {kind} in capacity" for name in sorted({name for name in names if name} - limited))
    if policy.values is not None:
        yield from _treatment_faults(policy, "values", [policy.values.leave_alone, *(gain.treatment for gain in policy.values.gains)])
    for experiment in policy.experiments.values():
        yield from _treatment_faults(policy, f"experiment “{experiment.id}”", experiment.treatments)
        if sum(arm.share_per_10000 for arm in experiment.arms) != 10000:
            yield f"experiment “{experiment.id}”: the shares of its arms do not add up to 10000"
    yield from experiment_faults(policy)
    for parameter in policy.parameters.values():
        if isinstance(parameter.value, str) != (parameter.type == ParameterType.TEXT):
            yield f"parameter “{parameter.id}”: “{parameter.value}” is not a value of type {parameter.type}"


def policy_schema() -> dict[str, Any]:
    """JSON Schema (draft 2020-12) of a policy file, for editors; made of the declarations in `parts.py`."""
    text, name = {"type": "string"}, {"propertyNames": {"pattern": f"^{NAME.pattern}$"}}
    properties: dict[str, Any] = {
        "policy": {**text, "description": "name of the policy"},
        "format": {"enum": list(FORMATS), "description": "2; without it 1, which has treatments and rows alone"},
        "label": {"$ref": "#/$defs/sentence"},
        "currency": {**text, "pattern": "^[A-Z]{3}$", "description": "currency of every amount in capacity, costs and values"},
        **{key: {"type": "object", **name, "additionalProperties": schema_of(part, with_id=False)} for key, (part, _) in KEYED.items()},
        "rows": {"type": "array", "minItems": 1, "items": schema_of(Row, with_id=True)},
        "tables": {"type": "array", "minItems": 1, "items": schema_of(Table, with_id=True)},
        "values": schema_of(Values, with_id=True),
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Policy of arrears", "type": "object", "properties": properties,
        "required": ["policy", "label", "treatments"], "oneOf": [{"required": ["rows"]}, {"required": ["tables"]}], "additionalProperties": False,
        "$defs": {"sentence": {
            "type": "object", "properties": {"en": {**text, "minLength": 1}, "zh": {**text, "minLength": 1}}, "required": ["en", "zh"], "additionalProperties": False,
        }},
    }
