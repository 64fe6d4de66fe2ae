"""What is kept about a person, all of it, for a machine and for a reader?

Comes in: a person (the lender's number, or our id), a folder that is not there yet, who gets it and where. Goes out: `person.json`, the
book's rows as Parquet and CSV, `report.html` and `report.pdf`, the stored reports, and `manifest.json` with the SHA-256 of each file. What
is not in it is said in it, with the reason. That it was made is a fact in the person's chain.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from arrears.act.paper.glyphs import GlyphsMissing
from arrears.casefile.facts.fact import journal_name
from arrears.casefile.facts.privacy import PersonExported
from arrears.casefile.store import load, sets
from arrears.casefile.store.append import append
from arrears.casefile.store.identity import Identities
from arrears.casefile.store.institution import acting_for, institution_key
from arrears.casefile.store.rows import FACT_TABLES
from arrears.casefile.store.vault import default_vault
from arrears.core.book import BOOK_TABLES, BookTable
from arrears.core.ids import IdNotValid, id_text, parse_id
from arrears.core.problems import AnswerIsNo, WrongCall
from arrears.core.reasons import Language, Sentence
from arrears.engine.case_reports.page import html_of
from arrears.engine.case_reports.paper import pdf_of
from arrears.engine.case_reports.report import Report, Section, Table
from arrears.engine.home import PRIVATE_FILE, PRIVATE_FOLDER, Home
from arrears.engine.use_cases.evidence import hand_out
from arrears.engine.use_cases.finding import namespaces
from arrears.engine.use_cases.night_reports import stored_report, stored_reports
from arrears.engine.use_cases.reading import Portfolio, portfolios
from arrears.engine.use_cases.reading.files import looking_into
from arrears.intake.book.identities import CONTACT_FIELDS, PARTY_FIELDS
from arrears.intake.book.layout import batch_files
from arrears.record.evidence.keeping import NoSuchEvidence, kept_of
from arrears.record.evidence.refusals import EvidenceMissing
from arrears.record.privacy.categories import categories
from arrears.record.privacy.transfers import require_basis

THE_PERSON = "the_person"
"""The recipient where the person asked for their own data."""
_SEALED_AS = {"parties": PARTY_FIELDS, "contact_points": CONTACT_FIELDS}
_SHOWN_ROWS = 200
WHY_READ = "export of everything about the person"
"""The reason that stands in the custody entry of each piece of evidence that is taken along."""
NOT_INCLUDED: tuple[Sentence, ...] = (
    Sentence("Keys, salts and hashes under which the data is kept: they are no statement about the person, and would endanger others.", "用于保存数据的密钥、盐值和散列：并非关于本人的信息，且会危及他人。"),
    Sentence("Ids and data of other people bound by the same debts: they are theirs.", "同一债务其他义务人的编号和信息：属于他人。"),
    Sentence("What earlier nights derived from the same rows: it can be derived again, and the decisions that followed are included.", "此前各次运行由同样数据推算的结果：可重新推算，由此作出的决定已包含在内。"),
    Sentence("Rows refused on import that nobody has assigned to a person; they are removed after 30 days.", "导入时被拒、尚未归属任何人的行；30 天后删除。"),
    Sentence("Backups: they hold earlier states of the same data.", "备份：仅为同一数据的早先状态。"),
)
EVIDENCE_GONE = Sentence("Evidence whose bytes are no longer kept; the record that it was kept is included: ", "字节已不再保存的证据（其存证记录已包含在内）：")


class NoSuchPerson(AnswerIsNo):
    """Nobody is known here by that number or id."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Who gets the export, where, by whose hand, in which language, when?"""

    recipient: str
    to_jurisdiction: str
    exported_by: str
    language: Language
    at: datetime


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written: the folder, how many files, how many rows of books, how many facts."""

    folder: Path
    files: int
    rows: int
    facts: int


def export_person(home: Home, institution_id: int, person: str, folder: Path, asked: Asked) -> Exported:
    """Write everything about a person into a new folder, and record that it was done.

    Args:
        person: the lender's number of the person, or our id of them.

    Raises:
        NoSuchPerson: nobody is known by it.
        NoBasis: it would go to another jurisdiction without a recorded basis.
        WrongCall: the folder is there already.
    """
    if folder.exists():
        raise WrongCall(f"{folder} is there already.", "Two exports must not be mixed.", "Name a folder that does not exist yet.")
    settings = home.read_settings()
    part = folder.with_name(f".{folder.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    with acting_for(institution_id):
        party_id = find_person(home, institution_id, person)
        require_basis(home_jurisdiction=settings.jurisdiction, to_jurisdiction=asked.to_jurisdiction, recipient=asked.recipient, codes=[one.code for one in categories()], on=asked.at.date())
        part.mkdir(mode=PRIVATE_FOLDER, parents=False)
        told = collected(home, institution_id, party_id, settings.jurisdiction)
        for name, content in _files(home, institution_id, party_id, told, asked):
            _write(part / name, content)
        manifest = _manifest(part)
        _write(part / "manifest.json", manifest)
        count = len(json.loads(manifest)["files"])
        append(PersonExported(party_id, asked.exported_by, asked.recipient, asked.to_jurisdiction.upper(), count, hashlib.sha256(manifest).hexdigest(), asked.at.date()),
               actor=asked.exported_by, at=asked.at, cause="export")
    part.rename(folder)  # Only now: an export that nobody recorded is never there.
    rows = sum(len(table["rows"]) for book in told["books"] for table in book["tables"])
    return Exported(folder, count + 1, rows, len(told["facts"]))


def find_person(home: Home, institution_id: int, person: str) -> int:
    """Who is meant by this number or id? Inside `acting_for`. Raises `NoSuchPerson`; the message does not repeat what was typed."""
    identities = Identities(institution_id, institution_key(institution_id))
    for namespace in namespaces(home, institution_id):
        if (found := identities.resolve("party", namespace, pa.array([person], pa.string()))[0].as_py()) is not None:
            return int(found)
    try:
        party_id = parse_id(person)
    except IdNotValid:
        party_id = int(person) if person.isdecimal() and len(person) < 20 else 0
    if party_id and _is_known(party_id):
        return party_id
    raise NoSuchPerson("Nobody is known here by that number or id.", "Nothing was exported, and nothing is kept about such a person in this home.",
                       "Check the number; a person who was erased is found by our id alone.")


def _is_known(party_id: int) -> bool:
    tables = ["party_keys", "id_map", "cases", *(table.table for table in FACT_TABLES.values() if "party_id" in table.columns)]
    asked = " OR ".join(f"EXISTS (SELECT FROM {table} WHERE party_id = %(party)s)" for table in tables)
    row = sets.cursor().execute(f"SELECT {asked}", {"party": party_id}).fetchone()
    return bool(row and row[0])


def collected(home: Home, institution_id: int, party_id: int, jurisdiction: str) -> dict[str, Any]:
    """Everything about a person as plain data, ids as people read them. Inside `acting_for`."""
    cases = [row[0] for row in sets.cursor().execute("SELECT case_id FROM cases WHERE party_id = %s ORDER BY 1", [party_id]).fetchall()]
    numbers = Identities(institution_id, institution_key(institution_id))
    accounts = [row[0] for row in sets.cursor().execute("SELECT id FROM id_map WHERE kind = 'account' AND party_id = %s ORDER BY 1", [party_id]).fetchall()]
    owned = dict(zip(accounts, numbers.number_of("account", pa.array(accounts, pa.int64())).to_pylist(), strict=True))
    return {
        "person": {"id": id_text(party_id), "number": numbers.number_of("party", pa.array([party_id], pa.int64()))[0].as_py(),
                   "is_erased": party_id not in default_vault().party_keys(pa.array([party_id], pa.int64()))},
        "accounts": [{"id": id_text(account), "number": number} for account, number in owned.items()],
        "cases": [id_text(case) for case in cases],
        "books": [{"book": book.name, "tables": _book_rows(home, book, party_id)} for book in portfolios(home, institution_id)],
        "facts": _facts_of(party_id),
        "journal": [entry.header for chain in (party_id, *cases) for entry in load.journal(chain)],
        "purposes": [{"category": one.code, "name_en": one.name.en, "name_zh": one.name.zh, "purpose_en": one.purpose.en, "purpose_zh": one.purpose.zh,
                      "basis": _basis(one.basis_in(jurisdiction)), "seen_by": list(one.seen_by)} for one in categories()],
        "not_included": [{"en": one.en, "zh": one.zh} for one in NOT_INCLUDED],
    }


def _basis(basis: Any) -> dict[str, str] | None:
    return {"en": basis.law.en, "zh": basis.law.zh, "source": basis.source, "confidence": basis.confidence} if basis else None


def _book_rows(home: Home, book: Portfolio, party_id: int) -> list[dict[str, Any]]:
    """Every row of every batch of a book that is about the person, batch by batch, its sealed column opened."""
    owning = batch_files(book.folder, "accounts"), batch_files(book.folder, "account_parties")
    found = []
    with looking_into(home) as connection:
        accounts = sorted({row[0] for files in owning if files for row in connection.execute(
            "SELECT account_id FROM read_parquet(?, union_by_name = true) WHERE party_id = ?", [[str(file) for file in files], party_id]).fetchall()})
        for table in BOOK_TABLES.values():
            if files := batch_files(book.folder, table.name):
                column, wanted = ("account_id", accounts) if "account_id" in table.schema else ("party_id", [party_id])
                result = connection.execute(
                    f"SELECT *, filename AS batch FROM read_parquet(?, filename = true, union_by_name = true) WHERE {column} IN (SELECT unnest(?::BIGINT[])) ORDER BY ALL",
                    [[str(file) for file in files], wanted])
                names = [one[0] for one in result.description or []]
                rows = [_plain_row(table, dict(zip(names, row, strict=True)), party_id) for row in result.fetchall()]
                if rows:
                    found.append({"table": table.name, "question": table.question, "rows": rows})
    return found


def _plain_row(table: BookTable, row: dict[str, Any], party_id: int) -> dict[str, Any]:
    """A row for the person: sealed bytes opened, other people's ids left out, the batch by its number."""
    row.pop("filename", None)
    row["batch"] = Path(row["batch"]).parent.name
    if row.get("party_id") not in (None, party_id):
        row["party_id"] = None
    sealed = row.pop("sealed", None)
    if sealed is not None:
        opened = default_vault().unseal_many(pa.array([party_id], pa.int64()), pa.array([bytes(sealed)], pa.binary()), _SEALED_AS[table.name])[0].as_py()
        row |= {f"personal_{name}": value for name, value in json.loads(opened).items()} if opened else {"personal": "erased"}
    return {name: _plain(name, value) for name, value in row.items()}


