"""The log of last month, held against the law in five minutes: what a lender, an agency or a regulator finds who has nothing but the file."""

from __future__ import annotations

import csv
import random
from collections import Counter
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from arrears.check.conduct.words import ActorRole, Channel, DebtorKind, DebtPurpose, LenderKind, Outcome, Product, Purpose
from arrears.check.contact_audit import Told
from arrears.core.problems import WrongCall
from arrears.engine.contact_judging import About, Found, Judge, Part, left_of, packs_asked
from arrears.engine.use_cases import auditing
from arrears.engine.use_cases.auditing import Wish, audit
from arrears.intake.contact_log.reading import LOG, read_file

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "contact_log"
EXPECTED = ROOT / "tests" / "data" / "contact_audit" / "october.txt"
ON = date(2026, 11, 28)
OCTOBER = Wish(EXAMPLE / "october.csv", EXAMPLE / "people.csv", EXAMPLE / "events.csv", places=("CN",), known_from=date(2026, 10, 1))


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def as_text(folder: Path) -> str:
    """What was found, a line a finding, as a person would write it down."""
    lines = [
        f"row {one['row']:>2}  {one['who']}  {one['at']}  {one['channel']:<5} {one['outcome']:<16} {one['pack']}/{one['rule']}"
        + (f"  {one['counted']}/{one['limit']}" if one["limit"] else "") + (f"  missing: {one['missing_en']}" if one["missing_en"] else "")
        for one in table(folder / auditing.FINDINGS)
    ]  # fmt: skip
    lines += [f"{one['file']} row {one['row']}: {one['what_en']} ({one['cell']})" for one in table(folder / auditing.REJECTED)]
    return "\n".join(lines) + "\n"


def test_a_month_of_a_dialler_is_audited_as_it_was_worked_out_by_hand(tmp_path: Path) -> None:
    found = audit(OCTOBER, tmp_path / "out", on=ON)
    assert as_text(tmp_path / "out") == EXPECTED.read_text(encoding="utf-8")
    assert (found["rows"], found["contacts"], found["received"], found["problems"]["not_judged"]) == (26, 22, 1, 3), "every row is accounted for"


def test_the_report_says_in_two_languages_that_it_certifies_nothing_and_fetches_nothing(tmp_path: Path) -> None:
    audit(OCTOBER, tmp_path / "out", on=ON)
    page = (tmp_path / "out" / auditing.REPORT).read_text(encoding="utf-8")
    assert "certifies nothing" in page and "不作任何合规证明" in page
    assert "GB/T 45251-2025" in page and "K1002" in page
    assert "<script" not in page and "src=" not in page and "http" not in page.replace("http-equiv", "")


def test_the_lenders_own_rules_are_asked_only_where_they_are_wanted_and_marked_as_no_law(tmp_path: Path) -> None:
    assert not any(one["pack"].startswith("house/") for one in audit(OCTOBER, tmp_path / "law", on=ON)["rules"])
    wanted = audit(replace(OCTOBER, house=True), tmp_path / "house", on=ON)["rules"]
    assert {one["is_law"] for one in wanted if one["pack"].startswith("house/")} == {False}
    assert "no law" in (tmp_path / "house" / auditing.REPORT).read_text(encoding="utf-8")


def test_without_a_file_of_events_rules_on_them_cannot_be_judged_and_the_report_says_so(tmp_path: Path) -> None:
    found = audit(replace(OCTOBER, events=None, house=True), tmp_path / "out", on=ON)
    kept = next(one for one in found["rules"] if one["rule"] == "no_means_no_by_any_channel")
    assert (kept["broke"], kept["cannot_be_judged"]) == (0, 22)
    night = next(one for one in found["rules"] if one["rule"] == "no_collection_at_night_without_consent")
    assert night["broke"] and night["unless"], "a consent that no file tells might lift it"
    assert "No file of events was given" in (tmp_path / "out" / auditing.REPORT).read_text(encoding="utf-8")


def test_a_text_that_a_spreadsheet_would_take_for_a_formula_is_written_as_a_text(tmp_path: Path) -> None:
    log = tmp_path / "log.csv"
    log.write_text('who,when,channel,result,agent\n"=HYPERLINK(1)",2026-10-05 23:00:00,call,busy,@a\n', encoding="utf-8")
    audit(Wish(log, places=("CN",)), tmp_path / "out", on=ON)
    assert {(one["who"], one["agent"]) for one in table(tmp_path / "out" / auditing.FINDINGS)} == {("'=HYPERLINK(1)", "'@a")}


