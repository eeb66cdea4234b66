"""The fields of a form, in both encodings: few of them, each a text.

Parsed here, from bytes that are bounded before: aiohttp reads parts as they come, with as many
lines before and between them as a client sends.
"""

from __future__ import annotations

import re
from urllib.parse import parse_qsl

from app.errors import NOT_TOLD, InvalidInput
from app.web.media_types import MediaType

URLENCODED, MULTIPART = "application/x-www-form-urlencoded", "multipart/form-data"
MOST_FIELDS = 50
MOST_PARTS = 10
"""Of a multipart form: a login has six at most."""
LONGEST_HEAD = 1024
"""Bytes of the headers of one part."""
_CHARSETS = frozenset(
    {"utf-8", "utf8", "us-ascii", "ascii", "iso-8859-1", "latin-1", "latin1", "windows-1252"}
)
"""Those that are decoded in no time; some others of Python's take the square of the length."""
_AS_IT_IS = frozenset({"7bit", "8bit", "binary"})
_HEADER = re.compile(r"([A-Za-z-]+):[ \t]*(.*)")
_NAME = re.compile(r';[ \t]*name=(?:"([^"]{0,128})"|([^ \t;"]{1,128}))', re.IGNORECASE)
_FILE_NAME = re.compile(r";[ \t]*filename\*?=", re.IGNORECASE)


class _NoForm(ValueError):
    """The body is no form, or not as it says."""


def fields_in(body: bytes, kind: MediaType) -> dict[str, str]:
    """The fields of a form; of a repeated one the first counts. Raises InvalidInput."""
    try:
        charset = _known(kind.charset)
        if kind.name == MULTIPART:
            return _parts_in(body, kind.boundary or "", charset)
        return _pairs_in(body, charset)
    except ValueError as error:
        raise InvalidInput.of("body", "a form", NOT_TOLD) from error


def _known(charset: str | None) -> str:
    if charset is None:
        return "utf-8"
    if charset not in _CHARSETS:
        raise _NoForm
    return charset


def _pairs_in(body: bytes, charset: str) -> dict[str, str]:
    _require_few(body.count(b"&") + 1, MOST_FIELDS, "fields")
    text = body.rstrip().decode(charset)
    pairs = parse_qsl(text, keep_blank_values=True, encoding=charset, errors="strict")
    return dict(reversed(pairs))


def _parts_in(body: bytes, boundary: str, charset: str) -> dict[str, str]:
    line = b"\r\n--" + boundary.encode("ascii")
    whole = b"\r\n" + body
    _require_few(whole.count(line) - 1, MOST_PARTS, "parts")
    before, *parts, after = whole.split(line)
    if not boundary or before or after.strip() != b"--":
        raise _NoForm
    fields: dict[str, str] = {}
    for part in parts:
        name, value = _field_in(part, charset)
        fields.setdefault(name, value)
    return fields


def _field_in(part: bytes, charset: str) -> tuple[str, str]:
    """The name and the text of a part, from the end of its boundary; raises InvalidInput too."""
    head, _, content = part.partition(b"\r\n\r\n")
    if len(head) > LONGEST_HEAD:
        raise _NoForm
    padding, *lines = head.decode().split("\r\n")
    headers = dict(map(_header_in, lines))
    disposition = headers.get("content-disposition", "")
    name = _NAME.search(disposition)
    if padding.strip(" \t") or name is None:
        raise _NoForm
    kind = MediaType.of(headers.get("content-type", ""))
    encoding = headers.get("content-transfer-encoding", "binary").lower()
    if kind.name.startswith("multipart/") or encoding not in _AS_IT_IS:
        raise _NoForm
    found = name[1] or name[2] or ""
    if _FILE_NAME.search(disposition):
        raise InvalidInput.of(found[:64] or "body", "a text, not a file", "a file")
    return found, content.decode(_known(kind.charset) if kind.charset else charset)


def _header_in(line: str) -> tuple[str, str]:
    header = _HEADER.fullmatch(line)
    if header is None:
        raise _NoForm
    return header[1].lower(), header[2].strip()


def _require_few(number: int, most: int, what: str) -> None:
    if number > most:
        raise InvalidInput.of("body", f"a form of at most {most} {what}", number)
