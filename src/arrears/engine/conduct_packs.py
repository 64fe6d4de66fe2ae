"""Which rule packs does arrears ship, and which of them are asked?

The packs lie with the rule packs as data; here they are read, once a process, and handed on.
"""

from __future__ import annotations

import hashlib
import json
from functools import cache, lru_cache
from importlib.resources import files
from pathlib import Path

from arrears.check.conduct.house import house_with
from arrears.check.conduct.pack import Confirmation, Pack, Packs
from arrears.check.conduct.reading import PACK_FILE, read_pack
from arrears.core.parameters import texts_in
from arrears.core.problems import BadData
from arrears.engine.home import Home
from arrears.engine.legal_figures import figures_of

RULES_FOLDER = "rules"
HOUSE = "house/limits"
"""The pack that a lender may edit."""


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


def own_house_texts(folder: Path) -> dict[str, str]:
    """The files in which a lender sets its own limits, by name; none where it has set none."""
    if not folder.is_dir():
        return {}
    try:
        return {file.relative_to(folder).as_posix(): file.read_text(encoding="utf-8") for file in sorted(folder.rglob("*")) if file.is_file() and not _hidden(file, folder)}
    except (OSError, UnicodeDecodeError) as trouble:
        raise BadData(f"The limits in {folder} cannot be read: {trouble}.", "Nobody is contacted by limits that nobody could read.", "Let the files be text that this user may read.") from trouble


def _hidden(file: Path, folder: Path) -> bool:
    """What an editor or a desktop leaves beside the files is not the lender's."""
    return any(part.startswith(".") for part in file.relative_to(folder).parts) or file.name.endswith("~")


@lru_cache(maxsize=8)
def _house_of(texts: tuple[tuple[str, str], ...]) -> Pack:
    return house_with(pack_named(HOUSE), dict(texts))


def house_of(home: Home | None) -> Pack:
    """The house rules of this home: as they are shipped, or as the lender has set them. Read anew each time, understood once.

    Raises:
        BadData: the lender's files are not understood.
    """
    return _house_of(tuple(own_house_texts(home.house_rules).items()) if home is not None else ())


def own_house_digest(home: Home) -> str:
    """SHA-256 of what the lender wrote about its own limits; empty where it wrote nothing. Another digest: other limits, so another night."""
    texts = own_house_texts(home.house_rules)
    return hashlib.sha256(json.dumps(texts, sort_keys=True).encode()).hexdigest() if texts else ""


def every_pack(confirmations: tuple[Confirmation, ...] = (), home: Home | None = None) -> Packs:
    """All packs; each says itself where it is law, so that asking all of them misses none. The house rules are those of the home.

    Raises:
        BadData: the lender's own limits are not understood.
    """
    return Packs(tuple(house_of(home) if name == HOUSE else pack_named(name) for name in shipped_packs()), confirmations)
