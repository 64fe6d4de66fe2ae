"""How do many files become one file in which no bit can change unseen?

A .zip, but the plainest there is: members stored without compression, in order of their names, no comments, no extra fields, every date
1980-01-01. The same files give the same bytes, and a reader can say of each byte what it must be. Names are lower-case ASCII, so that no
two of them are one on another machine.
"""

from __future__ import annotations

import os
import re
import shutil
import struct
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import BinaryIO

from arrears.core.problems import Refused

NAME = re.compile(r"[a-z0-9][a-z0-9._-]*(?:/[a-z0-9][a-z0-9._-]*)*")
Content = bytes | Path
"""A file's bytes, or where they lie."""
_CHUNK = 1 << 20
_LARGEST = 0xFFFFFFFF
_MOST_FILES = 0xFFFF
_VERSION, _DAY = 20, 33
_LOCAL, _CENTRAL, _END = struct.Struct("<4s5H3I2H"), struct.Struct("<4s6H3I5H2I"), struct.Struct("<4s4H2IH")


def pieces_of(content: Content) -> Iterator[bytes]:
    """The bytes, a megabyte at a time."""
    if isinstance(content, bytes):
        yield content
        return
    with content.open("rb") as stream:
        while piece := stream.read(_CHUNK):
            yield piece


def size_of(content: Content) -> int:
    """How many bytes?"""
    return len(content) if isinstance(content, bytes) else content.stat().st_size


def write_zip(files: Mapping[str, Content], out: BinaryIO) -> None:
    """Write the files as one .zip.

    Raises:
        Refused: more than such a file can hold.

    >>> import io, zipfile
    >>> out = io.BytesIO()
    >>> write_zip({"b.txt": b"two", "a.txt": b"one"}, out)
    >>> zipfile.ZipFile(out).namelist(), len(out.getvalue())
    (['a.txt', 'b.txt'], 200)
    """
    _must_have_names(files)
    if sum(map(size_of, files.values())) + 200 * len(files) > _LARGEST or len(files) > _MOST_FILES:
        raise Refused("The dossier is too large for one .zip (4 GB).", "Nothing was written.", "Write it as a folder: name an --output that does not end in .zip.")
    at, directory = 0, []
    for name, content in sorted(files.items()):
        crc, size, raw = _checksum(content), size_of(content), name.encode("ascii")
        out.write(_LOCAL.pack(b"PK\x03\x04", _VERSION, 0, 0, 0, _DAY, crc, size, size, len(raw), 0) + raw)
        for piece in pieces_of(content):
            out.write(piece)
        directory.append(_CENTRAL.pack(b"PK\x01\x02", _VERSION, _VERSION, 0, 0, 0, _DAY, crc, size, size, len(raw), 0, 0, 0, 0, 0, at) + raw)
        at += _LOCAL.size + len(raw) + size
    central = b"".join(directory)
    out.write(central + _END.pack(b"PK\x05\x06", 0, 0, len(directory), len(directory), len(central), at, 0))


def write_folder(files: Mapping[str, Content], folder: Path) -> None:
    """Write the files into a new folder, mode 0700, each file 0600."""
    _must_have_names(files)
    folder.mkdir(mode=0o700)
    for name, content in sorted(files.items()):
        path = folder / name
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
            for piece in pieces_of(content):
                out.write(piece)


def write_bundle(files: Mapping[str, Content], target: Path) -> None:
    """Write a .zip where the name ends so, else a folder. `target` must not exist; what stands half written is removed again.

    Raises:
        Refused: it cannot be written.
    """
    try:
        if target.suffix == ".zip":
            with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
                write_zip(files, out)
        else:
            write_folder(files, target)
    except FileExistsError as there:
        raise Refused(f"{target} is there already.", "Nothing was overwritten.", "Name another file, or move it away.") from there
    except OSError as trouble:
        remove(target)
        raise Refused(f"{target} could not be written: {trouble.strerror}.", "No dossier was made.", "Name a place that you may write to and that has room.") from trouble


def remove(target: Path) -> None:
    """Remove a bundle, file or folder; nothing where there is none."""
    if target.is_dir():
        shutil.rmtree(target)
    else:
        target.unlink(missing_ok=True)


def _must_have_names(files: Mapping[str, Content]) -> None:
    for name in files:
        assert NAME.fullmatch(name), f"{name} is no name of a file in a dossier"


def _checksum(content: Content) -> int:
    crc = 0
    for piece in pieces_of(content):
        crc = zlib.crc32(piece, crc)
    return crc
