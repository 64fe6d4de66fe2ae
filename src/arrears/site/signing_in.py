"""Who gets in, and how is the second factor kept?"""

from __future__ import annotations

import base64
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter

from arrears.casefile.store.vault import SECOND_FACTOR, default_vault


class StaffOnly(DefaultAccountAdapter):  # type: ignore[misc]
    """Nobody signs up by themselves: administrators make accounts."""

    def is_open_for_signup(self, request: Any) -> bool:
        """Never."""
        return False


class SealedSecondFactor(DefaultMFAAdapter):  # type: ignore[misc]
    """Secrets of the second factor are sealed under the envelope key: a copy of the database lets nobody sign in."""

    def encrypt(self, text: str) -> str:
        """Seal a secret for the database."""
        return base64.b64encode(default_vault().wrap(text.encode(), SECOND_FACTOR)).decode("ascii")

    def decrypt(self, encrypted_text: str) -> str:
        """Open a sealed secret; `Unreadable` where the envelope key is another one."""
        return default_vault().unwrap(base64.b64decode(encrypted_text), SECOND_FACTOR).decode()
