"""Does every channel keep to the one contract, with a peer that really listens?"""

from __future__ import annotations

import json
import time

import pytest

from tests.act.bridge_server import BridgeServer
from tests.act.channel_contract import SECRET, ChannelContract, Clock, How, key_of
from tests.act.kannel import HttpServer
from tests.act.mail_server import MailServer
from tests.act.message_centre import PASSWORD, MessageCentre


class MailPeer:
    """A mail server with TLS."""

    def __init__(self, folder) -> None:
        self.server, self.clock, self.how = MailServer(folder), Clock(), {}
        box = self.server.box
        box.rcpt = lambda address: "550 5.1.1 no such mailbox" if self.how[address] is How.REFUSE else None
        box.data = lambda address: "451 4.3.0 try later" if self.how[address] is How.BUSY else None
        box.lost = lambda address: self.how[address] is How.CUT_BEFORE
        box.cut = lambda address: self.how[address] is How.CUT_AFTER
        box.slow = lambda address: 1.5 if self.how[address] is How.SILENT else 0.0
        self.start()

    def provider(self):
        from arrears.act.channels.email.smtp import SmtpProvider, SmtpSettings
        from arrears.act.channels.email.writing import Sender

        sender = Sender("service@bank.example", "Example Bank", "answers+{key}@bank.example", "https://bank.example/stop/{key}", "bounces+{key}@bank.example")
        return SmtpProvider("post", SmtpSettings("localhost", self.server.port, ca_file=str(self.server.chain), timeout_seconds=1, connections=3), sender, "", self.clock)

    def address(self, number: int) -> str:
        return f"reader{number}@post.example"

    def treat(self, address: str, how: How) -> None:
        self.how[address] = how

    def arrived(self) -> list[str]:
        return [mail["Message-ID"].strip("<>").split("@")[0] for mail in self.server.box.mails]

    def start(self) -> None:
        self.server.start()

    def stop(self) -> None:
        self.server.stop()

    def end(self) -> None:
        self.server.stop()


class BridgePeer:
    """A bridge that can be asked, with TLS."""

    can_be_asked = True

    def __init__(self, folder) -> None:
        self.server, self.clock, self.how = BridgeServer(folder), Clock(), {}
        self.server.now = self.clock
        self.server.answer = lambda address: {How.REFUSE: (422, {"code": "unknown_recipient"}), How.BUSY: (429, None)}.get(self.how[address])
        self.server.lost = lambda address: self.how[address] is How.CUT_BEFORE
        self.server.cut = lambda address: self.how[address] is How.CUT_AFTER
        self.server.slow = lambda address: 1.5 if self.how[address] is How.SILENT else 0.0
        self.start()

    def provider(self):
        from arrears.act.channels.webhook.bridge import WebhookProvider, WebhookSettings

        asked = self.server.status_url if self.can_be_asked else ""
        settings = WebhookSettings("social_message", self.server.url, asked, ca_file=str(self.server.chain), timeout_seconds=1)
        return WebhookProvider("bridge", settings, self.server.secrets, self.clock)

    def address(self, number: int) -> str:
        return f"wa-reader-{number}"

    def treat(self, address: str, how: How) -> None:
        self.how[address] = how

    def arrived(self) -> list[str]:
        return [body["key"] for body in self.server.bodies]

    def start(self) -> None:
        self.server.start()

    def stop(self) -> None:
        self.server.stop()

    def end(self) -> None:
        self.server.stop()


class SilentBridgePeer(BridgePeer):
    """A bridge that cannot be asked."""

    can_be_asked = False


class TextPeer:
    """A message centre (SMPP). It does not know our keys, so a message is known by the number it went to."""

    STATUS = {How.REFUSE: 0x0B, How.BUSY: 0x14}
    RULES = {How.CUT_BEFORE: "lost", How.CUT_AFTER: "cut", How.SILENT: "silent"}

    def __init__(self, folder) -> None:
        self.centre, self.clock, self.how = MessageCentre(), Clock(), {}

    def provider(self):
        from arrears.act.channels.sms.smpp import SmppProvider, Smsc

        return SmppProvider("text-main", Smsc("localhost", self.centre.port, "bank", "95588", answer_seconds=1.0, throttle_seconds=0.02, connect_seconds=1.0), PASSWORD, self.clock)

    def address(self, number: int) -> str:
        return f"+86138{number:08d}"

    def treat(self, address: str, how: How) -> None:
        self.how[address.lstrip("+")] = how
        self.centre.rules(
            status={f"{to}$": self.STATUS[one] for to, one in self.how.items() if one in self.STATUS},
            **{rule: [f"{to}$" for to, one in self.how.items() if one is kind] for kind, rule in self.RULES.items()})

    def arrived(self) -> list[str]:
        return [key_of(int(one["to"].lstrip("+").removeprefix("86138"))) for one in self.centre.got()["taken"]]

    def start(self) -> None:
        self.centre = MessageCentre(port=self.centre.port)

    def stop(self) -> None:
        self.centre.stop()

    def end(self) -> None:
        self.centre.stop()


class GatewayPeer:
    """A gateway for text messages (HTTP)."""

    def __init__(self, folder) -> None:
        self.clock, self.how, self.came = Clock(), {}, []
        self.start()

    def provider(self):
        from arrears.act.channels.sms.http_gateway import Gateway, HttpGatewayProvider

        settings = Gateway(f"{self.server.url}/send", "95588", body={"to": "{address}", "text": "{text}"}, headers={"Authorization": "{password}"}, answer_seconds=1.0)
        return HttpGatewayProvider("text-http", settings, SECRET, self.clock)

    def address(self, number: int) -> str:
        return f"+86138{number:08d}"

    def treat(self, address: str, how: How) -> None:
        self.how[address] = how

    def answer(self, method: str, target: str, headers: dict[str, str], body: bytes) -> tuple[int, str] | None:
        how = self.how[json.loads(body)["to"]]
        if how in (How.REFUSE, How.BUSY):
            return (422 if how is How.REFUSE else 429), "{}"
        if how is not How.CUT_BEFORE:
            self.came.append(headers["Idempotency-Key"])
        if how is How.SILENT:
            time.sleep(1.5)
        return None if how in (How.CUT_BEFORE, How.CUT_AFTER) else (202, "{}")

    def arrived(self) -> list[str]:
        return self.came

    def start(self) -> None:
        self.server = HttpServer(self.server.port if hasattr(self, "server") else 0)
        self.server.answer = self.answer

    def stop(self) -> None:
        self.server.stop()

    def end(self) -> None:
        self.server.stop()


ADAPTERS = {"e-mail": MailPeer, "text": TextPeer, "text by HTTP": GatewayPeer, "webhook": BridgePeer, "webhook without questions": SilentBridgePeer}
NEEDS_A_PEER = {"text"}
"""Whose peer is a program beside us."""


class TestEveryChannel(ChannelContract):
    @pytest.fixture(params=[pytest.param(name, marks=pytest.mark.peer if name in NEEDS_A_PEER else ()) for name in ADAPTERS])
    def peer(self, request, tmp_path):
        made = ADAPTERS[request.param](tmp_path)
        yield made
        made.end()
