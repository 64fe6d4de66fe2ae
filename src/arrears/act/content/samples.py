"""With which values is a template tried, before any person's are put in? Usual ones, and those at the edge of what may come."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta

from arrears.act.content.template import Template
from arrears.act.content.values import LONGEST, MOST_LINES, Amounts, Money, Neutral, Sender, Value
from arrears.act.content.vocabulary import Capacity, Item, Kind
from arrears.check.conduct.words import Product

_BANK = {"zh-CN": "示例银行", "en": "Example Bank", "es": "Banco Ejemplo"}
_NEUTRAL = {"zh-CN": "示例银行", "en": "Example Bank", "es": "Banco Ejemplo"}
_CURRENCY = {"zh-CN": "CNY", "en": "GBP", "es": "EUR"}
_OF_PLACE = {"us": "USD", "cn": "CNY", "uk": "GBP"}
_PERSON = {"zh-CN": "李晓明", "en": "Anna Lee", "es": "Ana Núñez"}
_SAID: Mapping[str, Mapping[str, str]] = {
    "trusted_route": {"zh-CN": "合同或卡片上的客服电话", "en": "the number on your card or agreement", "es": "el teléfono de su tarjeta o contrato"},
    "hours": {"zh-CN": "工作日9:00至18:00", "en": "Monday to Friday, 9 am to 6 pm", "es": "lunes a viernes, de 9 a 18 h"},
    "best_times": {"zh-CN": "工作日9:00至18:00", "en": "between 9 am and 6 pm", "es": "de 9 a 18 h"},
    "email": {"zh-CN": "service@bank.example", "en": "service@bank.example", "es": "atencion@bank.example"},
    "interest_told": {
        "zh-CN": "利息按合同约定继续计算。", "en": "Interest goes on at GBP 1.20 a day. No charges are added.", "es": "Los intereses siguen: 1,20 EUR al día. No se suman gastos."},
    "assignment_told": {"zh-CN": "该债权未曾转让。", "en": "The debt has not been assigned.", "es": "La deuda no se ha cedido."},
    "offer_told": {"zh-CN": "您未提出过分期。", "en": "No instalments are being paid, and none were offered.", "es": "No se pagan cuotas ni se han propuesto."},
}
_HELP: Mapping[str, tuple[str, ...]] = {
    "zh-CN": ("金融消费者投诉咨询：12378", "法律援助：12348"),
    "en": ("National Debtline: 0808 808 4000",),
    "es": ("Servicio de orientación al consumidor: 900 000 000",),
}
_ADDRESS: Mapping[str, tuple[str, ...]] = {
    "zh-CN": ("示例银行客户服务部", "上海市浦东新区示例路1号"), "en": ("Example Bank, Customer Care", "1 Example Street", "London EC1A 1AA"),
    "es": ("Banco Ejemplo, Atención al cliente", "Calle Ejemplo 1", "28001 Madrid"),
}
_ON = date(2026, 3, 2)


def usual(template: Template) -> dict[str, Value]:
    """A usual value for every variable of this template."""
    values = _usual(template.locale, template.notice.partition("_")[0])
    values["answer_by"] = _ON + timedelta(days=template.answer_within_days or 0)
    return {name: values[name] for name in template.variables}


def _usual(locale: str, place: str) -> dict[str, Value]:
    bank, currency = _BANK[locale], _OF_PLACE.get(place, _CURRENCY[locale])
    own, agency = Sender(Capacity.OWN_NAME, bank, bank), Sender(Capacity.AGENCY, {"zh-CN": "安和咨询", "en": "Fairway Services", "es": "Gestiones Claras"}[locale], bank)
    table = Amounts(((Item.INTEREST, 2_450), (Item.FEES, 0), (Item.PAYMENTS, -5_000), (Item.CREDITS, 0)), currency)
    writes = agency if place == "us" else own
    return {
        **{name: said[locale] for name, said in _SAID.items()},
        "sender": writes, "sender_short": writes, "neutral_sender": Neutral(_NEUTRAL[locale], is_lawful=True), "name": _PERSON[locale], "amount_due": Money(123_450, currency),
        "balance": Money(1_117_450, currency), "product": Product.CREDIT_CARD, "account_tail": "4321", "oldest_due_on": date(2026, 2, 10), "written_on": _ON,
        "pay_link": "https://bank.example/pay", "phone": {"zh-CN": "95000", "en": "0800 000 0000", "es": "900 000 000"}[locale],
        "reply_address": _ADDRESS[locale], "website": "https://bank.example", "verify_link": "https://bank.example/v/K7M2Q9XR", "code": "K7M2Q9XR",
        "help_lines": _HELP[locale], "stop_word": {"zh-CN": "TD", "en": "STOP", "es": "BAJA"}[locale], "lender": bank,
        "caller": {"zh-CN": "王女士", "en": "Ms Wong", "es": "Sra. Gil"}[locale], "agency": agency.name, "agency_phone": "400 000 0000", "agency_address": _ADDRESS[locale],
        "begins_on": date(2026, 3, 20), "buyer": {"zh-CN": "示例资产管理有限公司", "en": "Harbour Assets Ltd", "es": "Activos del Puerto S. L."}[locale],
        "buyer_phone": "400 111 1111", "buyer_address": _ADDRESS[locale], "assigned_on": date(2026, 2, 27),
        "credit_bureau": {"zh-CN": "金融信用信息基础数据库", "en": "Example Credit Bureau", "es": "Central Ejemplo"}[locale], "report_on": date(2026, 3, 23),
        "collector_address": _ADDRESS[locale], "debtor_address": ("1 Elm Street", "Springfield, IL 62701"), "creditor_then": bank, "creditor_now": bank,
        "itemised_on": date(2026, 1, 31), "amount_then": Money(1_120_000, currency), "itemisation": table, "disputed_by": date(2026, 4, 8),
        "agreement_on": date(2024, 6, 1), "claim_after": date(2026, 4, 1),
    }  # fmt: skip


NAMES: Mapping[str, str] = {
    "one character": "李",
    "apostrophe": "Máire O’Neill-D'Arcy",
    "emoji": "Sam 😀 Lee",
    "rare characters": "𠮷野㛃䶮",
    "written from the right": "\u202eمحمد عبد الله\u202c",
    "with what looks like a link": "https://evil.example/pay\nJohn",
    "company": "Harbour.com B.V. & Söhne GmbH",
    "longest": ("Maximiliana Hohenstaufen-Württemberg " * 4)[: LONGEST[Kind.NAME]].strip(),
}
"""Names at the edge."""
AMOUNTS: Mapping[str, Money] = {
    "one cent": Money(1, "USD"),
    "one": Money(100, "EUR"),
    "nearly a thousand million": Money(99_999_999_999, "CNY"),
    "without minor units": Money(1_234_567, "JPY"),
    "three decimals": Money(1_234_567, "KWD"),
}
"""Amounts at the edge."""


def extremes(template: Template) -> Iterator[tuple[str, dict[str, Value]]]:
    """The template's values with one of them at the edge, by what it is; first the usual ones."""
    base = usual(template)
    yield "usual", base
    money = [name for name in template.variables if isinstance(base[name], Money)]
    for label, amount in AMOUNTS.items() if money else ():
        table = {"itemisation": Amounts(((Item.INTEREST, 0), (Item.FEES, 0), (Item.PAYMENTS, 0), (Item.CREDITS, 0)), amount.currency)} if "itemisation" in base else {}
        yield f"amount: {label}", base | dict.fromkeys(money, amount) | table
    if "name" in base:
        for label, name in NAMES.items():
            yield f"name: {label}", base | {"name": name}
    long = _longest(base)
    if long != base:
        yield "every other value as long as it may be", long
    yield from _capacities(base)


def _capacities(base: dict[str, Value]) -> Iterator[tuple[str, dict[str, Value]]]:
    senders = {name: value for name, value in base.items() if isinstance(value, Sender)}
    if senders:
        for capacity in Capacity:
            if capacity is not next(iter(senders.values())).capacity:
                yield f"sender: {capacity}", base | {name: Sender(capacity, "Harbour Services", one.lender) for name, one in senders.items()}


def _longest(base: dict[str, Value]) -> dict[str, Value]:
    long: dict[str, Value] = {
        "account_tail": "0000", "phone": "+86 (021) 0000-0000-0000", "code": "Q" * LONGEST[Kind.CODE], "verify_link": "https://bank.example/" + "v" * (LONGEST[Kind.LINK] - 21),
        "pay_link": "https://bank.example/" + "p" * (LONGEST[Kind.LINK] - 21), "help_lines": tuple("x" * LONGEST[Kind.LINES] for _ in range(MOST_LINES)),
        "reply_address": tuple("y" * LONGEST[Kind.LINES] for _ in range(MOST_LINES)),
    }
    return base | {name: value for name, value in long.items() if name in base}
