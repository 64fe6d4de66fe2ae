"""What does an experiment change in tonight's decisions, and with which chance was each way chosen?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir

from arrears.core.reasons import Language, Sentence
from arrears.decide.experiments.assignment import arm_of
from arrears.decide.experiments.limits import LIGHTER_CONTACTS_30D, varied_by
from arrears.decide.policy.compile import in_words, rule_rows
from arrears.decide.policy.conditions import parse_condition
from arrears.decide.policy.ladders import days_after
from arrears.decide.policy.parts import Arm, Experiment, Policy, PolicyChannel, Treatment
from arrears.decide.policy.terms import condition_of

EXPERIMENT_SCHEMA = ibis.schema({
    "experiment": "string", "experiment_start": "int64", "arm": "string", "wording": "string", "propensity_per_10000": "int32", "propensities": "string",
})
"""What a decision says of its experiment; all empty where it is in none.

`propensity_per_10000`: of ten thousand such persons, how many get what this one gets tonight. `propensities`: the same for every way that could have
been drawn, as a JSON object from treatment/channel/wording to parts of ten thousand.
"""
LEFT_OUT = Treatment(
    "contact_left_out", Sentence("No contact today: comparison of fewer contacts", "今日不联系：减少联系对照"), PolicyChannel.NONE, contact=False, automatic=True
)
"""What a contact becomes that an arm leaves out or puts off: on a ladder counted from the first day of the step, elsewhere from the first day late."""
EXPERIMENT_TREATMENTS = (LEFT_OUT,)
_LEFT_OUT_REASON = Sentence(
    " To learn whether fewer contacts serve as well, none is made today; help and answers are given at any time.",
    " 为了解减少联系是否同样有效，今日暂不联系；如需帮助，随时可获答复。",
)
_CHANNEL_REASON = Sentence(" To learn which way suits people, it goes by {channel} this time.", " 为了解哪种方式更合适，此次改用{channel}联系。")
_CHANNEL_WORDS = {
    "sms": Sentence("SMS", "短信"), "email": Sentence("e-mail", "电子邮件"), "letter": Sentence("letter", "信函"), "phone": Sentence("telephone", "电话"),
    "voice_bot": Sentence("an automatic call", "智能语音"), "chat": Sentence("chat", "在线消息"),
}


@dataclass(frozen=True, slots=True)
class Running:
    """An experiment that draws people tonight: what the policy says of it, and the start from which the draw is made."""

    start_id: int
    experiment: Experiment


def drawn(policy: Policy, decided: ir.Table, running: Sequence[Running], opted_out: ir.Table) -> ir.Table:
    """Tonight's decisions with the columns of `EXPERIMENT_SCHEMA`, and changed where an arm does otherwise.

    A case is in the first experiment of the list that varies its treatment and takes it. Never in one: whoever a hold protects, whose contacts nobody knows,
    who opted out, and every treatment that no experiment may vary.

    Args:
        decided: cases with `decide.policy.compile.CHOSEN_COLUMNS`.
        running: in the order of the policy file.
        opted_out: people who take part in none (party_id).
    """
    if not running:
        return decided.mutate(**{name: ibis.null(type_) for name, type_ in EXPERIMENT_SCHEMA.items()})
    out = opted_out.select(opted_out_party=opted_out.party_id).distinct()
    joined = decided.left_join(out, decided.party_id == out.opted_out_party)
    free = joined.mutate(may_draw=(joined.hold_kinds == "") & joined.contact_history_known & joined.opted_out_party.isnull())
    placed = free.mutate(place=_place(policy, free, running))
    armed = placed.mutate(arm=_by_place(placed, [arm_of(one.start_id, placed.party_id, one.experiment.arms) for one in running]))
    ways = armed.mutate(**{f"way_{number}": _way(armed, [one.experiment.arms[number] if number < len(one.experiment.arms) else None for one in running])
                           for number in range(_most_arms(running))})
    return _written(ways, running).select(*decided.columns, *EXPERIMENT_SCHEMA)


def _most_arms(running: Sequence[Running]) -> int:
    return max(len(one.experiment.arms) for one in running)


def _place(policy: Policy, cases: ir.Table, running: Sequence[Running]) -> ir.IntegerValue:
    """Number in the list of the experiment that takes the case; null where none does."""
    branches = []
    for place, one in enumerate(running):
        varied = varied_by(one.experiment, policy)
        takes = cases.may_draw & cases.treatment.isin(varied) if varied else ibis.literal(False)
        branches.append((takes & parse_condition(condition_of(policy, one.experiment.when), cases) if one.experiment.when else takes, ibis.literal(place, "int8")))
    return ibis.cases(*branches, else_=ibis.null("int8"))


def _by_place(cases: ir.Table, values: Sequence[ir.Value]) -> ir.Value:
    """For every case the value of its experiment."""
    return ibis.cases(*((cases.place == place, value) for place, value in enumerate(values)), else_=ibis.null(values[0].type()))


def _way(cases: ir.Table, arms: Sequence[Arm | None]) -> ir.StringValue:
    """What this arm of the case's experiment would do: treatment/channel/wording; null where the experiment has no such arm."""
    return _by_place(cases, [_way_of(cases, arm) if arm else ibis.null("string") for arm in arms])


