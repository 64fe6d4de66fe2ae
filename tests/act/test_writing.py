"""Is an e-mail of ours one that mail servers and readers take as it is meant: headers, addresses, words in any script, and the way to stop?"""

from __future__ import annotations

from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arrears.act.channels.email.smtp import SmtpProvider, SmtpSettings
from arrears.act.channels.email.writing import Sender, address_of, write
from arrears.act.sending import Outgoing
from arrears.casefile.facts.message import Result
from arrears.core.problems import WrongCall
from tests.act.mail_server import MailServer

AT = datetime(2026, 3, 2, 2, 5, tzinfo=UTC)
BANK = Sender("service@bank.example", "示例银行", "answers+{key}@bank.example", "https://bank.example/stop/" + "a-long-path/" * 20 + "{key}", "bounces+{key}@bank.example")
KEY = "0045XBVTFZAPKD"


def one(**more) -> Outgoing:
    return Outgoing(**({"message_id": 7, "key": KEY, "address": "li@post.example", "subject": "Your account", "text": "Dear Ms Li,", "locale": "en"} | more))


def read_back(**more):
    return message_from_bytes(write(BANK, one(**more), AT), policy=default)


@pytest.mark.parametrize("text", ["Dear Ms Li,\n\n.\n.hidden\nFrom here on\n" + "x" * 3_000, "尊敬的李女士：\n您好。\n" * 50, "Señora Li:\r\nhola\r\n", "=3D = =20 \t\n", "a \nb", "📮 " * 400])
def test_the_words_arrive_as_they_were_written_in_short_lines(text):
    raw = write(BANK, one(text=text), AT)
    assert max(len(line) for line in raw.split(b"\r\n")) <= 998 and raw.isascii() and b"\n" not in raw.replace(b"\r\n", b"")
    _, body = raw.split(b"\r\n\r\n", 1)
    assert max(len(line) for line in body.split(b"\r\n")) <= 76 and not any(line.startswith(b"From ") for line in body.split(b"\r\n"))
    found = message_from_bytes(raw, policy=default)
    assert not found.defects
    assert found.get_content().replace("\r\n", "\n").rstrip("\n") == text.replace("\r\n", "\n").rstrip("\n")


@pytest.mark.parametrize("subject", ["Your account", "您的账户需要您关注，请及时与我们联系，谢谢您的配合与理解", "Señora Li: su cuenta", "=?utf-8?q?not_a_word?=", "", "x" * 2_000, "📮" * 100, "a  b", " lead"])
def test_a_subject_in_any_script_is_read_as_it_was_written(subject):
    raw = write(BANK, one(subject=subject), AT)
    assert max(len(line) for line in raw.split(b"\r\n\r\n")[0].split(b"\r\n")) <= 998
    assert message_from_bytes(raw, policy=default)["Subject"].strip() == subject.strip()


