"""How is a text message handed to a provider by SMPP 3.4, and what is known when the line breaks?

Many messages are under way at once; of one message the next part goes when the part before was taken, so that a message that is refused, or held
back because there are too many, reaches nobody by half. What was handed to the line and not answered is uncertain; what was not is surely not taken.
What the provider delivers is acknowledged when it is on record here and not before.
"""

from __future__ import annotations

import re
import ssl
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from queue import Empty
from threading import Lock

from arrears.act.channels.sms import pdu
from arrears.act.channels.sms.alphabet import Alphabet, read, write
from arrears.act.channels.sms.line import BindRefused, Line, Lines
from arrears.act.channels.sms.pdu import Command, Number, Part, Pdu, Status, Tag
from arrears.act.channels.sms.receipts import Ids, is_receipt, known_as, receipt
from arrears.act.channels.sms.replies import Joining, Whole, name_of
from arrears.act.sending import Answer, Outgoing, ProviderAway
from arrears.casefile.facts.message import Result
from arrears.core.problems import WrongCall
from arrears.intake.inbound.incoming import Heard, Receipt, Reply


class Long(StrEnum):
    """How does a text of more than one part go? With headers of our own, with optional parameters from which the provider writes them, or whole as payload."""

    HEADER = "header"
    SAR = "sar"
    PAYLOAD = "payload"


class Bind(StrEnum):
    """What is the connection for: both directions, or one?"""

    TRANSCEIVER = "transceiver"
    TRANSMITTER = "transmitter"
    RECEIVER = "receiver"


@dataclass(frozen=True, slots=True)
class Smsc:
    """Where the provider is and how it wants its messages.

    Attributes:
        source: who the message is from: a number, a short code, or up to eleven letters that by themselves say nothing of a debt.
        source_ton, source_npi: type of number and numbering plan of the source; guessed from it where they are not given.
        alphabet: what data coding 0 means there.
        long: how a text of more than one part goes, most_parts: the longest that is sent at all.
        ids: how it writes its ids in answers and in receipts.
        bounced: error codes of its receipts that mean that the number does not exist.
        valid_hours: how long it tries to deliver; 0 leaves it to the provider.
        own_reference: send 16 bits of our key as user_message_reference, the same for every attempt, so that a copy can be found at the provider.
        window: how many parts may be under way unanswered.
        answer_seconds: for how long the answer to one is waited for; then it is uncertain.
        throttle_tries, throttle_seconds: how often a part is sent again that the provider held back because there were too many, and after which pause; it doubles.
        enquire_seconds: after so much silence the provider is asked whether it is there.
        parts_seconds: for how long a part of a reply waits for the others before it is handed on alone.
        again_seconds: after which pause is handed on again what was not kept.
    """

    host: str
    port: int
    system_id: str
    source: str
    system_type: str = ""
    service_type: str = ""
    bind: Bind = Bind.TRANSCEIVER
    tls: bool = False
    ca_file: str | None = None
    source_ton: int | None = None
    source_npi: int | None = None
    alphabet: Alphabet = Alphabet.GSM
    long: Long = Long.HEADER
    most_parts: int = 10
    ids: Ids = Ids.SAME
    bounced: tuple[str, ...] = ()
    valid_hours: int = 0
    own_reference: bool = False
    window: int = 50
    answer_seconds: float = 20.0
    throttle_tries: int = 3
    throttle_seconds: float = 0.5
    connect_seconds: float = 10.0
    enquire_seconds: float = 30.0
    parts_seconds: float = 5.0
    again_seconds: float = 5.0

    def __post_init__(self) -> None:
        """Words as a settings file has them become what they stand for."""
        try:
            for name, kind in (("bind", Bind), ("alphabet", Alphabet), ("long", Long), ("ids", Ids), ("bounced", tuple)):
                object.__setattr__(self, name, kind(getattr(self, name)))
            for text in (self.source, self.system_id, self.system_type, self.service_type):
                text.encode("ascii")
        except ValueError as wrong:
            raise WrongCall(f"The settings of the SMPP provider cannot be used: {wrong}.", "Nothing can be sent through it.", "Mend them in providers.yaml.") from wrong


