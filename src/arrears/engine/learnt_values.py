"""What has somebody learnt each treatment to bring, and can that file be used?

Comes in: a Parquet file keyed by account or by case, and treatment. Goes out: rows by case and treatment, kept with the run. A value is what a treatment is
expected to bring more than leaving the case alone, in whole minor units of the policy's currency; it takes the place of the policy's gain. Who learns it,
and how, is not asked here; how the file looks is (docs/how_to/learnt_values.md).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import duckdb

from arrears.core.book import CASE_ID_SQL
from arrears.core.problems import BadData
from arrears.core.sql import quoted
from arrears.decide.capacity.shapes import MOST
from arrears.decide.policy.compile import treatments_of
from arrears.decide.policy.parts import Policy
from arrears.engine.columns_engine import rows_by_name

KEYS = ("account_id", "case_id")
WANTED: Mapping[str, str] = {"treatment": "VARCHAR", "value_minor": "BIGINT"}
KEPT = "frozen/values.parquet"
"""Where a run keeps them; a replay names the file when it is not what the run recorded."""
SHOWN = 3
"""So many rows of each fault are named."""


def refuse_faulty(connection: duckdb.DuckDBPyConnection, file: Path, policy: Policy) -> None:
    """Nothing comes back where the file can be used.

    Raises:
        BadData: it is no Parquet file, has other columns or types, names a treatment that the policy has not, a key twice, no value or one that cannot be.
    """
    try:
        types = dict(connection.execute(f"SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM read_parquet({quoted(file)}))").fetchall())
    except duckdb.Error as problem:
        raise _refused(file, ["it cannot be read as Parquet"]) from problem
    faults = list(_column_faults(connection, file, types)) or list(_row_faults(connection, file, _key_of(types), policy))
    if faults:
        raise _refused(file, faults)


def by_case_sql(connection: duckdb.DuckDBPyConnection, file: Path, book_name: str) -> str:
    """SQL of the values by case and treatment: those of a person's accounts added up; accounts that the book has not are left out.

    `position` is there (account_id, party_id).
    """
    types = dict(connection.execute(f"SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM read_parquet({quoted(file)}))").fetchall())
    if _key_of(types) == "case_id":
        return f"SELECT case_id, treatment, value_minor FROM read_parquet({quoted(file)})"
    case_id = CASE_ID_SQL.format(book=quoted(book_name))
    return (
        f"SELECT {case_id} AS case_id, treatment, sum(value_minor)::BIGINT AS value_minor FROM read_parquet({quoted(file)}) "
        f"JOIN (SELECT account_id, party_id FROM position) USING (account_id) GROUP BY party_id, treatment"
    )


def _key_of(types: Mapping[str, str]) -> str:
    return next(key for key in KEYS if key in types)


def _column_faults(connection: duckdb.DuckDBPyConnection, file: Path, types: Mapping[str, str]) -> Iterator[str]:
    keys = [key for key in KEYS if key in types]
    if len(keys) != 1:
        yield f"it has {'both' if keys else 'neither'} of the columns account_id and case_id; one of them says whose value it is"
    for name, kind in {**dict.fromkeys(keys, "BIGINT"), **WANTED}.items():
        if types.get(name) != kind:
            yield f"{name} is {types.get(name, 'missing')}, wanted {kind}"
    if others := sorted(set(types) - {*KEYS, *WANTED}):
        yield f"it has columns that nobody reads: {', '.join(others)}"
    if types.get("value_minor") in ("FLOAT", "DOUBLE"):
        (nans,) = connection.execute(f"SELECT count(*) FROM read_parquet({quoted(file)}) WHERE isnan(value_minor)").fetchone() or (0,)
        yield "money is whole minor units, never a fraction" + (f"; {nans:,} values are no number (NaN)" if nans else "")


def _row_faults(connection: duckdb.DuckDBPyConnection, file: Path, key: str, policy: Policy) -> Iterator[str]:
    source, known = f"read_parquet({quoted(file)})", ", ".join(quoted(name) for name in treatments_of(policy))
    for name in (key, *WANTED):
        (empty,) = connection.execute(f"SELECT count(*) FROM {source} WHERE {name} IS NULL").fetchone() or (0,)
        if empty:
            yield f"{name} is empty in {empty:,} rows"
    for row in rows_by_name(connection, f"SELECT treatment, count(*) AS n FROM {source} WHERE treatment NOT IN ({known}) GROUP BY 1 ORDER BY n DESC, 1 LIMIT {SHOWN}"):
        yield f"the policy {policy.name} has no treatment “{row['treatment']}” ({row['n']:,} rows)"
    for row in rows_by_name(connection, f"SELECT {key} AS key, treatment, count(*) AS n FROM {source} GROUP BY ALL HAVING n > 1 ORDER BY ALL LIMIT {SHOWN}"):
        yield f"{key} {row['key']} has {row['treatment']} {row['n']} times"
    for row in rows_by_name(connection, f"SELECT {key} AS key, treatment, value_minor FROM {source} WHERE value_minor NOT BETWEEN -{MOST} AND {MOST} ORDER BY ALL LIMIT {SHOWN}"):
        yield f"{key} {row['key']}: {row['treatment']} would bring {row['value_minor']}, which is beyond {MOST}"


def _refused(file: Path, faults: list[str]) -> BadData:
    return BadData(
        f"The learnt values in {file.name} cannot be used: {'; '.join(faults)}.", "No treatment was chosen by value and capacity.",
        "Write the file anew (docs/how_to/learnt_values.md), or leave it out: then the policy's own gains count.",
    )
