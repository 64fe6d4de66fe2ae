"""Does a backup notice whatever happens to its files, and do secrets and the register of erasures keep what they promise?"""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from arrears.core.ids import id_text
from arrears.core.problems import AnswerIsNo, BadData, Refused, WrongCall
from arrears.engine import erasure_register, secrets_file
from arrears.engine.backup_folder import (
    MANIFEST,
    MANIFEST_DIGEST,
    BackupFile,
    DatabaseFigures,
    JournalFigures,
    Manifest,
    check_backup,
    content_findings,
    read_manifest,
    refuse_too_little_room,
    write_manifest,
    write_private,
)
from arrears.engine.home import Home
from arrears.engine.use_cases.restoring import refuse_other_figures, whole_backup

AT = datetime(2026, 11, 28, 2, 30, tzinfo=UTC)
CONTENTS = {"database.dump": b"PGDMP\x01\x02", "home/arrears.toml": b'currency = "CNY"\n', "home/books/main/batches/000001/payments.parquet": bytes(range(200))}
FIGURES = DatabaseFigures("18.4", True, "0008_backups", {"cases": 3}, (JournalFigures(7, "Harbour Bank", 5, 2, "ab" * 32),))
PHRASE = "seven blue lamps at the harbour"


def made_backup(folder: Path) -> Path:
    """A small backup with real files and a real manifest."""
    for path, content in CONTENTS.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        write_private(folder / path, content)
    files = tuple(BackupFile(path, len(content), hashlib.sha256(content).hexdigest()) for path, content in sorted(CONTENTS.items()))
    write_manifest(folder, Manifest(1, "0.1.0", AT, FIGURES, 1000, files, (), ()))
    return folder


@pytest.fixture
def backup(tmp_path: Path) -> Path:
    return made_backup(tmp_path / "backup")


