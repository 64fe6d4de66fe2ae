"""Whom may I call now, and what came of it, by the command line? The same as the call page of the workbench."""

from __future__ import annotations

import getpass
from datetime import date, datetime
from typing import Annotated
from zoneinfo import ZoneInfo

from cyclopts import App, Parameter

from arrears.casefile.facts.call import PointMark
from arrears.check.gate.permit import Refusal
from arrears.cli import doors
from arrears.cli.clock import now
from arrears.cli.options import HomeOption, JsonOption, LanguageOption, read_id, zoned
from arrears.cli.showing import results, show_json, show_table
from arrears.core.ids import id_text
from arrears.core.money import AmountNotValid, parse_minor
from arrears.core.problems import AnswerIsNo, WrongCall
from arrears.core.reasons import Language, Sentence
from arrears.engine.use_cases import calls, first_contacts, permits, reading
from arrears.engine.use_cases.calls import Told
from arrears.engine.use_cases.first_contacts import Answers
from arrears.engine.use_cases.setting_up import institution_of
from arrears.engine.words import counted
from arrears.learn.analytics.ratio import percent_text
from arrears.record.privacy.showing import COMMAND_LINE

call = App(name="call", help="Calls by people: which number may be called now, and what came of the call.", help_format="plaintext")

Many = Annotated[list[str] | None, Parameter(negative="")]


@call.command(name="codes")
def call_codes(*, language: LanguageOption = "en", json: JsonOption = False, home: HomeOption = None) -> None:
    """The wrap-up codes: what came of a call, and what follows from each.

    Example:
      arrears call codes --language zh
    """
    with doors.opened(home) as place:
        codes = calls.call_terms(place).codes
    if json:
        show_json({"actions": [{"code": one.code, "en": one.label.en, "zh": one.label.zh, "received": one.received} for one in codes.actions.values()],
                   "results": [{"code": one.code, "en": one.label.en, "zh": one.label.zh, "outcome": one.outcome, "flags": list(one.flags), "point": one.point,
                                "hold": one.hold, "rules_out": one.rules_out, "asks": sorted(one.asks)} for one in codes.results.values()]})
        return
    show_table("Wrap-up codes", [("code", False), ("", False), ("flags", False), ("follows", False)],
               [(one.code, one.label.in_language(language), " ".join(one.flags[1:]), " ".join(filter(None, [one.hold and f"hold:{one.hold}", one.point and f"point:{one.point}",
                 one.rules_out and f"ruled out:{one.rules_out}"]))) for one in codes.results.values()])


@call.command(name="points")
def call_points(case_id: str, /, *, language: LanguageOption = "en", json: JsonOption = False, home: HomeOption = None) -> None:
    """The numbers of a case, masked: what each is worth, whether it may be called now, else from when on; and the best hours.

    Example:
      arrears call points 0A1B2C3D4E5F6G
    """
    with doors.opened(home) as place:
        task = calls.call_task(place, institution_of(place), read_id(case_id), at=now(), agent=getpass.getuser())
    if json:
        show_json({
            "zone": task.zone, "best_hours": [{"from": band, "likely": str(rate)} for band, rate in task.best_hours],
            "points": [{"point": one.point.reference, "masked": one.point.masked, "state": one.quality.state, "attempts": one.quality.attempts, "answers": one.quality.answers,
                        "likely_percent": one.quality.percent, "answer": one.outlook.answer,
                        "next_permitted_at": None if one.outlook.next_permitted_at is None else one.outlook.next_permitted_at.isoformat()} for one in task.points]})
        return
    show_table(counted(len(task.points), "number"), [("point", False), ("number", False), ("is", False), ("answered", True), ("now", False), ("not before", False)],
               [(one.point.reference, one.point.masked or "", one.quality.state, f"{one.quality.answers}/{one.quality.attempts}", one.outlook.answer.value,
                 "" if one.outlook.next_permitted_at is None else one.outlook.next_permitted_at.astimezone(ZoneInfo(task.zone)).isoformat(" ", "minutes")) for one in task.points])
    if task.best_hours:
        results.print("Most likely to answer: " + ", ".join(f"{band:02d}:00-{band + 2:02d}:00" for band, _ in task.best_hours[:3]) + f" ({task.zone})")
    for step in task.script.steps:
        results.print(step.title.in_language(language), style="bold")
        for line in step.lines:
            results.print(f"  {line.words.in_language(language)}")


