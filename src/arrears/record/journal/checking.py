"""Does the whole record still say what was sealed and signed?

Comes in: an institution's rows as they are now, the heads that its home keeps outside the database, and the roots it trusts for
time-stamps. Goes out: findings, none of which stops the look; an empty list means that every sealed entry is there unchanged, every
signed head is the root of what is there, and nothing was written that is neither sealed nor waiting. Whoever bypassed the triggers as the
database's administrator is found here: they cannot sign.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509

from arrears.casefile.facts.journal import instant
from arrears.casefile.store import sets
from arrears.casefile.store.ids import random_id
from arrears.casefile.store.institution import acting_institution
from arrears.casefile.store.rows import FACT_TABLES
from arrears.core.progress import Progress
from arrears.record.journal.heads import Contradiction, Head, heads, signature_holds
from arrears.record.journal.merkle import leaf_hash, roots_at
from arrears.record.journal.nodes import log_size
from arrears.record.journal.signing import public_keys
from arrears.record.journal.timestamps import stamp_holds, stamps

CHUNK_ENTRIES = 100_000


@dataclass(frozen=True, slots=True)
class LogFinding:
    """Something is not as it was written: `kind` names what, `number` the entry's place in the log where it has one, `what` says it in words."""

    kind: str
    what: str
    number: int | None = None
    entry_id: int | None = None


@dataclass(frozen=True, slots=True)
class LogChecked:
    """How much was looked at, and what was found?"""

    entries: int
    heads: int
    stamps: int
    findings: tuple[LogFinding, ...]


def check_log(kept: Sequence[Head], roots: Sequence[x509.Certificate], told: Progress) -> LogChecked:
    """Look at numbers, hashes, heads, signatures and time-stamps of the acting institution. Inside `acting_for`."""
    findings: list[LogFinding] = []
    signed = heads()
    everything = sorted({head.line: head for head in (*kept, *signed)}.values(), key=lambda head: (head.size, head.signed_at))
    size = log_size()
    leaves = _leaves(size, findings, told)
    found = dict(roots_at(leaves, sorted({head.size for head in everything})))
    for _rest in leaves:  # The entries behind the last head are compared as well.
        pass
    findings += _wrong_heads(everything, signed, found, size)
    findings += _forgotten_entries()
    stamped = _wrong_stamps({head.head_id: head for head in signed}, roots, findings)
    return LogChecked(size, len(everything), stamped, tuple(findings))


def _leaves(size: int, findings: list[LogFinding], told: Progress) -> Iterator[bytes]:
    """The leaves as the entries give them now; what does not fit its number is found on the way."""
    expected = 0
    for start in range(0, size, CHUNK_ENTRIES):
        told("check", start, size)
        rows = sets.cursor().execute(
            """SELECT s.number, s.entry_id, s.entry_hash, e.entry_hash FROM sealed_entries s LEFT JOIN journal_entries e USING (entry_id)
               WHERE s.institution_id = %s AND s.number >= %s AND s.number < %s ORDER BY s.number""",
            [acting_institution(), start, start + CHUNK_ENTRIES]).fetchall()
        for number, entry_id, sealed, now in rows:
            if number != expected:
                findings.append(LogFinding("gap", f"Before entry {number + 1} of the log {number - expected} are missing.", number))
            expected = number + 1
            if now is None:
                findings.append(LogFinding("missing", f"Entry {number + 1} of the log is no longer there.", number, entry_id))
            elif bytes(now) != bytes(sealed):
                findings.append(LogFinding("altered", f"Entry {number + 1} of the log has another hash than when it was sealed.", number, entry_id))
            yield leaf_hash(bytes(sealed if now is None else now))
    told("check", size, size)


def _wrong_heads(everything: Sequence[Head], signed: Sequence[Head], found: dict[int, bytes], size: int) -> Iterator[LogFinding]:
    keys, in_database = public_keys(), {head.line for head in signed}
    for head in everything:
        name = f"The head over {head.size} entries of {instant(head.signed_at)}"
        if not signature_holds(head, keys):
            yield LogFinding("forged", f"{name} does not bear this institution's signature.")
        if head.line not in in_database:
            yield LogFinding("head_missing", f"{name} is in the home's file and no longer in the database.")
        if head.size > size:
            yield LogFinding("cut_off", f"{name} was signed, and the log has {size} entries now: its end was removed.")
        elif found.get(head.size) != head.root:
            yield LogFinding("rewritten", f"{name} is not the root of the entries that are there now: something among the first {head.size} was changed.")


