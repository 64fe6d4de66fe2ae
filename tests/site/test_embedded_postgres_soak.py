"""Does the embedded database keep what it confirmed, whoever is killed and whenever?

Thirty times somebody writes, batch after batch, each batch one transaction, while the parent or the server is killed with -9. After the next
start every batch that was confirmed is there whole, and one that was not confirmed is there whole or not at all.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator

import psycopg
import pytest

from arrears.engine.home import Home
from arrears.site.database import embedded_server
from tests.conftest import folder_for_servers, made_home, server_for
from tests.site.helpers import holder, kill, lives, wait_until

KILLS = 30
SEED = 20_261_124
MOST_ROWS = 200
LONGEST_WAIT_S = 0.5


@pytest.fixture
def home() -> Iterator[Home]:
    """A new home; its server is made by the first start, with the settings that real homes have."""
    with folder_for_servers() as folder:
        home = made_home(folder)
        server_for(home, "18")
        yield home


class Writer(threading.Thread):
    """Writes batch after batch until the database is gone; remembers which were confirmed, and how large each is."""

    def __init__(self, url: str, first: int, sizes: random.Random) -> None:
        super().__init__()
        self.url, self.number, self.sizes = url, first, sizes
        self.asked: dict[int, int] = {}
        self.confirmed: set[int] = set()

    def run(self) -> None:
        """One connection, one transaction a batch."""
        try:
            with psycopg.connect(self.url) as connection:
                while True:
                    self._write(connection)
        except psycopg.Error:
            return

    def _write(self, connection: psycopg.Connection) -> None:
        self.asked[self.number] = self.sizes.randint(1, MOST_ROWS)
        for row in range(self.asked[self.number]):
            connection.execute("INSERT INTO written VALUES (%s, %s)", [self.number, row])
        connection.commit()
        self.confirmed.add(self.number)
        self.number += 1


def batches_of(url: str) -> dict[int, int]:
    """Rows of each batch that the database holds."""
    with psycopg.connect(url) as connection:
        return dict(connection.execute("SELECT batch, count(*) FROM written GROUP BY batch").fetchall())


def write_and_kill(home: Home, first: int, chance: random.Random) -> tuple[Writer, str]:
    """Write from batch `first` on, and kill parent or server in the middle of it; both are gone afterwards."""
    with holder(home.root) as (owner, part, server_pid):
        assert part == "owner"
        with embedded_server(home).running() as joined:
            url = joined.superuser_url()
        writer = Writer(url, first, random.Random(chance.random()))
        writer.start()
        wait_until(lambda: bool(writer.confirmed) or not writer.is_alive())
        assert writer.is_alive(), "it writes while the blow falls"
        writer.join(chance.uniform(0, LONGEST_WAIT_S))
        assert writer.is_alive()
        victim = chance.choice(("parent", "server"))
        kill(owner.pid if victim == "parent" else server_pid)
        writer.join(30)
        assert not writer.is_alive()
        wait_until(lambda: not lives(server_pid))
    return writer, victim


@pytest.mark.soak
def test_whatever_was_committed_before_thirty_kills_is_there_after_each_next_start(home: Home) -> None:
    chance = random.Random(SEED)
    with embedded_server(home).running() as server, psycopg.connect(server.superuser_url()) as connection:
        connection.execute("CREATE TABLE written (batch bigint, row integer, PRIMARY KEY (batch, row))")
    asked: dict[int, int] = {}
    confirmed: set[int] = set()
    victims = []
    for _ in range(KILLS):
        writer, victim = write_and_kill(home, max(asked, default=0) + 1, chance)
        asked |= writer.asked
        confirmed |= writer.confirmed
        victims.append(victim)
        with embedded_server(home).running() as server:
            assert server.is_owner
            found = batches_of(server.superuser_url())
        assert confirmed <= set(found) <= set(asked)
        assert found == {number: asked[number] for number in found}, "every batch is whole"
    print(f"\n{KILLS} kills ({victims.count('parent')} of the parent, {victims.count('server')} of the server); {len(confirmed)} batches with "
          f"{sum(asked[number] for number in confirmed):,} rows confirmed, all there; {len(found) - len(confirmed)} more committed and not confirmed")
