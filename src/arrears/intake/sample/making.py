"""How is a whole invented book made? In slices of accounts, then in slices of people, in the order of their ids.

Ids are random and come first; everything else follows from seed and running number. So files are written in key order
as they are made, nothing is sorted as a whole, and memory holds one slice and the ids.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa

from arrears.casefile.store.ids import random_ids
from arrears.core.book import BOOK_TABLES
from arrears.core.money import minor_digits
from arrears.core.problems import Refused, WrongCall
from arrears.core.progress import Progress
from arrears.intake.book.identities import IdentityService
from arrears.intake.book.layout import batch_dirs, book_info, import_lock, open_book, staged_batch, write_batch_facts
from arrears.intake.sample import people as who
from arrears.intake.sample import protecting
from arrears.intake.sample.columns import (
    account_columns,
    account_party_columns,
    contact_point_columns,
    instalment_columns,
    payment_columns,
)
from arrears.intake.sample.draws import Ints, invented_ids
from arrears.intake.sample.loans import Recipe, make_loans, make_schedule
from arrears.intake.sample.paying import make_payments
from arrears.intake.sample.sorted_file import SortedFile

IdSource = Callable[[str, int], Ints]
"""Draws that many different ids of a kind (`party`, `account`)."""
SLICE = 200_000
"""Rows of accounts or people worked on at once; below 2^18, which is what the sorting of payments leaves room for."""
TABLES = (
    "parties",
    "protected",
    "accounts",
    "account_parties",
    "instalments",
    "payments",
    "contact_points",
    "holds",
    "consents",
    "contact_history",
)
ACCOUNTS_MAX = 1_000_000_000


@dataclass(frozen=True, slots=True)
class SampleReport:
    """What was made: batch number, rows of each table, seconds of each step."""

    batch: int
    rows: Mapping[str, int]
    seconds: Mapping[str, float]


def drawn_ids(kind: str, count: int) -> Ints:
    """Ids by the operating system's chance, as a real book has them."""
    return random_ids(count)


def seeded_ids(seed: int) -> IdSource:
    """Ids that follow from a seed, so that two books can be compared byte by byte. Not for books that are used.

    >>> bool((seeded_ids(7)("party", 3) == seeded_ids(7)("party", 3)).all())
    True
    """
    return lambda kind, count: invented_ids(seed, f"id of {kind}", np.arange(count, dtype=np.int64))


def silent(step: str, done: int, total: int) -> None:
    """Progress nobody looks at."""


def make_sample(
    book_dir: Path,
    accounts: int,
    seed: int,
    as_of: date,
    identities: IdentityService | None,
    *,
    currency: str = "CNY",
    instalments: int = 12,
    name: str | None = None,
    institution_id: int | None = None,
    id_source: IdSource = drawn_ids,
    progress: Progress = silent,
) -> SampleReport:
    """Fill an empty book with invented accounts and people: one batch, published whole or not at all.

    Args:
        book_dir: folder of the book; opened here under `name` and `institution_id` where it is not a book yet.
        accounts: how many accounts, 1 or more.
        seed: what every figure follows from, 0 or more.
        as_of: the day on which about 6 % of the accounts are overdue.
        identities: gives ids and seals names; each call is a transaction of its own, so call this outside any. None
            makes a book without personal fields, for measuring.
        instalments: the usual and mean number of instalments.
        id_source: draws ids where there is no `identities`.

    Raises:
        WrongCall: figures that make no book, or a folder that is no book and no institution to open one for.
        Refused: the book holds something already; invented people are never mixed with real ones.
        Busy: an import is at work on this book.
    """
    _check_call(accounts, seed, instalments)
    recipe = Recipe(seed, as_of, instalments, 10 ** minor_digits(currency))
    _open(book_dir, name, institution_id, as_of)
    with import_lock(book_dir):
        if batch_dirs(book_dir):
            raise Refused(
                f"The book in {book_dir} is not empty.",
                "Invented people must never be mixed with real ones.",
                "Choose another folder for the sample.",
            )
        with staged_batch(book_dir, 1) as staging:
            making = _Making(recipe, currency, staging, progress, _Stopwatch())
            rows = making.all_tables(accounts, identities, id_source)
            with making.watch.step("publish"):
                write_batch_facts(staging, _batch_facts(recipe, accounts, currency, rows))
    return SampleReport(1, rows, making.watch.seconds)


