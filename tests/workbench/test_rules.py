"""The page of rules: what waits, who answers for it, and that nobody but compliance does."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from arrears.casefile.store import load
from arrears.casefile.store.institution import acting_for
from arrears.check.conduct.facts import Event, Facts, Proposed
from arrears.check.conduct.verdict import Answer, verdict
from arrears.check.conduct.words import Act, ActorRole, Channel, Happened, Mark, Product, Purpose
from arrears.core.ids import id_text
from arrears.engine.use_cases import confirming
from arrears.workbench.permissions import ANYBODY, ROLES

SOURCE = "the handbook, edition of October 2026, page 3"


def waiting(bank):
    return {one.subject: one for one in confirming.waiting(bank.institution_id, timezone.localdate(), bank.home)}


def a_figure(bank):
    return next(one for one in waiting(bank).values() if one.value)


def a_rule(bank):
    return next(one for one in waiting(bank).values() if not one.value)


def confirm(client: Client, one, **other: str) -> str:
    answer = client.post(reverse("rule_confirm"), {"subject": one.subject, "source": SOURCE, "read": one.value or one.citation, **other}, follow=True)
    return answer.content.decode() if answer.status_code == 200 else str(answer.status_code)


def test_the_page_lists_what_waits_with_the_source_to_look_at_and_what_it_holds_up(bank, signed_in):
    text = signed_in("auditor").get(reverse("rules")).content.decode()
    for one in waiting(bank).values():
        assert one.subject in text
    assert f"{len(waiting(bank))} wait for confirmation" in text
    assert reverse("rule_confirm") not in text, "an auditor confirms nothing"
    assert reverse("rule_confirm") in signed_in("compliance").get(reverse("rules")).content.decode()


def test_every_pack_can_be_read_with_its_rules_and_figures_in_both_languages(bank, signed_in):
    client = signed_in("collector")
    for pack in confirming.packs_stated(bank.institution_id, timezone.localdate(), bank.home):
        for language in ("en", "zh"):
            client.post(reverse("language"), {"language": language})
            text = client.get(reverse("rules"), {"pack": pack.name}).content.decode()
            assert all(f'id="{stated.rule.name}"' in text for stated in pack.rules)


@pytest.mark.parametrize("role", [*ROLES, ANYBODY])
def test_only_compliance_confirms_and_takes_back(role, bank, signed_in):
    one = a_figure(bank)
    client = Client(HTTP_HOST="localhost") if role == ANYBODY else signed_in(role)
    confirm(client, one)
    assert (one.subject not in waiting(bank)) == (role == "compliance")
    confirm(signed_in("compliance"), one)
    (confirmed, _) = confirming.confirmed_ever(bank.institution_id)
    client.post(reverse("rule_revoke"), {"confirmation": id_text(confirmed[0].confirmation_id), "reason": "an old edition"})
    assert (one.subject in waiting(bank)) == (role == "compliance")


@pytest.mark.parametrize("chosen", [a_figure, a_rule])
def test_a_confirmation_says_who_read_what_where_and_stays_in_the_record(chosen, bank, signed_in):
    one = chosen(bank)
    assert "You answer for it" in confirm(signed_in("compliance"), one)
    (fact,), _ = confirming.confirmed_ever(bank.institution_id)
    assert (fact.subject, fact.value, fact.source, fact.confirmed_by, fact.role) == (one.subject, one.value, SOURCE, "compliance", "compliance")
    with acting_for(bank.institution_id):
        assert load.parse_header(load.journal(0)[-1].header).name == "rule:confirmed" and not load.verify_chain(0)
    assert SOURCE in signed_in("auditor").get(reverse("rules")).content.decode()


@pytest.mark.parametrize("other", [{"source": ""}, {"source": "memory"}, {"read": ""}, {"read": "one more than there is"}])
def test_what_was_not_read_or_reads_otherwise_is_not_confirmed(other, bank, signed_in):
    one = a_figure(bank)
    assert "Nothing was confirmed" in confirm(signed_in("compliance"), one, **other)
    assert one.subject in waiting(bank)


def test_what_does_not_wait_or_does_not_exist_cannot_be_confirmed(bank, signed_in):
    one = a_figure(bank)
    confirm(signed_in("compliance"), one)
    assert "does not wait for anybody" in confirm(signed_in("compliance"), one)
    assert confirm(signed_in("compliance"), one, subject="no_such_figure") == "404"
    assert len(confirming.confirmed_ever(bank.institution_id)[0]) == 1


def test_a_person_who_lost_the_role_confirms_nothing_more(bank, signed_in):
    from arrears.casefile.store.models import User

    User.objects.filter(username="compliance").update(role="manager")
    with pytest.raises(confirming.NotCompliance):
        confirming.confirm(bank.home, bank.institution_id, a_figure(bank).subject, source=SOURCE, read=a_figure(bank).value, username="compliance", at=timezone.localtime(), actor="shell")


def test_the_confirmations_of_another_bank_do_not_count_here(bank, other_bank, signed_in):
    one = a_figure(bank)
    confirm(signed_in("other-compliance"), one)
    assert one.subject in waiting(bank) and one.subject not in waiting(other_bank)


def test_a_verdict_rests_on_a_confirmation_from_its_day_on_and_no_longer_once_it_is_taken_back(bank, signed_in):
    """The rule of debt advice rests on memory: a call after its days defers until somebody has read it."""
    at = datetime.fromisoformat("2026-11-26T11:00:00+00:00")
    proposed = Proposed(Act.CONTACT, "lender", Purpose.COLLECTION, Channel.CALL, debts=frozenset({"D1"}))
    advice = Event(datetime.fromisoformat("2026-11-20T11:00:00+00:00"), Happened.DEBT_ADVICE, marks=frozenset({Mark.PLAN_IN_PROGRESS}))
    facts = Facts(frozenset({"GB", "GB-ENG"}), ("Europe/London",), ActorRole.CREDITOR_OWN_NAME, Product.CONSUMER_LOAN, date(2020, 1, 1), history=(advice,))

    def certain(on: date) -> dict[str, bool]:
        found = verdict(proposed, facts, at, confirming.packs_of(bank.institution_id, on, None))
        return {finding.rule.name: finding.certain for finding in found.findings if finding.pack == "uk/conc"}

    today = timezone.localdate()
    assert certain(today)["hold_while_advice_is_taken"] is False
    for subject in ("uk/conc/hold_while_advice_is_taken", "uk_advice_hold_days"):
        if subject in waiting(bank):
            one = waiting(bank)[subject]
            confirming.confirm(bank.home, bank.institution_id, subject, source=SOURCE, read=one.value or one.citation, username="compliance", at=at, actor="compliance")
    assert certain(today)["hold_while_advice_is_taken"] is True
    assert certain(date(2026, 11, 25))["hold_while_advice_is_taken"] is False
    for fact in confirming.confirmed_ever(bank.institution_id)[0]:
        confirming.revoke(bank.institution_id, fact.confirmation_id, "an old edition", username="compliance", at=at, actor="compliance")
    assert certain(today)["hold_while_advice_is_taken"] is False
    assert verdict(replace(proposed, purpose=Purpose.ANSWER), facts, at, confirming.packs_of(bank.institution_id, today, None)).answer is not Answer.REFUSED
