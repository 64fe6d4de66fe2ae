"""Where does everything that a user makes live?

Under one folder, the *home*, closed to everybody else (mode 0700): settings, secrets, embedded database, books, runs, error pool, stored reports,
evidence, logs.
This module names each place once. It reads no clock and starts nothing.
"""

from __future__ import annotations

import json
import os
import stat
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from platformdirs import user_data_path

from arrears.core.problems import BadData, Refused

HOME_VARIABLE = "ARREARS_HOME"
ROOT_HOME = Path("/var/lib/arrears")
PRIVATE_FOLDER = 0o700
PRIVATE_FILE = 0o600


@dataclass(frozen=True, slots=True)
class HomeSettings:
    """What an institution has chosen: law, money, language, and its own name. Nothing in here is secret."""

    jurisdiction: str
    currency: str
    language: str
    institution: str


@dataclass(frozen=True, slots=True)
class Home:
    """One home and the paths in it.

    >>> home = Home(Path("/var/lib/arrears"))
    >>> home.book("main").as_posix(), home.run("main", "2026-11-24", 1).as_posix()
    ('/var/lib/arrears/books/main', '/var/lib/arrears/runs/main/2026-11-24/1')
    """

    root: Path

    @property
    def settings_file(self) -> Path:
        """What the institution chose (`HomeSettings`)."""
        return self.root / "arrears.toml"

    @property
    def conventions_file(self) -> Path:
        """How the institution counts days and amounts, where it departs from the defaults (`assess.delinquency.conventions`)."""
        return self.root / "conventions.yaml"

    @property
    def spark_file(self) -> Path:
        """Properties of a Spark cluster of one's own, for `arrears run --engine spark`; need not be there."""
        return self.root / "spark.conf"

    @property
    def house_rules(self) -> Path:
        """The lender's own limits on contact, where it has set any (`check.conduct.house`)."""
        return self.root / "rulepacks" / "house"

    @property
    def providers_file(self) -> Path:
        """Who carries messages, where anybody does (`act.providers`); their passwords lie in `secrets/providers`."""
        return self.root / "providers.yaml"

    @property
    def secrets(self) -> Path:
        """Passwords and keys, each a file of mode 0600. Back it up apart from the rest."""
        return self.root / "secrets"

    @property
    def envelope_key(self) -> Path:
        """The key under which every person's key is wrapped."""
        return self.secrets / "envelope.key"

    @property
    def signing_key(self) -> Path:
        """The private key with which heads of the journal, dossiers and receipts are signed."""
        return self.secrets / "signing.key"

    @property
    def heads(self) -> Path:
        """Signed heads of the journal, a file an institution: what contradicts a database that was rewritten."""
        return self.root / "heads"

    @property
    def postgresql(self) -> Path:
        """The embedded database; for root a pointer to where its system user keeps it."""
        return self.root / "postgresql"

    @property
    def books(self) -> Path:
        """One folder a book."""
        return self.root / "books"

    @property
    def runs(self) -> Path:
        """Published nightly runs: `<book>/<date>/<n>/`, and `<book>/current`."""
        return self.root / "runs"

    @property
    def pool(self) -> Path:
        """Rows that could not be taken in, sealed, waiting to be corrected."""
        return self.root / "pool"

    @property
    def reports(self) -> Path:
        """Stored reports of single cases, sealed: `<book>/<date>/`."""
        return self.root / "reports"

    @property
    def letters(self) -> Path:
        """Letters that tell people what is done with their data, sealed under each person's key."""
        return self.root / "letters"

    @property
    def print(self) -> Path:
        """Printed letters on their way to the printer and the post: `<institution>/<provider>/` (`act.channels.letter.batches`)."""
        return self.root / "print"

    @property
    def erasures(self) -> Path:
        """Who was erased, one JSON line each, ids alone: a restore of an older backup erases them again."""
        return self.root / "erasures.jsonl"

    @property
    def retention(self) -> Path:
        """Reports of what was deleted because its time was over; they name people by their ids alone."""
        return self.root / "retention"

    @property
    def retention_file(self) -> Path:
        """Which duties to keep do not bind this lender, and why (`record.retention`)."""
        return self.root / "retention.yaml"

    @property
    def law_file(self) -> Path:
        """Whose law binds this lender towards its debtors, and in which role it collects (`engine.law_terms`)."""
        return self.root / "law.yaml"

    @property
    def calls_file(self) -> Path:
        """Wrap-up codes of the lender's own, and its limits for calls (`engine.call_terms`)."""
        return self.root / "calls.yaml"

    @property
    def learnt_values_file(self) -> Path:
        """What treatments were learnt to bring, where somebody has learnt it (`engine.learnt_values`); nights weigh by it."""
        return self.root / "values.parquet"

    @property
    def policies(self) -> Path:
        """Policy files that were published or wait for a second person, each under the SHA-256 of its bytes (`engine.policy_files`)."""
        return self.root / "policies"

    @property
    def templates(self) -> Path:
        """The lender's own templates of messages, `NAME.LANGUAGE.yaml`; in `approved` what two people approved, each under its SHA-256 (`engine.template_files`)."""
        return self.root / "templates"

    @property
    def sender_file(self) -> Path:
        """In whose name messages are written, and how that can be checked (`engine.sender_terms`)."""
        return self.root / "sender.yaml"

    @property
    def evidence(self) -> Path:
        """Files kept as evidence, sealed, where no object store is set: `<institution>/<first two digits>/<address>`."""
        return self.root / "evidence"

    @property
    def logs(self) -> Path:
        """Structured logs; no personal data is in them."""
        return self.root / "logs"

    @property
    def cache(self) -> Path:
        """What can be made again at any time, such as compiled translations."""
        return self.root / "cache"

    @property
    def folders(self) -> tuple[Path, ...]:
        """Every folder that `make` makes, the root first."""
        return (
            self.root, self.secrets, self.postgresql, self.books, self.runs, self.pool, self.reports, self.evidence, self.letters, self.retention, self.heads,
            self.policies, self.logs, self.cache,
        )

    def book(self, name: str) -> Path:
        """The folder of one book."""
        return self.books / name

    def run(self, book: str, on: str, number: int) -> Path:
        """The folder of one run over a book; `on` is an ISO date."""
        return self.runs / book / on / str(number)

    @property
    def is_made(self) -> bool:
        """Has somebody set this home up (`arrears init`)?"""
        return self.settings_file.is_file()

    def make(self) -> None:
        """Make the folders that are missing and close all of them to others; what is there is kept. Raises `Refused`."""
        self._refuse_the_home_of_another()
        try:
            for folder in self.folders:
                folder.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
                if stat.S_IMODE(folder.stat().st_mode) != PRIVATE_FOLDER:
                    folder.chmod(PRIVATE_FOLDER)
        except OSError as problem:
            raise Refused(
                f"The home {self.root} cannot be made: {problem.strerror}.",
                "Books, runs and the database need a place that only you can read.",
                f"Choose another folder with --home DIR or {HOME_VARIABLE}.",
            ) from problem

    def _refuse_the_home_of_another(self) -> None:
        """Two users in one home would leave files that the other cannot open, so one home has one user (root is no exception)."""
        try:
            owner = self.root.stat().st_uid
        except OSError:
            return
        if owner != os.geteuid():
            raise Refused(
                f"The home {self.root} belongs to another user of this machine (number {owner}).",
                "Files written by two users would lock one of them out.",
                "Run the command as that user, or choose a home of your own with --home DIR.",
            )

    def read_settings(self) -> HomeSettings:
        """What did this institution choose? `Refused` where nobody has, `BadData` where the file cannot be used."""
        if not self.is_made:
            raise Refused(f"There is no home at {self.root} yet.", "Nothing can be kept without one.", "Make one: arrears init")
        try:
            known = tomllib.loads(self.settings_file.read_text(encoding="utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
            raise BadData(f"{self.settings_file} cannot be read: {problem}.", "The home's settings are in it.", "Correct that line.") from problem
        names = {field.name for field in fields(HomeSettings)}
        for name in sorted(names ^ known.keys()):
            trouble = "is missing" if name in names else "is not a setting"
            raise BadData(f"“{name}” {trouble} in {self.settings_file}.", "Every setting is needed, and only those.", f"Settings: {', '.join(sorted(names))}.")
        return HomeSettings(**{name: str(value) for name, value in known.items()})

    def write_settings(self, settings: HomeSettings) -> None:
        """Keep what the institution chose; an older file is replaced whole or not at all."""
        unfinished = self.settings_file.with_suffix(".unfinished")
        unfinished.write_text(flat_toml(asdict(settings)), encoding="utf-8")
        unfinished.chmod(PRIVATE_FILE)
        unfinished.replace(self.settings_file)


def flat_toml(table: Mapping[str, str]) -> str:
    """How is a flat table of texts written as TOML? (JSON strings are TOML strings, but for DEL, which TOML wants escaped.)

    >>> print(flat_toml({"currency": "CNY", "institution": 'Bank "A"'}), end="")
    currency = "CNY"
    institution = "Bank \\"A\\""
    """
    quoted = {name: json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f") for name, value in table.items()}
    return "".join(f"{name} = {text}\n" for name, text in quoted.items())


def resolve_home(explicit: Path | None, environ: Mapping[str, str], *, is_root: bool) -> Home:
    """Which home is meant? The one named, else ARREARS_HOME, else the machine's for root and the user's own data folder otherwise.

    >>> resolve_home(None, {"ARREARS_HOME": "/srv/a"}, is_root=True).root.as_posix()
    '/srv/a'
    >>> resolve_home(None, {}, is_root=True).root.as_posix()
    '/var/lib/arrears'
    """
    named = explicit or environ.get(HOME_VARIABLE, "").strip()
    if named:
        return Home(Path(named).expanduser().absolute())
    return Home(ROOT_HOME if is_root else user_data_path("arrears", appauthor=False))
