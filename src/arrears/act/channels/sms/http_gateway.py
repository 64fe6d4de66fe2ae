"""How is a text message handed to a provider that takes it by HTTP, and what do its calls back say?

Every provider names things its own way, so that names, places and words stand in the settings. What is known is the same for all: before the connection
stands nothing was taken; after the request began to go out and until its answer came, nobody knows; the answer's status says the rest.
"""

from __future__ import annotations

import hmac
import json
import logging
import re
import socket
import ssl
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qsl, quote

import httpx

from arrears.act.channels.sms.alphabet import write
from arrears.act.channels.sms.replies import name_of
from arrears.act.channels.sms.smpp import destination
from arrears.act.sending import Answer, Outgoing, ProviderAway
from arrears.casefile.facts.message import Arrival, Result
from arrears.core.problems import AnswerIsNo, BadData, WrongCall
from arrears.intake.inbound.incoming import Receipt, Reply

# The library's own lines hold whole addresses, and with them numbers, words and passwords.
logging.getLogger("httpx").setLevel(logging.WARNING)

_GAP = re.compile(r"\{(\w+)\}")
_GAPS = frozenset({"address", "digits", "text", "key", "source", "password", "alphabet", "parts"})
_FRESH_SECONDS = 5.0
"""So long after an answer the gateway is not asked again whether it is there."""


@dataclass(frozen=True, slots=True)
class Gateway:
    """How a gateway wants its messages. In texts of `url`, `query`, `body` and `headers` the gaps `{address}` (with +), `{digits}` (without), `{text}`, `{key}`,
    `{source}`, `{password}`, `{alphabet}` and `{parts}` are filled; in the url they are escaped.

    Attributes:
        body: what goes as JSON, as deep as it is, or as names and values of a form (`body_kind`: json, form); nothing with GET.
        key_header: the header that carries our key, by which a gateway that knows such keys takes a message once.
        alphabets: how it calls GSM 03.38 and UCS-2.
        reference: where its answer names the message: a path such as `messages.0.id` in JSON, or a pattern with one group (`re:id=(\\w+)`). Empty: it is called by our key.
        taken_if, refused_if, not_taken_if: patterns that an answer with a status of success must match to mean that; the first that fits counts, none is uncertain.
        not_taken: statuses, with spaces between, that say that it was not taken now. Other 4xx are for good.
        ask_url: where it says what it took under `{key}` (200: it has it).
        concurrent: how many requests are under way at once.
    """

    url: str
    source: str = ""
    method: str = "POST"
    query: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, Any] = field(default_factory=dict)
    body_kind: str = "json"
    headers: Mapping[str, str] = field(default_factory=dict)
    key_header: str = "Idempotency-Key"
    alphabets: tuple[str, str] = ("gsm", "ucs2")
    most_parts: int = 10
    reference: str = ""
    taken_if: str = ""
    refused_if: str = ""
    not_taken_if: str = ""
    not_taken: str = "401 402 403 404 405 407 425 429 503"
    ask_url: str = ""
    proxy: str = ""
    ca_file: str | None = None
    concurrent: int = 8
    connect_seconds: float = 5.0
    answer_seconds: float = 20.0

    def __post_init__(self) -> None:
        """Lists as a settings file has them become what they stand for; gaps that nobody can fill are refused."""
        object.__setattr__(self, "alphabets", tuple(self.alphabets))
        said = " ".join((self.url, self.ask_url, json.dumps([dict(self.query), dict(self.body), dict(self.headers)])))
        unknown = sorted(set(_GAP.findall(said)) - _GAPS)
        if unknown or self.body_kind not in ("json", "form") or len(self.alphabets) != 2 or not httpx.URL(self.url.replace("{", "").replace("}", "")).host:
            raise WrongCall(
                f"The settings of the HTTP gateway cannot be used{': unknown ' + ', '.join(unknown) if unknown else ''}.", "Nothing can be sent through it.",
                f"Mend url, body_kind, alphabets or the gaps in providers.yaml; known are {', '.join(sorted(_GAPS))}.")


KANNEL_STATES = {"1": "delivered", "2": "not_delivered", "4": "", "8": "", "16": "not_delivered"}


@dataclass(frozen=True, slots=True)
class Kannel:
    """Where a Kannel takes messages.

    Attributes:
        calls_back: our address for its reports, with `key={key}`, `state=%d` and the secret in it.
    """

    url: str
    user: str
    source: str
    calls_back: str


