"""What a person sees: figures with their day, reasons in words, masked contact points, and nothing of another bank."""

from __future__ import annotations

import csv
import io
import json

import duckdb
import pytest
from django.test import Client
from django.urls import reverse

from arrears.core.ids import id_text
from tests.workbench.conftest import PASSWORD


def page(client: Client, name: str, *arguments: str, **query: str) -> str:
    answer = client.get(reverse(name, args=arguments), query)
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def test_a_person_signs_in_and_lands_on_the_first_page_of_their_role(bank):
    landed = {}
    for role in ("manager", "collector"):
        client = Client(HTTP_HOST="localhost")
        answer = client.post(reverse("account_login"), {"login": role, "password": PASSWORD}, follow=True)
        landed[role] = answer.request["PATH_INFO"]
    assert landed == {"manager": "/home/", "collector": "/worklist/"}


def test_a_wrong_password_opens_nothing_and_says_so(bank):
    client = Client(HTTP_HOST="localhost")
    answer = client.post(reverse("account_login"), {"login": "manager", "password": "wrong"})
    assert answer.status_code == 200 and "note-error" in answer.content.decode()
    assert client.get(reverse("home")).status_code == 302


def test_home_shows_each_figure_with_its_day_and_a_way_to_its_cases(bank, signed_in):
    text = page(signed_in("manager"), "home")
    for expected in ("2026-11-23", "4,200.00", "CNY", "of 5 accounts", "queue=people", "queue=held", "flow_before=31-60&amp;flow_now=61-90", "L*** 林***"):
        assert expected in text, expected


def test_home_says_for_how_many_people_the_history_of_contacts_is_unknown(bank, signed_in):
    assert "nobody knows how often 1 person with an open case was contacted" in page(signed_in("manager"), "home")


def test_an_account_called_closed_with_something_unpaid_is_told_on_home_and_on_its_case(bank, signed_in):
    folder = bank.home.runs / "main" / "2026-11-23" / "1"
    facts = json.loads((folder / "run.json").read_text())
    sums = [{"currency": "CNY", "accounts": 1, "balance_minor": 50_000, "amount_overdue_minor": 50_000}]
    (folder / "run.json").write_text(json.dumps({**facts, "counts": {"closed_unpaid": sums}}))
    row = "SELECT 12::BIGINT AS account_id, 101::BIGINT AS party_id, 'CNY' AS currency, '1-30' AS bucket, 50000::BIGINT AS amount_overdue_minor, 50000::BIGINT AS balance_minor"
    duckdb.execute(f"COPY ({row}) TO '{folder}/closed_unpaid.parquet' (FORMAT parquet)")
    home = page(signed_in("manager"), "home")
    assert "1 account that the lender calls closed has something unpaid" in home and "closed=unpaid" in home
    listed = page(signed_in("collector"), "worklist", queue="all", closed="unpaid")
    assert "L*** 林***" in listed and "W*** 王***" not in listed
    case = page(signed_in("collector"), "case", id_text(bank.book.lin))
    assert f"the lender calls account {id_text(12)} closed, though" in case and f"the lender calls account {id_text(11)} closed" not in case


def test_each_unpaid_item_of_a_case_says_for_how_many_days_it_is_overdue(bank, signed_in):
    case = page(signed_in("collector"), "case", id_text(bank.book.lin))
    assert all(f"{days} days overdue" in case for days in (79, 49, 18, 13)) and "to come" in case


def test_the_worklist_gives_the_reason_in_words_and_marks_contact_points_as_not_cleared(bank, signed_in):
    text = page(signed_in("collector"), "worklist")
    assert "Two debts overdue, 79 days late; a person calls." in text
    assert "Friendly call" in text and "61–90 days" in text and "3,200.00" in text
    assert "not cleared for contact" in text and "100****5101" in text
    assert "10012345101" not in text


def test_the_worklist_in_chinese_gives_the_chinese_reason(bank, signed_in):
    client = signed_in("collector")
    client.post(reverse("language"), {"language": "zh", "next": "/worklist/"})
    text = page(client, "worklist")
    assert "两笔债务逾期，已逾期 79 天；由人工致电。" in text and "工作清单" in text and "未获联系许可" in text
    assert 'lang="zh-hans"' in text


