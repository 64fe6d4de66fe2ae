"""How are permits asked for, used and given back in the database, and what must be known about a person at that moment?

The hot path has three statements: `lock_people`, `read_people`, `write_answers`. All of a group's people are locked in the order of
their ids, so two groups never wait for each other in a circle; who holds the lock reads facts that nobody can add to before he commits.
"""

from __future__ import annotations

import types
import typing
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cache
from typing import Any, NamedTuple

import psycopg
import pyarrow as pa
from psycopg.types.json import Jsonb

from arrears.casefile.facts.call import ContactPointMarked
from arrears.casefile.facts.consent import ConsentGiven, ConsentWithdrawn, ContactOpenedAgain, ContactRuledOut
from arrears.casefile.facts.fact import Fact, committed_fields
from arrears.casefile.facts.hold import Hold, HoldLifted, HoldReviewed, HoldTerms
from arrears.casefile.facts.permit import PermitIssued, PermitRefused, PermitUsed, PermitVoided
from arrears.casefile.facts.representation import AdviserEnded, AdviserNamed, AuthorityChecked
from arrears.casefile.facts.retention import PersonErased, PersonReleased, PersonRestricted
from arrears.casefile.store import permit_functions, sets
from arrears.casefile.store.entries import Head, Prepared, entry_values, for_json, row_values, salt_values
from arrears.casefile.store.institution import acting_institution
from arrears.casefile.store.rows import FACT_TABLES
from arrears.casefile.store.vault import default_vault, unseal_with
from arrears.core.problems import AnswerIsNo, Busy

PERMIT_FACTS = (PermitIssued, PermitRefused, PermitUsed, PermitVoided)
"""Facts that functions of the database write."""
PROTECTIONS: tuple[type[Fact], ...] = (
    Hold, HoldTerms, HoldReviewed, HoldLifted, ConsentGiven, ConsentWithdrawn, ContactRuledOut, ContactOpenedAgain, AdviserNamed, AuthorityChecked, AdviserEnded,
    ContactPointMarked, PersonRestricted, PersonReleased, PersonErased,
)
"""Facts about a person, besides contacts and permits, that may stand in the way of a contact or allow it. Their free words stay sealed, but for the points that refusals and holds name."""
SEALED = "…"
"""What a sealed text that is not empty reads as here: that something is stated matters, what it says does not."""
_SEALED_EMPTY_BYTES = 29
"""A sealed empty text: version, nonce and tag."""


SEPARATOR = "\x1f"


class FactsChanged(Busy):
    """More was recorded since the facts were read: read and ask anew."""


class PermitNotUsable(AnswerIsNo):
    """The permit cannot be taken: it is not there, was used or given back, has expired, or something happened since."""


class Attempt(NamedTuple):
    """A contact as the check needs it: made, received, or permitted and not yet told of."""

    kind: str
    occurred_at: datetime
    side: str
    collector: str
    purpose: str | None
    channel: str
    recipient: str
    recipient_reference: str
    debts: str
    """A list, `SEPARATOR` between: one text is read several times faster than an array."""
    point: str
    place: str | None
    mode: str | None
    outcome: str | None
    marks: str
    """A list likewise."""
    expires_at: datetime | None
    """Of an open permit: when it stops counting. Of what happened: nothing."""


@dataclass(slots=True)
class Known:
    """What the records say about one person now.

    Attributes:
        head: the newest entry of the person's chain: what was read is current as long as it is the newest.
        attempts: contacts, open permits, and used ones of which nothing was told yet; each attempt once.
        answered: what was answered to the requests asked about, by their key.
    """

    head: Head = field(default_factory=Head)
    attempts: list[Attempt] = field(default_factory=list)
    protections: list[Fact] = field(default_factory=list)
    answered: dict[str, PermitIssued | PermitRefused] = field(default_factory=dict)


