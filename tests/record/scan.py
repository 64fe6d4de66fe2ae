"""Is a value anywhere in these files? Plainly, in other encodings, in the columns of Parquet files, and behind the envelope key."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

SHORTEST = 6


def forms_of_text(text: str) -> set[bytes]:
    """A text as it could stand in a file: encodings, hexadecimal and base64 at each of its three places."""
    plain = {text.encode("utf-8"), text.encode("utf-16-le"), text.encode("utf-16-be"), text.encode("gb18030")}
    return {form for one in plain for form in forms_of_bytes(one)} | {ascii(text)[1:-1].encode()}


def forms_of_bytes(raw: bytes) -> set[bytes]:
    """The bytes themselves, and as text of the usual two kinds."""
    found = {raw, raw.hex().encode(), raw.hex().upper().encode()}
    for lead in range(3):
        whole = base64.b64encode(b"\0" * lead + raw)
        # Only the middle is the same whatever stands before and after.
        middle = whole[4 if lead else 0 : len(whole) - 4 if (lead + len(raw)) % 3 else len(whole)]
        found |= {middle, middle.replace(b"+", b"-").replace(b"/", b"_")}
    return {form for form in found if len(form) >= SHORTEST}


def pieces_of(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Each file of a folder as bytes, and the columns of Parquet files as they read when uncompressed."""
    for path in sorted(folder.rglob("*")):
        if not path.is_file() or path.is_symlink():
            continue
        content = path.read_bytes()
        yield str(path), content
        if content[:4] == b"PAR1":
            yield from ((f"{path}#{name}", column) for name, column in _columns(path))
    yield "names of files", "\n".join(str(path) for path in folder.rglob("*")).encode()


def _columns(path: Path) -> Iterator[tuple[str, bytes]]:
    table = pq.read_table(path)
    for name in table.column_names:
        values = table[name]
        if pa.types.is_binary(values.type) or pa.types.is_large_binary(values.type):
            yield name, b"\n".join(one or b"" for one in values.to_pylist())
        elif pa.types.is_integer(values.type):
            yield name, pc.cast(values.combine_chunks(), pa.int64()).fill_null(0).to_numpy().tobytes()
        else:
            yield name, "\n".join(str(one) for one in values.to_pylist() if one is not None).encode()


def found_in(folders: Iterable[Path], wanted: Mapping[str, set[bytes]], more: Iterable[tuple[str, bytes]] = ()) -> dict[str, list[str]]:
    """Where each wanted value stands, by its name; values that are nowhere are missing."""
    needles = {form: name for name, forms in wanted.items() for form in forms}
    by_head: dict[bytes, list[bytes]] = {}
    for form in needles:
        by_head.setdefault(form[:4], []).append(form)
    firsts, seconds = (_table(head[place : place + 2] for head in by_head) for place in (0, 2))
    found: dict[str, set[str]] = {}
    for name, content in (*(piece for folder in folders for piece in pieces_of(folder)), *more):
        for start in _candidates(content, firsts, seconds):
            for form in by_head.get(content[start : start + 4], ()):
                if content.startswith(form, start):
                    found.setdefault(needles[form], set()).add(name)
    return {name: sorted(places) for name, places in found.items()}


def _table(pairs: Iterable[bytes]) -> np.ndarray:
    """Which pairs of bytes occur: one truth for each of 65,536."""
    table = np.zeros(1 << 16, dtype=bool)
    table[[int.from_bytes(pair, "little") for pair in pairs]] = True
    return table


def _candidates(content: bytes, firsts: np.ndarray, seconds: np.ndarray) -> Iterator[int]:
    """At which places could a value begin, by its first two and its next two bytes?"""
    for shift in (0, 1):
        pairs = np.frombuffer(content, "<u2", count=max(0, (len(content) - shift) // 2), offset=min(shift, len(content)))
        if len(pairs) > 1:
            yield from (2 * np.flatnonzero(firsts[pairs[:-1]] & seconds[pairs[1:]]) + shift).tolist()