def test_headers_that_are_signed_stand_once_and_the_address_to_stop_is_whole():
    found = read_back(subject="您的账户")
    assert all(len(found.get_all(name)) == 1 for name in found)
    assert found["From"].addresses[0].display_name == "示例银行"
    raw = write(BANK, one(), AT).decode()
    assert f"List-Unsubscribe: <{BANK.unsubscribe.format(key=KEY)}>\r\n" in raw, "in one piece, however long"
    assert found["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert found["Content-Language"] == "en" and found["Auto-Submitted"] == "auto-generated" and found["Message-ID"] == f"<{KEY}@bank.example>"
    assert found["Reply-To"].addresses[0].addr_spec == f"answers+{KEY}@bank.example"
    by_mail = message_from_bytes(write(Sender("s@b.example", "B", "s@b.example", "mailto:stop+{key}@b.example"), one(), AT), policy=default)
    assert by_mail["List-Unsubscribe"] == f"<mailto:stop+{KEY}@b.example>" and by_mail["List-Unsubscribe-Post"] is None


@pytest.mark.parametrize("name", ['Bank "One", Ltd.', "Bank (collections)", "O'Neill & Söhne", "Bank\\x", "Service: Bank", ""])
def test_a_senders_name_with_signs_in_it_stays_a_name(name):
    found = message_from_bytes(write(Sender("s@b.example", name, "s@b.example", "mailto:s@b.example"), one(), AT), policy=default)
    (address,) = found["From"].addresses
    assert (address.display_name, address.addr_spec) == (name, "s@b.example")


@pytest.mark.parametrize("address", [
    "li@post.example\r\nBcc: all@bank.example", "li@post.example, wang@post.example", "li@post.example wang", "li", "@post.example", "li@", "li@@post.example", "<li@post.example>",
    "li@post..example", "li@-post.example", "li@post_.example", ".li@post.example", "li.@post.example", "l..i@post.example", '"li wei"@post.example', "li@[192.0.2.1]", "li\x00@post.example",
    "x" * 65 + "@post.example", "li@" + "x" * 64 + ".example", "li@" + "a." * 130 + "example", "li(home)@post.example", "li;wang@post.example", "",
])  # fmt: skip
def test_what_is_no_address_goes_to_no_server(address):
    with pytest.raises(WrongCall) as no:
        write(BANK, one(address=address), AT)
    assert address == "" or address not in str(no.value)


@pytest.mark.parametrize("subject", ["Hello\r\nBcc: all@bank.example", "Hello\nX: y", "Hello\rX: y", "a\x00b", "a\x1b[2J"])
def test_a_subject_can_add_no_header(subject):
    with pytest.raises(WrongCall):
        write(BANK, one(subject=subject), AT)


@pytest.mark.parametrize("locale", ["en\r\nBcc: x@y.example", "en\x00"])
def test_nothing_else_can_add_a_header(locale):
    with pytest.raises(WrongCall):
        write(BANK, one(locale=locale), AT)


@pytest.mark.parametrize(("address", "goes_to"), [
    ("Li.Wei+bank@Post.Example", "Li.Wei+bank@post.example"), ("li@münchen.example", "li@xn--mnchen-3ya.example"), ("li@例子.公司", "li@xn--fsqu00a.xn--55qx5d"), ("李伟@post.example", "李伟@post.example"),
    ("o'neill!#$%&*/=?^_`{|}~-@post.example", "o'neill!#$%&*/=?^_`{|}~-@post.example"),
])  # fmt: skip
def test_a_domain_in_any_script_is_written_as_servers_know_it(address, goes_to):
    assert address_of(address) == goes_to


@given(st.text(max_size=300), st.text(max_size=300))
def test_whatever_is_written_is_refused_or_reads_back(subject, text):
    try:
        raw = write(BANK, one(subject=subject, text=text), AT)
    except WrongCall:
        return
    found = message_from_bytes(raw, policy=default)
    assert len(found.keys()) == 13 and not found.defects


@pytest.mark.parametrize("knows_utf8", [True, False])
def test_an_address_in_chinese_goes_only_to_a_server_that_can_take_it(tmp_path, knows_utf8):
    with MailServer(tmp_path, knows_utf8) as server:
        provider = SmtpProvider("post", SmtpSettings("localhost", server.port, ca_file=str(server.chain), timeout_seconds=5, connections=1), BANK, "", lambda: AT)
        provider.ready()
        found = list(provider.send([one(address="李伟@post.example"), one(message_id=8, key="0045XBVTFZAPKD", address="li@例子.example")]))
        provider.close()
    if knows_utf8:
        assert [answer.result for answer in found] == [Result.TAKEN, Result.TAKEN]
        assert "李伟@post.example" in server.box.raw[0].decode()
    else:
        assert [(answer.result, answer.code) for answer in found] == [(Result.REFUSED, "no SMTPUTF8"), (Result.TAKEN, "250")]
    assert server.box.mails[-1]["To"] == "li@xn--fsqu00a.example" and server.box.returned[-1] == f"bounces+{KEY}@bank.example"


def test_a_server_that_does_not_want_our_sender_refuses_no_message_for_good(tmp_path):
    with MailServer(tmp_path) as server:
        async def no(smtp, session, envelope, address, options):
            return "550 5.7.1 sender not allowed"

        server.box.handle_MAIL = no
        server.stop()
        server.start()
        provider = SmtpProvider("post", SmtpSettings("localhost", server.port, ca_file=str(server.chain), timeout_seconds=5), BANK, "", lambda: AT)
        provider.ready()
        (found,) = provider.send([one()])
        provider.close()
    assert (found.result, found.code, server.box.mails) == (Result.NOT_TAKEN, "550 5.7.1", [])


def test_a_line_that_the_server_shut_for_silence_costs_no_attempt(tmp_path):
    with MailServer(tmp_path) as server:
        provider = SmtpProvider("post", SmtpSettings("localhost", server.port, ca_file=str(server.chain), timeout_seconds=5, connections=2), BANK, "", lambda: AT)
        provider.ready()
        assert {answer.result for answer in provider.send([one(message_id=number) for number in range(6)])} == {Result.TAKEN}
        server.stop()
        server.start()
        assert {answer.result for answer in provider.send([one(message_id=number) for number in range(6)])} == {Result.TAKEN}
        provider.close()
    assert len(server.box.mails) == 12
