"""Can the settings that the documents show be used as they stand there?"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from arrears.core.problems import Refused
from arrears.site import channels

DOCS = Path(__file__).parents[2] / "docs" / "algorithms"
AT = datetime(2026, 3, 2, tzinfo=UTC)


def made(text: str, secrets: Path):
    from arrears.act import providers

    channels.offer()
    return {name: providers.make(one, providers.Office(lambda: AT, secrets, 1)) for name, one in providers.read_providers(text, secrets).items()}


def shown(page: str) -> str:
    (text,) = re.findall(r"```yaml\n(providers:.*?)```", (DOCS / page).read_text(encoding="utf-8"), re.S)
    return text


def put(secrets: Path, name: str, secret: str) -> None:
    (secrets / name).write_text(secret)
    (secrets / name).chmod(0o600)


def test_mail_server_and_mailbox(tmp_path):
    found = made(shown("sending_mail.md"), tmp_path)
    assert (found["post"].provider.name, found["post"].provider.channel, found["post"].listener) == ("post", "email", None)
    assert (found["postbox"].listener.name, found["postbox"].listener.channel, found["postbox"].provider) == ("postbox", "email", None)


def test_bridge(tmp_path):
    put(tmp_path, "whatsapp", "2026-01 " + "ab" * 32 + "\n2025-07 " + "cd" * 32 + "\n")
    found = made(shown("webhooks.md"), tmp_path)["whatsapp"]
    assert (found.provider.name, found.provider.channel) == ("whatsapp", "social_message")


@pytest.mark.parametrize(("change", "says"), [
    (("url: https", "url: http"), "https"), (("social_message", "pigeon"), "no channel pigeon"), (("connections: 8", "connections: many"), "whole number"), (("connections: 8", "password: x"), "does not belong here"),
])  # fmt: skip
def test_settings_that_cannot_be_used_are_refused(tmp_path, change, says):
    put(tmp_path, "whatsapp", "2026-01 " + "ab" * 32)
    with pytest.raises(Refused, match=says):
        made(shown("webhooks.md").replace(*change), tmp_path)


def test_a_bridge_without_a_secret_is_refused(tmp_path):
    with pytest.raises(Refused, match="openssl rand"):
        made(shown("webhooks.md"), tmp_path)
