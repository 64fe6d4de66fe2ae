"""How does the command line tell what another policy would change, and what it would have done?"""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from arrears.cli import doors
from arrears.cli.clock import today
from arrears.cli.options import BookOption, HomeOption, JsonOption, LanguageOption
from arrears.cli.showing import progress_bars, results, show_json, show_table
from arrears.core.reasons import Language, Sentence
from arrears.engine import words
from arrears.engine.columns_engine import EngineSettings
from arrears.engine.history import Every
from arrears.engine.use_cases import trying_policies
from arrears.engine.use_cases.trying_policies import Compared, Simulated

ROWS_SHOWN = 20
OnOption = Annotated[date | None, Parameter(help="Over the cases of the last run on this day. Default: the run that the pages show.")]
FairnessOption = Annotated[bool, Parameter(
    name="--fairness", negative="", help="Count by protected attributes as well, to test that people are treated equally. Counts alone; groups of fewer than five are left out.",
)]


def _heads(*pairs: tuple[str, str, bool]) -> tuple[tuple[Sentence, bool], ...]:
    return tuple((Sentence(en, zh), right) for en, zh, right in pairs)


MOVE_HEADS = _heads(("treatment before", "原处置", False), ("treatment after", "新处置", False), ("cases", "案件数", True))
GROUP_HEADS = _heads(("by", "维度", False), ("value", "取值", False), ("cases", "案件数", True), ("changed", "变化数", True), ("%", "%", True))
DAY_HEADS = _heads(
    ("day", "日期", False), ("cases", "案件数", True), ("for people", "人工", True), ("of these new", "其中新增", True), ("automatic", "自动", True),
    ("of these new", "其中新增", True), ("held", "暂停", True))
TREATMENT_HEADS = _heads(("treatment", "处置", False), ("cases, a day", "日均案件", True), ("begun, in all", "新增合计", True))
SUMMARY = Sentence(
    "{changed} of {cases} cases are treated otherwise (run {run}); {reworded} keep their treatment by another rule; cases for people: {before} → {after}",
    "运行 {run}：{cases} 件中 {changed} 件处置变化；{reworded} 件处置不变但规则不同；人工案件：{before} → {after}")
GROUPS = {name: Sentence(en, zh) for name, en, zh in (
    ("segment", "segment", "客群"), ("bucket", "bucket", "逾期分段"), ("product", "product", "产品"), ("region", "region", "地区"), ("kind", "kind", "类型"),
    ("language", "language", "语言"), ("currency", "currency", "币种"))}
UNSAID = Sentence("not stated", "未注明")
BY_GROUP, PROTECTED = Sentence("By segment and group", "按客群及分组"), Sentence("By protected attribute (for tests of fairness only)", "按受保护属性（仅供公平性检验）")
WORK, DONE_WITH = Sentence("Work on past days", "历史日工作量"), Sentence("By treatment", "按处置")


def policy_diff(
    before: str, after: str, /, *, on: OnOption = None, book: BookOption = None, output: Path | None = None, fairness: FairnessOption = False,
    language: LanguageOption = "en", json: JsonOption = False, home: HomeOption = None,
) -> None:
    """Which cases would the second policy treat otherwise than the first, by treatment, segment and group?

    A policy is named by a file, a shipped name, `published`, or the number or version of a published one.

    Examples:
      arrears policy diff published spring.yaml
      arrears policy diff 2 3 --on 2026-11-23 --output changed
      arrears policy diff first_steps spring.yaml --language zh --json

    Parameters
    ----------
    before
        The policy that decides now.
    after
        The policy to be tried.
    output
        Folder for the changed cases, one row each: changed_cases.csv and changed_cases.parquet.
    """
    with doors.opened(home) as place:
        found = trying_policies.diff_policies(place, book, before, after, on=on, engine=EngineSettings(), fairness=fairness, output=output)
    if json:
        show_json(_diff_for_machines(found))
    else:
        _show_diff(found, language)


