"""What does a lender's conventions file say?

A small YAML file, every key optional, the defaults those of `DelinquencySettings`:

    day_on_due_date: 0          # 0: the day after the due date is day one; 1: the due date itself is
    payment_counts: own_day     # own_day or next_day
    tag_grace_days: 0           # the tag lags, the amount does not
    tolerance: {days: 3, short: 10.00}   # 容时容差
    component_order: [costs, penalty, fee, interest, principal]   # what money pays first within an instalment
    ledger: {penalty_rate: "0.18"}   # by which rules money is worked out; see `money_stated`
    buckets: [30, 60, 90]       # last day of each bucket but the open one
    non_working_days: {calendar: CN, shift: following}   # due dates on days nobody works on
    products: {mortgage: {tag_grace_days: 5}}            # what departs from the above
    regimes: [ifrs_9]           # read by `arrears.assess.classification.stated`
    product_kinds: {visa: credit_card}   # read there as well
    early_warning: {due_within_days: 7}  # read by `arrears.assess.early_warning.stated`
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import yaml

from arrears.assess.delinquency.money_stated import read_money
from arrears.assess.delinquency.settings import DEFAULT_BUCKETS, Bucket, DayOnDueDate, DelinquencySettings, PaymentDay, PaymentTolerance
from arrears.core.calendars import NonWorkingDays, Shift
from arrears.core.money import AmountNotValid, parse_minor
from arrears.core.problems import BadData
from arrears.ledger.allocation.claims import Component
from arrears.ledger.allocation.debts import whole_order

KEYS = ("day_on_due_date", "payment_counts", "tag_grace_days", "tolerance", "component_order", "ledger", "buckets", "non_working_days", "products", "regimes", "product_kinds", "early_warning")
PRODUCT_KEYS = ("day_on_due_date", "tag_grace_days", "tolerance", "component_order", "ledger", "non_working_days")
_PAYMENT_DAYS = {"own_day": PaymentDay.OWN_DAY, "next_day": PaymentDay.NEXT_DAY}


class ConventionsNotValid(BadData):
    """The conventions file cannot be used; the message names the key and the remedy."""


def read_conventions(text: str, currency: str, source: str = "conventions") -> DelinquencySettings:
    """Which settings does this YAML text mean?

    Args:
        text: content of the file; empty means all defaults.
        currency: currency in which the tolerance is stated.
        source: name of the file, for messages.

    Raises:
        ConventionsNotValid: an unknown key or a value that cannot be.

    >>> read_conventions("tag_grace_days: 3", "CNY").tag_grace_days
    3
    >>> [bucket.name for bucket in read_conventions("buckets: [30, 90]", "CNY").buckets]
    ['1-30', '31-90', '91+']
    >>> read_conventions("grace: 3", "CNY")
    Traceback (most recent call last):
    ...
    arrears.assess.delinquency.conventions.ConventionsNotValid: conventions: “grace” is not a convention. Days and amounts would be counted otherwise than meant. Known are: day_on_due_date, payment_counts, tag_grace_days, tolerance, component_order, ledger, buckets, non_working_days, products, regimes, product_kinds, early_warning.
    """
    try:
        stated = yaml.safe_load(text) or {}
    except yaml.YAMLError as trouble:
        raise _wrong(source, f"this is not YAML ({trouble})", "Mend the file at that place.") from trouble
    if not isinstance(stated, dict):
        raise _wrong(source, "the file is not a table of keys", "Write one key a line.")
    for key in stated:
        if key not in KEYS:
            raise _wrong(source, f"“{key}” is not a convention", f"Known are: {', '.join(KEYS)}.")
    book = _departing(DelinquencySettings(payment_day=_payment_day(stated, source), buckets=_buckets(stated.get("buckets"), source)), stated, currency, source)
    return replace(book, products=_products(stated.get("products"), book, currency, source))


def _departing(known: DelinquencySettings, stated: Mapping[str, Any], currency: str, source: str) -> DelinquencySettings:
    """Conventions as known, but for what is stated."""
    departs: dict[str, Any] = {}
    if "day_on_due_date" in stated:
        departs["day_on_due_date"] = DayOnDueDate(_whole(stated, "day_on_due_date", 0, 1, source))
    if "tag_grace_days" in stated:
        departs["tag_grace_days"] = _whole(stated, "tag_grace_days", 0, 366, source)
    if "tolerance" in stated:
        departs["tolerance"] = _tolerance(stated["tolerance"] or {}, currency, source)
    if "component_order" in stated:
        departs["component_order"] = _component_order(stated["component_order"], source)
    if "ledger" in stated:
        departs["money"] = read_money(stated["ledger"] or {}, lambda what, remedy: _wrong(source, what, remedy))
    if "non_working_days" in stated:
        departs["non_working_days"] = _non_working_days(stated["non_working_days"], source)
    return replace(known, **departs)


def _products(stated: Any, book: DelinquencySettings, currency: str, source: str) -> tuple[tuple[str, DelinquencySettings], ...]:
    """The products that depart, by name; one that states nothing of its own is as the book."""
    if stated is None:
        return ()
    if not isinstance(stated, dict):
        raise _wrong(source, f"products is “{stated}”", "Write products: {mortgage: {tag_grace_days: 5}}.")
    found = []
    for name, departs in sorted(stated.items(), key=lambda pair: str(pair[0])):
        if not isinstance(departs, dict) or not set(departs) <= set(PRODUCT_KEYS):
            raise _wrong(source, f"products: {name} is “{departs}”", f"A product departs in: {', '.join(PRODUCT_KEYS)}; the others hold for the whole book.")
        found.append((str(name), _departing(book, departs, currency, f"{source}: products: {name}")))
    return tuple((name, one) for name, one in found if one != book)


def _non_working_days(stated: Any, source: str) -> NonWorkingDays | None:
    """Where due dates on non-working days go; None where they stay."""
    example = "Write non_working_days: {calendar: CN, shift: following}."
    if stated is None:
        return None
    if not isinstance(stated, dict) or not set(stated) <= {"calendar", "shift", "days", "known_until"}:
        raise _wrong(source, f"non_working_days is “{stated}”", example)
    shift = stated.get("shift", Shift.FOLLOWING)
    if shift not in set(Shift):
        raise _wrong(source, f"non_working_days shift is “{shift}”", f"Write one of: {', '.join(Shift)}.")
    if shift == Shift.NONE:
        return None
    if not isinstance(stated.get("calendar"), str):
        raise _wrong(source, f"non_working_days calendar is “{stated.get('calendar')}”", f"{example} Put NO, for Norway, in quotes.")
    until = _whole(stated, "known_until", 1990, 2100, source) if "known_until" in stated else None
    return NonWorkingDays(stated["calendar"], Shift(shift), _days_otherwise(stated.get("days") or {}, source), until)


def _days_otherwise(stated: Any, source: str) -> tuple[tuple[date, bool], ...]:
    """Days that the lender states otherwise than the calendar."""
    example = "Write days: {2027-02-14: working, 2027-02-15: free}."
    if not isinstance(stated, dict):
        raise _wrong(source, f"non_working_days days is “{stated}”", example)
    for day, state in stated.items():
        if type(day) is not date or state not in ("working", "free"):
            raise _wrong(source, f"non_working_days days has “{day}: {state}”", example)
    return tuple(sorted((day, state == "working") for day, state in stated.items()))


def _wrong(source: str, what: str, remedy: str) -> ConventionsNotValid:
    return ConventionsNotValid(f"{source}: {what}.", "Days and amounts would be counted otherwise than meant.", remedy)


def _whole(stated: Mapping[str, Any], key: str, least: int, most: int, source: str) -> int:
    value = stated.get(key, 0)
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise _wrong(source, f"{key} is “{value}”", f"Write a whole number from {least} to {most}.")
    return value


def _payment_day(stated: Mapping[str, Any], source: str) -> PaymentDay:
    value = stated.get("payment_counts", "own_day")
    if value not in _PAYMENT_DAYS:
        raise _wrong(source, f"payment_counts is “{value}”", f"Write one of: {', '.join(_PAYMENT_DAYS)}.")
    return _PAYMENT_DAYS[value]


def _tolerance(stated: Any, currency: str, source: str) -> PaymentTolerance:
    if not isinstance(stated, dict) or not set(stated) <= {"days", "short"}:
        raise _wrong(source, f"tolerance is “{stated}”", "Write tolerance: {days: 3, short: 10.00}.")
    try:
        short = parse_minor(str(stated.get("short", "0")), currency)
    except AmountNotValid as trouble:
        raise _wrong(source, f"tolerance short: {trouble}", "Write an amount of the book's currency.") from trouble
    if short < 0:
        raise _wrong(source, f"tolerance short is “{stated['short']}”", "Write an amount of zero or more.")
    return PaymentTolerance(_whole(stated, "days", 0, 31, source), short)


def _component_order(stated: Any, source: str) -> tuple[Component, ...]:
    """The components that are named first, then the others in the standard order."""
    known = {one.value: one for one in Component}
    if not isinstance(stated, list) or not stated or not all(isinstance(name, str) and name in known for name in stated) or len(set(stated)) < len(stated):
        raise _wrong(source, f"component_order is “{stated}”", f"Write a list of some of: {', '.join(known)}, each once; what you leave out follows in the standard order.")
    return whole_order([known[name] for name in stated])


def _buckets(stated: Any, source: str) -> tuple[Bucket, ...]:
    if stated is None:
        return DEFAULT_BUCKETS
    ends = stated if isinstance(stated, list) else []
    if not ends or not all(isinstance(end, int) and not isinstance(end, bool) for end in ends) or ends != sorted(set(ends)) or ends[0] < 1:
        raise _wrong(source, f"buckets is “{stated}”", "Write the last day of each bucket, growing, such as [30, 60, 90].")
    starts = [1, *(end + 1 for end in ends)]
    closed = [Bucket(f"{start}-{end}", start, end) for start, end in zip(starts, ends, strict=False)]
    return (*closed, Bucket(f"{starts[-1]}+", starts[-1], None))
