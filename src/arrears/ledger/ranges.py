"""Is a value inside the range in which a question has an answer?"""

from __future__ import annotations

from arrears.core.problems import WrongCall


class OutsideRange(WrongCall):
    """A value is outside its range. `field` names the argument, so that whoever read it from a document can name it as it stands there."""

    def __init__(self, field: str, wanted: str, why: str) -> None:
        self.field = field
        super().__init__(f"{field} is outside its range.", why, f"Write {field} as {wanted}.")


def within(field: str, holds: bool, wanted: str, why: str) -> None:
    """Refuse a value outside its range.

    >>> within("count", 0 >= 1, "a whole number from 1", "There is no schedule without instalments.")
    Traceback (most recent call last):
    ...
    arrears.ledger.ranges.OutsideRange: count is outside its range. There is no schedule without instalments. Write count as a whole number from 1.

    Raises:
        OutsideRange: it does not hold.
    """
    if not holds:
        raise OutsideRange(field, wanted, why)
