"""How does a run meet the cases in PostgreSQL?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa

from arrears.casefile.facts.experiment import running_on
from arrears.casefile.facts.run import RunPublished
from arrears.casefile.store import load
from arrears.casefile.store.append import append, append_case_changes
from arrears.casefile.store.institution import acting_for
from arrears.engine.case_changes import NOTHING_CHANGED, Frozen, changes_of, digest_of_tables
from arrears.engine.conduct_events import FROZEN_EVENTS, own_events
from arrears.engine.experiment_files import frozen_experiments
from arrears.engine.use_cases.reading.cases import RESTRICTED

COMPARED = ("case_id", "treatment", "rule", "policy_version")
"""What makes a decision another one: days and amounts grow every night and are no news."""


@dataclass(frozen=True, slots=True)
class CaseRecords:
    """The cases of one institution; the `CaseBook` of real runs."""

    institution_id: int
    with_conduct: bool = False
    """Freeze contacts, holds and consents as the rules of conduct look at them, too."""

    def freeze(self, on: date) -> Frozen:
        """Holds that protect on the day and alerts acknowledged by then, as recorded by now."""
        with acting_for(self.institution_id):
            holds = load.holds_as_of(on).select(["party_id", "kind", "from_on", "to_on"])
            holds = pa.concat_tables([holds, _as_holds(load.people_restricted(on))])
            acknowledged = load.alerts_acknowledged_by(on)
            experiments = frozen_experiments(running_on(*load.experiments(), on), lambda: load.people_opted_out(on))
            conduct = {FROZEN_EVENTS: own_events(load.protections(), load.contacts_before(on))} if self.with_conduct else {}
        tables: dict[str, pa.Table] = {"holds": holds.sort_by([(name, "ascending") for name in holds.column_names]), "alerts_acknowledged": acknowledged, **conduct, **experiments}
        return Frozen(tables, digest_of_tables(tables))

    def bring_up_to_date(self, decisions: Path, facts: dict[str, Any], *, actor: str, at: datetime) -> dict[str, int]:
        """Append the events, the changed decisions and the run itself, all in one transaction.

        A run that was killed after this and before its publication finds itself recorded and changes nothing twice. A run of a day
        before the last recorded one looks at the past, wherever its files go, and changes nothing at all.
        """
        with acting_for(self.institution_id):
            book, run_id = facts["book"], facts["run_id"]
            earlier = load.runs_published(book)
            if any(run.run_id == run_id for run in earlier):
                return {**NOTHING_CHANGED, "recorded_before": 1}
            if any(run.as_of > date.fromisoformat(facts["as_of"]) for run in earlier):
                return {**NOTHING_CHANGED, "looked_at_the_past": 1}
            changes = changes_of(decisions, load.known_cases(book), load.latest_decisions(book, COMPARED), facts)
            append_case_changes(changes.events, changes.decisions, actor=actor, at=at, cause=f"run:{run_id}")
            append(_published(facts), actor=actor, at=at, cause=f"run:{run_id}")
        return changes.counts()


def _as_holds(restricted: pa.Table) -> pa.Table:
    """Whoever is restricted to storage, or was erased, is treated as one whom a hold without end protects: no contact, no treatment, no list."""
    rows = restricted.num_rows
    return pa.table({
        "party_id": restricted["party_id"], "kind": pa.array([RESTRICTED] * rows, pa.string()), "from_on": restricted["valid_on"],
        "to_on": pa.nulls(rows, pa.date32())})


def _published(facts: dict[str, Any]) -> RunPublished:
    """The run as a fact: the digests of its tables, and its counts."""
    counts = {name: number for name, number in facts["counts"].items() if isinstance(number, int)}
    return RunPublished(
        facts["run_id"], facts["book"], date.fromisoformat(facts["as_of"]), facts["number"],
        tuple(sorted(facts["digests"].items())), tuple(sorted(counts.items())),
    )
