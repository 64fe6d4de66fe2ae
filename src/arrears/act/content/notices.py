"""What must a notice say that the law requires, item by item? Data (`notices.yaml`), with citation, source and how sure it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from arrears.act.content.vocabulary import LOCALES, VARIABLES
from arrears.check.conduct.fields import Fields, content_of, refused
from arrears.check.conduct.words import Channel, Mark
from arrears.core.reasons import Sentence

FILE = Path(__file__).with_name("notices.yaml")
NOT_WRITTEN: Mapping[str, Sentence] = {
    "uk_default_notice": Sentence(
        "A default notice of section 87 of the Consumer Credit Act 1974 has a form and wording that regulations prescribe (SI 1983/1561). It is not shipped: take the prescribed form, "
        "add it as a template of your own, and send the letter of claim only after it where the agreement is regulated.",
        "《1974年消费者信贷法》第87条的违约通知须采用法规规定的格式和文字（SI 1983/1561），本产品不附带；受监管的协议须先送达该通知，再发出索赔函。"),
}
"""Notices that a law prescribes word for word; a template of ours would only look like them."""


@dataclass(frozen=True, slots=True)
class NoticeItem:
    """One thing that must be said, where that stands, and the variables its words must hold."""

    name: str
    citation: str
    needs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Notice:
    """One notice.

    Attributes:
        rule: the rule of a pack that waits for it or asks for its content.
        marks: what its template must claim.
        holds_only: variables it may hold and no others; empty where there is no such limit.
    """

    name: str
    label: Sentence
    citation: str
    rule: str
    source: str
    confidence: str
    locales: tuple[str, ...]
    channels: frozenset[Channel]
    marks: frozenset[Mark]
    holds_only: frozenset[str]
    items: tuple[NoticeItem, ...]

    @property
    def is_confirmed(self) -> bool:
        """Does its content rest on a text of the law that was read?"""
        return self.confidence == "confirmed"


@cache
def notices() -> Mapping[str, Notice]:
    """Every notice, by name."""
    stated = Fields(FILE.name, content_of(FILE.name, FILE.read_text(encoding="utf-8"))).rest()
    return {name: _notice(name, Fields(f"{FILE.name}: {name}", one)) for name, one in stated.items()}


def _notice(name: str, fields: Fields) -> Notice:
    items = Fields(f"{fields.where}: items", fields.take("items")).rest()
    found = Notice(
        name=name, label=fields.sentence("label"), citation=fields.text("citation"), rule=fields.text("rule"), source=fields.text("source"),
        confidence=fields.text("confidence"), locales=fields.names("locales"), channels=fields.choices("channels", Channel), marks=fields.choices("marks", Mark),
        holds_only=frozenset(fields.names("holds_only")), items=tuple(_item(f"{fields.where}: {one}", one, stated) for one, stated in items.items()),
    )
    fields.done()
    if not set(found.locales) <= set(LOCALES) or not found.holds_only <= VARIABLES.keys():
        raise refused(fields.where, "a language or a variable is not known.")
    return found


def _item(where: str, name: str, stated: object) -> NoticeItem:
    fields = Fields(where, stated)
    found = NoticeItem(name, fields.text("citation"), fields.names("needs"))
    fields.done()
    if not set(found.needs) <= VARIABLES.keys():
        raise refused(where, "a variable is not known.")
    return found
