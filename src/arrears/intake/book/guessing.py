"""What could the columns of this file mean?

Comes in: files that nobody has described. Goes out: a proposed mapping (YAML that can be used), with a confidence and a reason for every
column. There is no model in it: a heading is compared with the words of the trade (`trade_words`), the values must look like what the
word says (`profile`), each meaning goes to its best column, and from the meanings that were found follow the tables that can be made.
A person reads and corrects the proposal; nothing is taken in by a guess.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml
from babel.core import get_global

from arrears.intake.book.profile import ColumnLook, FileLook, look_over
from arrears.intake.book.trade_words import CODES, WORDS, plain

DATES = frozenset({"opened_on", "due_on", "issued_on", "disputed_on", "settled_on", "paid_on", "statement_on", "from_on", "to_on"})
AMOUNTS = frozenset(
    {"principal", "principal_due", "interest_due", "fee_due", "penalty_due", "amount", "paid", "balance", "minimum_due"}
)
NUMBERS = frozenset({"party", "national_id", "account", "document", "payment", "reversal_of"})
"""The lender's own numbers of somebody or something."""
WHOLE = frozenset({"number", "months_past_due"})
CERTAIN, LIKELY, DOUBTFUL = 0.95, 0.7, 0.5
USED_FROM = 0.4
"""A column whose best meaning is less certain than this is left out of the proposal."""
_ORGANISATION = re.compile(r"公司|企业|集团|厂|\b(gmbh|ag|kg|ltd|limited|inc|llc|plc|corp|co|company|sa|sas|sarl|bv)\b\.?", re.IGNORECASE)
_ALONE_ONLY = frozenset(
    {"number", "period", "term", "state", "limit", "loan", "customer", "borrower", "name", "rate", "kind", "reference", "invoice", "document", "account", "until", "card", "date", "total"}
)
"""Words that say something only where they are the whole heading."""
SEVERAL_ROWS = 5
"""In so many rows a schedule repeats an account."""
FEW_ROWS = 3
"""In so many rows a number that tells things apart is not always the same."""
_SHAPES = {"email": r"[^@\s]+@[^@\s]+\.[^@\s]+", "mobile": r"\+?[\d \-()]{7,20}"}


@dataclass(frozen=True, slots=True)
class ColumnGuess:
    """What one column could mean: `meaning` is None where nothing fits; confidence from 0 to 1; `why` in words."""

    column: str
    meaning: str | None
    confidence: float
    why: str


@dataclass(frozen=True, slots=True)
class FileGuess:
    """One file (or sheet): how it is read, what its columns mean, and what the person should look at."""

    look: FileLook
    columns: tuple[ColumnGuess, ...]
    tables: dict[str, Any]
    doubts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Guess:
    """A proposed mapping: the guesses file by file, and its YAML. `is_usable` where at least one table can be made of it."""

    files: tuple[FileGuess, ...]
    text: str

    @property
    def is_usable(self) -> bool:
        """Can an import be tried with it?"""
        return any(file.tables for file in self.files)


def guess_mapping(paths: Sequence[Path], name: str, currency: str) -> Guess:
    """Which mapping would fit these files?

    Args:
        name: name of the mapping.
        currency: ISO 4217, for accounts of which the files do not say it.

    Raises: WrongCall, BadData or Refused where a file cannot be read at all.
    """
    files = tuple(_guess_file(look) for path in paths for look in look_over(path))
    return Guess(files, _yaml(files, name, _usual_currency(files, currency)))


# -- columns -----------------------------------------------------------------------------------------------------------


def guess_columns(look: FileLook) -> tuple[ColumnGuess, ...]:
    """What does each column mean? The surest pair of column and meaning is taken first; each meaning goes to one column."""
    scored = [(*_score(column, meaning), place, meaning) for place, column in enumerate(look.columns) for meaning in WORDS]
    taken: dict[int, ColumnGuess] = {}
    used: set[str] = set()
    for confidence, why, place, meaning in sorted(scored, key=lambda one: (-one[0], one[2], one[3])):
        if confidence >= USED_FROM and place not in taken and meaning not in used:
            taken[place] = ColumnGuess(look.columns[place].heading, meaning, confidence, why)
            used.add(meaning)
    return tuple(taken.get(place, ColumnGuess(column.heading, None, 0.0, "no word of the trade fits it")) for place, column in enumerate(look.columns))


