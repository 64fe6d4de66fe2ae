"""Erase a person from a real home with a real database, and look into every file for what is left of them."""

from __future__ import annotations

import hashlib
import hmac
import itertools
import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pyarrow.parquet as pq
import pytest

from arrears.core.ids import parse_id
from arrears.engine.home import Home
from arrears.intake.book.layout import batch_dirs, batch_facts, file_digest
from arrears.site.database import embedded_server
from tests.cli.test_commands import arrears
from tests.conftest import folder_for_servers
from tests.record import erasure_story as story
from tests.record.scan import forms_of_bytes, forms_of_text, found_in
from tests.warm_command import script

NAMES = ("欧阳靖宇", "Zebulon Quixworth-Oyelaran")
NUMBER, ACCOUNT, SECOND_ACCOUNT, PAYMENT, REVERSED, DOCUMENT = "KD-88231-XQ", "ACC-77120-ZV", "ACC-77121-ZV", "PMT-5566-A1", "PMT-5566-A2", "DOC-90210-QQ"
PHONE, EMAIL, ADDRESS = "13900871263", "quixworth.z@example.invalid", "澄江县样例路七号院"
PAUSED = "lost his post at Tallgrass Mill"
PLAIN = {
    "name": "欧阳靖宇", "second part of the name": NAMES[1], "number": NUMBER, "account": ACCOUNT, "second account": SECOND_ACCOUNT, "payment": PAYMENT,
    "reversal": REVERSED, "document": DOCUMENT, "phone": PHONE, "e-mail": EMAIL, "address": ADDRESS, "hold reason": story.HOLD_REASON,
    "lift reason": story.LIFT_REASON, "note": story.NOTE, "pause": PAUSED,
}
MAPPING = """
mapping: erasure
namespace: core
currency: CNY
files:
  people:
    pattern: "people*.csv"
    tables:
      parties: {party: customer, kind: {constant: person}, language: language, personal: {name: name}}
      accounts: {account: loan, party: customer, product: product, principal_minor: {amount: principal}, status: {constant: active}}
      protected: {party: customer, attribute: {constant: sex}, value: sex}
      contact_points:
        - {party: customer, channel: {constant: mobile}, value: phone, source: {constant: lender}}
        - {party: customer, channel: {constant: email}, value: email, source: {constant: lender}}
        - {party: customer, channel: {constant: post}, value: address, source: {constant: lender}}
  dues:
    pattern: "dues*.csv"
    tables:
      instalments: {account: loan, number: number, due_on: due, principal_minor: {amount: amount}}
  documents:
    pattern: "documents*.csv"
    tables:
      receivables: {account: loan, document: document, due_on: due, amount_minor: {amount: amount}}
  paid:
    pattern: "paid*.csv"
    tables:
      payments: {account: loan, payment: id, paid_on: day, amount_minor: {amount: amount}, reversal_of: takes_back}
  pauses:
    pattern: "pauses*.csv"
    tables:
      pauses: {account: loan, from_on: from_on, until_on: until_on, reason: reason}
  contacts:
    pattern: "contacts*.csv"
    tables:
      contact_history: {party: customer, covers_from: covers_from, covers_to: covers_to, occurred_on: occurred_on, channel: channel, outcome: outcome}
"""
DELIVERIES = (
    {
        "people.csv": "customer,name,language,sex,loan,product,principal,phone,email,address\n"
        f"{NUMBER},{NAMES[0]} {NAMES[1]},zh-CN,m,{ACCOUNT},loan,9000.00,{PHONE},{EMAIL},{ADDRESS}\n"
        "KD-10007-AB,李四,zh-CN,f,ACC-10007-AB,loan,5000.00,13900000007,lisi@example.invalid,李四路1号\n",
        "dues.csv": "loan,number,due,amount\n" + "".join(f"{loan},{n},2026-0{n + 3}-10,900.00\n" for loan in (ACCOUNT, "ACC-10007-AB") for n in range(1, 5)),
        "paid.csv": f"loan,id,day,amount,takes_back\n{ACCOUNT},{PAYMENT},2026-04-12,100.00,\n{ACCOUNT},{REVERSED},2026-04-15,100.00,{PAYMENT}\nACC-10007-AB,PMT-1,2026-04-12,50.00,\n",
        "pauses.csv": f"loan,from_on,until_on,reason\n{ACCOUNT},2026-05-01,2026-05-05,{PAUSED}\n",
        "contacts.csv": f"customer,covers_from,covers_to,occurred_on,channel,outcome\n{NUMBER},2025-01-01,2026-11-30,2026-06-02,mobile,no_answer\nKD-10007-AB,2025-01-01,2026-11-30,,,\n",
    },
    {
        "people_2.csv": "customer,name,language,sex,loan,product,principal,phone,email,address\n"
        f"{NUMBER},{NAMES[0]} {NAMES[1]},zh-CN,m,{SECOND_ACCOUNT},invoice,800.00,{PHONE},{EMAIL},{ADDRESS}\n"
        f"{NUMBER},{NAMES[0]} {NAMES[1]},zh-CN,m,ACC-BROKEN,loan,not an amount,{PHONE},{EMAIL},{ADDRESS}\n"
        "KD-10008-AB,王五,zh-CN,f,ACC-BROKEN-2,loan,not an amount either,13900000008,wangwu@example.invalid,王五路1号\n",
        "documents.csv": f"loan,document,due,amount\n{SECOND_ACCOUNT},{DOCUMENT},2026-08-01,800.00\n",
        "paid_2.csv": f"loan,id,day,amount,takes_back\n{SECOND_ACCOUNT},PMT-5566-A3,2026-09-01,10.00,\n",
    },
)


