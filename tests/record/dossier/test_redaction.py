"""Is what was taken out gone, and is what stays still proven?"""

from __future__ import annotations

import json

import pytest

from arrears.core.problems import AnswerIsNo
from arrears.record import verifier
from arrears.record.dossier.receipt import receipt_of
from arrears.record.dossier.redaction import copied, read_wanted, redacted, signed_anew
from tests.record.dossier.making import BEGAN, OURS, STORY, THEIRS, dossier_of, files_of, log_of, zipped
from tests.record.dossier.test_verifier import codes, first, resigned

LOG = log_of(STORY)
WHOLE = files_of(dossier_of(LOG))


def signed(files, *wanted):
    return signed_anew(files, redacted(files, read_wanted(*wanted)), OURS.key_id, OURS.public, OURS.sign, "lin", BEGAN)


def copy(files, *wanted):
    return copied(files, redacted(files, read_wanted(*wanted)), BEGAN)


@pytest.mark.parametrize("make", [signed, copy])
def test_a_redacted_field_is_gone_and_the_rest_stays_proven(make):
    bundle = zipped(make(WHOLE, ["reason"], []))
    report = verifier.verify(bundle, [OURS.fingerprint])
    assert [str(one) for one in report.findings] == []
    assert report.redactions == [{"fields": ["reason"], "number": 3, "why": "asked"}]
    assert b"paid in May" not in bundle and b"timeline" not in bundle.split(b"manifest.json")[0]
    assert b"00010203" in bundle, "other salts stay"


@pytest.mark.parametrize("make", [signed, copy])
def test_a_redacted_entry_takes_its_file_along(make):
    files = make(WHOLE, [], [5])
    assert verifier.verify(zipped(files)).proven and "files/0001-recording.wav" not in files
    assert verifier.verify(zipped(make(WHOLE, ["5:title"], []))).proven and "files/0001-recording.wav" in make(WHOLE, ["5:title"], [])
    assert "files/0001-recording.wav" not in make(WHOLE, ["original_sha256"], []), "without its hash nothing proves the file"


@pytest.mark.parametrize("second", [signed, copy])
@pytest.mark.parametrize("make", [signed, copy])
def test_what_is_redacted_can_be_redacted_further(make, second):
    twice = second(make(WHOLE, ["reason"], []), ["treatment"], [5])
    report = verifier.verify(zipped(twice), [OURS.fingerprint])
    assert [str(one) for one in report.findings] == []
    assert {(one["number"], name) for one in report.redactions for name in one["fields"]} >= {(3, "reason"), (6, "treatment"), (4, "title")}


def test_a_copy_without_signature_is_proven_by_the_enclosed_manifest_and_the_verifier_says_so():
    report = verifier.verify(zipped(copy(WHOLE, ["reason"], [])), [OURS.fingerprint])
    assert report.kind == "redacted copy" and report.checked[1][0] == "derivative"
    assert "redacted copy, not signed itself" in "\n".join(report.lines())


def test_any_bit_of_a_redacted_copy_that_is_flipped_is_found():
    small = files_of(dossier_of(log_of(STORY[:3]), sizes=(3,), evidence=False))
    bundle = zipped(copy(small, ["run_id"], []))
    unseen = []
    for bit in range(0, len(bundle) * 8, 3):
        flipped = bytearray(bundle)
        flipped[bit >> 3] ^= 1 << (bit & 7)
        if first(bytes(flipped)) is None:
            unseen.append(bit)
    assert not unseen


def test_nobody_can_add_or_change_anything_under_the_name_of_a_redaction():
    from arrears.record.dossier.bundle import document, listed, sha256_of

    def forged(files, **changed):
        plain = {name: content for name, content in files.items() if name not in ("manifest.json", "manifest.sig")} | changed
        manifest = document({**json.loads(files["manifest.json"]), "files": listed(plain)})
        return zipped({**plain, "manifest.json": manifest, "manifest.sig": document({"sha256": sha256_of(manifest)})})

    files = copy(WHOLE, ["reason"], [])
    assert codes(forged(files)) == []
    assert codes(forged(files, **{"timeline.html": b"another story"})) == ["derivative-changed", "redaction-not-done"]
    assert codes(forged(files, **{"more.html": b"another story"})) == ["derivative-added"]
    assert "value-altered" in codes(forged(files, **{"values.json": files["values.json"].replace(b"120050", b"120051")}))
    assert "derivative-removed" in codes(forged({name: content for name, content in files.items() if name != "heads.sig"}))
    assert "original-other" in codes(forged({**files, "original-manifest.json": resigned(WHOLE, purpose="another")["manifest.json"]}))


def test_a_mistyped_field_takes_nothing_out_and_is_refused():
    with pytest.raises(AnswerIsNo, match="no field raeson, no field reason of entry 1, no entry 3"):
        redacted(WHOLE, read_wanted(["raeson", "1:reason"], [3]))
    with pytest.raises(AnswerIsNo, match="no file files/9"):
        redacted(WHOLE, read_wanted([], [], ["files/9"]))


# ---- receipts


def receipt(number: int = 3, signer=OURS) -> bytes:
    dossier = dossier_of(LOG)
    entry = next(one for one in dossier.entries if one.number == number)
    return receipt_of(entry, dossier.heads[-1], OURS.key_id, {one.key_id: one.public for one in (OURS, signer)}, signer.key_id, signer.sign, issued_at=BEGAN, institution_name="Test Bank 银行")


def test_a_receipt_is_verified_by_the_same_tool():
    report = verifier.verify(receipt(), [OURS.fingerprint])
    assert report.proven and report.kind == "receipt" and dict(report.checked)["receipt"] == {"size": 7, "number": 4}


def test_any_bit_of_a_receipt_that_is_flipped_is_found():
    whole = receipt()
    unseen = []
    for bit in range(len(whole) * 8):
        flipped = bytearray(whole)
        flipped[bit >> 3] ^= 1 << (bit & 7)
        if first(bytes(flipped)) is None and verifier.verify(bytes(flipped)).proven:
            unseen.append(bit)
    assert not unseen


def test_a_receipt_of_somebody_else_is_found_by_the_fingerprint():
    assert codes(receipt(signer=THEIRS), OURS.fingerprint) == ["key-pinned"]
    assert codes(receipt(signer=THEIRS)) == []
