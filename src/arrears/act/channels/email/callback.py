"""What does a mail service tell over the web instead of by a mailbox: bounces as events, or whole mails as they arrived?"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from arrears.act import callbacks
from arrears.act.channels.email.reading import Ours, read
from arrears.act.signing import Secrets
from arrears.intake.inbound.incoming import Incoming


def told(peer: str, headers: Mapping[str, str], body: bytes, secrets: Secrets, now: datetime, ours: Ours) -> tuple[Incoming, ...]:
    """What this request tells: `act.callbacks`, with events of the type `mail`, whose `raw` is read as a mail of the mailbox is.

    Raises:
        NotSigned: it is not known who says so.
        BadData: it is not of the form; nothing of it was taken.
    """
    return callbacks.told(peer, headers, body, secrets, now, lambda raw, source, at: read(raw, source, ours, at))
