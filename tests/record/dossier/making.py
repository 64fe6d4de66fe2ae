"""Dossiers for tests: entries of a case and its person between those of others, in a log worked out straight from RFC 6962's definition."""

from __future__ import annotations

import hashlib
import io
import os
import shutil
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from arrears.casefile.facts.journal import GENESIS, Header, canonical_value, commitment, entry_of
from arrears.record.dossier.bundle import About, Chain, Dossier, EvidenceFile, Field, Gap, ShownEntry, ShownHead, canonical, signed
from arrears.record.dossier.container import Content, write_zip
from arrears.record.journal.merkle import consistency_proof, inclusion_proof, leaf_hash, root, tree_over
from tests.peers import require_peer

BANK, CASE, PERSON, OTHER = 4011, 5012, 6013, 7014
BEGAN = datetime(2026, 1, 5, 1, 2, 3, tzinfo=UTC)
RECORDING = b"RIFF the sound of a call"


@dataclass(frozen=True)
class Key:
    """A signing key made from a number, so that tests repeat."""

    private: Ed25519PrivateKey

    @property
    def public(self) -> bytes:
        return self.private.public_key().public_bytes_raw()

    @property
    def fingerprint(self) -> str:
        return hashlib.sha256(self.public).hexdigest()

    @property
    def key_id(self) -> str:
        return self.fingerprint[:16]

    def sign(self, purpose: bytes, statement: bytes) -> bytes:
        return self.private.sign(purpose + b"\n" + statement)


def key(number: int) -> Key:
    return Key(Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32))


OURS, THEIRS = key(1), key(2)

# ---- RFC 6962, section 2.1, word for word


def tree(hashes: Sequence[bytes]) -> bytes:
    if len(hashes) == 1:
        return hashlib.sha256(b"\0" + hashes[0]).digest()
    k = _split(len(hashes))
    return hashlib.sha256(b"\1" + tree(hashes[:k]) + tree(hashes[k:])).digest()


def _split(count: int) -> int:
    k = 1
    while k * 2 < count:
        k *= 2
    return k


def inclusion(m: int, hashes: Sequence[bytes]) -> list[bytes]:
    if len(hashes) == 1:
        return []
    k = _split(len(hashes))
    return [*inclusion(m, hashes[:k]), tree(hashes[k:])] if m < k else [*inclusion(m - k, hashes[k:]), tree(hashes[:k])]


def consistency(m: int, hashes: Sequence[bytes], whole: bool = True) -> list[bytes]:
    if m == len(hashes):
        return [] if whole else [tree(hashes)]
    k = _split(len(hashes))
    if m <= k:
        return [*consistency(m, hashes[:k], whole), tree(hashes[k:])]
    return [*consistency(m - k, hashes[k:], False), tree(hashes[:k])]


# ---- a log


Said = tuple[int, str, dict[str, object]]
"""Chain, name and values of an entry to be."""
CALL = {"kind": "recording", "title": "call of 5 January", "address": "ab" * 32, "original_sha256": hashlib.sha256(RECORDING).hexdigest(), "hashed_at": BEGAN}
STORY: tuple[Said, ...] = (
    (0, "run:published", {"run_id": 9, "book": "main", "as_of": date(2026, 1, 5), "digests": (("decisions", "00"), ("alerts", "11"))}),
    (CASE, "case:opened", {"case_id": CASE, "book": "main", "valid_on": date(2026, 1, 5), "run_id": 9}),
    (OTHER, "case:opened", {"case_id": OTHER, "book": "main", "valid_on": date(2026, 1, 5), "run_id": 9}),
    (PERSON, "hold:placed", {"hold_id": 3, "reason": "says it was paid in May 已还款", "to_on": None}),
    (PERSON, "evidence:kept", CALL),
    (OTHER, "case:closed", {"case_id": OTHER, "book": "main", "valid_on": date(2026, 2, 5), "run_id": 9}),
    (CASE, "case:decision:changed", {"case_id": CASE, "treatment": "wait", "amount_overdue_minor": 120_050}),
)


@dataclass(frozen=True)
class Log:
    """All entries of an institution, and the values behind them."""

    entries: tuple[ShownEntry, ...]

    @property
    def hashes(self) -> list[bytes]:
        return [entry.digest for entry in self.entries]


def log_of(story: Sequence[Said], bank: int = BANK, draw: Callable[[int], bytes] = lambda size: bytes(range(size))) -> Log:
    ends: dict[int, tuple[int, str]] = {}
    entries = []
    for number, (chain, name, values) in enumerate(story):
        position, predecessor = ends.get(chain, (0, GENESIS))
        fields = tuple(Field(field, canonical_value(value), draw(16)) for field, value in values.items())
        header = Header(1000 + number, bank, chain, position + 1, name, "nightly", BEGAN + timedelta(hours=number), "run 9", 2000 + number,
                        tuple((one.name, commitment(one.salt, one.name, values[one.name])) for one in fields), predecessor)
        entry = entry_of(header)
        entries.append(ShownEntry(number, entry.header, header, fields))
        ends[chain] = position + 1, entry.entry_hash.hex()
    return Log(tuple(entries))


