"""Is a text message handed to an HTTP gateway once, and are its calls back read and only its own believed?

The gateways are Debian's Kannel, and a server that answers as it is told.
"""

from __future__ import annotations

import hmac
import json
import time
from datetime import UTC, datetime
from hashlib import sha256
from urllib.parse import parse_qs, urlsplit

import pytest

from arrears.act.channels.sms.http_gateway import Callback, Gateway, HttpGatewayProvider, Kannel, kannel, parse_callback
from arrears.act.sending import ProviderAway
from arrears.casefile.facts.message import Arrival, Result
from arrears.core.problems import AnswerIsNo, BadData, WrongCall
from arrears.intake.inbound.incoming import Receipt, Reply
from tests.act.kannel import HttpServer, KannelServer, free_port
from tests.act.test_sms import TWO_PARTS, eventually, message, sent

NOW = datetime(2026, 3, 10, 2, 0, tzinfo=UTC)
BODY = {"messages": [{"to": "{digits}", "from": "{source}", "text": "{text}", "alphabet": "{alphabet}"}]}
HEADERS = {"Authorization": "Bearer {password}"}


@pytest.fixture
def server():
    one = HttpServer()
    yield one
    one.stop()


@pytest.fixture
def made():
    open_ones = []

    def make(gateway: Gateway, password: str = "pass-word") -> HttpGatewayProvider:
        open_ones.append(HttpGatewayProvider("gateway", gateway, password, lambda: NOW))
        return open_ones[-1]

    yield make
    for one in open_ones:
        one.close()


def plain(server: HttpServer, **settings) -> Gateway:
    return Gateway(f"{server.url}/send", "95588", body=BODY, headers=HEADERS, reference="messages.0.id", answer_seconds=0.5, connect_seconds=0.5, **settings)


# A gateway that speaks JSON


def test_a_message_goes_out_with_our_key_and_is_called_as_the_gateway_calls_it(server, made):
    server.answer = lambda *asked: (202, '{"messages": [{"id": "a7"}]}')
    (answer,) = sent(made(plain(server)), message(1, "您好"))
    assert (answer.result, answer.reference, answer.code) == (Result.TAKEN, "a7", "202")
    ((method, target, headers, body),) = server.requests
    assert (method, target, headers["Idempotency-Key"], headers["Authorization"]) == ("POST", "/send", "KEY1", "Bearer pass-word")
    assert json.loads(body) == {"messages": [{"to": "8613800000001", "from": "95588", "text": "您好", "alphabet": "ucs2"}]}


def test_a_form_and_an_address_with_gaps_are_filled_and_escaped(server, made):
    gateway = Gateway(server.url + "/to/{address}", body={"m": "{text}", "n": "{parts}"}, body_kind="form", query={"k": "{key}"})
    (answer,) = sent(made(gateway), message(1, TWO_PARTS + "&m=x"))
    assert (answer.result, answer.reference) == (Result.TAKEN, "KEY1"), "called by our key"
    ((_, target, _, body),) = server.requests
    assert target == "/to/%2B8613800000001?k=KEY1"
    assert parse_qs(body.decode()) == {"m": [TWO_PARTS + "&m=x"], "n": ["2"]}


@pytest.mark.parametrize(("status", "result"), [
    (200, Result.TAKEN), (400, Result.REFUSED), (422, Result.REFUSED), (401, Result.NOT_TAKEN), (429, Result.NOT_TAKEN), (503, Result.NOT_TAKEN),
    (302, Result.UNCERTAIN), (408, Result.UNCERTAIN), (409, Result.UNCERTAIN), (500, Result.UNCERTAIN), (502, Result.UNCERTAIN), (504, Result.UNCERTAIN)])
def test_the_status_says_what_is_known(server, made, status, result):
    server.answer = lambda *asked: (status, "{}")
    (answer,) = sent(made(plain(server)), message())
    assert (answer.result, answer.code) == (result, str(status))
    assert len(server.requests) == 1, "asked once, followed nowhere"


