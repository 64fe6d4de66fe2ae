"""Which messages follow from a night's decisions, and what stands in the way of the others?

What the policy decided for today, by a machine, with an approved template and over a channel for which the home states a provider, becomes a message that
waits: written, with its address and its code. Queueing the same night again adds nothing. Whether it may be sent is asked when it is sent.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Any

import phonenumbers

from arrears.act.content.template import Template
from arrears.act.content.vocabulary import Disclosure
from arrears.act.providers import KINDS, Stated
from arrears.casefile.facts.message import MessageQueued
from arrears.casefile.store import load, outbox
from arrears.casefile.store.institution import acting_for, one_at_a_time
from arrears.check.conduct.words import Channel, Place, Recipient
from arrears.core.ids import ID_MAX
from arrears.core.problems import AnswerIsNo
from arrears.core.progress import Progress
from arrears.decide.capacity.work import Work
from arrears.decide.policy.parts import PolicyChannel
from arrears.engine.columns_engine import rows_by_name
from arrears.engine.home import Home
from arrears.engine.template_files import Key
from arrears.engine.use_cases.message_templates import approved
from arrears.engine.use_cases.message_words import NotWritten, Wanted, Written, write_messages
from arrears.engine.use_cases.reading import ContactPoint, Portfolio, Run, contact_points, hidden_people, portfolio
from arrears.engine.use_cases.reading.cases import worked_source
from arrears.engine.use_cases.reading.files import looking_into
from arrears.engine.use_cases.sending import stated_providers
from arrears.engine.use_cases.verifying import code_for
from arrears.intake.book.layout import batch_files, latest_by_key_sql

CAUSE = "night"
COLLECTOR = "lender"
GOOD_FOR = timedelta(hours=36)
"""How long a message of a night is true enough to be sent: until the next night has spoken, and half a day for a night that is late."""
TOGETHER = 1_000
"""Messages that are written and recorded at once."""
WAYS: Mapping[str, Channel] = {PolicyChannel.SMS: Channel.TEXT, PolicyChannel.EMAIL: Channel.EMAIL, PolicyChannel.LETTER: Channel.LETTER}
POINTS: Mapping[Channel, str] = {Channel.TEXT: "mobile", Channel.EMAIL: "email", Channel.LETTER: "post"}
"""Which contact points of the book a channel reaches."""
NEUTRAL: Mapping[Channel, str] = {Channel.TEXT: "contact_request_text", Channel.EMAIL: "contact_request", Channel.LETTER: "contact_request"}
"""What goes where nobody has verified that the point is the person's own: it tells of no debt."""


@dataclass(frozen=True, slots=True)
class Queued:
    """What became of a night's decisions.

    Attributes:
        queued, before: messages that wait from now on; those that did already.
        left: reason → decisions from which no message was made.
    """

    as_of: date
    queued: int
    before: int
    left: Mapping[str, int]


@dataclass(slots=True)
class _Counts:
    queued: int = 0
    before: int = 0
    left: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class _Planned:
    """A decision of today from which a message is made."""

    message_id: int
    case_id: int
    party_id: int
    template: str
    channel: Channel


def queue_night(home: Home, institution_id: int, book: str, *, at: datetime, actor: str, progress: Progress) -> Queued:
    """Let the messages of the book's current run wait to be sent.

    Raises:
        NoSuchPortfolio: there is no such book.
        AnswerIsNo: it has no run yet.
        BadData, Refused: a file of the home cannot be used.
    """
    of = portfolio(home, institution_id, book)
    if of.run is None:
        raise AnswerIsNo("This book has no run yet.", "Messages follow from a run.", "Run it: arrears run")
    providers = _provider_of_channel(stated_providers(home))
    templates = approved(home, institution_id)
    counts = _Counts()
    planned = _plan(home, institution_id, of.run, counts, at)
    for done in range(0, len(planned), TOGETHER):
        progress("queueing messages", done, len(planned))
        _queue(home, institution_id, of, planned[done : done + TOGETHER], providers, templates, counts, at, actor)
    progress("queueing messages", len(planned), len(planned))
    return Queued(of.run.as_of, counts.queued, counts.before, dict(counts.left))


def message_id_of(case_id: int, as_of: date, treatment: str) -> int:
    """How is the message of this case, night and treatment named? Derived, so that the same night queued twice is one message.

    >>> message_id_of(7, date(2026, 3, 2), "reminder") == message_id_of(7, date(2026, 3, 2), "reminder") != message_id_of(7, date(2026, 3, 3), "reminder")
    True
    """
    digest = sha256(f"message:{case_id}:{as_of}:{treatment}".encode()).digest()
    return (int.from_bytes(digest[:8], "big") & ID_MAX) or 1


def _provider_of_channel(stated: Mapping[str, Stated]) -> dict[str, str]:
    """The provider of each channel: the first that the file states."""
    found: dict[str, str] = {}
    for name, one in stated.items():
        if one.kind in KINDS and KINDS[one.kind].sends:
            found.setdefault(one.channel, name)
    return found


def _plan(home: Home, institution_id: int, run: Run, counts: _Counts, at: datetime) -> list[_Planned]:
    """Decisions that a machine carries out today and that name a template."""
    hidden = set(hidden_people(institution_id, at.date()))
    planned = []
    for row in _decisions(home, run):
        words = run.treatments.get(row["treatment"])
        template = row["wording"] or (words.template if words else None)
        if template is None:
            counts.left["its treatment names no template"] += 1
        elif row["party_id"] in hidden:
            counts.left["the person is restricted to storage"] += 1
        else:
            planned.append(_Planned(message_id_of(row["case_id"], run.as_of, row["treatment"]), row["case_id"], row["party_id"], template, WAYS[row["channel"]]))
    return planned


