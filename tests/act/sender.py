"""Four workers who send what waits: started by the test beside this, killed by it, and started again until time is up.

One process loads everything once and forks; each worker has a connection of its own. Time is told: the sending begins in the morning of a day, wherever
and whenever it is run.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from arrears.act.sending import Provider

BEGINS = datetime(2026, 3, 10, 2, 0, tzinfo=UTC)
"""Ten in the morning in Shanghai."""
WORKERS = 4


def main() -> None:
    """home, bank, kind of provider (`post`, `text`), its port, its certificate, folder for who is alive, seconds."""
    from arrears.engine.home import Home
    from arrears.site import bootstrap
    from arrears.site.database import DatabaseUrls

    home, bank, kind, port, chain, told, seconds = sys.argv[1:]
    bootstrap.start(Home(Path(home)), DatabaseUrls(**json.loads(os.environ["FIGHT_DATABASE"])))
    import pyarrow as pa

    from arrears.act import dispatch  # noqa: F401 - loaded before the forks
    from tests.check.gate_stories import packs

    packs()
    pa.array([1])
    began, children = time.monotonic(), set()

    def fork() -> None:
        pid = os.fork()
        if pid == 0:
            try:
                send(int(bank), kind, int(port), chain, began, float(seconds))
            except BaseException:
                import traceback

                (Path(told) / f"{os.getpid()}.trouble").write_text(traceback.format_exc())
                os._exit(1)
            os._exit(0)
        children.add(pid)

    for _ in range(WORKERS):
        fork()
    while children:
        (Path(told) / "alive.new").write_text(" ".join(map(str, children)))
        (Path(told) / "alive.new").rename(Path(told) / "alive")
        pid, status = os.wait()
        children.discard(pid)
        if os.WIFSIGNALED(status) and time.monotonic() - began < float(seconds):
            fork()


def provider_of(kind: str, port: int, chain: str, now: Callable[[], datetime]) -> Provider:
    """Who carries the messages of this kind."""
    if kind == "text":
        from arrears.act.channels.sms.smpp import SmppProvider, Smsc

        return SmppProvider("text-main", Smsc("127.0.0.1", port, "bank", "95588", bind="transmitter", answer_seconds=0.7, connect_seconds=1.0), "secret", now)
    from arrears.act.channels.email.smtp import SmtpProvider, SmtpSettings
    from arrears.act.channels.email.writing import Sender

    sender = Sender("service@bank.example", "Example Bank", "answers@bank.example", "https://bank.example/stop/{key}")
    return SmtpProvider("post", SmtpSettings("localhost", port, ca_file=chain, timeout_seconds=0.7), sender, "", now)


def send(bank: int, kind: str, port: int, chain: str, began: float, seconds: float) -> None:
    """One worker: what was left behind first, then chunk after chunk."""
    from arrears.act import dispatch
    from arrears.casefile.store import outbox
    from arrears.casefile.store.ids import random_id
    from arrears.core.problems import Busy
    from tests.check.gate_stories import STATED, packs

    def now() -> datetime:
        return BEGINS + timedelta(seconds=time.monotonic() - began)

    provider = provider_of(kind, port, chain, now)
    terms = dispatch.Terms(per_second=400, chunk=10, first_wait=timedelta(seconds=1))
    worker = dispatch.Worker(
        random_id(), bank, provider, terms, lambda at: packs(), lambda messages, at: {one.message_id: STATED for one in messages}, now, time.sleep, f"worker {os.getpid()}")
    with outbox.at_work(worker.worker_id):
        while time.monotonic() - began < seconds:
            try:
                dispatch.recover(worker)
                if dispatch.step(worker).claimed == 0:
                    time.sleep(0.1)
            except Busy:
                time.sleep(0.1)


if __name__ == "__main__":
    main()
