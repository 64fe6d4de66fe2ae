"""Which one expression says the whole policy?"""

from __future__ import annotations

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir

from arrears.core.money import minor_digits
from arrears.decide.policy.conditions import ConditionNotAccepted, parse_condition
from arrears.decide.policy.guards import (
    ASK_FOR_HISTORY,
    GUARD_TREATMENTS,
    HELD_QUEUE,
    HOLD_REASON,
    HOLD_RESPECTED,
    HOLD_RULE,
    UNKNOWN_CONTACTS_REASON,
    UNKNOWN_CONTACTS_RULE,
)
from arrears.decide.policy.table import Policy, PolicyNotValid, Treatment
from arrears.decide.policy.words import reason_columns, texts_used

DECISION_COLUMNS = ("queue", "treatment", "channel", "rule", "reason_en", "reason_zh", "policy_version", "priority", "weighty")


def treatments_of(policy: Policy) -> dict[str, Treatment]:
    """Every treatment a case can come out with: the policy's own and those of the guards."""
    return {**policy.treatments, **{treatment.id: treatment for treatment in GUARD_TREATMENTS}}


def _matching_row(policy: Policy, cases: ir.Table) -> ir.StringValue:
    """Id of the first row whose condition holds."""
    branches, faults = [], []
    for row in policy.rows[:-1]:
        assert row.when is not None
        try:
            branches.append((parse_condition(row.when, cases), row.id))
        except ConditionNotAccepted as fault:
            faults.append(f"row “{row.id}”: {fault}")
    if faults:
        raise PolicyNotValid(f"Policy {policy.name} cannot be used: " + " ".join(faults), "No case is decided by it.", "Mend the conditions.")
    return ibis.cases(*branches, else_=policy.rows[-1].id) if branches else ibis.literal(policy.rows[-1].id)


def _guarded(cases: ir.Table, row_id: ir.StringValue, contact_rows: Sequence[str]) -> ir.StringValue:
    """The rule that decides once what protects people has been asked."""
    reaches_out = row_id.isin(list(contact_rows)) if contact_rows else ibis.literal(False)
    return ibis.cases(
        (cases.hold_kinds != "", HOLD_RULE),
        (~cases.contact_history_known & reaches_out, UNKNOWN_CONTACTS_RULE),
        else_=row_id,
    )


def decide(policy: Policy, cases: ir.Table, currencies: Sequence[str]) -> ir.Table:
    """Which treatment does every case get, by which rule, and why?

    Args:
        policy: a policy without faults.
        cases: rows as `columns.case_columns` gives them.
        currencies: the currencies that occur, so that amounts are written with the right decimals.

    Returns:
        `cases` with DECISION_COLUMNS. `priority` orders people's work: the larger the amount at stake the earlier. `weighty` names the weighty
        decision that the treatment proposes and a named person takes; it is empty elsewhere.

    Raises:
        PolicyNotValid: a condition is not accepted.
    """
    treatments = treatments_of(policy)
    contact_rows = [row.id for row in policy.rows if policy.treatments[row.treatment].contact]
    matched = cases.mutate(row_id=_matching_row(policy, cases))
    ruled = matched.mutate(rule=_guarded(matched, matched.row_id, contact_rows))
    by_rule = {HOLD_RULE: HOLD_RESPECTED.id, UNKNOWN_CONTACTS_RULE: ASK_FOR_HISTORY.id, **{row.id: row.treatment for row in policy.rows}}
    chosen = ruled.mutate(treatment=ibis.cases(*((ruled.rule == rule, treatment) for rule, treatment in by_rule.items()), else_=""))
    reasons = {HOLD_RULE: HOLD_REASON, UNKNOWN_CONTACTS_RULE: UNKNOWN_CONTACTS_REASON, **{row.id: row.reason for row in policy.rows}}
    digits = {currency: minor_digits(currency) for currency in currencies}
    written = chosen.mutate(**texts_used(reasons.values(), chosen, digits))
    guarded = written.rule.isin([HOLD_RULE, UNKNOWN_CONTACTS_RULE])
    return written.mutate(
        queue=ibis.ifelse(guarded, HELD_QUEUE, _by_treatment(written, {name: treatment.queue for name, treatment in treatments.items()})),
        channel=_by_treatment(written, {name: treatment.channel for name, treatment in treatments.items()}),
        policy_version=ibis.literal(policy.version),
        priority=ibis.coalesce(written.amount_at_stake_minor, ibis.literal(0, type="int64")),
        weighty=_by_treatment(written, {name: treatment.weighty for name, treatment in treatments.items() if treatment.weighty}),
        **reason_columns(reasons, written),
    ).select(*cases.columns, *DECISION_COLUMNS)


def _by_treatment(chosen: ir.Table, values: dict[str, str]) -> ir.StringValue:
    """A property of the chosen treatment, for every row."""
    return ibis.cases(*((chosen.treatment == name, value) for name, value in values.items()), else_="") if values else ibis.literal("")
