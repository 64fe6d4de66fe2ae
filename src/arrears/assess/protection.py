"""What protects a person on a day: holds, and what is known of earlier contacts?

Holds and contacts come from the lender's earlier system (book tables) and from our own facts, frozen for the run, in one shape. A
person without a contact history covering the days that count is *unknown*, which never counts as "no contacts".
"""

from __future__ import annotations

from datetime import date, timedelta

import ibis
import ibis.expr.types as ir

CONTACT_WINDOW_DAYS = 30
REFUSED = "refused_to_pay"


def holds_in_force(holds: ir.Table, on: date) -> ir.Table:
    """Per person: the kinds of holds in force on the day, in alphabetical order, separated by commas."""
    day = ibis.literal(on)
    in_force = holds.filter((holds.from_on <= day) & (holds.to_on.isnull() | (holds.to_on >= day)))
    kinds = in_force.select("party_id", "kind").distinct()
    return kinds.group_by("party_id").agg(hold_kinds=kinds.kind.group_concat(sep=",", order_by=kinds.kind))


def contacts_known(contact_history: ir.Table, on: date) -> ir.Table:
    """Per person: is the whole window before the day covered, how many contacts fell into it, was there ever a recorded refusal?

    The days that count are the `CONTACT_WINDOW_DAYS` days before `on`. A coverage that ends the day before is complete: what
    happens on the day itself is ours to count.
    """
    last = on - timedelta(days=1)
    first = on - timedelta(days=CONTACT_WINDOW_DAYS)
    made = contact_history.filter(contact_history.occurred_on.isnull() | (contact_history.occurred_on < ibis.literal(on)))
    in_window = made.occurred_on >= ibis.literal(first)
    covers = (made.covers_from <= ibis.literal(first)) & (made.covers_to >= ibis.literal(last))
    return made.group_by("party_id").agg(
        contact_history_known=covers.any(),
        contacts_30d=made.occurred_on.count(where=in_window).cast("int32"),
        refusals=made.occurred_on.count(where=made.outcome == REFUSED).cast("int32"),
    )
