"""Evidence from the first hash to the last reading: kept, read, found altered, erased with its person, or stopped half-way."""

from __future__ import annotations

import hashlib
import io
import os
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from arrears.core.problems import AnswerIsNo, BadData, WrongCall
from tests.casefile.conftest import query
from tests.record.evidence.conftest import NOON, WORDS, Desk

BEIJING = timezone(timedelta(hours=8))


def loaded(desk: Desk) -> list[Any]:
    from arrears.casefile.store.institution import acting_for
    from arrears.record.evidence.keeping import kept_of, kept_of_case

    with acting_for(desk.bank):
        assert kept_of(desk.party) == kept_of_case(desk.case)
        return kept_of(desk.party)


def findings(desk: Desk, **asked: Any) -> Any:
    from arrears.casefile.store.institution import acting_for
    from arrears.record.evidence.checking import check

    with acting_for(desk.bank):
        return check(desk.evidence, **{"at": datetime.now(UTC) + timedelta(days=2), **asked})


def test_a_note_is_kept_with_what_is_known_of_it_and_what_nobody_knows_is_said(desk: Desk) -> None:
    from arrears.casefile.facts.evidence import ClockSource, EvidenceSource, unknown_capture_facts

    kept = desk.keep(captured_at=datetime(2026, 11, 23, 19, 30, tzinfo=BEIJING), clock_source=ClockSource.DEVICE, device="phone of\n the branch", operator="Lin", source=EvidenceSource.STAFF)
    assert loaded(desk) == [kept]
    assert (kept.media_type, kept.size_bytes, kept.original_sha256) == ("text/plain", len(WORDS), hashlib.sha256(WORDS).hexdigest())
    assert kept.seconds_from_capture_to_hash == 1800 and kept.device == "phone of the branch"
    assert unknown_capture_facts(kept) == ("system", "provenance")
    assert desk.keep(WORDS + b"2").captured_at is None


def test_the_stored_bytes_are_sealed_and_named_by_their_own_hash(desk: Desk) -> None:
    kept = desk.keep()
    stored = desk.file_of(kept).read_bytes()
    assert hashlib.sha256(stored).hexdigest() == kept.address
    assert WORDS not in stored and b"Friday" not in stored


def test_the_same_file_twice_has_two_addresses_and_no_hash_that_could_be_guessed(desk: Desk, store: Any) -> None:
    one, two = desk.keep(), desk.keep()
    assert one.address != two.address and one.original_sha256 == two.original_sha256
    with store.institution.acting_for(desk.bank):
        rows = query(store, "SELECT e::text FROM evidence_kept e")
        entries = query(store, "SELECT fields, encode(commitments, 'hex') FROM journal_entries WHERE name = 'evidence:kept'")
    assert all(one.original_sha256 not in row and "Call of Monday" not in row for (row,) in rows)
    assert len({commitments for _, commitments in entries}) == 2 and all(one.original_sha256 not in said for _, said in entries)


def test_each_reading_is_recorded_with_who_why_and_when_before_the_bytes_are_handed_out(desk: Desk, store: Any) -> None:
    kept = desk.keep()
    assert desk.read(kept.evidence_id, "asked for by the court", NOON + timedelta(hours=1)) == WORDS
    assert desk.read(kept.evidence_id, "shown to the customer") == WORDS
    with store.institution.acting_for(desk.bank):
        readings = store.load.evidence_read(kept.evidence_id)
        assert [(one.read_by, one.reason) for one in readings] == [("wang", "asked for by the court"), ("wang", "shown to the customer")]
        assert query(store, "SELECT recorded_at FROM journal_entries WHERE name = 'evidence:read' ORDER BY position")[0][0] == NOON + timedelta(hours=1)
        assert store.load.verify_chain(desk.party) == []


def test_a_reading_whose_transaction_fails_hands_nothing_out_and_leaves_no_entry(desk: Desk, store: Any) -> None:
    from arrears.record.evidence.keeping import read

    kept = desk.keep()
    with pytest.raises(RuntimeError), store.institution.acting_for(desk.bank):
        read(desk.evidence, kept.evidence_id, why="audit", actor="wang", at=NOON).close()
        raise RuntimeError
    with store.institution.acting_for(desk.bank):
        assert store.load.evidence_read(kept.evidence_id) == []


def test_nobody_reads_without_a_reason_or_what_another_bank_keeps(desk: Desk, store: Any, other_bank: int) -> None:
    from arrears.record.evidence.keeping import NoSuchEvidence, read

    kept = desk.keep()
    with pytest.raises(WrongCall, match="reason"):
        desk.read(kept.evidence_id, "  ")
    with store.institution.acting_for(other_bank), pytest.raises(NoSuchEvidence):
        read(desk.evidence, kept.evidence_id, why="curious", actor="eve", at=NOON)


@pytest.mark.parametrize("harm", ["altered", "cut off", "missing"])
def test_bytes_that_are_not_as_kept_are_named_and_not_handed_out(desk: Desk, harm: str, store: Any) -> None:
    from arrears.record.evidence.refusals import EvidenceAltered, EvidenceMissing

    kept = desk.keep()
    file = desk.file_of(kept)
    stored = file.read_bytes()
    if harm == "missing":
        file.unlink()
    else:
        file.write_bytes(stored[:-1] if harm == "cut off" else stored[:-1] + bytes([stored[-1] ^ 1]))
    with pytest.raises(EvidenceMissing if harm == "missing" else EvidenceAltered, match=kept.address):
        desk.read(kept.evidence_id)
    with store.institution.acting_for(desk.bank):
        assert store.load.evidence_read(kept.evidence_id) == []
    found = findings(desk)
    assert [(one.trouble.value, one.evidence_id) for one in found.findings] == [("missing" if harm == "missing" else "altered", kept.evidence_id)]
    assert not found.nothing_is_lost
    quick = findings(desk, read_bytes=False).findings
    assert [one.trouble.value for one in quick] == {"missing": ["missing"], "cut off": ["altered"], "altered": []}[harm]


