"""Is a letter printed once, listed as it lies, asked about again before the post, and never handed over twice?"""

from __future__ import annotations

import csv
import hashlib
import io
import os
import subprocess
import sys
import threading
from dataclasses import replace
from datetime import UTC, date, timedelta
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

import pypdf
import pytest

from arrears.act.dispatch import contact
from arrears.check.conduct.facts import Event
from arrears.check.conduct.house import house_with
from arrears.check.conduct.pack import Packs
from arrears.check.conduct.words import Happened
from arrears.engine.conduct_packs import pack_named
from tests.act.test_dispatch import Desk
from tests.check.gate_stories import MORNING, STATED, packs

DAY = date(2026, 3, 10)


class PrintDesk(Desk):
    """An institution that writes letters: the same desk, with a printer's folder in place of a mail server."""

    def __init__(self, store, bank: int, folder: Path) -> None:
        from arrears.act.channels.letter.batches import LetterProvider
        from arrears.act.channels.letter.writing import Letterhead, Window
        from arrears.act.dispatch import Terms, Worker
        from arrears.core.codes import code_of

        self.store, self.bank, self.at, self.stated, self.slept, self.folder, self.law = store, bank, MORNING, STATED, 0.0, folder, packs
        head = Letterhead(("Harbour Bank", "1 Quay Street", "London E1 9GU"), Window.DIN, "https://bank.example/v/")
        self.provider = LetterProvider("print", folder, head, lambda one: code_of("secret", one), lambda: self.at, ZoneInfo("Asia/Shanghai"))
        self.terms = Terms(per_second=1_000, attempts=2)
        self.worker = Worker(store.ids.random_id(), bank, self.provider, self.terms, lambda at: self.law(), self.known, lambda: self.at, self.sleep)

    def letter(self, person: int, **more):
        asked = {"channel": "letter", "provider": "print", "address": "Ms Li\n18 North Road\nShanghai 200030", "good_until": self.at + timedelta(days=14), **more}
        return self.message(person, **asked)

    def permits(self, message_ids):
        from arrears.casefile.store import load

        with self.store.institution.acting_for(self.bank):
            return {one.message_id: one.permit_id for one in load.attempts_of(message_ids)}

    def close(self):
        from arrears.act.channels.letter.batches import close_batch

        return close_batch(self.folder, DAY, self.permits)

    def printed(self, *letters) -> str:
        self.queue(*letters)
        while self.step().claimed:
            pass
        batch = self.close()
        assert batch is not None
        return batch

    def listed(self, batch: str):
        from arrears.act.channels.letter.batches import listed

        return listed(self.folder, batch)

    def hand_over(self, batch: str):
        from arrears.act.handing_over import Hands, hand_over

        return hand_over(Hands(self.bank, lambda at: self.law(), self.known, lambda: self.at, "wei"), batch, self.listed(batch))

    def protect(self, person: int, kind: str = "dispute"):
        from arrears.casefile.facts.hold import HoldKind
        from arrears.engine.use_cases.protecting import Reach, place_hold

        place_hold(self.bank, person, HoldKind(kind), "says it was paid", Reach(), at=self.at, actor="wei")


@pytest.fixture
def desk(store, bank, tmp_path) -> PrintDesk:
    return PrintDesk(store, bank, tmp_path / "print")


# print


def test_a_letter_is_permitted_used_tried_printed_and_counted_and_lies_in_a_batch_that_lists_it(desk):
    (li,) = desk.people(1)
    one = desk.letter(li)
    batch = desk.printed(one)
    assert batch == "2026-03-10-1"
    assert desk.names(li) == ["message:queued", "permit:issued", "permit:used", "message:tried", "message:taken", "contact:made"]
    (row,) = csv.DictReader(io.StringIO((desk.folder / "batches" / batch / "manifest.csv").read_text()))
    pdf = (desk.folder / "batches" / batch / row["file"]).read_bytes()
    assert (row["message"], row["pages"], row["sha256"]) == (str(one.message_id), "1", hashlib.sha256(pdf).hexdigest())
    assert desk.rows("SELECT permit_id FROM permits_used") == [(int(row["permit"]),)]
    assert "18 North Road" in pypdf.PdfReader(io.BytesIO(pdf)).pages[0].extract_text()


def test_many_letters_are_found_on_the_pages_that_the_manifest_names(desk):
    people = desk.people(5)
    batch = desk.printed(*[desk.letter(one, subject=f"Account {n}", text="\n\n".join(["Please get in touch."] * (1 + 40 * n))) for n, one in enumerate(people)])
    for one in desk.listed(batch):
        reader = pypdf.PdfReader(desk.folder / "batches" / batch / one.file)
        assert all(one.key in page.extract_text() for page in reader.pages[one.first_page - 1 : one.last_page])
        assert one.pages == int(reader.pages[one.last_page - 1].extract_text().split("/")[-1])


