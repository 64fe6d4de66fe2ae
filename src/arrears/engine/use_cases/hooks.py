"""What does a provider tell us over the web, and is it on record before the provider is told so?

A provider's `Hook` says how its requests are understood and where what they tell is recorded; which providers there are, says the composition root.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from arrears.core.problems import WrongCall
from arrears.intake.inbound.incoming import Incoming

MOST_BYTES = 8_000_000
"""Bytes of a request that any hook may ask for."""
Understand = Callable[[Mapping[str, str], bytes, datetime], Sequence[Incoming]]
"""Headers, body, now → what it tells. Raises `AnswerIsNo` where it is not signed by whom it says, `BadData` where it is not of the form."""
Record = Callable[[Sequence[Incoming], datetime], None]
"""Puts it on record; when it returns, it is there for good. What was recorded before is passed over."""


class TooLong(WrongCall):
    """The body is longer than this provider's may be."""


@dataclass(frozen=True, slots=True)
class Hook:
    """How one provider is heard."""

    understand: Understand
    record: Record
    most_bytes: int = 1_000_000


def receive(hook: Hook, headers: Mapping[str, str], body: bytes, at: datetime) -> int:
    """Record what this request tells; answers how many things. When it returns, the provider may forget them.

    Raises:
        TooLong: nothing was looked at.
        AnswerIsNo: it is not known who says so.
        BadData: it is not of the form; nothing of it was taken.
    """
    if len(body) > hook.most_bytes:
        raise TooLong(f"The body has more than {hook.most_bytes:,} bytes.", "Nothing of it was taken.", "Tell less at once.")
    told = hook.understand(headers, body, at)
    if told:
        hook.record(told, at)
    return len(told)
