"""Does the chain show what was done to it?"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arrears.casefile.facts.journal import Entry, Header, canonical_header, canonical_value, commitment, entry_of, parse_header, verify, verify_fields

TEXT = st.text(st.characters(exclude_categories=["Cs"]))
VALUES = st.one_of(st.none(), st.booleans(), st.integers(), TEXT, st.dates(), st.lists(TEXT).map(tuple))
AT = datetime(2026, 1, 6, tzinfo=UTC)


def chain_of(count: int) -> list[Entry]:
    entries: list[Entry] = []
    for place in range(1, count + 1):
        predecessor = {"predecessor": entries[-1].entry_hash.hex()} if entries else {}
        fields = (("number", commitment(bytes(16), "number", place)),)
        entries.append(entry_of(Header(place, 9, 5, place, "case:opened", "nightly", AT, "run", place, fields, **predecessor)))
    return entries


@given(VALUES, VALUES)
def test_two_values_have_the_same_canonical_form_only_when_they_are_the_same(one, other):
    same = type(one) is type(other) and one == other
    assert (canonical_value(one) == canonical_value(other)) is same


def test_a_float_is_never_hashed():
    with pytest.raises(TypeError, match="no canonical form"):
        canonical_value(0.1)


def test_a_commitment_is_the_hash_that_the_page_describes():
    salt = bytes(range(16))
    assert commitment(salt, "书", "金") == hashlib.sha256(salt + "书".encode() + b"\x1f" + "s:金".encode()).hexdigest()


@given(TEXT, TEXT, st.integers(1, 2**63 - 1), st.datetimes(min_value=datetime(1970, 1, 1), timezones=st.just(UTC)))
def test_a_header_reads_back_as_it_was_written(actor, cause, number, at):
    header = Header(number, number, number, 1, "case:opened", actor, at, cause, number, (("a", "0" * 64),))
    assert parse_header(canonical_header(header)) == header
    assert canonical_header(header).isascii()


def test_an_untouched_chain_verifies():
    assert verify(chain_of(4)) == []


@pytest.mark.parametrize(("deed", "sentence"), [
    (lambda c: [c[0], Entry(c[1].header.replace("nightly", "mallory"), c[1].entry_hash), c[2]], "changed after it was written"),
    (lambda c: [c[0], entry_of(replace(parse_header(c[1].header), actor="mallory")), c[2]], "does not follow the one before it"),
    (lambda c: [c[0], c[2]], "missing, repeated or out of order"),
    (lambda c: [c[1], c[0], c[2]], "missing, repeated or out of order"),
    (lambda c: [c[1], c[2]], "missing, repeated or out of order"),
    (lambda c: [c[0], Entry(c[1].header.replace(",", ", ", 1), c[1].entry_hash), c[2]], "not in canonical form"),
    (lambda c: [c[0], Entry("{}", c[1].entry_hash), c[2]], "cannot be read"),
    (lambda c: [c[0], entry_of(replace(parse_header(c[1].header), chain=6)), c[2]], "belongs to another chain"),
])
def test_tampering_is_found(deed, sentence):
    assert any(sentence in finding.what for finding in verify(deed(chain_of(3))))


def test_a_changed_value_is_found_and_a_redacted_one_is_no_fault():
    salts = [bytes(range(16)), bytes(range(1, 17))]
    fields = (("day", commitment(salts[0], "day", date(2026, 1, 5))), ("reason", commitment(salts[1], "reason", "ill")))
    header = Header(1, 9, 5, 1, "hold:placed", "nightly", AT, "call", 1, fields)
    assert verify_fields(header, {"day": date(2026, 1, 5), "reason": "ill"}, salts) == []
    assert verify_fields(header, {"day": date(2026, 1, 6), "reason": "ill"}, salts) == ["field day is not the value that was recorded"]
    assert verify_fields(header, {"day": date(2026, 1, 5), "reason": ""}, [salts[0], None]) == []
    assert verify_fields(header, {"day": date(2026, 1, 5)}, salts) == ["the fact does not have the fields that the entry commits to"]
