"""What does a message say, in which words of which language, and who approved them? On the command line."""

from __future__ import annotations

import getpass
from typing import Annotated, Any

from cyclopts import App, Parameter

from arrears.cli import doors
from arrears.cli.clock import now
from arrears.cli.options import HomeOption, JsonOption, LanguageOption, home_meant, read_id
from arrears.cli.proving import ByOption, PasswordFileOption, signed_in
from arrears.cli.showing import results, show_json, show_table
from arrears.core.ids import id_text
from arrears.core.problems import AnswerIsNo, BadData
from arrears.core.reasons import Sentence
from arrears.engine.use_cases import message_preview, message_templates
from arrears.engine.use_cases.message_preview import Preview
from arrears.engine.use_cases.message_templates import TemplateState
from arrears.engine.use_cases.setting_up import institution_of
from arrears.engine.words import STANDINGS
from arrears.record.privacy.showing import COMMAND_LINE

template = App(name="template", help="Templates of messages: what is said, in each language, and who approved it.", help_format="plaintext")
LocaleOption = Annotated[list[str] | None, Parameter(name="--locale", help="Language: zh-CN, en or es; several times for several. Default: all in which it is written.", negative="")]
TEMPLATES = Sentence("Templates of messages", "信息模板")
NONE_WRONG = Sentence("Nothing is wrong.", "未发现问题。")
HEADS = tuple(Sentence(en, zh) for en, zh in (
    ("template", "模板"), ("language", "语言"), ("step", "阶段"), ("reader", "对象"), ("by", "渠道"), ("version", "版本"), ("used", "在用"), ("approval", "审批"), ("written by", "来源"),
))
OWN, SHIPPED = Sentence("you", "本机构"), Sentence("shipped", "自带")
ERROR, WARNING = Sentence("error", "错误"), Sentence("note", "提示")


@template.command(name="list")
def template_list(*, language: LanguageOption = "en", json: JsonOption = False, home: HomeOption = None) -> None:
    """Every template in every language: at which step, to whom, by which way, and whether two people approved what is written now.

    A template is used only once two people approved it; `used` names the version that is.

    Examples:
      arrears template list
      arrears template list --json
    """
    with doors.opened(home) as place:
        found = message_templates.states(place, institution_of(place), now())
    if json:
        show_json([_state_for_machines(one) for one in found])
        return
    show_table(TEMPLATES.in_language(language), [(head.in_language(language), False) for head in HEADS], [
        (one.template.name, one.template.locale, one.template.tone.value, one.template.disclosure.value, " ".join(one.template.channels), one.template.digest[:12],
         one.used.partition("@")[2], STANDINGS[one.standing.value].in_language(language) if one.standing else "", (OWN if one.file.is_own else SHIPPED).in_language(language))
        for one in found
    ])


@template.command(name="show")
def template_show(name: str, /, *, locale: LocaleOption = None, json: JsonOption = False, home: HomeOption = None) -> None:
    """The file of a template as it is written now, in one language or in all.

    To change it, write it into `templates/NAME.LANGUAGE.yaml` of the home: yours stands before the shipped one.

    Examples:
      arrears template show reminder --locale en
      arrears template show reminder --locale es > reminder.es.yaml

    Parameters
    ----------
    name
        Name of the template, as `arrears template list` shows it.
    """
    found = message_templates.named(home_meant(home), name, locale or ())
    if json:
        show_json([_for_machines(one.template) | {"text": one.text, "own": one.is_own} for one in found])
        return
    for one in found:
        results.print(one.text, end="", soft_wrap=True)


@template.command(name="check")
def template_check(name: str = "", /, *, locale: LocaleOption = None, language: LanguageOption = "en", json: JsonOption = False, home: HomeOption = None) -> None:
    """What is wrong with a template, or with every one: what it claims and does not say, options it leaves out, a debt told to others, phrases that are
    never said, what is hard to read, items that a notice lacks, values with which it could not be written. Exit code 3 where there is an error.

    Examples:
      arrears template check
      arrears template check reminder --locale en

    Parameters
    ----------
    name
        Name of the template; every one where none is named.
    """
    found = message_templates.troubles(home_meant(home), name, locale or ())
    if json:
        show_json([{"template": one.template, "locale": one.locale, "what": one.what, "why": one.why, "error": one.is_error} for one in found])
    elif not found:
        results.print(NONE_WRONG.in_language(language))
    else:
        for one in found:
            kind = ERROR if one.is_error else WARNING
            results.print(f"{one.template} ({one.locale}), {kind.in_language(language)}: {one.what} {one.why}", soft_wrap=True)
    if count := sum(one.is_error for one in found):
        raise BadData(f"{count} to mend.", "A template with an error cannot be approved.", "Mend the files, and check again.")


