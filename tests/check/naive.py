"""A second reading of hours, caps, cooling-off and day windows, written apart and as plainly as it can be: no rule files, no kinds, no time
zone database, only the law's numbers and the law's clocks.

A moment is a whole number of microseconds since 1970 in UTC, a day the number of a calendar day, and when clocks change is worked out from
the law on clocks: in the United States from the second Sunday of March to the first of November, in Britain from the last Sunday of March to
the last of October. It looks at every line of the book for every question and knows nothing of the code it is held against.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, lru_cache
from typing import NamedTuple

SECOND = 1_000_000
HOUR = 3600 * SECOND
DAY = 24 * HOUR
TOO_MUCH, NOT_KNOWN = "too much", "not known"

CALLS = ("call", "voice_bot", "voicemail")
MESSAGES = ("text", "email", "chat", "social_message")
OWES_OR_STANDS_FOR = ("debtor", "spouse", "guardian", "executor", "co_debtor", "guarantor")
DUNNING = ("reminder", "collection", "location")
DUNNING_OR_NOTICE = (*DUNNING, "statutory_notice")
OTHERS = ("listed_contact", "relative", "housemate", "neighbour", "employer", "stranger", "unidentified")
RANG = ("pending", "conversation", "connected", "dropped", "no_answer", "voicemail")
"""A busy line and a number out of service did not ring; a call that is permitted and not yet made will."""


class Line(NamedTuple):
    """One thing that happened, as a clerk would write it in a book."""

    at: int
    what: str
    by: str = "debtor"
    party: str = ""
    to: str = "debtor"
    person: str = ""
    debts: tuple[str, ...] = ()
    channel: str | None = None
    point: str = ""
    purpose: str | None = None
    mode: str | None = None
    outcome: str | None = None
    place: str | None = None
    marks: tuple[str, ...] = ()
    until: int | None = None
    """The last day on which it holds."""
    hours: tuple[int, int] | None = None
    """From and before which times of day, in microseconds after midnight; over midnight where the second comes first."""


class Asked(NamedTuple):
    """One thing that somebody wants to do now, and to whom."""

    at: int
    where: str
    zones: tuple[str, ...]
    act: str = "contact"
    actor: str = "agency"
    lender: str = "bank"
    channel: str = "call"
    purpose: str = "collection"
    mode: str = "interactive"
    party: str = ""
    to: str = "debtor"
    person: str = ""
    point: str = ""
    place: str = "not_tied"
    debts: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()
    known_from: int = 0
    """The first day from which the book is whole."""


# The clocks


@cache
def number_of(day: date) -> int:
    """How many days after 1 January 1970?"""
    return (day - date(1970, 1, 1)).days


def _sunday(year: int, month: int, which: int) -> int:
    """The first, second … Sunday of a month, or the last."""
    days = [day for day in range(number_of(date(year, month, 1)), number_of(date(year, month, 1)) + 31) if (day + 3) % 7 == 6]
    days = [day for day in days if (date(1970, 1, 1) + timedelta(days=day)).month == month]
    return days[which]


def _american(hours: int) -> list[tuple[int, int]]:
    """At two by the clock that is left; before the first change of the table, winter."""
    changes = [(0, hours)]
    for year in range(2007, 2040):
        changes += [(_sunday(year, 3, 1) * DAY + (2 - hours) * HOUR, hours + 1), (_sunday(year, 11, 0) * DAY + (1 - hours) * HOUR, hours)]
    return changes


def _british() -> list[tuple[int, int]]:
    changes = [(0, 0)]
    for year in range(1996, 2040):
        changes += [(_sunday(year, 3, -1) * DAY + HOUR, 1), (_sunday(year, 10, -1) * DAY + HOUR, 0)]
    return changes


STATES = {
    "America/New_York": _american(-5),
    "America/Chicago": _american(-6),
    "America/Denver": _american(-7),
    "America/Phoenix": [(0, -7)],
    "America/Los_Angeles": _american(-8),
    "America/Anchorage": _american(-9),
    "Pacific/Honolulu": [(0, -10)],
    "America/Puerto_Rico": [(0, -4)],
    "Pacific/Guam": [(0, 10)],
    "Pacific/Pago_Pago": [(0, -11)],
}
CLOCKS = {**STATES, "Asia/Shanghai": [(0, 8)], "Europe/London": _british(), "Asia/Kolkata": [(0, 5.5)]}
_CHANGES = {zone: ([at for at, _ in changes], [int(hours * HOUR) for _, hours in changes]) for zone, changes in CLOCKS.items()}
EVERY_ZONE_OF = {
    "US": tuple(STATES),
    "US-TX": tuple(STATES),
    "US-MA": tuple(STATES),
    "US-NY-NYC": tuple(STATES),
    "CN": ("Asia/Shanghai",),
    "GB-ENG": ("Europe/London",),
    "IN": ("Asia/Kolkata",),
}


def on_the_wall(at: int, zone: str) -> int:
    """What a clock on the wall there shows, as if it were UTC."""
    moments, shifts = _CHANGES[zone]
    return at + shifts[bisect_right(moments, at) - 1]


def _clock(at: int, zone: str) -> int:
    return on_the_wall(at, zone) % DAY


@lru_cache(maxsize=4096)
def _day(at: int, zone: str) -> int:
    """Remembered, for every rule asks it of the same lines."""
    return on_the_wall(at, zone) // DAY


def _zones(asked: Asked) -> tuple[str, ...]:
    """Nobody knows where the person is: anywhere in the place."""
    return asked.zones or EVERY_ZONE_OF[asked.where]


def _in_force(asked: Asked, first: date, last: date = date.max) -> bool:
    """In doubt which day it is, it binds."""
    return any(number_of(first) <= _day(asked.at, zone) <= number_of(last) for zone in _zones(asked))


# What hours, caps and agreements say


def _night(asked: Asked, opens: int, closes: int, *, opening_itself_is_night: bool = False, sunday: bool = False) -> bool:
    """Is it night, or a closed Sunday, anywhere where the person may be?"""
    for zone in _zones(asked):
        clock = _clock(asked.at, zone)
        if clock < opens * HOUR or clock >= closes * HOUR or (opening_itself_is_night and clock == opens * HOUR):
            return True
        if sunday and (_day(asked.at, zone) + 3) % 7 == 6:
            return True
    return False


def _same_person(line: Line, asked: Asked) -> bool:
    return line.to == asked.to and line.person == asked.person


def _about(line: Line, debt: str) -> bool:
    """A line that names no debt is about all, and so is a call about none in particular."""
    return not line.debts or not debt or debt in line.debts


def _too_often(asked: Asked, lines: Iterable[Line], at_most: int, days: int, *, each_debt: bool) -> str | None:
    """Would it be one too many in so many calendar days, today the last?"""
    for zone in _zones(asked):
        today = _day(asked.at, zone)
        if today - days + 1 < asked.known_from:
            return NOT_KNOWN
    lines = [line for line in lines if line.at <= asked.at]
    if len(lines) < at_most:
        return None  # never so many, on whatever days
    for zone in _zones(asked):
        today = _day(asked.at, zone)
        for debt in (asked.debts or ("",)) if each_debt else ("",):
            if len([line for line in lines if today - days < _day(line.at, zone) <= today and _about(line, debt)]) + 1 > at_most:
                return TOO_MUCH
    return None


@dataclass(frozen=True, slots=True)
class Terms:
    """What an agreement is about, how long it holds, and what ends it.

    Attributes:
        about: in what a withdrawal must agree with it: person, debt, number.
        talk: a conversation of one of these kinds ends it too: it was given for one.
    """

    about: tuple[str, ...]
    ends: tuple[str, ...]
    days: int | None = None
    talk: tuple[str, ...] = ()


def _with_an_end(lines: Iterable[Line]) -> list[Line]:
    """What lifts a limit was agreed once payment was late, and says itself until when it holds."""
    return [line for line in lines if "after_lateness" in line.marks and line.until is not None]


def _agreed(asked: Asked, lines: Iterable[Line], book: list[Line], terms: Terms, *, each_debt: bool = False) -> bool:
    """Does one of these agreements hold now, whatever zone the person is in, and for each debt? One that was withdrawn, or ran out, does not."""
    lines = [line for line in lines if line.at <= asked.at and not _ended(line, asked, book, terms)]
    debts = (asked.debts or ("",)) if each_debt else ("",)
    return all(any(_holds(line, asked, zone, terms.days) and _about(line, debt) for line in lines) for zone in _zones(asked) for debt in debts)


def _holds(line: Line, asked: Asked, zone: str, days: int | None) -> bool:
    today = _day(asked.at, zone)
    if line.until is not None and today > line.until:
        return False
    if days is not None and today >= _day(line.at, zone) + days:
        return False
    if line.hours is None:
        return True
    clock, (opens, closes) = _clock(asked.at, zone), line.hours
    return opens <= clock < closes if opens < closes else clock >= opens or clock < closes


def _ended(line: Line, asked: Asked, book: list[Line], terms: Terms) -> bool:
    """Was it withdrawn, or did the talk take place that it was given for?"""
    for later in book:
        if not (line.at < later.at <= asked.at):
            continue
        if "person" in terms.about and (later.to, later.person) != (line.to, line.person):
            continue
        if "debt" in terms.about and later.debts and line.debts and not set(later.debts) & set(line.debts):
            continue
        if "number" in terms.about and later.point and line.point and later.point != line.point:
            continue
        if later.what in terms.ends or (later.what in terms.talk and later.outcome == "conversation"):
            return True
    return False


def _touches(line: Line, asked: Asked) -> bool:
    return not line.debts or not asked.debts or bool(set(line.debts) & set(asked.debts))


def _time_agreed(asked: Asked, book: list[Line], ends: tuple[str, ...]) -> bool:
    """Did this person agree to this time, late and with an end?"""
    lines = [line for line in book if line.what == "time_agreed" and _same_person(line, asked)]
    return _agreed(asked, _with_an_end(lines), book, Terms(("person",), ends))


# The United States


def _reg_f_consented(asked: Asked, book: list[Line], talk: tuple[str, ...]) -> bool:
    """Did the person tell this collector, within seven days, that it may call more often?"""
    told = [line for line in book if line.what == "consent" and line.channel == "call" and "direct" in line.marks and line.party in ("", asked.party)]
    lines = [line for line in told if _same_person(line, asked) and _touches(line, asked)]
    return _agreed(asked, lines, book, Terms(("person", "debt"), ("consent_withdrawn",), days=7, talk=talk), each_debt=True)


def _as_it_was(line: Line, asked: Asked) -> Asked:
    """What was asked, when that call was made."""
    return Asked(line.at, asked.where, asked.zones, channel=line.channel or "", party=line.party, to=line.to, person=line.person, debts=line.debts)


def _our_calls(asked: Asked, book: list[Line]) -> list[Line]:
    """Our calls to this person that rang."""
    return [line for line in _ours(book, CALLS) if line.outcome in RANG and _same_person(line, asked)]


def _ours(book: list[Line], channels: tuple[str, ...]) -> list[Line]:
    """What we did by one of these ways."""
    return [line for line in book if line.what == "contact" and line.by == "collector" and line.channel in channels]


def _conversations(asked: Asked, book: list[Line]) -> list[Line]:
    """Talks by telephone with this person, whoever called."""
    talks = [line for line in book if line.what in ("contact", "contact_received") and line.channel in CALLS and line.outcome == "conversation"]
    return [line for line in talks if _same_person(line, asked)]


def _court_permits(asked: Asked, book: list[Line]) -> bool:
    lines = [line for line in book if line.what == "consent" and line.by == "authority" and _touches(line, asked)]
    return _agreed(asked, lines, book, Terms((), ()), each_debt=True)


def reg_f(asked: Asked, book: list[Line]) -> dict[str, str | None]:
    """12 CFR 1006.6(b) and 1006.14, of agencies and buyers of debts."""
    found: dict[str, str | None] = {}
    if asked.actor not in ("agency", "debt_buyer") or not _in_force(asked, date(2021, 11, 30)):
        return found
    by_day = asked.channel in (*CALLS, *MESSAGES, "visit", "calling_card") and asked.to in OWES_OR_STANDS_FOR
    if by_day and _night(asked, 8, 21, opening_itself_is_night=True):
        told = [line for line in book if line.what == "time_agreed" and "direct" in line.marks and _touches(line, asked)]
        agreed = _agreed(asked, told, book, Terms(("debt",), ("consent_withdrawn", "time_ruled_out")), each_debt=True)
        found["us/reg_f/no_contact_at_inconvenient_hours"] = None if agreed or _court_permits(asked, book) else TOO_MUCH
    if asked.channel in CALLS and asked.to in (*OWES_OR_STANDS_FOR, *OTHERS):
        ours = [line for line in _our_calls(asked, book) if line.party in ("", asked.party)]
        if len(ours) >= 7:
            ours = [line for line in ours if not _reg_f_consented(_as_it_was(line, asked), book, ("contact",))]
        often = _too_often(asked, ours, 7, 7, each_debt=True)
        if often and not _reg_f_consented(asked, book, ("contact",)):
            found["us/reg_f/seven_calls_in_seven_days"] = often
        talks = [line for line in _conversations(asked, book) if line.party in ("", asked.party)]
        recent = _too_often(asked, talks, 1, 7, each_debt=True)
        if recent and not _reg_f_consented(asked, book, ("contact", "contact_received")):
            found["us/reg_f/seven_days_after_a_conversation"] = recent
    if asked.channel in MESSAGES and asked.to in OWES_OR_STANDS_FOR and asked.purpose in DUNNING_OR_NOTICE:
        sent = [line for line in _ours(book, MESSAGES) if _same_person(line, asked) and line.party in ("", asked.party)]
        found["us/reg_f/no_flood_of_messages"] = _too_often(asked, sent, 12, 7, each_debt=False)
    return found


def automatic_calls(asked: Asked, book: list[Line]) -> dict[str, str | None]:
    """47 CFR 64.1200(a)(3) and (j)."""
    found: dict[str, str | None] = {}
    if "landline" in asked.marks and asked.channel == "voice_bot" and _in_force(asked, date(2012, 7, 11)):
        ours = [line for line in _ours(book, ("voice_bot",)) if line.point in ("", asked.point) and line.party in ("", asked.party)]
        consents = [
            line
            for line in book
            if line.what == "consent" and line.channel in CALLS and line.point in ("", asked.point) and _same_person(line, asked)
        ]
        consented = _agreed(asked, consents, book, Terms(("person", "number"), ("consent_withdrawn", "channel_ruled_out", "cease_request")))
        found["us/tcpa/three_recorded_calls_in_thirty_days_to_a_residence"] = None if consented else _too_often(asked, ours, 3, 30, each_debt=False)
    if "federal_debt" in asked.marks and asked.channel in ("voice_bot", "text") and _in_force(asked, date(2016, 8, 11)):
        ours = [line for line in _ours(book, ("voice_bot", "text")) if line.point in ("", asked.point)]
        found["us/tcpa/three_automatic_calls_in_thirty_days_for_a_federal_debt"] = _too_often(asked, ours, 3, 30, each_debt=False)
        found["us/tcpa/automatic_calls_for_a_federal_debt_only_by_day"] = TOO_MUCH if _night(asked, 8, 21) else None
    return found


def _dunned(line: Line, channels: tuple[str, ...]) -> bool:
    """Did we ask for something; in doubt, we did."""
    return line.what == "contact" and line.by == "collector" and line.channel in channels and line.purpose in (None, *DUNNING)


def massachusetts(asked: Asked, book: list[Line]) -> dict[str, str | None]:
    """940 CMR 7.04(1)(f): twice in seven days; where it does not reach home or mobile telephone, twice in thirty."""
    channels, elsewhere = (*CALLS, "text"), ("workplace", "elsewhere", "public")
    if asked.channel not in channels or asked.to not in OWES_OR_STANDS_FOR or asked.purpose not in DUNNING:
        return {}
    ours = [line for line in book if _dunned(line, channels)]
    found = {"us/massachusetts/two_in_seven_days": _too_often(asked, ours, 2, 7, each_debt=True)}
    if asked.place in elsewhere:
        there = [line for line in ours if line.place in elsewhere]
        found["us/massachusetts/two_in_thirty_days_elsewhere"] = _too_often(asked, there, 2, 30, each_debt=True)
    return found


def new_york_city(asked: Asked, book: list[Line]) -> dict[str, str | None]:
    """6 RCNY 5-77: twice in seven days, and from September 2026 on three times by all ways together."""
    channels = (*CALLS, *MESSAGES, "letter", "visit", "calling_card")
    if asked.channel not in channels or asked.to not in OWES_OR_STANDS_FOR or asked.purpose not in DUNNING:
        return {}
    ours, found = [line for line in book if _dunned(line, channels)], dict[str, str | None]()
    if _in_force(asked, date(2020, 1, 1), date(2026, 8, 31)):
        found["us/new_york_city/two_in_seven_days_before_the_amendment"] = _too_often(asked, ours, 2, 7, each_debt=True)
    if _in_force(asked, date(2026, 9, 1)):
        found["us/new_york_city/three_in_seven_days"] = _too_often(asked, ours, 3, 7, each_debt=True)
    return found


# China


def _more_agreed(asked: Asked, book: list[Line]) -> bool:
    lines = [line for line in book if line.what == "frequency_agreed" and _same_person(line, asked)]
    return _agreed(asked, _with_an_end(lines), book, Terms(("person",), ("consent_withdrawn",)))


def _by_us(book: list[Line], channels: tuple[str, ...], outcomes: tuple[str, ...]) -> list[Line]:
    return [line for line in _ours(book, channels) if line.outcome in (*outcomes, "pending")]


def china(asked: Asked, book: list[Line]) -> dict[str, str | None]:
    """GB/T 45251-2025, and the guideline of the banking association for its members."""
    found: dict[str, str | None] = {}
    dunning = asked.purpose in ("collection", "statutory_notice")
    member = asked.lender in ("bank", "consumer_finance") and _in_force(asked, date(2026, 1, 30))
    standard = _in_force(asked, date(2025, 2, 28))
    if (dunning or asked.purpose == "location") and asked.channel in (*CALLS, *MESSAGES, "visit", "calling_card") and _night(asked, 8, 22):
        agreed = _time_agreed(asked, book, ("consent_withdrawn",))
        found["china/national_standard/no_collection_at_night"] = TOO_MUCH if standard and not agreed else None
        found["china/banking_association/no_collection_at_night_without_consent"] = TOO_MUCH if member and not agreed else None
    if standard and dunning and asked.to in ("debtor", "co_debtor", "guarantor"):
        to_them = [line for line in book if _same_person(line, asked)]
        if asked.mode == "interactive" and asked.channel in ("call", "voice_bot"):
            spoken = [line for line in _by_us(to_them, ("call", "voice_bot"), ("conversation", "connected")) if line.mode in (None, "interactive")]
            found["china/national_standard/three_conversations_a_day"] = _too_often(asked, spoken, 3, 1, each_debt=False)
        if asked.mode == "informative" and asked.channel in CALLS:
            told = [line for line in _by_us(to_them, CALLS, ("conversation", "connected", "voicemail")) if line.mode in (None, "informative")]
            found["china/national_standard/three_informative_calls_a_day"] = (
                None if _more_agreed(asked, book) else _too_often(asked, told, 3, 1, each_debt=False)
            )
    if member and (dunning or asked.purpose == "location") and asked.channel in CALLS:
        vain = [line for line in _by_us(book, CALLS, ("no_answer", "busy", "dropped", "voicemail")) if line.point in ("", asked.point)]
        found["china/banking_association/six_unanswered_calls_a_day_to_a_number"] = (
            None if _more_agreed(asked, book) else _too_often(asked, vain, 6, 1, each_debt=False)
        )
    return found


# Britain and India


def britain(asked: Asked, book: list[Line]) -> dict[str, str | None]:
    """CONC 7.9.4, and the midway review of a breathing space."""
    if asked.act == "moratorium_review":
        begun = [line for line in book if line.what == "moratorium" and line.at <= asked.at and _same_person(line, asked)]
        if not begun:
            return {}
        first = max(begun, key=lambda line: line.at).at
        days = [_day(asked.at, zone) - _day(first, zone) + 1 for zone in _zones(asked)]
        return {"uk/breathing_space/review_between_two_days": None if all(25 <= day <= 35 for day in days) else TOO_MUCH}
    if asked.purpose not in DUNNING_OR_NOTICE or asked.channel not in (*CALLS, *MESSAGES, "visit"):
        return {}
    late = _night(asked, 8, 20, sunday=True) and not _time_agreed(asked, book, ("consent_withdrawn", "time_ruled_out"))
    return {"uk/conc/no_contact_at_unreasonable_times": TOO_MUCH if late else None}


def india(asked: Asked, book: list[Line]) -> dict[str, str | None]:
    """Circular of the Reserve Bank on recovery agents."""
    if asked.purpose not in ("collection", "location", "statutory_notice") or asked.channel not in (
        *CALLS,
        "text",
        "chat",
        "visit",
        "social_message",
    ):
        return {}
    return {
        "india/fair_practices/calls_only_between_eight_and_seven": TOO_MUCH if _in_force(asked, date(2022, 8, 12)) and _night(asked, 8, 19) else None
    }


# The lender's own


def _call_asked_for(asked: Asked, book: list[Line]) -> bool:
    """The person asked to be called about each of these debts, and nobody of ours has been in contact since."""
    return all(any(_still_asked_for(line, asked, book) and _about(line, debt) for line in book) for debt in asked.debts or ("",))


def _still_asked_for(line: Line, asked: Asked, book: list[Line]) -> bool:
    if line.what != "callback_invited" or line.at > asked.at or not _same_person(line, asked):
        return False
    if line.until is not None and any(_day(asked.at, zone) > line.until for zone in _zones(asked)):
        return False
    return not any(later.what == "contact" and later.by == "collector" and line.at < later.at <= asked.at and _same_person(later, line_as(line)) for later in book)


def line_as(line: Line) -> Asked:
    """Whom a line speaks of, as one who is asked about."""
    return Asked(line.at, "", (), to=line.to, person=line.person)


def house(asked: Asked, book: list[Line]) -> dict[str, str | None]:
    """The lender's own rules, from 2026 on."""
    found: dict[str, str | None] = {}
    if asked.act != "contact" or not _in_force(asked, date(2026, 1, 1)):
        return found
    dunning = asked.purpose in ("reminder", "collection", "location")
    if (dunning or asked.purpose == "statutory_notice") and asked.channel in (*CALLS, *MESSAGES, "visit"):
        night = _night(asked, 8, 21) and not _time_agreed(asked, book, ("consent_withdrawn", "time_ruled_out"))
        found["house/limits/contact_only_in_the_day"] = TOO_MUCH if night else None
    if (dunning or asked.purpose == "statutory_notice") and asked.channel in CALLS:
        found["house/limits/seven_calls_in_seven_days"] = _too_often(asked, _our_calls(asked, book), 7, 7, each_debt=True)
    if dunning and asked.channel in CALLS and asked.to in (*OWES_OR_STANDS_FOR, *OTHERS):
        recent = _too_often(asked, _conversations(asked, book), 1, 7, each_debt=True)
        found["house/limits/seven_days_after_a_conversation"] = None if recent and _call_asked_for(asked, book) else recent
    if dunning and asked.channel in MESSAGES:
        sent = [line for line in book if _dunned(line, MESSAGES) and _same_person(line, asked)]
        found["house/limits/two_messages_a_day"] = _too_often(asked, sent, 2, 1, each_debt=False)
    return found


