"""What does the conventions file say of classification? Its keys `regimes`, a list of names, and `product_kinds`; the other keys are read elsewhere."""

from __future__ import annotations

import yaml

from arrears.assess.classification.book import Regime
from arrears.assess.classification.kinds import ProductKind, ProductKinds
from arrears.assess.classification.regimes import regimes_of
from arrears.core.problems import BadData


def read_regimes(text: str, country: str, source: str = "conventions") -> tuple[Regime, ...]:
    """The regimes that the file names, in its order; those of the country where it names none.

    Args:
        text: content of the conventions file, YAML; empty means nothing chosen.
        country: ISO 3166 code of the institution's jurisdiction.

    Raises:
        BadData: a name that is no regime, or something that is no list.

    >>> [regime.value for regime in read_regimes("regimes: [ifrs_9, metro_2]", "CN")]
    ['ifrs_9', 'metro_2']
    >>> [regime.value for regime in read_regimes("", "CN")]
    ['china_five_tier', 'ifrs_9']
    >>> read_regimes("regimes: [basel]", "CN")
    Traceback (most recent call last):
    ...
    arrears.core.problems.BadData: conventions: “basel” is no regime. ...
    """
    chosen = (yaml.safe_load(text) or {}).get("regimes")
    if chosen is None:
        return regimes_of(country)
    known = {regime.value: regime for regime in Regime}
    for name in chosen if isinstance(chosen, list) else [chosen]:
        if not isinstance(chosen, list) or name not in known:
            raise BadData(
                f"{source}: “{name}” is no regime.", "Accounts would be classified otherwise than meant.", f"Write a list of some of: {', '.join(known)}."
            )
    return tuple(known[name] for name in dict.fromkeys(chosen))


def read_kinds(text: str, source: str = "conventions") -> ProductKinds:
    """The products whose kind the file states, by name.

    Args:
        text: content of the conventions file, YAML; empty means nothing stated.

    Raises:
        BadData: a kind that there is not, or something that is no table.

    >>> [(name, kind.value) for name, kind in read_kinds("product_kinds: {visa: credit_card, flex: revolving}")]
    [('flex', 'revolving'), ('visa', 'credit_card')]
    >>> read_kinds("product_kinds: {visa: plastic}")
    Traceback (most recent call last):
    ...
    arrears.core.problems.BadData: conventions: product_kinds: “plastic” is no kind of product. ...
    """
    stated = (yaml.safe_load(text) or {}).get("product_kinds") or {}
    known = {kind.value: kind for kind in ProductKind}
    for kind in stated.values() if isinstance(stated, dict) else [stated]:
        if not isinstance(stated, dict) or kind not in known:
            raise BadData(
                f"{source}: product_kinds: “{kind}” is no kind of product.", "Accounts would be classified otherwise than meant.",
                f"Write product_kinds: {{visa: credit_card}} with some of: {', '.join(known)}.",
            )
    return tuple((str(name), known[kind]) for name, kind in sorted(stated.items(), key=lambda pair: str(pair[0])))
