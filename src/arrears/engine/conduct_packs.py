"""Which rule packs does arrears ship, and which of them are asked?

The packs lie with the rule packs as data; here they are read, once a process, and handed on.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from arrears.check.conduct.pack import Confirmation, Pack, Packs
from arrears.check.conduct.reading import PACK_FILE, read_pack
from arrears.core.parameters import texts_in
from arrears.engine.legal_figures import figures_of

RULES_FOLDER = "rules"


@cache
def shipped_packs() -> tuple[str, ...]:
    """Names of all packs, as jurisdiction and regime.

    >>> "us/reg_f" in shipped_packs()
    True
    """
    root = files("arrears.rulepacks")
    jurisdictions = sorted((one for one in root.iterdir() if one.is_dir()), key=lambda one: one.name)
    return tuple(
        f"{jurisdiction.name}/{regime.name}"
        for jurisdiction in jurisdictions
        for regime in sorted((one for one in jurisdiction.iterdir() if one.is_dir()), key=lambda one: one.name)
        if regime.joinpath(PACK_FILE).is_file()
    )


@cache
def pack_named(name: str) -> Pack:
    """The pack of this name, read with the figures of its jurisdiction."""
    jurisdiction, regime = name.split("/")
    folder = files("arrears.rulepacks").joinpath(jurisdiction, regime)
    texts = {PACK_FILE: folder.joinpath(PACK_FILE).read_text(encoding="utf-8"), **texts_in(folder.joinpath(RULES_FOLDER))}
    return read_pack(name, texts, figures_of(jurisdiction)[0])


def every_pack(confirmations: tuple[Confirmation, ...] = ()) -> Packs:
    """All packs; each says itself where it is law, so that asking all of them misses none."""
    return Packs(tuple(pack_named(name) for name in shipped_packs()), confirmations)
