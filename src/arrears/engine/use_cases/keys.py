"""Which keys are there, what stands under each, and how is one replaced while everybody goes on working?

The new envelope key is written to the disk, the old one is put beside it under its id, and one rename makes the new one current: at each
moment a reader finds every key that something stands under. Then all that is wrapped is wrapped anew, batch by batch. Stopped anywhere,
the next call goes on where the rows say it is. The old key file stays until `retire`, which refuses while anything stands under it.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from arrears.casefile.store import rotation
from arrears.casefile.store.institution import acting_for, hash_keys, institution_key, new_hash_key, retire_hash_keys
from arrears.casefile.store.rotation import Standing
from arrears.casefile.store.vault import (
    ENVIRONMENT,
    EnvelopeKeys,
    Vault,
    default_vault,
    key_id_of,
    load_envelope_keys,
    make_envelope_key,
    older_key_file,
    read_key_file,
    wrapped_under,
)
from arrears.core.problems import AnswerIsNo, Busy, Refused, WrongCall
from arrears.core.progress import Progress
from arrears.engine.home import PRIVATE_FILE, Home
from arrears.engine.use_cases.books import pool_purpose
from arrears.engine.use_cases.finding import namespaces
from arrears.engine.use_cases.setting_up import institution_of

POOL_PARTS = "rows in the error pool"


@dataclass(frozen=True, slots=True)
class KeyShown:
    """One envelope key: its id, whether it seals, where it lies, when its file was written (None: it comes from the environment), what stands under it."""

    key_id: str
    is_current: bool
    source: str
    made_on: date | None
    standing: tuple[Standing, ...]


@dataclass(frozen=True, slots=True)
class KeysShown:
    """All keys at hand, what stands under keys that are not at hand, and things of the first form, which names no key."""

    keys: tuple[KeyShown, ...]
    missing: tuple[Standing, ...]
    unnamed: tuple[Standing, ...]


@dataclass(frozen=True, slots=True)
class Rotated:
    """What a rotation came to: the current key, whether it was made now, how many things were wrapped anew, what is left under older ones."""

    current: str
    older: tuple[str, ...]
    is_new: bool
    rewrapped: int
    left: tuple[Standing, ...]


@dataclass(frozen=True, slots=True)
class NumbersRotated:
    """What a rotation of the key of numbers came to: the current key's number, how many were hashed anew, how many are of no known name space."""

    key_no: int
    rehashed: int
    left: int


def shown_keys(home: Home) -> KeysShown:
    """Which envelope keys are at hand, and how much stands under each?"""
    ring = load_envelope_keys(home.envelope_key)
    standing = _census(home)
    keys = tuple(
        KeyShown(key_id, key_id == ring.current, *_source(home, ring, key_id), tuple(one for one in standing if one.key_id == key_id))
        for key_id in (ring.current, *ring.older)
    )
    return KeysShown(keys, tuple(one for one in standing if one.key_id and one.key_id not in ring.by_id), tuple(one for one in standing if not one.key_id))


def _source(home: Home, ring: EnvelopeKeys, key_id: str) -> tuple[str, date | None]:
    if os.environ.get(ENVIRONMENT):
        return ENVIRONMENT, None
    file = home.envelope_key if key_id == ring.current else older_key_file(home.envelope_key, key_id)
    return str(file), datetime.fromtimestamp(file.stat().st_mtime, UTC).date() if file.exists() else None


def _census(home: Home) -> list[Standing]:
    counts: dict[str, int] = {}
    for part in _pool_parts(home):
        with part.open("rb") as stream:
            key_id = wrapped_under(stream.read(8))
        counts[key_id] = counts.get(key_id, 0) + 1
    return [*rotation.census(), *(Standing(POOL_PARTS, key_id, count) for key_id, count in sorted(counts.items()))]


def _pool_parts(home: Home) -> Iterator[Path]:
    return home.pool.glob("*/lines-*.sealed")


def rotate_envelope_key(home: Home, *, progress: Progress) -> Rotated:
    """Replace the envelope key, or finish the replacement that was stopped; everybody goes on working meanwhile.

    With keys in the environment none is made here: the operator puts the new one first, and this brings everything under it.

    Raises:
        Busy: another rotation is at work.
        AnswerIsNo: the environment holds one key and everything stands under it already.
        Unreadable: something stands under a key that is not at hand.
    """
    purpose = pool_purpose(institution_of(home))
    with _alone(home):
        is_new = _new_current_key(home)
        rotation.wait_for_older_writers()
        vault = default_vault()
        total = sum(one.count for one in rotation.census() if one.place == rotation.PEOPLE and one.key_id != vault.keys.current)
        changed = 0
        for batch in rotation.rewrap_people(vault):
            changed += batch
            progress("keys of people", min(changed, total), total)
        changed += rotation.rewrap_the_rest(vault)
        changed += sum(_rewrap_file(part, vault, purpose) for part in _pool_parts(home))
        left = tuple(one for one in _census(home) if one.key_id != vault.keys.current)
    return Rotated(vault.keys.current, vault.keys.older, is_new, changed, left)


