"""What does a run depend on, and what does its run.json say of it?"""

from __future__ import annotations

import hashlib
import json
from datetime import date
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from arrears.assess.classification.book import NOT_IN_A_BOOK
from arrears.assess.classification.regimes import RegimeFigures, in_force, unconfirmed
from arrears.core.ids import ID_MAX
from arrears.decide.policy.compile import treatments_of
from arrears.decide.policy.terms import row_condition
from arrears.engine import assigning
from arrears.engine.night import RunRequest
from arrears.engine.portfolio import run_to_compare_with
from arrears.engine.run_folder import RunName, StagedRun, published_runs, run_facts
from arrears.intake.book.layout import book_digest, book_info


def inputs_of(request: RunRequest, frozen_digest: str, previous: RunName | None) -> dict[str, Any]:
    """Everything the figures of a run depend on, by digest or by value."""
    return {
        "as_of": request.on.isoformat(),
        "book": book_digest(request.book),
        "frozen_facts": frozen_digest,
        "policy": request.policy.version,
        "delinquency": repr(request.delinquency),
        "early_warning": repr(request.early_warning),
        "accounts_per_slice": request.engine.accounts_per_slice,
        "regimes": {one.regime.value: one.digest for one in request.regimes},
        "product_kinds": {name: kind.value for name, kind in request.kinds},
        **({"screening": request.screening.told()} if request.screening else {}),
        **assigning.inputs_of(request.policy, request.learnt_values),
        "previous": _digest_of_run(request.runs, previous),
        "portfolio_compared_with": _digest_of_run(request.runs, run_to_compare_with(request.runs, request.on)),
        "software": {**{name: version(name) for name in ("arrears", "duckdb", "ibis-framework", "holidays")}, "code": code_digest()},
    }


@cache
def code_digest() -> str:
    """Which code does this process think with? SHA-256 (hex) over its own sources: a changed template or formula makes another run."""
    digest = hashlib.sha256()
    root = Path(__file__).parents[1]
    for file in sorted(path for path in root.rglob("*") if path.suffix in (".py", ".html", ".yaml")):
        digest.update(f"{file.relative_to(root)}\n".encode() + file.read_bytes())
    return digest.hexdigest()


def _digest_of_run(runs: Path, name: RunName | None) -> str | None:
    return str(run_facts(runs, name)["inputs_digest"]) if name else None


def digest_of_inputs(inputs: dict[str, Any]) -> str:
    """One name for all inputs together."""
    return hashlib.sha256(json.dumps(inputs, sort_keys=True).encode()).hexdigest()


def run_record(request: RunRequest, staged: StagedRun, inputs: dict[str, Any], counts: dict[str, Any], previous: RunName | None) -> dict[str, Any]:
    """What run.json says of the run, but for its digests, its cases and its seconds."""
    info = book_info(request.book)
    number = len([name for name in published_runs(request.runs) if name.as_of == request.on]) + 1
    return {
        "run_id": (int(staged.inputs_digest[:16], 16) & ID_MAX) or 1,
        "book": info.name,
        "institution": info.institution_id,
        "as_of": request.on.isoformat(),
        "number": number,
        "previous": {"as_of": previous.as_of.isoformat(), "number": previous.number} if previous else None,
        "inputs": inputs,
        "inputs_digest": staged.inputs_digest,
        "policy": {
            "name": request.policy.name,
            "version": request.policy.version,
            "file": {"digest": request.policy_file.digest, "published": request.policy_file.number} if request.policy_file else None,
            "label": both_languages(request.policy.label),
            "digest": request.policy.digest,
            "rows": [{"id": row.id, "when": row_condition(request.policy, row), "treatment": row.treatment or row.ladder} for row in request.policy.rows],
        },
        "treatments": {
            name: {
                **both_languages(treatment.label), "channel": treatment.channel, "contact": treatment.contact, "automatic": treatment.automatic,
                "cleared": treatment.cleared, "weighty": treatment.weighty, **({"template": treatment.template} if treatment.template else {}),
            }
            for name, treatment in treatments_of(request.policy).items()
        },
        "buckets": list(request.delinquency.bucket_names),
        "regimes": regimes_told(request.regimes, request.on),
        "counts": counts,
        "contact_history_unknown_parties": counts["cases_contact_history_unknown"],
    }


def regimes_told(regimes: tuple[RegimeFigures, ...], on: date) -> list[dict[str, Any]]:
    """Each regime: did its figures hold on the day, which are unconfirmed, what does a book not tell?"""
    held = in_force(regimes, on)
    return [
        {
            "regime": one.regime.value,
            "in_force": one in held,
            "unconfirmed": list(unconfirmed(one, on)) if one in held else [],
            "not_known": both_languages(NOT_IN_A_BOOK[one.regime]),
        }
        for one in regimes
    ]


def both_languages(sentence: Any) -> dict[str, str]:
    """A sentence as a plain mapping."""
    return {"en": sentence.en, "zh": sentence.zh}
