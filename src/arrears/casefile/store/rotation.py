"""How does everything that is wrapped under an older envelope key, or hashed under an older key of an institution, come under the current one?

In batches, each a transaction of its own: pages and commands go on working, and whatever was not reached is found again by what its row
says of itself (the key id in the wrapped bytes, `hmac_key` in the id map). Nothing here remembers how far it came, so a rotation can be
killed anywhere and started anew. A row is replaced only where it still holds exactly what was read: whoever is erased stays erased.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
from django.db import connection, transaction

from arrears.casefile.store import sets
from arrears.casefile.store.identity import Identities, Kind, lock_numbers
from arrears.casefile.store.institution import acting_for, first_key_purpose, further_key_purpose, hash_keys
from arrears.casefile.store.models import Institution
from arrears.casefile.store.vault import ENVELOPE_LOCK, SECOND_FACTOR, Unreadable, Vault, party_purpose, wrapped_under

BATCH_ROWS = 10_000
"""Rows a transaction: below half a second, so that whoever wants the same rows hardly waits."""
PEOPLE, INSTITUTIONS, FURTHER_KEYS, SECOND_FACTORS = "keys of people", "keys of institutions", "further keys of institutions", "second factors"
_NAMED = "CASE WHEN get_byte(wrapped_key, 0) = 2 THEN encode(substring(wrapped_key FROM 2 FOR 4), 'hex') ELSE '' END"


@dataclass(frozen=True, slots=True)
class Standing:
    """How many things of one place are wrapped under one envelope key? `key_id` is empty for the first form, which names no key."""

    place: str
    key_id: str
    count: int


def institution_ids() -> list[int]:
    """Every institution of this database."""
    return list(Institution.objects.order_by("institution_id").values_list("institution_id", flat=True))


def census() -> list[Standing]:
    """Under which envelope keys stands what the database holds, of all institutions together?"""
    found: Counter[tuple[str, str]] = Counter()
    for sealed in Institution.objects.values_list("sealed_key", flat=True):
        found[INSTITUTIONS, wrapped_under(bytes(sealed))] += 1
    for institution_id in institution_ids():
        with acting_for(institution_id):
            for place, table in ((PEOPLE, "party_keys"), (FURTHER_KEYS, "institution_keys")):
                for key_id, count in sets.cursor().execute(f"SELECT {_NAMED}, count(*) FROM {table} GROUP BY 1").fetchall():
                    found[place, key_id] += count
    for _, data in _second_factors():
        found.update((SECOND_FACTORS, wrapped_under(secret)) for secret in _secrets_of(data))
    return [Standing(place, key_id, count) for (place, key_id), count in sorted(found.items())]


def wait_for_older_writers() -> None:
    """Once: until all who wrapped something under the key that was current before have committed. Whoever comes later takes the new one."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(ENVELOPE_LOCK.format(shared=""))


def rewrap_people(vault: Vault) -> Iterator[int]:
    """Bring the keys of people under the current envelope key, a batch a step; yields how many each batch changed."""
    for institution_id in institution_ids():
        last = -1
        while last is not None:
            with acting_for(institution_id):
                last, changed = _rewrap_batch(vault, last)
            yield changed


def _rewrap_batch(vault: Vault, after: int) -> tuple[int | None, int]:
    """One batch of people beyond this id: the last id looked at (None where there is nobody more), and how many changed."""
    rows = sets.cursor().execute(
        f"SELECT party_id, wrapped_key FROM party_keys WHERE party_id > %s AND {_NAMED} <> %s ORDER BY party_id LIMIT %s",
        [after, vault.keys.current, BATCH_ROWS]).fetchall()
    if not rows:
        return None, 0
    before = [bytes(wrapped) for _, wrapped in rows]
    anew = [vault.wrap_again(wrapped, party_purpose(party)) for (party, _), wrapped in zip(rows, before, strict=True)]
    row = sets.cursor().execute("SELECT rewrap_party_keys(%s::bigint[], %s::bytea[], %s::bytea[])", [[party for party, _ in rows], before, anew]).fetchone()
    assert row is not None, "a function answers one row"
    return rows[-1][0], row[0]


def rewrap_the_rest(vault: Vault) -> int:
    """Bring keys of institutions and secrets of second factors under the current envelope key; answers how many changed."""
    changed = 0
    for institution_id in institution_ids():
        with acting_for(institution_id):
            cur = sets.cursor()
            sealed = bytes(Institution.objects.get(institution_id=institution_id).sealed_key)
            if wrapped_under(sealed) != vault.keys.current:
                anew = vault.wrap_again(sealed, first_key_purpose(institution_id))
                changed += cur.execute("UPDATE institutions SET sealed_key = %s WHERE institution_id = %s AND sealed_key = %s", [anew, institution_id, sealed]).rowcount
            for purpose, number, wrapped in cur.execute("SELECT purpose, key_no, wrapped_key FROM institution_keys").fetchall():
                if wrapped_under(bytes(wrapped)) != vault.keys.current:
                    anew = vault.wrap_again(bytes(wrapped), further_key_purpose(institution_id, purpose, number))
                    changed += cur.execute("UPDATE institution_keys SET wrapped_key = %s WHERE purpose = %s AND key_no = %s AND wrapped_key = %s",
                                           [anew, purpose, number, wrapped]).rowcount
    return changed + _rewrap_second_factors(vault)


