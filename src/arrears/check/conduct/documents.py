"""How is a proposed act written down, so that a person or a machine can ask about it?

One mapping (YAML or JSON) with the moment, what is proposed and what is known. Read strictly: an unknown field or word is refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from arrears.check.conduct.facts import EVERY_DAY, Event, Facts, Proposed, Window
from arrears.check.conduct.fields import Fields, content_of, refused
from arrears.check.conduct.words import (
    Act,
    ActorRole,
    Channel,
    DebtorKind,
    DebtPurpose,
    Happened,
    LenderKind,
    Mark,
    Mode,
    Outcome,
    Place,
    Product,
    Purpose,
    Recipient,
    Record,
    Side,
)

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: may this be done, given these facts, at this moment?"""

    proposed: Proposed
    facts: Facts
    at: datetime


def read_question(text: str, where: str = "the document") -> Question:
    """Which question does this text ask?

    Raises:
        BadData: a field or word that is not known, or one that is missing.

    >>> question = read_question('''
    ... at: 2026-03-10T21:30:00+08:00
    ... proposed: {act: contact, purpose: collection, channel: call, debts: [D1], marks: [institution_named]}
    ... facts:
    ...   places: [CN]
    ...   actor: creditor_own_name
    ...   product: consumer_loan
    ...   history_from: 2025-01-01
    ...   history: [{at: "2026-03-10T09:00:00+08:00", kind: contact, by: collector, channel: call, outcome: no_answer}]
    ... ''')
    >>> question.proposed.channel.value, question.facts.history[0].outcome.value
    ('call', 'no_answer')
    """
    return question_of(content_of(where, text), where)


def question_of(stated: Mapping[str, Any], where: str) -> Question:
    """The question that a mapping asks."""
    fields = Fields(where, dict(stated))
    at = _moment(fields, "at")
    proposed, facts = _proposed(Fields(f"{where}: proposed", fields.take("proposed"))), _facts(Fields(f"{where}: facts", fields.take("facts")))
    fields.done()
    return Question(proposed, facts, at)


def _proposed(fields: Fields) -> Proposed:
    act = fields.choice("act", Act)
    if act is Act.CONTACT and not (fields.has("purpose") and fields.has("channel")):
        raise refused(fields.where, "a contact states its purpose and its channel.")
    found = Proposed(
        act=act,
        party=fields.text("party", ""),
        purpose=fields.choice("purpose", Purpose) if fields.has("purpose") else None,
        channel=fields.choice("channel", Channel) if fields.has("channel") else None,
        to=fields.choice("to", Recipient, Recipient.DEBTOR),
        person=fields.text("person", ""),
        debts=frozenset(fields.names("debts")),
        point=fields.text("point", ""),
        place=fields.choice("place", Place, Place.NOT_TIED),
        mode=fields.choice("mode", Mode, Mode.INTERACTIVE),
        marks=fields.choices("marks", Mark),
        amount_minor=fields.whole("amount_minor"),
        period=_period(fields),
        stated_on=_optional_day(fields, "stated_on"),
        record=fields.choice("record", Record) if fields.has("record") else None,
        district=fields.text("district", ""),
    )
    fields.done()
    return found


def _facts(fields: Fields) -> Facts:
    found = Facts(
        places=frozenset(fields.names("places")),
        zones=fields.names("zones"),
        actor=fields.choice("actor", ActorRole),
        product=fields.choice("product", Product),
        history_from=_day(fields, "history_from"),
        debt_purpose=fields.choice("debt_purpose", DebtPurpose, DebtPurpose.CONSUMER),
        debtor=fields.choice("debtor", DebtorKind, DebtorKind.PERSON),
        lender=fields.choice("lender", LenderKind, LenderKind.BANK),
        history=tuple(_event(one) for one in fields.inner("history")),
        holidays=frozenset(_days(fields, "holidays")),
        districts=frozenset(fields.names("districts")),
    )
    fields.done()
    return found


def _event(fields: Fields) -> Event:
    found = Event(
        at=_moment(fields, "at"),
        kind=fields.choice("kind", Happened),
        by=fields.choice("by", Side, Side.DEBTOR),
        party=fields.text("party", ""),
        to=fields.choice("to", Recipient, Recipient.DEBTOR),
        person=fields.text("person", ""),
        debts=frozenset(fields.names("debts")),
        channel=fields.choice("channel", Channel) if fields.has("channel") else None,
        point=fields.text("point", ""),
        place=fields.choice("place", Place) if fields.has("place") else None,
        purpose=fields.choice("purpose", Purpose) if fields.has("purpose") else None,
        mode=fields.choice("mode", Mode) if fields.has("mode") else None,
        outcome=fields.choice("outcome", Outcome) if fields.has("outcome") else None,
        marks=fields.choices("marks", Mark),
        until=_optional_day(fields, "until"),
        window=_window(Fields(f"{fields.where}: window", fields.take("window"))) if fields.has("window") else None,
        only_inside=fields.flag("only_inside", False),
        years=fields.whole("years"),
        amount_minor=fields.whole("amount_minor"),
        total_minor=fields.whole("total_minor"),
        record=fields.choice("record", Record) if fields.has("record") else None,
    )
    fields.done()
    return found


def _window(fields: Fields) -> Window:
    named = fields.names("weekdays")
    unknown = [day for day in named if day not in WEEKDAYS]
    if unknown:
        raise refused(fields.where, f"weekdays: not known: {', '.join(unknown)}.")
    found = Window(frozenset(map(WEEKDAYS.index, named)) or EVERY_DAY, _clock(fields, "opens"), _clock(fields, "closes"))
    fields.done()
    return found


def _clock(fields: Fields, name: str) -> time:
    text = fields.text(name)
    try:
        return time.fromisoformat(text)
    except ValueError as trouble:
        raise refused(fields.where, f"{name} must be a time of day such as “08:00”.") from trouble


def _moment(fields: Fields, name: str) -> datetime:
    value = fields.take(name)
    try:
        found = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    except ValueError as trouble:
        raise refused(fields.where, f"{name} must be a moment such as 2026-03-10T21:30:00+08:00.") from trouble
    if found.tzinfo is None:
        raise refused(fields.where, f"{name} needs its zone: 2026-03-10T21:30:00+08:00.")
    return found


def _as_day(where: str, name: str, value: object) -> date:
    if type(value) is date:
        return value
    try:
        return date.fromisoformat(str(value))
    except ValueError as trouble:
        raise refused(where, f"{name} must be a day such as 2026-03-10.") from trouble


def _day(fields: Fields, name: str) -> date:
    return _as_day(fields.where, name, fields.take(name))


def _optional_day(fields: Fields, name: str) -> date | None:
    return _day(fields, name) if fields.has(name) else None


def _days(fields: Fields, name: str) -> list[date]:
    value = fields.take(name) if fields.has(name) else []
    if not isinstance(value, list):
        raise refused(fields.where, f"{name} must be a list of days.")
    return [_as_day(fields.where, name, one) for one in value]


def _period(fields: Fields) -> tuple[date, date] | None:
    days = _days(fields, "period")
    if not days:
        return None
    if len(days) != 2 or days[0] > days[1]:
        raise refused(fields.where, "period is a first and a last day.")
    return days[0], days[1]
