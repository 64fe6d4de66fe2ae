"""Which pairs and limits does a policy state?

Weighed is what reaches out to the debtor and has a stated gain, unless law demands it or a named person decides it. Everything else that is proposed
(a review, a hold, a notice, a conversation about help for which nobody stated a gain, a case in another currency) stays as the policy proposed it,
whatever it brings, and uses its share of the capacities first.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import ibis
import ibis.expr.types as ir

from arrears.decide.capacity.shapes import Limit, Unit
from arrears.decide.policy.compile import treatments_of
from arrears.decide.policy.conditions import ConditionNotAccepted, parse_condition
from arrears.decide.policy.parts import Cost, Gain, LimitKind, Policy, PolicyChannel, Treatment
from arrears.decide.policy.table import PolicyNotValid
from arrears.decide.policy.terms import condition_of

MILLION = 1_000_000
HARM_BUDGET = "values: harm_budget_minor"
UNITS = {
    LimitKind.AGENT_MINUTES: Unit.MINUTES, LimitKind.VISITS: Unit.VISITS, LimitKind.BUDGET: Unit.MONEY, LimitKind.CHANNEL_RATE: Unit.ACTS,
}
LEARNT_SCHEMA = ibis.schema({"case_id": "int64", "treatment": "string", "value_minor": "int64"})
"""Learnt values: what a treatment is expected to bring more than leaving the case alone. Where a row is missing, the policy's gain counts."""
MASK_SCHEMA = ibis.schema({"party_id": "int64", "channel": "string", "may": "string"})
"""What the pre-screen tells, its channels called as the policy calls them."""
MAY = ("yes", "perhaps")
"""Answers with which work may be planned; the gate judges each contact. What waits for a confirmation cannot be done on the day."""


def limits_of(policy: Policy) -> list[Limit]:
    """The limits of a policy, its harm budget last."""
    stated = [Limit(limit.id, UNITS[LimitKind(limit.kind)], limit.amount) for limit in policy.capacity.values()]
    budget = policy.values.harm_budget_minor if policy.values else None
    return stated if budget is None else [*stated, Limit(HARM_BUDGET, Unit.HARM, budget)]


def is_weighed(policy: Policy, treatment: Treatment) -> bool:
    """Is this treatment chosen by what it brings?"""
    gains = policy.values.gains if policy.values else ()
    return treatment.contact and not treatment.statutory and treatment.weighty is None and any(gain.treatment == treatment.id for gain in gains)


def pairs_of(
    policy: Policy, alternatives: Mapping[str, Iterable[str]], decisions: ir.Table, mask: ir.Table | None, learnt: ir.Table | None,
) -> ir.Table:
    """Every (case, treatment) that could be chosen, with `PAIR_COLUMNS` and what it uses.

    Args:
        alternatives: by rule, the treatments that fit as well as the one it proposes.
        decisions: what the policy proposes for every case, with the case columns.
        mask: rows of `MASK_SCHEMA`; None where nobody asked what could be permitted.
        learnt: rows of `LEARNT_SCHEMA`; None where nothing was learnt.
    """
    treatments = treatments_of(policy)
    weighed = [name for name, treatment in treatments.items() if is_weighed(policy, treatment)]
    cases = decisions.mutate(is_weighed=decisions.treatment.isin(weighed) & (decisions.currencies == 1) & (decisions.currency == policy.currency).fill_null(False))
    parts = []
    for name, treatment in sorted(treatments.items()):
        rules = [rule for rule, others in sorted(alternatives.items()) if name in others] if name in weighed else []
        fits = (cases.treatment == name) | ((cases.is_weighed & cases.rule.isin(rules)) if rules else ibis.literal(False))
        parts.append(_pairs(policy, treatment, cases.filter(fits), mask, learnt))
    return ibis.union(*parts, distinct=False) if len(parts) > 1 else parts[0]


def _pairs(policy: Policy, treatment: Treatment, cases: ir.Table, mask: ir.Table | None, learnt: ir.Table | None) -> ir.Table:
    """The pairs of one treatment."""
    cost = policy.costs.get(treatment.id) or Cost(treatment.id, 0)
    cases = _with_learnt(treatment, _with_law(treatment, cases, mask), learnt)
    value = ibis.coalesce(cases.learnt_minor, _stated_value(policy, treatment.id, cases))
    known = cases.contact_history_known | ibis.literal(not treatment.contact)
    whole = {"value_minor": ibis.ifelse(cases.is_weighed, value, 0), "cost_minor": ibis.literal(cost.cost_minor), "harm_minor": ibis.literal(cost.harm_minor)}
    return cases.select(
        case_id=cases.case_id, treatment=ibis.literal(treatment.id), permitted=~cases.is_weighed | (cases.law_permits & known), duty=~cases.is_weighed,
        proposed=cases.treatment == treatment.id, **{name: one.cast("int64") for name, one in whole.items()}, **_uses(policy, treatment, cost, cases),
    )


