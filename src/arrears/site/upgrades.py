"""How is a home brought up to date, when tables or PostgreSQL itself have a newer version?

Every start migrates tables where something is missing; `arrears upgrade` does it in the open: it tells what would change, backs the home up,
changes it, and checks the record afterwards. The embedded database of an older PostgreSQL is dumped by the newer `pg_dump`, put into a new
data folder beside the old one, compared row count by row count, and takes the old one's place by renames. The old folder is kept.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

from django.db import connections
from django.db.migrations.executor import MigrationExecutor

from arrears.core.problems import Refused
from arrears.core.progress import Progress
from arrears.engine.backup_folder import DATABASE_FILE, DatabaseFigures
from arrears.engine.home import Home
from arrears.engine.use_cases import backing_up, restoring
from arrears.engine.use_cases.upgrading import Upgraded, UpgradePlan, prove_all
from arrears.site import bootstrap, database_copies
from arrears.site.database import OWNER_VARIABLE, DatabaseUrls, embedded_server, on_embedded, on_server, open_database
from arrears.site.embedded_postgres import Place
from arrears.site.postgres_binaries import DEFAULT_VERSION, WHEEL_FOLDERS, bundled


def upgrade(home: Home, *, only_tell: bool, backup_to: Path | None, at: datetime, actor: str, progress: Progress) -> Upgraded:
    """Bring a home up to date, or tell what that would change.

    Args:
        backup_to: where the home is backed up to before anything changes; None takes no backup.

    Raises:
        Refused: there is no home, a newer program made it, or its PostgreSQL is one that we have no programs of.
        Busy: another arrears works in the home.
        BadData: the record does not verify afterwards.
    """
    home.read_settings()
    home.make()
    with tempfile.TemporaryDirectory(prefix=".upgrade-", dir=home.root) as scratch:
        with _as_it_is(home) as (urls, found):
            plan = UpgradePlan(_missing_migrations(home, urls), found, DEFAULT_VERSION if urls.embedded else found)
            if only_tell or plan.is_empty:
                return Upgraded(plan, done=False)
            backup = _backed_up(home, urls, backup_to, at, progress) if backup_to else None
            dump, figures = _dumped(home, urls, backup, Path(scratch)) if plan.moves_database else (None, None)
        kept = _moved(home, dump, figures, plan.postgres_found, at) if dump and figures else None
    with open_database(home, os.environ) as urls:
        bootstrap.start(home, urls, os.environ)
        bootstrap.migrate(urls)
        checked = prove_all(home, os.environ, at, progress)
        if backup:
            backing_up.record_backup(backup, actor=actor, at=at)
        bootstrap.connections.close_all()
    return Upgraded(plan, True, backup.folder if backup else None, kept, sum(one.entries for one in checked))


def default_backup_folder(home: Home, at: datetime) -> Path:
    """Where an upgrade backs up to unless told otherwise: beside the home."""
    return home.root.with_name(f"{home.root.name}-backups") / f"before-{version('arrears')}-{at:%Y%m%dT%H%M%S}"


@contextmanager
def _as_it_is(home: Home) -> Iterator[tuple[DatabaseUrls, int]]:
    """The database under the version that made it, ours alone; answers its addresses and that version."""
    if os.environ.get(OWNER_VARIABLE, "").strip():
        urls = on_server(home, os.environ)
        yield urls, DEFAULT_VERSION
        return
    server = embedded_server(home)
    made_by = server.place.data / "PG_VERSION"
    found = int(made_by.read_text(encoding="ascii")) if made_by.exists() else DEFAULT_VERSION
    if found not in WHEEL_FOLDERS:
        raise Refused(f"The database of this home was made by PostgreSQL {found}, and this program brings {' and '.join(map(str, sorted(WHEEL_FOLDERS)))}.",
                      "Nothing was changed.", "Use the arrears that has that version: back up with it, and restore the backup with this one.")
    server = embedded_server(home, bundled(found))
    server.start()
    try:
        yield on_embedded(home, server), found
    finally:
        connections.close_all()
        server.stop()


def _missing_migrations(home: Home, urls: DatabaseUrls) -> tuple[str, ...]:
    bootstrap.start(home, urls, os.environ)
    executor = MigrationExecutor(connections["default"])
    bootstrap.refuse_newer_database(executor)
    return tuple(f"{migration.app_label} {migration.name}" for migration, _ in executor.migration_plan(executor.loader.graph.leaf_nodes()))


def _backed_up(home: Home, urls: DatabaseUrls, folder: Path, at: datetime, progress: Progress) -> backing_up.Backup:
    url = database_copies.copying_url(home, urls, os.environ)
    return backing_up.back_up(home, folder, lambda: database_copies.frozen(url, embedded=urls.embedded), at=at, progress=progress)


def _dumped(home: Home, urls: DatabaseUrls, backup: backing_up.Backup | None, scratch: Path) -> tuple[Path, DatabaseFigures]:
    """The dump that moves into the newer version: the backup's, or one made for this alone. Nobody writes between them: the server is ours."""
    if backup:
        return backup.folder / DATABASE_FILE, backup.manifest.database
    with database_copies.frozen(database_copies.copying_url(home, urls, os.environ), embedded=True) as frozen:
        frozen.dump(scratch / DATABASE_FILE)
        return scratch / DATABASE_FILE, frozen.figures


def _moved(home: Home, dump: Path, figures: DatabaseFigures, found: int, at: datetime) -> Path:
    """Fill a data folder of our version beside the old one, compare, and let it take the old one's place; answers where the old one is kept."""
    old = embedded_server(home)
    beside = Place(old.place.base / "upgrade")
    shutil.rmtree(beside.base, ignore_errors=True)  # What an upgrade left that was killed.
    try:
        with embedded_server(home, place=beside).running() as server:
            urls = on_embedded(home, server)
            database_copies.put_back(dump, urls.owner)
            restoring.refuse_other_figures(figures, database_copies.figures_at(database_copies.copying_url(home, urls, os.environ), embedded=True))
        kept = old.place.base / f"data.postgresql-{found}-{at:%Y%m%dT%H%M%S}"
        old.replace_data(beside.data, kept)
    finally:
        shutil.rmtree(beside.base, ignore_errors=True)
    return kept