def test_a_letter_that_no_font_can_write_is_refused_for_good_and_says_why_without_the_name(desk):
    (li, wang) = desk.people(2)
    desk.queue(desk.letter(li, address="林\ue123\n上海"), desk.letter(wang))
    did = desk.step()
    assert (did.stopped, did.taken) == (1, 1)
    assert desk.rows("SELECT reason, detail FROM messages_stopped") == [("provider", "glyphs_missing")]


def test_while_the_disk_is_full_nothing_is_there_and_it_is_tried_again(desk, monkeypatch):
    (li,) = desk.people(1)
    desk.queue(desk.letter(li))
    desk.provider.ready()
    with monkeypatch.context() as full:
        def no_space(descriptor):
            raise OSError(28, "No space left on device")

        full.setattr(os, "fsync", no_space)
        assert desk.step().put_off == 1
    assert list((desk.folder / "waiting").iterdir()) == []
    assert desk.rows("SELECT kind, code FROM messages_answered") == [("not_taken", "disk 28")]
    desk.at += timedelta(days=1)
    assert desk.step().taken == 1


def test_while_the_folder_cannot_be_written_no_permit_is_asked_for(desk):
    from arrears.act.sending import ProviderAway

    desk.folder.write_text("not a folder")
    (li,) = desk.people(1)
    desk.queue(desk.letter(li))
    with pytest.raises(ProviderAway, match="cannot be written"):
        desk.step()
    assert desk.names(li) == ["message:queued"]


def test_what_a_dead_worker_had_printed_is_known_from_the_folder_and_what_it_had_not_is_printed_again(desk):
    from arrears.act import dispatch

    desk.queue(*[desk.letter(one) for one in desk.people(2)])
    claimed = dispatch._claim(desk.worker)
    kept = dispatch._keep(desk.worker, dispatch._permit(desk.worker, claimed, dispatch.Did()), dispatch.Did())
    desk.provider.ready()
    assert len(list(desk.provider.send([dispatch._outgoing(desk.worker, kept[0].message)]))) == 1  # and then it died
    found = dispatch.recover(replace(desk.worker, worker_id=desk.store.ids.random_id()))
    assert (found.taken, found.put_off, found.uncertain) == (1, 1, 0)
    assert desk.rows("SELECT kind FROM messages_answered ORDER BY kind") == [("not_taken",), ("taken",)]


PRINTS_FOR_EVER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo
from arrears.act.channels.letter.batches import LetterProvider
from arrears.act.channels.letter.writing import Letterhead, Window
from arrears.act.sending import Outgoing
from arrears.core.ids import id_text
provider = LetterProvider("print", Path(sys.argv[1]), Letterhead(("Bank",), Window.DIN, "https://b.example/v/"), id_text, lambda: datetime(2026, 3, 10, tzinfo=UTC), ZoneInfo("UTC"))
provider.ready()
number = int(sys.argv[2])
while True:
    for answer in provider.send([Outgoing(number + n, id_text(number + n), "Ms Li\\nLondon", "Your account", "Dear Ms Li,", "en") for n in range(3)]):
        print(answer.message_id, flush=True)
    number += 3
