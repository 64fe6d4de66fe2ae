"""Steps of a story that run inside an opened home, in a process of their own: `python -m tests.record.erasure_story HOME STEP`.

Each prints one JSON document. The clock is the machine's; the home is the one that the command line made.
"""

from __future__ import annotations

import io
import json
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from arrears.site import bootstrap

bootstrap.configure()

from django.test import Client  # noqa: E402

from arrears.casefile.facts.alert import AlertAcknowledged  # noqa: E402
from arrears.casefile.facts.evidence import EvidenceKind  # noqa: E402
from arrears.casefile.facts.hold import Blocked, Hold, HoldKind, HoldLifted, MayLift  # noqa: E402
from arrears.casefile.store import load, sets  # noqa: E402
from arrears.casefile.store.append import append  # noqa: E402
from arrears.casefile.store.ids import random_id  # noqa: E402
from arrears.casefile.store.institution import acting_for, institution_key  # noqa: E402
from arrears.casefile.store.users import create_user  # noqa: E402
from arrears.casefile.store.vault import default_vault  # noqa: E402
from arrears.core.ids import id_text  # noqa: E402
from arrears.engine.home import Home  # noqa: E402
from arrears.engine.use_cases import erasing, evidence, reading  # noqa: E402
from arrears.engine.use_cases.books import pool_purpose  # noqa: E402
from arrears.engine.use_cases.reading.persons import unseal_even_restricted  # noqa: E402
from arrears.engine.use_cases.setting_up import institution_of  # noqa: E402
from arrears.record.evidence.keeping import Offered  # noqa: E402
from arrears.site.main import opened  # noqa: E402

PASSWORD = "four quiet words here"
AT = datetime(2026, 11, 28, 9, 0, tzinfo=UTC)
HOLD_REASON = "借款人称ZX住院三个月"
LIFT_REASON = "discharged from Saint-Quirin ward"
RECORDING = "minutes of the talk with Zebulon in ward nine"
NOTE = "rang Zebulon, sister answered"


def parties(home: Home, institution: int) -> tuple[int, int]:
    """Who is to be erased, and who stays."""
    return erasing.find_person(home, institution, "KD-88231-XQ"), erasing.find_person(home, institution, "KD-10007-AB")


def note_facts(home: Home, institution: int) -> Any:
    """Holds and notes in words; a member of staff."""
    goes, stays = parties(home, institution)
    create_user("lin", PASSWORD, role="manager", institution_id=institution)
    with acting_for(institution):
        for party, reason in ((goes, HOLD_REASON), (stays, "the reason of the one who stays")):
            hold = random_id()
            append(Hold(hold, party, HoldKind.HARDSHIP, reason, date(2026, 5, 1), None, (Blocked.CHARGES,), MayLift.COLLECTOR), actor="lin", at=AT, cause="desk")
            append(HoldLifted(hold, party, date(2026, 6, 1), LIFT_REASON if party == goes else "well again", MayLift.COLLECTOR), actor="lin", at=AT, cause="desk")
        append(AlertAcknowledged(5, goes, "first_missed", NOTE, "lin", date(2026, 6, 1)), actor="lin", at=AT, cause="desk")
    case = reading.case_of_party(home, institution, goes)
    assert case
    evidence.add(home, institution, case, Offered(io.BytesIO(RECORDING.encode()), "Quixworth-2026.txt", EvidenceKind.OTHER, RECORDING),
                 actor="lin", at=AT, cause="desk")
    return {"goes": id_text(goes), "stays": id_text(stays)}


def work_with_the_person(home: Home, institution: int) -> Any:
    """All three steps before the erasure."""
    return note_facts(home, institution), look_at_pages(home, institution), secrets(home, institution)


