"""May we contact this person now, by the command line, and what came of it?"""

from __future__ import annotations

import getpass
from datetime import datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from cyclopts import App, Parameter

from arrears.casefile.facts.contact import Contact
from arrears.casefile.facts.permit import VoidReason
from arrears.check.conduct.words import Channel, Mark, Mode, Outcome, Place, Purpose, Recipient, Side
from arrears.check.gate.permit import Permit, Refusal
from arrears.check.protections import debt_of
from arrears.cli import doors
from arrears.cli.clock import now
from arrears.cli.options import HomeOption, JsonOption, LanguageOption, read_id, zoned
from arrears.cli.showing import results, show_json, show_table
from arrears.core.ids import id_text
from arrears.core.problems import AnswerIsNo
from arrears.core.reasons import Language, Sentence
from arrears.engine.use_cases import permits
from arrears.engine.use_cases.permits import Wanted
from arrears.engine.use_cases.setting_up import institution_of
from arrears.engine.words import counted

permit = App(name="permit", help="Permits: nobody is contacted without one. Good once, and for a short time.", help_format="plaintext")
contact = App(name="contact", help="Contacts: what came of a permit, and what was made or received without one.", help_format="plaintext")

Says = Annotated[list[Mark] | None, Parameter(name="--says", help="What the message says and discloses; may be given several times.", negative="")]
Debts = Annotated[list[str] | None, Parameter(name="--debt", help="Account it is about, as `arrears case show` names it; may be given several times. Default: all of the case.", negative="")]
NOT_STATED = Sentence("What the lender must state stands in law.yaml in the home: docs/how_to/get_a_permit.md", "机构须说明的事项写在主目录的 law.yaml 中：docs/how_to/get_a_permit.md")
PERMITTED = Sentence("Permitted once, until", "准许一次，有效期至")
RULES_IN_THE_WAY = Sentence("In the way", "所受限制")
NEXT = Sentence("If nothing else happens, not before", "若无其他情况，最早")
ANSWERS = {
    "refused": Sentence("No.", "不可。"),
    "deferred_until": Sentence("Not now.", "现在不可。"),
    "deferred_for_review": Sentence("Not before a person of the compliance role has confirmed a rule or figure.", "须待合规人员确认规则或数值后方可。"),
}


