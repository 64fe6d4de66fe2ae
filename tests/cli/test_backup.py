"""Stories of a home that is backed up while others work, lost, and put back: by the command line, in processes that are killed."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cli.test_commands import COMMAND, arrears, told
from tests.conftest import folder_for_servers
from tests.warm_command import script

PHRASE = "seven blue lamps at the harbour"
NAMES = """
import json, sys
from pathlib import Path
from arrears.site import bootstrap
bootstrap.configure()
from arrears.casefile.store.institution import acting_for
from arrears.casefile.store.models import Case
from arrears.engine.use_cases.reading.persons import people
from arrears.engine.use_cases.reading.runs import portfolio
from arrears.engine.use_cases.setting_up import institution_of
from arrears.site.main import opened
with opened(Path(sys.argv[1])) as home:
    institution_id = institution_of(home)
    book = portfolio(home, institution_id, "main")
    with acting_for(institution_id):
        ids = sorted(Case.objects.values_list("party_id", flat=True))
        print(json.dumps({person.party_id: person.name for person in people(home, book, ids).values()}))
"""
"""Prints the names that the worklist shows, by person."""
ERASE = """
import json, sys
from datetime import UTC, datetime
from pathlib import Path
from arrears.site import bootstrap
bootstrap.configure()
from arrears.casefile.store.identity import erase_party_identity
from arrears.casefile.store.institution import acting_for
from arrears.core.ids import id_text
from arrears.engine.erasure_register import REGISTER, publish_to_backups
from arrears.engine.use_cases.setting_up import institution_of
from arrears.site.main import opened
with opened(Path(sys.argv[1])) as home:
    institution_id, party_id = institution_of(home), int(sys.argv[2])
    with acting_for(institution_id):
        assert erase_party_identity(party_id)
    said = {"party_id": id_text(party_id), "institution_id": id_text(institution_id), "erased_at": datetime.now(UTC).isoformat()}
    with (home.root / REGISTER).open("a") as register:
        register.write(json.dumps(said) + "\\n")
    assert publish_to_backups(home) == []
"""
WRITERS = """
import sys, threading
from datetime import UTC, date, datetime
from pathlib import Path
from arrears.site import bootstrap
bootstrap.configure()
from arrears.casefile.facts.hold import Blocked, Hold, HoldKind, MayLift
from arrears.casefile.store.append import append
from arrears.casefile.store.ids import random_id
from arrears.casefile.store.institution import acting_for
from arrears.casefile.store.models import Case
from arrears.engine.use_cases.setting_up import institution_of
from arrears.site.main import opened
with opened(Path(sys.argv[1])) as home:
    institution_id, stop = institution_of(home), threading.Event()
    with acting_for(institution_id):
        people = list(Case.objects.values_list("party_id", flat=True))
    def write(number):
        from django.db import connection
        done = 0
        while not stop.is_set():
            hold = Hold(random_id(), people[(number + done) % len(people)], HoldKind.DISPUTE, "says it was paid", date(2026, 11, 1), None, (Blocked.CONTACT,), MayLift.MANAGER)
            with acting_for(institution_id):
                append(hold, actor=f"writer {number}", at=datetime.now(UTC), cause="story")
            done += 1
        connection.close()
    threads = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    [thread.start() for thread in threads]
    print("writing", flush=True)
    sys.stdin.read()
    stop.set()
    [thread.join() for thread in threads]
"""
"""Four threads record facts, one after the other, until their input ends."""


def names_in(home: Path) -> dict[str, str | None]:
    done = script(NAMES, str(home))
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def started(home: Path, *words: str) -> subprocess.Popen[bytes]:
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("ARREARS_", "DATABASE_"))}
    return subprocess.Popen([*COMMAND, *words], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                            env={**environ, "ARREARS_HOME": str(home)})


def killed_when(process: subprocess.Popen[bytes], there: Callable[[], bool]) -> None:
    """kill -9 as soon as this is true."""
    deadline = time.monotonic() + 120
    while not there():
        assert process.poll() is None and time.monotonic() < deadline, "it ended before it could be killed"
        time.sleep(0.002)
    process.send_signal(signal.SIGKILL)
    process.wait()


@pytest.fixture(scope="module")
def place() -> Iterator[Path]:
    """A folder with a small home that was run once, its first backup, and the file of its secrets."""
    with folder_for_servers() as folder:
        home = folder / "home"
        (folder / "phrase").write_text(PHRASE + "\n")
        for words in (("init", "--institution", "Harbour Bank"), ("sample", "--accounts", "300", "--seed", "3", "--as-of", "2026-11-23"), ("run", "--on", "2026-11-22")):
            done = arrears(home, *words)
            assert done.returncode == 0, done.stderr
        done = arrears(home, "backup", str(folder / "kept" / "first"), "--with-secrets", str(folder / "secrets"), "--passphrase-file", str(folder / "phrase"), "--json")
        assert done.returncode == 0, done.stderr
        yield folder


@pytest.fixture(scope="module")
def back(place: Path) -> tuple[Path, dict[str, Any]]:
    """The first backup put back with its secrets; the new home, and what the command said."""
    home = place / "back"
    said = told(home, "restore", str(place / "kept" / "first"), "--home", str(home), *with_secrets(place))
    return home, said


def with_secrets(place: Path) -> tuple[str, ...]:
    return ("--secrets", str(place / "secrets"), "--passphrase-file", str(place / "phrase"))


def test_a_home_that_came_back_answers_as_the_old_one_and_shows_the_same_names(place, back):
    home, said = back
    assert said["names_can_be_read"] and said["erased_again"] == 0 and said["entries"] == said["facts"] > 20
    assert told(home, "case", "list", "--limit", "500") == told(place / "home", "case", "list", "--limit", "500")
    names = names_in(home)
    assert names == names_in(place / "home") and len(names) > 5 and None not in names.values()


def test_the_old_and_the_new_home_know_from_their_journal_what_happened(place, back):
    count = "SELECT name FROM journal_entries WHERE name LIKE 'record:%' ORDER BY position"
    query = f"""
