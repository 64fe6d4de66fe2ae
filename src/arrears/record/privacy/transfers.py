"""May this leave to another jurisdiction, and on which recorded basis?

A home holds one jurisdiction's data in its own database under its own keys. Whatever leaves it for another jurisdiction (an export, a
dossier) asks here first; without a permission in force for that recipient, that jurisdiction and all of its categories it is refused.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from arrears.casefile.facts.privacy import TransferPermitted, TransferWithdrawn, transfers_in_force
from arrears.casefile.store import load
from arrears.casefile.store.append import append
from arrears.casefile.store.ids import random_id
from arrears.casefile.store.institution import acting_institution
from arrears.casefile.store.models import User
from arrears.core.problems import AnswerIsNo, WrongCall
from arrears.record.privacy.categories import categories

APPROVERS = frozenset({"manager", "administrator"})


class NoBasis(AnswerIsNo):
    """Nothing that is recorded permits this transfer."""


def require_basis(*, home_jurisdiction: str, to_jurisdiction: str, recipient: str, codes: Iterable[str], on: date) -> TransferPermitted | None:
    """On which recorded basis may these categories go to this recipient there? None where nothing leaves the jurisdiction. Inside `acting_for`.

    Raises:
        NoBasis: no permission in force covers recipient, jurisdiction and every category; nothing may leave.
    """
    if _same(home_jurisdiction, to_jurisdiction):
        return None
    wanted = frozenset(codes)
    permitted = load.transfers_permitted(to_jurisdiction.strip().upper())
    in_force = transfers_in_force(permitted, load.transfers_withdrawn([one.transfer_id for one in permitted]), on)
    for one in in_force:
        if _same(one.recipient, recipient) and _same(one.from_jurisdiction, home_jurisdiction) and wanted <= set(one.categories):
            return one
    raise NoBasis(
        f"Nothing permits personal data to leave {home_jurisdiction} for {to_jurisdiction}.",
        "Each transfer to another jurisdiction needs a basis, recorded with recipient, categories and an end, and approved by a manager.",
        "Have it recorded first: arrears privacy permit-transfer --help")


def permit_transfer(
    *, recipient: str, home_jurisdiction: str, to_jurisdiction: str, basis: str, codes: Iterable[str], from_on: date, to_on: date, approved_by: str, at: datetime, actor: str,
) -> TransferPermitted:
    """Record that these categories may go to this recipient in another jurisdiction until a day. Inside `acting_for`.

    Raises:
        WrongCall: something is left empty, a category is unknown, the end is not after the beginning, or it is the same jurisdiction.
        AnswerIsNo: who is named as approving is no active manager or administrator of this institution.
    """
    wanted, known = tuple(sorted(set(codes))), {one.code for one in categories()}
    if not recipient.strip() or len(basis.strip()) < 10 or not wanted:
        raise WrongCall("Recipient, basis in words and at least one category are needed.", "A permission that does not say these cannot be checked.", "See: arrears privacy permit-transfer --help")
    if unknown := sorted(set(wanted) - known):
        raise WrongCall(f"There is no category of personal data called {', '.join(unknown)}.", "Nothing was recorded.", "See: arrears privacy register")
    if _same(home_jurisdiction, to_jurisdiction):
        raise WrongCall("That is the jurisdiction of this home.", "Nothing leaves it.", "Name the jurisdiction of the recipient (ISO 3166, such as HK or US).")
    if to_on < from_on:
        raise WrongCall("The permission would end before it begins.", "Nothing was recorded.", "Name an end on or after the first day.")
    role = _role_of(approved_by)
    fact = TransferPermitted(
        random_id(), recipient.strip(), home_jurisdiction.strip().upper(), to_jurisdiction.strip().upper(), basis.strip(), wanted, from_on, to_on, approved_by, role)
    append(fact, actor=actor, at=at, cause="transfer")
    return fact


def withdraw_transfer(transfer_id: int, *, on: date, by: str, at: datetime, actor: str) -> None:
    """End a permission from this day on. Inside `acting_for`. Raises `AnswerIsNo` where `by` may not."""
    _role_of(by)
    append(TransferWithdrawn(transfer_id, on, by), actor=actor, at=at, cause="transfer")


def _role_of(username: str) -> str:
    user = User.objects.filter(username=username, institution_id=acting_institution(), is_active=True, role__in=APPROVERS).first()
    if user is None:
        raise AnswerIsNo("Who is named as approving is no active manager or administrator here.", "Nothing was recorded.", "Name the sign-in name of one who approves it.")
    return str(user.role)


def _same(one: str, other: str) -> bool:
    return one.strip().casefold() == other.strip().casefold()
