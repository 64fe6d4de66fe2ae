"""Does the page say of a genuine message who sent it, how and when, and nothing else; and of any other code one and the same?"""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.check.gate_stories import MORNING

NOT_OURS = {
    "never written": "0A1B2C3D4E5F6G", "mistyped": "ZZZZZZZZZZZZZ0", "too short": "ABC", "too long": "A" * 300, "no letters of ours": "一二三",
}


def asked(browser, code: str, **headers):
    return browser.get(f"/v/{code}", headers=headers)


def words_of(answer) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


@pytest.mark.parametrize(("language", "said"), [
    ("en", "Yes. We sent this message. Harbour Bank sent it by e-mail on 11 March 2026."), ("zh-CN", "海港银行于2026年3月11日以电子邮件发出。"),
    ("es-MX", "Banco del Puerto lo envió por correo electrónico el 11 de marzo de 2026."),
])
def test_a_genuine_message_is_confirmed_by_sender_channel_and_day_in_the_readers_language(post, browser, language, said):
    answer = asked(browser, post.sent(), **{"accept-language": language})
    assert said.replace(" ", "") in words_of(answer).replace(" ", "")
    assert answer["Content-Language"] == {"en": "en", "zh-CN": "zh-Hans", "es-MX": "es"}[language]


def test_nothing_of_person_debt_or_words_is_told(post, browser):
    told = words_of(asked(browser, post.sent()))
    for secret in ("Li", "li@post.example", "40000", "400", "Your account", "get in touch", "reminder", "collection", "debt", "owe", "D1", "E1"):
        assert not re.search(rf"\b{re.escape(secret)}\b", told), secret


def test_the_code_is_read_as_people_type_it(post, browser):
    code = post.sent("letter")
    assert "by post" in words_of(asked(browser, f"{code[:4].lower()}-{code[4:9]}-{code[9:]}"))


def test_every_other_code_gets_the_very_same_page_in_the_same_steps(post, browser):
    post.sent()
    pages, steps = set(), set()
    codes = [*NOT_OURS.values(), post.sent(result=""), post.sent(result="not_taken"), post.sent(result="refused")]
    for code in codes:
        with CaptureQueriesContext(connection) as seen:
            answer = asked(browser, code)
        pages.add((answer.status_code, answer.content, tuple(sorted(answer.headers.items()))))
        steps.add(tuple(re.sub(r"\d+|'[^']*'", "?", one["sql"]) for one in seen.captured_queries))
    assert len(pages) == 1 and "We cannot confirm this message." in next(iter(pages))[1].decode()
    with CaptureQueriesContext(connection) as seen:
        asked(browser, post.sent())
    genuine = [re.sub(r"\d+|'[^']*'", "?", one["sql"]) for one in seen.captured_queries][-len(next(iter(steps))):]
    assert len({*steps, tuple(genuine)}) == 1, "a genuine code is found in the same steps too"


def test_a_message_of_which_nobody_knows_whether_it_arrived_is_genuine_all_the_same(post, browser):
    assert "Yes. We sent this message." in words_of(asked(browser, post.sent(result=None)))
    assert "Yes. We sent this message." in words_of(asked(browser, post.sent(result="uncertain")))


def test_the_code_of_one_institution_is_found_among_several(post, browser, other_bank):
    assert "Yes. We sent this message." in words_of(asked(browser, post.sent()))


def test_the_page_sets_no_cookie_loads_nothing_from_others_and_stays_out_of_search_engines(post, browser):
    answer = asked(browser, post.sent())
    page = answer.content.decode()
    assert not answer.cookies
    assert answer["X-Robots-Tag"].startswith("noindex") and 'name="robots" content="noindex' in page
    assert answer["Cache-Control"] == "no-store" and answer["Referrer-Policy"] == "no-referrer" and answer["X-Frame-Options"] == "DENY"
    assert answer["Content-Security-Policy"].startswith("default-src 'none'") and "unsafe" not in answer["Content-Security-Policy"]
    assert re.findall(r'(?:src|href|action)="([^"]+)"', page) == ["/static/portal/portal.css", "?lang=zh", "?lang=es"]
    assert not re.search(r"<(input|form|textarea|script)", page), "it asks for nothing and runs nothing"


def test_it_says_how_to_check_by_a_way_the_reader_already_knows(post, browser):
    for code in (post.sent(), "0A1B2C3D4E5F6G"):
        assert "Call 95000, the number on the back of your card." in words_of(asked(browser, code))


def test_the_switch_wins_over_the_browser(post, browser):
    answer = browser.get(f"/v/{post.sent()}?lang=es", headers={"accept-language": "zh"})
    assert answer["Content-Language"] == "es" and "¿Es auténtico este mensaje?" in words_of(answer)


def test_who_tries_many_codes_waits_and_others_do_not(post, browser, monkeypatch):
    from arrears.engine.use_cases import verifying

    codes = [asked(browser, "0A1B2C3D4E5F6G").status_code for _ in range(verifying.A_VISITOR.at_once + 5)]
    assert codes[:30] == [200] * 30 and codes[-3:] == [429] * 3
    refused = asked(browser, post.sent())
    assert refused.status_code == 429 and int(refused["Retry-After"]) >= 1 and "Please wait a moment." in words_of(refused)
    assert Client(HTTP_HOST="localhost", REMOTE_ADDR="203.0.113.7").get(f"/v/{post.sent()}").status_code == 200


def test_an_address_of_version_six_counts_with_its_network_and_no_address_is_kept(post):
    from arrears.engine.use_cases import verifying

    for number in range(verifying.A_VISITOR.at_once):
        assert not verifying.must_wait(post.home, f"2001:db8:7:1::{number:x}", MORNING)
    assert verifying.must_wait(post.home, "2001:db8:7:1:ffff::1", MORNING)
    assert not verifying.must_wait(post.home, "2001:db8:7:2::1", MORNING)
    assert not any("2001:" in bucket for (bucket,) in post.rows("SELECT bucket FROM public_pace"))


def test_all_visitors_together_are_slowed_down_too_and_time_makes_room(post):
    from datetime import timedelta

    from arrears.casefile.store.public_pace import Pace, wait

    pace = Pace(timedelta(seconds=0.5), at_once=3)
    assert [wait("all", pace, MORNING) for _ in range(4)] == [timedelta(0)] * 3 + [timedelta(seconds=0.5)]
    assert wait("all", pace, MORNING + timedelta(seconds=0.5)) == timedelta(0)


def test_visitors_who_have_not_come_for_an_hour_are_forgotten(post):
    from datetime import timedelta

    from arrears.engine.use_cases import verifying

    for number in range(8):
        verifying.must_wait(post.home, f"203.0.113.{number}", MORNING)
    for number in range(3):
        verifying.must_wait(post.home, "198.51.100.1", MORNING + timedelta(hours=2, seconds=number))
    assert post.rows("SELECT count(*) FROM public_pace") == [(2,)], "the one who comes now, and all together"


def test_a_colleague_who_is_signed_in_sees_the_same_page(post, other_bank):
    from arrears.casefile.store.models import User
    from arrears.casefile.store.users import create_user

    create_user("wei", "four quiet words here", role="manager", institution_id=other_bank, language="en", display_name="Wei")
    client = Client(HTTP_HOST="localhost")
    client.force_login(User.objects.get(username="wei"))
    assert "Yes. We sent this message." in words_of(client.get(f"/v/{post.sent()}"))
