"""What is wrong, doubtful or worth a second look in a policy, before it decides about anybody?

Each finding names the place, says why it matters and what to do. Faults stop a policy; warnings and notes are for its author. Whether rows
can be reached, overlap or leave gaps is decided exactly for the conditions that `regions.py` judges; of the others it is said that they
cannot be judged. What the rules of law always refuse is asked by the engine and not here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

import ibis
import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from arrears.core.reasons import LANGUAGES, Sentence
from arrears.decide.policy.columns import CASE_SCHEMA
from arrears.decide.policy.conditions import ConditionNotAccepted, parse_condition
from arrears.decide.policy.ladders import places_of
from arrears.decide.policy.parts import Ladder, Policy, PolicyChannel, Row, Stage
from arrears.decide.policy.regions import TYPES, Atom, Cells, Condition, Joined, NotJudged, Region, atoms_of, condition_tree, meet
from arrears.decide.policy.table import PLACEHOLDER
from arrears.decide.policy.terms import condition_of, row_condition


class Severity(StrEnum):
    """How much does it matter?"""

    FAULT = "fault"
    """The policy must not decide."""
    WARNING = "warning"
    """Somebody answers for it, or changes it."""
    NOTE = "note"
    """To know."""


@dataclass(frozen=True, slots=True)
class PolicyFinding:
    """One finding: its kind (one word), the place in the file, why it matters, what to do."""

    kind: str
    severity: Severity
    where: str
    why: Sentence
    remedy: Sentence


PROTECTED = frozenset({
    "sex", "gender", "age", "age_band", "birth_date", "date_of_birth", "race", "ethnicity", "ethnic_group", "nationality", "religion", "belief", "disability", "health",
    "pregnancy", "marital_status", "sexual_orientation", "political_opinion", "trade_union", "national_origin", "hukou", "veteran",
})
"""Attributes by which nobody is to be treated worse; they are no case columns and never will be."""
PROXIES: Mapping[str, Sentence] = {
    "language": Sentence("the language somebody reads follows origin", "阅读语言与出身、民族密切相关"),
    "region": Sentence("where somebody lives follows origin, ethnic group and income", "居住地区与出身、民族、收入密切相关"),
    "segment": Sentence("a lender's segment may be built on age, sex or origin", "机构客群可能以年龄、性别、出身划分"),
}
HARD_WORDS: Mapping[str, tuple[str, ...]] = {
    "en": ("deadbeat", "shame", "jail", "prison", "arrest", "police", "criminal", "thief", "fraudster", "liar", "blacklist", "your employer", "your family", "your neighbours"),
    "zh": ("老赖", "坐牢", "入狱", "抓捕", "逮捕", "报警", "刑事", "诈骗", "无耻", "丢人", "曝光", "通讯录", "你的家人", "你的单位", "黑名单"),
}
"""Words that shame, threaten with what is not open, or point at third persons."""
_CHINESE = re.compile(r"[一-鿿]")


def check_policy(policy: Policy) -> list[PolicyFinding]:
    """Everything to be said of a policy whose shape is whole, faults first."""
    found = [*_accepted(policy)]
    if not any(one.severity == Severity.FAULT for one in found):
        found += [*_rows_judged(policy), *_ladders(policy)]
    found += [*_treatments(policy), *_unused(policy), *_reasons(policy), *_values(policy)]
    order = list(Severity)
    return sorted(found, key=lambda one: order.index(one.severity))


def shape_findings(faults: list[str]) -> list[PolicyFinding]:
    """Faults of the file's shape as findings."""
    remedy = Sentence("Mend the file at this place; docs/reference/policy.schema.json tells an editor what may stand where.", "请修改此处；编辑器可使用 docs/reference/policy.schema.json 提示。")
    return [PolicyFinding("shape", Severity.FAULT, fault.split(":")[0], Sentence(fault, f"文件结构有误：{fault}"), remedy) for fault in faults]


def conditions_in(policy: Policy) -> Iterator[tuple[str, str]]:
    """Every condition as the file states it, with its place."""
    yield from ((f"segment “{one.id}”", one.when) for one in policy.segments.values())
    yield from ((f"table “{one.id}”", one.when) for one in policy.tables if one.when is not None)
    yield from ((f"row “{one.id}”", one.when) for one in policy.rows if one.when is not None)
    for ladder in policy.ladders.values():
        yield f"ladder “{ladder.id}”, back", ladder.back.when
        for stage in ladder.stages:
            if stage.enter is not None:
                yield f"ladder “{ladder.id}”, stage “{stage.id}”, enter", stage.enter
            for step in stage.steps:
                yield from ((f"step “{ladder.id}/{stage.id}/{step.id}”, {name}", text) for name, text in (("when", step.when), ("until", step.until)) if text is not None)
    if policy.values is not None:
        yield from ((f"values, gain of “{one.treatment}”", one.when) for one in policy.values.gains if one.when is not None)
    yield from ((f"experiment “{one.id}”", one.when) for one in policy.experiments.values() if one.when is not None)


