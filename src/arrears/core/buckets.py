"""How is a range of lateness called by people? A lender's names are codes such as `1-30`, `181+` or `2m`; all doors call them alike."""

from __future__ import annotations

import re
from collections.abc import Mapping

from arrears.core.reasons import Sentence

_FIXED: Mapping[str, Sentence] = {
    "current": Sentence("not overdue", "未逾期"), "none": Sentence("not in the earlier run", "上期未有"),
}
_FIXED_SHORT: Mapping[str, Sentence] = {"current": Sentence("not late", "未逾期"), "none": Sentence("new", "新增")}
_RANGE, _OPEN = re.compile(r"^(\d+)-(\d+)$"), re.compile(r"^(\d+)\+$")
_MONTHS, _OPEN_MONTHS = re.compile(r"^(\d+)m$"), re.compile(r"^(\d+)m\+$")


def bucket_sentence(bucket: str) -> Sentence:
    """How is a bucket called? One of the lender's own naming is called by its name.

    >>> bucket_sentence("1-30").en, bucket_sentence("181+").zh, bucket_sentence("2m").zh, bucket_sentence("6m+").en, bucket_sentence("late").en
    ('1–30 days', '180 天以上', '2 个月', '6 months or more', 'late')
    """
    if found := _RANGE.match(bucket):
        return Sentence(f"{found[1]}–{found[2]} days", f"{found[1]}–{found[2]} 天")
    if found := _OPEN.match(bucket):
        return Sentence(f"over {int(found[1]) - 1} days", f"{int(found[1]) - 1} 天以上")
    if found := _MONTHS.match(bucket):
        return Sentence("1 month" if found[1] == "1" else f"{found[1]} months", f"{found[1]} 个月")
    if found := _OPEN_MONTHS.match(bucket):
        return Sentence(f"{found[1]} months or more", f"{found[1]} 个月及以上")
    return _FIXED.get(bucket, Sentence(bucket, bucket))


def bucket_short_sentence(bucket: str) -> Sentence:
    """The same where there is little room, such as the head of a matrix.

    >>> bucket_short_sentence("181+").en, bucket_short_sentence("1-30").zh, bucket_short_sentence("2m").en, bucket_short_sentence("none").zh
    ('>180', '1–30', '2 mo', '新增')
    """
    if found := _RANGE.match(bucket):
        return Sentence(f"{found[1]}–{found[2]}", f"{found[1]}–{found[2]}")
    if found := _OPEN.match(bucket):
        return Sentence(f">{int(found[1]) - 1}", f">{int(found[1]) - 1}")
    if found := _MONTHS.match(bucket):
        return Sentence(f"{found[1]} mo", f"{found[1]} 个月")
    if found := _OPEN_MONTHS.match(bucket):
        return Sentence(f"{found[1]}+ mo", f"{found[1]} 个月+")
    return _FIXED_SHORT.get(bucket, Sentence(bucket, bucket))
