"""What people hand in is kept by what it is; what acts, hides something or goes under a wrong name is refused with a reason."""

from __future__ import annotations

import ast
import io
import re
import struct
import wave
import zipfile
import zlib
from email.message import EmailMessage
from pathlib import Path

import pytest
import typst
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader, PdfWriter
from pypdf.generic import DictionaryObject, NameObject, TextStringObject

from arrears.casefile.facts.evidence import EvidenceKind
from arrears.record.evidence import media, refusals
from arrears.record.evidence import office as office_check
from arrears.record.evidence import pdf as pdf_check
from arrears.record.evidence.media import LIMIT_BYTES, MEGABYTE, media_type_of
from arrears.record.evidence.refusals import NotKept

MP3_FRAME = bytes([0xFF, 0xFB, 0x90, 0x00]) + bytes(413)


def judged(content: bytes, name: str) -> str:
    return media_type_of(io.BytesIO(content), len(content), name).name


def refused(content: bytes, name: str) -> NotKept:
    with pytest.raises(NotKept) as why:
        judged(content, name)
    assert why.value.what and why.value.why and why.value.remedy and all(re.search("[\u4e00-\u9fff]", said) for said in why.value.in_language("zh"))
    return why.value


def png() -> bytes:
    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)) + chunk(b"IDAT", zlib.compress(b"\0\0")) + chunk(b"IEND", b"")


def jpeg() -> bytes:
    return b"\xff\xd8\xff\xe0\x00\x10JFIF\0" + bytes(400) + b"\xff\xd9"


def wav() -> bytes:
    made = io.BytesIO()
    with wave.open(made, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes(bytes(1600))
    return made.getvalue()


def pdf() -> bytes:
    return typst.compile(b"= Reminder\nThe instalment of 1 October is open.")


def mail(*attached: tuple[bytes, str, str], html: bool = False) -> bytes:
    message = EmailMessage()
    message["From"], message["To"], message["Date"], message["Subject"] = "lin@example.org", "bank@example.org", "Mon, 23 Nov 2026 09:30:00 +0800", "I paid on Friday"
    message.set_content("See the receipt.")
    if html:
        message.add_alternative("<html><body>See the <b>receipt</b>.</body></html>", subtype="html")
    for content, name, kind in attached:
        main, sub = kind.split("/")
        message.add_attachment(content, maintype=main, subtype=sub, filename=name)
    return message.as_bytes()


def office(main: str = "word/document.xml", types: bytes = b"<Types/>", more: dict[str, bytes] | None = None) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", types)
        for name, content in {main: b"<doc/>", **(more or {})}.items():
            archive.writestr(name, content)
    return made.getvalue()


def written(change: object) -> bytes:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf())))
    change(writer)  # type: ignore[operator]
    made = io.BytesIO()
    writer.write(made)
    return made.getvalue()


def with_script(writer: PdfWriter) -> None:
    action = {NameObject("/S"): NameObject("/JavaScript"), NameObject("/JS"): TextStringObject("app.alert(1)")}
    writer.root_object[NameObject("/OpenAction")] = DictionaryObject(action)


def in_object_stream(objects: bytes) -> bytes:
    packed = zlib.compress(b"7 0 " + objects)
    return b"%PDF-1.7\n1 0 obj <</Type /ObjStm /N 1 /First 4 /Filter /FlateDecode>>\nstream\n" + packed + b"\nendstream endobj\ntrailer <<>>\n%%EOF\n"


