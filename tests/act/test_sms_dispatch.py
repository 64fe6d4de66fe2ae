"""Does a text message go from the outbox to the phone with permit and record, and does what comes back find it?"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.act.message_centre import PASSWORD, MessageCentre
from tests.act.test_dispatch import Desk
from tests.act.test_sms import TWO_PARTS, eventually, heard
from tests.check.gate_stories import MORNING, STATED, packs

pytestmark = [pytest.mark.peer, pytest.mark.xdist_group("sms")]


class TextDesk(Desk):
    """An institution that writes text messages."""

    def __init__(self, store, bank: int, centre: MessageCentre, **settings) -> None:
        from arrears.act.channels.sms.smpp import SmppProvider, Smsc
        from arrears.act.dispatch import Terms, Worker

        self.store, self.bank, self.at, self.stated, self.slept = store, bank, MORNING, STATED, 0.0
        known = {"answer_seconds": 1.0, "throttle_seconds": 0.02, **settings}
        self.provider = SmppProvider("text-main", Smsc("localhost", centre.port, "bank", "95588", **known), PASSWORD, lambda: self.at)
        self.terms = Terms(per_second=10_000, attempts=2)
        self.worker = Worker(store.ids.random_id(), bank, self.provider, self.terms, lambda at: packs(), self.known, lambda: self.at, self.sleep)

    def message(self, person: int, **more):
        return replace(super().message(person), **{
            "channel": "text", "provider": "text-main", "locale": "zh-CN", "point": "M1", "address": "+8613800138000", "subject": "", "text": TWO_PARTS, **more})

    def close(self) -> None:
        self.provider.close()


@pytest.fixture
def centre():
    with MessageCentre() as one:
        yield one


@pytest.fixture
def desk(store, bank, centre):
    one = TextDesk(store, bank, centre)
    yield one
    one.close()


def test_messages_of_two_parts_are_permitted_taken_and_every_receipt_finds_its_message(desk, centre):
    from arrears.casefile.facts.message import Arrival, arrival_of

    people = desk.people(200)
    for start in range(0, 200, 50):
        desk.queue(*[desk.message(person, address=f"+86138{place:08d}") for place, person in enumerate(people[start : start + 50], start)])
    assert sum(desk.step().taken for _ in range(4)) == 200
    references = [reference for (reference,) in desk.rows("SELECT reference FROM messages_answered WHERE kind = 'taken'")]
    arrived = {one.what.reference: one.what.arrival for one in heard(desk.provider, 400)}
    assert [arrival_of(reference, {part: arrived[part] for part in reference.split()}) for reference in references] == [Arrival.DELIVERED] * 200
    assert Counter(Counter(one["to"] for one in centre.got()["taken"]).values()) == {2: 200}
    assert desk.names(people[0]) == ["message:queued", "permit:issued", "permit:used", "message:tried", "message:taken", "contact:made"]


def test_while_the_centre_is_away_no_permit_is_asked_for(desk, centre):
    from arrears.act.sending import ProviderAway

    (li,) = desk.people(1)
    desk.queue(desk.message(li))
    centre.stop()
    with pytest.raises(ProviderAway):
        desk.step()
    assert desk.names(li) == ["message:queued"]


def test_a_line_cut_in_the_middle_leaves_what_was_under_way_uncertain_and_sends_the_rest(desk, centre):
    people = desk.people(30)
    desk.queue(*[desk.message(person, address=f"+86138{place:08d}") for place, person in enumerate(people)])
    centre.rules(cut=["00000007$"])
    did = desk.step()
    assert did.uncertain >= 1 and did.taken + did.uncertain == 30
    assert max(Counter((one["to"], one["udh"]) for one in centre.got()["taken"]).values()) == 1
    assert desk.rows("SELECT DISTINCT state FROM outbox") == [("uncertain",)]


def test_a_number_that_does_not_exist_is_stopped_and_too_many_at_once_wait(desk, centre):
    people = desk.people(2)
    desk.queue(*[desk.message(person, address=f"+8613800{place:06d}") for place, person in enumerate(people)])
    centre.rules(status={"0$": 0x0B, "1$": 0x58})
    did = desk.step()
    assert (did.stopped, did.put_off) == (1, 1)
    assert sorted(desk.rows("SELECT kind, code FROM messages_answered")) == [("not_taken", "ESME_RTHROTTLED"), ("refused", "ESME_RINVDSTADR")]


def test_what_somebody_answers_is_heard_on_the_same_line(desk, centre):
    (li,) = desk.people(1)
    desk.queue(desk.message(li))
    assert desk.step().taken == 1
    centre.write("退订", address="8613800138000")
    (reply,) = [one.what for one in heard(desk.provider, 3) if hasattr(one.what, "text")]
    assert (reply.address, reply.text) == ("+8613800138000", "退订")
    assert eventually(lambda: centre.count()["waiting"] == 0)


@pytest.mark.parametrize(("words", "is_long"), [("退订", False), ("STOP", False), ("你们好。" * 20 + "不要再给我发短信了，退订", True)])
def test_whoever_writes_stop_gets_no_further_text_and_the_receipts_are_on_record(desk, centre, words, is_long):
    from arrears.engine.use_cases.hearing import Ear, hear
    from arrears.record.privacy import index
    from tests.act.test_sms import parts_of

    (li,) = desk.people(1)
    with desk.store.institution.acting_for(desk.bank):
        index.enter([li], ["+8613800138000"], "CN", index.search_keys(desk.at))
    ear = Ear(desk.bank, "text-main", "text", "lender", "CN", lambda party_id: None)
    desk.queue(desk.message(li))
    assert desk.step().taken == 1
    for hexadecimal in parts_of(words, 3) if is_long else [words.encode("utf-16-be").hex()]:
        centre.write(hex=hexadecimal, address="8613800138000", esm_class=0x40 if is_long else 0)
    came = heard(desk.provider, 3, keep=False)
    desk.provider.kept(hear(ear, came, desk.at))
    assert eventually(lambda: centre.count()["waiting"] == 0), "both receipts and the reply"
    assert desk.rows("SELECT arrival, count(DISTINCT reference) FROM message_receipts GROUP BY 1") == [("delivered", 2)], "one a part"
    desk.at += timedelta(days=1)
    desk.queue(desk.message(li))
    assert desk.step().stopped == 1
    assert len(centre.texts()) == 2, "the two parts of the first and nothing more"
    assert "contact:ruled_out" in desk.names(li)
