"""Which entries, proofs and time-stamped heads belong into the dossier of a case?

Inside `acting_for`, with a head signed beforehand. Whole are the chains of the case and of its person; of the institution's chain the
published runs that they name. Every entry is proven in the last head; of the earlier heads those are shown whose time-stamp says first
that an entry was there. Each question is asked once for all entries.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from itertools import pairwise

from arrears.casefile.facts.fact import INSTITUTION_CHAIN
from arrears.casefile.facts.journal import canonical_value
from arrears.casefile.store import load, sets
from arrears.casefile.store.institution import acting_institution
from arrears.casefile.store.load import StoredEntry
from arrears.core.problems import BadData
from arrears.record.dossier.bundle import ERASED, Chain, Field, ShownEntry, ShownHead
from arrears.record.journal.heads import Head, heads, last_head
from arrears.record.journal.merkle import Node, consistency_proof, inclusion_proof, node_hash
from arrears.record.journal.nodes import StoredNodes
from arrears.record.journal.signing import public_keys
from arrears.record.journal.timestamps import response_of

TILE_HEIGHT = 8
"""The tree's stored nodes lie at multiples of this height."""


@dataclass(frozen=True, slots=True)
class Gathered:
    """Entries, heads and what connects them; `keys` are the public keys under which the heads were signed."""

    chains: tuple[Chain, ...]
    entries: tuple[ShownEntry, ...]
    heads: tuple[ShownHead, ...]
    consistency: tuple[tuple[int, int, tuple[bytes, ...]], ...]
    keys: dict[str, bytes]
    head_key_id: str


def gather_case(case_id: int, party_id: int) -> Gathered:
    """Everything of the log that the dossier of this case shows.

    Raises:
        BadData: there is no signed head, or an entry cannot be read.
    """
    last = _last_head()
    stored = load.entries_of_chains([case_id, party_id], last.size)
    runs = load.entries_of_runs(sorted({run for one in stored if isinstance(run := one.values.get("run_id"), int)}), last.size)
    chains = (Chain(INSTITUTION_CHAIN, "institution", False), Chain(case_id, "case", True), Chain(party_id, "person", True))
    kept = tuple(chain for chain in chains if chain.whole or runs)
    return _gathered(sorted([*stored, *runs], key=lambda one: one.number), kept, last)


def gather_entry(entry_id: int) -> Gathered | None:
    """One entry with its proof in the last head, for a receipt; None where this institution's sealed log has none of this id."""
    last = _last_head()
    stored = load.entry_with_id(entry_id, last.size)
    return _gathered([stored], (), last) if stored else None


def gather_number(number: int) -> Gathered | None:
    """The same for the entry of this number (from 0)."""
    last = _last_head()
    stored = load.entry_with_number(number, last.size)
    return _gathered([stored], (), last) if stored else None


def _last_head() -> Head:
    last = last_head()
    if last is None:
        raise BadData("No head of the journal was ever signed.", "Nothing can be proven without one.", "Run: arrears work")
    return last


def _gathered(stored: Sequence[StoredEntry], chains: tuple[Chain, ...], last: Head) -> Gathered:
    numbers = [one.number for one in stored]
    shown_heads = _shown_heads(numbers, last)
    sizes = [head.size for head, _ in shown_heads]
    stored_nodes = StoredNodes(last.size)
    stored_nodes.preload([*numbers, *(size - 1 for size in sizes)])
    nodes = _remembered(stored_nodes)
    entries = tuple(ShownEntry(one.number, one.entry.header, one.header, _fields(one), tuple(inclusion_proof(nodes, one.number, last.size))) for one in stored)
    consistency = tuple((old, new, tuple(consistency_proof(nodes, old, new))) for old, new in pairwise(sizes))
    known, used = public_keys(), {head.key_id for head, _ in shown_heads}
    told = tuple(ShownHead(head.size, head.root, head.line, head.signature, tuple(response_of(token) for token, _ in stamps), stamps[0][1] if stamps else None) for head, stamps in shown_heads)
    return Gathered(chains, entries, told, consistency, {key_id: known[key_id] for key_id in sorted(used)}, last.key_id)


def _remembered(nodes: StoredNodes) -> Node:
    """The same nodes, each worked out once: thousands of proofs share most of their way. At a tile's height the stored ones are asked."""

    @cache
    def node(height: int, index: int) -> bytes:
        if height % TILE_HEIGHT == 0:
            return nodes(height, index)
        return node_hash(node(height - 1, 2 * index), node(height - 1, 2 * index + 1))

    return node


def _fields(stored: StoredEntry) -> tuple[Field, ...]:
    """Each field with its value in canonical form; without value where its salt is gone, or its fact cannot be found any more."""
    return tuple(
        Field(name, canonical_value(stored.values[name]), salt) if salt is not None and name in stored.values else Field(name, None, None, ERASED)
        for (name, _), salt in zip(stored.header.fields, stored.salts, strict=True))


def _shown_heads(numbers: Sequence[int], last: Head) -> list[tuple[Head, list[tuple[bytes, datetime]]]]:
    """The last head, and for each entry the first time-stamped head that covers it; each with its time-stamps, ascending in size."""
    rows = sets.cursor().execute(
        """SELECT h.size, h.head_id, t.token, t.stamped_at FROM tree_heads h JOIN time_stamps t ON t.head_id = h.head_id AND t.institution_id = h.institution_id
           WHERE h.institution_id = %s AND h.size <= %s ORDER BY h.size, t.stamped_at""", [acting_institution(), last.size]).fetchall()
    tokens: dict[int, dict[int, list[tuple[bytes, datetime]]]] = {}
    for size, head_id, token, stamped_at in rows:
        tokens.setdefault(size, {}).setdefault(head_id, []).append((bytes(token), stamped_at))
    sizes = sorted(tokens)
    wanted = {sizes[place] for number in numbers if (place := bisect_right(sizes, number)) < len(sizes)} - {last.size}
    found = {head.head_id: head for head in heads(min(wanted)) if head.size in wanted} if wanted else {}
    shown = {found[head_id].size: (found[head_id], stamps) for size in wanted for head_id, stamps in tokens[size].items()}
    return [shown[size] for size in sorted(shown)] + [(last, tokens.get(last.size, {}).get(last.head_id, []))]