def _names_in(text: str) -> set[str]:
    try:
        return {column.name for column in sqlglot.parse_one(text, dialect="duckdb").find_all(exp.Column)}
    except (SqlglotError, RecursionError):
        return set()


def faulty_conditions(policy: Policy) -> list[PolicyFinding]:
    """Conditions that mean nothing here or ask what nobody may ask: by such a policy no case is decided."""
    return [one for one in _accepted(policy) if one.severity == Severity.FAULT]


def _accepted(policy: Policy) -> Iterator[PolicyFinding]:
    """Conditions that are not accepted, protected attributes, likely proxies."""
    cases = ibis.table(CASE_SCHEMA, name="cases")
    for where, text in conditions_in(policy):
        names = _names_in(text)
        if protected := sorted(names & PROTECTED):
            yield PolicyFinding(
                "protected", Severity.FAULT, where,
                Sentence(f"It asks for {', '.join(protected)}: nobody is treated by a protected attribute.", f"条件涉及 {'、'.join(protected)}：不得按受保护特征区别对待。"),
                Sentence("Ask for what the debt and the debtor's answers show instead.", "请改用债务本身及债务人回应所体现的事实。"),
            )
            continue
        try:
            parse_condition(condition_of(policy, text), cases)
        except ConditionNotAccepted as fault:
            yield PolicyFinding(
                "condition", Severity.FAULT, where, Sentence(str(fault), f"条件不被接受：{fault}"),
                Sentence("Write it with the columns of docs/reference/case_columns.md and the signs named there.", "请使用 docs/reference/case_columns.md 所列字段和运算。"),
            )
        for name in sorted(names & set(PROXIES)):
            yield PolicyFinding(
                "proxy", Severity.WARNING, where,
                Sentence(f"It asks for {name}, a likely proxy: {PROXIES[name].en}.", f"条件涉及 {name}，可能成为受保护特征的代理变量：{PROXIES[name].zh}。"),
                Sentence("Keep it only where the law of the place or the way to reach somebody needs it, and have the outcome compared by group.", "仅在当地法律或联系方式确有需要时保留，并按群体比较结果。"),
            )


def _tree_of(policy: Policy, row: Row) -> Condition | None:
    """The whole condition of a row; None where it holds always."""
    stated = row_condition(policy, row)
    return None if stated is None else condition_tree(stated)


def _not_judged(where: str, trouble: NotJudged) -> PolicyFinding:
    return PolicyFinding(
        "not_judged", Severity.NOTE, where,
        Sentence(f"Whether it can be reached, overlaps or leaves a gap cannot be judged: {trouble}.", f"是否可达、重叠或遗漏无法判断：{trouble}。"),
        Sentence("Compare single columns with values where you want it judged, or look at the outcome of a simulation.", "如需判断，请改为单一字段与数值比较，或查看模拟结果。"),
    )


HELD = Joined("not", (Atom("hold_kinds", "in", ("",)),))
"""Whom a guard holds before any table is asked."""


def _rows_judged(policy: Policy) -> Iterator[PolicyFinding]:
    """Rows that no case reaches, that no case fits, that overlap; values that fall through to the last row."""
    trees: dict[str, Condition | None] = {}
    for row in policy.rows:
        try:
            trees[row.id] = _tree_of(policy, row)
        except NotJudged as trouble:
            yield _not_judged(f"row “{row.id}”", trouble)
    cells = Cells([HELD, *(tree for tree in trees.values() if tree is not None)])
    taken: list[tuple[str, Region]] = [("guard:hold", cells.region(HELD))]
    for row in policy.rows:
        if row.id not in trees:
            continue
        tree = trees[row.id]
        try:
            region: Region = [{}] if tree is None else cells.region(tree)
            left = cells.less(region, [box for _, boxes in taken for box in boxes])
            if finding := _reach(row, region, left, taken):
                yield finding
            elif tree is not None:
                yield from _overlaps(policy, row, region, taken, cells)
            if row is policy.rows[-1]:
                yield from _gaps(row, left, cells, [one for one in trees.values() if one is not None])
        except NotJudged as trouble:
            yield _not_judged(f"row “{row.id}”", trouble)
            continue
        taken.append((row.id, region))


