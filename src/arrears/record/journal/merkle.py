"""What does one hash say about a million entries, and how is it proven for one of them?

A log of n leaves has one root. Leaf: SHA-256(0x00 ‖ entry hash); node: SHA-256(0x01 ‖ left ‖ right); a tree of n leaves is split at the
largest power of two below n. Inclusion and consistency proofs are those of RFC 6962 section 2.1, unchanged, so any checker of that
standard can follow them. Leaves are counted from 0. Nothing here reads or keeps anything: a tree is a function from a node's height and
index to its hash, for perfect subtrees only; whatever lies at the right edge is worked out from these.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence

Node = Callable[[int, int], bytes]
"""(height, index) → hash of the perfect subtree over the leaves from index · 2^height on."""
EMPTY_ROOT = hashlib.sha256(b"").digest()


def leaf_hash(entry_hash: bytes) -> bytes:
    """Which leaf stands for an entry of this hash?

    >>> leaf_hash(bytes(32)).hex()[:16]
    '7f9c9e31ac8256ca'
    """
    return hashlib.sha256(b"\x00" + entry_hash).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Which hash stands for two subtrees?"""
    return hashlib.sha256(b"\x01" + left + right).digest()


def pyramid(hashes: Sequence[bytes]) -> list[list[bytes]]:
    """All nodes over these neighbours of one height, height by height; a last one without a neighbour has nothing above it.

    >>> [len(level) for level in pyramid([leaf_hash(bytes([i])) for i in range(7)])]
    [7, 3, 1]
    """
    levels = [list(hashes)]
    while len(levels[-1]) > 1:
        below = levels[-1]
        levels.append([node_hash(below[i], below[i + 1]) for i in range(0, len(below) - 1, 2)])
    return levels


def reduced(hashes: Sequence[bytes]) -> bytes:
    """The root of a perfect subtree from its 2^k nodes of one height.

    >>> reduced([leaf_hash(b"a"), leaf_hash(b"b")]) == node_hash(leaf_hash(b"a"), leaf_hash(b"b"))
    True
    """
    assert hashes and len(hashes) & (len(hashes) - 1) == 0, "a perfect subtree has a power of two of nodes"
    return pyramid(hashes)[-1][0]


def tree_over(leaves: Sequence[bytes]) -> Node:
    """A tree in memory, for small logs, dossiers and tests."""
    levels = pyramid(leaves)
    return lambda height, index: levels[height][index]


def root(node: Node, size: int) -> bytes:
    """The root of the first `size` leaves.

    >>> leaves = [leaf_hash(bytes([i])) for i in range(3)]
    >>> root(tree_over(leaves), 3) == node_hash(node_hash(leaves[0], leaves[1]), leaves[2])
    True
    """
    return span(node, 0, size) if size else EMPTY_ROOT


def span(node: Node, start: int, end: int) -> bytes:
    """The hash over the leaves from `start` up to `end`, a range that occurs in a tree of RFC 6962."""
    count = end - start
    assert count > 0, "an empty range has no hash"
    if count & (count - 1) == 0 and start % count == 0:
        height = count.bit_length() - 1
        return node(height, start >> height)
    split = start + largest_power_below(count)
    return node_hash(span(node, start, split), span(node, split, end))


def largest_power_below(count: int) -> int:
    """Where is a tree of so many leaves (two or more) split?

    >>> [largest_power_below(n) for n in (2, 3, 4, 5, 8, 9)]
    [1, 2, 2, 4, 4, 8]
    """
    return 1 << (count - 1).bit_length() - 1


def inclusion_proof(node: Node, index: int, size: int) -> list[bytes]:
    """Which hashes lead from leaf `index` to the root of the first `size` leaves (RFC 6962, 2.1.1)? The lowest first."""
    assert 0 <= index < size, "only a leaf of the tree has a proof"
    proof: list[bytes] = []
    start, end = 0, size
    while end - start > 1:
        split = start + largest_power_below(end - start)
        if index < split:
            proof.append(span(node, split, end))
            end = split
        else:
            proof.append(span(node, start, split))
            start = split
    return proof[::-1]


def consistency_proof(node: Node, old: int, new: int) -> list[bytes]:
    """Which hashes show that the tree of `new` leaves continues the one of `old` (RFC 6962, 2.1.2)? None where nothing was added."""
    assert 0 < old <= new, "a tree continues an older one that is not empty"
    proof: list[bytes] = []
    start, end, whole = 0, new, True
    while (count := old - start) != end - start:
        split = start + largest_power_below(end - start)
        if count <= split - start:
            proof.append(span(node, split, end))
            end = split
        else:
            proof.append(span(node, start, split))
            start, whole = split, False
    if not whole:
        proof.append(span(node, start, end))
    return proof[::-1]


def root_from_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes]) -> bytes | None:
    """Which root do a leaf and its proof lead to (RFC 9162, 2.1.3.2)? None where the proof has not the length that place and size ask for.

    >>> leaves = [leaf_hash(bytes([i])) for i in range(5)]
    >>> tree = tree_over(leaves)
    >>> all(root_from_inclusion(leaves[i], i, 5, inclusion_proof(tree, i, 5)) == root(tree, 5) for i in range(5))
    True
    """
    if not 0 <= index < size:
        return None
    place, last, found = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            return None
        if place & 1 or place == last:
            found = node_hash(sibling, found)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            found = node_hash(found, sibling)
        place, last = place >> 1, last >> 1
    return found if last == 0 else None


def roots_at(leaves: Iterable[bytes], sizes: Iterable[int]) -> Iterator[tuple[int, bytes]]:
    """The roots at each of these sizes (ascending), in one pass over the leaves; sizes beyond the last leaf are left out.

    >>> leaves = [leaf_hash(bytes([i])) for i in range(7)]
    >>> [(size, value == root(tree_over(leaves), size)) for size, value in roots_at(leaves, [0, 1, 5, 7, 9])]
    [(0, True), (1, True), (5, True), (7, True)]
    """
    wanted = iter(sizes)
    size = next(wanted, None)
    peaks: list[bytes] = []
    while size == 0:
        yield 0, EMPTY_ROOT
        size = next(wanted, None)
    sha256 = hashlib.sha256
    for before, leaf in enumerate(leaves):
        if size is None:
            return
        found, carried = leaf, before
        while carried & 1:
            found = sha256(b"\x01" + peaks.pop() + found).digest()
            carried >>= 1
        peaks.append(found)
        while size == before + 1:
            yield size, _folded(peaks)
            size = next(wanted, None)


def _folded(peaks: Sequence[bytes]) -> bytes:
    found = peaks[-1]
    for peak in reversed(peaks[:-1]):
        found = node_hash(peak, found)
    return found