def _way_of(cases: ir.Table, arm: Arm) -> ir.StringValue:
    plain = cases.treatment + "/" + (ibis.literal(str(arm.channel)) if arm.channel else cases.channel) + "/" + (arm.wording or "")
    left_out = ibis.literal(False)
    if arm.lighter:
        left_out = left_out | (cases.contacts_30d >= LIGHTER_CONTACTS_30D)
    if arm.delay_days:
        left_out = left_out | ibis.ifelse(cases.step.notnull(), cases.as_of < days_after(cases.step_since, ibis.literal(arm.delay_days)), cases.days_past_due <= arm.delay_days)
    return ibis.ifelse(left_out.fill_null(False), f"{LEFT_OUT.id}/{LEFT_OUT.channel}/", plain)


def _written(cases: ir.Table, running: Sequence[Running]) -> ir.Table:
    """The decision as the arm makes it, with the chances of all ways."""
    count = _most_arms(running)
    ways = [cases[f"way_{number}"] for number in range(count)]
    shares = [_by_place(cases, [ibis.literal(one.experiment.arms[n].share_per_10000 if n < len(one.experiment.arms) else 0, "int32") for one in running]) for n in range(count)]
    chosen = ibis.cases(*(
        ((cases.place == place) & (cases.arm == arm.id), ways[number]) for place, one in enumerate(running) for number, arm in enumerate(one.experiment.arms)
    ), else_=ibis.null("string"))
    told = cases.mutate(chosen=chosen)
    ways = [told[f"way_{number}"] for number in range(count)]
    in_one = told.place.notnull()
    as_said = told.chosen == told.treatment + "/" + told.channel + "/"
    changed = in_one & ~as_said
    treatment, channel, wording = (told.chosen.split("/")[place] for place in range(3))
    out = told.mutate(
        experiment=_by_place(told, [ibis.literal(one.experiment.id) for one in running]),
        experiment_start=_by_place(told, [ibis.literal(one.start_id, "int64") for one in running]),
        propensity_per_10000=ibis.ifelse(in_one, _chance(ways, shares, told.chosen), ibis.null("int32")).cast("int32"),
        propensities=ibis.ifelse(in_one, _all_chances(ways, shares), ibis.null("string")),
        wording=ibis.ifelse(in_one, wording.nullif(""), ibis.null("string")),
        left_out=(changed & (treatment == LEFT_OUT.id)).fill_null(False),
        new_channel=ibis.ifelse(changed & (channel != told.channel) & (treatment != LEFT_OUT.id), channel, ibis.null("string")),
    )
    return out.mutate(
        treatment=ibis.ifelse(out.left_out, LEFT_OUT.id, out.treatment),
        channel=ibis.ifelse(out.left_out, str(LEFT_OUT.channel), ibis.coalesce(out.new_channel, out.channel)),
        queue=ibis.ifelse(out.left_out, LEFT_OUT.queue, out.queue),
    )


def _chance(ways: Sequence[ir.StringValue], shares: Sequence[ir.Value], wanted: ir.StringValue) -> ir.IntegerValue:
    """Of ten thousand such persons, how many get this way?"""
    total = ibis.literal(0, "int32")
    for way, share in zip(ways, shares, strict=True):
        total = total + ibis.ifelse((way == wanted).fill_null(False), share, 0)
    return total


def _all_chances(ways: Sequence[ir.StringValue], shares: Sequence[ir.Value]) -> ir.StringValue:
    """Each different way once with its chance, as a JSON object."""
    text = ibis.literal("")
    for number, way in enumerate(ways):
        said_before = ibis.literal(False)
        for earlier in ways[:number]:
            said_before = said_before | (earlier == way)
        entry = ibis.literal(',"' if number else '"') + way + '":' + _chance(ways, shares, way).cast("string")
        text = text + ibis.ifelse(way.isnull() | said_before.fill_null(False), "", entry)
    return ibis.literal("{") + text + "}"


def in_words_with_draw(policy: Policy, decisions: ir.Table, currencies: Sequence[str]) -> ir.Table:
    """Tonight's decisions with their reasons in words: the sentence of the rule, and where an arm does otherwise why.

    Args:
        decisions: what `drawn` gives, with every case column; those of a run from before there were experiments have the rule's sentence alone.
        currencies: as for `decide.policy.compile.in_words`.
    """
    said = in_words(policy, decisions, currencies)
    if "experiment" not in said.columns:
        return said
    rows: dict[str, list[str]] = {}
    for row in rule_rows(policy):
        rows.setdefault(row["channel"], []).append(row["rule"])
    by_rule = ibis.cases(*((said.rule.isin(rules), channel) for channel, rules in rows.items()), else_=said.channel)
    otherwise = said.experiment.notnull() & (said.treatment != LEFT_OUT.id) & (said.channel != by_rule)
    known = said.mutate(new_channel=ibis.ifelse(otherwise, said.channel, ibis.null("string")))
    return known.mutate(reason_en=_reason(known, "en"), reason_zh=_reason(known, "zh")).select(*said.columns)


def _reason(cases: ir.Table, language: Language) -> ir.StringValue:
    """The reason, and where an arm does otherwise why."""
    said, (before, after) = cases[f"reason_{language}"], _CHANNEL_REASON.in_language(language).split("{channel}")
    channel = ibis.cases(*((cases.new_channel == name, sentence.in_language(language)) for name, sentence in _CHANNEL_WORDS.items()), else_=cases.new_channel)
    return ibis.cases(
        (cases.treatment == LEFT_OUT.id, said + _LEFT_OUT_REASON.in_language(language)), (cases.new_channel.notnull(), said + before + channel + after), else_=said,
    )
