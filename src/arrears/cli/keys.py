"""Which keys are there, and how are they replaced?"""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

from cyclopts import App, Parameter

from arrears.cli import doors
from arrears.cli.clock import now
from arrears.cli.options import HomeOption, JsonOption
from arrears.cli.showing import progress_bars, results, show_json, show_table
from arrears.engine.use_cases import keys as use_case
from arrears.engine.words import counted

keys = App(name="keys", help="Keys: which there are, and how they are replaced while everybody goes on working.", help_format="plaintext")


@keys.command(name="show")
def show(*, json: JsonOption = False, home: HomeOption = None) -> None:
    """Which envelope keys are at hand, and how many things stand under each? No key is shown, only its id.

    Example:
      arrears keys show
    """
    with doors.opened(home) as place:
        found, numbers = use_case.shown_keys(place), use_case.numbers_key_of(place)
    if json:
        show_json({**asdict(found), "key_of_numbers": numbers})
        return
    rows = [
        (key.key_id if first else "", ("current" if key.is_current else "only opens") if first else "", place_, count, key.source if first else "")
        for key in found.keys
        for first, place_, count in _lines(key.standing)
    ]
    rows += [(one.key_id, "NOT AT HAND", one.place, f"{one.count:,}", "restore its file from your backup") for one in found.missing]
    rows += [("?", "not named", one.place, f"{one.count:,}", "first form; the next rotation names the key") for one in found.unnamed]
    show_table("Envelope keys", [("key", False), ("", False), ("stands under it", False), ("count", True), ("where", False)], rows)
    results.print(f"Numbers of customers and accounts are hashed under key {numbers} of the institution.")


def _lines(standing: tuple[use_case.Standing, ...]) -> list[tuple[bool, str, str]]:
    return [(place == 0, one.place, f"{one.count:,}") for place, one in enumerate(standing)] or [(True, "nothing", "0")]


@keys.command(name="rotate")
def rotate(
    *, numbers: bool = False, namespace: Annotated[tuple[str, ...], Parameter(name="--namespace", negative="", consume_multiple=False)] = (), json: JsonOption = False, home: HomeOption = None,
) -> None:
    """Replace the envelope key (or with --numbers the key that hashes customers' numbers). Pages and commands go on; stopped anywhere, the next call goes on.

    Examples:
      arrears keys rotate
      arrears keys rotate --numbers

    Parameters
    ----------
    numbers
        Replace the institution's key under which customers' and accounts' numbers are hashed. No id changes.
    namespace
        With --numbers: a further system of the lender (“namespace” of a mapping) whose book lies outside the home. May be given several times.
    """
    with doors.opened(home) as place, progress_bars() as told:
        if numbers:
            _tell_numbers(use_case.rotate_number_key(place, namespace, at=now(), progress=told), json)
            return
        done = use_case.rotate_envelope_key(place, progress=told)
    if json:
        show_json(asdict(done))
    else:
        _tell(done)
    if left := use_case.not_finished(done):
        raise left


def _tell(done: use_case.Rotated) -> None:
    what = "A new envelope key seals from now on" if done.is_new else "The rotation that had begun is finished"
    results.print(f"{what}: {done.current}. {counted(done.rewrapped, 'thing')} wrapped anew.")
    if not done.older:
        return
    results.print(f"Still at hand, only to open: {', '.join(done.older)}. Nothing in this home needs them any more, but every backup made before now does:")
    results.print("  – keep a copy of them with those backups, as long as you keep the backups;")
    results.print("  – take a new backup now, of the secrets too;")
    results.print(f"  – then remove them here: arrears keys retire {done.older[0]}")


def _tell_numbers(done: use_case.NumbersRotated, json: bool) -> None:
    if json:
        show_json(asdict(done))
        return
    results.print(f"Numbers are hashed under key {done.key_no} of the institution. {counted(done.rehashed, 'number')} hashed anew; no id has changed.")
    if done.left:
        results.print(f"{counted(done.left, 'number')} of no known system stayed under the older key, which is kept for them. Name the system: arrears keys rotate --numbers --namespace NAME")
    else:
        results.print("Backups made before hold the older key of numbers in their own database; nothing else needs it.")


@keys.command(name="retire")
def retire(key_id: str, /, *, home: HomeOption = None) -> None:
    """Remove an older envelope key that nothing in this home stands under. Backups made before it was replaced cannot be opened without it.

    Example:
      arrears keys retire 0a1b2c3d

    Parameters
    ----------
    key_id
        Id of the key, as “arrears keys show” names it.
    """
    with doors.opened(home) as place:
        gone = use_case.retire_envelope_key(place, key_id)
    results.print(f"Removed: {gone}. Backups made before the rotation open only with the copy that you kept.")
