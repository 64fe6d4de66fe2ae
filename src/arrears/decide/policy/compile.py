"""Which one expression says the whole policy?

The same expression decides a whole book and a single case: the day is a column (`as_of`), so that its SQL depends on the policy alone.

It has two halves. `chosen` finds the number of the rule that decides and looks up everything that follows from the rule alone (treatment,
channel, queue, …) in the policy's table of rules, a row a rule: that is cheap, and a book of millions is decided by it every night. `in_words`
adds the reason as a sentence in both languages, of the rule and the case columns beside it: that costs more than the decision itself, so it is
asked for the rows that somebody reads. `decide` is both.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

import ibis
import ibis.expr.types as ir

from arrears.core.money import minor_digits
from arrears.core.reasons import Sentence
from arrears.decide.policy.conditions import ConditionNotAccepted, parse_branch, parse_condition
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
from arrears.decide.policy.words import reason_texts, sentence_rows, sentence_types

REASON_COLUMNS = ("reason_en", "reason_zh")
CHOSEN_TYPES: Mapping[str, str] = {
    **dict.fromkeys(("queue", "treatment", "channel", "rule", "policy_version"), "string"), "priority": "int64",
    **dict.fromkeys(("table_row", "ladder", "stage", "step"), "string"), **dict.fromkeys(("stage_since", "step_since", "next_on"), "date"),
    "policy_digest": "string", "weighty": "string",
}
"""Columns of a decision and their types. `table_row` is the row that matched, whatever a guard or a ladder made of it; `next_on` is the day on
which the ladder looks further, empty where every night decides anew; `weighty` names the decision that a named person takes."""
DECISION_TYPES: Mapping[str, str] = {**CHOSEN_TYPES, **dict.fromkeys(REASON_COLUMNS, "string")}
"""The same with the reason in words."""
CHOSEN_COLUMNS, DECISION_COLUMNS = tuple(CHOSEN_TYPES), tuple(DECISION_TYPES)
RULE_TYPES: Mapping[str, str] = {"number": "int32", **dict.fromkeys(("rule", "treatment", "channel", "queue", "weighty", "policy_version", "policy_digest"), "string")}
"""Columns of the policy's table of rules: what follows from the rule alone."""


def treatments_of(policy: Policy) -> dict[str, Treatment]:
    """Every treatment a case can come out with: the policy's own and those of the guards."""
    return {**policy.treatments, **{treatment.id: treatment for treatment in GUARD_TREATMENTS}}


def rules_of(policy: Policy) -> dict[str, tuple[str, Sentence, tuple[str, ...]]]:
    """Every rule of the policy's own: its treatment, its reason, and the treatments that fit as well."""
    rows = {row.id: (row.treatment, row.reason, row.alternatives) for row in policy.rows if row.treatment}
    return {**rows, **rules_of_ladders(policy)}


def reasons_of(policy: Policy) -> dict[str, Sentence]:
    """The sentence of every rule, with the columns it names in braces; those of the guards among them."""
    return {HOLD_RULE: HOLD_REASON, UNKNOWN_CONTACTS_RULE: UNKNOWN_CONTACTS_REASON, **{rule: reason for rule, (_, reason, _) in rules_of(policy).items()}}


def rule_rows(policy: Policy) -> list[dict[str, Any]]:
    """The policy's table of rules (RULE_TYPES): its rows in their order, the rules of ladders, the guards.

    A row that leads to a ladder is there for its name alone; the ladder's rule decides.
    """
    treatments, rules = treatments_of(policy), rules_of(policy)
    guards = {HOLD_RULE: HOLD_RESPECTED.id, UNKNOWN_CONTACTS_RULE: ASK_FOR_HISTORY.id}
    by_rule = {**{row.id: row.treatment or "" for row in policy.rows}, **{rule: treatment for rule, (treatment, _, _) in rules.items()}, **guards}

    def follows(rule: str, name: str) -> dict[str, str]:
        if not name:
            return dict.fromkeys(("channel", "queue", "weighty"), "")
        treatment = treatments[name]
        return {"channel": treatment.shown_channel, "queue": HELD_QUEUE if rule in guards else treatment.queue, "weighty": treatment.weighty or ""}

    return [
        {"number": number, "rule": rule, "treatment": name, **follows(rule, name), "policy_version": policy.version, "policy_digest": policy.digest}
        for number, (rule, name) in enumerate(by_rule.items())
    ]


def in_columns(rows: Sequence[Mapping[str, Any]], types: Mapping[str, str]) -> ir.Table:
    """A small table written out in the expression itself."""
    struct = f"array<struct<{', '.join(f'{name}: {type_}' for name, type_ in types.items())}>>"
    written: Any = ibis.literal([dict(row) for row in rows], type=struct)
    one = written.unnest().name("one").as_table()
    return one.select(**{name: one.one[name] for name in types})


class _Conditions:
    """The policy's conditions over one table; all faults are gathered before anything is refused."""

    def __init__(self, policy: Policy, cases: ir.Table) -> None:
        self.policy, self.cases, self.faults = policy, cases, list[str]()

    def parsed(self, where: str, text: str, *, parse: Callable[[str, ir.Table], ir.BooleanValue] = parse_condition) -> ir.BooleanValue:
        """The expression of a condition that is written out."""
        try:
            return parse(text, self.cases)
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


