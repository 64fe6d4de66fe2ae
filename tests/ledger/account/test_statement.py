"""A statement as the person who owes reads it, and what news did, told entry by entry."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from pypdf import PdfReader

from arrears.cli.app import run_command
from arrears.core.problems import WrongCall
from arrears.engine.case_reports.page import html_of
from arrears.engine.statements import statement_csv, statement_report
from arrears.ledger.account.entries import QuoteKind
from arrears.ledger.account.ledger import LineKind
from arrears.ledger.account.quotes import offers
from arrears.ledger.account.redress import Measure, Rested, RestedKind, Step, effect_of_news
from arrears.ledger.account.replay import replay
from arrears.ledger.account.statement import statement
from arrears.ledger.documents.account import read_account
from tests.ledger.account.stories import TERMS, day, loan, paid

DATA = Path(__file__).parents[2] / "data" / "statements"
ACCOUNT = DATA / "account.yaml"
"""A loan of three instalments: a late one, money paid ahead, a cost, a fee, a stop of interest, and a payment that became known late."""


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_statement_of_a_quarter_reads_like_this(language: str) -> None:
    account = read_account(ACCOUNT.read_text(encoding="utf-8"))
    told = statement(account.terms, account.entries, day(1, 1), day(3, 31))
    assert statement_csv(told, language) == (DATA / f"quarter_{language}.csv").read_text(encoding="utf-8")  # type: ignore[arg-type]


def test_the_csv_adds_up_from_one_end_to_the_other() -> None:
    account = read_account(ACCOUNT.read_text(encoding="utf-8"))
    told = statement(account.terms, account.entries, day(2, 10), day(3, 31))
    rows = list(csv.DictReader(io.StringIO(statement_csv(told, "en"))))
    assert Decimal(rows[0]["due_after"]) + sum(Decimal(row["change"] or 0) for row in rows) == Decimal(rows[-1]["due_after"]) == Decimal(told.closing_due_minor) / 100


def test_a_period_begins_where_the_one_before_ended() -> None:
    account = read_account(ACCOUNT.read_text(encoding="utf-8"))
    february, march = (statement(account.terms, account.entries, first, last) for first, last in ((day(2, 1), day(2, 28)), (day(3, 1), day(3, 31))))
    assert february.closing_due_minor == march.opening_due_minor


def test_the_page_says_every_option_and_holds_no_word_of_blame() -> None:
    account = read_account(ACCOUNT.read_text(encoding="utf-8"))
    told = statement(account.terms, account.entries, day(1, 1), day(3, 31))
    page = html_of(statement_report(told, "A & B", "en"))
    assert "A &amp; B" in page and "what you dispute is looked at" in page and "ask for a plan" in page
    assert not [word for word in ("default", "delinquent", "failed to", "must pay") if word in page.lower()]


def test_nothing_happened_is_said_in_words() -> None:
    report = statement_report(statement(TERMS, loan(), day(1, 5), day(1, 20)), "A", "zh")
    assert [one.sentences for one in report.sections if one.title == "逐日明细"] == [("本期无变动。",)]


def test_a_period_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(WrongCall, match="before it begins"):
        statement(TERMS, loan(), day(3, 1), day(2, 1))


def test_the_command_writes_pdf_page_and_csv(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    targets = {name: tmp_path / f"statement.{name}" for name in ("pdf", "html", "csv")}
    options = [word for name, target in targets.items() for word in (f"--{name}", str(target))]
    assert run_command(["ledger", "statement", str(ACCOUNT), "--from", "2026-01-01", "--to", "2026-03-31", "--language", "zh", *options]) == 0
    assert "2,722.59" in "".join(page.extract_text() for page in PdfReader(targets["pdf"]).pages)
    assert "账户对账单" in targets["html"].read_text(encoding="utf-8")
    assert targets["csv"].read_bytes().startswith(b"\xef\xbb\xbfday,")


class TestNews:
    def test_a_payment_that_became_known_late_is_told_entry_by_entry_with_what_rested_on_the_wrong_figure(self) -> None:
        entries = [*loan(count=1), paid("p", day(2, 1), 1_010_000, recorded_on=day(2, 20))]
        rested = [
            Rested("notice 7", RestedKind.NOTICE, day(2, 11), Measure.DAYS_PAST_DUE, 10),
            Rested("penalty 3", RestedKind.PENALTY, day(2, 15), Measure.PENALTY, 7_000),
            Rested("bureau 1", RestedKind.CREDIT_ENTRY, day(2, 15), Measure.OVERDUE, 1_017_000),
            Rested("letter 2", RestedKind.STATED_AMOUNT, day(1, 31), Measure.DUE, 0),
        ]
        found = effect_of_news(TERMS, entries, day(2, 19), day(2, 20), rested)
        assert {(one.kind, one.before_minor, one.after_minor) for one in found.changes} == {
            (LineKind.PENALTY_INTEREST, 9_500, 0),
            (LineKind.RECEIVED, 0, 1_010_000),
            (LineKind.PAID, 0, -10_000),
            (LineKind.PAID, 0, -1_000_000),
        }
        assert [(one.rested.ref, one.is_now, one.step) for one in found.redress] == [("notice 7", 0, Step.UNDO), ("penalty 3", 0, Step.UNDO), ("bureau 1", 0, Step.UNDO)]

    def test_news_that_makes_it_worse_is_told_and_nothing_is_undone(self) -> None:
        entries = [*loan(count=1), paid("p", day(2, 1), 1_010_000)]
        told = Rested("class 1", RestedKind.CLASS, day(2, 11), Measure.DAYS_PAST_DUE, 0)
        gone = replace(paid("back", day(2, 1), 0, recorded_on=day(2, 12)), entry_id="x")
        found = effect_of_news(TERMS, [one for one in entries if one.entry_id != "p"] + [gone], day(2, 11), day(2, 20), [told])
        assert [(one.is_now, one.step) for one in found.redress] == [(10, Step.TELL)]

    def test_nothing_new_changes_nothing(self) -> None:
        found = effect_of_news(TERMS, loan(), day(2, 19), day(2, 20), [Rested("n", RestedKind.NOTICE, day(2, 11), Measure.DAYS_PAST_DUE, 10)])
        assert (found.changes, found.redress) == ((), ())

    def test_the_command_says_what_to_undo(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert run_command(["ledger", "redress", str(ACCOUNT), "--since", "2026-03-01", "--on", "2026-03-31"]) == 0
        assert "Undo, and tell the debtor: notice notice 7" in capsys.readouterr().out.replace("\n", " ")


class TestQuotes:
    def test_today_by_friday_and_by_the_end_of_the_month(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert run_command(["ledger", "quote", str(ACCOUNT), "--on", "2026-03-25", "--json"]) == 0
        assert [(one["pay_by"], one["amount_minor"]) for one in json.loads(capsys.readouterr().out)["quotes"]] == [
            ("2026-03-25", 271_450), ("2026-03-27", 271_720), ("2026-03-31", 272_259),
        ]  # fmt: skip

    def test_what_is_quoted_settles_when_it_is_paid_on_its_last_day(self) -> None:
        for settles in QuoteKind:
            (offer,) = offers(TERMS, loan(), day(2, 11), [day(2, 20)], settles)
            entries = [*loan(), offer.given("q", day(2, 11)), paid("p", day(2, 20), offer.amount_minor)]
            found = replay(TERMS, entries, day(2, 20))
            assert found.due_minor == 0
            assert (found.balance_minor == 0) is (settles is QuoteKind.WHOLE_DEBT)

    def test_a_discount_is_never_more_than_the_debt(self) -> None:
        (offer,) = offers(TERMS, loan(count=1), day(2, 1), [day(2, 1)], QuoteKind.ARREARS, 9_000_000)
        assert (offer.amount_minor, offer.discount_minor) == (0, 1_010_000)

    @pytest.mark.parametrize("wrong", [{"days": [day(2, 10)]}, {"discount_minor": -1}])
    def test_the_past_and_a_negative_discount_are_refused(self, wrong: dict[str, object]) -> None:
        with pytest.raises(WrongCall):
            offers(TERMS, loan(), day(2, 11), **{"days": [day(2, 11)], **wrong})  # type: ignore[arg-type]

    def test_news_after_the_day_of_asking_is_not_in_the_quote(self) -> None:
        late = paid("p", day(2, 1), 1_000_000, recorded_on=date(2026, 3, 1))
        assert offers(TERMS, [*loan(count=1), late], day(2, 11), [day(2, 11)])[0].amount_minor == 1_015_000


def test_the_balance_tells_people_and_machines(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["ledger", "balance", str(ACCOUNT), "--on", "2026-03-31", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["due_minor"], said["balance_minor"], said["borne_by_creditor_minor"], said["days_past_due"]) == (272_259, 678_982, 8_000, 30)
    assert run_command(["ledger", "balance", str(ACCOUNT), "--on", "2026-03-31"]) == 0
    assert "Costs that the creditor bears 80.00" in capsys.readouterr().out


def with_ceiling(tmp_path: Path, ceiling: str, capsys: pytest.CaptureFixture[str]) -> str:
    file = tmp_path / "account.yaml"
    file.write_text(ACCOUNT.read_text(encoding="utf-8") + ceiling, encoding="utf-8")
    assert run_command(["ledger", "balance", str(file), "--on", "2026-03-31"]) == 0
    return " ".join(capsys.readouterr().out.split())


def test_the_all_in_rate_stands_beside_its_ceiling(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "13.3667 %, within the ceiling of 24.0000 %" in with_ceiling(tmp_path, "ceiling_of_law: cn_financial_loan_court\n", capsys)
    assert "13.3667 %, ABOVE the ceiling of 13.0000 %" in with_ceiling(tmp_path, "ceiling_percent: 13\n", capsys)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("balance", "--on", "2026-03-31"), "由债权人承担的费用 80.00"),
        (("quote", "--on", "2026-03-25"), "结清到期款项"),
        (("redress", "--since", "2026-03-01", "--on", "2026-03-31"), "撤销并告知债务人：2026-02-10 的通知 notice 7"),
        (("statement", "--from", "2026-01-01", "--to", "2026-03-31"), "实现债权费用由债权人承担，不向您收取"),
    ],
)
def test_every_command_answers_in_chinese_too(words: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["ledger", words[0], str(ACCOUNT), *words[1:], "--language", "zh"]) == 0
    assert said in capsys.readouterr().out.replace("\n", "")
