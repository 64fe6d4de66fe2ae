"""Is the person at the command line the one they say they are?"""

from __future__ import annotations

from arrears.casefile.store.users import is_password_of
from arrears.core.problems import AnswerIsNo


class NotThatPerson(AnswerIsNo):
    """Name and password do not belong together, or the person may no longer sign in."""


def identify(institution_id: int, username: str, password: str) -> str:
    """The sign-in name, once the password has shown that it is theirs.

    Raises:
        NotThatPerson: see there; it is not said which of the two was wrong.
    """
    if not is_password_of(institution_id, username, password):
        raise NotThatPerson("Nobody here signs in by that name and password.", "Nothing was changed: it is recorded under the name of who does it.",
                            "Check the name and the password. An administrator gives a new one under Users.")
    return username
