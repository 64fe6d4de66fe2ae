"""How is it said, in both languages, what one unit more would be worth and why a case did not get what was proposed?"""

from __future__ import annotations

from arrears.core.money import format_money
from arrears.core.reasons import Language, Sentence
from arrears.decide.capacity.shapes import ShadowPrice, Unit, Why

ONE_MORE = {
    Unit.MINUTES: Sentence("One more hour", "每增加 1 小时"),
    Unit.VISITS: Sentence("One more visit", "每增加 1 次上门"),
    Unit.ACTS: Sentence("A thousand more contacts", "每增加 1,000 次联系"),
    Unit.MONEY: Sentence("{amount} more", "每增加 {amount}"),
    Unit.HARM: Sentence("A burden of {amount} more", "负担限额每增加 {amount}"),
}
WHY = {
    Why.AS_PROPOSED: Sentence("as proposed", "按建议执行"),
    Why.WORTH_MORE: Sentence("another treatment brings more", "另一处置方式价值更高"),
    Why.CAPACITY: Sentence("no capacity left for what was proposed", "建议的处置方式产能不足"),
    Why.STOP_RULE: Sentence("what was proposed brings no more than it costs and burdens", "建议的处置方式预期收益不高于成本与负担"),
    Why.LAW: Sentence("what was proposed may not be done on this day", "当日依法不得采取建议的处置方式"),
}


def shadow_price_said(price: ShadowPrice, label: Sentence, currency: str) -> Sentence:
    """What one more of this limit would be worth, as a sentence.

    >>> from arrears.decide.capacity.shapes import Limit
    >>> hour = ShadowPrice(Limit("callers", Unit.MINUTES, 4800), 4800, 68_200, 60)
    >>> shadow_price_said(hour, Sentence("minutes of negotiators", "协商专员分钟数"), "CNY").en
    'minutes of negotiators: 4,800 of 4,800 used. One more hour is worth CN¥682.00.'
    >>> spare = ShadowPrice(Limit("callers", Unit.MINUTES, 4800), 300, 0, 60)
    >>> shadow_price_said(spare, Sentence("minutes of negotiators", "协商专员分钟数"), "CNY").en
    'minutes of negotiators: 300 of 4,800 used. More would be worth nothing.'
    """
    return Sentence(_said(price, label, currency, "en"), _said(price, label, currency, "zh"))


def _said(price: ShadowPrice, label: Sentence, currency: str, language: Language) -> str:
    def amount(minor: int) -> str:
        return format_money(minor, currency, language)

    is_money = price.limit.unit in (Unit.MONEY, Unit.HARM)
    used, there = (amount(one) if is_money else f"{one:,}" for one in (price.used, price.limit.amount))
    head = Sentence("{label}: {used} of {there} used. ", "{label}：已用 {used}，共 {there}。").in_language(language)
    tail = Sentence("{more} is worth {worth}.", "{more}，价值 {worth}。") if price.worth_minor else Sentence("More would be worth nothing.", "增加并无价值。")
    more = ONE_MORE[price.limit.unit].in_language(language).format(amount=amount(price.per))
    return (head + tail.in_language(language)).format(label=label.in_language(language), used=used, there=there, more=more, worth=amount(price.worth_minor))
