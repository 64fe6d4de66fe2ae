"""Does personal data leave a jurisdiction only on a recorded basis, and does a database hold one jurisdiction's alone?"""

from __future__ import annotations

from datetime import date

import pytest

from arrears.core.problems import AnswerIsNo, Refused, WrongCall
from arrears.record.privacy.transfers import NoBasis, permit_transfer, require_basis, withdraw_transfer
from tests.casefile.conftest import AT, bank, other_bank, store  # noqa: F401  (fixtures)

FIRST, LAST = date(2026, 11, 1), date(2026, 12, 31)


@pytest.fixture
def manager(store, bank) -> str:  # noqa: F811
    store.users.create_user("lin", "four quiet words here", role="manager", institution_id=bank)
    store.users.create_user("wang", "four quiet words here", role="collector", institution_id=bank)
    return "lin"


def permitted(store, bank, **changes):  # noqa: F811
    said = {"recipient": "High Court", "home_jurisdiction": "CN", "to_jurisdiction": "HK", "basis": "separate consent of 2026-11-02", "codes": ["name", "debt"],
            "from_on": FIRST, "to_on": LAST, "approved_by": "lin", "at": AT, "actor": "lin"}
    with store.institution.acting_for(bank):
        return permit_transfer(**{**said, **changes})


def asked(store, bank, **changes):  # noqa: F811
    said = {"home_jurisdiction": "CN", "to_jurisdiction": "HK", "recipient": "high court", "codes": ["name"], "on": FIRST}
    with store.institution.acting_for(bank):
        return require_basis(**{**said, **changes})


def test_nothing_needs_a_basis_that_stays_in_the_jurisdiction(store, bank):  # noqa: F811
    assert asked(store, bank, to_jurisdiction="cn") is None


def test_without_a_recorded_basis_nothing_leaves(store, bank, manager):  # noqa: F811
    with pytest.raises(NoBasis, match="Nothing permits"):
        asked(store, bank)
    fact = permitted(store, bank)
    assert asked(store, bank) == fact and fact.approved_as == "manager"


@pytest.mark.parametrize("change", [
    {"recipient": "Another Court"}, {"to_jurisdiction": "US"}, {"home_jurisdiction": "GB"}, {"codes": ["name", "hold_reason"]},
    {"on": date(2026, 10, 31)}, {"on": date(2027, 1, 1)},
])
def test_a_permission_covers_exactly_what_it_says(change, store, bank, manager):  # noqa: F811
    permitted(store, bank)
    with pytest.raises(NoBasis):
        asked(store, bank, **change)


def test_a_permission_that_was_withdrawn_permits_nothing_from_that_day_on(store, bank, manager):  # noqa: F811
    fact = permitted(store, bank)
    with store.institution.acting_for(bank):
        withdraw_transfer(fact.transfer_id, on=date(2026, 11, 9), by="lin", at=AT, actor="lin")
    assert asked(store, bank, on=date(2026, 11, 8)) == fact
    with pytest.raises(NoBasis):
        asked(store, bank, on=date(2026, 11, 9))


def test_a_permission_of_another_bank_permits_nothing_here(store, bank, other_bank, manager):  # noqa: F811
    permitted(store, bank)
    with pytest.raises(NoBasis):
        asked(store, other_bank)


@pytest.mark.parametrize(("change", "trouble"), [
    ({"approved_by": "wang"}, AnswerIsNo), ({"approved_by": "nobody"}, AnswerIsNo), ({"to_jurisdiction": "CN"}, WrongCall), ({"codes": ["shoe_size"]}, WrongCall),
    ({"codes": []}, WrongCall), ({"basis": "because"}, WrongCall), ({"recipient": " "}, WrongCall), ({"to_on": date(2026, 10, 1)}, WrongCall),
])
def test_a_permission_that_could_not_be_checked_is_not_recorded(change, trouble, store, bank, manager):  # noqa: F811
    with pytest.raises(trouble):
        permitted(store, bank, **change)
    with store.institution.acting_for(bank):
        assert store.load.transfers_permitted("HK") == []


def test_a_database_serves_one_jurisdiction(home_of_tests, store, monkeypatch):  # noqa: F811
    from arrears.casefile.store.models import Institution
    from arrears.engine.use_cases.setting_up import institution_of

    here = store.institution.create_institution("Test Bank")
    assert institution_of(home_of_tests) == here
    assert Institution.objects.get(pk=here).jurisdiction == "CN"
    store.institution.create_institution("Bank abroad", jurisdiction="HK")
    with pytest.raises(Refused, match="holds personal data of HK"):
        institution_of(home_of_tests)
