"""Stories about the example mappings: what they make of files of their shape, counted a second time by a few independent lines."""

from __future__ import annotations

import csv
import gzip
import os
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from arrears.intake.book.examples import examples_dir
from tests.intake.book.lender import Lender
from tests.intake.book.workbook import write_workbook

MADE_UP = Path(__file__).resolve().parents[2] / "data" / "made_up"
REAL = os.environ.get("ARREARS_DATA")
SUPERLENDER = [
    pytest.param(MADE_UP / "prevloans_made_up.csv", id="made up"),
    pytest.param(
        Path(REAL or ".") / "superlender" / "prevloans.csv.gz",
        id="real",
        marks=pytest.mark.skipif(not REAL, reason="ARREARS_DATA is not set: SuperLender is not read"),
    ),
]
INVOICES = [
    pytest.param(MADE_UP / "ar_invoices_made_up.csv", id="made up"),
    pytest.param(
        Path(REAL or ".") / "ibm_accounts_receivable" / "ar_invoices_75cust.csv.gz",
        id="real",
        marks=pytest.mark.skipif(not REAL, reason="ARREARS_DATA is not set: the invoices are not read"),
    ),
]
TAIWAN = examples_dir() / "taiwan_cards" / "uci_taiwan_cards_24000.csv.gz"


def plain_rows(path: Path) -> list[dict[str, str]]:
    with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def lender_with(mapping: str, folder: Path) -> Lender:
    return Lender(folder, (examples_dir() / "mappings" / f"{mapping}.yaml").read_text(encoding="utf-8"))


def cents(text: str) -> int:
    whole, _, decimals = text.partition(".")
    return int(whole + (decimals + "00")[:2])


@pytest.mark.parametrize("path", SUPERLENDER)
def test_short_term_loans_come_in_with_days_and_kobo(path: Path, tmp_path: Path) -> None:
    lender, rows = lender_with("superlender_prevloans", tmp_path), plain_rows(path)
    report = lender.deliver_paths([path])
    assert (report.findings, report.files[0].accepted) == (0, len(rows))
    day = datetime.fromisoformat
    assert lender.rows("receivables", "issued_on, due_on, amount_minor") == sorted(
        (day(row["approveddate"]).date(), day(row["firstduedate"]).date(), cents(row["totaldue"])) for row in rows
    )
    assert lender.rows("payments", "paid_on, amount_minor") == sorted(
        (day(row["closeddate"]).date(), cents(row["totaldue"])) for row in rows if row["closeddate"]
    )
    assert len(lender.rows("parties")) == len({row["customerid"] for row in rows})


@pytest.mark.parametrize("path", INVOICES)
def test_invoices_come_in_with_american_dates_and_without_undated_disputes(path: Path, tmp_path: Path) -> None:
    lender, rows = lender_with("ibm_invoices", tmp_path), plain_rows(path)
    report = lender.deliver_paths([path])
    assert (report.findings, report.files[0].accepted) == (0, len(rows))

    def day(text: str) -> date:
        month, in_month, year = map(int, text.split("/"))
        return date(year, month, in_month)

    assert lender.rows("receivables", "issued_on, due_on, amount_minor, disputed_on") == sorted(
        (day(row["InvoiceDate"]), day(row["DueDate"]), cents(row["InvoiceAmount"]), None) for row in rows
    )
    assert lender.rows("payments", "paid_on, amount_minor") == sorted((day(row["SettledDate"]), cents(row["InvoiceAmount"])) for row in rows)


def test_the_taiwan_cards_come_in_with_six_statements_and_constructed_days(tmp_path: Path) -> None:
    lender, rows = lender_with("taiwan_cards", tmp_path), plain_rows(TAIWAN)
    report = lender.deliver_paths([TAIWAN])
    assert (report.findings, report.files[0].accepted) == (0, 24_000)
    assert len(lender.rows("accounts")) == 24_000
    assert lender.rows("accounts", "DISTINCT currency, dates_constructed") == [("TWD", True)]
    september = lender.rows("statements", "balance_minor, months_past_due, minimum_due_minor, due_on")
    wanted: list[Any] = []
    for bill, status, due in (
        ("BILL_AMT1", "PAY_0", "10-20"),
        ("BILL_AMT2", "PAY_2", "09-20"),
        ("BILL_AMT3", "PAY_3", "08-20"),
        ("BILL_AMT4", "PAY_4", "07-20"),
        ("BILL_AMT5", "PAY_5", "06-20"),
        ("BILL_AMT6", "PAY_6", "05-20"),
    ):
        wanted += [(round(float(row[bill]) * 100), max(int(row[status]), 0), None, date.fromisoformat(f"2005-{due}")) for row in rows]
    assert sorted(september) == sorted(wanted)
    paid = lender.rows("payments", "paid_on, amount_minor")
    assert sum(amount for day, amount in paid if day == date(2005, 9, 20)) == sum(round(float(row["PAY_AMT1"]) * 100) for row in rows)
    assert sum(amount for day, amount in paid if day == date(2005, 4, 20)) == sum(round(float(row["PAY_AMT6"]) * 100) for row in rows)


