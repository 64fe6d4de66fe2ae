"""Which cases are there, what stands in one, and why was it decided so?

Answers are plain mappings of texts, figures and dates: ready for a terminal, for JSON, for a test. Names are not in them.
"""

from __future__ import annotations

import re
from dataclasses import asdict
from datetime import date
from typing import Any

from arrears.core.ids import id_text
from arrears.core.reasons import Language
from arrears.decide.policy.columns import CASE_COLUMNS
from arrears.engine.columns_engine import rows_by_name
from arrears.engine.home import Home
from arrears.engine.run_folder import published_runs, run_facts
from arrears.engine.use_cases import reading
from arrears.engine.use_cases.books import MAIN_BOOK
from arrears.engine.use_cases.reading import NoSuchCase
from arrears.engine.use_cases.reading.files import looking_into
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
    return [_plain({**_flat(asdict(row)), "book": named, "treatment_en": labels[row.treatment].en, "treatment_zh": labels[row.treatment].zh}) for row in page.rows[:limit]]


def _only_or_main(home: Home, institution_id: int) -> str:
    """The book that is meant where none is named: the main one, or the first."""
    names = [portfolio.name for portfolio in reading.portfolios(home, institution_id)]
    return MAIN_BOOK if MAIN_BOOK in names or not names else names[0]


def _flat(row: dict[str, Any]) -> dict[str, Any]:
    """A row whose reason is two plain texts."""
    reason = row.pop("reason")
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
            rows = _plain_rows(home, "SELECT * FROM read_parquet(?) WHERE case_id = ?", [str(runs / str(name) / "decisions.parquet"), case_id])
            if rows:
                return _explanation(rows[0], run_facts(runs, name))
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
        "case_id": row["case_id"], "book": facts["book"], "as_of": facts["as_of"],
        **{name: row[name] for name in _SHOWN},
        "treatment_label": {language: facts["treatments"][row["treatment"]][language] for language in ("en", "zh")},
        "policy": facts["policy"]["name"],
        "condition": condition,
        "facts": {name: row[name] for name in looked_at},
        "rows_that_did_not_fit": earlier,
        "protection": {name: row[name] for name in ("hold_kinds", "contact_history_known", "contacts_30d", "refusals")},
        "inputs_digest": facts["inputs_digest"],
    }


def _columns_in(condition: str) -> list[str]:
    """The case columns that a condition names, in its order, each once."""
    return list(dict.fromkeys(word for word in re.findall(r"[a-z_0-9]+", condition) if word in _COLUMN_NAMES))


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
