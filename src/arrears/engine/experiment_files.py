"""Which experiments draw people in a run, and how does a run keep that?

The experiments and opt-outs in force are frozen into the run's folder with the other facts about cases, so that a run can be repeated from its own files.
An institution without experiments freezes nothing, and its runs keep their digests.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from arrears.casefile.facts.experiment import ExperimentStarted
from arrears.decide.experiments.draw import EXPERIMENT_TREATMENTS, Running
from arrears.decide.experiments.limits import champion_of, design_digest, experiment_faults
from arrears.decide.policy.parts import Policy
from arrears.engine.columns_engine import make_views, rows_by_name
from arrears.engine.run_folder import StagedRun
from arrears.engine.tables import OPTED_OUT, rows_of

EXPERIMENTS = "experiments"
STARTED_SCHEMA = pa.schema([("start_id", pa.int64()), ("book", pa.string()), ("experiment", pa.string()), ("design", pa.string()), ("valid_on", pa.date32())])


def frozen_experiments(running: Sequence[ExperimentStarted], opted_out: Callable[[], pa.Table]) -> dict[str, pa.Table]:
    """The tables that a run freezes of experiments; none where none runs."""
    if not running:
        return {}
    rows = [{name: getattr(one, name) for name in STARTED_SCHEMA.names} for one in sorted(running, key=lambda one: one.start_id)]
    return {EXPERIMENTS: pa.Table.from_pylist(rows, schema=STARTED_SCHEMA), OPTED_OUT: opted_out()}


def freeze(connection: duckdb.DuckDBPyConnection, case_facts: Mapping[str, pa.Table], write: Callable[[str, str, tuple[str, ...]], Path]) -> None:
    """Keep them in the run's folder."""
    for name, key in ((EXPERIMENTS, ("start_id",)), (OPTED_OUT, ("party_id",))):
        if name in case_facts:
            connection.register(f"case_{name}", case_facts[name])
            write(f"frozen/{name}.parquet", f"SELECT * FROM case_{name}", key)


def running(connection: duckdb.DuckDBPyConnection, staged: StagedRun, policy: Policy, book: str) -> list[Running]:
    """Which experiments of the policy draw people of this book, in the policy's order? One whose design is not the approved one draws nobody.

    The view of those who opted out stands afterwards.
    """
    frozen = {name: staged.path(f"frozen/{name}.parquet") for name in (EXPERIMENTS, OPTED_OUT)}
    return running_in(connection, frozen, policy, book)


def running_in(connection: duckdb.DuckDBPyConnection, frozen: Mapping[str, Path], policy: Policy, book: str) -> list[Running]:
    """The same from these files, which need not be there."""
    nobody = "SELECT CAST(NULL AS BIGINT) AS party_id WHERE false"
    make_views(connection, {OPTED_OUT: rows_of([frozen[OPTED_OUT]]) if frozen[OPTED_OUT].exists() else nobody})
    if not frozen[EXPERIMENTS].exists():
        return []
    started = {
        (row["experiment"], row["design"]): row["start_id"]
        for row in rows_by_name(connection, f"SELECT * FROM ({rows_of([frozen[EXPERIMENTS]])}) WHERE book = ? ORDER BY start_id", [book])
    }
    faulty = tuple(experiment_faults(policy))
    found = [
        (started.get((one.id, design_digest(one))), one) for one in policy.experiments.values() if not any(fault.startswith(f"experiment “{one.id}”") for fault in faulty)
    ]
    return [Running(start_id, one) for start_id, one in found if start_id is not None]


def told(running: Sequence[Running], treatments: Mapping[str, Any]) -> dict[str, Any]:
    """What run.json says of them; nothing where none runs."""
    if not running:
        return {}
    own = {
        one.id: {"en": one.label.en, "zh": one.label.zh, "channel": str(one.channel), "contact": one.contact, "automatic": one.automatic} for one in EXPERIMENT_TREATMENTS
    }
    return {
        "experiments": [
            {"start_id": one.start_id, "id": one.experiment.id, "label": {"en": one.experiment.label.en, "zh": one.experiment.label.zh},
             "champion": champion_of(one.experiment).id,
             "arms": [{"id": arm.id, "label": {"en": arm.label.en, "zh": arm.label.zh}, "share_per_10000": arm.share_per_10000} for arm in one.experiment.arms]}
            for one in running
        ],
        "treatments": {**treatments, **own},
    }