def _reach(row: Row, region: Region, left: Region, taken: list[tuple[str, Region]]) -> PolicyFinding | None:
    where = f"row “{row.id}”"
    if not region:
        return PolicyFinding(
            "never_holds", Severity.FAULT, where, Sentence("Its condition holds for no case at all.", "其条件对任何案件均不成立。"),
            Sentence("Look for two tests that exclude each other, or for bounds in the wrong order.", "请检查互相排斥的条件或上下限颠倒。"),
        )
    if left:
        return None
    above = [name for name, boxes in taken if meet(region, boxes)]
    return PolicyFinding(
        "unreachable", Severity.FAULT, where,
        Sentence(f"No case reaches it: {', '.join(above)} above it take every case it is about.", f"没有案件能到达该行：其上的 {'、'.join(above)} 已涵盖其全部案件。"),
        Sentence("Move it up, narrow the rows above, or take it away.", "请上移该行、收窄上方各行或删除该行。"),
    )


def _outcome(row: Row) -> tuple[str, str, str | None]:
    return row.treatment, row.ladder, row.from_stage


def _overlaps(policy: Policy, row: Row, region: Region, taken: list[tuple[str, Region]], cells: Cells) -> Iterator[PolicyFinding]:
    """Earlier rows that take cases of this one and do something else with them; the whole is one note."""
    by_id = {one.id: one for one in policy.rows}
    common = [(name, both[0]) for name, boxes in taken if name in by_id and _outcome(by_id[name]) != _outcome(row) and (both := meet(region, boxes))]
    if not common:
        return
    names, example = ", ".join(name for name, _ in common), cells.shown(common[0][1])
    yield PolicyFinding(
        "overlap", Severity.NOTE, f"row “{row.id}”",
        Sentence(f"It overlaps with {names}, which come first and decide otherwise; for example {example}.", f"与 {names} 重叠，后者在前且处置不同；例如 {example}。"),
        Sentence("Nothing to do where the order is meant; otherwise change the order or the bounds.", "若顺序符合本意则无需处理；否则请调整顺序或界限。"),
    )


def _gaps(last: Row, left: Region, cells: Cells, trees: list[Condition]) -> Iterator[PolicyFinding]:
    """Values that only the row without a condition takes, though rows stand on both sides of them, and empty values of which no row speaks."""
    spoken = {atom.column for tree in trees for atom in atoms_of(tree) if atom.op == "null"}
    for name, values in cells.values.items():
        if TYPES[name] not in ("whole", "amount", "day") or not values:
            continue
        everything = cells.everything(name)
        fallen = 0
        for box in left:
            fallen |= box.get(name, everything)
        decided = everything & ~fallen & ~1
        if not decided:
            continue
        hole = fallen & ~1
        between = [cell for cell in range(1, hole.bit_length()) if hole >> cell & 1 and decided >> (cell + 1) and decided & ((1 << cell) - 1)]
        if between:
            yield _gap(last, cells.shown({name: 1 << between[0]}))
        if fallen & 1 and name not in spoken:
            yield _gap(last, f"{name} empty")


def _gap(last: Row, example: str) -> PolicyFinding:
    return PolicyFinding(
        "gap", Severity.WARNING, f"row “{last.id}”",
        Sentence(f"Rows decide on both sides, but cases with {example} fall through to this row.", f"两侧均有规则，但 {example} 的案件落入该行。"),
        Sentence("Close the gap between the bounds, or write a row for these cases.", "请衔接界限，或为此类案件单设一行。"),
    )


def _ladders(policy: Policy) -> Iterator[PolicyFinding]:
    for ladder in policy.ladders.values():
        yield from _loops(policy, ladder)
        for stage in ladder.stages:
            yield from _stage_ends(policy, ladder, stage)
        if policy.treatments[ladder.waiting.treatment].contact:
            yield PolicyFinding(
                "waiting_contacts", Severity.FAULT, f"ladder “{ladder.id}”, waiting",
                Sentence("While the debtor has time to answer, this treatment reaches out again every night.", "等待答复期间该处置会每晚再次联系。"),
                Sentence("Name a treatment without contact.", "请改用不联系的处置。"),
            )
        if policy.treatments[ladder.end.treatment].automatic:
            yield PolicyFinding(
                "end_without_person", Severity.FAULT, f"ladder “{ladder.id}”, end",
                Sentence("When every step was tried, a machine goes on alone.", "各步骤用尽后由机器自行处置。"),
                Sentence("Name a treatment that is a person's task.", "请改用由人工完成的处置。"),
            )


