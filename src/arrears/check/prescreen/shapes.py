"""What is asked, about whom, and what does the answer look like?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

import ibis

from arrears.check.conduct.facts import Facts, Proposed
from arrears.check.conduct.words import ActorRole, DebtorKind, DebtPurpose, LenderKind, Product


class May(StrEnum):
    """May it be done at some moment of the day?"""

    YES = "yes"
    """Nothing that is known is in the way from the moment told."""
    PERHAPS = "perhaps"
    """A rule cannot be told in columns for this person; the gate will say."""
    DEFERRED = "deferred"
    """At best it waits for a person of the compliance role: a rule or figure that speaks is not confirmed."""
    NO = "no"
    """At no moment of the day."""


@dataclass(frozen=True, slots=True)
class Screen:
    """One act that is asked about for everybody, under a name (a channel).

    Its debts and its contact point are each person's own: a contact is about all debts of the person, at whichever point.
    """

    name: str
    proposed: Proposed


@dataclass(frozen=True, slots=True)
class Profile:
    """What many persons have in common, and all that the packs ask of them besides their history.

    Attributes:
        places, zones: as in `Facts`: codes of the places whose law applies; every zone in which the person may be, none where nothing is known.
    """

    places: frozenset[str]
    zones: tuple[str, ...]
    actor: ActorRole
    product: Product
    debt_purpose: DebtPurpose = DebtPurpose.CONSUMER
    debtor: DebtorKind = DebtorKind.PERSON
    lender: LenderKind = LenderKind.BANK

    def facts(self) -> Facts:
        """The same as facts of a person of whom nothing happened and everything is known."""
        return Facts(self.places, self.zones, self.actor, self.product, date.min, self.debt_purpose, self.debtor, self.lender)


PEOPLE_SCHEMA = ibis.schema({"party_id": "int64", "profile": "int32", "history_from": "date", "debts": "array<string>"})
"""One row a person. `profile`: place in the list of profiles. `history_from`: first day from which the history is whole; empty where none is.
`debts`: all that the person is asked about; empty where they are not told apart."""

EVENTS_SCHEMA = ibis.schema({
    "party_id": "int64", "at": "timestamp", "kind": "string", "by": "string", "party": "string", "to": "string", "person": "string",
    "debts": "array<string>", "channel": "string", "point": "string", "place": "string", "purpose": "string", "mode": "string", "outcome": "string",
    "marks": "array<string>", "until": "date", "window_opens": "int32", "window_closes": "int32", "window_weekdays": "int32", "only_inside": "boolean",
    "years": "int32", "amount_minor": "int64", "total_minor": "int64", "record": "string",
})
"""One row an event, with the fields of `conduct.facts.Event`. `at` is UTC. A window is told by the seconds of the local day at which it opens and
closes and by the days of the week as bits (Monday is bit 0). Texts that an event leaves open are empty texts or nothing."""

MASK_SCHEMA = ibis.schema({
    "party_id": "int64", "channel": "string", "may": "string", "rule": "string", "from_at": "timestamp", "from_on": "date",
})
"""One row a person and act. `rule`: pack and rule that decide; `from_at`: UTC; `from_on`: the same as a day where the person is."""

TEXTS: Mapping[str, str] = dict.fromkeys(("party", "person", "point"), "")
"""Fields of an event that are empty texts where they are left open."""

FOREVER = date(9999, 12, 31)
"""Stands for a day that does not come by time alone."""