def test_a_folder_that_holds_something_else_is_not_written_into(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(WrongCall, match="something else"):
        audit(OCTOBER, tmp_path, on=ON)
    assert audit(OCTOBER, tmp_path / "out", on=ON)["rules"] == audit(OCTOBER, tmp_path / "out", on=ON)["rules"], "our own folder is written anew"


def test_without_a_place_no_law_is_guessed(tmp_path: Path) -> None:
    with pytest.raises(WrongCall, match="place"):
        audit(replace(OCTOBER, places=(), people=None, clock="Asia/Shanghai"), tmp_path / "out", on=ON)


# Judging alike contacts at once, and by several processes, changes nothing


def made_up(folder: Path, lot: random.Random, rows: int) -> Path:
    """Many calls to few people, near every limit and at every edge of the day."""
    file = folder / "made_up.csv"
    begin = datetime(2026, 10, 20)
    with file.open("w", encoding="utf-8", newline="") as stream:
        out = csv.writer(stream)
        out.writerow(["who", "when", "channel", "outcome", "direction", "to", "loan", "number"])
        for _ in range(rows):
            at = begin + timedelta(days=lot.randrange(14), hours=lot.choice((8, 9, 12, 20, 21, 22)), minutes=lot.choice((0, 0, 30)), seconds=lot.choice((0, 0, 1)))
            who = f"K{lot.randrange(rows // 8)}"
            outcome = "" if who == "K7" and lot.random() < 0.3 else lot.choice(("no_answer", "no_answer", "busy", "connected", "conversation", "voicemail"))
            direction, to = lot.choice(("out",) * 9 + ("in",)), lot.choice(("debtor",) * 9 + ("relative",))
            out.writerow([who, at, lot.choice((Channel.CALL, Channel.CALL, Channel.TEXT, Channel.VISIT)), outcome, direction, to, lot.choice(("L1", "L2")), lot.choice("AB")])
    return file


ABOUT = About(
    (), (), ActorRole.AGENCY, Product.CONSUMER_LOAN, LenderKind.BANK, DebtPurpose.CONSUMER, DebtorKind.PERSON, Purpose.COLLECTION, "lender", date(2026, 10, 20), house=True
)  # fmt: skip


PACKS = packs_asked(True, (), None)


def both_ways(judge: Judge, part: Part) -> tuple[Found, Found]:
    """What is found where columns judge what they can, and where each contact is judged by itself."""
    found, left = judge.sift(part)
    rest = judge.judge_left(replace(part, rows=left))
    both = Found(found.judged + rest.judged, found.counts + rest.counts, found.not_asked + rest.not_asked, found.listed + rest.listed)
    return both, judge.judge_left(replace(part, rows=left_of(part.rows, np.ones(part.rows.num_rows, np.bool_))))


def findings(of: Found) -> Counter[tuple[object, ...]]:
    return Counter(tuple(one.values()) for one in of.table().to_pylist())


@pytest.mark.parametrize(("place", "zone"), [("CN", "Asia/Shanghai"), ("US", "America/New_York"), ("GB", "Europe/London")])
def test_judging_at_once_what_is_alike_finds_what_judging_each_finds(tmp_path: Path, place: str, zone: str) -> None:
    log = read_file(made_up(tmp_path, random.Random(place), 1_200), LOG, {"outcome": tuple(Outcome)}, zone, {})
    at_once, one_by_one = both_ways(Judge(replace(ABOUT, places=(place,), zones=(zone,)), Told(said=False, events=False), PACKS), Part(log.rows, None, {}))
    assert at_once.judged == one_by_one.judged > 1_000
    assert (at_once.counts, at_once.not_asked) == (one_by_one.counts, one_by_one.not_asked)
    assert findings(at_once) == findings(one_by_one)
    assert findings(at_once).total() > 100


def test_two_processes_find_what_one_finds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(auditing, "PART_ROWS", 150)
    monkeypatch.setattr(auditing, "LEFT_ROWS", 5)
    wish = Wish(made_up(tmp_path, random.Random(1), 600), places=("CN",))
    texts = []
    for processes in (1, 2):
        audit(wish, tmp_path / str(processes), on=ON, processes=processes)
        texts.append([(tmp_path / str(processes) / name).read_text(encoding="utf-8-sig") for name in (auditing.FINDINGS, auditing.RULES, auditing.REPORT)])
    assert texts[0] == texts[1]
