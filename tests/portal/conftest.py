"""Stories of the public pages: an institution that has sent messages, and browsers of people who have no account."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from tests.casefile.conftest import bank, other_bank, person, query, store

__all__ = ["bank", "other_bank", "person", "store"]
SENT_AT = datetime(2026, 3, 10, 20, 30, tzinfo=UTC)
"""The eleventh of March in Shanghai."""
PORTAL = """
url: https://bank.example
name: {en: Harbour Bank, zh: 海港银行, es: Banco del Puerto}
check_by: {en: "Call 95000, the number on the back of your card.", zh: 请拨打卡片背面的 95000 核实。, es: "Llame al 95000, el número que está en su tarjeta."}
"""


class Post:
    """What was sent by this institution, and how its codes are asked about."""

    def __init__(self, store, home, institution_id: int, person: int) -> None:
        self.store, self.home, self.institution_id, self.person = store, home, institution_id, person

    def message(self, channel: str = "email"):
        from arrears.casefile.facts.message import MessageQueued

        return MessageQueued(
            self.store.ids.random_id(), self.person, self.store.ids.random_id(), channel, "post", "", "collection", "reminder@1", "en", "lender", "debtor", ("D1",), "E1",
            "not_tied", ("institution_named",), 40_000, "li@post.example", "Your account", "Dear Ms Li, please get in touch.", SENT_AT, SENT_AT + timedelta(days=2))

    def sent(self, channel: str = "email", result: str | None = "taken", **more) -> str:
        """The code of a message that was tried; `result` None: nothing is known of it; empty: it was never tried."""
        from arrears.casefile.facts.message import MessageAnswered, MessageTried, Result
        from arrears.casefile.store import outbox
        from arrears.casefile.store.append_group import append_group
        from arrears.engine.use_cases.verifying import code_for

        one = replace(self.message(channel), **more)
        facts = [] if result == "" else [MessageTried(one.message_id, one.party_id, 1, self.store.ids.random_id(), "post", SENT_AT)]
        if result:
            facts.append(MessageAnswered(one.message_id, one.party_id, 1, Result(result), "r", "250", "post", SENT_AT))
        with self.store.institution.acting_for(self.institution_id):
            outbox.put([one], actor="policy", at=SENT_AT, cause="story")
            append_group(facts, actor="dispatch", at=SENT_AT, cause="story")
        return code_for(self.home, one.message_id)

    def rows(self, sql: str):
        with self.store.institution.acting_for(self.institution_id):
            return query(self.store, sql)


@pytest.fixture
def post(store, home_of_tests, bank, person):
    (home_of_tests.root / "portal.yaml").write_text(PORTAL, encoding="utf-8")
    (home_of_tests.root / "law.yaml").write_text("zones: [Asia/Shanghai]\n", encoding="utf-8")
    yield Post(store, home_of_tests, bank, person)
    (home_of_tests.root / "portal.yaml").unlink()
    (home_of_tests.root / "law.yaml").unlink()


@pytest.fixture
def browser(post):
    return Client(HTTP_HOST="localhost")
