"""How did a person respond since the step that is under way began?

Contacts and answers come from the lender's earlier system (book table `contact_history`) and from our own facts, in one shape. Co-operation
is to answer, to tell something, or to pay what means allow: a promise or a talk, a message received, money that came. A refusal is none.
"""

from __future__ import annotations

from datetime import date

import ibis
import ibis.expr.types as ir

ANSWERED = ("promise_to_pay", "reached", "conversation", "call_back_requested", "hardship_stated", "disputed")
"""Outcomes of a contact in which the person answered, in the words of earlier systems and in our own. Who says that the means are not there, or that
the claim is wrong, has answered: inability and disagreement are no refusal."""
OWN_CONTACTS_SCHEMA = ibis.schema({"party_id": "int64", "occurred_on": "date", "kind": "string", "side": "string", "outcome": "string"})
"""Our own contacts: kind contact (made by a collector) or contact_received."""
BEFORE_SCHEMA = ibis.schema({
    "party_id": "int64", "ladder": "string", "stage": "string", "step": "string", "stage_since": "date", "step_since": "date",
})
"""Where each person stood on a ladder in the run before."""


def contacts_seen(contact_history: ir.Table, own: ir.Table, on: date) -> ir.Table:
    """Every contact before the day: `made` by a collector, `answered` by the debtor or somebody who speaks for the debtor."""
    earlier = contact_history.filter(contact_history.occurred_on < ibis.literal(on))
    ours = own.filter(own.occurred_on < ibis.literal(on))
    received = ours.kind == "contact_received"
    return ibis.union(
        earlier.select("party_id", "occurred_on", made=ibis.literal(True), answered=earlier.outcome.isin(ANSWERED).fill_null(False)),
        ours.select(
            "party_id", "occurred_on", made=~received,
            answered=(received & ours.side.isin(("debtor", "adviser")).fill_null(False)) | (~received & ours.outcome.isin(ANSWERED).fill_null(False)),
        ),
    )


def responses(seen: ir.Table, before: ir.Table) -> ir.Table:
    """Per person: the day of the last contact, and since the step of the run before began: how many contacts, and was there an answer?

    Args:
        seen: `contacts_seen`.
        before: BEFORE_SCHEMA; a person who is missing stood on no ladder, and nothing is counted since a step.
    """
    joined = seen.left_join(before, "party_id").select(seen, before.step_since)
    since = (joined.occurred_on >= joined.step_since).fill_null(False)
    return joined.group_by("party_id").agg(
        last_contact_on=joined.occurred_on.max(where=joined.made),
        contacts_since_step=(joined.made & since).sum().cast("int32"),
        answered_since_step=(joined.answered & since).any(),
    )
