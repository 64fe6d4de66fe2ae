"""How is a person protected, and to what did the person say yes or no, by the command line? The same as the page of the workbench, for scripts and desks."""

from __future__ import annotations

import getpass
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Annotated, Any

from cyclopts import App, Parameter

from arrears.casefile.facts.consent import ConsentTo, Lateness, RuledOut
from arrears.casefile.facts.hold import HoldKind, HoldScope
from arrears.casefile.facts.representation import AdviserKind, AuthorityFinding, NamedBy
from arrears.check.conduct.words import Channel, Place, Recipient
from arrears.cli import doors
from arrears.cli.clock import now
from arrears.cli.options import HomeOption, JsonOption, read_id, zoned
from arrears.cli.proving import ByOption, signed_in
from arrears.cli.showing import results, show_json, show_table
from arrears.core.ids import id_text
from arrears.core.problems import WrongCall
from arrears.engine.use_cases import protecting
from arrears.engine.use_cases.protecting import Agreement, Claim, Proof, Protection, Reach, Refusal
from arrears.engine.use_cases.setting_up import institution_of
from arrears.engine.words import counted

hold = App(name="hold", help="Holds: what protects a person, who is asked about it when, and who may end it.", help_format="plaintext")
consent = App(name="consent", help="Consents and refusals: to what a person said yes or no, with what proves it.", help_format="plaintext")
adviser = App(name="adviser", help="Advisers: who is said to speak for a person, and whether anybody saw the authority.", help_format="plaintext")

CaseArgument = Annotated[str, Parameter(help="Id of the case as the list shows it.")]
Accounts = Annotated[list[str] | None, Parameter(name="--account", help="Account it is about, as `arrears case show` names it; may be given several times.", negative="")]
Account = Annotated[str | None, Parameter(name="--account", help="The one account it is about, as `arrears case show` names it. Default: all.")]
Hours = Annotated[str | None, Parameter(name="--hours", help="Hours of the day where the person is, as 19:00-21:00.")]


@Parameter(name="*")
@dataclass(frozen=True)
class Shown:
    """What proves it.

    Parameters
    ----------
    words
        The person's words, or where it stands.
    evidence
        Id of the piece of evidence in the case, as `arrears evidence list` shows it.
    """

    words: str = ""
    evidence: str | None = None

    def proof(self) -> Proof:
        """The same, as it is recorded."""
        return Proof(None if self.evidence is None else read_id(self.evidence), self.words)


@dataclass(frozen=True, slots=True)
class Desk:
    """The person of a case, before somebody who records something now."""

    institution_id: int
    party_id: int
    at: datetime

    def to(self) -> dict[str, Any]:
        """Whose fact it becomes, when, and by whom."""
        return {"institution_id": self.institution_id, "party_id": self.party_id, "at": self.at, "actor": getpass.getuser()}

    def protection(self) -> Protection:
        """What stands."""
        return protecting.protection_of_person(self.institution_id, self.party_id, self.at.date())


@contextmanager
def _desk(case: str, home: HomeOption) -> Iterator[Desk]:
    with doors.opened(home) as place:
        institution_id = institution_of(place)
        yield Desk(institution_id, protecting.person_of_case(institution_id, read_id(case)), now())


# ---- holds