def _plain(name: str, value: Any) -> Any:
    if isinstance(value, int) and not isinstance(value, bool) and name.endswith("_id"):
        return id_text(value) if value > 0 else str(value)
    return value if isinstance(value, int | str | None) else [str(one) for one in value] if isinstance(value, tuple | list) else str(value)


def _facts_of(party_id: int) -> list[dict[str, Any]]:
    """Every recorded fact about the person, opened, with who recorded it and when; in the order in which it was recorded."""
    found = []
    for kind, table in FACT_TABLES.items():
        if "party_id" not in table.columns:
            continue
        query = f"""SELECT e.recorded_at, e.actor, e.cause, {", ".join(f"f.{name}" for name in table.columns)} FROM {table.table} f
            JOIN journal_entries e ON e.entry_id = f.entry_id WHERE f.party_id = %s ORDER BY e.recorded_at, f.position"""
        rows = sets.cursor().execute(query, [party_id]).fetchall()
        for (at, actor, cause, *_), values in zip(rows, load.values_of_rows(table, [row[3:] for row in rows]), strict=True):
            said = {name: _plain(name, value) for name, value in values.items()}
            found.append({"recorded_at": at.astimezone(UTC).isoformat(), "what": journal_name(kind(**values)), "recorded_by": actor, "because_of": cause, "said": said})
    return sorted(found, key=lambda one: str(one["recorded_at"]))


