"""Alerts from night to night through the real database: ignored and escalated, acknowledged and silent, ended and told."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from arrears.core.problems import AnswerIsNo
from arrears.engine.home import Home, HomeSettings
from arrears.engine.nightly import RunRequest, nightly
from arrears.engine.use_cases.policies import find_policy
from arrears.intake.book.layout import open_book
from arrears.intake.book.taking_in import take_in
from tests.engine.test_case_records import MAPPING
from tests.intake.book.keeper import KeeperInMemory


class Nights:
    """A bank with two people who never paid, its home, and the nights over its book."""

    def __init__(self, folder: Path, institution_id: int, records: Any) -> None:
        self.home, self.institution_id, self.records, self.keeper = Home(folder / "home"), institution_id, records, KeeperInMemory()
        self.home.make()
        self.home.write_settings(HomeSettings("CN", "CNY", "en", "Test Bank"))
        self.files = folder
        open_book(self.home.book("main"), "main", institution_id, created=date(2026, 1, 1))
        self.deliver("accounts.csv", "loan,person\nL1,Lin\nL2,Wang\n")
        self._give_keys()
        self.deliver("instalments.csv", "loan,number,due_on,amount\n" + "".join(f"L{n},{i},2026-0{i}-10,100.00\n" for n in (1, 2) for i in (1, 2, 3)))

    def _give_keys(self) -> None:
        """The key under which what concerns a person is sealed, as an import gives it."""
        from arrears.casefile.store.institution import acting_for
        from arrears.casefile.store.vault import default_vault

        (parties,) = self.home.book("main").glob("batches/*/parties.parquet")
        with acting_for(self.institution_id):
            default_vault().new_party_keys(pq.read_table(parties).column("party_id").to_pylist())

    def deliver(self, name: str, text: str) -> None:
        file = self.files / name
        file.write_text(text, encoding="utf-8")
        report = take_in([file], MAPPING, self.home.book("main"), self.keeper, received_on=date(2026, 1, 1), pool_dir=self.files / "pool", seal_pool=lambda b: b)
        assert report.findings == 0, report.message

    def night(self, on: str) -> dict[int, dict[str, Any]]:
        """One night; its alerts by person, each person in these stories having one."""
        day = date.fromisoformat(on)
        request = RunRequest(self.home.book("main"), self.home.runs / "main", day, datetime(2026, 1, 1, tzinfo=UTC), "night", find_policy(None))
        rows = pq.read_table(nightly(request, self.records).folder / "alerts.parquet").to_pylist()
        return {row["party_id"]: row for row in rows if row["state"] != "resolved" or row["resolution_en"] != "Told in another alert about the same payment."}

    def acknowledge(self, alert_id: int, on: str, actor: str = "lin", note: str = "") -> bool:
        from arrears.engine.use_cases.alerts import acknowledge

        return acknowledge(self.home, self.institution_id, alert_id, note, actor=actor, at=datetime.fromisoformat(f"{on}T10:00:00+00:00"))


@pytest.fixture
def nights(database: Any, tmp_path: Path, envelope_key: bytes) -> Iterator[Nights]:
    from arrears.casefile.store.ids import random_id
    from arrears.casefile.store.institution import create_institution
    from arrears.engine.case_records import CaseRecords

    institution_id = create_institution(f"Bank {random_id()}")
    yield Nights(tmp_path, institution_id, CaseRecords(institution_id))


def test_one_missed_first_payment_is_one_alert_that_waits_is_escalated_and_ends_when_the_money_comes(nights: Nights) -> None:
    first = nights.night("2026-01-15")
    assert {(row["kind"], row["state"], row["raised_on"]) for row in first.values()} == {("first_payment_default", "new", date(2026, 1, 15))}
    assert all("New in arrears" in row["further_en"] and "新入催" in row["further_zh"] for row in first.values())
    ignored, taken = sorted(first)
    assert nights.acknowledge(first[taken]["alert_id"], "2026-01-15")
    second = nights.night("2026-01-17")
    assert (second[ignored]["state"], second[ignored]["nights_open"], second[taken]["state"]) == ("open", 2, "acknowledged")
    third = nights.night("2026-01-18")
    assert (third[ignored]["state"], third[taken]["state"]) == ("escalated", "acknowledged"), "three days ignored, and silence where somebody took it on"
    nights.deliver("payments.csv", "loan,payment,paid_on,amount\nL1,P1,2026-01-18,100.00\nL2,P2,2026-01-18,100.00\n")
    fourth = nights.night("2026-01-19")
    assert {(row["state"], row["resolved_on"], row["resolution_en"]) for row in fourth.values()} == {("resolved", date(2026, 1, 19), "Nothing of this person is overdue any more.")}
    assert {row["state"] for row in nights.night("2026-01-25").values()} == {"resolved"}
    assert nights.night("2026-01-26") == {}, "seven days later nobody is told any more"


def test_an_acknowledged_alert_that_gets_worse_speaks_again_as_another(nights: Nights) -> None:
    first = nights.night("2026-01-15")
    for row in first.values():
        nights.acknowledge(row["alert_id"], "2026-01-16")
    later = nights.night("2026-02-12")
    assert {(row["kind"], row["state"]) for row in later.values()} == {("worse_bucket", "new")}
    assert all("very first payment" in row["further_en"] for row in later.values())


def test_an_alert_that_has_ended_cannot_be_taken_on(nights: Nights) -> None:
    alert = next(iter(nights.night("2026-01-15").values()))
    nights.deliver("payments.csv", "loan,payment,paid_on,amount\nL1,P1,2026-01-16,100.00\nL2,P2,2026-01-16,100.00\n")
    nights.night("2026-01-17")
    with pytest.raises(AnswerIsNo, match="No current run has this alert"):
        nights.acknowledge(alert["alert_id"], "2026-01-17")


def test_of_two_people_who_take_an_alert_on_at_the_same_time_one_does_and_the_other_is_told(nights: Nights, monkeypatch: pytest.MonkeyPatch) -> None:
    from django.db import connections

    from arrears.casefile.store import load
    from arrears.casefile.store.institution import acting_for

    alert = next(iter(nights.night("2026-01-15").values()))
    look = load.alert_acknowledgements

    def look_slowly(alert_id: int) -> Any:
        found = look(alert_id)
        time.sleep(0.5)  # Long enough for the other to look before anything is written, were they not kept apart.
        return found

    monkeypatch.setattr(load, "alert_acknowledgements", look_slowly)
    answers: dict[str, bool] = {}

    def take_on(actor: str) -> None:
        answers[actor] = nights.acknowledge(alert["alert_id"], "2026-01-15", actor)
        connections.close_all()

    both = [threading.Thread(target=take_on, args=(actor,)) for actor in ("lin", "wang")]
    for one in both:
        one.start()
    for one in both:
        one.join(60)
    with acting_for(nights.institution_id):
        facts = look(alert["alert_id"])
    assert sorted(answers.values()) == [False, True]
    assert [fact.acknowledged_by for fact in facts] == [actor for actor, done in answers.items() if done]
