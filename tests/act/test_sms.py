"""Does a text message go out once, whole and readable, and is what comes back heard and kept, whatever the provider does?

The provider is npm's `smpp` as a message centre that really listens (tests/act/message_centre.py).
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arrears.act.channels.sms.alphabet import Alphabet, read, ungsm, write
from arrears.act.channels.sms.smpp import Long, SmppProvider, Smsc, destination
from arrears.act.sending import Outgoing, ProviderAway
from arrears.casefile.facts.message import Arrival, Result, arrival_of
from arrears.core.problems import WrongCall
from arrears.intake.inbound.incoming import Receipt, Reply
from tests.act.mail_server import certificate
from tests.act.message_centre import PASSWORD, MessageCentre

pytestmark = [pytest.mark.peer, pytest.mark.xdist_group("sms")]
NOW = datetime(2026, 3, 10, 2, 0, tzinfo=UTC)
CHINESE = "尊敬的客户，您的账户有一笔款项已到期。如需了解分期、延期等可选的还款安排，请致电合同上的服务热线，或回复本短信。退订请回复退订。如您已付款，请忽略本短信，谢谢您的理解与配合。"
TWO_PARTS = CHINESE[:71]


# Parts and alphabets


@pytest.mark.parametrize(("text", "coding", "parts"), [
    ("a" * 160, 0, 1), ("a" * 161, 0, 2), ("a" * 306, 0, 2), ("a" * 307, 0, 3),
    ("€" * 80, 0, 1), ("€" * 81, 0, 2), ("€" * 152, 0, 2), ("€" * 153, 0, 3),
    ("款" * 70, 8, 1), ("款" * 71, 8, 2), ("款" * 134, 8, 2), ("款" * 135, 8, 3), ("😀" * 35, 8, 1), ("😀" * 36, 8, 2), ("😀" * 66, 8, 2), ("😀" * 67, 8, 3),
    ("a" * 159 + "款", 8, 3),
])
def test_a_text_takes_as_few_parts_as_carry_it(text, coding, parts):
    written = write(text)
    assert (written.coding, len(written.parts)) == (coding, parts)


GSM_TEXT = st.text("@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡AZÄÖÑÜ§¿azäöñüà^{}\\[~]|€\f", min_size=1, max_size=700)


@given(st.one_of(GSM_TEXT, st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=400), st.text("款😀𠮷a€", min_size=1, max_size=400)), st.sampled_from(Alphabet))
def test_the_parts_put_together_are_the_text_and_none_is_too_long_or_cuts_a_pair(text, alphabet):
    written = write(text, alphabet)
    alone = len(written.parts) == 1
    assert "".join(read(part, written.coding, alphabet) for part in written.parts) == text
    for part in written.parts:
        if written.coding == 8:
            assert len(part) <= (140 if alone else 134)
            part.decode("utf-16-be")
        elif alphabet is Alphabet.GSM:
            assert len(part) <= (160 if alone else 153) and not part.endswith(b"\x1b")


@pytest.mark.parametrize("text", ["", "\ud83d", "款" * 67 * 256])
def test_what_is_no_text_is_not_written(text):
    with pytest.raises(ValueError):
        write(text)


@given(st.binary(max_size=300), st.integers(0, 255), st.sampled_from(Alphabet))
def test_whatever_bytes_come_in_are_read_as_something(data, coding, alphabet):
    assert isinstance(read(data, coding, alphabet), str)


@pytest.mark.parametrize(("address", "digits"), [
    ("+8613800138000", "8613800138000"), ("86 138-0013-8000", "8613800138000"), ("(852) 6000.0000", "85260000000"),
    ("", None), ("12", None), ("1234567890123456", None), ("138x0138000", None), ("１３８００１３８０００", None)])
def test_only_a_number_is_a_destination(address, digits):
    found = destination(address)
    assert (found and found.digits) == digits


# Against the centre


@pytest.fixture(scope="module")
def running():
    with MessageCentre() as centre:
        yield centre


@pytest.fixture
def centre(running):
    running.reset()
    return running


@pytest.fixture
def made(centre):
    """Makes providers and ends them."""
    open_ones = []

    def make(**settings):
        port, password = settings.pop("port", centre.port), settings.pop("password", PASSWORD)
        known = {"answer_seconds": 1.0, "throttle_seconds": 0.02, "parts_seconds": 0.3, "connect_seconds": 2.0}
        provider = SmppProvider("text-main", Smsc("localhost", port, "bank", "95588", **{**known, **settings}), password, lambda: NOW)
        open_ones.append(provider)
        return provider

    yield make
    for one in open_ones:
        one.close()


@pytest.fixture
def provider(made):
    return made()


def message(number: int = 1, text: str = "Please call us.", address: str = "") -> Outgoing:
    return Outgoing(number, f"KEY{number}", address or f"+86138{number:08d}", "", text, "zh-CN")


def sent(provider, *messages) -> list:
    return sorted(provider.send(messages), key=lambda one: one.message_id)


def heard(provider, count: int, seconds: float = 5.0, *, keep: bool = True) -> list:
    found, until = [], time.monotonic() + seconds
    while len(found) < count and time.monotonic() < until:
        got = provider.hear(0.2)
        if keep:
            provider.kept([one.token for one in got])
        found += got
    return found


def eventually(condition, seconds: float = 5.0) -> bool:
    until = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > until:
            return False
        time.sleep(0.02)
    return True


@pytest.mark.parametrize("text", ["Your account: 12 € [due]", "您的账户有款项到期。", "😀 谢谢", "Información: ñ à ö", "a" * 160, CHINESE, "€" * 200, "😀" * 70])
def test_the_phone_shows_what_was_written_in_any_alphabet_and_length(provider, centre, text):
    (answer,) = sent(provider, message(text=text))
    parts = centre.got()["taken"]
    assert answer.result is Result.TAKEN
    assert "".join(one["text"] for one in parts) == text
    assert answer.reference.split() == [one["id"] for one in parts]
    assert {one["from"] for one in parts} == {"95588"} and {one["ton"] for one in parts} == {3}
    if len(parts) > 1:
        assert [one["udh"][-4:] for one in parts] == [f"{len(parts):02x}{number:02x}" for number in range(1, len(parts) + 1)]


def test_another_attempt_has_the_same_number_on_its_parts(made, centre):
    provider = made(own_reference=True, valid_hours=26)
    sent(provider, message(text=TWO_PARTS))
    sent(provider, message(text=TWO_PARTS), message(2, text=TWO_PARTS))
    taken = centre.got()["taken"]
    assert len({one["udh"][:-4] for one in taken}) == 2 == len({one["reference"] for one in taken}), "one number a message"


@pytest.mark.parametrize("long", list(Long))
def test_a_long_text_goes_by_each_of_the_three_ways(made, centre, long):
    (answer,) = sent(made(long=long.value), message(text=TWO_PARTS))
    taken = centre.got()["taken"]
    assert "".join(one["text"] for one in taken) == TWO_PARTS and answer.result is Result.TAKEN
    assert [bool(one["udh"]) for one in taken] == {Long.HEADER: [True] * 2, Long.SAR: [False] * 2, Long.PAYLOAD: [False]}[long]
    if long is Long.SAR:
        assert [one["sar"][1:] for one in taken] == [[2, 1], [2, 2]]
    assert [one["payload"] for one in taken] == [long is Long.PAYLOAD] * len(taken)


def test_by_tls_too_and_not_to_a_stranger(made, tmp_path):
    chain, secret = certificate(tmp_path)
    with MessageCentre(chain=chain, secret=secret) as hidden:
        assert sent(made(port=hidden.port, tls=True, ca_file=str(chain)), message())[0].result is Result.TAKEN
        with pytest.raises(ProviderAway, match="does not answer"):
            made(port=hidden.port, tls=True).ready()


def test_many_are_under_way_at_once(made, centre):
    centre.rules(slow={".": 200})
    began = time.monotonic()
    answers = sent(made(window=50), *map(message, range(50)))
    assert {one.result for one in answers} == {Result.TAKEN}
    assert time.monotonic() - began < 2, "ten seconds one after the other"


def test_ten_thousand_chinese_messages_of_two_parts_and_every_receipt(provider, centre):
    messages = [message(number, f"{number:05d}{TWO_PARTS}") for number in range(10_000)]
    answers, receipts = [], []
    listening = threading.Thread(target=lambda: receipts.extend(heard(provider, 20_000, 60)))
    listening.start()
    answers = sent(provider, *messages)
    listening.join()
    assert [one.result for one in answers] == [Result.TAKEN] * 10_000
    got = centre.got()
    written = Counter()
    for part in got["taken"]:
        written[part["to"]] += 1
    assert set(written.values()) == {2} and len(written) == 10_000, "each twice: two parts"
    arrived = {one.what.reference: one.what.arrival for one in receipts}
    assert [arrival_of(answer.reference, {part: arrived[part] for part in answer.reference.split()}) for answer in answers] == [Arrival.DELIVERED] * 10_000
    assert eventually(lambda: centre.count()["acknowledged"] == 20_000)


# What the provider says no to


@pytest.mark.parametrize(("status", "result", "code"), [
    (0x0B, Result.REFUSED, "ESME_RINVDSTADR"), (0x01, Result.REFUSED, "ESME_RINVMSGLEN"), (0x66, Result.REFUSED, "ESME_RX_R_APPN"),
    (0x58, Result.NOT_TAKEN, "ESME_RTHROTTLED"), (0x14, Result.NOT_TAKEN, "ESME_RMSGQFUL"), (0x45, Result.NOT_TAKEN, "ESME_RSUBMITFAIL"),
    (0x08, Result.NOT_TAKEN, "ESME_RSYSERR"), (0x0A, Result.NOT_TAKEN, "0x000a"), (0x0433, Result.NOT_TAKEN, "0x0433"), (0xFF, Result.UNCERTAIN, "ESME_RUNKNOWNERR"),
])
@pytest.mark.parametrize("text", ["short", TWO_PARTS])
def test_a_no_is_for_good_for_now_or_unclear_as_the_provider_says(provider, centre, status, result, code, text):
    centre.rules(status={"8613800000001": status})
    answers = sent(provider, message(1, text), message(2, text))
    assert [(one.result, one.code) for one in answers] == [(result, code), (Result.TAKEN, "ESME_ROK")]
    assert {one["to"] for one in centre.got()["taken"]} == {"8613800000002"}, "not even a part of the other"


def test_what_is_held_back_because_there_are_too_many_goes_after_a_pause(provider, centre):
    centre.rules(throttle=7)
    answers = sent(provider, *[message(number, TWO_PARTS) for number in range(40)])
    assert Counter(one.result for one in answers)[Result.TAKEN] >= 38
    assert Result.UNCERTAIN not in {one.result for one in answers}
    assert Counter(Counter(one["to"] for one in centre.got()["taken"]).values()).keys() == {2}, "none by half, none twice"


@pytest.mark.parametrize(("address", "text", "code"), [
    ("li@post.example", "x", "not a number"), ("+8613800138000", "", "not a text"), ("+8613800138000", "\ud83d", "not a text"), ("+8613800138000", "款" * 671, "too long")])
def test_what_cannot_be_sent_is_refused_before_anything_goes_out(provider, centre, address, text, code):
    (answer,) = sent(provider, message(1, text, address))
    assert (answer.result, answer.code, centre.count()["submits"]) == (Result.REFUSED, code, 0)


# When the line breaks


def test_when_the_line_breaks_after_the_message_nobody_knows_and_the_rest_goes_on_over_a_new_line(made, centre):
    provider = made(window=1)
    centre.rules(cut=["1$"])
    answers = sent(provider, *map(message, (1, 2, 3)))
    assert [(one.result, one.code) for one in answers] == [(Result.UNCERTAIN, "line lost"), (Result.TAKEN, "ESME_ROK"), (Result.TAKEN, "ESME_ROK")]
    assert Counter(one["to"] for one in centre.got()["taken"]).most_common(1)[0][1] == 1, "none twice"


def test_all_that_were_under_way_when_it_broke_are_uncertain_those_in_the_queue_are_not(made, centre):
    provider = made(window=4)
    centre.rules(lost=["1$"])
    answers = sent(provider, *map(message, range(1, 11)))
    assert [one.result for one in answers] == [Result.UNCERTAIN] * 4 + [Result.TAKEN] * 6


def test_when_the_provider_is_gone_for_good_what_was_not_handed_over_is_surely_not_taken(made):
    with MessageCentre() as other:
        provider = made(port=other.port, window=2)
        provider.ready()
        other.rules(slow={".": 60_000})
        answers = provider.send(list(map(message, range(6))))
        threading.Timer(0.3, other._process.kill).start()
        found = sorted(answers, key=lambda one: one.message_id)
    assert [(one.result, one.code) for one in found] == [(Result.UNCERTAIN, "line lost")] * 2 + [(Result.NOT_TAKEN, "away")] * 4


def test_a_message_whose_first_part_was_taken_before_the_line_broke_goes_on_if_its_second_was_not_handed_over(made, centre):
    provider = made(window=1)
    centre.rules(cut=["2$"])
    answers = sent(provider, message(1, TWO_PARTS), message(2, TWO_PARTS))
    assert [one.result for one in answers] == [Result.TAKEN, Result.UNCERTAIN]


def test_a_second_part_that_is_refused_leaves_the_message_uncertain_and_names_the_first(provider, centre):
    centre.rules(slow={".": 150})
    sending = []
    thread = threading.Thread(target=lambda: sending.extend(provider.send([message(1, TWO_PARTS)])))
    thread.start()
    assert eventually(lambda: centre.count()["taken"] == 1)
    centre.rules(status={".": 0x0B})
    thread.join()
    (answer,) = sending
    assert (answer.result, answer.code, len(answer.reference.split())) == (Result.UNCERTAIN, "ESME_RINVDSTADR", 1)


def test_one_that_is_never_answered_is_uncertain_and_the_others_go_on(provider, centre):
    centre.rules(silent=["1$"])
    answers = sent(provider, *map(message, range(1, 9)))
    assert [(one.result, one.code) for one in answers] == [(Result.UNCERTAIN, "no answer")] + [(Result.TAKEN, "ESME_ROK")] * 7


def test_a_provider_that_says_nothing_at_all_any_more_is_left(made, centre):
    provider = made(answer_seconds=0.4, window=2)
    centre.rules(silent=["[0-3]$"])
    answers = sent(provider, *map(message, range(10)))
    assert [one.result for one in answers] == [Result.UNCERTAIN] * 4 + [Result.TAKEN] * 6
    assert centre.count()["sessions"] == 1, "the silent line was ended"


def test_an_answer_that_comes_too_late_changes_no_other_message(made, centre):
    provider = made(answer_seconds=0.3)
    centre.rules(slow={"1$": 500}, receipts=False)
    assert [one.result for one in sent(provider, message(1))] == [Result.UNCERTAIN]
    time.sleep(0.4)
    assert [(one.message_id, one.result) for one in sent(provider, message(2))] == [(2, Result.TAKEN)]


# Being there


def test_while_the_provider_is_away_it_says_so_waits_longer_each_time_and_comes_back_by_itself(made):
    with MessageCentre() as first:
        port = first.port
        provider = made(port=port)
        provider.ready()
    assert eventually(lambda: not provider._line.is_open)
    with pytest.raises(ProviderAway, match="does not answer"):
        provider.ready()
    with pytest.raises(ProviderAway, match="a moment ago"):
        provider.ready()
    with MessageCentre(port=port):
        provider._not_before = 0.0
        assert sent(provider, message())[0].result is Result.TAKEN


def test_a_wrong_password_is_told_as_one_and_is_nowhere_in_the_words(made):
    provider = made(password="wrong-one")
    with pytest.raises(ProviderAway, match="sign-in.*RINVPASWD") as told:
        provider.ready()
    assert "wrong-one" not in str(told.value) and "wrong-one" not in repr(provider)


def test_the_line_is_asked_whether_it_is_there_and_a_dead_one_is_noticed(made, centre):
    provider = made(enquire_seconds=0.1, connect_seconds=0.2)
    provider.ready()
    assert eventually(lambda: centre.count()["enquiries"] >= 2)
    centre.rules(deaf=True)
    assert eventually(lambda: not provider._line.is_open), "no answer to the question"
    centre.rules()
    assert sent(provider, message())[0].result is Result.TAKEN


def test_it_answers_the_providers_own_question_and_its_goodbye(provider, centre):
    provider.ready()
    assert centre.tell(enquire=1) == {}
    centre.tell(unbind=1)
    assert eventually(lambda: not provider._line.is_open)
    assert sent(provider, message())[0].result is Result.TAKEN


def test_closing_says_goodbye(provider, centre):
    provider.ready()
    provider.close()
    assert eventually(lambda: centre.count()["sessions"] == 0)


def test_settings_that_cannot_be_used_are_refused_when_they_are_read(made):
    for wrong in ({"long": "never"}, {"bind": "both"}, {"alphabet": "utf8"}, {"system_type": "类型"}):
        with pytest.raises(WrongCall, match="settings"):
            made(**wrong)


def test_what_the_provider_took_under_a_key_cannot_be_asked(provider):
    assert provider.ask(["KEY1"]) == {}


# Receipts


@pytest.mark.parametrize("tags", [False, True])
@pytest.mark.parametrize(("state", "arrival"), [("DELIVRD", Arrival.DELIVERED), ("UNDELIV", Arrival.NOT_DELIVERED), ("EXPIRED", Arrival.EXPIRED)])
def test_a_receipt_says_what_became_of_a_message(provider, centre, state, arrival, tags):
    centre.rules(state={".": state}, tags=tags)
    (answer,) = sent(provider, message())
    (receipt,) = heard(provider, 1)
    assert isinstance(receipt.what, Receipt)
    assert (receipt.what.reference, receipt.what.arrival) == (answer.reference, arrival)
    assert receipt.what.code.startswith(state)


def test_the_same_receipt_twice_has_one_name(provider, centre):
    centre.rules(twice=True)
    sent(provider, message())
    receipts = heard(provider, 2)
    assert len(receipts) == 2 and len({one.what.source for one in receipts}) == 1


def test_ids_once_in_hexadecimal_and_once_in_decimal_are_one_name(made, centre):
    provider = made(ids="answer_is_hex")
    centre.rules(receipt_ids="decimal")
    (answer,) = sent(provider, message(text=TWO_PARTS))
    receipts = heard(provider, 2)
    assert sorted(one.what.reference for one in receipts) == sorted(answer.reference.split())


def test_a_number_that_the_provider_says_does_not_exist_bounced(made, centre):
    provider = made(bounced=["001"])
    centre.rules(state={".": "UNDELIV"})
    sent(provider, message())
    assert heard(provider, 1)[0].what.arrival is Arrival.BOUNCED


def test_that_it_is_under_way_is_no_receipt_yet(provider, centre):
    centre.rules(state={".": "ENROUTE"})
    sent(provider, message())
    assert heard(provider, 1, 0.5) == []
    assert eventually(lambda: centre.count()["acknowledged"] == 1)


@pytest.mark.parametrize(("reference", "told", "found"), [
    ("a", {}, None), ("a", {"a": Arrival.DELIVERED}, Arrival.DELIVERED), ("a b", {"a": Arrival.DELIVERED}, None),
    ("a b", {"a": Arrival.DELIVERED, "b": Arrival.DELIVERED}, Arrival.DELIVERED), ("a b", {"b": Arrival.EXPIRED}, Arrival.EXPIRED),
    ("a b", {"a": Arrival.DELIVERED, "b": Arrival.NOT_DELIVERED}, Arrival.NOT_DELIVERED), ("a b", {"a": Arrival.BOUNCED, "b": Arrival.DELIVERED}, Arrival.BOUNCED), ("", {}, None)])
def test_a_message_in_parts_arrived_when_all_did_and_did_not_when_one_did_not(reference, told, found):
    assert arrival_of(reference, told) is found


# Nothing that came in is lost


def test_what_is_not_on_record_is_not_acknowledged_and_comes_again(provider, centre, made):
    sent(provider, message())
    first = heard(provider, 1, keep=False)
    assert centre.count()["acknowledged"] == 0
    centre.tell(cut=1)
    again = heard(provider, 1)
    assert [one.what for one in again] == [one.what for one in first] and again[0].token != first[0].token
    assert eventually(lambda: centre.count()["waiting"] == 0)


def test_what_is_not_kept_yet_is_heard_again_after_a_pause_as_it_was_and_once_kept_no_more(made, centre):
    provider = made(again_seconds=0.2)
    sent(provider, message())
    first = heard(provider, 1, keep=False)
    assert heard(provider, 1, keep=False) == first
    provider.kept([one.token for one in first])
    assert heard(provider, 1, 0.5) == []
    assert eventually(lambda: centre.count()["acknowledged"] == 1)


def test_to_acknowledge_over_a_line_that_is_gone_does_nothing(provider, centre):
    sent(provider, message())
    first = heard(provider, 1, keep=False)
    centre.tell(cut=1)
    provider.kept([one.token for one in first])
    assert len(heard(provider, 1)) == 1


def test_whoever_only_sends_hears_nothing_and_whoever_only_hears_gets_all(made, centre):
    sender, listener = made(bind="transmitter"), made(bind="receiver")
    listener.ready()
    sent(sender, message())
    assert heard(sender, 1, 0.3) == []
    assert len(heard(listener, 1)) == 1


# Replies


@pytest.mark.parametrize(("text", "coding"), [("STOP", 1), ("STOP", 0), ("退订", 8), ("No más", 3), ("已经还了😀", 8)])
def test_what_somebody_writes_is_heard_in_every_coding(provider, centre, text, coding):
    provider.ready()
    centre.write(text, coding=coding)
    (reply,) = heard(provider, 1)
    assert reply.what == Reply(reply.what.source, "+8613800138000", "95588", "", text, False, NOW)
    assert "13800138000" not in reply.what.source and text not in reply.what.source


def test_words_that_look_like_a_receipt_are_still_words(provider, centre):
    provider.ready()
    centre.write("id:1a2b3d stat:DELIVRD err:000", coding=1)
    assert isinstance(heard(provider, 1)[0].what, Reply)


def parts_of(text: str, reference: int, wide: bool = False) -> list[str]:
    head = (lambda n, total: f"060804{reference:04x}{total:02x}{n:02x}") if wide else (lambda n, total: f"050003{reference:02x}{total:02x}{n:02x}")
    pieces = [text.encode("utf-16-be")[start : start + 134] for start in range(0, len(text) * 2, 134)]
    return [head(number, len(pieces)) + piece.hex() for number, piece in enumerate(pieces, 1)]


@pytest.mark.parametrize("wide", [False, True])
@pytest.mark.parametrize("order", [1, -1])
def test_a_long_reply_is_put_together_in_whatever_order_it_comes(provider, centre, wide, order):
    provider.ready()
    text = "我想退订，" * 40
    for part in parts_of(text, 7, wide)[::order]:
        centre.write(hex=part, esm_class=0x40)
    (reply,) = heard(provider, 1)
    assert reply.what.text == text
    assert eventually(lambda: centre.count()["acknowledged"] == 3), "all its parts"


def test_a_part_whose_rest_does_not_come_is_handed_on_and_the_whole_when_it_does(provider, centre):
    provider.ready()
    text = "退订" + "啊" * 66 + "谢谢"
    first, second = parts_of(text, 9)
    centre.write(hex=first, esm_class=0x40)
    (early,) = heard(provider, 1)
    assert early.what.text.startswith("退订") and early.what.text.endswith("[…]")
    assert eventually(lambda: centre.count()["acknowledged"] == 1)
    centre.write(hex=second, esm_class=0x40)
    (late,) = heard(provider, 1)
    assert late.what.text == text and late.what.source != early.what.source


def test_parts_of_two_people_and_of_two_messages_do_not_mix(provider, centre):
    provider.ready()
    one, other = "一" * 80, "二" * 80
    for first, second in zip(parts_of(one, 5), parts_of(other, 5), strict=True):
        centre.write(hex=first, esm_class=0x40, address="8613800000001")
        centre.write(hex=second, esm_class=0x40, address="8613800000002")
    assert sorted(found.what.text for found in heard(provider, 2)) == sorted([one, other])


def test_the_same_words_again_after_they_were_kept_are_a_message_of_their_own_and_before_that_the_same(provider, centre):
    provider.ready()
    centre.write("no", coding=1)
    first = heard(provider, 1, keep=False)
    centre.tell(cut=1)
    again = heard(provider, 1)
    assert [one.what.source for one in again] == [one.what.source for one in first]
    centre.write("no", coding=1)
    (second,) = heard(provider, 1)
    assert second.what.source != first[0].what.source


def test_what_cannot_be_read_at_all_is_said_to_be_so_and_does_not_come_for_ever(provider, centre):
    provider.ready()
    centre.tell(garbled="00010161626300")
    centre.write("STOP", coding=1)
    assert [one.what.text for one in heard(provider, 1)] == ["STOP"]
    assert eventually(lambda: centre.count()["statuses"] == [0x65, 0])
    assert ungsm(b"\xff\x80a") == "\N{REPLACEMENT CHARACTER}\N{REPLACEMENT CHARACTER}a"
