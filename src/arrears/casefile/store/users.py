"""How does a member of staff get an account?"""

from __future__ import annotations

from collections.abc import Collection

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from arrears.casefile.store.models import Role, User
from arrears.core.problems import AnswerIsNo


class NameTaken(AnswerIsNo):
    """Somebody signs in by that name already."""


class PasswordTooEasy(AnswerIsNo):
    """The password can be guessed; `why` says it in the language in use."""


def create_user(
    username: str, password: str, *, role: Role | str, institution_id: int | None, email: str = "", language: str = "en", display_name: str = ""
) -> User:
    """Enter a user with a hashed password and one role; administrators may also enter Django's admin pages.

    Raises `AnswerIsNo` where the name is taken, the role unknown or the password too weak.
    """
    if role not in Role.values:
        raise AnswerIsNo(f"“{role}” is not a role.", "The user was not entered.", f"Choose one of: {', '.join(Role.values)}.")
    user = User(
        username=username, email=email, role=Role(role), institution_id=institution_id, language=language,
        display_name=display_name, is_staff=role == Role.ADMINISTRATOR,
    )
    try:
        validate_password(password, user)
    except ValidationError as weak:
        raise PasswordTooEasy("The password is too easy to guess.", " ".join(weak.messages), "Choose a longer one, such as four random words.") from weak
    user.set_password(password)
    with transaction.atomic():
        if User.objects.filter(username=username).exists():
            raise NameTaken(f"There is already a user “{username}”.", "Nothing was changed.", "Choose another name.")
        user.save(force_insert=True)
    return user


def names_of(institution_id: int, usernames: Collection[str]) -> list[str]:
    """How are those of these who may sign in called on a page, sorted by the name they sign in by?"""
    return [user.get_full_name() for user in User.objects.filter(institution_id=institution_id, is_active=True, username__in=usernames).order_by("username")]


def active_user(institution_id: int, username: str) -> User | None:
    """Who signs in by this name and may? None where nobody does."""
    return User.objects.filter(institution_id=institution_id, is_active=True, username=username).first()


def is_password_of(institution_id: int, username: str, password: str) -> bool:
    """Does an active user of this institution sign in by this name and password? An unknown name takes as long as a wrong password."""
    user = active_user(institution_id, username)
    if user is None:
        User().set_password(password)
        return False
    return user.check_password(password)
