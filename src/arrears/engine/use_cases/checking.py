"""May this contact be made? One question that somebody wrote down, asked of every pack that is shipped."""

from __future__ import annotations

from arrears.check.conduct.documents import read_question
from arrears.check.conduct.pack import Packs
from arrears.check.conduct.verdict import Verdict, verdict
from arrears.engine.conduct_packs import every_pack


def check_one(text: str, where: str, packs: Packs | None = None) -> Verdict:
    """The verdict on the act that this text (YAML or JSON) proposes, on the facts that it states.

    Args:
        where: name of the document, for messages.
        packs: with what was confirmed (`confirming.packs_of`) and the lender's own limits; without, those that are shipped, and nothing is confirmed.

    Raises:
        BadData: the text cannot be understood.

    >>> found = check_one('''
    ... at: 2026-03-10T22:00:00+08:00
    ... proposed: {act: contact, purpose: collection, channel: call, debts: [D1], marks: [institution_named]}
    ... facts: {places: [CN], actor: creditor_own_name, product: consumer_loan, history_from: 2025-01-01}
    ... ''', "an example")
    >>> found.answer.value, found.next_permitted_at.isoformat()
    ('deferred_until', '2026-03-11T08:00:00+08:00')
    """
    question = read_question(text, where)
    return verdict(question.proposed, question.facts, question.at, packs or every_pack())