@pytest.mark.parametrize(("body", "result"), [("OK 7", Result.TAKEN), ("ERR blocked", Result.REFUSED), ("BUSY", Result.NOT_TAKEN), ("<html>", Result.UNCERTAIN)])
def test_a_gateway_that_always_says_200_is_read_by_its_words(server, made, body, result):
    server.answer = lambda *asked: (200, body)
    (answer,) = sent(made(plain(server, taken_if="^OK", refused_if="^ERR", not_taken_if="^BUSY")), message())
    assert answer.result is result


def test_when_no_answer_comes_or_the_line_breaks_after_the_request_nobody_knows(server, made):
    provider = made(plain(server))
    server.answer = lambda *asked: None
    assert [(one.result, one.code) for one in sent(provider, message())] == [(Result.UNCERTAIN, "line lost")]
    server.answer = lambda *asked: time.sleep(1.0) or (200, "{}")
    assert [(one.result, one.code) for one in sent(provider, message())] == [(Result.UNCERTAIN, "no answer")]
    assert len(server.requests) == 2, "neither was sent a second time"


def test_where_nothing_listens_nothing_is_taken_and_no_permit_would_be_asked_for(made):
    provider = made(Gateway(f"http://127.0.0.1:{free_port()}/send", connect_seconds=0.5))
    assert [(one.result, one.code) for one in sent(provider, message())] == [(Result.NOT_TAKEN, "away")]
    with pytest.raises(ProviderAway, match="does not answer"):
        provider.ready()


def test_several_requests_are_under_way_at_once(server, made):
    server.answer = lambda *asked: time.sleep(0.1) or (200, "{}")
    began = time.monotonic()
    assert {one.result for one in sent(made(plain(server, concurrent=10)), *map(message, range(20)))} == {Result.TAKEN}
    assert time.monotonic() - began < 1.5, "two seconds one after the other"


@pytest.mark.parametrize(("address", "text", "code"), [("li@post.example", "x", "not a number"), ("+8613800138000", "", "not a text"), ("+8613800138000", "款" * 671, "too long")])
def test_what_cannot_be_sent_is_refused_before_anything_goes_out(server, made, address, text, code):
    (answer,) = sent(made(plain(server)), message(1, text, address))
    assert (answer.result, answer.code, server.requests) == (Result.REFUSED, code, [])


def test_a_gateway_that_knows_our_keys_is_asked_what_it_took(server, made):
    server.answer = lambda method, target, headers, body: (200, '{"messages": [{"id": 7}]}') if target == "/of/KEY1" else (404, "")
    found = made(plain(server, ask_url=server.url + "/of/{key}")).ask(["KEY1", "KEY2"])
    assert {key: (one.result, one.reference) for key, one in found.items()} == {"KEY1": (Result.TAKEN, "7")}
    assert server.requests[0][2]["Authorization"] == "Bearer pass-word"
    assert made(plain(server)).ask(["KEY1"]) == {}


@pytest.mark.parametrize("wrong", [{"url": "http://g.example/{secret}"}, {"body": {"a": [{"b": "{phone}"}]}}, {"body_kind": "xml"}, {"url": "not an address"}, {"alphabets": ["one"]}])
def test_settings_that_cannot_be_used_are_refused_when_they_are_read(wrong):
    with pytest.raises(WrongCall, match="settings"):
        Gateway(**{"url": "http://g.example/", **wrong})


# What comes back

QUERY = Callback("query:token")
JSON = Callback("hmac:X-Signature", "json", key="", reference="message.id", state="status.name", code="status.code", states={"OK": "delivered", "SENT": "", "GONE": "bounced"})


def called(callback: Callback, secret: str = "ours", *, query: str = "", body: bytes = b"", **headers: str):
    return parse_callback("gateway", callback, secret, query=query, headers={name.replace("_", "-"): value for name, value in headers.items()}, body=body, at=NOW)


def signed(said: dict, secret: str = "ours") -> dict:
    body = json.dumps(said).encode()
    return {"body": body, "X_Signature": "sha256=" + hmac.new(secret.encode(), body, sha256).hexdigest()}


