"""What does the machine decide on each day of a story, and is it what was expected?

A story is played in a home of its own: its debts, payments and contact log come in as a lender's files do, holds and messages are recorded as
colleagues record them, and the policy decides each day that is looked at by the same expressions as a night. Played with whole nights, every such day is a published run.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import ibis
import pyarrow as pa

from arrears.casefile.facts.hold import Hold, HoldKind, HoldScope
from arrears.casefile.store.identity import Identities
from arrears.casefile.store.institution import acting_for, institution_key
from arrears.check.conduct.facts import Proposed
from arrears.check.conduct.words import Act, ActorRole, Channel, LenderKind, Purpose, Side
from arrears.check.gate.using import record_received
from arrears.check.protections import debt_of
from arrears.core.ids import case_id_of
from arrears.core.money import format_money
from arrears.core.problems import BadData, WrongCall
from arrears.core.progress import Progress, silent
from arrears.core.reasons import Sentence
from arrears.decide.policy.columns import CASE_SCHEMA
from arrears.decide.policy.compile import CHOSEN_TYPES, treatments_of
from arrears.decide.policy.table import Policy, Treatment
from arrears.engine import words
from arrears.engine.case_records import CaseRecords
from arrears.engine.columns_engine import EngineSettings, rows_by_name
from arrears.engine.decision_words import in_words_sql, worded_sql
from arrears.engine.history import Every
from arrears.engine.home import Home, HomeSettings
from arrears.engine.policy_simulation import SimulationRequest, days_decided
from arrears.engine.stories.delivering import NAMESPACE, write_delivery
from arrears.engine.stories.telling import NO_CASE, Expected, Happening, Story, What, read_story
from arrears.engine.text_files import text_in
from arrears.engine.use_cases.books import book_place, conventions_of, import_files, run_book
from arrears.engine.use_cases.policies import named_policy
from arrears.engine.use_cases.protecting import Reach, lift_hold, place_hold
from arrears.engine.use_cases.reading.files import looking_into
from arrears.engine.use_cases.setting_up import institution_of, set_up
from arrears.intake.book.examples import examples_dir

TELLER = "story"
"""Who records the facts of a story."""
INSTITUTION = "Stories"
NOON, EVENING = time(12), time(20)
LARGEST_BYTES = 1_000_000
DECIDED_SCHEMA = ibis.schema({"party_id": "int64", **dict(CASE_SCHEMA.items()), **CHOSEN_TYPES})
"""What a policy decides in a simulation: nobody is drawn into an experiment."""
COLUMNS = "party_id, treatment, channel, rule, reason_en, reason_zh, days_past_due, amount_overdue_minor, currency"
NOTHING_OVERDUE = Sentence("Nothing is overdue, so there is no case.", "无逾期款项，不立案。")
NO_TREATMENT = Treatment(NO_CASE, Sentence("No case", "无案件"), "none", contact=False, automatic=True)


@dataclass(frozen=True, slots=True)
class Decided:
    """What was decided for a person on a day; days and amount are empty where there is no case or they are not known."""

    treatment: str
    label: Sentence
    channel: str
    rule: str
    reason: Sentence
    days_past_due: int | None = None
    amount_overdue_minor: int | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was decided beside what was expected."""

    expected: Expected
    expected_label: Sentence
    decided: Decided

    @property
    def differs_in(self) -> tuple[str, ...]:
        """In which of the things that were expected does it differ: treatment, channel, rule?"""
        wanted = {name: getattr(self.expected, name) for name in ("treatment", "channel", "rule")}
        return tuple(name for name, value in wanted.items() if value is not None and value != getattr(self.decided, name))


@dataclass(frozen=True, slots=True)
class DayPlayed:
    """One day that was looked at: what had happened since the one before, and what was decided."""

    on: date
    happened: tuple[tuple[date, Sentence], ...]
    verdicts: tuple[Verdict, ...]


@dataclass(frozen=True, slots=True)
class Played:
    """A story, the policy that it was played with, and its days."""

    story: Story
    policy: Policy
    days: tuple[DayPlayed, ...]

    @property
    def is_as_expected(self) -> bool:
        """Was everything decided as expected?"""
        return not any(one.differs_in for day in self.days for one in day.verdicts)


def stories_dir() -> Path:
    """The folder of the stories that come with the product."""
    return examples_dir() / "stories"


def shipped_stories() -> dict[str, Story]:
    """Every story that comes with the product, by its name, in alphabetical order."""
    return {file.stem: story_in(file) for file in sorted(stories_dir().glob("*.yaml"))}


