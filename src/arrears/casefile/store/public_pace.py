"""How fast may anybody ask the public pages? What several processes and hosts share, in one row a visitor.

A row holds from when on the visitor is on time again (the generic cell rate algorithm, ITU-T I.371): each request moves it on by its share; whoever is
further ahead than the allowance waits. What is refused moves nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection

_FORGOTTEN_AFTER = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Pace:
    """So many requests at once, and in the long run one each such time."""

    each: timedelta
    at_once: int


def wait(bucket: str, pace: Pace, at: datetime) -> timedelta:
    """Take one request out of this bucket: zero where it may go on now; else nothing is taken, and this is how long to wait. In a transaction of its own."""
    asked = {"bucket": bucket, "at": at, "each": pace.each, "ahead": pace.each * (pace.at_once - 1)}
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO public_pace AS p (bucket, free_at) VALUES (%(bucket)s, %(at)s + %(each)s)
               ON CONFLICT (bucket) DO UPDATE SET free_at = greatest(p.free_at, %(at)s) + %(each)s WHERE p.free_at <= %(at)s + %(ahead)s RETURNING free_at""", asked)
        if cursor.fetchone() is not None:
            _forget(at)
            return timedelta(0)
        cursor.execute("SELECT free_at - %(ahead)s - %(at)s FROM public_pace WHERE bucket = %(bucket)s", asked)
        late = cursor.fetchone()
    return pace.each if late is None else max(late[0], timedelta(microseconds=1))


def _forget(at: datetime) -> None:
    """Take away a few visitors who have not come for an hour: more than came just now, so the table does not grow for good."""
    with connection.cursor() as cursor:
        cursor.execute(
            """DELETE FROM public_pace WHERE bucket IN (SELECT bucket FROM public_pace WHERE free_at < %s ORDER BY free_at LIMIT 4 FOR UPDATE SKIP LOCKED)""",
            [at - _FORGOTTEN_AFTER])
