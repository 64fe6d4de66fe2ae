"""Is what people write kept once, placed with the right person, and followed by what must follow at once, whatever breaks on the way?"""

from __future__ import annotations

import os
import signal
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.act.mail_server import MailServer
from tests.act.test_dispatch import Desk as Post
from tests.casefile.conftest import bank, identities, query, store
from tests.check.gate_stories import MORNING, STATED, TEXT
from tests.check.gate_stories import Desk as Gate

__all__ = ["bank", "store"]
MINUTE = timedelta(minutes=1)
NUMBER, SHARED = "+8613812345678", "+8613900000000"
CRISIS = "我真的活不下去了，你们别再逼我"


class Story:
    """People with telephone numbers, a gateway that hears them, and a gate that is asked afterwards."""

    def __init__(self, store, bank: int) -> None:
        from arrears.engine.use_cases.hearing import Ear

        self.store, self.bank, self.heard = store, bank, 0
        self.ear = Ear(bank, "gateway", "text", "lender", "CN", lambda party_id: None)

    def people(self, *numbers: str) -> list[int]:
        import pyarrow as pa

        from arrears.record.privacy import index

        with self.store.institution.acting_for(self.bank):
            names = pa.array([f"C-{place}" for place in range(len(numbers))])
            found = identities(self.store, self.bank).resolve_or_create("party", "core", names).to_pylist()
            index.enter(found, numbers, "CN", index.search_keys(MORNING))
        return found

    def reply(self, text: str, address: str = NUMBER, **more):
        from arrears.intake.inbound.incoming import Heard, Reply

        self.heard += 1
        return Heard(f"token {self.heard}", replace(Reply(f"source {self.heard}", address, "95588", "", text, False, MORNING - MINUTE), **more))

    def hear(self, *heard, at=MORNING) -> list[str]:
        from arrears.engine.use_cases.hearing import hear

        return hear(self.ear, heard, at)

    def rows(self, sql: str):
        with self.store.institution.acting_for(self.bank):
            return query(self.store, sql)

    def names(self, person: int) -> list[str]:
        return [name for (name,) in self.rows(f"SELECT name FROM journal_entries WHERE chain = {person} ORDER BY position")]

    def asks(self, person: int, proposed=TEXT) -> str:
        answer = Gate(self.store, self.bank, person).ask(proposed, MORNING + MINUTE, key=f"asked {self.store.ids.random_id()}", stated=STATED)
        return type(answer).__name__


@pytest.fixture
def story(store, bank) -> Story:
    return Story(store, bank)


def test_stop_by_text_refuses_the_next_text_and_no_other_way(story):
    from arrears.check.conduct.words import Channel

    (li,) = story.people(NUMBER)
    assert story.asks(li) == "Permit"
    assert story.hear(story.reply("退订", "138 1234 5678")) == ["token 1"]
    assert story.asks(li) == "Refusal"
    assert story.asks(li, replace(TEXT, channel=Channel.EMAIL)) == "Permit"
    assert story.names(li) == [
        "permit:issued", "reply:received", "contact:received", "reply:understood", "contact:ruled_out", "permit:refused", "permit:issued"]


def test_words_of_danger_stop_everything_and_call_those_who_are_trained(story):
    from arrears.engine.use_cases import protecting
    from arrears.engine.use_cases.hearing import inbox

    (li,) = story.people(NUMBER)
    story.hear(story.reply("ok"), story.reply(CRISIS))
    assert story.asks(li) == "Refusal"
    reviews = protecting.reviews_due(story.bank, MORNING.date())
    assert [(one.hold.party_id, one.rung.value) for one in reviews.danger] == [(li, "danger")]
    first, *_ = inbox(story.bank)
    assert (first.reply.text, first.who, first.until, first.is_urgent) == (CRISIS, "danger", MORNING - MINUTE, True)
    assert "hold:placed" in first.followed


def test_the_same_reply_told_again_is_known_by_its_source(story):
    (li,) = story.people(NUMBER)
    once = story.reply("STOP")
    assert story.hear(once) == story.hear(once) == ["token 1"]
    assert story.names(li).count("reply:received") == 1
    assert story.names(li).count("contact:ruled_out") == 1


def test_what_stands_already_is_not_done_twice(story):
    (li,) = story.people(NUMBER)
    story.hear(story.reply(CRISIS), story.reply(CRISIS))
    assert story.names(li).count("reply:received") == 2
    assert story.rows("SELECT count(*) FROM holds WHERE kind = 'distress'") == [(1,)]


def test_what_a_machine_answers_is_kept_and_does_nothing(story):
    (li,) = story.people(NUMBER)
    story.hear(story.reply("STOP. I am out of the office until Monday", is_automatic=True))
    assert story.names(li) == ["reply:received", "reply:understood"]
    assert story.asks(li) == "Permit"


