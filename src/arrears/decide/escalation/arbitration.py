"""What does an arbitration cost in China?

The state sets a range for accepting a case; each body has its own table inside it and a fee for processing beside it. One table was read
(Shenyang); Beijing's least cost shows that a small consumer debt is not worth its fee. Tables not read are not guessed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from arrears.core.parameters import Parameters
from arrears.core.workings import Worked, worked
from arrears.decide.escalation.counting import money, said
from arrears.decide.escalation.court_fees import rounded, scale_working


@dataclass(frozen=True, slots=True)
class ArbitrationFees:
    """In fen: the state's range for accepting a case, Shenyang's fees, and what Beijing asks at least."""

    state_lowest_minor: int
    state_highest_minor: int
    shenyang_acceptance_minor: int
    shenyang_processing_minor: int
    beijing_least_minor: int

    @property
    def shenyang_minor(self) -> int:
        """What Shenyang asks in all."""
        return self.shenyang_acceptance_minor + self.shenyang_processing_minor


def arbitration_fees(parameters: Parameters, amount_minor: int, on: date) -> Worked[ArbitrationFees]:
    """What does an arbitration over this amount cost, begun on this day?"""
    names = (
        "cn_arbitration_fee_lowest_scale", "cn_arbitration_fee_highest_scale", "cn_shenyang_arbitration_acceptance_scale",
        "cn_shenyang_arbitration_processing_scale",
    )  # fmt: skip
    scales = [parameters.value_on(name, on) for name in names]
    least = parameters.value_on("cn_beijing_arbitration_least_minor", on)
    lowest, highest, acceptance, processing = (rounded(scale_working(scale, amount_minor)[0]) for scale in scales)
    found = ArbitrationFees(lowest, highest, acceptance, processing, least.whole)
    lines = [
        said("State range for accepting a case: {low} to {high}", "受理费国家幅度：{low}至{high}", low=money(lowest), high=money(highest)),
        *scale_working(scales[2], amount_minor)[1],
        said("Shenyang: {a} + {b} for processing = {sum}", "沈阳：受理费{a} + 处理费{b} = {sum}", a=money(acceptance), b=money(processing), sum=money(found.shenyang_minor)),
        said("Beijing: at least {least}", "北京：至少{least}", least=money(least.whole)),
    ]
    return worked(found, lines, [*scales, least])
