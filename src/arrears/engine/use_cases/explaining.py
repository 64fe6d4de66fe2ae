"""Which cases are there, what stands in one, and why was it decided so?

Answers are plain mappings of texts, figures and dates: ready for a terminal, for JSON, for a test. Names are not in them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any

from arrears.core.ids import id_text
from arrears.core.money import format_money
from arrears.core.reasons import Language, Sentence
from arrears.decide.capacity.work import WORK_WORDS, Work
from arrears.decide.policy.columns import CASE_COLUMNS, CASE_SCHEMA
from arrears.engine.columns_engine import rows_by_name
from arrears.engine.deciding_again import policy_of_run
from arrears.engine.decision_words import in_words_sql
from arrears.engine.home import Home
from arrears.engine.run_folder import POLICY_FILE, published_runs, run_facts
from arrears.engine.todays_work import WORK_SCHEMA
from arrears.engine.use_cases import reading
from arrears.engine.use_cases.books import MAIN_BOOK
from arrears.engine.use_cases.reading import NoSuchCase
from arrears.engine.use_cases.reading.files import looking_into
from arrears.engine.what_would_change import what_would_change
from arrears.engine.words import counted

_SHOWN = ("queue", "treatment", "channel", "rule", "reason_en", "reason_zh", "policy_version")
_LADDER_FACTS = ("stage_before", "step_before", "days_in_step", "contacts_since_step", "co_operated_since_step")
"""What a ladder's move follows from, whatever its conditions name."""
_COLUMN_NAMES = {column.name for column in CASE_COLUMNS}


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    """One row with ids as people see them and days as ISO texts."""
    named = {name: id_text(value) if name.endswith("_id") and value else value for name, value in row.items()}
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in named.items()}


def _plain_rows(home: Home, sql: str, parameters: list[Any]) -> list[dict[str, Any]]:
    with looking_into(home) as connection:
        return [_plain(row) for row in rows_by_name(connection, sql, parameters)]


def listed_cases(home: Home, institution_id: int, book: str | None, queue: str, limit: int, *, today: date) -> list[dict[str, Any]]:
    """The first cases of a queue of the book's current run, the most pressing first; an unrun book has none. Whoever is hidden today is on no list."""
    named = book or _only_or_main(home, institution_id)
    run = reading.portfolio(home, institution_id, named).run
    if run is None:
        return []
    page = reading.worklist(home, run, reading.WorklistFilter(queue=queue), page_rows=max(1, limit), hidden=reading.hidden_people(institution_id, today))
    labels = {name: words.label for name, words in run.treatments.items()}
    return [
        _plain({**_flat(asdict(row)), "book": named, "treatment_en": labels[row.treatment].en, "treatment_zh": labels[row.treatment].zh, **_today(run, row)})
        for row in page.rows[:limit]
    ]


def _today(run: reading.Run, row: reading.CaseRow) -> dict[str, str]:
    """What is said of today's work, where it was assigned within capacity."""
    if not row.work:
        return {}
    told = reading.work_told(run, row) or WORK_WORDS[Work(row.work)]
    return {"today_en": told.en, "today_zh": told.zh}


def _only_or_main(home: Home, institution_id: int) -> str:
    """The book that is meant where none is named: the main one, or the first."""
    names = [portfolio.name for portfolio in reading.portfolios(home, institution_id)]
    return MAIN_BOOK if MAIN_BOOK in names or not names else names[0]


def _flat(row: dict[str, Any]) -> dict[str, Any]:
    """A row whose reason is two plain texts."""
    reason = row.pop("reason")
    if not row["work"]:
        row = {name: value for name, value in row.items() if name not in WORK_SCHEMA.names}
    return {**row, "hold_kinds": list(row["hold_kinds"]), "reason_en": reason["en"], "reason_zh": reason["zh"]}


def shown_case(home: Home, institution_id: int, case_id: int) -> dict[str, Any]:
    """One case of a current run: what was decided, and every account of the person.

    Raises:
        NoSuchCase: none of this institution's current runs holds it.
    """
    portfolio, row = reading.find_case(home, institution_id, case_id)
    assert portfolio.run is not None
    accounts = _plain_rows(
        home,
        "SELECT account_id, product, currency, days_past_due, months_past_due, basis, oldest_due_on, next_due_on, amount_overdue_minor, balance_minor, bucket "
        "FROM read_parquet(?) WHERE party_id = ? ORDER BY account_id",
        [portfolio.run.file("assessment"), row.party_id],
    )
    return {"book": portfolio.name, "as_of": portfolio.run.as_of.isoformat(), "decision": _plain(_flat(asdict(row))), "accounts": accounts}


