"""May a claim be issued in England and Wales, or does the Pre-Action Protocol for Debt Claims still ask for something?

The protocol binds a business that claims from an individual, a sole trader among them; not claims between businesses, and not those with a
protocol of their own (mortgage arrears).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from arrears.core.parameters import Parameters
from arrears.core.reasons import Sentence
from arrears.core.workings import Worked, worked
from arrears.decide.escalation.insolvency_uk import earliest_claim


class Debtor(StrEnum):
    """Who owes?"""

    INDIVIDUAL = "individual"
    SOLE_TRADER = "sole_trader"
    COMPANY = "company"


class Standing(StrEnum):
    """How does the protocol stand towards the claim?"""

    NOT_APPLICABLE = "not_applicable"
    LETTER_MISSING = "letter_missing"
    LETTER_INCOMPLETE = "letter_incomplete"
    WAITING_FOR_REPLY = "waiting_for_reply"
    WAITING_AFTER_REPLY = "waiting_after_reply"
    COMPLETE = "complete"


_WORDS = {
    Standing.NOT_APPLICABLE: Sentence("The protocol does not bind this claim.", "该诉求不适用诉前规程。"),
    Standing.LETTER_MISSING: Sentence("There is no letter of claim.", "尚未发出索赔函。"),
    Standing.LETTER_INCOMPLETE: Sentence("The letter of claim lacks a part that the protocol asks for.", "索赔函缺少规程要求的内容。"),
    Standing.WAITING_FOR_REPLY: Sentence("The time for a reply runs.", "答复期尚未届满。"),
    Standing.WAITING_AFTER_REPLY: Sentence("The time after the reply, or after the documents it asked for, runs.", "收到答复或提供文件后的等待期尚未届满。"),
    Standing.COMPLETE: Sentence("The protocol asks for nothing more.", "诉前规程已履行完毕。"),
}


@dataclass(frozen=True, slots=True)
class Claim:
    """May the claim be issued, how does the protocol stand, and from when may it be (None: a letter must go first, or at once)?"""

    allowed: bool
    standing: Standing
    earliest_on: date | None


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter of claim: its date, and is everything in it and with it?"""

    on: date
    complete: bool


def may_issue(
    parameters: Parameters, on: date, debtor: Debtor, letter: Letter | None, *, own_protocol: bool = False, reply_on: date | None = None, documents_on: date | None = None
) -> Worked[Claim]:
    """May a claim be issued on this day?

    Args:
        own_protocol: the claim has a protocol of its own (mortgage arrears).
        reply_on: the debtor replied, asking for documents or seeking advice.
        documents_on: the documents asked for were sent.
    """
    if debtor is Debtor.COMPANY or own_protocol:
        return _told(Claim(True, Standing.NOT_APPLICABLE, None))
    if letter is None or letter.on > on:
        return _told(Claim(False, Standing.LETTER_MISSING, None))
    if not letter.complete:
        return _told(Claim(False, Standing.LETTER_INCOMPLETE, None))
    first = earliest_claim(parameters, letter.on).figure
    counted = earliest_claim(parameters, letter.on, reply_on=reply_on, documents_on=documents_on)
    if on >= counted.figure:
        standing = Standing.COMPLETE
    else:
        standing = Standing.WAITING_FOR_REPLY if on < first and reply_on is None else Standing.WAITING_AFTER_REPLY
    found = Claim(standing is Standing.COMPLETE, standing, counted.figure)
    return worked(found, [*counted.working, _WORDS[standing]], counted.readings)


def _told(found: Claim) -> Worked[Claim]:
    return worked(found, [_WORDS[found.standing]], [])