def quick(log: Log, size: int) -> Dossier:
    """A dossier of a log of thousands, whose proofs the program's own tree works out: the definition would take minutes."""
    nodes = tree_over([leaf_hash(one) for one in log.hashes])
    half = size // 2
    heads = tuple(head_of(log, one, OURS, BEGAN + timedelta(days=one), root=root(nodes, one)) for one in (half, size))
    shown = tuple(replace(entry, path=tuple(inclusion_proof(nodes, entry.number, size))) for entry in log.entries[:size])
    return replace(dossier_of(log_of(STORY[1:2]), sizes=(1,), evidence=False), entries=shown, heads=heads, chains=(Chain(CASE, "case", True), Chain(PERSON, "person", True)),
                   consistency=((half, size, tuple(consistency_proof(nodes, half, size))),))


def head_of(log: Log, size: int, signer: Key, at: datetime, stamp: Callable[[bytes], bytes] | None = None, bank: int = BANK, root: bytes | None = None) -> ShownHead:
    root = root or tree(log.hashes[:size])
    said = {"institution_id": str(bank), "key_id": signer.key_id, "root": root.hex(), "signed_at": at.strftime("%Y-%m-%dT%H:%M:%S.%fZ"), "size": size, "version": 1}
    line = canonical(said).encode()
    return ShownHead(size, root, line, signer.sign(b"arrears tree head v1", line), (stamp(line),) if stamp else ())


def dossier_of(log: Log, *, signer: Key = OURS, sizes: Sequence[int] = (), stamp: Callable[[bytes], bytes] | None = None, bank: int = BANK, evidence: bool = True) -> Dossier:
    """The dossier of the case: its chain and its person's whole, of the institution's the runs that it names."""
    sizes = sizes or (4, len(log.entries))
    heads = tuple(head_of(log, size, signer, BEGAN + timedelta(days=1, minutes=size), stamp, bank) for size in sizes)
    shown = tuple(replace(entry, path=tuple(inclusion(entry.number, log.hashes[: sizes[-1]]))) for entry in log.entries[: sizes[-1]] if entry.header.chain in (0, CASE, PERSON))
    kept = tuple(EvidenceFile(entry.number, "files/0001-recording.wav", "ab" * 32, RECORDING) for entry in shown if entry.header.name == "evidence:kept")
    return Dossier(
        About(bank, "Test Bank", "CN", {"case_id": str(CASE), "party_id": str(PERSON)}, "en", "the court", "lawsuit", "lin", BEGAN + timedelta(days=3)),
        (Chain(0, "institution", False), Chain(CASE, "case", True), Chain(PERSON, "person", True)), shown, heads,
        tuple((old, new, tuple(consistency(old, log.hashes[:new]))) for old, new in pairwise(sizes)),
        {signer.key_id: signer.public}, kept if evidence else (), (Gap("before-hash", "Nothing before the first hash.", "首次哈希之前的情况无法证明。"),),
        pages={"timeline.html": b"<!doctype html><title>t</title>"},
    )


def files_of(dossier: Dossier, signer: Key = OURS) -> dict[str, Content]:
    return signed(dossier, signer.key_id, signer.sign)


def zipped(files: dict[str, Content]) -> bytes:
    out = io.BytesIO()
    write_zip(files, out)
    return out.getvalue()


# ---- a time-stamp authority: OpenSSL's


class Authority:
    """`openssl ts` with a certificate of its own authority, in a folder."""

    def __init__(self, folder: Path, curve: bool = False) -> None:
        self.folder, self.openssl = folder, str(require_peer("openssl", shutil.which("openssl") or False))
        (folder / "ts.cnf").write_text(
            "[tsa]\ndefault_tsa=one\n[one]\nserial=serial\nsigner_digest=sha256\ndefault_policy=1.2.3.4\ndigests=sha256\naccuracy=secs:1\nordering=yes\n"
            "tsa_name=yes\ness_cert_id_chain=no\ness_cert_id_alg=sha256\ncrypto_device=builtin\ncerts=ca.pem\nsigner_cert=tsa.pem\nsigner_key=tsa.key\n"
            "[req]\ndistinguished_name=dn\n[dn]\n[tsx]\nextendedKeyUsage=critical,timeStamping\nbasicConstraints=CA:FALSE\n[cax]\nbasicConstraints=critical,CA:TRUE\n")
        (folder / "serial").write_text("01\n")
        kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"] if curve else ["-newkey", "rsa:2048"]
        self._run("req", "-x509", "-config", "ts.cnf", "-extensions", "cax", "-nodes", *kind, "-keyout", "ca.key", "-out", "ca.pem", "-days", "3650", "-subj", "/CN=Test Time Root")
        self._run("req", "-new", "-config", "ts.cnf", "-nodes", *kind, "-keyout", "tsa.key", "-out", "tsa.csr", "-subj", "/CN=Test Time Authority")
        self._run("x509", "-req", "-in", "tsa.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-extfile", "ts.cnf", "-extensions", "tsx", "-days", "3650", "-out", "tsa.pem")

    @property
    def root_pem(self) -> bytes:
        return (self.folder / "ca.pem").read_bytes()

    def __call__(self, line: bytes) -> bytes:
        (self.folder / "line").write_bytes(line)
        self._run("ts", "-query", "-data", "line", "-sha256", "-cert", "-out", "query")
        self._run("ts", "-reply", "-config", "ts.cnf", "-queryfile", "query", "-out", "answer")
        return (self.folder / "answer").read_bytes()

    def _run(self, *words: str) -> None:
        done = subprocess.run([self.openssl, *words], cwd=self.folder, capture_output=True, text=True, env={**os.environ, "OPENSSL_CONF": os.devnull}, check=False)
        assert done.returncode == 0, done.stderr
