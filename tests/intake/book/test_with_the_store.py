"""The same import with the real keeper: ids, keys and seals in PostgreSQL."""

from __future__ import annotations

import base64
import json
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from arrears.intake.book.identities import PARTY_FIELDS
from arrears.intake.book.layout import latest_by_key_sql, open_book
from arrears.intake.book.mapping import parse_mapping
from arrears.intake.book.taking_in import take_in
from tests.intake.book.lender import DUES_HEAD, LOANS, ONE_LOAN


@pytest.fixture
def keeper(database: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The keeper of a new institution, with a fixed envelope key."""
    monkeypatch.setenv("ARREARS_ENVELOPE_KEY", base64.b64encode(bytes(range(32))).decode())
    from arrears.casefile.store.institution import create_institution, institution_key
    from arrears.casefile.store.vault import default_vault
    from arrears.intake.book.keeper import StoreKeeper

    institution = create_institution("A lender of files")
    return StoreKeeper(institution, institution_key(institution), default_vault())


def test_an_import_into_postgresql_finds_its_people_again(keeper: Any, tmp_path: Path) -> None:
    from arrears.casefile.store.institution import acting_for
    from arrears.casefile.store.vault import default_vault

    book, mapping = tmp_path / "book", parse_mapping(LOANS, "loans.yaml")
    open_book(book, "main", keeper._institution_id, created=date(2026, 1, 1))

    def deliver(name: str, content: str) -> Any:
        (tmp_path / name).write_text(content, encoding="utf-8")
        return take_in([tmp_path / name], mapping, book, keeper, received_on=date(2026, 1, 2), pool_dir=tmp_path / "pool", seal_pool=bytes)

    assert deliver("loans.csv", ONE_LOAN).findings == 0
    assert deliver("dues.csv", DUES_HEAD + "L1,1,2026-01-31,500\nL2,1,2026-01-31,500\n").findings == 1
    assert deliver("loans_2.csv", ONE_LOAN.replace("1000.00", "900")).batch == 3
    ((party, sealed),) = duckdb.sql(f"SELECT party_id, sealed FROM ({latest_by_key_sql(book, 'parties')})").fetchall()
    with acting_for(keeper._institution_id):
        assert json.loads(default_vault().unseal(party, sealed, PARTY_FIELDS)) == {"name": "王小明", "number": "C1"}
    ((account, owner, principal),) = duckdb.sql(
        f"SELECT account_id, party_id, principal_minor FROM ({latest_by_key_sql(book, 'accounts')})"
    ).fetchall()
    assert (owner, principal) == (party, 90000)
    assert duckdb.sql(f"SELECT account_id FROM ({latest_by_key_sql(book, 'instalments')})").fetchall() == [(account,)]
