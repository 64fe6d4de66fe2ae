"""What do people see where not everything fits into a day: what is done, what waits, who is left alone, and where somebody does otherwise?"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from typing import Any

import duckdb
import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from arrears.core.ids import id_text
from arrears.engine import tables
from arrears.engine.decision_words import in_words_sql
from arrears.engine.todays_work import worked_sql
from arrears.engine.use_cases import explaining, weighty
from arrears.workbench.permissions import ROLES
from tests.workbench.run_files import AS_OF

MASKED = "100****5101"
LIMITS = [{"name": "callers", "label": {"en": "minutes of callers", "zh": "致电专员分钟数"}}]
WAITS = ("gentle_reminder", "waits", "capacity", ["callers"])
INSTEAD = ("gentle_reminder", "today", "capacity", [])
ALONE = ("gentle_reminder", "left_alone", "stop_rule", [])
Browser = Callable[[str], Client]


def folder_of(bank: Any) -> Any:
    return bank.home.runs / "main" / AS_OF.isoformat() / "1"


def assign(bank: Any, lin: tuple[str, str, str, list[str]]) -> None:
    """The night assigned its work: Lin as told, Wang is left alone, Zhao stays held."""
    folder = folder_of(bank)
    rows = {bank.book.lin: lin, bank.book.wang: ("gentle_reminder", "left_alone", "stop_rule", []), bank.book.zhao: ("hold_respected", "today", "as_proposed", [])}
    with duckdb.connect(":memory:") as connection:
        connection.execute("CREATE TABLE assignment (case_id BIGINT, treatment VARCHAR, work VARCHAR, why VARCHAR, short_of VARCHAR[], channel VARCHAR, queue VARCHAR)")
        connection.executemany("INSERT INTO assignment VALUES (?, ?, ?, ?, ?, 'sms', 'automatic')", [(case, *told) for case, told in rows.items()])
        connection.execute(f"COPY assignment TO '{folder}/assignment.parquet' (FORMAT parquet)")
        connection.execute(f"CREATE VIEW decisions AS SELECT * FROM read_parquet('{folder}/decisions.parquet')")
        connection.execute(f"CREATE VIEW worked AS {worked_sql('decisions', 'assignment')}")
        peoples = worked_sql(f"({in_words_sql(folder, tables.PEOPLES_CASES)})", "assignment")
        connection.execute(f"COPY ({tables.worklist_sql(peoples, is_assigned=True)}) TO '{folder}/worklist.parquet' (FORMAT parquet)")
    change(bank, lambda said: said | {"assignment": {"limits": LIMITS}})


def change(bank: Any, how: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    file = folder_of(bank) / "run.json"
    file.write_text(json.dumps(how(json.loads(file.read_text(encoding="utf-8"))), ensure_ascii=False), encoding="utf-8")


def page(client: Client, name: str, *args: str, **query: str) -> str:
    return client.get(reverse(name, args=args), query).content.decode()


def exported(client: Client, **query: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(client.get(reverse("worklist_csv"), query).content.decode("utf-8-sig"))))


def test_what_does_not_fit_today_stays_on_the_list_with_its_reason_and_without_a_contact_point(bank: Any, signed_in: Browser) -> None:
    assign(bank, WAITS)
    text = page(signed_in("collector"), "worklist")
    assert "Waits for capacity: used up today are minutes of callers" in text and "no contact today" in text and MASKED not in text
    case = page(signed_in("collector"), "case", id_text(bank.book.lin))
    assert "Waits for capacity: used up today are minutes of callers" in case and "none shown: nobody is contacted in this step" in case and MASKED not in case
    [line] = exported(signed_in("collector"))
    assert (line["Today"], line["Contact point, not cleared for contact"]) == ("Waits for capacity: used up today are minutes of callers", "")


def test_the_same_is_said_in_chinese(bank: Any, signed_in: Browser) -> None:
    assign(bank, WAITS)
    client = signed_in("collector")
    client.post(reverse("language"), {"language": "zh", "next": "/worklist/"})
    assert "等待产能：今日已用完致电专员分钟数" in page(client, "worklist") and "今日不联系" in page(client, "worklist")
    assert "暂不打扰：联系的预期收益不高于成本与负担" in page(client, "case", id_text(bank.book.wang))


@pytest.mark.parametrize(("work", "cases"), [("waits", 1), ("left_alone", 1), ("today", 1), ("", 3), ("tomorrow", 3)])
def test_the_list_can_be_narrowed_to_what_is_done_today_waits_or_is_left_alone(bank: Any, signed_in: Browser, work: str, cases: int) -> None:
    assign(bank, WAITS)
    assert f"of {cases}" in page(signed_in("manager"), "worklist", queue="all", work=work)


def test_who_is_left_alone_is_nobodys_task_and_the_page_says_what_still_goes_out(bank: Any, signed_in: Browser) -> None:
    assign(bank, WAITS)
    client = signed_in("collector")
    assert "No case fits" in page(client, "worklist", queue="automatic")
    text = page(client, "worklist", queue="left_alone")
    assert "Left alone: a contact would bring no more than it costs and burdens." in text and "whoever asks for help gets it" in text and "of 1" in text
    case = page(client, "case", id_text(bank.book.wang))
    assert "notices that the law demands still go out" in case and "100****5102" not in case
    home = page(signed_in("manager"), "home")
    assert "queue=left_alone" in home


def test_a_case_treated_otherwise_than_proposed_says_instead_of_what_and_goes_to_that_queue(bank: Any, signed_in: Browser) -> None:
    assign(bank, INSTEAD)
    client = signed_in("collector")
    assert "No case fits" in page(client, "worklist")
    text = page(client, "worklist", queue="automatic")
    assert "Instead of “Friendly call”, for which no capacity is left today" in text and "Gentle reminder" in text and MASKED in text
    assert "The policy proposed:" in page(client, "case", id_text(bank.book.lin))


def test_without_an_assignment_no_page_speaks_of_today(bank: Any, signed_in: Browser) -> None:
    client = signed_in("manager")
    text = page(client, "worklist", queue="all") + page(client, "home") + page(client, "case", id_text(bank.book.lin))
    assert not any(word in text for word in ("Left alone", "Waits for capacity", 'name="work"', "no contact today", "left_alone"))
    assert "Today" not in exported(client)[0]


def otherwise(bank: Any, treatment: str) -> None:
    weighty.override(bank.home, bank.institution_id, bank.book.lin, treatment, "asked for a text in the evening", username="manager", at=timezone.localtime(), actor="manager")


def test_what_a_person_does_otherwise_stands_on_the_worklist_with_its_reason(bank: Any, signed_in: Browser) -> None:
    otherwise(bank, "gentle_reminder")
    for text in (page(signed_in("collector"), "worklist"), page(signed_in("collector"), "case", id_text(bank.book.lin))):
        assert "A person does otherwise:" in text and "asked for a text in the evening" in text and "manager" in text
    [line] = exported(signed_in("collector"))
    assert line["A person does otherwise"] == "Gentle reminder" and "evening" not in "".join(line.values()), "a file is out of our hands"


def test_an_override_of_a_waiting_case_stands_however_the_night_weighs_it(bank: Any, signed_in: Browser) -> None:
    otherwise(bank, "gentle_reminder")
    assign(bank, ALONE)
    text = page(signed_in("collector"), "worklist", queue="left_alone")
    assert "A person does otherwise:" in text and "Left alone:" in text and MASKED in text


@pytest.mark.parametrize("role", ROLES)
def test_a_task_whose_channel_the_gate_does_not_serve_shows_no_contact_point_to_anybody(bank: Any, signed_in: Browser, role: str) -> None:
    change(bank, lambda said: said | {"treatments": said["treatments"] | {"friendly_call": said["treatments"]["friendly_call"] | {"cleared": False, "channel": "visit"}}})
    client, case = signed_in(role), id_text(bank.book.lin)
    client.post(reverse("case_show", args=[case]), {"reason": "working_the_case"})
    shown = [page(client, "worklist"), page(client, "case", case)]
    assert all("not cleared for contact" in text for text in shown)
    report, lists = page(client, "case_page", case), client.get(reverse("worklist_csv")).content.decode()
    for text in (*shown, report, lists):
        assert "5101" not in text and "10012345101" not in text


def test_the_list_of_the_command_line_obeys_as_the_pages_do(bank: Any) -> None:
    assign(bank, WAITS)
    listed = {queue: explaining.listed_cases(bank.home, bank.institution_id, "main", queue, 20, today=AS_OF) for queue in ("people", "automatic", "left_alone", "all")}
    assert {queue: len(rows) for queue, rows in listed.items()} == {"people": 1, "automatic": 0, "left_alone": 1, "all": 3}
    assert listed["people"][0]["today_en"] == "Waits for capacity: used up today are minutes of callers" and listed["people"][0]["work"] == "waits"
    assert listed["left_alone"][0]["today_zh"].startswith("暂不打扰")
