"""Which other file translates a column?

Comes in: a small CSV file beside the mapping (branch codes and regions, product numbers and names). Goes out: pairs of theirs and ours,
each of theirs once. Its content is part of the mapping's digest: a changed look-up makes a changed mapping.
"""

from __future__ import annotations

import csv
from pathlib import Path

from arrears.core.problems import BadData, WrongCall

Pairs = tuple[tuple[str, str], ...]


def read_lookup(folder: Path, *, file: str, key: str, value: str, encoding: str = "utf-8-sig", delimiter: str = ",") -> Pairs:
    """The pairs in a file: what stands in the column `key`, and what it becomes, from the column `value`.

    Raises:
        WrongCall: there is no such file.
        BadData: it cannot be read, a column is missing, or a key has two values.
    """
    path = folder / file
    try:
        with path.open(encoding=encoding, newline="") as stream:
            rows = list(csv.DictReader(stream, delimiter=delimiter))
    except OSError as error:
        raise WrongCall(
            f"The look-up {path} cannot be read ({error.strerror}).", "Without it a column cannot be translated.", "Put it beside the mapping."
        ) from error
    except (UnicodeError, LookupError, csv.Error) as error:
        raise BadData(f"The look-up {file} cannot be read as {encoding} ({error}).", "Nothing was read.", "State its encoding in the mapping.") from error
    pairs: dict[str, str] = {}
    for number, row in enumerate(rows, 1):
        if row.get(key) is None or row.get(value) is None:
            raise BadData(f"The look-up {file} lacks the column “{key}” or “{value}” in row {number}.", "Nothing was read.", "Correct the file or the mapping.")
        theirs, ours = row[key].strip(), row[value].strip()
        if pairs.setdefault(theirs, ours) != ours:
            raise BadData(
                f"The look-up {file} gives “{theirs}” two values, “{pairs[theirs]}” and “{ours}”.", "It is not certain which holds.", "Remove one of the rows."
            )
    return tuple(pairs.items())