@hold.command(name="set")
def hold_set(
    case: CaseArgument, /, *, kind: HoldKind, reason: str, scope: HoldScope = HoldScope.PERSON, account: Accounts = None, channel: Channel | None = None, point: str = "",
    until: date | None = None, review: date | None = None, json: JsonOption = False, home: HomeOption = None,
) -> None:
    """Protect the person of a case from now on. What the hold blocks, what stays allowed and who may lift it follow from its kind.

    You own it: you are asked about it on the day of its review. Nobody is contacted again by itself when that day passes.

    Examples:
      arrears hold set 0A1B2C3D4E5F6G --kind hardship --reason "lost work in October"
      arrears hold set 0A1B2C3D4E5F6G --kind dispute --reason "says that the fee is wrong" --scope debt --account 1B2C3D4E5F6G7H --review 2026-12-10
      arrears hold set 0A1B2C3D4E5F6G --kind breathing_space --reason "notice of 27 November" --until 2027-01-26

    Parameters
    ----------
    kind
        Why the person is protected.
    reason
        What happened, in a few words; sealed under the person's key.
    scope
        person, debt, contact_point, obligor.
    channel
        The channel, for a hold on a contact point.
    point
        The number or address, or your reference to it, for a hold on a contact point.
    until
        The law's own last day; only of periods that the law ends.
    review
        Day on which you are asked about it. Default: by its kind.
    """
    reach = Reach(scope, tuple(read_id(one) for one in account or ()), channel or "", point)
    with _desk(case, home) as desk:
        made = protecting.place_hold(kind=kind, reason=reason, reach=reach, to_on=until, review_on=review, **desk.to())
    if json:
        show_json({"hold_id": id_text(made.hold_id), "kind": made.kind, "blocks": list(made.blocks), "may_lift": made.may_lift})
        return
    results.print(f"It protects from now on: no {', no '.join(made.blocks)}. Lift it with: arrears hold lift {case} {id_text(made.hold_id)} --reason … --by NAME")


@hold.command(name="review")
def hold_review(case: CaseArgument, hold_id: str, /, *, note: str, until: date, home: HomeOption = None) -> None:
    """Keep a hold after looking at it, until it is looked at again.

    Example:
      arrears hold review 0A1B2C3D4E5F6G 1B2C3D4E5F6G7H --note "the bank has not answered yet" --until 2026-12-20

    Parameters
    ----------
    hold_id
        Id of the hold, as `arrears hold list` shows it.
    note
        What was found; sealed under the person's key.
    until
        Day of the next review, within 180 days.
    """
    with _desk(case, home) as desk:
        kept = protecting.keep_hold(hold_id=read_id(hold_id), note=note, next_review_on=until, **desk.to())
    results.print(f"The hold stays; you are asked again on {kept.next_review_on}.")


@hold.command(name="lift")
def hold_lift(case: CaseArgument, hold_id: str, /, *, reason: str, by: ByOption, home: HomeOption = None) -> None:
    """End a hold, in a role that may: asks for that person's password. Nothing goes out by itself afterwards.

    Example:
      arrears hold lift 0A1B2C3D4E5F6G 1B2C3D4E5F6G7H --reason "the fee was taken back" --by lin

    Parameters
    ----------
    hold_id
        Id of the hold, as `arrears hold list` shows it.
    reason
        What ended it; sealed under the person's key.
    """
    with _desk(case, home) as desk:
        person = signed_in(desk.institution_id, by)
        trained = person.username in protecting.who_is_called(desk.institution_id)
        protecting.lift_hold(hold_id=read_id(hold_id), reason=reason, role=person.role, is_trained=trained, **{**desk.to(), "actor": person.username})
    results.print("The hold is lifted. Nothing goes out by itself: what is to be done is decided anew.")


@hold.command(name="list")
def hold_list(case: CaseArgument, /, *, json: JsonOption = False, home: HomeOption = None) -> None:
    """The holds of a case's person, those that ended too. Reasons stay sealed.

    Example:
      arrears hold list 0A1B2C3D4E5F6G
    """
    with _desk(case, home) as desk:
        found = desk.protection()
    rows = [(one, stands) for some, stands in ((found.holds, True), (found.ended_holds, False)) for one in some]
    if json:
        show_json([
            {"hold_id": id_text(one.hold.hold_id), "kind": one.hold.kind, "stands": stands, "from": one.hold.from_on, "last_day": one.hold.to_on, "scope": one.terms.scope,
             "accounts": [id_text(account) for account in one.terms.account_ids], "channel": one.terms.channel or None, "blocks": list(one.hold.blocks),
             "allows": list(one.terms.allows), "owner": one.terms.owner or None, "review_on": one.review_on, "may_lift": one.hold.may_lift, "lifted_on": one.lifted_on}
            for one, stands in rows
        ])
        return
    show_table(
        counted(len(found.holds), "hold stands", "holds stand") if found.holds else "No hold stands.",
        [("hold", False), ("kind", False), ("", False), ("since", False), ("reach", False), ("blocks", False), ("review", False), ("owner", False), ("may lift", False)],
        [(id_text(one.hold.hold_id), one.hold.kind, "stands" if stands else "ended", f"{one.hold.from_on}", one.terms.scope, ", ".join(one.hold.blocks), f"{one.review_on}",
          one.terms.owner, one.hold.may_lift) for one, stands in rows])


