"""How is a fact written down so that nobody can change it unseen, and yet a field can be erased?

An entry is one line of canonical JSON (the *header*) and its SHA-256. The header names the fact, who recorded it, when and why, the hash
of the entry before it in the same chain, and one salted *commitment* per field instead of the values. Whoever has a value and its salt
can prove the value; without the salt the commitment says nothing, and the chain still verifies.

* canonical value: a type tag and the value, such as `i:5`, `d:2026-01-01`, `s:text`, `b:1`, `n:`;
* commitment: SHA-256(salt of 16 bytes ‖ field name in UTF-8 ‖ 0x1F ‖ canonical value in UTF-8), in hex;
* header: JSON, keys sorted, no blanks, ASCII; ids as decimal texts, since many JSON readers lose digits beyond 2⁵³;
* entry hash: SHA-256 of the header's bytes, the predecessor's hash among them.

The store keeps a header's parts, not its line: since the form is canonical, the same parts give the same bytes. `packed` and `unpacked`
turn its fields into names and digests of 32 bytes, and back.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

VERSION = 1
SALT_BYTES = 16
DIGEST_BYTES = 32
GENESIS = "0" * 64
"""The predecessor of a chain's first entry."""
_KEYS = {"actor", "cause", "chain", "entry_id", "fact_id", "fields", "institution_id", "name", "position", "predecessor", "recorded_at", "version"}


