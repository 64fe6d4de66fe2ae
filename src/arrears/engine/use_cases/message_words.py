"""What does each of these people read? Approved templates, filled with what the book, its run and the lender's settings say of each case.

Many cases at once: one query a table and book, never one a person. A message that cannot be written says why; the others are written.
Amounts are those of the run less what was paid since, so that nobody is asked for what has come.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa

from arrears.act.content.rendering import Rendered, render
from arrears.act.content.template import Template
from arrears.act.content.values import Money, Neutral, Sender, Value, ValueNotUsable
from arrears.act.content.vocabulary import LOCALES, VARIABLES, Capacity, Disclosure
from arrears.casefile.store.institution import acting_for
from arrears.check.conduct.words import ActorRole, Channel, Product, Purpose
from arrears.check.protections import debt_of
from arrears.engine.columns_engine import rows_by_name
from arrears.engine.home import Home
from arrears.engine.law_terms import LawTerms, law_terms
from arrears.engine.sender_terms import SenderTerms, sender_terms
from arrears.engine.template_files import Key
from arrears.engine.use_cases.circumstances import payments_since
from arrears.engine.use_cases.message_templates import approved
from arrears.engine.use_cases.reading import Person, Portfolio, find_cases, people
from arrears.engine.use_cases.reading.files import looking_into
from arrears.intake.book.layout import latest_by_key_sql

SAMPLE_CODE = "00000000"
"""In a preview, where no message is sent that a code could be for."""
TAIL_CHARACTERS = 4
_CAPACITIES: Mapping[ActorRole, tuple[Capacity, Capacity]] = {
    ActorRole.CREDITOR_OWN_NAME: (Capacity.OWN_NAME, Capacity.OWN_NAME), ActorRole.SERVICER_BEFORE_DEFAULT: (Capacity.OWN_NAME, Capacity.OWN_NAME),
    ActorRole.AGENCY: (Capacity.AGENCY, Capacity.AGENCY_FIRST), ActorRole.DEBT_BUYER: (Capacity.BUYER, Capacity.BUYER_FIRST),
}
"""How the actor of `law.yaml` writes, later and in its first communication."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A message that is to be written.

    Attributes:
        is_verified: is the contact point verified as the person's own? Only then a template that speaks of the debt may be used.
        code: the code under which the message can be checked, made before (`/v/CODE`).
        locale: language; empty for that of the person in the book, else the home's.
        is_first: is it the first communication with this person?
        debts: some of the case's debts; all that are overdue where none is named.
        given: values that do not follow from the case, such as the agency of a notice of placement.
    """

    case_id: int
    template: str
    channel: Channel
    is_verified: bool
    code: str
    locale: str = ""
    is_first: bool = False
    debts: frozenset[str] = frozenset()
    given: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Written:
    """A message as it is read, with what `MessageQueued` asks for besides.

    Attributes:
        amount_minor: what it asks for; None where it names no amount.
        debts: what it is about.
    """

    wanted: Wanted
    party_id: int
    words: Rendered
    amount_minor: int | None
    debts: frozenset[str]


@dataclass(frozen=True, slots=True)
class NotWritten:
    """A message that cannot be written, and why; no personal value is in `why`."""

    wanted: Wanted
    why: str


def write_messages(home: Home, institution_id: int, wanted: Sequence[Wanted], at: datetime, templates: Mapping[Key, Template] | None = None) -> tuple[Written | NotWritten, ...]:
    """Write these messages, in their order.

    Args:
        templates: those to be used instead of the approved ones, for a preview.

    Raises:
        BadData, Refused: `law.yaml`, `sender.yaml` or an approved template cannot be used.
    """
    terms, sender = law_terms(home), sender_terms(home)
    usable = approved(home, institution_id) if templates is None else templates
    with acting_for(institution_id):
        known = _known(home, institution_id, {one.case_id for one in wanted})
    writer = _Writer(terms, sender, usable, home.read_settings().language, at)
    return tuple(writer.write(one, known.get(one.case_id)) for one in wanted)


@dataclass(frozen=True, slots=True)
class _Case:
    """What the book and its run say of a case. `accounts` are those of the run with `paid_minor` since."""

    party_id: int
    person: Person
    row: Mapping[str, Any]
    accounts: tuple[Mapping[str, Any], ...]


def _known(home: Home, institution_id: int, case_ids: Iterable[int]) -> dict[int, _Case]:
    found: dict[int, _Case] = {}
    for book, cases in find_cases(home, institution_id, sorted(case_ids)):
        parties = sorted({case.party_id for case in cases})
        accounts, rows = _of_people(home, institution_id, book, parties)
        persons = people(home, book, parties)
        for case in cases:
            found[case.case_id] = _Case(case.party_id, persons[case.party_id], rows.get(case.party_id, {}), tuple(accounts.get(case.party_id, ())))
    return found


def _of_people(home: Home, institution_id: int, book: Portfolio, parties: list[int]) -> tuple[dict[int, list[dict[str, Any]]], dict[int, dict[str, Any]]]:
    assert book.run is not None, "a case was found in a run"
    with looking_into(home) as connection:
        told = rows_by_name(connection, """
            SELECT party_id, account_id, product, currency, balance_minor, amount_overdue_minor, oldest_due_on FROM read_parquet(?)
            WHERE party_id IN (SELECT unnest(?::BIGINT[])) ORDER BY account_id""", [book.run.file("assessment"), parties])
        paid: dict[int, list[tuple[date, int]]] = {}
        for row in payments_since(connection, book, [one["account_id"] for one in told]):
            paid.setdefault(row["account_id"], []).append((row["paid_on"], row["paid_minor"]))
        rows = rows_by_name(
            connection, f"SELECT party_id, language, time_zone, region FROM ({latest_by_key_sql(book.folder, 'parties')}) WHERE party_id IN (SELECT unnest(?::BIGINT[]))", [parties])
    accounts: dict[int, list[dict[str, Any]]] = {}
    numbers = _numbers(institution_id, [one["account_id"] for one in told])
    for one in told:
        accounts.setdefault(one["party_id"], []).append({**one, "paid": paid.get(one["account_id"], []), "number": numbers[one["account_id"]]})
    return accounts, {row["party_id"]: row for row in rows}


def _numbers(institution_id: int, account_ids: list[int]) -> dict[int, str | None]:
    """The lender's number of each account; None where its person was erased."""
    from arrears.casefile.store.identity import Identities  # late: models may only be imported once Django stands
    from arrears.casefile.store.institution import institution_key

    told = Identities(institution_id, institution_key(institution_id)).number_of("account", pa.array(account_ids, pa.int64()))
    return dict(zip(account_ids, told.to_pylist(), strict=True))


