"""Which kind of file is this, by its own bytes, and may it be kept?

The first bytes decide; the stated name must agree, so that a file is never served under a name that means something else to the machine
that opens it. Only types that a court can open and that do nothing when opened are on the list. Files that are two things at once (a
picture with an archive behind it) are refused where that is cheap to see: this is a gate against mishap and common tricks, no scanner
for malware.
"""

from __future__ import annotations

import codecs
import io
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import BinaryIO

from arrears.casefile.facts.evidence import EvidenceKind
from arrears.record.evidence.refusals import acts_on_its_own, another_name, empty, hidden_from_view, not_a_kept_type, too_large

MEGABYTE = 1 << 20
LIMIT_BYTES: Mapping[EvidenceKind, int] = {
    **dict.fromkeys(EvidenceKind, 50 * MEGABYTE),
    EvidenceKind.RECORDING: 256 * MEGABYTE,
    EvidenceKind.PHOTOGRAPH: 25 * MEGABYTE,
    EvidenceKind.MESSAGE: 25 * MEGABYTE,
    EvidenceKind.RECEIPT: 25 * MEGABYTE,
}
"""The largest file of each kind of evidence."""
MOST_BYTES = max(LIMIT_BYTES.values())
"""The largest file of any kind: what a page takes in before it knows the kind."""
DOCUMENT_BYTES = 50 * MEGABYTE
"""The largest file that is looked through from end to end (documents, mails, text); sound and film are only looked at."""
HEAD_BYTES = 4096
_TAIL_BYTES = 66_000


@dataclass(frozen=True, slots=True)
class MediaType:
    """A type that is kept: its name on the wire, the endings its files may have (the first is given to a download)."""

    name: str
    endings: tuple[str, ...]


PDF = MediaType("application/pdf", (".pdf",))
JPEG = MediaType("image/jpeg", (".jpg", ".jpeg"))
PNG = MediaType("image/png", (".png",))
WAV = MediaType("audio/wav", (".wav",))
MP3 = MediaType("audio/mpeg", (".mp3",))
OGG = MediaType("audio/ogg", (".ogg", ".oga", ".opus"))
M4A = MediaType("audio/mp4", (".m4a", ".mp4"))
MP4 = MediaType("video/mp4", (".mp4", ".m4v"))
TEXT = MediaType("text/plain", (".txt",))
MAIL = MediaType("message/rfc822", (".eml",))
DOCX = MediaType("application/vnd.openxmlformats-officedocument.wordprocessingml.document", (".docx",))
XLSX = MediaType("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", (".xlsx",))
KEPT_TYPES: Mapping[str, MediaType] = {one.name: one for one in (PDF, JPEG, PNG, WAV, MP3, OGG, M4A, MP4, TEXT, MAIL, DOCX, XLSX)}
ENDINGS = tuple(sorted({ending for one in KEPT_TYPES.values() for ending in one.endings}))
"""Every ending that a kept file may have."""

