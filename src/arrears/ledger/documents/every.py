"""Which documents can be read? A document that stands here is tested field by field against wrong values, and described in the documents."""

from __future__ import annotations

from typing import Any

from arrears.ledger.documents.account import ACCOUNT
from arrears.ledger.documents.payment import PAYMENT_KINDS
from arrears.ledger.documents.reading import Document
from arrears.ledger.documents.terms import TERMS
from arrears.ledger.documents.value import VALUE_KINDS

EVERY_DOCUMENT: dict[tuple[str, str], Document[Any]] = {
    ("schedule", ""): TERMS,
    **{("allocate", kind): document for kind, document in PAYMENT_KINDS.items()},
    **{(command, ""): ACCOUNT for command in ("balance", "quote", "statement", "redress")},
    **{("value", kind): document for kind, document in VALUE_KINDS.items()},
}
"""By command and kind (empty where a command knows one kind only)."""
