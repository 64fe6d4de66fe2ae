"""How does a policy's table leave for another rule engine, and come back?"""

from __future__ import annotations

import json
from typing import Any

import yaml

from arrears.decide.policy.jdm import NotInJdm, rows_of_jdm, to_jdm
from arrears.decide.policy.table import read_policy


def exported(text: str, source: str) -> str:
    """The table of this policy file as JDM.

    Raises:
        PolicyNotValid: the file has faults.
        NotInJdm: something in it has no equal; the message names it.
    """
    return json.dumps(to_jdm(read_policy(text, source)), indent=1, ensure_ascii=False) + "\n"


def imported(graph: Any, text: str, source: str) -> str:
    """The policy file with the rows of a JDM graph in the place of its own.

    Raises:
        NotInJdm: something in the graph has no equal here.
        PolicyNotValid: the rows do not fit the policy: an unknown treatment, no last row.
    """
    if not isinstance(graph, dict):
        raise NotInJdm("The file is not a JDM graph.", "No row can be read.", "Export the table again.")
    read_policy(text, source)
    raw = yaml.safe_load(text)
    raw.pop("tables", None)
    raw["rows"] = [
        {"id": row.id, **({"when": row.when} if row.when is not None else {}), "treatment": row.treatment, "reason": {"en": row.reason.en, "zh": row.reason.zh}}
        for row in rows_of_jdm(graph)
    ]
    written = yaml.safe_dump(raw, allow_unicode=True, sort_keys=False, width=150)
    read_policy(written, source)
    return written