def inside(home: Path, step: str, *words: object) -> Any:
    """Carry a step of the story out inside the home, in a process of its own."""
    done = script("import runpy; runpy.run_module('tests.record.erasure_story', run_name='__main__')", str(home), step, *map(str, words))
    assert done.returncode == 0, done.stderr[-4000:]
    return json.loads(done.stdout)


def done(home: Path, *words: str) -> str:
    answer = arrears(home, *words)
    assert answer.returncode == 0, answer.stderr
    return answer.stdout


@dataclass(frozen=True)
class Lived:
    """A home in which somebody has worked with the person, and what is known of the person from outside."""

    home: Path
    database: Path
    secrets: dict[str, Any]
    goes: int
    stays: int
    pages: dict[str, Any]

    @property
    def folders(self) -> list[Path]:
        """Everything to look into: the home, and where root's database lies."""
        return [self.home, *([] if self.database.is_relative_to(self.home) else [self.database])]

    @property
    def wanted(self) -> dict[str, set[bytes]]:
        """Every value that tells or opens or confirms something of the person, in all its forms."""
        values = {name: forms_of_text(text) for name, text in PLAIN.items()}
        values |= {name: forms_of_bytes(bytes.fromhex(self.secrets[name])) for name in ("key", "wrapped key")}
        values |= {f"hash {place}": forms_of_bytes(bytes.fromhex(one)) for place, one in enumerate(self.secrets["hashes"])}
        values |= {f"salt {place}": forms_of_bytes(bytes.fromhex(one)) for place, one in enumerate(self.secrets["salts"])}
        values |= {"evidence address": {self.secrets["evidence"].encode()}}
        values |= {f"keyed id of {name}": {one.to_bytes(8, "little")} for name, one in self.keyed_ids.items()}
        return values

    @property
    def keyed_ids(self) -> dict[str, int]:
        """The ids that whoever has the institution's key can work out for a number: of payments, documents, contact points."""
        key = bytes.fromhex(self.secrets["institution_key"])
        candidates = [*(("payment", one) for one in (PAYMENT, REVERSED, "PMT-5566-A3")), ("document", DOCUMENT),
                      *(("contact_point", f"{channel}\x1f{value}") for channel, value in (("mobile", PHONE), ("email", EMAIL), ("post", ADDRESS)))]
        return {number: _keyed(key, kind, "core", number) for kind, number in candidates}


