"""How is a message posted to the lender's bridge, and what is known when the answer is late or odd?

| the bridge answers | is |
|---|---|
| 2xx | taken; `reference` of its JSON names the message |
| 409 with `reference` | taken before: the same key came twice |
| 409 without, 408, 3xx, 5xx but 503, nothing in time, a line that broke | uncertain |
| 429, 503 | surely not taken; the others of the group are held back |
| 401, 403, 404, 405, 407, 421 | not taken: we are not let in or stand at the wrong door; the others are held back and nothing is sent until the door was looked at again |
| any other 4xx | this message is refused for good |
| no connection | surely not taken |
"""

from __future__ import annotations

import json
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx

from arrears.act.sending import Answer, Outgoing, ProviderAway
from arrears.act.signing import Secrets, What, sign
from arrears.casefile.facts.message import Result
from arrears.check.conduct.words import Channel
from arrears.core.problems import WrongCall

ANSWER_MAX = 65_536
"""Bytes of an answer that are read."""
ASK_MAX = 50
"""Keys in one question."""
BARRED = timedelta(minutes=1)
"""How long nothing is sent after we were not let in."""
RETRY_MAX = timedelta(hours=1)
HELD_BACK = frozenset({429, 503})
NOT_LET_IN = frozenset({401, 403, 404, 405, 407, 421})
_STATES = {"taken": Result.TAKEN, "refused": Result.REFUSED, "not_taken": Result.NOT_TAKEN, "uncertain": Result.UNCERTAIN}


@dataclass(frozen=True, slots=True)
class WebhookSettings:
    """Where the bridge is.

    Attributes:
        channel: a word of `check.conduct.words.Channel`: `social_message` for WhatsApp or WeChat, `chat` for the lender's own app, `text`.
        url: where messages are posted; https, or http on this machine.
        status_url: where is asked what became of messages; empty where the bridge cannot say.
        ca_file: who vouches for the bridge's certificate, where the machine's own list does not.
        connections: requests under way at once.
        timeout_seconds: for the whole of one request.

    Raises:
        WrongCall: an address over which words would travel in the open, or a channel that there is not.
    """

    channel: str
    url: str
    status_url: str = ""
    ca_file: str | None = None
    connections: int = 8
    timeout_seconds: float = 20.0

    def __post_init__(self) -> None:
        if self.channel not in {one.value for one in Channel}:
            raise WrongCall(f"There is no channel {self.channel}.", "No rule could say when it may be used.", f"Name one of: {', '.join(one.value for one in Channel)}.")
        for url in (self.url, self.status_url or self.url):
            place = urlsplit(url)
            if (place.scheme != "https" and not (place.scheme == "http" and _is_here(place.hostname or ""))) or not place.hostname or place.username:
                raise WrongCall("A bridge has no https address.", "Messages would travel in the open.", "Set url and status_url to https://… without a user.")


