"""What stories about the gate share: a person in Shanghai, a bank that collects in its own name, and short words for asking."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache

from arrears.check.conduct.facts import Proposed
from arrears.check.conduct.pack import Packs
from arrears.check.conduct.words import Act, ActorRole, Channel, LenderKind, Mark, Mode, Product, Purpose
from arrears.check.gate.permit import Circumstances, Request
from arrears.engine.conduct_packs import pack_named

MORNING = datetime(2026, 3, 10, 2, 0, tzinfo=UTC)
"""Ten in the morning in Shanghai, a Tuesday."""
MINUTE = timedelta(minutes=1)
STATED = Circumstances(frozenset({"CN"}), ("Asia/Shanghai",), ActorRole.CREDITOR_OWN_NAME, Product.CONSUMER_LOAN, date(2025, 1, 1), 50_000, LenderKind.BANK)
CALL = Proposed(Act.CONTACT, "lender", Purpose.COLLECTION, Channel.CALL, debts=frozenset({"D1"}), point="P1", marks=frozenset({Mark.INSTITUTION_NAMED}))
TEXT = replace(CALL, channel=Channel.TEXT, mode=Mode.INFORMATIVE)


@cache
def packs() -> Packs:
    return Packs(tuple(pack_named(name) for name in ("china/national_standard", "china/banking_association", "house/limits", "house/holds")))


class Desk:
    """A colleague who asks the gate, one transaction a question."""

    def __init__(self, store, bank: int, person: int) -> None:
        self.store, self.bank, self.person, self.asked = store, bank, person, 0

    def ask(self, proposed: Proposed = CALL, at: datetime = MORNING, *, key: str = "", stated: Circumstances = STATED, **terms):
        return self.ask_all([self.request(proposed, key, stated)], at, **terms)[0]

    def request(self, proposed: Proposed = CALL, key: str = "", stated: Circumstances = STATED, person: int | None = None) -> Request:
        self.asked += 1
        return Request(key or f"request {self.asked}", person or self.person, None, proposed, stated)

    def ask_all(self, requests, at: datetime = MORNING, **terms):
        from arrears.check.gate.asking import ask

        with self.store.institution.acting_for(self.bank):
            return ask(requests, packs(), at, actor="lin", cause="story", **terms)

    def use(self, permit, at: datetime = MORNING):
        from arrears.check.gate import using

        with self.store.institution.acting_for(self.bank):
            return using.use(permit.permit_id, at, actor="lin", cause="story")

    def void(self, permit, at: datetime = MORNING):
        from arrears.casefile.facts.permit import VoidReason
        from arrears.check.gate import using

        with self.store.institution.acting_for(self.bank):
            return using.void(permit.permit_id, at, VoidReason.NOT_NEEDED, actor="lin", cause="story")

    def told(self, permit, outcome, at: datetime = MORNING):
        from arrears.check.gate import using

        with self.store.institution.acting_for(self.bank):
            return using.record_outcome(permit.permit_id, outcome, at, note="", at=at, actor="lin", cause="story")
