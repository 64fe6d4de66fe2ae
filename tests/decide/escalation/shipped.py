"""The figures that the project ships, for the tests of this folder."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from arrears.core.parameters import Parameters, read_parameters, texts_in


@cache
def law_of(jurisdiction: str) -> Parameters:
    return read_parameters(texts_in(files("arrears.rulepacks").joinpath(jurisdiction, "parameters")))  # type: ignore[arg-type]
