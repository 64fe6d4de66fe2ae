"""Four workers send text messages of two parts, some are killed, and the message centre cuts lines, is silent, slow, busy and refuses: the same must hold."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from tests.act.message_centre import MessageCentre
from tests.act.sender import BEGINS
from tests.act.test_chaos import judged, sent
from tests.act.test_sms_dispatch import TextDesk

pytestmark = [pytest.mark.peer, pytest.mark.xdist_group("sms")]
RULES = {"receipts": False, "status": {"33$": 0x0B, "77$": 0x58}, "chance": {"cut": 0.03, "silent": 0.01, "slow": 0.02, "busy": 0.1}}


def stands(store, bank, database, home, folder: Path, seconds: float, people: int, seed: int) -> None:
    """A time of sending, and everything that must be true after it."""
    from arrears.core.ids import id_text

    with MessageCentre(seed=seed) as centre:
        centre.rules(**RULES)
        desk = TextDesk(store, bank, centre)
        desk.at = BEGINS
        messages = [
            replace(desk.message(person), address=f"+86{13_000_000_000 + 3 * place + number}", due_at=BEGINS + timedelta(seconds=number))
            for place, person in enumerate(desk.people(people)) for number in range(3)
        ]
        for start in range(0, len(messages), 50):
            desk.queue(*messages[start : start + 50])
        killed = sent(home, bank, database, ("text", centre.port, "-"), lambda: centre.count()["taken"] > 0, folder, seconds, seed)
        key_of = {one.address.removeprefix("+"): id_text(one.message_id) for one in messages}
        parts = Counter((key_of[one["to"]], one["udh"]) for one in centre.got()["taken"])
        desk.close()
    arrived: Counter[str] = Counter()
    for (key, _), times in parts.items():
        arrived[key] = max(arrived[key], times)
    judged(store, bank, messages, arrived, killed)
    with store.institution.acting_for(bank):
        whole = Counter(key for key, _ in parts)
        taken = {id_text(one) for (one,) in desk.rows("SELECT message_id FROM messages_answered WHERE kind = 'taken'")}
    assert {whole[key] for key in taken} == {2}, "what is called taken has both its parts there"


def test_four_workers_die_and_a_message_centre_misbehaves_and_nothing_is_sent_twice_or_lost(store, bank, database, home_of_tests, tmp_path):
    stands(store, bank, database, home_of_tests, tmp_path, 20, 500, 3)


@pytest.mark.soak
def test_four_workers_die_for_five_minutes(store, bank, database, home_of_tests, tmp_path):
    stands(store, bank, database, home_of_tests, tmp_path, 300, 12_000, 5)