def _check_call(accounts: int, seed: int, instalments: int) -> None:
    if not 1 <= accounts <= ACCOUNTS_MAX:
        raise WrongCall(
            f"A sample of {accounts} accounts cannot be made.", "", f"Ask for 1 to {ACCOUNTS_MAX:,} accounts."
        )
    if seed < 0:
        raise WrongCall(f"The seed {seed} is negative.", "", "Give a seed of 0 or more.")
    if not 2 <= instalments <= 40:
        raise WrongCall(
            f"{instalments} instalments are not possible.",
            "",
            "Ask for 2 to 40; the longest loans have three times as many.",
        )


def _open(book_dir: Path, name: str | None, institution_id: int | None, created: date) -> None:
    if institution_id is None:
        book_info(book_dir)
    else:
        open_book(book_dir, name or book_dir.name, institution_id, created=created)


def namespace_of(seed: int) -> str:
    """The system that the numbers of an invented book come from.

    >>> namespace_of(7)
    'sample-7'
    """
    return f"sample-{seed}"


def _batch_facts(recipe: Recipe, accounts: int, currency: str, rows: Mapping[str, int]) -> dict[str, object]:
    """What `batch.json` says: the same keys as after an import, and where the rows come from instead of files."""
    return {
        "number": 1,
        "created": recipe.as_of.isoformat(),
        "files": [],
        "mapping": "sample",
        "mapping_digest": None,
        "namespace": namespace_of(recipe.seed),
        "tables": {
            table: {"read": count, "accepted": count, "rejected": 0, "merged": 0} for table, count in rows.items()
        },
        "sample": {
            "accounts": accounts,
            "seed": recipe.seed,
            "as_of": recipe.as_of.isoformat(),
            "currency": currency,
            "instalments": recipe.instalments,
        },
    }


@dataclass(slots=True)
class _Stopwatch:
    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        started = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - started


class _Files:
    """The files of the batch; each is written by a thread while the next slice is made, one slice ahead at most."""

    def __init__(self, staging: Path, stack: ExitStack) -> None:
        self._files = {name: stack.enter_context(SortedFile(staging, BOOK_TABLES[name])) for name in TABLES}
        self._threads = stack.enter_context(ThreadPoolExecutor(2))
        self._under_way: dict[str, Future[None]] = {}

    def append(self, table: str, columns: dict[str, pa.Array]) -> None:
        """Hand over the next rows of a table; waits for the rows before them."""
        self.wait(table)
        self._under_way[table] = self._threads.submit(self._files[table].append, columns)

    def wait(self, table: str) -> None:
        """Until what was handed over is written; an error while writing is raised here."""
        if table in self._under_way:
            self._under_way.pop(table).result()

    def finish(self) -> dict[str, int]:
        """Wait for all; answers the rows of each table."""
        for table in TABLES:
            self.wait(table)
        return {table: file.rows for table, file in self._files.items()}