_REFUSED_STARTS = (
    (b"MZ", "a Windows program"), (b"\x7fELF", "a program"), (b"\xca\xfe\xba\xbe", "a program"), (b"\xcf\xfa\xed\xfe", "a program"), (b"#!", "a script"),
    (b"\xd0\xcf\x11\xe0", "an old or encrypted Office document"), (b"Rar!", "a RAR archive"), (b"7z\xbc\xaf", "a 7-Zip archive"), (b"\x1f\x8b", "a gzip archive"),
    (b"BZh", "a bzip2 archive"), (b"\xfd7zXZ", "an xz archive"), (b"L\0\0\0\x01\x14\x02\0", "a Windows shortcut"), (b"GIF8", "a GIF picture"),
    (b"{\\rtf", "an RTF document"), (b"ITSF", "a help file that can run scripts"), (b"II*\0", "a TIFF picture"), (b"MM\0*", "a TIFF picture"), (b"BM", "a bitmap"),
)
_MARKUP = (b"<!doctype", b"<html", b"<svg", b"<script", b"<?xml", b"<?php", b"<head", b"<body", b"<hta:")
_MP4_BRANDS = frozenset({b"isom", b"iso2", b"iso3", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42", b"avc1", b"M4V ", b"M4VH", b"MSNV", b"dash", b"mmp4", b"f4v "})


def media_type_of(content: BinaryIO, size_bytes: int, file_name: str) -> MediaType:
    """Which kept type is this file, with a name that agrees and nothing in it that acts on its own? Reads `content` anywhere.

    Raises:
        NotKept: it is none, or not called as its type is, or holds something that acts.

    >>> media_type_of(io.BytesIO(b"Called at nine."), 15, "note.txt").name
    'text/plain'
    >>> media_type_of(io.BytesIO(b"MZ" + bytes(60)), 62, "invoice.pdf")
    Traceback (most recent call last):
    ...
    arrears.record.evidence.refusals.NotKept: The file looks like a Windows program, which is not kept as evidence. ...
    """
    content.seek(0)
    head = content.read(HEAD_BYTES)
    found = _type_by_head(head, file_name)
    if found in _LOOKED_THROUGH:
        if size_bytes > DOCUMENT_BYTES:
            raise too_large(in_words(DOCUMENT_BYTES))
        content.seek(0)
        found = _LOOKED_THROUGH[found](content.read())
    else:
        _refuse_two_things(found, head, _tail(content, size_bytes))
    _refuse_another_name(found, file_name)
    content.seek(0)
    return found


def in_words(size_bytes: int) -> str:
    """How large is a file, for a person?

    >>> in_words(900), in_words(20_480), in_words(26_214_400)
    ('900 bytes', '20 KB', '25 MB')
    """
    if size_bytes < 1024:
        return f"{size_bytes} bytes"
    if size_bytes < MEGABYTE:
        return f"{size_bytes // 1024} KB"
    whole, tenths = divmod(size_bytes * 10 // MEGABYTE, 10)
    return f"{whole}.{tenths} MB" if tenths else f"{whole} MB"


def ending_of(media_type: str) -> str:
    """Which ending does a download of this type get? `.bin` for a type that is no longer known.

    >>> ending_of("image/jpeg")
    '.jpg'
    """
    known = KEPT_TYPES.get(media_type)
    return known.endings[0] if known else ".bin"


def _type_by_head(head: bytes, file_name: str) -> MediaType:
    """The type that the first bytes say; text and mail have no mark of their own, so there the name is asked as well."""
    if not head:
        raise empty()
    for found, fits in _MARKS:
        if fits(head):
            # Many telephones write their sound as general MP4; there the name alone says that there is no picture.
            return M4A if found is MP4 and _ending(file_name) == ".m4a" else found
    for start, named in _REFUSED_STARTS:
        # Two letters are no proof: a note may well begin with “BM”.
        if head.startswith(start) and (len(start) > 2 or start == b"#!" or not _looks_like_text(head)):
            raise not_a_kept_type(named)
    if head[4:8] == b"ftyp":
        raise not_a_kept_type("film or pictures of another kind")
    if head.startswith(b"PK"):
        return DOCX  # Any archive: what is in it decides, and refuses what is no document.
    if not _looks_like_text(head):
        raise not_a_kept_type("something unknown")
    if _ending(file_name) == ".eml":
        return MAIL
    if _is_markup(head):
        raise not_a_kept_type("a page or drawing with markup (HTML, SVG, XML)")
    return TEXT


def _is_mp3(head: bytes) -> bool:
    """An ID3 tag, or a frame whose head makes sense and, where the next one is in sight, is followed by another."""
    if head[:3] == b"ID3":
        return len(head) > 10 and max(head[6:10]) < 0x80
    length = _mp3_frame_bytes(head)
    return bool(length) and (length + 4 > len(head) or _mp3_frame_bytes(head[length:]) > 0)


def _mp3_frame_bytes(head: bytes) -> int:
    """Length of the MPEG layer III frame that begins here; 0 where none does (ISO 11172-3, 13818-3)."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE6 != 0xE2:
        return 0
    version, bitrate_index, rate_index, padding = (head[1] >> 3) & 3, head[2] >> 4, (head[2] >> 2) & 3, (head[2] >> 1) & 1
    if version == 1 or bitrate_index in (0, 15) or rate_index == 3:
        return 0
    kilobits = (_MPEG1_KILOBITS if version == 3 else _MPEG2_KILOBITS)[bitrate_index]
    hertz = (44_100, 48_000, 32_000)[rate_index] >> {3: 0, 2: 1, 0: 2}[version]
    return (144 if version == 3 else 72) * kilobits * 1000 // hertz + padding


_MPEG1_KILOBITS = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
_MPEG2_KILOBITS = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)

_MARKS: tuple[tuple[MediaType, Callable[[bytes], bool]], ...] = (
    (PDF, lambda head: head.startswith(b"%PDF-")),
    (JPEG, lambda head: head.startswith(b"\xff\xd8\xff")),
    (PNG, lambda head: head.startswith(b"\x89PNG\r\n\x1a\n")),
    (WAV, lambda head: head[:4] == b"RIFF" and head[8:12] == b"WAVE"),
    (OGG, lambda head: head.startswith(b"OggS\0")),
    (M4A, lambda head: head[4:8] == b"ftyp" and head[8:12] in {b"M4A ", b"M4B "}),
    (MP4, lambda head: head[4:8] == b"ftyp" and head[8:12] in _MP4_BRANDS),
    (MP3, _is_mp3),
)


def _ending(file_name: str) -> str:
    return PurePosixPath(file_name.replace("\\", "/")).suffix.lower()


def _refuse_another_name(found: MediaType, file_name: str) -> None:
    ending = _ending(file_name)
    if ending not in found.endings:
        raise another_name(found.name, ending, found.endings)


def _looks_like_text(head: bytes) -> bool:
    """No control characters but those of text: programs and pictures have them within their first bytes."""
    return not any(byte < 32 and byte not in b"\t\n\r\f\x1b" for byte in head)


def _is_markup(head: bytes) -> bool:
    start = head.removeprefix(codecs.BOM_UTF8).lstrip()[:1024].lower()
    return start.startswith(_MARKUP) or any(mark in start for mark in (b"<script", b"<html", b"<svg"))


def _text(content: bytes) -> MediaType:
    """Text in UTF-8 or GB 18030 without control characters from end to end."""
    if not _looks_like_text(content):
        raise not_a_kept_type("something unknown behind a beginning of text")
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return TEXT
    raise not_a_kept_type("text in an unknown encoding")


def _pdf(content: bytes) -> MediaType:
    from arrears.record.evidence.pdf import refuse_active_pdf

    refuse_active_pdf(content)
    _refuse_two_things(PDF, content[:HEAD_BYTES], content[-_TAIL_BYTES:])
    return PDF


def _office(content: bytes) -> MediaType:
    from arrears.record.evidence.office import office_type

    return DOCX if office_type(content) == "docx" else XLSX


def _mail(content: bytes) -> MediaType:
    from arrears.record.evidence.mail import refuse_dangerous_mail

    refuse_dangerous_mail(content, lambda attached, name: media_type_of(io.BytesIO(attached), len(attached), name))
    return MAIL


_LOOKED_THROUGH: Mapping[MediaType, Callable[[bytes], MediaType]] = {PDF: _pdf, DOCX: _office, TEXT: _text, MAIL: _mail}


def _tail(content: BinaryIO, size_bytes: int) -> bytes:
    content.seek(max(0, size_bytes - _TAIL_BYTES))
    return content.read(_TAIL_BYTES)


def _refuse_two_things(found: MediaType, head: bytes, tail: bytes) -> None:
    """An archive behind it, a PDF or a page within its first bytes: another program would open it as that."""
    if _archive_ends_here(tail):
        raise hidden_from_view("an archive is hidden behind it")
    inside = head[8:]
    if found is not PDF and b"%PDF-" in inside[:1024]:
        raise hidden_from_view("a PDF is hidden in its beginning")
    # Cameras write XMP, which is XML, near the beginning of a picture: only what a browser would run counts.
    if any(mark in inside.lower() for mark in (b"<script", b"<html", b"<?php", b"<svg", b"<!doctype html")):
        raise acts_on_its_own("a page or script hidden in its beginning")
    if found is PNG and tail[-12:] != b"\0\0\0\0IEND\xaeB`\x82":
        raise hidden_from_view("the picture goes on after its end, or is cut off")


def _archive_ends_here(tail: bytes) -> bool:
    """Is there the end record of a ZIP archive on one disk (APPNOTE 4.3.16)? Programs that unpack look for it from the end backwards."""
    place = tail.rfind(b"PK\x05\x06")
    while place >= 0:
        if place + 22 <= len(tail):
            disks, here, in_all, directory_bytes = struct.unpack_from("<IHHI", tail, place + 4)
            if disks == 0 and 0 < here == in_all and directory_bytes >= 46 * in_all:
                return True
        place = tail.rfind(b"PK\x05\x06", 0, place)
    return False
