"""What must the keeper of identities answer while files are taken in?

The import knows the lender's numbers for a moment and must hand them over: ids come back, personal fields come back sealed. The
keeper is `StoreIdentities` (the case store in PostgreSQL); any class with these five methods will do.
"""

from __future__ import annotations

from typing import Literal, Protocol

import pyarrow as pa

NumberKind = Literal["party", "account"]


class IdentityService(Protocol):
    """Numbers in, ids out; plain text in, sealed bytes out. Every call is lasting when it returns: a batch that appears names only ids
    that are kept already, while ids of an import that dies are simply found again by the next one."""

    def resolve(self, kind: NumberKind, namespace: str, numbers: pa.Array) -> pa.Array:
        """Which ids (int64) have these numbers? Null where a number is not known."""

    def resolve_or_create(self, kind: NumberKind, namespace: str, numbers: pa.Array, party_ids: pa.Array | None = None) -> pa.Array:
        """The same, and a new random id where a number is not known. Accounts say whose they are. Numbers are distinct."""

    def keyed_id(self, kind: str, namespace: str, numbers: pa.Array) -> pa.Array:
        """Which keyed hashes (int64, first 63 bits) name these documents, payments or contact points? Nothing is stored."""

    def seal_many(self, party_ids: pa.Array, plaintexts: pa.Array, what: str) -> pa.Array:
        """The texts (binary), each sealed under its party's key; `what` is bound into the seal."""


PARTY_FIELDS = "parties"
CONTACT_FIELDS = "contact_points"
"""What the seals are bound to (`what` of `seal_many`): the same words open them again."""
