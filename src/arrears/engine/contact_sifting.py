"""How much of what rules look at lay before each contact, and which contacts are alike? The rows of some people as numbers.

Most contacts of a log differ in nothing that a rule looks at but in how many like it went before. That is counted here in columns: for each contact,
what its rule counts, on the calendar days that the rule looks at, in what must agree with it (person reached, party, debt, number). The rows of a
person stand together in order of time, so that a count is the difference of two places in a sorted column: a person with a hundred thousand contacts
takes no longer than a hundred thousand persons with one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, time
from functools import reduce

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from arrears.check.conduct.facts import Event
from arrears.check.conduct.standing import Scope

Integers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
OF_A_KIND = ("direction", "channel", "outcome", "to", "purpose", "party", "place", "zone", "said")
"""What a row says of its contact, but for when, about which debt and by which number: rows that agree in it are of one kind."""
LARGEST_CODE = 1 << 38
"""Beside a code of this size there is room in 64 bits for a place among 33 million rows, or for a day."""
PLACE_BITS = 25
MICROSECONDS_OF_A_DAY = 86_400_000_000
_EPOCH = date(1970, 1, 1).toordinal()


class Sieve:
    """The rows of some people as numbers.

    Attributes:
        person, kind: of each row; numbered from 0.
        samples: place of a row of each kind.
        events: it as an event.
    """

    def __init__(
        self, rows: pa.Table, events_of: Callable[[list[int]], list[Event]], known: Mapping[str, tuple[str, str]], parts_of: Callable[[str | None], tuple[str, ...]]
    ) -> None:
        """The rows, by person and moment.

        Args:
            events_of: the events of the rows at these places.
            known: places and zones by person, for rows that do not say them.
            parts_of: the debts that a cell names.
        """
        assert rows.num_rows < 1 << PLACE_BITS, "a part of a log"
        who = rows["who"].combine_chunks()
        columns = {name: rows[name] for name in OF_A_KIND}
        if known:
            for name, which in (("place", 0), ("zone", 1)):
                columns[name] = pc.coalesce(_not_empty(columns[name]), _known_of(who, known, which))
        self.person = _numbered(np.asarray(pc.not_equal(who[1:], who[:-1])).astype(np.bool_)) if len(who) else np.zeros(0, np.int64)
        combined = reduce(_together, (_codes(columns[name]) for name in OF_A_KIND))
        _, samples, kind = np.unique(combined, return_index=True, return_inverse=True)
        self.kind = kind.astype(np.int64)
        self.samples = [int(one) for one in samples]
        self.events = events_of(self.samples)
        self._at = rows["at"].combine_chunks()
        self._points, self._debts = _codes(rows["point"]), _debts(rows["debt"], parts_of)
        self._days: dict[str, Integers] = {}

    def __len__(self) -> int:
        return len(self.kind)

    def of_kinds(self, holds: Sequence[bool]) -> Flags:
        """The rows of the kinds for which this holds."""
        return np.array(holds, np.bool_)[self.kind]

    def people_with(self, flags: Flags) -> Flags:
        """All rows of people of whom one row has the flag."""
        marked = np.zeros(int(self.person[-1]) + 1 if len(self.person) else 0, np.bool_)
        marked[self.person[flags]] = True
        return marked[self.person]

    def days(self, zone: str) -> Integers:
        """The calendar day of each row in this zone, in days since 1970 began."""
        if zone not in self._days:
            self._days[zone] = self._local(zone) // MICROSECONDS_OF_A_DAY
        return self._days[zone]

    def goes_back(self, zone: str) -> Flags:
        """The rows of people for whom the calendar once went back a day: a clock that was put back over midnight."""
        back = (np.diff(self.days(zone), prepend=0) < 0) & (np.diff(self.person, prepend=-1) == 0)
        return self.people_with(back)

    def hours(self, edges: Sequence[time], zone: str) -> Integers:
        """Between or at which of these times of day is each row?"""
        at = np.array([((one.hour * 60 + one.minute) * 60 + one.second) * 1_000_000 + one.microsecond for one in edges], np.int64)
        clock = self._local(zone) % MICROSECONDS_OF_A_DAY
        return np.searchsorted(at, clock, "left") + np.searchsorted(at, clock, "right")

    def anything_before(self, fits: Flags) -> Flags:
        """Before which rows was one of these of the same person?"""
        before = np.concatenate([[0], np.cumsum(fits)])
        first = np.searchsorted(self.person, self.person)
        return before[:-1] > before[first]

    def at_one_moment(self, some: Flags) -> Flags:
        """The rows of people of whom one of these and another row are of the same moment: which came first is not known."""
        at = np.asarray(self._at.cast(pa.int64()))
        like_last = (np.diff(at, prepend=at[:1] - 1) == 0) & (np.diff(self.person, prepend=-1) == 0)
        like_next = np.append(like_last[1:], np.zeros(min(len(self), 1), np.bool_))
        return self.people_with(some & (like_last | like_next))

    def out_of_reach(self, in_vain: Flags, enough: Flags, answered: Flags, attempts: int, days: int, zones: Sequence[str]) -> Flags:
        """Before which rows had the person been tried in vain often enough, since the person last answered?

        Args:
            in_vain: the rows that were attempts.
            enough: those of them that are enough by themselves, at once.
            answered: the rows with which the count begins anew.
            attempts: so many on one calendar day are enough from the next day on.
            days: attempts on so many calendar days in a row are enough at once.
        """
        everything = np.arange(len(self))
        anew = (np.diff(self.person, prepend=-1) > 0) | np.append(False, answered[:-1])
        span = np.cumsum(anew) - 1
        found = everything > _first_place(span, np.flatnonzero(enough))[span]
        tried = np.flatnonzero(in_vain)
        of_zones = np.ones(len(self), np.bool_)
        for zone in zones:
            day = self.days(zone)
            changes = (np.diff(span[tried], prepend=-1) != 0) | (np.diff(day[tried], prepend=0) != 0)
            changes[:1] = True
            begins = np.flatnonzero(changes)
            nth = np.arange(len(tried)) - np.repeat(begins, np.diff(np.append(begins, len(tried)))) + 1
            often = _first_place(span, tried[nth == attempts])
            day_after = np.append(day, np.iinfo(np.int64).max)[np.minimum(often, len(self))]
            in_a_row = _first_place(span, tried[begins][_run(span[tried[begins]], day[tried[begins]]) >= days])
            of_zones &= (day > day_after[span]) | (everything > in_a_row[span])
        return found | of_zones

    def counted_before(self, fits: Flags, days: int, per: frozenset[Scope], zones: Sequence[str]) -> Integers:
        """How many of these lay before each row, of the same person, on so many calendar days of which its own is the last?

        Of several zones in which a person may be, that in which they are most; of several debts, that about which they are most.

        Args:
            fits: the rows that are counted.
            per: in what they must agree with the row; what either leaves open agrees with all, but a row without a number agrees with no number.
        """
        most = np.zeros(len(self), np.int64)
        for zone in zones:
            np.maximum(most, self._counted(fits, self.days(zone), days, per), out=most)
        return most

    def _counted(self, fits: Flags, day: Integers, days: int, per: frozenset[Scope]) -> Integers:
        same = self.person
        if Scope.PERSON in per:
            same = _together(same, self._of_events([f"{event.to}/{event.person}" for event in self.events]))
        open_ended = []
        if Scope.PARTY in per:
            open_ended.append(self._of_events([event.party for event in self.events]))
        if Scope.POINT in per:
            open_ended.append(self._points)
        count = _Counting(same, day, day - (days - 1), open_ended)
        everything = np.arange(len(self))
        counted = np.flatnonzero(fits)
        if Scope.DEBT not in per:
            return count.before(counted, everything)
        row, debt = self._debts
        found = count.before(counted, everything)  # stands for rows that name no debt
        named = np.unique(row)
        without = np.setdiff1d(counted, named, assume_unique=True)
        of_debts = fits[row]
        each = count.before(row[of_debts], row, debt[of_debts], debt) + count.before(without, row)
        found[named] = 0
        np.maximum.at(found, row, each)
        return found

    def _of_events(self, texts: Sequence[str]) -> Integers:
        """A code of what the kind of each row says; 0 for nothing."""
        codes = {"": 0}
        return np.array([codes.setdefault(text, len(codes)) for text in texts], np.int64)[self.kind]

    def _local(self, zone: str) -> Integers:
        """The clock of this zone, in microseconds since 1970 began there."""
        return np.asarray(pc.local_timestamp(self._at.cast(pa.timestamp("us", zone))).cast(pa.int64()))


class _Counting:
    """Counts among rows, which are in order of time within a person.

    Attributes:
        same: what must be the same.
        day, first: of each row its day, and the first day that is looked at from it.
        open_ended: codes of what must be the same, where an event that leaves it open (0) agrees with all.
    """

    def __init__(self, same: Integers, day: Integers, first: Integers, open_ended: Sequence[Integers]) -> None:
        self.same, self.day, self.first, self.open_ended = same, day, first, open_ended

    def before(self, events: Integers, rows: Integers, of_events: Integers | None = None, of_rows: Integers | None = None) -> Integers:
        """How many of the events lay before each of the rows?

        Args:
            events, rows: places of rows, in order.
            of_events, of_rows: a code that must agree besides.
        """
        if of_events is None or of_rows is None:
            of_events, of_rows = np.zeros(len(events), np.int64), np.zeros(len(rows), np.int64)
        return self._among(events, rows, of_events, of_rows, list(self.open_ended))

    def _among(self, events: Integers, rows: Integers, of_events: Integers, of_rows: Integers, open_ended: list[Integers]) -> Integers:
        if not open_ended:
            return self._all(events, rows, of_events, of_rows)
        first, *others = open_ended
        stated = first[events] > 0
        naming = np.flatnonzero(first[rows] > 0)
        total = self._among(events[~stated], rows, of_events[~stated], of_rows, others)
        codes = _together_both(of_events[stated], of_rows[naming], first[events[stated]], first[rows[naming]])
        total[naming] += self._among(events[stated], rows[naming], *codes, others)
        return total

    def _all(self, events: Integers, rows: Integers, of_events: Integers, of_rows: Integers) -> Integers:
        """Those with the same code, before it in place and not before its first day: the difference of two places in sorted columns."""
        if not len(events) or not len(rows):
            return np.zeros(len(rows), np.int64)
        theirs, ours = _together_both(self.same[events], self.same[rows], of_events, of_rows)
        order = np.argsort(theirs, kind="stable")
        sorted_codes, sorted_places = theirs[order] << PLACE_BITS, events[order]
        lowest = int(min(self.day[events].min(), self.first[rows].min()))
        until = np.searchsorted(sorted_codes + sorted_places, (ours << PLACE_BITS) + rows)
        since = np.searchsorted(sorted_codes + (self.day[sorted_places] - lowest), (ours << PLACE_BITS) + (self.first[rows] - lowest))
        return np.maximum(until - since, 0)


def _first_place(span: Integers, places: Integers) -> Integers:
    """The first of these places in each span; beyond all where it has none."""
    first = np.full(int(span[-1]) + 1 if len(span) else 0, np.iinfo(np.int64).max)
    np.minimum.at(first, span[places], places)
    return first


def _run(span: Integers, day: Integers) -> Integers:
    """For days in order, each once in a span: the how manieth of days in a row it is."""
    follows = (np.diff(span, prepend=-1) == 0) & (np.diff(day, prepend=0) == 1)
    places = np.arange(len(day))
    begins = np.maximum.accumulate(np.where(follows, 0, places)) if len(day) else places
    return places - begins + 1


def day_of(number: int) -> date:
    """The day that is so many days after 1970 began."""
    return date.fromordinal(_EPOCH + number)


def grouped(codes: Integers, places: Integers) -> Iterator[Integers]:
    """Those of the places that have the same code."""
    if len(places):
        own = codes[places]
        order = np.argsort(own, kind="stable")
        yield from np.split(places[order], np.flatnonzero(np.diff(own[order])) + 1)


def together(*codes: Integers) -> Integers:
    """One code for what agrees in all of these."""
    return reduce(_together, codes)


def _together(one: Integers, other: Integers) -> Integers:
    return _together_both(one, one[:0], other, other[:0])[0]


def _together_both(one: Integers, one_too: Integers, other: Integers, other_too: Integers) -> tuple[Integers, Integers]:
    """The same of two columns each: rows of the first and of the second agree where their codes do."""
    many = max(int(other.max(initial=0)), int(other_too.max(initial=0))) + 1
    if max(int(one.max(initial=0)), int(one_too.max(initial=0))) + 1 > LARGEST_CODE // many:
        _, packed = np.unique(np.concatenate([one, one_too]), return_inverse=True)
        one, one_too = packed[: len(one)], packed[len(one) :]
        assert (int(packed.max(initial=0)) + 1) * many < 1 << 62, "codes of one part of a log"
    first, second = one * many + other, one_too * many + other_too
    if max(int(first.max(initial=0)), int(second.max(initial=0))) >= LARGEST_CODE:
        _, packed = np.unique(np.concatenate([first, second]), return_inverse=True)
        first, second = packed[: len(first)], packed[len(first) :]
    return first, second


def _not_empty(column: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.if_else(pc.equal(column, ""), None, column)


def _known_of(who: pa.Array, known: Mapping[str, tuple[str, str]], which: int) -> pa.Array:
    """What the file of people says of each row's person."""
    names = who.dictionary_encode()
    return pa.array([known.get(name, ("", ""))[which] for name in names.dictionary.to_pylist()], pa.string()).take(names.indices)


