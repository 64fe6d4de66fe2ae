"""How is the pre-screen carried out over rows? The thinking is `check.prescreen`; here people and events get their rows from a night's tables."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo, available_timezones

import duckdb
import pyarrow as pa

from arrears.check.conduct.facts import Proposed
from arrears.check.conduct.kinds.content import Required
from arrears.check.conduct.pack import Packs
from arrears.check.conduct.words import Act, ActorRole, Channel, DebtorKind, DebtPurpose, LenderKind, Mark, Product, Purpose
from arrears.check.prescreen.mask import EVENTS, NAMES, NUMBERED, PEOPLE, Plan, prescreen
from arrears.check.prescreen.shapes import EVENTS_SCHEMA, May, Profile, Screen
from arrears.core.sql import quoted
from arrears.engine.columns_engine import make_views, sql_of
from arrears.engine.conduct_events import COLUMNS, EarlierWords, hold_words
from arrears.engine.tables import forget, think
from arrears.intake.book.layout import latest_by_key_sql

CHANNELS = (Channel.CALL, Channel.VOICE_BOT, Channel.TEXT, Channel.EMAIL, Channel.LETTER, Channel.VISIT)
"""Ways of contact for which every case has an answer."""
POLICY_CHANNELS: Mapping[str, str] = {"phone": "call", "sms": "text", **{name: name for name in ("voice_bot", "email", "letter", "visit")}}
"""How the rules of conduct, and with them the pre-screen, call the channels of a policy."""
PARTY = "lender"
RESTRICTED = "restricted"
PRODUCT_NOT_STATED = "product_not_stated"
"""Stands for a rule where the lender does not state the kind of a product, or a person has debts of several kinds: each is asked about by itself."""


@dataclass(frozen=True, slots=True)
class Screening:
    """With what does a night ask what could be permitted on its day?

    Attributes:
        packs: the rules, with what was confirmed.
        places, regions, zones, actor, lender, products, history_from: what the lender states of itself (`law.yaml`).
        house: digest of the lender's own limits, which are among the packs; empty where it set none.
    """

    packs: Packs
    actor: ActorRole
    lender: LenderKind
    history_from: date
    earlier: EarlierWords
    places: frozenset[str] = frozenset()
    regions: Mapping[str, frozenset[str]] = field(default_factory=dict)
    zones: tuple[str, ...] = ()
    products: Mapping[str, Product] = field(default_factory=dict)
    house: str = ""

    def told(self) -> dict[str, object]:
        """All of it, for the record of a run's inputs."""
        return {
            "actor": self.actor, "lender": self.lender, "history_from": self.history_from.isoformat(), "places": sorted(self.places),
            "regions": {name: sorted(places) for name, places in sorted(self.regions.items())}, "zones": list(self.zones),
            "products": dict(sorted(self.products.items())), "packs": [pack.name for pack in self.packs.packs], "confirmed": sorted(map(repr, self.packs.confirmations)),
            "house": self.house,
        }

    def places_of(self, region: str | None) -> frozenset[str]:
        """Which law applies to a person of this region of the book?"""
        return self.regions.get(region, frozenset()) if region and self.regions else self.places


@contextmanager
def screened_sql(connection: duckdb.DuckDBPyConnection, book: Path, screening: Screening, on: date, own: Path | None) -> Iterator[str]:
    """SQL of the mask of a night: `position` and the frozen tables are there.

    Args:
        own: frozen rows of the institution's own facts, where it has any.
    """
    profiles = _show_people(connection, screening)
    _show_events(connection, book, screening, own)
    marks = said_in_full(screening.packs)
    screens = [Screen(str(one), Proposed(Act.CONTACT, PARTY, Purpose.COLLECTION, one, marks=marks)) for one in CHANNELS]
    present = [kind for (kind,) in connection.execute(f"SELECT DISTINCT kind FROM {EVENTS} ORDER BY 1").fetchall()]
    restricted = f"(SELECT party_id FROM holds WHERE kind = '{RESTRICTED}')"
    plan = prescreen(screens, profiles, on, screening.packs, present)
    own_rules = (RESTRICTED, PRODUCT_NOT_STATED)
    channels, mays, rules = (name_type(plan, table, own_rules) for table in NAMES)
    unknown = ", ".join(f"('{one}')" for one in CHANNELS)
    with mask_sql(connection, plan, own_rules) as sql:
        yield (
            f"SELECT party_id, channel, CASE WHEN party_id IN {restricted} THEN '{May.NO}'::{mays} ELSE may END AS may, "
            f"CASE WHEN party_id IN {restricted} THEN '{RESTRICTED}'::{rules} ELSE rule END AS rule, from_at, from_on FROM ({sql}) "
            f"UNION ALL SELECT party_id, channel::{channels}, '{May.PERHAPS}'::{mays}, '{PRODUCT_NOT_STATED}'::{rules}, NULL, NULL "
            f"FROM screen_cases, (VALUES {unknown}) t(channel) WHERE product IS NULL"
        )


