"""An identity service on a real socket, which does as it is told, wrong as that may be."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any, Self

from aiohttp import web

from tests.server import LONG_ENOUGH

Fault = Callable[[web.Request, "IdentityDouble"], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True)
class Asked:
    """One question as it came."""

    path: str
    token: str | None
    headers: dict[str, str]


@dataclass
class IdentityDouble:
    """Runs in a thread of its own: enter it. Knows `users` by token; refuses all others with 401.

    `fault` is what it does instead of an answer. `begun` is released with every question.
    """

    users: dict[str, Any] = field(default_factory=dict)
    fault: Fault | None = None
    asked: list[Asked] = field(default_factory=list)
    begun: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))

    def __enter__(self) -> Self:
        ready: Future[int] = Future()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run(ready)), daemon=True)
        self._thread.start()
        self.url = f"http://127.0.0.1:{ready.result(LONG_ENOUGH)}"
        return self

    def __exit__(self, *_: object) -> None:
        self.release()
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(LONG_ENOUGH)

    @property
    def calls(self) -> int:
        return len(self.asked)

    def release(self) -> None:
        """Let go of all that hangs."""
        self._loop.call_soon_threadsafe(self.released.set)

    async def _run(self, ready: Future[int]) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        self.released = asyncio.Event()
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._answer)
        runner = web.AppRunner(app, shutdown_timeout=LONG_ENOUGH)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        ready.set_result(runner.addresses[0][1])
        await self._stop.wait()
        await runner.cleanup()

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        token = await _token_in(request)
        self.asked.append(Asked(request.path, token, dict(request.headers)))
        self.begun.release()
        if self.fault is not None:
            return await self.fault(request, self)
        if request.path == "/health":
            return web.json_response({"status": "healthy"})
        known = self.users.get(token or "")
        if known is None:
            return web.json_response({"detail": "Invalid token"}, status=401)
        return web.json_response(known)


async def _token_in(request: web.Request) -> str | None:
    """The token as each of the two endpoints takes it."""
    if request.path.endswith("/verify"):
        body = await request.json()
        return str(body["token"])
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token if scheme == "Bearer" else None


def status(number: int, **headers: str) -> Fault:
    """Always this status."""

    async def fault(_: web.Request, __: IdentityDouble) -> web.StreamResponse:
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        return web.json_response({"detail": "told to"}, status=number, headers=names)

    return fault


def text(content: str, number: int = 200, content_type: str = "application/json") -> Fault:
    """Always this text."""

    async def fault(_: web.Request, __: IdentityDouble) -> web.StreamResponse:
        return web.Response(text=content, status=number, content_type=content_type)

    return fault


def first(count: int, fault: Fault) -> Fault:
    """A fault that passes after so many times."""
    left = [count]

    async def passing(request: web.Request, double: IdentityDouble) -> web.StreamResponse:
        left[0] -= 1
        if left[0] == 0:
            double.fault = None
        return await fault(request, double)

    return passing


async def hang(_: web.Request, double: IdentityDouble) -> web.StreamResponse:
    """No answer until it is let go."""
    await double.released.wait()
    return web.json_response({})


async def reset(request: web.Request, _: IdentityDouble) -> web.StreamResponse:
    """The connection ends without a word."""
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


async def huge(request: web.Request, _: IdentityDouble) -> web.StreamResponse:
    """A JSON text of twenty megabytes, whose length is not told before."""
    return await _streamed(request, (b" " * 65_536 for _ in range(320)))


async def redirect(request: web.Request, _: IdentityDouble) -> web.StreamResponse:
    """Somewhere else, where the token must not go."""
    return web.Response(status=307, headers={"Location": f"/elsewhere{request.path}"})


async def cookies(_: web.Request, __: IdentityDouble) -> web.StreamResponse:
    """A refusal with a cookie."""
    return web.Response(status=401, headers={"Set-Cookie": "session=1; Path=/"})


async def trickle(request: web.Request, double: IdentityDouble) -> web.StreamResponse:
    """A byte now and then, without an end."""
    response = web.StreamResponse()
    await response.prepare(request)
    while not double.released.is_set():
        try:
            await response.write(b" ")
        except ConnectionError:
            break
        await asyncio.sleep(0.01)
    return response


async def half(request: web.Request, _: IdentityDouble) -> web.StreamResponse:
    """The beginning of an answer, and then nothing more."""
    response = web.StreamResponse(headers={"Content-Length": "100"})
    await response.prepare(request)
    await response.write(b'{"user_id":')
    assert request.transport is not None
    request.transport.abort()
    return response


async def _streamed(request: web.Request, chunks: Any) -> web.StreamResponse:
    response = web.StreamResponse()
    await response.prepare(request)
    for chunk in chunks:
        try:
            await response.write(chunk)
        except ConnectionError:
            break
    return response
