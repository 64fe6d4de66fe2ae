"""How does a command say on which figures of law its answer rests, and how sure they are?"""

from __future__ import annotations

from arrears.core.parameters import Reading, Unit
from arrears.core.reasons import Language, Sentence


def rests_on(reading: Reading, language: Language) -> str:
    """One line for people. A scale is too long for it; its segments stand in the working."""
    figure = reading.name if reading.unit is Unit.SCALE else f"{reading.name}: {reading.stated.value} {reading.unit.value}"
    return Sentence(f"Rests on {figure}. {reading.citation}", f"依据 {figure}。{reading.citation}").in_language(language)


def figure_in_json(reading: Reading) -> dict[str, object]:
    """The same for machines."""
    return {"figure": reading.name, "value": str(reading.stated.value), "unit": reading.unit.value, "source": reading.citation, "certain": reading.certain}
