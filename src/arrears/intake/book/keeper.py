"""Who keeps the lender's numbers while files are taken in? The case store, one lasting transaction a call.

Call `take_in` with it outside any transaction: ids must be kept before the batch that names them appears, and an import of an hour must
not hold a transaction of an hour.
"""

from __future__ import annotations

from collections.abc import Callable

import pyarrow as pa

from arrears.casefile.store.identity import Identities
from arrears.casefile.store.institution import acting_for
from arrears.casefile.store.vault import Vault
from arrears.intake.book.identities import CONTACT_FIELDS, NumberKind

Indexed = Callable[[pa.Array, pa.Array], None]
"""(party ids, contact values as they are sealed) → entered into the index of contact values, in the same transaction."""


class StoreKeeper:
    """An `IdentityService` on PostgreSQL for one institution."""

    def __init__(self, institution_id: int, institution_key: bytes, vault: Vault, indexed: Indexed | None = None) -> None:
        self._institution_id, self._vault, self._indexed = institution_id, vault, indexed
        self._identities = Identities(institution_id, institution_key, vault)

    def resolve(self, kind: NumberKind, namespace: str, numbers: pa.Array) -> pa.Array:
        """Which ids have these numbers? Null where a number is not known."""
        with acting_for(self._institution_id):
            return self._identities.resolve(kind, namespace, numbers)

    def resolve_or_create(self, kind: NumberKind, namespace: str, numbers: pa.Array, party_ids: pa.Array | None = None) -> pa.Array:
        """The same, with new ids for new numbers; committed when it returns."""
        with acting_for(self._institution_id):
            return self._identities.resolve_or_create(kind, namespace, numbers, party_ids)

    def keyed_id(self, kind: str, namespace: str, numbers: pa.Array) -> pa.Array:
        """Which keyed hashes name these documents, payments or contact points?"""
        return self._identities.keyed_id(kind, namespace, numbers)

    def seal_many(self, party_ids: pa.Array, plaintexts: pa.Array, what: str) -> pa.Array:
        """The texts, each sealed under its party's key."""
        with acting_for(self._institution_id):
            if what == CONTACT_FIELDS and self._indexed is not None:
                self._indexed(party_ids, plaintexts)
            return self._vault.seal_many(party_ids, plaintexts, what)