def _region_of(policy: Policy, text: str, *, without: Condition | None = None) -> Region:
    """Where a condition holds, apart from the cases in which another does."""
    tree = condition_tree(condition_of(policy, text))
    cells = Cells([tree] if without is None else [tree, without])
    region = cells.region(tree)
    return region if without is None else meet(region, cells.region(without, holds=False))


def _loops(policy: Policy, ladder: Ladder) -> Iterator[PolicyFinding]:
    """A way back that needs nothing from the debtor leads round for ever."""
    where, answered = f"ladder “{ladder.id}”, back", Atom("co_operated_since_step", "true")
    try:
        endless = bool(_region_of(policy, ladder.back.when, without=answered))
    except NotJudged as trouble:
        yield _not_judged(where, trouble)
        return
    if endless:
        yield PolicyFinding(
            "endless", Severity.FAULT, where,
            Sentence("It leads back although nobody co-operated since the step began: the case goes round for ever.", "债务人未配合也会退回：案件将无限循环。"),
            Sentence("Let it ask for co_operated_since_step.", "请以 co_operated_since_step 为条件。"),
        )


def _stage_ends(policy: Policy, ladder: Ladder, stage: Stage) -> Iterator[PolicyFinding]:
    """Steps that are never done, never taken, or contact somebody night after night."""
    at = f"{ladder.id}/{stage.id}"
    stated = [(f"ladder “{ladder.id}”, stage “{stage.id}”, enter", stage.enter)]
    stated += [(f"step “{at}/{step.id}”, {name}", text) for step in stage.steps for name, text in (("when", step.when), ("until", step.until))]
    for where, text in stated:
        if text is None:
            continue
        try:
            never = not _region_of(policy, text)
        except NotJudged as trouble:
            yield _not_judged(where, trouble)
            continue
        if never:
            yield PolicyFinding(
                "never_holds", Severity.FAULT, where, Sentence("It holds for no case, so that the ladder stops here.", "对任何案件均不成立，阶梯将停在此处。"),
                Sentence("Look for two tests that exclude each other.", "请检查互相排斥的条件。"),
            )
    for step in stage.steps:
        treatment = policy.treatments[step.treatment]
        if treatment.contact and treatment.cleared and step.until is None and step.wait_days > 1:
            yield PolicyFinding(
                "repeated_contact", Severity.FAULT, f"step “{at}/{step.id}”",
                Sentence(f"It is proposed on each of {step.wait_days} nights, though one contact is meant.", f"连续 {step.wait_days} 晚均会提出该联系，而本意是一次。"),
                Sentence("Write until: contacts_since_step > 0.", "请写明 until: contacts_since_step > 0。"),
            )
        if not treatment.contact and step.until is not None and "contacts_since_step" in _names_in(condition_of(policy, step.until)):
            yield PolicyFinding(
                "never_done", Severity.WARNING, f"step “{at}/{step.id}”, until",
                Sentence("It waits for a contact, and its treatment makes none.", "该步骤等待联系发生，但其处置并不联系。"),
                Sentence("Ask for what its treatment brings about.", "请以该处置会产生的事实为条件。"),
            )


def _treatments(policy: Policy) -> Iterator[PolicyFinding]:
    for one in policy.treatments.values():
        where = f"treatment “{one.id}”"
        if one.contact != (one.channel != PolicyChannel.NONE):
            yield PolicyFinding(
                "channel", Severity.FAULT, where,
                Sentence(f"contact is {str(one.contact).lower()} and channel is {one.channel}: one of them is wrong.", f"contact 为 {str(one.contact).lower()} 而 channel 为 {one.channel}，两者矛盾。"),
                Sentence("A contact has a channel; what is none has channel none.", "联系须有渠道；不联系则 channel 为 none。"),
            )
        if one.automatic and not one.cleared:
            yield PolicyFinding(
                "not_cleared", Severity.FAULT, where,
                Sentence("It is not cleared for contact and cannot be automatic.", "该处置尚未获准联系，不能自动执行。"),
                Sentence("Set automatic: false until the gate serves its channel.", "在准入支持该渠道之前请设 automatic: false。"),
            )
    for row in policy.rows:
        if row.treatment and policy.treatments[row.treatment].weighty and "refusals" not in _names_in(row_condition(policy, row) or ""):
            yield PolicyFinding(
                "weighty_by_lateness", Severity.WARNING, f"row “{row.id}”",
                Sentence("It proposes a weighty decision though no refusal is asked for; inability is not refusal.", "未以拒绝还款为条件即建议重大处置；无力还款不等于拒绝还款。"),
                Sentence("Ask for refusals, or lead to a review by a person first.", "请以 refusals 为条件，或先由人工复核。"),
            )


