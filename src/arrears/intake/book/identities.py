"""What must the keeper of identities answer while files are taken in?

The import knows the lender's numbers for a moment and must hand them over: ids come back, personal fields come back sealed. The
keeper is `StoreIdentities` (the case store in PostgreSQL); any class with these five methods will do.
"""

from __future__ import annotations

from typing import Literal, Protocol

import pyarrow as pa
import pyarrow.compute as pc

NumberKind = Literal["party", "account"]


class IdentityService(Protocol):
    """Numbers in, ids out; plain text in, sealed bytes out. Every call is lasting when it returns: a batch that appears names only ids
    that are kept already, while ids of an import that dies are simply found again by the next one."""

    def resolve(self, kind: NumberKind, namespace: str, numbers: pa.Array) -> pa.Array:
        """Which ids (int64) have these numbers? Null where a number is not known."""

    def resolve_or_create(self, kind: NumberKind, namespace: str, numbers: pa.Array, party_ids: pa.Array | None = None) -> pa.Array:
        """The same, and a new random id where a number is not known. Accounts say whose they are. Numbers are distinct."""

    def keyed_id(self, kind: str, namespace: str, numbers: pa.Array) -> pa.Array:
        """Which keyed hashes (int64, first 63 bits) name these documents, payments or contact points? Nothing is stored or asked for:
        it is called for a few thousand numbers at a time, from any thread, and the same number has the same hash always."""

    def seal_many(self, party_ids: pa.Array, plaintexts: pa.Array, what: str) -> pa.Array:
        """The texts (binary), each sealed under its party's key; `what` is bound into the seal."""


class TryingKeeper:
    """A keeper for a trial: it asks the real one what is known and keeps nothing. New numbers get ids that no one has (below zero)."""

    def __init__(self, known: IdentityService) -> None:
        self._known, self._given = known, 0

    def resolve(self, kind: NumberKind, namespace: str, numbers: pa.Array) -> pa.Array:
        """As the real keeper."""
        return self._known.resolve(kind, namespace, numbers)

    def resolve_or_create(self, kind: NumberKind, namespace: str, numbers: pa.Array, party_ids: pa.Array | None = None) -> pa.Array:
        """Known ids, and an id below zero for each number that is new."""
        ids = pc.cast(self._known.resolve(kind, namespace, numbers), pa.int64())
        first = -self._given - 1
        self._given += len(numbers)
        return pc.coalesce(ids, pa.array(range(first, first - len(numbers), -1), pa.int64()))

    def keyed_id(self, kind: str, namespace: str, numbers: pa.Array) -> pa.Array:
        """As the real keeper: keyed hashes are kept by nobody."""
        return self._known.keyed_id(kind, namespace, numbers)

    def seal_many(self, party_ids: pa.Array, plaintexts: pa.Array, what: str) -> pa.Array:
        """Nothing is written in a trial, so nothing is sealed: empty bytes."""
        return pa.array([b""] * len(plaintexts), pa.binary())


PARTY_FIELDS = "parties"
CONTACT_FIELDS = "contact_points"
"""What the seals are bound to (`what` of `seal_many`): the same words open them again."""