def test_a_capture_time_in_the_future_or_without_a_zone_is_refused(desk: Desk) -> None:
    for moment, word in ((NOON + timedelta(minutes=1), "future"), (datetime(2026, 11, 1), "zone")):
        with pytest.raises(BadData, match=word):
            desk.keep(captured_at=moment)
    assert loaded(desk) == [] and not list(desk.evidence.addresses())


def test_a_file_is_not_kept_in_the_case_of_somebody_else(desk: Desk, store: Any) -> None:
    from arrears.record.evidence.keeping import Offered, keep

    offered = Offered(io.BytesIO(WORDS), "note.txt", "minutes", "x")  # type: ignore[arg-type]
    for case in (1, desk.case):
        with store.institution.acting_for(desk.bank), pytest.raises(AnswerIsNo):
            keep(desk.evidence, offered, party_id=desk.party + (case == desk.case), case_id=case, actor="lin", at=NOON)


def test_a_report_that_the_program_makes_is_kept_with_everything_known_of_it(desk: Desk, store: Any) -> None:
    from arrears.casefile.facts.evidence import EvidenceKind, unknown_capture_facts
    from arrears.record.evidence.keeping import Offered, keep, made_here

    captured = made_here(NOON, "nightly", "report of the case, from run 7")
    with store.institution.acting_for(desk.bank):
        kept = keep(desk.evidence, Offered(io.BytesIO(WORDS), "report.txt", EvidenceKind.STATEMENT, "Report", captured), party_id=desk.party, case_id=None, actor="nightly", at=NOON)
    assert kept.source.value == "arrears" and kept.seconds_from_capture_to_hash == 0 and unknown_capture_facts(kept) == ()


def test_an_erased_person_leaves_a_chain_that_verifies_and_bytes_that_open_for_nobody(desk: Desk, store: Any) -> None:
    from arrears.record.evidence.keeping import NoSuchEvidence

    kept = desk.keep(device="phone", operator="Lin")
    desk.read(kept.evidence_id)
    with store.institution.acting_for(desk.bank):
        store.identity.erase_party_identity(desk.party)
    (left,) = loaded(desk)
    assert left.is_erased and (left.title, left.file_name, left.device, left.operator, left.original_sha256) == ("", "", "", "", "")
    assert left.address == kept.address
    with pytest.raises(NoSuchEvidence):
        desk.read(kept.evidence_id)
    with store.institution.acting_for(desk.bank):
        assert store.load.verify_chain(desk.party) == []
    found = findings(desk, sweep=True)
    assert (found.kept, found.erased, [one.trouble.value for one in found.findings], list(found.swept)) == (0, 1, ["left_over"], [kept.address])
    assert found.nothing_is_lost and findings(desk).findings == ()


def test_bytes_without_a_record_are_found_after_a_day_and_swept_and_what_is_kept_stays(desk: Desk, store: Any) -> None:
    kept = desk.keep()
    orphan = desk.evidence.put(b"sealed, but the process was stopped before it was recorded")
    unfinished = desk.file_of(kept).with_name("0123#1")
    unfinished.write_bytes(b"half")
    assert findings(desk, at=datetime.now(UTC)).findings == ()
    found = findings(desk, sweep=True)
    assert [(one.trouble.value, one.address, one.evidence_id) for one in found.findings] == [("orphan", orphan, None)]
    assert found.swept == (orphan,) and found.nothing_is_lost and not unfinished.exists()
    assert desk.read(kept.evidence_id) == WORDS


def test_a_record_that_fails_leaves_bytes_that_nobody_names_and_never_a_record_without_bytes(desk: Desk, store: Any) -> None:
    from arrears.record.evidence.keeping import Offered, keep

    with pytest.raises(RuntimeError), store.institution.acting_for(desk.bank):
        keep(desk.evidence, Offered(io.BytesIO(WORDS), "note.txt", "minutes", "x"), party_id=desk.party, case_id=desk.case, actor="lin", at=NOON)  # type: ignore[arg-type]
        raise RuntimeError
    assert loaded(desk) == []
    assert [one.trouble.value for one in findings(desk).findings] == ["orphan"]


def test_a_process_killed_while_it_writes_leaves_no_half_file_under_an_address(desk: Desk) -> None:
    script = f"""
import os
from pathlib import Path
from arrears.record.evidence.store import EvidenceStore
store = EvidenceStore(Path({str(desk.folder)!r}), {desk.bank})
print("ready", flush=True)
while True:
    store.put(os.urandom(1_000_000) for n in range(6))
"""
    for wait in (0.02, 0.05, 0.11):
        process = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, env=os.environ)
        assert process.stdout and process.stdout.readline() == b"ready\n"
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(wait)
        process.send_signal(signal.SIGKILL)
        process.wait()
    for address in desk.evidence.addresses():
        assert len(desk.evidence.get(address)) == 6_000_000


def test_a_fact_of_evidence_is_never_changed_and_needs_its_entry(desk: Desk, store: Any) -> None:
    from django.db import DatabaseError

    desk.keep()
    for statement in ("UPDATE evidence_kept SET kind = 'other'", "DELETE FROM evidence_kept", "DELETE FROM evidence_read"):
        with pytest.raises(DatabaseError), store.institution.acting_for(desk.bank):
            query(store, statement)