_NUMBER = re.compile(r"\+?[0-9]{3,15}")
_FOR_GOOD = {Status.ESME_RINVDSTADR, Status.ESME_RINVMSGLEN, Status.ESME_RINVDSTTON, Status.ESME_RINVDSTNPI, Status.ESME_RX_P_APPN, Status.ESME_RX_R_APPN}
"""What is wrong with this one message. What would be wrong with every message (our source, our binding) is not among it: then the settings are to be mended."""
_FIRST_WAIT_SECONDS, _LONGEST_WAIT_SECONDS = 1.0, 60.0


def destination(address: str) -> Number | None:
    """The number of a phone, in international form; nothing where it is no number.

    >>> destination("+86 138-0013-8000"), destination("li@post.example")
    (Number(digits='8613800138000', ton=1, npi=1), None)
    """
    digits = re.sub(r"[ \-().]", "", address)
    return Number(digits.removeprefix("+"), 1, 1) if _NUMBER.fullmatch(digits) else None


def source(smsc: Smsc) -> Number:
    """Our own address with its type: letters, a short code, or a number.

    >>> [(found.ton, found.npi) for found in (source(Smsc("h", 1, "me", name)) for name in ("ExampleBank", "95588", "+8621000000"))]
    [(5, 0), (3, 0), (1, 1)]
    """
    text = smsc.source
    ton, npi = (5, 0) if not _NUMBER.fullmatch(text) else (1, 1) if text.startswith("+") or len(text) > 8 else (3, 0)
    return Number(text.removeprefix("+"), ton if smsc.source_ton is None else smsc.source_ton, npi if smsc.source_npi is None else smsc.source_npi)


@dataclass(slots=True)
class _Going:
    """A message on its way: the bodies of its parts, and how the provider calls those that it took."""

    message_id: int
    bodies: tuple[bytes, ...]
    taken: list[str] = field(default_factory=list)
    held_back: int = 0


@dataclass(frozen=True, slots=True)
class _Flying:
    """A part that was handed to a line."""

    going: _Going
    line: Line
    written_at: float


