"""A policy comes into force by two people, is kept byte for byte, and an older one comes back the same way."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from arrears.casefile.facts.policy import PolicyPublished
from arrears.casefile.store import load
from arrears.casefile.store.institution import acting_for, create_institution
from arrears.casefile.store.users import create_user
from arrears.core.problems import BadData, Refused, WrongCall
from arrears.decide.policy.table import PolicyNotValid
from arrears.engine.home import Home
from arrears.engine.policy_files import place_of
from arrears.engine.use_cases import approving, deciding, policies
from arrears.engine.use_cases.proving import NotThatPerson, proven

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
PASSWORD = "four quiet words here"
FIRST_STEPS = (Path(__file__).parents[2] / "policies" / "first_steps.yaml").read_text(encoding="utf-8")


@dataclass
class Bank:
    home: Home
    institution: int
    folder: Path
    clock: datetime = AT

    def file(self, days: int) -> Path:
        """First steps with another first threshold, as a file of its own."""
        path = self.folder / f"after_{days}_days.yaml"
        path.write_text(FIRST_STEPS.replace("policy: first_steps", f"policy: after_{days}_days").replace("days_past_due <= 3 and", f"days_past_due <= {days} and"), encoding="utf-8")
        return path

    def tick(self) -> datetime:
        self.clock += timedelta(hours=1)
        return self.clock

    def ask(self, days: int, by: str = "wei") -> int:
        return policies.ask_to_publish(self.home, self.institution, self.file(days), "gentler", username=by, at=self.tick(), actor=by).request_id

    def decide(self, request: int, by: str = "lin", approve: bool = True) -> PolicyPublished | None:
        return deciding.decide(self.home, self.institution, request, approve=approve, reason="read it", username=by, at=self.tick(), actor=by).published

    def publish(self, days: int) -> PolicyPublished:
        published = self.decide(self.ask(days))
        assert published is not None
        return published


@pytest.fixture
def bank(home_of_tests: Home, tmp_path: Path) -> Iterator[Bank]:
    institution = create_institution("Test Bank")
    for name, role in (("wei", "manager"), ("lin", "compliance"), ("hao", "collector")):
        create_user(name, PASSWORD, role=role, institution_id=institution)
    yield Bank(home_of_tests, institution, tmp_path)
    shutil.rmtree(home_of_tests.policies, ignore_errors=True)


def test_until_a_second_person_approves_nothing_changes_and_then_it_decides(bank):
    assert policies.policy_for_run(bank.home, None).policy.name == "first_steps"
    asked = bank.ask(5)
    assert policies.policy_for_run(bank.home, None).policy.name == "first_steps"
    with pytest.raises(approving.NotDecided):
        bank.decide(asked, by="wei")
    published = bank.decide(asked)
    chosen = policies.policy_for_run(bank.home, None)
    assert (chosen.policy.name, chosen.file.number) == ("after_5_days", 1)
    assert published is not None
    assert (published.requested_by, published.approved_by, published.digest, published.version) == ("wei", "lin", chosen.file.digest, chosen.policy.version)
    with acting_for(bank.institution):
        assert [load.parse_header(entry.header).name for entry in load.journal(0)] == ["approval:requested", "approval:decided", "policy:published"]


def test_a_refused_policy_never_decides(bank):
    assert bank.decide(bank.ask(5), approve=False) is None
    assert policies.published(bank.institution) == () and policies.policy_for_run(bank.home, None).policy.name == "first_steps"


def test_what_is_changed_in_the_file_after_it_was_shown_is_not_what_is_approved(bank):
    asked = bank.ask(5)
    file = bank.file(5)
    file.write_text(file.read_text(encoding="utf-8").replace("friendly_call", "senior_review"), encoding="utf-8")
    bank.decide(asked)
    assert "friendly_call" in policies.policy_for_run(bank.home, None).text


@pytest.mark.parametrize("harm", ["changed", "gone"])
def test_a_kept_file_that_was_changed_or_is_gone_decides_nothing_and_is_not_published(harm, bank):
    asked = bank.ask(5)
    (digest,) = [one.request.digest for one in approving.every_approval(bank.institution)]
    kept = place_of(bank.home, digest)
    before = kept.read_bytes()
    kept.unlink()
    if harm == "changed":
        kept.write_bytes(before.replace(b"<= 5", b"<= 50"))
    with pytest.raises((BadData, Refused)):
        bank.decide(asked)
    assert policies.published(bank.institution) == ()
    assert [one.decided for one in approving.every_approval(bank.institution)] == [None], "it still waits"
    kept.write_bytes(before)
    assert bank.decide(asked) is not None
    kept.write_bytes(before + b"# a word more\n")
    with pytest.raises(BadData, match="changed after it was approved"):
        policies.policy_for_run(bank.home, None)


def test_rolling_back_takes_two_people_too_and_publishes_the_older_file_anew(bank):
    first, second = bank.publish(5), bank.publish(4)
    asked = policies.ask_to_roll_back(bank.home, bank.institution, "1", "complaints", username="lin", at=bank.tick(), actor="lin")
    assert policies.policy_for_run(bank.home, None).file.number == second.number == 2
    with pytest.raises(approving.NotDecided):
        bank.decide(asked.request_id, by="lin")
    third = bank.decide(asked.request_id, by="wei")
    assert third is not None
    assert (third.number, third.rolls_back, third.digest, third.version) == (3, 1, first.digest, first.version)
    assert [(one.published.number, one.is_in_force) for one in policies.versions(bank.institution)] == [(3, True), (2, False), (1, False)]
    assert policies.policy_for_run(bank.home, None).policy.name == "after_5_days"


def test_what_is_in_force_is_not_asked_for_again(bank):
    bank.publish(5)
    with pytest.raises(policies.InForceAlready, match="number 1"):
        bank.ask(5)


def test_a_version_is_named_by_its_number_or_its_beginning_and_never_guessed(bank):
    first, second = bank.publish(5), bank.publish(4)
    assert policies.publication(bank.institution, "2") == second
    assert policies.publication(bank.institution, first.version[:6]) == first
    for said in ("7", "", "zzzz", first.version[:3]):
        if not second.version.startswith(said) or len(said) < 4:
            with pytest.raises(policies.NoSuchVersion):
                policies.publication(bank.institution, said)
    assert policies.policy_meant(bank.home, "published").file.number == 2
    assert policies.policy_meant(bank.home, "first_steps").file.number is None


@pytest.mark.parametrize("spoil", [lambda text: text.replace("treatment: wait_a_few_days", "treatment: no_such", 1), lambda text: text.replace("currencies > 1", "no_such_column > 1"),
                                   lambda text: "just words"])
def test_a_policy_with_faults_is_shown_to_nobody(spoil, bank):
    file = bank.file(5)
    file.write_text(spoil(file.read_text(encoding="utf-8")), encoding="utf-8")
    with pytest.raises(PolicyNotValid):
        policies.ask_to_publish(bank.home, bank.institution, file, "gentler", username="wei", at=AT, actor="wei")
    assert approving.every_approval(bank.institution) == ()


def test_a_file_that_is_not_there_or_no_text_is_told_in_words(bank):
    with pytest.raises(WrongCall):
        policies.ask_to_publish(bank.home, bank.institution, bank.folder / "none.yaml", "gentler", username="wei", at=AT, actor="wei")
    odd = bank.folder / "odd.yaml"
    odd.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(BadData):
        policies.ask_to_publish(bank.home, bank.institution, odd, "gentler", username="wei", at=AT, actor="wei")


def test_a_collector_may_not_ask_for_a_policy_and_leaves_no_file(bank):
    with pytest.raises(approving.NotAsked):
        bank.ask(5, by="hao")
    assert not bank.home.policies.exists() or list(bank.home.policies.iterdir()) == []


@pytest.mark.parametrize(("name", "password", "known"), [("wei", PASSWORD, True), ("wei", "another", False), ("nobody", PASSWORD, False), ("wei", "", False)])
def test_who_acts_on_the_command_line_shows_it_by_their_password(name, password, known, bank):
    if known:
        assert proven(bank.institution, name, password).username == name
    else:
        with pytest.raises(NotThatPerson):
            proven(bank.institution, name, password)


def test_somebody_who_may_no_longer_sign_in_acts_for_nobody(bank):
    from arrears.casefile.store.models import User

    User.objects.filter(username="wei").update(is_active=False)
    with pytest.raises(NotThatPerson):
        proven(bank.institution, "wei", PASSWORD)
    with pytest.raises(approving.NotAsked):
        bank.ask(5)