def test_words_of_danger_count_whoever_is_said_to_have_written_them(story):
    (li,) = story.people(NUMBER)
    story.hear(story.reply(CRISIS, is_automatic=True))
    assert story.asks(li) == "Refusal"
    assert story.rows("SELECT kind FROM holds") == [("distress",)]


def test_the_person_is_counted_as_having_written(story):
    story.people(NUMBER)
    story.hear(story.reply("how much do I owe?"))
    assert story.rows("SELECT kind, side, channel, recipient FROM contacts") == [("received", "debtor", "text", "debtor")]


def test_whoever_says_to_be_somebody_else_is_not_counted_as_the_debtor(story):
    (li,) = story.people(NUMBER)
    story.hear(story.reply("打错了，我不认识这个人"))
    assert story.rows("SELECT side, recipient FROM contacts") == [("third_person", "unidentified")]
    assert "hold:placed" in story.names(li), "a number without a reference cannot be marked, so every telephone way to the person is held"


def test_a_number_that_was_ruled_out_is_not_used_and_another_is(story):
    """The number is sealed on record: the gate opens it, for what stays sealed would equal none and stop nothing."""
    from arrears.casefile.facts.consent import RuledOut
    from arrears.engine.use_cases.protecting import Proof, Refusal, rule_out

    (li,) = story.people(NUMBER)
    rule_out(story.bank, li, Refusal(RuledOut.CHANNEL, MORNING, point="P1"), Proof(None, "never there"), at=MORNING, actor="lin")
    assert (story.asks(li), story.asks(li, replace(TEXT, point="P2"))) == ("Refusal", "Permit")


def test_words_from_a_number_of_several_people_wait_sealed_and_protect_all_of_them(story):
    from arrears.engine.use_cases import hearing

    li, wu = story.people(SHARED, SHARED)
    story.hear(story.reply(CRISIS, SHARED))
    assert {story.asks(li), story.asks(wu)} == {"Refusal"}
    (waits,) = hearing.unplaced(story.bank)
    assert (waits.text, waits.address) == (CRISIS, SHARED)
    ((sealed,),) = story.rows("SELECT sealed_words FROM replies_unplaced")
    assert CRISIS.encode() not in bytes(sealed)
    hearing.place(story.ear, waits.reply_id, wu, now=MORNING + MINUTE, actor="lin")
    assert hearing.unplaced(story.bank) == []
    assert hearing.shown(story.bank, waits.reply_id).reply.placed_by == "lin"
    assert "reply:received" not in story.names(li), "the words are nobody's but whose they are"
    assert story.hear(story.reply(CRISIS, SHARED, source="source 1")) == ["token 2"]
    assert hearing.unplaced(story.bank) == [], "placed, and known by its source"


def test_a_stranger_s_words_are_never_lost_and_gone_once_they_are_set_aside(story):
    from arrears.core.problems import WrongCall
    from arrears.engine.use_cases import hearing

    once = story.reply("Cheap loans, call now", "+8613700000000")
    story.hear(once)
    (waits,) = hearing.unplaced(story.bank)
    with pytest.raises(WrongCall):
        hearing.set_aside(story.bank, waits.reply_id, " ", now=MORNING, actor="lin")
    hearing.set_aside(story.bank, waits.reply_id, "advertisement", now=MORNING, actor="lin")
    story.hear(once)
    assert hearing.unplaced(story.bank) == []
    with pytest.raises(hearing.NoSuchReply):
        hearing.place(story.ear, waits.reply_id, 1, now=MORNING, actor="lin")


def test_a_person_corrects_what_it_was_taken_for_and_what_was_done_stays_until_somebody_lifts_it(story):
    from arrears.core.problems import WrongCall
    from arrears.engine.use_cases import hearing

    (li,) = story.people(NUMBER)
    story.hear(story.reply("STOP"))
    (one,) = hearing.inbox(story.bank)
    hearing.correct(story.bank, one.reply.reply_id, "dispute", now=MORNING, actor="lin")
    again = hearing.shown(story.bank, one.reply.reply_id)
    assert (again.taken.main, again.taken.said_by, again.who) == ("dispute", "lin", "manager")
    assert {"contact:ruled_out", "hold:placed"} <= set(story.names(li))
    with pytest.raises(WrongCall):
        hearing.correct(story.bank, one.reply.reply_id, "rant", now=MORNING, actor="lin")
    hearing.handle(story.bank, one.reply.reply_id, "wrote to the shop", now=MORNING, actor="lin")
    assert hearing.inbox(story.bank) == []
    assert len(hearing.inbox(story.bank, only_waiting=False)) == 1


