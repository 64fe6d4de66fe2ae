"""Does a worker send by the providers that a home states, and does what came in between decision and sending stop the message?"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from threading import Event, Thread

import duckdb
import pytest

from arrears.casefile.facts.message import MessageQueued, Result, WhyStopped
from arrears.casefile.store import outbox
from arrears.casefile.store.ids import random_id
from arrears.casefile.store.institution import acting_for
from arrears.core.problems import AnswerIsNo, BadData, Refused
from arrears.engine.use_cases import messages, sending
from arrears.intake.book.layout import staged_batch, write_batch_facts
from arrears.site import channels
from tests.act.mail_server import MailServer
from tests.engine.test_permits import STATED
from tests.workbench.conftest import bank
from tests.workbench.run_files import LIN

__all__ = ["bank"]
TEN = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
"""Ten in the morning in Shanghai, the day after the run."""


@pytest.fixture
def mail(tmp_path):
    with MailServer(tmp_path) as server:
        yield server


class Office:
    """A lender with a mail server, on a clock that only a story moves."""

    def __init__(self, bank, mail: MailServer) -> None:
        channels.offer()
        self.bank, self.mail, self.at = bank, mail, TEN
        self.told: list[sending.Told] = []
        bank.home.law_file.write_text(STATED, encoding="utf-8")
        bank.home.providers_file.write_text(f"""
providers:
  post:
    kind: smtp
    per_second: 100
    host: localhost
    port: {mail.port}
    ca_file: {mail.chain}
    sender: {{address: service@bank.example, name: Example Bank, reply_to: answers@bank.example, unsubscribe: "https://bank.example/stop/{{key}}"}}
""", encoding="utf-8")

    def queue(self, debt: str = "12", amount_minor: int = 50_000, **more) -> int:
        """A message to Lin about one debt."""
        one = MessageQueued(
            random_id(), LIN, self.bank.book.lin, "email", "post", "main/2026-11-23", "collection", "reminder@1", "en", "lender", "debtor", (debt,), "E1", "not_tied",
            ("institution_named",), amount_minor, "lin@post.example", "Your account", "Dear Lin, please get in touch.", self.at, self.at + timedelta(days=2))
        one = replace(one, **more)
        with acting_for(self.bank.institution_id):
            outbox.put([one], actor="policy", at=self.at, cause="story")
        return one.message_id

    def deliver_payment(self, account: int, amount_minor: int, paid_on: date) -> None:
        """The lender's file of the day, with one payment."""
        with staged_batch(self.bank.home.books / "main", 2) as folder:
            duckdb.sql(f"""COPY (SELECT {account}::BIGINT AS account_id, 77::BIGINT AS payment_id, DATE '{paid_on}' AS paid_on, {amount_minor}::BIGINT AS amount_minor,
                           NULL::BIGINT AS reversal_of) TO '{folder}/payments.parquet' (FORMAT parquet)""")
            write_batch_facts(folder, {"number": 2, "created": "2026-11-24", "namespace": "core"})

    def work_until(self, done: Callable[[], bool]) -> None:
        """Let a worker run until this is so."""
        stop = Event()
        worker = Thread(target=sending.send_until, args=(stop, self.bank.home, self.bank.institution_id, lambda: self.at, self.told.append))
        worker.start()
        deadline = time.monotonic() + 30
        while not done() and time.monotonic() < deadline:
            time.sleep(0.05)
        stop.set()
        worker.join()
        assert done(), self.told

    def became(self, message_id: int) -> str:
        """What became of a message: taken, a reason why it was stopped, uncertain, or nothing yet."""
        told = messages.told(self.bank.institution_id, message_id)
        return told.stopped.reason if told.stopped else str(told.answered[-1].kind) if told.answered else ""


@pytest.fixture
def office(bank, mail):
    yield Office(bank, mail)
    bank.home.law_file.unlink()
    bank.home.providers_file.unlink()


def test_a_worker_sends_what_waits_by_the_provider_that_the_home_states(office):
    message = office.queue()
    office.work_until(lambda: office.became(message) == Result.TAKEN)
    assert [one["To"] for one in office.mail.box.mails] == ["lin@post.example"]


def test_a_payment_that_came_in_after_the_message_was_queued_stops_it(office):
    message = office.queue()
    office.deliver_payment(12, 50_000, date(2026, 11, 24))
    office.work_until(lambda: office.became(message) == WhyStopped.GATE)
    told = messages.told(office.bank.institution_id, message)
    assert not office.mail.box.mails and "owed" in told.stopped.detail


def test_a_part_payment_stops_a_message_that_asks_for_more_than_is_owed_now(office):
    message = office.queue(amount_minor=50_000)
    office.deliver_payment(12, 10_000, date(2026, 11, 24))
    office.work_until(lambda: office.became(message) == WhyStopped.GATE)
    assert not office.mail.box.mails


