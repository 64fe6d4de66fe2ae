"""Does somebody who opens the home page see how the record stands, and that it needs them?"""

from __future__ import annotations

from datetime import UTC, datetime

import psycopg
import pytest

from arrears.casefile.store.institution import acting_for
from arrears.record.journal import checking, sealing


def test_the_home_page_counts_what_is_sealed_and_what_waits(bank, signed_in):
    assert "2 wait" in signed_in("manager").get("/home/").content.decode()
    sealing.seal(bank.institution_id)
    page = signed_in("manager").get("/home/").content.decode()
    assert "2 entries sealed" in page
    assert "not signed yet" in page
    assert "note-warning\"><strong>The record" not in page


@pytest.mark.parametrize(("language", "words"), [("en", "have been waiting since"), ("zh", "等待封存，没有工作进程在运行")])
def test_entries_that_wait_for_more_than_a_minute_stand_above_everything(bank, signed_in, postgres_server, language, words):
    with psycopg.connect(postgres_server[1].superuser_url("arrears"), autocommit=True) as superuser:
        superuser.execute("UPDATE unsealed_entries SET since = since - interval '2 minutes'")
        superuser.execute("UPDATE users SET language = %s", [language])
    assert words in signed_in("manager").get("/home/").content.decode()


@pytest.mark.parametrize(("language", "words"), [("en", "the history no longer fits what was signed"), ("zh", "历史与已签署的内容不符")])
def test_a_record_that_was_changed_raises_an_alarm_on_the_home_page(bank, signed_in, postgres_server, language, words):
    with acting_for(bank.institution_id):
        checking.raise_alarm([checking.LogFinding("rewritten", "The first 4 entries are not those that were signed.")], datetime(2026, 11, 24, tzinfo=UTC))
    with psycopg.connect(postgres_server[1].superuser_url("arrears"), autocommit=True) as superuser:
        superuser.execute("UPDATE users SET language = %s", [language])
    assert words in signed_in("auditor").get("/home/").content.decode()