def _show_people(connection: duckdb.DuckDBPyConnection, screening: Screening) -> list[Profile]:
    """Everybody with an overdue account, each with the place of a profile; the profiles."""
    stated = pa.table({"name": list(screening.products), "kind": [str(kind) for kind in screening.products.values()]}, pa.schema({"name": pa.string(), "kind": pa.string()}))
    connection.register("screen_products", stated)
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE screen_cases AS SELECT a.party_id, p.region, p.time_zone, p.kind, a.product, a.debts FROM ("
        "SELECT party_id, CASE WHEN count(DISTINCT kind) = 1 AND count(kind) = count(*) THEN min(kind) END AS product, "
        "list(account_id::VARCHAR ORDER BY account_id) AS debts FROM position LEFT JOIN screen_products ON product = name "
        "GROUP BY party_id HAVING bool_or(bucket <> 'current')) a LEFT JOIN parties p USING (party_id)"
    )
    groups = connection.execute("SELECT DISTINCT region, time_zone, kind, product FROM screen_cases WHERE product IS NOT NULL ORDER BY ALL").fetchall()
    known = available_timezones()
    profiles = [_profile(screening, known, *group) for group in groups]
    columns = list(zip(*groups, strict=True)) if groups else [(), (), (), ()]
    table = pa.table([*(pa.array(values, pa.string()) for values in columns), pa.array(range(len(groups)), pa.int32())], names=["region", "time_zone", "kind", "product", "profile"])
    connection.register("screen_groups", table)
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE {PEOPLE} AS SELECT c.party_id, g.profile, DATE '{screening.history_from}' AS history_from, c.debts FROM screen_cases c JOIN screen_groups g "
        "ON c.product = g.product AND c.region IS NOT DISTINCT FROM g.region AND c.time_zone IS NOT DISTINCT FROM g.time_zone AND c.kind IS NOT DISTINCT FROM g.kind"
    )
    return profiles


def _profile(screening: Screening, known: set[str], region: str | None, time_zone: str | None, kind: str | None, product: str) -> Profile:
    company = kind == "organisation"
    return Profile(
        screening.places_of(region), (time_zone,) if time_zone in known else screening.zones, screening.actor, Product(product),
        DebtPurpose.BUSINESS if company else DebtPurpose.CONSUMER, DebtorKind.COMPANY if company else DebtorKind.PERSON, screening.lender,
    )


def _show_events(connection: duckdb.DuckDBPyConnection, book: Path, screening: Screening, own: Path | None) -> None:
    """Own facts, and what the earlier system knew: contacts at noon where the person is, holds, consents taken back."""
    words = screening.earlier
    for name, mapping in (("screen_channels", words.channels), ("screen_outcomes", words.outcomes)):
        connection.register(name, pa.table({"theirs": list(mapping), "ours": [str(one) for one in mapping.values()]}))
    connection.register("screen_hold_words", hold_words())
    zones = [row[0] for row in connection.execute("SELECT DISTINCT time_zone FROM screen_cases ORDER BY 1").fetchall()]
    connection.register("screen_noons", pa.table({"time_zone": pa.array(zones, pa.string()), "seconds": pa.array([_noon(zone, screening.zones) for zone in zones], pa.int64())}))
    connection.register("screen_no_events", pa.schema(list(COLUMNS.items())).empty_table())
    parts = [
        "SELECT * FROM screen_no_events",
        f"SELECT * FROM read_parquet({quoted(own)})" if own else "",
        "SELECT h.party_id, h.occurred_on::TIMESTAMP + to_seconds(n.seconds) AS \"at\", 'contact' AS kind, 'collector' AS \"by\", 'collection' AS purpose, "
        "coalesce(c.ours, 'call') AS channel, coalesce(o.ours, 'conversation') AS outcome "
        f"FROM ({latest_by_key_sql(book, 'contact_history')}) h JOIN screen_cases s USING (party_id) JOIN screen_noons n ON s.time_zone IS NOT DISTINCT FROM n.time_zone "
        "LEFT JOIN screen_channels c ON h.channel = c.theirs LEFT JOIN screen_outcomes o ON h.outcome = o.theirs WHERE h.occurred_on IS NOT NULL",
        "SELECT h.party_id, h.from_on::TIMESTAMP + to_seconds(w.seconds) AS \"at\", w.kind, w.\"by\", w.marks, CASE WHEN w.ends THEN h.to_on END AS until "
        f"FROM ({latest_by_key_sql(book, 'holds')}) h JOIN screen_hold_words w ON w.held = CASE WHEN h.kind IN (SELECT held FROM screen_hold_words) THEN h.kind ELSE 'other' END",
    ]
    columns = ", ".join(_column(name) for name in EVENTS_SCHEMA.names)
    make_views(connection, {EVENTS: f"SELECT {columns} FROM ({' UNION ALL BY NAME '.join(part for part in parts if part)})"})


