"""Does a PDF hold something that acts when it is opened: JavaScript, a launch action, an embedded file?

Such a thing always has its name in plain (ISO 32000-1: 12.6.4, 7.11.4), be it written with `#` escapes or inside a compressed object
stream. So names are looked for in the file's own bytes and in every stream that can be unpacked; no tree of objects is built, since
readers repair broken files in ways that a strict reader would not follow. Encrypted files and object streams packed in another way are
refused, because nobody could look into them.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator

from arrears.record.evidence.refusals import acts_on_its_own, cut_off, hidden_from_view

_ACTS = (
    ("JavaScript", "JavaScript"), ("Launch", "an action that starts a program"), ("EmbeddedFile", "an embedded file"), ("EmbeddedFiles", "an embedded file"),
    ("RichMedia", "embedded media that can run"), ("XFA", "a form that can run scripts"), ("ImportData", "an action that reads files"),
)
_NAME = re.compile(rb"/(" + b"|".join(name.encode() for name, _ in _ACTS) + rb")(?=[\x00\t\n\x0c\r ()<>\[\]{}/%]|\Z)")
_ESCAPED = re.compile(rb"#([0-9A-Fa-f]{2})")
_STREAM = re.compile(rb"stream\r?\n")
_DICTIONARY_BYTES = 2048
MOST_UNPACKED_BYTES = 256 << 20
"""Streams that unpack to more than this in all are not looked through: a small file can hold an endless one."""
_PIECE = 1 << 20


def refuse_active_pdf(content: bytes) -> None:
    """Raises `NotKept` where the PDF holds something that acts, is encrypted, or cannot be looked through.

    >>> refuse_active_pdf(b"%PDF-1.7\\n1 0 obj << /S /Java#53cript /JS (app.alert) >> endobj\\n%%EOF")
    Traceback (most recent call last):
    ...
    arrears.record.evidence.refusals.NotKept: The file holds JavaScript. ...
    """
    if b"%%EOF" not in content[-2048:]:
        raise cut_off()
    plain = _unescaped(content)
    _refuse_names(plain)
    if re.search(rb"/Encrypt(?=[\x00\t\n\x0c\r </])", plain):
        raise hidden_from_view("the PDF is encrypted")
    unpacked = 0
    for piece in _unpacked_streams(content):
        unpacked += len(piece)
        if unpacked > MOST_UNPACKED_BYTES:
            raise hidden_from_view("its packed parts are too large")
        _refuse_names(_unescaped(piece))


def _refuse_names(plain: bytes) -> None:
    found = _NAME.search(plain)
    if found:
        raise acts_on_its_own(dict(_ACTS)[found.group(1).decode()])


def _unescaped(content: bytes) -> bytes:
    """Names may write any letter as # and two hex digits (ISO 32000-1, 7.3.5)."""
    return _ESCAPED.sub(lambda match: bytes([int(match.group(1), 16)]), content)


def _unpacked_streams(content: bytes) -> Iterator[bytes]:
    """What every deflated stream holds, a piece at a time, each piece beginning with the end of the one before; pictures are left out."""
    for found in _STREAM.finditer(content):
        about = _unescaped(content[max(0, found.start() - _DICTIONARY_BYTES) : found.start()])
        about = about[about.rfind(b"obj") + 3 :] if b"obj" in about else about
        holds_objects = b"/ObjStm" in about or b"/First" in about
        if b"/Width" in about and not holds_objects:
            continue
        if holds_objects and re.search(rb"/(LZWDecode|ASCIIHexDecode|ASCII85Decode|RunLengthDecode|Crypt|AHx|A85|LZW|RL)\b", about):
            raise hidden_from_view("its objects are packed in an unusual way")
        yield from _inflated(memoryview(content)[found.end() :])


def _inflated(packed: memoryview) -> Iterator[bytes]:
    engine = zlib.decompressobj()
    kept = b""
    for start in range(0, len(packed), _PIECE):
        waiting = bytes(packed[start : start + _PIECE])
        while waiting and not engine.eof:
            try:
                piece = engine.decompress(waiting, _PIECE)
            except zlib.error:
                return  # Not deflated, or broken: readers show what came before the fault, and that was looked at.
            waiting = engine.unconsumed_tail
            yield kept + piece
            kept = piece[-64:]
            if not piece:
                break
        if engine.eof:
            return