_ATTEMPT = """kind, occurred_at, side, collector, purpose, channel, recipient, recipient_reference, array_to_string(debts, chr(31)), point, place, mode,
    outcome, array_to_string(marks, chr(31))"""
_NO_ATTEMPT = ", ".join(
    f"NULL::{kind}" for kind in ("text", "timestamptz", *["text"] * 12, "timestamptz"))


def lock_people(party_ids: Sequence[int]) -> None:
    """Wait until nobody else writes about these people; then they are ours until the transaction ends."""
    sets.cursor().execute(
        """WITH institution AS MATERIALIZED (SELECT pg_advisory_xact_lock_shared(%s), set_config('enable_seqscan', 'off', true), set_config('jit', 'off', true))
           SELECT count(pg_advisory_xact_lock(one)) FROM unnest(%s::bigint[]) AS one, institution""", [acting_institution(), sorted(set(party_ids))])


@cache
def _query() -> str:
    """One statement: a person's contacts, permits that count, protections, what was answered, and the newest entry of each chain."""
    parts = [
        f"""SELECT party_id, 'attempt' AS what, {_ATTEMPT}, NULL::timestamptz AS expires_at, NULL::jsonb AS more FROM contacts
            WHERE party_id = ANY(%(people)s) AND (permit_id IS NULL OR permit_id <> ALL(%(but)s))""",
        """SELECT i.party_id, 'attempt', 'made', coalesce(u.used_at, i.issued_at), 'collector', i.collector, i.purpose, i.channel, i.recipient, i.recipient_reference,
             array_to_string(i.debts, chr(31)), i.point, i.place, i.mode, 'pending', array_to_string(i.marks, chr(31)), CASE WHEN u.permit_id IS NULL THEN i.expires_at END, NULL
           FROM permits_issued i LEFT JOIN permits_used u ON u.permit_id = i.permit_id LEFT JOIN contacts c ON c.permit_id = i.permit_id
           LEFT JOIN permits_voided v ON v.permit_id = i.permit_id
           WHERE i.party_id = ANY(%(people)s) AND v.permit_id IS NULL AND c.permit_id IS NULL AND i.permit_id <> ALL(%(but)s) AND (u.permit_id IS NOT NULL OR i.expires_at > %(at)s)""",
        f"""SELECT h.chain, 'head', {_NO_ATTEMPT}, jsonb_build_array(e.position, encode(e.entry_hash, 'hex'), e.recorded_at)
           FROM unnest(%(chains)s) AS h(chain) CROSS JOIN LATERAL (
             SELECT position, entry_hash, recorded_at FROM journal_entries j WHERE j.chain = h.chain AND j.institution_id = %(institution)s
             ORDER BY position DESC LIMIT 1) e""",
        *(f"SELECT t.party_id, '{kind.__name__}', {_NO_ATTEMPT}, to_jsonb(t) FROM {FACT_TABLES[kind].table} t WHERE t.party_id = ANY(%(people)s)"
          for kind in PROTECTIONS),
        *(f"""SELECT t.party_id, '{kind.__name__}', {_NO_ATTEMPT}, to_jsonb(t) FROM unnest(%(asked_of)s, %(keys)s) AS r(party_id, request_key)
              JOIN {FACT_TABLES[kind].table} t ON t.party_id = r.party_id AND t.request_key = r.request_key"""
          for kind in (PermitIssued, PermitRefused)),
    ]
    query = " UNION ALL ".join(parts)
    for name, kind in (("people", "bigint"), ("chains", "bigint"), ("asked_of", "bigint"), ("keys", "text"), ("but", "bigint")):
        query = query.replace(f"%({name})s", f"%({name})s::{kind}[]")
    return query