class WebhookProvider:
    """Posts messages to one bridge, several at once."""

    def __init__(self, name: str, settings: WebhookSettings, secrets: Secrets, now: Callable[[], datetime]) -> None:
        self.name, self.channel = name, settings.channel
        self._settings, self._secrets, self._now = settings, secrets, now
        self._client: httpx.Client | None = None
        self._barred_until: datetime | None = None
        self._guard = threading.Lock()

    # ready

    def ready(self) -> None:
        """Be let in: the place of questions answers a question about nothing, or, where there is none, something answers at the place of messages."""
        if self._barred_until is not None and self._now() < self._barred_until:
            raise self._away("takes nothing now")
        self._barred_until = None
        asking = bool(self._settings.status_url)
        try:
            status = self._ask_raw([])[0] if asking else self._request("OPTIONS", self._settings.url, {}, b"")[0]
        except httpx.HTTPError as away:
            self._drop()
            raise self._away(f"does not answer ({type(away).__name__})") from away
        let_in = status == 200 if asking else status not in NOT_LET_IN - {405} and (status < 500 or status == 501) and status != 429
        if not let_in:
            raise self._away(f"answers {status}")

    # send

    def send(self, messages: Sequence[Outgoing]) -> Iterator[Answer]:
        """Post them, several at once; answers come in the order in which they are known. What is uncertain is asked for once where that can be."""
        doubtful: dict[str, Answer] = {}
        keys = {one.message_id: one.key for one in messages}
        with ThreadPoolExecutor(max_workers=self._settings.connections, thread_name_prefix=self.name) as hands:
            for done in as_completed([hands.submit(self._hand_over, one) for one in messages]):
                answer = done.result()
                if answer.result is Result.UNCERTAIN and self._settings.status_url:
                    doubtful[keys[answer.message_id]] = answer
                else:
                    yield answer
        known = self.ask(doubtful) if doubtful else {}
        for key, answer in doubtful.items():
            told = known.get(key)
            # A request may still be under way there, so only a yes is believed so early.
            yield replace(told, message_id=answer.message_id) if told is not None and told.result is Result.TAKEN else answer

    def _hand_over(self, one: Outgoing) -> Answer:
        if self._barred_until is not None:
            return Answer(one.message_id, Result.NOT_TAKEN, code="held back")
        body = message_body(self.channel, one)
        headers = {"Content-Type": "application/json", "Idempotency-Key": f'"{one.key}"', **sign(self._secrets, What.MESSAGE, body, self._now())}
        try:
            status, said, retry_after = self._request("POST", self._settings.url, headers, body)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout):
            return Answer(one.message_id, Result.NOT_TAKEN, code="no connection")
        except httpx.HTTPError as lost:
            return Answer(one.message_id, Result.UNCERTAIN, code=type(lost).__name__)
        answer = answer_of(one.message_id, status, said)
        if status in HELD_BACK | NOT_LET_IN:
            self._bar(BARRED if status in NOT_LET_IN else _wait(retry_after))
        return answer

    def _bar(self, how_long: timedelta) -> None:
        with self._guard:
            until = self._now() + how_long
            self._barred_until = max(until, self._barred_until or until)

    # ask

    def ask(self, keys: Iterable[str]) -> dict[str, Answer]:
        """What the bridge says of these keys at its place of questions; nothing where it has none or does not answer."""
        if not self._settings.status_url:
            return {}
        wanted, known = list(keys), dict[str, Answer]()
        for start in range(0, len(wanted), ASK_MAX):
            part = wanted[start : start + ASK_MAX]
            try:
                status, said = self._ask_raw(part)
            except httpx.HTTPError:
                return known
            if status == 200:
                known |= answers_of(part, said)
        return known

    def _ask_raw(self, keys: Sequence[str]) -> tuple[int, Any]:
        query = urlencode([("key", one) for one in keys])
        headers = sign(self._secrets, What.STATUS, query.encode(), self._now())
        status, said, _ = self._request("GET", f"{self._settings.status_url}?{query}", headers, b"")
        return status, said

    # parts

    def _request(self, method: str, url: str, headers: dict[str, str], body: bytes) -> tuple[int, Any, str]:
        """Status, JSON of the answer (nothing where there is none), and when to come again. Raises httpx.HTTPError."""
        ends = time.monotonic() + self._settings.timeout_seconds
        with self._open().stream(method, url, headers=headers, content=body) as answer:
            parts, size = [], 0
            for part in answer.iter_bytes():
                parts.append(part)
                size += len(part)
                if size > ANSWER_MAX:
                    break
                if time.monotonic() > ends:
                    raise httpx.ReadTimeout("the answer takes too long")
            return answer.status_code, _json(b"".join(parts)) if size <= ANSWER_MAX else None, answer.headers.get("Retry-After", "")

    def _open(self) -> httpx.Client:
        with self._guard:
            if self._client is None:
                many = self._settings.connections
                self._client = httpx.Client(
                    verify=ssl.create_default_context(cafile=self._settings.ca_file), timeout=self._settings.timeout_seconds, trust_env=False, follow_redirects=False,
                    limits=httpx.Limits(max_connections=many, max_keepalive_connections=many, keepalive_expiry=5.0), headers={"User-Agent": "arrears"})
            return self._client

    def close(self) -> None:
        """End the connections."""
        self._drop()

    def _drop(self) -> None:
        with self._guard:
            if self._client is not None:
                self._client.close()
                self._client = None

    def _away(self, what: str) -> ProviderAway:
        return ProviderAway(f"The bridge {self.name} {what}.", "Nothing was sent.", "It is tried again by itself; if it goes on, look at its address, its secret and its clock.")


