"""Is what comes back by e-mail understood: bounces, delays, automatic answers, and people's words in three languages?"""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from arrears.act.channels.email.answers import own_words, text_of_html
from arrears.act.channels.email.reading import STOP, arrival_of, keys_in, ours_of, plain_bounce, read
from arrears.casefile.facts.message import Arrival
from arrears.core.ids import id_text
from arrears.intake.inbound.incoming import Receipt, Reply

MAILS = Path(__file__).parent / "mails"
EXPECTED = yaml.safe_load((MAILS / "expected.yaml").read_text(encoding="utf-8"))
OURS = ours_of(["bank.example"], ["mailto:stop+{key}@bank.example"])
KEY = id_text(4711815162342099)
AT = datetime(2026, 3, 2, 2, 5, tzinfo=UTC)


def heard(raw: bytes):
    return read(raw, "box:1/7", OURS, AT)


@pytest.mark.parametrize("name", sorted(path.stem for path in MAILS.glob("*.eml")))
def test_each_mail_is_understood(name):
    found, said = heard((MAILS / f"{name}.eml").read_bytes()), EXPECTED[name]
    assert (found.source, found.at) == ("box:1/7", AT)
    if "receipt" in said:
        assert isinstance(found, Receipt)
        assert (found.arrival.value, found.code, found.key == KEY, found.reference) == (said["receipt"], said["code"], said["ours"], "")
    else:
        assert isinstance(found, Reply)
        assert (found.address, found.text, found.answers == KEY, found.is_automatic) == (said["from"], said["text"], said["ours"], said.get("automatic", False))


def test_every_mail_that_is_expected_is_there():
    assert {path.stem for path in MAILS.glob("*.eml")} == set(EXPECTED)


@pytest.mark.parametrize(("action", "status", "words", "means"), [
    ("failed", "5.1.1", "", "bounced"), ("failed", "5.1.2", "", "bounced"), ("failed", "5.2.1", "", "bounced"), ("failed", "5.1.10", "", "bounced"),
    ("failed", "5.1.8", "", "not_delivered"), ("failed", "5.2.2", "user unknown? no: full", "not_delivered"), ("failed", "5.3.4", "", "not_delivered"),
    ("failed", "5.7.1", "user unknown", "not_delivered"), ("failed", "5.7.26", "", "not_delivered"), ("failed", "5.4.7", "", "expired"), ("failed", "4.4.7", "", "expired"),
    ("failed", "4.2.2", "", "expired"), ("failed", "", "", "not_delivered"), ("failed", "5.0.0", "550 no such user", "bounced"), ("failed", "5.5.0", "mailbox unavailable", "bounced"),
    ("failed", "5.0.0", "el usuario no existe", "bounced"), ("delayed", "4.4.1", "", None), ("delayed", "5.1.1", "", None), ("relayed", "2.0.0", "", None), ("expanded", "2.0.0", "", None),
    ("delivered", "2.0.0", "", "delivered"), ("", "5.1.1", "", None),
])  # fmt: skip
def test_a_permanent_failure_a_temporary_one_and_a_delay_are_told_apart(action, status, words, means):
    assert arrival_of(action, status, words) == (None if means is None else Arrival(means))


@pytest.mark.parametrize(("words", "means"), [
    ("Undeliverable: your mail. 550 5.1.1 unknown user", "bounced"), ("退信通知：用户不存在", "bounced"), ("系统退信 邮箱已满", "not_delivered"),
    ("No se ha podido entregar el mensaje: el buzón no existe", "bounced"), ("Delivery delayed; we will keep trying. 4.4.1", None),
    ("邮件投递延迟，系统将稍后重试", None), ("I was returning your call about the 550", None), ("", None), ("Delivery failed: 452 4.2.2 mailbox full, giving up", "expired"),
])  # fmt: skip
def test_a_bounce_in_plain_words_is_understood(words, means):
    assert plain_bounce(words)[0] == (None if means is None else Arrival(means))


