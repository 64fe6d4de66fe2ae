"""Small sentences about the whole tree that imports alone cannot show."""

from __future__ import annotations

import ast
import subprocess
import sys
from importlib.metadata import distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "arrears"
PURE = ("core", "ledger", "casefile/facts", "assess", "decide", "check/conduct", "check/prescreen", "rulepacks")
MODULES = sorted(path for path in SOURCE.rglob("*.py") if "migrations" not in path.parts)
PURE_MODULES = sorted(path for folder in PURE for path in (SOURCE / folder).rglob("*.py"))


def module_name(path: Path) -> str:
    """The dotted name under which a file is imported."""
    parts = path.relative_to(SOURCE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def test_every_folder_opens_with_a_docstring() -> None:
    folders = {path.parent for path in MODULES}
    silent = [str(folder.relative_to(ROOT)) for folder in sorted(folders) if not (folder / "__init__.py").exists() or not ast.get_docstring(tree_of(folder / "__init__.py"))]
    assert not silent, f"these folders do not say what question they answer: {silent}"


def test_every_module_says_what_it_is_for() -> None:
    silent = [str(path.relative_to(ROOT)) for path in MODULES if not ast.get_docstring(tree_of(path))]
    assert not silent


def test_folders_above_pure_modules_hold_a_docstring_only() -> None:
    parents = {SOURCE / "__init__.py", SOURCE / "casefile" / "__init__.py", SOURCE / "check" / "__init__.py"}
    full = [str(path) for path in parents if path.exists() and len(tree_of(path).body) > 1]
    assert not full, f"imported by every pure module, so nothing else may stand there: {full}"


def test_no_pure_module_brings_django_or_a_database_along() -> None:
    names = [module_name(path) for path in PURE_MODULES]
    assert len(names) > 20
    script = f"""
import importlib, sys
for name in {names!r}:
    importlib.import_module(name)
loaded = [name for name in ("django", "psycopg", "adbc_driver_postgresql", "arrears.casefile.store", "procrastinate", "httpx") if name in sys.modules]
print(",".join(loaded))
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


def test_each_pure_module_can_be_imported_alone() -> None:
    script = (
        "import importlib, sys\n"
        "for name in sys.argv[1:]:\n"
        "    for loaded in [module for module in sys.modules if module.startswith('arrears')]:\n"
        "        del sys.modules[loaded]\n"
        "    importlib.import_module(name)\n"
        "    assert 'django' not in sys.modules, name\n"
    )
    names = [module_name(path) for path in PURE_MODULES if path.name != "__init__.py"]
    subprocess.run([sys.executable, "-c", script, *names], check=True)


def _makes(path: Path, name: str) -> bool:
    """Does this module call something of that name?"""
    called = (node.func for node in ast.walk(tree_of(path)) if isinstance(node, ast.Call))
    return any(name in (getattr(func, "id", None), getattr(func, "attr", None)) for func in called)


def test_only_the_gate_makes_permits() -> None:
    makers = [path.relative_to(SOURCE) for path in MODULES if _makes(path, "Permit")]
    assert makers
    assert {maker.parts[0] for maker in makers} == {"check"}


FLOATS_AS_WEIGHTS = {SOURCE / "decide" / "capacity" / name for name in ("prices.py", "certificate.py")}
"""Here floats weigh a search for prices and a comparison; what leaves the first are whole numbers, and nothing stores the second."""


@pytest.mark.parametrize("folder", ["core", "ledger", "casefile", "assess", "decide"])
def test_no_float_in_rooms_that_hold_money(folder: str) -> None:
    floats = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in (SOURCE / folder).rglob("*.py")
        if path not in FLOATS_AS_WEIGHTS
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Name) and node.id == "float"
    ]
    assert not floats


def test_only_the_composition_root_names_the_site() -> None:
    outside = [str(path) for path in MODULES if path.relative_to(SOURCE).parts[0] != "site" and "arrears.site" in path.read_text(encoding="utf-8").replace("`arrears.site`", "")]
    assert not outside


FREE_LICENCES = ("MIT", "BSD", "APACHE", "ISC", "PSF", "PYTHON", "MPL", "MOZILLA", "LGPL", "LESSER", "ZLIB", "UNLICENSE", "HPND", "CC0", "0BSD", "POSTGRESQL", "ZPL", "CNRI")


LOOKED_INTO = {"scipy": "BSD-3-Clause; what else its text names are runtime libraries of compilers, with the exception that lets anybody link them; tests and training only"}
"""Distributions whose words would ring a bell, and what somebody found who read them."""


def test_no_dependency_is_under_a_licence_that_would_bind_the_whole() -> None:
    doubtful = {}
    for distribution in distributions():
        facts = distribution.metadata
        said = " ".join([facts.get("License-Expression") or "", facts.get("License") or "", *(facts.get_all("Classifier") or [])]).upper()
        words = said.replace("LGPL", "LESSER").replace("GNU LESSER GENERAL PUBLIC", "LESSER")
        binds = "GPL" in words or "GENERAL PUBLIC LICENSE" in words or "AFFERO" in words
        if facts["Name"] not in LOOKED_INTO and (binds or not any(licence in said for licence in FREE_LICENCES)):
            doubtful[facts["Name"]] = said[:120]
    assert not doubtful


def test_no_word_of_this_machine_or_of_package_hosts_is_in_the_tree() -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    forbidden = ("/work/" + "main", "files.pythonhosted" + ".org", "pypi" + ".org/simple", "registry.npmjs" + ".org")
    found = []
    for name in listed:
        path = ROOT / name
        if path.suffix in {".png", ".gz", ".parquet"} or not path.is_file():
            continue
        text = path.read_text(encoding="utf-8", errors="replace")
        found += [f"{name}: {word}" for word in forbidden if word in text]
    assert not found
