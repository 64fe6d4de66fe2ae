"""Is a file an e-mail as it was sent or received, and are its attachments such as may be kept?"""

from __future__ import annotations

from collections.abc import Callable
from email import message_from_bytes
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.message import Message
from email.policy import compat32

from arrears.record.evidence.refusals import NotKept, hidden_from_view, not_a_kept_type, of_attachment

_QUIET = ("application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7-signature")
_SMALL_PICTURES = (b"GIF87a", b"GIF89a")
"""Inside a mail only: signatures and logos are often GIFs, which do nothing."""
MOST_PARTS = 1000


def refuse_dangerous_mail(content: bytes, judge: Callable[[bytes, str], object]) -> None:
    """Raises `NotKept` where it is no e-mail, or an attachment is not of a kept type.

    Args:
        judge: raises `NotKept` for the bytes of an attachment and its name.
    """
    message = message_from_bytes(content, policy=compat32)
    if not (message["From"] and (message["Date"] or message["Received"])):
        raise not_a_kept_type("a text called an e-mail: it has no sender or no date")
    try:
        for number, part in enumerate(message.walk()):
            if number > MOST_PARTS:
                raise not_a_kept_type("an e-mail of too many parts")
            if not part.is_multipart():
                _judge_part(part, judge)
    except (LookupError, ValueError, TypeError, HeaderParseError) as broken:  # Names in character sets that there are not, and the like.
        raise hidden_from_view("the e-mail is broken") from broken


def _judge_part(part: Message, judge: Callable[[bytes, str], object]) -> None:
    """Words of the mail itself are kept as they are, HTML too, since it is never shown from here; what is attached is judged as a file is."""
    name = part.get_filename()
    if (part.get_content_maintype() == "text" and name is None and part.get_content_disposition() != "attachment") or part.get_content_type() in _QUIET:
        return
    payload = part.get_payload(decode=True)
    attached = payload if isinstance(payload, bytes) else b""
    if not attached or attached.startswith(_SMALL_PICTURES):
        return
    try:
        judge(attached, _plain(name, part))
    except NotKept as refused:
        raise of_attachment(refused) from refused


def _plain(name: str | None, part: Message) -> str:
    """The attachment's name, decoded; where it has none, one that its stated type would give it."""
    if name:
        return str(make_header(decode_header(name)))
    return "attachment." + {"jpeg": "jpg", "plain": "txt", "mpeg": "mp3"}.get(part.get_content_subtype(), part.get_content_subtype())
