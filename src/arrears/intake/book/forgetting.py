"""How does a book forget people?

Sealed names and contact values become noise when the key is destroyed. What remains would still help whoever knows the institution's key
and a short list of candidates: the id of a contact point is the keyed hash of a telephone number, those of documents and payments are
the keyed hashes of the lender's numbers. So the files of all batches are written anew, once for many people: contact points and protected
attributes of these people go, sealed bytes and reasons in words become empty, and keyed hashes become random numbers *in the same order*,
so that every figure that rests on their order stays what it was. Amounts and days stay, under ids that lead to nobody.

A batch says what it was: the digests in `batch.json` stay as the runs know them, and `forgotten` adds those of the files as they are now.
New files are ready on the disk before the first is moved into place, and a folder `.forgetting` tells the next one to go on with the moving.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa

from arrears.core.book import BOOK_TABLES
from arrears.core.sql import quoted
from arrears.intake.book.layout import ROW_GROUP_SIZE, batch_dirs, batch_facts, batch_files, file_digest, import_lock

READY = ".forgetting"
"""Files that wait to be moved into place."""
_PREPARING = ".staging-forgetting"
_ID_BITS = 0x7FFF_FFFF_FFFF_FFFF
_KEYED = {"receivables": ("document_id",), "payments": ("payment_id", "reversal_of")}
_GONE = ("contact_points", "protected")
FORGOTTEN_DIGEST = ""
"""What stands for the digest of a delivered file: a short file could be guessed from it."""


@dataclass(frozen=True, slots=True)
class Forgotten:
    """How many files of how many batches were written anew?"""

    batches: int
    files: int


def forget_people(book_dir: Path, party_ids: Iterable[int], draw: Callable[[int], bytes] = os.urandom) -> Forgotten:
    """Remove from all batches what could lead to these people. Repeating it, and finishing one that was killed, is the same as once.

    Args:
        draw: answers that many random bytes.

    Raises:
        Busy: an import is at work on this book.
    """
    people = pa.table({"party_id": pa.array(sorted(set(party_ids)), pa.int64())})
    with import_lock(book_dir):
        finish_forgetting(book_dir)
        folder = book_dir / _PREPARING
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(mode=0o700)
        with duckdb.connect() as duck:
            duck.execute("SET temp_directory = ''")  # What is forgotten is not spilt to the disk on the way.
            duck.register("people", people)
            _name_accounts(duck, book_dir)
            _draw_new_ids(duck, book_dir, draw)
            files = [one for table in ("parties", *_GONE, "pauses", *_KEYED) for one in _write_anew(duck, book_dir, table, folder)]
        batches = _batches_of(book_dir, people)
        (folder / "plan.json").write_text(json.dumps({"batches": sorted(batches)}), encoding="utf-8")
        for file in folder.iterdir():
            _to_disk(file)
        _to_disk(folder)
        folder.rename(book_dir / READY)
        _to_disk(book_dir)
        finish_forgetting(book_dir)
    return Forgotten(len(batches), len(files))


def finish_forgetting(book_dir: Path) -> None:
    """Move what is ready into place; nothing to do where nothing waits. Call it under the book's import lock."""
    ready = book_dir / READY
    if not ready.is_dir():
        return
    for file in sorted(ready.glob("*.parquet")):
        batch, _, table = file.stem.partition("-")
        target = book_dir / "batches" / batch / f"{table}.parquet"
        file.replace(target)
        _to_disk(target.parent)
    for batch in json.loads((ready / "plan.json").read_text(encoding="utf-8"))["batches"]:
        _note(book_dir / "batches" / batch)
    shutil.rmtree(ready)
    _to_disk(book_dir)


def _name_accounts(duck: duckdb.DuckDBPyConnection, book_dir: Path) -> None:
    """`theirs`: which accounts are these people's. One that changed hands between two of them counts as one's."""
    duck.execute("CREATE TEMP TABLE theirs (account_id BIGINT, party_id BIGINT)")
    if files := batch_files(book_dir, "accounts"):
        duck.execute(f"INSERT INTO theirs SELECT account_id, min(party_id) FROM read_parquet({_listed(files)}) SEMI JOIN people USING (party_id) GROUP BY account_id")


