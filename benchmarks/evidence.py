"""How fast is a file sealed, opened and kept?

    python benchmarks/evidence.py [--megabytes 100] [--files 200]

Prints MB/s of sealing and opening with the peak memory, and files/s of keeping small ones in a folder, safe on the disk. As floors of the
same run: SHA-256 over the same bytes, and writing the same files with fsync.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import tempfile
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path

from arrears.record.evidence.sealed import CHUNK_BYTES, Meant, open_file, seal_file
from arrears.record.evidence.store import EvidenceStore

KEY, MEANT, SMALL = bytes(32), Meant(1, 2), b"a short message with its receipt " * 64


class Noise:
    """So many bytes that are read and never whole in memory."""

    def __init__(self, length: int) -> None:
        self._left, self._piece = length, os.urandom(CHUNK_BYTES)

    def read(self, size: int = -1, /) -> bytes:
        """The next bytes."""
        given = min(size, self._left)
        self._left -= given
        return self._piece[:given]


def megabytes_a_second(work: Callable[[], None], length: int) -> tuple[float, float]:
    """Rate, and the peak of Python's own memory in MB in a second turn (measuring it slows the work)."""
    started = time.perf_counter()
    work()
    seconds = time.perf_counter() - started
    tracemalloc.start()
    work()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return length / seconds / 1e6, peak / 1e6


def sealing(length: int, folder: Path) -> None:
    """Hash, seal and open a large file."""
    file = folder / "sealed"

    def hashed() -> None:
        noise, digest = Noise(length), hashlib.sha256()
        while piece := noise.read(CHUNK_BYTES):
            digest.update(piece)

    def sealed() -> None:
        with file.open("wb") as target:
            target.writelines(seal_file(Noise(length), length, KEY, MEANT, os.urandom(16)))

    def opened() -> None:
        with file.open("rb") as source:
            for _piece in open_file(source, KEY, MEANT):
                pass

    for name, work in (("SHA-256 alone", hashed), ("seal and write", sealed), ("read and open", opened)):
        rate, peak = megabytes_a_second(work, length)
        print(f"{name:<32}{rate:>10,.0f} MB/s{peak:>10,.1f} MB peak")


def keeping(files: int, folder: Path) -> None:
    """Put small files, each on the disk before the next."""
    store = EvidenceStore(folder / "store", 1)

    def kept(number: int) -> None:
        store.put(seal_file(_File(SMALL), len(SMALL), KEY, Meant(1, number + 1), os.urandom(16)))

    def written(number: int) -> None:
        with (folder / f"plain-{number}").open("wb") as target:
            target.write(SMALL)
            target.flush()
            os.fsync(target.fileno())

    for name, work in (("write with fsync alone", written), ("seal, put, safe on the disk", kept)):
        started = time.perf_counter()
        for number in range(files):
            work(number)
        print(f"{name:<32}{files / (time.perf_counter() - started):>10,.0f} files/s")


class _File:
    """Bytes that are read once."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def read(self, size: int = -1, /) -> bytes:
        """The next bytes."""
        given, self._content = self._content[:size], self._content[size:]
        return given


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--megabytes", type=int, default=100)
    parser.add_argument("--files", type=int, default=200)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        sealing(asked.megabytes * 1_000_000, Path(folder))
        keeping(asked.files, Path(folder))


if __name__ == "__main__":
    main()