def _score(column: ColumnLook, meaning: str) -> tuple[float, str]:
    """How sure is it that this column means that? The words decide, and the values may object."""
    by_word, why = _score_of_words(plain(column.heading), meaning)
    if not column.texts:
        return (by_word * 0.6, f"{why}; it has no value") if by_word else (0.0, "")
    fits = _values_fit(column, meaning)
    if fits is False:
        return 0.0, ""
    if not by_word:
        return (DOUBTFUL, "its values look like it") if fits and meaning in ("email", "currency") else (0.0, "")
    if meaning in NUMBERS and len(column.texts) >= FEW_ROWS and len(set(column.texts)) == 1:
        return by_word * 0.6, f"{why}; but it is the same in every row"
    if meaning in DATES and len(column.date_forms) > 1:
        return by_word * 0.8, f"{why}; day and month could be the other way round"
    return (by_word, f"{why}, and its values fit") if fits else (by_word * 0.95, why)


def _score_of_words(heading: str, meaning: str) -> tuple[float, str]:
    """The heading is a word of the trade, or holds one that makes up most of it."""
    words = [plain(word) for word in WORDS[meaning]]
    if heading in words:
        return CERTAIN, "the heading is a word for it"
    held = [word for word in words if word not in _ALONE_ONLY and word in heading and (len(word) >= 4 or not word.isascii())]
    longest = max(held, key=len, default="")
    share = len(longest) / max(len(heading), 1)
    if share < 0.5:
        return 0.0, ""
    ends = 0.05 if heading.endswith(longest) else 0.0
    return min(0.45 + 0.4 * share + ends, 0.9), f"the heading holds “{longest}”"


def _values_fit(column: ColumnLook, meaning: str) -> bool | None:
    """Do the values look like this meaning? None where any text would."""
    if meaning in DATES:
        return bool(column.date_forms)
    if meaning in AMOUNTS:
        return column.decimal is not False and not (column.date_forms and "%Y%m%d" in column.date_forms)
    if meaning in WHOLE:
        return column.is_whole
    if meaning in _SHAPES:
        return column.matches(_SHAPES[meaning])
    if meaning == "currency":
        codes = get_global("all_currencies")
        return all(text in codes or plain(text) in CODES["currency"] for text in column.texts)
    if meaning in CODES:
        return True if all(plain(text) in CODES[meaning] for text in column.texts) else None
    if meaning == "rate":
        return column.matches(r"\d{1,3}(\.\d+)?\s*%?")
    if meaning in NUMBERS:
        return False if column.date_forms and not column.is_whole and "%Y%m%d" not in column.date_forms else None
    return None


# -- tables ------------------------------------------------------------------------------------------------------------


