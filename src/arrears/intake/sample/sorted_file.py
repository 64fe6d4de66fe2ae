"""How do sorted slices become one Parquet file with row groups of a fixed size?"""

from __future__ import annotations

from pathlib import Path
from types import TracebackType

import pyarrow as pa
import pyarrow.parquet as pq

from arrears.core.book import BookTable
from arrears.intake.book.layout import ROW_GROUP_SIZE

_ALL_DIFFERENT = frozenset({"payment_id", "reversal_of", "contact_point_id", "sealed"})
"""Columns that gain nothing from a dictionary."""


class SortedFile:
    """Takes one table of a book, slice after slice in key order, and keeps back what does not fill a row group yet."""

    def __init__(self, folder: Path, table: BookTable) -> None:
        self._schema = table.schema.to_pyarrow()
        dictionaries = [column.name for column in table.columns if column.name not in _ALL_DIFFERENT]
        self._writer = pq.ParquetWriter(
            folder / f"{table.name}.parquet", self._schema, compression="zstd", use_dictionary=dictionaries
        )
        (folder / f"{table.name}.parquet").chmod(0o600)
        self._waiting = self._schema.empty_table()
        self.rows = 0

    def append(self, columns: dict[str, pa.Array]) -> None:
        """Add rows; columns that are not named are empty. Types must be the book's own."""
        count = len(next(iter(columns.values())))
        arrays = [
            columns[field.name] if field.name in columns else pa.nulls(count, field.type) for field in self._schema
        ]
        assert columns.keys() <= set(self._schema.names), "a column that the table does not have"
        self._waiting = pa.concat_tables([self._waiting, pa.Table.from_arrays(arrays, schema=self._schema)])
        self.rows += count
        full = len(self._waiting) // ROW_GROUP_SIZE * ROW_GROUP_SIZE
        if full:
            self._writer.write_table(self._waiting.slice(0, full).combine_chunks(), row_group_size=ROW_GROUP_SIZE)
            self._waiting = self._waiting.slice(full).combine_chunks()

    def __enter__(self) -> SortedFile:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None and len(self._waiting):
            self._writer.write_table(self._waiting, row_group_size=ROW_GROUP_SIZE)
        self._writer.close()
