"""How is a person erased, or, where a duty keeps the data, restricted to storage and told so?

Erasure destroys the key under which everything personal was sealed, the lender's numbers and the salts of personal fields; what is sealed
in books, facts and files becomes noise in every copy that holds no key. What is not sealed under the key is removed beside it: see
`docs/how_to/erase_a_person.md` for each place. The order is such that a kill at any point loses nothing and leaves nothing half known:

1. the register of erasures, on the disk;
2. the error pool, while names and numbers can still be opened to look for them;
3. books, stored reports, letters and evidence;
4. in one transaction: the fact `person:erased`, key, numbers, salts.

Every step may be repeated. What the database's files still hold of deleted rows is removed by the purge that follows (`arrears privacy purge`).
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from arrears.casefile.facts.retention import ErasureReason, EvidenceDeleted, PersonErased
from arrears.casefile.store import load
from arrears.casefile.store.append import append
from arrears.casefile.store.identity import Identities, erase_party_identity
from arrears.casefile.store.institution import acting_for, institution_key
from arrears.casefile.store.vault import Vault, default_vault
from arrears.core.ids import IdNotValid, id_text, parse_id
from arrears.core.problems import AnswerIsNo
from arrears.core.sql import quoted
from arrears.engine.case_reports import keeping
from arrears.engine.erasure_register import Erasure, publish_to_backups, register, registered
from arrears.engine.home import Home
from arrears.engine.use_cases import restricting, standing
from arrears.engine.use_cases.books import pool_purpose
from arrears.engine.use_cases.evidence import store_of
from arrears.engine.use_cases.finding import namespaces
from arrears.engine.use_cases.reading import portfolios
from arrears.engine.use_cases.restricting import Restriction
from arrears.engine.use_cases.standing import EvidenceStanding
from arrears.intake.book.forgetting import forget_people
from arrears.intake.book.identities import CONTACT_FIELDS, PARTY_FIELDS
from arrears.intake.book.layout import batch_files
from arrears.intake.book.pool import forget_rows
from arrears.record.retention.verdicts import OPEN_CASE

__all__ = ["DebtOpen", "Erased", "ErasureOutcome", "ErasureReason", "NoSuchPerson", "erase", "erase_people", "find_person", "finish_erasures"]


@dataclass(frozen=True, slots=True)
class Erased:
    """What was removed where. Nothing personal is in it."""

    people: int
    pool_rows: int
    book_files: int
    reports: int
    letters: int
    evidence: int


@dataclass(frozen=True, slots=True)
class ErasureOutcome:
    """What became of a request to erase one person: erased, or restricted to storage."""

    party_id: int
    erased: Erased | None
    restriction: Restriction | None


class NoSuchPerson(AnswerIsNo):
    """Nobody of this institution is known by that id or number, or they were erased."""


class DebtOpen(AnswerIsNo):
    """The purpose has not ended: a debt is open."""


def find_person(home: Home, institution_id: int, typed: str) -> int:
    """Who is meant by this person's id, case id, or customer or account number with the lender?

    Raises:
        NoSuchPerson: nobody who can still be opened.
    """
    with acting_for(institution_id):
        try:
            identifier = parse_id(typed)
        except IdNotValid:
            return _by_number(home, institution_id, typed)
        case = load.case(identifier)
        party = case.party_id if case else identifier
        if not case and party not in load.people_with_keys()["party_id"].to_pylist() and not load.erasures(party):
            raise _nobody()
    return party


def _by_number(home: Home, institution_id: int, typed: str) -> int:
    identities = Identities(institution_id, institution_key(institution_id))
    for namespace in namespaces(home, institution_id):
        party = identities.resolve("party", namespace, pa.array([typed], pa.string()))[0].as_py()
        if party:
            return int(party)
    raise _nobody()


def _nobody() -> NoSuchPerson:
    return NoSuchPerson("Nobody is known by that.", "Nothing was changed.", "Give the id of the person or of a case, or the lender's whole customer number.")


def erase(home: Home, institution_id: int, party_id: int, reason: ErasureReason, at: datetime, actor: str) -> ErasureOutcome:
    """Erase this person, or restrict them to storage where a duty or a legal hold keeps the data. Repeating it completes it.

    Raises:
        DebtOpen: a debt is open and the reason does not override it.
        NoSuchPerson: no person of this institution.
        Busy: an import into one of the books is at work.
    """
    on = at.astimezone().date()
    with acting_for(institution_id):
        stands = standing.of_person(home, institution_id, party_id, on, ends_purpose=not reason.needs_ended_purpose)
        gone = bool(load.erasures(party_id))
    if not gone and any(verdict.rule == OPEN_CASE for verdict in stands.verdicts.values()):
        raise DebtOpen("A debt of this person is open, so the purpose of keeping the data has not ended.",
                       "Nothing was erased and nothing was restricted.",
                       "Close the case first. If it is the wrong person, the data was unlawful or an authority ordered it, say so with --reason.")
    if gone or stands.may_be_erased or (reason is ErasureReason.ORDERED and not stands.is_held):
        return ErasureOutcome(party_id, erase_people(home, institution_id, {party_id: reason}, at=at, actor=actor), None)
    delete_evidence(home, institution_id, party_id, [one for one in stands.evidence if one.verdict.may_be_erased], at=at, actor=actor)
    keeping.forget_people(home.reports, [] if stands.is_held else [party_id])
    return ErasureOutcome(party_id, None, restricting.restrict(home, institution_id, stands, reason, at=at, actor=actor))


def erase_people(
    home: Home, institution_id: int, people: dict[int, ErasureReason], *, at: datetime, actor: str, keys_at_hand: bool = True
) -> Erased:
    """Erase all of these, whatever keeps them: who calls has judged. Each book is written anew once for all.

    Args:
        keys_at_hand: False where the envelope key is missing: then nobody can look through the error pool for a name.
    """
    register(home, [Erasure(at, party, institution_id, reason) for party, reason in sorted(people.items())])
    vault = default_vault() if keys_at_hand else None
    with acting_for(institution_id):
        values = _values_of(home, institution_id, people, vault) if vault else []
    rows = _forget_in_pools(home, institution_id, values, vault)
    files = _forget_in_books(home, institution_id, people)
    reports = keeping.forget_people(home.reports, people)
    evidence = _forget_evidence(home, institution_id, people)
    letters = sum(_remove_folder(home.letters / id_text(party)) for party in people)
    with acting_for(institution_id):
        for party, reason in sorted(people.items()):
            if not load.erasures(party):
                append(PersonErased(party, at.astimezone().date(), reason), actor=actor, at=at, cause="erasure")
            erase_party_identity(party)
    publish_to_backups(home)
    return Erased(len(people), rows, files, reports, letters, evidence)


def finish_erasures(home: Home, institution_id: int, *, at: datetime, actor: str, keys_at_hand: bool = True) -> Erased | None:
    """Erase everybody in the register who can still be opened: begun and not finished, or come back with a restore. None where there is nobody."""
    with acting_for(institution_id):
        there = set(load.people_with_keys()["party_id"].to_pylist())
    left = {one.party_id: one.reason for one in registered(home) if one.institution_id == institution_id and one.party_id in there}
    return erase_people(home, institution_id, left, at=at, actor=actor, keys_at_hand=keys_at_hand) if left else None


def _values_of(home: Home, institution_id: int, people: Iterable[int], vault: Vault) -> list[str]:
    """Names, numbers and contact values of these people, from every batch and the id map: by these the error pool is searched."""
    ids = pa.array(sorted(people), pa.int64())
    found: set[str] = set()
    for book in portfolios(home, institution_id):
        for table, what in (("parties", PARTY_FIELDS), ("contact_points", CONTACT_FIELDS)):
            for party, sealed in _sealed_rows(book.folder, table, ids):
                (opened,) = vault.unseal_many(pa.array([party], pa.int64()), pa.array([sealed], pa.binary()), what).to_pylist()
                found |= set(_texts(json.loads(opened))) if opened else set()
    return sorted(found | set(load.numbers_of(ids.to_pylist())))


def _sealed_rows(book: Path, table: str, ids: pa.Array) -> list[tuple[int, bytes]]:
    files = batch_files(book, table)
    if not files:
        return []
    with duckdb.connect() as duck:
        duck.register("people", pa.table({"party_id": ids}))
        listed = ", ".join(map(quoted, files))
        return duck.execute(f"SELECT DISTINCT party_id, sealed FROM read_parquet([{listed}]) SEMI JOIN people USING (party_id) WHERE sealed IS NOT NULL").fetchall()


def _texts(value: Any) -> Iterable[str]:
    """Every text in an opened JSON value."""
    if isinstance(value, str):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _texts(inner)


def _forget_in_pools(home: Home, institution_id: int, values: Sequence[str], vault: Vault | None) -> int:
    if vault is None:
        return 0
    purpose = pool_purpose(institution_id)
    pools = sorted(folder for folder in home.pool.glob("*") if (folder / "pool.json").exists()) if values and home.pool.is_dir() else []
    return sum(forget_rows(pool, values, lambda sealed: vault.unwrap(sealed, purpose), lambda plain: vault.wrap(plain, purpose)) for pool in pools)


def _forget_in_books(home: Home, institution_id: int, people: Iterable[int]) -> int:
    return sum(forget_people(book.folder, people).files for book in portfolios(home, institution_id))


def _forget_evidence(home: Home, institution_id: int, people: Iterable[int]) -> int:
    """The bytes of all evidence of these people, deleted or not before; what a locked bucket keeps is noise without the key."""
    store = store_of(home, institution_id)
    with acting_for(institution_id):
        addresses = [kept.address for party in sorted(people) for kept in load.evidence_of_party(party)]
    return sum(store.delete(address) for address in addresses)


def delete_evidence(home: Home, institution_id: int, party_id: int, evidence: Sequence[EvidenceStanding], *, at: datetime, actor: str) -> None:
    """Delete the bytes of these pieces whose time is over; the entries stay. The fact first: a kill in between leaves bytes that the next sweep takes."""
    if not evidence:
        return
    with acting_for(institution_id):
        for one in evidence:
            append(EvidenceDeleted(one.evidence_id, party_id, one.verdict.rule, at.astimezone().date()), actor=actor, at=at, cause="retention")
    store = store_of(home, institution_id)
    for one in evidence:
        store.delete(one.address)


def _remove_folder(folder: Path) -> int:
    count = sum(1 for file in folder.glob("*") if file.is_file()) if folder.is_dir() else 0
    shutil.rmtree(folder, ignore_errors=True)
    return count
