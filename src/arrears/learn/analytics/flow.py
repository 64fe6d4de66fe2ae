"""How do accounts move between buckets from one run to the next?

All measures are made of the cells of one flow: how many accounts, and how much balance, stood in one bucket before and stand in another
now. The balance is the one at the *earlier* day for cohort measures and the one of each day for net flow; which is said at each.

Source: practice as described in docs/reference/measures.md (net flow and cohort roll differ whenever accounts cure, skip or are sold).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from arrears.learn.analytics.ratio import Ratio, ratio

CURRENT = "current"


@dataclass(frozen=True, slots=True)
class FlowCell:
    """What stood in `before` at the earlier day and stands in `now` at the later one.

    Attributes:
        accounts: how many.
        balance_before_minor: their balance at the earlier day, 0 for accounts that were not there.
        balance_now_minor: their balance at the later day.
    """

    before: str
    now: str
    accounts: int
    balance_before_minor: int
    balance_now_minor: int


def net_flow_rate(cells: Iterable[FlowCell], worse: str, better: str) -> Ratio:
    """Net flow (迁徙率): balance in the worse bucket now over the balance in the better bucket before, whoever the accounts are.

    >>> net_flow_rate([FlowCell("1-30", "31-60", 2, 100, 40)], "31-60", "1-30")
    Fraction(2, 5)
    """
    cells = list(cells)
    return ratio(
        sum(cell.balance_now_minor for cell in cells if cell.now == worse), sum(cell.balance_before_minor for cell in cells if cell.before == better)
    )


def cohort_roll_rate(cells: Iterable[FlowCell], from_bucket: str, to_bucket: str) -> Ratio:
    """Of the balance that stood in one bucket before, which part belongs to accounts that stand in the other now? Balance of the earlier day.

    >>> cohort_roll_rate([FlowCell("1-30", "31-60", 1, 60, 70), FlowCell("1-30", "current", 1, 40, 40)], "1-30", "31-60")
    Fraction(3, 5)
    """
    cohort = [cell for cell in cells if cell.before == from_bucket]
    return ratio(sum(cell.balance_before_minor for cell in cohort if cell.now == to_bucket), sum(cell.balance_before_minor for cell in cohort))


def forward_roll_rate(cells: Iterable[FlowCell], from_bucket: str, order: Sequence[str]) -> Ratio:
    """Of the balance that stood in one bucket before, which part belongs to accounts that stand in a worse one now, the next or any beyond?

    Never above 1, unlike net flow: what stood in the open last bucket all along is not counted as having come into it.

    Args:
        order: bucket names, best first.

    >>> cells = [FlowCell("1-30", "31+", 1, 60, 70), FlowCell("1-30", "current", 1, 40, 40), FlowCell("31+", "31+", 9, 900, 900)]
    >>> forward_roll_rate(cells, "1-30", ("current", "1-30", "31+")), net_flow_rate(cells, "31+", "1-30")
    (Fraction(3, 5), Fraction(97, 10))
    """
    worse = set(order[order.index(from_bucket) + 1:])
    cohort = [cell for cell in cells if cell.before == from_bucket]
    return ratio(sum(cell.balance_before_minor for cell in cohort if cell.now in worse), sum(cell.balance_before_minor for cell in cohort))


def transition_matrix(cells: Iterable[FlowCell], buckets: Sequence[str]) -> Mapping[str, Mapping[str, Fraction]]:
    """For each bucket before: which share of its accounts stands in each bucket now? Each row that has accounts adds up to 1."""
    rows: dict[str, dict[str, Fraction]] = {}
    listed = list(cells)
    for before in buckets:
        row = {now: sum(cell.accounts for cell in listed if (cell.before, cell.now) == (before, now)) for now in buckets}
        total = sum(row.values())
        if total:
            rows[before] = {now: Fraction(count, total) for now, count in row.items()}
    return rows


def cure_rate(cells: Iterable[FlowCell], bucket: str) -> Ratio:
    """Of the accounts in a bucket before, which part is current now? By count.

    >>> cure_rate([FlowCell("1-30", "current", 3, 0, 0), FlowCell("1-30", "1-30", 1, 0, 0)], "1-30")
    Fraction(3, 4)
    """
    cohort = [cell for cell in cells if cell.before == bucket]
    return ratio(sum(cell.accounts for cell in cohort if cell.now == CURRENT), sum(cell.accounts for cell in cohort))


def chain_loss(flow_rates: Sequence[Ratio]) -> Ratio:
    """Which part of what is current today runs through every bucket to the last? The product of the flow rates on the way (催收乘数).

    None as soon as one rate cannot be said.

    >>> chain_loss([Fraction(1, 10), Fraction(1, 2), Fraction(2, 5)])
    Fraction(1, 50)
    """
    product = Fraction(1)
    for rate in flow_rates:
        if rate is None:
            return None
        product *= rate
    return product


def expected_loss_minor(balance_by_bucket: Mapping[str, int], flow_rates: Mapping[str, Ratio], buckets: Sequence[str]) -> Mapping[str, int | None]:
    """How much of each bucket's balance is expected to reach the last bucket, by the chain of flow rates?

    Args:
        balance_by_bucket: balance now, in minor units.
        flow_rates: for each bucket, the flow from it into the next worse one.
        buckets: best first; the last one is lost whole.

    Returns:
        Minor units, half rounded to even; None for a bucket whose way to the end has a rate that cannot be said.

    >>> expected_loss_minor({"1-30": 1000, "31+": 200}, {"1-30": Fraction(1, 4)}, ("1-30", "31+"))
    {'1-30': 250, '31+': 200}
    """
    losses: dict[str, int | None] = {}
    for place, bucket in enumerate(buckets):
        way = chain_loss([flow_rates.get(step) for step in buckets[place:-1]])
        losses[bucket] = None if way is None else round(way * balance_by_bucket.get(bucket, 0))
    return losses