def _forgotten_entries() -> Iterator[LogFinding]:
    """Entries that are neither sealed nor waiting: somebody took them out of the queue."""
    rows = sets.cursor().execute(
        """SELECT e.entry_id, e.chain, e.position FROM journal_entries e WHERE e.institution_id = %s
             AND NOT EXISTS (SELECT FROM sealed_entries s WHERE s.entry_id = e.entry_id)
             AND NOT EXISTS (SELECT FROM unsealed_entries u WHERE u.entry_id = e.entry_id AND u.institution_id = e.institution_id)""",
        [acting_institution()])
    for entry_id, _chain, position in rows.fetchall():
        yield LogFinding("not_sealed", f"An entry at place {position} of its chain is neither sealed nor waiting to be.", None, entry_id)


def _wrong_stamps(signed: dict[int, Head], roots: Sequence[x509.Certificate], findings: list[LogFinding]) -> int:
    kept = stamps()
    for stamp in kept:
        head = signed.get(stamp.head_id)
        if head is None or not stamp_holds(stamp.token, head.line, roots):
            findings.append(LogFinding("stamp", f"The time-stamp of {instant(stamp.stamped_at)} does not hold for its head."))
    return len(kept)


def entries_without_fact(first: int, last: int) -> list[LogFinding]:
    """Which of the entries numbered `first` to `last` have no fact? Asked of each entry once, when it is sealed. Inside `acting_for`."""
    cur = sets.cursor()
    between = [acting_institution(), first, last]
    of_these = "FROM sealed_entries s JOIN journal_entries e USING (entry_id) WHERE s.institution_id = %s AND s.number BETWEEN %s AND %s"
    names = [name for (name,) in cur.execute(f"SELECT DISTINCT e.name {of_these}", between)]
    found: list[LogFinding] = []
    for table, called in _tables_of(names).items():
        without = "" if table is None else f"AND NOT EXISTS (SELECT FROM {table} f WHERE f.fact_id = e.fact_id AND f.entry_id = e.entry_id)"
        rows = cur.execute(f"SELECT s.number, s.entry_id {of_these} AND e.name = ANY(%s) {without} ORDER BY 1", [*between, called])
        found += [LogFinding("fact", f"Entry {number + 1} of the log has no fact.", number, entry_id) for number, entry_id in rows]
    return found


def _tables_of(names: Iterable[str]) -> dict[str | None, list[str]]:
    """In which table lie the facts of entries of these names? Under None stand names that no fact has."""
    found: dict[str | None, list[str]] = {}
    for name in names:
        # A name without a gap to fill comes before a pattern that would fit it too.
        fitting = sorted((kind.JOURNAL_NAME.count("{"), table.table) for kind, table in FACT_TABLES.items() if _pattern(kind.JOURNAL_NAME).fullmatch(name))
        found.setdefault(fitting[0][1] if fitting else None, []).append(name)
    return found


def _pattern(journal_name: str) -> re.Pattern[str]:
    return re.compile(re.escape(journal_name).replace(r"\{kind\}", "[a-z_]+"))


def raise_alarm(what: Iterable[LogFinding | Contradiction], at: datetime) -> int:
    """Keep these findings as alarms, each once; answers how many are new. Inside `acting_for`."""
    new = 0
    for one in what:
        entry_id = one.entry_id if isinstance(one, LogFinding) else None
        cur = sets.cursor()
        cur.execute(
            """INSERT INTO record_alarms (alarm_id, institution_id, found_at, kind, what, entry_id)
               SELECT %(alarm)s, %(institution)s, %(at)s, %(kind)s, %(what)s, %(entry)s
               WHERE NOT EXISTS (SELECT FROM record_alarms WHERE institution_id = %(institution)s AND kind = %(kind)s AND what = %(what)s)""",
            {"alarm": random_id(), "institution": acting_institution(), "at": at, "kind": one.kind, "what": one.what, "entry": entry_id})
        new += cur.rowcount
    return new


def alarms() -> list[tuple[datetime, str, str]]:
    """Every alarm so far, the newest first: when it was found, its kind, what was found."""
    rows = sets.cursor().execute(
        "SELECT found_at, kind, what FROM record_alarms WHERE institution_id = %s ORDER BY found_at DESC, alarm_id", [acting_institution()])
    return [(found_at, kind, what) for found_at, kind, what in rows]
