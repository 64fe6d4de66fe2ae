"""`arrears law` as people and machines read it: every example of the help runs, wrong calls say what is wrong, no home is needed."""

from __future__ import annotations

import dataclasses
import importlib
import inspect
import json
import re
import shlex
from enum import Enum
from typing import Any

import pytest

from arrears.cli import law as commands
from arrears.cli.app import run_command
from arrears.core.problems import ExitCode
from arrears.engine.use_cases.law_words import LABELS

EXAMPLES = sorted({line.strip() for line in inspect.getsource(commands).splitlines() if line.strip().startswith("arrears law ")})
FIGURES = (
    "arrears.decide.escalation.arbitration", "arrears.decide.escalation.clocks_china", "arrears.decide.escalation.clocks_us", "arrears.decide.escalation.court_fees",
    "arrears.decide.escalation.debt_sale", "arrears.decide.escalation.dishonest_list", "arrears.decide.escalation.guarantee", "arrears.decide.escalation.insolvency_china", "arrears.decide.escalation.insolvency_uk",
    "arrears.decide.escalation.limitation_china", "arrears.decide.escalation.limitation_uk", "arrears.decide.escalation.dishonest_list",
    "arrears.decide.escalation.procedures", "arrears.assess.classification.china_steps", "arrears.ledger.china_worked", "arrears.ledger.late_payment",
)  # fmt: skip
NOT_ANSWERS = {"RepairFigures", "Event", "Obstacle", "Objection", "DebtorFacts", "LastDay"}


def run(line: str, capsys: pytest.CaptureFixture[str]) -> tuple[int, str, str]:
    code = run_command(shlex.split(line)[1:])
    return (code, *capsys.readouterr())


def test_there_are_examples_for_every_command() -> None:
    assert {shlex.split(line)[2] for line in EXAMPLES} == {name for name in commands.law if not name.startswith("-")}


@pytest.mark.parametrize("line", EXAMPLES)
def test_every_example_of_the_help_runs_in_words_and_as_json(line: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(line, capsys)
    assert code == ExitCode.DONE and out.strip()
    code, out, _ = run(f"{line} --json", capsys)
    found = json.loads(out)
    assert code == ExitCode.DONE and found["working"] and found["found"]
    assert found["certain"] is (not found["unconfirmed"])
    assert all(line["en"] and line["zh"] for line in found["working"])
    assert run(line if "--language" in line else f"{line} --language zh", capsys)[0] == ExitCode.DONE


def test_a_fee_is_told_with_its_working_and_its_source(capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = run("arrears law fee 150000 --halved --on 2026-11-23", capsys)
    assert re.search(r"payable in this case +CN¥1,650\.00", out)
    assert "Above 10,000.00: 90,000.00 × 2.5 % = 2,250" in out
    assert "诉讼费用交纳办法 art. 13" in out and "unconfirmed" not in out


def test_what_nobody_confirmed_is_marked_in_both_languages(capsys: pytest.CaptureFixture[str]) -> None:
    line = "arrears law limitation --due 2019-05-10 --place england_wales --as-of 2026-01-15"
    assert "unconfirmed: for compliance review" in " ".join(run(line, capsys)[1].split())
    assert "未经确认：须由合规人员复核" in "".join(run(f"{line} --language zh", capsys)[1].split())


def test_the_holidays_of_china_move_a_last_day(capsys: pytest.CaptureFixture[str]) -> None:
    found = json.loads(run("arrears law limitation --due 2022-10-01 --as-of 2025-10-09 --json", capsys)[1])["found"]
    assert found == {"until_counted": "2025-10-01", "until": "2025-10-09", "barred": False, "defence_available": False, "bound_by_payment": False}


def test_a_last_day_in_a_year_whose_holidays_are_not_decreed_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    found = json.loads(run("arrears law guarantee --due 2040-03-01 --as-of 2040-04-01 --json", capsys)[1])
    assert "may move the last day" in found["remarks"][0]["en"]


@pytest.mark.parametrize(
    ("line", "code", "says"),
    [
        ("arrears law fee -1", 2, ""), ("arrears law fee abc", 2, "not an amount"), ("arrears law fee 1.005", 2, "more decimals"),
        ("arrears law fee 100 --for enforcement --halved", 2, "Only the fee of a suit"), ("arrears law fee 100 --on 2006-01-01", 4, "holds from 2007-04-01"),
        ("arrears law limitation --due 2023-03-15 --event 2024-06-01", 2, "not understood"), ("arrears law limitation --due 2023-03-15 --event 2024-13-01:lawsuit", 2, "not understood"),
        ("arrears law limitation --due 2023-03-15 --event 2024-06-01:rain", 2, "Known are"), ("arrears law limitation --due 2023-03-15 --event ::", 2, "not understood"),
        ("arrears law limitation --due 2023-03-15 --obstacle 1:2:3", 2, "not understood"), ("arrears law limitation --due 2023-03-15 --deed", 2, "no deed"),
        ("arrears law limitation --due 2023-03-15 --due 2023-04-15 --place scotland", 2, "one beginning"), ("arrears law clock complaint_simple", 2, "--from"),
        ("arrears law breathing-space --from 2026-09-01 --treatment-ended 2026-10-01", 2, "no treatment"), ("arrears law ceiling private_lending", 2, "lpr"),
        ("arrears law ceiling private_lending --lpr cheap", 2, "not a rate"), ("arrears law ceiling private_lending --lpr NaN", 2, "not a rate"),
        ("arrears law interest 100 --days-late -1", 2, "below zero"), ("arrears law insolvency Shenzhen --insurance-years many", 2, "not a number of years"),
        ("arrears law enforcement", 2, "Neither a deadline"), ("arrears law interest 100 --kind late_payment --days-late 1 --on 2030-01-01", 4, "holds no longer"),
    ],
)  # fmt: skip
def test_a_wrong_call_says_what_is_wrong(line: str, code: int, says: str, capsys: pytest.CaptureFixture[str]) -> None:
    got, _, err = run(line, capsys)
    assert got == code
    assert says in " ".join(err.split())


def _answers() -> list[Any]:
    modules = [importlib.import_module(name) for name in FIGURES]
    return [one for module in modules for _, one in inspect.getmembers(module, dataclasses.is_dataclass) if one.__module__ == module.__name__ and one.__name__ not in NOT_ANSWERS]


@pytest.mark.parametrize("figure", _answers(), ids=lambda one: one.__name__)
def test_every_part_of_every_answer_has_words_in_both_languages(figure: Any) -> None:
    names = [one.name for one in dataclasses.fields(figure)]
    assert [name for name in names if name not in LABELS] == []
    kinds = [hint for hint in inspect.get_annotations(figure, eval_str=True).values() if isinstance(hint, type) and issubclass(hint, Enum)]
    assert [one.value for kind in kinds for one in kind if one.value not in LABELS and one.value != "unspecified"] == []


def test_the_words_are_never_empty() -> None:
    assert all(one.en.strip() and one.zh.strip() for one in LABELS.values())
