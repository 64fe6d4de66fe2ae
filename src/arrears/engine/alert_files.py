"""How are the alerts of a published run read, by whatever version it was written?"""

from __future__ import annotations

from pathlib import Path

import ibis
import pyarrow.parquet as pq

from arrears.assess.early_warning.episodes import ALERT_SCHEMA
from arrears.core.sql import quoted
from arrears.engine import tables


def alerts_in(file: Path) -> str:
    """SQL of the alerts in this file in the columns of ALERT_SCHEMA: what its version did not tell is null.

    No rows where there is no such file, or where its version knew no lives of alerts.
    """
    known = pq.read_schema(file).names if file.exists() else []
    if "alert_id" not in known:
        return tables.empty(ALERT_SCHEMA)
    rows = f"SELECT * FROM read_parquet({quoted(file)})"
    if not set(ALERT_SCHEMA.names) <= set(known):
        rows += f" UNION ALL BY NAME {tables.empty(ibis.schema({name: type_ for name, type_ in ALERT_SCHEMA.items() if name not in known}))}"
    return f"SELECT {', '.join(ALERT_SCHEMA.names)} FROM ({rows})"
