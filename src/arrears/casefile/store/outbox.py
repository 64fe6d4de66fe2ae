"""Which messages wait, who has them, and how fast may a provider be handed more? What several workers on several hosts share.

The facts (`casefile.facts.message`) are the truth; the outbox is a list of what is not done. A worker holds a lock of its own session as long as it
lives: what a worker had whose lock is free was left behind, however it ended.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import connection

from arrears.casefile.facts.message import MessageQueued
from arrears.casefile.store import sets
from arrears.casefile.store.append_group import append_group
from arrears.casefile.store.institution import acting_institution

_ALIVE = "hashtextextended('worker:' || {worker}, 0)"


class Claimed(NamedTuple):
    """A message that a worker has: how often it was tried before, and how often a permit was asked for it, this time included."""

    message_id: int
    party_id: int
    good_until: datetime
    attempts: int
    asked: int


class Abandoned(NamedTuple):
    """A message of a worker that is gone; `is_tried`: its attempt was recorded and nothing is known of it."""

    message_id: int
    party_id: int
    provider: str
    attempts: int
    is_tried: bool


class Waiting(NamedTuple):
    """A message that is not done, and how it stands."""

    message_id: int
    case_id: int
    channel: str
    provider: str
    campaign: str
    state: str
    attempts: int
    due_at: datetime
    good_until: datetime


@contextmanager
def at_work(worker: int) -> Iterator[None]:
    """As long as this lasts, and the process lives, the worker counts as alive: by a lock on a connection of its own."""
    own = connection.copy()
    try:
        own.ensure_connection()
        with own.cursor() as cursor:
            cursor.execute(f"SELECT pg_advisory_lock({_ALIVE.format(worker='%s::text')})", [worker])
        yield
    finally:
        own.close()


def put(messages: Sequence[MessageQueued], *, actor: str, at: datetime, cause: str) -> None:
    """Record these messages and let them wait to be sent; inside `acting_for`."""
    append_group(messages, actor=actor, at=at, cause=cause)
    sets.cursor().executemany(
        """INSERT INTO outbox (message_id, institution_id, party_id, case_id, channel, provider, campaign, due_at, good_until, state, attempts, asked)
           VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, 'waiting', 0, 0)""",
        [(one.message_id, acting_institution(), one.party_id, one.case_id, one.channel, one.provider, one.campaign, one.due_at, one.good_until) for one in messages])


def claim(worker: int, provider: str, at: datetime, limit: int, pauses: Collection[tuple[str, str]]) -> list[Claimed]:
    """Take messages that are due, oldest first, at most one a person and none whose person is being written to; others pass by what is taken.

    Args:
        pauses: pairs of channel and campaign that are paused; an empty text stands for all.
    """
    channels, campaigns = [one for one, _ in pauses], [one for _, one in pauses]
    rows = sets.cursor().execute(
        """WITH due AS (
             SELECT o.message_id, o.party_id, o.due_at FROM outbox o
             WHERE o.institution_id = %(institution)s AND o.provider = %(provider)s AND o.state = 'waiting' AND o.due_at <= %(at)s
               AND NOT EXISTS (SELECT FROM unnest(%(channels)s::text[], %(campaigns)s::text[]) AS p(channel, campaign)
                               WHERE p.channel IN ('', o.channel) AND p.campaign IN ('', o.campaign))
               -- read once, not once a message: those that are being written to are few, those that wait may be many
               AND o.party_id <> ALL (ARRAY(SELECT b.party_id FROM outbox b WHERE b.institution_id = %(institution)s AND b.state IN ('claimed', 'trying')))
             ORDER BY o.due_at, o.message_id LIMIT %(limit)s FOR UPDATE OF o SKIP LOCKED),
           first AS (SELECT DISTINCT ON (party_id) message_id FROM due ORDER BY party_id, due_at, message_id)
           UPDATE outbox o SET state = 'claimed', worker = %(worker)s, asked = o.asked + 1 FROM first WHERE o.message_id = first.message_id
           RETURNING o.message_id, o.party_id, o.good_until, o.attempts, o.asked""",
        {"institution": acting_institution(), "provider": provider, "at": at, "channels": channels, "campaigns": campaigns, "limit": limit, "worker": worker}).fetchall()
    return sorted(Claimed(*row) for row in rows)


def queued_before(message_ids: Sequence[int]) -> set[int]:
    """Which of these messages were queued already, whatever became of them?"""
    rows = sets.cursor().execute(
        "SELECT message_id FROM messages_queued WHERE message_id = ANY(%s) AND institution_id = %s", [list(message_ids), acting_institution()]).fetchall()
    return {row[0] for row in rows}


def cases_ahead(provider: str, at: datetime, limit: int) -> list[int]:
    """Of which cases are the next messages that are due, oldest first?"""
    rows = sets.cursor().execute(
        "SELECT case_id FROM outbox WHERE institution_id = %s AND provider = %s AND state IN ('waiting', 'claimed') AND due_at <= %s ORDER BY due_at, message_id LIMIT %s",
        [acting_institution(), provider, at, limit]).fetchall()
    return [row[0] for row in rows]


def keep(worker: int, message_ids: Sequence[int]) -> list[int]:
    """From now on an attempt of these is under way; answers those that are still this worker's. Together with the facts that say so."""
    rows = sets.cursor().execute(
        """UPDATE outbox SET state = 'trying', attempts = attempts + 1 WHERE message_id = ANY(%s) AND worker = %s AND state = 'claimed' AND institution_id = %s
           RETURNING message_id""", [list(message_ids), worker, acting_institution()]).fetchall()
    return sorted(row[0] for row in rows)