def languages_of(home: Home, institution_id: int, case_ids: Iterable[int]) -> dict[int, str | None]:
    """Which language does the person of each case read, as the book says?"""
    with acting_for(institution_id):
        return {case_id: case.row.get("language") for case_id, case in _known(home, institution_id, case_ids).items()}


def locale_of(said: str | None, otherwise: str) -> str:
    """Which of our languages does somebody read of whom the book says this?

    >>> [locale_of(said, "en") for said in ("zh-CN", "zh", "es-MX", "en-GB", "fr", None)]
    ['zh-CN', 'zh-CN', 'es', 'en', 'en', 'en']
    """
    first = {"zh": "zh-CN"} | {locale.partition("-")[0]: locale for locale in LOCALES}
    return first.get((said or "").partition("-")[0].lower()) or first.get(otherwise.partition("-")[0].lower(), "en")


@dataclass(frozen=True, slots=True)
class _Writer:
    """What is the same for all messages that are written together."""

    terms: LawTerms
    sender: SenderTerms
    templates: Mapping[Key, Template]
    language: str
    at: datetime

    def write(self, one: Wanted, case: _Case | None) -> Written | NotWritten:
        """The message, or why not."""
        if case is None:
            return NotWritten(one, "The case is in no current run.")
        locale = one.locale or locale_of(case.row.get("language"), self.language)
        template = self.templates.get((one.template, locale))
        if case.person.called is None:
            return NotWritten(one, "Who it is is not known any more: erased, or stored and not used.")
        if (why := _why_not(one, locale, template)) is not None:
            return NotWritten(one, why)
        assert template is not None
        owed = _owed(case, one.debts, self._today(case))
        if isinstance(owed, str) and (template.purpose is Purpose.COLLECTION or any(VARIABLES[name].of_debt for name in template.variables)):
            return NotWritten(one, owed)  # Also a message that tells of no debt reaches nobody who owes nothing.
        try:
            values = self._values(one, case, locale, template, owed if isinstance(owed, _Owed) else None)
            words = render(template, values)
        except ValueNotUsable as trouble:
            return NotWritten(one, f"{trouble.what} {trouble.why}")
        asked = values.get("amount_due")
        return Written(one, case.party_id, words, asked.minor if isinstance(asked, Money) and "amount_due" in template.variables else None,
                       owed.debts if isinstance(owed, _Owed) else one.debts)

    def _today(self, case: _Case) -> date:
        """The day where the person is, as far as it is known."""
        zone = case.row.get("time_zone") or next(iter(self.terms.zones), "UTC")
        return self.at.astimezone(ZoneInfo(zone)).date()

    def _values(self, one: Wanted, case: _Case, locale: str, template: Template, owed: _Owed | None) -> dict[str, Value]:
        """Every value that is known; what is not known is left out, and a text that needs it is not written."""
        today = self._today(case)
        stated: dict[str, Value | None] = {
            **{name: self.sender.text(name, locale) for name in ("phone", "hours", "email", "website", "pay_link", "trusted_route", "caller", "stop_word")},
            "reply_address": self.sender.reply_address or None,
            "help_lines": self.sender.help_for(self.terms.places_of(case.row.get("region")), locale) or None,
            "name": case.person.name, "account_tail": tail_of(case.person.number), "written_on": today, "code": one.code,
            "lender": self._lender(locale), "best_times": self.sender.text("hours", locale),
        }
        if website := self.sender.text("website", locale):
            stated["verify_link"] = f"{website.rstrip('/')}/v/{one.code}"
        if template.answer_within_days is not None:
            stated["answer_by"] = today + timedelta(days=template.answer_within_days)
        neutral, is_lawful = self.sender.neutral_name(locale)
        stated["neutral_sender"] = Neutral(neutral, is_lawful) if neutral else None
        stated["sender"], stated["sender_short"] = self._sender(one, locale, "lawful_name"), self._sender(one, locale, "short_name")
        if owed is not None:
            stated |= {"amount_due": Money(owed.overdue_minor, owed.currency), "balance": Money(owed.balance_minor, owed.currency), "oldest_due_on": owed.oldest_due_on,
                       "product": self._product(owed)}
            if len(owed.debts) == 1:
                stated["account_tail"] = tail_of(owed.number) or stated["account_tail"]
        return {name: value for name, value in stated.items() if value is not None} | dict(one.given)

    def _lender(self, locale: str) -> str | None:
        """Whose money it is: the writer's own, where it writes for itself."""
        return self.sender.text("acts_for" if self._acts_for_another() else "lawful_name", locale)

    def _acts_for_another(self) -> bool:
        return self.terms.actor in (ActorRole.AGENCY, ActorRole.DEBT_BUYER)

    def _sender(self, one: Wanted, locale: str, named: str) -> Sender | None:
        """Who writes; nobody where `law.yaml` does not say in which role, or a name is missing."""
        name, lender = self.sender.text(named, locale), self._lender(locale)
        if self.terms.actor is None or not name or not lender:
            return None
        later, first = _CAPACITIES[self.terms.actor]
        return Sender(first if one.is_first else later, name, lender)

    def _product(self, owed: _Owed) -> Product:
        """The kind of the debt; the general word where there are several, or its kind is not explained."""
        return self.terms.products.get(owed.product, Product.OTHER) if len(owed.debts) == 1 else Product.OTHER