def _draw_new_ids(duck: duckdb.DuckDBPyConnection, book_dir: Path, draw: Callable[[int], bytes]) -> None:
    """`renamed`: kind, party, old id, new id. Old and new are both sorted within a person, so that their order stays."""
    duck.execute("CREATE TEMP TABLE known_ids (kind VARCHAR, party_id BIGINT, old BIGINT)")
    for table, columns in _KEYED.items():
        if files := batch_files(book_dir, table):
            for column in columns:
                duck.execute(f"INSERT INTO known_ids SELECT '{table}', t.party_id, {column} FROM read_parquet({_listed(files)}) JOIN theirs t USING (account_id) WHERE {column} IS NOT NULL")
    known = duck.sql(
        "SELECT *, dense_rank() OVER (ORDER BY kind, party_id) AS whose FROM (SELECT DISTINCT * FROM known_ids) ORDER BY kind, party_id, old").to_arrow_table()
    drawn = (np.frombuffer(draw(8 * known.num_rows), ">u8") & np.uint64(_ID_BITS)).astype(np.int64)
    ascending = drawn[np.lexsort((drawn, known["whose"].to_numpy()))]
    duck.register("drawn", known.append_column("new", pa.array(ascending)))
    duck.execute("CREATE TEMP TABLE renamed AS SELECT kind, party_id, old, new FROM drawn")


def _write_anew(duck: duckdb.DuckDBPyConnection, book_dir: Path, table: str, folder: Path) -> list[Path]:
    """The new files of one table, for the batches that name these people and no others."""
    written = []
    for file in batch_files(book_dir, table):
        by = "account_id" if table in {"pauses", *_KEYED} else "party_id"
        whose = "theirs" if by == "account_id" else "people"
        (touched,) = duck.execute(f"SELECT count(*) FROM read_parquet({quoted(file)}) SEMI JOIN {whose} USING ({by})").fetchone() or (0,)
        if not touched:
            continue
        target = folder / f"{file.parent.name}-{table}.parquet"
        key = ", ".join(f"{name} NULLS FIRST" for name in BOOK_TABLES[table].key)
        duck.execute(f"COPY (SELECT * FROM ({_forgotten_sql(table, file)}) ORDER BY {key}) TO {quoted(target)} (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {ROW_GROUP_SIZE})")
        target.chmod(0o600)
        written.append(target)
    return written


def _forgotten_sql(table: str, file: Path) -> str:
    """The rows of a file without what leads to these people."""
    rows = f"read_parquet({quoted(file)})"
    if table in _GONE:
        return f"SELECT * FROM {rows} ANTI JOIN people USING (party_id)"
    if table == "parties":
        return f"SELECT r.* REPLACE (CASE WHEN p.party_id IS NULL THEN r.sealed END AS sealed) FROM {rows} r LEFT JOIN people p USING (party_id)"
    if table == "pauses":
        return f"SELECT r.* REPLACE (CASE WHEN t.account_id IS NULL THEN r.reason END AS reason) FROM {rows} r LEFT JOIN theirs t USING (account_id)"
    columns = _KEYED[table]
    changed = ", ".join(f"CASE WHEN t.account_id IS NULL THEN r.{column} ELSE n{place}.new END AS {column}" for place, column in enumerate(columns))
    joins = " ".join(f"LEFT JOIN renamed n{place} ON n{place}.kind = '{table}' AND n{place}.party_id = t.party_id AND n{place}.old = r.{column}" for place, column in enumerate(columns))
    return f"SELECT r.* REPLACE ({changed}) FROM {rows} r LEFT JOIN theirs t USING (account_id) {joins}"


def _batches_of(book_dir: Path, people: pa.Table) -> set[str]:
    """Which batches brought anything of these people?"""
    found = set()
    with duckdb.connect() as duck:
        duck.register("people", people)
        _name_accounts(duck, book_dir)
        for folder in batch_dirs(book_dir):
            for name, table in BOOK_TABLES.items():
                by = "party_id" if any(column.name == "party_id" for column in table.columns) else "account_id"
                file = folder / f"{name}.parquet"
                if file.exists() and duck.execute(f"SELECT 1 FROM read_parquet({quoted(file)}) SEMI JOIN {'people' if by == 'party_id' else 'theirs'} USING ({by}) LIMIT 1").fetchone():
                    found.add(folder.name)
                    break
    return found


def _note(batch: Path) -> None:
    """Say in `batch.json` what the files are now, and forget the digests of the delivered files."""
    facts = batch_facts(batch)
    now = {file.stem: file_digest(file) for file in sorted(batch.glob("*.parquet"))}
    facts["forgotten"] = {table: digest for table, digest in now.items() if digest != facts["digests"].get(table)}
    facts["files"] = [{**file, "sha256": FORGOTTEN_DIGEST} for file in facts.get("files", ())]
    part = batch / "batch.part"
    part.write_text(json.dumps(facts, ensure_ascii=False, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    part.chmod(0o600)
    _to_disk(part)
    part.replace(batch / "batch.json")
    _to_disk(batch)


def _listed(files: list[Path]) -> str:
    return f"[{', '.join(map(quoted, files))}]"


def _to_disk(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
