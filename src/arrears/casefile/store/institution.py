"""For which institution does this transaction act?"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.db import connection, transaction

from arrears.casefile.store.ids import random_id
from arrears.casefile.store.models import Institution
from arrears.casefile.store.vault import Vault, default_vault
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


def create_institution(name: str, vault: Vault | None = None) -> int:
    """Enter a new institution with a fresh key for its customers' numbers; answers its id."""
    vault = vault or default_vault()
    institution_id = random_id()
    sealed = vault.wrap(vault.new_key(), b"institution:%d:key" % institution_id)
    Institution.objects.create(institution_id=institution_id, name=name, sealed_key=sealed)
    return institution_id


def institution_key(institution_id: int, vault: Vault | None = None) -> bytes:
    """Which key (32 bytes) hashes the numbers of this institution's customers?"""
    found = Institution.objects.filter(institution_id=institution_id).first()
    if found is None:
        raise AnswerIsNo("There is no such institution here.", "Nothing was looked up.", "See which ones there are with `arrears init --help`.")
    return (vault or default_vault()).unwrap(bytes(found.sealed_key), b"institution:%d:key" % institution_id)


def _set_local(value: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('arrears.institution', %s, true)", [value])
