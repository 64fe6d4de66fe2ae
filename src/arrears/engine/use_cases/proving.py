"""Is it really the person by whose name something is to be done? Where no page asked for a password, the command does."""

from __future__ import annotations

from dataclasses import dataclass

from arrears.casefile.store.users import proven_user
from arrears.core.problems import AnswerIsNo


class NotThatPerson(AnswerIsNo):
    """Name and password do not belong together."""


@dataclass(frozen=True, slots=True)
class Person:
    """A member of staff who has given the password."""

    username: str
    role: str


def proven(institution_id: int, username: str, password: str) -> Person:
    """The active user of this name, whose password this is.

    Raises:
        NotThatPerson: nobody signs in so. It is not said whether name or password is wrong.
    """
    user = proven_user(institution_id, username, password)
    if user is None:
        raise NotThatPerson(f"Nobody signs in as “{username}” with this password.", "Nothing was changed.", "Give the password by which this person signs in to the workbench.")
    return Person(user.username, user.role)
