"""Evidence on the case page: added by those who work the case, taken along by whoever says what for, refused in plain words."""

from __future__ import annotations

import asyncio
import shutil
from datetime import UTC, datetime, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import AsyncClient, Client
from django.urls import reverse
from django.utils import timezone

from arrears.casefile.store import load
from arrears.casefile.store.institution import acting_for
from arrears.core.ids import id_text
from arrears.workbench.permissions import ANYBODY, PAGE_ROLES, ROLES
from tests.workbench.run_files import LIN

WORDS = "Called at nine; says the money left on Friday. 称周五已还款。".encode()


@pytest.fixture(autouse=True)
def no_evidence_is_left(bank):
    yield
    shutil.rmtree(bank.home.evidence, ignore_errors=True)


def note(content: bytes = WORDS, name: str = "note.txt") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def add(client, bank, file=None, **said):
    return client.post(reverse("evidence_add", args=[id_text(bank.book.lin)]), {"file": file or note(), "kind": "minutes", **said})


def kept(bank):
    with acting_for(bank.institution_id):
        return load.evidence_of_party(LIN)


def readings(bank, evidence_id):
    with acting_for(bank.institution_id):
        return load.evidence_read(evidence_id)


def take(client, bank, evidence_id, why="for the court", **more):
    return client.post(reverse("evidence_get", args=[id_text(bank.book.lin), id_text(evidence_id)]), {"why": why}, **more)


def page(client, bank) -> str:
    return client.get(reverse("case", args=[id_text(bank.book.lin)])).content.decode()


def test_a_collector_keeps_a_note_and_takes_it_along_and_both_are_recorded(bank, signed_in):
    client = signed_in("collector")
    assert "No evidence is kept in this case." in page(client, bank)
    done = add(client, bank, title="Call of Monday", captured_at="2026-11-23T09:30", zone="480", clock="device", device="phone of the branch", operator="Lin", source="staff")
    assert done.status_code == 302 and done["Location"].endswith("#evidence")
    (one,) = kept(bank)
    assert one.captured_at == datetime(2026, 11, 23, 1, 30, tzinfo=UTC) and (one.title, one.device, one.system) == ("Call of Monday", "phone of the branch", "unknown")
    shown = page(client, bank)
    assert "Call of Monday" in shown and one.original_sha256[:12] in shown and "Nobody can change it unseen" in shown
    answer = take(client, bank, one.evidence_id)
    assert b"".join(answer.streaming_content) == WORDS
    assert answer["Content-Disposition"] == f'attachment; filename="evidence-{id_text(one.evidence_id)}.txt"' and answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Cache-Control"] == "no-store" and "sandbox" in answer["Content-Security-Policy"] and int(answer["Content-Length"]) == len(WORDS)
    assert [(reading.read_by, reading.reason) for reading in readings(bank, one.evidence_id)] == [("collector", "for the court")]


@pytest.mark.parametrize("role", [*ROLES, ANYBODY])
def test_each_role_adds_and_takes_along_as_the_table_says(role, bank, signed_in):
    add(signed_in("manager"), bank)
    (one,) = kept(bank)
    client = Client(HTTP_HOST="localhost") if role == ANYBODY else signed_in(role)
    add(client, bank)
    assert len(kept(bank)) == (2 if role in PAGE_ROLES["evidence_add"] else 1)
    answer = take(client, bank, one.evidence_id)
    assert bool(readings(bank, one.evidence_id)) == (role in PAGE_ROLES["evidence_get"]) == (answer.status_code == 200)
    answer.close()
    if role != ANYBODY:
        assert ("Keep as evidence" in page(client, bank)) == (role in PAGE_ROLES["evidence_add"])


def test_without_its_token_nothing_is_kept_or_handed_out(bank, signed_in):
    add(signed_in("manager"), bank)
    (one,) = kept(bank)
    client = Client(HTTP_HOST="localhost", enforce_csrf_checks=True)
    client.cookies = signed_in("manager").cookies
    assert add(client, bank).status_code == 403 and take(client, bank, one.evidence_id).status_code == 403
    assert len(kept(bank)) == 1 and not readings(bank, one.evidence_id)


def test_nobody_takes_anything_along_without_saying_what_for(bank, signed_in):
    add(signed_in("manager"), bank)
    (one,) = kept(bank)
    refused = take(signed_in("auditor"), bank, one.evidence_id, why="  ", follow=True)
    assert "Say in a few words what you need it for" in refused.content.decode() and not readings(bank, one.evidence_id)


def test_another_bank_finds_neither_the_case_nor_the_evidence(bank, other_bank, signed_in):
    add(signed_in("manager"), bank)
    (one,) = kept(bank)
    stranger = signed_in("other-manager")
    assert add(stranger, bank).status_code == 404 and take(stranger, bank, one.evidence_id).status_code == 404
    assert len(kept(bank)) == 1 and not readings(bank, one.evidence_id)


