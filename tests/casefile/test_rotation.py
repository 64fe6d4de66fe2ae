"""Can keys be replaced while imports and pages go on, and does nobody get a second id?"""

from __future__ import annotations

import base64
import threading
from collections.abc import Callable
from contextlib import contextmanager

import pyarrow as pa
import pytest
from django.db import connections

from tests.casefile.conftest import AT, identities, query

OLD, NEW, NEWEST = (bytes([number]) * 32 for number in (1, 2, 3))


def in_environment(monkeypatch, *keys: bytes) -> None:
    monkeypatch.setenv("ARREARS_ENVELOPE_KEY", ",".join(base64.b64encode(key).decode() for key in keys))


@contextmanager
def others_at_work(*works: Callable[[int], None]):
    """Each of these is done over and over in a thread of its own, with the round's number, while the block runs; what they raise is raised here."""
    stop, troubles = threading.Event(), []

    def over_and_over(work: Callable[[int], None]) -> None:
        turn = 0
        try:
            while not stop.is_set() or turn < 3:
                work(turn)
                turn += 1
        except BaseException as trouble:
            troubles.append(trouble)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=over_and_over, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join(timeout=60)
    assert not troubles, troubles


def rewrapped(store) -> int:
    """One whole pass over everything that is wrapped."""
    from arrears.casefile.store import rotation

    rotation.wait_for_older_writers()
    vault = store.vault.default_vault()
    return sum(rotation.rewrap_people(vault)) + rotation.rewrap_the_rest(vault)


def test_wrapped_keys_name_their_envelope_key_and_the_first_form_still_opens(store):
    from arrears.casefile.store.vault import Vault, key_id_of, keys_of, wrapped_under

    vault = Vault(keys_of(NEW, [OLD]))
    wrapped = vault.wrap(b"k" * 32, b"party:5:key")
    assert wrapped_under(wrapped) == key_id_of(NEW) and vault.unwrap(wrapped, b"party:5:key") == b"k" * 32
    first_form = store.vault._seal(store.vault.AESGCM(OLD), b"k" * 32, b"party:5:key", bytes(12))
    assert wrapped_under(first_form) == "" and vault.unwrap(first_form, b"party:5:key") == b"k" * 32
    with pytest.raises(store.vault.Unreadable, match=key_id_of(NEW)):
        Vault(OLD).unwrap(wrapped, b"party:5:key")
    with pytest.raises(store.vault.Unreadable):
        vault.unwrap(wrapped, b"party:6:key")


def test_imports_and_pages_go_on_while_the_envelope_key_is_replaced(store, monkeypatch):
    from arrears.casefile.store import rotation
    from arrears.intake.book.keeper import StoreKeeper

    monkeypatch.setattr(rotation, "BATCH_ROWS", 40)
    in_environment(monkeypatch, OLD)
    bank = store.institution.create_institution("Bank whose key is replaced")
    keeper = StoreKeeper(bank, store.institution.institution_key(bank), store.vault.default_vault())  # made before, used to the end, as in a long import
    known = keeper.resolve_or_create("party", "core", pa.array([f"C-{n}" for n in range(300)]))
    sealed = keeper.seal_many(known, pa.array(["李雷"] * 300), "name")

    def importing(turn: int) -> None:
        fresh = keeper.resolve_or_create("party", "core", pa.array([f"new-{turn}-{n}" for n in range(20)]))
        keeper.seal_many(fresh, pa.array(["韩梅梅"] * 20), "name")
        assert keeper.resolve_or_create("party", "core", pa.array([f"C-{n}" for n in range(300)])).equals(known)

    def reading(_turn: int) -> None:
        with store.institution.acting_for(bank):
            opened = store.vault.default_vault().unseal_many(known, sealed, "name")
        assert opened.cast(pa.string()).to_pylist() == ["李雷"] * 300

    with others_at_work(importing, reading):
        for current, *older in ((NEW, OLD), (NEWEST, NEW, OLD)):
            in_environment(monkeypatch, current, *older)
            assert rewrapped(store) >= 300
    assert {one.key_id for one in rotation.census() if one.count} == {store.vault.key_id_of(NEWEST)}
    in_environment(monkeypatch, NEWEST)  # the older keys are gone, and nobody misses them
    reading(0)
    with store.institution.acting_for(bank):
        assert identities(store, bank).number_of("party", known[:2]).to_pylist() == ["C-0", "C-1"]


