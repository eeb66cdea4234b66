"""Every error that a caller may see: a stable code, a status, a text that says what to do."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum, auto
from types import MappingProxyType
from typing import Any, ClassVar, Self

STATUS_OF: Mapping[str, int] = MappingProxyType(
    {
        "VALIDATION_ERROR": 422,
        "CALCULATION_ERROR": 422,
        "BAD_REQUEST": 400,
        "AUTHENTICATION_ERROR": 401,
        "TOKEN_EXPIRED": 401,
        "PERMISSION_DENIED": 403,
        "REGISTRATION_DISABLED": 403,
        "NOT_FOUND": 404,
        "METHOD_NOT_ALLOWED": 405,
        "CONFLICT": 409,
        "PAYLOAD_TOO_LARGE": 413,
        "URI_TOO_LONG": 414,
        "UNSUPPORTED_MEDIA_TYPE": 415,
        "EXPECTATION_FAILED": 417,
        "RATE_LIMITED": 429,
        "HEADERS_TOO_LARGE": 431,
        "INTERNAL_ERROR": 500,
        "EXTERNAL_SERVICE_ERROR": 502,
        "UNAVAILABLE": 503,
        "OVERLOADED": 503,
        "DEADLINE_EXCEEDED": 503,
        "WORKER_LOST": 503,
    },
)
"""The HTTP status of each code."""

LEGACY_STATUS_OF: Mapping[str, int] = MappingProxyType({"VALIDATION_ERROR": 400, "CONFLICT": 400})
"""Of some codes the status on paths where existing clients look for that one. No other place ties a
code to a status."""

RUN = ".venv/bin/python run.py"
"""How a command line begins that a text tells somebody to type, in the directory of the clone."""

LONGEST_ECHO = 80
"""Characters of a rejected value that an answer repeats: to recognise it, never a whole body."""


class Untold(Enum):
    """What came, where an answer must not or cannot repeat it."""

    NOT_TOLD = auto()


NOT_TOLD = Untold.NOT_TOLD


@dataclass(frozen=True, slots=True)
class Problem:
    """One rejected field: where it stands, what would have been right, and what came."""

    field: str
    expected: str
    got: Any
    kind: str = "value_error"

    @property
    def message(self) -> str:
        told = f"{self.field} must be {self.expected}"
        absent = self.got is None and self.expected.startswith("given")
        return told if absent or self.got is NOT_TOLD else f"{told}, got {echo(self.got)}"


class CannotStart(Exception):
    """Neither the server nor a command can run as things are; the text says what to do."""


class AppError(Exception):
    """An expected failure, told to the caller as `code`, `message` and `details`."""

    code: ClassVar[str] = "INTERNAL_ERROR"

    def __init__(
        self,
        message: str,
        *,
        details: Mapping[str, Any] | None = None,
        retry_after: int | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.details = details
        self.retry_after = retry_after

    @property
    def status(self) -> int:
        return STATUS_OF[self.code]


class InvalidInput(AppError):
    """One or more fields are wrong; `problems` names each."""

    code = "VALIDATION_ERROR"

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("; ".join(problem.message for problem in problems))
        self.problems = tuple(problems)

    @classmethod
    def of(cls, field: str, expected: str, got: Any) -> Self:
        return cls([Problem(field, expected, got)])

    def inside(self, parent: str) -> Self:
        """The same of fields inside another one."""
        return type(self)([replace(p, field=f"{parent}.{p.field}") for p in self.problems])

    def renamed(self, names: Mapping[str, str]) -> Self:
        """The same of fields that the caller knows by other names.

        A name stands for the field and all inside it; the longest one that fits counts.
        """
        return type(self)([replace(p, field=_renamed(p.field, names)) for p in self.problems])


class TimeNeeded(InvalidInput):
    """The calculation has no answer for a birth of unknown time."""


class CalculationFailed(AppError):
    """The input is well formed, but the sky or the method has no answer for it."""

    code = "CALCULATION_ERROR"

    def renamed(self, names: Mapping[str, str]) -> CalculationFailed:
        """The same, the field of its details by the name that the caller knows."""
        details = dict(self.details or {})
        if isinstance(field := details.get("field"), str):
            details["field"] = _renamed(field, names)
        return type(self)(self.message, details=details or None, retry_after=self.retry_after)


class InternalError(AppError):
    """A fault of ours; the caller learns the request id and no more."""

    code = "INTERNAL_ERROR"


class BadRequest(AppError):
    code = "BAD_REQUEST"


class Unauthenticated(AppError):
    code = "AUTHENTICATION_ERROR"


class TokenExpired(AppError):
    code = "TOKEN_EXPIRED"


class PermissionDenied(AppError):
    code = "PERMISSION_DENIED"


class RegistrationDisabled(AppError):
    code = "REGISTRATION_DISABLED"


class RateLimited(AppError):
    code = "RATE_LIMITED"


class NotFound(AppError):
    code = "NOT_FOUND"


class Conflicting(AppError):
    """It does not go with what is there, or is under way."""

    code = "CONFLICT"


class MethodNotAllowed(AppError):
    code = "METHOD_NOT_ALLOWED"


class PayloadTooLarge(AppError):
    code = "PAYLOAD_TOO_LARGE"


class UnsupportedMediaType(AppError):
    code = "UNSUPPORTED_MEDIA_TYPE"


class UriTooLong(AppError):
    code = "URI_TOO_LONG"


class HeadersTooLarge(AppError):
    code = "HEADERS_TOO_LARGE"


class ExpectationFailed(AppError):
    code = "EXPECTATION_FAILED"


class Unavailable(AppError):
    code = "UNAVAILABLE"


class ExternalServiceError(AppError):
    """A service behind us failed or answered nonsense; `upstream_status` is its HTTP status."""

    code = "EXTERNAL_SERVICE_ERROR"

    def __init__(
        self,
        message: str,
        *,
        upstream_status: int | None = None,
        retry_after: int | None = None,
    ) -> None:
        super().__init__(message, retry_after=retry_after)
        self.upstream_status = upstream_status


class ExternalServiceTimeout(ExternalServiceError):
    """A service behind us gave no answer in our time."""


class Overloaded(AppError):
    code = "OVERLOADED"


class DeadlineExceeded(AppError):
    code = "DEADLINE_EXCEEDED"


class WorkerLost(AppError):
    code = "WORKER_LOST"


def _renamed(field: str, names: Mapping[str, str]) -> str:
    parts = field.split(".")
    for end in range(len(parts), 0, -1):
        name = names.get(".".join(parts[:end]))
        if name is not None:
            return ".".join([*filter(None, [name]), *parts[end:]])
    return field


def echo(value: Any) -> str:
    """The rejected value as a message may repeat it, at most `LONGEST_ECHO` characters.

    A text stands in quotes, all else as JSON writes it.
    """
    if isinstance(value, Enum):
        value = value.value
    if isinstance(value, str):
        text = repr(value[:LONGEST_ECHO])
        return text if len(text) <= LONGEST_ECHO else f"{text[: LONGEST_ECHO - 4]}...{text[0]}"
    text = _as_json(value)
    return text if len(text) <= LONGEST_ECHO else f"{text[: LONGEST_ECHO - 3]}..."


def _as_json(value: Any) -> str:
    """As JSON writes a value; one that it has no way to write as Python does, infinity too."""
    if isinstance(value, float):
        return repr(value)
    try:
        text = json.dumps(value, ensure_ascii=False, default=str)
        text.encode()
    except UnicodeEncodeError:  # halves of characters, which no answer can hold
        return json.dumps(value, default=str)
    except (TypeError, ValueError):
        return repr(value)
    return text
