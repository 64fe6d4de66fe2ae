"""How long does it take to say, for a million cases and six channels, what could be permitted tomorrow?

People, places and histories are invented in columns: twelve events each in the last sixty days (calls, messages, letters, some answered), and
for one in twenty something that stands: a dispute, a cease request, a channel or an hour ruled out, a consent, a hold. Packs: China's and the
house's. Timed is everything from the packs to the Parquet file of the mask: compiling, asking, writing.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import date
from pathlib import Path

import duckdb
import pyarrow as pa

from arrears.check.conduct.facts import Proposed
from arrears.check.conduct.pack import Packs
from arrears.check.conduct.words import Act, ActorRole, Channel, LenderKind, Product, Purpose
from arrears.check.prescreen.mask import Plan, prescreen
from arrears.check.prescreen.shapes import EVENTS_SCHEMA, Profile, Screen
from arrears.engine.columns_engine import EngineSettings, column_engine, write_sorted
from arrears.engine.conduct_packs import every_pack
from arrears.engine.prescreening import mask_sql, said_in_full

DAY = date(2026, 11, 24)
THREADS = 2
EVENTS_EACH = 12
CHANNELS = (Channel.CALL, Channel.VOICE_BOT, Channel.TEXT, Channel.EMAIL, Channel.LETTER, Channel.VISIT)
CONTACTS = f"""
SELECT party_id, TIMESTAMP '{DAY} 10:00:00' - to_minutes((hash(party_id, n) % 86400 + 1080)::INTEGER) AS "at",
       CASE WHEN hash(n, party_id) % 12 = 0 THEN 'contact_received' ELSE 'contact' END AS kind,
       CASE WHEN hash(n, party_id) % 12 = 0 THEN 'debtor' ELSE 'collector' END AS "by",
       ['call', 'call', 'voice_bot', 'text', 'email', 'letter'][(hash(party_id, n, 1) % 6 + 1)::BIGINT] AS channel,
       ['no_answer', 'no_answer', 'voicemail', 'busy', 'conversation', 'sent'][(hash(party_id, n, 2) % 6 + 1)::BIGINT] AS outcome,
       []::VARCHAR[] AS marks, NULL::INTEGER AS window_opens, NULL::INTEGER AS window_closes, NULL::INTEGER AS window_weekdays, false AS only_inside
FROM range({{people}}) people(party_id), range({EVENTS_EACH}) events(n)"""
STANDING = f"""
SELECT party_id, TIMESTAMP '{DAY} 10:00:00' - to_days((hash(party_id, 3) % 300 + 2)::INTEGER) AS "at",
       ['dispute', 'cease_request', 'channel_ruled_out', 'time_ruled_out', 'time_agreed', 'complaint', 'distress', 'instalment_agreement', 'hold'][(hash(party_id, 4) % 9 + 1)::BIGINT] AS kind,
       'debtor' AS "by", CASE WHEN hash(party_id, 4) % 9 = 2 THEN 'call' END AS channel, NULL AS outcome, ['written', 'after_lateness', 'blocks_contact'] AS marks,
       CASE WHEN hash(party_id, 4) % 9 IN (3, 4) THEN 28800 END AS window_opens, CASE WHEN hash(party_id, 4) % 9 IN (3, 4) THEN 43200 END AS window_closes,
       CASE WHEN hash(party_id, 4) % 9 IN (3, 4) THEN 127 END AS window_weekdays, false AS only_inside