@call.command(name="open")
def call_open(case_id: str, /, *, point: str, language: LanguageOption = "en", json: JsonOption = False, home: HomeOption = None) -> None:
    """Open a number to call it now: a permit is taken at this moment, the call counts, and that the number was seen is recorded.

    Ends with exit code 1, and shows no number, where the answer is not yes.

    Example:
      arrears call open 0A1B2C3D4E5F6G --point 8123456789

    Parameters
    ----------
    point
        Which number, by its reference: arrears call points
    """
    with doors.opened(home) as place:
        institution_id, at = institution_of(place), now()
        answer = calls.open_number(place, institution_id, read_id(case_id), point, at=at, agent=getpass.getuser(), role=COMMAND_LINE)
        zone = calls.zone_of_case(place, institution_id, read_id(case_id), at)
    if isinstance(answer, Refusal):
        if json:
            show_json(permits.answer_in_json(answer))
        raise AnswerIsNo(_refused(answer, language, zone), answer.reason_zh if language == "zh" else answer.reason_en, "; ".join(
            f"{rule}: {citation}" for rule, citation in zip(answer.rules, answer.citations, strict=True)))
    if json:
        show_json({**permits.answer_in_json(answer.permit), "number": answer.number})
        return
    results.print(f"{answer.number}  until {answer.permit.expires_at.astimezone(ZoneInfo(zone)).isoformat(' ', 'minutes')} {zone}")
    results.print(f"arrears call wrap-up {id_text(answer.permit.permit_id)} --result …")


NO = Sentence("Not now.", "现在不可。")
NEXT = Sentence("If nothing else happens, not before", "若无其他情况，最早")


def _refused(refusal: Refusal, language: Language, zone: str) -> str:
    later = refusal.next_permitted_at
    return NO.in_language(language) + ("" if later is None else f" {NEXT.in_language(language)} {later.astimezone(ZoneInfo(zone)).isoformat(' ', 'minutes')} {zone}")


@call.command(name="wrap-up")
def call_wrap_up(
    permit_id: str, /, *, result: str, action: str = "OC", words: str = "", callback: datetime | None = None, promise: str | None = None, currency: str = "",
    due: date | None = None, json: JsonOption = False, home: HomeOption = None,
) -> None:
    """Record what came of a call: the contact, and all that follows from the code, together or not at all.

    Examples:
      arrears call wrap-up 0A1B2C3D4E5F6G --result NA
      arrears call wrap-up 0A1B2C3D4E5F6G --result WN
      arrears call wrap-up 0A1B2C3D4E5F6G --result PTP --promise 500 --currency CNY --due 2026-12-10

    Parameters
    ----------
    permit_id
        The permit under which the number was opened.
    result, action
        Codes: arrears call codes
    words
        What the person said; sealed under the person's key.
    callback
        When the person wants to be called, with its zone.
    promise, currency, due
        What the person promises to pay, and by which day.
    """
    told = Told(action, result, words, callback_at=None if callback is None else zoned(callback), promise_minor=_minor(promise, currency), promise_currency=currency, promise_due_on=due)
    with doors.opened(home) as place:
        fact = calls.wrap_up(place, institution_of(place), read_id(permit_id), told, at=now(), agent=getpass.getuser())
    _wrapped_up(fact.followed, fact.result, json)


@call.command(name="received")
def call_received(case_id: str, /, *, result: str, point: str = "", words: str = "", callback: datetime | None = None, json: JsonOption = False, home: HomeOption = None) -> None:
    """Record what came of a call that the person made to us. It needs no permit.

    Example:
      arrears call received 0A1B2C3D4E5F6G --result CLAIM --words "paid on the 20th at the counter"

    Parameters
    ----------
    result
        Code: arrears call codes
    point
        From which number, by its reference.
    """
    told = Told("IC", result, words, callback_at=None if callback is None else zoned(callback))
    with doors.opened(home) as place:
        fact = calls.wrap_up_received(place, institution_of(place), read_id(case_id), told, point, at=now(), agent=getpass.getuser())
    _wrapped_up(fact.followed, fact.result, json)