# ---- consents and refusals


@consent.command(name="record")
def consent_record(
    case: CaseArgument, /, *, to: ConsentTo, at: datetime | None = None, lateness: Lateness = Lateness.UNKNOWN, recipient: Recipient = Recipient.DEBTOR,
    channel: Channel | None = None, point: str = "", account: Account = None, hours: Hours = None, until: date | None = None, direct: bool = False, complete: bool = False,
    revocable: bool = False, shown: Shown | None = None, json: JsonOption = False, home: HomeOption = None,
) -> None:
    """Record to what the person of a case agreed, with what proves it.

    An agreement on hours or frequency counts only if it was given after payment was late, has an end, and can be taken back.

    Examples:
      arrears consent record 0A1B2C3D4E5F6G --to channel --channel text --words "asks for texts instead of calls" --direct
      arrears consent record 0A1B2C3D4E5F6G --to time --hours 20:00-21:00 --until 2026-12-31 --lateness after_late --revocable --evidence 1B2C3D4E5F6G7H

    Parameters
    ----------
    to
        channel, time, frequency, call_back, electronic_notices, third_person, data_sharing.
    at
        When it was given, with its zone. Default: now.
    lateness
        before_late, after_late, unknown: seen from the debt.
    recipient
        Who may be reached by it.
    channel
        The one channel. Default: every one.
    point
        The number or address, or your reference to it.
    until
        Last day on which it counts.
    direct
        Given to whoever relies on it, not passed on by another.
    complete
        Everything was told beforehand that the law wants told.
    revocable
        The person may take it back at any time.
    """
    opens, closes = _opens_and_closes(hours)
    with _desk(case, home) as desk:
        agreement = Agreement(to, desk.at if at is None else zoned(at), lateness, recipient, channel or "", point, _account(account), opens, closes, until, direct, complete, revocable)
        made = protecting.give_consent(agreement=agreement, proof=(shown or Shown()).proof(), **desk.to())
    _recorded({"consent_id": id_text(made.consent_id)}, f"The consent is recorded. Take it back with: arrears consent withdraw {case} {id_text(made.consent_id)} --words …", json)


@consent.command(name="withdraw")
def consent_withdraw(case: CaseArgument, consent_id: str, /, *, shown: Shown | None = None, home: HomeOption = None) -> None:
    """Record that a consent was taken back; from this second on it is none.

    Example:
      arrears consent withdraw 0A1B2C3D4E5F6G 1B2C3D4E5F6G7H --words "no more texts, on the telephone"

    Parameters
    ----------
    consent_id
        Id of the consent, as `arrears consent list` shows it.
    """
    with _desk(case, home) as desk:
        protecting.withdraw_consent(consent_id=read_id(consent_id), proof=(shown or Shown()).proof(), **desk.to())
    results.print("The consent is taken back from now on.")


