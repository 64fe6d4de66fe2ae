"""What every story of the records needs: an institution of its own, so that no story sees another's rows."""

from __future__ import annotations

import base64
import importlib
import itertools
from datetime import UTC, date, datetime
from types import SimpleNamespace

import pytest

AT = datetime(2026, 1, 6, 2, 30, tzinfo=UTC)
_NAMES = ("append", "hashing", "identity", "ids", "institution", "load", "models", "privileges", "sets", "users", "vault")
_count = itertools.count(1)


@pytest.fixture
def store(database, monkeypatch) -> SimpleNamespace:
    """The modules of the store, imported once Django is set up; a fixed envelope key."""
    monkeypatch.setenv("ARREARS_ENVELOPE_KEY", base64.b64encode(bytes(range(32))).decode())
    return SimpleNamespace(**{name: importlib.import_module(f"arrears.casefile.store.{name}") for name in _NAMES})


@pytest.fixture
def bank(store) -> int:
    """A new institution."""
    return store.institution.create_institution(f"Bank {next(_count)} {store.ids.random_id()}")


@pytest.fixture
def other_bank(store) -> int:
    """Another new institution."""
    return store.institution.create_institution(f"Other bank {next(_count)} {store.ids.random_id()}")


@pytest.fixture
def person(store, bank) -> int:
    """A person known to the bank by the number C-1."""
    import pyarrow as pa

    with store.institution.acting_for(bank):
        return identities(store, bank).resolve_or_create("party", "core", pa.array(["C-1"]))[0].as_py()


def identities(store, institution_id: int):
    """The numbers of this institution."""
    return store.identity.Identities(institution_id, store.institution.institution_key(institution_id))


def opening(store, party_id: int, kind: str = "opened", on: date = date(2026, 1, 5), case_id: int | None = None):
    """An event of a (new) case of this person."""
    from arrears.casefile.facts.case import CaseEvent, CaseEventKind

    return CaseEvent(CaseEventKind(kind), case_id or store.ids.random_id(), party_id, "main", on, 7)


def dispute(store, party_id: int, reason: str = "says it was paid in May"):
    """A dispute without an end."""
    from arrears.casefile.facts.hold import Blocked, Hold, HoldKind, MayLift

    return Hold(store.ids.random_id(), party_id, HoldKind.DISPUTE, reason, date(2026, 1, 5), None, (Blocked.CONTACT,), MayLift.MANAGER)


def record(store, institution_id: int, *facts):
    """Append facts in one transaction."""
    with store.institution.acting_for(institution_id):
        return [store.append.append(fact, actor="nightly", at=AT, cause="run 7") for fact in facts]


def query(store, sql: str, *values):
    """Rows of a hand-written query, in the present transaction."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall() if cursor.description else []
