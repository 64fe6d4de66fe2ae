"""Is every fault that an author can make found, with its place, its reason and a way out?"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import ibis
import pytest

from arrears.decide.policy.checking import PolicyFinding, Severity
from arrears.decide.policy.columns import CASE_SCHEMA
from arrears.decide.policy.conditions import ConditionNotAccepted, parse_condition
from arrears.engine.conduct_packs import every_pack
from arrears.engine.use_cases.policy_checking import Asked, check_text
from tests.decide.test_policy_shape import LADDER_FILE, spoilt

ROOT = Path(__file__).parents[2]
ON = date(2026, 3, 2)
CHINA = Asked(frozenset({"CN"}), ("Asia/Shanghai",))


def findings(text: str, asked: Asked = CHINA) -> list[PolicyFinding]:
    return check_text(text, "policy.yaml", ON, every_pack(), asked)[1]


def with_row(when: str, **more: Any) -> str:
    """The file with one more row above the last but one."""
    import yaml

    raw = yaml.safe_load(LADDER_FILE.read_text(encoding="utf-8"))
    raw["tables"][1]["rows"].insert(1, {"id": "planted", "when": when, "treatment": "call", "reason": {"en": "Planted.", "zh": "所加之行。"}, **more})
    return yaml.safe_dump(raw, allow_unicode=True)


PLANTED: list[tuple[str, str, str, str]] = [
    ("a column that is none", with_row("colour = 'red'"), "condition", "planted"),
    ("types that do not fit", with_row("days_past_due = 'ten'"), "condition", "planted"),
    ("a protected attribute", with_row("age_band = '60+'"), "protected", "planted"),
    ("a likely proxy", with_row("language = 'en'"), "proxy", "planted"),
    ("a row below one that takes all its cases", with_row("refusals >= 4 and amount_at_stake_minor > 600000"), "unreachable", "planted"),
    ("a row about cases that a guard holds", with_row("hold_kinds = 'dispute'"), "unreachable", "planted"),
    ("a row that holds for nobody", with_row("days_past_due between 30 and 10"), "never_holds", "planted"),
    ("a row that overlaps with one above", with_row("refusals > 1"), "overlap", "planted"),
    ("a gap between two rows", with_row("days_past_due < 10 or days_past_due > 10"), "gap", "everybody"),
    ("a condition that cannot be judged", with_row("amount_overdue_minor * 2 > balance_minor"), "not_judged", "planted"),
    ("a treatment nobody gets", spoilt(tables__0__rows__0__treatment="review", ladders__consumer__stages__0__steps__1__treatment="reminder"), "unused", "treatment “call”"),
    ("a segment without use", spoilt(ladders__consumer__stages__0__steps__1__when="accounts_overdue = 1"), "unused", "segment “several_debts”"),
    ("a ladder that goes round for ever", spoilt(ladders__consumer__back__when="days_past_due > 0"), "endless", "ladder “consumer”"),
    ("a stage that nobody enters", spoilt(ladders__consumer__stages__1__enter="days_past_due < 0"), "never_holds", "stage “firmer”"),
    ("a step that is never done", spoilt(ladders__consumer__stages__0__steps__0__until="contacts_since_step > 3 and contacts_since_step < 2"), "never_holds", "reminder"),
    ("a contact night after night", spoilt(ladders__consumer__stages__0__steps__0__until=...), "repeated_contact", "reminder"),
    ("waiting that calls", spoilt(ladders__consumer__waiting__treatment="call"), "waiting_contacts", "waiting"),
    ("an end without a person", spoilt(ladders__consumer__end__treatment="wait"), "end_without_person", "end"),
    ("a contact by no channel", spoilt(treatments__call__channel="none"), "channel", "treatment “call”"),
    ("an unknown channel", spoilt(treatments__call__channel="pigeon"), "shape", "treatment “call”"),
    ("a suit by machine", spoilt(treatments__suit_proposal__automatic=True), "shape", "treatment “suit_proposal”"),
    ("a suit for lateness alone", with_row("days_past_due > 90", treatment="suit_proposal"), "weighty_by_lateness", "planted"),
    ("a machine on a channel that is not cleared", spoilt(treatments__letter__automatic=True), "not_cleared", "letter"),
    ("a negative cost", spoilt(costs__call__cost_minor=-1), "shape", "cost “call”"),
    ("a reason in one language", spoilt(tables__0__rows__0__reason={"en": "Only English.", "zh": "Only English."}), "language", "organisation"),
    ("a reason that is missing", spoilt(tables__0__rows__0__reason={"en": "Only English."}), "shape", "table “organisations”"),
    ("figures in one language", spoilt(tables__0__rows__0__reason={"en": "{refusals} times.", "zh": "多次。"}), "placeholders", "organisation"),
    ("words that shame", spoilt(tables__0__rows__0__reason={"en": "A deadbeat.", "zh": "老赖。"}), "words", "organisation"),
    ("an experiment with a suit", spoilt(experiments__later_first_call__treatments=["suit_proposal"]), "shape", "experiment “later_first_call”"),
    ("a gain that seems free", spoilt(costs={"call": {"cost_minor": 50}}, capacity={}), "no_cost", "reminder"),
    ("limits with nothing to put in order under them", spoilt(values=...), "no_values", "capacity"),
]


@pytest.mark.parametrize(("story", "text", "kind", "where"), PLANTED, ids=[story for story, *_ in PLANTED])
def test_a_planted_fault_is_found_at_its_place_with_a_way_out(story: str, text: str, kind: str, where: str) -> None:
    found = [one for one in findings(text) if one.kind == kind and where in one.where]
    assert found, [(one.kind, one.where, one.why.en) for one in findings(text)]
    assert all(one.why.en and one.why.zh and one.remedy.en and one.remedy.zh for one in found)


def test_a_whole_policy_has_no_fault_and_no_warning() -> None:
    found = [one for one in findings(LADDER_FILE.read_text(encoding="utf-8")) if one.severity != Severity.NOTE]
    assert not found, found


@pytest.mark.parametrize("file", sorted((ROOT / "policies").glob("*.yaml")), ids=lambda file: file.stem)
def test_a_shipped_policy_has_no_fault(file: Path) -> None:
    asked = Asked(frozenset({"US", "US-CA"}), ("America/Los_Angeles",)) if file.stem.endswith("_us") else CHINA
    found = [one for one in findings(file.read_text(encoding="utf-8"), asked) if one.severity == Severity.FAULT]
    assert not found, found


def test_a_contact_that_the_law_refuses_to_everybody_is_found() -> None:
    found = [one for one in findings(LADDER_FILE.read_text(encoding="utf-8"), Asked(frozenset({"ZZ"}), ("UTC",))) if one.kind == "law"]
    assert {one.where for one in found} == {"treatment “reminder”", "treatment “call”"}


MALICIOUS = [
    "exists (select 1)", "days_past_due in (select 1)", "(select max(refusals) from parties) > 1", "read_csv('secret.csv') is null", "read_text('secret') = 'x'",
    "COPY cases TO 'out.csv'", "attach 'other.db'", "pragma version", "install httpfs", "load httpfs", "1 = 1; drop table cases", "row_number() over () = 1",
    "sum(refusals) over (partition by kind) > 1", "getenv('HOME') = 'x'", "current_setting('home_directory') = 'x'", "random() > 0", "now() > date '2026-01-01'",
    "kind like '%'", "regexp_matches(kind, '.*')", "case when refusals > 0 then true else false end", "cases.kind = 'person'", "* = 1", "[x for x in [1]] = [1]",
    "refusals::varchar = '1'", "cast(refusals as varchar) = '1'", "refusals / 0 > 1", "query('select 1') is null", "kind = 'a' union select true", "$1 = 1", "? = 1",
]


@pytest.mark.parametrize("text", MALICIOUS)
def test_a_condition_that_reaches_further_than_its_case_is_refused(text: str) -> None:
    with pytest.raises(ConditionNotAccepted):
        parse_condition(text, ibis.table(CASE_SCHEMA, name="cases"))
    assert any(one.kind == "condition" and "planted" in one.where for one in findings(with_row(text)))