def _with_law(treatment: Treatment, cases: ir.Table, mask: ir.Table | None) -> ir.Table:
    """With `law_permits`: whoever the mask does not name may not be contacted."""
    if mask is None or not treatment.contact:
        return cases.mutate(law_permits=ibis.literal(True))
    asked = mask.filter(mask.channel == treatment.channel).select(masked_party=mask.party_id, may=mask.may)
    joined = cases.left_join(asked, cases.party_id == asked.masked_party)
    return joined.select(*(cases[name] for name in cases.columns), law_permits=asked.may.isin(MAY).fill_null(False))


def _with_learnt(treatment: Treatment, cases: ir.Table, learnt: ir.Table | None) -> ir.Table:
    """With `learnt_minor`, empty where nothing was learnt."""
    if learnt is None:
        return cases.mutate(learnt_minor=ibis.null("int64"))
    told = learnt.filter(learnt.treatment == treatment.id).select(learnt_case=learnt.case_id, told_minor=learnt.value_minor)
    joined = cases.left_join(told, cases.case_id == told.learnt_case)
    return joined.select(*(cases[name] for name in cases.columns), learnt_minor=told.told_minor)


def _stated_value(policy: Policy, treatment: str, cases: ir.Table) -> ir.IntegerValue:
    """What the policy expects it to bring: of the first gain whose condition holds; nothing where none does."""
    gains = [gain for gain in (policy.values.gains if policy.values else ()) if gain.treatment == treatment]
    branches = [(_condition(policy, gain, cases), _gain(gain, cases)) for gain in gains]
    return ibis.cases(*branches, else_=ibis.literal(0, "int64")) if branches else ibis.literal(0, "int64")


def _condition(policy: Policy, gain: Gain, cases: ir.Table) -> ir.BooleanValue:
    if gain.when is None:
        return ibis.literal(True)
    try:
        return parse_condition(condition_of(policy, gain.when), cases)
    except ConditionNotAccepted as fault:
        raise PolicyNotValid(
            f"Policy {policy.name} cannot be used: the gain of “{gain.treatment}”: {fault}", "No treatment is chosen by value and capacity.", "Mend the condition."
        ) from fault


def _gain(gain: Gain, cases: ir.Table) -> ir.IntegerValue:
    """Millionths of the amount at stake, rounded down to a minor unit, no more than the cap; whole and rest apart, lest the product be too large."""
    amount = ibis.coalesce(cases.amount_at_stake_minor, ibis.literal(0, "int64"))
    whole = (amount // MILLION).cast("int64") * gain.gain_per_million + ((amount % MILLION).cast("int64") * gain.gain_per_million // MILLION).cast("int64")
    return whole if gain.cap_minor is None else ibis.least(whole, ibis.literal(gain.cap_minor, "int64"))


def _uses(policy: Policy, treatment: Treatment, cost: Cost, cases: ir.Table) -> dict[str, ir.Value]:
    """On which limits does it draw, and how much?"""

    def named(kind: LimitKind, of: str | None) -> ir.StringValue:
        found = next((limit.id for limit in policy.capacity.values() if limit.kind == kind and limit.of == of), None)
        return ibis.literal(found) if found is not None else ibis.null("string")

    visits = [(cases.region == limit.of, limit.id) for limit in policy.capacity.values() if limit.kind == LimitKind.VISITS]
    is_visit = treatment.channel == PolicyChannel.VISIT
    harm = policy.values is not None and policy.values.harm_budget_minor is not None
    uses: dict[str, tuple[ir.StringValue, int]] = {
        "minutes": (named(LimitKind.AGENT_MINUTES, cost.skill), cost.minutes),
        "visits": (ibis.cases(*visits, else_=ibis.null("string")) if visits and is_visit else ibis.null("string"), int(is_visit)),
        "budget": (named(LimitKind.BUDGET, cost.budget), cost.cost_minor),
        "rate": (named(LimitKind.CHANNEL_RATE, treatment.channel if treatment.contact else None), int(treatment.contact)),
        "harm": (ibis.literal(HARM_BUDGET) if harm else ibis.null("string"), cost.harm_minor),
    }
    limits = {f"{kind}_limit": limit.cast("string") for kind, (limit, _) in uses.items()}
    return limits | {f"{kind}_use": ibis.literal(use).cast("int64") for kind, (_, use) in uses.items()}
