"""JSON over HTTP to the services behind us; every call goes through the `Outbound` of its service.

Statuses from 500 on, 429, broken connections and unreadable successes are faults of the service;
every other status is an answer. Bodies, tokens and addresses never reach a log or an error text.
"""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import urlsplit

import aiohttp

from app.errors import CannotStart, ExternalServiceError, ExternalServiceTimeout, Unavailable
from app.resilience.attempts import Attempt
from app.resilience.outbound import Outbound
from app.resilience.policy import OutboundPolicy
from app.resilience.registry import Registry
from app.settings import Settings
from app.telemetry.traces import trace_id
from app.wire import decode, encode

LONGEST_ANSWER = 1_000_000
"""Bytes of an answer; what services tell us is a few hundred."""
LONGEST_PAUSE = 3600
"""Seconds of a Retry-After that is believed."""
HEALTH = "/health"
"""Where every service tells how it is."""
_CHUNK = 65_536
_GOOD, _TOO_MANY, _FIRST_FAULT = 200, 429, 500
_T = TypeVar("_T")


class MisconfiguredService(CannotStart):
    """A service cannot be used as it is set; the text says what to do."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a service told; `body` is None where it is no JSON, `text` is what came."""

    status: int
    body: Any = field(repr=False)
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ServiceClient:
    """Asks one service; `headers` go with every request."""

    name: str
    address: str
    outbound: Outbound
    session: aiohttp.ClientSession
    headers: Mapping[str, str] = field(repr=False)

    async def post(
        self,
        path: str,
        body: Any = None,
        *,
        token: str | None = None,
        within: float | None = None,
        idempotent: bool = False,
    ) -> Answer:
        """The answer to a POST, of JSON unless `body` is None.

        `path` labels the metrics too. Raises ExternalServiceTimeout and ExternalServiceError for
        faults, and as `Outbound.call` does.
        """
        headers = self._headers()
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        content = None if body is None else encode(body)
        if content is not None:
            headers["Content-Type"] = "application/json"

        async def ask(attempt: Attempt) -> Answer:
            async with self._sent("POST", path, headers, attempt, content) as response:
                return await self._answer(response)

        return await self._called(path, ask, within=within, idempotent=idempotent)

    async def require_health(self) -> None:
        """Return if the service says that it is well: an open circuit closes then.

        Any other answer tells nothing of what we ask it for, and counts as neither well nor out:
        raises Unavailable. Raises for faults as `post` does.
        """
        headers = self._headers()

        async def ask(attempt: Attempt) -> None:
            async with self._sent("GET", HEALTH, headers, attempt) as response:
                if response.status != _GOOD:
                    raise Unavailable(f"{self.name} answers {HEALTH} with {response.status}")

        await self._called(HEALTH, ask)

    def _headers(self) -> dict[str, str]:
        """What goes with a request that belongs to the trace of the caller, or to one of its own.

        The attempts of one call have one trace.
        """
        return {**self.headers, "X-Trace-ID": trace_id() or str(uuid.uuid4())}

    async def _called(
        self,
        path: str,
        work: Callable[[Attempt], Awaitable[_T]],
        *,
        within: float | None = None,
        idempotent: bool = False,
    ) -> _T:
        """The result of some work through the `Outbound`, with its faults in our words."""

        async def ask(attempt: Attempt) -> _T:
            try:
                return await work(attempt)
            except TimeoutError as error:
                raise ExternalServiceTimeout(f"{self.name} gave no answer in time") from error
            except (aiohttp.ClientError, OSError) as error:
                raise ConnectionError from error  # which another attempt may not meet

        try:
            return await self.outbound.call(path, ask, within=within, idempotent=idempotent)
        except ConnectionError as error:
            raise ExternalServiceError(f"{self.name} cannot be reached") from error

    @asynccontextmanager
    async def _sent(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str],
        attempt: Attempt,
        content: bytes | None = None,
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        """One attempt; the time to write has no limit of its own, only the attempt has."""
        limits = attempt.timeouts
        timeout = aiohttp.ClientTimeout(
            connect=limits.connect, sock_connect=limits.connect, sock_read=limits.read
        )
        request = self.session.request(
            method,
            self.address + path,
            data=content,
            headers=headers,
            timeout=timeout,
            allow_redirects=False,
        )
        async with request as response:
            yield response

    async def _answer(self, response: aiohttp.ClientResponse) -> Answer:
        """What was told; raises ExternalServiceError where that is a fault."""
        if response.status >= _FIRST_FAULT or response.status == _TOO_MANY:
            raise ExternalServiceError(
                f"{self.name} failed with status {response.status}",
                upstream_status=response.status,
                retry_after=_pause(response.headers.get("Retry-After")),
            )
        return self._read(response.status, await self._content(response))

    async def _content(self, response: aiohttp.ClientResponse) -> bytes:
        """The body, no longer than `LONGEST_ANSWER`."""
        content = bytearray()
        async for chunk in response.content.iter_chunked(_CHUNK):
            content += chunk
            if len(content) > LONGEST_ANSWER:
                raise ExternalServiceError(
                    f"{self.name} answered with more than {LONGEST_ANSWER} bytes",
                    upstream_status=response.status,
                )
        return bytes(content)

    def _read(self, status: int, content: bytes) -> Answer:
        """The answer in a body; only a success has to be JSON."""
        try:
            body = decode(content) if content else None
        except ValueError as error:
            if status // 100 == 2:  # noqa: PLR2004 - the class of successes
                raise ExternalServiceError(
                    f"{self.name} answered with something that is no JSON", upstream_status=status
                ) from error
            body = None
        return Answer(status, body, content.decode(errors="replace"))


