"""What did people answer, what was it taken for, and what followed, by the command line?"""

from __future__ import annotations

import getpass
import json as json_text
from typing import Annotated, Any

from cyclopts import App, Parameter

from arrears.cli import doors
from arrears.cli.clock import now
from arrears.cli.options import HomeOption, JsonOption, read_id
from arrears.cli.showing import results, show_json, show_table
from arrears.core.ids import id_text
from arrears.core.problems import WrongCall
from arrears.engine.use_cases import hearing, protecting
from arrears.engine.use_cases.setting_up import institution_of
from arrears.engine.words import counted
from arrears.intake.inbound import contract as contracts
from arrears.intake.inbound.recognising import explained, thresholds, understand

replies = App(name="replies", help="Replies: what people wrote, what it was taken for and why, what followed at once, and what waits for somebody.", help_format="plaintext")
ReplyArgument = Annotated[str, Parameter(help="Id of the reply, as `arrears replies list` shows it.")]
SHOWN_CHARACTERS = 60


@replies.command(name="list")
def replies_list(*, every: Annotated[bool, Parameter(name="--all", negative="")] = False, limit: int = 50, json: JsonOption = False, home: HomeOption = None) -> None:
    """Replies that wait for somebody, those where a life may be in danger first, then those that nobody has placed.

    Examples:
      arrears replies list
      arrears replies list --all --json

    Parameters
    ----------
    every
        Also those that nobody needs to look at, or that were dealt with.
    limit
        Rows shown.
    """
    with doors.opened(home) as place:
        institution_id = institution_of(place)
        found, loose = hearing.inbox(institution_id, only_waiting=not every, limit=limit), hearing.unplaced(institution_id)
    if json:
        show_json({"replies": [_for_machines(one) for one in found], "unplaced": [_unplaced_for_machines(one) for one in loose]})
        return
    columns = [("reply", False), ("came", False), ("by", False), ("taken for", False), ("by whom", False), ("looks", False), ("until", False), ("words", False)]
    show_table(f"{counted(len(found), 'reply', 'replies')}", columns, [_cells(one) for one in found])
    if loose:
        rows = [(id_text(one.reply_id), f"{one.received_at:%Y-%m-%d %H:%M}", one.channel, ", ".join(one.intents) or one.main, one.address, _short(one.text)) for one in loose]
        show_table(f"{counted(len(loose), 'reply', 'replies')} that nobody has placed", [(head, False) for head in ("reply", "came", "by", "taken for", "from", "words")], rows)


def _short(text: str) -> str:
    one_line = " ".join(text.split())
    return one_line if len(one_line) <= SHOWN_CHARACTERS else one_line[: SHOWN_CHARACTERS - 1] + "…"


def _cells(one: hearing.Shown) -> tuple[str, ...]:
    taken = ", ".join(one.taken.intents) or one.taken.main
    until = "at once" if one.is_urgent else "" if one.until is None else f"{one.until:%Y-%m-%d %H:%M}"
    return (
        id_text(one.reply.reply_id), f"{one.reply.received_at:%Y-%m-%d %H:%M}", one.reply.channel, taken if one.taken.is_sure else f"{taken} (not sure)", one.taken.said_by,
        "done" if one.handled else one.who, until, _short(one.reply.text))


def _for_machines(one: hearing.Shown) -> dict[str, Any]:
    reply, taken = one.reply, one.taken
    return {
        "reply_id": id_text(reply.reply_id), "case_id": None if reply.case_id is None else id_text(reply.case_id), "channel": reply.channel, "provider": reply.provider,
        "received_at": reply.received_at, "placed_by": reply.placed_by, "is_automatic": reply.is_automatic, "text": reply.text, "main": taken.main,
        "intents": list(taken.intents), "is_sure": taken.is_sure, "said_by": taken.said_by, "version": taken.version, "shares": {name: share / 1_000_000 for name, share in taken.shares},
        "spoke": json_text.loads(taken.spoke or "[]"), "followed": list(one.followed), "looks": one.who, "until": one.until,
        "handled_by": None if one.handled is None else one.handled.handled_by,
    }


def _unplaced_for_machines(one: hearing.Unplaced) -> dict[str, Any]:
    return {
        "reply_id": id_text(one.reply_id), "channel": one.channel, "provider": one.provider, "address": one.address, "received_at": one.received_at, "text": one.text,
        "main": one.main, "intents": list(one.intents),
    }