def _keyed(key: bytes, kind: str, namespace: str, number: str) -> int:
    return int.from_bytes(hmac.digest(key, "\x1f".join((kind, namespace, number)).encode(), "sha256")[:8], "big") & (2**63 - 1)


@pytest.fixture(scope="module")
def lived() -> Iterator[Lived]:
    """Two deliveries with a refused row, two nights, reports, holds, notes, sign-in and page views."""
    with folder_for_servers() as folder:
        home = folder / "home"
        done(home, "init", "--institution", "Harbour Bank")
        (folder / "map.yaml").write_text(MAPPING, encoding="utf-8")
        for number, files in enumerate(DELIVERIES):
            for name, text in files.items():
                (folder / name).write_text(text, encoding="utf-8")
            answer = arrears(home, "import", *(str(folder / name) for name in files), "--map", str(folder / "map.yaml"))
            assert answer.returncode == (0 if number == 0 else answer.returncode), answer.stderr
        for night in ("2026-10-23", "2026-11-23"):
            done(home, "run", "--on", night)
        who, pages, secrets = inside(home, "work_with_the_person")
        location = home / "postgresql" / "location"
        database = Path(location.read_text().strip()) if location.exists() else home / "postgresql"
        lived = Lived(home, database, secrets, parse_id(who["goes"]), parse_id(who["stays"]), pages)
        yield lived
        if location.exists():
            shutil.rmtree(database, ignore_errors=True)


@pytest.fixture(scope="module")
def before(lived: Lived) -> dict[str, Any]:
    """What was there before: found by the scan, opened with the keys."""
    read, pools = inside(lived.home, "look_again", lived.goes, lived.stays)
    return {
        "found": found_in(lived.folders, lived.wanted, _named(pools)),
        "read": read,
        "facts": {folder: batch_facts(folder) for folder in batch_dirs(lived.home / "books" / "main")},
    }


@pytest.fixture(scope="module")
def erased(lived: Lived, before: dict[str, Any]) -> dict[str, Any]:
    """The person is erased by the command, which also cleans the database's files; and what is there then."""
    assert before
    said = done(lived.home, "privacy", "erase", NUMBER, "--reason", "ordered")
    read, pools = inside(lived.home, "look_again", lived.goes, lived.stays)
    return {"said": said, "read": read, "found": found_in(lived.folders, lived.wanted, _named(pools))}


def _named(pools: dict[str, str]) -> list[tuple[str, bytes]]:
    return [(name, text.encode()) for name, text in pools.items()]


def test_before_the_erasure_the_scan_finds_what_lies_open_and_the_keys_open_the_rest(lived: Lived, before: dict[str, Any]) -> None:
    assert lived.pages["named"] and lived.pages["login"] == 302
    found = before["found"]
    assert {"wrapped key", "hash 0", "hash 1", "salt 0"} <= found.keys()
    assert any("pg_wal" in place for place in found["wrapped key"]) and any("/base/" in place for place in found["wrapped key"])
    assert {f"keyed id of {number}" for number in lived.keyed_ids} <= found.keys(), "the book names numbers and contact values by their keyed hashes"
    assert "evidence address" in found and before["read"]["goes"]["evidence"] == [story.RECORDING]
    assert {"name", "number", "phone", "e-mail", "address"} <= found.keys(), "the refused row holds them, behind the envelope key"
    assert all("lines-" in place for place in found["name"])
    assert "pause" in found
    read = before["read"]["goes"]
    assert read["name"] == " ".join(NAMES) and read["number"] == NUMBER and len(read["contacts"]) == 3
    assert read["reasons"] == [story.HOLD_REASON, story.LIFT_REASON] and {NUMBER, ACCOUNT, SECOND_ACCOUNT} <= set(read["numbers"])
    assert "key" not in found, "a person's own key is nowhere in the open"