def _why_not(one: Wanted, locale: str, template: Template | None) -> str | None:
    if template is None:
        return f"No template “{one.template}” in {locale} is approved."
    if one.channel not in template.channels:
        return f"The template does not go by {one.channel}."
    if template.disclosure is Disclosure.FULL and not one.is_verified:
        return "The contact point is not verified as the person’s own: only a neutral template may go there."
    return None


@dataclass(frozen=True, slots=True)
class _Owed:
    """What is owed on the debts that a message is about, after what was paid since the run. A payment that was taken back since raises nothing: the next run tells it."""

    overdue_minor: int
    balance_minor: int
    currency: str
    oldest_due_on: date | None
    debts: frozenset[str]
    product: str
    number: str | None
    """Product and number of the debt that is overdue longest."""


def _owed(case: _Case, wanted: frozenset[str], today: date) -> _Owed | str:
    """What is owed, or why that cannot be said."""
    accounts = [one for one in case.accounts if (debt_of(one["account_id"]) in wanted if wanted else (one["amount_overdue_minor"] or 0) > 0)]
    if wanted and len(accounts) != len(wanted):
        return "A debt is named that is none of this case’s."
    if not accounts:
        return "Nothing is overdue."
    if None in {value for one in accounts for value in (one["amount_overdue_minor"], one["balance_minor"])}:
        return "What is owed is not known."
    if len({one["currency"] for one in accounts}) != 1:
        return "The debts are in several currencies: write about each by itself."
    left = [(one, sum(paid for on, paid in one["paid"] if on <= today)) for one in accounts]
    open_now = [(one, paid) for one, paid in left if one["amount_overdue_minor"] > max(paid, 0)]
    if not open_now:
        return "Nothing is overdue any more: it was paid since the run."
    oldest = min((one for one, _ in open_now), key=lambda one: (one["oldest_due_on"] or date.max, one["account_id"]))
    return _Owed(
        overdue_minor=sum(one["amount_overdue_minor"] - max(paid, 0) for one, paid in open_now),
        balance_minor=sum(one["balance_minor"] - max(paid, 0) for one, paid in open_now),
        currency=accounts[0]["currency"],
        oldest_due_on=oldest["oldest_due_on"],
        debts=frozenset(debt_of(one["account_id"]) for one, _ in open_now),
        product=oldest["product"],
        number=oldest["number"],
    )


def tail_of(number: str | None) -> str | None:
    """The last characters of a number, as a reader knows it again; None where it is too short to be one.

    >>> tail_of("C-000 4321"), tail_of("C-7"), tail_of("7"), tail_of(None)
    ('4321', 'C7', None, None)
    """
    plain = "".join(char for char in number or "" if char.isascii() and char.isalnum())
    return plain[-TAIL_CHARACTERS:] if len(plain) > 1 else None
