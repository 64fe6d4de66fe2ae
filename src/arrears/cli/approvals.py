"""What waits for a second person, and how does that person decide on the command line?"""

from __future__ import annotations

import getpass
from pathlib import Path
from typing import Any

from cyclopts import App

from arrears.cli import doors
from arrears.cli.clock import now
from arrears.cli.options import HomeOption, JsonOption, LanguageOption
from arrears.cli.proving import ByOption, PasswordFileOption, signed_in
from arrears.cli.showing import results, show_json, show_table
from arrears.core.ids import IdNotValid, id_text, parse_id
from arrears.core.problems import WrongCall
from arrears.core.reasons import Sentence
from arrears.engine.use_cases import approving, deciding
from arrears.engine.use_cases.setting_up import institution_of
from arrears.engine.words import STANDINGS

approvals = App(name="approvals", help="What waits for a second person: policies, experiments, weighty decisions.", help_format="plaintext")
NOTHING, WAITING = Sentence("Nothing waits for a second person.", "没有待审批事项。"), Sentence("Approvals", "审批")
HEADS = tuple(Sentence(en, zh) for en, zh in (
    ("id", "编号"), ("what", "事项"), ("title", "名称"), ("asked by", "申请人"), ("reason", "理由"), ("until", "截止"), ("stands", "状态"), ("decided by", "审批人"),
))


@approvals.command(name="list")
def approvals_list(*, all_: bool = False, language: LanguageOption = "en", json: JsonOption = False, home: HomeOption = None) -> None:
    """What waits for a second person; with --all also what was decided, taken back or has expired.

    Examples:
      arrears approvals list
      arrears approvals list --all --language zh

    Parameters
    ----------
    all_
        Everything that was ever asked.
    """
    with doors.opened(home) as place:
        at = now()
        shown = approving.every_approval(institution_of(place)) if all_ else approving.waiting(institution_of(place), at)
    if json:
        show_json([for_machines(one, one.standing(at).value) for one in shown])
        return
    if not shown:
        results.print(NOTHING.in_language(language))
        return
    show_table(WAITING.in_language(language), [(head.in_language(language), False) for head in HEADS], [
        (id_text(one.request.request_id), one.kind.label.in_language(language), one.request.title, one.request.requested_by, one.request.reason,
         f"{one.request.expires_at.astimezone():%Y-%m-%d %H:%M}", STANDINGS[one.standing(at).value].in_language(language), one.decided.decided_by if one.decided else "")
        for one in shown
    ])


@approvals.command(name="approve")
def approve(request_id: str, /, *, reason: str, by: ByOption, password_file: PasswordFileOption = None, home: HomeOption = None) -> None:
    """Approve as the second person. What was approved takes effect at once.

    Example:
      arrears approvals approve 0A1B2C3D4E5F6G --reason "compared both versions" --by lin

    Parameters
    ----------
    request_id
        Id of the request, as `arrears approvals list` shows it.
    reason
        What you looked at.
    """
    decided(request_id, reason, by, password_file, home, approves=True)


@approvals.command(name="refuse")
def refuse(request_id: str, /, *, reason: str, by: ByOption, password_file: PasswordFileOption = None, home: HomeOption = None) -> None:
    """Refuse as the second person; nothing changes.

    Example:
      arrears approvals refuse 0A1B2C3D4E5F6G --reason "row 4 would call people who promised" --by lin

    Parameters
    ----------
    request_id
        Id of the request, as `arrears approvals list` shows it.
    reason
        What speaks against it.
    """
    decided(request_id, reason, by, password_file, home, approves=False)


@approvals.command(name="withdraw")
def withdraw(request_id: str, /, *, reason: str, by: ByOption, password_file: PasswordFileOption = None, home: HomeOption = None) -> None:
    """Take your own request back before anybody has decided it.

    Example:
      arrears approvals withdraw 0A1B2C3D4E5F6G --reason "found a mistake in row 3" --by wei

    Parameters
    ----------
    request_id
        Id of the request, as `arrears approvals list` shows it.
    reason
        Why it is taken back.
    """
    with doors.opened(home) as place:
        institution_id = institution_of(place)
        name = signed_in(institution_id, by, password_file).username
        approving.withdraw(institution_id, id_meant(request_id), reason, username=name, at=now(), actor=getpass.getuser())
    results.print("Taken back.")


def decided(request_id: str, reason: str, by: str, password_file: Path | None, home: Path | None, *, approves: bool) -> None:
    """Decide in the name of `by`, and tell what came of it."""
    with doors.opened(home) as place:
        institution_id = institution_of(place)
        name = signed_in(institution_id, by, password_file).username
        done = deciding.decide(
            place, institution_id, id_meant(request_id), approve=approves, reason=reason, username=name, at=now(), actor=getpass.getuser())
    results.print(f"{'Approved' if approves else 'Refused'}: {done.approval.request.title}, by {name}.")
    if done.published is not None:
        results.print(f"In force from now on: policy {done.published.name}, number {done.published.number}. See it: arrears policy show {done.published.number}")


def id_meant(text: str) -> int:
    """The id that was typed. Raises `WrongCall`."""
    try:
        return parse_id(text)
    except IdNotValid as trouble:
        raise WrongCall(str(trouble)) from trouble


def for_machines(one: approving.Approval, standing: str) -> dict[str, Any]:
    """A request with what came of it, for JSON."""
    asked = one.request
    return {
        "id": id_text(asked.request_id), "kind": asked.kind, "digest": asked.digest, "title": asked.title, "reason": asked.reason, "requested_by": asked.requested_by,
        "requested_at": asked.requested_at.isoformat(), "expires_at": asked.expires_at.isoformat(), "standing": standing,
        "decided": None if one.decided is None else {"by": one.decided.decided_by, "role": one.decided.role, "at": one.decided.decided_at.isoformat(), "reason": one.decided.reason},
        "withdrawn": None if one.withdrawn is None else {"at": one.withdrawn.withdrawn_at.isoformat(), "reason": one.withdrawn.reason},
    }
