"""A case is proven to somebody outside by the commands alone, and the somebody checks it without a home."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from tests.cli.test_commands import arrears


def case_of(home: Path) -> str:
    return json.loads(arrears(home, "case", "list", "--limit", "1", "--json").stdout)[0]["case_id"]


def test_from_a_night_to_a_dossier_a_receipt_and_a_redacted_copy_that_a_stranger_believes(two_nights, tmp_path):
    case = case_of(two_nights)
    letter = tmp_path / "letter.txt"
    letter.write_text("Dear Sir, you owe us")
    done = arrears(two_nights, "evidence", "add", case, str(letter), "--kind", "letter", "--title", "First reminder")
    assert done.returncode == 0, done.stderr
    bundle = tmp_path / "dossier.zip"
    done = arrears(two_nights, "evidence", "export", case, "--output", str(bundle), "--recipient", "District Court", "--purpose", "lawsuit", "--no-pdf", "--json")
    assert done.returncode == 0, done.stderr
    made = json.loads(done.stdout)

    nowhere = tmp_path / "no-home"
    told = json.loads(arrears(nowhere, "verify", str(bundle), "--key", made["key_fingerprint"], "--json").stdout)
    assert told["proven"] and {"evidence:kept", "evidence:read", "case:opened", "run:published"} <= {one["name"] for one in told["entries"]}
    assert not nowhere.exists(), "the verifier needs no home"
    tool = tmp_path / "verify.py"
    assert arrears(nowhere, "verify", "--write-tool", str(tool)).returncode == 0
    alone = subprocess.run([sys.executable, "-I", str(tool), str(bundle), "--language", "zh"], capture_output=True, text=True, encoding="utf-8", check=False)
    assert alone.returncode == 0 and "已证实" in alone.stdout

    number = next(one["number"] for one in told["entries"] if one["name"] == "evidence:kept")
    receipt = tmp_path / "receipt.json"
    assert arrears(two_nights, "evidence", "receipt", str(number), "--output", str(receipt)).returncode == 0
    assert "First reminder" in receipt.with_suffix(".html").read_text(encoding="utf-8")
    assert arrears(nowhere, "verify", str(receipt), "--key", made["key_fingerprint"]).returncode == 0

    copy = tmp_path / "copy.zip"
    done = arrears(nowhere, "evidence", "redact", str(bundle), "--entry", str(number), "--unsigned", "--output", str(copy))
    assert done.returncode == 0, done.stderr
    assert arrears(nowhere, "verify", str(copy)).returncode == 0 and b"First reminder" not in copy.read_bytes() and b"Dear Sir" not in copy.read_bytes()


def test_what_is_not_proven_answers_no_and_what_is_not_there_is_a_wrong_call(tmp_path):
    file = tmp_path / "dossier.zip"
    file.write_bytes(b"PK no dossier")
    done = arrears(tmp_path / "no-home", "verify", str(file))
    assert done.returncode == 1 and "NOT PROVEN" in done.stdout
    assert arrears(tmp_path / "no-home", "verify", str(tmp_path / "nothing.zip")).returncode == 2
    assert arrears(tmp_path / "no-home", "verify").returncode == 2
    assert arrears(tmp_path / "no-home", "verify", str(file), "--key", "short").returncode == 2
