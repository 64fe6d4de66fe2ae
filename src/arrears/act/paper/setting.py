"""How is a Typst template set as PDF? Making a compiler reads every font, so each thread keeps one a template.

Typst lets other threads run while it compiles; two threads use two cores.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import typst

from arrears.act.paper.glyphs import families_here, fonts_here

_of_this_thread = threading.local()


def set_pdf(template: Path, name: str, told: Mapping[str, Any], standard: str = "") -> bytes:
    """The template with what it is told, as PDF; the same words and fonts give the same bytes. Look for missing glyphs first.

    Args:
        name: under which the template asks for the data: `json(bytes(sys.inputs.<name>))`; `fonts` is added to it.
        standard: a PDF standard such as `a-2a`; none where empty.
    """
    said = json.dumps({**told, "fonts": families_here()}, ensure_ascii=False)
    made = compiler(template).compile(format="pdf", sys_inputs={name: said}, timestamp=0, pdf_standards=[standard] if standard else [])  # type: ignore[list-item]
    assert isinstance(made, bytes)
    return made


def compiler(template: Path, *, system: bool = True) -> typst.Compiler:
    """This thread's compiler of this template; with the system's fonts or with those built in alone."""
    kept: dict[tuple[Path, bool], typst.Compiler] = _of_this_thread.__dict__.setdefault("compilers", {})
    if (template, system) not in kept:
        kept[template, system] = typst.Compiler(template, root=template.parent, font_paths=fonts_here(system))
    return kept[template, system]
