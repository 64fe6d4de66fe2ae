"""What does a template say of itself, and what is its text made of?

One YAML file for a name and a language. Its head says at which step of the ladder it stands, by which channels it may go, to whom, and what its text
carries: each mark, and each item of a notice, with the very words of the text that say it. Its text holds variables in braces, such as
`{amount_due}`, and nothing else that is not read as it stands: no conditions, no code.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import TypeVar

from arrears.act.content.vocabulary import LOCALES, VARIABLES, Disclosure, Option, Tone
from arrears.check.conduct.fields import Fields, content_of, refused
from arrears.check.conduct.words import Channel, Mark, Purpose

E = TypeVar("E", bound=StrEnum)
VERSION_DIGITS = 12
LONGEST_SUBJECT = 120
LONGEST_TEXT = 12_000
_NAME = re.compile(r"[a-z][a-z0-9_]{2,40}")
_PLACEHOLDER = re.compile(r"\{([a-z][a-z0-9_]*)\}")
CONFIDENCES = ("confirmed", "single_source", "memory", "own_words")
"""How sure is it that the law asks for this? `own_words`: no law asks for these words."""


@dataclass(frozen=True)
class Template:
    """One text in one language.

    Attributes:
        digest: SHA-256 (hex) of the file: what was approved.
        says: mark → the words of the text that say it.
        items: item of the notice → the words of the text that say it.
        options: what the person can do → the words of the text that say it.
        marks: what is true of the whole message and has no words of its own.
        parts_max: of how many parts a text message may consist, with values of usual length.
        answer_within_days: `{answer_by}` is so many days after the message.
    """

    name: str
    locale: str
    tone: Tone
    disclosure: Disclosure
    purpose: Purpose
    channels: tuple[Channel, ...]
    marks: frozenset[Mark]
    says: Mapping[Mark, str]
    notice: str
    items: Mapping[str, str]
    options: Mapping[Option, str]
    parts_max: int | None
    answer_within_days: int | None
    source: str
    confidence: str
    subject: str
    text: str
    digest: str

    @property
    def version(self) -> str:
        """Name and version as a message records them: `reminder@3f2a…`, so many digits of the digest."""
        return f"{self.name}@{self.digest[:VERSION_DIGITS]}"

    @property
    def key(self) -> tuple[str, str]:
        """Name and language."""
        return self.name, self.locale

    @cached_property
    def variables(self) -> tuple[str, ...]:
        """The names of its variables, in the order in which they are first read."""
        return tuple(dict.fromkeys(name for name, _ in (*pieces(self.subject), *pieces(self.text)) if name))


def pieces(text: str) -> tuple[tuple[str, str], ...]:
    """The text as (variable, "") and ("", words), in order.

    >>> pieces("Due: {amount_due}.")
    (('', 'Due: '), ('amount_due', ''), ('', '.'))
    """
    found = _PLACEHOLDER.split(text)
    return tuple(("", part) if place % 2 == 0 else (part, "") for place, part in enumerate(found) if part)


def read_template(text: str, where: str) -> Template:
    """The template that a file says.

    >>> one = read_template("template: hello\\nlocale: en\\ntone: neutral\\ndisclosure: neutral\\npurpose: collection\\nchannels: [text]\\ntext: Please ring {phone}.\\n", "hello.en.yaml")
    >>> one.version[:6], one.variables
    ('hello@', ('phone',))
    >>> read_template("template: hello\\nlocale: fr", "hello.fr.yaml")
    Traceback (most recent call last):
    ...
    arrears.core.problems.BadData: hello.fr.yaml: locale must be one of zh-CN, en, es. ...

    Raises:
        BadData: a field is missing, not known or not what it should be; or the text holds a brace that is no variable.
    """
    fields = Fields(where, content_of(where, text))
    name, locale = fields.text("template"), fields.text("locale")
    if not _NAME.fullmatch(name):
        raise refused(where, "template must be a name of small letters, digits and _.")
    if locale not in LOCALES:
        raise refused(where, f"locale must be one of {', '.join(LOCALES)}.")
    found = Template(
        name=name,
        locale=locale,
        tone=fields.choice("tone", Tone),
        disclosure=fields.choice("disclosure", Disclosure),
        purpose=fields.choice("purpose", Purpose),
        channels=_channels(fields),
        marks=fields.choices("marks", Mark),
        says=_known(where, "says", fields.mapping("says"), Mark),
        notice=fields.text("notice", ""),
        items=dict(fields.mapping("items")),
        options=_known(where, "options", fields.mapping("options"), Option),
        parts_max=fields.whole("parts_max"),
        answer_within_days=fields.whole("answer_within_days"),
        source=fields.text("source", ""),
        confidence=_confidence(fields),
        subject=_whole_text(where, "subject", fields.text("subject", ""), LONGEST_SUBJECT),
        text=_whole_text(where, "text", fields.text("text"), LONGEST_TEXT),
        digest=hashlib.sha256(text.encode()).hexdigest(),
    )
    fields.done()
    return found


def _channels(fields: Fields) -> tuple[Channel, ...]:
    found = fields.choices("channels", Channel)
    if not found:
        raise refused(fields.where, "channels must name one at least.")
    return tuple(one for one in Channel if one in found)


def _known(where: str, field: str, stated: Mapping[str, str], kind: type[E]) -> dict[E, str]:
    known = set(kind)
    if unknown := [name for name in stated if name not in known]:
        raise refused(where, f"{field}: not known: {', '.join(unknown)}.")
    return {kind(name): words for name, words in stated.items()}


def _confidence(fields: Fields) -> str:
    found = fields.text("confidence", "own_words")
    if found not in CONFIDENCES:
        raise refused(fields.where, f"confidence must be one of {', '.join(CONFIDENCES)}.")
    return found


def _whole_text(where: str, field: str, text: str, longest: int) -> str:
    if len(text) > longest:
        raise refused(where, f"{field} has {len(text)} characters, and at most {longest} are written.")
    if "\n" in text and field == "subject":
        raise refused(where, "subject must be one line.")
    for name, words in pieces(text):
        if "{" in words or "}" in words:
            raise refused(where, f"{field}: a brace stands alone; a variable is written like {{amount_due}}.")
        if name and name not in VARIABLES:
            raise refused(where, f"{field}: there is no variable {{{name}}}. Known are {', '.join(VARIABLES)}.")
    return text
