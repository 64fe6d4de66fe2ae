"""How fast does a night bring its cases into PostgreSQL?

A first night opens every case and decides on each: two facts a case, each with its journal entry and salts. A night before the last closes
3 % of them; the last one changes the decision in 10 %, closes another 3 %, and reopens those that were closed. Everything counts: what is read before
(known cases, their last decisions), hashing, sending, indexes, triggers, and the commit with fsync.
"""

from __future__ import annotations

import argparse
import json
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

BOOK = "bench"
ON = date(2026, 11, 23)
SEED = 7
CHANGED, CLOSED = 0.10, 0.03
"""Parts of the cases whose decision changes in a later night, and that close (and that reopen)."""
_REASONS = [
    ("Overdue for {} days, small amount: a friendly reminder is enough.", "逾期 {} 天，金额较小：友好提醒即可。"),
    ("Overdue for {} days after a broken promise: a call by a person, and no further message this week.", "逾期 {} 天且承诺未兑现：由专人致电，本周不再发送消息。"),
]


def case_ids(cases: int) -> np.ndarray[Any, np.dtype[np.int64]]:
    """So many different positive ids, as random as real ones, the same at every call."""
    drawn = np.random.default_rng(SEED).integers(1, 2**63 - 1, size=cases + cases // 1000 + 10, dtype=np.int64)
    return np.random.default_rng(SEED).permutation(np.unique(drawn))[:cases]


def events_of(ids: np.ndarray[Any, Any], kind: str, night: int) -> pa.Table:
    """One event a case."""
    count = len(ids)
    return pa.table({
        "case_id": ids, "party_id": ids // 2 + 1, "book": [BOOK] * count, "valid_on": [ON + timedelta(night)] * count,
        "run_id": np.full(count, night + 1), "kind": [kind] * count,
    })


def decisions_of(ids: np.ndarray[Any, Any], night: int) -> pa.Table:
    """One decision a case, with reasons of the length that policies have."""
    count = len(ids)
    days = np.random.default_rng(night).integers(1, 200, size=count)
    told = [_REASONS[day % len(_REASONS)] for day in days.tolist()]
    return pa.table({
        "case_id": ids, "party_id": ids // 2 + 1, "book": [BOOK] * count, "valid_on": [ON + timedelta(night)] * count,
        "run_id": np.full(count, night + 1), "treatment": ["remind" if day % 2 else "call" for day in days.tolist()],
        "channel": ["sms" if day % 2 else None for day in days.tolist()], "rule": [f"early_small_{day % 9}" for day in days.tolist()],
        "reason_en": [reason[0].format(day) for reason, day in zip(told, days.tolist(), strict=True)],
        "reason_zh": [reason[1].format(day) for reason, day in zip(told, days.tolist(), strict=True)],
        "policy_version": ["2026-11-01+3f9a0c7d21be"] * count, "days_past_due": days, "amount_overdue_minor": days * 7919,
        "currency": ["CNY"] * count,
    })


@contextmanager
def institution(folder: Path) -> Iterator[int]:
    """A home with its own embedded database, as a user has it; answers the institution that it serves."""
    from arrears.site import bootstrap

    bootstrap.configure()
    from arrears.engine.home import HomeSettings
    from arrears.engine.use_cases.setting_up import set_up
    from arrears.site.main import opened

    with opened(folder / "home") as home:
        set_up(home, HomeSettings("CN", "CNY", "en", "Bench"), "bench", None)
        from arrears.casefile.store.models import Institution

        yield Institution.objects.get().institution_id


def night(institution_id: int, events: pa.Table, decisions: pa.Table) -> dict[str, Any]:
    """Record one night: seconds of reading what is known, of writing (commit and all), entries a second."""
    from arrears.casefile.store import load
    from arrears.casefile.store.append import append_case_changes
    from arrears.casefile.store.institution import acting_for

    started = time.perf_counter()
    with acting_for(institution_id):
        load.known_cases(BOOK)
        load.latest_decisions(BOOK)
        read = time.perf_counter() - started
        append_case_changes(events, decisions, actor="bench", at=datetime(2026, 11, 24, tzinfo=UTC), cause="run:1")
    written = time.perf_counter() - started - read
    entries = events.num_rows + decisions.num_rows
    return {"entries": entries, "read_seconds": round(read, 2), "write_seconds": round(written, 2), "entries_per_second": round(entries / written)}


def measure(cases: int) -> dict[str, Any]:
    """A first night and a later one, in a home of their own that is gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="arrears-bench-"))
    folder.chmod(0o711)
    try:
        with institution(folder) as institution_id:
            ids = case_ids(cases)
            few = int(cases * CLOSED)
            first = night(institution_id, events_of(ids, "opened", 0), decisions_of(ids, 0))
            night(institution_id, events_of(ids[:few], "closed", 1), decisions_of(ids[:0], 1))
            moved = pa.concat_tables([events_of(ids[:few], "reopened", 2), events_of(ids[few : 2 * few], "closed", 2)])
            later = night(institution_id, moved, decisions_of(ids[: int(cases * CHANGED)], 2))
            return {"cases": cases, "first_night": first, "later_night": later}
    finally:
        _remove(folder)


def _remove(folder: Path) -> None:
    """The home, and the data that lies apart from it where the server runs as a system user."""
    location = folder / "home" / "postgresql" / "location"
    if location.exists():
        shutil.rmtree(location.read_text(encoding="utf-8").strip(), ignore_errors=True)
    shutil.rmtree(folder, ignore_errors=True)


def main() -> None:
    """Measure one size and print one JSON line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=60_000)
    print(json.dumps(measure(parser.parse_args().cases)))


if __name__ == "__main__":
    main()
