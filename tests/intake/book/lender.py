"""A small lender for stories: it writes files, delivers them, and looks into the book."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
from cryptography.fernet import Fernet

from arrears.core.problems import Finding
from arrears.intake.book.layout import latest_by_key_sql, open_book
from arrears.intake.book.mapping import load_mapping, parse_mapping
from arrears.intake.book.pool import read_findings
from arrears.intake.book.taking_in import ImportReport, no_progress, take_in
from tests.intake.book.keeper import KeeperInMemory

LOANS = """
mapping: loans
currency: CNY
files:
  loans:
    pattern: "loans*"
    tables:
      parties: {party: customer, kind: {constant: person}, region: region, personal: {name: name}}
      accounts: {account: loan, party: customer, product: {constant: loan}, currency: currency, principal_minor: {amount: principal}}
  dues:
    pattern: "dues*"
    tables:
      instalments: {account: loan, number: number, due_on: due, principal_minor: {amount: amount}}
  paid:
    pattern: "paid*"
    tables:
      payments: {account: loan, payment: id, paid_on: day, amount_minor: {amount: amount}, reversal_of: takes_back}
"""
LOANS_HEAD = "customer,name,region,loan,currency,principal\n"
DUES_HEAD = "loan,number,due,amount\n"
PAID_HEAD = "loan,id,day,amount,takes_back\n"
ONE_LOAN = LOANS_HEAD + "C1,王小明,GD,L1,CNY,1000.00\n"


@dataclass
class Lender:
    """A lender with a folder, a book and an error pool of its own."""

    folder: Path
    mapping: str = LOANS
    keeper: KeeperInMemory = field(default_factory=KeeperInMemory)
    mapping_file: Path | None = None
    safe: Fernet = field(default_factory=lambda: Fernet(Fernet.generate_key()))

    def __post_init__(self) -> None:
        self.book = self.folder / "book"
        open_book(self.book, "main", 7, created=date(2026, 1, 1))

    def write(self, name: str, content: str | bytes) -> Path:
        path = self.folder / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def deliver(self, files: dict[str, str | bytes], progress: Callable[[str, int, int], None] = no_progress) -> ImportReport:
        """Write these files and take them in, all at once."""
        paths = [self.write(name, content) for name, content in files.items()]
        return self.deliver_paths(paths, progress)

    def deliver_paths(self, paths: list[Path], progress: Callable[[str, int, int], None] = no_progress, from_pool: Path | None = None) -> ImportReport:
        return take_in(
            paths,
            load_mapping(self.mapping_file) if self.mapping_file else parse_mapping(self.mapping, "loans.yaml"),
            self.book,
            self.keeper,
            received_on=date(2026, 1, 2),
            pool_dir=self.folder / "pool",
            seal_pool=self.safe.encrypt,
            progress=progress,
            threads=2,
            from_pool=from_pool,
        )

    def rows(self, table: str, columns: str = "*") -> list[tuple[Any, ...]]:
        """The rows of a table that hold now."""
        return duckdb.sql(f"SELECT {columns} FROM ({latest_by_key_sql(self.book, table)}) ORDER BY ALL").fetchall()

    def account(self, number: str, namespace: str = "loans") -> int:
        return self.keeper.ids["account", namespace, number]

    @staticmethod
    def findings(report: ImportReport) -> list[Finding]:
        return read_findings(report.pool) if report.pool else []
