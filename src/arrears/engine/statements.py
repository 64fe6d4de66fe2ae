"""A statement of account as a document: from its rows to the pieces of a report (page, PDF) and to CSV. No query and no clock."""

from __future__ import annotations

import csv
import io

from arrears.core.money import as_decimal, format_money
from arrears.core.reasons import Language, Sentence
from arrears.engine.case_reports.report import Report, Section, Table
from arrears.ledger.account.ledger import LineKind
from arrears.ledger.account.statement import Row, Statement
from arrears.ledger.account.words import COMPONENTS, item_words
from arrears.ledger.allocation.claims import Component

SAY_SO = Sentence(
    "If something here is not as you see it, say so: what you dispute is looked at before anything else happens. If you cannot pay all of it at once, ask for a plan that you can keep.",
    "如您认为其中有误，请告诉我们：您提出异议的部分，我们会先行核实。如一次还清有困难，请提出，我们可与您商定力所能及的还款计划。",
)


def statement_report(told: Statement, name: str, language: Language) -> Report:
    """The statement in one language, ready for a page or paper.

    Args:
        name: what the account is called by its holder, such as its number.
    """
    return _Writer(told, name, language).report()


class _Writer:
    """One statement being written; each method is one section."""

    def __init__(self, told: Statement, name: str, language: Language) -> None:
        self.told, self.name, self.language = told, name, language
        self.currency = told.ledger.terms.currency

    def say(self, en: str, zh: str) -> str:
        return zh if self.language == "zh" else en

    def money(self, minor: int) -> str:
        return format_money(minor, self.currency, self.language, with_currency=False)

    def with_code(self, minor: int) -> str:
        return f"{self.currency} {self.money(minor)}"

    def report(self) -> Report:
        told = self.told
        return Report(
            language=self.language,
            title=self.say("Statement of account", "账户对账单"),
            under_title=(self.name, self.say(f"{told.from_on} to {told.to_on}", f"{told.from_on} 至 {told.to_on}"), self.say(f"Amounts in {self.currency}", f"金额单位：{self.currency}")),
            protections=(),
            sections=(self.in_short(), self.day_by_day(), self.what_is_open(), self.how_it_counts()),
            foot=self.say(f"Statement of account {self.name}", f"账户对账单 {self.name}"),
        )

    def in_short(self) -> Section:
        told, ledger = self.told, self.told.ledger
        charged, paid = (sum(one for one in (row.amount_minor for row in told.rows) if (one > 0) is up) for up in (True, False))
        held = [(self.say("Held for you, to be given back", "代您保管、应退还"), self.with_code(ledger.credit_minor))] if ledger.credit_minor else []
        forgiven = [(self.say("Interest that you do not have to pay", "依法或依约免收的利息"), self.with_code(ledger.forgiven_minor))] if ledger.forgiven_minor else []
        return Section(
            self.say("In short", "概要"),
            lead=self.say(f"Due on {told.to_on}: {self.with_code(told.closing_due_minor)}", f"截至 {told.to_on} 应还：{self.with_code(told.closing_due_minor)}"),
            pairs=(
                (self.say(f"Due before {told.from_on}", f"{told.from_on} 之前应还"), self.with_code(told.opening_due_minor)),
                (self.say("Fell due or was charged", "到期及新增"), self.with_code(charged)),
                (self.say("Paid, waived or taken off", "已还、减免及冲减"), self.with_code(-paid)),
                *held,
                *forgiven,
                (self.say("Everything that is agreed and not paid yet", "全部未还（含未到期）"), self.with_code(ledger.balance_minor)),
            ),
        )

    def day_by_day(self) -> Section:
        head = (self.say("day", "日期"), self.say("what happened", "事项"), self.say("change", "变动"), self.say("due then", "应还余额"))
        rows = [cells for row in self.told.rows for cells in self.row(row)]
        if not rows:
            return Section(self.say("Day by day", "逐日明细"), sentences=(self.say("Nothing happened in this period.", "本期无变动。"),))
        return Section(self.say("Day by day", "逐日明细"), tables=(Table(head, tuple(rows), (2, 3)),))

    def row(self, row: Row) -> list[tuple[str, ...]]:
        """The row, and a line below it for each of its particulars."""
        first = (row.on.isoformat(), row.what.in_language(self.language), self.money(row.amount_minor), self.money(row.due_after_minor))
        return [first, *(("", f"· {one.in_language(self.language)}", "", "") for one in row.particulars)]

    def what_is_open(self) -> Section:
        title = self.say(f"What is open on {self.told.to_on}", f"{self.told.to_on} 未还明细")
        shown = [one for one in Component if any(item.open_minor(one) for item in self.told.ledger.items)]
        rows = [
            (item_words(item.key).in_language(self.language), item.due_on.isoformat(), *(self.money(item.open_minor(one)) for one in shown), self.money(item.open_total_minor))
            for item in self.told.ledger.items if item.open_total_minor
        ]  # fmt: skip
        if not rows:
            return Section(title, sentences=(self.say("Nothing is open.", "无未还款项。"),))
        head = (self.say("what", "项目"), self.say("due on", "到期日"), *(COMPONENTS[one].in_language(self.language) for one in shown), self.say("in all", "合计"))
        return Section(title, tables=(Table(head, tuple(rows), tuple(range(2, len(head)))),))

    def how_it_counts(self) -> Section:
        return Section(self.say("How payments count", "还款如何抵充"), sentences=(self.told.order.in_language(self.language), SAY_SO.in_language(self.language)))


CSV_HEAD = ("day", "what", "component", "change", "due_after", "particulars")


def statement_csv(told: Statement, language: Language) -> str:
    """The rows as CSV, amounts with a point and no grouping; a row that changes several components has a line for each.

    The amounts of the column `change` add up from what was due before to what is due at the end; `due_after` stands in the last line of a row.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(CSV_HEAD)
    currency = told.ledger.terms.currency
    writer.writerow([told.from_on, {"en": "Due before", "zh": "期初应还"}[language], "", "", as_decimal(told.opening_due_minor, currency), ""])
    for row in told.rows:
        particulars = " / ".join(one.in_language(language) for one in row.particulars)
        parts = row.component_amounts or ((None, row.amount_minor),)
        for place, (component, amount) in enumerate(parts):
            last = place == len(parts) - 1
            writer.writerow(
                [row.on, row.what.in_language(language), component.value if component else "", as_decimal(amount, currency), as_decimal(row.due_after_minor, currency) if last else "", particulars if last else ""]
            )
    return out.getvalue()


def payments_told(told: Statement) -> list[dict[str, object]]:
    """Each payment of the period with what it counted against, for machines."""
    ledger, payments = told.ledger, []
    for line in ledger.lines:
        if line.kind is LineKind.RECEIVED and line.on >= told.from_on and line.entry_id:
            laid = [{"item": one.item, "component": one.component.value if one.component else "", "amount_minor": -one.amount_minor} for one in ledger.paid_by(line.entry_id)]
            payments.append({"entry": line.entry_id, "on": line.on, "amount_minor": line.amount_minor, "counted_against": laid, "held_minor": ledger.held_minor.get(line.entry_id, 0)})
    return payments