class _Proposal:
    """The tables that can be made of the meanings that were found in one file."""

    def __init__(self, look: FileLook, columns: Sequence[ColumnGuess]) -> None:
        self.looks = {column.heading: column for column in look.columns}
        self.found = {guess.meaning: guess.column for guess in columns if guess.meaning}
        self.doubts: list[str] = []
        if "account" not in self.found and "document" in self.found:
            self.found["account"] = self.found["document"]
        if "party" not in self.found and "national_id" in self.found:
            self._rename("national_id", "party")
            self.doubts.append(f"“{self.found['party']}” stands for the person, since no number of the lender's does; a number of the lender's own is better.")
        if "paid_on" in self.found and "paid" not in self.found and "due_on" not in self.found:
            self._rename("amount", "paid")
        if self.has("account", "number") and self._names_each_account_once():
            del self.found["number"]
        if "number" in self.found and "principal_due" not in self.found and "due_on" in self.found:
            self._rename("principal", "principal_due")

    def _names_each_account_once(self) -> bool:
        """Then a number counts loans, not instalments."""
        accounts = self.looks[self.found["account"]].texts
        return len(accounts) >= SEVERAL_ROWS and len(set(accounts)) == len(accounts)

    def _rename(self, meaning: str, to: str) -> None:
        if meaning in self.found:
            self.found[to] = self.found.pop(meaning)

    def has(self, *meanings: str) -> bool:
        return all(meaning in self.found for meaning in meanings)

    def has_any(self, *meanings: str) -> bool:
        return any(meaning in self.found for meaning in meanings)

    # -- sources

    def date(self, meaning: str) -> Any:
        column = self.found[meaning]
        forms = self.looks[column].date_forms or ("%Y-%m-%d",)
        if len(forms) > 1:
            self.doubts.append(f"“{column}”: day and month could be the other way round; {forms[0]} is proposed.")
        if forms[0] == "%Y-%m-%d":
            return column
        return {"column": column, "date": forms[0], **({"cut": "day"} if "%H" in forms[0] else {})}

    def amount(self, meaning: str) -> dict[str, str]:
        column = self.found[meaning]
        decimal = self.looks[column].decimal
        return {"amount": column, **({"decimal": decimal} if isinstance(decimal, str) else {})}

    def codes(self, meaning: str) -> Any:
        column = self.found[meaning]
        known = {text: CODES[meaning][plain(text)] for text in dict.fromkeys(self.looks[column].texts) if plain(text) in CODES[meaning]}
        unknown = [text for text in dict.fromkeys(self.looks[column].texts) if plain(text) not in CODES[meaning]]
        if unknown and meaning != "currency":
            self.doubts.append(f"“{column}”: say what these values mean: {', '.join(unknown[:5])}.")
        changed = {theirs: ours for theirs, ours in known.items() if theirs != ours}
        return {"column": column, "values": changed} if changed else column

    def dates(self, *pairs: tuple[str, str]) -> dict[str, Any]:
        return {ours: self.date(meaning) for ours, meaning in pairs if meaning in self.found}

    def amounts(self, *pairs: tuple[str, str]) -> dict[str, Any]:
        return {ours: self.amount(meaning) for ours, meaning in pairs if meaning in self.found}

    def plain_columns(self, *meanings: str) -> dict[str, Any]:
        return {meaning: self.found[meaning] for meaning in meanings if meaning in self.found}

    # -- blocks

    def tables(self) -> dict[str, Any]:
        made: dict[str, Any] = {}
        makes_accounts = self.has("account", "party") and self.has_any("principal", "opened_on", "product", "status", "rate", "name", "document")
        if self.has("party") and (makes_accounts or self.has_any("name", "kind", "segment", "language", "mobile", "email", "address")):
            made["parties"] = self._party()
        if makes_accounts and not self.has("role"):
            made["accounts"] = self._account()
        if self.has("account", "party", "role"):
            made["account_parties"] = {"account": self.found["account"], "party": self.found["party"], "role": self.codes("role")}
        made |= self._dues() | self._payments()
        if contacts := self._contacts():
            made["contact_points"] = contacts
        if self.has("party", "hold_kind", "from_on"):
            made["holds"] = {"party": self.found["party"], "kind": self.codes("hold_kind"), **self.dates(("from_on", "from_on"), ("to_on", "to_on"))}
        return made

    def _party(self) -> dict[str, Any]:
        personal = {"personal": {"name": self.found["name"]}} if self.has("name") else {}
        return {"party": self.found["party"], "kind": self._kind(), **self.plain_columns("language", "region", "segment"), **personal}

    def _kind(self) -> Any:
        if self.has("kind"):
            return self.codes("kind")
        names = self.looks[self.found["name"]].texts if self.has("name") else ()
        firms = sum(1 for name in names if _ORGANISATION.search(name))
        kind = "organisation" if firms * 2 > len(names) or (not names and self.has("document")) else "person"
        if 0 < firms < len(names):
            self.doubts.append(f"Some names look like firms, some like people: every party is taken for a {kind}. State the kind by a column.")
        return {"constant": kind}

    def _account(self) -> dict[str, Any]:
        is_invoice = self.found["account"] == self.found.get("document")
        product = self.found.get("product") or {"constant": "invoice" if is_invoice else "credit_card" if self.has_any("minimum_due", "statement_on") else "loan"}
        block = {"account": self.found["account"], "party": self.found["party"], "product": product}
        if self.has("currency"):
            block["currency"] = self.codes("currency")
        block |= self.dates(("opened_on", "issued_on" if is_invoice and not self.has("opened_on") else "opened_on"))
        block |= self.amounts(("principal_minor", "amount" if is_invoice and not self.has("principal") else "principal"))
        if self.has("rate"):
            block["rate_annual"] = self._rate()
        if self.has("status"):
            block["status"] = self.codes("status")
        return block

    def _rate(self) -> Any:
        column = self.found["rate"]
        texts = self.looks[column].texts
        figures = [text for text in texts if re.fullmatch(r"\d{1,3}(\.\d+)?", text)]
        if not any("%" in text for text in texts) and not any(Decimal(text) > 1 for text in figures):
            return column
        self.doubts.append(f"“{column}” is taken for a rate in per cent a year.")
        return {"sql": f"""cast(cast(replace({_sql_name(column)}, '%', '') as decimal(12, 6)) / 100 as decimal(9, 6))"""}

    def _said_currency(self) -> dict[str, Any]:
        return {"currency": self.codes("currency")} if self.has("currency") and not self.has("party") else {}

    def _dues(self) -> dict[str, Any]:
        if not self.has("account", "due_on"):
            return {}
        account = {"account": self.found["account"]}
        if self.has("statement_on", "balance"):
            figures = self.amounts(("balance_minor", "balance"), ("minimum_due_minor", "minimum_due"))
            months = self.plain_columns("months_past_due")
            return {"statements": account | self.dates(("statement_on", "statement_on"), ("due_on", "due_on")) | figures | months | self._said_currency()}
        if self.has("number") and self.has_any("principal_due", "interest_due", "amount"):
            principal = "principal_due" if self.has("principal_due") else "amount"
            parts = (("principal_minor", principal), ("interest_minor", "interest_due"), ("fee_minor", "fee_due"), ("penalty_minor", "penalty_due"))
            return {"instalments": account | {"number": self.found["number"]} | self.dates(("due_on", "due_on")) | self.amounts(*parts) | self._said_currency()}
        if self.has("amount"):
            document = {"document": self.found.get("document", self.found["account"])}
            dates = self.dates(("issued_on", "issued_on" if self.has("issued_on") else "opened_on"), ("due_on", "due_on"), ("disputed_on", "disputed_on"))
            return {"receivables": account | document | dates | self.amounts(("amount_minor", "amount")) | self._said_currency()}
        return {}

    def _payments(self) -> dict[str, Any]:
        if not self.has("account"):
            return {}
        account = {"account": self.found["account"]}
        if self.has("paid_on", "paid"):
            return {"payments": self._when_given("paid_on") | account | {"payment": self._payment_number("paid_on")} | self.dates(("paid_on", "paid_on"))
                    | self.amounts(("amount_minor", "paid")) | self.plain_columns("reversal_of") | self._said_currency()}
        if self.has("settled_on", "amount", "due_on"):
            self.doubts.append(f"A row with “{self.found['settled_on']}” is taken for paid in full on that day.")
            number = {"sql": f"{_sql_name(self.found['account'])} || ':settled'"}
            when = {"when": f"{_sql_name(self.found['settled_on'])} is not null"}
            return {"payments": when | account | {"payment": number} | self.dates(("paid_on", "settled_on")) | self.amounts(("amount_minor", "amount"))}
        return {}

    def _when_given(self, meaning: str) -> dict[str, str]:
        column = self.looks[self.found[meaning]]
        return {"when": f"{_sql_name(column.heading)} is not null"} if len(column.texts) < column.rows else {}

    def _payment_number(self, day: str) -> Any:
        if self.has("payment"):
            return self.found["payment"]
        self.doubts.append("The file numbers no payments: account, day and amount stand for it, so two equal payments of one day would be one.")
        return {"sql": " || ':' || ".join(_sql_name(self.found[meaning]) for meaning in ("account", day, "paid"))}

    def _contacts(self) -> list[dict[str, Any]]:
        if not self.has("party"):
            return []
        channels = (("mobile", "mobile"), ("email", "email"), ("address", "post"))
        return [
            {**self._when_given(meaning), "party": self.found["party"], "channel": {"constant": channel}, "value": self.found[meaning], "source": {"constant": "lender"}}
            for meaning, channel in channels
            if self.has(meaning)
        ]


