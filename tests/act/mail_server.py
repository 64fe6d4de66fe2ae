"""A mail server that really listens, with TLS, and that misbehaves as it is told."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from ipaddress import ip_address
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


def certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate for this machine's own address, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=30))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    chain, secret = folder / "server.pem", folder / "server.key"
    chain.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    secret.write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
    return chain, secret


class Box:
    """What arrived, and how the server behaves: `rcpt` and `data` answer a reply, or nothing for the usual one; `lost` ends the line at the recipient's name,
    `cut` after the message was taken, and `slow` waits so many seconds before the answer. `returned` is to where each would have come back."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.rcpt: Callable[[str], str | None] = lambda address: None
        self.data: Callable[[str], str | None] = lambda address: None
        self.cut: Callable[[str], bool] = lambda address: False
        self.lost: Callable[[str], bool] = lambda address: False
        self.slow: Callable[[str], float] = lambda address: 0.0
        self.raw: list[bytes] = []
        self.returned: list[str] = []

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]) -> str:  # noqa: N802 - the library's name
        if self.lost(address):
            server.transport.abort()
        said = self.rcpt(address)
        if said is None:
            envelope.rcpt_tos.append(address)
        return said or "250 2.1.5 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        said = self.data(envelope.rcpt_tos[0])
        if said is None:
            self.raw.append(envelope.original_content)
            self.returned.append(envelope.mail_from)
            self.mails.append(message_from_bytes(envelope.original_content, policy=default))
            await asyncio.sleep(self.slow(envelope.rcpt_tos[0]))
            if self.cut(envelope.rcpt_tos[0]):
                server.transport.abort()
        return said or "250 2.0.0 taken"


class MailServer:
    """Listens on a free port of this machine, with STARTTLS required."""

    def __init__(self, folder: Path, knows_utf8: bool = False) -> None:
        self.box, self._knows_utf8 = Box(), knows_utf8
        self.chain, secret = certificate(folder)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.chain, secret)
        self._context = context

    def __enter__(self) -> MailServer:
        self.start()
        return self

    def __exit__(self, *how: object) -> None:
        self.stop()

    def start(self) -> None:
        """Listen."""
        self._controller: Controller | None = Controller(
            self.box, hostname="127.0.0.1", port=self.port, tls_context=self._context, require_starttls=True, enable_SMTPUTF8=self._knows_utf8)
        self._controller.start()

    def stop(self) -> None:
        """Be away, as a server that is switched off."""
        if self._controller is not None:
            self._controller.stop()
            self._controller = None