def story_in(file: Path) -> Story:
    """The story in this file.

    Raises:
        WrongCall: there is no such file.
        StoryNotValid: it has faults; each is named with its line.
        BadData: it is no text in UTF-8, or far too large.
    """
    if not file.is_file():
        raise WrongCall(f"There is no story {file}.", "Nothing was played.", "Name a YAML file, or a story of: arrears story list")
    return read_story(text_in(file, LARGEST_BYTES, "A story is written by people."), file.name)


def story_meant(said: str) -> tuple[Story, Path]:
    """The story in a file, or the shipped one of this name, and its file. Raises as `story_in` does."""
    file = Path(said) if said.endswith((".yaml", ".yml")) else stories_dir() / f"{said}.yaml"
    if not file.is_file():
        known = ", ".join(sorted(one.stem for one in stories_dir().glob("*.yaml")))
        raise WrongCall(f"There is no story “{said}”.", "Nothing was played.", f"Name a YAML file, or one of: {known}.")
    return story_in(file), file


def policy_of(story: Story, file: Path, named: str | None) -> Policy:
    """The policy that a story is played with: the one named, else its own; a file that the story names lies beside it. Raises as `named_policy` does."""
    if named:
        return named_policy(named).policy
    return named_policy(str(file.parent / story.policy) if story.policy.endswith((".yaml", ".yml")) else story.policy).policy


def play(
    home: Home, story: Story, policy: Policy, *, engine: EngineSettings | None = None, progress: Progress = silent, whole_nights: bool = False,
) -> Played:
    """Play the story in this home.

    Args:
        home: an open home in which nothing was set up yet; it is the story's afterwards.
        whole_nights: publish a run for every day that is looked at, as `arrears run` does.

    Raises:
        BadData: the debts of the story were not taken in whole.
        PolicyNotValid: a condition of the policy is not accepted.
    """
    using = engine or EngineSettings(threads=1, memory_limit="500MB")
    set_up(home, HomeSettings(story.jurisdiction, story.currency, "en", INSTITUTION), TELLER, None)
    institution_id = institution_of(home)
    _take_in(home, story, progress)
    people = _ids(institution_id, "party", [one.id for one in story.people])
    _record(institution_id, story, people, _ids(institution_id, "account", [one.id for one in story.accounts]))
    nights = _whole_nights if whole_nights else _days
    days, since = [], date.min
    for on, rows in nights(home, institution_id, story, policy, using, progress):
        happened = tuple((day, told(story, fact)) for day, fact in story.happenings if since < day <= on)
        days.append(DayPlayed(on, happened, _verdicts(story, policy, on, people, rows)))
        since = on
    return Played(story, policy, tuple(days))


def _take_in(home: Home, story: Story, progress: Progress) -> None:
    with TemporaryDirectory(prefix="arrears-story-") as folder:
        files = write_delivery(story, Path(folder))
        mapping = stories_dir() / "delivery" / "mapping.yaml"
        report = import_files(home, files, mapping, story.story, received_on=story.days[-1].day, progress=progress, threads=1)
    if report.findings:
        raise BadData(f"The debts of the story were not taken in whole. {report.message}", "A day would be decided by half of it.", "Look at the ids, days and amounts of its accounts.")


def _ids(institution_id: int, kind: str, numbers: list[str]) -> dict[str, int]:
    """Our ids of the story's people or accounts."""
    with acting_for(institution_id):
        found = Identities(institution_id, institution_key(institution_id)).resolve(kind, NAMESPACE, pa.array(numbers, pa.string()))
    return dict(zip(numbers, found.to_pylist(), strict=True))


def _record(institution_id: int, story: Story, people: Mapping[str, int], accounts: Mapping[str, int]) -> None:
    """Holds, their ends, and messages received, each at noon of its day, as colleagues record them."""
    standing: dict[tuple[str | None, str | None], Hold] = {}
    for on, fact in story.happenings:
        if fact.what not in (What.HOLD, What.LIFTED, What.MESSAGE):
            continue
        assert fact.person is not None, "the reader saw to it"
        at, party_id, key = datetime.combine(on, NOON, UTC), people[fact.person], (fact.person, fact.kind)
        reason = fact.words.en if fact.words else ""
        account_ids = (accounts[fact.account],) if fact.account else ()
        if fact.what == What.HOLD:
            assert fact.kind is not None
            reach = Reach(HoldScope.DEBT, account_ids) if account_ids else Reach()
            standing[key] = place_hold(institution_id, party_id, HoldKind(fact.kind), reason, reach, at=at, actor=TELLER)
        elif fact.what == What.LIFTED:
            hold = standing.pop(key)
            lift_hold(institution_id, party_id, hold.hold_id, reason, role=hold.may_lift.value, is_trained=True, at=at, actor=TELLER)
        else:
            assert fact.channel is not None
            message = Proposed(Act.CONTACT, "lender", Purpose.ANSWER, Channel(fact.channel), debts=frozenset(debt_of(one) for one in account_ids))
            with acting_for(institution_id):
                record_received(party_id, case_id_of(story.story, party_id), message, Side.DEBTOR, at, note=reason, at=at, actor=TELLER, cause=TELLER)