"""


def test_whoever_is_killed_while_printing_leaves_whole_parts_and_nothing_that_was_answered_is_missing(tmp_path):
    from arrears.act.channels.letter.batches import batches, close_batch, listed

    answered: set[int] = set()
    for start in (1, 10_001, 20_001):
        child = subprocess.Popen([sys.executable, "-c", PRINTS_FOR_EVER, str(tmp_path), str(start)], stdout=subprocess.PIPE, text=True)
        assert child.stdout is not None
        answered |= {int(child.stdout.readline()) for _ in range(7 + start % 5)}
        child.kill()
        answered |= {int(line) for line in child.stdout.read().splitlines() if line.isdigit()}
        child.wait()
    assert close_batch(tmp_path, DAY, lambda ids: dict.fromkeys(ids, 1)) == "2026-03-10-1" and batches(tmp_path) == ["2026-03-10-1"]
    found = listed(tmp_path, "2026-03-10-1")
    assert answered <= {one.message_id for one in found}
    for file in {one.file for one in found}:
        pages = pypdf.PdfReader(tmp_path / "batches" / "2026-03-10-1" / file).pages
        assert [one.key in page.extract_text() for one, page in zip([one for one in found if one.file == file], pages, strict=True)] == [True] * 3


# close


def test_closers_at_the_same_time_share_the_letters_and_no_letter_lies_in_two_batches(desk):
    desk.queue(*[desk.letter(one) for one in desk.people(6)])
    desk.worker = replace(desk.worker, terms=replace(desk.terms, chunk=1))
    names: list[str | None] = []

    def close() -> None:
        from django.db import connection

        names.append(desk.close())
        connection.close()

    for _ in range(2):
        for _ in range(3):
            desk.step()
        hands = [threading.Thread(target=close) for _ in range(3)]
        for one in hands:
            one.start()
        for one in hands:
            one.join()
    batches = [name for name in names if name]
    keys = [one.key for name in batches for one in desk.listed(name)]
    assert len(keys) == len(set(keys)) == 6 and len(set(batches)) == len(batches)


def test_a_batch_whose_closer_died_is_ended_by_the_next(desk):
    (li, wang) = desk.people(2)
    desk.queue(desk.letter(li))
    desk.step()
    begun = desk.folder / "batches" / ".2026-03-10-1.closing"
    begun.mkdir()
    (part,) = (desk.folder / "waiting").iterdir()
    part.rename(begun / part.name)  # and then it died
    desk.queue(desk.letter(wang))
    desk.step()
    assert desk.close() == "2026-03-10-2"
    assert [len(desk.listed(name)) for name in ("2026-03-10-1", "2026-03-10-2")] == [1, 1]


def test_a_second_copy_of_a_letter_goes_no_further(desk):
    import shutil

    (li,) = desk.people(1)
    desk.queue(desk.letter(li))
    desk.step()
    (part,) = (desk.folder / "waiting").iterdir()
    shutil.copytree(part, part.with_name(f"{part.name}-again"))
    assert len(desk.listed(desk.close())) == 1
    assert desk.close() is None


def test_a_batch_that_is_not_there_is_said_to_be_so(desk):
    from arrears.act.channels.letter.batches import NoSuchBatch

    for name in ("2026-03-10-9", "../waiting", ".hidden"):
        with pytest.raises(NoSuchBatch, match="No batch"):
            desk.listed(name)


# the last look


def test_what_may_still_go_goes_and_its_own_contact_does_not_stand_in_its_way(desk):
    people = desk.people(3)
    batch = desk.printed(*[desk.letter(one) for one in people])
    done = desk.hand_over(batch)
    assert (len(done.goes), done.waits, done.taken_out) == (3, [], [])
    assert desk.names(people[0])[-1] == "letter:handed_over"
    assert desk.rows("SELECT count(*) FROM permits_issued") == [(3,)], "no second permit"


FIGURES = """
letters_in_window:
  question: How many letters may go to one person within the window?
  unit: count
  values:
    - {from: 2026-01-01, value: 2, source: house rules, article: letters, confidence: confirmed}
letter_window_days:
  question: How many consecutive days does the window for letters span?
  unit: days
  values:
    - {from: 2026-01-01, value: 7, source: house rules, article: letters, confidence: confirmed}
"""
TWO_A_WEEK = """
kind: cap
citation: house rules, letters
source: house rules
confidence: confirmed
from: 2026-01-01
label: {en: No more than two letters in seven days, zh: 七日内不超过两封信函}
text: {en: No more than two letters to one person within seven consecutive days., zh: 对同一人七个连续日内不超过两封信函。}
binds: {act: [contact], purpose: every, channel: [letter]}
parameters: {limit: letters_in_window, window: letter_window_days}
rule:
  counts: {kind: [contact], by: [collector], channel: [letter]}
  limit: limit
  window: window
  per: [person]