def test_only_our_own_names_in_our_own_domain_are_keys():
    assert keys_in(f"<{KEY}@bank.example>", OURS) == keys_in(f"<{KEY.lower()}@BANK.example.>", OURS) == [KEY]
    wrong = KEY[:-1] + ("0" if KEY[-1] != "0" else "1")
    assert keys_in(f"<{KEY}@other.example> <{wrong}@bank.example> <x{KEY}@bank.example> <service@bank.example>", OURS) == []


def test_of_several_mails_that_are_answered_the_last_counts():
    other = id_text(5)
    raw = f"From: a@b.example\nSubject: Re: x\nReferences: <{other}@bank.example> <{KEY}@bank.example>\n\nYes\n".encode()
    assert heard(raw).answers == KEY


def test_a_bounce_of_a_mail_that_is_not_ours_says_nothing_of_one_that_is():
    raw = (MAILS / "bounce_no_such_user.eml").read_bytes().replace(b"@bank.example", b"@elsewhere.example")
    found = heard(raw)
    assert isinstance(found, Reply) and found.is_automatic


def test_what_a_person_writes_from_an_address_called_postmaster_is_not_taken_for_a_bounce():
    found = heard(f"From: postmaster@li.example\nSubject: Re: Your account\nIn-Reply-To: <{KEY}@bank.example>\n\nI have paid.\n".encode())
    assert isinstance(found, Reply) and found.text == "I have paid." and not found.is_automatic


@pytest.mark.parametrize(("text", "own"), [
    ("Yes\n\nOn Mon, 2 Mar 2026 at 10:05, Bank <a@b.example> wrote:\n> hello", "Yes"),
    ("On Friday I paid.\nLi\nOn 2 Mar 2026, Bank wrote:\n> hello", "On Friday I paid.\nLi"),
    ("On the phone your colleague wrote:\nthat I owe nothing", "On the phone your colleague wrote:\nthat I owe nothing"),
    ("好的\n\n在 2026年3月2日，10:05，银行 <a@b.example> 写道：\n\n尊敬的", "好的"), ("好的\n\n银行 <a@b.example> 于2026年3月2日周一 10:05写道：\n> 尊敬的", "好的"),
    ("好的\n---原始邮件---\n发件人：\"银行\"", "好的"), ("好的\n\n-------- 转发邮件信息 --------\n发件人：银行", "好的\n\n-------- 转发邮件信息 --------\n发件人：银行"),
    ("Vale\n\n-----Mensaje original-----\nDe: Banco", "Vale"), ("Vale\n\nEl 2/3/26 a las 10:05, Banco escribió:\n> hola", "Vale"),
    ("No\n\n*From:* Bank\n*Sent:* Monday\n*To:* Li\n*Subject:* x\n\nDear Ms Li", "No"), ("From: here it is far.\nTo me.", "From: here it is far.\nTo me."),
    ("已付\n\n发自我的华为手机", "已付"), ("来自我的iPhone", ""), ("Paid.\n\nSent from my iPhone", "Paid."),
    ("--\nLi", "--\nLi"), ("", ""), ("> quoted\n> only", ""), ("-----Original Message-----\nFrom: Bank\n\nDear Ms Li\nMY ANSWER IS NO", "From: Bank\n\nDear Ms Li\nMY ANSWER IS NO"),
])  # fmt: skip
def test_own_words_are_told_from_quoted_ones(text, own):
    assert own_words(text) == own


WORDS = st.sampled_from(["I paid", "我已还款", "Ya pagué", "stop", "See you on Monday", "不要再打电话", "call me at six", "100"])
QUOTES = [
    "On Mon, Mar 2, 2026 at 10:05 AM Bank <a@bank.example> wrote:\n\n> Dear Ms Li\n> reply STOP", "-----Original Message-----\nFrom: Bank\nSent: Monday\nTo: Li\n\nDear Ms Li",
    "在 2026-03-02 10:05:00，\"银行\" <a@bank.example> 写道：\n\n尊敬的李女士", "------------------ 原始邮件 ------------------\n发件人: 银行\n\n尊敬的李女士",
    "El lun, 2 mar 2026 a las 10:05, Banco (<a@bank.example>) escribió:\n\n> Estimada señora", "发件人：银行\n发送时间：2026年3月2日\n收件人：李\n主题：账户\n\n尊敬的李女士",
]


