"""What one account owes, asked on the command line: balance, quote, statement, and what late news changed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal

from cyclopts import Parameter

from arrears.cli import doors
from arrears.cli.clock import today
from arrears.cli.documents import text_of
from arrears.cli.legal_figures import figure_in_json, rests_on
from arrears.cli.options import HomeOption, JsonOption
from arrears.cli.showing import results, show_json, show_table
from arrears.core.ids import IdNotValid, parse_id
from arrears.core.money import AmountNotValid, format_money, parse_minor
from arrears.core.parameters import Reading
from arrears.core.problems import WrongCall
from arrears.engine.case_reports.page import html_of
from arrears.engine.case_reports.paper import pdf_of
from arrears.engine.legal_figures import figures_of
from arrears.engine.statements import payments_told, statement_csv, statement_report
from arrears.engine.use_cases.case_reports import write_report
from arrears.engine.use_cases.reading.account_ledger import ledger_account
from arrears.engine.use_cases.setting_up import institution_of
from arrears.ledger.account.cost import all_in_rate
from arrears.ledger.account.entries import QuoteKind
from arrears.ledger.account.ledger import Item, Ledger
from arrears.ledger.account.quotes import Offer, offers, usual_days
from arrears.ledger.account.redress import Effect, Measure, Redress, effect_of_news
from arrears.ledger.account.replay import replay
from arrears.ledger.account.statement import Statement
from arrears.ledger.account.statement import statement as make_statement
from arrears.ledger.account.words import COMPONENTS
from arrears.ledger.allocation.claims import Component
from arrears.ledger.ceilings import AgainstCeiling
from arrears.ledger.documents.account import AccountDocument, read_account
from arrears.ledger.value.rates import NoRate

KnownOn = Annotated[date | None, Parameter(help="As it was known on this day. Default: with everything that the document holds.")]


AccountOption = Annotated[str | None, Parameter(name="--account", help="Id of an account of a book, instead of a file: by the rules of its product (conventions.yaml).")]


def _asked(file: Path | None, account: str | None, home: Path | None, on: date) -> AccountDocument:
    """The account that is meant: of a file, or of a book as it was known on this day."""
    if (file is None) == (account is None):
        raise WrongCall("Neither a file nor --account was named, or both were.", "Which account is meant is not clear.", "Name one of them.")
    if file is not None:
        return read_account(text_of(file))
    try:
        wanted = parse_id(str(account))
    except IdNotValid as trouble:
        raise WrongCall(str(trouble)) from trouble
    with doors.opened(home) as place:
        terms, entries = ledger_account(place, institution_of(place), wanted, on)
    return AccountDocument(terms, tuple(entries))


def balance(
    file: Path | None = None, /, *, on: date | None = None, known_on: KnownOn = None, account: AccountOption = None, json: JsonOption = False, home: HomeOption = None
) -> None:
    """What is owed on a day, by instalment and component, to the cent: of an account of a book, or of a file (YAML or JSON).

    Examples:
      arrears ledger balance --account 0A1B2C3D4E5F6G
      arrears ledger balance account.yaml --on 2026-02-11
      arrears ledger balance account.yaml --on 2026-02-11 --known-on 2026-02-11 --json

    Parameters
    ----------
    file
        The account as a document (YAML or JSON). Fields: docs/algorithms/account_ledger.md.
    on
        The day, at its end. Default: today.
    json
        One JSON document for machines.
    """
    day = on or today()
    asked = _asked(file, account, home, day)
    found = replay(asked.terms, asked.entries, day, known_on)
    cost, figures = _all_in(asked, found)
    if json:
        show_json({**_balance_in_json(found), "all_in": cost, "rests_on": [figure_in_json(one) for one in figures]})
        return
    shown = [one for one in Component if any(item.charged.get(one) for item in found.items)]
    columns = [("item", False), ("due on", False), *((COMPONENTS[one].en, True) for one in shown), ("open", True)]
    cells = [[item.key, item.due_on.isoformat(), *(_money(item.open_minor(one), asked.currency) for one in shown), _money(item.open_total_minor, asked.currency)] for item in found.items]
    show_table(f"Open on {found.on} in {asked.currency}", columns, cells)
    for said, amount in _totals(found):
        results.print(f"{said} {_money(amount, asked.currency)}")
    results.print(f"Days past due {found.days_past_due}")
    if cost and "no_rate" in cost:
        results.print(f"No all-in rate: {cost['no_rate']}")
    elif cost:
        verdict = "within" if cost["allowed"] else "ABOVE"
        results.print(f"All-in rate if it is paid off on this day: {_percent(cost['rate'])}, {verdict} the ceiling of {_percent(cost['ceiling'])}.")
    for figure in figures:
        results.print(rests_on(figure))
    _show_findings(found)


def _all_in(account: AccountDocument, found: Ledger) -> tuple[dict[str, Any] | None, tuple[Reading, ...]]:
    """The rate of all that was charged beside its ceiling, and the figures of law behind it; nothing where no ceiling is asked for."""
    ceiling = account.ceiling_by(figures_of("china")[0])
    if ceiling is None:
        return None, ()
    try:
        beside = AgainstCeiling(all_in_rate(found, account.entries), ceiling[0])
    except NoRate as refused:
        return {"no_rate": refused.what}, ceiling[1]
    return {"rate": str(beside.rate), "ceiling": str(beside.ceiling), "allowed": beside.allowed}, ceiling[1]


def _percent(rate: str) -> str:
    return f"{Decimal(rate).scaleb(2):.4f} %"


def _totals(found: Ledger) -> list[tuple[str, int]]:
    always = [("Due", found.due_minor), ("Of it overdue", found.overdue_minor), ("Everything not paid", found.balance_minor), ("To end the debt on this day", found.payoff_minor())]
    sometimes = [
        ("Held for the debtor: start a refund of", found.credit_minor),
        ("Interest forgiven by cap or waiver", found.forgiven_minor),
        ("Costs that the creditor bears", found.borne_minor),
    ]
    return [*always, *((said, amount) for said, amount in sometimes if amount)]


def _show_findings(found: Ledger) -> None:
    for one in found.findings:
        amount = f" by {_money(one.amount_minor, found.terms.currency)}" if one.amount_minor else ""
        results.print(f"Look at entry {one.entry_id}: it {one.noticed.value.replace('_', ' ')}{amount}.")


def _balance_in_json(found: Ledger) -> dict[str, object]:
    return {
        "on": found.on,
        "currency": found.terms.currency,
        "items": [_item_in_json(one) for one in found.items],
        "due_minor": found.due_minor,
        "overdue_minor": found.overdue_minor,
        "balance_minor": found.balance_minor,
        "payoff_minor": found.payoff_minor(),
        "credit_minor": found.credit_minor,
        "forgiven_minor": found.forgiven_minor,
        "borne_by_creditor_minor": found.borne_minor,
        "days_past_due": found.days_past_due,
        "findings": [{"entry": one.entry_id, "finding": one.noticed.value, "amount_minor": one.amount_minor} for one in found.findings],
    }


def _item_in_json(item: Item) -> dict[str, object]:
    amounts = {f"{kind.value}_minor": item.open_minor(kind) for kind in Component if item.charged.get(kind)}
    return {"item": item.key, "due_on": item.due_on, **amounts, "open_minor": item.open_total_minor}


def quote(
    file: Path | None = None,
    /,
    *,
    account: AccountOption = None,
    on: date | None = None,
    pay_by: Annotated[Sequence[date], Parameter(consume_multiple=True)] = (),
    settles: Literal["arrears", "whole_debt"] = "arrears",
    discount: str = "0",
    json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """What settles today, by Friday, by the end of the month: an account of a book, or a file (YAML or JSON).

    A quote that is given binds the creditor until its last day: write it into the document under quotes.

    Examples:
      arrears ledger quote account.yaml --on 2026-02-11
      arrears ledger quote account.yaml --settles whole_debt --pay-by 2026-02-20 --discount 500.00

    Parameters
    ----------
    file
        The account as a document (YAML or JSON). Fields: docs/algorithms/account_ledger.md.
    on
        The day of asking; only what is known by then counts. Default: today.
    pay_by
        Last days. Default: today, the coming Friday, the end of the month.
    settles
        arrears: what is due by the last day. whole_debt: everything, without interest of days to come.
    discount
        An amount that the creditor gives up.
    json
        One JSON document for machines.
    """
    asked_on = on or today()
    days = list(pay_by) or usual_days(asked_on)
    asked = _asked(file, account, home, max(days))
    found = offers(asked.terms, asked.entries, asked_on, days, QuoteKind(settles), _discount(discount, asked.currency))
    if json:
        show_json({"currency": asked.currency, "quotes": [_quote_in_json(one) for one in found]})
        return
    cells = [[one.pay_by.isoformat(), _money(one.amount_minor, asked.currency), _money(one.discount_minor, asked.currency)] for one in found]
    title = {"arrears": "what is due", "whole_debt": "the whole debt"}[settles]
    show_table(f"Asked on {asked_on}: settles {title}, in {asked.currency}", [("paid by", False), ("amount", True), ("discount", True)], cells)
    results.print("A quote binds from the day it is given. To give the first, write into the document:")
    results.print(_quote_to_write(found[0], asked.currency))


def _discount(text: str, currency: str) -> int:
    try:
        return parse_minor(text, currency)
    except AmountNotValid as trouble:
        raise WrongCall(f"discount: {trouble}", "Nothing can be quoted with it.", f"Write discount in {currency}, such as 500.00.") from None


def _quote_in_json(one: Offer) -> dict[str, object]:
    return {"asked_on": one.asked_on, "pay_by": one.pay_by, "settles": one.settles.value, "amount_minor": one.amount_minor, "discount_minor": one.discount_minor}


def _quote_to_write(one: Offer, currency: str) -> str:
    amount = _money(one.amount_minor, currency).replace(",", "")
    return f"quotes:\n  - {{given_on: {one.asked_on}, amount: {amount}, expires_on: {one.pay_by}, settles: {one.settles.value}}}"


def statement(
    file: Path | None = None,
    /,
    *,
    account: AccountOption = None,
    from_on: Annotated[date | None, Parameter(name="--from")] = None,
    to_on: Annotated[date | None, Parameter(name="--to")] = None,
    known_on: KnownOn = None,
    language: Literal["en", "zh"] = "en",
    csv: Path | None = None,
    pdf: Path | None = None,
    html: Path | None = None,
    json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """What happened in a period, and how each payment counted, of an account of a book or of a file: table, CSV, PDF or page.

    Examples:
      arrears ledger statement --account 0A1B2C3D4E5F6G --from 2026-01-01 --pdf statement.pdf
      arrears ledger statement account.yaml --from 2026-01-01 --to 2026-03-31
      arrears ledger statement account.yaml --from 2026-01-01 --language zh --pdf statement.pdf --csv statement.csv

    Parameters
    ----------
    file
        The account as a document (YAML or JSON). Fields: docs/algorithms/account_ledger.md.
    from_on
        First day. Default: the first day of the account.
    to_on
        Last day. Default: today.
    language
        en or zh.
    csv
        Write the rows there.
    pdf
        Write the statement there as PDF. Chinese needs the package fonts-noto-cjk.
    html
        Write the statement there as a page.
    json
        One JSON document for machines.
    """
    last = to_on or today()
    asked = _asked(file, account, home, last)
    told = make_statement(asked.terms, asked.entries, from_on or min((one.valid_on for one in asked.entries), default=last), last, known_on)
    if json:
        show_json(_statement_in_json(told))
        return
    report, written = statement_report(told, account or (file.stem if file else ""), language), False
    for target, content in ((csv, lambda: statement_csv(told, language).encode("utf-8-sig")), (pdf, lambda: pdf_of(report)), (html, lambda: html_of(report).encode())):
        if target is not None:
            write_report(content(), target)
            results.print(f"Written: {target}")
            written = True
    if not written:
        _show_statement(told, language)


def _show_statement(told: Statement, language: Literal["en", "zh"]) -> None:
    report = statement_report(told, "", language)
    for section in report.sections:
        results.print(section.title, style="bold")
        for said in (section.lead, *(f"{label}: {value}" for label, value in section.pairs), *section.sentences):
            if said:
                results.print(said)
        for table in section.tables:
            show_table("", [(head, place in table.numeric) for place, head in enumerate(table.head)], table.rows)


def _statement_in_json(told: Statement) -> dict[str, object]:
    rows = [
        {"on": one.on, "what": one.what.en, "amount_minor": one.amount_minor, "due_after_minor": one.due_after_minor,
         "components": {kind.value: amount for kind, amount in one.component_amounts}}
        for one in told.rows
    ]  # fmt: skip
    return {
        "from": told.from_on,
        "to": told.to_on,
        "currency": told.ledger.terms.currency,
        "opening_due_minor": told.opening_due_minor,
        "closing_due_minor": told.closing_due_minor,
        "rows": rows,
        "payments": payments_told(told),
    }


def redress(file: Path, /, *, since: date | None = None, on: date | None = None, json: JsonOption = False) -> None:
    """What did news that came after a day change, and what had rested on the wrong figure (YAML or JSON)?

    Examples:
      arrears ledger redress account.yaml --since 2026-02-11

    Parameters
    ----------
    file
        The account as a document (YAML or JSON). Fields: docs/algorithms/account_ledger.md.
    since
        Everything recorded after this day is the news. Default: the day before the newest record.
    on
        The day whose ledger is compared. Default: today.
    json
        One JSON document for machines.
    """
    account = read_account(text_of(file))
    newest = max((one.recorded_on for one in account.entries), default=today())
    since = since or newest - timedelta(1)
    found = effect_of_news(account.terms, account.entries, since, on or today(), account.rested)
    if json:
        show_json(_effect_in_json(found))
        return
    cells = [
        [one.kind.value, one.entry_id or "", one.item or "", one.component.value if one.component else "", _money(one.before_minor, account.currency), _money(one.after_minor, account.currency)]
        for one in found.changes
    ]
    show_table(f"Changed by what was recorded after {since}, in {account.currency}", [("line", False), ("entry", False), ("item", False), ("component", False), ("before", True), ("now", True)], cells)
    results.print(f"Not paid before {_money(found.before.balance_minor, account.currency)}, now {_money(found.after.balance_minor, account.currency)}")
    for one in found.redress:
        results.print(_redress_said(one, account.currency))
    if not found.redress:
        results.print("Nothing that is listed as resting on a figure rested on a wrong one.")
    _show_findings(found.after)


def _redress_said(one: Redress, currency: str) -> str:
    was, now = (str(value) if one.rested.measure is Measure.DAYS_PAST_DUE else _money(value, currency) for value in (one.rested.value, one.is_now))
    what = "Undo, and tell the debtor" if one.step.value == "undo" else "Tell the debtor"
    return f"{what}: {one.rested.kind.value.replace('_', ' ')} {one.rested.ref} of {one.rested.on} rested on {one.rested.measure.value.replace('_', ' ')} {was}; it is {now}."


def _effect_in_json(found: Effect) -> dict[str, object]:
    return {
        "on": found.after.on,
        "balance_before_minor": found.before.balance_minor,
        "balance_now_minor": found.after.balance_minor,
        "changes": [
            {"line": one.kind.value, "entry": one.entry_id, "item": one.item, "component": one.component.value if one.component else None, "before_minor": one.before_minor, "now_minor": one.after_minor}
            for one in found.changes
        ],
        "redress": [
            {"what": one.rested.ref, "kind": one.rested.kind.value, "on": one.rested.on, "measure": one.rested.measure.value, "was": one.rested.value, "is": one.is_now, "step": one.step.value}
            for one in found.redress
        ],
    }


def _money(minor: int, currency: str) -> str:
    return format_money(minor, currency, "en", with_currency=False)
