"""Which files does a bundle consist of, and what does its manifest state?

Comes in: a `Dossier`, everything in it already decided. Goes out: its files by name. JSON is canonical (keys sorted, no blanks, ASCII,
one line), so that one content has one text. `entries.jsonl` holds the headers exactly as they were hashed and `heads.jsonl` the heads
exactly as they were signed, a line each, so that `sha256sum` and `openssl` can be put to them directly.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from arrears.casefile.facts.journal import Header, instant
from arrears.record.dossier.container import Content, pieces_of, size_of

BUNDLE_VERSION = 1
PURPOSE = b"arrears bundle manifest v1"
MANIFEST, SIGNATURE = "manifest.json", "manifest.sig"
ENTRIES, VALUES, PROOFS, HEADS, HEAD_SIGNATURES, KEYS, VERIFIER = "entries.jsonl", "values.json", "proofs.json", "heads.jsonl", "heads.sig", "keys.json", "verify.py"
ERASED, ASKED = "erased", "asked"
"""Why is a value left out: the person's data were erased, or somebody asked for it."""
Sign = Callable[[bytes, bytes], bytes]
"""(purpose, statement) → 64 bytes of signature."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field of an entry: its canonical value and salt, or neither and why (`left_out`)."""

    name: str
    value: str | None
    salt: bytes | None
    left_out: str = ""

    def without(self, why: str) -> Field:
        """The same field without what it said."""
        return Field(self.name, None, None, self.left_out or why)


@dataclass(frozen=True, slots=True)
class ShownEntry:
    """An entry of the log: its number (from 0), its line as hashed, its fields, and the way from it to the last head's root."""

    number: int
    line: str
    header: Header
    fields: tuple[Field, ...]
    path: tuple[bytes, ...] = ()

    @property
    def digest(self) -> bytes:
        """The entry's hash: SHA-256 of its line."""
        return hashlib.sha256(self.line.encode("ascii")).digest()

    def value(self, name: str) -> str | None:
        """What does this field say, in canonical form? None where it has no such field or it is left out."""
        return next((field.value for field in self.fields if field.name == name), None)


@dataclass(frozen=True, slots=True)
class ShownHead:
    """A signed head: its line and signature, the time-stamp authority's answers about it, and the first of their times."""

    size: int
    root: bytes
    line: bytes
    signature: bytes
    stamps: tuple[bytes, ...] = ()
    stamped_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Chain:
    """A chain of entries in the dossier; `whole` from its first entry on, as those of case and person are."""

    chain: int
    kind: str
    whole: bool


@dataclass(frozen=True, slots=True)
class EvidenceFile:
    """A file of evidence: which entry proves it, under which name it lies in the bundle, where its encrypted bytes lie with us."""

    number: int
    path: str
    address: str
    content: Content


@dataclass(frozen=True, slots=True)
class Gap:
    """What the dossier cannot show, in both languages; `entries` (numbers from 0) where it concerns some."""

    code: str
    en: str
    zh: str
    entries: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class About:
    """What the manifest says of the dossier as a whole. `case` is free: ids and names that readers know the case by."""

    institution_id: int
    institution_name: str
    jurisdiction: str
    case: Mapping[str, str]
    language: str
    recipient: str
    purpose: str
    made_by: str
    made_at: datetime


@dataclass(frozen=True, slots=True)
class Dossier:
    """Everything that goes into a bundle. Heads ascend in size; the last is the one that the entries' paths lead to."""

    about: About
    chains: tuple[Chain, ...]
    entries: tuple[ShownEntry, ...]
    heads: tuple[ShownHead, ...]
    consistency: tuple[tuple[int, int, tuple[bytes, ...]], ...]
    keys: Mapping[str, bytes]
    evidence: tuple[EvidenceFile, ...] = ()
    gaps: tuple[Gap, ...] = ()
    pages: Mapping[str, Content] | None = None
    authority_pem: bytes = b""
    verifier: bytes | None = None
    removed_files: tuple[tuple[str, str], ...] = ()
    derived_from: str | None = None


def canonical(value: object) -> str:
    """The one text of a JSON value.

    >>> canonical({"b": 1, "a": ["x"]})
    '{"a":["x"],"b":1}'
    """
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True)


def document(value: object) -> bytes:
    """A JSON file of a bundle."""
    return canonical(value).encode("ascii") + b"\n"


def files_of(dossier: Dossier) -> dict[str, Content]:
    """Every file but the manifest and its signature."""
    stamps = {path: answer for head in dossier.heads for path, answer in _stamp_files(head)}
    extra: dict[str, Content] = {}
    if dossier.authority_pem and stamps:
        extra["timestamps/authority.pem"] = dossier.authority_pem
    if dossier.verifier is not None:
        extra[VERIFIER] = dossier.verifier
    return {
        ENTRIES: b"".join(entry.line.encode("ascii") + b"\n" for entry in dossier.entries),
        VALUES: document([{"fields": [field_told(field) for field in entry.fields], "number": entry.number} for entry in dossier.entries]),
        PROOFS: document(_proofs(dossier)),
        HEADS: b"".join(head.line + b"\n" for head in dossier.heads),
        HEAD_SIGNATURES: b"".join(head.signature.hex().encode() + b"\n" for head in dossier.heads),
        KEYS: document([{"key_id": key_id, "public_key": key.hex()} for key_id, key in sorted(dossier.keys.items())]),
        **stamps, **extra, **(dossier.pages or {}), **{one.path: one.content for one in dossier.evidence},
    }


