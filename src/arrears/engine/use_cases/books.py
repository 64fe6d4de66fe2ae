"""How do debts come into a book, and a book into a run?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path

import pyarrow as pa

from arrears.assess.classification.kinds import ProductKinds
from arrears.assess.classification.regimes import RegimeFigures
from arrears.assess.classification.stated import read_kinds, read_regimes
from arrears.assess.delinquency.conventions import read_conventions
from arrears.assess.delinquency.settings import DelinquencySettings
from arrears.assess.early_warning.settings import EarlyWarningSettings
from arrears.assess.early_warning.stated import read_early_warning
from arrears.casefile.store.institution import acting_for, institution_key
from arrears.casefile.store.vault import default_vault
from arrears.core.problems import WrongCall
from arrears.core.progress import Progress
from arrears.decide.policy.table import Policy
from arrears.engine.assigning import is_assigned
from arrears.engine.case_records import CaseRecords
from arrears.engine.columns_engine import EngineSettings
from arrears.engine.conduct_events import EarlierWords
from arrears.engine.conduct_packs import own_house_digest
from arrears.engine.due_days import calendar_of
from arrears.engine.home import Home
from arrears.engine.law_terms import law_terms
from arrears.engine.legal_figures import regime_figures
from arrears.engine.nightly import RunRequest, nightly
from arrears.engine.policy_files import PolicyFile
from arrears.engine.prescreening import Screening
from arrears.engine.use_cases.circumstances import CHANNELS, OUTCOMES
from arrears.engine.use_cases.confirming import packs_of
from arrears.engine.use_cases.experiments import stop_where_complaints_say_so
from arrears.engine.use_cases.night_reports import REPORTS_A_NIGHT, Night, store_night_reports
from arrears.engine.use_cases.record_keeping import seal_and_sign
from arrears.engine.use_cases.setting_up import institution_of
from arrears.intake.book.guessing import Guess, guess_mapping
from arrears.intake.book.keeper import StoreKeeper
from arrears.intake.book.layout import book_info, open_book
from arrears.intake.book.mapping import load_mapping
from arrears.intake.book.pool import export_pool, remove_expired
from arrears.intake.book.taking_in import ImportReport, Trial, take_in, try_out
from arrears.intake.sample.making import SampleReport, make_sample
from arrears.record.privacy import index

MAIN_BOOK = "main"


@dataclass(frozen=True, slots=True)
class BookPlace:
    """A book's folder and the folder of its runs."""

    folder: Path
    runs: Path


def book_place(home: Home, named: str | None, output: Path | None = None) -> BookPlace:
    """Which book is meant: one of the home by name, or any folder by its path?

    Args:
        named: a name, a path, or None for the main book.
        output: where its runs go instead of the home.
    """
    name = named or MAIN_BOOK
    is_path = "/" in name or name.startswith(".")
    folder = Path(name).expanduser().absolute() if is_path else home.book(name)
    return BookPlace(folder, output.expanduser().absolute() if output else home.runs / folder.name)


def keeper_of(institution_id: int, jurisdiction: str = "", on: date | None = None) -> StoreKeeper:
    """Who knows the lender's numbers and seals names for this institution.

    Args:
        jurisdiction: whose calling code telephone numbers without one have; with it and `on`, contact values enter the index of exact search.
        on: the day of the delivery.
    """
    with acting_for(institution_id):
        key = institution_key(institution_id)

    def indexed(party_ids: pa.Array, plaintexts: pa.Array) -> None:
        assert on is not None, "asked for below only with a day"
        values = index.values_in(plaintexts.to_pylist())
        index.enter(party_ids.to_pylist(), values, jurisdiction, index.search_keys(datetime.combine(on, time(), UTC)))

    return StoreKeeper(institution_id, key, default_vault(), indexed if on is not None else None)


