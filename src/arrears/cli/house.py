"""Which limits of its own does this lender keep? Asked on the command line."""

from __future__ import annotations

from datetime import date
from typing import Any

from arrears.cli.clock import today
from arrears.cli.options import HomeOption, JsonOption, LanguageOption, home_meant
from arrears.cli.showing import results, show_json, show_table
from arrears.core.reasons import Sentence
from arrears.engine.use_cases.house_limits import HouseLimit, HouseLimits, house_limits

LIMITS_ON = Sentence("Limits of the house on", "机构自定限制，截至")
LIMIT, VALUE, SINCE, DECIDED_BY = Sentence("limit", "限制"), Sentence("value", "数值"), Sentence("since", "起始日"), Sentence("decided by", "决定依据")
OWN_RULES = Sentence("Rules of your own", "自定规则")
NO_OWN_RULES = Sentence("No rules of your own.", "没有自定规则。")
HERE = Sentence("Your own limits lie in", "自定限制所在位置")
STRICTEST = Sentence("The strictest of these and of every law decides; a limit looser than the law lets nothing through.", "以本限制与各项法律中最严者为准；宽于法律的限制不会放行任何联系。")


def house(*, on: date | None = None, language: LanguageOption = "en", json: JsonOption = False, home: HomeOption = None) -> None:
    """Show which limits on contact this home keeps beside the law, and check the files in which you set your own.

    What is not understood is named field by field, with exit code 3; until it is mended nothing is permitted by this home.

    Examples:
      arrears house
      arrears house --on 2027-01-01 --language zh
      arrears house --json

    Parameters
    ----------
    on
        The day looked at. Default: today.
    """
    place = home_meant(home)
    found = house_limits(place, on or today())
    if json:
        show_json(_for_machines(found))
        return
    columns = [(LIMIT.in_language(language), False), (VALUE.in_language(language), True), (SINCE.in_language(language), False), (DECIDED_BY.in_language(language), False)]
    show_table(f"{LIMITS_ON.in_language(language)} {found.on}", columns, [_cells(one) for one in found.limits])
    if found.own_rules:
        results.print(f"{OWN_RULES.in_language(language)}: {'; '.join(rule.label.in_language(language) for rule in found.own_rules)}")
    else:
        results.print(NO_OWN_RULES.in_language(language))
    results.print(f"{HERE.in_language(language)} {place.house_rules}")
    results.print(STRICTEST.in_language(language))


def _cells(one: HouseLimit) -> tuple[str, str, str, str]:
    stated = one.reading.stated
    return one.reading.name, f"{stated.value}", str(stated.from_on), stated.source


def _for_machines(found: HouseLimits) -> dict[str, Any]:
    return {
        "on": str(found.on),
        "limits": [
            {
                "limit": one.reading.name,
                "question": one.question,
                "value": str(one.reading.stated.value),
                "unit": one.reading.unit.value,
                "since": str(one.reading.stated.from_on),
                "decided_by": one.reading.stated.source,
                "own": one.is_own,
                "shipped": None if one.shipped is None else str(one.shipped.stated.value),
                "rules": [rule.name for rule in one.rules],
            }
            for one in found.limits
        ],
        "own_rules": [{"rule": rule.name, "kind": rule.kind_name, "label": {"en": rule.label.en, "zh": rule.label.zh}} for rule in found.own_rules],
    }
