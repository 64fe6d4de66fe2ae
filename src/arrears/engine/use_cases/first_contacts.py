"""What did a person tell us the first time we spoke, what follows from it, and how long did it take until we did?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from arrears.act.calls.first_contact import form
from arrears.casefile.facts.call import FirstContactHeld
from arrears.casefile.facts.consent import RuledOut
from arrears.casefile.store import load
from arrears.casefile.store.append import append
from arrears.casefile.store.ids import random_id
from arrears.casefile.store.institution import acting_for
from arrears.core.problems import WrongCall
from arrears.core.reasons import Sentence
from arrears.engine.call_terms import call_terms
from arrears.engine.home import Home
from arrears.engine.use_cases import protecting, reading
from arrears.engine.use_cases.calls import hold_stands
from arrears.engine.use_cases.protecting import Proof, Reach, Refusal
from arrears.learn.analytics.first_contact import FirstContactTimes, Waited, first_contact_times

CAUSE = "first_contact"
WAYS = ("agent", "reply", "bot", "portal")
LONGEST_WORDS = 2_000


@dataclass(frozen=True, slots=True)
class Answers:
    """What the form says; fields as in `FirstContactHeld`. `only_these_hours`: the hours are the only ones in which contact is welcome."""

    identity: str
    reasons: tuple[str, ...]
    willingness: str
    able_minor: int | None = None
    currency: str = ""
    payday: int | None = None
    channel: str = ""
    opens: str = ""
    closes: str = ""
    only_these_hours: bool = False
    language: str = ""
    needs: tuple[str, ...] = ()
    words: str = ""
    contact_id: int | None = None


def hold_first_contact(home: Home, institution_id: int, case_id: int, answers: Answers, *, at: datetime, by: str, way: str = "agent") -> FirstContactHeld:
    """Record what was answered, and what follows at once: a hold where a reason or need protects, hours that alone are welcome.

    Raises:
        NoSuchCase: not a case of this institution's current runs.
        WrongCall: a code is not known, or something is missing or does not fit.
    """
    _fits(answers, way)
    with acting_for(institution_id):
        _, row = reading.find_case(home, institution_id, case_id)
        fact = FirstContactHeld(
            random_id(), row.party_id, case_id, answers.contact_id, way, answers.identity, answers.able_minor, answers.currency if answers.able_minor is not None else "",
            answers.payday, answers.willingness, answers.channel, answers.opens, answers.closes, answers.language, by, at,
            ",".join(answers.reasons), ",".join(answers.needs), answers.words.strip()[:LONGEST_WORDS],
        )
        append(fact, actor=by, at=at, cause=CAUSE)
        _follow(institution_id, fact, answers, at, by)
    return fact


def _fits(answers: Answers, way: str) -> None:
    lists: tuple[tuple[str, Iterable[str], Mapping[str, Sentence]], ...] = (
        ("identity", [answers.identity], form().identity), ("reason", answers.reasons, form().reasons), ("willingness", [answers.willingness], form().willingness),
        ("need", answers.needs, form().needs),
    )
    for what, said, known in lists:
        unknown = [code for code in said if code not in known]
        if unknown:
            raise WrongCall(f"“{unknown[0]}” is not known as {what}.", "Nothing was recorded.", f"Known are: {', '.join(known)}.")
    if way not in WAYS:
        raise WrongCall(f"“{way}” is no way in which the form is filled.", "Nothing was recorded.", f"Known are: {', '.join(WAYS)}.")
    if not answers.reasons:
        raise WrongCall("It is not said what happened.", "Nothing was recorded.", "Choose a reason; “not_said” is one.")
    if answers.able_minor is not None and (answers.able_minor < 0 or not answers.currency):
        raise WrongCall("What the person can pay is an amount with its currency, and not below nothing.", "Nothing was recorded.", "Correct the amount.")
    if answers.payday is not None and not 1 <= answers.payday <= 31:
        raise WrongCall("The payday is a day of the month, from 1 to 31.", "Nothing was recorded.", "Correct the day.")
    if bool(answers.opens) != bool(answers.closes) or (answers.only_these_hours and not answers.opens):
        raise WrongCall("Hours go from when to when.", "Nothing was recorded.", "Name both, or neither.")


def _follow(institution_id: int, fact: FirstContactHeld, answers: Answers, at: datetime, by: str) -> None:
    words = fact.words or "first contact"
    for kind in dict.fromkeys(form().holds[code] for code in (*answers.reasons, *answers.needs) if code in form().holds):
        if not hold_stands(fact.party_id, kind, at.date()):
            protecting.place_hold(institution_id, fact.party_id, kind, words, Reach(), at=at, actor=by)
    if answers.only_these_hours:
        refusal = Refusal(RuledOut.TIME, at, opens=answers.opens, closes=answers.closes, only_inside=True)
        protecting.rule_out(institution_id, fact.party_id, refusal, Proof(None, words), at=at, actor=by)


def first_contacts_of(institution_id: int, party_id: int) -> list[FirstContactHeld]:
    """What the person told us, newest first."""
    with acting_for(institution_id):
        return load.first_contacts(party_id)[::-1]


def time_to_first_contact(home: Home, institution_id: int, book: str, today: date) -> FirstContactTimes:
    """How long it took, and which open cases are late, by the lender's own limit (`first_contact_days` of `calls.yaml`)."""
    with acting_for(institution_id):
        rows = load.first_contact_waits(book).to_pylist()
    return first_contact_times([Waited(**row) for row in rows], call_terms(home).first_contact_days, today)
