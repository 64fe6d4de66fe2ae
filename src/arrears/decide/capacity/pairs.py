"""How are millions of (case, treatment) pairs held so that whole columns can be reckoned with?

Everything here is whole numbers in 64 bits, ordered by case and name of treatment, so that the order in which rows came makes no difference.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from arrears.core.problems import BadData
from arrears.decide.capacity.shapes import kinds_of

Ints = npt.NDArray[np.int64]
Small = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float64]
Marks = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Pairs:
    """Some of the pairs, ordered by case and treatment.

    Attributes:
        row: place of each in the table it came from.
        case: a number for its case, never falling.
        net: value less cost and burden, minor units.
        limit: one array a kind of use: place of the limit drawn on, or the number of limits where there is none.
        use: one array a kind of use: units drawn.
    """

    row: Ints
    case: Small
    net: Ints
    limit: tuple[Small, ...]
    use: tuple[Ints, ...]

    @property
    def starts(self) -> Ints:
        """Place of the first pair of each case."""
        return np.flatnonzero(np.diff(self.case, prepend=-1))

    def take(self, which: Ints | Marks) -> Pairs:
        """Only these."""
        return Pairs(self.row[which], self.case[which], self.net[which], tuple(one[which] for one in self.limit), tuple(one[which] for one in self.use))


def in_order(pairs: pa.Table) -> pa.Table:
    """The same rows by case, then by name of treatment.

    Raises:
        BadData: a case has the same treatment twice, more than one proposed, or more than one duty.
    """
    case, treatment = _numbers(pairs["case_id"]), _codes(pairs["treatment"], {name: code for code, name in enumerate(sorted(pc.unique(pairs["treatment"]).to_pylist()))})
    if not _is_ordered(case, treatment):
        order = np.lexsort((treatment, case))
        pairs, case, treatment = pairs.take(pa.array(order)), case[order], treatment[order]
    same = case[1:] == case[:-1]
    twice = np.flatnonzero(same & (treatment[1:] == treatment[:-1]))
    faults = [f"Case {case[at]} has the treatment “{pairs['treatment'][int(at)].as_py()}” twice." for at in twice[:3]]
    for mark in ("proposed", "duty"):
        of = case[marks(pairs[mark])]
        faults += [f"Case {one} has more than one treatment marked {mark}." for one in of[1:][of[1:] == of[:-1]][:3]]
    if faults:
        raise BadData("The assignment cannot be made: " + " ".join(faults), "No treatment was chosen by value and capacity.", "Give each pair once and run it again.")
    return pairs


def _is_ordered(case: Ints, treatment: Small) -> bool:
    later = case[1:] > case[:-1]
    return bool(np.all(later | ((case[1:] == case[:-1]) & (treatment[1:] >= treatment[:-1]))))


def read(ordered: pa.Table, places: Mapping[str, int]) -> Pairs:
    """The columns of a table in order as arrays.

    Args:
        places: place of each limit by its name.
    """
    case_id = _numbers(ordered["case_id"])
    case = np.cumsum(np.diff(case_id, prepend=case_id[:1]) != 0, dtype=np.int32)
    net = _numbers(ordered["value_minor"]) - _numbers(ordered["cost_minor"]) - _numbers(ordered["harm_minor"])
    kinds = kinds_of(ordered)
    limit = tuple(_codes(ordered[f"{kind}_limit"], places) for kind in kinds)
    return Pairs(np.arange(len(case), dtype=np.int64), case, net, limit, tuple(_numbers(ordered[f"{kind}_use"]) for kind in kinds))


def _numbers(column: pa.ChunkedArray) -> Ints:
    return np.asarray(column.to_numpy(), dtype=np.int64)


def marks(column: pa.ChunkedArray) -> Marks:
    """A column of yes and no as an array."""
    return np.asarray(column.to_numpy(), dtype=np.bool_)


def _codes(column: pa.ChunkedArray, codes: Mapping[str, int]) -> Small:
    """Each text as its code; one past the last code where there is none."""
    array = column.unify_dictionaries() if pa.types.is_dictionary(column.type) else column.dictionary_encode()
    parts: list[Any] = [np.zeros(0, np.int32)]
    for chunk in array.chunks:
        told = np.array([*(len(codes) if name is None else codes[name] for name in chunk.dictionary.to_pylist()), len(codes)], dtype=np.int32)
        parts.append(told[chunk.indices.fill_null(len(told) - 1).to_numpy()])
    return np.concatenate(parts)


def drawn(pairs: Pairs, limits: int) -> Ints:
    """How much do these draw on each limit, all together? Exact."""
    total = np.zeros(limits + 1, dtype=np.int64)
    for limit, use in zip(pairs.limit, pairs.use, strict=True):
        np.add.at(total, limit, use)
    return total[:limits]


def fitting(pairs: Pairs, left: Ints) -> Marks:
    """Which of these fit into what is left, each by itself?"""
    room = np.append(left, np.iinfo(np.int64).max)
    fits = np.ones(len(pairs.row), dtype=np.bool_)
    for limit, use in zip(pairs.limit, pairs.use, strict=True):
        fits &= use <= room[limit]
    return fits


def best_of_each(pairs: Pairs, worth: Ints) -> tuple[Ints, Ints]:
    """Place of the best pair of each case (the first by name where several are), and the worth of the next best beside it or of leaving it alone (0).

    Where even the best is worth less than nothing, the second figure is 0 too.
    """
    starts = pairs.starts
    if not len(starts):
        return starts, starts
    best = np.maximum.reduceat(worth, starts)
    number = np.cumsum(np.bincount(starts, minlength=len(worth))) - 1
    equal = np.flatnonzero(worth == best[number])
    first = equal[np.flatnonzero(np.diff(number[equal], prepend=-1))]
    others = worth.copy()
    others[first] = 0
    return first, np.maximum(np.maximum.reduceat(others, starts), 0)


def prefix_that_fits(pairs: Pairs, needs: Sequence[Ints], left: Ints) -> Marks:
    """Taken one after the other in this order, which still fit?

    What a pair that does not fit would have drawn counts as drawn for those behind it, so that none is taken that could be too much.
    """
    room = np.append(left, np.iinfo(np.int64).max)
    fits = np.ones(len(pairs.row), dtype=np.bool_)
    for limit, need in zip(pairs.limit, needs, strict=True):
        asked = np.zeros(len(room), dtype=np.int64)
        np.add.at(asked, limit, need)
        asked[-1] = 0
        short = np.flatnonzero((asked > room)[limit])
        by_limit = short[np.argsort(limit[short], kind="stable")]
        summed = np.cumsum(need[by_limit])
        begins = np.flatnonzero(np.diff(limit[by_limit], prepend=-1))
        before = np.repeat(summed[begins] - need[by_limit][begins], np.diff(np.append(begins, len(by_limit))))
        fits[by_limit] &= summed - before <= room[limit[by_limit]]
    return fits
