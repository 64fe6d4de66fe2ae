"""How many text messages a second, end to end?

Workers drain an outbox of Chinese messages of two parts each: claim, permit (packs of China and the house, people with contacts before), use of the permit,
attempt, SMPP to a message centre that really listens (npm's `smpp`), answer and contact, each step with its journal entries, on the embedded PostgreSQL as
a user has it: fsync on (bar 300/s on two cores, the message centre included). One JSON line; processor time says what two free cores would do where
others use the machine too.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa

from benchmarks.case_facts import _remove, institution
from benchmarks.permits import AT, contacts_before, packs_asked

ROOT = Path(__file__).parents[1]
PASSWORD = "secret"
TEXT = "尊敬的客户，您的账户有一笔款项已到期。如需了解分期、延期等可选的还款安排，请致电合同上的服务热线，或回复本短信。如您已付款，请忽略本短信，谢谢您。退订请回复退订。"


@contextmanager
def message_centre() -> Iterator[tuple[subprocess.Popen[str], int]]:
    """A message centre of npm's `smpp` and where it listens."""
    node, modules = shutil.which("node") or shutil.which("nodejs"), ROOT / ".peers" / "node_modules"
    if node is None or not (modules / "smpp").exists():
        sys.exit("The message centre is missing. Install it: make peers")
    centre = subprocess.Popen(
        [node, str(ROOT / "tests" / "act" / "sms_peers" / "smsc.js"), json.dumps({"password": PASSWORD})], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        env={**os.environ, "NODE_PATH": str(modules)})
    try:
        yield centre, int(told(centre)["port"])
    finally:
        centre.kill()
        centre.wait()


def told(centre: subprocess.Popen[str], **what: Any) -> dict[str, Any]:
    """One line to it, if any, and one back."""
    assert centre.stdin is not None and centre.stdout is not None
    if what:
        centre.stdin.write(json.dumps(what) + "\n")
        centre.stdin.flush()
    answer: dict[str, Any] = json.loads(centre.stdout.readline())
    return answer


def processor_seconds(pid: int) -> float:
    """How much processor time has this process used, and its children, those that have ended and those that run?"""
    total = 0.0
    for one in [pid, *(int(found.name) for found in Path("/proc").glob("[0-9]*") if _parent(found) == pid)]:
        fields = Path(f"/proc/{one}/stat").read_text().rpartition(") ")[2].split()
        total += sum(map(int, fields[11:15] if one == pid else fields[11:13]))
    return total / os.sysconf("SC_CLK_TCK")


def _server() -> int:
    """The database server, which is our child."""
    (found,) = (one for one in Path("/proc").glob("[0-9]*") if _parent(one) == os.getpid() and (one / "comm").read_text().startswith("postgres"))
    return int(found.name)


def _parent(process: Path) -> int:
    try:
        return int((process / "stat").read_text().rpartition(") ")[2].split()[1])
    except OSError:
        return 0


def queued(people: list[int]) -> None:
    """One message a person waits."""
    from arrears.casefile.facts.message import MessageQueued
    from arrears.casefile.store import outbox
    from arrears.casefile.store.ids import random_id

    for start in range(0, len(people), 50):
        outbox.put([
            MessageQueued(
                random_id(), person, random_id(), "text", "text-main", "", "collection", "reminder@1", "zh-CN", "lender", "debtor", ("D1",), "P1", "not_tied",
                ("institution_named", "purpose_disclosed"), 40_000, f"+86138{place:08d}", "", TEXT, AT, AT + timedelta(days=2))
            for place, person in enumerate(people[start : start + 50], start)], actor="bench", at=AT, cause="bench")


def worker(institution_id: int, port: int) -> int:
    """Send until nothing waits; answers how many were taken."""
    from datetime import date

    from arrears.act import dispatch
    from arrears.act.channels.sms.smpp import SmppProvider, Smsc
    from arrears.casefile.store import outbox
    from arrears.casefile.store.ids import random_id
    from arrears.check.conduct.pack import Packs
    from arrears.check.conduct.words import ActorRole, LenderKind, Product
    from arrears.check.gate.permit import Circumstances
    from arrears.engine.conduct_packs import pack_named

    began = time.monotonic()

    def now() -> datetime:
        return AT + timedelta(seconds=time.monotonic() - began)

    packs = Packs(tuple(pack_named(name) for name in packs_asked()))
    stated = Circumstances(frozenset({"CN"}), ("Asia/Shanghai",), ActorRole.CREDITOR_OWN_NAME, Product.CONSUMER_LOAN, date(2024, 1, 1), 50_000, LenderKind.BANK)
    provider = SmppProvider("text-main", Smsc("127.0.0.1", port, "bank", "95588", bind="transmitter"), PASSWORD, now)
    one = dispatch.Worker(
        random_id(), institution_id, provider, dispatch.Terms(per_second=100_000), lambda at: packs, lambda messages, at: {found.message_id: stated for found in messages},
        now, time.sleep)
    taken = 0
    with outbox.at_work(one.worker_id):
        while (did := dispatch.step(one)).claimed:
            taken += did.taken
            assert did.taken == did.claimed, did
    provider.close()
    return taken


def measure(people: int, events: int, workers: int) -> dict[str, Any]:
    """Messages a second, all workers together, in a home of its own that is gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="arrears-bench-"))
    folder.chmod(0o711)
    try:
        with message_centre() as (centre, port), institution(folder) as institution_id:
            from django.db import connections

            from arrears.casefile.store.identity import Identities
            from arrears.casefile.store.institution import acting_for, institution_key
            from arrears.engine.conduct_packs import pack_named

            told(centre, rules={"receipts": False})
            with acting_for(institution_id):
                numbers = pa.array([f"C-{number}" for number in range(people)])
                ids = Identities(institution_id, institution_key(institution_id)).resolve_or_create("party", "bench", numbers).to_pylist()
                contacts_before(ids, events)
                queued(ids)
            for name in packs_asked():
                pack_named(name)
            connections.close_all()
            processes = [centre.pid, _server()]
            before = [processor_seconds(pid) for pid in processes]
            started = time.perf_counter()
            pids = [_forked(institution_id, port) for _ in range(workers)]
            done = [os.wait4(pid, 0) for pid in pids]
            seconds = time.perf_counter() - started
            assert not any(code for _, code, _ in done), "a worker failed"
            of_centre, of_database = (processor_seconds(pid) - earlier for pid, earlier in zip(processes, before, strict=True))
            worker_seconds = sum(used.ru_utime + used.ru_stime for _, _, used in done)
            parts = told(centre, count=1)["taken"]
            assert parts == 2 * people, f"{parts} parts of {people} messages"
            return {"people": people, "events_a_person": events, "workers": workers, "messages_per_second": round(people / seconds),
                    **{f"{name}_ms_a_message": round(1000 * spent / people, 2) for name, spent in (
                        ("worker", worker_seconds), ("database", of_database), ("centre", of_centre))},
                    "messages_per_second_of_two_cores": round(2 * people / (worker_seconds + of_database + of_centre))}
    finally:
        _remove(folder)
        shutil.rmtree(folder, ignore_errors=True)


def _forked(institution_id: int, port: int) -> int:
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        worker(institution_id, port)
        code = 0
    except BaseException:
        import traceback

        traceback.print_exc()
    finally:
        os._exit(code)


def main() -> None:
    """Measure one size and print one JSON line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=6_000)
    parser.add_argument("--events", type=int, default=20)
    parser.add_argument("--workers", type=int, default=4)
    asked = parser.parse_args()
    print(json.dumps(measure(asked.people, asked.events, asked.workers)))


if __name__ == "__main__":
    main()
