"""What must be true of every `Provider`, whatever its channel: stories that are told to each of them.

A channel joins with an adapter of the shape `Peer`, put into `ADAPTERS` of `test_channel_contract.py`: it starts the real peer, says how it should treat an
address, and tells what came there.
"""

from __future__ import annotations

import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from enum import Enum, auto
from typing import Protocol

import pytest

from arrears.act.sending import Answer, Outgoing, Provider, ProviderAway
from arrears.casefile.facts.message import Result
from arrears.core.ids import id_text

SECRET = "a secret of forty letters that nobody saw"
"""Adapters sign in with it where their peer wants a word; it must stand in no error."""


class How(Enum):
    """How does the peer treat messages to an address?"""

    TAKE = auto()
    REFUSE = auto()
    """For good: the address does not exist."""
    BUSY = auto()
    """Not now, and it says so without taking the message."""
    CUT_BEFORE = auto()
    """The line breaks before the peer has the message."""
    CUT_AFTER = auto()
    """The line breaks when the peer has the message and has not said so."""
    SILENT = auto()
    """It has the message and says nothing for longer than anybody waits."""


class Clock:
    """A clock that only a story moves."""

    def __init__(self) -> None:
        self.at = datetime.now(UTC)

    def __call__(self) -> datetime:
        return self.at


class Peer(Protocol):
    """A real peer of one channel, listening when the story begins."""

    clock: Clock

    def provider(self) -> Provider:
        """A new provider that speaks with it; waits at most a second for an answer."""

    def address(self, number: int) -> str:
        """An address of this channel, another for each number."""

    def treat(self, address: str, how: How) -> None:
        """From now on, messages to this address are treated so."""

    def arrived(self) -> list[str]:
        """The keys of the messages that it has, each as often as it came; waits until all that are on the way are there."""

    def stop(self) -> None:
        """Be away."""

    def start(self) -> None:
        """Be there again."""

    def end(self) -> None:
        """Take everything away."""


def key_of(number: int) -> str:
    """The key of the message that goes to the address of this number."""
    return id_text(7_000 + number)


def messages(peer: Peer, *hows: How) -> list[Outgoing]:
    """A message for each of these, to addresses that are so treated."""
    made = []
    for number, how in enumerate(hows, start=1):
        peer.treat(peer.address(number), how)
        made.append(Outgoing(number, key_of(number), peer.address(number), "Your account", "Please get in touch. 请与我们联系。", "en"))
    return made


def answers(provider: Provider, sent: list[Outgoing]) -> dict[int, Answer]:
    """What it says of each, and never twice of one."""
    found = list(provider.send(sent))
    assert [one for one, times in Counter(answer.message_id for answer in found).items() if times > 1] == [], "each is answered at most once"
    assert {one.message_id for one in found} <= {one.message_id for one in sent}
    return {one.message_id: one for one in found}