def import_files(
    home: Home,
    files: Sequence[Path],
    mapping_file: Path,
    named: str | None,
    *,
    received_on: date,
    progress: Progress,
    threads: int | None = None,
    from_pool: Path | None = None,
) -> ImportReport:
    """Take a lender's files into the book as its next batch; what is wrong goes to the error pool.

    Args:
        received_on: the day of the delivery; error pools that have expired by then are removed first.
        from_pool: the error pool whose exported and corrected rows the files are.
    """
    institution_id = institution_of(home)
    place = book_place(home, named)
    mapping = load_mapping(mapping_file)
    remove_expired(home.pool, received_on)
    open_book(place.folder, place.folder.name, institution_id, created=received_on)
    vault = default_vault()
    return take_in(
        files, mapping, place.folder, keeper_of(institution_id, home.read_settings().jurisdiction, received_on), received_on=received_on, pool_dir=home.pool,
        seal_pool=lambda content: vault.wrap(content, pool_purpose(institution_id)), progress=progress, threads=threads, from_pool=from_pool,
    )


def try_import(
    home: Home, files: Sequence[Path], mapping_file: Path, named: str | None, *, progress: Progress, threads: int | None = None, from_pool: Path | None = None
) -> Trial:
    """What would `import_files` do? The first rows as they would land, and the findings; nothing is changed."""
    institution_id = institution_of(home)
    folder = book_place(home, named).folder
    book = folder if (folder / "book.json").exists() else None
    return try_out(files, load_mapping(mapping_file), book, keeper_of(institution_id), progress=progress, threads=threads, from_pool=from_pool)


def guessed_mapping(home: Home, files: Sequence[Path], name: str | None = None) -> Guess:
    """Which mapping could fit these files? A proposal to read and correct; the home's currency stands where the files say none."""
    currency = home.read_settings().currency if home.is_made else "CNY"
    return guess_mapping(files, name or (files[0].name.partition(".")[0] or "guessed"), currency)


def exported_pool(home: Home, pool: Path) -> dict[str, str]:
    """The refused rows of an import as CSV files, each row with what is wrong and what to do: file name → text."""
    institution_id, vault = institution_of(home), default_vault()
    return export_pool(pool, lambda content: vault.unwrap(content, pool_purpose(institution_id)))


def pool_purpose(institution_id: int) -> bytes:
    """For what are refused rows sealed under the envelope key? Part of the seal, so no other sealed bytes can stand in."""
    return b"institution:%d:pool" % institution_id


def sample_book(home: Home, accounts: int, seed: int, named: str | None, *, as_of: date, currency: str, progress: Progress, personal: bool = True) -> SampleReport:
    """Make an invented book, for a demonstration or to measure with (`personal` False leaves names and contact points out)."""
    institution_id = institution_of(home)
    place = book_place(home, named)
    keeper = keeper_of(institution_id, home.read_settings().jurisdiction, as_of) if personal else None
    return make_sample(
        place.folder, accounts, seed, as_of, keeper, currency=currency, name=place.folder.name, institution_id=institution_id, progress=progress
    )


def conventions_of(home: Home, named: Path | None) -> DelinquencySettings:
    """By which conventions does this home count days and amounts?

    Raises:
        WrongCall: the file that was named is not there.
        ConventionsNotValid: it cannot be used, or names a calendar that there is not; the message names the key.
    """
    file = named or home.conventions_file
    if not file.is_file():
        if named:
            raise WrongCall(f"There is no conventions file {named}.", "Days would be counted otherwise than you mean.", "Name a file that is there.")
        return DelinquencySettings()
    settings = read_conventions(file.read_text(encoding="utf-8"), home.read_settings().currency, file.name)
    for rule in settings.rules_of_days:
        calendar_of(rule.calendar)
    return settings


def regimes_chosen(home: Home, named: Path | None) -> tuple[RegimeFigures, ...]:
    """By which regulators' rules does this home classify? Its jurisdiction's, unless the conventions file chooses; called after `conventions_of`."""
    file = named or home.conventions_file
    text = file.read_text(encoding="utf-8") if file.is_file() else ""
    return regime_figures(read_regimes(text, home.read_settings().jurisdiction, file.name))


