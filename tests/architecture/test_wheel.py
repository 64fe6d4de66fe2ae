"""Does an installed arrears have everything that the repository has?"""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_wheel_holds_pages_translations_policies_and_examples(tmp_path: Path) -> None:
    script = "import sys; from hatchling.builders.wheel import WheelBuilder; print(next(WheelBuilder(sys.argv[1]).build(directory=sys.argv[2], versions=['standard'])))"
    built = subprocess.run([sys.executable, "-c", script, str(ROOT), str(tmp_path)], capture_output=True, text=True, check=True).stdout.split()[-1]
    with zipfile.ZipFile(built) as wheel:
        packed = set(wheel.namelist())
    listed = subprocess.run(["git", "ls-files", "src/arrears", "policies", "examples"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    moved = {"src/arrears/": "arrears/", "policies/": "arrears/_policies/", "examples/": "arrears/_examples/"}
    expected = {next(to + name.removeprefix(start) for start, to in moved.items() if name.startswith(start)) for name in listed if (ROOT / name).exists()}
    assert expected - packed == set()
    assert any(name.endswith("django.po") for name in packed) and any(name.endswith("workbench.css") for name in packed)