def test_a_planted_value_is_found(lived: Lived) -> None:
    planted = lived.home / "cache" / "planted"
    for form in sorted(forms_of_text(PHONE) | forms_of_text("欧阳靖宇")):
        planted.write_bytes(b"\x00\x01" + form + b"\xff")
        assert found_in([planted.parent], lived.wanted), form
    planted.unlink()
    assert not found_in([lived.home / "cache"], lived.wanted)


def test_after_the_erasure_nothing_of_the_person_is_in_any_file(lived: Lived, erased: dict[str, Any]) -> None:
    assert "Erased: " in erased["said"]
    left = dict(erased["found"])
    # The fact that a recording was kept stays, with the address of bytes that are nowhere: the hash of noise.
    assert all("/base/" in place or "pg_wal" in place for place in left.pop("evidence address"))
    assert left == {}


def test_the_log_of_the_database_begins_after_the_erasure(lived: Lived, erased: dict[str, Any]) -> None:
    home = Home(lived.home)
    with embedded_server(home).running() as server, psycopg.connect(server.superuser_url(), autocommit=True) as connection:
        settings = dict(connection.execute("SELECT name, setting FROM pg_settings WHERE name IN ('wal_recycle', 'wal_keep_size')").fetchall())
        (first,) = connection.execute("SELECT pg_walfile_name(redo_lsn) FROM pg_control_checkpoint()").fetchone() or ("",)
        segments = [row[0] for row in connection.execute("SELECT name FROM pg_ls_waldir() WHERE name ~ '^[0-9A-F]{24}$' ORDER BY name").fetchall()]
    assert settings == {"wal_recycle": "off", "wal_keep_size": "0"}
    assert segments[0] >= first or segments == [first]


def test_with_every_key_at_hand_nothing_opens_any_more_and_the_other_person_reads_as_before(lived: Lived, before: dict[str, Any], erased: dict[str, Any]) -> None:
    now = erased["read"]
    assert now["stays"] == before["read"]["stays"] and now["stays"]["name"] == "李四"
    gone = now["goes"]
    assert (gone["name"], gone["number"], gone["contacts"], gone["numbers"]) == (None, None, [], [])
    assert gone["reasons"] == ["", ""] and gone["evidence"] == [""]


def test_the_chain_still_verifies_and_says_that_the_person_was_erased(lived: Lived, before: dict[str, Any], erased: dict[str, Any]) -> None:
    gone = erased["read"]["goes"]
    assert (gone["chain"], gone["case_chain"]) == ([], [])
    assert gone["names_in_chain"] == [*before["read"]["goes"]["names_in_chain"], "person:erased"]


def test_the_whole_record_stands_and_keeps_the_entries_of_evidence_whose_bytes_are_gone(lived: Lived, erased: dict[str, Any]) -> None:
    checked = json.loads(done(lived.home, "record", "check", "--json"))
    assert checked["findings"] == [] or checked.get("whole") is True, checked
    gone = erased["read"]["goes"]
    assert "evidence:kept" in gone["names_in_chain"]
    assert not [path for path in (lived.home / "evidence").rglob("*") if path.is_file() and lived.secrets["evidence"] in path.name]


