"""From an entry that was written to a head that nobody can contradict: numbers, tiles, heads, time-stamps, and what a superuser tries."""

from __future__ import annotations

import os
import threading
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from django.db import DatabaseError, connection

from arrears.engine.use_cases.record_checking import check_record
from arrears.engine.use_cases.record_keeping import Keeper, heads_file, record_state
from arrears.record.journal import checking, heads, merkle, nodes, sealing, signing, timestamps
from tests.casefile.conftest import dispute, opening, query, record
from tests.time_stamp_authority import running_authority

AT = datetime(2026, 1, 6, 3, 0, tzinfo=UTC)


def silent(*_: object) -> None:
    """Nobody looks."""


def written(store, bank, person, count: int) -> None:
    """So many entries, half in the person's chain, half in chains of their own."""
    for start in range(0, count, 50):
        record(store, bank, *(dispute(store, person) if i % 2 else opening(store, person) for i in range(start, min(start + 50, count))))


@pytest.fixture
def keeper(store, bank, home_of_tests) -> Keeper:
    if not home_of_tests.signing_key.exists():
        signing.make_signing_key(home_of_tests.signing_key)
    return Keeper(home_of_tests, bank, signing.load_signer(home_of_tests.signing_key))


def kinds(home, bank) -> set[str]:
    return {finding.kind for finding in check_record(home, bank, {}, AT, silent).findings}


def test_an_entry_waits_from_its_transaction_on_and_is_numbered_from_zero_without_gaps(store, bank, person):
    with store.institution.acting_for(bank):
        assert sealing.waiting().entries == 0
    written(store, bank, person, 7)
    with store.institution.acting_for(bank):
        waits = sealing.waiting()
        assert waits.entries == 7
        assert not waits.alarms
    assert sealing.seal(bank) == 7
    assert sealing.seal(bank) == 0
    written(store, bank, person, 3)
    assert sealing.seal(bank) == 3
    with store.institution.acting_for(bank):
        assert [number for (number,) in query(store, "SELECT number FROM sealed_entries ORDER BY number")] == list(range(10))
        assert nodes.log_size() == 10


def test_within_a_chain_numbers_follow_the_order_in_which_entries_were_written(store, bank, person):
    written(store, bank, person, 40)
    sealing.seal(bank)
    with store.institution.acting_for(bank):
        rows = query(store, "SELECT e.position FROM sealed_entries s JOIN journal_entries e USING (entry_id) WHERE e.chain = %s ORDER BY s.number", person)
    assert [position for (position,) in rows] == list(range(1, 21))


def test_each_institution_has_a_log_of_its_own(store, bank, other_bank, person):
    written(store, bank, person, 4)
    assert sealing.seal(other_bank) == 0
    assert sealing.seal(bank) == 4


def test_entries_of_a_transaction_that_is_undone_never_wait(store, bank, person):
    with pytest.raises(RuntimeError, match="undone"), store.institution.acting_for(bank):
        store.append.append(dispute(store, person), actor="lin", at=AT, cause="call")
        raise RuntimeError("undone")
    assert sealing.seal(bank) == 0


def test_an_entry_that_waits_for_more_than_a_minute_raises_an_alarm(store, bank, person, postgres_server):
    written(store, bank, person, 1)
    with psycopg.connect(postgres_server[1].superuser_url("arrears"), autocommit=True) as superuser:
        superuser.execute("UPDATE unsealed_entries SET since = since - interval '61 seconds'")
    assert record_state(bank).needs_somebody


@pytest.mark.parametrize("statement", [
    "INSERT INTO sealed_entries (institution_id, number, entry_id, entry_hash) VALUES ({bank}, 99, 1, '\\x00')",
    "DELETE FROM sealed_entries", "UPDATE sealed_entries SET number = number + 1", "DELETE FROM unsealed_entries",
    "INSERT INTO unsealed_entries (institution_id, entry_id, since) VALUES ({bank}, 1, now())",
    "UPDATE tree_heads SET size = 1", "DELETE FROM tree_heads", "DELETE FROM time_stamps", "UPDATE log_tiles SET tile = 9",
])
def test_the_application_can_neither_number_nor_unqueue_nor_change_what_was_signed(store, bank, person, statement):
    written(store, bank, person, 2)
    sealing.seal(bank)
    with pytest.raises(DatabaseError, match="permission denied"), store.institution.acting_for(bank):
        query(store, statement.format(bank=bank))


