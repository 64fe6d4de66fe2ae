"""How is one bound connection kept, and what comes over it?

The connection lives in a thread of its own, so that the provider's questions (`enquire_link`) are answered whatever the program is doing, and so that
what comes in is there when it is asked for. What is handed to `write` counts as written: it may have reached the provider even if the line breaks in the next moment.
"""

from __future__ import annotations

import asyncio
import ssl
import threading
from collections.abc import Coroutine
from itertools import count
from queue import SimpleQueue
from typing import Any, TypeVar

from arrears.act.channels.sms import pdu
from arrears.act.channels.sms.pdu import Command, Pdu, Status

T = TypeVar("T")


class BindRefused(Exception):
    """The provider answers, and does not let us in."""

    def __init__(self, status: int) -> None:
        self.status = status
        super().__init__(pdu.status_name(status))


class Line(asyncio.Protocol):
    """A connection. Answers and what is delivered are put in two queues, each with the line; a packet of nothing says that the line is gone."""

    def __init__(self, number: int, answers: Arrivals, deliveries: Arrivals, sequence: count[int]) -> None:
        self.number, self.is_open, self.heard_at = number, False, 0.0
        self._answers, self._deliveries, self._sequence = answers, deliveries, sequence
        self._split, self._asked = pdu.Split(), dict[int, asyncio.Future[Pdu]]()
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._keeper: asyncio.Task[None] | None = None

    # What the event loop calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The connection stands; it is not bound yet."""
        assert isinstance(transport, asyncio.Transport)
        self._transport, self.is_open, self.heard_at = transport, True, self._loop.time()

    def data_received(self, data: bytes) -> None:
        """Bytes came."""
        self.heard_at = self._loop.time()
        try:
            for one in self._split.feed(data):
                self._take(one)
        except ValueError:  # After a length that cannot be, nothing can be read any more.
            self.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """The line is gone, whoever ended it."""
        self.is_open = False
        if self._keeper is not None:
            self._keeper.cancel()
        for future in self._asked.values():
            if not future.done():
                future.set_exception(ConnectionResetError("the line was lost"))
        self._answers.put((self, None))
        self._deliveries.put((self, None))

    def _take(self, one: Pdu) -> None:
        asked = self._asked.pop(one.sequence, None) if one.command & pdu.RESPONSE else None
        if asked is not None:
            if not asked.done():
                asked.set_result(one)
        elif one.command in (Command.SUBMIT_SM_RESP, Command.GENERIC_NACK):
            self._answers.put((self, one))
        elif one.command == Command.DELIVER_SM:
            self._deliveries.put((self, one))
        elif one.command == Command.ENQUIRE_LINK:
            self._write(pdu.pack(Command.ENQUIRE_LINK_RESP, one.sequence))
        elif one.command == Command.UNBIND:
            self._write(pdu.pack(Command.UNBIND_RESP, one.sequence))
            if self._transport is not None:
                self._transport.close()
        elif not one.command & pdu.RESPONSE and one.command != Command.ALERT_NOTIFICATION:
            self._write(pdu.pack(Command.GENERIC_NACK, one.sequence, status=Status.ESME_RINVCMDID))

    # In the line's own thread

    async def ask(self, command: Command, seconds: float, body: bytes = b"") -> Pdu:
        """Send a request and wait for its answer; raises TimeoutError or ConnectionError."""
        number = self.next_number()
        future = self._asked[number] = self._loop.create_future()
        self._write(pdu.pack(command, number, body))
        try:
            return await asyncio.wait_for(future, seconds)
        finally:
            self._asked.pop(number, None)

    def keep(self, every_seconds: float, answer_seconds: float) -> None:
        """From now on ask whether the other side is still there whenever nothing came for so long; where it is not, end the line."""
        self._keeper = asyncio.ensure_future(self._keep(every_seconds, answer_seconds))

    async def _keep(self, every_seconds: float, answer_seconds: float) -> None:
        while True:
            await asyncio.sleep(max(0.01, self.heard_at + every_seconds - self._loop.time()))
            if self._loop.time() - self.heard_at >= every_seconds:
                try:
                    await self.ask(Command.ENQUIRE_LINK, answer_seconds)
                except (TimeoutError, ConnectionError):
                    self.abort()
                    return

    def _write(self, data: bytes) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(data)

    def abort(self) -> None:
        """End it at once."""
        if self._transport is not None:
            self._transport.abort()

    # From any thread

    def next_number(self) -> int:
        """A sequence number that no other request of this provider has (1 to 0x7FFFFFFF)."""
        return next(self._sequence) % 0x7FFF_FFFF + 1

    def write(self, data: bytes) -> None:
        """Hand over these bytes."""
        self._loop.call_soon_threadsafe(self._write, data)

    def end(self) -> None:
        """End it at once, from another thread."""
        self._loop.call_soon_threadsafe(self.abort)

    @property
    def silent_seconds(self) -> float:
        """For how long did nothing come?"""
        return self._loop.time() - self.heard_at


Arrivals = SimpleQueue[tuple[Line, Pdu | None]]


class Lines:
    """The thread in which the lines of a provider live, one after the other."""

    def __init__(self) -> None:
        self.answers, self.deliveries = Arrivals(), Arrivals()
        self._sequence, self._number = count(), count(1)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None

    def open(self, host: str, port: int, context: ssl.SSLContext | None, kind: Command, body: bytes, connect_seconds: float, enquire_seconds: float) -> Line:
        """Connect and bind.

        Raises:
            BindRefused: the provider does not let us in.
            OSError: it does not answer.
        """
        return self.run(self._open(host, port, context, kind, body, connect_seconds, enquire_seconds))

    async def _open(self, host: str, port: int, context: ssl.SSLContext | None, kind: Command, body: bytes, connect_seconds: float, enquire_seconds: float) -> Line:
        loop = asyncio.get_running_loop()
        line: Line
        _, line = await asyncio.wait_for(
            loop.create_connection(lambda: Line(next(self._number), self.answers, self.deliveries, self._sequence), host, port, ssl=context), connect_seconds)
        try:
            said = await line.ask(kind, connect_seconds, body)
        except BaseException:
            line.abort()
            raise
        if said.status:
            line.abort()
            raise BindRefused(said.status)
        line.keep(enquire_seconds, connect_seconds)
        return line

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Have this done in the lines' thread, and wait for it."""
        if self._loop is None:
            self._loop = asyncio.new_event_loop()
            self._thread = threading.Thread(target=self._loop.run_forever, name="smpp", daemon=True)
            self._thread.start()
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    def close(self) -> None:
        """End the thread."""
        if self._loop is not None and self._thread is not None:
            self.run(_ended())
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(5)
            self._loop.close()
            self._loop = self._thread = None


async def _ended() -> None:
    """Whatever still runs here is told to end, and has."""
    others = asyncio.all_tasks() - {task for task in (asyncio.current_task(),) if task is not None}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