def explained(home: Home, institution_id: int, case_id: int, on: date | None) -> dict[str, Any]:
    """Why did this case get this treatment: the rule, its condition, the facts the condition looked at?

    Args:
        on: day of the run that decided; None for the current one.

    Raises:
        NoSuchCase: no run of that day holds the case.
    """
    for portfolio in reading.portfolios(home, institution_id):
        runs = home.runs / portfolio.name
        names = [name for name in published_runs(runs) if on in (None, name.as_of)]
        for name in reversed(names):
            rows = _plain_rows(home, f"SELECT * FROM ({in_words_sql(runs / str(name), 'SELECT * FROM read_parquet(?) WHERE case_id = ?')})", [str(runs / str(name) / "decisions.parquet"), case_id])
            if rows:
                return _explanation(rows[0], run_facts(runs, name)) | {"run": f"{portfolio.name}/{name}", "would_change": _changes(runs / str(name), rows[0], run_facts(runs, name))}
    raise NoSuchCase("No run of that day decided a case with this id.", "", "Check the id and the day: arrears case list")


def _explanation(row: dict[str, Any], facts: dict[str, Any]) -> dict[str, Any]:
    """The decision with the row of the policy that made it and the columns this row names."""
    rules = {rule["id"]: rule for rule in facts["policy"]["rows"]}
    by_guard = row["rule"].startswith("guard:")
    matched = row["rule"] if row["rule"] in rules or by_guard else row["table_row"]
    condition = rules.get(matched, {}).get("when")
    looked_at = _columns_in(condition or "") or ["hold_kinds", "contact_history_known"]
    if not by_guard and matched != row["rule"]:
        looked_at = [*looked_at, *(name for name in _LADDER_FACTS if name not in looked_at)]
    earlier = list(rules)[: list(rules).index(matched)] if matched in rules else []
    return {
        "case_id": row["case_id"], "currency": row["currency"], "book": facts["book"], "as_of": facts["as_of"],
        **{name: row[name] for name in _SHOWN},
        "treatment_label": {language: facts["treatments"][row["treatment"]][language] for language in ("en", "zh")},
        "policy": facts["policy"]["name"],
        "condition": condition,
        "facts": {name: row[name] for name in looked_at},
        "rows_that_did_not_fit": earlier,
        "protection": {name: row[name] for name in ("hold_kinds", "contact_history_known", "contacts_30d", "refusals")},
        "inputs_digest": facts["inputs_digest"],
        "policy_digest": facts["policy"].get("digest"),
        "experiment": {name: row.get(name) for name in ("experiment", "arm", "propensity_per_10000", "propensities")},
    }


def _changes(folder: Path, row: dict[str, Any], facts: dict[str, Any]) -> list[dict[str, Any]]:
    """Which single fact, had it been another, would have led to another treatment; nothing for a run that kept no policy."""
    if not (folder / POLICY_FILE).exists():
        return []
    case = {name: date.fromisoformat(row[name]) if row.get(name) and str(type_) == "date" else row.get(name) for name, type_ in CASE_SCHEMA.items()}
    return [
        {"column": one.column, "meaning_en": one.meaning.en, "meaning_zh": one.meaning.zh, "was": _told(one.was), "would_be": _told(one.would_be), "treatment": one.treatment,
         "treatment_en": one.treatment_label.en, "treatment_zh": one.treatment_label.zh, "rule": one.rule}
        for one in what_would_change(policy_of_run(folder, facts), case)
    ]