import sys
from pathlib import Path
from arrears.site import bootstrap
bootstrap.configure()
from django.db import connection
from arrears.casefile.store.institution import acting_for
from arrears.engine.use_cases.setting_up import institution_of
from arrears.site.main import opened
with opened(Path(sys.argv[1])) as home, acting_for(institution_of(home)), connection.cursor() as cursor:
    cursor.execute({count!r})
    print(",".join(name for (name,) in cursor.fetchall()))
"""
    assert script(query, str(place / "home")).stdout.strip().startswith("record:backed_up")
    assert script(query, str(back[0])).stdout.strip() == "record:restored"


def test_nothing_secret_and_nothing_open_to_others_is_in_a_backup(place):
    backup = place / "kept" / "first"
    secrets = [path.read_bytes().strip() for path in (place / "home" / "secrets").iterdir()]
    assert len(secrets) >= 4
    for path in backup.rglob("*"):
        assert path.stat().st_mode & 0o077 == 0, path
        if path.is_file():
            assert not any(secret in path.read_bytes() for secret in secrets), path
    assert not (backup / "home" / "secrets").exists()


def test_a_home_that_came_back_without_secrets_says_so_and_still_answers(place):
    home = place / "nameless"
    done = arrears(home, "restore", str(place / "kept" / "first"), "--home", str(home))
    assert done.returncode == 0, done.stderr
    said = " ".join(done.stdout.split())
    assert "There is no envelope key in this home" in said and "could not be compared" in said
    assert not (home / "secrets" / "envelope.key").exists()
    assert told(home, "case", "list", "--limit", "3")


def test_secrets_of_another_home_are_refused_and_no_half_home_is_left(place):
    other = place / "other.secrets"
    made = script("""