def _wrapped_up(followed: tuple[str, ...], result: str, json: bool) -> None:
    if json:
        show_json({"result": result, "followed": list(followed)})
        return
    results.print(f"Recorded: {result}. " + ("It followed: " + ", ".join(followed) + "." if followed else "Nothing follows."))


def _minor(amount: str | None, currency: str) -> int | None:
    if amount is None:
        return None
    try:
        return parse_minor(amount, currency)
    except (AmountNotValid, KeyError) as trouble:
        raise WrongCall("The amount is none in this currency.", "Nothing was recorded.", "Write it as 500 or 500.50, and name --currency.") from trouble


@call.command(name="mark")
def call_mark(case_id: str, /, *, point: str, mark: PointMark, words: str, channel: str = "call", home: HomeOption = None) -> None:
    """Say what a number or address is: verified, wrong_party, invalid, shared; or cleared, where an earlier mark was a mistake.

    Example:
      arrears call mark 0A1B2C3D4E5F6G --point 8123456789 --mark wrong_party --words "the shop next door answered"
    """
    with doors.opened(home) as place:
        _, row = reading.find_case(place, institution_of(place), read_id(case_id))
        calls.mark_point(institution_of(place), row.party_id, channel, point, mark, words, at=now(), actor=getpass.getuser())
    results.print("Recorded.")


@call.command(name="first-contact")
def call_first_contact(
    case_id: str, /, *, identity: str, reason: Many = None, willingness: str, able: str | None = None, currency: str = "", payday: int | None = None, need: Many = None,
    opens: str = "", closes: str = "", only_these_hours: bool = False, language: str = "", words: str = "", json: JsonOption = False, home: HomeOption = None,
) -> None:
    """Record what the person told us the first time: what happened, what is possible, what is needed. A dispute or a risk protects at once.

    Example:
      arrears call first-contact 0A1B2C3D4E5F6G --identity two_answers --reason job_lost --willingness wants_plan --able 300 --currency CNY --payday 15
    """
    answers = Answers(identity, tuple(reason or ()), willingness, _minor(able, currency), currency, payday, "", opens, closes, only_these_hours, language, tuple(need or ()), words)
    with doors.opened(home) as place:
        fact = first_contacts.hold_first_contact(place, institution_of(place), read_id(case_id), answers, at=now(), by=getpass.getuser())
    show_json({"first_contact_id": id_text(fact.first_contact_id)}) if json else results.print("Recorded.")


@call.command(name="first-contact-times")
def call_first_contact_times(*, book: str = "main", json: JsonOption = False, home: HomeOption = None) -> None:
    """How long it took until somebody spoke with each person, against the lender's own limit; open cases beyond it, the longest wait first.

    Example:
      arrears call first-contact-times --book main
    """
    with doors.opened(home) as place:
        today = now().date()
        found = first_contacts.time_to_first_contact(place, institution_of(place), book, today)
    if json:
        show_json({"limit_days": found.limit_days, "cases": found.cases, "reached": found.reached, "in_time": found.in_time, "median_days": found.median_days,
                   "share_in_time": None if found.share_in_time is None else str(found.share_in_time),
                   "late": [{"case_id": id_text(one.case_id), "opened_on": one.opened_on.isoformat(), "days": one.days(today)} for one in found.late]})
        return
    results.print(f"Within {found.limit_days} days: {found.in_time}, {percent_text(found.share_in_time, 1)}. Spoken with: {found.reached} of {found.cases}; median "
                  f"{'–' if found.median_days is None else found.median_days} days.")
    show_table(counted(len(found.late), "open case") + " beyond the limit", [("case", False), ("opened", False), ("days", True)],
               [(id_text(one.case_id), one.opened_on.isoformat(), str(one.days(today))) for one in found.late[:50]])
