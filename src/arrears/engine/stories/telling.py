"""What does a story file say?

People, their debts, what happened on which day, and what a reasonable collections manager expects to be done on each of the days that are looked
at. Each part is stated once, below; the reader and the JSON Schema are made of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import date
from enum import StrEnum
from typing import Annotated, Any

import yaml

from arrears.casefile.facts.hold import HoldKind
from arrears.core.problems import BadData
from arrears.core.reasons import Sentence
from arrears.core.strict_yaml import load_with_lines
from arrears.decide.policy.shape import Told, schema_of, taken_apart

NO_CASE = "no_case"
"""Expected where nothing of a person is overdue on the day: there is no case, and nobody is bothered."""
LONGEST = 400
"""Items of one debt, at most."""


class StoryNotValid(BadData):
    """A story has faults; the message lists them all, each with its line."""


class Kind(StrEnum):
    """Who owes?"""

    PERSON = "person"
    ORGANISATION = "organisation"


class What(StrEnum):
    """What can happen in a story?"""

    PAID = "paid"
    CONTACT = "contact"
    MESSAGE = "message"
    HOLD = "hold"
    LIFTED = "lifted"
    NOTE = "note"


class ContactChannel(StrEnum):
    """By which way did the lender contact somebody, in the words of its contact log?"""

    PHONE = "phone"
    SMS = "sms"
    EMAIL = "email"
    LETTER = "letter"
    CHAT = "chat"
    VISIT = "visit"


class MessageChannel(StrEnum):
    """By which way did somebody contact the lender?"""

    CALL = "call"
    TEXT = "text"
    EMAIL = "email"
    CHAT = "chat"
    LETTER = "letter"


class ContactOutcome(StrEnum):
    """What came of a contact, in the words of a contact log?"""

    DELIVERED = "message_delivered"
    NO_ANSWER = "no_answer"
    REACHED = "reached"
    PROMISE = "promise_to_pay"
    REFUSED = "refused_to_pay"
    HARDSHIP = "hardship_stated"
    DISPUTED = "disputed"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who owes; the name is invented."""

    id: str
    name: Annotated[str, Told("invented name of the person or firm")]
    kind: Annotated[str, Told("person or organisation", one_of=Kind)] = Kind.PERSON
    language: Annotated[str, Told("language the debtor reads, such as zh-CN or en")] = "en"
    time_zone: Annotated[str, Told("IANA time zone, such as Asia/Shanghai")] = ""


@dataclass(frozen=True, slots=True)
class Regular:
    """Equal instalments, a month apart."""

    first_due_on: Annotated[date, Told("due date of the first; the others on the same day of the months after")]
    count: Annotated[int, Told("how many", minimum=1)]
    amount_minor: Annotated[int, Told("each, in minor units", minimum=1)]


@dataclass(frozen=True, slots=True)
class Invoice:
    """One invoice."""

    id: str
    issued_on: Annotated[date, Told("date of issue")]
    due_on: Annotated[date, Told("due date")]
    amount_minor: Annotated[int, Told("amount in minor units", minimum=1)]
    disputed_on: Annotated[date | None, Told("day on which the customer disputed it")] = None


@dataclass(frozen=True, slots=True)
class CardStatement:
    """One statement of a card."""

    statement_on: Annotated[date, Told("day of the statement")]
    due_on: Annotated[date, Told("day on which the minimum is due")]
    balance_minor: Annotated[int, Told("balance in minor units", minimum=0)]
    minimum_due_minor: Annotated[int, Told("minimum due in minor units, what is past due from before included", minimum=0)]


@dataclass(frozen=True, slots=True)
class Paid:
    """How the first instalments were paid, before the story begins."""

    items: Annotated[int, Told("so many of the first items were paid in full", minimum=1)]
    days_late: Annotated[int, Told("each so many days after its due date", minimum=0)] = 0


@dataclass(frozen=True, slots=True)
class Account:
    """One debt: instalments, or invoices, or card statements."""

    id: str
    of: Annotated[str, Told("id of the person who owes it")]
    product: Annotated[str, Told("the lender's product, such as consumer loan")]
    opened_on: Annotated[date, Told("first day of the account")]
    instalments: Annotated[Regular | None, Told("a schedule of equal monthly instalments")] = None
    invoices: Annotated[tuple[Invoice, ...], Told("invoices")] = ()
    statements: Annotated[tuple[CardStatement, ...], Told("statements of a card")] = ()
    paid: Annotated[Paid | None, Told("how the first instalments were paid before the story begins")] = None