def _files(home: Home, institution_id: int, party_id: int, told: Mapping[str, Any], asked: Asked) -> Iterable[tuple[str, bytes]]:
    """The files of the export, by name."""
    for book in told["books"]:
        for table in book["tables"]:
            yield f"rows/{book['book']}-{table['table']}.csv", _csv(table["rows"])
            yield f"rows/{book['book']}-{table['table']}.parquet", _parquet(table["rows"])
    for one in stored_reports(home, institution_id):
        if one.party_id == party_id and not told["person"]["is_erased"]:
            for ending in one.endings:
                yield f"reports/{one.book}-{one.as_of.isoformat()}-{id_text(one.case_id)}.{ending}", stored_report(home, institution_id, one.case_id, one.as_of, ending)
    kept, gone = [], []
    for piece in kept_of(party_id):
        try:
            content = b"".join(hand_out(home, institution_id, piece.evidence_id, WHY_READ, actor=asked.exported_by, at=asked.at, cause="export").pieces())
        except (EvidenceMissing, NoSuchEvidence):
            gone.append(f"{id_text(piece.evidence_id)} ({piece.kind.value})")
            continue
        kept.append(f"{id_text(piece.evidence_id)}-{piece.file_name}")
        yield f"evidence/{kept[-1]}", content
    missing = (Sentence(EVIDENCE_GONE.en + ", ".join(gone), EVIDENCE_GONE.zh + ", ".join(gone)),) if gone else ()
    report = _report(told, asked.language, asked.at.date(), kept, missing)
    yield "person.json", json.dumps({**told, "not_included": told["not_included"] + [{"en": one.en, "zh": one.zh} for one in missing], "evidence": kept},
                                    ensure_ascii=False, indent=1, default=str).encode()
    yield "report.html", html_of(report).encode()
    try:
        yield "report.pdf", pdf_of(report)
    except GlyphsMissing:
        return  # The page says the same; a PDF with gaps where a name belongs is worse than none.


