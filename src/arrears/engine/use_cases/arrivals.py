"""Which of our messages arrived, as their providers tell us later?

Receipts come by the thousand, so those of some dozens of messages are one transaction. A receipt that is heard twice is on record once. What nobody knew whether
the provider has it is settled by a receipt: it had it.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import islice

from arrears.act.sending import Answer
from arrears.act.settling import settle
from arrears.casefile.facts.call import ContactPointMarked, PointMark
from arrears.casefile.facts.fact import Fact
from arrears.casefile.facts.message import Arrival, MessageReceipt, Result
from arrears.casefile.store import load, outbox, sets
from arrears.casefile.store.append_group import append_group
from arrears.casefile.store.ids import random_id
from arrears.casefile.store.institution import acting_for, one_at_a_time
from arrears.core.ids import IdNotValid, id_text, parse_id
from arrears.intake.inbound.incoming import Receipt

LOG = logging.getLogger("arrears.hearing")
CAUSE = "receipts"
PATIENCE = timedelta(hours=1)
"""So long a receipt of a message that nobody knows yet is left with the provider: the attempt it belongs to may not be settled."""
TOGETHER = 50
Heard = tuple[str, Receipt]
"""The provider's token of a receipt, and the receipt."""


def keep(institution_id: int, provider: str, receipts: Sequence[Heard], now: datetime) -> list[str]:
    """Record these receipts; answers the tokens of what was kept.

    What is not among them is to be heard again: a receipt of a message whose attempt is not settled yet.
    """
    kept: list[str] = []
    rest = iter(receipts)
    while group := list(islice(rest, TOGETHER)):
        kept += _keep_group(institution_id, provider, group, now)
    if receipts:
        settle_what_arrived(institution_id, now)
    return kept


def _keep_group(institution_id: int, provider: str, group: Sequence[Heard], now: datetime) -> list[str]:
    with acting_for(institution_id):
        one_at_a_time(f"receipts of {provider}", institution_id)
        of = _messages_of(provider, [receipt for _, receipt in group])
        messages = {one.message_id: one for one in load.messages_queued(sorted({one for one in of if one is not None}))}
        before = {(one.message_id, one.reference, one.arrival) for one in load.receipts_of(list(messages))}
        kept, facts = [], list[Fact]()
        for (token, receipt), message_id in zip(group, of, strict=True):
            message = messages.get(message_id) if message_id is not None else None
            if message is None:
                if now - receipt.at < PATIENCE:
                    continue
                LOG.warning("receipt.of_no_message", extra={"provider": provider, "arrival": receipt.arrival.value})
            elif (message.message_id, receipt.reference, receipt.arrival) not in before:
                before.add((message.message_id, receipt.reference, receipt.arrival))
                facts.append(MessageReceipt(message.message_id, message.party_id, receipt.arrival, receipt.code, receipt.at, receipt.reference))
                if receipt.arrival is Arrival.BOUNCED and message.point:
                    facts.append(ContactPointMarked(
                        random_id(), message.party_id, message.channel, message.point, PointMark.INVALID, f"bounce:{id_text(message.message_id)}", None, provider, now, ""))
            kept.append(token)
        append_group(facts, actor=provider, at=now, cause=CAUSE)
    return kept


def _messages_of(provider: str, receipts: Sequence[Receipt]) -> list[int | None]:
    """Of which message is each receipt: by our own key where the provider gives it back, else by its own name."""
    named = outbox.messages_called(provider, [one.reference for one in receipts if one.reference])
    return [id_in(one.key) or named.get(one.reference) for one in receipts]


def id_in(key: str) -> int | None:
    """Of which message is this key, if it is one of ours?"""
    try:
        return parse_id(key) if key else None
    except IdNotValid:
        return None


def settle_what_arrived(institution_id: int, now: datetime) -> int:
    """Settle messages of which nobody knew whether the provider has them, and for which a receipt came: it had them. Answers how many."""
    with acting_for(institution_id):
        rows = sets.cursor().execute(
            """SELECT o.message_id, o.provider FROM outbox o WHERE o.institution_id = %s AND o.state = 'uncertain'
               AND EXISTS (SELECT FROM message_receipts r WHERE r.message_id = o.message_id) AND EXISTS (SELECT FROM party_keys k WHERE k.party_id = o.party_id)
               ORDER BY o.message_id FOR UPDATE OF o SKIP LOCKED""", [institution_id]).fetchall()
        for provider in sorted({provider for _, provider in rows}):
            said = {message_id: Answer(message_id, Result.TAKEN, code="receipt") for message_id, by in rows if by == provider}
            settle(said, said_by=provider, actor="hearing", at=now)
        return len(rows)