@dataclass(frozen=True, slots=True)
class Happening:
    """One fact of a day. Which keys belong to it depends on `what`; `NEEDS` says so."""

    what: Annotated[str, Told("paid, contact (by the lender), message (from the debtor), hold, lifted (a hold ends), note (words alone)", one_of=What)]
    person: Annotated[str | None, Told("id of the person")] = None
    account: Annotated[str | None, Told("id of the account")] = None
    amount_minor: Annotated[int | None, Told("paid: how much, in minor units", minimum=1)] = None
    channel: Annotated[str | None, Told("contact: phone, sms, email, letter, chat, visit; message: call, text, email, chat, letter")] = None
    outcome: Annotated[str | None, Told("contact: what came of it", one_of=ContactOutcome)] = None
    kind: Annotated[str | None, Told("hold, lifted: which protection", one_of=HoldKind)] = None
    words: Annotated[Sentence | None, Told("what happened, as people tell it; without it the fact is told by itself")] = None


NEEDS: dict[str, tuple[str, ...]] = {
    What.PAID: ("account", "amount_minor"), What.CONTACT: ("person", "channel", "outcome"), What.MESSAGE: ("person", "channel"),
    What.HOLD: ("person", "kind", "words"), What.LIFTED: ("person", "kind", "words"), What.NOTE: ("words",),
}
MAY_HAVE: dict[str, tuple[str, ...]] = {What.HOLD: ("account",), What.MESSAGE: ("account",)}
"""Keys beside the needed ones: a hold or a message may be about one debt."""


@dataclass(frozen=True, slots=True)
class Expected:
    """What should be decided for a person on a day."""

    person: Annotated[str, Told("id of the person")]
    treatment: Annotated[str, Told("id of a treatment of the policy; hold_respected or ask_for_contact_history where nobody may be contacted; no_case where nothing is overdue")]
    channel: Annotated[str | None, Told("by which way; left out, any")] = None
    rule: Annotated[str | None, Told("by which rule of the policy; left out, any")] = None
    why: Annotated[Sentence | None, Told("why this is right, as a manager tells it")] = None


@dataclass(frozen=True, slots=True)
class StoryDay:
    """One day: what happened, and, where something is expected, what is decided that night."""

    day: Annotated[date, Told("the day")]
    happens: Annotated[tuple[Happening, ...], Told("facts of this day; contacts count from the next day on")] = ()
    expect: Annotated[tuple[Expected, ...], Told("what is decided on this day; a day without it is no night")] = ()


@dataclass(frozen=True, slots=True)
class Story:
    """A scene played out."""

    story: Annotated[str, Told("its name, in lower case with underscores")]
    title: Annotated[Sentence, Told("what a manager calls it")]
    shows: Annotated[Sentence, Told("what it shows")]
    jurisdiction: Annotated[str, Told("country whose law applies, as ISO 3166")]
    currency: Annotated[str, Told("currency of every amount, as ISO 4217")]
    policy: Annotated[str, Told("name of a shipped policy, or a YAML file beside the story")]
    contacts_known_from: Annotated[date, Told("since this day every contact is in the log")]
    people: Annotated[tuple[Person, ...], Told("who owes", minimum=1)]
    accounts: Annotated[tuple[Account, ...], Told("the debts", minimum=1)]
    days: Annotated[tuple[StoryDay, ...], Told("what happens, day by day", minimum=1)]

    @property
    def nights(self) -> tuple[date, ...]:
        """The days on which something is decided."""
        return tuple(one.day for one in self.days if one.expect)

    @property
    def happenings(self) -> Iterator[tuple[date, Happening]]:
        """Every fact with its day, in order."""
        return ((one.day, fact) for one in self.days for fact in one.happens)


def read_story(text: str, name: str) -> Story:
    """The story that this text tells.

    Raises:
        StoryNotValid: it has faults; each is named with its line.
    """
    try:
        raw = load_with_lines(text)
    except yaml.MarkedYAMLError as trouble:
        line = trouble.problem_mark.line + 1 if trouble.problem_mark else 1
        raise _not_valid(name, [f"{trouble.problem} (line {line})"]) from trouble
    except yaml.YAMLError as trouble:
        raise _not_valid(name, ["it holds a character that no text file holds"]) from trouble
    faults: list[str] = []
    story = taken_apart(Story, raw, "story", faults)
    if story is not None:
        faults += _cross_faults(story, raw)
    if story is None or faults:
        raise _not_valid(name, faults)
    return story