def kannel(one: Kannel) -> Gateway:
    """What Kannel's `sendsms` wants. It names no message, so that its reports come back under our key."""
    return Gateway(
        one.url, one.source, "GET", {
            "username": one.user, "password": "{password}", "from": "{source}", "to": "{address}", "text": "{text}", "charset": "UTF-8", "coding": "{alphabet}",
            "dlr-mask": "19", "dlr-url": one.calls_back},
        key_header="", alphabets=("0", "2"), taken_if="^(0: Accepted|3: Queued)")


class HttpGatewayProvider:
    """Hands text messages to a gateway, several at once."""

    channel = "text"

    def __init__(self, name: str, gateway: Gateway, password: str, now: Callable[[], datetime]) -> None:
        self.name, self._gateway, self._password, self._now = name, gateway, password, now
        self._opened: httpx.Client | None = None
        self._answered_at = -_FRESH_SECONDS

    @property
    def _client(self) -> httpx.Client:
        """The connections, opened anew where they were ended."""
        if self._opened is None:
            gateway = self._gateway
            self._opened = httpx.Client(
                timeout=httpx.Timeout(gateway.answer_seconds, connect=gateway.connect_seconds), follow_redirects=False, trust_env=False, proxy=gateway.proxy or None,
                verify=ssl.create_default_context(cafile=gateway.ca_file), limits=httpx.Limits(max_connections=gateway.concurrent, keepalive_expiry=4.0))
        return self._opened

    def ready(self) -> None:
        """Be there to connect to."""
        if time.monotonic() - self._answered_at < _FRESH_SECONDS:
            return
        there = httpx.URL(self._gateway.proxy or self._gateway.url.replace("{", "").replace("}", ""))
        try:
            socket.create_connection((there.host, there.port or (443 if there.scheme == "https" else 80)), self._gateway.connect_seconds).close()
        except OSError as away:
            raise ProviderAway(f"The HTTP gateway {there.host} does not answer.", f"Nothing was sent ({type(away).__name__}).", "It is tried again by itself.") from away

    def send(self, messages: Sequence[Outgoing]) -> Iterator[Answer]:
        """Hand them over, several at once."""
        client = self._client
        with ThreadPoolExecutor(self._gateway.concurrent) as pool:
            for done in as_completed([pool.submit(self._hand_over, client, one) for one in messages]):
                yield done.result()

    def _hand_over(self, client: httpx.Client, one: Outgoing) -> Answer:
        to = destination(one.address)
        if to is None:
            return Answer(one.message_id, Result.REFUSED, code="not a number")
        try:
            written = write(one.text)
        except ValueError:
            return Answer(one.message_id, Result.REFUSED, code="not a text")
        if len(written.parts) > self._gateway.most_parts:
            return Answer(one.message_id, Result.REFUSED, code="too long")
        gaps = {
            "address": f"+{to.digits}", "digits": to.digits, "text": one.text, "key": one.key, "source": self._gateway.source, "password": self._password,
            "alphabet": self._gateway.alphabets[0 if written.coding == 0 else 1], "parts": str(len(written.parts))}
        try:
            said = client.send(self._request(client, gaps))
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError):
            self._answered_at = -_FRESH_SECONDS
            return Answer(one.message_id, Result.NOT_TAKEN, code="away")
        except httpx.HTTPError as broken:
            return Answer(one.message_id, Result.UNCERTAIN, code="no answer" if isinstance(broken, httpx.TimeoutException) else "line lost")
        self._answered_at = time.monotonic()
        return self._read(one, said)

    def _request(self, client: httpx.Client, gaps: Mapping[str, str]) -> httpx.Request:
        gateway = self._gateway
        headers = {name: filled(value, gaps) for name, value in gateway.headers.items()}
        if gateway.key_header:
            headers[gateway.key_header] = gaps["key"]
        body = filled(gateway.body, gaps) or None
        return client.build_request(
            gateway.method, filled(gateway.url, {name: quote(value, safe="") for name, value in gaps.items()}), headers=headers,
            params=filled(dict(gateway.query), gaps) or None, json=body if gateway.body_kind == "json" else None,
            data=body if gateway.body_kind == "form" else None)

    def _read(self, one: Outgoing, said: httpx.Response) -> Answer:
        result = meaning(self._gateway, said.status_code, said.text)
        if result is not Result.TAKEN:
            return Answer(one.message_id, result, code=str(said.status_code))
        reference = reference_in(self._gateway.reference, said.text) if self._gateway.reference else one.key
        return Answer(one.message_id, result, reference, str(said.status_code))

    def ask(self, keys: Iterable[str]) -> dict[str, Answer]:
        """What it says it has under these keys; that it says nothing of one proves nothing."""
        gateway, found = self._gateway, dict[str, Answer]()
        for key in keys if gateway.ask_url else ():
            gaps = {"key": key, "password": self._password}
            try:
                said = self._client.get(
                    filled(gateway.ask_url, {name: quote(value, safe="") for name, value in gaps.items()}),
                    headers={name: filled(value, gaps) for name, value in gateway.headers.items() if not set(_GAP.findall(value)) - set(gaps)})
            except httpx.HTTPError:
                break
            if said.status_code == 200:
                found[key] = Answer(0, Result.TAKEN, reference_in(gateway.reference, said.text) if gateway.reference else key, "200")
        return found

    def close(self) -> None:
        """End the connections."""
        if self._opened is not None:
            self._opened.close()
            self._opened = None


