"""A bridge that really listens, with TLS, knows signatures and keys, and misbehaves as it is told."""

from __future__ import annotations

import json
import socket
import ssl
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from arrears.act.signing import NotSigned, Secrets, What, check
from tests.act.mail_server import certificate

SECRETS = Secrets({"2026-01": bytes(range(32)), "2025-07": bytes(range(1, 33))}, "2026-01")


class BridgeServer:
    """What came (`bodies`, each time), what was taken (`taken`, a reference by key), and how it behaves: `answer` is a status and a JSON for an address, or
    nothing for the usual; `lost` ends the line before anything was taken, `cut` after it; `slow` waits so many seconds before the answer."""

    def __init__(self, folder: Path) -> None:
        self.bodies: list[dict] = []
        self.headers: list[dict[str, str]] = []
        self.taken: dict[str, str] = {}
        self.secrets, self.now = SECRETS, lambda: datetime.now(UTC)
        self.answer: Callable[[str], tuple[int, dict | None] | None] = lambda address: None
        self.lost: Callable[[str], bool] = lambda address: False
        self.cut: Callable[[str], bool] = lambda address: False
        self.slow: Callable[[str], float] = lambda address: 0.0
        self.asked = 0
        self.chain, secret = certificate(folder)
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(self.chain, secret)
        self._guard, self._lines = threading.Lock(), set[socket.socket]()
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]
        self._server: ThreadingHTTPServer | None = None

    @property
    def url(self) -> str:
        return f"https://localhost:{self.port}/messages"

    @property
    def status_url(self) -> str:
        return f"https://localhost:{self.port}/status"

    def start(self) -> None:
        """Listen."""
        bridge = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def setup(self) -> None:
                self.request = bridge._context.wrap_socket(self.request, server_side=True)
                super().setup()
                with bridge._guard:
                    bridge._lines.add(self.connection)

            def log_message(self, *words: object) -> None:
                pass

            def do_OPTIONS(self) -> None:
                self.say(204 if urlsplit(self.path).path == "/messages" else 404, None)

            def do_GET(self) -> None:
                bridge.asked += 1
                query = urlsplit(self.path).query
                try:
                    check(bridge.secrets, What.STATUS, dict(self.headers), query.encode(), bridge.now())
                except NotSigned as no:
                    return self.say(401, {"error": str(no)})
                known = [{"key": key, "state": "taken", "reference": bridge.taken[key]} for key in parse_qs(query).get("key", []) if key in bridge.taken]
                return self.say(200, {"messages": known})

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                try:
                    check(bridge.secrets, What.MESSAGE, dict(self.headers), body, bridge.now())
                except NotSigned as no:
                    return self.say(401, {"error": str(no)})
                said = json.loads(body)
                to, key = said["to"], said["key"]
                if bridge.lost(to):
                    return self.hang_up()
                if (other := bridge.answer(to)) is not None:
                    return self.say(*other)
                with bridge._guard:
                    bridge.bodies.append(said)
                    bridge.headers.append(dict(self.headers))
                    was_there = key in bridge.taken
                    reference = bridge.taken.setdefault(key, f"b-{len(bridge.taken) + 1}")
                time.sleep(bridge.slow(to))
                if bridge.cut(to):
                    return self.hang_up()
                return self.say(409 if was_there else 202, {"reference": reference})

            def hang_up(self) -> None:
                self.close_connection = True
                self.connection.shutdown(socket.SHUT_RDWR)

            def say(self, status: int, said: dict | None) -> None:
                body = b"" if said is None else json.dumps(said).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            allow_reuse_address = True

            def handle_error(self, request: object, address: object) -> None:
                pass

        self._server = Server(("127.0.0.1", self.port), Handler)
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def stop(self) -> None:
        """Be away, as a machine that is switched off: lines that were open are gone."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None
            for line in self._lines:
                with suppress(OSError):
                    line.shutdown(socket.SHUT_RDWR)
            self._lines.clear()