def test_a_backup_that_nobody_touched_is_as_it_was(backup):
    manifest, digest = read_manifest(backup)
    assert check_backup(backup, manifest) == []
    assert (manifest.taken_at, manifest.database, manifest.total_bytes) == (AT, FIGURES, sum(map(len, CONTENTS.values())))
    assert digest == hashlib.sha256((backup / MANIFEST).read_bytes()).hexdigest()


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_any_flipped_bit_of_any_file_is_found_and_its_file_named(backup, data):
    path = data.draw(st.sampled_from(sorted([*CONTENTS, MANIFEST])))
    before = (backup / path).read_bytes()
    bit = data.draw(st.integers(0, 8 * len(before) - 1))
    flipped = bytearray(before)
    flipped[bit // 8] ^= 1 << bit % 8
    (backup / path).write_bytes(flipped)
    try:
        with pytest.raises(BadData, match=r"manifest\.json" if path == MANIFEST else path):
            whole_backup(backup, lambda stage, done, of: None)
    finally:
        (backup / path).write_bytes(before)
    whole_backup(backup, lambda stage, done, of: None)


@pytest.mark.parametrize(("deed", "path", "says"), [
    (lambda folder: (folder / "home/arrears.toml").unlink(), "home/arrears.toml", "the file is missing"),
    (lambda folder: (folder / "database.dump").write_bytes(b"PGDMP"), "database.dump", "the file has 5 bytes and had 7"),
    (lambda folder: (folder / "home/strange.txt").write_text("x"), "home/strange.txt", "the manifest does not name this file"),
    (lambda folder: ((folder / "database.dump").rename(folder.parent / "d"), (folder / "database.dump").symlink_to(folder.parent / "d")), "database.dump", "the file is missing"),
])
def test_what_is_missing_short_strange_or_a_link_is_named(backup, deed, path, says):
    deed(backup)
    assert [(one.path, one.what) for one in check_backup(backup, read_manifest(backup)[0])] == [(path, says)]


@pytest.mark.parametrize("gone", [MANIFEST, MANIFEST_DIGEST])
def test_a_folder_without_its_manifest_is_no_backup(backup, gone):
    (backup / gone).unlink()
    with pytest.raises(WrongCall, match=gone):
        read_manifest(backup)


def rewritten(backup: Path, **said) -> None:
    """The manifest with other sentences, and a digest that fits them."""
    text = json.dumps({**json.loads((backup / MANIFEST).read_text()), **said})
    (backup / MANIFEST).write_text(text)
    (backup / MANIFEST_DIGEST).write_text(hashlib.sha256(text.encode()).hexdigest())


def test_a_backup_of_a_newer_program_is_refused(backup):
    rewritten(backup, format=2)
    with pytest.raises(Refused, match="newer arrears made this backup"):
        read_manifest(backup)


@pytest.mark.parametrize("path", ["../outside", "/etc/passwd", "home/../../x"])
def test_a_manifest_that_names_files_outside_the_folder_is_refused(backup, path):
    rewritten(backup, files=[{"path": path, "size": 1, "sha256": "00"}])
    with pytest.raises(BadData, match="cannot be understood"):
        read_manifest(backup)


def test_a_batch_or_run_with_other_bytes_than_it_names_is_found(tmp_path):
    batch, run = tmp_path / "books/main/batches/000001", tmp_path / "runs/main/2026-11-23/1"
    for folder, name, digests in ((batch, "batch.json", {"payments": "aa"}), (run, "run.json", {"worklist.parquet": "bb", "frozen/holds.parquet": "cc"})):
        folder.mkdir(parents=True)
        (folder / name).write_text(json.dumps({"digests": digests}))
    there = {
        "books/main/batches/000001/batch.json": "1", "books/main/batches/000001/payments.parquet": "aa", "runs/main/2026-11-23/1/run.json": "2",
        "runs/main/2026-11-23/1/worklist.parquet": "bb", "runs/main/2026-11-23/1/frozen/holds.parquet": "cc",
    }
    assert content_findings(tmp_path, there) == []
    assert content_findings(tmp_path, {**there, "books/main/batches/000001/payments.parquet": "ab"}) == ["books/main/batches/000001/payments.parquet"]
    (batch / "batch.json").write_text(json.dumps({"digests": {"payments": "aa"}, "forgotten": {"payments": "ab"}}))
    assert content_findings(tmp_path, {**there, "books/main/batches/000001/payments.parquet": "ab"}) == []
    assert content_findings(tmp_path, there) == ["books/main/batches/000001/payments.parquet"]
    there["books/main/batches/000001/payments.parquet"] = "ab"
    del there["runs/main/2026-11-23/1/frozen/holds.parquet"]
    assert content_findings(tmp_path, there) == ["runs/main/2026-11-23/1/frozen/holds.parquet"]


@pytest.mark.parametrize(("found", "says"), [
    (DatabaseFigures("18.4", True, "", {"cases": 2}, FIGURES.journals), "Table cases has 2 rows and had 3"),
    (DatabaseFigures("18.4", True, "", {"cases": 3}, ()), "The journal of institution"),
    (DatabaseFigures("18.4", True, "", {"cases": 3}, (JournalFigures(7, "Harbour Bank", 5, 2, "cd" * 32),)), "The journal of institution"),
])
def test_a_database_that_came_back_as_another_one_is_refused(found, says):
    with pytest.raises(BadData, match=says):
        refuse_other_figures(FIGURES, found)
    refuse_other_figures(FIGURES, FIGURES)


def test_too_little_room_is_said_before_anything_is_copied(tmp_path):
    import shutil

    with pytest.raises(Refused, match="too little room for the backup"):
        refuse_too_little_room(tmp_path, shutil.disk_usage(tmp_path).free, "backup")
    refuse_too_little_room(tmp_path, 1, "backup")


# ---- secrets


def test_secrets_come_back_with_the_passphrase_and_the_file_tells_nothing(tmp_path):
    secrets = {"envelope.key": b"c2VjcmV0\n", "deep/other": b"\x00\xff"}
    secrets_file.write_secrets(tmp_path / "s", secrets, PHRASE)
    assert secrets_file.read_secrets(tmp_path / "s", PHRASE) == secrets
    assert (tmp_path / "s").stat().st_mode & 0o777 == 0o600
    assert b"envelope" not in (tmp_path / "s").read_bytes() and b"c2VjcmV0" not in (tmp_path / "s").read_bytes()


@pytest.mark.parametrize("field", ["salt", "nonce", "sealed", "n", "form"])
def test_a_changed_file_of_secrets_does_not_open(tmp_path, field):
    secrets_file.write_secrets(tmp_path / "s", {"envelope.key": b"x"}, PHRASE)
    said = json.loads((tmp_path / "s").read_text())
    said[field] = 2**14 if field == "n" else "arrears-secrets-2" if field == "form" else ("B" if said[field][0] != "B" else "C") + said[field][1:]
    (tmp_path / "s").write_text(json.dumps(said))
    with pytest.raises((AnswerIsNo, BadData)):
        secrets_file.read_secrets(tmp_path / "s", PHRASE)


def test_another_passphrase_a_short_one_and_a_file_that_exists_are_refused(tmp_path):
    secrets_file.write_secrets(tmp_path / "s", {"envelope.key": b"x"}, PHRASE)
    with pytest.raises(AnswerIsNo, match="does not open"):
        secrets_file.read_secrets(tmp_path / "s", PHRASE + ".")
    with pytest.raises(WrongCall, match="fewer than 12"):
        secrets_file.write_secrets(tmp_path / "t", {}, "short")
    with pytest.raises(WrongCall, match="exists"):
        secrets_file.write_secrets(tmp_path / "s", {}, PHRASE)


def test_a_file_that_asks_for_all_memory_is_refused(tmp_path):
    secrets_file.write_secrets(tmp_path / "s", {}, PHRASE)
    (tmp_path / "s").write_text(json.dumps({**json.loads((tmp_path / "s").read_text()), "n": 2**40}))
    with pytest.raises(BadData, match="does not read"):
        secrets_file.read_secrets(tmp_path / "s", PHRASE)


def test_a_secret_that_would_lie_outside_the_home_is_refused(tmp_path):
    home = Home(tmp_path / "home")
    home.make()
    with pytest.raises(BadData, match="outside the home"):
        secrets_file.put_secrets(home, {"../../x": b"1"})


# ---- the register of erasures


def line(party_id: int, at: datetime = AT) -> str:
    return json.dumps({"party_id": id_text(party_id), "institution_id": id_text(7), "erased_at": at.isoformat()})


def test_the_copy_beside_the_backups_only_grows_and_holds_each_erasure_once(tmp_path):
    homes = [Home(tmp_path / name) for name in ("one", "two")]
    for number, home in enumerate(homes, start=1):
        home.make()
        (home.root / erasure_register.REGISTER).write_text(line(number) + "\n")
    assert [erasure_register.publish_erasures(home, tmp_path) for home in (*homes, homes[0])] == [1, 2, 2]
    (homes[0].root / erasure_register.REGISTER).unlink()
    assert erasure_register.publish_erasures(homes[0], tmp_path) == 2
    assert {erasure.party_id for erasure in erasure_register.read_register(tmp_path / erasure_register.REGISTER)} == {1, 2}


def test_an_erasure_is_told_to_every_place_that_holds_backups_and_one_that_is_away_is_named(tmp_path):
    home = Home(tmp_path / "home")
    home.make()
    (tmp_path / "disk").mkdir()
    for place in ("disk", "away"):
        erasure_register.remember_place(home, tmp_path / place)
    (home.root / erasure_register.REGISTER).write_text(line(9) + "\n")
    assert erasure_register.publish_to_backups(home) == [tmp_path / "away"]
    assert [erasure.party_id for erasure in erasure_register.read_register(tmp_path / "disk" / erasure_register.REGISTER)] == [9]


@pytest.mark.parametrize("text", ["{", '{"party_id": "x"}', '{"party_id": "00000000000012", "institution_id": "00000000000011", "erased_at": "2026-11-28"}'])
def test_a_line_of_the_register_that_cannot_be_read_is_never_passed_over(tmp_path, text):
    (tmp_path / "erasures.jsonl").write_text(f"{line(1)}\n{text}\n")
    with pytest.raises(BadData, match="Line 2"):
        erasure_register.read_register(tmp_path / "erasures.jsonl")


def test_a_last_line_that_a_power_cut_tore_is_passed_over(tmp_path):
    (tmp_path / "erasures.jsonl").write_text(f"{line(1)}\n{line(2)[:20]}")
    assert [erasure.party_id for erasure in erasure_register.read_register(tmp_path / "erasures.jsonl")] == [1]
    assert erasure_register.lines_of([tmp_path / "erasures.jsonl"]) == [line(1)]


def test_where_nobody_was_erased_there_is_no_register(tmp_path):
    home = Home(tmp_path / "home")
    home.make()
    assert erasure_register.publish_erasures(home, tmp_path) == 0
    assert not (tmp_path / erasure_register.REGISTER).exists()
    assert erasure_register.read_register(tmp_path / erasure_register.REGISTER) == []
