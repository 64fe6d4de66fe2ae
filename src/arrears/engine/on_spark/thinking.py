"""What is Spark asked in a run, and how does what it finds come back?

Everything goes over as Parquet and comes back as Parquet: the book's files and the run's tables are read where they lie, the few rows that only DuckDB
knows are written to the run's scratch folder first. What comes back is written by many hands in no order; DuckDB puts it in order and writes the run's
table, so that its bytes are the same whoever did the thinking.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from arrears.assess.delinquency.position import Step
from arrears.core.book import BOOK_TABLES
from arrears.core.sql import quoted
from arrears.engine.on_spark.dialect import name_of_rows, spark_sql_of, spark_type, spoken_to_spark
from arrears.engine.on_spark.session import SparkFailed, first_line, spark_session
from arrears.engine.on_spark.settings import SparkSettings
from arrears.intake.book.layout import latest_by_key_sql

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession


@contextmanager
def thinking_on_spark(settings: SparkSettings, scratch: Path) -> Iterator[SparkThinking]:
    """A Spark to think with for one run.

    Args:
        scratch: a folder on a disk that every worker sees; what is written there is gone when the run is done.
    """
    folder = scratch / "spark"
    folder.mkdir(mode=0o700)
    with spark_session(settings, folder / "session") as session, told_plainly():
        thinking = SparkThinking(session, folder)
        try:
            yield thinking
        finally:
            thinking.forget_all()
            shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def told_plainly() -> Iterator[None]:
    """What goes wrong with Spark while it works is the world's refusal; a text that it does not understand is our mistake."""
    from py4j.protocol import Py4JError, Py4JNetworkError
    from pyspark.errors import AnalysisException, ParseException, PySparkException

    try:
        yield
    except (AnalysisException, ParseException):
        raise
    except (Py4JError, Py4JNetworkError, PySparkException, ConnectionError) as trouble:
        raise SparkFailed(
            f"Spark stopped while it worked: {first_line(trouble)}", "Nothing was published; finished tables are kept and taken up by the next run.",
            "Run it again; if Spark ran out of memory, give its workers more.",
        ) from trouble


class SparkThinking:
    """Names and what stands under them in one Spark."""

    def __init__(self, session: SparkSession, folder: Path) -> None:
        self.session, self.folder = session, folder
        self.version, self.master = str(session.version), str(session.sparkContext.master)
        self._names: list[str] = []
        self._kept: dict[str, DataFrame] = {}
        self._handed = 0

    def show_book(self, book: Path) -> None:
        """Make every table of the book readable under its name, the newest row of each key."""
        for name in BOOK_TABLES:
            self._show(name, spoken_to_spark(latest_by_key_sql(book, name), lambda files, named, name=name: self._rows(name, files, named)))

    def _rows(self, table: str, files: tuple[Path, ...], named: bool) -> str:
        """The name of the rows of these files of a table of the book, each with its file's name where that is asked for."""
        name = name_of_rows(files, named)
        if name not in self._names:
            columns = ", ".join(f"{column} {spark_type(kind)}" for column, kind in BOOK_TABLES[table].schema.items())
            parts = [(file,) for file in files] if named else [files]
            for place, part in enumerate(parts):
                self._add(f"{name}_{place}", self.session.read.schema(columns).parquet(*map(str, part)))
            said = [f"SELECT *, {_text(files[place])} AS filename FROM {name}_{place}" if named else f"SELECT * FROM {name}_{place}" for place in range(len(parts))]
            self._show(name, " UNION ALL ".join(said))
        return name

    def show_files(self, files: Mapping[str, Path | Sequence[Path]]) -> None:
        """Make the rows of a Parquet file, or of several, readable under a name."""
        for name, named in files.items():
            self._add(name, self.session.read.parquet(*map(str, [named] if isinstance(named, Path) else named)))

    def hand_over(self, connection: duckdb.DuckDBPyConnection, names: Iterable[str]) -> None:
        """Make what DuckDB knows under these names readable under the same names."""
        for name in names:
            self._handed += 1
            file = self.folder / f"to_spark_{self._handed}_{name}.parquet"
            connection.execute(f"COPY (SELECT * FROM {name}) TO {quoted(file)} (FORMAT parquet, COMPRESSION zstd)")
            self.show_files({name: file})

    def think(self, steps: Sequence[Step]) -> None:
        """Name each step; what later steps read is kept once it has been worked out, in memory as far as it goes."""
        from pyspark import StorageLevel

        for step in steps:
            found = self.session.sql(spark_sql_of(step.expression))
            self._kept[step.name] = found.persist(StorageLevel.MEMORY_AND_DISK)
            self._add(step.name, found)

    def answer(self, names: Iterable[str], key: str | None = None) -> dict[str, str]:
        """SQL by which DuckDB reads the rows of these steps, under their names.

        Args:
            key: by which column they are spread over the files, where DuckDB will ask for a part of them at a time.
        """
        found = {}
        for name in names:
            rows, written = self.session.table(name), self.folder / f"from_spark_{name}"
            (rows.repartitionByRange(rows[key]) if key else rows).write.mode("overwrite").parquet(str(written))
            found[name] = f"SELECT * FROM read_parquet({quoted(written / '*.parquet')})"
        return found

    def forget(self, steps: Sequence[Step]) -> None:
        """Give back the room of steps that are not read any more."""
        for step in steps:
            if step.name in self._kept:
                self._kept.pop(step.name).unpersist()

    def forget_all(self) -> None:
        """Leave no name and no rows in a Spark that others may use after us."""
        with told_plainly():
            for kept in self._kept.values():
                kept.unpersist()
            for name in self._names:
                self.session.catalog.dropTempView(name)

    def _show(self, name: str, sql: str) -> None:
        self._add(name, self.session.sql(sql))

    def _add(self, name: str, rows: DataFrame) -> None:
        rows.createOrReplaceTempView(name)
        if name not in self._names:
            self._names.append(name)


def _text(path: Path) -> str:
    """A path as Spark writes a text."""
    from sqlglot.expressions import Literal

    return Literal.string(str(path)).sql(dialect="spark")