def policy_simulate(
    policy: str, /, *, from_: Annotated[date, Parameter(name="--from", help="The first day.")], to: date | None = None,
    every: Annotated[Literal["day", "week", "month-end"], Parameter(help="Which days: day, week (each seventh, counted back from the last) or month-end.")] = "day",
    book: BookOption = None, conventions: Path | None = None, language: LanguageOption = "en", json: JsonOption = False, home: HomeOption = None,
) -> None:
    """What would a policy have decided on past days, and how much work would that have been?

    Today's book is looked at as of each day. Nothing is recorded and no case changes. What people would have done otherwise is not guessed.

    Examples:
      arrears policy simulate spring.yaml --from 2026-10-01 --to 2026-11-23
      arrears policy simulate published --from 2025-11-23 --every month-end --json

    Parameters
    ----------
    policy
        A file, a shipped name, `published`, or the number or version of a published one.
    to
        The last day. Default: today.
    conventions
        File that says how days and amounts are counted. Default: conventions.yaml in the home, else the documented defaults.
    """
    with doors.opened(home) as place, progress_bars() as told:
        found = trying_policies.simulate_policy(
            place, book, policy, from_, to or today(), Every(every), today=today(), engine=EngineSettings(), progress=told, conventions=conventions)
    if json:
        show_json(_simulation_for_machines(found))
    else:
        _show_simulation(found, language)


def _columns(heads: tuple[tuple[Sentence, bool], ...], language: Language) -> list[tuple[str, bool]]:
    return [(head.in_language(language), right) for head, right in heads]


def _show_diff(found: Compared, language: Language) -> None:
    diff, called = found.diff, {name: one.label.in_language(language) for name, one in found.treatments.items()}
    summary = SUMMARY.in_language(language).format(
        changed=f"{diff.changed:,}", cases=f"{diff.cases:,}", run=found.run, reworded=f"{diff.reworded:,}", before=f"{diff.work[0]:,}", after=f"{diff.work[1]:,}")
    show_table(summary, _columns(MOVE_HEADS, language), [(called[move.before], called[move.after], f"{move.cases:,}") for move in diff.moves])
    for title, groups in ((BY_GROUP, diff.groups), (PROTECTED, diff.protected)):
        if groups:
            show_table(title.in_language(language), _columns(GROUP_HEADS, language), [
                (GROUPS[one.group].in_language(language) if one.group in GROUPS else one.group, _value(one.group, one.value, language), f"{one.cases:,}", f"{one.changed:,}",
                 f"{one.changed_per_10000 / 100:.1f}") for one in groups if one.changed or title is PROTECTED])
    if found.files is not None:
        results.print(f"{found.files.csv}\n{found.files.parquet}", soft_wrap=True)


def _value(group: str, value: str, language: Language) -> str:
    if not value:
        return UNSAID.in_language(language)
    vocabulary = {"product": words.PRODUCTS, "kind": words.KINDS}.get(group)
    return words.bucket_word(value, language) if group == "bucket" else words.word(vocabulary, value, language) if vocabulary else value


def _show_simulation(found: Simulated, language: Language) -> None:
    days = found.simulation.days
    show_table(WORK.in_language(language), _columns(DAY_HEADS, language), [
        (day.on.isoformat(), f"{day.cases:,}", f"{day.people:,}", f"{day.begun_people:,}", f"{day.automatic:,}", f"{day.begun_automatic:,}", f"{day.held:,}")
        for day in days[-ROWS_SHOWN:]])
    sums: dict[str, tuple[int, int]] = {}
    for row in found.simulation.treatments:
        cases, begun = sums.get(row.treatment, (0, 0))
        sums[row.treatment] = (cases + row.cases, begun + row.begun)
    show_table(DONE_WITH.in_language(language), _columns(TREATMENT_HEADS, language), [
        (found.treatments[name].label.in_language(language), f"{cases // len(days):,}", f"{begun:,}") for name, (cases, begun) in sorted(sums.items(), key=lambda one: -one[1][0])])


def _diff_for_machines(found: Compared) -> dict[str, object]:
    diff = found.diff
    return {
        "run": str(found.run), "before": {"name": found.before.name, "version": found.before.version}, "after": {"name": found.after.name, "version": found.after.version},
        "cases": diff.cases, "changed": diff.changed, "reworded": diff.reworded, "for_people": {"before": diff.work[0], "after": diff.work[1]},
        "moves": [asdict(one) for one in diff.moves], "groups": [asdict(one) for one in diff.groups], "protected": [asdict(one) for one in diff.protected],
        "treatments": {name: {"en": one.label.en, "zh": one.label.zh} for name, one in found.treatments.items()},
        "files": None if found.files is None else {"csv": str(found.files.csv), "parquet": str(found.files.parquet)},
    }


def _simulation_for_machines(found: Simulated) -> dict[str, object]:
    return {
        "policy": {"name": found.policy.name, "version": found.policy.version},
        "days": [{**asdict(one), "on": one.on.isoformat()} for one in found.simulation.days],
        "treatments": [{**asdict(one), "on": one.on.isoformat()} for one in found.simulation.treatments],
        "labels": {name: {"en": one.label.en, "zh": one.label.zh} for name, one in found.treatments.items()},
    }
