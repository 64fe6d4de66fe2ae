"""Which dossiers and receipts left the house, for whom and for what?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class DossierExported:
    """A dossier of a case was handed out. Journal: `dossier:exported`, in the case's chain; no field is personal.

    `recipient` is an office or organisation, never a private person's name, so that handing out what is left of an erased person's case
    can be recorded too.

    `manifest_sha256` (hex) names the dossier: whoever shows one can be told whether it is this. `entries`, `files` and `fields_left_out`
    count what was in it; `to_jurisdiction` is where it goes (ISO 3166), `transfer_basis` on which ground it may leave its own.
    """

    dossier_id: int
    case_id: int
    party_id: int
    manifest_sha256: str
    recipient: str
    purpose: str
    to_jurisdiction: str
    transfer_basis: str
    language: str
    entries: int
    files: int
    fields_left_out: int
    exported_by: str

    JOURNAL_NAME: ClassVar[str] = "dossier:exported"
    CHAIN: ClassVar[str] = "case_id"
    PERSONAL: ClassVar[frozenset[str]] = frozenset()


@dataclass(frozen=True, slots=True)
class ReceiptIssued:
    """A receipt of an entry was handed out. Journal: `receipt:issued`, in the person's chain; no personal field.

    `about_entry_id` is the entry that it proves, `receipt_sha256` (hex) the file's hash.
    """

    party_id: int
    about_entry_id: int
    receipt_sha256: str
    issued_by: str

    JOURNAL_NAME: ClassVar[str] = "receipt:issued"
    CHAIN: ClassVar[str] = "party_id"
    PERSONAL: ClassVar[frozenset[str]] = frozenset()