class ChannelContract:
    """The stories; a test module inherits them with a fixture `peer`."""

    @pytest.fixture
    def provider(self, peer):
        made = peer.provider()
        yield made
        made.close()

    def test_what_the_provider_took_is_called_taken_and_has_a_name(self, peer, provider):
        sent = messages(peer, *[How.TAKE] * 20)
        provider.ready()
        found = answers(provider, sent)
        assert {one.result for one in found.values()} == {Result.TAKEN} and len(found) == 20
        assert all(one.reference for one in found.values()) and len({one.reference for one in found.values()}) == 20
        assert sorted(peer.arrived()) == sorted(one.key for one in sent), "each arrived, and once"

    def test_what_is_refused_for_good_is_called_so_and_the_others_go_on(self, peer, provider):
        sent = messages(peer, How.TAKE, How.REFUSE, How.TAKE)
        provider.ready()
        found = answers(provider, sent)
        assert [found[number].result for number in (1, 2, 3)] == [Result.TAKEN, Result.REFUSED, Result.TAKEN]
        assert found[2].code and sent[1].address not in found[2].code
        assert sorted(peer.arrived()) == [sent[0].key, sent[2].key]

    def test_a_busy_provider_has_not_taken_it_and_takes_it_later(self, peer, provider):
        sent = messages(peer, How.BUSY)
        provider.ready()
        assert answers(provider, sent)[1].result is Result.NOT_TAKEN
        assert peer.arrived() == []
        peer.treat(sent[0].address, How.TAKE)
        peer.clock.at += timedelta(minutes=2)
        provider.ready()
        assert answers(provider, sent)[1].result is Result.TAKEN
        assert peer.arrived() == [sent[0].key]

    def test_while_the_provider_is_away_it_says_so_before_anything_is_sent_and_is_there_again_after(self, peer, provider):
        sent = messages(peer, How.TAKE)
        provider.ready()
        peer.stop()
        with pytest.raises(ProviderAway) as away:
            provider.ready()
        assert SECRET not in str(away.value) and sent[0].address not in str(away.value)
        assert all(one.result is Result.NOT_TAKEN for one in answers(provider, sent).values()), "who sends all the same hears that it was not taken"
        peer.start()
        peer.clock.at += timedelta(minutes=2)
        ready_again(provider)
        assert answers(provider, sent)[1].result is Result.TAKEN
        assert peer.arrived() == [sent[0].key]

    def test_when_the_line_breaks_before_it_was_taken_it_is_not_called_taken(self, peer, provider):
        sent = messages(peer, How.CUT_BEFORE, How.TAKE)
        provider.ready()
        found = answers(provider, sent)
        assert 1 not in found or found[1].result in (Result.NOT_TAKEN, Result.UNCERTAIN)
        assert sent[0].key not in peer.arrived()
        peer.clock.at += timedelta(minutes=2)
        provider.ready()
        if 2 in found and found[2].result is Result.NOT_TAKEN:
            assert answers(provider, sent[1:])[2].result is Result.TAKEN
        assert peer.arrived().count(sent[1].key) <= 1

    @pytest.mark.parametrize("how", [How.CUT_AFTER, How.SILENT])
    def test_when_it_was_taken_and_the_answer_did_not_come_it_is_never_called_not_taken(self, peer, provider, how):
        sent = messages(peer, how, How.TAKE)
        provider.ready()
        found = answers(provider, sent)
        assert 1 not in found or found[1].result in (Result.UNCERTAIN, Result.TAKEN)
        assert peer.arrived().count(sent[0].key) == 1, "and it is not sent again by itself"

    def test_who_stops_asking_for_answers_causes_nothing_to_be_sent_twice(self, peer, provider):
        sent = messages(peer, *[How.TAKE] * 6)
        provider.ready()
        on_the_way = provider.send(sent)
        first = next(on_the_way)
        on_the_way.close()
        rest = [one for one in sent if one.message_id != first.message_id]
        came = Counter(peer.arrived())
        assert max(came.values()) == 1 and set(came) <= {one.key for one in sent} and came[sent[first.message_id - 1].key] == 1
        assert len(rest) == 5

    def test_it_knows_only_of_keys_that_it_was_asked_for_and_says_nothing_where_it_cannot(self, peer, provider):
        sent = messages(peer, How.TAKE)
        provider.ready()
        answers(provider, sent)
        told = provider.ask([sent[0].key, id_text(9_999)])
        assert set(told) <= {sent[0].key, id_text(9_999)}
        assert sent[0].key not in told or told[sent[0].key].result is Result.TAKEN
        assert id_text(9_999) not in told or told[id_text(9_999)].result is not Result.TAKEN
        assert provider.ask([]) == {}

    def test_it_may_be_closed_twice_and_used_again(self, peer, provider):
        sent = messages(peer, How.TAKE, How.TAKE)
        provider.ready()
        answers(provider, sent[:1])
        provider.close()
        provider.close()
        provider.ready()
        assert answers(provider, sent[1:])[2].result is Result.TAKEN

    def test_it_says_its_name_and_channel(self, peer, provider):
        from arrears.check.conduct.words import Channel

        assert provider.name and Channel(provider.channel)

    def test_nothing_of_words_addresses_or_secrets_is_logged(self, peer, provider, caplog):
        caplog.set_level("DEBUG", logger="arrears")
        caplog.set_level("DEBUG", logger="httpx")
        sent = messages(peer, How.REFUSE, How.CUT_AFTER, How.TAKE)
        provider.ready()
        answers(provider, sent)
        ours = [record.getMessage() for record in caplog.records if record.name.split(".")[0] in ("arrears", "httpx", "httpcore")]
        assert not [line for line in ours if SECRET in line or "请与我们联系" in line or any(one.address in line for one in sent)]
        assert SECRET not in repr(provider)


def ready_again(provider: Provider, seconds: float = 10.0) -> None:
    """Ready within this time; a provider may wait a moment by itself before it tries again."""
    ends = time.monotonic() + seconds
    while True:
        try:
            return provider.ready()
        except ProviderAway:
            if time.monotonic() > ends:
                raise
            time.sleep(0.05)