def test_evidence_of_one_person_is_not_handed_out_by_the_address_of_anothers_case(bank, signed_in):
    add(signed_in("manager"), bank)
    (one,) = kept(bank)
    address = reverse("evidence_get", args=[id_text(bank.book.wang), id_text(one.evidence_id)])
    assert signed_in("manager").post(address, {"why": "curious"}).status_code == 404 and not readings(bank, one.evidence_id)


@pytest.mark.parametrize(("file", "english", "chinese"), [
    (("run.exe", b"MZ" + bytes(90)), "The file looks like a Windows program", "该文件似为Windows 程序"), (("page.html", b"<html>hi"), "markup", "网页或标记文件"),
    (("a.pdf", b"%PDF-1.7\n<</S /JavaScript>>\n%%EOF"), "The file holds JavaScript", "该文件含有JavaScript 脚本"), (("photo.txt", b"\xff\xd8\xff" + bytes(99)), "but its name ends", "文件名以"),
    (("empty.txt", b""), "The submitted file is empty", ""),
])
def test_a_file_that_is_not_kept_is_refused_in_the_readers_language_and_what_was_typed_stays(file, english, chinese, bank, signed_in):
    name, content = file
    client = signed_in("collector")
    refused = add(client, bank, note(content, name), title="What was typed", device="a phone")
    text = refused.content.decode()
    assert refused.status_code == 400 and english in text and "What was typed" in text and "a phone" in text
    client.post(reverse("language"), {"language": "zh"})
    in_chinese = add(client, bank, note(content, name)).content.decode()
    assert chinese in in_chinese and english not in in_chinese
    assert kept(bank) == []


def test_a_moment_in_the_future_is_refused_beside_its_field(bank, signed_in):
    ahead = (timezone.now() + timedelta(hours=2)).strftime("%Y-%m-%dT%H:%M")
    refused = add(signed_in("collector"), bank, captured_at=ahead, zone="0")
    assert refused.status_code == 400 and "lies in the future" in refused.content.decode() and kept(bank) == []
    assert add(signed_in("collector"), bank, captured_at=ahead, zone="-720").status_code == 400
    assert add(signed_in("collector"), bank, captured_at=ahead, zone="840").status_code == 302


def test_a_file_larger_than_anything_kept_is_stopped_and_said_so(bank, signed_in, monkeypatch):
    from arrears.workbench import uploads

    monkeypatch.setattr(uploads, "MOST_BYTES", 100_000)
    refused = add(signed_in("collector"), bank, note(b"word " * 40_000), title="What was typed")
    assert refused.status_code == 400 and "the most that is kept of any kind" in refused.content.decode() and "This field is required" not in refused.content.decode()
    assert "What was typed" in refused.content.decode() and kept(bank) == []


def test_bytes_that_were_altered_are_not_handed_out_and_the_page_says_what_to_do(bank, signed_in):
    client = signed_in("manager")
    add(client, bank)
    (one,) = kept(bank)
    file = next(bank.home.evidence.rglob(one.address))
    file.write_bytes(file.read_bytes() + b"!")
    refused = take(client, bank, one.evidence_id)
    assert refused.status_code == 503 and "arrears evidence check" in refused.content.decode() and not readings(bank, one.evidence_id)


def test_a_store_that_does_not_answer_keeps_nothing_and_says_so(bank, signed_in, monkeypatch):
    bank.home.evidence.mkdir(exist_ok=True)
    (bank.home.evidence / id_text(bank.institution_id)).write_text("a file where the folder should be")
    refused = add(signed_in("collector"), bank)
    assert refused.status_code == 503 and "The evidence store does not answer" in refused.content.decode() and kept(bank) == []


def test_an_erased_person_leaves_a_line_that_says_so(bank, signed_in):
    from arrears.casefile.store.identity import erase_party_identity

    add(signed_in("manager"), bank, title="Call of Monday")
    (one,) = kept(bank)
    with acting_for(bank.institution_id):
        erase_party_identity(LIN)
    shown = page(signed_in("manager"), bank)
    assert "erased with the person" in shown and "Call of Monday" not in shown
    assert take(signed_in("manager"), bank, one.evidence_id).status_code == 404


def test_over_the_real_way_of_serving_a_download_comes_in_pieces(bank, signed_in):
    from arrears.casefile.store.models import User

    recording = b"OggS\0" + bytes(3_000_000)
    add(signed_in("manager"), bank, note(recording, "call.ogg"), kind="recording")
    (one,) = kept(bank)
    user = User.objects.get(username="manager")

    async def downloaded() -> list[bytes]:
        client = AsyncClient(headers={"host": "localhost"})
        await client.aforce_login(user)
        answer = await client.post(reverse("evidence_get", args=[id_text(bank.book.lin), id_text(one.evidence_id)]), {"why": "for the court"})
        return [piece async for piece in answer.streaming_content]

    pieces = asyncio.run(downloaded())
    assert len(pieces) == 3 and b"".join(pieces) == recording
