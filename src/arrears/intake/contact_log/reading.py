"""Which contacts does this file tell of, who had them, and when?

The file is read by the same reader as the files of a book (any encoding, delimiter and heading row), its columns are known by their headings, and
moments and words are worked out in columns. A row that lacks a person or a moment, or has a word that nobody knows, is not dropped: it comes out
with its number and what is wrong with it. A result that is not known is told too, and its contact is kept, for it happened.
"""

from __future__ import annotations

import tempfile
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from arrears.core.problems import BadData, WrongCall
from arrears.core.reasons import Sentence
from arrears.core.sql import quoted
from arrears.intake.book.profile import ColumnLook, FileLook, look_over
from arrears.intake.book.reading import connect, look_at, read_raw
from arrears.intake.book.trade_words import plain
from arrears.intake.contact_log.words import CODES, HEADINGS

LOG, PEOPLE, EVENTS = "log", "people", "events"
COLUMNS: Mapping[str, tuple[str, ...]] = {
    LOG: ("who", "when", "date", "channel", "outcome", "direction", "to", "purpose", "point", "debt", "party", "agent", "place", "zone", "said"),
    PEOPLE: ("who", "place", "zone"),
    EVENTS: ("who", "when", "date", "kind", "channel", "to", "point", "debt", "party", "until", "said"),
}
NEEDED: Mapping[str, tuple[str, ...]] = {LOG: ("who", "when", "channel"), PEOPLE: ("who",), EVENTS: ("who", "when", "kind")}
CLOCKS = ("%H:%M:%S", "%H:%M", "%H:%M:%S.%f", "%H:%M:%S.%g", "%I:%M:%S %p", "%I:%M %p")
OFFSET = r"(Z|[+-][0-9]{2}:?[0-9]{2})$"
WORDED = ("channel", "outcome", "direction", "to", "purpose", "kind")
MAY_STAY_UNKNOWN = frozenset({"outcome"})
"""A contact whose result has no word that we know happened all the same."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a file says.

    Attributes:
        rows: `row`, `who`, `at` (UTC, microseconds) and the other columns as text (NULL where not stated), by person, moment and row.
        problems: `row`, `problem` (its code), `cell` (what stands there) and `kept` (the contact is judged all the same).
        columns: which column each meaning was read from.
        read: rows of the file, those that could not be read included.
    """

    rows: pa.Table
    problems: pa.Table
    columns: Mapping[str, str]
    read: int


PROBLEMS: Mapping[str, Sentence] = {
    "who": Sentence("no person is named", "未写明是何人"),
    "when": Sentence("the moment cannot be read", "时间无法识别"),
    "broken": Sentence("the line is no row of this table", "该行不符合表格格式"),
    "not_once": Sentence("the clock skips this moment in this zone", "该时区不存在这一时刻（夏令时）"),
    **{name: Sentence(f"the {name} is a word that is not known", f"“{zh}”一栏的词无法识别") for name, zh in
       {"channel": "渠道", "outcome": "结果", "direction": "方向", "to": "对象", "purpose": "目的", "kind": "事件"}.items()},
}  # fmt: skip


def read_file(path: Path, what: str, known: Mapping[str, Collection[str]], clock: str | None, own: Mapping[str, str], date_form: str = "") -> Reading:
    """What does this file say?

    Args:
        what: LOG, PEOPLE or EVENTS.
        known: the codes of our own, by column: these words are understood besides those of the trade.
        clock: zone of the moments that state none.
        own: which heading has which meaning, where the caller says so.
        date_form: how a day is written (strptime), where the file leaves it open.

    Raises:
        WrongCall: a heading that is not there, a needed column that was not found, a day that could be two.
        BadData: the file cannot be read at all.
    """
    look = look_over(path)[0]
    columns = _columns(look, what, own)
    with tempfile.TemporaryDirectory(prefix="arrears-log-") as folder, _opened(look, Path(folder)) as (db, broken):
        rows = _typed(db, look, columns, known, date_form, what)
        read = rows.num_rows + broken.num_rows
        rows = _in_time(rows, clock) if "when" in columns else rows.append_column("at", pa.nulls(rows.num_rows, pa.timestamp("us", "UTC")))
        return Reading(*_parted(db, rows, broken, what), columns, read)


@contextmanager
def _opened(look: FileLook, work: Path) -> Iterator[tuple[duckdb.DuckDBPyConnection, pa.Table]]:
    file = look_at(look.path, look.encoding, look.delimiter, sheet=look.sheet, header_row=look.header_row)[0]
    with connect(work) as db:
        raw = read_raw(db, file, "raw", work)
        yield db, db.sql(f"SELECT row, 'broken' AS problem, line_text AS cell, false AS kept FROM {raw.broken_name}").to_arrow_table()


