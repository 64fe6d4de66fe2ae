"""How fast is the dossier of a long case made, and how fast is it verified by somebody else?

One case with 2,000 changed decisions in a home of its own, sealed among them; the dossier with timeline, pages and proofs as a .zip (bar 5
s), then the stand-alone verifier over it. By the clock and by the processor. One JSON line.
"""

from __future__ import annotations

import argparse
import json
import shutil
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from benchmarks.case_facts import _remove, institution

AT = datetime(2026, 11, 24, tzinfo=UTC)


def measure(entries: int) -> dict[str, Any]:
    """Seconds of making and of verifying."""
    folder = Path(tempfile.mkdtemp(prefix="arrears-bench-"))
    folder.chmod(0o711)
    try:
        with institution(folder) as institution_id:
            from arrears.engine.home import Home
            from arrears.engine.use_cases import dossiers
            from arrears.record import verifier

            case_id = _long_case(institution_id, entries)
            target = folder / "dossier.zip"
            made, *making = _timed(lambda: dossiers.export(
                Home(folder / "home"), institution_id, case_id, target, dossiers.Wish(), actor="bench", at=AT + timedelta(days=1), today=date(2026, 11, 25), environ={}))
            report, *verifying = _timed(lambda: verifier.verify(target, [made.fingerprint]))
            assert report.proven, report.findings[:3]
            return {
                "entries": made.entries, "bytes": target.stat().st_size,
                **dict(zip(("made_seconds", "made_processor_seconds"), making, strict=True)),
                **dict(zip(("verified_seconds", "verified_processor_seconds"), verifying, strict=True)),
                "verified_entries_per_second": round(made.entries / verifying[0]),
            }
    finally:
        _remove(folder)
        shutil.rmtree(folder, ignore_errors=True)


def _long_case(institution_id: int, entries: int) -> int:
    """A person, and a case of theirs with so many entries."""
    import pyarrow as pa

    from arrears.casefile.facts.case import CaseDecision, CaseEvent, CaseEventKind
    from arrears.casefile.store.append import append
    from arrears.casefile.store.identity import Identities
    from arrears.casefile.store.ids import random_id
    from arrears.casefile.store.institution import acting_for, institution_key

    with acting_for(institution_id):
        person = Identities(institution_id, institution_key(institution_id)).resolve_or_create("party", "bench", pa.array(["C-1"]))[0].as_py()
        opened = CaseEvent(CaseEventKind.OPENED, random_id(), person, "bench", AT.date(), 7)
        append(opened, actor="bench", at=AT, cause="run:7")
        decision = CaseDecision(opened.case_id, person, "bench", AT.date(), 7, "remind", "sms", "early_small", "Small amount.", "金额较小。", "v1", 5, 120_000, "CNY")
        for number in range(entries - 1):
            append(replace(decision, run_id=8 + number), actor="bench", at=AT + timedelta(seconds=number), cause=f"run:{8 + number}")
    return opened.case_id


def _timed(work: Callable[[], Any]) -> tuple[Any, float, float]:
    clock, processor = time.perf_counter(), time.process_time()
    result = work()
    return result, round(time.perf_counter() - clock, 2), round(time.process_time() - processor, 2)


def main() -> None:
    """Measure one size and print one JSON line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entries", type=int, default=2_000)
    print(json.dumps(measure(parser.parse_args().entries)))


if __name__ == "__main__":
    main()
