"""For which cases exactly does a condition hold, and is anybody left for the rows below?

Decided for conditions that compare one column with values (``<``, ``=``, ``between``, ``in``, ``is null``, yes-or-no columns), joined by and, or,
not. The values that the conditions name cut each column into cells (single values, gaps between them, empty); inside a cell every condition
answers the same. A set of cells is the bits of a whole number, a *box* is one such set a column, a region is a list of boxes. Anything else
(arithmetic, column against column, coalesce) cannot be judged, and is said so.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from arrears.decide.policy.columns import CASE_COLUMNS

MOST_BOXES = 4000
"""Beyond this many boxes a question is given up and said to be too large."""
Value = int | str
Region = list[dict[str, int]]
TYPES = {column.name: column.type for column in CASE_COLUMNS}
NEVER_EMPTY = frozenset({
    "kind", "hold_kinds", "contact_history_known", "co_operated_since_step", "as_of", "ladder_before", "stage_before", "step_before", "refusals",
    "accounts_total", "accounts_overdue", "currencies", "amount_at_stake_minor", "balance_minor", "first_item_missing", "items_on_time", "items_paid_late", "bucket", "currency", "product",
})
ONLY: Mapping[str, tuple[str, ...]] = {"kind": ("person", "organisation")}
NOT_NEGATIVE = frozenset(column.name for column in CASE_COLUMNS if column.type == "whole") - {"days_in_step"}
_FLIPPED = {exp.LT: exp.GT, exp.LTE: exp.GTE, exp.GT: exp.LT, exp.GTE: exp.LTE, exp.EQ: exp.EQ, exp.NEQ: exp.NEQ}


class NotJudged(ValueError):
    """The condition is outside what can be judged, or the question is too large; the message says which."""


@dataclass(frozen=True, slots=True)
class Atom:
    """One column against values: `op` is =, <, <=, >, >=, in, null (is empty) or true."""

    column: str
    op: str
    values: tuple[Value, ...] = ()


@dataclass(frozen=True, slots=True)
class Joined:
    """Several conditions: `op` is and, or, not."""

    op: str
    parts: tuple[Atom | Joined, ...]


Condition = Atom | Joined


def condition_tree(text: str) -> Condition:
    """The condition as comparisons joined by and, or, not.

    Raises:
        NotJudged: it uses something else; the message names it.

    >>> condition_tree("days_past_due between 1 and 5")
    Joined(op='and', parts=(Atom(column='days_past_due', op='>=', values=(1,)), Atom(column='days_past_due', op='<=', values=(5,))))
    """
    try:
        return _tree(sqlglot.parse_one(text, dialect="duckdb"))
    except (SqlglotError, RecursionError) as trouble:
        raise NotJudged(f"“{text}” is not a condition in SQL") from trouble


def _tree(node: exp.Expr) -> Condition:
    if isinstance(node, exp.Paren):
        return _tree(node.this)
    if isinstance(node, (exp.And, exp.Or)):
        return Joined("and" if isinstance(node, exp.And) else "or", (_tree(node.left), _tree(node.right)))
    if isinstance(node, exp.Not):
        return Joined("not", (_tree(node.this),))
    if isinstance(node, exp.Column) and TYPES.get(node.name) == "yes_no":
        return Atom(node.name, "true")
    if isinstance(node, exp.Is) and isinstance(node.expression, exp.Null):
        return Atom(_column(node.this), "null")
    if isinstance(node, exp.Between):
        name = _column(node.this)
        return Joined("and", (Atom(name, ">=", (_value(name, node.args["low"]),)), Atom(name, "<=", (_value(name, node.args["high"]),))))
    if isinstance(node, exp.In) and node.expressions:
        name = _column(node.this)
        return Atom(name, "in", tuple(_value(name, one) for one in node.expressions))
    if type(node) in _FLIPPED:
        return _compared(node)
    raise NotJudged(f"“{node.sql(dialect='duckdb')}” is not a comparison of one column with values")


def _compared(node: exp.Expr) -> Condition:
    assert isinstance(node, exp.Binary)
    kind, left, right = type(node), node.left, node.right
    if not isinstance(left, exp.Column) and isinstance(right, exp.Column):
        kind, left, right = _FLIPPED[kind], right, left
    name = _column(left)
    value = _value(name, right)
    if TYPES[name] == "yes_no":
        holds = Atom(name, "in", (value,))
        return holds if kind is exp.EQ else Joined("and", (Joined("not", (holds,)), Joined("not", (Atom(name, "null"),))))
    if TYPES[name] == "text" and kind not in (exp.EQ, exp.NEQ):
        raise NotJudged(f"“{node.sql(dialect='duckdb')}” orders texts")
    if kind is exp.NEQ:
        return Joined("and", (Joined("not", (Atom(name, "=", (value,)),)), Joined("not", (Atom(name, "null"),))))
    return Atom(name, {exp.EQ: "=", exp.LT: "<", exp.LTE: "<=", exp.GT: ">", exp.GTE: ">="}[kind], (value,))


def _column(node: exp.Expr) -> str:
    if not isinstance(node, exp.Column) or node.table or node.name not in TYPES:
        raise NotJudged(f"“{node.sql(dialect='duckdb')}” is not a single column")
    return node.name


def _value(name: str, node: exp.Expr) -> Value:
    """A value as a whole number (days as their ordinal, yes and no as 1 and 0) or a text."""
    if isinstance(node, exp.Paren):
        return _value(name, node.this)
    if isinstance(node, exp.Neg) and isinstance(node.this, exp.Literal) and node.this.this.isdigit():
        return -int(node.this.this)
    if isinstance(node, exp.Boolean):
        return int(bool(node.this))
    if isinstance(node, exp.Literal):
        return str(node.this) if node.is_string else int(node.this)
    if isinstance(node, (exp.Cast, exp.Date)) and isinstance(node.this, exp.Literal) and TYPES[name] == "day":
        return date.fromisoformat(node.this.this).toordinal()
    raise NotJudged(f"“{node.sql(dialect='duckdb')}” is not a single value")


def atoms_of(condition: Condition) -> list[Atom]:
    """Every comparison in it."""
    return [condition] if isinstance(condition, Atom) else [atom for part in condition.parts for atom in atoms_of(part)]


@dataclass(slots=True)
class Cells:
    """The cells into which some conditions cut the columns they name.

    The bits of a set, from the lowest: is empty; then for numbers, alternately the values below, between and above the named ones and these
    themselves; for texts each named value and all others; for yes-or-no no and yes.
    """

    conditions: Sequence[Condition]
    values: dict[str, list[Value]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Gather the values that each column is compared with."""
        for condition in self.conditions:
            for atom in atoms_of(condition):
                self.values.setdefault(atom.column, [])
                self.values[atom.column] += [value for value in atom.values if value not in self.values[atom.column]]
        for name, values in self.values.items():
            if TYPES[name] == "yes_no":
                self.values[name] = [0, 1]
            elif name in ONLY:
                self.values[name] = sorted({*values, *ONLY[name]}, key=str)
            else:
                values.sort(key=lambda value: (str(type(value)), value))

    def everything(self, name: str) -> int:
        """Every value that the column can have."""
        values, type_ = self.values[name], TYPES[name]
        if type_ == "yes_no":
            found = 0b110
        elif name in ONLY:
            found = sum(1 << (place + 1) for place, value in enumerate(values) if value in ONLY[name])
        elif type_ == "text":
            found = (1 << (len(values) + 2)) - 2
        else:
            found = sum(1 << (place + 1) for place in range(2 * len(values) + 1) if self._has_values(name, place))
        return found if name in NEVER_EMPTY else found | 1

    def _has_values(self, name: str, place: int) -> bool:
        """Is there any value in this cell of a column of numbers?"""
        values = [int(value) for value in self.values[name]]
        least = 0 if name in NOT_NEGATIVE else None
        if place % 2:
            return least is None or values[place // 2] >= least
        above = values[place // 2 - 1] if place else None
        below = values[place // 2] if place // 2 < len(values) else None
        lowest = above + 1 if above is not None else least
        if least is not None and lowest is not None:
            lowest = max(lowest, least)
        return below is None or lowest is None or lowest < below

    def holding(self, atom: Atom) -> int:
        """The cells of the atom's column in which it holds."""
        values, type_ = self.values[atom.column], TYPES[atom.column]
        if atom.op == "null":
            return 1
        if atom.op == "true":
            return 0b100
        if type_ in ("yes_no", "text"):
            return sum(1 << (values.index(value) + 1) for value in set(atom.values))
        if atom.op in ("=", "in"):
            return sum(1 << (2 * values.index(value) + 2) for value in set(atom.values))
        place, cells = 2 * bisect_left([int(value) for value in values], int(atom.values[0])) + 1, 2 * len(values) + 1
        chosen = {"<": range(place), "<=": range(place + 1), ">": range(place + 1, cells), ">=": range(place, cells)}[atom.op]
        return sum(1 << (one + 1) for one in chosen) & ~1

    def region(self, condition: Condition, *, holds: bool = True) -> Region:
        """The boxes in which the condition holds, or those in which it does not."""
        if isinstance(condition, Atom):
            everything = self.everything(condition.column)
            chosen = self.holding(condition) & everything
            chosen = chosen if holds else everything & ~chosen
            return [{condition.column: chosen}] if chosen else []
        if condition.op == "not":
            return self.region(condition.parts[0], holds=not holds)
        parts = [self.region(part, holds=holds) for part in condition.parts]
        if (condition.op == "and") == holds:
            return meet(*parts)
        return _bounded([box for part in parts for box in part])

    def less(self, boxes: Region, taken: Region) -> Region:
        """What is left of some boxes when others are taken away."""
        left = boxes
        for away in taken:
            left = _bounded([piece for box in left for piece in self._without(box, away)])
        return left

    def _without(self, box: Mapping[str, int], away: Mapping[str, int]) -> Iterable[dict[str, int]]:
        inside = dict(box)
        for name, cells in away.items():
            had = inside.get(name, self.everything(name))
            if outside := had & ~cells:
                yield {**inside, name: outside}
            inside[name] = had & cells
            if not inside[name]:
                return

    def shown(self, box: Mapping[str, int]) -> str:
        """A box in words: one example value a column."""
        return ", ".join(f"{name} {self._example(name, cells)}" for name, cells in sorted(box.items()))

    def _example(self, name: str, cells: int) -> str:
        if cells == 1:
            return "empty"
        values, type_ = self.values[name], TYPES[name]
        place = (cells & ~1 & -(cells & ~1)).bit_length() - 2
        if type_ == "yes_no":
            return "= " + ("true" if place else "false")
        if type_ == "text":
            return f"= {values[place]}" if place < len(values) else "= another text"
        if place % 2:
            number = int(values[place // 2])
        elif place:
            number = int(values[place // 2 - 1]) + 1
        else:
            number = int(values[0]) - 1
        return "= " + (date.fromordinal(number).isoformat() if type_ == "day" else str(number))


def meet(*regions: Region) -> Region:
    """The boxes that lie in every region."""
    found: Region = [{}]
    for region in regions:
        found = _bounded([both for one in found for other in region if (both := _both(one, other)) is not None])
    return found


def _both(one: Mapping[str, int], other: Mapping[str, int]) -> dict[str, int] | None:
    joined = dict(one)
    for name, cells in other.items():
        joined[name] = joined[name] & cells if name in joined else cells
        if not joined[name]:
            return None
    return joined


def _bounded(boxes: Region) -> Region:
    if len(boxes) > MOST_BOXES:
        raise NotJudged("the conditions together are too many to judge")
    return boxes
