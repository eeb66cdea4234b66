"""What the body of a request says it is.

Read by hand: aiohttp hands `Content-Type` to the parser of e-mails, which takes a second for eight
thousand semicolons. Its `content_type`, `charset`, `text()`, `json()` and `post()` all do so.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from aiohttp import hdrs, web

from app.errors import UnsupportedMediaType

LONGEST = 256
"""Characters of a `Content-Type`; the longest boundary that RFC 2046 allows has 70."""
_PARAMETER = r';[ \t]*%s=(?:"([^"\\]{1,70})"|([^ \t;"]{1,70}))[ \t]*(?:;|\Z)'
_CHARSET, _BOUNDARY = (
    re.compile(_PARAMETER % name, re.IGNORECASE) for name in ("charset", "boundary")
)


@dataclass(frozen=True, slots=True)
class MediaType:
    """A media type in small letters, '' where none is told, and what forms need beside it."""

    name: str
    charset: str | None = None
    boundary: str | None = None

    @classmethod
    def of(cls, text: str) -> MediaType:
        """What a header says."""
        charset, boundary = _CHARSET.search(text), _BOUNDARY.search(text)
        return cls(
            text.partition(";")[0].strip().lower(),
            None if charset is None else (charset[1] or charset[2]).lower(),
            None if boundary is None else boundary[1] or boundary[2],
        )


def media_type(request: web.Request) -> MediaType:
    """What the body of a request says it is; raises UnsupportedMediaType for very long words."""
    text = request.headers.get(hdrs.CONTENT_TYPE, "")
    if len(text) > LONGEST:
        msg = (
            f"header Content-Type must be at most {LONGEST} characters, got {len(text)}; "
            "send the media type alone"
        )
        details = {"field": "header.Content-Type", "limit": LONGEST, "got": len(text)}
        raise UnsupportedMediaType(msg, details=details)
    return MediaType.of(text)
