"""What did the whole journal say at a moment, signed?

A *head* is the root of the first `size` entries, as one canonical line of JSON signed with Ed25519. Before a new one is signed the tree
is asked whether it still continues the last: the root of the older size is worked out again and must be the one that was signed. Each
signed line is also appended to a file in the home, outside the database, so that whoever rewrites the database from the tail or from the
middle contradicts the file, the time-stamps and every receipt that was handed out.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from arrears.casefile.facts.journal import instant
from arrears.casefile.store import sets
from arrears.casefile.store.ids import random_id
from arrears.casefile.store.institution import acting_institution
from arrears.record.journal.merkle import root
from arrears.record.journal.nodes import StoredNodes, log_size
from arrears.record.journal.signing import Signer, is_signed, make_known

PURPOSE = b"arrears tree head v1"
HEAD_VERSION = 1
_LINE_BYTES_MAX = 512
_COLUMNS = "head_id, institution_id, size, root, signed_at, key_id, signature"


@dataclass(frozen=True, slots=True)
class Head:
    """A signed root. `head_id` is our own name for the row; it is not signed."""

    institution_id: int
    size: int
    root: bytes
    signed_at: datetime
    key_id: str
    signature: bytes
    head_id: int = 0

    @property
    def line(self) -> bytes:
        """The statement that is signed and time-stamped."""
        return head_line(self.institution_id, self.size, self.root, self.signed_at, self.key_id)


@dataclass(frozen=True, slots=True)
class Contradiction:
    """The log does not continue what was signed: `kind` is `rewritten`, `cut_off`, `forged` or `unknown_key`."""

    kind: str
    what: str


def head_line(institution_id: int, size: int, root: bytes, signed_at: datetime, key_id: str) -> bytes:
    """The canonical line of a head: ASCII, keys sorted, no blanks; ids as texts.

    >>> head_line(7, 0, bytes(32), datetime(2026, 1, 5, tzinfo=UTC), "aa")[:60]
    b'{"institution_id":"7","key_id":"aa","root":"0000000000000000'
    """
    said = {"institution_id": str(institution_id), "key_id": key_id, "root": root.hex(), "signed_at": instant(signed_at), "size": size, "version": HEAD_VERSION}
    return json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode("ascii")


def last_head() -> Head | None:
    """Which head was signed last? Inside `acting_for`."""
    row = sets.cursor().execute(
        f"SELECT {_COLUMNS} FROM tree_heads WHERE institution_id = %s ORDER BY size DESC, signed_at DESC LIMIT 1", [acting_institution()]).fetchone()
    return _head(row) if row else None


def heads(of_size_from: int = 0) -> list[Head]:
    """All signed heads from this size on, the smallest first."""
    rows = sets.cursor().execute(
        f"SELECT {_COLUMNS} FROM tree_heads WHERE institution_id = %s AND size >= %s ORDER BY size, signed_at, head_id", [acting_institution(), of_size_from])
    return [_head(row) for row in rows]


def _head(row: Sequence[Any]) -> Head:
    head_id, institution_id, size, found, signed_at, key_id, signature = row
    return Head(institution_id, size, bytes(found), signed_at, key_id, bytes(signature), head_id)


def sign_head(signer: Signer, at: datetime, kept: Iterable[Head] = ()) -> Head | Contradiction | None:
    """Sign the log as it stands; None where nothing was added since the last head, a contradiction where the log no longer continues it.

    `kept` are heads known from elsewhere (the home's file): they too must be continued. Inside `acting_for`.
    """
    size, last = log_size(), last_head()
    nodes = StoredNodes(size)
    for earlier in {one.line: one for one in (*kept, *([last] if last else []))}.values():
        wrong = contradicted(nodes, earlier)
        if wrong:
            return wrong
    if size == 0 or (last is not None and last.size == size):
        return None
    return _signed(signer, size, root(nodes, size), at)


def contradicted(nodes: StoredNodes, earlier: Head) -> Contradiction | None:
    """Does the log still begin with what this head signed?"""
    if earlier.size > nodes.size:
        return Contradiction("cut_off", f"A head over {earlier.size} entries was signed at {instant(earlier.signed_at)}, and the log has {nodes.size} now.")
    if root(nodes, earlier.size) != earlier.root:
        return Contradiction("rewritten", f"The first {earlier.size} entries are not those over which the head of {instant(earlier.signed_at)} was signed.")
    return None


def _signed(signer: Signer, size: int, found: bytes, at: datetime) -> Head:
    make_known(signer, at)
    institution_id = acting_institution()
    signature = signer.sign(PURPOSE, head_line(institution_id, size, found, at, signer.key_id))
    head = Head(institution_id, size, found, at, signer.key_id, signature, random_id())
    sets.cursor().execute(
        f"INSERT INTO tree_heads ({_COLUMNS}) VALUES (%s, %s, %s, %s, %s, %s, %s)",
        [head.head_id, institution_id, size, found, at, signer.key_id, signature])
    return head


def signature_holds(head: Head, keys: dict[str, bytes]) -> bool:
    """Was this head signed under one of these keys (key id → public key)?"""
    return head.key_id in keys and is_signed(keys[head.key_id], head.signature, PURPOSE, head.line)


class HeadsFile:
    """The signed lines of one institution in the home, appended and never rewritten: `<head line>\\t<signature in hex>`."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def append(self, signed: Sequence[Head]) -> None:
        """Keep these heads; on the disk when this returns."""
        if not signed:
            return
        torn = self._tail(1) not in (b"", b"\n")
        descriptor = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(descriptor, "ab") as file:
            file.write(b"\n" if torn else b"")
            file.write(b"".join(head.line + b"\t" + head.signature.hex().encode() + b"\n" for head in signed))
            file.flush()
            os.fsync(file.fileno())

    def read(self) -> list[Head]:
        """Every whole line; one that was cut off by a crash is left out (its head is in the database and is appended again)."""
        if not self.path.exists():
            return []
        return _whole_heads(self.path.read_bytes())

    def last(self) -> Head | None:
        """The head that was kept last."""
        found = _whole_heads(self._tail(4 * _LINE_BYTES_MAX).partition(b"\n")[2]) or _whole_heads(self._tail(4 * _LINE_BYTES_MAX))
        return found[-1] if found else None

    def _tail(self, count: int) -> bytes:
        """The last bytes of the file, at most so many."""
        if not self.path.exists():
            return b""
        with self.path.open("rb") as file:
            file.seek(0, os.SEEK_END)
            file.seek(max(0, file.tell() - count))
            return file.read()


def _whole_heads(lines: bytes) -> list[Head]:
    return [one for one in map(_head_of_line, lines.split(b"\n")) if one is not None]


def _head_of_line(line: bytes) -> Head | None:
    statement, _, signature = line.partition(b"\t")
    try:
        said = json.loads(statement)
        signed_at = datetime.strptime(said["signed_at"], "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)
        head = Head(int(said["institution_id"]), said["size"], bytes.fromhex(said["root"]), signed_at, said["key_id"], bytes.fromhex(signature.decode()))
    except (ValueError, KeyError, TypeError):
        return None
    return head if head.line == statement else None
