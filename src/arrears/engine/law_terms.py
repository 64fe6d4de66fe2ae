"""Whose law binds a lender towards its debtors, in which role does it collect, and since when are its contacts known?

A small file of the lender's own, `law.yaml` in the home, every key optional. What it leaves out is not known, and what is not known permits
nothing: without the file every permit is refused, with the words of what is missing.

    places: [CN]                      # ISO 3166 codes of the place of persons of whom the book tells none, the country among them
    regions: {"31": [CN, CN-SH]}      # the book's region code of a person -> places
    zones: [Asia/Shanghai]            # where a person of whom the book tells no zone may be; every zone that is possible
    actor: creditor_own_name          # creditor_own_name, servicer_before_default, agency, debt_buyer
    lender: bank                      # bank, consumer_finance, micro_loan, other_licensed, unlicensed
    products: {visa: credit_card}     # the book's product -> credit_card, consumer_loan, mortgage, …
    history_known_from: 2026-01-01    # from this day on every contact is in the book or was recorded here
    permit_minutes: 15                # how long a permit is good
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from arrears.check.conduct.fields import Fields, content_of, refused
from arrears.check.conduct.words import ActorRole, LenderKind, Product
from arrears.check.gate.asking import LIFETIME
from arrears.engine.home import Home

SOURCE = "law.yaml"
LONGEST_MINUTES = 240


@dataclass(frozen=True, slots=True)
class LawTerms:
    """What the lender states; None and empty are not known."""

    places: frozenset[str] = frozenset()
    regions: Mapping[str, frozenset[str]] = field(default_factory=dict)
    zones: tuple[str, ...] = ()
    actor: ActorRole | None = None
    lender: LenderKind | None = None
    products: Mapping[str, Product] = field(default_factory=dict)
    history_known_from: date | None = None
    lifetime: timedelta = LIFETIME

    def places_of(self, region: str | None) -> frozenset[str]:
        """Which law applies to a person of this region of the book? A region that is stated and not explained is not known."""
        if not region:
            return self.places
        return self.regions.get(region, frozenset()) if self.regions else self.places


def law_terms(home: Home) -> LawTerms:
    """What `law.yaml` of this home states; nothing where there is none.

    Raises:
        BadData: the file cannot be understood.
    """
    if not home.law_file.is_file():
        return LawTerms()
    return read_terms(home.law_file.read_text(encoding="utf-8"))


def read_terms(text: str) -> LawTerms:
    """What this text states.

    >>> terms = read_terms("{places: [CN], actor: creditor_own_name, products: {visa: credit_card}}")
    >>> terms.actor.value, terms.products["visa"].value, terms.history_known_from
    ('creditor_own_name', 'credit_card', None)
    >>> read_terms("{actors: agency}")
    Traceback (most recent call last):
    ...
    arrears.core.problems.BadData: law.yaml: not known: actors. ...
    """
    fields = Fields(SOURCE, content_of(SOURCE, text))
    minutes = fields.whole("permit_minutes")
    if minutes is not None and not 1 <= minutes <= LONGEST_MINUTES:
        raise refused(SOURCE, f"permit_minutes must be from 1 to {LONGEST_MINUTES}.")
    found = LawTerms(
        places=frozenset(fields.names("places")),
        regions=_regions(fields),
        zones=_zones(fields.names("zones")),
        actor=fields.choice("actor", ActorRole) if fields.has("actor") else None,
        lender=fields.choice("lender", LenderKind) if fields.has("lender") else None,
        products=_products(fields.mapping("products")),
        history_known_from=fields.day("history_known_from") if fields.has("history_known_from") else None,
        lifetime=LIFETIME if minutes is None else timedelta(minutes=minutes),
    )
    fields.done()
    return found


def _regions(fields: Fields) -> dict[str, frozenset[str]]:
    inner = Fields(f"{SOURCE}: regions", fields.take("regions")) if fields.has("regions") else None
    if inner is None:
        return {}
    return {name: frozenset(Fields(f"{SOURCE}: regions", {name: places}).names(name)) for name, places in inner.rest().items()}


def _zones(names: tuple[str, ...]) -> tuple[str, ...]:
    for name in names:
        try:
            ZoneInfo(name)
        except (ValueError, OSError, LookupError) as trouble:
            raise refused(SOURCE, f"zones: “{name}” is no time zone; write one such as Asia/Shanghai.") from trouble
    return names


def _products(stated: Mapping[str, str]) -> dict[str, Product]:
    known = set(Product)
    for name, kind in stated.items():
        if kind not in known:
            raise refused(SOURCE, f"products: {name}: not known: {kind}. Known are {', '.join(Product)}.")
    return {name: Product(kind) for name, kind in stated.items()}
