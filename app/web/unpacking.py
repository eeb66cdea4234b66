"""Bodies that come compressed: unpacked when somebody reads them, and never beyond a limit.

aiohttp would unpack whatever comes, also what nobody reads: a few hundred kilobytes are many
hundred megabytes of that.
"""

from __future__ import annotations

import zlib

from app.errors import UnsupportedMediaType

MOST_MEMBERS = 16
"""Of gzip, one behind the other: each costs a new start, be it empty."""
_GZIP, _ZLIB, _BARE = 31, 15, -15
_DEFLATED = 8
"""In the low half of the first byte, where zlib's head stands before what is deflated."""


class NotPacked(ValueError):
    """The bytes are not compressed as they say, or not to their end."""


class TooLong(ValueError):
    """More bytes come out than are allowed."""


def encoding_of(named: str | None) -> str:
    """The encoding that a body says it has, '' for none; raises UnsupportedMediaType."""
    encoding = "" if named is None else named.strip().lower()
    if encoding in ("", "identity"):
        return ""
    if encoding in ("gzip", "x-gzip", "deflate"):
        return encoding
    field, expected = "header.Content-Encoding", "gzip, deflate, or left out"
    msg = f"{field} must be {expected}, got another; send the body as it is"
    raise UnsupportedMediaType(
        msg, details={"field": field, "expected": expected, "got": "another"}
    )


def unpacked(packed: bytes, encoding: str, limit: int) -> bytes:
    """What comes out, at most `limit` bytes; raises NotPacked and TooLong."""
    if not encoding or not packed:
        return packed
    out = bytearray()
    for _ in range(MOST_MEMBERS):
        member = zlib.decompressobj(_window(packed, encoding))
        try:
            out += member.decompress(packed, limit + 1 - len(out))
        except zlib.error as error:
            raise NotPacked from error
        if len(out) > limit:
            raise TooLong
        if not member.eof:
            raise NotPacked
        packed = member.unused_data
        if not packed:
            return bytes(out)
    raise NotPacked


def _window(packed: bytes, encoding: str) -> int:
    """The window of zlib; `deflate` is sent with its head, and by some without."""
    if encoding != "deflate":
        return _GZIP
    return _ZLIB if packed[0] & 0xF == _DEFLATED else _BARE
