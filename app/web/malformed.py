"""Requests that are not even HTTP, and those whose HTTP is refused before any route is found.

The parser's own texts repeat what was sent; ours name the part of the request, and nothing of it.
"""

from __future__ import annotations

from dataclasses import dataclass

from aiohttp import web
from aiohttp.http_exceptions import (
    BadStatusLine,
    HttpProcessingError,
    InvalidHeader,
    InvalidURLError,
    LineTooLong,
)

from app.errors import (
    STATUS_OF,
    AppError,
    BadRequest,
    ExpectationFailed,
    HeadersTooLarge,
    NotFound,
    UriTooLong,
)

LONGEST_TARGET = 8190
"""Bytes of the path and query of a request: what common proxies take."""
LONGEST_HEADER = 8192
"""Bytes of one header. Another number than that above: by it the parser tells which was too long"""
MOST_HEADERS = 128

MISTAKES = (HttpProcessingError, web.RequestPayloadError)
"""What aiohttp raises for requests that are wrong as HTTP."""


@dataclass(frozen=True, slots=True)
class _Rule:
    """A part of a request: how it must be, how it was not, and what to do."""

    field: str
    expected: str
    got: str
    cure: str
    refusal: type[AppError] = BadRequest

    @property
    def status(self) -> int:
        return STATUS_OF[self.refusal.code]

    def refused(self) -> AppError:
        msg = f"{self.field} must be {self.expected}, got {self.got}; {self.cure}"
        details = {"field": self.field, "expected": self.expected, "got": self.got}
        return self.refusal(msg, details=details)


_CLIENT = "use a client for HTTP/1.1, and a proxy in front for HTTPS"
_LINE = _Rule("request line", "METHOD /path HTTP/1.1", "something else", _CLIENT)
_TARGET = _Rule("request line", "METHOD /path HTTP/1.1", "no such path", "percent-encode the path")
_NOWHERE = _Rule(
    *("request line", "METHOD /path HTTP/1.1", "a target that is no path"),
    *("GET /openapi.json lists every path", NotFound),
)
_LONG_TARGET = _Rule(
    *("request line", f"a path and query of at most {LONGEST_TARGET} bytes", "more"),
    *("send long requests as the body of a POST", UriTooLong),
)
_LONG_HEADER = _Rule(
    *("headers", f"at most {LONGEST_HEADER} bytes each", "more"),
    *("send shorter ones", HeadersTooLarge),
)
_MANY_HEADERS = _Rule("headers", f"at most {MOST_HEADERS}", "more", "send fewer", HeadersTooLarge)
_HEADERS = _Rule(
    *("headers", "lines of 'Name: value', each ended by CR LF", "other bytes"),
    "send no control characters, and no space before the colon",
)
_NO_HOST = _Rule("header.Host", "given in HTTP/1.1", "none", "send it")
_TWO_LENGTHS = _Rule(
    *("headers", "with Content-Length or with Transfer-Encoding", "both"),
    "send one of the two",
)
_TRANSFER = _Rule(
    *("header.Transfer-Encoding", "chunked, or left out", "another"), "send Content-Length instead"
)
_LENGTH = _Rule(
    *("header.Content-Length", "the number of bytes in the body", "something else"), "send it once"
)
_LAST = _Rule(
    *("request", "the last one on its connection after 'Connection: close'", "more"),
    "open another connection",
)
_CHUNKS = _Rule(
    *("body", "chunks, each after its size in hexadecimal digits", "other bytes"),
    "send Content-Length instead",
)
_EXPECT = _Rule(
    *("header.Expect", "100-continue, or left out", "something else"),
    *("leave it out", ExpectationFailed),
)

_BY_KIND: tuple[tuple[type[HttpProcessingError], _Rule], ...] = (
    (BadStatusLine, _LINE),
    (InvalidURLError, _TARGET),
    (InvalidHeader, _HEADERS),
)
_BY_WORDS: tuple[tuple[str, _Rule], ...] = (
    ("Missing 'Host'", _NO_HOST),
    ("Too many headers", _MANY_HEADERS),
    ("be present with", _TWO_LENGTHS),
    ("Transfer-Encoding", _TRANSFER),
    ("Content-Length", _LENGTH),
    ("Connection: close", _LAST),
    ("chunk", _CHUNKS),
    ("header", _HEADERS),
)
"""By words of what the parser says, before it repeats what it read."""


def refusal_of(error: HttpProcessingError) -> AppError:
    """What a client is told of bytes that the parser cannot take for a request."""
    return _rule_of(error).refused()


def refusal_of_status(status: int) -> AppError:
    """What a client is told of a request that aiohttp itself answers with a status."""
    rule = next((rule for rule in (_EXPECT, _NOWHERE) if rule.status == status), _LINE)
    return rule.refused()


def _rule_of(error: HttpProcessingError) -> _Rule:
    if isinstance(error, LineTooLong):
        return _LONG_TARGET if LONGEST_TARGET in error.args else _LONG_HEADER
    for kind, rule in _BY_KIND:
        if isinstance(error, kind):
            return rule
    said = error.message.partition(":\n")[0]
    return next((rule for words, rule in _BY_WORDS if words in said), _LINE)
