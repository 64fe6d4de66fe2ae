"""Can every benchmark be begun by itself, as its page says?"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
EACH_IN_A_FORK = """
import os, sys
import duckdb, ibis, pyarrow  # What all of them need, once.
for name in sys.argv[1:]:
    child = os.fork()
    if child == 0:
        __import__(f"benchmarks.{name}")
        os._exit(0)
    if os.waitpid(child, 0)[1]:
        print(name)
"""


def test_every_benchmark_can_be_imported_without_another_before_it() -> None:
    names = sorted(file.stem for file in BENCHMARKS.glob("[!_]*.py"))
    assert len(names) > 15
    told = subprocess.run([sys.executable, "-c", EACH_IN_A_FORK, *names], cwd=BENCHMARKS.parent, capture_output=True, text=True, check=True)
    assert told.stdout == "", told.stderr
