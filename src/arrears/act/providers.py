"""Who carries a lender's messages, and how is each reached? What `providers.yaml` in the home states.

    providers:
      post:                       # the lender's own name of it
        kind: smtp                # which kinds there are says `arrears messages kinds`
        per_second: 50            # how many messages it takes, all workers together
        host: mail.bank.example   # what the kind needs
      postbox: {kind: imap, host: mail.bank.example, user: answers}

A password or key is no part of it: it stands alone in the file `secrets/providers/<name>`. The kinds are put in by the composition root, so no
channel is named here.
"""

from __future__ import annotations

import types
import typing
from collections.abc import Callable, Collection, Mapping
from dataclasses import MISSING, dataclass, field, fields, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from arrears.act.sending import CHUNK_MAX, Provider, Terms
from arrears.check.conduct.fields import Fields, content_of, refused
from arrears.core.problems import Refused
from arrears.intake.inbound.incoming import Listener, Understand

SOURCE = "providers.yaml"
CHUNK_SECONDS = 5
"""A chunk is sent within so many seconds at the provider's rate, so that a worker that is told to stop soon does."""
Clock = Callable[[], datetime]
S = TypeVar("S")


@dataclass(frozen=True, slots=True)
class Made:
    """What was made of one provider's settings: who sends, who hears, or both (which may be the same)."""

    provider: Provider | None = None
    listener: Listener | None = None


@dataclass(frozen=True, slots=True)
class Stated:
    """One provider as it stands in the file. `own`: what its kind needs; `secret`: its password or key, empty where it has none."""

    name: str
    kind: str
    terms: Terms
    own: Mapping[str, Any] = field(repr=False)
    secret: str = field(repr=False, default="")

    @property
    def channel(self) -> str:
        """The word of the channel that it serves."""
        return KINDS[self.kind].channel or str(self.own.get("channel", ""))

    @property
    def where(self) -> str:
        """How an error names it."""
        return f"{SOURCE}: {self.name}"

    def settings(self, shape: type[S], but: Collection[str] = ()) -> S:
        """What the kind needs, in the shape of this frozen dataclass; parts that are read by themselves are left out. Raises `BadData`."""
        own = {name: value for name, value in self.own.items() if name not in but}
        stands_open = next((word for word in ("password", "secret") if word in own), "")
        if stands_open:
            raise refused(self.where, f"{stands_open} does not belong here: put it alone into secrets/providers/{self.name}.")
        return settings_of(shape, self.where, own)

    def part(self, name: str, shape: type[S]) -> S:
        """A part of it that is a mapping itself, in the shape of this frozen dataclass. Raises `BadData`."""
        return settings_of(shape, f"{self.where}: {name}", Fields(self.where, dict(self.own)).take(name))


