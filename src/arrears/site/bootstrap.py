"""How does Django learn about this home, and the database about our tables?"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from types import MappingProxyType
from typing import Any

import django
from django.conf import settings
from django.core.management import call_command
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.executor import MigrationExecutor

from arrears.core.problems import Refused
from arrears.engine import kept_secrets
from arrears.engine.home import Home
from arrears.site import channels, logs
from arrears.site.database import DatabaseUrls, django_database, one_at_a_time
from arrears.site.settings import SiteSettings, as_django, hosts_and_https

OWNER = "owner"
_NO_DATABASE = MappingProxyType({"ENGINE": "django.db.backends.postgresql", "NAME": "", "HOST": os.devnull})


def configure() -> None:
    """Let models and pages be imported, before it is known which home they will serve; once a process, more often is no harm.

    Commands must be read before the home they name can be opened, and reading them imports models.
    """
    channels.offer()
    if not settings.configured:
        settings.configure(**as_django(SiteSettings(Path(os.devnull), "", _NO_DATABASE)))
        django.setup()


def start(home: Home, urls: DatabaseUrls, environ: Mapping[str, str] = MappingProxyType({})) -> None:
    """Point Django, its database and the logs at this home; a second time for the same home takes the new address."""
    configure()
    served = settings.ARREARS_HOME
    assert served in (os.devnull, str(home.root)), "one process serves one home"
    logs.start(home, environ)
    hosts, https = hosts_and_https(environ)
    secret = kept_secrets.keep(home.secrets / "django-secret-key")
    site = SiteSettings(home.root, secret, django_database(urls.app), hosts, https)
    for name, value in as_django(site).items():
        if name != "DATABASES":  # Connections hold on to the dictionary they were made with.
            setattr(settings, name, value)
    point_to(urls)


def point_to(urls: DatabaseUrls) -> None:
    """Let Django's `default` connection be this database, as `arrears_app`."""
    connections.close_all()
    connections.settings["default"].update(django_database(urls.app))


@contextmanager
def as_owner(urls: DatabaseUrls) -> Iterator[BaseDatabaseWrapper]:
    """The connection `owner`, there for as long as it is needed: for migrations and tests, never while pages are served."""
    outer = connections.settings.get(OWNER)
    if outer:
        connections[OWNER].close()
    connections.settings[OWNER] = connections.configure_settings({"default": {}, OWNER: django_database(urls.owner)})[OWNER]
    _forget_owner_connection()
    try:
        yield connections[OWNER]
    finally:
        connections[OWNER].close()
        _forget_owner_connection()
        del connections.settings[OWNER]
        if outer:
            connections.settings[OWNER] = outer


def _forget_owner_connection() -> None:
    """The next use makes a connection by the settings of then; Django keeps one a thread by name."""
    with suppress(AttributeError):
        del connections[OWNER]


def migrate(urls: DatabaseUrls) -> None:
    """Bring tables and rights up to date, as the owner; one process at a time."""
    from arrears.casefile.store import privileges

    with one_at_a_time(urls.owner), as_owner(urls) as owner:
        call_command("migrate", database=OWNER, verbosity=0, interactive=False)
        privileges.grant_all(owner)


def bring_up_to_date(home: Home, urls: DatabaseUrls, environ: Mapping[str, str] = MappingProxyType({})) -> None:
    """Migrate if anything is missing; a database without any tables gets its envelope key too. Raises `Refused`.

    A key is made for a new database only: on an old one a missing key must be restored, and a new one would hide that.
    """
    from arrears.casefile.store import vault

    executor = MigrationExecutor(connections["default"])
    loader: Any = executor.loader
    refuse_newer_database(executor)
    if not loader.applied_migrations and not environ.get(vault.ENVIRONMENT) and not home.envelope_key.exists():
        _make_envelope_key(home)
    if executor.migration_plan(loader.graph.leaf_nodes()):
        migrate(urls)
    if not home.signing_key.exists() and not _somebody_has_signed():
        _make_signing_key(home)


def _somebody_has_signed() -> bool:
    """Was a head ever signed here? Then a missing key must be restored: a new one would hide that it was lost."""
    from arrears.casefile.store.institution import acting_for
    from arrears.casefile.store.models import Institution
    from arrears.record.journal.signing import public_keys

    for institution_id in Institution.objects.values_list("institution_id", flat=True):
        with acting_for(institution_id):
            if public_keys():
                return True
    return False


def _make_signing_key(home: Home) -> None:
    from arrears.record.journal.signing import make_signing_key

    with suppress(FileExistsError):  # Another start was faster; its key counts.
        make_signing_key(home.signing_key)


def _make_envelope_key(home: Home) -> None:
    from arrears.casefile.store import vault

    with suppress(FileExistsError):  # Another start was faster; its key counts.
        vault.make_envelope_key(home.envelope_key)


def refuse_newer_database(executor: MigrationExecutor) -> None:
    """Raise `Refused` where the database knows migrations of ours that this program does not."""
    loader: Any = executor.loader
    ours = sorted(name for app, name in set(loader.applied_migrations) - set(loader.disk_migrations) if app == "store")
    if ours:
        raise Refused(
            f"The database was made by a newer arrears (it knows {ours[-1]}, this program does not).",
            "An older program could write what a newer one no longer understands.", "Use the newer arrears, or restore an older backup.",
        )


def prepare_pages(home: Home) -> None:
    """Compile the words of the pages; call it before the first page is made."""
    from arrears.workbench import translations

    (home.cache / "locale").mkdir(mode=0o700, exist_ok=True)
    translations.compile_into(home.cache / "locale")


def allow_host(host: str) -> None:
    """Let browsers ask for us under the name we listen at."""
    if host not in settings.ALLOWED_HOSTS:
        settings.ALLOWED_HOSTS.append(f"[{host}]" if ":" in host else host)


def is_root() -> bool:
    """Do we run with every right on this machine?"""
    return os.geteuid() == 0
