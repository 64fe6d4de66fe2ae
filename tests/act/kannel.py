"""Debian's Kannel, really running: bearerbox, smsbox, and its fakesmsc as the phone network; and a server of ours for what it calls back."""

from __future__ import annotations

import re
import socket
import subprocess
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote_to_bytes, urlsplit

from tests.peers import require_peer

SETTINGS = """
group = core
admin-port = {admin}
admin-password = unused
admin-interface = 127.0.0.1
smsbox-port = {box}
smsbox-interface = 127.0.0.1
dlr-storage = internal
log-level = 4

group = smsc
smsc = fake
smsc-id = network
port = {network}
connect-allow-ip = 127.0.0.1

group = smsbox
bearerbox-host = 127.0.0.1
sendsms-port = {send}
sendsms-interface = 127.0.0.1
log-level = 4

group = sendsms-user
username = bank
password = secret
concatenation = true
max-messages = 10

group = sms-service
keyword = default
catch-all = true
max-messages = 0
get-url = "{back}/in?from=%p&to=%P&text=%a&id=%I&token=ours"
"""
_GOT = re.compile(r"Got message \d+: <(\S+) (\S+) (\S+) (.*)>")


def free_port() -> int:
    """A port that nobody has just now."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


def _listens(port: int, seconds: float = 10.0) -> None:
    until = time.monotonic() + seconds
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            assert time.monotonic() < until, f"nothing listens on {port}"
            time.sleep(0.05)


class HttpServer:
    """Listens on a free port; every request is kept and answered by `answer`: status and body, or None to end the line without a word."""

    def __init__(self, port: int = 0) -> None:
        self.requests: list[tuple[str, str, dict[str, str], bytes]] = []
        self.answer: Callable[[str, str, dict[str, str], bytes], tuple[int, str] | None] = lambda method, target, headers, body: (200, "")
        kept = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle_any(self) -> None:
                asked = (self.command, self.path, dict(self.headers), self.rfile.read(int(self.headers.get("Content-Length") or 0)))
                kept.requests.append(asked)
                told = kept.answer(*asked)
                if told is None:
                    self.close_connection = True
                    self.connection.shutdown(socket.SHUT_RDWR)
                    return
                self.send_response(told[0])
                self.send_header("Content-Length", str(len(told[1].encode())))
                self.end_headers()
                self.wfile.write(told[1].encode())

            do_GET = do_POST = handle_any  # noqa: N815 - the library's names

            def log_message(self, format: str, *args: object) -> None:
                """Say nothing."""

        class Server(ThreadingHTTPServer):
            request_queue_size = 128
            daemon_threads = True

            def handle_error(self, request: object, client_address: object) -> None:
                """Whoever asked did not wait for the answer."""

        self._server = Server(("127.0.0.1", port), Handler)
        self.port: int = self._server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def queries(self, path: str) -> list[str]:
        """What was called under this path, oldest first: the query."""
        return [urlsplit(target).query for _, target, _, _ in self.requests if urlsplit(target).path == path]

    def stop(self) -> None:
        """Be away."""
        self._server.shutdown()
        self._server.server_close()


class KannelServer:
    """Started when it is made; `url` is where it takes messages."""

    def __init__(self, folder: Path, back: HttpServer) -> None:
        self._folder, programs, self._network_program = folder, require_peer("kannel"), require_peer("kannel-extras")
        self._network_port, box, send = free_port(), free_port(), free_port()
        settings = folder / "kannel.conf"
        settings.write_text(SETTINGS.format(admin=free_port(), box=box, network=self._network_port, send=send, back=back.url))
        self._processes: list[subprocess.Popen[bytes]] = []
        self._start([str(programs / "bearerbox"), str(settings)], "bearerbox")
        _listens(box)
        self._start([str(programs / "smsbox"), str(settings)], "smsbox")
        _listens(send)
        self.url = f"http://127.0.0.1:{send}/cgi-bin/sendsms"

    def _start(self, words: list[str], name: str) -> Path:
        log = self._folder / f"{name}.log"
        with log.open("wb") as told:
            self._processes.append(subprocess.Popen(words, cwd=self._folder, stdout=told, stderr=subprocess.STDOUT))
        return log

    def network(self, *messages: str) -> Network:
        """A phone network that takes what is sent, and sends these (`from to text words`)."""
        words = [str(self._network_program), "-H", "127.0.0.1", "-r", str(self._network_port), "-i", "0.1", "-m", str(len(messages)), *(messages or ("1 2 text none",))]
        log = self._start(words, f"network{len(self._processes)}")
        return Network(log, self._processes[-1])

    def stop(self) -> None:
        """End all of it."""
        for one in reversed(self._processes):
            one.kill()
            one.wait()


class Network:
    """What a phone network got."""

    def __init__(self, log: Path, process: subprocess.Popen[bytes]) -> None:
        self._log, self._process = log, process

    def got(self) -> list[tuple[str, str, str]]:
        """From, to, and text of each part; the bytes of UCS-2 are read as such."""
        found = []
        for line in self._log.read_text(errors="replace").splitlines():
            told = _GOT.search(line)
            if told:
                source, to, kind, rest = told.groups()
                data = unquote_to_bytes(rest.split(" ")[-1].replace("+", " "))
                found.append((source, to, rest if kind == "text" else data.decode("utf-16-be")))
        return found

    def __enter__(self) -> Network:
        return self

    def __exit__(self, *how: object) -> None:
        self._process.kill()
        self._process.wait()
