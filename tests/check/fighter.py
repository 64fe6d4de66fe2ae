"""Sixteen workers who want permits for the same people: started by the test beside this, killed by it, and started again until time is up.

One process loads everything once and forks; each worker has a connection of its own and a file into which it writes what was confirmed to it,
after the commit. Time is told: the fight begins in the morning of a day, wherever and whenever it is run.
"""

from __future__ import annotations

import json
import os
import random
import sys
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

BEGINS = datetime(2026, 3, 10, 2, 0, tzinfo=UTC)
"""Ten in the morning in Shanghai."""
WORKERS = 16
PACKS = ("china/national_standard", "china/banking_association", "house/limits")
LIFETIME = timedelta(seconds=4)
HOT = 24
"""Half of all requests are about so many people."""


def main() -> None:
    """home, bank, people (JSON file), folder for what was confirmed, seconds, seed, how often they try what others were given."""
    from arrears.engine.home import Home
    from arrears.site import bootstrap
    from arrears.site.database import DatabaseUrls

    home, bank, people_file, told, seconds, seed, greed = sys.argv[1:]
    bootstrap.start(Home(Path(home)), DatabaseUrls(**json.loads(os.environ["FIGHT_DATABASE"])))
    import pyarrow as pa

    from arrears.check.gate import asking, using  # noqa: F401 - loaded before the forks
    from arrears.engine.conduct_packs import pack_named

    for name in PACKS:
        pack_named(name)
    pa.array([1])  # Loads what Arrow loads at its first array: once here, not once a worker.
    people = json.loads(Path(people_file).read_text())
    began = time.monotonic()
    children, started = set(), 0

    def fork() -> None:
        nonlocal started
        started += 1
        pid = os.fork()
        if pid == 0:
            try:
                Fighter(int(bank), people, Path(told) / f"{os.getpid()}", random.Random(int(seed) * 1000 + started), began, float(seconds), float(greed)).fight()
            except BaseException:
                import traceback

                (Path(told) / f"{os.getpid()}.trouble").write_text(traceback.format_exc())
                os._exit(1)
            os._exit(0)
        children.add(pid)

    for _ in range(WORKERS):
        fork()
    while children:
        (Path(told) / "alive.new").write_text(" ".join(map(str, children)))
        (Path(told) / "alive.new").rename(Path(told) / "alive")
        pid, status = os.wait()
        children.discard(pid)
        if os.WIFSIGNALED(status) and time.monotonic() - began < float(seconds):
            fork()


class Fighter:
    """One worker: asks, uses, tells, gives back, forgets, and tries what others were given."""

    def __init__(self, bank: int, people: list[int], told: Path, chance: random.Random, began: float, seconds: float, greed: float) -> None:
        from arrears.check.conduct.pack import Packs
        from arrears.engine.conduct_packs import pack_named

        self.bank, self.people, self.chance, self.began, self.seconds, self.greed = bank, people, chance, began, seconds, greed
        self.file = os.open(told, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        self.packs = Packs(tuple(pack_named(name) for name in ("china/national_standard", "china/banking_association", "house/limits")))
        self.asked = 0

    def now(self) -> datetime:
        return BEGINS + timedelta(seconds=time.monotonic() - self.began)

    def tell(self, what: str, number: int) -> None:
        os.write(self.file, f"{what} {number} .\n".encode())

    def fight(self) -> None:
        while time.monotonic() - self.began < self.seconds:
            for permit in self.ask():
                self.go_on(permit)
            if self.chance.random() < self.greed:
                self.take_somebody_elses()

    def ask(self) -> list:
        from arrears.casefile.store.institution import acting_for
        from arrears.check.gate.asking import ask
        from arrears.check.gate.permit import Permit

        wanted = [self.request() for _ in range(self.chance.choice((1, 1, 2, 5)))]
        with acting_for(self.bank):
            answers = ask(wanted, self.packs, self.now(), actor="fighter", cause="fight", lifetime=LIFETIME)
        for one in answers:
            self.tell("issued", one.permit_id) if isinstance(one, Permit) else self.tell("refused", one.refusal_id)
        return [one for one in answers if isinstance(one, Permit)]

    def request(self):
        from arrears.check.conduct.facts import Proposed
        from arrears.check.conduct.words import Act, ActorRole, Channel, LenderKind, Mark, Mode, Product, Purpose
        from arrears.check.gate.permit import Circumstances, Request

        self.asked += 1
        person = self.chance.choice(self.people[:HOT] if self.chance.random() < 0.5 else self.people)
        channel = self.chance.choice((Channel.TEXT, Channel.CALL))
        proposed = Proposed(
            Act.CONTACT, self.chance.choice(("lender", "agency")), Purpose.COLLECTION, channel, debts=frozenset({f"D{person}"}), point=f"P{person}",
            mode=Mode.INTERACTIVE if channel is Channel.CALL else Mode.INFORMATIVE, marks=frozenset({Mark.INSTITUTION_NAMED, Mark.PURPOSE_DISCLOSED}))
        stated = Circumstances(frozenset({"CN"}), ("Asia/Shanghai",), ActorRole.CREDITOR_OWN_NAME, Product.CONSUMER_LOAN, date(2025, 1, 1), 50_000, LenderKind.BANK)
        return Request(f"{os.getpid()}-{self.asked}", person, None, proposed, stated)

    def go_on(self, permit) -> None:
        """Use it and tell, use it and forget to tell, give it back, or let it expire."""
        from arrears.casefile.facts.permit import VoidReason
        from arrears.casefile.store.institution import acting_for
        from arrears.casefile.store.permits import PermitNotUsable
        from arrears.check.conduct.words import Channel, Outcome
        from arrears.check.gate import using

        what = self.chance.choice(("tell", "tell", "use", "void", "forget"))
        try:
            if what in ("tell", "use"):
                with acting_for(self.bank):
                    using.use(permit.permit_id, self.now(), actor="fighter", cause="fight")
                self.tell("used", permit.permit_id)
            if what == "tell":
                outcome = Outcome.SENT if permit.proposed.channel is Channel.TEXT else Outcome.NO_ANSWER
                at = self.now()
                with acting_for(self.bank):
                    contact = using.record_outcome(permit.permit_id, outcome, at, note="", at=at, actor="fighter", cause="fight")
                self.tell("contact", contact.contact_id)
            if what == "void":
                with acting_for(self.bank):
                    using.void(permit.permit_id, self.now(), VoidReason.NOT_NEEDED, actor="fighter", cause="fight")
                self.tell("voided", permit.permit_id)
        except PermitNotUsable as refusal:
            self.tell(f"late:{refusal.__cause__.sqlstate if refusal.__cause__ else 'told'}", permit.permit_id)

    def take_somebody_elses(self) -> None:
        """A permit of somebody else's, used or not: if it can be used, it was not used before."""
        from django.db import connection

        from arrears.casefile.store.institution import acting_for
        from arrears.casefile.store.permits import PermitNotUsable
        from arrears.check.gate import using

        try:
            with acting_for(self.bank):
                with connection.cursor() as cursor:
                    cursor.execute("SELECT permit_id FROM permits_issued WHERE party_id = %s ORDER BY issued_at DESC LIMIT 1", [self.chance.choice(self.people[:HOT])])
                    row = cursor.fetchone()
                if row is None:
                    return
                using.use(row[0], self.now(), actor="fighter", cause="theft")
            self.tell("used", row[0])
        except PermitNotUsable as refusal:
            self.tell(f"kept:{refusal.__cause__.sqlstate if refusal.__cause__ else 'told'}", row[0])


if __name__ == "__main__":
    main()