def _decisions(home: Home, run: Run) -> list[dict[str, Any]]:
    source, files = worked_source(run)
    with looking_into(home) as connection:
        names = {row[0] for row in connection.execute(f"DESCRIBE SELECT * FROM ({source})", files).fetchall()}
        wording = "wording" if "wording" in names else "NULL"
        return rows_by_name(connection, f"""
            SELECT case_id, party_id, treatment, channel, {wording} AS wording FROM ({source}) WHERE queue = 'automatic' AND work IN ('', '{Work.TODAY}')
            AND list_contains(?, channel) ORDER BY case_id""", [*files, [str(one) for one in WAYS]])


def _queue(
    home: Home, institution_id: int, of: Portfolio, group: Sequence[_Planned], providers: Mapping[str, str], templates: Mapping[Key, Template], counts: _Counts,
    at: datetime, actor: str,
) -> None:
    assert of.run is not None, "its decisions were read"
    with acting_for(institution_id):
        known = outbox.queued_before([one.message_id for one in group])
        points = contact_points(home, of, {one.party_id for one in group}, opened_for={one.party_id for one in group})
        contacted = load.people_contacted([one.party_id for one in group]) | _contacted_before(home, of, [one.party_id for one in group])
    counts.before += len(known)
    country = home.read_settings().jurisdiction
    wanted: list[tuple[_Planned, ContactPoint, Wanted]] = []
    for one in group:
        if one.message_id in known:
            continue
        point = point_for(points.get(one.party_id, ()), one.channel)
        if one.channel not in providers:
            counts.left[f"no provider is stated for {one.channel}"] += 1
        elif point is None:
            counts.left[f"there is no contact point for {one.channel}"] += 1
        elif (address := address_for(one.channel, point.value or "", country)) is None:
            counts.left["its number cannot be read as one"] += 1
        else:
            wanted.append((one, replace(point, value=address), _wanted(home, one, point, templates, one.party_id not in contacted)))
    messages = []
    for (one, point, _), answer in zip(wanted, write_messages(home, institution_id, [each for _, _, each in wanted], at, templates), strict=True):
        if isinstance(answer, NotWritten):
            counts.left[answer.why] += 1
        else:
            messages.append(_message(one, point, answer, providers[one.channel], f"{of.name}/{of.run.as_of}", at))
    with acting_for(institution_id):
        one_at_a_time("queue", institution_id)
        meanwhile = outbox.queued_before([one.message_id for one in messages])
        new = [one for one in messages if one.message_id not in meanwhile]
        outbox.put(new, actor=actor, at=at, cause=f"{CAUSE}:{of.run.run_id}")
    counts.queued, counts.before = counts.queued + len(new), counts.before + len(meanwhile)


def point_for(points: Sequence[ContactPoint], channel: Channel) -> ContactPoint | None:
    """Which of a person's contact points does this channel reach? The first that is readable and was not refused; those verified stand first."""
    return next((one for one in points if one.channel == POINTS[channel] and one.value and one.consent != "withdrawn"), None)


def address_for(channel: Channel, value: str, country: str) -> str | None:
    """A contact point as a provider takes it: a telephone number with its calling code, as the country's people write theirs; anything else as it stands.

    >>> [address_for(Channel.TEXT, number, "CN") for number in ("138 0013 8000", "+852 9123 4567", "12")], address_for(Channel.EMAIL, "li@post.example", "CN")
    (['+8613800138000', '+85291234567', None], 'li@post.example')
    """
    if channel is not Channel.TEXT:
        return value
    try:
        number = phonenumbers.parse(value, country)
    except phonenumbers.NumberParseException:
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164) if phonenumbers.is_possible_number(number) else None


def _wanted(home: Home, one: _Planned, point: ContactPoint, templates: Mapping[Key, Template], is_first: bool) -> Wanted:
    """The message as the policy names it; where the point is not verified as the person's own, the neutral one that asks to get in touch."""
    is_verified = point.verified_on is not None
    discloses = any(template.disclosure is Disclosure.FULL for (name, _), template in templates.items() if name == one.template)
    template = NEUTRAL[one.channel] if discloses and not is_verified else one.template
    return Wanted(one.case_id, template, one.channel, is_verified, code_for(home, one.message_id), is_first=is_first)


def _message(one: _Planned, point: ContactPoint, answer: Written, provider: str, campaign: str, at: datetime) -> MessageQueued:
    assert point.value is not None, "only a readable point is chosen"
    words = answer.words
    return MessageQueued(
        one.message_id, one.party_id, one.case_id, one.channel, provider, campaign, words.purpose, words.version, words.locale, COLLECTOR, Recipient.DEBTOR,
        tuple(sorted(answer.debts)), point.reference, Place.NOT_TIED, tuple(sorted(words.marks)), answer.amount_minor, point.value, words.subject, words.text,
        at, at + GOOD_FOR)


def _contacted_before(home: Home, of: Portfolio, party_ids: Sequence[int]) -> set[int]:
    """Who was contacted before, as the lender's earlier system tells?"""
    if not batch_files(of.folder, "contact_history"):
        return set()
    with looking_into(home) as connection:
        rows = connection.execute(
            f"SELECT DISTINCT party_id FROM ({latest_by_key_sql(of.folder, 'contact_history')}) WHERE occurred_on IS NOT NULL AND party_id IN (SELECT unnest(?::BIGINT[]))",
            [list(party_ids)]).fetchall()
    return {row[0] for row in rows}
