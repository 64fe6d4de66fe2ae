"""How does one delivery of files become one batch of the book?

Comes in: files, a mapping, a book, the keeper of identities. Goes out: a new numbered batch, or nothing at all; and an error pool. The
steps are those of `take_in`. A batch appears by one rename: an import that is killed leaves a staging folder that the next one removes.
"""

from __future__ import annotations

import codecs
import errno
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import date
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from arrears.core.book import BOOK_TABLES
from arrears.core.problems import Finding, Refused, WrongCall
from arrears.core.progress import Progress
from arrears.core.sql import quoted
from arrears.intake.book.checks import lookup_table, plan_block
from arrears.intake.book.identities import IdentityService, TryingKeeper
from arrears.intake.book.layout import (
    batch_dirs,
    batch_facts,
    book_info,
    import_lock,
    next_batch_number,
    open_book,
    staged_batch,
    write_batch_facts,
)
from arrears.intake.book.mapping import FileMapping, LogicalFile, check_headings
from arrears.intake.book.pool import logical_file_of, mapping_of, write_pool
from arrears.intake.book.reading import DEFAULT_MEMORY, RawTable, SourceFile, connect, look_at, read_raw
from arrears.intake.book.tables import PlacedBlock, TableCount, Tables


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
    notes: tuple[str, ...] = ()

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
            parts.append(f"{self.findings:,} {'finding is' if self.findings == 1 else 'findings are'} in the error pool {self.pool.name}: export it, correct the rows and import them again.")
        return " ".join((*parts, *self.notes))


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
    memory_limit: str = DEFAULT_MEMORY,
    from_pool: Path | None = None,
) -> ImportReport:
    """Take files into a book as its next batch. Files that were taken in before with the same mapping are left alone.

    Args:
        received_on: the day of the delivery, kept with the batch.
        pool_dir: folder of the error pool, outside book and runs.
        seal_pool: seals the refused lines under the institution's key.
        from_pool: the error pool whose exported and corrected rows the files hold; they are read as they were exported, by the meaning that
            their source has in the mapping.

    Raises:
        WrongCall: no such file or book, or a file that fits none or several of the mapping's patterns.
        BadData: a file cannot be used at all; nothing was taken in.
        Busy: another import is at work on this book.
    """
    book_info(book_dir)
    with import_lock(book_dir), a_full_disk_in_words():
        sources = find_sources(files, mapping, from_pool)
        fresh, already = _fresh(sources, mapping, book_dir)
        if not fresh:
            return ImportReport(None, already, (), (), 0, None)
        return _Import(mapping, book_dir, identities, received_on, pool_dir, seal_pool, progress).run(fresh, already, threads, memory_limit)


@contextmanager
def a_full_disk_in_words() -> Iterator[None]:
    """Say it plainly when the disk (or what may lie on it) is at its end; what was begun is removed by then."""
    try:
        yield
    except (OSError, duckdb.Error) as error:
        text = str(error)
        full = getattr(error, "errno", None) in (errno.ENOSPC, errno.EDQUOT) or "No space left" in text or ("disk" in text and "full" in text)
        if full:
            raise Refused(
                "The disk is full.",
                "Nothing was taken in, and the book is as it was.",
                "Free space (about three times the size of the files), and import them again.",
            ) from error
        if getattr(error, "errno", None) == errno.EFBIG or "File too large" in text:
            raise Refused(
                "A file of the book would grow larger than this system lets a file be.",
                "Nothing was taken in, and the book is as it was.",
                "Raise the limit (ulimit -f) or use another file system, and import the files again.",
            ) from error
        if isinstance(error, duckdb.OutOfMemoryException):
            raise Refused(
                f"The import needs more memory or disk than it may use ({text.splitlines()[0]}).",
                "Nothing was taken in, and the book is as it was.",
                "Deliver the files in several imports, or give the disk more room.",
            ) from error
        raise


