"""What does a text say that people wrote: a policy, a story?"""

from __future__ import annotations

from pathlib import Path

from arrears.core.problems import BadData


def text_in(path: Path, largest_bytes: int, whose: str) -> str:
    """The whole text of a file that is there.

    Args:
        largest_bytes: people write no more.
        whose: who writes such a file, as a sentence: "A policy is written by people."

    Raises:
        BadData: it is no text in UTF-8, or far too large.
    """
    content = path.read_bytes()
    if len(content) > largest_bytes:
        raise BadData(f"{path.name} is larger than {largest_bytes:,} bytes.", whose, "Name the right file.")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as odd:
        raise BadData(f"{path.name} is not text in UTF-8.", "It cannot be read.", "Save it as UTF-8.") from odd
