"""What may a debt from before military service bear while the service lasts (United States, 50 USC 3937)?"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from arrears.core.parameters import Parameters
from arrears.ledger.ceilings import AgainstCeiling


def service_rate(parameters: Parameters, contract_rate: Decimal, on: date) -> AgainstCeiling:
    """The contract's yearly rate, fees among it, beside the highest that the service allows; what is above is forgiven, not put off.

    Args:
        contract_rate: as a share of one a year.
        on: a day of the service (of a mortgage: of the service or the year after it).

    >>> from arrears.core.parameters import read_parameters
    >>> figures = read_parameters({"act.yaml": '''
    ... us_service_rate_share:
    ...   question: Which yearly rate at most?
    ...   unit: share
    ...   values: [{from: 2003-12-19, value: "0.06", source: the act, article: 50 USC 3937, confidence: confirmed}]
    ... '''})
    >>> card = service_rate(figures, Decimal("0.24"), date(2026, 3, 1))
    >>> card.allowed, card.supported, card.rate - card.supported
    (False, Decimal('0.06'), Decimal('0.18'))
    """
    return AgainstCeiling(contract_rate, parameters.value_on("us_service_rate_share", on).share)
