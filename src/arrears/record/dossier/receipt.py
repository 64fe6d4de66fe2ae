"""What does a person take home as proof that something they said, asked for or paid was recorded?

One small JSON file: the entry's header, its fields with salts, the way from it to a signed head, the institution's signature. The tool that
verifies dossiers verifies it offline; from then on the institution cannot lose the entry unseen, since its own signature says that it is there.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from arrears.casefile.facts.journal import instant
from arrears.record.dossier.bundle import ShownEntry, ShownHead, Sign, canonical, document, field_told

PURPOSE = b"arrears receipt v1"
RECEIPT_VERSION = 1


def receipt_of(
    entry: ShownEntry, head: ShownHead, head_key_id: str, keys: Mapping[str, bytes], key_id: str, sign: Sign, *, issued_at: datetime, institution_name: str,
) -> bytes:
    """The receipt of an entry, whose path leads to this head; `key_id` names the key that signs the receipt, `head_key_id` the head's."""
    said: dict[str, object] = {
        "fields": [field_told(field) for field in entry.fields], "format": "arrears receipt", "head": head.line.decode("ascii"),
        "head_key": {"key_id": head_key_id, "public_key": keys[head_key_id].hex()}, "head_signature": head.signature.hex(), "header": entry.line,
        "institution_name": institution_name, "issued_at": instant(issued_at), "key": {"key_id": key_id, "public_key": keys[key_id].hex()},
        "number": entry.number, "path": [node.hex() for node in entry.path], "stamp": head.stamps[0].hex() if head.stamps else None, "version": RECEIPT_VERSION,
    }
    return document({**said, "signature": sign(PURPOSE, canonical(said).encode("ascii")).hex()})