def read_people(party_ids: Sequence[int], requests: Sequence[tuple[int, str]], case_ids: Sequence[int], at: datetime, but: Sequence[int] = ()) -> tuple[dict[int, Known], dict[int, int]]:
    """What is known about these people, and how long each case's chain is. After `lock_people`, in the same transaction.

    Args:
        requests: person and key of each request, to find what was answered to it before.
        at: the moment asked about; permits that expired before it do not count.
        but: permits that are left out with the contacts made under them.
    """
    people = sorted(set(party_ids))
    rows = psycopg.Cursor(sets.cursor().connection).execute(
        _query(), {"people": people, "chains": [*people, *case_ids], "institution": acting_institution(), "at": at,
                   "asked_of": [party for party, _ in requests], "keys": [key for _, key in requests], "but": list(but)}, binary=True).fetchall()
    known = {party_id: Known() for party_id in people}
    positions = dict.fromkeys(case_ids, 0)
    facts: list[tuple[int, int, str, dict[str, Any]]] = []
    for party_id, what, *attempt, more in rows:
        if what == "attempt":
            known[party_id].attempts.append(Attempt._make(attempt))
        elif what == "head":
            _take_head(known, positions, party_id, more)
        else:
            facts.append((more["position"], party_id, what, more))
    keys = _keys_of_points(facts)
    for _, party_id, what, more in sorted(facts, key=lambda fact: fact[0]):
        _take_fact(known[party_id], what, more, keys.get(party_id))
    for one in known.values():
        if (last := one.head.recorded_at) is not None and last > at:
            one.attempts = [attempt for attempt in one.attempts if attempt.expires_at is None or attempt.expires_at > last]
    return known, positions


def _take_head(known: Mapping[int, Known], positions: dict[int, int], chain: int, newest: list[Any]) -> None:
    position, entry_hash, recorded_at = newest
    if chain in known:
        known[chain].head = Head(position, entry_hash, datetime.fromisoformat(recorded_at))
    if chain in positions:
        positions[chain] = position


_NARROWED_BY_POINT = {kind.__name__ for kind in (ContactRuledOut, HoldTerms)}


def _keys_of_points(facts: Sequence[tuple[int, int, str, dict[str, Any]]]) -> Mapping[int, bytes]:
    """The keys of the few who ruled out a number or have a hold on one: a point that stays sealed equals none, and so would stop nothing."""
    narrowed = {party_id for _, party_id, what, row in facts if what in _NARROWED_BY_POINT and _is_stated(row["sealed_point"])}
    return default_vault().party_keys(pa.array(sorted(narrowed), pa.int64())) if narrowed else {}


def _is_stated(sealed: str) -> bool:
    return len(sealed) > 2 + 2 * _SEALED_EMPTY_BYTES


def _take_fact(of: Known, what: str, row: dict[str, Any], key: bytes | None) -> None:
    fact = _fact_of(_KINDS[what], row)
    if isinstance(fact, ContactRuledOut | HoldTerms) and fact.point:
        # Where the key is gone nobody can say which number is meant: then all are.
        fact = replace(fact, point=unseal_with(key, fact.party_id, bytes.fromhex(row["sealed_point"][2:]), "point").decode() if key is not None else "")
    if isinstance(fact, PermitIssued | PermitRefused):
        of.answered[fact.request_key] = fact
    else:
        of.protections.append(fact)


_KINDS: Mapping[str, type[Fact]] = {kind.__name__: kind for kind in (*PROTECTIONS, PermitIssued, PermitRefused)}


def _fact_of(kind: type[Fact], row: Mapping[str, Any]) -> Any:
    """A fact from its row as JSON; what is sealed stays so and reads as empty."""
    read, moments = FACT_TABLES[kind].read, _moments(kind)
    values: dict[str, Any] = {}
    for name in committed_fields(kind):
        if name in kind.PERSONAL:
            values[name] = SEALED if _is_stated(row[f"sealed_{name}"]) else ""
        elif name in read:
            values[name] = read[name](row[name])
        elif name in moments and row[name] is not None:
            values[name] = moments[name](row[name])
        else:
            values[name] = row[name]
    return kind(**values)