class SmppProvider:
    """Hands text messages to one provider and hears what it tells, over one connection, and opens it anew where it broke.

    One thread may send while another hears.
    """

    channel = "text"

    def __init__(self, name: str, smsc: Smsc, password: str, now: Callable[[], datetime]) -> None:
        self.name, self._smsc, self._password, self._now = name, smsc, password, now
        self._source = source(smsc)
        self._lines = Lines()
        self._line: Line | None = None
        self._connecting, self._sending = Lock(), Lock()
        self._failures, self._not_before = 0, 0.0
        self._joining = Joining(smsc.alphabet, smsc.parts_seconds)
        self._given: dict[str, tuple[Heard, float]] = {}
        self._replies: dict[str, str] = {}
        self._kept: dict[str, int] = {}

    # The connection

    def ready(self) -> None:
        """Be bound and answered; after failures only when a pause is over, longer each time."""
        with self._connecting:
            self._ready()

    def _ready(self) -> None:
        line, smsc = self._line, self._smsc
        if line is not None and line.is_open:
            try:
                self._lines.run(line.ask(Command.ENQUIRE_LINK, smsc.connect_seconds))
                return
            except OSError:
                line.end()
        if time.monotonic() < self._not_before:
            raise ProviderAway(f"The SMPP provider {smsc.host} did not answer a moment ago.", "Nothing was sent.", "It is tried again by itself.")
        try:
            self._line = self._opened()
        except BindRefused as refused:
            self._failed()
            raise ProviderAway(
                f"The SMPP provider {smsc.host} does not accept the sign-in ({refused}).", "Nothing was sent.", "Look at system_id, password and bind in the settings.") from refused
        except OSError as away:
            self._failed()
            raise ProviderAway(f"The SMPP provider {smsc.host} does not answer.", f"Nothing was sent ({type(away).__name__}).", "It is tried again by itself.") from away
        self._failures = 0

    def _opened(self) -> Line:
        smsc = self._smsc
        context = ssl.create_default_context(cafile=smsc.ca_file) if smsc.tls else None
        body = pdu.bind(smsc.system_id, self._password, smsc.system_type)
        return self._lines.open(smsc.host, smsc.port, context, _BINDS[smsc.bind], body, smsc.connect_seconds, smsc.enquire_seconds)

    def _failed(self) -> None:
        self._not_before = time.monotonic() + min(_LONGEST_WAIT_SECONDS, _FIRST_WAIT_SECONDS * 2**self._failures)
        self._failures += 1

    def close(self) -> None:
        """Say goodbye."""
        line, self._line = self._line, None
        if line is not None and line.is_open:
            with suppress(OSError):
                self._lines.run(line.ask(Command.UNBIND, 2.0))
            line.end()
        self._lines.close()

    # Sending

    def send(self, messages: Sequence[Outgoing]) -> Iterator[Answer]:
        """Hand them over, many at once."""
        with self._sending:
            yield from _Batch(self._smsc, self._lines, self._open_line).send(self._bodies(one) for one in messages)

    def _open_line(self) -> Line:
        line = self._line
        if line is None or not line.is_open:
            self.ready()
            line = self._line
        assert line is not None
        return line

    def _bodies(self, one: Outgoing) -> _Going | Answer:
        to = destination(one.address)
        if to is None:
            return Answer(one.message_id, Result.REFUSED, code="not a number")
        try:
            written = write(one.text, self._smsc.alphabet)
        except ValueError:
            return Answer(one.message_id, Result.REFUSED, code="not a text")
        if len(written.parts) > self._smsc.most_parts:
            return Answer(one.message_id, Result.REFUSED, code="too long")
        return _Going(one.message_id, tuple(self._submits(to, written.coding, written.parts, one.key)))

    def _submits(self, to: Number, coding: int, parts: Sequence[bytes], key: str) -> Iterator[bytes]:
        smsc, drawn = self._smsc, sha256(key.encode()).digest()
        tags: dict[int, bytes] = {Tag.USER_MESSAGE_REFERENCE: drawn[:2]} if smsc.own_reference else {}
        valid = f"0000{smsc.valid_hours // 24:02d}{smsc.valid_hours % 24:02d}0000000R" if smsc.valid_hours else ""
        if len(parts) == 1 or smsc.long == Long.PAYLOAD:
            yield pdu.submit(
                self._source, to, b"".join(parts), coding=coding, service_type=smsc.service_type, tags=tags, validity=valid, as_payload=len(parts) > 1)
            return
        for number, data in enumerate(parts, 1):
            # The same reference for every attempt: should a copy ever arrive, the phone shows it as the same message.
            part = Part(drawn[2], len(parts), number)
            header, more = (pdu.part_header(part), {}) if smsc.long == Long.HEADER else (b"", pdu.part_tags(part))
            yield pdu.submit(self._source, to, data, coding=coding, service_type=smsc.service_type, header=header, tags={**tags, **more}, validity=valid)

    def ask(self, keys: Iterable[str]) -> dict[str, Answer]:
        """SMPP asks by the provider's own name of a message (`query_sm`), and that is what nobody has of a message that was not answered."""
        return {}

    # Hearing

    def hear(self, seconds: float) -> Sequence[Heard]:
        """What was delivered; what was heard before and is not kept yet comes again after a pause."""
        self.ready()
        until, found = time.monotonic() + seconds, list[Heard]()
        while not found:
            try:
                self._take(*self._lines.deliveries.get(timeout=max(0.0, min(until - time.monotonic(), 0.5))), found)
                while True:
                    self._take(*self._lines.deliveries.get_nowait(), found)
            except Empty:
                pass
            found += [self._reply(whole) for whole in self._joining.overdue(time.monotonic())]
            found += self._once_more(time.monotonic())
            if time.monotonic() >= until or self._line is None or not self._line.is_open:
                break
        self._given |= {one.token: (one, time.monotonic()) for one in found}
        return found

    def _once_more(self, at: float) -> list[Heard]:
        """What was not kept, such as a receipt that was quicker than the record of its message. What came over a line that is gone is delivered anew."""
        number = self._line.number if self._line is not None else 0
        self._given = {token: one for token, one in self._given.items() if token.startswith(f"{number}:")}
        return [one for one, given_at in self._given.values() if at - given_at >= self._smsc.again_seconds]

    def _take(self, line: Line, one: Pdu | None, found: list[Heard]) -> None:
        if one is None:
            return
        token = f"{line.number}:{one.sequence}"
        try:
            what = pdu.delivered(one.body)
        except ValueError:  # It would come again for ever, and could never be read.
            line.write(pdu.pack(Command.DELIVER_SM_RESP, one.sequence, status=Status.ESME_RX_P_APPN))
            return
        if not is_receipt(what):
            found += [self._reply(whole) for whole in self._joining.add(what, token, time.monotonic())]
            return
        told = receipt(what, read(what.data, what.coding, self._smsc.alphabet), self._smsc.ids, self._smsc.bounced)
        if told is None:
            self.kept([token])
        else:
            found.append(Heard(token, Receipt(f"{self.name}:{told.reference}:{told.code}", told.reference, "", told.arrival, told.code, self._now())))

    def _reply(self, whole: Whole) -> Heard:
        """SMPP gives a delivery no name. To ours belongs how often the same was kept before: what comes again because its acknowledgement was lost has the
        same name, what a person says again after it was kept has another."""
        at = self._now()
        name = name_of(whole.address, whole.to, whole.text, at, self._password)
        token = " ".join(whole.tokens)
        self._replies[token] = name
        return Heard(token, Reply(f"{self.name}:{name}:{self._kept.get(name, 0)}", whole.address, whole.to, "", whole.text, is_automatic=False, at=at))

    def kept(self, tokens: Sequence[str]) -> None:
        """Acknowledge these. What came over a line that is gone cannot be: it comes again."""
        line = self._line
        answers = []
        for token in tokens:
            self._given.pop(token, None)
            name = self._replies.pop(token, "")
            numbers = [int(sequence) for came_by, sequence in (one.split(":") for one in token.split()) if line is not None and int(came_by) == line.number]
            answers += [pdu.pack(Command.DELIVER_SM_RESP, number, b"\0") for number in numbers]
            if name and numbers:
                self._kept[name] = self._kept.get(name, 0) + 1
        if line is not None and answers:
            line.write(b"".join(answers))


