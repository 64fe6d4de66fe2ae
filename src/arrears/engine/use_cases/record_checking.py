"""Is the whole record as it was written? Asked by a person, by a restore, and each night."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from arrears.casefile.store.institution import acting_for
from arrears.engine.home import Home
from arrears.engine.nightly import Progress
from arrears.engine.use_cases.record_keeping import heads_file
from arrears.record.journal import checking, sealing, timestamps
from arrears.record.journal.checking import LogChecked


def check_record(home: Home, institution_id: int, environ: Mapping[str, str], at: datetime, progress: Progress) -> LogChecked:
    """Look at everything; what is found is kept as alarms, each once."""
    sealing.seal(institution_id)
    authority = timestamps.authority_of(environ)
    with acting_for(institution_id):
        checked = checking.check_log(heads_file(home, institution_id).read(), authority.roots if authority else (), progress)
    with acting_for(institution_id):
        checking.raise_alarm(checked.findings, at)
    return checked
