"""Since when has nothing happened in a person's cases, and what does that mean for what is kept about them?

Facts come from the records, days and balances from books and runs. All people of an institution are looked at in columns; a person alone is
a batch of one. People whose last day is the same are judged once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import pyarrow as pa
import yaml

from arrears.casefile.facts.retention import LegalHoldPlaced, legal_holds_in_force
from arrears.casefile.store import load
from arrears.core.book import BOOK_TABLES
from arrears.core.problems import BadData
from arrears.core.strict_yaml import NothingTwice
from arrears.engine.home import Home
from arrears.engine.legal_figures import figures_of
from arrears.engine.use_cases.reading import Portfolio, portfolios
from arrears.engine.use_cases.reading.files import looking_into
from arrears.intake.book.layout import latest_by_key_sql
from arrears.record.retention.duties import DUTIES, PACK_OF, Confirmed, Period, RecordType, periods_on, record_type_of_evidence
from arrears.record.retention.verdicts import Record, Verdict, how_long, judge


@dataclass(frozen=True, slots=True)
class EvidenceStanding:
    """One piece of evidence whose bytes are there, and what is to be done with it."""

    evidence_id: int
    record_type: RecordType
    address: str
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class PersonStanding:
    """How one person stands: the last day of any activity (None: none is known), whether a debt is open, legal holds, and what is to be done
    with the file and each piece of evidence."""

    party_id: int
    last_activity_on: date | None
    is_open: bool
    legal_holds: tuple[LegalHoldPlaced, ...]
    file: Verdict
    evidence: tuple[EvidenceStanding, ...]

    @property
    def verdicts(self) -> Mapping[RecordType, Verdict]:
        """For each record type that there is, the verdict that keeps longest."""
        found = {RecordType.PERSONAL_FILE: self.file}
        for one in self.evidence:
            found[one.record_type] = max(found.get(one.record_type, one.verdict), one.verdict, key=how_long)
        return found

    @property
    def is_held(self) -> bool:
        """Does a legal hold keep everything?"""
        return bool(self.legal_holds)

    @property
    def may_be_erased(self) -> bool:
        """Is there no duty that keeps anything?"""
        return all(verdict.may_be_erased for verdict in self.verdicts.values())


def of_person(home: Home, institution_id: int, party_id: int, on: date, *, ends_purpose: bool = False) -> PersonStanding:
    """How does this person stand? Inside `acting_for`.

    Args:
        ends_purpose: the reason itself ends the purpose (a wrong person, an order), so an open debt keeps nothing.
    """
    rows = [row for row in activity(home, institution_id, on, [party_id]).to_pylist() if row["party_id"] == party_id]
    last, is_open = (rows[0]["last_on"], rows[0]["is_open"]) if rows else (None, False)
    holds = tuple(legal_holds_in_force(*load.legal_holds(party_id), on))
    counted_from = (last or on) if ends_purpose or not is_open else None
    periods = periods_of(home, on)
    file = judge(Record(RecordType.PERSONAL_FILE, counted_from or on, counted_from, bool(holds)), periods, on)
    evidence = tuple(
        EvidenceStanding(row["evidence_id"], record_type_of_evidence(row["kind"]), row["address"],
                         judge(Record(record_type_of_evidence(row["kind"]), row["recorded_on"], counted_from, bool(holds)), periods, on))
        for row in load.evidence_by_age([party_id]).to_pylist())
    return PersonStanding(party_id, last, is_open, holds, file, evidence)


def periods_of(home: Home, on: date) -> tuple[Period, ...]:
    """Which duties bind this home on this day, and which of their figures are confirmed? Inside `acting_for`."""
    pack = PACK_OF.get(home.read_settings().jurisdiction)
    if pack is None:
        return ()
    confirmed = frozenset(Confirmed(one.figure, one.value, one.unit) for one in load.figures_confirmed())
    return periods_on(pack, figures_of(pack)[0], on, confirmed, frozenset(not_binding(home)))


class _Loader(NothingTwice, yaml.SafeLoader):
    """YAML in which a key given twice is an error."""


def not_binding(home: Home) -> dict[str, str]:
    """Which figures of law does the lender state not to bind it, and why? From `retention.yaml` in the home, key `not_binding`.

    Raises:
        BadData: the file cannot be used, or names a figure that there is not.
    """
    if not home.retention_file.is_file():
        return {}
    try:
        said = yaml.load(home.retention_file.read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506 - a SafeLoader
    except (yaml.YAMLError, UnicodeDecodeError, ValueError) as trouble:
        raise _refused(f"it is not the YAML we expect: {trouble}") from trouble
    stated = said.get("not_binding", {}) if isinstance(said, dict) and said.keys() <= {"not_binding"} else None
    known = {duty.figure for duty in DUTIES.get(PACK_OF.get(home.read_settings().jurisdiction, ""), ())}
    if not isinstance(stated, dict) or not all(isinstance(why, str) and why.strip() for why in stated.values()):
        raise _refused("expected “not_binding:” with figures and for each the reason in words.")
    if unknown := sorted(str(name) for name in stated.keys() - known):
        raise _refused(f"no figure of this home is called {', '.join(unknown)}; there are: {', '.join(sorted(known)) or 'none'}.")
    return dict(stated)


def _refused(what: str) -> BadData:
    return BadData(f"retention.yaml: {what}", "A duty to keep must not be dropped by a mistake in writing.", "Correct the file.")


_SCHEMA = pa.schema([("party_id", pa.int64()), ("last_on", pa.date32()), ("is_open", pa.bool_())])


def activity(home: Home, institution_id: int, on: date, party_ids: Sequence[int] | None = None) -> pa.Table:
    """When did anything happen last with each person (None: never that we know), and is a debt open? All who can still be opened, or some.

    Open is a case that is not closed, and an account that is not closed and on which anything is or may be owed. Inside `acting_for`.
    """
    people = load.people_with_keys() if party_ids is None else pa.table({"party_id": pa.array(party_ids, pa.int64())})
    with looking_into(home) as connection:
        connection.register("people", people)
        connection.register("facts", load.last_activity())
        parts = ["SELECT party_id, last_on, has_open_case AS is_open FROM facts"]
        parts += [part for book in portfolios(home, institution_id) for part in _book_parts(book, on)]
        return connection.sql(
            f"""SELECT p.party_id, max(s.last_on) AS last_on, coalesce(bool_or(s.is_open), false) AS is_open FROM people p
                LEFT JOIN ({" UNION ALL ".join(parts)}) s USING (party_id) GROUP BY p.party_id ORDER BY p.party_id""").to_arrow_table().cast(_SCHEMA)


def _book_parts(book: Portfolio, on: date) -> list[str]:
    """What one book says: payments and contacts until the day, and accounts on which something may be owed."""
    rows = {name: f"({latest_by_key_sql(book.folder, name)})" for name in ("accounts", "payments", "contact_history")}
    assert {"status", "party_id"} <= {column.name for column in BOOK_TABLES["accounts"].columns}
    owed = f"SELECT account_id, balance_minor FROM read_parquet('{book.run.file('assessment')}')" if book.run else "SELECT NULL::BIGINT AS account_id, NULL::BIGINT AS balance_minor WHERE false"
    day = f"DATE '{on.isoformat()}'"
    return [
        f"SELECT party_id, NULL::DATE AS last_on, true AS is_open FROM {rows['accounts']} a LEFT JOIN ({owed}) b USING (account_id) "
        "WHERE status IS DISTINCT FROM 'closed' AND coalesce(b.balance_minor, 1) > 0",
        f"SELECT a.party_id, p.paid_on, false FROM {rows['payments']} p JOIN {rows['accounts']} a USING (account_id) WHERE p.paid_on <= {day}",
        f"SELECT party_id, occurred_on, false FROM {rows['contact_history']} WHERE occurred_on <= {day}",
    ]
