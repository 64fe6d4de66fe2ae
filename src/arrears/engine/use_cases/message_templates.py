"""Which templates may be used, and how does one come into use? Two people: who asks and who approves exactly that file.

Of several approved files of one name and language the one that was approved last is used. A file whose approval was asked for anew and refused is used no more.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from arrears.act.content.checking import Trouble, check, errors
from arrears.act.content.template import Template
from arrears.casefile.facts.approval import ApprovalRequested
from arrears.casefile.store.institution import acting_for
from arrears.check.approvals.kinds import TEMPLATE
from arrears.check.approvals.outcome import Approval, Standing
from arrears.core.problems import AnswerIsNo, BadData
from arrears.engine.home import Home
from arrears.engine.template_files import Key, TemplateFile, keep, kept, templates_here
from arrears.engine.use_cases import approving, deciding


class NoSuchTemplate(AnswerIsNo):
    """There is no template of this name, or not in this language."""


class NotFit(BadData):
    """The template has errors; nobody is asked to approve it."""


@dataclass(frozen=True, slots=True)
class TemplateState:
    """A template as it is written now, and how its approval stands.

    Attributes:
        used: the version that is used now; empty where none was approved.
        approval: the request about exactly this text that came last, if any.
    """

    file: TemplateFile
    used: str
    approval: Approval | None
    standing: Standing | None

    @property
    def template(self) -> Template:
        """What is written now."""
        return self.file.template


def approved(home: Home, institution_id: int) -> Mapping[Key, Template]:
    """Which template is used for each name and language? One query, whatever their number.

    Raises:
        Refused, BadData: an approved file is gone or was changed.
    """
    return _approved(home, approving.of_kind(institution_id, TEMPLATE))


def _approved(home: Home, approvals: Iterable[Approval]) -> dict[Key, Template]:
    decided = sorted(((one.decided.decided_at, one.request.digest, one.decided.is_approved) for one in approvals if one.decided is not None), key=lambda one: one[0])
    last = {digest: is_approved for _, digest, is_approved in decided}
    found = {}
    newest_last = reversed(dict.fromkeys(digest for _, digest, _ in reversed(decided)))
    for digest in newest_last:
        if last[digest]:
            template = kept(home, digest)
            found[template.key] = template
    return found


def states(home: Home, institution_id: int, at: datetime) -> tuple[TemplateState, ...]:
    """Every template as it is written now, with how its approval stands."""
    approvals = approving.of_kind(institution_id, TEMPLATE)
    used, newest = _approved(home, approvals), {one.request.digest: one for one in sorted(approvals, key=lambda one: one.request.requested_at)}
    found = []
    for key, file in templates_here(home).items():
        one = newest.get(file.template.digest)
        found.append(TemplateState(file, used[key].version if key in used else "", one, one.standing(at) if one else None))
    return tuple(found)


def named(home: Home, name: str, locales: Sequence[str] = ()) -> tuple[TemplateFile, ...]:
    """A template in the languages that are named, or in all that it is written in.

    Raises:
        NoSuchTemplate: see there.
    """
    here = templates_here(home)
    wanted = locales or [locale for one, locale in here if one == name]
    if not wanted or (missing := [locale for locale in wanted if (name, locale) not in here]):
        lacks = f" in {', '.join(missing)}" if wanted else ""
        raise NoSuchTemplate(f"There is no template “{name}”{lacks}.", "Nothing was done.", "See which there are: arrears template list")
    return tuple(here[name, locale] for locale in wanted)


def troubles(home: Home, name: str = "", locales: Sequence[str] = ()) -> tuple[Trouble, ...]:
    """What is wrong with this template, or with every one."""
    files = named(home, name, locales) if name else tuple(templates_here(home).values())
    return tuple(trouble for file in files for trouble in check(file.template))


@dataclass(frozen=True, slots=True)
class Step:
    """What `approve` did about one template: asked a second person, or approved what another had asked for."""

    template: Template
    asked: ApprovalRequested | None
    approval: Approval | None


def approve(
    home: Home, institution_id: int, name: str, locales: Sequence[str], reason: str, *, username: str, at: datetime, actor: str,
) -> tuple[Step, ...]:
    """Take this template, as it is written now, one step towards being used: the first person asks, a second one approves. All of its languages or none.

    Raises:
        NoSuchTemplate: see there.
        NotFit: it has errors; all are listed.
        NotAsked, NotDecided: not by this person, or the same person twice.
        WrongCall: no reason.
    """
    files = named(home, name, locales)
    if found := [trouble for file in files for trouble in errors(file.template)]:
        listed = " ".join(f"{one.locale}: {one.what}" for one in found)
        raise NotFit(f"Template {name} cannot be approved: {listed}", "Nobody is asked to approve what is not fit to be sent.", f"Mend it, and look again: arrears template check {name}")
    with acting_for(institution_id):
        waiting = {one.request.digest: one for one in approving.waiting(institution_id, at) if one.request.kind == TEMPLATE}
        return tuple(_step(home, institution_id, file, waiting.get(file.template.digest), reason, username, at, actor) for file in files)


def _step(home: Home, institution_id: int, file: TemplateFile, waits: Approval | None, reason: str, username: str, at: datetime, actor: str) -> Step:
    template = file.template
    if waits is not None:
        decided = deciding.decide(home, institution_id, waits.request.request_id, approve=True, reason=reason, username=username, at=at, actor=actor)
        return Step(template, None, decided.approval)
    keep(home, file)
    what = approving.Asked(TEMPLATE, template.digest, f"{template.version} {template.locale}")
    return Step(template, approving.ask(institution_id, what, reason, username=username, at=at, actor=actor), None)