@consent.command(name="refuse")
def consent_refuse(
    case: CaseArgument, /, *, what: RuledOut, at: datetime | None = None, channel: Channel | None = None, point: str = "", place: Place | None = None, account: Account = None,
    hours: Hours = None, only_inside: bool = False, written: bool = False, shown: Shown | None = None, json: JsonOption = False, home: HomeOption = None,
) -> None:
    """Record what the person of a case no longer wants: all contact, a channel or number, some hours, a place.

    Examples:
      arrears consent refuse 0A1B2C3D4E5F6G --what everything --written --words "letter of 27 November"
      arrears consent refuse 0A1B2C3D4E5F6G --what time --hours 18:00-21:00 --words "feeds the children then"

    Parameters
    ----------
    what
        everything, channel, time, place, workplace.
    at
        When it was asked, with its zone. Default: now.
    channel
        The channel that is meant.
    point
        The number or address that is meant, or your reference to it.
    place
        home, workplace, public or elsewhere.
    only_inside
        The hours are the only ones in which contact is welcome.
    written
        It came in writing.
    """
    opens, closes = _opens_and_closes(hours)
    with _desk(case, home) as desk:
        refusal = Refusal(what, desk.at if at is None else zoned(at), channel or "", point, place or "", _account(account), opens, closes, only_inside, written)
        made = protecting.rule_out(refusal=refusal, proof=(shown or Shown()).proof(), **desk.to())
    _recorded({"request_id": id_text(made.request_id)}, "The request is recorded and kept from now on.", json)


@consent.command(name="reopen")
def consent_reopen(case: CaseArgument, request_id: str, /, *, shown: Shown | None = None, home: HomeOption = None) -> None:
    """Record that the person took a refusal back, by the person's own words; nobody else can.

    Example:
      arrears consent reopen 0A1B2C3D4E5F6G 1B2C3D4E5F6G7H --words "you may call again"

    Parameters
    ----------
    request_id
        Id of the refusal, as `arrears consent list` shows it.
    """
    with _desk(case, home) as desk:
        protecting.open_again(request_id=read_id(request_id), proof=(shown or Shown()).proof(), **desk.to())
    results.print("The request is taken back, by the person's own word.")


@consent.command(name="list")
def consent_list(case: CaseArgument, /, *, json: JsonOption = False, home: HomeOption = None) -> None:
    """To what a case's person said yes and no, and what was taken back. Words and numbers stay sealed.

    Example:
      arrears consent list 0A1B2C3D4E5F6G
    """
    with _desk(case, home) as desk:
        found = desk.protection()
    rows: list[dict[str, Any]] = [
        {"id": id_text(one.consent_id), "says": "yes", "to": one.subject, "channel": one.channel or None, "opens": one.opens or None, "closes": one.closes or None,
         "at": one.given_at.isoformat(), "until": one.until_on, "lateness": one.lateness, "taken_back": None if ended is None else ended.withdrawn_at.isoformat()}
        for one, ended in found.consents
    ]
    rows += [
        {"id": id_text(one.request_id), "says": "no", "to": one.what, "channel": one.channel or None, "opens": one.opens or None, "closes": one.closes or None,
         "at": one.asked_at.isoformat(), "until": None, "lateness": None, "taken_back": None if again is None else again.opened_at.isoformat()}
        for one, again in found.refusals
    ]
    if json:
        show_json(rows)
        return
    show_table(
        counted(len(rows), "consent or refusal", "consents and refusals") if rows else "Nothing was agreed to or refused.",
        [("id", False), ("says", False), ("to", False), ("channel", False), ("hours", False), ("on", False), ("until", False), ("taken back", False)],
        [(one["id"], one["says"], one["to"], one["channel"] or "", f"{one['opens']}-{one['closes']}" if one["opens"] else "", one["at"][:10], f"{one['until'] or ''}",
          one["taken_back"][:10] if one["taken_back"] else "") for one in rows])


# ---- advisers