@dataclass(frozen=True, slots=True)
class Office:
    """For whom a provider is made: the clock, the home's folder and the institution."""

    now: Clock
    home: Path
    institution_id: int


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of provider.

    Attributes:
        channel: the word of the channel that it serves; empty where the settings name it.
        told: what it is, in a line.
        make: makes it.
        sends: does it send, or only hear?
        understands: how what it tells over the web is understood; None of a provider that tells nothing there.
        most_bytes, by_address: how large a request of it may be, and whether it tells in the address it opens.
    """

    channel: str
    told: str
    make: Callable[[Stated, Office], Made]
    sends: bool = True
    understands: Callable[[Stated], Understand | None] | None = None
    most_bytes: int = 1_000_000
    by_address: bool = False


KINDS: dict[str, Kind] = {}
"""Which kinds of provider there are; put in by the composition root."""


def make(stated: Stated, office: Office) -> Made:
    """What sends or hears by this provider. Raises `BadData` where its settings do not fit its kind."""
    if stated.kind not in KINDS:
        raise refused(stated.where, f"kind: not known: {stated.kind}. Known are {', '.join(sorted(KINDS))}.")
    return KINDS[stated.kind].make(stated, office)


def read_providers(text: str, secrets: Path) -> dict[str, Stated]:
    """The providers that this text states, by name, in its order.

    >>> found = read_providers("providers: {post: {kind: smtp, per_second: 2, host: mail.bank.example}}", Path("/nowhere"))
    >>> found["post"].kind, found["post"].terms.per_second, found["post"].terms.chunk, dict(found["post"].own)
    ('smtp', 2.0, 10, {'host': 'mail.bank.example'})

    Raises:
        BadData: the text cannot be understood.
        Refused: others may read a secret.
    """
    fields_ = Fields(SOURCE, content_of(SOURCE, text))
    stated = Fields(f"{SOURCE}: providers", fields_.take("providers")).rest()
    fields_.done()
    return {name: _provider(name, one, secrets) for name, one in stated.items()}


def _provider(name: str, stated: object, secrets: Path) -> Stated:
    if not name.replace("-", "").replace("_", "").isalnum():
        raise refused(SOURCE, f"“{name}” is no name of a provider: letters, digits, - and _ make one.")
    own = Fields(f"{SOURCE}: {name}", stated)
    kind, per_second = own.text("kind"), _rate(own)
    terms = Terms(per_second, chunk=max(1, min(CHUNK_MAX, int(per_second * CHUNK_SECONDS))))
    attempts, wait = own.whole("attempts"), own.whole("first_wait_seconds")
    if attempts is not None:
        terms = replace(terms, attempts=max(1, attempts))
    if wait is not None:
        terms = replace(terms, first_wait=timedelta(seconds=max(1, wait)))
    return Stated(name, kind, terms, own.rest(), _secret(secrets / name))


def _rate(own: Fields) -> float:
    value = own.take("per_second") if own.has("per_second") else 10
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= 10_000:
        raise refused(own.where, "per_second must be a number above 0.")
    return float(value)


def _secret(file: Path) -> str:
    if not file.is_file():
        return ""
    if file.stat().st_mode & 0o077:
        raise Refused(f"Others on this machine may read the secret {file}.", "Whoever reads it can write in the lender’s name.", f"Run: chmod 600 {file}")
    return file.read_text(encoding="utf-8").strip()


def settings_of(shape: type[S], where: str, stated: Mapping[str, Any]) -> S:
    """The fields of a frozen dataclass out of a mapping, each of its type; what is missing, too much or of another type is refused.

    >>> @dataclass(frozen=True)
    ... class Server:
    ...     host: str
    ...     port: int = 25
    >>> settings_of(Server, "a provider", {"host": "mail.bank.example"})
    Server(host='mail.bank.example', port=25)
    >>> settings_of(Server, "a provider", {"host": "mail.bank.example", "port": "25"})
    Traceback (most recent call last):
    ...
    arrears.core.problems.BadData: a provider: port must be a whole number. ...
    """
    own = Fields(where, dict(stated))
    hints = typing.get_type_hints(shape)
    found = {}
    for one in fields(shape):  # type: ignore[arg-type]
        if own.has(one.name):
            found[one.name] = _typed(where, one.name, hints[one.name], own.take(one.name))
        elif one.default is MISSING and one.default_factory is MISSING:
            raise refused(where, f"missing: {one.name}.")
    own.done()
    return shape(**found)


_TOLD: Mapping[object, str] = {str: "a text", int: "a whole number", float: "a number", bool: "true or false", tuple: "a list of texts", dict: "names with their values"}


def _typed(where: str, name: str, hint: Any, value: Any) -> Any:
    kinds = [one for one in typing.get_args(hint) if one is not type(None)] if isinstance(hint, types.UnionType) else [hint]
    wanted = typing.get_origin(kinds[0]) or kinds[0]
    if value is None and len(kinds) < len(typing.get_args(hint) or (1,)):
        return None
    if wanted is tuple and isinstance(value, list) and all(isinstance(one, str) for one in value):
        return tuple(value)
    if wanted is float and type(value) in (int, float):
        return float(value)
    if wanted in (dict, Mapping) or getattr(wanted, "__name__", "") == "Mapping":
        wanted = dict
    if isinstance(wanted, type) and type(value) is wanted:
        return value
    if isinstance(wanted, type) and issubclass(wanted, str) and isinstance(value, str):
        try:
            return wanted(value)
        except ValueError:
            raise refused(where, f"{name}: not known: {value}.") from None
    raise refused(where, f"{name} must be {_TOLD.get(wanted, 'of another kind')}.")
