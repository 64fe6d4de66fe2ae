"""Do nights open, change, close and reopen cases, each once, with their entries?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from arrears.engine.case_changes import NoCases
from arrears.engine.nightly import RunRequest, RunResult, nightly
from arrears.engine.use_cases.policies import find_policy
from arrears.intake.book.layout import open_book
from arrears.intake.book.mapping import parse_mapping
from arrears.intake.book.taking_in import take_in
from tests.intake.book.keeper import KeeperInMemory

AT = datetime(2026, 3, 1, tzinfo=UTC)
MAPPING = parse_mapping(
    """
mapping: story
currency: CNY
files:
  accounts:
    pattern: "accounts*.csv"
    tables:
      parties: {party: person, kind: {constant: person}}
      accounts: {account: loan, party: person, product: {constant: loan}}
  instalments:
    pattern: "instalments*.csv"
    tables:
      instalments: {account: loan, number: number, due_on: {column: due_on, date: "%Y-%m-%d"}, principal_minor: {amount: amount}}
  payments:
    pattern: "payments*.csv"
    tables:
      payments: {account: loan, payment: payment, paid_on: {column: paid_on, date: "%Y-%m-%d"}, amount_minor: {amount: amount}}
  contacts:
    pattern: "contacts*.csv"
    tables:
      contact_history: {party: person, covers_from: {column: covers_from, date: "%Y-%m-%d"}, covers_to: {column: covers_to, date: "%Y-%m-%d"}}
""",
    "story.yaml",
)


class Story:
    """A book of two people, and the nights over it."""

    def __init__(self, folder: Path, institution_id: int, records: Any) -> None:
        self.folder, self.records, self.keeper = folder, records, KeeperInMemory()
        open_book(folder / "book", "book", institution_id, created=date(2026, 1, 1))
        self.deliver("accounts.csv", "loan,person\nL1,Lin\nL2,Wang\n")
        self.deliver("instalments.csv", "loan,number,due_on,amount\n" + "".join(f"L{n},{i},2026-0{i}-10,100.00\n" for n in (1, 2) for i in (1, 2, 3)))
        self.deliver("contacts.csv", "person,covers_from,covers_to\nLin,2025-01-01,2026-12-31\nWang,2025-01-01,2026-12-31\n")

    def deliver(self, name: str, text: str) -> None:
        file = self.folder / name
        file.write_text(text, encoding="utf-8")
        report = take_in([file], MAPPING, self.folder / "book", self.keeper, received_on=date(2026, 1, 1), pool_dir=self.folder / "pool", seal_pool=lambda b: b)
        assert report.findings == 0, report.message

    def night(self, on: str, records: Any = None) -> RunResult:
        request = RunRequest(self.folder / "book", self.folder / "runs", date.fromisoformat(on), AT, "night", find_policy(None))
        return nightly(request, records or self.records)

    def treatments(self, on: str) -> list[str]:
        return pq.read_table(self.folder / "runs" / on / "1" / "decisions.parquet").column("treatment").to_pylist()


@pytest.fixture
def story(database: Any, tmp_path: Path, envelope_key: bytes) -> Iterator[Story]:
    from arrears.casefile.store.ids import random_id
    from arrears.casefile.store.institution import create_institution
    from arrears.engine.case_records import CaseRecords

    institution_id = create_institution(f"Bank {random_id()}")
    yield Story(tmp_path, institution_id, CaseRecords(institution_id))


def counts(result: RunResult) -> tuple[int, int, int, int]:
    cases = result.facts["cases"]
    return cases["opened"], cases["reopened"], cases["closed"], cases["decided"]


def test_a_case_opens_is_decided_anew_closes_and_opens_again(story: Story) -> None:
    assert counts(story.night("2026-01-10")) == (0, 0, 0, 0)
    assert counts(story.night("2026-01-12")) == (2, 0, 0, 2)
    assert counts(story.night("2026-01-13")) == (0, 0, 0, 0), "a day older, the same treatment: nothing to record"
    story.deliver("payments1.csv", "loan,payment,paid_on,amount\nL1,P1,2026-01-13,100.00\n")
    assert counts(story.night("2026-01-14")) == (0, 0, 1, 1)
    assert counts(story.night("2026-02-11"))[:3] == (0, 1, 0)


def test_every_event_and_decision_has_its_entry_and_every_chain_verifies(story: Story) -> None:
    from arrears.casefile.store import load
    from arrears.casefile.store.institution import acting_for

    story.night("2026-01-12")
    story.night("2026-02-20")
    with acting_for(story.records.institution_id):
        cases = load.known_cases("book").to_pylist()
        assert len(cases) == 2
        for case in cases:
            chain = case["case_id"]
            entries = load.journal(chain)
            assert len(entries) == len(load.case_events(chain)) + len(load.decisions(chain))
            assert load.verify_chain(chain) == []
        assert [run.as_of for run in load.runs_published("book")] == [date(2026, 1, 12), date(2026, 2, 20)]


def test_a_look_at_the_past_touches_no_case(story: Story) -> None:
    story.night("2026-02-20")
    past = story.night("2026-01-12")
    assert counts(past) == (0, 0, 0, 0)
    assert past.facts["cases"]["looked_at_the_past"] == 1


def test_a_look_at_the_past_from_another_folder_touches_no_case_either(story: Story, tmp_path: Path) -> None:
    story.night("2026-02-20")
    elsewhere = RunRequest(story.folder / "book", tmp_path / "elsewhere", date(2026, 1, 12), AT, "night", find_policy(None))
    assert nightly(elsewhere, story.records).facts["cases"]["looked_at_the_past"] == 1


def test_a_night_killed_after_the_cases_and_before_its_publication_changes_nothing_twice(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    from arrears.engine import nightly as module

    def killed(*_: Any) -> RunResult:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(module, "publish", killed)
        with pytest.raises(KeyboardInterrupt):
            story.night("2026-01-12")
    again = story.night("2026-01-12")
    assert again.taken_up
    assert again.facts["cases"]["recorded_before"] == 1
    assert counts(story.night("2026-01-13")) == (0, 0, 0, 0)


def test_a_hold_placed_by_a_colleague_stops_contact_from_that_night_on(story: Story) -> None:
    from arrears.casefile.facts.hold import Blocked, Hold, HoldKind, MayLift
    from arrears.casefile.store import load
    from arrears.casefile.store.append import append
    from arrears.casefile.store.ids import random_id
    from arrears.casefile.store.institution import acting_for
    from arrears.casefile.store.vault import default_vault

    story.night("2026-01-25")
    assert "hold_respected" not in story.treatments("2026-01-25")
    with acting_for(story.records.institution_id):
        party_id = load.known_cases("book").column("party_id")[0].as_py()
        default_vault().new_party_keys([party_id])
        hold = Hold(random_id(), party_id, HoldKind.DISPUTE, "says it was paid", date(2026, 1, 26), None, (Blocked.CONTACT,), MayLift.MANAGER)
        append(hold, actor="wei", at=AT, cause="call")
    assert counts(story.night("2026-01-26"))[3] == 1
    assert story.treatments("2026-01-26").count("hold_respected") == 1


def test_figures_do_not_depend_on_where_cases_live(story: Story, tmp_path: Path) -> None:
    with_cases = story.night("2026-02-20")
    without = nightly(RunRequest(story.folder / "book", tmp_path / "elsewhere", date(2026, 2, 20), AT, "night", find_policy(None)), NoCases())
    assert pq.read_table(with_cases.folder / "decisions.parquet").equals(pq.read_table(without.folder / "decisions.parquet"))
