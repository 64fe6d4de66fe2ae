"""Which templates come with the program? Each is used only once the institution itself approved it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from arrears.act.content.template import Template, read_template

FOLDER = Path(__file__).with_name("templates")


@cache
def shipped_texts() -> Mapping[tuple[str, str], str]:
    """The file of every shipped template, by name and language."""
    found = {}
    for file in sorted(FOLDER.glob("*.yaml")):
        name, locale, _ = file.name.split(".")
        found[name, locale] = file.read_text(encoding="utf-8")
    return found


@cache
def shipped_templates() -> Mapping[tuple[str, str], Template]:
    """Every shipped template, by name and language."""
    found = {key: read_template(text, f"{key[0]}.{key[1]}.yaml") for key, text in shipped_texts().items()}
    assert all(key == one.key for key, one in found.items()), "a file is named after its template and language"
    return found
