"""Holds, consents, refusals and advisers as people record them on the pages, and what everybody then sees."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from arrears.casefile.facts.consent import ConsentTo, Lateness, RuledOut
from arrears.casefile.facts.hold import Blocked, Hold, HoldKind, HoldReviewed, HoldScope, HoldTerms, MayLift
from arrears.casefile.facts.representation import AuthorityFinding
from arrears.casefile.store import load
from arrears.casefile.store.append import append
from arrears.casefile.store.institution import acting_for
from arrears.core.ids import id_text
from arrears.engine.use_cases import protecting
from arrears.engine.use_cases.protecting import Reach, Rung
from arrears.workbench.permissions import ANYBODY, PAGE_ROLES, ROLES
from tests.workbench.run_files import LIN, WANG


def protected(bank):
    with acting_for(bank.institution_id):
        return protecting.protection_of(LIN, timezone.localdate())


def send(client: Client, bank, does: str, **fields: object) -> str:
    answer = client.post(reverse("protect", args=[id_text(bank.book.lin)]), {"does": does, **fields}, follow=True)
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def page(client: Client, name: str, *arguments: str) -> str:
    answer = client.get(reverse(name, args=arguments))
    assert answer.status_code == 200
    return answer.content.decode()


def place(client: Client, bank, kind: str = "dispute", **fields: object) -> Hold:
    before = {one.hold.hold_id for one in protected(bank).holds}
    send(client, bank, "place_hold", kind=kind, words="said so on the telephone", **fields)
    (new,) = [one.hold for one in protected(bank).holds if one.hold.hold_id not in before]
    return new


def in_days(days: int) -> str:
    return (timezone.localdate() + timedelta(days=days)).isoformat()


# ---- who may


@pytest.mark.parametrize("role", [*ROLES, ANYBODY])
def test_only_the_roles_of_the_table_record_what_protects_a_person(role, bank):
    from arrears.casefile.store.models import User

    client = Client(HTTP_HOST="localhost")
    if role != ANYBODY:
        client.force_login(User.objects.get(username=role))
    client.post(reverse("protect", args=[id_text(bank.book.lin)]), {"does": "place_hold", "kind": "dispute", "words": "says paid"})
    assert bool(protected(bank).holds) == (role in PAGE_ROLES["protect"])


@pytest.mark.parametrize(("kind", "roles"), [
    ("claims_paid", {"collector", "manager", "administrator", "compliance"}), ("dispute", {"manager", "administrator", "compliance"}),
    ("insolvency", {"compliance"}), ("distress", {"compliance"}),
])
def test_a_hold_is_lifted_by_the_roles_that_it_names_and_by_nobody_else(kind, roles, bank, signed_in):
    lifted = set()
    for role in ("collector", "manager", "administrator", "compliance"):
        hold = place(signed_in("manager"), bank, kind)
        send(signed_in(role), bank, "lift_hold", id=id_text(hold.hold_id), words="settled")
        if hold.hold_id not in {one.hold.hold_id for one in protected(bank).holds}:
            lifted.add(role)
    assert lifted == roles


def test_a_case_of_another_bank_does_not_exist_here(bank, other_bank, signed_in):
    client = signed_in("other-manager")
    assert client.get(reverse("protection", args=[id_text(bank.book.lin)])).status_code == 404
    assert client.post(reverse("protect", args=[id_text(bank.book.lin)]), {"does": "place_hold", "kind": "dispute", "words": "x"}).status_code == 404
    assert not protected(bank).holds


# ---- holds


def test_a_hold_has_the_scope_the_owner_and_the_review_day_that_were_asked_for(bank, signed_in):
    hold = place(signed_in("collector"), bank, "dispute", scope="contact_point", channel="text", review_on=in_days(5))
    (one,) = protected(bank).holds
    assert (one.terms.scope, one.terms.channel, one.terms.owner) == (HoldScope.CONTACT_POINT, "text", "collector")
    assert one.review_on == timezone.localdate() + timedelta(days=5)
    assert hold.may_lift is MayLift.MANAGER and Blocked.CONTACT in hold.blocks


@pytest.mark.parametrize("fields", [
    {"words": ""}, {"scope": "debt"}, {"scope": "contact_point"}, {"review_on": in_days(0)}, {"review_on": in_days(181)}, {"scope": "planet"}, {"review_on": "soon"},
    {"kind": "breathing_space", "to_on": in_days(-1)}, {"kind": "sea_rescue"}, {"scope": "contact_point", "channel": "pigeon"},
])
def test_a_hold_that_cannot_be_is_refused_and_nothing_is_recorded(fields, bank, signed_in):
    text = send(signed_in("manager"), bank, "place_hold", **{"kind": "dispute", "words": "says paid", **fields})
    assert "Nothing was recorded" in text and not protected(bank).holds


def test_only_a_period_of_the_law_gets_a_last_day(bank, signed_in):
    assert place(signed_in("manager"), bank, "breathing_space", to_on=in_days(60)).to_on == timezone.localdate() + timedelta(days=60)
    assert place(signed_in("manager"), bank, "hardship", to_on=in_days(60)).to_on is None


def test_the_owner_keeps_a_hold_and_is_asked_again_on_the_day_named(bank, signed_in):
    hold = place(signed_in("collector"), bank)
    assert "you are asked again" in send(signed_in("collector"), bank, "keep_hold", id=id_text(hold.hold_id), words="still looking", review_on=in_days(9))
    assert protected(bank).holds[0].review_on == timezone.localdate() + timedelta(days=9)


def test_a_hold_lifted_twice_says_that_it_stands_no_more(bank, signed_in):
    hold = place(signed_in("manager"), bank)
    assert "Nothing goes out by itself" in send(signed_in("manager"), bank, "lift_hold", id=id_text(hold.hold_id), words="settled")
    assert "does not stand any more" in send(signed_in("manager"), bank, "lift_hold", id=id_text(hold.hold_id), words="settled")
    assert len(load_lifts(bank)) == 1


def load_lifts(bank):
    with acting_for(bank.institution_id):
        return load.holds_lifted(LIN)


def test_reasons_and_words_are_shown_to_nobody_before_they_were_opened(bank, signed_in):
    place(signed_in("collector"), bank)
    send(signed_in("collector"), bank, "rule_out", what="everything", words="leave me alone please")
    for name in ("case", "protection"):
        text = page(signed_in("manager"), name, id_text(bank.book.lin))
        assert "Disputes the debt" in text and "all contact" in text
        assert "said so on the telephone" not in text and "leave me alone" not in text
    opened = signed_in("manager")
    opened.post(reverse("case_show", args=[id_text(bank.book.lin)]), {"reason": "working_the_case"})
    assert "leave me alone please" in page(opened, "protection", id_text(bank.book.lin))


# ---- reviews rise


def record(bank, *facts: object) -> None:
    with acting_for(bank.institution_id):
        for fact in facts:
            append(fact, actor="test", at=timezone.now(), cause="page")


def hold_of(party: int, number: int, kind: HoldKind, days_ago: int, to_on=None) -> Hold:
    return Hold(number, party, kind, "in words", timezone.localdate() - timedelta(days=days_ago), to_on, (Blocked.CONTACT,), MayLift.MANAGER)


@pytest.mark.parametrize(("days_ago", "rung"), [(13, None), (14, Rung.OWNER), (16, Rung.OWNER), (17, Rung.MANAGERS), (23, Rung.MANAGERS), (24, Rung.COMPLIANCE), (900, Rung.COMPLIANCE)])
def test_a_hold_that_nobody_looks_at_rises_and_never_ends(days_ago, rung, bank):
    record(bank, hold_of(LIN, 7_001, HoldKind.DISPUTE, days_ago, timezone.localdate() + timedelta(days=200)))
    found = protecting.reviews_due(bank.institution_id, timezone.localdate())
    assert [one.rung for one in found.first] == ([rung] if rung else [])
    assert [one.hold.hold_id for one in protected(bank).holds] == [7_001]


def test_a_hold_whose_stated_last_day_passed_still_stands_and_its_owner_is_asked(bank):
    record(bank, hold_of(LIN, 7_001, HoldKind.HARDSHIP, 5, timezone.localdate() - timedelta(days=1)))
    assert [one.rung for one in protecting.reviews_due(bank.institution_id, timezone.localdate()).first] == [Rung.OWNER]
    assert len(protected(bank).holds) == 1
    with acting_for(bank.institution_id):
        assert load.holds_as_of(timezone.localdate()).to_pydict()["to_on"] == [None]


def test_a_period_that_the_law_ended_is_asked_about_no_more(bank):
    record(bank, hold_of(LIN, 7_001, HoldKind.BREATHING_SPACE, 61, timezone.localdate() - timedelta(days=1)))
    assert protecting.reviews_due(bank.institution_id, timezone.localdate()).total == 0
    assert not protected(bank).holds
    with acting_for(bank.institution_id):
        assert load.holds_as_of(timezone.localdate()).num_rows == 0


def test_the_newest_word_about_the_review_counts(bank):
    today = timezone.localdate()
    record(bank, hold_of(LIN, 7_001, HoldKind.DISPUTE, 30), HoldTerms(7_001, LIN, HoldScope.PERSON, (), "", "", (), "collector", today - timedelta(days=10), today),
           HoldReviewed(7_001, LIN, "kept", "collector", today + timedelta(days=1), today), hold_of(WANG, 7_002, HoldKind.DISPUTE, 20))
    assert [one.hold.hold_id for one in protecting.reviews_due(bank.institution_id, today).first] == [7_002]
    assert [one.hold.hold_id for one in protecting.reviews_due(bank.institution_id, today + timedelta(days=1)).first] == [7_002, 7_001]


def test_a_hold_on_one_number_does_not_hold_the_whole_case_at_night(bank, signed_in):
    place(signed_in("manager"), bank, "dispute", scope="contact_point", channel="text")
    place(signed_in("manager"), bank, "hardship")
    with acting_for(bank.institution_id):
        assert load.holds_as_of(timezone.localdate())["kind"].to_pylist() == ["hardship"]


def test_the_reviews_of_another_bank_are_not_seen(bank, other_bank):
    record(bank, hold_of(LIN, 7_001, HoldKind.DISTRESS, 1))
    assert protecting.reviews_due(other_bank.institution_id, timezone.localdate()).total == 0


# ---- danger


@pytest.mark.parametrize("role", ROLES)
def test_danger_stands_on_top_of_every_list_for_every_role_with_who_is_called(role, bank, signed_in):
    from arrears.casefile.store.models import User

    signed_in("administrator").post(reverse("user_called", args=[User.objects.get(username="compliance").pk]), {"called": "yes"})
    send(signed_in("collector"), bank, "place_hold", kind="distress", words="spoke of not going on")
    for name in ("home", "worklist", "alerts"):
        if role in PAGE_ROLES[name]:
            text = page(signed_in(role), name)
            assert "1 person is in danger" in text and "Call at once:" in text and "Compliance</strong>" in text
            assert "spoke of not going on" not in text
            assert text.index("is in danger") < text.index("</h2>", text.index("is in danger"))


def test_where_nobody_is_named_for_danger_the_page_says_so(bank, signed_in):
    send(signed_in("collector"), bank, "place_hold", kind="distress", words="spoke of not going on")
    assert "Nobody is named as trained for this" in page(signed_in("collector"), "worklist")


def test_a_distress_hold_reaches_the_whole_person_whatever_was_chosen(bank, signed_in):
    place(signed_in("collector"), bank, "distress", scope="contact_point", channel="text")
    (one,) = protected(bank).holds
    assert one.terms.scope is HoldScope.PERSON and not one.terms.allows


def test_a_trained_collector_may_end_danger_and_only_while_named(bank, signed_in):
    from arrears.casefile.store.models import User

    collector = User.objects.get(username="collector").pk
    hold = place(signed_in("collector"), bank, "distress")
    signed_in("administrator").post(reverse("user_called", args=[collector]), {"called": "yes"})
    signed_in("administrator").post(reverse("user_called", args=[collector]), {"called": "no"})
    assert "may not be lifted in your role" in send(signed_in("collector"), bank, "lift_hold", id=id_text(hold.hold_id), words="spoke with a doctor")
    signed_in("administrator").post(reverse("user_called", args=[collector]), {"called": "yes"})
    send(signed_in("collector"), bank, "lift_hold", id=id_text(hold.hold_id), words="spoke with a doctor")
    assert not protected(bank).holds


# ---- consents, refusals, advisers


def test_a_consent_is_recorded_with_what_makes_it_count_and_taken_back(bank, signed_in):
    client = signed_in("collector")
    send(client, bank, "give_consent", subject="time", channel="call", opens="21:00", closes="22:00", until_on=in_days(30), lateness="after_late", revocable="yes", direct="yes", words="call at nine")
    ((given, end),) = protected(bank).consents
    assert (given.subject, given.channel, given.opens, given.lateness) == (ConsentTo.TIME, "call", "21:00", Lateness.AFTER_LATE)
    assert given.lifts_its_limit and end is None
    send(client, bank, "withdraw_consent", id=id_text(given.consent_id), words="no more")
    ((_, end),) = protected(bank).consents
    assert end is not None
    assert "does not stand any more" in send(client, bank, "withdraw_consent", id=id_text(given.consent_id), words="no more")


@pytest.mark.parametrize("fields", [
    {"subject": "channel"}, {"subject": "time", "words": "late is fine"}, {"subject": "channel", "words": "yes", "on": in_days(1)}, {"subject": "channel", "evidence": id_text(4_711)},
    {"subject": "everything", "words": "yes"},
])
def test_a_consent_without_proof_or_that_does_not_fit_is_refused(fields, bank, signed_in):
    assert "Nothing was recorded" in send(signed_in("collector"), bank, "give_consent", **fields)
    assert not protected(bank).consents


@pytest.mark.parametrize(("fields", "what"), [
    ({"what": "everything"}, RuledOut.EVERYTHING), ({"what": "channel", "channel": "text"}, RuledOut.CHANNEL), ({"what": "time", "opens": "09:00", "closes": "17:00"}, RuledOut.TIME),
    ({"what": "place", "place": "workplace"}, RuledOut.PLACE), ({"what": "workplace"}, RuledOut.WORKPLACE),
])
def test_a_request_not_to_be_contacted_is_kept_until_the_person_takes_it_back(fields, what, bank, signed_in):
    client = signed_in("collector")
    send(client, bank, "rule_out", words="stop", **fields)
    ((asked, end),) = protected(bank).refusals
    assert asked.what is what and end is None
    assert "evidence" in send(client, bank, "open_again", id=id_text(asked.request_id))
    assert protected(bank).refusals[0][1] is None
    send(client, bank, "open_again", id=id_text(asked.request_id), words="write to me again")
    assert protected(bank).refusals[0][1] is not None


@pytest.mark.parametrize("fields", [{"what": "channel"}, {"what": "time", "opens": "09:00"}, {"what": "place"}, {"what": "everything", "on": in_days(1)}])
def test_a_request_that_names_nothing_is_refused(fields, bank, signed_in):
    assert "Nothing was recorded" in send(signed_in("collector"), bank, "rule_out", words="stop", **fields)
    assert not protected(bank).refusals


def test_authority_is_verified_by_a_paper_of_this_person_and_by_nothing_else(bank, signed_in):
    client = signed_in("collector")
    send(client, bank, "name_adviser", kind="commercial", full_name="Clean Slate Ltd", contact="office@example", named_by="adviser", words="we act for Mr Lin")
    (adviser,) = protected(bank).advisers
    assert "paper among the evidence" in send(client, bank, "check_authority", id=id_text(adviser.named.adviser_id), finding="verified", words="they say so")
    assert protected(bank).advisers[0].checked is None
    send(client, bank, "check_authority", id=id_text(adviser.named.adviser_id), finding="not_shown", words="asked twice in three weeks")
    checked = protected(bank).advisers[0].checked
    assert checked is not None and checked.finding is AuthorityFinding.NOT_SHOWN and checked.checked_by == "collector"
    text = page(client, "case", id_text(bank.book.lin))
    assert "asked for, not shown" in text and "Clean Slate" not in text


def test_every_form_of_the_page_has_a_deed_and_a_deed_that_is_none_does_not_exist(bank, signed_in):
    client = signed_in("manager")
    place(client, bank)
    assert client.post(reverse("protect", args=[id_text(bank.book.lin)]), {"does": "erase"}).status_code == 404
    text = page(client, "protection", id_text(bank.book.lin))
    for does in ("place_hold", "keep_hold", "lift_hold", "give_consent", "rule_out", "name_adviser"):
        assert f'value="{does}"' in text


def test_two_people_who_place_through_the_use_case_leave_entries_in_the_persons_chain(bank):
    protecting.place_hold(bank.institution_id, LIN, HoldKind.OTHER, "because", Reach(), at=timezone.localtime(), actor="wei")
    with acting_for(bank.institution_id):
        names = [load.parse_header(entry.header).name for entry in load.journal(LIN)]
        assert names[-2:] == ["hold:placed", "hold:terms"] and not load.verify_chain(LIN)