def test_reports_and_replies_are_read():
    assert called(QUERY, query="token=ours&key=K7&state=2&code=17") == Receipt("gateway:K7:2", "", "K7", Arrival.NOT_DELIVERED, "2 17", NOW)
    assert called(QUERY, query="token=ours&key=K7&state=8") is None, "under way"
    assert called(JSON, **signed({"message": {"id": 9}, "status": {"name": "GONE", "code": 1}})) == Receipt("gateway:9:GONE", "9", "", Arrival.BOUNCED, "GONE 1", NOW)
    assert called(QUERY, query="token=ours&from=%2B8613&to=95588&text=%E9%80%80%E8%AE%A2+now&id=m1") == Reply("gateway:m1", "+8613", "95588", "", "退订 now", False, NOW)
    form = Callback("header:X-Token", "form")
    assert called(form, body="from=1&text=是".encode(), x_token="ours").text == "是"


def test_a_reply_without_a_name_is_named_so_that_nobody_can_guess_its_words():
    found = called(QUERY, query="token=ours&from=8613800138000&to=9&text=no")
    assert found.source == called(QUERY, query="token=ours&from=8613800138000&to=9&text=no").source != called(QUERY, query="token=ours&from=8613800138000&to=9&text=yes").source
    assert "13800138000" not in found.source


@pytest.mark.parametrize("asked", [
    {"query": "key=K7&state=1"}, {"query": "token=&key=K7&state=1"}, {"query": "token=other&key=K7&state=1"}, {"query": "token=ours&key=K7&state=1", "secret": ""}])
def test_whoever_does_not_show_the_secret_is_not_believed(asked):
    with pytest.raises(AnswerIsNo, match="secret"):
        called(QUERY, **asked)


def test_a_signature_is_of_the_body_that_came():
    asked = signed({"message": {"id": 9}, "status": {"name": "OK"}})
    assert called(JSON, **asked).arrival is Arrival.DELIVERED
    for changed in ({**asked, "body": asked["body"] + b" "}, {**asked, "X_Signature": ""}, signed({"status": {"name": "OK"}}, "theirs")):
        with pytest.raises(AnswerIsNo):
            called(JSON, **changed)


@pytest.mark.parametrize(("callback", "asked"), [
    (QUERY, {"query": "token=ours"}), (QUERY, {"query": "token=ours&key=K7&state=99"}), (QUERY, {"query": "token=ours&state=1"}),
    (JSON, {"body": b"{", "X_Signature": hmac.new(b"ours", b"{", sha256).hexdigest()}), (JSON, signed({"status": []})), (JSON, signed([1]))])
def test_what_says_nothing_that_can_be_read_is_bad_data(callback, asked):
    with pytest.raises(BadData):
        called(callback, **asked)


@pytest.mark.parametrize("wrong", [{"secret_at": ""}, {"secret_at": "none"}, {"secret_at": "query:"}, {"secret_at": "query:t", "form": "xml"}, {"secret_at": "query:t", "states": {"1": "there"}}])
def test_calls_that_anybody_could_make_are_refused_as_settings(wrong):
    with pytest.raises(WrongCall):
        Callback(**wrong)


# Kannel


@pytest.fixture(scope="module")
def back():
    one = HttpServer()
    yield one
    one.stop()


@pytest.fixture(scope="module")
def gateway(tmp_path_factory, back):
    one = KannelServer(tmp_path_factory.mktemp("kannel"), back)
    yield one
    one.stop()


def through(gateway: KannelServer, back: HttpServer) -> Gateway:
    return kannel(Kannel(gateway.url, "bank", "95588", back.url + "/report?key={key}&state=%d&token=ours"))