@replies.command(name="show")
def replies_show(reply_id: ReplyArgument, /, *, json: JsonOption = False, home: HomeOption = None) -> None:
    """One reply: its words, what they were taken for and which of them spoke, and what was recorded because of it.

    Example:
      arrears replies show 0A1B2C3D4E5F6G

    """
    with doors.opened(home) as place:
        one = hearing.shown(institution_of(place), read_id(reply_id))
        jurisdiction = place.read_settings().jurisdiction
    if json:
        show_json(_for_machines(one))
        return
    results.print(one.reply.text)
    show_table(f"Taken for {', '.join(one.taken.intents) or one.taken.main} by {one.taken.said_by}", [("intent", False), ("by", False), ("words", False), ("meaning", False)], [
        (intent, "a rule" if by_rule else "the model", said, means) for intent, by_rule, said, means in json_text.loads(one.taken.spoke or "[]")])
    results.print(f"Recorded at once: {', '.join(one.followed) or 'nothing'}")
    if one.is_urgent and (line := contracts.help_line(jurisdiction, "en")) is not None:
        results.print(f"{line.name}: {line.text}{'' if line.is_confirmed else ' (number not confirmed: call it before you give it)'}", style="bold")


@replies.command(name="understand")
def replies_understand(text: str, /, *, json: JsonOption = False) -> None:
    """What would these words be taken for, and why? Nothing is recorded.

    Examples:
      arrears replies understand "I already paid yesterday"
      arrears replies understand "回复T退订" --json

    Parameters
    ----------
    text
        The words.
    """
    (found,) = understand([text])
    spoke = explained(text, found)
    if json:
        show_json({"main": found.main, "is_sure": found.is_sure, "intents": list(found.intents), "shares": found.shares, "version": found.version,
                   "spoke": [{"intent": one.intent, "by_rule": one.by_rule, "words": one.words, "means": one.means} for one in spoke]})
        return
    limits = thresholds().acts_from
    rows = [(intent, f"{share:.3f}", f"{limits[intent]:.4f}" if intent in limits else "", "yes" if intent in found.intents else "")
            for intent, share in sorted(found.shares.items(), key=lambda pair: -pair[1])[:6]]
    show_table(f"{found.main}{'' if found.is_sure else ' (not sure: a person looks)'}", [("intent", False), ("share", True), ("acts from", True), ("acted on", False)], rows)
    show_table("What spoke", [("intent", False), ("by", False), ("words", False), ("meaning", False)],
               [(one.intent, "a rule" if one.by_rule else "the model", one.words, one.means) for one in spoke])


@replies.command(name="correct")
def replies_correct(reply_id: ReplyArgument, intent: str, /, *, home: HomeOption = None) -> None:
    """Say what a reply means. What must happen for that follows at once; what was done before stays until somebody who may lifts it.

    Example:
      arrears replies correct 0A1B2C3D4E5F6G dispute

    Parameters
    ----------
    intent
        crisis, distress, stop, dispute, not_mine, already_paid, promise, hardship, ask_plan, ask_information, ask_human, bereavement, represented, complaint,
        abuse or other.
    """
    with doors.opened(home) as place:
        did = hearing.correct(institution_of(place), read_id(reply_id), intent, now=now(), actor=getpass.getuser())
    results.print(f"It is on record as {intent}. {counted(len(did), 'fact')} followed. What protects the person is lifted with: arrears hold lift")


@replies.command(name="done")
def replies_done(reply_id: ReplyArgument, /, *, note: str, home: HomeOption = None) -> None:
    """Say that what a reply needed was done.

    Example:
      arrears replies done 0A1B2C3D4E5F6G --note "called, she is with her sister now"

    Parameters
    ----------
    note
        What was done; sealed under the person's key.
    """
    with doors.opened(home) as place:
        hearing.handle(institution_of(place), read_id(reply_id), note, now=now(), actor=getpass.getuser())
    results.print("It waits no more.")


@replies.command(name="place")
def replies_place(reply_id: ReplyArgument, /, *, case: str = "", nobody: str = "", home: HomeOption = None) -> None:
    """Say whose a reply is that nobody could place, or that it concerns nobody here.

    Examples:
      arrears replies place 0A1B2C3D4E5F6G --case 1B2C3D4E5F6G7H
      arrears replies place 0A1B2C3D4E5F6G --nobody "advertisement"

    Parameters
    ----------
    case
        Id of the case of whoever wrote it.
    nobody
        Why it concerns nobody here; its words are then gone.
    """
    if bool(case) == bool(nobody):
        raise WrongCall("Say one of both.", "Nothing was changed.", "Name the case (--case), or why it concerns nobody (--nobody).")
    with doors.opened(home) as place:
        institution_id, ident = institution_of(place), read_id(reply_id)
        if nobody:
            hearing.set_aside(institution_id, ident, nobody, now=now(), actor=getpass.getuser())
        else:
            party_id = protecting.person_of_case(institution_id, read_id(case))
            hearing.place(hearing.ear(place, institution_id, "", ""), ident, party_id, now=now(), actor=getpass.getuser())
    results.print("It is set aside." if nobody else "It is placed; what it means has followed.")