def _csv(rows: Sequence[Mapping[str, Any]]) -> bytes:
    names = _names(rows)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(names)
    writer.writerows([["" if row.get(name) is None else row[name] for name in names] for row in rows])
    return ("\ufeff" + out.getvalue()).encode()


def _parquet(rows: Sequence[Mapping[str, Any]]) -> bytes:
    names = _names(rows)
    out = io.BytesIO()
    columns = {name: [row.get(name) for row in rows] for name in names}
    pq.write_table(pa.table({name: pa.array(values if all(v is None or isinstance(v, int) for v in values) else [None if v is None else str(v) for v in values])
                             for name, values in columns.items()}), out)
    return out.getvalue()


def _names(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    return list(dict.fromkeys(name for row in rows for name in row))


def _manifest(part: Path) -> bytes:
    files = sorted(path for path in part.rglob("*") if path.is_file())
    listed = [{"file": path.relative_to(part).as_posix(), "bytes": path.stat().st_size, "sha256": hashlib.sha256(path.read_bytes()).hexdigest()} for path in files]
    return json.dumps({"version": 1, "files": listed}, indent=1).encode()


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(mode=PRIVATE_FOLDER, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_FILE)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(content)


def _report(told: Mapping[str, Any], language: Language, on: date, evidence: Sequence[str], missing: Sequence[Sentence]) -> Report:
    """The same for a reader."""
    def say(en: str, zh: str) -> str:
        return zh if language == "zh" else en

    person = told["person"]
    sections = [Section(say("Who this is about", "关于谁"), pairs=(
        (say("Our id", "编号"), person["id"]), (say("The lender's number", "客户号"), person["number"] or "—"),
        (say("Erased", "已删除"), say("yes", "是") if person["is_erased"] else say("no", "否")), (say("Cases", "案件"), ", ".join(told["cases"]) or "—"),
        (say("Accounts", "账户"), ", ".join(str(one["number"] or one["id"]) for one in told["accounts"]) or "—")))]
    sections.append(Section(say("For what it is kept", "保存目的与依据"), tables=(Table(
        (say("What", "类别"), say("Purpose", "目的"), say("Lawful basis", "合法性基础")),
        tuple((one[f"name_{language}"], one[f"purpose_{language}"], f"{one['basis'][language]} ({one['basis']['source']})" if one["basis"] else "—") for one in told["purposes"])),)))
    shown = [one for one in told["facts"] if one["what"] in {"personal:shown", "person:exported", "evidence:read"}]
    sections.append(Section(say("Who saw or got this data", "谁查看或获得了这些信息"), sentences=() if shown else (say("Nothing is recorded.", "无记录。"),), tables=(Table(
        (say("When", "时间"), say("Who", "谁"), say("What", "内容")), tuple((one["recorded_at"][:16], str(one["recorded_by"]), _said(one["said"])) for one in shown)),) if shown else ()))
    facts = [one for one in told["facts"] if one not in shown]
    sections.append(Section(say("What was recorded", "记录的事实"), tables=(Table((say("When", "时间"), say("What", "事项"), say("By", "记录人"), say("Said", "内容")), tuple(
        (one["recorded_at"][:16], one["what"], str(one["recorded_by"]), _said(one["said"])) for one in facts)),) if facts else (), sentences=() if facts else (say("Nothing is recorded.", "无记录。"),)))
    for book in told["books"]:
        for table in book["tables"]:
            rows = tuple((str(row["batch"]), _said({name: value for name, value in row.items() if name != "batch"})) for row in table["rows"][:_SHOWN_ROWS])
            cut = len(table["rows"]) - len(rows)
            sections.append(Section(f"{book['book']}: {table['table']}", sentences=(say(f"{cut} more rows are in the file.", f"其余 {cut} 行见文件。"),) if cut else (),
                                    tables=(Table((say("Delivery", "批次"), say("Row", "内容")), rows),)))
    sections.append(Section(say("Evidence", "证据"), sentences=tuple(evidence) or (say("None.", "无。"),)))
    sections.append(Section(say("What is not in here, and why", "未包含的内容及原因"), sentences=tuple(one.in_language(language) for one in (*NOT_INCLUDED, *missing))))
    return Report(language, say("Everything that is kept about a person", "关于本人保存的全部信息"), (person["id"], on.isoformat()), (), tuple(sections),
                  say("The files beside this report hold the same for machines; manifest.json names each with its SHA-256.", "同目录文件为机器可读版本；manifest.json 列出每个文件的 SHA-256。"))


def _said(values: Mapping[str, Any]) -> str:
    return "; ".join(f"{name}: {', '.join(value) if isinstance(value, list) else value}" for name, value in values.items() if value not in (None, "", []))
