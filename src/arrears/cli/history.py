"""How does the command line ask for a replay of past days, and show what came of it?"""

from __future__ import annotations

from datetime import date

from arrears.cli.showing import results, show_json, show_table
from arrears.core.money import format_money
from arrears.core.problems import WrongCall
from arrears.engine.history import HistoryResult, trend_sums
from arrears.engine.words import counted

ROWS_SHOWN = 14


def asked_for_history(on: date | None, first: date | None, last: date | None, every: str | None, policy: str | None) -> bool:
    """Is a replay of past days wanted, and not one night?

    Raises:
        WrongCall: options of both are mixed, or the first day is missing.
    """
    if first is None:
        if last is not None or every is not None:
            raise WrongCall("--to and --every belong to a replay, and --from is missing.", "It is not known where the replay begins.", "Give --from, the first day.")
        return False
    if on is not None:
        raise WrongCall("--on and --from exclude each other.", "--on runs one night, --from replays past days.", "Give one of them.")
    if policy is not None:
        raise WrongCall("--policy does not go with --from.", "A replay decides nothing.", "Leave --policy out.")
    return True


def show_history(result: HistoryResult, *, json: bool) -> None:
    """The last days of a replay as a table, or all of them as one JSON document."""
    sums = trend_sums(result)
    if json:
        show_json({"folder": str(result.folder), "days": len(result.days), "computed": result.computed, "kept": result.kept, "trend": sums})
        return
    title = f"{counted(len(result.days), 'day')}, {result.computed:,} computed now, {result.kept:,} there before" + (
        f"; the last {ROWS_SHOWN} rows" if len(sums) > ROWS_SHOWN else ""
    )
    show_table(
        title,
        [("day", False), ("", False), ("overdue", True), ("amount overdue", True), ("entered", True), ("cured", True), ("received", True), ("taken back", True)],
        [
            (
                row["as_of"].isoformat(), row["currency"], f"{row['accounts_overdue']:,}", _amount(row, "amount_overdue_minor"), f"{row['entered']:,}",
                f"{row['cured']:,}", _amount(row, "received_minor"), _amount(row, "reversed_minor"),
            )
            for row in sums[-ROWS_SHOWN:]
        ],
    )
    results.print(f"History: {result.folder}   (the home page shows it)")


def _amount(row: dict[str, object], name: str) -> str:
    minor, currency = row[name], row["currency"]
    assert isinstance(minor, int) and isinstance(currency, str)
    return format_money(minor, currency, "en", with_currency=False)
