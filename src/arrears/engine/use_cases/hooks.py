"""What does a provider tell us over the web, and is it on record before the provider is told so?

A provider's `Hook` says how its requests are understood and where what they tell is recorded; which providers there are, says the composition root.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from arrears.act.providers import KINDS, Stated
from arrears.core.problems import Busy, WrongCall
from arrears.engine.home import Home
from arrears.engine.use_cases import hearing
from arrears.engine.use_cases.sending import stated_providers
from arrears.intake.inbound.incoming import Asked, Heard, Incoming, Understand

MOST_BYTES = 8_000_000
"""Bytes of a request that any hook may ask for."""
Record = Callable[[Sequence[Incoming], datetime], None]
"""Puts it on record; when it returns, it is there for good. What was recorded before is passed over."""


class TooLong(WrongCall):
    """The body is longer than this provider's may be."""


@dataclass(frozen=True, slots=True)
class Hook:
    """How one provider is heard. `by_address`: it tells in the address it opens (GET), as some gateways do."""

    understand: Understand
    record: Record
    most_bytes: int = 1_000_000
    by_address: bool = False


def receive(hook: Hook, asked: Asked, at: datetime) -> int:
    """Record what this request tells; answers how many things. When it returns, the provider may forget them.

    Raises:
        TooLong: nothing was looked at.
        AnswerIsNo: it is not known who says so.
        BadData: it is not of the form; nothing of it was taken.
    """
    if len(asked.body) > hook.most_bytes:
        raise TooLong(f"The body has more than {hook.most_bytes:,} bytes.", "Nothing of it was taken.", "Tell less at once.")
    told = hook.understand(asked, at)
    if told:
        hook.record(told, at)
    return len(told)


def hooks_here(home: Home, institution_id: int) -> dict[str, Hook]:
    """How the providers that this home states are heard over the web, by name; one that tells nothing there is missing. Raises `BadData`, `Refused`."""
    found = {}
    for name, stated in stated_providers(home).items():
        kind = KINDS.get(stated.kind)
        understand = kind.understands(stated) if kind is not None and kind.understands is not None else None
        if kind is not None and understand is not None:
            found[name] = Hook(understand, _recording(home, institution_id, stated), kind.most_bytes, kind.by_address)
    return found


def _recording(home: Home, institution_id: int, stated: Stated) -> Record:
    by = hearing.ear(home, institution_id, stated.name, stated.channel)

    def record(incoming: Sequence[Incoming], at: datetime) -> None:
        kept = hearing.hear(by, [Heard(str(number), one) for number, one in enumerate(incoming)], at)
        if len(kept) < len(incoming):
            raise Busy("Something was told of a message whose sending is not on record yet.", "It is not kept.", "Tell it again.")

    return record
