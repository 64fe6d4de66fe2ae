"""Who saw a person's data, who got all of it, and which data may leave to another jurisdiction?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import ClassVar


class Showable(StrEnum):
    """Which personal values does a page mask until somebody asks to see them? Codes of the register of categories."""

    NAME = "name"
    """What the person is called."""
    CUSTOMER_NUMBER = "customer_number"
    """The lender's own number of the person."""
    CONTACT_POINT = "contact_point"
    """Telephone numbers, mail addresses, postal addresses."""
    ACCOUNT_NUMBER = "account_number"
    """The lender's own numbers of the person's accounts."""
    HOLD_REASON = "hold_reason"
    """Why a person is protected, in words; it can speak of health or distress."""


class ShowReason(StrEnum):
    """For what does somebody ask to see personal values?"""

    WORKING_THE_CASE = "working_the_case"
    """To decide what is to be done, or to do it."""
    PERSON_ASKED = "person_asked"
    """The person is on the line or at the desk, or has written."""
    CHECKING_DATA = "checking_data"
    """To find or correct a mistake in the data."""
    COMPLAINT = "complaint"
    """To answer a complaint or an authority."""
    AUDIT = "audit"
    """To check how others worked."""
    TAKING_ALONG = "taking_along"
    """A report of the case was taken out of the program."""


@dataclass(frozen=True, slots=True)
class PersonalShown:
    """Somebody saw personal values of a person. Journal: `personal:shown`, in the person's chain; no field is personal.

    `shown_to` is the sign-in name, `role` theirs at that moment, `form` where the values stood (`case_page`, `case_report_html` …),
    `categories` the codes of what was shown, sorted.
    """

    party_id: int
    case_id: int | None
    shown_to: str
    role: str
    categories: tuple[str, ...]
    reason: str
    form: str
    shown_on: date

    JOURNAL_NAME: ClassVar[str] = "personal:shown"
    CHAIN: ClassVar[str] = "party_id"
    PERSONAL: ClassVar[frozenset[str]] = frozenset()


@dataclass(frozen=True, slots=True)
class PersonExported:
    """Everything about a person was written out. Journal: `person:exported`, in the person's chain; no field is personal.

    `recipient` is who gets it (a code or an organisation, never the person's name), `jurisdiction` where it goes, `digest` the SHA-256
    (hex) of the export's manifest, `files` how many files it names.
    """

    party_id: int
    exported_by: str
    recipient: str
    jurisdiction: str
    files: int
    digest: str
    exported_on: date

    JOURNAL_NAME: ClassVar[str] = "person:exported"
    CHAIN: ClassVar[str] = "party_id"
    PERSONAL: ClassVar[frozenset[str]] = frozenset()


@dataclass(frozen=True, slots=True)
class TransferPermitted:
    """Personal data may leave to another jurisdiction. Journal: `transfer:permitted`, in the institution's chain.

    In force from `from_on` to `to_on`, both included; there is always an end. `basis` says on which ground in words (a standard
    contract, a security assessment, the person's separate consent …), `approved_by` is a manager's or administrator's sign-in name.
    """

    transfer_id: int
    recipient: str
    from_jurisdiction: str
    to_jurisdiction: str
    basis: str
    categories: tuple[str, ...]
    from_on: date
    to_on: date
    approved_by: str
    approved_as: str

    JOURNAL_NAME: ClassVar[str] = "transfer:permitted"
    CHAIN: ClassVar[str] = ""
    PERSONAL: ClassVar[frozenset[str]] = frozenset()


@dataclass(frozen=True, slots=True)
class TransferWithdrawn:
    """A permission to transfer ended early: from `valid_on` on it permits nothing. Journal: `transfer:withdrawn`, in the institution's chain."""

    transfer_id: int
    valid_on: date
    withdrawn_by: str

    JOURNAL_NAME: ClassVar[str] = "transfer:withdrawn"
    CHAIN: ClassVar[str] = ""
    PERSONAL: ClassVar[frozenset[str]] = frozenset()


def transfers_in_force(permitted: Iterable[TransferPermitted], withdrawn: Iterable[TransferWithdrawn], on: date) -> list[TransferPermitted]:
    """Which transfers are permitted on this day? One that was withdrawn permits nothing from that day on.

    >>> one = TransferPermitted(5, "Court of X", "CN", "HK", "separate consent", ("name",), date(2026, 1, 1), date(2026, 1, 31), "lin", "manager")
    >>> [len(transfers_in_force([one], [], day)) for day in (date(2025, 12, 31), date(2026, 1, 1), date(2026, 1, 31), date(2026, 2, 1))]
    [0, 1, 1, 0]
    >>> transfers_in_force([one], [TransferWithdrawn(5, date(2026, 1, 9), "lin")], date(2026, 1, 9))
    []
    """
    ended = {one.transfer_id for one in withdrawn if one.valid_on <= on}
    return [one for one in permitted if one.from_on <= on <= one.to_on and one.transfer_id not in ended]