def _sql_name(column: str) -> str:
    return column if re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", column) else '"' + column.replace('"', '""') + '"'


def _guess_file(look: FileLook) -> FileGuess:
    columns = guess_columns(look)
    proposal = _Proposal(look, columns)
    tables = proposal.tables()
    doubts = list(proposal.doubts)
    if not tables:
        doubts.append("No table can be made of it: name at least the columns of account, date and amount, or of the party.")
    return FileGuess(look, columns, tables, tuple(dict.fromkeys(doubts)))


# -- the mapping as text -------------------------------------------------------------------------------------------------


def _usual_currency(files: Sequence[FileGuess], given: str) -> str:
    """Headings may say it (“€”, “元”); else it is what the caller said."""
    words = " ".join(column.heading for file in files for column in file.look.columns)
    said = [code for code, signs in (("EUR", ("€", "EUR", "Betrag")), ("CNY", ("元", "RMB")), ("USD", ("USD", "US$"))) if any(sign in words for sign in signs)]
    return said[0] if len(said) == 1 else given


def _pattern(look: FileLook) -> str:
    """A name pattern that fits the next delivery too: a date in the name may be another one.

    >>> _pattern(FileLook(Path("loans_20261123.csv"), "utf-8", ",", None, 1))
    'loans_*.csv*'
    """
    name = re.sub(r"\d{4}[-_]?\d{2}([-_]?\d{2})?", "*", look.path.name.removesuffix(".gz"))
    return re.sub(r"([\[\]?])", "[\\1]", name) + ("*" if look.is_csv else "")


