"""Does what the contract of intents says really happen, intent by intent, up to what the gate answers afterwards?"""

from __future__ import annotations

from dataclasses import replace

import pytest

from arrears.intake.inbound.contract import contract
from tests.casefile.conftest import bank, store
from tests.check.gate_stories import MINUTE, MORNING, STATED, TEXT, Desk
from tests.engine.test_hearing import NUMBER, Story

__all__ = ["bank", "store"]
SAID = {
    "crisis": "I want to kill myself", "distress": "I can't stop crying and I can't sleep, this is all too much for me", "stop": "STOP",
    "dispute": "I do not owe this, the amount is wrong", "not_mine": "wrong number, I don't know her", "already_paid": "I already paid this yesterday, check your records",
    "promise": "I will pay £100 on Friday", "hardship": "I lost my job and I can't afford it", "ask_plan": "Can I pay in monthly instalments please?",
    "ask_information": "How much do I owe?", "ask_human": "Can I speak to a real person please?", "bereavement": "My husband passed away last month, I am his widow",
    "represented": "Please contact my solicitor, they deal with this now", "complaint": "I want to make a formal complaint about your agent",
    "abuse": "get lost, I won't pay you a penny", "other": "ok thanks",
}


def proposed(words: str):
    """The contact that a line of the contract names: channel, purpose, and what else is so."""
    from arrears.check.conduct.words import Channel, Mark, Mode, Purpose

    channel, purpose, *more = words.split()
    assert set(more) <= {"elsewhere", "agency", "decided"}
    marks = TEXT.marks | ({Mark.HUMAN_DECIDES} if "decided" in more else set())
    mode = Mode.INTERACTIVE if channel in ("call", "visit") else Mode.INFORMATIVE
    return replace(
        TEXT, channel=Channel(channel), purpose=Purpose(purpose), point="P2" if "elsewhere" in more else "P1", party="agency" if "agency" in more else "lender",
        marks=frozenset(marks), mode=mode)


def answers(story: Story, person: int, lines) -> dict[str, str]:
    """What the gate answers to each line by itself, with nothing asked before it."""
    from arrears.check.gate.asking import outlook
    from tests.check.gate_stories import packs

    desk = Desk(story.store, story.bank, person)
    with story.store.institution.acting_for(story.bank):
        found = outlook([desk.request(proposed(line), f"line {number}", STATED) for number, line in enumerate(lines)], packs(), MORNING + MINUTE)
    return {line: "permitted" if one.good_until is not None else "refused" for line, one in zip(lines, found, strict=True)}


def test_the_contract_speaks_of_every_intent():
    from arrears.intake.inbound.model import learnt

    assert set(contract()) == set(learnt().intents) == set(SAID)


@pytest.mark.parametrize("intent", sorted(SAID))
def test_what_the_contract_asks_for_follows_at_once_and_the_gate_keeps_to_it(store, bank, intent):
    from arrears.engine.use_cases.hearing import inbox

    story, clause = Story(store, bank), contract()[intent]
    (li,) = story.people(NUMBER)
    lines = (*clause.refused, *clause.permitted)
    before = answers(story, li, lines)
    assert [line for line in lines if before[line] == "refused" and not line.startswith("visit")] == [], "without the reply all of these would go"
    story.ear = replace(story.ear)
    _wrote_to(story, li)
    story.hear(story.reply(SAID[intent]))
    after = answers(story, li, lines)
    assert {line for line in clause.refused if after[line] != "refused"} == set()
    assert {line for line in clause.permitted if after[line] != "permitted"} == set()

    (one,) = inbox(bank, only_waiting=False)
    assert intent in one.taken.intents
    holds = story.rows("SELECT h.kind, t.scope, t.channel FROM holds h JOIN holds_terms t USING (hold_id)")
    if clause.hold is not None:
        assert (clause.hold.value, clause.scope.value, "") in holds
    assert bool(story.rows("SELECT 1 FROM contact_ruled_out WHERE channel = 'text'")) >= clause.rules_out_channel
    assert bool(story.rows("SELECT 1 FROM contact_points_marked WHERE kind = 'wrong_party' AND point = 'P1'")) >= (clause.point is not None)
    assert bool(story.rows("SELECT 1 FROM promises_drafted")) == clause.drafts_promise
    assert one.waits == bool(clause.who)
    if clause.who:
        assert one.until <= one.reply.received_at + clause.within, "another suspicion may call somebody earlier, never later"
        assert one.who == clause.who or len(one.taken.intents) > 1


def _wrote_to(story: Story, person: int) -> None:
    """We wrote to this number before, by its reference: so the reference of the number is known."""
    from arrears.casefile.facts.message import MessageQueued
    from tests.casefile.conftest import record

    record(story.store, story.bank, MessageQueued(
        story.store.ids.random_id(), person, story.store.ids.random_id(), "text", "gateway", "", "collection", "reminder@1", "en", "lender", "debtor", ("D1",), "P1", "not_tied",
        (), 1, NUMBER, "", "Please get in touch.", MORNING - 60 * MINUTE, MORNING))


def test_who_is_in_danger_is_offered_the_help_line_of_the_place():
    from arrears.intake.inbound.contract import help_line

    assert contract()["crisis"].help_line
    for place in ("CN", "US", "GB", "ES", "IN"):
        line = help_line(place, "en")
        assert line is not None
        assert line.number in line.text
        assert not line.is_confirmed, "until the lender has called it"
