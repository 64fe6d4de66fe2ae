"""A mailbox that is really there: Debian's dovecot, started by the tests in a folder of its own, with TLS and mails in a Maildir."""

from __future__ import annotations

import grp
import imaplib
import os
import pwd
import signal
import socket
import ssl
import subprocess
import time
from contextlib import suppress
from pathlib import Path

from tests.act.mail_server import certificate

USER, PASSWORD = "answers@bank.example", 'a long "password"'


def _free_ports(count: int) -> list[int]:
    held = [socket.socket() for _ in range(count)]
    for one in held:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in held]
    for one in held:
        one.close()
    return ports


class Dovecot:
    """One mailbox, reached with TLS from the first byte (`port`) or after STARTTLS (`plain_port`)."""

    def __init__(self, program: Path, folder: Path) -> None:
        self.program, self.folder = program, folder
        self.port, self.plain_port = _free_ports(2)
        # Whoever runs the tests: an ordinary user runs everything as that user; root's mails belong to nobody, for dovecot gives no mail to root.
        self.user = pwd.getpwuid(os.getuid()).pw_name if os.getuid() else "nobody"
        for name in ("state", "mail/new", "mail/cur", "mail/tmp"):
            (folder / name).mkdir(parents=True)
        self.chain, self.secret = certificate(folder)
        (folder / "users").write_text(f"{USER}:{{PLAIN}}{PASSWORD}\n")
        self.settings = folder / "dovecot.conf"
        self._starts = 0
        self._process: subprocess.Popen[bytes] | None = None
        self._count = 0

    def _settings(self) -> str:
        entry = pwd.getpwnam(self.user)
        group = grp.getgrgid(entry.pw_gid).gr_name
        return f"""
base_dir = {self.folder}/run{self._starts}
state_dir = {self.folder}/state
log_path = {self.folder}/log
protocols = imap
listen = 127.0.0.1
default_internal_user = {self.user}
default_internal_group = {group}
default_login_user = {self.user}
mail_uid = {entry.pw_uid}
mail_gid = {entry.pw_gid}
first_valid_uid = {min(entry.pw_uid, 1)}
last_valid_uid = 0
first_valid_gid = 0
mail_location = maildir:{self.folder}/mail
disable_plaintext_auth = yes
auth_mechanisms = plain login
ssl = required
ssl_cert = <{self.chain}
ssl_key = <{self.secret}
ssl_min_protocol = TLSv1.2
passdb {{
  driver = passwd-file
  args = {self.folder}/users
}}
userdb {{
  driver = static
  args = uid={entry.pw_uid} gid={entry.pw_gid} home={self.folder}
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {self.plain_port}
  }}
  inet_listener imaps {{
    port = {self.port}
    ssl = yes
  }}
}}
auth_failure_delay = 0
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service stats {{
  chroot =
}}
"""

    def _own(self) -> None:
        if os.getuid() == 0:
            entry = pwd.getpwnam(self.user)
            for path in [self.folder, *self.folder.rglob("*")]:
                os.chown(path, entry.pw_uid, entry.pw_gid)
            above = self.folder
            while above != above.parent and not above.stat().st_mode & 0o001 and above != Path("/tmp"):
                above.chmod(above.stat().st_mode | 0o011)
                above = above.parent

    def start(self) -> None:
        """Listen; back only once somebody may sign in."""
        # Sockets in a folder of its own each time: what still ends of the last time would take away those of this one.
        self._starts += 1
        (self.folder / f"run{self._starts}").mkdir()
        self.settings.write_text(self._settings())
        self._own()
        self._process = subprocess.Popen([self.program, "-F", "-c", self.settings], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
        ends = time.monotonic() + 20
        while time.monotonic() < ends:
            try:
                with self.signed_in():
                    return
            except (OSError, imaplib.IMAP4.error):
                time.sleep(0.05)
        raise AssertionError((self.folder / "log").read_text() if (self.folder / "log").exists() else "dovecot said nothing")

    def stop(self) -> None:
        """Be away."""
        if self._process is not None:
            # Who is signed in is served by a process of its own, which would outlive the first.
            os.killpg(self._process.pid, signal.SIGTERM)
            self._process.wait(10)
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process = None

    def put(self, raw: bytes) -> None:
        """A mail arrives, in the way of a Maildir: written aside, then moved in."""
        self._count += 1
        name = f"{int(time.time())}.M{self._count:06}P{os.getpid()}.localhost"
        aside = self.folder / "mail" / "tmp" / name
        aside.write_bytes(raw)
        self._own_one(aside)
        aside.rename(self.folder / "mail" / "new" / name)

    def _own_one(self, path: Path) -> None:
        if os.getuid() == 0:
            entry = pwd.getpwnam(self.user)
            os.chown(path, entry.pw_uid, entry.pw_gid)

    def empty(self) -> None:
        """Take all mails away, as its owner would."""
        with self.signed_in() as line:
            line.select("INBOX")
            if line.search(None, "ALL")[1][0]:
                line.store("1:*", "+FLAGS.SILENT", "\\Deleted")
                line.expunge()

    def signed_in(self):
        """A mail program of the mailbox's owner."""
        line = imaplib.IMAP4_SSL("localhost", self.port, ssl_context=ssl.create_default_context(cafile=str(self.chain)), timeout=10)
        try:
            line.login(USER, PASSWORD)
        except imaplib.IMAP4.error:
            line.shutdown()
            raise
        return line

    def flags(self) -> list[set[str]]:
        """The flags of each mail in it."""
        with self.signed_in() as line:
            line.select("INBOX", readonly=True)
            said = line.fetch("1:*", "(FLAGS)")[1]
        return [{flag.decode() for flag in imaplib.ParseFlags(one)} for one in said if one]