def _told(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _columns_in(condition: str) -> list[str]:
    """The case columns that a condition names, in its order, each once."""
    return list(dict.fromkeys(word for word in re.findall(r"[a-z_0-9]+", condition) if word in _COLUMN_NAMES))


class Reader(StrEnum):
    """For whom is it explained?"""

    AGENT = "agent"
    DEBTOR = "debtor"
    AUDITOR = "auditor"


TOLD_TO_DEBTORS: Mapping[str, Sentence] = {
    "days_past_due": Sentence("if it were {would_be} days late instead of {was}", "若逾期为 {would_be} 天，而非 {was} 天"),
    "months_past_due": Sentence("if it were {would_be} months late instead of {was}", "若逾期为 {would_be} 个月，而非 {was} 个月"),
    "amount_at_stake_minor": Sentence("if the amount were {would_be} instead of {was}", "若金额为 {would_be}，而非 {was}"),
    "accounts_overdue": Sentence("if {would_be} debts were overdue instead of {was}", "若逾期债务为 {would_be} 笔，而非 {was} 笔"),
    "hold_kinds": Sentence(
        "if there were something that we do not know of and that protects you, such as a dispute, hardship or illness", "若存在我们尚不知晓、对您予以保护的事由，如异议、困难或疾病"),
}
"""What a person can see of their own debt, in words for them; other columns say nothing to a debtor."""


def for_reader(told: dict[str, Any], reader: Reader, language: Language) -> list[str]:
    """The explanation in words: an agent sees rule and facts, the debtor the reason and what would change it, an auditor all that proves it."""
    if reader is Reader.DEBTOR:
        return _for_debtor(told, language)
    lines = in_words(told, language) + [_change_line(one, language) for one in told["would_change"]]
    return lines + _proof(told, language) if reader is Reader.AUDITOR else lines


def _change_line(one: dict[str, Any], language: Language) -> str:
    if language == "zh":
        return f"若{one['meaning_zh']}为 {_value(one['would_be'])}（现为 {_value(one['was'])}）：{one['treatment_zh']}（规则 {one['rule']}）"
    return f"If {one['column']} were {_value(one['would_be'])} (it is {_value(one['was'])}): {one['treatment_en']} (rule {one['rule']})"


def _value(value: Any) -> str:
    return "–" if value is None or value == "" else {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)


def _for_debtor(told: dict[str, Any], language: Language) -> list[str]:
    """No rule names and no codes: what is done, why, what would make it another, and that a person can be asked."""
    changes = [one for one in told["would_change"] if one["column"] in TOLD_TO_DEBTORS and one["was"] is not None and one["would_be"] != 0]
    said = [TOLD_TO_DEBTORS[one["column"]].in_language(language).format(**{side: _in_life(one, side, told, language) for side in ("was", "would_be")}) for one in changes]
    if language == "zh":
        return [
            f"{told['as_of']} 的处理方式：{told['treatment_label']['zh']}", told["reason_zh"],
            *(f"{words}，处理方式为：{one['treatment_zh']}" for words, one in zip(said, changes, strict=True)),
            "如您认为有误，或情况有变，可随时告知我们，并可要求由专人复核。",
        ]
    return [
        f"What is done on {told['as_of']}: {told['treatment_label']['en']}", told["reason_en"],
        *(f"It would be otherwise ({one['treatment_en']}) {words}." for words, one in zip(said, changes, strict=True)),
        "If something here is wrong, or your situation has changed, tell us at any time; you can ask for a person to look at it.",
    ]


def _in_life(one: dict[str, Any], side: str, told: dict[str, Any], language: Language) -> str:
    """A value as a debtor reads it."""
    return format_money(one[side], told["currency"], language) if one["column"].endswith("_minor") else str(one[side])


def _proof(told: dict[str, Any], language: Language) -> list[str]:
    """By what it can be proven and done again."""
    drawn = told["experiment"]
    lines = [
        (f"运行 {told['run']}，输入摘要 {told['inputs_digest']}" if language == "zh" else f"Run {told['run']}, inputs {told['inputs_digest']}"),
        (f"策略摘要 {told['policy_digest']}" if language == "zh" else f"Policy digest {told['policy_digest']}"),
    ]
    if drawn["experiment"]:
        said = f"{drawn['experiment']} / {drawn['arm']}, {drawn['propensity_per_10000']}/10000, {drawn['propensities']}"
        lines.append(f"实验 {said}" if language == "zh" else f"Experiment {said}")
    again = f"arrears replay {told['case_id']} --on {told['as_of']}"
    return [*lines, f"复算：{again}" if language == "zh" else f"Decide it again: {again}"]


def in_words(told: dict[str, Any], language: Language) -> list[str]:
    """The explanation as lines for a reader."""
    facts = ", ".join(f"{name} = {value}" for name, value in told["facts"].items())
    if language == "zh":
        return [
            f"案件 {told['case_id']}，{told['as_of']}：{told['treatment_label']['zh']}",
            f"原因：{told['reason_zh']}",
            f"规则：{told['rule']}" + (f"（条件：{told['condition']}）" if told["condition"] else "（无条件或保护性规则）"),
            f"依据：{facts}",
            f"策略：{told['policy']}，版本 {told['policy_version']}；此前 {len(told['rows_that_did_not_fit'])} 行均不适用",
        ]
    return [
        f"Case {told['case_id']} on {told['as_of']}: {told['treatment_label']['en']}",
        f"Because: {told['reason_en']}",
        f"Rule: {told['rule']}" + (f" (when {told['condition']})" if told["condition"] else " (no condition, or a rule that protects)"),
        f"Facts: {facts}",
        f"Policy: {told['policy']}, version {told['policy_version']}; {counted(len(told['rows_that_did_not_fit']), 'row')} above it did not fit",
    ]
