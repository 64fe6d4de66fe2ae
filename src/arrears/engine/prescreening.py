"""How is the pre-screen carried out over rows? The thinking is `check.prescreen`; here its steps get their rows from a connection."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import duckdb

from arrears.check.conduct.kinds.content import Required
from arrears.check.conduct.pack import Packs
from arrears.check.conduct.words import Act, Mark
from arrears.check.prescreen.mask import Plan
from arrears.engine.columns_engine import sql_of
from arrears.engine.tables import forget, think


@contextmanager
def mask_sql(connection: duckdb.DuckDBPyConnection, plan: Plan) -> Iterator[str]:
    """SQL that gives the mask, good until this is left; the tables on the way to it are given back then.

    `screen_people` and `screen_events` must be there, in the shapes of `check.prescreen.shapes`.
    """
    for name, rows in plan.tables.items():
        connection.register(name, rows)
    think(connection, plan.steps[:-1])
    yield sql_of(plan.steps[-1].expression)
    forget(connection, plan.steps[:-1])
    for name in plan.tables:
        connection.unregister(name)


def said_in_full(packs: Packs) -> frozenset[Mark]:
    """All that any rule wants a contact to say and disclose: the pre-screen asks about persons and days, and takes the words as being in order."""
    kinds = [rule.kind for pack in packs.packs for rule in pack.rules if Act.CONTACT in rule.acts]
    return frozenset(mark for kind in kinds if isinstance(kind, Required) and not kind.during for mark in kind.marks)
