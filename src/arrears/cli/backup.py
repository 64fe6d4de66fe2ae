"""How is a home backed up, put back and brought up to date by the command line?"""

from __future__ import annotations

import getpass
import sys
from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

from arrears.cli import doors
from arrears.cli.clock import now
from arrears.cli.options import HomeOption, JsonOption
from arrears.cli.showing import people, progress_bars, results, show_json
from arrears.core.problems import AnswerIsNo, PartlyDone, WrongCall
from arrears.engine.backup_folder import check_backup, read_manifest
from arrears.engine.secrets_file import checked_passphrase, read_secrets, secrets_of, write_secrets
from arrears.engine.use_cases.backing_up import Backup
from arrears.engine.use_cases.restoring import Restored
from arrears.engine.use_cases.upgrading import Upgraded, UpgradePlan
from arrears.engine.words import counted

backup = App(name="backup", help_format="plaintext")
PassphraseOption = Annotated[Path | None, Parameter(help="File whose first line is the passphrase of the secrets. Without it you are asked at a terminal.")]


@backup.default
def back_up(
    destination: Path, /, *, base: Path | None = None, with_secrets: Path | None = None, passphrase_file: PassphraseOption = None, json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Copy database, books, runs, evidence, error pool, reports and settings into a new folder, as of one moment.

    Secrets are not in it: without them no name in it can be read. Keep them elsewhere, with --with-secrets FILE once.

    Examples:
      arrears backup /mnt/backups/2026-11-28
      arrears backup /mnt/backups/2026-11-29 --base /mnt/backups/2026-11-28     (files that never change are linked)
      arrears backup /mnt/backups/2026-11-28 --with-secrets /media/key/arrears.secrets --passphrase-file phrase.txt
      arrears backup verify /mnt/backups/2026-11-28

    Parameters
    ----------
    destination
        Folder to make. It appears whole or not at all; one that exists is never written over.
    base
        An earlier backup on the same disk: its copies of files that never change are linked instead of copied again.
    with_secrets
        File to write the home's secrets into, encrypted under a passphrase. Keep it apart from the backups.
    """
    destination = destination.expanduser().absolute()
    passphrase = _new_passphrase(with_secrets, passphrase_file)
    if with_secrets and destination in with_secrets.expanduser().absolute().parents:
        raise WrongCall("The secrets would lie in the backup.", "Whoever finds it could read every name.", "Name a file elsewhere, best on another disk.")
    with progress_bars() as told:
        done, place = doors.backed_up(home, destination, base.expanduser().absolute() if base else None, now(), getpass.getuser(), told)
    if with_secrets and passphrase:
        write_secrets(with_secrets.expanduser().absolute(), secrets_of(place), passphrase)
    if json:
        show_json(_backup_for_machines(done))
    else:
        _show_backup(done, with_secrets)
    if done.manifest.damaged:
        raise PartlyDone(
            f"{counted(len(done.manifest.damaged), 'file')} in the home had other bytes than when they were written: {', '.join(done.manifest.damaged[:5])}.",
            "They are in the backup as they are now.", "Look at the disk, and take these files from an earlier backup.",
        )


def _backup_for_machines(done: Backup) -> dict[str, object]:
    manifest = done.manifest
    return {
        "folder": str(done.folder), "manifest_digest": done.manifest_digest, "taken_at": manifest.taken_at.isoformat(), "files": len(manifest.files),
        "files_linked": done.linked, "bytes": manifest.total_bytes, "entries": sum(one.entries for one in manifest.database.journals),
        "runs_elsewhere": list(manifest.runs_elsewhere), "damaged": list(manifest.damaged),
    }


def _show_backup(done: Backup, with_secrets: Path | None) -> None:
    manifest = done.manifest
    entries = sum(one.entries for one in manifest.database.journals)
    results.print(f"Backed up: {done.folder}")
    results.print(f"{counted(len(manifest.files), 'file')}, {manifest.total_bytes / 1e6:,.1f} MB, of which {done.linked:,} linked; {counted(entries, 'journal entry', 'journal entries')}.")
    results.print(f"Digest of its manifest: {done.manifest_digest}   (write it down elsewhere, and nobody can exchange the backup unseen)")
    if manifest.runs_elsewhere:
        results.print(f"{counted(len(manifest.runs_elsewhere), 'recorded run')} lie outside the home and are not in it: {', '.join(manifest.runs_elsewhere[:5])}")
    results.print(f"Secrets: {with_secrets}" if with_secrets else "The secrets are not in it. Without the envelope key no name in it can be read: keep it elsewhere (--with-secrets FILE).")


@backup.command
def verify(folder: Path, /, *, json: JsonOption = False) -> None:
    """Is every file of this backup still as it was? Reads every byte; needs no home and changes nothing.

    Exit code 0: as it was; 1: not, and each file is named.

    Example:
      arrears backup verify /mnt/backups/2026-11-28

    Parameters
    ----------
    folder
        The backup.
    """
    with progress_bars() as told:
        manifest, digest = read_manifest(folder)
        findings = check_backup(folder, manifest, told)
    if json:
        show_json({"folder": str(folder), "manifest_digest": digest, "taken_at": manifest.taken_at.isoformat(), "files": len(manifest.files),
                   "findings": [{"path": one.path, "what": one.what} for one in findings]})
    else:
        results.print(f"Taken {manifest.taken_at.isoformat()} by arrears {manifest.program_version}; digest of its manifest: {digest}")
        for one in findings:
            results.print(f"{one.path}: {one.what}")
    if findings:
        raise AnswerIsNo(f"{counted(len(findings), 'file')} of {len(manifest.files):,} {'is' if len(findings) == 1 else 'are'} not as it should be.",
                         "This backup will not be restored.", "Use another, or bring these files back from a copy of it.")
    if not json:
        results.print(f"All {len(manifest.files):,} files are as they were.")


def restore(
    backup: Path, /, *, home: HomeOption = None, secrets: Path | None = None, passphrase_file: PassphraseOption = None, erasures: Path | None = None,
    json: JsonOption = False,
) -> None:
    """Make a new home out of a backup, prove that it is the same, and erase again whoever was erased since.

    Examples:
      arrears restore /mnt/backups/2026-11-28 --home /var/lib/arrears --secrets /media/key/arrears.secrets
      arrears restore /mnt/backups/2026-11-28 --home try

    Parameters
    ----------
    backup
        Folder that `arrears backup` made.
    secrets
        File that --with-secrets wrote. Without it (and without ARREARS_ENVELOPE_KEY) no name can be read.
    erasures
        Newest copy of the register of erasures (erasures.jsonl). The one beside the backup is read in any case.
    """
    if home is None:
        raise WrongCall("Which home shall the backup become?", "A restore never writes over a home.", "Name a folder that is not there yet: --home NEW")
    opened = read_secrets(secrets, _passphrase(passphrase_file)) if secrets else None
    with progress_bars() as told:
        done = doors.restored(
            backup.expanduser().absolute(), home.expanduser().absolute(), opened, erasures.expanduser().absolute() if erasures else None, now(), getpass.getuser(), told)
    if json:
        show_json({
            "home": str(done.home.root), "taken_at": done.manifest.taken_at.isoformat(), "entries": done.proof.entries, "facts": done.proof.facts,
            "files": done.proof.files, "erasures_on_register": done.erased.on_register, "erased_again": done.erased.erased, "names_can_be_read": done.names_can_be_read,
        })
    else:
        _show_restored(done, backup)


def _show_restored(done: Restored, folder: Path) -> None:
    proof = done.proof
    results.print(f"Restored as of {done.manifest.taken_at.isoformat()}: {done.home.root}")
    results.print(f"Proven: {counted(proof.entries, 'journal entry', 'journal entries')} verify, each with its fact, and {counted(proof.heads, 'signed head')}; "
                  f"{counted(proof.files, 'file')} have the bytes they had.")
    if not done.names_can_be_read:
        results.print("There is no envelope key in this home: no name, number or contact can be read, and nothing can be taken in. Put the key into "
                      f"{done.home.envelope_key} (mode 0600), or set ARREARS_ENVELOPE_KEY. What is sealed could not be compared with its commitments.")
    if done.erased.erased:
        results.print(f"{counted(done.erased.erased, 'person', 'people')} erased since the backup was taken {'was' if done.erased.erased == 1 else 'were'} erased again.")
        results.print(f"The backup {folder} itself still holds them, as does every older one: whoever has it and the secrets can read them. Remove it when its time is over.")
    elif not done.erased.on_register:
        results.print("No register of erasures was found. If anybody was erased since the backup was taken, name the newest erasures.jsonl with --erasures.")


def upgrade(
    *, check: Annotated[bool, Parameter(negative="")] = False, backup: bool = True, backup_to: Path | None = None, json: JsonOption = False, home: HomeOption = None,
) -> None:
    """Bring a home up to date with this program: tables, and the version of the embedded PostgreSQL. Nobody else may be at work in it.

    Examples:
      arrears upgrade --check
      arrears upgrade
      arrears upgrade --backup-to /mnt/backups/before-upgrade

    Parameters
    ----------
    check
        Only tell what would change. Exit code 1 where anything would.
    backup
        Back the home up first. --no-backup does without.
    backup_to
        Folder to make for that backup. Default: beside the home, in a folder named after it.
    """
    with progress_bars() as told:
        done = doors.upgraded(home, check, backup, backup_to.expanduser().absolute() if backup_to else None, now(), getpass.getuser(), told)
    if json:
        show_json(_upgrade_for_machines(done))
    elif done.plan.is_empty:
        results.print("The home is up to date.")
    else:
        _show_upgrade(done)
    if check and not done.plan.is_empty:
        raise AnswerIsNo("The home is not up to date.", "", "Bring it up to date: arrears upgrade")


def _upgrade_for_machines(done: Upgraded) -> dict[str, object]:
    return {
        "migrations": list(done.plan.migrations), "postgres_found": done.plan.postgres_found, "postgres_wanted": done.plan.postgres_wanted, "done": done.done,
        "backup": str(done.backup) if done.backup else None, "old_data": str(done.kept) if done.kept else None, "entries_verified": done.entries,
    }


def _show_upgrade(done: Upgraded) -> None:
    for step in _steps(done.plan):
        results.print(("Done: " if done.done else "Would be done: ") + step)
    if done.backup:
        results.print(f"Backed up before: {done.backup}")
    if done.kept:
        results.print(f"The old version’s data is kept in {done.kept}. It holds everybody who was there: remove it once you are content.")
    if done.done:
        results.print(f"{counted(done.entries, 'journal entry', 'journal entries')} verify.")


def _steps(plan: UpgradePlan) -> list[str]:
    move = [f"move the database from PostgreSQL {plan.postgres_found} to {plan.postgres_wanted}"] if plan.moves_database else []
    return [*move, *(f"change tables: {name}" for name in plan.migrations)]


def _new_passphrase(with_secrets: Path | None, file: Path | None) -> str | None:
    """The passphrase for new secrets, asked twice; checked before hours of copying."""
    if with_secrets is None:
        return None
    if with_secrets.exists():
        raise WrongCall(f"The file {with_secrets} exists.", "Older secrets may be the only copy of a key.", "Name another file.")
    phrase = checked_passphrase(_passphrase(file))
    if file is None and getpass.getpass("The same again: ") != phrase:
        raise WrongCall("The two passphrases differ.", "Nothing was written.", "Try again.")
    return phrase


def _passphrase(file: Path | None) -> str:
    if file is not None:
        if not file.is_file():
            raise WrongCall(f"There is no passphrase file {file}.", "The secrets cannot be opened or closed.", "Name a file whose first line is the passphrase.")
        return next(iter(file.read_text(encoding="utf-8").splitlines()), "")
    if not sys.stdin.isatty():
        raise WrongCall("Nobody can be asked for the passphrase here.", "The secrets cannot be opened or closed.", "Name a file with --passphrase-file.")
    people.print("The passphrase of the secrets:")
    return getpass.getpass("Passphrase: ")
