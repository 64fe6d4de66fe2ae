"""How is a person restricted to storage, told so, and shown to nobody who need not see them?

Whoever is restricted is not contacted, not treated and on no list: the nightly run takes it for a hold that blocks everything, and pages do
not open the name. The letter that tells the person why and until when is made here, in the language of the home and in the other, sealed
under the person's key like everything else about them.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from arrears.act.paper.glyphs import GlyphsMissing
from arrears.casefile.facts.retention import ErasureReason, Ground, PersonReleased, PersonRestricted
from arrears.casefile.store import load
from arrears.casefile.store.append import append
from arrears.casefile.store.institution import acting_for
from arrears.casefile.store.vault import default_vault
from arrears.core.ids import id_text
from arrears.core.problems import AnswerIsNo, Refused
from arrears.core.reasons import LANGUAGES
from arrears.engine.home import Home
from arrears.engine.letters.restriction import Restricted, letter_html, letter_pdf
from arrears.engine.run_folder import write_bytes_whole
from arrears.engine.use_cases.reading import portfolios
from arrears.engine.use_cases.reading.persons import people, unseal_even_restricted
from arrears.engine.use_cases.standing import PersonStanding, periods_of
from arrears.record.retention.verdicts import LEGAL_HOLD, State, how_long

SEALED_AS = "letter"
"""What the vault is told that it seals."""
__all__ = ["NotRestricted", "Restriction", "all_restricted", "letters_of", "opened_letter", "release", "restrict"]


@dataclass(frozen=True, slots=True)
class Restriction:
    """What was recorded and where the letters lie; `not_made` names letters that could not be made, and why."""

    fact: PersonRestricted
    letters: tuple[str, ...]
    not_made: tuple[str, ...]
    recorded_before: bool


class NotRestricted(AnswerIsNo):
    """This person is not restricted."""


def restrict(home: Home, institution_id: int, stands: PersonStanding, reason: ErasureReason, *, at: datetime, actor: str) -> Restriction:
    """Record the restriction with its letters. Where the same one stands already, nothing is recorded twice."""
    on = at.astimezone().date()
    ground, rule, until = _why(stands)
    with acting_for(institution_id):
        fact = PersonRestricted(stands.party_id, on, until, reason, ground, rule, tuple(sorted(kind.value for kind, verdict in stands.verdicts.items() if not verdict.may_be_erased)), "")
        before = _standing_restriction(stands.party_id)
        if before and (before.until_on, before.ground, before.rule, before.record_types) == (fact.until_on, fact.ground, fact.rule, fact.record_types):
            return Restriction(before, tuple(sorted(path.name for path in letters_of(home, stands.party_id))), (), recorded_before=True)
        made, not_made = _letters(home, institution_id, fact, on)
        digests = " ".join(f"{name}:{hashlib.sha256(content).hexdigest()}" for name, content in sorted(made.items()))
        _keep(home, stands.party_id, on, made)
        kept = PersonRestricted(fact.party_id, fact.valid_on, fact.until_on, fact.reason, fact.ground, fact.rule, fact.record_types, digests)
        append(kept, actor=actor, at=at, cause="erasure")
    return Restriction(kept, tuple(f"{on}-{name}.sealed" for name in sorted(made)), tuple(not_made), recorded_before=False)


def release(home: Home, institution_id: int, party_id: int, note: str, *, at: datetime, actor: str) -> None:
    """End a restriction without erasure: the person took the request back.

    Raises:
        NotRestricted: this person is not.
    """
    with acting_for(institution_id):
        if party_id not in load.is_restricted([party_id]):
            raise NotRestricted("This person is not restricted.", "Nothing was changed.", "See who is: arrears privacy restricted")
        append(PersonReleased(party_id, at.astimezone().date(), note), actor=actor, at=at, cause="erasure")


def _standing_restriction(party_id: int) -> PersonRestricted | None:
    return load.restrictions(party_id)[-1] if party_id in load.is_restricted([party_id]) else None


def _why(stands: PersonStanding) -> tuple[Ground, str, date | None]:
    """On which ground, by which rule and until when is it kept? The one that keeps longest; without an end is longer than any."""
    kept = [verdict for verdict in stands.verdicts.values() if not verdict.may_be_erased]
    assert kept, "somebody whom nothing keeps is erased, not restricted"
    longest = max(kept, key=how_long)
    if longest.rule == LEGAL_HOLD:
        return Ground.LEGAL_HOLD, "", None
    return (Ground.UNCONFIRMED if longest.state is State.ASK else Ground.DUTY), longest.rule, longest.until_on


def _letters(home: Home, institution_id: int, fact: PersonRestricted, on: date) -> tuple[dict[str, bytes], list[str]]:
    """The letters by language and ending. A PDF that the fonts of this machine cannot write is missed and said; the HTML stands."""
    settings = home.read_settings()
    citation = next((period.reading.stated.article for period in periods_of(home, on) if period.duty.figure == fact.rule), "")
    told = Restricted(_name_of(home, institution_id, fact.party_id), settings.institution, id_text(fact.party_id), on, fact.until_on, fact.ground, citation, fact.record_types)
    made: dict[str, bytes] = {}
    not_made = []
    for language in LANGUAGES:
        made[f"{language}.html"] = letter_html(told, language).encode()
        try:
            made[f"{language}.pdf"] = letter_pdf(told, language)
        except GlyphsMissing as missing:
            not_made.append(f"{language}.pdf: {missing.what}")
    return made, not_made


def _name_of(home: Home, institution_id: int, party_id: int) -> str | None:
    for book in portfolios(home, institution_id):
        person = people(home, book, [party_id], unseal=unseal_even_restricted)[party_id]
        if person.name:
            return person.name
    return None


def all_restricted(home: Home, institution_id: int, on: date) -> list[tuple[PersonRestricted, list[str]]]:
    """Who is restricted on this day, by what, and which letters tell them?"""
    with acting_for(institution_id):
        rows = load.people_restricted(on).to_pylist()
        facts = [load.restrictions(row["party_id"])[-1] for row in rows if not row["erased"]]
    return [(fact, [path.name for path in letters_of(home, fact.party_id)]) for fact in facts]


def letters_of(home: Home, party_id: int) -> list[Path]:
    """The sealed letters of a person, oldest first."""
    return sorted((home.letters / id_text(party_id)).glob("*.sealed"))


def opened_letter(home: Home, institution_id: int, party_id: int, name: str) -> bytes:
    """One letter as it was made.

    Raises:
        Refused: there is none of that name.
    """
    file = home.letters / id_text(party_id) / name
    if file not in letters_of(home, party_id):
        raise Refused(f"There is no letter {name} of this person.", "", "See which there are: arrears privacy restricted")
    with acting_for(institution_id):
        return default_vault().unseal(party_id, file.read_bytes(), SEALED_AS)


def _keep(home: Home, party_id: int, on: date, made: dict[str, bytes]) -> None:
    folder = home.letters / id_text(party_id)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    vault = default_vault()
    for name, content in made.items():
        write_bytes_whole(folder / f"{on}-{name}.sealed", vault.seal(party_id, content, SEALED_AS))