@dataclass(frozen=True, slots=True)
class Header:
    """What does one entry of the journal state? `position` counts from 1 in its chain; `fields` are (name, commitment in hex)."""

    entry_id: int
    institution_id: int
    chain: int
    position: int
    name: str
    actor: str
    recorded_at: datetime
    cause: str
    fact_id: int
    fields: tuple[tuple[str, str], ...]
    predecessor: str = GENESIS
    version: int = VERSION


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the journal as it is kept: the header exactly as hashed, and the hash."""

    header: str
    entry_hash: bytes


@dataclass(frozen=True, slots=True)
class ChainFinding:
    """What is wrong in a chain: `place` counts the entries looked at from 1, `entry_id` is 0 where it cannot be read."""

    place: int
    entry_id: int
    what: str


def canonical_value(value: object) -> str:
    """In which one text form is a value hashed? Floats are refused: two machines may write the same one differently.

    >>> [canonical_value(v) for v in (5, True, None, "text", date(2026, 1, 1), ("a", "b"))]
    ['i:5', 'b:1', 'n:', 's:text', 'd:2026-01-01', 'l:["a","b"]']
    """
    match value:
        case None:
            return "n:"
        case bool():
            return f"b:{int(value)}"
        case int():
            return f"i:{int(value)}"
        case str():
            return f"s:{value!s}"
        case datetime():
            return f"t:{instant(value)}"
        case date():
            return f"d:{value.isoformat()}"
        case tuple():
            return "l:" + _json(value)
    raise TypeError(f"{type(value).__name__} has no canonical form; use text, int, bool, date, datetime, a tuple of these, or None")


def instant(at: datetime) -> str:
    """How is a moment written? UTC, microseconds always there, so that texts sort as moments do.

    >>> instant(datetime(2026, 1, 5, 1, 2, 3, tzinfo=UTC))
    '2026-01-05T01:02:03.000000Z'
    """
    assert at.tzinfo is not None, "a moment without a time zone cannot be recorded"
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def commitment(salt: bytes, name: str, value: object) -> str:
    """Which hex text commits us to this value without telling it?

    >>> commitment(bytes(16), "number", 5)[:16]
    'fd9e7ca4adc399ad'
    """
    assert len(salt) == SALT_BYTES, f"a salt has {SALT_BYTES} bytes"
    return hashlib.sha256(salt + name.encode() + b"\x1f" + canonical_value(value).encode()).hexdigest()


def canonical_header(header: Header) -> str:
    """What exactly is hashed? One line of ASCII."""
    return _json({
        "actor": header.actor, "cause": header.cause, "chain": str(header.chain), "entry_id": str(header.entry_id),
        "fact_id": str(header.fact_id), "fields": header.fields, "institution_id": str(header.institution_id), "name": header.name,
        "position": header.position, "predecessor": header.predecessor, "recorded_at": instant(header.recorded_at),
        "version": header.version,
    })


def entry_of(header: Header) -> Entry:
    """Which line does this header become?"""
    text = canonical_header(header)
    return Entry(text, hashlib.sha256(text.encode("ascii")).digest())


def packed(fields: Sequence[tuple[str, str]]) -> tuple[str, bytes]:
    """How are a header's fields kept? Names with a comma between, and the commitments' bytes one after the other.

    >>> packed([("kind", "00" * 32), ("run_id", "11" * 32)])[0]
    'kind,run_id'
    """
    return ",".join(name for name, _ in fields), bytes.fromhex("".join(digest for _, digest in fields))


def unpacked(names: str, digests: bytes) -> tuple[tuple[str, str], ...]:
    """Which fields were kept so? Raises ValueError where there are not as many digests as names.

    >>> unpacked(*packed([("kind", "00" * 32)])) == (("kind", "00" * 32),)
    True
    """
    pieces = [digests[start : start + DIGEST_BYTES].hex() for start in range(0, len(digests), DIGEST_BYTES)]
    if len(digests) % DIGEST_BYTES:
        raise ValueError("the commitments are not whole digests")
    return tuple(zip(names.split(",") if names else [], pieces, strict=True))


def parse_header(text: str) -> Header:
    """What does this line say? Raises ValueError where it is not a header of ours in canonical form."""
    said = json.loads(text)
    if not isinstance(said, dict) or set(said) != _KEYS:
        raise ValueError("it lacks parts of a header, or has parts that a header does not have")
    try:
        header = Header(
            entry_id=int(said["entry_id"]), institution_id=int(said["institution_id"]), chain=int(said["chain"]),
            position=said["position"], name=said["name"], actor=said["actor"],
            recorded_at=datetime.strptime(said["recorded_at"], "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC), cause=said["cause"],
            fact_id=int(said["fact_id"]), fields=tuple((name, digest) for name, digest in said["fields"]),
            predecessor=said["predecessor"], version=said["version"],
        )
    except TypeError as wrong:
        raise ValueError("a part of it has the wrong type") from wrong
    if canonical_header(header) != text:
        raise ValueError("it is not in canonical form")
    return header


def verify(entries: Iterable[Entry]) -> list[ChainFinding]:
    """Is this chain as it was written? `entries` from its first on; an empty list of findings means yes.

    What is missing at the end cannot be seen from the chain alone; the sealed log of all entries shows that.

    >>> first = entry_of(Header(1, 9, 5, 1, "case:opened", "nightly", datetime(2026, 1, 5, tzinfo=UTC), "run", 3, ()))
    >>> verify([first]), [f.what for f in verify([Entry(first.header.replace("nightly", "somebody"), first.entry_hash)])]
    ([], ['the hash does not fit the header: the entry was changed after it was written'])
    """
    findings: list[ChainFinding] = []
    predecessor, chain = GENESIS, None
    for place, entry in enumerate(entries, start=1):
        actual = hashlib.sha256(entry.header.encode()).digest()
        try:
            header = parse_header(entry.header)
        except ValueError as wrong:
            findings.append(ChainFinding(place, 0, f"the header cannot be read: {wrong}"))
        else:
            chain = header.chain if chain is None else chain
            findings += [ChainFinding(place, header.entry_id, what) for what in _wrong(header, place, predecessor, chain)]
            if actual != entry.entry_hash:
                what = "the hash does not fit the header: the entry was changed after it was written"
                findings.append(ChainFinding(place, header.entry_id, what))
        predecessor = entry.entry_hash.hex()
    return findings


def _wrong(header: Header, place: int, predecessor: str, chain: int) -> list[str]:
    """Which sentences of this header do not fit its place in the chain?"""
    wrong = []
    if header.version != VERSION:
        wrong.append(f"version {header.version} is not known here")
    if header.chain != chain:
        wrong.append("the entry belongs to another chain")
    if header.position != place:
        wrong.append(f"position {header.position} stands at place {place}: entries are missing, repeated or out of order")
    if header.predecessor != predecessor:
        wrong.append("the entry does not follow the one before it")
    return wrong


def verify_fields(header: Header, values: Mapping[str, object], salts: Sequence[bytes | None]) -> list[str]:
    """Does the stored fact say what was committed? A sentence for each field that does not; a missing salt means redacted, which is no fault."""
    if len(salts) != len(header.fields) or set(values) != {name for name, _ in header.fields}:
        return ["the fact does not have the fields that the entry commits to"]
    return [
        f"field {name} is not the value that was recorded"
        for (name, digest), salt in zip(header.fields, salts, strict=True)
        if salt is not None and commitment(salt, name, values[name]) != digest
    ]


def _json(value: object) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
