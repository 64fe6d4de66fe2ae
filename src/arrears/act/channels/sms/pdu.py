"""What do the packets of SMPP 3.4 say, byte by byte?

Only those that we send or hear (SMPP Protocol Specification v3.4, chapter 4). Reading is lenient where providers are known to be loose (a body that an
error leaves out, tags that nobody knows) and strict where a guess could lose a message: lengths.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum, IntFlag

HEADER = 16
LONGEST = 70_000
"""No packet of ours or theirs is longer (message_payload holds 64 kB at most)."""
_HEAD = struct.Struct("!IIII")
_TAG = struct.Struct("!HH")
RESPONSE = 0x8000_0000


class Command(IntEnum):
    """Command ids (5.1.2.1)."""

    GENERIC_NACK = 0x8000_0000
    BIND_RECEIVER = 0x01
    BIND_TRANSMITTER = 0x02
    SUBMIT_SM = 0x04
    SUBMIT_SM_RESP = 0x8000_0004
    DELIVER_SM = 0x05
    DELIVER_SM_RESP = 0x8000_0005
    UNBIND = 0x06
    UNBIND_RESP = 0x8000_0006
    BIND_TRANSCEIVER = 0x09
    ENQUIRE_LINK = 0x15
    ENQUIRE_LINK_RESP = 0x8000_0015
    ALERT_NOTIFICATION = 0x102


class Status(IntEnum):
    """Command statuses that mean something of their own to us (5.1.3); any other is a number."""

    ESME_ROK = 0x00
    ESME_RINVMSGLEN = 0x01
    ESME_RINVCMDID = 0x03
    ESME_RINVBNDSTS = 0x04
    ESME_RALYBND = 0x05
    ESME_RSYSERR = 0x08
    ESME_RINVDSTADR = 0x0B
    ESME_RBINDFAIL = 0x0D
    ESME_RINVPASWD = 0x0E
    ESME_RINVSYSID = 0x0F
    ESME_RMSGQFUL = 0x14
    ESME_RSUBMITFAIL = 0x45
    ESME_RINVDSTTON = 0x50
    ESME_RINVDSTNPI = 0x51
    ESME_RTHROTTLED = 0x58
    ESME_RX_P_APPN = 0x65
    ESME_RX_R_APPN = 0x66
    ESME_RUNKNOWNERR = 0xFF


def status_name(status: int) -> str:
    """How a status is called in a record.

    >>> status_name(0x58), status_name(0x0401)
    ('ESME_RTHROTTLED', '0x0401')
    """
    try:
        return Status(status).name
    except ValueError:
        return f"0x{status:04x}"


class Tag(IntEnum):
    """Optional parameters (5.3.2)."""

    RECEIPTED_MESSAGE_ID = 0x001E
    USER_MESSAGE_REFERENCE = 0x0204
    SAR_MSG_REF_NUM = 0x020C
    SAR_TOTAL_SEGMENTS = 0x020E
    SAR_SEGMENT_SEQNUM = 0x020F
    NETWORK_ERROR_CODE = 0x0423
    MESSAGE_PAYLOAD = 0x0424
    MESSAGE_STATE = 0x0427


class Esm(IntFlag):
    """Bits of esm_class (5.2.12) and the kinds of what is delivered."""

    KIND = 0x3C
    RECEIPT = 0x04
    ACKNOWLEDGED = 0x08
    ACKNOWLEDGED_BY_HAND = 0x10
    UNDER_WAY = 0x20
    HEADER = 0x40


@dataclass(frozen=True, slots=True)
class Pdu:
    """One packet as it came."""

    command: int
    status: int
    sequence: int
    body: bytes


@dataclass(frozen=True, slots=True)
class Part:
    """Which part of which long message: the sender's number for it, how many parts there are, and which one this is (from 1)."""

    reference: int
    total: int
    number: int


@dataclass(frozen=True, slots=True)
class Delivered:
    """What a deliver_sm says. `data` is the text's bytes without the header, `part` says of which long message they are a part."""

    source: str
    destination: str
    esm_class: int
    coding: int
    data: bytes
    part: Part | None
    tags: Mapping[int, bytes]


def pack(command: int, sequence: int, body: bytes = b"", status: int = 0) -> bytes:
    """The bytes of a packet.

    >>> pack(Command.ENQUIRE_LINK, 7).hex()
    '00000010000000150000000000000007'
    """
    return _HEAD.pack(HEADER + len(body), command, status, sequence) + body


class Split:
    """Packets out of a stream of bytes that come as they come.

    >>> split, two = Split(), pack(Command.ENQUIRE_LINK, 1) + pack(Command.UNBIND, 2)
    >>> [one.sequence for one in split.feed(two[:20])], [one.sequence for one in split.feed(two[20:])]
    ([1], [2])
    """

    def __init__(self) -> None:
        self._left = bytearray()

    def feed(self, data: bytes) -> Iterator[Pdu]:
        """Raises ValueError where a length cannot be: then nothing after it can be read either."""
        self._left += data
        at = 0
        try:
            while len(self._left) - at >= HEADER:
                length, command, status, sequence = _HEAD.unpack_from(self._left, at)
                if not HEADER <= length <= LONGEST:
                    raise ValueError(f"a packet of {length} bytes")
                if len(self._left) - at < length:
                    break
                body = bytes(self._left[at + HEADER : at + length])
                at += length
                yield Pdu(command, status, sequence, body)
        finally:
            del self._left[:at]


