"""What is a book made of?

A *book* is a lender's whole portfolio as columns: a folder of Parquet tables in immutable, numbered import batches. This module
states each table once (columns, types, key, meaning); intake writes to it, assess reads by it, the data-model page is made of it.

All tables hold our own ids and figures. Names, numbers and contact values appear only as `sealed` bytes (AES-GCM under a key of the
person's own) in `parties` and `contact_points`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir

CASE_ID_SQL = "(('0x' || substr(sha256('case:' || {book} || ':' || party_id::varchar), 1, 16))::ubigint & 9223372036854775807)::bigint"
"""`arrears.core.ids.case_id_of` in columns (DuckDB); `{book}` is a quoted text. A test holds the two together."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a book table: its name carries the unit, `meaning` says what it answers."""

    name: str
    type: str
    meaning: str
    required: bool = False


@dataclass(frozen=True, slots=True)
class BookTable:
    """One table of a book: the question it answers, its key (also its sort order in every file) and its columns."""

    name: str
    question: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]

    @property
    def schema(self) -> ibis.Schema:
        """Ibis names and types, in file order."""
        return ibis.schema({column.name: dt.dtype(column.type) for column in self.columns})

    def unbound(self, name: str | None = None) -> ir.Table:
        """The table as an Ibis expression without data: thinking code builds on it, the engine supplies the rows."""
        return ibis.table(self.schema, name=name or self.name)

    @property
    def required(self) -> tuple[str, ...]:
        """Columns without which a row cannot be used."""
        return tuple(column.name for column in self.columns if column.required)


def _must(name: str, type_: str, meaning: str) -> Column:
    return Column(name, type_, meaning, required=True)


_ACCOUNT = _must("account_id", "int64", "our random id of the account")
_PARTY = _must("party_id", "int64", "our random id of the person or organisation")

