"""Which Spark is meant, and what is it told?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from arrears.core.problems import BadData, WrongCall

LOCAL_CLUSTER = "local-cluster[2,1,2048]"
"""A master and two workers with one core and 2,048 MB each, in processes of their own on this machine: the smallest real cluster."""
_LOCAL_CLUSTER = re.compile(r"local-cluster\[\s*(\d+)\s*,\s*(\d+)\s*,\s*(\d+)\s*\]")
_MASTER = re.compile(r"local(\[(\d+|\*)\])?|yarn|(spark|k8s)://\S+")


@dataclass(frozen=True, slots=True)
class SparkSettings:
    """Which Spark works for a run?

    Attributes:
        master: Spark's master URL.
        properties: further Spark properties, which come after ours and win; for a cluster of one's own.

    >>> SparkSettings().is_on_this_machine, SparkSettings("spark://head:7077").is_on_this_machine
    (True, False)
    """

    master: str = LOCAL_CLUSTER
    properties: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        if not (_LOCAL_CLUSTER.fullmatch(self.master) or _MASTER.fullmatch(self.master)):
            raise WrongCall(
                f"“{self.master}” is not a Spark master.", "Nothing was started.",
                f"Write {LOCAL_CLUSTER}, local[2], spark://HOST:PORT, yarn or k8s://HOST:PORT.",
            )

    @property
    def is_on_this_machine(self) -> bool:
        """Do all its processes run here?"""
        return self.master.startswith("local")

    @property
    def worker_memory_mb(self) -> int | None:
        """Memory of one worker of a local cluster, all of which its executor gets; None elsewhere."""
        found = _LOCAL_CLUSTER.fullmatch(self.master)
        return int(found[3]) if found else None

    @property
    def cores(self) -> int | None:
        """Cores of a local cluster in all; None elsewhere."""
        found = _LOCAL_CLUSTER.fullmatch(self.master)
        return int(found[1]) * int(found[2]) if found else None


def read_properties(file: Path) -> tuple[tuple[str, str], ...]:
    """Spark properties that a home states in its `spark.conf`, one a line: a name, spaces or =, a value; lines after # are for people.

    Raises:
        BadData: a line is none of these.
    """
    if not file.is_file():
        return ()
    return tuple(_properties(file))


def _properties(file: Path) -> Iterator[tuple[str, str]]:
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
        text = line.strip()
        if not text or text.startswith("#"):
            continue
        found = re.fullmatch(r"(spark\.[\w.\-]+)(?:\s*=\s*|\s+)(\S.*)", text)
        if not found:
            raise BadData(f"Line {number} of {file.name} is not a Spark property.", "Spark was not started.", "Write one a line: spark.executor.memory 8g")
        yield found[1], found[2]
