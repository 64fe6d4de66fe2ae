"""How does a named person take a weighty decision, do otherwise than the policy, or look again when the debtor asks, on the command line?"""

from __future__ import annotations

import getpass
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any, Literal

from cyclopts import App

from arrears.casefile.facts.weighty import ReviewOutcome
from arrears.cli import doors
from arrears.cli.approvals import id_meant
from arrears.cli.clock import now
from arrears.cli.options import HomeOption, JsonOption, LanguageOption
from arrears.cli.proving import ByOption, PasswordFileOption, signed_in
from arrears.cli.showing import results, show_json, show_table
from arrears.core.ids import id_text
from arrears.core.reasons import Language, Sentence
from arrears.engine import words
from arrears.engine.home import Home
from arrears.engine.use_cases import reading, weighty
from arrears.engine.use_cases.setting_up import institution_of

decision = App(name="decision", help="Decisions that a named person takes about a case: suit, placement, credit reporting, enforcement, refusal of relief.", help_format="plaintext")
review = App(name="review", help="The debtor asks a human to look at a decision again; until it is answered nothing weighty is carried out.", help_format="plaintext")
NOTHING = Sentence("Nothing weighty may be carried out on this case now.", "目前不得对该案件执行任何重大决定。")
ANSWERS = Sentence("{kind}: {by} answers for it, {at:%Y-%m-%d %H:%M}", "{kind}：由{by}决定并负责，{at:%Y-%m-%d %H:%M}")
PROPOSED = Sentence("The policy proposes: {kind}. A named person takes it or declines: arrears decision take", "策略建议：{kind}。须由具名人员决定或否决：arrears decision take")
NO_REVIEW, WAITING = Sentence("No review waits for an answer.", "没有待答复的人工复核。"), Sentence("Reviews that wait for an answer", "待答复的人工复核")
HEADS = (Sentence("review", "复核"), Sentence("case", "案件"), Sentence("answer by", "答复期限"))


@decision.command(name="show")
def decision_show(case_id: str, /, *, language: LanguageOption = "en", json: JsonOption = False, home: HomeOption = None) -> None:
    """What a policy proposes for a case, what people decided, and what may be carried out now.

    Examples:
      arrears decision show 0A1B2C3D4E5F6G
      arrears decision show 0A1B2C3D4E5F6G --language zh --json

    Parameters
    ----------
    case_id
        Id of the case, as `arrears case list` shows it.
    """
    with doors.opened(home) as place:
        state = weighty.state_of(place, institution_of(place), id_meant(case_id), now())
    if json:
        show_json(_for_machines(state))
        return
    if state.proposed_now:
        results.print(PROPOSED.in_language(language).format(kind=_called(state.proposed_now, language)))
    for one in state.authorities:
        results.print(ANSWERS.in_language(language).format(kind=_called(one.kind, language), by=one.taken_by, at=one.taken_at.astimezone()))
    if not state.authorities:
        results.print(NOTHING.in_language(language))


@decision.command(name="take")
def decision_take(case_id: str, /, *, reason: str, by: ByOption, password_file: PasswordFileOption = None, home: HomeOption = None) -> None:
    """Take the weighty decision that the policy proposes for this case. You answer for it.

    Example:
      arrears decision take 0A1B2C3D4E5F6G --reason "refused three plans and can pay" --by wei

    Parameters
    ----------
    case_id
        Id of the case.
    reason
        Why; it is sealed under the person's key.
    """
    _acted(home, by, password_file, lambda place, **who: weighty.take(place, institution_of(place), id_meant(case_id), is_taken=True, reason=reason, **who))
    results.print("Taken. It may be carried out until the day that the page of the case names.")


@decision.command(name="decline")
def decision_decline(case_id: str, /, *, reason: str, by: ByOption, password_file: PasswordFileOption = None, home: HomeOption = None) -> None:
    """Decline the weighty decision that the policy proposes for this case.

    Example:
      arrears decision decline 0A1B2C3D4E5F6G --reason "is in hospital" --by wei

    Parameters
    ----------
    case_id
        Id of the case.
    reason
        Why; it is sealed under the person's key.
    """
    _acted(home, by, password_file, lambda place, **who: weighty.take(place, institution_of(place), id_meant(case_id), is_taken=False, reason=reason, **who))
    results.print("Declined. It is not carried out.")


@decision.command(name="propose")
def decision_propose(
    case_id: str, kind: Literal["relief_refusal", "placement", "credit_reporting", "suit", "enforcement"], /, *, reason: str, by: ByOption,
    password_file: PasswordFileOption = None, home: HomeOption = None,
) -> None:
    """Propose a weighty decision that the policy does not propose; a second person decides it (arrears approvals list).

    Example:
      arrears decision propose 0A1B2C3D4E5F6G placement --reason "moved abroad" --by hao

    Parameters
    ----------
    case_id
        Id of the case.
    kind
        Which decision.
    reason
        Why; it is sealed under the person's key.
    """
    done = _acted(home, by, password_file, lambda place, **who: weighty.propose(place, institution_of(place), id_meant(case_id), kind, reason, **who))
    results.print(f"Waits for a second person: {id_text(done.request_id)}")


