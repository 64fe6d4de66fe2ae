"""What does a newcomer see in the first minute?

Two portfolios: an invented book of instalment loans, and the public sample of Taiwan card clients of 2005, each run on two days so that
the pages have something to compare.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from arrears.core.progress import Progress
from arrears.engine.columns_engine import EngineSettings
from arrears.engine.history import Every
from arrears.engine.home import Home, HomeSettings
from arrears.engine.nightly import RunResult
from arrears.engine.use_cases.books import import_files, run_book, sample_book
from arrears.engine.use_cases.policies import find_policy
from arrears.engine.use_cases.replaying import replay_book
from arrears.engine.use_cases.setting_up import FirstUser, enter_user, set_up
from arrears.intake.book.examples import examples_dir

DEMO_INSTITUTION = "示例金融 Example Finance"
DEMO_USER = "demo"
SAMPLE_BOOK, CARDS_BOOK = "instalment_loans", "taiwan_cards"
SAMPLE_SEED = 20_260_101
DAYS_COMPARED = 30
"""About a month, so that the measures of flow, roll and expected loss can be told."""
DAYS_REPLAYED = 90
"""Replayed week by week, so that the home page shows trends after a few seconds."""
CARD_DAYS = (date(2005, 7, 31), date(2005, 8, 31))
"""The September statements are coded otherwise than those before and not comparable with them, so the demonstration ends in August."""


@dataclass(frozen=True, slots=True)
class Demonstration:
    """What was made: the runs, and how to sign in."""

    runs: tuple[RunResult, ...]
    user: FirstUser


def demonstrate(home: Home, accounts: int, *, today: date, at: datetime, engine: EngineSettings, progress: Progress) -> Demonstration:
    """Make the demonstration's books and runs in this home, or use those that are there; the password is drawn anew each time."""
    if not home.is_made:
        set_up(home, HomeSettings("CN", "CNY", "en", DEMO_INSTITUTION), DEMO_USER, None)
    if not (home.book(SAMPLE_BOOK) / "book.json").exists():
        sample_book(home, accounts, SAMPLE_SEED, SAMPLE_BOOK, as_of=today, currency="CNY", progress=progress)
    cards = examples_dir() / "taiwan_cards" / "uci_taiwan_cards_24000.csv.gz"
    import_files(home, [cards], examples_dir() / "mappings" / "taiwan_cards.yaml", CARDS_BOOK, received_on=today, progress=progress)
    policy = find_policy(None)
    days = [(SAMPLE_BOOK, today - timedelta(days=DAYS_COMPARED)), (SAMPLE_BOOK, today), *((CARDS_BOOK, day) for day in CARD_DAYS)]
    runs = tuple(run_book(home, book, on, policy, at=at, actor=DEMO_USER, engine=engine, progress=progress) for book, on in days)
    replay_book(home, SAMPLE_BOOK, today - timedelta(days=DAYS_REPLAYED), today, Every.WEEK, today=today, engine=engine, progress=progress)
    return Demonstration(runs, enter_user(home, DEMO_USER, "administrator", "en"))