def _not_valid(name: str, faults: list[str]) -> StoryNotValid:
    told = "".join(f"\n  {fault}" for fault in faults)
    return StoryNotValid(f"{name} cannot be played:{told}", "No day of it was played.", "Mend these lines; docs/reference/story.schema.json tells an editor what may stand where.")


def _cross_faults(story: Story, raw: Any) -> Iterator[str]:
    """What names nothing, or does not fit together; each with its line."""
    people, accounts = {one.id for one in story.people}, {one.id for one in story.accounts}
    if not (len(story.currency) == 3 and story.currency.isalpha() and story.currency.isupper()):
        yield f"story: currency “{story.currency}” is no code such as CNY (line {raw.lines['currency']})"
    for place, account in enumerate(story.accounts):
        own = raw["accounts"][place]
        yield from (f"{fault} (line {own.lines.get(key, own.line)})" for key, fault in _account_faults(account, people))
    before: date | None = None
    for place, day in enumerate(story.days):
        own = raw["days"][place]
        if before is not None and day.day <= before:
            yield f"day {day.day}: does not come after {before} (line {own.lines['day']})"
        before = day.day
        for number, fact in enumerate(day.happens):
            yield from (f"day {day.day}: {fault} (line {own['happens'].lines[number]})" for fault in _fact_faults(fact, people, accounts))
        for number, expected in enumerate(day.expect):
            if expected.person not in people:
                yield f"day {day.day}: nobody is called “{expected.person}” (line {own['expect'].lines[number]})"
    if not story.nights:
        yield f"story: on no day anything is expected, so there is nothing to play (line {raw.lines['days']})"
    yield from _hold_faults(story, raw)


def _account_faults(account: Account, people: set[str]) -> Iterator[tuple[str, str]]:
    """Each with the key that it is about."""
    if account.of not in people:
        yield "of", f"account “{account.id}”: nobody is called “{account.of}”"
    shapes = [name for name in ("instalments", "invoices", "statements") if getattr(account, name)]
    if len(shapes) != 1:
        yield shapes[-1] if shapes else "id", f"account “{account.id}”: needs exactly one of instalments, invoices, statements"
    if account.paid is not None and (account.instalments is None or account.paid.items > account.instalments.count):
        yield "paid", f"account “{account.id}”: paid counts instalments, and there are not so many"
    if account.instalments is not None and account.instalments.count > LONGEST:
        yield "instalments", f"account “{account.id}”: more than {LONGEST} instalments"


def _fact_faults(fact: Happening, people: set[str], accounts: set[str]) -> Iterator[str]:
    needed = NEEDS[fact.what]
    allowed = {*needed, *MAY_HAVE.get(fact.what, ()), "what", "words"}
    yield from (f"{fact.what} needs {name}" for name in needed if getattr(fact, name) is None)
    yield from (f"{fact.what} has no {one.name}" for one in fields(fact) if one.name not in allowed and getattr(fact, one.name) is not None)
    if fact.person is not None and fact.person not in people:
        yield f"nobody is called “{fact.person}”"
    if fact.account is not None and fact.account not in accounts:
        yield f"no account is called “{fact.account}”"
    ways = {What.CONTACT: ContactChannel, What.MESSAGE: MessageChannel}.get(What(fact.what))
    if ways is not None and fact.channel is not None and fact.channel not in list(ways):
        yield f"channel “{fact.channel}” is none of {', '.join(ways)}"


def _hold_faults(story: Story, raw: Any) -> Iterator[str]:
    """A hold is lifted once it was placed, and not placed twice."""
    standing: set[tuple[str | None, str | None]] = set()
    for place, day in enumerate(story.days):
        for number, fact in enumerate(day.happens):
            line, key = raw["days"][place].get("happens", ()), (fact.person, fact.kind)
            if fact.what == What.HOLD and key in standing:
                yield f"day {day.day}: this hold stands already (line {line.lines[number]})"
            if fact.what == What.LIFTED and key not in standing:
                yield f"day {day.day}: no such hold stands that could be lifted (line {line.lines[number]})"
            if fact.what == What.HOLD:
                standing.add(key)
            if fact.what == What.LIFTED:
                standing.discard(key)


def story_schema() -> dict[str, Any]:
    """JSON Schema (draft 2020-12) of a story file, for editors."""
    text = {"type": "string", "minLength": 1}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Story of arrears", **schema_of(Story, with_id=True),
        "$defs": {"sentence": {"type": "object", "properties": {"en": text, "zh": text}, "required": ["en", "zh"], "additionalProperties": False}},
    }