@decision.command(name="override")
def decision_override(case_id: str, treatment: str, /, *, reason: str, by: ByOption, password_file: PasswordFileOption = None, home: HomeOption = None) -> None:
    """Do otherwise than the policy decided for this case. Nothing weighty can be chosen so.

    Example:
      arrears decision override 0A1B2C3D4E5F6G gentle_reminder_sms --reason "speaks only in the evening" --by hao

    Parameters
    ----------
    case_id
        Id of the case.
    treatment
        Another treatment of the policy.
    reason
        Why; it is sealed under the person's key.
    """
    _acted(home, by, password_file, lambda place, **who: weighty.override(place, institution_of(place), id_meant(case_id), treatment, reason, **who))
    results.print("Kept, with your reason.")


@review.command(name="list")
def review_list(*, language: LanguageOption = "en", json: JsonOption = False, home: HomeOption = None) -> None:
    """Which requests of debtors wait for an answer, the most pressing first?

    Example:
      arrears review list
    """
    with doors.opened(home) as place:
        found = weighty.reviews_waiting(institution_of(place))
    if json:
        show_json([{"review": id_text(one), "case": id_text(case), "due_on": due.isoformat()} for one, case, due in found])
    elif not found:
        results.print(NO_REVIEW.in_language(language))
    else:
        show_table(WAITING.in_language(language), [(head.in_language(language), False) for head in HEADS], [(id_text(one), id_text(case), due.isoformat()) for one, case, due in found])


@review.command(name="ask")
def review_ask(case_id: str, /, *, says: str, by: ByOption, due: date | None = None, password_file: PasswordFileOption = None, home: HomeOption = None) -> None:
    """Record that the debtor asks a human to look again.

    Example:
      arrears review ask 0A1B2C3D4E5F6G --says "was never offered a plan" --by hao

    Parameters
    ----------
    case_id
        Id of the case.
    says
        What the debtor says; it is sealed under the person's key.
    due
        Last day for the answer. Default: in 14 days; 30 at most.
    """
    fact = _acted(home, by, password_file, lambda place, **who: weighty.ask_review(place, institution_of(place), id_meant(case_id), says, due_on=due, **who))
    results.print(f"A human looks again by {fact.due_on}: {id_text(fact.review_id)}")


@review.command(name="answer")
def review_answer(
    case_id: str, review_id: str, outcome: Literal["upheld", "changed"], /, *, found: str, by: ByOption, password_file: PasswordFileOption = None, home: HomeOption = None,
) -> None:
    """Answer as somebody who did not take the decision: it stays (upheld) or falls (changed).

    Example:
      arrears review answer 0A1B2C3D4E5F6G 0A1B2C3D4E5F6G changed --found "no offer is in the record" --by lin

    Parameters
    ----------
    case_id
        Id of the case.
    review_id
        Id of the review, as `arrears review list` shows it.
    outcome
        upheld or changed.
    found
        What you found; it is sealed under the person's key.
    """
    def answer(place: Home, **who: Any) -> object:
        _, row = reading.find_case(place, institution_of(place), id_meant(case_id))
        return weighty.answer_review(institution_of(place), row.party_id, id_meant(review_id), ReviewOutcome(outcome), found, **who)

    _acted(home, by, password_file, answer)
    results.print("Answered.")


def _acted(home: Path | None, by: str, password_file: Path | None, act: Callable[..., Any]) -> Any:
    """Carry out what a named person answers for."""
    with doors.opened(home) as place:
        name = signed_in(institution_of(place), by, password_file).username
        return act(place, username=name, at=now(), actor=getpass.getuser())


def _called(kind: str, language: Language) -> str:
    return words.WEIGHTY_DECISIONS[kind].in_language(language)


def _for_machines(state: weighty.WeightyState) -> dict[str, Any]:
    return {
        "proposed": state.proposed_now,
        "may_be_carried_out": [{"kind": one.kind, "by": one.taken_by, "role": one.role, "at": one.taken_at.isoformat()} for one in state.authorities],
        "waiting": [{"request": id_text(one.request_id), "kind": one.kind, "proposed_by": one.proposed_by} for one, _ in state.waiting],
        "taken": [{"kind": one.kind, "taken": one.is_taken, "by": one.taken_by, "at": one.taken_at.isoformat(), "until": one.valid_until.isoformat()} for one in state.taken],
        "overridden": [{"from": one.treatment_before, "to": one.treatment, "by": one.overridden_by, "at": one.overridden_at.isoformat()} for one in state.overridden],
        "reviews": [{"review": id_text(one.asked.review_id), "asked_at": one.asked.asked_at.isoformat(), "due_on": one.asked.due_on.isoformat(),
                     "outcome": one.answered.outcome.value if one.answered else None} for one in state.reviews],
    }
