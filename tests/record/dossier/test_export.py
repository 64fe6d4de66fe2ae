"""From facts in the database to a dossier that a stranger's tool believes."""

from __future__ import annotations

import io
import json
import os
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from arrears.core.problems import AnswerIsNo, BadData, WrongCall
from arrears.record import verifier
from arrears.record.dossier.redaction import read_wanted
from arrears.record.journal.signing import make_signing_key
from tests.casefile.conftest import AT, dispute, opening, query, record
from tests.casefile.test_protection import decision_in

NOW = datetime(2026, 2, 6, 3, 0, tzinfo=UTC)
TODAY = date(2026, 2, 6)


@pytest.fixture
def home(home_of_tests):
    if not home_of_tests.signing_key.exists():
        make_signing_key(home_of_tests.signing_key)
    return home_of_tests


@pytest.fixture
def case(store, bank, person):
    """A case with a decision, a dispute of its person, and somebody else's case between them."""
    event = opening(store, person)
    record(store, bank, event, dispute(store, person), opening(store, store.ids.random_id()), decision_in(event))
    return event


def exported(home, bank, case, target: Path, **wishes):
    from arrears.engine.use_cases.dossiers import Wish, export

    environ = wishes.pop("environ", {})
    return export(home, bank, case.case_id, target, Wish(**wishes), actor="lin", at=NOW, today=TODAY, environ=environ)


