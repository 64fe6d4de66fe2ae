"""What is asked of the gate, and what does it answer?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from arrears.check.conduct.facts import Event, Proposed
from arrears.check.conduct.verdict import Answer, Finding, Verdict
from arrears.check.conduct.words import ActorRole, DebtorKind, DebtPurpose, LenderKind, Product
from arrears.core.reasons import Sentence


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What is known about a person and the debt outside the casefile. What is not known stays unknown, and then nothing is permitted.

    Attributes:
        places: ISO 3166 codes of the places whose law applies.
        zones: IANA names of every zone in which the person may be.
        product: None where the lender has not said of which kind the debt is.
        history_from: the first day from which all contacts are known; None where nobody has said.
        owed_minor: what is owed now on the debts of the request, payments that were booked since taken off; None where it is not known.
        events: what else happened, such as contacts and holds that the lender's earlier system knew, or a payment under way.
    """

    places: frozenset[str]
    zones: tuple[str, ...]
    actor: ActorRole | None
    product: Product | None
    history_from: date | None
    owed_minor: int | None
    lender: LenderKind | None = None
    debtor: DebtorKind = DebtorKind.PERSON
    debt_purpose: DebtPurpose = DebtPurpose.CONSUMER
    events: tuple[Event, ...] = ()
    holidays: frozenset[date] = frozenset()


@dataclass(frozen=True, slots=True)
class Request:
    """One contact that somebody wants to make.

    Attributes:
        key: the asker's own name of this request. Asked again under it, the first answer is given again, so that a request may be repeated after
            a broken connection without being counted twice. A new question needs a new key.
    """

    key: str
    party_id: int
    case_id: int | None
    proposed: Proposed
    circumstances: Circumstances


@dataclass(frozen=True, slots=True)
class Permit:
    """This one contact may be made, once, before `expires_at`. Only the gate makes one; whoever sends accepts nothing else."""

    permit_id: int
    party_id: int
    case_id: int | None
    proposed: Proposed
    issued_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Refusal:
    """This contact may not be made now.

    Attributes:
        answer: `deferred_until`, `deferred_for_review` or `refused`.
        rules: the rules in the way, as pack and name; `citations` says where each stands.
        reason_en, reason_zh: what was not known or not covered, or stood in the way outside the rules.
        next_permitted_at: the first later moment at which it would be permitted if nothing else happens.
        verdict: everything that was judged; None where the answer was given before and is told again.
    """

    refusal_id: int
    party_id: int
    case_id: int | None
    proposed: Proposed
    asked_at: datetime
    answer: str
    rules: tuple[str, ...]
    citations: tuple[str, ...]
    reason_en: str
    reason_zh: str
    next_permitted_at: datetime | None
    verdict: Verdict | None = None


@dataclass(frozen=True, slots=True)
class Outlook:
    """What the gate would answer now. It is no permit: nobody may be contacted under it, and nothing of it is recorded.

    Attributes:
        reasons: what is not known or not covered, or stands in the way outside the rules; the facts that a rule would have to know among them.
        in_the_way: the rules for which the answer is not yes; those that wait for a named person where nothing else is in the way.
        next_permitted_at: the first later moment at which it would be permitted if nothing else happens.
        good_until: how long a permit would be good; None where there would be none.
    """

    proposed: Proposed
    answer: Answer
    reasons: tuple[Sentence, ...]
    in_the_way: tuple[Finding, ...]
    next_permitted_at: datetime | None
    good_until: datetime | None
