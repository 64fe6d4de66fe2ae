"""What do commands and pages ask about personal data as a whole: the register, permitted transfers, the index of contact values?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import pyarrow as pa

from arrears.casefile.store import sets
from arrears.casefile.store.institution import acting_for, new_hash_key, retire_hash_keys
from arrears.casefile.store.vault import default_vault
from arrears.core.ids import IdNotValid, id_text, parse_id
from arrears.core.problems import WrongCall
from arrears.core.progress import Progress
from arrears.engine.home import Home
from arrears.engine.use_cases.reading import portfolios
from arrears.engine.use_cases.reading.files import looking_into
from arrears.engine.use_cases.setting_up import institution_of
from arrears.intake.book.identities import CONTACT_FIELDS
from arrears.intake.book.layout import latest_by_key_sql
from arrears.record.privacy import index, transfers
from arrears.record.privacy.categories import categories

ROWS_A_BATCH = 50_000
EVERY = "all"


def register(home: Home) -> list[dict[str, Any]]:
    """The register of categories, with the basis in this home's jurisdiction (None where none is stated)."""
    jurisdiction = home.read_settings().jurisdiction
    found = []
    for one in categories():
        basis = one.basis_in(jurisdiction)
        found.append({
            "code": one.code, "name_en": one.name.en, "name_zh": one.name.zh, "purpose_en": one.purpose.en, "purpose_zh": one.purpose.zh, "sensitive": one.sensitive,
            "basis": {"en": basis.law.en, "zh": basis.law.zh, "source": basis.source, "confidence": basis.confidence} if basis else None,
            "stored": list(one.stored), "seen_by": list(one.seen_by), "record_type": one.record_type,
        })
    return found


def permit(home: Home, *, recipient: str, to_jurisdiction: str, basis: str, codes: Sequence[str], from_on: date, to_on: date, approved_by: str, at: datetime, actor: str) -> str:
    """Record a permission to transfer; answers its id as people read it. See `record.privacy.transfers.permit_transfer`."""
    wanted = [one.code for one in categories()] if EVERY in codes else list(codes)
    with acting_for(institution_of(home)):
        fact = transfers.permit_transfer(recipient=recipient, home_jurisdiction=home.read_settings().jurisdiction, to_jurisdiction=to_jurisdiction, basis=basis, codes=wanted,
                                         from_on=from_on, to_on=to_on, approved_by=approved_by, at=at, actor=actor)
    return id_text(fact.transfer_id)


def withdraw(home: Home, transfer: str, *, on: date, by: str, at: datetime, actor: str) -> None:
    """End a permission to transfer. Raises `WrongCall` where the id is none of ours."""
    try:
        transfer_id = parse_id(transfer)
    except IdNotValid as trouble:
        raise WrongCall(str(trouble)) from trouble
    with acting_for(institution_of(home)):
        transfers.withdraw_transfer(transfer_id, on=on, by=by, at=at, actor=actor)


def fill_index(home: Home, *, new_key: bool, at: datetime, progress: Progress) -> int:
    """Enter the contact values of every book of the home, batch by batch; answers how many are new. What is there stays, unless `new_key`."""
    institution_id, jurisdiction = institution_of(home), home.read_settings().jurisdiction
    if new_key:
        with acting_for(institution_id):
            sets.cursor().execute("SELECT clear_search_index()")
            retire_hash_keys(institution_id, "search", new_hash_key(institution_id, "search", at, first_no=1))
    entered = 0
    for book in portfolios(home, institution_id):
        with looking_into(home) as connection:
            rows = connection.execute(f"SELECT party_id, sealed FROM ({latest_by_key_sql(book.folder, 'contact_points')}) WHERE sealed IS NOT NULL").to_arrow_table()
        for start in range(0, rows.num_rows, ROWS_A_BATCH):
            batch = rows.slice(start, ROWS_A_BATCH)
            parties, sealed = (batch.column(name).combine_chunks() for name in ("party_id", "sealed"))
            with acting_for(institution_id):
                opened = default_vault().unseal_many(parties.cast(pa.int64()), sealed, CONTACT_FIELDS)
                entered += index.enter(parties.to_pylist(), index.values_in(opened.to_pylist()), jurisdiction, index.search_keys(at))
            progress(f"contact points of {book.name}", start + batch.num_rows, rows.num_rows)
    return entered