def _text(value: str) -> bytes:
    return value.encode("ascii") + b"\0"


def bind(system_id: str, password: str, system_type: str, address_range: str = "") -> bytes:
    """The body of a bind, whichever kind (4.1)."""
    return _text(system_id) + _text(password) + _text(system_type) + bytes([0x34, 0, 0]) + _text(address_range)


@dataclass(frozen=True, slots=True)
class Number:
    """An address with its type of number and numbering plan (5.2.5, 5.2.6)."""

    digits: str
    ton: int
    npi: int

    def __bytes__(self) -> bytes:
        return bytes([self.ton, self.npi]) + _text(self.digits)


def submit(
    source: Number, destination: Number, data: bytes, *, coding: int, service_type: str = "", header: bytes = b"", tags: Mapping[int, bytes] | None = None, validity: str = "",
    as_payload: bool = False,
) -> bytes:
    """The body of a submit_sm (4.4.1) that asks for a receipt of success and of failure; `as_payload`: the text of any length as message_payload."""
    message, optional = header + data, dict(tags or {})
    if as_payload:
        optional[Tag.MESSAGE_PAYLOAD], message = message, b""
    return b"".join((
        _text(service_type), bytes(source), bytes(destination), bytes([Esm.HEADER if header else 0, 0, 0]), b"\0", _text(validity), bytes([1, 0, coding, 0, len(message)]), message,
        *(_TAG.pack(tag, len(value)) + value for tag, value in optional.items())))


def part_header(part: Part) -> bytes:
    """The user data header of a part: concatenated short message, reference of eight bits.

    >>> part_header(Part(7, 2, 1)).hex()
    '050003070201'
    """
    return bytes([5, 0, 3, part.reference & 0xFF, part.total, part.number])


def part_tags(part: Part) -> dict[int, bytes]:
    """The same as optional parameters, for providers that write the header themselves (5.3.2.22 to 24)."""
    return {Tag.SAR_MSG_REF_NUM: struct.pack("!H", part.reference), Tag.SAR_TOTAL_SEGMENTS: bytes([part.total]), Tag.SAR_SEGMENT_SEQNUM: bytes([part.number])}


def message_id(body: bytes) -> str:
    """What a submit_sm_resp calls the message; empty where an error leaves the body out."""
    return body.split(b"\0", 1)[0].decode("ascii", "replace").strip()


def delivered(body: bytes) -> Delivered:
    """What a deliver_sm says.

    Raises:
        ValueError: it ends before it should.
    """
    try:
        return _delivered(body)
    except (IndexError, struct.error) as short:
        raise ValueError("a deliver_sm that ends too early") from short


def _delivered(body: bytes) -> Delivered:
    _, at = _string(body, 0)
    international = body[at] == 1
    source, at = _string(body, at + 2)
    if international and source.isdigit():
        source = f"+{source}"
    destination, at = _string(body, at + 2)
    esm_class, at = body[at], at + 3
    _, at = _string(body, at)
    _, at = _string(body, at)
    coding, length, at = body[at + 2], body[at + 4], at + 5
    data, at = body[at : at + length], at + length
    if len(data) < length:
        raise IndexError
    tags = dict(_tags(body, at))
    if not data:
        data = tags.get(Tag.MESSAGE_PAYLOAD, b"")
    part = _part_of_tags(tags)
    if esm_class & Esm.HEADER and data:
        header, data = data[1 : 1 + data[0]], data[1 + data[0] :]
        part = _part_of_header(header) or part
    return Delivered(source, destination, esm_class, coding, data, part, tags)


def _string(body: bytes, at: int) -> tuple[str, int]:
    end = body.find(b"\0", at)
    if end < 0:
        raise IndexError
    return body[at:end].decode("latin-1"), end + 1


def _tags(body: bytes, at: int) -> Iterator[tuple[int, bytes]]:
    while at + 4 <= len(body):
        tag, length = _TAG.unpack_from(body, at)
        yield tag, body[at + 4 : at + 4 + length]
        at += 4 + length


def _part_of_tags(tags: Mapping[int, bytes]) -> Part | None:
    found = [int.from_bytes(tags.get(tag, b""), "big") for tag in (Tag.SAR_MSG_REF_NUM, Tag.SAR_TOTAL_SEGMENTS, Tag.SAR_SEGMENT_SEQNUM)]
    return _part(*found)


def _part_of_header(header: bytes) -> Part | None:
    at = 0
    while at + 2 <= len(header):
        kind, length = header[at], header[at + 1]
        value = header[at + 2 : at + 2 + length]
        if kind == 0x00 and len(value) == 3:
            return _part(value[0], value[1], value[2])
        if kind == 0x08 and len(value) == 4:
            return _part(int.from_bytes(value[:2], "big"), value[2], value[3])
        at += 2 + length
    return None


def _part(reference: int, total: int, number: int) -> Part | None:
    """None where it is alone, or where the numbers cannot be (3GPP TS 23.040 says: then it is read as a message of its own)."""
    return Part(reference, total, number) if total > 1 and 1 <= number <= total else None
