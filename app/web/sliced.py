"""Long answers that come in slices, and leave so: put together they would hold up the loop."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

from aiohttp import hdrs, web

from app.web.answers import enveloped, warned
from app.wire import Outcome, success

SLICED_FROM = 500_000
"""Bytes that take a third of a millisecond to be put together and sent: more leave in slices, and
are not compressed."""
_DATA = b"null"


def sliced(request: web.Request, slices: Sequence[bytes]) -> web.Response:
    """A success around the slices of ready JSON."""
    length = sum(map(len, slices))
    if length < SLICED_FROM:
        return enveloped(request, Outcome(200, success(b"".join(slices)), warned(request)))
    whole = enveloped(request, Outcome(200, success(_DATA), warned(request)))
    assert isinstance(whole.body, bytes)  # noqa: S101 - it was just made of bytes
    head, _, tail = whole.body.partition(_DATA)
    headers = {**whole.headers, hdrs.CONTENT_LENGTH: str(len(head) + length + len(tail))}
    return web.Response(body=_sent(head, slices, tail), headers=headers)


async def _sent(head: bytes, slices: Sequence[bytes], tail: bytes) -> AsyncIterator[bytes]:
    """The slices one after the other, each when the client has taken those before."""
    yield head
    for each in slices:
        yield each
    yield tail
