"""From which threshold on is something worth an alert? Named settings with documented defaults (docs/how_to/alerts.md)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class EarlyWarningSettings:
    """The thresholds of early warning.

    Attributes:
        due_within_days: how near the next due date must be for `likely_to_miss`.
        items_looked_at: how many of the last items that fell due are looked at for a habit of paying late.
        late_items: from how many of these paid late on the habit counts as evidence.
        returned_within_days: for how long a payment taken back counts as evidence and as `returned_debit`.
        on_time_before: after how many items paid on time, and none late, a missed one is a `broken_pattern`.
        escalate_after_days: after how many days without acknowledgement an alert is escalated.

    >>> EarlyWarningSettings().due_within_days
    7
    """

    due_within_days: int = 7
    items_looked_at: int = 6
    late_items: int = 2
    returned_within_days: int = 14
    on_time_before: int = 6
    escalate_after_days: int = 3

    def __post_init__(self) -> None:
        assert 0 < self.late_items <= self.items_looked_at, "of n items at most n are late"
        assert min(self.due_within_days, self.returned_within_days, self.on_time_before, self.escalate_after_days) > 0, "a threshold is at least one"
