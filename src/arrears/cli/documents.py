"""How does a command get the text of a document that somebody names?"""

from __future__ import annotations

from pathlib import Path

from arrears.core.problems import WrongCall

LARGEST_BYTES = 5_000_000
"""A document of this kind is written by hand or by another program for one debt; ten thousand rows are below a megabyte."""


def text_of(file: Path) -> str:
    """The text of a file.

    Raises:
        WrongCall: there is none, it is not an ordinary file, it is too large, or it is not text in UTF-8.
    """
    if not file.exists():
        raise WrongCall(f"{file} is not there.", "There is nothing to work on.", "Name a file that exists, with its folder.")
    if not file.is_file():
        raise WrongCall(f"{file} is a folder, or no ordinary file.", "There is nothing to read in it.", "Name the file itself.")
    try:
        if (size := file.stat().st_size) > LARGEST_BYTES:
            raise WrongCall(f"{file} has {size:,} bytes.", f"A document of one debt has at most {LARGEST_BYTES:,}.", "Name the document, not a book; whole books are taken in by “arrears import”.")
        return file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise WrongCall(f"{file} is not text in UTF-8.", "It cannot be read as YAML or JSON.", "Save it as text in UTF-8.") from None
    except OSError as trouble:
        raise WrongCall(f"{file} cannot be read: {trouble.strerror or trouble}.", "There is nothing to work on.", "Name a file that you may read.") from trouble
