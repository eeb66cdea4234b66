"""Which browsers may call from other origins."""

from __future__ import annotations

from collections.abc import Iterable

from aiohttp import web
from multidict import CIMultiDict

METHODS = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"
EXPOSED = (
    "X-Request-ID, ETag, Retry-After, Idempotency-Replayed, RateLimit-Policy, RateLimit, "
    "X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset"
)
_DAY = "86400"


class Cors:
    """Headers for allowed origins. `*` allows any, but then without credentials."""

    def __init__(self, origins: Iterable[str]) -> None:
        self._origins = frozenset(origins)
        self._any = "*" in self._origins
        self.vary = "Accept, Accept-Encoding" if self._any else "Accept, Origin, Accept-Encoding"
        """What answers depend on beside the path, for caches."""

    def allows(self, origin: str) -> bool:
        return self._any or origin in self._origins

    def mark(self, origin: str, headers: CIMultiDict[str]) -> None:
        """Add what a browser must see before it hands an answer to a page of `origin`."""
        if not self.allows(origin):
            return
        headers["Access-Control-Allow-Origin"] = "*" if self._any else origin
        headers["Access-Control-Expose-Headers"] = EXPOSED
        if not self._any:
            headers["Access-Control-Allow-Credentials"] = "true"

    @staticmethod
    def is_preflight(request: web.Request) -> bool:
        """Whether a browser asks for a page what it may send."""
        return request.method == "OPTIONS" and (
            "Origin" in request.headers and "Access-Control-Request-Method" in request.headers
        )

    def preflight(self, request: web.Request) -> web.Response:
        """The answer to a browser that asks before it calls; 400 for a foreign origin."""
        if not self.allows(request.headers.get("Origin", "")):
            return web.Response(status=400, text="Disallowed CORS origin")
        asked = request.headers.get("Access-Control-Request-Headers", "")
        headers = {
            "Access-Control-Allow-Methods": METHODS,
            "Access-Control-Allow-Headers": asked or "Authorization, Content-Type",
            "Access-Control-Max-Age": _DAY,
        }
        return web.Response(status=204, headers=headers)


CORS = web.AppKey("cors", Cors)
"""For handlers that send headers before the wrapper sees their answer."""
