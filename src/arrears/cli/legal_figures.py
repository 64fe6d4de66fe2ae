"""How does a command say on which figures of law its answer rests, and how sure they are?"""

from __future__ import annotations

from arrears.core.parameters import Reading


def rests_on(reading: Reading) -> str:
    """One line for people."""
    return f"Rests on {reading.name}: {reading.stated.value} {reading.unit.value}. {reading.citation}"


def figure_in_json(reading: Reading) -> dict[str, object]:
    """The same for machines."""
    return {"figure": reading.name, "value": str(reading.stated.value), "unit": reading.unit.value, "source": reading.citation, "certain": reading.certain}
