"""How does one delivery of files become one batch of the book?

Comes in: files, a mapping, a book, the keeper of identities. Goes out: a new numbered batch, or nothing at all; and an error pool. The
steps are those of `take_in`. A batch appears by one rename: an import that is killed leaves a staging folder that the next one removes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import duckdb

from arrears.core.book import BOOK_TABLES
from arrears.core.problems import WrongCall
from arrears.core.sql import quoted
from arrears.intake.book.checks import plan_block
from arrears.intake.book.identities import IdentityService
from arrears.intake.book.layout import batch_dirs, batch_facts, book_info, import_lock, next_batch_number, staged_batch, write_batch_facts
from arrears.intake.book.mapping import FileMapping, LogicalFile, check_headings
from arrears.intake.book.pool import write_pool
from arrears.intake.book.reading import RawTable, SourceFile, connect, look_at, read_raw
from arrears.intake.book.tables import PlacedBlock, TableCount, Tables

Progress = Callable[[str, int, int], None]
"""Told of each step: what is being done, steps done, steps in all."""


def no_progress(step: str, done: int, total: int) -> None:
    """Watch nothing."""


@dataclass(frozen=True, slots=True)
class FileCount:
    """What became of the rows of one file? `rows` = `accepted` + `rejected`; `broken` of the rejected are lines that are no rows.

    A row is rejected when anything made of it was refused, even where other parts of it were taken.
    """

    file: str
    rows: int
    accepted: int
    rejected: int
    broken: int


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What came of an import? `batch` is None where nothing new was taken in; `pool` is None where nothing was refused."""

    batch: int | None
    already_taken_in: tuple[str, ...]
    files: tuple[FileCount, ...]
    tables: tuple[TableCount, ...]
    findings: int
    pool: Path | None

    @property
    def message(self) -> str:
        """The outcome in a few sentences, for people."""
        parts = [
            f"Batch {self.batch} was taken in: {sum(one.accepted for one in self.files):,} of {sum(one.rows for one in self.files):,} rows without a finding."
            if self.batch
            else "Nothing new was taken in."
        ]
        if self.already_taken_in:
            parts.append(f"Already in the book, with this mapping: {', '.join(self.already_taken_in)}.")
        if self.pool:
            parts.append(f"{self.findings:,} findings are in the error pool {self.pool.name}: export it, correct the rows and import them again.")
        return " ".join(parts)


def take_in(
    files: Sequence[Path],
    mapping: FileMapping,
    book_dir: Path,
    identities: IdentityService,
    *,
    received_on: date,
    pool_dir: Path,
    seal_pool: Callable[[bytes], bytes],
    progress: Progress = no_progress,
    threads: int | None = None,
    memory_limit: str = "4GB",
) -> ImportReport:
    """Take files into a book as its next batch. Files that were taken in before with the same mapping are left alone.

    Args:
        received_on: the day of the delivery, kept with the batch.
        pool_dir: folder of the error pool, outside book and runs.
        seal_pool: seals the refused lines under the institution's key.

    Raises:
        WrongCall: no such file or book, or a file that fits none or several of the mapping's patterns.
        BadData: a file cannot be used at all; nothing was taken in.
        Busy: another import is at work on this book.
    """
    book_info(book_dir)
    with import_lock(book_dir):
        matched = [(path, _logical_file(path, mapping)) for path in files]
        looked_at = [(look_at(path, logical.encoding, logical.delimiter), logical) for path, logical in matched]
        for file, logical in looked_at:
            for block in logical.blocks:
                check_headings(block, file.headings, file.path.name, mapping.name)
        fresh, already = _fresh(looked_at, mapping, book_dir)
        if not fresh:
            return ImportReport(None, already, (), (), 0, None)
        return _Import(mapping, book_dir, identities, received_on, pool_dir, seal_pool, progress).run(fresh, already, threads, memory_limit)


