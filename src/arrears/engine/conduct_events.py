"""What happened to people, as rows: the institution's own contacts, holds, consents and refusals, and what the lender's earlier system knew.

The same facts that the gate reads person by person (`check.gate.history`, `check.protections`), frozen for a night. Only who is protected or has
agreed to something is gone through one by one, not the portfolio.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

import pyarrow as pa

from arrears.casefile.facts.hold import EFFECTS, Hold, HoldKind, MayLift
from arrears.check.conduct.facts import Event
from arrears.check.conduct.words import Channel, Outcome
from arrears.check.prescreen.shapes import EVENTS_SCHEMA
from arrears.check.protections import events_of

FROZEN_EVENTS = "conduct_events"
LISTS = ("debts", "marks")
COLUMNS: Mapping[str, pa.DataType] = {
    name: pa.string() if name in LISTS else type_ for name, type_ in zip(EVENTS_SCHEMA.names, EVENTS_SCHEMA.to_pyarrow().types, strict=True)
}
"""Columns of the frozen rows: those of an event, lists as one text with commas between."""
ANY_DAY = date(2026, 1, 5)


@dataclass(frozen=True, slots=True)
class EarlierWords:
    """How earlier systems call channels and outcomes; one that is not known is taken as what restricts most."""

    channels: Mapping[str, Channel]
    outcomes: Mapping[str, Outcome]


def own_events(facts: Iterable[Any], contacts: pa.Table) -> pa.Table:
    """The institution's own facts as rows, sorted by everything.

    Args:
        facts: `load.protections()`.
        contacts: `load.contacts_before(day)`.
    """
    of_person: dict[int, list[Any]] = {}
    for fact in facts:
        of_person.setdefault(fact.party_id, []).append(fact)
    rows = [row_of(party_id, event) for party_id, known in sorted(of_person.items()) for event in events_of(known)]
    found = pa.concat_tables([pa.Table.from_pylist(rows, pa.schema(list(COLUMNS.items()))), _contact_rows(contacts)])
    return found.sort_by([(name, "ascending") for name in found.column_names])


def row_of(party_id: int, event: Event) -> dict[str, Any]:
    """One event as a row."""
    window = event.window
    return {
        "party_id": party_id, "at": event.at.astimezone(UTC).replace(tzinfo=None), "kind": str(event.kind), "by": str(event.by), "party": event.party,
        "to": str(event.to), "person": event.person, "debts": ",".join(sorted(event.debts)), "channel": _text(event.channel), "point": event.point,
        "place": _text(event.place), "purpose": _text(event.purpose), "mode": _text(event.mode), "outcome": _text(event.outcome),
        "marks": ",".join(sorted(event.marks)), "until": event.until, "window_opens": _seconds(window.opens) if window else None,
        "window_closes": _seconds(window.closes) if window else None, "window_weekdays": sum(1 << day for day in window.weekdays) if window else None,
        "only_inside": event.only_inside, "years": event.years, "amount_minor": event.amount_minor, "total_minor": event.total_minor,
        "record": _text(event.record),
    }


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _seconds(clock: time) -> int:
    return clock.hour * 3600 + clock.minute * 60 + clock.second


def _contact_rows(contacts: pa.Table) -> pa.Table:
    rows = contacts.num_rows
    kinds = pa.array(["contact" if kind == "made" else "contact_received" for kind in contacts["kind"].to_pylist()], pa.string())
    given = {name: contacts[name] for name in contacts.column_names} | {"kind": kinds, "only_inside": pa.array([False] * rows, pa.bool_())}
    return pa.table({name: given.get(name, pa.nulls(rows, type_)) for name, type_ in COLUMNS.items()})


def hold_words() -> pa.Table:
    """What a hold of each kind of an earlier system says: rows of `held`, the event's words, how many seconds after its day began in Greenwich it
    counts, and whether its last day ends it."""
    rows: list[dict[str, Any]] = []
    midnight = datetime.combine(ANY_DAY, time(0), UTC)
    for kind in HoldKind:
        hold = Hold(1, 1, kind, "", ANY_DAY, ANY_DAY, EFFECTS[kind].blocks, MayLift.MANAGER)
        for event in events_of([hold]):
            row = row_of(1, event)
            rows.append({
                "held": str(kind), **{name: row[name] for name in ("kind", "by", "marks")},
                "seconds": int((event.at - midnight).total_seconds()), "ends": event.until is not None,
            })
    return pa.Table.from_pylist(rows, pa.schema({"held": pa.string(), "kind": pa.string(), "by": pa.string(), "marks": pa.string(), "seconds": pa.int64(), "ends": pa.bool_()}))
