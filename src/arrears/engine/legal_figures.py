"""Which figures of law does a run stand on?

The figures lie with the rule packs as dated parameters; here they are read and handed on as data, each set under the digest of the very
text that states it, so that a run can name what it rested on.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import cache
from importlib.resources import files

from arrears.assess.classification.book import JURISDICTION, Regime
from arrears.assess.classification.regimes import RegimeFigures
from arrears.core.parameters import Parameters, read_parameters, texts_in


@cache
def figures_of(jurisdiction: str) -> tuple[Parameters, str]:
    """The parameters of one jurisdiction, and the SHA-256 (hex) of the text that states them."""
    texts = texts_in(files("arrears.rulepacks").joinpath(jurisdiction, "parameters"))
    digest = hashlib.sha256("".join(f"{name}\n{texts[name]}" for name in sorted(texts)).encode()).hexdigest()
    return read_parameters(texts), digest


def regime_figures(regimes: Sequence[Regime]) -> tuple[RegimeFigures, ...]:
    """Each regime with its figures.

    >>> [one.regime.value for one in regime_figures([Regime.IFRS_9])]
    ['ifrs_9']
    """
    return tuple(RegimeFigures(regime, *figures_of(JURISDICTION[regime])) for regime in regimes)
