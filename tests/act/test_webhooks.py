"""Is what a bridge or a mail service tells believed only when it is signed, and is what we post to it signed and no more than needed?"""

from __future__ import annotations

import base64
import json
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arrears.act import callbacks
from arrears.act.channels.email import callback
from arrears.act.channels.email.reading import ours_of
from arrears.act.channels.webhook.bridge import WebhookProvider, WebhookSettings, answer_of, answers_of
from arrears.act.sending import Outgoing, ProviderAway
from arrears.act.signing import WINDOW, NotSigned, Secrets, What, check, secrets_of, sign
from arrears.casefile.facts.message import Arrival, Result
from arrears.core.ids import id_text
from arrears.core.problems import BadData, WrongCall
from arrears.intake.inbound.incoming import Receipt, Reply
from tests.act.bridge_server import SECRETS, BridgeServer

AT = datetime(2026, 3, 2, 2, 5, tzinfo=UTC)
KEY = id_text(4711815162342099)
MAILS = Path(__file__).parent / "mails"
SECOND = timedelta(seconds=1)


def body(*events: dict, **more) -> bytes:
    return json.dumps({"version": 1, "events": list(events)} | more, ensure_ascii=False).encode()


def receipt(**more) -> dict:
    return {"id": "e-1", "type": "delivered", "key": KEY, "at": "2026-03-02T10:05:00+08:00"} | more


def reply(**more) -> dict:
    return {"id": "e-2", "type": "reply", "from": "+85290000001", "to": "+85230000000", "text": "我已还款", "at": "2026-03-02T02:05:00Z"} | more


def told(sent: bytes, secrets: Secrets = SECRETS, what: What = What.EVENTS, at: datetime = AT, **headers: str):
    return callbacks.told("bridge", sign(secrets, what, sent, at) | headers, sent, SECRETS, AT)


# Signatures


def test_what_is_signed_is_heard():
    found = told(body(receipt(code="131026"), reply(answers=KEY.lower())))
    assert found == (
        Receipt("bridge:e-1", "", KEY, Arrival.DELIVERED, "131026", AT), Reply("bridge:e-2", "+85290000001", "+85230000000", KEY, "我已还款", False, AT))


@pytest.mark.parametrize(("change", "says"), [
    ({"at": AT - WINDOW - SECOND}, "too old"), ({"at": AT + WINDOW + SECOND}, "too old"), ({"what": What.MESSAGE}, "not right"), ({"what": What.STATUS}, "not right"),
    ({"Arrears-Key": "2024"}, "No secret"), ({"Arrears-Key": "2025-07"}, "not right"), ({"Arrears-Signature": "v1=" + "0" * 64}, "not right"), ({"Arrears-Signature": ""}, "not right"),
    ({"Arrears-Timestamp": ""}, "moment"), ({"Arrears-Timestamp": "-5"}, "moment"), ({"Arrears-Timestamp": "１７"}, "moment"), ({"Arrears-Timestamp": "9" * 40}, "moment"),
    ({"Arrears-Timestamp": "1772417101"}, "not right"), ({"Arrears-Signature": "v1=é"}, "not right"),
])  # fmt: skip
def test_what_is_not_signed_rightly_or_now_is_not_looked_at(change, says):
    with pytest.raises(NotSigned, match=says):
        told(b"no json at all", **change)


@pytest.mark.parametrize("off", [-WINDOW, timedelta(0), WINDOW])
def test_clocks_may_differ_a_little(off):
    assert len(told(body(receipt()), at=AT + off)) == 1


def test_a_changed_body_is_not_believed():
    sent = body(receipt())
    with pytest.raises(NotSigned):
        callbacks.told("bridge", sign(SECRETS, What.EVENTS, sent, AT), sent.replace(b"delivered", b"bounced"), SECRETS, AT)


def test_a_secret_is_changed_without_a_gap():
    old, new = {"2026-01": b"a" * 32}, {"2026-07": b"b" * 32}
    before, between, after = Secrets(old, "2026-01"), Secrets(old | new, "2026-01"), Secrets(new, "2026-07")
    writers = [(before, between), (Secrets(old | new, "2026-07"), between), (after, after)]
    for writer, reader in writers:
        check(reader, What.EVENTS, sign(writer, What.EVENTS, b"x", AT), b"x", AT)
    with pytest.raises(NotSigned):
        check(after, What.EVENTS, sign(before, What.EVENTS, b"x", AT), b"x", AT)


