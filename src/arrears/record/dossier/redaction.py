"""How is something taken out of a finished bundle so that all that stays is still proven?

A value goes together with its salt; the commitment stays in the header and says nothing without them. Pages that may show the value go, and
files of evidence whose entry is taken out whole. The holder of the institution's key signs a new manifest. Anybody else (a lawyer, a court
clerk) makes a *redacted copy*: the signed manifest stays enclosed, and the verifier holds every file against it or against the log.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from arrears.casefile.facts.journal import instant, parse_header
from arrears.core.problems import AnswerIsNo
from arrears.record.dossier.bundle import (
    ASKED,
    BUNDLE_VERSION,
    ENTRIES,
    KEYS,
    MANIFEST,
    PROOFS,
    PURPOSE,
    SIGNATURE,
    VALUES,
    Field,
    ShownEntry,
    Sign,
    document,
    field_told,
    listed,
    redactions_of,
    sha256_of,
)
from arrears.record.dossier.container import Content

ORIGINAL, ORIGINAL_SIGNATURE = "original-manifest.json", "original-manifest.sig"
_PAGES = (".html", ".pdf")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be taken out: fields by name everywhere, fields of one entry, whole entries (numbers from 0), files by path; and why."""

    fields: frozenset[str] = frozenset()
    fields_of_entries: frozenset[tuple[int, str]] = frozenset()
    entries: frozenset[int] = frozenset()
    files: frozenset[str] = frozenset()
    why: str = ASKED

    def takes(self, number: int, name: str) -> bool:
        """Is this field of this entry to be taken out?

        >>> wanted = read_wanted(["reason", "12:note"], [7])
        >>> [wanted.takes(number, name) for number, name in ((0, "reason"), (0, "note"), (11, "note"), (6, "kind"))]
        [True, False, True, True]
        """
        return name in self.fields or number in self.entries or (number, name) in self.fields_of_entries


def read_wanted(fields: Sequence[str], entries: Sequence[int], files: Sequence[str] = (), why: str = ASKED) -> Wanted:
    """What is meant by `reason` (everywhere), `12:reason` (of entry 12), entry 12? People count entries from 1."""
    of_entries = {(int(number) - 1, name) for number, _, name in (text.partition(":") for text in fields if ":" in text)}
    everywhere = {text for text in fields if ":" not in text}
    return Wanted(frozenset(everywhere), frozenset(of_entries), frozenset(number - 1 for number in entries), frozenset(files), why)


def taken_out_of(entries: Sequence[ShownEntry], wanted: Wanted) -> tuple[ShownEntry, ...]:
    """The same entries without what is to be taken out.

    Raises:
        AnswerIsNo: something is asked for that is not there, such as a mistyped field name; nothing may seem redacted that is not.
    """
    _must_be_there({entry.number: {field.name for field in entry.fields} for entry in entries}, wanted)
    return tuple(
        ShownEntry(entry.number, entry.line, entry.header, tuple(field.without(wanted.why) if wanted.takes(entry.number, field.name) else field for field in entry.fields), entry.path)
        for entry in entries)


def _must_be_there(names: Mapping[int, set[str]], wanted: Wanted) -> None:
    known = set().union(*names.values()) if names else set()
    missing = [f"field {name}" for name in sorted(wanted.fields - known)]
    missing += [f"field {name} of entry {number + 1}" for number, name in sorted(wanted.fields_of_entries) if name not in names.get(number, set())]
    missing += [f"entry {number + 1}" for number in sorted(wanted.entries - names.keys())]
    if missing:
        raise AnswerIsNo(f"The dossier has no {', no '.join(missing)}.", "Nothing was taken out, and nothing was written.", "See `entries` and `fields` in: arrears verify BUNDLE --json")


def entries_in(files: Mapping[str, bytes]) -> tuple[ShownEntry, ...]:
    """The entries of a verified bundle, with what is known of their fields."""
    said, proofs = json.loads(files[VALUES]), json.loads(files[PROOFS])["inclusion"]
    lines = files[ENTRIES].decode("ascii").splitlines()
    return tuple(
        ShownEntry(proof["number"], line, parse_header(line), tuple(_field(field) for field in one["fields"]), tuple(bytes.fromhex(node) for node in proof["path"]))
        for line, one, proof in zip(lines, said, proofs, strict=True))


def _field(said: Mapping[str, str]) -> Field:
    if "left_out" in said:
        return Field(said["name"], None, None, said["left_out"])
    return Field(said["name"], said["value"], bytes.fromhex(said["salt"]))


@dataclass(frozen=True, slots=True)
class Redacted:
    """A bundle after something was taken out: its files without manifest, its entries, and the files that are gone with why."""

    files: dict[str, Content]
    entries: tuple[ShownEntry, ...]
    removed: tuple[tuple[str, str], ...]


