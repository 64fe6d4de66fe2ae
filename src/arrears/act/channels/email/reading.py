"""What does a mail say that came back: did ours arrive, or did somebody answer, and was it a person or a machine?

Pure, and never at a loss: whatever the bytes are, something is heard, for a word of a person that is lost cannot be made good. Where it is in doubt whether
a person or a machine wrote, a person did. Forms: delivery status notifications (RFC 3464, with the codes of RFC 3463), disposition notifications (RFC 8098),
abuse reports (RFC 5965), bounces in plain words, automatic answers (RFC 3834), and answers as mail programs write them in Chinese, English and Spanish.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes
from email.header import decode_header
from email.message import Message
from email.policy import compat32
from email.utils import getaddresses

from arrears.act.channels.email.answers import own_words, text_of_html
from arrears.casefile.facts.message import Arrival
from arrears.core.ids import IdNotValid, id_text, parse_id
from arrears.intake.inbound.incoming import Incoming, Receipt, Reply

TEXT_MAX = 20_000
"""Characters of an answer at most; a person who writes a book has said it by then."""
ADDRESS_MAX = 320
"""Characters of an address that are kept (RFC 5321 allows 254, and some mails do not care)."""
PARTS_MAX = 200
"""Parts of a mail that are looked at."""
STOP = "unsubscribe"
"""The word that stands for a mail that stops ours by where it went, whatever it says."""


@dataclass(frozen=True, slots=True)
class Ours:
    """By what do we know that a mail speaks of one of ours?

    Attributes:
        domains: the domains in the `Message-ID` of our mails, in lower case.
        unsubscribe: mailboxes to which a mail means that nothing more is wanted, in lower case, without `+…`.
    """

    domains: frozenset[str]
    unsubscribe: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Mailboxes:
    """Our mailboxes as a settings file states them: the domains that we write from, and the mailboxes to which a mail means that nothing more is wanted."""

    domains: tuple[str, ...]
    unsubscribe: tuple[str, ...] = ()

    @property
    def ours(self) -> Ours:
        """By what we know that a mail speaks of one of ours."""
        return ours_of(self.domains, self.unsubscribe)


def ours_of(domains: Iterable[str], unsubscribe: Iterable[str] = ()) -> Ours:
    """The same from addresses and domains as people write them.

    >>> sorted(ours_of(["Bank.example"], ["mailto:Stop+{key}@bank.example"]).unsubscribe)
    ['stop@bank.example']
    """
    return Ours(frozenset(one.strip().lower() for one in domains), frozenset(_without_detail(one.strip().removeprefix("mailto:")) for one in unsubscribe))


def read(raw: bytes, source: str, ours: Ours, at: datetime) -> Incoming:
    """What this mail says.

    Args:
        raw: the mail as it lies in the mailbox, or its beginning.
        source: how this mail is called here.
        at: when it came in; what the mail says of it is only what somebody's clock said.

    >>> from datetime import UTC
    >>> raw = b"From: Li <Li@post.example>\\r\\nTo: service@bank.example\\r\\nSubject: Re: Your account\\r\\n" + (
    ...     b"In-Reply-To: <00000000000011@bank.example>\\r\\n\\r\\nI paid on Friday.\\r\\n\\r\\nOn 2 Mar 2026, Bank wrote:\\r\\n> Dear Ms Li\\r\\n")
    >>> found = read(raw, "box:1/7", Ours(frozenset({"bank.example"})), datetime(2026, 3, 2, tzinfo=UTC))
    >>> found.text, found.answers, found.address, found.is_automatic
    ('I paid on Friday.', '00000000000011', 'Li@post.example', False)
    """
    try:
        return _understood(message_from_bytes(raw, policy=compat32), raw, source, ours, at)
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError, AssertionError):
        # The library's parser gives up on some mails in many ways. Somebody wrote this all the same.
        return Reply(source, "", "", "", decoded(raw[: 4 * TEXT_MAX], "")[:TEXT_MAX], False, at)


def _understood(mail: Message, raw: bytes, source: str, ours: Ours, at: datetime) -> Incoming:
    report = _report_kind(mail)
    key = _key(mail, ours)
    if not key and (report or _is_from_a_server(mail)):
        key = _key_inside(mail, raw, ours)
    if report in ("delivery-status", "disposition-notification"):
        found = _receipt(mail, report, source, key, at)
        if found is not None:
            return found
    if report == "feedback-report":
        return _complaint(mail, source, key, at)
    text = _text(mail) if mail.is_multipart() or mail.get_content_maintype() != "multipart" else _body(raw)
    if not report and _is_from_a_server(mail):
        arrival, code = plain_bounce(f"{header(mail, 'Subject')}\n{text}")
        if arrival is not None and key:
            return Receipt(source, "", key, arrival, code, at)
    return _reply(mail, text, source, ours, key, at)


# Reports


def _report_kind(mail: Message) -> str:
    """Which kind of report it says to be (RFC 6522); by its parts, where it forgot to say so."""
    if mail.get_content_type() == "multipart/report":
        said = mail.get_param("report-type")
        if isinstance(said, str):
            return said.strip().lower()
    kinds = {part.get_content_type() for part in _parts(mail)} if mail.is_multipart() else set()
    return next((kind for kind in ("delivery-status", "disposition-notification", "feedback-report") if f"message/{kind}" in kinds), "")


def _receipt(mail: Message, report: str, source: str, key: str, at: datetime) -> Receipt | None:
    """The receipt in a report; none where it says nothing final, or not of which mail."""
    if not key:
        return None
    fields = _report_fields(mail, f"message/{report}")
    if report == "disposition-notification":
        # Whatever was done with it there (shown, deleted unread), it arrived.
        return Receipt(source, "", key, Arrival.DELIVERED, "", at) if fields.get("disposition") else None
    words = fields.get("diagnostic-code", "")
    status = _first(_STATUS, fields.get("status", "")) or _first(_STATUS, words)
    arrival = arrival_of(fields.get("action", "").split(" ")[0].lower(), status, words)
    return Receipt(source, "", key, arrival, _code(status, words), at) if arrival is not None else None


def arrival_of(action: str, status: str, words: str = "") -> Arrival | None:
    """What an action and a status of a delivery status notification mean; nothing where the mail is still on its way.

    >>> arrival_of("failed", "5.1.1"), arrival_of("failed", "4.4.7"), arrival_of("delayed", "4.4.1"), arrival_of("delivered", "2.0.0")
    (<Arrival.BOUNCED: 'bounced'>, <Arrival.EXPIRED: 'expired'>, None, <Arrival.DELIVERED: 'delivered'>)
    >>> arrival_of("failed", "5.2.2"), arrival_of("failed", "5.0.0", "550 User unknown")
    (<Arrival.NOT_DELIVERED: 'not_delivered'>, <Arrival.BOUNCED: 'bounced'>)
    """
    if action == "delivered":
        return Arrival.DELIVERED
    if action != "failed":
        return None
    if status in _NO_SUCH_ADDRESS:
        return Arrival.BOUNCED
    if status.startswith("4.") or status == "5.4.7":
        return Arrival.EXPIRED
    if status.startswith(("5.2.2", "5.7.")) or status in ("5.2.3", "5.3.4"):
        return Arrival.NOT_DELIVERED
    return Arrival.BOUNCED if _UNKNOWN.search(words) else Arrival.NOT_DELIVERED


def plain_bounce(words: str) -> tuple[Arrival | None, str]:
    """What a bounce in plain words says: what became of the mail, and the code in it.

    >>> plain_bounce("Delivery to the following recipient failed permanently:\\n550 5.1.1 no such user")
    (<Arrival.BOUNCED: 'bounced'>, '550 5.1.1')
    >>> plain_bounce("Warning: message delayed 24 hours. 451 4.4.1 no answer"), plain_bounce("I paid 550 yuan")[0]
    ((None, '451 4.4.1'), None)
    """
    status, code = _first(_STATUS, words), _code(_first(_STATUS, words), words)
    if _STILL_TRYING.search(words):
        return None, code
    if not _FAILED.search(words) and not status.startswith("5."):
        return None, code
    return arrival_of("failed", status or ("5.0.0" if not code.startswith("4") else "4.0.0"), words), code


def _code(status: str, words: str) -> str:
    """The codes of a report, and none of its words."""
    return f"{_first(_REPLY_CODE, words)} {status}".strip()


def _complaint(mail: Message, source: str, key: str, at: datetime) -> Reply:
    """Somebody told the mail service that ours is unwanted: that is a stop, and the service passes it on."""
    inner = next((part for part in _parts(mail) if part is not mail and (part.get("Message-ID") or part.get("To"))), None)
    fields = _report_fields(mail, "message/feedback-report")
    address = fields.get("original-rcpt-to", "").strip("<> ") or (_addresses(inner, "To") or [""])[0] if inner is not None else ""
    return Reply(source, address, "", key, STOP, False, at)


def _report_fields(mail: Message, kind: str) -> dict[str, str]:
    """The fields of a report's machine-read part, names in lower case; of a recipient's fields before those of the whole."""
    fields: dict[str, str] = {}
    for part in _parts(mail):
        if part.get_content_type() != kind:
            continue
        payload = part.get_payload()
        blocks = [one for one in payload if isinstance(one, Message)] if isinstance(payload, list) else []
        if not blocks:
            blocks = [message_from_bytes(one.lstrip(), policy=compat32) for one in re.split(rb"\r?\n\r?\n", _bytes(part))]
        for block in blocks:
            for name in block:
                fields.setdefault(name.lower(), header(block, name))
    return fields


_STATUS = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.])")
_REPLY_CODE = re.compile(r"(?<![\d.])([45]\d\d)(?=[ -])")
_NO_SUCH_ADDRESS = frozenset({"5.1.0", "5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1", "5.4.4"})
"""No such mailbox, no such host, moved away, takes no mail, mailbox disabled (RFC 3463, RFC 7505)."""
_UNKNOWN = re.compile(
    r"(user|recipient|mailbox|address|account)\b.{0,40}\b(unknown|not found|does ?n.t exist|does not exist|not exist|invalid|disabled|inactive|unavailable)"
    r"|(unknown|no such|invalid) (user|recipient|mailbox|address|local part)|can'?t find|could ?n.t be found|wasn't found|not our customer"
    r"|(收件人|收信人|用户|帐号|账号|账户|邮箱|地址)[^\n]{0,60}(不存在|无效|未找到|已停用|被冻结)|不存在的(用户|收件人)"
    r"|(usuario|destinatario|buz[oó]n|direcci[oó]n|cuenta).{0,30}(desconocid|no existe|no encontrad|inv[aá]lid)|no se (encontr[oó]|ha encontrado)", re.I | re.S)
_FAILED = re.compile(
    r"undeliver|delivery.{0,40}fail|fail.{0,60}deliver|permanent (error|failure)|could not be delivered|returned mail|returning.{0,20}message to sender|mail delivery failed"
    r"|退信|投递失败|发送失败|无法投递|无法送达|未能送达|不能投递|no (se )?(ha podido|pudo) (ser )?entrega|no entregado|fallo (en|de) la entrega", re.I | re.S)
_STILL_TRYING = re.compile(
    r"warning: (message|could not)|delivery.{0,30}delayed|delayed.{0,40}delivery|still (being )?(try|retri)|will (keep|continue) trying|do not need to resend|temporar(y|ily) (problem|failure)"
    r"|延迟|稍后.{0,4}重试|继续尝试|retrasad|seguir[aá]n? intent", re.I | re.S)


# Answers


def _reply(mail: Message, text: str, source: str, ours: Ours, key: str, at: datetime) -> Reply:
    address = (_addresses(mail, "From") or _addresses(mail, "Reply-To") or _addresses(mail, "Sender") or [""])[0]
    to = (_addresses(mail, "Delivered-To") or _addresses(mail, "To") or [""])[0]
    subject = header(mail, "Subject")
    stops = _is_a_stop(mail, subject, ours)
    words = own_words(text)
    if not _ANSWERED.match(subject) and subject and not stops:
        words = f"{subject}\n\n{words}".strip()
    if stops:
        words = f"{STOP}\n\n{words}".strip()
    return Reply(source, address, to, key, words[:TEXT_MAX], not stops and _is_automatic(mail, subject), at)


def _is_a_stop(mail: Message, subject: str, ours: Ours) -> bool:
    """Was it sent to where one sends to get no more (RFC 2369), or does its subject say only that?"""
    to = {_without_detail(one) for name in _RECEIVERS for one in _addresses(mail, name)}
    return bool(to & ours.unsubscribe) or _STOPS.fullmatch(_ANSWERED.sub("", subject).strip()) is not None


def _is_automatic(mail: Message, subject: str) -> bool:
    """Did a machine write it (RFC 3834, and what older ones do)?"""
    said = header(mail, "Auto-Submitted").split(";")[0].strip().lower()
    return (
        said not in ("", "no")
        or header(mail, "Precedence").lower() == "auto_reply"
        or any(mail.get(name) is not None for name in _MACHINES)
        or header(mail, "Return-Path") == "<>"
        or _AWAY.match(subject) is not None
        or _report_kind(mail) != ""
        or (_is_from_a_server(mail) and not _addresses(mail, "From")[0].lower().startswith("postmaster@"))
    )


def _is_from_a_server(mail: Message) -> bool:
    sender = (_addresses(mail, "From") or [""])[0].partition("@")[0].lower()
    return sender in ("mailer-daemon", "postmaster", "mail-daemon", "mailerdaemon", "mailer_daemon") or mail.get("X-Failed-Recipients") is not None


_RECEIVERS = ("Delivered-To", "X-Original-To", "Envelope-To", "To", "Cc")
_MACHINES = ("X-Autoreply", "X-Autorespond", "X-Autoresponder", "X-Auto-Reply", "X-Mail-Autoreply")
_ANSWERED = re.compile(r"\s*((re|aw|sv|rv|fw|fwd|antw|回复|回覆|答复|答覆|转发|轉寄|res|r)\s*(\[\d+\])?\s*[:：]\s*)+", re.I)
_AWAY = re.compile(r"\s*(automatic reply|auto[- ]?reply|autoreply|out of (the )?office|自动回复|自動回覆|自动答复|respuesta autom[aá]tica|fuera de (la )?oficina)", re.I)
_STOPS = re.compile(r"(unsubscribe( me)?|opt[- ]?out|stop|remove me|退订|退訂|td|t|取消订阅|baja|darme de baja|cancelar suscripci[oó]n|no m[aá]s (correos|mensajes))[.!。！]?", re.I)


# Keys


def _key(mail: Message, ours: Ours) -> str:
    """Our key, by what the mail answers, or by the address it was sent to (`…+KEY@`)."""
    for name in ("In-Reply-To", "References"):
        found = [one for value in _all(mail, name) for one in keys_in(value, ours)]
        if found:
            return found[-1]
    for name in _RECEIVERS:
        for address in _addresses(mail, name):
            local, _, domain = address.rpartition("@")
            if domain.lower() in ours.domains and (key := _as_key(local.rpartition("+")[2])) and "+" in local:
                return key
    return ""


def _key_inside(mail: Message, raw: bytes, ours: Ours) -> str:
    """Our key in what a report gives back of our mail: by its headers, or wherever our `Message-ID` stands in it."""
    for part in _parts(mail):
        if part is not mail:
            found = keys_in(header(part, "Message-ID"), ours) or keys_in(header(part, "Original-Message-ID"), ours)
            if found:
                return found[0]
    for part in _parts(mail):
        found = keys_in(decoded(_bytes(part), ""), ours) if not part.is_multipart() else []
        if found:
            return found[0]
    return (keys_in(raw.decode("latin-1"), ours) or [""])[0]


def keys_in(text: str, ours: Ours) -> list[str]:
    """Our keys in these words, in their order.

    >>> keys_in("<00000000000011@bank.example> <00000000000011@else.example> <x@bank.example>", Ours(frozenset({"bank.example"})))
    ['00000000000011']
    """
    found = ((_as_key(key), domain) for key, domain in _NAME.findall(text))
    return [key for key, domain in found if key and domain.lower().rstrip(".") in ours.domains]


def _as_key(text: str) -> str:
    try:
        return id_text(parse_id(text)) if len(text) == 14 and text.isascii() and text.isalnum() else ""
    except IdNotValid:
        return ""


_NAME = re.compile(r"(?<![\w+])([0-9A-Za-z]{14})@([0-9A-Za-z.-]{1,253})")


# Parts and headers


def _text(mail: Message) -> str:
    """The words of a mail: its plain parts, or where they are empty its HTML."""
    plain, html = [], []
    for part in _own_parts(mail):
        if part.is_multipart() or part.get_content_disposition() == "attachment":
            continue
        kind = part.get_content_type()
        if kind == "text/plain":
            plain.append(decoded(_bytes(part), _charset(part)))
        elif kind == "text/html":
            html.append(part)
    words = "\n".join(plain).strip()
    if words or not html:
        return words
    return "\n".join(text_of_html(decoded(_bytes(part), _charset(part) or _html_charset(_bytes(part)))) for part in html).strip()


def _body(raw: bytes) -> str:
    """What stands below the headers of a mail that says to have parts and has none."""
    return decoded(re.split(rb"\r?\n\r?\n", raw, maxsplit=1)[-1], "").strip()


def _parts(mail: Message) -> Iterator[Message]:
    for number, part in enumerate(mail.walk()):
        if number == PARTS_MAX:
            return
        yield part


def _own_parts(mail: Message) -> Iterator[Message]:
    """The parts of this mail, and not those of mails that lie in it."""
    waiting = [mail]
    for _ in range(PARTS_MAX):
        if not waiting:
            return
        part = waiting.pop(0)
        yield part
        payload = part.get_payload()
        if part.get_content_maintype() == "multipart" and isinstance(payload, list):
            waiting = [one for one in payload if isinstance(one, Message)] + waiting


def _bytes(part: Message) -> bytes:
    """The bytes of a part; of one that was cut off in the middle, those that are there. What says to be base64 and is not is taken as it stands."""
    if header(part, "Content-Transfer-Encoding").lower() == "base64" and isinstance(coded := part.get_payload(), str):
        letters = "".join(coded.split()).rstrip("=")
        if _BASE64.fullmatch(letters):
            whole = letters[: -1 if len(letters) % 4 == 1 else None]
            return base64.b64decode(whole + "=" * (-len(whole) % 4))
        return coded.encode("utf-8", "replace")
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


_BASE64 = re.compile(r"[A-Za-z0-9+/]*")


def _charset(part: Message) -> str:
    said = part.get_param("charset")
    if isinstance(said, tuple):
        said = said[2]
    return said if isinstance(said, str) else ""


def _html_charset(html: bytes) -> str:
    return _first(re.compile(r"<meta[^>]+charset=[\"']?([\w-]+)", re.I), html[:2_000].decode("latin-1"))


def decoded(text: bytes, charset: str) -> str:
    """These bytes as words: by what they say to be written in, else by what they can be. GB2312 and GBK are read as GB18030, which holds both.

    >>> decoded("已还款".encode("gbk"), "gb2312"), decoded("已还款".encode("gbk"), "nonsense"), decoded("已还款".encode(), "us-ascii")
    ('已还款', '已还款', '已还款')
    """
    name = charset.strip(" \"'").lower()
    for one in (_WIDER.get(name, name), "utf-8", "gb18030"):
        try:
            return _plain(text.decode(one))
        except (LookupError, UnicodeError, ValueError):
            continue
    # Either a mail cut off in the middle of a letter, or truly broken: by the first that reads most of it.
    best = min((text.decode(one, "replace") for one in ("utf-8", "gb18030")), key=lambda words: words.count("\ufffd"))
    return _plain(best if best.count("\ufffd") * 20 <= len(best) else text.decode("cp1252", "replace"))


def _plain(text: str) -> str:
    """Without what no database and no screen can show."""
    return "".join(letter for letter in text.replace("\r\n", "\n").replace("\r", "\n").replace("\u00a0", " ") if letter in "\n\t" or letter >= " ").encode("utf-8", "replace").decode()


_WIDER = {"gb2312": "gb18030", "gbk": "gb18030", "x-gbk": "gb18030", "cp936": "gb18030", "gb_2312-80": "gb18030", "iso-8859-1": "cp1252", "us-ascii": "utf-8", "ascii": "utf-8",
          "": "utf-8", "unicode-1-1-utf-7": "utf-7", "ks_c_5601-1987": "cp949", "x-big5": "big5hkscs", "big5": "big5hkscs"}


def header(mail: Message, name: str) -> str:
    """A header in words, in one line, whatever it is written in; empty where it is missing."""
    return next(iter(_all(mail, name)), "")


def _all(mail: Message, name: str) -> list[str]:
    return [_header_words(value) for one, value in mail.raw_items() if one.lower() == name.lower()]


def _header_words(value: object) -> str:
    plain = decoded(str(value).encode("utf-8", "surrogateescape"), "")
    try:
        parts = decode_header(plain)
        found = "".join(part if isinstance(part, str) else decoded(part, charset or "") for part, charset in parts)
    except (ValueError, LookupError, AssertionError):
        found = plain
    return " ".join(found.split())


def _addresses(mail: Message | None, name: str) -> list[str]:
    """The addresses in a header, as they are written."""
    values: Sequence[str] = [decoded(str(value).encode("utf-8", "surrogateescape"), "") for one, value in mail.raw_items() if one.lower() == name.lower()] if mail is not None else []
    found = [address for _, address in getaddresses([" ".join(one.split()) for one in values])]
    return [(_first(_ADDRESS, address) if " " in address else address)[:ADDRESS_MAX] for address in found if address]


_ADDRESS = re.compile(r"([^\s<>\"(),;:]+@[\w.-]+)")


def _without_detail(address: str) -> str:
    local, _, domain = address.lower().rpartition("@")
    return f"{local.partition('+')[0]}@{domain}"


def _first(pattern: re.Pattern[str], text: str) -> str:
    found = pattern.search(text)
    return found.group(1) if found else ""