def find_sources(files: Sequence[Path], mapping: FileMapping, from_pool: Path | None = None) -> list[tuple[SourceFile, LogicalFile]]:
    """Which sources (files, sheets) are these, what does the mapping make of each, and do they have the columns it reads?

    Raises:
        WrongCall: no such file or pool, a file that fits none or several of the mapping's patterns, or a pool of another mapping.
        BadData: a file cannot be used at all.
    """
    if from_pool and mapping_of(from_pool) != mapping.digest:
        raise WrongCall(
            f"The rows in {from_pool.name} were refused with another mapping than {mapping.name}, or it has been changed since.",
            "Their columns may not mean what this mapping says.",
            "Use the mapping of that import; if you corrected the mapping itself, import the whole file again instead.",
        )
    matched = [(path, logical) for path in files for logical in _logical_files(path, mapping, from_pool)]
    sources = [
        (file, logical)
        for path, logical in matched
        for file in look_at(path, logical.encoding, logical.delimiter, sheet=logical.sheet, header_row=logical.header_row)
    ]
    for file, logical in sources:
        for block in logical.blocks:
            check_headings(block, file.headings, file.label, mapping.name)
    _refuse_half_wholes(sources)
    return sources


def _refuse_half_wholes(sources: Sequence[tuple[SourceFile, LogicalFile]]) -> None:
    """Whole schedules and single instalments cannot come together: it would not be certain what the missing rows mean."""
    said = {block.whole for _, logical in sources for block in logical.blocks if block.table == "instalments"}
    if len(said) > 1:
        raise WrongCall(
            "Some of these files deliver whole schedules (“whole: true”), others single instalments.",
            "It is not certain which earlier instalments hold no more.",
            "Import them one after the other.",
        )


def _logical_files(path: Path, mapping: FileMapping, from_pool: Path | None) -> list[LogicalFile]:
    """Which logical files of the mapping is this, by the patterns for its name? Several only where each names its sheet of a workbook."""
    if from_pool:
        name = logical_file_of(from_pool, path)
        encoding = _encoding_of_export(path)
        return [replace(one, encoding=encoding, delimiter=",", sheet=None, header_row=1) for one in mapping.files if one.name == name]
    fitting = [logical for logical in mapping.files if any(fnmatch(path.name, pattern) for pattern in logical.patterns)]
    sheets = {logical.sheet for logical in fitting}
    if not fitting or (len(fitting) > 1 and (None in sheets or len(sheets) < len(fitting))):
        patterns = ", ".join(f"{logical.name}: {' or '.join(logical.patterns)}" for logical in mapping.files)
        raise WrongCall(
            f"{path.name} fits {'none' if not fitting else 'several'} of the name patterns of the mapping {mapping.name} ({patterns}).",
            "It is not certain what its columns mean, so nothing was taken in.",
            "Rename the file or correct the pattern.",
        )
    return fitting


def _encoding_of_export(path: Path) -> str:
    """An export is UTF-8; a spreadsheet program of a Chinese Windows saves it as GB18030."""
    if not path.is_file():
        raise WrongCall(f"There is no file {path}.", "Nothing was taken in.", "Check the path and the name.")
    decoder = codecs.getincrementaldecoder("utf-8")()
    with path.open("rb") as stream:
        try:
            while piece := stream.read(1 << 20):
                decoder.decode(piece)
        except UnicodeDecodeError:
            return "gb18030"
    return "utf-8"


def _fresh(
    looked_at: Sequence[tuple[SourceFile, LogicalFile]], mapping: FileMapping, book_dir: Path
) -> tuple[list[tuple[SourceFile, LogicalFile]], tuple[str, ...]]:
    """Which files are new to the book (each content once), and which names are in it already?"""
    facts = [batch_facts(folder) for folder in batch_dirs(book_dir)]
    known = {(file["sha256"], file.get("sheet")) for batch in facts if batch.get("mapping_digest") == mapping.digest for file in batch["files"]}
    fresh: dict[tuple[str, str | None], tuple[SourceFile, LogicalFile]] = {}
    already = []
    for file, logical in looked_at:
        content = (file.digest, file.sheet)
        if content in known or content in fresh:
            already.append(file.label)
        else:
            fresh[content] = (file, logical)
    return list(fresh.values()), tuple(already)


