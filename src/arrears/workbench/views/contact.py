"""May this person be contacted now, by which way, and else from when on? Told on the case page; a permit is asked for when it is used."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest
from django.utils import timezone

from arrears.check.conduct.verdict import Answer
from arrears.check.gate.permit import Outlook
from arrears.core.problems import Refused
from arrears.core.reasons import Sentence
from arrears.engine.use_cases import permits
from arrears.workbench.views.frame import home_of_site, institution_of

RULES_SHOWN = 2
"""So many rules in the way stand beside an answer at once; the others one click away."""


@dataclass(frozen=True, slots=True)
class RuleShown:
    """A rule in the way: what it is called, where it stands, and its name."""

    label: Sentence
    citation: str
    name: str


@dataclass(frozen=True, slots=True)
class ChannelShown:
    """What the gate would answer for one channel, for a line of the panel.

    Attributes:
        next_at, until: moments on the clock of the zone that the panel names.
    """

    channel: str
    answer: str
    reasons: tuple[Sentence, ...]
    rules: tuple[RuleShown, ...]
    more: tuple[RuleShown, ...]
    next_at: datetime | None
    until: datetime | None

    @property
    def is_yes(self) -> bool:
        """Would a permit be given?"""
        return self.answer == Answer.PERMITTED.value


def contact_shown(request: HttpRequest, case_id: int) -> dict[str, Any]:
    """What the panel needs; where the home's own statement of the law cannot be read, that is all it says."""
    try:
        found = permits.may_contact(home_of_site(), institution_of(request), case_id, at=timezone.now())
    except Refused as trouble:
        return {"may_contact": (), "may_contact_trouble": trouble.what}
    zone = ZoneInfo(found.zone)
    return {"may_contact": [line_of(one, zone) for one in found.outlooks], "contact_zone": found.zone, "zone_is_theirs": found.is_theirs}


def line_of(one: Outlook, zone: ZoneInfo) -> ChannelShown:
    """What the gate would answer, as a line of a panel on the clock of this zone."""
    rules = tuple(RuleShown(finding.rule.label, finding.rule.citation, f"{finding.pack}/{finding.rule.name}") for finding in one.in_the_way)
    return ChannelShown(
        str(one.proposed.channel), one.answer.value, one.reasons, rules[:RULES_SHOWN], rules[RULES_SHOWN:],
        None if one.next_permitted_at is None else one.next_permitted_at.astimezone(zone), None if one.good_until is None else one.good_until.astimezone(zone),
    )
