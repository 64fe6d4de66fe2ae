"""Where do random ids come from? From the operating system's chance, here alone."""

from __future__ import annotations

import os

import numpy as np
from numpy.typing import NDArray

from arrears.core.ids import ID_MAX


def random_id() -> int:
    """Draw one id: positive, 63 bits."""
    return (int.from_bytes(os.urandom(8), "big") & ID_MAX) or 1


def random_ids(count: int) -> NDArray[np.int64]:
    """Draw `count` different ids, ascending, so that indexes grow at one end while a set is written."""
    ids = np.unique(_draw(count))
    while len(ids) < count:
        ids = np.unique(np.concatenate([ids, _draw(count - len(ids))]))
    return ids


def _draw(count: int) -> NDArray[np.int64]:
    drawn = np.frombuffer(os.urandom(8 * count), dtype=np.int64) & np.int64(ID_MAX)
    return drawn[drawn > 0]
