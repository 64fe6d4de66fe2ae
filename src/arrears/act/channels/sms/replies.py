"""What did somebody write, when it comes in parts and perhaps twice?

A provider delivers each part by itself and keeps it until it hears that it was taken. Some deliver the next part only then. So a part waits for the
others for a short time only; then what is there is handed on with a mark where something is missing, and when the rest comes, the whole. Said twice is
better than lost: a word like STOP may stand in any part.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import blake2b
from itertools import groupby

from arrears.act.channels.sms.alphabet import Alphabet, read
from arrears.act.channels.sms.pdu import Delivered

MISSING = " […] "
FORGOTTEN_AFTER_SECONDS = 86_400.0
"""Parts that never became whole are remembered for so long."""


def name_of(address: str, to: str, text: str, at: datetime, secret: str) -> str:
    """A name for words that the provider gives none: who wrote what to whom in which hour. It tells neither to whoever does not know the secret.

    >>> from datetime import UTC
    >>> at = datetime(2026, 3, 10, 2, tzinfo=UTC)
    >>> name_of("+8613", "9", "no", at, "s") == name_of("+8613", "9", "no", at.replace(minute=59), "s") != name_of("+8613", "9", "no", at, "another")
    True
    """
    said = "\0".join((address, to, text, at.strftime("%Y%m%d%H"))).encode("utf-8", "replace")
    return blake2b(said, key=secret.encode()[:64], digest_size=12).hexdigest()


@dataclass(frozen=True, slots=True)
class Whole:
    """Words that can be handed on: from where, to where, and the tokens of what they came in."""

    address: str
    to: str
    text: str
    tokens: tuple[str, ...]


@dataclass(slots=True)
class _Pieces:
    since: float
    total: int
    data: dict[int, tuple[int, bytes]] = field(default_factory=dict)
    tokens: list[str] = field(default_factory=list)


class Joining:
    """The parts of long replies that are not whole yet."""

    def __init__(self, alphabet: Alphabet, seconds: float) -> None:
        self._alphabet, self._seconds = alphabet, seconds
        self._waiting: dict[tuple[str, str, int, int], _Pieces] = {}

    def add(self, what: Delivered, token: str, at: float) -> Iterator[Whole]:
        """What is whole now that this came. A part of another message under the same number does not mix with what waits.

        >>> from arrears.act.channels.sms.pdu import Part
        >>> joining = Joining(Alphabet.GSM, 5)
        >>> first, second = (Delivered("+8613", "9", 0x40, 8, text.encode("utf-16-be"), Part(7, 2, number), {}) for number, text in enumerate(("我想", "退订"), 1))
        >>> list(joining.add(second, "b", 0.0)), [one.text for one in joining.add(first, "a", 1.0)]
        ([], ['我想退订'])
        """
        part = what.part
        if part is None:
            yield Whole(what.source, what.destination, read(what.data, what.coding, self._alphabet), (token,))
            return
        key = (what.source, what.destination, part.reference, part.total)
        piece = (what.coding, what.data)
        pieces = self._waiting.get(key)
        if pieces is not None and pieces.data.get(part.number, piece) != piece:
            yield from self._told(key, pieces)
            pieces = None
        if pieces is None:
            pieces = self._waiting[key] = _Pieces(at, part.total)
        pieces.data[part.number] = piece
        pieces.tokens.append(token)
        if len(pieces.data) == part.total:
            del self._waiting[key]
            yield from self._told(key, pieces)

    def overdue(self, at: float) -> Iterator[Whole]:
        """What has waited long enough, with a mark where something is missing."""
        for key, pieces in list(self._waiting.items()):
            if pieces.tokens and at - pieces.since >= self._seconds:
                yield from self._told(key, pieces)
                pieces.tokens = []
            elif at - pieces.since >= FORGOTTEN_AFTER_SECONDS:
                del self._waiting[key]

    def _told(self, key: tuple[str, str, int, int], pieces: _Pieces) -> Iterator[Whole]:
        if pieces.tokens:
            yield Whole(key[0], key[1], self._text(pieces.total, pieces.data), tuple(pieces.tokens))

    def _text(self, total: int, data: Mapping[int, tuple[int, bytes]]) -> str:
        """Neighbours in one coding are read together: some phones cut a pair."""
        found = []
        for coding, run in groupby(range(1, total + 1), lambda number: data[number][0] if number in data else None):
            numbers = list(run)
            found.append(MISSING if coding is None else read(b"".join(data[number][1] for number in numbers), coding, self._alphabet))
        return "".join(found).strip()
