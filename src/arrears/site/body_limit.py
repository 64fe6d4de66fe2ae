"""How much does anybody make this server read? Asked before the first byte of a body, and again while it comes.

The framework reads a request's whole body into a temporary file before any page, and so any permission, is asked; without a limit
anybody who reaches the port could fill the disk.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Message, Receive, Send], Awaitable[None]]
_WORDS = "This is larger than this page takes in; nothing was kept. Go back and choose a smaller file. 内容超过此页面的上限，未保存。请返回并选择较小的文件。\n"


class BodyLimit:
    """Refuses (413) what is longer than `limit_of` says for its path; everything else goes on to the application."""

    def __init__(self, application: Application, limit_of: Callable[[str], int]) -> None:
        self._application, self._limit_of = application, limit_of

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._application(scope, receive, send)
            return
        limit = self._limit_of(scope["path"])
        said = next((value for name, value in scope["headers"] if name == b"content-length"), b"0")
        if not said.isdigit() or int(said) > limit:
            await _refuse(send)
            return
        await self._counted(scope, receive, send, limit)

    async def _counted(self, scope: Message, receive: Receive, send: Send, limit: int) -> None:
        """A body without a stated length is counted as it comes; once it is too long the application sees its reader gone."""
        read, too_long, begun = 0, False, False

        async def counting() -> Message:
            nonlocal read, too_long
            message = await receive()
            read += len(message.get("body", b""))
            too_long = too_long or read > limit
            return {"type": "http.disconnect"} if too_long else message

        async def sending(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        await self._application(scope, counting, sending)
        if too_long and not begun:
            await _refuse(send)


async def _refuse(send: Send) -> None:
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"connection", b"close"), (b"x-content-type-options", b"nosniff")]
    await send({"type": "http.response.start", "status": 413, "headers": headers})
    await send({"type": "http.response.body", "body": _WORDS.encode()})
