"""Which one expression says the whole policy?

The same expression decides a whole book and a single case: the day is a column (`as_of`), so that its SQL depends on the policy alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import ibis
import ibis.expr.types as ir

from arrears.core.money import minor_digits
from arrears.core.reasons import Sentence
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
from arrears.decide.policy.ladders import days_after, places_of, rules_of_ladders, stepped
from arrears.decide.policy.table import Policy, PolicyNotValid, Treatment
from arrears.decide.policy.terms import condition_of, row_condition
from arrears.decide.policy.words import reason_columns, texts_used

DECISION_TYPES: Mapping[str, str] = {
    **dict.fromkeys(("queue", "treatment", "channel", "rule", "reason_en", "reason_zh", "policy_version"), "string"), "priority": "int64",
    **dict.fromkeys(("table_row", "ladder", "stage", "step"), "string"), **dict.fromkeys(("stage_since", "step_since", "next_on"), "date"),
    "policy_digest": "string", "weighty": "string",
}
"""Columns of a decision and their types. `table_row` is the row that matched, whatever a guard or a ladder made of it; `next_on` is the day on
which the ladder looks further, empty where every night decides anew; `weighty` names the decision that a named person takes."""
DECISION_COLUMNS = tuple(DECISION_TYPES)


def treatments_of(policy: Policy) -> dict[str, Treatment]:
    """Every treatment a case can come out with: the policy's own and those of the guards."""
    return {**policy.treatments, **{treatment.id: treatment for treatment in GUARD_TREATMENTS}}


def rules_of(policy: Policy) -> dict[str, tuple[str, Sentence, tuple[str, ...]]]:
    """Every rule of the policy's own: its treatment, its reason, and the treatments that fit as well."""
    rows = {row.id: (row.treatment, row.reason, row.alternatives) for row in policy.rows if row.treatment}
    return {**rows, **rules_of_ladders(policy)}


class _Conditions:
    """The policy's conditions over one table; all faults are gathered before anything is refused."""

    def __init__(self, policy: Policy, cases: ir.Table) -> None:
        self.policy, self.cases, self.faults = policy, cases, list[str]()

    def parsed(self, where: str, text: str) -> ir.BooleanValue:
        """The expression of a condition that is written out."""
        try:
            return parse_condition(text, self.cases)
        except ConditionNotAccepted as fault:
            self.faults.append(f"{where}: {fault}")
            return ibis.literal(False)

    def named(self, where: str, text: str) -> ir.BooleanValue:
        """The expression of a condition as the file states it."""
        return self.parsed(where, condition_of(self.policy, text))

    def refuse(self) -> None:
        """Stop where a condition is not accepted."""
        if self.faults:
            raise PolicyNotValid(
                f"Policy {self.policy.name} cannot be used: " + " ".join(dict.fromkeys(self.faults)), "No case is decided by it.", "Mend the conditions."
            )


def _matching_row(policy: Policy, conditions: _Conditions) -> ir.StringValue:
    """Id of the first row whose condition holds."""
    stated = [(row, row_condition(policy, row)) for row in policy.rows[:-1]]
    branches = [(conditions.parsed(f"row “{row.id}”", when), row.id) for row, when in stated if when is not None]
    return ibis.cases(*branches, else_=policy.rows[-1].id) if branches else ibis.literal(policy.rows[-1].id)


def _with_places(policy: Policy, matched: ir.Table) -> ir.Table:
    """`matched` with tonight's place on a ladder; all empty where no row leads to one."""
    if any(row.ladder for row in policy.rows):
        conditions = _Conditions(policy, matched)
        placed = stepped(policy, matched, conditions.named)
        conditions.refuse()
        return placed
    nothing = {"ladder_place": "int32", "on_step_since": "date", "on_stage_since": "date", "step_rule": "string"}
    return matched.mutate(**{name: ibis.null(type_) for name, type_ in nothing.items()})


