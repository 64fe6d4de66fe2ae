"""Every shipped template, in every language: it says what it must, tells no one else of a debt, can be read, and reads as the reviewed files say."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from arrears.act.channels.sms.alphabet import UCS2_PART
from arrears.act.content.checking import carried, check, errors, prose
from arrears.act.content.notices import NOT_WRITTEN, notices
from arrears.act.content.readability import readings
from arrears.act.content.rendering import render
from arrears.act.content.samples import extremes, usual
from arrears.act.content.shipped import shipped_templates
from arrears.act.content.template import Template
from arrears.act.content.values import Sender
from arrears.act.content.vocabulary import LOCALES, Capacity, Disclosure, Option, Tone
from arrears.act.content.wording import wording_of
from arrears.check.conduct.facts import Facts, Proposed
from arrears.check.conduct.verdict import findings_on
from arrears.check.conduct.words import Act, ActorRole, Channel, LenderKind, Mark, Mode, Product, Purpose
from arrears.engine.conduct_packs import every_pack, pack_named, shipped_packs
from tools import expected_messages

TEMPLATES = tuple(shipped_templates().values())
NAMES = sorted({one.name for one in TEMPLATES})
each = pytest.mark.parametrize("template", TEMPLATES, ids=lambda one: f"{one.name}.{one.locale}")
AT = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)


@each
def test_it_has_no_error(template: Template) -> None:
    assert errors(template) == ()


def test_what_every_template_reads_as_was_reviewed() -> None:
    assert expected_messages.stale() == [], "read what changed, then: python tools/expected_messages.py"


def test_a_reviewed_file_that_says_something_else_is_noticed(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(expected_messages, "FOLDER", tmp_path)
    monkeypatch.setattr(expected_messages, "shipped_templates", lambda: {one.key: one for one in TEMPLATES if one.name == "reminder"})
    assert len(expected_messages.stale()) == len(LOCALES)
    assert expected_messages.main([]) == 0 and expected_messages.main(["--check"]) == 0
    (tmp_path / "reminder.en.txt").write_text("We are trying to reach you.")
    (tmp_path / "old.en.txt").touch()
    assert {path.name for path in expected_messages.stale()} == {"reminder.en.txt", "old.en.txt"} and expected_messages.main(["--check"]) == 1


def test_every_template_is_there_in_every_language_in_which_it_may_be() -> None:
    for name in NAMES:
        mine = {one.locale for one in TEMPLATES if one.name == name}
        notice = next((one.notice for one in TEMPLATES if one.name == name), "")
        assert mine == set(notices()[notice].locales if notice else LOCALES), name


def test_every_step_of_the_ladder_has_a_letter_and_every_notice_a_template() -> None:
    for tone in Tone:
        assert any(one.tone is tone and Channel.LETTER in one.channels for one in TEMPLATES), tone
    assert {one.notice for one in TEMPLATES} - {""} == set(notices())
    assert "SI 1983/1561" in NOT_WRITTEN["uk_default_notice"].en, "the form that a law prescribes is pointed to, not imitated"


@pytest.mark.parametrize("template", [one for one in TEMPLATES if one.disclosure is Disclosure.NEUTRAL], ids=lambda one: f"{one.name}.{one.locale}")
def test_to_a_point_that_is_not_verified_nothing_tells_of_a_debt_whatever_is_put_in(template: Template) -> None:
    for label, values in extremes(template):
        words = render(template, values)
        called = str(values.get("name", ""))
        read = f"{words.subject}\n{words.text}".replace(called, "") if called else words.text
        assert label.startswith("name") or wording_of(template.locale).discloses.search(read.replace("https://bank.example", "")) is None, label
        assert not words.marks & {Mark.MENTIONS_DEBT, Mark.PAYMENT_DEMAND, Mark.PAYMENT_LINK, Mark.THREAT_OF_SUIT}


@pytest.mark.parametrize(("locale", "words"), [
    ("en", "you owe loan arrears overdue payment balance credit card collection £12 amount due bank account bill court"),
    ("es", "deuda debe pago vencida préstamo tarjeta cuota cobranza saldo importe factura cuenta crédito juzgado"),
    ("zh-CN", "欠 债 贷 借 款 催 逾期 还清 缴费 支付 信用卡 征信 余额 利息 起诉 12元"),
])
def test_the_words_that_tell_of_a_debt_are_known(locale: str, words: str) -> None:
    missed = [one for one in words.replace("you ", "").replace("bank ", "").replace("amount due", "amount").split() if not wording_of(locale).discloses.search(one)]
    assert missed == []


@pytest.mark.parametrize("template", [one for one in TEMPLATES if one.disclosure is Disclosure.FULL and one.tone is not Tone.STATUTORY], ids=lambda one: f"{one.name}.{one.locale}")
def test_to_a_verified_point_it_says_who_writes_what_is_owed_every_option_and_how_to_check_it(template: Template) -> None:
    held = set(template.variables)
    assert held & {"sender", "sender_short"} and {"amount_due", "product", "account_tail", "phone", "code", "trusted_route"} <= held
    wanted = {Option.REPLY, Option.PLAN, Option.DISPUTE, Option.STATEMENT, Option.VERIFY, Option.STOP} if template.channels == (Channel.TEXT,) else set(Option)
    assert wanted <= set(template.options)
    if template.channels == (Channel.TEXT,):
        assert not {"pay_link", "verify_link", "website"} & held, "a text message holds no link: who learns to follow one is robbed"


@each
def test_a_text_in_chinese_fits_two_parts_and_no_text_is_long(template: Template) -> None:
    words = render(template, usual(template))
    if template.channels == (Channel.TEXT,):
        assert words.parts <= {"zh-CN": 2, "en": 3, "es": 4}[template.locale]
        assert template.locale != "zh-CN" or len(words.text) <= 2 * UCS2_PART


@each
def test_it_is_easy_to_read(template: Template) -> None:
    measured = readings(prose(template), template.locale, legal=template.tone in (Tone.STATUTORY, Tone.PRE_LEGAL))
    assert all(one.kept for one in measured) and measured


@each
def test_where_what_it_must_say_is_not_confirmed_a_warning_says_so(template: Template) -> None:
    warned = any("not confirmed" in one.what for one in check(template))
    assert warned == (template.confidence in ("memory", "single_source"))


# the rule packs

PLACES = {"china": "CN", "us": "US", "uk": "GB", "india": "IN", "eu": "EU"}
ACTORS = {Capacity.OWN_NAME: ActorRole.CREDITOR_OWN_NAME, Capacity.AGENCY: ActorRole.AGENCY, Capacity.AGENCY_FIRST: ActorRole.AGENCY, Capacity.BUYER: ActorRole.DEBT_BUYER}


def lacking(template: Template, place: str, capacity: Capacity, channel: Channel, marks: frozenset[Mark] | None = None) -> list[str]:
    """Rules of content of this place that a message from this template would not keep, asked of the packs themselves."""
    said = carried(template, Sender(capacity, "Harbour Services", "Example Bank")) if marks is None else marks
    mode = Mode.INTERACTIVE if channel is Channel.CALL else Mode.INFORMATIVE
    proposed = Proposed(Act.CONTACT, "us", template.purpose, channel, debts=frozenset({"1"}), mode=mode, marks=said)
    facts = Facts(frozenset({place}), ("Asia/Shanghai",), ACTORS[capacity], Product.CREDIT_CARD, date(2020, 1, 1), lender=LenderKind.BANK)
    _, found = findings_on(proposed, facts, AT, every_pack())
    return [f"{one.pack}/{one.rule.name}" for one in found if one.in_the_way and one.rule.kind_name in ("required", "forbidden")
            and not one.rule.exceptions]  # Consent and the like are no matter of words.


CONTENT = [(one, place) for one in TEMPLATES if one.tone is not Tone.NEUTRAL for place in ("CN", "US", "GB")
           if not one.notice or place == {"us": "US", "uk": "GB"}.get(one.notice.partition("_")[0], "CN")]


@pytest.mark.parametrize(("template", "place"), CONTENT, ids=lambda one: one if isinstance(one, str) else f"{one.name}.{one.locale}")
def test_it_carries_all_that_the_rule_packs_ask_for_and_nothing_that_they_forbid(template: Template, place: str) -> None:
    for capacity, channel in itertools.product(ACTORS, template.channels):
        assert lacking(template, place, capacity, channel) == [], (capacity, channel)


def test_the_packs_would_have_said_what_is_lacking() -> None:
    letter, mail = shipped_templates()["reminder", "en"], shipped_templates()["reminder", "en"]
    assert "china/credit_cards/letters_show_how_to_object" in lacking(letter, "CN", Capacity.OWN_NAME, Channel.LETTER, frozenset({Mark.INSTITUTION_NAMED}))
    assert "china/banking_association/the_caller_names_the_institution" in lacking(letter, "CN", Capacity.OWN_NAME, Channel.LETTER, frozenset())
    said = carried(mail, Sender(Capacity.AGENCY, "Harbour Services", "Example Bank"))
    for gone, rule in ((Mark.OPT_OUT_NOTICE, "opt_out_line_in_every_electronic_message"), (Mark.COLLECTOR_DISCLOSED, "later_messages_say_who_writes")):
        assert f"us/reg_f/{rule}" in lacking(mail, "US", Capacity.AGENCY, Channel.EMAIL, said - {gone})


@pytest.mark.parametrize("name", notices())
def test_a_notice_belongs_to_a_rule_of_a_pack_and_has_every_item_of_it(name: str) -> None:
    notice = notices()[name]
    pack, _, rule = notice.rule.rpartition("/")
    assert pack in shipped_packs()
    (found,) = [one for one in pack_named(pack).rules if one.name == rule]
    asked = getattr(found.kind, "one_of", ())
    assert all(mark in notice.marks for standing in asked for kind, values in standing.event.wanted if kind == "all_marks" for mark in values)
    for template in TEMPLATES:
        if template.notice == name:
            assert set(template.items) == {item.name for item in notice.items} and template.marks >= notice.marks
            said = " ".join(one.what for one in errors(replace(template, items={})))
            assert all(f"lacks an item of the notice: {item.name}." in said for item in notice.items), "a notice that lacks it is refused"


def test_the_limited_content_message_may_hold_nothing_more() -> None:
    message = shipped_templates()["limited_content_message", "en"]
    more = replace(message, text=f"{message.text} Our site: {{website}}")
    assert any("may not hold website" in one.what for one in errors(more))


def test_statutory_templates_go_as_notices_and_the_ladder_as_collection() -> None:
    for one in TEMPLATES:
        assert (one.purpose is Purpose.STATUTORY_NOTICE) == (one.tone is Tone.STATUTORY), one.name
    legal = [one for one in TEMPLATES if one.tone in (Tone.LAST_NOTICE, Tone.PRE_LEGAL)]
    assert legal and all(Mark.THREAT_OF_SUIT in carried(one) for one in legal), "so that a barred debt is never threatened with a suit"