def field_told(field: Field) -> dict[str, str]:
    """A field as `values.json` and receipts show it.

    >>> field_told(Field("kind", None, None, "asked"))
    {'left_out': 'asked', 'name': 'kind'}
    """
    if field.value is None or field.salt is None:
        return {"left_out": field.left_out or ERASED, "name": field.name}
    return {"name": field.name, "salt": field.salt.hex(), "value": field.value}


def _proofs(dossier: Dossier) -> dict[str, object]:
    return {
        "consistency": [{"from_size": old, "path": _hexes(path), "to_size": new} for old, new, path in dossier.consistency],
        "inclusion": [{"entry_hash": entry.digest.hex(), "number": entry.number, "path": _hexes(entry.path)} for entry in dossier.entries],
    }


def _hexes(path: Sequence[bytes]) -> list[str]:
    return [node.hex() for node in path]


def _stamp_files(head: ShownHead) -> list[tuple[str, bytes]]:
    """One file for each answer, named by the head's size."""
    return [(f"timestamps/{head.size:010}-{place}.tsr", answer) for place, answer in enumerate(head.stamps, start=1)]


def manifest_of(dossier: Dossier, files: Mapping[str, Content]) -> dict[str, object]:
    """What the institution signs: each file with its hash, what is left out, what cannot be shown, where each chain ends."""
    about, last = dossier.about, dossier.heads[-1]
    return {
        "case": dict(about.case), "chains": [_chain_told(chain, dossier.entries) for chain in dossier.chains], "derived_from": dossier.derived_from,
        "evidence": [{"address": one.address, "number": one.number, "path": one.path} for one in dossier.evidence],
        "files": listed(files), "format": "arrears bundle",
        "gaps": [{"code": gap.code, "en": gap.en, "entries": list(gap.entries), "zh": gap.zh} for gap in dossier.gaps],
        "head": {"root": last.root.hex(), "size": last.size},
        "institution": {"institution_id": str(about.institution_id), "name": about.institution_name}, "jurisdiction": about.jurisdiction,
        "language": about.language, "made_at": instant(about.made_at), "made_by": about.made_by, "purpose": about.purpose, "recipient": about.recipient,
        "redactions": redactions_of(dossier.entries), "removed_files": [{"path": path, "why": why} for path, why in dossier.removed_files],
        "stamps": [{"head_size": head.size, "path": path} for head in dossier.heads for path, _ in _stamp_files(head)],
        "verifier": hashlib.sha256(dossier.verifier).hexdigest() if dossier.verifier is not None else None, "version": BUNDLE_VERSION,
    }


def listed(files: Mapping[str, Content]) -> list[dict[str, object]]:
    """The list of files in a manifest."""
    return [{"path": path, "sha256": sha256_of(content), "size": size_of(content)} for path, content in sorted(files.items())]


def sha256_of(content: Content) -> str:
    """The hash of a file, in hex."""
    hashing = hashlib.sha256()
    for piece in pieces_of(content):
        hashing.update(piece)
    return hashing.hexdigest()


def _chain_told(chain: Chain, entries: Sequence[ShownEntry]) -> dict[str, object]:
    own = [entry for entry in entries if entry.header.chain == chain.chain]
    last = own[-1].digest.hex() if own else "0" * 64
    return {"chain": str(chain.chain), "entries": len(own), "kind": chain.kind, "last_hash": last, "whole": chain.whole}


def redactions_of(entries: Sequence[ShownEntry]) -> list[dict[str, Any]]:
    """Which fields are left out, by entry and reason?"""
    found: dict[tuple[int, str], list[str]] = defaultdict(list)
    for entry in entries:
        for field in entry.fields:
            if field.value is None:
                found[entry.number, field.left_out or ERASED].append(field.name)
    return [{"fields": names, "number": number, "why": why} for (number, why), names in sorted(found.items())]


def signed(dossier: Dossier, key_id: str, sign: Sign) -> dict[str, Content]:
    """All files of the bundle, manifest and signature among them. The key must be among `dossier.keys`."""
    assert key_id in dossier.keys, "a bundle holds the key that signed it"
    files = files_of(dossier)
    manifest = document(manifest_of(dossier, files))
    signature = sign(PURPOSE, manifest)
    return {**files, MANIFEST: manifest, SIGNATURE: document({"key_id": key_id, "signature": signature.hex()})}
