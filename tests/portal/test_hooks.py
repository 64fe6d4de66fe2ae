"""Is a provider told yes only once what it said is on record, and is nobody else heard?"""

from __future__ import annotations

import hmac
import json

import pytest

from arrears.core.problems import AnswerIsNo, BadData, Busy
from arrears.engine.use_cases.hooks import Hook

SECRET = b"a secret that both of us share!!"


def understand(asked, now):
    """A small provider: HMAC in one header, a list of receipts as JSON."""
    from arrears.casefile.facts.message import Arrival
    from arrears.intake.inbound.incoming import Receipt

    if not hmac.compare_digest(asked.headers.get("X-Signature", ""), hmac.digest(SECRET, asked.body, "sha256").hex()):
        raise AnswerIsNo("The signature is not right.", "Nothing was looked at.", "Sign it.")
    try:
        return [Receipt(f"small:{one['id']}", one["reference"], "", Arrival(one["arrival"]), "", now) for one in json.loads(asked.body)]
    except (ValueError, KeyError) as wrong:
        raise BadData("This is not the form.", "Nothing was taken.", "Send it in the form.") from wrong


@pytest.fixture
def provider(monkeypatch, store, bank, person):
    """It records receipts in the casefile of a bank; `broken` makes the record fail as a database does."""
    from arrears.casefile.facts.message import MessageReceipt
    from arrears.casefile.store.append import append
    from arrears.portal import doors

    class Provider:
        broken = False

        def record(self, told, at):
            with store.institution.acting_for(bank):
                for one in told:
                    append(MessageReceipt(7, person, one.arrival, one.code, at), actor="small", at=at, cause=one.source)
                if self.broken:
                    raise Busy("The database does not answer.", "Nothing was recorded.", "Tell it again.")

    made = Provider()
    monkeypatch.setattr(doors, "hook_of", {"small": Hook(understand, made.record, most_bytes=2_000)}.get)
    return made


def told(browser, body: bytes, signature: str | None = None, name: str = "small") -> int:
    signature = hmac.digest(SECRET, body, "sha256").hex() if signature is None else signature
    return browser.post(f"/hooks/{name}", body, content_type="application/json", headers={"x-signature": signature}).status_code


BODY = json.dumps([{"id": 1, "reference": "m-1", "arrival": "delivered"}]).encode()


def receipts(post) -> int:
    return post.rows("SELECT count(*) FROM message_receipts")[0][0]


def test_what_is_signed_is_on_record_when_the_answer_comes(post, browser, provider):
    assert (told(browser, BODY), receipts(post)) == (200, 1)


def test_a_wrong_signature_is_refused_and_nothing_is_recorded(post, browser, provider):
    assert [told(browser, BODY, wrong) for wrong in ("", "00" * 32)] == [401, 401]
    assert told(browser, BODY + b" ", hmac.digest(SECRET, BODY, "sha256").hex()) == 401
    assert receipts(post) == 0


def test_what_is_too_long_is_refused_before_it_is_understood(post, browser, provider):
    assert told(browser, b"x" * 2_001, "00") == 413


def test_what_is_not_of_the_form_is_said_to_be_so(post, browser, provider):
    assert [told(browser, body) for body in (b"{", b'[{"id": 1}]')] == [400, 400]


def test_while_nothing_can_be_recorded_the_provider_is_asked_to_tell_it_again(post, browser, provider):
    provider.broken = True
    assert (told(browser, BODY), receipts(post)) == (503, 0)
    provider.broken = False
    assert (told(browser, BODY), receipts(post)) == (200, 1)


def test_there_is_no_hook_that_nobody_set_up_and_none_that_is_only_looked_at(post, browser, provider):
    assert told(browser, BODY, name="other") == 404
    assert browser.get("/hooks/small").status_code == 405
