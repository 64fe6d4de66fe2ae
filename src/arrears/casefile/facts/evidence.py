"""Which pieces of evidence are kept, how did each come to be, and who has read it?

A court asks two things of a file: is it unaltered since it was hashed, and what happened before that? The first is answered by the
journal, the second only by what was written down at the time: the *capture facts*. What nobody knows is said to be unknown; a gap that
is named costs less than one that the other side finds (China: 人民法院在线诉讼规则 arts 16 to 19; 证据规定 art. 93).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

UNKNOWN = "unknown"
"""What stands in a capture fact that nobody knows. An empty text is never one: an erased field reads as that."""


class EvidenceKind(StrEnum):
    """What is this piece of evidence?"""

    RECORDING = "recording"
    """Sound or film of a call, a visit or a meeting."""
    MESSAGE = "message"
    """A text message, chat or e-mail."""
    RECEIPT = "receipt"
    """Proof that something was delivered or paid."""
    LETTER = "letter"
    """A letter that was sent or received."""
    PHOTOGRAPH = "photograph"
    """A picture taken of something."""
    MINUTES = "minutes"
    """What was written down of a meeting, a visit or a mediation."""
    CONTRACT = "contract"
    """An agreement, with its annexes."""
    STATEMENT = "statement"
    """A statement of account, or what somebody declared."""
    IDENTITY = "identity"
    """What shows who somebody is, or for whom somebody may act."""
    COURT = "court"
    """A document of a court, an arbitrator or a notary."""
    OTHER = "other"
    """Anything else, in the words of its title."""


class EvidenceSource(StrEnum):
    """Where did the file come from before it was kept here?"""

    ARREARS = "arrears"
    """This program made it."""
    STAFF = "staff"
    """The institution's own people or systems made it."""
    DEBTOR = "debtor"
    """The debtor handed it in."""
    THIRD_PARTY = "third_party"
    """Somebody else made it: a carrier, a bank, an agency, a court."""
    UNKNOWN = "unknown"
    """Nobody knows."""


class ClockSource(StrEnum):
    """Which clock said when it was captured?"""

    DEVICE = "device"
    """The capturing device's own clock; whether it was right is not known."""
    NETWORK = "network"
    """A clock kept right over a network, such as a telephone exchange's."""
    TRUSTED = "trusted"
    """A time-stamping authority's."""
    STATED = "stated"
    """No clock: a person stated the time."""
    UNKNOWN = "unknown"
    """Nobody knows."""


@dataclass(frozen=True, slots=True)
class EvidenceKept:
    """A file is kept as evidence. Journal: `evidence:kept`, in the person's chain.

    `address` is the SHA-256 (hex) of the encrypted bytes, `original_sha256` that of the file as it came: being personal, it stands in
    the entry as a salted commitment only, whose salt goes when the person is erased. `hashed_at` is when the program first hashed the
    file, `captured_at` when it came to be (None: unknown). Nothing is known of the time between but what `device`, `system`,
    `operator`, `clock_source`, `source` and `provenance` say.
    """

    evidence_id: int
    party_id: int
    case_id: int | None
    kind: EvidenceKind
    title: str
    file_name: str
    media_type: str
    size_bytes: int
    address: str
    original_sha256: str
    captured_at: datetime | None
    hashed_at: datetime
    clock_source: ClockSource
    device: str
    system: str
    operator: str
    source: EvidenceSource
    provenance: str

    JOURNAL_NAME: ClassVar[str] = "evidence:kept"
    CHAIN: ClassVar[str] = "party_id"
    PERSONAL: ClassVar[frozenset[str]] = frozenset({"title", "file_name", "original_sha256", "device", "system", "operator", "provenance"})

    @property
    def is_erased(self) -> bool:
        """Is the person's key gone, and with it everything that these bytes said?"""
        return not self.original_sha256

    @property
    def seconds_from_capture_to_hash(self) -> int | None:
        """How long was the file unprotected before it was first hashed, in whole seconds? None where the capture's time is unknown.

        >>> from datetime import UTC
        >>> kept = EvidenceKept(1, 2, None, EvidenceKind.OTHER, "t", "f", "text/plain", 1, "00", "00", datetime(2026, 1, 5, tzinfo=UTC),
        ...     datetime(2026, 1, 5, 0, 2, tzinfo=UTC), ClockSource.DEVICE, "camera", UNKNOWN, "lin", EvidenceSource.STAFF, UNKNOWN)
        >>> kept.seconds_from_capture_to_hash, unknown_capture_facts(kept)
        (120, ('system', 'provenance'))
        """
        return None if self.captured_at is None else int((self.hashed_at - self.captured_at).total_seconds())


@dataclass(frozen=True, slots=True)
class EvidenceRead:
    """Somebody was handed the bytes of a piece of evidence. Journal: `evidence:read`, in the person's chain; `reason` is personal.

    `read_by` is the sign-in name; when is the entry's own time, by which way its cause (a page, a command).
    """

    evidence_id: int
    party_id: int
    read_by: str
    reason: str

    JOURNAL_NAME: ClassVar[str] = "evidence:read"
    CHAIN: ClassVar[str] = "party_id"
    PERSONAL: ClassVar[frozenset[str]] = frozenset({"reason"})


def unknown_capture_facts(kept: EvidenceKept) -> tuple[str, ...]:
    """Which facts of the time before the first hash does nobody know? The gaps that an opponent would ask about, by field name."""
    return tuple(name for name in ("captured_at", "clock_source", "device", "system", "operator", "source", "provenance")
                 if getattr(kept, name) in (None, UNKNOWN))


def about_case(kept: Iterable[EvidenceKept], case_id: int) -> list[EvidenceKept]:
    """Which of a person's evidence belongs to this case: its own, and what belongs to no case but to the person?"""
    return [one for one in kept if one.case_id in (None, case_id)]
