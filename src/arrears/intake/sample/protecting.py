"""What protects the invented people, and what was said to them before: holds, consents, earlier contacts?"""

from __future__ import annotations

from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from arrears.intake.sample.draws import Ints, chosen, draws, happens, part
from arrears.intake.sample.people import CHANNELS, CONSENTS, ContactPoints, People, said

HOLD_KINDS = ("dispute", "claims_paid", "hardship", "complaint", "represented", "insolvency", "deceased")
_HOLD_SHARES = (27, 22, 21, 12, 8, 5, 5)
_HELD_OVERDUE, _HELD_OTHERS = 150, 5
_UNKNOWN_HISTORY = 800
OUTCOMES = (
    "no_answer",
    "promise_to_pay",
    "reached",
    "message_delivered",
    "call_back_requested",
    "refused_to_pay",
    "wrong_number",
)
_OUTCOME_SHARES = (38, 22, 18, 15, 4, 2, 1)
_CONTACT_CHANNELS = ("call", "sms", "email")
_CONTACTS_MAX = 4
_DAYS_BETWEEN = 6


def holds(seed: int, as_of: date, people: People, missing: Ints) -> tuple[Ints, dict[str, pa.Array]]:
    """Place of the person, and the columns of `holds`. `missing`: each person's worst number of missing instalments."""
    words = draws(seed, "hold", people.number)
    person = np.flatnonzero(np.where(missing > 0, happens(words, 0, _HELD_OVERDUE), happens(words, 0, _HELD_OTHERS)))
    bits = draws(seed, "hold kind", people.number[person])
    kind = chosen(bits, 0, _HOLD_SHARES)
    # A firm does not die; what ends it is insolvency.
    kind = np.where(
        people.organisation[person] & (kind == HOLD_KINDS.index("deceased")), HOLD_KINDS.index("insolvency"), kind
    )
    passing = kind <= HOLD_KINDS.index("complaint")
    ended, promised = passing & happens(bits, 1, 2_000), passing & happens(bits, 3, 3_000)
    lasted, still = 3 + part(bits, 2, 60), 5 + part(bits, 2, 60)
    age = np.where(ended, lasted + 1 + part(bits, 3, 90), 1 + part(bits, 3, 90))
    to_on = np.where(ended, lasted - age, still)
    return person, {
        "kind": said(HOLD_KINDS, kind),
        "from_on": days(as_of, -age),
        "to_on": days(as_of, to_on, ~(ended | promised)),
    }


def consents(as_of: date, points: ContactPoints) -> tuple[Ints, dict[str, pa.Array]]:
    """Place of the contact point, and the columns of `consents`: one for each consent given, withdrawn later or not."""
    place = np.flatnonzero(points.consent != CONSENTS.index("unknown"))
    given = 40 + part(points.words[place], 1, 1_400)
    withdrawn = points.consent[place] == CONSENTS.index("withdrawn")
    return place, {
        "channel": said(CHANNELS, points.channel[place]),
        "given_on": days(as_of, -given),
        "withdrawn_on": days(as_of, -(1 + part(points.words[place], 2, 39)), ~withdrawn),
    }


def contact_history(seed: int, as_of: date, people: People, missing: Ints) -> tuple[Ints, dict[str, pa.Array]]:
    """Place of the person, and the columns of `contact_history`: a row a contact, then one that only states the period.

    About 8 % of people have no row at all: of them nothing is known. Contacts of one person lie on different days.
    """
    words = draws(seed, "history", people.number)
    tried = np.where(
        missing > 1,
        1 + part(words, 1, _CONTACTS_MAX),
        np.where(missing == 1, part(words, 1, 3), happens(words, 1, 400)),
    )
    nth = np.arange(_CONTACTS_MAX, -1, -1) - 1
    cells = (nth < tried[:, None]) & ~happens(words, 0, _UNKNOWN_HISTORY)[:, None]
    cell = np.flatnonzero(cells)
    person, contact = cell // len(nth), nth[cell % len(nth)]
    only_period = contact < 0
    bits = draws(seed, "contact", people.number[person] * 8 + contact + 1)
    ago = 1 + np.maximum(contact, 0) * _DAYS_BETWEEN + part(bits, 0, _DAYS_BETWEEN)
    # Nobody in order is on record as refusing or promising: what reached them was a reminder.
    outcome = np.where(missing[person] > 0, chosen(bits, 1, _OUTCOME_SHARES), OUTCOMES.index("message_delivered"))
    channel = np.where(outcome == OUTCOMES.index("message_delivered"), 1 + part(bits, 2, 2), 0)
    known_for = 30 * (1 + part(words, 2, 4))[person]
    nothing = pa.array(only_period)
    return person, {
        "covers_from": days(as_of, -known_for),
        "covers_to": days(as_of, np.full(len(person), -1)),
        "occurred_on": days(as_of, -ago, only_period),
        "channel": _unless(nothing, said(_CONTACT_CHANNELS, channel)),
        "outcome": _unless(nothing, said(OUTCOMES, outcome)),
    }


def days(as_of: date, after: Ints, unknown: np.ndarray | None = None) -> pa.Array:
    """Days counted from the day of the book; empty where `unknown`.

    >>> days(date(2026, 1, 31), np.array([-30, 1])).to_pylist()
    [datetime.date(2026, 1, 1), datetime.date(2026, 2, 1)]
    """
    return pa.array(np.datetime64(as_of, "D") + after.astype("timedelta64[D]"), pa.date32(), mask=unknown)


def _unless(nothing: pa.Array, column: pa.Array) -> pa.Array:
    return pc.if_else(nothing, pa.scalar(None, pa.string()), column)
