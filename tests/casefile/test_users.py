"""Does a new member of staff get one role and a hashed password?"""

from __future__ import annotations

import pytest

from arrears.core.problems import AnswerIsNo

PASSWORD = "four-random-words-here"


def test_a_user_has_a_role_and_a_password_that_is_not_kept(store, bank):
    name = f"lin{store.ids.random_id()}"
    user = store.users.create_user(name, PASSWORD, role="collector", institution_id=bank, language="zh", display_name="林")
    kept = store.models.User.objects.get(username=name)
    assert (kept.role, kept.institution_id, kept.get_full_name(), kept.is_staff) == ("collector", bank, "林", False)
    assert PASSWORD not in kept.password and user.check_password(PASSWORD)


def test_a_name_is_given_once_and_a_role_must_exist(store, bank):
    name = f"mei{store.ids.random_id()}"
    store.users.create_user(name, PASSWORD, role="administrator", institution_id=bank)
    with pytest.raises(AnswerIsNo, match="already a user"):
        store.users.create_user(name, PASSWORD, role="auditor", institution_id=bank)
    with pytest.raises(AnswerIsNo, match="not a role"):
        store.users.create_user(name + "2", PASSWORD, role="king", institution_id=bank)
