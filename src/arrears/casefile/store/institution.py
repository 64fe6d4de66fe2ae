"""For which institution does this transaction act?"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from django.db import connection, transaction

from arrears.casefile.store.ids import random_id
from arrears.casefile.store.models import Institution
from arrears.casefile.store.vault import ENVELOPE_LOCK, Vault, default_vault
from arrears.core.problems import AnswerIsNo

_ACTING: ContextVar[int | None] = ContextVar("acting_institution", default=None)


@contextmanager
def acting_for(institution_id: int) -> Iterator[None]:
    """Open a transaction that sees and writes this institution's rows, and no others.

    Inside another one of the same institution it is a savepoint. One transaction serves one institution: another id inside is our mistake.
    """
    before = _ACTING.get()
    assert before in (None, institution_id), "one transaction acts for one institution"
    with transaction.atomic():
        if before is None:
            _set_local(str(int(institution_id)))
        token = _ACTING.set(int(institution_id))
        try:
            yield
        finally:
            _ACTING.reset(token)
        if before is None:
            _set_local("")


def acting_institution() -> int:
    """Which institution do we act for? Outside `acting_for` this is our mistake, and the program stops."""
    institution_id = _ACTING.get()
    assert institution_id is not None and connection.in_atomic_block, "facts are read and written inside acting_for(institution_id)"
    return institution_id


def one_at_a_time(what: str, number: int) -> None:
    """Wait until nobody else of this institution is at this thing: from here to the end of the transaction it is ours alone.

    For what is looked up first and then written because of what was found, such as whether somebody has acknowledged an alert already.
    """
    institution_id = acting_institution()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"{what}:{institution_id}:{number}"])


def create_institution(name: str, vault: Vault | None = None, *, jurisdiction: str = "") -> int:
    """Enter a new institution with a fresh key for its customers' numbers; answers its id."""
    vault = vault or default_vault()
    institution_id = random_id()
    with transaction.atomic():
        lock_envelope_shared()
        sealed = vault.wrap(vault.new_key(), first_key_purpose(institution_id))
        Institution.objects.create(institution_id=institution_id, name=name, sealed_key=sealed, jurisdiction=jurisdiction)
    return institution_id


def lock_envelope_shared() -> None:
    """From here to the end of the transaction what is wrapped under the current envelope key is seen by whoever rotates it."""
    with connection.cursor() as cursor:
        cursor.execute(ENVELOPE_LOCK.format(shared="_shared"))


def first_key_purpose(institution_id: int) -> bytes:
    """For which purpose is the institution's first key wrapped?"""
    return b"institution:%d:key" % institution_id


def further_key_purpose(institution_id: int, purpose: str, key_no: int) -> bytes:
    """For which purpose is a further key of the institution wrapped?"""
    return b"institution:%d:%s:%d" % (institution_id, purpose.encode(), key_no)


KeyPurpose = Literal["numbers", "search"]


@dataclass(frozen=True, slots=True)
class HashKeys:
    """The keys of an institution for one purpose under which rows may stand now: number → key. The highest is the current one."""

    by_no: dict[int, bytes] = field(repr=False)

    @property
    def current(self) -> int:
        """The number of the key under which new rows are hashed."""
        return max(self.by_no)


def hash_keys(institution_id: int, purpose: KeyPurpose, first: bytes | None = None, vault: Vault | None = None) -> HashKeys:
    """Which keys hash this institution's values now? Good until the transaction ends: whoever makes a new key waits for us (`new_hash_key`).

    Args:
        first: key number 1, for `numbers`; without it and without any other key there are none (`by_no` is empty).
    """
    acting_institution()
    with connection.cursor() as cursor:
        # Two statements: what is read after the lock must be seen by a snapshot taken after the lock.
        cursor.execute("SELECT pg_advisory_xact_lock_shared(hashtextextended(%s, 0))", [_keys_lock(institution_id, purpose)])
        cursor.execute("SELECT key_no, wrapped_key, oldest_in_use FROM institution_keys WHERE institution_id = %s AND purpose = %s ORDER BY key_no",
                       [institution_id, purpose])
        rows = cursor.fetchall()
    oldest = rows[-1][2] if rows else 1
    vault = vault or default_vault() if rows else vault
    opened = {no: vault.unwrap(bytes(wrapped), further_key_purpose(institution_id, purpose, no)) for no, wrapped, _ in rows if no >= oldest} if vault else {}
    return HashKeys({1: first, **opened} if first is not None and oldest <= 1 else opened)


def new_hash_key(institution_id: int, purpose: KeyPurpose, at: datetime, vault: Vault | None = None, *, first_no: int = 2) -> int:
    """Make the next key of an institution for this purpose; answers its number. Waits for all who read the keys before; they commit first."""
    vault = vault or default_vault()
    with connection.cursor() as cursor:
        # In this order, as everybody who looks a number up and then makes a key for its person: nobody waits in a circle.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [_keys_lock(institution_id, purpose)])
        lock_envelope_shared()
        cursor.execute("SELECT coalesce(max(key_no) + 1, %s), (SELECT oldest_in_use FROM institution_keys WHERE institution_id = %s AND purpose = %s "
                       "ORDER BY key_no DESC LIMIT 1) FROM institution_keys WHERE institution_id = %s AND purpose = %s",
                       [first_no, institution_id, purpose, institution_id, purpose])
        row = cursor.fetchone()
        assert row is not None, "an aggregate has one row"
        key_no, oldest = row
        wrapped = vault.wrap(vault.new_key(), further_key_purpose(institution_id, purpose, key_no))
        cursor.execute("INSERT INTO institution_keys (institution_id, purpose, key_no, wrapped_key, oldest_in_use, made_at) VALUES (%s, %s, %s, %s, %s, %s)",
                       [institution_id, purpose, key_no, wrapped, 1 if oldest is None else oldest, at])
    return int(key_no)


def retire_hash_keys(institution_id: int, purpose: KeyPurpose, oldest_in_use: int) -> None:
    """Say that no row stands under keys below `oldest_in_use` any more, and destroy those that serve nothing else."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [_keys_lock(institution_id, purpose)])
        cursor.execute("UPDATE institution_keys SET oldest_in_use = %s WHERE institution_id = %s AND purpose = %s AND key_no >= %s",
                       [oldest_in_use, institution_id, purpose, oldest_in_use])
        cursor.execute("DELETE FROM institution_keys WHERE institution_id = %s AND purpose = %s AND key_no < %s", [institution_id, purpose, oldest_in_use])


def _keys_lock(institution_id: int, purpose: str) -> str:
    return f"keys:{purpose}:{institution_id}"


def institution_key(institution_id: int, vault: Vault | None = None) -> bytes:
    """Which is the first key (32 bytes) of this institution? Ids of documents and payments rest on it for good; numbers of customers and
    accounts until it is rotated for them (`hash_keys`)."""
    found = Institution.objects.filter(institution_id=institution_id).first()
    if found is None:
        raise AnswerIsNo("There is no such institution here.", "Nothing was looked up.", "See which ones there are with `arrears init --help`.")
    return (vault or default_vault()).unwrap(bytes(found.sealed_key), first_key_purpose(institution_id))


def _set_local(value: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('arrears.institution', %s, true)", [value])
