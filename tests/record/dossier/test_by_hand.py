"""Can an expert check a dossier with sha256sum and openssl, step by step, as the page on evidence says? The page itself is run."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from arrears.record.dossier.container import write_folder
from tests.peers import require_peer
from tests.record.dossier.making import OURS, STORY, Authority, dossier_of, files_of, log_of

PAGE = Path(__file__).parents[3] / "docs" / "algorithms" / "evidence.md"
pytestmark = pytest.mark.peer


@pytest.fixture
def bundle(tmp_path) -> Path:
    """A dossier in a folder, with the authority's certificate beside its files."""
    for tool in ("sha256sum", "basenc", "openssl", "bash"):
        require_peer(tool, Path(shutil.which(tool) or "") if shutil.which(tool) else False)
    (tmp_path / "authority").mkdir()
    authority = Authority(tmp_path / "authority")
    write_folder(files_of(dossier_of(log_of(STORY), stamp=authority)), tmp_path / "dossier")
    (tmp_path / "dossier" / "AUTHORITY.pem").write_bytes(authority.root_pem)
    return tmp_path / "dossier"


def by_hand(folder: Path) -> str:
    """What the commands of the page print in this folder, until one fails."""
    [script] = re.findall(r"```sh\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    return subprocess.run(["bash", "-c", script], cwd=folder, capture_output=True, text=True, check=False).stdout


def test_every_step_of_the_page_succeeds_on_a_dossier(bundle):
    said = by_hand(bundle)
    for wanted in ("1 entry hash: ", "2 value: case_id is i:5012", "3 root: ", '"position":1,"predecessor":"' + "0" * 64, f"5 fingerprint: {OURS.fingerprint}", "Verification: OK", "Time stamp:", "7 files: all as listed", "7 evidence: files/0001-recording.wav"):
        assert wanted in said, said
    assert said.count("Signature Verified Successfully") == 2


def place_in(name: str, content: bytes) -> int:
    """Where a change hurts the step that looks at this file."""
    if name == "entries.jsonl":
        return content.index(b"\n") + 30
    if name == "values.json":
        return content.index(b"i:5012") + 2
    if name == "proofs.json":
        return content.index(b'"path":["', content.index(b'"number":1,')) + 9
    return len(content) - 3


@pytest.mark.parametrize(("name", "missing"), [("entries.jsonl", "1 entry hash"), ("values.json", "2 value"), ("proofs.json", "3 root"), ("heads.sig", "Signature Verified Successfully"), ("files/0001-recording.wav", "7 files")])
def test_a_step_fails_where_a_byte_was_changed(bundle, name, missing):
    file = bundle / name
    content = file.read_bytes()
    at = place_in(name, content)
    file.write_bytes(content[:at] + (b"0" if content[at : at + 1] != b"0" else b"1") + content[at + 1 :])
    assert missing not in by_hand(bundle)
