"""How long does it take to draw the arms of millions of people, and to judge a thousand experiments?

The draw is timed over people and decisions invented in columns, written as a night writes them. The judging is that of the tests: a thousand experiments of two equal
arms, looked at a hundred times each, plain and adjusted; how many of them rang is told with it.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import tempfile
import time
from pathlib import Path

import ibis

from arrears.core.reasons import Sentence
from arrears.decide.experiments.draw import Running, drawn
from arrears.decide.policy.parts import Arm, Experiment
from arrears.engine.columns_engine import EngineSettings, column_engine, sql_of, write_sorted
from arrears.engine.tables import DECISION_SCHEMA, EXPERIMENT_SCHEMA, OPTED_OUT, empty
from arrears.learn.experiments.means import adjusted_difference, best_scale, difference_in_means
from arrears.site import bootstrap
from tests.learn.experiments.test_means import ALPHA, arms_of, rang

bootstrap.configure()
from arrears.engine.use_cases.policies import find_policy  # noqa: E402  after Django is configured

SAID = Sentence("said", "说明")
EXPERIMENT = Experiment("lighter", SAID, "manager", (Arm("as_now", SAID, 9500), Arm("lighter", SAID, 500, lighter=True)))
THREADS = 2
DECIDED = ibis.schema({name: type_ for name, type_ in DECISION_SCHEMA.items() if name not in EXPERIMENT_SCHEMA})
TOLD = {
    "party_id": "((range * 2862933555777941757::HUGEINT) % 9223372036854775807)::BIGINT", "case_id": "range", "hold_kinds": "CASE WHEN range % 20 = 0 THEN 'dispute' ELSE '' END",
    "contact_history_known": "true", "contacts_30d": "(range % 3)::INTEGER", "days_past_due": "(range % 60)::INTEGER", "queue": "'automatic'", "treatment": "'gentle_reminder_sms'",
    "channel": "'sms'",
}


def drawing(people: int) -> dict[str, object]:
    """Time from decisions to decisions with arms, in a file."""
    opted_out = ibis.table({"party_id": "int64"}, name=OPTED_OUT)
    expression = drawn(find_policy(None), ibis.table(DECIDED, name="decided"), [Running(4711, EXPERIMENT)], opted_out)
    with tempfile.TemporaryDirectory() as place, column_engine(EngineSettings(threads=THREADS), Path(place)) as connection:
        columns = ", ".join(f"{TOLD[name]} AS {name}" if name in TOLD else name for name in DECIDED.names)
        rest = ", ".join(name for name in DECIDED.names if name not in TOLD)
        connection.execute(f"CREATE TABLE decided AS SELECT {columns} FROM range({people}) LEFT JOIN (SELECT {rest} FROM ({empty(DECIDED)})) ON false")
        connection.execute(f"CREATE TABLE {OPTED_OUT} AS SELECT party_id FROM decided WHERE party_id % 1000 = 0")
        cpu, started = time.process_time(), time.perf_counter()
        write_sorted(connection, sql_of(expression), ("case_id",), Path(place) / "drawn.parquet")
        seconds, cpu = time.perf_counter() - started, time.process_time() - cpu
        arms = dict(connection.execute(f"SELECT coalesce(arm, '-'), count(*) FROM read_parquet('{place}/drawn.parquet') GROUP BY 1 ORDER BY 1").fetchall())
    return {"people": people, "seconds": round(seconds, 2), "cpu_seconds": round(cpu, 2), "people_per_cpu_second": int(people / cpu), "arms": arms}


def judging(experiments: int, people: int) -> dict[str, object]:
    """Time to judge so many experiments of equal arms, and how many rang."""
    started, plain, adjusted = time.process_time(), 0, 0
    for control, challenger in arms_of(experiments, people, 0.5, looks=100):
        plain += rang(difference_in_means(control, challenger, ALPHA, best_scale(people, ALPHA)))
        adjusted += rang(adjusted_difference(control, challenger, ALPHA, best_scale(people, ALPHA)))
    return {"experiments": experiments, "people_each": people, "cpu_seconds": round(time.process_time() - started, 2), "rang": plain, "rang_adjusted": adjusted}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=3_000_000)
    parser.add_argument("--experiments", type=int, default=1000)
    asked = parser.parse_args()
    measured = {"draw": drawing(asked.people), "judge": judging(asked.experiments, 10_000)}
    print(json.dumps({**measured, "peak_memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024, "load_average": os.getloadavg()[0]}))


if __name__ == "__main__":
    main()
