"""What needs a second person, who may ask for it and who may decide, and for how long does a request stand?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from arrears.core.reasons import Sentence

POLICY, EXPERIMENT, TEMPLATE = "policy", "experiment", "template"
OF_POLICY = "policy:"
"""With this begins the name of who asks where the policy proposes and no person does; no sign-in name can hold a colon."""
_MANAGER, _COLLECTOR, _COMPLIANCE = "manager", "collector", "compliance"
_DECIDERS = frozenset({_MANAGER, _COMPLIANCE})
_WORKERS = frozenset({_MANAGER, _COLLECTOR, _COMPLIANCE})


@dataclass(frozen=True, slots=True)
class ApprovalKind:
    """One kind of thing that needs a second person.

    Attributes:
        code: its name in facts and commands.
        label: how people call it.
        may_ask: roles in which somebody may ask for it.
        may_decide: roles in which somebody else may decide. An administrator is in neither: who enters users could enter a second self.
        stands: how long a request stands where nothing else is said.
        weighty: does it weigh heavily on one person, so that no machine may ever decide it?
    """

    code: str
    label: Sentence
    may_ask: frozenset[str]
    may_decide: frozenset[str]
    stands: timedelta
    weighty: bool = False


def _weighty(code: str, en: str, zh: str) -> ApprovalKind:
    return ApprovalKind(code, Sentence(en, zh), _WORKERS, _DECIDERS, timedelta(days=14), weighty=True)


_KINDS = (
    ApprovalKind(POLICY, Sentence("treatment policy", "处置策略"), _DECIDERS, _DECIDERS, timedelta(days=14)),
    ApprovalKind(EXPERIMENT, Sentence("experiment", "策略实验"), _DECIDERS, frozenset({_COMPLIANCE}), timedelta(days=14)),
    ApprovalKind(TEMPLATE, Sentence("message template", "信息模板"), _DECIDERS, _DECIDERS, timedelta(days=14)),
    _weighty("relief_refusal", "refusal of relief", "拒绝纾困申请"),
    _weighty("placement", "placement with an agency", "委外催收"),
    _weighty("credit_reporting", "credit reporting", "报送征信"),
    _weighty("suit", "suit", "起诉"),
    _weighty("enforcement", "enforcement", "申请强制执行"),
)
KINDS: Mapping[str, ApprovalKind] = {kind.code: kind for kind in _KINDS}
"""Every kind, by its code."""
WEIGHTY: Mapping[str, ApprovalKind] = {code: kind for code, kind in KINDS.items() if kind.weighty}
"""Decisions that a policy proposes and a named person takes."""
LONGEST_DAYS = 60
"""A request that stood longer would be decided on what was true two months ago."""