def test_a_promise_is_drafted_with_the_amount_that_it_names(story):
    story.people(NUMBER)
    story.hear(story.reply("I will pay £200 on Friday, promise"))
    assert story.rows("SELECT amount_minor FROM promises_drafted") == [(20_000,)]


def test_killed_at_any_moment_nothing_is_lost_and_nothing_done_twice(story):
    """The process dies in the middle of a transaction, and after it before the provider is told; both times it is told again."""
    (li,) = story.people(NUMBER)
    once = story.reply("STOP")
    for moment in ("fulfil", "keep"):
        child = os.fork()
        if child == 0:
            try:
                from django.db import connections

                from arrears.engine.use_cases import arrivals, hearing

                ours = connections["default"]
                inherited, ours.connection = ours.connection, None  # the parent's, which nobody may close here
                assert inherited is not None
                setattr(hearing if moment == "fulfil" else arrivals, moment, lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL))
                story.hear(once)
            finally:
                os._exit(1)
        _, status = os.waitpid(child, 0)
        assert os.WTERMSIG(status) == signal.SIGKILL
        assert story.names(li).count("reply:received") == story.names(li).count("contact:ruled_out") == (moment == "keep")
    assert story.hear(once) == ["token 1"]
    assert (story.names(li).count("reply:received"), story.names(li).count("contact:ruled_out")) == (1, 1)
    assert story.asks(li) == "Refusal"


# ---- receipts, of messages that a real mail server took


@pytest.fixture
def post(store, bank, tmp_path):
    with MailServer(tmp_path) as mail:
        desk = Post(store, bank, mail)
        desk.mail = mail
        yield desk


def receipt(message_id: int, arrival: str, at, reference: str = ""):
    from arrears.casefile.facts.message import Arrival
    from arrears.core.ids import id_text
    from arrears.intake.inbound.incoming import Heard, Receipt

    return Heard("token", Receipt(f"receipt {arrival}", reference, "" if reference else id_text(message_id), Arrival(arrival), "2.0.0", at))


def by_post(post):
    from arrears.engine.use_cases.hearing import Ear

    return Ear(post.bank, "post", "email", "lender", "CN", lambda party_id: None)


def test_a_receipt_settles_what_nobody_knew_once(post):
    from arrears.engine.use_cases.hearing import hear

    (li,) = post.people(1)
    post.mail.box.cut = lambda address: True
    message = post.message(li)
    post.queue(message)
    assert post.step().uncertain == 1
    for _ in range(2):
        assert hear(by_post(post), [receipt(message.message_id, "delivered", post.at)], post.at + MINUTE) == ["token"]
    assert post.names(li)[-4:] == ["message:uncertain", "message:receipt", "message:taken", "contact:made"]
    assert post.rows("SELECT count(*) FROM outbox") == [(0,)]


def test_a_bounce_is_noted_of_the_contact_point_and_found_by_the_provider_s_name_for_it(post):
    from arrears.engine.use_cases.hearing import hear

    (li,) = post.people(1)
    message = post.message(li)
    post.queue(message)
    assert post.step().taken == 1
    ((reference,),) = post.rows("SELECT reference FROM messages_answered")
    known = receipt(message.message_id, "bounced", post.at, reference) if reference else receipt(message.message_id, "bounced", post.at)
    assert hear(by_post(post), [known], post.at + MINUTE) == ["token"]
    assert post.rows("SELECT kind, channel, point FROM contact_points_marked") == [("invalid", "email", "E1")]
    assert "message:receipt" in post.names(li)


def test_a_receipt_of_a_message_that_nobody_knows_yet_is_left_with_the_provider_for_a_while(post):
    from arrears.engine.use_cases.hearing import hear

    early = receipt(1, "delivered", post.at, "unknown-7")
    assert hear(by_post(post), [early], post.at + MINUTE) == []
    assert hear(by_post(post), [early], post.at + timedelta(hours=2)) == ["token"]


def test_an_answer_is_placed_by_the_message_it_answers_whoever_s_address_it_comes_from(post):
    from arrears.core.ids import id_text
    from arrears.engine.use_cases.hearing import hear, inbox
    from arrears.intake.inbound.incoming import Heard, Reply

    (li,) = post.people(1)
    message = post.message(li)
    post.queue(message)
    post.step()
    said = Reply("mail 1", "another@post.example", "answers@bank.example", id_text(message.message_id), "I do not owe this, it was fraud", False, post.at)
    assert hear(by_post(post), [Heard("token", said)], post.at + MINUTE) == ["token"]
    (one,) = inbox(post.bank)
    assert (one.reply.party_id, one.reply.case_id, one.reply.point, one.reply.placed_by) == (li, message.case_id, "E1", "answer")
    assert "hold:placed" in one.followed