"""


@cache
def two_letters_a_week() -> Packs:
    house = house_with(pack_named("house/limits"), {"figures.yaml": FIGURES, "rules/two_letters_a_week.yaml": TWO_A_WEEK})
    return Packs(tuple(house if one.name == house.name else one for one in packs().packs))


def test_letters_that_fill_a_limit_go_though_one_more_would_not_be_permitted(desk):
    desk.law = two_letters_a_week
    (li,) = desk.people(1)
    desk.queue(*[desk.letter(li, good_until=MORNING + timedelta(days=5)) for _ in range(3)])
    assert [desk.step().taken for _ in range(3)] == [1, 1, 0]
    assert desk.rows("SELECT detail FROM messages_stopped") == [("house/limits/two_letters_a_week",)]
    assert len(desk.hand_over(desk.close()).goes) == 2


def test_a_limit_that_others_filled_since_the_print_stands_in_the_way(desk):
    from arrears.casefile.store.append import append

    desk.law = two_letters_a_week
    (li,) = desk.people(1)
    batch = desk.printed(desk.letter(li, good_until=MORNING + timedelta(days=5)))
    with desk.store.institution.acting_for(desk.bank):
        for _ in range(2):
            append(replace(contact(desk.letter(li), 1, desk.at), permit_id=None), actor="agency", at=desk.at, cause="story")
    assert [one.why for one in desk.hand_over(batch).taken_out] == ["house/limits/two_letters_a_week"]


def nothing(desk, person):
    """Nothing happens."""


def disputed(desk, person):
    desk.protect(person, "dispute")


def in_distress(desk, person):
    desk.protect(person, "distress")


def paid_in_part(desk, person):
    desk.stated = replace(STATED, owed_minor=39_999)


def paid(desk, person):
    desk.stated = replace(STATED, owed_minor=0)


def announced(desk, person):
    desk.stated = replace(STATED, events=(Event(at=desk.at, kind=Happened.PAYMENT_UNDER_WAY, debts=frozenset({"D1"})),))


def grown_old(desk, person):
    desk.at += timedelta(days=14)


def taken_back(desk, person):
    from arrears.casefile.facts.message import MessageStopped, WhyStopped
    from arrears.casefile.store.append import append

    ((message_id,),) = desk.rows(f"SELECT message_id FROM messages_queued WHERE party_id = {person}")
    with desk.store.institution.acting_for(desk.bank):
        append(MessageStopped(message_id, person, WhyStopped.PERSON, "wei", desk.at), actor="wei", at=desk.at, cause="story")


@pytest.mark.parametrize(("happens", "why"), [
    (disputed, "a_hold_stops_collection"), (in_distress, "a_hold_stops_collection"), (paid_in_part, "More would be asked for than is owed."), (paid, "Nothing is owed"), (grown_old, "too_late"),
    (taken_back, "stopped"),
])
def test_what_came_between_print_and_post_takes_the_letter_out(desk, happens, why):
    (li,) = desk.people(1)
    batch = desk.printed(desk.letter(li))
    happens(desk, li)
    done = desk.hand_over(batch)
    assert (done.goes, done.waits) == ([], [])
    assert why in done.taken_out[0].why
    assert desk.names(li)[-1] == "letter:taken_out"
    assert desk.rows("SELECT count(*) FROM letters_handed_over") == [(0,)]
    again = desk.hand_over(batch)
    assert (again.before, again.taken_out) == (1, []), "what was taken out stays out"


def test_a_payment_that_was_announced_keeps_the_letter_back(desk):
    (li,) = desk.people(1)
    batch = desk.printed(desk.letter(li))
    announced(desk, li)
    done = desk.hand_over(batch)
    assert done.goes == [] and len(done.waits) + len(done.taken_out) == 1


def test_a_letter_that_may_go_later_while_it_is_still_so_waits_and_then_goes(desk):
    from arrears.casefile.store.append import append

    desk.law = two_letters_a_week
    (li,) = desk.people(1)
    batch = desk.printed(desk.letter(li, good_until=MORNING + timedelta(days=12)))
    with desk.store.institution.acting_for(desk.bank):
        for _ in range(2):
            append(replace(contact(desk.letter(li), 1, desk.at), permit_id=None), actor="agency", at=desk.at, cause="story")
    (stays,) = desk.hand_over(batch).waits
    assert stays.why == "house/limits/two_letters_a_week" and stays.until is not None and stays.until.date() == date(2026, 3, 17)
    assert desk.rows("SELECT count(*) FROM letters_taken_out") == [(0,)]
    desk.at = stays.until.astimezone(UTC) + timedelta(hours=2)
    assert len(desk.hand_over(batch).goes) == 1


def test_a_pause_holds_letters_too(desk):
    from arrears.casefile.facts.message import PauseKind, SendingPaused
    from arrears.casefile.store.append import append

    (li,) = desk.people(1)
    batch = desk.printed(desk.letter(li))
    for kind, goes in ((PauseKind.PAUSED, 0), (PauseKind.RESUMED, 1)):
        with desk.store.institution.acting_for(desk.bank):
            append(SendingPaused(kind, "letter", "", "a wrong amount", "wei", desk.at), actor="wei", at=desk.at, cause="story")
        assert len(desk.hand_over(batch).goes) == goes


def test_a_case_of_which_nothing_is_known_now_keeps_its_letter_back(desk):
    (li,) = desk.people(1)
    batch = desk.printed(desk.letter(li))
    desk.known = lambda messages, at: {}
    assert [one.why for one in desk.hand_over(batch).waits] == ["not known"]


def test_two_who_hand_over_at_the_same_time_hand_each_letter_over_once(desk):
    batch = desk.printed(*[desk.letter(one) for one in desk.people(8)])
    found = []

    def go() -> None:
        from django.db import connection

        found.append(desk.hand_over(batch))
        connection.close()

    hands = [threading.Thread(target=go) for _ in range(3)]
    for one in hands:
        one.start()
    for one in hands:
        one.join()
    assert len(found) == 3 and sum(len(one.goes) for one in found) == 8
    assert desk.rows("SELECT count(*) FROM letters_handed_over") == [(8,)]
