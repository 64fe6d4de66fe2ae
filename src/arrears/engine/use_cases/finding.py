"""Which open case belongs to the number that a colleague typed?

Numbers are stored as keyed hashes, so only a whole number is found, and only inside a namespace (a lender's system) that some batch of
the institution's books came from.
"""

from __future__ import annotations

import pyarrow as pa

from arrears.casefile.store.identity import Identities
from arrears.casefile.store.institution import acting_for, institution_key
from arrears.engine.home import Home
from arrears.engine.use_cases.reading import case_of_account, case_of_party, portfolios
from arrears.intake.book.layout import batch_dirs, batch_facts
from arrears.record.privacy import index

LONGEST_NUMBER = 64
"""Longer than any number, address or telephone."""


def cases_of_contact(home: Home, institution_id: int, value: str) -> list[tuple[int, int]]:
    """The open cases, with whose they are (case, person), of everybody who has exactly this telephone number or mail address."""
    if not value or len(value) > LONGEST_NUMBER:
        return []
    with acting_for(institution_id):
        parties = index.people_with(value, home.read_settings().jurisdiction)
    return [(case, party) for party in parties if (case := case_of_party(home, institution_id, party)) is not None]


def namespaces(home: Home, institution_id: int) -> list[str]:
    """In which of the lender's systems can a number have been given?"""
    facts = [batch_facts(folder) for book in portfolios(home, institution_id) for folder in batch_dirs(book.folder)]
    return sorted({str(fact["namespace"]) for fact in facts})


def case_of_number(home: Home, institution_id: int, number: str) -> int | None:
    """The case of a customer number or account number; None where no open case has exactly this one."""
    if not number or len(number) > LONGEST_NUMBER:
        return None
    identities = Identities(institution_id, institution_key(institution_id))
    typed = pa.array([number], pa.string())
    for namespace in namespaces(home, institution_id):
        party, account = (identities.resolve(kind, namespace, typed)[0].as_py() for kind in ("party", "account"))
        found = case_of_party(home, institution_id, party) if party else case_of_account(home, institution_id, account) if account else None
        if found:
            return found
    return None
