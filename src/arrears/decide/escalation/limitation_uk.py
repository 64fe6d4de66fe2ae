"""Limitation in England, Wales and Northern Ireland, prescription in Scotland: until when may a debt be sued for?

South of the border and in Northern Ireland the end bars the claim and leaves the debt; in Scotland it extinguishes the debt. An
acknowledgment or a part payment within time starts the period anew; afterwards nothing revives it. Most of these figures are recalled: they
give the reading, and a person confirms it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from arrears.core.parameters import Parameters, Reading
from arrears.core.reasons import Sentence
from arrears.core.workings import Worked, worked
from arrears.decide.escalation.counting import begun_anew, counted_line, moved, period_end, said


class Nation(StrEnum):
    """Whose law?"""

    ENGLAND_WALES = "england_wales"
    NORTHERN_IRELAND = "northern_ireland"
    SCOTLAND = "scotland"


class UkEvent(StrEnum):
    """What starts the period anew?"""

    PART_PAYMENT = "part_payment"
    ACKNOWLEDGMENT = "acknowledgment"
    """Written and signed by the debtor."""
    RELEVANT_CLAIM = "relevant_claim"
    """Scotland: a claim in court or arbitration. Elsewhere a suit stops the question; it is not an event of this list."""


_DEED = "uk_england_wales_deed_years"
_LENGTHS = {
    Nation.ENGLAND_WALES: "uk_contract_limitation_years",
    Nation.NORTHERN_IRELAND: "uk_contract_limitation_years",
    Nation.SCOTLAND: "uk_scotland_prescription_years",
}


@dataclass(frozen=True, slots=True)
class UkLimitation:
    """The last day, is the period over on the day asked about, and does its end extinguish the debt itself?"""

    until: date
    barred: bool
    extinguished: bool


def uk_limitation(parameters: Parameters, nation: Nation, start: date, as_of: date, events: Sequence[tuple[date, UkEvent]] = (), *, deed: bool = False) -> Worked[UkLimitation]:
    """Until when may a debt be sued for?

    Args:
        start: the day on which the cause of action accrued (Scotland: the obligation became enforceable).
        events: what happened, and when; later than `as_of` is not looked at.
        deed: the debt stands in a deed (England and Wales only).
    """
    length = parameters.value_on(_DEED if deed and nation is Nation.ENGLAND_WALES else _LENGTHS[nation], as_of)
    restarts, revives = (parameters.value_on(f"uk_{nation.value}_{what}", as_of) for what in ("restarts", "revives_after"))
    readings: list[Reading] = [length]
    until, lines = period_end(start, length), []
    stop = None
    if nation is Nation.SCOTLAND:
        long_stop = parameters.value_on("uk_scotland_long_stop_years", as_of)
        readings.append(long_stop)
        stop = period_end(start, long_stop)
    lines.append(counted_line(start, length, moved(until, frozenset())))
    known = sorted((day, kind) for day, kind in events if start <= day <= as_of and not (kind is UkEvent.RELEVANT_CLAIM and nation is not Nation.SCOTLAND))
    steps = begun_anew(start, lambda day: period_end(day if restarts.yes else start, length), [day for day, _ in known])
    for (day, kind), (_, in_time, anew_until) in zip(known, steps, strict=True):
        readings += [restarts, revives]
        what = kind.value.replace("_", " ")
        if in_time and restarts.yes:
            until = anew_until
            lines += [said("{day}: {what}, within time: anew", "{day}：{what}，期间内，重新起算", day=day, what=what), counted_line(day, length, moved(until, frozenset()))]
        elif not in_time and not revives.yes:
            lines.append(said("{day}: {what}, after the end: it revives nothing", "{day}：{what}，期间已届满，不重新起算", day=day, what=what))
    if stop is not None and until > stop:
        until = stop
        lines.append(said("No longer than {day}", "最长不超过{day}", day=stop))
    barred = as_of > until
    gone = barred and nation is Nation.SCOTLAND
    if barred:
        lines.append(
            Sentence("The debt is extinguished.", "债务本身已消灭。") if gone else Sentence("The claim is barred; the debt remains.", "请求权已过时效，债务本身仍在。")
        )  # fmt: skip
    return worked(UkLimitation(until, barred, gone), lines, readings)
