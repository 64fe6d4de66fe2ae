"""Harm that somebody writes into a template is found before anybody may approve it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from arrears.act.content.checking import errors
from arrears.act.content.shipped import shipped_templates, shipped_texts
from arrears.act.content.template import read_template
from arrears.act.content.wording import wording_of
from arrears.check.conduct.words import Channel, Mark
from arrears.core.problems import BadData

SHIPPED = shipped_templates()


def found(name: str, locale: str, /, **changes) -> str:
    template = SHIPPED[name, locale]
    if "more" in changes:
        changes["text"] = f"{template.text}\n{changes.pop('more')}"
    return " ".join(one.what for one in errors(replace(template, **changes)))


FORBIDDEN = {
    "en": [
        "You may be arrested.", "The police will be told.", "This is a crime.", "We will tell your employer.", "Shame on you.", "You ignored our letters.", "Pay immediately.",
        "Urgent: act now.", "This is your last chance.", "Final notice.", "We will go to court.", "Your wages will be garnished.", "Borrow from a friend.", "A parcel waits for you.",
        "Dear valued customer,", "You are a defaulter.", "or else", "A bailiff will call.", "This will ruin you.",
    ],
    "es": [
        "Irá a la cárcel.", "Es un delito.", "Avisaremos a su familia.", "Es usted moroso.", "Pague de inmediato: es urgente.", "Es su última oportunidad.", "Último aviso.",
        "Embargaremos su casa.", "Presentaremos una demanda.", "Pida prestado a un amigo.", "Tiene un paquete.", "¡Pague!", "Estimado cliente:", "La policía lo sabrá.", "Actúa de mala fe.",
    ],
    "zh-CN": [
        "否则将追究刑事责任。", "我们将报警处理。", "公安机关将介入。", "我们将通知您的家人。", "您已成为老赖。", "请立即还款。", "这是最后机会。", "一切后果由您承担。", "将列入黑名单。",
        "我们将起诉您。", "将上门催收。", "可以向朋友借钱还上。", "恶意拖欠", "亲，该还款了。", "将发律师函。", "将影响子女上学。", "最后通知", "仅限今日减免",
    ],
}


@pytest.mark.parametrize(("locale", "said"), [(locale, said) for locale, phrases in FORBIDDEN.items() for said in phrases])
def test_what_is_never_said_is_found(locale: str, said: str) -> None:
    assert "is not said" in found("reminder", locale, more=said)


@pytest.mark.parametrize(("locale", "said"), [
    ("en", "We never tell your employer or your family."), ("en", "It may take 24 hours."), ("es", "Nunca avisaremos a su familia."), ("zh-CN", "我们不会联系您的家人。"), ("zh-CN", "请在方便时联系我们。"),
])
def test_what_only_looks_like_it_is_not(locale: str, said: str) -> None:
    assert found("reminder", locale, more=said) == ""


def test_every_forbidden_phrase_says_why_and_legal_steps_are_named_only_where_they_were_reached() -> None:
    for locale in FORBIDDEN:
        assert all(one.why for one in wording_of(locale).forbidden) and len(wording_of(locale).forbidden) >= 10
    assert "is not said" in found("reminder", "en", more="We will go to court.") and found("last_notice", "en", more="We may go to court.") == ""


@pytest.mark.parametrize(("name", "locale", "changes", "what"), [
    ("reminder", "en", {"says": {Mark.OPT_OUT_NOTICE: "Send us a fax"}}, "is not in the text"),
    ("reminder", "en", {"says": {}}, "how to stop"),
    ("reminder", "en", {"marks": frozenset({Mark.INSTITUTION_NAMED})}, "not claimed"),
    ("reminder", "en", {"marks": frozenset({Mark.FALSE_STATEMENT})}, "no message of ours"),
    ("reminder", "en", {"options": {}}, "does not say this option: dispute"),
    ("reminder", "en", {"subject": ""}, "needs a subject"),
    ("reminder", "en", {"answer_within_days": 3}, "at least 7"),
    ("reminder", "en", {"answer_within_days": None}, "go together"),
    ("reminder", "en", {"more": "Please reply with your password."}, "ask for a secret"),
    ("reminder", "zh-CN", {"more": "请回复您收到的验证码。"}, "ask for a secret"),
    ("reminder", "es", {"more": "Envíenos su contraseña."}, "ask for a secret"),
    ("contact_request", "en", {"more": "It is about your loan."}, "may tell of a debt"),
    ("contact_request", "en", {"more": "You owe us {amount_due}."}, "tells of a debt"),
    ("contact_request", "zh-CN", {"more": "事关您的逾期账单。"}, "may tell of a debt"),
    ("contact_request", "es", {"more": "Es por su tarjeta."}, "may tell of a debt"),
    ("contact_request", "en", {"text": "Please call {phone}."}, "does not say who writes"),
    ("reminder_text", "zh-CN", {"parts_max": 1}, "has 2 parts"),
    ("reminder_text", "en", {"parts_max": None}, "parts_max"),
    ("reminder_text", "en", {"channels": (Channel.TEXT, Channel.EMAIL)}, "template of its own"),
    ("us_validation_notice", "en", {"confidence": "confirmed"}, "is not confirmed"),
    ("us_validation_notice", "en", {"notice": "none"}, "There is no notice"),
    ("us_validation_notice", "en", {"locale": "zh-CN"}, "not given in zh-CN"),
    ("uk_letter_of_claim", "en", {"channels": (Channel.EMAIL,)}, "goes by letter"),
    ("reminder", "en", {"more": "Notwithstanding the aforementioned obligations, the undersigned institution hereby respectfully communicates its considered determination regarding "
                                "the rescheduling of outstanding contractual responsibilities, including ancillary administrative particulars. " * 8}, "Flesch-Kincaid"),
    ("reminder", "zh-CN", {"more": "我们在综合考虑您的账户情况以及双方此前签订的合同中关于还款期限和方式的各项约定之后现就您尚未按照约定履行的还款义务向您作出如下说明并请您予以充分的重视和理解同时尽快与我们取得联系。"},
     "longest sentence"),
    ("reminder", "zh-CN", {"more": "饕餮魑魅魍魉耄耋龃龉踯躅。"}, "rare characters"),
])
def test_what_is_missing_or_harmful_is_found(name: str, locale: str, changes: dict, what: str) -> None:
    assert what in found(name, locale, **changes)


@pytest.mark.parametrize(("old", "new", "said"), [
    ("{amount_due}", "{amount_dew}", "there is no variable {amount_dew}"),
    ("{amount_due}", "{amount_due", "a brace stands alone"),
    ("{amount_due}", "{amount_due!r}", "a brace stands alone"),
    ("{amount_due}", "{amount_due.__class__}", "a brace stands alone"),
    ("tone: reminder", "tone: harsh", "not known: harsh"),
    ("channels: [email, letter]", "channels: [email, pigeon]", "not known: pigeon"),
    ("channels: [email, letter]", "channels: []", "name one at least"),
    ("locale: en", "locale: en\ncolour: red", "not known: colour"),
    ("locale: en", "locale: en\nlocale: es", "written twice"),
    ("  plan:", "  wish:", "not known: wish"),
    ("  opt_out_notice:", "  friendly:", "not known: friendly"),
    ("purpose: collection", "", "missing: purpose"),
])
def test_a_file_that_is_not_understood_is_refused_and_says_where(old: str, new: str, said: str) -> None:
    text = shipped_texts()["reminder", "en"]
    assert old in text
    with pytest.raises(BadData) as refusal:
        read_template(text.replace(old, new, 1), "reminder.en.yaml")
    assert said in str(refusal.value) and "reminder.en.yaml" in str(refusal.value)


def test_another_word_is_another_version() -> None:
    text = shipped_texts()["reminder", "en"]
    assert read_template(text, "x").version != read_template(text.replace("thank you", "many thanks"), "x").version
    assert read_template(text, "x").version == SHIPPED["reminder", "en"].version