def test_nothing_can_be_confirmed_from_a_hash_by_whoever_has_every_key_and_a_short_list_of_candidates(lived: Lived, before: dict[str, Any], erased: dict[str, Any]) -> None:
    key = bytes.fromhex(lived.secrets["institution_key"])
    home = Home(lived.home)
    with embedded_server(home).running() as server, psycopg.connect(server.superuser_url("arrears"), autocommit=True) as connection:
        hashes = {row[0].bytes for row in connection.execute("SELECT number_hmac FROM id_map").fetchall()}
        entries = connection.execute("SELECT e.fields, e.commitments, s.salts FROM journal_entries e JOIN journal_salts s USING (entry_id)").fetchall()
    for kind, number in itertools.product(("party", "account"), (NUMBER, ACCOUNT, SECOND_ACCOUNT)):
        assert hmac.digest(key, f"{kind}\x1fcore\x1f{number}".encode(), "sha256")[:16] not in hashes
    assert hmac.digest(key, b"party\x1fcore\x1fKD-10007-AB", "sha256")[:16] in hashes, "the attack works on the one who stays"
    salts = {bytes(packed)[start : start + 16] for _, _, packed in entries for start in range(0, len(packed), 16)} | {bytes(16)}
    digests = {bytes(commitments)[start : start + 32] for _, commitments, _ in entries for start in range(0, len(commitments), 32)}

    def confirmed(field: str, value: str) -> bool:
        return any(hashlib.sha256(salt + field.encode() + b"\x1f" + f"s:{value}".encode()).digest() in digests for salt in salts)

    assert confirmed("reason", "the reason of the one who stays"), "the attack works on the one who stays"
    assert not any(confirmed(field, value) for field in ("reason", "note") for value in PLAIN.values())
    delivered = {hashlib.sha256(text.encode()).hexdigest() for files in DELIVERIES for text in files.values()}
    said = "\n".join(path.read_text() for path in (lived.home / "books").rglob("*.json"))
    assert not [digest for digest in delivered if digest in said], "a short delivery could be guessed from its digest"


def test_runs_and_the_books_digest_stay_what_they_were(lived: Lived, before: dict[str, Any], erased: dict[str, Any]) -> None:
    folders = batch_dirs(lived.home / "books" / "main")
    assert {folder: facts["digests"] for folder, facts in before["facts"].items()} == {folder: batch_facts(folder)["digests"] for folder in folders}
    for folder in folders:
        facts = batch_facts(folder)
        now = {**facts["digests"], **facts["forgotten"]}
        assert {path.stem: file_digest(path) for path in folder.glob("*.parquet")} == now
    payments = [row for folder in folders for row in pq.read_table(folder / "payments.parquet").to_pylist()]
    (back,) = (row for row in payments if row["reversal_of"])
    assert [row["amount_minor"] for row in payments if row["payment_id"] == back["reversal_of"]] == [10000], "a reversal still finds its payment"
    assert not (lived.home / "books" / "main" / ".forgetting").exists()


def test_a_night_after_it_treats_the_accounts_as_untouchable(lived: Lived, erased: dict[str, Any]) -> None:
    done(lived.home, "run", "--on", "2026-11-30")
    (decisions,) = (lived.home / "runs" / "main" / "2026-11-30").glob("*/decisions.parquet")
    theirs = [row for row in pq.read_table(decisions).to_pylist() if row["party_id"] == lived.goes]
    assert [(row["treatment"], row["queue"]) for row in theirs] == [("hold_respected", "held")]
    assert "restricted" in theirs[0]["hold_kinds"]


def test_the_register_names_the_person_by_id_alone_and_a_second_erasure_changes_nothing(lived: Lived, erased: dict[str, Any]) -> None:
    line = (lived.home / "erasures.jsonl").read_text()
    assert line.count("\n") == 1 and json.loads(line).keys() == {"party_id", "institution_id", "erased_at", "reason"}
    again = arrears(lived.home, "privacy", "erase", json.loads(line)["party_id"], "--reason", "ordered")
    assert again.returncode == 0, again.stderr
    assert (lived.home / "erasures.jsonl").read_text() == line
    refused = arrears(lived.home, "privacy", "erase", NUMBER, "--reason", "ordered")
    assert refused.returncode == 1 and "Nobody is known by that" in refused.stderr
    assert re.search("Traceback", refused.stderr) is None