@dataclass(slots=True)
class _Making:
    """One book being made."""

    recipe: Recipe
    currency: str
    staging: Path
    progress: Progress
    watch: _Stopwatch

    def all_tables(self, accounts: int, identities: IdentityService | None, id_source: IdSource) -> dict[str, int]:
        """Ids, then accounts, then people; answers the rows of each table."""
        with self.watch.step("who owes what"):
            owners = who.owners_of(self.recipe.seed, accounts)
        parties = int(owners[-1]) + 1
        with self.watch.step("ids"):
            party_ids = self._ids("party", parties, identities, id_source, None)
            account_ids = self._ids("account", accounts, identities, id_source, party_ids[owners])
        worst = np.zeros(parties, dtype=np.int64)
        with ExitStack() as stack:
            files = _Files(self.staging, stack)
            for numbers in self._slices("accounts", account_ids):
                self._accounts(files, numbers, owners[numbers], account_ids[numbers], party_ids, worst)
            for numbers in self._slices("people", party_ids):
                self._people(files, numbers, party_ids[numbers], worst[numbers], identities)
            with self.watch.step("write the rest"):
                rows = files.finish()
        return rows

    def _ids(
        self, kind: str, count: int, identities: IdentityService | None, id_source: IdSource, owners: Ints | None
    ) -> Ints:
        if identities is None:
            return id_source(kind, count)
        found = np.empty(count, dtype=np.int64)
        for start in range(0, count, SLICE):
            self.progress(f"{kind} ids", start, count)
            numbers = np.arange(start, min(start + SLICE, count))
            namespace = namespace_of(self.recipe.seed)
            if owners is None:
                answer = identities.resolve_or_create("party", namespace, who.party_numbers(self.recipe.seed, numbers))
            else:
                answer = identities.resolve_or_create(
                    "account", namespace, who.account_numbers(self.recipe.seed, numbers), pa.array(owners[numbers])
                )
            found[numbers] = _plain(answer)
        self.progress(f"{kind} ids", count, count)
        return found

    def _slices(self, step: str, ids: Ints) -> Iterator[Ints]:
        """Running numbers, slice by slice, in the order of their ids."""
        order = np.argsort(ids, kind="stable")
        for start in range(0, len(order), SLICE):
            self.progress(step, start, len(order))
            yield order[start : start + SLICE]
        self.progress(step, len(order), len(order))

    def _accounts(
        self, files: _Files, numbers: Ints, owners: Ints, account_ids: Ints, party_ids: Ints, worst: Ints
    ) -> None:
        with self.watch.step("accounts"):
            loans = make_loans(self.recipe, numbers, owners)
            np.maximum.at(worst, owners, loans.missing)
            files.append("accounts", account_columns(loans, self.currency, account_ids, party_ids[owners]))
            files.append("account_parties", account_party_columns(self.recipe.seed, loans, account_ids, party_ids))
        with self.watch.step("instalments"):
            schedule = make_schedule(loans)
            files.append("instalments", instalment_columns(schedule, account_ids))
        with self.watch.step("payments"):
            files.append("payments", payment_columns(make_payments(self.recipe, loans, schedule), account_ids))

    def _people(self, files: _Files, numbers: Ints, ids: Ints, worst: Ints, identities: IdentityService | None) -> None:
        seed, as_of = self.recipe.seed, self.recipe.as_of
        with self.watch.step("people"):
            people = who.make_people(seed, numbers)
            points = who.make_contact_points(seed, people)
            place, attribute, value = who.protected_rows(seed, people)
            files.append("protected", {"party_id": pa.array(ids[place]), "attribute": attribute, "value": value})
            for table, (rows, columns) in {
                "holds": protecting.holds(seed, as_of, people, worst),
                "contact_history": protecting.contact_history(seed, as_of, people, worst),
            }.items():
                files.append(table, {"party_id": pa.array(ids[rows]), **columns})
            rows, columns = protecting.consents(as_of, points)
            files.append("consents", {"party_id": pa.array(ids[points.person[rows]]), **columns})
        with self.watch.step("seal"):
            files.append(
                "parties",
                {
                    "party_id": pa.array(ids),
                    **who.party_columns(seed, people),
                    **_sealed_names(seed, people, ids, identities),
                },
            )
            files.append(
                "contact_points",
                {**contact_point_columns(as_of, points, ids), **_sealed_values(people, points, ids, identities)},
            )


def _sealed_names(seed: int, people: who.People, ids: Ints, identities: IdentityService | None) -> dict[str, pa.Array]:
    if identities is None:
        return {}
    texts = who.personal_json(who.names_of(seed, people), who.party_numbers(seed, people.number))
    return {"sealed": identities.seal_many(pa.array(ids), texts.cast(pa.binary()), "parties")}


def _sealed_values(
    people: who.People, points: who.ContactPoints, ids: Ints, identities: IdentityService | None
) -> dict[str, pa.Array]:
    if identities is None:
        return {}
    texts = who.contact_values_json(people, points).cast(pa.binary())
    return {"sealed": identities.seal_many(pa.array(ids[points.person]), texts, "contact_points")}


def _plain(answer: pa.Array | pa.ChunkedArray) -> Ints:
    assert answer.null_count == 0, "a number without an id"
    return np.asarray(
        answer.to_numpy(zero_copy_only=False) if isinstance(answer, pa.Array) else answer.to_numpy(), dtype=np.int64
    )
