"""Is everything found that somebody could do to a dossier, and is an untouched one always believed?"""

from __future__ import annotations

import hashlib
import json
import random
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import cryptography
import pytest
from cryptography import x509
from hypothesis import given, settings
from hypothesis import strategies as st

from arrears.record import verifier
from arrears.record.dossier.bundle import Chain, Dossier, document, listed
from arrears.record.dossier.container import write_folder
from tests.record.dossier import making
from tests.record.dossier.making import BANK, CASE, OURS, PERSON, STORY, THEIRS, Authority, dossier_of, files_of, log_of, zipped

LOG = log_of(STORY)
SMALL = log_of(STORY[:5])
PROVEN_PARTS = ("entries.jsonl", "values.json", "proofs.json", "heads.jsonl", "heads.sig", "keys.json", "files/0001-recording.wav")


def codes(source, *pins: str) -> list[str]:
    return [one.code for one in verifier.verify(source, pins).findings]


def first(source) -> verifier.Finding | None:
    return next(verifier.findings(source), None)


def resigned(files, signer=OURS, **manifest):
    """What the holder of the key can do: every file listed anew, and the manifest signed again."""
    plain = {name: content for name, content in files.items() if name not in ("manifest.json", "manifest.sig")}
    said = {**json.loads(files["manifest.json"]), "files": listed(plain), **manifest}
    raw = document(said)
    return {**plain, "manifest.json": raw, "manifest.sig": document({"key_id": signer.key_id, "signature": signer.sign(b"arrears bundle manifest v1", raw).hex()})}


def in_json(files, name, change):
    """The files with a JSON document changed."""
    said = json.loads(files[name])
    change(said)
    return {**files, name: document(said)}


def lines(files, name, change):
    """The files with the lines of one changed."""
    there = files[name].splitlines(keepends=True)
    return {**files, name: b"".join(change(there))}


def test_an_untouched_dossier_is_proven_and_says_what_it_did_not_check():
    report = verifier.verify(zipped(files_of(dossier_of(LOG))), [OURS.fingerprint])
    assert report.proven and report.kind == "dossier" and report.institution_id == str(BANK)
    assert [one["number"] for one in report.entries] == [1, 2, 4, 5, 7]
    assert {code for code, _ in report.not_checked} == {"truth", "tail", "no-stamps", "pages", "gaps"}


def test_without_the_institutions_fingerprint_it_is_proven_for_the_holder_of_a_key_only():
    report = verifier.verify(zipped(files_of(dossier_of(LOG))))
    assert report.proven and report.lines()[0].startswith("PROVEN, for the holder of the key")
    assert any(OURS.fingerprint in line for line in report.lines())
    assert report.lines("zh")[0].startswith("已证实")


def test_a_folder_is_as_good_as_a_zip(tmp_path):
    write_folder(files_of(dossier_of(LOG)), tmp_path / "dossier")
    assert verifier.verify(tmp_path / "dossier").proven


def test_the_same_dossier_gives_the_same_bytes():
    assert zipped(files_of(dossier_of(LOG))) == zipped(files_of(dossier_of(LOG)))


# ---- every bit


def test_any_bit_of_a_small_dossier_that_is_flipped_is_found():
    bundle = zipped(files_of(dossier_of(SMALL, sizes=(2, 5))))
    flipped = bytearray(bundle)
    unseen = []
    for bit in range(len(bundle) * 8):
        flipped[bit >> 3] ^= 1 << (bit & 7)
        if first(bytes(flipped)) is None:
            unseen.append(bit)
        flipped[bit >> 3] ^= 1 << (bit & 7)
    assert bytes(flipped) == bundle and first(bundle) is None
    assert not unseen