@template.command(name="preview")
def template_preview(
    name: str, /, *, case: str, locale: str = "", all_: bool = False, channel: str = "", approved: bool = False, json: JsonOption = False, home: HomeOption = None,
) -> None:
    """What the person of this case would read, with real values. Nothing is sent. It names the person: that it was shown is recorded.

    Examples:
      arrears template preview reminder --case 0A1B2C3D4E5F6G
      arrears template preview reminder --case 0A1B2C3D4E5F6G --all

    Parameters
    ----------
    name
        Name of the template.
    case
        Id of the case.
    locale
        Language; that of the person where none is named.
    all_
        In every language in which it is written.
    channel
        By which way, such as email or letter; the first that fits where none is named.
    approved
        The approved version, and not what is written now.
    """
    with doors.opened(home) as place:
        found = message_preview.previews(
            place, institution_of(place), name, read_id(case), now(), shown_to=getpass.getuser(), role=COMMAND_LINE, locale=locale, every=all_, channel=channel, only_approved=approved)
    if json:
        show_json([_preview_for_machines(one) for one in found])
    else:
        for one in found:
            _show_preview(one)
    if missing := [one for one in found if one.words is None]:
        raise AnswerIsNo(f"{len(missing)} of {len(found)} cannot be written for this case.", "Nobody would get such a message.", "Give what is missing in sender.yaml and law.yaml of the home.")


@template.command(name="approve")
def template_approve(
    name: str, /, *, reason: str, by: ByOption, locale: LocaleOption = None, password_file: PasswordFileOption = None, json: JsonOption = False, home: HomeOption = None,
) -> None:
    """Take a template into use, as it is written now. The first person asks, a second one approves with the same command; from then on it is used.

    Another text, another language and every later change needs two people again. To refuse one that waits: `arrears approvals refuse`.

    Examples:
      arrears template approve reminder --by wei --reason "plainer words"
      arrears template approve reminder --by lin --reason "read it in three languages"

    Parameters
    ----------
    name
        Name of the template.
    reason
        What changed and why, or what you looked at.
    """
    with doors.opened(home) as place:
        institution_id = institution_of(place)
        username = signed_in(institution_id, by, password_file).username
        steps = message_templates.approve(place, institution_id, name, locale or (), reason, username=username, at=now(), actor=getpass.getuser())
    if json:
        show_json([_for_machines(one.template) | {"asked": id_text(one.asked.request_id) if one.asked else None, "approved": one.approval is not None} for one in steps])
        return
    for one in steps:
        said = "is approved, and used from now on." if one.asked is None else f"waits for a second person until {one.asked.expires_at.astimezone():%Y-%m-%d %H:%M}."
        results.print(f"{one.template.version} {one.template.locale} {said}")


def _show_preview(one: Preview) -> None:
    head = f"{one.template.version} {one.template.locale} · {one.channel} · {one.template.disclosure}"
    if one.words is None:
        results.print(f"{head}\n{one.why_not}\n", soft_wrap=True)
        return
    parts = f" · {one.words.parts} parts" if one.channel == "text" else ""
    results.print(f"{head}{parts} · {', '.join(sorted(one.words.marks))}", style="dim", soft_wrap=True)
    if one.words.subject:
        results.print(one.words.subject, style="bold", soft_wrap=True)
    results.print(f"{one.words.text}\n", soft_wrap=True)


def _for_machines(one: Any) -> dict[str, Any]:
    return {
        "template": one.name, "locale": one.locale, "version": one.version, "digest": one.digest, "tone": one.tone, "disclosure": one.disclosure, "purpose": one.purpose,
        "channels": list(one.channels), "variables": list(one.variables), "notice": one.notice or None, "confidence": one.confidence, "source": one.source or None,
    }


def _state_for_machines(one: TemplateState) -> dict[str, Any]:
    return _for_machines(one.template) | {
        "used": one.used or None, "standing": one.standing, "own": one.file.is_own, "requested_by": one.approval.request.requested_by if one.approval else None,
        "decided_by": one.approval.decided.decided_by if one.approval and one.approval.decided else None,
    }


def _preview_for_machines(one: Preview) -> dict[str, Any]:
    words = one.words
    return _for_machines(one.template) | {
        "channel": one.channel, "why_not": one.why_not or None, "subject": words.subject if words else None, "text": words.text if words else None,
        "parts": words.parts if words else None, "marks": sorted(words.marks) if words else None,
    }
