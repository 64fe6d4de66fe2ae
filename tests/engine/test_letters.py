"""Do letters go from the printer's folder of a home to the post, by its own law and book, and is what the post says on record as it was said?"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from types import SimpleNamespace

import pytest

from arrears.casefile.facts.letter import ARRIVES, Delivery, LetterArrived, LetterPosted, served
from arrears.core.ids import id_text
from arrears.core.problems import BadData, Refused
from tests.engine.test_permits import STATED, TEN
from tests.workbench.conftest import bank
from tests.workbench.run_files import LIN

__all__ = ["bank"]
PORTAL = "{url: https://bank.example, letter: {sender: [Harbour Bank, 1 Quay Street, Shanghai 200120]}}"


@pytest.fixture
def desk(bank):
    """A bank that prints letters; its clock moves only by a story's hand."""
    from arrears.act import dispatch
    from arrears.act.dispatch import Terms, Worker
    from arrears.casefile.facts.message import MessageQueued
    from arrears.casefile.store import outbox
    from arrears.casefile.store.ids import random_id
    from arrears.casefile.store.institution import acting_for
    from arrears.engine.use_cases import letters
    from arrears.engine.use_cases.confirming import packs_of

    files = (bank.home.law_file, bank.home.root / "portal.yaml")
    for file, text in zip(files, (STATED, PORTAL), strict=True):
        file.write_text(text, encoding="utf-8")
    desk = SimpleNamespace(at=TEN, home=bank.home, institution_id=bank.institution_id)

    def printed(count: int = 1, **more):
        for _ in range(count):
            one = MessageQueued(
                random_id(), LIN, bank.book.lin, "letter", "print", "", "collection", "reminder@1", "en", "lender", "debtor", ("12",), "A1", "not_tied",
                ("institution_named",), 100, "Ms Lin\n18 North Road\nShanghai 200030", "Your account", "Dear Ms Lin,\n\nplease get in touch.", desk.at, desk.at + timedelta(days=14))
            with acting_for(bank.institution_id):
                outbox.put([replace(one, **more)], actor="policy", at=desk.at, cause="story")
        provider = letters.letter_provider(bank.home, bank.institution_id, lambda: desk.at)
        worker = Worker(
            random_id(), bank.institution_id, provider, Terms(1_000), lambda at: packs_of(bank.institution_id, at.date(), bank.home),
            lambda messages, at: letters.known_of(bank.home, bank.institution_id, messages, at), lambda: desk.at, lambda seconds: None)
        while dispatch.step(worker).claimed:
            pass
        return letters.close_batch(bank.home, bank.institution_id, at=desk.at)

    desk.printed = printed
    desk.keys = lambda batch: [one.letter.key for one in letters.batch_shown(bank.home, bank.institution_id, batch)]
    desk.hand_over = lambda batch: letters.hand_over(bank.home, bank.institution_id, batch, now=lambda: desk.at, actor="wei")

    def post_says(*rows: str, head: str = "key,event,on,tracking,signed_by,reason"):
        file = bank.home.root / "post.csv"
        file.write_text("\n".join((head, *rows)) + "\n", encoding="utf-8-sig")
        return letters.import_post(bank.home, bank.institution_id, file, at=desk.at, actor="wei")

    desk.post_says = post_says

    def post_of(key: str):
        (found,) = [one for batch in letters.batches_of(bank.home, bank.institution_id)
                    for one in letters.batch_shown(bank.home, bank.institution_id, batch.name) if one.letter.key == key]
        return found.post

    desk.post_of = post_of
    yield desk
    import shutil

    shutil.rmtree(bank.home.print, ignore_errors=True)
    for file in (*files, bank.home.root / "post.csv"):
        file.unlink(missing_ok=True)


@pytest.fixture
def gone(desk) -> str:
    """The key of a letter that went to the post, three days ago."""
    batch = desk.printed()
    (key,) = desk.keys(batch)
    assert len(desk.hand_over(batch).goes) == 1
    desk.at += timedelta(days=3)
    return key


def test_a_letter_goes_from_print_to_post_by_the_homes_own_law_and_book_and_its_pages_are_forgotten(desk):
    from arrears.engine.use_cases import letters

    batch = desk.printed()
    assert batch == "2026-11-24-1"
    folder = letters.folder_of(desk.home, desk.institution_id) / "batches" / batch
    assert len(list(folder.glob("*.pdf"))) == 1
    assert [one.waits for one in letters.batches_of(desk.home, desk.institution_id)] == [1]
    assert len(desk.hand_over(batch).goes) == 1
    assert not list(folder.rglob("*.pdf")) and (folder / "manifest.csv").is_file(), "what it was is on the list, not what it said"
    (left,) = letters.batches_of(desk.home, desk.institution_id)
    assert (left.handed_over, left.taken_out, left.waits) == (1, 0, 0)


def test_what_the_lender_no_longer_states_stops_the_letter(desk):
    batch = desk.printed()
    desk.home.law_file.write_text(STATED.replace("products: {consumer_loan: consumer_loan}", "products: {}"), encoding="utf-8")
    (out,) = desk.hand_over(batch).taken_out
    assert "Of which kind the debt" in out.why


