"""A message centre that really listens: npm's `smpp`, told by lines of JSON how to behave (`sms_peers/smsc.js`)."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

from tests.peers import require_peer

SCRIPT = Path(__file__).with_name("sms_peers") / "smsc.js"
PASSWORD = "secret"


class MessageCentre:
    """Started when it is made; `port` is where it listens."""

    def __init__(self, *, chain: Path | None = None, secret: Path | None = None, port: int = 0, seed: int = 0) -> None:
        self._node, modules = require_peer("nodejs"), require_peer("npm's smpp")
        options: dict[str, Any] = {"password": PASSWORD, "port": port, "seed": seed}
        if chain and secret:
            options |= {"cert": str(chain), "key": str(secret)}
        self._process = subprocess.Popen(
            [str(self._node), str(SCRIPT), json.dumps(options)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={**os.environ, "NODE_PATH": str(modules)}, text=True,
            encoding="utf-8")
        self.port: int = self._answer()["port"]

    def _answer(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, "the message centre ended"
        answer: dict[str, Any] = json.loads(line)
        return answer

    def tell(self, **what: Any) -> dict[str, Any]:
        """One line to it, one back."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(what) + "\n")
        self._process.stdin.flush()
        return self._answer()

    def rules(self, **rules: Any) -> None:
        """From now on it behaves so."""
        self.tell(rules=rules)

    def reset(self) -> None:
        """It forgets everything and behaves well again."""
        self.tell(reset=1)

    def write(self, text: str = "", *, address: str = "8613800138000", to: str = "95588", coding: int = 8, hex: str | None = None, esm_class: int = 0, **more: Any) -> None:
        """Somebody writes to us."""
        data = hex if hex is not None else text.encode({0: "ascii", 1: "ascii", 3: "latin-1", 8: "utf-16-be"}[coding]).hex()
        self.tell(deliver={"source_addr_ton": 1, "source_addr": address, "destination_addr": to, "data_coding": coding, "esm_class": esm_class, "hex": data, **more})

    def got(self) -> dict[str, Any]:
        """What it has."""
        return self.tell(got=1)

    def count(self) -> dict[str, Any]:
        """The same in numbers."""
        return self.tell(count=1)

    def texts(self) -> list[str]:
        """The texts that it took, part by part."""
        return [one["text"] for one in self.got()["taken"]]

    def stop(self) -> None:
        """Be away."""
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()

    def __enter__(self) -> MessageCentre:
        return self

    def __exit__(self, *how: object) -> None:
        self.stop()