@dataclass(frozen=True, slots=True)
class Judged:
    """What one import found out: the filled tables, the raw ones, the counts, and which tables come as whole schedules."""

    tables: Tables
    raws: tuple[RawTable, ...]
    counts: tuple[TableCount, ...]
    file_counts: tuple[FileCount, ...]
    findings: int
    whole: frozenset[str]
    notes: tuple[str, ...]


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
        steps = self._steps(files)
        try:
            with staged_batch(self.book_dir, number) as staging, connect(staging / "work", threads=threads, memory_limit=memory_limit) as db:
                judged = self.judge(db, files, staging / "work")
                written = self._write(judged.tables, judged.counts, staging, len(files) + len(BOOK_TABLES), steps)
                pool = self._pool(db, number, files, judged.raws, steps) if judged.findings else None
                report = ImportReport(number if written else None, already, judged.file_counts, judged.counts, judged.findings, pool, judged.notes)
                if not written:
                    raise _NothingGood(report)
                write_batch_facts(staging, self._facts(number, files, judged))
                self.progress("publishing", steps, steps)
        except _NothingGood as nothing:
            return nothing.report
        return report

    def judge(self, db: duckdb.DuckDBPyConnection, files: Sequence[tuple[SourceFile, LogicalFile]], work: Path) -> Judged:
        """Read the files and judge every row of every table."""
        for name, pairs in self.mapping.lookups.items():
            db.register("arriving", pa.table({"theirs": [one for one, _ in pairs], "ours": [other for _, other in pairs]}))
            db.execute(f"CREATE TEMP TABLE {lookup_table(name)} AS SELECT * FROM arriving")
            db.unregister("arriving")
        raws, blocks = self._read(db, files, work, self._steps(files))
        whole, notes = self._whole(blocks, raws)
        tables = Tables(db, self.book_dir, self.identities, self.mapping.namespace, work, whole)
        self._note_broken_lines(db, files, raws)
        counts = self._fill(tables, blocks, len(files), self._steps(files))
        file_counts = tuple(self._file_count(db, number, file, raw) for number, ((file, _), raw) in enumerate(zip(files, raws, strict=True)))
        findings = int(db.execute("SELECT count(*) FROM findings").fetchall()[0][0])
        return Judged(tables, tuple(raws), tuple(counts), file_counts, findings, whole, notes)

    @staticmethod
    def _steps(files: Sequence[tuple[SourceFile, LogicalFile]]) -> int:
        return len(files) + 2 * len(BOOK_TABLES) + 2

    @staticmethod
    def _whole(blocks: Sequence[PlacedBlock], raws: Sequence[RawTable]) -> tuple[frozenset[str], tuple[str, ...]]:
        """Which tables come as whole schedules? Behind a line that is no row nobody knows which account lacks one: then none does."""
        whole = [block for block in blocks if block.plan.block.whole]
        if not whole or not any(raws[block.file_no].broken for block in whole):
            return frozenset(block.table.name for block in whole), ()
        return frozenset(), ("Lines were broken, so no schedule is taken for whole: earlier instalments that no row replaces still hold.",)

    def _read(
        self, db: duckdb.DuckDBPyConnection, files: Sequence[tuple[SourceFile, LogicalFile]], work: Path, steps: int
    ) -> tuple[list[RawTable], list[PlacedBlock]]:
        raws: list[RawTable] = []
        blocks: list[PlacedBlock] = []
        for file_no, (file, logical) in enumerate(files):
            self.progress(f"reading {file.label}", file_no, steps)
            raw = read_raw(db, file, f"raw_{file_no}", work)
            raws.append(raw)
            for block in logical.blocks:
                blocks.append(PlacedBlock(len(blocks), file_no, file.label, plan_block(block, raw.name, file.headings, is_typed=file.is_typed)))
        return raws, blocks

    def _note_broken_lines(self, db: duckdb.DuckDBPyConnection, files: Sequence[tuple[SourceFile, LogicalFile]], raws: Sequence[RawTable]) -> None:
        """A line that is no row is a finding too; its words stay in the sealed lines, since nobody knows what stands where."""
        for file_no, ((file, _), raw) in enumerate(zip(files, raws, strict=True)):
            db.execute(
                f"INSERT INTO findings SELECT {file_no}, {quoted(file.label)}, row, '', '', NULL, "
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
        return FileCount(file.label, rows, rows - rejected, rejected, raw.broken)

    def _pool(
        self, db: duckdb.DuckDBPyConnection, number: int, files: Sequence[tuple[SourceFile, LogicalFile]], raws: Sequence[RawTable], steps: int
    ) -> Path:
        self.progress("writing the error pool", steps - 1, steps)
        folder = self.pool_dir / f"{book_info(self.book_dir).name}-{number:06d}-{files[0][0].digest[:8]}"
        sources = [(file, raw, logical.name) for (file, logical), raw in zip(files, raws, strict=True)]
        write_pool(db, folder, sources, self.seal_pool, received_on=self.received_on, mapping_digest=self.mapping.digest)
        return folder

    def _facts(self, number: int, files: Sequence[tuple[SourceFile, LogicalFile]], judged: Judged) -> dict[str, Any]:
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
                    **({"sheet": file.sheet} if file.sheet else {}),
                }
                for (file, _), count in zip(files, judged.file_counts, strict=True)
            ],
            "tables": {count.table: {key: value for key, value in asdict(count).items() if key != "table"} for count in judged.counts},
            **({"whole": sorted(judged.whole)} if judged.whole else {}),
        }