import base64, os, sys
from pathlib import Path
from arrears.engine.secrets_file import write_secrets
write_secrets(Path(sys.argv[1]), {"envelope.key": base64.b64encode(os.urandom(32))}, sys.argv[2])
""", str(other), PHRASE)
    assert made.returncode == 0, made.stderr
    done = arrears(place, "restore", str(place / "kept" / "first"), "--home", str(place / "mixed"), "--secrets", str(other), "--passphrase-file", str(place / "phrase"))
    assert done.returncode == 1 and "not those of the home" in done.stderr
    assert not list(place.glob("*mixed*")) and not list(place.glob(".mixed*"))


def test_a_backup_is_never_written_over_and_never_put_into_the_home(place):
    for destination, says in ((place / "kept" / "first", "exists"), (place / "home" / "backup", "lies in the home")):
        done = arrears(place / "home", "backup", str(destination))
        assert done.returncode == 2 and says in done.stderr


def test_a_restore_is_never_written_over_a_home(place):
    done = arrears(place, "restore", str(place / "kept" / "first"), "--home", str(place / "home"))
    assert done.returncode == 2 and "is not empty" in done.stderr


def test_a_changed_and_a_missing_file_are_named_and_nothing_is_restored(place):
    broken = place / "broken"
    shutil.copytree(place / "kept" / "first", broken)
    dump, lost = broken / "database.dump", next((broken / "home" / "runs").rglob("worklist.parquet"))
    content = bytearray(dump.read_bytes())
    content[len(content) // 2] ^= 4
    dump.write_bytes(content)
    lost.unlink()
    done = arrears(place, "backup", "verify", str(broken))
    assert done.returncode == 1
    assert "database.dump: the file’s bytes were changed" in done.stdout and "worklist.parquet: the file is missing" in done.stdout
    restored = arrears(place, "restore", str(broken), "--home", str(place / "never"))
    assert restored.returncode == 3 and "database.dump" in restored.stderr and "worklist.parquet" in restored.stderr
    assert not (place / "never").exists()
    shutil.rmtree(broken)


def test_a_second_backup_lends_what_never_changes_from_the_first_and_is_whole_without_it(place):
    said = told(place / "home", "backup", str(place / "kept" / "second"), "--base", str(place / "kept" / "first"))
    assert said["files_linked"] > 10
    linked = next((place / "kept" / "second" / "home" / "books").rglob("*.parquet"))
    assert linked.stat().st_nlink >= 2
    moved = place / "kept" / "moved"
    (place / "kept" / "first").rename(moved)
    try:
        assert arrears(place, "backup", "verify", str(place / "kept" / "second")).returncode == 0
    finally:
        moved.rename(place / "kept" / "first")


def test_two_backups_of_one_home_at_once_are_refused(place):
    with (place / "home" / ".backup.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = arrears(place / "home", "backup", str(place / "kept" / "busy"))
    assert done.returncode == 4 and "Another backup of this home is at work" in done.stderr
    assert not (place / "kept" / "busy").exists()


def test_a_file_of_the_home_that_rotted_is_backed_up_and_named(place):
    rotten = next((place / "home" / "runs").rglob("history.parquet"))
    before = rotten.read_bytes()
    rotten.write_bytes(before[:-9] + bytes([before[-9] ^ 1]) + before[-8:])
    try:
        done = arrears(place / "home", "backup", str(place / "kept" / "rotten"))
    finally:
        rotten.write_bytes(before)
    assert done.returncode == 5 and "history.parquet" in done.stderr
    assert (place / "kept" / "rotten" / "manifest.json").exists()


def test_a_backup_that_is_killed_leaves_no_backup_and_the_next_one_is_whole(place):
    target, unfinished = place / "kept" / "killed", place / "kept" / ".killed.unfinished"
    killed_when(started(place / "home", "backup", str(target)), lambda: (unfinished / "home").exists())
    assert not target.exists() and unfinished.exists()
    assert arrears(place / "home", "backup", str(target)).returncode == 0
    assert not unfinished.exists()
    assert arrears(place, "backup", "verify", str(target)).returncode == 0


def test_a_restore_that_is_killed_leaves_no_home_and_the_next_one_is_whole(place):
    home, unfinished = place / "rescued", place / ".rescued.restoring"
    words = ("restore", str(place / "kept" / "first"), "--home", str(home), *with_secrets(place))
    killed_when(started(place, *words), lambda: (unfinished / "logs" / "postgresql.log").exists())
    assert not home.exists() and unfinished.exists()
    location = unfinished / "postgresql" / "location"
    data = Path(location.read_text().strip()) if location.exists() else unfinished / "postgresql"
    done = arrears(place, *words)
    assert done.returncode == 0, done.stderr
    assert not unfinished.exists() and not data.exists()
    assert told(home, "case", "list", "--limit", "1")


def test_backups_while_four_threads_record_and_a_night_is_run_fit_together(place):
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("ARREARS_", "DATABASE_"))}
    with subprocess.Popen([sys.executable, "-c", WRITERS, str(place / "home")], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environ) as writers:
        assert writers.stdout is not None and writers.stdout.readline() == "writing\n"
        night = started(place / "home", "run", "--on", "2026-11-23")
        taken = []
        while night.poll() is None or len(taken) < 2:
            taken.append(told(place / "home", "backup", str(place / "kept" / f"meanwhile-{len(taken)}")))
        _, _ = writers.communicate("")
    assert night.returncode == 0 and writers.returncode == 0
    entries = [said["entries"] for said in taken]
    assert entries == sorted(set(entries)) and entries[0] > 0
    assert not any(said["damaged"] for said in taken)
    for number in {0, len(taken) - 1}:
        said = told(place, "restore", str(place / "kept" / f"meanwhile-{number}"), "--home", str(place / f"meanwhile-{number}"), *with_secrets(place))
        assert said["entries"] == said["facts"] == entries[number]
        assert told(place / f"meanwhile-{number}", "case", "list", "--limit", "1")


def test_whoever_was_erased_after_the_backup_stays_erased_when_it_is_put_back(place):
    names = names_in(place / "home")
    gone = next(iter(names))
    done = script(ERASE, str(place / "home"), gone)
    assert done.returncode == 0, done.stderr
    home = place / "later"
    done = arrears(place, "restore", str(place / "kept" / "first"), "--home", str(home), *with_secrets(place))
    assert done.returncode == 0, done.stderr
    said = " ".join(done.stdout.split())
    assert "1 person erased since the backup was taken was erased again" in said and "itself still holds them" in said
    after = names_in(home)
    assert after[gone] is None and {party: name for party, name in after.items() if party != gone} == {party: name for party, name in names.items() if party != gone}
    assert (home / "erasures.jsonl").read_text() == (place / "kept" / "erasures.jsonl").read_text()
