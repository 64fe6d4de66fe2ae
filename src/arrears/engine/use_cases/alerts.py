"""How does a person take an alert on?"""

from __future__ import annotations

from datetime import datetime

from arrears.casefile.facts.alert import AlertAcknowledged
from arrears.casefile.store import load
from arrears.casefile.store.append import append
from arrears.casefile.store.institution import acting_for, one_at_a_time
from arrears.engine.home import Home
from arrears.engine.use_cases.reading.alerts import find_alert

LONGEST_NOTE = 2000


def acknowledge(home: Home, institution_id: int, alert_id: int, note: str, *, actor: str, at: datetime) -> bool:
    """Record that somebody has seen an alert; False where somebody had already since it was raised, be it a moment ago.

    Args:
        note: what they want to remember, sealed under the person's key; cut at 2,000 characters.
        at: the moment, with its time zone; its day is the day from which on the alert counts as acknowledged.

    Raises:
        NoSuchAlert: no current run of the institution has it.
    """
    party_id, kind, raised_on = find_alert(home, institution_id, alert_id)
    with acting_for(institution_id):
        one_at_a_time("alert", alert_id)
        if any(one.valid_on >= raised_on for one in load.alert_acknowledgements(alert_id)):
            return False
        append(AlertAcknowledged(alert_id, party_id, kind, note.strip()[:LONGEST_NOTE], actor, at.date()), actor=actor, at=at, cause="alert")
    return True
