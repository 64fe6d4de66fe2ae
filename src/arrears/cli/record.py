"""How is the record kept and looked at by the command line?"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from threading import Event, Thread

from cyclopts import App

from arrears.cli import doors
from arrears.cli.clock import now
from arrears.cli.options import HomeOption, JsonOption
from arrears.cli.showing import people, progress_bars, results, show_json
from arrears.core.problems import AnswerIsNo, Refused
from arrears.engine.home import Home
from arrears.engine.use_cases.record_checking import check_record
from arrears.engine.use_cases.record_keeping import Kept, RecordState, keep_until, keeper_of, record_state
from arrears.engine.use_cases.sending import Told, send_until, stated_providers
from arrears.engine.use_cases.setting_up import institution_of
from arrears.engine.words import counted

record = App(name="record", help="The record: is everything sealed, signed and unchanged?", help_format="plaintext")


def work(*, home: HomeOption = None) -> None:
    """Do what waits until Ctrl-C: send messages and hear answers by the providers of providers.yaml, seal the record, sign it each minute.

    Several may run beside each other, on several hosts. `arrears serve` keeps the record too while it serves, and sends nothing.
    Time-stamps need ARREARS_TIMESTAMP_URL and ARREARS_TIMESTAMP_ROOTS.

    Example:
      arrears work
    """
    with doors.opened(home) as place:
        keeper = keeper_of(place, institution_of(place), os.environ)
        stated = stated_providers(place)
        people.print(f"Keeping the record of {place.root}. {_authority_told(keeper.authority is not None)} {_providers_told(stated)} Ctrl-C ends it.")
        with _messages_carried(place):
            try:
                keep_until(Event(), keeper, now, _show)
            except KeyboardInterrupt:
                people.print("Stopping: what is on its way is ended in good order.")
        people.print("Stopped. What was written before is sealed; what comes now waits for the next worker.")


def _providers_told(stated: Collection[str]) -> str:
    return f"Sending by {', '.join(stated)}." if stated else "No provider is stated in providers.yaml, so nothing is sent."


@contextmanager
def _messages_carried(home: Home) -> Iterator[None]:
    """Send in a thread of its own for as long as the context lasts, and end in good order."""
    stop = Event()

    def carry() -> None:
        try:
            send_until(stop, home, institution_of(home), now, _show_sent)
        except Refused as refusal:
            people.print(str(refusal), style="bold")

    thread = Thread(target=carry, name="messages")
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def _show_sent(told: Told) -> None:
    if told.trouble:
        people.print(f"{now():%H:%M:%S}  {told.provider}: {told.trouble}", style="bold")
    if told.heard:
        people.print(f"{now():%H:%M:%S}  {told.provider}: {counted(told.heard, 'receipt or reply', 'receipts or replies')} heard")
    if told.did is not None:
        parts = {"taken": told.did.taken, "put off": told.did.put_off, "stopped": told.did.stopped, "uncertain": told.did.uncertain}
        people.print(f"{now():%H:%M:%S}  {told.provider}: " + ", ".join(f"{count} {what}" for what, count in parts.items() if count))


def _authority_told(there: bool) -> str:
    return "Heads are time-stamped each hour." if there else "No time-stamp authority is named, so only this home's own clock speaks."


def _show(kept: Kept) -> None:
    if kept.sealed:
        people.print(f"{now():%H:%M:%S}  sealed {counted(kept.sealed, 'entry', 'entries')}")
    if kept.head:
        people.print(f"{now():%H:%M:%S}  signed a head over {counted(kept.head.size, 'entry', 'entries')}: {kept.head.root.hex()[:16]}…")
    if kept.stamped:
        people.print(f"{now():%H:%M:%S}  time-stamped")
    if kept.alarm:
        people.print(f"{now():%H:%M:%S}  {kept.alarm}", style="bold")


@contextmanager
def keeping_the_record(home: Home) -> Iterator[None]:
    """Keep the record in a thread of its own for as long as the context lasts."""
    stop = Event()
    keeper = keeper_of(home, institution_of(home), os.environ)
    thread = Thread(target=keep_until, args=(stop, keeper, now, _only_alarms), name="record", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(timeout=30)


def _only_alarms(kept: Kept) -> None:
    if kept.alarm:
        people.print(kept.alarm, style="bold")


@record.command(name="show")
def show(*, json: JsonOption = False, home: HomeOption = None) -> None:
    """How the record stands: what waits, how much is sealed, when it was signed and time-stamped last, which alarms there are.

    Example:
      arrears record show
    """
    with doors.opened(home) as place:
        state = record_state(institution_of(place))
    if json:
        show_json(_plain(state))
        return
    for line in _told(state):
        results.print(line)


def _told(state: RecordState) -> list[str]:
    waits = f"{counted(state.waiting.entries, 'entry waits', 'entries wait')} to be sealed"
    since = f", the oldest since {state.waiting.oldest_since:%Y-%m-%d %H:%M:%S %Z}" if state.waiting.oldest_since else ""
    return [
        f"{counted(state.sealed, 'entry', 'entries')} sealed; {waits}{since}.",
        f"Signed last: {state.head.signed_at:%Y-%m-%d %H:%M:%S %Z}, over {counted(state.head.size, 'entry', 'entries')}, under key {state.head.key_id}."
        if state.head else "Never signed yet. Keep a worker running: arrears work",
        f"Time-stamped last: {state.stamped_at:%Y-%m-%d %H:%M:%S %Z}." if state.stamped_at else "No time-stamp by an outside clock yet.",
        *(f"ALARM of {found_at:%Y-%m-%d %H:%M}: {what}" for found_at, _, what in state.alarms),
    ]


def _plain(state: RecordState) -> dict[str, object]:
    return {
        "sealed": state.sealed, "waiting": state.waiting.entries, "oldest_waits_since": state.waiting.oldest_since,
        "head": {"size": state.head.size, "root": state.head.root.hex(), "signed_at": state.head.signed_at, "key_id": state.head.key_id} if state.head else None,
        "stamped_at": state.stamped_at, "alarms": [{"found_at": at, "kind": kind, "what": what} for at, kind, what in state.alarms],
    }


@record.command(name="check")
def check(*, json: JsonOption = False, home: HomeOption = None) -> None:
    """Does everything still stand as it was written? Looks at every entry, fact, number, signed head and time-stamp.

    Exit code 0: yes. 1: something was changed; each finding is told and kept as an alarm.

    Examples:
      arrears record check
      arrears record check --json
    """
    with doors.opened(home) as place, progress_bars() as told:
        checked = check_record(place, institution_of(place), os.environ, now(), told)
    if json:
        show_json({"entries": checked.entries, "facts": checked.facts, "sealed": checked.sealed, "heads": checked.heads, "stamps": checked.stamps,
                   "personal_checked": checked.personal_checked,
                   "findings": [{"kind": f.kind, "what": f.what, "entry_number": None if f.number is None else f.number + 1} for f in checked.findings]})
    else:
        results.print(f"Looked at {counted(checked.entries, 'entry', 'entries')} ({checked.sealed:,} sealed), {counted(checked.facts, 'fact')}, "
                      f"{counted(checked.heads, 'signed head')} and {counted(checked.stamps, 'time-stamp')}.")
        if not checked.personal_checked:
            results.print("There is no envelope key here, so sealed personal fields were not compared with their entries.")
        for finding in checked.findings:
            results.print(finding.what)
    if checked.findings:
        raise AnswerIsNo(f"The record is not as it was written: {counted(len(checked.findings), 'finding')}.",
                         "What it says can no longer be proven from this database alone.",
                         "Keep the database as it is, tell whoever answers for it, and compare with a backup and with receipts that were handed out.")
    if not json:
        results.print("Everything stands as it was written.")