def filled(template: Any, gaps: Mapping[str, str]) -> Any:
    """The template with its gaps filled, as deep as it is.

    >>> filled({"messages": [{"to": "{digits}", "n": 1}]}, {"digits": "8613"})
    {'messages': [{'to': '8613', 'n': 1}]}
    """
    if isinstance(template, str):
        return _GAP.sub(lambda found: gaps[found[1]], template)
    if isinstance(template, Mapping):
        return {name: filled(value, gaps) for name, value in template.items()}
    if isinstance(template, list | tuple):
        return [filled(value, gaps) for value in template]
    return template


def meaning(gateway: Gateway, status: int, body: str) -> Result:
    """What does an answer mean?

    >>> [meaning(Gateway("http://g.example/"), status, "").value for status in (202, 302, 400, 422, 429, 503, 500)]
    ['taken', 'uncertain', 'refused', 'refused', 'not_taken', 'not_taken', 'uncertain']
    """
    if 200 <= status < 300:
        patterns = ((gateway.refused_if, Result.REFUSED), (gateway.not_taken_if, Result.NOT_TAKEN), (gateway.taken_if, Result.TAKEN))
        told = next((result for pattern, result in patterns if pattern and re.search(pattern, body)), None)
        return told or (Result.UNCERTAIN if gateway.taken_if else Result.TAKEN)
    if str(status) in gateway.not_taken.split():
        return Result.NOT_TAKEN
    # 408 and 409 say that a request like this one did not end, or is under way.
    return Result.REFUSED if 400 <= status < 500 and status not in (408, 409) else Result.UNCERTAIN


def reference_in(where: str, body: str) -> str:
    """How the answer calls the message; empty where it does not.

    >>> reference_in("messages.0.id", '{"messages": [{"id": 17}]}'), reference_in(r"re:id=(\\w+)", "OK id=a7"), reference_in("id", "no JSON")
    ('17', 'a7', '')
    """
    if where.startswith("re:"):
        found = re.search(where[3:], body)
        return found[1] if found else ""
    try:
        value = json.loads(body)
        for step in where.split("."):
            value = value[int(step)] if isinstance(value, list) else value[step]
    except (ValueError, KeyError, IndexError, TypeError):
        return ""
    return str(value) if isinstance(value, str | int) else ""


# What comes back


@dataclass(frozen=True, slots=True)
class Callback:
    """How a gateway calls back. Names of JSON may be paths (`status.name`).

    Attributes:
        form: where its words are: `query`, `form` or `json`.
        secret_at: where the secret is shown: `query:token`, `header:X-Token`, or `hmac:X-Signature` for the HMAC-SHA256 of the body in hexadecimal.
        key, reference: our key, or its own name of the message; at least one of a report is there.
        state, code: its word for what became of a message, and its code.
        states: what its words mean, in words of `Arrival`; an empty one is no end yet.
        address, to, text, name: of a reply: from where, to where, the words, and its name for them.
    """

    secret_at: str
    form: str = "query"
    key: str = "key"
    reference: str = "reference"
    state: str = "state"
    code: str = "code"
    states: Mapping[str, str] = field(default_factory=lambda: dict(KANNEL_STATES))
    address: str = "from"
    to: str = "to"
    text: str = "text"
    name: str = "id"

    def __post_init__(self) -> None:
        """A callback that anybody can make is none. A settings file may write words as numbers."""
        object.__setattr__(self, "states", {str(word): meant for word, meant in self.states.items()})
        kind, _, name = self.secret_at.partition(":")
        if kind not in ("query", "header", "hmac") or not name or self.form not in ("query", "form", "json") or set(self.states.values()) - {"", *Arrival}:
            raise WrongCall("The settings of the gateway's calls back cannot be used.", "Anybody could say that a message arrived.", "Mend secret_at, form or states in providers.yaml.")