UNION = (reg_f, automatic_calls)
LAWS = {"US": (*UNION, massachusetts, new_york_city), "US-TX": UNION, "US-MA": (*UNION, massachusetts), "US-NY-NYC": (*UNION, new_york_city), "CN": (china,), "GB-ENG": (britain,), "IN": (india,)}
"""Of a person of whom only the country is known, every state may be the one: all of them are asked."""
READ = frozenset(
    {
        *(
            "us/reg_f/no_contact_at_inconvenient_hours",
            "us/reg_f/seven_calls_in_seven_days",
            "us/reg_f/seven_days_after_a_conversation",
            "us/reg_f/no_flood_of_messages",
        ),
        *("us/massachusetts/two_in_seven_days", "us/massachusetts/two_in_thirty_days_elsewhere"),
        *("us/new_york_city/three_in_seven_days", "us/new_york_city/two_in_seven_days_before_the_amendment"),
        *("us/tcpa/three_recorded_calls_in_thirty_days_to_a_residence", "us/tcpa/three_automatic_calls_in_thirty_days_for_a_federal_debt"),
        "us/tcpa/automatic_calls_for_a_federal_debt_only_by_day",
        *("china/national_standard/no_collection_at_night", "china/banking_association/no_collection_at_night_without_consent"),
        *("china/national_standard/three_conversations_a_day", "china/national_standard/three_informative_calls_a_day"),
        "china/banking_association/six_unanswered_calls_a_day_to_a_number",
        *(
            "uk/conc/no_contact_at_unreasonable_times",
            "uk/breathing_space/review_between_two_days",
            "india/fair_practices/calls_only_between_eight_and_seven",
        ),
        *(
            "house/limits/contact_only_in_the_day",
            "house/limits/seven_calls_in_seven_days",
            "house/limits/seven_days_after_a_conversation",
            "house/limits/two_messages_a_day",
        ),
    }
)
"""The rules that are read here, by pack and name."""


def broken(asked: Asked, book: list[Line]) -> dict[str, str]:
    """Every rule that is in the way, and whether it is broken or not known."""
    return {name: why for law in (*LAWS[asked.where], house) for name, why in law(asked, book).items() if why is not None}
