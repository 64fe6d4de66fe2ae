"""Evidence on the command line: kept, listed, handed out for a reason, and checked."""

from __future__ import annotations

import hashlib
import stat
from pathlib import Path
from typing import Any

import pytest

from arrears.core.ids import id_text
from tests.cli.test_commands import arrears, told

WORDS = "Called at nine; says the money left on Friday. 称周五已还款。".encode()


@pytest.fixture(scope="session")
def first_case(two_nights: Path) -> str:
    return told(two_nights, "case", "list", "--limit", "1")[0]["case_id"]


@pytest.fixture
def note(tmp_path: Path) -> Path:
    file = tmp_path / "note.txt"
    file.write_bytes(WORDS)
    return file


@pytest.fixture(scope="session")
def kept(two_nights: Path, first_case: str, tmp_path_factory: pytest.TempPathFactory) -> Any:
    note = tmp_path_factory.mktemp("note") / "note.txt"
    note.write_bytes(WORDS)
    return told(two_nights, "evidence", "add", first_case, str(note), "--kind", "minutes", "--title", "Call of Monday", "--captured-at", "2026-11-20T09:30+08:00",
                "--clock", "device", "--device", "phone of the branch", "--operator", "Lin", "--source", "staff")


def test_a_file_is_kept_with_its_hash_and_what_nobody_knows_is_named(kept: Any, two_nights: Path, first_case: str, note: Path) -> None:
    assert kept["original_sha256"] == hashlib.sha256(WORDS).hexdigest() and kept["captured_at"] == "2026-11-20T09:30:00+08:00"
    assert kept["unknown"] == ["system", "provenance"] and kept["seconds_from_capture_to_hash"] > 0
    said = arrears(two_nights, "evidence", "add", first_case, str(note), "--kind", "other").stdout
    assert "Kept as" in said and "Not known of the time before: when it was captured, by which clock, device" in said.replace("\n", " ")


def test_the_list_of_a_case_shows_what_is_kept_in_it(kept: Any, two_nights: Path, first_case: str) -> None:
    assert kept["evidence_id"] in [one["evidence_id"] for one in told(two_nights, "evidence", "list", first_case)]
    table = arrears(two_nights, "evidence", "list", first_case).stdout
    assert "of evidence" in table and "Call of Monday" in table and kept["original_sha256"][:16] in table


def test_it_is_handed_out_whole_into_a_file_that_others_cannot_read(kept: Any, two_nights: Path, tmp_path: Path) -> None:
    target = tmp_path / "out.txt"
    told_of = told(two_nights, "evidence", "get", kept["evidence_id"], "--why", "for the court", "--output", str(target))
    assert target.read_bytes() == WORDS and stat.S_IMODE(target.stat().st_mode) == 0o600 and told_of["output"] == str(target)
    assert [file.name for file in tmp_path.iterdir() if "unfinished" in file.name] == []


def test_without_a_reason_a_case_a_file_or_a_place_to_write_nothing_happens(kept: Any, two_nights: Path, first_case: str, note: Path, tmp_path: Path) -> None:
    program = tmp_path / "invoice.pdf"
    program.write_bytes(b"MZ" + bytes(99))
    for code, words in (
        (2, ("get", kept["evidence_id"], "--why", " ")), (1, ("get", id_text(1), "--why", "x")),
        (4, ("get", kept["evidence_id"], "--why", "x", "--output", str(tmp_path / "nowhere" / "out.txt"))),
        (2, ("add", first_case, str(tmp_path / "none.txt"), "--kind", "letter")), (1, ("add", id_text(1), str(note), "--kind", "letter")),
        (3, ("add", first_case, str(program), "--kind", "letter")), (2, ("add", first_case, str(note), "--kind", "letter", "--captured-at", "yesterday")),
    ):
        refused = arrears(two_nights, "evidence", *words)
        assert refused.returncode == code, (words, refused.stdout, refused.stderr)
    assert not list(tmp_path.glob("evidence-*"))


def test_the_check_is_content_until_a_byte_is_changed_and_then_names_it(kept: Any, two_nights: Path) -> None:
    assert told(two_nights, "evidence", "check")["nothing_is_lost"] is True
    file = next((two_nights / "evidence").rglob(kept["address"]))
    stored = file.read_bytes()
    file.write_bytes(stored[:-1] + bytes([stored[-1] ^ 1]))
    lost = arrears(two_nights, "evidence", "check")
    assert lost.returncode == 1 and kept["address"] in lost.stdout and "altered" in lost.stdout
    assert arrears(two_nights, "evidence", "get", kept["evidence_id"], "--why", "x").returncode == 4
    assert told(two_nights, "evidence", "check", "--quick")["nothing_is_lost"] is True
    file.unlink()
    assert arrears(two_nights, "evidence", "check", "--quick").returncode == 1
    file.write_bytes(stored)
    assert told(two_nights, "evidence", "check")["findings"] == []