KEPT = [
    (pdf(), "reminder.PDF", "application/pdf"), (jpeg(), "door.jpeg", "image/jpeg"), (png(), "screen.png", "image/png"), (wav(), "call.wav", "audio/wav"),
    (MP3_FRAME * 3, "call.mp3", "audio/mpeg"), (b"ID3\x04\0\0\0\0\0\x0a" + bytes(300), "call.mp3", "audio/mpeg"), (b"OggS\0\x02" + bytes(200), "voice.opus", "audio/ogg"),
    (b"\0\0\0\x18ftypM4A " + bytes(200), "call.m4a", "audio/mp4"), (b"\0\0\0\x18ftypmp42" + bytes(200), "call.m4a", "audio/mp4"),
    (b"\0\0\0\x18ftypisom" + bytes(200), "visit.mp4", "video/mp4"), ("客户称已还款。".encode(), "note.txt", "text/plain"), ("客户称已还款。".encode("gb18030"), "笔录.txt", "text/plain"),
    (b"BM means business model here.", "note.txt", "text/plain"), (mail(), "reply.eml", "message/rfc822"), (mail((pdf(), "receipt.pdf", "application/pdf"), html=True), "reply.eml", "message/rfc822"),
    (mail((b"GIF89a" + bytes(20), "logo.gif", "image/gif")), "reply.eml", "message/rfc822"),
    (office(), "deed.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    (office("xl/workbook.xml"), "plan.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
]


@pytest.mark.parametrize(("content", "name", "kind"), KEPT, ids=[f"{name}-{number}" for number, (_, name, _) in enumerate(KEPT)])
def test_what_people_hand_in_is_known_by_its_own_bytes(content: bytes, name: str, kind: str) -> None:
    assert judged(content, name) == kind


REFUSED = [
    (b"MZ" + bytes(100), "invoice.pdf", "type", "Windows program"), (b"\x7fELF" + bytes(100), "x.txt", "type", "program"), (b"#!/bin/sh\nrm -r /\n", "note.txt", "type", "script"),
    (b"<!DOCTYPE html><p>hi", "note.txt", "type", "markup"), (b"\xef\xbb\xbf  <svg onload=alert(1)>", "note.txt", "type", "markup"), (b"hi <script>alert(1)</script>", "n.txt", "type", "markup"),
    (b"Rar!\x1a\x07" + bytes(9), "all.txt", "type", "RAR"), (b"\xd0\xcf\x11\xe0" + bytes(99), "old.docx", "type", "Office"), (b"\x1f\x8b\x08" + bytes(9), "x.txt", "type", "gzip"),
    (office("any/thing.txt"), "all.docx", "type", "archive"), (office(), "deed.docm", "name", ".docm"), (pdf(), "reminder.exe", "name", ".exe"), (pdf(), "reminder", "name", "no ending"),
    (jpeg(), "door.png", "name", ".png"), (b"plain words", "run.bat", "name", ".bat"), (b"plain words", "page.html", "name", ".html"), (b"\0\0\0\x18ftypqt  " + bytes(99), "film.mov", "type", "another kind"),
    (b"GIF89a" + bytes(99), "logo.gif", "type", "GIF"), (bytes([0xFF, 0xFB, 0x90, 0x00]) + bytes(2000), "call.mp3", "type", "unknown"), (b"\x01\x02\x03\x04" * 9, "x.txt", "type", "unknown"),
    (b"words " * 1000 + b"\0\0", "note.txt", "type", "behind"), (b"", "note.txt", "empty", "empty"),
    (written(with_script), "a.pdf", "active", "JavaScript"), (written(lambda w: w.add_attachment("x.exe", b"MZ")), "a.pdf", "active", "embedded file"),
    (written(lambda w: w.encrypt("secret")), "a.pdf", "hidden", "encrypted"), (b"%PDF-1.7\n<</S /L#61unch /F (calc.exe)>>\n%%EOF", "a.pdf", "active", "program"),
    (in_object_stream(b"<</S/JavaScript/JS(app.alert)>>"), "a.pdf", "active", "JavaScript"), (in_object_stream(b"<</S/Java#53cript>>"), "a.pdf", "active", "JavaScript"),
    (b"%PDF-1.7\n1 0 obj <</Type /ObjStm /N 1 /First 4 /Filter [/ASCIIHexDecode /FlateDecode]>>\nstream\n00>\nendstream\n%%EOF", "a.pdf", "hidden", "unusual"), (pdf()[:-200], "a.pdf", "broken", "cut off"),
    (office(more={"word/vbaProject.bin": b"x"}), "deed.docx", "active", "macros"), (office(types=b"application/vnd.ms-word.document.macroEnabled.main+xml"), "deed.docx", "active", "macros"),
    (office(more={"word/embeddings/oleObject1.bin": b"x"}), "deed.docx", "active", "embedded"), (office("xl/workbook.xml", more={"xl/macrosheets/sheet1.xml": b"x"}), "p.xlsx", "active", "macros"),
    (office(more={"word/_rels/settings.xml.rels": b'<Relationship Id="1" Type="http://x/relationships/attachedTemplate" Target="http://evil/t.dotm" TargetMode="External"/>'}), "d.docx", "active", "fetched"),
    (office().replace(b"word/document.xml", b"word/documenX.xml", 1), "deed.docx", "hidden", "broken"), (b"MZ" + office(), "deed.docx", "type", "Windows program"),
    (office(more={"word/header1.xml": b"<w:instrText>DDEAUTO c:\\\\cmd.exe</w:instrText>"}), "deed.docx", "active", "another program"),
    (jpeg() + office(), "door.jpg", "hidden", "archive"), (png() + b"more", "s.png", "hidden", "after its end"), (jpeg()[:30] + b"%PDF-1.4" + bytes(99), "d.jpg", "hidden", "PDF"),
    (jpeg()[:30] + b"<script>alert(1)</script>", "d.jpg", "active", "script"), (pdf() + office(), "a.pdf", "hidden", "archive"), (pdf() + bytes(3000), "a.pdf", "broken", "cut off"), (pdf() + office() + b"%%EOF", "a.pdf", "hidden", "archive"),
    (mail((b"MZ" + bytes(99), "receipt.pdf", "application/pdf")), "m.eml", "type", "attachment"), (mail((b"PK\x03\x04" + bytes(9), "all.zip", "application/zip")), "m.eml", "hidden", "attachment"),
    (mail((b"<html>", "open.html", "text/html")), "m.eml", "type", "attachment"), (b"just words", "m.eml", "type", "no sender"),
]


@pytest.mark.parametrize(("content", "name", "code", "word"), REFUSED, ids=[f"{name}-{code}-{number}" for number, (_, name, code, _) in enumerate(REFUSED)])
def test_what_acts_hides_or_lies_about_itself_is_refused_in_words(content: bytes, name: str, code: str, word: str) -> None:
    why = refused(content, name)
    assert why.code == code and word in str(why), str(why)


def test_a_small_pdf_that_unpacks_without_end_is_not_looked_through_to_the_end() -> None:
    endless = zlib.compress(bytes(300 << 20), 9)
    bomb = b"%PDF-1.7\n1 0 obj <</Filter /FlateDecode>>\nstream\n" + endless + b"\nendstream endobj\n%%EOF\n"
    assert refused(bomb, "a.pdf").code == "hidden"


def test_documents_have_a_limit_of_their_own_and_every_kind_has_one() -> None:
    assert refused(b"words\n" * 10_000_000, "long.txt").code == "size"
    assert set(LIMIT_BYTES) == set(EvidenceKind) and LIMIT_BYTES[EvidenceKind.RECORDING] == 256 * MEGABYTE


@given(st.binary(max_size=300), st.sampled_from([".pdf", ".jpg", ".png", ".wav", ".mp3", ".ogg", ".m4a", ".mp4", ".txt", ".eml", ".docx", ".xlsx", ".exe", ""]))
def test_whatever_bytes_come_they_are_of_a_kept_type_or_refused_in_words(content: bytes, ending: str) -> None:
    for start in (b"", b"%PDF-1.7\nstream\n", b"PK\x03\x04", b"From: a\nDate: b\nContent-Type: multipart/mixed; boundary=x\n\n", b"\xff\xd8\xff", b"ID3"):
        try:
            media_type_of(io.BytesIO(start + content), len(start + content), f"x{ending}")
        except NotKept:
            continue


def test_every_reason_that_can_be_given_has_its_chinese() -> None:
    folder = Path(refusals.__file__).parent
    given = set()
    for file in folder.glob("*.py"):
        for call in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in {"not_a_kept_type", "acts_on_its_own", "hidden_from_view"}:
                given |= {(call.func.id, said.value) for said in call.args if isinstance(said, ast.Constant)}
    given |= {("not_a_kept_type", named) for _, named in media._REFUSED_STARTS}
    given |= {("acts_on_its_own", named) for _, named in (*pdf_check._ACTS, *office_check._ACTIVE_PARTS)}
    known = {"not_a_kept_type": refusals.LOOKS_LIKE, "acts_on_its_own": refusals.ACTS, "hidden_from_view": refusals.HIDDEN}
    assert {(function, named) for function, known_here in known.items() for named in known_here} == given
