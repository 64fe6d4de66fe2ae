"""What does this person read, and what is then true of the message?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from arrears.act.channels.sms import alphabet
from arrears.act.content.template import Template, pieces
from arrears.act.content.values import TYPES, Amounts, Money, Neutral, Sender, Value, ValueNotUsable, written
from arrears.act.content.vocabulary import VARIABLES, Disclosure, Kind, Tone
from arrears.act.content.wording import Wording, wording_of
from arrears.check.conduct.words import Channel, Mark, Product, Purpose

LONGEST = 20_000
_OF_THE_LENDER = frozenset({Kind.TEXT, Kind.LINES, Kind.PHONE})
_CALLED = frozenset({"name", "caller"})
"""What people are called tells of no debt, whatever word it is."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """A message as it is read.

    Attributes:
        version: name and version of its template (`reminder@3f2a…`).
        marks: what is true of it, for the gate.
        parts: of how many parts it consists as a text message; 1 where it does not go as one.
    """

    version: str
    locale: str
    disclosure: Disclosure
    purpose: Purpose
    subject: str
    text: str
    marks: frozenset[Mark]
    parts: int


def render(template: Template, values: Mapping[str, Value]) -> Rendered:
    """The message.

    >>> from arrears.act.content.template import read_template
    >>> hello = read_template("template: hello\\nlocale: en\\ntone: neutral\\ndisclosure: neutral\\npurpose: collection\\nchannels: [text]\\ntext: Please ring {phone}.\\n", "hello")
    >>> render(hello, {"phone": "+44 20 7946 0000"}).text
    'Please ring +44 20 7946 0000.'
    >>> render(hello, {})
    Traceback (most recent call last):
    ...
    arrears.act.content.values.ValueNotUsable: hello (en): no value for {phone}. ...

    Raises:
        ValueNotUsable: a value is missing, of another type or too long; a lender's own words say what nobody says; or what should be neutral tells of a debt.
    """
    wording = wording_of(template.locale)
    said = {name: _said(template, name, values, wording) for name in template.variables}
    subject, text = (_filled(part, said) for part in (template.subject, template.text))
    _refuse_sums_that_differ(template, values)
    if template.disclosure is Disclosure.NEUTRAL:
        _refuse_disclosing(template, said, wording)
    if len(text) > LONGEST:
        raise ValueNotUsable(f"{template.name} ({template.locale}): {len(text)} characters, and at most {LONGEST} are sent.", "The message is not written.", "Shorten what is put in.")
    parts = len(alphabet.write(text).parts) if Channel.TEXT in template.channels else 1
    return Rendered(template.version, template.locale, template.disclosure, template.purpose, subject, text, marks_of(template, values, wording), parts)


def marks_of(template: Template, values: Mapping[str, Value], wording: Wording) -> frozenset[Mark]:
    """What is true of a message from this template: what it says itself, what its variables tell, and what the sender's sentence makes true."""
    found = set(template.marks) | set(template.says)
    if template.disclosure is Disclosure.FULL:
        found.add(Mark.MENTIONS_DEBT)
    if "pay_link" in template.variables:
        found.add(Mark.PAYMENT_LINK)
    if template.purpose is Purpose.COLLECTION and "amount_due" in template.variables:
        found.add(Mark.PAYMENT_DEMAND)
    if template.tone in (Tone.LAST_NOTICE, Tone.PRE_LEGAL):
        found.add(Mark.THREAT_OF_SUIT)
    for name in template.variables:
        value = values.get(name)
        if isinstance(value, Sender):
            sentence = wording.senders[value.capacity]
            found |= sentence.short_marks if name == "sender_short" else sentence.marks
        elif isinstance(value, Neutral) and value.is_lawful:
            found.add(Mark.INSTITUTION_NAMED)
    return frozenset(found)


def _said(template: Template, name: str, values: Mapping[str, Value], wording: Wording) -> str:
    where = f"{template.name} ({template.locale})"
    if name not in values:
        raise ValueNotUsable(f"{where}: no value for {{{name}}}.", "A message with a gap reaches nobody.", f"Give it: {VARIABLES[name].meaning.en}.")
    value, kind = values[name], VARIABLES[name].kind
    if kind in (Kind.SENDER, Kind.PRODUCT, Kind.AMOUNTS):
        return _closed(where, name, value, wording)
    of_the_lender = kind in _OF_THE_LENDER and VARIABLES[name].by_case and type(value) is TYPES[kind]
    return (_plain_once if of_the_lender else _plain)(where, name, kind, value, template.tone, template.locale)


def _plain(where: str, name: str, kind: Kind, value: Value, tone: Tone, locale: str) -> str:
    said = written(name, kind, value, locale)
    if kind is Kind.TEXT and (bad := next((one for one in wording_of(locale).forbidden if tone not in one.unless and one.pattern.search(said)), None)):
        raise ValueNotUsable(f"{where}: {{{name}}} says what is not said.", bad.why, "Choose other words.")
    return said


_plain_once = lru_cache(maxsize=1_000)(_plain)
"""The lender's own words are the same in thousands of messages and looked at once; nothing about a person is kept so."""


def _closed(where: str, name: str, value: Value, wording: Wording) -> str:
    if type(value) is not TYPES[VARIABLES[name].kind]:
        raise ValueNotUsable(f"{where}: {{{name}}} must be {VARIABLES[name].kind}, and is {type(value).__name__}.", "The message is not written.", "Give a value of that type.")
    match value:
        case Sender():
            return wording.sender(value, short=name == "sender_short")
        case Amounts():
            return wording.amounts(value)
        case Product():
            return wording.products[value]
    raise AssertionError(name)


def _filled(text: str, said: Mapping[str, str]) -> str:
    return "".join(said[name] if name else words for name, words in pieces(text))


def _refuse_sums_that_differ(template: Template, values: Mapping[str, Value]) -> None:
    """What was owed then and what came and went since make what is owed now: a notice that does not add up is false."""
    table, then, now = (values.get(name) if name in template.variables else None for name in ("itemisation", "amount_then", "balance"))
    if isinstance(table, Amounts) and isinstance(then, Money) and isinstance(now, Money):
        same = {table.currency, then.currency, now.currency} == {now.currency}
        if not same or then.minor + sum(minor for _, minor in table.rows) != now.minor:
            raise ValueNotUsable(
                f"{template.name} ({template.locale}): {{amount_then}} and the lines of {{itemisation}} do not make {{balance}}.", "A notice that does not add up is false.",
                "Itemise every change since the itemisation date.")


def _refuse_disclosing(template: Template, said: Mapping[str, str], wording: Wording) -> None:
    """The lender's own words, such as its name, must not undo what the template takes care of."""
    for name, words in said.items():
        if name not in _CALLED and VARIABLES[name].kind is not Kind.LINK and wording.discloses.search(words):
            raise ValueNotUsable(
                f"{template.name} ({template.locale}): {{{name}}} tells of a debt.", "The contact point is not known to be the person’s own; others may read it.",
                "Set a name that by itself tells of no debt: neutral_name in sender.yaml.")
