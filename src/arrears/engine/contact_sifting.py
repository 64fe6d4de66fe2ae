"""Of which contacts must the history be read, and of which is it plain in columns that it changes nothing?

Most contacts of a log lie far from every limit. For each contact it is counted in columns how much lay before it in the days that a rule looks at;
where every count is below the rule's bound, the contact finds what any other of its kind, day and hour finds that had no history, and is judged with
them at once. All others are judged one by one. That both ways agree is tested.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, time
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from arrears.check.conduct.conditions import EventCondition
from arrears.check.conduct.facts import Event
from arrears.check.contact_audit import Bound

Integers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
OF_A_KIND = ("direction", "channel", "outcome", "to", "purpose", "party", "place", "zone", "said")
"""What a row says of its contact, but for when, about which debt and by which number: rows that agree in it are of one kind."""
PERSON_SHIFT = 34
"""Bits for seconds within a log: five centuries."""
SECONDS_OF_A_DAY = 86_400


class Group(NamedTuple):
    """Contacts of one kind on one day.

    Attributes:
        sample: place of one of them.
        rows: places of all.
    """

    kind: int
    day: date
    sample: int
    rows: Integers


@dataclass(slots=True)
class Sieve:
    """The rows of some people as numbers.

    Attributes:
        samples: place of a row of each kind.
        events: it as an event.
    """

    person: Integers
    kind: Integers
    samples: list[int]
    events: list[Event]
    _at: pa.ChunkedArray
    _line: Integers
    _first: Integers
    _counts: dict[tuple[EventCondition, int | None], Integers] = field(default_factory=dict)

    @classmethod
    def of(cls, rows: pa.Table, event_of: Any, known: Mapping[str, tuple[str, str]]) -> Sieve:
        """The rows by person, kind and moment.

        Args:
            event_of: the event of a row.
            known: places and zones by person, for rows that do not say them.
        """
        who = rows["who"].to_pylist()
        columns = [rows[name].to_pylist() for name in OF_A_KIND]
        if known:
            place, zone = OF_A_KIND.index("place"), OF_A_KIND.index("zone")
            columns[place] = [own or known.get(one, ("", ""))[0] for own, one in zip(columns[place], who, strict=True)]
            columns[zone] = [own or known.get(one, ("", ""))[1] for own, one in zip(columns[zone], who, strict=True)]
        numbers: dict[tuple[Any, ...], int] = {}
        kind = np.fromiter((numbers.setdefault(one, len(numbers)) for one in zip(*columns, strict=True)), np.int64, len(who))
        _, samples = np.unique(kind, return_index=True)
        person = np.cumsum(np.concatenate([[0], np.asarray(pc.not_equal(rows["who"][1:], rows["who"][:-1])).astype(np.int64)])) if len(who) else np.zeros(0, np.int64)
        seconds = np.asarray(rows["at"].cast(pa.int64())) // 1_000_000
        line = (person << PERSON_SHIFT) + (seconds - seconds.min() if len(who) else seconds)
        first = np.searchsorted(person, person)
        return cls(person, kind, [int(one) for one in samples], [event_of(int(one)) for one in samples], rows["at"], line, first)

    def reached(self, bound: Bound) -> Flags:
        """Before which rows did so much happen that the bound is reached?"""
        key = bound.condition, bound.days
        if key not in self._counts:
            fits = np.array([bound.condition.fits(event) for event in self.events], np.bool_)[self.kind]
            before = np.concatenate([[0], np.cumsum(fits)])
            begin = self._first if bound.days is None else np.maximum(self._first, np.searchsorted(self._line, self._line - bound.days * SECONDS_OF_A_DAY - 1))
            self._counts[key] = before[:-1] - before[begin]
        return self._counts[key] >= bound.below

    def people_with(self, flags: Flags) -> Flags:
        """All rows of people of whom one row has the flag."""
        marked = np.zeros(int(self.person[-1]) + 1 if len(self.person) else 0, np.bool_)
        marked[self.person[flags]] = True
        return marked[self.person]

    def groups(self, among: Flags, zone: str) -> Iterator[Group]:
        """Those among the rows, by kind and day of this zone."""
        places = np.flatnonzero(among)
        days = pc.local_timestamp(self._at.cast(pa.timestamp("us", zone))).cast(pa.date32()).to_numpy().astype("datetime64[D]").astype(np.int64)[places]
        keys = self.kind[places] * 1_000_000 + days
        order = np.argsort(keys, kind="stable")
        begins = np.flatnonzero(np.diff(keys[order], prepend=-1))
        for rows in np.split(places[order], begins[1:]) if len(places) else ():
            yield Group(int(self.kind[rows[0]]), date.fromordinal(_EPOCH + int(days[np.searchsorted(places, rows[0])])), int(rows[0]), rows)

    def hours(self, rows: Integers, edges: tuple[time, ...], zone: str) -> Integers:
        """Between or at which of these times of day is each row?"""
        local = pc.local_timestamp(self._at.take(pa.array(rows)).cast(pa.timestamp("us", zone)))
        clock = np.asarray(local.cast(pa.int64())) % (SECONDS_OF_A_DAY * 1_000_000)
        at = np.array([((one.hour * 60 + one.minute) * 60 + one.second) * 1_000_000 + one.microsecond for one in edges], np.int64)
        return np.searchsorted(at, clock, "left") + np.searchsorted(at, clock, "right")


_EPOCH = date(1970, 1, 1).toordinal()
