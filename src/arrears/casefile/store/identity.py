"""Which random id stands for the lender's number, and whose number was it?

A number is looked up by its keyed hash: HMAC-SHA256 under the institution's key of kind, name space and number, cut to 128 bits. The
number itself is kept sealed under the person's key, so erasing the person leaves neither. While that key is rotated a number is looked
up by its hash under each key that rows may stand under, in one statement, so that it is found whichever row it has at that moment.
Documents and payments need no map: their id is the hash itself under the institution's first key, cut to 63 bits, and stays for good.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator
from typing import Literal
from uuid import UUID

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from arrears.casefile.store import sets
from arrears.casefile.store.ids import random_ids
from arrears.casefile.store.institution import HashKeys, acting_institution, hash_keys
from arrears.casefile.store.vault import Vault, default_vault
from arrears.core.problems import AnswerIsNo

Kind = Literal["party", "account"]
_BLOCK_BYTES = 64
_UNIT = "\x1f"
_ID_BITS = 0x7FFF_FFFF_FFFF_FFFF
_NO_HEAD = bytes(8)


class Identities:
    """The numbers of one institution. All methods work on whole columns, inside `acting_for` of that institution."""

    def __init__(self, institution_id: int, institution_key: bytes, vault: Vault | None = None) -> None:
        assert 0 < len(institution_key) <= _BLOCK_BYTES, "an HMAC key of at most one block"
        self._institution_id, self._key = institution_id, institution_key
        self._vault = vault or default_vault()

    def resolve(self, kind: Kind, namespace: str, numbers: pa.Array) -> pa.Array:
        """Which ids have these numbers? NULL where the number is unknown here (or its owner was erased)."""
        keys = self._number_keys()
        hashes = self._hashes(keys.by_no[keys.current], kind, namespace, numbers)
        return self._matched(hashes, self._known(kind, namespace, numbers, hashes, keys))

    def resolve_or_create(self, kind: Kind, namespace: str, numbers: pa.Array, party_ids: pa.Array | None = None) -> pa.Array:
        """Which ids have these numbers, new ones included? Accounts need their person's id, row by row.

        A new person gets a random id and a key; a new account a random id. Another import of the institution waits meanwhile.
        """
        assert (party_ids is None) == (kind == "party"), "accounts, and only accounts, come with their person's id"
        keys = self._number_keys()
        hashes = self._hashes(keys.by_no[keys.current], kind, namespace, numbers)
        lock_numbers(self._institution_id)
        known = self._known(kind, namespace, numbers, hashes, keys)
        table = pa.table({"hmac": hashes, "number": _plain(numbers)})
        if party_ids is not None:
            table = table.append_column("party_id", party_ids)
        fresh = self._fresh(table, known)
        if fresh.num_rows:
            created = self._create(kind, fresh, keys.current)
            known = pa.concat_tables([known, created])
        return self._matched(hashes, known)

    def number_of(self, kind: Kind, ids: pa.Array) -> pa.Array:
        """Which numbers had these ids with the lender? NULL where there is none (any more)."""
        acting_institution()
        rows = sets.lookup(
            f"SELECT m.id, m.party_id, m.sealed_number FROM wanted w JOIN id_map m USING (id) WHERE m.kind = '{_checked(kind)}'", ids.unique(), "id")
        found = [list(column) for column in zip(*rows, strict=True)] or [[], [], []]
        opened = self._vault.unseal_many(pa.array(found[1], pa.int64()), pa.array(found[2], pa.binary()), f"{kind}_number")
        numbers = dict(zip(found[0], opened.cast(pa.string()).to_pylist(), strict=True))
        return pa.array([numbers.get(identifier) for identifier in ids.to_pylist()], pa.string())

    def keyed_id(self, kind: str, namespace: str, numbers: pa.Array) -> pa.Array:
        """Which id has this document or payment? The first 63 bits of the keyed hash; nothing is stored, and no database is asked."""
        if len(numbers) == 0:
            return pa.array([], pa.int64())
        heads = b"".join(digest[:8] if digest else _NO_HEAD for digest in self._digests(self._key, kind, namespace, numbers))
        # Bits 1 to 63 after the sign: the same rule as for case ids.
        ids = (np.frombuffer(heads, ">u8") & np.uint64(_ID_BITS)).astype(np.int64)
        return pa.array(ids, mask=np.asarray(_plain(numbers).is_null().to_numpy(zero_copy_only=False)))

    def _number_keys(self) -> HashKeys:
        """The keys under which numbers stand now; read anew each time, for a keeper of numbers lives for the hours of an import."""
        assert acting_institution() == self._institution_id, "these numbers belong to another institution"
        return hash_keys(self._institution_id, "numbers", self._key, self._vault)

    @staticmethod
    def hashes_under(key: bytes, kind: Kind, namespace: str, numbers: pa.Array) -> list[str | None]:
        """The hashes (32 hex digits) that these numbers have under any one key."""
        return [digest[:16].hex() if digest else None for digest in Identities._digests(key, kind, namespace, numbers)]

    def _hashes(self, key: bytes, kind: Kind, namespace: str, numbers: pa.Array) -> pa.Array:
        """HMAC-SHA256 in columns, as 32 hex digits, in the order of `numbers`; NULL stays NULL."""
        return pa.array(self.hashes_under(key, _checked(kind), namespace, numbers), pa.string())

    @staticmethod
    def _digests(key: bytes, kind: str, namespace: str, numbers: pa.Array) -> Iterator[bytes | None]:
        """HMAC-SHA256 of each number. The two padded key blocks are hashed once and their state copied: half the work of a call of `hmac`."""
        padded = key.ljust(_BLOCK_BYTES, b"\0")
        inner, outer = (hashlib.sha256(bytes(byte ^ pad for byte in padded)) for pad in (0x36, 0x5C))
        inner.update(f"{kind}{_UNIT}{namespace}{_UNIT}".encode())
        for number in _plain(numbers).cast(pa.binary()).to_pylist():
            if number is None:
                yield None
                continue
            within, around = inner.copy(), outer.copy()
            within.update(number)
            around.update(within.digest())
            yield around.digest()

    def _known(self, kind: Kind, namespace: str, numbers: pa.Array, hashes: pa.Array, keys: HashKeys) -> pa.Table:
        """Of these numbers the ones in the map: hmac under the current key (hex), id.

        One statement for all keys: a row that moves from one hash to another meanwhile is seen under exactly one of them.
        """
        if len(keys.by_no) == 1:
            staged = {f"hmac_{keys.current}": pc.drop_null(hashes.unique())}
        else:
            distinct = pc.drop_null(_plain(numbers).unique())
            staged = {f"hmac_{no}": self._hashes(key, kind, namespace, distinct) for no, key in keys.by_no.items()}
        cur = sets.cursor()
        sets.stage(cur, "wanted", pa.table(staged))
        cur.execute("ALTER TABLE pg_temp.wanted " + ", ".join(f"ALTER {name} TYPE uuid USING {name}::uuid" for name in staged))
        cur.execute("ANALYZE pg_temp.wanted")
        return sets.export(
            " UNION ALL ".join(
                f"""SELECT replace(w.hmac_{keys.current}::text, '-', ''), m.id FROM pg_temp.wanted w
                JOIN id_map m ON m.number_hmac = w.{name} AND m.kind = '{_checked(kind)}' AND m.institution_id = {self._institution_id}"""
                for name in staged),
            {"hmac": pa.string(), "id": pa.int64()})

    def _fresh(self, table: pa.Table, known: pa.Table) -> pa.Table:
        """One row for each number not in the map, sorted by hash; an account said to belong to two people is refused."""
        with sets.engine() as duck:
            duck.register("given", table)
            duck.register("known", known)
            party = ", min(party_id) AS party_id, max(party_id) AS party_last" if "party_id" in table.column_names else ""
            fresh = duck.sql(f"""
                SELECT hmac, min(number) AS number {party} FROM given
                WHERE hmac IS NOT NULL AND hmac NOT IN (SELECT hmac FROM known) GROUP BY hmac ORDER BY hmac""").to_arrow_table()
        if "party_id" in fresh.column_names:
            twice = fresh.filter(pc.not_equal(fresh["party_id"], fresh["party_last"])).num_rows
            if twice or fresh["party_id"].null_count:
                raise AnswerIsNo(f"{twice + fresh['party_id'].null_count} accounts belong to no one person.", "No id was given out.",
                                 "Name one person for each account; co-debtors go into account_parties.")
        return fresh

    def _create(self, kind: Kind, fresh: pa.Table, key_no: int) -> pa.Table:
        """Give out ids, keys for new people, and keep the sealed numbers."""
        ids = pa.array(random_ids(fresh.num_rows))
        owners = ids if kind == "party" else _one(fresh["party_id"])
        keys = self._vault.new_party_keys(ids.to_pylist()) if kind == "party" else None
        sealed = self._vault.seal_many(owners, _one(fresh["number"]), f"{kind}_number", keys)
        sets.insert("id_map", pa.table({
            "kind": pa.array([kind] * fresh.num_rows), "number_hmac": fresh["hmac"], "id": ids, "party_id": owners, "sealed_number": sealed,
            "hmac_key": pa.array([key_no] * fresh.num_rows, pa.int32()),
        }), casts={"number_hmac": "uuid", "hmac_key": "smallint"})
        return pa.table({"hmac": fresh["hmac"], "id": ids})

    def _matched(self, hashes: pa.Array, known: pa.Table) -> pa.Array:
        """Ids in the order of the hashes."""
        places = pc.index_in(hashes, value_set=_one(known["hmac"]), skip_nulls=True)
        return _one(known["id"]).take(places)


def lock_numbers(institution_id: int) -> None:
    """From here to the end of the transaction nobody else of this institution enters numbers or hashes them anew."""
    sets.cursor().execute("SELECT pg_advisory_xact_lock(hashtextextended('id_map:' || %s, 0))", [str(institution_id)])


def erase_party_identity(party_id: int) -> bool:
    """Destroy a person's key, numbers and the salts of personal fields, for good. False where there was no such person (any more)."""
    cur = sets.cursor()
    cur.execute("SELECT erase_party_identity(%s)", [party_id])
    row = cur.fetchone()
    return bool(row and row[0])


def hashed_number(key: bytes, kind: str, namespace: str, number: str) -> UUID:
    """The same hash for one number, by the standard library: what the columns are tested against.

    >>> hashed_number(bytes(32), "party", "core", "A-1") == hashed_number(bytes(32), "account", "core", "A-1")
    False
    """
    return UUID(bytes=hmac.digest(key, _UNIT.join((kind, namespace, number)).encode(), "sha256")[:16])


def _checked(kind: Kind) -> Kind:
    assert kind in ("party", "account"), f"no such kind of number: {kind}"
    return kind


def _plain(numbers: pa.Array | pa.ChunkedArray) -> pa.Array:
    return _one(numbers).cast(pa.string())


def _one(column: pa.Array | pa.ChunkedArray) -> pa.Array:
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
