"""What would the person of this case read, before anything is sent?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from arrears.act.content.rendering import Rendered
from arrears.act.content.samples import usual
from arrears.act.content.template import Template
from arrears.act.content.vocabulary import LOCALES, VARIABLES
from arrears.casefile.facts.privacy import Showable, ShowReason
from arrears.casefile.store.institution import acting_for
from arrears.check.conduct.words import Channel
from arrears.core.problems import WrongCall
from arrears.engine.home import Home
from arrears.engine.template_files import templates_here
from arrears.engine.use_cases.message_templates import NoSuchTemplate, approved
from arrears.engine.use_cases.message_words import SAMPLE_CODE, NotWritten, Wanted, languages_of, locale_of, write_messages
from arrears.engine.use_cases.reading import find_case
from arrears.record.privacy.showing import show_person

IN_A_MESSAGE = frozenset({Showable.NAME, Showable.CUSTOMER_NUMBER, Showable.ACCOUNT_NUMBER})
"""What a message tells of the person; of numbers their last characters."""


@dataclass(frozen=True, slots=True)
class Preview:
    """What would be read, or why it cannot be written; `sampled` names values that follow from no case and are shown as examples."""

    template: Template
    channel: Channel
    words: Rendered | None
    why_not: str
    sampled: tuple[str, ...]


def previews(
    home: Home, institution_id: int, name: str, case_id: int, at: datetime, *, shown_to: str, role: str, locale: str = "", every: bool = False, channel: str = "",
    only_approved: bool = False,
) -> tuple[Preview, ...]:
    """The message for this case in the person's language, in one that is named, or in all. That it was shown is recorded, for it names the person.

    Raises:
        NoSuchCase, NoSuchTemplate: see there.
        NotForThisRole: the role may not see names.
        WrongCall: the channel is none, or the template does not go by it.
        BadData: a file of the home cannot be used.
    """
    _, row = find_case(home, institution_id, case_id)
    here = approved(home, institution_id) if only_approved else {key: file.template for key, file in templates_here(home).items()}
    mine = {one.locale: one for key, one in here.items() if key[0] == name}
    chosen = [mine[one] for one in LOCALES if one in mine] if every else [mine[one] for one in [_language(home, institution_id, case_id, locale)] if one in mine]
    if not chosen:
        raise NoSuchTemplate(f"There is no template “{name}” in that language.", "Nothing can be shown.", "See which there are: arrears template list")
    ways = {template.key: _way(template, channel) for template in chosen}
    with acting_for(institution_id):
        show_person(row.party_id, case_id, IN_A_MESSAGE, shown_to=shown_to, role=role, reason=ShowReason.CHECKING_DATA, form="message_preview", at=at)
    found = []
    for template in chosen:
        way = ways[template.key]
        given = {one: value for one, value in usual(template).items() if not VARIABLES[one].by_case}
        one = write_messages(home, institution_id, [Wanted(case_id, name, way, True, SAMPLE_CODE, template.locale, given=given)], at, {template.key: template})[0]
        found.append(Preview(template, way, None if isinstance(one, NotWritten) else one.words, one.why if isinstance(one, NotWritten) else "", tuple(given)))
    return tuple(found)


def _way(template: Template, channel: str) -> Channel:
    if not channel:
        return template.channels[0]
    if channel not in template.channels:
        raise WrongCall(f"The template does not go by “{channel}”.", "Nothing can be shown.", f"It goes by {', '.join(template.channels)}.")
    return Channel(channel)


def _language(home: Home, institution_id: int, case_id: int, said: str) -> str:
    """The language that is named, else the person's, as a message of the night would choose it."""
    if said and said not in LOCALES:
        raise WrongCall(f"There is no language “{said}”.", "Nothing can be shown.", f"There are {', '.join(LOCALES)}.")
    return said or locale_of(languages_of(home, institution_id, [case_id]).get(case_id), home.read_settings().language)
