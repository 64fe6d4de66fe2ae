"""Which policy decides, and where is it found?"""

from __future__ import annotations

from pathlib import Path

from arrears.core.problems import WrongCall
from arrears.decide.policy.table import Policy, read_policy

DEFAULT_POLICY = "first_steps"


def shipped_policies() -> Path:
    """The folder of example policies: inside an installed package, or at the top of the repository."""
    package = Path(__file__).parents[2]
    installed = package / "_policies"
    return installed if installed.is_dir() else package.parents[1] / "policies"


def find_policy(named: str | None) -> Policy:
    """The policy of this name or in this file; the shipped first steps where nothing is named.

    Raises:
        WrongCall: there is no such policy.
        PolicyNotValid: the file has faults; the message lists them all.
    """
    name = named or DEFAULT_POLICY
    path = Path(name) if name.endswith((".yaml", ".yml")) else shipped_policies() / f"{name}.yaml"
    if not path.is_file():
        known = ", ".join(sorted(file.stem for file in shipped_policies().glob("*.yaml")))
        raise WrongCall(f"There is no policy “{name}”.", "No case can be decided without one.", f"Name a YAML file, or one of: {known}.")
    return read_policy(path.read_text(encoding="utf-8"), path.name)