def test_the_csv_holds_exactly_the_lines_that_the_page_shows(bank, signed_in):
    answer = signed_in("collector").get(reverse("worklist_csv"), {"queue": "all", "bucket": "61-90"})
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert {(row["Person"], row["Overdue"], row["As of"]) for row in rows} == {("L*** 林***", "3200.00", "2026-11-23"), ("Z*** 赵***", "800.00", "2026-11-23")}
    assert {row["Contact point, not cleared for contact"] for row in rows} == {"100****5101", "100****5103"}


def test_an_amount_that_is_no_amount_narrows_nothing_and_is_told(bank, signed_in):
    text = page(signed_in("collector"), "worklist", queue="all", amount_from="much")
    assert "“much” is not an amount" in text and "of 3" in text


def test_what_is_typed_into_a_filter_is_never_taken_for_markup(bank, signed_in):
    text = page(signed_in("collector"), "worklist", amount_from='"><script>alert(1)</script>')
    assert "<script>alert" not in text


def test_htmx_gets_the_rows_alone(bank, signed_in):
    answer = signed_in("collector").get(reverse("worklist"), headers={"hx-request": "true", "hx-target": "list"})
    assert answer.status_code == 200 and "<html" not in answer.content.decode()


def test_the_case_answers_four_questions_and_its_rule_is_one_click_away(bank, signed_in):
    text = page(signed_in("collector"), "case", id_text(bank.book.lin))
    for expected in ("Who is this", "What is owed", "What happened", "What now", "L*** 林***", "****01", "3,200.00", "79 days", "Friendly call",
                     "accounts_overdue &gt; 1", "v1", "Each contact needs a permit first", "Case opened", "Phone: no answer"):
        assert expected in text, expected


def test_a_hold_stands_above_everything(bank, signed_in):
    text = page(signed_in("collector"), "case", id_text(bank.book.zhao))
    assert 0 < text.index("Disputes the debt") < text.index("<h1>")
    assert "No contact while it holds." in text


def test_the_journal_is_shown_to_an_auditor_and_not_to_a_collector(bank, signed_in):
    case = id_text(bank.book.lin)
    assert "case:decision:changed" in page(signed_in("auditor"), "case", case)
    assert "case:decision:changed" not in page(signed_in("collector"), "case", case)
    assert "2 entries; the chain verifies" in page(signed_in("auditor"), "case_journal", case)


def test_a_case_of_another_bank_does_not_exist_here(bank, other_bank, signed_in):
    client = signed_in("administrator")
    for name in ("case", "case_journal"):
        assert client.get(reverse(name, args=[id_text(other_bank.book.lin)])).status_code == 404
    assert signed_in("other-auditor").get(reverse("case", args=[id_text(other_bank.book.lin)])).status_code == 200
    assert "<span>main</span>" in page(client, "home", book="theirs")


def test_users_of_another_bank_are_neither_listed_nor_changed(bank, other_bank, signed_in):
    from arrears.casefile.store.models import User

    client = signed_in("administrator")
    theirs = User.objects.get(username="other-collector")
    assert "other-collector" not in page(client, "users")
    assert client.post(reverse("user_role", args=[theirs.pk]), {"role": "administrator"}).status_code == 404
    assert client.post(reverse("user_active", args=[theirs.pk]), {"active": "no"}).status_code == 404


def test_an_administrator_adds_a_colleague_who_then_signs_in(bank, signed_in):
    signed_in("administrator").post(reverse("user_add"), {"username": "newcomer", "password": "some long secret 7", "role": "collector", "language": "en"})
    client = Client(HTTP_HOST="localhost")
    answer = client.post(reverse("account_login"), {"login": "newcomer", "password": "some long secret 7"}, follow=True)
    assert answer.request["PATH_INFO"] == "/worklist/"


