"""Which messages do the shipped templates make, at usual values and at the edge of what may come?

`python tools/expected_messages.py` writes them anew, a readable file for each template and language under `tests/act/content/expected`, to be read by a
person before they are kept; `--check` writes nothing and fails where one is stale. Of a message that differs from the usual one only in some lines those
lines are shown.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from arrears.act.content.rendering import render
from arrears.act.content.samples import extremes
from arrears.act.content.shipped import shipped_templates
from arrears.act.content.template import Template

FOLDER = Path(__file__).parents[1] / "tests" / "act" / "content" / "expected"
RULE = "─" * 60


def document(template: Template) -> str:
    """The reviewed file of one template: the whole message with usual values, then what changes with each value at the edge."""
    lines: list[str] = []
    usual: list[str] = []
    for label, values in extremes(template):
        words = render(template, values)
        read = [*([words.subject, ""] if words.subject else []), *words.text.splitlines()]
        size = f", {words.parts} parts" if "text" in template.channels else ""
        lines += [RULE, f"{label} ({len(words.text)} characters{size})", *([f"marks: {', '.join(sorted(words.marks))}"] if label == "usual" or label.startswith("sender") else []), RULE]
        lines += read if label == "usual" else [line for line in read if line not in usual]
        if label == "usual":
            usual = read
    return "\n".join(lines) + "\n"


def documents() -> Iterator[tuple[Path, str]]:
    """Every file with what it should say."""
    for (name, locale), template in shipped_templates().items():
        yield FOLDER / f"{name}.{locale}.txt", document(template)


def stale() -> list[Path]:
    """Files that say something else than the templates make, and files of templates that are gone."""
    wanted = dict(documents())
    changed = [path for path, text in wanted.items() if not path.is_file() or path.read_bytes() != text.encode()]
    return sorted([*changed, *(path for path in FOLDER.glob("*.txt") if path not in wanted)])


def main(words: list[str]) -> int:
    """Write, or check."""
    found = stale()
    if "--check" in words:
        for path in found:
            print(f"stale: {path.name}")
        return 1 if found else 0
    FOLDER.mkdir(parents=True, exist_ok=True)
    wanted = dict(documents())
    for path in found:
        if path in wanted:
            path.write_text(wanted[path], encoding="utf-8", newline="\n")
        else:
            path.unlink()
        print(f"written: {path.name}" if path in wanted else f"removed: {path.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