def _logical_file(path: Path, mapping: FileMapping) -> LogicalFile:
    """Which logical file of the mapping is this, by the pattern for its name?"""
    fitting = [logical for logical in mapping.files if fnmatch(path.name, logical.pattern)]
    if len(fitting) != 1:
        patterns = ", ".join(f"{logical.name}: {logical.pattern}" for logical in mapping.files)
        raise WrongCall(
            f"{path.name} fits {'none' if not fitting else 'several'} of the name patterns of the mapping {mapping.name} ({patterns}).",
            "It is not certain what its columns mean, so nothing was taken in.",
            "Rename the file or correct the pattern.",
        )
    return fitting[0]


def _fresh(
    looked_at: Sequence[tuple[SourceFile, LogicalFile]], mapping: FileMapping, book_dir: Path
) -> tuple[list[tuple[SourceFile, LogicalFile]], tuple[str, ...]]:
    """Which files are new to the book (each content once), and which names are in it already?"""
    facts = [batch_facts(folder) for folder in batch_dirs(book_dir)]
    known = {file["sha256"] for batch in facts if batch.get("mapping_digest") == mapping.digest for file in batch["files"]}
    fresh: dict[str, tuple[SourceFile, LogicalFile]] = {}
    already = []
    for file, logical in looked_at:
        if file.digest in known or file.digest in fresh:
            already.append(file.path.name)
        else:
            fresh[file.digest] = (file, logical)
    return list(fresh.values()), tuple(already)