def _second_factors() -> list[tuple[int, dict[str, Any]]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, data FROM mfa_authenticator ORDER BY id")
        return [(key, json.loads(data) if isinstance(data, str) else data) for key, data in cursor.fetchall()]


def _secrets_of(data: Any) -> list[bytes]:
    """Every wrapped secret in an authenticator's data, wherever it stands: texts that are wrapped bytes in base64."""
    found: list[bytes] = []
    _mapped(data, lambda secret: found.append(secret) or secret)
    return found


def _mapped(data: Any, change: Callable[[bytes], bytes]) -> Any:
    """The same data with every wrapped secret changed."""
    if isinstance(data, dict):
        return {name: _mapped(value, change) for name, value in data.items()}
    if isinstance(data, list):
        return [_mapped(value, change) for value in data]
    secret = _decoded(data) if isinstance(data, str) else b""
    return base64.b64encode(change(secret)).decode("ascii") if secret[:1] in {b"\x01", b"\x02"} and len(secret) > 28 else data


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return b""


def _rewrap_second_factors(vault: Vault) -> int:
    changed = 0

    def again(secret: bytes) -> bytes:
        try:
            return secret if wrapped_under(secret) == vault.keys.current else vault.wrap_again(secret, SECOND_FACTOR)
        except Unreadable:
            return secret  # A text that only looks wrapped.

    for key, _ in _second_factors():
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT data FROM mfa_authenticator WHERE id = %s FOR UPDATE", [key])
            row = cursor.fetchone()
            if row is None:
                continue
            data = json.loads(row[0]) if isinstance(row[0], str) else row[0]
            if (anew := _mapped(data, again)) != data:
                cursor.execute("UPDATE mfa_authenticator SET data = %s::jsonb WHERE id = %s", [json.dumps(anew), key])
                changed += 1
    return changed


@dataclass(frozen=True, slots=True)
class Rehashed:
    """What one batch of numbers came to: the last id looked at (None where nothing is left), how many were hashed anew."""

    last: int | None
    changed: int


def rehash_batch(institution_id: int, first_key: bytes, namespaces: Sequence[str], after: int, vault: Vault) -> Rehashed:
    """Hash one batch of numbers (ids beyond `after`) under the current key of the institution; ids stay.

    The name space of a number is not kept: it is the one of `namespaces` whose hash under the old key is the stored one. A number of
    none of them stays as it is, and is found under its old key as long as that is kept.
    """
    with acting_for(institution_id):
        keys = hash_keys(institution_id, "numbers", first_key, vault)
        lock_numbers(institution_id)
        rows = sets.cursor().execute(
            """SELECT id, kind, number_hmac, party_id, sealed_number FROM id_map
               WHERE institution_id = %s AND id > %s AND hmac_key < %s ORDER BY id LIMIT %s""", [institution_id, after, keys.current, BATCH_ROWS]).fetchall()
        if not rows:
            return Rehashed(None, 0)
        changes = [change for kind in ("party", "account") for change in _rehashed([row for row in rows if row[1] == kind], kind, institution_id, keys.by_no, namespaces, vault)]
        if changes:
            sets.cursor().execute("SELECT rehash_numbers(%s::text[], %s::uuid[], %s::uuid[], %s::smallint)",
                                  [*(list(column) for column in zip(*changes, strict=True)), keys.current])
        return Rehashed(rows[-1][0], len(changes))


def _rehashed(rows: Sequence[tuple[Any, ...]], kind: Kind, institution_id: int, keys: dict[int, bytes], namespaces: Sequence[str], vault: Vault) -> list[tuple[str, str, str]]:
    """(kind, hash before, hash now) for each number whose name space is known; whoever was erased has no number to hash."""
    if not rows:
        return []
    stored = [row[2].hex for row in rows]
    numbers = vault.unseal_many(pa.array([row[3] for row in rows], pa.int64()), pa.array([bytes(row[4]) for row in rows], pa.binary()), f"{kind}_number").cast(pa.string())
    current = max(keys)
    found: dict[int, tuple[str, str, str]] = {}
    for namespace in namespaces:
        now = Identities.hashes_under(keys[current], kind, namespace, numbers)
        for number, key in keys.items():
            if number == current:
                continue
            before = Identities.hashes_under(key, kind, namespace, numbers)
            found |= {place: (kind, old, new) for place, (old, new, is_) in enumerate(zip(before, now, stored, strict=True)) if old == is_ and new is not None}
    return list(found.values())


def numbers_under_older_keys(institution_id: int, first_key: bytes) -> int:
    """How many numbers still stand under an older key?"""
    with acting_for(institution_id):
        current = hash_keys(institution_id, "numbers", first_key).current
        row = sets.cursor().execute("SELECT count(*) FROM id_map WHERE institution_id = %s AND hmac_key < %s", [institution_id, current]).fetchone()
    return int(row[0]) if row else 0
