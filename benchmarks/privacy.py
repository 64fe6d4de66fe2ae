"""How many personal fields are sealed and opened in a second, and how many keys come under another envelope key?

One process, one core: `python -m benchmarks.privacy --people 200000`. Fields are names of 3 to 20 bytes, one a person, each under a key of its own.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from collections.abc import Callable
from typing import TypeVar

import pyarrow as pa

from arrears.site import bootstrap

bootstrap.configure()
from arrears.casefile.store.vault import Vault, keys_of, party_purpose  # noqa: E402  after Django is configured


def measured(people: int) -> dict[str, int]:
    """Fields and keys a second."""
    ids = pa.array(range(1, people + 1), pa.int64())
    texts = pa.array(["李雷" if n % 2 else "Maximiliane Berg" for n in range(people)])
    drawn = os.urandom(32 * people)
    keys = {n + 1: drawn[32 * n : 32 * n + 32] for n in range(people)}
    old, new = os.urandom(32), os.urandom(32)
    vault = _WithKeys(keys, old)
    sealed, seconds_sealing = _timed(lambda: vault.seal_many(ids, texts, "name", keys))
    opened, seconds_opening = _timed(lambda: vault.unseal_many(ids, sealed, "name"))
    assert opened.cast(pa.string()).equals(texts), "what was sealed comes back"
    wrapped = [vault.wrap(key, party_purpose(party)) for party, key in keys.items()]
    anew = Vault(keys_of(new, [old]))
    _, seconds_wrapping = _timed(lambda: [anew.wrap_again(one, party_purpose(party)) for party, one in enumerate(wrapped, 1)])
    return {"people": people, "sealed_fields_per_second": round(people / seconds_sealing), "opened_fields_per_second": round(people / seconds_opening),
            "keys_wrapped_anew_per_second": round(people / seconds_wrapping)}


T = TypeVar("T")


class _WithKeys(Vault):
    """A vault whose people's keys are at hand: what is measured is the sealing, not the database."""

    def __init__(self, keys: dict[int, bytes], envelope: bytes) -> None:
        super().__init__(envelope)
        self._people = keys

    def party_keys(self, party_ids: pa.Array) -> dict[int, bytes]:
        """The keys, without asking a database."""
        return self._people


def _timed(work: Callable[[], T]) -> tuple[T, float]:
    started = time.perf_counter()
    return work(), time.perf_counter() - started


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=200_000)
    print(json.dumps(measured(parser.parse_args().people), indent=1))
