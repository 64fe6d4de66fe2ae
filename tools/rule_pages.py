"""What does each rule that is shipped say, for a reader without YAML? A page a rule under `docs/rules/`, a page a pack, and an index.

`python tools/docs.py` writes them with the other generated pages, `--check` looks whether they are fresh. They follow from the files in
`rulepacks/` alone: text in two languages, citation, whom the rule binds, its exceptions, its dated figures, its cases on both sides of
every boundary, and what waits for a person's confirmation.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from itertools import groupby
from pathlib import Path
from typing import Any

from arrears.check.conduct.conditions import Wanted
from arrears.check.conduct.fields import content_of
from arrears.check.conduct.pack import Pack
from arrears.check.conduct.rule import Effect, Rule, Says
from arrears.check.conduct.words import Purpose
from arrears.core.parameters import Confidence, Parameter
from arrears.engine.conduct_packs import pack_named, shipped_packs

FOLDER = "docs/rules"
NOTICE = "<!-- Made by `python tools/docs.py` from the files in `src/arrears/rulepacks`. Change those, not this page. -->"
KIND_WORDS: Mapping[str, tuple[str, str]] = {
    "hours": ("Hours: is it day, on the clock of every zone in which the person may be?", "时段：当事人可能所在的每个时区是否均为可联系时段？"),
    "times_ruled_out": ("Times ruled out: did the person rule out this hour?", "当事人排除的时间：当事人是否排除了该时间？"),
    "cap": ("Cap: would it be one too many in so many calendar days?", "次数上限：在若干日历日内是否超出一次？"),
    "cooling_off": ("Cooling-off: did we speak so recently that the person is left alone?", "冷静期：是否刚刚通话，应暂不联系？"),
    "block": ("Block: does something stand in the way until it ends?", "阻止：是否有事项尚未结束而不得进行？"),
    "required": ("Required: does it say all that it must?", "应载内容：是否载明全部应载事项？"),
    "forbidden": ("Forbidden: is it, or does it say, what must not be?", "禁止内容：是否属于或载有禁止事项？"),
    "notice_first": ("Notice first: did something happen before, and long enough ago?", "先行通知：此前是否已发生某事且期间已满？"),
    "deadline": ("Deadline: has the last day passed undone?", "期限：最后一日是否已过而未办？"),
    "day_window": ("Day window: is it the right day of a period?", "期间窗口：是否在期间的规定日之内？"),
    "limitation": ("Limitation: is the debt barred, or might it be?", "时效：债务是否已过或可能已过时效？"),
    "dispute": ("Dispute: must collection cease until the debt is verified?", "争议：核实之前是否必须停止催收？"),
    "stated_date": ("Stated date: is the day that the person is told early enough to be true?", "告知日期：告知当事人的日期是否足额？"),
    "keeping": ("Keeping: must the record still be kept?", "留存：记录是否仍须保存？"),
    "out_of_reach": ("Out of reach: was the debtor tried in vain often enough?", "失联：是否已足够多次联系无果？"),
    "one_off_repair": ("One-off repair: is the old entry shown no longer?", "一次性信用修复：旧逾期记录是否不再展示？"),
    "reporting_age": ("Reporting age: is the entry older than may be shown?", "报告年限：记录是否已超过可展示的年限？"),
    "until_day": ("Until a day: is the last day past on which it may be done?", "截止日：可以进行的最后一日是否已过？"),
    "venue": ("Venue: is it the right court?", "管辖：是否为有管辖权的法院？"),
}
SAYS = {
    Says.PERMITS: ("permits", "允许"),
    Says.FORBIDS: ("forbids", "禁止"),
    Says.PRESUMES: ("presumes a breach", "推定违规"),
}
CONFIDENCE = {
    Confidence.CONFIRMED: ("confirmed", "已确认"),
    Confidence.SINGLE_SOURCE: ("one source", "单一来源"),
    Confidence.MEMORY: ("recalled", "凭记忆"),
}
FOUND = {**{says.value: words for says, words in SAYS.items()}, "silent": ("does not speak", "不适用")}
BREACH, KEPT = ("forbids", "presumes"), ("permits", "silent")
FIELD_WORDS: Mapping[str, str] = {
    "act": "act 行为",
    "purpose": "purpose 目的",
    "channel": "channel 渠道",
    "to": "whom it reaches 对象",
    "place": "place 地点",
    "mode": "mode 方式",
    "record": "record 记录",
    "marks": "with one of 含其一",
    "all_marks": "with all of 含全部",
    "no_marks": "with none of 均不含",
    "actor": "actor 主体",
    "product": "product 产品",
    "debt_purpose": "what the money was for 借款用途",
    "debtor": "debtor 债务人",
    "lender": "lender 放款机构",
}


def table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> list[str]:
    """A Markdown table; a bar inside a cell is escaped."""
    lines = [list(heads), *map(list, rows)]
    lines.insert(1, ["---"] * len(lines[0]))
    return ["| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in line) + " |" for line in lines] + [""]


def _both(words: tuple[str, str]) -> str:
    return " ".join(words)


def _in_words(value: object) -> str:
    """A word of a closed list, or a list of them, as a reader reads it."""
    if isinstance(value, list):
        return ", ".join(_in_words(one) for one in value) or "none"
    if not isinstance(value, str):
        return str(value)
    if re.fullmatch(r"[a-z_]+", value):
        return "co-debtor" if value == "co_debtor" else value.replace("_", " ")
    return re.sub(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d)(?::00)?((?::\d\d(?:\.\d+)?)?)([+-]\d\d:\d\d)", r"\1 \2\3 \4", value)


def kind_in_words(rule: Rule) -> tuple[str, str]:
    """What a kind asks; of a kind that has no words here yet, what its own code says."""
    code = (inspect.getdoc(inspect.getmodule(type(rule.kind))) or rule.kind_name).partition("\n")[0]
    return KIND_WORDS.get(rule.kind_name, (code, ""))


def _wanted(wanted: Wanted) -> list[str]:
    return [f"{FIELD_WORDS.get(name, name)}: {', '.join(sorted(_in_words(str(value)) for value in values))}" for name, values in wanted]


def _stated(content: Any) -> str:
    """A mapping of a rule file, on one line."""
    if isinstance(content, dict):
        return "; ".join(
            f"{_in_words(name)}: {f'({_stated(value)})' if isinstance(value, dict) else _stated(value)}" for name, value in content.items()
        )
    if isinstance(content, list) and any(isinstance(one, dict) for one in content):
        return " / ".join(f"({_stated(one)})" for one in content)
    return _in_words(content)


@cache
def _content(pack: str, folder: str, rule: str) -> dict[str, Any]:
    """What a YAML file of a rule holds; empty where there is none."""
    file = files("arrears.rulepacks").joinpath(*pack.split("/"), folder, f"{rule}.yaml")
    return content_of(f"{pack}/{rule}", file.read_text(encoding="utf-8")) if file.is_file() else {}


# The parts of a rule's page


def _head(pack: Pack, rule: Rule) -> list[str]:
    lasts = f"{rule.from_on} – {rule.to_on or ''}".rstrip()
    source = f"../../../../src/arrears/rulepacks/{pack.name}"
    rows = (
        ("Where it stands 出处", rule.citation),
        ("Pack 规则包", f"[{pack.name}](README.md): {pack.label.en} {pack.label.zh}"),
        ("In force 施行", lasts),
        ("Kind 类型", f"`{rule.kind_name}` — {_both(kind_in_words(rule))}".strip()),
        ("If it is not kept 违反时", _both(SAYS[rule.breach])),
        ("Source of the words 文字来源", f"{rule.source} ({_both(CONFIDENCE[rule.confidence])})"),
        ("File 文件", f"[{rule.name}.yaml]({source}/rules/{rule.name}.yaml), [SOURCES.md]({source}/SOURCES.md)"),
    )
    return [NOTICE, f"# {rule.label.en}", "", f"**{rule.label.zh}**", "", rule.text.en, "", rule.text.zh, "", *table(("", ""), rows)]


def _binds(rule: Rule) -> list[str]:
    own = [f"{FIELD_WORDS['act']}: {', '.join(sorted(_in_words(str(act)) for act in rule.acts))}"]
    if rule.purposes != frozenset(Purpose):
        own.append(f"{FIELD_WORDS['purpose']}: {', '.join(sorted(_in_words(str(one)) for one in rule.purposes))}")
    elif any(act.value == "contact" for act in rule.acts):
        own.append(f"{FIELD_WORDS['purpose']}: every 全部")
    return ["## What it binds 适用范围", "", *(f"- {line}" for line in own + _wanted(rule.binds.wanted)), ""]


def _looks_at(pack: Pack, rule: Rule) -> list[str]:
    stated = _content(pack.name, "rules", rule.name).get("rule", {})
    return ["## What it looks at 判断依据", "", *(f"- {_in_words(name)}: {_stated(value)}" for name, value in stated.items()), ""] if stated else []


def _figures(pack: Pack, rule: Rule) -> list[str]:
    if not rule.parameters:
        return []
    rows = [row for called, name in rule.parameters.items() for row in _figure_rows(called, pack.parameters.by_name[name])]
    heads = ("in the rule 规则中", "figure 数值名", "from 自", "value 值", "where it stands 出处", "source 来源", "confidence 可信度")
    questions = sorted({(name, pack.parameters.by_name[name].question) for name in rule.parameters.values()})
    return ["## Figures 数值", "", *table(heads, rows), *(f"- `{name}`: {question}" for name, question in questions), ""]


def _figure_rows(called: str, figure: Parameter) -> Iterable[tuple[str, ...]]:
    for value in figure.values:
        shown = "no longer 不再适用" if value.value is None else f"{value.value} {figure.unit.value.replace('_', ' ')} {figure.currency}".strip()
        source = f"{value.source} ({value.note})" if value.note else value.source
        yield called, f"`{figure.name}`", str(value.from_on), shown, value.article, source, _both(CONFIDENCE[value.confidence])


def _exceptions(pack: Pack, rule: Rule) -> list[str]:
    stated = {one["name"]: one for one in _content(pack.name, "rules", rule.name).get("exceptions", [])}
    lines = ["## Exceptions 例外", ""] if rule.exceptions else []
    for one in rule.exceptions:
        lines += [f"### `{one.name}`", "", f"{one.label.en}. {one.label.zh}。", ""]
        lines += [f"- {_in_words(part)}: {_stated(stated[one.name][part])}" for part in ("when", "given", "without") if part in stated[one.name]]
        lines += ["- restores the general rule 恢复一般规则"] if one.effect is Effect.RESTORES else []
        lines += ["- contacts made under it are not counted 依此例外所作联系不计入次数"] if one.uncounted else []
        lines.append("")
    return lines


def _cases(pack: Pack, rule: Rule) -> list[str]:
    content = _content(pack.name, "cases", rule.name)
    cases, common = content.get("cases", []), content.get("common", {})
    lines = ["## Cases 示例", "", "Common to all, where a case does not say otherwise 各例共同事实（个例另有说明者除外）:", ""]
    lines += [f"- {line}" for part in ("proposed", "facts") for line in _facts(common.get(part, {}))]
    lines += [f"- at: {_in_words(str(common['at']))}"] if "at" in common else []
    for title, found in (("Not kept 违反", BREACH), ("Kept, or of no concern 遵守或不适用", KEPT)):
        rows = [_case_row(case) for case in cases if case["finds"] in found]
        lines += [
            *([""] if lines[-1] else []),
            f"### {title}",
            "",
            *table(("case 例", "what is so 事实", "finds 结论", "by exception 例外", "next permitted 下一可行时刻"), rows),
        ]
    return lines


def _case_row(case: Mapping[str, Any]) -> tuple[str, ...]:
    so = [f"at: {_in_words(str(case['at']))}"] if "at" in case else []
    so += [line for part in ("proposed", "facts") for line in _facts(case.get(part, {}))]
    return (
        str(case["name"]),
        "<br>".join(so),
        _both(FOUND[case["finds"]]),
        f"`{case['by']}`" if case.get("by") else "",
        _in_words(str(case.get("next") or "")),
    )


def _facts(stated: Mapping[str, Any]) -> list[str]:
    lines = [f"{_in_words(name)}: {_stated(value)}" for name, value in stated.items() if name != "history"]
    return lines + _events(stated.get("history", []))


def _events(history: list[dict[str, Any]]) -> list[str]:
    """What happened; what differs in its moment alone stands on one line."""
    lines = []
    for so, group in groupby(history, key=lambda event: _stated({name: value for name, value in event.items() if name != "at"})):
        moments = [_in_words(str(event["at"])) for event in group]
        lines.append(f"{len(moments)} × ({so}): {', '.join(moments)}" if len(moments) > 1 else f"{moments[0]}: {so}")
    return lines


def waits_for_confirmation(pack: Pack, rule: Rule) -> list[str]:
    """What of a rule rests on memory or on one source, as the subjects that a person of the compliance role confirms."""
    words = [f"`{pack.name}/{rule.name}`: the words of the rule 规则文字"] if rule.confidence is not Confidence.CONFIRMED else []
    figures = sorted(set(rule.parameters.values()))
    latest = [(name, pack.parameters.by_name[name].values[-1]) for name in figures]
    return words + [f"`{name}` = {value.value}" for name, value in latest if value.confidence is not Confidence.CONFIRMED]


def _waiting(pack: Pack, rule: Rule) -> list[str]:
    waiting = waits_for_confirmation(pack, rule)
    told = "Until a named person of the compliance role has confirmed it, the rule permits nothing 合规人员确认之前，本规则不作允许:"
    lines = [told, "", *(f"- {one}" for one in waiting)] if waiting else ["Nothing 无。"]
    return ["## What waits for confirmation 待确认", "", *lines, ""]


def rule_page(pack: Pack, rule: Rule) -> str:
    """The page of one rule."""
    parts = (_head, _looks_at, _figures, _exceptions, _cases, _waiting)
    head, *rest = (part(pack, rule) for part in parts)
    return "\n".join([*head, *_binds(rule), *(line for part in rest for line in part)])


# Packs and index


def _rule_row(pack: Pack, rule: Rule, to: str) -> tuple[str, ...]:
    waiting = "yes 是" if waits_for_confirmation(pack, rule) else ""
    return f"[{rule.label.en}]({to}{rule.name}.md)", rule.label.zh, rule.citation, f"`{rule.kind_name}`", str(rule.from_on), waiting


RULE_HEADS = ("rule", "规则", "where it stands 出处", "kind 类型", "in force from 施行日", "waits for confirmation 待确认")


def pack_page(pack: Pack) -> str:
    """The page of one pack: where it is law, what it covers, what it knows to be outside, its rules."""
    places = ", ".join(sorted(pack.places)) or "everywhere, beside the law 各地，与法律并用"
    outside = [f"- {one.text.en} {one.text.zh} ({'; '.join(_wanted(one.when.wanted))})" for one in pack.outside]
    return "\n".join(
        [
            NOTICE,
            f"# {pack.label.en}",
            "",
            f"**{pack.label.zh}**",
            "",
            f"`{pack.name}` · [all rules 全部规则](../../README.md) · [sources 来源](../../../../src/arrears/rulepacks/{pack.name}/SOURCES.md)",
            "",
            f"- places 地域: {places}",
            *([f"- time zones 时区: {', '.join(pack.zones)}"] if pack.zones else []),
            "",
            "## What it covers 覆盖范围",
            "",
            *(f"- {line}" for line in _wanted(pack.covers.wanted)),
            "",
            *(["## What it knows to lie outside 明知不适用", "", *outside, ""] if outside else []),
            "## Rules 规则",
            "",
            *table(RULE_HEADS, (_rule_row(pack, rule, "") for rule in pack.rules)),
        ]
    )


def index() -> str:
    """All rules, by place, by kind and by confidence."""
    packs = [pack_named(name) for name in shipped_packs()]
    every = [(pack, rule) for pack in packs for rule in pack.rules]
    waiting = [(pack, rule) for pack, rule in every if waits_for_confirmation(pack, rule)]
    lines = [
        NOTICE,
        "# Rules of conduct 行为规则",
        "",
        f"{len(every)} rules in {len(packs)} packs; {len(waiting)} of them wait for a person's confirmation in their words or in a figure.",
        "",
        f"共{len(packs)}个规则包{len(every)}条规则，其中{len(waiting)}条的文字或数值待确认。",
        "",
        "How a verdict is reached: [May this be done?](../algorithms/conduct.md) What the packs say is no legal advice and certifies nothing.",
        "",
        "[By place 按地域](#by-place-按地域) · [By kind 按类型](#by-kind-按类型) · [By confidence 按可信度](#by-confidence-按可信度)",
        "",
        "## By place 按地域",
        "",
    ]
    for pack in packs:
        lines += [
            f"### [{pack.name}]({pack.name}/README.md)",
            "",
            f"{pack.label.en} {pack.label.zh} · {', '.join(sorted(pack.places)) or 'everywhere 各地'}",
            "",
        ]
        lines += table(RULE_HEADS, (_rule_row(pack, rule, f"{pack.name}/") for rule in pack.rules))
    lines += ["## By kind 按类型", ""]
    for kind in sorted({rule.kind_name for _, rule in every}):
        of_kind = [(pack, rule) for pack, rule in every if rule.kind_name == kind]
        lines += [f"### `{kind}`", "", _both(kind_in_words(of_kind[0][1])).strip(), "", *(_link(pack, rule) for pack, rule in of_kind), ""]
    lines += ["## By confidence 按可信度", ""]
    for confidence in Confidence:
        of_confidence = [(pack, rule) for pack, rule in every if weakest(pack, rule) is confidence]
        lines += [f"### {_both(CONFIDENCE[confidence])}", "", *(_link(pack, rule) for pack, rule in of_confidence), ""]
    return "\n".join(lines)


def weakest(pack: Pack, rule: Rule) -> Confidence:
    """How well is the weakest part of a rule confirmed, its words and newest figures together?"""
    order = list(Confidence)
    held = [rule.confidence, *(pack.parameters.by_name[name].values[-1].confidence for name in rule.parameters.values())]
    return max(held, key=order.index)


def _link(pack: Pack, rule: Rule) -> str:
    return f"- [{rule.label.en}]({pack.name}/{rule.name}.md) {rule.label.zh} · {pack.name} · {rule.citation}"


def rule_pages() -> dict[str, str]:
    """Every page of `docs/rules`, by its path in the project."""
    pages = {f"{FOLDER}/README.md": index()}
    for name in shipped_packs():
        pack = pack_named(name)
        pages[f"{FOLDER}/{name}/README.md"] = pack_page(pack)
        pages |= {f"{FOLDER}/{name}/{rule.name}.md": rule_page(pack, rule) for rule in pack.rules}
    return pages


def stale_rule_pages(root: Path, pages: Mapping[str, str]) -> list[str]:
    """Which pages differ from what the rules say now, or belong to a rule that is gone?"""
    there = {path.relative_to(root).as_posix() for path in (root / FOLDER).rglob("*") if path.is_file()}
    differs = [name for name, text in pages.items() if name not in there or (root / name).read_text(encoding="utf-8") != text]
    return sorted([*differs, *(there - set(pages))])


def write_rule_pages(root: Path) -> list[str]:
    """Write what is stale, remove what is gone, and say which pages that were."""
    pages = rule_pages()
    stale = stale_rule_pages(root, pages)
    for name in stale:
        if name in pages:
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(pages[name], encoding="utf-8")
        else:
            (root / name).unlink()
    return stale
