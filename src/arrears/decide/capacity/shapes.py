"""What is asked, and what does the answer look like?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import pyarrow as pa
import pyarrow.compute as pc

from arrears.core.problems import BadData


class Unit(StrEnum):
    """In what is a limit counted? Always in whole numbers."""

    MINUTES = "minutes"
    """Working minutes of people with one skill."""
    VISITS = "visits"
    """Visits in one district."""
    ACTS = "acts"
    """Messages or calls of one channel in a day."""
    MONEY = "money"
    """Minor units of the currency in which values are stated."""
    HARM = "harm"
    """Minor units of the price put on the burden for debtors."""


@dataclass(frozen=True, slots=True)
class Limit:
    """So much there is, and no more.

    Attributes:
        name: by which pairs say what they draw on, such as `agent_minutes/negotiator`.
        amount: how many units; none is allowed, less than none is not.
    """

    name: str
    unit: Unit
    amount: int


class Why(StrEnum):
    """How does what was chosen stand to what was proposed?"""

    AS_PROPOSED = "as_proposed"
    WORTH_MORE = "worth_more"
    """Another treatment brings more than the proposed one."""
    CAPACITY = "capacity"
    """The proposed one would have brought more, and what it needs is spent better elsewhere."""
    STOP_RULE = "stop_rule"
    """The proposed one brings no more than it costs and burdens."""
    LAW = "law"
    """The proposed one may not be done on this day."""


PAIR_COLUMNS = ("case_id", "treatment", "permitted", "duty", "proposed", "value_minor", "cost_minor", "harm_minor")
"""What every pair says. `permitted`: law and consent do not stand in its way. `duty`: it is owed whatever it brings (a statutory notice, an answer, the
way back to help); stop rule and scarcity do not touch it. `value_minor`: what it is expected to bring more than leaving the case alone; `harm_minor`:
the price of its burden on the debtor. Two columns more for each kind of use: `<kind>_limit`, the limit it draws on (empty: none), and `<kind>_use`."""

ANSWER_SCHEMA = pa.schema([
    ("case_id", pa.int64()), ("treatment", pa.string()), ("proposed", pa.string()), ("value_minor", pa.int64()), ("cost_minor", pa.int64()),
    ("harm_minor", pa.int64()), ("duty", pa.bool_()), ("why", pa.string()),
])
"""One row a case. `treatment` is empty where it is left alone. Values are those of what was chosen, 0 where nothing was."""

MOST = 10**15
"""No value, cost, use or limit is larger."""
MOST_TOGETHER = 2**60
"""No column adds up to more, so that sums of whole books stay within 64 bits."""
_INTEGERS = ("case_id", "value_minor", "cost_minor", "harm_minor")
_YES_NO = ("permitted", "duty", "proposed")


@dataclass(frozen=True, slots=True)
class ShadowPrice:
    """What is one unit more of a limit worth?

    Attributes:
        used: what the assignment takes of it, duties included.
        worth_minor: how much the value of the whole rises with `per` units more, rounded to a minor unit; 0 where the limit does not bind.
        per: number of units the price is told for (60 minutes, 1,000 acts).
    """

    limit: Limit
    used: int
    worth_minor: int
    per: int


@dataclass(frozen=True, slots=True)
class Assignment:
    """What was chosen, and how good it is.

    Attributes:
        chosen: rows of `ANSWER_SCHEMA`, ordered by case.
        net_minor: value less cost and burden of all that was chosen beyond duties.
        bound_minor: no choice within the limits brings more than this.
        proven: nothing better exists.
        prices: one a limit, in the order of the limits.
    """

    chosen: pa.Table
    net_minor: int
    bound_minor: int
    proven: bool
    prices: tuple[ShadowPrice, ...]

    @property
    def gap_ppm(self) -> int:
        """How far from the best is it at most, in millionths of the bound, rounded up?"""
        return -(-(self.bound_minor - self.net_minor) * 1_000_000 // self.bound_minor) if self.bound_minor else 0


def kinds_of(pairs: pa.Table) -> tuple[str, ...]:
    """The kinds of use that a table of pairs tells of."""
    return tuple(name.removesuffix("_limit") for name in pairs.column_names if name.endswith("_limit"))


def check(pairs: pa.Table, limits: Sequence[Limit], treatments: Sequence[str]) -> None:
    """Can this be asked at all?

    Raises:
        BadData: a limit below nothing or named twice, a treatment or a limit nobody stated, a column missing, an amount that cannot be.
    """
    faults = [*_limit_faults(limits), *_column_faults(pairs)]
    faults = faults or [*_amount_faults(pairs), *_name_faults(pairs, limits, treatments)]
    if faults:
        raise BadData("The assignment cannot be made: " + " ".join(faults), "No treatment was chosen by value and capacity.", "Mend the policy or the values and run it again.")


def _limit_faults(limits: Sequence[Limit]) -> list[str]:
    names = [limit.name for limit in limits]
    faults = [f"Limit “{limit.name}” is {limit.amount}; it must be between 0 and {MOST}." for limit in limits if not 0 <= limit.amount <= MOST]
    return faults + [f"Limit “{name}” is stated twice." for name in sorted({name for name in names if names.count(name) > 1})]


def _column_faults(pairs: pa.Table) -> list[str]:
    uses = [f"{kind}_use" for kind in kinds_of(pairs)]
    missing = [name for name in (*PAIR_COLUMNS, *uses) if name not in pairs.column_names]
    if missing:
        return [f"The pairs have no column {', '.join(missing)}."]
    faults = [f"Column {name} is not of whole numbers." for name in (*_INTEGERS, *uses) if pairs.schema.field(name).type != pa.int64()]
    faults += [f"Column {name} is not of yes and no." for name in _YES_NO if pairs.schema.field(name).type != pa.bool_()]
    return faults + [f"Column {name} has rows without a value." for name in (*PAIR_COLUMNS, *uses) if pairs[name].null_count]


def _amount_faults(pairs: pa.Table) -> list[str]:
    faults = []
    for name in ("value_minor", "cost_minor", "harm_minor", *(f"{kind}_use" for kind in kinds_of(pairs))):
        ends = pc.min_max(pairs[name]).as_py()
        least = -MOST if name == "value_minor" else 0
        if pairs.num_rows and not least <= ends["min"] <= ends["max"] <= MOST:
            faults.append(f"Column {name} goes from {ends['min']} to {ends['max']}; it must lie between {least} and {MOST}.")
        elif (pc.sum(pc.abs(pairs[name]).cast(pa.float64())).as_py() or 0) > MOST_TOGETHER:
            faults.append(f"Column {name} adds up to more than {MOST_TOGETHER}; state it in a larger unit.")
    return faults


def _name_faults(pairs: pa.Table, limits: Sequence[Limit], treatments: Sequence[str]) -> list[str]:
    stated, known = {limit.name for limit in limits}, set(treatments)
    faults = [f"Treatment “{name}” is not among the treatments." for name in _names_in(pairs["treatment"]) if name not in known]
    drawn_by: dict[str, str] = {}
    for kind in kinds_of(pairs):
        for name in _names_in(pairs[f"{kind}_limit"]):
            if name not in stated:
                faults.append(f"A pair draws on the limit “{name}”, which nobody stated.")
            if drawn_by.setdefault(name, kind) != kind:
                faults.append(f"Limit “{name}” is drawn on in two columns, {drawn_by[name]}_limit and {kind}_limit.")
    return faults


def _names_in(column: pa.ChunkedArray) -> list[str]:
    return sorted(name for name in pc.unique(column).to_pylist() if name is not None)