def look_at_pages(home: Home, institution: int) -> Any:
    """Somebody signs in and looks at the person's pages and lists."""
    bootstrap.prepare_pages(home)
    bootstrap.allow_host("testserver")
    goes, _ = parties(home, institution)
    case = id_text(reading.case_of_party(home, institution, goes) or 0)
    client = Client()
    answers = {"login": client.post("/account/login/", {"login": "lin", "password": PASSWORD}).status_code}
    answers["show"] = client.post(f"/cases/{case}/show/", {"reason": "working_the_case"}).status_code
    for page in ("/worklist/?queue=all", "/worklist/rows.csv?queue=all", "/alerts/", f"/cases/{case}/", f"/cases/{case}/report.html", "/search/?number=KD-88231-XQ", "/search/?q=KD-88231-XQ"):
        answers[page] = client.get(page).status_code
    answers["named"] = "欧阳靖宇" in client.get(f"/cases/{case}/").content.decode()
    return answers


def secrets(home: Home, institution: int) -> Any:
    """What would open or confirm the person: key, wrapped key, hashes, salts, keyed ids; in hexadecimal."""
    goes, _ = parties(home, institution)
    with acting_for(institution):
        cur = sets.cursor()
        wrapped = cur.execute("SELECT wrapped_key FROM party_keys WHERE party_id = %s", [goes]).fetchone()
        hashes = cur.execute("SELECT number_hmac::text FROM id_map WHERE party_id = %s", [goes]).fetchall()
        salted = cur.execute("SELECT salts, personal_positions FROM journal_salts WHERE party_id = %s AND personal_positions <> ''::bytea", [goes]).fetchall()
        key = default_vault().party_key(goes)
    salts = [bytes(salts)[16 * (place - 1) : 16 * place] for salts, places in salted for place in bytes(places)]
    assert wrapped is not None and hashes and salts
    return {"key": key.hex(), "wrapped key": bytes(wrapped[0]).hex(), "hashes": [row[0].replace("-", "") for row in hashes], "salts": [salt.hex() for salt in salts],
            "evidence": load_address(goes, institution), "party_id": goes, "institution_key": institution_key(institution).hex()}


def load_address(party: int, institution: int) -> str:
    """Under which address do the bytes of the person's evidence lie?"""
    with acting_for(institution):
        return load.evidence_of_party(party)[0].address


def read_back(home: Home, institution: int, goes: int, stays: int) -> Any:
    """What can be opened of each of the two, with every key at hand."""
    told = {}
    with acting_for(institution):
        for who, party in (("goes", goes), ("stays", stays)):
            (book,) = reading.portfolios(home, institution)
            person = reading.people(home, book, [party], unseal=unseal_even_restricted)[party]
            points = reading.contact_points(home, book, [party], unseal=unseal_even_restricted)[party]
            told[who] = {
                "name": person.name, "number": person.number, "contacts": sorted(point.masked or "" for point in points),
                "reasons": [hold.reason for hold in load.holds(party)] + [lift.reason for lift in load.holds_lifted(party)],
                "evidence": [kept.title for kept in load.evidence_of_party(party)],
                "numbers": load.numbers_of([party]), "chain": [finding.what for finding in load.verify_chain(party)],
                "names_in_chain": [json.loads(entry.header)["name"] for entry in load.journal(party)],
                "case_chain": [finding.what for case in _cases(party) for finding in load.verify_chain(case)],
            }
    return told


def _cases(party: int) -> list[int]:
    return [row[0] for row in sets.cursor().execute("SELECT case_id FROM cases WHERE party_id = %s", [party]).fetchall()]


def open_pools(home: Home, institution: int) -> Any:
    """The refused rows, opened with the envelope key."""
    vault = default_vault()
    return {str(part): vault.unwrap(part.read_bytes(), pool_purpose(institution)).decode() for part in sorted(home.pool.glob("*/lines-*.sealed"))}


def look_again(home: Home, institution: int, goes: int, stays: int) -> Any:
    """What can be opened of both, and the refused rows."""
    return read_back(home, institution, goes, stays), open_pools(home, institution)


def main() -> None:
    """Carry one step out."""
    place, step, *words = sys.argv[1:]
    with opened(Path(place)) as home:
        institution = institution_of(home)
        made = globals()[step](home, institution, *map(int, words))
    print(json.dumps(made, ensure_ascii=False, default=str))


if __name__ == "__main__":
    main()