def _yaml(files: Sequence[FileGuess], name: str, currency: str) -> str:
    document: dict[str, Any] = {"mapping": name, "currency": currency, "files": {}}
    for place, file in enumerate(files, 1):
        look = file.look
        entry: dict[str, Any] = {"pattern": _pattern(look)}
        entry |= {"encoding": look.encoding} if look.encoding != "utf-8" else {}
        entry |= {"delimiter": look.delimiter} if look.is_csv and look.delimiter != "," else {}
        entry |= {"sheet": look.sheet} if look.sheet else {}
        entry |= {"header_row": look.header_row} if look.header_row > 1 else {}
        if file.tables:
            document["files"][f"file_{place}"] = {**entry, "tables": file.tables}
    head = ["# A proposal: read it, correct it, and try it with --dry-run before you take anything in.", "#"]
    for file in files:
        head.append(f"# {file.look.path.name}" + (f" [{file.look.sheet}]" if file.look.sheet else ""))
        head += [f"#   {_in_words(column)}" for column in file.columns]
        head += [f"#   Look at this: {doubt}" for doubt in file.doubts]
    clean = [line.replace("\n", " ").replace("\r", " ") for line in head]
    return "\n".join(clean) + "\n" + yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=150)


def _in_words(guess: ColumnGuess) -> str:
    if guess.meaning is None:
        return f"{guess.column}: not used ({guess.why})"
    return f"{guess.column}: {guess.meaning}, {guess.confidence:.0%} ({guess.why})"