@pytest.mark.parametrize("text", ["", "2026", "2026 xyz", "2026 " + "ab" * 31, "# 2026 " + "ab" * 32, "a b c"])
def test_a_file_of_secrets_that_is_wrong_is_refused_without_repeating_them(text):
    with pytest.raises(WrongCall) as no:
        secrets_of(text)
    assert "ab" * 31 not in str(no.value) and "xyz" not in str(no.value)
    assert "abab" not in repr(secrets_of("2026 " + "ab" * 32)) and "\\xab" not in repr(secrets_of("2026 " + "ab" * 32))


@given(st.binary(max_size=100), st.binary(max_size=100))
def test_no_two_bodies_have_one_signature(one, other):
    if one != other:
        with pytest.raises(NotSigned):
            check(SECRETS, What.EVENTS, sign(SECRETS, What.EVENTS, one, AT), other, AT)


# What is told


@pytest.mark.parametrize(("sent", "says"), [
    (b"", "not JSON"), (b"\xff", "not JSON"), (b"[" * 100_000, "not JSON"), (b"[]", "version"), (b'{"version": 2, "events": []}', "version"), (b'{"version": 1}', "version"),
    (body(*[receipt()] * 501), "more than 500"), (b'{"version": 1, "events": [7]}', "Event 1 is not"), (body(receipt(), receipt(id="")), 'Event 2: "id"'), (body(receipt(id="x" * 201)), '"id"'),
    (body(receipt(type="eaten")), "eaten"), (body(receipt(key="K7")), '"key"'), (body(receipt(key="")), "neither"), (body(receipt(key=7)), '"key" is not a text'),
    (body(receipt(at="yesterday")), '"at"'), (body(receipt(at="2026-03-02T10:05:00")), "offset"), (body(reply(**{"from": ""})), '"from"'), (body(reply(automatic="no")), '"automatic"'),
    (body(reply(text=None)), '"text"'), (body({"id": "e", "type": "mail", "raw": "", "at": "2026-03-02T02:05:00Z"}), "mail"),
])  # fmt: skip
def test_a_body_that_is_not_of_the_form_is_refused_whole_and_by_name(sent, says):
    with pytest.raises(BadData, match=says):
        callbacks.events("bridge", sent)


def test_a_body_that_is_too_large_is_not_even_checked():
    with pytest.raises(BadData, match="bytes"):
        told(b" " * (callbacks.BODY_MAX + 1))


def test_words_that_stand_in_a_wrong_field_are_not_repeated():
    with pytest.raises(BadData) as no:
        callbacks.events("bridge", body(reply(at="li@post.example")))
    assert "li@post.example" not in str(no.value)


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=5), lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
    st.sampled_from(["version", "events", "id", "type", "key", "at", "from", "text", "raw"]), inner, max_size=6), max_leaves=20))
def test_no_json_whatever_is_too_much(said):
    with suppress(BadData):
        callbacks.events("bridge", json.dumps({"version": 1, "events": [said]}).encode())


def test_signs_that_no_database_takes_are_left_out():
    (found,) = callbacks.events("bridge", b'{"version": 1, "events": [{"id": "e", "type": "reply", "from": "a", "text": "a\\u0000b\\ud800", "at": "2026-03-02T02:05:00Z"}]}')
    assert found.text == "ab?"


@pytest.mark.parametrize("name", ["bounce_no_such_user", "reply_qq_gb18030", "unsubscribe_by_address", "broken_headers"])
def test_a_mail_told_over_the_web_says_what_it_says_in_a_mailbox(name):
    from arrears.act.channels.email.reading import read

    raw, ours = (MAILS / f"{name}.eml").read_bytes(), ours_of(["bank.example"], ["stop@bank.example"])
    sent = body({"id": "e-3", "type": "mail", "raw": base64.b64encode(raw).decode(), "at": "2026-03-02T02:05:00Z"})
    assert callback.told("mails", sign(SECRETS, What.EVENTS, sent, AT), sent, SECRETS, AT, ours) == (read(raw, "mails:e-3", ours, AT),)
    with pytest.raises(BadData, match='"raw"'):
        broken = sent.replace(b'"raw": "', b'"raw": "!')
        callback.told("mails", sign(SECRETS, What.EVENTS, broken, AT), broken, SECRETS, AT, ours)


