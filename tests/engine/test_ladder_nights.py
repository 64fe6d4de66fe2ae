"""Does a case climb its ladder from one night to the next, and come back when the debtor answers?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from arrears.decide.policy.table import Policy, read_policy
from arrears.engine.case_changes import NOTHING_CHANGED, Frozen, digest_of_tables
from arrears.engine.columns_engine import EngineSettings
from arrears.engine.decision_words import in_words_sql
from arrears.engine.nightly import RunRequest, RunResult, nightly
from arrears.intake.sample.making import make_sample, seeded_ids

LATER = date(2026, 11, 23)
WAITED = 4
EARLIER = LATER - timedelta(days=WAITED)
POLICY = Path(__file__).parents[1] / "decide" / "policies" / "ladder.yaml"
LATE_ROW = """      - id: late
        when: days_past_due > 20
        ladder: consumer
        from_stage: firmer
        reason: {en: Late already., zh: 已逾期较久。}
      - id: everybody
"""


@dataclass(frozen=True)
class Contacts:
    """What is recorded of contacts by the night: people who were only reached out to, and people who answered."""

    silent: tuple[int, ...] = ()
    answered: tuple[int, ...] = ()

    def freeze(self, on: date) -> Frozen:
        told = [(party, "no_answer") for party in self.silent] + [(party, "conversation") for party in self.answered]
        rows = pa.table({
            "party_id": pa.array([party for party, _ in told], pa.int64()), **dict.fromkeys(("covers_from", "covers_to"), pa.array([EARLIER + timedelta(days=1)] * len(told), pa.date32())),
            "occurred_on": pa.array([EARLIER + timedelta(days=1)] * len(told), pa.date32()),
            "channel": pa.array(["call"] * len(told), pa.string()), "outcome": pa.array([outcome for _, outcome in told], pa.string()),
        })
        return Frozen({"contact_history": rows}, digest_of_tables({"contact_history": rows}))

    def bring_up_to_date(self, decisions: Path, facts: dict[str, Any], *, actor: str, at: datetime) -> dict[str, int]:
        return dict(NOTHING_CHANGED)


def night(book: Path, on: date, by: Policy, cases: Contacts) -> RunResult:
    return nightly(RunRequest(book, book.parent / "runs", on, datetime(2026, 11, 23, tzinfo=UTC), "night", by, engine=EngineSettings(2, "1GB")), cases)


def stands(result: RunResult) -> dict[int, tuple[str, str, str, date, str, str]]:
    worded = in_words_sql(result.folder, f"SELECT * FROM '{result.folder}/decisions.parquet'")
    with duckdb.connect(":memory:") as connection:
        rows = connection.execute(f"SELECT party_id, stage, step, rule, step_since, treatment, reason_en FROM ({worded}) WHERE ladder IS NOT NULL").fetchall()
    return {row[0]: row[1:] for row in rows}


def busy(book: Path) -> set[int]:
    """Of whom does the book itself tell a payment or a contact between the nights?"""
    files = {name: f"read_parquet('{book}/batches/*/{name}.parquet')" for name in ("payments", "accounts", "contact_history")}
    with duckdb.connect(":memory:") as connection:
        found = connection.execute(
            f"SELECT party_id FROM {files['payments']} p JOIN {files['accounts']} a USING (account_id) WHERE p.paid_on >= ? "
            f"UNION SELECT party_id FROM {files['contact_history']} c WHERE c.occurred_on >= ?", [EARLIER] * 2).fetchall()
    return {party for (party,) in found}


@pytest.fixture(scope="module")
def nights(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Two nights of one book. Between them one person of the first step is written to and one is not; two firmly treated answer or keep silent."""
    book = tmp_path_factory.mktemp("home") / "loans"
    make_sample(book, 800, 11, LATER, None, name="loans", institution_id=1, id_source=seeded_ids(11))
    text = POLICY.read_text(encoding="utf-8").replace("      - id: everybody\n", LATE_ROW)
    by = read_policy(text[:text.index("capacity:\n")])
    first = stands(night(book, EARLIER, by, Contacts()))
    stirred = busy(book)
    quiet = {party: told for party, told in first.items() if party not in stirred}
    reminded = sorted(party for party, told in quiet.items() if told[:2] == ("amicable", "reminder"))
    firm = sorted(party for party, told in quiet.items() if told[:2] == ("firmer", "letter"))
    assert len(reminded) >= 3 and len(firm) >= 2
    people = {"written_to": reminded[0], "not_reached": reminded[1], "answers_early": reminded[2], "answers": firm[0], "silent": firm[1]}
    contacts = Contacts(silent=(people["written_to"],), answered=(people["answers_early"], people["answers"]))
    return {"people": people, "first": first, "second": stands(night(book, LATER, by, contacts))}


def of(nights: dict[str, Any], who: str) -> tuple[tuple[str, str], tuple[str, str], str]:
    """Stage and step in the first night, in the second, and the treatment of the second."""
    party = nights["people"][who]
    first, second = nights["first"][party], nights["second"][party]
    return first[:2], second[:2], second[4]


def test_a_step_that_was_done_is_followed_by_the_next_when_its_wait_is_over(nights: dict[str, Any]) -> None:
    assert of(nights, "written_to") == (("amicable", "reminder"), ("amicable", "call"), "call")
    assert nights["second"][nights["people"]["written_to"]][3] == LATER, "the step begins with the night that came to it"


def test_a_step_that_was_not_done_yet_is_proposed_again_and_keeps_its_first_day(nights: dict[str, Any]) -> None:
    assert of(nights, "not_reached") == (("amicable", "reminder"), ("amicable", "reminder"), "reminder")
    assert nights["second"][nights["people"]["not_reached"]][3] == EARLIER


def test_who_answers_in_a_firmer_stage_comes_back_to_the_amicable_one_and_is_left_in_peace_for_a_while(nights: dict[str, Any]) -> None:
    first, second, treatment = of(nights, "answers")
    assert first == ("firmer", "letter") and second[0] == "amicable" and treatment == "wait"
    assert "we go on amicably" in nights["second"][nights["people"]["answers"]][5]
    assert of(nights, "silent")[1] == ("firmer", "letter"), "who kept silent is where the letter was"


def test_who_answers_the_first_reminder_begins_the_stage_anew_after_quiet_days(nights: dict[str, Any]) -> None:
    _, second, treatment = of(nights, "answers_early")
    assert second[0] == "amicable" and treatment == "wait"
