"""Is a message sent once, with a permit, and is every step on record, whatever breaks on the way?"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tests.act.mail_server import MailServer
from tests.casefile.conftest import identities, query
from tests.check.gate_stories import MORNING, STATED, packs

MINUTE = timedelta(minutes=1)


@pytest.fixture
def mail(tmp_path):
    with MailServer(tmp_path) as server:
        yield server


class Desk:
    """An institution that writes e-mails to its people, on a clock that only a story moves."""

    def __init__(self, store, bank: int, mail: MailServer) -> None:
        from arrears.act.channels.email.smtp import SmtpProvider, SmtpSettings
        from arrears.act.channels.email.writing import Sender
        from arrears.act.dispatch import Terms, Worker

        self.store, self.bank, self.at, self.stated, self.slept = store, bank, MORNING, STATED, 0.0
        sender = Sender("service@bank.example", "Example Bank", "answers@bank.example", "https://bank.example/stop/{key}")
        self.provider = SmtpProvider("post", SmtpSettings("localhost", mail.port, ca_file=str(mail.chain), timeout_seconds=5), sender, "", lambda: self.at)
        self.terms = Terms(per_second=1_000, attempts=2)
        self.worker = Worker(
            store.ids.random_id(), bank, self.provider, self.terms, lambda at: packs(), self.known, lambda: self.at, self.sleep)

    def sleep(self, seconds: float) -> None:
        self.slept += seconds
        self.at += timedelta(seconds=seconds)

    def known(self, messages, at):
        return {one.message_id: self.stated for one in messages}

    def people(self, count: int) -> list[int]:
        import pyarrow as pa

        with self.store.institution.acting_for(self.bank):
            return identities(self.store, self.bank).resolve_or_create("party", "core", pa.array([f"C-{n}" for n in range(count)])).to_pylist()

    def message(self, person: int, **more):
        from arrears.casefile.facts.message import MessageQueued

        fact = MessageQueued(
            self.store.ids.random_id(), person, self.store.ids.random_id(), "email", "post", "", "collection", "reminder@1", "en", "lender", "debtor", ("D1",), "E1",
            "not_tied", ("institution_named",), 40_000, "li@post.example", "Your account", "Dear Ms Li, please get in touch.", self.at, self.at + timedelta(days=2))
        return replace(fact, **more)

    def queue(self, *messages) -> None:
        from arrears.casefile.store import outbox

        with self.store.institution.acting_for(self.bank):
            outbox.put(messages, actor="policy", at=self.at, cause="story")

    def step(self):
        from arrears.act.dispatch import step

        return step(self.worker)

    def names(self, person: int) -> list[str]:
        with self.store.institution.acting_for(self.bank):
            return [name for (name,) in query(self.store, f"SELECT name FROM journal_entries WHERE chain = {person} ORDER BY position")]

    def rows(self, sql: str):
        with self.store.institution.acting_for(self.bank):
            return query(self.store, sql)


@pytest.fixture
def desk(store, bank, mail) -> Desk:
    return Desk(store, bank, mail)


def test_a_message_is_permitted_used_tried_taken_and_counted_in_this_order(desk, mail):
    (li,) = desk.people(1)
    desk.queue(desk.message(li))
    assert desk.step().taken == 1
    assert desk.names(li) == ["message:queued", "permit:issued", "permit:used", "message:tried", "message:taken", "contact:made"]
    (arrived,) = mail.box.mails
    assert (arrived["To"], arrived["Subject"]) == ("li@post.example", "Your account")
    assert desk.step().claimed == 0, "it is gone from the outbox"


def test_a_group_shares_transactions_and_each_person_gets_one_at_a_time(desk, mail):
    people = desk.people(20)
    desk.queue(*[desk.message(one) for one in people], desk.message(people[0]))
    assert desk.step().taken == 20
    assert len(mail.box.mails) == 20


def test_what_was_paid_meanwhile_is_not_asked_for(desk, mail):
    (li,) = desk.people(1)
    desk.queue(desk.message(li))
    desk.stated = replace(STATED, owed_minor=30_000)
    assert desk.step().stopped == 1
    assert desk.rows("SELECT reason FROM messages_stopped") == [("gate",)]
    assert mail.box.mails == []


def test_at_night_it_waits_for_the_morning(desk, mail):
    (li,) = desk.people(1)
    desk.at = MORNING + timedelta(hours=13)
    desk.queue(desk.message(li))
    assert desk.step().put_off == 1
    ((due_at,),) = desk.rows("SELECT due_at FROM outbox")
    assert due_at.astimezone(UTC) == datetime(2026, 3, 11, 0, 0, tzinfo=UTC), "eight in Shanghai"
    desk.at = due_at.astimezone(UTC)
    assert desk.step().taken == 1


def test_a_message_that_has_become_too_old_is_never_sent(desk, mail):
    (li,) = desk.people(1)
    desk.queue(desk.message(li, good_until=MORNING + MINUTE))
    desk.at += 2 * MINUTE
    assert desk.step().stopped == 1
    assert (desk.rows("SELECT reason FROM messages_stopped"), mail.box.mails) == ([("too_late",)], [])


def test_a_busy_server_is_tried_again_later_and_then_given_up(desk, mail):
    (li,) = desk.people(1)
    mail.box.data = lambda address: "451 4.3.0 try later"
    desk.stated = replace(STATED, owed_minor=90_000)
    desk.queue(desk.message(li))
    assert desk.step().put_off == 1
    desk.at += timedelta(days=1)
    assert desk.step().stopped == 1
    assert desk.rows("SELECT kind, code FROM messages_answered ORDER BY attempt") == [("not_taken", "451 4.3.0")] * 2
    assert desk.rows("SELECT reason, detail FROM messages_stopped") == [("attempts", "451 4.3.0")]


def test_an_address_that_does_not_exist_is_not_tried_again(desk, mail):
    (li,) = desk.people(1)
    mail.box.rcpt = lambda address: "550 5.1.1 no such mailbox"
    desk.queue(desk.message(li))
    assert desk.step().stopped == 1
    assert desk.rows("SELECT reason, detail FROM messages_stopped") == [("provider", "550 5.1.1")]


def test_when_the_line_breaks_after_the_last_dot_nobody_knows_and_it_is_not_sent_again(desk, mail):
    (li,) = desk.people(1)
    mail.box.cut = lambda address: True
    desk.queue(desk.message(li))
    assert desk.step().uncertain == 1
    desk.at += timedelta(hours=1)
    assert desk.step().claimed == 0
    assert len(mail.box.mails) == 1
    assert desk.rows("SELECT state FROM outbox") == [("uncertain",)]
    assert desk.names(li)[-1] == "message:uncertain"


def test_while_the_server_is_away_no_permit_is_asked_for(desk, mail):
    from arrears.act.sending import ProviderAway

    (li,) = desk.people(1)
    desk.queue(desk.message(li))
    mail.stop()
    with pytest.raises(ProviderAway, match="does not answer"):
        desk.step()
    assert desk.names(li) == ["message:queued"]
    assert desk.rows("SELECT state FROM outbox") == [("waiting",)]
    mail.start()
    assert desk.step().taken == 1


@pytest.mark.parametrize(("channel", "campaign"), [("email", ""), ("", "spring"), ("", "")])
def test_a_pause_holds_at_once_and_what_it_held_goes_on_after_it(desk, mail, channel, campaign):
    from arrears.casefile.facts.message import PauseKind, SendingPaused
    from arrears.casefile.store.append import append

    (li,) = desk.people(1)
    desk.queue(desk.message(li, campaign="spring"))
    for kind, claimed in ((PauseKind.PAUSED, 0), (PauseKind.RESUMED, 1)):
        with desk.store.institution.acting_for(desk.bank):
            append(SendingPaused(kind, channel, campaign, "a wrong amount", "wei", desk.at), actor="wei", at=desk.at, cause="story")
        assert desk.step().claimed == claimed


def test_all_workers_together_keep_to_the_rate(desk, mail):
    desk.worker = replace(desk.worker, terms=replace(desk.terms, per_second=2, chunk=4))
    desk.queue(*[desk.message(one) for one in desk.people(8)])
    began = desk.at
    assert desk.step().taken + desk.step().taken == 8
    assert (desk.slept, desk.at - began) == (2.0, timedelta(seconds=2))


def test_what_a_dead_worker_had_not_tried_waits_again_and_what_it_had_tried_is_uncertain(desk, mail):
    from arrears.act import dispatch

    desk.queue(*[desk.message(one) for one in desk.people(2)])
    desk.worker = replace(desk.worker, terms=replace(desk.terms, chunk=1))
    dispatch._claim(desk.worker)
    second = dispatch._claim(desk.worker)
    dispatch._keep(desk.worker, dispatch._permit(desk.worker, second, dispatch.Did()), dispatch.Did())
    other = replace(desk.worker, worker_id=desk.store.ids.random_id())
    found = dispatch.recover(other)
    assert (found.put_off, found.uncertain) == (1, 1)
    assert sorted(desk.rows("SELECT state FROM outbox")) == [("uncertain",), ("waiting",)]


def test_what_a_living_worker_has_is_not_touched(desk, mail):
    from arrears.act import dispatch
    from arrears.casefile.store import outbox

    desk.queue(*[desk.message(one) for one in desk.people(2)])
    with outbox.at_work(desk.worker.worker_id):
        dispatch._claim(desk.worker)
        assert dispatch.recover(replace(desk.worker, worker_id=desk.store.ids.random_id())).claimed == 0
    assert dispatch.recover(replace(desk.worker, worker_id=desk.store.ids.random_id())).claimed == 2


def test_whoever_is_erased_while_a_message_is_on_its_way_stops_no_worker(desk, mail):
    from arrears.act import dispatch
    from arrears.casefile.store.identity import erase_party_identity

    li, wang = desk.people(2)
    desk.queue(desk.message(li), desk.message(wang, address="wang@post.example"))
    send = desk.provider.send
    mail.box.cut = lambda address: address.startswith("wang")

    def erasing(messages):
        with desk.store.institution.acting_for(desk.bank):
            for person in (li, wang):
                erase_party_identity(person)
        yield from send(messages)

    desk.provider.send = erasing
    did = desk.step()
    assert (did.taken, did.uncertain, len(mail.box.mails)) == (1, 1, 2)
    assert desk.names(li)[-2:] == ["message:tried", "message:taken"], "the use of the permit counts; words of a contact could not be sealed any more"
    ((message_id,),) = desk.rows("SELECT message_id FROM outbox")
    with desk.store.institution.acting_for(desk.bank):
        settled = dispatch.settle({message_id: dispatch.Answer(message_id, dispatch.Result.TAKEN)}, said_by="post", actor="hearing", at=desk.at)
    assert settled.taken == 1 and desk.rows("SELECT count(*) FROM outbox") == [(0,)]