class _Import:
    """One import under the lock: it owns the staging folder and a DuckDB of its own."""

    def __init__(
        self,
        mapping: FileMapping,
        book_dir: Path,
        identities: IdentityService,
        received_on: date,
        pool_dir: Path,
        seal_pool: Callable[[bytes], bytes],
        progress: Progress,
    ) -> None:
        self.mapping, self.book_dir, self.identities, self.received_on = mapping, book_dir, identities, received_on
        self.pool_dir, self.seal_pool, self.progress = pool_dir, seal_pool, progress

    def run(self, files: Sequence[tuple[SourceFile, LogicalFile]], already: tuple[str, ...], threads: int | None, memory_limit: str) -> ImportReport:
        """Read, judge, write, publish."""
        number = next_batch_number(self.book_dir)
        steps = len(files) + 2 * len(BOOK_TABLES) + 2
        try:
            with staged_batch(self.book_dir, number) as staging, connect(staging / "work", threads=threads, memory_limit=memory_limit) as db:
                raws, blocks = self._read(db, files, staging / "work", steps)
                tables = Tables(db, self.book_dir, self.identities, self.mapping.namespace)
                self._note_broken_lines(db, files, raws)
                counts = self._fill(tables, blocks, len(files), steps)
                written = self._write(tables, counts, staging, len(files) + len(BOOK_TABLES), steps)
                file_counts = tuple(
                    self._file_count(db, number_, file, raw) for number_, ((file, _), raw) in enumerate(zip(files, raws, strict=True))
                )
                findings = int(db.execute("SELECT count(*) FROM findings").fetchall()[0][0])
                pool = self._pool(db, number, files, raws, steps) if findings else None
                if not written:
                    raise _NothingGood(ImportReport(None, already, file_counts, tuple(counts), findings, pool))
                write_batch_facts(staging, self._facts(number, files, file_counts, counts))
                self.progress("publishing", steps, steps)
        except _NothingGood as nothing:
            return nothing.report
        return ImportReport(number, already, file_counts, tuple(counts), findings, pool)

    def _read(
        self, db: duckdb.DuckDBPyConnection, files: Sequence[tuple[SourceFile, LogicalFile]], work: Path, steps: int
    ) -> tuple[list[RawTable], list[PlacedBlock]]:
        raws: list[RawTable] = []
        blocks: list[PlacedBlock] = []
        for file_no, (file, logical) in enumerate(files):
            self.progress(f"reading {file.path.name}", file_no, steps)
            raw = read_raw(db, file, f"raw_{file_no}", work)
            raws.append(raw)
            for block in logical.blocks:
                blocks.append(PlacedBlock(len(blocks), file_no, file.path.name, plan_block(block, raw.name, file.headings)))
        return raws, blocks

    def _note_broken_lines(self, db: duckdb.DuckDBPyConnection, files: Sequence[tuple[SourceFile, LogicalFile]], raws: Sequence[RawTable]) -> None:
        """A line that is no row is a finding too; its words stay in the sealed lines, since nobody knows what stands where."""
        for file_no, ((file, _), raw) in enumerate(zip(files, raws, strict=True)):
            db.execute(
                f"INSERT INTO findings SELECT {file_no}, {quoted(file.path.name)}, row, '', '', NULL, "
                f"'This line is no row of the file: ' || CASE kind {_BROKEN_KINDS} ELSE lower(kind) END || '.', "
                f"'Correct the line: {len(file.headings)} columns, quotes in pairs, in the encoding {file.encoding}.' FROM {raw.broken_name}"
            )

    def _fill(self, tables: Tables, blocks: Sequence[PlacedBlock], done: int, steps: int) -> list[TableCount]:
        counts = []
        for place, table in enumerate(BOOK_TABLES.values()):
            own = [block for block in blocks if block.table is table]
            if own:
                self.progress(f"checking {table.name}", done + place, steps)
                tables.fill(table, own)
                counts.append(tables.count(table.name))
        return counts

    def _write(self, tables: Tables, counts: Sequence[TableCount], staging: Path, done: int, steps: int) -> int:
        written = 0
        for place, count in enumerate(counts):
            self.progress(f"writing {count.table}", done + place, steps)
            written += tables.write(BOOK_TABLES[count.table], staging)
        return written

    def _file_count(self, db: duckdb.DuckDBPyConnection, file_no: int, file: SourceFile, raw: RawTable) -> FileCount:
        rejected = int(db.execute(f"SELECT count(DISTINCT row) FROM findings WHERE file_no = {file_no}").fetchall()[0][0])
        rows = raw.rows + raw.broken
        return FileCount(file.path.name, rows, rows - rejected, rejected, raw.broken)

    def _pool(
        self, db: duckdb.DuckDBPyConnection, number: int, files: Sequence[tuple[SourceFile, LogicalFile]], raws: Sequence[RawTable], steps: int
    ) -> Path:
        self.progress("writing the error pool", steps - 1, steps)
        folder = self.pool_dir / f"{book_info(self.book_dir).name}-{number:06d}-{files[0][0].digest[:8]}"
        write_pool(db, folder, [(file, raw) for (file, _), raw in zip(files, raws, strict=True)], self.seal_pool)
        return folder

    def _facts(
        self, number: int, files: Sequence[tuple[SourceFile, LogicalFile]], file_counts: Sequence[FileCount], counts: Sequence[TableCount]
    ) -> dict[str, Any]:
        return {
            "number": number,
            "created": self.received_on.isoformat(),
            "mapping": self.mapping.name,
            "mapping_digest": self.mapping.digest,
            "namespace": self.mapping.namespace,
            "files": [
                {
                    "name": file.path.name,
                    "sha256": file.digest,
                    "rows": count.rows,
                    "accepted": count.accepted,
                    "rejected": count.rejected,
                    "broken": count.broken,
                }
                for (file, _), count in zip(files, file_counts, strict=True)
            ],
            "tables": {count.table: {key: value for key, value in asdict(count).items() if key != "table"} for count in counts},
        }


class _NothingGood(Exception):
    """No row was good: there is no batch to publish, only a report to give."""

    def __init__(self, report: ImportReport) -> None:
        self.report = report


_BROKEN_KINDS = " ".join(
    f"WHEN {quoted(kind)} THEN {quoted(words)}"
    for kind, words in {
        "MISSING COLUMNS": "it has too few columns",
        "TOO MANY COLUMNS": "it has too many columns",
        "UNQUOTED VALUE": "its quotes do not close or stand in the middle of a value",
        "LINE SIZE OVER MAXIMUM": "it is longer than 2 MB",
        "INVALID ENCODING": "it holds bytes of another encoding",
    }.items()
)
