"""Every field of every document with every kind of wrong value, made from the documents' own forms, so that a new field cannot be forgotten."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from arrears.ledger.documents.every import EVERY_DOCUMENT
from arrears.ledger.documents.reading import Amount, CurrencyCode, Day, Document, Field, Form, Group, ListOf, OneOf, Percentage, Text, Whole, YesNo

LONG = "1" * 5000
NO_SINGLE_VALUE: list[Any] = ["", "   ", ["1"], {"a": "1"}, LONG, "\x1b[31m1", "1\n2"]
WRONG: dict[type, list[Any]] = {
    Text: NO_SINGLE_VALUE,
    CurrencyCode: [*NO_SINGLE_VALUE, "XXZ", "yuan", "cny", "156"],
    Whole: [*NO_SINGLE_VALUE, "-1", "4.5", "1e3", "a lot", "9" * 12, "٣", "0x10"],
    Percentage: [*NO_SINGLE_VALUE, "-1", "nan", "inf", "1e9", "12 %", "a lot", "1,5", "0.1234567890123"],
    Amount: [*NO_SINGLE_VALUE, "a lot", "1,200.00", "12.005", "9" * 30, "1e3", "nan", "¥5"],
    Day: [*NO_SINGLE_VALUE, "2026-02-30", "soon", "2026-1-1", "20260101", "2026-W01-1", "0001-01-01", "9999-12-31"],
    OneOf: [*NO_SINGLE_VALUE, "something else"],
    YesNo: [*NO_SINGLE_VALUE, "perhaps", "1"],
    ListOf: ["", "none", {"a": "1"}],
    Group: ["", "none", ["1"]],
}
Path = tuple[str | int, ...]


@dataclass(frozen=True)
class Place:
    """One field of one document: where it stands, its form, whether it must be there, and its name in messages."""

    command: str
    kind: str
    path: Path
    form: Form
    needed: bool
    named: str

    @property
    def document(self) -> Document[Any]:
        return EVERY_DOCUMENT[self.command, self.kind]

    def written(self, change: Any) -> str:
        """The smallest whole document with this field changed by `change`, as JSON."""
        whole = copy.deepcopy(self.document.example)
        if self.kind:
            whole["kind"] = self.kind
        inside: Any = whole
        forms: Mapping[str, Field] = self.document.fields
        for step in self.path[:-1]:
            if isinstance(inside, dict):
                _make_room(inside, str(step))
                form = forms[str(step)].form
                inside.setdefault(step, copy.deepcopy(form.example))
            else:
                form = form.form if isinstance(form, ListOf) else form
            forms = form.fields if isinstance(form, Group) else forms
            inside = inside[step]
        if isinstance(inside, dict):
            _make_room(inside, str(self.path[-1]))
        change(inside, self.path[-1])
        return json.dumps(whole, ensure_ascii=False)


INSTEAD_OF = {"equal": "payments", "ceiling_of_law": "ceiling_percent"}
"""Fields of which only one may stand."""


def _make_room(inside: dict[str, Any], name: str) -> None:
    inside.pop(INSTEAD_OF.get(name, ""), None)


def _inside(command: str, kind: str, path: Path, form: Form, needed: bool, named: str) -> Iterator[Place]:
    yield Place(command, kind, path, form, needed, named)
    of = f" of {named.partition(' of ')[2]}" if " of " in named else ""
    if isinstance(form, ListOf):
        yield from _inside(command, kind, (*path, 0), form.form, False, f"{form.each} 1{of}")
    if isinstance(form, Group):
        for name, one in form.fields.items():
            yield from _inside(command, kind, (*path, name), one.form, one.needed, f"{name} of {named}")


def places() -> list[Place]:
    """Every field of every document, those of rows and groups included; a document that several commands read stands there once."""
    once = {id(document): (command, kind) for (command, kind), document in reversed(EVERY_DOCUMENT.items())}
    return [
        place
        for (command, kind), document in EVERY_DOCUMENT.items()
        if once[id(document)] == (command, kind)
        for name, one in document.fields.items()
        for place in _inside(command, kind, (name,), one.form, one.needed, name)
    ]


def put(value: Any) -> Any:
    """A change that puts this value where the field is."""

    def change(inside: Any, key: str | int) -> None:
        inside[key] = value

    return change


def without(inside: Any, key: str | int) -> None:
    """The field is not there."""
    del inside[key]


def beside(inside: Any, key: str | int) -> None:
    """Another field stands beside it that nobody knows."""
    inside["colour"] = "red"


def wrong_values(form: Form) -> list[Any]:
    """What cannot be right in a field of this form."""
    negative = ["-1"] if isinstance(form, Amount) and not form.signed else []
    no_rows: list[Any] = [[]] if isinstance(form, ListOf) and form.lowest else []
    too_many = [form.example * (form.highest + 1)] if isinstance(form, ListOf) else []
    twice = [[*form.example, form.example[0]]] if isinstance(form, ListOf) and form.once else []
    return [*WRONG[type(form)], *negative, *no_rows, *too_many, *twice]