def _column(name: str) -> str:
    """A column as the pre-screen wants it: no list and no text is missing where an event leaves it open."""
    if name in ("debts", "marks"):
        return f"CASE WHEN coalesce({name}, '') = '' THEN []::VARCHAR[] ELSE string_split({name}, ',') END AS {name}"
    open_as = {"party": "", "person": "", "point": "", "to": "debtor", "by": "debtor"}
    return f"coalesce(\"{name}\", '{open_as[name]}') AS \"{name}\"" if name in open_as else f'"{name}"'


def _noon(zone: str | None, stated: Sequence[str]) -> int:
    """Noon where the person is, in seconds of the day in Greenwich."""
    name = zone if zone in available_timezones() else next(iter(stated), "UTC")
    offset = datetime.combine(date(2026, 1, 15), time(12), ZoneInfo(str(name))).astimezone(UTC)
    return int((offset - datetime.combine(date(2026, 1, 15), time(0), UTC)).total_seconds())


@contextmanager
def mask_sql(connection: duckdb.DuckDBPyConnection, plan: Plan, own_rules: Collection[str] = ()) -> Iterator[str]:
    """SQL that gives the mask, good until this is left; the tables on the way to it are given back then.

    `screen_people` and `screen_events` must be there, in the shapes of `check.prescreen.shapes`. The columns of names have the types of `name_type`.

    Args:
        own_rules: what who uses the SQL puts in the place of a rule besides those of the plan.
    """
    named = [name for name in plan.tables if name in NAMES]
    for name, rows in plan.tables.items():
        connection.register(name if name not in NAMES else f"{name}_in_text", rows)
    for name in named:
        type_ = name_type(plan, name, own_rules)
        connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS SELECT * REPLACE ({NAMES[name]}::{type_} AS {NAMES[name]}) FROM {name}_in_text")
    *before, mask = plan.steps
    for step in before:
        if step.name == NUMBERED:
            make_views(connection, {step.name: sql_of(step.expression)})
        else:
            think(connection, [step])
    yield sql_of(mask.expression)
    connection.execute(f"DROP VIEW IF EXISTS {NUMBERED}")
    forget(connection, [step for step in before if step.name != NUMBERED])
    for name in plan.tables:
        if name in NAMES:
            connection.execute(f"DROP TABLE IF EXISTS {name}")
        connection.unregister(name if name not in NAMES else f"{name}_in_text")


def name_type(plan: Plan, table: str, own_rules: Collection[str] = ()) -> str:
    """The DuckDB type of a column of names: an `ENUM` of all that can stand there, in the order of texts.

    Millions of rows are sorted and written in half the time that texts take; written as Parquet and read, they are texts.
    """
    names = {name for name in plan.tables[table][NAMES[table]].to_pylist() if name is not None}
    names |= set(own_rules) if table == "prescreen_rules" else set()
    return f"ENUM({', '.join(quoted(name) for name in sorted(names))})" if names else "VARCHAR"


def said_in_full(packs: Packs) -> frozenset[Mark]:
    """All that any rule wants a contact to say and disclose: the pre-screen asks about persons and days, and takes the words as being in order."""
    kinds = [rule.kind for pack in packs.packs for rule in pack.rules if Act.CONTACT in rule.acts]
    return frozenset(mark for kind in kinds if isinstance(kind, Required) and not kind.during for mark in kind.marks)
