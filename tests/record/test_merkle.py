"""Is our log the one of RFC 6962? Judged against the recursive definitions of the standard, written down here anew."""

from __future__ import annotations

import hashlib

from hypothesis import given, settings
from hypothesis import strategies as st

from arrears.record.journal import merkle


def mth(leaves: list[bytes]) -> bytes:
    """Merkle tree hash of RFC 6962, 2.1, over leaf hashes."""
    if not leaves:
        return hashlib.sha256().digest()
    if len(leaves) == 1:
        return leaves[0]
    k = split(len(leaves))
    return hashlib.sha256(b"\x01" + mth(leaves[:k]) + mth(leaves[k:])).digest()


def path(m: int, leaves: list[bytes]) -> list[bytes]:
    """PATH of 2.1.1."""
    if len(leaves) <= 1:
        return []
    k = split(len(leaves))
    return [*path(m, leaves[:k]), mth(leaves[k:])] if m < k else [*path(m - k, leaves[k:]), mth(leaves[:k])]


def subproof(m: int, leaves: list[bytes], whole: bool) -> list[bytes]:
    """SUBPROOF of 2.1.2."""
    if m == len(leaves):
        return [] if whole else [mth(leaves)]
    k = split(len(leaves))
    if m <= k:
        return [*subproof(m, leaves[:k], whole), mth(leaves[k:])]
    return [*subproof(m - k, leaves[k:], False), mth(leaves[:k])]


def split(n: int) -> int:
    k = 1
    while k * 2 < n:
        k *= 2
    return k


def leaves_of(count: int) -> list[bytes]:
    return [merkle.leaf_hash(hashlib.sha256(str(i).encode()).digest()) for i in range(count)]


def test_the_published_example_of_certificate_transparency_gives_its_known_root():
    entries = [bytes.fromhex(text) for text in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")]
    leaves = [merkle.leaf_hash(entry) for entry in entries]
    assert merkle.root(merkle.tree_over(leaves), 8).hex() == "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"


@given(st.integers(1, 700))
@settings(max_examples=60, deadline=None)
def test_roots_and_inclusion_proofs_are_those_of_the_standard(count):
    leaves = leaves_of(count)
    tree = merkle.tree_over(leaves)
    assert merkle.root(tree, count) == mth(leaves)
    for index in {0, count // 3, count // 2, count - 1}:
        proof = merkle.inclusion_proof(tree, index, count)
        assert proof == path(index, leaves)
        assert merkle.root_from_inclusion(leaves[index], index, count, proof) == mth(leaves)


@given(st.integers(1, 500), st.integers(0, 500))
@settings(max_examples=80, deadline=None)
def test_consistency_proofs_are_those_of_the_standard(old, added):
    leaves = leaves_of(old + added)
    assert merkle.consistency_proof(merkle.tree_over(leaves), old, old + added) == subproof(old, leaves, True)


@given(st.integers(2, 300), st.data())
@settings(max_examples=80, deadline=None)
def test_a_proof_leads_to_another_root_for_another_leaf_place_or_size(count, data):
    leaves = leaves_of(count)
    index = data.draw(st.integers(0, count - 1))
    proof = merkle.inclusion_proof(merkle.tree_over(leaves), index, count)
    right = merkle.root(merkle.tree_over(leaves), count)
    other = data.draw(st.integers(0, count - 1).filter(lambda i: i != index))
    assert merkle.root_from_inclusion(leaves[other], index, count, proof) != right
    assert merkle.root_from_inclusion(leaves[index], other, count, proof) != right
    assert merkle.root_from_inclusion(leaves[index], index, count, proof[:-1]) != right
    assert merkle.root_from_inclusion(leaves[index], index, count, [*proof, bytes(32)]) != right


@given(st.lists(st.integers(0, 400), max_size=8))
@settings(max_examples=60, deadline=None)
def test_one_pass_gives_the_root_at_every_size(sizes):
    leaves = leaves_of(300)
    expected = [(size, mth(leaves[:size])) for size in sorted(sizes) if size <= 300]
    assert list(merkle.roots_at(leaves, sorted(sizes))) == expected
