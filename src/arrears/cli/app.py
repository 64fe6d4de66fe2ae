"""Which commands are there?

Each is named by the place where it is written, and loaded when it is called: a command begins without waiting for what others need.
"""

from __future__ import annotations

import logging
import sys
import traceback
from collections.abc import Mapping, Sequence
from pathlib import Path

from cyclopts import App, CycloptsError

from arrears.cli.showing import people
from arrears.core.problems import ExitCode, Refused

MISTAKE_OF_OURS = 70
"""Exit code of a failure that none of the five kinds of `ExitCode` explains (as in sysexits.h)."""
app = App(
    name="arrears",
    help="Find every debt the day it falls overdue, understand it, treat it lawfully and humanely, and prove each step.",
    help_format="plaintext",
    version_flags=["--version"],
    result_action="return_value",
)
COMMANDS: Mapping[str, str] = {
    "init": "beginning:init", "sample": "beginning:sample", "import": "importing:import_", "pool": "importing:pool",
    "policy": "policy:policy", "approvals": "approvals:approvals", "decision": "decisions:decision", "review": "decisions:review",
    "template": "template:template",
    "run": "running:run", "case": "cases:case", "explain": "cases:explain", "alerts": "alerts:alerts", "ledger": "ledger:ledger",
    "check": "check:check", "house": "house:house", "law": "law:law", "rules": "rules:rules", "permit": "permits:permit", "contact": "permits:contact",
    "messages": "messages:messages", "replies": "replies:replies", "letters": "letters:letters", "call": "calls:call", "dialler": "dialler:dialler",
    "hold": "protection:hold", "consent": "protection:consent", "adviser": "protection:adviser",
    "evidence": "evidence:evidence", "verify": "dossier:verify", "record": "record:record", "work": "record:work",
    "keys": "keys:keys", "privacy": "privacy:privacy", "retention": "retention:retention", "legal-hold": "retention:legal_hold",
    "backup": "backup:backup", "restore": "backup:restore", "upgrade": "backup:upgrade",
    "experiment": "experiments:experiment", "replay": "deciding_again:replay", "story": "story:story",
    "serve": "serving:serve", "demo": "serving:demo",
}
"""Command → module of `arrears.cli` and what is called there."""
REPORTS: Mapping[str, str] = {
    "portfolio": "portfolio_report:portfolio_report", "case": "case_report:case_report", "list": "case_report:list_reports",
    "stored": "case_report:stored_case_report",
}


def _add(group: App, commands: Mapping[str, str]) -> None:
    for name, place in commands.items():
        group.command(f"arrears.cli.{place}", name=name)


report = App(name="report", help="Reports: what a manager or a colleague reads of a run.", help_format="plaintext")
_add(app, COMMANDS)
_add(report, REPORTS)
app.command(report)


def load_for_help(words: Sequence[str]) -> None:
    """Load the commands of the group that these words lead to: its help tells of each in a line."""
    group = app
    for word in words:
        if word.startswith("-") or word not in group:
            break
        group = group[word]
    for name in group:
        group[name]


def run_command(words: Sequence[str] | None = None) -> int:
    """Carry one command out; answers the exit code (0 done, 1 the answer is no, 2 wrong call, 3 bad data, 4 the world refused, 5 partly done)."""
    asked = sys.argv[1:] if words is None else words
    if not asked or not {"--help", "-h"}.isdisjoint(asked):
        load_for_help(asked)
    try:
        app(words, exit_on_error=False, print_error=True)
    except Refused as refusal:
        people.print(refusal.what, style="bold")
        for part in filter(None, (refusal.why, refusal.remedy)):
            people.print(part)
        return int(refusal.exit_code)
    except KeyboardInterrupt:
        people.print("Stopped. Nothing that was published is lost.")
        return 130
    except CycloptsError:
        return int(ExitCode.WRONG_CALL)
    except Exception as mistake:
        return _told_without_words(mistake)
    return int(ExitCode.DONE)


def _told_without_words(mistake: Exception) -> int:
    """A mistake of ours: its kind and place, never its words, for they may quote a value of somebody's; the log has the whole way."""
    if logging.getLogger().handlers:  # Before the home is open there is no log, and Python would write the words to the terminal.
        logging.getLogger("arrears.cli").error("command.failed", exc_info=mistake)
    where = traceback.extract_tb(mistake.__traceback__)
    place = f" at {Path(where[-1].filename).name}:{where[-1].lineno}" if where else ""
    people.print(f"The program failed: {type(mistake).__name__}{place}.", style="bold")
    people.print("This is a mistake in arrears, not in what you did. What had been kept stays. Its words are left out, since they could name a person.")
    people.print("Report it with this line and the last line of logs/arrears.jsonl in the home.")
    return MISTAKE_OF_OURS