def test_imports_and_pages_go_on_while_the_key_of_numbers_is_replaced_and_nobody_gets_a_second_id(store, bank, monkeypatch):
    from arrears.casefile.store import rotation
    from arrears.intake.book.keeper import StoreKeeper

    monkeypatch.setattr(rotation, "BATCH_ROWS", 50)
    first, vault = store.institution.institution_key(bank), store.vault.default_vault()
    keeper = StoreKeeper(bank, first, vault)
    numbers = pa.array([f"C-{n}" for n in range(400)])
    people = keeper.resolve_or_create("party", "core", numbers)
    accounts = keeper.resolve_or_create("account", "core", numbers, people)
    payments = keeper.keyed_id("payment", "core", numbers)

    def importing(turn: int) -> None:
        assert keeper.resolve_or_create("party", "core", numbers).equals(people)
        assert keeper.resolve_or_create("account", "core", numbers, people).equals(accounts)
        fresh = pa.array([f"new-{turn}-{n}" for n in range(10)])
        assert keeper.resolve_or_create("party", "core", fresh).equals(keeper.resolve("party", "core", fresh))

    def searching(_turn: int) -> None:
        with store.institution.acting_for(bank):
            asked = identities(store, bank)
            assert asked.resolve("party", "core", numbers).equals(people) and asked.resolve("account", "core", numbers).equals(accounts)

    with others_at_work(importing, searching):
        for _ in range(3):
            with store.institution.acting_for(bank):
                number = store.institution.new_hash_key(bank, "numbers", AT)
            last = -1
            while last is not None:
                last = rotation.rehash_batch(bank, first, ["other system", "core"], last, vault).last
            assert rotation.numbers_under_older_keys(bank, first) == 0
            with store.institution.acting_for(bank):
                store.institution.retire_hash_keys(bank, "numbers", number)
    assert keeper.keyed_id("payment", "core", numbers).equals(payments)
    with store.institution.acting_for(bank):
        assert query(store, "SELECT count(*) - count(DISTINCT sealed_number), min(hmac_key), max(hmac_key) FROM id_map") == [(0, 4, 4)]
        assert query(store, "SELECT key_no, oldest_in_use FROM institution_keys") == [(4, 4)]
        assert identities(store, bank).number_of("account", accounts[:2]).to_pylist() == ["C-0", "C-1"]


def test_a_number_of_an_unknown_system_keeps_its_old_hash_and_is_found_all_the_same(store, bank):
    from arrears.casefile.store import rotation

    first, vault = store.institution.institution_key(bank), store.vault.default_vault()
    with store.institution.acting_for(bank):
        person = identities(store, bank).resolve_or_create("party", "forgotten", pa.array(["C-1"]))
        store.institution.new_hash_key(bank, "numbers", AT)
    assert rotation.rehash_batch(bank, first, ["core"], -1, vault).changed == 0
    assert rotation.numbers_under_older_keys(bank, first) == 1
    with store.institution.acting_for(bank):
        assert identities(store, bank).resolve_or_create("party", "forgotten", pa.array(["C-1"])).equals(person)
    assert rotation.rehash_batch(bank, first, ["forgotten"], -1, vault).changed == 1


def test_a_person_erased_while_keys_are_wrapped_anew_stays_erased(store, bank, person):
    with store.institution.acting_for(bank):
        before = bytes(query(store, "SELECT wrapped_key FROM party_keys WHERE party_id = %s", person)[0][0])
        anew = store.vault.default_vault().wrap(bytes(32), store.vault.party_purpose(person))
        assert store.identity.erase_party_identity(person)
        assert query(store, "SELECT rewrap_party_keys(%s::bigint[], %s::bytea[], %s::bytea[])", [person], [before], [anew]) == [(0,)]
        assert query(store, "SELECT count(*) FROM party_keys WHERE party_id = %s", person) == [(0,)]


def test_a_key_is_never_replaced_by_something_that_is_no_wrapped_key(store, bank, person):
    with store.institution.acting_for(bank):
        before = bytes(query(store, "SELECT wrapped_key FROM party_keys WHERE party_id = %s", person)[0][0])
        for wrong in (b"", bytes(65), before[:-1], b"\x01" + before[1:]):
            if wrong:
                assert query(store, "SELECT rewrap_party_keys(%s::bigint[], %s::bytea[], %s::bytea[])", [person], [before], [wrong]) == [(0,)]
        assert query(store, "SELECT rewrap_party_keys(%s::bigint[], %s::bytea[], %s::bytea[])", [person], [bytes(65)], [before]) == [(0,)]


def test_secrets_of_the_second_factor_come_under_the_new_key_too(store, monkeypatch):
    from allauth.mfa.models import Authenticator

    from arrears.casefile.store import rotation
    from arrears.site.signing_in import SealedSecondFactor

    in_environment(monkeypatch, OLD)
    user = store.users.create_user("lin", "four quiet words here", role="manager", institution_id=None)
    Authenticator.objects.create(user=user, type="totp", data={"secret": SealedSecondFactor().encrypt("JBSWY3DPEHPK3PXP")})
    Authenticator.objects.create(user=user, type="recovery_codes", data={"migrated_codes": [SealedSecondFactor().encrypt("abcd efgh")], "used_mask": 0, "note": "plain"})
    in_environment(monkeypatch, NEW, OLD)
    rewrapped(store)
    in_environment(monkeypatch, NEW)
    secrets = {one.type: one.data for one in Authenticator.objects.all()}
    assert SealedSecondFactor().decrypt(secrets["totp"]["secret"]) == "JBSWY3DPEHPK3PXP"
    assert SealedSecondFactor().decrypt(secrets["recovery_codes"]["migrated_codes"][0]) == "abcd efgh" and secrets["recovery_codes"]["note"] == "plain"
    assert {one.key_id for one in rotation.census() if one.place == rotation.SECOND_FACTORS} == {store.vault.key_id_of(NEW)}
