"""Which contacts of this log broke a rule? A dialler's log, an agency's, or one that a regulator was handed, held against the rule packs in bulk.

Nothing of the log is kept: it is read, judged, and told in a folder of its own (a report to read, tables of every finding). What is alike is judged
at once, in columns; people of whom more must be looked at are judged apart from one another, so that several processes may work. A row that cannot be
understood is told and stops nothing.
"""

from __future__ import annotations

import codecs
import json
import multiprocessing
import os
import shutil
from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from arrears.check.conduct.pack import Confirmation, Pack, Packs
from arrears.check.conduct.rule import Rule
from arrears.check.conduct.words import ActorRole, Channel, DebtorKind, DebtPurpose, Happened, LenderKind, Outcome, Product, Purpose, Recipient
from arrears.check.contact_audit import IN_A_LOG, Told
from arrears.check.contact_audit import Outcome as Concluded
from arrears.core.parameters import NoValue
from arrears.core.problems import WrongCall
from arrears.core.progress import Progress, silent
from arrears.core.sql import quoted
from arrears.engine.audit_report import audit_page
from arrears.engine.contact_judging import About, Found, Judge, Part, packs_asked, with_countries
from arrears.engine.home import Home
from arrears.engine.run_folder import write_bytes_whole
from arrears.intake.book.layout import file_digest
from arrears.intake.contact_log.reading import EVENTS, LOG, PEOPLE, PROBLEMS, Reading, read_file, refuse_empty

PART_ROWS = 100_000
LEFT_ROWS = 2_000
ALONE_BELOW = 5_000
"""Contacts that are judged one by one; fewer are judged before another process has begun."""
REPORT, FINDINGS, RULES, REJECTED, SUMMARY = "report.html", "findings.csv", "rules.csv", "rows_not_understood.csv", "audit.json"
SHOWN_PEOPLE, SHOWN_CONTACTS, SHOWN_ROWS = 50, 100, 50
KNOWN_WORDS = {"channel": tuple(Channel), "outcome": tuple(Outcome), "to": tuple(Recipient), "purpose": tuple(Purpose), "kind": tuple(Happened), "direction": ("in", "out")}
GUARD = "CASE WHEN regexp_matches({0}, '^[=+@\\-\\t]') THEN '''' || {0} ELSE {0} END"
"""A text of a stranger's that a spreadsheet would take for a formula is written as a text."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be audited, and what is known of it besides.

    Attributes:
        places, zones: of people of whom no file says it.
        clock: zone of the log's clock, where its moments state none.
        columns: which heading means what, where the headings do not say it themselves.
        known_from: first day from which the log is whole; None for its first day.
        house: ask a lender's own rules too, which are no law.
    """

    log: Path
    people: Path | None = None
    events: Path | None = None
    places: tuple[str, ...] = ()
    zones: tuple[str, ...] = ()
    clock: str = ""
    actor: ActorRole = ActorRole.CREDITOR_OWN_NAME
    product: Product = Product.CONSUMER_LOAN
    lender: LenderKind = LenderKind.BANK
    debt_purpose: DebtPurpose = DebtPurpose.CONSUMER
    debtor: DebtorKind = DebtorKind.PERSON
    purpose: Purpose = Purpose.COLLECTION
    party: str = "lender"
    columns: Mapping[str, str] = field(default_factory=dict)
    date_form: str = ""
    known_from: date | None = None
    house: bool = False


def audit(
    wish: Wish, output: Path, *, on: date, confirmations: tuple[Confirmation, ...] = (), home: Home | None = None, progress: Progress = silent, processes: int | None = None
) -> dict[str, Any]:
    """What is found, as it is written into `output`: report.html, findings.csv, rules.csv, rows_not_understood.csv, audit.json.

    Args:
        confirmations: what named persons have confirmed.
        home: whose own limits hold, where the house rules are asked; without one, those that are shipped.
        on: the day of the audit; it is told in the report and decides nothing, for each contact is judged by the law of its own day.

    Raises:
        WrongCall: a column, a zone or the place is not known; the folder is there and holds something else.
        BadData: a file cannot be read at all.
    """
    _own_folder(output)
    packs = packs_asked(wish.house, confirmations, home)
    clock = _clock(wish, packs)
    progress("reading", 0, 1)
    log = read_file(wish.log, LOG, KNOWN_WORDS, clock, wish.columns, wish.date_form)
    refuse_empty(log, wish.log)
    people = read_file(wish.people, PEOPLE, KNOWN_WORDS, clock, {}) if wish.people else None
    events = read_file(wish.events, EVENTS, KNOWN_WORDS, clock, {}) if wish.events else None
    progress("reading", 1, 1)
    _place_is_known(wish, log, people)
    about = _about(wish, log, clock)
    told = Told(said=log.rows["said"].null_count < log.rows.num_rows, events=events is not None)
    found, listed = _judged(log.rows, people, events, Begin(about, told, confirmations, home), packs, progress, processes)
    progress("writing", 0, 1)
    summary = _written(wish, output, on, about, clock, told, packs, log, people, events, found, listed)
    progress("writing", 1, 1)
    return summary


