"""Where does a home keep policy files, and is a file still the one that was approved?

Each under the SHA-256 of its bytes, never written again: what was published in spring can be read, compared and put in force anew years later.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from arrears.core.problems import BadData, Refused, WrongCall
from arrears.decide.policy.checking import faulty_conditions
from arrears.decide.policy.table import Policy, PolicyNotValid, read_policy
from arrears.engine.home import PRIVATE_FOLDER, Home
from arrears.engine.run_folder import write_bytes_whole
from arrears.engine.text_files import text_in

LARGEST_BYTES = 4 << 20


@dataclass(frozen=True, slots=True)
class PolicyFile:
    """The file by which a run decides: SHA-256 (hex) of its bytes, and its number among the published ones; None where it was named by hand."""

    digest: str
    number: int | None = None


@dataclass(frozen=True, slots=True)
class PolicyRead:
    """A policy and the file that says it."""

    policy: Policy
    file: PolicyFile
    text: str


def read_file(path: Path, number: int | None = None) -> PolicyRead:
    """The policy in this file, whole.

    Raises:
        WrongCall: there is no such file.
        PolicyNotValid: it has faults; all are listed.
        BadData: it is no text in UTF-8, or far too large.
    """
    if not path.is_file():
        raise WrongCall(f"There is no file {path}.", "No case can be decided without a policy.", "Name a YAML file.")
    text = text_in(path, LARGEST_BYTES, "A policy is written by people.")
    return PolicyRead(read_policy(text, path.name), PolicyFile(hashlib.sha256(text.encode()).hexdigest(), number), text)


def refuse_faulty_conditions(policy: Policy) -> None:
    """Every condition must mean something, and ask nothing it may not, before anybody is asked to approve it. Raises `PolicyNotValid`."""
    if found := faulty_conditions(policy):
        listed = " ".join(f"{one.where}: {one.why.en}" for one in found)
        raise PolicyNotValid(f"Policy {policy.name} cannot be used: {listed}", "No case is decided by it.", "Mend the conditions: arrears policy check FILE")


def place_of(home: Home, digest: str) -> Path:
    """Where the file of this digest is kept."""
    return home.policies / f"{digest}.yaml"


def keep(home: Home, one: PolicyRead) -> Path:
    """Keep the file under its digest; one that is there stays."""
    place = place_of(home, one.file.digest)
    if not place.exists():
        home.policies.mkdir(mode=PRIVATE_FOLDER, exist_ok=True)
        write_bytes_whole(place, one.text.encode())
    return place


def kept(home: Home, digest: str, number: int | None = None) -> PolicyRead:
    """The kept file of this digest, byte for byte as it was when its approval was asked for.

    Raises:
        Refused: it is not there.
        BadData: somebody changed it.
    """
    place = place_of(home, digest)
    if not place.is_file():
        raise Refused(f"The policy file {place} is not there.", "What was approved cannot be read, so nothing is decided by it.",
                      "Bring it back from a backup, or publish the policy again: arrears policy publish FILE")
    found = read_file(place, number)
    if found.file.digest != digest:
        raise BadData(f"The policy file {place} was changed after it was approved.", "Nothing is decided by what no second person saw.",
                      "Bring it back from a backup, or publish it as a new version: arrears policy publish FILE")
    return found
