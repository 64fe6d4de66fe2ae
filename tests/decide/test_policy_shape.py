"""Is a policy file of format 2 taken apart whole, and is each fault of its shape named?"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from arrears.decide.policy.parts import Policy
from arrears.decide.policy.table import PolicyNotValid, policy_schema, read_policy

LADDER_FILE = Path(__file__).parent / "policies" / "ladder.yaml"
SHIPPED = sorted((Path(__file__).parents[2] / "policies").glob("*.yaml"))


def spoilt(**changes: Any) -> str:
    """The file with values replaced at paths such as ladders__consumer__stages__0__id; ... takes the key away."""
    raw = yaml.safe_load(LADDER_FILE.read_text(encoding="utf-8"))
    for path, value in changes.items():
        *parents, last = [int(step) if step.isdigit() else step for step in path.split("__")]
        place: Any = raw
        for step in parents:
            place = place[step]
        if value is ...:
            del place[last]
        else:
            place[last] = value
    return yaml.safe_dump(raw, allow_unicode=True)


@pytest.fixture(scope="module")
def ladder_policy() -> Policy:
    return read_policy(LADDER_FILE.read_text(encoding="utf-8"), LADDER_FILE.name)


def test_every_section_is_read(ladder_policy: Policy) -> None:
    ladder = ladder_policy.ladders["consumer"]
    assert [stage.id for stage in ladder.stages] == ["amicable", "firmer", "pre_legal"]
    assert ladder.stages[1].back_to == "amicable" and ladder.stages[0].steps[0].wait_days == 3
    assert [row.table for row in ladder_policy.rows] == ["organisations", "persons", "persons"]
    assert ladder_policy.parameters["small_minor"].value == 500000
    assert ladder_policy.capacity["callers"].amount == 4800 and ladder_policy.costs["call"].skill == "negotiation"
    assert ladder_policy.values is not None and ladder_policy.values.gains[0].gain_per_million == 40000
    assert sum(arm.share_per_10000 for arm in ladder_policy.experiments["later_first_call"].arms) == 10000
    assert len(ladder_policy.digest) == 64 and ladder_policy.version == ladder_policy.digest[:16]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (spoilt(format=3), "format “3” is none of 1, 2"),
        (spoilt(colour="red"), "“colour” is not known"),
        (spoilt(currency=...), "currency is missing"),
        (spoilt(currency="yuan"), "code of three letters"),
        (spoilt(rows=[]), "“rows” .* “tables” .* not both"),
        (spoilt(tables__1__rows__0__treatment="call"), "a treatment or a ladder, and not both"),
        (spoilt(tables__1__rows__0__ladder="none"), "ladder “none” is not among the ladders"),
        (spoilt(tables__1__rows__0__from_stage="war"), "stage “war” is not in ladder"),
        (spoilt(tables__1__when="kind = 'person'"), "the last table has no condition"),
        (spoilt(tables__0__when=...), "only the last table may be without"),
        (spoilt(tables__0__id="persons"), "table “persons”: this id is taken"),
        (spoilt(tables__0__rows__0__id="everybody"), "row “everybody”: this id is taken"),
        (spoilt(tables__1__rows__1__when="refusals > 1"), "the last row has no condition"),
        (spoilt(tables__1__rows__0__when=...), "only the last row of a table"),
        (spoilt(ladders__consumer__stages__0__enter="refusals > 1"), "first stage has neither enter nor back_to"),
        (spoilt(ladders__consumer__stages__1__enter=...), "enter is missing"),
        (spoilt(ladders__consumer__stages__1__back_to="pre_legal"), "a softer stage, one of amicable"),
        (spoilt(ladders__consumer__stages__1__id="end"), "cannot be called “end”"),
        (spoilt(ladders__consumer__stages__1__id="amicable"), "the id “amicable” is taken"),
        (spoilt(ladders__consumer__stages__0__steps__0__wait_days=-1), "wait_days -1 is below 0"),
        (spoilt(ladders__consumer__stages__0__steps__0__treatment="shout"), "treatment “shout” is not among"),
        (spoilt(ladders__consumer__end__back_to="war"), "stage “war” is not in this ladder"),
        (spoilt(costs__call__minutes=True), "minutes is not a whole number"),
        (spoilt(costs__call__cost_minor=-5), "cost_minor -5 is below 0"),
        (spoilt(costs__call__skill="juggling"), "“juggling” has no limit of kind agent_minutes"),
        (spoilt(costs__dance={"cost_minor": 1}), "treatment “dance” is not among"),
        (spoilt(parameters__small_minor__value="much"), "not a value of type amount"),
        (spoilt(parameters__refusals={"type": "whole", "value": 1, "unit": "times", "label": {"en": "x", "zh": "x"}}), "“refusals” is a case column"),
        (spoilt(experiments__later_first_call__arms__0__share_per_10000=1), "do not add up to 10000"),
        (spoilt(experiments__later_first_call__arms__0__price=3), "“price” is not known"),
        (spoilt(treatments__call__label={"en": "Call"}), "a text in en and one in zh"),
        (spoilt(treatments__call__weighty="shame"), "none of relief_refusal"),
        ("policy: x\npolicy: y\n", "written twice"),
    ],
)
def test_a_fault_of_the_shape_is_named(text: str, says: str) -> None:
    with pytest.raises(PolicyNotValid, match=says):
        read_policy(text)


@pytest.mark.parametrize("file", [LADDER_FILE, *SHIPPED], ids=lambda file: file.stem)
def test_the_schema_for_editors_accepts_what_the_reader_accepts(file: Path) -> None:
    jsonschema.Draft202012Validator.check_schema(policy_schema())
    jsonschema.validate(yaml.safe_load(file.read_text(encoding="utf-8")), policy_schema())


@pytest.mark.parametrize(
    "text", [spoilt(colour="red"), spoilt(costs__call__cost_minor=-5), spoilt(treatments__call__channel="pigeon"), spoilt(treatments__call__label={"en": "Call"})],
)
def test_the_schema_for_editors_shows_a_fault_while_it_is_typed(text: str) -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(yaml.safe_load(text), policy_schema())