def kept(home, bank, case, content: bytes = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n", kind: str = "letter", title: str = "Reminder"):
    from arrears.casefile.facts.evidence import EvidenceKind
    from arrears.engine.use_cases.evidence import add
    from arrears.record.evidence.keeping import Captured, Offered

    captured = Captured(captured_at=AT - timedelta(hours=2))
    return add(home, bank, case.case_id, Offered(io.BytesIO(content), "letter.txt", EvidenceKind(kind), title, captured), actor="lin", at=AT, cause="test")


def test_a_dossier_of_a_case_is_proven_and_holds_both_chains(home, bank, case, tmp_path):
    made = exported(home, bank, case, tmp_path / "dossier.zip", recipient="the court", purpose="lawsuit")
    report = verifier.verify(made.target, [made.fingerprint])
    assert [str(one) for one in report.findings] == []
    assert [(one["name"], one["position"]) for one in report.entries] == [("case:opened", 1), ("hold:placed", 1), ("case:decision:changed", 2)]
    assert {one["code"] for one in report.gaps} >= {"before_the_first_hash", "no_time_stamp_yet", "no_current_run"}


def test_evidence_is_enclosed_as_it_came_its_reading_recorded_and_its_gaps_named(home, bank, case, tmp_path, store):
    kept(home, bank, case, b"Dear Sir, you owe us", title="First reminder")
    made = exported(home, bank, case, tmp_path / "dossier.zip", recipient="the court", purpose="lawsuit")
    report = verifier.verify(made.target, [made.fingerprint])
    assert report.proven and [one["name"] for one in report.entries][-2:] == ["evidence:kept", "evidence:read"]
    files = verifier.files_in(made.target)
    assert [content for name, content in files.items() if name.startswith("files/")] == [b"Dear Sir, you owe us"]
    said = {one["code"]: one["en"] for one in report.gaps}
    assert "2 hours passed between capture and the first hash" in said["capture_delay"]
    assert "not known: the clock, the device" in said["capture_unknown"] and "no_receipt" in said


def test_handing_out_is_a_fact_with_the_manifests_hash(home, bank, case, tmp_path, store):
    import hashlib

    made = exported(home, bank, case, tmp_path / "one.zip", recipient="the court", purpose="lawsuit")
    with store.institution.acting_for(bank):
        [(digest, by)] = query(store, "SELECT manifest_sha256, exported_by FROM dossiers_exported")
        assert (digest, by) == (made.manifest_sha256, "lin") and store.load.verify_chain(case.case_id) == []
    assert hashlib.sha256(verifier.files_in(made.target)["manifest.json"]).hexdigest() == digest
    again = exported(home, bank, case, tmp_path / "two.zip")
    assert [one["name"] for one in verifier.verify(again.target).entries][-1] == "dossier:exported"


def test_what_is_left_out_is_on_no_page_and_in_no_file(home, bank, case, tmp_path):
    kept(home, bank, case, b"Dear Sir, you owe us")
    made = exported(home, bank, case, tmp_path / "dossier", left_out=read_wanted(["reason", "original_sha256"], []), language="zh")
    assert verifier.verify(made.target).proven and made.left_out >= 2
    everything = b"".join(path.read_bytes() for path in made.target.rglob("*") if path.is_file())
    assert b"paid in May" not in everything and b"Dear Sir" not in everything
    assert "已遮盖" in (made.target / "timeline.html").read_text(encoding="utf-8")


def test_an_erased_person_leaves_a_dossier_that_says_so_and_is_still_proven(home, bank, case, person, store, tmp_path):
    kept(home, bank, case, b"Dear Sir, you owe us")
    with store.institution.acting_for(bank):
        store.identity.erase_party_identity(person)
    made = exported(home, bank, case, tmp_path / "dossier.zip", recipient="the auditor")
    report = verifier.verify(made.target, [made.fingerprint])
    assert report.proven and {one["why"] for one in report.redactions} == {"erased"}
    assert {"erased", "file_not_enclosed"} <= {one["code"] for one in report.gaps}
    assert not any(name.startswith("files/") for name in verifier.files_in(made.target))


def test_a_record_that_was_altered_in_the_database_is_not_handed_out(home, bank, case, tmp_path, postgres_server):
    import psycopg

    with psycopg.connect(postgres_server[1].superuser_url("arrears"), autocommit=True) as superuser:
        superuser.execute("SET session_replication_role = replica")
        superuser.execute("UPDATE case_decisions SET treatment = 'another'")
    with pytest.raises(BadData, match="treatment"):
        exported(home, bank, case, tmp_path / "dossier.zip")
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_overwritten_and_nothing_crosses_a_border_without_a_recorded_basis(home, bank, case, tmp_path, store):
    (tmp_path / "there.zip").write_text("x")
    with pytest.raises(WrongCall, match="there already"):
        exported(home, bank, case, tmp_path / "there.zip")
    with pytest.raises(AnswerIsNo, match="Nothing permits"):
        exported(home, bank, case, tmp_path / "us.zip", to_jurisdiction="US", recipient="Court of X")
    with store.institution.acting_for(bank):
        from arrears.casefile.facts.privacy import TransferPermitted
        from arrears.record.privacy.categories import categories

        every = tuple(sorted(one.code for one in categories()))
        permitted = TransferPermitted(5, "Court of X", "CN", "US", "separate consent of 5 January", every, date(2026, 1, 1), date(2026, 12, 31), "lin", "manager")
        store.append.append(permitted, actor="lin", at=AT, cause="test")
    made = exported(home, bank, case, tmp_path / "us.zip", to_jurisdiction="US", recipient="Court of X")
    assert {"documents/certificate.html", "documents/chain-of-title.html", "documents/evidence-list.html"} <= verifier.files_in(made.target).keys()


def test_another_institutions_case_is_no_case_here(home, other_bank, case, tmp_path):
    with pytest.raises(AnswerIsNo, match="no such case"):
        exported(home, other_bank, case, tmp_path / "x.zip")


def test_the_timelines_figures_are_those_of_the_entries(home, bank, case, tmp_path):
    import re
    from html import unescape

    from arrears.engine.dossiers.telling import details_of
    from arrears.record.dossier.redaction import entries_in

    made = exported(home, bank, case, tmp_path / "dossier.zip")
    files = verifier.files_in(made.target)
    rows = re.findall(r"<tr>(.*?)</tr>", files["timeline.html"].decode(), re.DOTALL)
    cells = [[unescape(re.sub("<[^>]+>", "", cell)) for cell in re.findall(r"<td[^>]*>(.*?)</td>", row, re.DOTALL)] for row in rows]
    told = {row[0]: row[3] for row in cells if len(row) == 6}
    assert told == {str(entry.number + 1): details_of(entry, "en") for entry in entries_in(files)}


def test_heads_that_were_time_stamped_say_by_when_each_entry_was_there(home, bank, case, tmp_path, store, person):
    from cryptography import x509

    from arrears.engine.use_cases.record_keeping import seal_and_sign
    from arrears.record.journal import heads, timestamps
    from tests.record.dossier.making import Authority

    folder = tmp_path / "authority"
    folder.mkdir()
    authority = Authority(folder)

    def stamped(at):
        seal_and_sign(home, bank, at)
        with store.institution.acting_for(bank):
            head = heads.last_head()
            answer = authority(head.line)
            stamp = verifier.read_stamp(answer)
            timestamps.keep_stamp(head, verifier._elements(verifier._elements(answer)[0].content)[1].whole, stamp.given_at, at)
        return head.size

    first = stamped(NOW)
    record(store, bank, dispute(store, person, "again"))
    second = stamped(NOW + timedelta(hours=1))
    record(store, bank, dispute(store, person, "a third time"))
    made = exported(home, bank, case, tmp_path / "dossier.zip")
    report = verifier.verify(made.target, [made.fingerprint], x509.load_pem_x509_certificates(authority.root_pem))
    assert [str(one) for one in report.findings] == [] and [one["head_size"] for one in report.stamps] == [first, second]
    assert [bool(one["existed_by"]) for one in report.entries] == [True] * (len(report.entries) - 1) + [False]
    assert dict(report.not_checked)["unstamped"] == {"entries": 1}


@pytest.mark.soak
def test_the_dossier_of_two_thousand_entries_takes_five_seconds_at_most(home, bank, store, person, tmp_path):
    event = opening(store, person)
    record(store, bank, event)
    import arrears.engine.use_cases.dossiers  # noqa: F401 - what is measured is the work, not reading the program

    for _ in range(20):
        record(store, bank, *(decision_in(event) for _ in range(100)))
    began, worked = time.perf_counter(), time.process_time()
    made = exported(home, bank, event, tmp_path / "dossier.zip")
    took, work = time.perf_counter() - began, time.process_time() - worked
    print(f"dossier of {made.entries} entries: {took:.2f} s, processor {work:.2f} s, {os.path.getsize(made.target):,} bytes")
    assert verifier.verify(made.target, [made.fingerprint]).proven
    assert work < 5, f"{work:.1f} s of processor; {took:.1f} s by the clock, which others at the machine lengthen"
    assert json.loads(verifier.files_in(made.target)["manifest.json"])["head"]["size"] >= 2001


# ---- receipts


def issued(home, bank, number: int, language: str = "en"):
    from arrears.engine.use_cases.receipts import issue

    return issue(home, bank, number=number, language=language, actor="lin", at=NOW, environ={})


def test_a_person_takes_home_a_receipt_that_the_tool_believes_and_its_issue_is_recorded(home, bank, case, person, store):
    import hashlib

    made = issued(home, bank, 2)
    report = verifier.verify(made.content, [made.fingerprint])
    assert report.proven and dict(report.checked)["receipt"]["number"] == 2
    with store.institution.acting_for(bank):
        [(digest, about)] = query(store, "SELECT receipt_sha256, about_entry_id FROM receipts_issued")
        assert digest == hashlib.sha256(made.content).hexdigest() and store.load.verify_chain(person) == []
    assert json.loads(json.loads(made.content)["header"])["entry_id"] == str(about)


def test_a_receipts_page_says_what_was_recorded_in_the_persons_language(home, bank, case):
    from arrears.engine.case_reports.page import html_of

    page = html_of(issued(home, bank, 2, "zh").page)
    assert "says it was paid in May" in page and "设置保护（暂停）" in page and "回执" in page


def test_there_is_no_receipt_of_an_entry_that_is_not_there_or_not_ours(home, bank, other_bank, case, store):
    with pytest.raises(AnswerIsNo, match="no such entry"):
        issued(home, bank, 99)
    record(store, other_bank, opening(store, store.ids.random_id()))
    with pytest.raises(AnswerIsNo, match="no such entry"):
        issued(home, other_bank, 2)


# ---- redaction by the holder of the key, and by somebody else


def test_a_dossier_is_redacted_under_the_homes_key_or_as_a_copy_by_anybody(home, bank, other_bank, case, tmp_path):
    from arrears.engine.use_cases.dossiers import redact

    made = exported(home, bank, case, tmp_path / "dossier.zip")
    for name, who in (("signed.zip", (home, bank)), ("copy.zip", (None, None))):
        target, left_out, gone = redact(*who, made.target, tmp_path / name, read_wanted(["reason"], []), actor="lin", at=NOW)
        report = verifier.verify(target, [made.fingerprint])
        assert report.proven and left_out == 1 and "timeline.html" in gone
        assert report.kind == ("dossier" if who[0] else "redacted copy")
    with pytest.raises(AnswerIsNo, match="another institution"):
        redact(home, other_bank, made.target, tmp_path / "other.zip", read_wanted(["reason"], []), actor="lin", at=NOW)
    broken = tmp_path / "broken.zip"
    broken.write_bytes(made.target.read_bytes()[:-1] + b"x")
    with pytest.raises(BadData, match="not proven"):
        redact(None, None, broken, tmp_path / "out.zip", read_wanted(["reason"], []), actor="", at=NOW)
