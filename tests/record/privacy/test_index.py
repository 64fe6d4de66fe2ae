"""Is a person found by a whole telephone number or mail address, and by nothing less, and no more once erased?"""

from __future__ import annotations

import json

import pyarrow as pa
import pytest

from arrears.record.privacy import index
from tests.casefile.conftest import AT, bank, identities, query, store  # noqa: F401  (fixtures)

MOBILE, SHARED = "138 1234 5678", "0755-8888 6666"


@pytest.fixture
def people(store, bank):  # noqa: F811
    """Two people, taken in as an import does: a mobile of the first, a mail address of the second, a landline of both."""
    from arrears.engine.use_cases.books import keeper_of
    from arrears.intake.book.identities import CONTACT_FIELDS

    keeper = keeper_of(bank, "CN", AT.date())
    first, second = keeper.resolve_or_create("party", "core", pa.array(["C-1", "C-2"])).to_pylist()
    points = [(first, MOBILE), (second, "Anna.Berg@Example.com"), (first, SHARED), (second, SHARED), (second, "样例路 12 号")]
    keeper.seal_many(pa.array([party for party, _ in points]), pa.array([json.dumps({"value": value}) for _, value in points]), CONTACT_FIELDS)
    return first, second


def found(store, bank, value: str) -> list[int]:  # noqa: F811
    with store.institution.acting_for(bank):
        return index.people_with(value, "CN")


def test_people_are_found_by_whole_values_however_they_are_written(store, bank, people):  # noqa: F811
    first, second = people
    assert found(store, bank, "+86 13812345678") == found(store, bank, "１３８-１２３４-５６７８") == [first]
    assert found(store, bank, "anna.berg@example.COM ") == [second]
    assert found(store, bank, "+8675588886666") == sorted(people)
    for part in ("1381234567", "12345678", "anna.berg", "example.com", "样例路 12 号", ""):
        assert found(store, bank, part) == [], part


def test_the_same_point_taken_in_again_is_entered_once_and_no_value_stands_in_the_table(store, bank, people):  # noqa: F811
    with store.institution.acting_for(bank):
        before = query(store, "SELECT count(*) FROM search_index")
        assert index.enter(list(people[:1]), [MOBILE], "CN", index.search_keys(AT)) == 0
        assert query(store, "SELECT count(*) FROM search_index") == before == [(4,)]
        table = str(query(store, "SELECT kind, value_hmac::text FROM search_index"))
    assert "138123" not in table and "anna" not in table


def test_who_is_erased_is_found_no_more_and_is_not_entered_again(store, bank, people):  # noqa: F811
    first, second = people
    with store.institution.acting_for(bank):
        keys = index.search_keys(AT)
        assert store.identity.erase_party_identity(first)
        assert index.enter([first], [MOBILE], "CN", keys) == 0
    assert found(store, bank, MOBILE) == [] and found(store, bank, SHARED) == [second]


def test_the_key_of_the_index_serves_nothing_else_and_can_be_replaced(store, bank, people):  # noqa: F811
    from arrears.casefile.store.institution import new_hash_key, retire_hash_keys

    with store.institution.acting_for(bank):
        old = index.search_keys(AT)
        assert old.by_no[1] != store.institution.institution_key(bank)
        query(store, "SELECT clear_search_index()")
        retire_hash_keys(bank, "search", new_hash_key(bank, "search", AT, first_no=1))
        assert index.enter(list(people), [MOBILE, None], "CN", index.search_keys(AT)) == 1
        assert index.search_keys(AT).by_no.keys() == {2}
    assert found(store, bank, MOBILE) == [people[0]]
    with store.institution.acting_for(bank):
        assert identities(store, bank).resolve("party", "core", pa.array(["C-1"]))[0].as_py() == people[0]
