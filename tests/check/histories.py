"""Which histories are hard? Drawn from a string of bytes, so that a seed and a search draw by the same hand: near clock changes, leap days,
midnights and first days of laws, with limits reached or missed by one, agreements about to run out, and zones that are not known.

The fewer bytes, the plainer the history: where they end, each choice is the first one, and a search can make a difference it found small.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import TypeVar

from arrears.check.conduct.facts import EVERY_DAY, NOTHING, Event, Facts, Proposed, Window
from arrears.check.conduct.words import Act, ActorRole, Channel, Happened, LenderKind, Mark, Mode, Outcome, Place, Product, Purpose, Recipient, Side
from tests.check.naive import DAY, HOUR, SECOND, Asked, Line, number_of, on_the_wall

T = TypeVar("T")
E = TypeVar("E", bound=StrEnum)
BYTES = 420
MINUTE = 60 * SECOND
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

PLACES = ("US-TX", "US-TX", "US", "US-TX", "US-MA", "US-NY-NYC", "US-MA", "US-NY-NYC", "CN", "CN", "CN", "CN", "CN", "GB-ENG", "GB-ENG", "IN")
DAYS = {
    "US-TX": (
        *(date(2026, 6, 10), date(2026, 3, 8), date(2026, 3, 10), date(2026, 3, 14), date(2026, 11, 1)),
        *(date(2026, 11, 3), date(2028, 2, 29), date(2028, 3, 2), date(2026, 1, 1), date(2021, 11, 30)),
    ),
    "US-MA": (date(2026, 6, 10), date(2026, 3, 8), date(2026, 3, 13), date(2026, 11, 1), date(2026, 11, 6), date(2028, 2, 29), date(2028, 3, 4)),
    "US-NY-NYC": (
        date(2026, 9, 10),
        date(2026, 9, 1),
        date(2026, 9, 3),
        date(2026, 5, 5),
        date(2026, 3, 8),
        date(2026, 7, 1),
        date(2026, 11, 1),
        date(2026, 11, 7),
        date(2027, 3, 14),
        date(2028, 2, 29),
    ),
    "CN": (date(2026, 6, 10), date(2026, 1, 30), date(2026, 3, 8), date(2026, 1, 1), date(2025, 2, 28), date(2028, 2, 29), date(2028, 3, 1)),
    "GB-ENG": (date(2026, 6, 10), date(2026, 3, 29), date(2026, 3, 30), date(2026, 10, 25), date(2026, 10, 24), date(2028, 2, 29), date(2026, 1, 1)),
    "IN": (date(2026, 6, 10), date(2022, 8, 12), date(2028, 2, 29), date(2026, 1, 1)),
}
DAYS["US"] = DAYS["US-TX"]
"""A day like any other, changes of the clock and the days after them, leap days, first days of a law."""
NEAR = {
    "US-TX": (
        *(("America/New_York",), ("America/Denver",), ("America/Phoenix",), ("Pacific/Honolulu",), ("America/Los_Angeles",), ("America/Denver",)),
        *(
            ("America/New_York", "America/Los_Angeles"),
            ("America/Chicago", "America/Phoenix"),
            ("America/Anchorage", "Pacific/Guam"),
            ("America/New_York",),
        ),
    ),
    "US-MA": (("America/New_York",), ("America/New_York",), ("America/New_York", "America/Los_Angeles"), ("America/Chicago",)),
    "US-NY-NYC": (("America/New_York",), ("America/New_York",), ("America/New_York", "America/Denver"), ("America/Puerto_Rico",)),
    "CN": (("Asia/Shanghai",), ("Asia/Shanghai",), ("Asia/Shanghai",), ("Asia/Shanghai", "America/New_York")),
    "GB-ENG": (("Europe/London",), ("Europe/London",), ("Europe/London", "Asia/Kolkata"), ("Europe/London", "America/New_York")),
    "IN": (("Asia/Kolkata",), ("Asia/Kolkata",), ("Asia/Kolkata", "Europe/London")),
}
NEAR["US"] = NEAR["US-TX"]
NOON_LIKE = (12 * HOUR, 10 * HOUR, 15 * HOUR + 30 * MINUTE, 18 * HOUR)
EDGES = tuple(hour * HOUR for hour in (8, 21, 20, 19, 22, 0, 2, 1, 3))
NUDGES = (0, -SECOND, SECOND, -1, 1, -MINUTE, MINUTE, 17 * MINUTE, -40 * MINUTE)
PURPOSES = ("collection",) * 10 + ("reminder", "statutory_notice", "location", "answer", "receipt")
LIKE_CALLS = ("call",) * 8 + ("voice_bot", "voice_bot", "voicemail", "text")
LIKE_MESSAGES = ("text",) * 8 + ("email", "email", "chat", "social_message", "call")
BOTS = ("voice_bot",) * 6 + ("text",)
ANY_CHANNEL = ("call", "text", "email", "letter", "visit", "calling_card", "voice_bot", "voicemail", "chat", "social_message", "social_post")
OUTCOMES = {
    "mixed": ("no_answer", "conversation", "connected", "dropped", "voicemail", "busy", "not_in_service", "pending", "no_answer", "no_answer"),
    "vain": ("no_answer", "no_answer", "no_answer", "busy", "dropped", "voicemail", "pending", "no_answer", "connected", "no_answer"),
    "talk": ("conversation", "connected", "conversation", "pending", "connected", "no_answer"),
    "told": ("connected", "voicemail", "conversation", "pending", "no_answer"),
    "sent": ("sent", "sent", "sent", "pending", "no_answer"),
}
RECIPES = {
    "US": (
        ("calls", "inside", "vain", (7, 8, 10, 9, 6)),
        ("calls", "week", "talk", (1, 2, 3)),
        ("messages", "inside", "sent", (14, 15, 13, 16, 12)),
        ("calls", "inside", "vain", (7, 8, 10, 9, 6)),
        ("bots", "month", "vain", (3, 4, 2, 5)),
        ("messages", "today", "sent", (2, 1, 3)),
        ("messages", "inside", "sent", (14, 15, 13, 16, 12)),
        ("calls", "week", "mixed", (7, 3, 8, 10)),
        ("messages", "inside", "sent", (14, 15, 13, 16, 12)),
        ("mixed", "week", "mixed", (2, 3, 4, 0)),
        ("bots", "month", "vain", (3, 4, 5, 2)),
    ),
    "CN": (
        ("calls", "today", "vain", (7, 8, 6, 10, 5)),
        ("calls", "today", "talk", (5, 4, 3, 6, 7, 2)),
        ("calls", "today", "vain", (7, 8, 6, 10, 5)),
        ("calls", "today", "told", (4, 3, 5, 6, 2)),
        ("calls", "today", "talk", (5, 4, 3, 6, 7, 2)),
        ("messages", "today", "sent", (2, 3, 1)),
        ("calls", "today", "told", (4, 3, 5, 6, 2)),
        ("calls", "today", "talk", (5, 4, 3, 6, 7, 8)),
        ("calls", "today", "vain", (7, 8, 6, 10, 5)),
        ("mixed", "today", "mixed", (2, 3, 4, 0)),
    ),
}
"""What is contacted by, within which time, with what outcome, how often: each limit is met or missed by one."""
ENDINGS = ("consent_withdrawn", "time_ruled_out", "cease_request")
AGREED = {
    "US": (
        "consent",
        "consent",
        "time_agreed",
        "callback_invited",
        "consent",
        "consent_withdrawn",
        "time_ruled_out",
        "time_agreed",
        "consent",
        "cease_request",
    ),
    "CN": ("frequency_agreed", "time_agreed", "frequency_agreed", "callback_invited", "consent_withdrawn", "time_ruled_out"),
    "GB-ENG": ("time_agreed", "time_agreed", "callback_invited", "time_ruled_out"),
    "IN": ("time_agreed", "callback_invited", "time_ruled_out"),
}
DEBTS = (("D1",), ("D1",), ("D1", "D2"), (), ("D2",))
MODES = {"talk": ("interactive", "interactive", "interactive", "informative"), "told": ("informative", "informative", "informative", "interactive")}
PLACES_REACHED = ("not_tied", "workplace", "elsewhere", "workplace", "home")
PARTIES = ("lender", "agency", "")


@dataclass(slots=True)
class Lot:
    """One choice after the other, from bytes."""

    drawn: bytes
    place: int = 0

    def one(self, of: Sequence[T]) -> T:
        """One of these; the first where nothing is left to draw from."""
        place = self.place
        self.place = place + 1
        try:
            return of[self.drawn[place] % len(of)]
        except IndexError:
            return of[0]

    def up_to(self, most: int) -> int:
        """A number from 0 to `most`."""
        place, self.place = self.place, self.place + 3
        return int.from_bytes(self.drawn[place : place + 3], "big") % (most + 1)

    def happens(self, in_256: int) -> bool:
        """Does something happen that happens in so many of 256 times? Not where nothing is left to draw from."""
        place, self.place = self.place, self.place + 1
        return place < len(self.drawn) and self.drawn[place] < in_256


def _when(day: int, clock: int, zone: str) -> int:
    """The moment at which a wall clock there shows this; near a change of the clock, one of those next to it."""
    shown = day * DAY + clock
    return shown - (on_the_wall(shown, zone) - shown)


def drawn(source: bytes) -> tuple[Asked, list[Line]]:
    """One act and the book before it."""
    lot = Lot(source)
    where = lot.one(PLACES)
    zones = lot.one(NEAR[where])
    day = number_of(lot.one(DAYS[where])) + lot.one((0, 0, 0, 1, -1, 6))
    clock = lot.one(NOON_LIKE) if lot.happens(175) else lot.one(EDGES) + lot.one(NUDGES) if lot.happens(160) else lot.up_to(1439) * MINUTE
    at = _when(day, clock, lot.one(zones))
    if where == "GB-ENG" and lot.happens(128):
        return _review(lot, at, day, zones)
    recipe = lot.one(RECIPES["CN" if where == "CN" else "US"])
    about = recipe[0]
    channel = lot.one(
        {
            "calls": ("call", "call", "call", "voice_bot", "voicemail"),
            "messages": ("text", "email", "chat", "social_message"),
            "mixed": ANY_CHANNEL,
            "bots": BOTS,
        }[about]
    )
    asked = Asked(
        at=at,
        where=where,
        zones=() if lot.happens(6) else zones,
        actor="agency" if not where.startswith("US") else lot.one(("agency", "agency", "agency", "debt_buyer", "creditor_own_name")),
        lender=lot.one(("bank", "bank", "consumer_finance", "micro_loan")) if where == "CN" else "bank",
        channel=channel,
        purpose=lot.one(PURPOSES),
        mode=lot.one(MODES.get(recipe[2], ("interactive", "informative"))),
        party=lot.one(PARTIES),
        to=lot.one(("debtor",) * 9 + ("spouse", "neighbour", "guarantor", "employer", "adviser")),
        person=lot.one(("",) * 7 + ("P2",)),
        point=lot.one("AB"),
        debts=lot.one(DEBTS),
        place=lot.one(PLACES_REACHED) if where == "US-MA" else "not_tied",
        marks=lot.one((("landline",), ("federal_debt",), ("landline", "federal_debt"))) if about == "bots" else (),
        known_from=0 if not lot.happens(8) else day - lot.one((6, 5, 7, 0, 1)),
    )
    book = _contacts(lot, asked, day, recipe)
    if lot.happens(110):
        book += _agreements(lot, asked, day)
    return asked, book


def _review(lot: Lot, at: int, day: int, zones: tuple[str, ...]) -> tuple[Asked, list[Line]]:
    """The review of a breathing space, and when that began."""
    asked = Asked(at, "GB-ENG", zones, act="moratorium_review", known_from=0)
    book = [
        Line(
            at=_when(day - lot.one((24, 23, 34, 35, 33, 36, 0, 10, 30, 60)), lot.one((9 * HOUR, 0, DAY - 1, 12 * HOUR, MINUTE)), zones[0]),
            what="moratorium",
            by="authority",
            to=lot.one(("debtor",) * 5 + ("guarantor",)),
        )
        for _ in range(lot.one((1, 1, 1, 1, 0, 2)))
    ]
    return asked, book


def _back(lot: Lot, asked: Asked, day: int, span: str) -> int:
    """A moment before the one that is asked about: the same day, some days, or next to the midnight at which a window begins."""
    zone = asked.zones[0] if asked.zones else "America/Denver"
    if span == "today":
        if lot.happens(20):
            return _when(day, 0, zone) + lot.one(NUDGES)
        return asked.at - lot.up_to((on_the_wall(asked.at, zone) % DAY) // MINUTE + 20) * MINUTE
    if span == "month":
        edge = _when(day - lot.one((29, 30, 28, 29)), 0, zone) + lot.one(NUDGES)
        return edge if lot.happens(60) else asked.at - lot.up_to(29 * 24 * 60) * MINUTE
    if lot.happens(60):
        return min(_when(day - lot.one((6, 7, 5, 6)), 0, zone) + lot.one(NUDGES), asked.at)
    return asked.at - lot.up_to(8 * 24 * 60) * MINUTE if span == "week" else asked.at - lot.up_to(6 * 24 * 60) * MINUTE


def _contacts(lot: Lot, asked: Asked, day: int, recipe: tuple[str, str, str, tuple[int, ...]]) -> list[Line]:
    """Contacts like the one that is asked for, most of them in every point that counts."""
    about, span, outcome, sizes = recipe
    outcomes = OUTCOMES[outcome]
    channels = {"calls": LIKE_CALLS, "messages": LIKE_MESSAGES, "mixed": ANY_CHANNEL, "bots": BOTS}[about]
    book = []
    for _ in range(lot.one(sizes)):
        ours = not lot.happens(12)
        differs = lot.happens(36)
        book.append(
            Line(
                at=_back(lot, asked, day, span),
                what="contact" if ours else "contact_received",
                by="collector" if ours and not lot.happens(6) else "debtor",
                party=lot.one(PARTIES) if differs else asked.party,
                to=lot.one(("debtor", "spouse", "neighbour")) if differs else asked.to,
                person=lot.one(("", "", "P2")) if differs else asked.person,
                debts=lot.one(DEBTS) if differs else asked.debts,
                channel=lot.one(channels),
                point=lot.one(("A", "B", "")) if differs else asked.point,
                purpose=lot.one((None, *PURPOSES)) if differs else asked.purpose,
                mode=lot.one((None, "interactive", "informative")) if differs else asked.mode,
                outcome=lot.one(outcomes),
                place=lot.one((None, *PLACES_REACHED)) if differs else asked.place,
            )
        )
    return book


def _agreements(lot: Lot, asked: Asked, day: int) -> list[Line]:
    """What the person agreed to, asked for and took back again."""
    book = []
    for _ in range(lot.one((1, 1, 2, 3, 4))):
        what = lot.one(AGREED["US" if asked.where.startswith("US") else asked.where])
        fits = not lot.happens(30)
        book.append(
            Line(
                at=asked.at + lot.one((0, -SECOND, SECOND, -1))
                if what in ENDINGS and lot.happens(80)
                else _back(lot, asked, day, lot.one(("week", "today", "inside"))) - lot.one((0, SECOND, MINUTE)),
                what=what,
                by="authority" if what == "consent" and lot.happens(40) else "debtor",
                party=asked.party if fits else lot.one(PARTIES),
                to=asked.to if fits else "spouse",
                person=asked.person if fits else "",
                debts=asked.debts if fits else lot.one(DEBTS),
                channel=lot.one(("call", "call", "call", "text")) if what == "consent" else None,
                point=lot.one(("", asked.point, "B")) if fits else lot.one("AB"),
                marks=lot.one((("direct", "after_lateness"), ("direct",), ("after_lateness",), ()))
                if lot.happens(60)
                else ("direct", "after_lateness"),
                until=day + lot.one((0, -1, 1, 30, 7, 2)) if lot.happens(200) else None,
                hours=lot.one(((19 * HOUR, 23 * HOUR), (6 * HOUR, 9 * HOUR), (22 * HOUR, 8 * HOUR), (12 * HOUR, 13 * HOUR)))
                if what == "time_agreed" and lot.happens(200)
                else None,
            )
        )
    return book


# The same, as the code wants it


def moment(at: int) -> datetime:
    """The moment as the code writes it."""
    return EPOCH + timedelta(microseconds=at)


def microseconds(at: datetime) -> int:
    """The moment as the plain reading writes it."""
    return (at - EPOCH) // timedelta(microseconds=1)


def _member(kind: type[E]) -> dict[str | None, E | None]:
    """The members of a closed list by their words; looking them up is most of the work of a history."""
    return {None: None, **{member.value: member for member in kind}}


CHANNEL, PURPOSE, MODE, OUTCOME, PLACE = _member(Channel), _member(Purpose), _member(Mode), _member(Outcome), _member(Place)
HAPPENED, SIDE, RECIPIENT = ({str(member): member for member in kind} for kind in (Happened, Side, Recipient))


def _event(line: Line) -> Event:
    return Event(
        at=moment(line.at),
        kind=HAPPENED[line.what],
        by=SIDE[line.by],
        party=line.party,
        to=RECIPIENT[line.to],
        person=line.person,
        debts=frozenset(line.debts),
        channel=CHANNEL[line.channel],
        point=line.point,
        place=PLACE[line.place],
        purpose=PURPOSE[line.purpose],
        mode=MODE[line.mode],
        outcome=OUTCOME[line.outcome],
        marks=frozenset(map(Mark, line.marks)) if line.marks else NOTHING,
        until=None if line.until is None else date(1970, 1, 1) + timedelta(days=line.until),
        window=None if line.hours is None else Window(EVERY_DAY, *(moment(clock).time() for clock in line.hours)),
    )


COUNTRIES = {
    "US": frozenset({"US"}),
    "US-TX": frozenset({"US", "US-TX"}),
    "US-MA": frozenset({"US", "US-MA"}),
    "US-NY-NYC": frozenset({"US", "US-NY", "US-NY-NYC"}),
    "CN": frozenset({"CN"}),
    "GB-ENG": frozenset({"GB", "GB-ENG"}),
    "IN": frozenset({"IN"}),
}


def as_the_code_wants_it(asked: Asked, book: list[Line]) -> tuple[Proposed, Facts]:
    """The act and the facts, in the code's own words."""
    facts = Facts(
        places=COUNTRIES[asked.where],
        zones=asked.zones,
        actor=ActorRole(asked.actor),
        product=Product.CONSUMER_LOAN,
        history_from=date(1970, 1, 1) + timedelta(days=asked.known_from),
        lender=LenderKind(asked.lender),
        history=tuple(map(_event, book)),
    )
    if asked.act != "contact":
        return Proposed(act=Act(asked.act), party=asked.party, to=Recipient(asked.to), person=asked.person, debts=frozenset(asked.debts)), facts
    proposed = Proposed(
        act=Act.CONTACT,
        party=asked.party,
        purpose=Purpose(asked.purpose),
        channel=Channel(asked.channel),
        to=Recipient(asked.to),
        person=asked.person,
        mode=Mode(asked.mode),
        point=asked.point,
        place=Place(asked.place),
        debts=frozenset(asked.debts),
        marks=frozenset(map(Mark, asked.marks)) if asked.marks else NOTHING,
    )
    return proposed, facts