@permit.command(name="ask")
def permit_ask(
    case_id: str, /, *, channel: Channel, purpose: Purpose = Purpose.COLLECTION, to: Recipient = Recipient.DEBTOR, point: str = "", place: Place = Place.NOT_TIED,
    mode: Mode = Mode.INTERACTIVE, debt: Debts = None, says: Says = None, party: str = "lender", key: str | None = None, language: LanguageOption = "en", json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Ask whether the person of a case may be contacted now. Yes is a permit, good once; no says which rule, where it stands, and from when on.

    Whose law applies, in which role you collect and since when contacts are known stands in law.yaml in the home; what is not known permits
    nothing. Ends with exit code 1 where the answer is not yes.

    Examples:
      arrears permit ask 0A1B2C3D4E5F6G --channel call --says institution_named
      arrears permit ask 0A1B2C3D4E5F6G --channel call --debt 1B2C3D4E5F6G7H --says institution_named --says recording_notice
      arrears permit ask 0A1B2C3D4E5F6G --channel text --purpose reminder --mode informative --key 2026-11-28/1 --json

    Parameters
    ----------
    case_id
        Id of the case as the list shows it.
    channel
        By which way.
    purpose
        Why: answer, receipt, reminder, collection, statutory_notice, location.
    to
        Whom it is to reach.
    point
        Which number or address, as your own reference; never the number itself.
    place
        Where the point reaches the person.
    mode
        interactive, or informative where the person is only told.
    party
        Which of those who collect would do it.
    key
        Your name for this request: asked again under it, the same answer is given.
    language
        Language of the answer: en or zh.
    """
    at, actor = now(), getpass.getuser()
    wanted = Wanted(purpose, channel, party, to, debts=_debts(debt), point=point, place=place, mode=mode, says=frozenset(says or ()))
    with doors.opened(home) as opened:
        answer = permits.ask(opened, institution_of(opened), read_id(case_id), wanted, key or permits.fresh_key(at, actor), at=at, actor=actor)
        zone = permits.zone_of_case(opened, institution_of(opened), read_id(case_id), at)
    show_json(permits.answer_in_json(answer)) if json else _show(answer, language, zone)
    if isinstance(answer, Refusal):
        raise AnswerIsNo(_no(answer, language, zone))


def _show(answer: Permit | Refusal, language: Language, zone: str) -> None:
    if isinstance(answer, Permit):
        results.print(f"{PERMITTED.in_language(language)} {_clock(answer.expires_at, zone)}")
        results.print(f"arrears permit use {id_text(answer.permit_id)}")
        return
    for why in filter(None, [answer.reason_zh if language == "zh" else answer.reason_en]):
        results.print(why)
    if answer.verdict is None:
        results.print(NOT_STATED.in_language(language))
    if answer.rules:
        show_table(RULES_IN_THE_WAY.in_language(language), [("rule", False), ("where it stands", False)], list(zip(answer.rules, answer.citations, strict=True)))


def _no(answer: Refusal, language: Language, zone: str) -> str:
    said = ANSWERS[answer.answer].in_language(language)
    return f"{said} {NEXT.in_language(language)} {_clock(answer.next_permitted_at, zone)}" if answer.next_permitted_at else said


@permit.command(name="use")
def permit_use(permit_id: str, /, *, json: JsonOption = False, home: HomeOption = None) -> None:
    """Take a permit, now, and then make the contact. It succeeds once, not after it has expired, and not where something was recorded since.

    Example:
      arrears permit use 0A1B2C3D4E5F6G

    Parameters
    ----------
    permit_id
        Id of the permit.
    """
    with doors.opened(home) as place:
        used = permits.use(institution_of(place), read_id(permit_id), at=now(), actor=getpass.getuser())
    if json:
        show_json(permits.answer_in_json(used))
        return
    results.print(f"Taken. Make the contact now, then: arrears contact record {id_text(used.permit_id)} --outcome …")


@permit.command(name="void")
def permit_void(permit_id: str, /, *, reason: VoidReason = VoidReason.NOT_NEEDED, home: HomeOption = None) -> None:
    """Give an open permit back: it counts no more.

    Example:
      arrears permit void 0A1B2C3D4E5F6G --reason circumstances_changed

    Parameters
    ----------
    permit_id
        Id of the permit.
    reason
        Why: not_needed, circumstances_changed, mistake.
    """
    with doors.opened(home) as place:
        permits.void(institution_of(place), read_id(permit_id), reason, at=now(), actor=getpass.getuser())
    results.print("Given back.")


@permit.command(name="list")
def permit_list(case_id: str, /, *, json: JsonOption = False, home: HomeOption = None) -> None:
    """The permits of a case's person, newest first, and how each stands: open, used, told, voided, expired.

    Example:
      arrears permit list 0A1B2C3D4E5F6G

    Parameters
    ----------
    case_id
        Id of the case.
    """
    with doors.opened(home) as place:
        found = permits.permits_of(place, institution_of(place), read_id(case_id), now())
        zone = permits.zone_of_case(place, institution_of(place), read_id(case_id), now())
    if json:
        show_json([{**permits.answer_in_json(one.permit), "state": one.state, "outcome": one.outcome} for one in found])
        return
    show_table(counted(len(found), "permit") if found else "No permit was ever issued for this person.",
               [("permit", False), ("", False), ("channel", False), ("purpose", False), ("issued", False), ("expires", False), ("outcome", False)],
               [(id_text(one.permit.permit_id), one.state, str(one.permit.proposed.channel), str(one.permit.proposed.purpose), _clock(one.permit.issued_at, zone),
                 _clock(one.permit.expires_at, zone), one.outcome or "") for one in found])


@contact.command(name="record")
def contact_record(
    permit_id: str, /, *, outcome: Outcome, at: datetime | None = None, note: str = "", json: JsonOption = False, home: HomeOption = None
) -> None:
    """Record what came of the contact that a permit was taken for: from then on the contact counts, and the permit no more.

    Examples:
      arrears contact record 0A1B2C3D4E5F6G --outcome no_answer
      arrears contact record 0A1B2C3D4E5F6G --outcome conversation --note "pays on Friday"

    Parameters
    ----------
    permit_id
        Id of the permit that was used.
    outcome
        conversation, connected, dropped, no_answer, voicemail, busy, not_in_service, sent.
    at
        When it was made, with its zone. Default: now.
    note
        What was said; sealed under the person's key.
    """
    with doors.opened(home) as place:
        made = permits.record_outcome(institution_of(place), read_id(permit_id), outcome, note, _moment(at), at=now(), actor=getpass.getuser())
        zone = "UTC" if made.case_id is None else permits.zone_of_case(place, institution_of(place), made.case_id, now())
    _recorded(made, json, zone)


@contact.command(name="add")
def contact_add(
    case_id: str, /, *, channel: Channel, outcome: Outcome, at: datetime, purpose: Purpose = Purpose.COLLECTION, to: Recipient = Recipient.DEBTOR, point: str = "",
    mode: Mode = Mode.INTERACTIVE, debt: Debts = None, party: str = "lender", note: str = "", json: JsonOption = False, home: HomeOption = None,
) -> None:
    """Record a contact that was made without a permit, such as one of an agency's: it counts against every cap like any other.

    Example:
      arrears contact add 0A1B2C3D4E5F6G --channel call --outcome no_answer --at 2026-11-27T10:15:00+08:00 --party agency

    Parameters
    ----------
    case_id
        Id of the case.
    channel
        By which way.
    outcome
        What came of it.
    at
        When, with its zone.
    purpose
        Why.
    to
        Whom it reached.
    point
        Which number or address, as your own reference.
    mode
        interactive or informative.
    party
        Who made it.
    note
        What was said; sealed under the person's key.
    """
    made = Wanted(purpose, channel, party, to, debts=_debts(debt), point=point, mode=mode)
    with doors.opened(home) as place:
        found = permits.record_without_permit(place, institution_of(place), read_id(case_id), made, outcome, note, zoned(at), at=now(), actor=getpass.getuser())
        zone = permits.zone_of_case(place, institution_of(place), read_id(case_id), now())
    _recorded(found, json, zone)


@contact.command(name="received")
def contact_received(
    case_id: str, /, *, channel: Channel, at: datetime, side: Side = Side.DEBTOR, point: str = "", note: str = "", json: JsonOption = False, home: HomeOption = None
) -> None:
    """Record that somebody contacted us: it may be answered.

    Example:
      arrears contact received 0A1B2C3D4E5F6G --channel email --at 2026-11-27T21:40:00+08:00 --note "asks for a statement"

    Parameters
    ----------
    case_id
        Id of the case.
    channel
        By which way.
    at
        When, with its zone.
    side
        Who: debtor, creditor, adviser, third_person, authority.
    point
        From which number or address, as your own reference.
    note
        What was said; sealed under the person's key.
    """
    message = Wanted(Purpose.ANSWER, channel, point=point)
    with doors.opened(home) as place:
        found = permits.record_received(place, institution_of(place), read_id(case_id), message, side, note, zoned(at), at=now(), actor=getpass.getuser())
        zone = permits.zone_of_case(place, institution_of(place), read_id(case_id), now())
    _recorded(found, json, zone)


@contact.command(name="list")
def contact_list(case_id: str, /, *, json: JsonOption = False, home: HomeOption = None) -> None:
    """The contacts with a case's person that were recorded here, newest first. Notes stay sealed.

    Example:
      arrears contact list 0A1B2C3D4E5F6G

    Parameters
    ----------
    case_id
        Id of the case.
    """
    with doors.opened(home) as place:
        found = permits.contacts_of(place, institution_of(place), read_id(case_id))
        zone = permits.zone_of_case(place, institution_of(place), read_id(case_id), now())
    if json:
        show_json([_in_json(one) for one in found])
        return
    show_table(counted(len(found), "contact") if found else "No contact was recorded here.",
               [("when", False), ("", False), ("channel", False), ("purpose", False), ("outcome", False), ("by", False)],
               [(_clock(one.occurred_at, zone), one.kind.value, one.channel, one.purpose or "", one.outcome or "", one.collector) for one in found])


def _recorded(made: Contact, json: bool, zone: str) -> None:
    show_json(_in_json(made)) if json else results.print(f"Recorded: {made.kind.value}, {made.channel}, {made.outcome or 'received'}, {_clock(made.occurred_at, zone)}.")


def _in_json(one: Contact) -> dict[str, Any]:
    return {
        "contact_id": id_text(one.contact_id), "kind": one.kind.value, "occurred_at": one.occurred_at.isoformat(), "side": one.side, "party": one.collector,
        "purpose": one.purpose, "channel": one.channel, "to": one.recipient, "debts": permits.account_ids(one.debts), "point": one.point, "outcome": one.outcome,
        "permit_id": None if one.permit_id is None else id_text(one.permit_id),
    }


def _clock(at: datetime, zone: str) -> str:
    """A moment on the clock of this zone, and which that is: the machine's own may be another.

    >>> from datetime import UTC
    >>> _clock(datetime(2026, 11, 28, 12, tzinfo=UTC), "Asia/Shanghai")
    '2026-11-28 20:00:00+08:00 Asia/Shanghai'
    """
    return f"{at.astimezone(ZoneInfo(zone)).isoformat(' ', 'seconds')} {zone}"


def _moment(at: datetime | None) -> datetime | None:
    return None if at is None else zoned(at)


def _debts(accounts: list[str] | None) -> tuple[str, ...]:
    return tuple(debt_of(read_id(one)) for one in accounts or ())
