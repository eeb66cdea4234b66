"""Outcomes as HTTP responses."""

from __future__ import annotations

import asyncio
import re
import threading
import zlib
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from itertools import islice
from typing import Any

from aiohttp import hdrs, web

from app.errors import AppError, MethodNotAllowed, TokenExpired, Unauthenticated
from app.wire import Outcome, Prepared, encode, envelope, failure, inside, success

REQUEST_ID = web.RequestKey("request_id", str)
IGNORED = web.RequestKey("ignored", list[str])
"""Warnings of what a request brought and nobody read."""
MOST_IGNORED = 10
"""Of these in one answer."""
JSON_HEADERS = {"Content-Type": "application/json"}

OWN_API = "/api/v1/"

LONGEST_CHOICE = 1024
"""Characters that are read of a header which lists what a client takes or has: a browser's have
two hundred, and a megabyte of commas would take a third of a second."""
COMPRESS_FROM = 1024
"""Bytes below which a compressed body is not smaller by a packet."""
APART_FROM = 65_536
"""Bytes that take half a millisecond to compress, if they are rows of numbers: more leave the loop.
"""
MOST_APART = 4
"""Of these at once, so that threads are left for other work; what comes then is sent as it is."""
_GZIP = 31
_FASTEST = 1
"""zlib's window for gzip, and its level: a chart takes about 40 µs."""
_apart = threading.BoundedSemaphore(MOST_APART)
_REFUSED_WEIGHT = re.compile(r"\s*q\s*=\s*0(?:\.0*)?\s*\Z").match


def now_text() -> str:
    """The present instant as answers show it."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def enveloped(
    request: web.Request,
    outcome: Outcome,
    headers: Mapping[str, str] | None = None,
) -> web.Response:
    """The answer to a request."""
    body = envelope(outcome.fragment, outcome.meta, request[REQUEST_ID], now_text())
    return web.Response(
        body=body, status=outcome.status, headers={**JSON_HEADERS, **(headers or {})}
    )


def succeeded(
    request: web.Request,
    data: Any,
    meta: Mapping[str, Any] | None = None,
) -> web.Response:
    """A success around plain values."""
    return enveloped(request, Outcome(200, success(encode(data)), inside(meta) if meta else b""))


def told(request: web.Request, data: Any, status: int = 200) -> web.Response:
    """A success in the shape of its path: in the envelope under /api/v1, bare elsewhere."""
    if request.path.startswith(OWN_API):
        return enveloped(request, Outcome(status, success(encode(data)), warned(request)))
    return bare(data, status)


def note_ignored(request: web.Request, warnings: Iterable[str]) -> None:
    """Let the answer to a request warn of some more, at most `MOST_IGNORED` in all."""
    noted = request.get(IGNORED, [])
    request[IGNORED] = [*noted, *islice(warnings, MOST_IGNORED - len(noted))]


def warned(request: web.Request) -> bytes:
    """The inside of `meta` that warns of what nobody read, empty where there is nothing."""
    noted = request.get(IGNORED, [])
    return inside({"warnings": noted}) if noted else b""


def refused(request: web.Request, error: AppError) -> web.Response:
    """The answer to a request that failed in an expected way."""
    headers: dict[str, str] = {}
    if isinstance(error, Unauthenticated | TokenExpired):
        headers["WWW-Authenticate"] = "Bearer"
    if isinstance(error, MethodNotAllowed) and error.details:
        headers["Allow"] = ", ".join(error.details["allowed"])
    if error.retry_after is not None:
        headers["Retry-After"] = str(error.retry_after)
    return enveloped(request, Outcome(error.status, failure(error)), headers)


def bare(data: Any, status: int = 200) -> web.Response:
    """JSON without an envelope, where a public shape has none."""
    return web.Response(body=encode(data), status=status, headers=JSON_HEADERS)


def prepared(request: web.Request, document: Prepared, headers: Mapping[str, str]) -> web.Response:
    """A long document with its ETag, compressed before; 304 for who has it."""
    told_too = {**headers, "ETag": f'W/"{document.tag}"'}
    if has_already(request, document.tag):
        return web.Response(status=304, headers=told_too)
    if not _names(request.headers.get("Accept-Encoding", "")[:LONGEST_CHOICE], "gzip"):
        return web.Response(body=document.plain, headers=told_too)
    return web.Response(body=document.packed, headers={**told_too, "Content-Encoding": "gzip"})


def accepts(request: web.Request, kind: str) -> bool:
    """Whether `Accept` names a media type, in small letters, and does not refuse it by `q=0`.

    One that is not named is not taken for accepted, not by `*/*` either: whoever says that gets
    JSON.
    """
    return _names(",".join(request.headers.getall("Accept", ()))[:LONGEST_CHOICE], kind)


def has_already(request: web.Request, tag: str) -> bool:
    """Whether `If-None-Match` names the tag of an answer, weak or not, or any."""
    told = request.headers.get(hdrs.IF_NONE_MATCH, "")[:LONGEST_CHOICE].split(",")
    return any(each.strip().removeprefix("W/") in (f'"{tag}"', "*") for each in told)


async def compress(accepted: str, response: web.Response) -> None:
    """Compress a long body for a client that takes gzip, in place.

    A very long one is compressed in a thread, and stays as it is if `MOST_APART` are under way.
    """
    body = response.body
    if (
        not isinstance(body, bytes)
        or len(body) < COMPRESS_FROM
        or "Content-Encoding" in response.headers
        or not _names(accepted[:LONGEST_CHOICE], "gzip")
    ):
        return
    if len(body) < APART_FROM:
        _replace(response, _gzipped(body))
    elif _apart.acquire(blocking=False):
        try:
            _replace(response, await asyncio.to_thread(_gzipped, body))
        finally:
            _apart.release()


def _replace(response: web.Response, packed: bytes) -> None:
    response.body = packed
    response.headers["Content-Encoding"] = "gzip"


def _gzipped(body: bytes) -> bytes:
    packer = zlib.compressobj(_FASTEST, zlib.DEFLATED, _GZIP)
    return packer.compress(body) + packer.flush()


@lru_cache(maxsize=256)
def _names(accepted: str, wanted: str) -> bool:
    """Whether a header names what we could send, and not with the weight 0 that refuses it."""
    for choice in accepted.lower().split(","):
        name, *parameters = choice.split(";")
        if name.strip() == wanted:
            return not any(map(_REFUSED_WEIGHT, parameters))
    return False