# What is posted


@pytest.fixture
def bridge(tmp_path):
    server = BridgeServer(tmp_path)
    server.now = lambda: AT
    server.start()
    yield server
    server.stop()


@pytest.fixture
def provider(bridge):
    made = provider_for(bridge)
    yield made
    made.close()


def provider_for(bridge, secrets: Secrets = SECRETS, clock=lambda: AT, **more) -> WebhookProvider:
    settings = WebhookSettings("social_message", bridge.url, bridge.status_url, ca_file=str(bridge.chain), timeout_seconds=2)
    return WebhookProvider("bridge", replace(settings, **more), secrets, clock)


def one(number: int = 1, **more) -> Outgoing:
    return replace(Outgoing(number, id_text(number), f"wa-{number}", "", "请与我们联系。", "zh-CN"), **more)


def test_the_bridge_gets_where_it_goes_and_what_it_says_and_nothing_else(bridge, provider):
    (found,) = provider.send([one()])
    assert bridge.bodies == [{"version": 1, "key": id_text(1), "channel": "social_message", "to": "wa-1", "locale": "zh-CN", "subject": "", "text": "请与我们联系。"}]
    assert bridge.headers[0]["Idempotency-Key"] == f'"{id_text(1)}"'
    assert (found.result, found.reference, found.code) == (Result.TAKEN, "b-1", "202")


def test_what_the_bridge_has_already_is_taken_once(bridge, provider):
    assert [next(iter(provider.send([one()]))).reference for _ in range(2)] == ["b-1", "b-1"]
    assert list(bridge.taken) == [id_text(1)]


@pytest.mark.parametrize(("status", "said", "means"), [
    (200, {"reference": "x"}, "taken"), (202, None, "taken"), (204, None, "taken"), (302, None, "uncertain"), (400, None, "refused"), (401, None, "not_taken"), (403, None, "not_taken"),
    (404, None, "not_taken"), (405, None, "not_taken"), (408, None, "uncertain"), (409, {"reference": "x"}, "taken"), (409, None, "uncertain"), (410, None, "refused"), (413, None, "refused"),
    (422, {"code": "blocked"}, "refused"), (429, None, "not_taken"), (500, None, "uncertain"), (502, None, "uncertain"), (503, None, "not_taken"), (504, None, "uncertain"),
])  # fmt: skip
def test_each_answer_means_what_is_written_down(status, said, means):
    assert answer_of(7, status, said).result.value == means


@pytest.mark.parametrize("said", [{"code": "li@post.example"}, {"code": "no such number +852"}, {"code": ["x"]}, {"code": "x" * 300}, "words", None, [1]])
def test_words_of_the_bridge_do_not_come_into_the_record(said):
    assert answer_of(7, 422, said).code == "422"


def test_who_is_not_let_in_sends_nothing_more_and_says_so_before_the_next_permit(bridge):
    wrong = Secrets({"2026-01": b"x" * 32}, "2026-01")
    provider = provider_for(bridge, wrong)
    with pytest.raises(ProviderAway, match="answers 401"):
        provider.ready()
    provider.close()
    without = provider_for(bridge, wrong, status_url="", connections=1)
    without.ready()
    assert [answer.code for answer in without.send([one(number) for number in range(1, 5)])].count("held back") == 3
    with pytest.raises(ProviderAway, match="nothing now"):
        without.ready()
    without.close()
    assert bridge.bodies == []


def test_a_busy_bridge_is_left_alone_as_long_as_it_asks(bridge):
    now = [AT]
    bridge.now, bridge.answer = lambda: now[0], lambda address: (429, None)
    provider = provider_for(bridge, clock=lambda: now[0], connections=1)
    provider.ready()
    assert {answer.result for answer in provider.send([one(number) for number in range(1, 5)])} == {Result.NOT_TAKEN}
    with pytest.raises(ProviderAway):
        provider.ready()
    bridge.answer = lambda address: None
    now[0] += 2 * SECOND
    provider.ready()
    assert [answer.result for answer in provider.send([one()])] == [Result.TAKEN]
    provider.close()


