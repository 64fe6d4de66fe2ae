"""How do invented loans, payments and people become the columns of a book's tables?"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from arrears.intake.sample import people as who
from arrears.intake.sample import protecting
from arrears.intake.sample.draws import Ints, draws, happens
from arrears.intake.sample.loans import ALL_RATES, PRODUCTS, Days, Loans, Schedule
from arrears.intake.sample.paying import Payments

Columns = dict[str, pa.Array]
_CO_BORROWER, _GUARANTOR = 300, 200


def account_columns(loans: Loans, currency: str, account_ids: Ints, party_ids: Ints) -> Columns:
    """`accounts`: the loans, under the ids of account and owner."""
    zeros = np.zeros(len(account_ids), np.int64)
    rates = pa.array([Decimal(rate) for rate in ALL_RATES], pa.decimal128(9, 6))
    return {
        "account_id": pa.array(account_ids),
        "party_id": pa.array(party_ids),
        "product": who.said(PRODUCTS, loans.product),
        "currency": who.said((currency,), zeros),
        "opened_on": _dates(loans.opened_on),
        "principal_minor": pa.array(loans.principal_minor),
        "rate_annual": rates.take(pa.array(loans.rate)),
        "status": who.said(("active",), zeros),
        "dates_constructed": pa.array(np.zeros(len(account_ids), np.bool_)),
    }


def contact_point_columns(as_of: date, points: who.ContactPoints, ids: Ints) -> Columns:
    """`contact_points` but for the values, which are sealed elsewhere; all marked as invented."""
    usual = pa.array(~happens(points.words, 3, 1_000))
    unknown = ~happens(points.words, 1, 6_000)
    hours = [pc.if_else(usual, pa.scalar(None, pa.string()), pa.scalar(text)) for text in ("09:30", "19:00")]
    return {
        "party_id": pa.array(ids[points.person]),
        "contact_point_id": pa.array(points.contact_point_id),
        "channel": who.said(who.CHANNELS, points.channel),
        "source": who.said(("invented",), np.zeros(len(points.person), np.int64)),
        "consent": who.said(who.CONSENTS, points.consent),
        "verified_on": protecting.days(as_of, -(1 + (points.words >> np.uint64(52)).astype(np.int64) % 900), unknown),
        "permitted_from": hours[0],
        "permitted_to": hours[1],
    }


def account_party_columns(seed: int, loans: Loans, account_ids: Ints, party_ids: Ints) -> Columns:
    """The borrower of every account is in `accounts`; here stand those who are bound with him, never himself."""
    words = draws(seed, "bound", loans.number)
    bound = happens(words, 0, _CO_BORROWER + _GUARANTOR) & (len(party_ids) > 1)
    row = np.flatnonzero(bound)
    step = 1 + (words[row] >> np.uint64(16)).astype(np.int64) % max(len(party_ids) - 1, 1)
    other = (loans.owner[row] + step) % len(party_ids)
    role = (~happens(words[row], 0, _CO_BORROWER)).astype(np.int64)
    return {
        "account_id": pa.array(account_ids[row]),
        "party_id": pa.array(party_ids[other]),
        "role": who.said(("co_borrower", "guarantor"), role),
    }


def instalment_columns(schedule: Schedule, account_ids: Ints) -> Columns:
    """`instalments`, under the ids of their accounts."""
    none = pa.array(np.zeros(len(schedule.account), np.int64))
    return {
        "account_id": pa.array(account_ids[schedule.account]),
        "number": pa.array(schedule.number.astype(np.int32)),
        "due_on": _dates(schedule.due_on),
        "principal_minor": pa.array(schedule.principal_minor),
        "interest_minor": pa.array(schedule.interest_minor),
        "fee_minor": none,
        "penalty_minor": none,
    }


def payment_columns(payments: Payments, account_ids: Ints) -> Columns:
    """`payments`, under the ids of their accounts."""
    return {
        "account_id": pa.array(account_ids[payments.account]),
        "payment_id": pa.array(payments.payment_id),
        "paid_on": _dates(payments.paid_on),
        "amount_minor": pa.array(payments.amount_minor),
        "reversal_of": pa.array(payments.reversal_of, mask=payments.reversal_of == 0),
    }


def _dates(days: Days) -> pa.Array:
    return pa.array(days, pa.date32())