def _numbered(changes: Flags) -> Integers:
    return np.concatenate([[0], np.cumsum(changes)]).astype(np.int64)


def _codes(column: pa.ChunkedArray | pa.Array) -> Integers:
    """A code for each text of a column; 0 for none."""
    encoded = pa.chunked_array([column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column]).combine_chunks().dictionary_encode()
    return np.asarray(pc.fill_null(encoded.indices, -1)).astype(np.int64) + 1


def _debts(column: pa.ChunkedArray, parts_of: Callable[[str | None], tuple[str, ...]]) -> tuple[Integers, Integers]:
    """Each row with each debt that it names: places, in order, and codes."""
    encoded = column.combine_chunks().dictionary_encode()
    numbers: dict[str, int] = {}
    named = [sorted({numbers.setdefault(one, len(numbers)) for one in parts_of(text)}) for text in encoded.dictionary.to_pylist()]
    many = np.array([len(one) for one in named] + [0], np.int64)
    begins = np.concatenate([[0], np.cumsum(many)])
    codes = np.array([number for one in named for number in one], np.int64)
    cell = np.asarray(pc.fill_null(encoded.indices, len(named))).astype(np.int64)
    row = np.repeat(np.arange(len(cell)), many[cell])
    within = np.arange(len(row)) - np.repeat(np.cumsum(many[cell]) - many[cell], many[cell])
    return row, codes[begins[cell[row]] + within] if len(row) else codes[:0]