@given(st.lists(WORDS, min_size=1, max_size=5), st.sampled_from(QUOTES))
def test_whatever_stands_above_a_quotation_is_kept_whole_and_nothing_below_it(lines, quote):
    own = "\n".join(lines)
    assert own_words(f"{own}\n\n{quote}\n") == own


@given(st.lists(st.one_of(WORDS, st.sampled_from(["> Dear Ms Li", "> reply STOP"])), max_size=8))
def test_answers_between_quoted_lines_are_all_kept(lines):
    found = own_words("\n".join(lines))
    assert [line for line in found.split("\n") if line] == [line for line in lines if not line.startswith(">")]


@given(st.binary(max_size=2_000))
@example(b"\x00" * 30)
@example(b"Content-Type: text/plain; charset*=''\xff\n\nx")
@example(b"Content-Type: message/delivery-status\n\n\n")
@example(b"From: =?gb2312?b?\xff?=\nSubject: =?utf-8?q?=?=\n\n\xb0\xa1")
def test_no_bytes_whatever_are_too_much(raw):
    found = heard(raw)
    assert found.source == "box:1/7"
    found.text.encode("utf-8")
    assert "\x00" not in found.text + found.address


@given(st.sampled_from(sorted(MAILS.glob("*.eml"))), st.data())
def test_a_mail_that_is_cut_off_or_damaged_is_still_heard(path, data):
    raw = path.read_bytes()
    cut = data.draw(st.integers(0, len(raw)))
    broken = raw[:cut] + data.draw(st.binary(max_size=4)) + raw[cut + data.draw(st.integers(0, 8)) :][: data.draw(st.integers(0, len(raw)))]
    assert heard(broken).source == "box:1/7"


@pytest.mark.parametrize(("charset", "coding"), [
    *((charset, coding) for charset in ("utf-8", "gb18030", "gbk", "gb2312", "big5") for coding in ("base64", "8bit")), ("utf-16", "base64")])
def test_chinese_words_are_read_in_whatever_they_are_written(charset, coding):
    import base64

    words = "我已还清" if charset != "big5" else "我已還清"
    body = words.encode(charset)
    head = f"From: li@post.example\nSubject: Re: x\nContent-Type: text/plain; charset={charset}\nContent-Transfer-Encoding: {coding}\n\n".encode()
    assert heard(head + (base64.encodebytes(body) if coding == "base64" else body)).text == words


def test_an_attachment_and_a_mail_inside_are_not_the_persons_words():
    raw = (
        b"From: li@post.example\nSubject: Re: x\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\n\nSee the receipt.\n"
        b"--b\nContent-Type: text/plain\nContent-Disposition: attachment; filename=bank.txt\n\nSTOP\n--b\nContent-Type: message/rfc822\n\nSubject: y\n\nSTOP\n--b--\n")
    assert heard(raw).text == "See the receipt."


def test_a_stop_by_address_is_a_persons_word_though_a_mail_program_wrote_it():
    found = heard((MAILS / "unsubscribe_by_address.eml").read_bytes())
    assert (found.text, found.is_automatic) == (STOP, False)


@pytest.mark.parametrize("html", ["<" * 300_000, "<!--" * 75_000, "<a " * 100_000, "<div>" * 60_000, "</div>" * 50_000, "<a x='" * 60_000, "&#" * 100_000])
def test_a_page_that_was_made_to_be_slow_is_not(html):
    began = time.process_time()
    text_of_html(html)
    assert time.process_time() - began < 5


@pytest.mark.parametrize("text", ["On 1 " * 4_000, "On 1\n" * 20_000, "from: x\n" * 20_000, "- " * 200_000, "> " * 200_000, "<a@" * 100_000, "\n" * 300_000])
def test_an_answer_that_was_made_to_be_slow_is_not(text):
    began = time.process_time()
    own_words(text)
    assert time.process_time() - began < 5