def test_what_is_uncertain_is_asked_for_at_once_and_only_a_yes_is_believed(bridge, provider):
    bridge.cut = lambda address: address == "wa-1"
    bridge.answer = lambda address: (500, None) if address == "wa-2" else None
    provider.ready()
    found = {answer.message_id: answer for answer in provider.send([one(1), one(2), one(3)])}
    assert {number: answer.result for number, answer in found.items()} == {1: Result.TAKEN, 2: Result.UNCERTAIN, 3: Result.TAKEN}
    assert found[1].reference == bridge.taken[id_text(1)]


def test_many_keys_are_asked_for_in_parts_and_only_those_asked_for_are_believed(bridge, provider):
    for number in range(1, 121):
        bridge.taken[id_text(number)] = f"b-{number}"
    keys = [id_text(number) for number in range(1, 131)]
    assert len(provider.ask(keys)) == 120 and bridge.asked == 3
    assert answers_of(["K1"], {"messages": [{"key": "K2", "state": "taken"}, {"key": "K1", "state": "lost"}, "x", None]}) == {}
    assert answers_of(["K1"], ["x"]) == answers_of(["K1"], None) == answers_of(["K1"], {"messages": "x"}) == {}
    bridge.stop()
    assert provider.ask(keys) == {}


def test_a_hundred_messages_go_several_at_once(bridge):
    import time

    bridge.slow = lambda address: 0.05
    provider = provider_for(bridge, connections=10)
    began = time.monotonic()
    assert len(list(provider.send([one(number) for number in range(1, 101)]))) == 100
    assert time.monotonic() - began < 4, "one after the other it would be five seconds at least"
    provider.close()


@pytest.mark.parametrize("settings", [
    {"url": "http://bridge.example/messages"}, {"url": "ftp://bridge.example"}, {"url": "https://user:word@bridge.example"}, {"url": ""}, {"status_url": "http://bridge.example/status"},
    {"channel": "whatsapp"}, {"url": "http://192.0.2.1/x"},
])  # fmt: skip
def test_words_never_travel_in_the_open_and_every_channel_has_rules(settings):
    with pytest.raises(WrongCall):
        WebhookSettings(**({"channel": "social_message", "url": "https://bridge.example/messages"} | settings))
    assert WebhookSettings("chat", "http://127.0.0.1:8080/messages").channel == "chat"


def test_a_bridge_that_nobody_vouches_for_gets_nothing(bridge):
    provider = provider_for(bridge, ca_file=None)
    with pytest.raises(ProviderAway, match="does not answer"):
        provider.ready()
    assert [answer.result for answer in provider.send([one()])] == [Result.NOT_TAKEN]
    assert bridge.bodies == []
    provider.close()


def test_what_a_worker_left_when_it_died_is_settled_by_asking_the_bridge(store, bank, tmp_path, bridge):
    from arrears.act import dispatch
    from tests.act.mail_server import MailServer
    from tests.act.test_dispatch import Desk

    (tmp_path / "post").mkdir()
    desk = Desk(store, bank, MailServer(tmp_path / "post"))
    bridge.now = lambda: desk.at
    provider = provider_for(bridge, clock=lambda: desk.at)
    desk.worker = replace(desk.worker, provider=provider)
    people = desk.people(3)
    desk.queue(*[desk.message(one, channel="social_message", provider="bridge", address=f"wa-{number}") for number, one in enumerate(people)])
    claimed = dispatch._claim(desk.worker)
    kept = dispatch._keep(desk.worker, dispatch._permit(desk.worker, claimed, dispatch.Did()), dispatch.Did())
    assert len(kept) == 3
    assert [answer.result for answer in provider.send([dispatch._outgoing(desk.worker, kept[0].message)])] == [Result.TAKEN]
    died_before_it_recorded_the_answer = replace(desk.worker, worker_id=store.ids.random_id())
    found = dispatch.recover(died_before_it_recorded_the_answer)
    assert (found.taken, found.uncertain) == (1, 2)
    assert desk.rows("SELECT kind, reference FROM messages_answered WHERE kind = 'taken'") == [("taken", "b-1")]
    assert len(bridge.bodies) == 1
    provider.close()