def _columns(look: FileLook, what: str, own: Mapping[str, str]) -> dict[str, str]:
    """Which column means what: what the caller says, then what the headings say, each column once."""
    headings = [column.heading for column in look.columns]
    unknown = [heading for heading in own.values() if heading not in headings]
    strange = [meaning for meaning in own if meaning not in COLUMNS[what]]
    if unknown or strange:
        raise WrongCall(
            f"{look.path.name} has no column {', '.join(unknown)}." if unknown else f"No column of such a file means {', '.join(strange)}.",
            "It is not certain what was meant.",
            f"Its columns are {', '.join(headings)}; meanings are {', '.join(COLUMNS[what])}.",
        )
    found = dict(own)
    for meaning in COLUMNS[what]:
        words = HEADINGS[meaning]
        fitting = [heading for heading in headings if heading not in found.values() and plain(heading) in words]
        if meaning not in found and fitting:
            found[meaning] = min(fitting, key=lambda heading: words.index(plain(heading)))
    if "when" not in found and "date" in found:
        found["when"] = found.pop("date")
    missing = [meaning for meaning in NEEDED[what] if meaning not in found]
    if missing:
        raise WrongCall(
            f"{look.path.name} has no column for {', '.join(missing)}.",
            "Without it no contact can be judged.",
            f"Say which column it is, as --column {missing[0]}=HEADING; its columns are {', '.join(headings)}.",
        )
    return found


def _name(heading: str) -> str:
    return '"' + heading.replace('"', '""') + '"'


def _typed(db: duckdb.DuckDBPyConnection, look: FileLook, columns: Mapping[str, str], known: Mapping[str, Collection[str]], date_form: str, what: str) -> pa.Table:
    """The rows with local moment and offset, and words as codes of our own."""
    parts = ["__row AS row"]
    for meaning, heading in columns.items():
        text = f"nullif(trim({_name(heading)}), '')"
        if meaning == "when":
            parts += _moment(look, columns, date_form, day_is_enough=what == EVENTS)
        elif meaning in WORDED and meaning in CODES | dict(known):
            db.register(f"words_{meaning}", _words(db, heading, meaning, known.get(meaning, ())))
            parts += [f"{text} AS {meaning}_text", f'(SELECT code FROM words_{meaning} WHERE text = {text}) AS "{meaning}"']
        elif meaning != "date":
            parts.append(f'{text} AS "{meaning}"')
    absent = [f'NULL::VARCHAR AS "{meaning}"' for meaning in COLUMNS[what] if meaning not in columns and meaning not in ("when", "date")]
    return db.sql(f"SELECT {', '.join(parts + absent)} FROM raw ORDER BY row").to_arrow_table()


def _words(db: duckdb.DuckDBPyConnection, heading: str, meaning: str, own: Collection[str]) -> pa.Table:
    """Each different text of a column with the code it means."""
    meant = {word: code for code, words in CODES.get(meaning, {}).items() for word in (*words, plain(code))} | {plain(code): code for code in own}
    texts = [text for (text,) in db.execute(f"SELECT DISTINCT trim({_name(heading)}) FROM raw").fetchall() if text]
    return pa.table({"text": pa.array(texts, pa.string()), "code": pa.array([meant.get(plain(text)) for text in texts], pa.string())})


def _moment(look: FileLook, columns: Mapping[str, str], date_form: str, *, day_is_enough: bool) -> list[str]:
    """SQL: the moment as the clock of the log shows it, and its own offset in minutes where it states one.

    An event of which only the day is known happened when the day began; a contact needs its time of day, for hours are judged.
    """
    joined = columns.get("date")
    text = f"trim({_name(columns['when'])})" if joined is None else f"trim({_name(joined)}) || ' ' || trim({_name(columns['when'])})"
    days = date_form or _form_of_days(look, joined or columns["when"])
    body = f"replace(trim(regexp_replace({text}, '{OFFSET}', '')), 'T', ' ')" if "%b" not in days else f"trim(regexp_replace({text}, '{OFFSET}', ''))"
    forms = ", ".join(quoted(form) for form in [*(f"{days} {clock}" for clock in CLOCKS), *([days] if day_is_enough else [])])
    offset = f"regexp_extract({text}, '{OFFSET}')"
    minutes = f"CASE WHEN {offset} IN ('', 'Z') THEN 0 ELSE (left({offset}, 1) || '1')::INT * (substr({offset}, 2, 2)::INT * 60 + right({offset}, 2)::INT) END"
    return [f"try_strptime({body}, [{forms}]) AS shown", f"CASE WHEN {offset} = '' THEN NULL ELSE {minutes} END AS offset_minutes", f"{text} AS when_text"]


