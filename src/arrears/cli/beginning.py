"""How does somebody begin by the command line: with a home, and with an invented book?"""

from __future__ import annotations

import getpass
import sys
from datetime import date
from pathlib import Path

from arrears.cli import doors
from arrears.cli.clock import today
from arrears.cli.options import BookOption, HomeOption
from arrears.cli.showing import progress_bars, results, show_table
from arrears.core.problems import WrongCall
from arrears.engine.home import HomeSettings
from arrears.engine.use_cases import books
from arrears.engine.use_cases.setting_up import set_up


def init(
    *,
    institution: str = "My institution",
    jurisdiction: str = "CN",
    currency: str = "CNY",
    language: str = "en",
    user: str = "admin",
    password_file: Path | None = None,
    home: HomeOption = None,
) -> None:
    """Make a home: database, keys, institution and first administrator.

    Examples:
      arrears init --institution "Harbour Bank" --currency HKD --language zh --user lin
      arrears init --home ./try --password-file secret.txt     (asks nothing)

    Parameters
    ----------
    institution
        Name of the lender or company.
    jurisdiction
        Country whose law applies, as ISO 3166 (CN, US, GB, …).
    currency
        Usual currency, as ISO 4217.
    language
        Language of staff: en or zh.
    user
        Sign-in name of the first administrator.
    password_file
        File whose first line is the password. Without it you are asked at a terminal; elsewhere one is drawn and shown once.
    """
    with doors.opened(home) as place:
        first = set_up(place, HomeSettings(jurisdiction, currency, language, institution), user, _chosen_password(password_file))
        results.print(f"The home is {place.root}. It holds your keys: back up {place.secrets} apart from the rest.")
        if first.made_up:
            results.print(f"Sign in as {first.username} with the password {first.password}   (shown this once; change it under Settings)")


def _chosen_password(file: Path | None) -> str | None:
    """The password from the file, from the terminal, or none."""
    if file is not None:
        if not file.is_file():
            raise WrongCall(f"There is no password file {file}.", "Nobody could sign in.", "Name a file whose first line is the password.")
        lines = file.read_text(encoding="utf-8").splitlines()
        return lines[0] if lines else None
    if not sys.stdin.isatty():
        return None
    return getpass.getpass("Password for the first administrator (empty: draw one): ") or None


def sample(
    *,
    accounts: int = 20_000,
    seed: int = 1,
    book: BookOption = None,
    as_of: date | None = None,
    currency: str = "CNY",
    personal: bool = True,
    home: HomeOption = None,
) -> None:
    """Make an invented book: instalment loans, about 6 % of them overdue, with people, payments, holds and contact history.

    Example:
      arrears sample --accounts 100000 --seed 7 --book trial

    Parameters
    ----------
    accounts
        How many accounts.
    seed
        The same seed gives the same figures.
    as_of
        The day on which about 6 % are overdue. Default: today.
    currency
        Currency of the book, as ISO 4217.
    personal
        Names and contact points, invented and sealed. --no-personal is quicker, for measuring.
    """
    with doors.opened(home) as place, progress_bars() as told:
        report = books.sample_book(place, accounts, seed, book, as_of=as_of or today(), currency=currency, progress=told, personal=personal)
    show_table("Made", [("table", False), ("rows", True)], [(name, f"{rows:,}") for name, rows in report.rows.items()])
