"""Which codes of its own does a lender use for calls, and what are its limits?

A small file of the lender's own, `calls.yaml` in the home, every key optional:

    first_contact_days: 3             # within how many days of a case's opening somebody is to have spoken with the person
    dialler_minutes: 60               # the longest window of a list that goes to a dialler
    actions: {…}                      # wrap-up codes besides those that are shipped, of the same form (act/calls/wrap_up.yaml)
    results: {…}
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import yaml

from arrears.act.calls.wrap_up import Codes, read_codes
from arrears.check.conduct.fields import Fields, content_of, refused
from arrears.engine.home import Home
from arrears.engine.law_terms import LONGEST_MINUTES

SOURCE = "calls.yaml"
FIRST_CONTACT_DAYS = 3
LONGEST_FIRST_CONTACT_DAYS = 90
DIALLER_MINUTES = 60


@dataclass(frozen=True, slots=True)
class CallTerms:
    """Codes and limits: within how many days of a case's opening we should have spoken, and the longest window of a dialler's list."""

    codes: Codes
    first_contact_days: int = FIRST_CONTACT_DAYS
    dialler_window: timedelta = timedelta(minutes=DIALLER_MINUTES)


def call_terms(home: Home) -> CallTerms:
    """What this home's `calls.yaml` states; what is shipped where there is none.

    Raises:
        BadData: the file cannot be understood.
    """
    return read_call_terms(home.calls_file.read_text(encoding="utf-8") if home.calls_file.is_file() else "{}")


def read_call_terms(text: str) -> CallTerms:
    """What this text states.

    >>> terms = read_call_terms("{first_contact_days: 5}")
    >>> terms.first_contact_days, terms.codes.actions["OC"].label.zh
    (5, '去电')
    >>> read_call_terms("{first_contact_day: 5}")
    Traceback (most recent call last):
    ...
    arrears.core.problems.BadData: calls.yaml: not known: first_contact_day. ...
    """
    fields = Fields(SOURCE, content_of(SOURCE, text))
    days, minutes = fields.whole("first_contact_days"), fields.whole("dialler_minutes")
    if days is not None and not 1 <= days <= LONGEST_FIRST_CONTACT_DAYS:
        raise refused(SOURCE, f"first_contact_days must be from 1 to {LONGEST_FIRST_CONTACT_DAYS}.")
    if minutes is not None and not 1 <= minutes <= LONGEST_MINUTES:
        raise refused(SOURCE, f"dialler_minutes must be from 1 to {LONGEST_MINUTES}.")
    own = {name: fields.take(name) for name in ("actions", "results") if fields.has(name)}
    fields.done()
    codes = read_codes(yaml.safe_dump(own, allow_unicode=True) if own else "")
    return CallTerms(codes, days or FIRST_CONTACT_DAYS, timedelta(minutes=minutes or DIALLER_MINUTES))
