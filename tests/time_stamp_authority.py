"""A time-stamp authority of our own for tests: `openssl ts` behind HTTP, with a root that signs the authority's certificate."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from tests.peers import require_peer

_CONFIG = """
[ req ]
distinguished_name = dn
prompt = no
[ dn ]
CN = {name}
[ v3_root ]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[ v3_tsa ]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = critical, timeStamping
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[ tsa ]
default_tsa = authority
[ authority ]
serial = {folder}/serial
crypto_device = builtin
signer_cert = {folder}/tsa.pem
signer_key = {folder}/tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha512
accuracy = secs:1
ordering = yes
tsa_name = yes
ess_cert_id_chain = no
ess_cert_id_alg = sha256
"""


@dataclass
class LocalAuthority:
    """Where it answers, whom one must trust, and how it should misbehave (`answer` replaces each answer)."""

    folder: Path
    url: str = ""
    answer: bytes | None = None
    asked: list[bytes] = field(default_factory=list)

    @property
    def root_file(self) -> Path:
        return self.folder / "root.pem"


def make_authority(folder: Path, name: str = "Test time-stamps", *, kind: str = "rsa") -> LocalAuthority:
    """Keys and certificates of a new authority (`kind`: rsa or ec)."""
    openssl = require_peer("openssl")
    folder.mkdir(parents=True, exist_ok=True)
    config = folder / "openssl.cnf"
    config.write_text(_CONFIG.format(name=name, folder=folder))
    (folder / "serial").write_text("01\n")
    algorithm = ["rsa:2048"] if kind == "rsa" else ["ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"]

    def run(*words: str) -> None:
        subprocess.run([openssl, *words], cwd=folder, check=True, capture_output=True)

    new = ("req", "-config", str(config), "-nodes", "-newkey", *algorithm)
    run(*new, "-x509", "-days", "3650", "-extensions", "v3_root", "-keyout", "root.key", "-out", "root.pem", "-subj", f"/CN={name} root")
    run(*new, "-keyout", "tsa.key", "-out", "tsa.csr", "-subj", f"/CN={name}")
    run("x509", "-req", "-in", "tsa.csr", "-CA", "root.pem", "-CAkey", "root.key", "-CAcreateserial", "-days", "3000",
        "-extfile", str(config), "-extensions", "v3_tsa", "-out", "tsa.pem")
    return LocalAuthority(folder)


def reply(authority: LocalAuthority, query: bytes) -> bytes:
    """The authority's answer to a DER query."""
    (authority.folder / "query.tsq").write_bytes(query)
    subprocess.run(
        [require_peer("openssl"), "ts", "-reply", "-config", "openssl.cnf", "-section", "authority", "-queryfile", "query.tsq", "-out", "reply.tsr"],
        cwd=authority.folder, check=True, capture_output=True)
    return (authority.folder / "reply.tsr").read_bytes()


@contextmanager
def running_authority(folder: Path, **options: str) -> Iterator[LocalAuthority]:
    """The authority, answering on a port of this machine."""
    authority = make_authority(folder, **options)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            query = self.rfile.read(int(self.headers["Content-Length"]))
            authority.asked.append(query)
            answer = reply(authority, query) if authority.answer is None else authority.answer
            self.send_response(200)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            """Tests are quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    authority.url = f"http://127.0.0.1:{server.server_address[1]}/"
    try:
        yield authority
    finally:
        server.shutdown()
        server.server_close()
