"""Where are the example mappings and the sample portfolio?"""

from __future__ import annotations

from pathlib import Path

from arrears.core.problems import Refused


def examples_dir() -> Path:
    """Which folder holds the examples: the one inside the installed package, or the repository's own.

    Raises:
        Refused: neither is there.
    """
    package = Path(__file__).resolve().parents[2]
    for folder in (package / "_examples", package.parents[1] / "examples"):
        if (folder / "mappings").is_dir():
            return folder
    raise Refused(
        "The examples are missing from this installation.",
        "The example mappings and the sample portfolio come with the product.",
        "Install arrears again.",
    )
