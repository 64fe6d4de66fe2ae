"""Whose telephone number or mail address is this? Found by the whole value alone, through a keyed hash.

HMAC-SHA256 under a key of the institution that serves nothing else, cut to 128 bits. Values are brought into one form first. Names are
not in it on purpose: a few names are so frequent that the number of equal hashes alone would tell which hash is which name. A number that
several people share (a family's landline) shows that they share it, to whoever can read the table, and nothing else.
"""

from __future__ import annotations

import hmac
import json
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

import pyarrow as pa

from arrears.casefile.store import sets
from arrears.casefile.store.institution import HashKeys, acting_institution, hash_keys, new_hash_key

CALLING_CODES: Mapping[str, str] = {"CN": "86", "HK": "852", "MO": "853", "TW": "886", "US": "1", "CA": "1", "GB": "44", "IN": "91", "DE": "49", "FR": "33", "IT": "39", "ES": "34",
                                    "IE": "353", "NL": "31", "SG": "65", "JP": "81", "KR": "82", "AU": "61"}
"""Country → calling code (ITU-T E.164), for numbers written without one."""
PHONE_DIGITS = (5, 15)
_EXTENSION = re.compile(r"(?:ext\.?|x|转|分机|#)\s*\d{1,6}$", re.IGNORECASE)
_OTHER_SIGN = re.compile(r"[^\d\s+().\-/·–]")
_TRUNK_IN_BRACKETS = re.compile(r"\(0\)")


def normal_phone(value: str, jurisdiction: str) -> str | None:
    """One form of a telephone number: calling code and number, digits alone; None where it is no number.

    Written without a calling code it is one of the home's country; there a leading 0 is dialled inside the country only.

    >>> [normal_phone(v, "CN") for v in ("138 1234 5678", "+86 138-1234-5678", "008613812345678", "１３８１２３４５６７８", "8613812345678")]
    ['8613812345678', '8613812345678', '8613812345678', '8613812345678', '8613812345678']
    >>> normal_phone("0755-8888 6666 转 12", "CN"), normal_phone("+44 (0)20 7946 0000", "CN"), normal_phone("020 7946 0000", "GB")
    ('8675588886666', '442079460000', '442079460000')
    >>> normal_phone("C-10234", "CN"), normal_phone("110", "CN"), normal_phone("+39 06 1234 5678", "CN")
    (None, None, '390612345678')
    """
    is_plain = value.isascii() and value.isdigit()  # most are, and then nothing is to be cut away
    plain = value if is_plain else _EXTENSION.sub("", _TRUNK_IN_BRACKETS.sub("", unicodedata.normalize("NFKC", value).strip()))
    if not is_plain and _OTHER_SIGN.search(plain):
        return None
    is_international = plain.startswith("+")
    digits = plain if is_plain else re.sub(r"\D", "", plain)
    if not is_international and digits.startswith("00"):
        is_international, digits = True, digits[2:]
    code = CALLING_CODES.get(jurisdiction.upper(), "")
    if not is_international:
        if code == "86" and re.fullmatch(r"861[3-9]\d{9}", digits):
            digits = digits[2:]
        digits = code + (digits if code == "39" else digits.lstrip("0"))
        least = len(code) + PHONE_DIGITS[0]
    else:
        least = PHONE_DIGITS[0] + 1
    return digits if least <= len(digits) <= PHONE_DIGITS[1] else None


def normal_email(value: str) -> str | None:
    """One form of a mail address: no blanks, one form of each letter, all small; None where it is none.

    Dots and what follows a plus are kept: with many providers they make another mailbox.

    >>> normal_email(" Anna.Berg@Example.COM "), normal_email("no address")
    ('anna.berg@example.com', None)
    """
    plain = unicodedata.normalize("NFKC", value).strip().casefold()
    return plain if re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", plain) else None


def normal_values(value: str, jurisdiction: str) -> list[tuple[str, str]]:
    """(kind, normal form) under which a value is found; a mail address or a telephone number, nothing otherwise.

    >>> normal_values("a@b.example", "CN"), normal_values("样例路 12 号", "CN")
    ([('email', 'a@b.example')], [])
    """
    if "@" in value or "＠" in value:
        email = normal_email(value)
        return [("email", email)] if email else []
    phone = normal_phone(value, jurisdiction)
    return [("phone", phone)] if phone else []


def _hash(key: bytes, kind: str, value: str) -> str:
    """32 hex digits, which PostgreSQL reads as a uuid."""
    return hmac.digest(key, f"{kind}\x1f{value}".encode(), "sha256")[:16].hex()


def search_keys(at: datetime) -> HashKeys:
    """The institution's keys of this index; the first is made where there is none. Inside `acting_for`."""
    institution_id = acting_institution()
    # The guard comes before the lock that `hash_keys` shares: two who both held that and wanted it alone would wait for each other for ever.
    if not _has_key(institution_id):
        sets.cursor().execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 1))", [f"first search key:{institution_id}"])
        if not _has_key(institution_id):
            new_hash_key(institution_id, "search", at, first_no=1)
    return hash_keys(institution_id, "search")


def _has_key(institution_id: int) -> bool:
    row = sets.cursor().execute("SELECT EXISTS (SELECT FROM institution_keys WHERE institution_id = %s AND purpose = 'search')", [institution_id]).fetchone()
    return bool(row and row[0])


def enter(party_ids: Sequence[int], values: Iterable[str | None], jurisdiction: str, keys: HashKeys) -> int:
    """Enter contact values of people, as many as there are; answers how many rows are new. Inside `acting_for`."""
    current = keys.by_no[keys.current]
    rows = {(kind, _hash(current, kind, normal), party) for party, value in zip(party_ids, values, strict=True) if value for kind, normal in normal_values(value, jurisdiction)}
    if not rows:
        return 0
    kinds, hashes, parties = zip(*sorted(rows), strict=True)
    cur = sets.cursor()
    sets.stage(cur, "found_by", pa.table({"kind": pa.array(kinds), "value_hmac": pa.array(hashes), "party_id": pa.array(parties, pa.int64())}))
    # Only for people who have a key: whoever was erased meanwhile is not entered again.
    entered = cur.execute(
        f"""INSERT INTO search_index (institution_id, kind, value_hmac, party_id)
            SELECT {acting_institution()}, f.kind, f.value_hmac::uuid, f.party_id FROM pg_temp.found_by f JOIN party_keys k USING (party_id)
            ON CONFLICT DO NOTHING""").rowcount
    cur.execute("DROP TABLE pg_temp.found_by")
    return entered


def values_in(plaintexts: Iterable[bytes | str | None]) -> list[str | None]:
    """The contact values in what is sealed as contact points (JSON with `value`)."""
    return [None if text is None else json.loads(text).get("value") for text in plaintexts]


def people_with(value: str, jurisdiction: str) -> list[int]:
    """Who has exactly this telephone number or mail address? Sorted ids; empty where nobody. Inside `acting_for`."""
    normal = normal_values(value, jurisdiction)
    keys = hash_keys(acting_institution(), "search")
    if not normal or not keys.by_no:
        return []
    wanted = [(kind, _hash(key, kind, form)) for kind, form in normal for key in keys.by_no.values()]
    rows = sets.cursor().execute(
        "SELECT DISTINCT party_id FROM search_index JOIN unnest(%s::text[], %s::uuid[]) AS w(kind, value_hmac) USING (kind, value_hmac) WHERE institution_id = %s ORDER BY 1",
        [[kind for kind, _ in wanted], [digest for _, digest in wanted], acting_institution()]).fetchall()
    return [party for (party,) in rows]
