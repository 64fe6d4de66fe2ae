"""How does it come into the record that somebody saw who a case is about?"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

import pyarrow as pa

from arrears.casefile.facts.privacy import Showable, ShowReason
from arrears.casefile.store.identity import Identities
from arrears.casefile.store.institution import acting_for, institution_key
from arrears.core.reasons import Language
from arrears.engine.case_reports.keeping import NoSuchReport
from arrears.engine.case_reports.report import Report
from arrears.engine.home import Home
from arrears.engine.use_cases import reading
from arrears.engine.use_cases.case_reports import report_of_case
from arrears.engine.use_cases.night_reports import stored_report, stored_reports
from arrears.record.privacy.showing import show_person

IN_A_REPORT = frozenset({Showable.NAME, Showable.CUSTOMER_NUMBER})
"""What a report of a case tells in full; contact values stand masked in it."""


def open_case(home: Home, institution_id: int, case_id: int, *, shown_to: str, role: str, reason: str, at: datetime) -> tuple[int, frozenset[Showable]]:
    """Open all of a case's personal values that the role may see: whose they are, and which. It is recorded.

    Raises:
        NoSuchCase: not a case of this institution's current runs.
        NotForThisRole: the role may see none.
        WrongCall: the reason is not one of the list.
    """
    with acting_for(institution_id):
        _, row = reading.find_case(home, institution_id, case_id)
        return row.party_id, show_person(row.party_id, case_id, Showable, shown_to=shown_to, role=role, reason=reason, form="case_page", at=at)


def taken_report(home: Home, institution_id: int, case_id: int, language: Language, ending: str, *, taken_by: str, role: str, at: datetime) -> Report:
    """The report of a case for somebody who takes it along as html or pdf; it is recorded, since it names the person.

    Raises:
        NoSuchCase: not a case of this institution's current runs.
        NotForThisRole: the role may not see names.
    """
    with acting_for(institution_id):
        _, row = reading.find_case(home, institution_id, case_id)
        show_person(row.party_id, case_id, IN_A_REPORT, shown_to=taken_by, role=role, reason=ShowReason.TAKING_ALONG, form=f"case_report_{ending}", at=at)
        return report_of_case(home, institution_id, case_id, language, today=at.date())


def taken_stored_report(home: Home, institution_id: int, case_id: int, on: date | None, ending: str, *, taken_by: str, role: str, at: datetime) -> bytes:
    """A stored report for somebody who takes it along; it is recorded.

    Raises:
        NoSuchReport: none is stored.
        Unreadable: the person was erased.
    """
    content = stored_report(home, institution_id, case_id, on, ending)
    of = next((one.party_id for one in stored_reports(home, institution_id) if one.case_id == case_id), None)
    if of is None:
        raise NoSuchReport("No such report is stored.")
    with acting_for(institution_id):
        show_person(of, case_id, IN_A_REPORT, shown_to=taken_by, role=role, reason=ShowReason.TAKING_ALONG, form=f"stored_report_{ending}", at=at)
    return content


def account_numbers(institution_id: int, account_ids: Iterable[int]) -> dict[int, str]:
    """The lender's own numbers of these accounts; those of an erased person are missing. Inside `acting_for`."""
    ids = pa.array(sorted(set(account_ids)), pa.int64())
    numbers = Identities(institution_id, institution_key(institution_id)).number_of("account", ids)
    return {account: number for account, number in zip(ids.to_pylist(), numbers.to_pylist(), strict=True) if number}
