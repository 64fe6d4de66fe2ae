"""Ten million histories take hours: they are compared block by block, and what is done is written down, so that a soak can be stopped and goes on.

`make soak` runs it to the end; `python -m tests.check.soak_the_naive_reading 10` runs it for ten minutes and says how far it came.
"""

from __future__ import annotations

import gc
import json
import os
import sys
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from tests.check.comparing import BLOCK, block, exceptions, rests_on, rules

EVERY_SECONDS = 30


class Progress:
    """What has been compared, on disk after every round of blocks.

    Attributes:
        begun_with: how many blocks an earlier soak of the same code had done.
    """

    def __init__(self, path: Path, size: int = BLOCK) -> None:
        self.path, self.size, self.rests_on = path, size, rests_on()
        self.blocks, self.reached = 0, Counter[str]()
        kept = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
        if (kept.get("rests_on"), kept.get("size")) == (self.rests_on, size):
            self.blocks, self.reached = kept["blocks"], Counter(kept["reached"])
        self.begun_with = self.blocks

    @classmethod
    def file(cls) -> Progress:
        """The progress of the soak of this working copy."""
        return cls(Path(__file__).parents[2] / "benchmarks" / "results" / "naive_reading_soak.json")

    @property
    def histories(self) -> int:
        """How many histories were compared in all."""
        return self.blocks * self.size

    def add(self, reached: list[Counter[str]]) -> None:
        """More blocks are done."""
        self.blocks += len(reached)
        self.reached = sum(reached, self.reached)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        kept = {"rests_on": self.rests_on, "size": self.size, "blocks": self.blocks, "reached": dict(sorted(self.reached.items()))}
        beside = self.path.with_suffix(".part")
        beside.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")
        beside.replace(self.path)


def soak(histories: int, progress: Progress, workers: int, minutes: float | None = None) -> Progress:
    """Compare until so many histories are done in all, or the minutes are over.

    Raises:
        Difference: the code and the plain reading differ.
    """
    begun, said, last = time.monotonic(), time.monotonic(), histories // progress.size
    with ProcessPoolExecutor(workers, initializer=_keep_what_is_remembered) as pool:
        while progress.blocks < last and (minutes is None or time.monotonic() - begun < minutes * 60):
            numbers = range(progress.blocks, min(progress.blocks + workers, last))
            progress.add(list(pool.map(block, numbers, [progress.size] * len(numbers))))
            if time.monotonic() - said > EVERY_SECONDS:
                said = time.monotonic()
                print(_said(progress, histories, said - begun), flush=True)
    print(_said(progress, histories, time.monotonic() - begun), flush=True)
    for name in sorted(rules() | exceptions()):
        print(f"{progress.reached[name]:>12,} {name}", flush=True)
    return progress


def _keep_what_is_remembered() -> None:
    """A process that only compares keeps the packs and what follows from them: looking for garbage among it takes a tenth of the time."""
    gc.freeze()
    gc.set_threshold(100_000)


def _said(progress: Progress, histories: int, seconds: float) -> str:
    rate = (progress.blocks - progress.begun_with) * progress.size / max(seconds, 1e-9)
    left = (histories - progress.histories) / rate / 60 if rate else float("nan")
    return f"{progress.histories:,} of {histories:,} histories read alike; {rate:,.0f} a second, {left:,.0f} minutes left"


if __name__ == "__main__":
    soak(10_000_000, Progress.file(), len(os.sched_getaffinity(0)), float(sys.argv[1]) if sys.argv[1:] else None)