def test_protected_attributes_of_the_cards_never_enter_parties(tmp_path: Path) -> None:
    lender, rows = lender_with("taiwan_cards", tmp_path), plain_rows(TAIWAN)
    lender.deliver_paths([TAIWAN])
    counts = {name: sum(1 for row in rows if row[name.upper()]) for name in ("sex", "education", "marriage", "age")}
    assert _by_attribute(lender) == counts
    assert lender.rows("parties", "DISTINCT region, segment") == [(None, None)]


def _by_attribute(lender: Lender) -> dict[str, int]:
    counts: dict[str, int] = {}
    for (attribute,) in lender.rows("protected", "attribute"):
        counts[attribute] = counts.get(attribute, 0) + 1
    return counts


def test_a_whole_instalment_book_comes_in_table_by_table(tmp_path: Path) -> None:
    lender = lender_with("instalment_book", tmp_path)
    report = lender.deliver(
        {
            "parties.csv": "party_number,kind,language,time_zone,region,segment,name\nC1,person,zh-CN,Asia/Shanghai,GD,,王小明\nC2,person,zh-CN,Asia/Shanghai,GD,,李四\n",
            "accounts.csv": "account_number,party_number,product,currency,opened_on,principal,rate_annual,status\nL1,C1,loan,CNY,2026-01-01,1000.00,0.125,A\n",
            "guarantors.csv": "account_number,party_number,role\nL1,C2,guarantor\n",
            "instalments.csv": "account_number,number,due_on,principal,interest,fee,penalty\nL1,1,2026-01-31,500.00,5.21,,\n",
            "payments.csv": "account_number,payment_number,paid_on,amount,reverses_payment\nL1,P1,2026-01-31,505.21,\nL1,P2,2026-02-01,505.21,P1\n",
            "pauses.csv": "account_number,from_on,until_on,reason\nL1,2026-01-10,2026-01-20,moratorium\nL1,2026-03-01,,agreement\n",
            "contact_points.csv": "party_number,channel,value,source,verified_on,consent,permitted_from,permitted_to\nC1,mobile,+8613800000000,lender,,given,09:00,20:00\n",
            "holds.csv": "party_number,kind,from_on,to_on\nC1,dispute,2026-02-01,\n",
            "consents.csv": "party_number,channel,given_on,withdrawn_on\nC1,mobile,2026-01-01,\n",
            "contact_history.csv": "party_number,covers_from,covers_to,occurred_on,channel,outcome\nC1,2026-01-01,2026-01-31,,,\nC1,2026-01-01,2026-01-31,2026-01-20,mobile,no_answer\n",
        }
    )
    assert lender.findings(report) == []
    assert lender.rows("accounts", "status, rate_annual::VARCHAR") == [("active", "0.125000")]
    assert sorted(lender.rows("account_parties", "role")) == [("borrower",), ("guarantor",)]
    assert lender.rows("contact_points", "channel, source, permitted_from") == [("mobile", "lender", "09:00")]
    assert lender.rows("pauses", "from_on, until_on, reason") == [(date(2026, 1, 10), date(2026, 1, 20), "moratorium"), (date(2026, 3, 1), None, "agreement")]
    assert lender.rows("holds", "kind, from_on, to_on") == [("dispute", date(2026, 2, 1), None)]
    assert len(lender.rows("contact_history")) == 2
    assert {count.table: count.read for count in report.tables}["payments"] == 2


