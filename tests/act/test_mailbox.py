"""Is a mailbox heard whole: nothing lost, nothing marked before it is on record, and nothing that stops the rest?"""

from __future__ import annotations

import subprocess
import sys
import textwrap
import time
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from arrears.act.channels.email.imap import KEPT, ImapListener, ImapSettings
from arrears.casefile.facts.message import Arrival
from arrears.core.problems import Busy, Refused
from arrears.intake.inbound.incoming import Receipt, Reply
from tests.act.mail_server import MailServer
from tests.act.mailbox import PASSWORD, USER, Dovecot
from tests.act.test_dispatch import Desk
from tests.conftest import folder_for_servers
from tests.peers import require_peer

pytestmark = pytest.mark.peer
MAILS = Path(__file__).parent / "mails"


@pytest.fixture(scope="module")
def server():
    program = require_peer("dovecot-imapd")
    with folder_for_servers() as folder:
        made = Dovecot(program, folder)
        made.start()
        yield made
        made.stop()


@pytest.fixture
def box(server):
    server.empty()
    return server


def settings(box, **more) -> ImapSettings:
    return replace(ImapSettings("localhost", USER, ("bank.example",), ("stop@bank.example",), box.port, ca_file=str(box.chain), poll_seconds=0.05, timeout_seconds=10), **more)


@contextmanager
def listening(box, password: str = PASSWORD, **more):
    listener = ImapListener("answers", settings(box, **more), password, lambda: datetime.now(UTC), time.sleep)
    try:
        yield listener
    finally:
        listener.close()


def words(heard) -> list[str]:
    return [one.what.text if isinstance(one.what, Reply) else one.what.arrival.value for one in heard]


def mail(text: str, **headers: str) -> bytes:
    return ("".join(f"{name}: {value}\r\n" for name, value in ({"From": "li@post.example", "Subject": "Re: x"} | headers).items()) + f"\r\n{text}\r\n").encode()


def test_what_comes_in_is_heard_in_order_and_gone_once_it_is_kept(box):
    for text in ("one", "two", "three"):
        box.put(mail(text))
    with listening(box) as listener:
        heard = listener.hear(5)
        assert words(heard) == ["one", "two", "three"]
        assert len({one.what.source for one in heard}) == 3 and all(one.what.source.startswith("answers:INBOX:") for one in heard)
        listener.kept([heard[0].token, heard[2].token])
        assert words(listener.hear(0)) == ["two"], "what was not kept is heard again"
        listener.kept([heard[1].token])
        assert listener.hear(0) == []
    assert box.flags() == [{"\\Seen", KEPT}] * 3


def test_what_was_heard_and_not_kept_is_heard_again_by_the_next_one_under_the_same_name(box):
    box.put(mail("one"))
    with listening(box) as first:
        before = first.hear(0)
    with listening(box) as second:
        assert second.hear(0) == before


def test_a_mail_that_somebody_has_looked_at_is_heard_all_the_same(box):
    box.put(mail("one"))
    with box.signed_in() as person:
        person.select("INBOX")
        person.fetch("1", "(BODY[])")
    assert box.flags() == [{"\\Seen"}]
    with listening(box) as listener:
        assert words(listener.hear(0)) == ["one"]


def test_it_waits_for_what_comes_and_no_longer_than_told(box):
    slept = []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        if len(slept) == 3:
            box.put(mail("late"))

    listener = ImapListener("answers", settings(box, poll_seconds=2), PASSWORD, lambda: datetime.now(UTC), sleep)
    assert words(listener.hear(60)) == ["late"]
    assert slept == [2, 2, 2]
    listener.kept([one.token for one in listener.hear(0)])
    slept.clear()
    assert listener.hear(3) == [] and slept == [2, 1]
    listener.close()


def test_many_are_heard_in_chunks_and_those_not_kept_do_not_hold_up_the_others(box):
    for number in range(7):
        box.put(mail(f"n{number}"))
    with listening(box, chunk=3) as listener:
        assert [words(listener.hear(0)) for _ in range(4)] == [["n0", "n1", "n2"], ["n3", "n4", "n5"], ["n6"], ["n0", "n1", "n2"]]


