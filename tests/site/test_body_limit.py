"""Nobody makes the server read more than a page takes in."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from arrears.site.body_limit import BodyLimit


async def application(scope: Any, receive: Any, send: Any) -> None:
    """Reads everything, then says how much it was; nothing once its reader is gone."""
    read = b""
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return
        read += message["body"]
        if not message["more_body"]:
            break
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": str(len(read)).encode()})


def asked(pieces: list[bytes], path: str = "/cases/x/evidence/", length: bytes | None = None) -> tuple[int, str, int]:
    """Status, words, and how many pieces were read."""
    waiting, sent, taken = list(pieces), [], 0

    async def receive() -> dict[str, Any]:
        nonlocal taken
        taken += 1
        return {"type": "http.request", "body": waiting.pop(0), "more_body": bool(waiting)}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    headers = [(b"content-length", length)] if length is not None else []
    limited = BodyLimit(application, lambda path: 100 if "evidence" in path else 10)
    asyncio.run(limited({"type": "http", "path": path, "headers": headers}, receive, send))
    return sent[0]["status"], sent[1]["body"].decode(), taken


def test_what_fits_goes_on_to_the_page() -> None:
    assert asked([b"a" * 60, b"b" * 40], length=b"100") == (200, "100", 2)


@pytest.mark.parametrize("length", [b"101", b"99999999999999", b"-5", b"many"])
def test_a_body_that_says_it_is_too_long_is_refused_before_a_byte_is_read(length: bytes) -> None:
    status, said, taken = asked([b"a"], length=length)
    assert (status, taken) == (413, 0) and "larger than this page takes in" in said and "超过" in said


def test_a_body_that_does_not_say_its_length_is_stopped_when_it_is_too_long() -> None:
    status, _, taken = asked([b"a" * 60] * 50)
    assert (status, taken) == (413, 2)


def test_other_pages_take_in_less() -> None:
    assert asked([b"a" * 60], path="/settings/", length=b"60")[0] == 413