def redacted(files: Mapping[str, bytes], wanted: Wanted) -> Redacted:
    """Take out of a verified bundle what is wanted; pages go because they may show it."""
    manifest = whole_manifest(files)
    entries = taken_out_of(entries_in(files), wanted)
    unknown = sorted(path for path in wanted.files if path not in files or not path.startswith("files/"))
    if unknown:
        raise AnswerIsNo(f"The dossier has no file {unknown[0]} that could be taken out.", "Nothing was written.", "See `evidence` in its manifest.json.")
    pages = {path for path in files if path.endswith(_PAGES) and not path.startswith("files/")}
    of_entries = {one["path"] for one in manifest["evidence"] if one["number"] in wanted.entries} | _unproven(manifest, entries)
    gone = dict.fromkeys((wanted.files | of_entries) & files.keys(), wanted.why) | dict.fromkeys(pages, "may show what was taken out")
    kept: dict[str, Content] = {path: content for path, content in files.items() if path not in gone and path not in (MANIFEST, SIGNATURE)}
    kept[VALUES] = document([{"fields": [field_told(field) for field in entry.fields], "number": entry.number} for entry in entries])
    return Redacted(kept, entries, tuple(sorted(gone.items())))


def _unproven(manifest: Mapping[str, Any], entries: Sequence[ShownEntry]) -> set[str]:
    """Files of evidence whose recorded hash is no longer shown: without it nothing proves them."""
    blind = {entry.number for entry in entries if entry.value("original_sha256") is None}
    return {one["path"] for one in manifest["evidence"] if one["number"] in blind}


def whole_manifest(files: Mapping[str, bytes]) -> dict[str, Any]:
    """The manifest that the institution signed: the bundle's own, or the one enclosed in a redacted copy."""
    found: dict[str, Any] = json.loads(files.get(ORIGINAL, files[MANIFEST]))
    return found


def signed_anew(files: Mapping[str, bytes], change: Redacted, key_id: str, public_key: bytes, sign: Sign, made_by: str, made_at: datetime) -> dict[str, Content]:
    """The redacted bundle with a manifest of its own, signed by the holder of the key."""
    before = whole_manifest(files)
    kept = {path: content for path, content in change.files.items() if path not in (ORIGINAL, ORIGINAL_SIGNATURE)}
    keys = {one["key_id"]: one["public_key"] for one in json.loads(files[KEYS])} | {key_id: public_key.hex()}
    heads = {json.loads(line)["key_id"] for line in files["heads.jsonl"].splitlines()}
    kept[KEYS] = document([{"key_id": one, "public_key": keys[one]} for one in sorted(heads | {key_id})])
    gone = {one["path"]: one["why"] for one in (*before["removed_files"], *_earlier(files)["removed_files"])} | dict(change.removed)
    gone = {path: why for path, why in gone.items() if path not in kept}
    manifest = document({
        **before, "derived_from": sha256_of(files.get(ORIGINAL, files[MANIFEST])), "evidence": [one for one in before["evidence"] if one["path"] in kept],
        "files": listed(kept), "made_at": instant(made_at), "made_by": made_by, "redactions": redactions_of(change.entries),
        "removed_files": [{"path": path, "why": why} for path, why in sorted(gone.items())],
    })
    return {**kept, MANIFEST: manifest, SIGNATURE: document({"key_id": key_id, "signature": sign(PURPOSE, manifest).hex()})}


def copied(files: Mapping[str, bytes], change: Redacted, made_at: datetime) -> dict[str, Content]:
    """The redacted copy that anybody can make: the signed manifest enclosed, a list of what was taken out, no signature of its own."""
    original, signature = files.get(ORIGINAL, files[MANIFEST]), files.get(ORIGINAL_SIGNATURE, files[SIGNATURE])
    kept = {**change.files, ORIGINAL: original, ORIGINAL_SIGNATURE: signature}
    said = {(one["number"], name) for one in json.loads(original)["redactions"] for name in one["fields"]}
    mine = [{**one, "fields": [name for name in one["fields"] if (one["number"], name) not in said]} for one in redactions_of(change.entries)]
    gone = {one["path"]: one["why"] for one in _earlier(files)["removed_files"]} | dict(change.removed)
    manifest = document({
        "files": listed(kept), "format": "arrears bundle, redacted", "made_at": instant(made_at), "original": sha256_of(original),
        "redactions": [one for one in mine if one["fields"]], "removed_files": [{"path": path, "why": why} for path, why in sorted(gone.items())], "version": BUNDLE_VERSION,
    })
    return {**kept, MANIFEST: manifest, SIGNATURE: document({"sha256": sha256_of(manifest)})}


def _earlier(files: Mapping[str, bytes]) -> dict[str, Any]:
    """What an earlier redacted copy says that it took out; nothing where this is none."""
    said = json.loads(files[MANIFEST])
    return said if "original" in said else {"removed_files": [], "redactions": []}