def test_without_a_sender_no_letter_is_written(bank):
    from arrears.engine.use_cases import letters

    with pytest.raises(Refused, match="does not say who sends letters"):
        letters.letter_provider(bank.home, bank.institution_id, lambda: TEN)


# what the post says


def test_posting_delivery_and_signature_are_on_record_and_the_same_file_again_records_nothing(desk, gone):
    rows = (f"{gone},posted,2026-11-24,RA123456785CN,,", f"{gone.lower()[:7]}-{gone[7:]},signed,2026-11-26,,林静,")
    assert (lambda one: (one.recorded, one.known, one.findings))(desk.post_says(*rows)) == (2, 0, [])
    assert (lambda one: (one.recorded, one.known, one.findings))(desk.post_says(*rows)) == (0, 2, [])
    posted, signed = desk.post_of(gone)
    assert (posted.posted_on, posted.tracking, posted.source) == (date(2026, 11, 24), "RA123456785CN", "post.csv")
    assert (signed.kind, signed.arrived_on, signed.signed_by) == (Delivery.SIGNED, date(2026, 11, 26), "林静")
    assert served([signed]) == signed


WRONG = {
    "no reference of ours": "123,posted,2026-11-24,,,",
    "No letter of this reference was printed here": f"{id_text(77)},posted,2026-11-24,,,",
    "This event is not known": "{key},eaten_by_dog,2026-11-24,,,",
    "This is no day": "{key},posted,24.11.2026,,,",
    "This day is to come": "{key},posted,2026-12-24,,,",
    "before the letter was printed": "{key},posted,2026-10-24,,,",
}


def test_rows_that_cannot_be_are_findings_and_the_others_are_recorded(desk, gone):
    found = desk.post_says(*(row.format(key=gone) for row in WRONG.values()), f"{gone},posted,2026-11-24,,,")
    assert found.recorded == 1
    assert [one.row for one in found.findings] == list(range(1, len(WRONG) + 1))
    assert all(said in one.reason and one.remedy for said, one in zip(WRONG, found.findings, strict=True))


def test_what_contradicts_what_was_told_before_is_a_finding(desk, gone):
    found = desk.post_says(f"{gone},posted,2026-11-25,,,", f"{gone},posted,2026-11-26,,,", f"{gone},delivered,2026-11-24,,,", f"{gone},delivered,2026-11-26,,,")
    assert found.recorded == 2
    assert [(one.row, one.reason.split("(")[0].strip()) for one in found.findings] == [
        (2, "By what was told before, this letter was posted on 2026-11-25."), (3, "This day is before the letter was posted")]


def test_a_letter_that_the_post_carried_though_nobody_handed_it_over_is_recorded_and_told(desk):
    batch = desk.printed()
    (key,) = desk.keys(batch)
    desk.at += timedelta(days=1)
    found = desk.post_says(f"{key},posted,2026-11-24,,,")
    assert found.recorded == 1 and "not handed over from here" in found.findings[0].reason


def test_a_file_without_its_columns_or_in_another_form_is_refused_whole(desk, gone):
    with pytest.raises(BadData, match="has no column event"):
        desk.post_says(f"{gone},2026-11-24", head="key,on")
    from arrears.engine.use_cases import letters

    file = desk.home.root / "post.csv"
    file.write_bytes("key,event,on\n编号".encode("gb18030"))
    with pytest.raises(BadData, match="UTF-8"):
        letters.import_post(desk.home, desk.institution_id, file, at=desk.at, actor="wei")


def said(kind: Delivery, day: int) -> LetterArrived:
    return LetterArrived(7, 2, kind, date(2026, 3, day), "", "", "post.csv")


@pytest.mark.parametrize(("facts", "counts", "day"), [
    ([], ARRIVES, None),
    ([said(Delivery.DELIVERED, 5)], ARRIVES, 5),
    ([said(Delivery.SIGNED, 7), said(Delivery.DELIVERED, 5)], ARRIVES, 5),
    ([said(Delivery.SIGNED_BY_OTHER, 5)], ARRIVES, None),
    ([said(Delivery.SIGNED_BY_OTHER, 5)], ARRIVES | {Delivery.SIGNED_BY_OTHER}, 5),
    ([said(Delivery.REFUSED, 5), said(Delivery.RETURNED, 9)], ARRIVES, None),
    ([said(Delivery.REFUSED, 5), said(Delivery.RETURNED, 9)], ARRIVES | {Delivery.REFUSED}, 5),
    ([said(Delivery.DELIVERED, 5), said(Delivery.RETURNED, 9)], ARRIVES, None),
    ([said(Delivery.SIGNED, 5), said(Delivery.RETURNED, 9)], ARRIVES, 5),
    ([said(Delivery.RETURNED, 4), said(Delivery.DELIVERED, 8)], ARRIVES, 8),
])
def test_when_a_letter_counts_as_served_follows_from_what_the_post_said_and_what_the_law_takes_for_it(facts, counts, day):
    found = served(facts, counts)
    assert (None if found is None else found.arrived_on.day) == day


def test_posting_alone_serves_nobody():
    assert LetterPosted(7, 2, date(2026, 3, 2), "", "post.csv").posted_on and served([]) is None