@pytest.mark.parametrize(
    ("file", "line", "reason"),
    [
        ("holds.csv", "C1,mood,2026-02-01,", "Only these values are known here"),
        ("holds.csv", "C1,dispute,2026-02-01,2026-01-01", "lies before from_on"),
        ("holds.csv", "C9,dispute,2026-02-01,", "The party is neither"),
        ("pauses.csv", "L9,2026-02-01,2026-01-01,moratorium", "lies before from_on"),
        ("contact_points.csv", "C1,mobile,123,lender,,given,9 am,20:00", "not a time of day"),
        ("contact_points.csv", "C1,mobile,123,lender,,maybe,,", "Only these values"),
        ("accounts.csv", "L1,C1,loan,CNY,2026-01-01,5,12%,A", "not a rate"),
        ("accounts.csv", "L1,C1,loan,CNY,2026-01-01,5,0.1234567,A", "not a rate"),
        ("accounts.csv", "L1,C1,loan,CNY,2026-01-01,5,0.12,Z", "Only these values"),
    ],
)
def test_protecting_facts_and_terms_are_checked_as_strictly_as_money(tmp_path: Path, file: str, line: str, reason: str) -> None:
    heads = {
        "holds.csv": "party_number,kind,from_on,to_on",
        "pauses.csv": "account_number,from_on,until_on,reason",
        "contact_points.csv": "party_number,channel,value,source,verified_on,consent,permitted_from,permitted_to",
        "accounts.csv": "account_number,party_number,product,currency,opened_on,principal,rate_annual,status",
    }
    lender = lender_with("instalment_book", tmp_path)
    parties = "party_number,kind,language,time_zone,region,segment,name\nC1,person,zh-CN,Asia/Shanghai,GD,,王小明\n"
    report = lender.deliver({"parties.csv": parties, file: heads[file] + "\n" + line + "\n"})
    assert any(reason in finding.reason for finding in lender.findings(report))
    assert report.files[-1].rejected == 1


def test_a_chinese_workbook_of_three_sheets_comes_in_whole(tmp_path: Path) -> None:
    path = write_workbook(tmp_path / "贷款台账_202611.xlsx", {
        "借据": [
            ["客户号", "客户姓名", "客户类型", "手机号码", "地区", "借据号", "产品名称", "贷款金额", "放款日期", "借据状态"],
            ["00012", "王小明", "个人", "13800000001", "广东", "JJ1", "消费贷", 50000, date(2026, 1, 5), "正常"],
            ["00013", "某某公司", "企业", None, "北京", "JJ2", "经营贷", 120000.5, date(2026, 2, 5), "结清"],
        ],
        "还款计划": [["借据号", "期次", "应还日期", "应还本金", "应还利息"], ["JJ1", 1, date(2026, 2, 5), 4000.01, 300]],
        "还款流水": [["流水号", "借据号", "还款日期", "还款金额", "冲正原流水号"], ["LS1", "JJ1", date(2026, 2, 6), 4300.01, None], ["LS2", "JJ1", date(2026, 2, 7), 4300.01, "LS1"]],
    })  # fmt: skip
    lender = lender_with("chinese_consumer_loans", tmp_path)
    assert lender.findings(lender.deliver_paths([path])) == []
    assert sorted(lender.rows("parties", "kind, region")) == [("organisation", "北京"), ("person", "广东")]
    assert sorted(lender.rows("accounts", "principal_minor, status")) == [(5000000, "active"), (12000050, "closed")]
    assert lender.rows("payments", "paid_on, amount_minor") == [(date(2026, 2, 6), 430001), (date(2026, 2, 7), 430001)]
    assert len(lender.rows("contact_points")) == 1


def test_the_days_after_the_first_share_the_numbers_of_the_whole_book(tmp_path: Path) -> None:
    lender = lender_with("instalment_book", tmp_path)
    lender.deliver({
        "parties.csv": "party_number,kind,language,time_zone,region,segment,name\nC1,person,zh-CN,Asia/Shanghai,GD,,王小明\n",
        "accounts.csv": "account_number,party_number,product,currency,opened_on,principal,rate_annual,status\nL1,C1,loan,CNY,2026-01-01,1000.00,0.125,A\n",
        "instalments.csv": "account_number,number,due_on,principal,interest,fee,penalty\nL1,1,2026-01-31,500.00,5.21,,\nL1,2,2026-02-28,500.00,5.21,,\n",
    })  # fmt: skip
    lender.mapping = (examples_dir() / "mappings" / "daily_changes.yaml").read_text(encoding="utf-8")
    report = lender.deliver({
        "new_payments_1.csv": "account_number,payment_number,paid_on,amount,currency,reverses_payment\nL1,P1,2026-01-31,505.21,CNY,\n",
        "closed_accounts_1.csv": "account_number,status\nL1,C\n",
        "moved_parties_1.csv": "party_number,region,segment\nC1,BJ,prime\n",
        "rescheduled_1.csv": "account_number,number,due_on,principal,interest\nL1,1,2026-06-30,1000.00,10.42\n",
    })  # fmt: skip
    assert lender.findings(report) == []
    assert lender.rows("accounts", "status, principal_minor, product") == [("closed", 100000, "loan")]
    assert lender.rows("parties", "region, segment, language") == [("BJ", "prime", "zh-CN")]
    assert lender.rows("instalments", "number, due_on, principal_minor") == [(1, date(2026, 6, 30), 100000)]
    assert len(lender.rows("payments")) == 1
