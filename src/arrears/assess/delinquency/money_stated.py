"""What does `ledger:` of a conventions file say about a product's money?

    ledger: {penalty_rate: "0.18", days_in_year: 365}
    ledger: {allocation: rules, rules: [past_due_interest, past_due_principal, in_advance_principal], future: reamortization}
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from enum import Enum
from typing import Any, TypeVar

from arrears.assess.delinquency.money_rules import MoneyRules
from arrears.core.problems import Refused, WrongCall
from arrears.ledger.account.terms import AllocationWay, InAdvance
from arrears.ledger.allocation.debts import STANDARD_ORDER
from arrears.ledger.allocation.instalments import Direction, FutureInstalments, RuleList, read_rule
from arrears.ledger.sets.accrual import MILLIONTHS

LEDGER_KEYS = (
    "penalty_rate", "compound_rate", "days_in_year", "penalty_grace_days", "allocation", "rules", "direction", "future", "principal_first_after_days", "in_advance",
)
Wrong = Callable[[str, str], Refused]
"""Makes the refusal: what is wrong, and what to write instead."""
Named = TypeVar("Named", bound=Enum)


def read_money(stated: Any, wrong: Wrong) -> MoneyRules:
    """The rules that these keys mean; what they do not say is as by default.

    Raises:
        Refused: as `wrong` makes it, naming the key.

    >>> read_money({"penalty_rate": "0.18"}, lambda what, remedy: Refused(what, "", remedy)).penalty_rate_annual
    Decimal('0.18')
    """
    if not isinstance(stated, Mapping) or not set(stated) <= set(LEDGER_KEYS):
        raise wrong(f"ledger is “{stated}”", f"Write some of: {', '.join(LEDGER_KEYS)}.")
    rules = MoneyRules(
        penalty_rate_annual=_rate(stated, "penalty_rate", wrong), compound_rate_annual=_rate(stated, "compound_rate", wrong),
        days_in_year=_whole(stated, "days_in_year", 365, wrong), penalty_grace_days=_whole(stated, "penalty_grace_days", 0, wrong),
        allocation=_named(stated, "allocation", AllocationWay.PER_INSTALMENT, wrong), rules=_rule_list(stated, wrong),
        principal_first_after_days=_whole(stated, "principal_first_after_days", 0, wrong) if "principal_first_after_days" in stated else None,
        in_advance=_named(stated, "in_advance", InAdvance.PAYS_NEXT, wrong),
    )
    try:
        rules.terms(STANDARD_ORDER)
    except WrongCall as trouble:
        raise wrong(f"ledger: {trouble.what.rstrip('.')}", trouble.remedy) from trouble
    return rules


def _rate(stated: Mapping[str, Any], key: str, wrong: Wrong) -> Decimal:
    """A share of one to six decimals, written as text: YAML would make a binary fraction of a bare figure."""
    value = stated.get(key, "0")
    try:
        rate = Decimal(value) if isinstance(value, str | int) and not isinstance(value, bool) else None
    except InvalidOperation:
        rate = None
    if rate is None or not rate.is_finite() or rate < 0 or rate * MILLIONTHS % 1:
        raise wrong(f"ledger: {key} is “{value}”", f'Write {key} in quotes, as a share of one with up to six decimals: "0.18" is 18 % a year.')
    return rate


def _whole(stated: Mapping[str, Any], key: str, default: int, wrong: Wrong) -> int:
    value = stated.get(key, default)
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise wrong(f"ledger: {key} is “{value}”", "Write a whole number.")
    return value


def _named(stated: Mapping[str, Any], key: str, default: Named, wrong: Wrong) -> Named:
    kind = type(default)
    value = stated.get(key, default.value)
    if value not in [one.value for one in kind]:
        raise wrong(f"ledger: {key} is “{value}”", f"Write one of: {', '.join(one.value for one in kind)}.")
    return kind(value)


def _rule_list(stated: Mapping[str, Any], wrong: Wrong) -> RuleList | None:
    """The list of one's own, with its direction and where money in advance goes."""
    named = stated.get("rules")
    direction, future = _named(stated, "direction", Direction.HORIZONTAL, wrong), _named(stated, "future", FutureInstalments.NEXT, wrong)
    if named is None:
        if "direction" in stated or "future" in stated:
            raise wrong("ledger: direction or future stands without rules", "Write rules, or leave both out.")
        return None
    if not isinstance(named, list) or not all(isinstance(one, str) for one in named):
        raise wrong(f"ledger: rules is “{named}”", "Write a list such as [past_due_interest, past_due_principal].")
    try:
        return RuleList(tuple(read_rule(one) for one in named), direction, future)
    except WrongCall as trouble:
        raise wrong(f"ledger: {trouble.what.rstrip('.')}", trouble.remedy) from trouble
