"""Can a rotation be killed at every one of its steps, and does the next one finish it?"""

from __future__ import annotations

import multiprocessing
import os
import signal
from pathlib import Path

import pyarrow as pa
import pytest
from django.db import connections

from arrears.engine.home import Home
from tests.casefile.conftest import AT

PEOPLE = 60


@pytest.fixture
def lender(home_of_tests: Home, monkeypatch):
    """The home's institution with some people, and a refused row in its error pool; keys lie in files."""
    from arrears.casefile.store import rotation
    from arrears.casefile.store.institution import create_institution
    from arrears.casefile.store.vault import default_vault
    from arrears.engine.use_cases.books import keeper_of, pool_purpose

    monkeypatch.delenv("ARREARS_ENVELOPE_KEY", raising=False)
    monkeypatch.setattr(rotation, "BATCH_ROWS", 20)
    institution_id = create_institution("Test Bank")
    keeper = keeper_of(institution_id)
    keeper.people = keeper.resolve_or_create("party", "core", pa.array([f"C-{n}" for n in range(PEOPLE)]))
    keeper.institution_id = institution_id
    part = home_of_tests.pool / "0001" / "lines-0-0001.sealed"
    part.parent.mkdir(mode=0o700)
    part.write_bytes(default_vault().wrap("error_row,name\n7,李雷\n".encode(), pool_purpose(institution_id)))
    keeper.refused = part
    yield keeper
    part.unlink()
    part.parent.rmdir()
    for older in home_of_tests.secrets.glob("envelope-*.key"):
        older.unlink()


def _killed_before_step(step: int, work) -> int:
    """Do the work in a process of its own that dies (kill -9) before its step of that number; the exit code."""

    def until_killed() -> None:
        from arrears.casefile.store import rotation
        from arrears.engine.use_cases import keys

        connections.close_all()
        left = [step]

        def guarded(function):
            def guard(*given, **named):
                if left[0] == 0:
                    os.kill(os.getpid(), signal.SIGKILL)
                left[0] -= 1
                return function(*given, **named)

            return guard

        for module, name in ((keys, "make_envelope_key"), (keys, "_to_disk"), (keys.os, "link"), (keys, "_rewrap_file"), (rotation, "_rewrap_batch"),
                             (rotation, "rewrap_the_rest"), (rotation, "rehash_batch"), (keys, "new_hash_key"), (keys, "retire_hash_keys")):
            setattr(module, name, guarded(getattr(module, name)))
        Path.replace = guarded(Path.replace)
        work()
        os._exit(0)

    connections.close_all()
    process = multiprocessing.get_context("fork").Process(target=until_killed)
    process.start()
    process.join(60)
    return process.exitcode


def _told(*_: object) -> None:
    """Nobody looks."""


def test_a_rotation_killed_before_any_of_its_steps_is_finished_by_the_next(lender, home_of_tests):
    from arrears.casefile.store.vault import default_vault
    from arrears.engine.use_cases.books import pool_purpose
    from arrears.engine.use_cases.keys import rotate_envelope_key, shown_keys

    killed, step = 0, 0
    while (code := _killed_before_step(step, lambda: rotate_envelope_key(home_of_tests, progress=_told))) == -signal.SIGKILL:
        killed, step = killed + 1, step + 1
        now = shown_keys(home_of_tests)
        assert not now.missing and not now.unnamed, f"killed before step {step}: every key that something stands under is at hand"
        assert sum(one.count for key in now.keys for one in key.standing) == PEOPLE + 2
        assert lender.resolve_or_create("party", "core", pa.array(["C-0"]))[0] == lender.people[0]
        done = rotate_envelope_key(home_of_tests, progress=_told)
        assert done.left == () and [one.count for key in shown_keys(home_of_tests).keys[1:] for one in key.standing] == []
    assert code == 0 and killed >= 10
    assert default_vault().unwrap(lender.refused.read_bytes(), pool_purpose(lender.institution_id)).decode().endswith("李雷\n")


def test_a_killed_rotation_draws_no_further_key(lender, home_of_tests):
    from arrears.engine.use_cases.keys import rotate_envelope_key, shown_keys

    before = len(shown_keys(home_of_tests).keys)
    assert _killed_before_step(6, lambda: rotate_envelope_key(home_of_tests, progress=_told)) == -signal.SIGKILL
    assert len(shown_keys(home_of_tests).keys) == before + 1
    assert not rotate_envelope_key(home_of_tests, progress=_told).is_new
    assert len(shown_keys(home_of_tests).keys) == before + 1


def test_a_rotation_of_the_key_of_numbers_killed_before_any_of_its_steps_is_finished_by_the_next(lender, home_of_tests):
    from arrears.casefile.store import rotation
    from arrears.casefile.store.institution import institution_key
    from arrears.engine.use_cases.keys import numbers_key_of, rotate_number_key

    numbers = pa.array([f"C-{n}" for n in range(PEOPLE)])
    step = 0
    while (code := _killed_before_step(step, lambda: rotate_number_key(home_of_tests, ["core"], at=AT, progress=_told))) == -signal.SIGKILL:
        step += 1
        assert lender.resolve_or_create("party", "core", numbers).equals(lender.people), f"killed before step {step}: nobody gets a second id"
        assert rotate_number_key(home_of_tests, ["core"], at=AT, progress=_told).left == 0
    assert code == 0 and step >= 5
    assert rotation.numbers_under_older_keys(lender.institution_id, institution_key(lender.institution_id)) == 0
    assert numbers_key_of(home_of_tests) > 2 and lender.resolve("party", "core", numbers).equals(lender.people)


def test_a_second_rotation_at_the_same_time_is_told_to_wait(lender, home_of_tests):
    from arrears.core.problems import Busy
    from arrears.engine.use_cases.keys import _alone, rotate_envelope_key

    with _alone(home_of_tests), pytest.raises(Busy, match="Another rotation"):
        rotate_envelope_key(home_of_tests, progress=_told)


def test_keys_in_the_environment_are_not_made_here(lender, home_of_tests, monkeypatch):
    import base64

    from arrears.casefile.store.vault import load_envelope_key
    from arrears.core.problems import AnswerIsNo
    from arrears.engine.use_cases.keys import rotate_envelope_key

    old = load_envelope_key(home_of_tests.envelope_key)
    monkeypatch.setenv("ARREARS_ENVELOPE_KEY", base64.b64encode(old).decode())
    with pytest.raises(AnswerIsNo, match="holds the keys"):
        rotate_envelope_key(home_of_tests, progress=_told)
    monkeypatch.setenv("ARREARS_ENVELOPE_KEY", ",".join(base64.b64encode(key).decode() for key in (bytes(range(32)), old)))
    done = rotate_envelope_key(home_of_tests, progress=_told)
    assert done.rewrapped == PEOPLE + 2 and done.left == ()
