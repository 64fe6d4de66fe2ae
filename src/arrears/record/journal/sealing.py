"""How does an entry get its number? One sealer at a time takes what waits, oldest first, and numbers it without a gap.

The numbers are given by a database function, in the statement that takes the entries out of the queue; what is done here is the tree's
tiles above them, in the same transaction. Whatever happens in between, an entry is either waiting or sealed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import pyarrow as pa

from arrears.casefile.store import sets
from arrears.casefile.store.institution import acting_for, acting_institution
from arrears.record.journal.checking import entries_without_fact, raise_alarm
from arrears.record.journal.merkle import leaf_hash, reduced
from arrears.record.journal.nodes import TILE, pieces

CHUNK_ENTRIES = 20_000
"""Sealed in one transaction: a second or less, so that nobody waits long for the lock."""
ALARM_AFTER = timedelta(seconds=60)
"""An entry that waits longer than this is a matter for somebody."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many entries have no number yet, since when does the oldest wait, and what time is it for the database?"""

    entries: int
    oldest_since: datetime | None
    now: datetime

    @property
    def alarms(self) -> bool:
        """Does one wait longer than it should?"""
        return self.oldest_since is not None and self.now - self.oldest_since > ALARM_AFTER


def waiting() -> Waiting:
    """What waits to be sealed, by the database's own clock? Inside `acting_for`."""
    row = sets.cursor().execute(
        "SELECT count(*), min(since), clock_timestamp() FROM unsealed_entries WHERE institution_id = %s", [acting_institution()]).fetchone()
    assert row is not None
    return Waiting(int(row[0]), row[1], row[2])


def seal(institution_id: int) -> int:
    """Give every waiting entry of the institution its number, chunk after chunk, each in a transaction of its own; answers how many.

    An entry without its fact is sealed like every other, and an alarm is raised. Waits for another sealer that is at work. Not inside a transaction of the caller: what was sealed must be seen by others at once.
    """
    sealed = 0
    while True:
        with acting_for(institution_id):
            count = seal_chunk()
        sealed += count
        if count < CHUNK_ENTRIES:
            return sealed


def seal_chunk(at_most: int = CHUNK_ENTRIES) -> int:
    """Number the oldest entries that wait, and complete the tiles over them; answers how many. Inside `acting_for`."""
    cur = sets.cursor()
    rows = cur.execute("SELECT number, entry_hash, clock_timestamp() FROM seal_entries(%s)", [at_most]).fetchall()
    if rows:
        first, last, at = rows[0][0], rows[-1][0], rows[0][2]
        _complete_tiles(first, [leaf_hash(bytes(entry_hash)) for _, entry_hash, _ in rows])
        raise_alarm(entries_without_fact(first, last), at)
    return len(rows)


def _complete_tiles(first: int, leaves: Sequence[bytes]) -> None:
    """Write each tile that these leaves complete, at every height."""
    begun = _begun_tile(first)
    level, tiles = 0, list(_whole_tiles(first - len(begun), [*begun, *leaves]))
    while tiles:
        _write(level, tiles)
        level, tiles = level + 1, list(_tiles_above(level, [number for number, _ in tiles]))


def _begun_tile(first: int) -> list[bytes]:
    """The leaves before `first` whose tile was not complete."""
    rows = sets.cursor().execute(
        "SELECT entry_hash FROM sealed_entries WHERE institution_id = %s AND number >= %s AND number < %s ORDER BY number",
        [acting_institution(), first - first % TILE, first])
    return [leaf_hash(bytes(entry_hash)) for (entry_hash,) in rows]


def _whole_tiles(start: int, hashes: Sequence[bytes]) -> Iterator[tuple[int, bytes]]:
    for place in range(0, len(hashes) - TILE + 1, TILE):
        yield (start + place) // TILE, b"".join(hashes[place : place + TILE])


def _tiles_above(level: int, written: Sequence[int]) -> Iterator[tuple[int, bytes]]:
    """The tiles one height up whose last part was written now; their parts lie in this transaction or earlier ones."""
    for number in written:
        if number % TILE == TILE - 1:
            rows = sets.cursor().execute(
                "SELECT hashes FROM log_tiles WHERE institution_id = %s AND level = %s AND tile > %s AND tile <= %s ORDER BY tile",
                [acting_institution(), level, number - TILE, number])
            roots = [reduced(pieces(bytes(hashes))) for (hashes,) in rows]
            assert len(roots) == TILE, "a tile of the log is missing"
            yield number // TILE, b"".join(roots)


def _write(level: int, tiles: Sequence[tuple[int, bytes]]) -> None:
    numbers, hashes = zip(*tiles, strict=True)
    sets.insert("log_tiles", pa.table({"level": pa.array([level] * len(tiles), pa.int32()), "tile": pa.array(numbers, pa.int64()), "hashes": pa.array(hashes, pa.binary())}))
