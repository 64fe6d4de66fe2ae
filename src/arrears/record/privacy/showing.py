"""Who may open which personal values, and how is it recorded that somebody did?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from arrears.casefile.facts.privacy import PersonalShown, Showable, ShowReason
from arrears.casefile.store.append import append
from arrears.core.problems import AnswerIsNo, WrongCall

SHOWN_MINUTES = 15
"""How long opened values stay open in one session."""
_ALL = frozenset(Showable)
MAY_OPEN: Mapping[str, frozenset[Showable]] = {
    "administrator": _ALL,
    "manager": _ALL,
    "collector": frozenset({Showable.NAME, Showable.CUSTOMER_NUMBER, Showable.CONTACT_POINT, Showable.ACCOUNT_NUMBER}),
    "compliance": _ALL,
    "auditor": frozenset({Showable.NAME, Showable.CUSTOMER_NUMBER, Showable.ACCOUNT_NUMBER}),
}
"""Role → what it may open. An auditor checks what was done, and needs nobody's telephone for it; the reason of a hold, which can speak of
health, is for those who decide on the hold. A role that is missing opens nothing."""
COMMAND_LINE = "operator"
"""The role under which the command line shows: whoever may run it holds the keys of the home."""


class NotForThisRole(AnswerIsNo):
    """This role may open none of what was asked for."""


def may_open(role: str) -> frozenset[Showable]:
    """Which categories may this role open?

    >>> Showable.CONTACT_POINT in may_open("collector"), Showable.CONTACT_POINT in may_open("auditor"), may_open("visitor")
    (True, False, frozenset())
    """
    return _ALL if role == COMMAND_LINE else MAY_OPEN.get(role, frozenset())


def show_person(
    party_id: int, case_id: int | None, categories: Iterable[Showable], *, shown_to: str, role: str, reason: str, form: str, at: datetime,
) -> frozenset[Showable]:
    """Record that somebody sees these values of a person, and answer which of them the role may see. Inside `acting_for`.

    Args:
        form: where the values stand: `case_page`, `case_report_html`, `case_report_pdf`, `person_export` …

    Raises:
        NotForThisRole: the role may open none of them; nothing is recorded.
        WrongCall: the reason is none of `ShowReason`.
    """
    if reason not in set(ShowReason):
        raise WrongCall(f"“{reason}” is not a reason to see personal data.", "Nothing is shown without one.", f"Reasons: {', '.join(ShowReason)}.")
    allowed = frozenset(categories) & may_open(role)
    if not allowed:
        raise NotForThisRole("Your role may not see these values.", "They are shown to those who need them for their work.", "Ask a manager.")
    fact = PersonalShown(party_id, case_id, shown_to, role, tuple(sorted(allowed)), reason, form, at.date())
    append(fact, actor=shown_to, at=at, cause=f"shown:{form}")
    return allowed
