"""JSON at the edges: the envelope of every answer, and the bytes that travel through the queues.

A worker makes the fragment of an answer once; whoever sends it only splices the envelope around.
"""

from __future__ import annotations

import gzip
import math
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import orjson

from app.errors import (
    LONGEST_ECHO,
    NOT_TOLD,
    AppError,
    CalculationFailed,
    InvalidInput,
    echo,
)

_COMPACT = orjson.OPT_SERIALIZE_NUMPY
_CANONICAL = _COMPACT | orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS


_TAG_DIGITS = 32
_GZIP = 31
"""zlib's window for gzip."""

CUT = 202
"""Status of an outcome that is no answer yet: the parts of long work, or one of them."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one request.

    `fragment` is the inside of the envelope but for `meta`; `meta` is the inside of `meta` that
    belongs to the content; `digest` names the content, empty for a failure; `lasting` says that
    the same request will always have this answer.
    """

    status: int
    fragment: bytes
    meta: bytes = b""
    digest: str = ""
    lasting: bool = False


@dataclass(frozen=True, slots=True)
class Prepared:
    """A long text that is sent many times: as it is, compressed, and its name for caches."""

    plain: bytes
    packed: bytes
    tag: str

    @classmethod
    def of(cls, text: bytes) -> Prepared:
        """Takes a hundredth of a second a megabyte: not for the event loop."""
        return cls(text, gzip.compress(text, mtime=0), sha256(text).hexdigest()[:_TAG_DIGITS])


class PreparedAnswer:
    """A long success that differs from one request to the next in its `meta` alone.

    It is compressed once; what an end adds to that takes a tenth of a millisecond.
    """

    def __init__(self, data: bytes) -> None:
        """Takes as long as `Prepared.of`: not for the event loop."""
        self._fragment = success(data)
        self._packer = zlib.compressobj(wbits=_GZIP)
        self._packed = self._packer.compress(b"{" + self._fragment)
        self._tag = sha256(data).hexdigest()[:_TAG_DIGITS]

    def ended(self, request_id: str, timestamp: str) -> Prepared:
        """The answer to one request."""
        plain = envelope(self._fragment, b"", request_id, timestamp)
        packer = self._packer.copy()
        end = packer.compress(plain[len(self._fragment) + 1 :]) + packer.flush()
        return Prepared(plain, self._packed + end, self._tag)


def encode(value: Any) -> bytes:
    """UTF-8 JSON."""
    return orjson.dumps(value, default=_plain, option=_COMPACT)


def canonical(value: Any) -> bytes:
    """JSON that is the same for equal values, whatever the order of their keys."""
    return orjson.dumps(value, default=_plain, option=_CANONICAL)


def decode(text: bytes | str) -> Any:
    """The value of a JSON text; raises ValueError."""
    return orjson.loads(text)


def inside(value: Mapping[str, Any]) -> bytes:
    """The members of a JSON object without its braces, ready to be spliced."""
    return encode(value)[1:-1]


def success(data: bytes) -> bytes:
    """Fragment of a success around ready JSON."""
    return b'"success":true,"data":%b,"error":null' % data


def failure(error: AppError) -> bytes:
    """Fragment of a failure: stable code, message, details, and the same again as `detail`."""
    body = {"code": error.code, "message": error.message, "details": _details(error)}
    return b'"success":false,"data":null,"error":%b,"detail":%b' % (
        encode(body),
        encode(_detail(error)),
    )


def failed(error: AppError) -> Outcome:
    return Outcome(error.status, failure(error))


def envelope(fragment: bytes, meta: bytes, request_id: str, timestamp: str) -> bytes:
    """A whole answer."""
    return b'{%b,"meta":{"request_id":"%b","timestamp":"%b"%b%b}}' % (
        fragment,
        request_id.encode(),
        timestamp.encode(),
        b"," if meta else b"",
        meta,
    )


def paired(first: bytes, second: bytes) -> bytes:
    """Two texts as one, of which the first comes back just as it was."""
    return b"%d\n%b%b" % (len(first), first, second)


def unpaired(both: bytes) -> tuple[bytes, bytes]:
    """The two texts of `paired`."""
    length, _, rest = both.partition(b"\n")
    end = int(length)
    return rest[:end], rest[end:]


def _details(error: AppError) -> Any:
    if isinstance(error, InvalidInput):
        return {
            "field": error.problems[0].field,
            "reason": error.problems[0].expected,
            "errors": [
                {"field": p.field, "expected": p.expected, "got": _shown(p.got)}
                for p in error.problems
            ],
        }
    if not isinstance(error, CalculationFailed) or not error.details:
        return error.details
    problem = {
        "field": error.details.get("field", "body"),
        "expected": error.message,
        "got": _shown(error.details.get("got")),
    }
    return {**error.details, "errors": [problem]}


def _detail(error: AppError) -> Any:
    """What clients of FastAPI servers look for: a list for 422, a text for all else."""
    if isinstance(error, InvalidInput):
        return [
            {
                "type": problem.kind,
                "loc": location_of(problem.field),
                "msg": problem.message,
                "input": _shown(problem.got),
            }
            for problem in error.problems
        ]
    return error.message


def location_of(field: str) -> list[str | int]:
    """Where a field stands, as clients of FastAPI servers look for it."""
    parts = [int(part) if _is_index(part) else part for part in field.split(".")]
    return parts if parts[0] in {"body", "query", "header"} else ["body", *parts]


def _is_index(part: str) -> bool:
    return part.isascii() and part.isdigit() and len(part) < _LONGEST_INDEX


def _shown(value: Any) -> Any:
    """A rejected value as it came if it is short, else its beginning as text."""
    if value is NOT_TOLD:
        return None
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return _beginning(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else echo(value)
    return value if _is_short(value) else echo(value)


def _beginning(text: str) -> str:
    """A text, cut where it is long; halves of characters as they are escaped."""
    if not is_text(text):
        text = text[:_LONGEST_TEXT].encode(errors="backslashreplace").decode()
    return text if len(text) <= _LONGEST_TEXT else f"{text[: _LONGEST_TEXT - 3]}..."


def _is_short(value: Any) -> bool:
    """Whether an answer can hold a whole number, a list or an object as it is."""
    try:
        return len(encode(value)) <= LONGEST_ECHO
    except TypeError:  # numbers and texts inside that cannot be written
        return False


def is_text(text: str) -> bool:
    """Whether UTF-8 can hold a text: no halves of characters.

    A byte of a header that is no text becomes one, and JSON may escape one.
    """
    return not any("\ud800" <= character <= "\udfff" for character in text)


_LONGEST_INDEX = 10
_LONGEST_TEXT = 64


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, frozenset | set):
        return sorted(value)
    return str(value)