def _form_of_days(look: FileLook, heading: str) -> str:
    """How days are written in this column; one that leaves day and month open is not guessed."""
    column = next(one for one in look.columns if one.heading == heading)
    days = tuple(text.replace("T", " ", 1).split(" ")[0] if "%b" not in text else text for text in column.texts)
    forms = ColumnLook(heading, days, column.rows).date_forms
    if len(forms) > 1:
        raise WrongCall(
            f"The days of “{heading}” could be read in two ways: {' or '.join(forms)}.", "A contact of another day would be judged.",
            f'Say which, as --date-form "{forms[0]}".',
        )  # fmt: skip
    if not forms:
        raise WrongCall(f"“{heading}” does not look like moments (such as “{next(iter(column.texts), '')}”).", "Nothing can be judged without them.",
                        'Say how days are written, as --date-form "%d.%m.%Y", or which column it is, as --column when=HEADING.')  # fmt: skip
    return forms[0]


def _in_time(rows: pa.Table, clock: str | None) -> pa.Table:
    """The moment in Greenwich. In the hour that comes twice the first is taken; a moment that the clock skips is none."""
    shown, offsets = rows["shown"].combine_chunks(), rows["offset_minutes"].combine_chunks()
    if clock is None and pc.any(pc.and_(pc.is_null(offsets), pc.is_valid(shown))).as_py():
        raise WrongCall("In which zone the clock of the log runs is not known.", "The hour of day decides, and a day has other hours elsewhere.",
                        "State it, as --clock Asia/Shanghai.")  # fmt: skip
    by_offset = pc.subtract(shown, pc.multiply(pc.cast(offsets, pa.int64()), 60_000_000).cast(pa.duration("us")))
    by_clock = pc.assume_timezone(shown, clock, ambiguous="earliest", nonexistent="earliest") if clock else None
    at = pc.assume_timezone(by_offset, "UTC")
    if by_clock is not None:
        at = pc.if_else(pc.is_valid(offsets), at, by_clock.cast(pa.timestamp("us", "UTC")))
    return rows.append_column("at", at)


def _parted(db: duckdb.DuckDBPyConnection, rows: pa.Table, broken: pa.Table, what: str) -> tuple[pa.Table, pa.Table]:
    """The rows that can be judged, in order, and what is wrong with the others."""
    db.register("typed", rows)
    db.register("no_rows", broken)
    names = set(rows.column_names)
    wrong = [("who", "coalesce(who, '')", "who IS NULL", False)]
    if "when_text" in names:
        wrong.append(("when", "coalesce(when_text, '')", '"at" IS NULL', False))
    wrong += [
        (name, f"{name}_text", f'"{name}" IS NULL' + ("" if name in NEEDED[what] else f" AND {name}_text IS NOT NULL"), name in MAY_STAY_UNKNOWN)
        for name in WORDED if f"{name}_text" in names
    ]  # fmt: skip
    problems = db.sql(
        " UNION ALL ".join(
            [f"SELECT row, '{code}' AS problem, coalesce({cell}, '') AS cell, {str(kept).lower()} AS kept FROM typed WHERE {when}" for code, cell, when, kept in wrong]
            + ["SELECT row, problem, cell, kept FROM no_rows"]
        )
        + " ORDER BY row, problem"
    ).to_arrow_table()
    db.register("wrong", problems)
    order = 'who, "at", row'
    fields = ", ".join(["row", "who", '"at"', *(f'"{name}"' for name in COLUMNS[what] if name not in ("who", "when", "date"))])
    good = db.sql(f"SELECT {fields} FROM typed WHERE row NOT IN (SELECT row FROM wrong WHERE NOT kept) ORDER BY {order}").to_arrow_table()
    return good, problems


def refuse_empty(reading: Reading, path: Path) -> None:
    """A file of which no row could be read is no log.

    Raises:
        BadData: not one row can be judged.
    """
    if not reading.rows.num_rows:
        first = PROBLEMS[reading.problems["problem"][0].as_py()].en if reading.problems.num_rows else "it has no rows"
        raise BadData(f"No row of {path.name} could be read: {first}.", "There is nothing to judge.", "Look at its columns, or say what they mean with --column.")