def test_roots_and_proofs_from_stored_tiles_are_those_of_the_tree_in_memory(store, bank, person, monkeypatch):
    monkeypatch.setattr(sealing, "CHUNK_ENTRIES", 170)  # chunks that end inside tiles
    written(store, bank, person, 600)
    sealing.seal(bank)
    with store.institution.acting_for(bank):
        leaves = [merkle.leaf_hash(bytes(h)) for (h,) in query(store, "SELECT entry_hash FROM sealed_entries ORDER BY number")]
        whole = merkle.tree_over(leaves)
        for size in (1, 255, 256, 257, 511, 512, 600):
            stored = nodes.StoredNodes(size)
            assert merkle.root(stored, size) == merkle.root(whole, size)
            assert merkle.inclusion_proof(stored, size - 1, size) == merkle.inclusion_proof(whole, size - 1, size)
        stored = nodes.StoredNodes(600)
        stored.preload(range(0, 600, 7))
        assert merkle.consistency_proof(stored, 257, 600) == merkle.consistency_proof(whole, 257, 600)


def test_tiles_at_every_height_are_written_once_and_give_the_roots_of_the_tree_in_memory(store, bank, monkeypatch):
    """With tiles of four hashes a log of a few hundred entries has four heights of them."""
    monkeypatch.setattr(nodes, "TILE", 4)
    monkeypatch.setattr(sealing, "TILE", 4)
    monkeypatch.setattr(nodes, "_HEIGHT", 2)
    leaves: list[bytes] = []
    with store.institution.acting_for(bank):
        for count in (1, 2, 3, 6, 61, 100, 127):
            fresh = [bytes([len(leaves) % 251, i]) * 16 for i in range(count)]
            _sealed_by_hand(store, bank, len(leaves), fresh)
            sealing._complete_tiles(len(leaves), [merkle.leaf_hash(entry) for entry in fresh])
            leaves += [merkle.leaf_hash(entry) for entry in fresh]
            whole = merkle.tree_over(leaves)
            assert all(merkle.root(nodes.StoredNodes(size), size) == merkle.root(whole, size) for size in {1, len(leaves) // 2 or 1, len(leaves)})
        assert query(store, "SELECT max(level) FROM log_tiles") == [(3,)]


def _sealed_by_hand(store, bank, first: int, hashes: list[bytes]) -> None:
    """Numbered entries without the rest: only a superuser can."""
    from django.conf import settings

    assert settings.configured
    with psycopg.connect(os.environ["ARREARS_TEST_SUPERUSER"], autocommit=True) as superuser:
        superuser.execute("SET session_replication_role = replica")
        superuser.cursor().executemany(
            "INSERT INTO sealed_entries (institution_id, number, entry_id, entry_hash) VALUES (%s, %s, %s, %s)",
            [(bank, first + i, store.ids.random_id(), entry) for i, entry in enumerate(hashes)])


@pytest.fixture(autouse=True)
def superuser_of_tests(postgres_server, monkeypatch):
    monkeypatch.setenv("ARREARS_TEST_SUPERUSER", postgres_server[1].superuser_url("arrears"))


def test_a_head_is_signed_once_a_minute_and_only_where_something_was_added(store, bank, person, keeper):
    written(store, bank, person, 3)
    first = keeper.tick(AT)
    assert (first.sealed, first.head.size) == (3, 3)
    written(store, bank, person, 1)
    assert keeper.tick(AT + timedelta(seconds=59)).head is None
    second = keeper.tick(AT + timedelta(seconds=60))
    assert second.head.size == 4
    assert keeper.tick(AT + timedelta(seconds=120)).head is None
    with store.institution.acting_for(bank):
        keys = signing.public_keys()
        assert [heads.signature_holds(head, keys) for head in heads.heads()] == [True, True]
    assert [head.line for head in heads_file(keeper.home, bank).read()] == [first.head.line, second.head.line]


def test_a_head_that_was_signed_but_not_written_to_the_file_before_a_crash_is_written_by_the_next(store, bank, person, keeper):
    written(store, bank, person, 2)
    keeper.tick(AT)
    path = heads_file(keeper.home, bank).path
    whole = path.read_bytes()
    path.write_bytes(whole[:50])  # the machine stopped in the middle of the line
    written(store, bank, person, 1)
    keeper.tick(AT + timedelta(minutes=2))
    assert [head.size for head in heads_file(keeper.home, bank).read()] == [2, 3]
    assert kinds(keeper.home, bank) == set()


def test_a_head_under_a_foreign_key_or_for_another_purpose_is_no_head_of_ours(store, bank, person, keeper):
    written(store, bank, person, 2)
    head = keeper.tick(AT).head
    with store.institution.acting_for(bank):
        keys = signing.public_keys()
    assert heads.signature_holds(head, keys)
    assert not heads.signature_holds(head, {head.key_id: bytes(32)})
    assert not signing.is_signed(keys[head.key_id], head.signature, b"arrears manifest v1", head.line)


TAMPERINGS = {
    "deletes an entry and its number": ("DELETE FROM journal_entries WHERE entry_id = {entry}; DELETE FROM sealed_entries WHERE entry_id = {entry}", {"gap", "rewritten"}),
    "deletes an entry": ("DELETE FROM journal_entries WHERE entry_id = {entry}", {"missing"}),
    "changes an entry's hash": ("UPDATE journal_entries SET entry_hash = sha256(entry_hash) WHERE entry_id = {entry}", {"altered", "rewritten"}),
    "changes an entry's hash and the sealed copy": (
        "UPDATE journal_entries SET entry_hash = sha256(entry_hash) WHERE entry_id = {entry}; "
        "UPDATE sealed_entries SET entry_hash = sha256(entry_hash) WHERE entry_id = {entry}", {"rewritten"}),
    "swaps two numbers": (
        "UPDATE sealed_entries SET number = -1 WHERE number = 3; UPDATE sealed_entries SET number = 3 WHERE number = 4; UPDATE sealed_entries SET number = 4 WHERE number = -1",
        {"rewritten"}),
    "deletes the tail": (
        "DELETE FROM journal_entries WHERE entry_id IN (SELECT entry_id FROM sealed_entries WHERE number >= 6); DELETE FROM sealed_entries WHERE number >= 6", {"cut_off"}),
    "deletes the tail and every head that knew it": (
        "DELETE FROM journal_entries WHERE entry_id IN (SELECT entry_id FROM sealed_entries WHERE number >= 6); DELETE FROM sealed_entries WHERE number >= 6; "
        "DELETE FROM tree_heads", {"cut_off", "head_missing"}),
    "takes an entry out of the queue": ("DELETE FROM unsealed_entries", {"not_sealed"}),
    "writes a head of their own": ("UPDATE tree_heads SET root = sha256(root)", {"forged", "rewritten", "head_missing"}),
}


@pytest.mark.parametrize("story", TAMPERINGS)
def test_a_superuser_who_goes_past_the_triggers_is_found_out_by_the_next_proof(store, bank, person, keeper, postgres_server, story):
    written(store, bank, person, 10)
    keeper.tick(AT)
    assert kinds(keeper.home, bank) == set()
    statements, found = TAMPERINGS[story]
    if "unsealed" in statements:
        written(store, bank, person, 1)
    with store.institution.acting_for(bank):
        ((entry,),) = query(store, "SELECT entry_id FROM sealed_entries WHERE number = 5")
    with psycopg.connect(postgres_server[1].superuser_url("arrears"), autocommit=True) as superuser:
        superuser.execute("SET session_replication_role = replica")
        for statement in statements.split("; "):
            superuser.execute(statement.format(entry=entry))
    assert kinds(keeper.home, bank) >= found
    assert record_state(bank).needs_somebody


@pytest.mark.parametrize("table", ["holds", "case_events"])
def test_an_entry_that_has_no_fact_when_it_is_sealed_raises_an_alarm(store, bank, person, postgres_server, table):
    written(store, bank, person, 4)
    with psycopg.connect(postgres_server[1].superuser_url("arrears"), autocommit=True) as superuser:
        superuser.execute("SET session_replication_role = replica")
        superuser.execute(f"DELETE FROM {table} WHERE fact_id = (SELECT min(fact_id) FROM {table})")
    assert sealing.seal(bank) == 4
    assert [kind for _, kind, _ in record_state(bank).alarms] == ["fact"]


def test_the_signer_refuses_to_sign_over_a_rewritten_history_and_says_so(store, bank, person, keeper, postgres_server):
    written(store, bank, person, 4)
    keeper.tick(AT)
    with psycopg.connect(postgres_server[1].superuser_url("arrears"), autocommit=True) as superuser:
        superuser.execute("SET session_replication_role = replica")
        superuser.execute("UPDATE sealed_entries SET entry_hash = sha256(entry_hash) WHERE number = 1")
    written(store, bank, person, 1)
    kept = keeper.tick(AT + timedelta(minutes=1))
    assert kept.head is None
    assert "not those over which the head" in kept.alarm
    assert [kind for _, kind, _ in record_state(bank).alarms] == ["rewritten"]


@pytest.mark.peer
@pytest.mark.parametrize("kind", ["rsa", "ec"])
def test_a_head_is_time_stamped_by_an_authority_of_its_own_clock(store, bank, person, keeper, tmp_path, kind):
    with running_authority(tmp_path / "tsa", kind=kind) as authority:
        environ = {timestamps.URL_VARIABLE: authority.url, timestamps.ROOTS_VARIABLE: str(authority.root_file)}
        keeper.authority = timestamps.authority_of(environ)
        now = datetime.now(UTC)
        written(store, bank, person, 2)
        assert keeper.tick(now).stamped
        written(store, bank, person, 1)
        assert not keeper.tick(now + timedelta(minutes=30)).stamped
        assert keeper.tick(now + timedelta(hours=2)).stamped
        assert len(authority.asked) == 2
        checked = check_record(keeper.home, bank, environ, AT, silent)
        assert (checked.stamps, checked.findings) == (2, ())
    with store.institution.acting_for(bank):
        stamp = timestamps.stamps()[0]
        assert abs(stamp.stamped_at - now) < timedelta(seconds=60)
        assert not timestamps.stamp_holds(stamp.token, b"another line", keeper.authority.roots)


@pytest.mark.peer
@pytest.mark.parametrize("answer", [b"", b"<html>busy</html>", b"\x30\x03\x02\x01\x00"])
def test_an_authority_that_answers_nonsense_gets_no_stamp_and_is_asked_again(store, bank, person, keeper, tmp_path, answer):
    with running_authority(tmp_path / "tsa") as authority:
        keeper.authority = timestamps.authority_of({timestamps.URL_VARIABLE: authority.url, timestamps.ROOTS_VARIABLE: str(authority.root_file)})
        authority.answer = answer
        now = datetime.now(UTC)
        written(store, bank, person, 2)
        kept = keeper.tick(now)
        assert (kept.stamped, kept.head.size) == (False, 2)
        assert "does not hold" in kept.alarm
        authority.answer = None
        assert keeper.tick(now + timedelta(minutes=1)).stamped


@pytest.mark.peer
def test_an_authority_whose_root_we_do_not_trust_is_refused(store, bank, person, keeper, tmp_path):
    with running_authority(tmp_path / "tsa") as authority, running_authority(tmp_path / "other", name="Somebody else") as other:
        keeper.authority = timestamps.authority_of({timestamps.URL_VARIABLE: authority.url, timestamps.ROOTS_VARIABLE: str(other.root_file)})
        written(store, bank, person, 1)
        assert not keeper.tick(datetime.now(UTC)).stamped


def test_two_sealers_and_many_writers_leave_no_gap_and_no_entry_behind(store, bank, person):
    """Eight writers and two sealers at once; every entry gets one number."""
    stop, troubles = threading.Event(), []

    def guarded(work):
        try:
            work()
        except Exception as trouble:
            troubles.append(trouble)
        finally:
            connection.close()

    def seals():
        while not stop.is_set():
            sealing.seal(bank)

    writers = [threading.Thread(target=guarded, args=(lambda: written(store, bank, person, 40),)) for _ in range(8)]
    sealers = [threading.Thread(target=guarded, args=(seals,)) for _ in range(2)]
    for thread in (*writers, *sealers):
        thread.start()
    for thread in writers:
        thread.join()
    stop.set()
    for thread in sealers:
        thread.join()
    sealing.seal(bank)
    assert troubles == []
    with store.institution.acting_for(bank):
        assert nodes.log_size() == 320
        checked = checking.check_log((), (), silent)
        assert (checked.entries, checked.findings) == (320, ())
        assert store.load.verify_chain(person) == []
