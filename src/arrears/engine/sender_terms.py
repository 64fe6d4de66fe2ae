"""In whose name are messages written, and how can a reader check that they are genuine?

A file of the lender's own, `sender.yaml` in the home. What is a text may be said once for all languages, or by language.

    lawful_name: {zh-CN: 示例银行股份有限公司, en: Example Bank plc, es: Banco Ejemplo S. A.}
    short_name: {zh-CN: 示例银行, en: Example Bank, es: Banco Ejemplo}   # in text messages; else the lawful name
    reveals_collection: false        # true where the lawful name by itself tells of collection; then neutral_name is needed
    neutral_name: {en: Fairway Services}  # the name that the law of the place allows where nothing may be told
    acts_for: {en: Example Bank plc} # the lender, where law.yaml says that an agency or a debt buyer writes
    phone: "+86 95000"               # at the cost of an ordinary call
    hours: {zh-CN: 工作日9:00至18:00, en: "Monday to Friday, 9 am to 6 pm", es: "lunes a viernes, de 9 a 18 h"}
    reply_address: [Example Bank plc, 1 Example Street, London EC1A 1AA]
    email: service@bank.example
    website: https://bank.example    # codes are looked up at WEBSITE/v/CODE
    pay_link: https://bank.example/pay
    trusted_route: {zh-CN: 卡片背面的客服电话, en: the number on the back of your card, es: el teléfono de su tarjeta}
    caller: {en: Ms Wong}            # whom a neutral message asks for
    stop_word: {zh-CN: TD, en: STOP, es: BAJA}
    help_lines:                      # by country, by language
      GB: {en: ["National Debtline: 0808 808 4000"]}
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from arrears.act.content.values import ValueNotUsable, written
from arrears.act.content.vocabulary import LOCALES, Kind
from arrears.act.content.wording import wording_of
from arrears.check.conduct.fields import Fields, content_of, refused
from arrears.engine.home import Home

SOURCE = "sender.yaml"
_BY_LANGUAGE: Mapping[str, Kind] = {
    "lawful_name": Kind.NAME, "short_name": Kind.NAME, "neutral_name": Kind.NAME, "acts_for": Kind.NAME, "hours": Kind.TEXT, "trusted_route": Kind.TEXT,
    "caller": Kind.NAME, "stop_word": Kind.CODE,
}
_FOR_ALL: Mapping[str, Kind] = {"phone": Kind.PHONE, "email": Kind.TEXT, "website": Kind.LINK, "pay_link": Kind.LINK}
_TELLS_NOTHING = ("neutral_name", "hours", "caller")
_STOP_WORDS = {"zh-CN": "TD", "en": "STOP", "es": "BAJA"}


@dataclass(frozen=True, slots=True)
class SenderTerms:
    """What the lender states. `said` is what is told by name and language; a language that is missing is not told."""

    said: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    reply_address: tuple[str, ...] = ()
    reveals_collection: bool = False
    help_lines: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)

    def text(self, name: str, locale: str) -> str | None:
        """What is said under this name in this language; None where it is not stated."""
        return self.said.get(name, {}).get(locale)

    def neutral_name(self, locale: str) -> tuple[str | None, bool]:
        """The name that tells of no debt, and whether it is the lawful one.

        >>> read_sender("lawful_name: Example Bank").neutral_name("en"), read_sender("{lawful_name: A, reveals_collection: true, neutral_name: B}").neutral_name("en")
        (('Example Bank', True), ('B', False))
        """
        if self.reveals_collection:
            return self.text("neutral_name", locale), False
        return self.text("lawful_name", locale), True

    def help_for(self, places: Collection[str], locale: str) -> tuple[str, ...]:
        """Help in the country of the person, in the person's language."""
        return next((lines[locale] for place, lines in self.help_lines.items() if place in places and locale in lines), ())


def sender_terms(home: Home) -> SenderTerms:
    """What `sender.yaml` of this home states; nothing where there is none, and then no message can be written.

    Raises:
        BadData: the file cannot be understood, or a name that should be neutral tells of a debt.
    """
    return read_sender(home.sender_file.read_text(encoding="utf-8")) if home.sender_file.is_file() else SenderTerms()


def read_sender(text: str) -> SenderTerms:
    """What this text states.

    >>> read_sender("{lawful_name: {en: Example Bank}, phone: '+44 20 7946 0000'}").text("phone", "es")
    '+44 20 7946 0000'
    >>> read_sender("{lawful_name: Swift Debt Recovery}")
    Traceback (most recent call last):
    ...
    arrears.core.problems.BadData: sender.yaml: lawful_name (en) tells of a debt by itself: say reveals_collection: true, and a neutral_name. ...
    """
    fields = Fields(SOURCE, content_of(SOURCE, text))
    said = {name: _by_language(name, fields.take(name), kind) for name, kind in _BY_LANGUAGE.items() if fields.has(name)}
    said |= {name: dict.fromkeys(LOCALES, _usable(name, kind, fields.text(name), "en")) for name, kind in _FOR_ALL.items() if fields.has(name)}
    said.setdefault("stop_word", dict(_STOP_WORDS))
    said.setdefault("short_name", said.get("lawful_name", {}))
    found = SenderTerms(said, fields.names("reply_address"), fields.flag("reveals_collection", False), _help(fields))
    fields.done()
    _refuse_telling(found)
    return found


def _by_language(name: str, stated: Any, kind: Kind) -> dict[str, str]:
    if isinstance(stated, str):
        return {locale: _usable(name, kind, stated, locale) for locale in LOCALES}
    inner = Fields(f"{SOURCE}: {name}", stated)
    found = {locale: _usable(name, kind, inner.text(locale), locale) for locale in LOCALES if inner.has(locale)}
    inner.done()
    return found


def _usable(name: str, kind: Kind, said: str, locale: str) -> str:
    try:
        return written(name, kind, said, locale)
    except ValueNotUsable as trouble:
        raise refused(SOURCE, f"{name} ({locale}): {trouble.what}") from trouble


def _help(fields: Fields) -> dict[str, dict[str, tuple[str, ...]]]:
    if not fields.has("help_lines"):
        return {}
    found: dict[str, dict[str, tuple[str, ...]]] = {}
    for place, stated in Fields(f"{SOURCE}: help_lines", fields.take("help_lines")).rest().items():
        inner = Fields(f"{SOURCE}: help_lines: {place}", stated)
        found[place] = {locale: inner.names(locale) for locale in LOCALES if inner.has(locale)}
        inner.done()
    return found


def _refuse_telling(found: SenderTerms) -> None:
    """What neutral messages say must tell of no debt."""
    lawful = () if found.reveals_collection else ("lawful_name",)
    for name in (*lawful, *_TELLS_NOTHING):
        for locale, said in found.said.get(name, {}).items():
            if name != "caller" and wording_of(locale).discloses.search(said):
                remedy = "say reveals_collection: true, and a neutral_name" if name == "lawful_name" else "choose other words"
                raise refused(SOURCE, f"{name} ({locale}) tells of a debt by itself: {remedy}.")
