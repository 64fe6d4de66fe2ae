"""How is everything about a person kept for a legal matter, and let go again?"""

from __future__ import annotations

from datetime import date, datetime

from arrears.casefile.facts.retention import LegalHoldLifted, LegalHoldPlaced, legal_holds_in_force
from arrears.casefile.store import load
from arrears.casefile.store.append import append
from arrears.casefile.store.ids import random_id
from arrears.casefile.store.institution import acting_for
from arrears.core.ids import IdNotValid, parse_id
from arrears.core.problems import AnswerIsNo
from arrears.engine.home import Home
from arrears.engine.use_cases.erasing import NoSuchPerson, find_person


class NoSuchLegalHold(AnswerIsNo):
    """No legal hold of that id is in force."""


def place(home: Home, institution_id: int, typed: str, matter: str, reason: str, *, at: datetime, actor: str) -> LegalHoldPlaced:
    """Keep everything about this person, named by an id, a case or a number, until the hold is lifted.

    Raises:
        NoSuchPerson: nobody is known by that, or the person was erased.
    """
    party = find_person(home, institution_id, typed)
    with acting_for(institution_id):
        if load.erasures(party):
            raise NoSuchPerson("This person was erased.", "Nothing is left to keep.", "")
        hold = LegalHoldPlaced(random_id(), party, _case_named(typed), matter, reason, at.astimezone().date())
        append(hold, actor=actor, at=at, cause="legal_hold")
    return hold


def _case_named(typed: str) -> int | None:
    try:
        case = load.case(parse_id(typed))
    except IdNotValid:
        return None
    return case.case_id if case else None


def lift(institution_id: int, legal_hold_id: int, reason: str, *, at: datetime, actor: str) -> LegalHoldLifted:
    """End a legal hold.

    Raises:
        NoSuchLegalHold: none of that id is in force.
    """
    on = at.astimezone().date()
    with acting_for(institution_id):
        hold = next((one for one in legal_holds_in_force(*load.all_legal_holds(), on) if one.legal_hold_id == legal_hold_id), None)
        if hold is None:
            raise NoSuchLegalHold("No legal hold of that id is in force.", "Nothing was changed.", "See which are: arrears legal-hold list")
        lifted = LegalHoldLifted(legal_hold_id, hold.party_id, reason, on)
        append(lifted, actor=actor, at=at, cause="legal_hold")
    return lifted


def in_force(institution_id: int, on: date) -> list[LegalHoldPlaced]:
    """Which legal holds keep data on this day?"""
    with acting_for(institution_id):
        return legal_holds_in_force(*load.all_legal_holds(), on)