def _new_current_key(home: Home) -> bool:
    """See to it that the key that is to be current is; True where it was made now. An unfinished rotation gets no further key."""
    ring = load_envelope_keys(home.envelope_key)
    current = ring.current
    unfinished = [one for one in _census(home) if one.key_id != current and (one.key_id or ring.older)]
    if os.environ.get(ENVIRONMENT):
        if not unfinished and all(one.key_id == current for one in _census(home)):
            raise AnswerIsNo(f"Everything stands under the key {current} already, and {ENVIRONMENT} holds the keys, so none is made here.", "Nothing was changed.",
                             "Draw a new key of 32 bytes in base64, put it first and the present one behind a comma, start the program anew everywhere, and call this again.")
        return False
    upcoming = home.envelope_key.with_suffix(".next")
    if not upcoming.exists():
        if unfinished:
            return False
        make_envelope_key(upcoming)
    _promote(home.envelope_key, upcoming)
    return True


def _promote(current: Path, upcoming: Path) -> None:
    """Put the present key beside itself under its id, then the new one in its place. Each step may be the last before a power cut."""
    read_key_file(upcoming)
    beside = older_key_file(current, key_id_of(read_key_file(current)))
    if not beside.exists():
        os.link(current, beside)
    _to_disk(current.parent)
    upcoming.replace(current)
    _to_disk(current.parent)


def _to_disk(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _rewrap_file(path: Path, vault: Vault, purpose: bytes) -> int:
    """Bring one wrapped file under the current key; 1 where it was not. A file that was removed meanwhile stays removed."""
    try:
        wrapped = path.read_bytes()
        if wrapped_under(wrapped) == vault.keys.current:
            return 0
        unfinished = path.with_name(f".{path.name}.unfinished")
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, PRIVATE_FILE)
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(vault.wrap_again(wrapped, purpose))
            stream.flush()
            os.fsync(stream.fileno())
        unfinished.replace(path)
    except FileNotFoundError:
        return 0
    return 1


@contextmanager
def _alone(home: Home) -> Iterator[None]:
    """One rotation at a time; the lock goes with the process that holds it."""
    handle = os.open(home.secrets / ".rotation.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, PRIVATE_FILE)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as held:
            raise Busy("Another rotation of keys is at work in this home.", "Two at once would not be quicker.", "Wait until it has finished.") from held
        yield
    finally:
        os.close(handle)


def retire_envelope_key(home: Home, key_id: str) -> Path:
    """Remove an older key that nothing here stands under any more; answers the file that was removed.

    Raises:
        WrongCall: it is not one of the older keys in files.
        AnswerIsNo: something stands under it, or may (the first form names no key).
    """
    ring = load_envelope_keys(home.envelope_key)
    file = older_key_file(home.envelope_key, key_id)
    if key_id == ring.current or not file.is_file():
        raise WrongCall(f"“{key_id}” is not an older envelope key of this home.", "Nothing was removed.", "See which keys there are: arrears keys show")
    with _alone(home):
        rotation.wait_for_older_writers()
        standing = [one for one in _census(home) if one.key_id in ("", key_id)]
        if standing:
            told = ", ".join(f"{one.count:,} {one.place}" for one in standing)
            raise AnswerIsNo(f"The key {key_id} is still needed: {told}.", "Nothing was removed.", "Bring everything under the current key first: arrears keys rotate")
        file.unlink()
        _to_disk(file.parent)
    return file


def rotate_number_key(home: Home, further_namespaces: Sequence[str] = (), *, at: datetime, progress: Progress) -> NumbersRotated:
    """Replace the key under which customers' and accounts' numbers are hashed, or finish the replacement that was stopped. No id changes.

    Args:
        further_namespaces: the lender's systems (`namespace` of a mapping) whose books lie outside this home.
    """
    institution_id, vault = institution_of(home), default_vault()
    with _alone(home):
        with acting_for(institution_id):
            first = institution_key(institution_id, vault)
            keys = hash_keys(institution_id, "numbers", first, vault)
            unfinished = len(keys.by_no) > 1 and rotation.numbers_under_older_keys(institution_id, first)
            current = keys.current
        if not unfinished:
            with acting_for(institution_id):
                current = new_hash_key(institution_id, "numbers", at, vault)
        known = sorted({*namespaces(home, institution_id), *further_namespaces})
        total, changed, last = rotation.numbers_under_older_keys(institution_id, first), 0, -1
        while last is not None:
            batch = rotation.rehash_batch(institution_id, first, known, last, vault)
            last, changed = batch.last, changed + batch.changed
            progress("numbers", changed, total)
        left = rotation.numbers_under_older_keys(institution_id, first)
        if not left:
            with acting_for(institution_id):
                retire_hash_keys(institution_id, "numbers", current)
    return NumbersRotated(current, changed, left)


def numbers_key_of(home: Home) -> int:
    """Under which key, by its number, are new customers' numbers hashed?"""
    institution_id = institution_of(home)
    with acting_for(institution_id):
        return hash_keys(institution_id, "numbers", institution_key(institution_id)).current


def not_finished(rotated: Rotated) -> Refused | None:
    """What is to be said where something is left under an older key?"""
    if not rotated.left:
        return None
    told = ", ".join(f"{one.count:,} {one.place}" for one in rotated.left)
    return Refused(f"Not everything stands under the current key yet: {told}.", "An older key is still needed for it.", "Call it again: arrears keys rotate")