def test_a_mail_that_nobody_can_read_is_heard_and_the_next_one_too(box):
    box.put(b"\xff\xfe\x00\x01 no mail at all")
    box.put((MAILS / "broken_headers.eml").read_bytes())
    box.put(b"")
    box.put(mail("fine"))
    with listening(box) as listener:
        heard = listener.hear(0)
        assert len(heard) == 4 and words(heard)[-1] == "fine"
        listener.kept([one.token for one in heard])
        assert listener.hear(0) == []


def test_of_a_huge_mail_the_beginning_is_heard_and_little_is_fetched(box):
    box.put(mail("I paid.\r\n" + "x" * 5_000_000))
    with listening(box, mail_max=20_000) as listener:
        (heard,) = listener.hear(0)
        assert heard.what.text.startswith("I paid.") and len(heard.what.text) <= 20_000


def test_a_line_that_breaks_and_a_server_that_is_away_lose_nothing(box):
    box.put(mail("one"))
    with listening(box) as listener:
        (before,) = listener.hear(0)
        box.stop()
        try:
            with pytest.raises(Busy, match="waits there") as away:
                listener.hear(0)
            assert PASSWORD not in str(away.value) and USER not in str(away.value)
            with pytest.raises(Busy):
                listener.kept([before.token])
        finally:
            box.start()
        (again,) = listener.hear(0)
        assert again == before
        listener.kept([again.token])
        assert listener.hear(0) == []


def test_a_wrong_password_is_said_without_the_password(box):
    with listening(box, password="hunter2") as listener, pytest.raises(Busy, match="user and password") as no:
        listener.hear(0)
    assert "hunter2" not in str(no.value)


def test_a_server_that_nobody_vouches_for_gets_no_password(box):
    with listening(box, ca_file=None) as listener, pytest.raises(Busy, match="SSLCertVerificationError"):
        listener.hear(0)


def test_it_goes_over_to_tls_where_the_server_begins_without(box):
    box.put(mail("one"))
    with listening(box, port=box.plain_port, tls="starttls") as listener:
        assert words(listener.hear(0)) == ["one"]


def test_kept_mails_may_be_moved_to_a_folder(box):
    with box.signed_in() as person:
        person.create("Done")
    box.put(mail("one"))
    box.put(mail("two"))
    with listening(box, done_folder="Done") as listener:
        heard = listener.hear(0)
        listener.kept([heard[0].token])
        listener.kept([heard[0].token])
        assert words(listener.hear(0)) == ["two"]
    with box.signed_in() as person:
        assert person.select("Done")[1] == [b"1"] and person.select("INBOX")[1] == [b"1"]
        person.select("Done")
        person.store("1", "+FLAGS", "\\Deleted")
        person.expunge()


def test_a_mailbox_that_is_not_there_is_said(box):
    with listening(box, mailbox="Nowhere") as listener, pytest.raises(Busy):
        listener.hear(0)


def test_a_mailbox_that_keeps_no_keywords_is_refused_before_anything_is_heard(box):
    import imaplib

    class ReadOnly(ImapListener):
        def _connect(self) -> imaplib.IMAP4:
            line = super()._connect()
            line.select = lambda mailbox: imaplib.IMAP4.select(line, mailbox, readonly=True)
            return line

    box.put(mail("one"))
    listener = ReadOnly("answers", settings(box), PASSWORD, lambda: datetime.now(UTC), time.sleep)
    with pytest.raises(Refused, match="done_folder"):
        listener.hear(0)


def test_tokens_of_a_mailbox_that_was_made_anew_mark_nothing(box):
    box.put(mail("one"))
    with listening(box) as listener:
        (heard,) = listener.hear(0)
        validity, _, uid = heard.token.partition("/")
        listener.kept([f"{int(validity) + 1}/{uid}"])
        assert words(listener.hear(0)) == ["one"]


