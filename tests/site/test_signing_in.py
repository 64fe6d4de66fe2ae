"""Stories about signing in: the second factor is sealed, and nobody signs up."""

from __future__ import annotations

import pytest

from arrears.core.problems import Refused


def test_a_second_factor_is_sealed_in_the_database_and_opens_with_the_same_key_only(envelope_key, monkeypatch):
    from arrears.site.signing_in import SealedSecondFactor

    sealed = SealedSecondFactor().encrypt("JBSWY3DPEHPK3PXP")
    assert "JBSWY3DPEHPK3PXP" not in sealed
    assert SealedSecondFactor().decrypt(sealed) == "JBSWY3DPEHPK3PXP"
    monkeypatch.setenv("ARREARS_ENVELOPE_KEY", "A" * 43 + "=")
    with pytest.raises(Refused):
        SealedSecondFactor().decrypt(sealed)


def test_nobody_signs_up_by_themselves(client, database):
    from arrears.site.signing_in import StaffOnly

    assert StaffOnly().is_open_for_signup(None) is False
    assert client.get("/account/signup/").status_code in (302, 403, 404)


def test_the_password_check_knows_common_and_short_ones(database):
    from django.contrib.auth.password_validation import validate_password
    from django.core.exceptions import ValidationError

    for weak in ("short", "password1234", "12345678901234"):
        with pytest.raises(ValidationError):
            validate_password(weak)
