"""Is an archive a DOCX or XLSX document, and does it hold a macro, an embedded object or a template from elsewhere?"""

from __future__ import annotations

import io
import re
import zipfile
from typing import Literal

from arrears.record.evidence.refusals import acts_on_its_own, hidden_from_view, not_a_kept_type

MOST_PARTS = 10_000
MOST_UNPACKED_BYTES = 512 << 20
_LOOKED_AT_BYTES = 4 << 20
_ACTIVE_PARTS = (
    (re.compile(r"vbaproject|vbadata", re.I), "macros"), (re.compile(r"macrosheets/|intlmacrosheets/", re.I), "macros"), (re.compile(r"activex/", re.I), "ActiveX controls"),
    (re.compile(r"/embeddings/", re.I), "embedded files"), (re.compile(r"\.(exe|dll|js|vbs|bat|cmd|ps1|scr|hta|jar|com|lnk|html?|svg)$", re.I), "a file that can act"),
    (re.compile(r"customui/", re.I), "commands added to the program that opens it"), (re.compile(r"externallinks/", re.I), "links that fetch other files"),
)
_OUTSIDE = re.compile(rb"<Relationship\b(?=[^>]*TargetMode\s*=\s*[\"']External)(?=[^>]*Type\s*=\s*[\"'][^\"']*/(attachedTemplate|oleObject|frame|subDocument|image|externalLinkPath)[\"'])", re.I)
_ACTIVE_TYPES = re.compile(rb"macroEnabled|vbaProject|activeX|ms-office\.vba|oleObject", re.I)
_DDE = re.compile(rb"\bDDE(AUTO)?\b")


def office_type(content: bytes) -> Literal["docx", "xlsx"]:
    """Which of the two is it? Raises `NotKept` where it is another archive, or holds something that acts or fetches."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return _type_of(content, archive)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError) as broken:
        raise hidden_from_view("the document is broken or encrypted") from broken


def _type_of(content: bytes, archive: zipfile.ZipFile) -> Literal["docx", "xlsx"]:
    parts = archive.infolist()
    names = {part.filename for part in parts}
    kind: Literal["docx", "xlsx"] | None = "docx" if "word/document.xml" in names else "xlsx" if "xl/workbook.xml" in names else None
    if kind is None or "[Content_Types].xml" not in names:
        raise not_a_kept_type("an archive")
    if not content.startswith(b"PK\x03\x04") or len(parts) != len(names):
        raise hidden_from_view("the document is put together in an unusual way")
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED_BYTES:
        raise hidden_from_view("it unpacks to too much")
    for part in parts:
        _refuse_active_part(part, archive)
    if archive.testzip() is not None:
        raise hidden_from_view("the document is broken")
    return kind


def _refuse_active_part(part: zipfile.ZipInfo, archive: zipfile.ZipFile) -> None:
    for pattern, named in _ACTIVE_PARTS:
        if pattern.search(part.filename):
            raise acts_on_its_own(named)
    if part.filename == "[Content_Types].xml" and _ACTIVE_TYPES.search(_read(part, archive)):
        raise acts_on_its_own("macros or embedded objects")
    if part.filename.endswith(".rels") and _OUTSIDE.search(_read(part, archive)):
        raise acts_on_its_own("a template or object that is fetched from elsewhere")
    if part.filename.startswith("word/") and part.filename.endswith(".xml") and _has_dde(_read(part, archive)):
        raise acts_on_its_own("a field that starts another program")


def _has_dde(xml: bytes) -> bool:
    """A DDE field's command stands in `instrText` or in an `instr` attribute."""
    commands = re.findall(rb"<w:instrText[^>]*>([^<]*)<|w:instr\s*=\s*[\"']([^\"']*)", xml)
    return bool(_DDE.search(b"".join(run + attribute for run, attribute in commands)))


def _read(part: zipfile.ZipInfo, archive: zipfile.ZipFile) -> bytes:
    with archive.open(part) as stream:
        return stream.read(_LOOKED_AT_BYTES)
