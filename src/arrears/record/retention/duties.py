"""Which duties to keep, and which ends, hold for which kind of record in which country?

The figures are dated parameters of the rule packs; here stands only what each of them binds and from when its time counts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from arrears.core.parameters import NoValue, Parameters, Reading


class RecordType(StrEnum):
    """What kind of record is it, as far as its time to be kept is concerned?"""

    PERSONAL_FILE = "personal_file"
    """Who the person is: name, numbers, contact points, reasons and notes."""
    RECORDING = "recording"
    """Sound or film of a call, a visit or a meeting."""
    CORRESPONDENCE = "correspondence"
    """Messages, letters, receipts, photographs, minutes and what else was kept of the collection."""
    CONTRACT = "contract"
    """Agreements with their annexes."""


OF_EVIDENCE: Mapping[str, RecordType] = {"recording": RecordType.RECORDING, "contract": RecordType.CONTRACT}
"""Which kinds of evidence have a time of their own; all others are correspondence."""


def record_type_of_evidence(kind: str) -> RecordType:
    """Which record type is a piece of evidence of this kind?

    >>> record_type_of_evidence("recording").value, record_type_of_evidence("letter").value
    ('recording', 'correspondence')
    """
    return OF_EVIDENCE.get(kind, RecordType.CORRESPONDENCE)


class Clock(StrEnum):
    """From which day does the time count?"""

    RECORDED = "recorded"
    """From the day on which the record came to be."""
    LAST_ACTIVITY = "last_activity"
    """From the last day on which anything happened in the person's cases; it does not run while one is open."""


class Bound(StrEnum):
    """What does the figure ask for?"""

    MIN_KEEP = "min_keep"
    """Not to delete earlier."""
    MAX_KEEP = "max_keep"
    """Not to keep longer."""


@dataclass(frozen=True, slots=True)
class Duty:
    """One figure of law: what it asks for, which records it binds, and from when its time counts."""

    figure: str
    bound: Bound
    record_types: frozenset[RecordType]
    clock: Clock


def _keep(figure: str, clock: Clock, *types: RecordType) -> Duty:
    return Duty(figure, Bound.MIN_KEEP, frozenset(types), clock)


def _end(figure: str, clock: Clock, *types: RecordType) -> Duty:
    return Duty(figure, Bound.MAX_KEEP, frozenset(types), clock)


_EVIDENCE = (RecordType.RECORDING, RecordType.CORRESPONDENCE)
_EVERYTHING = tuple(RecordType)
DUTIES: Mapping[str, tuple[Duty, ...]] = {
    "china": (
        _keep("cn_card_record_min_keep", Clock.RECORDED, *_EVIDENCE),
        _keep("cn_collection_record_min_keep", Clock.RECORDED, *_EVIDENCE),
        _keep("cn_consumer_finance_record_min_keep", Clock.RECORDED, *_EVIDENCE),
        _keep("cn_limitation_min_keep", Clock.LAST_ACTIVITY, RecordType.PERSONAL_FILE, RecordType.CONTRACT),
        _end("cn_recording_max_keep", Clock.LAST_ACTIVITY, *_EVIDENCE),
        _end("cn_personal_file_max_keep", Clock.LAST_ACTIVITY, RecordType.PERSONAL_FILE, RecordType.CONTRACT),
    ),
    "us": (
        _keep("us_collection_record_min_keep", Clock.LAST_ACTIVITY, RecordType.PERSONAL_FILE, RecordType.CORRESPONDENCE, RecordType.CONTRACT),
        _keep("us_recording_min_keep", Clock.RECORDED, RecordType.RECORDING),
        _end("us_record_max_keep", Clock.LAST_ACTIVITY, *_EVERYTHING),
    ),
    "uk": (
        _keep("uk_limitation_min_keep", Clock.LAST_ACTIVITY, *_EVERYTHING),
        _end("uk_record_max_keep", Clock.LAST_ACTIVITY, *_EVERYTHING),
    ),
    "eu": (
        _keep("eu_servicer_record_min_keep", Clock.LAST_ACTIVITY, *_EVERYTHING),
        _end("eu_record_max_keep", Clock.LAST_ACTIVITY, *_EVERYTHING),
    ),
    "india": (
        _keep("in_record_min_keep", Clock.LAST_ACTIVITY, *_EVERYTHING),
        _end("in_record_max_keep", Clock.LAST_ACTIVITY, *_EVERYTHING),
    ),
}
"""The duties of each rule pack. A country that is not here has no figures, and then nothing goes without a person's word."""
_EU = (
    "AT BE BG HR CY CZ DK EE FI FR DE GR HU IE IT LV LT LU MT NL PL PT RO SK SI ES SE EU")
PACK_OF: Mapping[str, str] = {"CN": "china", "US": "us", "GB": "uk", "IN": "india", **dict.fromkeys(_EU.split(), "eu")}
"""Which rule pack states the figures of a country (ISO 3166)."""


@dataclass(frozen=True, slots=True)
class Period:
    """A duty with its figure of the day. `certain` says whether the figure is confirmed, by its source or by somebody who answers for it."""

    duty: Duty
    reading: Reading
    certain: bool


@dataclass(frozen=True, slots=True)
class Confirmed:
    """Somebody answers for this figure with this value."""

    figure: str
    value: int
    unit: str


def periods_on(
    pack: str, figures: Parameters, on: date, confirmed: frozenset[Confirmed] = frozenset(), not_binding: frozenset[str] = frozenset()
) -> tuple[Period, ...]:
    """Which duties hold on this day in this rule pack, with their figures?

    A figure that has no value on the day is no duty on it.

    Args:
        confirmed: figures that a person answers for, with the very value that was looked up.
        not_binding: figures that the lender has stated not to bind it.
    """
    found = []
    for duty in DUTIES.get(pack, ()):
        if duty.figure in not_binding:
            continue
        try:
            reading = figures.value_on(duty.figure, on)
        except NoValue:
            continue
        answered = Confirmed(duty.figure, reading.whole, reading.unit.value) in confirmed
        found.append(Period(duty, reading, reading.certain or answered))
    return tuple(found)
