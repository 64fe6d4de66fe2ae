"""All measurements, one after the other: `make bench`."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys

SIZES = (1_000_000, 10_000_000)
OTHERS = (
    ("import_files", "--accounts", "1000000"),
    ("import_files", "--accounts", "10000000", "--only", "delta"),
    ("case_reports",),
    ("history",),
    ("ledger",),
    ("ledger_sets",),
    ("account_ledger",),
    ("record",),
    ("dossier",),
    ("evidence",),
    ("privacy",),
    ("verdicts",),
    ("permits",),
    ("sms",),
    ("letters",),
    ("mail",),
    ("audit",),
    ("prescreen",),
    ("policy",),
    ("assignment",),
    ("experiments",),
    ("spark", "--accounts", "1000000"),
)
"""What is measured besides the night, each by a module of its own that prints its figures."""


def nightly_runs(sizes: list[int]) -> list[dict[str, object]]:
    """Each size in a process of its own, so that one's memory is not counted with another's."""
    measured = []
    for accounts in sizes:
        done = subprocess.run([sys.executable, "-m", "benchmarks.nightly_run", "--accounts", str(accounts)], capture_output=True, text=True, check=False)
        if done.returncode:
            sys.exit(done.stderr)
        measured.append(json.loads(done.stdout.splitlines()[-1]))
        print(json.dumps(measured[-1], indent=1), flush=True)
    return measured


def others() -> None:
    """Every other measurement, in a process of its own each; one that fails ends the whole with its words."""
    for module, *arguments in OTHERS:
        print(f"\n{module} {' '.join(arguments)}", flush=True)
        if subprocess.run([sys.executable, "-m", f"benchmarks.{module}", *arguments], check=False).returncode:
            sys.exit(f"The measurement {module} failed.")


def table(measured: list[dict[str, object]]) -> str:
    """The figures as a Markdown table."""
    rows = [
        ("accounts", lambda m: f"{m['accounts']:,}"),
        ("assess + decide + write, accounts/s", lambda m: f"{m['assess_decide_write_per_second']:,}"),
        ("ratio to the floor", lambda m: f"{m['ratio_to_floor']}"),
        ("whole run with cases in PostgreSQL, accounts/s", lambda m: f"{m['whole_run_per_second']:,}"),
        ("cases opened", lambda m: f"{m['cases']:,}"),
        ("peak memory, database included", lambda m: f"{m['peak_memory_mb']:,} MB"),
    ]
    lines = ["| | " + " | ".join(f"{name(m)}" for name in [rows[0][1]] for m in measured) + " |", "|---|" + "---:|" * len(measured)]
    return "\n".join(lines + [f"| {label} | " + " | ".join(value(m) for m in measured) + " |" for label, value in rows[1:]])


def main() -> None:
    """Measure the nights of the sizes asked for and print a table; without sizes, everything."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--accounts", type=int, action="append", help="only the night, at this size; may be given several times")
    asked = parser.parse_args().accounts
    print(table(nightly_runs(asked or list(SIZES))))
    if not asked:
        others()


if __name__ == "__main__":
    main()