Night = tuple[date, list[dict[str, Any]]]


def _days(home: Home, institution_id: int, story: Story, policy: Policy, engine: EngineSettings, progress: Progress) -> Iterator[Night]:
    """What is decided on each day, without publishing anything."""
    records = CaseRecords(institution_id, with_conduct=True)
    nights = story.nights
    request = SimulationRequest(
        book_place(home, story.story).folder, policy, nights[0], nights[-1], Every.DAY, conventions_of(home, None), engine, lambda on: records.freeze(on).tables)
    for on, connection in days_decided(request, nights, progress):
        yield on, rows_by_name(connection, f"SELECT {COLUMNS} FROM {worded_sql('SELECT * FROM decided', policy, DECIDED_SCHEMA)}")


def _whole_nights(home: Home, institution_id: int, story: Story, policy: Policy, engine: EngineSettings, progress: Progress) -> Iterator[Night]:
    """The same from a run that is published for each day; with `law.yaml`, for messages count in a night that knows whose law binds."""
    home.law_file.write_text(
        f"{{places: [{story.jurisdiction}], actor: {ActorRole.CREDITOR_OWN_NAME}, lender: {LenderKind.BANK}, history_known_from: {story.contacts_known_from}}}\n",
        encoding="utf-8")
    for on in story.nights:
        at = datetime.combine(on, EVENING, UTC)
        run = run_book(home, story.story, on, policy, at=at, actor=TELLER, engine=engine, progress=progress, reports=0)
        with looking_into(home) as connection:
            yield on, rows_by_name(connection, f"SELECT {COLUMNS} FROM ({in_words_sql(run.folder, 'SELECT * FROM read_parquet(?)')})", [str(run.folder / "decisions.parquet")])


def _verdicts(story: Story, policy: Policy, on: date, people: Mapping[str, int], rows: list[dict[str, Any]]) -> tuple[Verdict, ...]:
    treatments = {**treatments_of(policy), NO_CASE: NO_TREATMENT}
    by_party = {row["party_id"]: row for row in rows}
    (day,) = (one for one in story.days if one.day == on)
    found = []
    for expected in day.expect:
        label = treatments[expected.treatment].label if expected.treatment in treatments else Sentence(expected.treatment, expected.treatment)
        found.append(Verdict(expected, label, _decided(by_party.get(people[expected.person]), treatments)))
    return tuple(found)


def _decided(row: Mapping[str, Any] | None, treatments: Mapping[str, Treatment]) -> Decided:
    if row is None:
        return Decided(NO_CASE, NO_TREATMENT.label, "none", "", NOTHING_OVERDUE)
    return Decided(
        row["treatment"], treatments[row["treatment"]].label, row["channel"], row["rule"], Sentence(row["reason_en"], row["reason_zh"]), row["days_past_due"],
        row["amount_overdue_minor"])


def told(story: Story, fact: Happening) -> Sentence:
    """A fact in words: its own where it has some, else made of what it states."""
    if fact.words is not None:
        return fact.words
    if fact.what == What.PAID:
        assert fact.amount_minor is not None
        return Sentence(*(text.format(format_money(fact.amount_minor, story.currency, language)) for text, language in (("{} paid", "en"), ("还款 {}", "zh"))))
    names = {one.id: one.name for one in story.people}
    way = words.CHANNELS.get(fact.channel or "", Sentence(fact.channel or "", fact.channel or ""))
    if fact.what == What.MESSAGE:
        return Sentence(f"{names[fact.person or '']} got in touch ({way.en})", f"{names[fact.person or '']} 主动联系（{way.zh}）")
    outcome = words.OUTCOMES[fact.outcome or ""]
    return Sentence(f"{way.en} to {names[fact.person or '']}: {outcome.en}", f"{way.zh}联系 {names[fact.person or '']}：{outcome.zh}")
