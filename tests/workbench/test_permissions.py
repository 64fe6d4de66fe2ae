"""Who may open which page: every URL of the program, every role and nobody, compared with the one table that says so."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from arrears.core.ids import id_text
from arrears.workbench.permissions import ANYBODY, PAGE_ROLES, ROLES


def named_urls(resolver: URLResolver | None = None) -> dict[str, URLPattern]:
    """Every named URL; a URL without a name would escape the table, so it is a fault of its own."""
    found: dict[str, URLPattern] = {}
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLResolver):
            found |= named_urls(entry)
        else:
            assert entry.name, f"{entry.pattern} has no name, so no row of PAGE_ROLES can speak of it"
            found[entry.name] = entry
    return found


def address_of(name: str, pattern: URLPattern, case: int, user: int) -> str:
    """An address of that page, with arguments that exist."""
    from importlib.metadata import version

    values = {"case": id_text(case), "alert": id_text(case), "reply": id_text(case), "evidence": id_text(case), "pk": user, "code": "0A1B2C3D4E5F6G", "provider": "nobody", "version": version("vl-convert-python")}
    return reverse(name, kwargs={argument: values[argument] for argument in pattern.pattern.converters})


def test_every_url_stands_in_the_table_and_every_row_has_a_url():
    assert set(named_urls()) == set(PAGE_ROLES)


@pytest.mark.parametrize("role", [*ROLES, ANYBODY])
def test_each_page_opens_for_exactly_the_roles_of_the_table(role, bank, signed_in):
    from arrears.casefile.store.models import User

    target = User.objects.get(username="collector").pk
    wrong = []
    for name, pattern in named_urls().items():
        client = Client(HTTP_HOST="localhost") if role == ANYBODY else signed_in(role)
        answer = client.get(address_of(name, pattern, bank.book.lin, target))
        to_sign_in = answer.status_code == 302 and "/account/login/" in answer["Location"] and name not in {"account_logout"}
        nothing_set_up = answer.status_code == 404 and name.startswith("mfa_")  # no second factor yet: let in, and told so
        opened = nothing_set_up or (answer.status_code not in {403, 404, 500} and not to_sign_in)
        if role == ANYBODY and name == "mfa_authenticate":
            opened = True  # without a sign-in under way it sends back to the sign-in page
        if opened != (role in PAGE_ROLES[name]):
            wrong.append((name, answer.status_code, "opened" if opened else "closed"))
    assert not wrong


@pytest.mark.parametrize("role", [*ROLES, ANYBODY])
def test_nobody_but_an_administrator_changes_users(role, bank, signed_in):
    from arrears.casefile.store.models import User

    collector = User.objects.get(username="collector")
    client = Client(HTTP_HOST="localhost") if role == ANYBODY else signed_in(role)
    client.post(reverse("user_role", args=[collector.pk]), {"role": "manager"})
    collector.refresh_from_db()
    assert collector.role == ("manager" if role == "administrator" else "collector")


def test_the_rail_shows_only_what_the_role_may_open(bank, signed_in):
    shown = {role: {name for name in ("home", "worklist", "users", "settings") if f'href="{reverse(name)}" data-keys' in signed_in(role).get(reverse("worklist")).content.decode()}
             for role in ROLES}
    assert shown == {"administrator": {"home", "worklist", "users", "settings"}, "manager": {"home", "worklist", "settings"},
                     "collector": {"worklist", "settings"}, "auditor": {"home", "worklist", "settings"}, "compliance": {"home", "worklist", "settings"}}
