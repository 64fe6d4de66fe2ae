"""Does this come from who it says, and now? A signature over a moment and the bytes that were sent, by a secret that both sides share.

HMAC-SHA256 (RFC 2104) over `v1:<what for>:<moment>:` and the body. The moment keeps what was heard on the way from being told again a day later; what it
is for keeps a message of ours from being sent back to us as if it were a receipt. A secret has a name, so that it can be changed without a gap: first the
reader knows the new one, then the writer uses it, then the old one goes.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from arrears.core.problems import AnswerIsNo, WrongCall

TIMESTAMP, KEY, SIGNATURE = "Arrears-Timestamp", "Arrears-Key", "Arrears-Signature"
"""The headers of what is signed: seconds since 1970 in UTC, the name of the secret, and `v1=` with the signature in hexadecimal digits."""
WINDOW = timedelta(minutes=5)
"""How far the moment may be from ours, before or after."""
SECRET_MIN = 32
"""Bytes of a secret at least, as many as the hash has."""


class What(StrEnum):
    """What is signed?"""

    MESSAGE = "message"
    """A message of ours, to be carried."""
    STATUS = "status"
    """A question of ours: what became of these messages?"""
    EVENTS = "events"
    """What somebody tells us."""


class NotSigned(AnswerIsNo):
    """The signature is missing, wrong, too old or by a secret that we do not know. Nothing of the body was looked at."""


@dataclass(frozen=True, slots=True, repr=False)
class Secrets:
    """The secrets that are shared with one peer.

    Attributes:
        by_name: all that are taken, by name.
        current: the one that we sign with.

    Raises:
        WrongCall: the current one is not among them, or one is too short to be safe.
    """

    by_name: Mapping[str, bytes]
    current: str

    def __post_init__(self) -> None:
        if self.current not in self.by_name:
            raise WrongCall(f"There is no secret with the name {self.current}.", "Nothing could be signed.", "Name one of those that are set.")
        short = sorted(name for name, secret in self.by_name.items() if len(secret) < SECRET_MIN)
        if short:
            raise WrongCall(f"The secret {short[0]} is shorter than {SECRET_MIN} bytes.", "Signatures by it could be guessed.", "Draw a new one: openssl rand -hex 32.")


def secrets_of(text: str) -> Secrets:
    """The secrets in a file of lines `name hexadecimal-digits`; the first is the one that we sign with, `#` begins a remark.

    >>> found = secrets_of("2027-01 " + "ab" * 32 + "\\n2026-07 " + "cd" * 32 + "  # until February")
    >>> found.current, sorted(found.by_name)
    ('2027-01', ['2026-07', '2027-01'])

    Raises:
        WrongCall: there is none, or a line is not of this form; no secret is repeated in the words.
    """
    lines = [words for line in text.splitlines() if (words := line.partition("#")[0].split())]
    try:
        by_name = {name: bytes.fromhex(secret) for name, secret in lines}
        return Secrets(by_name, lines[0][0])
    except (ValueError, IndexError) as wrong:
        raise WrongCall("The secrets of a peer cannot be read.", "Nothing could be signed or checked.", "Write one a line: a name, a blank, and the digits of openssl rand -hex 32.") from wrong


def sign(secrets: Secrets, what: What, body: bytes, at: datetime) -> dict[str, str]:
    """The headers that go with this body.

    >>> found = sign(Secrets({"2026": bytes(32)}, "2026"), What.MESSAGE, b"{}", datetime(2026, 3, 2, tzinfo=UTC))
    >>> found["Arrears-Timestamp"], found["Arrears-Key"], found["Arrears-Signature"][:11]
    ('1772409600', '2026', 'v1=a7319fd6')
    """
    moment = str(int(at.timestamp()))
    return {TIMESTAMP: moment, KEY: secrets.current, SIGNATURE: "v1=" + _digest(secrets.by_name[secrets.current], what, moment, body)}


def check(secrets: Secrets, what: What, headers: Mapping[str, str], body: bytes, now: datetime) -> None:
    """Go on only if this was signed by a secret that we share, within the window around now. Names of headers may be in upper or lower case.

    >>> secrets, at = Secrets({"2026": bytes(32)}, "2026"), datetime(2026, 3, 2, tzinfo=UTC)
    >>> check(secrets, What.EVENTS, sign(secrets, What.EVENTS, b"{}", at), b"{}", at + WINDOW)
    >>> check(secrets, What.EVENTS, sign(secrets, What.MESSAGE, b"{}", at), b"{}", at)
    Traceback (most recent call last):
    ...
    arrears.act.signing.NotSigned: The signature is not right. ...

    Raises:
        NotSigned: why not.
    """
    given = {name.lower(): value.strip() for name, value in headers.items()}
    moment, name, said = (given.get(header.lower(), "") for header in (TIMESTAMP, KEY, SIGNATURE))
    secret = secrets.by_name.get(name)
    if secret is None:
        raise _no("No secret of this name is known.")
    if not (moment.isascii() and moment.isdigit() and len(moment) <= 12):
        raise _no("The moment is missing.")
    if not hmac.compare_digest(("v1=" + _digest(secret, what, moment, body)).encode(), said.encode("utf-8", "replace")):
        raise _no("The signature is not right.")
    if abs(int(moment) - int(now.astimezone(UTC).timestamp())) > WINDOW.total_seconds():
        raise _no("The signature is too old, or the clocks differ.")


def _digest(secret: bytes, what: What, moment: str, body: bytes) -> str:
    return hmac.digest(secret, f"v1:{what}:{moment}:".encode() + body, "sha256").hex()


def _no(what: str) -> NotSigned:
    return NotSigned(what, "What was sent was not looked at.", "See docs/algorithms/webhooks.md for what is signed and how.")