def kinds_stated(home: Home, named: Path | None) -> ProductKinds:
    """Of which products does this home state the kind? The block `product_kinds` of the same file; called after `conventions_of` has judged it."""
    file = named or home.conventions_file
    return read_kinds(file.read_text(encoding="utf-8"), file.name) if file.is_file() else ()


def early_warning_of(home: Home, named: Path | None) -> EarlyWarningSettings:
    """From which thresholds on does this home raise alerts? The block `early_warning` of the same file; called after `conventions_of` has judged it."""
    file = named or home.conventions_file
    return read_early_warning(file.read_text(encoding="utf-8"), file.name) if file.is_file() else EarlyWarningSettings()


def screening_of(home: Home, institution_id: int, on: date) -> Screening | None:
    """With what does a night of this home ask who could be contacted? None where `law.yaml` does not say in which role the lender collects, under
    which licence it lent and since when its contacts are known: then the gate permits nobody anyway."""
    terms = law_terms(home)
    if terms.actor is None or terms.lender is None or terms.history_known_from is None:
        return None
    return Screening(
        packs_of(institution_id, on, home), terms.actor, terms.lender, terms.history_known_from, EarlierWords(CHANNELS, OUTCOMES), terms.places, terms.regions,
        terms.zones, terms.products, own_house_digest(home),
    )


def values_chosen(home: Home, policy: Policy, named: Path | None) -> Path | None:
    """By which file of learnt values does this night weigh? The one named, else the home's; none where the policy weighs nothing.

    Raises:
        WrongCall: the file that was named is not there, or the policy would not look at it.
    """
    if named is None:
        return home.learnt_values_file if home.learnt_values_file.is_file() and is_assigned(policy) else None
    if not named.is_file():
        raise WrongCall(f"There is no file {named}.", "Treatments would be weighed otherwise than you mean.", "Name a Parquet file that is there.")
    if not is_assigned(policy):
        raise WrongCall(f"The policy {policy.name} states no capacity and no values, so it weighs nothing.", "The file would change nothing.", "Leave --values out, or name another policy.")
    return named


def run_book(
    home: Home, named: str | None, on: date, policy: Policy, *, at: datetime, actor: str, engine: EngineSettings, progress: Progress,
    output: Path | None = None, conventions: Path | None = None, reports: int = REPORTS_A_NIGHT,
    policy_file: PolicyFile | None = None, values: Path | None = None,
) -> Night:
    """The nightly run over one book of this home's institution, and the reports that it leaves; what went wrong with these is told in the answer.

    Args:
        conventions: file of the lender's conventions; None takes the home's, and where there is none the defaults.
        reports: of so many first cases of the worklist a report is stored after the run is published.
        policy_file: the file of the policy, for the record.
        values: file of learnt values; None takes the home's, and where there is none the policy's own gains count.

    Raises:
        BadData: the learnt values cannot be used.
        WrongCall: the book belongs to another institution.
    """
    institution_id = institution_of(home)
    place = book_place(home, named, output)
    if book_info(place.folder).institution_id != institution_id:
        raise WrongCall(f"The book in {place.folder} belongs to another institution.", "Its people are not ours to treat.", "Name a book of this home.")
    request = RunRequest(
        place.folder, place.runs, on, at, actor, policy, conventions_of(home, conventions), engine, regimes_chosen(home, conventions),
        early_warning_of(home, conventions), kinds_stated(home, conventions), screening_of(home, institution_id, on), policy_file,
        values_chosen(home, policy, values),
    )
    stop_where_complaints_say_so(institution_id, policy, place.folder, place.runs, on, at=at, actor=actor)
    result = nightly(request, CaseRecords(institution_id, with_conduct=request.screening is not None), progress)
    seal_and_sign(home, institution_id, at)
    left = store_night_reports(home, institution_id, place.folder.name, result, reports, today=at.astimezone().date(), progress=progress)
    return Night(result.name, result.folder, result.facts, result.already_published, result.taken_up, left)