_BINDS = {Bind.TRANSCEIVER: Command.BIND_TRANSCEIVER, Bind.TRANSMITTER: Command.BIND_TRANSMITTER, Bind.RECEIVER: Command.BIND_RECEIVER}


class _Batch:
    """Messages on their way together."""

    def __init__(self, smsc: Smsc, lines: Lines, line: Callable[[], Line]) -> None:
        self._smsc, self._lines, self._line = smsc, lines, line
        self._ready: deque[_Going] = deque()
        self._flying: dict[int, _Flying] = {}
        self._braked_until = 0.0

    def send(self, messages: Iterable[_Going | Answer]) -> Iterator[Answer]:
        """Answers as they are known, until all are."""
        for one in messages:
            if isinstance(one, Answer):
                yield one
            else:
                self._ready.append(one)
        while self._ready or self._flying:
            yield from self._write()
            yield from self._listen()

    def _write(self) -> Iterator[Answer]:
        """Hand over as many as the window has room for."""
        room = self._smsc.window - len(self._flying)
        if not self._ready or room <= 0 or time.monotonic() < self._braked_until:
            return
        try:
            line = self._line()
        except ProviderAway:
            yield from (_ended(one, Result.NOT_TAKEN, "away") for one in self._ready)
            self._ready.clear()
            return
        at, packets = time.monotonic(), []
        while self._ready and room > 0:
            one, number, room = self._ready.popleft(), line.next_number(), room - 1
            packets.append(pdu.pack(Command.SUBMIT_SM, number, one.bodies[len(one.taken)]))
            self._flying[number] = _Flying(one, line, at)
        line.write(b"".join(packets))

    def _listen(self) -> Iterator[Answer]:
        """Wait for the next answer, for the end of a pause, or for the moment from which an answer is no longer waited for."""
        at = time.monotonic()
        until = next(iter(self._flying.values())).written_at + self._smsc.answer_seconds if self._flying else at
        if self._ready and self._braked_until > at:
            until = min(until, self._braked_until) if self._flying else self._braked_until
        with suppress(Empty):
            yield from self._take(*self._lines.answers.get(timeout=max(0.0, until - at)))
            while True:
                yield from self._take(*self._lines.answers.get_nowait())
        yield from self._overdue(time.monotonic() - self._smsc.answer_seconds)

    def _take(self, line: Line, said: Pdu | None) -> Iterator[Answer]:
        if said is None:
            lost = [number for number, one in self._flying.items() if one.line is line]
            for number in lost:
                yield _uncertain(self._flying.pop(number).going, "line lost")
            return
        flying = self._flying.pop(said.sequence, None)
        if flying is not None:
            yield from self._answered(flying.going, said)

    def _answered(self, going: _Going, said: Pdu) -> Iterator[Answer]:
        code = pdu.status_name(said.status)
        if said.command == Command.SUBMIT_SM_RESP and said.status == Status.ESME_ROK:
            going.taken.append(known_as(pdu.message_id(said.body), self._smsc.ids, in_receipt=False))
            if len(going.taken) < len(going.bodies):
                self._ready.appendleft(going)
            else:
                yield Answer(going.message_id, Result.TAKEN, " ".join(going.taken), code)
        elif self._is_held_back(going, said.status):
            self._braked_until = time.monotonic() + self._smsc.throttle_seconds * 2**going.held_back
            going.held_back += 1
            self._ready.appendleft(going)
        elif said.status == Status.ESME_RUNKNOWNERR or (said.command == Command.GENERIC_NACK and said.status == Status.ESME_ROK):
            yield _uncertain(going, code)
        else:
            yield _ended(going, Result.REFUSED if said.status in _FOR_GOOD else Result.NOT_TAKEN, code)

    def _is_held_back(self, going: _Going, status: int) -> bool:
        """Too many at once: a pause helps. A full queue may be that of this one phone: only who has a part already is waited for."""
        return going.held_back < self._smsc.throttle_tries and (
            status == Status.ESME_RTHROTTLED or (status == Status.ESME_RMSGQFUL and bool(going.taken)))

    def _overdue(self, before: float) -> Iterator[Answer]:
        late = []
        for number, one in self._flying.items():  # in the order in which they were written
            if one.written_at > before:
                break
            late.append(number)
        for number in late:
            one = self._flying.pop(number)
            if one.line.is_open and one.line.silent_seconds >= self._smsc.answer_seconds:
                one.line.end()
            yield _uncertain(one.going, "no answer")


def _uncertain(going: _Going, code: str) -> Answer:
    return Answer(going.message_id, Result.UNCERTAIN, " ".join(going.taken), code)


def _ended(going: _Going, result: Result, code: str) -> Answer:
    """What does not go on: where a part of it was taken already, nobody knows what the person will see, and it is not sent again by itself."""
    return _uncertain(going, code) if going.taken else Answer(going.message_id, result, code=code)