def parse_callback(
    provider: str, callback: Callback, secret: str, *, query: str, headers: Mapping[str, str], body: bytes, at: datetime
) -> Receipt | Reply | None:
    """What does this call say? None: that a message is under way still.

    >>> from datetime import UTC
    >>> known = Callback("query:token")
    >>> found = parse_callback("kannel", known, "s3", query="token=s3&key=K7&state=1", headers={}, body=b"", at=datetime(2026, 3, 10, tzinfo=UTC))
    >>> found.key, found.arrival.value, found.source
    ('K7', 'delivered', 'kannel:K7:1')

    Raises:
        AnswerIsNo: it does not show the secret.
        BadData: it says nothing that can be read.
    """
    words = dict(parse_qsl(query, keep_blank_values=True))
    _must_know(callback, secret, words, {name.lower(): value for name, value in headers.items()}, query, body)
    said = words if callback.form == "query" else _body(callback, body)
    state = _named(said, callback.state)
    if state:
        return _receipt(provider, callback, said, state, at)
    address, text = _named(said, callback.address), _named(said, callback.text)
    if not address:
        raise BadData("A call from the SMS gateway says neither what became of a message nor who wrote.", "It cannot be recorded.", "Compare the names in providers.yaml with what it sends.")
    to, name = _named(said, callback.to), _named(said, callback.name)
    return Reply(f"{provider}:{name or name_of(address, to, text, at, secret)}", address, to, "", text, is_automatic=False, at=at)


def _receipt(provider: str, callback: Callback, said: Any, state: str, at: datetime) -> Receipt | None:
    if state not in callback.states:
        raise BadData(f"The SMS gateway uses a word that nobody has explained: {state[:40]!r}.", "Whether a message arrived is not known.", "Add it to states in providers.yaml.")
    key, reference, code = (_named(said, name) for name in (callback.key, callback.reference, callback.code))
    if not key and not reference:
        raise BadData("A report of the SMS gateway names no message.", "Nobody knows which one it is about.", "Compare key and reference in providers.yaml with what it sends.")
    meant = callback.states[state]
    return Receipt(f"{provider}:{key or reference}:{state}", "" if key else reference, key, Arrival(meant), f"{state} {code}".strip()[:40], at) if meant else None


def _must_know(callback: Callback, secret: str, words: Mapping[str, str], headers: Mapping[str, str], query: str, body: bytes) -> None:
    kind, _, name = callback.secret_at.partition(":")
    if kind == "hmac":
        wanted = hmac.new(secret.encode(), body if callback.form != "query" else query.encode(), sha256).hexdigest()
        shown = headers.get(name.lower(), "").removeprefix("sha256=").lower()
    else:
        wanted, shown = secret, words.get(name, "") if kind == "query" else headers.get(name.lower(), "")
    if not secret or not hmac.compare_digest(wanted.encode(), shown.encode()):
        raise AnswerIsNo("A call that says it comes from the SMS gateway does not show the secret.", "Nothing of it was recorded.", "Compare the secret here and there.")


def _body(callback: Callback, body: bytes) -> Any:
    try:
        text = body.decode()
        return json.loads(text) if callback.form == "json" else dict(parse_qsl(text, keep_blank_values=True))
    except ValueError as wrong:
        raise BadData("A call from the SMS gateway cannot be read.", "It cannot be recorded.", "Compare form in providers.yaml with what it sends.") from wrong


def _named(said: Any, path: str) -> str:
    if not path:
        return ""
    if isinstance(said, Mapping) and path in said:
        value = said[path]
    else:
        value = said
        for step in path.split("."):
            value = value.get(step) if isinstance(value, Mapping) else value[int(step)] if isinstance(value, list) and step.isdigit() and int(step) < len(value) else None
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
