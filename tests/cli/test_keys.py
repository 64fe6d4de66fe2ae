"""A story of keys at the command line: replaced, shown, and retired at last."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.test_commands import arrears
from tests.conftest import folder_for_servers


def test_the_envelope_key_is_replaced_and_the_old_one_goes_once_nothing_stands_under_it():
    with folder_for_servers() as folder:
        home: Path = folder / "home"
        for words in (("init",), ("sample", "--accounts", "500", "--seed", "3")):
            done = arrears(home, *words)
            assert done.returncode == 0, done.stderr
        done = arrears(home, "keys", "rotate")
        assert done.returncode == 0 and "every backup made before now does" in done.stdout, done.stderr
        current, older = json.loads(arrears(home, "keys", "show", "--json").stdout)["keys"]
        assert current["is_current"] and sum(one["count"] for one in current["standing"]) > 300 and older["standing"] == []
        assert arrears(home, "keys", "retire", current["key_id"]).returncode == 2
        done = arrears(home, "keys", "retire", older["key_id"])
        assert done.returncode == 0 and older["key_id"] in done.stdout, done.stderr
        assert {path.name for path in (home / "secrets").glob("envelope*")} == {"envelope.key"}
