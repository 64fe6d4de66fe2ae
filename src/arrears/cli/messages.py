"""How are messages looked after by the command line?"""

from __future__ import annotations

import getpass
from datetime import datetime
from typing import Annotated, Literal

from cyclopts import App, Parameter

from arrears.act.providers import KINDS
from arrears.casefile.facts.message import Result
from arrears.check.conduct.words import Channel
from arrears.cli import doors
from arrears.cli.clock import now
from arrears.cli.options import BookOption, HomeOption, JsonOption, read_id
from arrears.cli.showing import people, progress_bars, results, show_json, show_table
from arrears.core.ids import id_text
from arrears.engine.use_cases import messages as use_case
from arrears.engine.use_cases.books import MAIN_BOOK
from arrears.engine.use_cases.queueing import queue_night
from arrears.engine.use_cases.sending import stated_providers
from arrears.engine.use_cases.setting_up import institution_of
from arrears.engine.words import counted

messages = App(name="messages", help="Messages: what waits, what was sent, what nobody is sure of, and what is paused.", help_format="plaintext")

Reason = Annotated[str, Parameter(name="--reason", help="Why; stays in the record.")]
ChannelOption = Annotated[Channel | None, Parameter(name="--channel", help="Only this channel. Default: all.")]
Campaign = Annotated[str, Parameter(name="--campaign", help="Only this campaign. Default: all.")]


@messages.command(name="status")
def status(*, json: JsonOption = False, home: HomeOption = None) -> None:
    """How sending stands: messages not done by provider and state, and what is paused.

    Example:
      arrears messages status
    """
    with doors.opened(home) as place:
        found = use_case.standing(institution_of(place))
        stated = stated_providers(place)
    if json:
        show_json({"providers": {name: {"kind": one.kind, "per_second": one.terms.per_second} for name, one in stated.items()},
                   "counts": [{"provider": provider, "state": state, "messages": count} for (provider, state), count in sorted(found.counts.items())],
                   "paused": [{"channel": channel, "campaign": campaign} for channel, campaign in found.pauses]})
        return
    if not stated:
        results.print("No provider is stated. Write providers.yaml in the home: docs/how_to/send_messages.md")
    for channel, campaign in found.pauses:
        results.print(f"PAUSED: {_what(channel, campaign)}")
    names = sorted({*stated, *(provider for provider, _ in found.counts)})
    rows = [[name, stated[name].kind if name in stated else "not stated any more", *(f"{found.counts.get((name, state), 0):,}" for state in use_case.STATES)] for name in names]
    show_table("Messages not done", [("provider", False), ("kind", False), *((state, True) for state in use_case.STATES)], rows)


@messages.command(name="queue")
def queue(*, book: BookOption = None, json: JsonOption = False, home: HomeOption = None) -> None:
    """Let the messages wait that follow from the book's newest night: decided for today, done by a machine, with an approved template.

    Queueing the same night again adds nothing. `arrears work` sends them, each under a permit of its own at that moment.

    Examples:
      arrears messages queue
      arrears messages queue --book invoices --json
    """
    with doors.opened(home) as place, progress_bars() as told:
        found = queue_night(place, institution_of(place), book or MAIN_BOOK, at=now(), actor=getpass.getuser(), progress=told)
    if json:
        show_json({"as_of": found.as_of, "queued": found.queued, "queued_before": found.before, "left": found.left})
        return
    results.print(f"{counted(found.queued, 'message')} of {found.as_of} queued" + (f", {found.before:,} were before." if found.before else "."))
    for why, count in sorted(found.left.items(), key=lambda one: -one[1]):
        results.print(f"  {count:,} not written: {why}")


@messages.command(name="list")
def list_(*, state: str = "", limit: int = 50, json: JsonOption = False, home: HomeOption = None) -> None:
    """Messages that are not done, those due longest first.

    Examples:
      arrears messages list --state uncertain
      arrears messages list --json

    Parameters
    ----------
    state
        waiting, claimed, trying or uncertain. Default: all.
    limit
        Rows shown.
    """
    with doors.opened(home) as place:
        found = use_case.listed(institution_of(place), state, limit)
    if json:
        show_json([one._asdict() | {"message_id": id_text(one.message_id), "case_id": id_text(one.case_id)} for one in found])
        return
    rows = [[id_text(one.message_id), id_text(one.case_id), one.channel, one.provider, one.state, str(one.attempts), f"{one.due_at.astimezone():%Y-%m-%d %H:%M}"] for one in found]
    show_table(counted(len(rows), "message"), [("message", False), ("case", False), ("channel", False), ("provider", False), ("state", False), ("tried", True), ("due", False)], rows)