@pytest.mark.peer
@pytest.mark.xdist_group("sms")
def test_kannel_takes_messages_and_tells_of_each_that_it_arrived(gateway, back, made):
    with gateway.network() as network:
        answers = sent(made(through(gateway, back), "secret"), message(1, "Please call us: 12 € due"), message(2, "您的账户有款项到期。"), message(3, TWO_PARTS))
        assert [(one.result, one.reference, one.code) for one in answers] == [(Result.TAKEN, f"KEY{number}", "202") for number in (1, 2, 3)]
        assert eventually(lambda: len(network.got()) == 4)
        texts: dict[str, str] = {}
        for _, to, text in network.got():
            texts[to] = texts.get(to, "") + text
        assert texts["+8613800000001"] == "Please call us: 12 € due"
        assert texts["+8613800000002"] == "您的账户有款项到期。" and texts["+8613800000003"] == TWO_PARTS

        def told() -> list[Receipt]:
            return [found for query in back.queries("/report") if (found := called(QUERY, query=query)) is not None]

        assert eventually(lambda: {one.key for one in told()} == {"KEY1", "KEY2", "KEY3"}, 10)
        assert {one.arrival for one in told()} == {Arrival.DELIVERED}


@pytest.mark.peer
@pytest.mark.xdist_group("sms")
def test_what_somebody_answers_comes_through_kannel(gateway, back):
    with gateway.network("+8613800138000 95588 text STOP please"):
        assert eventually(lambda: len(back.queries("/in")) == 1, 10)
        (reply,) = (called(QUERY, query=query) for query in back.queries("/in"))
        assert (reply.address, reply.to, reply.text) == ("+8613800138000", "95588", "STOP please")


@pytest.mark.peer
@pytest.mark.xdist_group("sms")
def test_a_wrong_password_at_kannel_stops_no_message_for_good(gateway, back, made):
    (answer,) = sent(made(through(gateway, back), "wrong"), message())
    assert (answer.result, answer.code) == (Result.NOT_TAKEN, "403")


def test_what_goes_to_kannel_is_what_its_guide_asks_for(server, made):
    server.answer = lambda *asked: (202, "0: Accepted for delivery")
    sent(made(kannel(Kannel(server.url + "/cgi-bin/sendsms", "bank", "95588", "https://bank.example/text?key={key}&state=%d")), "secret"), message(1, "您好 & bye"))
    asked = {name: value for name, (value,) in parse_qs(urlsplit(server.requests[0][1]).query).items()}
    assert asked == {
        "username": "bank", "password": "secret", "from": "95588", "to": "+8613800000001", "text": "您好 & bye", "charset": "UTF-8", "coding": "2", "dlr-mask": "19",
        "dlr-url": "https://bank.example/text?key=KEY1&state=%d"}


STATED = """
providers:
  text-main: {kind: smpp, per_second: 100, host: smsc.provider.example, port: 2775, system_id: bank, source: "95588", tls: true, ids: answer_is_hex, bounced: ["001"]}
  text-http:
    kind: http
    url: https://gateway.example/v1/messages
    source: "95588"
    headers: {Authorization: "Bearer {password}"}
    body: {messages: [{to: "{digits}", from: "{source}", text: "{text}"}]}
    reference: messages.0.id
    callback: {form: json, secret_at: "hmac:X-Signature", key: "", reference: message.id, state: status.name, states: {1: delivered, GONE: bounced}}
  text-kannel:
    kind: kannel
    url: http://127.0.0.1:13013/cgi-bin/sendsms
    user: bank
    source: "95588"
    calls_back: https://bank.example/hooks/text-kannel?key={key}&state=%d
"""


def test_what_the_settings_file_of_a_home_states_is_made(tmp_path):
    from arrears.act import providers
    from arrears.site import channels

    channels.offer()
    stated = providers.read_providers(STATED, tmp_path)
    made = {name: providers.make(one, providers.Office(lambda: NOW, tmp_path, 1)) for name, one in stated.items()}
    assert {one.provider.channel for one in made.values()} == {"text"}
    assert made["text-main"].provider is made["text-main"].listener, "both directions of one line"
    assert stated["text-http"].part("callback", Callback).states == {"1": "delivered", "GONE": "bounced"}
    for wrong in ("ids: octal", "port: x", "bounced: 1"):
        text = "providers: {a: {kind: smpp, host: h, port: 1, system_id: s, source: '1', " + wrong.replace("port", "window") + "}}"
        with pytest.raises(BadData):
            providers.make(providers.read_providers(text, tmp_path)["a"], providers.Office(lambda: NOW, tmp_path, 1))
    for one in made.values():
        one.provider.close()
