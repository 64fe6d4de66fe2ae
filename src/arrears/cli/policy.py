"""Which treatment policy decides, and how does another come into force? Two people, on the command line."""

from __future__ import annotations

import getpass
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any

from cyclopts import App, Parameter, validators

from arrears.cli import doors
from arrears.cli.approvals import decided
from arrears.cli.clock import now
from arrears.cli.options import HomeOption, JsonOption, LanguageOption
from arrears.cli.proving import ByOption, PasswordFileOption, signed_in
from arrears.cli.showing import results, show_json, show_table
from arrears.core.ids import id_text
from arrears.core.reasons import Sentence
from arrears.engine.use_cases import policies
from arrears.engine.use_cases.approving import ApprovalRequested
from arrears.engine.use_cases.setting_up import institution_of

policy = App(name="policy", help="Treatment policy: which one decides, and how another comes into force.", help_format="plaintext")
policy.command("arrears.cli.policy_trial:policy_diff", name="diff")
policy.command("arrears.cli.policy_trial:policy_simulate", name="simulate")
policy.command("arrears.cli.policy_check:policy_check", name="check")
policy.command("arrears.cli.policy_check:policy_export", name="export")
policy.command("arrears.cli.policy_check:policy_import", name="import")
DaysOption = Annotated[int, Parameter(validator=validators.Number(gte=1, lte=60), help="For so many days a second person can decide; then the request expires.")]
PUBLISHED, NONE_PUBLISHED = Sentence("Published policies", "已发布策略"), Sentence("No policy was published yet; first_steps decides.", "尚未发布策略；目前使用 first_steps。")
IN_FORCE = Sentence("in force", "生效中")
HEADS = tuple(Sentence(en, zh) for en, zh in (
    ("no.", "序号"), ("policy", "策略"), ("version", "版本"), ("published", "发布时间"), ("asked by", "申请人"), ("approved by", "审批人"), ("reason", "理由"), ("", ""),
))


@policy.command(name="list")
def policy_list(*, language: LanguageOption = "en", json: JsonOption = False, home: HomeOption = None) -> None:
    """Every policy that was published, newest first, with the two people who answer for it.

    Examples:
      arrears policy list
      arrears policy list --json
    """
    with doors.opened(home) as place:
        found = policies.versions(institution_of(place))
    if json:
        show_json([_for_machines(one) for one in found])
        return
    if not found:
        results.print(NONE_PUBLISHED.in_language(language))
        return
    show_table(PUBLISHED.in_language(language), [(head.in_language(language), False) for head in HEADS], [
        (str(one.published.number), one.published.name, one.published.version, f"{one.published.published_at.astimezone():%Y-%m-%d %H:%M}", one.published.requested_by,
         one.published.approved_by, one.published.reason, IN_FORCE.in_language(language) if one.is_in_force else "")
        for one in found
    ])


@policy.command(name="show")
def policy_show(which: str = "published", /, *, json: JsonOption = False, home: HomeOption = None) -> None:
    """The file of a policy, as it was approved.

    Examples:
      arrears policy show
      arrears policy show 3 > spring.yaml

    Parameters
    ----------
    which
        `published` (the one that decides now), the number or the beginning of the version of a published one, a shipped name, or a file.
    """
    with doors.opened(home) as place:
        found = policies.policy_meant(place, which)
    if json:
        show_json({"name": found.policy.name, "version": found.policy.version, "digest": found.file.digest, "number": found.file.number, "text": found.text})
    else:
        results.print(found.text, end="", soft_wrap=True)


@policy.command(name="publish")
def policy_publish(
    file: Path, /, *, reason: str, by: ByOption, days: DaysOption = 14, password_file: PasswordFileOption = None, json: JsonOption = False, home: HomeOption = None,
) -> None:
    """Ask a second person to approve a policy file. With the approval it decides from the next run on.

    Example:
      arrears policy publish spring.yaml --reason "gentler in the week after salary day" --by wei

    Parameters
    ----------
    file
        YAML file of the policy. It is kept as it is now; later changes of the file do not matter.
    reason
        What changes, and why.
    """
    with doors.opened(home) as place:
        institution_id = institution_of(place)
        name = signed_in(institution_id, by, password_file).username
        asked = policies.ask_to_publish(place, institution_id, file, reason, username=name, at=now(), actor=getpass.getuser(), stands=timedelta(days=days))
    _show_asked(asked, json=json)


@policy.command(name="rollback")
def policy_rollback(
    version: str, /, *, reason: str, by: ByOption, days: DaysOption = 14, password_file: PasswordFileOption = None, json: JsonOption = False, home: HomeOption = None,
) -> None:
    """Ask a second person to approve that an older policy is published anew.

    Example:
      arrears policy rollback 2 --reason "complaints about the third reminder" --by wei

    Parameters
    ----------
    version
        Number of a published policy, or the beginning of its version.
    reason
        What went wrong.
    """
    with doors.opened(home) as place:
        institution_id = institution_of(place)
        name = signed_in(institution_id, by, password_file).username
        asked = policies.ask_to_roll_back(place, institution_id, version, reason, username=name, at=now(), actor=getpass.getuser(), stands=timedelta(days=days))
    _show_asked(asked, json=json)


@policy.command(name="approve")
def policy_approve(request_id: str, /, *, reason: str, by: ByOption, password_file: PasswordFileOption = None, home: HomeOption = None) -> None:
    """Approve a policy as the second person; it is in force at once. The same as `arrears approvals approve`.

    Example:
      arrears policy approve 0A1B2C3D4E5F6G --reason "compared both versions: 31 cases change" --by lin

    Parameters
    ----------
    request_id
        Id of the request, as `arrears policy publish` showed it.
    reason
        What you looked at.
    """
    decided(request_id, reason, by, password_file, home, approves=True)


@policy.command(name="refuse")
def policy_refuse(request_id: str, /, *, reason: str, by: ByOption, password_file: PasswordFileOption = None, home: HomeOption = None) -> None:
    """Refuse a policy as the second person; the one in force stays.

    Example:
      arrears policy refuse 0A1B2C3D4E5F6G --reason "row 4 would call people who promised" --by lin

    Parameters
    ----------
    request_id
        Id of the request.
    reason
        What speaks against it.
    """
    decided(request_id, reason, by, password_file, home, approves=False)


def _show_asked(asked: ApprovalRequested, *, json: bool) -> None:
    if json:
        show_json({"id": id_text(asked.request_id), "title": asked.title, "digest": asked.digest, "expires_at": asked.expires_at.isoformat()})
        return
    results.print(f"Waits for a second person until {asked.expires_at.astimezone():%Y-%m-%d %H:%M}: {asked.title}")
    results.print(f'Approve: arrears policy approve {id_text(asked.request_id)} --reason "…" --by NAME')


def _for_machines(one: policies.PolicyVersion) -> dict[str, Any]:
    said = one.published
    return {
        "number": said.number, "name": said.name, "version": said.version, "digest": said.digest, "published_at": said.published_at.isoformat(), "reason": said.reason,
        "requested_by": said.requested_by, "approved_by": said.approved_by, "rolls_back": said.rolls_back, "in_force": one.is_in_force,
    }