def message_body(channel: str, one: Outgoing) -> bytes:
    """What the bridge gets: where it goes and what it says, and nothing else of the person or the debt.

    >>> message_body("chat", Outgoing(7, "K7", "u-91", "", "你好", "zh-CN")).decode()
    '{"version":1,"key":"K7","channel":"chat","to":"u-91","locale":"zh-CN","subject":"","text":"你好"}'
    """
    said = {"version": 1, "key": one.key, "channel": channel, "to": one.address, "locale": one.locale, "subject": one.subject, "text": one.text}
    return json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()


def answer_of(message_id: int, status: int, said: Any) -> Answer:
    """What this status and this JSON mean for one message.

    >>> answer_of(7, 202, {"reference": "wa-1"}).result.value, answer_of(7, 500, None).result.value, answer_of(7, 422, {"code": "blocked"}).code
    ('taken', 'uncertain', '422 blocked')
    """
    reference, code = _word(said, "reference"), f"{status} {_word(said, 'code')}".strip()
    if 200 <= status < 300 or (status == 409 and reference):
        return Answer(message_id, Result.TAKEN, reference, code)
    if status in HELD_BACK | NOT_LET_IN:
        return Answer(message_id, Result.NOT_TAKEN, code=code)
    if 400 <= status < 500 and status not in (408, 409):
        return Answer(message_id, Result.REFUSED, code=code)
    return Answer(message_id, Result.UNCERTAIN, code=code)


def answers_of(keys: Sequence[str], said: Any) -> dict[str, Answer]:
    """What the place of questions says: `{"messages": [{"key": …, "state": "taken|refused|not_taken|uncertain", "reference": …, "code": …}]}`. Others' keys, and
    states that are not known, are passed over. The message's id is not known here and stays 0.

    >>> answers_of(["K7", "K8"], {"messages": [{"key": "K7", "state": "taken", "reference": "wa-1"}, {"key": "K9", "state": "taken"}]})
    {'K7': Answer(message_id=0, result=<Result.TAKEN: 'taken'>, reference='wa-1', code='')}
    """
    told = said.get("messages") if isinstance(said, dict) else None
    found = [one for one in told if isinstance(one, dict)] if isinstance(told, list) else []
    return {
        key: Answer(0, _STATES[_word(one, "state")], _word(one, "reference"), _word(one, "code"))
        for one in found if (key := _word(one, "key")) in keys and _word(one, "state") in _STATES
    }


def _word(said: Any, name: str) -> str:
    """A short word that the bridge says: printable, no blanks, so that no address or sentence of a person comes into the record with it."""
    found = said.get(name, "") if isinstance(said, dict) else ""
    text = str(found) if isinstance(found, str | int) else ""
    return text if text.isascii() and text.isprintable() and " " not in text and "@" not in text and len(text) <= 200 else ""


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _wait(retry_after: str) -> timedelta:
    """How long `Retry-After` asks us to wait, in seconds (RFC 9110, 10.2.3); a moment where it says nothing that is understood.

    >>> _wait("120"), _wait("soon"), _wait("999999999")
    (datetime.timedelta(seconds=120), datetime.timedelta(seconds=1), datetime.timedelta(seconds=3600))
    """
    return min(timedelta(seconds=int(retry_after)) if retry_after.isascii() and retry_after.isdigit() and len(retry_after) < 10 else timedelta(seconds=1), RETRY_MAX)


def _is_here(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