def _unused(policy: Policy) -> Iterator[PolicyFinding]:
    """What is declared and leads nowhere."""
    steps = [place.step for place in places_of(policy) if place.step is not None]
    used = {row.treatment for row in policy.rows} | {name for row in policy.rows for name in row.alternatives}
    used |= {name for step in steps for name in (step.treatment, *step.alternatives)}
    used |= {name for ladder in policy.ladders.values() for name in (ladder.waiting.treatment, ladder.end.treatment)}
    used |= {policy.values.leave_alone} if policy.values else set()
    named = {name for _, text in conditions_in(policy) for name in _names_in(text)}
    for what, names, needed in (
        ("treatment", policy.treatments, used), ("ladder", policy.ladders, {row.ladder for row in policy.rows}),
        ("parameter", policy.parameters, named), ("segment", policy.segments, named),
    ):
        for name in names:
            if name not in needed:
                yield PolicyFinding(
                    "unused", Severity.WARNING, f"{what} “{name}”", Sentence("Nothing in the policy uses it.", "策略中没有任何地方使用它。"),
                    Sentence("Take it away, or write the row it was meant for.", "请删除，或补写相应的行。"),
                )


def _sentences(policy: Policy) -> Iterator[tuple[str, Sentence]]:
    yield from ((f"row “{row.id}”", row.reason) for row in policy.rows)
    yield from ((f"treatment “{one.id}”", one.label) for one in policy.treatments.values())
    for ladder in policy.ladders.values():
        yield from ((f"ladder “{ladder.id}”, {name}", reason) for name, reason in (("waiting", ladder.waiting.reason), ("back", ladder.back.reason), ("end", ladder.end.reason)))
        yield from ((f"step “{ladder.id}/{stage.id}/{step.id}”", step.reason) for stage in ladder.stages for step in stage.steps)


def _reasons(policy: Policy) -> Iterator[PolicyFinding]:
    """Reasons that one of two readers cannot read, that tell two readers different figures, or that shame and threaten."""
    for where, sentence in _sentences(policy):
        if _CHINESE.search(sentence.en) or not _CHINESE.search(sentence.zh):
            yield PolicyFinding(
                "language", Severity.FAULT, where, Sentence("The reason is missing in one language: its words are in the other.", "缺少一种语言的说明：文字与语言不符。"),
                Sentence("Write it in English under en and in Chinese under zh.", "请在 en 下写英文、在 zh 下写中文。"),
            )
        if set(PLACEHOLDER.findall(sentence.en)) != set(PLACEHOLDER.findall(sentence.zh)):
            yield PolicyFinding(
                "placeholders", Severity.WARNING, where, Sentence("The two languages tell different figures.", "两种语言所述数值不同。"),
                Sentence("Name the same columns in both.", "请在两种语言中使用相同字段。"),
            )
        hard = [word for language in LANGUAGES for word in HARD_WORDS[language] if re.search(rf"\b{word}\b" if language == "en" else word, sentence.in_language(language).lower())]
        if hard:
            yield PolicyFinding(
                "words", Severity.FAULT, where, Sentence(f"It shames or threatens: {', '.join(hard)}.", f"措辞羞辱或恐吓：{'、'.join(hard)}。"),
                Sentence("Say what is owed, since when, and what can be done.", "请说明欠款、时间以及可选办法。"),
            )


def _values(policy: Policy) -> Iterator[PolicyFinding]:
    """Limits with nothing to put in order under them, and treatments that the nightly assignment would take for free."""
    if policy.values is None:
        if policy.capacity:
            yield PolicyFinding(
                "no_values", Severity.WARNING, "capacity",
                Sentence("There are limits and no values, so nothing says who should come first: no night assigns by them.", "设有容量而无价值，无从决定先后：夜间不会据此分配。"),
                Sentence("State under values what each treatment is expected to bring, or take the limits out.", "请在 values 下写明各处置的预期收益，或删去容量。"),
            )
        return
    for gain in policy.values.gains:
        if gain.treatment not in policy.costs:
            yield PolicyFinding(
                "no_cost", Severity.WARNING, f"values, gain of “{gain.treatment}”",
                Sentence("It has a gain and no cost, so that it seems to be free.", "有收益而无成本，看似免费。"), Sentence("State its cost under costs.", "请在 costs 下写明成本。"),
            )