def _matching_row(policy: Policy, conditions: _Conditions) -> ir.IntegerValue:
    """Number of the first row whose condition holds."""
    stated = [(number, row.id, row_condition(policy, row)) for number, row in enumerate(policy.rows[:-1])]
    branches = [(conditions.parsed(f"row “{name}”", when, parse=parse_branch), _number(number)) for number, name, when in stated if when is not None]
    last = _number(len(policy.rows) - 1)
    return ibis.cases(*branches, else_=last) if branches else last


def _number(number: int) -> ir.IntegerValue:
    return ibis.literal(number, type="int32")


def _with_places(policy: Policy, matched: ir.Table, numbers: Mapping[str, int]) -> ir.Table:
    """`matched` with tonight's place on a ladder; all empty where no row leads to one."""
    if any(row.ladder for row in policy.rows):
        conditions = _Conditions(policy, matched)
        placed = stepped(policy, matched, conditions.named, numbers)
        conditions.refuse()
        return placed
    nothing = {"ladder_place": "int32", "on_step_since": "date", "on_stage_since": "date", "step_rule": "int32"}
    return matched.mutate(**{name: ibis.null(type_) for name, type_ in nothing.items()})


def _guarded(cases: ir.Table, proposed: ir.IntegerValue, reaching: Sequence[int], numbers: Mapping[str, int]) -> ir.IntegerValue:
    """Number of the rule that decides once what protects people has been asked."""
    reaches_out = proposed.isin(list(reaching)) if reaching else ibis.literal(False)
    return ibis.cases(
        (cases.hold_kinds != "", _number(numbers[HOLD_RULE])),
        (~cases.contact_history_known & reaches_out, _number(numbers[UNKNOWN_CONTACTS_RULE])),
        else_=proposed,
    )


def chosen(policy: Policy, cases: ir.Table, rules: ir.Table | None = None) -> ir.Table:
    """Which treatment does every case get, and by which rule?

    Args:
        policy: a policy without faults.
        cases: rows as `columns.case_columns` gives them.
        rules: a table that holds `rule_rows` of this policy, where the engine keeps one; written out in the expression otherwise.

    Returns:
        `cases` with CHOSEN_COLUMNS. `priority` orders people's work: the larger the amount at stake the earlier. `weighty` names the weighty
        decision that the treatment proposes and a named person takes; it is empty elsewhere.

    Raises:
        PolicyNotValid: a condition is not accepted.
    """
    rows, treatments = rule_rows(policy), treatments_of(policy)
    numbers = {str(row["rule"]): int(row["number"]) for row in rows}
    reaching = [int(row["number"]) for row in rows if row["treatment"] and treatments[row["treatment"]].contact]
    conditions = _Conditions(policy, cases)
    matched = cases.mutate(row_number=_matching_row(policy, conditions))
    conditions.refuse()
    placed = _with_places(policy, matched, numbers)
    ruled = placed.mutate(rule_number=_guarded(placed, ibis.coalesce(placed.step_rule, placed.row_number), reaching, numbers))
    known = rules if rules is not None else in_columns(rows, RULE_TYPES)
    names = known.select(matched_number=known.number, table_row=known.rule)
    found = ruled.inner_join(known, ruled.rule_number == known.number).inner_join(names, ruled.row_number == names.matched_number)
    guarded = found.rule_number.isin([numbers[HOLD_RULE], numbers[UNKNOWN_CONTACTS_RULE]])
    return found.mutate(
        priority=ibis.coalesce(found.amount_at_stake_minor, ibis.literal(0, type="int64")), **_ladder_columns(policy, found, guarded),
    ).select(*cases.columns, *CHOSEN_COLUMNS)


def in_words(policy: Policy, decided: ir.Table, currencies: Sequence[str], only: Collection[str] | None = None) -> ir.Table:
    """Why, in a sentence of each language?

    Args:
        decided: cases with the `rule` that decided, and all their case columns.
        currencies: the currencies that occur, so that amounts are written with the right decimals; two decimals for one that is not named.
        only: the rules that decided, where they are known beforehand: figures that none of them names are not written out.

    Returns:
        `decided` with REASON_COLUMNS; those it had are replaced.
    """
    reasons = {rule: reason for rule, reason in reasons_of(policy).items() if only is None or rule in only}
    told = _with_parts(decided, sentence_rows(reasons), sentence_types(reasons))
    kept = [name for name in decided.columns if name not in REASON_COLUMNS]
    return reason_texts(told, reasons, {currency: minor_digits(currency) for currency in currencies}).select(*kept, *REASON_COLUMNS)


def _with_parts(decided: ir.Table, rows: Sequence[Mapping[str, Any]], types: Mapping[str, str]) -> ir.Table:
    """Each row beside the parts of the sentence of its rule: looked up, or the same for all where one rule alone decided."""
    if len(rows) == 1:
        return decided.mutate(**{name: ibis.literal(rows[0][name], type=type_) for name, type_ in types.items()})
    sentences = in_columns(rows, types)
    return decided.left_join(sentences, decided.rule == sentences.said_by)


def decide(policy: Policy, cases: ir.Table, currencies: Sequence[str], rules: ir.Table | None = None) -> ir.Table:
    """Which treatment does every case get, by which rule, and why?

    Args and errors as in `chosen` and `in_words`.

    Returns:
        `cases` with DECISION_COLUMNS.
    """
    return in_words(policy, chosen(policy, cases, rules), currencies).select(*cases.columns, *DECISION_COLUMNS)


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
