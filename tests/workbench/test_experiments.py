"""The page of experiments: what runs, what it says, and who may end it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from arrears.casefile.facts.experiment import StopReason
from arrears.engine.run_folder import POLICY_FILE
from arrears.engine.use_cases import experiments
from arrears.learn.experiments.results import Alarm, ArmFigures, results_of
from arrears.workbench.permissions import ANYBODY, ROLES
from tests.engine.test_experiments import policy_text


@pytest.fixture
def asked(bank):
    """The bank's run was decided by a policy with an experiment, which compliance has approved."""
    for run in (bank.home.runs / "main").glob("*/*/run.json"):
        (run.parent / POLICY_FILE).write_text(policy_text(), encoding="utf-8")
        policy = experiments.policy_kept(run.parent)
    experiments.start(bank.institution_id, policy, "main", "lighter", approval="minutes, item 4", username="compliance", at=timezone.localtime(), actor="compliance")
    return policy


def state(bank, policy):
    return experiments.experiments_of(bank.institution_id, policy, "main", timezone.localdate())[0]


def test_a_bank_whose_policy_compares_nothing_is_told_so(bank, signed_in):
    assert "has no experiment" in signed_in("auditor").get(reverse("experiments")).content.decode()


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_page_says_what_runs_by_whose_approval_and_in_both_languages(language, bank, asked, signed_in):
    client = signed_in("collector")
    client.post(reverse("language"), {"language": language})
    text = client.get(reverse("experiments")).content.decode()
    assert "minutes, item 4" in text and asked.experiments["lighter"].label.in_language(language) in text
    assert {"en": "No night has drawn anybody yet.", "zh": "尚无夜间运行抽取过人员。"}[language] in text


@pytest.mark.parametrize("role", [*ROLES, ANYBODY])
def test_whoever_works_with_debtors_ends_an_experiment_and_nobody_else(role, bank, asked, signed_in):
    client = Client(HTTP_HOST="localhost") if role == ANYBODY else signed_in(role)
    assert (reverse("experiment_stop") in client.get(reverse("experiments"), follow=True).content.decode()) == (role not in ("auditor", ANYBODY))
    client.post(reverse("experiment_stop"), {"experiment": "lighter", "note": " "})
    assert state(bank, asked).state is experiments.State.RUNNING
    client.post(reverse("experiment_stop"), {"experiment": "lighter", "note": "somebody was upset"})
    ended = state(bank, asked)
    assert (ended.state is experiments.State.STOPPED) == (role not in ("auditor", ANYBODY))
    if ended.stopped:
        assert (ended.stopped.stopped_by, ended.stopped.note, ended.stopped.reason) == (role, "somebody was upset", StopReason.OWNER)


def test_figures_and_alarms_are_shown_as_they_are(bank, asked, signed_in, monkeypatch):
    arm = ArmFigures("as_now", 6000, 6000, 5000, 250_000_00, 25_000_000_000.0, 0, 0.0, 0.0, 90_000, 12_345, 2)
    arms = [arm, replace(arm, arm="lighter", share_per_10000=2500, people=2500, complaints=40), replace(arm, arm="by_email", share_per_10000=1500, people=1500)]
    found = results_of(arms, "as_now", people_planned=20_000, complaints_ceiling_per_10000=50, complaint_order=["lighter"] * 40, sizes=[[6000, 2500, 1500]])
    assert (Alarm.TOO_MANY_COMPLAINTS, "lighter") in found.alarms
    monkeypatch.setattr(experiments, "_results", lambda *_: {"CNY": found})
    text = signed_in("manager").get(reverse("experiments")).content.decode()
    assert "12,345" in text and "250,000.00" in text and "Too many complaints in the arm lighter" in text and "true on whatever day" in text
