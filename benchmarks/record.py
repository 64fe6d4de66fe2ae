"""How fast are entries written, sealed, proven and checked?

A first night opens every case and decides on each: two entries a case, written in batches with their facts (bar 3,000/s). They are sealed
(numbers and tiles), a head is signed, a thousand of them are proven in it. Then the record is checked: headers, hashes and links alone (bar
50,000/s: each restore waits for it), everything (each fact beside its entry and salts), and the log (each entry against its number, the roots
at each head). Reading from the database counts. One JSON line.
"""

from __future__ import annotations

import argparse
import json
import shutil
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from benchmarks.case_facts import _remove, case_ids, decisions_of, events_of, institution, night

PROOFS = 1_000


def measure(cases: int) -> dict[str, Any]:
    """Entries a second of both, in a home of its own that is gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="arrears-bench-"))
    folder.chmod(0o711)
    try:
        with institution(folder) as institution_id:
            ids = case_ids(cases)
            written = _written(institution_id, ids)
            return {"entries": 2 * cases, **written, **_log(institution_id), **_headers_and_links(institution_id), **_everything(institution_id)}
    finally:
        _remove(folder)
        shutil.rmtree(folder, ignore_errors=True)


def _written(institution_id: int, ids: Any) -> dict[str, Any]:
    from arrears.record.journal import sealing

    started = time.perf_counter()
    night(institution_id, events_of(ids, "opened", 0), decisions_of(ids, 0))
    written = time.perf_counter()
    entries = sealing.seal(institution_id)
    sealed = time.perf_counter()
    return {
        "written_per_second": round(entries / (written - started)), "sealed_per_second": round(entries / (sealed - written)),
        "written_and_sealed_per_second": round(entries / (sealed - started)),
    }


def _log(institution_id: int) -> dict[str, Any]:
    from arrears.casefile.store.institution import acting_for
    from arrears.record.journal import checking, heads, merkle, nodes, signing

    key = Ed25519PrivateKey.generate()
    public = key.public_key().public_bytes_raw()
    signer = signing.Signer(signing.key_id_of(public), public, key)
    with acting_for(institution_id):
        started = time.perf_counter()
        head = heads.sign_head(signer, datetime.now(UTC))
        assert isinstance(head, heads.Head)
        signed = time.perf_counter()
        tree = nodes.StoredNodes(head.size)
        asked = range(0, head.size, max(1, head.size // PROOFS))
        tree.preload(asked)
        proofs = [merkle.inclusion_proof(tree, number, head.size) for number in asked]
        proven = time.perf_counter()
        checked = checking.check_log((), (), lambda *_: None)
        assert not checked.findings, checked.findings[:3]
        looked = time.perf_counter()
    return {
        "head_signed_seconds": round(signed - started, 4), "proofs_per_second": round(len(proofs) / (proven - signed)),
        "log_checked_per_second": round(checked.entries / (looked - proven)),
    }


def _headers_and_links(institution_id: int) -> dict[str, Any]:
    from arrears.casefile.store.checking import check_entries

    started = time.perf_counter()
    checked = check_entries(institution_id)
    assert checked.is_whole, checked.findings[:3]
    return {"headers_and_links_per_second": round(checked.entries / (time.perf_counter() - started))}


def _everything(institution_id: int) -> dict[str, Any]:
    from arrears.casefile.store.checking import check_record

    started = time.perf_counter()
    checked = check_record(institution_id)
    assert checked.is_whole and checked.facts == checked.entries, checked.findings[:3]
    return {"everything_per_second": round(checked.entries / (time.perf_counter() - started))}


def main() -> None:
    """Measure one size and print one JSON line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=100_000)
    print(json.dumps(measure(parser.parse_args().cases)))


if __name__ == "__main__":
    main()