FROM range({{people}}) people(party_id) WHERE hash(party_id, 5) % 20 = 0"""
REST = dict.fromkeys(EVENTS_SCHEMA.names, "NULL") | {"party": "''", "to": "'debtor'", "person": "''", "point": "''", "debts": "[]::VARCHAR[]"}


def invent(folder: Path, people: int) -> None:
    """Write people and what happened to them, as a night would have them."""
    profiles = 12
    with duckdb.connect(":memory:", config={"threads": str(THREADS)}) as connection:
        connection.execute(
            f"COPY (SELECT party_id, (party_id % {profiles})::INTEGER AS profile, DATE '2025-01-01' AS history_from, [party_id::VARCHAR] AS debts "
            f"FROM range({people}) t(party_id)) TO '{folder}/people.parquet' (FORMAT parquet)"
        )
        types = dict(zip(EVENTS_SCHEMA.names, ("BIGINT", "TIMESTAMP", *["VARCHAR"] * 22), strict=True))
        types |= dict.fromkeys(("debts", "marks"), "VARCHAR[]") | {"until": "DATE", "only_inside": "BOOLEAN"}
        types |= dict.fromkeys(("window_opens", "window_closes", "window_weekdays", "years"), "INTEGER") | {"amount_minor": "BIGINT", "total_minor": "BIGINT"}
        given = ("party_id", "at", "kind", "by", "channel", "outcome", "marks", "window_opens", "window_closes", "window_weekdays", "only_inside")
        columns = ", ".join(f'"{name}"::{types[name]} AS "{name}"' if name in given else f'{REST[name]}::{types[name]} AS "{name}"' for name in EVENTS_SCHEMA.names)
        connection.execute(
            f"COPY (SELECT {columns} FROM ({CONTACTS} UNION ALL {STANDING})) TO '{folder}/events.parquet' (FORMAT parquet)".replace("{people}", str(people))
        )


def profiles() -> list[Profile]:
    """Twelve kinds of person: three products, two lenders, two kinds of debt."""
    return [
        Profile(frozenset({"CN"}), zones, ActorRole.CREDITOR_OWN_NAME, product, lender=lender)
        for product in (Product.CONSUMER_LOAN, Product.CREDIT_CARD, Product.MORTGAGE)
        for lender in (LenderKind.BANK, LenderKind.CONSUMER_FINANCE)
        for zones in (("Asia/Shanghai",), ())
    ]


def packs() -> Packs:
    """China's and the house's."""
    return Packs(tuple(pack for pack in every_pack().packs if pack.name.startswith(("china/", "house/"))))


@contextmanager
def timed(seconds: dict[str, float], name: str) -> Iterator[None]:
    """How long one part took."""
    started = time.perf_counter()
    yield
    seconds[name] = round(time.perf_counter() - started, 2)


def measure(people: int) -> dict[str, object]:
    """Times of one pre-screen, whole and by part, and what it came to."""
    asked = packs()
    marks = said_in_full(asked)
    screens = [Screen(str(channel), Proposed(Act.CONTACT, "lender", Purpose.COLLECTION, channel, marks=marks)) for channel in CHANNELS]
    seconds: dict[str, float] = {}
    pa.array([1])  # loads what the first table would load otherwise
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        invent(folder, people)
        cpu = time.process_time()
        with timed(seconds, "whole"), column_engine(EngineSettings(threads=THREADS), folder) as connection:
            connection.execute(f"CREATE VIEW screen_people AS SELECT * FROM read_parquet('{folder}/people.parquet')")
            connection.execute(f"CREATE VIEW screen_events AS SELECT * FROM read_parquet('{folder}/events.parquet')")
            with timed(seconds, "compile"):
                present = [kind for (kind,) in connection.execute("SELECT DISTINCT kind FROM screen_events").fetchall()]
                plan: Plan = prescreen(screens, profiles(), DAY, asked, present)
            with ExitStack() as stack:
                with timed(seconds, "ask"):
                    sql = stack.enter_context(mask_sql(connection, plan))
                with timed(seconds, "write"):
                    write_sorted(connection, sql, ("party_id", "channel"), folder / "prescreen.parquet")
            cpu = time.process_time() - cpu
            answers = dict(connection.execute(f"SELECT may, count(*) FROM read_parquet('{folder}/prescreen.parquet') GROUP BY 1 ORDER BY 1").fetchall())
            events = connection.execute("SELECT count(*) FROM screen_events").fetchone()
    return {
        "people": people, "channels": len(CHANNELS), "events": events[0] if events else 0, "rules_asked_in_columns": len(plan.asked), "seconds": seconds, "cpu_seconds": round(cpu, 1), "answers": answers,
        "answers_per_second": int(people * len(CHANNELS) / seconds["whole"]), "peak_memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "load_average": os.getloadavg()[0],
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=1_000_000)
    print(json.dumps(measure(parser.parse_args().people)))


if __name__ == "__main__":
    main()
