"""Does a past decision stand, by the command line?"""

from __future__ import annotations

from datetime import date

from arrears.cli import doors
from arrears.cli.options import BookOption, HomeOption, JsonOption
from arrears.cli.showing import results, show_json, show_table
from arrears.core.ids import id_text
from arrears.core.problems import AnswerIsNo
from arrears.engine.use_cases import deciding_again
from arrears.engine.use_cases.policies import find_policy
from arrears.engine.use_cases.setting_up import institution_of
from arrears.engine.words import counted


def replay(
    what: str, /, *, on: date | None = None, policy: str | None = None, facts_now: bool = False, book: BookOption = None, json: JsonOption = False, home: HomeOption = None
) -> None:
    """Decide a past run, or one case of it, once more: the same answer, or what changed, named as rule, model or data.

    Exit code 1 where something differs. (For the trends of past days, see: arrears run --from.)

    Examples:
      arrears replay 2026-11-23
      arrears replay 2026-11-23/2 --policy my_policy.yaml
      arrears replay 0A1B2C3D4E5F6G --on 2026-11-23 --facts-now

    Parameters
    ----------
    what
        A run, as day or day/number, or the id of a case.
    on
        Day of the run, where a case is named. Default: the last run.
    policy
        Decide by this policy instead of the one the run kept.
    facts_now
        With holds, consents and contacts as they are known now for that day.
    """
    with doors.opened(home) as place:
        again = deciding_again.decided_again(
            place, institution_of(place), what, on=on, book=book, policy=find_policy(policy) if policy else None, facts_now=facts_now
        )
    if json:
        show_json(deciding_again.told(again))
    else:
        _show(again)
    if not again.is_same:
        raise AnswerIsNo("Not everything is as it was.", "A past decision can be relied on only where what made it is known.", "See what is named above.")


def _show(again: deciding_again.Again) -> None:
    if again.is_same:
        results.print(f"Run {again.run}: {counted(again.cases, 'decision')}, each the same again.")
        return
    results.print(f"Run {again.run}: {again.differing:,} of {counted(again.cases, 'decision')} come out otherwise.")
    show_table("What changed", [("kind", False), ("what", False), ("how", False), ("cases", True)],
               [(one.kind.value, one.what, one.how, f"{one.cases:,}" if one.cases else "") for one in again.causes])
    for one in again.first:
        told = "; ".join(f"{name}: {then} → {now}" for name, (then, now) in one.columns.items() if name in ("treatment", "channel", "rule", "queue", "arm"))
        results.print(f"{id_text(one.case_id)}  {told or ', '.join(one.columns)}")