def test_a_flipped_bit_is_named_with_its_file():
    files = files_of(dossier_of(SMALL, sizes=(2, 5)))
    bundle = zipped(files)
    for name, content in files.items():
        start = bundle.index(name.encode() + content) + len(name)
        for at in (0, len(content) // 2, len(content) - 1):
            flipped = bytearray(bundle)
            flipped[start + at] ^= 4
            found = verifier.verify(bytes(flipped)).findings
            assert any(name in one.place for one in found), (name, at, [str(one) for one in found])


def _resigned_flips(bits):
    files = files_of(dossier_of(SMALL, sizes=(2, 5)))
    unseen = []
    for name in PROVEN_PARTS:
        for at in range(len(files[name])):
            for bit in bits(at):
                changed = bytearray(files[name])
                changed[at] ^= 1 << bit
                if first(zipped(resigned({**files, name: bytes(changed)}))) is None:
                    unseen.append((name, at, bit))
    return unseen


def test_a_bit_flipped_by_the_institution_itself_is_found_though_it_signs_the_manifest_again():
    assert not _resigned_flips(lambda at: [at % 7])


@pytest.mark.soak
def test_every_bit_flipped_by_the_institution_itself_is_found():
    assert not _resigned_flips(lambda at: range(8))


def large() -> bytes:
    story = [(CASE if n % 3 else PERSON, "case:decision:changed", {"case_id": CASE, "treatment": f"call {n}", "amount_overdue_minor": n}) for n in range(2000)]
    return zipped(files_of(making.quick(log_of(story), 2000)))


def mutated(bundle: bytes, dice: random.Random) -> bytes:
    """A bundle with something done to it: bits, stretches cut out, repeated, exchanged, the end gone, bytes put in."""
    at, to = sorted(dice.sample(range(len(bundle)), 2))
    size = dice.choice((1, 7, 64, 1000, 30000))
    to = min(to, at + size)
    return {
        "flip": lambda: bundle[:at] + bytes([bundle[at] ^ 1 << dice.randrange(8)]) + bundle[at + 1 :],
        "cut": lambda: bundle[:at] + bundle[to:],
        "repeat": lambda: bundle[:to] + bundle[at:to] + bundle[to:],
        "swap": lambda: bundle[:at] + bundle[to : to + size] + bundle[at:to] + bundle[to + size :],
        "end": lambda: bundle[: len(bundle) - size],
        "insert": lambda: bundle[:at] + dice.randbytes(size) + bundle[at:],
    }[dice.choice(("flip", "flip", "cut", "repeat", "swap", "end", "insert"))]()


def _unseen_mutations(count: int) -> list[int]:
    bundle, unseen = large(), []
    for seed in range(count):
        changed = mutated(bundle, random.Random(seed))
        if changed != bundle and first(changed) is None:
            unseen.append(seed)
    return unseen


def test_whatever_is_done_to_a_large_dossier_is_found():
    assert not _unseen_mutations(150)


@pytest.mark.soak
def test_ten_thousand_things_done_to_a_large_dossier_are_found():
    assert not _unseen_mutations(10_000)


# ---- entries, at the hand of whoever can sign the manifest


def without(dossier: Dossier, number: int) -> Dossier:
    return replace(dossier, entries=tuple(one for one in dossier.entries if one.number != number))


@pytest.mark.parametrize("number", [1, 3])
def test_an_entry_left_out_in_the_middle_breaks_its_chain_though_everything_is_signed_anew(number):
    found = verifier.verify(zipped(files_of(without(dossier_of(LOG, evidence=False), number)))).findings
    assert {"chain-position", "chain-link"} <= {one.code for one in found}
    assert any("entry" in one.place for one in found)


def test_a_tail_cut_off_by_somebody_without_the_key_is_found():
    files = files_of(dossier_of(LOG, evidence=False))
    shorter = lines(files, "entries.jsonl", lambda there: there[:-1])
    found = verifier.verify(zipped(shorter)).findings
    assert {"altered", "size", "entry-missing", "chain-count", "chain-end"} & {one.code for one in found}
    assert any(one.code == "entry-missing" and one.place == "entry 7" for one in found)


def test_a_tail_that_the_institution_never_showed_cannot_be_found_and_that_is_said():
    report = verifier.verify(zipped(files_of(without(dossier_of(LOG, evidence=False), 6))))
    assert report.proven and "tail" in {code for code, _ in report.not_checked}


def test_two_entries_exchanged_are_named():
    files = files_of(dossier_of(LOG))
    for name in ("entries.jsonl", "heads.jsonl", "heads.sig"):
        swapped = lines(files, name, lambda there: [there[1], there[0], *there[2:]])
        assert codes(zipped(swapped)) and codes(zipped(resigned(swapped)))
    found = verifier.verify(zipped(resigned(lines(files, "entries.jsonl", lambda there: [*there[:2], there[3], there[2], *there[4:]])))).findings
    assert any(one.code == "entry-order" and "entry 4" in one.place for one in found)


def test_an_entry_that_comes_twice_or_was_never_in_the_log_is_named():
    files = files_of(dossier_of(LOG))
    assert "entry-repeated" in codes(zipped(resigned(lines(files, "entries.jsonl", lambda there: [*there[:2], there[1], *there[2:]]))))
    foreign = log_of([*STORY[:-1], (CASE, "case:closed", {"case_id": CASE})]).entries[-1].line.encode() + b"\n"
    assert "entry-foreign" in codes(zipped(resigned(lines(files, "entries.jsonl", lambda there: [*there, foreign]))))
    assert "entry-altered" in codes(zipped(resigned(lines(files, "entries.jsonl", lambda there: [*there[:-1], foreign]))))


def test_the_proof_of_another_entry_proves_nothing():
    def exchange(said):
        one, two = said["inclusion"][0], said["inclusion"][1]
        one["path"], two["path"] = two["path"], one["path"]

    def rename(said):
        said["inclusion"][1]["number"], said["inclusion"][1]["path"] = 2, said["inclusion"][2]["path"]

    for change in (exchange, rename):
        assert "inclusion" in codes(zipped(resigned(in_json(files_of(dossier_of(LOG)), "proofs.json", change))))


def test_a_value_or_salt_of_another_entry_is_named_with_its_field():
    def change(said):
        said[0]["fields"][1]["value"] = "s:other"

    found = verifier.verify(zipped(resigned(in_json(files_of(dossier_of(LOG)), "values.json", change)))).findings
    assert [(one.code, one.place, dict(one.facts)["field"]) for one in found] == [("value-altered", "entry 1 (values.json)", "book")]


def test_a_recording_put_in_the_place_of_another_is_found_though_the_manifest_is_signed_again():
    files = {**files_of(dossier_of(LOG)), "files/0001-recording.wav": b"another call"}
    assert codes(zipped(resigned(files))) == ["file-altered"]
    more = {**files_of(dossier_of(LOG)), "files/0002-more.wav": b"a call that nobody kept"}
    assert codes(zipped(resigned(more))) == ["file-unproven"]


def test_a_file_added_dropped_or_renamed_is_found(tmp_path):
    files = files_of(dossier_of(LOG))
    assert codes(zipped({**files, "note.txt": b"by the way"})) == ["not-listed"]
    for name in files:
        assert codes(zipped({other: content for other, content in files.items() if other != name})), name
    write_folder(files, tmp_path / "one")
    (tmp_path / "one" / "link.txt").symlink_to("/etc/hostname")
    (tmp_path / "one" / "Über.txt").write_text("x")
    assert codes(tmp_path / "one") == ["container-link", "container-name"]


def test_a_zip_with_anything_more_than_its_files_is_refused():
    bundle = zipped(files_of(dossier_of(LOG)))
    at = bundle.index(b"PK\x03\x04", 4)
    for changed in (b"#!/bin/sh\n" + bundle, bundle + b"\0", bundle[:at] + b"hidden" + bundle[at:], bundle[:-2] + b"\4\0note", bundle[: len(bundle) // 2]):
        assert first(changed) is not None


def test_compression_and_double_names_are_refused():
    import io
    import zipfile

    files = files_of(dossier_of(LOG))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in sorted(files.items()):
            archive.writestr(name, content)
    assert codes(out.getvalue())[0] == "container-header"
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr(zipfile.ZipInfo("a.txt"), b"1")
        archive.writestr(zipfile.ZipInfo("a.txt"), b"1")
    assert codes(out.getvalue())
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(zipfile.ZipInfo("../evil.txt"), b"1")
    assert "container-name" in codes(out.getvalue())


# ---- keys and heads


def test_a_dossier_of_one_institution_with_the_keys_of_another_is_found():
    files = files_of(dossier_of(LOG))
    theirs = document([{"key_id": THEIRS.key_id, "public_key": THEIRS.public.hex()}])
    assert {"manifest-key", "head-key"} <= set(codes(zipped({**files, "keys.json": theirs})))
    disguised = document([{"key_id": OURS.key_id, "public_key": THEIRS.public.hex()}])
    assert {"manifest-signature", "key-id", "head-signature"} <= set(codes(zipped({**files, "keys.json": disguised})))


def test_a_dossier_made_up_whole_by_somebody_else_is_found_by_the_fingerprint():
    forged = zipped(files_of(dossier_of(LOG, signer=THEIRS), THEIRS))
    assert verifier.verify(forged).proven, "it agrees with itself; only the key tells"
    assert "key-pinned" in codes(forged, OURS.fingerprint)
    assert codes(forged, THEIRS.fingerprint[:16].upper()) == []


def test_a_head_forged_with_another_key_is_found():
    dossier = dossier_of(LOG)
    forged = making.head_of(LOG, 4, THEIRS, making.BEGAN)
    both = {OURS.key_id: OURS.public, THEIRS.key_id: THEIRS.public}
    assert "head-key" in codes(zipped(files_of(replace(dossier, heads=(forged, dossier.heads[1])))))
    pinned = verifier.verify(zipped(files_of(replace(dossier, heads=(forged, dossier.heads[1]), keys=both))), [OURS.fingerprint])
    assert pinned.proven and "old-key" in {code for code, _ in pinned.not_checked}, "an earlier key, confirmed by the later head of the named key"
    assert "key-pinned" in codes(zipped(files_of(replace(dossier, heads=(dossier.heads[0], making.head_of(LOG, 7, THEIRS, making.BEGAN)), keys=both))), OURS.fingerprint)


def test_a_rewritten_history_does_not_continue_the_head_that_was_signed_before():
    other = log_of([(0, "run:published", {"run_id": 10}), *STORY[1:]])
    dossier = dossier_of(other)
    files = files_of(replace(dossier, heads=(making.head_of(LOG, 4, OURS, making.BEGAN), dossier.heads[1])))
    assert codes(zipped(files)) == ["consistency"]
    assert codes(zipped(files_of(replace(dossier_of(LOG), consistency=())))) == ["consistency-missing", "form"]


def test_entries_of_another_institution_do_not_pass_for_ours():
    assert "other-institution" in codes(zipped(files_of(dossier_of(log_of(STORY, bank=9)))))


# ---- redaction said and done


def test_what_is_left_out_must_be_listed_and_what_is_listed_must_be_left_out():
    dossier = dossier_of(LOG)
    entry = dossier.entries[2]
    blank = replace(entry, fields=tuple(one.without("asked") if one.name == "reason" else one for one in entry.fields))
    files = files_of(replace(dossier, entries=(*dossier.entries[:2], blank, *dossier.entries[3:])))
    report = verifier.verify(zipped(files))
    assert report.proven and report.redactions == [{"fields": ["reason"], "number": 3, "why": "asked"}]
    assert b"paid in May" not in zipped(files)
    assert codes(zipped(resigned(files, redactions=[]))) == ["redaction-unsaid"]
    assert codes(zipped(resigned(files_of(dossier), redactions=report.redactions))) == ["redaction-not-done"]


# ---- bad documents are findings, never crashes


@pytest.mark.parametrize("name", ["manifest.json", "manifest.sig", "keys.json", "proofs.json", "values.json", "entries.jsonl", "heads.jsonl", "heads.sig"])
@pytest.mark.parametrize("content", [b"", b"\n", b"[]\n", b"{}\n", b"null\n", b"[1.5]\n", b"[" * 100_000, b'[{"a":1}]\n', b"\xff\xfe\n", b'{"fields":[[1,2],"x"]}\n'])
def test_what_cannot_be_read_is_said_and_does_not_stop_the_verifier(name, content):
    files = {**files_of(dossier_of(LOG)), name: content}
    assert codes(zipped(files))
    if not name.startswith("manifest"):
        assert codes(zipped(resigned(files)))


@pytest.mark.parametrize("content", [b"", b"PK", b"hello", b'{"format":"arrears receipt"}\n', b'{"'])
def test_what_is_no_dossier_is_not_proven(content):
    report = verifier.verify(content)
    assert not report.proven and report.findings


# ---- random cases


field_names = st.sampled_from(["case_id", "reason", "amount_minor", "valid_on", "名"])
values = st.one_of(st.none(), st.booleans(), st.integers(-(2**63), 2**63), st.text(st.characters(exclude_categories=["Cs"]), max_size=20), st.dates(), st.tuples(st.text("ab", max_size=3)))
stories = st.lists(st.tuples(st.sampled_from([0, CASE, PERSON, 7014]), st.just("a:fact"), st.dictionaries(field_names, values, max_size=4)), min_size=1, max_size=14)


@settings(max_examples=60, deadline=None)
@given(stories, st.data())
def test_any_case_is_proven_and_any_entry_taken_out_is_missed(story, data):
    story = [(CASE, "case:opened", {"case_id": CASE}), *story, (CASE, "case:closed", {"case_id": CASE})]
    log = log_of(story)
    sizes = sorted({data.draw(st.integers(1, len(story))), len(story)})
    dossier = dossier_of(log, sizes=sizes, evidence=False)
    files = files_of(dossier)
    assert [str(one) for one in verifier.verify(zipped(files)).findings] == []
    gone = data.draw(st.sampled_from(range(len(dossier.entries))))
    assert codes(zipped(resigned(lines(files, "entries.jsonl", lambda there: there[:gone] + there[gone + 1 :]))))


@settings(max_examples=300, deadline=None)
@given(st.integers(1, 40), st.data())
def test_the_verifiers_proofs_are_those_of_the_standard(size, data):
    log = [hashlib.sha256(bytes([n])).digest() for n in range(size)]
    number, old = data.draw(st.integers(0, size - 1)), data.draw(st.integers(1, size))
    path, root = making.inclusion(number, log), making.tree(log)
    assert verifier.included(number, size, log[number], path, root)
    wrong = data.draw(st.integers(0, size - 1))
    assert wrong == number or not verifier.included(wrong, size, log[number], path, root)
    assert not verifier.included(number, size, log[number], [*path, root], root) and (not path or not verifier.included(number, size, log[number], path[:-1], root))
    proof = making.consistency(old, log)
    assert verifier.consistent(old, size, making.tree(log[:old]), root, proof)
    assert old == size or not verifier.consistent(old, size, making.tree([bytes(32), *log[1:old]]), root, proof)


# ---- time-stamps


@pytest.fixture(scope="module", params=[False, True], ids=["rsa", "ecdsa"])
def authority(request, tmp_path_factory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"), request.param)


@pytest.mark.peer
def test_a_time_stamp_of_openssl_holds_under_its_root_and_says_by_when_each_entry_was_there(authority):
    bundle = zipped(files_of(dossier_of(LOG, stamp=authority)))
    report = verifier.verify(bundle, [OURS.fingerprint], x509.load_pem_x509_certificates(authority.root_pem))
    assert report.proven and [one["head_size"] for one in report.stamps] == [4, 7] and all(one["trusted"] for one in report.stamps)
    assert all(one["existed_by"] for one in report.entries)
    unknown = verifier.verify(bundle)
    assert unknown.proven and "authority" in {code for code, _ in unknown.not_checked}


@pytest.mark.peer
def test_a_time_stamp_of_another_authority_head_or_time_does_not_hold(authority, tmp_path):
    other = Authority(tmp_path)
    files = files_of(dossier_of(LOG, stamp=authority))
    anchors = x509.load_pem_x509_certificates(other.root_pem)
    assert {one.code for one in verifier.verify(zipped(files), (), anchors).findings} == {"stamp-authority"}
    one, two = "timestamps/0000000004-1.tsr", "timestamps/0000000007-1.tsr"
    assert codes(zipped(resigned({**files, one: files[two], two: files[one]}))) == ["stamp-imprint", "stamp-imprint"]


@pytest.mark.peer
def test_a_time_stamps_signed_parts_cannot_be_altered_by_anybody(authority):
    """The manifest signed again: what the authority signed speaks for itself."""
    files = files_of(dossier_of(LOG, stamp=authority))
    name = "timestamps/0000000007-1.tsr"
    answer = files[name]
    year = answer.index(b"\x18\x0f") + 2
    line = hashlib.sha256(files["heads.jsonl"].splitlines()[1]).digest()
    for at in (*range(year, year + 15), *range(answer.index(line), answer.index(line) + 32), *range(len(answer) - 60, len(answer))):
        changed = bytearray(answer)
        changed[at] ^= 1
        assert codes(zipped(resigned({**files, name: bytes(changed)}))), at


@pytest.mark.peer
def test_a_broken_time_stamp_is_a_finding_wherever_it_breaks(authority):
    files = files_of(dossier_of(LOG, stamp=authority))
    name = "timestamps/0000000007-1.tsr"
    dice = random.Random(5)
    for _ in range(300):
        verifier.verify(zipped(resigned({**files, name: mutated(files[name], dice)})))  # never an exception
    for cut in range(0, len(files[name]), 97):
        assert codes(zipped(resigned({**files, name: files[name][:cut]})))


# ---- elsewhere, offline, with nothing of ours


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_tool_alone_verifies_in_another_python_that_has_nothing_but_cryptography(tmp_path, language):
    tool, bundle = tmp_path / "verify.py", tmp_path / "dossier.zip"
    tool.write_bytes(Path(verifier.__file__).read_bytes())
    bundle.write_bytes(zipped(files_of(dossier_of(LOG))))
    only = tmp_path / "only"
    only.mkdir()
    site = Path(cryptography.__file__).parents[1]
    for package in ("cryptography", "cffi", "_cffi_backend*", "pycparser"):
        for there in site.glob(package):
            (only / there.name).symlink_to(there)
    start = f"import sys, runpy; sys.path.insert(0, {str(only)!r}); sys.argv[0] = 'verify.py'; runpy.run_path({str(tool)!r}, run_name='__main__')"
    base = shutil.which("python3", path="/usr/bin:/usr/local/bin") or sys.executable

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([base, "-I", "-S", "-c", start, *words], cwd=tmp_path, capture_output=True, text=True, encoding="utf-8", env={}, check=False)

    done = run(str(bundle), "--language", language)
    assert done.returncode == 0, done.stderr
    assert ("PROVEN" in done.stdout) is (language == "en")
    told = json.loads(run(str(bundle), "--json", "--key", OURS.fingerprint).stdout)
    assert told["proven"] and told["findings"] == []
    bundle.write_bytes(bundle.read_bytes()[:-1])
    assert run(str(bundle)).returncode == 1
    assert run(str(tmp_path / "nothing.zip")).returncode == 2 and run(str(bundle), "--key", "xyz").returncode == 2


def test_the_tool_imports_nothing_of_ours_and_reads_in_python_3_9():
    import ast

    text = Path(verifier.__file__).read_text(encoding="utf-8")
    tree = ast.parse(text, feature_version=(3, 9))
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names} | {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    allowed = {"cryptography", *sys.stdlib_module_names}
    assert {str(name).split(".")[0] for name in names} <= allowed
    assert "dataclass(frozen=True, slots" not in text and "strict=" not in text


def test_a_chain_that_the_manifest_does_not_name_is_noticed():
    dossier = dossier_of(LOG)
    assert "chain-unknown" in codes(zipped(files_of(replace(dossier, chains=(Chain(0, "institution", False), Chain(CASE, "case", True))))))