@adviser.command(name="name")
def adviser_name(
    case: CaseArgument, /, *, kind: AdviserKind, name: str, named_by: NamedBy, contact: str = "", account: Account = None, shown: Shown | None = None,
    json: JsonOption = False, home: HomeOption = None,
) -> None:
    """Record that somebody is said to speak for the person of a case: collection stops, and the adviser learns nothing before the authority was seen.

    Example:
      arrears adviser name 0A1B2C3D4E5F6G --kind lawyer --name "Chen & Partners" --named-by debtor --words "call of 27 November"

    Parameters
    ----------
    kind
        lawyer, debt_adviser, family, commercial, other.
    name
        Who; sealed under the person's key.
    named_by
        Who said so: debtor, adviser, authority.
    contact
        How the adviser is reached.
    """
    with _desk(case, home) as desk:
        made = protecting.name_adviser(claim=Claim(kind, name, contact, named_by, _account(account)), proof=(shown or Shown()).proof(), **desk.to())
    _recorded({"adviser_id": id_text(made.adviser_id)}, "Collection stops. The adviser learns nothing before the authority was seen.", json)


@adviser.command(name="check")
def adviser_check(case: CaseArgument, adviser_id: str, /, *, finding: AuthorityFinding, shown: Shown | None = None, home: HomeOption = None) -> None:
    """Record what came of looking at an adviser's authority. That it was seen needs the paper among the evidence.

    Example:
      arrears adviser check 0A1B2C3D4E5F6G 1B2C3D4E5F6G7H --finding verified --evidence 2C3D4E5F6G7H8J

    Parameters
    ----------
    adviser_id
        Id of the adviser, as `arrears adviser list` shows it.
    finding
        verified, not_shown, denied.
    """
    with _desk(case, home) as desk:
        protecting.check_authority(adviser_id=read_id(adviser_id), finding=finding, proof=(shown or Shown()).proof(), **desk.to())
    results.print("What was found about the authority is recorded.")


@adviser.command(name="end")
def adviser_end(case: CaseArgument, adviser_id: str, /, *, shown: Shown | None = None, home: HomeOption = None) -> None:
    """Record that an adviser acts no longer.

    Example:
      arrears adviser end 0A1B2C3D4E5F6G 1B2C3D4E5F6G7H --words "letter of the firm, 28 November"

    Parameters
    ----------
    adviser_id
        Id of the adviser, as `arrears adviser list` shows it.
    """
    with _desk(case, home) as desk:
        protecting.end_adviser(adviser_id=read_id(adviser_id), proof=(shown or Shown()).proof(), **desk.to())
    results.print("It is recorded that the adviser acts no longer.")


@adviser.command(name="list")
def adviser_list(case: CaseArgument, /, *, json: JsonOption = False, home: HomeOption = None) -> None:
    """Who was said to speak for a case's person, and what was found about the authority. Names stay sealed.

    Example:
      arrears adviser list 0A1B2C3D4E5F6G
    """
    with _desk(case, home) as desk:
        found = desk.protection().advisers
    rows = [
        {"id": id_text(one.named.adviser_id), "kind": one.named.kind, "named_by": one.named.named_by, "at": one.named.named_at.isoformat(),
         "authority": None if one.checked is None else one.checked.finding, "ended": None if one.ended is None else one.ended.ended_at.isoformat()} for one in found
    ]
    if json:
        show_json(rows)
        return
    show_table(
        counted(len(rows), "adviser") if rows else "Nobody is said to act.", [("id", False), ("kind", False), ("named by", False), ("on", False), ("authority", False), ("ended", False)],
        [(f"{one['id']}", f"{one['kind']}", f"{one['named_by']}", f"{found[place].named.named_at.date()}", f"{one['authority'] or 'not seen'}", "yes" if one["ended"] else "")
         for place, one in enumerate(rows)])


def _recorded(made: dict[str, Any], said: str, json: bool) -> None:
    show_json(made) if json else results.print(said)


def _account(text: str | None) -> int | None:
    return None if text is None else read_id(text)


def _opens_and_closes(hours: str | None) -> tuple[str, str]:
    """19:00-21:00 as its two ends."""
    if hours is None:
        return "", ""
    opens, _, closes = hours.partition("-")
    try:
        first, last = (time.fromisoformat(part.strip()).strftime("%H:%M") for part in (opens, closes))
    except ValueError as trouble:
        raise WrongCall(f"“{hours}” names no hours.", "Nothing was recorded.", "Write them like 19:00-21:00.") from trouble
    return first, last
