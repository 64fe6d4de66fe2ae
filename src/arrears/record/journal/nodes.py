"""Where do the hashes of a sealed log come from when a root or a proof is asked for?

The tree's nodes are kept in tiles of 256 hashes, at the heights 0, 8, 16 …, complete ones only: any node is a few hashes away from one
tile. What lies behind the last complete tile of leaves is read from the numbered entries. A proof among millions of entries reads a
handful of rows; `preload` fetches the tiles of many proofs at once. Inside `acting_for`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pyarrow as pa

from arrears.casefile.store import sets
from arrears.casefile.store.institution import acting_institution
from arrears.record.journal.merkle import leaf_hash, node_hash, pyramid, reduced

TILE = 256
_HEIGHT = 8
_HASH_BYTES = 32
_PYRAMIDS_MAX = 512
"""Some 20 MB; all tiles that the right edge of a tree goes through, and as many again."""


def log_size() -> int:
    """How many entries have a number?"""
    row = sets.cursor().execute("SELECT coalesce(max(number) + 1, 0) FROM sealed_entries WHERE institution_id = %s", [acting_institution()]).fetchone()
    assert row is not None
    return int(row[0])


class StoredNodes:
    """The nodes of the acting institution's log as it stands at `size` entries; call it with height and index."""

    def __init__(self, size: int) -> None:
        self.size = size
        self._institution_id = acting_institution()
        self._tiles: dict[tuple[int, int], list[bytes]] = {}
        self._edge: list[bytes] | None = None
        self._pyramids: dict[tuple[int, int], list[list[bytes]]] = {}
        self._high: dict[tuple[int, int], bytes] = {}
        """Nodes from height 8 on that were worked out before: proofs of one head share most of them."""

    def __call__(self, height: int, index: int) -> bytes:
        """The hash of a perfect subtree inside the log."""
        level, above = divmod(height, _HEIGHT)
        tile, first = divmod(index << above, TILE)
        if self._is_complete(level, tile):
            return self._pyramid(level, tile)[above][first >> above]
        if level == 0:
            return reduced(self._leaves_behind_the_tiles()[first : first + (1 << above)])
        if (height, index) not in self._high:
            self._high[height, index] = self._joined(height, index)
        return self._high[height, index]

    def _joined(self, height: int, index: int) -> bytes:
        """A node above the tiles that are complete: the top of one, or two nodes below."""
        if height % _HEIGHT == 0:
            return self._pyramid(height // _HEIGHT - 1, index)[-1][0]
        return node_hash(self(height - 1, 2 * index), self(height - 1, 2 * index + 1))

    def _pyramid(self, level: int, tile: int) -> list[list[bytes]]:
        """The nodes over a tile, height by height; the last ones made are kept."""
        made = self._pyramids.get((level, tile))
        if made is None:
            while len(self._pyramids) >= _PYRAMIDS_MAX:
                del self._pyramids[next(iter(self._pyramids))]
            made = self._pyramids[level, tile] = pyramid(self._tile(level, tile))
        return made

    def preload(self, numbers: Iterable[int]) -> None:
        """Read the tiles of leaves that proofs of these entries need, at once."""
        wanted = sorted({number // TILE for number in numbers if self._is_complete(0, number // TILE)} - {tile for level, tile in self._tiles if level == 0})
        self._read(0, wanted)

    def _is_complete(self, level: int, tile: int) -> bool:
        return (tile + 1) * TILE << _HEIGHT * level <= self.size

    def _tile(self, level: int, tile: int) -> list[bytes]:
        if (level, tile) not in self._tiles:
            self._read(level, self._neighbours(level, tile) if self._is_at_the_edge(level, tile) else [tile])
        return self._tiles[level, tile]

    def _is_at_the_edge(self, level: int, tile: int) -> bool:
        """Is the tile above this one not complete? Then a root goes through all of its complete neighbours."""
        return not self._is_complete(level + 1, tile // TILE)

    def _neighbours(self, level: int, tile: int) -> list[int]:
        first = tile - tile % TILE
        return [t for t in range(first, first + TILE) if self._is_complete(level, t) and (level, t) not in self._tiles]

    def _read(self, level: int, tiles: Sequence[int]) -> None:
        if not tiles:
            return
        rows = sets.lookup(
            f"SELECT t.tile, t.hashes FROM wanted w JOIN log_tiles t ON t.institution_id = {self._institution_id} AND t.level = {level} AND t.tile = w.tile",
            pa.array(tiles, pa.int64()), "tile")
        for tile, hashes in rows:
            self._tiles[level, tile] = pieces(bytes(hashes))

    def _leaves_behind_the_tiles(self) -> list[bytes]:
        """The leaves after the last complete tile, at most 255."""
        if self._edge is None:
            start = self.size - self.size % TILE
            rows = sets.cursor().execute(
                "SELECT entry_hash FROM sealed_entries WHERE institution_id = %s AND number >= %s AND number < %s ORDER BY number",
                [self._institution_id, start, self.size])
            self._edge = [leaf_hash(bytes(entry_hash)) for (entry_hash,) in rows]
        return self._edge


def pieces(hashes: bytes) -> list[bytes]:
    """A tile's hashes one by one.

    >>> [len(piece) for piece in pieces(bytes(64))]
    [32, 32]
    """
    return [hashes[start : start + _HASH_BYTES] for start in range(0, len(hashes), _HASH_BYTES)]
