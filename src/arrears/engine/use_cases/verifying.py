"""Is this message genuine, and how does its reader stop more of its kind? What the public pages ask; they learn nothing of person or debt."""

from __future__ import annotations

import hmac
import ipaddress
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256

from arrears.casefile.facts.consent import RuledOut
from arrears.casefile.store import load, public_pace
from arrears.casefile.store.institution import acting_for, one_at_a_time
from arrears.casefile.store.models import Institution
from arrears.casefile.store.public_pace import Pace
from arrears.casefile.store.vault import Unreadable
from arrears.check.conduct.words import Channel
from arrears.core import codes
from arrears.core.ids import id_text
from arrears.engine import kept_secrets
from arrears.engine.home import Home
from arrears.engine.portal_terms import portal_terms, zone_of
from arrears.engine.use_cases import protecting
from arrears.engine.use_cases.protecting import Proof, Refusal

CODES_FILE = "message-codes"
"""Under this name the secret of the codes lies among the home's secrets."""
A_VISITOR = Pace(timedelta(seconds=2), at_once=30)
"""Thirty looks at once, then one every two seconds: a family behind one address is not stopped, whoever tries codes is."""
EVERYBODY = Pace(timedelta(milliseconds=20), at_once=500)
"""All visitors together."""
STOPPED_BY_LINK = frozenset({Channel.EMAIL.value, Channel.TEXT.value})
_NO_MESSAGE = 0
"""Looked up where a code cannot be one, so that such a code is answered in the same steps as any other."""


def secret_of(home: Home) -> str:
    """The secret under which the codes of this home's messages stand; drawn when it is first asked for, kept beside the other secrets."""
    return kept_secrets.keep(home.secrets / CODES_FILE)


def code_for(home: Home, message_id: int) -> str:
    """The code that this message carries."""
    return codes.code_of(secret_of(home), message_id)


@dataclass(frozen=True, slots=True)
class Confirmed:
    """A message that was sent from here: in whose name (by language; `institution` where none is stated), by which channel, on which day."""

    sender: Mapping[str, str]
    institution: str
    channel: str
    sent_on: date


def confirm(home: Home, code: str) -> Confirmed | None:
    """Is this the code of a message that was sent from here? The same steps whatever the answer.

    Raises:
        BadData: `portal.yaml` or `law.yaml` of the home cannot be understood.
    """
    name, zone = portal_terms(home).name, zone_of(home)
    found: Confirmed | None = None
    message_id = _message_of(home, code)
    for institution_id, institution in _institutions():
        with acting_for(institution_id):
            sent = load.message_sent(message_id)
        if sent is not None:
            found = Confirmed(name, institution, sent.channel, sent.sent_at.astimezone(zone).date())
    return found


def _institutions() -> list[tuple[int, str]]:
    return list(Institution.objects.order_by("institution_id").values_list("institution_id", "name"))


def _message_of(home: Home, code: str) -> int:
    try:
        return codes.message_of(secret_of(home), code)
    except codes.NoCode:
        return _NO_MESSAGE


def stop(home: Home, code: str, *, at: datetime) -> str | None:
    """Record that whoever got this message wants no more by its channel; answers the channel, or None where nobody can be stopped by such a code.

    Once is enough: a wish that stands is not recorded again. From the moment this returns the gate permits nothing more by the channel, but for what the
    law has sent all the same.
    """
    message_id = _message_of(home, code)
    for institution_id, _ in _institutions():
        with acting_for(institution_id):
            sent = load.message_sent(message_id)
            if sent is None or sent.channel not in STOPPED_BY_LINK:
                continue
            one_at_a_time("stop", sent.party_id)
            if not _is_stopped(sent, at):
                wish = Refusal(RuledOut.CHANNEL, asked_at=at, channel=sent.channel, is_written=True)
                with suppress(Unreadable):  # Whoever was erased cannot be written to any more, and nothing more is kept about them.
                    protecting.rule_out(institution_id, sent.party_id, wish, Proof(None, f"by the link in message {id_text(message_id)}"), at=at, actor="the reader")
            return sent.channel
    return None


def _is_stopped(sent: load.SentMessage, at: datetime) -> bool:
    """Does a wish stand already that ends this channel altogether?"""
    standing = [one for one, ended in protecting.protection_of(sent.party_id, at.date()).refusals if ended is None]
    return any(one.what is RuledOut.CHANNEL and one.channel == sent.channel and not one.point and one.account_id is None for one in standing)


def must_wait(home: Home, address: str, at: datetime) -> timedelta:
    """How long must a visitor from this address wait before the next look at a code? Zero: not at all, and the look is counted."""
    mine = public_pace.wait(_bucket(home, address), A_VISITOR, at)
    return mine or public_pace.wait("everybody", EVERYBODY, at)


def must_wait_to_stop(at: datetime) -> timedelta:
    """The same for wishes to stop: counted for all together alone, since mail providers pass on the wishes of many readers from few addresses."""
    return public_pace.wait("stop", EVERYBODY, at)


def _bucket(home: Home, address: str) -> str:
    """A keyed hash of the address, of its network where it is one of IPv6: whoever has one such address has all of the network."""
    try:
        plain = ipaddress.ip_address(address)
        network = str(ipaddress.ip_network((plain, 64), strict=False)) if plain.version == 6 else str(plain)
    except ValueError:
        network = "unknown"
    return hmac.new(secret_of(home).encode(), b"address\x00" + network.encode(), sha256).hexdigest()