def _guarded(cases: ir.Table, proposed: ir.StringValue, contact_rules: Sequence[str]) -> ir.StringValue:
    """The rule that decides once what protects people has been asked."""
    reaches_out = proposed.isin(list(contact_rules)) if contact_rules else ibis.literal(False)
    return ibis.cases(
        (cases.hold_kinds != "", HOLD_RULE),
        (~cases.contact_history_known & reaches_out, UNKNOWN_CONTACTS_RULE),
        else_=proposed,
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
    treatments, rules = treatments_of(policy), rules_of(policy)
    conditions = _Conditions(policy, cases)
    matched = cases.mutate(row_id=_matching_row(policy, conditions))
    conditions.refuse()
    placed = _with_places(policy, matched)
    reaching = [rule for rule, (treatment, _, _) in rules.items() if treatments[treatment].contact]
    ruled = placed.mutate(rule=_guarded(placed, ibis.coalesce(placed.step_rule, placed.row_id), reaching))
    by_rule = {HOLD_RULE: HOLD_RESPECTED.id, UNKNOWN_CONTACTS_RULE: ASK_FOR_HISTORY.id, **{rule: treatment for rule, (treatment, _, _) in rules.items()}}
    chosen = ruled.mutate(treatment=ibis.cases(*((ruled.rule == rule, treatment) for rule, treatment in by_rule.items()), else_=""))
    reasons = {HOLD_RULE: HOLD_REASON, UNKNOWN_CONTACTS_RULE: UNKNOWN_CONTACTS_REASON, **{rule: reason for rule, (_, reason, _) in rules.items()}}
    digits = {currency: minor_digits(currency) for currency in currencies}
    written = chosen.mutate(**texts_used(reasons.values(), chosen, digits))
    guarded = written.rule.isin([HOLD_RULE, UNKNOWN_CONTACTS_RULE])
    return written.mutate(
        queue=ibis.ifelse(guarded, HELD_QUEUE, _by_treatment(written, {name: treatment.queue for name, treatment in treatments.items()})),
        channel=_by_treatment(written, {name: treatment.shown_channel for name, treatment in treatments.items()}),
        policy_version=ibis.literal(policy.version),
        policy_digest=ibis.literal(policy.digest),
        priority=ibis.coalesce(written.amount_at_stake_minor, ibis.literal(0, type="int64")),
        table_row=written.row_id,
        **_ladder_columns(policy, written, guarded),
        weighty=_by_treatment(written, {name: treatment.weighty for name, treatment in treatments.items() if treatment.weighty}),
        **reason_columns(reasons, written),
    ).select(*cases.columns, *DECISION_COLUMNS)


def _ladder_columns(policy: Policy, written: ir.Table, guarded: ir.BooleanValue) -> dict[str, ir.Value]:
    """Where the case stands from tonight on, and the day on which its ladder looks further.

    What a guard stops does not climb: the case stays where it stood and the wait of its step begins anew. An answer or a payment meanwhile is not
    forgotten: the step keeps its day until the first free night, which then leads back.
    """
    places = places_of(policy)
    nothing, no_day = ibis.null("string"), ibis.null("date")
    if not places:
        return {**dict.fromkeys(("ladder", "stage", "step"), nothing), **dict.fromkeys(("stage_since", "step_since", "next_on"), no_day)}
    names = {
        name: ibis.cases(*((written.ladder_place == place.number, place.names[column]) for place in places), else_=nothing)
        for column, name in enumerate(("ladder", "stage", "step"))
    }
    kept = {name: written[f"{name}_before"].nullif("") for name in names}
    keeps = (written.step_since_before > written.as_of) | written.co_operated_since_step.fill_null(False)
    stopped = ibis.cases((kept["ladder"].isnull(), no_day), (keeps, written.step_since_before), else_=written.as_of)
    waits = ibis.cases(*((written.ladder_place == place.number, place.step.wait_days) for place in places if place.step), else_=ibis.null("int32")).cast("int32")
    due, tomorrow = days_after(written.on_step_since, waits), days_after(written.as_of, ibis.literal(1))
    quiet = written.on_step_since > written.as_of
    return {
        **{name: ibis.ifelse(guarded, kept[name], value) for name, value in names.items()},
        "stage_since": ibis.ifelse(guarded, written.stage_since_before, written.on_stage_since),
        "step_since": ibis.ifelse(guarded, stopped, written.on_step_since),
        "next_on": ibis.cases(
            (guarded | written.ladder_place.isnull() | waits.isnull(), no_day), (quiet, written.on_step_since), (due > written.as_of, due), else_=tomorrow,
        ),
    }


def _by_treatment(chosen: ir.Table, values: dict[str, str]) -> ir.StringValue:
    """A property of the chosen treatment, for every row."""
    return ibis.cases(*((chosen.treatment == name, value) for name, value in values.items()), else_="") if values else ibis.literal("")
