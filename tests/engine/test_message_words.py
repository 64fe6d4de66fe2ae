"""What a person reads follows from the approved template, the book, its run, what was paid since, and the lender's settings; else no message is written."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, date, datetime, timedelta
from functools import partial

import pytest

from arrears.act.content.shipped import shipped_texts
from arrears.casefile.store import load
from arrears.casefile.store.institution import acting_for
from arrears.check.conduct.words import Channel, Mark
from arrears.core.book import BOOK_TABLES
from arrears.core.problems import BadData, Refused, WrongCall
from arrears.engine.template_files import templates_here
from arrears.engine.use_cases import approving, deciding, message_preview, message_templates, message_words
from arrears.engine.use_cases.message_words import NotWritten, Wanted, Written
from arrears.engine.use_cases.reading import NoSuchCase, Person
from arrears.intake.book.layout import book_digest, duckdb_type
from arrears.record.privacy.showing import NotForThisRole
from tests.workbench.conftest import bank
from tests.workbench.run_files import _table

__all__ = ["bank"]
AT = datetime(2026, 11, 24, 20, 0, tzinfo=UTC)
"""The morning of the 25th in Shanghai."""
LAW = "{places: [CN], zones: [Asia/Shanghai], actor: creditor_own_name, lender: bank, products: {consumer_loan: consumer_loan}, history_known_from: 2026-06-01}"
SENDER = """
lawful_name: {zh-CN: 海港银行股份有限公司, en: Harbour Bank plc, es: Banco del Puerto S. A.}
short_name: {zh-CN: 海港银行, en: Harbour Bank, es: Banco del Puerto}
phone: "95000"
hours: {zh-CN: 工作日9:00至18:00, en: "Monday to Friday, 9 am to 6 pm", es: "lunes a viernes, de 9 a 18 h"}
reply_address: [Harbour Bank plc, 1 Quay Street]
email: service@bank.example
website: https://bank.example
pay_link: https://bank.example/pay
trusted_route: {zh-CN: 卡片背面的客服电话, en: the number on the back of your card, es: el teléfono de su tarjeta}
caller: {zh-CN: 王女士, en: Ms Wong, es: Sra. Gil}
help_lines: {CN: {zh-CN: ["金融消费者投诉咨询：12378"], en: ["Consumer advice: 12378"], es: ["Consejo: 12378"]}}
"""


@pytest.fixture
def desk(bank):
    """The bank has stated its law and its name, and its run knows which deliveries it saw."""
    bank.home.law_file.write_text(LAW, encoding="utf-8")
    bank.home.sender_file.write_text(SENDER, encoding="utf-8")
    batch = bank.home.books / "main" / "batches" / "000001" / "batch.json"
    batch.write_text(json.dumps(json.loads(batch.read_text()) | {"digests": {"payments": f"of {bank.institution_id}"}}))
    said = bank.home.runs / "main" / "2026-11-23" / "1" / "run.json"
    said.write_text(json.dumps(json.loads(said.read_text()) | {"inputs": {"book": book_digest(bank.home.books / "main")}}))
    yield bank
    bank.home.law_file.unlink()
    bank.home.sender_file.unlink()
    shutil.rmtree(bank.home.templates, ignore_errors=True)


def paid_since(desk, account: int, minor: int, on: date) -> None:
    """A delivery after the run brings a payment."""
    batch = desk.home.books / "main" / "batches" / "000002"
    _table(batch / "payments.parquet", {column.name: duckdb_type(column.type) for column in BOOK_TABLES["payments"].columns},
           [{"account_id": account, "payment_id": 900, "paid_on": on, "amount_minor": minor}])
    (batch / "batch.json").write_text(json.dumps({"number": 2, "created": "2026-11-24", "namespace": "core", "digests": {"payments": "later"}}))


def approve(desk, name: str, *locales: str, at: datetime = AT - timedelta(days=1)) -> None:
    for number, username in enumerate(("manager", "compliance")):
        message_templates.approve(desk.home, desk.institution_id, name, locales, "read it", username=username, at=at + timedelta(minutes=number), actor=username)


def write(desk, *wanted: Wanted) -> list:
    return list(message_words.write_messages(desk.home, desk.institution_id, wanted, AT))


def text_to(case: int, **more) -> Wanted:
    return Wanted(case, **{"template": "reminder_text", "channel": Channel.TEXT, "is_verified": True, "code": "K7M2Q9XR", **more})


def test_a_person_reads_in_their_language_what_is_owed_today_and_every_option(desk):
    approve(desk, "reminder_text")
    (one,) = write(desk, text_to(desk.book.lin))
    assert isinstance(one, Written)
    assert one.words.text == (
        "【海港银行】您尾号C101的账户有3,200.00元自2026年9月5日起未还，已还请忽略。想分期、缓还、提出异议或索取账单，请致电95000或直接回复。"
        "真伪请拨卡片背面的客服电话，或在官网查核验码K7M2Q9XR。回复TD停收。")
    assert (one.words.parts, one.amount_minor, one.debts, one.party_id) == (2, 320_000, frozenset({"11", "12"}), 101)
    assert one.words.version.startswith("reminder_text@") and Mark.INSTITUTION_NAMED in one.words.marks
    (about_one,) = write(desk, text_to(desk.book.lin, debts=frozenset({"12"}), locale="en"))
    assert "your loan ending C101 is CNY 500.00 behind since 10 November 2026" in about_one.words.text


def test_what_was_paid_since_the_run_is_not_asked_for(desk):
    approve(desk, "reminder_text")
    paid_since(desk, 11, 270_000, date(2026, 11, 24))
    part, whole = write(desk, text_to(desk.book.lin), text_to(desk.book.lin, debts=frozenset({"11"})))
    assert (part.amount_minor, part.debts) == (50_000, frozenset({"12"})) and "自2026年11月10日" in part.words.text
    assert isinstance(whole, NotWritten) and "paid since the run" in whole.why


def test_many_are_written_together_in_their_order_and_who_cannot_be_written_to_is_told_apart(desk):
    approve(desk, "reminder_text")
    approve(desk, "contact_request_text", "zh-CN")
    wanted = [
        text_to(desk.book.wang), text_to(7), text_to(desk.book.lin, is_verified=False), text_to(desk.book.lin, template="contact_request_text", is_verified=False),
        text_to(desk.book.lin, template="reminder", channel=Channel.EMAIL), text_to(desk.book.lin, channel=Channel.LETTER), text_to(desk.book.lin, debts=frozenset({"99"})),
        text_to(desk.book.lin, template="contact_request_text", locale="es"),
    ]
    found = write(desk, *wanted)
    assert [one.wanted for one in found] == wanted
    assert [one.words.text[:12] if isinstance(one, Written) else one.why for one in found] == [
        "【海港银行】您尾号C10", "The case is in no current run.", "The contact point is not verified as the person’s own: only a neutral template may go there.", "海港银行股份有限公司：有",
        "No template “reminder” in zh-CN is approved.", "The template does not go by letter.", "A debt is named that is none of this case’s.",
        "No template “contact_request_text” in es is approved."]
    neutral = found[3]
    assert neutral.amount_minor is None and Mark.MENTIONS_DEBT not in neutral.words.marks and "林晓" in neutral.words.text


def test_one_query_a_book_serves_however_many_there_are(desk, monkeypatch):
    approve(desk, "reminder_text")
    asked = []
    real = message_words.rows_by_name
    monkeypatch.setattr(message_words, "rows_by_name", lambda *words: asked.append(1) or real(*words))
    write(desk, text_to(desk.book.lin))
    alone = len(asked)
    asked.clear()
    write(desk, *[text_to(case) for case in (desk.book.lin, desk.book.wang, desk.book.zhao)] * 50)
    assert len(asked) == alone


@pytest.mark.parametrize(("old", "new", "why"), [
    ("short_name: {zh-CN: 海港银行, en: Harbour Bank, es: Banco del Puerto}", "short_name: {en: Harbour Bank}", "no value for {sender_short}"),
    ('phone: "95000"', "", "no value for {phone}"), ("trusted_route: {zh-CN: 卡片背面的客服电话, ", "trusted_route: {", "no value for {trusted_route}"),
])
def test_what_the_lender_did_not_state_leaves_the_message_unwritten(desk, old, new, why):
    approve(desk, "reminder_text")
    desk.home.sender_file.write_text(SENDER.replace(old, new), encoding="utf-8")
    (one,) = write(desk, text_to(desk.book.lin))
    assert isinstance(one, NotWritten) and why in one.why


def test_an_agency_says_that_it_is_one_and_for_whom_and_first_what_for(desk):
    approve(desk, "reminder_text")
    desk.home.law_file.write_text(LAW.replace("creditor_own_name", "agency"), encoding="utf-8")
    (unknown,) = write(desk, text_to(desk.book.lin))
    assert isinstance(unknown, NotWritten) and "{sender_short}" in unknown.why, "for whom it acts is not stated"
    desk.home.sender_file.write_text(f"{SENDER}acts_for: 潮汐银行\n", encoding="utf-8")
    first, later = write(desk, text_to(desk.book.lin, is_first=True), text_to(desk.book.lin))
    assert later.words.text.startswith("【海港银行（受潮汐银行委托）】") and first.words.text.startswith("【海港银行（受潮汐银行委托催收")
    assert first.words.marks - later.words.marks == {Mark.PURPOSE_DISCLOSED, Mark.FIRST_COMMUNICATION}


def test_who_is_stored_and_not_used_or_erased_gets_nothing(desk, monkeypatch):
    approve(desk, "reminder_text")
    monkeypatch.setattr(message_words, "people", lambda home, book, parties: {party: Person(party, None, None) for party in parties})
    (one,) = write(desk, text_to(desk.book.lin))
    assert isinstance(one, NotWritten) and "erased, or stored" in one.why


# who approved it


def test_a_template_is_used_only_once_a_second_person_approved_exactly_that_text(desk):
    ask = lambda username, at=AT: message_templates.approve(desk.home, desk.institution_id, "reminder_text", (), "plainer", username=username, at=at, actor=username)  # noqa: E731
    assert message_templates.approved(desk.home, desk.institution_id) == {}
    asked = ask("manager")
    assert [one.asked is not None for one in asked] == [True] * 3 and message_templates.approved(desk.home, desk.institution_id) == {}
    with pytest.raises(approving.NotDecided):
        ask("manager")
    with pytest.raises((approving.NotAsked, approving.NotDecided)):
        ask("collector")
    assert [one.approval is not None for one in ask("compliance")] == [True] * 3
    assert {locale for _, locale in message_templates.approved(desk.home, desk.institution_id)} == {"zh-CN", "en", "es"}
    states = {one.template.key: one for one in message_templates.states(desk.home, desk.institution_id, AT)}
    assert states["reminder_text", "en"].used == states["reminder_text", "en"].template.version and states["reminder", "en"].used == ""


def test_a_changed_text_of_the_lenders_own_needs_two_people_again_and_until_then_the_old_one_is_used(desk):
    approve(desk, "reminder_text", "en")
    old = message_templates.approved(desk.home, desk.institution_id)["reminder_text", "en"]
    desk.home.templates.mkdir(exist_ok=True)
    own = desk.home.templates / "reminder_text.en.yaml"
    own.write_text(shipped_texts()["reminder_text", "en"].replace("Thank you.", "Many thanks."), encoding="utf-8")
    assert templates_here(desk.home)["reminder_text", "en"].is_own
    assert message_templates.approved(desk.home, desk.institution_id)["reminder_text", "en"] == old
    approve(desk, "reminder_text", "en", at=AT)
    new = message_templates.approved(desk.home, desk.institution_id)["reminder_text", "en"]
    assert "Many thanks" in new.text and new.version != old.version
    own.write_text(own.read_text().replace("Many thanks.", "Pay immediately."), encoding="utf-8")
    with pytest.raises(message_templates.NotFit, match="immediately"):
        approve(desk, "reminder_text", "en", at=AT)
    own.rename(own.with_name("other.en.yaml"))
    with pytest.raises(BadData, match="Call it reminder_text.en.yaml"):
        templates_here(desk.home)


def test_one_whose_approval_was_asked_anew_and_refused_is_used_no_more(desk):
    approve(desk, "reminder_text", "en")
    (again,) = message_templates.approve(desk.home, desk.institution_id, "reminder_text", ("en",), "wrong number in it", username="manager", at=AT, actor="manager")
    deciding.decide(desk.home, desk.institution_id, again.asked.request_id, approve=False, reason="so it is", username="compliance", at=AT, actor="compliance")
    assert message_templates.approved(desk.home, desk.institution_id) == {}


@pytest.mark.parametrize("harm", ["changed", "gone"])
def test_a_kept_file_that_was_changed_or_is_gone_writes_nothing(desk, harm):
    approve(desk, "reminder_text", "en")
    (kept,) = (desk.home.templates / "approved").glob("*.yaml")
    text = kept.read_bytes()
    kept.unlink()
    if harm == "changed":
        kept.write_bytes(text.replace(b"Thank you", b"Pay now"))
    with pytest.raises(BadData if harm == "changed" else Refused):
        write(desk, text_to(desk.book.lin, locale="en"))


# preview


def test_a_preview_shows_what_this_person_would_read_before_anything_is_approved(desk):
    look = partial(message_preview.previews, desk.home, desk.institution_id, shown_to="lin", role="manager")
    shown = look("reminder", desk.book.lin, AT, every=True)
    with acting_for(desk.institution_id):
        (seen,) = load.personal_shown(101)
    assert (seen.shown_to, seen.form) == ("lin", "message_preview") and "name" in seen.categories
    assert [one.template.locale for one in shown] == ["zh-CN", "en", "es"] and all(one.words for one in shown)
    assert "3,200.00元" in shown[0].words.text and "9 December 2026" in shown[1].words.text and "Lin 林晓" in shown[2].words.text
    (mine,) = look("placement_notice", desk.book.lin, AT)
    assert mine.template.locale == "zh-CN" and {"agency", "begins_on"} <= set(mine.sampled) and mine.words is not None
    with pytest.raises(message_templates.NoSuchTemplate):
        look("reminder", desk.book.lin, AT, only_approved=True)
    with pytest.raises(WrongCall, match="It goes by email, letter"):
        look("reminder", desk.book.lin, AT, channel="text")
    with pytest.raises(NoSuchCase):
        look("reminder", 7, AT)
    with pytest.raises(NotForThisRole):
        look("reminder", desk.book.lin, AT, role="stranger")
