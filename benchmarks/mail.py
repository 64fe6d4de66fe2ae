"""How many e-mails a second, from the outbox to the mail server?

Four workers drain an outbox: claim, permit, keep, send, settle, with every journal entry, on the embedded PostgreSQL as a user has it (fsync on), packs of
China and the house; to a real mail server (aiosmtpd, TLS) in a process of its own on the same machine (bar 300/s on two cores). One message a person.
Processor time is told as well, of
workers, database and mail server, since a rate by the wall says little where other programs run. `--answers-after` lets the server wait so many milliseconds before each answer, as one far away would. One JSON line.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import shutil
import socket
import ssl
import tempfile
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa

from benchmarks.case_facts import _remove, institution

AT = datetime(2026, 3, 10, 2, 0, tzinfo=UTC)
"""Ten in the morning in Shanghai, a Tuesday."""
JURISDICTIONS = ("china", "house")
SUBJECT, TEXT = "您的账户", "尊敬的客户：\n请在方便时与我们联系。\n" * 6


def packs_asked() -> list[str]:
    """Every pack of these jurisdictions."""
    from arrears.engine.conduct_packs import shipped_packs

    return [name for name in shipped_packs() if name.split("/")[0] in JURISDICTIONS]


def people(institution_id: int, count: int) -> list[int]:
    """So many people, each with a key of their own."""
    from arrears.casefile.store.identity import Identities
    from arrears.casefile.store.institution import acting_for, institution_key

    with acting_for(institution_id):
        found: list[int] = Identities(institution_id, institution_key(institution_id)).resolve_or_create("party", "core", pa.array([f"C-{number}" for number in range(count)])).to_pylist()
    return found


def queue(institution_id: int, people: list[int]) -> None:
    """One message a person waits."""
    from arrears.casefile.facts.message import MessageQueued
    from arrears.casefile.store import outbox
    from arrears.casefile.store.ids import random_ids
    from arrears.casefile.store.institution import acting_for

    ids = random_ids(2 * len(people)).tolist()
    messages = [
        MessageQueued(ids[2 * number], person, ids[2 * number + 1], "email", "post", "", "collection", "reminder@1", "zh-CN", "lender", "debtor", ("D1",), "E1", "not_tied",
                      ("institution_named", "purpose_disclosed"), 40_000, f"n{number}@post.example", SUBJECT, TEXT, AT, AT + timedelta(days=2))
        for number, person in enumerate(people)
    ]
    for start in range(0, len(messages), 500):
        with acting_for(institution_id):
            outbox.put(messages[start : start + 500], actor="bench", at=AT, cause="bench")


def serve(port: int, chain: Path, key: Path, told: int, wait: float) -> None:
    """A mail server that counts; writes how many came, and its processor seconds, into the pipe when it is told to end."""
    import signal

    from aiosmtpd.smtp import SMTP, Envelope, Session

    class Counting:
        count = 0

        async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]) -> str:  # noqa: N802 - the library's name
            await asyncio.sleep(wait)
            envelope.rcpt_tos.append(address)
            return "250 2.1.5 OK"

        async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
            await asyncio.sleep(wait)
            self.count += 1
            return "250 2.0.0 taken"

    async def run(counting: Counting) -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(chain, key)
        loop, ended = asyncio.get_running_loop(), asyncio.Event()
        loop.add_signal_handler(signal.SIGTERM, ended.set)
        server = await loop.create_server(lambda: SMTP(counting, tls_context=context, require_starttls=True, loop=loop), "127.0.0.1", port)
        await ended.wait()
        server.close()

    counting = Counting()
    asyncio.run(run(counting))
    os.write(told, json.dumps([counting.count, time.process_time()]).encode())


def worker(institution_id: int, port: int, chain: Path, connections: int) -> None:
    """Send until nothing is due."""
    from arrears.act import dispatch
    from arrears.act.channels.email.smtp import SmtpProvider, SmtpSettings
    from arrears.act.channels.email.writing import Sender
    from arrears.casefile.store import outbox
    from arrears.casefile.store.ids import random_id
    from arrears.check.conduct.pack import Packs
    from arrears.check.conduct.words import ActorRole, LenderKind, Product
    from arrears.check.gate.permit import Circumstances
    from arrears.engine.conduct_packs import pack_named

    packs = Packs(tuple(pack_named(name) for name in packs_asked()))
    stated = Circumstances(frozenset({"CN"}), ("Asia/Shanghai",), ActorRole.CREDITOR_OWN_NAME, Product.CONSUMER_LOAN, date(2025, 1, 1), 50_000, LenderKind.BANK)
    began = time.monotonic()

    def now() -> datetime:
        return AT + timedelta(seconds=time.monotonic() - began)

    sender = Sender("service@bank.example", "示例银行", "answers+{key}@bank.example", "https://bank.example/stop/{key}", "bounces+{key}@bank.example")
    provider = SmtpProvider("post", SmtpSettings("localhost", port, ca_file=str(chain), connections=connections), sender, "", now)
    told = dispatch.Worker(
        random_id(), institution_id, provider, dispatch.Terms(per_second=100_000), lambda at: packs, lambda messages, at: {one.message_id: stated for one in messages}, now, time.sleep)
    with outbox.at_work(told.worker_id):
        while dispatch.step(told).claimed:
            pass
    provider.close()


def measure(messages: int, workers: int, connections: int, wait: float) -> dict[str, Any]:
    """E-mails a second, all workers together, in a home of its own that is gone afterwards."""
    from tests.act.mail_server import certificate

    folder = Path(tempfile.mkdtemp(prefix="arrears-bench-"))
    folder.chmod(0o711)
    try:
        with institution(folder) as institution_id, socket.socket() as free:
            from django.db import connections as database

            from arrears.act import dispatch  # noqa: F401 - loaded before the forks
            from arrears.casefile.store.institution import acting_for
            from arrears.engine.conduct_packs import pack_named

            queue(institution_id, people(institution_id, messages))
            for name in packs_asked():
                pack_named(name)
            chain, key = certificate(folder)
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
            free.close()
            database.close_all()
            heard, told = os.pipe()
            server = _forked(lambda: serve(port, chain, key, told, wait))
            _until_it_listens(port)
            before, started = _database_seconds(folder), time.perf_counter()
            done = [os.wait4(pid, 0) for pid in [_forked(lambda: worker(institution_id, port, chain, connections)) for _ in range(workers)]]
            seconds = time.perf_counter() - started
            time.sleep(0.5)
            database_seconds = _database_seconds(folder) - before
            assert not any(code for _, code, _ in done), "a worker failed"
            os.kill(server, 15)
            arrived, server_seconds = json.loads(os.read(heard, 1_000))
            os.waitpid(server, 0)
            with acting_for(institution_id):
                from arrears.casefile.store import sets

                (taken,) = sets.cursor().execute("SELECT count(*) FROM messages_answered WHERE kind = 'taken'").fetchone() or (0,)
            assert arrived == taken == messages, f"{arrived} arrived and {taken} taken of {messages}"
            worker_seconds = sum(used.ru_utime + used.ru_stime for _, _, used in done)
            return {"messages": messages, "workers": workers, "connections_a_worker": connections, "answers_after_ms": round(1000 * wait), "messages_per_second": round(messages / seconds),
                    "worker_ms_a_message": round(1000 * worker_seconds / messages, 2), "database_ms_a_message": round(1000 * database_seconds / messages, 2),
                    "mail_server_ms_a_message": round(1000 * server_seconds / messages, 2)}
    finally:
        _remove(folder)
        shutil.rmtree(folder, ignore_errors=True)


def _database_seconds(folder: Path) -> float:
    """Processor seconds of the database so far, of those of its processes too that have ended."""
    location = folder / "home" / "postgresql" / "location"
    root = Path(location.read_text().strip()) if location.exists() else folder
    pid = next(root.rglob("postmaster.pid")).read_text().split()[0]
    ticks = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:15]
    return sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")


def _forked(work: Any) -> int:
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        work()
        code = 0
    except BaseException:
        import traceback

        traceback.print_exc()
    finally:
        os._exit(code)


def _until_it_listens(port: int) -> None:
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.05)
    raise AssertionError("the mail server does not listen")


def main() -> None:
    """Measure one size and print one JSON line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=6_000)
    parser.add_argument("--workers", type=int, default=4)
    parser.add_argument("--connections", type=int, default=2)
    parser.add_argument("--answers-after", type=float, default=0.0, help="milliseconds the server waits before it answers a recipient, and a message")
    asked = parser.parse_args()
    print(json.dumps(measure(asked.messages, asked.workers, asked.connections, asked.answers_after / 1000)))


if __name__ == "__main__":
    main()
