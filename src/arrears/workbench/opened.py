"""Whose personal values has this reader opened in this session, and until when?

The session holds ids, codes and a moment, never a value; what it says was recorded as `personal:shown` when it was opened.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.http import HttpRequest

from arrears.casefile.facts.privacy import Showable
from arrears.core.ids import id_text, parse_id
from arrears.engine.use_cases.reading import ContactPoint, Person
from arrears.record.privacy.masking import masked_number
from arrears.record.privacy.showing import SHOWN_MINUTES

_SESSION = "opened"
_NOTHING: frozenset[Showable] = frozenset()


class Opened:
    """What stands open at this moment, person by person."""

    def __init__(self, open_until: Mapping[int, tuple[datetime, frozenset[Showable]]]) -> None:
        self._open_until = open_until

    def of(self, party_id: int) -> frozenset[Showable]:
        """Which categories of this person?"""
        return self._open_until[party_id][1] if party_id in self._open_until else _NOTHING

    def until(self, party_id: int) -> datetime | None:
        """Until when? None where nothing is open."""
        return self._open_until[party_id][0] if party_id in self._open_until else None

    def people_with(self, category: Showable) -> frozenset[int]:
        """Of whom does this category stand open?"""
        return frozenset(party for party, (_, categories) in self._open_until.items() if category in categories)

    def name(self, person: Person) -> str | None:
        """What the page calls this person: in full where the name is open, else masked."""
        return person.called if Showable.NAME in self.of(person.party_id) else person.masked

    def number(self, person: Person) -> str:
        """The lender's number of this person, in full or masked."""
        number = person.number or ""
        return number if Showable.CUSTOMER_NUMBER in self.of(person.party_id) else masked_number(number)

    def contact(self, point: ContactPoint) -> str | None:
        """A contact value, in full or masked."""
        return point.value if point.value and Showable.CONTACT_POINT in self.of(point.party_id) else point.masked


def opened_in(request: HttpRequest, now: datetime) -> Opened:
    """What stands open in this session now."""
    kept = {parse_id(party): (datetime.fromisoformat(until), frozenset(map(Showable, codes))) for party, (until, codes) in request.session.get(_SESSION, {}).items()}
    return Opened({party: (until, codes) for party, (until, codes) in kept.items() if now < until})


def open_in(request: HttpRequest, party_id: int, categories: frozenset[Showable], now: datetime) -> None:
    """Let these values stand open in this session for some minutes; what has expired is forgotten."""
    kept = {party: (until, codes) for party, (until, codes) in request.session.get(_SESSION, {}).items() if now < datetime.fromisoformat(until)}
    request.session[_SESSION] = {**kept, id_text(party_id): ((now + timedelta(minutes=SHOWN_MINUTES)).isoformat(), sorted(categories))}


def close_in(request: HttpRequest, party_id: int) -> None:
    """Mask this person again."""
    request.session[_SESSION] = {party: kept for party, kept in request.session.get(_SESSION, {}).items() if party != id_text(party_id)}