# Before


def _own_folder(output: Path) -> None:
    """Only a folder of our own is written over."""
    own = (REPORT, FINDINGS, RULES, REJECTED, SUMMARY)
    if output.exists() and (not output.is_dir() or any(one.name.removesuffix(".unfinished") not in own for one in output.iterdir())):
        raise WrongCall(f"{output} is there already and holds something else.", "Nothing was written.", "Name a new folder with --output.")
    output.mkdir(parents=True, exist_ok=True)


def _clock(wish: Wish, packs: Packs) -> str | None:
    """The zone of the log's clock: as stated; else the person's, or that of a place that has only one."""
    of_place = {zone for pack in packs.packs if not pack.places.isdisjoint(with_countries(wish.places)) for zone in pack.zones}
    clock = wish.clock or (wish.zones[0] if len(wish.zones) == 1 else "") or (next(iter(of_place)) if len(of_place) == 1 else "")
    for zone in (*wish.zones, *filter(None, [clock])):
        try:
            ZoneInfo(zone)
        except (ZoneInfoNotFoundError, ValueError) as trouble:
            raise WrongCall(f"“{zone}” is no time zone that is known.", "The hour of day decides.", "Use a name such as Asia/Shanghai.") from trouble
    return clock or None


def _place_is_known(wish: Wish, log: Reading, people: Reading | None) -> None:
    if not wish.places and "place" not in log.columns and (people is None or "place" not in people.columns):
        raise WrongCall(
            "Which place's law applies is not known.", "Without it no rule can be asked.",
            "State it, as --place CN, or give a column of places (CN, US-NY) in the log or in the file of people.",
        )  # fmt: skip


def _about(wish: Wish, log: Reading, clock: str | None) -> About:
    first = pc.min(log.rows["at"]).as_py().astimezone(ZoneInfo(clock or (wish.zones[0] if wish.zones else "UTC"))).date()
    return About(
        wish.places, wish.zones, wish.actor, wish.product, wish.lender, wish.debt_purpose, wish.debtor, wish.purpose, wish.party, wish.known_from or first, wish.house,
    )  # fmt: skip


# Judging


class Begin(NamedTuple):
    """What each judge begins with."""

    about: About
    told: Told
    confirmations: tuple[Confirmation, ...]
    home: Home | None


