"""What does an assignment mean for a case's work today, and how is that said in both languages?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum

from arrears.core.reasons import Sentence
from arrears.decide.capacity.shapes import Why


class Work(StrEnum):
    """Is anything done in this case today?"""

    TODAY = "today"
    """What was assigned is done today; a duty always is."""
    WAITS = "waits"
    """What was proposed is worth doing and does not fit into what there is today."""
    BARRED = "barred"
    """What was proposed may not be done on this day, and nothing else fits."""
    LEFT_ALONE = "left_alone"
    """A contact would bring no more than it costs and burdens."""


WORK_WORDS: Mapping[Work, Sentence] = {
    Work.TODAY: Sentence("Today", "今日处理"),
    Work.WAITS: Sentence("Waits for capacity", "等待产能"),
    Work.BARRED: Sentence("Not permitted today", "今日不得进行"),
    Work.LEFT_ALONE: Sentence("Left alone", "暂不打扰"),
}
LEFT_ALONE_SAID = Sentence(
    "Left alone: a contact would bring no more than it costs and burdens. Make none and add no discretionary charge; "
    "notices that the law demands still go out, and whoever asks for help gets it.",
    "暂不打扰：联系的预期收益不高于成本与负担。不主动联系，不加收非必要费用；法定通知照常发出，如需帮助，随时提供。",
)
BARRED_SAID = Sentence("What was proposed may not be done on this day.", "当日依法不得采取建议的处置方式。")
SHORT_OF = Sentence("Waits for capacity: used up today are {limits}", "等待产能：今日已用完{limits}")
INSTEAD = {
    Why.WORTH_MORE: Sentence("Instead of “{proposed}”: this brings more", "替代“{proposed}”：价值更高"),
    Why.CAPACITY: Sentence("Instead of “{proposed}”, for which no capacity is left today", "替代“{proposed}”：今日产能不足"),
    Why.STOP_RULE: Sentence("Instead of “{proposed}”, which would bring no more than it costs and burdens", "替代“{proposed}”：其收益不高于成本与负担"),
    Why.LAW: Sentence("Instead of “{proposed}”, which may not be done on this day", "替代“{proposed}”：当日依法不得采取"),
}


def work_said(work: str, why: str | None, proposed: Sentence, short_of: Sequence[Sentence]) -> Sentence | None:
    """What somebody who looks at the case reads about today's work; None where the proposal is simply done.

    Args:
        why: how what was chosen stands to what was proposed (`Why`).
        proposed: what the policy's proposal is called.
        short_of: what of the limits is used up that the proposal needs.

    >>> work_said("waits", "capacity", Sentence("Call", "致电"), [Sentence("minutes of callers", "致电专员分钟数")]).en
    'Waits for capacity: used up today are minutes of callers'
    >>> work_said("today", "worth_more", Sentence("Call", "致电"), ()).zh
    '替代“致电”：价值更高'
    >>> work_said("today", "as_proposed", Sentence("Call", "致电"), ()) is None
    True
    """
    if work == Work.LEFT_ALONE:
        return LEFT_ALONE_SAID
    if work == Work.BARRED:
        return BARRED_SAID
    if work == Work.WAITS:
        limits = Sentence(", ".join(one.en for one in short_of), "、".join(one.zh for one in short_of))
        return Sentence(SHORT_OF.en.format(limits=limits.en), SHORT_OF.zh.format(limits=limits.zh)) if short_of else WORK_WORDS[Work.WAITS]
    instead = INSTEAD.get(Why(why)) if why else None
    return Sentence(instead.en.format(proposed=proposed.en), instead.zh.format(proposed=proposed.zh)) if instead else None
