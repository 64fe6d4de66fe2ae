"""What follows from a policy's rules alone, as a table of the column engine: what a rule decides.

A rule's texts are the same on every row that it decides. Kept as enumerated values (a number on each row and one dictionary a column), they cost
a book of millions next to nothing to look up, to sort and to write; in the Parquet file and in every answer they are plain texts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import duckdb
import ibis
import ibis.expr.types as ir

from arrears.core.sql import quoted
from arrears.decide.experiments.draw import EXPERIMENT_TREATMENTS
from arrears.decide.policy.compile import RULE_TYPES, rule_rows
from arrears.decide.policy.parts import QUEUES, Policy, PolicyChannel
from arrears.intake.book.layout import duckdb_type

RULES = "policy_rules"
_COMPARED_WITH: Mapping[str, tuple[str, ...]] = {
    "treatment": tuple(treatment.id for treatment in EXPERIMENT_TREATMENTS), "queue": QUEUES, "channel": tuple(channel.value for channel in PolicyChannel),
}
"""Values that no rule decides for, and that an experiment may put in the place of a rule's."""


def keep_rules(connection: duckdb.DuckDBPyConnection, policy: Policy) -> ir.Table:
    """The table of rules (`compile.rule_rows`) for `compile.chosen`, replaced if there is one already."""
    rows = rule_rows(policy)
    types = {name: _enumerated(name, rows) if type_ == "string" else duckdb_type(type_) for name, type_ in RULE_TYPES.items()}
    _keep(connection, RULES, types, rows)
    return ibis.table(RULE_TYPES, name=RULES)


def as_in_rules_sql(connection: duckdb.DuckDBPyConnection, decisions: str) -> str:
    """SQL of decisions, their texts of the enumerated types of the table of rules, whoever worked them out: so the same bytes are written."""
    kinds = {name: kind for name, kind, *_ in connection.execute(f"DESCRIBE {RULES}").fetchall() if RULE_TYPES[name] == "string"}
    kinds["table_row"] = kinds["rule"]
    return f"SELECT * REPLACE ({', '.join(f'CAST({name} AS {kind}) AS {name}' for name, kind in kinds.items())}) FROM ({decisions})"


def _enumerated(name: str, rows: Sequence[Mapping[str, Any]]) -> str:
    """The enumerated type of one column: every text that a decision can have there."""
    return f"ENUM ({', '.join(quoted(text) for text in dict.fromkeys([*(row[name] for row in rows), *_COMPARED_WITH.get(name, ())]))})"


def _keep(connection: duckdb.DuckDBPyConnection, table: str, types: Mapping[str, str], rows: Sequence[Mapping[str, Any]]) -> None:
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {table} ({', '.join(f'{name} {type_}' for name, type_ in types.items())})")
    connection.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' for _ in types)})", [[row[name] for name in types] for row in rows])