def wait(due: dict[int, datetime]) -> None:
    """Give these back: they wait again, until the moment named for each."""
    if due:
        sets.cursor().execute(
            """UPDATE outbox o SET state = 'waiting', worker = NULL, due_at = w.due_at FROM unnest(%s::bigint[], %s::timestamptz[]) AS w(message_id, due_at)
               WHERE o.message_id = w.message_id AND o.institution_id = %s""", [list(due), list(due.values()), acting_institution()])


def doubt(message_ids: Sequence[int]) -> None:
    """Nobody knows what came of these; they wait for a person."""
    if message_ids:
        sets.cursor().execute("UPDATE outbox SET state = 'uncertain', worker = NULL WHERE message_id = ANY(%s) AND institution_id = %s", [list(message_ids), acting_institution()])


def finish(message_ids: Sequence[int]) -> None:
    """These are done: sent or stopped."""
    if message_ids:
        sets.cursor().execute("DELETE FROM outbox WHERE message_id = ANY(%s) AND institution_id = %s", [list(message_ids), acting_institution()])


def remember_references(provider: str, said: Mapping[int, str]) -> None:
    """So the provider calls these messages (their parts divided by blanks), for when it tells what became of them. With the answers, in one transaction."""
    pairs = [(message_id, part) for message_id, reference in said.items() for part in reference.split()]
    if pairs:
        sets.cursor().execute(
            """INSERT INTO provider_references (institution_id, provider, message_id, reference)
               SELECT %s, %s, p.message_id, p.reference FROM unnest(%s::bigint[], %s::text[]) AS p(message_id, reference)""",
            [acting_institution(), provider, [one for one, _ in pairs], [part for _, part in pairs]])


def messages_called(provider: str, references: Collection[str]) -> dict[str, int]:
    """Which message does the provider call so? The newest, where it used a name again; a name that nobody knows is missing."""
    rows = sets.cursor().execute(
        """SELECT r.reference, m.message_id FROM unnest(%(references)s::text[]) AS r(reference) CROSS JOIN LATERAL (
             SELECT message_id FROM provider_references p WHERE p.institution_id = %(institution)s AND p.provider = %(provider)s AND p.reference = r.reference
             ORDER BY p.id DESC LIMIT 1) m""", {"references": sorted(set(references)), "institution": acting_institution(), "provider": provider}).fetchall()
    return {row[0]: row[1] for row in rows}


def take_back(message_id: int) -> bool:
    """Take a message out that nobody is sending; answers whether it was there and free."""
    found = sets.cursor().execute(
        "DELETE FROM outbox WHERE message_id = %s AND institution_id = %s AND state IN ('waiting', 'uncertain') RETURNING 1", [message_id, acting_institution()]).fetchone()
    return found is not None


def abandoned(limit: int) -> list[Abandoned]:
    """Which messages did a worker leave behind that is no longer there? They are locked until the transaction ends."""
    rows = sets.cursor().execute(
        f"""WITH gone AS MATERIALIZED (
              SELECT w.worker FROM (SELECT DISTINCT worker FROM outbox WHERE institution_id = %(institution)s AND state IN ('claimed', 'trying')) w
              WHERE pg_try_advisory_xact_lock({_ALIVE.format(worker="w.worker")}))
            SELECT o.message_id, o.party_id, o.provider, o.attempts, o.state = 'trying' FROM outbox o JOIN gone USING (worker)
            WHERE o.institution_id = %(institution)s AND o.state IN ('claimed', 'trying') ORDER BY o.message_id LIMIT %(limit)s FOR UPDATE OF o SKIP LOCKED""",
        {"institution": acting_institution(), "limit": limit}).fetchall()
    return [Abandoned(*row) for row in rows]


def reserve(provider: str, takes: timedelta, at: datetime) -> datetime:
    """When may the first of some more messages be handed to this provider, for which it needs so long? All workers together keep to its rate."""
    row = sets.cursor().execute(
        """INSERT INTO provider_pace AS p (institution_id, provider, free_at) VALUES (%(institution)s, %(provider)s, %(at)s + %(takes)s)
           ON CONFLICT (institution_id, provider) DO UPDATE SET free_at = greatest(p.free_at, %(at)s) + %(takes)s RETURNING free_at - %(takes)s""",
        {"institution": acting_institution(), "provider": provider, "at": at, "takes": takes}).fetchone()
    assert row is not None
    first: datetime = row[0]
    return first


def counts() -> dict[tuple[str, str], int]:
    """How many messages are in which state, by provider and state?"""
    rows = sets.cursor().execute("SELECT provider, state, count(*) FROM outbox WHERE institution_id = %s GROUP BY 1, 2", [acting_institution()]).fetchall()
    return {(row[0], row[1]): row[2] for row in rows}


def listed(state: str, limit: int) -> list[Waiting]:
    """Messages that are not done, those due longest first; of one state, or of all where none is named."""
    rows = sets.cursor().execute(
        f"""SELECT {", ".join(Waiting._fields)} FROM outbox WHERE institution_id = %s AND (%s = '' OR state = %s) ORDER BY due_at, message_id LIMIT %s""",
        [acting_institution(), state, state, limit]).fetchall()
    return [Waiting(*row) for row in rows]


def lock_doubtful(message_id: int) -> bool:
    """Is this message uncertain? If so it is nobody else's until the transaction ends."""
    return sets.cursor().execute(
        "SELECT 1 FROM outbox WHERE message_id = %s AND institution_id = %s AND state = 'uncertain' FOR UPDATE", [message_id, acting_institution()]).fetchone() is not None
