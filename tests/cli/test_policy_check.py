"""Do the commands about a policy file do what their page says?"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from arrears.cli.policy_check import policy_check, policy_export, policy_import
from arrears.core.problems import AnswerIsNo
from arrears.decide.policy.jdm import NotInJdm
from arrears.decide.policy.table import read_policy

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "how_to" / "change_a_policy.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    """The blocks of the page in one language."""
    return [block.split("```")[0] for block in PAGE.split(f"```{language}\n")[1:]]


def test_the_page_leads_an_analyst_from_a_copy_to_a_checked_change(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = (ROOT / "policies" / "consumer_loans_cn.yaml").read_text(encoding="utf-8")
    figure, row = blocks("yaml")[:2]
    lines = [figure.rstrip() if line.startswith("  good_payer_days:") else line for line in text.splitlines()]
    place = lines.index("    rows:") + 1
    mine = tmp_path / "my_policy.yaml"
    mine.write_text("\n".join([*lines[:place], *row.rstrip().splitlines(), *lines[place:]]), encoding="utf-8")
    assert "arrears policy check my_policy.yaml --place CN --zone Asia/Shanghai" in PAGE
    policy_check(mine, place=("CN",), zone=("Asia/Shanghai",))
    assert "0 faults" in capsys.readouterr().out
    policy = read_policy(mine.read_text(encoding="utf-8"))
    assert policy.rows[0].id == "very_large" and policy.parameters["good_payer_days"].value == 5


def test_a_policy_with_a_fault_is_answered_with_no(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    spoilt = tmp_path / "spoilt.yaml"
    text = (ROOT / "policies" / "first_steps.yaml").read_text(encoding="utf-8")
    spoilt.write_text(text.replace("when: currencies > 1", "when: exists (select 1)"), encoding="utf-8")
    with pytest.raises(AnswerIsNo, match="not fit to decide"):
        policy_check(spoilt, json=True)
    found = json.loads(capsys.readouterr().out)["findings"][0]
    assert (found["kind"], found["severity"], found["where"]) == ("condition", "fault", "row “several_currencies”")


def test_a_table_goes_out_and_comes_back_with_its_treatments(tmp_path: Path) -> None:
    first_steps, out, back = ROOT / "policies" / "first_steps.yaml", tmp_path / "first_steps.json", tmp_path / "back.yaml"
    policy_export(first_steps, jdm=out)
    policy_import(out, into=first_steps, output=back)
    before, after = (read_policy(file.read_text(encoding="utf-8")) for file in (first_steps, back))
    assert [(row.id, row.treatment, row.reason) for row in after.rows] == [(row.id, row.treatment, row.reason) for row in before.rows]
    assert after.treatments == before.treatments


def test_a_policy_with_ladders_does_not_go_out(tmp_path: Path) -> None:
    with pytest.raises(NotInJdm, match="ladder “small_sums”|ladder “main”"):
        policy_export(ROOT / "policies" / "consumer_loans_cn.yaml", jdm=tmp_path / "out.json")


def test_every_shipped_policy_marks_what_the_gate_does_not_serve() -> None:
    for file in (ROOT / "policies").glob("*.yaml"):
        raw = yaml.safe_load(file.read_text(encoding="utf-8"))
        for name, body in raw["treatments"].items():
            if body["channel"] in ("voice_bot", "visit", "chat"):
                assert body["cleared"] is False and body["automatic"] is False, f"{file.stem}: {name}"
                assert "not cleared for contact" in body["label"]["en"] and "尚未获准联系" in body["label"]["zh"]
