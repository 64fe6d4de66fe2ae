"""What does a delivery receipt say, and did the whole message arrive?

SMPP 3.4 leaves the words of a receipt to the provider; all write nearly the form of its appendix B. Two optional parameters say the same in a fixed
form where they are there. Each part of a long message has a receipt of its own.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from arrears.act.channels.sms.pdu import Delivered, Esm, Tag
from arrears.casefile.facts.message import Arrival

_FIELD = re.compile(r"\b(id|stat|err):\s*(\S*)", re.IGNORECASE)
_STATES = {2: "DELIVRD", 3: "EXPIRED", 4: "DELETED", 5: "UNDELIV", 7: "UNKNOWN", 8: "REJECTD", 9: "SKIPPED"}
_ARRIVALS = {
    "DELIVRD": Arrival.DELIVERED, "EXPIRED": Arrival.EXPIRED, "DELETED": Arrival.NOT_DELIVERED, "UNDELIV": Arrival.NOT_DELIVERED, "UNKNOWN": Arrival.NOT_DELIVERED,
    "REJECTD": Arrival.NOT_DELIVERED, "SKIPPED": Arrival.NOT_DELIVERED,
}
"""Last words only. `UNKNOWN` is one too: the provider will never know, and nothing is called delivered that is not known to be."""
_UNDER_WAY = {"ENROUTE", "ACCEPTD", "SCHEDULED", "BUFFERED"}


class Ids(StrEnum):
    """How does a provider write its ids? Some answer a submit in hexadecimal and write the receipt in decimal, or the other way about."""

    SAME = "same"
    ANSWER_IS_HEX = "answer_is_hex"
    RECEIPT_IS_HEX = "receipt_is_hex"


def known_as(given: str, ids: Ids, *, in_receipt: bool) -> str:
    """One name for both writings: decimal, without zeros before it. What is no number stays as it is.

    >>> known_as("0A1F", Ids.ANSWER_IS_HEX, in_receipt=False) == known_as("0000002591", Ids.ANSWER_IS_HEX, in_receipt=True)
    True
    >>> known_as("0A1F", Ids.SAME, in_receipt=False)
    '0A1F'
    """
    if ids is Ids.SAME:
        return given
    is_hex = in_receipt == (ids is Ids.RECEIPT_IS_HEX)
    try:
        return str(int(given, 16 if is_hex else 10))
    except ValueError:
        return given


@dataclass(frozen=True, slots=True)
class Told:
    """A receipt that was read: the provider's name of the message (empty where there is none), what came of it, and its code."""

    reference: str
    arrival: Arrival
    code: str


def receipt(what: Delivered, words: str, ids: Ids = Ids.SAME, bounced: Collection[str] = ()) -> Told | None:
    """What this receipt tells; None where the message is still under way.

    Args:
        words: the text of it.
        bounced: error codes that mean that the number does not exist.

    >>> plain = Delivered("1", "2", 4, 0, b"", None, {})
    >>> receipt(plain, "id:7f3 sub:001 dlvrd:001 submit date:2603101005 done date:2603101006 stat:DELIVRD err:000 text:")
    Told(reference='7f3', arrival=<Arrival.DELIVERED: 'delivered'>, code='DELIVRD 000')
    >>> receipt(plain, "id:7f3 stat:ENROUTE err:000") is None
    True
    >>> receipt(plain, "id:7f3 stat:UNDELIV err:001", bounced=["001"]).arrival
    <Arrival.BOUNCED: 'bounced'>
    """
    fields = {name.lower(): value for name, value in reversed(_FIELD.findall(words))}
    by_tag = what.tags.get(Tag.RECEIPTED_MESSAGE_ID, b"").rstrip(b"\0").decode("ascii", "replace")
    in_words = fields.get("id", "")
    # Where the two writings differ, the words are those that the setting speaks of.
    reference = known_as(in_words, ids, in_receipt=True) if in_words and (ids is not Ids.SAME or not by_tag) else known_as(by_tag, ids, in_receipt=False)
    number = int.from_bytes(what.tags.get(Tag.MESSAGE_STATE, b""), "big")
    stat = fields.get("stat", "").upper() or _STATES.get(number, "")
    error = fields.get("err", "") or what.tags.get(Tag.NETWORK_ERROR_CODE, b"").hex()
    if stat in _UNDER_WAY or what.esm_class & Esm.KIND == Esm.UNDER_WAY or (not stat and number in (1, 6)):
        return None
    arrival = _ARRIVALS.get(stat, Arrival.NOT_DELIVERED)
    if arrival is not Arrival.DELIVERED and error in bounced:
        arrival = Arrival.BOUNCED
    return Told(reference, arrival, f"{stat or 'UNREADABLE'} {error}".strip()[:40])


def is_receipt(what: Delivered) -> bool:
    """Some providers leave esm_class at nothing and write the optional parameters only. What a person wrote is never taken for a receipt by its words."""
    return what.esm_class & Esm.KIND in (Esm.RECEIPT, Esm.UNDER_WAY) or Tag.RECEIPTED_MESSAGE_ID in what.tags