@pytest.mark.parametrize(("asked", "said"), [
    ({"username": "collector", "password": "four quiet words here", "role": "collector"}, "已有同名用户"),
    ({"username": "newcomer", "password": "1234", "role": "collector"}, "密码太容易被猜到"),
    ({"username": "newcomer", "password": "four quiet words here", "role": "king"}, "请选择一个角色"),
])
def test_a_refused_newcomer_is_refused_in_the_readers_language(bank, signed_in, asked, said):
    client = signed_in("administrator")
    client.post(reverse("language"), {"language": "zh"})
    answer = client.post(reverse("user_add"), asked)
    assert answer.status_code == 400 and said in answer.content.decode() and "Choose" not in answer.content.decode()


def test_a_weak_password_is_refused_in_words_and_what_was_typed_stays(bank, signed_in):
    answer = signed_in("administrator").post(reverse("user_add"), {"username": "newcomer", "password": "1234", "role": "collector"})
    assert answer.status_code == 400 and "too easy to guess" in answer.content.decode() and 'value="newcomer"' in answer.content.decode()


def test_a_deactivated_colleague_is_out_at_once(bank, signed_in):
    from arrears.casefile.store.models import User

    collector = signed_in("collector")
    signed_in("administrator").post(reverse("user_active", args=[User.objects.get(username="collector").pk]), {"active": "no"})
    assert collector.get(reverse("worklist")).status_code == 302


def test_the_last_administrator_cannot_be_locked_out(bank, signed_in):
    from arrears.casefile.store.models import User

    administrator = User.objects.get(username="administrator")
    client = signed_in("administrator")
    client.post(reverse("user_active", args=[administrator.pk]), {"active": "no"})
    client.post(reverse("user_role", args=[administrator.pk]), {"role": "auditor"})
    administrator.refresh_from_db()
    assert administrator.is_active and administrator.role == "administrator"


def test_a_case_is_found_by_its_id_however_it_is_typed(bank, signed_in):
    text = id_text(bank.book.lin)
    answer = signed_in("collector").get(reverse("search"), {"q": f"{text[:4].lower()}-{text[4:]}"})
    assert answer["Location"] == reverse("case", args=[text])


def test_a_case_is_found_by_the_number_that_the_lender_gave_the_customer(bank, signed_in):
    import pyarrow as pa

    from arrears.casefile.store.identity import Identities
    from arrears.casefile.store.institution import acting_for, institution_key

    with acting_for(bank.institution_id):
        known = Identities(bank.institution_id, institution_key(bank.institution_id)).resolve_or_create("party", "core", pa.array(["C-77"]))[0].as_py()
    path = bank.home.runs / "main" / "2026-11-23" / "1" / "decisions.parquet"
    _give_case_to(path, bank.book.wang, known)
    answer = signed_in("collector").get(reverse("search"), {"q": "C-77"})
    assert answer["Location"] == reverse("case", args=[id_text(bank.book.wang)])
    assert "No open case has exactly this number" in page(signed_in("collector"), "search", q="C-78")


def _give_case_to(path, case: int, party: int) -> None:
    import duckdb

    duckdb.connect(":memory:").execute(f"COPY (SELECT * REPLACE (CASE WHEN case_id = {case} THEN {party} ELSE party_id END AS party_id) FROM read_parquet('{path}')) TO '{path}.new' (FORMAT parquet)")
    path.with_name("decisions.parquet.new").rename(path)


def test_language_and_theme_are_kept_and_lead_back_only_to_our_own_pages(bank, signed_in):
    client = signed_in("collector")
    assert client.post(reverse("theme"), {"theme": "dark", "next": "https://elsewhere.example/"})["Location"] == "/"
    assert 'data-theme="dark"' in page(client, "worklist")
    client.post(reverse("theme"), {"theme": "loud", "next": "/"})
    assert 'data-theme="dark"' in page(client, "worklist")


def test_pages_are_not_kept_by_a_browser_and_no_script_stands_in_them(bank, signed_in):
    answer = signed_in("manager").get(reverse("home"))
    assert answer["Cache-Control"] == "no-store" and "script-src 'self';" in answer["Content-Security-Policy"]
    assert "onclick" not in answer.content.decode()


