"""How does an institution begin?"""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from arrears.casefile.store.institution import create_institution
from arrears.casefile.store.models import Institution, User
from arrears.casefile.store.users import create_user
from arrears.core.problems import AnswerIsNo, Refused
from arrears.engine.home import Home, HomeSettings

_PASSWORD_BYTES = 12


@dataclass(frozen=True, slots=True)
class FirstUser:
    """The person who may enter everybody else."""

    username: str
    password: str
    made_up: bool


def drawn_password() -> str:
    """A password nobody has chosen, to be shown once."""
    return secrets.token_urlsafe(_PASSWORD_BYTES)


def institution_of(home: Home) -> int:
    """The institution this home belongs to.

    Raises:
        Refused: the home was never set up.
    """
    name = home.read_settings().institution
    found = Institution.objects.filter(name=name).first()
    if found is None:
        raise Refused(f"The database knows no institution “{name}”.", "Books belong to an institution.", "Set the home up: arrears init")
    _one_jurisdiction(found, home.read_settings().jurisdiction)
    return int(found.institution_id)


def _one_jurisdiction(found: Institution, stated: str) -> None:
    """A database serves one jurisdiction: the one that its first home stated. Another home that points to it is refused."""
    if not found.jurisdiction:
        Institution.objects.filter(pk=found.pk, jurisdiction="").update(jurisdiction=stated)
        found.refresh_from_db()
    others = sorted({*Institution.objects.exclude(jurisdiction="").values_list("jurisdiction", flat=True)} - {stated})
    if others:
        raise Refused(
            f"This database holds personal data of {', '.join(others)}; this home states {stated}.", "Each jurisdiction's data lives in a database and a home of its own.",
            "Correct the jurisdiction in arrears.toml, or give the home its own database (DATABASE_URL) and books.")


def set_up(home: Home, settings: HomeSettings, username: str, password: str | None) -> FirstUser:
    """Enter the institution and its first administrator, and keep the settings.

    Args:
        password: chosen by the person, or None to draw one.

    Raises:
        AnswerIsNo: the home is set up already.
    """
    if home.is_made:
        raise AnswerIsNo(f"The home {home.root} is set up already.", "Nothing was changed.", "Use another folder: arrears init --home DIR")
    chosen = password or drawn_password()
    if others := sorted({*Institution.objects.exclude(jurisdiction="").values_list("jurisdiction", flat=True)} - {settings.jurisdiction}):
        raise Refused(f"This database holds personal data of {', '.join(others)}.", "Each jurisdiction's data lives in a database and a home of its own.",
                      f"Give the home of {settings.jurisdiction} a database of its own.")
    institution_id = create_institution(settings.institution, jurisdiction=settings.jurisdiction)
    language = "zh" if settings.language.startswith("zh") else "en"
    create_user(username, chosen, role="administrator", institution_id=institution_id, language=language, display_name=username)
    home.write_settings(settings)
    return FirstUser(username, chosen, made_up=password is None)


def enter_user(home: Home, username: str, role: str, language: str) -> FirstUser:
    """Enter one more member of staff under a drawn password; a user who is there gets a new one."""
    password = drawn_password()
    there = User.objects.filter(username=username).first()
    if there is not None:
        there.set_password(password)
        there.save(update_fields=["password"])
    else:
        create_user(username, password, role=role, institution_id=institution_of(home), language=language, display_name=username)
    return FirstUser(username, password, made_up=True)
