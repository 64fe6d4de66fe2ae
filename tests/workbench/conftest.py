"""A small bank with one person of each role, a book and two runs; and another bank that must not be seen."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime

import pyarrow as pa
import pytest
from django.test import Client

from arrears.casefile.facts.case import CaseDecision, CaseEvent, CaseEventKind
from arrears.casefile.store.append import append
from arrears.casefile.store.institution import acting_for, create_institution, institution_key
from arrears.casefile.store.users import create_user
from arrears.casefile.store.vault import default_vault
from arrears.engine.home import Home
from arrears.workbench.permissions import ROLES
from tests.workbench.run_files import LIN, WANG, ZHAO, SmallBook, write_small_book

PASSWORD = "four quiet words here"
AT = datetime(2026, 11, 23, 22, 0, tzinfo=UTC)


@dataclass(frozen=True)
class SmallBank:
    """An institution with its book; people sign in by the name of their role."""

    institution_id: int
    book: SmallBook
    home: Home


def _founded(home: Home, name: str, book: str, prefix: str) -> SmallBank:
    institution = create_institution(name)
    for role in ROLES:
        create_user(f"{prefix}{role}", PASSWORD, role=role, institution_id=institution, language="en", display_name=f"{prefix}{role}".title())
    with acting_for(institution):
        vault = default_vault()
        keys = {} if prefix else vault.new_party_keys([LIN, WANG, ZHAO])  # the other bank's people are as if erased

        def seal(party: int, text: str, what: str) -> bytes | None:
            return vault.seal_many(pa.array([party]), pa.array([text]), what, keys)[0].as_py() if keys else None

        small = write_small_book(home, institution, name=book, seal=seal)
        for fact in (CaseEvent(CaseEventKind.OPENED, small.lin, LIN, book, date(2026, 10, 6), 7),
                     CaseDecision(small.lin, LIN, book, date(2026, 11, 23), 7, "friendly_call", "phone", "several_debts", "Two debts overdue.", "两笔债务逾期。", "v1", 79, 320_000, "CNY")):
            append(fact, actor="nightly", at=AT, cause="run:7")
    assert institution_key(institution)
    return SmallBank(institution, small, home)


@pytest.fixture
def bank(home_of_tests: Home) -> Iterator[SmallBank]:
    """The bank whose pages are looked at."""
    yield _founded(home_of_tests, "Small Bank", "main", "")
    for folder in (*home_of_tests.books.iterdir(), *home_of_tests.runs.iterdir()):
        shutil.rmtree(folder)


@pytest.fixture
def other_bank(home_of_tests: Home, bank: SmallBank) -> SmallBank:
    """Another bank in the same home; its people are named other-administrator and so on."""
    return _founded(home_of_tests, "Other Bank", "theirs", "other-")


@pytest.fixture
def signed_in(bank: SmallBank):
    """signed_in("manager") is a browser in which that person has signed in."""
    from arrears.casefile.store.models import User

    def browser(name: str) -> Client:
        client = Client(HTTP_HOST="localhost")
        client.force_login(User.objects.get(username=name))
        return client

    return browser
