"""Four workers send, some are killed, and the mail server drops, delays and refuses: is any message sent twice, any lost, any cap exceeded?"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import asdict, replace
from datetime import timedelta
from pathlib import Path

import pytest

from tests.act.mail_server import MailServer
from tests.act.sender import BEGINS, WORKERS
from tests.act.test_dispatch import Desk
from tests.casefile.conftest import query

CAP = 2
"""Messages a day to one person (house rules)."""


class Chance:
    """How the server misbehaves, by the address: the same message is treated alike each time it comes, but for what is busy only once."""

    def __init__(self, box, seed: int) -> None:
        self.seed, self.seen = seed, Counter()
        box.rcpt, box.data, box.cut = self.rcpt, self.data, self.cut

    def drawn(self, address: str, what: str) -> float:
        return random.Random(f"{self.seed}:{address}:{what}").random()

    def rcpt(self, address: str) -> str | None:
        return "550 5.1.1 no such mailbox" if self.drawn(address, "rcpt") < 0.03 else None

    def data(self, address: str) -> str | None:
        self.seen[address] += 1
        return "451 4.3.0 try later" if self.seen[address] == 1 and self.drawn(address, "busy") < 0.1 else None

    def cut(self, address: str) -> bool:
        return self.drawn(address, "cut") < 0.1

    def slow(self, address: str) -> float:
        return 1.5 if self.drawn(address, "slow") < 0.02 else 0.0


def sent(home, bank: int, urls, peer: tuple[str, int, str], has_begun, folder: Path, seconds: float, seed: int) -> int:
    """Let them send to this peer (kind, port, certificate), and kill some once it has begun; answers how many were killed."""
    told = folder / "told"
    told.mkdir()
    words = [str(home.root), str(bank), *map(str, peer), str(told), str(seconds)]
    mother = subprocess.Popen([sys.executable, "-m", "tests.act.sender", *words], env={**os.environ, "FIGHT_DATABASE": json.dumps(asdict(urls))})
    chance, killed = random.Random(seed), 0
    try:
        while mother.poll() is None:
            time.sleep(chance.uniform(0.4, 1.2))
            alive = (told / "alive").read_text().split() if (told / "alive").exists() else []
            if alive and has_begun():
                try:
                    os.kill(int(chance.choice(alive)), signal.SIGKILL)
                    killed += 1
                except ProcessLookupError:
                    pass
    finally:
        mother.kill()
    troubles = [one.read_text() for one in told.glob("*.trouble")]
    assert not troubles, troubles[0]
    assert mother.returncode == 0
    return killed


def stands(store, bank, database, home, folder: Path, seconds: float, people: int, seed: int) -> None:
    """A time of sending, and everything that must be true after it."""
    with MailServer(folder) as mail:
        chance = Chance(mail.box, seed)
        mail.box.slow = chance.slow
        desk = Desk(store, bank, mail)
        desk.at = BEGINS
        messages = [
            replace(desk.message(person), address=f"m{number}.{person}@post.example", due_at=BEGINS + timedelta(seconds=number))
            for person in desk.people(people) for number in range(3)
        ]
        for start in range(0, len(messages), 50):
            desk.queue(*messages[start : start + 50])
        killed = sent(home, bank, database, ("post", mail.port, mail.chain), lambda: bool(mail.box.mails), folder, seconds, seed)
        arrived = Counter(mail["Message-ID"].strip("<>").split("@")[0] for mail in mail.box.mails)
    judged(store, bank, messages, arrived, killed)


def judged(store, bank, messages, arrived: Counter, killed: int) -> None:
    """Everything that must be true afterwards: `arrived` says how often each message, by its key, came to the peer."""
    from arrears.casefile.store.checking import check_record
    from arrears.core.ids import id_text
    from arrears.record.journal import checking, sealing

    known = {id_text(one.message_id): one for one in messages}
    with store.institution.acting_for(bank):
        said = query(store, "SELECT message_id, kind FROM messages_answered")
        taken = {id_text(one) for one, kind in said if kind == "taken"}
        stopped = {id_text(one) for (one,) in query(store, "SELECT message_id FROM messages_stopped")}
        waiting = {id_text(one): state for one, state in query(store, "SELECT message_id, state FROM outbox")}
        tried = {id_text(one) for (one,) in query(store, "SELECT message_id FROM messages_tried")}
        used = query(store, "SELECT party_id, count(*) FROM permits_used GROUP BY party_id")
        contacts = query(store, "SELECT permit_id FROM contacts")
        assert checking.check_log((), (), lambda *_: None).findings == ()
    print("killed", killed, "arrived", len(arrived), "taken", len(taken), "stopped", len(stopped), Counter(waiting.values()), Counter(kind for _, kind in said))
    assert [key for key, times in arrived.items() if times > 1] == [], "none twice"
    assert set(known) == taken | stopped | set(waiting), "none lost"
    assert not (taken & stopped) and not (taken & set(waiting)) and not (stopped & set(waiting)), "each in one place"
    assert set(arrived) <= tried, "nothing left without its attempt on record"
    assert taken <= set(arrived), "nothing is called taken that is not there"
    doubtful = {one for one, state in waiting.items() if state in ("uncertain", "trying")}
    assert set(arrived) - taken <= doubtful, "what arrived and is not known to have arrived is listed"
    assert max(times for _, times in used) <= CAP, "no cap exceeded"
    assert len(contacts) == len({one for (one,) in contacts}) == len(taken)
    sealing.seal(bank)
    assert check_record(bank).is_whole
    assert killed >= WORKERS and taken and stopped and doubtful and len(taken) > 100, "all of it happened"


def test_four_workers_die_and_a_server_misbehaves_and_nothing_is_sent_twice_or_lost(store, bank, database, home_of_tests, tmp_path):
    stands(store, bank, database, home_of_tests, tmp_path, 20, 500, 3)


@pytest.mark.soak
def test_four_workers_die_for_five_minutes(store, bank, database, home_of_tests, tmp_path):
    stands(store, bank, database, home_of_tests, tmp_path, 300, 12_000, 5)
