"""How do backup, restore and upgrade meet the database?

The engine knows what belongs into a copy and what proves it; here the server is started, dumped, filled and moved to another version.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from arrears.core.problems import Busy, Refused, WrongCall
from arrears.core.progress import Progress
from arrears.engine import backup_folder, secrets_file
from arrears.engine.backup_folder import DATABASE_FILE, Manifest
from arrears.engine.home import Home
from arrears.engine.use_cases import backing_up, restoring
from arrears.site import bootstrap, database_copies, purging
from arrears.site.database import DatabaseUrls, open_database
from arrears.site.embedded_postgres import place_for
from arrears.site.postgres_binaries import SYSTEM_FOLDER


def back_up(home: Home, urls: DatabaseUrls, destination: Path, *, base: Path | None, at: datetime, actor: str, progress: Progress) -> backing_up.Backup:
    """Copy an open home, and record that it was copied."""
    url = database_copies.copying_url(home, urls, os.environ)
    backup = backing_up.back_up(
        home, destination, lambda: database_copies.frozen(url, embedded=urls.embedded), at=at, base=base, progress=progress)
    backing_up.record_backup(backup, actor=actor, at=at)
    return backup


def restore(
    backup: Path, root: Path, *, secrets: Mapping[str, bytes] | None, erasures: Path | None, at: datetime, actor: str, progress: Progress,
) -> restoring.Restored:
    """Put a backup back into a new home at `root`, which appears whole and proven or not at all.

    Args:
        secrets: of the home that was copied (`secrets_file.read_secrets`), or None: then no name can be read.
        erasures: a register of erasures besides those that lie in the backup and beside it.
    """
    _refuse_a_home_in_use(root)
    manifest, digest = restoring.whole_backup(backup, progress)
    _refuse_unknown_migration(manifest)
    with _new_home(root) as home:
        backup_folder.refuse_too_little_room(home.root, manifest.total_bytes + manifest.database_bytes, "restore")
        restoring.put_files(backup, manifest, home, progress)
        home.make()
        secrets_file.put_secrets(home, secrets or {})
        register = restoring.register_for(home, backup, erasures)
        with open_database(home, os.environ) as urls:
            progress("Database", 0, 1)
            database_copies.put_back(backup / DATABASE_FILE, urls.owner)
            progress("Database", 1, 1)
            with _emptied_on_failure(urls):
                found = database_copies.figures_at(database_copies.copying_url(home, urls, os.environ), embedded=urls.embedded)
                restoring.refuse_other_figures(manifest.database, found)
                bootstrap.start(home, urls, os.environ)
                bootstrap.migrate(urls)
                readable = restoring.names_can_be_read(manifest)
                proof = restoring.prove(home, manifest, os.environ, at, progress)
                erased = restoring.erase_again(
                    home, register, [journal.institution_id for journal in manifest.database.journals], keys_at_hand=readable, at=at, actor=actor)
                if erased.erased:
                    purging.purge(home, os.environ)
                restoring.record_restore(manifest, digest, erased, actor=actor, at=at)
            bootstrap.connections.close_all()
    return restoring.Restored(Home(root), manifest, proof, erased, readable)


def _refuse_a_home_in_use(root: Path) -> None:
    if root.exists() and (not root.is_dir() or any(root.iterdir())):
        raise WrongCall(f"{root} is not empty.", "A restore never writes over a home.", "Name a folder that is not there yet: arrears restore BACKUP --home NEW")


def _refuse_unknown_migration(manifest: Manifest) -> None:
    from django.db.migrations.loader import MigrationLoader

    known = {name for app, name in MigrationLoader(None).disk_migrations or {} if app == "store"}
    if manifest.database.migration not in known:
        raise Refused(f"The backup was made by a newer arrears (it knows {manifest.database.migration}, this program does not).", "Nothing was restored.",
                      f"Restore it with arrears {manifest.program_version} or newer.")


@contextmanager
def _new_home(root: Path) -> Iterator[Home]:
    """A home in the making beside its place. It gets its name when the block ends, and is gone with its database when the block fails."""
    unfinished = root.with_name(f".{root.name}.restoring")
    root.parent.mkdir(parents=True, exist_ok=True)
    with _only_one(unfinished):
        try:
            yield Home(unfinished)
            backup_folder.folders_to_disk(unfinished)
            unfinished.rename(root)
            backup_folder.folder_to_disk(root.parent)
        except OSError as problem:
            raise Refused(f"The home could not be restored: {problem.strerror or problem} ({problem.filename or root}).", "No half home was left.",
                          "Mend that (often: no space left) and try again.") from problem
        finally:
            bootstrap.connections.close_all()
            _remove(unfinished)


@contextmanager
def _only_one(unfinished: Path) -> Iterator[None]:
    """Hold the folder of a home in the making; what a restore left that was killed is removed."""
    handle = _held(unfinished)
    while any(unfinished.iterdir()):
        _remove(unfinished)
        os.close(handle)
        handle = _held(unfinished)
    try:
        yield
    finally:
        os.close(handle)


def _held(unfinished: Path) -> int:
    unfinished.mkdir(mode=0o700, exist_ok=True)
    handle = os.open(unfinished, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as trouble:
        os.close(handle)
        raise Busy("Another restore into this home is at work.", "Two at once would mix.", "Wait for it to end.") from trouble
    return handle


def _remove(root: Path) -> None:
    """A home in the making and, for root, its database in the system's folder."""
    if (root / "postgresql" / "location").exists():
        base = place_for(root / "postgresql", is_root=True).base
        if base.parent == SYSTEM_FOLDER / "homes":
            shutil.rmtree(base, ignore_errors=True)
    shutil.rmtree(root, ignore_errors=True)


@contextmanager
def _emptied_on_failure(urls: DatabaseUrls) -> Iterator[None]:
    """Our own server goes with its home; somebody's database is left as empty as it was."""
    try:
        yield
    except BaseException:
        bootstrap.connections.close_all()
        if not urls.embedded:
            database_copies.empty(urls.owner)
        raise
