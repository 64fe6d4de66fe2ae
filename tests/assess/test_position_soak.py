"""Do columns and a reckoning by hand agree over two thousand books as well?"""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from tests.assess.test_position import Movements, days_after, many_accounts, must_agree


@pytest.mark.soak
@settings(max_examples=2000, deadline=None)
@given(many_accounts, days_after)
def test_columns_and_a_reckoning_by_hand_never_differ_in_two_thousand_books(accounts: list[tuple[Movements, Movements]], after: int) -> None:
    must_agree(accounts, after)