@messages.command(name="show")
def show(message_id: str, /, *, json: JsonOption = False, home: HomeOption = None) -> None:
    """What became of one message: when it was queued, each attempt, what is known of it, and why it was stopped. Its words are not shown.

    Example:
      arrears messages show 0A1B2C3D4E5F6G

    Parameters
    ----------
    message_id
        Id of the message as the list shows it.
    """
    with doors.opened(home) as place:
        found = use_case.told(institution_of(place), read_id(message_id))
    steps = _steps(found)
    if json:
        show_json({"message": message_id, "case": id_text(found.message.case_id), "channel": found.message.channel, "template": found.message.template,
                   "steps": [{"at": at, "what": what, "detail": detail} for at, what, detail in steps]})
        return
    one = found.message
    show_table(f"{one.channel} by {one.provider}, {one.template}, case {id_text(one.case_id)}", [("at", False), ("what", False), ("", False)],
               [[f"{at.astimezone():%Y-%m-%d %H:%M:%S}", what, detail] for at, what, detail in steps])


def _steps(found: use_case.Told) -> list[tuple[datetime, str, str]]:
    steps = [(found.message.due_at, "due", "")]
    steps += [(one.tried_at, f"attempt {one.attempt}", f"permit {id_text(one.permit_id)}") for one in found.tried]
    steps += [(one.answered_at, one.kind.value.replace("_", " "), f"{one.code} (said by {one.said_by})".strip()) for one in found.answered]
    steps += [(one.arrived_at, one.arrival.value.replace("_", " "), one.code) for one in found.receipts]
    if found.stopped is not None:
        steps.append((found.stopped.stopped_at, "stopped", f"{found.stopped.reason}: {found.stopped.detail}"))
    return sorted(steps, key=lambda step: step[0])


@messages.command(name="take-back")
def take_back(message_id: str, /, *, home: HomeOption = None) -> None:
    """Let a message not be sent that nobody is sending at this moment.

    Example:
      arrears messages take-back 0A1B2C3D4E5F6G

    Parameters
    ----------
    message_id
        Id of the message as the list shows it.
    """
    who = getpass.getuser()
    with doors.opened(home) as place:
        use_case.take_back(institution_of(place), read_id(message_id), by=who, at=now(), actor=who)
    people.print("Taken back. It is not sent.")


@messages.command(name="settle")
def settle(message_id: str, came: Literal["taken", "not_taken"], /, *, home: HomeOption = None) -> None:
    """Say what came of an uncertain message, after looking it up at the provider: taken counts as a contact; not_taken lets it wait again.

    Examples:
      arrears messages settle 0A1B2C3D4E5F6G taken
      arrears messages settle 0A1B2C3D4E5F6G not_taken

    Parameters
    ----------
    message_id
        Id of the message as the list shows it.
    came
        taken, or not_taken.
    """
    who = getpass.getuser()
    with doors.opened(home) as place:
        use_case.say_what_came(institution_of(place), read_id(message_id), Result(came), by=who, at=now(), actor=who)
    people.print("Recorded." if came == "taken" else "Recorded. It waits to be sent again.")


@messages.command(name="pause")
def pause(*, reason: Reason, channel: ChannelOption = None, campaign: Campaign = "", home: HomeOption = None) -> None:
    """Hold back everything of a channel or a campaign at once, also what a worker has and has not yet tried.

    Examples:
      arrears messages pause --channel text --reason "wrong amounts"
      arrears messages pause --campaign instalment_loans/2026-11-29 --reason "late payments file"
      arrears messages pause --reason "everything, until we know more"
    """
    who = getpass.getuser()
    with doors.opened(home) as place:
        use_case.pause(institution_of(place), channel or "", campaign, reason, by=who, at=now(), actor=who)
    people.print(f"Paused: {_what(channel or '', campaign)}. Go on with: arrears messages resume")


@messages.command(name="resume")
def resume(*, reason: Reason, channel: ChannelOption = None, campaign: Campaign = "", home: HomeOption = None) -> None:
    """End a pause; name just what was paused.

    Example:
      arrears messages resume --channel text --reason "amounts are right again"
    """
    who = getpass.getuser()
    with doors.opened(home) as place:
        use_case.resume(institution_of(place), channel or "", campaign, reason, by=who, at=now(), actor=who)
    people.print(f"Goes on: {_what(channel or '', campaign)}.")


@messages.command(name="kinds")
def kinds(*, json: JsonOption = False) -> None:
    """Which kinds of provider `providers.yaml` may state.

    Example:
      arrears messages kinds
    """
    if json:
        show_json({name: {"channel": one.channel, "what": one.told} for name, one in KINDS.items()})
        return
    show_table("Kinds of provider", [("kind", False), ("channel", False), ("what", False)], [[name, one.channel, one.told] for name, one in sorted(KINDS.items())])


def _what(channel: str, campaign: str) -> str:
    if not channel and not campaign:
        return "everything"
    return " of ".join(filter(None, (f"channel {channel}" if channel else "", f"campaign {campaign}" if campaign else "")))
