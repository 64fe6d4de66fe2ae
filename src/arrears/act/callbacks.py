"""What does a peer tell us over the web: did messages arrive, and what was answered? One signed JSON form for every channel.

    {"version": 1, "events": [
      {"id": "e-1", "type": "bounced", "key": "0000-0000-0000-11", "reference": "wa-77", "code": "131026", "at": "2026-03-02T09:00:00Z"},
      {"id": "e-2", "type": "reply", "from": "+85290000001", "to": "+85230000000", "answers": "", "text": "...", "automatic": false, "at": "..."},
      {"id": "e-3", "type": "mail", "raw": "<base64 of the mail as it arrived>", "at": "..."}]}

Either all events of a body are understood or none: a peer that is told no keeps them and tells them again. `id` is the same each time an event is told.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from arrears.act.signing import Secrets, What, check
from arrears.casefile.facts.message import Arrival
from arrears.core.ids import IdNotValid, id_text, parse_id
from arrears.core.problems import BadData
from arrears.intake.inbound.incoming import Incoming, Receipt, Reply

VERSION = 1
BODY_MAX, EVENTS_MAX, TEXT_MAX = 8_000_000, 500, 20_000
"""Bytes of a body, events in it, and characters of a reply at most; a longer reply is told as far as that."""
NAME_MAX = 200
ReadMail = Callable[[bytes, str, datetime], Incoming]
"""Understands a whole mail: its bytes, the name of what was told, when."""


def told(peer: str, headers: Mapping[str, str], body: bytes, secrets: Secrets, now: datetime, read_mail: ReadMail | None = None) -> tuple[Incoming, ...]:
    """What this request tells us, once it is known to come from the peer.

    Args:
        peer: the name of who tells it, so that names of events of several peers are not confused.
        read_mail: understands events of the type `mail`; without it they are not taken.

    Raises:
        NotSigned: it is not known who says so.
        BadData: it is not of the form; nothing of it was taken.
    """
    if len(body) > BODY_MAX:
        raise _bad(f"The body has more than {BODY_MAX} bytes.")
    check(secrets, What.EVENTS, headers, body, now)
    return events(peer, body, read_mail)


def events(peer: str, body: bytes, read_mail: ReadMail | None = None) -> tuple[Incoming, ...]:
    """What a body tells that is known to be the peer's.

    >>> body = b'{"version": 1, "events": [{"id": "e1", "type": "delivered", "reference": "wa-77", "at": "2026-03-02T09:00:00Z"}]}'
    >>> (found,) = events("bridge", body)
    >>> found.source, found.reference, found.arrival.value, found.at.isoformat()
    ('bridge:e1', 'wa-77', 'delivered', '2026-03-02T09:00:00+00:00')
    """
    try:
        said = json.loads(body)
    except (ValueError, RecursionError) as wrong:
        raise _bad("The body is not JSON.") from wrong
    if not isinstance(said, dict) or said.get("version") != VERSION or not isinstance(said.get("events"), list):
        raise _bad(f'The body is not an object with "version": {VERSION} and a list of "events".')
    if len(said["events"]) > EVENTS_MAX:
        raise _bad(f"There are more than {EVENTS_MAX} events.")
    return tuple(_event(peer, number, one, read_mail) for number, one in enumerate(said["events"], start=1))


def _event(peer: str, number: int, said: Any, read_mail: ReadMail | None) -> Incoming:
    fields = _Fields(number, said)
    source, kind, at = f"{peer}:{fields.name('id')}", fields.name("type"), fields.moment("at")
    if kind == "reply":
        text = fields.text("text")[:TEXT_MAX]
        return Reply(source, fields.name("from"), fields.text("to")[:NAME_MAX], fields.key("answers"), text, fields.truth("automatic"), at)
    if kind == "mail" and read_mail is not None:
        return read_mail(fields.binary("raw"), source, at)
    if kind not in {one.value for one in Arrival}:
        raise _bad(f"Event {number}: nothing of the type {kind[:40]!r} is known.")
    key, reference = fields.key("key"), fields.text("reference")[:NAME_MAX]
    if not key and not reference:
        raise _bad(f'Event {number}: neither "key" nor "reference" says which message it is about.')
    return Receipt(source, reference, key, Arrival(kind), fields.text("code")[:NAME_MAX], at)


class _Fields:
    """The fields of one event; what is missing or of another kind is refused by name, never by what stands in it."""

    def __init__(self, number: int, said: Any) -> None:
        if not isinstance(said, dict):
            raise _bad(f"Event {number} is not an object.")
        self._number, self._said = number, said

    def text(self, name: str) -> str:
        found = self._said.get(name, "")
        if not isinstance(found, str):
            raise self._wrong(name, "is not a text")
        return found.replace("\x00", "").encode("utf-8", "replace").decode()

    def name(self, name: str) -> str:
        found = self.text(name).strip()
        if not 0 < len(found) <= NAME_MAX:
            raise self._wrong(name, f"is missing or longer than {NAME_MAX} characters")
        return found

    def key(self, name: str) -> str:
        found = self.text(name)
        try:
            return id_text(parse_id(found)) if found else ""
        except IdNotValid as wrong:
            raise self._wrong(name, "is not a key of a message of ours") from wrong

    def truth(self, name: str) -> bool:
        found = self._said.get(name, False)
        if not isinstance(found, bool):
            raise self._wrong(name, "is neither true nor false")
        return found

    def moment(self, name: str) -> datetime:
        try:
            found = datetime.fromisoformat(self.text(name))
        except ValueError as wrong:
            raise self._wrong(name, "is not a moment (ISO 8601)") from wrong
        if found.tzinfo is None:
            raise self._wrong(name, "has no offset from UTC")
        return found

    def binary(self, name: str) -> bytes:
        try:
            return base64.b64decode(self.text(name), validate=True)
        except (binascii.Error, ValueError) as wrong:
            raise self._wrong(name, "is not base64") from wrong

    def _wrong(self, name: str, what: str) -> BadData:
        return _bad(f'Event {self._number}: "{name}" {what}.')


def _bad(what: str) -> BadData:
    return BadData(what, "Nothing of this body was taken.", "Send it again in the form of docs/algorithms/webhooks.md.")
