"""What is one night made with, and who thinks in it?

Comes in: a request. The stages of a night (`nightly`) are functions of what is here; what they have their expressions worked out by, DuckDB in this
process or Spark, they need not know.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb

from arrears.assess.classification.kinds import ProductKinds
from arrears.assess.classification.regimes import RegimeFigures
from arrears.assess.delinquency.position import Step
from arrears.assess.delinquency.settings import DelinquencySettings
from arrears.assess.early_warning.settings import EarlyWarningSettings
from arrears.core.progress import Progress
from arrears.decide.experiments.draw import Running
from arrears.decide.policy.table import Policy
from arrears.engine import due_days, tables
from arrears.engine.columns_engine import EngineSettings, sql_of, write_sorted
from arrears.engine.on_spark.thinking import SparkThinking, thinking_on_spark
from arrears.engine.policy_files import PolicyFile
from arrears.engine.prescreening import Screening
from arrears.engine.run_folder import StagedRun, write_text_whole


@dataclass(frozen=True, slots=True)
class RunRequest:
    """Which run is wanted?

    Attributes:
        book: folder of the book.
        runs: folder that keeps this book's runs.
        on: the day looked at.
        at: the moment of asking, for the record only; no figure depends on it.
        actor: who asked.
        regimes: by which regulators' rules accounts are classified, with the figures of law.
        kinds: products of which the lender states to which kind they belong, where a rule asks for it.
        screening: with what is asked who could be contacted on the day; None where the lender does not state in which role it collects.
        policy_file: the file of the policy, for the record only: what it says is in `policy`.
        learnt_values: Parquet file of what treatments are expected to bring by case; None where the policy's gains count alone.
    """

    book: Path
    runs: Path
    on: date
    at: datetime
    actor: str
    policy: Policy
    delinquency: DelinquencySettings = field(default_factory=DelinquencySettings)
    engine: EngineSettings = field(default_factory=EngineSettings)
    regimes: tuple[RegimeFigures, ...] = ()
    early_warning: EarlyWarningSettings = field(default_factory=EarlyWarningSettings)
    kinds: ProductKinds = ()
    screening: Screening | None = None
    policy_file: PolicyFile | None = None
    learnt_values: Path | None = None


class Night:
    """The pieces one run is made with, while it is made: its request, its staged tables, the column engine, and Spark where it thinks."""

    def __init__(
        self, request: RunRequest, staged: StagedRun, connection: duckdb.DuckDBPyConnection, progress: Progress, spark: SparkThinking | None = None
    ) -> None:
        self.request, self.staged, self.connection, self.progress, self.spark = request, staged, connection, progress, spark
        self.on_spark: list[str] = []
        """Stages whose expressions Spark worked out in this attempt."""
        self.seconds: dict[str, float] = {}
        self.calendars: list[due_days.CalendarReach] = []
        self.dated: list[str] = []
        """Files in which the slices keep what the portfolio report asks of them."""
        self.experiments: list[Running] = []

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Time one stage and show that it goes on."""
        self.progress(name, 0, 1)
        with self.timed(name):
            yield
        self.progress(name, 1, 1)

    @contextmanager
    def timed(self, name: str) -> Iterator[None]:
        """Add to the seconds of a stage, which may be at work several times a night."""
        started = time.perf_counter()
        yield
        self.seconds[name] = round(self.seconds.get(name, 0.0) + time.perf_counter() - started, 3)

    def has(self, *names: str) -> bool:
        """Are these tables finished already, by this attempt or an interrupted one?"""
        return all(name in self.staged.digests for name in names)

    def write(self, name: str, sql: str, key: tuple[str, ...]) -> Path:
        """One table of the run, sorted by its key; not made again where an interrupted attempt finished it."""
        return self.staged.table(name, lambda target: write_sorted(self.connection, sql, key, target))

    def show(self, files: Mapping[str, str]) -> None:
        """Make files of the run readable under names, for whoever thinks."""
        paths = {name: self.staged.path(file) for name, file in files.items()}
        tables.show_files(self.connection, paths)
        if self.spark:
            self.spark.show_files(paths)

    @contextmanager
    def thought(
        self, stage: str, steps: Sequence[Step], made_here: Sequence[str] = (), typed: Callable[[str], str] = lambda answer: answer
    ) -> Iterator[None]:
        """Have the steps worked out by whoever thinks in this run; inside, the rows of the last one are readable under its name.

        Args:
            made_here: names, read by the steps, that are neither tables of the book nor files of the run.
            typed: SQL of the last step's rows in the types in which they are written, whoever worked them out.
        """
        *before, last = steps
        if self.spark is None:
            tables.think(self.connection, before)
            answer = sql_of(last.expression)
        else:
            self.on_spark.append(stage)
            self.spark.hand_over(self.connection, made_here)
            self.spark.think(steps)
            answer = self.spark.answer([last.name])[last.name]
            self.spark.forget(steps)
        tables.take(self.connection, {last.name: typed(answer)})
        yield
        tables.forget(self.connection, steps)


def spark_of(request: RunRequest, staged: StagedRun) -> AbstractContextManager[SparkThinking | None]:
    """The Spark that thinks in this run, where one was asked for."""
    return thinking_on_spark(request.engine.spark, staged.scratch) if request.engine.spark else nullcontext()


def engines_told(work: Night) -> dict[str, Any]:
    """Who worked out the expressions, as run.json says it. It is no input: the tables are the same, whoever did."""
    if work.spark is None:
        return {"columns": "duckdb"}
    return {"columns": "spark", "spark": {"version": work.spark.version, "master": work.spark.master, "stages": work.on_spark}}


def write_text(target: Path, text: str) -> str:
    """Write one text of the run; its SHA-256 (hex), as `StagedRun.table` wants it."""
    write_text_whole(target, text)
    return hashlib.sha256(text.encode()).hexdigest()