@dataclass(frozen=True, slots=True)
class Trial:
    """What would an import do? Its report (no batch, no pool), the first rows of each table as they would land, the first findings."""

    report: ImportReport
    first_rows: dict[str, list[dict[str, object]]]
    findings: tuple[Finding, ...]


def try_out(
    files: Sequence[Path],
    mapping: FileMapping,
    book_dir: Path | None,
    identities: IdentityService,
    *,
    rows: int = 5,
    findings: int = 1000,
    progress: Progress = no_progress,
    threads: int | None = None,
    memory_limit: str = DEFAULT_MEMORY,
    from_pool: Path | None = None,
) -> Trial:
    """What would `take_in` do with these files? Every row is judged; book, keeper and error pool stay as they are.

    Args:
        book_dir: the book, or None where there is none yet.
        rows: so many rows of each table are shown.
        findings: at most so many findings are shown; the report counts all.

    Raises: as `take_in`.
    """
    with tempfile.TemporaryDirectory(prefix=".trial-", dir=book_dir.parent if book_dir else None) as folder, a_full_disk_in_words():
        work = Path(folder)
        if book_dir is None:
            book_dir = work / "book"
            open_book(book_dir, "trial", 0, created=date.min)
        sources = find_sources(files, mapping, from_pool)
        fresh, already = _fresh(sources, mapping, book_dir)
        if not fresh:
            return Trial(ImportReport(None, already, (), (), 0, None), {}, ())
        trial = _Import(mapping, book_dir, TryingKeeper(identities), date.min, work, bytes, progress)
        with connect(work, threads=threads, memory_limit=memory_limit) as db:
            judged = trial.judge(db, fresh, work)
            first = {count.table: judged.tables.first_rows(BOOK_TABLES[count.table], rows) for count in judged.counts}
            found = db.execute(
                f"SELECT file, row, \"column\", coalesce(value, ''), reason, remedy FROM findings ORDER BY file_no, row, \"column\", reason LIMIT {int(findings)}"
            ).fetchall()
        report = ImportReport(None, already, judged.file_counts, judged.counts, judged.findings, None, judged.notes)
        return Trial(report, first, tuple(Finding(*one) for one in found))


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
