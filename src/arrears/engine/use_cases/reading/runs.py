"""Which portfolios has the institution, and what does the current run of each say of itself (`run.json`)?"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from arrears.assess.delinquency.settings import DelinquencySettings
from arrears.core.problems import AnswerIsNo
from arrears.core.reasons import Sentence
from arrears.engine.due_days import read_told
from arrears.engine.home import Home
from arrears.engine.run_folder import RunName, current_run, run_facts
from arrears.intake.book.layout import batch_dirs, batches_with


class NoSuchPortfolio(AnswerIsNo):
    """No portfolio of this institution has that name."""


@dataclass(frozen=True, slots=True)
class TreatmentWords:
    """How is a treatment called, by which channel does it go, and does it touch the person?"""

    label: Sentence
    channel: str
    contact: bool
    automatic: bool
    weighty: str | None = None
    """Which weighty decision it proposes (`check.approvals.kinds.WEIGHTY`)."""
    cleared: bool = True
    """False: the gate does not serve its channel, so it is a task without a contact point."""
    template: str | None = None
    """By which template its message is written."""


@dataclass(frozen=True, slots=True)
class ClosedUnpaid:
    """Accounts of one currency that the lender calls closed: how many have something unpaid, how much, and how much of it is overdue?"""

    currency: str
    accounts: int
    balance_minor: int
    amount_overdue_minor: int


@dataclass(frozen=True, slots=True)
class Run:
    """One published run: where its files lie, as of which day, under which policy and conventions; `rules` are the policy's rows with their conditions.

    `batches` is how many deliveries the book had when it ran (None where that cannot be told), `newer_batches` how many came since.
    """

    book: str
    folder: Path
    as_of: date
    number: int
    run_id: str
    previous_folder: Path | None
    previous_as_of: date | None
    policy: Sentence
    policy_version: str
    rules: Mapping[str, str | None]
    buckets: tuple[str, ...]
    treatments: Mapping[str, TreatmentWords]
    contact_history_unknown: int
    conventions: DelinquencySettings
    closed_unpaid: tuple[ClosedUnpaid, ...]
    batches: int | None
    newer_batches: int
    limits: Mapping[str, Sentence] | None = None
    """What the limits are called within which the night's work was assigned; None where it was not."""

    def file(self, name: str) -> str:
        """Path of one of the run's tables, as DuckDB reads it."""
        return str(self.folder / f"{name}.parquet")


@dataclass(frozen=True, slots=True)
class Portfolio:
    """One book of the institution with its current run; `run` is None while nothing was run."""

    name: str
    folder: Path
    run: Run | None


def portfolios(home: Home, institution_id: int) -> tuple[Portfolio, ...]:
    """Which books does this institution have, each with its current run? By name; books of other institutions are left out."""
    found = []
    for folder in sorted(home.books.iterdir()) if home.books.is_dir() else ():
        described = folder / "book.json"
        if not described.is_file() or str(json.loads(described.read_text(encoding="utf-8"))["institution"]) != str(institution_id):
            continue
        current = current_run(home.runs / folder.name)
        found.append(Portfolio(folder.name, folder, _told(home, folder.name, current) if current else None))
    return tuple(found)


def portfolio(home: Home, institution_id: int, name: str) -> Portfolio:
    """The institution's book of that name.

    Raises:
        NoSuchPortfolio: there is none, or it belongs to somebody else.
    """
    for candidate in portfolios(home, institution_id):
        if candidate.name == name:
            return candidate
    raise NoSuchPortfolio("There is no portfolio of that name.", remedy="Choose one from the list of portfolios.")


def _told(home: Home, book: str, name: RunName) -> Run:
    """What `run.json` of this run says."""
    folder = home.runs / book / str(name)
    stated = run_facts(home.runs / book, name)
    before = stated.get("previous")
    previous = home.run(book, before["as_of"], before["number"]) if before else None
    return Run(
        book=book, folder=folder, as_of=date.fromisoformat(stated["as_of"]), number=int(stated["number"]), run_id=str(stated["run_id"]),
        previous_folder=previous if previous and previous.is_dir() else None,
        previous_as_of=date.fromisoformat(before["as_of"]) if before else None,
        policy=_policy_label(stated["policy"]), policy_version=str(stated["policy"]["version"]),
        rules={row["id"]: row["when"] for row in stated["policy"].get("rows", ())}, buckets=tuple(stated["buckets"]),
        treatments=_treatments(stated["treatments"]), contact_history_unknown=int(stated.get("contact_history_unknown_parties") or 0),
        conventions=read_told(stated.get("conventions", {})),
        **_deliveries(home.books / book, stated.get("inputs", {}).get("book")),
        closed_unpaid=tuple(ClosedUnpaid(**row) for row in stated.get("counts", {}).get("closed_unpaid", ())),
        limits=_limits(stated.get("assignment")),
    )


def _deliveries(book: Path, content: str | None) -> dict[str, int | None]:
    """How many batches of the book did the run know, and how many came since?"""
    known = None if content is None else _batches_known(book, content)
    return {"batches": known, "newer_batches": 0 if known is None else len(batch_dirs(book)) - known}


@lru_cache(maxsize=256)
def _batches_known(book: Path, content: str) -> int | None:
    """Kept, since a batch never changes: a long row of daily deliveries is read through once for a run, not for each page."""
    return batches_with(book, content)


def _treatments(stated: Mapping[str, Mapping[str, Any]]) -> dict[str, TreatmentWords]:
    return {
        name: TreatmentWords(Sentence(words["en"], words["zh"]), words.get("channel") or "", bool(words.get("contact")), bool(words.get("automatic")),
                             words.get("weighty"), bool(words.get("cleared", True)), words.get("template"))
        for name, words in stated.items()
    }


def _limits(assignment: Mapping[str, Any] | None) -> dict[str, Sentence] | None:
    """None as well for a run from before worklists followed an assignment: it named no limits."""
    if assignment is None or any("label" not in limit for limit in assignment["limits"]):
        return None
    return {limit["name"]: Sentence(limit["label"]["en"], limit["label"]["zh"]) for limit in assignment["limits"]}


def _policy_label(policy: Mapping[str, Any]) -> Sentence:
    label = policy.get("label") or {"en": policy["name"], "zh": policy["name"]}
    return Sentence(label["en"], label["zh"])