@cache
def _moments(kind: type[Fact]) -> dict[str, Any]:
    """Which fields are days or moments, and how is their text read?"""
    found = {}
    for name, hint in typing.get_type_hints(kind).items():
        bare = [one for one in typing.get_args(hint) if one is not type(None)] if typing.get_origin(hint) in (types.UnionType, typing.Union) else [hint]
        if bare[0] in (date, datetime):
            found[name] = bare[0].fromisoformat
    return found


def write_answers(answers: Sequence[Prepared], positions: Mapping[int, int]) -> None:
    """Write permits and refusals with their entries: all of them, or none.

    Args:
        positions: how long the chain of each case was when it was read.

    Raises:
        FactsChanged: more was recorded about a person or case than was read.
    """
    cases = [{"case_id": case_id, "position": position} for case_id, position in positions.items()]
    issued, refused = ([one for one in answers if isinstance(one.fact, kind)] for kind in (PermitIssued, PermitRefused))
    assert len(issued) + len(refused) == len(answers), "permits and refusals alone are answers"
    _call(sets.cursor(), "issue_permits", as_json(entry_values, answers), as_json(salt_values, answers), as_json(row_values, issued), as_json(row_values, refused), Jsonb(cases))


def write_permit_fact(cur: psycopg.Cursor[tuple[object, ...]], one: Prepared) -> None:
    """Write one fact about a permit with its entry, by the function that may.

    Raises:
        PermitNotUsable: a permit that was to be used or given back cannot be.
    """
    entry, salt, fact, nothing = as_json(entry_values, [one]), as_json(salt_values, [one]), as_json(row_values, [one]), Jsonb([])
    match one.fact:
        case PermitIssued():
            _call(cur, "issue_permits", entry, salt, fact, nothing, nothing)
        case PermitRefused():
            _call(cur, "issue_permits", entry, salt, nothing, fact, nothing)
        case PermitUsed():
            _call(cur, "use_permit", entry, salt, fact)
        case PermitVoided():
            _call(cur, "void_permit", entry, salt, fact)


def as_json(part: Any, answers: Sequence[Prepared]) -> Jsonb:
    """This part of each (entry, salts or row) as one JSON list that the database reads back into rows."""
    return Jsonb([for_json(part(one)) for one in answers])


def use_permits(used: Sequence[Prepared]) -> None:
    """Use several permits, with their entries: all of them, or none.

    Raises:
        PermitNotUsable: one of them cannot be used.
    """
    _call(sets.cursor(), "use_permit", as_json(entry_values, used), as_json(salt_values, used), as_json(row_values, used))


_REFUSED = {
    permit_functions.UNKNOWN: ("There is no such permit.", "Nothing was used.", "See which are open: arrears permit list"),
    permit_functions.USED: ("This permit was used already; it was good for one contact.", "A second contact under it would not have been counted.", "Ask for another: arrears permit ask"),
    permit_functions.VOIDED: ("This permit was given back.", "It counts no more, so nobody may be contacted under it.", "Ask for another: arrears permit ask"),
    permit_functions.EXPIRED: ("This permit has expired.", "What was true when it was issued may not be true now.", "Ask for another: arrears permit ask"),
    permit_functions.OVERTAKEN: ("Something was recorded about this person after the permit was issued.", "It may forbid the contact.", "Ask anew: arrears permit ask"),
}


def _call(cur: psycopg.Cursor[tuple[object, ...]], function: str, *arguments: Jsonb) -> None:
    places = ", ".join(["%s"] * len(arguments))
    try:
        cur.execute(f"SELECT {function}({places})", list(arguments))
    except psycopg.Error as refused:
        if refused.sqlstate == permit_functions.NOT_CURRENT:
            raise FactsChanged("More was recorded about this person a moment ago.", "An answer on older facts could be wrong, so nothing was written.", "Ask again.") from refused
        if refused.sqlstate in _REFUSED:
            raise PermitNotUsable(*_REFUSED[refused.sqlstate]) from refused
        raise

