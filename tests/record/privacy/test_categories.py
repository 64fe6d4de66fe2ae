"""Does every personal value that is kept stand in the register, and does the register name nothing that is not there?"""

from __future__ import annotations

from django.apps import apps

from arrears.casefile.facts.fact import committed_fields
from arrears.casefile.facts.privacy import Showable
from arrears.casefile.store.rows import FACT_TABLES
from arrears.core.book import BOOK_TABLES
from arrears.record.privacy.categories import categories
from arrears.record.privacy.showing import MAY_OPEN

KEYS = {"institutions.sealed_key", "party_keys.wrapped_key", "institution_keys.wrapped_key"}
"""Keys are no statement about anybody."""
LEADING_TO_A_PERSON = {"party_id", "account_id"}
"""Our random ids: they lead to a person only together with the id map, which is in the register."""


def named() -> set[str]:
    return {place for one in categories() for place in one.stored}


def is_named(place: str) -> bool:
    return place in named() or f"{place.rpartition('.')[0]}.*" in named()


def personal_places() -> set[str]:
    """Every place where something personal is kept, by what the code says of itself."""
    facts = {f"fact:{kind.__name__}.{field}" for kind in FACT_TABLES for field in kind.PERSONAL}
    facts |= {f"fact:{kind.__name__}.party_id" for kind in FACT_TABLES if "party_id" in committed_fields(kind)}
    book = {f"book:{table.name}.{column.name}" for table in BOOK_TABLES.values() for column in table.columns if column.name not in LEADING_TO_A_PERSON}
    columns = {(model._meta.db_table, field.column) for model in apps.get_app_config("store").get_models() for field in model._meta.fields}
    fact_tables = {table.table for table in FACT_TABLES.values()}
    database = {f"db:{table}.{column}" for table, column in columns
                if table not in fact_tables and (str(column).startswith("sealed_") or str(column).endswith("_hmac")) and f"{table}.{column}" not in KEYS}
    return facts | book | database


def test_every_personal_value_has_a_category():
    places = personal_places()
    assert len(places) > 60
    assert sorted(place for place in places if not is_named(place)) == []


def test_a_value_that_no_category_names_is_noticed():
    assert not is_named("fact:Hold.nickname_of_the_neighbour") and not is_named("book:parties.salary")


def test_the_register_names_nothing_that_is_not_there():
    here = personal_places() | {f"book:{table.name}.{column.name}" for table in BOOK_TABLES.values() for column in table.columns}
    here |= {f"{place.rpartition('.')[0]}.*" for place in here} | {"home:pool", "home:reports", "home:runs", "home:evidence", "home:letters", "home:print"}
    assert sorted(named() - here) == []


def test_the_register_and_the_table_of_roles_say_the_same():
    by_code = {one.code: one for one in categories()}
    for showable in Showable:
        assert set(by_code[showable.value].seen_by) == {role for role, may in MAY_OPEN.items() if showable in may}, showable


def test_each_category_says_in_both_languages_for_what_and_on_which_basis_it_is_kept():
    assert len({one.code for one in categories()}) == len(categories()) >= 12
    for one in categories():
        assert one.purpose.en and one.purpose.zh and one.name.zh and one.record_type
        assert one.basis_in("cn") and all(basis.confidence in {"confirmed", "unconfirmed"} and basis.source for basis in one.bases)
    assert {one.code for one in categories() if one.sensitive} == {"hold_reason", "protected_attribute"}