def test_a_mail_at_which_the_line_breaks_each_time_does_not_stop_the_others(box):
    import imaplib

    class Breaks(ImapListener):
        def _connect(self) -> imaplib.IMAP4:
            line = super()._connect()
            usual = line.uid

            def uid(command, *words):
                if command == "FETCH" and words[0] == self.poison:
                    line.shutdown()
                return usual(command, *words)

            line.uid = uid
            return line

    for text in ("one", "two", "three"):
        box.put(mail(text))
    with listening(box) as listener:
        _, second, _ = listener.hear(0)
    listener = Breaks("answers", settings(box), PASSWORD, lambda: datetime.now(UTC), time.sleep)
    listener.poison = second.token.partition("/")[2]
    heard = []
    for _ in range(12):
        try:
            found = listener.hear(0)
        except Busy:
            continue
        heard += words(found)
        listener.kept([one.token for one in found])
    assert "three" in heard
    box.put(mail("four"))
    listener.poison = ""
    for _ in range(4):
        found = listener.hear(0)
        heard += words(found)
        listener.kept([one.token for one in found])
    assert sorted(heard) == ["four", "one", "three", "two"], "and it is heard itself, once that works"
    listener.close()


LISTENS_AND_DIES = """
import sys, time, os
from datetime import UTC, datetime
from arrears.act.channels.email.imap import ImapListener, ImapSettings
port, chain, user, password = sys.argv[1:]
listener = ImapListener("answers", ImapSettings("localhost", user, ("bank.example",), (), int(port), ca_file=chain), password, lambda: datetime.now(UTC), time.sleep)
print(*sorted(one.what.source for one in listener.hear(5)), flush=True)
os.kill(os.getpid(), 9)
"""


def test_a_mail_goes_out_and_its_bounce_and_an_answer_are_heard_again_after_a_listener_was_killed(store, bank, tmp_path, box):
    from arrears.core.ids import id_text

    with MailServer(tmp_path) as post:
        desk = Desk(store, bank, post)
        li, wang = desk.people(2)
        messages = [desk.message(li), desk.message(wang, address="wang@post.example")]
        desk.queue(*messages)
        assert desk.step().taken == 2
        sent = {mail["To"]: (mail, raw) for mail, raw in zip(post.box.mails, post.box.raw, strict=True)}
    mail_of_li, raw = sent["li@post.example"]
    box.put(textwrap.dedent(f"""\
        Return-Path: <>
        From: MAILER-DAEMON@post.example
        To: {mail_of_li["From"].addresses[0].addr_spec}
        Subject: Undelivered Mail
        MIME-Version: 1.0
        Content-Type: multipart/report; report-type=delivery-status; boundary=b

        --b
        Content-Type: message/delivery-status

        Reporting-MTA: dns; post.example

        Final-Recipient: rfc822; li@post.example
        Action: failed
        Status: 5.1.1

        --b
        Content-Type: message/rfc822

        """).encode() + raw + b"\n--b--\n")
    answered = sent["wang@post.example"][0]
    box.put(mail("我上周五已经还清\r\n\r\n在 2026-03-10 10:00:00，\"Example Bank\" <service@bank.example> 写道：\r\n\r\nDear Ms Li, please get in touch.",
                 From="wang@post.example", Subject="Re: Your account", **{"In-Reply-To": answered["Message-ID"], "Content-Type": "text/plain; charset=utf-8"}))
    died = subprocess.run([sys.executable, "-c", LISTENS_AND_DIES, str(box.port), str(box.chain), USER, PASSWORD], capture_output=True, text=True, timeout=60)
    assert died.returncode == -9, died.stderr
    with listening(box) as listener:
        heard = listener.hear(5)
        assert sorted(one.what.source for one in heard) == died.stdout.split(), "heard again, under the same names"
        bounce, answer = sorted((one.what for one in heard), key=lambda one: isinstance(one, Reply))
        assert isinstance(bounce, Receipt) and isinstance(answer, Reply)
        assert (bounce.key, bounce.arrival, bounce.code) == (id_text(messages[0].message_id), Arrival.BOUNCED, "5.1.1")
        assert (answer.answers, answer.address, answer.text, answer.is_automatic) == (id_text(messages[1].message_id), "wang@post.example", "我上周五已经还清", False)
        listener.kept([one.token for one in heard])
        assert listener.hear(0) == []
    with listening(box) as another:
        assert another.hear(0) == []
