"""Everything about a person, written out: complete, readable, recorded, and refused where it may not go."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import stat
from datetime import UTC, datetime

import pyarrow.parquet as pq
import pytest

from arrears.casefile.facts.evidence import EvidenceKind
from arrears.casefile.facts.hold import Blocked, Hold, HoldKind, MayLift
from arrears.casefile.store import load
from arrears.casefile.store.append import append
from arrears.casefile.store.identity import erase_party_identity
from arrears.casefile.store.institution import acting_for
from arrears.core.ids import id_text
from arrears.engine.use_cases import evidence
from arrears.engine.use_cases.person_export import THE_PERSON, Asked, NoSuchPerson, export_person
from arrears.engine.use_cases.showing import open_case
from arrears.record.privacy.transfers import NoBasis
from tests.workbench.run_files import LIN, WANG

AT = datetime(2026, 11, 28, 9, tzinfo=UTC)
ASKED = Asked(THE_PERSON, "CN", "manager", "en", AT)


@pytest.fixture
def lin(bank, tmp_path):
    """Lin is protected for a reason, and a colleague has looked at her case."""
    with acting_for(bank.institution_id):
        append(Hold(7_001, LIN, HoldKind.HARDSHIP, "lost work in May", AT.date(), None, (Blocked.CONTACT,), MayLift.MANAGER), actor="wei", at=AT, cause="page")
    open_case(bank.home, bank.institution_id, bank.book.lin, shown_to="collector", role="collector", reason="person_asked", at=AT)
    return tmp_path / "export"


def test_the_export_holds_every_row_every_fact_and_who_saw_them(bank, lin):
    done = export_person(bank.home, bank.institution_id, id_text(LIN), lin, ASKED)
    told = json.loads((lin / "person.json").read_text())
    tables = {table["table"]: table["rows"] for book in told["books"] for table in book["tables"]}
    assert tables["parties"][0]["personal_name"] == "Lin 林晓" and {row["personal_value"] for row in tables["contact_points"]} == {"10012345101"}
    assert {row["account_id"] for row in tables["instalments"]} == {id_text(11), id_text(12)} and len(tables["payments"]) >= 1
    said = {fact["what"]: fact for fact in told["facts"]}
    assert said["hold:placed"]["said"]["reason"] == "lost work in May" and said["hold:placed"]["recorded_by"] == "wei"
    assert said["personal:shown"]["said"]["shown_to"] == "collector" and {"case:opened", "case:decision:changed"} <= said.keys()
    assert told["journal"] and told["not_included"] and {one["category"] for one in told["purposes"]} >= {"name", "hold_reason"}
    page = (lin / "report.html").read_text()
    for expected in ("Lin 林晓", "lost work in May", "Who saw or got this data", "What is not in here, and why", "art. 13"):
        assert expected in page, expected
    assert done.facts == len(told["facts"]) and "Wang" not in page and "王安" not in (lin / "person.json").read_text()


def test_a_persons_evidence_goes_along_and_the_custody_entry_says_why(bank, lin):
    offered = evidence.Offered(io.BytesIO(b"I can pay 200 a month from May on."), "letter.txt", EvidenceKind.LETTER, "letter of 3 March")
    kept, lost = (evidence.add(bank.home, bank.institution_id, bank.book.lin, offered, actor="wei", at=AT, cause="page") for _ in range(2))
    evidence.store_of(bank.home, bank.institution_id).delete(lost.address)
    export_person(bank.home, bank.institution_id, id_text(LIN), lin, ASKED)
    (file,) = (lin / "evidence").iterdir()
    assert file.read_bytes() == b"I can pay 200 a month from May on." and file.name == f"{id_text(kept.evidence_id)}-letter.txt"
    told = json.loads((lin / "person.json").read_text())
    assert told["evidence"] == [file.name] and id_text(lost.evidence_id) in told["not_included"][-1]["en"]
    with acting_for(bank.institution_id):
        (read,) = load.evidence_read(kept.evidence_id)
    assert (read.read_by, read.reason) == ("manager", "export of everything about the person")


def test_the_files_for_machines_say_the_same_and_the_manifest_names_each(bank, lin):
    export_person(bank.home, bank.institution_id, id_text(LIN), lin, ASKED)
    rows = list(csv.DictReader(io.StringIO((lin / "rows" / "main-instalments.csv").read_text(encoding="utf-8-sig"))))
    assert pq.read_table(lin / "rows" / "main-instalments.parquet").num_rows == len(rows) == 6
    manifest = json.loads((lin / "manifest.json").read_text())
    assert {one["file"] for one in manifest["files"]} == {path.relative_to(lin).as_posix() for path in lin.rglob("*") if path.is_file()} - {"manifest.json"}
    assert all(hashlib.sha256((lin / one["file"]).read_bytes()).hexdigest() == one["sha256"] for one in manifest["files"])
    assert all(stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600) for path in lin.rglob("*"))


def test_the_export_is_a_fact_in_the_persons_chain(bank, lin):
    export_person(bank.home, bank.institution_id, id_text(LIN), lin, ASKED)
    with acting_for(bank.institution_id):
        (fact,) = load.persons_exported(LIN)
        assert load.verify_chain(LIN) == []
    assert (fact.exported_by, fact.recipient, fact.jurisdiction) == ("manager", THE_PERSON, "CN")
    assert fact.digest == hashlib.sha256((lin / "manifest.json").read_bytes()).hexdigest()


def test_nobody_known_by_that_number_is_a_clear_answer_that_repeats_nothing(bank, lin):
    for unknown in ("C-99999", id_text(4_711), "12345", "'; DROP TABLE holds"):
        with pytest.raises(NoSuchPerson, match="Nobody is known") as said:
            export_person(bank.home, bank.institution_id, unknown, lin, ASKED)
        assert unknown not in str(said.value)
    assert not lin.exists()


def test_a_person_of_another_bank_is_not_known(bank, other_bank, lin):
    from arrears.casefile.store.models import Institution

    assert Institution.objects.count() == 2
    with acting_for(bank.institution_id):
        erase_party_identity(WANG)
    with pytest.raises(NoSuchPerson):
        export_person(bank.home, other_bank.institution_id, id_text(WANG), lin, ASKED)


def test_an_erased_person_gets_what_is_left_and_is_told_that_names_are_gone(bank, lin):
    with acting_for(bank.institution_id):
        assert erase_party_identity(LIN)
    export_person(bank.home, bank.institution_id, id_text(LIN), lin, ASKED)
    told = json.loads((lin / "person.json").read_text())
    assert told["person"]["is_erased"] and "林晓" not in (lin / "person.json").read_text() and "lost work" not in (lin / "person.json").read_text()
    assert any(fact["what"] == "hold:placed" for fact in told["facts"])


def test_an_export_to_another_jurisdiction_is_refused_without_a_basis_and_leaves_nothing(bank, lin):
    with pytest.raises(NoBasis):
        export_person(bank.home, bank.institution_id, id_text(LIN), lin, Asked("A court", "HK", "manager", "en", AT))
    assert list(lin.parent.iterdir()) == []
    with acting_for(bank.institution_id):
        assert load.persons_exported(LIN) == []
