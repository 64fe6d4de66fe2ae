"""What does the block `early_warning:` of a lender's conventions file say?"""

from __future__ import annotations

from dataclasses import fields

import yaml

from arrears.assess.delinquency.conventions import ConventionsNotValid
from arrears.assess.early_warning.settings import EarlyWarningSettings

MOST_DAYS = 366


def read_early_warning(text: str, source: str = "conventions") -> EarlyWarningSettings:
    """Which thresholds does this YAML text mean? Every key is optional; the text as a whole is judged by `read_conventions`.

    Raises:
        ConventionsNotValid: an unknown threshold or one that cannot be.

    >>> read_early_warning("early_warning: {due_within_days: 10}").due_within_days
    10
    >>> read_early_warning("early_warning: {late_items: 9}")
    Traceback (most recent call last):
    ...
    arrears.assess.delinquency.conventions.ConventionsNotValid: conventions: early_warning late_items is more than items_looked_at. Alerts would be raised otherwise than meant. Look at more items or ask for fewer late ones.
    """
    stated = (yaml.safe_load(text) or {}).get("early_warning") or {}
    known = [field.name for field in fields(EarlyWarningSettings)]
    if not isinstance(stated, dict):
        raise _wrong(source, f"is “{stated}”", f"Write a table with some of: {', '.join(known)}.")
    for key, value in stated.items():
        if key not in known:
            raise _wrong(source, f"“{key}” is not a threshold", f"Known are: {', '.join(known)}.")
        if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= MOST_DAYS:
            raise _wrong(source, f"{key} is “{value}”", f"Write a whole number from 1 to {MOST_DAYS}.")
    default = EarlyWarningSettings()
    if stated.get("late_items", default.late_items) > stated.get("items_looked_at", default.items_looked_at):
        raise _wrong(source, "late_items is more than items_looked_at", "Look at more items or ask for fewer late ones.")
    if stated.get("share_falls_percent", 1) > 100:
        raise _wrong(source, "share_falls_percent is more than 100", "A share falls by 100 percent at most.")
    for key in ("drift_items", "returned_in_a_row"):
        if stated.get(key, 2) < 2:
            raise _wrong(source, f"{key} is less than 2", "One alone makes no row; write 2 or more.")
    return EarlyWarningSettings(**stated)


def _wrong(source: str, what: str, remedy: str) -> ConventionsNotValid:
    return ConventionsNotValid(f"{source}: early_warning {what}.", "Alerts would be raised otherwise than meant.", remedy)
