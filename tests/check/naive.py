"""A second reading of hours, caps and cooling-off, written apart and as plainly as it can be: no rule files, no kinds, only the law's numbers.

Slow and blunt on purpose. It looks at every event for every question and knows nothing of the code it is held against.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

CALLS = ("call", "voice_bot", "voicemail")


@dataclass(frozen=True)
class Call:
    """One contact, as a clerk would write it in a book."""

    at: datetime
    channel: str
    outcome: str
    mode: str
    party: str
    to: str
    point: str
    debts: tuple[str, ...]
    ours: bool


@dataclass(frozen=True)
class Asked:
    """One call that somebody wants to make now."""

    at: datetime
    channel: str
    mode: str
    party: str
    to: str
    point: str
    debts: tuple[str, ...]
    zones: tuple[str, ...]


def _clock(at: datetime, zone: str) -> str:
    return at.astimezone(ZoneInfo(zone)).strftime("%H:%M:%S.%f")


def _day(at: datetime, zone: str) -> str:
    return at.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d")


def _days_up_to(at: datetime, zone: str, many: int) -> set[str]:
    """The names of so many calendar days, today the last."""
    noon = datetime.strptime(_day(at, zone), "%Y-%m-%d").replace(hour=12)
    return {(noon - timedelta(days=back)).strftime("%Y-%m-%d") for back in range(many)}


def _about_the_same(call: Call, debt: str) -> bool:
    return not call.debts or not debt or debt in call.debts


def reg_f(asked: Asked, book: list[Call]) -> set[str]:
    """Which of the three limits of Regulation F are in the way?"""
    broken = set()
    if asked.to != "neighbour" and any(not ("08:00:00.000000" < _clock(asked.at, zone) < "21:00:00.000000") for zone in asked.zones):
        broken.add("no_contact_at_inconvenient_hours")
    if asked.channel not in CALLS:
        return broken
    for zone in asked.zones:
        week = _days_up_to(asked.at, zone, 7)
        for debt in asked.debts or ("",):
            rang = talked = 0
            for call in book:
                if call.at > asked.at or call.to != asked.to or call.channel not in CALLS or _day(call.at, zone) not in week or not _about_the_same(call, debt):
                    continue
                if call.party not in ("", asked.party):
                    continue
                if call.ours and call.outcome in ("pending", "conversation", "connected", "dropped", "no_answer", "voicemail"):
                    rang += 1
                if call.outcome == "conversation":
                    talked += 1
            if rang + 1 > 7:
                broken.add("seven_calls_in_seven_days")
            if talked:
                broken.add("seven_days_after_a_conversation")
    return broken


def china(asked: Asked, book: list[Call]) -> set[str]:
    """Which limits of the national standard and of the banking association are in the way of collecting from the debtor?"""
    broken = set()
    clock = _clock(asked.at, "Asia/Shanghai")
    if clock < "08:00:00.000000" or clock >= "22:00:00.000000":
        broken |= {"no_collection_at_night", "no_collection_at_night_without_consent"}
    today = [call for call in book if call.at <= asked.at and _day(call.at, "Asia/Shanghai") == _day(asked.at, "Asia/Shanghai") and call.ours]
    same = [call for call in today if call.to == asked.to]
    if asked.mode == "interactive" and asked.channel in ("call", "voice_bot"):
        spoken = [call for call in same if call.channel in ("call", "voice_bot") and call.mode == "interactive" and call.outcome in ("conversation", "connected", "pending")]
        if len(spoken) >= 3:
            broken.add("three_conversations_a_day")
    if asked.mode == "informative" and asked.channel in CALLS:
        told = [call for call in same if call.channel in CALLS and call.mode == "informative" and call.outcome in ("conversation", "connected", "voicemail", "pending")]
        if len(told) >= 3:
            broken.add("three_informative_calls_a_day")
    if asked.channel in CALLS:
        vain = [call for call in today if call.channel in CALLS and call.outcome in ("no_answer", "busy", "dropped", "voicemail", "pending") and call.point in ("", asked.point)]
        if len(vain) >= 6:
            broken.add("six_unanswered_calls_a_day_to_a_number")
    return broken
