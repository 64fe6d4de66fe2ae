"""Which rules of law does arrears know, which wait for a named person, and how does that person confirm them?"""

from __future__ import annotations

import getpass
from typing import Any

from cyclopts import App

from arrears.cli import doors
from arrears.cli.clock import now, today
from arrears.cli.options import HomeOption, JsonOption, LanguageOption
from arrears.cli.proving import ByOption, signed_in
from arrears.cli.showing import people, results, show_json, show_table
from arrears.core.ids import IdNotValid, id_text, parse_id
from arrears.core.problems import WrongCall
from arrears.engine.use_cases import confirming
from arrears.engine.use_cases.setting_up import institution_of
from arrears.engine.words import counted

rules = App(name="rules", help="Rules of law: what waits for confirmation, and who answers for what.", help_format="plaintext")


@rules.command(name="list")
def rules_list(*, language: LanguageOption = "en", json: JsonOption = False, home: HomeOption = None) -> None:
    """What waits for a person of the compliance role: where it stands, what to look at, and how many rules it holds up.

    Until it is confirmed, the rules that rest on it permit nothing.

    Examples:
      arrears rules list
      arrears rules list --json
    """
    with doors.opened(home) as place:
        found = confirming.waiting(institution_of(place), today(), place)
    if json:
        show_json([
            {"subject": one.subject, "value": one.value or None, "asks": {"en": one.asks.en, "zh": one.asks.zh}, "citation": one.citation, "source": one.source,
             "confidence": one.confidence.value, "holds_up": list(one.holds_up)} for one in found
        ])
        return
    columns = [("what", False), ("stated as", False), ("where it stands", False), ("rests on", False), ("holds up", True)]
    show_table(
        counted(len(found), "figure or rule waits for confirmation", "figures and rules wait for confirmation") if found else "Nothing waits for confirmation.", columns,
        [(one.subject, one.value or one.asks.in_language(language), one.citation, one.confidence.value.replace("_", " "), f"{len(one.holds_up)}") for one in found])
    if found:
        people.print('Read the source, then: arrears rules confirm WHAT --source "text, edition, place" --read VALUE --by NAME')


@rules.command(name="show")
def rules_show(subject: str, /, *, language: LanguageOption = "en", json: JsonOption = False, home: HomeOption = None) -> None:
    """One rule or figure: its words, citation, figures, and who confirmed it or took that back.

    Examples:
      arrears rules show uk/conc/hold_while_advice_is_taken
      arrears rules show uk_advice_hold_days

    Parameters
    ----------
    subject
        Pack and name of a rule, or the name of a figure.
    """
    with doors.opened(home) as place:
        institution_id = institution_of(place)
        packs = confirming.packs_stated(institution_id, today(), place)
        confirmed, revoked = confirming.confirmed_ever(institution_id)
    stated = [rule for pack in packs for rule in pack.rules if subject == rule.subject or any(figure.subject == subject for figure in rule.figures)]
    if not stated:
        raise confirming.NoSuchSubject(f"There is no figure and no rule “{subject}” in use.", "", "See what waits: arrears rules list")
    ended = {one.confirmation_id: one for one in revoked}
    history = [one for one in confirmed if one.subject == subject]
    if json:
        show_json({"rules": [_rule_for_machines(rule) for rule in stated], "confirmations": [_confirmation_for_machines(one, ended.get(one.confirmation_id)) for one in history]})
        return
    for rule in stated:
        results.print(f"{rule.subject}: {rule.rule.text.in_language(language)}")
        results.print(f"  {rule.rule.citation} ({rule.rule.source}; {rule.rule.confidence.value.replace('_', ' ')}{', waits' if rule.words_wait else ''})")
        for figure in rule.figures:
            results.print(f"  {figure.subject} = {figure.value} {figure.unit}: {figure.citation} ({figure.confidence.value.replace('_', ' ')}{', waits' if figure.waits else ''})")
    show_table("Confirmations" if history else "Nobody has confirmed it.", [("id", False), ("value", False), ("by", False), ("on", False), ("source", False), ("taken back", False)], [
        (id_text(one.confirmation_id), one.value, one.confirmed_by, one.valid_on.isoformat(), one.source,
         f"{end.valid_on} {end.revoked_by}: {end.reason}" if (end := ended.get(one.confirmation_id)) else "") for one in history
    ])


@rules.command(name="confirm")
def rules_confirm(subject: str, /, *, source: str, read: str, by: ByOption, home: HomeOption = None) -> None:
    """Record that a person of the compliance role read the source of a figure or rule, and answers for it. Asks for that person's password.

    Examples:
      arrears rules confirm uk_advice_hold_days --source "FCA Handbook, CONC 7.3.12G, read 2026-11-28" --read 30 --by wei
      arrears rules confirm uk/conc/hold_while_advice_is_taken --source "FCA Handbook, read 2026-11-28" --read "CONC 7.3.11R, 7.3.12G" --by wei

    Parameters
    ----------
    subject
        What is confirmed, as `arrears rules list` names it.
    source
        What was read: text, edition, place in it.
    read
        What stands there: the value of a figure, the citation of a rule. It must be what the pack states.
    """
    with doors.opened(home) as place:
        institution_id = institution_of(place)
        person = signed_in(institution_id, by)
        fact = confirming.confirm(place, institution_id, subject, source=source, read=read, username=person.username, at=now(), actor=getpass.getuser())
    results.print(f"Confirmed: {fact.subject}{f' is {fact.value}' if fact.value else ''} ({fact.source}), by {fact.confirmed_by}. Take it back with: "
                  f"arrears rules revoke {id_text(fact.confirmation_id)}")


@rules.command(name="revoke")
def rules_revoke(confirmation_id: str, /, *, reason: str, by: ByOption, home: HomeOption = None) -> None:
    """Take a confirmation back; what rests on it permits nothing again from today on. Asks for the password of the person of the compliance role.

    Example:
      arrears rules revoke 0A1B2C3D4E5F6G --reason "the page was an old edition" --by wei

    Parameters
    ----------
    confirmation_id
        Id of the confirmation, as `arrears rules show` lists it.
    reason
        What was found.
    """
    try:
        wanted = parse_id(confirmation_id)
    except IdNotValid as trouble:
        raise WrongCall(str(trouble)) from trouble
    with doors.opened(home) as place:
        institution_id = institution_of(place)
        confirming.revoke(institution_id, wanted, reason, username=signed_in(institution_id, by).username, at=now(), actor=getpass.getuser())
    results.print("Taken back: nothing rests on it any more.")


def _rule_for_machines(one: confirming.RuleStated) -> dict[str, Any]:
    rule = one.rule
    return {
        "subject": one.subject, "kind": rule.kind_name, "label": {"en": rule.label.en, "zh": rule.label.zh}, "text": {"en": rule.text.en, "zh": rule.text.zh},
        "citation": rule.citation, "source": rule.source, "confidence": rule.confidence.value, "waits": one.waits,
        "figures": [{"subject": figure.subject, "value": figure.value, "unit": figure.unit, "citation": figure.citation, "confidence": figure.confidence.value,
                     "waits": figure.waits} for figure in one.figures],
    }


def _confirmation_for_machines(one: confirming.RuleConfirmed, ended: confirming.RuleConfirmationRevoked | None) -> dict[str, Any]:
    return {
        "id": id_text(one.confirmation_id), "value": one.value or None, "by": one.confirmed_by, "on": one.valid_on.isoformat(), "source": one.source,
        "taken_back": None if ended is None else {"on": ended.valid_on.isoformat(), "by": ended.revoked_by, "reason": ended.reason},
    }