@asynccontextmanager
async def open_service(
    name: str, address: str, api_key: str | None, settings: Settings, registry: Registry
) -> AsyncIterator[ServiceClient]:
    """A client of the service at an address that was checked; known to the registry by its name."""
    headers = {
        "X-Service-Name": settings.service_name,
        "Accept": "application/json",
        "Accept-Encoding": "identity",
    }
    if api_key is not None:
        headers["X-API-Key"] = api_key
    outbound = Outbound(name, registry, OutboundPolicy.of(settings))
    try:
        async with aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0),  # the throttle of the outbound is the limit
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,  # a few bytes may stand for gigabytes, and none were asked for
            trust_env=False,
        ) as session:
            yield ServiceClient(name, address, outbound, session, headers)
    finally:
        registry.remove(name)


def checked_address(setting: str, url: str) -> str:
    """The address of a service without a slash at its end; raises MisconfiguredService."""
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # such as a port that is no number
        parts, usable = urlsplit(""), False
    if not usable or not url.isprintable() or " " in url or parts.query or parts.fragment:
        raise MisconfiguredService(
            f"{setting} must be an address such as http://identity-service:8001 or "
            "https://example.org/identity, without a query; correct it, or leave it out"
        )
    if "@" in parts.netloc:
        raise MisconfiguredService(
            f"{setting} must hold no user name or password: they would stand in logs; "
            "give the key of the service in the setting for that"
        )
    return url.rstrip("/")


def checked_header(setting: str, value: str) -> str:
    """A value that can stand in a header; raises MisconfiguredService without repeating it."""
    if not value.isascii() or not value.isprintable():
        raise MisconfiguredService(
            f"{setting} must consist of printable ASCII characters: it is sent as a header"
        )
    return value


def _pause(retry_after: str | None) -> int | None:
    """Seconds that a service asked for; None for dates, nonsense and more than an hour."""
    if retry_after is None or not (retry_after.isascii() and retry_after.isdigit()):
        return None
    seconds = int(retry_after) if len(retry_after) <= len(str(LONGEST_PAUSE)) else LONGEST_PAUSE + 1
    return seconds if seconds <= LONGEST_PAUSE else None
