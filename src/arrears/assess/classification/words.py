"""How are regimes and their classes called, for people?"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from arrears.assess.classification.book import Regime
from arrears.assess.classification.regimes import Why
from arrears.core.reasons import Sentence

REGIME_WORDS: Mapping[Regime, Sentence] = {
    Regime.CHINA_FIVE_TIER: Sentence("Five-tier classification (China)", "五级分类"),
    Regime.EU_NON_PERFORMING: Sentence("Non-performing exposures (EBA)", "不良敞口（EBA）"),
    Regime.IFRS_9: Sentence("Stage of expected loss (IFRS 9)", "预期信用损失阶段（IFRS 9）"),
    Regime.INDIA: Sentence("Special mention and NPA (India)", "特别关注与不良资产（印度）"),
    Regime.METRO_2: Sentence("Account status (Metro 2)", "账户状态（Metro 2）"),
    Regime.US_RETAIL: Sentence("Retail classification (US)", "零售信贷分类（美国）"),
}
CLASS_WORDS: Mapping[Regime, Mapping[str, Sentence]] = {
    Regime.CHINA_FIVE_TIER: {
        "normal": Sentence("normal", "正常"),
        "special_mention": Sentence("special mention", "关注"),
        "substandard": Sentence("substandard", "次级"),
        "doubtful": Sentence("doubtful", "可疑"),
        "loss": Sentence("loss", "损失"),
    },
    Regime.EU_NON_PERFORMING: {
        "performing": Sentence("performing", "正常"),
        "performing_forborne_under_probation": Sentence("performing, forborne, under probation", "正常（宽限考察期）"),
        "non_performing": Sentence("non-performing", "不良"),
    },
    Regime.IFRS_9: {
        "stage_1": Sentence("stage 1", "第一阶段"),
        "stage_2": Sentence("stage 2", "第二阶段"),
        "stage_3": Sentence("stage 3", "第三阶段"),
        "poci_lifetime": Sentence("purchased or originated impaired", "购入或源生已减值"),
    },
    Regime.INDIA: {
        "standard": Sentence("standard", "标准"),
        "SMA-0": Sentence("SMA-0", "SMA-0"),
        "SMA-1": Sentence("SMA-1", "SMA-1"),
        "SMA-2": Sentence("SMA-2", "SMA-2"),
        "NPA": Sentence("non-performing (NPA)", "不良（NPA）"),
    },
    Regime.METRO_2: {
        "11": Sentence("11: 0 to 29 days past due", "11：逾期 0–29 天"),
        "71": Sentence("71: 30 to 59 days past due", "71：逾期 30–59 天"),
        "78": Sentence("78: 60 to 89 days past due", "78：逾期 60–89 天"),
        "80": Sentence("80: 90 to 119 days past due", "80：逾期 90–119 天"),
        "82": Sentence("82: 120 to 149 days past due", "82：逾期 120–149 天"),
        "83": Sentence("83: 150 to 179 days past due", "83：逾期 150–179 天"),
        "84": Sentence("84: 180 days past due or more", "84：逾期 180 天及以上"),
        "97": Sentence("97: charged off", "97：已核销"),
    },
    Regime.US_RETAIL: {
        "not_classified": Sentence("not classified", "不分类"),
        "substandard": Sentence("substandard", "次级"),
        "loss": Sentence("loss", "损失"),
    },
}


def class_words(regime: str, reached: str) -> Sentence:
    """The class in words.

    >>> class_words("china_five_tier", "doubtful").zh
    '可疑'
    """
    return CLASS_WORDS[Regime(regime)][reached]


def why_words(reason: str | None, days_material: int | None, clear_since_on: date | None, earliest_exit_on: date | None) -> Sentence | None:
    """What stands behind a class besides the days; None where that is all.

    Args:
        reason: one of `Why`; None in a run of an earlier version.

    >>> why_words("way_back", 0, date(2026, 4, 20), date(2026, 7, 20)).en
    'Held since an earlier run: clear since 2026-04-20, left on 2026-07-20 at the earliest.'
    >>> why_words("days", 91, None, None).en, why_words("days", None, None, None)
    ('Arrears are material for 91 days in a row.', None)
    """
    if reason == Why.DRAWN_ALONG:
        return Sentence("Because of another account of the same debtor.", "因同一债务人的其他账户。")
    if reason == Why.WAY_BACK and clear_since_on:
        return Sentence(
            f"Held since an earlier run: clear since {clear_since_on}, left on {earliest_exit_on} at the earliest.",
            f"承前次运行维持：自{clear_since_on}起无触发情形，最早于{earliest_exit_on}退出。",
        )
    if reason == Why.WAY_BACK:
        return Sentence("Held since an earlier run until nothing is unpaid.", "承前次运行维持，直至欠款全部清偿。")
    if days_material:
        return Sentence(f"Arrears are material for {days_material} days in a row.", f"重大逾期已连续{days_material}天。")
    return None
