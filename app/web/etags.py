"""What a caller holds already, by the names of contents."""

from __future__ import annotations

from aiohttp import web
from aiohttp.helpers import ETAG_ANY


def is_held(request: web.Request, tag: str) -> bool:
    """Whether `If-None-Match` names the content with this tag, or any: 304 answers it."""
    held = {each.value for each in request.if_none_match or ()}
    return not held.isdisjoint({tag, ETAG_ANY})
