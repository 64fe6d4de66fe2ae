"""When was a head there at the latest, by a clock that is not ours?

A time-stamp authority after RFC 3161 is sent the SHA-256 of a head's line, nothing else, and answers with a signed token that holds the
time. Whoever trusts the authority knows that the first `size` entries stood so before that time. The token is checked against the roots
that the institution trusts before it is kept; an answer that does not hold is refused and asked for again later.
"""

from __future__ import annotations

import hashlib
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from cryptography import x509
from rfc3161_client import HashAlgorithm, TimestampRequestBuilder, VerificationError, VerifierBuilder, decode_timestamp_response

from arrears.casefile.store import sets
from arrears.casefile.store.ids import random_id
from arrears.casefile.store.institution import acting_institution
from arrears.core.problems import Refused
from arrears.record.journal.heads import Head

URL_VARIABLE, ROOTS_VARIABLE = "ARREARS_TIMESTAMP_URL", "ARREARS_TIMESTAMP_ROOTS"
_TIMEOUT_SECONDS = 20
_ANSWER_BYTES_MAX = 100_000
_GRANTED = b"\x30\x03\x02\x01\x00"
"""DER of PKIStatusInfo { granted }: with it a token is an answer again."""


class StampRefused(Refused):
    """The authority did not answer, or its answer does not hold; asked again later."""


@dataclass(frozen=True, slots=True)
class Authority:
    """Whom do we ask, and which root certificates make us believe the answer?"""

    url: str
    roots: tuple[x509.Certificate, ...]


@dataclass(frozen=True, slots=True)
class Stamp:
    """A kept token over a head's line and the time in it."""

    head_id: int
    token: bytes
    stamped_at: datetime


def authority_of(environ: Mapping[str, str]) -> Authority | None:
    """Which authority does the environment name? None where it names none; heads are signed then, and no outside clock speaks for them.

    >>> authority_of({}) is None
    True
    """
    url = environ.get(URL_VARIABLE, "").strip()
    if not url:
        return None
    if urlsplit(url).scheme not in ("http", "https"):
        raise StampRefused(f"{URL_VARIABLE} is no http or https address.", "Heads get no time-stamp.", "Name the authority's address, such as https://tsa.example.org/.")
    file = Path(environ.get(ROOTS_VARIABLE, "").strip())
    if not file.is_file():
        raise StampRefused(f"{ROOTS_VARIABLE} names no file of certificates.", "Without the authority's root nobody knows whose answer it is.",
                           "Store the authority's root certificate as PEM and name it there.")
    return Authority(url, tuple(x509.load_pem_x509_certificates(file.read_bytes())))


def ask_for_stamp(authority: Authority, line: bytes) -> tuple[bytes, datetime]:
    """A checked token over this line, and its time. Raises `StampRefused`."""
    request = TimestampRequestBuilder().data(line).hash_algorithm(HashAlgorithm.SHA256).build()
    answer = _posted(authority.url, request.as_bytes())
    try:
        response = decode_timestamp_response(answer)
        _verifier(VerifierBuilder.from_request(request), authority.roots).verify_message(response, line)
    except (ValueError, VerificationError) as wrong:
        raise StampRefused(f"The answer of the time-stamp authority does not hold: {wrong}", "The head has no time-stamp yet.",
                           f"Check {URL_VARIABLE} and {ROOTS_VARIABLE}; it is asked again.") from wrong
    return response.time_stamp_token(), response.tst_info.gen_time


def _posted(url: str, request: bytes) -> bytes:
    asked = urllib.request.Request(url, request, {"Content-Type": "application/timestamp-query"})  # noqa: S310 the scheme was checked
    try:
        with urllib.request.urlopen(asked, timeout=_TIMEOUT_SECONDS) as answer:  # noqa: S310
            return bytes(answer.read(_ANSWER_BYTES_MAX))
    except (urllib.error.URLError, TimeoutError, OSError) as problem:
        raise StampRefused("The time-stamp authority does not answer.", "The head has no time-stamp yet.", "It is asked again.") from problem


def _verifier(builder: VerifierBuilder, roots: Sequence[x509.Certificate]) -> Any:
    for certificate in roots:
        builder = builder.add_root_certificate(certificate)
    return builder.build()


def response_of(token: bytes) -> bytes:
    """A token as the answer it came in (`openssl ts -verify -in` reads this form).

    >>> response_of(b"\\x30\\x00").hex()
    '300730030201003000'
    """
    content = _GRANTED + token
    length = len(content)
    if length < 0x80:
        return b"\x30" + bytes([length]) + content
    digits = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return b"\x30" + bytes([0x80 | len(digits)]) + digits + content


def stamp_holds(token: bytes, line: bytes, roots: Sequence[x509.Certificate]) -> bool:
    """Does this token hold for this line, under these roots? Without roots only the fingerprint of the line is compared."""
    try:
        response = decode_timestamp_response(response_of(token))
        if not roots:
            return bytes(response.tst_info.message_imprint.message) == hashlib.sha256(line).digest()
        _verifier(VerifierBuilder(), roots).verify_message(response, line)
    except (ValueError, VerificationError):
        return False
    return True


def keep_stamp(head: Head, token: bytes, stamped_at: datetime, at: datetime) -> None:
    """Keep a checked token. Inside `acting_for`."""
    sets.cursor().execute(
        "INSERT INTO time_stamps (stamp_id, institution_id, head_id, token, stamped_at, recorded_at) VALUES (%s, %s, %s, %s, %s, %s)",
        [random_id(), acting_institution(), head.head_id, token, stamped_at, at])


def stamps() -> list[Stamp]:
    """Every kept token of the acting institution, the oldest first."""
    rows = sets.cursor().execute(
        "SELECT head_id, token, stamped_at FROM time_stamps WHERE institution_id = %s ORDER BY stamped_at, stamp_id", [acting_institution()])
    return [Stamp(head_id, bytes(token), stamped_at) for head_id, token, stamped_at in rows]


def last_stamp() -> Stamp | None:
    """The newest kept token."""
    row = sets.cursor().execute(
        "SELECT head_id, token, stamped_at FROM time_stamps WHERE institution_id = %s ORDER BY stamped_at DESC LIMIT 1", [acting_institution()]).fetchone()
    return Stamp(row[0], bytes(row[1]), row[2]) if row else None
