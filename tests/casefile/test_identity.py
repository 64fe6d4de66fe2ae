"""Is a number found again, kept from other eyes, and gone when the person is erased?"""

from __future__ import annotations

import pyarrow as pa
import pytest

from arrears.core.problems import AnswerIsNo
from tests.casefile.conftest import dispute, identities, opening, query, record


def test_a_number_has_the_same_id_tomorrow_and_another_name_space_another_id(store, bank):
    with store.institution.acting_for(bank):
        known = identities(store, bank)
        first = known.resolve_or_create("party", "core", pa.array(["A", "B", None, "A"]))
        assert first[0] == first[3] and first[0] != first[1] and first[2].as_py() is None
        assert known.resolve_or_create("party", "core", pa.array(["B", "C", "A"])).to_pylist()[::2] == [first[1].as_py(), first[0].as_py()]
        assert known.resolve("party", "cards", pa.array(["A"])).to_pylist() == [None]
        assert known.number_of("party", first).to_pylist() == ["A", "B", None, "A"]


def test_accounts_belong_to_one_person(store, bank, person):
    with store.institution.acting_for(bank):
        known = identities(store, bank)
        accounts = known.resolve_or_create("account", "core", pa.array(["K1", "K2"]), pa.array([person, person]))
        assert known.number_of("account", accounts).to_pylist() == ["K1", "K2"]
        other = known.resolve_or_create("party", "core", pa.array(["D"]))[0].as_py()
        with pytest.raises(AnswerIsNo, match="no one person"):
            known.resolve_or_create("account", "core", pa.array(["K3", "K3"]), pa.array([person, other]))


def test_the_hash_in_columns_is_hmac_sha256(store, bank):
    key = store.institution.institution_key(bank)
    with store.institution.acting_for(bank):
        known = identities(store, bank)
        known.resolve_or_create("party", "o'core", pa.array(["逾期-'1"]))
        assert query(store, "SELECT number_hmac FROM id_map") == [(store.identity.hashed_number(key, "party", "o'core", "逾期-'1"),)]
        wanted = store.identity.hashed_number(key, "payment", "core", "P1").int >> 64 & (2**63 - 1)
        assert known.keyed_id("payment", "core", pa.array(["P1"])).to_pylist() == [wanted]


def test_one_institution_does_not_find_anothers_number(store, bank, other_bank, person):
    with store.institution.acting_for(other_bank):
        assert identities(store, other_bank).resolve("party", "core", pa.array(["C-1"])).to_pylist() == [None]
        with pytest.raises(AssertionError, match="another institution"):
            identities(store, bank).resolve("party", "core", pa.array(["C-1"]))


def test_an_erased_person_cannot_be_found_or_read_and_the_chain_still_verifies(store, bank, person):
    event, hold = opening(store, person), dispute(store, person, "ill")
    record(store, bank, event, hold)
    with store.institution.acting_for(bank):
        known, vault = identities(store, bank), store.vault.default_vault()
        account = known.resolve_or_create("account", "core", pa.array(["K1"]), pa.array([person]))
        sealed = vault.seal(person, b"Zhang San", "name")
        assert store.identity.erase_party_identity(person) is True
        assert store.identity.erase_party_identity(person) is False
        assert known.resolve("party", "core", pa.array(["C-1"])).to_pylist() == [None]
        assert known.resolve("account", "core", pa.array(["K1"])).to_pylist() == known.number_of("account", account).to_pylist() == [None]
        with pytest.raises(store.vault.Unreadable):
            vault.unseal(person, sealed, "name")
        assert store.load.holds(person)[0].reason == store.load.ERASED
        assert store.load.verify_chain(person) == store.load.verify_chain(event.case_id) == []
        salts = query(store, "SELECT salts, personal_positions FROM journal_salts WHERE party_id = %s AND personal_positions <> ''", person)
        assert bytes(salts[0][0])[48:64] == bytes(16) and any(bytes(salts[0][0])[:48])


def test_another_institution_cannot_erase_a_person(store, bank, other_bank, person):
    with store.institution.acting_for(other_bank):
        assert store.identity.erase_party_identity(person) is False
    with store.institution.acting_for(bank):
        assert identities(store, bank).resolve("party", "core", pa.array(["C-1"])).to_pylist() == [person]