@pytest.mark.parametrize("role", ["collector", "manager"])
def test_error_pages_hold_words_and_nothing_about_anybody(bank, signed_in, role):
    client = signed_in(role)
    missing = client.get("/cases/NOSUCHCASE/")
    forbidden = client.get(reverse("users"))
    for answer, status in ((missing, 404), (forbidden, 403)):
        text = answer.content.decode()
        assert answer.status_code == status and "林晓" not in text and "****01" not in text and "To the first page" in text


def test_a_broken_page_says_so_without_details_and_keeps_nothing(bank, signed_in, monkeypatch):
    from arrears.casefile.store.models import User
    from arrears.workbench.views import home

    def writes_and_breaks(*_arguments, **_named):
        User.objects.filter(username="collector").update(display_name="changed by a broken page")
        raise ValueError("林晓 secret detail")

    monkeypatch.setattr(home, "overview", writes_and_breaks)
    client = signed_in("manager")
    client.raise_request_exception = False
    answer = client.get(reverse("home"))
    assert answer.status_code == 500 and "secret detail" not in answer.content.decode() and "broke on our side" in answer.content.decode()
    assert not User.objects.filter(display_name="changed by a broken page").exists()


def test_without_any_run_the_pages_say_what_to_do(bank, signed_in):
    (bank.home.runs / "main" / "current").unlink()
    assert "arrears run" in page(signed_in("manager"), "home") and "arrears run" in page(signed_in("collector"), "worklist")


def test_a_book_whose_source_states_no_amounts_says_so_and_shows_no_zero(bank, signed_in):
    import duckdb

    path = bank.home.runs / "main" / "2026-11-23" / "1" / "assessment.parquet"
    duckdb.connect(":memory:").execute(
        f"COPY (SELECT * REPLACE (NULL::BIGINT AS amount_overdue_minor) FROM read_parquet('{path}')) TO '{path}.new' (FORMAT parquet)")
    path.with_name("assessment.parquet.new").rename(path)
    text = page(signed_in("manager"), "home")
    assert "not stated</a> <small>CNY" in text and "4 accounts are not counted" in text and ">0.00<" not in text


def _code(secret: str, steps_ahead: int = 0) -> str:
    """What an authenticator app shows for this secret (RFC 6238), by its own arithmetic."""
    import base64
    import hashlib
    import hmac
    import struct
    import time

    digest = hmac.digest(base64.b32decode(secret), struct.pack(">Q", int(time.time()) // 30 + steps_ahead), hashlib.sha1)
    place = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[place:place + 4])[0] & 0x7FFFFFFF) % 1_000_000:06}"


def test_with_an_authenticator_app_the_password_alone_no_longer_opens_anything(bank):
    import re

    client = Client(HTTP_HOST="localhost")
    client.post(reverse("account_login"), {"login": "manager", "password": PASSWORD})
    doubted = client.get(reverse("mfa_activate_totp"))
    assert doubted["Location"].startswith(reverse("account_reauthenticate"))
    asked = client.post(doubted["Location"], {"password": PASSWORD}, follow=True).content.decode()
    found = re.search(r'id="secret"[^>]*value="([A-Z2-7]+)"', asked)
    assert found is not None
    done = client.post(reverse("mfa_activate_totp"), {"code": _code(found[1])}, follow=True)
    assert done.request["PATH_INFO"] == reverse("mfa_view_recovery_codes") and done.content.decode().count("<code>") >= 8

    again = Client(HTTP_HOST="localhost")
    first = again.post(reverse("account_login"), {"login": "manager", "password": PASSWORD}, follow=True)
    assert first.request["PATH_INFO"] == reverse("mfa_authenticate")
    assert again.get(reverse("home")).status_code == 302
    second = again.post(reverse("mfa_authenticate"), {"code": _code(found[1], steps_ahead=0)}, follow=True)
    if second.request["PATH_INFO"] != "/home/":  # a code serves once; the next one is valid within the tolerance or half a minute later
        recovery = re.findall(r"<code>(\w+)</code>", done.content.decode())[0]
        second = again.post(reverse("mfa_authenticate"), {"code": recovery}, follow=True)
    assert second.request["PATH_INFO"] == "/home/"
