"""Is the whole record as it was written? Asked by a person, by a restore, and by whoever doubts it.

Two looks that need each other: every entry and fact among themselves (`casefile.store.checking`), and every entry against its number, the
signed heads and the time-stamps (`record.journal.checking`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from arrears.casefile.store import checking as facts_checking
from arrears.casefile.store.institution import acting_for
from arrears.core.progress import Progress
from arrears.engine.home import Home
from arrears.engine.use_cases.record_keeping import heads_file
from arrears.record.journal import checking, sealing, timestamps
from arrears.record.journal.checking import LogFinding


@dataclass(frozen=True, slots=True)
class RecordChecked:
    """How much was looked at, and what was found? `personal_checked` is False where no envelope key was at hand to open personal fields."""

    entries: int
    facts: int
    sealed: int
    heads: int
    stamps: int
    personal_checked: bool
    findings: tuple[LogFinding, ...]


def check_record(home: Home, institution_id: int, environ: Mapping[str, str], at: datetime, progress: Progress) -> RecordChecked:
    """Look at everything; what is found is kept as alarms, each once. What waits is sealed before."""
    sealing.seal(institution_id)
    record = facts_checking.check_record(institution_id, progress=progress)
    authority = timestamps.authority_of(environ)
    with acting_for(institution_id):
        log = checking.check_log(heads_file(home, institution_id).read(), authority.roots if authority else (), progress)
    findings = (*log.findings, *(_as_alarm(one) for one in record.findings))
    with acting_for(institution_id):
        checking.raise_alarm(findings, at)
    return RecordChecked(record.entries, record.facts, log.entries, log.heads, log.stamps, record.personal_checked, findings)


def _as_alarm(finding: facts_checking.RecordFinding) -> LogFinding:
    """A finding of a chain in the form in which alarms are kept; it names the chain, which is an id of ours."""
    where = f"Chain {finding.chain}, place {finding.place}: " if finding.place else "A fact: "
    return LogFinding("chain" if finding.place else "fact", where + finding.what, None, finding.entry_id or None)