def _judged(
    rows: pa.Table, people: Reading | None, events: Reading | None, begin: Begin, packs: Packs, progress: Progress, processes: int | None
) -> tuple[Found, pa.Table]:
    """Every person's contacts; what is listed comes as a table.

    What is alike is judged here, for it takes seconds of a million; what is left by as many processes as there are cores, where it is much.
    """
    judge = Judge(begin.about, begin.told, packs)
    whole, tables, left = Found(), [], []
    progress("judging", 0, rows.num_rows)
    for part in _parts(rows, people, events, PART_ROWS):
        found, others = judge.sift(part)
        tables.append(_taken_up(whole, found))
        left.append(others)
        progress("judging", whole.judged, rows.num_rows)
    others = pa.concat_tables(left)
    asked = pc.sum(others["asked"]).as_py() or 0
    many = min(processes or os.cpu_count() or 1, -(-asked // LEFT_ROWS)) if asked >= ALONE_BELOW or processes else 1
    for found in _worked(_parts(others, people, events, LEFT_ROWS), judge, begin, many):
        tables.append(_taken_up(whole, found))
        progress("judging", whole.judged, rows.num_rows)
    progress("judging", rows.num_rows, rows.num_rows)
    return whole, pa.concat_tables(tables)


def _taken_up(whole: Found, found: Found) -> pa.Table:
    """What was found of a part is added to the whole; what it lists is given back."""
    whole.judged += found.judged
    whole.counts += found.counts
    whole.not_asked += found.not_asked
    return found.table()


def _worked(parts: Iterator[Part], judge: Judge, begin: Begin, many: int) -> Iterator[Found]:
    """What is left, judged here or by other processes."""
    if many <= 1:
        yield from map(judge.judge_left, parts)
        return
    with ProcessPoolExecutor(many, mp_context=multiprocessing.get_context("spawn"), initializer=_begin, initargs=begin) as pool:
        yield from pool.map(_judge_left, parts)


_JUDGE: list[Judge] = []
"""The judge of this process."""


def _begin(about: About, told: Told, confirmations: tuple[Confirmation, ...], home: Home | None) -> None:
    _JUDGE[:] = [Judge(about, told, packs_asked(about.house, confirmations, home))]


def _judge_left(part: Part) -> Found:
    return _JUDGE[0].judge_left(part)


def _parts(rows: pa.Table, people: Reading | None, events: Reading | None, many: int) -> Iterator[Part]:
    """The rows, cut between two people, so many or a few more at once; each part has its own memory, for a slice would be sent with the whole."""
    who = rows["who"].combine_chunks().dictionary_encode()
    begins = np.flatnonzero(np.diff(np.asarray(who.indices), prepend=-1))
    cuts = [0] if rows.num_rows else []
    for begin in begins:
        if begin - cuts[-1] >= many:
            cuts.append(int(begin))
    for first, last in zip(cuts, [*cuts[1:], rows.num_rows], strict=False):
        part = rows.take(pa.array(np.arange(first, last)))
        names = part["who"].unique()
        yield Part(part, _of(events, names), _people_of(_of(people, names)))


def _of(reading: Reading | None, names: pa.Array) -> pa.Table | None:
    return None if reading is None else reading.rows.filter(pc.is_in(reading.rows["who"], value_set=names))


def _people_of(table: pa.Table | None) -> dict[str, tuple[str, str]]:
    if table is None:
        return {}
    return {who: (place or "", zone or "") for who, place, zone in zip(*(table[name].to_pylist() for name in ("who", "place", "zone")), strict=True)}


# Telling


def _written(
    wish: Wish, output: Path, on: date, about: About, clock: str | None, told: Told, packs: Packs, log: Reading, people: Reading | None, events: Reading | None,
    found: Found, listed: pa.Table,
) -> dict[str, Any]:  # fmt: skip
    rules = _rules(packs, found, told, on)
    with duckdb.connect() as db:
        _tables(db, log, listed, rules, clock)
        summary = {
            "log": wish.log.name, "digest": file_digest(wish.log), "on": on.isoformat(), "clock": clock or "", "known_from": about.known_from.isoformat(),
            "places": list(about.places), "zones": list(about.zones), "actor": about.actor.value, "product": about.product.value, "purpose": about.purpose.value,
            "columns": dict(log.columns), "people_file": wish.people.name if wish.people else None, "events_file": wish.events.name if wish.events else None,
            "told": {"said": told.said, "events": told.events},
            **_figures(db, log, found), "rules": rules, "problems": _problems(log, people, events),
        }  # fmt: skip
        _csv(db, output, rules, {LOG: log, PEOPLE: people, EVENTS: events})
    write_bytes_whole(output / REPORT, audit_page(summary).encode())
    write_bytes_whole(output / SUMMARY, json.dumps(summary, ensure_ascii=False, indent=1).encode())
    return summary


def _rules(packs: Packs, found: Found, told: Told, on: date) -> list[dict[str, Any]]:
    """Each rule that was asked, breaches first, with how many contacts it concluded what of."""
    known = {(pack.name, rule.name): (pack, rule) for pack in packs.packs for rule in pack.rules}
    names = {(pack, rule) for pack, rule, _ in found.counts if rule} | {(pack, rule) for pack, rule, *_ in found.not_asked}
    missing: dict[tuple[str, str], tuple[str, str]] = {}
    passed: Counter[tuple[str, str]] = Counter()
    for (pack_name, rule_name, en, zh), count in found.not_asked.items():
        missing[pack_name, rule_name] = en, zh
        passed[pack_name, rule_name] += count
    rows = []
    for name in names:
        pack, rule = known[name]
        counted = {one.value: found.counts[*name, one.value] for one in Concluded}
        counted[Concluded.CANNOT_BE_JUDGED.value] += passed[name]
        rows.append(
            {
                "pack": pack.name, "rule": rule.name, "citation": rule.citation, "label": {"en": rule.label.en, "zh": rule.label.zh},
                "pack_label": {"en": pack.label.en, "zh": pack.label.zh}, **counted, "missing": missing.get(name), "unless": _unless(rule, told, counted),
                "is_law": pack.is_law,
                "certain": _is_certain(packs, pack, rule, on),
            }
        )
    return sorted(rows, key=lambda row: (-row["broke"], -row["presumed_breach"], -row["cannot_be_judged"], row["pack"], row["rule"]))


def _is_certain(packs: Packs, pack: Pack, rule: Rule, on: date) -> bool:
    """Are its words and all its figures confirmed?"""
    try:
        figures = [pack.parameters.value_on(figure, on) for figure in rule.parameters.values()]
    except NoValue:
        return False
    return packs.rule_is_certain(pack, rule, on) and all(packs.figure_is_certain(one, on) for one in figures)


def _unless(rule: Rule, told: Told, count: Mapping[str, int]) -> list[dict[str, str]]:
    """The exceptions that might lift a breach and of which the files tell nothing."""
    if told.events or not (count["broke"] or count["presumed_breach"]):
        return []
    open_ones = [one for one in rule.exceptions if any(standing.event.kinds.isdisjoint(IN_A_LOG) for standing in one.given)]
    return [{"en": one.label.en, "zh": one.label.zh} for one in open_ones]


def _tables(db: duckdb.DuckDBPyConnection, log: Reading, listed: pa.Table, rules: list[dict[str, Any]], clock: str | None) -> None:
    """The findings with their contacts, as tables that the figures and the files are asked of."""
    local = pc.local_timestamp(log.rows["at"].cast(pa.timestamp("us", clock or "UTC"))).cast(pa.timestamp("s"), safe=False).cast(pa.string())
    db.register("contacts", log.rows.drop_columns(["at"]).append_column("at_local", local))
    db.register("concluded", listed)
    db.register("rules", pa.Table.from_pylist([{"pack": one["pack"], "rule": one["rule"], "citation": one["citation"], "en": one["label"]["en"], "zh": one["label"]["zh"]}
                                               for one in rules], pa.schema([(name, pa.string()) for name in ("pack", "rule", "citation", "en", "zh")])))  # fmt: skip
    db.execute(
        "CREATE VIEW findings AS SELECT f.row, c.who, c.at_local AS at, c.channel, c.outcome AS result, c.party, c.agent, f.outcome, f.pack, f.rule, r.citation, "
        "r.en AS label_en, r.zh AS label_zh, f.counted, f.\"limit\", f.certain, f.missing_en, f.missing_zh "
        "FROM concluded f JOIN contacts c USING (row) LEFT JOIN rules r ON r.pack = f.pack AND r.rule = f.rule"
    )


def _figures(db: duckdb.DuckDBPyConnection, log: Reading, found: Found) -> dict[str, Any]:
    """Counts of contacts and people, and who stands out."""
    totals = {one.value: 0 for one in Concluded}
    for (_, _, outcome), count in found.counts.items():
        totals[outcome] += count
    totals[Concluded.CANNOT_BE_JUDGED.value] += found.not_asked.total()
    (with_breach, people_with_breach), = db.execute("SELECT count(DISTINCT row), count(DISTINCT who) FROM findings WHERE outcome IN ('broke', 'presumed_breach')").fetchall()
    (first, last, people), = db.execute("SELECT min(at_local), max(at_local), count(DISTINCT who) FROM contacts").fetchall()
    return {
        "rows": log.read, "contacts": found.judged, "received": log.rows.num_rows - found.judged, "people": people, "first": first, "last": last,
        "contacts_with_a_breach": with_breach, "people_with_a_breach": people_with_breach, "conclusions": totals,
        "by_person": _most(db, "who", SHOWN_PEOPLE), "by_agent": _most(db, "agent", SHOWN_PEOPLE), "by_party": _most(db, "party", SHOWN_PEOPLE),
        "worst": _dicts(db, "SELECT * FROM findings WHERE outcome IN ('broke', 'presumed_breach') ORDER BY outcome, row, pack, rule LIMIT " + str(SHOWN_CONTACTS)),
        "missing": _dicts(db, "SELECT missing_en AS en, missing_zh AS zh, count(DISTINCT row) AS contacts FROM findings WHERE missing_en IS NOT NULL GROUP BY ALL ORDER BY 3 DESC, 1 LIMIT 50"),
    }  # fmt: skip


def _most(db: duckdb.DuckDBPyConnection, column: str, shown: int) -> list[dict[str, Any]]:
    """Who had or made most contacts that broke a rule; of how many."""
    return _dicts(
        db,
        f"SELECT coalesce({column}, '') AS name, count(DISTINCT row) FILTER (outcome = 'broke') AS broke, count(DISTINCT row) FILTER (outcome = 'presumed_breach') AS presumed, "
        f"(SELECT count(*) FROM contacts c WHERE c.{column} IS NOT DISTINCT FROM f.{column} AND coalesce(c.direction, 'out') <> 'in') AS contacts "
        f"FROM findings f WHERE outcome IN ('broke', 'presumed_breach') AND {column} IS NOT NULL GROUP BY {column} ORDER BY broke DESC, presumed DESC, name LIMIT {shown}",
    )


def _dicts(db: duckdb.DuckDBPyConnection, sql: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = db.sql(sql).to_arrow_table().to_pylist()
    return rows


def _problems(log: Reading, people: Reading | None, events: Reading | None) -> dict[str, Any]:
    rows = [
        {"file": file, **row, "en": PROBLEMS[row["problem"]].en, "zh": PROBLEMS[row["problem"]].zh}
        for file, reading in ((LOG, log), (PEOPLE, people), (EVENTS, events)) if reading is not None
        for row in reading.problems.slice(0, SHOWN_ROWS).to_pylist()
    ]  # fmt: skip
    counted = [row for reading in (log, people, events) if reading is not None for row in reading.problems.group_by(["kept"]).aggregate([("row", "count")]).to_pylist()]
    return {
        "not_judged": sum(one["row_count"] for one in counted if not one["kept"]), "kept": sum(one["row_count"] for one in counted if one["kept"]), "shown": rows,
    }  # fmt: skip


def _csv(db: duckdb.DuckDBPyConnection, output: Path, rules: list[dict[str, Any]], readings: Mapping[str, Reading | None]) -> None:
    """Every finding, every rule, every row that was not understood: one table each."""
    guarded = ", ".join(f"{GUARD.format(name)} AS {name}" for name in ("who", "party", "agent"))
    _copy(db, f"SELECT * REPLACE ({guarded}) FROM findings ORDER BY row, pack, rule", output / FINDINGS)
    columns = ("pack", "rule", "citation", *(one.value for one in Concluded), "certain")
    flat = [{**{name: row[name] for name in columns}, "label_en": row["label"]["en"], "label_zh": row["label"]["zh"]} for row in rules]
    kinds = [(name, pa.string() if name in ("pack", "rule", "citation") else pa.bool_() if name == "certain" else pa.int64()) for name in columns]
    db.register("rule_rows", pa.Table.from_pylist(flat, pa.schema([*kinds, ("label_en", pa.string()), ("label_zh", pa.string())])))
    _copy(db, "SELECT * FROM rule_rows", output / RULES)
    said = [{"problem": code, "what_en": one.en, "what_zh": one.zh} for code, one in PROBLEMS.items()]
    db.register("said", pa.Table.from_pylist(said))
    wrong = [one.problems.append_column("file", pa.array([file] * one.problems.num_rows, pa.string())) for file, one in readings.items() if one is not None]
    db.register("wrong", pa.concat_tables(wrong))
    _copy(db, f"SELECT file, row, what_en, what_zh, {GUARD.format('cell')} AS cell, kept AS judged_all_the_same FROM wrong JOIN said USING (problem) ORDER BY file, row, problem",
          output / REJECTED)  # fmt: skip


def _copy(db: duckdb.DuckDBPyConnection, sql: str, target: Path) -> None:
    """As CSV with a mark of UTF-8 before it, so that a spreadsheet shows Chinese as it is; only this user may read it."""
    unfinished = target.with_name(target.name + ".unfinished")
    db.execute(f"COPY ({sql}) TO {quoted(unfinished)} (FORMAT csv, HEADER)")
    with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out, unfinished.open("rb") as written:
        out.write(codecs.BOM_UTF8)
        shutil.copyfileobj(written, out, 1 << 20)
    unfinished.unlink()