def test_a_payment_that_is_announced_for_a_day_to_come_stops_the_message_about_its_debt_alone(office):
    announced, other = office.queue("11", 270_000), office.queue("12")
    office.work_until(lambda: office.became(announced) == WhyStopped.GATE and office.became(other) == Result.TAKEN)
    assert len(office.mail.box.mails) == 1


def test_a_running_worker_sees_a_payment_that_is_delivered_while_it_runs(office):
    first = office.queue()
    office.work_until(lambda: office.became(first) == Result.TAKEN)
    office.at += timedelta(days=1, hours=1)
    later = office.queue(due_at=office.at + timedelta(seconds=1))

    def delivered() -> bool:
        if office.at == TEN + timedelta(days=1, hours=1):
            office.deliver_payment(12, 50_000, date(2026, 11, 25))
            office.at += timedelta(seconds=2)
        return office.became(later) == WhyStopped.GATE

    office.work_until(delivered)
    assert len(office.mail.box.mails) == 1


def test_what_nobody_is_sure_of_waits_for_a_person_who_looks_it_up(office):
    office.mail.box.cut = lambda address: True
    message = office.queue()
    office.work_until(lambda: office.became(message) == Result.UNCERTAIN)
    assert [(one.message_id, one.state) for one in messages.listed(office.bank.institution_id)] == [(message, "uncertain")]
    did = messages.say_what_came(office.bank.institution_id, message, Result.TAKEN, by="manager", at=office.at, actor="manager")
    assert did.taken == 1 and office.became(message) == Result.TAKEN and messages.listed(office.bank.institution_id) == []
    with pytest.raises(AnswerIsNo, match="Nobody is in doubt"):
        messages.say_what_came(office.bank.institution_id, message, Result.TAKEN, by="manager", at=office.at, actor="manager")


def test_a_message_that_was_surely_not_taken_is_sent_again_under_a_permit_of_its_own(office):
    office.mail.box.cut = lambda address: True
    message = office.queue()
    office.work_until(lambda: office.became(message) == Result.UNCERTAIN)
    office.mail.box.cut = lambda address: False
    messages.say_what_came(office.bank.institution_id, message, Result.NOT_TAKEN, by="manager", at=office.at, actor="manager")
    office.at += timedelta(days=1, hours=1)
    office.work_until(lambda: office.became(message) == Result.TAKEN)
    assert len({one.permit_id for one in messages.told(office.bank.institution_id, message).tried}) == 2


def test_a_message_is_taken_back_while_nobody_sends_it_and_once_only(office):
    message = office.queue()
    messages.take_back(office.bank.institution_id, message, by="manager", at=office.at, actor="manager")
    assert office.became(message) == WhyStopped.PERSON
    with pytest.raises(AnswerIsNo):
        messages.take_back(office.bank.institution_id, message, by="manager", at=office.at, actor="manager")


def test_a_pause_is_told_and_ended_by_its_name_alone(office):
    institution = office.bank.institution_id
    messages.pause(institution, "email", "", "wrong amounts", by="manager", at=office.at, actor="manager")
    assert messages.standing(institution).pauses == [("email", "")]
    with pytest.raises(AnswerIsNo, match="Just this is not paused"):
        messages.resume(institution, "", "", "all is well", by="manager", at=office.at, actor="manager")
    messages.resume(institution, "email", "", "all is well", by="manager", at=office.at, actor="manager")
    assert messages.standing(institution).pauses == []


@pytest.mark.parametrize(("text", "said"), [
    ("providers: {post: {kind: pigeon}}", "not known: pigeon"), ("providers: {post: {kind: smtp, host: h}}", "missing"), ("providers: {post: {host: h}}", "missing: kind"),
    ("providers: {post: {kind: smtp, per_second: 0}}", "per_second"), ("provider: {}", "missing: providers"), ("providers: {'a b': {kind: smtp}}", "no name of a provider"),
    ("providers: {post: {kind: smtp, host: h, port: 25, password: hunter2, sender: {}}}", "does not belong here"),
])
def test_a_file_of_providers_that_is_half_understood_sends_nothing(office, text, said):
    office.bank.home.providers_file.write_text(text, encoding="utf-8")
    with pytest.raises(BadData, match=said):
        sending.send_until(Event(), office.bank.home, office.bank.institution_id, lambda: office.at, office.told.append)


def test_a_secret_that_others_may_read_is_refused(office):
    folder = office.bank.home.secrets / "providers"
    folder.mkdir(parents=True)
    (folder / "post").write_text("hunter2")
    (folder / "post").chmod(0o644)
    try:
        with pytest.raises(Refused, match="Others on this machine may read"):
            sending.stated_providers(office.bank.home)
    finally:
        shutil.rmtree(folder)
