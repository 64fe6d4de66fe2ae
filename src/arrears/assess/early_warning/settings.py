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
        on_time_before: after how many items paid on time, and none late, one that is missed or paid in part is a `broken_pattern`.
        share_periods: over how many earlier periods, from due day to due day, the usual share of what fell due is taken.
        share_falls_percent: by how much of the usual share what came in the newest period must have fallen to be a `broken_pattern`.
        drift_items: how many of the last settled items must each have come later than the one before to be a `broken_pattern`.
        drift_days: by how many days in all they must have slipped.
        returned_in_a_row: from how many payments taken back one after the other on there is a `broken_pattern`.
        escalate_after_days: after how many days without acknowledgement an alert is escalated.
        resolved_shown_days: for how many days after its end an alert is still told as resolved.

    >>> EarlyWarningSettings().due_within_days
    7
    """

    due_within_days: int = 7
    items_looked_at: int = 6
    late_items: int = 2
    returned_within_days: int = 14
    on_time_before: int = 6
    share_periods: int = 3
    share_falls_percent: int = 50
    drift_items: int = 3
    drift_days: int = 5
    returned_in_a_row: int = 2
    escalate_after_days: int = 3
    resolved_shown_days: int = 7

    def __post_init__(self) -> None:
        assert 0 < self.late_items <= self.items_looked_at, "of n items at most n are late"
        assert self.share_falls_percent <= 100, "no share falls by more than itself"
        assert min(self.drift_items, self.returned_in_a_row) > 1, "two at least make a row"
        others = (self.due_within_days, self.returned_within_days, self.on_time_before, self.share_periods, self.share_falls_percent, self.drift_days)
        assert min(*others, self.escalate_after_days, self.resolved_shown_days) > 0, "a threshold is at least one"
