"""How are the reasons of a run's decisions read in words?

A run writes the rule of every decision and the facts beside it; the sentence follows from both and from the policy that the run kept. It is made,
by the very expression that words a single case, for the rows that somebody reads. A run from before this kept the sentences themselves: they
are read as they stand.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

import ibis
import pyarrow.parquet as pq

from arrears.core.money import currencies_not_of_two_digits
from arrears.core.problems import BadData
from arrears.decide.experiments.draw import in_words_with_draw
from arrears.decide.policy.compile import REASON_COLUMNS
from arrears.decide.policy.parts import Policy
from arrears.decide.policy.table import read_policy
from arrears.engine.columns_engine import sql_of
from arrears.engine.run_folder import POLICY_FILE
from arrears.engine.tables import DECISION_SCHEMA

_ROWS = "rows_to_word"


def in_words_sql(run: Path, rows: str, *, beside: Mapping[str, str] = MappingProxyType({})) -> str:
    """SQL of `rows` with `reason_en` and `reason_zh`; their order is not kept.

    Args:
        run: the folder of the run, or of one being made.
        rows: SQL of rows of its `decisions.parquet` with all their columns.
        beside: further columns of `rows` and their types.

    Raises:
        BadData: the run kept no policy.
    """
    columns = decided_columns(run / "decisions.parquet")
    return rows if set(REASON_COLUMNS) <= set(columns.names) else _worded(rows, policy_kept(run), ibis.schema({**dict(columns.items()), **beside}))


def worded_sql(rows: str, policy: Policy, columns: ibis.Schema = DECISION_SCHEMA) -> str:
    """The same for rows of these columns that this policy decided."""
    return _worded(rows, policy, columns)


def _worded(rows: str, policy: Policy, columns: ibis.Schema) -> str:
    words = sql_of(in_words_with_draw(policy, ibis.table(columns, name=_ROWS), currencies_not_of_two_digits()))
    return f"(WITH {_ROWS} AS NOT MATERIALIZED ({rows}) {words})"


def decided_columns(file: Path) -> ibis.Schema:
    """The columns of a run's decisions, whatever its age."""
    return ibis.Schema.from_pyarrow(pq.read_schema(file))


def policy_kept(run: Path) -> Policy:
    """The policy by which a run decided.

    Raises:
        BadData: it kept none.
    """
    file = run / POLICY_FILE
    if not file.exists():
        raise BadData("This run kept no policy.", "Its reasons cannot be said in words.", "Restore the run from a backup.")
    return _policy(file.read_text(encoding="utf-8"))


@lru_cache(maxsize=16)
def _policy(text: str) -> Policy:
    return read_policy(text, POLICY_FILE)
