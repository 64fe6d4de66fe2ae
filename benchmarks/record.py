"""How fast is the whole record of an institution checked?

A first night opens every case and decides on each: two entries a case. Then the record is checked twice: headers, hashes and links alone (what
no machine may be slow at, since each restore waits for it), and everything (each fact beside its entry and salts). Reading from the database
counts. One JSON line.
"""

from __future__ import annotations

import argparse
import json
import shutil
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.case_facts import _remove, case_ids, decisions_of, events_of, institution, night


def measure(cases: int) -> dict[str, Any]:
    """Entries a second of both, in a home of its own that is gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="arrears-bench-"))
    folder.chmod(0o711)
    try:
        with institution(folder) as institution_id:
            ids = case_ids(cases)
            night(institution_id, events_of(ids, "opened", 0), decisions_of(ids, 0))
            return {"entries": 2 * cases, **_headers_and_links(institution_id), **_everything(institution_id)}
    finally:
        _remove(folder)
        shutil.rmtree(folder, ignore_errors=True)


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