PARTIES = BookTable("parties", "Who owes?", ("party_id",), (
    _PARTY,
    _must("kind", "string", "person or organisation"),
    Column("language", "string", "language the party reads, as BCP 47 (zh-CN, en)"),
    Column("time_zone", "string", "IANA time zone of the party"),
    Column("region", "string", "region code the policy may use"),
    Column("segment", "string", "the lender's own segment, if any"),
    Column("sealed", "binary", "name and the lender's number, sealed under the party's key"),
))
PROTECTED = BookTable("protected", "To which protected groups does a party belong? (fairness tests only, never policy)", ("party_id", "attribute"), (
    _PARTY,
    _must("attribute", "string", "protected attribute, such as sex or age_band"),
    _must("value", "string", "its value"),
))
ACCOUNTS = BookTable("accounts", "Which debts are there?", ("account_id",), (
    _ACCOUNT,
    _PARTY,
    _must("product", "string", "the lender's product"),
    _must("currency", "string", "ISO 4217"),
    Column("opened_on", "date", "first day of the account"),
    Column("principal_minor", "int64", "amount lent, or the credit limit of a revolving product"),
    Column("rate_annual", "decimal(9,6)", "nominal rate a year, 0.12 for 12 %"),
    Column("status", "string", "active, closed, written_off"),
    Column("dates_constructed", "boolean", "true where the source has no days and dates were constructed"),
))
ACCOUNT_PARTIES = BookTable("account_parties", "Who else is bound by a debt?", ("account_id", "party_id", "role"), (
    _ACCOUNT,
    _PARTY,
    _must("role", "string", "borrower, co_borrower, guarantor"),
))
INSTALMENTS = BookTable("instalments", "What falls due when, in a schedule?", ("account_id", "due_on", "number"), (
    _ACCOUNT,
    _must("number", "int32", "place in the schedule, from 1"),
    _must("due_on", "date", "contractual due date"),
    Column("principal_minor", "int64", "principal due"),
    Column("interest_minor", "int64", "interest due"),
    Column("fee_minor", "int64", "fees due"),
    Column("penalty_minor", "int64", "penalty due"),
))
RECEIVABLES = BookTable("receivables", "Which single amounts are due when (invoices, one-off loans)?", ("account_id", "due_on", "document_id"), (
    _ACCOUNT,
    _must("document_id", "int64", "keyed hash of the lender's document number"),
    Column("issued_on", "date", "date of issue: before it the receivable is not known"),
    _must("due_on", "date", "due date"),
    _must("amount_minor", "int64", "amount due"),
    Column("disputed_on", "date", "day on which the debtor disputed it"),
))
STATEMENTS = BookTable("statements", "What did each statement of a revolving account say?", ("account_id", "statement_on"), (
    _ACCOUNT,
    _must("statement_on", "date", "day of the statement"),
    _must("due_on", "date", "day on which the minimum was due"),
    _must("balance_minor", "int64", "balance on the statement; negative is a credit"),
    Column("minimum_due_minor", "int64", "minimum due, what is past due from before included; unknown where the source does not say"),
    Column("months_past_due", "int32", "months past due as the source states it"),
))
PAYMENTS = BookTable("payments", "What was paid, and what was taken back?", ("account_id", "paid_on", "payment_id"), (
    _ACCOUNT,
    _must("payment_id", "int64", "keyed hash of the lender's payment number"),
    _must("paid_on", "date", "value date"),
    _must("amount_minor", "int64", "amount received; a reversal states the amount taken back as a positive figure"),
    Column("reversal_of", "int64", "payment that this row takes back"),
))
PAUSES = BookTable("pauses", "When was the counting of days stopped?", ("account_id", "from_on"), (
    _ACCOUNT,
    _must("from_on", "date", "first day that does not count"),
    Column("until_on", "date", "first day that counts again; unknown while the pause lasts"),
    Column("reason", "string", "why: moratorium, agreement, failure of the lender"),
))
CONTACT_POINTS = BookTable("contact_points", "Where could a person be reached?", ("party_id", "channel", "contact_point_id"), (
    _PARTY,
    _must("contact_point_id", "int64", "keyed hash of channel and value"),
    _must("channel", "string", "mobile, landline, email, post"),
    Column("sealed", "binary", "the number or address, sealed under the party's key"),
    Column("source", "string", "where it comes from; invented marks synthetic data"),
    Column("verified_on", "date", "day on which it was verified as the debtor's own"),
    Column("consent", "string", "given, withdrawn or unknown"),
    Column("permitted_from", "string", "earliest local time, HH:MM"),
    Column("permitted_to", "string", "latest local time, HH:MM"),
))
HOLDS = BookTable("holds", "What protects a person, as the lender's earlier system knew it?", ("party_id", "kind", "from_on"), (
    _PARTY,
    _must("kind", "string", "dispute, claims_paid, complaint, hardship, breathing_space, insolvency, deceased, represented, distress, other"),
    _must("from_on", "date", "first day"),
    Column("to_on", "date", "last day; unknown means until lifted"),
))
CONSENTS = BookTable("consents", "To what did a person agree, and what was withdrawn?", ("party_id", "channel", "given_on"), (
    _PARTY,
    _must("channel", "string", "channel the consent is for"),
    _must("given_on", "date", "day of the consent"),
    Column("withdrawn_on", "date", "day of its withdrawal"),
))
CONTACT_HISTORY = BookTable("contact_history", "Which contacts were made, and for which days do we know?", ("party_id", "covers_from", "occurred_on", "channel", "outcome"), (
    _PARTY,
    _must("covers_from", "date", "first day for which contacts are known"),
    _must("covers_to", "date", "last day for which contacts are known; between the two no row means no contact"),
    Column("occurred_on", "date", "day of the contact; empty where the row only states the period"),
    Column("channel", "string", "channel used"),
    Column("outcome", "string", "what came of it; refused_to_pay is a recorded refusal"),
))

CLOSED = "closed"
"""The status of an account that the lender calls closed."""

BOOK_TABLES: Mapping[str, BookTable] = {
    table.name: table
    for table in (
        PARTIES, PROTECTED, ACCOUNTS, ACCOUNT_PARTIES, INSTALMENTS, RECEIVABLES, STATEMENTS, PAYMENTS, PAUSES,
        CONTACT_POINTS, HOLDS, CONSENTS, CONTACT_HISTORY,
    )
}
"""Every table of a book, by name, in the order in which they are taken in (a payment needs its account)."""
